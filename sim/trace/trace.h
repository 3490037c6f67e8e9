/* trace.h -- the trace: every fact of a run, in order, with its cause (design.md §1.4).
 *
 * A Trace holds records (append only), keyframes, the commands and the run's header. The simulator
 * writes one; the view, the checkers, exports and narration read it, live or from a file. Records
 * are kept encoded; reading decodes one at a time. Sequence numbers (seq) start at 1 and have no
 * gaps; times never decrease. Knows nothing of the simulator. */
#ifndef TRACE_TRACE_H
#define TRACE_TRACE_H

#include "sim/base/bitpool.h"
#include "sim/base/bytes.h"
#include "sim/base/error.h"
#include "sim/base/ids.h"
#include "sim/base/text.h"
#include "sim/base/time.h"
#include "sim/trace/enums.h"

#include <stdbool.h>
#include <stdint.h>

/* A counted, not NUL-terminated text inside a record; borrowed from the trace until it changes. */
typedef struct TraceText {
    const char *chars;
    uint32_t size;
} TraceText;

#define TRACE_TEXT_MAX ((uint32_t)1 << 28)

TraceText trace_text(const char *chars); /* of a NUL-terminated text */

typedef enum TraceType {
#define TRACE_EVENT(NAME, level, text, fields) TRACE_##NAME,
#include "sim/trace/trace_events.def"
#undef TRACE_EVENT
    TRACE_TYPE_COUNT
} TraceType;

/* C types of the field kinds. */
#define TRACE_KIND_ADDR        AddrId
#define TRACE_KIND_HOST        HostId
#define TRACE_KIND_NODE        NodeId
#define TRACE_KIND_SLOTS       SlotsId
#define TRACE_KIND_BOOL        bool
#define TRACE_KIND_U8          uint8_t
#define TRACE_KIND_U16         uint16_t
#define TRACE_KIND_U32         uint32_t
#define TRACE_KIND_U64         uint64_t
#define TRACE_KIND_EPOCH       uint64_t
#define TRACE_KIND_FLAGS       uint16_t /* the bits of protocol.md §2.2 */
#define TRACE_KIND_TIME        SimTime
#define TRACE_KIND_SPAN        SimSpan
#define TRACE_KIND_TEXT        TraceText
#define TRACE_KIND_ENUM_EXIT   ExitReason
#define TRACE_KIND_ENUM_MSG    MsgKind
#define TRACE_KIND_ENUM_LOST   LostReason
#define TRACE_KIND_ENUM_STATE  ClusterState
#define TRACE_KIND_ENUM_REPL   ReplState
#define TRACE_KIND_ENUM_LINK   PeerLink
#define TRACE_KIND_ENUM_CLEAR  ClearReason
#define TRACE_KIND_ENUM_ELECT  ElectRefusal
#define TRACE_KIND_ENUM_VOTE   VoteVerdict
#define TRACE_KIND_ENUM_ROLE   RoleReason
#define TRACE_KIND_ENUM_HANGUP HangupReason
#define TRACE_KIND_ENUM_WRITE  WriteEnd

/* The payloads: struct TraceHOST_ADDED { TraceText name; ... }. A record without fields has a
 * dummy. */
#define F(kind, name) TRACE_KIND_##kind name;
#define TRACE_EVENT(NAME, level, text, fields)                                                     \
    typedef struct Trace##NAME {                                                                   \
        fields char unused_;                                                                       \
    } Trace##NAME;
#include "sim/trace/trace_events.def"
#undef TRACE_EVENT
#undef F

typedef struct TraceRecord {
    SimTime time;
    uint64_t seq;   /* set by trace_append */
    uint64_t cause; /* seq of the record that led to this one; 0: nothing before it */
    HostId host;    /* who acts or believes; HOST_NONE: the run */
    uint16_t type;  /* TraceType */
    union {
#define TRACE_EVENT(NAME, level, text, fields) Trace##NAME NAME;
#include "sim/trace/trace_events.def"
#undef TRACE_EVENT
    } u;
} TraceRecord;

/* The level written for a type when nothing else is said (trace_events.def). */
int trace_type_level(TraceType type);
const char *trace_type_name(TraceType type); /* "HOST_ADDED" */
const char *trace_type_text(TraceType type); /* "suspects" */

/* What the file says about the run, apart from its records. Texts are owned by the trace. */
typedef struct TraceHeader {
    uint64_t seed;
    uint8_t level;      /* highest level recorded, 0..2 */
    char profile[24];   /* "redis-7.0" */
    char program[24];   /* "slotscope 0.1" */
    char scenario[256]; /* file name without folders, or "" */
    uint64_t
        unix_base_ms; /* Unix time of virtual time 0 for CLUSTER NODES' times; see node clock */
} TraceHeader;

typedef struct Trace Trace;           /* opaque; sim/trace/trace.c */
typedef struct TraceState TraceState; /* sim/trace/state.h */

/* An empty trace; `header` is copied. mem may be NULL. */
Trace *trace_create(Mem *mem, const TraceHeader *header);
void trace_destroy(Trace *trace);
const TraceHeader *trace_header(const Trace *trace);
/* What the header says of level and rules; only before anything that depends on them is recorded.
 */
void trace_set_level(Trace *trace, uint8_t level);
void trace_set_profile(Trace *trace, const char *profile);

/* Appends a copy of the record (time not before the last, seq assigned) and returns its seq. The
 * caller has checked the level. */
uint64_t trace_append(Trace *trace, const TraceRecord *record);
uint64_t trace_count(const Trace *trace); /* seq of the last record */
SimTime
trace_end(const Trace *trace); /* how far the run has come: at least the last record's time */
void trace_set_end(Trace *trace, SimTime time);

/* Decodes record `seq` (1..trace_count). O(1) amortised when called in order, forwards. */
void trace_get(const Trace *trace, uint64_t seq, TraceRecord *record);
/* The seq of the last record with time <= `time`; 0 when there is none. */
uint64_t trace_last_at(const Trace *trace, SimTime time);

/* Keyframes: full states, made by the simulator from its own truth (never from the records), so
 * that folding the records between two of them is a check (docs/determinism.md). The state is
 * encoded and stored as of now (after the last record). Under a byte budget: when it is full, every
 * second one is dropped and the spacing doubles. */
void trace_add_keyframe(Trace *trace, const TraceState *state);
/* An empty state to make the next keyframe in; its memory is the trace's and is used again. */
TraceState *trace_blank_state(Trace *trace);
/* True when enough was appended since the last keyframe that another one pays. */
bool trace_wants_keyframe(const Trace *trace);
uint32_t trace_keyframe_count(const Trace *trace);
uint64_t trace_keyframe_seq(const Trace *trace, uint32_t index); /* records it stands after */
void trace_get_keyframe(const Trace *trace, uint32_t index, TraceState *state);

/* The state right after record `seq`: the nearest keyframe at or before it, and folding from there.
 */
void trace_state_at(const Trace *trace, uint64_t seq, TraceState *state);

/* The commands of the run in their own binary form (sim/world/command.h), kept for replay. */
void trace_append_command(Trace *trace, const void *bytes, uint32_t size);
uint32_t trace_command_count(const Trace *trace);
const uint8_t *trace_command(const Trace *trace, uint32_t index, uint32_t *size);

/* Takes back what came after a snapshot of the simulator: keeps the first records, keyframes and
 * commands, as many as were counted then. A keyframe dropped meanwhile for the byte budget stays
 * dropped. */
void trace_truncate(Trace *trace, uint64_t records, uint32_t keyframes, uint32_t commands,
                    SimTime end);

/* A hash of everything: header, records, keyframes, commands. Equal runs have equal hashes. */
uint64_t trace_hash(const Trace *trace);

/* The file form (docs/trace.md): magic, version, sections with lengths and checksums. */
void trace_write(const Trace *trace, ByteWriter *out);
/* Reads such bytes with bounded work and memory; NULL and one sentence in *err for anything else,
 * with the section and offset. */
Trace *trace_read(const uint8_t *bytes, size_t size, Error *err);

/* One line for people: "12.460 n2 suspects n1 (silence 5.1 s)"; names from `state`, of any moment
 * near. */
void trace_record_text(const TraceRecord *record, const TraceState *state, Text *out);
/* A node is called as the host where it was born; the second one born there is "n1#2", and so on.
 */
void trace_node_name(const TraceState *state, NodeId node, Text *out);
void trace_flags_text(uint16_t flags, Text *out); /* "primary,pfail"; "noflags" */

#endif
