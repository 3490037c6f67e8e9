/* server.c -- clients of a virtual redis-server: their bytes in, whose turn it is, bytes out. */
#include "sim/server/server.h"

#include "sim/base/assert.h"
#include "sim/server/cost.h"
#include "sim/server/server_inside.h"
#include "sim/store/expiry.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LOG_LINE_MAX    256
#define EXPIRY_KEYS_MAX 200 /* deleted in one cycle of 100 ms */

/* --- life --- */

static Client *new_client(Server *server, ClientId id, AddrState addr, uint64_t now_ms)
{
    Client *client = mem_alloc(server->mem, sizeof(*client));
    client_init(client, id, addr, now_ms, server->mem);
    return client;
}

static void free_client(Server *server, Client *client)
{
    client_deinit(client, server->mem);
    mem_free(server->mem, client, sizeof(*client));
}

Server *server_create(const ServerParts *parts, NodeEnv *env)
{
    Server *server = mem_alloc(env->mem, sizeof(*server));
    server->parts = *parts;
    server->mem = env->mem;
    migrate_init(server);
    server->started_ms = server_unix_ms(parts->unix_base_ms, env->now);
    server->primary = new_client(server, CLIENT_NONE, (AddrState){0}, 0);
    persist_init(server, env);
    scripting_create(server);
    return server;
}

void server_destroy(Server *server, Mem *mem)
{
    if (!server) return;
    SIM_ASSERT(server->mem == mem);
    scripting_destroy(server);
    for (uint32_t i = 0; i < server->clients.count; i++)
        free_client(server, server->clients.items[i]);
    free_client(server, server->primary);
    for (uint32_t i = 0; i < server->outputs.count; i++)
        blob_free(mem, &server->outputs.items[i].bytes);
    for (uint32_t i = 0; i < SERVER_DATABASES; i++) {
        if (server->databases[i]) keyspace_destroy(server->databases[i]);
    }
    for (uint32_t i = 0; i < server->settings.count; i++)
        blob_free(mem, &server->settings.items[i]);
    array_deinit(mem, &server->settings);
    blob_free(mem, &server->taken);
    migrate_deinit(server);
    slowlog_deinit(&server->slowlog, mem);
    array_deinit(mem, &server->callstats);
    outbound_deinit(server);
    persist_deinit(server);
    for (uint32_t i = 0; i < server->logs.count; i++) blob_free(mem, &server->logs.items[i]);
    blob_free(mem, &server->taken_log);
    array_deinit(mem, &server->logs);
    array_deinit(mem, &server->clients);
    array_deinit(mem, &server->outputs);
    mem_free(mem, server, sizeof(*server));
}

void server_set_addrs(Server *server, const AddrState *addrs)
{
    server->addrs = addrs;
}

/* --- clients --- */

Client *server_client(const Server *server, ClientId id)
{
    for (uint32_t i = 0; i < server->clients.count; i++) {
        if (server->clients.items[i]->id == id) return server->clients.items[i];
    }
    return NULL;
}

bool server_has_client(const Server *server, ClientId id)
{
    return server_client(server, id) != NULL;
}

static uint64_t now_of(const Server *server, const NodeEnv *env)
{
    return server_unix_ms(server->parts.unix_base_ms, env->now);
}

void server_open(Server *server, ClientId id, AddrState from, NodeEnv *env)
{
    SIM_ASSERT(id != CLIENT_NONE && !server_client(server, id));
    array_push(server->mem, &server->clients, new_client(server, id, from, now_of(server, env)));
    server->connections++;
}

static void drop_client(Server *server, uint32_t index)
{
    free_client(server, server->clients.items[index]);
    array_remove(&server->clients, index);
    if (server->turn > index) server->turn--;
}

void server_close(Server *server, ClientId id, NodeEnv *env)
{
    (void)env;
    for (uint32_t i = 0; i < server->clients.count; i++) {
        Client *client = server->clients.items[i];
        if (client->id != id || id == CLIENT_NONE) continue;
        if (scripting_is_caller(server, client)) client->id = CLIENT_NONE; /* protectClient */
        else drop_client(server, i);
        return;
    }
}

void server_forget_if_gone(Server *server, Client *client)
{
    if (client->id != CLIENT_NONE || client == server->primary) return;
    for (uint32_t i = 0; i < server->clients.count; i++) {
        if (server->clients.items[i] != client) continue;
        drop_client(server, i);
        return;
    }
}

void server_input(Server *server, ClientId id, Slice bytes, NodeEnv *env)
{
    Client *client = server_client(server, id);
    if (!client) return;
    client->last_ms = now_of(server, env);
    text_append_bytes(&client->input, bytes.size ? bytes.chars : "", bytes.size);
    client->next.is_read = false; /* the bytes may have moved */
}

/* --- output --- */

static void add_output(Server *server, ClientId id, Slice bytes, bool close)
{
    Output output = {.client = id, .bytes = blob_copy(server->mem, bytes), .close = close};
    array_push(server->mem, &server->outputs, output);
}

void server_push(Server *server, Client *client, Slice resp, NodeEnv *env)
{
    (void)env;
    if (client->id != CLIENT_NONE) add_output(server, client->id, resp, false);
}

void server_flush(Server *server, Client *client, NodeEnv *env)
{
    (void)env;
    bool muted = client->replies_off || client->reply_skip == SKIP_THIS;
    bool silent = client->id == CLIENT_NONE || (muted && !client->close_after_reply);
    if (!silent && (client->reply.out.size > 0 || client->close_after_reply)) {
        Slice bytes = {text_chars(&client->reply.out), client->reply.out.size};
        add_output(server, client->id, bytes, client->close_after_reply);
    }
    text_clear(&client->reply.out);
}

bool server_next_output(Server *server, ServerOutput *output)
{
    blob_free(server->mem, &server->taken);
    if (server->output_head == server->outputs.count) {
        array_clear(&server->outputs);
        server->output_head = 0;
        return false;
    }
    Output *next = &server->outputs.items[server->output_head++];
    server->taken = next->bytes;
    next->bytes = (Blob){0};
    *output = (ServerOutput){next->client, blob_slice(server->taken), next->close};
    return true;
}

/* --- turns --- */

static NextRequest *read_next(const Server *server, Client *client)
{
    NextRequest *next = &client->next;
    if (next->is_read) return next;
    Slice bytes = {text_chars(&client->input), client->input.size};
    next->status = resp_take_request(bytes, &next->words, &next->scratch, &next->used, &next->err,
                                     server->mem);
    next->is_read = true;
    return next;
}

/* Whether a whole request, or something that is none, stands at the front of its bytes. */
static bool has_request(const Server *server, Client *client)
{
    if (client->input.size == 0 || client->block != BLOCK_NONE || client->close_after_reply)
        return false;
    if (scripting_is_caller(server, client)) return false;
    return read_next(server, client)->status != RESP_MORE;
}

ClientId server_next_ready(Server *server)
{
    if (server_is_in_script(server) && !server_is_busy(server)) return CLIENT_NONE;
    for (uint32_t i = 0; i < server->clients.count; i++) {
        uint32_t index = (server->turn + i) % server->clients.count;
        if (!has_request(server, server->clients.items[index])) continue;
        server->turn = (index + 1) % server->clients.count;
        return server->clients.items[index]->id;
    }
    return CLIENT_NONE;
}

static void consume(Client *client)
{
    Text *input = &client->input;
    memmove(input->chars, input->chars + client->next.used, input->size - client->next.used);
    input->size -= client->next.used;
    input->chars[input->size] = '\0';
    client->next.is_read = false;
}

SimSpan server_execute_next(Server *server, ClientId id, NodeEnv *env)
{
    Client *client = server_client(server, id);
    SIM_ASSERT(client);
    const NextRequest *next = read_next(server, client);
    SIM_ASSERT(next->status != RESP_MORE);
    SimSpan cost = 0;
    server->extra_cost = 0;
    if (next->status == RESP_BAD) {
        reply_error(&client->reply, "ERR Protocol error: %s", next->err.text);
        client->close_after_reply = true;
    } else if (next->words.count > 0) {
        Request request = {.server = server,
                           .client = client,
                           .argv = next->words.items,
                           .argc = next->words.count,
                           .env = env,
                           .now_ms = now_of(server, env)};
        process_request(&request);
        cost = COST_SOCKET + server->extra_cost;
        if (!request.called) cost += cost_of(&request, client->reply.out.size); /* or queued */
    }
    if (next->status == RESP_DONE) consume(client);
    server_flush(server, client, env);
    return cost;
}

/* --- time --- */

void server_on_cron(Server *server, NodeEnv *env)
{
    Text stream = {.mem = server->mem};
    shutdown_cron(server, env);
    persist_cron(server, env);
    blocked_on_cron(server, env);
    migrate_on_cron(server, env);
    if (!server_is_replica(server) && !server->expiry_off) {
        uint32_t deleted = expiry_cycle(server->parts.keys, now_of(server, env), EXPIRY_KEYS_MAX,
                                        &server->expiry_slot, &stream);
        server->expired += deleted;
        if (deleted > 0) process_propagate(server, &stream, deleted, false, env);
    }
    text_deinit(&stream);
}

SimSpan server_before_sleep(Server *server, NodeEnv *env)
{
    if (server->persist.is_loading) return 0; /* it has not come to its event loop */
    server->extra_cost = 0;
    blocked_serve(server, env);
    pubsub_check_slots(server, env);
    return server->extra_cost + persist_before_sleep(server, env);
}

void server_pause_writes(Server *server, NodeMs until_ms, NodeEnv *env)
{
    uint64_t left_ms = until_ms > env->now_ms ? until_ms - env->now_ms : 0;
    server->pause_writes_until_ms = left_ms ? now_of(server, env) + left_ms : 0;
    server->pause_ended = left_ms == 0;
}

bool server_is_restless(const Server *server)
{
    return server->pause_ended;
}

void server_on_demotion(Server *server, NodeEnv *env)
{
    blocked_unblock_all(server,
                        "UNBLOCKED force unblock from blocking operation, instance state changed "
                        "(master -> replica?)",
                        env);
}

ServerExit server_wants_exit(const Server *server)
{
    return server->exit;
}

const NodeConfig *server_take_rewrite(Server *server)
{
    bool wanted = server->wants_rewrite;
    server->wants_rewrite = false;
    return wanted ? &server->parts.node->cfg : NULL;
}

/* --- the disk --- */

SimSpan server_begin_loading(Server *server, NodeEnv *env)
{
    Persist *persist = &server->persist;
    persist->load_begin = env->now;
    persist->load_span = persist_load_span(server);
    persist->load_bytes = persist_load_bytes(server);
    persist->is_loading = true;
    return persist->load_span;
}

void server_load(Server *server, NodeEnv *env)
{
    SIM_ASSERT(server->persist.is_loading);
    persist_load(server, env);
}

bool server_is_loading(const Server *server)
{
    return server->persist.is_loading;
}

void server_settle(Server *server, SimTime now)
{
    persist_settle(server, now);
}

/* --- the log --- */

void server_log(Server *server, const char *format, ...)
{
    char line[LOG_LINE_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    array_push(server->mem, &server->logs, blob_copy(server->mem, slice_of(line)));
}

bool server_next_log(Server *server, Slice *line)
{
    blob_free(server->mem, &server->taken_log);
    if (server->log_head == server->logs.count) {
        array_clear(&server->logs);
        server->log_head = 0;
        return false;
    }
    server->taken_log = server->logs.items[server->log_head];
    server->logs.items[server->log_head++] = (Blob){0};
    *line = blob_slice(server->taken_log);
    return true;
}

/* --- the stream of the primary --- */

void server_apply(Server *server, Slice bytes, NodeEnv *env)
{
    Slices words = {0};
    Text scratch = {.mem = server->mem};
    Error err = {{0}};
    uint32_t used;
    while (bytes.size > 0) {
        RespStatus status = resp_take_request(bytes, &words, &scratch, &used, &err, server->mem);
        SIM_ASSERT(status == RESP_DONE); /* the stream was written by process_propagate */
        server->apply_left = bytes.size;
        Request request = {.server = server,
                           .client = server->primary,
                           .argv = words.items,
                           .argc = words.count,
                           .env = env,
                           .now_ms = now_of(server, env)};
        process_request(&request);
        text_clear(&server->primary->reply.out);
        bytes = (Slice){bytes.chars + used, bytes.size - used};
    }
    server->apply_left = 0;
    array_deinit(server->mem, &words);
    text_deinit(&scratch);
}

/* --- about itself --- */

bool server_in_cluster(const Server *server)
{
    return server->parts.node->cfg.cluster_enabled;
}

void server_flush_databases(Server *server)
{
    for (uint32_t i = 0; i < SERVER_DATABASES; i++) {
        if (server->databases[i]) keyspace_clear(server->databases[i]);
    }
}

Keyspace *server_keys(Server *server, const Client *client)
{
    if (client->db == 0) return server->parts.keys;
    Keyspace **keys = &server->databases[client->db];
    if (!*keys) *keys = keyspace_create(server->mem);
    return *keys;
}

bool server_is_replica(const Server *server)
{
    return !node_is_primary(server->parts.node);
}

void server_endpoint(const Server *server, NodeId node, Text *out)
{
    const AddrState *addr = &server->addrs[server->parts.node->peers[node].addr];
    text_append(out, "%u.%u.%u.%u:%u", addr->ip >> 24, (addr->ip >> 16) & 255,
                (addr->ip >> 8) & 255, addr->ip & 255, addr->port);
}
