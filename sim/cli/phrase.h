/* phrase.h -- what kinds of line the narration has, and their words; shared by narrate*.c only.
 *
 * A Line is one sentence about a set of hosts (who), perhaps about a set of nodes (peers), and some
 * values. phrase.c has one row for each kind. */
#ifndef CLI_PHRASE_H
#define CLI_PHRASE_H

#include "sim/cli/printer.h"
#include "sim/trace/state.h"

/* The kinds of line; each has its row in phrases.def. */
typedef enum LineKind {
#define PHRASE(KIND, key, style, moment_ms, one, many) LINE_##KIND,
#include "sim/cli/phrases.def"
#undef PHRASE
    LINE_KIND_COUNT
} LineKind;

/* Which values make two lines different, so that they are not joined. */
#define KEY_PEER   1
#define KEY_OTHER  2
#define KEY_NUMBER 4
#define KEY_WORD   8
#define KEY_WHO    16
#define KEY_APART  32 /* in a crowd, nobody may be both a host and a peer */

typedef struct PhraseRow {
    const char *one;    /* the sentence */
    const char *many;   /* the sentence of a crowd of such lines in one; NULL: they stay apart */
    uint8_t key;        /* KEY_... */
    uint8_t style;      /* Style */
    uint16_t moment_ms; /* how long after its first event a line takes in others */
} PhraseRow;

typedef struct Line {
    LineKind kind;
    SimTime time;
    uint64_t who[BITSET_WORDS_HOSTS];
    uint64_t peers[NODES_MAX / 64];
    NodeId peer, other; /* the first of `peers`; NODE_NONE */
    uint64_t number, total;
    SimSpan span;
    Text word;      /* a reason, a command, a whole sentence */
    uint32_t topic; /* so much of `word` must be equal for lines to become a crowd */
    bool crowd;     /* made of several lines */
    bool closed;    /* takes in nothing more */
} Line;

const PhraseRow *phrase_row(LineKind kind);
/* The sentence of the line; names come from the state. */
void phrase_text(const Line *line, const TraceState *state, Text *out);
/* The name of its host; "the former n1" for a node that has been replaced there. */
void phrase_node(const TraceState *state, NodeId node, Text *out);
/* "n1", "n2, n3 and n5", "n2-n6", "57 nodes". */
void phrase_hosts(const TraceState *state, const uint64_t *hosts, Text *out);
void phrase_nodes(const TraceState *state, const uint64_t *nodes, Text *out);

#endif
