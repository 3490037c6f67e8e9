/* queue_heap.c -- a 4-ary heap of events; cancelled ones are dropped when they come up. */
#include "sim/engine/queue_heap.h"

#include "sim/base/array.h"

typedef struct HeapItem {
    Event event;
    uint64_t seq;
    TimerId timer; /* TIMER_NONE: posted */
} HeapItem;

struct QueueHeap {
    Mem *mem;
    ARRAY_OF(HeapItem) items;
    ARRAY_OF(bool) pending; /* by TimerId */
    uint64_t seq;
    uint32_t count;
    SimTime last;
};

QueueHeap *queue_heap_create(Mem *mem)
{
    QueueHeap *heap = mem_alloc(mem, sizeof(*heap));
    heap->mem = mem;
    array_push(mem, &heap->pending, false); /* TIMER_NONE */
    return heap;
}

void queue_heap_destroy(QueueHeap *heap)
{
    if (!heap) return;
    Mem *mem = heap->mem;
    array_deinit(mem, &heap->items);
    array_deinit(mem, &heap->pending);
    mem_free(mem, heap, sizeof(*heap));
}

static bool before(const HeapItem *a, const HeapItem *b)
{
    if (a->event.time != b->event.time) return a->event.time < b->event.time;
    return a->seq < b->seq;
}

static void push(QueueHeap *heap, HeapItem item)
{
    SIM_ASSERT(item.event.time >= heap->last);
    array_push(heap->mem, &heap->items, item);
    HeapItem *items = heap->items.items;
    uint32_t at = heap->items.count - 1;
    while (at > 0 && before(&item, &items[(at - 1) / 4])) {
        items[at] = items[(at - 1) / 4];
        at = (at - 1) / 4;
    }
    items[at] = item;
    heap->count++;
}

void queue_heap_post(QueueHeap *heap, Event event)
{
    push(heap, (HeapItem){.event = event, .seq = heap->seq++});
}

TimerId queue_heap_arm(QueueHeap *heap, Event event)
{
    array_push(heap->mem, &heap->pending, true);
    TimerId timer = heap->pending.count - 1;
    push(heap, (HeapItem){.event = event, .seq = heap->seq++, .timer = timer});
    return timer;
}

bool queue_heap_cancel(QueueHeap *heap, TimerId timer)
{
    if (timer == TIMER_NONE || timer >= heap->pending.count || !heap->pending.items[timer])
        return false;
    heap->pending.items[timer] = false;
    heap->count--;
    return true;
}

static void drop_first(QueueHeap *heap)
{
    HeapItem *items = heap->items.items;
    uint32_t count = --heap->items.count;
    HeapItem moved = items[count];
    uint32_t at = 0;
    for (;;) {
        uint32_t child = 4 * at + 1, best = child;
        if (child >= count) break;
        for (uint32_t i = child + 1; i < child + 4 && i < count; i++) {
            if (before(&items[i], &items[best])) best = i;
        }
        if (!before(&items[best], &moved)) break;
        items[at] = items[best];
        at = best;
    }
    items[at] = moved;
}

/* Drops cancelled events until the first one is alive; false when the heap is empty. */
static bool settle(QueueHeap *heap)
{
    while (heap->items.count > 0) {
        TimerId timer = heap->items.items[0].timer;
        if (timer == TIMER_NONE || heap->pending.items[timer]) return true;
        drop_first(heap);
    }
    return false;
}

bool queue_heap_pop(QueueHeap *heap, SimTime until, Event *event)
{
    if (!settle(heap) || heap->items.items[0].event.time > until) return false;
    HeapItem *first = &heap->items.items[0];
    *event = first->event;
    if (first->timer != TIMER_NONE) heap->pending.items[first->timer] = false;
    heap->last = event->time;
    heap->count--;
    drop_first(heap);
    return true;
}

SimTime queue_heap_next_time(QueueHeap *heap)
{
    return settle(heap) ? heap->items.items[0].event.time : SIM_TIME_NEVER;
}

uint32_t queue_heap_count(const QueueHeap *heap)
{
    return heap->count;
}
