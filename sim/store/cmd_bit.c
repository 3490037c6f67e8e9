/* cmd_bit.c -- bits of strings (redis-server 7.0: bitops.c). Bit 0 is the highest of byte 0. */
#include "sim/store/cmd_bit.h"

#include "sim/base/array.h"
#include "sim/base/assert.h"

#include <string.h>

bool bit_read_offset(Cmd *cmd, Slice text, uint32_t width, uint64_t *offset)
{
    int64_t read = 0;
    bool counted = width > 0 && text.size > 0 && text.chars[0] == '#'; /* in units of the width */
    Slice digits = counted ? (Slice){text.chars + 1, text.size - 1} : text;
    bool fine = slice_integer(digits, &read) && read >= 0 && read < BITS_MAX;
    if (fine && counted) read *= width;
    if (fine && read < BITS_MAX) {
        *offset = (uint64_t)read;
        return true;
    }
    reply_error(cmd->reply, "ERR bit offset is not an integer or out of range");
    return false;
}

Blob *bit_need(Cmd *cmd, Slice name, uint64_t last, bool *grown)
{
    bool wrong;
    Key *key = cmd_lookup_type(cmd, name, VALUE_STRING, &wrong);
    if (wrong) return NULL;
    uint32_t size = (uint32_t)(last / 8 + 1);
    *grown = !key || key->value.u.string.size < size;
    if (!key) key = cmd_need_type(cmd, name, VALUE_STRING);
    key->value.form = STRING_GROWN;
    Blob *blob = &key->value.u.string;
    if (blob->size < size) {
        blob->chars = mem_resize(cmd->mem, blob->chars, blob->size, size);
        blob->size = size;
    }
    return blob;
}

bool bit_at(Slice bytes, uint64_t bit)
{
    if (bit / 8 >= bytes.size) return false;
    return ((unsigned char)bytes.chars[bit / 8] >> (7 - bit % 8) & 1) != 0;
}

void bit_put(Blob *blob, uint64_t bit, bool on)
{
    unsigned char mask = (unsigned char)(1u << (7 - bit % 8));
    SIM_ASSERT(bit / 8 < blob->size);
    unsigned char byte = (unsigned char)blob->chars[bit / 8];
    blob->chars[bit / 8] = (char)(on ? byte | mask : byte & ~mask);
}

/* --- SETBIT, GETBIT --- */

static void cmd_setbit(Cmd *cmd)
{
    uint64_t offset;
    int64_t on;
    bool grown;
    if (!bit_read_offset(cmd, cmd->argv[2], 0, &offset)) return;
    if (!slice_integer(cmd->argv[3], &on) || (on != 0 && on != 1)) {
        reply_error(cmd->reply, "ERR bit is not an integer or out of range");
        return;
    }
    Blob *blob = bit_need(cmd, cmd->argv[1], offset, &grown);
    if (!blob) return;
    bool before = bit_at(blob_slice(*blob), offset);
    if (grown || before != (on == 1)) {
        bit_put(blob, offset, on == 1);
        cmd_changed(cmd, keyspace_find(cmd->keys, cmd->argv[1]));
    }
    reply_integer(cmd->reply, before);
}

static void cmd_getbit(Cmd *cmd)
{
    bool wrong;
    uint64_t offset;
    if (!bit_read_offset(cmd, cmd->argv[2], 0, &offset)) return;
    const Key *key = cmd_lookup_type(cmd, cmd->argv[1], VALUE_STRING, &wrong);
    if (wrong) return;
    reply_integer(cmd->reply, key && bit_at(blob_slice(key->value.u.string), offset));
}

/* --- BITCOUNT, BITPOS --- */

typedef struct BitRange { /* bits first..last */
    int64_t first, last;
    bool any, end_given;
} BitRange;

static bool read_unit(Cmd *cmd, uint32_t at, bool *in_bits)
{
    *in_bits = at < cmd->argc && slice_is(cmd->argv[at], "bit");
    if (at >= cmd->argc || *in_bits || slice_is(cmd->argv[at], "byte")) return true;
    cmd_reply_syntax(cmd);
    return false;
}

/* start and end, in units of which there are `total`, as ranks from 0. */
static BitRange cut_range(int64_t start, int64_t end, int64_t total, bool in_bits)
{
    BitRange range = {0};
    if (start < 0) start += total;
    if (end < 0) end += total;
    if (start < 0) start = 0;
    if (end < 0) end = 0;
    if (end >= total) end = total - 1;
    range.any = start <= end;
    range.first = in_bits ? start : start * 8;
    range.last = in_bits ? end : end * 8 + 7;
    return range;
}

static void cmd_bitcount(Cmd *cmd)
{
    bool wrong, in_bits = false;
    int64_t start = 0, end = -1, count = 0;
    const Key *key = cmd_lookup_type(cmd, cmd->argv[1], VALUE_STRING, &wrong);
    if (wrong) return;
    if (!key) {
        reply_integer(cmd->reply, 0);
        return;
    }
    Slice bytes = blob_slice(key->value.u.string);
    if (cmd->argc == 3 || cmd->argc > 5) {
        cmd_reply_syntax(cmd);
        return;
    }
    if (cmd->argc > 3) {
        if (!cmd_integer(cmd, 2, &start) || !cmd_integer(cmd, 3, &end)) return;
        if (start < 0 && end < 0 && start > end) {
            reply_integer(cmd->reply, 0);
            return;
        }
        if (!read_unit(cmd, 4, &in_bits)) return;
    }
    BitRange range = cut_range(start, end, (int64_t)bytes.size * (in_bits ? 8 : 1), in_bits);
    for (int64_t bit = range.first; range.any && bit <= range.last; bit++)
        count += bit_at(bytes, (uint64_t)bit);
    reply_integer(cmd->reply, count);
}

static int64_t find_bit(Slice bytes, bool on, const BitRange *range)
{
    for (int64_t bit = range->first; range->any && bit <= range->last; bit++) {
        if (bit_at(bytes, (uint64_t)bit) == on) return bit;
    }
    /* Without an end, zeros go on behind the string. */
    return !on && range->any && !range->end_given ? range->last + 1 : -1;
}

static void cmd_bitpos(Cmd *cmd)
{
    bool wrong, in_bits = false;
    int64_t on, start = 0, end = -1;
    if (!cmd_integer(cmd, 2, &on)) return;
    if (on != 0 && on != 1) {
        reply_error(cmd->reply, "ERR The bit argument must be 1 or 0.");
        return;
    }
    const Key *key = cmd_lookup_type(cmd, cmd->argv[1], VALUE_STRING, &wrong);
    if (wrong) return;
    if (!key) {
        reply_integer(cmd->reply, on ? -1 : 0);
        return;
    }
    if (cmd->argc > 6) {
        cmd_reply_syntax(cmd);
        return;
    }
    if (cmd->argc > 3 && !cmd_integer(cmd, 3, &start)) return;
    if (!read_unit(cmd, 5, &in_bits)) return;
    if (cmd->argc > 4 && !cmd_integer(cmd, 4, &end)) return;
    Slice bytes = blob_slice(key->value.u.string);
    BitRange range = cut_range(start, end, (int64_t)bytes.size * (in_bits ? 8 : 1), in_bits);
    range.end_given = cmd->argc > 4;
    reply_integer(cmd->reply, find_bit(bytes, on == 1, &range));
}

/* --- BITOP --- */

static char combine(char operation, char a, char b)
{
    if (operation == 'a') return (char)(a & b);
    return (char)(operation == 'o' ? a | b : a ^ b);
}

static void apply(char operation, Slice source, bool first, Text *result)
{
    for (uint32_t i = 0; i < result->size; i++) {
        char byte = i < source.size ? source.chars[i] : 0;
        if (operation == 'n') result->chars[i] = (char)~byte;
        else result->chars[i] = first ? byte : combine(operation, result->chars[i], byte);
    }
}

/* The strings of the arguments from `at` on; false after an error reply. */
static bool read_sources(Cmd *cmd, uint32_t at, Slices *sources, uint32_t *longest)
{
    for (*longest = 0; at < cmd->argc; at++) {
        bool wrong;
        const Key *key = cmd_lookup_type(cmd, cmd->argv[at], VALUE_STRING, &wrong);
        if (wrong) return false;
        Slice source = key ? blob_slice(key->value.u.string) : (Slice){0};
        if (source.size > *longest) *longest = source.size;
        array_push(cmd->mem, sources, source);
    }
    return true;
}

static void combine_all(Cmd *cmd, char operation)
{
    Slices sources = {0};
    Text result = {.mem = cmd->mem};
    uint32_t longest;
    cmd->looks_up = true;
    if (read_sources(cmd, 3, &sources, &longest)) {
        static const char zero = 0;
        for (uint32_t i = 0; i < longest; i++) text_append_bytes(&result, &zero, 1);
        for (uint32_t i = 0; i < sources.count; i++)
            apply(operation, sources.items[i], i == 0, &result);
        Value value = {.type = longest > 0 ? VALUE_STRING : VALUE_NONE, .form = STRING_GROWN};
        if (longest > 0)
            value.u.string = blob_copy(cmd->mem, (Slice){text_chars(&result), result.size});
        cmd_store(cmd, cmd->argv[2], value);
        reply_integer(cmd->reply, longest);
    }
    array_deinit(cmd->mem, &sources);
    text_deinit(&result);
}

static void cmd_bitop(Cmd *cmd)
{
    static const char *const operations[] = {"and", "or", "xor", "not"};
    for (uint32_t i = 0; i < ARRAY_LENGTH(operations); i++) {
        if (!slice_is(cmd->argv[1], operations[i])) continue;
        if (operations[i][0] == 'n' && cmd->argc != 4) {
            reply_error(cmd->reply, "ERR BITOP NOT must be called with a single source key.");
            return;
        }
        combine_all(cmd, operations[i][0]);
        return;
    }
    cmd_reply_syntax(cmd);
}

const CommandBinding cmd_bit_bindings[] = {
    {"bitcount", cmd_bitcount},    {"bitfield", cmd_bitfield},
    {"bitfield_ro", cmd_bitfield}, {"bitop", cmd_bitop},
    {"bitpos", cmd_bitpos},        {"getbit", cmd_getbit},
    {"setbit", cmd_setbit},        {NULL, NULL},
};
