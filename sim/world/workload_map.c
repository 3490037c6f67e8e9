/* workload_map.c -- where a workload believes the slots to be: CLUSTER SLOTS, MOVED and ASK
 * (protocol.md §12.1). */
#include "sim/base/bitset.h"
#include "sim/world/workload_inside.h"

#include <string.h>

/* The nodes it knows take turns: a dead one is not asked twice in a row. */
static HostId next_node(const Sim *sim, Workload *workload)
{
    const uint64_t *seeds = workload->config.seeds;
    uint32_t next = bitset_next(seeds, HOSTS_MAX, workload->next_seed);
    if (next >= sim->hosts.count) next = bitset_next(seeds, HOSTS_MAX, 0);
    SIM_ASSERT(next < sim->hosts.count);
    workload->next_seed = (HostId)(next + 1);
    return (HostId)next;
}

void workload_ask_map(Sim *sim, uint32_t number)
{
    static const Slice words[] = {{"CLUSTER", 7}, {"SLOTS", 5}};
    Workload *workload = sim->workloads.items[number];
    if (workload->question != 0) return;
    bool asked = workload->questioned_at > 0;
    if (asked && !workload->config.refresh) return;
    if (asked && sim->now < workload->questioned_at + workload->config.pause) return;
    workload->questioned_at = sim->now > 0 ? sim->now : 1;
    uint32_t conn = workload_line(sim, number, next_node(sim, workload));
    workload->question = conn;
    workload->question_due = sim->now + workload->config.timeout;
    workload_send(sim, conn, words, 2, WAITS_FOR_MAP);
    workload_post(sim, number, PLACE_MAP, 0, workload->question_due);
}

void workload_map_is_late(Sim *sim, uint32_t number)
{
    Workload *workload = sim->workloads.items[number];
    if (workload->question == 0 || sim->now < workload->question_due) return;
    workload->counts.timeouts++;
    workload->counts.errors++;
    workload_drop_line(sim, number, workload->question);
    workload_ask_map(sim, number);
}

static bool read_number(Slice text, uint32_t *at, uint32_t most, uint32_t *value)
{
    uint32_t first = *at;
    *value = 0;
    for (; *at < text.size && text.chars[*at] >= '0' && text.chars[*at] <= '9'; ++*at) {
        *value = *value * 10 + (uint32_t)(text.chars[*at] - '0');
        if (*value > most) return false;
    }
    return *at > first;
}

static bool read_ip(Slice text, uint32_t *at, uint32_t *ip)
{
    *ip = 0;
    for (int part = 0; part < 4; part++) {
        uint32_t value;
        if (part > 0 && (*at >= text.size || text.chars[(*at)++] != '.')) return false;
        if (!read_number(text, at, 255, &value)) return false;
        *ip = *ip << 8 | value;
    }
    return true;
}

HostId workload_redirection(const Sim *sim, Slice text, HostId from, uint16_t *slot)
{
    uint32_t at = 0, number, ip, port;
    while (at < text.size && text.chars[at] != ' ') at++;
    at++;
    if (!read_number(text, &at, SLOT_COUNT - 1, &number) || at++ >= text.size) return HOST_NONE;
    *slot = (uint16_t)number;
    if (at < text.size && text.chars[at] == ':') ip = sim->hosts.items[from].ip; /* same machine */
    else if (!read_ip(text, &at, &ip)) return HOST_NONE;
    if (at++ >= text.size || !read_number(text, &at, UINT16_MAX, &port)) return HOST_NONE;
    return conns_host_at(sim, ip, (uint16_t)port);
}

/* One range: [first, last, [ip, port, id, ...], replicas...]. */
static void read_range(const Sim *sim, Workload *workload, const RespValues *values, uint32_t at)
{
    const RespValue *range = &values->items[at];
    if (range->kind != RESP_ARRAY || range->count < 3) return;
    const RespValue *first = range + 1, *last = range + 2, *node = range + 3;
    if (node->kind != RESP_ARRAY || node->count < 2) return;
    uint32_t position = 0, ip;
    if (!read_ip(node[1].text, &position, &ip)) return;
    HostId host = conns_host_at(sim, ip, (uint16_t)node[2].integer);
    if (host == HOST_NONE || first->integer < 0 || last->integer >= SLOT_COUNT) return;
    bitset_add(workload->config.seeds, host);
    for (int64_t slot = first->integer; slot <= last->integer; slot++) workload->map[slot] = host;
}

void workload_read_map(Sim *sim, uint32_t number, const RespValues *values)
{
    Workload *workload = sim->workloads.items[number];
    const RespValue *root = &values->items[0];
    workload->question = 0;
    if (root->kind != RESP_ARRAY || root->count == 0) return;
    workload->counts.refreshes++;
    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) workload->map[slot] = HOST_NONE;
    uint32_t at = 1;
    for (uint32_t i = 0; i < root->count; i++) {
        read_range(sim, workload, values, at);
        at = values->items[at].next;
    }
}
