/* path.c -- what lies between two hosts: zone profiles, faults and power. */
#include "sim/base/bitset.h"
#include "sim/net/net_internal.h"

#include <string.h>

void net_set_profile(Net *net, const NetProfile *profile)
{
    net->config.profile = *profile;
}

/* Makes room for zone number `zone`. */
static void need_zone(Net *net, uint8_t zone)
{
    uint32_t old = net->zone_count, count = (uint32_t)zone + 1;
    if (count <= old) return;
    NetProfile *profiles = mem_alloc(net->mem, (size_t)count * count * sizeof(NetProfile));
    bool *set = mem_alloc(net->mem, (size_t)count * count * sizeof(bool));
    for (uint32_t i = 0; i < old * old; i++) {
        profiles[i / old * count + i % old] = net->zones[i];
        set[i / old * count + i % old] = net->zone_set[i];
    }
    mem_free(net->mem, net->zones, (size_t)old * old * sizeof(NetProfile));
    mem_free(net->mem, net->zone_set, (size_t)old * old * sizeof(bool));
    net->zones = profiles;
    net->zone_set = set;
    net->zone_count = count;
}

void net_set_zone_profile(Net *net, uint8_t a, uint8_t b, const NetProfile *profile)
{
    need_zone(net, a > b ? a : b);
    uint32_t places[2] = {a * net->zone_count + b, b * net->zone_count + a};
    for (int i = 0; i < 2; i++) {
        net->zones[places[i]] = *profile;
        net->zone_set[places[i]] = true;
    }
}

/* Does the fault stand in the way from a to b? */
static bool applies(const NetRule *rule, HostId from, HostId to)
{
    if (bitset_has(rule->from, from) && bitset_has(rule->to, to)) return true;
    return !rule->oneway && bitset_has(rule->from, to) && bitset_has(rule->to, from);
}

static void add_rules(const Net *net, HostId from, HostId to, NetProfile *path, bool *passes)
{
    for (uint32_t i = 0; i < net->rules.count; i++) {
        const NetRule *rule = &net->rules.items[i];
        if (!applies(rule, from, to)) continue;
        if (rule->cut) *passes = false;
        path->latency += rule->latency;
        path->jitter += rule->jitter;
        path->loss_ppm =
            path->loss_ppm + rule->loss_ppm > 1000000 ? 1000000 : path->loss_ppm + rule->loss_ppm;
        bool tighter = path->bytes_per_s == 0 || rule->bytes_per_s < path->bytes_per_s;
        if (rule->bytes_per_s != 0 && tighter) path->bytes_per_s = rule->bytes_per_s;
    }
}

bool net_path(const Net *net, HostId from, HostId to, NetProfile *path)
{
    *path = net->config.profile;
    if (from == HOST_NONE || to == HOST_NONE) return false;
    const NetHost *a = &net->hosts.items[from], *b = &net->hosts.items[to];
    if (from == to) {
        *path = (NetProfile){.latency = net->config.loopback};
        return a->powered;
    }
    if (a->zone < net->zone_count && b->zone < net->zone_count) {
        uint32_t place = a->zone * net->zone_count + b->zone;
        if (net->zone_set[place]) *path = net->zones[place];
    }
    bool passes = a->powered && b->powered;
    if (net->rules.count > 0) add_rules(net, from, to, path, &passes);
    return passes && path->loss_ppm < 1000000;
}

bool net_reachable(const Net *net, HostId from, HostId to)
{
    NetProfile path;
    return net_path(net, from, to, &path);
}

/* Connections whose acknowledgement was cut off learn of it by a retransmission once the way is
 * free. */
static void wake_unacknowledged(Net *net, SimTime now)
{
    for (uint32_t i = 0; i < net->connections.count; i++) {
        Connection *connection = &net->connections.items[i];
        Direction *direction = &connection->direction[0];
        if (!connection->used || direction->acked_at != SIM_TIME_NEVER) continue;
        direction->acked_at = now + RTO_MIN;
        net_post(net, direction->acked_at, NET_EVENT_NAGLE, 2 * i, connection->generation);
    }
}

void net_add_rule(Net *net, const NetRule *rule, SimTime now)
{
    net->now = now;
    array_push(net->mem, &net->rules, *rule);
}

bool net_remove_rule(Net *net, uint32_t id, SimTime now)
{
    net->now = now;
    for (uint32_t i = 0; i < net->rules.count; i++) {
        if (net->rules.items[i].id != id) continue;
        array_remove(&net->rules, i);
        wake_unacknowledged(net, now);
        return true;
    }
    return false;
}
