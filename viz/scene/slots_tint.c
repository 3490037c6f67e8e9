/* slots_tint.c -- colours for shards that have no hue: four greys such that neighbours on the map
 * differ, as on a political map.
 *
 * Greedy, in order of shards: each takes the tint least used so far among those that no neighbour
 * coloured before it has (view tokens §2). Deterministic; depends on the layout drawn. */
#include "viz/scene/slots.h"

#define NO_EDGE UINT32_MAX

/* For each shard a list of its neighbours with a smaller number. */
typedef struct Edge {
    uint16_t lower;
    uint32_t next;
} Edge;
typedef struct Neighbours {
    ARRAY_OF(uint32_t) first; /* by shard */
    ARRAY_OF(Edge) edges;
} Neighbours;

static void add_edge(Neighbours *neighbours, uint16_t a, uint16_t b)
{
    if (a == b || a == SHARD_NONE || b == SHARD_NONE) return;
    uint16_t lower = a < b ? a : b, higher = a < b ? b : a;
    uint32_t *first = &neighbours->first.items[higher];
    /* A border is many cells long; most repetitions follow each other. */
    if (*first != NO_EDGE && neighbours->edges.items[*first].lower == lower) return;
    Edge edge = {lower, *first};
    *first = neighbours->edges.count;
    array_push(NULL, &neighbours->edges, edge);
}

static void find_neighbours(const SlotView *view, Neighbours *neighbours)
{
    uint16_t above[MAP_SIDE];
    array_reserve(NULL, &neighbours->first, view->tints.count);
    for (uint32_t i = 0; i < view->tints.count; i++) array_push(NULL, &neighbours->first, NO_EDGE);
    for (uint32_t row = 0; row < MAP_SIDE; row++) {
        uint16_t before = SHARD_NONE;
        for (uint32_t column = 0; column < MAP_SIDE; column++) {
            MapCell cell = {(uint8_t)column, (uint8_t)row};
            uint16_t shard = view->shard[slots_at(view->is_hilbert, cell)];
            add_edge(neighbours, shard, before);
            if (row > 0) add_edge(neighbours, shard, above[column]);
            above[column] = before = shard;
        }
    }
}

static uint32_t choose_tint(const Neighbours *neighbours, const uint8_t *chosen, uint16_t shard,
                            const uint32_t used[NEUTRAL_TINTS])
{
    uint32_t near[NEUTRAL_TINTS] = {0};
    for (uint32_t i = neighbours->first.items[shard]; i != NO_EDGE;
         i = neighbours->edges.items[i].next)
        near[chosen[neighbours->edges.items[i].lower]]++;
    uint32_t best = 0;
    for (uint32_t tint = 1; tint < NEUTRAL_TINTS; tint++) {
        bool is_freer = near[tint] < near[best];
        bool is_rarer = near[tint] == near[best] && used[tint] < used[best];
        if (is_freer || is_rarer) best = tint;
    }
    return best;
}

void slots_tint(SlotView *view)
{
    uint32_t count = view->model->shards.count;
    array_reserve(NULL, &view->tints, count + 1);
    view->tints.count = count;
    Color ink;
    if (view->palette.all_have_hues) {
        for (uint32_t i = 0; i < count; i++)
            shard_hue(&view->palette, (uint16_t)i, &view->tints.items[i], &ink);
        return;
    }
    Neighbours neighbours = {0};
    uint8_t chosen[UINT16_MAX];
    uint32_t used[NEUTRAL_TINTS] = {0};
    find_neighbours(view, &neighbours);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t tint = choose_tint(&neighbours, chosen, (uint16_t)i, used);
        chosen[i] = (uint8_t)tint;
        used[tint]++;
        if (!shard_hue(&view->palette, (uint16_t)i, &view->tints.items[i], &ink))
            view->tints.items[i] = view->palette.theme->neutral[tint];
    }
    array_deinit(NULL, &neighbours.first);
    array_deinit(NULL, &neighbours.edges);
}
