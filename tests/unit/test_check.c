/* test_check.c -- every checker can fail: a sequence of records that breaks its rule, and one that
 * does not (protocol.md §16). */
#include "sim/check/check.h"

#include <CUnit/CUnit.h>

#include <stdio.h>
#include <string.h>

void test_check_suite(void);

#define ID_A    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ID_B    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define ID_C    "cccccccccccccccccccccccccccccccccccccccc"
#define PRIMARY FLAG_PRIMARY
#define MYSELF  (FLAG_PRIMARY | FLAG_MYSELF)

/* clang-format off */
#define RECORD(NAME, who, ...) (TraceRecord){.host = (who), .type = TRACE_##NAME, .u.NAME = {__VA_ARGS__}}
/* clang-format on */

/* A check that is fed records by hand. */
typedef struct Judge {
    Check *check;
    uint64_t seq;
} Judge;

/* Returns how many rules the record broke. */
static uint32_t take(Judge *judge, TraceRecord record)
{
    uint32_t before = check_count(judge->check);
    record.seq = ++judge->seq;
    record.time = judge->seq * SIM_MS;
    check_record(judge->check, &record);
    return check_count(judge->check) - before;
}

/* Three running processes that know each other; slot set 1 is 0-99, set 2 is 50-60, set 3 is
 * 200-300. */
static Judge new_judge(void)
{
    Judge judge = {.check = check_create(NULL)};
    uint32_t broken = 0;
    static const char *const names[3] = {"n1", "n2", "n3"}, *const ids[3] = {ID_A, ID_B, ID_C};
    static const char *const sets[3] = {"0-99", "50-60", "200-300"};
    broken += take(&judge, RECORD(ADDR_DEFINED, HOST_NONE, .addr = 1, .ip = 1, .port = 6379,
                                  .bus_port = 16379));
    for (uint32_t i = 0; i < 3; i++) {
        broken += take(&judge, RECORD(HOST_ADDED, (HostId)i, .name = trace_text(names[i]),
                                      .zone = trace_text("a"), .addr = 1));
        broken += take(
            &judge, RECORD(NODE_DEFINED, (HostId)i, .node = (NodeId)i, .id = trace_text(ids[i])));
        broken += take(&judge, RECORD(SLOTS_DEFINED, HOST_NONE, .slots = i + 1,
                                      .ranges = trace_text(sets[i])));
    }
    for (uint32_t i = 0; i < 3; i++) {
        broken +=
            take(&judge, RECORD(PROCESS_STARTED, (HostId)i, .node = (NodeId)i, .fresh = true));
        for (uint32_t k = 0; k < 3; k++) {
            broken += take(&judge, RECORD(PEER_ADDED, (HostId)i, .peer = (NodeId)k, .addr = 1,
                                          .flags = i == k ? MYSELF : PRIMARY));
        }
    }
    CU_ASSERT_EQUAL(broken, 0);
    return judge;
}

/* The last record broke exactly one rule, and its line says so. */
static void expect_broken(Judge *judge, uint32_t broken, const char *word)
{
    CU_ASSERT_EQUAL(broken, 1);
    bool said = strstr(check_text(judge->check), word) != NULL;
    if (!said) fprintf(stderr, "\nwanted \"%s\" in \"%s\"\n", word, check_text(judge->check));
    CU_ASSERT_TRUE(said);
    check_destroy(judge->check);
}

/* §6.6 rules 2 and 3. */
static void a_second_vote_in_one_epoch_is_found(void)
{
    Judge judge = new_judge();
    CU_ASSERT_EQUAL(take(&judge, RECORD(VOTE_GRANTED, 0, .candidate = 1, .epoch = 5)), 0);
    CU_ASSERT_EQUAL(take(&judge, RECORD(VOTE_GRANTED, 2, .candidate = 1, .epoch = 5)), 0);
    CU_ASSERT_EQUAL(take(&judge, RECORD(VOTE_GRANTED, 0, .candidate = 2, .epoch = 6)), 0);

    expect_broken(&judge, take(&judge, RECORD(VOTE_GRANTED, 0, .candidate = 2, .epoch = 5)),
                  "n1 votes for n3 in epoch 5 and had voted for n2");
}

/* §4.8. The same node may win an epoch again (§6.14). */
static void a_second_winner_of_an_epoch_is_found(void)
{
    Judge judge = new_judge();
    CU_ASSERT_EQUAL(take(&judge, RECORD(ELECTION_WON, 0, .epoch = 7)), 0);
    CU_ASSERT_EQUAL(take(&judge, RECORD(ELECTION_WON, 0, .epoch = 7)), 0);
    CU_ASSERT_EQUAL(take(&judge, RECORD(ELECTION_WON, 1, .epoch = 8)), 0);

    expect_broken(&judge, take(&judge, RECORD(ELECTION_WON, 1, .epoch = 7)),
                  "n2 wins epoch 7, which n1 had won");
}

/* §16 invariant 3. */
static void an_epoch_that_falls_is_found(void)
{
    const struct {
        const char *word;
        TraceRecord high, low;
    } rows[] = {
        {"currentEpoch", RECORD(SELF_EPOCHS, 0, .current = 9, .last_vote = 3),
         RECORD(SELF_EPOCHS, 0, .current = 8, .last_vote = 3)},
        {"lastVoteEpoch", RECORD(SELF_EPOCHS, 0, .current = 9, .last_vote = 3),
         RECORD(SELF_EPOCHS, 0, .current = 9, .last_vote = 2)},
        {"configEpoch", RECORD(PEER_EPOCH, 0, .peer = 0, .epoch = 4),
         RECORD(PEER_EPOCH, 0, .peer = 0, .epoch = 3)},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        Judge judge = new_judge();
        CU_ASSERT_EQUAL(take(&judge, rows[i].high), 0);
        CU_ASSERT_EQUAL(take(&judge, rows[i].high), 0);
        expect_broken(&judge, take(&judge, rows[i].low), rows[i].word);
    }
}

/* §2.6: a restart may forget a currentEpoch that was never saved, but not a vote. */
static void a_vote_forgotten_by_a_restart_is_found(void)
{
    Judge judge = new_judge();
    CU_ASSERT_EQUAL(take(&judge, RECORD(SELF_EPOCHS, 0, .current = 9, .last_vote = 3)), 0);
    CU_ASSERT_EQUAL(take(&judge, RECORD(PROCESS_EXITED, 0, .reason = EXIT_KILLED)), 0);
    CU_ASSERT_EQUAL(take(&judge, RECORD(PROCESS_STARTED, 0, .node = 0)), 0);
    CU_ASSERT_EQUAL(take(&judge, RECORD(SELF_EPOCHS, 0, .current = 8, .last_vote = 3)), 0);
    CU_ASSERT_EQUAL(take(&judge, RECORD(PROCESS_EXITED, 0, .reason = EXIT_KILLED)), 0);
    CU_ASSERT_EQUAL(take(&judge, RECORD(PROCESS_STARTED, 0, .node = 0)), 0);

    expect_broken(&judge, take(&judge, RECORD(SELF_EPOCHS, 0, .current = 9, .last_vote = 2)),
                  "lastVoteEpoch of n1 falls from 3 to 2");
}

/* §4.8: two primaries may claim a slot for a while, but never with one epoch. */
static void two_owners_with_one_epoch_are_found(void)
{
    Judge judge = new_judge();
    CU_ASSERT_EQUAL(take(&judge, RECORD(PEER_EPOCH, 0, .peer = 0, .epoch = 4)), 0);
    CU_ASSERT_EQUAL(take(&judge, RECORD(PEER_SLOTS, 0, .peer = 0, .slots = 1)), 0);
    CU_ASSERT_EQUAL(take(&judge, RECORD(PEER_EPOCH, 1, .peer = 1, .epoch = 5)), 0);
    CU_ASSERT_EQUAL(take(&judge, RECORD(PEER_SLOTS, 1, .peer = 1, .slots = 2)), 0);
    CU_ASSERT_EQUAL(take(&judge, RECORD(PEER_EPOCH, 2, .peer = 2, .epoch = 5)), 0);
    CU_ASSERT_EQUAL(take(&judge, RECORD(PEER_SLOTS, 2, .peer = 2, .slots = 3)), 0);

    expect_broken(&judge, take(&judge, RECORD(PEER_EPOCH, 0, .peer = 0, .epoch = 5)),
                  "n1 and n2 own a slot with the same configEpoch 5");
}

/* §16 invariant 4. */
static void a_table_with_two_owners_of_a_slot_is_found(void)
{
    Judge judge = new_judge();
    CU_ASSERT_EQUAL(take(&judge, RECORD(PEER_SLOTS, 0, .peer = 1, .slots = 1)), 0);
    CU_ASSERT_EQUAL(take(&judge, RECORD(PEER_SLOTS, 0, .peer = 2, .slots = 3)), 0);
    CU_ASSERT_EQUAL(take(&judge, RECORD(PEER_SLOTS, 1, .peer = 2, .slots = 2)), 0);

    expect_broken(&judge, take(&judge, RECORD(PEER_SLOTS, 0, .peer = 2, .slots = 2)),
                  "n1 holds both n3 and n2 for the owner of a slot");
}

/* §16 invariant 8. */
static void a_minority_that_says_ok_is_found(void)
{
    Judge judge = new_judge();
    take(&judge, RECORD(PEER_SLOTS, 0, .peer = 0, .slots = 1));
    take(&judge, RECORD(PEER_SLOTS, 0, .peer = 1, .slots = 3));
    CU_ASSERT_EQUAL(take(&judge, RECORD(SELF_STATE, 0, .state = STATE_OK, .size = 2)), 0);
    CU_ASSERT_EQUAL(take(&judge, RECORD(PEER_FLAGS, 0, .peer = 1, .flags = PRIMARY | FLAG_PFAIL)),
                    0);
    CU_ASSERT_EQUAL(take(&judge, RECORD(SELF_STATE, 0, .state = STATE_FAIL, .size = 2)), 0);

    expect_broken(&judge, take(&judge, RECORD(SELF_STATE, 0, .state = STATE_OK, .size = 2)),
                  "n1 says ok and reaches 1 of 2 primaries");
}

/* §16 invariant 6. */
static void a_failure_without_a_quorum_is_found(void)
{
    static const struct {
        const char *word;
        bool reported;
        uint16_t reports, quorum;
    } rows[] = {
        {NULL, true, 2, 2},
        {"with 1 words of 2", false, 1, 2},
        {"with 2 words of 3", true, 2, 3},
        {"with 1 words of 1", false, 2, 1}, /* says more than it holds */
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        Judge judge = new_judge();
        if (rows[i].reported) take(&judge, RECORD(REPORT_ADDED, 0, .peer = 1, .reporter = 2));
        uint32_t broken = take(&judge, RECORD(FAILED, 0, .peer = 1, .reports = rows[i].reports,
                                              .quorum = rows[i].quorum));
        if (rows[i].word) {
            expect_broken(&judge, broken, rows[i].word);
        } else {
            CU_ASSERT_EQUAL(broken, 0);
            check_destroy(judge.check);
        }
    }
}

static void a_record_that_cannot_follow_is_found(void)
{
    Judge judge = new_judge();

    expect_broken(&judge, take(&judge, RECORD(REPORT_REMOVED, 0, .peer = 1, .reporter = 2)),
                  "the record does not fit");
}

void test_check_suite(void)
{
    CU_pSuite suite = CU_add_suite("check", NULL, NULL);
    CU_add_test(suite, "a second vote in one epoch is found", a_second_vote_in_one_epoch_is_found);
    CU_add_test(suite, "a second winner of an epoch is found",
                a_second_winner_of_an_epoch_is_found);
    CU_add_test(suite, "an epoch that falls is found", an_epoch_that_falls_is_found);
    CU_add_test(suite, "a vote forgotten by a restart is found",
                a_vote_forgotten_by_a_restart_is_found);
    CU_add_test(suite, "two owners with one epoch are found", two_owners_with_one_epoch_are_found);
    CU_add_test(suite, "a table with two owners of a slot is found",
                a_table_with_two_owners_of_a_slot_is_found);
    CU_add_test(suite, "a minority that says ok is found", a_minority_that_says_ok_is_found);
    CU_add_test(suite, "a failure without a quorum is found", a_failure_without_a_quorum_is_found);
    CU_add_test(suite, "a record that cannot follow is found",
                a_record_that_cannot_follow_is_found);
}
