/* debug.c -- DEBUG as far as tests and lessons use it, SHUTDOWN, and what cluster mode refuses
 * (protocol.md §1.9, §11.1). */
#include "sim/base/assert.h"
#include "sim/server/server_inside.h"
#include "sim/store/number.h"

/* Seconds with a fraction; false for anything else. */
static bool read_seconds(Slice text, SimSpan *span)
{
    double seconds;
    if (!number_read_double(text, &seconds) || seconds < 0 || seconds > 86400) return false;
    *span = (SimSpan)(seconds * 1e6) * SIM_US;
    return true;
}

/* The whole server stands still: its clients, its bus, its timers. */
static void debug_sleep(Request *request)
{
    SimSpan span;
    if (!read_seconds(request->argv[2], &span)) {
        reply_error(&request->client->reply, "ERR value is not a valid float");
        return;
    }
    request->server->extra_cost += span;
    reply_status(&request->client->reply, "OK");
}

static void debug_object(Request *request)
{
    const Key *key = keyspace_find(request->server->parts.keys, request->argv[2]);
    if (!key) {
        reply_error(&request->client->reply, "ERR no such key");
        return;
    }
    Text line = {.mem = request->server->mem};
    text_append(
        &line,
        "Value at:0x0 refcount:1 encoding:%s serializedlength:%llu lru:0 lru_seconds_idle:%llu",
        value_encoding(&key->value), (unsigned long long)value_bytes(&key->value),
        (unsigned long long)((request->now_ms - key->touched_ms) / 1000));
    reply_status(&request->client->reply, text_chars(&line));
    text_deinit(&line);
}

static void do_debug(Request *request)
{
    Slice what = request->argv[1];
    Reply *reply = &request->client->reply;
    if (slice_is(what, "sleep") && request->argc == 3) debug_sleep(request);
    else if (slice_is(what, "object") && request->argc == 3) debug_object(request);
    else if (slice_is(what, "segfault") && request->argc == 2) request->server->wants_exit = true;
    else if (slice_is(what, "jmap") || slice_is(what, "reload")) reply_status(reply, "OK");
    else
        reply_error(
            reply,
            "ERR unknown subcommand or wrong number of arguments for '%.*s'. Try DEBUG HELP.",
            (int)what.size, what.chars);
}

/* SHUTDOWN [NOSAVE|SAVE] [NOW] [FORCE]: no reply, the connection just ends. */
static void do_shutdown(Request *request)
{
    for (uint32_t i = 1; i < request->argc; i++) {
        Slice word = request->argv[i];
        if (slice_is(word, "nosave") || slice_is(word, "save") || slice_is(word, "now") ||
            slice_is(word, "force"))
            continue;
        reply_error(&request->client->reply, "ERR syntax error");
        return;
    }
    request->server->wants_exit = true;
}

/* --- refused in cluster mode --- */

static void do_replicaof(Request *request)
{
    reply_error(&request->client->reply, "ERR REPLICAOF not allowed in cluster mode.");
}

static void do_failover(Request *request)
{
    reply_error(&request->client->reply,
                "ERR FAILOVER not allowed in cluster mode. Use CLUSTER FAILOVER command instead.");
}

static void do_swapdb(Request *request)
{
    reply_error(&request->client->reply, "ERR SWAPDB is not allowed in cluster mode");
}

const ServerBinding debug_bindings[] = {
    {"debug", do_debug},
    {"failover", do_failover},
    {"replicaof", do_replicaof},
    {"shutdown", do_shutdown},
    {"slaveof", do_replicaof},
    {"swapdb", do_swapdb},
    {NULL, NULL},
};
