/* test_scrub.c -- however a moment is reached, the Model is the same: every keyframe boundary and a
 * thousand random times, backwards and in any order, against playing forward from the start. */
#include "sim/base/rng.h"
#include "tests/fixture/fixture.h"
#include "tests/unit/trace_random.h"
#include "viz/model/model.h"

#include <CUnit/CUnit.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOMENTS 1000

void test_scrub_suite(void);

/* A failover: the first primary dies and comes back as a replica of its successor. */
static Fixture failover_run(void)
{
    FixtureConfig config = fixture_config(7, 3, 1, 2000);
    config.sim.trace_level = 2;
    Fixture fixture = fixture_open(&config);
    fixture_create(&fixture, 60 * SIM_SEC);
    sim_add_keyframe(fixture.sim);
    fixture_run(&fixture, 2 * SIM_SEC);
    fixture_kill(&fixture, 0, false);
    fixture_run(&fixture, 3 * SIM_SEC);
    sim_add_keyframe(fixture.sim);
    fixture_run(&fixture, 4 * SIM_SEC);
    fixture_command(&fixture, CMD_START, 0);
    fixture_run(&fixture, 6 * SIM_SEC);
    return fixture;
}

/* A partition: a primary and a foreign replica alone, with a freeze meanwhile; then healed. */
static Fixture partition_run(void)
{
    FixtureConfig config = fixture_config(11, 3, 1, 2000);
    config.sim.trace_level = 2;
    Fixture fixture = fixture_open(&config);
    fixture_create(&fixture, 60 * SIM_SEC);
    fixture_run(&fixture, 2 * SIM_SEC);
    uint32_t wall = fixture_fault(&fixture, 1 | 8, 2 | 4 | 16 | 32, (NetRule){.cut = true});
    fixture_run(&fixture, 3 * SIM_SEC);
    sim_add_keyframe(fixture.sim);
    fixture_command(&fixture, CMD_FREEZE, 5);
    fixture_run(&fixture, 2 * SIM_SEC);
    fixture_command(&fixture, CMD_THAW, 5);
    fixture_run(&fixture, 2 * SIM_SEC);
    fixture_heal(&fixture, wall);
    fixture_run(&fixture, 8 * SIM_SEC);
    return fixture;
}

static int by_time(const void *left, const void *right)
{
    SimTime a = *(const SimTime *)left, b = *(const SimTime *)right;
    return (a > b) - (a < b);
}

/* Compares `model`, that has been moved, with one at the same moment that only ever went forward.
 */
static void expect_equal(const Model *model, const Model *forward, const char *how)
{
    Text why = {0};
    bool same = model_equal(model, forward, &why);
    if (!same) {
        Text dump = {0};
        text_append(&dump, "--- moved\n");
        model_dump(model, &dump);
        text_append(&dump, "--- forward\n");
        model_dump(forward, &dump);
        fprintf(stderr, "%s: %s\n%s", how, text_chars(&why), text_chars(&dump));
        text_deinit(&dump);
    }
    CU_ASSERT_FATAL(same);
    text_deinit(&why);
}

/* The lanes of a window around the model's moment, as text. */
static void put_lanes(Lanes *lanes, const Model *model, Text *out)
{
    SimTime from = model->time > 9 * SIM_SEC ? model->time - 9 * SIM_SEC : 0;
    LaneOptions options = {.from = from - from % SIM_SEC,
                           .to = from - from % SIM_SEC + 12 * SIM_SEC,
                           .bins = 60,
                           .slot = 866,
                           .max_lanes = 8};
    lanes_build(lanes, model, &options);
    lanes_dump(lanes, out);
}

static void random_times(SimTime *times, SimTime end, uint64_t seed)
{
    Rng rng = rng_derive(seed, "scrub", 0);
    for (uint32_t i = 0; i < MOMENTS; i++) {
        times[i] = rng_below64(&rng, end);
    }
}

/* Before each comparison the model jumps away, to the end or to any other moment. */
static void scrub(const Trace *trace, bool in_order)
{
    static SimTime times[MOMENTS], sorted[MOMENTS];
    random_times(times, trace_end(trace), in_order ? 1 : 2);
    for (uint32_t i = 0; i < MOMENTS; i++) sorted[i] = times[i];
    qsort(sorted, MOMENTS, sizeof(*sorted), by_time);

    Model jumping, forward;
    model_init(&jumping, trace);
    model_init(&forward, trace);
    for (uint32_t i = 0; i < MOMENTS; i++) {
        model_seek(&jumping, in_order ? trace_end(trace) : times[i]);
        model_seek(&jumping, sorted[i]);
        model_seek(&forward, sorted[i]);
        expect_equal(&jumping, &forward, in_order ? "from the end" : "from anywhere");
    }
    model_deinit(&jumping);
    model_deinit(&forward);
}

/* Strictly backwards, one moment after the other, with the lanes, as text. */
static void scrub_backwards(const Trace *trace)
{
    static SimTime times[MOMENTS];
    random_times(times, trace_end(trace), 3);
    qsort(times, MOMENTS, sizeof(*times), by_time);

    Text *dumps = calloc(MOMENTS, sizeof(Text));
    Lanes lanes = {0};
    Model forward, backward;
    model_init(&forward, trace);
    for (uint32_t i = 0; i < MOMENTS; i++) {
        model_seek(&forward, times[i]);
        model_dump(&forward, &dumps[i]);
        put_lanes(&lanes, &forward, &dumps[i]);
    }
    model_deinit(&forward);
    lanes_deinit(&lanes);
    model_init(&backward, trace);
    uint32_t different = 0;
    for (uint32_t i = MOMENTS; i-- > 0;) {
        Text dump = {0};
        model_seek(&backward, times[i]);
        model_dump(&backward, &dump);
        put_lanes(&lanes, &backward, &dump);
        different += strcmp(text_chars(&dump), text_chars(&dumps[i])) != 0;
        text_deinit(&dump);
        text_deinit(&dumps[i]);
    }
    CU_ASSERT_EQUAL(different, 0);
    lanes_deinit(&lanes);
    model_deinit(&backward);
    free(dumps);
}

static void scrub_keyframes(const Trace *trace)
{
    Model jumping, forward;
    model_init(&jumping, trace);
    model_init(&forward, trace);
    CU_ASSERT_FATAL(trace_keyframe_count(trace) >= 1);
    for (uint32_t i = 0; i < trace_keyframe_count(trace); i++) {
        uint64_t seq = trace_keyframe_seq(trace, i);
        for (uint64_t at = seq > 0 ? seq - 1 : 0; at <= seq + 1 && at <= trace_count(trace); at++) {
            model_seek(&jumping, trace_end(trace));
            model_seek_record(&jumping, at);
            model_seek_record(&forward, at);
            expect_equal(&jumping, &forward, "at a keyframe");
        }
    }
    model_deinit(&jumping);
    model_deinit(&forward);
}

static void scrub_all(Fixture fixture)
{
    const Trace *trace = sim_trace(fixture.sim);
    scrub(trace, true);
    scrub(trace, false);
    scrub_backwards(trace);
    scrub_keyframes(trace);
    fixture_close(&fixture);
}

static void a_failover_is_the_same_from_both_sides(void)
{
    scrub_all(failover_run());
}

static void a_partition_is_the_same_from_both_sides(void)
{
    scrub_all(partition_run());
}

/* Any trace that the reader lets in, however senseless: random records of every kind. */
static void scrub_random(uint64_t seed)
{
    Trace *trace = trace_random_make(seed, 2500, 300);
    Rng rng = rng_derive(seed, "scrub", 1);
    Model jumping, forward;
    Lanes lanes = {0}, straight = {0};
    model_init(&jumping, trace);
    model_init(&forward, trace);
    for (uint64_t seq = 0; seq <= trace_count(trace); seq += 1 + rng_below(&rng, 60)) {
        Text moved = {0}, want = {0};
        model_seek_record(&jumping, rng_below64(&rng, trace_count(trace) + 1));
        put_lanes(&lanes, &jumping, &moved);
        text_clear(&moved);
        model_seek_record(&jumping, seq);
        model_seek_record(&forward, seq);
        expect_equal(&jumping, &forward, "of a random trace");
        put_lanes(&lanes, &jumping, &moved);
        put_lanes(&straight, &forward, &want);
        bool same = strcmp(text_chars(&moved), text_chars(&want)) == 0;
        if (!same) {
            fprintf(stderr, "seed %d, record %d\n--- moved\n%s--- forward\n%s", (int)seed, (int)seq,
                    text_chars(&moved), text_chars(&want));
        }
        CU_ASSERT_TRUE_FATAL(same);
        text_deinit(&moved);
        text_deinit(&want);
    }
    lanes_deinit(&lanes);
    lanes_deinit(&straight);
    model_deinit(&jumping);
    model_deinit(&forward);
    trace_destroy(trace);
}

static void random_traces_are_the_same_from_both_sides(void)
{
    for (uint64_t seed = 1; seed <= 12; seed++) scrub_random(seed);
}

void test_scrub_suite(void)
{
    CU_pSuite suite = CU_add_suite("scrub", NULL, NULL);
    CU_add_test(suite, "a failover is the same from both sides",
                a_failover_is_the_same_from_both_sides);
    CU_add_test(suite, "a partition is the same from both sides",
                a_partition_is_the_same_from_both_sides);
    CU_add_test(suite, "random traces are the same from both sides",
                random_traces_are_the_same_from_both_sides);
}
