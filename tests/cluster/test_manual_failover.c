/* test_manual_failover.c -- CLUSTER FAILOVER in its three forms, and what they do to each other
 * (protocol.md §6.14, §7, §10.5). Host 3 replicates host 0, the owner of `hello`. */
#include "tests/fixture/watch.h"

#include <CUnit/CUnit.h>

#include <stdio.h>
#include <string.h>

void test_manual_failover_suite(void);

#define T         (2 * SIM_SEC)
#define TICK_LATE (105 * SIM_MS)
#define FRAGMENT  (50 * SIM_MS) /* fsync, and 40 ms of delayed ACK (§3.10) */

static Fixture open_in_sync(uint64_t seed, uint32_t replicas)
{
    FixtureConfig config = fixture_config(seed, 3, replicas, (uint32_t)(T / SIM_MS));
    Fixture fixture = fixture_open(&config);
    CU_ASSERT_TRUE_FATAL(fixture_create(&fixture, 60 * SIM_SEC));
    fixture_run(&fixture, 3 * SIM_SEC + seed * 37 * SIM_MS);
    return fixture;
}

static bool within(const char *what, uint64_t seed, SimTime got, SimTime start, SimSpan low,
                   SimSpan high)
{
    bool holds = got >= start + low && got <= start + high;
    if (!holds)
        printf("\n    seed %u: %s at %.4f s after %.4f s, wanted %.4f to %.4f s later\n",
               (unsigned)seed, what, (double)got / 1e9, (double)start / 1e9, (double)low / 1e9,
               (double)high / 1e9);
    return holds;
}

static const char *failover(Fixture *fixture, HostId host, const char *form)
{
    return fixture_call(fixture, host, "CLUSTER FAILOVER%s", form);
}

/* §7, plain: no delay, equal offsets, no loss. OK means accepted. The old primary learns it up to
 * 50 ms later and continues the stream of its heir. */
static void plain_is_a_matter_of_milliseconds(void)
{
    for (uint64_t seed = 1; seed <= 20; seed++) {
        Fixture fixture = open_in_sync(seed, 1);
        CU_ASSERT_STRING_EQUAL(fixture_call(&fixture, 0, "SET hello 1"), "+OK");
        uint64_t mark = watch_mark(&fixture);
        SimTime asked = sim_now(fixture.sim);
        CU_ASSERT_STRING_EQUAL(failover(&fixture, 3, ""), "+OK");
        CU_ASSERT_FALSE(watch_is_primary(&fixture, 3));
        SimTime won = watch_until(&fixture, mark, TRACE_ELECTION_WON, 3, 5 * SIM_SEC);
        SimTime demoted = watch_until(&fixture, mark, TRACE_ROLE_CHANGED, 0, SIM_SEC);
        CU_ASSERT_TRUE(within("promotion", seed, won, asked, SIM_MS, 10 * SIM_MS));
        CU_ASSERT_TRUE(within("demotion", seed, demoted, won, 0, FRAGMENT));

        TraceRecord record;
        CU_ASSERT_NOT_EQUAL(watch_until(&fixture, mark, TRACE_REPL_SYNCED, 0, 5 * SIM_SEC), 0);
        watch_first(&fixture, mark, TRACE_REPL_SYNCED, 0, &record);
        CU_ASSERT_FALSE(record.u.REPL_SYNCED.full);
        watch_first(&fixture, mark, TRACE_ELECTION_DELAYED, 3, &record);
        CU_ASSERT_EQUAL(record.u.ELECTION_DELAYED.delay, 0);
        CU_ASSERT_EQUAL(watch_count(&fixture, mark, TRACE_FAILED, HOST_NONE), 0);
        CU_ASSERT_TRUE(fixture_converge(&fixture, 5 * SIM_SEC));
        CU_ASSERT_STRING_EQUAL(fixture_call(&fixture, 3, "GET hello"), "$1");
        fixture_close(&fixture);
    }
}

/* §7 step 6, §1.4: a write that comes while writes are paused waits, and is sent on afterwards. */
static void a_write_during_the_pause_is_moved(void)
{
    for (uint64_t seed = 1; seed <= 10; seed++) {
        Fixture fixture = open_in_sync(seed, 1);
        fixture_call(&fixture, 0, "SET hello old");
        fixture_fault(&fixture, 1, 1u << 3, (NetRule){.latency = 20 * SIM_MS});
        uint64_t mark = watch_mark(&fixture);
        CU_ASSERT_STRING_EQUAL(failover(&fixture, 3, ""), "+OK");
        fixture_run(&fixture, 25 * SIM_MS); /* MFSTART has come to host 0 */
        SimTime asked = sim_now(fixture.sim);
        CU_ASSERT_STRING_EQUAL(fixture_call(&fixture, 0, "GET hello"), "$old"); /* reads go on */
        CU_ASSERT_STRING_EQUAL(fixture_call(&fixture, 0, "SET hello 1"),
                               "-MOVED 866 10.0.0.4:6379");
        SimTime won = watch_until(&fixture, mark, TRACE_ELECTION_WON, 3, SIM_SEC);
        CU_ASSERT_TRUE(won > asked && sim_now(fixture.sim) >= won);
        fixture_close(&fixture);
    }
}

/* §7 step 4: when the offsets can never be equal, both give up after 5 s, and writes go on. */
static void plain_times_out_when_offsets_differ(void)
{
    for (uint64_t seed = 1; seed <= 10; seed++) {
        FixtureConfig config = fixture_config(seed, 3, 0, (uint32_t)(T / SIM_MS));
        config.node.repl_diskless_delay_s = 60; /* no copy yet */
        Fixture fixture = fixture_open(&config);
        CU_ASSERT_TRUE_FATAL(fixture_create(&fixture, 60 * SIM_SEC));
        Command add = {.kind = CMD_HOST_ADD, .host = HOST_NONE};
        strcpy(add.u.add.name, "n4");
        add.u.add.ip = 0x0A000004u;
        add.u.add.port = 6379;
        add.u.add.bus_port = 16379;
        add.u.add.config = config.node;
        fixture_submit(&fixture, &add);
        fixture_command(&fixture, CMD_START, 3);
        fixture.hosts = 4;
        fixture_call(&fixture, 3, "CLUSTER MEET 10.0.0.1 6379");
        fixture_run(&fixture, 5 * SIM_SEC);
        const char *id = sim_node_id(fixture.sim, sim_host_node(fixture.sim, 0));
        CU_ASSERT_STRING_EQUAL(fixture_call(&fixture, 3, "CLUSTER REPLICATE %s", id), "+OK");
        fixture_run(&fixture, 3 * SIM_SEC);
        fixture_call(&fixture, 0, "SET hello 1");

        uint64_t mark = watch_mark(&fixture);
        SimTime asked = sim_now(fixture.sim);
        CU_ASSERT_STRING_EQUAL(failover(&fixture, 3, ""), "+OK");
        fixture_run(&fixture, 5 * SIM_MS);
        CU_ASSERT_STRING_EQUAL(fixture_call(&fixture, 0, "SET hello 2"), "+OK");
        CU_ASSERT_TRUE(within("the write", seed, sim_now(fixture.sim), asked, 5 * SIM_SEC,
                              5 * SIM_SEC + TICK_LATE));
        CU_ASSERT_EQUAL(watch_count(&fixture, mark, TRACE_ELECTION_STARTED, HOST_NONE), 0);
        CU_ASSERT_TRUE(watch_is_primary(&fixture, 0));
        fixture_close(&fixture);
    }
}

/* §7, FORCE: the next tick, with votes although nobody calls the primary FAIL; what the replica
 * had not received is lost (§10.5 window 6). */
static void force_needs_no_primary_and_no_offset(void)
{
    for (uint64_t seed = 1; seed <= 20; seed++) {
        Fixture fixture = open_in_sync(seed, 1);
        fixture_call(&fixture, 0, "SET hello old");
        fixture_run(&fixture, 10 * SIM_MS);
        uint32_t lag = fixture_fault(&fixture, 1, 1u << 3, (NetRule){.cut = true});
        CU_ASSERT_STRING_EQUAL(fixture_call(&fixture, 0, "SET hello new"), "+OK");

        uint64_t mark = watch_mark(&fixture);
        SimTime asked = sim_now(fixture.sim);
        CU_ASSERT_STRING_EQUAL(failover(&fixture, 3, " FORCE"), "+OK");
        SimTime won = watch_until(&fixture, mark, TRACE_ELECTION_WON, 3, 5 * SIM_SEC);
        CU_ASSERT_TRUE(within("promotion", seed, won, asked, SIM_MS, TICK_LATE + FRAGMENT));
        CU_ASSERT_EQUAL(watch_count(&fixture, mark, TRACE_FAILED, HOST_NONE), 0);
        CU_ASSERT_EQUAL(watch_count(&fixture, mark, TRACE_VOTE_GRANTED, HOST_NONE), 2);
        fixture_run(&fixture, 200 * SIM_MS);
        fixture_heal(&fixture, lag);
        CU_ASSERT_TRUE(fixture_converge(&fixture, 30 * SIM_SEC));
        CU_ASSERT_EQUAL(watch_primary_of(&fixture, 0), 3);
        CU_ASSERT_STRING_EQUAL(fixture_call(&fixture, 3, "GET hello"), "$old");
        fixture_close(&fixture);
    }
}

/* §7: a dead primary is refused by the plain form, as soon as no link to it is left; FORCE does
 * not wait for PFAIL or FAIL. */
static void force_replaces_a_dead_primary_at_once(void)
{
    for (uint64_t seed = 1; seed <= 20; seed++) {
        Fixture fixture = open_in_sync(seed, 1);
        fixture_kill(&fixture, 0, false);
        fixture_run(&fixture, 500 * SIM_MS); /* long before T */
        uint64_t mark = watch_mark(&fixture);
        SimTime asked = sim_now(fixture.sim);
        CU_ASSERT_STRING_EQUAL(failover(&fixture, 3, " FORCE"), "+OK");
        SimTime won = watch_until(&fixture, mark, TRACE_ELECTION_WON, 3, 5 * SIM_SEC);
        CU_ASSERT_TRUE(within("promotion", seed, won, asked, SIM_MS, TICK_LATE + FRAGMENT));
        fixture_run(&fixture, T);
        CU_ASSERT_TRUE(sim_converged(fixture.sim, NULL));
        fixture_close(&fixture);
    }
}

/* §6.14: the variables of a lost election survive. A FORCE within the retry period is accepted and
 * does nothing; the replica tries by itself more than 4 T after its last time to ask. */
static void force_after_a_lost_election_does_nothing(void)
{
    for (uint64_t seed = 1; seed <= 10; seed++) {
        Fixture fixture = open_in_sync(seed, 1);
        uint64_t mark = watch_mark(&fixture);
        TraceRecord asked, again;
        fixture_kill(&fixture, 0, false);
        CU_ASSERT_NOT_EQUAL_FATAL(
            watch_until(&fixture, mark, TRACE_ELECTION_DELAYED, 3, 20 * SIM_SEC), 0);
        uint32_t wall = fixture_fault(&fixture, 1u << 3, 0x3F & ~(1u << 3), (NetRule){.cut = true});
        CU_ASSERT_NOT_EQUAL(watch_until(&fixture, mark, TRACE_ELECTION_STARTED, 3, 2 * SIM_SEC), 0);
        /* the voters are heard no more when the requests come through at last: their answers
         * are for an attempt that has expired */
        fixture_run(&fixture, 2 * T + SIM_SEC);
        fixture_heal(&fixture, wall);
        fixture_run(&fixture, 100 * SIM_MS);
        CU_ASSERT_FALSE(watch_is_primary(&fixture, 3));
        uint64_t lost = watch_mark(&fixture);
        watch_first(&fixture, mark, TRACE_ELECTION_STARTED, 3, &asked);

        CU_ASSERT_STRING_EQUAL(failover(&fixture, 3, " FORCE"), "+OK");
        SimTime won = watch_until(&fixture, lost, TRACE_ELECTION_WON, 3, 30 * SIM_SEC);
        watch_first(&fixture, lost, TRACE_ELECTION_DELAYED, 3, &again);
        CU_ASSERT_TRUE(within("the next attempt", seed, again.time, asked.time, 4 * T - TICK_LATE,
                              4 * T + TICK_LATE));
        CU_ASSERT_TRUE(won > again.time);
        fixture_close(&fixture);
    }
}

/* §7, TAKEOVER: no votes, an epoch of its own making; works when the majority is dead. */
static void takeover_needs_nobody(void)
{
    for (uint64_t seed = 1; seed <= 20; seed++) {
        Fixture fixture = open_in_sync(seed, 1);
        uint64_t highest = sim_self(fixture.sim, 3)->current_epoch;
        fixture_kill(&fixture, 0, false);
        fixture_kill(&fixture, 1, false);
        fixture_run(&fixture, 4 * T);
        uint64_t mark = watch_mark(&fixture);
        CU_ASSERT_EQUAL(sim_self(fixture.sim, 2)->state, STATE_FAIL);
        SimTime asked = sim_now(fixture.sim);
        CU_ASSERT_STRING_EQUAL(failover(&fixture, 3, " TAKEOVER"), "+OK");
        CU_ASSERT_TRUE(watch_is_primary(&fixture, 3));
        CU_ASSERT_TRUE(within("promotion", seed, sim_now(fixture.sim), asked, 0, 5 * SIM_MS));
        CU_ASSERT_EQUAL(watch_self(&fixture, 3).epoch, highest + 1);
        CU_ASSERT_STRING_EQUAL(failover(&fixture, 4, " TAKEOVER"), "+OK");
        CU_ASSERT_EQUAL(watch_count(&fixture, mark, TRACE_VOTE_GRANTED, HOST_NONE), 0);
        CU_ASSERT_TRUE(fixture_converge(&fixture, 10 * SIM_SEC)); /* rejoin delay, §5.7 */
        CU_ASSERT_EQUAL(sim_owner(fixture.sim, 0), 3);
        CU_ASSERT_NOT_EQUAL(watch_self(&fixture, 3).epoch, watch_self(&fixture, 4).epoch);
        fixture_close(&fixture);
    }
}

/* §6.14: A to B, B to A, and A to B again within 2 T. B's variables of its first election are still
 * there: it "wins" without new votes and with its old epoch. The UPDATEs of the others tell it of
 * an epoch that it knows (§6.11), so it is the next ping of A, one a tick (§3.6 step 4d), that
 * corrects it. It copies everything anew; A stays paused until its 5 s are over. */
static void to_and_fro_and_to_again_is_won_without_votes(void)
{
    for (uint64_t seed = 1; seed <= 10; seed++) {
        Fixture fixture = open_in_sync(seed, 1);
        failover(&fixture, 3, "");
        fixture_run(&fixture, 3 * T / 4); /* all know the new roles */
        CU_ASSERT_TRUE(watch_is_primary(&fixture, 3));
        uint64_t first_epoch = watch_self(&fixture, 3).epoch;
        failover(&fixture, 0, "");
        fixture_run(&fixture, 3 * T / 4);
        CU_ASSERT_TRUE(watch_is_primary(&fixture, 0));
        uint64_t epoch = watch_self(&fixture, 0).epoch;
        CU_ASSERT_TRUE(epoch > first_epoch);

        uint64_t mark = watch_mark(&fixture);
        SimTime asked = sim_now(fixture.sim);
        CU_ASSERT_STRING_EQUAL(failover(&fixture, 3, ""), "+OK");
        SimTime won = watch_until(&fixture, mark, TRACE_ELECTION_WON, 3, SIM_SEC);
        CU_ASSERT_TRUE(within("the victory", seed, won, asked, 0, 10 * SIM_MS));
        CU_ASSERT_EQUAL(watch_count(&fixture, mark, TRACE_VOTE_GRANTED, HOST_NONE), 0);
        fixture_run(&fixture, 200 * SIM_MS);
        CU_ASSERT_FALSE(watch_is_primary(&fixture, 3));
        CU_ASSERT_EQUAL(watch_primary_of(&fixture, 3), 0);
        CU_ASSERT_EQUAL(watch_self(&fixture, 0).epoch, epoch);
        CU_ASSERT_STRING_EQUAL(fixture_call(&fixture, 0, "SET hello 1"), "+OK");
        CU_ASSERT_TRUE(within("the write", seed, sim_now(fixture.sim), asked, 5 * SIM_SEC,
                              5 * SIM_SEC + TICK_LATE));
        TraceRecord record;
        watch_first(&fixture, mark, TRACE_REPL_SYNCED, 3, &record);
        CU_ASSERT_TRUE(record.u.REPL_SYNCED.full);
        fixture_close(&fixture);
    }
}

/* §6.14, second half: between 2 T and 4 T after the last time to ask the attempt counts as expired,
 * and a manual failover waits until 4 T are over. */
static void to_and_fro_and_later_again_waits_for_4_t(void)
{
    for (uint64_t seed = 1; seed <= 10; seed++) {
        Fixture fixture = open_in_sync(seed, 1);
        SimTime first = sim_now(fixture.sim);
        failover(&fixture, 3, "");
        fixture_run(&fixture, T);
        failover(&fixture, 0, "");
        fixture_run(&fixture, 3 * T / 2); /* 3.5 T since the first */

        uint64_t mark = watch_mark(&fixture);
        CU_ASSERT_STRING_EQUAL(failover(&fixture, 3, ""), "+OK");
        SimTime won = watch_until(&fixture, mark, TRACE_ELECTION_WON, 3, 10 * SIM_SEC);
        CU_ASSERT_TRUE(
            within("the victory", seed, won, first, 4 * T, 4 * T + TICK_LATE + FRAGMENT));
        CU_ASSERT_EQUAL(watch_count(&fixture, mark, TRACE_VOTE_GRANTED, HOST_NONE), 3);
        fixture_close(&fixture);
    }
}

void test_manual_failover_suite(void)
{
    CU_pSuite suite = CU_add_suite("manual failover", NULL, NULL);
    CU_add_test(suite, "plain_is_a_matter_of_milliseconds", plain_is_a_matter_of_milliseconds);
    CU_add_test(suite, "a_write_during_the_pause_is_moved", a_write_during_the_pause_is_moved);
    CU_add_test(suite, "plain_times_out_when_offsets_differ", plain_times_out_when_offsets_differ);
    CU_add_test(suite, "force_needs_no_primary_and_no_offset",
                force_needs_no_primary_and_no_offset);
    CU_add_test(suite, "force_replaces_a_dead_primary_at_once",
                force_replaces_a_dead_primary_at_once);
    CU_add_test(suite, "force_after_a_lost_election_does_nothing",
                force_after_a_lost_election_does_nothing);
    CU_add_test(suite, "takeover_needs_nobody", takeover_needs_nobody);
    CU_add_test(suite, "to_and_fro_and_to_again_is_won_without_votes",
                to_and_fro_and_to_again_is_won_without_votes);
    CU_add_test(suite, "to_and_fro_and_later_again_waits_for_4_t",
                to_and_fro_and_later_again_waits_for_4_t);
}
