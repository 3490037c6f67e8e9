/* test_open_slots.c -- what the trace says of slots under migration and of the keys in them
 * (protocol.md §9.2) is what the processes have, at every moment of a move. */
#include "sim/cluster/keyslot.h"
#include "tests/fixture/fixture.h"

#include <CUnit/CUnit.h>

#include <stdio.h>
#include <string.h>

void test_open_slots_suite(void);

typedef struct Move {
    Fixture fixture;
    TraceState truth, told;
    char ids[3][NODE_ID_SIZE + 1];
} Move;

static void move_open(Move *move)
{
    FixtureConfig config = fixture_config(5, 3, 0, 1000);
    memset(move, 0, sizeof(*move));
    move->fixture = fixture_open(&config);
    fixture_create(&move->fixture, 60 * SIM_SEC);
    for (HostId host = 0; host < 3; host++) {
        const char *id = sim_node_id(move->fixture.sim, sim_host_node(move->fixture.sim, host));
        memcpy(move->ids[host], id, NODE_ID_SIZE + 1);
    }
    state_init(&move->truth, NULL);
    state_init(&move->told, NULL);
}

static void move_close(Move *move)
{
    state_deinit(&move->truth);
    state_deinit(&move->told);
    fixture_close(&move->fixture);
}

/* Folds the whole trace, compares it with the truth, and gives the host's marks. */
static const OpenSlotStates *look(Move *move, HostId host)
{
    Text why = {0};
    const Trace *trace = sim_trace(move->fixture.sim);
    state_deinit(&move->truth);
    state_init(&move->truth, NULL);
    sim_truth(move->fixture.sim, &move->truth);
    trace_state_at(trace, trace_count(trace), &move->told);
    if (!state_equal(&move->truth, &move->told, &why)) printf("\n  %s\n", text_chars(&why));
    CU_ASSERT_STRING_EQUAL(text_chars(&why), "");
    text_deinit(&why);
    return &move->told.hosts.items[host].open_slots;
}

static void ask(Move *move, HostId host, const char *want, const char *line)
{
    const char *reply = fixture_call(&move->fixture, host, "%s", line);
    if (strcmp(reply, want) != 0) printf("\n  %s: got %s, want %s\n", line, reply, want);
    CU_ASSERT_STRING_EQUAL(reply, want);
}

static void set_slot(Move *move, HostId host, uint16_t slot, const char *how, HostId other)
{
    char line[192];
    snprintf(line, sizeof(line), "CLUSTER SETSLOT %u %s %s", slot, how, move->ids[other]);
    ask(move, host, "+OK", line);
}

/* Slot 15495 ("a") lies at n3. */
static void marks_and_keys_are_told_through_a_whole_move(void)
{
    Move move;
    move_open(&move);
    uint16_t slot = keyslot_of("a", 1);
    ask(&move, 2, "+OK", "SET {a}1 x");
    ask(&move, 2, "+OK", "SET {a}2 x");

    set_slot(&move, 0, slot, "IMPORTING", 2);
    set_slot(&move, 2, slot, "MIGRATING", 0);
    const OpenSlotStates *source = look(&move, 2);
    CU_ASSERT_EQUAL_FATAL(source->count, 1);
    CU_ASSERT_EQUAL(source->items[0].slot, slot);
    CU_ASSERT_FALSE(source->items[0].importing);
    CU_ASSERT_EQUAL(source->items[0].peer, sim_host_node(move.fixture.sim, 0));
    CU_ASSERT_EQUAL(source->items[0].keys, 2);

    ask(&move, 2, ":1", "DEL {a}1");
    CU_ASSERT_EQUAL(look(&move, 2)->items[0].keys, 1);
    const OpenSlotStates *target = look(&move, 0);
    CU_ASSERT_EQUAL_FATAL(target->count, 1);
    CU_ASSERT_TRUE(target->items[0].importing);
    CU_ASSERT_EQUAL(target->items[0].keys, 0);

    ask(&move, 2, ":1", "DEL {a}2");
    set_slot(&move, 0, slot, "NODE", 0);
    set_slot(&move, 2, slot, "NODE", 0);
    CU_ASSERT_EQUAL(look(&move, 0)->count, 0);
    CU_ASSERT_EQUAL(look(&move, 2)->count, 0);
    move_close(&move);
}

/* nodes.conf keeps the marks (protocol.md §9.2): a process that starts again has them. */
static void marks_survive_a_restart(void)
{
    Move move;
    move_open(&move);
    set_slot(&move, 0, 15495, "IMPORTING", 2);
    set_slot(&move, 0, 12, "MIGRATING", 1);
    fixture_run(&move.fixture, SIM_SEC);
    fixture_kill(&move.fixture, 0, false);
    CU_ASSERT_EQUAL(look(&move, 0)->count, 0);

    fixture_command(&move.fixture, CMD_START, 0);
    fixture_run(&move.fixture, SIM_SEC);
    const OpenSlotStates *marks = look(&move, 0);
    CU_ASSERT_EQUAL_FATAL(marks->count, 2);
    CU_ASSERT_EQUAL(marks->items[0].slot, 12);
    CU_ASSERT_EQUAL(marks->items[1].slot, 15495);
    ask(&move, 0, "+OK", "CLUSTER SETSLOT 12 STABLE");
    CU_ASSERT_EQUAL(look(&move, 0)->count, 1);
    move_close(&move);
}

/* Opened anew towards another node: the trace says that the first mark is gone. */
static void a_new_target_replaces_the_old_one(void)
{
    Move move;
    move_open(&move);
    set_slot(&move, 0, 12, "MIGRATING", 1);
    set_slot(&move, 0, 12, "MIGRATING", 2);
    const OpenSlotStates *marks = look(&move, 0);
    CU_ASSERT_EQUAL_FATAL(marks->count, 1);
    CU_ASSERT_EQUAL(marks->items[0].peer, sim_host_node(move.fixture.sim, 2));
    move_close(&move);
}

void test_open_slots_suite(void)
{
    CU_pSuite suite = CU_add_suite("open slots", NULL, NULL);
    CU_add_test(suite, "marks and keys are told through a whole move",
                marks_and_keys_are_told_through_a_whole_move);
    CU_add_test(suite, "marks survive a restart", marks_survive_a_restart);
    CU_add_test(suite, "a new target replaces the old one", a_new_target_replaces_the_old_one);
}
