/* crc64.c -- CRC-64, bit by bit: what is summed is short. */
#include "sim/base/crc64.h"

#define POLYNOMIAL UINT64_C(0x95AC9329AC4BC9B5) /* 0xAD93D23594C935A9, bits in reverse */

uint64_t crc64_of(const void *bytes, size_t size)
{
    uint64_t sum = 0;
    const uint8_t *at = bytes;
    for (size_t i = 0; i < size; i++) {
        sum ^= at[i];
        for (int bit = 0; bit < 8; bit++) sum = sum >> 1 ^ (sum & 1 ? POLYNOMIAL : 0);
    }
    return sum;
}
