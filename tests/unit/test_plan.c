/* test_plan.c -- protocol.md §9.11: slot ranges, placement of replicas, anti-affinity. */
#include "sim/plan/plan.h"

#include <CUnit/CUnit.h>

#include <string.h>

void test_plan_suite(void);

/* §9.11's table of the last slot of each primary. */
static void plan_gives_the_slot_ranges_of_redis_cli(void)
{
    static const struct {
        uint32_t primaries;
        uint16_t last[10];
    } rows[] = {
        {3, {5460, 10922, 16383}},
        {4, {4095, 8191, 12287, 16383}},
        {5, {3276, 6553, 9829, 13106, 16383}},
        {6, {2730, 5460, 8191, 10922, 13652, 16383}},
        {7, {2340, 4680, 7021, 9361, 11702, 14042, 16383}},
        {8, {2047, 4095, 6143, 8191, 10239, 12287, 14335, 16383}},
        {9, {1819, 3640, 5460, 7281, 9101, 10922, 12742, 14563, 16383}},
        {10, {1637, 3276, 4914, 6553, 8191, 9829, 11468, 13106, 14745, 16383}},
    };
    Rng rng = rng_derive(1, "test", 0);
    for (size_t row = 0; row < ARRAY_LENGTH(rows); row++) {
        CreateNode nodes[10];
        memset(nodes, 0, sizeof(nodes));
        for (uint32_t i = 0; i < rows[row].primaries; i++) nodes[i].ip = 1 + i;
        CU_ASSERT_TRUE(plan_create(nodes, rows[row].primaries, 0, &rng, NULL));
        for (uint32_t i = 0; i < rows[row].primaries; i++) {
            CU_ASSERT_EQUAL(nodes[i].last_slot, rows[row].last[i]);
            CU_ASSERT_EQUAL(nodes[i].first_slot, i == 0 ? 0 : rows[row].last[i - 1] + 1);
            CU_ASSERT_EQUAL(nodes[i].epoch, i + 1);
        }
    }
}

/* §9.11 step 4: the remaining nodes are rotated by one. */
static void plan_rotates_the_replicas_by_one(void)
{
    CreateNode nodes[6];
    Rng rng = rng_derive(1, "test", 0);
    memset(nodes, 0, sizeof(nodes));
    for (uint32_t i = 0; i < 6; i++) nodes[i].ip = 1 + i;

    CU_ASSERT_TRUE(plan_create(nodes, 6, 1, &rng, NULL));

    CU_ASSERT_EQUAL(nodes[4].primary, 0);
    CU_ASSERT_EQUAL(nodes[5].primary, 1);
    CU_ASSERT_EQUAL(nodes[3].primary, 2);
}

/* §9.11 step 5: with two nodes on each of three hosts no replica stays with its primary, for any
 * seed. */
static void plan_keeps_replicas_off_their_primarys_host(void)
{
    for (uint64_t seed = 0; seed < 50; seed++) {
        CreateNode nodes[9];
        Rng rng = rng_derive(seed, "test", 0);
        memset(nodes, 0, sizeof(nodes));
        for (uint32_t i = 0; i < 9; i++) nodes[i].ip = 1 + i / 3;
        CU_ASSERT_TRUE(plan_create(nodes, 9, 2, &rng, NULL));
        for (uint32_t i = 0; i < 9; i++) {
            if (!nodes[i].is_primary) CU_ASSERT_NOT_EQUAL(nodes[i].ip, nodes[nodes[i].primary].ip);
        }
    }
}

static void plan_refuses_fewer_than_three_primaries(void)
{
    CreateNode nodes[5];
    Error err = {{0}};
    Rng rng = rng_derive(1, "test", 0);
    memset(nodes, 0, sizeof(nodes));

    CU_ASSERT_FALSE(plan_create(nodes, 5, 1, &rng, &err));
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "requires at least 3 master nodes"));
}

void test_plan_suite(void)
{
    CU_pSuite suite = CU_add_suite("plan", NULL, NULL);
    CU_add_test(suite, "gives the slot ranges of redis-cli",
                plan_gives_the_slot_ranges_of_redis_cli);
    CU_add_test(suite, "rotates the replicas by one", plan_rotates_the_replicas_by_one);
    CU_add_test(suite, "keeps replicas off their primary's host",
                plan_keeps_replicas_off_their_primarys_host);
    CU_add_test(suite, "refuses fewer than three primaries",
                plan_refuses_fewer_than_three_primaries);
}
