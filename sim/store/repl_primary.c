/* repl_primary.c -- the side that is followed: attached replicas, PSYNC, backlog and stream
 * (protocol.md §10).
 *
 * A replica can be followed too, by the replicas it had before it was demoted: it passes on what it
 * receives. */
#include "sim/store/rdb.h"
#include "sim/store/repl_state.h"

#define RDB_EMPTY_BYTES 175 /* magic, auxiliary fields, end of file, checksum */
#define RDB_MARK_BYTES  87  /* $EOF:<40> before and <40> after a diskless transfer */
#define RDB_PIECE_BYTES ((uint64_t)1 << 20)
#define RDB_PIECES_MAX  64
#define WIRE_BYTES_MAX  UINT32_MAX

uint32_t primary_replica_count(const Repl *repl)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < repl->attached.count; i++) {
        if (repl->attached.items[i].phase != ATTACH_HANDSHAKE) count++;
    }
    return count;
}

static Attached *find(Repl *repl, LinkId link)
{
    for (uint32_t i = 0; i < repl->attached.count; i++) {
        if (repl->attached.items[i].link == link) return &repl->attached.items[i];
    }
    return NULL;
}

/* --- backlog and stream --- */

void primary_create_backlog(Repl *repl, Mem *mem)
{
    repl->has_backlog = true;
    repl->backlog_start = repl->offset + 1;
    stream_clear(repl, mem);
}

void primary_drop_backlog(Repl *repl)
{
    repl->has_backlog = false;
    repl->backlog_start = 0; /* its pieces go when a backlog is made anew */
}

static uint32_t clamp_bytes(uint64_t bytes)
{
    return bytes > WIRE_BYTES_MAX ? WIRE_BYTES_MAX : (uint32_t)bytes;
}

/* Sends an online replica what it lacks. */
static void serve(Repl *repl, Attached *attached, NodeEnv *env)
{
    uint64_t from = attached->sent, missing = repl->offset - from;
    if (missing == 0) return;
    attached->sent = repl->offset;
    ReplMsg msg = {.kind = REPLMSG_STREAM,
                   .bytes = clamp_bytes(missing),
                   .offset = repl->offset,
                   .stream = missing,
                   .data = repl->data,
                   .content = stream_pack(repl, from, env)};
    repl_send(repl, attached->link, msg, env);
}

void primary_append(Repl *repl, uint64_t bytes, Slice commands, NodeEnv *env)
{
    if (!repl->has_backlog) return;
    repl->offset += bytes;
    stream_add(repl, bytes, commands, env);
    uint64_t kept = repl->offset + 1 - repl->backlog_start;
    if (kept > repl->cfg.repl_backlog_size)
        repl->backlog_start += kept - repl->cfg.repl_backlog_size;
    stream_trim(repl, env);
    for (uint32_t i = 0; i < repl->attached.count; i++) {
        Attached *attached = &repl->attached.items[i];
        if (attached->phase == ATTACH_ONLINE) serve(repl, attached, env);
    }
}

/* --- leaving --- */

static void remove_attached(Repl *repl, uint32_t index, NodeEnv *env)
{
    bool was_replica = repl->attached.items[index].phase != ATTACH_HANDSHAKE;
    array_remove(&repl->attached, index);
    if (was_replica && primary_replica_count(repl) == 0)
        repl->no_replicas_since_s = repl_now_s(env);
}

void primary_on_link_down(Repl *repl, LinkId link, NodeEnv *env)
{
    const Attached *attached = find(repl, link);
    if (attached) remove_attached(repl, (uint32_t)(attached - repl->attached.items), env);
}

static void disconnect(Repl *repl, uint32_t index, NodeEnv *env)
{
    repl_close(repl, repl->attached.items[index].link, env);
    remove_attached(repl, index, env);
}

void primary_disconnect_all(Repl *repl, NodeEnv *env)
{
    for (uint32_t i = repl->attached.count; i-- > 0;) {
        if (repl->attached.items[i].phase != ATTACH_HANDSHAKE) disconnect(repl, i, env);
    }
}

/* --- full sync --- */

/* The RDB in pieces, so that a slow transfer shows as progress. Simplified: it is read at one
 * instant and loaded in one, and a transfer above 4 GB counts as 4 GB on the wire. */
static void send_rdb(Repl *repl, LinkId link, NodeEnv *env)
{
    ByteWriter image = {.mem = env->mem};
    if (repl->keys) rdb_save(repl->keys, &image);
    uint64_t keys = repl->keys && keyspace_count(repl->keys) > 0 ? image.size : 0;
    uint64_t left = RDB_EMPTY_BYTES + RDB_MARK_BYTES + repl->data + keys;
    uint64_t pieces = (left + RDB_PIECE_BYTES - 1) / RDB_PIECE_BYTES;
    if (pieces > RDB_PIECES_MAX) pieces = RDB_PIECES_MAX;
    for (; pieces > 0; pieces--) {
        uint64_t bytes = left / pieces;
        left -= bytes;
        ReplMsg msg = {.kind = REPLMSG_RDB,
                       .bytes = clamp_bytes(bytes),
                       .offset = repl->offset,
                       .stream = pieces - 1,
                       .data = repl->data};
        if (pieces == 1) {
            msg.content =
                blob_copy(env->mem, (Slice){(const char *)image.bytes, (uint32_t)image.size});
        }
        repl_send(repl, link, msg, env);
    }
    bytes_deinit(&image);
}

/* startBgsaveForReplication: all replicas that wait get the data set of this instant. */
static void start_full_sync(Repl *repl, NodeEnv *env)
{
    for (uint32_t i = 0; i < repl->attached.count; i++) {
        Attached *attached = &repl->attached.items[i];
        if (attached->phase != ATTACH_WAIT_START) continue;
        attached->phase = ATTACH_SENDING;
        attached->sent = repl->offset;
        attached->since_s = repl_now_s(env);
        ReplMsg reply = {.kind = REPLMSG_FULLRESYNC, .history = repl->id, .offset = repl->offset};
        repl_send(repl, attached->link, reply, env);
        send_rdb(repl, attached->link, env);
    }
}

/* replicationStartPendingFork: one RDB at a time, not before the first in line has waited for the
 * diskless delay, so that others can join (§10.2). Whole seconds, looked at once a second. */
static void start_if_due(Repl *repl, NodeEnv *env)
{
    bool is_waiting = false;
    uint32_t idle_s = 0;
    for (uint32_t i = 0; i < repl->attached.count; i++) {
        const Attached *attached = &repl->attached.items[i];
        if (attached->phase == ATTACH_SENDING) return;
        if (attached->phase != ATTACH_WAIT_START) continue;
        uint32_t waited_s = repl_now_s(env) - attached->since_s;
        is_waiting = true;
        if (waited_s > idle_s) idle_s = waited_s;
    }
    if (is_waiting && idle_s >= repl->cfg.repl_diskless_delay_s) start_full_sync(repl, env);
}

static void ask_full_sync(Repl *repl, Attached *attached, NodeEnv *env)
{
    attached->phase = ATTACH_WAIT_START;
    attached->since_s = repl_now_s(env);
    if (primary_replica_count(repl) == 1 && !repl->has_backlog) {
        /* A backlog from scratch begins a new history. */
        repl->id = repl_draw_id(env);
        repl->id2 = (ReplHistory){{0}};
        repl->id2_end = 0;
        primary_create_backlog(repl, env->mem);
    }
    if (repl->cfg.repl_diskless_delay_s == 0) start_if_due(repl, env);
}

/* --- PSYNC --- */

/* masterTryPartialResynchronization: §10.3. msg->offset is the first byte wanted. */
static bool can_continue(const Repl *repl, const ReplMsg *msg)
{
    if (repl_no_id(&msg->history)) return false;
    bool by_id = repl_same_id(&msg->history, &repl->id);
    bool by_id2 = repl_same_id(&msg->history, &repl->id2) && msg->offset <= repl->id2_end;
    if (!by_id && !by_id2) return false;
    return repl->has_backlog && msg->offset >= repl->backlog_start &&
           msg->offset <= repl->offset + 1;
}

static void on_psync(Repl *repl, Attached *attached, const ReplMsg *msg, NodeEnv *env)
{
    if (attached->phase != ATTACH_HANDSHAKE) return;
    if (repl->primary != NODE_NONE && repl->state != REPL_CONNECTED) {
        repl_send(repl, attached->link, (ReplMsg){.kind = REPLMSG_NOLINK}, env);
        return;
    }
    if (!can_continue(repl, msg)) {
        ask_full_sync(repl, attached, env);
        return;
    }
    attached->phase = ATTACH_ONLINE;
    attached->since_s = repl_now_s(env);
    attached->sent = msg->offset - 1;
    attached->acked = msg->offset - 1;
    ReplMsg reply = {.kind = REPLMSG_CONTINUE, .history = repl->id, .data = repl->data};
    repl_send(repl, attached->link, reply, env);
    serve(repl, attached, env);
}

/* The first ACK after a full sync puts the replica online: now the stream since the RDB may leave.
 */
static void on_ack(Repl *repl, Attached *attached, const ReplMsg *msg, NodeEnv *env)
{
    bool was_sending = attached->phase == ATTACH_SENDING;
    if (!was_sending && attached->phase != ATTACH_ONLINE) return;
    attached->phase = ATTACH_ONLINE;
    attached->since_s = repl_now_s(env);
    if (msg->offset > attached->acked) attached->acked = msg->offset;
    if (!was_sending) return;
    serve(repl, attached, env);
    start_if_due(repl, env);
}

bool primary_on_message(Repl *repl, LinkId link, const ReplMsg *msg, NodeEnv *env)
{
    Attached *attached = find(repl, link);
    if (!attached) {
        if (msg->kind != REPLMSG_PING) return false; /* late, on a link that is given up */
        array_push(env->mem, &repl->attached, (Attached){.link = link, .since_s = repl_now_s(env)});
        attached = find(repl, link);
    }
    switch (msg->kind) {
    case REPLMSG_PING: repl_send(repl, link, (ReplMsg){.kind = REPLMSG_PONG}, env); return true;
    case REPLMSG_CONF:
        attached->addr = msg->addr;
        repl_send(repl, link, (ReplMsg){.kind = REPLMSG_CONF_OK}, env);
        return true;
    case REPLMSG_PSYNC: on_psync(repl, attached, msg, env); return true;
    case REPLMSG_ACK: on_ack(repl, attached, msg, env); return true;
    case REPLMSG_PONG:
    case REPLMSG_CONF_OK:
    case REPLMSG_CONTINUE:
    case REPLMSG_FULLRESYNC:
    case REPLMSG_NOLINK:
    case REPLMSG_NEWLINE:
    case REPLMSG_RDB:
    case REPLMSG_STREAM:
    case REPLMSG_KIND_COUNT: break; /* only a primary says these */
    }
    return false;
}

/* --- once a second --- */

/* repl-timeout: an online replica that does not acknowledge, a handshake that does not go on.
 * Simplified: how far a transfer got is not known, so it may take the time-out once more for each
 * piece. */
static bool is_silent(const Repl *repl, const Attached *attached, const NodeEnv *env)
{
    uint64_t limit_s = repl->cfg.repl_timeout_s;
    if (attached->phase == ATTACH_WAIT_START) return false;
    if (attached->phase == ATTACH_SENDING) limit_s *= 2 + repl->data / RDB_PIECE_BYTES;
    return repl_now_s(env) - attached->since_s > limit_s;
}

/* Suppressed while writes are paused for a manual failover, so that the offset stands still (§7).
 */
static void ping_replicas(Repl *repl, NodeEnv *env)
{
    if (repl->primary != NODE_NONE || primary_replica_count(repl) == 0) return;
    if (repl->cron_loops % repl->cfg.repl_ping_period_s != 0) return;
    if (repl->paused_until_ms > env->now_ms) return;
    primary_append(repl, REPL_PING_BYTES, (Slice){0}, env);
}

static void expire_backlog(Repl *repl, NodeEnv *env)
{
    if (!repl->has_backlog || repl->primary != NODE_NONE || repl->cfg.repl_backlog_ttl_s == 0)
        return;
    if (primary_replica_count(repl) > 0) return;
    if (repl_now_s(env) - repl->no_replicas_since_s <= repl->cfg.repl_backlog_ttl_s) return;
    repl->id = repl_draw_id(env);
    repl->id2 = (ReplHistory){{0}};
    repl->id2_end = 0;
    primary_drop_backlog(repl);
}

void primary_cron(Repl *repl, NodeEnv *env)
{
    ping_replicas(repl, env);
    for (uint32_t i = 0; i < repl->attached.count; i++) {
        const Attached *attached = &repl->attached.items[i];
        if (attached->phase != ATTACH_WAIT_START) continue;
        repl_send(repl, attached->link, (ReplMsg){.kind = REPLMSG_NEWLINE}, env);
    }
    for (uint32_t i = repl->attached.count; i-- > 0;) {
        if (is_silent(repl, &repl->attached.items[i], env)) disconnect(repl, i, env);
    }
    expire_backlog(repl, env);
    start_if_due(repl, env);
}

/* --- looking --- */

uint32_t repl_replica_count(const Repl *repl)
{
    return primary_replica_count(repl);
}

ReplReplica repl_replica(const Repl *repl, uint32_t index)
{
    for (uint32_t i = 0; i < repl->attached.count; i++) {
        const Attached *attached = &repl->attached.items[i];
        if (attached->phase == ATTACH_HANDSHAKE || index-- > 0) continue;
        return (ReplReplica){.addr = attached->addr,
                             .link = attached->link,
                             .acked = attached->acked,
                             .ack_s = attached->since_s,
                             .online = attached->phase == ATTACH_ONLINE};
    }
    SIM_ASSERT(index < primary_replica_count(repl));
    return (ReplReplica){.link = LINK_NONE};
}

uint32_t repl_acked_by(const Repl *repl, uint64_t offset)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < repl->attached.count; i++) {
        const Attached *attached = &repl->attached.items[i];
        if (attached->phase == ATTACH_ONLINE && attached->acked >= offset) count++;
    }
    return count;
}

bool repl_all_acked(const Repl *repl)
{
    for (uint32_t i = 0; i < repl->attached.count; i++) {
        const Attached *attached = &repl->attached.items[i];
        if (attached->phase != ATTACH_HANDSHAKE && attached->acked != repl->offset) return false;
    }
    return true;
}

/* replicationRequestAckFromSlaves: REPLCONF GETACK goes with the stream, so the offset grows by it.
 */
void repl_want_acks(Repl *repl, NodeEnv *env)
{
    if (repl->primary != NODE_NONE || primary_replica_count(repl) == 0) return;
    static const char getack[] = "*3\r\n$8\r\nREPLCONF\r\n$6\r\nGETACK\r\n$1\r\n*\r\n";
    primary_append(repl, sizeof(getack) - 1, slice_of(getack), env);
    repl_note_changes(repl, env);
}

uint32_t repl_good_replicas(const Repl *repl, const NodeEnv *env)
{
    uint32_t good = 0;
    for (uint32_t i = 0; i < repl->attached.count; i++) {
        const Attached *attached = &repl->attached.items[i];
        bool in_time = repl_now_s(env) - attached->since_s <= repl->cfg.min_replicas_max_lag_s;
        if (attached->phase == ATTACH_ONLINE && in_time) good++;
    }
    return good;
}
