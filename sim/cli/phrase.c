/* phrase.c -- the sentences of the narration, one row a kind of line, and how they are filled in.
 *
 * In a sentence {who} and {peer} are names, {other} one more node, {number}, {total}, {span} and
 * {word} the values of the line; {votes/vote} is the first word when one host acts and the second
 * when several do; {is|are} chooses in the same way by the number of peers, {slot#slots} by
 * {number}. */
#include "sim/cli/phrase.h"

#include "sim/base/bitset.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const PhraseRow rows[LINE_KIND_COUNT] = {
#define PHRASE(KIND, key, style, moment_ms, one, many)                                             \
    [LINE_##KIND] = {one, many, key, style, moment_ms},
#include "sim/cli/phrases.def"
#undef PHRASE
};

const PhraseRow *phrase_row(LineKind kind)
{
    return &rows[kind];
}

/* --- names --- */

#define PIECES_MAX 5 /* names and ranges of names in one list; more are counted */

/* A name is a stem and a number: "n12". */
typedef struct Name {
    Text text;
    uint32_t stem;   /* size of what stands before the number */
    uint64_t number; /* 0 when there is none */
} Name;

static void split(Name *name)
{
    const char *chars = text_chars(&name->text);
    uint32_t at = name->text.size;
    while (at > 0 && chars[at - 1] >= '0' && chars[at - 1] <= '9') at--;
    name->stem = at;
    name->number = name->text.size - at <= 9 ? strtoull(chars + at, NULL, 10) : 0;
}

static bool follows(const Name *a, const Name *b)
{
    return a->stem == b->stem && memcmp(a->text.chars, b->text.chars, a->stem) == 0 &&
           a->number > 0 && b->number == a->number + 1;
}

typedef ARRAY_OF(Name) Names;

/* Where the run of names with following numbers that begins at `from` ends; two make no run. */
static uint32_t run_end(const Names *names, uint32_t from)
{
    uint32_t end = from + 1;
    while (end < names->count && follows(&names->items[end - 1], &names->items[end])) end++;
    return end - from >= 3 ? end : from + 1;
}

/* Appends the names, which are freed. */
static void append_names(Names *names, Text *out)
{
    uint32_t pieces = 0, piece = 0;
    for (uint32_t i = 0; i < names->count; i++) split(&names->items[i]);
    for (uint32_t i = 0; i < names->count; i = run_end(names, i)) pieces++;
    if (names->count == 0) text_append(out, "nobody");
    if (pieces > PIECES_MAX) text_append(out, "%" PRIu32 " nodes", names->count);
    for (uint32_t i = 0, end; i < names->count && pieces <= PIECES_MAX; i = end, piece++) {
        end = run_end(names, i);
        if (piece > 0) text_append(out, piece + 1 == pieces ? " and " : ", ");
        text_append(out, "%s", text_chars(&names->items[i].text));
        if (end > i + 1) text_append(out, "-%s", text_chars(&names->items[end - 1].text));
    }
    for (uint32_t i = 0; i < names->count; i++) text_deinit(&names->items[i].text);
    array_deinit(NULL, names);
}

/* The zone that these hosts are, no more and no fewer; NULL when they are none. */
static const char *whole_zone(const TraceState *state, const uint64_t *hosts)
{
    const char *zone = NULL;
    for (uint32_t i = 0; i < state->hosts.count && !zone; i++) {
        if (bitset_has(hosts, i)) zone = state->hosts.items[i].zone;
    }
    for (uint32_t i = 0; i < state->hosts.count && zone; i++) {
        bool is_there = strcmp(state->hosts.items[i].zone, zone) == 0;
        if (is_there != bitset_has(hosts, i) || *zone == '\0') zone = NULL;
    }
    return zone;
}

void phrase_node(const TraceState *state, NodeId node, Text *out)
{
    if (node >= state->nodes.count) {
        text_append(out, "nobody");
        return;
    }
    HostId host = state->nodes.items[node].host;
    const HostState *row = &state->hosts.items[host];
    if (row->node != node && row->node != NODE_NONE) text_append(out, "the former ");
    text_append(out, "%s", row->name);
}

void phrase_hosts(const TraceState *state, const uint64_t *hosts, Text *out)
{
    Names names = {0};
    uint32_t count = bitset_count(hosts, BITSET_WORDS_HOSTS);
    const char *zone = count > PIECES_MAX ? whole_zone(state, hosts) : NULL;
    if (zone) {
        text_append(out, "the %" PRIu32 " nodes of %s", count, zone);
        return;
    }
    for (uint32_t i = bitset_next(hosts, HOSTS_MAX, 0); i < HOSTS_MAX;
         i = bitset_next(hosts, HOSTS_MAX, i + 1)) {
        Name name = {0};
        text_append(&name.text, "%s", i < state->hosts.count ? state->hosts.items[i].name : "?");
        array_push(NULL, &names, name);
    }
    append_names(&names, out);
}

void phrase_nodes(const TraceState *state, const uint64_t *nodes, Text *out)
{
    Names names = {0};
    uint64_t hosts[BITSET_WORDS_HOSTS] = {0};
    uint32_t count = bitset_count(nodes, NODES_MAX / 64);
    for (uint32_t i = 0; i < state->nodes.count && count > PIECES_MAX; i++) {
        if (bitset_has(nodes, i)) bitset_add(hosts, state->nodes.items[i].host);
    }
    if (count > PIECES_MAX && whole_zone(state, hosts)) {
        phrase_hosts(state, hosts, out);
        return;
    }
    for (uint32_t i = bitset_next(nodes, NODES_MAX, 0); i < NODES_MAX;
         i = bitset_next(nodes, NODES_MAX, i + 1)) {
        Name name = {0};
        phrase_node(state, (NodeId)i, &name.text);
        array_push(NULL, &names, name);
    }
    append_names(&names, out);
}

/* --- filling in --- */

/* What stands between a pair of braces. */
typedef struct Braces {
    const char *chars;
    size_t size;
} Braces;

static bool braces_are(Braces braces, const char *word)
{
    return strlen(word) == braces.size && memcmp(braces.chars, word, braces.size) == 0;
}

/* {one/several}: by the number of hosts; {one|several}: of peers; {one#several}: by `number`. */
static bool append_choice(Braces braces, const Line *line, Text *out)
{
    uint64_t count = line->number;
    const char *middle = memchr(braces.chars, '#', braces.size);
    if (!middle) {
        count = bitset_count(line->who, BITSET_WORDS_HOSTS);
        middle = memchr(braces.chars, '/', braces.size);
    }
    if (!middle) {
        count = bitset_count(line->peers, NODES_MAX / 64);
        middle = memchr(braces.chars, '|', braces.size);
    }
    if (!middle) return false;
    size_t left = (size_t)(middle - braces.chars);
    if (count > 1) text_append_bytes(out, middle + 1, (uint32_t)(braces.size - left - 1));
    else text_append_bytes(out, braces.chars, (uint32_t)left);
    return true;
}

static void append_field(Braces braces, const Line *line, const TraceState *state, Text *out)
{
    if (append_choice(braces, line, out)) return;
    if (braces_are(braces, "who")) phrase_hosts(state, line->who, out);
    else if (braces_are(braces, "peer")) phrase_nodes(state, line->peers, out);
    else if (braces_are(braces, "other")) phrase_node(state, line->other, out);
    else if (braces_are(braces, "number")) text_append(out, "%" PRIu64, line->number);
    else if (braces_are(braces, "total")) text_append(out, "%" PRIu64, line->total);
    else if (braces_are(braces, "span")) text_append_span(out, line->span);
    else if (braces_are(braces, "word")) text_append(out, "%s", text_chars(&line->word));
    else SIM_ASSERT(false);
}

void phrase_text(const Line *line, const TraceState *state, Text *out)
{
    const PhraseRow *row = phrase_row(line->kind);
    const char *at = line->crowd ? row->many : row->one;
    for (;;) {
        const char *open = strchr(at, '{');
        if (!open) break;
        const char *close = strchr(open, '}');
        SIM_ASSERT(close != NULL);
        text_append_bytes(out, at, (uint32_t)(open - at));
        append_field((Braces){open + 1, (size_t)(close - open - 1)}, line, state, out);
        at = close + 1;
    }
    text_append(out, "%s", at);
}
