/* number.c -- numbers in users' data: exact decimals, and doubles as Redis reads and prints them.
 */
#include "sim/store/number.h"

#include "sim/base/array.h"
#include "sim/base/assert.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- decimals --- */

#define PLACES       17  /* digits after the point that Redis prints */
#define DIGITS       360 /* before the point: doubles end at 308 */
#define EXPONENT_MAX 300

/* Digits of a number without sign: [0..DIGITS) before the point, most significant first, then
 * PLACES + 1 after it; the last one is for rounding. */
typedef struct Decimal {
    bool negative;
    uint8_t digits[DIGITS + PLACES + 1];
} Decimal;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Reads "e-12" from `at` to the end. */
static bool read_exponent(Slice text, uint32_t at, int *exponent)
{
    bool negative = false;
    if (at < text.size && (text.chars[at] == '-' || text.chars[at] == '+'))
        negative = text.chars[at++] == '-';
    if (at == text.size) return false;
    *exponent = 0;
    for (; at < text.size; at++) {
        if (!is_digit(text.chars[at])) return false;
        if (*exponent < 10000) *exponent = *exponent * 10 + (text.chars[at] - '0');
    }
    if (negative) *exponent = -*exponent;
    return true;
}

/* Where the mantissa's digits are: "12.5" has 3 digits, 2 of them before the point. */
static bool read_mantissa(Slice text, uint32_t *at, uint8_t *digits, int *count, int *before)
{
    bool point = false;
    *count = 0;
    *before = 0;
    for (; *at < text.size; (*at)++) {
        char c = text.chars[*at];
        if (c == '.' && !point) {
            point = true;
            *before = *count;
        } else if (is_digit(c)) {
            if (*count >= DIGITS) return false;
            digits[(*count)++] = (uint8_t)(c - '0');
        } else {
            break;
        }
    }
    if (!point) *before = *count;
    return *count > 0;
}

static bool read_decimal(Slice text, Decimal *decimal)
{
    uint8_t digits[DIGITS];
    uint32_t at = 0;
    int count, before, exponent = 0;
    memset(decimal, 0, sizeof(*decimal));
    if (text.size > 0 && (text.chars[0] == '-' || text.chars[0] == '+'))
        decimal->negative = text.chars[at++] == '-';
    if (!read_mantissa(text, &at, digits, &count, &before)) return false;
    if (at < text.size) {
        if ((text.chars[at] | 0x20) != 'e' || !read_exponent(text, at + 1, &exponent)) return false;
    }
    if (exponent > EXPONENT_MAX || exponent < -EXPONENT_MAX) return false;
    for (int i = 0; i < count; i++) {
        int place = DIGITS - before - exponent + i; /* index of this digit */
        if (place < 0) {
            if (digits[i] != 0) return false;
        } else if (place < DIGITS + PLACES + 1) {
            decimal->digits[place] = digits[i];
        }
    }
    return true;
}

static int compare(const Decimal *a, const Decimal *b)
{
    return memcmp(a->digits, b->digits, sizeof(a->digits));
}

/* a + b or a - b of the digits; a is not smaller than b when subtracting. False: too large. */
static bool combine(Decimal *out, const Decimal *a, const Decimal *b, bool subtract)
{
    int carry = 0;
    for (int i = DIGITS + PLACES; i >= 0; i--) {
        int sum = a->digits[i] + (subtract ? -b->digits[i] - carry : b->digits[i] + carry);
        carry = subtract ? sum < 0 : sum > 9;
        if (carry) sum += subtract ? 10 : -10;
        out->digits[i] = (uint8_t)sum;
    }
    return carry == 0;
}

static bool round_places(Decimal *decimal)
{
    bool up = decimal->digits[DIGITS + PLACES] >= 5;
    decimal->digits[DIGITS + PLACES] = 0;
    for (int i = DIGITS + PLACES - 1; up && i >= 0; i--) {
        up = decimal->digits[i] == 9;
        decimal->digits[i] = up ? 0 : (uint8_t)(decimal->digits[i] + 1);
    }
    return !up;
}

static void print_decimal(const Decimal *decimal, Text *out)
{
    int first = 0, last = DIGITS + PLACES - 1;
    while (first < DIGITS - 1 && decimal->digits[first] == 0) first++;
    while (last >= DIGITS && decimal->digits[last] == 0) last--;
    bool is_zero = first == DIGITS - 1 && last == DIGITS - 1 && decimal->digits[first] == 0;
    if (decimal->negative && !is_zero) text_append(out, "-");
    for (int i = first; i <= last; i++) {
        if (i == DIGITS) text_append(out, ".");
        text_append(out, "%d", decimal->digits[i]);
    }
}

bool number_is_infinite(Slice text)
{
    if (text.size > 0 && (text.chars[0] == '-' || text.chars[0] == '+'))
        text = (Slice){text.chars + 1, text.size - 1};
    return slice_is(text, "inf") || slice_is(text, "infinity");
}

const char *number_add_decimal(Slice a, Slice b, Text *sum)
{
    Decimal left, right, result = {0};
    bool infinite = number_is_infinite(a) || number_is_infinite(b);
    if ((!number_is_infinite(a) && !read_decimal(a, &left)) ||
        (!number_is_infinite(b) && !read_decimal(b, &right))) {
        return "value is not a valid float";
    }
    if (infinite) return "increment would produce NaN or Infinity";
    bool subtract = left.negative != right.negative;
    bool swap = subtract && compare(&left, &right) < 0;
    if (!combine(&result, swap ? &right : &left, swap ? &left : &right, subtract) ||
        !round_places(&result)) {
        return "increment would produce NaN or Infinity";
    }
    result.negative = swap ? right.negative : left.negative;
    print_decimal(&result, sum);
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
