/* cmd_key.c -- commands on keys of any type (redis-server 7.0: db.c, expire.c, object.c). */
#include "sim/store/command.h"
#include "sim/store/expiry.h"
#include "sim/store/glob.h"
#include "sim/store/scan.h"

#include "sim/base/array.h"
#include "sim/base/assert.h"

#include <inttypes.h>
#include <stdio.h>

static Slice name_of(const Key *key)
{
    return (Slice){key->name, key->size};
}

/* --- existence --- */

static void cmd_del(Cmd *cmd)
{
    uint32_t deleted = 0;
    for (uint32_t i = 1; i < cmd->argc; i++) {
        Key *key = cmd_lookup(cmd, cmd->argv[i]);
        if (!key) continue;
        cmd_delete(cmd, key);
        deleted++;
    }
    reply_integer(cmd->reply, deleted);
}

static void cmd_exists(Cmd *cmd)
{
    uint32_t found = 0;
    for (uint32_t i = 1; i < cmd->argc; i++) found += cmd_lookup(cmd, cmd->argv[i]) != NULL;
    reply_integer(cmd->reply, found);
}

static void cmd_type(Cmd *cmd)
{
    const Key *key = cmd_lookup(cmd, cmd->argv[1]);
    reply_status(cmd->reply, value_type_word(key ? key->value.type : VALUE_NONE));
}

static void cmd_dbsize(Cmd *cmd)
{
    reply_integer(cmd->reply, keyspace_count(cmd->keys));
}

static void cmd_flushall(Cmd *cmd)
{
    bool option =
        cmd->argc == 2 && (slice_is(cmd->argv[1], "async") || slice_is(cmd->argv[1], "sync"));
    if (cmd->argc > 1 && !option) {
        cmd_reply_syntax(cmd);
        return;
    }
    keyspace_clear(cmd->keys);
    cmd->dirty++; /* also when there was nothing: replicas may have more (flushallCommand) */
    reply_status(cmd->reply, "OK");
}

/* --- walks --- */

static void cmd_keys(Cmd *cmd)
{
    uint32_t mark = reply_mark(cmd->reply), count = 0;
    for (Key *next, *key = keyspace_next(cmd->keys, NULL); key; key = next) {
        next = keyspace_next(cmd->keys, key);
        if (!cmd_unless_expired(cmd, key) || !glob_matches(cmd->argv[1], name_of(key))) continue;
        reply_bulk(cmd->reply, name_of(key));
        count++;
    }
    reply_array_at(cmd->reply, mark, count);
}

static void cmd_randomkey(Cmd *cmd)
{
    for (uint32_t tries = 0; tries < 100 && keyspace_count(cmd->keys) > 0; tries++) {
        uint32_t number = rng_below(cmd->rng, keyspace_count(cmd->keys));
        Key *key = keyspace_next(cmd->keys, NULL);
        for (; number > 0; number--) key = keyspace_next(cmd->keys, key);
        if (!cmd_unless_expired(cmd, key)) continue;
        reply_bulk(cmd->reply, name_of(key));
        return;
    }
    reply_null(cmd->reply);
}

static bool scan_takes(Cmd *cmd, const ScanOptions *options, Key *key)
{
    if (!cmd_unless_expired(cmd, key) || options->type_is_unknown) return false;
    if (options->has_pattern && !glob_matches(options->pattern, name_of(key))) return false;
    return !options->type || slice_is(slice_of(options->type), value_type_word(key->value.type));
}

/* The cursor is the slot to go on with: a slot is given whole, so that a key that is there all the
 * time is given exactly once. Differs from redis-server, whose cursors walk hash buckets, in the
 * order only. */
static void cmd_scan(Cmd *cmd)
{
    ScanOptions options;
    if (!scan_read_cursor(cmd, 1, &options) || !scan_read_options(cmd, 1, &options)) return;
    uint64_t cursor = options.cursor;
    uint32_t slot = cursor < SLOT_COUNT ? (uint32_t)cursor : SLOT_COUNT, given = 0;
    int64_t looked = 0;
    Reply names = {.out = {.mem = cmd->mem}, .protocol = cmd->reply->protocol};
    for (; slot < SLOT_COUNT && looked < options.count; slot++) {
        for (Key *next, *key = keyspace_first_of_slot(cmd->keys, (uint16_t)slot); key; key = next) {
            next = key->slot_next;
            looked++;
            if (!scan_takes(cmd, &options, key)) continue;
            reply_bulk(&names, name_of(key));
            given++;
        }
    }
    /* Empty slots behind the last one looked at need no call of their own. */
    while (slot < SLOT_COUNT && keyspace_slot_counts(cmd->keys)[slot] == 0) slot++;
    reply_array(cmd->reply, 2);
    reply_bulk_format(cmd->reply, "%" PRIu32, slot % SLOT_COUNT);
    reply_array(cmd->reply, given);
    reply_raw(cmd->reply, (Slice){text_chars(&names.out), names.out.size});
    reply_deinit(&names);
}

/* --- moving --- */

static void move_value(Cmd *cmd, Key *from, Slice to_name)
{
    Key *old = keyspace_find(cmd->keys, to_name);
    if (old) keyspace_remove(cmd->keys, old);
    Key *to = keyspace_add(cmd->keys, to_name);
    to->value = from->value;
    keyspace_set_expiry(cmd->keys, to, from->expire_ms);
    from->value = (Value){0};
    keyspace_remove(cmd->keys, from);
    cmd_changed(cmd, to);
}

static void cmd_rename(Cmd *cmd)
{
    bool only_new = slice_is(cmd->argv[0], "renamenx");
    bool same = slice_equal(cmd->argv[1], cmd->argv[2]);
    Key *from = cmd_lookup(cmd, cmd->argv[1]);
    if (!from) {
        reply_error(cmd->reply, "ERR no such key");
        return;
    }
    bool taken = !same && cmd_lookup(cmd, cmd->argv[2]);
    if (only_new && (same || taken)) {
        reply_integer(cmd->reply, 0);
        return;
    }
    if (!same) move_value(cmd, from, cmd->argv[2]);
    if (only_new) reply_integer(cmd->reply, 1);
    else reply_status(cmd->reply, "OK");
}

static bool read_copy_options(Cmd *cmd, bool *replace)
{
    int64_t db = 0;
    for (uint32_t i = 3; i < cmd->argc; i++) {
        if (slice_is(cmd->argv[i], "replace")) {
            *replace = true;
        } else if (slice_is(cmd->argv[i], "db") && i + 1 < cmd->argc) {
            if (!cmd_integer(cmd, ++i, &db)) return false;
        } else {
            cmd_reply_syntax(cmd);
            return false;
        }
    }
    if (db != 0) {
        reply_error(cmd->reply, "ERR Copying to another database is not allowed in cluster mode");
    }
    return db == 0;
}

static void cmd_copy(Cmd *cmd)
{
    bool replace = false;
    if (!read_copy_options(cmd, &replace)) return;
    if (slice_equal(cmd->argv[1], cmd->argv[2])) {
        reply_error(cmd->reply, "ERR source and destination objects are the same");
        return;
    }
    cmd->looks_up = true; /* lookupKeyRead for the source */
    Key *from = cmd_lookup(cmd, cmd->argv[1]);
    cmd->looks_up = false;
    Key *old = cmd_lookup(cmd, cmd->argv[2]);
    if (!from || (old && !replace)) {
        reply_integer(cmd->reply, 0);
        return;
    }
    if (old) keyspace_remove(cmd->keys, old);
    Key *to = keyspace_add(cmd->keys, cmd->argv[2]);
    to->value = value_copy(cmd->mem, &from->value);
    keyspace_set_expiry(cmd->keys, to, from->expire_ms);
    cmd_changed(cmd, to);
    reply_integer(cmd->reply, 1);
}

static void cmd_move(Cmd *cmd)
{
    reply_error(cmd->reply, "ERR MOVE is not allowed in cluster mode");
}

/* --- times to live --- */

typedef struct ExpireFlags {
    bool nx, xx, gt, lt;
} ExpireFlags;

static bool read_expire_flags(Cmd *cmd, ExpireFlags *flags)
{
    for (uint32_t i = 3; i < cmd->argc; i++) {
        Slice word = cmd->argv[i];
        if (slice_is(word, "nx")) flags->nx = true;
        else if (slice_is(word, "xx")) flags->xx = true;
        else if (slice_is(word, "gt")) flags->gt = true;
        else if (slice_is(word, "lt")) flags->lt = true;
        else {
            reply_error(cmd->reply, "ERR Unsupported option %.*s", (int)word.size, word.chars);
            return false;
        }
    }
    if (flags->nx && (flags->xx || flags->gt || flags->lt)) {
        reply_error(cmd->reply,
                    "ERR NX and XX, GT or LT options at the same time are not compatible");
        return false;
    }
    if (flags->gt && flags->lt) {
        reply_error(cmd->reply, "ERR GT and LT options at the same time are not compatible");
        return false;
    }
    return true;
}

/* "Never" is later than any time for GT and LT. */
static bool expire_wanted(const ExpireFlags *flags, const Key *key, uint64_t expire_ms)
{
    bool has = key->expire_ms != 0;
    if (flags->nx && has) return false;
    if (flags->xx && !has) return false;
    if (flags->gt && (!has || expire_ms <= key->expire_ms)) return false;
    return !flags->lt || !has || expire_ms < key->expire_ms;
}

static void cmd_expire_command(Cmd *cmd)
{
    ExpireFlags flags = {0};
    uint64_t expire_ms;
    const char *name = cmd->row->name;
    bool ms = name[0] == 'p', absolute = name[ms ? 7 : 6] == 'a';
    if (!read_expire_flags(cmd, &flags)) return;
    if (!expiry_read(cmd, 2, ms ? EXPIRY_MILLISECONDS : EXPIRY_SECONDS,
                     absolute ? EXPIRY_ABSOLUTE : EXPIRY_RELATIVE, EXPIRY_ANY, &expire_ms)) {
        return;
    }
    Key *key = cmd_lookup(cmd, cmd->argv[1]);
    if (!key || !expire_wanted(&flags, key, expire_ms)) {
        reply_integer(cmd->reply, 0);
        return;
    }
    expiry_apply(cmd, key, expire_ms);
    reply_integer(cmd->reply, 1);
}

static void cmd_ttl(Cmd *cmd)
{
    const char *name = cmd->row->name; /* ttl, pttl, expiretime, pexpiretime */
    bool ms = name[0] == 'p', absolute = name[ms] == 'e';
    const Key *key = cmd_lookup(cmd, cmd->argv[1]);
    if (!key || key->expire_ms == 0) {
        reply_integer(cmd->reply, key ? -1 : -2);
        return;
    }
    uint64_t time = absolute ? key->expire_ms : key->expire_ms - cmd->now_ms;
    if (!absolute && key->expire_ms < cmd->now_ms) time = 0;
    if (!ms) time = absolute ? time / 1000 : (time + 500) / 1000;
    reply_integer(cmd->reply, (int64_t)time);
}

static void cmd_persist(Cmd *cmd)
{
    Key *key = cmd_lookup(cmd, cmd->argv[1]);
    bool has = key && key->expire_ms != 0;
    if (has) {
        keyspace_set_expiry(cmd->keys, key, 0);
        cmd_changed(cmd, key);
    }
    reply_integer(cmd->reply, has);
}

/* --- OBJECT --- */

#define SHARED_INTEGERS 10000

/* Small numbers are objects that all keys share. */
static bool is_shared(const Value *value)
{
    int64_t number;
    return value->type == VALUE_STRING && value->form == STRING_WRITTEN &&
           slice_integer(blob_slice(value->u.string), &number) && number >= 0 &&
           number < SHARED_INTEGERS;
}

static void cmd_object(Cmd *cmd)
{
    Slice what = cmd->argv[1];
    const Key *key = keyspace_find(cmd->keys, cmd->argv[2]);
    if (!key || key_is_expired(key, cmd->now_ms)) {
        reply_null(cmd->reply);
    } else if (slice_is(what, "encoding")) {
        reply_bulk_text(cmd->reply, value_encoding(&key->value));
    } else if (slice_is(what, "refcount")) {
        reply_integer(cmd->reply, is_shared(&key->value) ? INT32_MAX : 1);
    } else if (slice_is(what, "idletime")) {
        reply_integer(cmd->reply, (int64_t)((cmd->now_ms - key->touched_ms) / 1000));
    } else {
        reply_error(
            cmd->reply,
            "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please "
            "note that when switching between policies at runtime LRU and LFU data will take "
            "some time to adjust.");
    }
}

const CommandBinding cmd_key_bindings[] = {
    {"copy", cmd_copy},
    {"dbsize", cmd_dbsize},
    {"del", cmd_del},
    {"exists", cmd_exists},
    {"expire", cmd_expire_command},
    {"expireat", cmd_expire_command},
    {"expiretime", cmd_ttl},
    {"flushall", cmd_flushall},
    {"flushdb", cmd_flushall},
    {"keys", cmd_keys},
    {"move", cmd_move},
    {"object|encoding", cmd_object},
    {"object|freq", cmd_object},
    {"object|idletime", cmd_object},
    {"object|refcount", cmd_object},
    {"persist", cmd_persist},
    {"pexpire", cmd_expire_command},
    {"pexpireat", cmd_expire_command},
    {"pexpiretime", cmd_ttl},
    {"pttl", cmd_ttl},
    {"randomkey", cmd_randomkey},
    {"rename", cmd_rename},
    {"renamenx", cmd_rename},
    {"scan", cmd_scan},
    {"touch", cmd_exists},
    {"ttl", cmd_ttl},
    {"type", cmd_type},
    {"unlink", cmd_del},
    {NULL, NULL},
};
