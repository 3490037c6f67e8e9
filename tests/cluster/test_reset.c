/* test_reset.c -- CLUSTER RESET in a cluster (protocol.md §4.7). */
#include "sim/trace/state.h"
#include "tests/fixture/watch.h"

#include <CUnit/CUnit.h>

#include <stdio.h>
#include <string.h>

void test_reset_suite(void);

#define T_MS 2000

/* The trace tells the same as the truth. */
static void expect_told(Fixture *fixture)
{
    Text why = {0};
    TraceState truth, told;
    const Trace *trace = sim_trace(fixture->sim);
    state_init(&truth, NULL);
    state_init(&told, NULL);
    sim_truth(fixture->sim, &truth);
    trace_state_at(trace, trace_count(trace), &told);
    bool equal = state_equal(&truth, &told, &why);
    if (!equal) printf("\n    %s", text_chars(&why));
    CU_ASSERT_TRUE(equal);
    text_deinit(&why);
    state_deinit(&truth);
    state_deinit(&told);
}

static Fixture open_cluster(void)
{
    FixtureConfig config = fixture_config(5, 3, 1, T_MS);
    Fixture fixture = fixture_open(&config);
    CU_ASSERT_TRUE(fixture_create(&fixture, 60 * SIM_SEC));
    return fixture;
}

static void hard_makes_another_node(void)
{
    Fixture fixture = open_cluster();
    HostId host = 4; /* a replica */
    char before[NODE_ID_SIZE + 1];
    NodeId old = sim_host_node(fixture.sim, host);
    strcpy(before, sim_node_id(fixture.sim, old));
    CU_ASSERT_STRING_EQUAL(fixture_call(&fixture, host, "CLUSTER RESET HARD"), "+OK");
    NodeId now = sim_host_node(fixture.sim, host);
    CU_ASSERT_NOT_EQUAL(now, old);
    CU_ASSERT_STRING_NOT_EQUAL(sim_node_id(fixture.sim, now), before);
    const char *told = fixture_call(&fixture, host, "CLUSTER MYID");
    CU_ASSERT_STRING_EQUAL(told + 1, sim_node_id(fixture.sim, now));
    const HostState *self = sim_self(fixture.sim, host);
    CU_ASSERT_EQUAL(self->current_epoch, 0);
    CU_ASSERT_EQUAL(self->last_vote_epoch, 0);
    expect_told(&fixture);

    /* Nobody was told. The others notice that another node answers at that address. */
    fixture_run(&fixture, 10 * SIM_SEC);
    Belief belief;
    CU_ASSERT_TRUE(sim_belief(fixture.sim, 0, old, &belief));
    CU_ASSERT_TRUE(belief.flags & FLAG_NOADDR);
    CU_ASSERT_FALSE(sim_belief(fixture.sim, 0, now, &belief));
    CU_ASSERT_FALSE(sim_belief(fixture.sim, host, sim_host_node(fixture.sim, 0), &belief));
    expect_told(&fixture);

    /* It comes back as a new node, and keeps its new ID over a restart. */
    CU_ASSERT_STRING_EQUAL(fixture_call(&fixture, host, "CLUSTER MEET 10.0.0.1 6379"), "+OK");
    fixture_run(&fixture, 10 * SIM_SEC);
    for (HostId other = 0; other < host; other++)
        CU_ASSERT_TRUE(sim_belief(fixture.sim, other, now, &belief));
    fixture_kill(&fixture, host, false);
    fixture_command(&fixture, CMD_START, host);
    fixture_run(&fixture, 5 * SIM_SEC);
    CU_ASSERT_EQUAL(sim_host_node(fixture.sim, host), now);
    expect_told(&fixture);
    fixture_close(&fixture);
}

static void soft_keeps_id_and_epochs(void)
{
    Fixture fixture = open_cluster();
    HostId host = 4;
    NodeId old = sim_host_node(fixture.sim, host);
    uint64_t epoch = sim_self(fixture.sim, host)->current_epoch;
    CU_ASSERT_STRING_EQUAL(fixture_call(&fixture, host, "CLUSTER RESET"), "+OK");
    CU_ASSERT_EQUAL(sim_host_node(fixture.sim, host), old);
    CU_ASSERT_EQUAL(sim_self(fixture.sim, host)->current_epoch, epoch);
    Belief belief;
    CU_ASSERT_FALSE(sim_belief(fixture.sim, host, sim_host_node(fixture.sim, 0), &belief));
    /* To the others it is alive, whatever it thinks of them. */
    fixture_run(&fixture, 10 * SIM_SEC);
    CU_ASSERT_TRUE(sim_belief(fixture.sim, 0, old, &belief));
    CU_ASSERT_FALSE(belief.flags & (FLAG_PFAIL | FLAG_FAIL));
    CU_ASSERT_FALSE(sim_belief(fixture.sim, host, sim_host_node(fixture.sim, 0), &belief));
    expect_told(&fixture);
    fixture_close(&fixture);
}

void test_reset_suite(void)
{
    CU_pSuite suite = CU_add_suite("reset", NULL, NULL);
    CU_add_test(suite, "HARD makes another node", hard_makes_another_node);
    CU_add_test(suite, "SOFT keeps ID and epochs", soft_keeps_id_and_epochs);
}
