/* test_sort.c -- SORT and SORT_RO as redis-server 7.0.15 in cluster mode answers them (protocol.md
 * §1.9).
 */
#include "tests/fixture/fixture.h"
#include "tests/unit/desk.h"

#include <CUnit/CUnit.h>

/* All keys are in slot 5061, which host 0 owns; in this order. */
static const struct {
    const char *line, *reply;
} ROWS[] = {
    {"RPUSH {bar}l 3 10 2 -1 2.5", ":5"},
    {"SORT {bar}l", "*5\n  $-1\n  $2\n  $2.5\n  $3\n  $10"},
    {"SORT {bar}l DESC", "*5\n  $10\n  $3\n  $2.5\n  $2\n  $-1"},
    {"SORT {bar}l desc asc", "*5\n  $-1\n  $2\n  $2.5\n  $3\n  $10"},
    {"SORT {bar}l ALPHA", "*5\n  $-1\n  $10\n  $2\n  $2.5\n  $3"},
    {"SORT {bar}l ALPHA DESC", "*5\n  $3\n  $2.5\n  $2\n  $10\n  $-1"},
    {"SORT {bar}l LIMIT 1 2", "*2\n  $2\n  $2.5"},
    {"SORT {bar}l LIMIT 3 100", "*2\n  $3\n  $10"},
    {"SORT {bar}l LIMIT 3 -5", "*2\n  $3\n  $10"},
    {"SORT {bar}l LIMIT -2 1", "*1\n  $-1"},
    {"SORT {bar}l LIMIT 5 1", "*0"},
    {"SORT {bar}l LIMIT 0 0", "*0"},
    {"SORT {bar}l LIMIT 0 x", "-ERR value is not an integer or out of range"},
    {"SORT {bar}l LIMIT 0", "-ERR syntax error"},
    {"SORT {bar}l UP", "-ERR syntax error"},
    {"SORT {bar}l BY nosort", "*5\n  $3\n  $10\n  $2\n  $-1\n  $2.5"},
    {"SORT {bar}l BY nosort DESC LIMIT 1 2", "*2\n  $10\n  $2"},
    {"SORT {bar}l BY w_*", "-ERR BY option of SORT denied in Cluster mode."},
    {"SORT {bar}l GET #", "-ERR GET option of SORT denied in Cluster mode."},
    {"SORT {bar}l GET {bar}w_*", "-ERR GET option of SORT denied in Cluster mode."},
    {"SORT_RO {bar}l LIMIT 0 1", "*1\n  $-1"},
    {"SORT_RO {bar}l STORE {bar}d", "-ERR syntax error"},
    {"SORT_RO {bar}l BY *", "-ERR BY option of SORT denied in Cluster mode."},
    {"SORT {bar}l STORE {bar}d", ":5"},
    {"LRANGE {bar}d 0 -1", "*5\n  $-1\n  $2\n  $2.5\n  $3\n  $10"},
    {"SORT {bar}l STORE {bar}l DESC LIMIT 0 2", ":2"},
    {"LRANGE {bar}l 0 -1", "*2\n  $10\n  $3"},
    {"SORT {bar}none STORE {bar}l", ":0"},
    {"EXISTS {bar}l", ":0"},
    {"SORT {bar}none", "*0"},
    {"RPUSH {bar}w pear apple fig", ":3"},
    {"SORT {bar}w", "-ERR One or more scores can't be converted into double"},
    {"SORT {bar}w ALPHA", "*3\n  $apple\n  $fig\n  $pear"},
    {"SADD {bar}s 3 1 2", ":3"},
    {"SORT {bar}s", "*3\n  $1\n  $2\n  $3"},
    {"SORT {bar}s BY nosort STORE {bar}d", ":3"},
    {"LRANGE {bar}d 0 -1", "*3\n  $1\n  $2\n  $3"},
    {"ZADD {bar}z 3 1 1 20 2 3", ":3"},
    {"SORT {bar}z", "*3\n  $1\n  $3\n  $20"},
    {"SORT {bar}z BY nosort", "*3\n  $20\n  $3\n  $1"},
    {"SORT {bar}z BY nosort DESC", "*3\n  $1\n  $3\n  $20"},
    {"HSET {bar}h a 1", ":1"},
    {"SORT {bar}h", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"SORT {bar}z STORE foo", "-CROSSSLOT Keys in request don't hash to the same slot"},
    {"SORT foo BY w_* GET #", "-MOVED 12182 10.0.0.3:6379"},
    {"COMMAND GETKEYS SORT a LIMIT STORE 1 GET store STORE b STORE c", "*2\n  $a\n  $c"},
    {"COMMAND GETKEYS SORT a BY store", "*1\n  $a"},
    {"COMMAND GETKEYS SORT_RO a BY store", "*1\n  $a"},
};

static void sort_answers_as_redis_server_does(void)
{
    FixtureConfig config = fixture_config(7, 3, 0, 5000);
    Fixture fixture = fixture_open(&config);
    CU_ASSERT_TRUE(fixture_create(&fixture, 60 * SIM_SEC));
    for (size_t i = 0; i < ARRAY_LENGTH(ROWS); i++) {
        EXPECT_TEXT_IN(ROWS[i].line, fixture_call(&fixture, 0, "%s", ROWS[i].line), ROWS[i].reply);
    }
    fixture_close(&fixture);
}

/* The replica executes SORT ... STORE itself: it must come to the same. */
static void a_replica_stores_the_same(void)
{
    FixtureConfig config = fixture_config(7, 3, 1, 5000);
    Fixture fixture = fixture_open(&config);
    CU_ASSERT_TRUE(fixture_create(&fixture, 60 * SIM_SEC));
    fixture_run(&fixture, 8 * SIM_SEC);
    fixture_call(&fixture, 0, "SADD {bar}s c a b");
    fixture_call(&fixture, 0, "SORT {bar}s BY nosort STORE {bar}d");
    fixture_run(&fixture, 100 * SIM_MS);
    uint32_t replica = fixture_connect(&fixture, 3);
    EXPECT_TEXT_IN("READONLY", fixture_conn_call(&fixture, replica, "READONLY"), "+OK");
    EXPECT_TEXT_IN("replica", fixture_conn_call(&fixture, replica, "LRANGE {bar}d 0 -1"),
                   "*3\n  $a\n  $b\n  $c");
    fixture_close(&fixture);
}

void test_sort_suite(void);
void test_sort_suite(void)
{
    CU_pSuite suite = CU_add_suite("sort", NULL, NULL);
    CU_add_test(suite, "sort answers as redis-server does", sort_answers_as_redis_server_does);
    CU_add_test(suite, "a replica stores the same", a_replica_stores_the_same);
}
