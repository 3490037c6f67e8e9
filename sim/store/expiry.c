/* expiry.c -- times to live. */
#include "sim/store/expiry.h"

#include "sim/base/array.h"
#include "sim/base/assert.h"

#include <inttypes.h>
#include <stdio.h>

static bool invalid(Cmd *cmd)
{
    reply_error(cmd->reply, "ERR invalid expire time in '%s' command", cmd->row->name);
    return false;
}

bool expiry_read(Cmd *cmd, uint32_t at, ExpiryUnit unit, ExpiryBase base, ExpirySign sign,
                 uint64_t *expire_ms)
{
    int64_t time;
    if (!cmd_integer(cmd, at, &time)) return false;
    if (sign == EXPIRY_POSITIVE && time <= 0) return invalid(cmd);
    if (unit == EXPIRY_SECONDS) {
        if (time > INT64_MAX / 1000 || time < INT64_MIN / 1000) return invalid(cmd);
        time *= 1000;
    }
    if (base == EXPIRY_RELATIVE) {
        if (time > INT64_MAX - (int64_t)cmd->now_ms) return invalid(cmd);
        time += (int64_t)cmd->now_ms;
    }
    *expire_ms = time < 0 ? 0 : (uint64_t)time;
    return true;
}

void expiry_apply(Cmd *cmd, Key *key, uint64_t expire_ms)
{
    char digits[24];
    Slice name = {key->name, key->size};
    if (expire_ms <= cmd->now_ms && !cmd->is_replica && !cmd->from_primary) {
        Slice words[] = {slice_of("DEL"), name};
        cmd_propagate(cmd, words, 2);
        cmd_delete(cmd, key);
        return;
    }
    snprintf(digits, sizeof(digits), "%" PRIu64, expire_ms);
    Slice words[] = {slice_of("PEXPIREAT"), name, slice_of(digits)};
    cmd_propagate(cmd, words, 3);
    /* 0 means "no expiry" in a Key; a time before 1970 is as past as 1 ms after it. */
    keyspace_set_expiry(cmd->keys, key, expire_ms ? expire_ms : 1);
    cmd_changed(cmd, key);
}

uint32_t expiry_cycle(Keyspace *keys, uint64_t now_ms, uint32_t most, uint16_t *slot, Text *stream)
{
    uint32_t deleted = 0;
    if (keyspace_expires_count(keys) == 0) return 0;
    for (uint32_t looked = 0; looked < SLOT_COUNT && deleted < most; looked++) {
        Key *next, *key = keyspace_first_of_slot(keys, *slot);
        for (; key && deleted < most; key = next) {
            next = key->slot_next;
            if (!key_is_expired(key, now_ms)) continue;
            Slice words[] = {slice_of("DEL"), {key->name, key->size}};
            resp_request(stream, words, 2);
            keyspace_remove(keys, key);
            deleted++;
        }
        if (!key) *slot = (uint16_t)((*slot + 1u) % SLOT_COUNT);
    }
    return deleted;
}
