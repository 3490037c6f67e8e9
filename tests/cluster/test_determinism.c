/* test_determinism.c -- the permanent tests of determinism: same seed, replay, seek, fold,
 * snapshot. */
#include "sim/base/hash.h"
#include "sim/base/rng.h"
#include "tests/fixture/fixture.h"

#include <CUnit/CUnit.h>

#include <stdio.h>

void test_determinism_suite(void);

/* A run with a bit of everything: create, kill, cut, freeze, restart, writes. */
static void live(Fixture *fixture)
{
    fixture_create(fixture, 60 * SIM_SEC);
    fixture_run(fixture, 2 * SIM_SEC);
    fixture_kill(fixture, 0, false);
    fixture_run(fixture, 4 * SIM_SEC);
    uint32_t cut = fixture_fault(fixture, 2, ~UINT64_C(2) & 63, (NetRule){.cut = true});
    fixture_run(fixture, 3 * SIM_SEC);
    fixture_command(fixture, CMD_START, 0);
    fixture_command(fixture, CMD_FREEZE, 4);
    fixture_run(fixture, SIM_SEC);
    fixture_heal(fixture, cut);
    fixture_command(fixture, CMD_THAW, 4);
    fixture_run(fixture, 5 * SIM_SEC);
}

static FixtureConfig config_of(uint64_t seed, uint8_t level)
{
    FixtureConfig config = fixture_config(seed, 3, 1, 1000);
    config.sim.trace_level = level;
    return config;
}

static uint64_t hash_of_life(uint64_t seed, uint8_t level)
{
    FixtureConfig config = config_of(seed, level);
    Fixture fixture = fixture_open(&config);
    live(&fixture);
    sim_add_keyframe(fixture.sim);
    uint64_t hash = trace_hash(sim_trace(fixture.sim));
    fixture_close(&fixture);
    return hash;
}

static void same_seed_twice_gives_the_same_trace(void)
{
    for (uint8_t level = 0; level <= 2; level++) {
        CU_ASSERT_EQUAL(hash_of_life(7, level), hash_of_life(7, level));
    }
}

static void another_seed_gives_another_trace(void)
{
    CU_ASSERT_NOT_EQUAL(hash_of_life(7, 1), hash_of_life(8, 1));
}

static void replay_of_the_commands_gives_the_same_trace(void)
{
    Error err = {{0}};
    FixtureConfig config = config_of(11, 2);
    Fixture fixture = fixture_open(&config);
    live(&fixture);

    Sim *again = sim_replay(&config.sim, sim_trace(fixture.sim), sim_now(fixture.sim), &err);

    CU_ASSERT_PTR_NOT_NULL_FATAL(again);
    CU_ASSERT_EQUAL(trace_hash(sim_trace(again)), trace_hash(sim_trace(fixture.sim)));
    sim_destroy(again);
    fixture_close(&fixture);
}

/* A failover, a return and a freeze, with a keyframe three times a second. */
static void live_with_keyframes(Fixture *fixture)
{
    fixture_create(fixture, 60 * SIM_SEC);
    sim_add_keyframe(fixture->sim);
    for (int i = 0; i < 40; i++) {
        if (i == 4) fixture_kill(fixture, 0, false);
        if (i == 20) fixture_command(fixture, CMD_START, 0);
        if (i == 22) fixture_command(fixture, CMD_FREEZE, 2);
        if (i == 30) fixture_command(fixture, CMD_THAW, 2);
        fixture_run(fixture, 317 * SIM_MS);
        sim_add_keyframe(fixture->sim);
    }
}

/* Compares a state with the one folded from the first record on. */
static bool equals_straight(const Trace *trace, const TraceState *state, const TraceState *straight,
                            uint64_t seq)
{
    Text why = {0};
    bool same = state_equal(state, straight, &why);
    if (!same)
        fprintf(stderr, "\nrecord %llu of %llu: %s\n", (unsigned long long)seq,
                (unsigned long long)trace_count(trace), text_chars(&why));
    text_deinit(&why);
    return same;
}

/* Folding from one keyframe yields the next, which the simulator made from its own truth. Where a
 * level writes nothing for a while, keyframes at the same record are one: `least` says how many
 * must be left. */
static void check_fold(uint8_t level, uint32_t least)
{
    FixtureConfig config = config_of(13, level);
    Fixture fixture = fixture_open(&config);
    live_with_keyframes(&fixture);
    const Trace *trace = sim_trace(fixture.sim);
    TraceState folded, truth;
    state_init(&folded, NULL);
    state_init(&truth, NULL);
    uint64_t seq = 0;
    bool same = true;
    for (uint32_t k = 0; k < trace_keyframe_count(trace) && same; k++) {
        for (; seq < trace_keyframe_seq(trace, k) && same; seq++) {
            TraceRecord record;
            trace_get(trace, seq + 1, &record);
            same = state_apply(&folded, &record, NULL);
        }
        trace_get_keyframe(trace, k, &truth);
        same = same && equals_straight(trace, &folded, &truth, seq);
    }
    CU_ASSERT_TRUE(same);
    CU_ASSERT_TRUE(trace_keyframe_count(trace) >= least);
    state_deinit(&folded);
    state_deinit(&truth);
    fixture_close(&fixture);
}

static void folding_from_a_keyframe_yields_the_next(void)
{
    check_fold(1, 20);
    check_fold(2, 41);
}

/* Seeking to every keyframe and to 1000 random records, backwards, gives what playing forward gave.
 */
static void seeking_backwards_equals_playing_forward(void)
{
    FixtureConfig config = config_of(17, 1);
    Fixture fixture = fixture_open(&config);
    live_with_keyframes(&fixture);
    const Trace *trace = sim_trace(fixture.sim);
    uint64_t count = trace_count(trace);
    uint32_t keyframes = trace_keyframe_count(trace);
    CU_ASSERT_TRUE(keyframes >= 20);
    Rng rng = rng_derive(17, "seek", 0);
    TraceState straight, sought;
    state_init(&straight, NULL);
    state_init(&sought, NULL);
    bool same = true;
    for (int i = 0; i < 1200 && same; i++) {
        /* From the last keyframe back to the first: its own record, and those beside it. */
        uint64_t target = 1 + rng_below64(&rng, count);
        uint32_t k = keyframes - 1 - (uint32_t)i / 3;
        if (k < keyframes) target = trace_keyframe_seq(trace, k) + 1 - (uint64_t)i % 3;
        if (target == 0 || target > count) continue;
        if (straight.seq > target || straight.seq == 0) {
            state_deinit(&straight);
            state_init(&straight, NULL);
        }
        while (straight.seq < target && same) {
            TraceRecord record;
            trace_get(trace, straight.seq + 1, &record);
            same = state_apply(&straight, &record, NULL);
        }
        trace_state_at(trace, count - rng_below64(&rng, 10), &sought);
        trace_state_at(trace, target, &sought);
        same = same && equals_straight(trace, &sought, &straight, target);
    }
    CU_ASSERT_TRUE(same);
    state_deinit(&straight);
    state_deinit(&sought);
    fixture_close(&fixture);
}

static void snapshot_and_restore_continue_as_if_nothing_was(void)
{
    FixtureConfig config = config_of(19, 2);
    Fixture fixture = fixture_open(&config);
    fixture_create(&fixture, 60 * SIM_SEC);
    fixture_kill(&fixture, 1, false);
    fixture_run(&fixture, 700 * SIM_MS);
    SimImage *image = sim_save(fixture.sim);
    uint64_t hashes[3];
    for (int i = 0; i < 3; i++) {
        fixture_run(&fixture, 8 * SIM_SEC);
        hashes[i] = trace_hash(sim_trace(fixture.sim));
        sim_load(fixture.sim, image);
    }
    CU_ASSERT_EQUAL(hashes[0], hashes[1]);
    CU_ASSERT_EQUAL(hashes[0], hashes[2]);
    sim_image_destroy(image);
    fixture_close(&fixture);
}

void test_determinism_suite(void)
{
    CU_pSuite suite = CU_add_suite("determinism", NULL, NULL);
    CU_add_test(suite, "same seed twice gives the same trace",
                same_seed_twice_gives_the_same_trace);
    CU_add_test(suite, "another seed gives another trace", another_seed_gives_another_trace);
    CU_add_test(suite, "replay of the commands gives the same trace",
                replay_of_the_commands_gives_the_same_trace);
    CU_add_test(suite, "folding from a keyframe yields the next",
                folding_from_a_keyframe_yields_the_next);
    CU_add_test(suite, "seeking backwards equals playing forward",
                seeking_backwards_equals_playing_forward);
    CU_add_test(suite, "snapshot and restore continue as if nothing was",
                snapshot_and_restore_continue_as_if_nothing_was);
}
