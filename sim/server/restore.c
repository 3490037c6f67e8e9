/* restore.c -- DUMP and RESTORE (protocol.md §9.6; redis-server 7.0: cluster.c). */
#include "sim/base/assert.h"
#include "sim/server/server_inside.h"
#include "sim/store/rdb.h"

#include <inttypes.h>
#include <stdio.h>

/* The key if it exists for a reader. */
static Key *find_key(const Request *request, Slice name)
{
    Key *key = keyspace_find(server_keys(request->server, request->client), name);
    return key && !key_is_expired(key, request->now_ms) ? key : NULL;
}

static void do_dump(Request *request)
{
    ByteWriter out = {.mem = request->server->mem};
    const Key *key = find_key(request, request->argv[1]);
    if (key) request->server->hits++;
    else request->server->misses++;
    if (!key) {
        reply_null(&request->client->reply);
        return;
    }
    rdb_dump(&key->value, &out);
    reply_bulk(&request->client->reply, (Slice){(const char *)out.bytes, (uint32_t)out.size});
    bytes_deinit(&out);
}

/* --- RESTORE key ttl payload [REPLACE] [ABSTTL] [IDLETIME s] [FREQ f] --- */

typedef struct RestoreOptions {
    bool replace, absolute;
    int64_t ttl;
} RestoreOptions;

/* IDLETIME s or FREQ f: values for eviction, which a virtual node does not do; only one of the two
 * may be given. */
static bool read_access(Request *request, Slice option, Slice value, bool *given)
{
    int64_t number;
    Reply *reply = &request->client->reply;
    bool freq = slice_is(option, "freq");
    *given = false;
    if (!slice_integer(value, &number))
        reply_error(reply, "ERR value is not an integer or out of range");
    else if (freq && (number < 0 || number > 255))
        reply_error(reply, "ERR Invalid FREQ value, must be >= 0 and <= 255");
    else if (!freq && number < 0) reply_error(reply, "ERR Invalid IDLETIME value, must be >= 0");
    else *given = true;
    return *given;
}

static bool read_restore(Request *request, RestoreOptions *options)
{
    bool freq = false, idle = false, fine = true;
    for (uint32_t i = 4; i < request->argc && fine; i++) {
        Slice word = request->argv[i];
        bool has_value = i + 1 < request->argc;
        if (slice_is(word, "replace")) options->replace = true;
        else if (slice_is(word, "absttl")) options->absolute = true;
        else if (has_value && !freq && slice_is(word, "idletime"))
            fine = read_access(request, word, request->argv[++i], &idle);
        else if (has_value && !idle && slice_is(word, "freq"))
            fine = read_access(request, word, request->argv[++i], &freq);
        else {
            reply_error(&request->client->reply, "ERR syntax error");
            fine = false;
        }
    }
    return fine;
}

static void restore_value(Request *request, Value *value, const RestoreOptions *options)
{
    Server *server = request->server;
    Slice name = request->argv[1];
    uint64_t expire_ms =
        options->ttl == 0 ? 0 : (uint64_t)options->ttl + (options->absolute ? 0 : request->now_ms);
    Keyspace *keys = server_keys(server, request->client);
    Key *old = keyspace_find(keys, name);
    if (old) keyspace_remove(keys, old);
    if (expire_ms != 0 && expire_ms <= request->now_ms) { /* it has ended on the way */
        Slice gone[] = {slice_of("DEL"), name};
        if (old) process_also(request, gone, 2);
        value_free(server->mem, value);
        reply_status(&request->client->reply, "OK");
        return;
    }
    Key *key = keyspace_add(keys, name);
    key->value = *value;
    keyspace_set_expiry(keys, key, expire_ms);
    keyspace_touch(keys, key);
    server->keys_signalled = true;
    char digits[24];
    snprintf(digits, sizeof(digits), "%" PRIu64, expire_ms);
    Slice words[] = {slice_of("RESTORE"), name,
                     slice_of(digits),    request->argv[3],
                     slice_of("REPLACE"), slice_of("ABSTTL")};
    process_also(request, words, 6);
    reply_status(&request->client->reply, "OK");
}

static void do_restore(Request *request)
{
    RestoreOptions options = {0};
    Value value;
    Reply *reply = &request->client->reply;
    if (!read_restore(request, &options)) return;
    if (!options.replace && find_key(request, request->argv[1])) {
        reply_error(reply, "BUSYKEY Target key name already exists.");
    } else if (!slice_integer(request->argv[2], &options.ttl)) {
        reply_error(reply, "ERR value is not an integer or out of range");
    } else if (options.ttl < 0) {
        reply_error(reply, "ERR Invalid TTL value, must be >= 0");
    } else if (!rdb_restore(request->argv[3], &value, request->server->mem)) {
        reply_error(reply, "ERR DUMP payload version or checksum are wrong");
    } else {
        restore_value(request, &value, &options);
    }
}

const ServerBinding restore_bindings[] = {
    {"dump", do_dump}, {"restore", do_restore}, {"restore-asking", do_restore}, {NULL, NULL}};
