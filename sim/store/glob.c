/* glob.c -- patterns of KEYS, SCAN and PSUBSCRIBE.
 *
 * One star is remembered at a time: when what follows it does not fit, it takes one character more.
 * So the work is at most pattern size x text size. */
#include "sim/store/glob.h"

/* A class [...] that starts behind its '[' at *at; *at is moved behind its ']'. */
static bool class_matches(Slice pattern, uint32_t *at, unsigned char c)
{
    bool negated = *at < pattern.size && pattern.chars[*at] == '^';
    bool found = false;
    if (negated) (*at)++;
    while (*at < pattern.size && pattern.chars[*at] != ']') {
        if (pattern.chars[*at] == '\\' && *at + 1 < pattern.size) (*at)++;
        unsigned char low = (unsigned char)pattern.chars[*at], high = low;
        if (*at + 2 < pattern.size && pattern.chars[*at + 1] == '-') {
            high = (unsigned char)pattern.chars[*at + 2];
            *at += 2;
        }
        (*at)++;
        if (low > high) {
            unsigned char swap = low;
            low = high;
            high = swap;
        }
        if (c >= low && c <= high) found = true;
    }
    if (*at < pattern.size) (*at)++;
    return found != negated;
}

/* One element of the pattern other than a star against one character. */
static bool element_matches(Slice pattern, uint32_t *at, unsigned char c)
{
    char p = pattern.chars[(*at)++];
    if (p == '?') return true;
    if (p == '[') return class_matches(pattern, at, c);
    if (p == '\\' && *at < pattern.size) p = pattern.chars[(*at)++];
    return (unsigned char)p == c;
}

bool glob_matches(Slice pattern, Slice text)
{
    uint32_t p = 0, t = 0, star = UINT32_MAX, star_text = 0;
    while (t < text.size) {
        if (p < pattern.size && pattern.chars[p] == '*') {
            star = ++p;
            star_text = t;
            continue;
        }
        uint32_t after = p;
        if (p < pattern.size && element_matches(pattern, &after, (unsigned char)text.chars[t])) {
            p = after;
            t++;
            continue;
        }
        if (star == UINT32_MAX) return false;
        p = star;
        t = ++star_text;
    }
    while (p < pattern.size && pattern.chars[p] == '*') p++;
    return p == pattern.size;
}
