/* islands.c -- who can reach whom both ways, and where a majority of the voters is.
 *
 * Hosts that stand on the same sides of all cuts are alike: the search runs over such classes, of
 * which there are few, not over pairs of hosts. */
#include "sim/base/assert.h"
#include "sim/base/bitset.h"
#include "sim/base/hash.h"
#include "viz/model/inside.h"

#include <string.h>

static bool passes(RuleList rules, uint32_t a, uint32_t b)
{
    for (uint32_t i = 0; i < rules.count; i++) {
        const NetRuleState *rule = &rules.items[i];
        if (!rule->cut) continue;
        if (bitset_has(rule->from, a) && bitset_has(rule->to, b)) return false;
        if (!rule->oneway && bitset_has(rule->from, b) && bitset_has(rule->to, a)) return false;
    }
    return true;
}

/* On which sides of which cuts the host stands. */
static uint64_t sides_of(RuleList rules, uint32_t host)
{
    uint64_t hash = HASH_START;
    for (uint32_t i = 0; i < rules.count; i++) {
        const NetRuleState *rule = &rules.items[i];
        if (!rule->cut) continue;
        uint64_t sides =
            (uint64_t)bitset_has(rule->from, host) | (uint64_t)bitset_has(rule->to, host) << 1;
        if (sides == 3) return hash_u64(hash, UINT64_C(1) << 32 | host); /* cut from its like */
        hash = hash_u64(hash, sides);
    }
    return hash;
}

typedef struct Classes {
    uint32_t count;
    uint32_t first[HOSTS_MAX]; /* a host of each */
    uint64_t sides[HOSTS_MAX];
    uint32_t parent[HOSTS_MAX];
    uint16_t class_of[HOSTS_MAX];
} Classes;

static void classify(Classes *classes, RuleList rules, uint32_t hosts)
{
    classes->count = 0;
    for (uint32_t host = 0; host < hosts; host++) {
        uint64_t sides = sides_of(rules, host);
        uint32_t i = 0;
        while (i < classes->count && classes->sides[i] != sides) i++;
        if (i == classes->count) {
            classes->first[i] = host;
            classes->sides[i] = sides;
            classes->parent[i] = i;
            classes->count++;
        }
        classes->class_of[host] = (uint16_t)i;
    }
}

static uint32_t root_of(Classes *classes, uint32_t i)
{
    while (classes->parent[i] != i) i = classes->parent[i] = classes->parent[classes->parent[i]];
    return i;
}

static bool has_cut(RuleList rules)
{
    for (uint32_t i = 0; i < rules.count; i++) {
        if (rules.items[i].cut) return true;
    }
    return false;
}

uint32_t islands_find(RuleList rules, uint32_t hosts, uint16_t *island_of)
{
    SIM_ASSERT(hosts <= HOSTS_MAX);
    if (!has_cut(rules)) {
        for (uint32_t i = 0; i < hosts; i++) island_of[i] = 0;
        return hosts > 0;
    }
    Classes *classes = mem_alloc(NULL, sizeof(*classes));
    classify(classes, rules, hosts);
    for (uint32_t a = 0; a < classes->count; a++) {
        for (uint32_t b = 0; b < a; b++) {
            uint32_t one = root_of(classes, a), other = root_of(classes, b);
            if (one == other) continue;
            bool meets = passes(rules, classes->first[a], classes->first[b]) &&
                         passes(rules, classes->first[b], classes->first[a]);
            if (meets) classes->parent[one] = other;
        }
    }
    uint32_t count = 0;
    uint16_t *number = mem_alloc(NULL, HOSTS_MAX * sizeof(*number));
    memset(number, 0xFF, HOSTS_MAX * sizeof(*number));
    for (uint32_t host = 0; host < hosts; host++) {
        uint32_t root = root_of(classes, classes->class_of[host]);
        if (number[root] == 0xFFFF) number[root] = (uint16_t)count++;
        island_of[host] = number[root];
    }
    mem_free(NULL, number, HOSTS_MAX * sizeof(*number));
    mem_free(NULL, classes, sizeof(*classes));
    return count;
}

static uint64_t hash_of_rules(const TraceState *state)
{
    uint64_t hash = hash_u64(HASH_START, state->hosts.count);
    for (uint32_t i = 0; i < state->rules.count; i++) {
        const NetRuleState *rule = &state->rules.items[i];
        if (!rule->cut) continue;
        hash = hash_u64(hash, rule->oneway);
        hash = hash_bytes(hash, rule->from, sizeof(rule->from));
        hash = hash_bytes(hash, rule->to, sizeof(rule->to));
    }
    return hash;
}

void model_derive_islands(Model *model)
{
    const TraceState *state = &model->state;
    uint32_t hosts = state->hosts.count;
    uint64_t hash = hash_of_rules(state);
    if (hash != model->cache->rules_hash || model->hosts.count != hosts || model->cache->fresh) {
        uint16_t *island_of = mem_alloc(NULL, hosts * sizeof(*island_of));
        RuleList rules = {.items = state->rules.items, .count = state->rules.count};
        uint32_t count = islands_find(rules, hosts, island_of);
        array_clear(&model->islands);
        for (uint32_t i = 0; i < count; i++) {
            array_push(NULL, &model->islands, (Island){.number = (uint16_t)i});
        }
        array_reserve(NULL, &model->hosts, hosts);
        model->hosts.count = hosts;
        for (uint32_t i = 0; i < hosts; i++) model->hosts.items[i].island = island_of[i];
        mem_free(NULL, island_of, hosts * sizeof(*island_of));
        model->cache->rules_hash = hash;
    }
    for (uint32_t i = 0; i < model->islands.count; i++) {
        model->islands.items[i] = (Island){.number = (uint16_t)i, .observer = HOST_NONE};
    }
}

/* --- majorities --- */

/* Counts the voters that the island's observer believes in. */
static void count_voters(const Model *model, uint16_t index, Island *island)
{
    const TraceState *state = &model->state;
    for (uint32_t node = 0; node < state->nodes.count; node++) {
        const Belief *belief = state_belief(state, island->observer, (NodeId)node);
        if (!belief->known || !(belief->flags & FLAG_PRIMARY) || belief->slots == SLOTS_EMPTY) {
            continue;
        }
        HostId host = state->nodes.items[node].host;
        const HostState *process = &state->hosts.items[host];
        island->size++;
        bool runs = process->status == PROCESS_RUNNING && process->node == node;
        if (runs && model->hosts.items[host].island == index) island->voters++;
    }
}

/* The observer of an island belongs to the largest faction that is in there. */
void model_derive_majorities(Model *model)
{
    for (uint32_t i = 0; i < model->hosts.count; i++) {
        const HostModel *host = &model->hosts.items[i];
        if (model->state.hosts.items[i].status != PROCESS_RUNNING) continue;
        Island *island = &model->islands.items[host->island];
        island->hosts++;
        bool better = island->observer == HOST_NONE ||
                      host->faction < model->hosts.items[island->observer].faction;
        if (better) island->observer = (HostId)i;
    }
    for (uint32_t i = 0; i < model->islands.count; i++) {
        Island *island = &model->islands.items[i];
        if (island->observer == HOST_NONE) continue;
        count_voters(model, (uint16_t)i, island);
        island->has_majority = island->size > 0 && island->voters >= island->size / 2 + 1;
    }
}
