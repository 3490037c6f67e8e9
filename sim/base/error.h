/* error.h -- somebody's bad input, told in one sentence (style.md §9.2). */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdarg.h>
#include <stdbool.h>

typedef struct Error {
    char
        text[512]; /* one sentence: the value, what is allowed, the place; "" when there was none */
} Error;

/* Fills *err and returns false, so that a function can `return error_set(err, ...)`. A text that is
 * too long is cut with "...". err may be NULL. */
bool error_set(Error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool error_vset(Error *err, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

#endif
