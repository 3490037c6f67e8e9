/* client_command.c -- CLIENT: connections listed, named, closed, paused, woken (redis-server 7.0:
 * networking.c, clientCommand).
 *
 * Simplified: keys that clients have read are not tracked, so CLIENT TRACKING ON is refused. */
#include "sim/base/assert.h"
#include "sim/server/server_inside.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void reply_ok(Request *request)
{
    reply_status(&request->client->reply, "OK");
}

static void reply_syntax(Request *request)
{
    reply_error(&request->client->reply, "ERR syntax error");
}

/* --- names --- */

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

static void client_getname(Request *request)
{
    if (request->client->name[0]) reply_bulk_text(&request->client->reply, request->client->name);
    else reply_null(&request->client->reply);
}

static void client_setname(Request *request)
{
    if (client_set_name(request->client, request->argv[2])) reply_ok(request);
}

/* --- LIST, INFO --- */

static void append_addr(AddrState addr, Text *out)
{
    text_append(out, "%u.%u.%u.%u:%u", addr.ip >> 24, (addr.ip >> 16) & 255, (addr.ip >> 8) & 255,
                addr.ip & 255, addr.port);
}

static AddrState own_addr(const Server *server)
{
    return server->addrs[server->parts.node->addr];
}

static void append_flags(const Client *client, Text *out)
{
    uint32_t before = out->size;
    if (client_is_subscriber(client)) text_append(out, "P");
    if (client->in_multi) text_append(out, "x");
    if (client->block != BLOCK_NONE) text_append(out, "b");
    if (client->close_after_reply) text_append(out, "c");
    if (client->readonly) text_append(out, "r");
    if (client->no_evict) text_append(out, "e");
    if (out->size == before) text_append(out, "N");
}

/* One line of CLIENT LIST (catClientInfoString). Simplified: buffers count what waits in them, the
 * sizes of their memory are 0. */
static void append_client(const Request *request, const Client *client, Text *out)
{
    const Server *server = request->server;
    text_append(out, "id=%" PRIu32 " addr=", client->id);
    append_addr(client->addr, out);
    text_append(out, " laddr=");
    append_addr(own_addr(server), out);
    text_append(out, " fd=%" PRIu32 " name=%s age=%" PRIu64 " idle=%" PRIu64 " flags=", client->id,
                client->name, (request->now_ms - client->created_ms) / 1000,
                (request->now_ms - client->last_ms) / 1000);
    append_flags(client, out);
    text_append(out,
                " db=%u sub=%" PRIu32 " psub=%" PRIu32 " ssub=%" PRIu32 " multi=%" PRId64
                " qbuf=%" PRIu32 " qbuf-free=0 argv-mem=0 multi-mem=0 rbs=0 rbp=0 obl=%" PRIu32
                " oll=0 omem=0 tot-mem=0 events=r cmd=%s user=default redir=-1 resp=%u\n",
                client->db, client->channels.count, client->patterns.count,
                client->shard_channels.count, client->in_multi ? (int64_t)client->queued.count : -1,
                client->input.size, client->reply.out.size,
                client->last ? client->last->name : "NULL", client->protocol);
}

typedef enum ClientType {
    TYPE_NORMAL,
    TYPE_PUBSUB,
    TYPE_REPLICA,
    TYPE_PRIMARY,
    TYPE_ANY
} ClientType;

/* Replicas and primaries of virtual nodes are no clients of theirs: these types match nobody. */
static bool read_type(Request *request, Slice word, ClientType *type)
{
    if (slice_is(word, "normal")) *type = TYPE_NORMAL;
    else if (slice_is(word, "pubsub")) *type = TYPE_PUBSUB;
    else if (slice_is(word, "replica") || slice_is(word, "slave")) *type = TYPE_REPLICA;
    else if (slice_is(word, "master")) *type = TYPE_PRIMARY;
    else {
        reply_error(&request->client->reply, "ERR Unknown client type '%.*s'", (int)word.size,
                    word.chars);
        return false;
    }
    return true;
}

static bool is_of_type(const Client *client, ClientType type)
{
    if (type == TYPE_ANY) return true;
    return type == (client_is_subscriber(client) ? TYPE_PUBSUB : TYPE_NORMAL);
}

/* CLIENT LIST ID id...: in the order of the arguments. */
static bool append_by_id(Request *request, Text *out)
{
    for (uint32_t i = 3; i < request->argc; i++) {
        int64_t id;
        if (!slice_integer(request->argv[i], &id)) {
            reply_error(&request->client->reply, "ERR Invalid client ID");
            return false;
        }
        const Client *client =
            id > 0 && id <= UINT32_MAX ? server_client(request->server, (ClientId)id) : NULL;
        if (client) append_client(request, client, out);
    }
    return true;
}

static void append_by_type(Request *request, ClientType type, Text *out)
{
    for (uint32_t i = 0; i < request->server->clients.count; i++) {
        const Client *client = request->server->clients.items[i];
        if (is_of_type(client, type)) append_client(request, client, out);
    }
}

static void client_list(Request *request)
{
    Text out = {.mem = request->server->mem};
    ClientType type = TYPE_ANY;
    bool by_id = request->argc > 3 && slice_is(request->argv[2], "id");
    bool by_type = request->argc == 4 && slice_is(request->argv[2], "type");
    if (request->argc > 2 && !by_id && !by_type) {
        reply_syntax(request);
        return;
    }
    if (by_type && !read_type(request, request->argv[3], &type)) return;
    bool fine = true;
    if (by_id) fine = append_by_id(request, &out);
    else append_by_type(request, type, &out);
    if (fine) reply_verbatim(&request->client->reply, "txt", (Slice){text_chars(&out), out.size});
    text_deinit(&out);
}

static void client_info(Request *request)
{
    Text out = {.mem = request->server->mem};
    append_client(request, request->client, &out);
    reply_verbatim(&request->client->reply, "txt", (Slice){text_chars(&out), out.size});
    text_deinit(&out);
}

static void client_id(Request *request)
{
    reply_integer(&request->client->reply, request->client->id);
}

/* --- KILL --- */

typedef struct Victims {
    Slice addr, laddr;
    bool by_addr, by_laddr, spare_me;
    ClientType type;
    int64_t id; /* 0 any */
} Victims;

static bool read_yes_no(Request *request, Slice word, bool *value)
{
    *value = slice_is(word, "yes");
    if (*value || slice_is(word, "no")) return true;
    reply_syntax(request);
    return false;
}

static bool read_victim_id(Request *request, Slice word, int64_t *id)
{
    if (slice_integer(word, id) && *id > 0) return true;
    reply_error(&request->client->reply, "ERR client-id should be greater than 0");
    return false;
}

static bool read_user(Request *request, Slice word)
{
    if (slice_equal(word, slice_of("default"))) return true;
    reply_error(&request->client->reply, "ERR No such user '%.*s'", (int)word.size, word.chars);
    return false;
}

static bool read_victims(Request *request, Victims *victims)
{
    for (uint32_t i = 2; i < request->argc; i += 2) {
        Slice option = request->argv[i];
        if (i + 1 == request->argc) {
            reply_syntax(request);
            return false;
        }
        Slice value = request->argv[i + 1];
        bool fine = true;
        if (slice_is(option, "id")) fine = read_victim_id(request, value, &victims->id);
        else if (slice_is(option, "type")) fine = read_type(request, value, &victims->type);
        else if (slice_is(option, "user")) fine = read_user(request, value);
        else if (slice_is(option, "skipme")) fine = read_yes_no(request, value, &victims->spare_me);
        else if (slice_is(option, "addr")) {
            victims->by_addr = true;
            victims->addr = value;
        } else if (slice_is(option, "laddr")) {
            victims->by_laddr = true;
            victims->laddr = value;
        } else {
            reply_syntax(request);
            fine = false;
        }
        if (!fine) return false;
    }
    return true;
}

static bool has_addr(Request *request, AddrState addr, Slice wanted)
{
    Text text = {.mem = request->server->mem};
    append_addr(addr, &text);
    bool same = slice_equal((Slice){text_chars(&text), text.size}, wanted);
    text_deinit(&text);
    return same;
}

static uint32_t kill_clients(Request *request, const Victims *victims)
{
    Server *server = request->server;
    uint32_t killed = 0;
    for (uint32_t i = 0; i < server->clients.count; i++) {
        Client *client = server->clients.items[i];
        bool me = client == request->client;
        if (client->close_after_reply || (me && victims->spare_me)) continue;
        if (victims->by_addr && !has_addr(request, client->addr, victims->addr)) continue;
        if (victims->by_laddr && !has_addr(request, own_addr(server), victims->laddr)) continue;
        if (!is_of_type(client, victims->type)) continue;
        if (victims->id != 0 && victims->id != client->id) continue;
        client->close_after_reply = true;
        if (!me) server_flush(server, client, request->env);
        killed++;
    }
    return killed;
}

static void client_kill(Request *request)
{
    Victims victims = {.spare_me = true, .type = TYPE_ANY};
    Reply *reply = &request->client->reply;
    if (request->argc == 3) { /* the old form: an address; one may kill oneself */
        victims = (Victims){.by_addr = true, .addr = request->argv[2], .type = TYPE_ANY};
        if (kill_clients(request, &victims) > 0) reply_status(reply, "OK");
        else reply_error(reply, "ERR No such client");
    } else if (read_victims(request, &victims)) {
        reply_integer(reply, kill_clients(request, &victims));
    }
}

/* --- pauses, blocked clients --- */

/* CLIENT PAUSE timeout [WRITE|ALL] */
static void client_pause(Request *request)
{
    int64_t timeout;
    Server *server = request->server;
    Reply *reply = &request->client->reply;
    bool only_writes = request->argc == 4 && slice_is(request->argv[3], "write");
    if (request->argc > 4) {
        reply_wrong_form(request);
    } else if (request->argc == 4 && !only_writes && !slice_is(request->argv[3], "all")) {
        reply_error(reply, "ERR CLIENT PAUSE mode must be WRITE or ALL");
    } else if (!slice_integer(request->argv[2], &timeout)) {
        reply_error(reply, "ERR timeout is not an integer or out of range");
    } else if (timeout < 0) {
        reply_error(reply, "ERR timeout is negative");
    } else {
        uint64_t until = request->now_ms + (uint64_t)timeout;
        uint64_t *which =
            only_writes ? &server->pause_writes_until_ms : &server->pause_all_until_ms;
        if (until > *which) *which = until;
        reply_status(reply, "OK");
    }
}

static void client_unpause(Request *request)
{
    request->server->pause_writes_until_ms = request->server->pause_all_until_ms = 0;
    reply_ok(request);
}

/* CLIENT UNBLOCK id [TIMEOUT|ERROR] */
static void client_unblock(Request *request)
{
    int64_t id;
    Reply *reply = &request->client->reply;
    bool error = request->argc == 4 && slice_is(request->argv[3], "error");
    if (request->argc > 4) {
        reply_wrong_form(request);
    } else if (request->argc == 4 && !error && !slice_is(request->argv[3], "timeout")) {
        reply_error(reply, "ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR");
    } else if (!slice_integer(request->argv[2], &id)) {
        reply_error(reply, "ERR value is not an integer or out of range");
    } else {
        Client *client =
            id > 0 && id <= UINT32_MAX ? server_client(request->server, (ClientId)id) : NULL;
        bool done = client && blocked_end(request->server, client, error, request->env);
        reply_integer(reply, done);
    }
}

/* --- replies, eviction, tracking --- */

static void client_reply(Request *request)
{
    Client *client = request->client;
    if (slice_is(request->argv[2], "on")) {
        client->replies_off = false;
        client->reply_skip = SKIP_NONE;
        reply_ok(request);
    } else if (slice_is(request->argv[2], "off")) {
        client->replies_off = true;
    } else if (slice_is(request->argv[2], "skip")) {
        if (!client->replies_off) client->reply_skip = SKIP_NEXT;
    } else {
        reply_syntax(request);
    }
}

static void client_no_evict(Request *request)
{
    if (!slice_is(request->argv[2], "on") && !slice_is(request->argv[2], "off")) {
        reply_syntax(request);
        return;
    }
    request->client->no_evict = slice_is(request->argv[2], "on");
    reply_ok(request);
}

static void client_caching(Request *request)
{
    reply_error(&request->client->reply,
                "ERR CLIENT CACHING can be called only when the client is in tracking mode with "
                "OPTIN or OPTOUT mode enabled");
}

static void client_getredir(Request *request)
{
    reply_integer(&request->client->reply, -1);
}

static bool tracking_options_fit(const Request *request)
{
    static const char *const plain[] = {"bcast", "optin", "optout", "noloop"};
    for (uint32_t i = 3; i < request->argc; i++) {
        Slice word = request->argv[i];
        bool known =
            (slice_is(word, "redirect") || slice_is(word, "prefix")) && i + 1 < request->argc;
        if (known) i++;
        for (uint32_t p = 0; p < ARRAY_LENGTH(plain); p++) known |= slice_is(word, plain[p]);
        if (!known) return false;
    }
    return true;
}

static void client_tracking(Request *request)
{
    if (!tracking_options_fit(request)) reply_syntax(request);
    else if (slice_is(request->argv[2], "off")) reply_ok(request);
    else if (slice_is(request->argv[2], "on"))
        reply_error(&request->client->reply, "ERR Slotscope does not model CLIENT TRACKING");
    else reply_syntax(request);
}

static void client_trackinginfo(Request *request)
{
    Reply *reply = &request->client->reply;
    reply_map(reply, 3);
    reply_bulk_text(reply, "flags");
    reply_set(reply, 1);
    reply_bulk_text(reply, "off");
    reply_bulk_text(reply, "redirect");
    reply_integer(reply, -1);
    reply_bulk_text(reply, "prefixes");
    reply_array(reply, 0);
}

const ServerBinding client_bindings[] = {
    {"client|caching", client_caching},
    {"client|getname", client_getname},
    {"client|getredir", client_getredir},
    {"client|help", help_reply},
    {"client|id", client_id},
    {"client|info", client_info},
    {"client|kill", client_kill},
    {"client|list", client_list},
    {"client|no-evict", client_no_evict},
    {"client|pause", client_pause},
    {"client|reply", client_reply},
    {"client|setname", client_setname},
    {"client|tracking", client_tracking},
    {"client|trackinginfo", client_trackinginfo},
    {"client|unblock", client_unblock},
    {"client|unpause", client_unpause},
    {NULL, NULL},
};
