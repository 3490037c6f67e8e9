/* bench_queue.c -- PHOLD: P events in flight, each one handled posts one more. The queue beside the
 * plain heap, beside the handler alone and beside the target: three times the best scheduler of
 * ns-3 (6.1, 3.4 and 2.0 million events a second on the machine of the targets), four times at 1e6.
 */
#include "sim/base/rng.h"
#include "sim/engine/queue.h"
#include "sim/engine/queue_heap.h"

#include <stdio.h>
#include <time.h>

#define EVENTS 6000000

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now); /* other programs count less */
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* What a handler does: draws a delay, exponential-like from an integer table of shifts. */
static SimSpan delay(Rng *rng)
{
    uint64_t value = rng_next(rng);
    return 1 + ((value >> 20) % SIM_MS) * (1 + (value & 7));
}

static double run_handler(uint32_t population, uint64_t *sum)
{
    Rng rng = rng_derive(1, "phold", population);
    double start = seconds();
    for (uint32_t i = 0; i < EVENTS; i++) *sum += delay(&rng);
    return EVENTS / (seconds() - start) / 1e6;
}

static double run_queue(uint32_t population, uint64_t *sum, bool cancel)
{
    Rng rng = rng_derive(1, "phold", population);
    Mem *mem = mem_create();
    Queue *queue = queue_create(mem);
    Event event = {0};
    for (uint32_t i = 0; i < population; i++)
        queue_post(queue, (Event){.time = delay(&rng), .a = i});
    TimerId timer = TIMER_NONE;
    double start = seconds();
    for (uint32_t i = 0; i < EVENTS && queue_pop(queue, SIM_TIME_NEVER, &event); i++) {
        *sum += event.time ^ event.a;
        event.time += delay(&rng);
        if (event.kind == 0) queue_post(queue, event);
        if (!cancel || i % 8 != 0) continue;
        queue_cancel(queue, timer); /* a time-out that is nearly always called off */
        timer = queue_arm(queue, (Event){.time = event.time + SIM_MS, .kind = 1});
    }
    double rate = EVENTS / (seconds() - start) / 1e6;
    mem_destroy(mem);
    return rate;
}

static double run_heap(uint32_t population, uint64_t *sum)
{
    Rng rng = rng_derive(1, "phold", population);
    Mem *mem = mem_create();
    QueueHeap *heap = queue_heap_create(mem);
    Event event = {0};
    for (uint32_t i = 0; i < population; i++)
        queue_heap_post(heap, (Event){.time = delay(&rng), .a = i});
    double start = seconds();
    for (uint32_t i = 0; i < EVENTS && queue_heap_pop(heap, SIM_TIME_NEVER, &event); i++) {
        *sum += event.time ^ event.a;
        event.time += delay(&rng);
        queue_heap_post(heap, event);
    }
    double rate = EVENTS / (seconds() - start) / 1e6;
    mem_destroy(mem);
    return rate;
}

int main(void)
{
    static const uint32_t populations[] = {1000, 100000, 1000000};
    static const double targets[] = {3 * 6.1, 3 * 3.4, 4 * 2.0};
    uint64_t sum = 0;
    printf(
        "million events a second of CPU   handler   queue   with cancels   4-ary heap   queue/heap"
        "   share of the target\n");
    for (int i = 0; i < 3; i++) {
        uint32_t p = populations[i];
        double handler = run_handler(p, &sum), queue = run_queue(p, &sum, false);
        double cancels = run_queue(p, &sum, true), heap = run_heap(p, &sum);
        printf("P = %-24u %9.1f %7.1f %14.1f %12.1f %11.1fx     %.2f of %.1f\n", p, handler, queue,
               cancels, heap, queue / heap, queue / targets[i], targets[i]);
    }
    return sum == 0;
}
