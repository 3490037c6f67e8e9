/* gossip.c -- gossip sections out and in (protocol.md §3.5, §3.9, §4.4, §5.2).
 *
 * The hot path of the whole simulator: in a cluster of 1000 idle nodes 3.8 million entries are
 * drawn and as many taken in each second. A draw reads known, marks and gate; an entry that says
 * nothing but "healthy, heard at" reads one word of the gate and perhaps writes it. Everything else
 * goes through take_entry, which has the full rules. */
#include "sim/cluster/gossip.h"

#include "sim/cluster/sample.h"
#include "sim/cluster/failure.h"
#include "sim/cluster/handshake.h"
#include "sim/cluster/link.h"
#include "sim/cluster/peers.h"

#include <string.h>

#define GOSSIP_WANTED_MIN 3
#define GOSSIP_FUTURE_MS  500 /* how far ahead of my clock a pong may lie */

/* --- out --- */

static int32_t fresh_count(const Node *self)
{
    return (int32_t)self->known.count - 2;
}

/* A tenth of the nodes, at least 3, at most all but me and the receiver. */
static int32_t wanted_count(const Node *self)
{
    int32_t wanted = (int32_t)(self->known.count / 10);
    if (wanted < GOSSIP_WANTED_MIN) wanted = GOSSIP_WANTED_MIN;
    int32_t fresh = fresh_count(self);
    if (wanted > fresh) wanted = fresh;
    return wanted > 0 ? wanted : 0;
}

/* How many PFAIL records may be appended: as many as the last cron counted (§3.5 step 3). */
static uint32_t pfail_wanted(const Node *self, const NodeEnv *env)
{
    if (!rule_on(env->rules, RULE_PFAIL_ANNOUNCED_LATE)) return self->pfails.count;
    return self->pfail_count;
}

uint16_t gossip_capacity(const Node *self, const NodeEnv *env)
{
    if (!rule_on(env->rules, RULE_GOSSIP_SECTION)) return 0;
    return (uint16_t)((uint32_t)wanted_count(self) + pfail_wanted(self, env));
}

static GossipEntry entry_about(const Node *self, NodeId node)
{
    return (GossipEntry){
        .node = node,
        .flags = self->marks[node] & MARK_FLAGS,
        .pong_s = peer_pong_s(self, node),
    };
}

/* A number that no record has been stamped with, and room for stamping `count` of them. */
static uint8_t next_stamp(EffectList *out, uint32_t count)
{
    while (out->stamps.count < count) array_push(out->mem, &out->stamps, 0);
    if (++out->stamp == 0) {
        memset(out->stamps.items, 0, out->stamps.count);
        out->stamp = 1;
    }
    return out->stamp;
}

/* The random part, §3.5 step 2. */
static uint32_t draw_entries(Node *self, GossipEntry *entries, NodeId receiver, NodeEnv *env)
{
    int32_t fresh = fresh_count(self);
    uint32_t wanted = (uint32_t)wanted_count(self);
    uint32_t count = 0;
    uint8_t stamp = next_stamp(env->out, self->known.count);
    const PeerRef *known = self->known.items;
    const uint16_t *marks = self->marks;
    uint8_t *stamps = env->out->stamps.items;
    Draws draws = {.rng = env->rng};

    for (uint32_t i = 3 * wanted; i > 0 && fresh > 0 && count < wanted; i--) {
        uint32_t order = sample_record(self, &draws);
        PeerRef ref = known[order];
        uint16_t mark = ref & PEER_HANDSHAKE ? FLAG_HANDSHAKE : marks[ref];
        if (mark & (FLAG_MYSELF | FLAG_PFAIL) || ref == receiver) continue;
        if (mark & (FLAG_HANDSHAKE | FLAG_NOADDR | MARK_BARE)) {
            fresh--;
            continue;
        }
        if (stamps[order] == stamp) continue;
        stamps[order] = stamp;
        entries[count++] = entry_about(self, ref);
        fresh--;
    }
    return count;
}

/* The PFAIL records, in the order of the table, at most `wanted` (§3.5 step 3). */
static uint32_t append_pfails(const Node *self, GossipEntry *entries, uint32_t wanted)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < self->pfails.count && count < wanted; i++) {
        PeerRef ref = self->pfails.items[i];
        if (self->marks[ref] & FLAG_NOADDR) continue;
        entries[count++] = entry_about(self, ref);
    }
    return count;
}

void gossip_fill(Node *self, Msg *msg, NodeId receiver, NodeEnv *env)
{
    msg->gossip_count = 0;
    if (!rule_on(env->rules, RULE_GOSSIP_SECTION)) return;
    uint32_t count = draw_entries(self, msg->gossip, receiver, env);
    count += append_pfails(self, msg->gossip + count, pfail_wanted(self, env));
    SIM_ASSERT(count <= msg->gossip_capacity);
    msg->gossip_count = (uint16_t)count;
}

/* --- in --- */

/* What holds for all entries of one packet. */
typedef struct Section {
    NodeId sender;   /* NODE_NONE: not in the table */
    bool reports;    /* its word on failures counts: it is a primary (§5.2) */
    NodeMs pong_max; /* no later pong is believed; 0: none is (the rule is off) */
} Section;

/* An ID that is not in the table: a known sender vouches for it (§4.4). Its record takes the flags
 * as they are, PFAIL and FAIL included. */
static void discover(Node *self, const GossipEntry *entry, const Section *section, NodeEnv *env)
{
    if (section->sender == NODE_NONE || entry->flags & FLAG_NOADDR) return;
    if (handshake_blacklisted(self, entry->node, env)) return;
    AddrId addr = env->directory->nodes.items[entry->node].addr;
    peer_add(self, entry->node, addr, entry->flags & MARK_FLAGS, env);
}

static void take_report(Node *self, const GossipEntry *entry, const Section *section, NodeEnv *env)
{
    if (!section->reports || entry->node == self->self) return;
    if (entry->flags & (FLAG_FAIL | FLAG_PFAIL)) {
        failure_report_add(self, entry->node, section->sender, env);
        failure_mark_if_needed(self, entry->node, env);
    } else {
        failure_report_remove(self, entry->node, section->sender, env);
    }
}

/* I cannot reach it, the sender can, at another address: use that one. */
static void take_address(Node *self, const GossipEntry *entry, NodeEnv *env)
{
    NodeId node = entry->node;
    AddrId addr = env->directory->nodes.items[node].addr;
    const Peer *peer = &self->peers[node];
    if (!(peer->flags & (FLAG_FAIL | FLAG_PFAIL)) || entry->flags & FLAG_NOADDR) return;
    if (peer->addr == addr) return;
    link_close(self, node, env);
    peer_set_addr(self, node, addr, env);
    peer_set_flags(self, node, peer->flags & (uint16_t)~FLAG_NOADDR, env);
}

/* One entry with all the rules of §3.9. */
static void take_entry(Node *self, const GossipEntry *entry, const Section *section, NodeEnv *env)
{
    NodeId node = entry->node;
    if (!peer_known(self, node)) {
        discover(self, entry, section, env);
        return;
    }
    take_report(self, entry, section, env);
    if (entry->flags & (FLAG_FAIL | FLAG_PFAIL)) return;

    NodeMs pong_ms = entry->pong_s * 1000;
    if (self->peers[node].ping_sent_ms == 0 && failure_report_count(self, node, env) == 0 &&
        pong_ms <= section->pong_max && pong_ms > peer_pong_ms(self, node)) {
        peer_set_pong(self, node, pong_ms, env);
    }
    take_address(self, entry, env);
}

static void note_pong(NodeId node, NodeMs pong_ms, NodeEnv *env)
{
    TraceRecord *record = effect_note(env, TRACE_PEER_PONG);
    record->u.PEER_PONG.peer = node;
    record->u.PEER_PONG.pong_ms = pong_ms;
}

/* Is the word of this node on failures counted? */
static bool may_report(const Node *self, NodeId sender, const NodeEnv *env)
{
    if (sender == NODE_NONE || !(self->peers[sender].flags & FLAG_PRIMARY)) return false;
    return !rule_on(env->rules, RULE_REPORTS_ONLY_SLOTTED) || self->peers[sender].slot_count > 0;
}

void gossip_process(Node *self, const Msg *msg, NodeId sender, NodeEnv *env)
{
    Section section = {.sender = sender, .reports = may_report(self, sender, env)};
    if (rule_on(env->rules, RULE_GOSSIP_REFRESH)) section.pong_max = env->now_ms + GOSSIP_FUTURE_MS;
    SIM_ASSERT(self->capacity >= env->directory->nodes.count);

    const bool notes = env->level >= 2;
    const GossipEntry *end = msg->gossip + msg->gossip_count;
    uint16_t *gate = self->gate; /* room for every identity: never moves in here */
    const int32_t base_s = (int32_t)self->gate_base_s;
    const int32_t second_max = (int32_t)(section.pong_max / 1000) - base_s;
    for (const GossipEntry *entry = msg->gossip; entry < end; entry++) {
        int32_t known = gate[entry->node];
        if (known == GATE_CLOSED || entry->flags & (FLAG_FAIL | FLAG_PFAIL)) {
            take_entry(self, entry, &section, env);
            continue;
        }
        int32_t second = (int32_t)entry->pong_s - base_s;
        if (second <= known || second > second_max) continue;
        gate[entry->node] = (uint16_t)second;
        if (notes) note_pong(entry->node, entry->pong_s * 1000, env);
    }
}
