/* keyslot.h -- from key to slot: CRC16 of the hashed part (protocol.md §1.1, §1.2). Knows nothing
 * of nodes. */
#ifndef CLUSTER_KEYSLOT_H
#define CLUSTER_KEYSLOT_H

#include <stdint.h>

/* The part of a key that is hashed. */
typedef struct KeyPart {
    uint32_t start, size;
} KeyPart;

/* CRC16/XMODEM: polynomial 0x1021, start 0, nothing reflected. */
uint16_t keyslot_crc16(const void *bytes, uint32_t size);
/* What lies between the first '{' and the first '}' behind it, if it is not empty; else the whole
 * key. */
KeyPart keyslot_part(const char *key, uint32_t size);
uint16_t keyslot_of(const char *key, uint32_t size); /* 0..16383; keys are binary safe */

#endif
