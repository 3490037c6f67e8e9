/* test_collisions.c -- primaries with equal config epochs (protocol.md §4.8, §4.9, §6.10). */
#include "tests/fixture/watch.h"

#include <CUnit/CUnit.h>

#include <string.h>

void test_collisions_suite(void);

#define T_MS 2000

static void copy_id(Fixture *fixture, HostId host, char *id)
{
    strcpy(id, sim_node_id(fixture->sim, sim_host_node(fixture->sim, host)));
}

/* Of each pair the smaller ID moves on, so the largest of all keeps its epoch; every new epoch is
 * higher than any that its node had heard of. */
static void the_largest_id_keeps_its_epoch(void)
{
    for (uint64_t seed = 1; seed <= 20; seed++) {
        uint32_t primaries = 2 + (uint32_t)(seed % 4);
        FixtureConfig config = fixture_config(seed, primaries, 0, T_MS);
        Fixture fixture = fixture_open(&config);
        for (HostId host = 0; host < primaries; host++)
            fixture_call(&fixture, host, "CLUSTER ADDSLOTSRANGE %u %u", host * 2000u,
                         host + 1u < primaries ? host * 2000u + 1999u : 16383u);
        CU_ASSERT_NOT_EQUAL_FATAL(fixture_join(&fixture, 60 * SIM_SEC), 0);
        CU_ASSERT_TRUE(fixture_converge(&fixture, 30 * SIM_SEC));

        HostId largest = 0;
        char id[NODE_ID_SIZE + 1], best[NODE_ID_SIZE + 1];
        copy_id(&fixture, 0, best);
        for (HostId host = 1; host < primaries; host++) {
            copy_id(&fixture, host, id);
            if (strcmp(id, best) < 0) continue;
            largest = host;
            strcpy(best, id);
        }
        for (HostId host = 0; host < primaries; host++) {
            uint64_t epoch = watch_self(&fixture, host).epoch;
            CU_ASSERT_EQUAL(epoch == 0, host == largest);
            for (HostId other = 0; other < host; other++)
                CU_ASSERT_NOT_EQUAL(watch_self(&fixture, other).epoch, epoch);
        }
        TraceRecord record;
        uint64_t mark = 0, highest = 0;
        while (watch_first(&fixture, mark, TRACE_EPOCH_COLLISION, HOST_NONE, &record)) {
            mark = record.seq;
            CU_ASSERT_NOT_EQUAL(record.host, largest);
            if (record.u.EPOCH_COLLISION.epoch > highest) highest = record.u.EPOCH_COLLISION.epoch;
        }
        CU_ASSERT_EQUAL(sim_self(fixture.sim, largest)->current_epoch, highest);
        fixture_close(&fixture);
    }
}

/* §6.10: equal epochs never rebind. The slot goes to the smaller ID once that has moved on, and the
 * other one's keys in it go. */
static void a_slot_of_two_goes_to_who_moved_on(void)
{
    for (uint64_t seed = 1; seed <= 20; seed++) {
        FixtureConfig config = fixture_config(seed, 2, 0, T_MS);
        Fixture fixture = fixture_open(&config);
        fixture_call(&fixture, 0, "CLUSTER ADDSLOTSRANGE 0 8191");
        fixture_call(&fixture, 1, "CLUSTER ADDSLOTSRANGE 8192 16383");
        fixture_call(&fixture, 1, "CLUSTER ADDSLOTS 866");
        char zero[NODE_ID_SIZE + 1], one[NODE_ID_SIZE + 1];
        copy_id(&fixture, 0, zero);
        copy_id(&fixture, 1, one);
        HostId winner = strcmp(zero, one) < 0 ? 0 : 1;
        uint64_t mark = watch_mark(&fixture);
        CU_ASSERT_NOT_EQUAL_FATAL(fixture_join(&fixture, 60 * SIM_SEC), 0);
        CU_ASSERT_TRUE(fixture_converge(&fixture, 30 * SIM_SEC));

        CU_ASSERT_EQUAL(sim_owner(fixture.sim, 866), winner);
        CU_ASSERT_TRUE(watch_self(&fixture, winner).epoch > watch_self(&fixture, 1 - winner).epoch);
        CU_ASSERT_EQUAL(watch_count(&fixture, mark, TRACE_EPOCH_COLLISION, 1 - winner), 0);
        fixture_close(&fixture);
    }
}

/* §4.10, §7: two takeovers that do not hear of each other take the same epoch; it is put right when
 * they meet, and nobody loses a slot. */
static void takeovers_behind_a_wall_collide(void)
{
    for (uint64_t seed = 1; seed <= 10; seed++) {
        FixtureConfig config = fixture_config(seed, 3, 1, T_MS);
        Fixture fixture = fixture_open(&config);
        CU_ASSERT_TRUE_FATAL(fixture_create(&fixture, 60 * SIM_SEC));
        fixture_run(&fixture, 3 * SIM_SEC);
        uint32_t wall = fixture_fault(&fixture, 0x09, 0x36, (NetRule){.cut = true});
        fixture_run(&fixture, 3 * SIM_SEC);
        CU_ASSERT_STRING_EQUAL(fixture_call(&fixture, 3, "CLUSTER FAILOVER TAKEOVER"), "+OK");
        CU_ASSERT_STRING_EQUAL(fixture_call(&fixture, 4, "CLUSTER FAILOVER TAKEOVER"), "+OK");
        uint64_t same = watch_self(&fixture, 3).epoch;
        CU_ASSERT_EQUAL(watch_self(&fixture, 4).epoch, same);
        uint64_t mark = watch_mark(&fixture);
        fixture_heal(&fixture, wall);
        CU_ASSERT_TRUE(fixture_converge(&fixture, 30 * SIM_SEC));
        CU_ASSERT_TRUE(watch_count(&fixture, mark, TRACE_EPOCH_COLLISION, HOST_NONE) >= 1);
        CU_ASSERT_NOT_EQUAL(watch_self(&fixture, 3).epoch, watch_self(&fixture, 4).epoch);
        CU_ASSERT_EQUAL(sim_owner(fixture.sim, 0), 3);
        CU_ASSERT_EQUAL(sim_owner(fixture.sim, 6000), 4);
        fixture_close(&fixture);
    }
}

void test_collisions_suite(void)
{
    CU_pSuite suite = CU_add_suite("collisions", NULL, NULL);
    CU_add_test(suite, "the_largest_id_keeps_its_epoch", the_largest_id_keeps_its_epoch);
    CU_add_test(suite, "a_slot_of_two_goes_to_who_moved_on", a_slot_of_two_goes_to_who_moved_on);
    CU_add_test(suite, "takeovers_behind_a_wall_collide", takeovers_behind_a_wall_collide);
}
