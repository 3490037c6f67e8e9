/* test_sweep.c -- many seeds under random faults with all checkers on; then everything is healed
 * and the cluster must come together again within a bound (style.md: first break things, then heal
 * and demand progress). Clients write all the time; a ledger of what was acknowledged names the
 * window of protocol.md §10.5 through which each lost write was lost.
 *
 * SWEEP_SEEDS=N runs N seeds instead of 300; SWEEP_FIRST=K begins at seed K. A seed that fails
 * prints its command. */
#include "sim/base/rng.h"
#include "sim/check/check.h"
#include "tests/fixture/fixture.h"
#include "tests/sweep/operator.h"

#include <CUnit/CUnit.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void test_sweep_suite(void);

#define SEEDS        300
#define FAULTS_MAX   12
#define CLIENTS      2
#define CLIENT_RATE  20 /* writes a second */
#define CREATE_LIMIT (120 * SIM_SEC)
#define HEAL_LIMIT   (180 * SIM_SEC)
#define SETTLE       (30 * SIM_SEC) /* an administrator looks after so long */

/* What the faults of all seeds came to: a sweep in which one kind never happened shows nothing. */
typedef enum Count {
    COUNT_KILL,
    COUNT_POWER,
    COUNT_FREEZE,
    COUNT_SLOW,
    COUNT_WIPE,
    COUNT_CUT,
    COUNT_ONEWAY,
    COUNT_LOSS,
    COUNT_THIN,
    COUNT_FAR,
    COUNT_WON,
    COUNT_WRITES, /* acknowledged */
    COUNT_ASYNC,  /* lost, by window */
    COUNT_MINORITY,
    COUNT_EMPTY,
    COUNT_KINDS
} Count;

static const char *const count_names[COUNT_KINDS] = {
    "kills",
    "power losses",
    "freezes",
    "slow processes",
    "lost disks",
    "cuts",
    "one-way faults",
    "lossy paths",
    "thin paths",
    "far paths",
    "elections won",
    "writes",
    "lost asynchronously",
    "lost in a minority",
    "lost by an empty start",
};

typedef struct Sweep {
    Fixture fixture;
    Rng rng;
    uint32_t rules[64];
    uint32_t rule_count;
    uint64_t seed;
    uint64_t *counts; /* COUNT_KINDS of them, over all seeds */
    HostId wiped;     /* the host that loses its disk; HOST_NONE */
    NodeId lost;      /* the identity it had, once it has lost it; NODE_NONE */
    uint32_t workloads[CLIENTS];
    uint32_t machines; /* hosts and clients */
} Sweep;

static HostId some_host(Sweep *sweep)
{
    return (HostId)rng_below(&sweep->rng, sweep->fixture.hosts);
}

/* A group of hosts that is neither empty nor everybody. */
static uint64_t some_group(Sweep *sweep)
{
    uint64_t all = (UINT64_C(1) << sweep->machines) - 1;
    for (;;) {
        uint64_t group = rng_next(&sweep->rng) & all;
        if (group != 0 && group != all) return group;
    }
}

static void fault_network(Sweep *sweep)
{
    uint64_t all = (UINT64_C(1) << sweep->machines) - 1;
    if (sweep->rule_count == 64) return;
    uint64_t group =
        rng_below(&sweep->rng, 2) ? some_group(sweep) : UINT64_C(1) << some_host(sweep);
    NetRule how = {.oneway = rng_below(&sweep->rng, 3) == 0};
    Count kind = COUNT_CUT + rng_below(&sweep->rng, 4);
    if (kind >= COUNT_ONEWAY) kind++;
    if (kind == COUNT_CUT) how.cut = true;
    if (kind == COUNT_LOSS) how.loss_ppm = 10000 + rng_below(&sweep->rng, 600000);
    if (kind == COUNT_THIN) how.bytes_per_s = 2000 + rng_below(&sweep->rng, 100000);
    if (kind == COUNT_FAR) {
        how.latency = rng_below64(&sweep->rng, 800 * SIM_MS);
        how.jitter = rng_below64(&sweep->rng, 400 * SIM_MS);
    }
    sweep->counts[kind]++;
    sweep->counts[COUNT_ONEWAY] += how.oneway;
    sweep->rules[sweep->rule_count++] = fixture_fault(&sweep->fixture, group, all & ~group, how);
}

/* One host in a run may lose its disk: what the others make of its new identity, and how they are
 * helped, is the operator's matter. */
static void start(Sweep *sweep, HostId host)
{
    if (host == sweep->wiped && sweep->lost == NODE_NONE) {
        sweep->lost = sim_host_node(sweep->fixture.sim, host);
        fixture_command(&sweep->fixture, CMD_WIPE, host);
        sweep->counts[COUNT_WIPE]++;
    }
    fixture_command(&sweep->fixture, CMD_START, host);
}

static void slow_down(Sweep *sweep, HostId host, uint32_t permille)
{
    Command slow = {.kind = CMD_SLOW, .host = host};
    slow.u.permille = permille;
    fixture_submit(&sweep->fixture, &slow);
}

/* Stops, slows or kills a process that runs well. */
static void harm(Sweep *sweep, HostId host)
{
    Count kind = COUNT_KILL;
    switch (rng_below(&sweep->rng, 8)) {
    case 0:
        kind = COUNT_SLOW;
        slow_down(sweep, host, 1000 + rng_below(&sweep->rng, 999000));
        break;
    case 1:
    case 2:
        kind = COUNT_FREEZE;
        fixture_command(&sweep->fixture, CMD_FREEZE, host);
        break;
    case 3: kind = COUNT_POWER; /* fall through */
    default: fixture_kill(&sweep->fixture, host, kind == COUNT_POWER);
    }
    sweep->counts[kind]++;
}

static void fault_process(Sweep *sweep)
{
    HostId host = some_host(sweep);
    ProcessStatus status = sim_host_status(sweep->fixture.sim, host);
    if (status == PROCESS_IS_FROZEN) {
        fixture_command(&sweep->fixture, CMD_THAW, host);
    } else if (status == PROCESS_DEAD) {
        start(sweep, host);
        fixture_run(&sweep->fixture, 20 * SIM_MS);
    } else {
        harm(sweep, host);
    }
}

static void heal_network(Sweep *sweep)
{
    while (sweep->rule_count > 0) fixture_heal(&sweep->fixture, sweep->rules[--sweep->rule_count]);
}

static void heal_all(Sweep *sweep)
{
    heal_network(sweep);
    for (uint32_t i = 0; i < sweep->fixture.hosts; i++) {
        ProcessStatus status = sim_host_status(sweep->fixture.sim, (HostId)i);
        if (status == PROCESS_DEAD) start(sweep, (HostId)i);
        if (status == PROCESS_IS_FROZEN) fixture_command(&sweep->fixture, CMD_THAW, (HostId)i);
        slow_down(sweep, (HostId)i, 1000);
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

/* The host that is to lose its disk has kept it until now: the last fault. It comes back empty at
 * once or after its failure has been noticed. */
static void lose_disk(Sweep *sweep)
{
    if (sweep->wiped == HOST_NONE || sweep->lost != NODE_NONE) return;
    if (sim_host_status(sweep->fixture.sim, sweep->wiped) != PROCESS_DEAD) {
        fixture_kill(&sweep->fixture, sweep->wiped, false);
    }
    fixture_run(&sweep->fixture, rng_below64(&sweep->rng, 6 * SIM_SEC));
}

static void tell(const Sweep *sweep, const char *what, const char *detail)
{
    fprintf(stderr,
            "\nseed %llu: %s: %s\n  again: SWEEP_FIRST=%llu SWEEP_SEEDS=1 build/tests test_sweep\n",
            (unsigned long long)sweep->seed, what, detail, (unsigned long long)sweep->seed);
}

/* Everything works again: the cluster must agree, with an administrator's help where it needs that.
 */
static bool must_converge(Sweep *sweep)
{
    Text why = {0};
    heal_all(sweep);
    bool ok = true;
    if (sweep->lost != NODE_NONE) {
        fixture_run(&sweep->fixture, SETTLE);
        ok = operator_replace(&sweep->fixture, sweep->wiped, sweep->lost);
        if (!ok) tell(sweep, "cannot be repaired", sim_host_name(sweep->fixture.sim, sweep->wiped));
    }
    ok = ok && fixture_converge(&sweep->fixture, HEAL_LIMIT);
    if (!ok) {
        sim_converged(sweep->fixture.sim, &why);
        tell(sweep, "does not converge", text_chars(&why));
    }
    text_deinit(&why);
    return ok;
}

static uint64_t count_wins(const Trace *trace)
{
    uint64_t wins = 0;
    for (uint64_t seq = 1; seq <= trace_count(trace); seq++) {
        TraceRecord record;
        trace_get(trace, seq, &record);
        wins += record.type == TRACE_ELECTION_WON;
    }
    return wins;
}

/* --- clients --- */

static void start_clients(Sweep *sweep)
{
    sweep->machines = sweep->fixture.hosts + CLIENTS;
    for (uint32_t i = 0; i < CLIENTS; i++) {
        char name[20], keys[40];
        snprintf(name, sizeof(name), "client%u", i + 1);
        snprintf(keys, sizeof(keys), "%s:{1..10000000}", name);
        WorkloadConfig config = workload_config_default();
        config.rate = CLIENT_RATE;
        config.in_order = true;
        sweep->workloads[i] =
            fixture_workload(&sweep->fixture, fixture_client(&sweep->fixture, name), keys, config);
    }
}

static void count_lost(const Sweep *sweep, const Ledger *ledger)
{
    sweep->counts[COUNT_WRITES] += ledger_acked(ledger);
    sweep->counts[COUNT_ASYNC] += ledger_count(ledger, LOSS_ASYNC);
    sweep->counts[COUNT_MINORITY] += ledger_count(ledger, LOSS_MINORITY);
    sweep->counts[COUNT_EMPTY] += ledger_count(ledger, LOSS_EMPTY_START);
}

/* Every lost write must have gone through a window. */
static bool close_book(Sweep *sweep)
{
    for (uint32_t i = 0; i < CLIENTS; i++) fixture_stop(&sweep->fixture, sweep->workloads[i]);
    fixture_run(&sweep->fixture, 2 * SIM_SEC);
    Ledger *ledger = fixture_ledger(&sweep->fixture);
    count_lost(sweep, ledger);
    uint32_t findings = ledger_count(ledger, LOSS_FINDING);
    for (uint32_t i = 0; findings > 0 && i < ledger_lost_count(ledger); i++) {
        const LostWrite *lost = ledger_lost(ledger, i);
        if (lost->window != LOSS_FINDING) continue;
        char text[200];
        const char *to =
            lost->to == HOST_NONE ? "nobody else" : sim_host_name(sweep->fixture.sim, lost->to);
        snprintf(text, sizeof(text),
                 "%s, acknowledged at %.3f s by %s (%u such writes; %.3f s, to %s)",
                 ledger_key(ledger, lost->key), (double)lost->acked / SIM_SEC,
                 sim_host_name(sweep->fixture.sim, lost->by), findings,
                 (double)lost->step / SIM_SEC, to);
        tell(sweep, "a lost write fits no window", text);
        break;
    }
    ledger_destroy(ledger);
    return findings == 0;
}

/* One seed: create, break, heal, converge; the checkers watch the whole trace. */
static bool run_seed(uint64_t seed, uint64_t *counts)
{
    Sweep sweep = {.seed = seed, .counts = counts, .wiped = HOST_NONE, .lost = NODE_NONE};
    sweep.rng = rng_derive(seed, "sweep", 0);
    uint32_t primaries = 3 + rng_below(&sweep.rng, 10);
    uint32_t replicas = rng_below(&sweep.rng, 3);
    uint32_t timeout_ms = 500 + rng_below(&sweep.rng, 2500);
    FixtureConfig config = fixture_config(seed, primaries, replicas, timeout_ms);
    config.start = rng_below64(&sweep.rng, SIM_SEC);
    sweep.fixture = fixture_open(&config);
    if (rng_below(&sweep.rng, 3) == 0) sweep.wiped = some_host(&sweep);
    bool ok = fixture_create(&sweep.fixture, CREATE_LIMIT);
    if (!ok) tell(&sweep, "was not created", "no agreement in time");
    if (ok) {
        start_clients(&sweep);
        break_things(&sweep);
        lose_disk(&sweep);
        ok = must_converge(&sweep) && close_book(&sweep);
    }
    const Trace *trace = sim_trace(sweep.fixture.sim);
    Check *check = check_create(NULL);
    if (check_trace(check, trace) > 0) {
        tell(&sweep, "breaks an invariant", check_text(check));
        ok = false;
    }
    check_destroy(check);
    counts[COUNT_WON] += count_wins(trace);
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
    uint64_t counts[COUNT_KINDS] = {0};
    for (uint64_t seed = first; seed < first + count; seed++) {
        if (!run_seed(seed, counts)) failed++;
    }
    CU_ASSERT_EQUAL(failed, 0);
    for (uint32_t i = 0; i < COUNT_KINDS && count >= SEEDS; i++) {
        if (counts[i] >= count / 10) continue;
        fprintf(stderr, "\nonly %llu %s\n", (unsigned long long)counts[i], count_names[i]);
        CU_FAIL("a kind of fault hardly ever happened");
    }
}

void test_sweep_suite(void)
{
    CU_pSuite suite = CU_add_suite("sweep", NULL, NULL);
    CU_add_test(suite, "clusters survive random faults and come together again",
                clusters_survive_random_faults);
}
