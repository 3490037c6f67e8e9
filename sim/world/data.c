/* data.c -- the data side's part of a turn: what the node wishes of it, and what it wishes of the
 * network. */
#include "sim/world/world.h"

void data_drain(Sim *sim, HostId number, SimTime depart)
{
    ReplWish wish;
    Host *host = world_host(sim, number);
    while (host->repl && repl_next(host->repl, &wish)) {
        switch (wish.kind) {
        case REPL_WISH_OPEN:
            repl_link_opened(host->repl,
                             effects_open(sim, number, effects_host_at(sim, wish.addr), LINK_REPL));
            break;
        case REPL_WISH_CLOSE:
            if (net_is_open(sim->net, wish.link)) net_close(sim->net, wish.link, depart);
            break;
        case REPL_WISH_SEND:
            effects_send_repl(sim, number, wish.link, replmsg_new(sim->repl_msgs, &wish.msg),
                              wish.msg.bytes, depart);
            break;
        }
    }
}

static void drop_keys(const Sim *sim, Host *host, SlotsId slots)
{
    const uint64_t *words = bitpool_words(sim->slots, slots);
    for (uint32_t s = bitset_next(words, SLOT_COUNT, 0); s < SLOT_COUNT;
         s = bitset_next(words, SLOT_COUNT, s + 1)) {
        keyspace_drop_slot(host->keys, (uint16_t)s);
    }
}

void effects_for_data(Sim *sim, HostId number, const Effect *effect)
{
    Host *host = world_host(sim, number);
    NodeFacts facts;
    NodeEnv env = process_env(sim, host, &facts);
    switch (effect->kind) {
    case EFFECT_REPLICATE:
        if (repl_primary(host->repl) == NODE_NONE) server_on_demotion(host->server, &env);
        repl_follow(host->repl, effect->node, effect->addr, &env);
        break;
    case EFFECT_PROMOTED:
    case EFFECT_REPL_STOP: repl_promote(host->repl, &env); break;
    case EFFECT_FLUSH: repl_flush(host->repl); break;
    case EFFECT_PAUSE_WRITES:
        repl_pause_writes(host->repl, effect->u.until_ms, &env);
        server_pause_writes(host->server, effect->u.until_ms, &env);
        break;
    case EFFECT_DROP_KEYS: {
        uint32_t dropped = bitpool_members(sim->slots, effect->u.slots);
        drop_keys(sim, host, effect->u.slots);
        repl_drop_keys(host->repl, dropped, dropped + node_me(host->node)->slot_count);
        TraceRecord record = {.type = TRACE_DATA_DROPPED};
        record.u.DATA_DROPPED.count = (uint16_t)dropped;
        world_note(sim, number, &record);
        break;
    }
    case EFFECT_LINK_OPEN:
    case EFFECT_LINK_CLOSE:
    case EFFECT_SEND:
    case EFFECT_SEND_LINK:
    case EFFECT_RECORD:
    case EFFECT_PERSIST:
    case EFFECT_KIND_COUNT: SIM_ASSERT(effect->kind == EFFECT_REPLICATE); /* not the data side's */
    }
}
