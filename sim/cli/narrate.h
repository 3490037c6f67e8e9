/* narrate.h -- a trace told to people: chapters, the narrator's words, and what the nodes did.
 *
 * Reads the records in order and writes lines. What several nodes do within a moment becomes one
 * line; what one line would say of many peers is counted. Pings, beliefs and other routine are left
 * out. Depends on the records alone, so equal traces are told in equal words; it makes no
 * difference in how many pieces a growing trace is read. */
#ifndef CLI_NARRATE_H
#define CLI_NARRATE_H

#include "sim/cli/printer.h"
#include "sim/trace/state.h"

typedef struct Narrator Narrator; /* opaque; narrate.c */

/* Tells `trace` (borrowed) into `printer` (borrowed). */
Narrator *narrator_create(const Trace *trace, Printer *printer);
void narrator_destroy(Narrator *narrator); /* NULL is allowed */

/* Reads what is new in the trace. Lines that may still grow are held back. */
void narrator_read(Narrator *narrator);
/* After the last record: whatever was held back. */
void narrator_finish(Narrator *narrator);

#endif
