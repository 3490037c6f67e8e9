/* test_trace_text.c -- records as lines for people. */
#include "sim/trace/state.h"
#include "sim/trace/trace.h"

#include "sim/base/bitset.h"
#include "tests/unit/trace_random.h"

#include <CUnit/CUnit.h>

#include <stdio.h>
#include <string.h>

void test_trace_text_suite(void);

/* Hosts n1..n8; node i is born on host i, node 8 is a second one of n1. Slot set 1 is 0-5460, 2 is
 * fragments. */
static void named_state(TraceState *state)
{
    state_init(state, NULL);
    *state_need_addr(state, 1) = (AddrState){0x0A000002, 6379, 16379};
    *state_need_addr(state, 2) = (AddrState){0x0A000003, 6379, 7000};
    for (HostId host = 0; host < 8; host++) {
        snprintf(state_need_host(state, host)->name, sizeof(state->hosts.items[0].name), "n%u",
                 host + 1u);
        state_need_node(state, host)->host = host;
    }
    state_need_node(state, 8)->host = 0;
    uint64_t words[BITSET_WORDS(SLOT_COUNT)] = {0};
    CU_ASSERT_TRUE(text_parse_ranges("0-5460", words, SLOT_COUNT, NULL));
    bitpool_intern(state->slots, words);
    Text fragments = {0};
    for (uint32_t slot = 0; slot < 200; slot += 2) text_append(&fragments, "%u ", (unsigned)slot);
    CU_ASSERT_TRUE(text_parse_ranges(text_chars(&fragments), words, SLOT_COUNT, NULL));
    bitpool_intern(state->slots, words);
    text_deinit(&fragments);
}

/* clang-format off */
#define ROW(NAME, who, want, ...) \
    {{.time = 12460700000, .host = (who), .type = TRACE_##NAME, .u.NAME = {__VA_ARGS__}}, want}
/* clang-format on */

typedef struct Line {
    TraceRecord record;
    const char *want;
} Line;

static void must_read(const Line *rows, size_t count)
{
    TraceState state;
    named_state(&state);
    for (size_t i = 0; i < count; i++) {
        Text text = {0};
        trace_record_text(&rows[i].record, &state, &text);
        if (strcmp(text_chars(&text), rows[i].want) != 0) {
            fprintf(stderr, "got  %s\nwant %s\n", text_chars(&text), rows[i].want);
        }
        CU_ASSERT_STRING_EQUAL(text_chars(&text), rows[i].want);
        text_deinit(&text);
    }
    state_deinit(&state);
}

static void what_happens_reads_as_a_sentence(void)
{
    const Line rows[] = {
        ROW(SUSPECTED, 1, "12.460 n2 suspects n1 (silence 5.1 s)", .peer = 0,
            .silence = 5100 * SIM_MS),
        ROW(ADDR_DEFINED, HOST_NONE, "12.460 address 3 is 10.0.0.9:6379@16379", .addr = 3,
            .ip = 0x0A000009, .port = 6379, .bus_port = 16379),
        ROW(HOST_ADDED, 8, "12.460 n9 is added at 10.0.0.2:6379 in zone a (node timeout 5000 ms)",
            .name = trace_text("n9"), .zone = trace_text("a"), .addr = 1, .node_timeout_ms = 5000),
        ROW(SLOTS_DEFINED, HOST_NONE, "12.460 slot set 3 is 0-99", .slots = 3,
            .ranges = trace_text("0-99")),
        ROW(PROCESS_STARTED, 2, "12.460 n3 starts as n3 with an empty disk", .node = 2,
            .fresh = true),
        ROW(PROCESS_STARTED, 0, "12.460 n1 starts as n1#2 from its disk", .node = 8,
            .fresh = false),
        ROW(PROCESS_EXITED, 0, "12.460 n1 dies (power lost)", .reason = EXIT_POWER),
        ROW(NET_RULE_ADDED, HOST_NONE, "12.460 network rule 4: n1 n3 <-> n2, cut", .rule = 4,
            .from = trace_text("0,2"), .to = trace_text("1"), .cut = true),
        ROW(NET_RULE_ADDED, HOST_NONE,
            "12.460 network rule 5: n1 -> 7 hosts, loss 500 ppm, latency +10 ms", .rule = 5,
            .from = trace_text("0"), .to = trace_text("1-7"), .oneway = true, .loss_ppm = 500,
            .latency = 10 * SIM_MS),
        ROW(SAY, HOST_NONE, "12.460 says \"two\\nlines \\\"and\\\" \\x01\"",
            .text = trace_text("two\nlines \"and\" \x01")),
        ROW(EXPECT, HOST_NONE, "12.460 expects \"it heals\": failed",
            .text = trace_text("it heals")),
        ROW(MSG_SENT, 0, "12.460 n1 sends PING to n2 (message 5, 2256 bytes, epoch 3, due 12.461)",
            .msg = 5, .to = 1, .kind = MSG_PING, .bytes = 2256, .epoch = 3, .due = 12461000000),
        ROW(MSG_SENT, 0,
            "12.460 n1 sends MEET to a lost address (message 5, 9 bytes, epoch 0, due unknown)",
            .msg = 5, .to = HOST_NONE, .kind = MSG_MEET, .bytes = 9),
        ROW(MSG_LOST, 0, "12.460 n1 loses message 5 (receiver dead)", .msg = 5,
            .reason = LOST_DEAD),
    };
    must_read(rows, ARRAY_LENGTH(rows));
}

static void what_is_believed_reads_as_a_sentence(void)
{
    const Line rows[] = {
        ROW(SELF_STATE, 0, "12.460 n1 says cluster_state:ok (size 3)", .state = STATE_OK,
            .size = 3),
        ROW(PEER_FLAGS, 1, "12.460 n2 sees n1 as primary,fail", .peer = 0,
            .flags = FLAG_PRIMARY | FLAG_FAIL),
        ROW(PEER_FLAGS, 1, "12.460 n2 sees n1 as noflags", .peer = 0, .flags = 0),
        ROW(PEER_SLOTS, 1, "12.460 n2 sees n1 with slots 0-5460 (5461 slots)", .peer = 0,
            .slots = 1),
        ROW(PEER_SLOTS, 1, "12.460 n2 sees n1 with slots none", .peer = 0, .slots = 0),
        ROW(PEER_SLOTS, 1,
            "12.460 n2 sees n1 with slots 0 2 4 6 8 10 12 14 16 18 20 22 24 26 28 30 32 34 36 38 "
            "40 42 ... (100 slots)",
            .peer = 0, .slots = 2),
        ROW(PEER_ADDR, 1, "12.460 n2 sees n3 at 10.0.0.3:6379@7000", .peer = 2, .addr = 2),
        ROW(PEER_UP, 1, "12.460 n2 has its link to n3 down", .peer = 2, .up = false),
        ROW(PEER_PING, 1, "12.460 n2 waits for a pong of n3 since 7 ms of its clock", .peer = 2,
            .ping_ms = 7),
        ROW(PEER_PING, 1, "12.460 n2 has none to wait for from n3", .peer = 2, .ping_ms = 0),
        ROW(PEER_PRIMARY, 1, "12.460 n2 sees n3 with primary none", .peer = 2,
            .primary = NODE_NONE),
        ROW(ROLE_CHANGED, 1, "12.460 n2 becomes a primary (promoted)", .primary = NODE_NONE,
            .reason = ROLE_PROMOTED),
        ROW(ROLE_CHANGED, 1, "12.460 n2 becomes a replica of n1 (told by command)", .primary = 0,
            .reason = ROLE_COMMAND),
        ROW(VOTE_REFUSED, 1, "12.460 n2 denies n4 a vote in epoch 7 (already voted in this epoch)",
            .candidate = 3, .epoch = 7, .reason = VOTE_ALREADY_CAST),
        ROW(FAIL_HEARD, 1, "12.460 n2 is told of the failure of n1 by nobody", .peer = 0,
            .from = NODE_NONE),
        ROW(SAVED, 1, "12.460 n2 saves nodes.conf and waits for the disk", .fsync = true),
        ROW(SAVED, 1, "12.460 n2 saves nodes.conf", .fsync = false),
    };
    must_read(rows, ARRAY_LENGTH(rows));
}

/* Every type, with ids that the state does not know; one line, no braces left. */
static void every_type_has_one_line_even_without_names(void)
{
    TraceState empty;
    TraceRandom random;
    bool seen[TRACE_TYPE_COUNT] = {false};
    state_init(&empty, NULL);
    trace_random_init(&random, 17);
    for (uint32_t i = 0; i < 8000; i++) {
        TraceRecord record = trace_random_next(&random);
        Text text = {0};
        trace_record_text(&record, i % 2 == 0 ? &empty : &random.state, &text);
        CU_ASSERT_TRUE(text.size > 6);
        CU_ASSERT_PTR_NULL(strchr(text_chars(&text), '\n'));
        seen[record.type] = true;
        text_deinit(&text);
    }
    for (uint32_t type = 0; type < TRACE_TYPE_COUNT; type++) {
        if (!seen[type]) fprintf(stderr, "%s did not come\n", trace_type_name((TraceType)type));
        CU_ASSERT_TRUE(seen[type]);
    }
    trace_random_deinit(&random);
    state_deinit(&empty);
}

static void types_have_name_text_and_level(void)
{
    CU_ASSERT_STRING_EQUAL(trace_type_name(TRACE_SUSPECTED), "SUSPECTED");
    CU_ASSERT_STRING_EQUAL(trace_type_text(TRACE_SUSPECTED), "suspects");
    CU_ASSERT_EQUAL(trace_type_level(TRACE_SUSPECTED), 1);
    CU_ASSERT_EQUAL(trace_type_level(TRACE_TITLE), 0);
    CU_ASSERT_EQUAL(trace_type_level(TRACE_PEER_PONG), 2);
    CU_ASSERT_STRING_EQUAL(trace_type_name((TraceType)9999), "?");
}

static void words_of_values_out_of_range_are_question_marks(void)
{
    CU_ASSERT_STRING_EQUAL(msg_word(MSG_PING), "PING");
    CU_ASSERT_STRING_EQUAL(msg_word(MSG_REPLY), "REPLY");
    CU_ASSERT_STRING_EQUAL(msg_word(MSG_COUNT), "?");
    CU_ASSERT_STRING_EQUAL(vote_word(VOTE_SLOT_EPOCH), "a slot has a newer owner");
    CU_ASSERT_STRING_EQUAL(vote_word((VoteVerdict)1000), "?");
    CU_ASSERT_STRING_EQUAL(role_word(ROLE_RESET), "reset");
}

void test_trace_text_suite(void)
{
    CU_pSuite suite = CU_add_suite("trace: lines for people", NULL, NULL);
    CU_add_test(suite, "what happens reads as a sentence", what_happens_reads_as_a_sentence);
    CU_add_test(suite, "what is believed reads as a sentence",
                what_is_believed_reads_as_a_sentence);
    CU_add_test(suite, "every type has one line even without names",
                every_type_has_one_line_even_without_names);
    CU_add_test(suite, "types have name, text and level", types_have_name_text_and_level);
    CU_add_test(suite, "words of values out of range are question marks",
                words_of_values_out_of_range_are_question_marks);
}
