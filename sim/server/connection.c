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
    client_discard(client, server->mem);
    pubsub_leave_all(server, client);
    client->asking = client->readonly = client->replies_off = client->no_evict = false;
    client->reply_skip = SKIP_NONE;
    client->db = 0;
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
    } else if (db < INT32_MIN || db > INT32_MAX) {
        reply_error(reply, "ERR value is out of range, value must between %d and %d", INT32_MIN,
                    INT32_MAX);
    } else if (db != 0 && server_in_cluster(request->server)) {
        reply_error(reply, "ERR SELECT is not allowed in cluster mode");
    } else if (db < 0 || db >= SERVER_DATABASES) {
        reply_error(reply, "ERR DB index is out of range");
    } else {
        request->client->db = (uint8_t)db;
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
    reply_bulk_text(reply, server_in_cluster(request->server) ? "cluster" : "standalone");
    reply_bulk_text(reply, "role");
    reply_bulk_text(reply, server_is_replica(request->server) ? "replica" : "master");
    reply_bulk_text(reply, "modules");
    reply_array(reply, 0);
}

/* --- errors about sub-commands --- */

/* The name of a container as its errors quote it. */
static void append_upper(Text *out, Slice word)
{
    for (uint32_t i = 0; i < word.size; i++) {
        char c = word.chars[i];
        if (c >= 'a' && c <= 'z') c = (char)(c - ('a' - 'A'));
        text_append_bytes(out, &c, 1);
    }
}

void reply_unknown_subcommand(Reply *reply, Slice name, Slice command)
{
    Text upper = {.mem = reply->out.mem};
    append_upper(&upper, command);
    reply_error(reply, "ERR unknown subcommand '%.*s'. Try %s HELP.",
                (int)(name.size < 128 ? name.size : 128), name.chars, text_chars(&upper));
    text_deinit(&upper);
}

void reply_wrong_form(Request *request)
{
    Reply *reply = &request->client->reply;
    Slice name = request->argv[1];
    Text upper = {.mem = reply->out.mem};
    append_upper(&upper, request->argv[0]);
    reply_error(reply,
                "ERR unknown subcommand or wrong number of arguments for '%.*s'. Try %s HELP.",
                (int)(name.size < 128 ? name.size : 128), name.chars, text_chars(&upper));
    text_deinit(&upper);
}

const ServerBinding connection_bindings[] = {
    {"auth", do_auth}, {"echo", do_echo},   {"hello", do_hello},   {"ping", do_ping},
    {"quit", do_quit}, {"reset", do_reset}, {"select", do_select}, {NULL, NULL},
};
