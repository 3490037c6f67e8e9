/* repl.c -- life of the data side of a process, its time, its facts, and its wishes (protocol.md
 * §10).
 *
 * Redis: replication.c, whose function names are cited. */
#include "sim/store/repl_state.h"

#define TICKS_PER_CRON 10 /* replicationCron runs once a second */

/* --- small things --- */

uint32_t repl_now_s(const NodeEnv *env)
{
    return env->now_ms / 1000;
}

ReplHistory repl_draw_id(NodeEnv *env)
{
    ReplHistory id;
    for (uint32_t i = 0; i < ARRAY_LENGTH(id.words); i++)
        id.words[i] = (uint32_t)rng_next(env->rng);
    id.words[0] |= 1; /* never "none" */
    return id;
}

bool repl_same_id(const ReplHistory *a, const ReplHistory *b)
{
    uint32_t difference = 0;
    for (uint32_t i = 0; i < ARRAY_LENGTH(a->words); i++) difference |= a->words[i] ^ b->words[i];
    return difference == 0;
}

bool repl_no_id(const ReplHistory *id)
{
    static const ReplHistory none = {{0}};
    return repl_same_id(id, &none);
}

void repl_wish(Repl *repl, ReplWish item, NodeEnv *env)
{
    if (repl->wish_head == repl->wishes.count) {
        array_clear(&repl->wishes);
        repl->wish_head = 0;
    }
    array_push(env->mem, &repl->wishes, item);
}

void repl_send(Repl *repl, LinkId link, ReplMsg msg, NodeEnv *env)
{
    SIM_ASSERT(link != LINK_NONE);
    if (msg.bytes == 0) msg.bytes = replmsg_wire_bytes(&msg);
    repl_wish(repl, (ReplWish){.kind = REPL_WISH_SEND, .link = link, .msg = msg}, env);
}

void repl_close(Repl *repl, LinkId link, NodeEnv *env)
{
    repl_wish(repl, (ReplWish){.kind = REPL_WISH_CLOSE, .link = link}, env);
}

bool repl_next(Repl *repl, ReplWish *item)
{
    if (repl->wish_head == repl->wishes.count) return false;
    *item = repl->wishes.items[repl->wish_head++];
    return true;
}

void repl_note_changes(Repl *repl, NodeEnv *env)
{
    if (repl->state != repl->noted_state || repl->primary != repl->noted_primary) {
        TraceRecord *note = effect_note(env, TRACE_SELF_REPL);
        note->u.SELF_REPL.link = repl->state;
        note->u.SELF_REPL.primary = repl->primary;
        repl->noted_state = repl->state;
        repl->noted_primary = repl->primary;
    }
    uint64_t offset = repl_offset(repl);
    if (offset != repl->noted_offset) {
        effect_note(env, TRACE_SELF_OFFSET)->u.SELF_OFFSET.offset = offset;
        repl->noted_offset = offset;
    }
}

/* --- life --- */

Repl *repl_create(const NodeConfig *config, HostId host, AddrId addr, Keyspace *keys, NodeEnv *env)
{
    Repl *repl = mem_alloc(env->mem, sizeof(*repl));
    repl->cfg = *config;
    repl->host = host;
    repl->addr = addr;
    repl->keys = keys;
    repl->id = repl_draw_id(env);
    repl->no_replicas_since_s = repl_now_s(env);
    repl->primary = NODE_NONE;
    repl->noted_primary = NODE_NONE;
    repl->link = LINK_NONE;
    return repl;
}

void repl_destroy(Repl *repl, Mem *mem)
{
    if (!repl) return;
    for (uint32_t i = repl->wish_head; i < repl->wishes.count; i++) {
        blob_free(mem, &repl->wishes.items[i].msg.content);
    }
    stream_clear(repl, mem);
    array_deinit(mem, &repl->pieces);
    text_deinit(&repl->apply);
    text_deinit(&repl->applied);
    array_deinit(mem, &repl->attached);
    array_deinit(mem, &repl->wishes);
    mem_free(mem, repl, sizeof(*repl));
}

void repl_set_config(Repl *repl, const NodeConfig *config)
{
    repl->cfg = *config;
}

void repl_set_disk(Repl *repl, DataDisk *disk)
{
    repl->disk = disk;
}

bool repl_take_replaced(Repl *repl)
{
    bool is_replaced = repl->is_replaced;
    repl->is_replaced = false;
    return is_replaced;
}

/* --- moments --- */

ReplPoint repl_point(const Repl *repl)
{
    if (repl->primary == NODE_NONE) {
        return (ReplPoint){repl->has_backlog, repl->id, repl->offset};
    }
    if (repl->state == REPL_CONNECTED) return (ReplPoint){true, repl->id, repl->offset};
    return (ReplPoint){repl->cached, repl->cached_id, repl->cached_offset};
}

void repl_restore(Repl *repl, const ReplPoint *point, uint64_t data, bool is_primary, NodeEnv *env)
{
    SIM_ASSERT(repl->primary == NODE_NONE && !repl->has_backlog);
    repl->data = data;
    if (!point->is_known) return;
    repl->offset = point->offset;
    if (is_primary) {
        repl->id2 = point->history;
        repl->id2_end = point->offset + 1;
        primary_create_backlog(repl, env->mem);
        repl->no_replicas_since_s = repl_now_s(env);
    } else {
        repl->id = point->history; /* repl_follow makes it what can be continued */
    }
    repl_note_changes(repl, env);
}

/* --- roles --- */

/* replicationSetMaster: own replicas stay, in the hope that they can go on with the same history.
 */
void repl_follow(Repl *repl, NodeId primary, AddrId addr, NodeEnv *env)
{
    SIM_ASSERT(primary != NODE_NONE);
    if (repl->primary == NODE_NONE) { /* replicationCacheMasterUsingMyself */
        repl->cached = true;
        repl->cached_id = repl->id;
        repl->cached_offset = repl->offset;
    } else {
        follow_stop(repl, env);
    }
    repl->primary = primary;
    repl->primary_addr = addr;
    repl->state = REPL_CONNECT;
    follow_connect(repl, env);
    repl_note_changes(repl, env);
}

/* replicationUnsetMaster: the siblings and the old primary can continue from the present offset by
 * ID2. */
void repl_promote(Repl *repl, NodeEnv *env)
{
    if (repl->primary == NODE_NONE) return;
    follow_stop(repl, env);
    repl->cached = false;
    repl->primary = NODE_NONE;
    repl->primary_addr = ADDR_NONE;
    repl->state = REPL_NONE;
    repl->id2 = repl->id;
    repl->id2_end = repl->offset + 1;
    repl->id = repl_draw_id(env);
    primary_disconnect_all(repl, env);
    repl->no_replicas_since_s = repl_now_s(env);
    repl->down_since_s = 0;
    repl_note_changes(repl, env);
}

void repl_change_id(Repl *repl, NodeEnv *env)
{
    repl->id = repl_draw_id(env);
    repl->id2 = (ReplHistory){{0}};
    repl->id2_end = 0;
}

/* --- data --- */

void repl_flush(Repl *repl)
{
    repl->data = 0;
    if (!repl->keys) return;
    keyspace_clear(repl->keys);
    keyspace_clear_libraries(repl->keys);
}

void repl_drop_keys(Repl *repl, uint32_t dropped, uint32_t owned)
{
    if (owned == 0) return;
    SIM_ASSERT(dropped <= owned);
    repl->data -= repl->data / owned * dropped; /* rounds towards keeping */
    if (dropped == owned) repl->data = 0;
}

static bool is_paused(const Repl *repl, const NodeEnv *env)
{
    return repl->paused_until_ms > env->now_ms;
}

/* Clients that waited for the end of a pause: at a primary their writes go on, at a replica they
 * are redirected. */
static void release_held(Repl *repl, NodeEnv *env)
{
    uint64_t held = repl->held;
    repl->held = 0;
    repl->paused_until_ms = 0;
    if (held > 0) repl_feed(repl, held, env);
}

void repl_pause_writes(Repl *repl, NodeMs until_ms, NodeEnv *env)
{
    if (until_ms == 0) release_held(repl, env);
    else repl->paused_until_ms = until_ms;
}

void repl_feed(Repl *repl, uint64_t bytes, NodeEnv *env)
{
    if (repl->primary != NODE_NONE) return;
    if (is_paused(repl, env)) {
        repl->held += bytes;
        return;
    }
    repl->data += bytes;
    primary_append(repl, bytes, (Slice){0}, env);
    repl_note_changes(repl, env);
}

void repl_append(Repl *repl, Slice commands, NodeEnv *env)
{
    if (repl->primary != NODE_NONE) return;
    primary_append(repl, commands.size, commands, env);
    repl_note_changes(repl, env);
}

/* --- links and messages --- */

void repl_link_opened(Repl *repl, LinkId link)
{
    SIM_ASSERT(repl->state == REPL_CONNECTING && repl->link == LINK_NONE);
    repl->link = link;
}

void repl_on_link_up(Repl *repl, LinkId link, NodeEnv *env)
{
    if (link != repl->link || repl->state != REPL_CONNECTING) return;
    follow_on_link_up(repl, env);
}

void repl_on_link_down(Repl *repl, LinkId link, NodeEnv *env)
{
    if (link == repl->link) follow_on_link_down(repl, env);
    else primary_on_link_down(repl, link, env);
    repl_note_changes(repl, env);
}

void repl_on_message(Repl *repl, LinkId link, const ReplMsg *msg, NodeEnv *env)
{
    SIM_ASSERT(msg->kind < REPLMSG_KIND_COUNT);
    if (link == repl->link) follow_on_message(repl, msg, env);
    else primary_on_message(repl, link, msg, env);
    repl_note_changes(repl, env);
}

void repl_on_cron(Repl *repl, NodeEnv *env)
{
    if (repl->paused_until_ms && !is_paused(repl, env)) release_held(repl, env);
    if (repl->ticks++ % TICKS_PER_CRON != 0) return;
    follow_cron(repl, env);
    primary_cron(repl, env);
    repl->cron_loops++;
    repl_note_changes(repl, env);
}

/* --- facts --- */

/* A replica's offset is what it has processed, also while its link is down
 * (replicationGetSlaveOffset). */
uint64_t repl_offset(const Repl *repl)
{
    if (repl->primary == NODE_NONE || repl->state == REPL_CONNECTED) return repl->offset;
    return repl->cached ? repl->cached_offset : 0;
}

void repl_facts(const Repl *repl, NodeFacts *facts)
{
    *facts = (NodeFacts){
        .repl_offset = repl_offset(repl),
        .repl_link_up = repl->state == REPL_CONNECTED,
        .repl_target_set = repl->primary != NODE_NONE,
        .repl_last_io_s = repl->last_io_s,
        .repl_down_since_s = repl->down_since_s,
        .has_keys = repl->data > 0 || (repl->keys && keyspace_count(repl->keys) > 0),
        .slot_keys = repl->keys && repl->data == 0 ? keyspace_slot_counts(repl->keys) : NULL,
    };
}

ReplState repl_state(const Repl *repl)
{
    return repl->state;
}

NodeId repl_primary(const Repl *repl)
{
    return repl->primary;
}

uint64_t repl_data_size(const Repl *repl)
{
    return repl->data;
}
