/* keyframe.h -- a TraceState as bytes and back (docs/trace.md §5); private to sim/trace.
 *
 * What never changes once it is defined (addresses, nodes, slot sets) is kept once for all
 * keyframes of a trace, in its Definitions; a keyframe says how many of each there were. */
#ifndef TRACE_KEYFRAME_H
#define TRACE_KEYFRAME_H

#include "sim/base/array.h"
#include "sim/base/bytes.h"
#include "sim/trace/state.h"

/* How many of each a keyframe knows. */
typedef struct DefinitionCounts {
    uint32_t addrs, nodes, slots;
} DefinitionCounts;

typedef struct Definitions {
    Mem *mem;
    ARRAY_OF(AddrState) addrs; /* [0] is ADDR_NONE */
    ARRAY_OF(NodeState) nodes;
    ARRAY_OF(uint32_t) slots; /* where each set begins in slot_bytes; [0] is the empty set */
    ByteWriter slot_bytes;    /* per set: count of runs, then (gap, length) of each */
} Definitions;

/* A bit set as its runs: their count, then gap and length of each. Reading clears `words` first;
 * false when malformed. */
void keyframe_put_set(ByteWriter *out, const uint64_t *words, uint32_t bits);
bool keyframe_get_set(ByteReader *reader, uint64_t *words, uint32_t bits);

void definitions_init(Definitions *definitions, Mem *mem);
void definitions_deinit(Definitions *definitions);
/* Adds what `state` defines beyond what is there already. */
void definitions_add(Definitions *definitions, const TraceState *state);
/* Forgets what was added since there were so many. */
void definitions_cut(Definitions *definitions, DefinitionCounts counts);
DefinitionCounts definitions_counts(const Definitions *definitions);
/* Does `state` define the same, and perhaps more? */
bool definitions_match(const Definitions *definitions, const TraceState *state);
/* The file form. Reading appends to empty definitions; false and *err for anything malformed. */
void definitions_write(const Definitions *definitions, ByteWriter *out);
bool definitions_read(Definitions *definitions, ByteReader *reader, Error *err);

/* Appends the encoded state; its definitions have been added. */
void keyframe_encode(const TraceState *state, ByteWriter *out);
/* Replaces *state (initialised) by the encoded one; false and *err for bytes that keyframe_encode
 * has not written, *state is then some valid state. */
bool keyframe_decode(const uint8_t *bytes, size_t size, const Definitions *definitions,
                     TraceState *state, Error *err);

#endif
