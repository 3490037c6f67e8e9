/* repl_replica.c -- the side that follows: connect, handshake, PSYNC, full sync, stream
 * (protocol.md §10.2, §10.3).
 *
 *     CONNECT --open--> CONNECTING: PING, REPLCONF, PSYNC --CONTINUE--> CONNECTED
 *                                                        \-FULLRESYNC-> SYNC --RDB--> CONNECTED
 *
 * Whatever fails before CONNECTED leads back to CONNECT, and the next attempt is made by the cron
 * of each second; an established link that breaks is opened again at once. */
#include "sim/store/disk.h"
#include "sim/store/rdb.h"
#include "sim/store/repl_state.h"

void follow_connect(Repl *repl, NodeEnv *env)
{
    SIM_ASSERT(repl->state == REPL_CONNECT && repl->link == LINK_NONE);
    repl->state = REPL_CONNECTING;
    repl->step = FOLLOW_CONNECT;
    repl->last_io_s = repl_now_s(env);
    repl_wish(repl, (ReplWish){.kind = REPL_WISH_OPEN, .addr = repl->primary_addr}, env);
}

/* replicationCacheMaster: what was processed so far can be continued. */
static void lose_primary(Repl *repl, NodeEnv *env)
{
    repl->cached = true;
    repl->cached_id = repl->id;
    repl->cached_offset = repl->offset;
    repl->down_since_s = repl_now_s(env);
}

/* A wish to open that nobody has carried out yet is taken back. */
static void forget_open_wish(Repl *repl)
{
    for (uint32_t i = repl->wishes.count; i-- > repl->wish_head;) {
        if (repl->wishes.items[i].kind == REPL_WISH_OPEN) array_remove(&repl->wishes, i);
    }
}

void follow_stop(Repl *repl, NodeEnv *env)
{
    if (repl->state == REPL_CONNECTED) lose_primary(repl, env);
    if (repl->link != LINK_NONE) repl_close(repl, repl->link, env);
    else forget_open_wish(repl);
    repl->link = LINK_NONE;
}

/* An attempt failed: try again at the next second. */
static void give_up(Repl *repl, NodeEnv *env)
{
    follow_stop(repl, env);
    repl->state = REPL_CONNECT;
}

void follow_on_link_up(Repl *repl, NodeEnv *env)
{
    repl->step = FOLLOW_PONG;
    repl->last_io_s = repl_now_s(env);
    repl_send(repl, repl->link, (ReplMsg){.kind = REPLMSG_PING}, env);
}

void follow_on_link_down(Repl *repl, NodeEnv *env)
{
    bool was_connected = repl->state == REPL_CONNECTED;
    if (was_connected) lose_primary(repl, env);
    repl->link = LINK_NONE;
    repl->state = REPL_CONNECT;
    if (was_connected) follow_connect(repl, env);
}

/* --- handshake --- */

static void ask_psync(Repl *repl, NodeEnv *env)
{
    ReplMsg msg = {.kind = REPLMSG_PSYNC};
    if (repl->cached) {
        msg.history = repl->cached_id;
        msg.offset = repl->cached_offset + 1;
    }
    repl->step = FOLLOW_PSYNC;
    repl_send(repl, repl->link, msg, env);
}

static void note_synced(const Repl *repl, bool full, NodeEnv *env)
{
    TraceRecord *note = effect_note(env, TRACE_REPL_SYNCED);
    note->u.REPL_SYNCED.primary = repl->primary;
    note->u.REPL_SYNCED.full = full;
    note->u.REPL_SYNCED.offset = repl->offset;
}

/* The history goes on. If its ID has changed, the primary was promoted meanwhile: the old ID
 * becomes ID2, and replicas of this replica have to ask again. */
static void on_continue(Repl *repl, const ReplMsg *msg, NodeEnv *env)
{
    SIM_ASSERT(repl->cached);
    if (!repl_same_id(&msg->history, &repl->cached_id)) {
        repl->id2 = repl->cached_id;
        repl->id2_end = repl->offset + 1;
        repl->id = msg->history;
        primary_disconnect_all(repl, env);
    }
    repl->cached = false;
    repl->offset = repl->cached_offset;
    repl->state = REPL_CONNECTED;
    repl->down_since_s = 0;
    if (!repl->has_backlog) primary_create_backlog(repl, env->mem);
    note_synced(repl, false, env);
}

static void on_fullresync(Repl *repl, const ReplMsg *msg)
{
    repl->state = REPL_SYNC;
    repl->sync_id = msg->history;
    repl->sync_offset = msg->offset;
}

/* --- full sync and stream --- */

static void send_ack(Repl *repl, uint64_t offset, NodeEnv *env)
{
    repl_send(repl, repl->link, (ReplMsg){.kind = REPLMSG_ACK, .offset = offset}, env);
}

/* What came is on the disk before it is loaded (repl-diskless-load disabled), as dump.rdb: a
 * replica has one without ever saving. */
static void keep_rdb(Repl *repl, const ReplMsg *msg, NodeEnv *env)
{
    DiskRdb rdb = {.exists = true,
                   .image = blob_copy(env->mem, blob_slice(msg->content)),
                   .data = msg->data,
                   .point = {true, repl->sync_id, repl->sync_offset}};
    disk_put_rdb(repl->disk, rdb, env->mem);
}

/* The data set is replaced, and with it the history. The first ACK puts this replica online. */
static void on_rdb(Repl *repl, const ReplMsg *msg, NodeEnv *env)
{
    if (msg->stream > 0) return; /* more pieces follow */
    repl->cached = false;
    primary_disconnect_all(repl, env);
    repl->data = msg->data;
    text_clear(&repl->apply);
    if (repl->keys) {
        bool loaded = rdb_load(repl->keys, blob_slice(msg->content), env->mem);
        SIM_ASSERT(loaded); /* written by rdb_save */
    }
    repl->id = repl->sync_id;
    repl->id2 = (ReplHistory){{0}};
    repl->id2_end = 0;
    repl->offset = repl->sync_offset;
    repl->is_replaced = true;
    if (repl->disk) keep_rdb(repl, msg, env);
    primary_create_backlog(repl, env->mem);
    repl->state = REPL_CONNECTED;
    repl->down_since_s = 0;
    note_synced(repl, true, env);
    send_ack(repl, repl->offset, env);
}

static void on_stream(Repl *repl, const ReplMsg *msg, NodeEnv *env)
{
    SIM_ASSERT(msg->offset == repl->offset + msg->stream);
    repl->data = msg->data;
    stream_unpack(repl, msg->content, env);
    SIM_ASSERT(repl->offset == msg->offset);
}

void follow_on_message(Repl *repl, const ReplMsg *msg, NodeEnv *env)
{
    bool connecting = repl->state == REPL_CONNECTING;
    repl->last_io_s = repl_now_s(env);
    switch (msg->kind) {
    case REPLMSG_PONG:
        if (!connecting || repl->step != FOLLOW_PONG) return;
        repl->step = FOLLOW_CONF;
        repl_send(repl, repl->link, (ReplMsg){.kind = REPLMSG_CONF, .addr = repl->addr}, env);
        return;
    case REPLMSG_CONF_OK:
        if (connecting && repl->step == FOLLOW_CONF) ask_psync(repl, env);
        return;
    case REPLMSG_CONTINUE:
        if (connecting && repl->step == FOLLOW_PSYNC) on_continue(repl, msg, env);
        return;
    case REPLMSG_FULLRESYNC:
        if (connecting && repl->step == FOLLOW_PSYNC) on_fullresync(repl, msg);
        return;
    case REPLMSG_NOLINK:
        if (connecting) give_up(repl, env);
        return;
    case REPLMSG_RDB:
        if (repl->state == REPL_SYNC) on_rdb(repl, msg, env);
        return;
    case REPLMSG_STREAM:
        if (repl->state == REPL_CONNECTED) on_stream(repl, msg, env);
        return;
    case REPLMSG_NEWLINE:
    case REPLMSG_PING:
    case REPLMSG_CONF:
    case REPLMSG_PSYNC:
    case REPLMSG_ACK:
    case REPLMSG_KIND_COUNT: return;
    }
}

/* --- once a second --- */

void repl_ack_now(Repl *repl, uint64_t left, NodeEnv *env)
{
    if (repl->state != REPL_CONNECTED) return;
    SIM_ASSERT(left <= repl->offset);
    send_ack(repl, repl->offset - left, env);
}

/* replicationCron, the replica's half: time-outs, the next attempt, the ACK. */
void follow_cron(Repl *repl, NodeEnv *env)
{
    if (repl->primary == NODE_NONE) return;
    bool silent = repl_now_s(env) - repl->last_io_s > repl->cfg.repl_timeout_s;
    if (silent && repl->state == REPL_CONNECTED) {
        follow_stop(repl, env);
        repl->state = REPL_CONNECT;
        follow_connect(repl, env);
    } else if (silent && repl->state != REPL_CONNECT) {
        give_up(repl, env);
    }
    if (repl->state == REPL_CONNECT) follow_connect(repl, env);
    if (repl->state == REPL_CONNECTED) send_ack(repl, repl->offset, env);
}
