/* crc64.h -- CRC-64 with the polynomial of Jones, reflected: the checksum at the end of a DUMP
 * payload and of an RDB file (redis-server: crc64.c). */
#ifndef BASE_CRC64_H
#define BASE_CRC64_H

#include <stddef.h>
#include <stdint.h>

uint64_t crc64_of(const void *bytes, size_t size);

#endif
