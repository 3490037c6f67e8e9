/* codec.h -- one record as bytes and back; the encoder and decoder of every type come from the
 * table.
 *
 * A record is: type, host + 1 (0: the run), time since the record before, distance to its cause (0:
 * none), then its fields in the order of the table (docs/trace.md §3). All numbers are LEB128 in
 * their shortest form. Used by the log, by the file reader and by nobody outside sim/trace. */
#ifndef TRACE_CODEC_H
#define TRACE_CODEC_H

#include "sim/trace/trace.h"

/* Bytes being read, and what was wrong with them: NULL as long as nothing was. */
typedef struct CodecReader {
    const uint8_t *at, *end;
    const char *problem; /* "a number is out of range" */
} CodecReader;

/* An upper bound of what codec_encode writes for this record. */
size_t codec_bound(const TraceRecord *record);
/* Writes the record at `at`; `before` is the time of the record before it. Returns the end. */
uint8_t *codec_encode(uint8_t *at, const TraceRecord *record, SimTime before);
/* Reads the record that follows one at `before` and has number `seq`. Texts point into the bytes.
 * False and reader->problem for bytes that codec_encode cannot have written. */
bool codec_decode(CodecReader *reader, uint64_t seq, SimTime before, TraceRecord *record);

static inline uint8_t *codec_put_varint(uint8_t *at, uint64_t value)
{
    while (value >= 0x80) {
        *at++ = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    *at++ = (uint8_t)value;
    return at;
}

uint64_t codec_get_long_varint(CodecReader *reader); /* of two or more bytes */

static inline uint64_t codec_get_varint(CodecReader *reader)
{
    if (reader->at < reader->end && *reader->at < 0x80) return *reader->at++;
    return codec_get_long_varint(reader);
}

#endif
