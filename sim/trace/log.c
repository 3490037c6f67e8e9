/* log.c -- chunks of encoded records, their index and the cursors that read them. */
#include "sim/trace/log.h"

#include "sim/base/assert.h"

#include <string.h>

#define CHUNK_SIZE ((uint32_t)256 * 1024)

void log_init(Log *log, Mem *mem)
{
    *log = (Log){.mem = mem};
    log->reading = mem_alloc(mem, sizeof(*log->reading));
}

static void drop_chunks(Log *log, uint32_t kept)
{
    for (uint32_t i = kept; i < log->chunks.count; i++) {
        mem_free(log->mem, log->chunks.items[i].bytes, log->chunks.items[i].capacity);
    }
    log->chunks.count = kept;
}

void log_deinit(Log *log)
{
    drop_chunks(log, 0);
    array_deinit(log->mem, &log->chunks);
    array_deinit(log->mem, &log->index);
    mem_free(log->mem, log->reading, sizeof(*log->reading));
    *log = (Log){0};
}

/* --- appending --- */

/* The last chunk, with room for `size` more bytes. A record larger than a chunk gets one of its
 * own. */
static LogChunk *chunk_with_room(Log *log, size_t size)
{
    if (log->chunks.count > 0) {
        LogChunk *last = &log->chunks.items[log->chunks.count - 1];
        if (last->capacity - last->size >= size) return last;
    }
    SIM_ASSERT(size <= UINT32_MAX);
    LogChunk chunk = {.capacity = size > CHUNK_SIZE ? (uint32_t)size : CHUNK_SIZE};
    chunk.bytes = mem_alloc(log->mem, chunk.capacity);
    array_push(log->mem, &log->chunks, chunk);
    return &log->chunks.items[log->chunks.count - 1];
}

/* The next record will stand at the end of `chunk`, the last one. */
static void index_next(Log *log, const LogChunk *chunk)
{
    if (log->count % LOG_INDEX_STEP != 0) return;
    LogPlace place = {log->chunks.count - 1, chunk->size, log->time};
    array_push(log->mem, &log->index, place);
}

static void count_record(Log *log, LogChunk *chunk, size_t size, SimTime time)
{
    SIM_ASSERT(chunk->capacity - chunk->size >= size);
    chunk->size += (uint32_t)size;
    log->size += size;
    log->count++;
    log->time = time;
}

void log_append(Log *log, const TraceRecord *record)
{
    SIM_ASSERT(record->seq == log->count + 1);
    SIM_ASSERT(record->time >= log->time);
    SIM_ASSERT(record->time <= SIM_TIME_MAX);

    LogChunk *chunk = chunk_with_room(log, codec_bound(record));
    index_next(log, chunk);
    uint8_t *start = chunk->bytes + chunk->size;
    uint8_t *end = codec_encode(start, record, log->time);
    count_record(log, chunk, (size_t)(end - start), record->time);
}

void log_append_encoded(Log *log, const uint8_t *bytes, size_t size, SimTime time)
{
    SIM_ASSERT(time >= log->time);

    LogChunk *chunk = chunk_with_room(log, size);
    index_next(log, chunk);
    memcpy(chunk->bytes + chunk->size, bytes, size);
    count_record(log, chunk, size, time);
}

/* --- reading --- */

/* Decodes the record the cursor stands in front of and moves past it. */
static void read_next(const Log *log, LogCursor *cursor, TraceRecord *record)
{
    LogPlace *place = &cursor->place;
    while (place->offset == log->chunks.items[place->chunk].size) {
        place->chunk++;
        place->offset = 0;
    }
    const LogChunk *chunk = &log->chunks.items[place->chunk];
    CodecReader reader = {chunk->bytes + place->offset, chunk->bytes + chunk->size, NULL};
    bool decoded = codec_decode(&reader, cursor->seq, place->before, record);
    SIM_ASSERT(decoded); /* we wrote it, or trace_read has checked it */
    place->offset = (uint32_t)(reader.at - chunk->bytes);
    place->before = record->time;
    cursor->seq++;
}

static LogCursor cursor_at_index(const Log *log, uint32_t i)
{
    SIM_ASSERT(i < log->index.count);
    return (LogCursor){.seq = 1 + (uint64_t)i * LOG_INDEX_STEP, .place = log->index.items[i]};
}

/* A cursor at or before `seq` and no further from it than the index is: one that was used before,
 * or the one unused for longest, set by the index. */
static LogCursor *find_cursor(const Log *log, uint64_t seq)
{
    uint64_t start = seq - (seq - 1) % LOG_INDEX_STEP;
    LogCursor *oldest = &log->reading->cursors[0];
    LogCursor *best = NULL;
    for (uint32_t i = 0; i < LOG_CURSORS; i++) {
        LogCursor *cursor = &log->reading->cursors[i];
        if (cursor->seq >= start && cursor->seq <= seq && (!best || cursor->seq > best->seq)) {
            best = cursor;
        }
        if (cursor->used < oldest->used) oldest = cursor;
    }
    if (!best) {
        best = oldest;
        *best = cursor_at_index(log, (uint32_t)((seq - 1) / LOG_INDEX_STEP));
    }
    best->used = ++log->reading->count;
    return best;
}

void log_get(const Log *log, uint64_t seq, TraceRecord *record)
{
    SIM_ASSERT(seq >= 1);
    SIM_ASSERT(seq <= log->count);

    LogCursor *cursor = find_cursor(log, seq);
    while (cursor->seq <= seq) read_next(log, cursor, record);
}

/* The index entry with the largest `before` <= time is found by halving; the record wanted is then
 * in its block, or the last one before it. */
uint64_t log_last_at(const Log *log, SimTime time)
{
    if (time >= log->time) return log->count;

    uint32_t low = 0,
             high = log->index.count; /* the entry lies in low..high-1; entry 0 has before 0 */
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (log->index.items[middle].before <= time) low = middle;
        else high = middle;
    }
    LogCursor cursor = cursor_at_index(log, low);
    TraceRecord record;
    while (cursor.seq <= log->count) {
        uint64_t seq = cursor.seq;
        read_next(log, &cursor, &record);
        if (record.time > time) return seq - 1;
    }
    return log->count;
}

/* --- cutting --- */

void log_cut(Log *log, uint64_t count)
{
    SIM_ASSERT(count <= log->count);
    if (count == log->count) return;

    LogCursor end = cursor_at_index(log, (uint32_t)(count / LOG_INDEX_STEP));
    TraceRecord record;
    while (end.seq <= count) read_next(log, &end, &record);

    for (uint32_t i = end.place.chunk + 1; i < log->chunks.count; i++) {
        log->size -= log->chunks.items[i].size;
    }
    LogChunk *last = &log->chunks.items[end.place.chunk];
    log->size -= last->size - end.place.offset;
    last->size = end.place.offset;
    drop_chunks(log, end.place.chunk + 1);
    log->index.count = (uint32_t)((count + LOG_INDEX_STEP - 1) / LOG_INDEX_STEP);
    log->count = count;
    log->time = end.place.before;
    *log->reading = (LogReading){.count = 0};
}
