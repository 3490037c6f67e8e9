/* cmd_common.c -- what command functions share: look-up with expiry, replies, propagation. */
#include "sim/store/command.h"

#include "sim/base/assert.h"

Key *cmd_lookup(Cmd *cmd, Slice name)
{
    Key *key = keyspace_find(cmd->keys, name);
    if (!key || cmd->from_primary) return key;
    if (key_is_expired(key, cmd->now_ms)) {
        if (cmd->is_replica) return NULL;
        cmd_expire(cmd, key);
        return NULL;
    }
    key->touched_ms = cmd->now_ms;
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

void cmd_changed(Cmd *cmd, Key *key)
{
    keyspace_touch(cmd->keys, key);
    cmd->dirty++;
}

void cmd_delete(Cmd *cmd, Key *key)
{
    keyspace_remove(cmd->keys, key);
    cmd->dirty++;
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
