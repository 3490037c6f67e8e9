/* test_trace_file.c -- the file form: what is written comes back whole, and nothing else is
 * accepted (docs/trace.md §6). */
#include "sim/trace/state.h"
#include "sim/trace/trace.h"

#include "sim/base/hash.h"
#include "tests/unit/trace_random.h"

#include <CUnit/CUnit.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void test_trace_file_suite(void);

static ByteWriter bytes_of(const Trace *trace)
{
    ByteWriter bytes = {0};
    trace_write(trace, &bytes);
    return bytes;
}

static bool same_bytes(const ByteWriter *a, const ByteWriter *b)
{
    return a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

static void file_returns_the_whole_trace(void)
{
    for (uint64_t seed = 1; seed <= 5; seed++) {
        Trace *trace = trace_random_make(seed, 3000, 400);
        ByteWriter bytes = bytes_of(trace);
        Error err = {{0}};

        Trace *got = trace_read(bytes.bytes, bytes.size, &err);

        if (!got) fprintf(stderr, "%s\n", err.text);
        CU_ASSERT_PTR_NOT_NULL_FATAL(got);
        CU_ASSERT_EQUAL(trace_hash(got), trace_hash(trace));
        CU_ASSERT_EQUAL(trace_end(got), trace_end(trace));
        CU_ASSERT_EQUAL(trace_header(got)->seed, seed);
        CU_ASSERT_STRING_EQUAL(trace_header(got)->scenario, "random.lua");
        CU_ASSERT_EQUAL(trace_command_count(got), trace_command_count(trace));
        ByteWriter again = bytes_of(got);
        CU_ASSERT_TRUE(same_bytes(&bytes, &again));
        bytes_deinit(&again);
        bytes_deinit(&bytes);
        trace_destroy(got);
        trace_destroy(trace);
    }
}

static void file_of_an_empty_trace_can_be_read(void)
{
    Trace *trace = trace_create(NULL, &(TraceHeader){.seed = UINT64_MAX, .level = 0});
    trace_set_end(trace, 5 * SIM_SEC);
    ByteWriter bytes = bytes_of(trace);
    Trace *got = trace_read(bytes.bytes, bytes.size, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(got);
    CU_ASSERT_EQUAL(trace_count(got), 0);
    CU_ASSERT_EQUAL(trace_end(got), 5 * SIM_SEC);
    CU_ASSERT_EQUAL(trace_header(got)->seed, UINT64_MAX);
    bytes_deinit(&bytes);
    trace_destroy(got);
    trace_destroy(trace);
}

static bool is_clear(const Error *err)
{
    return strncmp(err->text, "trace file, section \"", 21) == 0 &&
           strstr(err->text, "\", byte ") != NULL;
}

/* Each beginning stands in a block of its own size, so that ASan sees a byte read behind it. */
static void file_cut_anywhere_gives_a_clear_sentence(void)
{
    Trace *trace = trace_random_make(3, 150, 60);
    ByteWriter bytes = bytes_of(trace);
    for (size_t size = 0; size < bytes.size; size++) {
        uint8_t *cut = malloc(size > 0 ? size : 1);
        memcpy(cut, bytes.bytes, size);
        Error err = {{0}};
        Trace *got = trace_read(cut, size, &err);
        CU_ASSERT_PTR_NULL(got);
        CU_ASSERT_TRUE(is_clear(&err));
        trace_destroy(got);
        free(cut);
    }
    bytes_deinit(&bytes);
    trace_destroy(trace);
}

static void file_with_any_flipped_bit_gives_a_clear_sentence(void)
{
    Trace *trace = trace_random_make(4, 150, 60);
    ByteWriter bytes = bytes_of(trace);
    for (size_t at = 0; at < bytes.size; at++) {
        for (uint32_t bit = 0; bit < 8; bit++) {
            Error err = {{0}};
            bytes.bytes[at] ^= (uint8_t)(1u << bit);
            Trace *got = trace_read(bytes.bytes, bytes.size, &err);
            bytes.bytes[at] ^= (uint8_t)(1u << bit);
            if (got || !is_clear(&err))
                fprintf(stderr, "byte %zu bit %u: \"%s\"\n", at, bit, err.text);
            CU_ASSERT_PTR_NULL(got);
            CU_ASSERT_TRUE(is_clear(&err));
            trace_destroy(got);
        }
    }
    bytes_deinit(&bytes);
    trace_destroy(trace);
}

/* Makes every checksum right again, so that what stands behind them is looked at. */
static void mend(uint8_t *bytes, size_t size)
{
    size_t at = 12;
    while (size - at >= 20) {
        ByteReader reader = {.bytes = bytes, .size = size, .at = at + 4};
        uint64_t length = bytes_get_u64(&reader);
        if (length > size - at - 20) return;
        uint64_t sum = hash_bytes(HASH_START, bytes + at, 12 + (size_t)length);
        for (uint32_t i = 0; i < 8; i++)
            bytes[at + 12 + (size_t)length + i] = (uint8_t)(sum >> (8 * i));
        at += 20 + (size_t)length;
    }
}

/* Behind right checksums most changes are still refused; those accepted make a trace that can be
 * used to the last record and keyframe. */
static void use(const Trace *trace)
{
    TraceState state;
    state_init(&state, NULL);
    for (uint64_t seq = 1; seq <= trace_count(trace); seq++) {
        TraceRecord record;
        Text text = {0};
        trace_get(trace, seq, &record);
        CU_ASSERT_TRUE(state_apply(&state, &record, NULL));
        trace_record_text(&record, &state, &text);
        CU_ASSERT_TRUE(text.size > 0);
        text_deinit(&text);
    }
    for (uint32_t i = 0; i < trace_keyframe_count(trace); i++) trace_get_keyframe(trace, i, &state);
    state_deinit(&state);
}

static void file_changed_behind_right_checksums_never_crashes(void)
{
    Trace *trace = trace_random_make(1, 120, 50);
    ByteWriter bytes = bytes_of(trace);
    uint8_t *copy = malloc(bytes.size);
    uint32_t accepted = 0, refused = 0;
    for (size_t at = 12; at < bytes.size; at++) {
        for (uint32_t bit = 0; bit < 8; bit++) {
            Error err = {{0}};
            memcpy(copy, bytes.bytes, bytes.size);
            copy[at] ^= (uint8_t)(1u << bit);
            mend(copy, bytes.size);
            Trace *got = trace_read(copy, bytes.size, &err);
            if (got) {
                accepted++;
                if (bit == at % 8) use(got);
            } else {
                refused++;
                CU_ASSERT_TRUE(is_clear(&err));
            }
            trace_destroy(got);
        }
    }
    CU_ASSERT_TRUE(accepted > 0); /* letters and numbers of rows that only explain may be any */
    CU_ASSERT_TRUE(refused > accepted / 2);
    free(copy);
    bytes_deinit(&bytes);
    trace_destroy(trace);
}

/* One wrong thing each, and the words that tell it. */
static void file_errors_name_what_is_wrong(void)
{
    static const struct {
        const char *row;
        size_t at;
        uint8_t value;
        bool mends;
        const char *want;
    } rows[] = {
        {"no trace at all", 0, 'X', false, "section \"magic\", byte 0: this is not a trace file"},
        {"a later version", 8, 2, false, "section \"version\", byte 8: version 2 is unknown"},
        {"another section first", 12, 'X', false,
         "section \"header\", byte 12: the tag \"HEAD\" is missing"},
        {"a damaged byte", 25, 0x7F, false, "section \"header\", byte 12: its checksum is wrong"},
        {"a length beyond the end", 22, 1, false, "section \"header\", byte 12: it claims"},
        {"a level that is none", 25, 3, true, "level 3 is not 0, 1 or 2"},
    };
    Trace *trace = trace_random_make(1, 50, 20);
    ByteWriter bytes = bytes_of(trace);
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Error err = {{0}};
        uint8_t *copy = malloc(bytes.size);
        memcpy(copy, bytes.bytes, bytes.size);
        copy[rows[i].at] = rows[i].value;
        if (rows[i].mends) mend(copy, bytes.size);
        CU_ASSERT_PTR_NULL(trace_read(copy, bytes.size, &err));
        bool named = strstr(err.text, rows[i].want) != NULL;
        if (!named) fprintf(stderr, "%s: \"%s\"\n", rows[i].row, err.text);
        CU_ASSERT_TRUE(named);
        free(copy);
    }
    bytes_put_u8(&bytes, 0);
    Error err = {{0}};
    CU_ASSERT_PTR_NULL(trace_read(bytes.bytes, bytes.size, &err));
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "section \"end\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "more bytes follow"));
    bytes_deinit(&bytes);
    trace_destroy(trace);
}

/* A keyframe that is not the fold of the records is a sign of a nondeterministic writer. */
static void file_with_a_keyframe_that_lies_is_refused(void)
{
    Trace *trace = trace_create(NULL, &(TraceHeader){.seed = 1});
    TraceRecord record = {.time = 1, .host = HOST_NONE, .type = TRACE_SAY};
    record.u.SAY.text = trace_text("x");
    record.seq = trace_append(trace, &record);
    TraceState state;
    state_init(&state, NULL);
    CU_ASSERT_TRUE(state_apply(&state, &record, NULL));
    state.expect_held = 3;
    trace_add_keyframe(trace, &state);
    ByteWriter bytes = bytes_of(trace);

    Error err = {{0}};
    Trace *got = trace_read(bytes.bytes, bytes.size, &err);

    CU_ASSERT_PTR_NULL(got);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text,
                                  "the keyframe after record 1 is not what the records make: "
                                  "expect_held is 0 in one and 3 in the other"));
    state_deinit(&state);
    bytes_deinit(&bytes);
    trace_destroy(trace);
}

static void commands_come_back_in_order(void)
{
    Trace *trace = trace_create(NULL, &(TraceHeader){.seed = 1});
    trace_append_command(trace, "one", 3);
    trace_append_command(trace, "", 0);
    trace_append_command(trace, "three", 5);
    ByteWriter bytes = bytes_of(trace);
    Trace *got = trace_read(bytes.bytes, bytes.size, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(got);
    CU_ASSERT_EQUAL(trace_command_count(got), 3);
    uint32_t size;
    CU_ASSERT_EQUAL(memcmp(trace_command(got, 0, &size), "one", 3), 0);
    CU_ASSERT_EQUAL(size, 3);
    trace_command(got, 1, &size);
    CU_ASSERT_EQUAL(size, 0);
    CU_ASSERT_EQUAL(memcmp(trace_command(got, 2, &size), "three", 5), 0);
    CU_ASSERT_EQUAL(size, 5);
    bytes_deinit(&bytes);
    trace_destroy(got);
    trace_destroy(trace);
}

void test_trace_file_suite(void)
{
    CU_pSuite suite = CU_add_suite("trace: the file", NULL, NULL);
    CU_add_test(suite, "file returns the whole trace", file_returns_the_whole_trace);
    CU_add_test(suite, "file of an empty trace can be read", file_of_an_empty_trace_can_be_read);
    CU_add_test(suite, "file cut anywhere gives a clear sentence",
                file_cut_anywhere_gives_a_clear_sentence);
    CU_add_test(suite, "file with any flipped bit gives a clear sentence",
                file_with_any_flipped_bit_gives_a_clear_sentence);
    CU_add_test(suite, "file changed behind right checksums never crashes",
                file_changed_behind_right_checksums_never_crashes);
    CU_add_test(suite, "file errors name what is wrong", file_errors_name_what_is_wrong);
    CU_add_test(suite, "file with a keyframe that lies is refused",
                file_with_a_keyframe_that_lies_is_refused);
    CU_add_test(suite, "commands come back in order", commands_come_back_in_order);
}
