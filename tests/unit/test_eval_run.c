/* test_eval_run.c -- scripts that take time and libraries that travel (protocol.md §1.7, §2.9):
 * what reaches a replica, BUSY and SCRIPT KILL, how peers see a busy node, snapshots. */
#include "tests/fixture/fixture.h"

#include "sim/base/sha1.h"
#include "sim/trace/trace.h"

#include <CUnit/CUnit.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Row {
    const char *line, *reply;
} Row;

static void expect_same(const char *what, const char *got, const char *want)
{
    char text[1400];
    bool same = strcmp(got, want) == 0;
    snprintf(text, sizeof(text), "%s:\n      got  \"%s\"\n      want \"%s\"", what, got, want);
    if (!same) printf("\n    %s", text);
    CU_assertImplementation(same, __LINE__, text, __FILE__, "", CU_FALSE);
}

static void expect_reply(Fixture *fixture, HostId host, const char *line, const char *want)
{
    expect_same(line, fixture_call(fixture, host, "%s", line), want);
}

static void expect_rows(Fixture *fixture, HostId host, const Row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) expect_reply(fixture, host, rows[i].line, rows[i].reply);
}

static Fixture open_cluster(uint32_t node_timeout_ms)
{
    FixtureConfig config = fixture_config(11, 3, 1, node_timeout_ms);
    Fixture fixture = fixture_open(&config);
    CU_ASSERT_TRUE(fixture_create(&fixture, 60 * SIM_SEC));
    fixture_run(&fixture, 8 * SIM_SEC); /* the full synchronisations */
    return fixture;
}

/* Sends a line and goes on at once. */
static uint32_t start_call(Fixture *fixture, HostId host, const char *line)
{
    return fixture_submit(fixture, &(Command){.kind = CMD_CALL, .host = host, .text = line});
}

static const char *reply_of(Fixture *fixture, uint32_t call)
{
    const char *reply = "";
    CallStatus status = sim_call_status(fixture->sim, call, &reply);
    return status == CALL_DONE ? reply : status == CALL_PENDING ? "(pending)" : "(lost)";
}

/* The error of a script, with its hash for '#'. */
static const char *with_hash(const char *script, const char *text, char *out, size_t size)
{
    char hex[SHA1_HEX_SIZE + 1];
    const char *hash = strchr(text, '#');
    sha1_hex(slice_of(script), hex);
    snprintf(out, size, "%.*s%s%s", (int)(hash - text), text, hex, hash + 1);
    return out;
}

/* --- functions --- */

#define LIBRARY                                                                                    \
    "\"#!lua name=lib\\nredis.register_function('put', function(keys, args) return "               \
    "redis.call('SET', keys[1], args[1]) end)\\nredis.register_function{function_name='look', "    \
    "callback=function(keys) return redis.call('GET', keys[1]) end, flags={'no-writes'}, "         \
    "description='reads'}\""

static void libraries_are_loaded_listed_and_called(void)
{
    static const Row rows[] = {
        {"FUNCTION LIST", "*0"},
        {"FCALL put 1 bar x", "-ERR Function not found"},
        {"FUNCTION LOAD " LIBRARY, "$lib"},
        {"FUNCTION LOAD " LIBRARY, "-ERR Library 'lib' already exists"},
        {"FUNCTION LOAD REPLACE " LIBRARY, "$lib"},
        {"FUNCTION LOAD AGAIN " LIBRARY, "-ERR Unknown option given: AGAIN"},
        {"FCALL put 1 bar x", "+OK"},
        {"FCALL PUT 1 bar y", "+OK"},
        {"FCALL look 1 bar", "$y"},
        {"FCALL_RO look 1 bar", "$y"},
        {"FCALL_RO put 1 bar z",
         "-ERR Can not execute a script with write flag using *_ro command."},
        {"FCALL put 1 foo x", "-MOVED 12182 10.0.0.3:6379"},
        {"FCALL put x bar", "-ERR Bad number of keys provided"},
        {"FCALL put 2 bar", "-ERR Number of keys can't be greater than number of args"},
        {"FUNCTION LIST LIBRARYNAME l*",
         "*1\n  *6\n    $library_name\n    $lib\n    $engine\n    $LUA\n    $functions\n    *2\n"
         "      *6\n        $name\n        $put\n        $description\n        _\n        $flags\n"
         "        *0\n"
         "      *6\n        $name\n        $look\n        $description\n        $reads\n"
         "        $flags\n        *1\n          +no-writes"},
        {"FUNCTION LIST LIBRARYNAME x*", "*0"},
        {"FUNCTION LIST LIBRARYNAME", "-ERR library name argument was not given"},
        {"FUNCTION LIST NONSENSE", "-ERR Unknown argument NONSENSE"},
        {"FUNCTION STATS", "*4\n  $running_script\n  _\n  $engines\n  *2\n    $LUA\n    *4\n"
                           "      $libraries_count\n      :1\n      $functions_count\n      :2"},
        {"FUNCTION DELETE nolib", "-ERR Library not found"},
        {"FUNCTION DELETE lib", "+OK"},
        {"FCALL put 1 bar x", "-ERR Function not found"},
        {"FUNCTION FLUSH NOW", "-ERR FUNCTION FLUSH only supports SYNC|ASYNC option"},
        {"FUNCTION FLUSH SYNC", "+OK"},
        {"FUNCTION KILL", "-NOTBUSY No scripts in execution right now."},
        {"FUNCTION NONSENSE", "-ERR unknown subcommand 'NONSENSE'. Try FUNCTION HELP."},
        {"FUNCTION DELETE", "-ERR wrong number of arguments for 'function|delete' command"},
    };
    Fixture fixture = open_cluster(5000);
    expect_rows(&fixture, 0, rows, ARRAY_LENGTH(rows));
    fixture_close(&fixture);
}

static void libraries_that_are_none_are_refused(void)
{
    static const Row rows[] = {
        {"FUNCTION LOAD 'return 1'", "-ERR Missing library metadata"},
        {"FUNCTION LOAD '#!lua name=x'", "-ERR Invalid library metadata"},
        {"FUNCTION LOAD \"#!lua\\nreturn 1\"", "-ERR Library name was not given"},
        {"FUNCTION LOAD \"#!lua name=x name=y\\n\"",
         "-ERR Invalid metadata value, name argument was given multiple times"},
        {"FUNCTION LOAD \"#!lua name=x color=red\\n\"",
         "-ERR Invalid metadata value given: color=red"},
        {"FUNCTION LOAD \"#!lua name=a-b\\n\"",
         "-ERR Library names can only contain letters, numbers, or underscores(_) and must be at "
         "least one character long"},
        {"FUNCTION LOAD \"#!tcl name=x\\n\"", "-ERR Engine 'tcl' not found"},
        {"FUNCTION LOAD \"#!lua name=x\\nreturn 1\"", "-ERR No functions registered"},
        {"FUNCTION LOAD \"#!lua name=x\\nreturn (\"",
         "-ERR Error compiling function: user_function:2: unexpected symbol near '<eof>'"},
        {"FUNCTION LOAD \"#!lua name=x\\nredis.call('GET', 'x')\"",
         "-ERR Error registering functions: ERR user_function:2: Script attempted to access "
         "nonexistent global variable 'call'"},
        {"FUNCTION LOAD \"#!lua name=x\\nreturn string.upper('x')\"",
         "-ERR Error registering functions: ERR user_function:2: Script attempted to access "
         "nonexistent global variable 'string'"},
        {"FUNCTION LOAD \"#!lua name=x\\nredis.register_function('a b', function() end)\"",
         "-ERR Error registering functions: ERR Library names can only contain letters, numbers, "
         "or underscores(_) and must be at least one character long"},
        {"FUNCTION LOAD \"#!lua name=x\\nredis.register_function('f')\"",
         "-ERR Error registering functions: ERR calling redis.register_function with a single "
         "argument is only applicable to Lua table (representing named arguments)."},
        {"FUNCTION LOAD \"#!lua name=x\\nredis.register_function('f', 1)\"",
         "-ERR Error registering functions: ERR second argument to redis.register_function must be "
         "a function"},
        {"FUNCTION LOAD \"#!lua name=x\\nwhile true do end\"",
         "-ERR Error registering functions: ERR FUNCTION LOAD timeout"},
        {"FUNCTION LOAD \"#!lua name=one\\nredis.register_function('f', function() return 1 end)\"",
         "$one"},
        {"FUNCTION LOAD \"#!lua name=two\\nredis.register_function('F', function() return 2 end)\"",
         "-ERR Function F already exists"},
        {"FCALL f 0", ":1"},
    };
    Fixture fixture = open_cluster(5000);
    expect_rows(&fixture, 0, rows, ARRAY_LENGTH(rows));
    fixture_close(&fixture);
}

/* The bytes as a quoted word of a command line, without its quotes. */
static void escape(Slice bytes, char *out, size_t size)
{
    size_t at = 0;
    for (uint32_t i = 0; i < bytes.size && at + 5 < size; i++)
        at += (size_t)snprintf(out + at, size - at, "\\x%02x", (unsigned char)bytes.chars[i]);
}

static void a_payload_restores_libraries(void)
{
    static const char load[] =
        "FUNCTION LOAD \"#!lua name=a\\nredis.register_function('f',function()return 7 end)\"";
    Fixture fixture = open_cluster(5000);
    char word[460];
    expect_reply(&fixture, 0, load, "$a");
    uint32_t call = start_call(&fixture, 0, "FUNCTION DUMP");
    fixture_run(&fixture, 10 * SIM_MS);
    Slice resp = sim_call_resp(fixture.sim, call); /* "$82\r\n...\r\n" */
    const char *start = strchr(resp.chars, '\n') + 1;
    escape((Slice){start, (uint32_t)(resp.chars + resp.size - start) - 2}, word, sizeof(word));
    expect_same("RESTORE", fixture_call(&fixture, 1, "FUNCTION RESTORE \"%s\"", word), "+OK");
    expect_reply(&fixture, 1, "FCALL f 0", ":7");
    expect_same("APPEND", fixture_call(&fixture, 1, "FUNCTION RESTORE \"%s\"", word),
                "-ERR Library a already exists");
    expect_same("REPLACE", fixture_call(&fixture, 1, "FUNCTION RESTORE \"%s\" REPLACE", word),
                "+OK");
    expect_same("FLUSH", fixture_call(&fixture, 1, "FUNCTION RESTORE \"%s\" FLUSH", word), "+OK");
    expect_reply(&fixture, 1, "FCALL f 0", ":7");
    word[20] ^= 1;
    expect_same("damaged", fixture_call(&fixture, 1, "FUNCTION RESTORE \"%s\" FLUSH", word),
                "-ERR DUMP payload version or checksum are wrong");
    fixture_close(&fixture);
}

/* --- replication --- */

static uint64_t offset_of(Fixture *fixture, HostId host)
{
    const char *info = fixture_call(fixture, host, "INFO replication");
    const char *at = strstr(info, "master_repl_offset:");
    return at ? strtoull(at + strlen("master_repl_offset:"), NULL, 10) : 0;
}

/* §1.7, §10.1: not the script but what it did goes to replicas, as one transaction. */
static void what_a_script_did_is_replicated(void)
{
    static const char two[] = "EVAL 'redis.call(\"set\",KEYS[1],1) redis.call(\"incr\",KEYS[1]) "
                              "return redis.call(\"get\",KEYS[1])' 1 bar";
    static const char stream[] = "*1\r\n$5\r\nMULTI\r\n*3\r\n$3\r\nset\r\n$3\r\nbar\r\n$1\r\n1\r\n"
                                 "*2\r\n$4\r\nincr\r\n$3\r\nbar\r\n*1\r\n$4\r\nEXEC\r\n";
    Fixture fixture = open_cluster(5000);
    HostId replica = (HostId)fixture.primaries; /* of host 0 */
    uint64_t before = offset_of(&fixture, 0);
    expect_reply(&fixture, 0, two, "$2");
    uint64_t after = offset_of(&fixture, 0);
    CU_ASSERT_EQUAL(after - before, sizeof(stream) - 1);
    expect_reply(&fixture, 0, "EVAL 'return redis.call(\"get\",KEYS[1])' 1 bar", "$2");
    CU_ASSERT_EQUAL(offset_of(&fixture, 0), after);
    expect_reply(&fixture, 0,
                 "EVAL 'redis.set_repl(redis.REPL_NONE) return redis.call(\"set\",KEYS[1],9)' 1 "
                 "{bar}2",
                 "+OK");
    CU_ASSERT_EQUAL(offset_of(&fixture, 0), after);
    fixture_run(&fixture, 50 * SIM_MS);
    expect_reply(&fixture, replica, "DBSIZE", ":1");
    expect_reply(&fixture, replica, "EVAL 'return redis.call(\"dbsize\")' 0", ":1");
    fixture_close(&fixture);
}

/* §1.7: libraries go to replicas, by the stream and by a full synchronisation, not to other shards;
 * the cache of scripts goes nowhere and ends with its process. */
static void libraries_reach_replicas_and_caches_do_not(void)
{
    Fixture fixture = open_cluster(5000);
    HostId replica = (HostId)fixture.primaries;
    char sha[64];
    expect_reply(&fixture, 0, "FUNCTION LOAD " LIBRARY, "$lib");
    snprintf(sha, sizeof(sha), "%s", fixture_call(&fixture, 0, "SCRIPT LOAD 'return 5'") + 1);
    fixture_run(&fixture, 50 * SIM_MS);
    CU_ASSERT_PTR_NOT_NULL(strstr(fixture_call(&fixture, replica, "FUNCTION LIST"), "$lib"));
    expect_reply(&fixture, 1, "FUNCTION LIST", "*0");
    expect_reply(&fixture, replica, "FUNCTION FLUSH",
                 "-READONLY You can't write against a read only replica.");
    expect_same("EXISTS", fixture_call(&fixture, 0, "SCRIPT EXISTS %s", sha), "*1\n  :1");
    expect_same("EXISTS", fixture_call(&fixture, replica, "SCRIPT EXISTS %s", sha), "*1\n  :0");
    expect_same("EVALSHA", fixture_call(&fixture, 0, "EVALSHA %s 0", sha), ":5");
    expect_reply(&fixture, 0, "SCRIPT FLUSH", "+OK");
    expect_same("EVALSHA", fixture_call(&fixture, 0, "EVALSHA %s 0", sha),
                "-NOSCRIPT No matching script. Please use EVAL.");
    fixture_kill(&fixture, replica, false);
    fixture_run(&fixture, 1 * SIM_SEC);
    fixture_command(&fixture, CMD_START, replica);
    fixture_run(&fixture, 5 * SIM_SEC);
    CU_ASSERT_PTR_NOT_NULL(strstr(fixture_call(&fixture, replica, "FUNCTION LIST"), "$lib"));
    fixture_close(&fixture);
}

/* §1.7: on a replica a script runs with READONLY; its writes are refused inside. */
static void scripts_on_a_replica(void)
{
    static const char write[] = "return redis.call(\"set\",KEYS[1],1)";
    static const Row rows[] = {
        {"EVAL 'return 1' 1 bar", "-MOVED 5061 10.0.0.1:6379"},
        {"READONLY", "+OK"},
        {"EVAL 'return 1' 1 bar", ":1"},
        {"EVAL \"#!lua\\nreturn 1\" 1 bar", "-MOVED 5061 10.0.0.1:6379"},
        {"EVAL \"#!lua flags=no-writes\\nreturn redis.call('GET',KEYS[1])\" 1 bar", "_"},
        {"EVAL \"#!lua\\nreturn 1\" 0", "-READONLY You can't write against a read only replica."},
    };
    Fixture fixture = open_cluster(5000);
    HostId replica = (HostId)fixture.primaries;
    uint32_t conn = fixture_submit(&fixture, &(Command){.kind = CMD_CONNECT, .host = replica});
    char line[200], want[300];
    for (size_t i = 0; i <= ARRAY_LENGTH(rows); i++) {
        Command command = {.kind = CMD_CONN_CALL, .host = HOST_NONE};
        snprintf(line, sizeof(line), "EVAL '%s' 1 bar", write);
        command.u.call = conn;
        command.text = i < ARRAY_LENGTH(rows) ? rows[i].line : line;
        with_hash(write,
                  "-READONLY You can't write against a read only replica. script: #, on "
                  "@user_script:1.",
                  want, sizeof(want));
        uint32_t call = fixture_submit(&fixture, &command);
        fixture_run(&fixture, 10 * SIM_MS);
        expect_same(command.text, reply_of(&fixture, call),
                    i < ARRAY_LENGTH(rows) ? rows[i].reply : want);
    }
    fixture_close(&fixture);
}

/* §1.7: the first key fixes the slot, if the script says what it is. */
static void keys_stay_in_a_slot_unless_the_script_says_so(void)
{
    Fixture fixture = open_cluster(5000);
    char other[16] = "", line[300];
    for (int i = 0; i < 1000 && !other[0]; i++) { /* another slot of host 0 */
        char key[16];
        snprintf(key, sizeof(key), "k%d", i);
        int slot = atoi(fixture_call(&fixture, 0, "CLUSTER KEYSLOT %s", key) + 1);
        if (slot < 5000) snprintf(other, sizeof(other), "%s", key);
    }
    snprintf(line, sizeof(line),
             "EVAL 'redis.call(\"set\",\"bar\",1) return redis.call(\"set\",\"%s\",1)' 0", other);
    expect_reply(&fixture, 0, line, "+OK");
    snprintf(line, sizeof(line),
             "EVAL \"#!lua flags=allow-cross-slot-keys\\nredis.call('set','bar',1) return "
             "redis.call('set','%s',1)\" 0",
             other);
    expect_reply(&fixture, 0, line, "+OK");
    snprintf(line, sizeof(line),
             "EVAL \"#!lua\\nredis.call('set','bar',1) return redis.call('set','%s',1)\" 0", other);
    const char *reply = fixture_call(&fixture, 0, "%s", line);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(reply, "-ERR Script attempted to access keys that do not hash to the same slot "
                      "script: "));
    snprintf(line, sizeof(line), "EVAL \"#!lua\\nreturn redis.call('set','%s',1)\" 1 bar", other);
    reply = fixture_call(&fixture, 0, "%s", line);
    CU_ASSERT_PTR_NOT_NULL(strstr(reply, "do not hash to the same slot"));
    fixture_close(&fixture);
}

/* --- busy scripts --- */

/* A script that is done in less time than the threshold just takes its time; who comes meanwhile
 * waits. An instruction takes 100 ns, and the loop has one in each turn. */
static void a_long_script_takes_its_time(void)
{
    Fixture fixture = open_cluster(15000);
    uint32_t script = start_call(&fixture, 0, "EVAL 'for i=1,3000000 do end return 1' 0");
    fixture_run(&fixture, 50 * SIM_MS);
    uint32_t ping = start_call(&fixture, 0, "PING");
    fixture_run(&fixture, 200 * SIM_MS);
    expect_same("the script", reply_of(&fixture, script), "(pending)");
    expect_same("PING", reply_of(&fixture, ping), "(pending)");
    fixture_run(&fixture, 60 * SIM_MS);
    expect_same("the script", reply_of(&fixture, script), ":1");
    expect_same("PING", reply_of(&fixture, ping), "+PONG");
    fixture_close(&fixture);
}

static void a_busy_script_is_killed(void)
{
    static const char *const scripts[] = {
        "while true do end",
        "while true do pcall(function() while true do end end) end",
        "coroutine.wrap(function() while true do end end)()",
        "repeat local t = redis.call(\"time\") until false",
        "local s = \"\" while true do s = string.rep(\"x\", 1000) end",
    };
    static const Row rows[] = {
        {"PING", "-BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN "
                 "NOSAVE."},
        {"FUNCTION KILL", "-BUSY Redis is busy running a script. You can only call SCRIPT KILL or "
                          "SHUTDOWN NOSAVE."},
        {"FUNCTION STATS", "-BUSY Redis is busy running a script. You can only call SCRIPT KILL or "
                           "SHUTDOWN NOSAVE."},
        {"SHUTDOWN", "-BUSY Redis is busy running a script. You can only call SCRIPT KILL or "
                     "SHUTDOWN NOSAVE."},
        {"MULTI", "+OK"},
        {"SCRIPT KILL", "+OK"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(scripts); i++) {
        Fixture fixture = open_cluster(15000);
        char line[200], want[300];
        snprintf(line, sizeof(line), "EVAL '%s' 0", scripts[i]);
        expect_reply(&fixture, 0, "SCRIPT KILL", "-NOTBUSY No scripts in execution right now.");
        expect_reply(&fixture, 0, "CONFIG SET busy-reply-threshold 1000", "+OK");
        uint32_t script = start_call(&fixture, 0, line);
        fixture_run(&fixture, 900 * SIM_MS);
        uint32_t early = start_call(&fixture, 0, "PING");
        fixture_run(&fixture, 50 * SIM_MS);
        expect_same("before the threshold", reply_of(&fixture, early), "(pending)");
        fixture_run(&fixture, 100 * SIM_MS);
        expect_same("behind it", reply_of(&fixture, early), rows[0].reply);
        expect_rows(&fixture, 0, rows, ARRAY_LENGTH(rows));
        fixture_run(&fixture, 50 * SIM_MS);
        with_hash(scripts[i],
                  "-ERR Script killed by user with SCRIPT KILL... script: #, on @user_script:1.",
                  want, sizeof(want));
        expect_same(scripts[i], reply_of(&fixture, script), want);
        expect_reply(&fixture, 0, "PING", "+PONG");
        fixture_close(&fixture);
    }
}

/* After a write nothing but the end of the process ends it. */
static void a_script_that_wrote_is_not_killed(void)
{
    Fixture fixture = open_cluster(15000);
    expect_reply(&fixture, 0, "CONFIG SET lua-time-limit 100", "+OK");
    uint32_t script =
        start_call(&fixture, 0, "EVAL 'redis.call(\"set\",KEYS[1],1) while true do end' 1 bar");
    fixture_run(&fixture, 300 * SIM_MS);
    expect_reply(&fixture, 0, "SCRIPT KILL",
                 "-UNKILLABLE Sorry the script already executed write commands against the "
                 "dataset. You can either wait the script termination or kill the server in a hard "
                 "way using the SHUTDOWN NOSAVE command.");
    start_call(&fixture, 0, "SHUTDOWN NOSAVE");
    fixture_run(&fixture, 100 * SIM_MS);
    CU_ASSERT_EQUAL(sim_host_status(fixture.sim, 0), PROCESS_DEAD);
    expect_same("the script", reply_of(&fixture, script), "(lost)");
    fixture_close(&fixture);
}

/* FUNCTION STATS tells of a function that runs; FUNCTION KILL ends it, SCRIPT KILL does not. */
static void a_busy_function_is_killed(void)
{
    static const char busy[] = "-BUSY Redis is busy running a script. You can only call FUNCTION "
                               "KILL or SHUTDOWN NOSAVE.";
    Fixture fixture = open_cluster(15000);
    expect_reply(&fixture, 0,
                 "FUNCTION LOAD \"#!lua name=l\\nredis.register_function('spin', "
                 "function() while true do end end)\"",
                 "$l");
    expect_reply(&fixture, 0, "CONFIG SET busy-reply-threshold 100", "+OK");
    uint32_t function = start_call(&fixture, 0, "FCALL spin 0 x");
    fixture_run(&fixture, 200 * SIM_MS);
    expect_reply(&fixture, 0, "PING", busy);
    expect_reply(&fixture, 0, "SCRIPT KILL", busy);
    const char *stats = fixture_call(&fixture, 0, "FUNCTION STATS");
    CU_ASSERT_PTR_NOT_NULL(strstr(stats, "$name\n    $spin\n    $command\n    *4\n      $FCALL\n"));
    expect_reply(&fixture, 0, "FUNCTION KILL", "+OK");
    fixture_run(&fixture, 50 * SIM_MS);
    expect_same(
        "the function", reply_of(&fixture, function),
        "-ERR Script killed by user with SCRIPT KILL... script: spin, on @user_function:2.");
    fixture_close(&fixture);
}

/* A transaction goes on where its script ended, and is replicated as one. */
static void a_transaction_waits_for_its_script(void)
{
    static const char *const lines[] = {
        "MULTI", "SET bar 1",
        "EVAL 'for i=1,1000000 do end return redis.call(\"incr\",KEYS[1])' 1 bar", "GET bar",
        "EXEC"};
    Fixture fixture = open_cluster(15000);
    uint32_t conn = fixture_submit(&fixture, &(Command){.kind = CMD_CONNECT, .host = 0}), call = 0;
    uint64_t before = offset_of(&fixture, 0);
    for (size_t i = 0; i < ARRAY_LENGTH(lines); i++) {
        Command command = {.kind = CMD_CONN_CALL, .host = HOST_NONE, .text = lines[i]};
        command.u.call = conn;
        call = fixture_submit(&fixture, &command);
    }
    fixture_run(&fixture, 50 * SIM_MS);
    expect_same("EXEC", reply_of(&fixture, call), "(pending)");
    fixture_run(&fixture, 100 * SIM_MS);
    expect_same("EXEC", reply_of(&fixture, call), "*3\n  +OK\n  :2\n  $2");
    static const char stream[] = "*1\r\n$5\r\nMULTI\r\n*3\r\n$3\r\nSET\r\n$3\r\nbar\r\n$1\r\n1\r\n"
                                 "*2\r\n$4\r\nincr\r\n$3\r\nbar\r\n*1\r\n$4\r\nEXEC\r\n";
    CU_ASSERT_EQUAL(offset_of(&fixture, 0) - before, sizeof(stream) - 1);
    fixture_close(&fixture);
}

/* A client that hangs up does not end its script. */
static void a_script_outlives_its_client(void)
{
    Fixture fixture = open_cluster(15000);
    uint32_t conn = fixture_submit(&fixture, &(Command){.kind = CMD_CONNECT, .host = 0});
    Command command = {.kind = CMD_CONN_CALL, .host = HOST_NONE};
    command.u.call = conn;
    command.text = "EVAL 'for i=1,2000000 do end return redis.call(\"set\",KEYS[1],1)' 1 bar";
    fixture_submit(&fixture, &command);
    fixture_run(&fixture, 20 * SIM_MS);
    Command hang_up = {.kind = CMD_DISCONNECT, .host = HOST_NONE};
    hang_up.u.call = conn;
    fixture_submit(&fixture, &hang_up);
    fixture_run(&fixture, 400 * SIM_MS);
    expect_reply(&fixture, 0, "GET bar", "$1");
    fixture_close(&fixture);
}

/* --- in a cluster (§2.9) --- */

/* Before the threshold the node is silent: with T = 2 s its peers take it for failed and its
 * replica takes over. */
static void a_node_in_a_script_is_seen_as_failing(void)
{
    Fixture fixture = open_cluster(2000);
    NodeId replica = sim_host_node(fixture.sim, (HostId)fixture.primaries);
    start_call(&fixture, 0, "EVAL 'while true do end' 0");
    fixture_run(&fixture, 4900 * SIM_MS);
    CU_ASSERT_EQUAL(sim_owner_seen(fixture.sim, 1, 5061), replica);
    fixture_close(&fixture);
}

/* Behind it the node answers pings between slices: nobody suspects it, though it runs no timers. */
static void a_busy_node_answers_pings(void)
{
    Fixture fixture = open_cluster(2000);
    NodeId self = sim_host_node(fixture.sim, 0);
    expect_reply(&fixture, 0, "CONFIG SET busy-reply-threshold 50", "+OK");
    start_call(&fixture, 0, "EVAL 'while true do end' 0");
    fixture_run(&fixture, 10 * SIM_SEC);
    Belief belief;
    CU_ASSERT_EQUAL(sim_owner_seen(fixture.sim, 1, 5061), self);
    CU_ASSERT_TRUE(sim_belief(fixture.sim, 1, self, &belief));
    CU_ASSERT_EQUAL(belief.flags & (FLAG_PFAIL | FLAG_FAIL), 0);
    fixture_close(&fixture);
}

/* --- snapshots and determinism --- */

static void live_with_scripts(Fixture *fixture)
{
    fixture_call(fixture, 0, "FUNCTION LOAD REPLACE " LIBRARY);
    start_call(fixture, 0,
               "EVAL 'local t={} for i=1,300 do t[\"k\"..i]=i end local s=\"\" for i=1,200 do for "
               "k in pairs(t) do s=k end end redis.call(\"set\",KEYS[1],s..cjson.encode(t)) return "
               "#s' 1 bar");
    start_call(fixture, 0, "FCALL look 1 bar");
    start_call(fixture, 1, "EVAL 'while true do end' 0");
    fixture_run(fixture, 30 * SIM_MS);
}

/* A snapshot holds interpreters, one in the middle of a script. */
static void a_snapshot_holds_a_script_half_way(void)
{
    Fixture fixture = open_cluster(2000);
    uint64_t hashes[3];
    live_with_scripts(&fixture);
    SimImage *image = sim_save(fixture.sim);
    for (int i = 0; i < 3; i++) {
        fixture_run(&fixture, 3 * SIM_SEC);
        fixture_call(&fixture, 0, "EVAL 'return redis.call(\"strlen\",KEYS[1])' 1 bar");
        fixture_call(&fixture, 0, "FCALL look 1 bar");
        hashes[i] = trace_hash(sim_trace(fixture.sim));
        sim_load(fixture.sim, image);
    }
    CU_ASSERT_EQUAL(hashes[0], hashes[1]);
    CU_ASSERT_EQUAL(hashes[0], hashes[2]);
    sim_image_destroy(image);
    fixture_close(&fixture);
}

/* Lua keeps tables in another order in every process, and even in every interpreter. */
static void scripts_do_the_same_in_every_run(void)
{
    uint64_t hashes[2];
    for (int i = 0; i < 2; i++) {
        Fixture fixture = open_cluster(2000);
        live_with_scripts(&fixture);
        fixture_run(&fixture, 3 * SIM_SEC);
        fixture_call(&fixture, 0, "GET bar");
        hashes[i] = trace_hash(sim_trace(fixture.sim));
        fixture_close(&fixture);
    }
    CU_ASSERT_EQUAL(hashes[0], hashes[1]);
}

void test_eval_run_suite(void);
void test_eval_run_suite(void)
{
    CU_pSuite suite = CU_add_suite("eval: time, replicas, peers", NULL, NULL);
    CU_add_test(suite, "libraries are loaded, listed and called",
                libraries_are_loaded_listed_and_called);
    CU_add_test(suite, "libraries that are none are refused", libraries_that_are_none_are_refused);
    CU_add_test(suite, "a payload restores libraries", a_payload_restores_libraries);
    CU_add_test(suite, "what a script did is replicated", what_a_script_did_is_replicated);
    CU_add_test(suite, "libraries reach replicas and caches do not",
                libraries_reach_replicas_and_caches_do_not);
    CU_add_test(suite, "scripts on a replica", scripts_on_a_replica);
    CU_add_test(suite, "keys stay in a slot unless the script says so",
                keys_stay_in_a_slot_unless_the_script_says_so);
    CU_add_test(suite, "a long script takes its time", a_long_script_takes_its_time);
    CU_add_test(suite, "a busy script is killed", a_busy_script_is_killed);
    CU_add_test(suite, "a script that wrote is not killed", a_script_that_wrote_is_not_killed);
    CU_add_test(suite, "a busy function is killed", a_busy_function_is_killed);
    CU_add_test(suite, "a transaction waits for its script", a_transaction_waits_for_its_script);
    CU_add_test(suite, "a script outlives its client", a_script_outlives_its_client);
    CU_add_test(suite, "a node in a script is seen as failing",
                a_node_in_a_script_is_seen_as_failing);
    CU_add_test(suite, "a busy node answers pings", a_busy_node_answers_pings);
    CU_add_test(suite, "a snapshot holds a script half-way", a_snapshot_holds_a_script_half_way);
    CU_add_test(suite, "scripts do the same in every run", scripts_do_the_same_in_every_run);
}
