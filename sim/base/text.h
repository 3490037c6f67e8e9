/* text.h -- building and reading short texts: a growing buffer, durations, nearest names. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "sim/base/error.h"
#include "sim/base/mem.h"
#include "sim/base/time.h"

#include <stdbool.h>
#include <stdint.h>

/* A NUL-terminated text that grows. All zero is empty (chars is NULL until the first append: use
 * text_chars). */
typedef struct Text {
    char *chars;
    uint32_t size; /* without the NUL */
    uint32_t capacity;
    Mem *mem;
} Text;

void text_append(Text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_append_bytes(Text *text, const void *bytes, uint32_t size);
const char *text_chars(const Text *text); /* never NULL */
void text_clear(Text *text);
void text_deinit(Text *text);

/* Reads "5s", "500ms", "1.5s", "250us", "10ns", "2min", "1h"; false with *err naming what is
 * allowed. */
bool text_parse_span(const char *chars, SimSpan *span, Error *err);
/* Writes a span for people: "5 s", "612 ms", "1.234 s", "250 us". */
void text_append_span(Text *text, SimSpan span);
/* Writes a point of time as seconds with three decimals: "19.460". */
void text_append_time(Text *text, SimTime time);

/* The name of `names` (count) nearest to `word` by edit distance, or NULL when none is near enough
 * to be a likely slip. */
const char *text_nearest(const char *word, const char *const *names, uint32_t count);

/* Appends the set bits as Redis prints slots: "0-5460 5462", separated by `separator`. */
void text_append_ranges(Text *text, const uint64_t *words, uint32_t bit_count, char separator);
/* Reads such ranges (separator ' ' or ',') into words, cleared first; false on anything else. */
bool text_parse_ranges(const char *chars, uint64_t *words, uint32_t bit_count, Error *err);

#endif
