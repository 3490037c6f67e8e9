/* queue_heap.h -- the plain way to do what queue.h promises: a 4-ary heap of (time, seq).
 *
 * The tests compare the wheel with it, and the benchmark measures what the wheel buys. */
#ifndef ENGINE_QUEUE_HEAP_H
#define ENGINE_QUEUE_HEAP_H

#include "sim/engine/queue.h"

typedef struct QueueHeap QueueHeap; /* opaque; sim/engine/queue_heap.c */

QueueHeap *queue_heap_create(Mem *mem);
void queue_heap_destroy(QueueHeap *heap);
void queue_heap_post(QueueHeap *heap, Event event);
TimerId queue_heap_arm(QueueHeap *heap, Event event);
bool queue_heap_cancel(QueueHeap *heap, TimerId timer);
bool queue_heap_pop(QueueHeap *heap, SimTime until, Event *event);
SimTime queue_heap_next_time(QueueHeap *heap);
uint32_t queue_heap_count(const QueueHeap *heap);

#endif
