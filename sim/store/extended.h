/* extended.h -- numbers of 64 bits of mantissa, as the `long double` of redis-server's usual
 * machine: what INCRBYFLOAT and HINCRBYFLOAT compute with.
 *
 * Done in integers, so that every machine gives the same digits: reading rounds to the nearest
 * number, ties to even, and so does adding; printing is exact. */
#ifndef STORE_EXTENDED_H
#define STORE_EXTENDED_H

#include "sim/base/slice.h"
#include "sim/base/text.h"

/* mantissa * 2^exponent; the highest bit of the mantissa is set, unless it is 0. */
typedef struct Extended {
    bool negative;
    uint64_t mantissa;
    int32_t exponent;
} Extended;

#define EXTENDED_DIGITS 320 /* of a text that is read */
#define EXTENDED_POWERS 320 /* of ten, in its exponent, and in a result */

/* Reads "-12.5e3" (strtold without hexadecimal, infinities and NaN). False: not such a number, or
 * beyond the limits above. */
bool extended_read(Slice text, Extended *value);
Extended extended_add(Extended a, Extended b);
/* Seventeen decimals, zeros at the end left out (ld2string, LD_STR_HUMAN). */
void extended_append(Extended value, Text *out);

#endif
