/* cron.c -- the 100 ms tick (protocol.md §3.6, clusterCron).
 *
 * Redis looks at every node record in every tick. Here each record has a due slice: a slice of 100
 * ms of the node clock before which no tick can find anything to do about it. Gossip moves pong
 * times on and only makes the due slice too early; whatever makes something due sooner (peer_touch)
 * sets it to now. A tick looks at the records whose slice has come, and computes the next one from
 * what it finds. The outcome is exactly that of looking at all: SIM_SLOW_CHECKS and
 * tests/unit/test_cron.c compare. */
#include "sim/cluster/cron.h"

#include "sim/cluster/clusterstate.h"
#include "sim/cluster/sample.h"
#include "sim/cluster/election.h"
#include "sim/cluster/failure.h"
#include "sim/cluster/link.h"
#include "sim/cluster/peers.h"

#include <string.h>

#define HANDSHAKE_TIMEOUT_MIN_MS 1000
#define RANDOM_PING_TICKS        10 /* one random ping each second */
#define RANDOM_PING_SAMPLES      5
#define AHEAD_SLICES_MAX         200 /* a due slice is a byte: look again at least so often */

static NodeMs handshake_timeout_ms(const Node *self)
{
    NodeMs timeout_ms = self->cfg.node_timeout_ms;
    return timeout_ms > HANDSHAKE_TIMEOUT_MIN_MS ? timeout_ms : HANDSHAKE_TIMEOUT_MIN_MS;
}

static NodeMs later(NodeMs a, NodeMs b)
{
    return a > b ? a : b;
}

/* --- when to look --- */

/* 4d: the replica that asked for a manual failover is pinged in each tick: it learns the
 * offset of its paused primary. */
static bool is_failover_replica(const Node *self, PeerRef ref)
{
    return self->election.mf_end_ms != 0 && node_is_primary(self) &&
           self->election.mf_replica == ref;
}

/* For a record with an unanswered ping: the reconnection of step 4b or the suspicion of 4f. */
static NodeMs next_look_pinged(const Node *self, const Peer *peer)
{
    NodeMs timeout_ms = self->cfg.node_timeout_ms;
    NodeMs heard_ms = later(peer->ping_sent_ms, peer->data_ms);
    NodeMs reconnect_ms = later(peer->link_since_ms + timeout_ms, heard_ms + timeout_ms / 2) + 1;
    NodeMs suspect_ms = heard_ms + timeout_ms + 1;
    if (peer->flags & (FLAG_PFAIL | FLAG_FAIL)) return reconnect_ms;
    return reconnect_ms < suspect_ms ? reconnect_ms : suspect_ms;
}

NodeMs cron_next_look(const Node *self, PeerRef ref, NodeMs now_ms)
{
    const Peer *peer =
        ref & PEER_HANDSHAKE ? &self->handshakes.items[ref & 0x7FFF] : &self->peers[ref];
    NodeMs never_ms = now_ms + AHEAD_SLICES_MAX * CRON_SLICE_MS;
    if (peer->flags & (FLAG_MYSELF | FLAG_NOADDR)) return never_ms;
    if (!link_exists(peer) || is_failover_replica(self, ref)) return now_ms;
    if (ref & PEER_HANDSHAKE) return peer->created_ms + handshake_timeout_ms(self) + 1;
    if (peer->ping_sent_ms != 0) return next_look_pinged(self, peer);
    return peer_pong_ms(self, ref) + self->cfg.node_timeout_ms / 2 + 1;
}

static uint8_t due_slice(NodeMs look_ms, NodeMs now_ms)
{
    NodeMs last_ms = now_ms + AHEAD_SLICES_MAX * CRON_SLICE_MS;
    if (look_ms < now_ms) look_ms = now_ms;
    if (look_ms > last_ms) look_ms = last_ms;
    return (uint8_t)cron_slice(look_ms);
}

/* A due record of the usual kind, of which gossip has told meanwhile: put off without touching its
 * cold part. False if it must be looked at. */
static bool put_off(Node *self, uint32_t order, NodeMs now_ms)
{
    PeerRef ref = self->known.items[order];
    if (ref & PEER_HANDSHAKE || self->gate[ref] == GATE_CLOSED) return false;
    if (self->marks[ref] & MARK_NO_LINK || is_failover_replica(self, ref)) return false;
    /* Perhaps some ms too early, as it counts from the whole second. */
    NodeMs look_ms = peer_pong_s(self, ref) * 1000 + self->cfg.node_timeout_ms / 2 + 1;
    if (look_ms <= now_ms) return false;
    self->due[order] = due_slice(look_ms, now_ms);
    return true;
}

/* Is some byte of the eight equal to `byte`? */
static bool has_byte(uint64_t word, uint8_t byte)
{
    uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t x = word ^ ones * byte;
    return ((x - ones) & ~x & ones << 7) != 0;
}

static void look_if_due(Node *self, uint32_t order, uint8_t from, uint8_t width, NodeEnv *env)
{
    if ((uint8_t)(self->due[order] - from) > width) return;
    if (put_off(self, order, env->now_ms)) return;
    array_push(env->mem, &self->looks, self->known.items[order]);
}

/* Slices from..from+width, where width is at most 1: eight records at a time. */
static void collect_fast(Node *self, uint8_t from, uint8_t width, NodeEnv *env)
{
    for (uint32_t i = 0; i < self->known.count; i += 8) {
        uint64_t word;
        memcpy(&word, &self->due[i], sizeof(word));
        if (!has_byte(word, from) && !has_byte(word, (uint8_t)(from + width))) continue;
        for (uint32_t k = i; k < i + 8 && k < self->known.count; k++) {
            look_if_due(self, k, from, width, env);
        }
    }
}

/* Fills self->looks with the records that this tick must look at, in the order of known. */
static void collect(Node *self, NodeEnv *env)
{
    array_clear(&self->looks);
    uint32_t slice = cron_slice(env->now_ms);
    uint32_t width = slice - self->last_slice;
    bool all = self->examine_all || width >= AHEAD_SLICES_MAX ||
               self->armed_timeout_ms != self->cfg.node_timeout_ms;
    for (uint32_t i = 0; all && i < self->known.count; i++) {
        array_push(env->mem, &self->looks, self->known.items[i]);
    }
    uint8_t from = (uint8_t)self->last_slice;
    if (!all && width <= 1) {
        collect_fast(self, from, (uint8_t)width, env);
    } else if (!all) {
        for (uint32_t i = 0; i < self->known.count; i++) {
            look_if_due(self, i, from, (uint8_t)width, env);
        }
    }
    self->last_slice = slice;
    self->armed_timeout_ms = self->cfg.node_timeout_ms;
}

bool cron_looks_complete(const Node *self, NodeMs now_ms)
{
    uint32_t next = 0;
    for (uint32_t i = 0; i < self->known.count; i++) {
        PeerRef ref = self->known.items[i];
        if (next < self->looks.count && self->looks.items[next] == ref) next++;
        else if (cron_next_look(self, ref, now_ms) <= now_ms) return false;
    }
    return next == self->looks.count;
}

/* --- step 2: handshakes that took too long, missing links --- */

static void connect_record(Node *self, PeerRef ref, NodeEnv *env)
{
    const Peer *peer = node_peer(self, ref);
    if (peer->flags & (FLAG_MYSELF | FLAG_NOADDR)) return;
    if (ref & PEER_HANDSHAKE && env->now_ms - peer->created_ms > handshake_timeout_ms(self)) {
        peer_remove(self, ref, env);
        return;
    }
    if (link_exists(peer)) return;
    if (peer->addr != ADDR_NONE) {
        link_open(self, ref, env);
    } else if (peer->ping_sent_ms == 0) {
        /* A record that was only named in nodes.conf: connecting fails at once, and the clock of
         * failure detection starts. */
        peer_set_ping(self, ref, env->now_ms, env);
    }
}

static void connect_all(Node *self, NodeEnv *env)
{
    uint16_t pfails = 0;
    for (uint32_t i = 0; i < self->pfails.count; i++) {
        if (!(self->marks[self->pfails.items[i]] & FLAG_NOADDR)) pfails++;
    }
    self->pfail_count = pfails;
    for (uint32_t i = 0; i < self->looks.count; i++)
        connect_record(self, self->looks.items[i], env);
}

/* --- step 3: of five random records the one heard of longest ago --- */

static void ping_random(Node *self, NodeEnv *env)
{
    PeerRef stalest = PEER_NONE;
    NodeMs stalest_ms = 0;
    Draws draws = {.rng = env->rng};
    for (uint32_t i = 0; i < RANDOM_PING_SAMPLES; i++) {
        PeerRef ref = self->known.items[sample_record(self, &draws)];
        if (ref & PEER_HANDSHAKE || ref == self->self) continue;
        const Peer *peer = &self->peers[ref];
        if (!link_exists(peer) || peer->ping_sent_ms != 0) continue;
        NodeMs pong_ms = peer_pong_ms(self, ref);
        if (stalest != PEER_NONE && stalest_ms <= pong_ms) continue;
        stalest = ref;
        stalest_ms = pong_ms;
    }
    if (stalest != PEER_NONE) link_send_ping(self, stalest, LINK_NONE, MSG_PING, env);
}

/* --- step 4 --- */

/* 4b: nothing came for T/2 though a ping is out: perhaps the connection is at fault. At most once
 * per T. */
static bool must_reconnect(const Node *self, const Peer *peer, const NodeEnv *env)
{
    NodeMs timeout_ms = self->cfg.node_timeout_ms;
    return link_exists(peer) && env->now_ms - peer->link_since_ms > timeout_ms &&
           peer->ping_sent_ms != 0 && env->now_ms - peer->ping_sent_ms > timeout_ms / 2 &&
           env->now_ms - peer->data_ms > timeout_ms / 2 && rule_on(env->rules, RULE_LINK_RECONNECT);
}

/* Returns whether the record was newly flagged PFAIL. */
static bool examine(Node *self, PeerRef ref, NodeEnv *env)
{
    const Peer *peer = node_peer(self, ref);
    NodeMs timeout_ms = self->cfg.node_timeout_ms;
    if (peer->flags & (FLAG_MYSELF | FLAG_NOADDR | FLAG_HANDSHAKE)) return false;

    if (must_reconnect(self, peer, env)) link_close(self, ref, env);
    bool has_link = link_exists(peer);
    if (has_link && peer->ping_sent_ms == 0 &&
        env->now_ms > peer_pong_ms(self, ref) + timeout_ms / 2) {
        link_send_ping(self, ref, LINK_NONE, MSG_PING, env);
        return false;
    }
    if (has_link && is_failover_replica(self, ref)) {
        link_send_ping(self, ref, LINK_NONE, MSG_PING, env);
        return false;
    }
    if (peer->ping_sent_ms == 0) return false;
    if (env->now_ms <= later(peer->ping_sent_ms, peer->data_ms) + timeout_ms) return false;
    if (peer->flags & (FLAG_PFAIL | FLAG_FAIL)) return false;
    failure_suspect(self, ref, env);
    return true;
}

static bool examine_looks(Node *self, NodeEnv *env)
{
    bool suspected = false;
    for (uint32_t i = 0; i < self->looks.count; i++) {
        PeerRef ref = self->looks.items[i];
        if (!node_peer(self, ref)->used) continue; /* a handshake that step 2 removed */
        if (examine(self, ref, env)) suspected = true;
        uint32_t order = node_peer(self, ref)->order;
        self->due[order] = due_slice(cron_next_look(self, ref, env->now_ms), env->now_ms);
    }
    return suspected;
}

/* --- steps 5 to 7: the replica's own affairs --- */

static void replicate_if_needed(Node *self, NodeEnv *env)
{
    NodeId primary = node_me(self)->primary;
    if (env->facts->repl_target_set || primary == NODE_NONE) return;
    const Peer *peer = &self->peers[primary];
    if (peer->flags & FLAG_NOADDR || peer->addr == ADDR_NONE) return;
    effect_push(env, (Effect){.kind = EFFECT_REPLICATE, .node = primary, .addr = peer->addr});
}

static void run_replica(Node *self, NodeEnv *env)
{
    election_manual_step(self, env);
    election_step(self, env);
    election_migration_step(self, env);
}

void cron_run(Node *self, NodeEnv *env)
{
    self->cron_count++;
    NodeId asking = self->election.mf_replica;
    if (self->election.mf_end_ms != 0 && peer_known(self, asking)) peer_touch(self, asking, env);

    collect(self, env);
    SIM_ASSERT_SLOW(cron_looks_complete(self, env->now_ms));
    connect_all(self, env);
    if (self->cron_count % RANDOM_PING_TICKS == 0) ping_random(self, env);
    bool suspected = examine_looks(self, env);
    if (!node_is_primary(self)) replicate_if_needed(self, env);
    election_manual_check(self, env);
    if (!node_is_primary(self)) run_replica(self, env);
    if (suspected || self->state == STATE_FAIL) clusterstate_update(self, env);
}
