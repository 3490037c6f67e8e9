/* test_election.c -- automatic failover: protocol.md §6.1-6.7, §6.14, in the order of its tables.
 */
#include "sim/base/array.h"
#include "sim/cluster/election.h"
#include "sim/cluster/peers.h"
#include "tests/unit/desk.h"

#include <CUnit/CUnit.h>

void test_election_suite(void);

#define T 2000u

/* The node on the desk is a replica of 6, which is FAIL; voters 7 and 8; siblings as a test adds
 * them. Size 3. */
static Desk *orphan(void)
{
    Desk *desk = desk_create();
    desk_primary(desk, 6, 3, "0-5460");
    desk_primary(desk, 7, 1, "5461-10922");
    desk_primary(desk, 8, 2, "10923-16383");
    desk_be_replica(desk, 6);
    desk_flag(desk, 6, FLAG_FAIL, true);
    desk_epochs(desk, 3, 0);
    self_set_state(desk->node, STATE_FAIL, 3, &desk->env);
    desk_clear(desk);
    return desk;
}

static void step(Desk *desk)
{
    desk_clear(desk);
    election_step(desk->node, &desk->env);
}

/* Steps 1 to 5 of §6.3 up to the request. */
static void ask(Desk *desk)
{
    step(desk);
    CU_ASSERT_EQUAL(desk_notes(desk, TRACE_ELECTION_DELAYED), 1);
    desk_wait(desk, desk->node->election.auth_ms - desk->env.now_ms);
    step(desk);
    CU_ASSERT_EQUAL(desk_notes(desk, TRACE_ELECTION_STARTED), 1);
}

static void vote(Desk *desk, NodeId voter, uint64_t epoch)
{
    Msg ack = desk_msg(desk, MSG_AUTH_ACK, voter);
    ack.current_epoch = epoch;
    election_on_ack(desk->node, &ack, &desk->env);
}

/* §6.1: each precondition alone keeps it silent. */
static void election_needs_all_preconditions(void)
{
    enum { NONE, I_AM_PRIMARY, PRIMARY_UP, NO_FAILOVER, NO_SLOTS, PRIMARY_PFAIL };
    static const struct {
        const char *row;
        int obstacle;
        bool schedules;
    } rows[] = {
        {"all hold", NONE, true},
        {"I am a primary", I_AM_PRIMARY, false},
        {"my primary is up", PRIMARY_UP, false},
        {"my primary is only PFAIL", PRIMARY_PFAIL, false},
        {"failover is switched off", NO_FAILOVER, false},
        {"my primary owns no slot", NO_SLOTS, false},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Desk *desk = orphan();
        if (rows[i].obstacle == I_AM_PRIMARY) desk_be_primary(desk, 0, "");
        if (rows[i].obstacle == PRIMARY_UP || rows[i].obstacle == PRIMARY_PFAIL)
            desk_flag(desk, 6, FLAG_FAIL, false);
        if (rows[i].obstacle == PRIMARY_PFAIL) desk_flag(desk, 6, FLAG_PFAIL, true);
        if (rows[i].obstacle == NO_FAILOVER) desk->node->cfg.replica_no_failover = true;
        if (rows[i].obstacle == NO_SLOTS) desk_primary(desk, 7, 1, "0-5460");

        step(desk);

        bool refused = rows[i].obstacle == NO_FAILOVER;
        EXPECT_EQ_IN(rows[i].row, desk_notes(desk, TRACE_ELECTION_DELAYED), rows[i].schedules);
        EXPECT_EQ_IN(rows[i].row, desk_notes(desk, TRACE_ELECTION_REFUSED), refused);
        desk_destroy(desk);
    }
}

/* §6.2, T = 2000, factor 10, ping period 10 s: limit 30 s after T is taken off. Whole seconds. */
static void election_needs_recent_data(void)
{
    static const uint32_t NOW_S = DESK_START_MS / 1000;
    static const struct {
        const char *row;
        bool link_up;
        uint32_t ago_s; /* 0xFFFF: never connected */
        uint32_t factor;
        bool too_old;
    } rows[] = {
        {"link up, fresh", true, 0, 10, false},
        {"link up, 32 s silent: 30 s after T", true, 32, 10, false},
        {"link up, 33 s silent", true, 33, 10, true},
        {"link down for 32 s", false, 32, 10, false},
        {"link down for 33 s", false, 33, 10, true},
        {"never connected in this life", false, 0xFFFF, 10, true},
        {"never connected, factor 0", false, 0xFFFF, 0, false},
        {"down for long, factor 0", false, 5000, 0, false},
        {"factor 1: limit 12 s, 14 s down", false, 14, 1, false},
        {"factor 1, 15 s down", false, 15, 1, true},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Desk *desk = orphan();
        desk->node->cfg.replica_validity_factor = rows[i].factor;
        desk->facts.repl_link_up = rows[i].link_up;
        desk->facts.repl_last_io_s = NOW_S - (rows[i].link_up ? rows[i].ago_s : 0);
        desk->facts.repl_down_since_s = rows[i].ago_s == 0xFFFF ? 0 : NOW_S - rows[i].ago_s;

        step(desk);

        EXPECT_EQ_IN(rows[i].row, desk_notes(desk, TRACE_ELECTION_DELAYED), !rows[i].too_old);
        if (rows[i].too_old) {
            EXPECT_EQ_IN(rows[i].row,
                         desk_note(desk, TRACE_ELECTION_REFUSED)->u.ELECTION_REFUSED.reason,
                         ELECT_DATA_AGE);
        }
        desk_destroy(desk);
    }
}

/* §6.4: others with a greater offset, nofailover ones left out, equal ones share, FAIL ones count.
 */
static void election_rank_counts_better_siblings(void)
{
    Desk *desk = orphan();
    desk_replica(desk, 1, 6, 150);
    desk_replica(desk, 2, 6, 100);
    desk_replica(desk, 3, 6, 99);
    desk_replica(desk, 4, 6, 500);
    desk_replica(desk, 9, 7, 900);
    CU_ASSERT_EQUAL(election_rank(desk->node, &desk->env), 2);
    desk_flag(desk, 4, FLAG_FAIL, true);
    CU_ASSERT_EQUAL(election_rank(desk->node, &desk->env), 2);
    desk_flag(desk, 4, FLAG_NOFAILOVER, true);
    CU_ASSERT_EQUAL(election_rank(desk->node, &desk->env), 1);
    desk_destroy(desk);
}

/* Step 1: 500 ms, 0..499 ms of chance, 1000 ms for each rank; the siblings hear my offset. */
static void election_is_scheduled_with_a_delay_by_rank(void)
{
    uint32_t least = UINT32_MAX, most = 0;
    for (uint64_t seed = 0; seed < 200; seed++) {
        Desk *desk = orphan();
        desk->rng = rng_derive(seed, "desk", 0);
        desk_replica(desk, 1, 6, 150);
        desk_replica(desk, 2, 6, 10);

        step(desk);

        uint32_t delay = desk->node->election.auth_ms - desk->env.now_ms;
        if (delay < least) least = delay;
        if (delay > most) most = delay;
        CU_ASSERT_EQUAL(desk_note(desk, TRACE_ELECTION_DELAYED)->u.ELECTION_DELAYED.delay,
                        delay * SIM_MS);
        CU_ASSERT_EQUAL(desk_note(desk, TRACE_ELECTION_DELAYED)->u.ELECTION_DELAYED.rank, 1);
        CU_ASSERT_EQUAL(desk_sent(desk, MSG_PONG), 2);
        CU_ASSERT_TRUE(desk_sent_to(desk, MSG_PONG, 1));
        CU_ASSERT_TRUE(desk_sent_to(desk, MSG_PONG, 2));
        desk_destroy(desk);
    }
    CU_ASSERT_TRUE(least >= 1500 && least < 1520);
    CU_ASSERT_TRUE(most < 2000 && most >= 1980);
}

/* Step 2: a rank that grows adds 1000 ms for each step; one that shrinks takes nothing back. */
static void election_rank_only_grows(void)
{
    Desk *desk = orphan();
    desk_replica(desk, 1, 6, 10);
    desk_replica(desk, 2, 6, 10);
    step(desk);
    NodeMs first = desk->node->election.auth_ms;

    peer_set_offset(desk->node, 1, 500, &desk->env);
    peer_set_offset(desk->node, 2, 500, &desk->env);
    step(desk);
    CU_ASSERT_EQUAL(desk->node->election.auth_ms, first + 2000);
    CU_ASSERT_EQUAL(desk->node->election.rank, 2);
    desk->facts.repl_offset = 1000;
    step(desk);
    CU_ASSERT_EQUAL(desk->node->election.auth_ms, first + 2000);
    CU_ASSERT_EQUAL(desk->node->election.rank, 2);
    desk_destroy(desk);
}

/* Steps 3 to 7: wait, ask everybody, count, win. */
static void election_is_won_by_a_majority_of_votes(void)
{
    Desk *desk = orphan();
    desk_replica(desk, 1, 6, 10);
    ask(desk);

    CU_ASSERT_EQUAL(desk->node->current_epoch, 4);
    CU_ASSERT_EQUAL(desk->node->election.epoch, 4);
    CU_ASSERT_EQUAL(desk_sent(desk, MSG_AUTH_REQUEST), 4); /* replicas and the dead primary too */
    const Msg *request = desk_message(desk, MSG_AUTH_REQUEST);
    CU_ASSERT_EQUAL(request->current_epoch, 4);
    CU_ASSERT_EQUAL(request->config_epoch, 3);
    CU_ASSERT_EQUAL(request->slots, desk->node->peers[6].slots);
    CU_ASSERT_EQUAL(request->mflags & MFLAG_FORCEACK, 0);
    CU_ASSERT_EQUAL(desk->node->before_sleep, SLEEP_SAVE | SLEEP_STATE | SLEEP_FSYNC);

    vote(desk, 7, 4);
    CU_ASSERT_TRUE(desk->node->before_sleep & SLEEP_FAILOVER);
    CU_ASSERT_EQUAL(desk_note(desk, TRACE_VOTE_COUNTED)->u.VOTE_COUNTED.needed, 2);
    step(desk);
    CU_ASSERT_EQUAL(desk_notes(desk, TRACE_ELECTION_WON), 0);
    CU_ASSERT_EQUAL(desk_note(desk, TRACE_ELECTION_REFUSED)->u.ELECTION_REFUSED.reason,
                    ELECT_WAITING_VOTES);
    vote(desk, 8, 4);
    step(desk);
    CU_ASSERT_EQUAL(desk_notes(desk, TRACE_ELECTION_WON), 1);
    desk_destroy(desk);
}

/* §6.7: epoch, role, slots, state, disk before the broadcast. */
static void election_winner_takes_over_in_order(void)
{
    Desk *desk = orphan();
    ask(desk);
    vote(desk, 7, 4);
    vote(desk, 8, 4);
    step(desk);

    CU_ASSERT_TRUE(node_is_primary(desk->node));
    CU_ASSERT_EQUAL(node_me(desk->node)->epoch, 4);
    CU_ASSERT_STRING_EQUAL(desk_ranges(desk, DESK_SELF), "0-5460");
    CU_ASSERT_STRING_EQUAL(desk_ranges(desk, 6), "");
    CU_ASSERT_TRUE(desk->node->peers[6].flags & FLAG_PRIMARY);
    CU_ASSERT_TRUE(desk->node->peers[6].flags & FLAG_FAIL);
    CU_ASSERT_EQUAL(desk_note(desk, TRACE_ROLE_CHANGED)->u.ROLE_CHANGED.reason, ROLE_PROMOTED);
    CU_ASSERT_EQUAL(desk_sent(desk, MSG_PONG), 3);
    CU_ASSERT_EQUAL(desk_message(desk, MSG_PONG)->config_epoch, 4);
    const Effect *promoted = desk_effect(desk, EFFECT_PROMOTED);
    const Effect *persist = desk_effect(desk, EFFECT_PERSIST);
    const Effect *sent = desk_effect(desk, EFFECT_SEND);
    CU_ASSERT_TRUE(promoted < persist && persist < sent);
    CU_ASSERT_EQUAL(persist->u.fsync, 1);
    CU_ASSERT_TRUE(desk_is_consistent(desk));
    desk_destroy(desk);
}

/* §6.6, last lines: who counts at the candidate. */
static void election_counts_votes_of_primaries_with_slots(void)
{
    static const struct {
        const char *row;
        NodeId voter;
        uint64_t epoch;
        bool counts;
    } rows[] = {
        {"a primary with slots", 7, 4, true},     {"ahead of me", 7, 9, true},
        {"behind my request", 7, 3, false},       {"a replica", 1, 4, false},
        {"a primary without slots", 9, 4, false},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Desk *desk = orphan();
        desk_replica(desk, 1, 7, 0);
        desk_primary(desk, 9, 0, "");
        ask(desk);

        vote(desk, rows[i].voter, rows[i].epoch);

        EXPECT_EQ_IN(rows[i].row, desk->node->election.votes, rows[i].counts);
        desk_destroy(desk);
    }
}

/* Steps 4 and 1 again: expired after max(2T, 2000), tried again after max(4T, 4000). */
static void election_is_tried_again_after_the_retry_time(void)
{
    static const struct {
        const char *row;
        uint32_t timeout_ms, expires_ms, again_ms;
    } rows[] = {{"T = 2000", 2000, 4000, 8000},
                {"T = 500", 500, 2000, 4000},
                {"T = 15000", 15000, 30000, 60000}};
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Desk *desk = orphan();
        desk->node->cfg.node_timeout_ms = rows[i].timeout_ms;
        desk->node->cfg.replica_validity_factor = 0;
        ask(desk);

        desk_wait(desk, rows[i].expires_ms);
        step(desk);
        EXPECT_EQ_IN(rows[i].row, desk_notes(desk, TRACE_ELECTION_EXPIRED), 0);
        desk_wait(desk, 1);
        step(desk);
        EXPECT_EQ_IN(rows[i].row, desk_notes(desk, TRACE_ELECTION_EXPIRED), 1);
        desk_wait(desk, rows[i].again_ms - rows[i].expires_ms - 1);
        step(desk);
        EXPECT_EQ_IN(rows[i].row, desk_notes(desk, TRACE_ELECTION_DELAYED), 0);
        EXPECT_EQ_IN(rows[i].row, desk_notes(desk, TRACE_ELECTION_EXPIRED), 0); /* said once */
        desk_wait(desk, 1);
        step(desk);
        EXPECT_EQ_IN(rows[i].row, desk_notes(desk, TRACE_ELECTION_DELAYED), 1);
        EXPECT_EQ_IN(rows[i].row, desk->node->election.sent, false);
        desk_destroy(desk);
    }
}

/* §6.14: the second failover of one process within 2T wins with the votes of the first; between 2T
 * and 4T nothing happens. */
static void election_variables_survive_a_win(void)
{
    static const struct {
        const char *row;
        bool rule;
        uint32_t later_ms;
        TraceType want;
    } rows[] = {
        {"within 2T: wins again", true, 1000, TRACE_ELECTION_WON},
        {"between 2T and 4T: expired", true, 5000, TRACE_ELECTION_EXPIRED},
        {"after 4T: scheduled", true, 9000, TRACE_ELECTION_DELAYED},
        {"rule off, within 2T: scheduled", false, 1000, TRACE_ELECTION_DELAYED},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Desk *desk = orphan();
        Error err;
        rules_set(&desk->rules, "election-variables-kept", rows[i].rule, &err);
        ask(desk);
        vote(desk, 7, 4);
        vote(desk, 8, 4);
        step(desk);
        desk_primary(desk, 6, 9, "0-5460"); /* taken back */
        desk_be_replica(desk, 6);
        desk_epochs(desk, 9, 0);
        desk_wait(desk, rows[i].later_ms);

        step(desk);

        EXPECT_EQ_IN(rows[i].row, desk_notes(desk, TRACE_ELECTION_WON),
                     rows[i].want == TRACE_ELECTION_WON);
        EXPECT_EQ_IN(rows[i].row, desk_notes(desk, TRACE_ELECTION_EXPIRED),
                     rows[i].want == TRACE_ELECTION_EXPIRED);
        EXPECT_EQ_IN(rows[i].row, desk_notes(desk, TRACE_ELECTION_DELAYED),
                     rows[i].want == TRACE_ELECTION_DELAYED);
        if (rows[i].want == TRACE_ELECTION_WON)
            EXPECT_EQ_IN(rows[i].row, node_me(desk->node)->epoch, 4);
        desk_destroy(desk);
    }
}

static void election_repeats_its_reason_every_300_seconds(void)
{
    Desk *desk = orphan();
    desk->node->cfg.replica_no_failover = true;
    step(desk);
    CU_ASSERT_EQUAL(desk_notes(desk, TRACE_ELECTION_REFUSED), 1);
    desk_wait(desk, 299999);
    step(desk);
    CU_ASSERT_EQUAL(desk_notes(desk, TRACE_ELECTION_REFUSED), 0);
    desk_wait(desk, 1);
    step(desk);
    CU_ASSERT_EQUAL(desk_notes(desk, TRACE_ELECTION_REFUSED), 1);
    desk_destroy(desk);
}

/* --- the voter --- */

/* The node on the desk is a voter in epoch 5 that last voted in epoch 4; candidate 9 is a replica
 * of 6, FAIL. */
static Desk *voter(void)
{
    Desk *desk = desk_create();
    desk_be_primary(desk, 1, "0-5460");
    desk_primary(desk, 6, 3, "5461-10922");
    desk_primary(desk, 7, 2, "10923-16383");
    desk_replica(desk, 9, 6, 0);
    desk_flag(desk, 6, FLAG_FAIL, true);
    desk_epochs(desk, 5, 4);
    return desk;
}

/* §6.6, rule by rule: each obstacle is set on top of those after it, so the order is tested as
 * well. */
static void vote_is_refused_in_the_order_of_the_table(void)
{
    static const struct {
        const char *row;
        VoteVerdict want;
    } rows[] = {
        {"1 not a voter", VOTE_NOT_A_VOTER},
        {"2 epoch too old", VOTE_EPOCH_TOO_OLD},
        {"3 already voted", VOTE_ALREADY_CAST},
        {"4 it is a primary", VOTE_IS_PRIMARY},
        {"5 primary unknown", VOTE_PRIMARY_UNKNOWN},
        {"6 primary is up", VOTE_PRIMARY_UP},
        {"7 voted lately", VOTE_TOO_SOON},
        {"8 newer owner", VOTE_SLOT_EPOCH},
        {"none", VOTE_GRANTED},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        VoteVerdict want = rows[i].want;
        Desk *desk = voter();
        Msg request = desk_msg(desk, MSG_AUTH_REQUEST, 9);
        request.current_epoch = 5;
        bool later[9]; /* obstacle k and all after it are there, as far as they can be together */
        for (uint32_t k = 1; k <= 8; k++) later[k] = i + 1 <= k && i < 8;
        if (later[8]) request.config_epoch = 2;
        if (later[7]) desk->node->peers[6].voted_ms = desk->env.now_ms - 2 * T + 1;
        if (later[6] && i + 1 == 6) desk_flag(desk, 6, FLAG_FAIL, false);
        if (later[5] && i + 1 == 5) peer_set_primary(desk->node, 9, NODE_NONE, &desk->env);
        if (later[4] && i + 1 <= 4) peer_make_primary(desk->node, 9, &desk->env);
        if (later[3] && i + 1 <= 3) desk_epochs(desk, 5, 5);
        if (later[2] && i + 1 <= 2) request.current_epoch = 4;
        if (i + 1 == 1) desk_primary(desk, 7, 2, "0-5460");
        desk->node->before_sleep = 0;
        desk_clear(desk);

        VoteVerdict got = election_on_request(desk->node, &request, &desk->env);

        EXPECT_EQ_IN(rows[i].row, got, want);
        EXPECT_EQ_IN(rows[i].row, desk_sent(desk, MSG_AUTH_ACK), want == VOTE_GRANTED);
        EXPECT_EQ_IN(rows[i].row, desk_notes(desk, TRACE_VOTE_GRANTED), want == VOTE_GRANTED);
        EXPECT_EQ_IN(rows[i].row, desk_notes(desk, TRACE_VOTE_REFUSED),
                     i > 0 && want != VOTE_GRANTED);
        EXPECT_EQ_IN(rows[i].row, desk->node->before_sleep,
                     want == VOTE_GRANTED ? SLEEP_SAVE | SLEEP_FSYNC : 0);
        desk_destroy(desk);
    }
}

static void vote_changes_what_it_must(void)
{
    Desk *desk = voter();
    Msg request = desk_msg(desk, MSG_AUTH_REQUEST, 9);

    CU_ASSERT_EQUAL(election_on_request(desk->node, &request, &desk->env), VOTE_GRANTED);

    CU_ASSERT_EQUAL(desk->node->last_vote_epoch, 5);
    CU_ASSERT_EQUAL(desk->node->peers[6].voted_ms, desk->env.now_ms);
    CU_ASSERT_TRUE(desk_sent_to(desk, MSG_AUTH_ACK, 9));
    CU_ASSERT_EQUAL(desk_message(desk, MSG_AUTH_ACK)->current_epoch, 5);
    CU_ASSERT_EQUAL(election_on_request(desk->node, &request, &desk->env), VOTE_ALREADY_CAST);
    desk_destroy(desk);
}

/* Details of single rules. */
static void vote_rules_have_their_exceptions(void)
{
    enum {
        FORCED,
        FORCED_ROLES,
        SPACING_OVER,
        SPACING_OFF,
        NOT_CLAIMED,
        EQUAL_EPOCH,
        REPLICA_VOTER,
        OTHER_PRIMARY
    };
    static const struct {
        const char *row;
        int what;
        VoteVerdict want;
    } rows[] = {
        {"FORCEACK: the primary may be up", FORCED, VOTE_GRANTED},
        {"FORCEACK does not help a primary", FORCED_ROLES, VOTE_IS_PRIMARY},
        {"2T are over", SPACING_OVER, VOTE_GRANTED},
        {"the spacing is switched off", SPACING_OFF, VOTE_GRANTED},
        {"the newer owner does not claim the slot", NOT_CLAIMED, VOTE_GRANTED},
        {"an owner with the same epoch", EQUAL_EPOCH, VOTE_GRANTED},
        {"a replica has no vote", REPLICA_VOTER, VOTE_NOT_A_VOTER},
        {"a vote about another primary", OTHER_PRIMARY, VOTE_GRANTED},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Desk *desk = voter();
        Error err;
        int what = rows[i].what;
        if (what == FORCED_ROLES) peer_make_primary(desk->node, 9, &desk->env);
        if (what == NOT_CLAIMED) desk_primary(desk, 7, 8, "6000");
        if (what == EQUAL_EPOCH) desk_primary(desk, 7, 3, "6000");
        if (what == REPLICA_VOTER) desk_be_replica(desk, 7);
        Msg request = desk_msg(desk, MSG_AUTH_REQUEST, 9);
        if (what == FORCED) desk_flag(desk, 6, FLAG_FAIL, false);
        if (what == FORCED || what == FORCED_ROLES) request.mflags = MFLAG_FORCEACK;
        if (what == SPACING_OVER) desk->node->peers[6].voted_ms = desk->env.now_ms - 2 * T;
        if (what == SPACING_OFF) {
            desk->node->peers[6].voted_ms = desk->env.now_ms;
            rules_set(&desk->rules, "vote-spacing", false, &err);
        }
        if (what == NOT_CLAIMED) bitset_add(desk->node->not_claiming, 6000);
        if (what == NOT_CLAIMED || what == EQUAL_EPOCH)
            request.slots = desk_slots(desk, "5461-10922");
        if (what == OTHER_PRIMARY) desk->node->peers[7].voted_ms = desk->env.now_ms;

        EXPECT_EQ_IN(rows[i].row, election_on_request(desk->node, &request, &desk->env),
                     rows[i].want);
        desk_destroy(desk);
    }
}

void test_election_suite(void)
{
    CU_pSuite suite = CU_add_suite("elections", NULL, NULL);
    CU_add_test(suite, "election needs all preconditions", election_needs_all_preconditions);
    CU_add_test(suite, "election needs recent data", election_needs_recent_data);
    CU_add_test(suite, "election rank counts better siblings",
                election_rank_counts_better_siblings);
    CU_add_test(suite, "election is scheduled with a delay by rank",
                election_is_scheduled_with_a_delay_by_rank);
    CU_add_test(suite, "election rank only grows", election_rank_only_grows);
    CU_add_test(suite, "election is won by a majority of votes",
                election_is_won_by_a_majority_of_votes);
    CU_add_test(suite, "election winner takes over in order", election_winner_takes_over_in_order);
    CU_add_test(suite, "election counts votes of primaries with slots",
                election_counts_votes_of_primaries_with_slots);
    CU_add_test(suite, "election is tried again after the retry time",
                election_is_tried_again_after_the_retry_time);
    CU_add_test(suite, "election variables survive a win", election_variables_survive_a_win);
    CU_add_test(suite, "election repeats its reason every 300 seconds",
                election_repeats_its_reason_every_300_seconds);
    CU_add_test(suite, "vote is refused in the order of the table",
                vote_is_refused_in_the_order_of_the_table);
    CU_add_test(suite, "vote changes what it must", vote_changes_what_it_must);
    CU_add_test(suite, "vote rules have their exceptions", vote_rules_have_their_exceptions);
}
