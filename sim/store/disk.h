/* disk.h -- what the disk of a host holds of its data: dump.rdb and the append-only file.
 *
 * The files outlive the process. A write lands in the page cache, which outlives kill -9 but not
 * the loss of power: of the append-only file only what was forced to disk is left then. An RDB and
 * the base of an append-only file are forced to disk before they get their names (rdbSave,
 * backgroundRewriteDoneHandler), so they are there whole or not at all. nodes.conf is kept beside
 * them, as a NodeDisk.
 *
 * Simplified: the contents are our own form (rdb.h), of about the size of the real files. */
#ifndef STORE_DISK_H
#define STORE_DISK_H

#include "sim/store/repl.h"

typedef struct DiskRdb {
    bool exists;
    Blob image;      /* rdb_save */
    uint64_t data;   /* bytes of data without contents (repl_feed) */
    ReplPoint point; /* replication ID and offset, if the server had some (§2.8) */
} DiskRdb;

/* A base, and the commands since, as redis-server's multi-part files are. */
typedef struct DiskAof {
    bool exists;
    Blob base;     /* rdb_save */
    Text tail;     /* commands written since, RESP */
    uint32_t safe; /* bytes of `tail` that are on the disk for good */
    uint64_t data; /* as above, as of the last write */
    uint64_t safe_data;
} DiskAof;

struct DataDisk {
    DiskRdb rdb;
    DiskAof aof;
};

void disk_deinit(DataDisk *disk, Mem *mem);
/* The page cache is gone. */
void disk_lose_power(DataDisk *disk);

/* Replaces dump.rdb; takes the image over. */
void disk_put_rdb(DataDisk *disk, DiskRdb rdb, Mem *mem);
/* A new base; what was written since `from` bytes of the tail stays. Takes the image over. */
void disk_put_base(DataDisk *disk, Blob base, uint32_t from, Mem *mem);
void disk_append(DataDisk *disk, Slice commands, uint64_t data, Mem *mem);
void disk_drop_aof(DataDisk *disk, Mem *mem);

uint64_t disk_aof_size(const DiskAof *aof);

#endif
