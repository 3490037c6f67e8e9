/* expiry.h -- times to live: reading them from arguments, setting them, the expiry cycle.
 *
 * Replicas are sent absolute times (PEXPIREAT, SET ... PXAT), so that a key ends at one moment
 * everywhere; only the primary deletes, and tells its replicas by DEL (§10.1). */
#ifndef STORE_EXPIRY_H
#define STORE_EXPIRY_H

#include "sim/store/command.h"

typedef enum ExpiryUnit { EXPIRY_SECONDS, EXPIRY_MILLISECONDS } ExpiryUnit;
typedef enum ExpiryBase { EXPIRY_RELATIVE, EXPIRY_ABSOLUTE } ExpiryBase;
typedef enum ExpirySign { EXPIRY_POSITIVE, EXPIRY_ANY } ExpirySign;

/* Argument `at` as a Unix time in ms. False after an error reply: not an integer, or "invalid
 * expire time in 'set' command" (0 or less where POSITIVE is wanted; too large). A time before 1970
 * is 0. */
bool expiry_read(Cmd *cmd, uint32_t at, ExpiryUnit unit, ExpiryBase base, ExpirySign sign,
                 uint64_t *expire_ms);
/* The key ends then: deleted at once if that is past; propagated as PEXPIREAT or DEL. */
void expiry_apply(Cmd *cmd, Key *key, uint64_t expire_ms);

/* activeExpireCycle, each 100 ms on a primary: deletes expired keys, oldest-created first slot by
 * slot from where the last cycle ended, at most `most` keys, and appends their DELs to *stream.
 * *slot is the caller's: where to go on. Returns how many were deleted. */
uint32_t expiry_cycle(Keyspace *keys, uint64_t now_ms, uint32_t most, uint16_t *slot, Text *stream);

#endif
