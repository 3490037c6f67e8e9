/* state_tables.h -- filling a TraceState's tables in place; for keyframe.c and state.c only. */
#ifndef TRACE_STATE_TABLES_H
#define TRACE_STATE_TABLES_H

#include "sim/trace/state.h"

/* Forgets the hosts from `kept` on. */
void state_drop_hosts(TraceState *state, uint32_t kept);
/* Sees to it that set `id` is `words`, forgetting the sets from there on if it was not. Ids are
 * given in order, 0 first; false when the set is known by another id. */
bool state_set_slots(TraceState *state, SlotsId id, const uint64_t *words);
/* Forgets the sets from `count` on. */
void state_trim_slots(TraceState *state, uint32_t count);

#endif
