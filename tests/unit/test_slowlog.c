/* test_slowlog.c -- SLOWLOG and LATENCY against the service times of the model (sim/server/cost.h).
 */
#include "tests/fixture/fixture.h"
#include "tests/unit/desk.h"

#include <CUnit/CUnit.h>

#include <string.h>

static Fixture open_cluster(void)
{
    FixtureConfig config = fixture_config(7, 3, 0, 5000);
    Fixture fixture = fixture_open(&config);
    CU_ASSERT_TRUE(fixture_create(&fixture, 60 * SIM_SEC));
    return fixture;
}

static void say(Fixture *fixture, const char *line, const char *want)
{
    EXPECT_TEXT_IN(line, fixture_call(fixture, 0, "%s", line), want);
}

static bool tells(Fixture *fixture, const char *line, const char *part)
{
    return strstr(fixture_call(fixture, 0, "%s", line), part) != NULL;
}

/* Only what is as slow as the limit is kept, the newest first, with its words and its time. */
static void slow_commands_are_kept(void)
{
    Fixture fixture = open_cluster();
    say(&fixture, "SLOWLOG LEN", ":0");
    say(&fixture, "SET bar 1", "+OK");
    say(&fixture, "DEBUG SLEEP 0.02", "+OK");
    say(&fixture, "SLOWLOG LEN", ":1");
    CU_ASSERT_TRUE(tells(&fixture, "SLOWLOG GET", "*1\n  *6\n    :0\n    :"));
    CU_ASSERT_TRUE(
        tells(&fixture, "SLOWLOG GET",
              "\n    :20002\n    *3\n      $DEBUG\n      $SLEEP\n      $0.02\n    $10."));
    say(&fixture, "CONFIG SET slowlog-log-slower-than 0 slowlog-max-len 3", "+OK");
    say(&fixture, "GET bar", "$1"); /* 1: CONFIG SET */
    CU_ASSERT_TRUE(tells(&fixture, "SLOWLOG GET 1", "*1\n  *6\n    :2\n"));
    CU_ASSERT_TRUE(tells(&fixture, "SLOWLOG GET -1", "*3\n  *6\n    :3\n"));
    say(&fixture, "SLOWLOG GET -2", "-ERR count should be greater than or equal to -1");
    say(&fixture, "SLOWLOG LEN", ":3");
    say(&fixture, "CONFIG SET slowlog-log-slower-than -1", "+OK");
    say(&fixture, "CONFIG GET slowlog-log-slower-than", "*2\n  $slowlog-log-slower-than\n  $-1");
    say(&fixture, "SLOWLOG RESET", "+OK");
    say(&fixture, "DEBUG SLEEP 0.02", "+OK");
    say(&fixture, "SLOWLOG LEN", ":0");
    fixture_close(&fixture);
}

/* Long commands are cut: 32 words, 128 bytes each. */
static void long_commands_are_cut(void)
{
    Fixture fixture = open_cluster();
    char line[500] = "RPUSH bar";
    for (int i = 0; i < 38; i++) strcat(line, " 1");
    say(&fixture, "CONFIG SET slowlog-log-slower-than 0", "+OK");
    say(&fixture, line, ":38");
    CU_ASSERT_TRUE(tells(&fixture, "SLOWLOG GET 1", "    *32\n"));
    CU_ASSERT_TRUE(tells(&fixture, "SLOWLOG GET 2", "\n      $... (9 more arguments)\n"));
    strcpy(line, "SET bar ");
    for (int i = 0; i < 150; i++) strcat(line, "x");
    say(&fixture, line, "+OK");
    CU_ASSERT_TRUE(tells(&fixture, "SLOWLOG GET 1", "xx... (22 more bytes)\n"));
    fixture_close(&fixture);
}

/* The commands of a transaction are logged one by one, EXEC is not. */
static void a_transaction_is_logged_by_its_commands(void)
{
    Fixture fixture = open_cluster();
    uint32_t client = fixture_connect(&fixture, 0);
    fixture_conn_call(&fixture, client, "MULTI");
    fixture_conn_call(&fixture, client, "DEBUG SLEEP 0.03");
    fixture_conn_call(&fixture, client, "GET bar");
    SimTime start = sim_now(fixture.sim);
    fixture_conn_call(&fixture, client, "EXEC");
    CU_ASSERT_TRUE(sim_now(fixture.sim) - start >= 30 * SIM_MS);
    say(&fixture, "SLOWLOG LEN", ":1");
    CU_ASSERT_TRUE(tells(&fixture, "SLOWLOG GET", "$SLEEP"));
    fixture_close(&fixture);
}

static void latency_is_sampled_above_the_threshold(void)
{
    Fixture fixture = open_cluster();
    say(&fixture, "DEBUG SLEEP 0.05", "+OK");
    say(&fixture, "LATENCY LATEST", "*0");
    CU_ASSERT_TRUE(tells(&fixture, "LATENCY DOCTOR", "latency-monitor-threshold is 0"));
    say(&fixture, "CONFIG SET latency-monitor-threshold 20", "+OK");
    say(&fixture, "DEBUG SLEEP 0.01", "+OK");
    say(&fixture, "LATENCY LATEST", "*0");
    fixture_run(&fixture, SIM_SEC);
    say(&fixture, "DEBUG SLEEP 0.05", "+OK");
    fixture_run(&fixture, SIM_SEC);
    say(&fixture, "DEBUG SLEEP 0.03", "+OK");
    CU_ASSERT_TRUE(tells(&fixture, "LATENCY LATEST", "*1\n  *4\n    $command\n    :1"));
    CU_ASSERT_TRUE(tells(&fixture, "LATENCY LATEST", "\n    :30\n    :50"));
    CU_ASSERT_TRUE(tells(&fixture, "LATENCY HISTORY command", "*2\n  *2\n    :1"));
    say(&fixture, "LATENCY HISTORY fork", "*0");
    CU_ASSERT_TRUE(tells(&fixture, "LATENCY DOCTOR", "command: 2 latency spikes (average 40 ms)"));
    say(&fixture, "LATENCY RESET fork", ":0");
    say(&fixture, "LATENCY RESET", ":1");
    say(&fixture, "LATENCY HISTORY command", "*0");
    fixture_close(&fixture);
}

/* MIGRATE counts from its beginning to its end (§9.6: it blocks the server). */
static void migrate_is_as_slow_as_its_target(void)
{
    Fixture fixture = open_cluster();
    say(&fixture, "SET bar 1", "+OK");
    fixture_command(&fixture, CMD_FREEZE, 1);
    say(&fixture, "MIGRATE 10.0.0.2 6379 bar 0 250",
        "-IOERR error or timeout reading to target instance");
    say(&fixture, "SLOWLOG LEN", ":1");
    CU_ASSERT_TRUE(tells(&fixture, "SLOWLOG GET", "\n    :25"));
    CU_ASSERT_TRUE(tells(&fixture, "SLOWLOG GET", "$MIGRATE"));
    fixture_close(&fixture);
}

/* Executed, refused and failed calls are told apart; durations are in buckets of doubling width. */
static void calls_are_counted_by_command(void)
{
    Fixture fixture = open_cluster();
    say(&fixture, "CONFIG RESETSTAT", "+OK");
    say(&fixture, "GET bar", "_");
    say(&fixture, "GET bar", "_");
    say(&fixture, "GET foo", "-MOVED 12182 10.0.0.3:6379");
    say(&fixture, "SET bar x", "+OK");
    say(&fixture, "INCR bar", "-ERR value is not an integer or out of range");
    say(&fixture, "DEBUG SLEEP 0.001", "+OK");
    CU_ASSERT_TRUE(tells(&fixture, "INFO commandstats",
                         "cmdstat_get:calls=2,usec=5,usec_per_call=2.50,rejected_calls=1,"
                         "failed_calls=0\r\n"));
    CU_ASSERT_TRUE(tells(&fixture, "INFO all", "cmdstat_incr:calls=1,usec=2,"));
    CU_ASSERT_TRUE(tells(&fixture, "INFO all", "rejected_calls=0,failed_calls=1\r\n"));
    CU_ASSERT_FALSE(tells(&fixture, "INFO", "cmdstat_"));
    say(&fixture, "LATENCY HISTOGRAM get debug",
        "*4\n  $get\n  *4\n    $calls\n    :2\n    $histogram_usec\n    *2\n      :4\n      :2\n"
        "  $debug\n  *4\n    $calls\n    :1\n    $histogram_usec\n    *2\n      :1056\n      :1");
    say(&fixture, "LATENCY HISTOGRAM nosuch", "*0");
    fixture_close(&fixture);
}

void test_slowlog_suite(void);
void test_slowlog_suite(void)
{
    CU_pSuite suite = CU_add_suite("slowlog", NULL, NULL);
    CU_add_test(suite, "slow commands are kept", slow_commands_are_kept);
    CU_add_test(suite, "long commands are cut", long_commands_are_cut);
    CU_add_test(suite, "a transaction is logged by its commands",
                a_transaction_is_logged_by_its_commands);
    CU_add_test(suite, "latency is sampled above the threshold",
                latency_is_sampled_above_the_threshold);
    CU_add_test(suite, "calls are counted by command", calls_are_counted_by_command);
    CU_add_test(suite, "MIGRATE is as slow as its target", migrate_is_as_slow_as_its_target);
}
