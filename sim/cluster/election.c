/* election.c -- automatic failover (protocol.md §6): when a replica asks, who votes, what a winner
 * does.
 *
 * election_step runs at each tick of a replica, before sleep when an ACK came, and for a manual
 * failover that may start. The variables in Node.election are reset only when an election is
 * scheduled (§6.14). */
#include "sim/cluster/election.h"

#include "sim/cluster/clusterstate.h"
#include "sim/cluster/link.h"
#include "sim/cluster/peers.h"
#include "sim/cluster/slots.h"

#define AUTH_TIMEOUT_MIN_MS 2000
#define DELAY_FIXED_MS      500 /* lets the FAIL message get around */
#define DELAY_RANDOM_MS     500
#define DELAY_RANK_MS       1000
#define REFUSAL_REPEAT_MS   300000 /* CLUSTER_CANT_FAILOVER_RELOG_PERIOD */

static bool is_known(const Node *self, NodeId node)
{
    return node != NODE_NONE && peer_known(self, node);
}

static bool is_manual(const Election *election)
{
    return election->mf_end_ms != 0;
}

/* --- saying why not --- */

/* Notes the reason for not failing over when it changes, and again every 300 s. */
static void note_refusal(Node *self, ElectRefusal reason, NodeEnv *env)
{
    Election *election = &self->election;
    bool repeated = election->refusal == (uint8_t)reason;
    if (repeated && env->now_ms - election->refusal_ms < REFUSAL_REPEAT_MS) return;
    election->refusal = (uint8_t)reason;
    election->refusal_ms = env->now_ms;
    if (reason == ELECT_NONE) return;
    if (reason == ELECT_EXPIRED && !repeated) {
        effect_note(env, TRACE_ELECTION_EXPIRED)->u.ELECTION_EXPIRED.epoch = election->epoch;
        return;
    }
    effect_note(env, TRACE_ELECTION_REFUSED)->u.ELECTION_REFUSED.reason = reason;
}

/* --- rank and data age --- */

/* How many other replicas of my primary have announced more data than I have; those that may not
 * fail over do not compete. A FAIL replica's last offset still counts (§6.4). Redis:
 * clusterGetSlaveRank(). */
uint16_t election_rank(const Node *self, const NodeEnv *env)
{
    NodeId primary = self->peers[self->self].primary;
    if (primary == NODE_NONE) return 0;
    uint16_t rank = 0;
    for (uint32_t i = 0; i < self->known.count; i++) {
        PeerRef ref = self->known.items[i];
        if ((ref & PEER_HANDSHAKE) || ref == self->self) continue;
        const Peer *peer = &self->peers[ref];
        if (peer->primary != primary || (peer->flags & FLAG_NOFAILOVER)) continue;
        if (peer->offset > env->facts->repl_offset) rank++;
    }
    return rank;
}

/* §6.2: whole seconds, so "down since 0" means since 1970: a replica that was never connected in
 * this process life is always too old. The node clock starts at 100000 s, which is as good as 1970
 * for any sane limit. */
static bool is_data_too_old(const Node *self, const NodeEnv *env)
{
    const NodeConfig *cfg = &self->cfg;
    const NodeFacts *facts = env->facts;
    if (cfg->replica_validity_factor == 0) return false;
    if (!facts->repl_link_up && facts->repl_down_since_s == 0) return true;
    uint64_t now_s = env->now_ms / 1000;
    uint64_t since_s = facts->repl_link_up ? facts->repl_last_io_s : facts->repl_down_since_s;
    SIM_ASSERT(since_s <= now_s);
    uint64_t age_ms = (now_s - since_s) * 1000;
    if (age_ms > cfg->node_timeout_ms) age_ms -= cfg->node_timeout_ms;
    uint64_t limit_ms = (uint64_t)cfg->repl_ping_period_s * 1000 +
                        (uint64_t)cfg->node_timeout_ms * cfg->replica_validity_factor;
    return age_ms > limit_ms;
}

/* --- the candidate --- */

static uint32_t auth_timeout_ms(const Node *self)
{
    uint32_t timeout = self->cfg.node_timeout_ms * 2;
    return timeout < AUTH_TIMEOUT_MIN_MS ? AUTH_TIMEOUT_MIN_MS : timeout;
}

/* §6.1, without the switch. `manual`: a manual failover that may start now. */
static bool may_try(Node *self, bool manual)
{
    const Peer *me = node_me(self);
    if (me->flags & FLAG_PRIMARY) return false;
    if (!is_known(self, me->primary)) return false;
    const Peer *primary = &self->peers[me->primary];
    if (primary->slot_count == 0) return false;
    return manual || (primary->flags & FLAG_FAIL);
}

/* Step 1 of §6.3: the delay is drawn, the siblings hear my offset. */
static void schedule(Node *self, NodeEnv *env)
{
    Election *election = &self->election;
    uint32_t jitter =
        rule_on(env->rules, RULE_ELECTION_JITTER) ? rng_below(env->rng, DELAY_RANDOM_MS) : 0;
    election->rank = election_rank(self, env);
    uint32_t rank_ms = rule_on(env->rules, RULE_RANK_DELAY) ? election->rank * DELAY_RANK_MS : 0u;
    election->auth_ms = env->now_ms + DELAY_FIXED_MS + jitter + rank_ms;
    election->votes = 0;
    election->sent = false;
    if (is_manual(election)) {
        election->auth_ms = env->now_ms;
        election->rank = 0;
        self->before_sleep |= SLEEP_FAILOVER;
    }
    TraceRecord *note = effect_note(env, TRACE_ELECTION_DELAYED);
    note->u.ELECTION_DELAYED.delay = (election->auth_ms - env->now_ms) * SIM_MS;
    note->u.ELECTION_DELAYED.rank = election->rank;
    note->u.ELECTION_DELAYED.offset = env->facts->repl_offset;
    self_note_election(self, env);
    link_broadcast_pong(self, PONG_TO_LOCAL_REPLICAS, env);
}

/* Step 2: siblings turned out to have more data. The rank never decreases in 7.0. */
static void update_rank(Node *self, NodeEnv *env)
{
    Election *election = &self->election;
    uint16_t rank = election_rank(self, env);
    if (rank <= election->rank) return;
    uint32_t steps = (uint32_t)(rank - election->rank);
    if (rule_on(env->rules, RULE_RANK_DELAY)) election->auth_ms += steps * DELAY_RANK_MS;
    election->rank = rank;
    self_note_election(self, env);
}

/* Step 5: a new epoch, and the question to everybody (§6.5). The header carries the old primary's
 * claim. */
static void ask_for_votes(Node *self, NodeEnv *env)
{
    Election *election = &self->election;
    self_set_epochs(self, self->current_epoch + 1, self->last_vote_epoch, env);
    election->epoch = self->current_epoch;
    election->sent = true;
    effect_note(env, TRACE_ELECTION_STARTED)->u.ELECTION_STARTED.epoch = election->epoch;
    self_note_election(self, env);
    MsgId id = link_build(self, MSG_AUTH_REQUEST, 0, env);
    if (is_manual(election)) msg_at(env->msgs, id)->mflags |= MFLAG_FORCEACK;
    link_broadcast(self, id, env);
    self->before_sleep |= SLEEP_SAVE | SLEEP_STATE | SLEEP_FSYNC;
}

/* Valkey 8.1 forgets an election that was won; 7.0 does not, so a second failover of the same
 * process within 2T "wins" with the votes of the first (§6.14). */
static void forget_election(Node *self, NodeEnv *env)
{
    if (rule_on(env->rules, RULE_ELECTION_VARS_KEPT)) return;
    self->election.auth_ms = 0;
    self->election.votes = 0;
    self->election.sent = false;
    self_note_election(self, env);
}

/* §6.7 and CLUSTER FAILOVER TAKEOVER. The caller has seen to the config epoch. The new
 * configuration is on disk before anybody hears of it. Redis: clusterFailoverReplaceYourMaster().
 */
void election_promote(Node *self, NodeEnv *env)
{
    NodeId old = node_me(self)->primary;
    if (node_is_primary(self) || !is_known(self, old)) return;

    TraceRecord *note = effect_note(env, TRACE_ROLE_CHANGED);
    note->u.ROLE_CHANGED.primary = NODE_NONE;
    note->u.ROLE_CHANGED.reason = ROLE_PROMOTED;
    peer_make_primary(self, self->self, env);
    self->before_sleep |= SLEEP_SAVE | SLEEP_STATE;
    effect_push(env, (Effect){.kind = EFFECT_PROMOTED});
    slots_assign(self, self->peers[old].slots, self->self, env);
    clusterstate_update(self, env);
    effect_push(env, (Effect){.kind = EFFECT_PERSIST, .u.fsync = 1});
    link_broadcast_pong(self, PONG_TO_ALL, env);
    election_manual_reset(self, env);
}

static void win(Node *self, NodeEnv *env)
{
    uint64_t epoch = self->election.epoch;
    effect_note(env, TRACE_ELECTION_WON)->u.ELECTION_WON.epoch = epoch;
    if (node_me(self)->epoch < epoch) peer_set_epoch(self, self->self, epoch, env);
    election_promote(self, env);
    forget_election(self, env);
}

/* Redis: clusterHandleSlaveFailover(). The steps are numbered as in §6.3. */
void election_step(Node *self, NodeEnv *env)
{
    Election *election = &self->election;
    int64_t auth_age_ms = (int64_t)env->now_ms - (int64_t)election->auth_ms;
    bool manual = is_manual(election) && election->mf_can_start;
    uint32_t timeout_ms = auth_timeout_ms(self);
    self->before_sleep &= ~(uint32_t)SLEEP_FAILOVER;

    if (!may_try(self, manual)) {
        note_refusal(self, ELECT_NONE, env);
        return;
    }
    if (!manual && self->cfg.replica_no_failover) {
        note_refusal(self, ELECT_NO_FAILOVER, env);
        return;
    }
    if (!manual && is_data_too_old(self, env)) {
        note_refusal(self, ELECT_DATA_AGE, env);
        return;
    }
    if (auth_age_ms > 2 * (int64_t)timeout_ms) { /* 1 */
        schedule(self, env);
        return;
    }
    if (!election->sent && !is_manual(election)) update_rank(self, env); /* 2 */
    if (env->now_ms < election->auth_ms) {                               /* 3 */
        note_refusal(self, ELECT_WAITING_DELAY, env);
        return;
    }
    if (auth_age_ms > (int64_t)timeout_ms) { /* 4 */
        note_refusal(self, ELECT_EXPIRED, env);
        return;
    }
    if (!election->sent) { /* 5 */
        ask_for_votes(self, env);
        return;
    }
    if (election->votes >= clusterstate_quorum(self)) win(self, env); /* 6 */
    else note_refusal(self, ELECT_WAITING_VOTES, env);                /* 7 */
}

/* An ACK counts if the sender is a primary with slots and not behind my epoch. Nothing says for
 * which request it was, and nobody looks for duplicates (§6.6). */
void election_on_ack(Node *self, const Msg *msg, NodeEnv *env)
{
    Election *election = &self->election;
    SIM_ASSERT(is_known(self, msg->sender));
    const Peer *voter = &self->peers[msg->sender];
    if (!(voter->flags & FLAG_PRIMARY) || voter->slot_count == 0) return;
    if (msg->current_epoch < election->epoch) return;
    if (election->votes < UINT16_MAX) election->votes++;
    TraceRecord *note = effect_note(env, TRACE_VOTE_COUNTED);
    note->u.VOTE_COUNTED.voter = msg->sender;
    note->u.VOTE_COUNTED.votes = election->votes;
    note->u.VOTE_COUNTED.needed = clusterstate_quorum(self);
    self_note_election(self, env);
    self->before_sleep |= SLEEP_FAILOVER;
}

/* --- the voter --- */

/* Rule 8: does a slot of the claim have a newer owner here, one that still claims it? */
static bool has_newer_owner(const Node *self, const Msg *msg, const NodeEnv *env)
{
    const uint64_t *claimed = bitpool_words(env->slots, msg->slots);
    for (uint32_t i = 0; i < self->known.count; i++) {
        PeerRef ref = self->known.items[i];
        if (ref & PEER_HANDSHAKE) continue;
        const Peer *peer = &self->peers[ref];
        if (peer->slot_count == 0 || peer->epoch <= msg->config_epoch) continue;
        const uint64_t *has = bitpool_words(env->slots, peer->slots);
        uint64_t found = 0;
        for (uint32_t w = 0; w < BITSET_WORDS(SLOT_COUNT); w++) {
            found |= has[w] & claimed[w] & ~self->not_claiming[w];
        }
        if (found) return true;
    }
    return false;
}

/* The rules in the order of §6.6. */
static VoteVerdict judge(Node *self, const Msg *msg, const NodeEnv *env)
{
    const Peer *me = node_me(self);
    const Peer *candidate = &self->peers[msg->sender];
    if ((me->flags & FLAG_REPLICA) || me->slot_count == 0) return VOTE_NOT_A_VOTER; /* 1 */
    if (msg->current_epoch < self->current_epoch) return VOTE_EPOCH_TOO_OLD;        /* 2 */
    if (self->last_vote_epoch == self->current_epoch) return VOTE_ALREADY_CAST;     /* 3 */
    if (candidate->flags & FLAG_PRIMARY) return VOTE_IS_PRIMARY;                    /* 4 */
    if (!is_known(self, candidate->primary)) return VOTE_PRIMARY_UNKNOWN;           /* 5 */
    const Peer *primary = &self->peers[candidate->primary];
    bool forced = (msg->mflags & MFLAG_FORCEACK) != 0;
    if (!(primary->flags & FLAG_FAIL) && !forced) return VOTE_PRIMARY_UP; /* 6 */
    bool too_soon = env->now_ms - primary->voted_ms < self->cfg.node_timeout_ms * 2;
    if (too_soon && rule_on(env->rules, RULE_VOTE_SPACING)) return VOTE_TOO_SOON; /* 7 */
    if (has_newer_owner(self, msg, env)) return VOTE_SLOT_EPOCH;                  /* 8 */
    return VOTE_GRANTED;
}

/* Redis: clusterSendFailoverAuthIfNeeded(). Denial sends nothing. Nodes without a vote stay silent
 * even in the trace: every request reaches all of them. */
VoteVerdict election_on_request(Node *self, const Msg *msg, NodeEnv *env)
{
    SIM_ASSERT(is_known(self, msg->sender));
    VoteVerdict verdict = judge(self, msg, env);
    if (verdict == VOTE_NOT_A_VOTER) return verdict;
    if (verdict != VOTE_GRANTED) {
        TraceRecord *note = effect_note(env, TRACE_VOTE_REFUSED);
        note->u.VOTE_REFUSED.candidate = msg->sender;
        note->u.VOTE_REFUSED.epoch = msg->current_epoch;
        note->u.VOTE_REFUSED.reason = verdict;
        return verdict;
    }
    TraceRecord *note = effect_note(env, TRACE_VOTE_GRANTED);
    note->u.VOTE_GRANTED.candidate = msg->sender;
    note->u.VOTE_GRANTED.epoch = self->current_epoch;
    self_set_epochs(self, self->current_epoch, self->current_epoch, env);
    self->peers[self->peers[msg->sender].primary].voted_ms = env->now_ms;
    self->before_sleep |= SLEEP_SAVE | SLEEP_FSYNC; /* on disk before the ACK leaves (§2.6) */
    link_send(self, msg->sender, link_build(self, MSG_AUTH_ACK, 0, env), env);
    return VOTE_GRANTED;
}

/* --- following --- */

/* Redis: clusterSetMaster(). Redis asserts that no slot is left; a replica that was given some by
 * ADDSLOTS would crash there, here it lets go of them. */
void election_follow(Node *self, NodeId primary, RoleReason reason, NodeEnv *env)
{
    SIM_ASSERT(primary != self->self);
    SIM_ASSERT(is_known(self, primary));
    if (node_me(self)->slot_count > 0) slots_drop(self, self->self, env);
    TraceRecord *note = effect_note(env, TRACE_ROLE_CHANGED);
    note->u.ROLE_CHANGED.primary = primary;
    note->u.ROLE_CHANGED.reason = reason;
    if (node_is_primary(self)) array_clear(&self->open_slots);
    peer_make_replica(self, self->self, primary, env);
    Effect effect = {.kind = EFFECT_REPLICATE, .node = primary, .addr = self->peers[primary].addr};
    effect_push(env, effect);
    election_manual_reset(self, env);
}
