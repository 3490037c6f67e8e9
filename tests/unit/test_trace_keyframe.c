/* test_trace_keyframe.c -- keyframes: what is stored comes back, folding from any of them is the
 * same as folding from the start, and they stay within their budget (docs/trace.md §5). */
#include "sim/trace/keyframe.h"

#include "sim/trace/trace.h"
#include "tests/unit/trace_random.h"

#include <CUnit/CUnit.h>

#include <stdio.h>
#include <string.h>

void test_trace_keyframe_suite(void);

static bool same(const TraceState *a, const TraceState *b, const char *row, uint64_t at)
{
    Text why = {0};
    bool equal = state_equal(a, b, &why);
    if (!equal) fprintf(stderr, "%s %llu: %s\n", row, (unsigned long long)at, text_chars(&why));
    text_deinit(&why);
    return equal;
}

/* Decoded onto the same state again and again, from states of other sizes. */
static void keyframe_returns_the_state(void)
{
    TraceState decoded;
    state_init(&decoded, NULL);
    for (uint64_t seed = 1; seed <= 30; seed++) {
        TraceRandom random;
        Definitions definitions;
        ByteWriter bytes = {0};
        trace_random_init(&random, seed);
        random.hosts_max = 1 + (uint32_t)(seed * 7 % 30);
        random.nodes_max = 1 + (uint32_t)(seed * 11 % 40);
        for (uint32_t i = 0; i < seed * 97 % 2500; i++) trace_random_next(&random);
        definitions_init(&definitions, NULL);
        definitions_add(&definitions, &random.state);
        keyframe_encode(&random.state, &bytes);

        Error err = {{0}};
        bool ok = keyframe_decode(bytes.bytes, bytes.size, &definitions, &decoded, &err);

        CU_ASSERT_TRUE(ok);
        CU_ASSERT_TRUE(same(&random.state, &decoded, "seed", seed));
        definitions_deinit(&definitions);
        bytes_deinit(&bytes);
        trace_random_deinit(&random);
    }
    state_deinit(&decoded);
}

/* design.md §1.4: the fold of the records between two keyframes is exactly the later one. */
static void folding_between_keyframes_gives_the_next_one(void)
{
    Trace *trace = trace_random_make(7, 5000, 250);
    TraceState folded, keyframe;
    state_init(&folded, NULL);
    state_init(&keyframe, NULL);
    CU_ASSERT_EQUAL(trace_keyframe_count(trace), 20);
    for (uint32_t i = 0; i + 1 < trace_keyframe_count(trace); i++) {
        trace_get_keyframe(trace, i, &folded);
        CU_ASSERT_EQUAL(folded.seq, trace_keyframe_seq(trace, i));
        while (folded.seq < trace_keyframe_seq(trace, i + 1)) {
            TraceRecord record;
            trace_get(trace, folded.seq + 1, &record);
            CU_ASSERT_TRUE(state_apply(&folded, &record, NULL));
        }
        trace_get_keyframe(trace, i + 1, &keyframe);
        CU_ASSERT_TRUE(same(&folded, &keyframe, "keyframe", i));
    }
    state_deinit(&folded);
    state_deinit(&keyframe);
    trace_destroy(trace);
}

static void state_at_is_the_same_as_folding_from_the_start(void)
{
    Trace *trace = trace_random_make(11, 3000, 200);
    Trace *bare = trace_random_make(11, 3000, 0);
    TraceState jumping, straight;
    Rng rng = rng_derive(5, "jumps", 0);
    state_init(&jumping, NULL);
    state_init(&straight, NULL);
    for (uint32_t i = 0; i < 200; i++) {
        uint64_t seq = rng_below(&rng, 3001);
        trace_state_at(trace, seq, &jumping);
        trace_state_at(bare, seq, &straight);
        CU_ASSERT_EQUAL(jumping.seq, seq);
        CU_ASSERT_TRUE(same(&straight, &jumping, "seq", seq));
    }
    state_deinit(&jumping);
    state_deinit(&straight);
    trace_destroy(trace);
    trace_destroy(bare);
}

/* A state of `count` hosts and nodes whose processes agree, each with its own row as seen by
 * itself. */
static void agreeing_state(TraceState *state, uint32_t count, bool with_times)
{
    state_init(state, NULL);
    for (uint32_t i = 0; i < count; i++) {
        HostState *host = state_need_host(state, (HostId)i);
        snprintf(host->name, sizeof(host->name), "n%u", i + 1);
        host->status = PROCESS_RUNNING;
        host->node = (NodeId)i;
        host->current_epoch = count;
        NodeState *node = state_need_node(state, (NodeId)i);
        memset(node->id, 'a', NODE_ID_SIZE);
        node->host = (HostId)i;
    }
    Rng rng = rng_derive(1, "pongs", 0);
    for (uint32_t host = 0; host < count; host++) {
        for (uint32_t node = 0; node < count; node++) {
            Belief *cell = state_need_belief(state, (HostId)host, (NodeId)node);
            *cell =
                (Belief){.known = true, .epoch = node, .primary = NODE_NONE, .up = host != node};
            cell->flags = host == node ? FLAG_PRIMARY | FLAG_MYSELF : FLAG_PRIMARY;
            cell->addr = 0;
            if (with_times) cell->pong_ms = 100000000 + rng_below(&rng, 2000);
        }
    }
}

static size_t size_of_keyframe(const TraceState *state)
{
    Definitions definitions;
    ByteWriter bytes = {0};
    TraceState decoded;
    definitions_init(&definitions, NULL);
    definitions_add(&definitions, state);
    keyframe_encode(state, &bytes);
    state_init(&decoded, NULL);
    CU_ASSERT_TRUE(keyframe_decode(bytes.bytes, bytes.size, &definitions, &decoded, NULL));
    CU_ASSERT_TRUE(same(state, &decoded, "size", bytes.size));
    size_t size = bytes.size;
    state_deinit(&decoded);
    bytes_deinit(&bytes);
    definitions_deinit(&definitions);
    return size;
}

/* A matrix of 400 x 400 beliefs is 7.7 MB; agreement costs next to nothing, pong times two bytes a
 * cell, and a split in two a second reference row. */
static void keyframe_of_an_agreeing_cluster_is_small(void)
{
    TraceState state;
    agreeing_state(&state, 400, false);
    CU_ASSERT_TRUE(size_of_keyframe(&state) < 32000);
    for (uint32_t host = 0; host < 400; host++) {
        for (uint32_t node = 0; node < 400; node++) {
            if (host % 2 == node % 2) continue;
            Belief *cell = state_need_belief(&state, (HostId)host, (NodeId)node);
            cell->flags |= FLAG_FAIL;
            cell->up = false;
        }
    }
    CU_ASSERT_TRUE(size_of_keyframe(&state) < 32000);
    state_deinit(&state);
    agreeing_state(&state, 400, true);
    size_t size = size_of_keyframe(&state);
    CU_ASSERT_TRUE(size > 160000);
    CU_ASSERT_TRUE(size < 400000);
    state_deinit(&state);
}

/* Keyframes of about 300 kB: 64 MiB hold some 220 of them. */
static void keyframes_stay_within_their_budget(void)
{
    Trace *trace = trace_create(NULL, &(TraceHeader){.seed = 1, .level = 2});
    TraceState state, got;
    agreeing_state(&state, 400, true);
    state_init(&got, NULL);
    uint64_t added = 0;
    for (uint32_t i = 0; i < 600; i++) {
        TraceRecord record = {.time = i, .host = HOST_NONE, .type = TRACE_SAY};
        record.u.SAY.text = trace_text("x");
        state.seq = trace_append(trace, &record);
        state.time = i;
        state.say_seq = state.seq;
        trace_add_keyframe(trace, &state);
        added++;
    }
    uint32_t count = trace_keyframe_count(trace);
    CU_ASSERT_TRUE(count < added / 2);
    CU_ASSERT_TRUE(count > 50);
    uint64_t spacing = trace_keyframe_seq(trace, 0);
    CU_ASSERT_TRUE(spacing >= 4);
    for (uint32_t i = 1; i < count; i++) {
        CU_ASSERT_TRUE(trace_keyframe_seq(trace, i) > trace_keyframe_seq(trace, i - 1));
        CU_ASSERT_TRUE(trace_keyframe_seq(trace, i) - trace_keyframe_seq(trace, i - 1) <= spacing);
    }
    trace_get_keyframe(trace, count - 1, &got);
    CU_ASSERT_EQUAL(got.seq, trace_keyframe_seq(trace, count - 1));
    CU_ASSERT_EQUAL(got.say_seq, got.seq);
    state_deinit(&state);
    state_deinit(&got);
    trace_destroy(trace);
}

/* Wanted after 256 KiB or 16,384 records, so that a jump folds few; not wanted right after one. */
static void a_keyframe_is_wanted_when_it_pays(void)
{
    Trace *trace = trace_create(NULL, &(TraceHeader){.seed = 1, .level = 2});
    TraceState state;
    state_init(&state, NULL);
    uint64_t last = 0, longest = 0;
    for (uint32_t i = 0; i < 100000; i++) {
        TraceRecord record = {.time = i, .host = HOST_NONE, .type = TRACE_SAY};
        record.u.SAY.text = trace_text("some words");
        record.seq = trace_append(trace, &record);
        CU_ASSERT_TRUE_FATAL(state_apply(&state, &record, NULL));
        if (!trace_wants_keyframe(trace)) continue;
        trace_add_keyframe(trace, &state);
        CU_ASSERT_FALSE(trace_wants_keyframe(trace));
        if (state.seq - last > longest) longest = state.seq - last;
        last = state.seq;
    }
    CU_ASSERT_TRUE(longest <= 20000);
    CU_ASSERT_TRUE(trace_keyframe_count(trace) >= 5);
    CU_ASSERT_TRUE(trace_keyframe_count(trace) <= 8);
    trace_add_keyframe(trace, &state);
    uint32_t count = trace_keyframe_count(trace);
    trace_add_keyframe(trace, &state); /* nothing happened since: it says the same */
    CU_ASSERT_EQUAL(trace_keyframe_count(trace), count);
    state_deinit(&state);
    trace_destroy(trace);
}

/* Taking records back takes their keyframes and definitions along; another future may follow. */
static void truncating_a_trace_forgets_later_definitions(void)
{
    Trace *trace = trace_random_make(21, 1000, 100);
    TraceState state, want;
    state_init(&state, NULL);
    state_init(&want, NULL);
    trace_truncate(trace, 450, 4, 0, 0);
    CU_ASSERT_EQUAL(trace_keyframe_count(trace), 4);
    trace_state_at(trace, 450, &state);

    uint32_t next = bitpool_count(state.slots);
    TraceRecord record = {.time = state.time, .host = HOST_NONE, .type = TRACE_SLOTS_DEFINED};
    record.u.SLOTS_DEFINED.slots = next;
    record.u.SLOTS_DEFINED.ranges = trace_text("1 3 5 7 9 11");
    record.seq = trace_append(trace, &record);
    CU_ASSERT_TRUE(state_apply(&state, &record, NULL));
    trace_add_keyframe(trace, &state);
    trace_state_at(trace, 451, &want);

    CU_ASSERT_TRUE(same(&state, &want, "seq", 451));
    CU_ASSERT_EQUAL(bitpool_members(want.slots, next), 6);
    state_deinit(&state);
    state_deinit(&want);
    trace_destroy(trace);
}

/* Damaged keyframes: never a crash, never bytes behind the end; mostly an error. */
static void keyframe_decode_survives_any_bytes(void)
{
    TraceRandom random;
    Definitions definitions;
    ByteWriter bytes = {0};
    TraceState decoded;
    trace_random_init(&random, 5);
    random.hosts_max = 4;
    random.nodes_max = 5;
    for (uint32_t i = 0; i < 400; i++) trace_random_next(&random);
    definitions_init(&definitions, NULL);
    definitions_add(&definitions, &random.state);
    keyframe_encode(&random.state, &bytes);
    state_init(&decoded, NULL);

    for (size_t cut = 0; cut < bytes.size; cut++) {
        Error err = {{0}};
        CU_ASSERT_FALSE(keyframe_decode(bytes.bytes, cut, &definitions, &decoded, &err));
        CU_ASSERT_TRUE(err.text[0] != '\0');
        CU_ASSERT_EQUAL(decoded.seq, 0); /* empty, not half filled */
    }
    for (size_t at = 0; at < bytes.size; at++) {
        for (uint32_t bit = 0; bit < 8; bit++) {
            bytes.bytes[at] ^= (uint8_t)(1u << bit);
            keyframe_decode(bytes.bytes, bytes.size, &definitions, &decoded, NULL);
            bytes.bytes[at] ^= (uint8_t)(1u << bit);
        }
    }
    CU_ASSERT_TRUE(keyframe_decode(bytes.bytes, bytes.size, &definitions, &decoded, NULL));
    CU_ASSERT_TRUE(same(&random.state, &decoded, "after", 0));
    state_deinit(&decoded);
    bytes_deinit(&bytes);
    definitions_deinit(&definitions);
    trace_random_deinit(&random);
}

void test_trace_keyframe_suite(void)
{
    CU_pSuite suite = CU_add_suite("trace: keyframes", NULL, NULL);
    CU_add_test(suite, "keyframe returns the state", keyframe_returns_the_state);
    CU_add_test(suite, "folding between keyframes gives the next one",
                folding_between_keyframes_gives_the_next_one);
    CU_add_test(suite, "state_at is the same as folding from the start",
                state_at_is_the_same_as_folding_from_the_start);
    CU_add_test(suite, "keyframe of an agreeing cluster is small",
                keyframe_of_an_agreeing_cluster_is_small);
    CU_add_test(suite, "keyframes stay within their budget", keyframes_stay_within_their_budget);
    CU_add_test(suite, "a keyframe is wanted when it pays", a_keyframe_is_wanted_when_it_pays);
    CU_add_test(suite, "truncating a trace forgets later definitions",
                truncating_a_trace_forgets_later_definitions);
    CU_add_test(suite, "keyframe_decode survives any bytes", keyframe_decode_survives_any_bytes);
}
