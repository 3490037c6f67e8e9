/* resp_write.c -- replies and requests as RESP bytes, in protocol 2 or 3. */
#include "sim/base/resp.h"

#include "sim/base/assert.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Errors and statuses are one line whatever they quote. */
static void append_line(Text *out, const char *chars)
{
    for (; *chars; chars++) {
        char c = *chars == '\r' || *chars == '\n' ? ' ' : *chars;
        text_append_bytes(out, &c, 1);
    }
    text_append_bytes(out, "\r\n", 2);
}

static void append_head(Reply *reply, char kind, uint64_t count)
{
    text_append(&reply->out, "%c%" PRIu64 "\r\n", kind, count);
}

void reply_status(Reply *reply, const char *chars)
{
    text_append_bytes(&reply->out, "+", 1);
    append_line(&reply->out, chars);
}

void reply_error(Reply *reply, const char *format, ...)
{
    char buffer[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(buffer, sizeof(buffer), format, args);
    va_end(args);
    text_append_bytes(&reply->out, "-", 1);
    append_line(&reply->out, buffer);
    reply->errors++;
}

void reply_integer(Reply *reply, int64_t value)
{
    text_append(&reply->out, ":%" PRId64 "\r\n", value);
}

void reply_bulk(Reply *reply, Slice bytes)
{
    append_head(reply, '$', bytes.size);
    text_append_bytes(&reply->out, bytes.size ? bytes.chars : "", bytes.size);
    text_append_bytes(&reply->out, "\r\n", 2);
}

void reply_bulk_text(Reply *reply, const char *chars)
{
    reply_bulk(reply, slice_of(chars));
}

void reply_bulk_format(Reply *reply, const char *format, ...)
{
    char buffer[1024];
    va_list args;
    va_start(args, format);
    int size = vsnprintf(buffer, sizeof(buffer), format, args);
    va_end(args);
    SIM_ASSERT(size >= 0 && (size_t)size < sizeof(buffer));
    reply_bulk(reply, (Slice){buffer, (uint32_t)size});
}

void reply_null(Reply *reply)
{
    if (reply->protocol == 3) text_append(&reply->out, "_\r\n");
    else text_append(&reply->out, "$-1\r\n");
}

void reply_null_array(Reply *reply)
{
    if (reply->protocol == 3) text_append(&reply->out, "_\r\n");
    else text_append(&reply->out, "*-1\r\n");
}

void reply_array(Reply *reply, uint32_t count)
{
    append_head(reply, '*', count);
}

void reply_map(Reply *reply, uint32_t pairs)
{
    if (reply->protocol == 3) append_head(reply, '%', pairs);
    else append_head(reply, '*', (uint64_t)pairs * 2);
}

void reply_set(Reply *reply, uint32_t count)
{
    append_head(reply, reply->protocol == 3 ? '~' : '*', count);
}

void reply_push(Reply *reply, uint32_t count)
{
    append_head(reply, reply->protocol == 3 ? '>' : '*', count);
}

void reply_double_text(Reply *reply, const char *digits)
{
    if (reply->protocol == 3) text_append(&reply->out, ",%s\r\n", digits);
    else reply_bulk_text(reply, digits);
}

void reply_bool(Reply *reply, bool value)
{
    if (reply->protocol == 3) text_append(&reply->out, "#%c\r\n", value ? 't' : 'f');
    else reply_integer(reply, value);
}

void reply_verbatim(Reply *reply, const char *kind, Slice text)
{
    SIM_ASSERT(strlen(kind) == 3);
    if (reply->protocol != 3) {
        reply_bulk(reply, text);
        return;
    }
    append_head(reply, '=', (uint64_t)text.size + 4);
    text_append(&reply->out, "%s:", kind);
    text_append_bytes(&reply->out, text.size ? text.chars : "", text.size);
    text_append_bytes(&reply->out, "\r\n", 2);
}

uint32_t reply_mark(const Reply *reply)
{
    return reply->out.size;
}

/* Inserts a head before what was written since the mark. */
static void insert_head(Reply *reply, uint32_t mark, char kind, uint64_t count)
{
    char head[32];
    SIM_ASSERT(mark <= reply->out.size);
    int size = snprintf(head, sizeof(head), "%c%" PRIu64 "\r\n", kind, count);
    uint32_t tail = reply->out.size - mark;
    text_append_bytes(&reply->out, head, (uint32_t)size); /* makes room */
    memmove(reply->out.chars + mark + size, reply->out.chars + mark, tail);
    memcpy(reply->out.chars + mark, head, (size_t)size);
}

void reply_array_at(Reply *reply, uint32_t mark, uint32_t count)
{
    insert_head(reply, mark, '*', count);
}

void reply_map_at(Reply *reply, uint32_t mark, uint32_t pairs)
{
    if (reply->protocol == 3) insert_head(reply, mark, '%', pairs);
    else insert_head(reply, mark, '*', (uint64_t)pairs * 2);
}

void reply_raw(Reply *reply, Slice bytes)
{
    text_append_bytes(&reply->out, bytes.size ? bytes.chars : "", bytes.size);
}

void reply_deinit(Reply *reply)
{
    text_deinit(&reply->out);
}

void resp_request(Text *out, const Slice *words, uint32_t count)
{
    text_append(out, "*%" PRIu32 "\r\n", count);
    for (uint32_t i = 0; i < count; i++) {
        text_append(out, "$%" PRIu32 "\r\n", words[i].size);
        text_append_bytes(out, words[i].size ? words[i].chars : "", words[i].size);
        text_append_bytes(out, "\r\n", 2);
    }
}
