/* info.c -- commands that only tell: INFO, ROLE, TIME, COMMAND, MEMORY, LASTSAVE, LATENCY, SLOWLOG
 * (redis-server 7.0: server.c, replication.c, object.c, latency.c, slowlog.c). */
#include "sim/base/assert.h"
#include "sim/server/server_inside.h"

#include <inttypes.h>
#include <string.h>

/* --- INFO --- */

static void info_server(const Request *request, Text *out)
{
    text_append(
        out,
        "# "
        "Server\r\nredis_version:7.0.15\r\nredis_mode:cluster\r\narch_bits:64\r\nrun_id:%.40s\r\n",
        request->env->directory->nodes.items[request->server->parts.node->self].id);
    text_append(out, "tcp_port:%u\r\n",
                request->server->addrs[request->server->parts.node->addr].port);
    text_append(out, "uptime_in_seconds:%" PRIu64 "\r\nhz:10\r\n",
                (request->now_ms - request->server->started_ms) / 1000);
}

static void info_clients(const Request *request, Text *out)
{
    uint32_t blocked = 0;
    for (uint32_t i = 0; i < request->server->clients.count; i++) {
        blocked += request->server->clients.items[i]->block != BLOCK_NONE;
    }
    text_append(out,
                "# Clients\r\nconnected_clients:%" PRIu32 "\r\ncluster_connections:%" PRIu32
                "\r\nmaxclients:10000\r\nblocked_clients:%" PRIu32 "\r\n",
                request->server->clients.count, 2 * (request->server->parts.node->known.count - 1),
                blocked);
}

static void info_memory(const Request *request, Text *out)
{
    text_append(out,
                "# Memory\r\nused_memory:%" PRIu64
                "\r\nmaxmemory:0\r\nmaxmemory_policy:noeviction\r\n",
                keyspace_data_bytes(request->server->parts.keys));
}

static void info_persistence(const Request *request, Text *out)
{
    (void)request;
    text_append(out, "# Persistence\r\nloading:0\r\naof_enabled:0\r\nrdb_bgsave_in_progress:0\r\n");
}

static void info_stats(const Request *request, Text *out)
{
    const Server *server = request->server;
    text_append(out,
                "# Stats\r\ntotal_connections_received:%" PRIu64
                "\r\ntotal_commands_processed:%" PRIu64 "\r\nexpired_keys:%" PRIu64
                "\r\nkeyspace_hits:%" PRIu64 "\r\nkeyspace_misses:%" PRIu64 "\r\n",
                server->connections, server->commands, server->expired, server->hits,
                server->misses);
}

static void info_replication(const Request *request, Text *out)
{
    repl_info_text(request->server->parts.repl, request->server->addrs, request->env, out);
}

static void info_cluster(const Request *request, Text *out)
{
    (void)request;
    text_append(out, "# Cluster\r\ncluster_enabled:1\r\n");
}

static void info_keyspace(const Request *request, Text *out)
{
    const Keyspace *keys = request->server->parts.keys;
    text_append(out, "# Keyspace\r\n");
    if (keyspace_count(keys) == 0) return;
    text_append(out, "db0:keys=%" PRIu32 ",expires=%" PRIu32 ",avg_ttl=0\r\n", keyspace_count(keys),
                keyspace_expires_count(keys));
}

static const struct {
    const char *name;
    void (*append)(const Request *request, Text *out);
} sections[] = {
    {"server", info_server},   {"clients", info_clients},
    {"memory", info_memory},   {"persistence", info_persistence},
    {"stats", info_stats},     {"replication", info_replication},
    {"cluster", info_cluster}, {"keyspace", info_keyspace},
};

static bool section_wanted(const Request *request, const char *name)
{
    bool all = request->argc == 1;
    for (uint32_t i = 1; i < request->argc; i++) {
        all |= slice_is(request->argv[i], "all") || slice_is(request->argv[i], "default") ||
               slice_is(request->argv[i], "everything") || slice_is(request->argv[i], name);
    }
    return all;
}

static void do_info(Request *request)
{
    Text out = {.mem = request->server->mem};
    for (uint32_t i = 0; i < ARRAY_LENGTH(sections); i++) {
        if (!section_wanted(request, sections[i].name)) continue;
        if (out.size > 0) text_append(&out, "\r\n");
        sections[i].append(request, &out);
    }
    reply_verbatim(&request->client->reply, "txt", (Slice){text_chars(&out), out.size});
    text_deinit(&out);
}

/* --- ROLE, TIME --- */

static void append_ip(const Request *request, AddrId id, Reply *reply)
{
    const AddrState *addr = &request->server->addrs[id];
    reply_bulk_format(reply, "%u.%u.%u.%u", addr->ip >> 24, (addr->ip >> 16) & 255,
                      (addr->ip >> 8) & 255, addr->ip & 255);
}

static void role_primary(Request *request)
{
    const Repl *repl = request->server->parts.repl;
    Reply *reply = &request->client->reply;
    uint32_t online = 0;
    for (uint32_t i = 0; i < repl_replica_count(repl); i++) online += repl_replica(repl, i).online;
    reply_array(reply, 3);
    reply_bulk_text(reply, "master");
    reply_integer(reply, (int64_t)repl_offset(repl));
    reply_array(reply, online);
    for (uint32_t i = 0; i < repl_replica_count(repl); i++) {
        ReplReplica replica = repl_replica(repl, i);
        if (!replica.online) continue;
        reply_array(reply, 3);
        append_ip(request, replica.addr, reply);
        reply_bulk_format(reply, "%u", request->server->addrs[replica.addr].port);
        reply_bulk_format(reply, "%" PRIu64, replica.acked);
    }
}

static const char *link_word(ReplState state)
{
    switch (state) {
    case REPL_NONE: return "none";
    case REPL_CONNECT: return "connect";
    case REPL_CONNECTING: return "connecting";
    case REPL_SYNC: return "sync";
    case REPL_CONNECTED: return "connected";
    case REPL_COUNT: break;
    }
    return "unknown";
}

static void role_replica(Request *request, NodeId primary)
{
    const Server *server = request->server;
    Reply *reply = &request->client->reply;
    AddrId addr = server->parts.node->peers[primary].addr;
    reply_array(reply, 5);
    reply_bulk_text(reply, "slave");
    append_ip(request, addr, reply);
    reply_integer(reply, server->addrs[addr].port);
    reply_bulk_text(reply, link_word(repl_state(server->parts.repl)));
    reply_integer(reply, (int64_t)repl_offset(server->parts.repl));
}

static void do_role(Request *request)
{
    NodeId primary = repl_primary(request->server->parts.repl);
    if (primary == NODE_NONE) role_primary(request);
    else role_replica(request, primary);
}

static void do_time(Request *request)
{
    Reply *reply = &request->client->reply;
    uint64_t us = request->server->parts.unix_base_ms * 1000 + request->env->now / SIM_US;
    reply_array(reply, 2);
    reply_bulk_format(reply, "%" PRIu64, us / 1000000);
    reply_bulk_format(reply, "%" PRIu64, us % 1000000);
}

/* --- COMMAND --- */

static const struct {
    uint32_t flag;
    const char *word;
} flag_words[] = {
    {CF_WRITE, "write"},       {CF_READONLY, "readonly"},
    {CF_DENYOOM, "denyoom"},   {CF_ADMIN, "admin"},
    {CF_PUBSUB, "pubsub"},     {CF_NOSCRIPT, "noscript"},
    {CF_BLOCKING, "blocking"}, {CF_LOADING, "loading"},
    {CF_STALE, "stale"},       {CF_ASKING, "asking"},
    {CF_FAST, "fast"},         {CF_MOVABLE, "movablekeys"},
    {CF_NO_AUTH, "no_auth"},   {CF_MAY_REPLICATE, "may_replicate"},
};

static void reply_flags(Reply *reply, uint32_t flags)
{
    uint32_t mark = reply_mark(reply), count = 0;
    for (uint32_t i = 0; i < ARRAY_LENGTH(flag_words); i++) {
        if (!(flags & flag_words[i].flag)) continue;
        reply_status(reply, flag_words[i].word);
        count++;
    }
    reply_array_at(reply, mark, count);
}

/* Name, arity, flags, first key, last key, step; then categories, tips, key specifications and
 * sub-commands, which are left empty: clients of 7.0 fall back on the positions. */
static void reply_command(Reply *reply, const CommandRow *row)
{
    reply_array(reply, 10);
    reply_bulk_text(reply, row->name);
    reply_integer(reply, row->arity);
    reply_flags(reply, row->flags);
    reply_integer(reply, row->first);
    reply_integer(reply, row->last);
    reply_integer(reply, row->step);
    for (uint32_t i = 0; i < 4; i++) reply_array(reply, 0);
}

static void command_getkeys(Request *request)
{
    KeyPositions keys = {0};
    Mem *mem = request->server->mem;
    Reply *reply = &request->client->reply;
    const CommandRow *row = command_find(request->argv[2]);
    const Slice *argv = request->argv + 2;
    uint32_t argc = request->argc - 2;
    if (!row) reply_error(reply, "ERR Invalid command specified");
    else if (!command_arity_ok(row, argc))
        reply_error(reply, "ERR Invalid number of arguments specified for command");
    else if (!command_keys(row, argv, argc, &keys, mem))
        reply_error(reply, "ERR Invalid arguments specified for command");
    else if (keys.count == 0) reply_error(reply, "ERR The command has no key arguments");
    else {
        reply_array(reply, keys.count);
        for (uint32_t i = 0; i < keys.count; i++) reply_bulk(reply, argv[keys.items[i]]);
    }
    array_deinit(mem, &keys);
}

static void do_command(Request *request)
{
    Reply *reply = &request->client->reply;
    Slice what = request->argc > 1 ? request->argv[1] : (Slice){0};
    if (request->argc == 1 || (slice_is(what, "info") && request->argc == 2)) {
        reply_array(reply, command_count());
        for (uint32_t i = 0; i < command_count(); i++) reply_command(reply, command_at(i));
    } else if (slice_is(what, "count") && request->argc == 2) {
        reply_integer(reply, command_count());
    } else if (slice_is(what, "list") && request->argc == 2) {
        reply_array(reply, command_count());
        for (uint32_t i = 0; i < command_count(); i++) reply_bulk_text(reply, command_at(i)->name);
    } else if (slice_is(what, "getkeys") && request->argc > 2) {
        command_getkeys(request);
    } else if (slice_is(what, "docs")) {
        reply_map(reply, 0);
    } else if (slice_is(what, "info")) {
        reply_array(reply, request->argc - 2);
        for (uint32_t i = 2; i < request->argc; i++) {
            const CommandRow *row = command_find(request->argv[i]);
            if (row) reply_command(reply, row);
            else reply_null_array(reply);
        }
    } else {
        reply_unknown_subcommand(reply, what, "COMMAND");
    }
}

/* --- MEMORY, LASTSAVE, LATENCY, SLOWLOG: as far as tools ask --- */

static void do_memory(Request *request)
{
    Reply *reply = &request->client->reply;
    if (slice_is(request->argv[1], "usage") && request->argc >= 3) {
        const Key *key = keyspace_find(request->server->parts.keys, request->argv[2]);
        if (key) reply_integer(reply, (int64_t)(48 + key->size + value_bytes(&key->value)));
        else reply_null(reply);
    } else {
        reply_unknown_subcommand(reply, request->argv[1], "MEMORY");
    }
}

static void do_lastsave(Request *request)
{
    reply_integer(&request->client->reply, (int64_t)(request->server->started_ms / 1000));
}

static void do_latency(Request *request)
{
    Reply *reply = &request->client->reply;
    Slice what = request->argv[1];
    if (slice_is(what, "latest") || slice_is(what, "history")) reply_array(reply, 0);
    else if (slice_is(what, "reset")) reply_integer(reply, 0);
    else reply_unknown_subcommand(reply, what, "LATENCY");
}

static void do_slowlog(Request *request)
{
    Reply *reply = &request->client->reply;
    Slice what = request->argv[1];
    if (slice_is(what, "get")) reply_array(reply, 0);
    else if (slice_is(what, "len")) reply_integer(reply, 0);
    else if (slice_is(what, "reset")) reply_status(reply, "OK");
    else reply_unknown_subcommand(reply, what, "SLOWLOG");
}

const ServerBinding info_bindings[] = {
    {"command", do_command}, {"info", do_info},     {"lastsave", do_lastsave},
    {"latency", do_latency}, {"memory", do_memory}, {"role", do_role},
    {"slowlog", do_slowlog}, {"time", do_time},     {NULL, NULL},
};
