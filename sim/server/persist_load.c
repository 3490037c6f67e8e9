/* persist_load.c -- reading at the start what the disk has, and whether the keys fit the slots
 * (persist.h; redis-server 7.0: loadDataFromDisk; protocol.md §2.7, §2.8). */
#include "sim/base/assert.h"
#include "sim/cluster/verify.h"
#include "sim/server/persist.h"
#include "sim/server/server_inside.h"
#include "sim/store/rdb.h"

static SimSpan image_span(Blob image, uint64_t data)
{
    uint64_t keys = rdb_count(blob_slice(image));
    return keys + data > 0 ? PERSIST_BYTE * (image.size + data) + PERSIST_KEY * keys : 0;
}

SimSpan persist_rdb_span(const Server *server)
{
    const DiskRdb *rdb = &server->parts.disk->rdb;
    return rdb->exists ? image_span(rdb->image, rdb->data) : 0;
}

SimSpan persist_aof_span(const Server *server)
{
    const DiskAof *aof = &server->parts.disk->aof;
    if (!aof->exists) return 0;
    return image_span(aof->base, aof->data) + PERSIST_TAIL_BYTE * aof->tail.size;
}

/* With appendonly the RDB is not looked at, whether there is an append-only file or not. */
SimSpan persist_load_span(const Server *server)
{
    bool from_aof = server->parts.node->cfg.appendonly;
    return from_aof ? persist_aof_span(server) : persist_rdb_span(server);
}

uint64_t persist_load_bytes(const Server *server)
{
    const DataDisk *disk = server->parts.disk;
    if (server->parts.node->cfg.appendonly) return disk_aof_size(&disk->aof) + disk->aof.data;
    return disk->rdb.image.size + disk->rdb.data;
}

/* A primary drops what has expired while it was away; a replica waits for its primary's DEL. */
static void drop_expired(Server *server, uint64_t now_ms)
{
    Keyspace *keys = server->parts.keys;
    Key *next;
    for (Key *key = keyspace_next(keys, NULL); key; key = next) {
        next = keyspace_next(keys, key);
        if (!key_is_expired(key, now_ms)) continue;
        keyspace_remove(keys, key);
        server->persist.keys_expired++;
    }
}

static void read_image(Server *server, Blob image)
{
    bool loaded = rdb_load(server->parts.keys, blob_slice(image), server->mem);
    SIM_ASSERT(loaded); /* written by rdb_save, whole */
    server->persist.keys_loaded = keyspace_count(server->parts.keys);
    server->persist.keys_expired = 0;
}

void persist_read_rdb(Server *server, NodeEnv *env)
{
    read_image(server, server->parts.disk->rdb.image);
    if (!server_is_replica(server))
        drop_expired(server, server_unix_ms(server->parts.unix_base_ms, env->now));
}

void persist_read_aof(Server *server, NodeEnv *env)
{
    const DiskAof *aof = &server->parts.disk->aof;
    bool was_loading = server->persist.is_loading;
    server->persist.is_loading = true; /* nothing is propagated */
    if (aof->base.size > 0) read_image(server, aof->base);
    else keyspace_clear(server->parts.keys);
    server_apply(server, (Slice){text_chars(&aof->tail), aof->tail.size}, env);
    server->persist.is_loading = was_loading;
}

static void log_loaded(Server *server, const char *from)
{
    uint64_t ms = (server->persist.load_span + 500 * SIM_US) / SIM_MS;
    server_log(server, "DB loaded from %s: %llu.%03llu seconds", from,
               (unsigned long long)(ms / 1000), (unsigned long long)(ms % 1000));
}

static void load_aof(Server *server, NodeEnv *env)
{
    DiskAof *aof = &server->parts.disk->aof;
    aof->exists = true; /* the first one is made empty */
    if (aof->base.size + aof->tail.size == 0) return;
    persist_read_aof(server, env);
    repl_restore(server->parts.repl, &(ReplPoint){0}, aof->data, !server_is_replica(server), env);
    log_loaded(server, "append only file");
}

static void load_rdb(Server *server, NodeEnv *env)
{
    const DiskRdb *rdb = &server->parts.disk->rdb;
    if (!rdb->exists) return;
    persist_read_rdb(server, env);
    repl_restore(server->parts.repl, &rdb->point, rdb->data, !server_is_replica(server), env);
    if (server->persist.load_span > 0) log_loaded(server, "disk");
}

static void verify_slots(Server *server, NodeEnv *env)
{
    VerifiedSlots changed = {0};
    if (keyspace_count(server->parts.keys) == 0) return;
    node_verify_data(server->parts.node, keyspace_slot_counts(server->parts.keys), &changed, env);
    for (uint32_t i = 0; i < changed.count; i++) {
        const VerifiedSlot *verified = &changed.items[i];
        if (verified->is_taken) {
            server_log(server, "I have keys for unassigned slot %u. Taking responsibility for it.",
                       verified->slot);
        } else {
            server_log(server,
                       "I have keys for slot %u, but the slot is assigned to another node. Setting "
                       "it to importing state.",
                       verified->slot);
        }
    }
    array_deinit(server->mem, &changed);
}

void persist_load(Server *server, NodeEnv *env)
{
    Persist *persist = &server->persist;
    if (server->parts.node->cfg.appendonly) load_aof(server, env);
    else load_rdb(server, env);
    persist->is_loading = false;
    persist->dirty = 0;
    persist->last_save_ms = server_unix_ms(server->parts.unix_base_ms, env->now);
    persist->base_size = disk_aof_size(&server->parts.disk->aof);
    verify_slots(server, env);
}
