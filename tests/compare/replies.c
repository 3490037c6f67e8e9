/* replies.c -- replies made comparable. */
#include "tests/compare/compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The text of the values `at`..before `end`, whose root is `at`. */
static void append_values(const RespValues *values, uint32_t at, Text *out)
{
    RespValues part = {.items = values->items + at, .count = values->items[at].next - at};
    RespValues copy = {0};
    for (uint32_t i = 0; i < part.count; i++) {
        RespValue value = part.items[i];
        value.next -= at;
        array_push(NULL, &copy, value);
    }
    resp_plain_text(&copy, out);
    array_deinit(NULL, &copy);
}

/* Elements in groups of `group`, each group one text, sorted. */
static void append_sorted(const RespValues *values, uint32_t array, uint32_t group, Text *out)
{
    ARRAY_OF(char *) texts = {0};
    uint32_t child = array + 1, count = values->items[array].count;
    text_append(out, "*%u sorted", count);
    for (uint32_t i = 0; i < count; i += group) {
        Text one = {0};
        for (uint32_t j = 0; j < group && i + j < count; j++) {
            append_values(values, child, &one);
            text_append(&one, " ");
            child = values->items[child].next;
        }
        array_push(NULL, &texts, one.chars);
    }
    if (texts.count > 0) qsort(texts.items, texts.count, sizeof(*texts.items), by_text);
    for (uint32_t i = 0; i < texts.count; i++) {
        text_append(out, "\n  %s", texts.items[i]);
        free(texts.items[i]);
    }
    array_deinit(NULL, &texts);
}

static void append_scan(const RespValues *values, Text *out)
{
    uint32_t cursor = 1, list = values->items[cursor].next;
    bool shaped = values->items[0].count == 2 && values->items[list].kind == RESP_ARRAY;
    if (shaped) append_sorted(values, list, 1, out);
    else append_values(values, 0, out);
}

/* The length of `name` when the text begins with it and it ends there. */
static size_t begins(const char *text, const char *name)
{
    size_t size = strlen(name);
    return size > 0 && strncmp(text, name, size) == 0 ? size : 0;
}

static void name_all(const char *text, const Names *names, Text *out)
{
    while (*text) {
        char address[32];
        size_t used = 0;
        for (uint32_t i = 0; i < names->nodes && used == 0; i++) {
            snprintf(address, sizeof(address), "%s:%s", names->ips[i], names->ports[i]);
            if ((used = begins(text, names->ids[i])) > 0) text_append(out, "@id%c", 'A' + (int)i);
            else if ((used = begins(text, address)) > 0) text_append(out, "@at%c", 'A' + (int)i);
        }
        if (used == 0) text_append(out, "%c", *text++);
        text += used;
    }
}

void reply_comparable(const Text *bytes, Likeness like, const Names *names, Text *out)
{
    RespValues values = {0};
    Text plain = {0};
    Error err;
    uint32_t used;
    Slice slice = {text_chars(bytes), bytes->size};
    text_clear(out);
    if (resp_read(slice, &values, &used, &err, NULL) != RESP_DONE) {
        text_append(out, "no reply");
        return;
    }
    RespKind kind = values.items[0].kind;
    bool array = kind == RESP_ARRAY;
    if (like == LIKE_KIND && kind != RESP_ERROR) text_append(&plain, "kind %d", (int)kind);
    else if (like == LIKE_UNORDERED && array) append_sorted(&values, 0, 1, &plain);
    else if (like == LIKE_PAIRS && array) append_sorted(&values, 0, 2, &plain);
    else if (like == LIKE_SCAN && array) append_scan(&values, &plain);
    else append_values(&values, 0, &plain);
    name_all(text_chars(&plain), names, out);
    text_deinit(&plain);
    array_deinit(NULL, &values);
}
