/* resp_cli.c -- replies as redis-cli prints them on a terminal (redis-cli.c: cliFormatReplyTTY,
 * cliFormatReplyRaw). */
#include "sim/base/resp.h"

#include "sim/base/assert.h"

#include <inttypes.h>
#include <string.h>

/* sdscatrepr: quoted, with escapes. */
static void append_quoted(Text *out, Slice text)
{
    text_append(out, "\"");
    for (uint32_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.chars[i];
        switch (c) {
        case '\\':
        case '"': text_append(out, "\\%c", c); break;
        case '\n': text_append(out, "\\n"); break;
        case '\r': text_append(out, "\\r"); break;
        case '\t': text_append(out, "\\t"); break;
        case '\a': text_append(out, "\\a"); break;
        case '\b': text_append(out, "\\b"); break;
        default:
            if (c >= ' ' && c <= '~') text_append_bytes(out, &text.chars[i], 1);
            else text_append(out, "\\x%02x", c);
        }
    }
    text_append(out, "\"");
}

static uint32_t digits_of(uint32_t number)
{
    uint32_t digits = 1;
    while (number >= 10) {
        number /= 10;
        digits++;
    }
    return digits;
}

static void append_value(Text *out, const RespValues *values, uint32_t index, uint32_t indent);

/* "1) ..." right aligned; further lines of an element stand under its first one. */
static void append_elements(Text *out, const RespValues *values, uint32_t index, uint32_t indent)
{
    const RespValue *value = &values->items[index];
    bool is_map = value->kind == RESP_MAP;
    char mark = is_map ? '#' : value->kind == RESP_SET ? '~' : ')';
    uint32_t width = digits_of(value->count), child = index + 1;
    for (uint32_t i = 1; i <= value->count; i++) {
        if (i > 1) text_append(out, "%*s", (int)indent, "");
        text_append(out, "%*" PRIu32 "%c ", (int)width, i, mark);
        append_value(out, values, child, indent + width + 2);
        child = values->items[child].next;
        if (!is_map) continue;
        out->size--; /* the key's newline */
        text_append(out, " => ");
        append_value(out, values, child, indent + width + 2);
        child = values->items[child].next;
    }
}

static void append_value(Text *out, const RespValues *values, uint32_t index, uint32_t indent)
{
    const RespValue *value = &values->items[index];
    switch (value->kind) {
    case RESP_STATUS: text_append(out, "%.*s\n", (int)value->text.size, value->text.chars); break;
    case RESP_ERROR:
        text_append(out, "(error) %.*s\n", (int)value->text.size, value->text.chars);
        break;
    case RESP_INTEGER: text_append(out, "(integer) %" PRId64 "\n", value->integer); break;
    case RESP_DOUBLE:
        text_append(out, "(double) %.*s\n", (int)value->text.size, value->text.chars);
        break;
    case RESP_BIGNUM: text_append(out, "%.*s\n", (int)value->text.size, value->text.chars); break;
    case RESP_BOOL: text_append(out, value->integer ? "(true)\n" : "(false)\n"); break;
    case RESP_NULL: text_append(out, "(nil)\n"); break;
    case RESP_BULK:
        append_quoted(out, value->text);
        text_append(out, "\n");
        break;
    case RESP_ARRAY:
    case RESP_MAP:
    case RESP_SET:
    case RESP_PUSH:
        if (value->count == 0) {
            text_append(out, value->kind == RESP_MAP    ? "(empty hash)\n"
                             : value->kind == RESP_SET  ? "(empty set)\n"
                             : value->kind == RESP_PUSH ? "(empty push)\n"
                                                        : "(empty array)\n");
        } else {
            append_elements(out, values, index, indent);
        }
    }
}

void resp_cli_text(const RespValues *values, Text *out)
{
    SIM_ASSERT(values->count > 0);
    append_value(out, values, 0, 0);
}

/* --- the few commands whose text is printed as it is --- */

/* Words in capitals; "*": anything may follow, "$": nothing may. */
static const char *const raw_commands[][3] = {
    {"INFO", "*"},
    {"LOLWUT", "*"},
    {"DEBUG", "HTSTATS", "*"},
    {"DEBUG", "HTSTATS-KEY", "*"},
    {"DEBUG", "CLIENT-EVICTION", "*"},
    {"MEMORY", "MALLOC-STATS", "*"},
    {"MEMORY", "DOCTOR", "*"},
    {"CLUSTER", "NODES", "$"},
    {"CLUSTER", "INFO", "$"},
    {"CLIENT", "LIST", "*"},
    {"CLIENT", "INFO", "*"},
    {"LATENCY", "GRAPH", "*"},
    {"LATENCY", "DOCTOR", "$"},
};

static bool is_word(Slice word, const char *wanted)
{
    if (word.size != strlen(wanted)) return false;
    for (uint32_t i = 0; i < word.size; i++) {
        char c = word.chars[i];
        if ((c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c) != wanted[i]) return false;
    }
    return true;
}

static bool is_raw(const Slices *words)
{
    for (size_t row = 0; row < sizeof(raw_commands) / sizeof(raw_commands[0]); row++) {
        uint32_t i = 0;
        const char *const *wanted = raw_commands[row];
        while (i < words->count && *wanted[i] != '*' && *wanted[i] != '$' &&
               is_word(words->items[i], wanted[i]))
            i++;
        if (*wanted[i] == '*' || (*wanted[i] == '$' && i == words->count)) return true;
    }
    return false;
}

static void append_raw(Text *out, const RespValues *values, uint32_t index)
{
    const RespValue *value = &values->items[index];
    uint32_t children = value->kind == RESP_MAP ? 2 * value->count : value->count;
    switch (value->kind) {
    case RESP_NULL: break;
    case RESP_INTEGER: text_append(out, "%" PRId64, value->integer); break;
    case RESP_BOOL: text_append(out, value->integer ? "(true)" : "(false)"); break;
    case RESP_ARRAY:
    case RESP_MAP:
    case RESP_SET:
    case RESP_PUSH:
        for (uint32_t i = 0, child = index + 1; i < children; i++) {
            if (i > 0) text_append(out, "\n");
            append_raw(out, values, child);
            child = values->items[child].next;
        }
        break;
    case RESP_STATUS:
    case RESP_ERROR:
    case RESP_BULK:
    case RESP_DOUBLE:
    case RESP_BIGNUM:
        text_append_bytes(out, value->text.size ? value->text.chars : "", value->text.size);
    }
}

void resp_cli_reply(const char *line, const RespValues *values, Text *out)
{
    Slices words = {0};
    Text scratch = {0};
    Slice chars = {line, (uint32_t)strlen(line)};
    bool is_split = resp_split_line(chars, &words, &scratch, NULL);
    if (is_split && is_raw(&words)) {
        append_raw(out, values, 0);
        text_append(out, "\n");
    } else {
        resp_cli_text(values, out);
    }
    array_deinit(NULL, &words);
    text_deinit(&scratch);
}
