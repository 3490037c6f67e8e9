/* admin_nodes.c -- CLUSTER sub-commands about nodes and roles: MEET, FORGET, REPLICATE, RESET,
 * FAILOVER, epochs (protocol.md §4.1, §4.6, §4.7, §4.10, §7, §11.1). */
#include "sim/cluster/admin_call.h"
#include "sim/cluster/election.h"
#include "sim/cluster/epoch.h"
#include "sim/cluster/handshake.h"
#include "sim/cluster/link.h"
#include "sim/cluster/peers.h"
#include "sim/cluster/slots.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define BUS_PORT_INCREMENT 10000

/* --- MEET --- */

static bool is_port(int64_t port)
{
    return port >= 1 && port <= 65535;
}

void admin_meet(AdminCall *call)
{
    int64_t port, bus_port;
    uint32_t ip;
    if (!slice_integer(call->argv[3], &port)) {
        admin_error(call, "Invalid TCP base port specified: %.*s", (int)call->argv[3].size,
                    call->argv[3].chars);
        return;
    }
    if (call->argc == 4) {
        bus_port = is_port(port) ? port + BUS_PORT_INCREMENT : 0;
    } else if (!slice_integer(call->argv[4], &bus_port)) {
        admin_error(call, "Invalid TCP bus port specified: %.*s", (int)call->argv[4].size,
                    call->argv[4].chars);
        return;
    }
    if (!slice_ip(call->argv[2], &ip) || !is_port(port) || !is_port(bus_port)) {
        admin_error(call, "Invalid node address specified: %.*s:%.*s", (int)call->argv[2].size,
                    call->argv[2].chars, (int)call->argv[3].size, call->argv[3].chars);
        return;
    }
    const AdminResolver *resolver = call->resolver;
    AddrId addr = resolver->resolve(resolver->state, ip, (uint16_t)port, (uint16_t)bus_port);
    /* OK says nothing: not even that this was the first MEET (§4.1). */
    handshake_start(call->self, addr, FLAG_HANDSHAKE | FLAG_MEET, call->env);
    admin_ok(call);
}

/* --- FORGET, REPLICATE --- */

void admin_forget(AdminCall *call)
{
    Node *self = call->self;
    PeerRef ref = admin_find(call, call->argv[2]);
    if (ref == PEER_NONE) {
        admin_error(call, "Unknown node %.*s", (int)call->argv[2].size, call->argv[2].chars);
        return;
    }
    if (ref == self->self) {
        admin_error(call, "I tried hard but I can't forget myself...");
        return;
    }
    if (!node_is_primary(self) && node_me(self)->primary == ref) {
        admin_error(call, "Can't forget my master!");
        return;
    }
    if (!(ref & PEER_HANDSHAKE)) handshake_blacklist(self, ref, call->env);
    peer_remove(self, ref, call->env);
    self->before_sleep |= SLEEP_STATE | SLEEP_SAVE;
    admin_ok(call);
}

void admin_replicate(AdminCall *call)
{
    Node *self = call->self;
    NodeId node;
    if (!admin_find_node(call, call->argv[2], &node)) return;
    if (node == self->self) {
        admin_error(call, "Can't replicate myself");
        return;
    }
    if (self->peers[node].flags & FLAG_REPLICA) {
        admin_error(call, "I can only replicate a master, not a replica.");
        return;
    }
    bool is_empty = node_me(self)->slot_count == 0 && !call->env->facts->has_keys;
    if (node_is_primary(self) && !is_empty) {
        admin_error(call, "To set a master the node must be empty and without assigned slots.");
        return;
    }
    election_follow(self, node, ROLE_COMMAND, call->env);
    self->before_sleep |= SLEEP_STATE | SLEEP_SAVE;
    admin_ok(call);
}

/* --- RESET --- */

static void become_empty_primary(Node *self, NodeEnv *env)
{
    TraceRecord *note = effect_note(env, TRACE_ROLE_CHANGED);
    note->u.ROLE_CHANGED.primary = NODE_NONE;
    note->u.ROLE_CHANGED.reason = ROLE_RESET;
    peer_make_primary(self, self->self, env);
    effect_push(env, (Effect){.kind = EFFECT_REPL_STOP});
    effect_push(env, (Effect){.kind = EFFECT_FLUSH});
}

/* Redis: clusterReset(). The others are not told (§4.7). `identity` is that of a HARD reset, which
 * takes the epochs back to 0, too; NODE_NONE for SOFT. */
static void reset(Node *self, NodeId identity, NodeEnv *env)
{
    uint64_t all[BITSET_WORDS(SLOT_COUNT)];
    memset(all, 0xFF, sizeof(all));
    if (!node_is_primary(self)) become_empty_primary(self, env);
    array_clear(&self->open_slots);
    election_manual_reset(self, env);
    slots_assign_words(self, all, NODE_NONE, env);
    for (uint32_t i = self->known.count; i-- > 0;) {
        if (self->known.items[i] != self->self) peer_remove(self, self->known.items[i], env);
    }
    SIM_ASSERT(self->known.count == 1);
    if (identity != NODE_NONE) {
        self_set_epochs(self, 0, 0, env);
        node_become(self, identity, env);
    }
    self->before_sleep |= SLEEP_SAVE | SLEEP_STATE | SLEEP_FSYNC;
}

void admin_reset(AdminCall *call)
{
    bool hard = call->argc == 3 && slice_is(call->argv[2], "hard");
    if (call->argc == 3 && !hard && !slice_is(call->argv[2], "soft")) {
        admin_error(call, "syntax error");
        return;
    }
    if (node_is_primary(call->self) && call->env->facts->has_keys) {
        admin_error(call, "CLUSTER RESET can't be called with master nodes containing keys");
        return;
    }
    const AdminResolver *resolver = call->resolver;
    NodeId identity = hard ? resolver->identify(resolver->state, call->self->host) : NODE_NONE;
    reset(call->self, identity, call->env);
    admin_ok(call);
}

/* --- FAILOVER --- */

typedef enum FailoverForm { FORM_PLAIN, FORM_FORCE, FORM_TAKEOVER, FORM_WRONG } FailoverForm;

static FailoverForm read_form(const AdminCall *call)
{
    if (call->argc == 2) return FORM_PLAIN;
    if (slice_is(call->argv[2], "force")) return FORM_FORCE;
    if (slice_is(call->argv[2], "takeover")) return FORM_TAKEOVER;
    return FORM_WRONG;
}

/* The refusals, in this order (§7); true when it may begin. */
static bool may_fail_over(AdminCall *call, FailoverForm form)
{
    const Node *self = call->self;
    NodeId primary = self->peers[self->self].primary;
    if (form == FORM_WRONG) {
        admin_error(call, "syntax error");
        return false;
    }
    if (node_is_primary(self)) {
        admin_error(call, "You should send CLUSTER FAILOVER to a replica");
        return false;
    }
    if (primary == NODE_NONE) {
        admin_error(call, "I'm a replica but my master is unknown to me");
        return false;
    }
    const Peer *peer = &self->peers[primary];
    if (form == FORM_PLAIN && ((peer->flags & FLAG_FAIL) || !link_exists(peer))) {
        admin_error(call, "Master is down or failed, please use CLUSTER FAILOVER FORCE");
        return false;
    }
    return true;
}

/* OK means accepted, not done. FORCE is taken up by the next tick, TAKEOVER at once and without a
 * vote. */
void admin_failover(AdminCall *call)
{
    Node *self = call->self;
    NodeEnv *env = call->env;
    FailoverForm form = read_form(call);
    if (!may_fail_over(call, form)) return;
    election_manual_begin(self, env);
    switch (form) {
    case FORM_PLAIN:
        link_send(self, node_me(self)->primary, link_build(self, MSG_MFSTART, 0, env), env);
        break;
    case FORM_FORCE: self->election.mf_can_start = true; break;
    case FORM_TAKEOVER:
        epoch_bump(self, env);
        election_promote(self, env);
        break;
    case FORM_WRONG: SIM_ASSERT(form != FORM_WRONG);
    }
    admin_ok(call);
}

/* --- epochs, nodes.conf --- */

void admin_set_config_epoch(AdminCall *call)
{
    Node *self = call->self;
    int64_t epoch;
    if (!slice_integer(call->argv[2], &epoch)) {
        admin_error(call, "value is not an integer or out of range");
        return;
    }
    if (epoch < 0) {
        admin_error(call, "Invalid config epoch specified: %" PRId64, epoch);
        return;
    }
    if (self->known.count > 1) {
        admin_error(
            call,
            "The user can assign a config epoch only when the node does not know any other node.");
        return;
    }
    if (node_me(self)->epoch != 0) {
        admin_error(call, "Node config epoch is already non-zero");
        return;
    }
    peer_set_epoch(self, self->self, (uint64_t)epoch, call->env);
    if (self->current_epoch < (uint64_t)epoch) {
        self_set_epochs(self, (uint64_t)epoch, self->last_vote_epoch, call->env);
    }
    self->before_sleep |= SLEEP_STATE | SLEEP_SAVE;
    admin_ok(call);
}

void admin_bumpepoch(AdminCall *call)
{
    bool bumped = epoch_bump(call->self, call->env);
    char text[40];
    snprintf(text, sizeof(text), "%s %" PRIu64, bumped ? "BUMPED" : "STILL",
             node_me(call->self)->epoch);
    reply_status(call->reply, text);
}

/* Simplified: the disk never fails. */
void admin_saveconfig(AdminCall *call)
{
    effect_push(call->env, (Effect){.kind = EFFECT_PERSIST, .u.fsync = 1});
    admin_ok(call);
}
