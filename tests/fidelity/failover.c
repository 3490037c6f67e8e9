/* failover.c -- kill or stop a primary as the measurement did, and compare every phase.
 *
 * As measured: one cluster of 3 x 1 for as many runs as the file has, T = 2000, each run at a
 * random phase after the last; after the failover the old primary comes back as a replica and
 * everything converges. */
#include "sim/base/rng.h"
#include "tests/fidelity/fidelity.h"
#include "tests/fixture/fixture.h"

#include <stdio.h>
#include <string.h>

#define T_MS 2000

typedef enum Phase {
    PHASE_PFAIL,
    PHASE_FAIL,
    PHASE_START,
    PHASE_WON,
    PHASE_AGREE,
    PHASE_BACK,
    PHASE_COUNT
} Phase;

static const struct {
    const char *name, *key;
} phases[PHASE_COUNT] = {
    {"first PFAIL", "pfail_first_log"},       {"FAIL at majority", "fail_majority_masters_log"},
    {"election start", "election_start_log"}, {"election won", "won_log"},
    {"all agree", "agree_all_poll"},          {"back as replica", "back_reconf_replica_log"},
};

typedef struct Drill {
    Fixture fixture;
    Rng rng;
    bool stop; /* SIGSTOP instead of kill */
    bool quick_ack;
    Samples *samples;  /* PHASE_COUNT of them, ms */
    uint32_t failures; /* runs that did not end as they should */
} Drill;

/* Which of the hosts are primaries now, by their own belief; returns how many. */
static uint32_t list_primaries(Drill *drill, HostId *list)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < drill->fixture.hosts; i++) {
        Belief self;
        NodeId node = sim_host_node(drill->fixture.sim, (HostId)i);
        if (sim_belief(drill->fixture.sim, (HostId)i, node, &self) && self.slots != SLOTS_EMPTY)
            list[count++] = (HostId)i;
    }
    return count;
}

static uint16_t first_slot_of(Drill *drill, HostId host)
{
    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) {
        if (sim_owner(drill->fixture.sim, (uint16_t)slot) == host) return (uint16_t)slot;
    }
    return 0;
}

/* Everybody alive holds `owner` for the owner of `slot` (the measurement polled every 10 ms). */
static bool all_agree(Drill *drill, HostId victim, uint16_t slot, HostId owner)
{
    NodeId node = sim_host_node(drill->fixture.sim, owner);
    for (uint32_t i = 0; i < drill->fixture.hosts; i++) {
        if (i != victim && sim_owner_seen(drill->fixture.sim, (HostId)i, slot) != node)
            return false;
    }
    return true;
}

static double ms_since(SimTime time, SimTime start)
{
    return (double)(time - start) / 1e6;
}

/* Reads the phases of one failover from the records after `seq`. */
static void read_phases(Drill *drill, uint64_t seq, SimTime start, const bool *is_primary,
                        double *at)
{
    const Trace *trace = sim_trace(drill->fixture.sim);
    uint32_t told = 0, majority = 2;
    for (seq++; seq <= trace_count(trace); seq++) {
        TraceRecord record;
        trace_get(trace, seq, &record);
        double now = ms_since(record.time, start);
        if (record.type == TRACE_SUSPECTED && at[PHASE_PFAIL] == 0) at[PHASE_PFAIL] = now;
        bool failed = record.type == TRACE_FAILED || record.type == TRACE_FAIL_HEARD;
        if (failed && is_primary[record.host] && ++told == majority) at[PHASE_FAIL] = now;
        if (record.type == TRACE_ELECTION_STARTED && at[PHASE_START] == 0) at[PHASE_START] = now;
        if (record.type == TRACE_ELECTION_WON && at[PHASE_WON] == 0) at[PHASE_WON] = now;
    }
}

/* The victim returns; how long until it has become a replica, ms (0: not within 10 s). */
static double bring_back(Drill *drill, HostId victim)
{
    SimTime start = sim_now(drill->fixture.sim);
    fixture_command(&drill->fixture, drill->stop ? CMD_THAW : CMD_START, victim);
    NodeId node = sim_host_node(drill->fixture.sim, victim);
    while (sim_now(drill->fixture.sim) < start + 10 * SIM_SEC) {
        Belief self;
        if (sim_belief(drill->fixture.sim, victim, node, &self) && self.flags & FLAG_REPLICA) {
            return ms_since(sim_now(drill->fixture.sim), start);
        }
        fixture_run(&drill->fixture, SIM_MS);
    }
    return 0;
}

static void run_once(Drill *drill)
{
    HostId primaries[16] = {0};
    bool is_primary[16] = {false};
    double at[PHASE_COUNT] = {0};
    Sim *sim = drill->fixture.sim;
    fixture_run(&drill->fixture, rng_below64(&drill->rng, T_MS * SIM_MS));
    uint32_t count = list_primaries(drill, primaries);
    HostId victim = primaries[rng_below(&drill->rng, count)];
    for (uint32_t i = 0; i < count; i++) is_primary[primaries[i]] = primaries[i] != victim;
    uint16_t slot = first_slot_of(drill, victim);

    SimTime start = sim_now(sim);
    uint64_t seq = trace_count(sim_trace(sim));
    if (drill->stop) fixture_command(&drill->fixture, CMD_FREEZE, victim);
    else fixture_kill(&drill->fixture, victim, false);
    for (;;) {
        fixture_run(&drill->fixture, 10 * SIM_MS);
        HostId owner = sim_owner(sim, slot);
        if (owner != HOST_NONE && owner != victim && all_agree(drill, victim, slot, owner)) break;
        if (sim_now(sim) > start + 60 * SIM_SEC) {
            drill->failures++;
            break;
        }
    }
    at[PHASE_AGREE] = ms_since(sim_now(sim), start);
    read_phases(drill, seq, start, is_primary, at);
    fixture_run(&drill->fixture, SIM_SEC);
    at[PHASE_BACK] = bring_back(drill, victim);
    for (int i = 0; i < PHASE_COUNT; i++) samples_add(&drill->samples[i], at[i]);
    if (!fixture_converge(&drill->fixture, 60 * SIM_SEC)) drill->failures++;
}

static void run_cluster(Drill *drill, uint32_t seed, int runs)
{
    FixtureConfig config = fixture_config(1000 + seed, 3, 1, T_MS);
    if (drill->quick_ack) config.sim.delayed_ack = 0;
    drill->rng = rng_derive(seed, "drill", 0);
    /* Gossip tells of pongs in whole seconds: where the servers start within one is part of the
     * draw. */
    config.start = rng_below64(&drill->rng, SIM_SEC);
    drill->fixture = fixture_open(&config);
    if (fixture_create(&drill->fixture, 60 * SIM_SEC)) {
        for (int i = 0; i < runs; i++) run_once(drill);
    } else {
        drill->failures++;
    }
    fixture_close(&drill->fixture);
}

static void add_runs(Samples *samples, const cJSON *runs, const char *key)
{
    const cJSON *run;
    cJSON_ArrayForEach(run, runs)
    {
        const cJSON *value = cJSON_GetObjectItem(run, key);
        if (cJSON_IsNumber(value)) samples_add(samples, value->valuedouble);
    }
}

/* `again`: a second measurement, NULL when there is none. A median of 12 to 30 runs is uncertain by
 * as much as the 5% of T that is asked for, so the verdict is about both together. */
static void compare_phase(FidelityReport *report, int phase, const cJSON *runs, const cJSON *again,
                          Samples *ours)
{
    Samples real = {0};
    char left[64], right[64];
    add_runs(&real, runs, phases[phase].key);
    double first = samples_median(&real);
    uint32_t count = real.values.count;
    add_runs(&real, again, phases[phase].key);
    double p = samples_ks(&real, ours);
    double apart = samples_median(ours) - samples_median(&real);
    bool close = apart <= 0.05 * T_MS && apart >= -0.05 * T_MS;
    /* The way back is a matter of the machine's exec and fork: shown, judged by the median only. */
    bool ok = close && (p > 0.01 || phase == PHASE_BACK);
    if (real.values.count == count) snprintf(left, sizeof(left), "%.0f ms (n=%u)", first, count);
    else
        snprintf(left, sizeof(left), "%.0f ms (n=%u), %.0f ms (n=%u)", first, count,
                 samples_median(&real), real.values.count);
    snprintf(right, sizeof(right), "%.0f ms (n=%u) p=%.3f", samples_median(ours),
             ours->values.count, p);
    report_row(report, phases[phase].name, left, right, ok,
               phase == PHASE_BACK ? "median within 5% of T"
                                   : "median within 5% of T, KS p > 0.01");
    samples_deinit(&real);
}

void fidelity_failover(FidelityReport *report, const char *file, uint32_t seeds)
{
    cJSON *oracle = fidelity_read(file);
    Samples samples[PHASE_COUNT] = {{{0}}};
    Drill drill = {.samples = samples,
                   .stop = strstr(file, "stop") != NULL,
                   .quick_ack = strstr(file, "quickack") != NULL};
    report_heading(file);
    int runs = cJSON_GetArraySize(cJSON_GetObjectItem(oracle, "runs"));
    for (uint32_t seed = 0; seed < seeds; seed++) run_cluster(&drill, seed, runs);
    cJSON *again = fidelity_read("again");
    for (int i = 0; i < PHASE_COUNT; i++) {
        /* What comes before the vote does not depend on how acknowledgements are delayed. */
        const char *same = drill.stop                          ? "stop"
                           : drill.quick_ack && i >= PHASE_WON ? "none"
                                                               : "kill";
        compare_phase(report, i, cJSON_GetObjectItem(oracle, "runs"),
                      cJSON_GetObjectItem(again, same), &samples[i]);
        samples_deinit(&samples[i]);
    }
    char ours[32];
    snprintf(ours, sizeof(ours), "%u", drill.failures);
    report_row(report, "runs without failover or convergence", "0", ours, drill.failures == 0,
               "none");
    cJSON_Delete(oracle);
    cJSON_Delete(again);
}
