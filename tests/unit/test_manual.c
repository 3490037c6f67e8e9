/* test_manual.c -- manual failover (protocol.md §7) and replica migration (§8). */
#include "sim/base/array.h"
#include "sim/cluster/election.h"
#include "sim/cluster/peers.h"
#include "tests/unit/desk.h"

#include <CUnit/CUnit.h>

void test_manual_suite(void);

/* A replica of 6, which is up; 7 and 8 are the other primaries. */
static Desk *replica(void)
{
    Desk *desk = desk_create();
    desk_primary(desk, 6, 3, "0-5460");
    desk_primary(desk, 7, 1, "5461-10922");
    desk_primary(desk, 8, 2, "10923-16383");
    desk_be_replica(desk, 6);
    desk_epochs(desk, 3, 0);
    self_set_state(desk->node, STATE_OK, 3, &desk->env);
    desk_clear(desk);
    return desk;
}

/* One tick of a replica, then the work before sleep. */
static void tick(Desk *desk)
{
    desk_clear(desk);
    election_manual_check(desk->node, &desk->env);
    election_manual_step(desk->node, &desk->env);
    election_step(desk->node, &desk->env);
    node_before_sleep(desk->node, &desk->env);
}

/* Steps 1 to 5 of §7 at the replica. */
static void manual_failover_waits_for_the_offset_and_then_asks_at_once(void)
{
    Desk *desk = replica();
    CU_ASSERT_STRING_EQUAL(desk_command(desk, "CLUSTER FAILOVER"), "+OK");
    CU_ASSERT_TRUE(desk_sent_to(desk, MSG_MFSTART, 6));
    CU_ASSERT_EQUAL(desk->node->election.mf_end_ms, desk->env.now_ms + 5000);

    Msg header = desk_msg(desk, MSG_PING, 6);
    header.offset = 150;
    election_manual_offset(desk->node, &header, &desk->env); /* not paused yet */
    CU_ASSERT_FALSE(desk->node->election.mf_offset_known);
    header.mflags = MFLAG_PAUSED;
    election_manual_offset(desk->node, &header, &desk->env);
    CU_ASSERT_TRUE(desk->node->before_sleep & SLEEP_MANUAL);
    header.offset = 170;
    election_manual_offset(desk->node, &header, &desk->env); /* only the first counts */

    tick(desk);
    CU_ASSERT_FALSE(desk->node->election.mf_can_start);
    CU_ASSERT_TRUE(desk->node->before_sleep & SLEEP_MANUAL); /* looks again at the next turn */
    desk->facts.repl_offset = 150;
    tick(desk);
    CU_ASSERT_TRUE(desk->node->election.mf_can_start);
    CU_ASSERT_EQUAL(desk_note(desk, TRACE_ELECTION_DELAYED)->u.ELECTION_DELAYED.delay, 0);
    CU_ASSERT_EQUAL(desk->node->election.rank, 0);
    CU_ASSERT_EQUAL_FATAL(desk_sent(desk, MSG_AUTH_REQUEST), 3); /* before the same turn ends */
    CU_ASSERT_EQUAL(desk_message(desk, MSG_AUTH_REQUEST)->mflags, MFLAG_FORCEACK);
    desk_destroy(desk);
}

/* The tick schedules with delay 0 and leaves a bit; the request follows before the same turn ends.
 */
static void manual_failover_by_force_starts_with_the_next_tick(void)
{
    Desk *desk = replica();
    desk_replica(desk, 9, 6, 5000); /* a better sibling does not matter */
    desk_command(desk, "CLUSTER FAILOVER FORCE");
    CU_ASSERT_EQUAL(desk_sent(desk, MSG_MFSTART), 0);
    CU_ASSERT_TRUE(desk->node->election.mf_can_start);

    tick(desk);
    CU_ASSERT_EQUAL(desk_sent(desk, MSG_AUTH_REQUEST), 4);
    CU_ASSERT_EQUAL(desk->node->election.auth_ms, desk->env.now_ms);
    desk_destroy(desk);
}

/* Old data and the no-failover switch are ignored. */
static void manual_failover_ignores_age_and_switch(void)
{
    Desk *desk = replica();
    desk->node->cfg.replica_no_failover = true;
    desk->facts.repl_link_up = false;
    desk_command(desk, "CLUSTER FAILOVER FORCE");

    tick(desk);

    CU_ASSERT_EQUAL(desk_notes(desk, TRACE_ELECTION_REFUSED), 0);
    CU_ASSERT_EQUAL(desk_notes(desk, TRACE_ELECTION_STARTED), 1);
    desk_destroy(desk);
}

static void manual_takeover_needs_nobody(void)
{
    Desk *desk = replica();

    CU_ASSERT_STRING_EQUAL(desk_command(desk, "CLUSTER FAILOVER TAKEOVER"), "+OK");

    CU_ASSERT_TRUE(node_is_primary(desk->node));
    CU_ASSERT_EQUAL(node_me(desk->node)->epoch, 4);
    CU_ASSERT_STRING_EQUAL(desk_ranges(desk, DESK_SELF), "0-5460");
    CU_ASSERT_EQUAL(desk_sent(desk, MSG_AUTH_REQUEST), 0);
    CU_ASSERT_EQUAL(desk->node->election.mf_end_ms, 0);
    desk_destroy(desk);
}

/* At the primary: only one of my replicas is listened to. */
static void manual_failover_pauses_the_primary(void)
{
    static const struct {
        const char *row;
        NodeId sender;
        bool heard;
    } rows[] = {{"my replica", 9, true}, {"another's replica", 10, false}, {"a primary", 7, false}};
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Desk *desk = desk_create();
        desk_be_primary(desk, 3, "0-5460");
        desk_primary(desk, 7, 1, "5461-10922");
        desk_replica(desk, 9, DESK_SELF, 0);
        desk_replica(desk, 10, 7, 0);
        Msg mfstart = desk_msg(desk, MSG_MFSTART, rows[i].sender);

        election_on_mfstart(desk->node, &mfstart, 77, &desk->env);

        EXPECT_EQ_IN(rows[i].row, desk->node->election.mf_end_ms,
                     rows[i].heard ? desk->env.now_ms + 5000 : 0);
        EXPECT_EQ_IN(rows[i].row, desk_sent(desk, MSG_PING), rows[i].heard);
        if (rows[i].heard) {
            const Effect *pause = desk_effect(desk, EFFECT_PAUSE_WRITES);
            EXPECT_EQ_IN(rows[i].row, pause->u.until_ms, desk->env.now_ms + 10000);
            EXPECT_EQ_IN(rows[i].row, desk_effect(desk, EFFECT_SEND_LINK)->link, 77);
            EXPECT_EQ_IN(rows[i].row, desk_message(desk, MSG_PING)->mflags & MFLAG_PAUSED,
                         MFLAG_PAUSED);
        }
        desk_destroy(desk);
    }
}

/* Step 7: both sides forget after 5 s; the primary lets its clients go on. */
static void manual_failover_times_out_after_five_seconds(void)
{
    Desk *desk = desk_create();
    desk_be_primary(desk, 3, "0-5460");
    desk_replica(desk, 9, DESK_SELF, 0);
    Msg mfstart = desk_msg(desk, MSG_MFSTART, 9);
    election_on_mfstart(desk->node, &mfstart, 77, &desk->env);

    desk_wait(desk, 5000);
    desk_clear(desk);
    election_manual_check(desk->node, &desk->env);
    CU_ASSERT_TRUE(desk->node->election.mf_end_ms != 0);
    desk_wait(desk, 1);
    election_manual_check(desk->node, &desk->env);
    CU_ASSERT_EQUAL(desk->node->election.mf_end_ms, 0);
    CU_ASSERT_EQUAL(desk_effect(desk, EFFECT_PAUSE_WRITES)->u.until_ms, 0);
    desk_destroy(desk);
}

/* --- replica migration --- */

/* Primary 6 has two replicas (me and 9), 7 has lost its only one, 10. */
static Desk *spare(void)
{
    Desk *desk = replica();
    desk_replica(desk, 9, 6, 0);
    desk_replica(desk, 10, 7, 0);
    desk_replica(desk, 11, 8, 0);
    desk_flag(desk, 10, FLAG_FAIL, true);
    return desk;
}

static bool migrates(Desk *desk)
{
    desk_clear(desk);
    for (uint32_t tenth = 0; tenth <= 51; tenth++) {
        election_migration_step(desk->node, &desk->env);
        if (desk_effect(desk, EFFECT_REPLICATE)) return tenth == 51;
        desk_wait(desk, 100);
    }
    return false;
}

/* §8.1 and §8.3, each condition alone; the move comes with the first tick more than 5 s after the
 * orphan is seen. */
static void migration_needs_every_condition(void)
{
    enum {
        NONE,
        STATE,
        BARRIER,
        BARRIER_2,
        PFAIL_SIBLING,
        SWITCH,
        RULE,
        NO_MARK,
        NO_SLOTS,
        SMALLER,
        SMALLER_FAILED,
        OTHER_MAX,
        PRIMARY_FAILED,
        ORPHAN_FAILED
    };
    static const struct {
        const char *row;
        int what;
        bool moves;
    } rows[] = {
        {"all hold", NONE, true},
        {"the state is fail", STATE, false},
        {"the barrier keeps two", BARRIER, false},
        {"a third replica passes the barrier", BARRIER_2, true},
        {"a sibling is PFAIL", PFAIL_SIBLING, false},
        {"migration is switched off", SWITCH, false},
        {"the rule is off", RULE, false},
        {"the orphan is no target", NO_MARK, false},
        {"the orphan has no slots", NO_SLOTS, false},
        {"a sibling has a smaller ID", SMALLER, false},
        {"even if it is FAIL", SMALLER_FAILED, false},
        {"another primary has more", OTHER_MAX, false},
        {"my primary is FAIL", PRIMARY_FAILED, false},
        {"the orphan is FAIL itself", ORPHAN_FAILED, false},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Desk *desk = spare();
        Error err;
        int what = rows[i].what;
        if (what == STATE) self_set_state(desk->node, STATE_FAIL, 3, &desk->env);
        if (what == BARRIER || what == BARRIER_2) desk->node->cfg.migration_barrier = 2;
        if (what == BARRIER_2) desk_replica(desk, 12, 6, 0);
        if (what == PFAIL_SIBLING) desk_flag(desk, 9, FLAG_PFAIL, true);
        if (what == SWITCH) desk->node->cfg.allow_replica_migration = false;
        if (what == RULE) rules_set(&desk->rules, "replica-migration", false, &err);
        if (what == NO_MARK) desk_flag(desk, 7, FLAG_MIGRATE_TO, false);
        if (what == NO_SLOTS) desk_primary(desk, 8, 9, "5461-10922");
        if (what == SMALLER) desk_replica(desk, 1, 6, 0);
        if (what == SMALLER_FAILED) {
            desk_replica(desk, 1, 6, 0);
            desk_flag(desk, 1, FLAG_FAIL, true);
        }
        if (what == OTHER_MAX) {
            desk_replica(desk, 12, 8, 0);
            desk_replica(desk, 13, 8, 0);
        }
        if (what == PRIMARY_FAILED) desk_flag(desk, 6, FLAG_FAIL, true);
        if (what == ORPHAN_FAILED) desk_flag(desk, 7, FLAG_FAIL, true);

        EXPECT_EQ_IN(rows[i].row, migrates(desk), rows[i].moves);
        EXPECT_EQ_IN(rows[i].row, node_me(desk->node)->primary, rows[i].moves ? 7 : 6);
        desk_destroy(desk);
    }
}

/* The five seconds begin again when the orphan got a replica meanwhile. */
static void migration_wants_five_seconds_without_a_break(void)
{
    Desk *desk = spare();
    election_migration_step(desk->node, &desk->env);
    NodeMs first = desk->node->peers[7].orphaned_ms;
    CU_ASSERT_EQUAL(first, desk->env.now_ms);
    desk_wait(desk, 3000);
    desk_flag(desk, 10, FLAG_FAIL, false);
    desk_flag(desk, 11, FLAG_FAIL, true); /* 8 is the orphan now, so the routine runs on */
    election_migration_step(desk->node, &desk->env);
    CU_ASSERT_EQUAL(desk->node->peers[7].orphaned_ms, 0);
    CU_ASSERT_EQUAL(desk->node->peers[8].orphaned_ms, desk->env.now_ms);
    desk_destroy(desk);
}

void test_manual_suite(void)
{
    CU_pSuite suite = CU_add_suite("manual failover and migration", NULL, NULL);
    CU_add_test(suite, "manual failover waits for the offset and then asks at once",
                manual_failover_waits_for_the_offset_and_then_asks_at_once);
    CU_add_test(suite, "manual failover by force starts with the next tick",
                manual_failover_by_force_starts_with_the_next_tick);
    CU_add_test(suite, "manual failover ignores age and switch",
                manual_failover_ignores_age_and_switch);
    CU_add_test(suite, "manual takeover needs nobody", manual_takeover_needs_nobody);
    CU_add_test(suite, "manual failover pauses the primary", manual_failover_pauses_the_primary);
    CU_add_test(suite, "manual failover times out after five seconds",
                manual_failover_times_out_after_five_seconds);
    CU_add_test(suite, "migration needs every condition", migration_needs_every_condition);
    CU_add_test(suite, "migration wants five seconds without a break",
                migration_wants_five_seconds_without_a_break);
}
