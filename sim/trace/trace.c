/* trace.c -- a run's records, keyframes and commands (docs/trace.md).
 *
 * The records are in log.c, the form of a keyframe in keyframe.c, the file form in file.c; here is
 * what holds them together. */
#include "sim/trace/trace_inside.h"

#include "sim/base/assert.h"
#include "sim/base/hash.h"

#include <string.h>

Trace *trace_create(Mem *mem, const TraceHeader *header)
{
    Trace *trace = mem_alloc(mem, sizeof(*trace));
    trace->mem = mem;
    trace->header = *header;
    log_init(&trace->log, mem);
    definitions_init(&trace->definitions, mem);
    trace->command_bytes.mem = mem;
    return trace;
}

static void drop_keyframe(Trace *trace, const Keyframe *keyframe)
{
    trace->keyframe_bytes -= keyframe->size;
    mem_free(trace->mem, keyframe->bytes, keyframe->size);
}

void trace_destroy(Trace *trace)
{
    if (!trace) return;
    Mem *mem = trace->mem;
    for (uint32_t i = 0; i < trace->keyframes.count; i++) {
        drop_keyframe(trace, &trace->keyframes.items[i]);
    }
    if (trace->blank) state_deinit(trace->blank);
    mem_free(mem, trace->blank, sizeof(TraceState));
    log_deinit(&trace->log);
    definitions_deinit(&trace->definitions);
    array_deinit(mem, &trace->keyframes);
    bytes_deinit(&trace->command_bytes);
    array_deinit(mem, &trace->commands);
    mem_free(mem, trace, sizeof(*trace));
}

const TraceHeader *trace_header(const Trace *trace)
{
    return &trace->header;
}

void trace_set_level(Trace *trace, uint8_t level)
{
    SIM_ASSERT(level <= 2);
    trace->header.level = level;
}

void trace_set_profile(Trace *trace, const char *profile)
{
    size_t size = strlen(profile);
    SIM_ASSERT(size < sizeof(trace->header.profile));
    memset(trace->header.profile, 0, sizeof(trace->header.profile));
    memcpy(trace->header.profile, profile, size);
}

/* --- records --- */

uint64_t trace_append(Trace *trace, const TraceRecord *record)
{
    TraceRecord numbered = *record;
    numbered.seq = trace->log.count + 1;
    log_append(&trace->log, &numbered);
    return numbered.seq;
}

uint64_t trace_count(const Trace *trace)
{
    return trace->log.count;
}

SimTime trace_end(const Trace *trace)
{
    return trace->end > trace->log.time ? trace->end : trace->log.time;
}

void trace_set_end(Trace *trace, SimTime time)
{
    SIM_ASSERT(time <= SIM_TIME_MAX);
    trace->end = time;
}

void trace_get(const Trace *trace, uint64_t seq, TraceRecord *record)
{
    log_get(&trace->log, seq, record);
}

uint64_t trace_last_at(const Trace *trace, SimTime time)
{
    return log_last_at(&trace->log, time);
}

/* --- keyframes --- */

/* Drops the 1st, 3rd, 5th, ... so that the spacing doubles: the state before record 1 needs no
 * keyframe. */
static void thin(Trace *trace)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < trace->keyframes.count; i++) {
        if (i % 2 == 0) drop_keyframe(trace, &trace->keyframes.items[i]);
        else trace->keyframes.items[kept++] = trace->keyframes.items[i];
    }
    trace->keyframes.count = kept;
    trace->thinned++;
}

void trace_push_keyframe(Trace *trace, uint64_t seq, uint64_t log_size, DefinitionCounts counts,
                         const uint8_t *bytes, size_t size)
{
    SIM_ASSERT(size > 0 && size <= UINT32_MAX);

    Keyframe keyframe = {
        .seq = seq, .size = (uint32_t)size, .counts = counts, .log_size = log_size};
    keyframe.bytes = mem_alloc(trace->mem, size);
    memcpy(keyframe.bytes, bytes, size);
    array_push(trace->mem, &trace->keyframes, keyframe);
    trace->keyframe_bytes += size;
    /* The last one always stays, even when it alone is above the budget. */
    while (trace->keyframe_bytes > KEYFRAME_BUDGET && trace->keyframes.count > 1) thin(trace);
}

static const Keyframe *last_keyframe(const Trace *trace)
{
    uint32_t count = trace->keyframes.count;
    return count > 0 ? &trace->keyframes.items[count - 1] : NULL;
}

TraceState *trace_blank_state(Trace *trace)
{
    if (trace->blank) {
        state_reset(trace->blank);
    } else {
        trace->blank = mem_alloc(trace->mem, sizeof(TraceState));
        state_init(trace->blank, trace->mem);
    }
    return trace->blank;
}

void trace_add_keyframe(Trace *trace, const TraceState *state)
{
    SIM_ASSERT(state->seq == trace->log.count);
    const Keyframe *last = last_keyframe(trace);
    if (last && last->seq == state->seq) return; /* it says the same */

    definitions_add(&trace->definitions, state);
    ByteWriter bytes = {.mem = trace->mem};
    keyframe_encode(state, &bytes);
    trace_push_keyframe(trace, state->seq, trace->log.size, definitions_counts(&trace->definitions),
                        bytes.bytes, bytes.size);
    bytes_deinit(&bytes);
}

/* A keyframe pays when folding the records since the last one costs about as much as decoding it:
 * so many bytes or records, but never less than the keyframe itself is large. */
bool trace_wants_keyframe(const Trace *trace)
{
    const Keyframe *last = last_keyframe(trace);
    uint64_t bytes = trace->log.size - (last ? last->log_size : 0);
    uint64_t records = trace->log.count - (last ? last->seq : 0);
    if (last && bytes < last->size) return false;
    return bytes >= KEYFRAME_SPACING_BYTES << trace->thinned ||
           records >= (uint64_t)KEYFRAME_SPACING_RECORDS << trace->thinned;
}

uint32_t trace_keyframe_count(const Trace *trace)
{
    return trace->keyframes.count;
}

uint64_t trace_keyframe_seq(const Trace *trace, uint32_t index)
{
    SIM_ASSERT(index < trace->keyframes.count);
    return trace->keyframes.items[index].seq;
}

void trace_get_keyframe(const Trace *trace, uint32_t index, TraceState *state)
{
    SIM_ASSERT(index < trace->keyframes.count);
    const Keyframe *keyframe = &trace->keyframes.items[index];
    Error err = {{0}};
    if (!keyframe_decode(keyframe->bytes, keyframe->size, &trace->definitions, state, &err)) {
        assert_fail(err.text, __FILE__, __LINE__); /* we wrote it, or trace_read has checked it */
    }
}

/* The last keyframe at or before `seq`, as 1 + its index; 0 when there is none. */
static uint32_t keyframe_before(const Trace *trace, uint64_t seq)
{
    uint32_t low = 0, high = trace->keyframes.count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (trace->keyframes.items[middle].seq <= seq) low = middle + 1;
        else high = middle;
    }
    return low;
}

void trace_state_at(const Trace *trace, uint64_t seq, TraceState *state)
{
    SIM_ASSERT(seq <= trace->log.count);

    uint32_t found = keyframe_before(trace, seq);
    if (found > 0) {
        trace_get_keyframe(trace, found - 1, state);
    } else {
        Mem *mem = state->mem;
        state_deinit(state);
        state_init(state, mem);
    }
    while (state->seq < seq) {
        TraceRecord record;
        Error err = {{0}};
        trace_get(trace, state->seq + 1, &record);
        if (!state_apply(state, &record, &err)) assert_fail(err.text, __FILE__, __LINE__);
    }
}

/* --- commands --- */

void trace_append_command(Trace *trace, const void *bytes, uint32_t size)
{
    array_push(trace->mem, &trace->commands, trace->command_bytes.size);
    bytes_put_raw(&trace->command_bytes, bytes, size);
}

uint32_t trace_command_count(const Trace *trace)
{
    return trace->commands.count;
}

const uint8_t *trace_command(const Trace *trace, uint32_t index, uint32_t *size)
{
    SIM_ASSERT(index < trace->commands.count);
    uint64_t start = trace->commands.items[index];
    uint64_t end = index + 1 < trace->commands.count ? trace->commands.items[index + 1]
                                                     : trace->command_bytes.size;
    *size = (uint32_t)(end - start);
    return trace->command_bytes.bytes + start;
}

/* --- going back --- */

void trace_truncate(Trace *trace, uint64_t records, uint32_t keyframes, uint32_t commands,
                    SimTime end)
{
    SIM_ASSERT(records <= trace->log.count);
    SIM_ASSERT(commands <= trace->commands.count);

    log_cut(&trace->log, records);
    trace->end = end;
    if (commands < trace->commands.count) {
        trace->command_bytes.size = trace->commands.items[commands];
        trace->commands.count = commands;
    }
    uint32_t kept = keyframe_before(trace, records);
    if (kept > keyframes) kept = keyframes;
    while (trace->keyframes.count > kept) {
        drop_keyframe(trace, &trace->keyframes.items[--trace->keyframes.count]);
    }
    const Keyframe *last = last_keyframe(trace);
    DefinitionCounts none = {.addrs = 1, .slots = 1};
    definitions_cut(&trace->definitions, last ? last->counts : none);
}

/* --- hash --- */

/* Hashes the same bytes to the same value, however they are cut into pieces. */
typedef struct HashStream {
    uint64_t hash;
    uint32_t size;
    uint8_t bytes[4096];
} HashStream;

static void stream_flush(HashStream *stream)
{
    stream->hash = hash_bytes(stream->hash, stream->bytes, stream->size);
    stream->size = 0;
}

static void stream_put(HashStream *stream, const uint8_t *bytes, size_t size)
{
    while (size > 0) {
        size_t room = sizeof(stream->bytes) - stream->size;
        size_t part = size < room ? size : room;
        memcpy(stream->bytes + stream->size, bytes, part);
        stream->size += (uint32_t)part;
        bytes += part;
        size -= part;
        if (stream->size == sizeof(stream->bytes)) stream_flush(stream);
    }
}

static uint64_t hash_header(uint64_t hash, const TraceHeader *header)
{
    hash = hash_u64(hash, header->seed);
    hash = hash_u64(hash, header->level);
    hash = hash_bytes(hash, header->profile, strlen(header->profile));
    hash = hash_bytes(hash, header->program, strlen(header->program));
    hash = hash_bytes(hash, header->scenario, strlen(header->scenario));
    return hash_u64(hash, header->unix_base_ms);
}

uint64_t trace_hash(const Trace *trace)
{
    HashStream stream = {.hash = hash_header(HASH_START, &trace->header)};
    for (uint32_t i = 0; i < trace->log.chunks.count; i++) {
        stream_put(&stream, trace->log.chunks.items[i].bytes, trace->log.chunks.items[i].size);
    }
    stream_flush(&stream);
    stream.hash = hash_u64(hash_u64(stream.hash, trace->log.count), trace_end(trace));

    for (uint32_t i = 0; i < trace->keyframes.count; i++) {
        const Keyframe *keyframe = &trace->keyframes.items[i];
        stream.hash = hash_bytes(stream.hash, keyframe->bytes, keyframe->size);
    }
    for (uint32_t i = 0; i < trace->commands.count; i++) {
        uint32_t size;
        const uint8_t *bytes = trace_command(trace, i, &size);
        stream.hash = hash_bytes(stream.hash, bytes, size);
    }
    return stream.hash;
}
