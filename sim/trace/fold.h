/* fold.h -- the parts of state_apply, one file a group of rows; private to sim/trace.
 *
 * Every function folds one record whose ids were found to be defined (fold.c), or refuses it and
 * leaves the state as it was. */
#ifndef TRACE_FOLD_H
#define TRACE_FOLD_H

#include "sim/trace/state.h"

/* Refuses: "record 12 (PEER_FLAGS): " and the rest. Always false. */
bool fold_refuse(Error *err, const TraceRecord *record, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Is the text a node ID, 40 lower-case hex digits? */
bool fold_is_node_id(TraceText text);

/* The host of the record, whose process must run or be frozen; NULL with *err otherwise. */
HostState *fold_process(TraceState *state, const TraceRecord *record, Error *err);
/* What a process that is gone believed is no more. */
void fold_clear_process(TraceState *state, HostId host);

/* fold_belief.c: SELF_*, PEER_*, REPORT_* and HANDSHAKE_*. */
bool fold_belief(TraceState *state, const TraceRecord *record, Error *err);
/* fold_open.c: SLOT_OPENED, SLOT_CLOSED, SLOT_KEYS. */
bool fold_open_slot(TraceState *state, const TraceRecord *record, Error *err);
/* fold_flight.c: MSG_*. */
bool fold_flight(TraceState *state, const TraceRecord *record, Error *err);
/* fold_define.c: ADDR_DEFINED, HOST_ADDED, NODE_DEFINED, SLOTS_DEFINED. */
bool fold_definition(TraceState *state, const TraceRecord *record, Error *err);

#endif
