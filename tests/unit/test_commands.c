/* test_commands.c -- commands as a client of a virtual node sees them: lines and replies, the table
 * of commands, redirection, transactions, replication of contents (protocol.md §1, §9.4, §10). */
#include "sim/server/server_inside.h"
#include "sim/store/command.h"
#include "tests/fixture/fixture.h"

#include <CUnit/CUnit.h>

#include <stdio.h>
#include <string.h>

static void expect_reply(Fixture *fixture, HostId host, const char *line, const char *want)
{
    char text[600];
    const char *got = fixture_call(fixture, host, "%s", line);
    bool same = strcmp(got, want) == 0;
    snprintf(text, sizeof(text), "%s: got \"%s\", want \"%s\"", line, got, want);
    if (!same) printf("\n    %s", text);
    CU_assertImplementation(same, __LINE__, text, __FILE__, "", CU_FALSE);
}

static Fixture open_cluster(void)
{
    FixtureConfig config = fixture_config(7, 3, 1, 5000);
    Fixture fixture = fixture_open(&config);
    CU_ASSERT_TRUE(fixture_create(&fixture, 60 * SIM_SEC));
    return fixture;
}

/* All keys of these rows are in slot 5061, which host 0 owns. */
static void commands_answer_as_redis_server_does(void)
{
    static const struct {
        const char *line, *reply;
    } rows[] = {
        {"SET bar 1", "+OK"},
        {"GET bar", "$1"},
        {"SET bar 2 NX", "_"},
        {"SET bar 2 XX GET", "$1"},
        {"SET bar", "-ERR wrong number of arguments for 'set' command"},
        {"SET bar 1 EX 0", "-ERR invalid expire time in 'set' command"},
        {"SET bar 1 EX 5 PX 5", "-ERR syntax error"},
        {"INCR bar", ":3"},
        {"DECRBY bar 5", ":-2"},
        {"INCRBYFLOAT {bar}f 10.5", "$10.5"},
        {"INCRBYFLOAT {bar}f 0.1", "$10.6"},
        {"INCRBYFLOAT {bar}f -1e1", "$0.6"},
        {"APPEND {bar}s hello", ":5"},
        {"SETRANGE {bar}s 6 x", ":7"},
        {"STRLEN {bar}s", ":7"},
        {"LPUSH {bar}l a b c", ":3"},
        {"LRANGE {bar}l 0 -1", "*3\n  $c\n  $b\n  $a"},
        {"GET {bar}l", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
        {"LPOS {bar}l a", ":2"},
        {"LMOVE {bar}l {bar}m LEFT RIGHT", "$c"},
        {"LLEN {bar}l", ":2"},
        {"BLPOP {bar}nothing {bar}m 1", "*2\n  ${bar}m\n  $c"},
        {"EXISTS {bar}m", ":0"},
        {"HSET {bar}h a 1 b 2", ":2"},
        {"HGETALL {bar}h", "*4\n  $a\n  $1\n  $b\n  $2"},
        {"HINCRBY {bar}h a 41", ":42"},
        {"HDEL {bar}h a b", ":2"},
        {"TYPE {bar}h", "+none"},
        {"SADD {bar}x 1 2 3", ":3"},
        {"SADD {bar}y 2 3 4", ":3"},
        {"SINTER {bar}x {bar}y", "*2\n  $2\n  $3"},
        {"SDIFFSTORE {bar}z {bar}x {bar}y", ":1"},
        {"SMEMBERS {bar}z", "*1\n  $1"},
        {"OBJECT ENCODING {bar}x", "$intset"},
        {"ZADD {bar}q 1 a 2.5 b 3 c", ":3"},
        {"ZRANGE {bar}q 0 -1 WITHSCORES", "*6\n  $a\n  $1\n  $b\n  $2.5\n  $c\n  $3"},
        {"ZRANGEBYSCORE {bar}q (1 +inf LIMIT 0 1", "*1\n  $b"},
        {"ZREVRANK {bar}q a", ":2"},
        {"ZINCRBY {bar}q 10 a", "$11"},
        {"ZPOPMAX {bar}q", "*2\n  $a\n  $11"},
        {"ZADD {bar}q nan x", "-ERR value is not a valid float"},
        {"RENAME {bar}q bar", "+OK"},
        {"TYPE bar", "+zset"},
        {"RENAME {bar}gone bar", "-ERR no such key"},
        {"EXPIRE bar 100", ":1"},
        {"TTL bar", ":100"},
        {"PERSIST bar", ":1"},
        {"TTL bar", ":-1"},
        {"CLUSTER COUNTKEYSINSLOT 5061", ":7"},
        {"CLUSTER KEYSLOT hello", ":866"},
        {"KEYS *gone*", "*0"},
        {"SELECT 1", "-ERR SELECT is not allowed in cluster mode"},
        {"SWAPDB 0 1", "-ERR SWAPDB is not allowed in cluster mode"},
        {"REPLICAOF no one", "-ERR REPLICAOF not allowed in cluster mode."},
        {"EXEC", "-ERR EXEC without MULTI"},
        {"NOSUCH a b", "-ERR unknown command 'NOSUCH', with args beginning with: 'a' 'b' "},
        {"CONFIG GET cluster-migration-barrier", "*2\n  $cluster-migration-barrier\n  $1"},
        {"GET foo", "-MOVED 12182 10.0.0.3:6379"},
        {"MGET bar foo", "-CROSSSLOT Keys in request don't hash to the same slot"},
    };
    Fixture fixture = open_cluster();
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        expect_reply(&fixture, 0, rows[i].line, rows[i].reply);
    }
    fixture_close(&fixture);
}

/* §10.1: what the primary executes, its replica holds a moment later; expiry comes as DEL. */
static void replicas_hold_what_their_primary_holds(void)
{
    Fixture fixture = open_cluster();
    HostId replica = (HostId)fixture.primaries; /* of host 0 */
    fixture_run(&fixture, 8 * SIM_SEC);         /* the full synchronisation */
    expect_reply(&fixture, 0, "RPUSH {bar}l a b", ":2");
    expect_reply(&fixture, 0, "SET bar x PX 500", "+OK");
    fixture_run(&fixture, 50 * SIM_MS);
    expect_reply(&fixture, replica, "DBSIZE", ":2");
    expect_reply(&fixture, 0, "WAIT 1 2000", ":1");
    fixture_run(&fixture, 700 * SIM_MS);
    expect_reply(&fixture, replica, "DBSIZE", ":1");
    expect_reply(&fixture, replica, "GET bar", "-MOVED 5061 10.0.0.1:6379");
    expect_reply(&fixture, replica, "FLUSHALL",
                 "-READONLY You can't write against a read only replica.");
    fixture_close(&fixture);
}

/* §9.4: a slot on its way from one node to another. */
static void open_slots_redirect_by_the_table(void)
{
    Fixture fixture = open_cluster();
    char id[2][41];
    for (HostId i = 0; i < 2; i++) {
        snprintf(id[i], sizeof(id[i]), "%.40s", fixture_call(&fixture, i, "CLUSTER MYID") + 1);
    }
    expect_reply(&fixture, 0, "SET bar 1", "+OK");
    fixture_call(&fixture, 1, "CLUSTER SETSLOT 5061 IMPORTING %s", id[0]);
    fixture_call(&fixture, 0, "CLUSTER SETSLOT 5061 MIGRATING %s", id[1]);
    expect_reply(&fixture, 0, "GET bar", "$1");
    expect_reply(&fixture, 0, "GET {bar}2", "-ASK 5061 10.0.0.2:6379");
    expect_reply(&fixture, 0, "MGET {bar}2 {bar}3", "-ASK 5061 10.0.0.2:6379");
    expect_reply(&fixture, 0, "MGET bar {bar}2",
                 "-TRYAGAIN Multiple keys request during rehashing of slot");
    expect_reply(&fixture, 1, "GET {bar}2", "-MOVED 5061 10.0.0.1:6379");
    expect_reply(&fixture, 2, "GET {bar}2", "-MOVED 5061 10.0.0.1:6379");
    fixture_close(&fixture);
}

/* INFO stats: look-ups for reading count, those of writes do not (db.c: lookupKey). */
static void hits_and_misses_are_counted(void)
{
    static const char *const lines[] = {
        "GET bar",                   /* miss */
        "SET bar 1",                 /* a write */
        "SET bar 2 GET",             /* hit */
        "GET bar",                   /* hit */
        "EXISTS bar {bar}x bar",     /* hit, miss, hit */
        "INCR bar",                  /* a write */
        "GETEX bar",                 /* hit */
        "SINTERSTORE {bar}z {bar}1", /* miss */
        "COPY bar {bar}y",           /* hit */
        "KEYS *",                    /* a walk */
        "DUMP bar",                  /* hit */
    };
    Fixture fixture = open_cluster();
    for (size_t i = 0; i < ARRAY_LENGTH(lines); i++) fixture_call(&fixture, 0, "%s", lines[i]);
    const char *stats = fixture_call(&fixture, 0, "INFO stats");
    CU_ASSERT_PTR_NOT_NULL(strstr(stats, "keyspace_hits:7\r\nkeyspace_misses:3\r\n"));
    fixture_close(&fixture);
}

/* Every row of the table that the store answers has a function, every function a row. */
static void rows_and_functions_are_the_same_set(void)
{
    static const CommandBinding *const files[] = {
        cmd_string_bindings, cmd_key_bindings,  cmd_hash_bindings, cmd_list_bindings,
        cmd_set_bindings,    cmd_zset_bindings, cmd_sort_bindings};
    for (size_t f = 0; f < ARRAY_LENGTH(files); f++) {
        for (const CommandBinding *at = files[f]; at->name; at++) {
            const CommandRow *row = command_find(slice_of(at->name));
            CU_ASSERT_PTR_NOT_NULL(row);
            if (row) CU_ASSERT_PTR_NOT_NULL(command_function(row));
        }
    }
    /* A container needs none itself: its arity keeps it from being called without a sub-command. */
    for (uint32_t i = 0; i < command_count(); i++) {
        const CommandRow *row = command_at(i), *sub;
        bool container = command_sub(row, 0) != NULL && row->arity == -2;
        CU_ASSERT(container || command_function(row) != NULL || process_function(row) != NULL);
        for (uint32_t s = 0; (sub = command_sub(row, s)) != NULL; s++)
            CU_ASSERT(command_function(sub) != NULL || process_function(sub) != NULL);
    }
}

void test_commands_suite(void);
void test_commands_suite(void)
{
    CU_pSuite suite = CU_add_suite("commands", NULL, NULL);
    CU_add_test(suite, "commands answer as redis-server does",
                commands_answer_as_redis_server_does);
    CU_add_test(suite, "replicas hold what their primary holds",
                replicas_hold_what_their_primary_holds);
    CU_add_test(suite, "open slots redirect by the table", open_slots_redirect_by_the_table);
    CU_add_test(suite, "hits and misses are counted", hits_and_misses_are_counted);
    CU_add_test(suite, "rows and functions are the same set", rows_and_functions_are_the_same_set);
}
