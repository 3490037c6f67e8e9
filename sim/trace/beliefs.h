/* beliefs.h -- the matrix of beliefs as bytes: each row as its differences from an earlier one,
 * since the processes of a cluster agree about nearly everything (docs/trace.md §5). Private to
 * sim/trace. */
#ifndef TRACE_BELIEFS_H
#define TRACE_BELIEFS_H

#include "sim/base/bytes.h"
#include "sim/trace/state.h"

void beliefs_encode(const TraceState *state, ByteWriter *out);
/* Fills the rows of all hosts; tables and matrix have their sizes. False when malformed. */
bool beliefs_decode(ByteReader *reader, TraceState *state);

#endif
