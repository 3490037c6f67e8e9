/* queue.h -- the event queue: what happens next, ordered by (time, seq) and nothing else.
 *
 * seq is the order of posting. Events are held by value. A posted event cannot be taken back; an
 * armed one can, by its handle. The queue is a lazy radix wheel (docs/performance.md): 64 slots a
 * level, a slot with few events is sorted straight into the current run. queue_heap.h has the plain
 * 4-ary heap with the same contract, which the tests use as an oracle. Knows no Redis. */
#ifndef ENGINE_QUEUE_H
#define ENGINE_QUEUE_H

#include "sim/base/mem.h"
#include "sim/base/time.h"

#include <stdbool.h>
#include <stdint.h>

/* What the owner of the queue wants to be told. The meaning of kind, a and b is the owner's. */
typedef struct Event {
    SimTime time;
    uint32_t kind;
    uint32_t a;
    uint64_t b;
} Event;

typedef uint64_t TimerId; /* handle of an armed event; 0 is never one */
#define TIMER_NONE ((TimerId)0)

typedef struct Queue Queue; /* opaque; sim/engine/queue.c */

Queue *queue_create(Mem *mem);
void queue_destroy(Queue *queue);

/* Posts an event at event.time, which must not lie before the time of the last event popped. */
void queue_post(Queue *queue, Event event);
/* The same, and it can be cancelled. */
TimerId queue_arm(Queue *queue, Event event);
/* Cancels an armed event. Returns false (and changes nothing) if it has run or was cancelled
 * already. */
bool queue_cancel(Queue *queue, TimerId timer);

/* Takes the next event if it is due at or before `until`. */
bool queue_pop(Queue *queue, SimTime until, Event *event);
/* The time of the next event, SIM_TIME_NEVER when empty. */
SimTime queue_next_time(Queue *queue);
uint32_t queue_count(const Queue *queue); /* events not yet popped nor cancelled */

#endif
