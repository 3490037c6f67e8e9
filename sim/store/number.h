/* number.h -- numbers in users' data: sums of decimals, doubles read and printed as Redis does.
 *
 * The only place of the library with floating point beside sorted sets: scores are IEEE doubles,
 * and their sums are the same everywhere. INCRBYFLOAT, for which redis-server uses the machine's
 * long double, is done with integers (extended.h). */
#ifndef STORE_NUMBER_H
#define STORE_NUMBER_H

#include "sim/base/slice.h"
#include "sim/base/text.h"

/* a + b with 64 bits of mantissa, to 17 places without trailing zeros. NULL, or the text of the
 * error: "value is not a valid float" or "increment would produce NaN or Infinity". */
const char *number_add_decimal(Slice a, Slice b, Text *sum);
bool number_is_infinite(Slice text); /* "inf", "-infinity", ... in letters of either case */

/* A score: "1.5", "-inf", "+inf", "inf", "3e5". False for anything else, NaN included. */
bool number_read_double(Slice text, double *value);
/* As redis-server 7.0 prints a double (addReplyDouble): "%.17g", so 1.1 is 1.1000000000000001; inf,
 * -inf. */
void number_append_double(Text *out, double value);

#endif
