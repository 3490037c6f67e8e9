/* admin_report.c -- CLUSTER sub-commands that only tell: NODES, INFO, SLOTS, SHARDS, LINKS, ...
 * (§11.3-11.7). */
#include "sim/cluster/admin_call.h"
#include "sim/cluster/failure.h"
#include "sim/cluster/link.h"
#include "sim/cluster/nodestext.h"
#include "sim/cluster/peers.h"

static uint64_t unix_base_ms(const AdminCall *call)
{
    return call->resolver ? call->resolver->unix_base_ms : 0;
}

void admin_nodes(AdminCall *call)
{
    Text text = {.mem = call->env->mem};
    nodestext_nodes(call->self, call->env, call->addrs, unix_base_ms(call), &text);
    reply_verbatim(call->reply, "txt", (Slice){text_chars(&text), text.size});
    text_deinit(&text);
}

void admin_info(AdminCall *call)
{
    Text text = {.mem = call->env->mem};
    nodestext_info(call->self, call->env, &text);
    reply_verbatim(call->reply, "txt", (Slice){text_chars(&text), text.size});
    text_deinit(&text);
}

void admin_myid(AdminCall *call)
{
    reply_bulk_format(call->reply, "%.40s", call->env->directory->nodes.items[call->self->self].id);
}

void admin_count_failure_reports(AdminCall *call)
{
    NodeId node;
    if (!admin_find_node(call, call->argv[2], &node)) return;
    reply_integer(call->reply, failure_report_count(call->self, node, call->env));
}

/* REPLICAS and SLAVES. */
void admin_replicas(AdminCall *call)
{
    Node *self = call->self;
    NodeId node;
    if (!admin_find_node(call, call->argv[2], &node)) return;
    if (self->peers[node].flags & FLAG_REPLICA) {
        admin_error(call, "The specified node is not a master");
        return;
    }
    reply_array(call->reply, peer_replica_count(self, node));
    for (uint32_t i = 0; i < self->known.count; i++) {
        PeerRef ref = self->known.items[i];
        if ((ref & PEER_HANDSHAKE) || self->peers[ref].primary != node) continue;
        Text line = {.mem = call->env->mem};
        nodestext_peer(self, ref, call->env, call->addrs, unix_base_ms(call), &line);
        reply_bulk(call->reply, (Slice){text_chars(&line), line.size});
        text_deinit(&line);
    }
}

/* --- addresses and offsets --- */

/* The IP as text, "" for my own while I have not learned it. */
typedef struct IpText {
    char chars[16];
} IpText;

static IpText ip_of(const AdminCall *call, NodeId node)
{
    const Node *self = call->self;
    IpText ip = {{0}};
    Text text = {.mem = call->env->mem};
    bool is_unknown = node == self->self && !self->knows_ip;
    if (!is_unknown) nodestext_ip(call->addrs[self->peers[node].addr].ip, &text);
    SIM_ASSERT(text.size < sizeof(ip.chars));
    for (uint32_t i = 0; i < text.size; i++) ip.chars[i] = text.chars[i];
    text_deinit(&text);
    return ip;
}

static uint16_t port_of(const AdminCall *call, NodeId node)
{
    return call->addrs[call->self->peers[node].addr].port;
}

/* Nodes do not keep their own offset in their own record. */
static uint64_t offset_of(const AdminCall *call, NodeId node)
{
    bool is_self = node == call->self->self;
    return is_self ? call->env->facts->repl_offset : call->self->peers[node].offset;
}

/* --- CLUSTER SLOTS (§11.5) --- */

/* A replica is listed once it has data and while it is not FAIL. */
static bool is_listed(const AdminCall *call, PeerRef ref, NodeId primary)
{
    if (ref & PEER_HANDSHAKE) return false;
    const Peer *peer = &call->self->peers[ref];
    return peer->primary == primary && !(peer->flags & FLAG_FAIL) && offset_of(call, ref) != 0;
}

static void list_node(AdminCall *call, NodeId node)
{
    IpText ip = ip_of(call, node);
    reply_array(call->reply, 4);
    reply_bulk_text(call->reply, ip.chars);
    reply_integer(call->reply, port_of(call, node));
    reply_bulk_format(call->reply, "%.40s", call->env->directory->nodes.items[node].id);
    reply_map(call->reply, 0); /* metadata: nothing beside the IP */
}

static void list_range(AdminCall *call, uint32_t start, uint32_t end)
{
    const Node *self = call->self;
    NodeId owner = self->owner[start];
    uint32_t count = 3;
    for (uint32_t i = 0; i < self->known.count; i++) {
        if (is_listed(call, self->known.items[i], owner)) count++;
    }
    reply_array(call->reply, count);
    reply_integer(call->reply, start);
    reply_integer(call->reply, end);
    list_node(call, owner);
    for (uint32_t i = 0; i < self->known.count; i++) {
        if (is_listed(call, self->known.items[i], owner)) list_node(call, self->known.items[i]);
    }
}

/* The last slot of the run of one owner that begins at `start`. */
static uint32_t range_end(const Node *self, uint32_t start)
{
    uint32_t end = start;
    while (end + 1 < SLOT_COUNT && self->owner[end + 1] == self->owner[start]) end++;
    return end;
}

void admin_slots(AdminCall *call)
{
    const Node *self = call->self;
    uint32_t count = 0;
    for (uint32_t s = 0; s < SLOT_COUNT; s = range_end(self, s) + 1) {
        if (self->owner[s] != NODE_NONE) count++;
    }
    reply_array(call->reply, count);
    for (uint32_t s = 0; s < SLOT_COUNT; s = range_end(self, s) + 1) {
        if (self->owner[s] != NODE_NONE) list_range(call, s, range_end(self, s));
    }
}

/* --- CLUSTER SHARDS (§11.6) --- */

static bool is_primary_record(const Node *self, PeerRef ref)
{
    return !(ref & PEER_HANDSHAKE) && (self->peers[ref].flags & FLAG_PRIMARY);
}

static void list_shard_slots(AdminCall *call, NodeId primary)
{
    const uint64_t *words = bitpool_words(call->env->slots, call->self->peers[primary].slots);
    uint32_t count = 0;
    for (uint32_t s = bitset_next(words, SLOT_COUNT, 0); s < SLOT_COUNT;) {
        count += 2;
        s = bitset_next(words, SLOT_COUNT, bitset_next_clear(words, SLOT_COUNT, s));
    }
    reply_array(call->reply, count);
    for (uint32_t s = bitset_next(words, SLOT_COUNT, 0); s < SLOT_COUNT;) {
        uint32_t end = bitset_next_clear(words, SLOT_COUNT, s);
        reply_integer(call->reply, s);
        reply_integer(call->reply, end - 1);
        s = bitset_next(words, SLOT_COUNT, end);
    }
}

static void list_shard_node(AdminCall *call, NodeId node)
{
    const Peer *peer = &call->self->peers[node];
    bool is_replica = (peer->flags & FLAG_REPLICA) != 0;
    IpText ip = ip_of(call, node);
    const char *health = "online";
    if (peer->flags & FLAG_FAIL) health = "fail";
    else if (is_replica && offset_of(call, node) == 0) health = "loading";
    reply_map(call->reply, 7);
    reply_bulk_text(call->reply, "id");
    reply_bulk_format(call->reply, "%.40s", call->env->directory->nodes.items[node].id);
    reply_bulk_text(call->reply, "port");
    reply_integer(call->reply, port_of(call, node));
    reply_bulk_text(call->reply, "ip");
    reply_bulk_text(call->reply, ip.chars);
    reply_bulk_text(call->reply, "endpoint");
    reply_bulk_text(call->reply, ip.chars);
    reply_bulk_text(call->reply, "role");
    reply_bulk_text(call->reply, is_replica ? "replica" : "master");
    reply_bulk_text(call->reply, "replication-offset");
    reply_integer(call->reply, (int64_t)offset_of(call, node));
    reply_bulk_text(call->reply, "health");
    reply_bulk_text(call->reply, health);
}

static void list_shard(AdminCall *call, NodeId primary)
{
    const Node *self = call->self;
    reply_map(call->reply, 2);
    reply_bulk_text(call->reply, "slots");
    list_shard_slots(call, primary);
    reply_bulk_text(call->reply, "nodes");
    reply_array(call->reply, 1 + peer_replica_count(self, primary));
    list_shard_node(call, primary);
    for (uint32_t i = 0; i < self->known.count; i++) {
        PeerRef ref = self->known.items[i];
        if (!(ref & PEER_HANDSHAKE) && self->peers[ref].primary == primary)
            list_shard_node(call, ref);
    }
}

void admin_shards(AdminCall *call)
{
    const Node *self = call->self;
    uint32_t count = 0;
    for (uint32_t i = 0; i < self->known.count; i++) {
        if (is_primary_record(self, self->known.items[i])) count++;
    }
    reply_array(call->reply, count);
    for (uint32_t i = 0; i < self->known.count; i++) {
        if (is_primary_record(self, self->known.items[i])) list_shard(call, self->known.items[i]);
    }
}

/* --- CLUSTER LINKS (§11.7) --- */

static void list_link(AdminCall *call, NodeId node, const char *direction, NodeMs since_ms)
{
    reply_map(call->reply, 6);
    reply_bulk_text(call->reply, "direction");
    reply_bulk_text(call->reply, direction);
    reply_bulk_text(call->reply, "node");
    reply_bulk_format(call->reply, "%.40s", call->env->directory->nodes.items[node].id);
    reply_bulk_text(call->reply, "create-time");
    reply_integer(call->reply, (int64_t)nodestext_unix_ms(since_ms, unix_base_ms(call)));
    reply_bulk_text(call->reply, "events");
    reply_bulk_text(call->reply, "r");
    reply_bulk_text(call->reply, "send-buffer-allocated");
    reply_integer(call->reply, 0);
    reply_bulk_text(call->reply, "send-buffer-used");
    reply_integer(call->reply, 0);
}

/* Simplified: buffers are empty, and an inbound link is shown as old as the record it belongs to.
 */
void admin_links(AdminCall *call)
{
    const Node *self = call->self;
    uint32_t count = 0;
    for (uint32_t i = 0; i < self->known.count; i++) {
        PeerRef ref = self->known.items[i];
        if (ref & PEER_HANDSHAKE) continue;
        count += link_exists(&self->peers[ref]);
        count += self->peers[ref].inbound != LINK_NONE;
    }
    reply_array(call->reply, count);
    for (uint32_t i = 0; i < self->known.count; i++) {
        PeerRef ref = self->known.items[i];
        if (ref & PEER_HANDSHAKE) continue;
        const Peer *peer = &self->peers[ref];
        if (link_exists(peer)) list_link(call, ref, "to", peer->link_since_ms);
        if (peer->inbound != LINK_NONE) list_link(call, ref, "from", peer->created_ms);
    }
}
