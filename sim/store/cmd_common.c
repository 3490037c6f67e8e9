/* cmd_common.c -- what command functions share: look-up with expiry, replies, propagation. */
#include "sim/store/command.h"

#include "sim/base/assert.h"

Key *cmd_unless_expired(Cmd *cmd, Key *key)
{
    if (cmd->from_primary || !key_is_expired(key, cmd->now_ms)) return key;
    if (!cmd->is_replica) cmd_expire(cmd, key);
    return NULL;
}

Key *cmd_lookup(Cmd *cmd, Slice name)
{
    Key *key = keyspace_find(cmd->keys, name);
    if (key) key = cmd_unless_expired(cmd, key);
    bool reads = cmd->looks_up || !(cmd->row->flags & CF_WRITE);
    if (reads && key) cmd->hits++;
    if (reads && !key) cmd->misses++;
    if (key && !cmd->from_primary) key->touched_ms = cmd->now_ms;
    return key;
}

/* The key is gone for everybody: replicas are told before the command itself (deleteExpiredKey). */
void cmd_expire(Cmd *cmd, Key *key)
{
    Slice words[] = {slice_of("DEL"), {key->name, key->size}};
    cmd_add_words(cmd, &cmd->before, words, 2);
    cmd->expired++;
    keyspace_remove(cmd->keys, key);
}

Key *cmd_lookup_type(Cmd *cmd, Slice name, ValueType type, bool *wrong)
{
    Key *key = cmd_lookup(cmd, name);
    *wrong = key && key->value.type != type;
    if (*wrong) cmd_reply_wrongtype(cmd);
    return *wrong ? NULL : key;
}

Key *cmd_need(Cmd *cmd, Slice name)
{
    Key *key = keyspace_find(cmd->keys, name);
    return key ? key : keyspace_add(cmd->keys, name);
}

Key *cmd_need_type(Cmd *cmd, Slice name, ValueType type)
{
    bool wrong;
    Key *key = cmd_lookup_type(cmd, name, type, &wrong);
    if (wrong || key) return key;
    key = cmd_need(cmd, name);
    key->value = value_create(cmd->mem, type);
    return key;
}

void cmd_changed(Cmd *cmd, Key *key)
{
    if (key->touched_ms == 0) key->touched_ms = cmd->now_ms; /* a new one */
    keyspace_touch(cmd->keys, key);
    cmd->dirty++;
}

void cmd_delete(Cmd *cmd, Key *key)
{
    keyspace_remove(cmd->keys, key);
    cmd->dirty++;
}

void cmd_drop_if_empty(Cmd *cmd, Key *key)
{
    if (value_count(&key->value) == 0) keyspace_remove(cmd->keys, key);
}

void cmd_store(Cmd *cmd, Slice name, Value value)
{
    Key *old = keyspace_find(cmd->keys, name);
    if (old) cmd_delete(cmd, old);
    if (value_count(&value) == 0) {
        value_free(cmd->mem, &value);
        return;
    }
    Key *key = cmd_need(cmd, name);
    key->value = value;
    cmd_changed(cmd, key);
}

void cmd_remove_members(Cmd *cmd, ValueType type)
{
    bool wrong;
    uint32_t removed = 0;
    Key *key = cmd_lookup_type(cmd, cmd->argv[1], type, &wrong);
    if (wrong) return;
    for (uint32_t i = 2; key && i < cmd->argc; i++) {
        if (!value_remove(cmd->mem, &key->value, cmd->argv[i])) continue;
        cmd_changed(cmd, key);
        removed++;
    }
    if (key) cmd_drop_if_empty(cmd, key);
    reply_integer(cmd->reply, removed);
}

void cmd_wait(Cmd *cmd, uint32_t first, uint32_t count, uint64_t until_ms)
{
    cmd->blocked = true;
    cmd->block.first_key = first;
    cmd->block.key_count = count;
    cmd->block.timeout_ms = until_ms;
}

/* --- arguments --- */

bool cmd_read_count(Cmd *cmd, uint32_t arg, int64_t *count)
{
    if (slice_integer(cmd->argv[arg], count) && *count >= 0) return true;
    reply_error(cmd->reply, "ERR value is out of range, must be positive");
    return false;
}

bool cmd_read_multi_pop(Cmd *cmd, uint32_t arg, const char *first, const char *second,
                        MultiPop *pop)
{
    int64_t keys;
    if (!slice_integer(cmd->argv[arg], &keys) || keys <= 0) {
        reply_error(cmd->reply, "ERR numkeys should be greater than 0");
        return false;
    }
    uint32_t at = cmd->argc; /* of the word */
    if (keys < (int64_t)(cmd->argc - arg)) at = arg + 1 + (uint32_t)keys;
    bool fine =
        at < cmd->argc && (slice_is(cmd->argv[at], first) || slice_is(cmd->argv[at], second));
    bool counted = fine && at + 3 == cmd->argc && slice_is(cmd->argv[at + 1], "count");
    if (!fine || (at + 1 != cmd->argc && !counted)) {
        cmd_reply_syntax(cmd);
        return false;
    }
    *pop = (MultiPop){arg + 1, (uint32_t)keys, 1, slice_is(cmd->argv[at], second)};
    if (!counted || (slice_integer(cmd->argv[at + 2], &pop->count) && pop->count > 0)) return true;
    reply_error(cmd->reply, "ERR count should be greater than 0");
    return false;
}

bool cmd_integer(Cmd *cmd, uint32_t arg, int64_t *value)
{
    SIM_ASSERT(arg < cmd->argc);
    if (slice_integer(cmd->argv[arg], value)) return true;
    reply_error(cmd->reply, "ERR value is not an integer or out of range");
    return false;
}

void cmd_reply_wrongtype(Cmd *cmd)
{
    reply_error(cmd->reply, "WRONGTYPE Operation against a key holding the wrong kind of value");
}

void cmd_reply_syntax(Cmd *cmd)
{
    reply_error(cmd->reply, "ERR syntax error");
}

/* --- propagation --- */

void cmd_add_words(Cmd *cmd, Text *out, const Slice *words, uint32_t count)
{
    out->mem = cmd->mem;
    resp_request(out, words, count);
}

void cmd_propagate(Cmd *cmd, const Slice *words, uint32_t count)
{
    cmd->rewritten = true;
    cmd->instead_count++;
    cmd_add_words(cmd, &cmd->instead, words, count);
}

void cmd_propagate_nothing(Cmd *cmd)
{
    cmd->rewritten = true;
}

void cmd_stream(Cmd *cmd, Text *out, uint32_t *commands)
{
    *commands = cmd->expired;
    text_append_bytes(out, text_chars(&cmd->before), cmd->before.size);
    if (cmd->dirty == 0) return;
    if (!cmd->rewritten) {
        resp_request(out, cmd->argv, cmd->argc);
        *commands += 1;
    } else if (cmd->instead.size > 0) {
        text_append_bytes(out, text_chars(&cmd->instead), cmd->instead.size);
        *commands += cmd->instead_count;
    }
}

void cmd_deinit(Cmd *cmd)
{
    text_deinit(&cmd->before);
    text_deinit(&cmd->instead);
}
