/* test_queue.c -- the event queue against the plain heap, and its promises one by one. */
#include "sim/base/rng.h"
#include "sim/engine/queue.h"
#include "sim/engine/queue_heap.h"

#include <CUnit/CUnit.h>

void test_queue_suite(void);

static Event at(SimTime time, uint32_t a)
{
    return (Event){.time = time, .kind = 1, .a = a};
}

static void queue_pops_by_time_then_by_order_of_posting(void)
{
    static const SimTime times[] = {50, 10, 50, 0, 10, 1000000000000, 50, 0};
    static const uint32_t want[] = {3, 7, 1, 4, 0, 2, 6, 5};
    Queue *queue = queue_create(NULL);
    for (uint32_t i = 0; i < 8; i++) queue_post(queue, at(times[i], i));

    for (uint32_t i = 0; i < 8; i++) {
        Event event;
        CU_ASSERT_TRUE(queue_pop(queue, SIM_TIME_NEVER, &event));
        CU_ASSERT_EQUAL(event.a, want[i]);
    }
    CU_ASSERT_EQUAL(queue_count(queue), 0);
    queue_destroy(queue);
}

static void queue_gives_nothing_that_is_not_due(void)
{
    Event event;
    Queue *queue = queue_create(NULL);
    queue_post(queue, at(100, 0));

    CU_ASSERT_FALSE(queue_pop(queue, 99, &event));
    CU_ASSERT_EQUAL(queue_next_time(queue), 100);
    queue_post(queue, at(50, 1)); /* earlier than what was looked at, later than what was popped */
    CU_ASSERT_TRUE(queue_pop(queue, 99, &event));
    CU_ASSERT_EQUAL(event.a, 1);
    queue_destroy(queue);
}

static void queue_cancels_once_and_only_what_is_armed(void)
{
    Event event;
    Queue *queue = queue_create(NULL);
    TimerId first = queue_arm(queue, (Event){.time = 10, .kind = 7, .a = 1, .b = 99});
    TimerId second = queue_arm(queue, (Event){.time = 20, .kind = 7, .a = 2, .b = 98});

    CU_ASSERT_TRUE(queue_cancel(queue, first));
    CU_ASSERT_FALSE(queue_cancel(queue, first));
    CU_ASSERT_FALSE(queue_cancel(queue, TIMER_NONE));
    CU_ASSERT_TRUE(queue_pop(queue, 100, &event));
    CU_ASSERT_EQUAL(event.a, 2);
    CU_ASSERT_EQUAL(event.b, 98);
    CU_ASSERT_EQUAL(event.kind, 7);
    CU_ASSERT_FALSE(queue_cancel(queue, second));
    queue_destroy(queue);
}

typedef struct Pair {
    Queue *queue;
    QueueHeap *heap;
    Rng rng;
    SimTime now;
    TimerId timers[64], heap_timers[64];
} Pair;

/* Distances from none at all to days, so that every level of buckets is used. */
static SimSpan some_distance(Rng *rng)
{
    return rng_next(rng) >> (14 + rng_below(rng, 50));
}

static void post_or_arm(Pair *pair, uint32_t number)
{
    Event event = {.time = pair->now + some_distance(&pair->rng), .kind = 3, .a = number};
    if (rng_below(&pair->rng, 4) != 0) {
        queue_post(pair->queue, event);
        queue_heap_post(pair->heap, event);
        return;
    }
    uint32_t place = rng_below(&pair->rng, 64);
    pair->timers[place] = queue_arm(pair->queue, event);
    pair->heap_timers[place] = queue_heap_arm(pair->heap, event);
}

static bool pop_both(Pair *pair, SimTime until)
{
    Event ours, theirs;
    bool got = queue_pop(pair->queue, until, &ours);
    bool same = got == queue_heap_pop(pair->heap, until, &theirs);
    if (same && got) {
        same = ours.time == theirs.time && ours.a == theirs.a;
        pair->now = ours.time;
    }
    return same;
}

/* 200 random lives of a queue, each compared pop by pop with the heap. */
static void queue_agrees_with_the_heap(void)
{
    for (uint64_t seed = 0; seed < 200; seed++) {
        Mem *mem = mem_create();
        Pair pair = {.queue = queue_create(mem),
                     .heap = queue_heap_create(mem),
                     .rng = rng_derive(seed, "test", 0)};
        bool same = true;
        for (uint32_t i = 0; i < 3000 && same; i++) {
            uint32_t what = rng_below(&pair.rng, 10);
            uint32_t place = rng_below(&pair.rng, 64);
            if (what < 5) post_or_arm(&pair, i);
            else if (what < 6)
                same = queue_cancel(pair.queue, pair.timers[place]) ==
                       queue_heap_cancel(pair.heap, pair.heap_timers[place]);
            else if (what < 7) same = pop_both(&pair, pair.now + some_distance(&pair.rng));
            else same = pop_both(&pair, SIM_TIME_NEVER);
            same = same && queue_count(pair.queue) == queue_heap_count(pair.heap);
        }
        while (same && queue_count(pair.queue) > 0) same = pop_both(&pair, SIM_TIME_NEVER);
        CU_ASSERT_TRUE(same);
        mem_destroy(mem);
    }
}

/* The queue has looked at what lies far ahead, and then hundreds of events come before it. */
static void queue_takes_many_events_before_one_that_was_not_due(void)
{
    Mem *mem = mem_create();
    Pair pair = {.queue = queue_create(mem), .heap = queue_heap_create(mem)};
    pair.rng = rng_derive(5, "test", 0);
    bool same = true;
    for (uint32_t round = 0; round < 20; round++) {
        SimTime start = pair.now + 1000000 + rng_below(&pair.rng, 1u << 28);
        for (uint32_t i = 0; i < 1200; i++) {
            bool far = i < 200;
            SimTime time = far ? start + (UINT64_C(1) << 27) + rng_below(&pair.rng, 1u << 27)
                               : start + rng_below(&pair.rng, 1u << 20);
            Event event = {.time = time, .kind = 3, .a = i};
            if (i == 200) same = same && pop_both(&pair, start);
            queue_post(pair.queue, event);
            queue_heap_post(pair.heap, event);
        }
        for (uint32_t i = 0; same && i < 1200; i++) same = pop_both(&pair, SIM_TIME_NEVER);
    }
    CU_ASSERT_TRUE(same);
    mem_destroy(mem);
}

/* Many events at few times: the order of posting decides, through every level. */
static void queue_keeps_the_order_of_equal_times(void)
{
    Mem *mem = mem_create();
    Queue *queue = queue_create(mem);
    Rng rng = rng_derive(9, "test", 0);
    for (uint32_t i = 0; i < 20000; i++)
        queue_post(queue, at(rng_below(&rng, 7) * UINT64_C(1000000007), i));
    Event event, before = {0};
    uint32_t popped = 0;
    bool ordered = true;
    for (; queue_pop(queue, SIM_TIME_NEVER, &event); popped++) {
        if (popped > 0 && event.time == before.time) ordered = ordered && event.a > before.a;
        if (popped > 0) ordered = ordered && event.time >= before.time;
        before = event;
    }
    CU_ASSERT_TRUE(ordered);
    CU_ASSERT_EQUAL(popped, 20000);
    mem_destroy(mem);
}

/* A Mem that is saved and loaded takes the queue back with it. */
static void queue_comes_back_with_its_memory(void)
{
    Mem *mem = mem_create();
    Queue *queue = queue_create(mem);
    for (uint32_t i = 0; i < 1000; i++) queue_post(queue, at(1000 + i * 37 % 500, i));
    Event event;
    for (int i = 0; i < 100; i++) queue_pop(queue, SIM_TIME_NEVER, &event);
    MemImage *image = mem_save(mem);
    uint64_t sums[2] = {0, 0};
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < 300; i++) queue_post(queue, at(2000 + i, i));
        for (uint64_t n = 1; queue_pop(queue, SIM_TIME_NEVER, &event); n++)
            sums[round] += n * (event.a + event.time);
        mem_load(mem, image);
    }
    CU_ASSERT_EQUAL(sums[0], sums[1]);
    mem_image_destroy(image);
    mem_destroy(mem);
}

void test_queue_suite(void)
{
    CU_pSuite suite = CU_add_suite("queue", NULL, NULL);
    CU_add_test(suite, "pops by time, then by order of posting",
                queue_pops_by_time_then_by_order_of_posting);
    CU_add_test(suite, "gives nothing that is not due", queue_gives_nothing_that_is_not_due);
    CU_add_test(suite, "cancels once, and only what is armed",
                queue_cancels_once_and_only_what_is_armed);
    CU_add_test(suite, "agrees with the heap", queue_agrees_with_the_heap);
    CU_add_test(suite, "takes many events before one that was not due",
                queue_takes_many_events_before_one_that_was_not_due);
    CU_add_test(suite, "keeps the order of equal times", queue_keeps_the_order_of_equal_times);
    CU_add_test(suite, "comes back with its memory", queue_comes_back_with_its_memory);
}
