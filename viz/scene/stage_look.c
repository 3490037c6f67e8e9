/* stage_look.c -- what is shown of one host: in truth, or as the observer believes. */
#include "viz/scene/stage.h"

#include "sim/base/bitset.h"
#include "sim/cluster/effect.h"

#include <stdio.h>

const char *stage_host_name(const Stage *stage, HostId host)
{
    if (host >= stage->model->state.hosts.count) return "?";
    return stage->model->state.hosts.items[host].name;
}

HostId stage_host_of(const Stage *stage, NodeId node)
{
    if (node >= stage->model->state.nodes.count) return HOST_NONE;
    return stage->model->state.nodes.items[node].host;
}

bool stage_is_running(const Stage *stage, HostId host)
{
    return host < stage->model->state.hosts.count &&
           stage->model->state.hosts.items[host].status == PROCESS_RUNNING;
}

void stage_seconds(const Stage *stage, SimSpan span, char out[24])
{
    uint64_t ms = span / SIM_MS;
    bool is_fine = stage->state->paused || stage->state->speed_permille <= 100;
    if (is_fine)
        snprintf(out, 24, "%llu.%03llu", (unsigned long long)(ms / 1000),
                 (unsigned long long)(ms % 1000));
    else
        snprintf(out, 24, "%llu.%llu", (unsigned long long)(ms / 1000),
                 (unsigned long long)(ms % 1000 / 100));
}

const char *stage_count_word(uint32_t count, char out[16])
{
    static const char *const words[] = {"no",    "one",   "two",  "three", "four",   "five",  "six",
                                        "seven", "eight", "nine", "ten",   "eleven", "twelve"};
    if (count < ARRAY_LENGTH(words)) return words[count];
    snprintf(out, 16, "%u", count);
    return out;
}

/* ---- colours ---- */

static void take_colors(const Stage *stage, HostLook *look)
{
    Color ink;
    look->has_hue = shard_hue(&stage->palette, look->shard, &look->fill, &ink);
    look->ink = ink;
    look->line = theme_stroke(stage->theme, look->fill);
    if (look->has_hue) return;
    if (look->shard == SHARD_NONE) { /* belongs to nothing yet */
        look->fill = look->line = stage->theme->text3;
        look->ink = stage->theme->text;
        return;
    }
    look->fill = stage->theme->neutral[look->shard % NEUTRAL_TINTS];
    look->line = color_mix(stage->theme->neutral[3], stage->theme->text2, 0.25f);
    bool is_bright = stage->theme->name == THEME_LIGHT;
    look->ink = is_bright ? stage->theme->text : stage->theme->white;
}

/* ---- truth ---- */

static HostLook look_in_truth(const Stage *stage, HostId host)
{
    const HostState *state = &stage->model->state.hosts.items[host];
    HostLook look = {.is_shown = state->status != PROCESS_ABSENT && state->status != PROCESS_NEVER,
                     .freshness = 1};
    look.shard = SHARD_NONE;
    look.is_down = state->status == PROCESS_DEAD;
    look.is_frozen = state->status == PROCESS_IS_FROZEN;
    look.says_fail = !look.is_down && look.is_shown && state->state == STATE_FAIL;
    if (host >= stage->model->hosts.count) return look;
    const HostModel *model = &stage->model->hosts.items[host];
    look.is_primary = model->is_primary;
    look.has_slots = model->slot_count > 0;
    look.shard = model->shard;
    look.flag = model->worst_flag;
    look.epoch = model->epoch;
    look.share = model->is_primary ? (float)model->slot_count / SLOT_COUNT : 0;
    return look;
}

/* ---- belief ---- */

/* The shard whose slots a node is believed to have; its own when it has none. */
static uint16_t shard_of_belief(const Stage *stage, const Belief *belief, HostId host)
{
    const TraceState *state = &stage->model->state;
    if (belief->slots != SLOTS_EMPTY) {
        const uint64_t *words = bitpool_words(state->slots, belief->slots);
        uint32_t slot = bitset_next(words, SLOT_COUNT, 0);
        if (slot < SLOT_COUNT && stage->model->owner_shard[slot] != SHARD_NONE)
            return stage->model->owner_shard[slot];
    }
    return host < stage->model->hosts.count ? stage->model->hosts.items[host].shard : SHARD_NONE;
}

static float freshness_of(const Stage *stage, const Belief *belief)
{
    uint32_t timeout = stage->model->state.hosts.items[stage->observer].node_timeout_ms;
    if (belief->pong_ms == 0 || timeout == 0) return 1; /* not recorded at this level */
    uint64_t now = stage->model->time / SIM_MS + NODE_CLOCK_BASE_MS;
    uint64_t age = now > belief->pong_ms ? now - belief->pong_ms : 0;
    float part = (float)age / (float)timeout;
    return part < 0.5f ? 1 : part > 1 ? 0 : 2 - 2 * part;
}

static HostLook look_in_belief(const Stage *stage, HostId host)
{
    const TraceState *state = &stage->model->state;
    HostLook look = {.is_shown = true, .shard = SHARD_NONE, .freshness = 1};
    NodeId node = state->hosts.items[host].node;
    bool has_row =
        node != NODE_NONE && node < state->node_stride && stage->observer < state->host_stride;
    const Belief *belief = has_row ? state_belief(state, stage->observer, node) : NULL;
    if (belief == NULL || !belief->known) {
        look.is_unknown = true;
        return look;
    }
    bool is_self = host == stage->observer;
    look.is_primary = (belief->flags & FLAG_PRIMARY) != 0;
    look.flag = belief->flags & FLAG_FAIL ? FLAG_FAIL : belief->flags & FLAG_PFAIL;
    look.is_down = look.flag == FLAG_FAIL;
    look.epoch = belief->epoch;
    look.has_slots = belief->slots != SLOTS_EMPTY;
    look.share =
        look.has_slots ? (float)bitpool_members(state->slots, belief->slots) / SLOT_COUNT : 0;
    HostId primary = stage_host_of(stage, belief->primary);
    look.shard = shard_of_belief(stage, belief, host);
    if (!look.is_primary && primary < stage->model->hosts.count) {
        look.shard = stage->model->hosts.items[primary].shard;
        if (belief->primary < state->node_stride)
            look.epoch = state_belief(state, stage->observer, belief->primary)->epoch;
    }
    look.says_fail = is_self && state->hosts.items[host].state == STATE_FAIL;
    if (!is_self) look.freshness = freshness_of(stage, belief);
    return look;
}

/* A node marks for itself what it moves; of the moves of others nobody knows. */
static void find_moves(const Stage *stage, HostId host, HostLook *look)
{
    if (stage->observer != HOST_NONE && stage->observer != host) return;
    for (uint32_t i = 0; i < stage->model->open_slots.count; i++) {
        const OpenSlotModel *entry = &stage->model->open_slots.items[i];
        look->migrates |= entry->migrating && entry->source == host;
        look->imports |= entry->importing && entry->target == host;
    }
}

const char *stage_move_letters(const HostLook *look)
{
    if (look->migrates) return look->imports ? "MI" : "M";
    return look->imports ? "I" : NULL;
}

HostLook stage_look(const Stage *stage, HostId host)
{
    HostLook look =
        stage->observer == HOST_NONE ? look_in_truth(stage, host) : look_in_belief(stage, host);
    take_colors(stage, &look);
    find_moves(stage, host, &look);
    return look;
}
