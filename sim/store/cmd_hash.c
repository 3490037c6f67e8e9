/* cmd_hash.c -- commands on hashes (redis-server 7.0: t_hash.c). */
#include "sim/store/command.h"
#include "sim/store/dict.h"
#include "sim/store/number.h"
#include "sim/store/scan.h"

#include "sim/base/assert.h"

#include <inttypes.h>
#include <stdio.h>

/* For reading: NULL also when there is no such key. */
static const Dict *read_hash(Cmd *cmd, Slice name, bool *wrong)
{
    const Key *key = cmd_lookup_type(cmd, name, VALUE_HASH, wrong);
    return key ? key->value.u.hash : NULL;
}

static void reply_value(Cmd *cmd, const DictEntry *entry)
{
    if (entry) reply_bulk(cmd->reply, blob_slice(entry->value));
    else reply_null(cmd->reply);
}

static void cmd_hset(Cmd *cmd)
{
    int64_t added_count = 0;
    if (cmd->argc % 2 == 1) {
        reply_error(cmd->reply, "ERR wrong number of arguments for '%s' command", cmd->row->name);
        return;
    }
    Key *key = cmd_need_type(cmd, cmd->argv[1], VALUE_HASH);
    if (!key) return;
    for (uint32_t i = 2; i < cmd->argc; i += 2) {
        bool added;
        DictEntry *entry = dict_need(key->value.u.hash, cmd->argv[i], &added, cmd->mem);
        dict_set_value(key->value.u.hash, entry, cmd->argv[i + 1], cmd->mem);
        added_count += added;
        cmd_changed(cmd, key);
    }
    if (slice_is(cmd->argv[0], "hmset")) reply_status(cmd->reply, "OK");
    else reply_integer(cmd->reply, added_count);
}

static void cmd_hsetnx(Cmd *cmd)
{
    bool added;
    Key *key = cmd_need_type(cmd, cmd->argv[1], VALUE_HASH);
    if (!key) return;
    DictEntry *entry = dict_need(key->value.u.hash, cmd->argv[2], &added, cmd->mem);
    if (added) {
        dict_set_value(key->value.u.hash, entry, cmd->argv[3], cmd->mem);
        cmd_changed(cmd, key);
    }
    reply_integer(cmd->reply, added);
}

static void cmd_hget(Cmd *cmd)
{
    bool wrong;
    const Dict *hash = read_hash(cmd, cmd->argv[1], &wrong);
    if (!wrong) reply_value(cmd, hash ? dict_find(hash, cmd->argv[2]) : NULL);
}

static void cmd_hmget(Cmd *cmd)
{
    bool wrong;
    const Dict *hash = read_hash(cmd, cmd->argv[1], &wrong);
    if (wrong) return;
    reply_array(cmd->reply, cmd->argc - 2);
    for (uint32_t i = 2; i < cmd->argc; i++)
        reply_value(cmd, hash ? dict_find(hash, cmd->argv[i]) : NULL);
}

static void cmd_hdel(Cmd *cmd)
{
    cmd_remove_members(cmd, VALUE_HASH);
}

static void cmd_hlen(Cmd *cmd)
{
    bool wrong;
    const Dict *hash = read_hash(cmd, cmd->argv[1], &wrong);
    if (!wrong) reply_integer(cmd->reply, hash ? dict_count(hash) : 0);
}

static void cmd_hstrlen(Cmd *cmd)
{
    bool wrong;
    const Dict *hash = read_hash(cmd, cmd->argv[1], &wrong);
    if (wrong) return;
    const DictEntry *entry = hash ? dict_find(hash, cmd->argv[2]) : NULL;
    reply_integer(cmd->reply, entry ? entry->value.size : 0);
}

static void cmd_hexists(Cmd *cmd)
{
    bool wrong;
    const Dict *hash = read_hash(cmd, cmd->argv[1], &wrong);
    if (!wrong) reply_integer(cmd->reply, hash && dict_find(hash, cmd->argv[2]));
}

/* HGETALL, HKEYS, HVALS */
static void cmd_hgetall(Cmd *cmd)
{
    bool wrong, fields = !slice_is(cmd->argv[0], "hvals"),
                values = !slice_is(cmd->argv[0], "hkeys");
    const Dict *hash = read_hash(cmd, cmd->argv[1], &wrong);
    uint32_t at = 0, count = hash ? dict_count(hash) : 0;
    if (wrong) return;
    if (fields && values) reply_map(cmd->reply, count);
    else reply_array(cmd->reply, count);
    for (const DictEntry *entry; hash && (entry = dict_next(hash, &at));) {
        if (fields) reply_bulk(cmd->reply, blob_slice(entry->field));
        if (values) reply_bulk(cmd->reply, blob_slice(entry->value));
    }
}

static void cmd_hincrby(Cmd *cmd)
{
    int64_t by, value = 0;
    bool added;
    char digits[24];
    if (!cmd_integer(cmd, 3, &by)) return;
    Key *key = cmd_need_type(cmd, cmd->argv[1], VALUE_HASH);
    if (!key) return;
    DictEntry *entry = dict_need(key->value.u.hash, cmd->argv[2], &added, cmd->mem);
    if (!added && !slice_integer(blob_slice(entry->value), &value)) {
        reply_error(cmd->reply, "ERR hash value is not an integer");
        return;
    }
    if ((by < 0 && value < INT64_MIN - by) || (by > 0 && value > INT64_MAX - by)) {
        reply_error(cmd->reply, "ERR increment or decrement would overflow");
        return;
    }
    snprintf(digits, sizeof(digits), "%" PRId64, value + by);
    dict_set_value(key->value.u.hash, entry, slice_of(digits), cmd->mem);
    cmd_changed(cmd, key);
    reply_integer(cmd->reply, value + by);
}

static void cmd_hincrbyfloat(Cmd *cmd)
{
    bool wrong, added;
    Text sum = {.mem = cmd->mem};
    Key *key = cmd_lookup_type(cmd, cmd->argv[1], VALUE_HASH, &wrong);
    if (wrong) return;
    const DictEntry *old = key ? dict_find(key->value.u.hash, cmd->argv[2]) : NULL;
    Text probe = {.mem = cmd->mem};
    const char *problem = number_is_infinite(cmd->argv[3])
                              ? "value is NaN or Infinity"
                              : number_add_decimal(slice_of("0"), cmd->argv[3], &probe);
    text_deinit(&probe);
    if (!problem) {
        problem =
            number_add_decimal(old ? blob_slice(old->value) : slice_of("0"), cmd->argv[3], &sum);
        if (problem && problem[0] == 'v') problem = "hash value is not a float";
    }
    if (problem) {
        reply_error(cmd->reply, "ERR %s", problem);
        text_deinit(&sum);
        return;
    }
    Slice result = {text_chars(&sum), sum.size};
    key = cmd_need_type(cmd, cmd->argv[1], VALUE_HASH);
    DictEntry *entry = dict_need(key->value.u.hash, cmd->argv[2], &added, cmd->mem);
    dict_set_value(key->value.u.hash, entry, result, cmd->mem);
    cmd_changed(cmd, key);
    reply_bulk(cmd->reply, result);
    Slice words[] = {slice_of("HSET"), cmd->argv[1], cmd->argv[2], result};
    cmd_propagate(cmd, words, 4);
    text_deinit(&sum);
}

/* HRANDFIELD key [count [WITHVALUES]] */
static void cmd_hrandfield(Cmd *cmd)
{
    bool wrong, with_values = false;
    int64_t count = 0;
    if (cmd->argc == 2) {
        const Dict *hash = read_hash(cmd, cmd->argv[1], &wrong);
        if (wrong) return;
        if (hash)
            reply_bulk(cmd->reply,
                       blob_slice(dict_at(hash, rng_below(cmd->rng, dict_count(hash)))->field));
        else reply_null(cmd->reply);
        return;
    }
    if (!cmd_integer(cmd, 2, &count)) return;
    with_values = cmd->argc == 4 && slice_is(cmd->argv[3], "withvalues");
    if (cmd->argc > 4 || (cmd->argc == 4 && !with_values)) {
        cmd_reply_syntax(cmd);
        return;
    }
    if (!random_count_ok(cmd, count, with_values)) return;
    const Dict *hash = read_hash(cmd, cmd->argv[1], &wrong);
    if (!wrong) random_elements(cmd, hash, count, with_values);
}

static void cmd_hscan(Cmd *cmd)
{
    bool wrong;
    ScanOptions options;
    if (!scan_read_cursor(cmd, 2, &options)) return;
    const Key *key = cmd_lookup_type(cmd, cmd->argv[1], VALUE_HASH, &wrong);
    if (wrong || (key && !scan_read_options(cmd, 2, &options))) return;
    scan_value(cmd, key ? &key->value : NULL, &options);
}

const CommandBinding cmd_hash_bindings[] = {
    {"hdel", cmd_hdel},
    {"hexists", cmd_hexists},
    {"hget", cmd_hget},
    {"hgetall", cmd_hgetall},
    {"hincrby", cmd_hincrby},
    {"hincrbyfloat", cmd_hincrbyfloat},
    {"hkeys", cmd_hgetall},
    {"hlen", cmd_hlen},
    {"hmget", cmd_hmget},
    {"hmset", cmd_hset},
    {"hrandfield", cmd_hrandfield},
    {"hscan", cmd_hscan},
    {"hset", cmd_hset},
    {"hsetnx", cmd_hsetnx},
    {"hstrlen", cmd_hstrlen},
    {"hvals", cmd_hgetall},
    {NULL, NULL},
};
