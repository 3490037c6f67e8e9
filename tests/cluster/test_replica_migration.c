/* test_replica_migration.c -- who moves to a primary without replicas, when, and who does not
 * (protocol.md §8). Hosts 0..2 are primaries; 3 and 6, 4 and 7, 5 and 8 their replicas. */
#include "tests/fixture/watch.h"

#include <CUnit/CUnit.h>

#include <stdio.h>
#include <string.h>

void test_replica_migration_suite(void);

#define T         (2 * SIM_SEC)
#define TICK_LATE (105 * SIM_MS)

static Fixture open_with(const FixtureConfig *config)
{
    Fixture fixture = fixture_open(config);
    CU_ASSERT_TRUE_FATAL(fixture_create(&fixture, 60 * SIM_SEC));
    fixture_run(&fixture, 3 * SIM_SEC + config->sim.seed * 37 * SIM_MS);
    return fixture;
}

/* When the last process has learned that `host` is FAIL. */
static SimTime failed_everywhere(Fixture *fixture, uint64_t mark, HostId host)
{
    NodeId node = sim_host_node(fixture->sim, host);
    SimTime last = 0;
    TraceRecord record;
    for (uint64_t seq = mark + 1; seq <= watch_mark(fixture); seq++) {
        trace_get(sim_trace(fixture->sim), seq, &record);
        bool told = record.type == TRACE_FAIL_HEARD && record.u.FAIL_HEARD.peer == node;
        if (told || (record.type == TRACE_FAILED && record.u.FAILED.peer == node))
            last = record.time;
    }
    return last;
}

/* The replica of `among` hosts (bits) with the smallest ID. */
static HostId smallest(const Fixture *fixture, uint32_t among)
{
    HostId best = HOST_NONE;
    char best_id[NODE_ID_SIZE + 1] = "";
    for (HostId host = 0; host < fixture->hosts; host++) {
        if (!(among >> host & 1)) continue;
        const char *id = sim_node_id(fixture->sim, sim_host_node(fixture->sim, host));
        if (best != HOST_NONE && strcmp(id, best_id) > 0) continue;
        best = host;
        memcpy(best_id, id, sizeof(best_id));
    }
    return best;
}

#define REPLICAS_OF_OTHERS (1u << 4 | 1u << 5 | 1u << 7 | 1u << 8)

/* §8.3: more than 5 s after the candidate's own tick has seen the orphan, in one of its ticks. */
static void the_smallest_id_moves_after_five_seconds(void)
{
    for (uint64_t seed = 1; seed <= 20; seed++) {
        FixtureConfig config = fixture_config(seed, 3, 2, (uint32_t)(T / SIM_MS));
        Fixture fixture = open_with(&config);
        HostId mover = smallest(&fixture, REPLICAS_OF_OTHERS);
        uint64_t mark = watch_mark(&fixture);
        fixture_kill(&fixture, 3, false);
        fixture_run(&fixture, 3 * T);
        CU_ASSERT_EQUAL(watch_count(&fixture, mark, TRACE_ROLE_CHANGED, HOST_NONE), 0);
        fixture_kill(&fixture, 6, false);
        SimTime moved = watch_until(&fixture, mark, TRACE_ROLE_CHANGED, HOST_NONE, 20 * SIM_SEC);
        SimTime failed = failed_everywhere(&fixture, mark, 6);

        TraceRecord record;
        watch_first(&fixture, mark, TRACE_ROLE_CHANGED, HOST_NONE, &record);
        CU_ASSERT_EQUAL(record.host, mover);
        CU_ASSERT_EQUAL(record.u.ROLE_CHANGED.reason, ROLE_MIGRATION);
        CU_ASSERT_TRUE(moved > failed + 5 * SIM_SEC &&
                       moved <= failed + 5 * SIM_SEC + 2 * TICK_LATE);
        fixture_run(&fixture, 2 * SIM_SEC);
        CU_ASSERT_EQUAL(watch_primary_of(&fixture, mover), 0);
        CU_ASSERT_EQUAL(sim_self(fixture.sim, mover)->repl, REPL_CONNECTED);
        watch_first(&fixture, mark, TRACE_REPL_SYNCED, mover, &record);
        CU_ASSERT_TRUE(record.u.REPL_SYNCED.full);
        CU_ASSERT_EQUAL(watch_count(&fixture, mark, TRACE_ROLE_CHANGED, HOST_NONE), 1);
        fixture_close(&fixture);
    }
}

/* Who moved saves the shard: its primary dies, and it is elected (I redis: 07-replica-migration).
 */
static void who_has_moved_can_be_elected(void)
{
    for (uint64_t seed = 1; seed <= 5; seed++) {
        FixtureConfig config = fixture_config(seed, 3, 2, (uint32_t)(T / SIM_MS));
        Fixture fixture = open_with(&config);
        CU_ASSERT_STRING_EQUAL(fixture_call(&fixture, 0, "SET hello 1"), "+OK");
        HostId mover = smallest(&fixture, REPLICAS_OF_OTHERS);
        fixture_kill(&fixture, 3, false);
        fixture_kill(&fixture, 6, false);
        fixture_run(&fixture, 15 * SIM_SEC);
        CU_ASSERT_EQUAL_FATAL(watch_primary_of(&fixture, mover), 0);
        uint64_t mark = watch_mark(&fixture);
        fixture_kill(&fixture, 0, false);
        CU_ASSERT_NOT_EQUAL(watch_until(&fixture, mark, TRACE_ELECTION_WON, mover, 20 * SIM_SEC),
                            0);
        fixture_run(&fixture, SIM_SEC);
        CU_ASSERT_STRING_EQUAL(fixture_call(&fixture, mover, "GET hello"), "$1");
        fixture_close(&fixture);
    }
}

/* §8.1 and §8.3 step 2: the switch, the barrier, and primaries with one replica each. */
static void nobody_moves_without_need_or_leave(void)
{
    static const struct {
        const char *row;
        uint32_t replicas, barrier;
        bool allow;
    } rows[] = {
        {"switched off", 2, 1, false},
        {"a barrier of two", 2, 2, true},
        {"one replica each", 1, 1, true},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        FixtureConfig config = fixture_config(i + 1, 3, rows[i].replicas, (uint32_t)(T / SIM_MS));
        config.node.migration_barrier = rows[i].barrier;
        config.node.allow_replica_migration = rows[i].allow;
        Fixture fixture = open_with(&config);
        uint64_t mark = watch_mark(&fixture);
        fixture_kill(&fixture, 3, false);
        if (rows[i].replicas == 2) fixture_kill(&fixture, 6, false);
        fixture_run(&fixture, 30 * SIM_SEC);
        uint32_t moved = watch_count(&fixture, mark, TRACE_ROLE_CHANGED, HOST_NONE);
        if (moved > 0) printf("\n    %s: %u moved\n", rows[i].row, moved);
        CU_ASSERT_EQUAL(moved, 0);
        fixture_close(&fixture);
    }
}

/* §8.2: a primary that never had a replica is no orphan (I redis #3043). */
static void a_primary_that_never_had_one_gets_none(void)
{
    FixtureConfig config = fixture_config(3, 4, 0, (uint32_t)(T / SIM_MS));
    Fixture fixture = fixture_open(&config);
    for (HostId host = 0; host < 2; host++)
        fixture_call(&fixture, host, "CLUSTER ADDSLOTSRANGE %u %u", host * 8192u,
                     host * 8192u + 8191u);
    CU_ASSERT_NOT_EQUAL_FATAL(fixture_join(&fixture, 60 * SIM_SEC), 0);
    fixture_run(&fixture, 3 * SIM_SEC);
    for (HostId host = 2; host < 4; host++) {
        const char *id = sim_node_id(fixture.sim, sim_host_node(fixture.sim, 1));
        CU_ASSERT_STRING_EQUAL(fixture_call(&fixture, host, "CLUSTER REPLICATE %s", id), "+OK");
    }
    uint64_t mark = watch_mark(&fixture);
    fixture_run(&fixture, 30 * SIM_SEC);
    CU_ASSERT_EQUAL(watch_count(&fixture, mark, TRACE_ROLE_CHANGED, HOST_NONE), 0);
    CU_ASSERT_EQUAL(watch_primary_of(&fixture, 2), 1);
    fixture_close(&fixture);
}

void test_replica_migration_suite(void)
{
    CU_pSuite suite = CU_add_suite("replica migration", NULL, NULL);
    CU_add_test(suite, "the_smallest_id_moves_after_five_seconds",
                the_smallest_id_moves_after_five_seconds);
    CU_add_test(suite, "who_has_moved_can_be_elected", who_has_moved_can_be_elected);
    CU_add_test(suite, "nobody_moves_without_need_or_leave", nobody_moves_without_need_or_leave);
    CU_add_test(suite, "a_primary_that_never_had_one_gets_none",
                a_primary_that_never_had_one_gets_none);
}
