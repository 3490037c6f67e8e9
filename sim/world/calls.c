/* calls.c -- clients' calls: a command line travels to a server, is executed there, the reply
 * returns.
 *
 * Simplified: an administrator's connection reaches every host, whatever is cut between the hosts,
 * with the latency of the default path and without jitter; connecting takes one round trip. A host
 * without power gives CALL_REFUSED after the same time (redis-cli would wait for its own time-out).
 */
#include "sim/server/server.h"
#include "sim/world/world.h"

#include <string.h>

#define REPLY_SHOWN 400 /* bytes of a reply that the trace keeps */

static Call *call_at(Sim *sim, uint32_t call)
{
    SIM_ASSERT(call > 0 && call < sim->calls.count);
    return &sim->calls.items[call];
}

static char *copy_chars(Sim *sim, const char *chars, uint32_t *size)
{
    *size = (uint32_t)strlen(chars) + 1;
    char *copy = mem_alloc(sim->mem, *size);
    memcpy(copy, chars, *size);
    return copy;
}

static void post(Sim *sim, uint32_t kind, uint32_t call, SimSpan delay)
{
    queue_post(sim->queue, (Event){.time = sim->now + delay, .kind = kind, .a = call});
}

uint32_t call_start(Sim *sim, HostId host, const char *line)
{
    Call call = {.host = host, .status = CALL_PENDING};
    call.line = copy_chars(sim, line ? line : "", &call.line_size);

    TraceRecord record = {.type = TRACE_CALL_SENT};
    record.u.CALL_SENT.call = sim->calls.count;
    record.u.CALL_SENT.command = trace_text(call.line);
    world_note(sim, host, &record);
    call.cause = trace_count(sim->trace);
    array_push(sim->mem, &sim->calls, call);
    uint32_t number = sim->calls.count - 1;
    post(sim, EVENT_CALL, number,
         3 * sim->config.net.latency); /* connect: a round trip; request: one way */
    return number;
}

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

/* The request is at the server's door. */
static void arrive(Sim *sim, uint32_t number)
{
    Call *call = call_at(sim, number);
    if (call->status != CALL_PENDING) return;
    Host *host = world_host(sim, call->host);
    if (!host_has_process(host)) {
        finish(sim, number, CALL_REFUSED, "connection refused");
        return;
    }
    call->process = host->process;
    process_on_call(sim, call->host, number);
}

void call_on_event(Sim *sim, const Event *event)
{
    if (event->kind == EVENT_CALL) {
        arrive(sim, event->a);
        return;
    }
    Call *call = call_at(sim, event->a);
    if (call->status == CALL_PENDING) finish(sim, event->a, CALL_DONE, call->reply);
}

static AddrId resolve(void *state, uint32_t ip, uint16_t port, uint16_t bus_port)
{
    return world_addr(state, ip, port, bus_port);
}

void call_execute(Sim *sim, uint32_t number, NodeEnv *env)
{
    Call *call = call_at(sim, number);
    if (call->status != CALL_PENDING) return; /* hung up meanwhile */
    Host *host = world_host(sim, call->host);
    AdminResolver resolver = {.state = sim, .resolve = resolve};
    Text reply = {.mem = sim->mem};

    sim->cause = call->cause;
    Server server = {.node = host->node,
                     .repl = host->repl,
                     .addrs = sim->addrs.items,
                     .resolver = &resolver,
                     .unix_base_ms = trace_header(sim->trace)->unix_base_ms};
    server_execute(&server, call->line, &reply, env);
    call->reply = copy_chars(sim, text_chars(&reply), &call->reply_size);
    text_deinit(&reply);
    post(sim, EVENT_CALL_REPLY, number, sim->config.turn + sim->config.net.latency);
}

void call_cancel(Sim *sim, uint32_t number)
{
    if (number == 0 || number >= sim->calls.count) return;
    if (call_at(sim, number)->status == CALL_PENDING)
        finish(sim, number, CALL_LOST, "connection closed");
}

void call_host_died(Sim *sim, HostId host)
{
    for (uint32_t i = 1; i < sim->calls.count; i++) {
        Call *call = &sim->calls.items[i];
        bool reached = call->process != 0;
        if (call->host == host && call->status == CALL_PENDING && reached && !call->reply) {
            finish(sim, i, CALL_LOST, "connection closed");
        }
    }
}

CallStatus sim_call_status(const Sim *sim, uint32_t number, const char **reply)
{
    if (number == 0 || number >= sim->calls.count) return CALL_UNKNOWN;
    const Call *call = &sim->calls.items[number];
    if (reply) *reply = call->status == CALL_DONE ? call->reply : "";
    return call->status;
}
