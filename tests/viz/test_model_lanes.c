/* test_model_lanes.c -- what the timeline says, by its text. */
#include "tests/viz/story.h"
#include "viz/model/model.h"

#include <CUnit/CUnit.h>

#include <stdio.h>
#include <string.h>

void test_model_lanes_suite(void);

static LaneOptions window(uint64_t from_ms, uint64_t to_ms)
{
    return (LaneOptions){
        .from = from_ms * SIM_MS, .to = to_ms * SIM_MS, .slot = -1, .max_lanes = 8};
}

static void expect_lanes(Lanes *lanes, Model *model, uint64_t ms, LaneOptions options,
                         const char *want)
{
    Text got = {0};
    model_seek(model, ms * SIM_MS);
    lanes_build(lanes, model, &options);
    lanes_dump(lanes, &got);
    bool same = strcmp(text_chars(&got), want) == 0;
    if (!same) fprintf(stderr, "--- got\n%s--- want\n%s", text_chars(&got), want);
    CU_ASSERT_TRUE(same);
    text_deinit(&got);
}

/* Three primaries and a replica of the first; n1 dies at 1 s, is replaced and comes back. */
static Story failover(void)
{
    Story story = story_open(4, 2000);
    story_owner(&story, 0, "0-5460", 1);
    story_owner(&story, 1, "5461-10922", 2);
    story_owner(&story, 2, "10923-16383", 3);
    story_replica(&story, 3, 0);
    story_at(&story, 500);
    story_states(&story, STATE_OK);
    story_at(&story, 1000);
    story_exit(&story, 0);
    story_at(&story, 3200);
    story_suspected(&story, 1, 0);
    story_at(&story, 3300);
    story_suspected(&story, 3, 0);
    story_at(&story, 3400);
    story_suspected(&story, 2, 0);
    story_failed(&story, 2, 0);
    story_failed(&story, 1, 0);
    story_failed(&story, 3, 0);
    story_states(&story, STATE_FAIL);
    story_at(&story, 4000);
    story_record(&story, TRACE_ELECTION_STARTED, 3,
                 (TraceRecord){.u.ELECTION_STARTED = {.epoch = 4}});
    story_at(&story, 4100);
    story_record(&story, TRACE_ELECTION_WON, 3, (TraceRecord){.u.ELECTION_WON = {.epoch = 4}});
    story_promoted(&story, 3, "0-5460", 4);
    story_states(&story, STATE_OK);
    story_at(&story, 5000);
    story_start(&story, 0);
    story_at(&story, 5200);
    story_record(&story, TRACE_CLEARED, 1, (TraceRecord){.u.CLEARED = {.peer = 0}});
    story_state(&story, 0, STATE_OK);
    story_at(&story, 6000);
    return story;
}

static void a_failover_is_told_as_it_goes(void)
{
    Story story = failover();
    Model model;
    Lanes lanes = {0};
    model_init(&model, story.trace);
    LaneOptions options = window(0, 8000);

    expect_lanes(&lanes, &model, 700, options,
                 "Faults:\n"
                 "cluster_state: 0.000-0.500 'fail'! 0.500-0.700 'ok'>\n");
    expect_lanes(&lanes, &model, 1500, options,
                 "Faults: 1.000-1.500 'n1 killed'> ~3.000 'T = 2 s after'\n"
                 "cluster_state: 0.000-0.500 'fail'! 0.500-1.500 'ok'>\n");
    expect_lanes(&lanes, &model, 3350, options,
                 "Faults: 1.000-3.350 'n1 killed'> ~3.000 'T = 2 s after'\n"
                 "Beliefs on n1: 3.200 'P? n2' 3.300 'n4'\n"
                 "cluster_state: 0.000-0.500 'fail'! 0.500-3.350 'ok'>\n");
    expect_lanes(&lanes, &model, 4050, options,
                 "Faults: 1.000-4.050 'n1 killed'> ~3.000 'T = 2 s after'\n"
                 "Beliefs on n1: 3.200 'P? n2' 3.300 'n4' 3.400 'n3' 3.400 'F!'!\n"
                 "cluster_state: 0.000-0.500 'fail'! 0.500-3.400 'ok' 3.400-4.050 'fail'!>\n"
                 "Roles: 4.000-4.050 'n4 asks, epoch 4'>\n");
    expect_lanes(&lanes, &model, 6000, options,
                 "Faults: 1.000-5.000 'n1 killed' ~3.000 'T = 2 s after'\n"
                 "Beliefs on n1: 3.200 'P? n2' 3.300 'n4' 3.400 'n3' 3.400 'F!'! 5.200 'ok n2'\n"
                 "cluster_state: 0.000-0.500 'fail'! 0.500-3.400 'ok' 3.400-4.100 'fail'! "
                 "4.100-5.000 'ok' 5.000-5.200 'fail in part'! 5.200-6.000 'ok'>\n"
                 "Roles: 4.000-4.100 'n4 asks, epoch 4' 4.100 'n4 primary'\n");
    lanes_deinit(&lanes);
    model_deinit(&model);
    story_close(&story);
}

/* Jumping back takes what has not happened yet out of the lanes; the same lanes are used. */
static void nothing_of_the_future_stays(void)
{
    Story story = failover();
    Model model;
    Lanes lanes = {0};
    model_init(&model, story.trace);
    LaneOptions options = window(0, 8000);
    model_seek(&model, 6000 * SIM_MS);
    lanes_build(&lanes, &model, &options);

    expect_lanes(&lanes, &model, 1500, options,
                 "Faults: 1.000-1.500 'n1 killed'> ~3.000 'T = 2 s after'\n"
                 "cluster_state: 0.000-0.500 'fail'! 0.500-1.500 'ok'>\n");
    expect_lanes(&lanes, &model, 6000, window(4050, 5100),
                 "Faults: 1.000-5.000 'n1 killed'\n"
                 "cluster_state: 3.400-4.100 'fail'! 4.100-5.000 'ok' "
                 "5.000-5.200 'fail in part'!\n"
                 "Roles: 4.000-4.100 'n4 asks, epoch 4' 4.100 'n4 primary'\n");
    lanes_deinit(&lanes);
    model_deinit(&model);
    story_close(&story);
}

static Story split(void)
{
    Story story = story_open(4, 2000);
    story_owner(&story, 0, "0-5460", 1);
    story_owner(&story, 1, "5461-10922", 2);
    story_owner(&story, 2, "10923-16383", 3);
    story_replica(&story, 3, 0);
    story_states(&story, STATE_OK);
    story_at(&story, 1000);
    story_cut(&story, 1, "0", "1-3", false);
    story_ping(&story, 0, 1, 1500);
    story_ping(&story, 0, 2, 1700);
    story_at(&story, 3500);
    story_suspected(&story, 0, 1);
    story_at(&story, 3600);
    story_promoted(&story, 3, "0-5460", 4);
    story_at(&story, 3700);
    story_suspected(&story, 0, 2);
    story_state(&story, 0, STATE_FAIL);
    story_at(&story, 5000);
    story_heal(&story, 1);
    story_at(&story, 6000);
    return story;
}

static void a_partition_has_a_lane_for_each_island_and_slot(void)
{
    Story story = split();
    Model model;
    Lanes lanes = {0};
    model_init(&model, story.trace);
    LaneOptions options = window(0, 8000);
    options.slot = 866;

    expect_lanes(&lanes, &model, 2000, options,
                 "Faults: 1.000-2.000 'wall: n1 | n2 n3 n4'> ~3.000 'T = 2 s after'\n"
                 "Island 1 state: 0.000-2.000 'ok (has not noticed)'> "
                 "~3.700 'n1 stops itself (timer due 3.70)'\n"
                 "Island 2 state: 0.000-2.000 'ok'>\n"
                 "Owners of 866: 0.000-2.000 'n1'>(0)\n");
    expect_lanes(&lanes, &model, 5500, options,
                 "Faults: 1.000-5.000 'wall: n1 | n2 n3 n4' ~3.000 'T = 2 s after'\n"
                 "Island 1 state: 0.000-3.700 'ok' 3.500 'P? n2' 3.700-5.500 'fail'!> "
                 "3.700 'P? n3'\n"
                 "Island 2 state: 0.000-5.500 'ok'>\n"
                 "Owners of 866: 0.000-3.600 'n1'(0) 3.600-3.700 'n1 n4'!(0) "
                 "3.700-5.500 'n4'>(0)\n"
                 "Roles: 3.600 'n4 primary'\n");
    expect_lanes(&lanes, &model, 6000, window(5500, 8000),
                 "Faults:\n"
                 "cluster_state: 3.700-6.000 'fail in part'!>\n");
    lanes_deinit(&lanes);
    model_deinit(&model);
    story_close(&story);
}

static void faults_at_the_same_time_have_rows_of_their_own(void)
{
    Story story = story_open(5, 0);
    story_at(&story, 100);
    story_exit(&story, 0);
    story_at(&story, 200);
    story_freeze(&story, 1);
    story_record(&story, TRACE_PROCESS_SLOWED, 2,
                 (TraceRecord){.u.PROCESS_SLOWED = {.permille = 2500}});
    story_at(&story, 300);
    story_thaw(&story, 1);
    story_at(&story, 400);
    TraceRecord loss = {.u.NET_RULE_ADDED = {.rule = 3,
                                             .from = trace_text("3"),
                                             .to = trace_text("4"),
                                             .oneway = true,
                                             .loss_ppm = 50000}};
    story_record(&story, TRACE_NET_RULE_ADDED, HOST_NONE, loss);
    story_at(&story, 500);
    story_exit(&story, 4);
    story_at(&story, 600);
    Model model;
    Lanes lanes = {0};
    model_init(&model, story.trace);
    LaneOptions options = window(0, 1000);
    options.max_lanes = 3;

    expect_lanes(&lanes, &model, 600, options,
                 "Faults: 0.100-0.600 'n1 killed'>\n"
                 ": 0.200-0.300 'n2 frozen' 0.400-0.600 'loss 5%: n4 \xE2\x86\x92 n5'>\n"
                 ": 0.200-0.500 'n3 slowed \xC3\x97"
                 "2.5' 0.500-0.600 'n5 killed'>\n");
    lanes_deinit(&lanes);
    model_deinit(&model);
    story_close(&story);
}

static void density_counts_each_record_up_to_now_once(void)
{
    Story story = failover();
    Model model;
    Lanes lanes = {0};
    model_init(&model, story.trace);
    LaneOptions options = window(0, 6001);
    options.bins = 7;
    for (uint64_t ms = 6000;; ms -= 1500) { /* backwards */
        model_seek(&model, ms * SIM_MS);
        lanes_build(&lanes, &model, &options);
        uint64_t sum = 0;
        for (uint32_t i = 0; i < lanes.density.count; i++) sum += lanes.density.items[i];
        CU_ASSERT_EQUAL(lanes.density.count, 7);
        CU_ASSERT_EQUAL(sum, model.state.seq);
        if (ms == 0) break;
    }
    lanes_deinit(&lanes);
    model_deinit(&model);
    story_close(&story);
}

/* A live trace grows: the last bins are not final. */
static void density_follows_a_trace_that_grows(void)
{
    Story story = story_open(2, 1000);
    story_at(&story, 450);
    Model model;
    Lanes lanes = {0};
    model_init(&model, story.trace);
    LaneOptions options = window(100, 900);
    options.bins = 4;
    model_seek(&model, 450 * SIM_MS);
    lanes_build(&lanes, &model, &options);
    CU_ASSERT_EQUAL(lanes.density.items[1], 0);

    story_ping(&story, 0, 1, 450);
    story_at(&story, 600);
    story_ping(&story, 0, 1, 600);
    model_seek(&model, 600 * SIM_MS);
    lanes_build(&lanes, &model, &options);

    CU_ASSERT_EQUAL(lanes.density.items[0], 0);
    CU_ASSERT_EQUAL(lanes.density.items[1], 1);
    CU_ASSERT_EQUAL(lanes.density.items[2], 1);
    CU_ASSERT_EQUAL(lanes.density.items[3], 0);
    lanes_deinit(&lanes);
    model_deinit(&model);
    story_close(&story);
}

void test_model_lanes_suite(void)
{
    CU_pSuite suite = CU_add_suite("model_lanes", NULL, NULL);
    CU_add_test(suite, "a failover is told as it goes", a_failover_is_told_as_it_goes);
    CU_add_test(suite, "nothing of the future stays", nothing_of_the_future_stays);
    CU_add_test(suite, "a partition has a lane for each island and slot",
                a_partition_has_a_lane_for_each_island_and_slot);
    CU_add_test(suite, "faults at the same time have rows of their own",
                faults_at_the_same_time_have_rows_of_their_own);
    CU_add_test(suite, "density counts each record up to now once",
                density_counts_each_record_up_to_now_once);
    CU_add_test(suite, "density follows a trace that grows", density_follows_a_trace_that_grows);
}
