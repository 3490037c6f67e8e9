/* check.h -- what must never happen, watched over the records of a trace (protocol.md §16,
 * invariants 2-4, 6, 8).
 *
 *   votes    a voter gives at most one vote in an epoch (§6.6, rules 2 and 3)
 *   winners  an epoch has at most one winner (§4.8)
 *   epochs   within the life of a process currentEpoch, lastVoteEpoch and the own configEpoch never
 * fall; across a restart from disk lastVoteEpoch and the own configEpoch do not either (§2.6)
 *   owners   no two processes hold themselves for primary of one slot with one configEpoch
 *   tables   in one node's table no slot has two owners
 *   failures a node is marked as failing on enough reports, each of them noted before
 *   state    who says cluster_state:ok reaches a majority of the primaries
 *
 * A checker reads records only, so it judges a live run and a file alike. */
#ifndef CHECK_CHECK_H
#define CHECK_CHECK_H

#include "sim/trace/state.h"
#include "sim/trace/trace.h"

typedef struct Check Check; /* opaque; sim/check/check.c */

Check *check_create(Mem *mem);
void check_destroy(Check *check);

/* Takes the next record. Returns false when a rule is broken by it (the first time each, see
 * check_text). */
bool check_record(Check *check, const TraceRecord *record);
/* Takes all records of `trace` from where the check stands; returns how many violations there are
 * in all. */
uint32_t check_trace(Check *check, const Trace *trace);

uint32_t check_count(const Check *check);   /* violations so far */
const char *check_text(const Check *check); /* one line each; "" when none */

#endif
