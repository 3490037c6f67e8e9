/* test_trace_state.c -- folding: what each row does to a state, and which records cannot follow
 * (docs/trace.md §4). */
#include "sim/trace/state.h"

#include "sim/base/bitset.h"
#include "tests/unit/trace_random.h"

#include <CUnit/CUnit.h>

#include <stdio.h>
#include <string.h>

void test_trace_state_suite(void);

#define ID_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ID_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static bool apply(TraceState *state, TraceRecord record, Error *err)
{
    record.seq = state->seq + 1;
    if (record.time == 0) record.time = state->time + SIM_MS;
    return state_apply(state, &record, err);
}

static void must_apply(TraceState *state, TraceRecord record)
{
    Error err = {{0}};
    bool applied = apply(state, record, &err);
    if (!applied) fprintf(stderr, "%s\n", err.text);
    CU_ASSERT_TRUE(applied);
}

/* clang-format off */
#define RECORD(NAME, who, ...) (TraceRecord){.host = (who), .type = TRACE_##NAME, .u.NAME = {__VA_ARGS__}}
/* clang-format on */

/* Three hosts with two nodes; n1 runs as node 0 and knows it and node 1; n2 is dead; n3 never ran.
 * Slot set 1 is 0-99, message 5 goes from n1 to n2, rule 7 cuts n1 from n2. */
static void small_state(TraceState *state)
{
    state_init(state, NULL);
    must_apply(state, RECORD(ADDR_DEFINED, HOST_NONE, .addr = 1, .ip = 0x0A000001, .port = 6379,
                             .bus_port = 16379));
    must_apply(state,
               RECORD(HOST_ADDED, 0, .name = trace_text("n1"), .zone = trace_text("a"), .addr = 1));
    must_apply(state,
               RECORD(HOST_ADDED, 1, .name = trace_text("n2"), .zone = trace_text("a"), .addr = 1));
    must_apply(state,
               RECORD(HOST_ADDED, 2, .name = trace_text("n3"), .zone = trace_text("b"), .addr = 1));
    must_apply(state, RECORD(NODE_DEFINED, 0, .node = 0, .id = trace_text(ID_A)));
    must_apply(state, RECORD(NODE_DEFINED, 1, .node = 1, .id = trace_text(ID_B)));
    must_apply(state, RECORD(SLOTS_DEFINED, HOST_NONE, .slots = 1, .ranges = trace_text("0-99")));
    must_apply(state, RECORD(PROCESS_STARTED, 0, .node = 0, .fresh = true));
    must_apply(state, RECORD(PROCESS_STARTED, 1, .node = 1, .fresh = true));
    must_apply(state, RECORD(PROCESS_EXITED, 1, .reason = EXIT_KILLED));
    must_apply(state,
               RECORD(PEER_ADDED, 0, .peer = 0, .addr = 1, .flags = FLAG_PRIMARY | FLAG_MYSELF));
    must_apply(state, RECORD(PEER_ADDED, 0, .peer = 1, .addr = 1, .flags = FLAG_PRIMARY));
    must_apply(state, RECORD(REPORT_ADDED, 0, .peer = 1, .reporter = 0));
    must_apply(state,
               RECORD(HANDSHAKE_ADDED, 0, .handshake = 3, .addr = 1, .id = trace_text(ID_B)));
    must_apply(state, RECORD(SLOT_OPENED, 0, .slot = 5, .peer = 1));
    must_apply(state, RECORD(MSG_SENT, 0, .msg = 5, .to = 1, .kind = MSG_PING, .bytes = 2256));
    must_apply(state, RECORD(NET_RULE_ADDED, HOST_NONE, .rule = 7, .from = trace_text("0"),
                             .to = trace_text("1"), .cut = true));
}

static void fold_fills_the_tables(void)
{
    TraceState state;
    small_state(&state);
    must_apply(&state, RECORD(PEER_SLOTS, 0, .peer = 0, .slots = 1));
    must_apply(&state, RECORD(PEER_EPOCH, 0, .peer = 0, .epoch = 4));
    must_apply(&state, RECORD(PEER_PRIMARY, 0, .peer = 1, .primary = 0));
    must_apply(&state, RECORD(SELF_STATE, 0, .state = STATE_OK, .size = 3));
    must_apply(&state, RECORD(PROCESS_FROZEN, 0, .unused_ = 0));
    must_apply(&state, RECORD(SAY, HOST_NONE, .text = trace_text("hello")));

    const HostState *n1 = &state.hosts.items[0];
    CU_ASSERT_STRING_EQUAL(n1->name, "n1");
    CU_ASSERT_EQUAL(n1->status, PROCESS_IS_FROZEN);
    CU_ASSERT_EQUAL(n1->node, 0);
    CU_ASSERT_EQUAL(n1->state, STATE_OK);
    CU_ASSERT_EQUAL(n1->size, 3);
    CU_ASSERT_EQUAL(n1->reports.count, 1);
    CU_ASSERT_EQUAL(n1->handshakes.items[0].handshake, 3);
    CU_ASSERT_EQUAL(state.hosts.items[1].status, PROCESS_DEAD);
    CU_ASSERT_EQUAL(state.hosts.items[2].status, PROCESS_ABSENT);
    const Belief *self = state_belief(&state, 0, 0), *peer = state_belief(&state, 0, 1);
    CU_ASSERT_TRUE(self->known);
    CU_ASSERT_EQUAL(self->epoch, 4);
    CU_ASSERT_EQUAL(bitpool_members(state.slots, self->slots), 100);
    CU_ASSERT_EQUAL(self->primary, NODE_NONE);
    CU_ASSERT_EQUAL(peer->primary, 0);
    CU_ASSERT_FALSE(state_belief(&state, 2, 1)->known);
    CU_ASSERT_EQUAL(state_belief(&state, 2, 1)->primary, NODE_NONE);
    CU_ASSERT_EQUAL(state.flights.count, 1);
    CU_ASSERT_EQUAL(state.flights.items[0].seq, 16);
    CU_ASSERT_EQUAL(state.say_seq, state.seq);
    state_deinit(&state);
}

/* A process that ends believes nothing, and the next one starts from nothing; its identity stays.
 */
static void fold_forgets_what_a_dead_process_believed(void)
{
    TraceState state;
    small_state(&state);
    must_apply(&state, RECORD(SELF_EPOCHS, 0, .current = 9, .last_vote = 8));
    must_apply(&state, RECORD(SELF_ELECTION, 0, .auth_ms = 1, .votes = 2, .rank = 3, .sent = true,
                              .epoch = 4));
    must_apply(&state, RECORD(SELF_REPL, 0, .link = REPL_CONNECTED, .primary = 1));
    must_apply(&state, RECORD(SELF_OFFSET, 0, .offset = 77));
    must_apply(&state, RECORD(PROCESS_SLOWED, 0, .permille = 2500));
    must_apply(&state, RECORD(PROCESS_EXITED, 0, .reason = EXIT_POWER));

    const HostState *n1 = &state.hosts.items[0];
    CU_ASSERT_EQUAL(n1->status, PROCESS_DEAD);
    CU_ASSERT_EQUAL(n1->since, state.time);
    CU_ASSERT_EQUAL(n1->node, 0);
    CU_ASSERT_EQUAL(n1->slow_permille, 2500);
    CU_ASSERT_EQUAL(n1->current_epoch + n1->last_vote_epoch + n1->auth_ms + n1->auth_epoch, 0);
    CU_ASSERT_EQUAL(n1->votes + n1->rank, 0);
    CU_ASSERT_FALSE(n1->auth_sent);
    CU_ASSERT_EQUAL(n1->repl, REPL_NONE);
    CU_ASSERT_EQUAL(n1->repl_primary, NODE_NONE);
    CU_ASSERT_EQUAL(n1->repl_offset, 0);
    CU_ASSERT_EQUAL(n1->reports.count + n1->handshakes.count, 0);
    CU_ASSERT_FALSE(state_belief(&state, 0, 0)->known);
    CU_ASSERT_FALSE(state_belief(&state, 0, 1)->known);
    CU_ASSERT_EQUAL(state_belief(&state, 0, 1)->primary, NODE_NONE);
    CU_ASSERT_EQUAL(state.flights.count, 1); /* what it sent is still under way */
    state_deinit(&state);
}

/* Marks are kept in the order of slots, migrating first; the keys of a slot are those of both. */
static void fold_keeps_open_slots_in_order(void)
{
    TraceState state;
    small_state(&state);
    must_apply(&state, RECORD(SLOT_OPENED, 0, .slot = 9, .peer = 1, .importing = true));
    must_apply(&state, RECORD(SLOT_OPENED, 0, .slot = 12, .peer = 1));
    must_apply(&state, RECORD(SLOT_KEYS, 0, .slot = 9, .keys = 3));
    must_apply(&state, RECORD(SLOT_OPENED, 0, .slot = 9, .peer = 1));
    must_apply(&state, RECORD(SLOT_CLOSED, 0, .slot = 5));

    const HostState *n1 = &state.hosts.items[0];
    CU_ASSERT_EQUAL_FATAL(n1->open_slots.count, 3);
    CU_ASSERT_EQUAL(n1->open_slots.items[0].slot, 9);
    CU_ASSERT_FALSE(n1->open_slots.items[0].importing);
    CU_ASSERT_EQUAL(n1->open_slots.items[0].keys, 3);
    CU_ASSERT_EQUAL(n1->open_slots.items[1].keys, 3);
    CU_ASSERT_EQUAL(n1->open_slots.items[2].slot, 12);
    must_apply(&state, RECORD(SLOT_CLOSED, 0, .slot = 9, .importing = true));
    CU_ASSERT_EQUAL_FATAL(n1->open_slots.count, 2);
    CU_ASSERT_EQUAL(n1->open_slots.items[1].slot, 12);
    must_apply(&state, RECORD(PROCESS_EXITED, 0, .reason = EXIT_KILLED));
    CU_ASSERT_EQUAL(n1->open_slots.count, 0);
    state_deinit(&state);
}

typedef struct Refusal {
    const char *row;
    TraceRecord record;
    const char *want; /* part of the sentence */
} Refusal;

/* Every refusal leaves the state as it was and names the record. */
static void must_refuse(const Refusal *rows, size_t count)
{
    TraceState state, before;
    small_state(&state);
    state_init(&before, NULL);
    state_copy(&before, &state);
    for (size_t i = 0; i < count; i++) {
        Error err = {{0}};
        bool applied = apply(&state, rows[i].record, &err);
        bool named =
            strstr(err.text, rows[i].want) != NULL && strncmp(err.text, "record 18 (", 11) == 0;
        if (applied || !named) fprintf(stderr, "row %s: \"%s\"\n", rows[i].row, err.text);
        CU_ASSERT_FALSE(applied);
        CU_ASSERT_TRUE(named);
        CU_ASSERT_TRUE(state_equal(&state, &before, NULL));
    }
    state_deinit(&state);
    state_deinit(&before);
}

static void fold_refuses_wrong_definitions_and_processes(void)
{
    const Refusal rows[] = {
        {"address out of order", RECORD(ADDR_DEFINED, HOST_NONE, .addr = 3), "not the next"},
        {"host out of order", RECORD(HOST_ADDED, 4, .name = trace_text("x"), .addr = 1),
         "not the next"},
        {"host at an unknown address", RECORD(HOST_ADDED, 3, .name = trace_text("x"), .addr = 2),
         "address 2"},
        {"host with a long name",
         RECORD(HOST_ADDED, 3, .name = trace_text("123456789012345678901234")), "24 bytes"},
        {"host with a NUL in its name", RECORD(HOST_ADDED, 3, .name = {"a\0b", 3}), "NUL"},
        {"host with a long zone",
         RECORD(HOST_ADDED, 3, .name = trace_text("x"),
                .zone = trace_text("123456789012345678901234")),
         "24 bytes"},
        {"node out of order", RECORD(NODE_DEFINED, 0, .node = 1, .id = trace_text(ID_A)),
         "not the next"},
        {"node on an unknown host", RECORD(NODE_DEFINED, 3, .node = 2, .id = trace_text(ID_A)),
         "host 3"},
        {"node on no host", RECORD(NODE_DEFINED, HOST_NONE, .node = 2, .id = trace_text(ID_A)),
         "host 65535"},
        {"node with a short ID", RECORD(NODE_DEFINED, 0, .node = 2, .id = trace_text("abc")),
         "40 lower-case"},
        {"node with an upper-case ID",
         RECORD(NODE_DEFINED, 0, .node = 2,
                .id = trace_text("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")),
         "40 lower-case"},
        {"slot set out of order",
         RECORD(SLOTS_DEFINED, HOST_NONE, .slots = 3, .ranges = trace_text("5")), "not the next"},
        {"slot set known already",
         RECORD(SLOTS_DEFINED, HOST_NONE, .slots = 2, .ranges = trace_text("0-99")), "earlier"},
        {"slot set that is empty",
         RECORD(SLOTS_DEFINED, HOST_NONE, .slots = 2, .ranges = trace_text("")), "earlier"},
        {"slot beyond the last",
         RECORD(SLOTS_DEFINED, HOST_NONE, .slots = 2, .ranges = trace_text("16384")), "ranges"},
        {"slots with a NUL", RECORD(SLOTS_DEFINED, HOST_NONE, .slots = 2, .ranges = {"5\0x", 3}),
         "ranges"},
        {"start of a running process", RECORD(PROCESS_STARTED, 0, .node = 0), "runs on n1 already"},
        {"start of nobody", RECORD(PROCESS_STARTED, 2, .node = NODE_NONE), "needs a node"},
        {"start on no host", RECORD(PROCESS_STARTED, HOST_NONE, .node = 0), "needs a host"},
        {"start of an unknown node", RECORD(PROCESS_STARTED, 2, .node = 2),
         "node 2 is not defined"},
        {"end of a dead process", RECORD(PROCESS_EXITED, 1, .reason = EXIT_KILLED),
         "no process runs on n2"},
        {"freezing a dead process", RECORD(PROCESS_FROZEN, 1, .unused_ = 0), "n2"},
        {"thawing a running process", RECORD(PROCESS_THAWED, 0, .unused_ = 0), "n1"},
        {"slowing an unknown host", RECORD(PROCESS_SLOWED, 3, .permille = 1), "host 3"},
    };
    must_refuse(rows, ARRAY_LENGTH(rows));
}

static void fold_refuses_wrong_rules_and_messages(void)
{
    const Refusal rows[] = {
        {"rule in force already",
         RECORD(NET_RULE_ADDED, HOST_NONE, .rule = 7, .from = trace_text("0"),
                .to = trace_text("1")),
         "rule 7"},
        {"rule with a wrong list",
         RECORD(NET_RULE_ADDED, HOST_NONE, .rule = 8, .from = trace_text("0"),
                .to = trace_text("1-x")),
         "ranges"},
        {"rule with a host out of range",
         RECORD(NET_RULE_ADDED, HOST_NONE, .rule = 8, .from = trace_text("4096"),
                .to = trace_text("1")),
         "ranges"},
        {"end of an unknown rule", RECORD(NET_RULE_REMOVED, HOST_NONE, .rule = 8), "rule 8"},
        {"message number that does not grow", RECORD(MSG_SENT, 0, .msg = 5, .to = 1), "message 5"},
        {"message to an unknown host", RECORD(MSG_SENT, 0, .msg = 6, .to = 3),
         "to 3 is not defined"},
        {"message nobody sent", RECORD(MSG_RECEIVED, 1, .msg = 4, .from = 0), "message 4"},
        {"message to another host", RECORD(MSG_RECEIVED, 2, .msg = 5, .from = 0), "another one"},
        {"message of another kind", RECORD(MSG_RECEIVED, 1, .msg = 5, .from = 0, .kind = MSG_PONG),
         "another one"},
        {"loss of an unknown message", RECORD(MSG_LOST, 0, .msg = 6), "message 6"},
    };
    must_refuse(rows, ARRAY_LENGTH(rows));
}

static void fold_refuses_wrong_beliefs(void)
{
    const Refusal rows[] = {
        {"belief of the run", RECORD(SELF_EPOCHS, HOST_NONE, .current = 1), "its host 65535"},
        {"belief of a dead process", RECORD(SELF_EPOCHS, 1, .current = 1), "no process runs on n2"},
        {"belief of a process that never ran", RECORD(PEER_ADDED, 2, .peer = 0),
         "no process runs on n3"},
        {"belief of an unknown host", RECORD(SELF_EPOCHS, 3, .current = 1), "its host 3"},
        {"peer known already", RECORD(PEER_ADDED, 0, .peer = 1, .addr = 1), "known already"},
        {"peer not defined", RECORD(PEER_ADDED, 0, .peer = 2, .addr = 1), "peer 2 is not defined"},
        {"no peer", RECORD(PEER_FLAGS, 0, .peer = NODE_NONE), "missing"},
        {"slot set not defined", RECORD(PEER_SLOTS, 0, .peer = 1, .slots = 2),
         "slots 2 is not defined"},
        {"slot set of all ones", RECORD(PEER_SLOTS, 0, .peer = 1, .slots = UINT32_MAX),
         "is not defined"},
        {"address not defined", RECORD(PEER_ADDR, 0, .peer = 1, .addr = UINT32_MAX),
         "is not defined"},
        {"report that is there already", RECORD(REPORT_ADDED, 0, .peer = 1, .reporter = 0),
         "there already"},
        {"report by nobody", RECORD(REPORT_ADDED, 0, .peer = 1, .reporter = NODE_NONE), "needs"},
        {"report that is not there", RECORD(REPORT_REMOVED, 0, .peer = 0, .reporter = 1),
         "not there"},
        {"handshake that is there already",
         RECORD(HANDSHAKE_ADDED, 0, .handshake = 3, .addr = 1, .id = trace_text(ID_A)),
         "handshake 3"},
        {"handshake with a wrong ID",
         RECORD(HANDSHAKE_ADDED, 0, .handshake = 4, .addr = 1, .id = trace_text("x")),
         "40 lower-case"},
        {"handshake that is not there", RECORD(HANDSHAKE_REMOVED, 0, .handshake = 4),
         "handshake 4"},
        {"slot closed that is not open", RECORD(SLOT_CLOSED, 0, .slot = 4), "slot 4 is not open"},
        {"keys of a slot that is not open", RECORD(SLOT_KEYS, 0, .slot = 4), "slot 4 is not open"},
        {"slot beyond the last", RECORD(SLOT_OPENED, 0, .slot = 16384, .peer = 1), "beyond"},
        {"slot opened with nobody", RECORD(SLOT_OPENED, 0, .slot = 4, .peer = NODE_NONE),
         "peer is missing"},
        {"slot opened twice", RECORD(SLOT_OPENED, 0, .slot = 5, .peer = 1), "open already"},
        {"explanation naming an unknown node", RECORD(SUSPECTED, 0, .peer = 9), "peer 9"},
        {"explanation of the run", RECORD(SUSPECTED, HOST_NONE, .peer = 0), "its host"},
    };
    must_refuse(rows, ARRAY_LENGTH(rows));
}

static void fold_refuses_gaps_and_time_that_runs_back(void)
{
    TraceState state;
    small_state(&state);
    TraceRecord record = {
        .seq = state.seq + 2, .time = state.time, .host = HOST_NONE, .type = TRACE_SAY};
    CU_ASSERT_FALSE(state_apply(&state, &record, NULL));
    record.seq = state.seq;
    CU_ASSERT_FALSE(state_apply(&state, &record, NULL));
    record.seq = state.seq + 1;
    record.time = state.time - 1;
    CU_ASSERT_FALSE(state_apply(&state, &record, NULL));
    record.time = state.time;
    CU_ASSERT_TRUE(state_apply(&state, &record, NULL));
    state_deinit(&state);
}

static void fold_refuses_more_beliefs_than_allowed(void)
{
    TraceState state;
    state_init(&state, NULL);
    for (uint32_t i = 0; i < HOSTS_MAX; i++) {
        must_apply(&state, RECORD(HOST_ADDED, (HostId)i, .name = trace_text("h")));
    }
    Error err = {{0}};
    CU_ASSERT_FALSE(apply(&state, RECORD(HOST_ADDED, HOST_NONE, .name = trace_text("h")), &err));
    state.nodes.count = BELIEF_CELLS_MAX / HOSTS_MAX; /* as if so many nodes were there */
    bool applied =
        apply(&state,
              RECORD(NODE_DEFINED, 0, .node = BELIEF_CELLS_MAX / HOSTS_MAX, .id = trace_text(ID_A)),
              &err);
    CU_ASSERT_FALSE(applied);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "too many"));
    state.nodes.count = 0;
    state_deinit(&state);
}

/* Cuts, one-way and both ways; a rule that only delays cuts nobody. */
static void state_reachable_follows_the_cuts(void)
{
    static const struct {
        const char *row;
        bool oneway, cut;
        HostId a, b;
        bool want;
    } rows[] = {
        {"cut, forwards", false, true, 0, 2, false},
        {"cut, backwards", false, true, 2, 0, false},
        {"cut, second of the group", false, true, 1, 2, false},
        {"cut, within the group", false, true, 0, 1, true},
        {"cut, nobody named", false, true, 0, 3, true},
        {"one way, forwards", true, true, 0, 2, false},
        {"one way, backwards", true, true, 2, 0, true},
        {"only slower", false, false, 0, 2, true},
        {"itself", false, true, 2, 2, true},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        TraceState state;
        state_init(&state, NULL);
        state_need_host(&state, 3);
        must_apply(&state,
                   RECORD(NET_RULE_ADDED, HOST_NONE, .rule = 1, .from = trace_text("0-1"),
                          .to = trace_text("2"), .oneway = rows[i].oneway, .cut = rows[i].cut));
        bool got = state_reachable(&state, rows[i].a, rows[i].b);
        if (got != rows[i].want) fprintf(stderr, "row: %s\n", rows[i].row);
        CU_ASSERT_EQUAL(got, rows[i].want);
        state_deinit(&state);
    }
}

/* One change each; state_equal must see it and name it. */
static void state_equal_names_the_first_difference(void)
{
    static const char *const wants[] = {
        "expect_held is 0 in one and 1 in the other",
        "host n1: current_epoch is 0 in one and 5 in the other",
        "host n1: belief of node 1: flags is 1 in one and 5 in the other",
        "host n1: belief of node 1: primary is 65535 in one and 0 in the other",
        "host n1: reports.count is 1 in one and 0 in the other",
        "host n1: handshake 0: addr is 1 in one and 0 in the other",
        "host n1: open slot 0: keys is 0 in one and 7 in the other",
        "network rule 0: to differs",
        "flight 0: due is 0 in one and 9 in the other",
        "node 1: id differs",
        "slots.count is 2 in one and 3 in the other",
        "host n3: name differs",
    };
    for (size_t i = 0; i < ARRAY_LENGTH(wants); i++) {
        TraceState a, b;
        Text why = {0};
        small_state(&a);
        state_init(&b, NULL);
        state_copy(&b, &a);
        CU_ASSERT_TRUE(state_equal(&a, &b, &why));
        CU_ASSERT_STRING_EQUAL(text_chars(&why), "");
        uint64_t words[BITSET_WORDS(SLOT_COUNT)] = {1};
        switch (i) {
        case 0: b.expect_held = 1; break;
        case 1: b.hosts.items[0].current_epoch = 5; break;
        case 2: state_need_belief(&b, 0, 1)->flags = 5; break;
        case 3: state_need_belief(&b, 0, 1)->primary = 0; break;
        case 4: b.hosts.items[0].reports.count = 0; break;
        case 5: b.hosts.items[0].handshakes.items[0].addr = 0; break;
        case 6: b.hosts.items[0].open_slots.items[0].keys = 7; break;
        case 7: bitset_add(b.rules.items[0].to, 3); break;
        case 8: b.flights.items[0].due = 9; break;
        case 9: b.nodes.items[1].id[39] = 'x'; break;
        case 10: bitpool_intern(b.slots, words); break;
        case 11: memcpy(b.hosts.items[2].name, "n4", 3); break;
        }
        CU_ASSERT_FALSE(state_equal(&a, &b, &why));
        CU_ASSERT_STRING_EQUAL(text_chars(&why), wants[i]);
        CU_ASSERT_FALSE(state_equal(&a, &b, NULL));
        text_deinit(&why);
        state_deinit(&a);
        state_deinit(&b);
    }
}

/* Copies onto states of every size, larger and smaller ones. */
static void state_copy_gives_an_equal_state(void)
{
    TraceState copy;
    state_init(&copy, NULL);
    for (uint64_t seed = 1; seed <= 20; seed++) {
        TraceRandom random;
        trace_random_init(&random, seed);
        random.hosts_max = 1 + (uint32_t)(seed * 7 % 30);
        random.nodes_max = 1 + (uint32_t)(seed * 5 % 40);
        for (uint32_t i = 0; i < 200 + seed * 37 % 1000; i++) trace_random_next(&random);
        Text why = {0};
        state_copy(&copy, &random.state);
        bool equal = state_equal(&random.state, &copy, &why);
        if (!equal) fprintf(stderr, "seed %u: %s\n", (unsigned)seed, text_chars(&why));
        CU_ASSERT_TRUE(equal);
        text_deinit(&why);
        trace_random_deinit(&random);
    }
    state_deinit(&copy);
}

/* Rows come blank, whatever the order in which they are asked for. */
static void builders_give_blank_rows(void)
{
    TraceState state;
    state_init(&state, NULL);
    *state_need_belief(&state, 3, 4) = (Belief){.known = true, .epoch = 9, .primary = 2};
    state_need_node(&state, 70);
    state_need_host(&state, 50);
    state_need_addr(&state, 4)->port = 1;
    for (uint32_t host = 0; host < state.hosts.count; host++) {
        CU_ASSERT_EQUAL(state.hosts.items[host].node, NODE_NONE);
        CU_ASSERT_EQUAL(state.hosts.items[host].slow_permille, 1000);
        for (uint32_t node = 0; node < state.nodes.count; node++) {
            const Belief *cell = state_belief(&state, (HostId)host, (NodeId)node);
            bool is_ours = host == 3 && node == 4;
            CU_ASSERT_EQUAL(cell->known, is_ours);
            CU_ASSERT_EQUAL(cell->primary, is_ours ? 2 : NODE_NONE);
            CU_ASSERT_EQUAL(cell->epoch, is_ours ? 9u : 0u);
        }
    }
    CU_ASSERT_EQUAL(state.addrs.count, 5);
    CU_ASSERT_EQUAL(state.addrs.items[3].port, 0);
    state_deinit(&state);
}

void test_trace_state_suite(void)
{
    CU_pSuite suite = CU_add_suite("trace: states and folding", NULL, NULL);
    CU_add_test(suite, "fold fills the tables", fold_fills_the_tables);
    CU_add_test(suite, "fold forgets what a dead process believed",
                fold_forgets_what_a_dead_process_believed);
    CU_add_test(suite, "fold keeps open slots in order", fold_keeps_open_slots_in_order);
    CU_add_test(suite, "fold refuses wrong definitions and processes",
                fold_refuses_wrong_definitions_and_processes);
    CU_add_test(suite, "fold refuses wrong rules and messages",
                fold_refuses_wrong_rules_and_messages);
    CU_add_test(suite, "fold refuses wrong beliefs", fold_refuses_wrong_beliefs);
    CU_add_test(suite, "fold refuses gaps and time that runs back",
                fold_refuses_gaps_and_time_that_runs_back);
    CU_add_test(suite, "fold refuses more beliefs than allowed",
                fold_refuses_more_beliefs_than_allowed);
    CU_add_test(suite, "state_reachable follows the cuts", state_reachable_follows_the_cuts);
    CU_add_test(suite, "state_equal names the first difference",
                state_equal_names_the_first_difference);
    CU_add_test(suite, "state_copy gives an equal state", state_copy_gives_an_equal_state);
    CU_add_test(suite, "builders give blank rows", builders_give_blank_rows);
}
