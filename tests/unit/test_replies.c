/* test_replies.c -- what a node answers beside the measured rows of test_replay: arities, error
 * texts and shapes of redis-server 7.0.15, command by command (protocol.md §1.4-1.9, §9, §11).
 *
 * A row is one connection: its lines and the replies to them, one a line; elements of arrays in
 * brackets. Nodes are those of tests/replay: n0 a primary (slots 0-5460; bar, hello, b), n3 its
 * replica, n6 a fresh node, n7 without cluster mode. */
#include "sim/store/command.h"
#include "tests/replay/text.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

void test_replies_suite(void);

typedef struct ReplyRow {
    HostId node;
    const char *lines, *replies;
} ReplyRow;

/* --- a table played on the layout --- */

/* The number of the connection in a reply to HELLO is written N. */
static void append_shown(Text *out, const Text *reply)
{
    for (const char *at = text_chars(reply); *at; at++) {
        if (strncmp(at, "$id\x1f:", 5) == 0) {
            text_append(out, "$id, :N");
            at += 4 + strspn(at + 5, "0123456789");
        } else if (*at == '\x1f') text_append(out, ", ");
        else if (*at == '\n') text_append(out, "\\n");
        else if (*at == '\r') text_append(out, "\\r");
        else text_append_bytes(out, at, 1);
    }
}

static void play(Replay *replay, const ReplyRow *row)
{
    uint32_t conn = replay_connect(replay, row->node);
    Text got = {0};
    for (const char *line = row->lines; *line;) {
        size_t size = strcspn(line, "\n");
        char one[300];
        snprintf(one, sizeof(one), "%.*s", (int)size, line);
        text_clear(&replay->line);
        text_clear(&replay->got);
        replay_command(one, &replay->names, &replay->line);
        replay_ask(replay, conn, text_chars(&replay->line), &replay->got);
        replay_normalise(one, &replay->names, &replay->got);
        if (got.size > 0) text_append(&got, "\n");
        append_shown(&got, &replay->got);
        line += size + (line[size] == '\n');
    }
    bool same = strcmp(text_chars(&got), row->replies) == 0;
    if (!same)
        printf("\n    n%u: %s\n      wanted %s\n      got    %s", row->node, row->lines,
               row->replies, text_chars(&got));
    CU_assertImplementation(same, __LINE__, row->lines, __FILE__, "", CU_FALSE);
    replay_disconnect(replay, conn);
    text_deinit(&got);
}

static void play_all(const ReplyRow *rows, size_t count)
{
    Replay replay = replay_open();
    for (size_t i = 0; i < count; i++) play(&replay, &rows[i]);
    replay_close(&replay);
}

#define PLAY(rows) play_all(rows, ARRAY_LENGTH(rows))

#define SYNTAX      "-ERR syntax error"
#define NOT_INTEGER "-ERR value is not an integer or out of range"
#define ARITY(name) "-ERR wrong number of arguments for '" name "' command"
#define OK2         "+OK\n+OK\n"
#define DISABLED    "-ERR This instance has cluster support disabled"

/* --- §1.4, §1.6: what is refused before a command runs, and transactions --- */

static void requests_are_checked_before_they_run(void)
{
    static const ReplyRow rows[] = {
        {0, "nosuch", "-ERR unknown command 'nosuch', with args beginning with: "},
        {0, "NoSuch a 'b c' d",
         "-ERR unknown command 'NoSuch', with args beginning with: 'a' 'b c' 'd' "},
        {0, "GET", ARITY("get")},
        {0, "geT a b", ARITY("get")},
        {0, "PING a b", ARITY("ping")},
        {0, "PING hi", "$hi"},
        {0, "ECHO", ARITY("echo")},
        {0, "MSET bar", ARITY("mset")},
        {0, "MSET {bar}1 1 {bar}2", ARITY("mset")},
        {0, "SET foo", ARITY("set")},
        {0, "EXEC x",
         "-EXECABORT Transaction discarded because of: wrong number of arguments for "
         "'exec' command"},
        {0, "MULTI x", ARITY("multi")},
        {0, "ASKING x", ARITY("asking")},
        {0, "READONLY x", ARITY("readonly")},
        {0, "CLUSTER", ARITY("cluster")},
        {0, "CONFIG", ARITY("config")},
        {0, "CLIENT", ARITY("client")},
        {0, "OBJECT", ARITY("object")},
        {0, "PUBSUB", ARITY("pubsub")},
        {0, "MEMORY", ARITY("memory")},
        {0, "DEBUG", ARITY("debug")},
        {0, "OBJECT NOPE foo", "-ERR unknown subcommand 'NOPE'. Try OBJECT HELP."},
        {0, "config nope", "-ERR unknown subcommand 'nope'. Try CONFIG HELP."},
        {0, "CLIENT NOPE", "-ERR unknown subcommand 'NOPE'. Try CLIENT HELP."},
        {0, "OBJECT ENCODING", ARITY("object|encoding")},
        {0, "OBJECT FREQ a b", ARITY("object|freq")},
        {0, "OBJECT ENCODING foo", "-MOVED 12182 127.0.0.1:7002"},
        {0, "OBJECT ENCODING bar", "_"},
        {0, "MEMORY USAGE foo", "-MOVED 12182 127.0.0.1:7002"},
        /* transactions */
        {0, "DISCARD", "-ERR DISCARD without MULTI"},
        {0, "MULTI\nMULTI\nEXEC", "+OK\n-ERR MULTI calls can not be nested\n[]"},
        {0, "MULTI\nWATCH bar\nEXEC", "+OK\n-ERR WATCH inside MULTI is not allowed\n[]"},
        {0, "MULTI\nUNWATCH\nEXEC", "+OK\n+QUEUED\n[+OK]"},
        {0, "MULTI\nNOSUCH\nEXEC",
         "+OK\n-ERR unknown command 'NOSUCH', with args beginning with: \n-EXECABORT Transaction "
         "discarded because of previous errors."},
        {0, "MULTI\nGET\nPING\nEXEC",
         "+OK\n" ARITY("get") "\n+QUEUED\n-EXECABORT Transaction "
                              "discarded because of previous errors."},
        {0, "MULTI\nSET bar x\nLPUSH bar 1\nGET bar\nDEL bar\nEXEC",
         "+OK\n+QUEUED\n+QUEUED\n+QUEUED\n+QUEUED\n[+OK, -WRONGTYPE Operation against a key "
         "holding the wrong kind of value, $x, :1]"},
        {0, "MULTI\nEXEC x\nEXEC",
         "+OK\n-EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' "
         "command\n-ERR EXEC without MULTI"},
        {0, "MULTI\nSET b 1\nSET hello 1\nSET bar 1\nEXEC",
         "+OK\n+QUEUED\n+QUEUED\n+QUEUED\n-CROSSSLOT Keys in request don't hash to the same slot"},
        {0, "WATCH bar\nSET bar 1\nMULTI\nPING\nEXEC\nDEL bar", "+OK\n+OK\n+OK\n+QUEUED\n_\n:1"},
        {0, "WATCH bar\nMULTI\nSET foo 1\nEXEC",
         "+OK\n+OK\n-MOVED 12182 127.0.0.1:7002\n-EXECABORT Transaction discarded because of "
         "previous errors."},
        {3, "MULTI\nFLUSHALL\nEXEC",
         "+OK\n-READONLY You can't write against a read only replica.\n-EXECABORT Transaction "
         "discarded because of previous errors."},
        {3, "READONLY\nMULTI\nGET bar\nEXEC", "+OK\n+OK\n+QUEUED\n[_]"},
    };
    PLAY(rows);
}

/* --- §1.8 --- */

static void channels_answer_as_measured_servers_do(void)
{
    static const ReplyRow rows[] = {
        {0, "SUBSCRIBE", ARITY("subscribe")},
        {0, "PUBLISH ch", ARITY("publish")},
        {0, "SUBSCRIBE ch\nGET bar\nPING\nPING hi\nUNSUBSCRIBE ch\nGET bar",
         "[$subscribe, $ch, :1]\n-ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE "
         "/ "
         "PING / QUIT / RESET are allowed in this context\n[$pong, $]\n[$pong, $hi]\n"
         "[$unsubscribe, $ch, :0]\n_"},
        {0, "SUBSCRIBE ch\nCLUSTER INFO",
         "[$subscribe, $ch, :1]\n-ERR Can't execute 'cluster|info': only (P|S)SUBSCRIBE / "
         "(P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context"},
        {0, "UNSUBSCRIBE", "[$unsubscribe, _, :0]"},
        {0, "PUNSUBSCRIBE", "[$punsubscribe, _, :0]"},
        {0, "SUNSUBSCRIBE", "[$sunsubscribe, _, :0]"},
        {0, "PSUBSCRIBE a* \nPUNSUBSCRIBE", "[$psubscribe, $a*, :1]\n[$punsubscribe, $a*, :0]"},
        {0, "SSUBSCRIBE bar\nSUNSUBSCRIBE bar",
         "[$ssubscribe, $bar, :1]\n[$sunsubscribe, $bar, :0]"},
        {0, "SSUBSCRIBE foo", "-MOVED 12182 127.0.0.1:7002"},
        {3, "SSUBSCRIBE bar\nRESET", "[$ssubscribe, $bar, :1]\n+RESET"},
        {3, "SPUBLISH bar x", ":0"},
        {0, "HELLO 3\nSUBSCRIBE ch\nGET bar\nRESET\nPING",
         "[$server, $redis, $version, $7.0.15, $proto, :3, $id, :N, $mode, $cluster, $role, "
         "$master, $modules, []]\n[$subscribe, $ch, :1]\n_\n+RESET\n+PONG"},
        {0, "PUBSUB CHANNELS", "[]"},
        {0, "PUBSUB CHANNELS a b",
         "-ERR unknown subcommand or wrong number of arguments for 'CHANNELS'. Try PUBSUB HELP."},
        {0, "PUBSUB NUMSUB", "[]"},
        {0, "PUBSUB NUMSUB a b", "[$a, :0, $b, :0]"},
        {0, "PUBSUB SHARDNUMSUB a", "[$a, :0]"},
        {0, "PUBSUB NUMPAT", ":0"},
        {0, "PUBSUB NUMPAT x", ARITY("pubsub|numpat")},
        {0, "PUBSUB NOPE", "-ERR unknown subcommand 'NOPE'. Try PUBSUB HELP."},
        {0, "MULTI\nSUBSCRIBE a\nEXEC", "+OK\n+QUEUED\n[[$subscribe, $a, :1]]"},
    };
    PLAY(rows);
}

/* --- §1.9 --- */

static void cluster_mode_refuses_what_it_cannot_do(void)
{
    static const ReplyRow rows[] = {
        {0, "SELECT 0", "+OK"},
        {0, "SELECT 1", "-ERR SELECT is not allowed in cluster mode"},
        {0, "SELECT -1", "-ERR SELECT is not allowed in cluster mode"},
        {0, "SELECT x", NOT_INTEGER},
        {0, "SELECT 3000000000",
         "-ERR value is out of range, value must between -2147483648 and 2147483647"},
        {0, "SELECT", ARITY("select")},
        {0, "SWAPDB 0 1", "-ERR SWAPDB is not allowed in cluster mode"},
        {0, "MOVE foo 1", "-MOVED 12182 127.0.0.1:7002"},
        {0, "MOVE bar 1", "-ERR MOVE is not allowed in cluster mode"},
        {0, "COPY {x}a {x}b DB 1", "-MOVED 16287 127.0.0.1:7002"},
        {0, "COPY bar {bar}2 DB 1",
         "-ERR Copying to another database is not allowed in cluster mode"},
        {0, "REPLICAOF 127.0.0.1 7001", "-ERR REPLICAOF not allowed in cluster mode."},
        {0, "REPLICAOF NO", ARITY("replicaof")},
        {0, "FAILOVER",
         "-ERR FAILOVER not allowed in cluster mode. Use CLUSTER FAILOVER command instead."},
        {0, "FAILOVER ABORT",
         "-ERR FAILOVER not allowed in cluster mode. Use CLUSTER FAILOVER command instead."},
        {0, "SORT bar BY nosort", "[]"},
        {0, "SORT bar GET #", "-ERR GET option of SORT denied in Cluster mode."},
        {0, "SORT bar BY w_* GET #", "-ERR BY option of SORT denied in Cluster mode."},
        /* and without it */
        {7, "CLUSTER NODES", DISABLED},
        {7, "CLUSTER HELP", DISABLED},
        {7, "CLUSTER NOPE", "-ERR unknown subcommand 'NOPE'. Try CLUSTER HELP."},
        {7, "CLUSTER KEYSLOT", ARITY("cluster|keyslot")},
        {7, "ASKING", DISABLED},
        {7, "READONLY", DISABLED},
        {7, "MOVE a 1", "-ERR Slotscope does not model 'move' without cluster mode"},
        {7, "COPY a b DB 1", "-ERR Slotscope does not model 'copy' without cluster mode"},
        {7, "SORT a BY w_*", "-ERR Slotscope does not model 'sort' without cluster mode"},
        {7, "SELECT 16", "-ERR DB index is out of range"},
        {7, "SELECT -1", "-ERR DB index is out of range"},
        {7, "SELECT 1\nSET a 1\nSELECT 0\nGET a\nSELECT 1\nGET a\nDBSIZE\nFLUSHALL\nGET a",
         "+OK\n+OK\n+OK\n_\n+OK\n$1\n:1\n+OK\n_"},
        {7, "MSET a 1 b 2\nMGET a b\nDEL a b", "+OK\n[$1, $2]\n:2"},
        {7, "INFO cluster", "$# Cluster\\r\\ncluster_enabled:0\\r\\n"},
        {0, "INFO cluster", "$# Cluster\\r\\ncluster_enabled:1\\r\\n"},
        {7, "CONFIG GET cluster-enabled", "[$cluster-enabled, $no]"},
    };
    PLAY(rows);
}

/* --- §11.8 --- */

#define CONFIG_FAILED(name) "-ERR CONFIG SET failed (possibly related to argument '" name "') - "

static void config_answers_as_redis_server_does(void)
{
    static const ReplyRow rows[] = {
        {0, "CONFIG GET", ARITY("config|get")},
        {0, "CONFIG GET nope", "[]"},
        {0, "CONFIG GET CLUSTER-node-timeout", "[$CLUSTER-node-timeout, $2000]"},
        {0, "CONFIG GET cluster-slave-validity-factor", "[$cluster-slave-validity-factor, $10]"},
        {0, "CONFIG GET cluster-*-validity-factor",
         "[$cluster-replica-validity-factor, $10, $cluster-slave-validity-factor, $10]"},
        {0, "CONFIG GET cluster-migration-barrier cluster-port",
         "[$cluster-migration-barrier, $1, $cluster-port, $0]"},
        {0, "CONFIG GET port", "[$port, $7000]"},
        {0, "CONFIG SET", ARITY("config|set")},
        {0, "CONFIG SET cluster-node-timeout", ARITY("config|set")},
        {0, "CONFIG SET cluster-node-timeout 1 x", SYNTAX},
        {0, "CONFIG SET nope 1",
         "-ERR Unknown option or number of arguments for CONFIG SET - 'nope'"},
        {0, "CONFIG SET cluster-node-timeout x nope 1",
         "-ERR Unknown option or number of arguments for CONFIG SET - 'nope'"},
        {0, "CONFIG SET cluster-node-timeout x",
         CONFIG_FAILED("cluster-node-timeout") "argument couldn't be parsed into an integer"},
        {0, "CONFIG SET cluster-node-timeout -1",
         CONFIG_FAILED("cluster-node-timeout") "argument must be between 0 and 9223372036854775807 "
                                               "inclusive"},
        {0, "CONFIG SET cluster-slave-validity-factor -1",
         CONFIG_FAILED("cluster-slave-validity-factor") "argument must be between 0 and "
                                                        "2147483647 inclusive"},
        {0, "CONFIG SET cluster-require-full-coverage maybe",
         CONFIG_FAILED("cluster-require-full-coverage") "argument must be 'yes' or 'no'"},
        {0, "CONFIG SET cluster-link-sendbuf-limit 1x",
         CONFIG_FAILED("cluster-link-sendbuf-limit") "argument must be a memory value"},
        {0, "CONFIG SET cluster-enabled no",
         CONFIG_FAILED("cluster-enabled") "can't set immutable config"},
        {0, "CONFIG SET Cluster-Port 1",
         CONFIG_FAILED("Cluster-Port") "can't set immutable config"},
        {0, "CONFIG SET dir /tmp", CONFIG_FAILED("dir") "can't set protected config"},
        {0, "CONFIG SET cluster-migration-barrier 1 cluster-migration-barrier 2",
         CONFIG_FAILED("cluster-migration-barrier") "duplicate parameter"},
        {0, "CONFIG SET cluster-preferred-endpoint-type nope",
         CONFIG_FAILED(
             "cluster-preferred-endpoint-type") "argument(s) must be one of the following: ip, "
                                                "hostname, unknown-endpoint"},
        {0, "CONFIG SET maxmemory-policy nope",
         CONFIG_FAILED("maxmemory-policy") "argument(s) must be one of the following: "
                                           "volatile-lru, volatile-lfu, volatile-random, "
                                           "volatile-ttl, allkeys-lru, allkeys-lfu, "
                                           "allkeys-random, noeviction"},
        {0,
         "CONFIG SET cluster-node-timeout 2500\nCONFIG GET cluster-node-timeout\nCONFIG SET "
         "cluster-node-timeout 2000",
         "+OK\n[$cluster-node-timeout, $2500]\n+OK"},
        {0, "CONFIG SET maxmemory 100mb\nCONFIG GET maxmemory\nCONFIG SET maxmemory 0",
         "+OK\n[$maxmemory, $104857600]\n+OK"},
        {0,
         "CONFIG SET cluster-migration-barrier 7 cluster-node-timeout x\nCONFIG GET "
         "cluster-migration-barrier",
         CONFIG_FAILED("cluster-node-timeout") "argument couldn't be parsed into an "
                                               "integer\n[$cluster-migration-barrier, $1]"},
        {0, "CONFIG SET repl-backlog-size 99999999999999999999",
         CONFIG_FAILED(
             "repl-backlog-size") "argument must be between 1 and 9223372036854775807 inclusive"},
        {0, "CONFIG SET save x", CONFIG_FAILED("save") "Invalid save parameters"},
        {0, "CONFIG RESETSTAT", "+OK"},
        {0, "CONFIG RESETSTAT x", ARITY("config|resetstat")},
    };
    PLAY(rows);
}

/* --- CLIENT, HELLO, AUTH, RESET --- */

static void connections_answer_as_redis_server_does(void)
{
    static const ReplyRow rows[] = {
        {0, "CLIENT GETNAME\nCLIENT SETNAME me\nCLIENT GETNAME\nRESET\nCLIENT GETNAME",
         "_\n+OK\n$me\n+RESET\n_"},
        {0, "CLIENT SETNAME 'a b'",
         "-ERR Client names cannot contain spaces, newlines or special characters."},
        {0, "CLIENT SETNAME", ARITY("client|setname")},
        {0, "CLIENT REPLY NOPE", SYNTAX},
        {0, "CLIENT REPLY ON", "+OK"},
        {0, "CLIENT KILL", ARITY("client|kill")},
        {0, "CLIENT KILL 1.2.3.4:5", "-ERR No such client"},
        {0, "CLIENT KILL ID x", "-ERR client-id should be greater than 0"},
        {0, "CLIENT KILL ID 0", "-ERR client-id should be greater than 0"},
        {0, "CLIENT KILL ID 999999", ":0"},
        {0, "CLIENT KILL TYPE nope", "-ERR Unknown client type 'nope'"},
        {0, "CLIENT KILL TYPE pubsub", ":0"},
        {0, "CLIENT KILL USER nobody", "-ERR No such user 'nobody'"},
        {0, "CLIENT KILL ADDR 1.2.3.4:5 SKIPME maybe", SYNTAX},
        {0, "CLIENT KILL NOPE 1", SYNTAX},
        {0, "CLIENT LIST TYPE nope", "-ERR Unknown client type 'nope'"},
        {0, "CLIENT LIST ID x", "-ERR Invalid client ID"},
        {0, "CLIENT LIST ID 999999", "$"},
        {0, "CLIENT LIST x", SYNTAX},
        {0, "CLIENT LIST TYPE master", "$"},
        {0, "CLIENT PAUSE", ARITY("client|pause")},
        {0, "CLIENT PAUSE x", "-ERR timeout is not an integer or out of range"},
        {0, "CLIENT PAUSE -1", "-ERR timeout is negative"},
        {0, "CLIENT PAUSE 1 NOPE", "-ERR CLIENT PAUSE mode must be WRITE or ALL"},
        {0, "CLIENT PAUSE 1 ALL x",
         "-ERR unknown subcommand or wrong number of arguments for 'PAUSE'. Try CLIENT HELP."},
        {0, "CLIENT UNPAUSE", "+OK"},
        {0, "CLIENT UNBLOCK x", NOT_INTEGER},
        {0, "CLIENT UNBLOCK 999999", ":0"},
        {0, "CLIENT UNBLOCK 1 NOPE", "-ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR"},
        {0, "CLIENT NO-EVICT maybe", SYNTAX},
        {0, "CLIENT NO-EVICT on", "+OK"},
        {0, "CLIENT GETREDIR", ":-1"},
        {0, "CLIENT TRACKINGINFO", "[$flags, [$off], $redirect, :-1, $prefixes, []]"},
        {0, "CLIENT TRACKING off", "+OK"},
        {0, "CLIENT TRACKING on x", SYNTAX},
        {0, "CLIENT TRACKING maybe", SYNTAX},
        {0, "CLIENT CACHING yes",
         "-ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or "
         "OPTOUT mode enabled"},
        {0, "CLIENT ID x", ARITY("client|id")},
        {0, "HELLO x", "-ERR Protocol version is not an integer or out of range"},
        {0, "HELLO 4", "-NOPROTO unsupported protocol version"},
        {0, "HELLO 1", "-NOPROTO unsupported protocol version"},
        {0, "HELLO 3 NOPE", "-ERR Syntax error in HELLO option 'NOPE'"},
        {0, "HELLO 3 AUTH default", "-ERR Syntax error in HELLO option 'AUTH'"},
        {0, "HELLO 2 AUTH nobody x",
         "-WRONGPASS invalid username-password pair or user is disabled."},
        {0, "AUTH x",
         "-ERR AUTH <password> called without any password configured for the default "
         "user. Are you sure your configuration is correct?"},
        {0, "AUTH default x", "+OK"},
        {0, "AUTH nobody x", "-WRONGPASS invalid username-password pair or user is disabled."},
        {0, "AUTH a b c", SYNTAX},
        {0, "AUTH", ARITY("auth")},
        {0, "RESET x", ARITY("reset")},
        {0, "ASKING\nRESET\nMULTI\nRESET\nEXEC",
         "+OK\n+RESET\n+OK\n+RESET\n-ERR EXEC without MULTI"},
        {0, "QUIT", "+OK"},
    };
    PLAY(rows);
}

/* --- COMMAND --- */

static void command_tells_of_commands(void)
{
    static const ReplyRow rows[] = {
        {0, "COMMAND INFO get",
         "[[$get, :2, [+readonly, +fast], :1, :1, :1, [+@read, +@string, +@fast], [], [[$flags, "
         "[+RO, +access], $begin_search, [$type, $index, $spec, [$index, :1]], $find_keys, [$type, "
         "$range, $spec, [$lastkey, :0, $keystep, :1, $limit, :0]]]], []]]"},
        {0, "COMMAND INFO nope", "[_]"},
        {0, "COMMAND INFO asking",
         "[[$asking, :1, [+fast], :0, :0, :0, [+@fast, +@connection], [], [], []]]"},
        {0, "COMMAND INFO cluster|myid",
         "[[$cluster|myid, :2, [+stale], :0, :0, :0, [+@slow], [], [], []]]"},
        {0, "COMMAND GETKEYS", ARITY("command|getkeys")},
        {0, "COMMAND GETKEYS get", ARITY("command|getkeys")},
        {0, "COMMAND GETKEYS get a", "[$a]"},
        {0, "COMMAND GETKEYS nope a", "-ERR Invalid command specified"},
        {0, "COMMAND GETKEYS ping a", "-ERR The command has no key arguments"},
        {0, "COMMAND GETKEYS get a b", "-ERR Invalid number of arguments specified for command"},
        {0, "COMMAND GETKEYS zunionstore d 2 a b", "[$d, $a, $b]"},
        {0, "COMMAND GETKEYS ssubscribe a", "-ERR The command has no key arguments"},
        {0, "COMMAND GETKEYSANDFLAGS sort a store b",
         "[[$a, [+RO, +access]], [$b, [+OW, +update]]]"},
        {0, "COMMAND GETKEYS zunion 9 a b", "-ERR Invalid arguments specified for command"},
        {0, "COMMAND GETKEYS object encoding a", "[$a]"},
        {0, "COMMAND GETKEYS xread count 1 streams a b 0 0", "[$a, $b]"},
        {0, "COMMAND GETKEYSANDFLAGS set a 1", "[[$a, [+OW, +update]]]"},
        {0, "COMMAND GETKEYSANDFLAGS rename a b",
         "[[$a, [+RW, +access, +delete]], [$b, [+OW, +update]]]"},
        {0, "COMMAND LIST FILTERBY nope x", SYNTAX},
        {0, "COMMAND LIST x", SYNTAX},
        {0, "COMMAND LIST FILTERBY PATTERN getr*", "[$getrange]"},
        {0, "COMMAND LIST FILTERBY MODULE json", "[]"},
        {0, "COMMAND COUNT x", ARITY("command|count")},
        {0, "COMMAND NOPE", "-ERR unknown subcommand 'NOPE'. Try COMMAND HELP."},
        {0, "COMMAND DOCS nope", "[]"},
        {0, "COMMAND DOCS get", "[$get, [$group, $string]]"},
    };
    PLAY(rows);
}

/* --- §9.1, §11.1: beyond the measured rows --- */

static void cluster_subcommands_answer_as_redis_server_does(void)
{
    static const ReplyRow rows[] = {
        {0, "CLUSTER MYID", "$n0"},
        {0, "CLUSTER NODES x", ARITY("cluster|nodes")},
        {0, "CLUSTER LINKS x", ARITY("cluster|links")},
        {0, "CLUSTER SHARDS x", ARITY("cluster|shards")},
        {0, "CLUSTER RESET a b",
         "-ERR unknown subcommand or wrong number of arguments for 'RESET'. "
         "Try CLUSTER HELP."},
        {0, "cluster reset nope", SYNTAX},
        {0, "CLUSTER MEET 127.0.0.1", ARITY("cluster|meet")},
        {0, "CLUSTER MEET 127.0.0.1 7000 x", "-ERR Invalid TCP bus port specified: x"},
        {0, "CLUSTER MEET 127.0.0.1 7000 17000 1",
         "-ERR unknown subcommand or wrong number of arguments for 'MEET'. Try CLUSTER HELP."},
        {0, "CLUSTER DELSLOTS 16384", "-ERR Invalid or out of range slot"},
        {0, "CLUSTER DELSLOTS 1 x", "-ERR Invalid or out of range slot"},
        {0, "CLUSTER ADDSLOTS 01", "-ERR Invalid or out of range slot"},
        {0, "CLUSTER SETSLOT x STABLE", "-ERR Invalid or out of range slot"},
        {0, "CLUSTER SETSLOT 1 MIGRATING NNN", "-ERR I don't know about node NNN"},
        {0, "CLUSTER SETSLOT 1 MIGRATING xyz", "-ERR I don't know about node xyz"},
        {0, "CLUSTER KEYSLOT", ARITY("cluster|keyslot")},
        {0, "CLUSTER KEYSLOT ''", ":0"},
        {0, "CLUSTER COUNTKEYSINSLOT 1 2", ARITY("cluster|countkeysinslot")},
        {0, "CLUSTER GETKEYSINSLOT 16384 1", "-ERR Invalid slot or number of keys"},
        {0, "CLUSTER GETKEYSINSLOT 1 0", "[]"},
        {0, "CLUSTER COUNT-FAILURE-REPORTS xyz", "-ERR Unknown node xyz"},
        {0, "CLUSTER FORGET xyz", "-ERR Unknown node xyz"},
        {0, "CLUSTER REPLICAS", ARITY("cluster|replicas")},
        {0, "CLUSTER SAVECONFIG", "+OK"},
        {0, "CLUSTER MYSHARDID", "-ERR unknown subcommand 'MYSHARDID'. Try CLUSTER HELP."},
        {0, "CLUSTER FLUSHSLOT 1", "-ERR unknown subcommand 'FLUSHSLOT'. Try CLUSTER HELP."},
        {0, "CLUSTER SLOT-STATS", "-ERR unknown subcommand 'SLOT-STATS'. Try CLUSTER HELP."},
        {0, "CLUSTER MIGRATION STATUS", "-ERR unknown subcommand 'MIGRATION'. Try CLUSTER HELP."},
        {3, "CLUSTER FLUSHSLOTS", "+OK"},
        {3, "CLUSTER REPLICATE n0", "+OK"},
        {3, "CLUSTER SET-CONFIG-EPOCH 9",
         "-ERR The user can assign a config epoch only when the node does not know any other "
         "node."},
        {6, "CLUSTER SLOTS", "[]"},
        {6, "CLUSTER MYID", "$n6"},
        {6, "CLUSTER SHARDS",
         "[[$slots, [], $nodes, [[$id, $n6, $port, :7006, $ip, $, $endpoint, $, $role, $master, "
         "$replication-offset, :0, $health, $online]]]]"},
        {6, "CLUSTER REPLICAS n6", "[]"},
        {6, "CLUSTER REPLICATE n6", "-ERR Can't replicate myself"},
        {6, "CLUSTER FORGET n6", "-ERR I tried hard but I can't forget myself..."},
        {6, "CLUSTER FLUSHSLOTS", "+OK"},
        {6, "CLUSTER SET-CONFIG-EPOCH 0\nCLUSTER SET-CONFIG-EPOCH 7\nCLUSTER SET-CONFIG-EPOCH 8",
         "+OK\n+OK\n-ERR Node config epoch is already non-zero"},
        {6, "CLUSTER BUMPEPOCH", "+STILL 7"},
        {6, "CLUSTER RESET SOFT\nCLUSTER BUMPEPOCH", "+OK\n+STILL 7"},
        {6, "CLUSTER RESET HARD\nCLUSTER BUMPEPOCH", "+OK\n+BUMPED 1"},
        {6, "SET bar 1", "-CLUSTERDOWN Hash slot not served"},
        {6, "GET ''", "-CLUSTERDOWN Hash slot not served"},
        {6, "ROLE", "[$master, :0, []]"},
    };
    PLAY(rows);
}

/* --- tools --- */

static void tools_get_what_they_ask_for(void)
{
    static const ReplyRow rows[] = {
        {0, "OBJECT FREQ bar", "_"},
        {0,
         "SET bar 1\nOBJECT FREQ bar\nOBJECT REFCOUNT bar\nOBJECT IDLETIME bar\nOBJECT ENCODING "
         "bar\nDEL bar",
         "+OK\n-ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please "
         "note that when switching between policies at runtime LRU and LFU data will take some "
         "time "
         "to adjust.\n:2147483647\n:0\n$int\n:1"},
        {0, "MEMORY USAGE bar", "_"},
        {0, "MEMORY USAGE bar x", SYNTAX},
        {0, "MEMORY USAGE bar SAMPLES x", NOT_INTEGER},
        {0, "MEMORY USAGE bar SAMPLES -1", SYNTAX},
        {0, "MEMORY NOPE", "-ERR unknown subcommand 'NOPE'. Try MEMORY HELP."},
        {0, "LATENCY LATEST", "[]"},
        {0, "LATENCY HISTORY command", "[]"},
        {0, "LATENCY RESET", ":0"},
        {0, "LATENCY GRAPH command", "-ERR No samples available for event 'command'"},
        {0, "LATENCY NOPE", "-ERR unknown subcommand 'NOPE'. Try LATENCY HELP."},
        {0, "SLOWLOG GET", "[]"},
        {0, "SLOWLOG GET -2", "-ERR count should be greater than or equal to -1"},
        {0, "SLOWLOG LEN", ":0"},
        {0, "SLOWLOG GET x", "-ERR count should be greater than or equal to -1"},
        {0, "SLOWLOG RESET", "+OK"},
        {0, "SLOWLOG LEN x", ARITY("slowlog|len")},
        {0, "INFO nope", "$"},
        {0, "DBSIZE x", ARITY("dbsize")},
        {0, "WAIT x 1", NOT_INTEGER},
        {0, "WAIT 1 x", "-ERR timeout is not an integer or out of range"},
        {0, "WAIT 1 -1", "-ERR timeout is negative"},
        {0, "WAIT 1", ARITY("wait")},
        {3, "WAIT 1 1",
         "-ERR WAIT cannot be used with replica instances. Please also note that "
         "since Redis 4.0 if a replica is configured to be writable (which is not "
         "the default) writes to replicas are just local and are not propagated."},
        {0, "DEBUG NOPE",
         "-ERR unknown subcommand or wrong number of arguments for 'NOPE'. Try DEBUG HELP."},
        {0, "DEBUG SLEEP",
         "-ERR unknown subcommand or wrong number of arguments for 'SLEEP'. Try DEBUG HELP."},
        {0, "DEBUG SLEEP 0", "+OK"},
        {0, "DEBUG OBJECT bar", "-ERR no such key"},
        {0, "DEBUG ERROR 'MY error'", "-MY error"},
        {0, "DEBUG SET-ACTIVE-EXPIRE 1", "+OK"},
        {0, "DEBUG DROP-CLUSTER-PACKET-FILTER x", NOT_INTEGER},
        {0, "DEBUG DROP-CLUSTER-PACKET-FILTER -1", "+OK"},
        {0, "DEBUG CLUSTERLINK KILL to NNN", "-ERR Unknown node NNN"},
        {0, "DEBUG CLUSTERLINK KILL all n1", "+OK"},
        {7, "DEBUG CLUSTERLINK KILL all n1",
         "-ERR Debug option only available for cluster mode enabled setup!"},
        {0, "DEBUG CHANGE-REPL-ID", "+OK"},
        {0, "DEBUG PROTOCOL map", "[:0, :0, :1, :1, :2, :0]"},
        {0, "DEBUG PROTOCOL nope",
         "-ERR Wrong protocol type name. Please use one of the following: "
         "string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false"},
        {6, "DEBUG POPULATE 2\nDBSIZE\nFLUSHALL", "+OK\n:2\n+OK"},
    };
    PLAY(rows);
}

/* --- keys of commands, values of RESTORE --- */

static void commands_are_checked_by_their_keys(void)
{
    static const ReplyRow rows[] = {
        {0, "XADD foo * a 1", "-MOVED 12182 127.0.0.1:7002"},
        {0, "SET bar 1\nSMOVE {bar}2 bar x\nDEL bar", "+OK\n:0\n:1"},
        {0, "XADD bar * a", ARITY("xadd")},
        /* numkeys that is none: no keys, so the command itself says what is wrong (genericGetKeys);
         * destinations are looked at after the sources */
        {0, "ZUNIONSTORE c nope foo", NOT_INTEGER},
        {0, "ZUNIONSTORE c 0 foo", "-ERR at least 1 input key is needed for 'zunionstore' command"},
        {0, "ZUNIONSTORE c 1 foo", "-CROSSSLOT Keys in request don't hash to the same slot"},
        {6, "ZUNIONSTORE foo 9 bar", "-ERR syntax error"},
        {0, "BLPOP bar 99999999999999999999", "-ERR timeout is negative"},
        {0, "XADD bar * a 1", "-ERR Slotscope does not model the command 'xadd'"},
        {0, "PFMERGE bar foo", "-CROSSSLOT Keys in request don't hash to the same slot"},
        {0, "BITOP AND bar hello", "-CROSSSLOT Keys in request don't hash to the same slot"},
        {0, "RESTORE bar x y", NOT_INTEGER},
        {0, "RESTORE bar -1 y", "-ERR Invalid TTL value, must be >= 0"},
        {0, "RESTORE bar 0 y", "-ERR DUMP payload version or checksum are wrong"},
        {0, "RESTORE bar 0 y NOPE", SYNTAX},
        {0, "RESTORE bar 0 y FREQ 300", "-ERR Invalid FREQ value, must be >= 0 and <= 255"},
        {0, "RESTORE bar 0 y IDLETIME -1", "-ERR Invalid IDLETIME value, must be >= 0"},
        {0, "DUMP bar", "_"},
    };
    PLAY(rows);
}

/* --- every arity --- */

/* Too few words, or one too many; of a sub-command, both its names count. */
static void expect_arity(Replay *replay, uint32_t conn, const CommandRow *row)
{
    char want[120];
    uint32_t size = command_container_size(row->name);
    bool sub = row->name[size] == '|';
    int words = row->arity > 0 ? row->arity + 1 : -row->arity - 1;
    if (words < (sub ? 2 : 1)) return; /* it takes any number */
    text_clear(&replay->line);
    text_clear(&replay->got);
    text_append(&replay->line, "%.*s%s%s", (int)size, row->name, sub ? " " : "",
                sub ? row->name + size + 1 : "");
    for (int i = sub ? 2 : 1; i < words; i++) text_append(&replay->line, " 1");
    snprintf(want, sizeof(want), ARITY("%s"), row->name);
    if (strcmp(row->name, "exec") == 0)
        snprintf(want, sizeof(want),
                 "-EXECABORT Transaction discarded because of: wrong number "
                 "of arguments for 'exec' command");
    replay_ask(replay, conn, text_chars(&replay->line), &replay->got);
    bool same = strcmp(text_chars(&replay->got), want) == 0;
    if (!same) printf("\n    %s: got %s", text_chars(&replay->line), text_chars(&replay->got));
    CU_assertImplementation(same, __LINE__, row->name, __FILE__, "", CU_FALSE);
}

/* commandCheckArity: by the name that the command table has, whatever the case of the request. */
static void every_command_has_its_arity(void)
{
    Replay replay = replay_open();
    const CommandRow *sub;
    uint32_t conn = replay_connect(&replay, 0);
    for (uint32_t i = 0; i < command_count(); i++) {
        expect_arity(&replay, conn, command_at(i));
        for (uint32_t s = 0; (sub = command_sub(command_at(i), s)) != NULL; s++)
            expect_arity(&replay, conn, sub);
    }
    replay_close(&replay);
}

/* --- clients that wait --- */

/* Sends a line whose reply is looked at later. */
static uint32_t begin(Replay *replay, uint32_t conn, const char *line)
{
    Command command = {.kind = CMD_CONN_CALL, .host = HOST_NONE, .text = line};
    Error err;
    uint32_t call = 0;
    command.u.call = conn;
    CU_ASSERT_TRUE_FATAL(sim_submit(replay->sim, &command, &call, &err));
    replay_wait(replay, 5 * SIM_MS);
    return call;
}

/* `want` NULL: it still waits. */
static void expect_call(Replay *replay, uint32_t call, const char *want)
{
    const char *reply = "";
    if (!want) {
        CU_ASSERT_EQUAL(sim_call_status(replay->sim, call, &reply), CALL_PENDING);
        return;
    }
    CU_ASSERT_EQUAL(sim_call_status(replay->sim, call, &reply), CALL_DONE);
    if (strcmp(reply, want) != 0) printf("\n    wanted %s, got %s", want, reply);
    CU_ASSERT_STRING_EQUAL(reply, want);
}

static void tell(Replay *replay, uint32_t conn, const char *line, const char *want)
{
    text_clear(&replay->got);
    replay_ask(replay, conn, line, &replay->got);
    CU_ASSERT_STRING_EQUAL(text_chars(&replay->got), want);
}

static void waiting_clients_are_woken_by_others(void)
{
    Replay replay = replay_open();
    uint32_t waiting = replay_connect(&replay, 0), other = replay_connect(&replay, 0), call;
    char line[2][80];
    text_clear(&replay.got);
    replay_ask(&replay, waiting, "CLIENT ID", &replay.got);
    snprintf(line[0], sizeof(line[0]), "CLIENT UNBLOCK %s", text_chars(&replay.got) + 1);
    snprintf(line[1], sizeof(line[1]), "%.60s ERROR", line[0]);
    call = begin(&replay, waiting, "BLPOP bar 0");
    expect_call(&replay, call, NULL);
    tell(&replay, other, line[0], ":1");
    replay_wait(&replay, 5 * SIM_MS);
    expect_call(&replay, call, "_");
    call = begin(&replay, waiting, "BLPOP bar 0");
    tell(&replay, other, line[1], ":1");
    replay_wait(&replay, 5 * SIM_MS);
    expect_call(&replay, call, "-UNBLOCKED client unblocked via CLIENT UNBLOCK");
    tell(&replay, other, line[0], ":0"); /* it does not wait any more */
    replay_close(&replay);
}

/* protocol.md §7: what waits runs again from the start; a pause of all stops CLIENT, too. */
static void pauses_hold_writes_or_everything(void)
{
    Replay replay = replay_open();
    uint32_t one = replay_connect(&replay, 0), other = replay_connect(&replay, 0);
    tell(&replay, other, "CLIENT PAUSE 200 WRITE", "+OK");
    uint32_t write = begin(&replay, one, "SET bar 1");
    tell(&replay, other, "GET bar", "_");
    expect_call(&replay, write, NULL);
    replay_wait(&replay, 320 * SIM_MS); /* the tick after the end */
    expect_call(&replay, write, "+OK");
    tell(&replay, other, "CLIENT PAUSE 200 WRITE", "+OK");
    write = begin(&replay, one, "SET bar 2");
    tell(&replay, other, "CLIENT UNPAUSE", "+OK");
    replay_wait(&replay, 5 * SIM_MS);
    expect_call(&replay, write, "+OK");
    tell(&replay, other, "CLIENT PAUSE 200", "+OK");
    uint32_t unpause = begin(&replay, one, "CLIENT UNPAUSE");
    expect_call(&replay, unpause, NULL);
    replay_wait(&replay, 320 * SIM_MS); /* the tick after the end */
    expect_call(&replay, unpause, "+OK");
    replay_close(&replay);
}

/* CLIENT REPLY SKIP: no reply to it and to the next command; OFF: to none until ON. */
static void replies_can_be_left_out(void)
{
    Replay replay = replay_open();
    uint32_t conn = replay_connect(&replay, 0);
    uint32_t skip = begin(&replay, conn, "CLIENT REPLY SKIP"), set = begin(&replay, conn, "PING"),
             next = begin(&replay, conn, "ECHO hi");
    expect_call(&replay, skip, "$hi"); /* the first reply that comes answers the first call */
    expect_call(&replay, set, NULL);
    expect_call(&replay, next, NULL);
    replay_close(&replay);
}

/* A server without cluster mode has no bus: MEET never gets an answer from it. */
static void nobody_meets_a_server_without_cluster_mode(void)
{
    Replay replay = replay_open();
    uint32_t conn = replay_connect(&replay, 6);
    tell(&replay, conn, "CLUSTER MEET 127.0.0.1 7007", "+OK");
    replay_wait(&replay, 5 * SIM_SEC);
    text_clear(&replay.got);
    replay_ask(&replay, conn, "CLUSTER INFO", &replay.got);
    CU_ASSERT_PTR_NOT_NULL(strstr(text_chars(&replay.got), "cluster_known_nodes:1\r\n"));
    replay_close(&replay);
}

void test_replies_suite(void)
{
    CU_pSuite suite = CU_add_suite("replies", NULL, NULL);
    CU_add_test(suite, "requests are checked before they run",
                requests_are_checked_before_they_run);
    CU_add_test(suite, "channels answer as measured servers do",
                channels_answer_as_measured_servers_do);
    CU_add_test(suite, "cluster mode refuses what it cannot do",
                cluster_mode_refuses_what_it_cannot_do);
    CU_add_test(suite, "CONFIG answers as redis-server does", config_answers_as_redis_server_does);
    CU_add_test(suite, "connections answer as redis-server does",
                connections_answer_as_redis_server_does);
    CU_add_test(suite, "COMMAND tells of commands", command_tells_of_commands);
    CU_add_test(suite, "CLUSTER sub-commands answer as redis-server does",
                cluster_subcommands_answer_as_redis_server_does);
    CU_add_test(suite, "tools get what they ask for", tools_get_what_they_ask_for);
    CU_add_test(suite, "commands are checked by their keys", commands_are_checked_by_their_keys);
    CU_add_test(suite, "every command has its arity", every_command_has_its_arity);
    CU_add_test(suite, "waiting clients are woken by others", waiting_clients_are_woken_by_others);
    CU_add_test(suite, "pauses hold writes or everything", pauses_hold_writes_or_everything);
    CU_add_test(suite, "replies can be left out", replies_can_be_left_out);
    CU_add_test(suite, "nobody meets a server without cluster mode",
                nobody_meets_a_server_without_cluster_mode);
}
