/* migrate.c -- MIGRATE (migrate.h). */
#include "sim/server/migrate.h"

#include "sim/base/assert.h"
#include "sim/base/text.h"
#include "sim/server/cost.h"
#include "sim/server/scripting_inside.h"
#include "sim/store/rdb.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void on_news(Server *server, const OutboundNews *news, NodeEnv *env);

void migrate_init(Server *server)
{
    Migrate *migrate = &server->migrate;
    migrate->refusal.mem = migrate->error.mem = migrate->input.mem = server->mem;
}

bool migrate_is_running(const Server *server)
{
    return server->migrate.step != MIGRATE_NONE;
}

/* --- connections --- */

static uint64_t unix_ms(const Server *server, const NodeEnv *env)
{
    return server_unix_ms(server->parts.unix_base_ms, env->now);
}

static void forget_socket(Server *server, uint32_t index)
{
    Migrate *migrate = &server->migrate;
    MigrateSocket *socket = &migrate->sockets.items[index];
    if (!socket->is_closed) outbound_close(server, socket->id);
    blob_free(server->mem, &socket->place);
    array_remove(&migrate->sockets, index);
}

static MigrateSocket *socket_of(Server *server, OutboundId id)
{
    Migrate *migrate = &server->migrate;
    for (uint32_t i = 0; i < migrate->sockets.count; i++) {
        if (migrate->sockets.items[i].id == id) return &migrate->sockets.items[i];
    }
    return NULL;
}

static MigrateSocket *current_socket(Server *server)
{
    MigrateSocket *socket = socket_of(server, server->migrate.socket);
    SIM_ASSERT(socket);
    return socket;
}

static void close_current(Server *server)
{
    Migrate *migrate = &server->migrate;
    for (uint32_t i = 0; i < migrate->sockets.count; i++) {
        if (migrate->sockets.items[i].id != migrate->socket) continue;
        forget_socket(server, i);
        return;
    }
}

static void append_place(const Migrate *migrate, Text *out)
{
    const Slice *words = migrate->command.words.items;
    text_append_bytes(out, words[1].size ? words[1].chars : "", words[1].size);
    text_append_bytes(out, ":", 1);
    text_append_bytes(out, words[2].size ? words[2].chars : "", words[2].size);
}

/* The kept connection to the place of the command, or NULL. */
static MigrateSocket *find_socket(Server *server)
{
    Migrate *migrate = &server->migrate;
    Text place = {.mem = server->mem};
    MigrateSocket *found = NULL;
    append_place(migrate, &place);
    for (uint32_t i = 0; i < migrate->sockets.count && !found; i++) {
        MigrateSocket *socket = &migrate->sockets.items[i];
        Slice name = {text_chars(&place), place.size};
        if (slice_equal(blob_slice(socket->place), name)) found = socket;
    }
    text_deinit(&place);
    return found;
}

static void keep_socket(Server *server, NodeEnv *env)
{
    Migrate *migrate = &server->migrate;
    Text place = {.mem = server->mem};
    if (migrate->sockets.count == MIGRATE_SOCKETS_MAX)
        forget_socket(server, rng_below(env->rng, MIGRATE_SOCKETS_MAX));
    append_place(migrate, &place);
    MigrateSocket socket = {.place =
                                blob_copy(server->mem, (Slice){text_chars(&place), place.size}),
                            .id = migrate->socket,
                            .last_db = -1};
    array_push(server->mem, &migrate->sockets, socket);
    text_deinit(&place);
}

void migrate_on_cron(Server *server, NodeEnv *env)
{
    Migrate *migrate = &server->migrate;
    uint64_t now_s = server_unix_ms(server->parts.unix_base_ms, env->now) / 1000;
    for (uint32_t i = migrate->sockets.count; i-- > 0;) {
        if (now_s - migrate->sockets.items[i].used_s > MIGRATE_SOCKET_IDLE_S)
            forget_socket(server, i);
    }
}

/* --- the end --- */

static void clear(Server *server)
{
    Migrate *migrate = &server->migrate;
    queued_deinit(&migrate->command, server->mem);
    array_clear(&migrate->keys);
    array_clear(&migrate->deleted);
    text_clear(&migrate->refusal);
    text_clear(&migrate->error);
    text_clear(&migrate->input);
    migrate->step = MIGRATE_NONE;
}

void migrate_deinit(Server *server)
{
    Migrate *migrate = &server->migrate;
    clear(server);
    array_deinit(server->mem, &migrate->keys);
    array_deinit(server->mem, &migrate->deleted);
    text_deinit(&migrate->refusal);
    text_deinit(&migrate->error);
    text_deinit(&migrate->input);
    for (uint32_t i = 0; i < migrate->sockets.count; i++)
        blob_free(server->mem, &migrate->sockets.items[i].place);
    array_deinit(server->mem, &migrate->sockets);
}

/* The keys that went are deleted for the replicas, too, within the transaction if there is one. */
static void propagate(Server *server, Client *client, NodeEnv *env)
{
    const Slices *deleted = &server->migrate.deleted;
    PausedExec *exec = &server->scripting->exec;
    Text stream = {.mem = server->mem};
    if (deleted->count == 0) return;
    resp_request(exec->active ? &exec->stream : &stream, deleted->items, deleted->count);
    if (exec->active) exec->streamed++;
    else if (client->db == 0) process_propagate(server, &stream, 1, false, env);
    text_deinit(&stream);
}

/* The target's first error comes before one of ours. */
static void answer(const Migrate *migrate, Client *client, const char *io_error)
{
    if (migrate->error.size > 0) {
        reply_error(&client->reply, "ERR Target instance replied with error: %s",
                    text_chars(&migrate->error));
    } else if (io_error) {
        reply_error(&client->reply, "IOERR error or timeout %s", io_error);
    } else {
        reply_status(&client->reply, "OK");
    }
}

static void note(Server *server, Client *client, bool failed, NodeEnv *env)
{
    Migrate *migrate = &server->migrate;
    Request request = {.server = server,
                       .client = client,
                       .row = migrate->command.row,
                       .argv = migrate->command.words.items,
                       .argc = migrate->command.words.count,
                       .env = env,
                       .now_ms = server_unix_ms(server->parts.unix_base_ms, migrate->started)};
    callstats_called(&request, env->now - migrate->started, failed);
    slowlog_note(&request, env->now - migrate->started);
}

/* The command is over, and the process goes on. */
static void finish(Server *server, const char *io_error, NodeEnv *env)
{
    Migrate *migrate = &server->migrate;
    Client *client = server_client(server, migrate->client);
    SIM_ASSERT(client); /* the process did nothing else meanwhile */
    bool at_once = migrate->in_call, in_exec = server->scripting->exec.active;
    propagate(server, client, env);
    answer(migrate, client, io_error);
    if (!at_once) note(server, client, io_error || migrate->error.size > 0, env);
    clear(server);
    outbound_release(server);
    if (at_once) return; /* the rest is done by who called the command */
    if (in_exec) multi_go_on(server, client, env);
    if (server_is_in_script(server) || migrate_is_running(server)) return;
    client->write_offset = repl_offset(server->parts.repl);
    server_flush(server, client, env);
}

/* --- asking --- */

static void hold(Server *server, const NodeEnv *env)
{
    outbound_hold(server, env->now + server->migrate.timeout);
}

static void append_restore(const Server *server, const Key *key, uint64_t ttl, Text *out)
{
    ByteWriter payload = {.mem = server->mem};
    char digits[24];
    snprintf(digits, sizeof(digits), "%" PRIu64, ttl);
    rdb_dump(&key->value, &payload);
    Slice words[] = {slice_of(server_in_cluster(server) ? "RESTORE-ASKING" : "RESTORE"),
                     {key->name, key->size},
                     slice_of(digits),
                     {(const char *)payload.bytes, (uint32_t)payload.size},
                     slice_of("REPLACE")};
    resp_request(out, words, server->migrate.replace ? 5 : 4);
    bytes_deinit(&payload);
}

/* One request for each key; a key that has expired meanwhile is left out. */
static void append_keys(Server *server, const NodeEnv *env, Text *out)
{
    Migrate *migrate = &server->migrate;
    uint64_t now_ms = unix_ms(server, env);
    uint32_t sent = 0;
    for (uint32_t i = 0; i < migrate->keys.count; i++) {
        const Key *key = keyspace_find(migrate->from, migrate->keys.items[i]);
        SIM_ASSERT(key); /* nobody but us could have deleted it */
        if (key->expire_ms != 0 && key->expire_ms < now_ms) continue;
        uint64_t left_ms = key->expire_ms > now_ms ? key->expire_ms - now_ms : 1;
        append_restore(server, key, key->expire_ms ? left_ms : 0, out);
        migrate->keys.items[sent++] = migrate->keys.items[i];
    }
    migrate->keys.count = sent;
}

static void ask(Server *server, NodeEnv *env)
{
    Migrate *migrate = &server->migrate;
    MigrateSocket *socket = current_socket(server);
    Text request = {.mem = server->mem};
    char digits[24];
    snprintf(digits, sizeof(digits), "%" PRId64, migrate->db);
    Slice auth[] = {slice_of("AUTH"), migrate->user, migrate->password},
          plain[] = {slice_of("AUTH"), migrate->password},
          select[] = {slice_of("SELECT"), slice_of(digits)};
    migrate->wants_auth = migrate->password.chars != NULL;
    migrate->wants_select = socket->last_db != migrate->db;
    if (migrate->wants_auth && migrate->user.chars) resp_request(&request, auth, 3);
    else if (migrate->wants_auth) resp_request(&request, plain, 2);
    if (migrate->wants_select) resp_request(&request, select, 2);
    append_keys(server, env, &request);
    outbound_send(server, migrate->socket, (Slice){text_chars(&request), request.size});
    text_deinit(&request);
    migrate->step = MIGRATE_READING;
    socket->used_s = unix_ms(server, env) / 1000;
    hold(server, env);
}

/* --- connecting, once more if need be --- */

/* inet_pton, and atoi for the port; names of hosts are not resolved. */
static bool read_place(const Migrate *migrate, uint32_t *ip, uint16_t *port)
{
    Slice name = migrate->command.words.items[1], number = migrate->command.words.items[2];
    int64_t value;
    if (!slice_integer(number, &value) || value < 1 || value > 65535) return false;
    *port = (uint16_t)value;
    return slice_ip(name, ip);
}

static void lost(Server *server, bool writing, NodeEnv *env);

static void begin(Server *server, NodeEnv *env)
{
    Migrate *migrate = &server->migrate;
    MigrateSocket *kept = find_socket(server);
    uint32_t ip;
    uint16_t port;
    text_clear(&migrate->input);
    if (kept) {
        migrate->socket = kept->id;
        if (kept->is_closed) lost(server, true, env); /* the write finds it closed */
        else ask(server, env);
        return;
    }
    if (!read_place(migrate, &ip, &port)) {
        finish(server, "connecting to the client", env);
        return;
    }
    migrate->socket = outbound_open(server, ip, port, on_news);
    migrate->step = MIGRATE_CONNECTING;
    hold(server, env);
}

/* The connection ended under way (goto socket_err). */
static void lost(Server *server, bool writing, NodeEnv *env)
{
    Migrate *migrate = &server->migrate;
    close_current(server);
    if (migrate->may_retry && migrate->answered == 0) {
        migrate->may_retry = false;
        begin(server, env);
        return;
    }
    finish(server, writing ? "writing to target instance" : "reading to target instance", env);
}

/* --- answers --- */

static void delete_key(Server *server, Slice name)
{
    Migrate *migrate = &server->migrate;
    Key *key = keyspace_find(migrate->from, name);
    if (key) keyspace_remove(migrate->from, key); /* not when it was named twice */
    if (migrate->deleted.count == 0) array_push(server->mem, &migrate->deleted, slice_of("DEL"));
    array_push(server->mem, &migrate->deleted, name);
}

static void take_line(Server *server, Slice line)
{
    Migrate *migrate = &server->migrate;
    bool is_error = line.size > 0 && line.chars[0] == '-';
    Slice text = is_error ? (Slice){line.chars + 1, line.size - 1} : line;
    if (migrate->wants_auth || migrate->wants_select) {
        if (migrate->wants_auth) migrate->wants_auth = false;
        else migrate->wants_select = false;
        if (is_error && migrate->refusal.size == 0)
            text_append_bytes(&migrate->refusal, text.chars, text.size);
        return;
    }
    Slice key = migrate->keys.items[migrate->answered++];
    if (migrate->refusal.size == 0 && !is_error) {
        if (!migrate->copy) delete_key(server, key);
        return;
    }
    if (migrate->error.size > 0) return; /* the first one is told */
    if (migrate->refusal.size > 0)
        text = (Slice){text_chars(&migrate->refusal), migrate->refusal.size};
    text_append_bytes(&migrate->error, text.chars, text.size);
    current_socket(server)->last_db = -1;
}

static bool is_complete(const Migrate *migrate)
{
    return !migrate->wants_auth && !migrate->wants_select &&
           migrate->answered == migrate->keys.count;
}

static void take_bytes(Server *server, Slice bytes, NodeEnv *env)
{
    Migrate *migrate = &server->migrate;
    uint32_t at = 0;
    text_append_bytes(&migrate->input, bytes.chars, bytes.size);
    while (!is_complete(migrate)) {
        const char *start = text_chars(&migrate->input) + at;
        const char *end = memchr(start, '\n', migrate->input.size - at);
        if (!end) break;
        uint32_t size = (uint32_t)(end - start);
        at += size + 1;
        if (size > 0 && start[size - 1] == '\r') size--;
        take_line(server, (Slice){start, size});
    }
    memmove(migrate->input.chars, migrate->input.chars + at, migrate->input.size - at);
    migrate->input.size -= at;
    migrate->input.chars[migrate->input.size] = '\0';
    if (!is_complete(migrate)) {
        hold(server, env); /* each read has the whole time-out */
        return;
    }
    if (migrate->error.size == 0) current_socket(server)->last_db = migrate->db;
    finish(server, NULL, env);
}

static void late(Server *server, NodeEnv *env)
{
    bool connecting = server->migrate.step == MIGRATE_CONNECTING;
    if (connecting) outbound_close(server, server->migrate.socket);
    else close_current(server);
    finish(server, connecting ? "connecting to the client" : "reading to target instance", env);
}

/* A kept connection that nobody uses. */
static void note_idle(Server *server, const OutboundNews *news)
{
    MigrateSocket *socket = socket_of(server, news->id);
    if (socket && news->kind == OUTBOUND_CLOSED) socket->is_closed = true;
}

static void on_news(Server *server, const OutboundNews *news, NodeEnv *env)
{
    Migrate *migrate = &server->migrate;
    bool is_current = migrate->step != MIGRATE_NONE &&
                      (news->kind == OUTBOUND_LATE || news->id == migrate->socket);
    if (!is_current) {
        note_idle(server, news);
        return;
    }
    switch (news->kind) {
    case OUTBOUND_UP:
        keep_socket(server, env);
        ask(server, env);
        break;
    case OUTBOUND_REFUSED: lost(server, true, env); break;
    case OUTBOUND_TIMED_OUT: finish(server, "connecting to the client", env); break;
    case OUTBOUND_BYTES: take_bytes(server, news->bytes, env); break;
    case OUTBOUND_CLOSED:
        note_idle(server, news);
        lost(server, false, env);
        break;
    case OUTBOUND_LATE: late(server, env); break;
    }
}

/* --- the command --- */

static bool read_options(Request *request, Migrate *migrate, uint32_t *first, uint32_t *count)
{
    *first = 3;
    *count = 1;
    for (uint32_t i = 6; i < request->argc; i++) {
        Slice word = request->argv[i];
        uint32_t more = request->argc - i - 1;
        if (slice_is(word, "copy")) migrate->copy = true;
        else if (slice_is(word, "replace")) migrate->replace = true;
        else if (slice_is(word, "auth") && more >= 1) {
            migrate->password = migrate->command.words.items[++i];
        } else if (slice_is(word, "auth2") && more >= 2) {
            migrate->user = migrate->command.words.items[++i];
            migrate->password = migrate->command.words.items[++i];
        } else if (slice_is(word, "keys")) {
            *first = i + 1;
            *count = more;
            if (request->argv[3].size == 0) return true;
            reply_error(&request->client->reply, "ERR When using MIGRATE KEYS option, the key "
                                                 "argument must be set to the empty string");
            return false;
        } else {
            reply_error(&request->client->reply, "ERR syntax error");
            return false;
        }
    }
    return true;
}

static bool read_numbers(Request *request, Migrate *migrate)
{
    int64_t timeout_ms;
    if (!slice_integer(request->argv[5], &timeout_ms) ||
        !slice_integer(request->argv[4], &migrate->db)) {
        reply_error(&request->client->reply, "ERR value is not an integer or out of range");
        return false;
    }
    if (timeout_ms <= 0) timeout_ms = MIGRATE_TIMEOUT_MS;
    if (timeout_ms > UINT32_MAX) timeout_ms = UINT32_MAX; /* 49 days: for ever */
    migrate->timeout = (uint64_t)timeout_ms * SIM_MS;
    return true;
}

/* The keys that are here; making their payloads takes time. */
static void find_keys(Request *request, Migrate *migrate, uint32_t first, uint32_t count)
{
    Server *server = request->server;
    for (uint32_t i = 0; i < count; i++) {
        Slice name = migrate->command.words.items[first + i];
        const Key *key = keyspace_find(migrate->from, name);
        bool is_here = key && !key_is_expired(key, request->now_ms);
        if (is_here) server->hits++;
        else server->misses++;
        if (!is_here) continue;
        array_push(server->mem, &migrate->keys, name);
        server->extra_cost += COST_KIB * ((value_bytes(&key->value) + 1023) / 1024);
    }
}

static void do_migrate(Request *request)
{
    Server *server = request->server;
    Migrate *migrate = &server->migrate;
    uint32_t first, count;
    SIM_ASSERT(!migrate_is_running(server));
    if (request->client == server->scripting->client) { /* a script cannot wait */
        reply_error(&request->client->reply, "ERR Slotscope does not model MIGRATE in a script");
        return;
    }
    migrate->copy = migrate->replace = false;
    migrate->user = migrate->password = (Slice){0};
    migrate->may_retry = true;
    migrate->answered = 0;
    migrate->client = request->client->id;
    migrate->from = server_keys(server, request->client);
    migrate->started = request->env->now;
    queued_init(&migrate->command, request->row, request->argv, request->argc, server->mem);
    bool fine = read_options(request, migrate, &first, &count) && read_numbers(request, migrate);
    if (fine) find_keys(request, migrate, first, count);
    if (fine && migrate->keys.count > 0) {
        migrate->in_call = true;
        begin(server, request->env);
        migrate->in_call = false;
        return;
    }
    if (fine) reply_status(&request->client->reply, "NOKEY");
    clear(server);
}

const ServerBinding migrate_bindings[] = {{"migrate", do_migrate}, {NULL, NULL}};
