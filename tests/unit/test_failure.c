/* test_failure.c -- reports, PFAIL to FAIL, FAIL messages and clearing (protocol.md §5.2-5.5). */
#include "tests/unit/bus_pump.h"

#include "sim/cluster/failure.h"
#include "sim/cluster/peers.h"
#include "sim/cluster/slots.h"

#include <CUnit/CUnit.h>

#include <string.h>

void test_failure_suite(void);

#define TIMEOUT_MS 1000

static void give_slot(Pump *pump, Node *node, NodeId owner, NodeEnv *env)
{
    uint64_t words[BITSET_WORDS(SLOT_COUNT)] = {0};
    bitset_add(words, owner);
    slots_assign(node, bitpool_intern(pump->slots, words), owner, env);
}

/* --- reports --- */

/* §5.2: a report is valid for 2T, the end included. */
static void report_expires_after_twice_the_timeout(void)
{
    Pump *pump = pump_create(1, 4, TIMEOUT_MS);
    Node *node = pump_acquaint(pump, 0);
    NodeEnv env = pump_env(pump, 0);
    EXPECT_EQ("first", failure_report_add(node, 1, 2, &env), true);
    EXPECT_EQ("first", node->gate[1], GATE_CLOSED);

    pump->now += 1000 * SIM_MS;
    env = pump_env(pump, 0);
    EXPECT_EQ("second", failure_report_add(node, 1, 3, &env), true);
    EXPECT_EQ("again", failure_report_add(node, 1, 3, &env), false);

    pump->now += 1000 * SIM_MS;
    env = pump_env(pump, 0);
    EXPECT_EQ("at 2T", failure_report_count(node, 1, &env), 2);
    pump->now += 1 * SIM_MS;
    env = pump_env(pump, 0);
    EXPECT_EQ("after 2T", failure_report_count(node, 1, &env), 1);
    pump->now += 1000 * SIM_MS;
    env = pump_env(pump, 0);
    EXPECT_EQ("all gone", failure_report_count(node, 1, &env), 0);
    CU_ASSERT_NOT_EQUAL(node->gate[1], GATE_CLOSED);
    pump_clear(pump);
    pump_destroy(pump);
}

/* A report that is repeated is as good as new. */
static void report_is_refreshed_by_repetition(void)
{
    Pump *pump = pump_create(1, 4, TIMEOUT_MS);
    Node *node = pump_acquaint(pump, 0);
    for (uint32_t i = 0; i < 10; i++) {
        NodeEnv env = pump_env(pump, 0);
        failure_report_add(node, 1, 2, &env);
        EXPECT_EQ("kept", failure_report_count(node, 1, &env), 1);
        pump->now += 1500 * SIM_MS;
    }
    pump_clear(pump);
    pump_destroy(pump);
}

/* The table of rows and columns against a plain list, under random additions, removals and counts.
 */
static void report_table_behaves_as_a_list(void)
{
    enum { NODES = 24 };
    Pump *pump = pump_create(2, NODES, TIMEOUT_MS);
    Node *node = pump_acquaint(pump, 0);
    NodeMs list[NODES][NODES];
    memset(list, 0, sizeof(list));
    Rng rng = rng_derive(2, "test", 0);
    uint32_t wrong = 0;
    for (uint32_t round = 0; round < 20000; round++) {
        pump->now += rng_below(&rng, 100) * SIM_MS;
        NodeEnv env = pump_env(pump, 0);
        NodeId peer = (NodeId)(1 + rng_below(&rng, NODES - 1));
        NodeId reporter = (NodeId)(1 + rng_below(&rng, NODES - 1));
        uint32_t what = rng_below(&rng, 8);
        bool counts = what >= 6;
        if (what < 3) {
            wrong += failure_report_add(node, peer, reporter, &env) == (list[peer][reporter] != 0);
            list[peer][reporter] = env.now_ms;
        } else if (what < 6) {
            counts = list[peer][reporter] != 0;
            wrong += failure_report_remove(node, peer, reporter, &env) != counts;
            list[peer][reporter] = 0;
        }
        uint32_t count = 0;
        for (uint32_t i = 0; i < NODES; i++) {
            NodeMs *time = &list[peer][i];
            if (counts && *time && env.now_ms - *time > 2 * TIMEOUT_MS) *time = 0;
            count += *time != 0;
        }
        if (what >= 6) wrong += failure_report_count(node, peer, &env) != count;
        wrong += node->peers[peer].report_count != count;
        pump_clear(pump);
    }
    EXPECT_EQ("differences", wrong, 0);
    FailReports reports = {0};
    failure_list_reports(node, &reports, NULL);
    EXPECT_EQ("listed", reports.count, node->report_table.count);
    array_deinit(NULL, &reports);
    pump_destroy(pump);
}

/* §4.6: with a record go the reports about it and those it made. */
static void report_goes_with_its_reporter_and_its_subject(void)
{
    Pump *pump = pump_create(3, 5, TIMEOUT_MS);
    Node *node = pump_acquaint(pump, 0);
    NodeEnv env = pump_env(pump, 0);
    failure_report_add(node, 1, 2, &env);
    failure_report_add(node, 1, 3, &env);
    failure_report_add(node, 2, 3, &env);
    failure_report_add(node, 4, 2, &env);

    peer_remove(node, 2, &env);

    FailReports reports = {0};
    failure_list_reports(node, &reports, NULL);
    EXPECT_EQ("left", reports.count, 1);
    EXPECT_EQ("left", reports.items[0].peer, 1);
    EXPECT_EQ("left", reports.items[0].reporter, 3);
    array_deinit(NULL, &reports);
    node_check_slow(node, pump->slots);
    pump_clear(pump);
    pump_destroy(pump);
}

/* --- PFAIL to FAIL --- */

/* §5.3: my own PFAIL, and a quorum in which I count as a primary. */
static void fail_needs_own_suspicion_and_a_quorum(void)
{
    static const struct {
        const char *row;
        uint16_t size, reports;
        bool suspected, replica, marked;
    } rows[] = {
        {"three primaries, one report", 3, 1, true, false, true},
        {"three primaries, no report", 3, 0, true, false, false},
        {"not suspected by me", 3, 5, false, false, false},
        {"a replica has no voice", 3, 1, true, true, false},
        {"a replica with two reports", 3, 2, true, true, true},
        {"four primaries need three", 4, 1, true, false, false},
        {"four primaries, two reports", 4, 2, true, false, true},
        {"five primaries, two reports", 5, 2, true, false, true},
        {"one primary marks by itself", 1, 0, true, false, true},
        {"two primaries need both", 2, 0, true, false, false},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Pump *pump = pump_create(4, 8, TIMEOUT_MS);
        Node *node = pump_acquaint(pump, 0);
        NodeEnv env = pump_env(pump, 0);
        node->size = rows[i].size;
        node->before_sleep = 0;
        if (rows[i].replica) peer_set_flags(node, 0, FLAG_MYSELF | FLAG_REPLICA, &env);
        if (rows[i].suspected) peer_set_flags(node, 1, FLAG_PRIMARY | FLAG_PFAIL, &env);
        for (uint16_t k = 0; k < rows[i].reports; k++) failure_report_add(node, 1, 2 + k, &env);

        failure_mark_if_needed(node, 1, &env);

        uint16_t flags = node->peers[1].flags;
        EXPECT_EQ(rows[i].row, (flags & FLAG_FAIL) != 0, rows[i].marked);
        if (rows[i].marked) EXPECT_EQ(rows[i].row, flags & FLAG_PFAIL, 0);
        /* Everybody with a link is told, the failing node too. */
        EXPECT_EQ(rows[i].row, pump_sendings(pump, MSG_FAIL), rows[i].marked ? 7 : 0);
        EXPECT_EQ(rows[i].row, node->before_sleep, rows[i].marked ? SLEEP_SAVE | SLEEP_STATE : 0);
        pump_clear(pump);
        pump_destroy(pump);
    }
}

/* §5.4 */
static void fail_message_is_believed_by_everybody(void)
{
    static const struct {
        const char *row;
        NodeId about;
        uint16_t before, after;
    } rows[] = {
        {"about a healthy node", 1, FLAG_PRIMARY, FLAG_PRIMARY | FLAG_FAIL},
        {"about a suspected node", 1, FLAG_PRIMARY | FLAG_PFAIL, FLAG_PRIMARY | FLAG_FAIL},
        {"about a failed node", 1, FLAG_PRIMARY | FLAG_FAIL, FLAG_PRIMARY | FLAG_FAIL},
        {"about a replica", 1, FLAG_REPLICA, FLAG_REPLICA | FLAG_FAIL},
        {"about me", 0, FLAG_PRIMARY | FLAG_MYSELF, FLAG_PRIMARY | FLAG_MYSELF},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Pump *pump = pump_create(5, 4, TIMEOUT_MS);
        Node *node = pump_acquaint(pump, 0);
        pump->now += 70 * SIM_MS;
        NodeEnv env = pump_env(pump, 0);
        peer_set_flags(node, rows[i].about, rows[i].before, &env);
        bool changes = rows[i].before != rows[i].after;
        MsgId id = pump_packet(pump, 3, MSG_FAIL, 0);
        EXPECT_EQ(rows[i].row, msg_at(pump->msgs, id)->bytes, 2296);
        msg_at(pump->msgs, id)->subject = rows[i].about;

        pump_receive(pump, 0, pump_in_link(3), true, id);

        EXPECT_EQ(rows[i].row, node->peers[rows[i].about].flags, rows[i].after);
        EXPECT_EQ(rows[i].row, node->peers[rows[i].about].fail_ms, changes ? env.now_ms : 0);
        EXPECT_EQ(rows[i].row, pump_sendings(pump, MSG_FAIL), 0);
        pump_clear(pump);
        pump_destroy(pump);
    }
}

/* --- clearing --- */

/* §5.5, the table: on a PONG on my own link. */
static void failure_is_cleared_as_the_table_says(void)
{
    static const struct {
        const char *row;
        uint16_t flags;
        bool slots;
        uint32_t age_ms; /* since FAIL was set */
        uint16_t cleared;
    } rows[] = {
        {"PFAIL", FLAG_PRIMARY | FLAG_PFAIL, true, 0, FLAG_PFAIL},
        {"FAIL replica", FLAG_REPLICA | FLAG_FAIL, false, 0, FLAG_FAIL},
        {"FAIL primary without slots", FLAG_PRIMARY | FLAG_FAIL, false, 0, FLAG_FAIL},
        {"FAIL primary with slots, fresh", FLAG_PRIMARY | FLAG_FAIL, true, 0, 0},
        {"FAIL primary with slots, at 2T", FLAG_PRIMARY | FLAG_FAIL, true, 2000, 0},
        {"FAIL primary with slots, after 2T", FLAG_PRIMARY | FLAG_FAIL, true, 2001, FLAG_FAIL},
        {"no flag", FLAG_PRIMARY, true, 5000, 0},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Pump *pump = pump_create(6, 4, TIMEOUT_MS);
        Node *node = pump_acquaint(pump, 0);
        NodeEnv env = pump_env(pump, 0);
        if (rows[i].slots) give_slot(pump, node, 1, &env);
        peer_set_flags(node, 1, rows[i].flags, &env);
        node->peers[1].fail_ms = env.now_ms;
        node->before_sleep = 0;
        pump->now += rows[i].age_ms * SIM_MS;
        env = pump_env(pump, 0);

        failure_on_pong(node, 1, &env);

        EXPECT_EQ(rows[i].row, node->peers[1].flags & (FLAG_FAIL | FLAG_PFAIL),
                  rows[i].flags & (FLAG_FAIL | FLAG_PFAIL) & (uint16_t)~rows[i].cleared);
        EXPECT_EQ(rows[i].row, node->before_sleep, rows[i].cleared ? SLEEP_SAVE | SLEEP_STATE : 0);
        pump_clear(pump);
        pump_destroy(pump);
    }
}

void test_failure_suite(void)
{
    CU_pSuite suite = CU_add_suite("failure", NULL, NULL);
    CU_add_test(suite, "a report expires after twice the timeout",
                report_expires_after_twice_the_timeout);
    CU_add_test(suite, "a report is refreshed by repetition", report_is_refreshed_by_repetition);
    CU_add_test(suite, "the table of reports behaves as a list", report_table_behaves_as_a_list);
    CU_add_test(suite, "a report goes with its reporter and its subject",
                report_goes_with_its_reporter_and_its_subject);
    CU_add_test(suite, "FAIL needs own suspicion and a quorum",
                fail_needs_own_suspicion_and_a_quorum);
    CU_add_test(suite, "a FAIL message is believed by everybody",
                fail_message_is_believed_by_everybody);
    CU_add_test(suite, "a failure is cleared as the table says",
                failure_is_cleared_as_the_table_says);
}
