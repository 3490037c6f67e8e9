/* trace_inside.h -- the inside of a Trace, shared by trace.c and file.c only. */
#ifndef TRACE_TRACE_INSIDE_H
#define TRACE_TRACE_INSIDE_H

#include "sim/base/array.h"
#include "sim/trace/keyframe.h"
#include "sim/trace/log.h"
#include "sim/trace/trace.h"

/* Limits of keyframes, docs/trace.md §5. */
#define KEYFRAME_BUDGET          ((uint64_t)64 << 20)
#define KEYFRAME_SPACING_BYTES   ((uint64_t)256 << 10)
#define KEYFRAME_SPACING_RECORDS 16384

typedef struct Keyframe {
    uint64_t seq; /* records it stands after */
    uint8_t *bytes;
    uint32_t size;
    DefinitionCounts counts; /* definitions so far */
    uint64_t log_size;       /* bytes of records so far */
} Keyframe;

struct Trace {
    Mem *mem;
    TraceHeader header;
    Log log;
    SimTime end;
    Definitions definitions;
    ARRAY_OF(Keyframe) keyframes;
    uint64_t keyframe_bytes; /* of all */
    uint32_t thinned;        /* how often every second one was dropped */
    ByteWriter command_bytes;
    ARRAY_OF(uint64_t) commands; /* where each begins in command_bytes */
    TraceState *blank;           /* room for the next keyframe's state; NULL: none yet */
};

/* Appends a keyframe that is encoded already; the bytes are copied. */
void trace_push_keyframe(Trace *trace, uint64_t seq, uint64_t log_size, DefinitionCounts counts,
                         const uint8_t *bytes, size_t size);

#endif
