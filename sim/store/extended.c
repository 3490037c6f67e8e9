/* extended.c -- numbers of 64 bits of mantissa, by integers of any length. */
#include "sim/store/extended.h"

#include "sim/base/array.h"
#include "sim/base/assert.h"

#include <string.h>

#define PLACES     17 /* decimals printed */
#define BIG_WORDS  96 /* 3072 bits: the digits and powers of two numbers, and room */
#define DECIMAL_ON 1000000000u

/* An integer: words [0..count), least significant first, the last one not 0. */
typedef struct Big {
    uint32_t words[BIG_WORDS];
    uint32_t count;
} Big;

/* --- integers --- */

static void big_trim(Big *big)
{
    while (big->count > 0 && big->words[big->count - 1] == 0) big->count--;
}

static Big big_of(uint64_t value)
{
    Big big = {.words = {(uint32_t)value, (uint32_t)(value >> 32)}, .count = 2};
    big_trim(&big);
    return big;
}

static uint32_t big_bits(const Big *big)
{
    uint32_t bits = big->count * 32;
    if (bits == 0) return 0;
    for (uint32_t top = big->words[big->count - 1]; !(top >> 31); top <<= 1) bits--;
    return bits;
}

/* big = big * factor + more */
static void big_scale(Big *big, uint32_t factor, uint32_t more)
{
    uint64_t carry = more;
    for (uint32_t i = 0; i < big->count; i++) {
        carry += (uint64_t)big->words[i] * factor;
        big->words[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry == 0) return;
    SIM_ASSERT(big->count < BIG_WORDS);
    big->words[big->count++] = (uint32_t)carry;
}

static void big_scale_ten(Big *big, uint32_t power)
{
    for (; power > 0; power--) big_scale(big, 10, 0);
}

/* big = big / divisor; returns the rest */
static uint32_t big_divide(Big *big, uint32_t divisor)
{
    uint64_t rest = 0;
    for (uint32_t i = big->count; i-- > 0;) {
        rest = rest << 32 | big->words[i];
        big->words[i] = (uint32_t)(rest / divisor);
        rest %= divisor;
    }
    big_trim(big);
    return (uint32_t)rest;
}

static void big_shift_left(Big *big, uint32_t bits)
{
    uint32_t words = bits / 32, part = bits % 32;
    if (big->count == 0) return;
    SIM_ASSERT(big->count + words + 1 <= BIG_WORDS);
    for (uint32_t i = big->count + 1; i-- > 0;) {
        uint32_t high = i < big->count ? big->words[i] : 0, low = i > 0 ? big->words[i - 1] : 0;
        big->words[i + words] = part == 0 ? high : high << part | low >> (32 - part);
    }
    memset(big->words, 0, words * sizeof(big->words[0]));
    big->count += words + 1;
    big_trim(big);
}

static bool big_bit(const Big *big, uint32_t bit)
{
    return bit / 32 < big->count && (big->words[bit / 32] >> bit % 32 & 1) != 0;
}

/* Shifts right; *half and *more say whether what falls off is at least a half, and more than 0
 * below that. */
static void big_shift_right(Big *big, uint32_t bits, bool *half, bool *more)
{
    *half = bits > 0 && big_bit(big, bits - 1);
    *more = false;
    for (uint32_t bit = 0; bit + 1 < bits && bit < big->count * 32; bit++)
        *more |= big_bit(big, bit);
    uint32_t words = bits / 32, part = bits % 32;
    if (words >= big->count) {
        big->count = 0;
        return;
    }
    for (uint32_t i = 0; i + words < big->count; i++) {
        uint32_t low = big->words[i + words];
        uint32_t high = i + words + 1 < big->count ? big->words[i + words + 1] : 0;
        big->words[i] = part == 0 ? low : low >> part | high << (32 - part);
    }
    big->count -= words;
    big_trim(big);
}

static int big_compare(const Big *a, const Big *b)
{
    if (a->count != b->count) return a->count < b->count ? -1 : 1;
    for (uint32_t i = a->count; i-- > 0;) {
        if (a->words[i] != b->words[i]) return a->words[i] < b->words[i] ? -1 : 1;
    }
    return 0;
}

/* a = a + b, or a - b where a is not smaller. */
static void big_combine(Big *a, const Big *b, bool subtract)
{
    int64_t carry = 0;
    uint32_t count = a->count > b->count ? a->count : b->count;
    SIM_ASSERT(count < BIG_WORDS);
    for (uint32_t i = 0; i <= count; i++) {
        int64_t left = i < a->count ? a->words[i] : 0, right = i < b->count ? b->words[i] : 0;
        int64_t sum = left + (subtract ? -right : right) + carry;
        a->words[i] = (uint32_t)sum;
        carry = sum >> 32;
    }
    a->count = count + 1;
    big_trim(a);
}

/* --- rounding --- */

/* The nearest number to big * 2^exponent, and a little more with `rest`; ties to even. */
static Extended round_big(Big *big, int32_t exponent, bool negative, bool rest)
{
    Extended value = {.negative = negative};
    uint32_t bits = big_bits(big);
    bool half = false, more = false;
    if (bits == 0) return value;
    if (bits > 64) {
        big_shift_right(big, bits - 64, &half, &more);
        exponent += (int32_t)(bits - 64);
    } else {
        big_shift_left(big, 64 - bits);
        exponent -= (int32_t)(64 - bits);
    }
    value.mantissa = (uint64_t)big->words[1] << 32 | big->words[0];
    value.exponent = exponent;
    if (half && (more || rest || (value.mantissa & 1))) {
        if (++value.mantissa == 0) { /* all ones: the next power of two */
            value.mantissa = UINT64_C(1) << 63;
            value.exponent++;
        }
    }
    return value;
}

/* --- reading --- */

typedef struct Digits {
    bool negative;
    Big value; /* without point */
    int32_t power;
} Digits;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "e-12" from `at` to the end. */
static bool read_power(Slice text, uint32_t at, int32_t *power)
{
    bool negative = false;
    int32_t read = 0;
    if (at < text.size && (text.chars[at] == '-' || text.chars[at] == '+'))
        negative = text.chars[at++] == '-';
    if (at == text.size) return false;
    for (; at < text.size; at++) {
        if (!is_digit(text.chars[at])) return false;
        if (read < 10000) read = read * 10 + (text.chars[at] - '0');
    }
    *power += negative ? -read : read;
    return true;
}

static bool read_digits(Slice text, Digits *digits)
{
    uint32_t at = 0, count = 0;
    bool point = false, any = false;
    *digits = (Digits){0};
    if (text.size > 0 && (text.chars[0] == '-' || text.chars[0] == '+'))
        digits->negative = text.chars[at++] == '-';
    for (; at < text.size; at++) {
        char c = text.chars[at];
        if (c == '.' && !point) {
            point = true;
            continue;
        }
        if (!is_digit(c)) break;
        any = true;
        if (digits->value.count > 0 || c != '0') count++;
        if (count > EXTENDED_DIGITS) return false;
        if (digits->value.count == 0 && c != '0') digits->value = big_of((uint64_t)(c - '0'));
        else big_scale(&digits->value, 10, (uint32_t)(c - '0'));
        if (point) digits->power--;
    }
    if (!any) return false;
    if (at < text.size)
        return (text.chars[at] | 0x20) == 'e' && read_power(text, at + 1, &digits->power);
    return true;
}

/* The bits of value / divisor by long division: 66 of them, enough to round. */
static Extended divide(Big *value, Big *divisor, bool negative)
{
    Big quotient = {0};
    uint32_t up = big_bits(value), down = big_bits(divisor);
    int32_t exponent = (int32_t)up - (int32_t)down - 66;
    if (up < down) big_shift_left(value, down - up);
    else big_shift_left(divisor, up - down);
    for (int i = 0; i <= 66; i++) {
        bool fits = big_compare(value, divisor) >= 0;
        if (fits) big_combine(value, divisor, true);
        big_shift_left(&quotient, 1);
        if (fits && quotient.count == 0) quotient = big_of(1);
        else if (fits) quotient.words[0] |= 1;
        big_shift_left(value, 1);
    }
    return round_big(&quotient, exponent, negative, value->count > 0);
}

bool extended_read(Slice text, Extended *value)
{
    Digits digits;
    Big divisor = big_of(1);
    if (!read_digits(text, &digits)) return false;
    *value = (Extended){.negative = digits.negative};
    if (digits.value.count == 0) return true;
    if (digits.power > EXTENDED_POWERS || digits.power < -2 * EXTENDED_POWERS) return false;
    if (digits.power >= 0) {
        big_scale_ten(&digits.value, (uint32_t)digits.power);
        *value = round_big(&digits.value, 0, digits.negative, false);
    } else {
        big_scale_ten(&divisor, (uint32_t)-digits.power);
        *value = divide(&digits.value, &divisor, digits.negative);
    }
    return true;
}

/* --- adding --- */

Extended extended_add(Extended a, Extended b)
{
    Extended zero = {.negative = a.negative && b.negative};
    if (a.mantissa == 0 && b.mantissa == 0) return zero;
    if (a.mantissa == 0) return b;
    if (b.mantissa == 0) return a;
    bool swap = a.exponent < b.exponent;
    Extended high = swap ? b : a, low = swap ? a : b;
    /* Far below the last bit nothing is left of it but the direction. */
    if (high.exponent - low.exponent > 200) return high;
    Big sum = big_of(high.mantissa), other = big_of(low.mantissa);
    big_shift_left(&sum, (uint32_t)(high.exponent - low.exponent));
    bool subtract = a.negative != b.negative, negative = high.negative;
    if (subtract && big_compare(&sum, &other) < 0) {
        Big kept = sum;
        sum = other;
        other = kept;
        negative = low.negative;
    }
    big_combine(&sum, &other, subtract);
    if (sum.count == 0) return (Extended){0};
    return round_big(&sum, low.exponent, negative, false);
}

/* --- printing --- */

/* value * 10^17 to the nearest integer, ties to even. */
static Big in_places(Extended value)
{
    Big big = big_of(value.mantissa);
    bool half = false, more = false;
    big_scale_ten(&big, PLACES);
    if (value.exponent >= 0) {
        big_shift_left(&big, (uint32_t)value.exponent);
    } else {
        big_shift_right(&big, (uint32_t)-value.exponent, &half, &more);
        if (half && (more || big_bit(&big, 0))) {
            Big one = big_of(1);
            big_combine(&big, &one, false);
        }
    }
    return big;
}

void extended_append(Extended value, Text *out)
{
    char digits[1024];
    uint32_t at = sizeof(digits), end = sizeof(digits);
    Big big = in_places(value);
    bool zero = big.count == 0;
    while (big.count > 0) {
        uint32_t nine = big_divide(&big, DECIMAL_ON);
        for (int i = 0; i < 9; i++, nine /= 10) {
            SIM_ASSERT(at > PLACES);
            digits[--at] = (char)('0' + nine % 10);
        }
    }
    while (at < end && digits[at] == '0') at++;
    while (end - at < PLACES + 1) digits[--at] = '0';
    uint32_t point = end - PLACES;
    while (end > point && digits[end - 1] == '0') end--;
    if (value.negative && !zero) text_append(out, "-");
    text_append_bytes(out, digits + at, point - at);
    if (end > point) {
        text_append(out, ".");
        text_append_bytes(out, digits + point, end - point);
    }
}
