/* slice.c -- borrowed bytes. */
#include "sim/base/slice.h"

#include <string.h>

Slice slice_of(const char *chars)
{
    return (Slice){chars, (uint32_t)strlen(chars)};
}

bool slice_equal(Slice a, Slice b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.chars, b.chars, a.size) == 0);
}

int slice_compare(Slice a, Slice b)
{
    uint32_t shared = a.size < b.size ? a.size : b.size;
    int order = shared == 0 ? 0 : memcmp(a.chars, b.chars, shared);
    if (order != 0) return order;
    return a.size < b.size ? -1 : a.size > b.size;
}

bool slice_is(Slice slice, const char *lower_word)
{
    for (uint32_t i = 0; i < slice.size; i++) {
        char c = slice.chars[i];
        if (c >= 'A' && c <= 'Z') c = (char)(c + ('a' - 'A'));
        if (lower_word[i] == '\0' || c != lower_word[i]) return false;
    }
    return lower_word[slice.size] == '\0';
}

bool slice_integer(Slice slice, int64_t *value)
{
    bool negative = slice.size > 0 && slice.chars[0] == '-';
    uint32_t at = negative ? 1 : 0;
    uint64_t limit = negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;
    uint64_t sum = 0;
    if (at == slice.size || slice.size > 20) return false;
    if (slice.chars[at] == '0' && slice.size > 1) return false; /* -0, 007 */
    for (; at < slice.size; at++) {
        char c = slice.chars[at];
        if (c < '0' || c > '9') return false;
        uint64_t digit = (uint64_t)(c - '0');
        if (sum > (limit - digit) / 10) return false;
        sum = sum * 10 + digit;
    }
    *value = negative ? (int64_t)(0 - sum) : (int64_t)sum;
    return true;
}

bool slice_ip(Slice slice, uint32_t *ip)
{
    uint32_t at = 0;
    *ip = 0;
    for (uint32_t part = 0; part < 4; part++) {
        uint32_t value = 0, digits = 0;
        if (part > 0 && (at == slice.size || slice.chars[at++] != '.')) return false;
        for (; at < slice.size && slice.chars[at] >= '0' && slice.chars[at] <= '9'; at++) {
            if (digits > 0 && value == 0) return false;
            value = value * 10 + (uint32_t)(slice.chars[at] - '0');
            if (++digits > 3 || value > 255) return false;
        }
        if (digits == 0) return false;
        *ip = *ip << 8 | value;
    }
    return at == slice.size;
}
