/* cmd_string.c -- commands on strings (redis-server 7.0: t_string.c). */
#include "sim/store/command.h"
#include "sim/store/expiry.h"
#include "sim/store/number.h"

#include "sim/base/array.h"
#include "sim/base/assert.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define STRING_MAX RESP_WORD_MAX

/* --- GET and SET --- */

static void reply_string(Cmd *cmd, const Key *key)
{
    if (key) reply_bulk(cmd->reply, blob_slice(key->value.u.string));
    else reply_null(cmd->reply);
}

/* The key gets this string, whatever it held before. */
static Key *put_string(Cmd *cmd, Slice name, Slice bytes)
{
    Key *key = cmd_need(cmd, name);
    Value old = key->value;
    key->value = (Value){.type = VALUE_STRING, .u.string = blob_copy(cmd->mem, bytes)};
    value_free(cmd->mem, &old);
    cmd_changed(cmd, key);
    return key;
}

typedef struct SetOptions {
    bool nx, xx, get, keep_ttl, persist;
    bool has_expiry;
    uint32_t expiry_at; /* where its word stands */
    uint64_t expire_ms; /* Unix ms */
} SetOptions;

/* EX, PX, EXAT or PXAT stands at `at`; its number is looked at when all words are known. */
static bool note_expiry(Cmd *cmd, uint32_t at, SetOptions *options)
{
    if (at + 1 >= cmd->argc || options->has_expiry || options->keep_ttl || options->persist) {
        cmd_reply_syntax(cmd);
        return false;
    }
    options->has_expiry = true;
    options->expiry_at = at;
    return true;
}

/* False and an error reply when the time makes no sense. */
static bool read_expiry(Cmd *cmd, SetOptions *options)
{
    if (!options->has_expiry) return true;
    Slice word = cmd->argv[options->expiry_at];
    bool seconds = slice_is(word, "ex") || slice_is(word, "exat");
    bool absolute = slice_is(word, "exat") || slice_is(word, "pxat");
    return expiry_read(cmd, options->expiry_at + 1, seconds ? EXPIRY_SECONDS : EXPIRY_MILLISECONDS,
                       absolute ? EXPIRY_ABSOLUTE : EXPIRY_RELATIVE, EXPIRY_POSITIVE,
                       &options->expire_ms);
}

static bool is_expiry_word(Slice word)
{
    return slice_is(word, "ex") || slice_is(word, "px") || slice_is(word, "exat") ||
           slice_is(word, "pxat");
}

/* parseExtendedStringArgumentsOrReply for SET; a flag that excludes another is a syntax error. */
static bool read_set_options(Cmd *cmd, SetOptions *options)
{
    for (uint32_t i = 3; i < cmd->argc; i++) {
        Slice word = cmd->argv[i];
        if (slice_is(word, "nx") && !options->xx) options->nx = true;
        else if (slice_is(word, "xx") && !options->nx) options->xx = true;
        else if (slice_is(word, "get")) options->get = true;
        else if (slice_is(word, "keepttl") && !options->has_expiry) options->keep_ttl = true;
        else if (is_expiry_word(word)) {
            if (!note_expiry(cmd, i, options)) return false;
            i++;
        } else {
            cmd_reply_syntax(cmd);
            return false;
        }
    }
    return read_expiry(cmd, options);
}

/* Replicas get the absolute time, so that they expire the key at the same moment. */
static void propagate_set(Cmd *cmd, Slice name, Slice bytes, uint64_t expire_ms)
{
    char digits[24];
    snprintf(digits, sizeof(digits), "%" PRIu64, expire_ms);
    Slice words[] = {slice_of("SET"), name, bytes, slice_of("PXAT"), slice_of(digits)};
    cmd_propagate(cmd, words, 5);
}

static void set_generic(Cmd *cmd, Slice name, Slice bytes, const SetOptions *options)
{
    cmd->looks_up = options->get;
    Key *key = cmd_lookup(cmd, name);
    if (options->get) {
        if (key && key->value.type != VALUE_STRING) {
            cmd_reply_wrongtype(cmd);
            return;
        }
        reply_string(cmd, key);
    }
    if ((options->nx && key) || (options->xx && !key)) {
        if (!options->get) reply_null(cmd->reply);
        return;
    }
    /* A time that is past deletes at once (it comes from a stream, or from EXAT, PXAT). */
    if (options->has_expiry && options->expire_ms <= cmd->now_ms && !cmd->is_replica) {
        if (key) {
            Slice words[] = {slice_of("DEL"), name};
            cmd_propagate(cmd, words, 2);
            cmd_delete(cmd, key);
        }
        if (!options->get) reply_status(cmd->reply, "OK");
        return;
    }
    key = put_string(cmd, name, bytes);
    if (!options->keep_ttl)
        keyspace_set_expiry(cmd->keys, key, options->has_expiry ? options->expire_ms : 0);
    if (options->has_expiry) propagate_set(cmd, name, bytes, options->expire_ms);
    if (!options->get) reply_status(cmd->reply, "OK");
}

static void cmd_set(Cmd *cmd)
{
    SetOptions options = {0};
    if (!read_set_options(cmd, &options)) return;
    set_generic(cmd, cmd->argv[1], cmd->argv[2], &options);
}

static void cmd_setex(Cmd *cmd)
{
    SetOptions options = {.has_expiry = true};
    ExpiryUnit unit = slice_is(cmd->argv[0], "psetex") ? EXPIRY_MILLISECONDS : EXPIRY_SECONDS;
    if (!expiry_read(cmd, 2, unit, EXPIRY_RELATIVE, EXPIRY_POSITIVE, &options.expire_ms)) return;
    set_generic(cmd, cmd->argv[1], cmd->argv[3], &options);
}

static void cmd_setnx(Cmd *cmd)
{
    bool exists = cmd_lookup(cmd, cmd->argv[1]) != NULL;
    if (!exists) put_string(cmd, cmd->argv[1], cmd->argv[2]);
    reply_integer(cmd->reply, !exists);
}

static void cmd_get(Cmd *cmd)
{
    bool wrong;
    const Key *key = cmd_lookup_type(cmd, cmd->argv[1], VALUE_STRING, &wrong);
    if (!wrong) reply_string(cmd, key);
}

static void cmd_getset(Cmd *cmd)
{
    bool wrong;
    cmd->looks_up = true;
    Key *key = cmd_lookup_type(cmd, cmd->argv[1], VALUE_STRING, &wrong);
    if (wrong) return;
    reply_string(cmd, key);
    key = put_string(cmd, cmd->argv[1], cmd->argv[2]);
    keyspace_set_expiry(cmd->keys, key, 0);
    Slice words[] = {slice_of("SET"), cmd->argv[1], cmd->argv[2]};
    cmd_propagate(cmd, words, 3);
}

static void cmd_getdel(Cmd *cmd)
{
    bool wrong;
    cmd->looks_up = true;
    Key *key = cmd_lookup_type(cmd, cmd->argv[1], VALUE_STRING, &wrong);
    if (wrong) return;
    reply_string(cmd, key);
    if (!key) return;
    Slice words[] = {slice_of("DEL"), cmd->argv[1]};
    cmd_propagate(cmd, words, 2);
    cmd_delete(cmd, key);
}

static bool read_getex_options(Cmd *cmd, SetOptions *options)
{
    for (uint32_t i = 2; i < cmd->argc; i++) {
        if (slice_is(cmd->argv[i], "persist") && !options->has_expiry) options->persist = true;
        else if (is_expiry_word(cmd->argv[i])) {
            if (!note_expiry(cmd, i, options)) return false;
            i++;
        } else {
            cmd_reply_syntax(cmd);
            return false;
        }
    }
    return true;
}

static void cmd_getex(Cmd *cmd)
{
    bool wrong;
    SetOptions options = {0};
    if (!read_getex_options(cmd, &options)) return;
    cmd->looks_up = true;
    Key *key = cmd_lookup_type(cmd, cmd->argv[1], VALUE_STRING, &wrong);
    if (wrong) return;
    if (key && !read_expiry(cmd, &options)) return;
    reply_string(cmd, key);
    if (!key) return;
    if (options.has_expiry) expiry_apply(cmd, key, options.expire_ms);
    else if (options.persist && key->expire_ms != 0) {
        keyspace_set_expiry(cmd->keys, key, 0);
        cmd_changed(cmd, key);
        Slice words[] = {slice_of("PERSIST"), cmd->argv[1]};
        cmd_propagate(cmd, words, 2);
    }
}

/* --- several at once --- */

static void cmd_mget(Cmd *cmd)
{
    reply_array(cmd->reply, cmd->argc - 1);
    for (uint32_t i = 1; i < cmd->argc; i++) {
        const Key *key = cmd_lookup(cmd, cmd->argv[i]);
        reply_string(cmd, key && key->value.type == VALUE_STRING ? key : NULL);
    }
}

static void mset_all(Cmd *cmd)
{
    for (uint32_t i = 1; i < cmd->argc; i += 2) {
        Key *key = put_string(cmd, cmd->argv[i], cmd->argv[i + 1]);
        keyspace_set_expiry(cmd->keys, key, 0);
    }
}

static bool mset_is_even(Cmd *cmd, const char *name)
{
    if (cmd->argc % 2 == 1) return true;
    reply_error(cmd->reply, "ERR wrong number of arguments for '%s' command", name);
    return false;
}

static void cmd_mset(Cmd *cmd)
{
    if (!mset_is_even(cmd, "mset")) return;
    mset_all(cmd);
    reply_status(cmd->reply, "OK");
}

static void cmd_msetnx(Cmd *cmd)
{
    if (!mset_is_even(cmd, "msetnx")) return;
    for (uint32_t i = 1; i < cmd->argc; i += 2) {
        if (!cmd_lookup(cmd, cmd->argv[i])) continue;
        reply_integer(cmd->reply, 0);
        return;
    }
    mset_all(cmd);
    reply_integer(cmd->reply, 1);
}

/* --- parts of strings --- */

static void cmd_strlen(Cmd *cmd)
{
    bool wrong;
    const Key *key = cmd_lookup_type(cmd, cmd->argv[1], VALUE_STRING, &wrong);
    if (!wrong) reply_integer(cmd->reply, key ? key->value.u.string.size : 0);
}

/* Makes the string at least `size` bytes long, zeros at the end. */
static void stretch(Cmd *cmd, Blob *blob, uint32_t size)
{
    if (blob->size >= size) return;
    blob->chars = mem_resize(cmd->mem, blob->chars, blob->size, size);
    blob->size = size;
}

static bool fits(Cmd *cmd, uint64_t size)
{
    if (size <= STRING_MAX) return true;
    reply_error(cmd->reply, "ERR string exceeds maximum allowed size (proto-max-bulk-len)");
    return false;
}

static void cmd_append(Cmd *cmd)
{
    bool wrong;
    Key *key = cmd_lookup_type(cmd, cmd->argv[1], VALUE_STRING, &wrong);
    if (wrong) return;
    if (key) {
        Blob *blob = &key->value.u.string;
        uint32_t old = blob->size, more = cmd->argv[2].size;
        if (!fits(cmd, (uint64_t)old + more)) return;
        stretch(cmd, blob, old + more);
        key->value.form = STRING_GROWN;
        if (more > 0) memcpy(blob->chars + old, cmd->argv[2].chars, more);
        cmd_changed(cmd, key);
    } else {
        key = put_string(cmd, cmd->argv[1], cmd->argv[2]);
    }
    reply_integer(cmd->reply, key->value.u.string.size);
}

static void cmd_setrange(Cmd *cmd)
{
    bool wrong;
    int64_t offset;
    Slice part = cmd->argv[3];
    if (!cmd_integer(cmd, 2, &offset)) return;
    if (offset < 0) {
        reply_error(cmd->reply, "ERR offset is out of range");
        return;
    }
    Key *key = cmd_lookup_type(cmd, cmd->argv[1], VALUE_STRING, &wrong);
    if (wrong) return;
    if (part.size == 0) {
        reply_integer(cmd->reply, key ? key->value.u.string.size : 0);
        return;
    }
    if (!fits(cmd, (uint64_t)offset + part.size)) return;
    if (!key) key = put_string(cmd, cmd->argv[1], (Slice){0});
    else cmd_changed(cmd, key);
    Blob *blob = &key->value.u.string;
    stretch(cmd, blob, (uint32_t)offset + part.size);
    key->value.form = STRING_GROWN;
    memcpy(blob->chars + offset, part.chars, part.size);
    reply_integer(cmd->reply, blob->size);
}

static void cmd_getrange(Cmd *cmd)
{
    bool wrong;
    int64_t start, end;
    if (!cmd_integer(cmd, 2, &start) || !cmd_integer(cmd, 3, &end)) return;
    const Key *key = cmd_lookup_type(cmd, cmd->argv[1], VALUE_STRING, &wrong);
    if (wrong) return;
    int64_t size = key ? key->value.u.string.size : 0;
    if (start < 0 && end < 0 && start > end) size = 0;
    if (start < 0) start += size;
    if (end < 0) end += size;
    if (start < 0) start = 0;
    if (end < 0) end = 0;
    if (end >= size) end = size - 1;
    if (size == 0 || start > end) reply_bulk_text(cmd->reply, "");
    else
        reply_bulk(cmd->reply,
                   (Slice){key->value.u.string.chars + start, (uint32_t)(end - start + 1)});
}

/* --- numbers --- */

static void add_integer(Cmd *cmd, int64_t by)
{
    bool wrong;
    int64_t value = 0;
    char digits[24];
    Key *key = cmd_lookup_type(cmd, cmd->argv[1], VALUE_STRING, &wrong);
    if (wrong) return;
    if (key && !slice_integer(blob_slice(key->value.u.string), &value)) {
        reply_error(cmd->reply, "ERR value is not an integer or out of range");
        return;
    }
    if ((by < 0 && value < INT64_MIN - by) || (by > 0 && value > INT64_MAX - by)) {
        reply_error(cmd->reply, "ERR increment or decrement would overflow");
        return;
    }
    snprintf(digits, sizeof(digits), "%" PRId64, value + by);
    put_string(cmd, cmd->argv[1], slice_of(digits));
    reply_integer(cmd->reply, value + by);
}

static void cmd_incr(Cmd *cmd)
{
    add_integer(cmd, slice_is(cmd->argv[0], "incr") ? 1 : -1);
}

static void cmd_incrby(Cmd *cmd)
{
    int64_t by;
    if (!cmd_integer(cmd, 2, &by)) return;
    if (slice_is(cmd->argv[0], "incrby")) {
        add_integer(cmd, by);
    } else if (by == INT64_MIN) {
        reply_error(cmd->reply, "ERR decrement would overflow");
    } else {
        add_integer(cmd, -by);
    }
}

static void cmd_incrbyfloat(Cmd *cmd)
{
    bool wrong;
    Text sum = {.mem = cmd->mem};
    Key *key = cmd_lookup_type(cmd, cmd->argv[1], VALUE_STRING, &wrong);
    if (wrong) return;
    Slice old = key ? blob_slice(key->value.u.string) : slice_of("0");
    const char *problem = number_add_decimal(old, cmd->argv[2], &sum);
    if (problem) {
        reply_error(cmd->reply, "ERR %s", problem);
    } else {
        Slice result = {text_chars(&sum), sum.size};
        put_string(cmd, cmd->argv[1], result)->value.form = STRING_TEXT;
        reply_bulk(cmd->reply, result);
        Slice words[] = {slice_of("SET"), cmd->argv[1], result, slice_of("KEEPTTL")};
        cmd_propagate(cmd, words, 4);
    }
    text_deinit(&sum);
}

const CommandBinding cmd_string_bindings[] = {
    {"append", cmd_append},
    {"decr", cmd_incr},
    {"decrby", cmd_incrby},
    {"get", cmd_get},
    {"getdel", cmd_getdel},
    {"getex", cmd_getex},
    {"getrange", cmd_getrange},
    {"getset", cmd_getset},
    {"incr", cmd_incr},
    {"incrby", cmd_incrby},
    {"incrbyfloat", cmd_incrbyfloat},
    {"mget", cmd_mget},
    {"mset", cmd_mset},
    {"msetnx", cmd_msetnx},
    {"psetex", cmd_setex},
    {"set", cmd_set},
    {"setex", cmd_setex},
    {"setnx", cmd_setnx},
    {"setrange", cmd_setrange},
    {"strlen", cmd_strlen},
    {"substr", cmd_getrange},
    {NULL, NULL},
};
