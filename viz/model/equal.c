/* equal.c -- are two Models the same, field by field; and a Model as text. */
#include "sim/base/bitset.h"
#include "viz/model/inside.h"

#include <inttypes.h>
#include <string.h>

static bool differ(Text *why, const char *what, uint32_t index)
{
    if (why) text_append(why, "%s %u differs", what, index);
    return false;
}

#define SAME(field) (a->field == b->field)

static bool same_host(const HostModel *a, const HostModel *b)
{
    return SAME(shard) && SAME(island) && SAME(faction) && SAME(is_primary) && SAME(primary) &&
           SAME(slots) && SAME(slot_count) && SAME(epoch) && SAME(worst_flag) &&
           SAME(suspected_by) && SAME(failed_by) && SAME(accepts) && SAME(deadline) &&
           SAME(deadline_at) && SAME(deadline_from) && SAME(deadline_at_latest) &&
           SAME(deadline_peer) && SAME(voted) && SAME(voted_for);
}

static bool same_island(const Island *a, const Island *b)
{
    return SAME(number) && SAME(hosts) && SAME(voters) && SAME(size) && SAME(has_majority) &&
           SAME(observer) && SAME(write_stop);
}

static bool same_faction(const Faction *a, const Faction *b)
{
    return SAME(hash) && SAME(first) && SAME(hosts) && SAME(voters);
}

static bool same_shard(const Shard *a, const Shard *b)
{
    return SAME(founder) && SAME(owner) && SAME(slots) && SAME(epoch);
}

static bool same_election(const ElectionModel *a, const ElectionModel *b)
{
    return SAME(active) && SAME(candidate) && SAME(epoch) && SAME(votes) && SAME(given) &&
           SAME(needed) && SAME(asked_at);
}

static bool same_contest(const Contest *a, const Contest *b)
{
    return SAME(a) && SAME(b) && SAME(epoch_a) && SAME(epoch_b) && SAME(first_slot) &&
           SAME(count) && SAME(total) && SAME(since);
}

static bool same_open_slot(const OpenSlotModel *a, const OpenSlotModel *b)
{
    return SAME(slot) && SAME(source) && SAME(target) && SAME(migrating) && SAME(importing) &&
           SAME(source_keys) && SAME(target_keys);
}

#define SAME_ARRAY(array, same, what)                                                              \
    do {                                                                                           \
        if (a->array.count != b->array.count) return differ(why, "count of " what, 0);             \
        for (uint32_t i = 0; i < a->array.count; i++) {                                            \
            if (!same(&a->array.items[i], &b->array.items[i])) return differ(why, what, i);        \
        }                                                                                          \
    } while (false)

bool model_equal(const Model *a, const Model *b, Text *why)
{
    if (!state_equal(&a->state, &b->state, why)) return false;
    SAME_ARRAY(hosts, same_host, "host");
    SAME_ARRAY(islands, same_island, "island");
    SAME_ARRAY(factions, same_faction, "faction");
    SAME_ARRAY(shards, same_shard, "shard");
    SAME_ARRAY(open_slots, same_open_slot, "open slot");
    for (uint32_t i = 0; i < SLOT_COUNT; i++) {
        if (!SAME(owner_shard[i])) return differ(why, "shard of slot", i);
        if (!SAME(holder_host[i])) return differ(why, "holder of slot", i);
        if (!SAME(owner_host[i])) return differ(why, "owner of slot", i);
        if (!SAME(second_host[i])) return differ(why, "second owner of slot", i);
    }
    if (!same_election(&a->election, &b->election)) return differ(why, "election", 0);
    if (!same_contest(&a->contest, &b->contest)) return differ(why, "contest", 0);
    if (!SAME(time)) return differ(why, "time", 0);
    if (!SAME(covered)) return differ(why, "covered", 0);
    if (!SAME(running) || !SAME(states_ok) || !SAME(states_fail)) return differ(why, "states", 0);
    if (!SAME(epoch_low) || !SAME(epoch_high)) return differ(why, "epochs", 0);
    return SAME(derived_seq) ? true : differ(why, "derived_seq", 0);
}
