/* narrate_inside.h -- the inside of a Narrator, shared by narrate*.c only. */
#ifndef CLI_NARRATE_INSIDE_H
#define CLI_NARRATE_INSIDE_H

#include "sim/base/array.h"
#include "sim/base/bitset.h"
#include "sim/cli/narrate.h"
#include "sim/cli/phrase.h"

/* Between two different kinds of block stands an empty line. */
typedef enum BlockKind {
    BLOCK_NONE,
    BLOCK_TITLE,
    BLOCK_STEP,
    BLOCK_SAY,
    BLOCK_ASK,
    BLOCK_EVENTS
} BlockKind;

struct Narrator {
    const Trace *trace;
    Printer *printer;
    TraceState state;                         /* before the record that is being read */
    ARRAY_OF(Line *) lines;                   /* held back, in the order of their times */
    ARRAY_OF(uint16_t) known;                 /* by host: how many nodes its process knows */
    ARRAY_OF(uint16_t) votes;                 /* by host: what its last VOTE_COUNTED said */
    uint32_t running, known_total, announced; /* of running processes; the last LINE_ALL_KNOWN */
    SimTime quiet_until; /* no line can be complete before, unless one is closed */
    uint64_t question;   /* record of the PREDICT whose answer is due; 0 */
    SimTime asked;       /* its time */
    uint32_t chapters;   /* that have ended since */
    BlockKind block;
};

/* narrate.c: a line about `host` (HOST_NONE: nobody); `peer` may be NODE_NONE. Takes over the texts
 * of `line`, which is then in the list or part of another. */
void narrator_add(Narrator *narrator, const TraceRecord *record, Line *line);
/* Nothing joins the line any more. */
void narrator_close_line(Narrator *narrator, Line *line);
/* Closes the lines of that kind about `peer`. */
void narrator_close(Narrator *narrator, LineKind kind, NodeId peer);
/* Writes everything that is held back. */
void narrator_flush(Narrator *narrator);

/* narrate_events.c: what the record says of nodes and network, as lines. */
void narrator_event(Narrator *narrator, const TraceRecord *record);
/* narrate_story.c: what the script says; true when the record was of that sort. */
bool narrator_story(Narrator *narrator, const TraceRecord *record);
/* The answer to the last question, if it is due. */
void narrator_answer(Narrator *narrator);

/* Begins a block: an empty line if the one before was of another kind. */
void narrator_begin(Narrator *narrator, BlockKind block);
/* Writes "    19.460  " and the text. */
void narrator_timed(Narrator *narrator, SimTime time, const char *text, Style style);

#endif
