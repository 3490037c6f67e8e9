/* bench_gossip.c -- N idle nodes, node-timeout 15 s, whole protocol, trace at level 1: simulated
 * seconds per wall second.
 *
 *     build/bench_gossip [N ...]        default 10 100 300 1000
 */
#include "sim/base/bitset.h"
#include "tests/fixture/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Runs until at least `wall` seconds have passed; simulated seconds per wall second. */
static double speed(Fixture *fixture, double wall, SimSpan step)
{
    double start = seconds(), now = start;
    SimTime from = sim_now(fixture->sim);
    while (now - start < wall) {
        fixture_run(fixture, step);
        now = seconds();
    }
    return (double)(sim_now(fixture->sim) - from) / 1e9 / (now - start);
}

static void bench(uint32_t nodes)
{
    FixtureConfig config = fixture_config(1, nodes, 0, 15000);
    Fixture fixture = fixture_open(&config);
    double start = seconds();
    SimSpan join = fixture_join(&fixture, 600 * SIM_SEC);
    double joined = seconds() - start;
    fixture_run(&fixture, 20 * SIM_SEC);
    uint64_t events = sim_event_count(fixture.sim);
    SimTime from = sim_now(fixture.sim);
    double idle = speed(&fixture, 3, nodes >= 1000 ? SIM_SEC : 20 * SIM_SEC);
    double per_second = (double)(sim_event_count(fixture.sim) - events) /
                        ((double)(sim_now(fixture.sim) - from) / 1e9);
    NetRule cut = {.id = 1, .cut = true};
    Command wall = {.kind = CMD_RULE_ADD, .host = HOST_NONE};
    wall.u.rule = cut;
    for (uint32_t i = 0; i < nodes; i++)
        bitset_add(i < nodes * 2 / 5 ? wall.u.rule.from : wall.u.rule.to, i);
    sim_submit(fixture.sim, &wall, NULL, NULL);
    fixture_run(&fixture, 25 * SIM_SEC);
    double split = speed(&fixture, 3, nodes >= 1000 ? SIM_SEC : 20 * SIM_SEC);
    printf("N = %-5u join %6.1f s in %5.1f s   idle %10.1f   during a 40/60 cut %9.1f   %8.0f "
           "events a simulated second   %5.0f MiB\n",
           nodes, (double)join / 1e9, joined, idle, split, per_second,
           (double)sim_memory(fixture.sim) / (1 << 20));
    fixture_close(&fixture);
}

int main(int argc, char **argv)
{
    static const uint32_t standard[] = {10, 100, 300, 1000};
    printf("simulated seconds per wall second, T = 15 s, trace level 1\n");
    for (int i = 1; i < argc; i++) bench((uint32_t)strtoul(argv[i], NULL, 10));
    for (int i = 0; argc == 1 && i < 4; i++) bench(standard[i]);
    return 0;
}
