/* bytes.h -- writing and bounded reading of bytes: varints, fixed little-endian, counted strings.
 *
 * A reader never reads beyond its end: the first read that would sets `failed`, and every read
 * after it returns 0. Check `failed` once at the end of a group. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include "sim/base/mem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ByteWriter {
    uint8_t *bytes;
    size_t size;
    size_t capacity;
    Mem *mem;
} ByteWriter;

void bytes_put_u8(ByteWriter *writer, uint8_t value);
void bytes_put_u32(ByteWriter *writer, uint32_t value); /* fixed, little-endian */
void bytes_put_u64(ByteWriter *writer, uint64_t value);
void bytes_put_varint(ByteWriter *writer, uint64_t value);                 /* LEB128, 1..10 bytes */
void bytes_put_text(ByteWriter *writer, const char *chars, uint32_t size); /* varint size + bytes */
void bytes_put_raw(ByteWriter *writer, const void *bytes, size_t size);
void bytes_deinit(ByteWriter *writer);

typedef struct ByteReader {
    const uint8_t *bytes;
    size_t size;
    size_t at;
    bool failed;
} ByteReader;

uint8_t bytes_get_u8(ByteReader *reader);
uint32_t bytes_get_u32(ByteReader *reader);
uint64_t bytes_get_u64(ByteReader *reader);
uint64_t bytes_get_varint(ByteReader *reader); /* more than 10 bytes, or overlong: failed */
/* A counted string inside the reader's bytes, not NUL-terminated; size 0 and "" when failed. */
const char *bytes_get_text(ByteReader *reader, uint32_t *size);

#endif
