/* calls.c -- command lines that scripts, tests and people send to servers over clients'
 * connections; their replies, in order.
 *
 * A connection comes from a client machine, or from a redis-cli on the server's own machine: that
 * one reaches its server whatever is cut between the machines, and outlives its death. */
#include "sim/server/server.h"
#include "sim/world/world.h"

#include <string.h>

#define REPLY_SHOWN 400 /* bytes of a reply that the trace keeps */

static Call *call_at(Sim *sim, uint32_t call)
{
    SIM_ASSERT(call > 0 && call < sim->calls.count);
    return &sim->calls.items[call];
}

static AddrId resolve(void *sim, uint32_t ip, uint16_t port, uint16_t bus_port)
{
    return world_addr(sim, ip, port, bus_port);
}

static NodeId identify(void *state, HostId host)
{
    Sim *sim = state;
    NodeId identity = world_new_identity(sim, host);
    world_host(sim, host)->identity = identity;
    return identity;
}

AdminResolver call_resolver(Sim *sim)
{
    return (AdminResolver){.state = sim,
                           .identify = identify,
                           .resolve = resolve,
                           .unix_base_ms = trace_header(sim->trace)->unix_base_ms};
}

/* --- ends of calls --- */

static void note_reply(Sim *sim, uint32_t number, const char *text)
{
    const Call *call = call_at(sim, number);
    HostId from = conns_at(sim, call->conn)->from;
    size_t size = strlen(text);
    TraceText shown = {text, size < REPLY_SHOWN ? (uint32_t)size : REPLY_SHOWN};
    TraceRecord record = {.type = TRACE_CALL_REPLIED, .host = call->host, .cause = call->cause};
    if (from == call->host) {
        record.u.CALL_REPLIED.call = number;
        record.u.CALL_REPLIED.reply = shown;
    } else {
        record.type = TRACE_REQUEST_ENDED;
        record.host = from;
        record.u.REQUEST_ENDED.call = number;
        record.u.REQUEST_ENDED.to = call->host;
        record.u.REQUEST_ENDED.reply = shown;
    }
    world_record(sim, &record, 1);
}

static void finish(Sim *sim, uint32_t number, CallStatus status, const char *text)
{
    call_at(sim, number)->status = status;
    note_reply(sim, number, text);
}

/* Without an answer. */
static void fail(Sim *sim, uint32_t number, CallStatus fate)
{
    if (call_at(sim, number)->status != CALL_PENDING) return;
    finish(sim, number, fate, fate == CALL_REFUSED ? "connection refused" : "connection closed");
}

static void fail_waiting(Sim *sim, uint32_t conn, CallStatus fate)
{
    for (uint32_t i = 0; i < conns_at(sim, conn)->waiting.count; i++)
        fail(sim, conns_at(sim, conn)->waiting.items[i], fate);
    array_clear(&conns_at(sim, conn)->waiting);
}

/* --- connections --- */

uint32_t call_connect(Sim *sim, HostId from, HostId host)
{
    if (from == HOST_NONE) from = host;
    uint32_t conn = conns_open(sim, from, host, CONN_OF_SCRIPT);
    if (world_host(sim, from)->powered) return conn;
    conns_close(sim, conn, sim->now); /* redis-cli does not run either */
    conns_at(sim, conn)->fate = CALL_REFUSED;
    return conn;
}

bool call_conn_is_open(const Sim *sim, uint32_t conn)
{
    return conn > 0 && conn < sim->conns.count && sim->conns.items[conn].open &&
           sim->conns.items[conn].owner == CONN_OF_SCRIPT;
}

void call_disconnect(Sim *sim, uint32_t conn)
{
    if (!call_conn_is_open(sim, conn)) return;
    fail_waiting(sim, conn, CALL_LOST);
    conns_close(sim, conn, sim->now);
    conns_at(sim, conn)->open = false;
    array_deinit(sim->mem, &conns_at(sim, conn)->waiting);
}

/* --- calls --- */

static void send_line(Sim *sim, uint32_t conn, const Call *call)
{
    Slices words = {0};
    Text scratch = {.mem = sim->mem}, request = {.mem = sim->mem};
    if (resp_split_line((Slice){call->line, call->line_size - 1}, &words, &scratch, sim->mem) &&
        words.count > 0) {
        resp_request(&request, words.items, words.count);
    } else { /* the server says what is wrong with it */
        text_append(&request, "%s\r\n", call->line);
    }
    sim->cause = call->cause;
    conns_send(sim, conn, (Slice){text_chars(&request), request.size}, sim->now);
    array_deinit(sim->mem, &words);
    text_deinit(&scratch);
    text_deinit(&request);
}

/* The next call's record. */
static void note_sent(Sim *sim, const Conn *on, const char *line)
{
    TraceRecord record = {.type = TRACE_CALL_SENT};
    if (on->from == on->to) {
        record.u.CALL_SENT.call = sim->calls.count;
        record.u.CALL_SENT.command = trace_text(line);
    } else {
        record.type = TRACE_REQUEST_SENT;
        record.u.REQUEST_SENT.call = sim->calls.count;
        record.u.REQUEST_SENT.to = on->to;
        record.u.REQUEST_SENT.command = trace_text(line);
    }
    world_note(sim, on->from, &record);
}

uint32_t call_send(Sim *sim, uint32_t conn, const char *line)
{
    Conn *on = conns_at(sim, conn);
    Call call = {.host = on->to, .conn = conn, .status = CALL_PENDING};
    call.line_size = (uint32_t)strlen(line ? line : "") + 1;
    call.line = mem_alloc(sim->mem, call.line_size);
    memcpy(call.line, line ? line : "", call.line_size);
    call.reply.mem = call.resp.mem = sim->mem;

    note_sent(sim, on, call.line);
    call.cause = trace_count(sim->trace);
    array_push(sim->mem, &sim->calls, call);
    uint32_t number = sim->calls.count - 1;
    if (on->near == LINK_NONE) {
        fail(sim, number, on->fate);
        if (on->one_shot) call_disconnect(sim, conn);
        return number;
    }
    array_push(sim->mem, &on->waiting, number);
    send_line(sim, conn, &call);
    return number;
}

uint32_t call_start(Sim *sim, HostId host, const char *line)
{
    uint32_t conn = call_connect(sim, HOST_NONE, host);
    conns_at(sim, conn)->one_shot = true;
    return call_send(sim, conn, line);
}

/* Whole replies in what has come answer the oldest calls. What nobody asked for (a message of a
 * channel) answers the call after which it came, if that one still waits; else it is dropped. */
static void take_replies(Sim *sim, uint32_t number)
{
    RespValues values = {0};
    Slice bytes;
    while (conns_at(sim, number)->open && conns_next_reply(sim, number, &values, &bytes)) {
        Conn *conn = conns_at(sim, number);
        if (conn->waiting.count > 0) {
            uint32_t answered = conn->waiting.items[0];
            Call *call = call_at(sim, answered);
            array_remove(&conn->waiting, 0);
            resp_plain_text(&values, &call->reply);
            text_append_bytes(&call->resp, bytes.chars, bytes.size);
            finish(sim, answered, CALL_DONE, text_chars(&call->reply));
        }
        conns_drop(sim, number, bytes.size);
        if (conns_at(sim, number)->one_shot) call_disconnect(sim, number);
    }
    array_deinit(sim->mem, &values);
}

void calls_on_news(Sim *sim, uint32_t conn, ConnNews news)
{
    if (news == CONN_UP) return;
    if (news == CONN_BYTES) {
        take_replies(sim, conn);
        return;
    }
    CallStatus fate = news == CONN_REFUSED ? CALL_REFUSED : CALL_LOST;
    conns_at(sim, conn)->fate = fate;
    fail_waiting(sim, conn, fate);
    if (conns_at(sim, conn)->one_shot) call_disconnect(sim, conn);
}

void call_cancel(Sim *sim, uint32_t number)
{
    if (number == 0 || number >= sim->calls.count) return;
    if (call_at(sim, number)->status != CALL_PENDING) return;
    call_disconnect(sim, call_at(sim, number)->conn);
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
