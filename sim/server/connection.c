/* connection.c -- commands about the connection itself: PING, ECHO, HELLO, AUTH, CLIENT, SELECT,
 * QUIT, RESET, and the flags of cluster clients: ASKING, READONLY, READWRITE (redis-server 7.0:
 * networking.c, cluster.c). */
#include "sim/base/assert.h"
#include "sim/server/server_inside.h"

#include <inttypes.h>
#include <string.h>

#define VERSION "7.0.15"

static void reply_ok(Request *request)
{
    reply_status(&request->client->reply, "OK");
}

static void do_ping(Request *request)
{
    Reply *reply = &request->client->reply;
    if (request->argc > 2) {
        reply_arity(reply, "ping");
    } else if (client_is_subscriber(request->client) && request->client->protocol == 2) {
        reply_array(reply, 2);
        reply_bulk_text(reply, "pong");
        reply_bulk(reply, request->argc == 2 ? request->argv[1] : (Slice){0});
    } else if (request->argc == 2) {
        reply_bulk(reply, request->argv[1]);
    } else {
        reply_status(reply, "PONG");
    }
}

static void do_echo(Request *request)
{
    reply_bulk(&request->client->reply, request->argv[1]);
}

static void do_quit(Request *request)
{
    reply_ok(request);
    request->client->close_after_reply = true;
}

static void do_reset(Request *request)
{
    Client *client = request->client;
    Server *server = request->server;
    client_discard(client, server->parts.keys, server->mem);
    pubsub_leave_all(server, client);
    client->asking = client->readonly = client->replies_off = false;
    client->protocol = client->reply.protocol = 2;
    client->name[0] = '\0';
    reply_status(&client->reply, "RESET");
}

static void do_select(Request *request)
{
    int64_t db;
    Reply *reply = &request->client->reply;
    if (!slice_integer(request->argv[1], &db)) {
        reply_error(reply, "ERR value is not an integer or out of range");
    } else if (db != 0) {
        reply_error(reply, "ERR SELECT is not allowed in cluster mode");
    } else {
        reply_ok(request);
    }
}

/* No passwords: a virtual node has the default user without one. */
static void do_auth(Request *request)
{
    Reply *reply = &request->client->reply;
    if (request->argc > 3) {
        reply_error(reply, "ERR syntax error");
    } else if (request->argc == 2) {
        reply_error(
            reply,
            "ERR AUTH <password> called without any password configured for the default user. "
            "Are you sure your configuration is correct?");
    } else if (slice_is(request->argv[1], "default")) {
        reply_ok(request);
    } else {
        reply_error(reply, "WRONGPASS invalid username-password pair or user is disabled.");
    }
}

/* --- HELLO --- */

static bool hello_options(Request *request)
{
    Client *client = request->client;
    for (uint32_t i = 2; i < request->argc; i++) {
        uint32_t more = request->argc - i - 1;
        if (slice_is(request->argv[i], "auth") && more >= 2) {
            if (!slice_is(request->argv[i + 1], "default")) {
                reply_error(&client->reply,
                            "WRONGPASS invalid username-password pair or user is disabled.");
                return false;
            }
            i += 2;
        } else if (slice_is(request->argv[i], "setname") && more >= 1) {
            if (!client_set_name(client, request->argv[++i])) return false;
        } else {
            reply_error(&client->reply, "ERR Syntax error in HELLO option '%.*s'",
                        (int)request->argv[i].size, request->argv[i].chars);
            return false;
        }
    }
    return true;
}

static void do_hello(Request *request)
{
    int64_t version = request->client->protocol;
    Client *client = request->client;
    Reply *reply = &client->reply;
    if (request->argc > 1) {
        if (!slice_integer(request->argv[1], &version)) {
            reply_error(reply, "ERR Protocol version is not an integer or out of range");
            return;
        }
        if (version < 2 || version > 3) {
            reply_error(reply, "NOPROTO unsupported protocol version");
            return;
        }
        if (!hello_options(request)) return;
    }
    client->protocol = reply->protocol = (uint8_t)version;
    reply_map(reply, 7);
    reply_bulk_text(reply, "server");
    reply_bulk_text(reply, "redis");
    reply_bulk_text(reply, "version");
    reply_bulk_text(reply, VERSION);
    reply_bulk_text(reply, "proto");
    reply_integer(reply, version);
    reply_bulk_text(reply, "id");
    reply_integer(reply, client->id);
    reply_bulk_text(reply, "mode");
    reply_bulk_text(reply, "cluster");
    reply_bulk_text(reply, "role");
    reply_bulk_text(reply, server_is_replica(request->server) ? "replica" : "master");
    reply_bulk_text(reply, "modules");
    reply_array(reply, 0);
}

/* --- flags of cluster clients --- */

static void do_asking(Request *request)
{
    request->client->asking = true;
    reply_ok(request);
}

static void do_readonly(Request *request)
{
    request->client->readonly = true;
    reply_ok(request);
}

static void do_readwrite(Request *request)
{
    request->client->readonly = false;
    reply_ok(request);
}

/* --- CLIENT --- */

bool client_set_name(Client *client, Slice name)
{
    for (uint32_t i = 0; i < name.size; i++) {
        if (name.chars[i] > ' ' && name.chars[i] <= '~') continue;
        reply_error(&client->reply,
                    "ERR Client names cannot contain spaces, newlines or special characters.");
        return false;
    }
    if (name.size >= sizeof(client->name)) {
        reply_error(&client->reply, "ERR Client names have at most %zu characters here",
                    sizeof(client->name) - 1);
        return false;
    }
    memcpy(client->name, name.size ? name.chars : "", name.size);
    client->name[name.size] = '\0';
    return true;
}

/* One line of CLIENT LIST (catClientInfoString), the fields that a virtual connection has. */
static void append_client(const Request *request, const Client *client, Text *out)
{
    AddrState addr = client->addr;
    text_append(out, "id=%" PRIu32 " addr=%u.%u.%u.%u:%u name=%s age=%" PRIu64 " idle=%" PRIu64,
                client->id, addr.ip >> 24, (addr.ip >> 16) & 255, (addr.ip >> 8) & 255,
                addr.ip & 255, addr.port, client->name,
                (request->now_ms - client->created_ms) / 1000,
                (request->now_ms - client->last_ms) / 1000);
    text_append(out,
                " flags=%s%s%s%s db=0 sub=%" PRIu32 " psub=%" PRIu32 " ssub=%" PRIu32
                " multi=%" PRId64 " resp=%u\n",
                client->readonly ? "r" : "", client->block != BLOCK_NONE ? "b" : "",
                client->in_multi ? "x" : "",
                !client->readonly && client->block == BLOCK_NONE && !client->in_multi ? "N" : "",
                client->channels.count, client->patterns.count, client->shard_channels.count,
                client->in_multi ? (int64_t)client->queued.count : -1, client->protocol);
}

static void client_list(Request *request)
{
    Text out = {.mem = request->server->mem};
    for (uint32_t i = 0; i < request->server->clients.count; i++) {
        append_client(request, request->server->clients.items[i], &out);
    }
    reply_verbatim(&request->client->reply, "txt", (Slice){text_chars(&out), out.size});
    text_deinit(&out);
}

static void client_info(Request *request)
{
    Text out = {.mem = request->server->mem};
    append_client(request, request->client, &out);
    reply_verbatim(&request->client->reply, "txt", (Slice){text_chars(&out), out.size});
    text_deinit(&out);
}

/* CLIENT PAUSE timeout [WRITE|ALL] */
static void client_pause(Request *request)
{
    int64_t timeout;
    bool only_writes = request->argc == 4 && slice_is(request->argv[3], "write");
    if (request->argc == 4 && !only_writes && !slice_is(request->argv[3], "all")) {
        reply_error(&request->client->reply, "ERR CLIENT PAUSE mode must be WRITE or ALL");
        return;
    }
    if (!slice_integer(request->argv[2], &timeout) || timeout < 0) {
        reply_error(&request->client->reply, "ERR timeout is not an integer or out of range");
        return;
    }
    uint64_t until = request->now_ms + (uint64_t)timeout;
    uint64_t *which = only_writes ? &request->server->pause_writes_until_ms
                                  : &request->server->pause_all_until_ms;
    if (until > *which) *which = until;
    reply_ok(request);
}

static void client_unpause(Request *request)
{
    request->server->pause_writes_until_ms = request->server->pause_all_until_ms = 0;
    reply_ok(request);
}

static void client_kill_id(Request *request)
{
    int64_t id;
    uint32_t killed = 0;
    if (!slice_integer(request->argv[3], &id) || id < 1) {
        reply_error(&request->client->reply, "ERR client-id should be greater than 0");
        return;
    }
    Client *victim = server_client(request->server, (ClientId)id);
    if (victim) {
        victim->close_after_reply = true;
        if (victim != request->client) server_flush(request->server, victim, request->env);
        killed = 1;
    }
    reply_integer(&request->client->reply, killed);
}

static void client_reply(Request *request)
{
    Client *client = request->client;
    if (slice_is(request->argv[2], "on")) {
        client->replies_off = false;
        reply_ok(request);
    } else if (slice_is(request->argv[2], "off")) {
        client->replies_off = true;
    } else {
        reply_error(&client->reply, "ERR syntax error");
    }
}

static void client_getname(Request *request)
{
    if (request->client->name[0]) reply_bulk_text(&request->client->reply, request->client->name);
    else reply_null(&request->client->reply);
}

static void client_setname(Request *request)
{
    if (client_set_name(request->client, request->argv[2])) reply_ok(request);
}

static void client_id(Request *request)
{
    reply_integer(&request->client->reply, request->client->id);
}

static void client_ok(Request *request)
{
    reply_ok(request);
}

static const struct {
    const char *name;
    int arity; /* with CLIENT and the name; negative: at least */
    void (*execute)(Request *request);
} client_subcommands[] = {
    {"getname", 2, client_getname}, {"id", 2, client_id},       {"info", 2, client_info},
    {"kill", 4, client_kill_id},    {"list", -2, client_list},  {"no-evict", 3, client_ok},
    {"pause", -3, client_pause},    {"reply", 3, client_reply}, {"setname", 3, client_setname},
    {"unpause", 2, client_unpause},
};

static void do_client(Request *request)
{
    Slice name = request->argv[1];
    int argc = (int)request->argc;
    for (uint32_t i = 0; i < ARRAY_LENGTH(client_subcommands); i++) {
        int arity = client_subcommands[i].arity;
        if (!slice_is(name, client_subcommands[i].name)) continue;
        if (arity >= 0 ? argc == arity : argc >= -arity) {
            client_subcommands[i].execute(request);
        } else {
            reply_error(&request->client->reply,
                        "ERR wrong number of arguments for 'client|%s' command",
                        client_subcommands[i].name);
        }
        return;
    }
    reply_unknown_subcommand(&request->client->reply, name, "CLIENT");
}

void reply_unknown_subcommand(Reply *reply, Slice name, const char *command)
{
    reply_error(reply, "ERR unknown subcommand '%.*s'. Try %s HELP.",
                (int)(name.size < 128 ? name.size : 128), name.chars, command);
}

const ServerBinding connection_bindings[] = {
    {"asking", do_asking}, {"auth", do_auth},         {"client", do_client},
    {"echo", do_echo},     {"hello", do_hello},       {"ping", do_ping},
    {"quit", do_quit},     {"readonly", do_readonly}, {"readwrite", do_readwrite},
    {"reset", do_reset},   {"select", do_select},     {NULL, NULL},
};
