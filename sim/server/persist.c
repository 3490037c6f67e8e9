/* persist.c -- writing: the append-only file, and children that save or rewrite (persist.h). */
#include "sim/server/persist.h"

#include "sim/base/assert.h"
#include "sim/server/server_inside.h"
#include "sim/store/rdb.h"

#define POSTPONE_S    2               /* a write waits so long for a running fsync */
#define WRITE_BACK_MS UINT64_C(30000) /* Linux: dirty_expire_centisecs */

static uint64_t now_ms_of(const Server *server, const NodeEnv *env)
{
    return server_unix_ms(server->parts.unix_base_ms, env->now);
}

static const NodeConfig *config_of(const Server *server)
{
    return &server->parts.node->cfg;
}

static Text *tail_of(Server *server)
{
    return &server->parts.disk->aof.tail;
}

/* --- life --- */

void persist_init(Server *server, NodeEnv *env)
{
    Persist *persist = &server->persist;
    uint64_t now_ms = now_ms_of(server, env);
    persist->aof = config_of(server)->appendonly ? AOF_ON : AOF_OFF;
    persist->last_save_ms = now_ms;
    persist->last_fsync_s = now_ms / 1000;
    persist->write_back_ms = now_ms;
    persist->buffer.mem = server->mem;
    persist->first.mem = server->mem;
    persist->last_save_s = persist->last_rewrite_s = -1;
}

void persist_deinit(Server *server)
{
    persist_stop_child(server);
    text_deinit(&server->persist.buffer);
    text_deinit(&server->persist.first);
}

/* --- what happens meanwhile --- */

void persist_settle(Server *server, SimTime now)
{
    Persist *persist = &server->persist;
    DiskAof *aof = &server->parts.disk->aof;
    Child *child = &persist->child;
    if (persist->fsync_done > 0 && persist->fsync_done <= now) {
        if (persist->fsync_target > aof->safe) aof->safe = persist->fsync_target;
        aof->safe_data = persist->fsync_data;
        persist->fsync_done = 0;
    }
    if (child->kind == CHILD_RDB && child->done <= now && child->snapshot.exists) {
        disk_put_rdb(server->parts.disk, child->snapshot, server->mem);
        child->snapshot = (DiskRdb){0};
    }
}

/* Old pages are written back by the kernel, whoever asks for it: after 30 to 60 s. */
static void write_back(Server *server, uint64_t now_ms)
{
    Persist *persist = &server->persist;
    DiskAof *aof = &server->parts.disk->aof;
    if (now_ms - persist->write_back_ms < WRITE_BACK_MS) return;
    if (persist->write_back_size > aof->safe) aof->safe = persist->write_back_size;
    if (aof->safe == aof->tail.size) aof->safe_data = aof->data;
    persist->write_back_size = aof->tail.size;
    persist->write_back_ms = now_ms;
}

/* --- the append-only file --- */

void persist_feed(Server *server, Slice commands)
{
    if (server->persist.aof == AOF_OFF || server->persist.is_loading) return;
    text_append_bytes(&server->persist.buffer, commands.chars, commands.size);
}

static void write_buffer(Server *server)
{
    Persist *persist = &server->persist;
    Slice bytes = {text_chars(&persist->buffer), persist->buffer.size};
    if (persist->aof == AOF_WAIT_REWRITE) {
        text_append_bytes(&persist->first, bytes.chars, bytes.size);
    } else {
        disk_append(server->parts.disk, bytes, repl_data_size(server->parts.repl), server->mem);
    }
    text_clear(&persist->buffer);
    persist->postponed_s = 0;
}

static void make_safe(Server *server)
{
    DiskAof *aof = &server->parts.disk->aof;
    aof->safe = aof->tail.size;
    aof->safe_data = aof->data;
}

static void start_fsync(Server *server, SimTime now)
{
    Persist *persist = &server->persist;
    persist->fsync_done = now + server->parts.fsync;
    persist->fsync_target = tail_of(server)->size;
    persist->fsync_data = server->parts.disk->aof.data;
    persist_settle(server, now); /* a disk that needs no time */
}

/* While a background fsync runs a write would wait for the disk, so it is put off, for two seconds
 * at most (flushAppendOnlyFile). */
static bool puts_off(Server *server, uint64_t now_s)
{
    Persist *persist = &server->persist;
    if (config_of(server)->appendfsync != FSYNC_EVERYSEC || persist->fsync_done == 0) return false;
    if (persist->postponed_s == 0) {
        persist->postponed_s = now_s;
        return true;
    }
    if (now_s - persist->postponed_s < POSTPONE_S) return true;
    persist->delayed_fsyncs++;
    return false;
}

/* After a write, or when there was nothing to write. Returns how long the process waits. */
static SimSpan fsync_if_due(Server *server, NodeEnv *env)
{
    Persist *persist = &server->persist;
    uint64_t now_s = now_ms_of(server, env) / 1000;
    uint32_t policy = config_of(server)->appendfsync;
    uint32_t asked = persist->fsync_done ? persist->fsync_target : server->parts.disk->aof.safe;
    if (persist->aof != AOF_ON || asked >= tail_of(server)->size) return 0;
    if (config_of(server)->no_fsync_on_rewrite && persist->child.kind != CHILD_NONE) return 0;
    if (policy == FSYNC_ALWAYS) {
        make_safe(server);
        persist->last_fsync_s = now_s;
        return server->parts.fsync;
    }
    if (policy != FSYNC_EVERYSEC || now_s <= persist->last_fsync_s) return 0;
    if (persist->fsync_done == 0) start_fsync(server, env->now);
    persist->last_fsync_s = now_s;
    return 0;
}

static SimSpan flush(Server *server, NodeEnv *env)
{
    Persist *persist = &server->persist;
    persist_settle(server, env->now);
    if (persist->aof == AOF_OFF) return 0;
    if (persist->buffer.size > 0) {
        if (puts_off(server, now_ms_of(server, env) / 1000)) return 0;
        write_buffer(server);
    }
    return fsync_if_due(server, env);
}

void persist_flush_all(Server *server, NodeEnv *env)
{
    persist_settle(server, env->now);
    if (server->persist.aof == AOF_OFF) return;
    write_buffer(server);
    if (server->persist.aof == AOF_ON) make_safe(server);
}

/* stopAppendOnly */
static void stop_aof(Server *server, NodeEnv *env)
{
    Persist *persist = &server->persist;
    if (persist->aof == AOF_OFF) return;
    persist_flush_all(server, env);
    persist->aof = AOF_OFF;
    persist->rewrite_scheduled = false;
    persist->fsync_done = 0;
    if (persist->child.kind == CHILD_AOF) persist_stop_child(server);
    text_clear(&persist->first);
}

/* startAppendOnly: the file exists when its first base is written. */
static void start_aof(Server *server, NodeEnv *env)
{
    Persist *persist = &server->persist;
    SIM_ASSERT(persist->aof == AOF_OFF);
    persist->aof = AOF_WAIT_REWRITE;
    persist->last_fsync_s = now_ms_of(server, env) / 1000;
    if (persist->child.kind == CHILD_RDB) persist->rewrite_scheduled = true;
    else persist_start_rewrite(server, env);
}

void persist_on_config(Server *server, NodeEnv *env)
{
    bool wanted = config_of(server)->appendonly, is_on = server->persist.aof != AOF_OFF;
    if (wanted && !is_on) start_aof(server, env);
    if (!wanted && is_on) stop_aof(server, env);
}

SimSpan persist_before_sleep(Server *server, NodeEnv *env)
{
    /* restartAOFAfterSYNC: a full synchronisation has replaced the data. */
    if (repl_take_replaced(server->parts.repl) && config_of(server)->appendonly) {
        stop_aof(server, env);
        start_aof(server, env);
    }
    SimSpan waits = server->persist.waits;
    server->persist.waits = 0;
    return waits + flush(server, env);
}

/* --- snapshots --- */

static DiskRdb snapshot(const Server *server)
{
    ByteWriter image = {.mem = server->mem};
    rdb_save(server->parts.keys, &image);
    DiskRdb rdb = {
        .exists = true,
        .image = blob_copy(server->mem, (Slice){(const char *)image.bytes, (uint32_t)image.size}),
        .data = repl_data_size(server->parts.repl),
        .point = repl_point(server->parts.repl)};
    bytes_deinit(&image);
    return rdb;
}

static SimSpan snapshot_span(const Server *server, const DiskRdb *rdb)
{
    return PERSIST_BYTE * (rdb->image.size + rdb->data) +
           PERSIST_KEY * keyspace_count(server->parts.keys) + server->parts.fsync;
}

static void start_child(Server *server, ChildKind kind, NodeEnv *env)
{
    Persist *persist = &server->persist;
    SIM_ASSERT(persist->child.kind == CHILD_NONE);
    DiskRdb rdb = snapshot(server);
    persist->child = (Child){.kind = kind,
                             .done = env->now + snapshot_span(server, &rdb),
                             .started_ms = now_ms_of(server, env),
                             .snapshot = rdb,
                             .dirty = persist->dirty,
                             .tail = tail_of(server)->size};
}

void persist_start_save(Server *server, NodeEnv *env)
{
    server->persist.saves++;
    server->persist.save_scheduled = false;
    start_child(server, CHILD_RDB, env);
}

void persist_start_rewrite(Server *server, NodeEnv *env)
{
    Persist *persist = &server->persist;
    persist->rewrites++;
    persist->rewrite_scheduled = false;
    if (persist->aof == AOF_ON) write_buffer(server);
    text_clear(&persist->first);
    start_child(server, CHILD_AOF, env);
}

void persist_stop_child(Server *server)
{
    blob_free(server->mem, &server->persist.child.snapshot.image);
    server->persist.child = (Child){0};
}

SimSpan persist_save(Server *server, NodeEnv *env)
{
    DiskRdb rdb = snapshot(server);
    SimSpan span = snapshot_span(server, &rdb);
    persist_settle(server, env->now);
    disk_put_rdb(server->parts.disk, rdb, server->mem);
    server->persist.dirty = 0;
    server->persist.last_save_ms = now_ms_of(server, env);
    return span;
}

/* flushAllDataAndResetRDB: with save points the old snapshot must not come back. */
void persist_on_flushall(Server *server, NodeEnv *env)
{
    uint64_t dirty = server->persist.dirty;
    if (server->persist.is_loading) return;
    if (server->persist.child.kind == CHILD_RDB) persist_stop_child(server);
    if (config_of(server)->save.count == 0) return;
    server->extra_cost += persist_save(server, env);
    server->persist.dirty = dirty;
}

/* --- the tick --- */

static void file_base(Server *server)
{
    Persist *persist = &server->persist;
    DataDisk *disk = server->parts.disk;
    Child *child = &persist->child;
    uint32_t from = child->tail;
    if (persist->aof == AOF_WAIT_REWRITE) {
        disk_drop_aof(disk, server->mem);
        from = persist->fsync_target = persist->write_back_size = 0;
        persist->fsync_done = 0;
    }
    disk_put_base(disk, child->snapshot.image, from, server->mem);
    child->snapshot = (DiskRdb){0};
    if (persist->aof == AOF_WAIT_REWRITE) {
        Slice first = {text_chars(&persist->first), persist->first.size};
        disk_append(disk, first, repl_data_size(server->parts.repl), server->mem);
        disk->aof.safe_data = disk->aof.data;
        text_deinit(&persist->first);
        persist->first.mem = server->mem;
        persist->aof = AOF_ON;
    }
    persist->fsync_target -= from < persist->fsync_target ? from : persist->fsync_target;
    persist->write_back_size -= from < persist->write_back_size ? from : persist->write_back_size;
    persist->base_size = disk_aof_size(&disk->aof);
}

/* checkChildrenDone */
static void reap_child(Server *server, NodeEnv *env)
{
    Persist *persist = &server->persist;
    uint64_t now_ms = now_ms_of(server, env);
    int64_t took_s = (int64_t)(now_ms / 1000 - persist->child.started_ms / 1000);
    if (persist->child.done > env->now) return;
    if (persist->child.kind == CHILD_RDB) {
        persist->dirty -=
            persist->child.dirty < persist->dirty ? persist->child.dirty : persist->dirty;
        persist->last_save_ms = now_ms;
        persist->last_save_s = took_s;
    } else {
        file_base(server);
        persist->last_rewrite_s = took_s;
    }
    persist_stop_child(server);
}

static bool save_is_due(const Server *server, uint64_t now_ms)
{
    const Persist *persist = &server->persist;
    const SavePoints *save = &config_of(server)->save;
    for (uint32_t i = 0; i < save->count; i++) {
        uint64_t since_s = now_ms / 1000 - persist->last_save_ms / 1000;
        if (persist->dirty >= save->items[i].changes && since_s > save->items[i].seconds)
            return true;
    }
    return false;
}

static bool rewrite_is_due(const Server *server)
{
    const Persist *persist = &server->persist;
    uint64_t size = disk_aof_size(&server->parts.disk->aof);
    uint64_t base = persist->base_size ? persist->base_size : 1;
    uint64_t percentage = config_of(server)->aof_rewrite_percentage;
    if (persist->aof != AOF_ON || percentage == 0) return false;
    if (size <= config_of(server)->aof_rewrite_min_size) return false;
    return size * 100 / base >= 100 + percentage;
}

/* serverCron: a scheduled rewrite first; then a child that has ended, or else what is due. */
void persist_cron(Server *server, NodeEnv *env)
{
    Persist *persist = &server->persist;
    uint64_t now_ms = now_ms_of(server, env);
    persist_settle(server, env->now);
    write_back(server, now_ms);
    if (persist->child.kind == CHILD_NONE && persist->rewrite_scheduled)
        persist_start_rewrite(server, env);
    if (persist->child.kind != CHILD_NONE) reap_child(server, env);
    else if (save_is_due(server, now_ms)) persist_start_save(server, env);
    else if (rewrite_is_due(server)) persist_start_rewrite(server, env);
    if (persist->child.kind == CHILD_NONE && persist->save_scheduled)
        persist_start_save(server, env);
}
