/* queue.c -- a lazy radix queue: events in buckets by their distance in bits, sorted only when few
 * are left.
 *
 * `base` is a time at or before every event in a bucket. Bucket k holds the events whose highest
 * bit that differs from base is bit k, so that a lower bucket is earlier than a higher one. The
 * lowest bucket is taken next: if it has few events, they are sorted into the *run*, from which
 * pops are served; if many, base moves to its smallest time and it is spread over the lower
 * buckets, all empty then.
 *
 * What always holds: the run is sorted by (time, seq) and covers all times below run_end; buckets
 * hold times from run_end on; inside a bucket events lie in the order of posting. Spreading and
 * sorting are stable and a new event is always the youngest, so (time, seq) holds without seq being
 * stored. Each event moves down at most once a level, sequentially; most move once or twice
 * (docs/performance.md). */
#include "sim/engine/queue.h"

#include "sim/base/array.h"

#include <string.h>

#define BUCKETS  64
#define SORT_MAX 64          /* a bucket with at most so many events is sorted */
#define RUN_MAX  192         /* a run that has grown longer is spread over buckets again */
#define ARMED    0x80000000u /* in Event.kind: b is a place in `timers` */

typedef struct EventArray {
    ARRAY_OF(Event) events;
} EventArray;

typedef struct Timer {
    uint64_t b; /* the event's own */
    uint32_t generation;
    bool pending;
} Timer;

struct Queue {
    Mem *mem;
    SimTime last; /* time of the last event popped */
    SimTime base;
    SimTime run_end; /* the run covers times below it */
    uint64_t filled; /* bit k: bucket k is not empty */
    uint32_t count;
    uint32_t run_head;
    EventArray run;
    EventArray buckets[BUCKETS];
    ARRAY_OF(Timer) timers;
    ARRAY_OF(uint32_t) free_timers;
};

Queue *queue_create(Mem *mem)
{
    Queue *queue = mem_alloc(mem, sizeof(*queue));
    queue->mem = mem;
    array_push(mem, &queue->timers, (Timer){0}); /* place 0 is TIMER_NONE */
    return queue;
}

void queue_destroy(Queue *queue)
{
    if (!queue) return;
    Mem *mem = queue->mem;
    for (int i = 0; i < BUCKETS; i++) array_deinit(mem, &queue->buckets[i].events);
    array_deinit(mem, &queue->run.events);
    array_deinit(mem, &queue->timers);
    array_deinit(mem, &queue->free_timers);
    mem_free(mem, queue, sizeof(*queue));
}

static int highest_bit(uint64_t value)
{
    return 63 - __builtin_clzll(value);
}

/* Room for one more at the end of the array. */
static Event *append(Mem *mem, EventArray *array)
{
    if (array->events.count == array->events.capacity)
        array_reserve(mem, &array->events, array->events.count + 1);
    return &array->events.items[array->events.count++];
}

static void put_in_bucket(Queue *queue, const Event *event)
{
    int k = highest_bit(event->time ^ queue->base);
    *append(queue->mem, &queue->buckets[k]) = *event;
    queue->filled |= UINT64_C(1) << k;
}

/* The base goes back to `last`: settle had moved it on to an event that was not due yet, and then
 * earlier ones were posted. Above their highest differing bit both bases are equal, and the buckets
 * stay right; what lies in a lower one differs from `last` in just that bit. Equal times are in one
 * bucket, so their order stays. */
static void move_base_back(Queue *queue)
{
    int high = highest_bit(queue->base ^ queue->last);
    uint64_t low = queue->filled & ((UINT64_C(1) << high) - 1);
    queue->base = queue->last;
    queue->filled &= ~low;
    for (; low != 0; low &= low - 1) {
        EventArray *bucket = &queue->buckets[__builtin_ctzll(low)];
        for (uint32_t i = 0; i < bucket->events.count; i++)
            put_in_bucket(queue, &bucket->events.items[i]);
        bucket->events.count = 0;
    }
}

/* Everything left of the run goes to buckets again, with `last` as the base. The bits above the
 * bucket the run came from are those of the old base, so the higher buckets stay right. */
static void spread_run(Queue *queue)
{
    EventArray *run = &queue->run;
    uint32_t kept = 0;
    if (queue->base > queue->last) move_base_back(queue);
    queue->base = queue->last;
    for (uint32_t i = queue->run_head; i < run->events.count; i++) {
        if (run->events.items[i].time == queue->last)
            run->events.items[kept++] = run->events.items[i];
        else put_in_bucket(queue, &run->events.items[i]);
    }
    run->events.count = kept;
    queue->run_head = 0;
    queue->run_end = queue->last + 1;
}

/* With few events in flight the run can serve for hours: what was popped makes room. */
static void drop_popped(Queue *queue)
{
    EventArray *run = &queue->run;
    if (queue->run_head == 0 || run->events.count < run->events.capacity) return;
    if (queue->run_head < run->events.count / 2) return;
    run->events.count -= queue->run_head;
    memmove(run->events.items, run->events.items + queue->run_head,
            run->events.count * sizeof(Event));
    queue->run_head = 0;
}

/* Into the run, behind all events of its time: it is the youngest. */
static void insert_in_run(Queue *queue, const Event *event)
{
    drop_popped(queue);
    append(queue->mem, &queue->run);
    Event *items = queue->run.events.items;
    uint32_t at = queue->run.events.count - 1;
    while (at > queue->run_head && items[at - 1].time > event->time) {
        items[at] = items[at - 1];
        at--;
    }
    items[at] = *event;
    if (queue->run.events.count - queue->run_head > RUN_MAX) spread_run(queue);
}

static inline void post(Queue *queue, const Event *event)
{
    SIM_ASSERT(event->time >= queue->last);
    queue->count++;
    if (event->time < queue->run_end) insert_in_run(queue, event);
    else if (event->time == queue->base)
        insert_in_run(queue, event); /* only an empty queue at time 0 */
    else put_in_bucket(queue, event);
}

void queue_post(Queue *queue, Event event)
{
    SIM_ASSERT(!(event.kind & ARMED));
    post(queue, &event);
}

TimerId queue_arm(Queue *queue, Event event)
{
    SIM_ASSERT(!(event.kind & ARMED));
    uint32_t place;
    if (queue->free_timers.count > 0) {
        place = queue->free_timers.items[--queue->free_timers.count];
    } else {
        array_push(queue->mem, &queue->timers, (Timer){0});
        place = queue->timers.count - 1;
    }
    Timer *timer = &queue->timers.items[place];
    timer->b = event.b;
    timer->pending = true;
    TimerId id = (TimerId)timer->generation << 32 | place;
    event.kind |= ARMED;
    event.b = place;
    post(queue, &event);
    return id;
}

bool queue_cancel(Queue *queue, TimerId id)
{
    uint32_t place = (uint32_t)id;
    if (place == 0 || place >= queue->timers.count) return false;
    Timer *timer = &queue->timers.items[place];
    if (!timer->pending || timer->generation != (uint32_t)(id >> 32)) return false;
    timer->pending = false;
    queue->count--;
    return true;
}

/* Stable insertion sort by time: few events, often nearly in order. */
static void sort_events(Event *items, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        if (items[i - 1].time <= items[i].time) continue;
        Event event = items[i];
        uint32_t at = i;
        while (at > 0 && items[at - 1].time > event.time) {
            items[at] = items[at - 1];
            at--;
        }
        items[at] = event;
    }
}

/* The few events of bucket k become the run; its whole range of times is then covered. */
static void take_as_run(Queue *queue, int k)
{
    EventArray old = queue->run;
    queue->run = queue->buckets[k];
    queue->buckets[k] = old;
    queue->buckets[k].events.count = 0;
    queue->run_head = 0;
    sort_events(queue->run.events.items, queue->run.events.count);
    SimTime above = k == 63 ? 0 : (queue->base >> (k + 1)) + 1;
    queue->run_end = above == 0 || k == 63 ? SIM_TIME_NEVER : above << (k + 1);
}

/* Base moves to the smallest time of bucket k; the bucket is spread below, what lies at base
 * becomes the run. */
static void spread_bucket(Queue *queue, int k)
{
    EventArray *bucket = &queue->buckets[k];
    SimTime smallest = SIM_TIME_NEVER;
    for (uint32_t i = 0; i < bucket->events.count; i++) {
        if (bucket->events.items[i].time < smallest) smallest = bucket->events.items[i].time;
    }
    queue->base = smallest;
    queue->run_head = 0;
    queue->run.events.count = 0;
    queue->run_end = smallest + 1;
    for (uint32_t i = 0; i < bucket->events.count; i++) {
        const Event *event = &bucket->events.items[i];
        if (event->time == smallest) *append(queue->mem, &queue->run) = *event;
        else put_in_bucket(queue, event);
    }
    bucket->events.count = 0;
}

/* A cancelled event gives its timer's place back when it comes up. */
static void free_timer(Queue *queue, uint32_t place)
{
    queue->timers.items[place].pending = false;
    queue->timers.items[place].generation++;
    array_push(queue->mem, &queue->free_timers, place);
}

/* Brings the earliest event that was not cancelled to the head of the run; false when there is
 * none. */
static bool settle(Queue *queue)
{
    for (;;) {
        while (queue->run_head < queue->run.events.count) {
            const Event *head = &queue->run.events.items[queue->run_head];
            if (!(head->kind & ARMED) || queue->timers.items[head->b].pending) return true;
            free_timer(queue, (uint32_t)head->b);
            queue->run_head++;
        }
        if (queue->filled == 0) return false;
        int k = __builtin_ctzll(queue->filled);
        queue->filled &= ~(UINT64_C(1) << k);
        if (queue->buckets[k].events.count <= SORT_MAX) take_as_run(queue, k);
        else spread_bucket(queue, k);
    }
}

bool queue_pop(Queue *queue, SimTime until, Event *event)
{
    if (!settle(queue)) return false;
    const Event *head = &queue->run.events.items[queue->run_head];
    if (head->time > until) return false;
    *event = *head;
    queue->run_head++;
    queue->last = event->time;
    queue->count--;
    if (event->kind & ARMED) {
        uint32_t place = (uint32_t)event->b;
        event->kind &= ~ARMED;
        event->b = queue->timers.items[place].b;
        free_timer(queue, place);
    }
    return true;
}

SimTime queue_next_time(Queue *queue)
{
    return settle(queue) ? queue->run.events.items[queue->run_head].time : SIM_TIME_NEVER;
}

uint32_t queue_count(const Queue *queue)
{
    return queue->count;
}
