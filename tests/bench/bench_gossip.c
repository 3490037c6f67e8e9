/* bench_gossip.c -- idle and divided clusters, whole protocol, trace at level 1: simulated seconds
 * per second of CPU, memory, a lesson, and the same beside real servers.
 *
 *     build/bench_gossip [N ...]        default 10 100 300 1000
 *
 * Clusters are made as redis-cli makes them (slots, config epochs, MEET) with node-timeout 15 s.
 * They are measured once nothing is recorded for T/2 any more, over whole spans of T/2, since the
 * pings of nodes that joined together come in waves of that length. */
#include "sim/base/bitset.h"
#include "tests/fixture/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define TIMEOUT_MS 15000
#define WAVE       (TIMEOUT_MS / 2 * SIM_MS)

/* What perf.md wants of N nodes; 0: nothing is said. */
typedef struct Target {
    uint32_t nodes;
    double idle, split, mebibytes;
} Target;

static const Target targets[] = {
    {10, 100000, 0, 0}, {100, 2500, 0, 0}, {300, 350, 0, 0}, {1000, 25, 10, 128}, {3000, 1, 0, 0}};

static Target target_of(uint32_t nodes)
{
    for (uint32_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
        if (targets[i].nodes == nodes) return targets[i];
    }
    return (Target){.nodes = nodes};
}

/* CPU time of this process: other programs on the machine count less than in wall time. */
static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

typedef struct Speed {
    double speed, events, bytes; /* simulated seconds a second; the others a simulated second */
} Speed;

/* Runs whole waves, at least two and until `least` seconds have gone, but none more after `most`.
 */
static Speed measure(Sim *sim, double least, double most)
{
    double start = seconds(), spent = 0;
    SimTime from = sim_now(sim);
    uint64_t events = sim_event_count(sim), bytes = sim_bus_bytes(sim);
    for (uint32_t waves = 0; (waves < 2 || spent < least) && spent < most; waves++) {
        sim_run_until(sim, sim_now(sim) + WAVE);
        spent = seconds() - start;
    }
    double span = (double)(sim_now(sim) - from) / 1e9;
    return (Speed){.speed = span / spent,
                   .events = (double)(sim_event_count(sim) - events) / span,
                   .bytes = (double)(sim_bus_bytes(sim) - bytes) / span};
}

/* A cluster that knows itself and has nothing more to note; *joined is the CPU time of that. */
static Fixture settled(uint32_t nodes, uint32_t timeout_ms, double *joined)
{
    FixtureConfig config = fixture_config(1, nodes, 0, timeout_ms);
    double start = seconds();
    Fixture fixture = fixture_open(&config);
    for (uint32_t i = 0; i < nodes; i++) {
        fixture_call(&fixture, (HostId)i, "CLUSTER ADDSLOTSRANGE %u %u", SLOT_COUNT * i / nodes,
                     SLOT_COUNT * (i + 1) / nodes - 1);
        fixture_call(&fixture, (HostId)i, "CLUSTER SET-CONFIG-EPOCH %u", i + 1);
    }
    fixture_join(&fixture, 600 * SIM_SEC);
    *joined = seconds() - start;
    uint64_t before;
    do {
        before = trace_count(sim_trace(fixture.sim));
        fixture_run(&fixture, timeout_ms / 2 * SIM_MS);
    } while (trace_count(sim_trace(fixture.sim)) != before);
    return fixture;
}

/* Two fifths of the hosts are cut off; from then on for two timeouts, or 20 s of CPU. */
static Speed measure_split(Sim *sim, uint32_t nodes)
{
    Command cut = {.kind = CMD_RULE_ADD, .host = HOST_NONE};
    cut.u.rule = (NetRule){.id = 1, .cut = true};
    for (uint32_t i = 0; i < nodes; i++)
        bitset_add(i < nodes * 2 / 5 ? cut.u.rule.from : cut.u.rule.to, i);
    sim_submit(sim, &cut, NULL, NULL);
    double start = seconds(), spent = 0;
    SimTime from = sim_now(sim);
    while (sim_now(sim) - from < 4 * WAVE && spent < 20) {
        sim_run_until(sim, sim_now(sim) + SIM_SEC);
        spent = seconds() - start;
    }
    return (Speed){.speed = (double)(sim_now(sim) - from) / 1e9 / spent};
}

static void print_ratio(double value, double target)
{
    if (target > 0) printf(" (%.2f of %.0f)", value / target, target);
}

static void bench(uint32_t nodes)
{
    Target target = target_of(nodes);
    double joined;
    Fixture fixture = settled(nodes, TIMEOUT_MS, &joined);
    Speed idle = measure(fixture.sim, 1, 30);
    double bytes = (double)sim_memory(fixture.sim), mebibytes = bytes / (1 << 20);
    Speed split = measure_split(fixture.sim, nodes);
    printf("N = %-4u idle %.1f", nodes, idle.speed);
    print_ratio(idle.speed, target.idle);
    printf(", %.0f events and %.1f MB on the bus a simulated second\n", idle.events,
           idle.bytes / 1e6);
    printf("         40/60 cut %.1f", split.speed);
    print_ratio(split.speed, target.split);
    printf("; join %.1f s of CPU; %.0f MiB", joined, mebibytes);
    if (target.mebibytes > 0) printf(" (%.1f times %.0f)", mebibytes / target.mebibytes, 128.0);
    printf(", %.0f bytes a pair; after the cut %.0f MiB\n", bytes / nodes / nodes,
           (double)sim_memory(fixture.sim) / (1 << 20));
    fflush(stdout);
    fixture_close(&fixture);
}

/* Lesson 9 without its words: six nodes, a primary dies after 10 s, 60 s in all, everything traced.
 */
static void bench_lesson(void)
{
    FixtureConfig config = fixture_config(1, 3, 1, 5000);
    config.sim.trace_level = 2;
    double start = seconds();
    Fixture fixture = fixture_open(&config);
    fixture_create(&fixture, 60 * SIM_SEC);
    sim_run_until(fixture.sim, 10 * SIM_SEC);
    fixture_kill(&fixture, 0, false);
    sim_run_until(fixture.sim, 60 * SIM_SEC);
    printf("a failover lesson of six nodes, 60 s, trace level 2: %.1f ms (50 wanted)\n",
           (seconds() - start) * 1e3);
    fixture_close(&fixture);
}

/* 96 idle redis-server processes took 0.33 s of CPU a second and 4 MiB each. */
static void bench_servers(void)
{
    double joined;
    Fixture fixture = settled(96, 5000, &joined);
    Speed idle = measure(fixture.sim, 1, 30);
    double mebibytes = (double)sim_memory(fixture.sim) / (1 << 20) / 96;
    printf("96 nodes, node-timeout 5 s: 1/%.0f of the CPU of real servers (1/100 wanted), "
           "%.2f MiB a node, 1/%.0f of theirs (1/30 wanted)\n",
           0.33 * idle.speed, mebibytes, 4 / mebibytes);
    fixture_close(&fixture);
}

int main(int argc, char **argv)
{
    static const uint32_t standard[] = {10, 100, 300, 1000};
    printf("simulated seconds per second of CPU, T = 15 s, trace level 1 (share of the target)\n");
    for (int i = 1; i < argc; i++) bench((uint32_t)strtoul(argv[i], NULL, 10));
    if (argc > 1) return 0;
    bench_lesson();
    bench_servers();
    for (int i = 0; i < 4; i++) bench(standard[i]);
    return 0;
}
