/* test_trace_codec.c -- every type of record comes back from its bytes as it went in, and nothing
 * else comes back from anything else (docs/trace.md §3). */
#include "sim/trace/codec.h"

#include "sim/base/array.h"
#include "sim/base/rng.h"

#include <CUnit/CUnit.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void test_trace_codec_suite(void);

/* Values of each kind, smallest and largest among them; i picks one. */
static uint64_t pick(const uint64_t *values, size_t count, uint32_t i)
{
    return values[i % count];
}

static uint64_t pick_number(uint32_t i)
{
    static const uint64_t values[] = {
        0, 1, UINT64_MAX, 127, 128, 16383, 16384, UINT32_MAX, UINT64_MAX - 1, (uint64_t)1 << 63};
    return pick(values, ARRAY_LENGTH(values), i);
}

static uint16_t pick_id(uint32_t i, uint16_t max)
{
    const uint64_t values[] = {0, max, 0xFFFF, 1, 127};
    return (uint16_t)pick(values, ARRAY_LENGTH(values), i);
}

/* Points of time around `now`, whose codes change places. */
static SimTime pick_time(uint32_t i, SimTime now)
{
    const uint64_t values[] = {0, now, now + 1, now - 1, UINT64_MAX, 1, now + SIM_SEC};
    return pick(values, ARRAY_LENGTH(values), i);
}

static char long_text[70000];

static TraceText pick_text(uint32_t i)
{
    static const uint32_t sizes[] = {0, 1, 127, 128, 70000};
    return (TraceText){long_text, sizes[i % ARRAY_LENGTH(sizes)]};
}

/* clang-format off */
#define PICK_ADDR(i) (AddrId)pick_number(i)
#define PICK_HOST(i) pick_id(i, HOSTS_MAX - 1)
#define PICK_NODE(i) pick_id(i, NODES_MAX - 1)
#define PICK_SLOTS(i) (SlotsId)pick_number(i)
#define PICK_BOOL(i) ((i) % 2 == 1)
#define PICK_U8(i) (uint8_t)pick_number(i)
#define PICK_U16(i) (uint16_t)pick_number(i)
#define PICK_U32(i) (uint32_t)pick_number(i)
#define PICK_U64(i) pick_number(i)
#define PICK_EPOCH(i) pick_number(i)
#define PICK_FLAGS(i) (uint16_t)pick_number(i)
#define PICK_TIME(i) pick_time(i, record->time)
#define PICK_SPAN(i) pick_number(i)
#define PICK_TEXT(i) pick_text(i)
#define PICK_ENUM_EXIT(i) (ExitReason)((i) % EXIT_COUNT)
#define PICK_ENUM_MSG(i) (MsgKind)((i) % MSG_COUNT)
#define PICK_ENUM_LOST(i) (LostReason)((i) % LOST_COUNT)
#define PICK_ENUM_STATE(i) (ClusterState)((i) % STATE_COUNT)
#define PICK_ENUM_REPL(i) (ReplState)((i) % REPL_COUNT)
#define PICK_ENUM_LINK(i) (PeerLink)((i) % PLINK_COUNT)
#define PICK_ENUM_CLEAR(i) (ClearReason)((i) % CLEAR_COUNT)
#define PICK_ENUM_ELECT(i) (ElectRefusal)((i) % ELECT_COUNT)
#define PICK_ENUM_VOTE(i) (VoteVerdict)((i) % VOTE_COUNT)
#define PICK_ENUM_ROLE(i) (RoleReason)((i) % ROLE_COUNT)
#define PICK_ENUM_HANGUP(i) (HangupReason)((i) % HANGUP_COUNT)
#define PICK_ENUM_WRITE(i) (WriteEnd)((i) % WRITE_COUNT)
/* clang-format on */

/* Field number k of record number `round` takes value round + k. */
static void fill(TraceRecord *record, uint32_t round)
{
    uint32_t i = round;
    switch ((TraceType)record->type) {
#define F(kind, name) payload->name = PICK_##kind(i), i++;
#define TRACE_EVENT(NAME, level, text, fields)                                                     \
    case TRACE_##NAME: {                                                                           \
        Trace##NAME *payload = &record->u.NAME;                                                    \
        (void)payload;                                                                             \
        fields break;                                                                              \
    }
#include "sim/trace/trace_events.def"
#undef TRACE_EVENT
#undef F
    case TRACE_TYPE_COUNT: break;
    }
}

static bool same_text(TraceText a, TraceText b)
{
    return a.size == b.size && memcmp(a.chars, b.chars, a.size) == 0;
}

static bool same_number(uint64_t a, uint64_t b)
{
    return a == b;
}

static bool same_payload(const TraceRecord *a, const TraceRecord *b)
{
    switch ((TraceType)a->type) {
#define F(kind, name)                                                                              \
    if (!_Generic(x->name, TraceText : same_text, default : same_number)(x->name, y->name))        \
        return false;
#define TRACE_EVENT(NAME, level, text, fields)                                                     \
    case TRACE_##NAME: {                                                                           \
        const Trace##NAME *x = &a->u.NAME, *y = &b->u.NAME;                                        \
        (void)x, (void)y;                                                                          \
        fields return true;                                                                        \
    }
#include "sim/trace/trace_events.def"
#undef TRACE_EVENT
#undef F
    case TRACE_TYPE_COUNT: break;
    }
    return false;
}

static TraceRecord make_record(uint16_t type, uint32_t round)
{
    static const SimTime times[] = {0, 1, SIM_SEC, SIM_TIME_MAX};
    TraceRecord record = {
        .seq = 1000 + round,
        .time = times[round % ARRAY_LENGTH(times)],
        .cause = round % 3 == 0 ? 0 : 1 + round % 3 * 498,
        .host = pick_id(round, HOSTS_MAX - 1),
        .type = type,
    };
    fill(&record, round);
    return record;
}

static void codec_returns_every_type_with_extreme_values(void)
{
    memset(long_text, 'x', sizeof(long_text));
    for (uint16_t type = 0; type < TRACE_TYPE_COUNT; type++) {
        for (uint32_t round = 0; round < 40; round++) {
            TraceRecord record = make_record(type, round), got;
            size_t bound = codec_bound(&record);
            uint8_t *bytes = malloc(bound);

            uint8_t *end = codec_encode(bytes, &record, record.time / 2);
            CodecReader reader = {bytes, end, NULL};
            bool decoded = codec_decode(&reader, record.seq, record.time / 2, &got);

            CU_ASSERT_TRUE((size_t)(end - bytes) <= bound);
            CU_ASSERT_TRUE(decoded);
            CU_ASSERT_PTR_EQUAL(reader.at, end);
            CU_ASSERT_EQUAL(got.type, record.type);
            CU_ASSERT_EQUAL(got.time, record.time);
            CU_ASSERT_EQUAL(got.seq, record.seq);
            CU_ASSERT_EQUAL(got.cause, record.cause);
            CU_ASSERT_EQUAL(got.host, record.host);
            if (!same_payload(&record, &got)) {
                fprintf(stderr, "%s, round %u: the payload differs\n", trace_type_name(type),
                        round);
                CU_FAIL("the payload differs");
            }
            free(bytes);
        }
    }
}

/* Every proper beginning of a record is refused, and nothing is read behind it (ASan sees the
 * rest). */
static void codec_refuses_every_truncated_record(void)
{
    for (uint16_t type = 0; type < TRACE_TYPE_COUNT; type++) {
        TraceRecord record = make_record(type, 1), got;
        uint8_t bytes[512];
        if (codec_bound(&record) > sizeof(bytes)) continue;
        size_t size = (size_t)(codec_encode(bytes, &record, 0) - bytes);
        for (size_t cut = 0; cut < size; cut++) {
            uint8_t *exact = malloc(cut > 0 ? cut : 1);
            memcpy(exact, bytes, cut);
            CodecReader reader = {exact, exact + cut, NULL};

            bool decoded = codec_decode(&reader, record.seq, 0, &got);

            CU_ASSERT_FALSE(decoded);
            CU_ASSERT_PTR_NOT_NULL(reader.problem);
            free(exact);
        }
    }
}

static void codec_refuses_what_it_cannot_have_written(void)
{
    static const struct {
        const char *row;
        uint8_t bytes[16];
        uint8_t size;
    } rows[] = {
        {"type out of range", {TRACE_TYPE_COUNT, 0, 0, 0}, 4},
        {"host out of range", {TRACE_TITLE, 0x82, 0x20, 0, 0, 0}, 6},
        {"host not in shortest form", {TRACE_TITLE, 0x80, 0x00, 0, 0, 0}, 6},
        {"time beyond the longest run",
         {TRACE_TITLE, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01, 0, 0},
         13},
        {"cause before the first record", {TRACE_TITLE, 0, 0, 7, 0}, 5},
        {"number of eleven bytes",
         {TRACE_TITLE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01},
         12},
        {"bool that is 2", {TRACE_EXPECT, 0, 0, 0, 2, 0}, 6},
        {"unknown exit reason", {TRACE_PROCESS_EXITED, 1, 0, 0, EXIT_COUNT}, 5},
        {"text longer than the rest", {TRACE_TITLE, 0, 0, 0, 3, 'a', 'b'}, 7},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        CodecReader reader = {rows[i].bytes, rows[i].bytes + rows[i].size, NULL};
        TraceRecord got;

        bool decoded = codec_decode(&reader, 7, 0, &got);

        if (decoded || !reader.problem) fprintf(stderr, "row: %s\n", rows[i].row);
        CU_ASSERT_FALSE(decoded);
        CU_ASSERT_PTR_NOT_NULL(reader.problem);
    }
}

/* What is accepted has one form only: encoding it again gives the same bytes. */
static void codec_accepts_one_form_of_each_record_only(void)
{
    Rng rng = rng_derive(1, "bytes", 0);
    uint32_t accepted = 0;
    for (uint32_t round = 0; round < 200000; round++) {
        uint8_t bytes[24], again[512];
        for (size_t i = 0; i < sizeof(bytes); i++) {
            bytes[i] =
                (uint8_t)(rng_below(&rng, 4) == 0 ? rng_below(&rng, 256) : rng_below(&rng, 4));
        }
        CodecReader reader = {bytes, bytes + sizeof(bytes), NULL};
        TraceRecord got;
        if (!codec_decode(&reader, 100, 5 * SIM_SEC, &got)) continue;
        accepted++;
        size_t size = (size_t)(codec_encode(again, &got, 5 * SIM_SEC) - again);
        CU_ASSERT_EQUAL(size, (size_t)(reader.at - bytes));
        CU_ASSERT_EQUAL(memcmp(bytes, again, size), 0);
    }
    CU_ASSERT_TRUE(accepted > 1000);
}

void test_trace_codec_suite(void)
{
    CU_pSuite suite = CU_add_suite("trace: records as bytes", NULL, NULL);
    CU_add_test(suite, "codec returns every type with extreme values",
                codec_returns_every_type_with_extreme_values);
    CU_add_test(suite, "codec refuses every truncated record",
                codec_refuses_every_truncated_record);
    CU_add_test(suite, "codec refuses what it cannot have written",
                codec_refuses_what_it_cannot_have_written);
    CU_add_test(suite, "codec accepts one form of each record only",
                codec_accepts_one_form_of_each_record_only);
}
