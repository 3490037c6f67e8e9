/* test_restart.c -- what a process that starts again has: its identity, its beliefs, its data
 * (protocol.md §2.5-2.8, §10.3, §10.5). Hosts 0..2 are primaries, 3..5 their replicas. */
#include "tests/fixture/fixture.h"
#include "tests/unit/desk.h"

#include <CUnit/CUnit.h>

#include <stdlib.h>
#include <string.h>

void test_restart_suite(void);

#define T_MS 1000

/* A cluster in which keys of slot 866 belong to host 0 ("{06S}" is in slot 0's third). */
static Fixture open_cluster(NodeConfig node)
{
    FixtureConfig config = fixture_config(31, 3, 1, T_MS);
    node.node_timeout_ms = T_MS;
    node.repl_diskless_delay_s = 0;
    config.node = node;
    Fixture fixture = fixture_open(&config);
    CU_ASSERT_TRUE_FATAL(fixture_create(&fixture, 60 * SIM_SEC));
    fixture_run(&fixture, 5 * SIM_SEC);
    return fixture;
}

static HostId replica_of(const Fixture *fixture, HostId primary)
{
    for (uint32_t i = 0; i < fixture->hosts; i++) {
        const HostState *self = sim_self(fixture->sim, (HostId)i);
        if (self && self->repl_primary == sim_host_node(fixture->sim, primary)) return (HostId)i;
    }
    CU_FAIL_FATAL("no replica");
    return HOST_NONE;
}

static void write_keys(Fixture *fixture, HostId host, int first, int last)
{
    for (int i = first; i <= last; i++)
        CU_ASSERT_STRING_EQUAL(fixture_call(fixture, host, "SET {06S}%d v%d", i, i), "+OK");
}

static int size_of(Fixture *fixture, HostId host)
{
    const char *reply = fixture_call(fixture, host, "DBSIZE");
    return reply[0] == ':' ? atoi(reply + 1) : -1;
}

static void restart(Fixture *fixture, HostId host, bool power, SimSpan away)
{
    fixture_kill(fixture, host, power);
    fixture_run(fixture, away);
    fixture_command(fixture, CMD_START, host);
    fixture_run(fixture, 100 * SIM_MS);
}

static uint32_t count_records(const Fixture *fixture, TraceType type, HostId host, const char *part)
{
    uint32_t count = 0;
    const Trace *trace = sim_trace(fixture->sim);
    for (uint64_t seq = 1; seq <= trace_count(trace); seq++) {
        TraceRecord record;
        trace_get(trace, seq, &record);
        if (record.type != type || record.host != host) continue;
        if (type == TRACE_LOGGED) {
            char line[300];
            snprintf(line, sizeof(line), "%.*s", (int)record.u.LOGGED.text.size,
                     record.u.LOGGED.text.chars);
            if (!strstr(line, part)) continue;
        }
        count++;
    }
    return count;
}

/* §10.5 window 8: a primary without a file that returns before it is missed empties its replica. */
static void restart_without_a_file_wipes_the_replica(void)
{
    Fixture fixture = open_cluster(config_default());
    HostId replica = replica_of(&fixture, 0);
    write_keys(&fixture, 0, 1, 20);
    fixture_run(&fixture, SIM_SEC);
    CU_ASSERT_EQUAL(size_of(&fixture, replica), 20);

    restart(&fixture, 0, false, 100 * SIM_MS);
    fixture_run(&fixture, 10 * SIM_SEC);

    CU_ASSERT_EQUAL(size_of(&fixture, 0), 0);
    CU_ASSERT_EQUAL(size_of(&fixture, replica), 0);
    CU_ASSERT_EQUAL(sim_owner(fixture.sim, 0), 0); /* and nobody failed over */
    fixture_close(&fixture);
}

/* kill -9 leaves the page cache: everything that was written is loaded again. */
static void restart_after_kill_loses_nothing_written(void)
{
    NodeConfig config = config_default();
    config.appendonly = true;
    Fixture fixture = open_cluster(config);
    write_keys(&fixture, 0, 1, 50);
    fixture_run(&fixture, 200 * SIM_MS);

    restart(&fixture, 0, false, 100 * SIM_MS);

    CU_ASSERT_EQUAL(size_of(&fixture, 0), 50);
    CU_ASSERT_EQUAL(count_records(&fixture, TRACE_LOGGED, 0, "DB loaded from append only file"), 1);
    fixture_run(&fixture, 10 * SIM_SEC);
    CU_ASSERT_EQUAL(size_of(&fixture, replica_of(&fixture, 0)), 50);
    CU_ASSERT_STRING_EQUAL(fixture_call(&fixture, 0, "GET {06S}7"), "$v7");
    fixture_close(&fixture);
}

/* With everysec what was written before the last fsync survives a loss of power, what came after it
 * does not; always loses nothing; no loses everything that is younger than the kernel's patience.
 */
static void restart_after_power_loss_has_what_was_forced_to_disk(void)
{
    static const struct {
        uint32_t policy;
        int least, most;
    } rows[] = {{FSYNC_ALWAYS, 60, 60}, {FSYNC_EVERYSEC, 40, 59}, {FSYNC_NO, 0, 0}};
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        NodeConfig config = config_default();
        config.appendonly = true;
        config.appendfsync = rows[i].policy;
        Fixture fixture = open_cluster(config);
        write_keys(&fixture, 0, 1, 40);
        fixture_run(&fixture, 2100 * SIM_MS);
        write_keys(&fixture, 0, 41, 50);
        write_keys(&fixture, 0, 51, 60);

        restart(&fixture, 0, true, 100 * SIM_MS);

        int left = size_of(&fixture, 0);
        CU_ASSERT_TRUE(left >= rows[i].least && left <= rows[i].most);
        if (left < rows[i].least || left > rows[i].most)
            fprintf(stderr, "policy %d: %d keys left\n", (int)rows[i].policy, left);
        fixture_close(&fixture);
    }
}

/* A snapshot at a save point, and SHUTDOWN: the process comes back with the data of then. */
static void restart_loads_the_last_snapshot(void)
{
    NodeConfig config = config_default();
    config.save = (SavePoints){{{5, 10}}, 1};
    Fixture fixture = open_cluster(config);
    write_keys(&fixture, 0, 1, 10);
    fixture_run(&fixture, 8 * SIM_SEC);
    write_keys(&fixture, 0, 11, 12);

    restart(&fixture, 0, false, 100 * SIM_MS);
    CU_ASSERT_EQUAL(size_of(&fixture, 0), 10);

    fixture_run(&fixture, 5 * SIM_SEC);
    write_keys(&fixture, 0, 13, 14);
    fixture_call(&fixture, 0, "SHUTDOWN");
    fixture_run(&fixture, 2 * SIM_SEC);
    CU_ASSERT_EQUAL(sim_host_status(fixture.sim, 0), PROCESS_DEAD);
    fixture_command(&fixture, CMD_START, 0);
    fixture_run(&fixture, 100 * SIM_MS);
    CU_ASSERT_EQUAL(size_of(&fixture, 0), 12);
    fixture_close(&fixture);
}

/* A replica has the RDB of its full synchronisation on disk, and goes on from there (§10.3). */
static void restart_of_a_replica_resynchronises_partially(void)
{
    Fixture fixture = open_cluster(config_default());
    HostId replica = replica_of(&fixture, 0);
    write_keys(&fixture, 0, 1, 20);
    fixture_run(&fixture, SIM_SEC);
    uint64_t before = trace_count(sim_trace(fixture.sim));

    restart(&fixture, replica, false, 100 * SIM_MS);
    fixture_run(&fixture, 3 * SIM_SEC);

    uint32_t partial = 0, full = 0;
    for (uint64_t seq = before + 1; seq <= trace_count(sim_trace(fixture.sim)); seq++) {
        TraceRecord record;
        trace_get(sim_trace(fixture.sim), seq, &record);
        if (record.type != TRACE_REPL_SYNCED || record.host != replica) continue;
        full += record.u.REPL_SYNCED.full;
        partial += !record.u.REPL_SYNCED.full;
    }
    CU_ASSERT_EQUAL(partial, 1);
    CU_ASSERT_EQUAL(full, 0);
    CU_ASSERT_EQUAL(size_of(&fixture, replica), 20);
    fixture_close(&fixture);
}

/* A start takes as long as there is to load; meanwhile clients are refused and peers get no
 * answer (§2.7). Here the data takes about 1.5 s, longer than T. */
static void restart_answers_loading_while_it_loads(void)
{
    NodeConfig config = config_default();
    config.save = (SavePoints){0};
    Fixture fixture = open_cluster(config);
    Command feed = {.kind = CMD_FEED, .host = 0};
    feed.u.bytes = 150u << 20;
    fixture_submit(&fixture, &feed);
    fixture_call(&fixture, 0, "SAVE");
    fixture_run(&fixture, 20 * SIM_SEC);

    restart(&fixture, 0, false, 10 * SIM_MS);

    CU_ASSERT_STRING_EQUAL(fixture_call(&fixture, 0, "PING"),
                           "-LOADING Redis is loading the dataset in memory");
    CU_ASSERT_PTR_NOT_NULL(strstr(fixture_call(&fixture, 0, "INFO persistence"), "loading:1"));
    CU_ASSERT_STRING_EQUAL(fixture_call(&fixture, 0, "GET {06S}1"),
                           "-CLUSTERDOWN The cluster is down");
    fixture_run(&fixture, 1300 * SIM_MS);
    CU_ASSERT_TRUE(count_records(&fixture, TRACE_SUSPECTED, 1, "") > 0);
    fixture_run(&fixture, 2 * SIM_SEC);
    CU_ASSERT_STRING_EQUAL(fixture_call(&fixture, 0, "PING"), "+PONG");
    fixture_close(&fixture);
}

/* After a failover the old primary comes back as a replica of the new one, with its data (§6.12).
 */
static void restart_after_a_failover_follows_the_new_primary(void)
{
    NodeConfig config = config_default();
    config.appendonly = true;
    Fixture fixture = open_cluster(config);
    HostId heir = replica_of(&fixture, 0);
    write_keys(&fixture, 0, 1, 5);
    fixture_run(&fixture, SIM_SEC);
    fixture_kill(&fixture, 0, false);
    fixture_run(&fixture, 5 * SIM_SEC);
    CU_ASSERT_EQUAL(sim_owner(fixture.sim, 0), heir);
    write_keys(&fixture, heir, 6, 9);

    fixture_command(&fixture, CMD_START, 0);
    fixture_run(&fixture, 5 * SIM_SEC);

    CU_ASSERT_EQUAL(sim_self(fixture.sim, 0)->repl_primary, sim_host_node(fixture.sim, heir));
    CU_ASSERT_EQUAL(size_of(&fixture, 0), 9);
    CU_ASSERT_EQUAL(size_of(&fixture, heir), 9);
    fixture_close(&fixture);
}

/* §2.7: a primary with keys of slots that are not its own takes the free ones and imports the
 * others. */
static void restart_compares_keys_with_slots(void)
{
    NodeConfig config = config_default();
    config.appendonly = true;
    Fixture fixture = open_cluster(config);
    write_keys(&fixture, 0, 1, 1);
    fixture_run(&fixture, 200 * SIM_MS);
    Text conf = {0};
    sim_conf_text(fixture.sim, 0, &conf);
    fixture_kill(&fixture, 0, false);
    char *ranges = strstr(conf.chars, " 0-5460"); /* its own file forgets its slots */
    CU_ASSERT_PTR_NOT_NULL_FATAL(ranges);
    memmove(ranges, ranges + 7, strlen(ranges + 7) + 1);
    Command write = {.kind = CMD_WRITE_NODES, .host = 0, .text = conf.chars};
    fixture_submit(&fixture, &write);

    fixture_command(&fixture, CMD_START, 0);
    fixture_run(&fixture, 50 * SIM_MS);

    CU_ASSERT_EQUAL(count_records(&fixture, TRACE_LOGGED, 0, "Taking responsibility for it."), 1);
    text_deinit(&conf);
    fixture_close(&fixture);
}

/* Files that redis-server refuses end the process at once; a right one starts it again. */
static void restart_refuses_files_it_cannot_read(void)
{
    Fixture fixture = open_cluster(config_default());
    Text conf = {0};
    sim_conf_text(fixture.sim, 0, &conf);
    fixture_kill(&fixture, 0, false);
    Command nodes = {.kind = CMD_WRITE_NODES, .host = 0, .text = "nobody\n"};
    Command redis = {.kind = CMD_WRITE_CONF, .host = 0, .text = "xyz 1\n"};

    fixture_submit(&fixture, &nodes);
    fixture_command(&fixture, CMD_START, 0);
    fixture_run(&fixture, 50 * SIM_MS);
    CU_ASSERT_EQUAL(sim_host_status(fixture.sim, 0), PROCESS_DEAD);
    CU_ASSERT_EQUAL(count_records(&fixture, TRACE_LOGGED, 0, "corrupted cluster config"), 1);

    nodes.text = text_chars(&conf);
    fixture_submit(&fixture, &nodes);
    fixture_submit(&fixture, &redis);
    fixture_command(&fixture, CMD_START, 0);
    fixture_run(&fixture, 50 * SIM_MS);
    CU_ASSERT_EQUAL(count_records(&fixture, TRACE_LOGGED, 0, "FATAL CONFIG FILE ERROR"), 1);

    redis.text = "cluster-node-timeout 1000\nappendonly yes\n";
    fixture_submit(&fixture, &redis);
    fixture_command(&fixture, CMD_START, 0);
    fixture_run(&fixture, 50 * SIM_MS);
    CU_ASSERT_EQUAL(sim_host_status(fixture.sim, 0), PROCESS_RUNNING);
    CU_ASSERT_TRUE(sim_host_config(fixture.sim, 0)->appendonly);
    text_deinit(&conf);
    fixture_close(&fixture);
}

void test_restart_suite(void)
{
    CU_pSuite suite = CU_add_suite("restart", NULL, NULL);
    CU_add_test(suite, "restart without a file wipes the replica",
                restart_without_a_file_wipes_the_replica);
    CU_add_test(suite, "restart after kill loses nothing written",
                restart_after_kill_loses_nothing_written);
    CU_add_test(suite, "restart after power loss has what was forced to disk",
                restart_after_power_loss_has_what_was_forced_to_disk);
    CU_add_test(suite, "restart loads the last snapshot", restart_loads_the_last_snapshot);
    CU_add_test(suite, "restart of a replica resynchronises partially",
                restart_of_a_replica_resynchronises_partially);
    CU_add_test(suite, "restart answers loading while it loads",
                restart_answers_loading_while_it_loads);
    CU_add_test(suite, "restart after a failover follows the new primary",
                restart_after_a_failover_follows_the_new_primary);
    CU_add_test(suite, "restart compares keys with slots", restart_compares_keys_with_slots);
    CU_add_test(suite, "restart refuses files it cannot read",
                restart_refuses_files_it_cannot_read);
}
