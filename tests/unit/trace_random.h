/* trace_random.h -- random but valid traces for the tests of sim/trace and sim/export. */
#ifndef UNIT_TRACE_RANDOM_H
#define UNIT_TRACE_RANDOM_H

#include "sim/base/rng.h"
#include "sim/trace/state.h"
#include "sim/trace/trace.h"

/* Makes one record after another that can follow what was made so far. */
typedef struct TraceRandom {
    Rng rng;
    TraceState state; /* the fold of all records made */
    Text scratch[3];  /* holds the texts of the last record */
    uint32_t hosts_max, nodes_max;
} TraceRandom;

void trace_random_init(TraceRandom *random, uint64_t seed);
void trace_random_deinit(TraceRandom *random);
/* The next record, folded into random->state already. */
TraceRecord trace_random_next(TraceRandom *random);

/* A trace of `count` random records with a keyframe every `spacing` (0: none) and a few commands.
 */
Trace *trace_random_make(uint64_t seed, uint32_t count, uint32_t spacing);

#endif
