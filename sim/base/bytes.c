/* bytes.c -- writing and bounded reading of bytes. */
#include "sim/base/bytes.h"

#include "sim/base/assert.h"

#include <string.h>

static uint8_t *room(ByteWriter *writer, size_t size)
{
    if (writer->size + size > writer->capacity) {
        size_t grown = writer->capacity < 64 ? 64 : writer->capacity;
        while (grown < writer->size + size) grown *= 2;
        writer->bytes = mem_resize(writer->mem, writer->bytes, writer->capacity, grown);
        writer->capacity = grown;
    }
    uint8_t *at = writer->bytes + writer->size;
    writer->size += size;
    return at;
}

void bytes_put_u8(ByteWriter *writer, uint8_t value)
{
    *room(writer, 1) = value;
}

static void put_fixed(ByteWriter *writer, uint64_t value, size_t size)
{
    uint8_t *at = room(writer, size);
    for (size_t i = 0; i < size; i++) at[i] = (uint8_t)(value >> (8 * i));
}

void bytes_put_u32(ByteWriter *writer, uint32_t value)
{
    put_fixed(writer, value, 4);
}

void bytes_put_u64(ByteWriter *writer, uint64_t value)
{
    put_fixed(writer, value, 8);
}

void bytes_put_varint(ByteWriter *writer, uint64_t value)
{
    uint8_t buffer[10];
    size_t size = 0;
    while (value >= 0x80) {
        buffer[size++] = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    buffer[size++] = (uint8_t)value;
    memcpy(room(writer, size), buffer, size);
}

void bytes_put_raw(ByteWriter *writer, const void *bytes, size_t size)
{
    if (size > 0) memcpy(room(writer, size), bytes, size);
}

void bytes_put_text(ByteWriter *writer, const char *chars, uint32_t size)
{
    bytes_put_varint(writer, size);
    bytes_put_raw(writer, chars, size);
}

void bytes_deinit(ByteWriter *writer)
{
    mem_free(writer->mem, writer->bytes, writer->capacity);
    writer->bytes = NULL;
    writer->size = writer->capacity = 0;
}

/* True when `size` more bytes are there; otherwise the reader has failed. */
static bool has(ByteReader *reader, size_t size)
{
    if (reader->failed || reader->size - reader->at < size) {
        reader->failed = true;
        return false;
    }
    return true;
}

static uint64_t get_fixed(ByteReader *reader, size_t size)
{
    if (!has(reader, size)) return 0;
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++) value |= (uint64_t)reader->bytes[reader->at + i] << (8 * i);
    reader->at += size;
    return value;
}

uint8_t bytes_get_u8(ByteReader *reader)
{
    return (uint8_t)get_fixed(reader, 1);
}

uint32_t bytes_get_u32(ByteReader *reader)
{
    return (uint32_t)get_fixed(reader, 4);
}

uint64_t bytes_get_u64(ByteReader *reader)
{
    return get_fixed(reader, 8);
}

uint64_t bytes_get_varint(ByteReader *reader)
{
    uint64_t value = 0;
    for (uint32_t i = 0; i < 10; i++) {
        if (!has(reader, 1)) return 0;
        uint8_t byte = reader->bytes[reader->at++];
        /* Overlong: a last byte of 0, or bits beyond the 64th. */
        if ((i > 0 && byte == 0) || (i == 9 && byte > 1)) break;
        value |= (uint64_t)(byte & 0x7F) << (7 * i);
        if (byte < 0x80) return value;
    }
    reader->failed = true;
    return 0;
}

const char *bytes_get_text(ByteReader *reader, uint32_t *size)
{
    uint64_t wanted = bytes_get_varint(reader);
    *size = 0;
    if (wanted > UINT32_MAX || !has(reader, (size_t)wanted)) {
        reader->failed = true;
        return "";
    }
    const char *chars = (const char *)reader->bytes + reader->at;
    reader->at += (size_t)wanted;
    *size = (uint32_t)wanted;
    return chars;
}
