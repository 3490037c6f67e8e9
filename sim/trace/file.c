/* file.c -- the file form of a trace (docs/trace.md §6).
 *
 *     magic  version  section...      each section: tag, length, payload, checksum
 *
 * in the order of `sections` below. Reading trusts nothing: sections are found and their checksums
 * compared first, then every record is decoded and folded, and every keyframe compared with the
 * fold. What passes cannot make trace_get, trace_state_at or trace_get_keyframe fail. */
#include "sim/trace/trace_inside.h"

#include "sim/base/assert.h"
#include "sim/base/hash.h"

#include <inttypes.h>
#include <string.h>

#define FILE_VERSION  1
#define KEYFRAMES_MAX ((uint32_t)1 << 16)
#define THINNED_MAX   24
#define TAG_SIZE      4
#define FRAME_SIZE    (TAG_SIZE + 8 + 8) /* tag, length, checksum */

static const char magic[8] = "SLSCOPE"; /* with its NUL */

typedef enum SectionKind {
    SECTION_HEADER,
    SECTION_RECORDS,
    SECTION_DEFINITIONS,
    SECTION_KEYFRAMES,
    SECTION_COMMANDS,
    SECTION_END,
    SECTION_COUNT
} SectionKind;

static const struct {
    char tag[TAG_SIZE + 1];
    const char *name;
} sections[] = {
    {"HEAD", "header"},    {"RECS", "records"},  {"DEFS", "definitions"},
    {"KEYS", "keyframes"}, {"CMDS", "commands"}, {"END.", "end"},
};

_Static_assert(ARRAY_LENGTH(sections) == SECTION_COUNT, "one row for each section");

/* --- writing --- */

static void put_section(ByteWriter *out, SectionKind kind, const ByteWriter *payload)
{
    size_t start = out->size;
    bytes_put_raw(out, sections[kind].tag, TAG_SIZE);
    bytes_put_u64(out, payload->size);
    bytes_put_raw(out, payload->bytes, payload->size);
    bytes_put_u64(out, hash_bytes(HASH_START, out->bytes + start, out->size - start));
}

static void put_chars(ByteWriter *out, const char *chars)
{
    bytes_put_text(out, chars, (uint32_t)strlen(chars));
}

static void write_header(const Trace *trace, ByteWriter *out)
{
    bytes_put_varint(out, trace->header.seed);
    bytes_put_varint(out, trace->header.level);
    bytes_put_varint(out, trace->header.unix_base_ms);
    put_chars(out, trace->header.profile);
    put_chars(out, trace->header.program);
    put_chars(out, trace->header.scenario);
}

static void write_records(const Trace *trace, ByteWriter *out)
{
    bytes_put_varint(out, trace->log.count);
    bytes_put_varint(out, trace->end);
    for (uint32_t i = 0; i < trace->log.chunks.count; i++) {
        const LogChunk *chunk = &trace->log.chunks.items[i];
        bytes_put_raw(out, chunk->bytes, chunk->size);
    }
}

static void write_keyframes(const Trace *trace, ByteWriter *out)
{
    bytes_put_varint(out, trace->keyframes.count);
    bytes_put_varint(out, trace->thinned);
    for (uint32_t i = 0; i < trace->keyframes.count; i++) {
        const Keyframe *keyframe = &trace->keyframes.items[i];
        bytes_put_varint(out, keyframe->seq);
        bytes_put_varint(out, keyframe->size);
        bytes_put_raw(out, keyframe->bytes, keyframe->size);
    }
}

static void write_commands(const Trace *trace, ByteWriter *out)
{
    bytes_put_varint(out, trace->commands.count);
    for (uint32_t i = 0; i < trace->commands.count; i++) {
        uint32_t size;
        const uint8_t *bytes = trace_command(trace, i, &size);
        bytes_put_varint(out, size);
        bytes_put_raw(out, bytes, size);
    }
}

void trace_write(const Trace *trace, ByteWriter *out)
{
    bytes_put_raw(out, magic, sizeof(magic));
    bytes_put_u32(out, FILE_VERSION);
    for (SectionKind kind = 0; kind < SECTION_COUNT; kind++) {
        ByteWriter payload = {.mem = out->mem};
        switch (kind) {
        case SECTION_HEADER: write_header(trace, &payload); break;
        case SECTION_RECORDS: write_records(trace, &payload); break;
        case SECTION_DEFINITIONS: definitions_write(&trace->definitions, &payload); break;
        case SECTION_KEYFRAMES: write_keyframes(trace, &payload); break;
        case SECTION_COMMANDS: write_commands(trace, &payload); break;
        case SECTION_END:
        case SECTION_COUNT: break;
        }
        put_section(out, kind, &payload);
        bytes_deinit(&payload);
    }
}

/* --- finding the sections --- */

typedef struct FileReader {
    const uint8_t *bytes;
    size_t size;
    struct {
        size_t start, size; /* of the payload */
    } sections[SECTION_COUNT];
    Error *err;
} FileReader;

/* "trace file, section "records", byte 812: " and the rest. Always false. */
static bool refuse(const FileReader *file, SectionKind kind, size_t offset, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static bool refuse(const FileReader *file, SectionKind kind, size_t offset, const char *format, ...)
{
    Error reason = {{0}};
    va_list args;
    va_start(args, format);
    error_vset(&reason, format, args);
    va_end(args);
    return error_set(file->err, "trace file, section \"%s\", byte %zu: %s", sections[kind].name,
                     offset, reason.text);
}

static bool find_section(FileReader *file, SectionKind kind, size_t *at)
{
    size_t start = *at;
    if (file->size - start < FRAME_SIZE) {
        return refuse(file, kind, start, "the file ends before this section is complete");
    }
    if (memcmp(file->bytes + start, sections[kind].tag, TAG_SIZE) != 0) {
        return refuse(file, kind, start, "the tag \"%s\" is missing", sections[kind].tag);
    }
    ByteReader reader = {.bytes = file->bytes, .size = file->size, .at = start + TAG_SIZE};
    uint64_t size = bytes_get_u64(&reader);
    if (size > file->size - start - FRAME_SIZE) {
        return refuse(file, kind, start,
                      "it claims %" PRIu64 " bytes, but the file ends before that", size);
    }
    file->sections[kind].start = reader.at;
    file->sections[kind].size = (size_t)size;
    reader.at += (size_t)size;
    uint64_t found = hash_bytes(HASH_START, file->bytes + start, reader.at - start);
    if (bytes_get_u64(&reader) != found) {
        return refuse(file, kind, start, "its checksum is wrong: the file is damaged");
    }
    *at = reader.at;
    return true;
}

static bool find_sections(FileReader *file)
{
    ByteReader reader = {.bytes = file->bytes, .size = file->size};
    size_t at = sizeof(magic) + 4;
    if (file->size < at || memcmp(file->bytes, magic, sizeof(magic)) != 0) {
        return error_set(file->err,
                         "trace file, section \"magic\", byte 0: this is not a trace file");
    }
    reader.at = sizeof(magic);
    uint32_t version = bytes_get_u32(&reader);
    if (version != FILE_VERSION) {
        return error_set(file->err,
                         "trace file, section \"version\", byte %zu: version %" PRIu32
                         " is unknown; this program reads version %d",
                         sizeof(magic), version, FILE_VERSION);
    }
    for (SectionKind kind = 0; kind < SECTION_COUNT; kind++) {
        if (!find_section(file, kind, &at)) return false;
    }
    if (file->sections[SECTION_END].size != 0) {
        return refuse(file, SECTION_END, file->sections[SECTION_END].start, "it is not empty");
    }
    if (at != file->size) return refuse(file, SECTION_END, at, "more bytes follow the end");
    return true;
}

/* A reader of one payload whose offsets are those of the file. */
static ByteReader open_section(const FileReader *file, SectionKind kind)
{
    size_t start = file->sections[kind].start;
    return (ByteReader){
        .bytes = file->bytes, .size = start + file->sections[kind].size, .at = start};
}

static bool close_section(const FileReader *file, SectionKind kind, const ByteReader *reader)
{
    if (reader->failed) return refuse(file, kind, reader->at, "a number or text is malformed");
    if (reader->at != reader->size)
        return refuse(file, kind, reader->at, "more bytes than expected");
    return true;
}

/* --- header --- */

static void read_chars(ByteReader *reader, char *chars, size_t capacity)
{
    uint32_t size;
    const char *found = bytes_get_text(reader, &size);
    if (size >= capacity || (size > 0 && memchr(found, '\0', size) != NULL)) {
        reader->failed = true;
        return;
    }
    memcpy(chars, found, size);
}

static bool read_header(const FileReader *file, TraceHeader *header)
{
    ByteReader reader = open_section(file, SECTION_HEADER);
    header->seed = bytes_get_varint(&reader);
    uint64_t level = bytes_get_varint(&reader);
    header->level = (uint8_t)level;
    header->unix_base_ms = bytes_get_varint(&reader);
    read_chars(&reader, header->profile, sizeof(header->profile));
    read_chars(&reader, header->program, sizeof(header->program));
    read_chars(&reader, header->scenario, sizeof(header->scenario));
    if (level > 2) {
        return refuse(file, SECTION_HEADER, reader.at, "level %" PRIu64 " is not 0, 1 or 2", level);
    }
    return close_section(file, SECTION_HEADER, &reader);
}

/* --- keyframes, read as the fold reaches them --- */

typedef struct KeyframeReader {
    ByteReader reader;
    uint64_t left;    /* how many are still to come */
    uint64_t seq;     /* of the next one */
    TraceState state; /* scratch */
} KeyframeReader;

static bool next_keyframe(const FileReader *file, KeyframeReader *keys, bool first)
{
    if (keys->left == 0) return true;
    uint64_t seq = bytes_get_varint(&keys->reader);
    if (keys->reader.failed || (!first && seq <= keys->seq)) {
        return refuse(file, SECTION_KEYFRAMES, keys->reader.at, "the keyframes are not in order");
    }
    keys->seq = seq;
    return true;
}

static bool open_keyframes(const FileReader *file, KeyframeReader *keys, Trace *trace)
{
    keys->reader = open_section(file, SECTION_KEYFRAMES);
    keys->left = bytes_get_varint(&keys->reader);
    uint64_t thinned = bytes_get_varint(&keys->reader);
    if (keys->reader.failed || keys->left > KEYFRAMES_MAX || thinned > THINNED_MAX) {
        return refuse(file, SECTION_KEYFRAMES, keys->reader.at, "its counts are out of range");
    }
    trace->thinned = (uint32_t)thinned;
    return next_keyframe(file, keys, true);
}

/* Reads the keyframe that stands after the records folded so far, if there is one, and compares. */
static bool check_keyframe(const FileReader *file, KeyframeReader *keys, Trace *trace,
                           const TraceState *folded)
{
    if (keys->left == 0 || keys->seq != folded->seq) return true;

    uint32_t size;
    Error reason = {{0}};
    size_t offset = keys->reader.at;
    const char *bytes = bytes_get_text(&keys->reader, &size);
    if (keys->reader.failed || size == 0) {
        return refuse(file, SECTION_KEYFRAMES, offset, "a keyframe is longer than the section");
    }
    if (!keyframe_decode((const uint8_t *)bytes, size, &trace->definitions, &keys->state,
                         &reason)) {
        return refuse(file, SECTION_KEYFRAMES, offset, "keyframe after record %" PRIu64 ": %s",
                      folded->seq, reason.text);
    }
    Text why = {0};
    bool equal = state_equal(folded, &keys->state, &why);
    if (!equal) {
        refuse(file, SECTION_KEYFRAMES, offset,
               "the keyframe after record %" PRIu64 " is not what the records make: %s",
               folded->seq, text_chars(&why));
    }
    text_deinit(&why);
    if (!equal) return false;

    DefinitionCounts counts = {folded->addrs.count, folded->nodes.count,
                               bitpool_count(folded->slots)};
    trace_push_keyframe(trace, folded->seq, trace->log.size, counts, (const uint8_t *)bytes, size);
    keys->left--;
    return next_keyframe(file, keys, false);
}

/* --- records --- */

static bool read_record(const FileReader *file, ByteReader *reader, Trace *trace,
                        TraceState *folded)
{
    Error reason = {{0}};
    TraceRecord record;
    const uint8_t *start = reader->bytes + reader->at;
    CodecReader codec = {start, reader->bytes + reader->size, NULL};
    if (!codec_decode(&codec, trace->log.count + 1, trace->log.time, &record)) {
        return refuse(file, SECTION_RECORDS, reader->at, "record %" PRIu64 " is malformed: %s",
                      trace->log.count + 1, codec.problem);
    }
    if (!state_apply(folded, &record, &reason)) {
        return refuse(file, SECTION_RECORDS, reader->at, "%s", reason.text);
    }
    log_append_encoded(&trace->log, start, (size_t)(codec.at - start), record.time);
    reader->at += (size_t)(codec.at - start);
    return true;
}

static bool fold_records(const FileReader *file, Trace *trace, KeyframeReader *keys,
                         TraceState *folded)
{
    ByteReader reader = open_section(file, SECTION_RECORDS);
    uint64_t count = bytes_get_varint(&reader);
    uint64_t end = bytes_get_varint(&reader);
    if (reader.failed || end > SIM_TIME_MAX) {
        return refuse(file, SECTION_RECORDS, reader.at, "its counts are out of range");
    }
    trace->end = end;
    if (!check_keyframe(file, keys, trace, folded)) return false;
    for (uint64_t i = 0; i < count; i++) {
        if (!read_record(file, &reader, trace, folded)) return false;
        if (!check_keyframe(file, keys, trace, folded)) return false;
    }
    if (keys->left > 0) {
        return refuse(file, SECTION_KEYFRAMES, keys->reader.at,
                      "a keyframe stands after record %" PRIu64 ", but there are %" PRIu64,
                      keys->seq, count);
    }
    if (!definitions_match(&trace->definitions, folded)) {
        return refuse(file, SECTION_DEFINITIONS, file->sections[SECTION_DEFINITIONS].start,
                      "it differs from what the records define");
    }
    return close_section(file, SECTION_RECORDS, &reader) &&
           close_section(file, SECTION_KEYFRAMES, &keys->reader);
}

static bool read_records(const FileReader *file, Trace *trace)
{
    TraceState folded;
    KeyframeReader keys = {.left = 0};
    state_init(&folded, NULL);
    state_init(&keys.state, NULL);
    bool read = open_keyframes(file, &keys, trace) && fold_records(file, trace, &keys, &folded);
    state_deinit(&keys.state);
    state_deinit(&folded);
    return read;
}

/* --- the rest --- */

static bool read_definitions(const FileReader *file, Trace *trace)
{
    Error reason = {{0}};
    ByteReader reader = open_section(file, SECTION_DEFINITIONS);
    if (!definitions_read(&trace->definitions, &reader, &reason)) {
        return refuse(file, SECTION_DEFINITIONS, reader.at, "%s", reason.text);
    }
    return close_section(file, SECTION_DEFINITIONS, &reader);
}

static bool read_commands(const FileReader *file, Trace *trace)
{
    ByteReader reader = open_section(file, SECTION_COMMANDS);
    uint64_t count = bytes_get_varint(&reader);
    for (uint64_t i = 0; i < count && !reader.failed; i++) {
        uint32_t size;
        const char *bytes = bytes_get_text(&reader, &size);
        if (!reader.failed) trace_append_command(trace, bytes, size);
    }
    return close_section(file, SECTION_COMMANDS, &reader);
}

Trace *trace_read(const uint8_t *bytes, size_t size, Error *err)
{
    FileReader file = {.bytes = bytes, .size = size, .err = err};
    TraceHeader header = {.level = 0};
    if (!find_sections(&file) || !read_header(&file, &header)) return NULL;

    Trace *trace = trace_create(NULL, &header);
    if (read_definitions(&file, trace) && read_records(&file, trace) &&
        read_commands(&file, trace)) {
        return trace;
    }
    trace_destroy(trace);
    return NULL;
}
