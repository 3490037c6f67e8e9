/* rdb.h -- values and whole keyspaces as bytes: what a full synchronisation, a disk, DUMP, RESTORE
 * and MIGRATE carry.
 *
 * Simplified: the form is our own, not redis-server's RDB; its sizes are near those of an RDB
 * without compression. A DUMP payload ends, as Redis's does, with a version and a checksum, so that
 * RESTORE refuses anything else with Redis's words. */
#ifndef STORE_RDB_H
#define STORE_RDB_H

#include "sim/base/bytes.h"
#include "sim/store/keyspace.h"

#define RDB_VERSION 10 /* of redis-server 7.0 */

/* One value with its trailer: the payload of DUMP. */
void rdb_dump(const Value *value, ByteWriter *out);
/* The same back; false for anything that is not such a payload. Bounded. */
bool rdb_restore(Slice payload, Value *value, Mem *mem);

/* All keys with their expiries, and the libraries of functions. */
void rdb_save(const Keyspace *keys, ByteWriter *out);
uint64_t rdb_count(Slice bytes); /* keys in them */
/* Replaces the contents of `keys`; false (and empty keys) for bytes that are none. */
bool rdb_load(Keyspace *keys, Slice bytes, Mem *mem);

#endif
