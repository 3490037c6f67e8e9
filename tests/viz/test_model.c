/* test_model.c -- what is derived from a moment: islands, factions, shards, contests, deadlines. */
#include "sim/base/bitset.h"
#include "sim/base/rng.h"
#include "sim/cluster/node.h"
#include "tests/fixture/fixture.h"
#include "tests/viz/story.h"
#include "viz/model/inside.h"

#include <CUnit/CUnit.h>

#include <string.h>

void test_model_suite(void);

_Static_assert(MODEL_CLOCK_BASE_MS == NODE_CLOCK_BASE_MS, "the view reads the nodes' clock");

/* Three shards on n1..n3, n4..n6 their replicas, all agree and serve. */
static Story three_shards(void)
{
    Story story = story_open(6, 5000);
    story_owner(&story, 0, "0-5460", 1);
    story_owner(&story, 1, "5461-10922", 2);
    story_owner(&story, 2, "10923-16383", 3);
    for (NodeId i = 0; i < 3; i++) story_replica(&story, (NodeId)(i + 3), i);
    story_states(&story, STATE_OK);
    return story;
}

static Model model_at(const Story *story, uint64_t ms)
{
    Model model;
    model_init(&model, story->trace);
    model_seek(&model, ms * SIM_MS);
    return model;
}

/* --- islands --- */

static void islands_are_who_reach_each_other_both_ways(void)
{
    static const struct {
        const char *row, *from, *to;
        bool oneway;
        uint16_t want[6];
    } rows[] = {
        {"a wall", "0,3", "1-2,4-5", false, {0, 1, 1, 0, 1, 1}},
        {"a one-way wall", "0,3", "1-2,4-5", true, {0, 1, 1, 0, 1, 1}},
        {"a broken pair", "0", "1", false, {0, 0, 0, 0, 0, 0}},
        {"one alone", "2", "0-1,3-5", false, {0, 0, 1, 0, 0, 0}},
        {"everybody alone", "0-5", "0-5", false, {0, 1, 2, 3, 4, 5}},
        {"a pair from all", "0-1", "0-5", false, {0, 1, 2, 2, 2, 2}},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Story story = three_shards();
        story_cut(&story, 1, rows[i].from, rows[i].to, rows[i].oneway);

        Model model = model_at(&story, 0);

        for (int host = 0; host < 6; host++) {
            CU_ASSERT_EQUAL(model.hosts.items[host].island, rows[i].want[host]);
        }
        model_deinit(&model);
        story_close(&story);
    }
}

/* Against the plain definition: the closure of pairs that reach each other both ways. */
static uint32_t slow_islands(const Model *model, uint16_t *island_of)
{
    uint32_t hosts = model->hosts.count, count = 0;
    for (uint32_t i = 0; i < hosts; i++) island_of[i] = 0xFFFF;
    for (uint32_t first = 0; first < hosts; first++) {
        if (island_of[first] != 0xFFFF) continue;
        island_of[first] = (uint16_t)count;
        for (uint32_t round = 0; round < hosts; round++) {
            for (uint32_t a = 0; a < hosts; a++) {
                for (uint32_t b = 0; b < hosts; b++) {
                    if (island_of[a] != count || island_of[b] != 0xFFFF) continue;
                    if (model_reachable(model, (HostId)a, (HostId)b)) island_of[b] = island_of[a];
                }
            }
        }
        count++;
    }
    return count;
}

static void random_side(Rng *rng, char *text)
{
    uint32_t count = 0;
    text[0] = '\0';
    for (char host = 0; host < 9; host++) {
        if (rng_below(rng, 3) == 0 || (host == 8 && count == 0)) {
            char item[4] = {count++ ? ',' : ' ', (char)('0' + host), '\0', '\0'};
            strcat(text, count == 1 ? item + 1 : item);
        }
    }
}

static void islands_of_random_walls_are_those_of_the_definition(void)
{
    Rng rng = rng_derive(3, "islands", 0);
    for (int round = 0; round < 200; round++) {
        Story story = story_open(9, 1000);
        char from[32], to[32];
        for (uint32_t rule = 1; rule <= 1 + rng_below(&rng, 3); rule++) {
            random_side(&rng, from);
            random_side(&rng, to);
            story_cut(&story, rule, from, to, rng_below(&rng, 2) == 0);
        }
        Model model = model_at(&story, 0);
        uint16_t want[9];

        CU_ASSERT_EQUAL(model.islands.count, slow_islands(&model, want));
        for (int i = 0; i < 9; i++) CU_ASSERT_EQUAL(model.hosts.items[i].island, want[i]);
        model_deinit(&model);
        story_close(&story);
    }
}

/* One frame may see a wall replaced by another that shares a side with it. */
static void islands_follow_a_wall_that_is_replaced(void)
{
    Story story = story_open(4, 1000);
    story_at(&story, 100);
    story_cut(&story, 1, "0-1", "2-3", false);
    story_at(&story, 200);
    story_heal(&story, 1);
    story_cut(&story, 2, "0-1", "2", false);
    story_at(&story, 300);
    Model model = model_at(&story, 150);
    CU_ASSERT_EQUAL(model.islands.count, 2);

    model_seek(&model, 300 * SIM_MS); /* n3 is reached by n4 */

    CU_ASSERT_EQUAL(model.islands.count, 1);
    model_deinit(&model);
    story_close(&story);
}

static void an_island_counts_the_voters_that_it_believes_in(void)
{
    Story story = three_shards();
    story_cut(&story, 1, "0,3", "1-2,4-5", false);
    story_at(&story, 100);
    /* over there n5 replaces n1, and only they hear of it */
    story_promoted(&story, 4, "0-5460", 7);
    for (HostId host = 1; host <= 5; host++) {
        if (host == 3 || host == 4) continue;
        story_flags(&story, host, 4, FLAG_PRIMARY);
        story_slots(&story, host, 0, "");
        story_slots(&story, host, 4, "0-5460");
    }
    story_slots(&story, 4, 0, "");

    Model model = model_at(&story, 100);

    const Island *minority = &model.islands.items[0], *majority = &model.islands.items[1];
    CU_ASSERT_EQUAL(minority->voters, 1);
    CU_ASSERT_EQUAL(minority->size, 3);
    CU_ASSERT_EQUAL(minority->hosts, 2);
    CU_ASSERT_FALSE(minority->has_majority);
    CU_ASSERT_EQUAL(majority->voters, 3);
    CU_ASSERT_EQUAL(majority->size, 3);
    CU_ASSERT_TRUE(majority->has_majority);
    model_deinit(&model);
    story_close(&story);
}

/* --- factions --- */

static void factions_do_not_depend_on_the_order_of_news(void)
{
    Story story = story_open(3, 5000);
    for (HostId host = 0; host < 3; host++) {
        NodeId first = host == 1 ? 2 : 0, last = host == 1 ? 0 : 2;
        story_slots(&story, host, first, first == 0 ? "0-99" : "100-199");
        story_slots(&story, host, last, last == 0 ? "0-99" : "100-199");
    }
    Model model = model_at(&story, 0);

    CU_ASSERT_EQUAL(model.factions.count, 1);
    CU_ASSERT_EQUAL(model.factions.items[0].hosts, 3);
    CU_ASSERT_EQUAL(model.factions.items[0].voters, 2);
    model_deinit(&model);
    story_close(&story);
}

static void factions_differ_by_owner_slots_and_epoch_and_by_nothing_else(void)
{
    Story story = three_shards();
    story_flags(&story, 5, 0, FLAG_PRIMARY | FLAG_FAIL); /* no matter of slots */
    story_epoch(&story, 1, 0, 9);                        /* n2: another epoch */
    story_slots(&story, 2, 1, "5461-10921");             /* n3: one slot less */
    story_exit(&story, 4);                               /* n5 believes nothing */
    Model model = model_at(&story, 0);

    CU_ASSERT_EQUAL(model.factions.count, 3);
    CU_ASSERT_EQUAL(model.factions.items[0].hosts, 3);
    CU_ASSERT_EQUAL(model.hosts.items[0].faction, 0);
    CU_ASSERT_EQUAL(model.hosts.items[3].faction, 0);
    CU_ASSERT_EQUAL(model.hosts.items[5].faction, 0);
    CU_ASSERT_EQUAL(model.hosts.items[1].faction, 1); /* the first host decides among equals */
    CU_ASSERT_EQUAL(model.hosts.items[2].faction, 2);
    CU_ASSERT_EQUAL(model.hosts.items[4].faction, FACTION_NONE);
    model_deinit(&model);
    story_close(&story);
}

/* --- shards --- */

static void a_shard_keeps_its_letter_through_a_failover(void)
{
    Story story = three_shards();
    story_at(&story, 1000);
    story_exit(&story, 0);
    story_at(&story, 2000);
    story_promoted(&story, 3, "0-5460", 7);
    story_owner(&story, 0, "", 1);
    story_at(&story, 3000);
    story_start(&story, 0);
    story_flags(&story, 0, 0, FLAG_MYSELF | FLAG_REPLICA);
    story_follows(&story, 0, 0, 3);

    Model model = model_at(&story, 500);
    CU_ASSERT_EQUAL(model.shards.count, 3);
    CU_ASSERT_EQUAL(model.shards.items[0].owner, 0);
    CU_ASSERT_EQUAL(model.hosts.items[3].shard, 0);
    CU_ASSERT_EQUAL(model.owner_host[866], 0);

    model_seek(&model, 1500 * SIM_MS);
    CU_ASSERT_EQUAL(model.hosts.items[0].shard, 0);
    CU_ASSERT_EQUAL(model.hosts.items[0].slot_count, 5461); /* as the others believe */
    CU_ASSERT_EQUAL(model.owner_shard[866], 0);
    CU_ASSERT_EQUAL(model.holder_host[866], 0);
    CU_ASSERT_EQUAL(model.owner_host[866], HOST_NONE);
    CU_ASSERT_EQUAL(model.covered, SLOT_COUNT - 5461);

    model_seek(&model, 3000 * SIM_MS);
    CU_ASSERT_EQUAL(model.shards.count, 3);
    CU_ASSERT_EQUAL(model.shards.items[0].founder, 0);
    CU_ASSERT_EQUAL(model.shards.items[0].owner, 3);
    CU_ASSERT_EQUAL(model.shards.items[0].epoch, 7);
    CU_ASSERT_EQUAL(model.shards.items[0].slots, 5461);
    CU_ASSERT_EQUAL(model.hosts.items[0].shard, 0);
    CU_ASSERT_FALSE(model.hosts.items[0].is_primary);
    CU_ASSERT_EQUAL(model.hosts.items[0].primary, 3);
    CU_ASSERT_EQUAL(model.owner_host[866], 3);
    CU_ASSERT_EQUAL(model.covered, SLOT_COUNT);
    model_deinit(&model);
    story_close(&story);
}

/* A cluster is made anew on empty disks: its shards have the letters of the former one. */
static void letters_of_the_wiped_are_given_again(void)
{
    FixtureConfig config = fixture_config(3, 3, 0, 2000);
    Fixture fixture = fixture_open(&config);
    fixture_create(&fixture, 60 * SIM_SEC);
    SimTime before = sim_now(fixture.sim);
    for (HostId i = 0; i < 3; i++) {
        fixture_kill(&fixture, i, false);
        fixture_command(&fixture, CMD_WIPE, i);
        fixture_command(&fixture, CMD_START, i);
    }
    fixture_create(&fixture, 60 * SIM_SEC);

    Model model;
    model_init(&model, sim_trace(fixture.sim));
    model_seek(&model, sim_now(fixture.sim));
    CU_ASSERT_EQUAL(model.shards.count, 3);
    for (HostId i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL(model.hosts.items[i].shard, i);
        CU_ASSERT_EQUAL(model.shards.items[i].owner, i);
        CU_ASSERT_EQUAL(model.shards.items[i].founder, model.state.hosts.items[i].node);
        CU_ASSERT_EQUAL(model.shards.items[i].founder, i + 3);
    }
    model_seek(&model, before);
    CU_ASSERT_EQUAL(model.shards.count, 3);
    CU_ASSERT_EQUAL(model.shards.items[1].founder, 1);
    model_deinit(&model);
    fixture_close(&fixture);
}

static void letters_are_given_in_the_order_of_first_owners(void)
{
    Story story = story_open(3, 5000);
    story_owner(&story, 2, "0-99", 1);
    story_at(&story, 10);
    story_owner(&story, 0, "100-199", 2);
    story_at(&story, 20);
    story_owner(&story, 2, "", 1); /* it loses its slots and keeps its letter */
    story_owner(&story, 0, "0-199", 3);

    Model model = model_at(&story, 20);

    CU_ASSERT_EQUAL(model.shards.count, 2);
    CU_ASSERT_EQUAL(model.hosts.items[2].shard, 0);
    CU_ASSERT_EQUAL(model.hosts.items[0].shard, 1);
    CU_ASSERT_EQUAL(model.hosts.items[1].shard, SHARD_NONE);
    CU_ASSERT_EQUAL(model.owner_shard[0], 1);
    CU_ASSERT_EQUAL(model.shards.items[0].owner, HOST_NONE);
    CU_ASSERT_EQUAL(model.shards.items[0].slots, 0);
    model_deinit(&model);
    story_close(&story);
}

/* --- contests --- */

static void a_contest_needs_two_that_would_accept(void)
{
    static const struct {
        const char *row;
        bool state_fails, freezes, dies, is_replica, elsewhere;
        uint32_t want;
    } rows[] = {
        {"both accept", false, false, false, false, false, 5461},
        {"its state is fail", true, false, false, false, false, 0},
        {"it is frozen", false, true, false, false, false, 0},
        {"it is dead", false, false, true, false, false, 0},
        {"it is a replica", false, false, false, true, false, 0},
        {"it owns something else", false, false, false, false, true, 0},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Story story = three_shards();
        story_at(&story, 700);
        story_promoted(&story, 4, rows[i].elsewhere ? "" : "0-5460", 7);
        if (rows[i].state_fails) story_state(&story, 0, STATE_FAIL);
        if (rows[i].freezes) story_freeze(&story, 0);
        if (rows[i].dies) story_exit(&story, 0);
        if (rows[i].is_replica) story_flags(&story, 0, 0, FLAG_MYSELF | FLAG_REPLICA);
        story_at(&story, 900);

        Model model = model_at(&story, 900);

        CU_ASSERT_EQUAL(model.contest.count, rows[i].want);
        CU_ASSERT_EQUAL(model.contest.total, rows[i].want);
        if (rows[i].want) {
            CU_ASSERT_EQUAL(model.contest.a, 4);
            CU_ASSERT_EQUAL(model.contest.b, 0);
            CU_ASSERT_EQUAL(model.contest.epoch_a, 7);
            CU_ASSERT_EQUAL(model.contest.epoch_b, 1);
            CU_ASSERT_EQUAL(model.contest.first_slot, 0);
            CU_ASSERT_EQUAL(model.contest.since, 700 * SIM_MS);
            CU_ASSERT_EQUAL(model.owner_host[866], 4);
            CU_ASSERT_EQUAL(model.second_host[866], 0);
        }
        model_deinit(&model);
        story_close(&story);
    }
}

static void a_contest_lasts_since_it_began_without_interruption(void)
{
    Story story = three_shards();
    story_at(&story, 100);
    story_promoted(&story, 4, "0-5460", 7);
    story_at(&story, 200);
    story_state(&story, 0, STATE_FAIL);
    story_at(&story, 300);
    story_state(&story, 0, STATE_OK);
    story_at(&story, 400);
    story_promoted(&story, 5, "5461-10922", 8); /* one more pair: no new beginning */
    story_at(&story, 500);

    Model model = model_at(&story, 450);
    CU_ASSERT_EQUAL(model.contest.since, 300 * SIM_MS);
    CU_ASSERT_EQUAL(model.contest.count, 5461);
    CU_ASSERT_EQUAL(model.contest.total, 10923);
    model_seek(&model, 150 * SIM_MS);
    CU_ASSERT_EQUAL(model.contest.since, 100 * SIM_MS);
    model_seek(&model, 250 * SIM_MS);
    CU_ASSERT_EQUAL(model.contest.count, 0);
    model_deinit(&model);
    story_close(&story);
}

/* --- suspicions --- */

static void the_worst_that_running_others_believe_counts(void)
{
    Story story = three_shards();
    story_suspected(&story, 1, 0);
    story_suspected(&story, 2, 0);
    story_failed(&story, 5, 0);
    story_suspected(&story, 3, 1);
    story_exit(&story, 3); /* a dead process believes nothing */
    Model model = model_at(&story, 0);

    CU_ASSERT_EQUAL(model.hosts.items[0].worst_flag, FLAG_FAIL);
    CU_ASSERT_EQUAL(model.hosts.items[0].suspected_by, 2);
    CU_ASSERT_EQUAL(model.hosts.items[0].failed_by, 1);
    CU_ASSERT_EQUAL(model.hosts.items[1].worst_flag, 0);
    CU_ASSERT_EQUAL(model.states_ok, 5);
    CU_ASSERT_EQUAL(model.running, 5);
    model_deinit(&model);
    story_close(&story);
}

static void model_equal_sees_every_difference(void)
{
    Story story = three_shards();
    Model a = model_at(&story, 0), b = model_at(&story, 0);
    Text why = {0};
    CU_ASSERT_TRUE(model_equal(&a, &b, NULL));

    b.hosts.items[2].voted = true;
    CU_ASSERT_FALSE(model_equal(&a, &b, &why));
    CU_ASSERT_STRING_EQUAL(text_chars(&why), "host 2 differs");
    b.hosts.items[2].voted = false;
    b.contest.since = 1;
    CU_ASSERT_FALSE(model_equal(&a, &b, NULL));
    b.contest.since = 0;
    b.second_host[16383] = 1;
    CU_ASSERT_FALSE(model_equal(&a, &b, NULL));
    b.second_host[16383] = HOST_NONE;
    b.islands.items[0].write_stop = 1;
    CU_ASSERT_FALSE(model_equal(&a, &b, NULL));
    text_deinit(&why);
    model_deinit(&a);
    model_deinit(&b);
    story_close(&story);
}

void test_model_suite(void)
{
    CU_pSuite suite = CU_add_suite("model", NULL, NULL);
    CU_add_test(suite, "islands are who reach each other both ways",
                islands_are_who_reach_each_other_both_ways);
    CU_add_test(suite, "islands of random walls are those of the definition",
                islands_of_random_walls_are_those_of_the_definition);
    CU_add_test(suite, "islands follow a wall that is replaced",
                islands_follow_a_wall_that_is_replaced);
    CU_add_test(suite, "an island counts the voters that it believes in",
                an_island_counts_the_voters_that_it_believes_in);
    CU_add_test(suite, "factions do not depend on the order of news",
                factions_do_not_depend_on_the_order_of_news);
    CU_add_test(suite, "factions differ by owner, slots and epoch, and by nothing else",
                factions_differ_by_owner_slots_and_epoch_and_by_nothing_else);
    CU_add_test(suite, "a shard keeps its letter through a failover",
                a_shard_keeps_its_letter_through_a_failover);
    CU_add_test(suite, "letters are given in the order of first owners",
                letters_are_given_in_the_order_of_first_owners);
    CU_add_test(suite, "letters of the wiped are given again",
                letters_of_the_wiped_are_given_again);
    CU_add_test(suite, "a contest needs two that would accept",
                a_contest_needs_two_that_would_accept);
    CU_add_test(suite, "a contest lasts since it began without interruption",
                a_contest_lasts_since_it_began_without_interruption);
    CU_add_test(suite, "the worst that running others believe counts",
                the_worst_that_running_others_believe_counts);
    CU_add_test(suite, "model_equal sees every difference", model_equal_sees_every_difference);
}
