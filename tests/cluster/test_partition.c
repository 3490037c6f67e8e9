/* test_partition.c -- clients write while clusters are cut, killed, frozen and failed over: what is
 * acknowledged, when it stops, and what of it is lost in the end (protocol.md §5, §7, §10.5).
 *
 * PARTITION_SEEDS=N runs N seeds of each instead of a few (100 shows what issue and protocol ask).
 */
#include "sim/cluster/keyslot.h"
#include "tests/fixture/fixture.h"

#include <CUnit/CUnit.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void test_partition_suite(void);

#define T_MS 2000
#define T    (T_MS * SIM_MS)
#define RATE 200

static uint64_t seeds_or(uint64_t standard)
{
    const char *value = getenv("PARTITION_SEEDS");
    return value ? strtoull(value, NULL, 10) : standard;
}

/* Hosts 0..2 are the primaries, 3..5 their replicas, 6 a client. */
static Fixture open_cluster(uint64_t seed, uint32_t timeout_ms, const char *directive,
                            const char *value)
{
    FixtureConfig config = fixture_config(seed, 3, 1, timeout_ms);
    config.sim.trace_level = 1;
    if (directive) CU_ASSERT_TRUE_FATAL(config_set(&config.node, directive, value, NULL));
    Fixture fixture = fixture_open(&config);
    CU_ASSERT_TRUE_FATAL(fixture_create(&fixture, 60 * SIM_SEC));
    fixture_run(&fixture, 3 * SIM_SEC); /* the replicas are in sync */
    return fixture;
}

/* Keys of the first primary, each written once. */
static const char *first_keys(void)
{
    static char keys[40];
    for (char tag = 'a'; tag <= 'z'; tag++) {
        snprintf(keys, sizeof(keys), "{%c}:{1..1000000}", tag);
        if (keyslot_of(keys, (uint32_t)strlen(keys)) < SLOT_COUNT / 3) return keys;
    }
    return keys;
}

static WorkloadConfig writes(uint32_t rate)
{
    WorkloadConfig config = workload_config_default();
    config.rate = rate;
    config.in_order = true;
    return config;
}

/* When the last write was acknowledged by this host, no later than `until`. */
static SimTime last_ack(Fixture *fixture, HostId by, SimTime until)
{
    SimTime last = 0;
    const Trace *trace = sim_trace(fixture->sim);
    for (uint64_t seq = 1; seq <= trace_count(trace); seq++) {
        TraceRecord record;
        trace_get(trace, seq, &record);
        if (record.type != TRACE_WRITE_ENDED || record.time > until) continue;
        if (record.u.WRITE_ENDED.end == WRITE_ACKED && record.u.WRITE_ENDED.to == by)
            last = record.time;
    }
    return last;
}

static void tell_lost(uint64_t seed, const Ledger *ledger)
{
    for (uint32_t i = 0; i < ledger_lost_count(ledger); i++) {
        const LostWrite *lost = ledger_lost(ledger, i);
        if (lost->window != LOSS_FINDING) continue;
        fprintf(stderr,
                "\nseed %llu: %s, acknowledged at %.3f s by host %u, fits no window (%.3f s)\n",
                (unsigned long long)seed, ledger_key(ledger, lost->key),
                (double)lost->acked / SIM_SEC, lost->by, (double)lost->step / SIM_SEC);
        return;
    }
}

/* Everything is healed, the writer stops: the book is closed. Checks that no loss is a finding. */
static Ledger *settle(Fixture *fixture, uint64_t seed, uint32_t workload)
{
    CU_ASSERT_TRUE(fixture_converge(fixture, 60 * SIM_SEC));
    fixture_stop(fixture, workload);
    fixture_run(fixture, 2 * SIM_SEC);
    Ledger *ledger = fixture_ledger(fixture);
    tell_lost(seed, ledger);
    CU_ASSERT_EQUAL(ledger_count(ledger, LOSS_FINDING), 0);
    return ledger;
}

static void expect_between(uint64_t seed, const char *what, uint64_t got, uint64_t low,
                           uint64_t high)
{
    bool within = got >= low && got <= high;
    if (!within) {
        fprintf(stderr, "\nseed %llu: %s is %llu, not %llu to %llu\n", (unsigned long long)seed,
                what, (unsigned long long)got, (unsigned long long)low, (unsigned long long)high);
    }
    CU_ASSERT_TRUE(within);
}

/* --- partitions --- */

/* §5.6, §10.5 windows 2 and 3: a primary in a minority with its client serves it for T to 1.5 T,
 * plus a tick; all that it acknowledged since the cut is lost, and nothing else. */
static void a_minority_primary_stops_in_time(void)
{
    uint64_t overlaps = 0;
    for (uint64_t seed = 1; seed <= seeds_or(6); seed++) {
        Fixture fixture = open_cluster(seed, T_MS, NULL, NULL);
        HostId client = fixture_client(&fixture, "writer");
        uint32_t workload = fixture_workload(&fixture, client, first_keys(), writes(RATE));
        fixture_run(&fixture, SIM_SEC);
        SimTime cut = sim_now(fixture.sim);
        uint32_t wall = fixture_fault(&fixture, 1u | 1u << client, 0x3E, (NetRule){.cut = true});
        fixture_run(&fixture, 4 * T);
        SimSpan served = last_ack(&fixture, 0, sim_now(fixture.sim)) - cut;
        expect_between(seed, "how long it served", served / SIM_MS, T_MS - 10, T_MS * 3 / 2 + 110);
        fixture_heal(&fixture, wall);
        Ledger *ledger = settle(&fixture, seed, workload);
        uint64_t lost = ledger_lost_count(ledger), expected = served * RATE / SIM_SEC;
        expect_between(seed, "lost writes", lost, expected - 2, expected + 3);
        uint32_t known = ledger_count(ledger, LOSS_MINORITY) + ledger_count(ledger, LOSS_OVERLAP);
        CU_ASSERT_EQUAL(known, lost);
        overlaps += ledger_count(ledger, LOSS_OVERLAP);
        ledger_destroy(ledger);
        fixture_close(&fixture);
    }
    /* Promotion is earliest T + 0.5 s after the cut, the last write latest 1.5 T + 0.1 s. */
    expect_between(0, "writes in the overlap", overlaps, 0, seeds_or(6) * RATE * 6 / 10);
}

/* Clients on the side of the majority lose what the cut caught between reply and stream, no more.
 */
static void clients_of_the_majority_lose_hardly_anything(void)
{
    for (uint64_t seed = 1; seed <= seeds_or(4); seed++) {
        Fixture fixture = open_cluster(seed, T_MS, NULL, NULL);
        HostId client = fixture_client(&fixture, "writer");
        uint32_t workload = fixture_workload(&fixture, client, first_keys(), writes(RATE));
        fixture_run(&fixture, SIM_SEC);
        uint32_t wall = fixture_fault(&fixture, 1u, 0x3E | 1u << client, (NetRule){.cut = true});
        fixture_run(&fixture, 4 * T);
        fixture_heal(&fixture, wall);
        Ledger *ledger = settle(&fixture, seed, workload);
        expect_between(seed, "lost writes", ledger_lost_count(ledger), 0, 1);
        CU_ASSERT_TRUE(ledger_acked(ledger) > 4 * RATE); /* it wrote before and after */
        ledger_destroy(ledger);
        fixture_close(&fixture);
    }
}

/* §10.4: min-replicas-to-write 1 ends the service after the lag: acks come each second. */
static void min_replicas_cuts_the_loss(void)
{
    for (uint64_t seed = 1; seed <= seeds_or(4); seed++) {
        Fixture fixture = open_cluster(seed, 3 * T_MS, "min-replicas-to-write", "1");
        for (HostId host = 0; host < 6; host++)
            fixture_call(&fixture, host, "CONFIG SET min-replicas-max-lag 1");
        HostId client = fixture_client(&fixture, "writer");
        uint32_t workload = fixture_workload(&fixture, client, first_keys(), writes(RATE));
        fixture_run(&fixture, SIM_SEC);
        SimTime cut = sim_now(fixture.sim);
        uint32_t wall = fixture_fault(&fixture, 1u | 1u << client, 0x3E, (NetRule){.cut = true});
        fixture_run(&fixture, 9 * T);
        SimTime last = last_ack(&fixture, 0, sim_now(fixture.sim));
        expect_between(seed, "how long it served (ms)", (last - cut) / SIM_MS, 0, 2200);
        fixture_heal(&fixture, wall);
        Ledger *ledger = settle(&fixture, seed, workload);
        CU_ASSERT_TRUE(ledger_lost_count(ledger) <= (last - cut) * RATE / SIM_SEC + 3);
        CU_ASSERT_EQUAL(ledger_count(ledger, LOSS_MINORITY), ledger_lost_count(ledger));
        ledger_destroy(ledger);
        fixture_close(&fixture);
    }
}

/* --- failover by hand --- */

/* §7: 10,000 writes while slots go to the replica and back; none is lost. */
static void a_failover_by_hand_loses_nothing(void)
{
    for (uint64_t seed = 1; seed <= seeds_or(3); seed++) {
        Fixture fixture = open_cluster(seed, T_MS, NULL, NULL);
        HostId client = fixture_client(&fixture, "writer");
        WorkloadConfig config = writes(2000);
        config.limit = 10000;
        uint32_t workload = fixture_workload(&fixture, client, first_keys(), config);
        for (int i = 0; i < 2; i++) {
            fixture_run(&fixture, 1500 * SIM_MS);
            HostId to = i % 2 ? 0 : 3;
            CU_ASSERT_STRING_EQUAL(fixture_call(&fixture, to, "CLUSTER FAILOVER"), "+OK");
        }
        fixture_run(&fixture, 3 * SIM_SEC);
        Ledger *ledger = settle(&fixture, seed, workload);
        CU_ASSERT_EQUAL(ledger_acked(ledger), 10000);
        CU_ASSERT_EQUAL(ledger_lost_count(ledger), 0);
        CU_ASSERT_EQUAL(sim_owner(fixture.sim, 0), 0);
        CU_ASSERT_TRUE(sim_workload_counts(fixture.sim, workload)->moved > 0);
        ledger_destroy(ledger);
        fixture_close(&fixture);
    }
}

/* --- the other windows, one each --- */

typedef struct Story {
    const char *name;
    LossWindow window;
    void (*happens)(Fixture *fixture, HostId client);
    SimSpan patience;     /* of the client, with one request */
    uint32_t least, most; /* writes lost */
} Story;

static void behind(Fixture *fixture, HostId replica, SimSpan latency)
{
    fixture_fault(fixture, 1u, 1u << replica, (NetRule){.latency = latency});
    fixture_run(fixture, 3 * SIM_SEC);
}

static void dies_with_a_lagging_replica(Fixture *fixture, HostId client)
{
    (void)client;
    behind(fixture, 3, 200 * SIM_MS);
    fixture_kill(fixture, 0, true); /* what is on its way arrives; what TCP holds does not */
    fixture_run(fixture, 4 * T);
}

static void is_stopped_and_resumed(Fixture *fixture, HostId client)
{
    (void)client;
    fixture_command(fixture, CMD_FREEZE, 0);
    fixture_run(fixture, 3 * T);
    fixture_command(fixture, CMD_THAW, 0);
    fixture_run(fixture, 2 * T);
}

static void is_taken_over(Fixture *fixture, HostId client)
{
    (void)client;
    behind(fixture, 3, 300 * SIM_MS);
    CU_ASSERT_STRING_EQUAL(fixture_call(fixture, 3, "CLUSTER FAILOVER TAKEOVER"), "+OK");
    fixture_run(fixture, 2 * T);
}

static void restarts_at_once(Fixture *fixture, HostId client)
{
    (void)client;
    fixture_kill(fixture, 0, false);
    fixture_command(fixture, CMD_START, 0);
    fixture_run(fixture, 2 * T);
}

static const Story stories[] = {
    {"power lost, replica behind", LOSS_ASYNC, dies_with_a_lagging_replica, SIM_SEC, 1, 60},
    {"stopped and resumed", LOSS_RESUMED, is_stopped_and_resumed, 60 * SIM_SEC, 100, 1210},
    {"taken over", LOSS_FORCED, is_taken_over, SIM_SEC, 60, 260},
    {"empty restart", LOSS_EMPTY_START, restarts_at_once, SIM_SEC, 150, 1200},
};

static void each_window_loses_what_it_says(void)
{
    for (size_t i = 0; i < ARRAY_LENGTH(stories); i++) {
        for (uint64_t seed = 1; seed <= seeds_or(3); seed++) {
            const Story *story = &stories[i];
            Fixture fixture = open_cluster(seed, T_MS, NULL, NULL);
            HostId client = fixture_client(&fixture, "writer");
            WorkloadConfig config = writes(RATE);
            config.timeout = story->patience;
            uint32_t workload = fixture_workload(&fixture, client, first_keys(), config);
            fixture_run(&fixture, SIM_SEC);
            story->happens(&fixture, client);
            while (fixture.next_rule > 1) fixture_heal(&fixture, --fixture.next_rule);
            if (sim_host_status(fixture.sim, 0) == PROCESS_DEAD)
                fixture_command(&fixture, CMD_START, 0);
            fixture_run(&fixture, T);
            Ledger *ledger = settle(&fixture, seed, workload);
            uint32_t lost = ledger_lost_count(ledger);
            expect_between(seed, story->name, lost, story->least, story->most);
            if (ledger_count(ledger, story->window) != lost) {
                fprintf(stderr, "\n%s, seed %llu: %u of %u lost writes are of another window\n",
                        story->name, (unsigned long long)seed,
                        lost - ledger_count(ledger, story->window), lost);
            }
            CU_ASSERT_EQUAL(ledger_count(ledger, story->window), lost);
            ledger_destroy(ledger);
            fixture_close(&fixture);
        }
    }
}

/* A ledger that explains everything would show nothing: what is lost without a fault is a finding.
 */
static void a_loss_without_a_cause_is_a_finding(void)
{
    Fixture fixture = open_cluster(1, T_MS, NULL, NULL);
    HostId client = fixture_client(&fixture, "writer");
    uint32_t workload = fixture_workload(&fixture, client, first_keys(), writes(RATE));
    fixture_run(&fixture, SIM_SEC);
    fixture_call(&fixture, 3, "CLUSTER FAILOVER");
    fixture_run(&fixture, SIM_SEC);
    fixture_stop(&fixture, workload);
    Ledger *ledger = fixture_ledger(&fixture);
    CU_ASSERT_EQUAL(ledger_lost_count(ledger), 0);
    uint32_t count = ledger_key_count(ledger), first = 10, last = count - 10;
    CU_ASSERT_TRUE_FATAL(count > RATE);
    ledger_set_final(ledger, first, 0, false, 0);
    ledger_set_final(ledger, last, 0, false, 0);
    ledger_judge(ledger, sim_trace(fixture.sim));
    CU_ASSERT_EQUAL(ledger_lost_count(ledger), 2);
    CU_ASSERT_EQUAL(ledger_count(ledger, LOSS_FINDING), 2);
    ledger_destroy(ledger);
    fixture_close(&fixture);
}

void test_partition_suite(void)
{
    CU_pSuite suite = CU_add_suite("partition", NULL, NULL);
    CU_add_test(suite, "a minority primary stops in time", a_minority_primary_stops_in_time);
    CU_add_test(suite, "clients of the majority lose hardly anything",
                clients_of_the_majority_lose_hardly_anything);
    CU_add_test(suite, "min-replicas cuts the loss", min_replicas_cuts_the_loss);
    CU_add_test(suite, "a failover by hand loses nothing", a_failover_by_hand_loses_nothing);
    CU_add_test(suite, "each window loses what it says", each_window_loses_what_it_says);
    CU_add_test(suite, "a loss without a cause is a finding", a_loss_without_a_cause_is_a_finding);
}
