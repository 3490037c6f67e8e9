/* manual.c -- manual failover (protocol.md §7): pause, equal offsets, then an election without
 * delay.
 *
 * The state is in Node.election (mf_*). At the replica: mf_end_ms since CLUSTER FAILOVER, mf_offset
 * once the paused primary told it, mf_can_start once it was reached. At the primary: mf_end_ms and
 * mf_replica since MFSTART. */
#include "sim/cluster/election.h"

#include "sim/cluster/link.h"
#include "sim/cluster/peers.h"

#define MF_TIMEOUT_MS 5000
#define MF_PAUSE_MS   10000 /* two timeouts: longer than anything may take */

/* Redis: resetManualFailover(). A primary that had paused its clients lets them go on, whatever
 * came of it. */
void election_manual_reset(Node *self, NodeEnv *env)
{
    Election *election = &self->election;
    bool paused = election->mf_end_ms != 0 && election->mf_replica != NODE_NONE;
    if (paused) effect_push(env, (Effect){.kind = EFFECT_PAUSE_WRITES, .u.until_ms = 0});
    election->mf_end_ms = 0;
    election->mf_can_start = false;
    election->mf_replica = NODE_NONE;
    election->mf_offset_known = false;
    election->mf_offset = 0;
}

/* CLUSTER FAILOVER was accepted, in any form. */
void election_manual_begin(Node *self, NodeEnv *env)
{
    election_manual_reset(self, env);
    self->election.mf_end_ms = env->now_ms + MF_TIMEOUT_MS;
}

/* At the primary. Whoever is not my replica in my table is silently ignored. */
void election_on_mfstart(Node *self, const Msg *msg, LinkId link, NodeEnv *env)
{
    SIM_ASSERT(peer_known(self, msg->sender));
    if (self->peers[msg->sender].primary != self->self) return;
    election_manual_begin(self, env);
    self->election.mf_replica = msg->sender;
    NodeMs until_ms = env->now_ms + MF_PAUSE_MS;
    effect_push(env, (Effect){.kind = EFFECT_PAUSE_WRITES, .u.until_ms = until_ms});
    link_send_ping(self, PEER_NONE, link, MSG_PING,
                   env); /* carries PAUSED and the offset to reach */
}

/* At the replica, on any header of its primary (§3.8 step 4). */
void election_manual_offset(Node *self, const Msg *msg, NodeEnv *env)
{
    (void)env;
    Election *election = &self->election;
    if (election->mf_end_ms == 0 || election->mf_offset_known || node_is_primary(self)) return;
    if (node_me(self)->primary != msg->sender || !(msg->mflags & MFLAG_PAUSED)) return;
    election->mf_offset = msg->offset;
    election->mf_offset_known = true;
    self->before_sleep |= SLEEP_MANUAL;
}

/* Redis: clusterHandleManualFailover(). Each tick, and at every turn until the offset is reached.
 */
void election_manual_step(Node *self, NodeEnv *env)
{
    Election *election = &self->election;
    if (election->mf_end_ms == 0 || election->mf_can_start || !election->mf_offset_known) return;
    if (election->mf_offset == env->facts->repl_offset) {
        election->mf_can_start = true;
        self->before_sleep |= SLEEP_FAILOVER;
    } else {
        self->before_sleep |= SLEEP_MANUAL;
    }
}

/* Redis: manualFailoverCheckTimeout(). */
void election_manual_check(Node *self, NodeEnv *env)
{
    if (self->election.mf_end_ms != 0 && self->election.mf_end_ms < env->now_ms)
        election_manual_reset(self, env);
}
