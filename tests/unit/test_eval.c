/* test_eval.c -- scripts and functions as a client of a virtual node sees them (protocol.md §1.7):
 * requests and replies, what reaches the replica, a busy script among its peers, snapshots. */
#include "sim/server/server_inside.h"
#include "tests/fixture/fixture.h"

#include <CUnit/CUnit.h>

#include <stdio.h>
#include <string.h>

typedef struct Row {
    const char *line, *reply;
} Row;

static void expect_reply(Fixture *fixture, HostId host, const char *line, const char *want)
{
    char text[1400];
    const char *got = fixture_call(fixture, host, "%s", line);
    bool same = strcmp(got, want) == 0;
    snprintf(text, sizeof(text), "%s:\n      got  \"%s\"\n      want \"%s\"", line, got, want);
    if (!same) printf("\n    %s", text);
    CU_assertImplementation(same, __LINE__, text, __FILE__, "", CU_FALSE);
}

static void expect_rows(Fixture *fixture, HostId host, const Row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) expect_reply(fixture, host, rows[i].line, rows[i].reply);
}

static Fixture open_cluster(uint32_t node_timeout_ms)
{
    FixtureConfig config = fixture_config(7, 3, 1, node_timeout_ms);
    Fixture fixture = fixture_open(&config);
    CU_ASSERT_TRUE(fixture_create(&fixture, 60 * SIM_SEC));
    fixture_run(&fixture, 8 * SIM_SEC); /* the full synchronisations */
    return fixture;
}

/* The error of a script whose name does not matter: "#" in the wanted text stands for its hash. */
static void expect_error(Fixture *fixture, HostId host, const char *script, const char *want)
{
    char line[500], all[700], hex[SHA1_HEX_SIZE + 1];
    const char *hash = strchr(want, '#');
    sha1_hex(slice_of(script), hex);
    snprintf(line, sizeof(line), "EVAL '%s' 0", script);
    snprintf(all, sizeof(all), "%.*s%s%s", (int)(hash ? hash - want : (long)strlen(want)), want,
             hash ? hex : "", hash ? hash + 1 : "");
    expect_reply(fixture, host, line, all);
}

/* --- values --- */

static void values_become_replies(void)
{
    static const Row rows[] = {
        {"EVAL 'return 1' 0", ":1"},
        {"EVAL 'return 3.99' 0", ":3"},
        {"EVAL 'return -3.99' 0", ":-3"},
        {"EVAL 'return 10/4' 0", ":2"},
        {"EVAL 'return \"text\"' 0", "$text"},
        {"EVAL 'return true' 0", ":1"},
        {"EVAL 'return false' 0", "_"},
        {"EVAL 'return nil' 0", "_"},
        {"EVAL 'return' 0", "_"},
        {"EVAL '' 0", "_"},
        {"EVAL 'return {1,2,{3,\"four\"},nil,5}' 0", "*3\n  :1\n  :2\n  *2\n    :3\n    $four"},
        {"EVAL 'return {ok=\"fine\"}' 0", "+fine"},
        {"EVAL 'return {err=\"My error\"}' 0", "-My error"},
        {"EVAL 'return redis.status_reply(\"GOOD\")' 0", "+GOOD"},
        {"EVAL 'return redis.error_reply(\"MY CODE\")' 0", "-MY CODE"},
        {"EVAL 'return redis.error_reply(\"ALONE\")' 0", "-ERR ALONE"},
        {"EVAL 'return redis.error_reply(1)' 0", "-ERR wrong number or type of arguments"},
        {"EVAL 'return {double=3.5}' 0", "$3.5"},
        {"EVAL 'return {map={b=1,a=2}}' 0", "*4\n  $a\n  :2\n  $b\n  :1"},
        {"EVAL 'return {set={x=true}}' 0", "*1\n  $x"},
        {"EVAL 'return {big_number=\"123\"}' 0", "$123"},
        {"EVAL 'return {KEYS[1],KEYS[2],ARGV[1],#ARGV}' 2 {bar}1 {bar}2 x",
         "*4\n  ${bar}1\n  ${bar}2\n  $x\n  :1"},
        {"EVAL 'return function() end' 0", "_"},
        {"EVAL 'return redis.call(\"set\",KEYS[1],5)' 1 bar", "+OK"},
        {"EVAL 'return redis.call(\"incr\",KEYS[1])' 1 bar", ":6"},
        {"EVAL 'return redis.call(\"get\",KEYS[1])' 1 {bar}gone", "_"},
        {"EVAL 'return redis.call(\"get\",KEYS[1]) == false' 1 {bar}gone", ":1"},
        {"EVAL 'return type(redis.call(\"incr\",KEYS[1]))' 1 bar", "$number"},
        {"EVAL 'return redis.call(\"set\",KEYS[1],1).ok' 1 bar", "$OK"},
        {"EVAL 'return redis.pcall(\"incr\",KEYS[1],2).err' 1 bar",
         "$ERR Wrong number of args calling Redis command from script"},
        {"EVAL 'redis.call(\"set\",KEYS[1],10/5) return redis.call(\"get\",KEYS[1])' 1 bar", "$2"},
        {"EVAL 'redis.call(\"set\",KEYS[1],0.1) return redis.call(\"get\",KEYS[1])' 1 bar",
         "$0.10000000000000001"},
        {"EVAL 'redis.setresp(3) return redis.call(\"hgetall\",KEYS[1])' 1 {bar}h", "*0"},
        {"EVAL 'return redis.sha1hex(\"\")' 0", "$da39a3ee5e6b4b0d3255bfef95601890afd80709"},
        {"EVAL 'return redis.REDIS_VERSION' 0", "$7.0.15"},
        {"EVAL 'return redis.replicate_commands()' 0", ":1"},
        {"EVAL 'return redis.breakpoint()' 0", "_"},
        {"EVAL 'return redis.acl_check_cmd(\"get\",\"x\")' 0", ":1"},
        {"EVAL 'return redis.log(redis.LOG_WARNING,\"x\")' 0", "_"},
    };
    Fixture fixture = open_cluster(5000);
    expect_rows(&fixture, 0, rows, ARRAY_LENGTH(rows));
    fixture_close(&fixture);
}

/* --- what Lua 5.1 has --- */

static void scripts_see_the_lua_of_redis_server(void)
{
    static const Row rows[] = {
        {"EVAL 'return {unpack({1,2,3})}' 0", "*3\n  :1\n  :2\n  :3"},
        {"EVAL 'return loadstring(\"return 1+1\")()' 0", ":2"},
        {"EVAL 'return table.getn({1,2,3})' 0", ":3"},
        {"EVAL 'return table.maxn({1,nil,3})' 0", ":3"},
        {"EVAL 'return _VERSION' 0", "$Lua 5.1"},
        {"EVAL 'return tostring(10/2)' 0", "$5"},
        {"EVAL 'return tostring(2^53)' 0", "$9.007199254741e+15"},
        {"EVAL 'return tostring(0.1)' 0", "$0.1"},
        {"EVAL 'return string.format(\"%d %s %5.2f %u\", 3.7, 10/2, 1/3, 7)' 0", "$3 5  0.33 7"},
        {"EVAL 'return math.pow(2,10)' 0", ":1024"},
        {"EVAL 'return math.mod(7,4)' 0", ":3"},
        {"EVAL 'return tostring(tonumber(\"1e2\"))' 0", "$100"},
        {"EVAL 'return string.rep(\"ab\",2.9)' 0", "$abab"},
        {"EVAL 'local t={} for k in pairs({b=1,a=1,[3]=1,[1]=1}) do t[#t+1]=tostring(k) end return "
         "t' 0",
         "*4\n  $1\n  $3\n  $a\n  $b"},
        {"EVAL 'return next({})' 0", "_"},
        {"EVAL 'return {next({x=1,a=2},\"a\")}' 0", "*2\n  $x\n  :1"},
        {"EVAL 'local t={3,1,2} table.sort(t) return t' 0", "*3\n  :1\n  :2\n  :3"},
        {"EVAL 'local t={3,1,2} table.sort(t,function(a,b) return a>b end) return t' 0",
         "*3\n  :3\n  :2\n  :1"},
        {"EVAL 'return string.gsub(\"hello\",\"l+\",\"L\")' 0", "$heLo"},
        {"EVAL 'return {string.find(\"hello\",\"l(.)\")}' 0", "*3\n  :3\n  :4\n  $l"},
        {"EVAL 'local co=coroutine.wrap(function(a) coroutine.yield(a+1) return 9 end) return "
         "{co(1),co()}' 0",
         "*2\n  :2\n  :9"},
        {"EVAL 'local f=function() return x end setfenv(f,{x=7}) return f()' 0", ":7"},
        {"EVAL 'return getfenv() == _G' 0", ":1"},
        {"EVAL 'return {pcall(error,{err=\"A B\"})}' 0", "*2\n  _\n  $A B"},
        {"EVAL 'return {xpcall(function() error(\"x\",0) end,function(e) return e..\"!\" end)}' 0",
         "*2\n  _\n  $x!"},
        {"EVAL 'return {math.random(100),math.random(100)}' 0", "*2\n  :40\n  :85"},
        {"EVAL 'math.randomseed(1) return math.random(1000000)' 0", ":41631"},
        {"EVAL 'return cjson.encode({1,2,{a=1,b={}}})' 0", "$[1,2,{\"a\":1,\"b\":{}}]"},
        {"EVAL 'return cjson.encode({[\"k\"]=\"a/\\\"b\\n\",n=1.5})' 0",
         "${\"k\":\"a\\/\\\"b\\n\",\"n\":1.5}"},
        {"EVAL 'local t=cjson.decode(ARGV[1]) return {t.a,t.b[2],tostring(t.c==cjson.null)}' 0 "
         "'{\"a\":\"\\u00e9\",\"b\":[1,2.0],\"c\":null}'",
         "*3\n  $\xc3\xa9\n  :2\n  $true"},
        {"EVAL 'return {pcall(cjson.decode,\"{x\")}' 0",
         "*2\n  _\n  $Expected object key string but found invalid token at character 2"},
        {"EVAL 'return {pcall(cjson.encode,{[1]=1,[1000]=2})}' 0",
         "*2\n  _\n  $Cannot serialise table: excessively sparse array"},
        {"EVAL 'return {cmsgpack.unpack(cmsgpack.pack(1,\"a\",{1,2},-7))}' 0",
         "*4\n  :1\n  $a\n  *2\n    :1\n    :2\n  :-7"},
        {"EVAL 'return cmsgpack.unpack(cmsgpack.pack({a=1})).a' 0", ":1"},
        {"EVAL 'return {struct.unpack(\">HLs\",struct.pack(\">HLs\",1,2,\"x\"))}' 0",
         "*4\n  :1\n  :2\n  $x\n  :13"},
        {"EVAL 'return struct.size(\"!4bi\")' 0", ":8"},
        {"EVAL 'return bit.band(0xff,bit.bnot(0x0f))' 0", ":240"},
        {"EVAL 'return bit.tohex(255,4)' 0", "$00ff"},
        {"EVAL 'return bit.arshift(-256,4)' 0", ":-16"},
    };
    Fixture fixture = open_cluster(5000);
    expect_rows(&fixture, 0, rows, ARRAY_LENGTH(rows));
    fixture_close(&fixture);
}

/* --- errors --- */

static void errors_have_the_texts_of_redis_server(void)
{
    static const struct {
        const char *script, *reply;
    } rows[] = {
        {"return redis.call(\"get\",\"foo\")",
         "-ERR Script attempted to access a non local key in a cluster node script: #, on "
         "@user_script:1."},
        {"return redis.call(\"nosuch\")",
         "-ERR Unknown Redis command called from script script: #, on @user_script:1."},
        {"return redis.call(\"get\")",
         "-ERR Wrong number of args calling Redis command from script script: #, on "
         "@user_script:1."},
        {"return redis.call(\"subscribe\",\"c\")",
         "-ERR This Redis command is not allowed from script script: #, on @user_script:1."},
        {"return redis.call(\"eval\",\"return 1\",0)",
         "-ERR This Redis command is not allowed from script script: #, on @user_script:1."},
        {"return redis.call()",
         "-ERR Please specify at least one argument for this redis lib call script: #, on "
         "@user_script:1."},
        {"return redis.call(\"get\",{})",
         "-ERR Lua redis lib command arguments must be strings or integers script: #, on "
         "@user_script:1."},
        {"redis.call(\"lpush\",\"bar\",1)\nredis.call(\"incr\",\"bar\")",
         "-WRONGTYPE Operation against a key holding the wrong kind of value script: #, on "
         "@user_script:2."},
        {"return nothing",
         "-ERR user_script:1: Script attempted to access nonexistent global variable 'nothing' "
         "script: #, on @user_script:1."},
        {"x = 1",
         "-ERR user_script:1: Attempt to modify a readonly table script: #, on @user_script:1."},
        {"redis.call = 1",
         "-ERR user_script:1: Attempt to modify a readonly table script: #, on @user_script:1."},
        {"rawset(string,\"x\",1)",
         "-ERR Attempt to modify a readonly table script: #, on @user_script:1."},
        {"error(\"oops\")", "-ERR user_script:1: oops script: #, on @user_script:1."},
        {"error(\"oops\",0)", "-ERR oops script: #, on @user_script:1."},
        {"error({err=\"My Err\"})", "-My Err script: #, on @user_script:1."},
        {"local t = nil\nreturn t.x",
         "-ERR user_script:2: attempt to index local 't' (a nil value) script: #, on "
         "@user_script:2."},
        {"local t = {}\nreturn t.x()",
         "-ERR user_script:2: attempt to call field 'x' (a nil value) script: #, on "
         "@user_script:2."},
        {"return 1 .. {}",
         "-ERR user_script:1: attempt to concatenate a table value script: #, on @user_script:1."},
        {"return redis.sha1hex()", "-ERR wrong number of arguments script: #, on @user_script:1."},
        {"redis.log(9,\"x\")", "-ERR Invalid debug level. script: #, on @user_script:1."},
        {"redis.setresp(4)", "-ERR RESP version must be 2 or 3. script: #, on @user_script:1."},
        {"return (", "-ERR Error compiling script (new function): user_script:1: unexpected symbol "
                     "near '<eof>'"},
    };
    Fixture fixture = open_cluster(5000);
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
        expect_error(&fixture, 0, rows[i].script, rows[i].reply);
    fixture_close(&fixture);
}

static void requests_are_refused_before_they_run(void)
{
    static const Row refusals[] = {
        {"EVAL 'return 1'", "-ERR wrong number of arguments for 'eval' command"},
        {"EVAL 'return 1' x", "-ERR value is not an integer or out of range"},
        {"EVAL 'return 1' 1", "-ERR Number of keys can't be greater than number of args"},
        {"EVAL 'return 1' -1", "-ERR Number of keys can't be negative"},
        {"EVALSHA abc 0", "-NOSCRIPT No matching script. Please use EVAL."},
        {"EVALSHA 0000000000000000000000000000000000000000 0",
         "-NOSCRIPT No matching script. Please use EVAL."},
        {"EVAL 'return 1' 1 foo", "-MOVED 12182 10.0.0.3:6379"},
        {"EVAL 'return 1' 2 foo bar", "-CROSSSLOT Keys in request don't hash to the same slot"},
        {"COMMAND GETKEYS EVAL 'return 1' 2 a b c", "*2\n  $a\n  $b"},
        {"COMMAND GETKEYS FCALL f 0", "*0"},
        {"COMMAND GETKEYS EVALSHA x 1 k", "*1\n  $k"},
        {"EVAL \"#!lua\" 0", "-ERR Invalid script shebang"},
        {"EVAL \"#!tcl\\nreturn 1\" 0", "-ERR Unexpected engine in script shebang: #!tcl"},
        {"EVAL \"#!lua flags=nonsense\\nreturn 1\" 0",
         "-ERR Unexpected flag in script shebang: nonsense"},
        {"EVAL \"#!lua name=x\\nreturn 1\" 0", "-ERR Unknown lua shebang option: name=x"},
        {"EVAL \"#!lua flags=no-cluster\\nreturn 1\" 0",
         "-ERR Can not run script on cluster, 'no-cluster' flag is set."},
        {"EVAL_RO \"#!lua\\nreturn 1\" 0",
         "-ERR Can not execute a script with write flag using *_ro command."},
        {"EVAL_RO \"#!lua flags=no-writes\\nreturn 1\" 0", ":1"},
        {"EVAL \"#!lua flags=no-writes,allow-stale\\nreturn 2\" 0", ":2"},
    };
    Fixture fixture = open_cluster(5000);
    expect_rows(&fixture, 0, refusals, ARRAY_LENGTH(refusals));
    fixture_close(&fixture);
}

void test_eval_suite(void);
void test_eval_suite(void)
{
    CU_pSuite suite = CU_add_suite("eval: scripts and functions", NULL, NULL);
    CU_add_test(suite, "values become replies", values_become_replies);
    CU_add_test(suite, "scripts see the Lua of redis-server", scripts_see_the_lua_of_redis_server);
    CU_add_test(suite, "errors have the texts of redis-server",
                errors_have_the_texts_of_redis_server);
    CU_add_test(suite, "requests are refused before they run",
                requests_are_refused_before_they_run);
}
