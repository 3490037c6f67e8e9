/* multi.c -- transactions: MULTI, EXEC, DISCARD, WATCH, UNWATCH (protocol.md §1.6; Redis: multi.c).
 */
#include "sim/base/assert.h"
#include "sim/server/scripting_inside.h"

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
    queued.flags = request->flags;
    array_push(mem, &request->client->queued, queued);
}

void multi_fail(Client *client)
{
    if (client->in_multi) client->multi_failed = true;
}

bool multi_has(const Client *client, uint32_t flags)
{
    for (uint32_t i = 0; i < client->queued.count; i++) {
        if (client->queued.items[i].flags & flags) return true;
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

/* Runs the queued commands from `paused->next` on; false when a script among them has not ended in
 * its slice, or a MIGRATE waits for its target: the rest comes when it is over (multi_go_on). */
static bool run_queue(Request *request, PausedExec *paused)
{
    Client *client = request->client;
    while (paused->next < client->queued.count) {
        Queued *queued = &client->queued.items[paused->next++];
        Request one = *request;
        uint32_t commands;
        one.row = queued->row;
        one.flags = queued->flags;
        one.argv = queued->words.items;
        one.argc = queued->words.count;
        process_run(&one, &paused->stream, &commands);
        paused->streamed += commands;
        if (server_is_in_script(request->server) || migrate_is_running(request->server))
            return false;
    }
    return true;
}

/* What the commands propagate goes out as one transaction. */
static void end_exec(Request *request, PausedExec *paused)
{
    Client *client = request->client;
    Server *server = request->server;
    process_propagate(server, &paused->stream, paused->streamed, true, request->env);
    text_deinit(&paused->stream);
    *paused = (PausedExec){.stream = {.mem = server->mem}};
    client_discard(client, server->mem);
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
        PausedExec *exec = &server->scripting->exec;
        client_unwatch(client, server->mem); /* no longer of use */
        reply_array(&client->reply, client->queued.count);
        exec->active = true;
        if (run_queue(request, exec)) end_exec(request, exec);
        return;
    }
    client_discard(client, server->mem);
}

void multi_go_on(Server *server, Client *client, NodeEnv *env)
{
    PausedExec *exec = &server->scripting->exec;
    Request request = {.server = server,
                       .client = client,
                       .env = env,
                       .now_ms = server_unix_ms(server->parts.unix_base_ms, env->now)};
    SIM_ASSERT(exec->active);
    if (run_queue(&request, exec)) {
        end_exec(&request, exec);
        client->write_offset = repl_offset(server->parts.repl);
        client->asking = false; /* resetClient */
    }
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
