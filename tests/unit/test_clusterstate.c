/* test_clusterstate.c -- cluster_state: the order of evaluation of protocol.md §5.6, the delays of
 * §5.7. */
#include "sim/base/array.h"
#include "sim/cluster/clusterstate.h"
#include "sim/cluster/peers.h"
#include "tests/unit/desk.h"

#include <CUnit/CUnit.h>

void test_clusterstate_suite(void);

/* Three primaries that share all slots, the node on the desk among them; long enough up for any
 * delay. */
static Desk *three_primaries(void)
{
    Desk *desk = desk_create();
    desk_be_primary(desk, 1, "0-5460");
    desk_primary(desk, 6, 2, "5461-10922");
    desk_primary(desk, 7, 3, "10923-16383");
    clusterstate_update(desk->node, &desk->env);
    desk_wait(desk, 2000);
    clusterstate_update(desk->node, &desk->env);
    desk_wait(desk, 60000);
    desk_clear(desk);
    return desk;
}

/* Step 1: for 2000 ms after the first call a primary stays in fail, and its size keeps its first
 * value. */
static void state_waits_two_seconds_after_the_first_call(void)
{
    Desk *desk = desk_create();
    desk_be_primary(desk, 1, "0-5460");
    desk_primary(desk, 6, 2, "5461-10922");
    desk_primary(desk, 7, 3, "10923-16383");
    CU_ASSERT_EQUAL(desk->node->size, 1);

    desk->node->before_sleep = SLEEP_STATE;
    clusterstate_update(desk->node, &desk->env);
    CU_ASSERT_EQUAL(desk->node->before_sleep, 0);
    CU_ASSERT_EQUAL(desk->node->state, STATE_FAIL);
    CU_ASSERT_EQUAL(desk->node->size, 1);
    desk_wait(desk, 1999);
    clusterstate_update(desk->node, &desk->env);
    CU_ASSERT_EQUAL(desk->node->state, STATE_FAIL);
    CU_ASSERT_EQUAL(clusterstate_quorum(desk->node), 1);

    desk_wait(desk, 1);
    clusterstate_update(desk->node, &desk->env);
    CU_ASSERT_EQUAL(desk->node->state, STATE_OK);
    CU_ASSERT_EQUAL(desk->node->size, 3);
    CU_ASSERT_EQUAL(clusterstate_quorum(desk->node), 2);
    CU_ASSERT_EQUAL(desk_note(desk, TRACE_SELF_STATE)->u.SELF_STATE.state, STATE_OK);
    desk_destroy(desk);
}

static void state_of_a_replica_waits_for_nothing(void)
{
    Desk *desk = desk_create();
    desk_primary(desk, 6, 2, "0-8191");
    desk_primary(desk, 7, 3, "8192-16383");
    desk_be_replica(desk, 6);

    clusterstate_update(desk->node, &desk->env);

    CU_ASSERT_EQUAL(desk->node->state, STATE_OK);
    CU_ASSERT_EQUAL(desk->node->size, 2);
    desk_destroy(desk);
}

/* Steps 3 to 5, one after the other from a good state. */
static void state_fails_for_coverage_and_for_a_minority(void)
{
    static const struct {
        const char *row;
        bool full_coverage, hole;
        uint16_t flags_6, flags_7;
        ClusterState want;
        bool minority;
    } rows[] = {
        {"all well", true, false, 0, 0, STATE_OK, false},
        {"a slot without owner", true, true, 0, 0, STATE_FAIL, false},
        {"a slot without owner, coverage not required", false, true, 0, 0, STATE_OK, false},
        {"PFAIL of one owner does not count", true, false, FLAG_PFAIL, 0, STATE_OK, false},
        {"FAIL of one owner", true, false, FLAG_FAIL, 0, STATE_FAIL, false},
        {"FAIL of one owner, coverage not required", false, false, FLAG_FAIL, 0, STATE_OK, false},
        {"PFAIL of two is a minority", true, false, FLAG_PFAIL, FLAG_PFAIL, STATE_FAIL, true},
        {"PFAIL and FAIL likewise", false, false, FLAG_PFAIL, FLAG_FAIL, STATE_FAIL, true},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Desk *desk = three_primaries();
        desk->node->cfg.require_full_coverage = rows[i].full_coverage;
        if (rows[i].hole) desk_command(desk, "CLUSTER DELSLOTS 100");
        desk_flag(desk, 6, rows[i].flags_6, true);
        desk_flag(desk, 7, rows[i].flags_7, true);

        clusterstate_update(desk->node, &desk->env);

        EXPECT_EQ_IN(rows[i].row, desk->node->state, rows[i].want);
        EXPECT_EQ_IN(rows[i].row, desk->node->minority_ms == desk->env.now_ms, rows[i].minority);
        EXPECT_EQ_IN(rows[i].row, desk->node->size, 3);
        desk_destroy(desk);
    }
}

/* §5.7: clamp(T, 500, 5000) after the last call in a minority; none if only coverage was missing.
 */
static void state_of_a_primary_waits_after_a_minority(void)
{
    static const struct {
        const char *row;
        uint32_t timeout_ms, delay_ms;
    } rows[] = {{"T = 2000", 2000, 2000}, {"T = 100", 100, 500}, {"T = 15000", 15000, 5000}};
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Desk *desk = three_primaries();
        desk->node->cfg.node_timeout_ms = rows[i].timeout_ms;
        desk_flag(desk, 6, FLAG_PFAIL, true);
        desk_flag(desk, 7, FLAG_PFAIL, true);
        clusterstate_update(desk->node, &desk->env);
        EXPECT_EQ_IN(rows[i].row, desk->node->state, STATE_FAIL);

        desk_flag(desk, 6, FLAG_PFAIL, false);
        desk_wait(desk, rows[i].delay_ms - 1);
        clusterstate_update(desk->node, &desk->env);
        EXPECT_EQ_IN(rows[i].row, desk->node->state, STATE_FAIL);
        desk_wait(desk, 1);
        clusterstate_update(desk->node, &desk->env);
        EXPECT_EQ_IN(rows[i].row, desk->node->state, STATE_OK);
        desk_destroy(desk);
    }
}

static void state_comes_back_at_once_when_only_coverage_was_missing(void)
{
    Desk *desk = three_primaries();
    desk_flag(desk, 6, FLAG_FAIL, true);
    clusterstate_update(desk->node, &desk->env);
    CU_ASSERT_EQUAL(desk->node->state, STATE_FAIL);

    desk_flag(desk, 6, FLAG_FAIL, false);
    clusterstate_update(desk->node, &desk->env);

    CU_ASSERT_EQUAL(desk->node->state, STATE_OK);
    desk_destroy(desk);
}

/* Size 0: quorum 1, reachable 0. After FLUSHSLOTS and ADDSLOTS the rejoin delay applies (O). */
static void state_without_any_slot_is_a_minority(void)
{
    Desk *desk = desk_create();
    clusterstate_update(desk->node, &desk->env);
    desk_wait(desk, 3000);
    clusterstate_update(desk->node, &desk->env);
    CU_ASSERT_EQUAL(desk->node->size, 0);
    CU_ASSERT_EQUAL(desk->node->state, STATE_FAIL);

    desk_command(desk, "CLUSTER ADDSLOTSRANGE 0 16383");
    clusterstate_update(desk->node, &desk->env);
    CU_ASSERT_EQUAL(desk->node->size, 1);
    CU_ASSERT_EQUAL(desk->node->state, STATE_FAIL);
    desk_wait(desk, 2000);
    clusterstate_update(desk->node, &desk->env);
    CU_ASSERT_EQUAL(desk->node->state, STATE_OK);
    desk_destroy(desk);
}

/* The two delays are rules that can be switched off. */
static void state_delays_can_be_switched_off(void)
{
    Desk *desk = desk_create();
    Error err;
    rules_set(&desk->rules, "writable-delay", false, &err);
    rules_set(&desk->rules, "rejoin-delay", false, &err);
    clusterstate_update(desk->node, &desk->env);
    desk_command(desk, "CLUSTER ADDSLOTSRANGE 0 16383");

    clusterstate_update(desk->node, &desk->env);

    CU_ASSERT_EQUAL(desk->node->state, STATE_OK);
    desk_destroy(desk);
}

void test_clusterstate_suite(void)
{
    CU_pSuite suite = CU_add_suite("cluster state", NULL, NULL);
    CU_add_test(suite, "state waits two seconds after the first call",
                state_waits_two_seconds_after_the_first_call);
    CU_add_test(suite, "state of a replica waits for nothing",
                state_of_a_replica_waits_for_nothing);
    CU_add_test(suite, "state fails for coverage and for a minority",
                state_fails_for_coverage_and_for_a_minority);
    CU_add_test(suite, "state of a primary waits after a minority",
                state_of_a_primary_waits_after_a_minority);
    CU_add_test(suite, "state comes back at once when only coverage was missing",
                state_comes_back_at_once_when_only_coverage_was_missing);
    CU_add_test(suite, "state without any slot is a minority",
                state_without_any_slot_is_a_minority);
    CU_add_test(suite, "state delays can be switched off", state_delays_can_be_switched_off);
}
