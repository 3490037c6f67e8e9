/* debug.c -- DEBUG as far as tests and lessons use it, and what cluster mode refuses
 * (protocol.md §1.9, §11.1). */
#include "sim/base/assert.h"
#include "sim/server/server_inside.h"
#include "sim/store/number.h"

#include <inttypes.h>

#define POPULATE_MAX 1000000

/* The whole server stands still: its clients, its bus, its timers. What is no number is 0, as
 * strtod reads it. */
static void debug_sleep(Request *request)
{
    double seconds;
    if (!number_read_double(request->argv[2], &seconds) || seconds < 0) seconds = 0;
    if (seconds > 86400) seconds = 86400;
    request->server->extra_cost += (SimSpan)(seconds * 1e6) * SIM_US;
    reply_status(&request->client->reply, "OK");
}

static void debug_object(Request *request)
{
    const Key *key = keyspace_find(server_keys(request->server, request->client), request->argv[2]);
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

static void debug_crash(Request *request)
{
    request->server->exit = SERVER_CRASHES;
}

static void debug_error(Request *request)
{
    reply_error(&request->client->reply, "%.*s", (int)request->argv[2].size,
                request->argv[2].chars);
}

/* Simplified: a log line goes nowhere. */
static void debug_ok(Request *request)
{
    reply_status(&request->client->reply, "OK");
}

static void debug_set_active_expire(Request *request)
{
    int64_t on;
    if (!slice_integer(request->argv[2], &on)) on = 0; /* atoi */
    request->server->expiry_off = on == 0;
    reply_status(&request->client->reply, "OK");
}

static void debug_change_repl_id(Request *request)
{
    repl_change_id(request->server->parts.repl, request->env);
    reply_status(&request->client->reply, "OK");
}

/* A type of the bus, or -1: none. */
static void debug_drop_packets(Request *request)
{
    int64_t kind;
    Reply *reply = &request->client->reply;
    if (!slice_integer(request->argv[2], &kind)) {
        reply_error(reply, "ERR value is not an integer or out of range");
        return;
    }
    bool exists = kind >= 0 && kind <= MSG_PUBLISHSHARD;
    request->server->parts.node->drop_kind = exists ? (int)kind + 1 : 0;
    reply_status(reply, "OK");
}

static void debug_clusterlink(Request *request)
{
    Server *server = request->server;
    Reply *reply = &request->client->reply;
    if (!slice_is(request->argv[2], "kill")) reply_wrong_form(request);
    else if (!server_in_cluster(server))
        reply_error(reply, "ERR Debug option only available for cluster mode enabled setup!");
    else
        admin_debug_clusterlink(server->parts.node, request->argv[3], request->argv[4], reply,
                                request->env);
}

/* --- RELOAD, LOADAOF --- */

/* Saves, and reads that again. Simplified: MERGE and NOFLUSH, which add one data set to another, do
 * not: nothing could be twice in them. */
static void debug_reload(Request *request)
{
    Server *server = request->server;
    Reply *reply = &request->client->reply;
    bool saves = true;
    for (uint32_t i = 2; i < request->argc; i++) {
        Slice word = request->argv[i];
        if (slice_is(word, "nosave")) saves = false;
        else if (!slice_is(word, "merge") && !slice_is(word, "noflush")) {
            reply_error(reply,
                        "ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.");
            return;
        }
    }
    if (saves) server->extra_cost += persist_save(server, request->env);
    if (!server->parts.disk->rdb.exists) {
        reply_error(reply, "ERR Error trying to load the RDB dump");
        return;
    }
    persist_read_rdb(server, request->env);
    server->extra_cost += persist_rdb_span(server);
    reply_status(reply, "OK");
}

static void debug_load_aof(Request *request)
{
    Server *server = request->server;
    persist_flush_all(server, request->env);
    persist_read_aof(server, request->env);
    server->extra_cost += persist_aof_span(server);
    server->persist.dirty = 0;
    reply_status(&request->client->reply, "OK");
}

/* --- POPULATE count [prefix] [size]: without regard to slots, not propagated --- */

static void add_numbered(Request *request, Slice prefix, uint64_t number, uint64_t size)
{
    Mem *mem = request->server->mem;
    Keyspace *keys = server_keys(request->server, request->client);
    Text name = {.mem = mem}, value = {.mem = mem};
    text_append(&name, "%.*s:%" PRIu64, (int)prefix.size, prefix.chars, number);
    text_append(&value, "value:%" PRIu64, number);
    while (value.size < size) text_append_bytes(&value, "", 1);
    Slice words = {text_chars(&name), name.size};
    if (!keyspace_find(keys, words)) {
        Key *key = keyspace_add(keys, words);
        Slice bytes = {text_chars(&value), size > 0 ? (uint32_t)size : value.size};
        key->value = (Value){.type = VALUE_STRING, .u.string = blob_copy(mem, bytes)};
        keyspace_touch(keys, key);
    }
    text_deinit(&name);
    text_deinit(&value);
}

static void debug_populate(Request *request)
{
    int64_t count, size = 0;
    Slice prefix = request->argc > 3 ? request->argv[3] : slice_of("key");
    Reply *reply = &request->client->reply;
    if (!slice_integer(request->argv[2], &count) ||
        (request->argc == 5 && !slice_integer(request->argv[4], &size))) {
        reply_error(reply, "ERR value is not an integer or out of range");
    } else if (count < 0 || size < 0) {
        reply_error(reply, "ERR value is out of range, must be positive");
    } else if (count > POPULATE_MAX || size > POPULATE_MAX) {
        reply_error(reply, "ERR DEBUG POPULATE makes at most %d keys of %d bytes here",
                    POPULATE_MAX, POPULATE_MAX);
    } else {
        for (int64_t i = 0; i < count; i++)
            add_numbered(request, prefix, (uint64_t)i, (uint64_t)size);
        reply_status(reply, "OK");
    }
}

/* --- PROTOCOL type --- */

static void reply_triple(Reply *reply)
{
    for (int i = 0; i < 3; i++) reply_integer(reply, i);
}

static void debug_protocol(Request *request)
{
    Slice type = request->argv[2];
    Reply *reply = &request->client->reply;
    if (slice_is(type, "string")) reply_bulk_text(reply, "Hello World");
    else if (slice_is(type, "integer")) reply_integer(reply, 12345);
    else if (slice_is(type, "double")) reply_double_text(reply, "3.141");
    else if (slice_is(type, "null")) reply_null(reply);
    else if (slice_is(type, "true")) reply_bool(reply, true);
    else if (slice_is(type, "false")) reply_bool(reply, false);
    else if (slice_is(type, "verbatim"))
        reply_verbatim(reply, "txt", slice_of("This is a verbatim\nstring"));
    else if (slice_is(type, "array")) {
        reply_array(reply, 3);
        reply_triple(reply);
    } else if (slice_is(type, "set")) {
        reply_set(reply, 3);
        reply_triple(reply);
    } else if (slice_is(type, "map")) {
        reply_map(reply, 3);
        for (int i = 0; i < 3; i++) {
            reply_integer(reply, i);
            reply_bool(reply, i == 1);
        }
    } else {
        reply_error(reply, "ERR Wrong protocol type name. Please use one of the following: "
                           "string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|"
                           "true|false");
    }
}

/* --- the forms --- */

static const struct {
    const char *name;
    uint32_t argc_min, argc_max;
    ServerFunction *function;
} debug_forms[] = {
    {"assert", 2, UINT32_MAX, debug_crash},
    {"change-repl-id", 2, 2, debug_change_repl_id},
    {"clusterlink", 5, 5, debug_clusterlink},
    {"drop-cluster-packet-filter", 3, 3, debug_drop_packets},
    {"error", 3, 3, debug_error},
    {"help", 2, 2, help_reply},
    {"log", 3, 3, debug_ok},
    {"object", 3, 3, debug_object},
    {"oom", 2, UINT32_MAX, debug_crash},
    {"panic", 2, UINT32_MAX, debug_crash},
    {"populate", 3, 5, debug_populate},
    {"protocol", 3, 3, debug_protocol},
    {"loadaof", 2, 2, debug_load_aof},
    {"reload", 2, UINT32_MAX, debug_reload},
    {"segfault", 2, UINT32_MAX, debug_crash},
    {"set-active-expire", 3, 3, debug_set_active_expire},
    {"sleep", 3, 3, debug_sleep},
};

static void do_debug(Request *request)
{
    for (uint32_t i = 0; i < ARRAY_LENGTH(debug_forms); i++) {
        if (!slice_is(request->argv[1], debug_forms[i].name)) continue;
        if (request->argc < debug_forms[i].argc_min || request->argc > debug_forms[i].argc_max)
            break;
        debug_forms[i].function(request);
        return;
    }
    reply_wrong_form(request);
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
    {"debug", do_debug},       {"failover", do_failover}, {"replicaof", do_replicaof},
    {"slaveof", do_replicaof}, {"swapdb", do_swapdb},     {NULL, NULL},
};
