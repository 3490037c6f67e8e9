/* test_resharding.c -- what a slot under migration looks like when the order of its end is wrong,
 * or a node fails or restarts in the middle (protocol.md §9.5, §9.7, §9.8). */
#include "tests/fixture/fixture.h"
#include "tests/unit/desk.h"

#include <CUnit/CUnit.h>

#include <stdio.h>
#include <string.h>

void test_resharding_suite(void);

#define NODE_TIMEOUT_MS 1000
#define REPLICA_OF_1    3
#define REPLICA_OF_2    4

static const char *id_of(const Fixture *fixture, HostId host)
{
    return sim_node_id(fixture->sim, sim_host_node(fixture->sim, host));
}

/* n1 migrates slot 5061 to n2; {bar}1 is still there, {bar}2 has gone. */
static Fixture half_way(void)
{
    FixtureConfig config = fixture_config(7, 3, 1, NODE_TIMEOUT_MS);
    Fixture fixture = fixture_open(&config);
    CU_ASSERT_TRUE(fixture_create(&fixture, 60 * SIM_SEC));
    fixture_run(&fixture, 8 * SIM_SEC);
    fixture_call(&fixture, 0, "MSET {bar}1 one {bar}2 two");
    fixture_call(&fixture, 1, "CLUSTER SETSLOT 5061 IMPORTING %s", id_of(&fixture, 0));
    fixture_call(&fixture, 0, "CLUSTER SETSLOT 5061 MIGRATING %s", id_of(&fixture, 1));
    EXPECT_TEXT_IN("half way", fixture_call(&fixture, 0, "MIGRATE 10.0.0.2 6379 {bar}2 0 1000"),
                   "+OK");
    fixture_run(&fixture, SIM_SEC);
    return fixture;
}

static void say(Fixture *fixture, HostId host, const char *line, const char *want)
{
    EXPECT_TEXT_IN(line, fixture_call(fixture, host, "%s", line), want);
}

static void ask(Fixture *fixture, HostId host, const char *line, const char *want)
{
    uint32_t client = fixture_connect(fixture, host);
    EXPECT_TEXT_IN("ASKING", fixture_conn_call(fixture, client, "ASKING"), "+OK");
    EXPECT_TEXT_IN(line, fixture_conn_call(fixture, client, "%s", line), want);
}

/* Does the node itself list the slot as open: "[5061->-" or "[5061-<-" (§9.2). */
static bool shows(Fixture *fixture, HostId host, const char *mark)
{
    return strstr(fixture_call(fixture, host, "CLUSTER NODES"), mark) != NULL;
}

/* --- §9.7: the order of the end --- */

/* The target's PONG reaches the source before SETSLOT does: the source rebinds the slot, and keeps
 * its mark until SETSLOT comes. */
static void the_source_keeps_its_mark_until_setslot(void)
{
    Fixture fixture = half_way();
    say(&fixture, 0, "MIGRATE 10.0.0.2 6379 {bar}1 0 1000", "+OK");
    fixture_call(&fixture, 1, "CLUSTER SETSLOT 5061 NODE %s", id_of(&fixture, 1));
    fixture_run(&fixture, 500 * SIM_MS);
    say(&fixture, 0, "GET {bar}1", "-MOVED 5061 10.0.0.2:6379");
    say(&fixture, 1, "GET {bar}1", "$one");
    CU_ASSERT_TRUE(shows(&fixture, 0, "[5061->-"));
    CU_ASSERT_FALSE(shows(&fixture, 1, "[5061-<-"));
    fixture_call(&fixture, 0, "CLUSTER SETSLOT 5061 NODE %s", id_of(&fixture, 1));
    CU_ASSERT_FALSE(shows(&fixture, 0, "[5061->-"));
    CU_ASSERT_TRUE(fixture_converge(&fixture, 5 * SIM_SEC));
    fixture_close(&fixture);
}

/* Told first, the source gives the slot away; when the target dies before it hears of that, its
 * replica takes over without it: for the source the slot is a dead node's (§5.6: state FAIL), the
 * new primary sends clients to the source. */
static void a_source_told_first_loses_the_slot(void)
{
    Fixture fixture = half_way();
    say(&fixture, 0, "MIGRATE 10.0.0.2 6379 {bar}1 0 1000", "+OK");
    fixture_run(&fixture, 100 * SIM_MS);
    fixture_call(&fixture, 0, "CLUSTER SETSLOT 5061 NODE %s", id_of(&fixture, 1));
    fixture_kill(&fixture, 1, false);
    fixture_run(&fixture, 5 * SIM_SEC);
    CU_ASSERT_EQUAL(sim_owner(fixture.sim, 6000), REPLICA_OF_2);
    CU_ASSERT_EQUAL(sim_owner(fixture.sim, 5061), HOST_NONE);
    say(&fixture, 0, "GET {bar}1", "-CLUSTERDOWN The cluster is down");
    say(&fixture, REPLICA_OF_2, "GET {bar}1", "-MOVED 5061 10.0.0.1:6379");
    fixture_close(&fixture);
}

/* --- §9.8: crashes and failovers --- */

/* "source fails over to its replica": it knows no mark. Moved keys read as nil, and a write makes a
 * second copy; the target still imports, and while it does the slot stays with the dead source in
 * its table (§6.10), so that it counts the slot as failed. */
static void a_new_source_knows_nothing_of_the_migration(void)
{
    Fixture fixture = half_way();
    fixture_kill(&fixture, 0, false);
    fixture_run(&fixture, 5 * SIM_SEC);
    CU_ASSERT_EQUAL(sim_owner(fixture.sim, 5061), REPLICA_OF_1);
    say(&fixture, REPLICA_OF_1, "GET {bar}1", "$one");
    say(&fixture, REPLICA_OF_1, "GET {bar}2", "_");
    say(&fixture, REPLICA_OF_1, "SET {bar}2 again", "+OK");
    CU_ASSERT_TRUE(shows(&fixture, 1, "[5061-<-"));
    CU_ASSERT_EQUAL(sim_owner_seen(fixture.sim, 1, 5061), sim_host_node(fixture.sim, 0));
    ask(&fixture, 1, "GET {bar}2", "-CLUSTERDOWN The cluster is down");
    fixture_call(&fixture, 1, "CONFIG SET cluster-require-full-coverage no");
    fixture_run(&fixture, SIM_SEC);
    ask(&fixture, 1, "GET {bar}2", "$two");
    CU_ASSERT_FALSE(shows(&fixture, REPLICA_OF_1, "[5061"));
    fixture_close(&fixture);
}

/* "target fails over": the source goes on naming the dead node; back as a replica it knows no mark
 * and sends clients to the source: they run in circles. */
static void a_source_goes_on_naming_a_dead_target(void)
{
    Fixture fixture = half_way();
    fixture_kill(&fixture, 1, false);
    fixture_run(&fixture, 5 * SIM_SEC);
    CU_ASSERT_EQUAL(sim_owner(fixture.sim, 6000), REPLICA_OF_2);
    say(&fixture, 0, "GET {bar}2", "-ASK 5061 10.0.0.2:6379");
    ask(&fixture, REPLICA_OF_2, "GET {bar}2", "-MOVED 5061 10.0.0.1:6379");
    say(&fixture, REPLICA_OF_2, "CLUSTER COUNTKEYSINSLOT 5061", ":1"); /* there, and not served */
    fixture_command(&fixture, CMD_START, 1);
    fixture_run(&fixture, 5 * SIM_SEC);
    say(&fixture, 0, "GET {bar}2", "-ASK 5061 10.0.0.2:6379");
    ask(&fixture, 1, "GET {bar}2", "-MOVED 5061 10.0.0.1:6379");
    CU_ASSERT_FALSE(shows(&fixture, 1, "[5061-<-"));
    fixture_close(&fixture);
}

/* "source restarts", "target restarts": the marks are in nodes.conf. */
static void marks_survive_a_restart(void)
{
    Fixture fixture = half_way();
    for (HostId host = 0; host < 2; host++) {
        fixture_kill(&fixture, host, false);
        fixture_command(&fixture, CMD_START, host);
        fixture_run(&fixture, 4 * SIM_SEC);
    }
    CU_ASSERT_TRUE(shows(&fixture, 0, "[5061->-"));
    CU_ASSERT_TRUE(shows(&fixture, 1, "[5061-<-"));
    say(&fixture, 0, "GET {bar}none", "-ASK 5061 10.0.0.2:6379");
    ask(&fixture, 1, "GET {bar}none", "_");
    fixture_close(&fixture);
}

/* --- §9.5: clients that wait for keys --- */

static void a_blocked_client_is_sent_after_its_slot(void)
{
    Fixture fixture = half_way();
    const char *reply;
    uint32_t client = fixture_connect(&fixture, 0);
    /* With the slot stable the wait begins; a list of the slot is what it waits for. */
    say(&fixture, 0, "CLUSTER SETSLOT 5061 STABLE", "+OK");
    Command command = {.kind = CMD_CONN_CALL, .host = HOST_NONE, .text = "BLPOP {bar}list 0"};
    command.u.call = client;
    uint32_t call = fixture_submit(&fixture, &command);
    fixture_run(&fixture, SIM_SEC);
    CU_ASSERT_EQUAL(sim_call_status(fixture.sim, call, &reply), CALL_PENDING);
    fixture_call(&fixture, 0, "CLUSTER SETSLOT 5061 MIGRATING %s", id_of(&fixture, 1));
    say(&fixture, 0, "MIGRATE 10.0.0.2 6379 {bar}1 0 1000", "+OK");
    fixture_run(&fixture, SIM_SEC); /* migrating: it goes on waiting */
    CU_ASSERT_EQUAL(sim_call_status(fixture.sim, call, &reply), CALL_PENDING);
    fixture_call(&fixture, 1, "CLUSTER SETSLOT 5061 NODE %s", id_of(&fixture, 1));
    fixture_call(&fixture, 0, "CLUSTER SETSLOT 5061 NODE %s", id_of(&fixture, 1));
    fixture_run(&fixture, 150 * SIM_MS);
    CU_ASSERT_EQUAL(sim_call_status(fixture.sim, call, &reply), CALL_DONE);
    EXPECT_TEXT_IN("BLPOP", reply, "-MOVED 5061 10.0.0.2:6379");
    fixture_close(&fixture);
}

void test_resharding_suite(void)
{
    CU_pSuite suite = CU_add_suite("resharding", NULL, NULL);
    CU_add_test(suite, "the source keeps its mark until SETSLOT",
                the_source_keeps_its_mark_until_setslot);
    CU_add_test(suite, "a source told first loses the slot", a_source_told_first_loses_the_slot);
    CU_add_test(suite, "a new source knows nothing of the migration",
                a_new_source_knows_nothing_of_the_migration);
    CU_add_test(suite, "a source goes on naming a dead target",
                a_source_goes_on_naming_a_dead_target);
    CU_add_test(suite, "marks survive a restart", marks_survive_a_restart);
    CU_add_test(suite, "a blocked client is sent after its slot",
                a_blocked_client_is_sent_after_its_slot);
}
