/* process.c -- the order in which a request is checked, and the call of its command
 * (protocol.md §1.4; Redis: processCommand, call). */
#include "sim/base/assert.h"
#include "sim/server/cost.h"
#include "sim/server/server_inside.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void reply_arity(Reply *reply, const char *name)
{
    reply_error(reply, "ERR wrong number of arguments for '%s' command", name);
}

/* --- the table of the server's own commands --- */

static const ServerBinding *const bindings[] = {
    multi_bindings,     blocked_bindings,   pubsub_bindings,  connection_bindings, client_bindings,
    configure_bindings, info_bindings,      command_bindings, migrate_bindings,    restore_bindings,
    slowlog_bindings,   callstats_bindings, debug_bindings,   cluster_bindings,    absent_bindings,
    persist_bindings,   shutdown_bindings,  eval_bindings,    function_bindings};

ServerFunction *process_function(const CommandRow *row)
{
    for (uint32_t file = 0; file < ARRAY_LENGTH(bindings); file++) {
        for (const ServerBinding *at = bindings[file]; at->name; at++) {
            if (command_is_bound(row, at->name)) return at->function;
        }
    }
    return NULL;
}

/* --- refusals, in their order; each replies and returns true --- */

static bool is_named(const Request *request, const char *name)
{
    return request->row && strcmp(request->row->name, name) == 0;
}

/* rejectCommand: an EXEC that is refused ends its transaction and says why. */
static void reject(Request *request, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void reject(Request *request, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (!is_named(request, "exec")) {
        reply_error(&request->client->reply, "%s", text);
        return;
    }
    client_discard(request->client, request->server->mem);
    reply_error(&request->client->reply, "EXECABORT Transaction discarded because of: %s",
                strncmp(text, "ERR ", 4) == 0 ? text + 4 : text);
}

/* securityWarningCommand: somebody speaks HTTP; the connection ends without a word. */
static bool refuse_http(Request *request)
{
    bool http = slice_is(request->argv[0], "host:") || slice_is(request->argv[0], "post");
    if (http) request->client->close_after_reply = true;
    return http;
}

static int shown(Slice word)
{
    return word.size < 128 ? (int)word.size : 128;
}

static bool refuse_unknown(Request *request)
{
    Reply *reply = &request->client->reply;
    Text words = {.mem = request->server->mem};
    Slice name = request->argv[0];
    if (request->row) return false;
    if (command_find(name)) {
        reply_unknown_subcommand(reply, request->argv[1], name);
        return true;
    }
    for (uint32_t i = 1; i < request->argc && words.size < 128; i++) {
        uint32_t room = 128 - words.size, size = request->argv[i].size;
        text_append(&words, "'%.*s' ", (int)(size < room ? size : room), request->argv[i].chars);
    }
    reply_error(reply, "ERR unknown command '%.*s', with args beginning with: %s", shown(name),
                name.chars, text_chars(&words));
    text_deinit(&words);
    return true;
}

static bool refuse_arity(Request *request)
{
    if (command_arity_ok(request->row, request->argc)) return false;
    reject(request, "ERR wrong number of arguments for '%s' command", request->row->name);
    return true;
}

static bool refuse_in_multi(Request *request)
{
    if (!request->client->in_multi || !(request->row->flags & CF_NO_MULTI)) return false;
    reject(request, "ERR Command not allowed inside a transaction");
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
            RedirectCommand one = {queued->row, queued->words.items, queued->words.count,
                                   queued->flags};
            array_push(mem, &commands, one);
        }
    } else {
        RedirectCommand one = {request->row, request->argv, request->argc, request->flags};
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

static bool refuse_without_cluster(Request *request)
{
    if (server_in_cluster(request->server) || !absent_without_cluster(request)) return false;
    reject(request, "ERR Slotscope does not model '%s' without cluster mode", request->row->name);
    return true;
}

static bool refuse_redirect(Request *request)
{
    Server *server = request->server;
    Client *client = request->client;
    Text endpoint = {.mem = server->mem};
    bool exec = is_named(request, "exec");
    if (client == server->primary || (exec && !client->in_multi)) return false;
    if (!server_in_cluster(server)) return false;
    RedirectAnswer answer = ask_redirect(request, exec);
    if (answer.what == REDIRECT_LOCAL) return false;
    if (answer.what == REDIRECT_MOVED || answer.what == REDIRECT_ASK) {
        server_endpoint(server, answer.node, &endpoint);
    }
    redirect_reply(&answer, text_chars(&endpoint), &client->reply);
    text_deinit(&endpoint);
    if (exec) client_discard(client, server->mem);
    return true;
}

static bool writes(const Request *request)
{
    if (is_named(request, "exec")) return multi_has(request->client, CF_WRITE);
    return (request->flags & CF_WRITE) != 0;
}

static bool refuse_few_replicas(Request *request)
{
    Server *server = request->server;
    uint32_t wanted = server->parts.node->cfg.min_replicas_to_write;
    if (wanted == 0 || server_is_replica(server) || request->client == server->primary)
        return false;
    if (!writes(request) || repl_good_replicas(server->parts.repl, request->env) >= wanted)
        return false;
    reject(request, "NOREPLICAS Not enough good replicas to write.");
    return true;
}

static bool refuse_readonly(Request *request)
{
    Server *server = request->server;
    if (!server_is_replica(server) || request->client == server->primary || !writes(request))
        return false;
    reject(request, "READONLY You can't write against a read only replica.");
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
    reject(request,
           "ERR Can't execute '%s': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET "
           "are allowed in this context",
           request->row->name);
    return true;
}

/* Has it this flag; EXEC: has all that is queued. */
static bool bears(const Request *request, uint32_t flag)
{
    if (!(request->flags & flag)) return false;
    for (uint32_t i = 0; is_named(request, "exec") && i < request->client->queued.count; i++) {
        if (!(request->client->queued.items[i].flags & flag)) return false;
    }
    return true;
}

static bool refuse_stale(Request *request)
{
    Server *server = request->server;
    if (bears(request, CF_STALE) || request->client == server->primary) return false;
    if (!server_is_replica(server) || server->parts.node->cfg.serve_stale_data) return false;
    if (repl_state(server->parts.repl) == REPL_CONNECTED) return false;
    reject(request,
           "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.");
    return true;
}

static bool refuse_loading(Request *request)
{
    Server *server = request->server;
    if (!server->persist.is_loading || request->client == server->primary) return false;
    if (bears(request, CF_LOADING)) return false;
    reject(request, "LOADING Redis is loading the dataset in memory");
    return true;
}

/* While a script keeps the server busy: MULTI and what ends it are answered, so that a transaction
 * is not executed by halves when the script ends meanwhile. */
static bool refuse_busy(Request *request)
{
    if (!server_is_busy(request->server) || request->flags & CF_ALLOW_BUSY) return false;
    reject(request, "%s", scripting_busy_text(request->server));
    return true;
}

/* The first refusal that applies; afterwards an open transaction is marked. */
static bool refuse(Request *request)
{
    static bool (*const refusals[])(Request *) = {
        refuse_http,         refuse_unknown,         refuse_arity,
        refuse_in_multi,     refuse_without_cluster, refuse_redirect,
        refuse_few_replicas, refuse_readonly,        refuse_in_subscription,
        refuse_stale,        refuse_loading,         refuse_busy};
    for (uint32_t i = 0; i < ARRAY_LENGTH(refusals); i++) {
        if (!refusals[i](request)) continue;
        callstats_rejected(request);
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

/* WAIT waits for all that was written before the end of its client's last command (c->woff). */
static void call_now(Request *request)
{
    process_call(request);
    request->client->write_offset = repl_offset(request->server->parts.repl);
}

void process_request(Request *request)
{
    Client *client = request->client;
    client->reply_skip = client->reply_skip == SKIP_NEXT ? SKIP_THIS : SKIP_NONE;
    request->row = command_resolve(request->argv, request->argc);
    if (request->row) request->flags = scripting_command_flags(request);
    if (!refuse(request)) {
        if (blocked_is_paused(request->server, request)) blocked_by_pause(request);
        else if (queues(request)) multi_queue(request);
        else call_now(request);
    }
    client->last = request->row;
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
        .keys = server_keys(server, request->client),
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
    server->persist.dirty += cmd.dirty;
    server->expired += cmd.expired;
    server->hits += cmd.hits;
    server->misses += cmd.misses;
    cmd_stream(&cmd, stream, commands);
    cmd_deinit(&cmd);
    if (!is_named(request, "flushall")) return;
    server_flush_databases(server);
    persist_on_flushall(server, request->env);
}

void process_also(Request *request, const Slice *words, uint32_t count)
{
    resp_request(request->stream, words, count);
    ++*request->streamed;
}

static void run(Request *request, Text *stream, uint32_t *commands)
{
    CommandFunction *function = command_function(request->row);
    *commands = 0;
    Server *server = request->server;
    server->commands++;
    if (function) {
        run_on_keys(request, function, stream, commands);
        return;
    }
    ServerFunction *own = process_function(request->row);
    request->stream = stream;
    request->streamed = commands;
    SIM_ASSERT(own); /* every row has a function: tests/unit/test_commands.c */
    own(request);
    server->persist.dirty += *commands;
}

/* What a command costs is known when it has been executed. EXEC's holds that of its commands, whose
 * replies are counted with them. */
void process_run(Request *request, Text *stream, uint32_t *commands)
{
    Server *server = request->server;
    SimSpan before = server->extra_cost;
    uint32_t size = request->client->reply.out.size, errors = request->client->reply.errors;
    server->extra_cost = 0;
    run(request, stream, commands);
    uint32_t now = request->client->reply.out.size;
    bool nests = is_named(request, "exec");
    SimSpan cost = server->extra_cost + cost_of(request, nests || now < size ? 0 : now - size);
    server->extra_cost = before + cost;
    bool waits = request->client->block != BLOCK_NONE || migrate_is_running(server) ||
                 server_is_in_script(server);
    if (!waits) callstats_called(request, cost, request->client->reply.errors > errors);
    if (!waits && request->client->id != CLIENT_NONE) slowlog_note(request, cost);
}

void process_propagate(Server *server, const Text *stream, uint32_t commands, bool transaction,
                       NodeEnv *env)
{
    static const Slice multi[] = {{"MULTI", 5}}, exec[] = {{"EXEC", 4}};
    Text all = {.mem = server->mem};
    bool wrap = transaction && commands > 1;
    if (commands == 0 || server->persist.is_loading) return;
    if (wrap) resp_request(&all, multi, 1);
    text_append_bytes(&all, text_chars(stream), stream->size);
    if (wrap) resp_request(&all, exec, 1);
    Slice bytes = {text_chars(&all), all.size};
    persist_feed(server, bytes);
    repl_append(server->parts.repl, bytes, env);
    text_deinit(&all);
}

void process_call(Request *request)
{
    Server *server = request->server;
    Text stream = {.mem = server->mem};
    uint32_t commands;
    request->called = true;
    process_run(request, &stream, &commands);
    /* What comes from the primary goes on to sub-replicas as it came: repl.h does that; of it,
     * process_propagate is for the append-only file alone. */
    if (request->client->db == 0) process_propagate(server, &stream, commands, true, request->env);
    text_deinit(&stream);
}
