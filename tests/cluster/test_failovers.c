/* test_failovers.c -- automatic failovers, and the return of the old primary, with their times
 * (protocol.md §5.1-§5.4, §5.10, §6). Host i of `primaries` and up replicates host
 * (i - primaries) % primaries; slot 0 is host 0's. */
#include "tests/fixture/watch.h"

#include <CUnit/CUnit.h>

#include <stdio.h>

void test_failovers_suite(void);

#define TICK      (100 * SIM_MS)
#define TICK_LATE (TICK + 5 * SIM_MS) /* a tick is late by what its process does meanwhile */
#define FRAGMENT  (45 * SIM_MS)       /* fsync and delayed ACK, §3.10 */

static Fixture open_in_sync(uint64_t seed, uint32_t primaries, uint32_t replicas, uint32_t t_ms)
{
    FixtureConfig config = fixture_config(seed, primaries, replicas, t_ms);
    Fixture fixture = fixture_open(&config);
    CU_ASSERT_TRUE_FATAL(fixture_create(&fixture, 120 * SIM_SEC));
    /* long enough for all to be in sync, and never at the same phase of the ticks */
    fixture_run(&fixture, 3 * SIM_SEC + seed * 37 * SIM_MS);
    return fixture;
}

static bool within(const char *what, uint64_t seed, SimSpan got, SimSpan low, SimSpan high)
{
    bool holds = got >= low && got <= high;
    if (!holds)
        printf("\n    seed %u: %s after %.3f s, wanted %.3f to %.3f s\n", (unsigned)seed, what,
               (double)got / 1e9, (double)low / 1e9, (double)high / 1e9);
    return holds;
}

static SimSpan since(SimTime time, SimTime start)
{
    return time > start ? time - start : 0;
}

/* §6.9, one phase after the other: silence, opinion, fact, delay, request, promotion, news. */
static void timeline_of_one_death(uint64_t seed, uint32_t t_ms)
{
    Fixture fixture = open_in_sync(seed, 3, 1, t_ms);
    SimSpan t = t_ms * SIM_MS;
    uint64_t mark = watch_mark(&fixture);
    SimTime died = sim_now(fixture.sim);
    fixture_kill(&fixture, 0, false);
    SimTime won = watch_until(&fixture, mark, TRACE_ELECTION_WON, 3, 10 * t);
    CU_ASSERT_NOT_EQUAL_FATAL(won, 0);
    fixture_run(&fixture, t);

    TraceRecord record, failed, delayed, asked;
    for (HostId host = 1; host < fixture.hosts; host++) { /* whoever was not told before by FAIL */
        if (!watch_first(&fixture, mark, TRACE_SUSPECTED, host, &record)) continue;
        CU_ASSERT_TRUE(
            within("PFAIL", seed, since(record.time, died), t - SIM_MS, t * 3 / 2 + 2 * TICK));
    }
    watch_first(&fixture, mark, TRACE_FAILED, HOST_NONE, &failed);
    watch_first(&fixture, mark, TRACE_ELECTION_DELAYED, HOST_NONE, &delayed);
    watch_first(&fixture, mark, TRACE_ELECTION_STARTED, HOST_NONE, &asked);
    CU_ASSERT_TRUE(within("FAIL", seed, since(failed.time, died), t, 2 * t + 3 * TICK));
    CU_ASSERT_TRUE(failed.u.FAILED.reports >= 2 && failed.u.FAILED.quorum == 2);
    CU_ASSERT_TRUE(
        within("schedule", seed, since(delayed.time, failed.time), 0, TICK_LATE + 5 * SIM_MS));
    CU_ASSERT_TRUE(
        within("delay", seed, delayed.u.ELECTION_DELAYED.delay, 500 * SIM_MS, 999 * SIM_MS));
    CU_ASSERT_EQUAL(delayed.u.ELECTION_DELAYED.rank, 0);
    SimSpan waited = since(asked.time, delayed.time);
    CU_ASSERT_TRUE(within("request", seed, waited, delayed.u.ELECTION_DELAYED.delay,
                          delayed.u.ELECTION_DELAYED.delay + TICK_LATE));
    CU_ASSERT_TRUE(within("promotion", seed, since(won, asked.time), 0, FRAGMENT));
    for (HostId host = 1; host < fixture.hosts; host++) {
        if (host == 3) continue;
        CU_ASSERT_TRUE(watch_first(&fixture, mark, TRACE_SLOTS_MOVED, host, &record));
        CU_ASSERT_TRUE(within("news", seed, since(record.time, won), 0, FRAGMENT));
    }
    Belief heir = watch_self(&fixture, 3);
    CU_ASSERT_EQUAL(heir.epoch, asked.u.ELECTION_STARTED.epoch);
    CU_ASSERT_TRUE(sim_converged(fixture.sim, NULL));
    CU_ASSERT_EQUAL(sim_owner(fixture.sim, 0), 3);
    fixture_close(&fixture);
}

static void failover_keeps_to_its_timeline(void)
{
    for (uint64_t seed = 1; seed <= 30; seed++) timeline_of_one_death(seed, 2000);
    for (uint64_t seed = 1; seed <= 5; seed++) timeline_of_one_death(seed, 500);
    for (uint64_t seed = 1; seed <= 5; seed++) timeline_of_one_death(seed, 6000);
}

/* §5.8: with full coverage all refuse from FAIL until the promotion is known, and no longer: no
 * rejoin delay applies to those who had their majority all the time (§5.7). */
static void all_refuse_from_fail_until_the_promotion(void)
{
    for (uint64_t seed = 1; seed <= 10; seed++) {
        Fixture fixture = open_in_sync(seed, 3, 1, 2000);
        uint64_t mark = watch_mark(&fixture);
        fixture_kill(&fixture, 0, false);
        CU_ASSERT_NOT_EQUAL(watch_until(&fixture, mark, TRACE_ELECTION_STARTED, 3, 20 * SIM_SEC),
                            0);
        CU_ASSERT_STRING_EQUAL(fixture_call(&fixture, 1, "GET foo"),
                               "-CLUSTERDOWN The cluster is down");
        uint64_t asked = watch_mark(&fixture);
        SimTime won = watch_until(&fixture, mark, TRACE_ELECTION_WON, 3, SIM_SEC);
        fixture_run(&fixture, 200 * SIM_MS);
        for (HostId host = 1; host < 6; host++) {
            TraceRecord record;
            CU_ASSERT_TRUE(watch_first(&fixture, asked, TRACE_SELF_STATE, host, &record));
            CU_ASSERT_EQUAL(record.u.SELF_STATE.state, STATE_OK);
            CU_ASSERT_TRUE(within("service", seed, since(record.time, won), 0, FRAGMENT));
        }
        CU_ASSERT_EQUAL(sim_self(fixture.sim, 1)->state, STATE_OK);
        fixture_close(&fixture);
    }
}

/* §6.12: a stopped process goes on with its old view for some ms; what it had not written anew is
 * continued (§10.3). */
static void a_stopped_primary_gives_in_at_once(void)
{
    for (uint64_t seed = 1; seed <= 20; seed++) {
        Fixture fixture = open_in_sync(seed, 3, 1, 2000);
        uint64_t mark = watch_mark(&fixture);
        fixture_command(&fixture, CMD_FREEZE, 0);
        CU_ASSERT_NOT_EQUAL_FATAL(watch_until(&fixture, mark, TRACE_ELECTION_WON, 3, 20 * SIM_SEC),
                                  0);
        fixture_run(&fixture, 2 * SIM_SEC);
        mark = watch_mark(&fixture);
        SimTime thawed = sim_now(fixture.sim);
        fixture_command(&fixture, CMD_THAW, 0);
        SimTime demoted = watch_until(&fixture, mark, TRACE_ROLE_CHANGED, 0, 5 * SIM_SEC);
        SimTime synced = watch_until(&fixture, mark, TRACE_REPL_SYNCED, 0, 5 * SIM_SEC);

        TraceRecord record;
        watch_first(&fixture, mark, TRACE_ROLE_CHANGED, 0, &record);
        CU_ASSERT_EQUAL(record.u.ROLE_CHANGED.reason, ROLE_LOST_SLOTS);
        CU_ASSERT_EQUAL(watch_primary_of(&fixture, 0), 3);
        CU_ASSERT_TRUE(within("demotion", seed, since(demoted, thawed), 1, 5 * SIM_MS));
        watch_first(&fixture, mark, TRACE_REPL_SYNCED, 0, &record);
        CU_ASSERT_FALSE(record.u.REPL_SYNCED.full);
        CU_ASSERT_TRUE(synced >= demoted);
        CU_ASSERT_TRUE(fixture_converge(&fixture, 5 * SIM_SEC));
        fixture_close(&fixture);
    }
}

/* §6.4, §6.9: who is behind has rank 1 and waits a second longer, so the other one wins. */
static void the_better_copy_asks_first(void)
{
    for (uint64_t seed = 1; seed <= 20; seed++) {
        Fixture fixture = open_in_sync(seed, 3, 2, 2000);
        HostId behind = seed % 2 ? 3 : 6, better = seed % 2 ? 6 : 3;
        uint32_t lag = fixture_fault(&fixture, 1, UINT64_C(1) << behind, (NetRule){.cut = true});
        CU_ASSERT_STRING_EQUAL(fixture_call(&fixture, 0, "SET hello 1"), "+OK");
        fixture_run(&fixture, 50 * SIM_MS);
        uint64_t mark = watch_mark(&fixture);
        fixture_kill(&fixture, 0,
                     true); /* with its power: the kernel of a killed one sends again */
        fixture_heal(&fixture, lag);
        CU_ASSERT_NOT_EQUAL_FATAL(
            watch_until(&fixture, mark, TRACE_ELECTION_WON, HOST_NONE, 20 * SIM_SEC), 0);

        TraceRecord first, second;
        watch_first(&fixture, mark, TRACE_ELECTION_DELAYED, better, &first);
        CU_ASSERT_TRUE(within("delay of the better", seed, first.u.ELECTION_DELAYED.delay,
                              500 * SIM_MS, 999 * SIM_MS));
        if (watch_first(&fixture, mark, TRACE_ELECTION_DELAYED, behind, &second)) {
            CU_ASSERT_TRUE(second.u.ELECTION_DELAYED.offset < first.u.ELECTION_DELAYED.offset);
        }
        watch_first(&fixture, mark, TRACE_ELECTION_WON, HOST_NONE, &first);
        CU_ASSERT_EQUAL(first.host, better);
        fixture_run(&fixture, SIM_SEC);
        CU_ASSERT_STRING_EQUAL(fixture_call(&fixture, better, "GET hello"), "$1");
        fixture_close(&fixture);
    }
}

/* §10.5 window 9: if nobody else can, who is behind is elected all the same, and what it lacks is
 * lost. Its rank counts a sibling that is dead, too (§6.4). */
static void a_lagging_replica_alone_is_elected_with_a_loss(void)
{
    for (uint64_t seed = 1; seed <= 10; seed++) {
        Fixture fixture = open_in_sync(seed, 3, 2, 2000);
        CU_ASSERT_STRING_EQUAL(fixture_call(&fixture, 0, "SET hello old"), "+OK");
        fixture_run(&fixture, 50 * SIM_MS);
        fixture_fault(&fixture, 1, UINT64_C(1) << 3, (NetRule){.cut = true});
        CU_ASSERT_STRING_EQUAL(fixture_call(&fixture, 0, "SET hello new"), "+OK");
        fixture_run(&fixture, 4 * SIM_SEC); /* host 6's offset is known to host 3 */
        uint64_t mark = watch_mark(&fixture);
        fixture_kill(&fixture, 0, false);
        fixture_kill(&fixture, 6, false);
        CU_ASSERT_NOT_EQUAL_FATAL(watch_until(&fixture, mark, TRACE_ELECTION_WON, 3, 20 * SIM_SEC),
                                  0);

        TraceRecord record;
        watch_first(&fixture, mark, TRACE_ELECTION_DELAYED, 3, &record);
        CU_ASSERT_EQUAL(record.u.ELECTION_DELAYED.rank, 1);
        CU_ASSERT_TRUE(within("delay of rank 1", seed, record.u.ELECTION_DELAYED.delay,
                              1500 * SIM_MS, 1999 * SIM_MS));
        fixture_run(&fixture, SIM_SEC);
        CU_ASSERT_STRING_EQUAL(fixture_call(&fixture, 3, "GET hello"), "$old");
        fixture_close(&fixture);
    }
}

/* §5.9: two of three at once leave no majority: nobody is FAIL, nobody asks. One after the other is
 * fine, since the successor counts. */
static void two_of_three_primaries(void)
{
    for (uint64_t seed = 1; seed <= 10; seed++) {
        Fixture fixture = open_in_sync(seed, 3, 1, 2000);
        uint64_t mark = watch_mark(&fixture);
        fixture_kill(&fixture, 0, false);
        fixture_kill(&fixture, 1, false);
        fixture_run(&fixture, 40 * SIM_SEC);
        CU_ASSERT_EQUAL(watch_count(&fixture, mark, TRACE_FAILED, HOST_NONE), 0);
        CU_ASSERT_EQUAL(watch_count(&fixture, mark, TRACE_ELECTION_STARTED, HOST_NONE), 0);
        CU_ASSERT_EQUAL(sim_self(fixture.sim, 2)->state, STATE_FAIL);
        fixture_close(&fixture);

        fixture = open_in_sync(seed, 3, 1, 2000);
        mark = watch_mark(&fixture);
        fixture_kill(&fixture, 0, false);
        CU_ASSERT_NOT_EQUAL(watch_until(&fixture, mark, TRACE_ELECTION_WON, 3, 20 * SIM_SEC), 0);
        fixture_kill(&fixture, 1, false);
        CU_ASSERT_NOT_EQUAL(watch_until(&fixture, mark, TRACE_ELECTION_WON, 4, 20 * SIM_SEC), 0);
        CU_ASSERT_TRUE(fixture_converge(&fixture, SIM_SEC));
        fixture_close(&fixture);
    }
}

/* §6.15: two elections at once. A voter votes once an epoch, so if both candidates pick the same
 * number at most one of them wins; the other tries again more than 4 T after its time to ask. The
 * ways are long here, so that requests cross. */
static void two_of_five_primaries(void)
{
    uint32_t retried = 0;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        Fixture fixture = open_in_sync(seed, 5, 1, 1000);
        fixture_fault(&fixture, 0x3FF, 0x3FF, (NetRule){.latency = 60 * SIM_MS});
        fixture_run(&fixture, SIM_SEC);
        uint64_t mark = watch_mark(&fixture);
        fixture_kill(&fixture, 0, false);
        fixture_kill(&fixture, 1, false);
        SimTime first = watch_until(&fixture, mark, TRACE_ELECTION_WON, 5, 30 * SIM_SEC);
        SimTime second = watch_until(&fixture, mark, TRACE_ELECTION_WON, 6, 30 * SIM_SEC);
        CU_ASSERT_TRUE_FATAL(first != 0 && second != 0);
        CU_ASSERT_NOT_EQUAL(watch_self(&fixture, 5).epoch, watch_self(&fixture, 6).epoch);
        for (HostId host = 5; host <= 6; host++) {
            TraceRecord one, two;
            watch_first(&fixture, mark, TRACE_ELECTION_STARTED, host, &one);
            if (!watch_first(&fixture, one.seq, TRACE_ELECTION_STARTED, host, &two)) continue;
            retried++;
            watch_first(&fixture, one.seq, TRACE_ELECTION_DELAYED, host, &two);
            CU_ASSERT_TRUE(within("retry", seed, since(two.time, one.time), 4 * SIM_SEC - TICK_LATE,
                                  4 * SIM_SEC + TICK_LATE));
        }
        CU_ASSERT_TRUE(fixture_converge(&fixture, 5 * SIM_SEC));
        fixture_close(&fixture);
    }
    CU_ASSERT_TRUE(retried > 0);
}

/* §6.2: whoever starts while its primary is dead has never been connected in this life: its data is
 * as old as time, and only factor 0 lets it be elected. */
static void a_replica_restarted_after_its_primary_died(void)
{
    for (uint64_t seed = 1; seed <= 10; seed++) {
        bool factor_zero = seed % 2 == 0;
        FixtureConfig config = fixture_config(seed, 3, 1, 2000);
        if (factor_zero) config.node.replica_validity_factor = 0;
        Fixture fixture = fixture_open(&config);
        CU_ASSERT_TRUE_FATAL(fixture_create(&fixture, 60 * SIM_SEC));
        fixture_run(&fixture, 3 * SIM_SEC);
        uint64_t mark = watch_mark(&fixture);
        fixture_kill(&fixture, 0, false);
        fixture_kill(&fixture, 3, false);
        fixture_command(&fixture, CMD_START, 3);
        fixture_run(&fixture, 20 * SIM_SEC);
        CU_ASSERT_EQUAL(watch_count(&fixture, mark, TRACE_ELECTION_WON, 3), factor_zero ? 1 : 0);
        TraceRecord record;
        if (!factor_zero) {
            CU_ASSERT_TRUE(watch_first(&fixture, mark, TRACE_ELECTION_REFUSED, 3, &record));
            CU_ASSERT_EQUAL(record.u.ELECTION_REFUSED.reason, ELECT_DATA_AGE);
        }
        fixture_close(&fixture);
    }
}

void test_failovers_suite(void)
{
    CU_pSuite suite = CU_add_suite("failovers", NULL, NULL);
    CU_add_test(suite, "failover_keeps_to_its_timeline", failover_keeps_to_its_timeline);
    CU_add_test(suite, "all_refuse_from_fail_until_the_promotion",
                all_refuse_from_fail_until_the_promotion);
    CU_add_test(suite, "a_stopped_primary_gives_in_at_once", a_stopped_primary_gives_in_at_once);
    CU_add_test(suite, "the_better_copy_asks_first", the_better_copy_asks_first);
    CU_add_test(suite, "a_lagging_replica_alone_is_elected_with_a_loss",
                a_lagging_replica_alone_is_elected_with_a_loss);
    CU_add_test(suite, "two_of_three_primaries", two_of_three_primaries);
    CU_add_test(suite, "two_of_five_primaries", two_of_five_primaries);
    CU_add_test(suite, "a_replica_restarted_after_its_primary_died",
                a_replica_restarted_after_its_primary_died);
}
