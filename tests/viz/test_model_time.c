/* test_model_time.c -- elections and deadlines of a Model, and the walk over interesting records.
 */
#include "tests/viz/story.h"
#include "viz/model/model.h"

#include <CUnit/CUnit.h>

void test_model_time_suite(void);

static Model model_at(const Story *story, uint64_t ms)
{
    Model model;
    model_init(&model, story->trace);
    model_seek(&model, ms * SIM_MS);
    return model;
}

/* Five shards without replicas. */
static Story five_shards(void)
{
    static const char *const ranges[] = {"0-3000", "3001-6000", "6001-9000", "9001-12000",
                                         "12001-16383"};
    Story story = story_open(5, 4000);
    for (NodeId i = 0; i < 5; i++) story_owner(&story, i, ranges[i], i + 1u);
    story_states(&story, STATE_OK);
    return story;
}

/* protocol.md §5.1 */
static void an_answer_is_due_a_timeout_after_the_ping(void)
{
    Story story = five_shards();
    story_at(&story, 1000);
    story_ping(&story, 0, 1, 1000);
    story_at(&story, 1200);
    story_ping(&story, 0, 2, 1200);
    story_at(&story, 9000);

    Model model = model_at(&story, 1100); /* too early to mean anything */
    CU_ASSERT_EQUAL(model.hosts.items[0].deadline, DEADLINE_NONE);
    model_seek(&model, 1500 * SIM_MS);
    CU_ASSERT_EQUAL(model.hosts.items[0].deadline, DEADLINE_PONG);
    CU_ASSERT_EQUAL(model.hosts.items[0].deadline_from, 1000 * SIM_MS);
    CU_ASSERT_EQUAL(model.hosts.items[0].deadline_at, 5000 * SIM_MS);
    CU_ASSERT_EQUAL(model.hosts.items[0].deadline_peer, 1);
    CU_ASSERT_EQUAL(model.hosts.items[1].deadline, DEADLINE_NONE);
    model_deinit(&model);

    story_flags(&story, 0, 1, FLAG_PRIMARY | FLAG_PFAIL); /* the next one, then */
    model = model_at(&story, 9000);
    CU_ASSERT_EQUAL(model.hosts.items[0].deadline_peer, 2);
    CU_ASSERT_EQUAL(model.hosts.items[0].deadline_at, 5200 * SIM_MS);
    model_deinit(&model);
    story_close(&story);
}

/* protocol.md §5.6: n1 and n2 of five are cut off. n1 reaches five in its own view, needs three: it
 * stops with the third suspicion of the three it cannot reach, the last. */
static void a_minority_stops_with_the_last_suspicion_it_needs(void)
{
    Story story = five_shards();
    story_at(&story, 1000);
    story_cut(&story, 1, "0-1", "2-4", false);
    story_ping(&story, 0, 2, 1000);
    story_ping(&story, 0, 3, 1300);
    story_pong(&story, 0, 4, 500);  /* pinged at the latest T/2 later: 2500 */
    story_ping(&story, 0, 1, 1000); /* n2 will answer */
    story_at(&story, 8000);

    Model model = model_at(&story, 1500);

    const HostModel *host = &model.hosts.items[0];
    CU_ASSERT_EQUAL(host->deadline, DEADLINE_WRITE_STOP);
    CU_ASSERT_EQUAL(host->deadline_peer, 4);
    CU_ASSERT_EQUAL(host->deadline_at, (500 + 2000 + 4000) * SIM_MS);
    CU_ASSERT_EQUAL(host->deadline_from, 2500 * SIM_MS);
    CU_ASSERT_NOT_EQUAL(model.hosts.items[2].deadline, DEADLINE_WRITE_STOP); /* the majority */
    CU_ASSERT_TRUE(model.islands.items[0].write_stop >= host->deadline_at);
    CU_ASSERT_EQUAL(model.islands.items[1].write_stop, 0);
    model_deinit(&model);

    story_state(&story, 0, STATE_FAIL); /* it has stopped */
    model = model_at(&story, 8000);
    CU_ASSERT_NOT_EQUAL(model.hosts.items[0].deadline, DEADLINE_WRITE_STOP);
    model_deinit(&model);
    story_close(&story);
}

/* One of three cut off alone: two are unreachable, the second of them stops it. */
static void what_is_suspected_already_is_not_waited_for(void)
{
    Story story = five_shards();
    story_at(&story, 1000);
    story_cut(&story, 1, "0", "1-4", false);
    for (NodeId peer = 1; peer < 5; peer++) {
        story_ping(&story, 0, peer, (uint64_t)1000 + peer * 100u);
    }
    story_at(&story, 6000);
    Model model = model_at(&story, 1500);
    CU_ASSERT_EQUAL(model.hosts.items[0].deadline_at, 5300 * SIM_MS); /* third of four */
    model_deinit(&model);

    story_flags(&story, 0, 1, FLAG_PRIMARY | FLAG_PFAIL);
    story_flags(&story, 0, 4, FLAG_PRIMARY | FLAG_FAIL);
    model = model_at(&story, 6000);
    CU_ASSERT_EQUAL(model.hosts.items[0].deadline_at, 5200 * SIM_MS); /* one more is enough */
    CU_ASSERT_EQUAL(model.hosts.items[0].deadline_peer, 2);
    model_deinit(&model);
    story_close(&story);
}

static void without_pings_the_stop_has_a_bound(void)
{
    Story story = story_open_plain(3, 4000);
    story_owner(&story, 0, "0-5460", 1);
    story_owner(&story, 1, "5461-10922", 2);
    story_owner(&story, 2, "10923-16383", 3);
    story_states(&story, STATE_OK);
    story_at(&story, 1000);
    story_cut(&story, 1, "0", "1-2", false);
    story_at(&story, 9000);

    Model model = model_at(&story, 2000);

    CU_ASSERT_EQUAL(model.hosts.items[0].deadline, DEADLINE_WRITE_STOP);
    CU_ASSERT_TRUE(model.hosts.items[0].deadline_at_latest);
    CU_ASSERT_EQUAL(model.hosts.items[0].deadline_from, 1000 * SIM_MS);
    CU_ASSERT_EQUAL(model.hosts.items[0].deadline_at, 7000 * SIM_MS);
    CU_ASSERT_EQUAL(model.islands.items[0].write_stop, 7000 * SIM_MS);
    CU_ASSERT_EQUAL(model.hosts.items[1].deadline, DEADLINE_NONE);
    model_deinit(&model);
    story_close(&story);
}

/* --- elections --- */

#define CLOCK(ms) (UINT64_C(100000000) + (ms))

static void election(Story *story, HostId host, uint64_t auth_ms, uint16_t votes, bool sent,
                     uint64_t epoch)
{
    TraceRecord record = {
        .u.SELF_ELECTION = {.auth_ms = auth_ms, .votes = votes, .sent = sent, .epoch = epoch}};
    story_record(story, TRACE_SELF_ELECTION, host, record);
}

/* n4 is the replica of n1 that died: it waits from 1.0 to 1.7 s, asks, and gets one vote of two. */
static Story vote(void)
{
    Story story = story_open(4, 3000);
    story_owner(&story, 0, "0-5460", 1);
    story_owner(&story, 1, "5461-10922", 2);
    story_owner(&story, 2, "10923-16383", 3);
    story_replica(&story, 3, 0);
    story_states(&story, STATE_OK);
    story_exit(&story, 0);
    story_failed(&story, 3, 0);
    story_at(&story, 1000);
    story_record(&story, TRACE_ELECTION_DELAYED, 3,
                 (TraceRecord){.u.ELECTION_DELAYED = {.delay = 700 * SIM_MS}});
    election(&story, 3, CLOCK(1700), 0, false, 0);
    story_at(&story, 1750);
    story_record(&story, TRACE_ELECTION_STARTED, 3,
                 (TraceRecord){.u.ELECTION_STARTED = {.epoch = 4}});
    election(&story, 3, CLOCK(1700), 0, true, 4);
    story_at(&story, 1800);
    story_record(&story, TRACE_VOTE_GRANTED, 1,
                 (TraceRecord){.u.VOTE_GRANTED = {.candidate = 3, .epoch = 4}});
    story_at(&story, 1850);
    election(&story, 3, CLOCK(1700), 1, true, 4);
    story_at(&story, 20000);
    return story;
}

static void an_election_is_told_from_the_question_to_the_end(void)
{
    Story story = vote();
    Model model = model_at(&story, 1200);
    CU_ASSERT_FALSE(model.election.active);
    CU_ASSERT_EQUAL(model.hosts.items[3].deadline, DEADLINE_ELECTION);
    CU_ASSERT_EQUAL(model.hosts.items[3].deadline_from, 1000 * SIM_MS);
    CU_ASSERT_EQUAL(model.hosts.items[3].deadline_at, 1700 * SIM_MS);

    model_seek(&model, 1820 * SIM_MS);
    CU_ASSERT_TRUE(model.election.active);
    CU_ASSERT_EQUAL(model.election.candidate, 3);
    CU_ASSERT_EQUAL(model.election.epoch, 4);
    CU_ASSERT_EQUAL(model.election.votes, 0);
    CU_ASSERT_EQUAL(model.election.given, 1);
    CU_ASSERT_EQUAL(model.election.needed, 2);
    CU_ASSERT_EQUAL(model.election.asked_at, 1750 * SIM_MS);
    CU_ASSERT_TRUE(model.hosts.items[1].voted);
    CU_ASSERT_EQUAL(model.hosts.items[1].voted_for, 3);
    CU_ASSERT_FALSE(model.hosts.items[2].voted);
    CU_ASSERT_EQUAL(model.hosts.items[3].deadline, DEADLINE_VOTES);
    CU_ASSERT_EQUAL(model.hosts.items[3].deadline_at, (1700 + 6000) * SIM_MS);

    model_seek(&model, 1900 * SIM_MS);
    CU_ASSERT_EQUAL(model.election.votes, 1);
    model_seek(&model, 7701 * SIM_MS); /* expired, though no record says so */
    CU_ASSERT_FALSE(model.election.active);
    CU_ASSERT_FALSE(model.hosts.items[1].voted);
    CU_ASSERT_EQUAL(model.hosts.items[3].deadline, DEADLINE_NONE);
    model_seek(&model, 1760 * SIM_MS);
    CU_ASSERT_TRUE(model.election.active);
    CU_ASSERT_EQUAL(model.election.given, 0);
    CU_ASSERT_FALSE(model.hosts.items[1].voted);
    model_deinit(&model);
    story_close(&story);
}

/* --- interesting records --- */

static void interesting_records_come_in_order_both_ways(void)
{
    Story story = five_shards();
    story_at(&story, 1000);
    uint64_t quiet = trace_count(story.trace);
    for (uint64_t ms = 1; ms < 50; ms++) story_ping(&story, 0, 1, 1000 + ms);
    uint64_t first = story_suspected(&story, 0, 1);
    for (uint64_t ms = 1; ms < 50; ms++) story_ping(&story, 0, 2, 1000 + ms);
    uint64_t second = story_failed(&story, 2, 1);
    story_state(&story, 2, STATE_OK); /* it is ok already: no change */
    uint64_t end = trace_count(story.trace);
    Model model;
    model_init(&model, story.trace);

    CU_ASSERT_EQUAL(model_interesting(&model, quiet, 1), first);
    CU_ASSERT_EQUAL(model_interesting(&model, first, 1), second);
    CU_ASSERT_EQUAL(model_interesting(&model, second, 1), 0);
    CU_ASSERT_EQUAL(model_interesting(&model, end, -1), second);
    CU_ASSERT_EQUAL(model_interesting(&model, second, -1), first);
    CU_ASSERT_TRUE(model_interesting(&model, first, -1) <= quiet);
    CU_ASSERT_EQUAL(model_interesting(&model, 0, -1), 0);
    model_seek_record(&model, second - 1);
    CU_ASSERT_EQUAL(model_last_interesting(&model), first);

    uint64_t seen = 0, back = 0;
    for (uint64_t seq = 0; (seq = model_interesting(&model, seq, 1)) != 0;) seen++;
    for (uint64_t seq = end; (seq = model_interesting(&model, seq, -1)) != 0;) back++;
    CU_ASSERT_EQUAL(seen, back);
    CU_ASSERT_EQUAL(seen, 5 + 5 + 2); /* starts, states ok, P?, F! */
    model_deinit(&model);
    story_close(&story);
}

void test_model_time_suite(void)
{
    CU_pSuite suite = CU_add_suite("model_time", NULL, NULL);
    CU_add_test(suite, "an answer is due a timeout after the ping",
                an_answer_is_due_a_timeout_after_the_ping);
    CU_add_test(suite, "a minority stops with the last suspicion it needs",
                a_minority_stops_with_the_last_suspicion_it_needs);
    CU_add_test(suite, "what is suspected already is not waited for",
                what_is_suspected_already_is_not_waited_for);
    CU_add_test(suite, "without pings the stop has a bound", without_pings_the_stop_has_a_bound);
    CU_add_test(suite, "an election is told from the question to the end",
                an_election_is_told_from_the_question_to_the_end);
    CU_add_test(suite, "interesting records come in order both ways",
                interesting_records_come_in_order_both_ways);
}
