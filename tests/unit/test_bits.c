/* test_bits.c -- bits of strings, BITFIELD and LCS, one after the other on one node; the replies
 * are those of redis-server 7.0.15. */
#include "tests/fixture/fixture.h"

#include <CUnit/CUnit.h>

#include <stdio.h>
#include <string.h>

void test_bits_suite(void);

static const struct {
    const char *line, *reply;
} rows[] = {
    {"SETBIT {bar}b 7 1", ":0"},
    {"SETBIT {bar}b 7 1", ":1"},
    {"SETBIT {bar}b 100 0", ":0"},
    {"STRLEN {bar}b", ":13"},
    {"OBJECT ENCODING {bar}b", "$raw"},
    {"GETBIT {bar}b 7", ":1"},
    {"GETBIT {bar}b 1000", ":0"},
    {"SETBIT {bar}b 4294967296 1", "-ERR bit offset is not an integer or out of range"},
    {"SETBIT {bar}b -1 1", "-ERR bit offset is not an integer or out of range"},
    {"SETBIT {bar}b 1 2", "-ERR bit is not an integer or out of range"},
    {"SET {bar}c foobar", "+OK"},
    {"BITCOUNT {bar}c", ":26"},
    {"BITCOUNT {bar}c 0 0", ":4"},
    {"BITCOUNT {bar}c 1 -2", ":18"},
    {"BITCOUNT {bar}c 5 30 BIT", ":17"},
    {"BITCOUNT {bar}c 1", "-ERR syntax error"},
    {"BITCOUNT {bar}c 0 0 x", "-ERR syntax error"},
    {"BITCOUNT {bar}none 0", ":0"},
    {"BITPOS {bar}c 1", ":1"},
    {"BITPOS {bar}c 0", ":0"},
    {"BITPOS {bar}c 1 2", ":17"},
    {"BITPOS {bar}c 1 7 15 BIT", ":9"},
    {"BITPOS {bar}c 0 3 3", ":24"},
    {"BITPOS {bar}c 2", "-ERR The bit argument must be 1 or 0."},
    {"BITPOS {bar}none 0", ":0"},
    {"BITPOS {bar}none 1", ":-1"},
    {"SET {bar}d abc", "+OK"},
    {"BITOP AND {bar}e {bar}c {bar}d", ":6"},
    {"BITOP XOR {bar}f {bar}d {bar}d", ":3"},
    {"STRLEN {bar}f", ":3"},
    {"BITOP NOT {bar}e {bar}c {bar}d", "-ERR BITOP NOT must be called with a single source key."},
    {"BITOP NOT {bar}e {bar}none", ":0"},
    {"EXISTS {bar}e", ":0"},
    {"BITOP MAYBE {bar}e {bar}c", "-ERR syntax error"},
    {"BITFIELD {bar}g SET u8 0 200 GET i8 0 INCRBY u8 0 100", "*3\n  :0\n  :-56\n  :44"},
    {"BITFIELD {bar}g OVERFLOW SAT INCRBY u8 0 250 OVERFLOW FAIL INCRBY u8 0 1 GET u8 0",
     "*3\n  :255\n  _\n  :255"},
    {"BITFIELD {bar}g SET i4 #3 -8 OVERFLOW SAT INCRBY i4 #3 -1 GET u4 12",
     "*3\n  :0\n  :-8\n  :8"},
    {"BITFIELD {bar}g GET u64 0", "-ERR Invalid bitfield type. Use something like i16 u8. Note "
                                  "that u64 is not supported but i64 is."},
    {"BITFIELD {bar}g GET u8 #x", "-ERR bit offset is not an integer or out of range"},
    {"BITFIELD {bar}g SET u8 0", "-ERR syntax error"},
    {"BITFIELD {bar}g OVERFLOW MAYBE", "-ERR Invalid OVERFLOW type specified"},
    {"BITFIELD {bar}g SET u8 0 x", "-ERR value is not an integer or out of range"},
    {"BITFIELD_RO {bar}g GET u8 0", "*1\n  :255"},
    {"BITFIELD_RO {bar}g SET u8 0 1", "-ERR BITFIELD_RO only supports the GET subcommand"},
    {"RPUSH {bar}l x", ":1"},
    {"GETBIT {bar}l 0", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"BITFIELD {bar}l GET u8 0",
     "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"SET {bar}1 ohmytext", "+OK"},
    {"SET {bar}2 mynewtext", "+OK"},
    {"LCS {bar}1 {bar}2", "$mytext"},
    {"LCS {bar}1 {bar}2 LEN", ":6"},
    {"LCS {bar}1 {bar}2 IDX", "*4\n  $matches\n  *2\n    *2\n      *2\n        :4\n        "
                              ":7\n      *2\n        :5\n        :8\n    *2\n      *2\n        "
                              ":2\n        :3\n      *2\n        :0\n        :1\n  $len\n  :6"},
    {"LCS {bar}1 {bar}2 IDX MINMATCHLEN 4 WITHMATCHLEN",
     "*4\n  $matches\n  *1\n    *3\n      *2\n        :4\n        :7\n      *2\n        :5\n   "
     "     :8\n      :4\n  $len\n  :6"},
    {"LCS {bar}1 {bar}2 IDX LEN",
     "-ERR If you want both the length and indexes, please just use IDX."},
    {"LCS {bar}1 {bar}none", "$"},
    {"LCS {bar}1 {bar}l", "-ERR The specified keys must contain string values"},
    {"LCS {bar}1 {bar}2 MAYBE", "-ERR syntax error"},
};

static void replies_are_those_of_redis_server(void)
{
    FixtureConfig config = fixture_config(7, 3, 1, 5000);
    Fixture fixture = fixture_open(&config);
    CU_ASSERT_TRUE(fixture_create(&fixture, 60 * SIM_SEC));
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        const char *got = fixture_call(&fixture, 0, "%s", rows[i].line);
        bool same = strcmp(got, rows[i].reply) == 0;
        if (!same) printf("\n    %s: got \"%s\", want \"%s\"", rows[i].line, got, rows[i].reply);
        CU_assertImplementation(same, __LINE__, rows[i].line, __FILE__, "", CU_FALSE);
    }
    fixture_close(&fixture);
}

/* What a bit changes is a change of the string, for replicas too; what changes nothing is none. */
static void replicas_have_the_same_bits(void)
{
    FixtureConfig config = fixture_config(8, 3, 1, 5000);
    config.sim.trace_level = 2; /* offsets */
    Fixture fixture = fixture_open(&config);
    CU_ASSERT_TRUE(fixture_create(&fixture, 60 * SIM_SEC));
    HostId replica = (HostId)fixture.primaries; /* of host 0 */
    fixture_run(&fixture, 8 * SIM_SEC);
    fixture_call(&fixture, 0, "SETBIT {bar}b 9 1");
    fixture_call(&fixture, 0, "BITFIELD {bar}b INCRBY u8 #2 77");
    fixture_run(&fixture, 50 * SIM_MS);
    uint64_t offset = sim_self(fixture.sim, 0)->repl_offset;
    CU_ASSERT_NOT_EQUAL(offset, 0);
    CU_ASSERT_EQUAL(sim_self(fixture.sim, replica)->repl_offset, offset);
    fixture_call(&fixture, 0, "SETBIT {bar}b 9 1");
    CU_ASSERT_EQUAL(sim_self(fixture.sim, 0)->repl_offset, offset);
    uint32_t connection = fixture_connect(&fixture, replica);
    fixture_conn_call(&fixture, connection, "READONLY");
    CU_ASSERT_STRING_EQUAL(
        fixture_conn_call(&fixture, connection, "BITFIELD_RO {bar}b GET u8 #1 GET u8 #2"),
        "*2\n  :64\n  :77");
    fixture_close(&fixture);
}

void test_bits_suite(void)
{
    CU_pSuite suite = CU_add_suite("bits of strings", NULL, NULL);
    CU_add_test(suite, "replies are those of redis-server", replies_are_those_of_redis_server);
    CU_add_test(suite, "replicas have the same bits", replicas_have_the_same_bits);
}
