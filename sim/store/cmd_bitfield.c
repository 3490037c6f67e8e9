/* cmd_bitfield.c -- integers of any width in a string (redis-server 7.0: bitops.c,
 * bitfieldGeneric). */
#include "sim/store/cmd_bit.h"

#include "sim/base/array.h"

#include <string.h>

typedef enum FieldKind { FIELD_GET, FIELD_SET, FIELD_INCRBY } FieldKind;
typedef enum Overflow { OVERFLOW_WRAP, OVERFLOW_SAT, OVERFLOW_FAIL } Overflow;

typedef struct Field {
    FieldKind kind;
    Overflow overflow;
    bool is_signed;
    uint32_t width;
    uint64_t offset;
    int64_t value;
} Field;

typedef ARRAY_OF(Field) Fields;

/* --- reading --- */

static bool read_width(Cmd *cmd, Slice text, Field *field)
{
    int64_t width = 0;
    char kind = text.size > 1 ? text.chars[0] : '\0';
    field->is_signed = kind == 'i';
    bool fine = (kind == 'i' || kind == 'u') &&
                slice_integer((Slice){text.chars + 1, text.size - 1}, &width) && width >= 1 &&
                width <= (field->is_signed ? 64 : 63);
    field->width = (uint32_t)width;
    if (!fine) {
        reply_error(cmd->reply, "ERR Invalid bitfield type. Use something like i16 u8. Note that "
                                "u64 is not supported but i64 is.");
    }
    return fine;
}

static bool read_overflow(Cmd *cmd, Slice word, Overflow *overflow)
{
    if (slice_is(word, "wrap")) *overflow = OVERFLOW_WRAP;
    else if (slice_is(word, "sat")) *overflow = OVERFLOW_SAT;
    else if (slice_is(word, "fail")) *overflow = OVERFLOW_FAIL;
    else {
        reply_error(cmd->reply, "ERR Invalid OVERFLOW type specified");
        return false;
    }
    return true;
}

/* One operation at *at; OVERFLOW changes *overflow for those that follow. */
static bool read_operation(Cmd *cmd, uint32_t *at, Overflow *overflow, Fields *fields)
{
    Slice word = cmd->argv[*at];
    uint32_t rest = cmd->argc - *at - 1;
    Field field = {.overflow = *overflow};
    if (slice_is(word, "overflow") && rest >= 1) {
        *at += 2;
        return read_overflow(cmd, cmd->argv[*at - 1], overflow);
    }
    uint32_t words = slice_is(word, "get") ? 2 : 3;
    bool known = words == 2 || slice_is(word, "set") || slice_is(word, "incrby");
    if (!known || rest < words) {
        cmd_reply_syntax(cmd);
        return false;
    }
    field.kind = words == 2 ? FIELD_GET : slice_is(word, "set") ? FIELD_SET : FIELD_INCRBY;
    if (!read_width(cmd, cmd->argv[*at + 1], &field)) return false;
    if (!bit_read_offset(cmd, cmd->argv[*at + 2], field.width, &field.offset)) return false;
    if (words == 3 && !cmd_integer(cmd, *at + 3, &field.value)) return false;
    *at += 1 + words;
    array_push(cmd->mem, fields, field);
    return true;
}

static bool read_fields(Cmd *cmd, Fields *fields)
{
    Overflow overflow = OVERFLOW_WRAP;
    for (uint32_t at = 2; at < cmd->argc;) {
        if (!read_operation(cmd, &at, &overflow, fields)) return false;
    }
    for (uint32_t i = 0; i < fields->count && (cmd->row->flags & CF_READONLY); i++) {
        if (fields->items[i].kind == FIELD_GET) continue;
        reply_error(cmd->reply, "ERR BITFIELD_RO only supports the GET subcommand");
        return false;
    }
    return true;
}

/* --- integers --- */

static int64_t get_field(Slice bytes, const Field *field)
{
    uint64_t value = 0;
    for (uint32_t i = 0; i < field->width; i++)
        value = value << 1 | bit_at(bytes, field->offset + i);
    if (field->is_signed && field->width < 64 && value >> (field->width - 1))
        value |= UINT64_MAX << field->width;
    return (int64_t)value;
}

static void put_field(Blob *blob, const Field *field, int64_t value)
{
    for (uint32_t i = 0; i < field->width; i++) {
        bool on = ((uint64_t)value >> (field->width - 1 - i) & 1) != 0;
        bit_put(blob, field->offset + i, on);
    }
}

/* The lowest bits of a value, with their sign. */
static int64_t wrap(uint64_t value, const Field *field)
{
    if (field->width == 64) return (int64_t)value;
    uint64_t mask = UINT64_MAX << field->width;
    bool negative = field->is_signed && (value >> (field->width - 1) & 1);
    return (int64_t)(negative ? value | mask : value & ~mask);
}

/* value + by, within the width; false when it does not fit. */
static bool add(int64_t value, int64_t by, const Field *field, int64_t *sum)
{
    int64_t most = field->is_signed ? INT64_MAX >> (64 - field->width)
                                    : (int64_t)(UINT64_MAX >> (64 - field->width));
    int64_t least = field->is_signed ? -most - 1 : 0;
    bool above = value > most || (by > 0 && value > most - by);
    bool below = !above && (value < least || (by < 0 && value < least - by));
    *sum = wrap((uint64_t)value + (uint64_t)by, field);
    if (field->overflow == OVERFLOW_SAT && above) *sum = most;
    if (field->overflow == OVERFLOW_SAT && below) *sum = least;
    return !above && !below;
}

/* An unsigned SET compares the value as an unsigned number: a negative one is too large. */
static bool clip(const Field *field, int64_t *value)
{
    if (field->is_signed || field->value >= 0) return add(field->value, 0, field, value);
    *value = field->overflow == OVERFLOW_SAT ? (int64_t)(UINT64_MAX >> (64 - field->width))
                                             : wrap((uint64_t)field->value, field);
    return false;
}

/* --- BITFIELD --- */

static void run_field(Cmd *cmd, const Field *field, Slice bytes, Blob *blob, bool *changed)
{
    int64_t old = get_field(blob ? blob_slice(*blob) : bytes, field), value;
    if (field->kind == FIELD_GET) {
        reply_integer(cmd->reply, old);
        return;
    }
    bool fits =
        field->kind == FIELD_SET ? clip(field, &value) : add(old, field->value, field, &value);
    if (!fits && field->overflow == OVERFLOW_FAIL) {
        reply_null(cmd->reply);
        return;
    }
    reply_integer(cmd->reply, field->kind == FIELD_SET ? old : value);
    put_field(blob, field, value);
    *changed |= old != value;
}

static void run_fields(Cmd *cmd, const Fields *fields)
{
    bool wrong = false, grown = false, writes = false;
    uint64_t last = 0;
    Blob *blob = NULL;
    Slice bytes = {0};
    for (uint32_t i = 0; i < fields->count; i++) {
        const Field *field = &fields->items[i];
        if (field->kind == FIELD_GET) continue;
        writes = true;
        if (field->offset + field->width - 1 > last) last = field->offset + field->width - 1;
    }
    if (writes) {
        blob = bit_need(cmd, cmd->argv[1], last, &grown);
        if (!blob) return;
    } else {
        const Key *key = cmd_lookup_type(cmd, cmd->argv[1], VALUE_STRING, &wrong);
        if (wrong) return;
        if (key) bytes = blob_slice(key->value.u.string);
    }
    reply_array(cmd->reply, fields->count);
    for (uint32_t i = 0; i < fields->count; i++)
        run_field(cmd, &fields->items[i], bytes, blob, &grown);
    if (blob && grown) cmd_changed(cmd, keyspace_find(cmd->keys, cmd->argv[1]));
}

void cmd_bitfield(Cmd *cmd)
{
    Fields fields = {0};
    if (read_fields(cmd, &fields)) run_fields(cmd, &fields);
    array_deinit(cmd->mem, &fields);
}
