/* log.h -- the encoded records of a trace: append at the end, read anywhere (docs/trace.md §3).
 *
 * Records lie one after the other in chunks; none straddles two. Every LOG_INDEX_STEP-th has an
 * entry in the index, so that reaching any record decodes at most LOG_INDEX_STEP - 1 others; a few
 * cursors remember where reading stopped, so that reading in order reaches each at once. Private to
 * sim/trace. */
#ifndef TRACE_LOG_H
#define TRACE_LOG_H

#include "sim/base/array.h"
#include "sim/trace/codec.h"
#include "sim/trace/trace.h"

#define LOG_INDEX_STEP 64
#define LOG_CURSORS    4

typedef struct LogChunk {
    uint8_t *bytes;
    uint32_t size, capacity;
} LogChunk;

/* Where record 1 + LOG_INDEX_STEP * i begins. */
typedef struct LogPlace {
    uint32_t chunk, offset;
    SimTime before; /* time of the record before it */
} LogPlace;

/* Reading stopped in front of record `seq`; seq 0: never used. */
typedef struct LogCursor {
    uint64_t seq;
    LogPlace place;
    uint64_t used; /* the reading that used it last */
} LogCursor;

typedef struct LogReading {
    LogCursor cursors[LOG_CURSORS];
    uint64_t count; /* readings so far */
} LogReading;

typedef struct Log {
    Mem *mem;
    ARRAY_OF(LogChunk) chunks;
    ARRAY_OF(LogPlace) index;
    uint64_t count;      /* records */
    uint64_t size;       /* bytes of them */
    SimTime time;        /* of the last one */
    LogReading *reading; /* a cache only; apart, so that reading leaves the Log const */
} Log;

void log_init(Log *log, Mem *mem);
void log_deinit(Log *log);

/* record->seq must be the next number and its time not before the last one's. */
void log_append(Log *log, const TraceRecord *record);
/* Appends a record that is encoded already; `time` is its time. */
void log_append_encoded(Log *log, const uint8_t *bytes, size_t size, SimTime time);
void log_get(const Log *log, uint64_t seq, TraceRecord *record);
uint64_t log_last_at(const Log *log, SimTime time);
/* Keeps only the first `count` records. */
void log_cut(Log *log, uint64_t count);

#endif
