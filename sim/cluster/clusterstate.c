/* clusterstate.c -- cluster_state of one node, in the order of protocol.md §5.6; delays §5.7.
 *
 * Called for the state bit before sleep, each tick while the state is fail, and when PFAIL was set.
 * Redis: clusterUpdateState(). */
#include "sim/cluster/clusterstate.h"

#include "sim/cluster/peers.h"

#define REJOIN_DELAY_MIN_MS 500
#define REJOIN_DELAY_MAX_MS 5000
#define WRITABLE_DELAY_MS   2000

uint16_t clusterstate_quorum(const Node *self)
{
    return (uint16_t)(self->size / 2 + 1);
}

static uint32_t rejoin_delay_ms(const Node *self)
{
    uint32_t delay = self->cfg.node_timeout_ms;
    if (delay > REJOIN_DELAY_MAX_MS) delay = REJOIN_DELAY_MAX_MS;
    if (delay < REJOIN_DELAY_MIN_MS) delay = REJOIN_DELAY_MIN_MS;
    return delay;
}

/* Step 6: may this node, which has no reason to be in state fail any more, serve again? A primary
 * that was cut off with the minority gives the others time to tell it that it was replaced. */
static bool may_be_ok(const Node *self, const NodeEnv *env)
{
    if (!node_is_primary(self) || !rule_on(env->rules, RULE_REJOIN_DELAY)) return true;
    return env->now_ms - self->minority_ms >= rejoin_delay_ms(self);
}

void clusterstate_update(Node *self, NodeEnv *env)
{
    self->before_sleep &= ~(uint32_t)SLEEP_STATE;

    /* 1. A primary that has just started stays in fail, and does not even count (the size quirk of
     * §5.6). */
    if (self->first_update_ms == 0) self->first_update_ms = env->now_ms;
    bool delayed = node_is_primary(self) && self->state == STATE_FAIL &&
                   env->now_ms - self->first_update_ms < WRITABLE_DELAY_MS;
    if (delayed && rule_on(env->rules, RULE_WRITABLE_DELAY)) return;

    /* 2.-4. */
    Census census = self->census;
    bool is_covered = self->assigned == SLOT_COUNT && census.failed_owners == 0;
    ClusterState state = STATE_OK;
    if (self->cfg.require_full_coverage && !is_covered) state = STATE_FAIL;

    /* 5. */
    if (census.reachable < census.size / 2 + 1) {
        state = STATE_FAIL;
        self->minority_ms = env->now_ms;
    }

    /* 6. The size counts from now on, even if the state has to wait. */
    if (state != self->state && state == STATE_OK && !may_be_ok(self, env)) state = self->state;
    self_set_state(self, state, census.size, env);
}
