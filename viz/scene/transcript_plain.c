/* transcript_plain.c -- a reply as the trace keeps it: one line with its kind in front ("+OK",
 * ":1"), an array as "*2" with a line for each element below it, two spaces deeper. */
#include "viz/scene/transcript.h"

#include <string.h>

typedef struct PlainReader {
    RespValues *values;
    uint32_t arrays[RESP_DEPTH_MAX]; /* indices of those that are open, by depth */
    uint32_t depth;                  /* how many are */
} PlainReader;

static bool read_kind(char mark, RespKind *kind)
{
    static const char marks[] = "+-:$_*";
    static const RespKind kinds[] = {RESP_STATUS, RESP_ERROR, RESP_INTEGER,
                                     RESP_BULK,   RESP_NULL,  RESP_ARRAY};
    const char *found = mark ? strchr(marks, mark) : NULL;
    if (found) *kind = kinds[found - marks];
    return found != NULL;
}

static int64_t read_integer(const char *chars, uint32_t size)
{
    int64_t value = 0;
    bool is_negative = size > 0 && chars[0] == '-';
    for (uint32_t i = is_negative; i < size && chars[i] >= '0' && chars[i] <= '9'; i++)
        value = (int64_t)((uint64_t)value * 10 + (uint64_t)(chars[i] - '0'));
    return is_negative ? -value : value;
}

/* All arrays from this depth on have all their elements. */
static void close_arrays(PlainReader *reader, uint32_t depth)
{
    while (reader->depth > depth)
        reader->values->items[reader->arrays[--reader->depth]].next = reader->values->count;
}

static void add_value(PlainReader *reader, RespKind kind, uint32_t depth, const char *chars,
                      uint32_t size)
{
    RespValues *values = reader->values;
    RespValue value = {.kind = kind, .next = values->count + 1};
    if (kind == RESP_INTEGER) value.integer = read_integer(chars, size);
    else if (kind != RESP_ARRAY) value.text = (Slice){chars, size};
    close_arrays(reader, depth);
    if (depth > 0) values->items[reader->arrays[depth - 1]].count++;
    if (kind == RESP_ARRAY && reader->depth < RESP_DEPTH_MAX)
        reader->arrays[reader->depth++] = values->count;
    array_push(NULL, values, value);
}

/* A line of an array's element; false when it cannot be one (a text that had line ends). */
static bool add_element(PlainReader *reader, const char *line, uint32_t size)
{
    RespKind kind;
    uint32_t spaces = 0;
    while (spaces < size && line[spaces] == ' ') spaces++;
    uint32_t depth = spaces / 2;
    bool fits = spaces % 2 == 0 && depth >= 1 && depth <= reader->depth && spaces < size;
    if (!fits || !read_kind(line[spaces], &kind)) return false;
    add_value(reader, kind, depth, line + spaces + 1, size - spaces - 1);
    return true;
}

void transcript_read_plain(TraceText reply, RespValues *values)
{
    PlainReader reader = {.values = values};
    RespKind kind;
    const char *end = reply.chars + reply.size;
    if (!read_kind(reply.chars[0], &kind)) { /* not a reply's form: shown as it is */
        add_value(&reader, RESP_STATUS, 0, reply.chars, reply.size);
        return;
    }
    add_value(&reader, kind, 0, reply.chars + 1, reply.size - 1);
    const char *line = memchr(reply.chars, '\n', reply.size);
    while (kind == RESP_ARRAY && line && line + 1 < end) {
        const char *first = line + 1, *next = memchr(first, '\n', (size_t)(end - first));
        uint32_t size = (uint32_t)((next ? next : end) - first);
        RespValue *last = &values->items[values->count - 1];
        if (!add_element(&reader, first, size) && last->text.chars)
            last->text.size = (uint32_t)(first + size - last->text.chars);
        line = next;
    }
    close_arrays(&reader, 0);
}
