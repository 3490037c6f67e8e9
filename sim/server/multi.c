/* multi.c -- transactions: MULTI, EXEC, DISCARD, WATCH, UNWATCH (protocol.md §1.6; Redis: multi.c).
 */
#include "sim/base/assert.h"
#include "sim/server/server_inside.h"

/* A key that had expired when it was watched may be deleted: nothing has changed then. */
static bool watch_is_dirty(const Request *request, const Watched *watched)
{
    const Key *key = keyspace_find(watched->keys, blob_slice(watched->name));
    if (keyspace_watch_touched(watched->keys, watched->watch))
        return !watched->was_expired || key != NULL;
    return !watched->was_expired && key && key_is_expired(key, request->now_ms);
}

static bool any_watch_is_dirty(const Request *request)
{
    for (uint32_t i = 0; i < request->client->watched.count; i++) {
        if (watch_is_dirty(request, &request->client->watched.items[i])) return true;
    }
    return false;
}

/* What will not be executed is not kept (queueMultiCommand). */
void multi_queue(Request *request)
{
    Mem *mem = request->server->mem;
    Queued queued;
    reply_status(&request->client->reply, "QUEUED");
    if (request->client->multi_failed || any_watch_is_dirty(request)) return;
    queued_init(&queued, request->row, request->argv, request->argc, mem);
    array_push(mem, &request->client->queued, queued);
}

void multi_fail(Client *client)
{
    if (client->in_multi) client->multi_failed = true;
}

bool multi_has_writes(const Client *client)
{
    for (uint32_t i = 0; i < client->queued.count; i++) {
        if (client->queued.items[i].row->flags & CF_WRITE) return true;
    }
    return false;
}

static void do_multi(Request *request)
{
    if (request->client->in_multi) {
        reply_error(&request->client->reply, "ERR MULTI calls can not be nested");
        return;
    }
    request->client->in_multi = true;
    reply_status(&request->client->reply, "OK");
}

static void do_discard(Request *request)
{
    Client *client = request->client;
    if (!client->in_multi) {
        reply_error(&client->reply, "ERR DISCARD without MULTI");
        return;
    }
    client_discard(client, request->server->mem);
    reply_status(&client->reply, "OK");
}

/* Runs the queued commands one after the other; what they propagate goes out as one transaction. */
static void run_queue(Request *request)
{
    Client *client = request->client;
    Server *server = request->server;
    Text stream = {.mem = server->mem};
    uint32_t propagated = 0;
    reply_array(&client->reply, client->queued.count);
    for (uint32_t i = 0; i < client->queued.count; i++) {
        Queued *queued = &client->queued.items[i];
        Request one = *request;
        uint32_t commands;
        one.row = queued->row;
        one.argv = queued->words.items;
        one.argc = queued->words.count;
        process_run(&one, &stream, &commands);
        propagated += commands;
    }
    process_propagate(server, &stream, propagated, true, request->env);
    text_deinit(&stream);
}

static void do_exec(Request *request)
{
    Client *client = request->client;
    Server *server = request->server;
    if (!client->in_multi) {
        reply_error(&client->reply, "ERR EXEC without MULTI");
        return;
    }
    if (client->multi_failed) {
        reply_error(&client->reply, "EXECABORT Transaction discarded because of previous errors.");
    } else if (any_watch_is_dirty(request)) {
        reply_null_array(&client->reply);
    } else {
        client_unwatch(client, server->mem); /* no longer of use */
        run_queue(request);
    }
    client_discard(client, server->mem);
}

static bool watches(const Client *client, const Keyspace *keys, Slice name)
{
    for (uint32_t i = 0; i < client->watched.count; i++) {
        const Watched *watched = &client->watched.items[i];
        if (watched->keys == keys && slice_equal(blob_slice(watched->name), name)) return true;
    }
    return false;
}

static void do_watch(Request *request)
{
    Client *client = request->client;
    Server *server = request->server;
    if (client->in_multi) {
        reply_error(&client->reply, "ERR WATCH inside MULTI is not allowed");
        return;
    }
    Keyspace *keys = server_keys(server, client);
    for (uint32_t i = 1; i < request->argc; i++) {
        if (watches(client, keys, request->argv[i])) continue;
        const Key *key = keyspace_find(keys, request->argv[i]);
        Watched watched = {.name = blob_copy(server->mem, request->argv[i]),
                           .keys = keys,
                           .watch = keyspace_watch(keys, request->argv[i]),
                           .was_expired = key && key_is_expired(key, request->now_ms)};
        array_push(server->mem, &client->watched, watched);
    }
    reply_status(&client->reply, "OK");
}

static void do_unwatch(Request *request)
{
    client_unwatch(request->client, request->server->mem);
    reply_status(&request->client->reply, "OK");
}

const ServerBinding multi_bindings[] = {
    {"discard", do_discard}, {"exec", do_exec},   {"multi", do_multi},
    {"unwatch", do_unwatch}, {"watch", do_watch}, {NULL, NULL},
};
