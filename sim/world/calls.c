/* calls.c -- clients' connections: command lines travel to a server, are executed there, the
 * replies return, in order.
 *
 * Simplified: a client stands beside every host. Its connections reach a host whatever is cut
 * between the hosts, with the latency of the default path and without jitter; connecting takes one
 * round trip. A host without power gives CALL_REFUSED after the same time (a real client would wait
 * for its own time-out). */
#include "sim/server/server.h"
#include "sim/world/world.h"

#include <string.h>

#define REPLY_SHOWN 400 /* bytes of a reply that the trace keeps */

static Call *call_at(Sim *sim, uint32_t call)
{
    SIM_ASSERT(call > 0 && call < sim->calls.count);
    return &sim->calls.items[call];
}

static Conn *conn_at(Sim *sim, uint32_t conn)
{
    SIM_ASSERT(conn > 0 && conn < sim->conns.count);
    return &sim->conns.items[conn];
}

static void post(Sim *sim, uint32_t kind, uint32_t number, SimTime time)
{
    queue_post(sim->queue, (Event){.time = time, .kind = kind, .a = number});
}

AddrId call_resolve(void *sim, uint32_t ip, uint16_t port, uint16_t bus_port)
{
    return world_addr(sim, ip, port, bus_port);
}

/* --- connections --- */

static uint32_t new_conn(Sim *sim, HostId host, bool one_shot)
{
    Conn conn = {.host = host, .open = true, .one_shot = one_shot, .input = {.mem = sim->mem}};
    conn.last_arrival = sim->now + 2 * sim->config.net.latency; /* connect: a round trip */
    array_push(sim->mem, &sim->conns, conn);
    return sim->conns.count - 1;
}

uint32_t call_connect(Sim *sim, HostId host)
{
    return new_conn(sim, host, false);
}

bool call_conn_is_open(const Sim *sim, uint32_t conn)
{
    return conn > 0 && conn < sim->conns.count && sim->conns.items[conn].open;
}

static void forget_conn(Sim *sim, Conn *conn)
{
    conn->open = false;
    text_deinit(&conn->input);
    array_deinit(sim->mem, &conn->waiting);
}

/* --- calls --- */

static void note_reply(Sim *sim, uint32_t number, const char *text)
{
    const Call *call = call_at(sim, number);
    size_t size = strlen(text);
    TraceRecord record = {.type = TRACE_CALL_REPLIED, .host = call->host, .cause = call->cause};
    record.u.CALL_REPLIED.call = number;
    record.u.CALL_REPLIED.reply =
        (TraceText){text, size < REPLY_SHOWN ? (uint32_t)size : REPLY_SHOWN};
    world_record(sim, &record, 1);
}

static void finish(Sim *sim, uint32_t number, CallStatus status, const char *text)
{
    call_at(sim, number)->status = status;
    note_reply(sim, number, text);
}

uint32_t call_send(Sim *sim, uint32_t conn, const char *line)
{
    Conn *on = conn_at(sim, conn);
    Call call = {.host = on->host, .conn = conn, .status = CALL_PENDING};
    call.line_size = (uint32_t)strlen(line ? line : "") + 1;
    call.line = mem_alloc(sim->mem, call.line_size);
    memcpy(call.line, line ? line : "", call.line_size);
    call.reply.mem = call.resp.mem = sim->mem;

    TraceRecord record = {.type = TRACE_CALL_SENT};
    record.u.CALL_SENT.call = sim->calls.count;
    record.u.CALL_SENT.command = trace_text(call.line);
    world_note(sim, on->host, &record);
    call.cause = trace_count(sim->trace);
    array_push(sim->mem, &sim->calls, call);
    uint32_t number = sim->calls.count - 1;

    SimTime arrives = sim->now + sim->config.net.latency,
            connected = on->last_arrival + sim->config.net.latency;
    if (on->process == 0 && arrives < connected) arrives = connected;
    if (arrives < on->last_arrival) arrives = on->last_arrival;
    on->last_arrival = arrives;
    array_push(sim->mem, &on->waiting, number);
    post(sim, EVENT_CALL, number, arrives);
    return number;
}

uint32_t call_start(Sim *sim, HostId host, const char *line)
{
    return call_send(sim, new_conn(sim, host, true), line);
}

/* The request is at the server's door. */
static void arrive(Sim *sim, uint32_t number)
{
    Call *call = call_at(sim, number);
    if (call->status != CALL_PENDING) return;
    Host *host = world_host(sim, call->host);
    Conn *conn = conn_at(sim, call->conn);
    bool stale = conn->process != 0 && conn->process != host->process;
    if (!host_has_process(host) || stale) {
        finish(sim, number, stale ? CALL_LOST : CALL_REFUSED,
               stale ? "connection closed" : "connection refused");
        forget_conn(sim, conn_at(sim, call_at(sim, number)->conn));
        return;
    }
    call->process = conn->process = host->process;
    process_on_call(sim, call->host, number);
}

/* The process reads the request from its socket, and executes it when the client's turn comes. */
void call_execute(Sim *sim, uint32_t number, NodeEnv *env)
{
    Call *call = call_at(sim, number);
    Host *host = world_host(sim, call->host);
    Slices words = {0};
    Text scratch = {.mem = sim->mem}, request = {.mem = sim->mem};
    if (call->status != CALL_PENDING) return; /* hung up meanwhile */
    sim->cause = call->cause;
    server_set_addrs(host->server, sim->addrs.items);
    if (!server_has_client(host->server, call->conn))
        server_open(host->server, call->conn, ADDR_NONE, env);
    if (resp_split_line((Slice){call->line, call->line_size - 1}, &words, &scratch, sim->mem) &&
        words.count > 0) {
        resp_request(&request, words.items, words.count);
    } else { /* the server says what is wrong with it */
        text_append(&request, "%s\r\n", call->line);
    }
    server_input(host->server, call->conn, (Slice){text_chars(&request), request.size}, env);
    for (ClientId next; (next = server_next_ready(host->server)) != CLIENT_NONE;) {
        host->served += server_execute_next(host->server, next, env);
    }
    array_deinit(sim->mem, &words);
    text_deinit(&scratch);
    text_deinit(&request);
}

/* --- replies --- */

static void answer(Sim *sim, uint32_t number, const RespValues *values, Slice bytes,
                   SimTime arrives)
{
    Call *call = call_at(sim, number);
    if (call->status != CALL_PENDING || call->answered) return;
    call->answered = true;
    resp_plain_text(values, &call->reply);
    text_append_bytes(&call->resp, bytes.chars, bytes.size);
    post(sim, EVENT_CALL_REPLY, number, arrives);
}

/* Whole replies in what has come answer the oldest calls. What nobody asked for (a message of a
 * channel) answers the call after which it came, if that one still waits; else it is dropped. */
static void take_replies(Sim *sim, uint32_t number, SimTime arrives)
{
    Conn *conn = conn_at(sim, number);
    RespValues values = {0};
    Error err = {{0}};
    uint32_t used;
    for (;;) {
        Slice bytes = {text_chars(&conn->input), conn->input.size};
        RespStatus status = resp_read(bytes, &values, &used, &err, sim->mem);
        SIM_ASSERT(status != RESP_BAD); /* the server wrote it */
        if (status != RESP_DONE) break;
        if (conn->waiting.count > 0) {
            answer(sim, conn->waiting.items[0], &values, (Slice){bytes.chars, used}, arrives);
            array_remove(&conn->waiting, 0);
        }
        memmove(conn->input.chars, conn->input.chars + used, conn->input.size - used);
        conn->input.size -= used;
        conn->input.chars[conn->input.size] = '\0';
    }
    array_deinit(sim->mem, &values);
}

static void lose_waiting(Sim *sim, uint32_t conn)
{
    for (uint32_t i = 0; i < conn_at(sim, conn)->waiting.count; i++) {
        uint32_t number = conn_at(sim, conn)->waiting.items[i];
        if (call_at(sim, number)->status == CALL_PENDING)
            finish(sim, number, CALL_LOST, "connection closed");
    }
    array_clear(&conn_at(sim, conn)->waiting);
}

void call_drain(Sim *sim, HostId number, SimTime depart)
{
    ServerOutput output;
    Host *host = world_host(sim, number);
    while (server_next_output(host->server, &output)) {
        if (!call_conn_is_open(sim, output.client)) continue;
        text_append_bytes(&conn_at(sim, output.client)->input,
                          output.bytes.size ? output.bytes.chars : "", output.bytes.size);
        take_replies(sim, output.client, depart + sim->config.net.latency);
        if (!output.close) continue;
        NodeFacts facts;
        NodeEnv env = process_env(sim, host, &facts);
        server_close(host->server, output.client, &env);
        lose_waiting(sim, output.client);
        forget_conn(sim, conn_at(sim, output.client));
    }
}

/* --- endings --- */

static void hang_up(Sim *sim, uint32_t number)
{
    NodeFacts facts;
    Conn *conn = conn_at(sim, number);
    Host *host = world_host(sim, conn->host);
    if (conn->process != 0 && conn->process == host->process && host_has_process(host)) {
        NodeEnv env = process_env(sim, host, &facts);
        server_close(host->server, number, &env);
    }
}

void call_disconnect(Sim *sim, uint32_t conn)
{
    if (!call_conn_is_open(sim, conn)) return;
    lose_waiting(sim, conn);
    SimTime arrives = sim->now + sim->config.net.latency;
    if (arrives < conn_at(sim, conn)->last_arrival) arrives = conn_at(sim, conn)->last_arrival;
    forget_conn(sim, conn_at(sim, conn));
    post(sim, EVENT_HANG_UP, conn, arrives);
}

void call_on_event(Sim *sim, const Event *event)
{
    if (event->kind == EVENT_CALL) {
        arrive(sim, event->a);
    } else if (event->kind == EVENT_HANG_UP) {
        hang_up(sim, event->a);
    } else {
        Call *call = call_at(sim, event->a);
        uint32_t conn = call->conn;
        if (call->status == CALL_PENDING)
            finish(sim, event->a, CALL_DONE, text_chars(&call->reply));
        if (conn_at(sim, conn)->one_shot) call_disconnect(sim, conn);
    }
}

void call_cancel(Sim *sim, uint32_t number)
{
    if (number == 0 || number >= sim->calls.count) return;
    if (call_at(sim, number)->status != CALL_PENDING) return;
    call_disconnect(sim, call_at(sim, number)->conn);
}

void call_host_died(Sim *sim, HostId host)
{
    for (uint32_t i = 1; i < sim->conns.count; i++) {
        Conn *conn = &sim->conns.items[i];
        if (!conn->open || conn->host != host || conn->process == 0) continue;
        for (uint32_t c = 0; c < conn->waiting.count; c++) {
            Call *call = call_at(sim, conn->waiting.items[c]);
            if (call->process != 0 && call->status == CALL_PENDING) {
                finish(sim, conn->waiting.items[c], CALL_LOST, "connection closed");
            }
        }
        array_clear(&conn->waiting);
    }
}

CallStatus sim_call_status(const Sim *sim, uint32_t number, const char **reply)
{
    if (number == 0 || number >= sim->calls.count) return CALL_UNKNOWN;
    const Call *call = &sim->calls.items[number];
    if (reply) *reply = call->status == CALL_DONE ? text_chars(&call->reply) : "";
    return call->status;
}

Slice sim_call_resp(const Sim *sim, uint32_t number)
{
    SIM_ASSERT(number > 0 && number < sim->calls.count);
    const Call *call = &sim->calls.items[number];
    return (Slice){text_chars(&call->resp), call->resp.size};
}
