/* shutdown.c -- SHUTDOWN: replicas may catch up first, then the data is saved and the process ends
 * (redis-server 7.0: shutdownCommand, prepareForShutdown, finishShutdown). */
#include "sim/base/assert.h"
#include "sim/server/persist.h"
#include "sim/server/server_inside.h"

enum { SHUTDOWN_NOSAVE = 1, SHUTDOWN_SAVE = 2, SHUTDOWN_NOW = 4, SHUTDOWN_FORCE = 8 };

bool shutdown_is_waiting(const Server *server)
{
    return server->persist.shutdown_ms != 0;
}

/* Whoever asked for it is told, and writes go on. */
static void cancel(Server *server, NodeEnv *env)
{
    server->persist.shutdown_ms = 0;
    for (uint32_t i = 0; i < server->clients.count; i++) {
        Client *client = server->clients.items[i];
        if (client->block != BLOCK_SHUTDOWN) continue;
        client->block = BLOCK_NONE;
        reply_error(&client->reply, "ERR Errors trying to SHUTDOWN. Check logs.");
        server_flush(server, client, env);
    }
}

/* The first append-only file is not written yet: without it the data would be lost. */
static bool must_stay(Server *server)
{
    bool first = server->persist.aof == AOF_WAIT_REWRITE && server->persist.child.kind == CHILD_AOF;
    return first && !(server->persist.shutdown_flags & SHUTDOWN_FORCE);
}

static void finish(Server *server, NodeEnv *env)
{
    uint32_t flags = server->persist.shutdown_flags;
    persist_settle(server, env->now);
    if (server->persist.child.kind == CHILD_RDB) persist_stop_child(server);
    if (must_stay(server)) {
        server_log(server, "Writing initial AOF, can't exit.");
        cancel(server, env);
        return;
    }
    if (server->persist.child.kind == CHILD_AOF) persist_stop_child(server);
    persist_flush_all(server, env);
    bool points = server->parts.node->cfg.save.count > 0;
    if ((points && !(flags & SHUTDOWN_NOSAVE)) || flags & SHUTDOWN_SAVE) {
        server_log(server, "Saving the final RDB snapshot before exiting.");
        server->persist.waits += persist_save(server, env);
    }
    server->exit = SERVER_SHUTS_DOWN;
}

static void prepare(Server *server, uint32_t flags, uint64_t now_ms, NodeEnv *env)
{
    Repl *repl = server->parts.repl;
    uint64_t patience_ms = (uint64_t)server->parts.node->cfg.shutdown_timeout_s * 1000;
    if (server->persist.is_loading) flags = (flags & ~(uint32_t)SHUTDOWN_SAVE) | SHUTDOWN_NOSAVE;
    server->persist.shutdown_flags = flags;
    if (flags & SHUTDOWN_NOW || patience_ms == 0 || repl_all_acked(repl)) {
        finish(server, env);
        return;
    }
    server->persist.shutdown_ms = now_ms + patience_ms;
    server_log(server, "Waiting for replicas before shutting down.");
    repl_want_acks(repl, env);
}

void shutdown_cron(Server *server, NodeEnv *env)
{
    uint64_t now_ms = server_unix_ms(server->parts.unix_base_ms, env->now);
    if (!shutdown_is_waiting(server)) return;
    if (now_ms < server->persist.shutdown_ms && !repl_all_acked(server->parts.repl)) return;
    finish(server, env);
}

static bool read_flags(const Request *request, uint32_t *flags, bool *abort)
{
    static const struct {
        const char *word;
        uint32_t flag;
    } words[] = {{"nosave", SHUTDOWN_NOSAVE},
                 {"save", SHUTDOWN_SAVE},
                 {"now", SHUTDOWN_NOW},
                 {"force", SHUTDOWN_FORCE}};
    for (uint32_t i = 1; i < request->argc; i++) {
        uint32_t flag = 0;
        for (uint32_t w = 0; w < ARRAY_LENGTH(words); w++) {
            if (slice_is(request->argv[i], words[w].word)) flag = words[w].flag;
        }
        if (slice_is(request->argv[i], "abort")) *abort = true;
        else if (flag == 0) return false;
        *flags |= flag;
    }
    uint32_t both = SHUTDOWN_NOSAVE | SHUTDOWN_SAVE;
    return !(*abort && *flags) && (*flags & both) != both;
}

/* No reply: the connection just ends. */
static void do_shutdown(Request *request)
{
    uint32_t flags = 0;
    bool abort = false;
    Server *server = request->server;
    Reply *reply = &request->client->reply;
    if (!read_flags(request, &flags, &abort)) {
        reply_error(reply, "ERR syntax error");
    } else if (abort && !shutdown_is_waiting(server)) {
        reply_error(reply, "ERR No shutdown in progress.");
    } else if (abort) {
        cancel(server, request->env);
        reply_status(reply, "OK");
    } else if (!(flags & SHUTDOWN_NOSAVE) && server_is_busy(server)) {
        reply_error(reply, "%s", scripting_busy_text(server));
    } else if (request->client->in_multi && !(flags & SHUTDOWN_NOW)) {
        reply_error(reply,
                    "ERR SHUTDOWN without NOW or ABORT isn't allowed for DENY BLOCKING client");
    } else {
        request->client->block = BLOCK_SHUTDOWN;
        if (!shutdown_is_waiting(server)) prepare(server, flags, request->now_ms, request->env);
    }
}

const ServerBinding shutdown_bindings[] = {{"shutdown", do_shutdown}, {NULL, NULL}};
