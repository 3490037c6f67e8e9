/* net.c -- hosts and connections: opening, closing, refusing, power; the list of what happened. */
#include "sim/net/net_internal.h"

#include <string.h>

Net *net_create(Mem *mem, Queue *queue, uint32_t event_kind, const NetConfig *config)
{
    Net *net = mem_alloc(mem, sizeof(*net));
    net->mem = mem;
    net->queue = queue;
    net->event_kind = event_kind;
    net->config = *config;
    net->free_segment = SEGMENT_NONE;
    return net;
}

void net_destroy(Net *net)
{
    if (!net) return;
    Mem *mem = net->mem;
    size_t zones = (size_t)net->zone_count * net->zone_count;
    mem_free(mem, net->zones, zones * sizeof(NetProfile));
    mem_free(mem, net->zone_set, zones * sizeof(bool));
    array_deinit(mem, &net->hosts);
    array_deinit(mem, &net->rules);
    array_deinit(mem, &net->connections);
    array_deinit(mem, &net->segments);
    array_deinit(mem, &net->happenings);
    idpool_deinit(&net->ids, mem);
    mem_free(mem, net, sizeof(*net));
}

void net_add_host(Net *net, HostId host, uint8_t zone)
{
    SIM_ASSERT(host == net->hosts.count);
    array_push(net->mem, &net->hosts, (NetHost){.zone = zone, .powered = true});
}

void net_set_listening(Net *net, HostId host, bool listening)
{
    SIM_ASSERT(host < net->hosts.count);
    net->hosts.items[host].listening = listening;
}

/* --- the life of a connection --- */

static Direction new_direction(void)
{
    return (Direction){.first_held = SEGMENT_NONE, .last_held = SEGMENT_NONE};
}

/* A round trip of the connection's own: SYN there, SYN-ACK or RST back. */
static SimSpan round_trip(Net *net, Connection *connection)
{
    NetProfile there, back;
    net_path(net, connection->host[0], connection->host[1], &there);
    net_path(net, connection->host[1], connection->host[0], &back);
    SimSpan jitter = there.jitter + back.jitter;
    SimSpan extra =
        jitter ? hash_u64(connection->key + 2, connection->syn_retries) % (jitter + 1) : 0;
    return there.latency + back.latency + extra;
}

LinkId net_open(Net *net, HostId from, HostId to, bool nodelay, SimTime now)
{
    SIM_ASSERT(from < net->hosts.count && (to == HOST_NONE || to < net->hosts.count));
    uint32_t id = idpool_take(&net->ids);
    array_reserve(net->mem, &net->connections, id + 1);
    if (id >= net->connections.count) net->connections.count = id + 1;
    Connection *connection = &net->connections.items[id];
    uint32_t generation = connection->generation + 1;
    uint64_t pair = (uint64_t)from << 16 | to;
    *connection = (Connection){
        .host = {from, to},
        .generation = generation,
        .key = hash_u64(hash_u64(net->config.seed, pair), net->hosts.items[from].opened++),
        .used = true,
        .nodelay = nodelay,
        .open = {true, false},
        .direction = {new_direction(), new_direction()},
    };
    net->open_count++;
    net_post(net, now + round_trip(net, connection), NET_EVENT_CONNECT, id, generation);
    return 2 * id;
}

void net_to_closed_port(Net *net, LinkId link)
{
    net_connection(net, link)->closed_port = true;
}

void net_maybe_free(Net *net, uint32_t id)
{
    Connection *connection = &net->connections.items[id];
    if (!connection->used || connection->open[0] || connection->open[1]) return;
    if (connection->outstanding > 0 || connection->untaken > 0) return;
    connection->used = false;
    connection->generation++;
    net->open_count--;
    idpool_give(&net->ids, id, net->mem);
}

void net_end_closed(Net *net, LinkId link)
{
    net_connection(net, link)->open[link & 1] = false;
}

void net_close(Net *net, LinkId link, SimTime now)
{
    Connection *connection = net_connection(net, link);
    SIM_ASSERT(connection->used && connection->open[link & 1]);
    net->now = now > net->now ? now : net->now;
    connection->open[link & 1] = false;
    if (!connection->established) {
        net_stream_drop(net, link, false);
    } else if (connection->open[(link & 1) ^ 1]) {
        net_stream_send(net, link, 0, 0, true, now);
    }
    net_maybe_free(net, link >> 1);
}

void net_kill_host(Net *net, HostId host, SimTime now)
{
    for (uint32_t i = 0; i < net->connections.count; i++) {
        for (uint32_t end = 0; end < 2; end++) {
            Connection *connection = &net->connections.items[i];
            if (connection->used && connection->host[end] == host && connection->open[end])
                net_close(net, 2 * i + end, now);
        }
    }
}

/* The machine forgets its ends and what it had not sent; nobody is told. */
static void forget_ends(Net *net, HostId host)
{
    for (uint32_t i = 0; i < net->connections.count; i++) {
        for (uint32_t end = 0; end < 2; end++) {
            Connection *connection = &net->connections.items[i];
            if (!connection->used || connection->host[end] != host) continue;
            connection->open[end] = false;
            net_stream_drop(net, 2 * i + end, false);
            net_maybe_free(net, i);
        }
    }
}

void net_set_power(Net *net, HostId host, bool on)
{
    SIM_ASSERT(host < net->hosts.count);
    net->hosts.items[host].powered = on;
    if (!on) forget_ends(net, host);
}

/* --- questions --- */

uint64_t net_unsent(const Net *net, LinkId link)
{
    return net->connections.items[link >> 1].direction[link & 1].unsent;
}

HostId net_peer(const Net *net, LinkId link)
{
    return net->connections.items[link >> 1].host[(link & 1) ^ 1];
}

HostId net_owner(const Net *net, LinkId link)
{
    return net->connections.items[link >> 1].host[link & 1];
}

bool net_is_open(const Net *net, LinkId link)
{
    if (link >> 1 >= net->connections.count) return false;
    const Connection *connection = &net->connections.items[link >> 1];
    return connection->used && connection->open[link & 1];
}

uint32_t net_link_count(const Net *net)
{
    return net->open_count;
}

/* --- what comes in --- */

SimTime net_send(Net *net, LinkId link, uint64_t payload, uint32_t bytes, SimTime now)
{
    SIM_ASSERT(net_is_open(net, link));
    Direction *direction = &net_connection(net, link)->direction[link & 1];
    net_stream_send(net, link, payload, bytes, false, now);
    direction = &net_connection(net, link)->direction[link & 1];
    return direction->first_held == SEGMENT_NONE ? direction->last_due : 0;
}

/* The opener's end comes to nothing. */
static void fail_connect(Net *net, uint32_t id, NetHappeningKind kind)
{
    Connection *connection = &net->connections.items[id];
    net_stream_drop(net, 2 * id, false);
    net_happen(net, (NetHappening){.kind = kind, .host = connection->host[0], .link = 2 * id});
    connection->open[0] = false;
    net_maybe_free(net, id);
}

static void on_connect(Net *net, uint32_t id)
{
    Connection *connection = &net->connections.items[id];
    HostId from = connection->host[0], to = connection->host[1];
    if (!connection->open[0]) return;
    if (!net_reachable(net, from, to) || !net_reachable(net, to, from)) {
        if (connection->syn_retries >= SYN_RETRIES_MAX) {
            fail_connect(net, id, NET_TIMED_OUT);
            return;
        }
        SimSpan wait = SIM_SEC << connection->syn_retries++;
        if (connection->syn_retries > SYN_RETRIES_MAX - 1)
            wait = wait > 64 * SIM_SEC ? 64 * SIM_SEC : wait;
        net_post(net, net->now + wait, NET_EVENT_CONNECT, id, connection->generation);
        return;
    }
    if (!net->hosts.items[to].listening || connection->closed_port) {
        fail_connect(net, id, NET_REFUSED);
        return;
    }
    connection->established = true;
    connection->open[1] = true;
    net_happen(net, (NetHappening){.kind = NET_CONNECTED, .host = from, .link = 2 * id});
    net_stream_flush(net, 2 * id, net->now);
}

static void on_reset(Net *net, LinkId link)
{
    Connection *connection = net_connection(net, link);
    if (!connection->open[link & 1]) return;
    net_stream_drop(net, link, true);
    net_happen(net, (NetHappening){.kind = NET_CLOSED,
                                   .host = connection->host[link & 1],
                                   .link = link,
                                   .reset = true});
    net_end_closed(net, link);
    net_maybe_free(net, link >> 1);
}

/* The connection an event speaks of; its generation tells whether it still is that one. */
static uint32_t connection_of(const Net *net, NetEventKind kind, uint32_t a)
{
    if (kind == NET_EVENT_ARRIVE) return net->segments.items[a].link >> 1;
    return kind == NET_EVENT_CONNECT ? a : a >> 1;
}

void net_on_event(Net *net, const Event *event)
{
    NetEventKind kind = (NetEventKind)(event->b >> 56);
    net->now = event->time;
    uint32_t id = connection_of(net, kind, event->a);
    if (net->connections.items[id].generation != (uint32_t)event->b) return;
    switch (kind) {
    case NET_EVENT_ARRIVE: net_stream_on_arrive(net, event->a); break;
    case NET_EVENT_CONNECT: on_connect(net, event->a); break;
    case NET_EVENT_RETRY: net_stream_on_retry(net, event->a); break;
    case NET_EVENT_NAGLE: net_stream_on_nagle(net, event->a); break;
    case NET_EVENT_RESET: on_reset(net, event->a); break;
    }
}

bool net_next(Net *net, NetHappening *happening)
{
    if (net->happening_head == net->happenings.count) {
        array_clear(&net->happenings);
        net->happening_head = 0;
        return false;
    }
    *happening = net->happenings.items[net->happening_head++];
    return true;
}

void net_taken(Net *net, const NetHappening *happening)
{
    Connection *connection = net_connection(net, happening->link);
    SIM_ASSERT(happening->kind != NET_LOST && connection->untaken > 0);
    connection->untaken--;
    net_maybe_free(net, happening->link >> 1);
}
