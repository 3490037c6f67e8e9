/* text.c -- a growing text, durations, ranges and near names. */
#include "sim/base/text.h"

#include "sim/base/assert.h"
#include "sim/base/bitset.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void reserve(Text *text, uint32_t extra)
{
    SIM_ASSERT(extra < UINT32_MAX / 4 && text->size < UINT32_MAX / 4);
    if (text->size + extra + 1 <= text->capacity) return;
    uint32_t grown = text->capacity < 64 ? 64 : text->capacity;
    while (grown < text->size + extra + 1) grown *= 2;
    text->chars = mem_resize(text->mem, text->chars, text->capacity, grown);
    text->capacity = grown;
}

void text_append(Text *text, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int size = vsnprintf(NULL, 0, format, args);
    va_end(args);
    SIM_ASSERT(size >= 0);
    reserve(text, (uint32_t)size);
    vsnprintf(text->chars + text->size, (size_t)size + 1, format, again);
    va_end(again);
    text->size += (uint32_t)size;
}

void text_append_bytes(Text *text, const void *bytes, uint32_t size)
{
    reserve(text, size);
    if (size > 0) memcpy(text->chars + text->size, bytes, size);
    text->size += size;
    text->chars[text->size] = '\0';
}

const char *text_chars(const Text *text)
{
    return text->chars ? text->chars : "";
}

void text_clear(Text *text)
{
    text->size = 0;
    if (text->chars) text->chars[0] = '\0';
}

void text_deinit(Text *text)
{
    mem_free(text->mem, text->chars, text->capacity);
    text->chars = NULL;
    text->size = text->capacity = 0;
}

/* --- durations --- */

static const struct {
    const char *name;
    uint64_t ns;
} units[] = {
    {"ns", 1},
    {"us", SIM_US},
    {"ms", SIM_MS},
    {"s", SIM_SEC},
    {"min", 60 * SIM_SEC},
    {"h", 3600 * SIM_SEC},
    {"d", 86400 * SIM_SEC},
};

static bool find_unit(const char *name, uint64_t *ns)
{
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (strcmp(units[i].name, name) == 0) {
            *ns = units[i].ns;
            return true;
        }
    }
    return false;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool text_parse_span(const char *chars, SimSpan *span, Error *err)
{
    const char *at = chars;
    uint64_t whole = 0, fraction = 0, scale = 1, unit = 0;
    bool ok = is_digit(*at);
    for (; is_digit(*at) && ok; at++) {
        ok = whole < UINT64_C(100000000000000000);
        whole = whole * 10 + (uint64_t)(*at - '0');
    }
    if (ok && *at == '.') {
        at++;
        ok = is_digit(*at);
        for (; is_digit(*at); at++) {
            if (scale >= UINT64_C(1000000000)) continue;
            fraction = fraction * 10 + (uint64_t)(*at - '0');
            scale *= 10;
        }
    }
    while (*at == ' ') at++;
    if (ok && !find_unit(at, &unit)) ok = false;
    if (!ok) {
        return error_set(
            err,
            "\"%s\" is not a duration: write a number and one of ns, us, ms, s, min, h, d, as in "
            "\"500ms\" or \"1.5s\"",
            chars);
    }
    if (whole > SIM_TIME_MAX / unit) {
        return error_set(err, "\"%s\" is longer than the longest run of 104 days", chars);
    }
    *span =
        whole * unit + fraction * (unit / (unit < scale ? 1 : scale)) / (unit < scale ? scale : 1);
    return true;
}

void text_append_span(Text *text, SimSpan span)
{
    uint64_t unit = span < SIM_MS ? SIM_US : span < SIM_SEC ? SIM_MS : SIM_SEC;
    const char *name = span < SIM_MS ? "us" : span < SIM_SEC ? "ms" : "s";
    uint64_t thousandths = (span + unit / 2000) / (unit / 1000);
    uint64_t whole = thousandths / 1000, rest = thousandths % 1000;
    if (rest == 0) {
        text_append(text, "%" PRIu64 " %s", whole, name);
        return;
    }
    int digits = 3;
    while (rest % 10 == 0) {
        rest /= 10;
        digits--;
    }
    text_append(text, "%" PRIu64 ".%0*" PRIu64 " %s", whole, digits, rest, name);
}

void text_append_time(Text *text, SimTime time)
{
    text_append(text, "%" PRIu64 ".%03" PRIu64, time / SIM_SEC, time % SIM_SEC / SIM_MS);
}

/* --- near names --- */

#define WORD_MAX 64

/* Edit distance with neighbouring letters swapped counting as one, ignoring case. */
static uint32_t distance(const char *a, const char *b)
{
    uint32_t rows[3][WORD_MAX + 1];
    uint32_t a_size = (uint32_t)strlen(a), b_size = (uint32_t)strlen(b);
    if (a_size > WORD_MAX || b_size > WORD_MAX) return UINT32_MAX;
    for (uint32_t j = 0; j <= b_size; j++) rows[0][j] = j;
    for (uint32_t i = 1; i <= a_size; i++) {
        uint32_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];
        row[0] = i;
        for (uint32_t j = 1; j <= b_size; j++) {
            uint32_t change = (a[i - 1] | 32) == (b[j - 1] | 32) ? 0 : 1;
            uint32_t best = above[j - 1] + change;
            if (above[j] + 1 < best) best = above[j] + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                above2[j - 2] + 1 < best) {
                best = above2[j - 2] + 1;
            }
            row[j] = best;
        }
    }
    return rows[a_size % 3][b_size];
}

const char *text_nearest(const char *word, const char *const *names, uint32_t count)
{
    const char *nearest = NULL;
    uint32_t best = (uint32_t)strlen(word) / 3 + 2; /* one more than is accepted */
    for (uint32_t i = 0; i < count; i++) {
        uint32_t far = distance(word, names[i]);
        if (far < best) {
            best = far;
            nearest = names[i];
        }
    }
    return nearest;
}

/* --- ranges --- */

void text_append_ranges(Text *text, const uint64_t *words, uint32_t bit_count, char separator)
{
    bool first = true;
    uint32_t from = bitset_next(words, bit_count, 0);
    while (from < bit_count) {
        uint32_t to = bitset_next_clear(words, bit_count, from) - 1;
        if (!first) text_append_bytes(text, &separator, 1);
        if (from == to) text_append(text, "%" PRIu32, from);
        else text_append(text, "%" PRIu32 "-%" PRIu32, from, to);
        first = false;
        from = bitset_next(words, bit_count, to + 1);
    }
}

/* One number below `limit`; false when there is none. */
static bool take_number(const char **at, uint32_t limit, uint32_t *number)
{
    if (!is_digit(**at)) return false;
    *number = 0;
    for (; is_digit(**at); (*at)++) {
        *number = *number * 10 + (uint32_t)(**at - '0');
        if (*number >= limit) return false;
    }
    return true;
}

bool text_parse_ranges(const char *chars, uint64_t *words, uint32_t bit_count, Error *err)
{
    memset(words, 0, BITSET_WORDS(bit_count) * sizeof(uint64_t));
    const char *at = chars;
    while (*at == ' ' || *at == ',') at++;
    while (*at != '\0') {
        uint32_t from, to;
        bool ok = take_number(&at, bit_count, &from);
        to = from;
        if (ok && *at == '-') {
            at++;
            ok = take_number(&at, bit_count, &to) && to >= from;
        }
        if (!ok || (*at != '\0' && *at != ' ' && *at != ',')) {
            return error_set(err,
                             "\"%.60s\" is not a list of numbers and ranges from 0 to %" PRIu32
                             ", as in \"0-5460,7000\"",
                             chars, bit_count - 1);
        }
        for (uint32_t bit = from; bit <= to; bit++) bitset_add(words, bit);
        while (*at == ' ' || *at == ',') at++;
    }
    return true;
}
