/* resp_read.c -- a reply's bytes as a table of values, and as plain text. */
#include "sim/base/resp.h"

#include "sim/base/assert.h"

#include <inttypes.h>
#include <string.h>

typedef struct Reader {
    Slice bytes;
    uint32_t at;
    RespValues *values;
    Error *err;
    Mem *mem;
} Reader;

static RespStatus fail(Reader *reader, const char *what)
{
    error_set(reader->err, "RESP reply, byte %" PRIu32 ": %s", reader->at, what);
    return RESP_BAD;
}

static RespStatus take_line(Reader *reader, Slice *line)
{
    Slice bytes = reader->bytes;
    const char *found = reader->at < bytes.size
                            ? memchr(bytes.chars + reader->at, '\n', bytes.size - reader->at)
                            : NULL;
    if (!found) return RESP_MORE;
    uint32_t end = (uint32_t)(found - bytes.chars);
    if (end == reader->at || bytes.chars[end - 1] != '\r')
        return fail(reader, "a line must end with CR LF");
    *line = (Slice){bytes.chars + reader->at, end - 1 - reader->at};
    reader->at = end + 1;
    return RESP_DONE;
}

static bool kind_of(char c, RespKind *kind)
{
    static const struct {
        char c;
        RespKind kind;
    } kinds[] = {{'+', RESP_STATUS}, {'-', RESP_ERROR}, {':', RESP_INTEGER}, {'$', RESP_BULK},
                 {'=', RESP_BULK},   {'_', RESP_NULL},  {'*', RESP_ARRAY},   {'%', RESP_MAP},
                 {'~', RESP_SET},    {'>', RESP_PUSH},  {',', RESP_DOUBLE},  {'#', RESP_BOOL},
                 {'(', RESP_BIGNUM}};
    for (uint32_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
        if (kinds[i].c != c) continue;
        *kind = kinds[i].kind;
        return true;
    }
    return false;
}

static RespStatus take_bulk(Reader *reader, RespValue *value, int64_t size, bool verbatim)
{
    if (size == -1) {
        value->kind = RESP_NULL;
        return RESP_DONE;
    }
    if (size < 0 || size > RESP_WORD_MAX)
        return fail(reader, "a bulk string has 0 to 536870912 bytes");
    if (reader->bytes.size - reader->at < (uint64_t)size + 2) return RESP_MORE;
    value->text = (Slice){reader->bytes.chars + reader->at, (uint32_t)size};
    if (verbatim && size >= 4) value->text = (Slice){value->text.chars + 4, value->text.size - 4};
    reader->at += (uint32_t)size;
    if (memcmp(reader->bytes.chars + reader->at, "\r\n", 2) != 0) {
        return fail(reader, "a bulk string must be followed by CR LF");
    }
    reader->at += 2;
    return RESP_DONE;
}

static RespStatus take_value(Reader *reader, uint32_t depth);

static RespStatus take_children(Reader *reader, uint32_t index, int64_t count, uint32_t depth)
{
    RespValue *value = &reader->values->items[index];
    bool is_map = value->kind == RESP_MAP;
    if (count == -1) {
        value->kind = RESP_NULL;
        return RESP_DONE;
    }
    if (count < 0 || count > RESP_WORDS_MAX)
        return fail(reader, "an array has 0 to 1048576 elements");
    if (depth + 1 >= RESP_DEPTH_MAX)
        return fail(reader, "arrays are nested too deeply; 32 are allowed");
    value->count = (uint32_t)count;
    for (int64_t i = 0; i < (is_map ? 2 * count : count); i++) {
        RespStatus status = take_value(reader, depth + 1);
        if (status != RESP_DONE) return status;
    }
    return RESP_DONE;
}

static RespStatus take_body(Reader *reader, uint32_t index, Slice line, bool verbatim,
                            uint32_t depth)
{
    RespValue *value = &reader->values->items[index];
    int64_t number = 0;
    bool is_number = slice_integer(line, &number);
    switch (value->kind) {
    case RESP_STATUS:
    case RESP_ERROR:
    case RESP_DOUBLE:
    case RESP_BIGNUM: value->text = line; return RESP_DONE;
    case RESP_NULL: return RESP_DONE;
    case RESP_BOOL:
        if (line.size != 1 || (line.chars[0] != 't' && line.chars[0] != 'f')) {
            return fail(reader, "a boolean is t or f");
        }
        value->integer = line.chars[0] == 't';
        return RESP_DONE;
    case RESP_INTEGER:
        if (!is_number) return fail(reader, "an integer is wanted");
        value->integer = number;
        return RESP_DONE;
    case RESP_BULK:
        if (!is_number) return fail(reader, "a length is wanted");
        return take_bulk(reader, value, number, verbatim);
    case RESP_ARRAY:
    case RESP_MAP:
    case RESP_SET:
    case RESP_PUSH:
        if (!is_number) return fail(reader, "a count is wanted");
        return take_children(reader, index, number, depth);
    }
    return fail(reader, "no such kind");
}

static RespStatus take_value(Reader *reader, uint32_t depth)
{
    Slice line;
    RespKind kind;
    if (reader->at >= reader->bytes.size) return RESP_MORE;
    char head = reader->bytes.chars[reader->at];
    if (!kind_of(head, &kind))
        return fail(reader, "a value begins with one of + - : $ = _ * % ~ > , # (");
    RespStatus status = take_line(reader, &line);
    if (status != RESP_DONE) return status;
    line = (Slice){line.chars + 1, line.size - 1};
    uint32_t index = reader->values->count;
    array_push(reader->mem, reader->values, (RespValue){.kind = kind});
    status = take_body(reader, index, line, head == '=', depth);
    reader->values->items[index].next = reader->values->count;
    return status;
}

RespStatus resp_read(Slice bytes, RespValues *values, uint32_t *used, Error *err, Mem *mem)
{
    Reader reader = {.bytes = bytes, .values = values, .err = err, .mem = mem};
    array_clear(values);
    RespStatus status = take_value(&reader, 0);
    *used = status == RESP_DONE ? reader.at : 0;
    return status;
}

/* --- plain --- */

static void append_plain(Text *out, const RespValues *values, uint32_t index, uint32_t depth)
{
    const RespValue *value = &values->items[index];
    uint32_t child = index + 1,
             children = value->kind == RESP_MAP ? 2 * value->count : value->count;
    switch (value->kind) {
    case RESP_STATUS: text_append(out, "+"); break;
    case RESP_ERROR: text_append(out, "-"); break;
    case RESP_INTEGER:
    case RESP_BOOL: text_append(out, ":%" PRId64, value->integer); return;
    case RESP_NULL: text_append(out, "_"); return;
    case RESP_DOUBLE:
    case RESP_BIGNUM:
    case RESP_BULK: text_append(out, "$"); break;
    case RESP_ARRAY:
    case RESP_MAP:
    case RESP_SET:
    case RESP_PUSH:
        text_append(out, "*%" PRIu32, children);
        for (uint32_t i = 0; i < children; i++) {
            text_append(out, "\n%*s", (int)(2 * depth + 2), "");
            append_plain(out, values, child, depth + 1);
            child = values->items[child].next;
        }
        return;
    }
    text_append_bytes(out, value->text.size ? value->text.chars : "", value->text.size);
}

void resp_plain_text(const RespValues *values, Text *out)
{
    SIM_ASSERT(values->count > 0);
    append_plain(out, values, 0, 0);
}
