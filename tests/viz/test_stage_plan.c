/* test_stage_plan.c -- where nodes stand: apart, inside, and always at the same place. */
#include "tests/viz/stage_bench.h"

#include <CUnit/CUnit.h>

#include <math.h>
#include <stdio.h>

void test_stage_plan_suite(void);

/* The stage of a full window, of a small one, and of a projector (view tokens §5). */
static const Rect full = {0, 56, 1048, 680}, small = {0, 48, 848, 480}, low = {0, 48, 565, 260};
static const Rect *const stages[] = {&full, &small, &low};

static float distance(Point a, Point b)
{
    return sqrtf((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y));
}

static bool is_inside(Rect rect, const HostPlace *place)
{
    float r = place->radius;
    return place->at.x - r >= rect.x && place->at.y - r >= rect.y &&
           place->at.x + r <= rect.x + rect.w && place->at.y + r <= rect.y + rect.h;
}

/* Says what is wrong with a plan, NULL when nothing is. */
static const char *fault_of(const StageBench *bench)
{
    const StagePlan *plan = &bench->plan;
    if (plan->places.count != bench->model.hosts.count) return "not everybody has a place";
    for (uint32_t a = 0; a < plan->places.count; a++) {
        const HostPlace *place = &plan->places.items[a];
        if (place->radius < 3) return "too small to be seen";
        if (!is_inside(bench->rect, place)) return "outside the stage";
        if (stage_host_at(plan, place->at) != a) return "the mouse finds another one";
        for (uint32_t b = a + 1; b < plan->places.count; b++) {
            const HostPlace *other = &plan->places.items[b];
            float room = place->radius + other->radius;
            if (plan->form != 0) room *= 0.97f; /* tiles: the corners of squares are round */
            if (distance(place->at, other->at) < room) return "two overlap";
        }
    }
    return NULL;
}

/* Plans one cluster on every stage; returns how many plans are bad. */
static uint32_t bad_plans(uint32_t hosts, uint32_t zones, uint32_t depth)
{
    StageBench bench;
    uint32_t bad = 0;
    stage_bench_init(&bench, hosts, zones, full);
    if (depth > 0 && hosts % depth == 0) stage_bench_create(&bench, hosts / depth);
    for (size_t i = 0; i < ARRAY_LENGTH(stages); i++) {
        bench.rect = *stages[i];

        stage_bench_plan(&bench);

        const char *fault = fault_of(&bench);
        if (fault == NULL) continue;
        printf("\n  %u nodes, %u zones, members %u, stage %.0f x %.0f: %s", hosts, zones, depth,
               (double)bench.rect.w, (double)bench.rect.h, fault);
        bad++;
    }
    stage_bench_deinit(&bench);
    return bad;
}

/* tokens §6: three forms by number of nodes, at any stage, with or without zones and shards. */
static void plans_keep_nodes_apart_and_inside(void)
{
    static const uint32_t sizes[] = {1, 2, 3, 4, 5, 6, 7, 9, 10, 12, 13, 30, 60, 90, 120, 121, 300};
    static const uint32_t zones[] = {0, 1, 2, 3, 5, 20};
    uint32_t bad = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++) {
        for (size_t z = 0; z < ARRAY_LENGTH(zones); z++) {
            for (uint32_t depth = 0; depth < 4; depth++)
                bad += bad_plans(sizes[i], zones[z], depth);
        }
    }
    bad +=
        bad_plans(600, 0, 3) + bad_plans(600, 3, 3) + bad_plans(1000, 0, 1) + bad_plans(1000, 3, 2);
    CU_ASSERT_EQUAL(bad, 0);
}

static void form_follows_the_number_of_nodes(void)
{
    static const struct {
        uint32_t hosts;
        int form;
    } rows[] = {{1, 0}, {12, 0}, {13, 1}, {120, 1}, {121, 2}, {1000, 2}};
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        StageBench bench;
        stage_bench_init(&bench, rows[i].hosts, 3, full);
        stage_bench_plan(&bench);
        CU_ASSERT_EQUAL(bench.plan.form, rows[i].form);
        stage_bench_deinit(&bench);
    }
}

static float largest_move(const StageBench *a, const StageBench *b)
{
    float most = 0;
    for (uint32_t i = 0; i < a->plan.places.count; i++) {
        float moved = distance(a->plan.places.items[i].at, b->plan.places.items[i].at);
        if (moved > most) most = moved;
    }
    return most;
}

/* A cluster of 3 + 3 (or 20 x 3 in three zones, ...) is created where its nodes stood before. */
static void creating_a_cluster_moves_nobody(void)
{
    static const struct {
        uint32_t hosts, shards, zones;
    } rows[] = {{6, 3, 0},   {3, 3, 0},   {12, 6, 0},   {9, 3, 3},
                {60, 20, 3}, {60, 30, 0}, {300, 100, 3}};
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        StageBench before, after;
        stage_bench_init(&before, rows[i].hosts, rows[i].zones, full);
        stage_bench_init(&after, rows[i].hosts, rows[i].zones, full);
        stage_bench_create(&after, rows[i].shards);

        stage_bench_plan(&before);
        stage_bench_plan(&after);

        CU_ASSERT(largest_move(&before, &after) < 0.01f);
        stage_bench_deinit(&before);
        stage_bench_deinit(&after);
    }
}

/* A failover swaps shapes in place: the heir stays outside, the founder keeps its seat. */
static void failover_moves_nobody(void)
{
    StageBench before, after;
    stage_bench_init(&before, 6, 0, full);
    stage_bench_create(&before, 3);
    stage_bench_init(&after, 6, 0, full);
    stage_bench_create(&after, 3);
    stage_bench_kill(&after, 0);
    after.model.hosts.items[4].is_primary = true;
    after.model.hosts.items[4].slot_count = 5461;
    after.model.shards.items[0].owner = 4;
    after.model.time += 60 * SIM_SEC;

    stage_bench_plan(&before);
    stage_bench_plan(&after);

    CU_ASSERT(largest_move(&before, &after) < 0.01f);
    stage_bench_deinit(&before);
    stage_bench_deinit(&after);
}

/* view.md §4: islands drift up to 40 px, and stay apart and inside. */
static void cut_moves_nobody_by_more_than_40_px(void)
{
    static const uint32_t sizes[] = {6, 9, 12, 60, 300};
    for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++) {
        for (uint32_t zones = 0; zones <= 3; zones += 3) {
            StageBench before, after;
            HostId island[100];
            uint32_t count = 0;
            for (uint32_t host = 2; host < sizes[i]; host += 3) island[count++] = (HostId)host;
            stage_bench_init(&before, sizes[i], zones, full);
            stage_bench_init(&after, sizes[i], zones, full);
            stage_bench_create(&before, sizes[i] / 3);
            stage_bench_create(&after, sizes[i] / 3);
            stage_bench_cut(&after, island, count);

            stage_bench_plan(&before);
            stage_bench_plan(&after);

            float moved = largest_move(&before, &after);
            CU_ASSERT(moved <= 40.01f);
            const char *fault = fault_of(&after);
            if (fault != NULL || moved > 40.01f)
                printf("\n  %u nodes, %u zones: moved %.1f, %s", sizes[i], zones, (double)moved,
                       fault ? fault : "apart");
            CU_ASSERT_PTR_NULL(fault);
            stage_bench_deinit(&before);
            stage_bench_deinit(&after);
        }
    }
}

static void mouse_finds_the_nearest_node_or_none(void)
{
    StageBench bench;
    stage_bench_init(&bench, 6, 0, full);
    stage_bench_plan(&bench);
    const HostPlace *place = &bench.plan.places.items[2];
    Point edge = {place->at.x + place->radius - 1, place->at.y};
    Point outside = {place->at.x + place->radius + 10, place->at.y};

    CU_ASSERT_EQUAL(stage_host_at(&bench.plan, edge), 2);
    CU_ASSERT_EQUAL(stage_host_at(&bench.plan, outside), HOST_NONE);
    CU_ASSERT_EQUAL(stage_host_at(&bench.plan, (Point){-50, -50}), HOST_NONE);
    stage_bench_deinit(&bench);
}

void test_stage_plan_suite(void)
{
    CU_pSuite suite = CU_add_suite("stage plan", NULL, NULL);
    CU_add_test(suite, "plans keep nodes apart and inside", plans_keep_nodes_apart_and_inside);
    CU_add_test(suite, "form follows the number of nodes", form_follows_the_number_of_nodes);
    CU_add_test(suite, "creating a cluster moves nobody", creating_a_cluster_moves_nobody);
    CU_add_test(suite, "a failover moves nobody", failover_moves_nobody);
    CU_add_test(suite, "a cut moves nobody by more than 40 px",
                cut_moves_nobody_by_more_than_40_px);
    CU_add_test(suite, "the mouse finds the nearest node or none",
                mouse_finds_the_nearest_node_or_none);
}
