/* test_stage_draw.c -- what the stage shows of a model: shapes, flags, words, and that no word
 * covers a node or another word. */
#include "tests/viz/draw_expect.h"
#include "tests/viz/stage_bench.h"
#include "viz/ui/rect.h"

#include <CUnit/CUnit.h>

#include <stdio.h>
#include <string.h>

void test_stage_draw_suite(void);

static const Rect full = {0, 56, 1048, 680}, small = {0, 48, 848, 480}, low = {0, 48, 565, 260};

/* A cluster of 3 + 3 that knows itself. */
static void three_shards(StageBench *bench, uint32_t zones, Rect rect)
{
    stage_bench_init(bench, 6, zones, rect);
    stage_bench_create(bench, 3);
    stage_bench_meet(bench);
}

static void election(StageBench *bench)
{
    Model *model = &bench->model;
    stage_bench_kill(bench, 0);
    model->hosts.items[0].worst_flag = FLAG_FAIL;
    model->hosts.items[0].failed_by = 5;
    model->election = (ElectionModel){.active = true, .candidate = 4, .epoch = 7, .needed = 2};
    model->election.given = 1;
    model->hosts.items[1].voted = true;
    model->hosts.items[1].voted_for = 4;
    model->hosts.items[4].deadline = DEADLINE_VOTES;
    model->hosts.items[4].deadline_from = model->time;
    model->hosts.items[4].deadline_at = model->time + 10 * SIM_SEC;
    FlightState ask = {.msg = 1, .from = 4, .to = 2, .kind = MSG_AUTH_REQUEST, .rare = true};
    ask.sent = model->time - SIM_MS;
    ask.due = model->time + SIM_MS;
    FlightState vote = ask;
    vote = (FlightState){.msg = 2, .from = 1, .to = 4, .kind = MSG_AUTH_ACK, .rare = true};
    vote.sent = ask.sent;
    vote.due = ask.due;
    array_push(NULL, &model->state.flights, ask);
    array_push(NULL, &model->state.flights, vote);
}

/* ---- words ---- */

typedef struct Words {
    Rect rect;
    const char *chars;
} Words;

/* The box of a text item: capitals above the baseline, a little below. */
static Words words_of(const StageBench *bench, const DrawItem *item)
{
    const char *chars = bench->list.chars.items + item->first;
    float width = text_width(&bench->metrics, item->face, item->size, chars);
    float x = item->rect.x;
    if (item->align == ALIGN_CENTER) x -= width / 2;
    if (item->align == ALIGN_RIGHT) x -= width;
    return (Words){{x, item->rect.y - 0.72f * item->size, width, 0.85f * item->size}, chars};
}

static bool meet(Rect a, Rect b)
{
    return a.x < rect_right(b) && b.x < rect_right(a) && a.y < rect_bottom(b) &&
           b.y < rect_bottom(a);
}

/* The square inside a node's share ring. */
static Rect square_of(const HostPlace *place)
{
    float reach = place->radius * 0.95f;
    return (Rect){place->at.x - reach, place->at.y - reach, 2 * reach, 2 * reach};
}

/* Does it belong to a node (name, epoch, badge)? */
static bool is_of_node(const StageBench *bench, Rect rect)
{
    for (uint32_t i = 0; i < bench->plan.places.count; i++) {
        HostPlace place = bench->plan.places.items[i];
        place.radius *= 1.5f;
        if (rect_contains(square_of(&place), rect_center(rect))) return true;
    }
    return false;
}

/* How many words leave the stage, cover a node they do not belong to, or each other. */
static uint32_t bad_words(const StageBench *bench, const char *row)
{
    uint32_t bad = 0;
    for (uint32_t i = 0; i < bench->list.items.count; i++) {
        if (bench->list.items.items[i].kind != DRAW_TEXT) continue;
        Words a = words_of(bench, &bench->list.items.items[i]);
        bool is_node = is_of_node(bench, a.rect);
        bool is_bad = a.rect.x < bench->rect.x || rect_right(a.rect) > rect_right(bench->rect) ||
                      a.rect.y < bench->rect.y || rect_bottom(a.rect) > rect_bottom(bench->rect);
        for (uint32_t k = 0; k < bench->plan.places.count && !is_node; k++)
            is_bad = is_bad || meet(a.rect, square_of(&bench->plan.places.items[k]));
        for (uint32_t k = i + 1; k < bench->list.items.count; k++) {
            if (bench->list.items.items[k].kind != DRAW_TEXT) continue;
            Words b = words_of(bench, &bench->list.items.items[k]);
            is_bad = is_bad || meet(a.rect, b.rect);
        }
        if (is_bad)
            printf("\n  %s: \"%s\" at %.0f %.0f", row, a.chars, (double)a.rect.x, (double)a.rect.y);
        bad += is_bad;
    }
    return bad;
}

/* Without tokens under way, whose letters may pass over anything. */
static void words_cover_no_node_and_no_other_words(void)
{
    static const Rect *const stages[] = {&full, &small, &low};
    static const HostId island[] = {0, 3};
    for (size_t i = 0; i < ARRAY_LENGTH(stages); i++) {
        for (uint32_t story = 0; story < 5; story++) {
            StageBench bench;
            char row[40];
            three_shards(&bench, story == 4 ? 2 : 0, *stages[i]);
            if (story == 1) election(&bench);
            if (story == 2) stage_bench_kill(&bench, 2);
            if (story >= 3) stage_bench_cut(&bench, island, ARRAY_LENGTH(island));
            array_clear(&bench.model.state.flights);
            snprintf(row, sizeof(row), "story %u, stage %.0f", story, (double)bench.rect.w);

            stage_bench_draw(&bench);

            CU_ASSERT_EQUAL(bad_words(&bench, row), 0);
            stage_bench_deinit(&bench);
        }
    }
}

static bool shows(const StageBench *bench, const char *words)
{
    char quoted[120];
    snprintf(quoted, sizeof(quoted), "\"%s\"", words);
    bool found = draw_occurs(&bench->list, quoted) > 0;
    if (!found) printf("\n  missing: %s", words);
    return found;
}

static void quiet_cluster_says_so(void)
{
    StageBench bench;
    three_shards(&bench, 0, full);

    stage_bench_draw(&bench);

    CU_ASSERT(shows(&bench, "All six agree"));
    CU_ASSERT(shows(&bench, "n1"));
    CU_ASSERT(shows(&bench, "e3"));
    CU_ASSERT_EQUAL(draw_occurs(&bench.list, "\"P?\""), 0);
    CU_ASSERT_EQUAL(draw_occurs(&bench.list, "C84E00"), 0); /* danger is only for danger */
    stage_bench_deinit(&bench);
}

static void election_shows_votes_letters_and_what_each_node_does(void)
{
    StageBench bench;
    three_shards(&bench, 0, full);
    election(&bench);

    stage_bench_draw(&bench);

    CU_ASSERT(shows(&bench, "Epoch 7 election"));
    CU_ASSERT(shows(&bench, "n5 asks for votes to replace n1"));
    CU_ASSERT(shows(&bench, "candidate"));
    CU_ASSERT(shows(&bench, "voted for n5"));
    CU_ASSERT(shows(&bench, "has not voted"));
    CU_ASSERT(shows(&bench, "dead 2.0 s"));
    CU_ASSERT(shows(&bench, "F! at all 5 others"));
    CU_ASSERT(shows(&bench, "F!"));
    CU_ASSERT(shows(&bench, "R"));
    CU_ASSERT(shows(&bench, "AUTH_REQUEST asks"));
    stage_bench_deinit(&bench);
}

static void unnoticed_death_is_told_as_such(void)
{
    StageBench bench;
    three_shards(&bench, 0, full);
    stage_bench_kill(&bench, 0);

    stage_bench_draw(&bench);

    CU_ASSERT(shows(&bench, "n1 is silent 2.0 s"));
    CU_ASSERT(shows(&bench, "nobody has noticed"));
    stage_bench_deinit(&bench);
}

static void lonely_nodes_know_only_themselves(void)
{
    StageBench bench;
    stage_bench_init(&bench, 6, 0, full);
    for (HostId i = 0; i < 6; i++) {
        Belief *belief = state_need_belief(&bench.model.state, i, i);
        *belief = belief_blank();
        belief->known = true;
    }

    stage_bench_draw(&bench);

    CU_ASSERT(shows(&bench, "Six lonely nodes"));
    CU_ASSERT_EQUAL(draw_occurs(&bench.list, "\"knows only itself\""), 6);
    CU_ASSERT_EQUAL(draw_lines(&bench.list, "curve"), 0); /* no link between them */
    stage_bench_deinit(&bench);
}

/* view.md §4: islands with a hatched strait when zones are cut off. */
static void cut_zone_becomes_an_island_behind_a_strait(void)
{
    static const HostId island[] = {1, 3, 5};
    StageBench bench;
    three_shards(&bench, 2, full);
    stage_bench_draw(&bench);
    CU_ASSERT_EQUAL(draw_occurs(&bench.list, "hatch"), 0);
    stage_bench_cut(&bench, island, ARRAY_LENGTH(island));

    stage_bench_draw(&bench);

    CU_ASSERT(shows(&bench, "Island 1"));
    CU_ASSERT(shows(&bench, "Island 2"));
    CU_ASSERT(draw_occurs(&bench.list, "hatch") > 0);
    stage_bench_deinit(&bench);
}

static void split_brain_has_a_banner(void)
{
    StageBench bench;
    three_shards(&bench, 0, full);
    Contest contest = {.a = 4, .b = 0, .epoch_a = 7, .epoch_b = 1, .first_slot = 866};
    contest.count = contest.total = 5461;
    contest.since = bench.model.time - 700 * SIM_MS;
    bench.model.contest = contest;

    stage_bench_draw(&bench);

    CU_ASSERT(shows(&bench, "Split-brain"));
    CU_ASSERT(shows(&bench, "slot 866 and 5460 more: n1 (epoch 1) and n5 (epoch 7) both writable"));
    CU_ASSERT(shows(&bench, "0.7 s"));
    stage_bench_deinit(&bench);
}

/* As seen by one node: what it does not know is a ghost, and truth is not told. */
static void belief_shows_what_one_node_knows(void)
{
    StageBench bench;
    three_shards(&bench, 0, full);
    stage_bench_kill(&bench, 0);
    bench.ui.lens = LENS_NODE;
    bench.ui.selected = 1;
    state_need_belief(&bench.model.state, 1, 5)->known = false;
    state_need_belief(&bench.model.state, 1, 2)->flags = FLAG_PRIMARY | FLAG_PFAIL;

    stage_bench_draw(&bench);

    CU_ASSERT(shows(&bench, "What n2 believes"));
    CU_ASSERT(shows(&bench, "n2 has never heard of it"));
    CU_ASSERT(shows(&bench, "silent to n2"));
    CU_ASSERT_EQUAL(draw_occurs(&bench.list, "dead"), 0);
    CU_ASSERT_EQUAL(draw_occurs(&bench.list, "nobody has noticed"), 0);
    stage_bench_deinit(&bench);
}

/* The same picture twice, and in every theme and size without a complaint. */
static void drawing_is_a_function_of_model_and_ui(void)
{
    static const uint32_t sizes[] = {1, 6, 12, 60, 300};
    for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++) {
        StageBench bench;
        Text first = {0};
        stage_bench_init(&bench, sizes[i], 3, small);
        stage_bench_create(&bench, sizes[i] >= 3 ? sizes[i] / 3 : 1);
        stage_bench_draw(&bench);
        draw_dump(&bench.list, &first);
        for (int theme = 0; theme < THEME_COUNT; theme++) {
            bench.ui.theme = (ThemeName)theme;
            stage_bench_draw(&bench);
            CU_ASSERT(bench.list.items.count > sizes[i]);
        }
        bench.ui.theme = THEME_DARK;

        stage_bench_draw(&bench);

        CU_ASSERT(draw_is("again", &bench.list, text_chars(&first)));
        text_deinit(&first);
        stage_bench_deinit(&bench);
    }
}

/* tokens §6, to the letter: one primary with all slots, on the ring. */
static void primary_is_drawn_as_the_tokens_say(void)
{
    StageBench bench;
    stage_bench_init(&bench, 1, 0, (Rect){0, 0, 600, 444});
    stage_bench_create(&bench, 1);
    stage_bench_meet(&bench);

    stage_bench_draw(&bench);

    CU_ASSERT(draw_is("one primary", &bench.list,
                      "rect 0 0 600 444 fill 0D1014FF\n"
                      "clip 0 0 600 444\n"
                      "disc 308 204 57 fill 0D1014FF\n"
                      "disc 308 204 49 line 2A313AFF 4\n"
                      "arc 308 204 49 from 0 360 line 0072B2FF 4\n"
                      "rect 276.8 172.8 62.4 62.4 radius 11.2 fill 0072B2FF\n"
                      "text 308 205.6 center sans-bold 18 FFFFFFFF \"n1\"\n"
                      "text 308 220.9 center mono-medium 12 FFFFFFFF \"e1\"\n"
                      "text 24 34 left sans-semibold 16 ECEFF3FF \"One node serves alone\"\n"
                      "text 24 56 left sans 13 7D8794FF "
                      "\"1 primary and 0 replicas, every slot is served\"\n"
                      "unclip\n"));
    stage_bench_deinit(&bench);
}

void test_stage_draw_suite(void)
{
    CU_pSuite suite = CU_add_suite("stage draw", NULL, NULL);
    CU_add_test(suite, "a primary is drawn as the tokens say", primary_is_drawn_as_the_tokens_say);
    CU_add_test(suite, "words cover no node and no other words",
                words_cover_no_node_and_no_other_words);
    CU_add_test(suite, "a quiet cluster says so", quiet_cluster_says_so);
    CU_add_test(suite, "an election shows votes, letters and what each node does",
                election_shows_votes_letters_and_what_each_node_does);
    CU_add_test(suite, "an unnoticed death is told as such", unnoticed_death_is_told_as_such);
    CU_add_test(suite, "lonely nodes know only themselves", lonely_nodes_know_only_themselves);
    CU_add_test(suite, "a cut zone becomes an island behind a strait",
                cut_zone_becomes_an_island_behind_a_strait);
    CU_add_test(suite, "a split brain has a banner", split_brain_has_a_banner);
    CU_add_test(suite, "a belief shows what one node knows", belief_shows_what_one_node_knows);
    CU_add_test(suite, "drawing is a function of model and ui",
                drawing_is_a_function_of_model_and_ui);
}
