/* effect.c -- the list of wishes that a step appends to. */
#include "sim/cluster/effect.h"

void effect_push(NodeEnv *env, Effect effect)
{
    array_push(env->out->mem, &env->out->items, effect);
}

TraceRecord *effect_note(NodeEnv *env, TraceType type)
{
    EffectList *out = env->out;
    if (trace_type_level(type) > env->level) return &out->scratch;
    effect_push(env, (Effect){.kind = EFFECT_RECORD, .u.index = out->records.count});
    array_reserve(out->mem, &out->records, out->records.count + 1);
    TraceRecord *record = &out->records.items[out->records.count++];
    *record = (TraceRecord){.type = (uint16_t)type};
    return record;
}

void effect_send(NodeEnv *env, PeerRef ref, MsgId msg)
{
    effect_push(env, (Effect){.kind = EFFECT_SEND, .ref = ref, .u.msg = msg});
}

void effect_answer(NodeEnv *env, LinkId link, MsgId msg)
{
    effect_push(env, (Effect){.kind = EFFECT_SEND_LINK, .link = link, .u.msg = msg});
}

void effect_link_open(NodeEnv *env, PeerRef ref, AddrId addr)
{
    effect_push(env, (Effect){.kind = EFFECT_LINK_OPEN, .ref = ref, .addr = addr});
}

void effect_link_close(NodeEnv *env, LinkId link)
{
    effect_push(env, (Effect){.kind = EFFECT_LINK_CLOSE, .link = link});
}
