/* blocked.c -- clients that wait: for keys (BLPOP and friends), for acknowledgements (WAIT), for
 * the end of a pause (manual failover, CLIENT PAUSE); and who is sent away when slots move
 * (protocol.md §7, §9.5, §10.4; Redis: blocked.c, t_list.c, cluster.c). */
#include "sim/base/assert.h"
#include "sim/cluster/keyslot.h"
#include "sim/server/server_inside.h"

#include <string.h>

#define NEVER 0

/* --- beginning to wait --- */

static void wait_with_command(Request *request, BlockKind kind, uint64_t until_ms)
{
    Client *client = request->client;
    client->block = kind;
    client->block_order = ++request->server->block_orders;
    client->block_until_ms = until_ms;
    queued_deinit(&client->blocked, request->server->mem);
    queued_init(&client->blocked, request->row, request->argv, request->argc, request->server->mem);
}

void blocked_on_keys(Request *request, Cmd *cmd)
{
    SIM_ASSERT(!cmd->in_multi);
    wait_with_command(request, BLOCK_KEYS, cmd->block.timeout_ms);
    request->client->block_first = cmd->block.first_key;
    request->client->block_keys = cmd->block.key_count;
}

bool blocked_is_paused(const Server *server, const Request *request)
{
    uint32_t may_write = CF_WRITE | CF_MAY_REPLICATE;
    if (request->client == server->primary) return false;
    if (server->pause_all_until_ms > request->now_ms) return true; /* CLIENT UNPAUSE, too */
    if (server->pause_writes_until_ms <= request->now_ms && !shutdown_is_waiting(server))
        return false;
    if (strcmp(request->row->name, "exec") == 0) return multi_has(request->client, may_write);
    return (request->flags & may_write) != 0;
}

void blocked_by_pause(Request *request)
{
    wait_with_command(request, BLOCK_PAUSE, NEVER);
}

/* WAIT numreplicas timeout */
static void do_wait(Request *request)
{
    int64_t wanted, timeout;
    Client *client = request->client;
    Server *server = request->server;
    if (server_is_replica(server)) {
        reply_error(
            &client->reply,
            "ERR WAIT cannot be used with replica instances. Please also note that since Redis 4.0 "
            "if a replica is configured to be writable (which is not the default) writes to "
            "replicas are just local and are not propagated.");
        return;
    }
    if (!slice_integer(request->argv[1], &wanted)) {
        reply_error(&client->reply, "ERR value is not an integer or out of range");
        return;
    }
    if (!slice_integer(request->argv[2], &timeout)) {
        reply_error(&client->reply, "ERR timeout is not an integer or out of range");
        return;
    }
    if (timeout < 0) {
        reply_error(&client->reply, "ERR timeout is negative");
        return;
    }
    uint32_t have = repl_acked_by(server->parts.repl, client->write_offset);
    if ((int64_t)have >= wanted || client->in_multi) {
        reply_integer(&client->reply, have);
        return;
    }
    wait_with_command(request, BLOCK_WAIT, timeout ? request->now_ms + (uint64_t)timeout : NEVER);
    client->block_offset = client->write_offset;
    client->block_count = wanted > UINT32_MAX ? UINT32_MAX : (uint32_t)wanted;
    server->wants_acks = true;
}

/* REPLCONF option value ... -- replicas talk to their primary in messages of their own
 * (sim/store/repl_msg.h); what comes as a command is GETACK, in the stream. Its answer tells what
 * was applied before it, so the bytes of the stream from here on are not counted. */
static void do_replconf(Request *request)
{
    static const char *const noted[] = {"listening-port", "ip-address", "capa", "rdb-only"};
    Server *server = request->server;
    Reply *reply = &request->client->reply;
    if (request->argc % 2 == 0) {
        reply_error(reply, "ERR syntax error");
        return;
    }
    for (uint32_t i = 1; i < request->argc; i += 2) {
        Slice option = request->argv[i];
        bool known = false;
        if (slice_is(option, "getack")) {
            repl_ack_now(server->parts.repl, server->apply_left, request->env);
            return; /* nothing is replied, as nothing is to ACK */
        }
        if (slice_is(option, "ack")) return;
        for (uint32_t k = 0; k < ARRAY_LENGTH(noted); k++) known |= slice_is(option, noted[k]);
        if (!known) {
            reply_error(reply, "ERR Unrecognized REPLCONF option: %.*s", (int)option.size,
                        option.chars);
            return;
        }
    }
    reply_status(reply, "OK");
}

/* --- ending to wait --- */

static void unblock(Server *server, Client *client)
{
    client->block = BLOCK_NONE;
    if (!client->in_multi) client->asking = false; /* resetClient: its command is over */
    queued_deinit(&client->blocked, server->mem);
}

static uint64_t now_of(const Server *server, const NodeEnv *env)
{
    return server_unix_ms(server->parts.unix_base_ms, env->now);
}

/* Runs the command again from the start, as if it came now. */
static void run_again(Server *server, Client *client, NodeEnv *env)
{
    Queued command = client->blocked;
    uint64_t until = client->block_until_ms, order = client->block_order;
    bool for_keys = client->block == BLOCK_KEYS;
    client->blocked = (Queued){0};
    client->block = BLOCK_NONE;
    Request request = {.server = server,
                       .client = client,
                       .argv = command.words.items,
                       .argc = command.words.count,
                       .env = env,
                       .now_ms = now_of(server, env)};
    process_request(&request);
    if (for_keys && client->block == BLOCK_KEYS) { /* still in vain: the first time counts */
        client->block_until_ms = until;
        client->block_order = order;
    }
    server_flush(server, client, env);
    queued_deinit(&command, server->mem);
}

static void answer_timeout(Server *server, Client *client, NodeEnv *env)
{
    if (client->block == BLOCK_WAIT) {
        reply_integer(&client->reply, repl_acked_by(server->parts.repl, client->block_offset));
    } else if (strcmp(client->blocked.row->name, "blmove") == 0 ||
               strcmp(client->blocked.row->name, "brpoplpush") == 0) {
        reply_null(&client->reply);
    } else {
        reply_null_array(&client->reply);
    }
    unblock(server, client);
    server_flush(server, client, env);
}

static bool key_has_come(Server *server, const Client *client)
{
    for (uint32_t i = 0; i < client->block_keys; i++) {
        const Key *key = keyspace_find(server_keys(server, client),
                                       client->blocked.words.items[client->block_first + i]);
        if (!key) continue;
        bool list = key->value.type == VALUE_LIST && strchr(client->blocked.row->name, 'z') == NULL;
        bool zset = key->value.type == VALUE_ZSET && strchr(client->blocked.row->name, 'z') != NULL;
        if (list || zset) return true;
    }
    return false;
}

static bool pause_is_over(const Server *server, uint64_t now_ms)
{
    return server->pause_writes_until_ms <= now_ms && server->pause_all_until_ms <= now_ms &&
           !shutdown_is_waiting(server);
}

/* handleBlockedClientsTimeout: first of all before sleeping, so at the latest with the next tick.
 */
static void end_timeouts(Server *server, uint64_t now_ms, NodeEnv *env)
{
    for (uint32_t i = 0; i < server->clients.count; i++) {
        Client *client = server->clients.items[i];
        if (client->block != BLOCK_KEYS && client->block != BLOCK_WAIT) continue;
        if (client->block_until_ms != NEVER && client->block_until_ms <= now_ms)
            answer_timeout(server, client, env);
    }
}

/* Whoever waits for what has come: in the order in which they began to wait, which is that of their
 * commands; clients are in the order they connected, so the oldest wait is searched. */
void blocked_serve(Server *server, NodeEnv *env)
{
    uint64_t now_ms = now_of(server, env);
    end_timeouts(server, now_ms, env);
    server->pause_ended = false;
    for (bool again = true; again;) {
        again = false;
        Client *oldest = NULL;
        for (uint32_t i = 0; i < server->clients.count; i++) {
            Client *client = server->clients.items[i];
            bool comes = (client->block == BLOCK_KEYS && server->keys_signalled &&
                          key_has_come(server, client)) ||
                         (client->block == BLOCK_PAUSE && pause_is_over(server, now_ms));
            if (comes && (!oldest || client->block_order < oldest->block_order)) oldest = client;
        }
        if (oldest) {
            run_again(server, oldest, env);
            if (migrate_is_running(server)) return; /* the others wait till it is over */
            again = oldest->block == BLOCK_NONE;
        }
    }
    server->keys_signalled = false;
    for (uint32_t i = 0; i < server->clients.count; i++) {
        Client *client = server->clients.items[i];
        if (client->block != BLOCK_WAIT) continue;
        if (repl_acked_by(server->parts.repl, client->block_offset) >= client->block_count) {
            answer_timeout(server, client, env); /* the same reply: the count */
        }
    }
    /* beforeSleep: one GETACK for all who wait; none while paused, it would move the offset. */
    if (server->wants_acks && pause_is_over(server, now_ms)) {
        repl_want_acks(server->parts.repl, env);
        server->wants_acks = false;
    }
}

/* --- slots that are served elsewhere now (§9.5) --- */

/* clusterRedirectBlockedClientIfNeeded: true after a reply that ends the wait. */
static bool redirect_blocked(Server *server, Client *client)
{
    const Node *node = server->parts.node;
    Text endpoint = {.mem = server->mem};
    Slice key = client->blocked.words.items[client->block_first];
    uint16_t slot = keyslot_of(key.size ? key.chars : "", key.size);
    RedirectAnswer answer = {.what = REDIRECT_LOCAL, .slot = slot, .node = node->owner[slot]};
    if (!server_in_cluster(server)) return false;
    if (node->state != STATE_OK) answer.what = REDIRECT_DOWN;
    else if (answer.node == NODE_NONE) answer.what = REDIRECT_NOT_SERVED;
    else if (answer.node != node->self && !redirect_is_importing(node, slot)) {
        bool reads = !(client->blocked.row->flags & CF_WRITE) && client->readonly &&
                     node->peers[node->self].primary == answer.node;
        if (!reads) answer.what = REDIRECT_MOVED;
    }
    if (answer.what == REDIRECT_LOCAL) return false;
    if (answer.what == REDIRECT_MOVED) server_endpoint(server, answer.node, &endpoint);
    redirect_reply(&answer, text_chars(&endpoint), &client->reply);
    text_deinit(&endpoint);
    return true;
}

/* clientsCron looks at each client about once a second, and at all in each tick while they are few.
 */
void blocked_on_cron(Server *server, NodeEnv *env)
{
    for (uint32_t i = 0; i < server->clients.count; i++) {
        Client *client = server->clients.items[i];
        if (client->block != BLOCK_KEYS || !redirect_blocked(server, client)) continue;
        unblock(server, client);
        server_flush(server, client, env);
    }
}

bool blocked_end(Server *server, Client *client, bool error, NodeEnv *env)
{
    if (client->block != BLOCK_KEYS && client->block != BLOCK_WAIT) return false;
    if (!error) {
        answer_timeout(server, client, env);
        return true;
    }
    reply_error(&client->reply, "UNBLOCKED client unblocked via CLIENT UNBLOCK");
    unblock(server, client);
    server_flush(server, client, env);
    return true;
}

void blocked_unblock_all(Server *server, const char *error, NodeEnv *env)
{
    for (uint32_t i = 0; i < server->clients.count; i++) {
        Client *client = server->clients.items[i];
        if (client->block != BLOCK_KEYS) continue;
        reply_error(&client->reply, "%s", error);
        unblock(server, client);
        server_flush(server, client, env);
    }
}

const ServerBinding blocked_bindings[] = {
    {"wait", do_wait},
    {"replconf", do_replconf},
    {NULL, NULL},
};
