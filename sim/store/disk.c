/* disk.c -- see disk.h. */
#include "sim/store/disk.h"

#include "sim/base/assert.h"

#include <string.h>

void disk_drop_aof(DataDisk *disk, Mem *mem)
{
    blob_free(mem, &disk->aof.base);
    text_deinit(&disk->aof.tail);
    disk->aof = (DiskAof){0};
}

void disk_deinit(DataDisk *disk, Mem *mem)
{
    blob_free(mem, &disk->rdb.image);
    disk->rdb = (DiskRdb){0};
    disk_drop_aof(disk, mem);
}

/* Drops the last bytes of a text, keeping it terminated. */
static void cut(Text *text, uint32_t size)
{
    SIM_ASSERT(size <= text->size);
    if (size == text->size) return;
    text->size = size;
    text->chars[size] = '\0';
}

void disk_lose_power(DataDisk *disk)
{
    cut(&disk->aof.tail, disk->aof.safe);
    disk->aof.data = disk->aof.safe_data;
}

void disk_put_rdb(DataDisk *disk, DiskRdb rdb, Mem *mem)
{
    SIM_ASSERT(rdb.exists);
    blob_free(mem, &disk->rdb.image);
    disk->rdb = rdb;
}

void disk_put_base(DataDisk *disk, Blob base, uint32_t from, Mem *mem)
{
    DiskAof *aof = &disk->aof;
    SIM_ASSERT(from <= aof->tail.size);
    blob_free(mem, &aof->base);
    aof->base = base;
    aof->exists = true;
    uint32_t left = aof->tail.size - from;
    if (left > 0) memmove(aof->tail.chars, aof->tail.chars + from, left);
    cut(&aof->tail, left);
    aof->safe = aof->safe > from ? aof->safe - from : 0;
}

void disk_append(DataDisk *disk, Slice commands, uint64_t data, Mem *mem)
{
    disk->aof.tail.mem = mem;
    if (commands.size > 0) text_append_bytes(&disk->aof.tail, commands.chars, commands.size);
    disk->aof.data = data;
}

uint64_t disk_aof_size(const DiskAof *aof)
{
    return (uint64_t)aof->base.size + aof->tail.size;
}
