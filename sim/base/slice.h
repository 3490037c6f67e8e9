/* slice.h -- borrowed bytes with their count: keys, values and arguments are binary safe. */
#ifndef BASE_SLICE_H
#define BASE_SLICE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct Slice {
    const char *chars; /* not NUL-terminated; NULL only with size 0 */
    uint32_t size;
} Slice;

Slice slice_of(const char *chars); /* of a NUL-terminated text */
bool slice_equal(Slice a, Slice b);
int slice_compare(Slice a, Slice b); /* as memcmp, the shorter first */
/* Equal to a word written in lower case, letters of either case. */
bool slice_is(Slice slice, const char *lower_word);
/* Integers as redis-server reads them (string2ll): no sign but '-', no leading zeros, no blanks, no
 * overflow. */
bool slice_integer(Slice slice, int64_t *value);
/* "a.b.c.d" in decimal without leading zeros, as inet_pton takes it. */
bool slice_ip(Slice slice, uint32_t *ip);

#endif
