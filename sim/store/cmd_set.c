/* cmd_set.c -- commands on sets (redis-server 7.0: t_set.c). */
#include "sim/store/command.h"
#include "sim/store/dict.h"
#include "sim/store/scan.h"

#include "sim/base/assert.h"

static Key *find_set(Cmd *cmd, Slice name, bool *wrong)
{
    return cmd_lookup_type(cmd, name, VALUE_SET, wrong);
}

static const Dict *read_set(Cmd *cmd, Slice name, bool *wrong)
{
    const Key *key = find_set(cmd, name, wrong);
    return key ? key->value.u.set : NULL;
}

static bool add_member(Cmd *cmd, Dict *set, Slice member)
{
    bool added;
    dict_need(set, member, &added, cmd->mem);
    return added;
}

static void cmd_sadd(Cmd *cmd)
{
    uint32_t added = 0;
    Key *key = cmd_need_type(cmd, cmd->argv[1], VALUE_SET);
    if (!key) return;
    for (uint32_t i = 2; i < cmd->argc; i++) {
        if (!add_member(cmd, key->value.u.set, cmd->argv[i])) continue;
        cmd_changed(cmd, key);
        added++;
    }
    reply_integer(cmd->reply, added);
}

static void cmd_srem(Cmd *cmd)
{
    cmd_remove_members(cmd, VALUE_SET);
}

static void cmd_smove(Cmd *cmd)
{
    bool wrong;
    Key *from = find_set(cmd, cmd->argv[1], &wrong);
    if (wrong) return;
    Key *to =
        from ? find_set(cmd, cmd->argv[2], &wrong) : NULL; /* not looked at without a source */
    if (wrong) return;
    if (!from || !dict_find(from->value.u.set, cmd->argv[3])) {
        reply_integer(cmd->reply, 0);
        return;
    }
    reply_integer(cmd->reply, 1);
    if (from == to) return;
    dict_remove(from->value.u.set, cmd->argv[3], cmd->mem);
    cmd_changed(cmd, from);
    cmd_drop_if_empty(cmd, from);
    to = cmd_need_type(cmd, cmd->argv[2], VALUE_SET);
    if (add_member(cmd, to->value.u.set, cmd->argv[3])) cmd_changed(cmd, to);
}

static void cmd_scard(Cmd *cmd)
{
    bool wrong;
    const Dict *set = read_set(cmd, cmd->argv[1], &wrong);
    if (!wrong) reply_integer(cmd->reply, set ? dict_count(set) : 0);
}

static void cmd_sismember(Cmd *cmd)
{
    bool wrong;
    const Dict *set = read_set(cmd, cmd->argv[1], &wrong);
    if (!wrong) reply_integer(cmd->reply, set && dict_find(set, cmd->argv[2]));
}

static void cmd_smismember(Cmd *cmd)
{
    bool wrong;
    const Dict *set = read_set(cmd, cmd->argv[1], &wrong);
    if (wrong) return;
    reply_array(cmd->reply, cmd->argc - 2);
    for (uint32_t i = 2; i < cmd->argc; i++)
        reply_integer(cmd->reply, set && dict_find(set, cmd->argv[i]));
}

static void reply_members(Cmd *cmd, const Dict *set)
{
    uint32_t at = 0;
    reply_set(cmd->reply, set ? dict_count(set) : 0);
    for (const DictEntry *entry; set && (entry = dict_next(set, &at));) {
        reply_bulk(cmd->reply, blob_slice(entry->field));
    }
}

static void cmd_smembers(Cmd *cmd)
{
    bool wrong;
    const Dict *set = read_set(cmd, cmd->argv[1], &wrong);
    if (!wrong) reply_members(cmd, set);
}

/* --- chance --- */

/* Takes `count` members out; replicas are told which by SREM. */
static void pop_members(Cmd *cmd, Key *key, uint32_t count)
{
    Slices words = {0};
    Text chars = {.mem = cmd->mem};
    array_push(cmd->mem, &words, slice_of("SREM"));
    array_push(cmd->mem, &words, cmd->argv[1]);
    for (uint32_t i = 0; i < count; i++) {
        Dict *set = key->value.u.set;
        Slice member = blob_slice(dict_at(set, rng_below(cmd->rng, dict_count(set)))->field);
        reply_bulk(cmd->reply, member);
        text_append_bytes(&chars, member.size ? member.chars : "", member.size);
        array_push(cmd->mem, &words, (Slice){.size = member.size});
        dict_remove(set, (Slice){text_chars(&chars) + chars.size - member.size, member.size},
                    cmd->mem);
        cmd_changed(cmd, key);
    }
    const char *at = text_chars(&chars);
    for (uint32_t i = 2; i < words.count; i++) {
        words.items[i].chars = at;
        at += words.items[i].size;
    }
    cmd_propagate(cmd, words.items, words.count);
    cmd_drop_if_empty(cmd, key);
    array_deinit(cmd->mem, &words);
    text_deinit(&chars);
}

static void cmd_spop(Cmd *cmd)
{
    bool wrong;
    int64_t count = 1;
    if (cmd->argc > 3) {
        cmd_reply_syntax(cmd);
        return;
    }
    if (cmd->argc == 3 && !cmd_read_count(cmd, 2, &count)) return;
    Key *key = find_set(cmd, cmd->argv[1], &wrong);
    if (wrong) return;
    uint32_t size = key ? dict_count(key->value.u.set) : 0;
    uint32_t taken = count < size ? (uint32_t)count : size;
    if (cmd->argc == 3) reply_set(cmd->reply, taken);
    else if (!key) reply_null(cmd->reply);
    if (key && taken > 0) pop_members(cmd, key, taken);
}

static void cmd_srandmember(Cmd *cmd)
{
    bool wrong;
    int64_t count;
    if (cmd->argc > 3) {
        cmd_reply_syntax(cmd);
        return;
    }
    if (cmd->argc == 3 && !cmd_integer(cmd, 2, &count)) return;
    if (cmd->argc == 3 && !random_count_ok(cmd, count, false)) return;
    const Dict *set = read_set(cmd, cmd->argv[1], &wrong);
    if (wrong) return;
    if (cmd->argc == 3) random_elements(cmd, set, count, false);
    else if (set)
        reply_bulk(cmd->reply,
                   blob_slice(dict_at(set, rng_below(cmd->rng, dict_count(set)))->field));
    else reply_null(cmd->reply);
}

/* --- several sets --- */

typedef enum SetOperation { SET_UNION, SET_INTER, SET_DIFF } SetOperation;

static bool is_in_all(const Dict *const *sets, uint32_t count, Slice member)
{
    for (uint32_t i = 0; i < count; i++) {
        if (!sets[i] || !dict_find(sets[i], member)) return false;
    }
    return true;
}

static bool is_in_any(const Dict *const *sets, uint32_t count, Slice member)
{
    for (uint32_t i = 0; i < count; i++) {
        if (sets[i] && dict_find(sets[i], member)) return true;
    }
    return false;
}

/* A new set; sets that are NULL are empty. Members come in the order of the first set that has
 * them. */
static Dict *combine(Cmd *cmd, SetOperation operation, const Dict *const *sets, uint32_t count)
{
    Dict *result = dict_create(cmd->mem);
    uint32_t walked = operation == SET_UNION ? count : 1;
    for (uint32_t i = 0; i < walked; i++) {
        uint32_t at = 0;
        for (const DictEntry *entry; sets[i] && (entry = dict_next(sets[i], &at));) {
            Slice member = blob_slice(entry->field);
            if (operation == SET_INTER && !is_in_all(sets + 1, count - 1, member)) continue;
            if (operation == SET_DIFF && is_in_any(sets + 1, count - 1, member)) continue;
            add_member(cmd, result, member);
        }
    }
    return result;
}

/* The sets named by `count` arguments from `first`; NULL after a WRONGTYPE reply. */
static const Dict **read_sets(Cmd *cmd, uint32_t first, uint32_t count)
{
    const Dict **sets = mem_alloc(cmd->mem, count * sizeof(*sets));
    for (uint32_t i = 0; i < count; i++) {
        bool wrong;
        sets[i] = read_set(cmd, cmd->argv[first + i], &wrong);
        if (!wrong) continue;
        mem_free(cmd->mem, sets, count * sizeof(*sets));
        return NULL;
    }
    return sets;
}

static SetOperation operation_of(const Cmd *cmd)
{
    char letter = cmd->row->name[1];
    return letter == 'u' ? SET_UNION : letter == 'i' ? SET_INTER : SET_DIFF;
}

static Dict *combine_named(Cmd *cmd, uint32_t first, uint32_t count)
{
    cmd->looks_up = true; /* lookupKeyRead, SINTERSTORE and its kin included */
    const Dict **sets = read_sets(cmd, first, count);
    if (!sets) return NULL;
    Dict *result = combine(cmd, operation_of(cmd), sets, count);
    mem_free(cmd->mem, sets, count * sizeof(*sets));
    return result;
}

static void cmd_combine(Cmd *cmd)
{
    Dict *result = combine_named(cmd, 1, cmd->argc - 1);
    if (!result) return;
    reply_members(cmd, result);
    dict_destroy(result, cmd->mem);
}

static void cmd_combine_store(Cmd *cmd)
{
    Dict *result = combine_named(cmd, 2, cmd->argc - 2);
    if (!result) return;
    reply_integer(cmd->reply, dict_count(result));
    cmd_store(cmd, cmd->argv[1], (Value){.type = VALUE_SET, .u.set = result});
}

static void cmd_sintercard(Cmd *cmd)
{
    int64_t keys, limit = 0;
    if (!slice_integer(cmd->argv[1], &keys) || keys <= 0) {
        reply_error(cmd->reply, "ERR numkeys should be greater than 0");
        return;
    }
    if (keys > (int64_t)cmd->argc - 2) {
        reply_error(cmd->reply, "ERR Number of keys can't be greater than number of args");
        return;
    }
    for (uint32_t i = 2 + (uint32_t)keys; i < cmd->argc; i += 2) {
        if (!slice_is(cmd->argv[i], "limit") || i + 1 >= cmd->argc) {
            cmd_reply_syntax(cmd);
            return;
        }
        if (!slice_integer(cmd->argv[i + 1], &limit) || limit < 0) {
            reply_error(cmd->reply, "ERR LIMIT can't be negative");
            return;
        }
    }
    Dict *result = combine_named(cmd, 2, (uint32_t)keys);
    if (!result) return;
    uint32_t count = dict_count(result);
    reply_integer(cmd->reply, limit > 0 && limit < count ? limit : count);
    dict_destroy(result, cmd->mem);
}

static void cmd_sscan(Cmd *cmd)
{
    bool wrong;
    ScanOptions options;
    if (!scan_read_cursor(cmd, 2, &options)) return;
    const Key *key = find_set(cmd, cmd->argv[1], &wrong);
    if (wrong || (key && !scan_read_options(cmd, 2, &options))) return;
    scan_value(cmd, key ? &key->value : NULL, &options);
}

const CommandBinding cmd_set_bindings[] = {
    {"sadd", cmd_sadd},
    {"scard", cmd_scard},
    {"sdiff", cmd_combine},
    {"sdiffstore", cmd_combine_store},
    {"sinter", cmd_combine},
    {"sintercard", cmd_sintercard},
    {"sinterstore", cmd_combine_store},
    {"sismember", cmd_sismember},
    {"smembers", cmd_smembers},
    {"smismember", cmd_smismember},
    {"smove", cmd_smove},
    {"spop", cmd_spop},
    {"srandmember", cmd_srandmember},
    {"srem", cmd_srem},
    {"sscan", cmd_sscan},
    {"sunion", cmd_combine},
    {"sunionstore", cmd_combine_store},
    {NULL, NULL},
};
