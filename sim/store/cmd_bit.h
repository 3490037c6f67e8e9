/* cmd_bit.h -- what the commands on bits of strings share: cmd_bit.c (single bits, counts, BITOP),
 * cmd_bitfield.c (integers of any width). */
#ifndef STORE_CMD_BIT_H
#define STORE_CMD_BIT_H

#include "sim/store/command.h"

#define BITS_MAX (INT64_C(1) << 32) /* of a string of 512 MB */

/* A bit's number, or with a width also "#3", the third of so many bits each; false after an error
 * reply. */
bool bit_read_offset(Cmd *cmd, Slice text, uint32_t width, uint64_t *offset);
/* The string of this key, made and made longer so that bit `last` is in it; NULL after WRONGTYPE.
 */
Blob *bit_need(Cmd *cmd, Slice name, uint64_t last, bool *grown);
bool bit_at(Slice bytes, uint64_t bit); /* 0 behind the end */
void bit_put(Blob *blob, uint64_t bit, bool on);

void cmd_bitfield(Cmd *cmd); /* BITFIELD, BITFIELD_RO */

#endif
