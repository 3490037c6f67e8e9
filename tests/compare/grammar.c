/* grammar.c -- requests from patterns. */
#include "tests/compare/compare.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- reading --- */

static void add_line(Grammar *grammar, char *line)
{
    Pattern pattern = {.like = LIKE_EXACT};
    while (*line == ' ') line++;
    if (*line == '\0' || *line == '#') return;
    if (strcmp(line, "nodes 2") == 0) {
        grammar->nodes = 2;
        return;
    }
    for (; strchr("~%=?!", *line); line++) {
        if (*line == '~') pattern.like = LIKE_UNORDERED;
        if (*line == '%') pattern.like = LIKE_PAIRS;
        if (*line == '=') pattern.like = LIKE_SCAN;
        if (*line == '?') pattern.like = LIKE_KIND;
        if (*line == '!') pattern.steady = true;
    }
    pattern.text = line;
    array_push(NULL, &grammar->patterns, pattern);
}

bool grammar_read(Grammar *grammar, const char *path)
{
    Text source = {0};
    char piece[4096];
    FILE *file = fopen(path, "r");
    *grammar = (Grammar){.nodes = 1};
    if (!file) {
        fprintf(stderr, "compare: cannot read %s\n", path);
        return false;
    }
    for (size_t size; (size = fread(piece, 1, sizeof(piece), file)) > 0;)
        text_append_bytes(&source, piece, (uint32_t)size);
    fclose(file);
    grammar->source = source.chars;
    for (char *line = strtok(source.chars, "\n"); line; line = strtok(NULL, "\n"))
        add_line(grammar, line);
    if (grammar->patterns.count > 0) return true;
    fprintf(stderr, "compare: %s has no patterns\n", path);
    return false;
}

void grammar_free(Grammar *grammar)
{
    array_deinit(NULL, &grammar->patterns);
    free(grammar->source);
}

/* --- words --- */

typedef struct Build {
    Rng *rng;
    Text *bytes;
    ARRAY_OF(uint32_t) ends; /* of the words, in `bytes` */
} Build;

static uint32_t below(Build *build, uint32_t bound)
{
    return rng_below(build->rng, bound);
}

static void end_word(Build *build)
{
    array_push(NULL, &build->ends, build->bytes->size);
}

static void put_key(Build *build, char kind)
{
    static const char kinds[] = "slhSz";
    if (kind == 'k' || below(build, 12) == 0) kind = kinds[below(build, 5)];
    if (below(build, 60) == 0) text_append(build->bytes, "other%u", below(build, 3));
    else text_append(build->bytes, "{t}%c%u", kind, below(build, 4));
}

static void put_value(Build *build)
{
    static const char *const values[] = {"",     "0",     "-1",     "abc",
                                         "10.5", "3.0e3", "  x",    "007",
                                         "1e2",  "inf",   "\xff\n", "9223372036854775807"};
    uint32_t kind = below(build, 10);
    if (kind < 4) text_append(build->bytes, "%u", below(build, 100));
    else if (kind < 7) text_append(build->bytes, "%c%u", 'a' + below(build, 4), below(build, 5));
    else if (kind < 9) text_append(build->bytes, "%s", values[below(build, ARRAY_LENGTH(values))]);
    else text_append(build->bytes, "%0*u", 45 + (int)below(build, 30), below(build, 1000));
}

static void put_integer(Build *build)
{
    static const char *const odd[] = {"9223372036854775807",
                                      "-9223372036854775808",
                                      "9223372036854775808",
                                      "1.5",
                                      "x",
                                      "",
                                      "+1",
                                      " 1",
                                      "01",
                                      "-0"};
    if (below(build, 12) == 0)
        text_append(build->bytes, "%s", odd[below(build, ARRAY_LENGTH(odd))]);
    else text_append(build->bytes, "%d", (int)below(build, 40) - 12);
}

static void put_float(Build *build)
{
    static const char *const some[] = {
        "0",    "1",   "-1",   "1.5", "-2.25", "3.14159", "1e3",   "0.1",  "1e-7",
        "1e20", "inf", "-inf", "nan", "x",     "",        "1e400", "0x10", "17179869184.000001"};
    if (below(build, 3)) text_append(build->bytes, "%d", (int)below(build, 20) - 5);
    else text_append(build->bytes, "%s", some[below(build, ARRAY_LENGTH(some))]);
}

/* Numbers that stay small: what is refused here as too long is not refused there. */
static void put_decimal(Build *build)
{
    static const char *const some[] = {"0.5", "-1.25", "10.75", "3.14159", "0.1",
                                       "inf", "nan",   "x",     "",        "1e2"};
    if (below(build, 3)) text_append(build->bytes, "%d", (int)below(build, 20) - 5);
    else text_append(build->bytes, "%s", some[below(build, ARRAY_LENGTH(some))]);
}

static void put_bound(Build *build)
{
    static const char *const some[] = {"-inf", "+inf", "(0",   "(3.5", "2",
                                       "7",    "(x",   "(inf", "-1e3"};
    text_append(build->bytes, "%s", some[below(build, ARRAY_LENGTH(some))]);
}

static void put_one_of(Build *build, const char *const *some, uint32_t count)
{
    text_append(build->bytes, "%s", some[below(build, count)]);
}

static void put_terminal(Build *build, char kind)
{
    static const char *const patterns[] = {"*", "a*", "{t}?[0-2]", "*1", "[^a]*", "x", "h?llo", ""};
    static const char *const lex[] = {"-", "+", "[a", "(b1", "[c3", "(", "[", "x", "(d"};
    switch (kind) {
    case 'k':
    case 's':
    case 'l':
    case 'h':
    case 'S':
    case 'z': put_key(build, kind); break;
    case 'v': put_value(build); break;
    case 'm': text_append(build->bytes, "%c%u", 'a' + below(build, 4), below(build, 5)); break;
    case 'i': put_integer(build); break;
    case 'I': text_append(build->bytes, "%u", below(build, 4)); break;
    case 'f': put_float(build); break;
    case 'b': put_bound(build); break;
    case '0': break; /* an empty word */
    case 'F': text_append(build->bytes, "{t}f"); break;
    case 'y': text_append(build->bytes, "{t}y%u", below(build, 3)); break;
    case 'd': put_decimal(build); break;
    case 'p': put_one_of(build, patterns, ARRAY_LENGTH(patterns)); break;
    case 'x': put_one_of(build, lex, ARRAY_LENGTH(lex)); break;
    case 't': text_append(build->bytes, "%u", 50000 + below(build, 1000)); break;
    case 'T': text_append(build->bytes, "%u000", 50000 + below(build, 1000)); break;
    case 'n': text_append(build->bytes, "%d", (int)below(build, 20) - 2); break;
    case 'A':
    case 'B': text_append(build->bytes, "@id%c", kind); break;
    case 'C':
    case 'D': /* two words */
        text_append(build->bytes, "@ip%c", kind - 'C' + 'A');
        end_word(build);
        text_append(build->bytes, "@port%c", kind - 'C' + 'A');
        break;
    case 'a': text_append(build->bytes, "{b}%u", below(build, 4)); break;
    case 'c': text_append(build->bytes, "{c}%u", below(build, 4)); break;
    case 'e': text_append(build->bytes, "{foo}%u", below(build, 4)); break;
    case 'u': text_append(build->bytes, "%040d", 7); break;
    default: fprintf(stderr, "compare: no such terminal: @%c\n", kind); exit(2);
    }
}

/* --- patterns --- */

/* The bracket that closes the one at `open`; exits when there is none: a mistake in our file. */
static const char *closing(const char *open)
{
    int depth = 0;
    for (const char *at = open; *at; at++) {
        if (strchr("[({", *at)) depth++;
        if (strchr("])}", *at) && --depth == 0) return at;
    }
    fprintf(stderr, "compare: no closing bracket: %s\n", open);
    exit(2);
}

static void expand(Build *build, const char *at, const char *end);

/* One of the alternatives between '|'. */
static void expand_choice(Build *build, const char *at, const char *end)
{
    const char *starts[64], *ends[64];
    uint32_t count = 0;
    int depth = 0;
    starts[0] = at;
    for (; at < end; at++) {
        if (strchr("[({", *at)) depth++;
        if (strchr("])}", *at)) depth--;
        if (*at != '|' || depth > 0) continue;
        ends[count++] = at;
        starts[count] = at + 1;
    }
    ends[count++] = end;
    uint32_t chosen = below(build, count);
    expand(build, starts[chosen], ends[chosen]);
}

static void expand(Build *build, const char *at, const char *end)
{
    while (at < end) {
        if (*at == ' ') {
            at++;
            continue;
        }
        if (strchr("[({", *at)) {
            const char *last = closing(at);
            uint32_t times = *at == '[' ? below(build, 2) : *at == '{' ? 1 + below(build, 3) : 1;
            for (uint32_t i = 0; i < times; i++) expand_choice(build, at + 1, last);
            at = last + 1;
            continue;
        }
        for (; at < end && *at != ' '; at++) { /* a word: letters and terminals */
            if (*at == '@') put_terminal(build, *++at);
            else text_append(build->bytes, "%c", *at);
        }
        end_word(build);
    }
}

/* A word less, a word more, a word other, in this order of likelihood. */
static void damage(Build *build, Request *request)
{
    static Slice junk[] = {{"junk", 4}, {"", 0}, {"-1", 2}, {"WITHSCORES", 10}, {"{t}l0", 5}};
    Slices *words = &request->words;
    uint32_t way = below(build, 3);
    Slice other = junk[below(build, ARRAY_LENGTH(junk))];
    if (way == 0 && words->count > 1) words->count--;
    else if (way == 1 || words->count == 1) array_push(NULL, words, other);
    else words->items[1 + below(build, words->count - 1)] = other;
}

void grammar_request(const Grammar *grammar, Rng *rng, uint32_t wrong, Request *request)
{
    Build build = {.rng = rng, .bytes = &request->bytes};
    uint32_t start = 0;
    request->pattern = &grammar->patterns.items[rng_below(rng, grammar->patterns.count)];
    const char *text = request->pattern->text;
    expand(&build, text, text + strlen(text));
    array_clear(&request->words);
    for (uint32_t i = 0; i < build.ends.count; i++) {
        Slice word = {text_chars(&request->bytes) + start, build.ends.items[i] - start};
        array_push(NULL, &request->words, word);
        start = build.ends.items[i];
    }
    array_deinit(NULL, &build.ends);
    if (!request->pattern->steady && rng_chance(rng, wrong)) damage(&build, request);
}

void request_free(Request *request)
{
    array_deinit(NULL, &request->words);
    text_deinit(&request->bytes);
}
