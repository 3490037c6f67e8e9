/* test_migrate.c -- MIGRATE between servers of a cluster (protocol.md §9.6), what happens when one
 * of them fails meanwhile (§9.8, §10.5 window 10), and a whole slot moved as redis-cli does it
 * (§9.7). */
#include "tests/fixture/fixture.h"
#include "tests/unit/desk.h"

#include <CUnit/CUnit.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void test_migrate_suite(void);

/* n1 has slots 0..5460 (bar 5061, hello 866, b 3300), n2 5461..10922, n3 the rest; with replicas,
 * n4 is n1's and n5 is n2's. */
#define REPLICA_OF_1 3
#define REPLICA_OF_2 4

static Fixture open_cluster(uint32_t replicas, uint32_t node_timeout_ms)
{
    FixtureConfig config = fixture_config(7, 3, replicas, node_timeout_ms);
    Fixture fixture = fixture_open(&config);
    CU_ASSERT_TRUE(fixture_create(&fixture, 60 * SIM_SEC));
    fixture_run(&fixture, 8 * SIM_SEC);
    return fixture;
}

static void say(Fixture *fixture, HostId host, const char *line, const char *want)
{
    char text[300];
    uint32_t length = 0;
    for (const char *at = line; *at && length < sizeof(text) - 50; at++) { /* "#2": ID of n2 */
        if (*at == '#') {
            HostId named = (HostId)(*++at - '1');
            length +=
                (uint32_t)snprintf(text + length, sizeof(text) - length, "%s",
                                   sim_node_id(fixture->sim, sim_host_node(fixture->sim, named)));
        } else {
            text[length++] = *at;
        }
    }
    text[length] = '\0';
    EXPECT_TEXT_IN(line, fixture_call(fixture, host, "%s", text), want);
}

typedef struct Said {
    HostId host;
    const char *line, *want;
} Said;

static void say_all(Fixture *fixture, const Said *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) say(fixture, rows[i].host, rows[i].line, rows[i].want);
}

static void open_slot_5061(Fixture *fixture)
{
    say(fixture, 1, "CLUSTER SETSLOT 5061 IMPORTING #1", "+OK");
    say(fixture, 0, "CLUSTER SETSLOT 5061 MIGRATING #2", "+OK");
}

/* --- replies --- */

#define TRYAGAIN "-TRYAGAIN Multiple keys request during rehashing of slot"

/* As redis-server 7.0.15 answered: errors.json, contexts "5061 importing on n1, migrating on n0"
 * and "finish 5061". */
static void a_slot_moves_key_by_key(void)
{
    static const Said rows[] = {
        {0, "SET bar 1", "+OK"},
        {0, "SET {bar}2 v", "+OK"},
        {0, "SET {bar}k 2", "+OK"},
        {1, "CLUSTER SETSLOT 5061 IMPORTING #1", "+OK"},
        {0, "CLUSTER SETSLOT 5061 MIGRATING #2", "+OK"},
        {0, "MGET bar {bar}2", "*2\n  $1\n  $v"},
        {0, "MIGRATE 10.0.0.2 6379 \"\" 0 1000 KEYS bar {bar}nokey", "+OK"},
        {0, "MGET bar {bar}2", TRYAGAIN},
        {0, "GET bar", "-ASK 5061 10.0.0.2:6379"},
        {0, "GET {bar}2", "$v"},
        {0, "CLUSTER COUNTKEYSINSLOT 5061", ":2"},
        {1, "CLUSTER COUNTKEYSINSLOT 5061", ":1"},
        {0, "MIGRATE 10.0.0.2 6379 bar 0 1000", "+NOKEY"},
        {0, "RESTORE-ASKING {bar}9 0 x", "-ASK 5061 10.0.0.2:6379"},
        {0, "CLUSTER SETSLOT 5061 NODE #2",
         "-ERR Can't assign hashslot 5061 to a different node while I still hold keys for this "
         "hash slot."},
        {0, "MIGRATE 10.0.0.2 6379 \"\" 0 1000 KEYS {bar}2 {bar}m1", "+OK"},
        {0, "MIGRATE 10.0.0.2 6379 \"\" 0 1000 KEYS {bar}2", "+NOKEY"},
        {0, "CLUSTER COUNTKEYSINSLOT 5061", ":1"},
        {0, "MIGRATE 10.0.0.2 6379 {bar}k 0 1000", "+OK"},
        {1, "CLUSTER SETSLOT 5061 NODE #2", "+OK"},
        {1, "GET bar", "$1"},
        {0, "CLUSTER SETSLOT 5061 NODE #2", "+OK"},
    };
    Fixture fixture = open_cluster(0, 5000);
    say_all(&fixture, rows, ARRAY_LENGTH(rows));
    fixture_run(&fixture, 200 * SIM_MS);
    say(&fixture, 2, "GET bar", "-MOVED 5061 10.0.0.2:6379");
    fixture_close(&fixture);
}

#define REFUSED "-ERR Target instance replied with error: "

/* errors.json, context "BUSYKEY", and the words of AUTH, which a server without a password refuses.
 */
static void refusals_are_redis_servers(void)
{
    static const Said rows[] = {
        {2, "CLUSTER SETSLOT 866 IMPORTING #1", "+OK"},
        {0, "CLUSTER SETSLOT 866 MIGRATING #3", "+OK"},
        {0, "MIGRATE 10.0.0.3 6379 hello 0 1000", "+NOKEY"},
        {2, "RESTORE-ASKING hello 0 x", "-ERR DUMP payload version or checksum are wrong"},
        {0, "CLUSTER SETSLOT 866 STABLE", "+OK"},
        {0, "SET hello mine", "+OK"},
        {0, "CLUSTER SETSLOT 866 MIGRATING #3", "+OK"},
        {0, "MIGRATE 10.0.0.3 6379 hello 0 1000 COPY", "+OK"},
        {0, "GET hello", "$mine"},
        {0, "MIGRATE 10.0.0.3 6379 hello 0 1000",
         REFUSED "BUSYKEY Target key name already exists."},
        {0, "MIGRATE 10.0.0.3 6379 hello 0 1000 COPY REPLACE", "+OK"},
        {0, "MIGRATE 10.0.0.3 6379 hello 0 1000 REPLACE", "+OK"},
        {0, "GET hello", "-ASK 866 10.0.0.3:6379"},
        {0, "MIGRATE 10.0.0.3 6379 hello 0 notnum", "-ERR value is not an integer or out of range"},
        {0, "CLUSTER SETSLOT 866 STABLE", "+OK"},
        {0, "MIGRATE 10.0.0.1 7099 b 0 200", "+NOKEY"},
        {0, "SET b 1", "+OK"},
        {0, "MIGRATE 10.0.0.1 7099 b 0 200", "-IOERR error or timeout writing to target instance"},
        {0, "MIGRATE nowhere 6379 b 0 200", "-IOERR error or timeout connecting to the client"},
        {0, "MIGRATE 10.9.9.9 6379 b 0 200", "-IOERR error or timeout connecting to the client"},
        {0, "MIGRATE 10.0.0.2 6379 b 0 200", REFUSED "MOVED 3300 10.0.0.1:6379"},
        {0, "MIGRATE 10.0.0.2 6379 b 1 200", REFUSED "ERR SELECT is not allowed in cluster mode"},
        {0, "MIGRATE 10.0.0.2 6379 b 0 200 KEYS b",
         "-ERR When using MIGRATE KEYS option, the key argument must be set to the empty string"},
        {0, "MIGRATE 10.0.0.2 6379 \"\" 0 200 KEYS b bar",
         "-CROSSSLOT Keys in request don't hash to the same slot"},
        {0, "MIGRATE 10.0.0.2 6379 foo 0 200", "-MOVED 12182 10.0.0.3:6379"},
        {0, "MIGRATE 10.0.0.2 6379 b 0 200 NOPE", "-ERR syntax error"},
        {0, "MIGRATE 10.0.0.2 6379 b 0 200 AUTH", "-ERR syntax error"},
        {0, "MIGRATE 10.0.0.2 6379 b 0 200 AUTH2 user", "-ERR syntax error"},
        {0, "MIGRATE 10.0.0.2 6379 b 0 200 AUTH secret",
         REFUSED "ERR AUTH <password> called without any password configured for the default "
                 "user. Are you sure your configuration is correct?"},
        {0, "MIGRATE 10.0.0.2 6379 b 0 200 AUTH2 someone secret",
         REFUSED "WRONGPASS invalid username-password pair or user is disabled."},
        {1, "CLUSTER SETSLOT 3300 IMPORTING #1", "+OK"},
        {0, "MIGRATE 10.0.0.2 6379 b 0 200 COPY AUTH2 default any", "+OK"},
        {0, "GET b", "$1"},
        {0, "COMMAND GETKEYS MIGRATE h 1 a 0 9", "*1\n  $a"},
        {0, "COMMAND GETKEYS MIGRATE h 1 \"\" 0 9 AUTH keys KEYS a b", "*2\n  $a\n  $b"},
    };
    Fixture fixture = open_cluster(0, 5000);
    say_all(&fixture, rows, ARRAY_LENGTH(rows));
    fixture_close(&fixture);
}

/* A transaction goes on when the target has answered, or at once when nothing can be asked. */
static void migrate_works_inside_a_transaction(void)
{
    static const Said rows[] = {
        {0, "MULTI", "+OK"},
        {0, "SET bar 2", "+QUEUED"},
        {0, "MIGRATE nowhere 1 bar 0 1000", "+QUEUED"},
        {0, "MIGRATE 10.0.0.2 6379 bar 0 1000", "+QUEUED"},
        {0, "DBSIZE", "+QUEUED"},
        {0, "MIGRATE 10.0.0.2 6379 bar 0 1000", "+QUEUED"},
        {0, "EXEC",
         "*5\n  +OK\n  -IOERR error or timeout connecting to the client\n  +OK\n  :0\n  +NOKEY"},
        {0, "GET bar", "-ASK 5061 10.0.0.2:6379"},
    };
    Fixture fixture = open_cluster(1, 5000);
    say(&fixture, 0, "SET bar 1", "+OK");
    open_slot_5061(&fixture);
    uint32_t client = fixture_connect(&fixture, 0);
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        EXPECT_TEXT_IN(rows[i].line, fixture_conn_call(&fixture, client, "%s", rows[i].line),
                       rows[i].want);
    }
    fixture_run(&fixture, 100 * SIM_MS);
    EXPECT_TEXT_IN("replica of n1", fixture_call(&fixture, REPLICA_OF_1, "DBSIZE"), ":0");
    EXPECT_TEXT_IN("replica of n2", fixture_call(&fixture, REPLICA_OF_2, "DBSIZE"), ":1");
    fixture_close(&fixture);
}

/* --- keys, lifetimes and types, replicas --- */

static uint32_t dbsize(Fixture *fixture, HostId host)
{
    uint32_t count = 0;
    sscanf(fixture_call(fixture, host, "DBSIZE"), ":%" SCNu32, &count);
    return count;
}

/* Every type and its time to live arrive; the deletion reaches the source's replica, the key the
 * target's. */
static void values_lifetimes_and_replicas_follow(void)
{
    static const Said made[] = {
        {0, "SET bar text PX 60000", "+OK"}, {0, "RPUSH {bar}l a b", ":2"},
        {0, "SADD {bar}s a b", ":2"},        {0, "HSET {bar}h a 1", ":1"},
        {0, "ZADD {bar}z 1.5 a", ":1"},      {0, "SET {bar}stays 1", "+OK"},
    };
    static const Said moved[] = {
        {0, "MIGRATE 10.0.0.2 6379 \"\" 0 1000 KEYS bar {bar}l {bar}s {bar}h {bar}z", "+OK"},
        {0, "CLUSTER COUNTKEYSINSLOT 5061", ":1"},
        {1, "CLUSTER COUNTKEYSINSLOT 5061", ":5"},
    };
    static const Said there[] = {
        {1, "LRANGE {bar}l 0 -1", "*2\n  $a\n  $b"},
        {1, "SMEMBERS {bar}s", "*2\n  $a\n  $b"},
        {1, "HGETALL {bar}h", "*2\n  $a\n  $1"},
        {1, "ZRANGE {bar}z 0 -1 WITHSCORES", "*2\n  $a\n  $1.5"},
    };
    int64_t ttl = 0;
    Fixture fixture = open_cluster(1, 5000);
    say_all(&fixture, made, ARRAY_LENGTH(made));
    open_slot_5061(&fixture);
    fixture_run(&fixture, 10 * SIM_SEC);
    CU_ASSERT_EQUAL(dbsize(&fixture, REPLICA_OF_1), 6);
    say_all(&fixture, moved, ARRAY_LENGTH(moved));
    say(&fixture, 0, "MIGRATE 10.0.0.2 6379 {bar}stays 0 1000", "+OK");
    say(&fixture, 1, "CLUSTER SETSLOT 5061 NODE #2", "+OK");
    say(&fixture, 0, "CLUSTER SETSLOT 5061 NODE #2", "+OK");
    say_all(&fixture, there, ARRAY_LENGTH(there));
    sscanf(fixture_call(&fixture, 1, "PTTL bar"), ":%" SCNd64, &ttl);
    CU_ASSERT_TRUE(49000 < ttl && ttl < 50000);
    fixture_run(&fixture, 100 * SIM_MS);
    CU_ASSERT_EQUAL(dbsize(&fixture, REPLICA_OF_1), 0);
    CU_ASSERT_EQUAL(dbsize(&fixture, REPLICA_OF_2), 6);
    fixture_run(&fixture, 55 * SIM_SEC);
    CU_ASSERT_EQUAL(dbsize(&fixture, REPLICA_OF_2), 5); /* it expires at the new primary */
    fixture_close(&fixture);
}

/* A key that the target refuses stays; the others go (§9.6: "other keys continue"). */
static void refused_keys_stay(void)
{
    static const Said rows[] = {
        {0, "SET {bar}2 new", "+OK"},
        {0, "SET {bar}3 new", "+OK"},
        {0, "MIGRATE 10.0.0.2 6379 \"\" 0 1000 KEYS {bar}1 {bar}2 {bar}3",
         REFUSED "BUSYKEY Target key name already exists."},
        {0, "CLUSTER GETKEYSINSLOT 5061 10", "*1\n  ${bar}1"},
        {1, "CLUSTER COUNTKEYSINSLOT 5061", ":3"},
    };
    Fixture fixture = open_cluster(1, 5000);
    say(&fixture, 0, "SET {bar}1 old", "+OK");
    say(&fixture, 1, "CLUSTER SETSLOT 5061 IMPORTING #1", "+OK");
    say(&fixture, 0, "MIGRATE 10.0.0.2 6379 {bar}1 0 1000 COPY", "+OK");
    say_all(&fixture, rows, ARRAY_LENGTH(rows));
    fixture_run(&fixture, 100 * SIM_MS);
    CU_ASSERT_EQUAL(dbsize(&fixture, REPLICA_OF_1), 1);
    CU_ASSERT_EQUAL(dbsize(&fixture, REPLICA_OF_2), 3);
    fixture_close(&fixture);
}

/* --- connections --- */

static uint32_t clients_of(Fixture *fixture, HostId host, const char *section, const char *field)
{
    uint32_t count = 0;
    const char *info = fixture_call(fixture, host, "INFO %s", section);
    const char *line = strstr(info, field);
    CU_ASSERT_PTR_NOT_NULL_FATAL(line);
    sscanf(line + strlen(field), ":%" SCNu32, &count);
    return count;
}

/* A connection is kept for the next command, with its SELECT, and closed after 10 s without use. */
static void a_connection_is_kept_for_ten_seconds(void)
{
    Fixture fixture = open_cluster(0, 5000);
    say(&fixture, 0, "MSET {bar}1 1 {bar}2 2 {bar}3 3", "+OK");
    open_slot_5061(&fixture);
    uint32_t before = clients_of(&fixture, 1, "clients", "connected_clients");
    SimTime start = sim_now(fixture.sim);
    say(&fixture, 0, "MIGRATE 10.0.0.2 6379 {bar}1 0 1000", "+OK");
    SimSpan first = sim_now(fixture.sim) - start;
    CU_ASSERT_EQUAL(clients_of(&fixture, 1, "clients", "connected_clients"), before + 1);
    uint32_t commands = clients_of(&fixture, 1, "stats", "total_commands_processed");
    start = sim_now(fixture.sim);
    say(&fixture, 0, "MIGRATE 10.0.0.2 6379 {bar}2 0 1000", "+OK");
    CU_ASSERT_TRUE(sim_now(fixture.sim) - start < first); /* no connect */
    CU_ASSERT_EQUAL(clients_of(&fixture, 1, "stats", "total_commands_processed"), commands + 2);
    CU_ASSERT_EQUAL(clients_of(&fixture, 1, "clients", "connected_clients"), before + 1);
    fixture_run(&fixture, 12 * SIM_SEC);
    CU_ASSERT_EQUAL(clients_of(&fixture, 1, "clients", "connected_clients"), before);

    /* A kept one whose other end has died: the command tries once more with a new one. */
    say(&fixture, 0, "MIGRATE 10.0.0.2 6379 {bar}3 0 1000 COPY", "+OK");
    fixture_kill(&fixture, 1, false);
    fixture_command(&fixture, CMD_START, 1);
    fixture_run(&fixture, 3 * SIM_SEC);
    say(&fixture, 0, "MIGRATE 10.0.0.2 6379 {bar}3 0 1000 REPLACE", "+OK");
    fixture_close(&fixture);
}

/* --- failures --- */

static SimSpan time_of(Fixture *fixture, const char *line, const char *want)
{
    SimTime start = sim_now(fixture->sim);
    say(fixture, 0, line, want);
    return sim_now(fixture->sim) - start;
}

#define CONNECTING "-IOERR error or timeout connecting to the client"
#define READING    "-IOERR error or timeout reading to target instance"
#define WRITING    "-IOERR error or timeout writing to target instance"

/* §9.6: a dead process refuses at once, a dead machine keeps silent for the whole time-out (1 s for
 * a time-out of 0 or less). The key stays. */
static void dead_targets(void)
{
    Fixture fixture = open_cluster(0, 15000);
    say(&fixture, 0, "SET bar 1", "+OK");
    open_slot_5061(&fixture);
    fixture_kill(&fixture, 1, false);
    CU_ASSERT_TRUE(time_of(&fixture, "MIGRATE 10.0.0.2 6379 bar 0 700", WRITING) < 10 * SIM_MS);
    fixture_command(&fixture, CMD_START, 1);
    fixture_run(&fixture, SIM_SEC);
    fixture_kill(&fixture, 1, true);
    SimSpan span = time_of(&fixture, "MIGRATE 10.0.0.2 6379 bar 0 700", CONNECTING);
    CU_ASSERT_TRUE(700 * SIM_MS <= span && span < 710 * SIM_MS);
    span = time_of(&fixture, "MIGRATE 10.0.0.2 6379 bar 0 -5", CONNECTING);
    CU_ASSERT_TRUE(SIM_SEC <= span && span < 1010 * SIM_MS);
    say(&fixture, 0, "GET bar", "$1");
    fixture_close(&fixture);
}

/* §9.6: "After a read timeout a key may exist on both sides": the request waits in the socket of a
 * stopped process, which executes it when it goes on. */
static void a_stopped_target_gets_the_key_later(void)
{
    Fixture fixture = open_cluster(0, 15000);
    say(&fixture, 0, "SET bar 1", "+OK");
    open_slot_5061(&fixture);
    fixture_command(&fixture, CMD_FREEZE, 1);
    SimSpan span = time_of(&fixture, "MIGRATE 10.0.0.2 6379 bar 0 400", READING);
    CU_ASSERT_TRUE(400 * SIM_MS <= span && span < 410 * SIM_MS);
    say(&fixture, 0, "GET bar", "$1");
    fixture_command(&fixture, CMD_THAW, 1);
    fixture_run(&fixture, SIM_SEC);
    say(&fixture, 1, "CLUSTER COUNTKEYSINSLOT 5061", ":1");
    say(&fixture, 0, "GET bar", "$1");
    fixture_close(&fixture);
}

/* The link is cut with a connection kept: the request is lost, the answer does not come. */
static void a_cut_link_times_out(void)
{
    Fixture fixture = open_cluster(0, 15000);
    say(&fixture, 0, "MSET {bar}1 1 {bar}2 2", "+OK");
    open_slot_5061(&fixture);
    say(&fixture, 0, "MIGRATE 10.0.0.2 6379 {bar}1 0 1000", "+OK");
    uint32_t cut = fixture_fault(&fixture, 1u << 0, 1u << 1, (NetRule){.cut = true});
    SimSpan span = time_of(&fixture, "MIGRATE 10.0.0.2 6379 {bar}2 0 300", READING);
    CU_ASSERT_TRUE(300 * SIM_MS <= span && span < 310 * SIM_MS);
    span = time_of(&fixture, "MIGRATE 10.0.0.2 6379 {bar}2 0 300", CONNECTING);
    CU_ASSERT_TRUE(300 * SIM_MS <= span && span < 310 * SIM_MS);
    say(&fixture, 0, "GET {bar}2", "$2");
    fixture_heal(&fixture, cut);
    fixture_run(&fixture, 3 * SIM_SEC);
    say(&fixture, 0, "MIGRATE 10.0.0.2 6379 {bar}2 0 300 REPLACE", "+OK");
    fixture_close(&fixture);
}

/* The target is stopped, then dies, while the source reads: one more try, which is refused. */
static void the_target_dies_meanwhile(void)
{
    Fixture fixture = open_cluster(0, 15000);
    const char *reply;
    say(&fixture, 0, "SET bar 1", "+OK");
    open_slot_5061(&fixture);
    fixture_command(&fixture, CMD_FREEZE, 1);
    uint32_t call = fixture_submit(
        &fixture,
        &(Command){.kind = CMD_CALL, .host = 0, .text = "MIGRATE 10.0.0.2 6379 bar 0 5000"});
    fixture_run(&fixture, SIM_SEC);
    CU_ASSERT_EQUAL(sim_call_status(fixture.sim, call, &reply), CALL_PENDING);
    fixture_kill(&fixture, 1, false);
    fixture_run(&fixture, 100 * SIM_MS);
    CU_ASSERT_EQUAL(sim_call_status(fixture.sim, call, &reply), CALL_DONE);
    EXPECT_TEXT_IN("target dies", reply, WRITING);
    say(&fixture, 0, "GET bar", "$1");
    fixture_close(&fixture);
}

/* §2.9, §9.6: nothing else runs at the source meanwhile: clients wait, and with a time-out above
 * the node time-out its peers take it for dead. */
static void the_source_is_blocked_meanwhile(void)
{
    Fixture fixture = open_cluster(0, 1000);
    const char *reply;
    Belief belief;
    say(&fixture, 0, "SET bar 1", "+OK");
    open_slot_5061(&fixture);
    fixture_fault(&fixture, 1u << 0, 1u << 1, (NetRule){.cut = true});
    uint32_t call = fixture_submit(
        &fixture,
        &(Command){.kind = CMD_CALL, .host = 0, .text = "MIGRATE 10.0.0.2 6379 bar 0 3000"});
    fixture_run(&fixture, 10 * SIM_MS);
    uint32_t other =
        fixture_submit(&fixture, &(Command){.kind = CMD_CALL, .host = 0, .text = "PING"});
    fixture_run(&fixture, 2500 * SIM_MS);
    CU_ASSERT_EQUAL(sim_call_status(fixture.sim, call, &reply), CALL_PENDING);
    CU_ASSERT_EQUAL(sim_call_status(fixture.sim, other, &reply), CALL_PENDING);
    CU_ASSERT_TRUE(sim_belief(fixture.sim, 2, sim_host_node(fixture.sim, 0), &belief));
    CU_ASSERT_TRUE(belief.flags & (FLAG_PFAIL | FLAG_FAIL));
    fixture_run(&fixture, 600 * SIM_MS);
    CU_ASSERT_EQUAL(sim_call_status(fixture.sim, call, &reply), CALL_DONE);
    EXPECT_TEXT_IN("blocked", reply, CONNECTING);
    CU_ASSERT_EQUAL(sim_call_status(fixture.sim, other, &reply), CALL_DONE);
    EXPECT_TEXT_IN("PING", reply, "+PONG");
    fixture_close(&fixture);
}

/* The source dies between the target's answer and its own DEL: the key is at the target and comes
 * back with the source's replica (§9.8). */
static void the_source_dies_meanwhile(void)
{
    Fixture fixture = open_cluster(1, 1000);
    say(&fixture, 0, "SET bar 1", "+OK");
    open_slot_5061(&fixture);
    fixture_run(&fixture, 100 * SIM_MS);
    fixture_fault(&fixture, 1u << 1, 1u << 0,
                  (NetRule){.latency = 200 * SIM_MS, .oneway = true}); /* answers come late */
    fixture_submit(
        &fixture,
        &(Command){.kind = CMD_CALL, .host = 0, .text = "MIGRATE 10.0.0.2 6379 bar 0 5000"});
    for (int i = 0; i < 500 && dbsize(&fixture, 1) == 0; i++) fixture_run(&fixture, SIM_MS);
    CU_ASSERT_EQUAL(dbsize(&fixture, 1), 1);
    fixture_kill(&fixture, 0, false);
    fixture_run(&fixture, 6 * SIM_SEC);
    CU_ASSERT_EQUAL(sim_owner(fixture.sim, 5061), REPLICA_OF_1);
    say(&fixture, REPLICA_OF_1, "GET bar", "$1");
    say(&fixture, 1, "CLUSTER COUNTKEYSINSLOT 5061", ":1");
    fixture_close(&fixture);
}

/* §10.5 window 10: the target dies after OK, before its replica has the key. */
static void the_target_dies_after_ok(void)
{
    Fixture fixture = open_cluster(1, 1000);
    say(&fixture, 0, "SET bar 1", "+OK");
    open_slot_5061(&fixture);
    fixture_fault(&fixture, 1u << 1, 1u << REPLICA_OF_2, (NetRule){.latency = 300 * SIM_MS});
    say(&fixture, 0, "MIGRATE 10.0.0.2 6379 bar 0 1000", "+OK");
    fixture_kill(&fixture, 1, true);
    fixture_run(&fixture, 6 * SIM_SEC);
    CU_ASSERT_EQUAL(sim_owner(fixture.sim, 6000), REPLICA_OF_2);
    CU_ASSERT_EQUAL(dbsize(&fixture, 0), 0);
    CU_ASSERT_EQUAL(dbsize(&fixture, REPLICA_OF_1), 0);
    CU_ASSERT_EQUAL(dbsize(&fixture, REPLICA_OF_2), 0);
    fixture_close(&fixture);
}

/* --- determinism --- */

/* The target goes on; then the run does. */
static uint64_t rest_of_life(Fixture *fixture)
{
    fixture_command(fixture, CMD_THAW, 1);
    fixture_run(fixture, 2 * SIM_SEC);
    return trace_hash(sim_trace(fixture->sim));
}

/* A snapshot taken while the source is held goes on as the run did, and so does a replay. */
static void a_snapshot_in_the_middle_goes_on_the_same(void)
{
    Error err = {{0}};
    FixtureConfig config = fixture_config(7, 3, 1, 5000);
    Fixture fixture = fixture_open(&config);
    CU_ASSERT_TRUE(fixture_create(&fixture, 60 * SIM_SEC));
    say(&fixture, 0, "SET bar 1", "+OK");
    open_slot_5061(&fixture);
    fixture_command(&fixture, CMD_FREEZE, 1);
    fixture_submit(
        &fixture,
        &(Command){.kind = CMD_CALL, .host = 0, .text = "MIGRATE 10.0.0.2 6379 bar 0 5000"});
    fixture_run(&fixture, 300 * SIM_MS);
    SimImage *image = sim_save(fixture.sim);
    uint64_t hash = rest_of_life(&fixture);
    CU_ASSERT_EQUAL(dbsize(&fixture, 1), 1);
    sim_load(fixture.sim, image);
    CU_ASSERT_EQUAL(rest_of_life(&fixture), hash);

    Sim *again = sim_replay(&config.sim, sim_trace(fixture.sim), sim_now(fixture.sim), &err);

    CU_ASSERT_PTR_NOT_NULL_FATAL(again);
    CU_ASSERT_EQUAL(trace_hash(sim_trace(again)), hash);
    sim_destroy(again);
    sim_image_destroy(image);
    fixture_close(&fixture);
}

/* --- a whole slot, as redis-cli moves it --- */

#define KEYS_OF_SLOT 500
#define PIPELINE     10

static void a_whole_slot_moves(void)
{
    Fixture fixture = open_cluster(1, 5000);
    for (int i = 0; i < KEYS_OF_SLOT; i++) fixture_call(&fixture, 0, "SET {bar}%d value-%d", i, i);
    open_slot_5061(&fixture);
    for (int round = 0; round < KEYS_OF_SLOT / PIPELINE + 1; round++) {
        char line[500] = "MIGRATE 10.0.0.2 6379 \"\" 0 60000 KEYS";
        char keys[400];
        snprintf(keys, sizeof(keys), "%s",
                 fixture_call(&fixture, 0, "CLUSTER GETKEYSINSLOT 5061 %d", PIPELINE));
        if (strcmp(keys, "*0") == 0) break;
        for (char *key = strchr(keys, '$'); key; key = strchr(key, '$')) {
            size_t size = strcspn(++key, "\n");
            snprintf(line + strlen(line), sizeof(line) - strlen(line), " %.*s", (int)size, key);
        }
        say(&fixture, 0, line, "+OK");
    }
    say(&fixture, 1, "CLUSTER SETSLOT 5061 NODE #2", "+OK");
    say(&fixture, 0, "CLUSTER SETSLOT 5061 NODE #2", "+OK");
    say(&fixture, 2, "CLUSTER SETSLOT 5061 NODE #2", "+OK");
    CU_ASSERT_TRUE(fixture_converge(&fixture, 5 * SIM_SEC));
    CU_ASSERT_EQUAL(sim_owner(fixture.sim, 5061), 1);
    CU_ASSERT_EQUAL(dbsize(&fixture, 0), 0);
    CU_ASSERT_EQUAL(dbsize(&fixture, REPLICA_OF_1), 0);
    CU_ASSERT_EQUAL(dbsize(&fixture, 1), KEYS_OF_SLOT);
    CU_ASSERT_EQUAL(dbsize(&fixture, REPLICA_OF_2), KEYS_OF_SLOT);
    say(&fixture, 0, "GET {bar}7", "-MOVED 5061 10.0.0.2:6379");
    say(&fixture, 1, "GET {bar}7", "$value-7");
    fixture_close(&fixture);
}

void test_migrate_suite(void)
{
    CU_pSuite suite = CU_add_suite("migrate", NULL, NULL);
    CU_add_test(suite, "a slot moves key by key", a_slot_moves_key_by_key);
    CU_add_test(suite, "refusals are redis-server's", refusals_are_redis_servers);
    CU_add_test(suite, "MIGRATE works inside a transaction", migrate_works_inside_a_transaction);
    CU_add_test(suite, "values, lifetimes and replicas follow",
                values_lifetimes_and_replicas_follow);
    CU_add_test(suite, "refused keys stay", refused_keys_stay);
    CU_add_test(suite, "a connection is kept for ten seconds",
                a_connection_is_kept_for_ten_seconds);
    CU_add_test(suite, "dead targets", dead_targets);
    CU_add_test(suite, "a stopped target gets the key later", a_stopped_target_gets_the_key_later);
    CU_add_test(suite, "a cut link times out", a_cut_link_times_out);
    CU_add_test(suite, "the target dies meanwhile", the_target_dies_meanwhile);
    CU_add_test(suite, "the source is blocked meanwhile", the_source_is_blocked_meanwhile);
    CU_add_test(suite, "the source dies meanwhile", the_source_dies_meanwhile);
    CU_add_test(suite, "the target dies after OK", the_target_dies_after_ok);
    CU_add_test(suite, "a snapshot in the middle goes on the same",
                a_snapshot_in_the_middle_goes_on_the_same);
    CU_add_test(suite, "a whole slot moves", a_whole_slot_moves);
}
