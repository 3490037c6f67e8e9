/* sha1.c -- SHA-1 over bytes in memory, block by block (FIPS 180-4 §6.1). */
#include "sim/base/sha1.h"

#include <string.h>

#define BLOCK_BYTES 64
#define ROUNDS      80

static uint32_t rotate(uint32_t word, unsigned by)
{
    return (word << by) | (word >> (32 - by));
}

/* The function and constant of each group of twenty rounds. */
static uint32_t mix(unsigned round, uint32_t b, uint32_t c, uint32_t d)
{
    if (round < 20) return ((b & c) | (~b & d)) + 0x5A827999u;
    if (round < 40) return (b ^ c ^ d) + 0x6ED9EBA1u;
    if (round < 60) return ((b & c) | (b & d) | (c & d)) + 0x8F1BBCDCu;
    return (b ^ c ^ d) + 0xCA62C1D6u;
}

static void add_block(uint32_t state[5], const uint8_t *block)
{
    uint32_t words[ROUNDS];
    for (unsigned i = 0; i < 16; i++) {
        words[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
                   (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
    }
    for (unsigned i = 16; i < ROUNDS; i++) {
        words[i] = rotate(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
    }
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
    for (unsigned i = 0; i < ROUNDS; i++) {
        uint32_t next = rotate(a, 5) + mix(i, b, c, d) + e + words[i];
        e = d;
        d = c;
        c = rotate(b, 30);
        b = a;
        a = next;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
}

/* The rest of the bytes, a bit 1, zeros, and the number of bits. */
static void add_end(uint32_t state[5], const uint8_t *rest, uint32_t size, uint64_t bits)
{
    uint8_t block[2 * BLOCK_BYTES] = {0};
    uint32_t total = size < BLOCK_BYTES - 8 ? BLOCK_BYTES : 2 * BLOCK_BYTES;
    if (size) memcpy(block, rest, size);
    block[size] = 0x80;
    for (unsigned i = 0; i < 8; i++) block[total - 1 - i] = (uint8_t)(bits >> (8 * i));
    for (uint32_t at = 0; at < total; at += BLOCK_BYTES) add_block(state, block + at);
}

void sha1_hex(Slice bytes, char hex[SHA1_HEX_SIZE + 1])
{
    static const char digits[] = "0123456789abcdef";
    uint32_t state[5] = {0x67452301u, 0xEFCDAB89u, 0x98BADCFEu, 0x10325476u, 0xC3D2E1F0u};
    const uint8_t *at = (const uint8_t *)bytes.chars;
    uint32_t left = bytes.size;
    for (; left >= BLOCK_BYTES; at += BLOCK_BYTES, left -= BLOCK_BYTES) add_block(state, at);
    add_end(state, at, left, (uint64_t)bytes.size * 8);
    for (unsigned i = 0; i < SHA1_HEX_SIZE; i++) {
        hex[i] = digits[state[i / 8] >> (28 - 4 * (i % 8)) & 15];
    }
    hex[SHA1_HEX_SIZE] = '\0';
}
