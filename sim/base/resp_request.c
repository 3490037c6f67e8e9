/* resp_request.c -- requests out of the bytes of a connection: arrays of bulk strings, and lines
 * (networking.c: processMultibulkBuffer, processInlineBuffer, sds.c: sdssplitargs). */
#include "sim/base/resp.h"

#include "sim/base/assert.h"

#include <string.h>

/* The line that starts at `at`: its end without CR LF, and where the next one starts. False when
 * the LF is not there yet. */
static bool take_line(Slice bytes, uint32_t at, uint32_t *end, uint32_t *next)
{
    const char *found = at < bytes.size ? memchr(bytes.chars + at, '\n', bytes.size - at) : NULL;
    if (!found) return false;
    *next = (uint32_t)(found - bytes.chars) + 1;
    *end = *next - 1;
    if (*end > at && bytes.chars[*end - 1] == '\r') (*end)--;
    return true;
}

static RespStatus bad(Error *err, const char *chars)
{
    error_set(err, "%s", chars);
    return RESP_BAD;
}

static RespStatus take_bulk(Slice bytes, uint32_t *at, Slice *word, Error *err)
{
    uint32_t end, next;
    int64_t size;
    if (!take_line(bytes, *at, &end, &next)) {
        if (bytes.size - *at > RESP_INLINE_MAX) return bad(err, "too big bulk count string");
        return RESP_MORE;
    }
    if (bytes.chars[*at] != '$') {
        error_set(err, "expected '$', got '%c'", bytes.chars[*at]);
        return RESP_BAD;
    }
    Slice digits = {bytes.chars + *at + 1, end - *at - 1};
    if (!slice_integer(digits, &size) || size < 0 || size > RESP_WORD_MAX) {
        return bad(err, "invalid bulk length");
    }
    if (bytes.size - next < (uint64_t)size + 2) return RESP_MORE;
    *word = (Slice){bytes.chars + next, (uint32_t)size};
    *at = next + (uint32_t)size + 2;
    return RESP_DONE;
}

static RespStatus take_array(Slice bytes, Slices *words, uint32_t *used, Error *err, Mem *mem)
{
    uint32_t end, at;
    int64_t count;
    if (!take_line(bytes, 0, &end, &at)) {
        return bytes.size > RESP_INLINE_MAX ? bad(err, "too big mbulk count string") : RESP_MORE;
    }
    Slice digits = {bytes.chars + 1, end - 1};
    if (!slice_integer(digits, &count) || count > RESP_WORDS_MAX) {
        return bad(err, "invalid multibulk length");
    }
    for (int64_t i = 0; i < count; i++) {
        Slice word;
        if (at == bytes.size) return RESP_MORE;
        RespStatus status = take_bulk(bytes, &at, &word, err);
        if (status != RESP_DONE) return status;
        array_push(mem, words, word);
    }
    *used = at;
    return RESP_DONE;
}

RespStatus resp_take_request(Slice bytes, Slices *words, Text *scratch, uint32_t *used, Error *err,
                             Mem *mem)
{
    array_clear(words);
    *used = 0;
    if (bytes.size == 0) return RESP_MORE;
    if (bytes.chars[0] == '*') return take_array(bytes, words, used, err, mem);
    uint32_t end;
    if (!take_line(bytes, 0, &end, used)) {
        return bytes.size > RESP_INLINE_MAX ? bad(err, "too big inline request") : RESP_MORE;
    }
    if (resp_split_line((Slice){bytes.chars, end}, words, scratch, mem)) return RESP_DONE;
    return bad(err, "unbalanced quotes in request");
}

/* --- lines --- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f' || c == '\0';
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/* One character after a backslash inside "..."; *at stands on it and is moved behind it. */
static char unescape(Slice line, uint32_t *at)
{
    char c = line.chars[(*at)++];
    if (c == 'x' && *at + 1 < line.size) {
        int high = hex_digit(line.chars[*at]), low = hex_digit(line.chars[*at + 1]);
        if (high >= 0 && low >= 0) {
            *at += 2;
            return (char)(high * 16 + low);
        }
    }
    switch (c) {
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'b': return '\b';
    case 'a': return '\a';
    default: return c;
    }
}

/* The rest of a quoted part, appended; false when the quote is never closed, or is followed by
 * something else than a blank. */
static bool take_quoted(Slice line, uint32_t *at, char quote, Text *out)
{
    while (*at < line.size) {
        char c = line.chars[(*at)++];
        if (c == quote) return *at == line.size || is_blank(line.chars[*at]);
        if (c == '\\' && *at < line.size) {
            if (quote == '"') c = unescape(line, at);
            else if (line.chars[*at] == '\'') c = line.chars[(*at)++];
        }
        text_append_bytes(out, &c, 1);
    }
    return false;
}

static bool take_word(Slice line, uint32_t *at, Text *out)
{
    while (*at < line.size && !is_blank(line.chars[*at])) {
        char c = line.chars[(*at)++];
        if (c == '"' || c == '\'') return take_quoted(line, at, c, out);
        text_append_bytes(out, &c, 1);
    }
    return true;
}

bool resp_split_line(Slice line, Slices *words, Text *scratch, Mem *mem)
{
    uint32_t at = 0;
    array_clear(words);
    text_clear(scratch);
    for (;;) {
        while (at < line.size && is_blank(line.chars[at])) at++;
        if (at == line.size) break;
        uint32_t start = scratch->size;
        if (!take_word(line, &at, scratch)) return false;
        array_push(mem, words, (Slice){.size = scratch->size - start});
    }
    /* The scratch has stopped growing: now the words can point into it. */
    const char *chars = text_chars(scratch);
    for (uint32_t i = 0; i < words->count; i++) {
        words->items[i].chars = chars;
        chars += words->items[i].size;
    }
    return true;
}
