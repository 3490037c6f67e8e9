/* test_conns.c -- clients' connections over the network: sim/world/conns.h, sim/server/outbound.h.
 */
#include "sim/world/world.h"
#include "tests/fixture/fixture.h"

#include <CUnit/CUnit.h>

#include <stdio.h>
#include <string.h>

void test_conns_suite(void);

static Fixture open_nodes(uint32_t count)
{
    FixtureConfig config = fixture_config(7, count, 0, 2000);
    return fixture_open(&config);
}

/* --- a server's own connections --- */

static char heard[400]; /* what the listener was told, in order */

static void listen_to(Server *server, const OutboundNews *news, NodeEnv *env)
{
    static const char *const words[] = {"up", "refused", "timed out", "bytes", "closed", "late"};
    char line[100];
    (void)server;
    (void)env;
    snprintf(line, sizeof(line), "%u %s%s%.*s;", news->id, words[news->kind],
             news->bytes.size ? " " : "", (int)news->bytes.size,
             news->bytes.size ? news->bytes.chars : "");
    strncat(heard, line, sizeof(heard) - strlen(heard) - 1);
    if (news->kind == OUTBOUND_BYTES) outbound_release(server);
}

static Server *server_of(const Fixture *fixture, HostId host)
{
    return world_host(fixture->sim, host)->server;
}

/* Wishes are carried out at the end of the server's next turn. */
static OutboundId open_from(const Fixture *fixture, HostId from, HostId to)
{
    uint16_t port;
    uint32_t ip = sim_host_ip(fixture->sim, to, &port);
    heard[0] = '\0';
    return outbound_open(server_of(fixture, from), ip, port, listen_to);
}

static void a_server_talks_to_another(void)
{
    Fixture fixture = open_nodes(2);
    OutboundId id = open_from(&fixture, 0, 1);
    outbound_send(server_of(&fixture, 0), id, slice_of("*1\r\n$4\r\nPING\r\n"));
    fixture_run(&fixture, SIM_SEC);
    CU_ASSERT_STRING_EQUAL(heard, "1 up;1 bytes +PONG\r\n;");
    heard[0] = '\0';
    fixture_kill(&fixture, 1, false);
    fixture_run(&fixture, SIM_SEC);
    CU_ASSERT_STRING_EQUAL(heard, "1 closed;");
    id = open_from(&fixture, 0, 1);
    fixture_run(&fixture, SIM_SEC);
    CU_ASSERT_STRING_EQUAL(heard, "2 refused;");
    fixture_command(&fixture, CMD_START, 1);
    fixture_run(&fixture, SIM_SEC);
    fixture_kill(&fixture, 1, true);
    id = open_from(&fixture, 0, 1);
    fixture_run(&fixture, 130 * SIM_SEC);
    CU_ASSERT_STRING_EQUAL(heard, "3 timed out;");
    CU_ASSERT_EQUAL(id, 3);
    fixture_close(&fixture);
}

/* A held process does nothing but wait for its own connection: neither clients nor ticks. */
static void a_held_process_waits_for_its_own_connection_alone(void)
{
    Fixture fixture = open_nodes(2);
    Sim *sim = fixture.sim;
    fixture_command(&fixture, CMD_FREEZE, 1);
    OutboundId id = open_from(&fixture, 0, 1);
    outbound_send(server_of(&fixture, 0), id, slice_of("*1\r\n$4\r\nPING\r\n"));
    fixture_run(&fixture, 300 * SIM_MS);
    outbound_hold(server_of(&fixture, 0), sim_now(sim) + 5 * SIM_SEC);
    uint32_t call =
        fixture_submit(&fixture, &(Command){.kind = CMD_CALL, .host = 0, .text = "PING"});
    fixture_run(&fixture, SIM_SEC);
    CU_ASSERT_EQUAL(sim_call_status(sim, call, NULL), CALL_PENDING);
    CU_ASSERT_STRING_EQUAL(heard, "1 up;");
    fixture_command(&fixture, CMD_THAW, 1);
    fixture_run(&fixture, 10 * SIM_MS);
    CU_ASSERT_STRING_EQUAL(heard, "1 up;1 bytes +PONG\r\n;");
    CU_ASSERT_EQUAL(sim_call_status(sim, call, NULL), CALL_DONE);
    fixture_close(&fixture);
}

static void a_hold_ends_by_time(void)
{
    Fixture fixture = open_nodes(2);
    Sim *sim = fixture.sim;
    open_from(&fixture, 0, 1);
    fixture_run(&fixture, 300 * SIM_MS);
    fixture_command(&fixture, CMD_FREEZE, 0); /* so that it notices nothing while we tie it */
    outbound_hold(server_of(&fixture, 0), sim_now(sim) + 500 * SIM_MS);
    fixture_command(&fixture, CMD_THAW, 0);
    uint32_t call =
        fixture_submit(&fixture, &(Command){.kind = CMD_CALL, .host = 0, .text = "PING"});
    fixture_run(&fixture, 499 * SIM_MS);
    CU_ASSERT_EQUAL(sim_call_status(sim, call, NULL), CALL_PENDING);
    fixture_run(&fixture, 2 * SIM_MS);
    CU_ASSERT_EQUAL(sim_call_status(sim, call, NULL), CALL_DONE);
    CU_ASSERT_STRING_EQUAL(heard, "1 up;0 late;");
    fixture_close(&fixture);
}

/* --- redis-cli on the server's own machine --- */

static void the_own_machine_is_reached_whatever_is_cut(void)
{
    Fixture fixture = open_nodes(3);
    fixture_fault(&fixture, 1, 6, (NetRule){.cut = true});
    CU_ASSERT_STRING_EQUAL(fixture_call(&fixture, 0, "PING"), "+PONG");
    fixture_kill(&fixture, 0, true);
    uint32_t call =
        fixture_submit(&fixture, &(Command){.kind = CMD_CALL, .host = 0, .text = "PING"});
    fixture_run(&fixture, SIM_MS);
    CU_ASSERT_EQUAL(sim_call_status(fixture.sim, call, NULL), CALL_REFUSED);
    fixture_close(&fixture);
}

static uint32_t send_on(Fixture *fixture, uint32_t conn, const char *line)
{
    Command command = {.kind = CMD_CONN_CALL, .host = HOST_NONE, .text = line};
    command.u.call = conn;
    return fixture_submit(fixture, &command);
}

static const char *reply_of(const Fixture *fixture, uint32_t call)
{
    const char *reply;
    sim_call_status(fixture->sim, call, &reply);
    return reply;
}

/* Several commands under way on one connection are answered in order; its death answers the rest.
 */
static void a_connection_is_a_pipeline(void)
{
    Fixture fixture = open_nodes(1);
    fixture_call(&fixture, 0, "CLUSTER ADDSLOTSRANGE 0 16383");
    fixture_run(&fixture, 3 * SIM_SEC);
    uint32_t conn = fixture_submit(&fixture, &(Command){.kind = CMD_CONNECT, .host = 0});
    uint32_t set = send_on(&fixture, conn, "SET a 1"), get = send_on(&fixture, conn, "INCR a");
    fixture_run(&fixture, SIM_MS);
    CU_ASSERT_STRING_EQUAL(reply_of(&fixture, set), "+OK");
    CU_ASSERT_STRING_EQUAL(reply_of(&fixture, get), ":2");
    fixture_command(&fixture, CMD_FREEZE, 0);
    set = send_on(&fixture, conn, "SET a 1");
    fixture_kill(&fixture, 0, false);
    CU_ASSERT_EQUAL(sim_call_status(fixture.sim, set, NULL), CALL_LOST);
    fixture_command(&fixture, CMD_START, 0);
    fixture_run(&fixture, SIM_SEC);
    set = send_on(&fixture, conn, "SET a 1");
    CU_ASSERT_EQUAL(sim_call_status(fixture.sim, set, NULL), CALL_LOST);
    fixture_close(&fixture);
}

/* --- client machines --- */

static HostId add_client(Fixture *fixture, const char *name)
{
    Command add = {.kind = CMD_CLIENT_ADD, .host = HOST_NONE};
    snprintf(add.u.add.name, sizeof(add.u.add.name), "%s", name);
    add.u.add.ip = 0x0A010001;
    return (HostId)fixture_submit(fixture, &add);
}

static uint32_t connect_from(Fixture *fixture, HostId client, HostId node)
{
    Command command = {.kind = CMD_CLIENT_CONNECT, .host = client};
    command.u.call = node;
    return fixture_submit(fixture, &command);
}

/* A cut holds requests back and TCP delivers them afterwards; a machine that lost its power is
 * noticed when it is back, by a reset. */
static void a_client_machine_is_cut_off_like_any_other(void)
{
    Fixture fixture = open_nodes(2);
    Sim *sim = fixture.sim;
    HostId shop = add_client(&fixture, "shop");
    uint32_t conn = connect_from(&fixture, shop, 0);
    uint32_t ping = send_on(&fixture, conn, "PING");
    fixture_run(&fixture, SIM_MS);
    CU_ASSERT_STRING_EQUAL(reply_of(&fixture, ping), "+PONG");
    uint32_t wall = fixture_fault(&fixture, 1u << shop, 1, (NetRule){.cut = true});
    ping = send_on(&fixture, conn, "PING");
    CU_ASSERT_STRING_EQUAL(fixture_call(&fixture, 0, "PING"), "+PONG");
    fixture_run(&fixture, 2 * SIM_SEC);
    CU_ASSERT_EQUAL(sim_call_status(sim, ping, NULL), CALL_PENDING);
    fixture_heal(&fixture, wall);
    fixture_run(&fixture, 4 * SIM_SEC);
    CU_ASSERT_STRING_EQUAL(reply_of(&fixture, ping), "+PONG");
    fixture_kill(&fixture, 0, true);
    ping = send_on(&fixture, conn, "PING");
    fixture_run(&fixture, 2 * SIM_SEC);
    CU_ASSERT_EQUAL(sim_call_status(sim, ping, NULL), CALL_PENDING);
    fixture_command(&fixture, CMD_START, 0);
    fixture_run(&fixture, 4 * SIM_SEC);
    CU_ASSERT_EQUAL(sim_call_status(sim, ping, NULL), CALL_LOST);
    fixture_close(&fixture);
}

static void refuse(Fixture *fixture, Command command, const char *want)
{
    Error err = {{0}};
    CU_ASSERT_FALSE(sim_submit(fixture->sim, &command, NULL, &err));
    CU_ASSERT_STRING_EQUAL(err.text, want);
}

static void a_client_machine_runs_no_server(void)
{
    Fixture fixture = open_nodes(1);
    HostId shop = add_client(&fixture, "shop");
    refuse(&fixture, (Command){.kind = CMD_START, .host = shop},
           "shop is a client: no redis-server runs on it");
    refuse(&fixture, (Command){.kind = CMD_CALL, .host = shop, .text = "PING"},
           "shop is a client: no redis-server runs on it");
    refuse(&fixture, (Command){.kind = CMD_CLIENT_CONNECT, .host = 0, .u.call = 0},
           "n1 is no client");
    refuse(&fixture, (Command){.kind = CMD_CLIENT_CONNECT, .host = shop, .u.call = shop},
           "shop is a client: nobody can connect to it");
    CU_ASSERT_TRUE(sim_host_is_client(fixture.sim, shop));
    CU_ASSERT_EQUAL(sim_host_status(fixture.sim, shop), PROCESS_NEVER);
    TraceState state;
    Text why = {0};
    state_init(&state, NULL);
    sim_truth(fixture.sim, &state);
    TraceState folded;
    state_init(&folded, NULL);
    trace_state_at(sim_trace(fixture.sim), trace_count(sim_trace(fixture.sim)), &folded);
    CU_ASSERT_TRUE(state_equal(&state, &folded, &why));
    text_deinit(&why);
    state_deinit(&state);
    state_deinit(&folded);
    fixture_close(&fixture);
}

void test_conns_suite(void)
{
    CU_pSuite suite = CU_add_suite("conns", NULL, NULL);
    CU_add_test(suite, "a server talks to another", a_server_talks_to_another);
    CU_add_test(suite, "a held process waits for its own connection alone",
                a_held_process_waits_for_its_own_connection_alone);
    CU_add_test(suite, "a hold ends by time", a_hold_ends_by_time);
    CU_add_test(suite, "the own machine is reached whatever is cut",
                the_own_machine_is_reached_whatever_is_cut);
    CU_add_test(suite, "a connection is a pipeline", a_connection_is_a_pipeline);
    CU_add_test(suite, "a client machine is cut off like any other",
                a_client_machine_is_cut_off_like_any_other);
    CU_add_test(suite, "a client machine runs no server", a_client_machine_runs_no_server);
}
