/* test_sample.c -- random draws from the table of records (protocol.md §3.5, §3.6 step 3, §17.1).
 */
#include "tests/unit/bus_pump.h"

#include "sim/cluster/handshake.h"
#include "sim/cluster/peers.h"
#include "sim/cluster/sample.h"

#include <CUnit/CUnit.h>

void test_sample_suite(void);

#define TIMEOUT_MS 2000

/* §3.5: a record is drawn as often as its bucket, divided by how many share it. 37 records stand in
 * 64 buckets, so most are alone and some are not. */
static void sample_draws_a_record_that_shares_its_bucket_less_often(void)
{
    Pump *pump = pump_create(5, 37, TIMEOUT_MS);
    Node *node = pump_acquaint(pump, 0);
    NodeEnv env = pump_env(pump, 0);
    uint32_t seen[PUMP_NODES_MAX] = {0}, length[PUMP_NODES_MAX] = {0}, filled = 0, shared = 0;
    EXPECT_EQ("buckets", node->bucket_count, 64);
    for (uint32_t i = 0; i < node->bucket_count; i++) {
        uint32_t count = 0;
        for (uint32_t at = node->buckets[i]; at != SAMPLE_NONE; at = node->chain[at]) count++;
        for (uint32_t at = node->buckets[i]; at != SAMPLE_NONE; at = node->chain[at])
            length[at] = count;
        filled += count > 0;
        shared += count > 1;
    }
    Draws draws = {.rng = env.rng};

    for (uint32_t k = 0; k < 1000 * filled; k++) seen[sample_record(node, &draws)]++;

    CU_ASSERT(shared > 0 && filled > 20);
    for (uint32_t i = 0; i < 37; i++) {
        uint32_t times = seen[i] * length[i]; /* 1000 for each bucket */
        CU_ASSERT(times > 830 && times < 1170);
    }
    pump_destroy(pump);
}

/* The table of buckets follows every change of the table of records. */
static void sample_draws_only_records_that_exist(void)
{
    Pump *pump = pump_create(6, 20, TIMEOUT_MS);
    Node *node = pump_acquaint(pump, 0);
    NodeEnv env = pump_env(pump, 0);

    for (NodeId i = 3; i < 9; i++) peer_remove(node, i, &env);
    handshake_start(node, 40, FLAG_HANDSHAKE | FLAG_MEET, &env);
    sample_check(node);
    peer_rename_handshake(node, PEER_HANDSHAKE, 5, FLAG_PRIMARY, &env);
    sample_check(node);

    Draws draws = {.rng = env.rng};
    uint32_t seen[PUMP_NODES_MAX] = {0};
    for (uint32_t k = 0; k < 5000; k++) seen[node->known.items[sample_record(node, &draws)]]++;
    for (NodeId i = 0; i < 20; i++) EXPECT_EQ("drawn", seen[i] > 0, peer_known(node, i));
    pump_clear(pump);
    pump_destroy(pump);
}

void test_sample_suite(void)
{
    CU_pSuite suite = CU_add_suite("sample", NULL, NULL);
    CU_add_test(suite, "sample draws a record that shares its bucket less often",
                sample_draws_a_record_that_shares_its_bucket_less_often);
    CU_add_test(suite, "sample draws only records that exist",
                sample_draws_only_records_that_exist);
}
