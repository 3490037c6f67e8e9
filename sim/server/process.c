/* process.c -- the order in which a request is checked, and the call of its command
 * (protocol.md §1.4; Redis: processCommand, call). */
#include "sim/base/assert.h"
#include "sim/server/server_inside.h"

#include <string.h>

void reply_arity(Reply *reply, const char *name)
{
    reply_error(reply, "ERR wrong number of arguments for '%s' command", name);
}

/* --- the table of the server's own commands --- */

static const ServerBinding *const bindings[] = {
    multi_bindings, blocked_bindings, pubsub_bindings,  connection_bindings, configure_bindings,
    info_bindings,  migrate_bindings, restore_bindings, debug_bindings,      cluster_bindings};

ServerFunction *process_function(const CommandRow *row)
{
    for (uint32_t file = 0; file < ARRAY_LENGTH(bindings); file++) {
        for (const ServerBinding *at = bindings[file]; at->name; at++) {
            if (strcmp(at->name, row->name) == 0) return at->function;
        }
    }
    return NULL;
}

/* --- refusals, in their order; each replies and returns true --- */

static bool is_named(const Request *request, const char *name)
{
    return strcmp(request->row->name, name) == 0;
}

static bool refuse_unknown(Request *request)
{
    Text words = {.mem = request->server->mem};
    Slice name = request->argv[0];
    if (request->row) return false;
    for (uint32_t i = 1; i < request->argc && words.size < 128; i++) {
        uint32_t room = 128 - words.size, size = request->argv[i].size;
        text_append(&words, "'%.*s' ", (int)(size < room ? size : room), request->argv[i].chars);
    }
    reply_error(&request->client->reply, "ERR unknown command '%.*s', with args beginning with: %s",
                (int)(name.size < 128 ? name.size : 128), name.chars, text_chars(&words));
    text_deinit(&words);
    return true;
}

static bool refuse_arity(Request *request)
{
    if (command_arity_ok(request->row, request->argc)) return false;
    reply_arity(&request->client->reply, request->row->name);
    return true;
}

/* All commands of a transaction for EXEC, else this one. */
static RedirectAnswer ask_redirect(Request *request, bool exec)
{
    ARRAY_OF(RedirectCommand) commands = {0};
    const Server *server = request->server;
    const Client *client = request->client;
    Mem *mem = server->mem;
    if (exec) {
        for (uint32_t i = 0; i < client->queued.count; i++) {
            const Queued *queued = &client->queued.items[i];
            RedirectCommand one = {queued->row, queued->words.items, queued->words.count};
            array_push(mem, &commands, one);
        }
    } else {
        RedirectCommand one = {request->row, request->argv, request->argc};
        array_push(mem, &commands, one);
    }
    RedirectQuery query = {.commands = commands.items,
                           .count = commands.count,
                           .exec = exec,
                           .asking = client->asking,
                           .readonly = client->readonly};
    RedirectAnswer answer =
        redirect_decide(server->parts.node, server->parts.keys, request->now_ms, &query, mem);
    array_deinit(mem, &commands);
    return answer;
}

static bool refuse_redirect(Request *request)
{
    Server *server = request->server;
    Client *client = request->client;
    Text endpoint = {.mem = server->mem};
    bool exec = is_named(request, "exec");
    if (client == server->primary || (exec && !client->in_multi)) return false;
    RedirectAnswer answer = ask_redirect(request, exec);
    if (answer.what == REDIRECT_LOCAL) return false;
    if (answer.what == REDIRECT_MOVED || answer.what == REDIRECT_ASK) {
        server_endpoint(server, answer.node, &endpoint);
    }
    redirect_reply(&answer, text_chars(&endpoint), &client->reply);
    text_deinit(&endpoint);
    if (exec) client_discard(client, server->parts.keys, server->mem);
    return true;
}

static bool writes(const Request *request)
{
    if (is_named(request, "exec")) return multi_has_writes(request->client);
    return (request->row->flags & CF_WRITE) != 0;
}

static bool refuse_few_replicas(Request *request)
{
    Server *server = request->server;
    uint32_t wanted = server->parts.node->cfg.min_replicas_to_write;
    if (wanted == 0 || server_is_replica(server) || request->client == server->primary)
        return false;
    if (!writes(request) || repl_good_replicas(server->parts.repl, request->env) >= wanted)
        return false;
    reply_error(&request->client->reply, "NOREPLICAS Not enough good replicas to write.");
    return true;
}

static bool refuse_readonly(Request *request)
{
    Server *server = request->server;
    if (!server_is_replica(server) || request->client == server->primary || !writes(request))
        return false;
    reply_error(&request->client->reply, "READONLY You can't write against a read only replica.");
    return true;
}

static bool refuse_in_subscription(Request *request)
{
    static const char *const allowed[] = {"ping",         "subscribe",    "ssubscribe",
                                          "unsubscribe",  "sunsubscribe", "psubscribe",
                                          "punsubscribe", "quit",         "reset"};
    if (!client_is_subscriber(request->client) || request->client->protocol == 3) return false;
    for (uint32_t i = 0; i < ARRAY_LENGTH(allowed); i++) {
        if (is_named(request, allowed[i])) return false;
    }
    reply_error(
        &request->client->reply,
        "ERR Can't execute '%s': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are "
        "allowed in this context",
        request->row->name);
    return true;
}

static bool refuse_stale(Request *request)
{
    Server *server = request->server;
    if (request->row->flags & CF_STALE || request->client == server->primary) return false;
    if (!server_is_replica(server) || server->parts.node->cfg.serve_stale_data) return false;
    if (repl_state(server->parts.repl) == REPL_CONNECTED) return false;
    reply_error(&request->client->reply,
                "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.");
    return true;
}

/* The first refusal that applies; afterwards an open transaction is marked. */
static bool refuse(Request *request)
{
    static bool (*const refusals[])(Request *) = {
        refuse_unknown,  refuse_arity,           refuse_redirect, refuse_few_replicas,
        refuse_readonly, refuse_in_subscription, refuse_stale};
    for (uint32_t i = 0; i < ARRAY_LENGTH(refusals); i++) {
        if (!refusals[i](request)) continue;
        multi_fail(request->client);
        return true;
    }
    return false;
}

static bool queues(const Request *request)
{
    static const char *const at_once[] = {"exec", "discard", "multi", "watch", "quit", "reset"};
    if (!request->client->in_multi || request->client == request->server->primary) return false;
    for (uint32_t i = 0; i < ARRAY_LENGTH(at_once); i++) {
        if (is_named(request, at_once[i])) return false;
    }
    return true;
}

void process_request(Request *request)
{
    Client *client = request->client;
    request->row = command_find(request->argv[0]);
    if (!refuse(request)) {
        if (queues(request)) multi_queue(request);
        else if (blocked_is_paused(request->server, request)) blocked_by_pause(request);
        else process_call(request);
    }
    /* resetClient: ASKING is for one command, a refused one too, unless a transaction is open; a
     * command that waits still needs it when it runs again. */
    bool is_asking = request->row && is_named(request, "asking");
    if (!client->in_multi && client->block == BLOCK_NONE && !is_asking) client->asking = false;
}

/* --- calls --- */

static void run_on_keys(Request *request, CommandFunction *function, Text *stream,
                        uint32_t *commands)
{
    Server *server = request->server;
    Cmd cmd = {
        .row = request->row,
        .argv = request->argv,
        .argc = request->argc,
        .reply = &request->client->reply,
        .keys = server->parts.keys,
        .mem = server->mem,
        .rng = request->env->rng,
        .now_ms = request->now_ms,
        .is_replica = server_is_replica(server),
        .from_primary = request->client == server->primary,
        .in_multi = request->client->in_multi,
        .client = request->client,
    };
    function(&cmd);
    if (cmd.blocked) blocked_on_keys(request, &cmd);
    if (cmd.dirty > 0) server->keys_signalled = true;
    server->expired += cmd.expired;
    server->hits += cmd.hits;
    server->misses += cmd.misses;
    cmd_stream(&cmd, stream, commands);
    cmd_deinit(&cmd);
}

void process_also(Request *request, const Slice *words, uint32_t count)
{
    resp_request(request->stream, words, count);
    ++*request->streamed;
}

void process_run(Request *request, Text *stream, uint32_t *commands)
{
    CommandFunction *function = command_function(request->row);
    *commands = 0;
    request->server->commands++;
    if (function) {
        run_on_keys(request, function, stream, commands);
        return;
    }
    ServerFunction *own = process_function(request->row);
    request->stream = stream;
    request->streamed = commands;
    SIM_ASSERT(own); /* every row has a function: tests/unit/test_commands.c */
    own(request);
}

void process_propagate(Server *server, const Text *stream, uint32_t commands, bool transaction,
                       NodeEnv *env)
{
    static const Slice multi[] = {{"MULTI", 5}}, exec[] = {{"EXEC", 4}};
    Text all = {.mem = server->mem};
    bool wrap = transaction && commands > 1;
    if (commands == 0) return;
    if (wrap) resp_request(&all, multi, 1);
    text_append_bytes(&all, text_chars(stream), stream->size);
    if (wrap) resp_request(&all, exec, 1);
    repl_append(server->parts.repl, (Slice){text_chars(&all), all.size}, env);
    text_deinit(&all);
}

void process_call(Request *request)
{
    Server *server = request->server;
    Text stream = {.mem = server->mem};
    uint32_t commands;
    process_run(request, &stream, &commands);
    /* What comes from the primary goes on to sub-replicas as it came: repl.h does that. */
    if (request->client != server->primary) {
        process_propagate(server, &stream, commands, true, request->env);
        if (commands > 0) request->client->write_offset = repl_offset(server->parts.repl);
    }
    text_deinit(&stream);
}
