/* number.c -- numbers in users' data: sums, and doubles as Redis reads and prints them. */
#include "sim/store/number.h"

#include "sim/store/extended.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- decimals --- */

bool number_is_infinite(Slice text)
{
    if (text.size > 0 && (text.chars[0] == '-' || text.chars[0] == '+'))
        text = (Slice){text.chars + 1, text.size - 1};
    return slice_is(text, "inf") || slice_is(text, "infinity");
}

const char *number_add_decimal(Slice a, Slice b, Text *sum)
{
    Extended left, right;
    bool left_infinite = number_is_infinite(a), right_infinite = number_is_infinite(b);
    if ((!left_infinite && !extended_read(a, &left)) ||
        (!right_infinite && !extended_read(b, &right))) {
        return "value is not a valid float";
    }
    if (left_infinite || right_infinite) return "increment would produce NaN or Infinity";
    extended_append(extended_add(left, right), sum);
    return NULL;
}

/* --- doubles --- */

bool number_read_double(Slice text, double *value)
{
    char chars[128];
    char *end;
    if (text.size == 0 || text.size >= sizeof(chars)) return false;
    memcpy(chars, text.chars, text.size);
    chars[text.size] = '\0';
    if (memchr(chars, '\0', text.size)) return false;
    if (chars[0] == ' ' || (chars[0] >= '\t' && chars[0] <= '\r')) return false;
    errno = 0;
    *value = strtod(chars, &end);
    bool beyond = errno == ERANGE && (isinf(*value) || fpclassify(*value) == FP_ZERO);
    return *end == '\0' && end != chars && !isnan(*value) && !beyond;
}

void number_append_double(Text *out, double value)
{
    text_append(out, "%.17g", value); /* infinities come out as inf and -inf */
}
