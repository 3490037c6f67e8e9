/* text.c -- replies as text, and what is taken out of them before they are compared:
 *
 *   IDs           40 random digits: written n0..n7
 *   times         of pings and pongs, Unix ms: written T (0 stays 0)
 *   pings         a node that is connected may just be asked: its ping-sent is written 0
 *   counters      of bus messages in CLUSTER INFO depend on the phases of timers: lines by type are
 *                 left out, totals written N (0 stays 0)
 *   order         of the lines of CLUSTER NODES, of CLUSTER REPLICAS and of keys in a slot is that
 *                 of a hash table with a random seed: sorted */
#include "tests/replay/text.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNKNOWN_ID "ffffffffffffffffffffffffffffffffffffffff"
#define PARTS_MAX  64

/* --- one line --- */

static void append_bulk(Text *out, const char *chars, uint32_t size)
{
    text_append(out, "$");
    text_append_bytes(out, chars, size);
}

void replay_wanted_text(const cJSON *reply, Text *out)
{
    const cJSON *value = reply->child;
    const char *kind = value->string;
    if (strcmp(kind, "err") == 0) text_append(out, "-%s", value->valuestring);
    else if (strcmp(kind, "status") == 0) text_append(out, "+%s", value->valuestring);
    else if (strcmp(kind, "int") == 0) text_append(out, ":%.0f", value->valuedouble);
    else if (strcmp(kind, "nil") == 0) text_append(out, "_");
    else if (strcmp(kind, "bulk") == 0)
        append_bulk(out, value->valuestring, (uint32_t)strlen(value->valuestring));
    else {
        const cJSON *element;
        const char *separator = "";
        text_append(out, "[");
        cJSON_ArrayForEach(element, value)
        {
            text_append(out, "%s", separator);
            replay_wanted_text(element, out);
            separator = "\x1f";
        }
        text_append(out, "]");
    }
}

static void append_value(const RespValues *values, uint32_t index, Text *out)
{
    const RespValue *value = &values->items[index];
    switch (value->kind) {
    case RESP_STATUS: text_append(out, "+"); break;
    case RESP_ERROR: text_append(out, "-"); break;
    case RESP_INTEGER:
    case RESP_BOOL: text_append(out, ":%" PRId64, value->integer); return;
    case RESP_NULL: text_append(out, "_"); return;
    case RESP_BULK:
    case RESP_DOUBLE:
    case RESP_BIGNUM: text_append(out, "$"); break;
    case RESP_ARRAY:
    case RESP_MAP:
    case RESP_SET:
    case RESP_PUSH:
        text_append(out, "[");
        for (uint32_t at = index + 1; at < value->next; at = values->items[at].next) {
            if (at > index + 1) text_append(out, "\x1f");
            append_value(values, at, out);
        }
        text_append(out, "]");
        return;
    }
    text_append_bytes(out, value->text.size ? value->text.chars : "", value->text.size);
}

void replay_got_text(const RespValues *values, Text *out)
{
    append_value(values, 0, out);
}

/* --- what is random --- */

static void take(Text *text, Text *with)
{
    text_clear(text);
    text_append_bytes(text, text_chars(with), with->size);
    text_deinit(with);
}

/* n<i> for this run's IDs, NNN for the unknown one; T for Unix times in ms. */
static void name_words(const ReplayNames *names, Text *text)
{
    Text out = {.mem = text->mem};
    const char *at = text_chars(text);
    while (*at) {
        size_t size = 0;
        while (isalnum((unsigned char)at[size])) size++;
        size_t digits = strspn(at, "0123456789");
        int node = -1;
        for (int i = 0; i < REPLAY_HOSTS && size == 40; i++) {
            if (memcmp(at, names->ids[i], 40) == 0) node = i;
        }
        if (node >= 0) text_append(&out, "n%d", node);
        else if (size == 40 && memcmp(at, UNKNOWN_ID, 40) == 0) text_append(&out, "NNN");
        else if (size == 13 && digits == 13) text_append(&out, "T");
        else text_append_bytes(&out, at, (uint32_t)(size ? size : 1));
        at += size ? size : 1;
    }
    take(text, &out);
}

/* The fifth word of a line that says " connected" is the time of a ping that is on its way. */
static void settle_pings(Text *text)
{
    Text out = {.mem = text->mem};
    for (const char *line = text_chars(text); *line;) {
        size_t size = strcspn(line, "\n\x1f"), at = 0;
        for (int word = 0; word < 4 && at < size; word++) at += strcspn(line + at, " ") + 1;
        const char *connected = strstr(line, " connected");
        if (at + 2 < size && line[at] == 'T' && connected && connected < line + size) {
            text_append_bytes(&out, line, (uint32_t)at);
            text_append(&out, "0");
            text_append_bytes(&out, line + at + 1, (uint32_t)(size - at - 1));
        } else {
            text_append_bytes(&out, line, (uint32_t)size);
        }
        if (line[size]) text_append_bytes(&out, line + size, 1);
        line += size + (line[size] != '\0');
    }
    take(text, &out);
}

static bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* CLUSTER INFO: cluster_stats_messages_... */
static void blur_counters(Text *text)
{
    Text out = {.mem = text->mem};
    for (const char *line = text_chars(text); *line;) {
        size_t size = strcspn(line, "\n");
        size += line[size] == '\n';
        bool total = starts_with(line, "cluster_stats_messages_sent:") ||
                     starts_with(line, "cluster_stats_messages_received:");
        const char *colon = memchr(line, ':', size);
        if (total && colon[1] != '0') {
            text_append_bytes(&out, line, (uint32_t)(colon + 1 - line));
            text_append(&out, "N\r\n");
        } else if (total || !starts_with(line, "cluster_stats_messages_")) {
            text_append_bytes(&out, line, (uint32_t)size);
        }
        line += size;
    }
    take(text, &out);
}

typedef struct Part {
    const char *chars;
    size_t size;
} Part;

static int by_text(const void *left, const void *right)
{
    const Part *a = left, *b = right;
    int order = memcmp(a->chars, b->chars, a->size < b->size ? a->size : b->size);
    return order ? order : (a->size > b->size) - (a->size < b->size);
}

/* Sorts what stands between separators, after the first `skip` characters. */
static void sort_parts(Text *text, uint32_t skip, uint32_t end, char separator)
{
    Part parts[PARTS_MAX];
    size_t count = 0;
    const char *chars = text_chars(text);
    for (const char *at = chars + skip; at < chars + end && count < PARTS_MAX;) {
        const char *stop = memchr(at, separator, (size_t)(chars + end - at));
        if (!stop) stop = chars + end;
        parts[count++] = (Part){at, (size_t)(stop - at)};
        at = stop + 1;
    }
    qsort(parts, count, sizeof(parts[0]), by_text);
    Text out = {.mem = text->mem};
    text_append_bytes(&out, chars, skip);
    for (size_t i = 0; i < count; i++) {
        if (i > 0) text_append_bytes(&out, &separator, 1);
        text_append_bytes(&out, parts[i].chars, (uint32_t)parts[i].size);
    }
    text_append_bytes(&out, chars + end, text->size - end);
    take(text, &out);
}

void replay_normalise(const char *command, const ReplayNames *names, Text *text)
{
    name_words(names, text);
    if (text->size == 0) return;
    bool array = text_chars(text)[0] == '[';
    if (strcmp(command, "CLUSTER INFO") == 0) blur_counters(text);
    bool nodes = strcmp(command, "CLUSTER NODES") == 0,
         replicas =
             starts_with(command, "CLUSTER REPLICAS ") || starts_with(command, "CLUSTER SLAVES ");
    if (nodes || replicas) settle_pings(text);
    if (nodes && !array) sort_parts(text, 1, text->size, '\n');
    if (starts_with(command, "CLUSTER GETKEYSINSLOT ") && array)
        sort_parts(text, 1, text->size - 1, '\x1f');
    if (replicas && array) sort_parts(text, 1, text->size - 1, '\x1f');
}

void replay_command(const char *command, const ReplayNames *names, Text *out)
{
    while (*command) {
        size_t size = strcspn(command, " ");
        if (size == 2 && command[0] == 'n' && command[1] >= '0' && command[1] < '0' + REPLAY_HOSTS)
            text_append(out, "%s", names->ids[command[1] - '0']);
        else if (size == 3 && starts_with(command, "NNN")) text_append(out, UNKNOWN_ID);
        else text_append_bytes(out, command, (uint32_t)size);
        command += size;
        for (; *command == ' '; command++) text_append(out, " ");
    }
}
