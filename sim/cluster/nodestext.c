/* nodestext.c -- CLUSTER NODES, CLUSTER INFO and nodes.conf (protocol.md §11.3, §11.4, §2.5).
 *
 * All lines of nodes go through nodestext_line, so that the truth, a belief in a trace and the disk
 * look alike. */
#include "sim/cluster/nodestext.h"

#include "sim/cluster/peers.h"

#include <inttypes.h>

/* --- one line --- */

void nodestext_flags(uint16_t flags, Text *out)
{
    static const struct {
        uint16_t flag;
        const char *word;
    } rows[] = {
        {FLAG_MYSELF, "myself"}, {FLAG_PRIMARY, "master"},
        {FLAG_REPLICA, "slave"}, {FLAG_PFAIL, "fail?"},
        {FLAG_FAIL, "fail"},     {FLAG_HANDSHAKE, "handshake"},
        {FLAG_NOADDR, "noaddr"}, {FLAG_NOFAILOVER, "nofailover"},
    };
    const char *separator = "";
    for (uint32_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        if (!(flags & rows[i].flag)) continue;
        text_append(out, "%s%s", separator, rows[i].word);
        separator = ",";
    }
    if (*separator == '\0') text_append(out, "noflags");
}

void nodestext_ip(uint32_t ip, Text *out)
{
    if (ip == 0) return;
    text_append(out, "%" PRIu32 ".%" PRIu32 ".%" PRIu32 ".%" PRIu32, ip >> 24, (ip >> 16) & 255,
                (ip >> 8) & 255, ip & 255);
}

void nodestext_line(const NodesLine *line, Text *out)
{
    text_append(out, "%.40s ", line->id);
    nodestext_ip(line->addr.ip, out);
    text_append(out, ":%u@%u ", line->addr.port, line->addr.bus_port);
    nodestext_flags(line->flags, out);
    text_append(out, " %.40s %" PRIu64 " %" PRIu64 " %" PRIu64 " %s",
                line->primary_id ? line->primary_id : "-", line->ping_ms, line->pong_ms,
                line->epoch, line->connected ? "connected" : "disconnected");
    if (bitset_next(line->slots, SLOT_COUNT, 0) == SLOT_COUNT) return;
    text_append(out, " ");
    text_append_ranges(out, line->slots, SLOT_COUNT, ' ');
}

static void append_open_slot(const OpenSlot *open, const Directory *directory, Text *out)
{
    const char *arrow = open->importing ? "-<-" : "->-";
    text_append(out, " [%u%s%.40s]", open->slot, arrow, directory->nodes.items[open->node].id);
}

/* In slot order; of a slot that is both, only MIGRATING is shown. */
static void append_open_slots(const OpenSlot *slots, uint32_t count, const Directory *directory,
                              Text *out)
{
    for (uint32_t from = 0;;) {
        const OpenSlot *next = NULL;
        for (uint32_t i = 0; i < count; i++) {
            if (slots[i].slot < from) continue;
            bool is_better = !next || slots[i].slot < next->slot;
            if (is_better || (slots[i].slot == next->slot && !slots[i].importing)) next = &slots[i];
        }
        if (!next) return;
        append_open_slot(next, directory, out);
        from = (uint32_t)next->slot + 1;
    }
}

/* --- from the truth --- */

uint64_t nodestext_unix_ms(NodeMs ms, uint64_t unix_base_ms)
{
    if (ms == 0) return 0;
    return unix_base_ms + ms - NODE_CLOCK_BASE_MS;
}

/* A replica's line shows its primary's epoch, if that is known. */
static uint64_t shown_epoch(const Node *self, const Peer *peer)
{
    bool has_primary = (peer->flags & FLAG_REPLICA) && peer->primary != NODE_NONE;
    return has_primary ? self->peers[peer->primary].epoch : peer->epoch;
}

void nodestext_peer(Node *self, PeerRef ref, const NodeEnv *env, const AddrState *addrs,
                    uint64_t unix_base_ms, Text *out)
{
    const Peer *peer = node_peer(self, ref);
    const NodeEntry *entries = env->directory->nodes.items;
    bool is_self = ref == self->self;
    char id[NODE_ID_SIZE];
    uint32_t number;
    if (ref & PEER_HANDSHAKE) node_handshake_name(self, ref, &number, id);
    NodesLine line = {
        .id = ref & PEER_HANDSHAKE ? id : entries[ref].id,
        .addr = addrs[peer->addr],
        .flags = peer->flags,
        .primary_id = peer->primary == NODE_NONE ? NULL : entries[peer->primary].id,
        .ping_ms = nodestext_unix_ms(peer->ping_sent_ms, unix_base_ms),
        .pong_ms = nodestext_unix_ms(peer_pong_ms(self, ref), unix_base_ms),
        .epoch = shown_epoch(self, peer),
        .connected = is_self || peer->link_state != PLINK_NONE,
        .slots = bitpool_words(env->slots, peer->slots),
    };
    if (is_self && !self->knows_ip) line.addr.ip = 0;
    nodestext_line(&line, out);
    if (is_self)
        append_open_slots(self->open_slots.items, self->open_slots.count, env->directory, out);
}

void nodestext_nodes(Node *self, const NodeEnv *env, const AddrState *addrs, uint64_t unix_base_ms,
                     Text *out)
{
    for (uint32_t i = 0; i < self->known.count; i++) {
        nodestext_peer(self, self->known.items[i], env, addrs, unix_base_ms, out);
        text_append(out, "\n");
    }
}

/* --- CLUSTER INFO --- */

typedef struct SlotCounts {
    uint32_t ok, pfail, fail;
} SlotCounts;

static SlotCounts count_slots(const Node *self)
{
    SlotCounts counts = {0};
    for (uint32_t i = 0; i < self->known.count; i++) {
        PeerRef ref = self->known.items[i];
        if (ref & PEER_HANDSHAKE) continue;
        const Peer *peer = &self->peers[ref];
        if (peer->flags & FLAG_FAIL) counts.fail += peer->slot_count;
        else if (peer->flags & FLAG_PFAIL) counts.pfail += peer->slot_count;
        else counts.ok += peer->slot_count;
    }
    return counts;
}

/* The bus messages by the names of the statistics (§3.3), those that never came left out. */
static void append_messages(const uint64_t *counts, const char *direction, Text *out)
{
    static const char *const names[] = {"ping",    "pong",     "meet",        "fail",
                                        "publish", "auth-req", "auth-ack",    "update",
                                        "mfstart", "module",   "publishshard"};
    _Static_assert(ARRAY_LENGTH(names) == MSG_PUBLISHSHARD + 1, "a name for each bus message");
    uint64_t total = 0;
    for (uint32_t i = 0; i < ARRAY_LENGTH(names); i++) {
        if (counts[i] == 0) continue;
        total += counts[i];
        text_append(out, "cluster_stats_messages_%s_%s:%" PRIu64 "\r\n", names[i], direction,
                    counts[i]);
    }
    text_append(out, "cluster_stats_messages_%s:%" PRIu64 "\r\n", direction, total);
}

void nodestext_info(Node *self, const NodeEnv *env, Text *out)
{
    (void)env;
    SlotCounts slots = count_slots(self);
    text_append(out, "cluster_state:%s\r\n", self->state == STATE_OK ? "ok" : "fail");
    text_append(out, "cluster_slots_assigned:%" PRIu64 "\r\n", self->assigned);
    text_append(out, "cluster_slots_ok:%" PRIu32 "\r\n", slots.ok);
    text_append(out, "cluster_slots_pfail:%" PRIu32 "\r\n", slots.pfail);
    text_append(out, "cluster_slots_fail:%" PRIu32 "\r\n", slots.fail);
    text_append(out, "cluster_known_nodes:%" PRIu32 "\r\n", self->known.count);
    text_append(out, "cluster_size:%u\r\n", self->size);
    text_append(out, "cluster_current_epoch:%" PRIu64 "\r\n", self->current_epoch);
    text_append(out, "cluster_my_epoch:%" PRIu64 "\r\n", shown_epoch(self, node_me(self)));
    append_messages(self->sent, "sent", out);
    append_messages(self->received, "received", out);
    /* Simplified: cluster-link-sendbuf-limit closes no link (§17.5). */
    text_append(out, "total_cluster_links_buffer_limit_exceeded:0\r\n");
}

/* --- nodes.conf --- */

static void append_disk_line(const NodeDisk *disk, NodeId node, const Directory *directory,
                             const AddrState *addrs, const BitPool *slots, Text *out)
{
    const DiskPeer *peer = &disk->peers.items[node];
    const NodeEntry *entries = directory->nodes.items;
    bool has_primary = (peer->flags & FLAG_REPLICA) && peer->primary != NODE_NONE;
    /* A primary without a line of its own, in a file written by hand, is a blank record (§2.7). */
    bool is_listed = has_primary && peer->primary < disk->peers.count;
    uint64_t epoch = is_listed     ? disk->peers.items[peer->primary].epoch
                     : has_primary ? 0
                                   : peer->epoch;
    NodesLine line = {
        .id = entries[node].id,
        .addr = addrs[peer->addr],
        .flags = peer->flags,
        .primary_id = peer->primary == NODE_NONE ? NULL : entries[peer->primary].id,
        .ping_ms =
            peer->pinged, /* Simplified: 1 for any time; a start turns it into "now" (§2.7) */
        .pong_ms = peer->ponged,
        .epoch = epoch,
        .connected = true,
        .slots = bitpool_words(slots, peer->slots),
    };
    if (node == disk->self && !disk->knows_ip) line.addr.ip = 0;
    nodestext_line(&line, out);
    if (node == disk->self)
        append_open_slots(disk->open_slots.items, disk->open_slots.count, directory, out);
    text_append(out, "\n");
}

/* Lines in the order of the identities; nothing for a disk without a file. */
void nodestext_conf(const NodeDisk *disk, const Directory *directory, const AddrState *addrs,
                    const BitPool *slots, Text *out)
{
    if (disk->self == NODE_NONE) return;
    for (uint32_t i = 0; i < disk->peers.count; i++) {
        if (disk->peers.items[i].known)
            append_disk_line(disk, (NodeId)i, directory, addrs, slots, out);
    }
    text_append(out, "vars currentEpoch %" PRIu64 " lastVoteEpoch %" PRIu64 "\n",
                disk->current_epoch, disk->last_vote_epoch);
}
