/* hash.h -- a 64-bit hash of bytes, the same on every machine; for interning and for golden hashes.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_START UINT64_C(0x9E3779B97F4A7C15)

/* Continues `hash` with `size` bytes; begin with HASH_START. */
uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size);
uint64_t hash_u64(uint64_t hash, uint64_t value);

#endif
