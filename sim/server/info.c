/* info.c -- commands that only tell: INFO, ROLE, TIME, MEMORY (redis-server 7.0:
 * server.c, replication.c, object.c). */
#include "sim/base/assert.h"
#include "sim/server/server_inside.h"

#include <inttypes.h>
#include <string.h>

/* --- INFO --- */

static void info_server(const Request *request, Text *out)
{
    text_append(
        out,
        "# Server\r\nredis_version:7.0.15\r\nredis_mode:%s\r\narch_bits:64\r\nrun_id:%.40s\r\n",
        server_in_cluster(request->server) ? "cluster" : "standalone",
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
    persist_info(request->server, request->now_ms, request->env->now, out);
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
    text_append(out, "# Cluster\r\ncluster_enabled:%d\r\n", server_in_cluster(request->server));
}

static void info_keyspace(const Request *request, Text *out)
{
    text_append(out, "# Keyspace\r\n");
    for (uint32_t db = 0; db < SERVER_DATABASES; db++) {
        const Keyspace *keys =
            db == 0 ? request->server->parts.keys : request->server->databases[db];
        if (!keys || keyspace_count(keys) == 0) continue;
        text_append(out, "db%" PRIu32 ":keys=%" PRIu32 ",expires=%" PRIu32 ",avg_ttl=0\r\n", db,
                    keyspace_count(keys), keyspace_expires_count(keys));
    }
}

static void info_commandstats(const Request *request, Text *out)
{
    text_append(out, "# Commandstats\r\n");
    callstats_append(&request->server->callstats, out);
}

static const struct {
    const char *name;
    bool by_default;
    void (*append)(const Request *request, Text *out);
} sections[] = {
    {"server", true, info_server},
    {"clients", true, info_clients},
    {"memory", true, info_memory},
    {"persistence", true, info_persistence},
    {"stats", true, info_stats},
    {"replication", true, info_replication},
    {"commandstats", false, info_commandstats},
    {"cluster", true, info_cluster},
    {"keyspace", true, info_keyspace},
};

static bool section_wanted(const Request *request, uint32_t section)
{
    if (request->argc == 1) return sections[section].by_default;
    for (uint32_t i = 1; i < request->argc; i++) {
        Slice word = request->argv[i];
        if (slice_is(word, "all") || slice_is(word, "everything")) return true;
        if (slice_is(word, "default") && sections[section].by_default) return true;
        if (slice_is(word, sections[section].name)) return true;
    }
    return false;
}

static void do_info(Request *request)
{
    Text out = {.mem = request->server->mem};
    for (uint32_t i = 0; i < ARRAY_LENGTH(sections); i++) {
        if (!section_wanted(request, i)) continue;
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

/* --- MEMORY: as far as tools ask --- */

/* MEMORY USAGE key [SAMPLES count] */
static void memory_usage(Request *request)
{
    Reply *reply = &request->client->reply;
    for (uint32_t i = 3; i < request->argc; i += 2) {
        int64_t samples;
        if (!slice_is(request->argv[i], "samples") || i + 1 == request->argc) {
            reply_error(reply, "ERR syntax error");
            return;
        }
        if (!slice_integer(request->argv[i + 1], &samples)) {
            reply_error(reply, "ERR value is not an integer or out of range");
            return;
        }
        if (samples < 0) {
            reply_error(reply, "ERR syntax error");
            return;
        }
    }
    const Key *key = keyspace_find(server_keys(request->server, request->client), request->argv[2]);
    if (key) reply_integer(reply, (int64_t)(48 + key->size + value_bytes(&key->value)));
    else reply_null(reply);
}

static void memory_purge(Request *request)
{
    reply_status(&request->client->reply, "OK");
}

void reply_not_modelled(Request *request)
{
    reply_error(&request->client->reply, "ERR Slotscope does not model the command '%s'",
                request->row->name);
}

const ServerBinding info_bindings[] = {
    {"info", do_info},
    {"memory|help", help_reply},
    {"memory|purge", memory_purge},
    {"memory|usage", memory_usage},
    {"memory", reply_not_modelled},
    {"object|help", help_reply},
    {"role", do_role},
    {"time", do_time},
    {NULL, NULL},
};
