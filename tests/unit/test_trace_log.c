/* test_trace_log.c -- records are found again by number and by time, in any order, and can be taken
 * back. */
#include "sim/base/rng.h"
#include "sim/trace/trace.h"

#include <CUnit/CUnit.h>

#include <stdlib.h>
#include <string.h>

void test_trace_log_suite(void);

#define COUNT 200000

/* Record i (from 1) has offset i * 7 and a time that often stands still. */
static SimTime time_of(uint64_t seq)
{
    return seq / 5 * 1000;
}

static TraceRecord record_of(uint64_t seq)
{
    TraceRecord record = {.time = time_of(seq),
                          .host = (HostId)(seq % 50),
                          .type = TRACE_SELF_OFFSET,
                          .cause = seq / 2};
    record.u.SELF_OFFSET.offset = seq * 7;
    return record;
}

static Trace *make_trace(uint64_t count)
{
    Trace *trace = trace_create(NULL, &(TraceHeader){.seed = 1, .level = 2});
    for (uint64_t seq = 1; seq <= count; seq++) {
        TraceRecord record = record_of(seq);
        trace_append(trace, &record);
    }
    return trace;
}

static bool is_record(const Trace *trace, uint64_t seq)
{
    TraceRecord got;
    trace_get(trace, seq, &got);
    return got.seq == seq && got.time == time_of(seq) && got.u.SELF_OFFSET.offset == seq * 7 &&
           got.cause == seq / 2 && got.host == seq % 50;
}

static void log_gives_every_record_forwards_backwards_and_at_random(void)
{
    Trace *trace = make_trace(COUNT);
    Rng rng = rng_derive(3, "log", 0);
    uint32_t wrong = 0;

    for (uint64_t seq = 1; seq <= COUNT; seq++) wrong += !is_record(trace, seq);
    for (uint64_t seq = COUNT; seq >= COUNT - 1000; seq--) wrong += !is_record(trace, seq);
    for (uint32_t i = 0; i < 20000; i++) wrong += !is_record(trace, 1 + rng_below(&rng, COUNT));
    for (uint64_t seq = 1; seq <= 5000; seq++) { /* several readers at once */
        wrong += !is_record(trace, seq);
        wrong += !is_record(trace, seq * 7);
        wrong += !is_record(trace, COUNT - seq);
    }

    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_EQUAL(trace_count(trace), COUNT);
    CU_ASSERT_EQUAL(trace_end(trace), time_of(COUNT));
    trace_destroy(trace);
}

static void log_can_be_read_while_it_grows(void)
{
    Trace *trace = make_trace(1);
    uint32_t wrong = 0;
    for (uint64_t seq = 2; seq <= 100000; seq++) {
        TraceRecord record = record_of(seq);
        CU_ASSERT_EQUAL(trace_append(trace, &record), seq);
        wrong += !is_record(trace, seq);
        if (seq % 997 == 0) wrong += !is_record(trace, seq / 2);
    }
    CU_ASSERT_EQUAL(wrong, 0);
    trace_destroy(trace);
}

static void log_finds_the_last_record_at_a_time(void)
{
    enum { SHORT = 3000 };
    Trace *trace = make_trace(SHORT);
    uint32_t wrong = 0;
    for (SimTime time = 0; time <= time_of(SHORT) + 2000; time += 250) {
        uint64_t want = 0;
        while (want < SHORT && time_of(want + 1) <= time) want++;
        wrong += trace_last_at(trace, time) != want;
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_EQUAL(trace_last_at(trace, SIM_TIME_NEVER), SHORT);
    trace_destroy(trace);
}

static void log_says_zero_before_the_first_record(void)
{
    Trace *trace = trace_create(NULL, &(TraceHeader){.seed = 1});
    CU_ASSERT_EQUAL(trace_last_at(trace, 5 * SIM_SEC), 0);
    TraceRecord record = {.time = SIM_SEC, .host = HOST_NONE, .type = TRACE_TITLE};
    record.u.TITLE.text = trace_text("x");
    trace_append(trace, &record);
    CU_ASSERT_EQUAL(trace_last_at(trace, SIM_SEC - 1), 0);
    CU_ASSERT_EQUAL(trace_last_at(trace, SIM_SEC), 1);
    trace_destroy(trace);
}

/* Texts larger than a chunk of the log, between small ones. */
static void log_keeps_texts_of_any_size(void)
{
    static const uint32_t sizes[] = {0, 10, 300000, 5, 262144, 1000000, 1, 261984, 262000};
    Trace *trace = trace_create(NULL, &(TraceHeader){.seed = 1});
    char *chars = malloc(1000000);
    for (uint32_t i = 0; i < 1000000; i++) chars[i] = (char)('a' + i % 26);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        TraceRecord record = {.time = i, .host = HOST_NONE, .type = TRACE_SAY};
        record.u.SAY.text = (TraceText){chars, sizes[i]};
        trace_append(trace, &record);
    }
    for (size_t i = sizeof(sizes) / sizeof(sizes[0]); i-- > 0;) {
        TraceRecord record;
        trace_get(trace, i + 1, &record);
        CU_ASSERT_EQUAL(record.u.SAY.text.size, sizes[i]);
        CU_ASSERT_EQUAL(memcmp(record.u.SAY.text.chars, chars, sizes[i]), 0);
    }
    free(chars);
    trace_destroy(trace);
}

/* After taking records back and appending the same again, everything is as if nothing had happened.
 */
static void log_forgets_what_is_taken_back(void)
{
    static const uint64_t kept[] = {0, 1, 63, 64, 65, 128, 5000, 19999, 20000};
    Trace *whole = make_trace(20000);
    uint64_t want = trace_hash(whole);
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        Trace *trace = make_trace(20000);
        trace_append_command(trace, "abc", 3);
        is_record(trace, 10000);

        trace_truncate(trace, kept[i], 0, 0, 0);
        CU_ASSERT_EQUAL(trace_count(trace), kept[i]);
        CU_ASSERT_EQUAL(trace_command_count(trace), 0);
        CU_ASSERT_EQUAL(trace_end(trace), kept[i] == 0 ? 0 : time_of(kept[i]));
        uint32_t wrong = 0;
        for (uint64_t seq = kept[i] + 1; seq <= 20000; seq++) {
            TraceRecord record = record_of(seq);
            trace_append(trace, &record);
            wrong += !is_record(trace, seq);
        }
        for (uint64_t seq = 1; seq <= 20000; seq++) wrong += !is_record(trace, seq);

        CU_ASSERT_EQUAL(wrong, 0);
        CU_ASSERT_EQUAL(trace_hash(trace), want);
        trace_destroy(trace);
    }
    trace_destroy(whole);
}

static void trace_hash_sees_every_part(void)
{
    Trace *a = make_trace(100), *b = make_trace(100);
    CU_ASSERT_EQUAL(trace_hash(a), trace_hash(b));
    trace_append_command(b, "x", 1);
    CU_ASSERT_NOT_EQUAL(trace_hash(a), trace_hash(b));
    trace_append_command(a, "y", 1);
    CU_ASSERT_NOT_EQUAL(trace_hash(a), trace_hash(b));
    trace_truncate(a, 100, 0, 0, 0);
    trace_truncate(b, 99, 0, 0, 0);
    CU_ASSERT_NOT_EQUAL(trace_hash(a), trace_hash(b));
    trace_destroy(a);
    trace_destroy(b);
}

void test_trace_log_suite(void)
{
    CU_pSuite suite = CU_add_suite("trace: the log of records", NULL, NULL);
    CU_add_test(suite, "log gives every record forwards, backwards and at random",
                log_gives_every_record_forwards_backwards_and_at_random);
    CU_add_test(suite, "log can be read while it grows", log_can_be_read_while_it_grows);
    CU_add_test(suite, "log finds the last record at a time", log_finds_the_last_record_at_a_time);
    CU_add_test(suite, "log says zero before the first record",
                log_says_zero_before_the_first_record);
    CU_add_test(suite, "log keeps texts of any size", log_keeps_texts_of_any_size);
    CU_add_test(suite, "log forgets what is taken back", log_forgets_what_is_taken_back);
    CU_add_test(suite, "trace_hash sees every part", trace_hash_sees_every_part);
}
