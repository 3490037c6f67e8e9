/* test_sweep.c -- many seeds under random faults with all checkers on; then everything is healed
 * and the cluster must come together again within a bound (style.md: first break things, then heal
 * and demand progress).
 *
 * SWEEP_SEEDS=N runs N seeds instead of 300; SWEEP_FIRST=K begins at seed K. A seed that fails
 * prints its command. */
#include "sim/base/rng.h"
#include "sim/check/check.h"
#include "tests/fixture/fixture.h"

#include <CUnit/CUnit.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void test_sweep_suite(void);

#define SEEDS        300
#define FAULTS_MAX   12
#define CREATE_LIMIT (120 * SIM_SEC)
#define HEAL_LIMIT   (180 * SIM_SEC)

typedef struct Sweep {
    Fixture fixture;
    Rng rng;
    uint32_t rules[64];
    uint32_t rule_count;
    uint64_t seed;
} Sweep;

static HostId some_host(Sweep *sweep)
{
    return (HostId)rng_below(&sweep->rng, sweep->fixture.hosts);
}

/* A group of hosts that is neither empty nor everybody. */
static uint64_t some_group(Sweep *sweep)
{
    uint64_t all = (UINT64_C(1) << sweep->fixture.hosts) - 1;
    for (;;) {
        uint64_t group = rng_next(&sweep->rng) & all;
        if (group != 0 && group != all) return group;
    }
}

static void fault_network(Sweep *sweep)
{
    uint64_t all = (UINT64_C(1) << sweep->fixture.hosts) - 1;
    if (sweep->rule_count == 64) return;
    uint64_t group =
        rng_below(&sweep->rng, 2) ? some_group(sweep) : UINT64_C(1) << some_host(sweep);
    NetRule how = {.oneway = rng_below(&sweep->rng, 3) == 0};
    switch (rng_below(&sweep->rng, 3)) {
    case 0: how.cut = true; break;
    case 1: how.loss_ppm = 10000 + rng_below(&sweep->rng, 600000); break;
    default:
        how.latency = rng_below64(&sweep->rng, 800 * SIM_MS);
        how.jitter = rng_below64(&sweep->rng, 400 * SIM_MS);
    }
    sweep->rules[sweep->rule_count++] = fixture_fault(&sweep->fixture, group, all & ~group, how);
}

static void fault_process(Sweep *sweep)
{
    HostId host = some_host(sweep);
    ProcessStatus status = sim_host_status(sweep->fixture.sim, host);
    if (status == PROCESS_IS_FROZEN) {
        fixture_command(&sweep->fixture, CMD_THAW, host);
    } else if (status == PROCESS_DEAD) {
        fixture_command(&sweep->fixture, CMD_START, host);
        fixture_run(&sweep->fixture, 20 * SIM_MS);
    } else if (rng_below(&sweep->rng, 3) == 0) {
        fixture_command(&sweep->fixture, CMD_FREEZE, host);
    } else {
        fixture_kill(&sweep->fixture, host, rng_below(&sweep->rng, 4) == 0);
    }
}

/* Only replicas may lose their disk: a primary's identity is the only one that has its slots on
 * disk, and a wiped node must be met again by hand. Its old record is forgotten at the end. */
static void heal_network(Sweep *sweep)
{
    while (sweep->rule_count > 0) fixture_heal(&sweep->fixture, sweep->rules[--sweep->rule_count]);
}

static void heal_all(Sweep *sweep)
{
    heal_network(sweep);
    for (uint32_t i = 0; i < sweep->fixture.hosts; i++) {
        ProcessStatus status = sim_host_status(sweep->fixture.sim, (HostId)i);
        if (status == PROCESS_DEAD) fixture_command(&sweep->fixture, CMD_START, (HostId)i);
        if (status == PROCESS_IS_FROZEN) fixture_command(&sweep->fixture, CMD_THAW, (HostId)i);
    }
    fixture_run(&sweep->fixture, 50 * SIM_MS);
}

static void break_things(Sweep *sweep)
{
    uint32_t faults = 1 + rng_below(&sweep->rng, FAULTS_MAX);
    for (uint32_t i = 0; i < faults; i++) {
        uint32_t what = rng_below(&sweep->rng, 10);
        if (what < 5) fault_process(sweep);
        else if (what < 8) fault_network(sweep);
        else if (what < 9) heal_network(sweep);
        else heal_all(sweep);
        fixture_run(&sweep->fixture, rng_below64(&sweep->rng, 6 * SIM_SEC));
    }
}

static void tell(const Sweep *sweep, const char *what, const char *detail)
{
    fprintf(stderr,
            "\nseed %llu: %s: %s\n  again: SWEEP_FIRST=%llu SWEEP_SEEDS=1 build/tests test_sweep\n",
            (unsigned long long)sweep->seed, what, detail, (unsigned long long)sweep->seed);
}

/* One seed: create, break, heal, converge; the checkers watch the whole trace. */
static bool run_seed(uint64_t seed)
{
    Sweep sweep = {.seed = seed, .rng = rng_derive(seed, "sweep", 0)};
    uint32_t primaries = 3 + rng_below(&sweep.rng, seed % 10 == 0 ? 10 : 4);
    uint32_t replicas = rng_below(&sweep.rng, 3);
    uint32_t timeout_ms = 500 + rng_below(&sweep.rng, 2500);
    FixtureConfig config = fixture_config(seed, primaries, replicas, timeout_ms);
    sweep.fixture = fixture_open(&config);
    Text why = {0};
    bool ok = fixture_create(&sweep.fixture, CREATE_LIMIT);
    if (!ok) tell(&sweep, "was not created", "no agreement in time");
    if (ok) {
        break_things(&sweep);
        heal_all(&sweep);
        ok = fixture_converge(&sweep.fixture, HEAL_LIMIT);
        if (!ok) {
            sim_converged(sweep.fixture.sim, &why);
            tell(&sweep, "does not converge", text_chars(&why));
        }
    }
    Check *check = check_create(NULL);
    if (check_trace(check, sim_trace(sweep.fixture.sim)) > 0) {
        tell(&sweep, "breaks an invariant", check_text(check));
        ok = false;
    }
    check_destroy(check);
    text_deinit(&why);
    fixture_close(&sweep.fixture);
    return ok;
}

static uint64_t setting(const char *name, uint64_t standard)
{
    const char *value = getenv(name);
    return value ? strtoull(value, NULL, 10) : standard;
}

static void clusters_survive_random_faults(void)
{
    uint64_t first = setting("SWEEP_FIRST", 0), count = setting("SWEEP_SEEDS", SEEDS), failed = 0;
    for (uint64_t seed = first; seed < first + count; seed++) {
        if (!run_seed(seed)) failed++;
    }
    CU_ASSERT_EQUAL(failed, 0);
}

void test_sweep_suite(void)
{
    CU_pSuite suite = CU_add_suite("sweep", NULL, NULL);
    CU_add_test(suite, "clusters survive random faults and come together again",
                clusters_survive_random_faults);
}
