/* test_wait.c -- what WAIT costs and tells (protocol.md §10.1, §10.4). Hosts 0..2 are the
 * primaries, 3..5 the replicas; `hello` is in a slot of host 0. */
#include "tests/fixture/fixture.h"

#include <CUnit/CUnit.h>

#include <stdio.h>
#include <string.h>

void test_wait_suite(void);

#define SEEDS 10

static HostId replica_of_first(const Fixture *fixture)
{
    for (HostId host = 3; host < 6; host++) {
        Belief own;
        sim_belief(fixture->sim, host, sim_host_node(fixture->sim, host), &own);
        if (own.primary == sim_host_node(fixture->sim, 0)) return host;
    }
    return HOST_NONE;
}

static Fixture open_in_sync(uint64_t seed, HostId *replica)
{
    FixtureConfig config = fixture_config(seed, 3, 1, 5000);
    Fixture fixture = fixture_open(&config);
    CU_ASSERT_TRUE_FATAL(fixture_create(&fixture, 60 * SIM_SEC));
    fixture_run(&fixture, 3 * SIM_SEC);
    *replica = replica_of_first(&fixture);
    CU_ASSERT_NOT_EQUAL_FATAL(*replica, HOST_NONE);
    return fixture;
}

/* GETACK follows the write, the acknowledgement comes back at once and not with the next second. */
static void wait_takes_one_round_trip(void)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        HostId replica;
        Fixture fixture = open_in_sync(seed, &replica);
        uint32_t client = fixture_connect(&fixture, 0);
        fixture_fault(&fixture, 1, UINT64_C(1) << replica, (NetRule){.latency = 80 * SIM_MS});

        CU_ASSERT_STRING_EQUAL(fixture_conn_call(&fixture, client, "SET hello 1"), "+OK");
        SimTime asked = sim_now(fixture.sim);
        CU_ASSERT_STRING_EQUAL(fixture_conn_call(&fixture, client, "WAIT 1 5000"), ":1");
        SimSpan took = sim_now(fixture.sim) - asked;

        CU_ASSERT_TRUE(took >= 160 * SIM_MS && took < 165 * SIM_MS);
        fixture_close(&fixture);
    }
}

/* The time-out is seen before the loop sleeps, at the latest in the next tick; the write stays. */
static void wait_gives_up_and_takes_nothing_back(void)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        HostId replica;
        Fixture fixture = open_in_sync(seed, &replica);
        uint32_t client = fixture_connect(&fixture, 0);
        fixture_fault(&fixture, 1, UINT64_C(1) << replica, (NetRule){.cut = true});

        fixture_conn_call(&fixture, client, "SET hello 1");
        SimTime asked = sim_now(fixture.sim);
        CU_ASSERT_STRING_EQUAL(fixture_conn_call(&fixture, client, "WAIT 1 500"), ":0");
        SimSpan took = sim_now(fixture.sim) - asked;

        CU_ASSERT_TRUE(took >= 499 * SIM_MS && took < 605 * SIM_MS);
        CU_ASSERT_STRING_EQUAL(fixture_conn_call(&fixture, client, "GET hello"), "$1");
        fixture_close(&fixture);
    }
}

/* GETACK would move the offset that a manual failover waits for (redis #9676): while writes are
 * paused it is put off, and the failover takes no longer than without the client that waits. */
static void wait_does_not_disturb_a_manual_failover(void)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        HostId replica;
        Fixture fixture = open_in_sync(seed, &replica);
        uint32_t client = fixture_connect(&fixture, 0);
        uint32_t waiting = fixture_connect(&fixture, 0);
        fixture_fault(&fixture, 1, UINT64_C(1) << replica, (NetRule){.latency = 20 * SIM_MS});
        fixture_conn_call(&fixture, client, "SET hello 1");

        CU_ASSERT_STRING_EQUAL(fixture_call(&fixture, replica, "CLUSTER FAILOVER"), "+OK");
        fixture_run(&fixture, 25 * SIM_MS); /* host 0 has heard of it and pauses */
        Command wait = {.kind = CMD_CONN_CALL, .host = HOST_NONE, .text = "WAIT 2 1000"};
        wait.u.call = waiting;
        uint64_t offset = sim_self(fixture.sim, 0)->repl_offset;
        fixture_submit(&fixture, &wait);
        fixture_run(&fixture, 5 * SIM_MS);
        CU_ASSERT_EQUAL(sim_self(fixture.sim, 0)->repl_offset, offset);
        fixture_run(&fixture, 500 * SIM_MS);

        CU_ASSERT_EQUAL(sim_owner(fixture.sim, 866), replica);
        CU_ASSERT_STRING_EQUAL(fixture_call(&fixture, replica, "GET hello"), "$1");
        fixture_close(&fixture);
    }
}

void test_wait_suite(void)
{
    CU_pSuite suite = CU_add_suite("wait", NULL, NULL);
    CU_add_test(suite, "wait_takes_one_round_trip", wait_takes_one_round_trip);
    CU_add_test(suite, "wait_gives_up_and_takes_nothing_back",
                wait_gives_up_and_takes_nothing_back);
    CU_add_test(suite, "wait_does_not_disturb_a_manual_failover",
                wait_does_not_disturb_a_manual_failover);
}
