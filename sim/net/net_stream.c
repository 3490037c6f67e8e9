/* net_stream.c -- one direction of a connection: order, latency, loss, retransmission, Nagle's
 * rule. */
#include "sim/net/net_internal.h"

#include <string.h>

static uint32_t take_segment(Net *net)
{
    uint32_t index = net->free_segment;
    if (index != SEGMENT_NONE) {
        net->free_segment = net->segments.items[index].next;
        return index;
    }
    array_push(net->mem, &net->segments, (Segment){0});
    return net->segments.count - 1;
}

static void give_segment(Net *net, uint32_t index)
{
    Segment *segment = &net->segments.items[index];
    Connection *connection = net_connection(net, segment->link);
    connection->direction[segment->link & 1].unsent -= segment->bytes;
    connection->outstanding--;
    segment->next = net->free_segment;
    net->free_segment = index;
}

/* The next random number of this direction, from its own stream. */
static uint64_t draw(Connection *connection, LinkId link)
{
    Direction *direction = &connection->direction[link & 1];
    return hash_u64(connection->key + (link & 1), direction->draws++);
}

/* Behind or between the held ones, by its order. */
static void hold(Net *net, LinkId link, uint32_t index)
{
    Direction *direction = &net_connection(net, link)->direction[link & 1];
    Segment *items = net->segments.items;
    items[index].next = SEGMENT_NONE;
    if (direction->first_held == SEGMENT_NONE) {
        direction->first_held = direction->last_held = index;
    } else if (items[direction->last_held].order < items[index].order) {
        items[direction->last_held].next = index;
        direction->last_held = index;
    } else if (items[index].order < items[direction->first_held].order) {
        items[index].next = direction->first_held;
        direction->first_held = index;
    } else {
        uint32_t at = direction->first_held;
        while (items[items[at].next].order < items[index].order) at = items[at].next;
        items[index].next = items[at].next;
        items[at].next = index;
    }
}

static uint32_t unhold_first(Net *net, Direction *direction)
{
    uint32_t index = direction->first_held;
    direction->first_held = net->segments.items[index].next;
    if (direction->first_held == SEGMENT_NONE) direction->last_held = SEGMENT_NONE;
    return index;
}

/* The connection is given up after too many retransmissions: both ends, the far one when it next
 * sends. */
static void give_up(Net *net, LinkId link)
{
    Connection *connection = net_connection(net, link);
    net_stream_drop(net, link, true);
    if (connection->open[link & 1]) {
        net_happen(net, (NetHappening){.kind = NET_CLOSED,
                                       .host = connection->host[link & 1],
                                       .link = link,
                                       .reset = true});
        net_end_closed(net, link);
    }
}

/* The packet did not get through: again after the time-out, which doubles. */
static void wait_to_retry(Net *net, LinkId link, SimTime now)
{
    Connection *connection = net_connection(net, link);
    Direction *direction = &connection->direction[link & 1];
    if (direction->waiting) return;
    SimSpan wait = RTO_MIN << (direction->retries < 10 ? direction->retries : 10);
    if (wait > RTO_MAX) wait = RTO_MAX;
    direction->waiting = true;
    net_post(net, now + wait, NET_EVENT_RETRY, link, connection->generation);
}

/* What the peer's data tells the opener: everything that had arrived before it left is
 * acknowledged. */
static void acknowledge(Net *net, Connection *connection, LinkId link, SimTime left, SimTime due)
{
    Direction *back = &connection->direction[0];
    if ((link & 1) == 0 || back->last_due > left || due >= back->acked_at) return;
    back->acked_at = due;
    if (back->first_held != SEGMENT_NONE) {
        net_post(net, due, NET_EVENT_NAGLE, link & ~1u, connection->generation);
    }
}

/* When the opener will learn that the segment arriving at `due` has arrived, if the peer sends
 * nothing. */
static SimTime ack_time(const Net *net, const Connection *connection, SimTime due)
{
    NetProfile back;
    if (!net_path(net, connection->host[1], connection->host[0], &back)) return SIM_TIME_NEVER;
    return due + net->config.delayed_ack + back.latency;
}

/* Puts a segment on the wire; returns when it arrives, or 0 when it did not get through and is
 * held. */
static SimTime transmit(Net *net, LinkId link, uint32_t index, SimTime now)
{
    NetProfile path;
    Connection *connection = net_connection(net, link);
    Direction *direction = &connection->direction[link & 1];
    Segment *segment = &net->segments.items[index];
    bool passes =
        net_path(net, connection->host[link & 1], connection->host[(link & 1) ^ 1], &path);
    bool lost = passes && path.loss_ppm > 0 && draw(connection, link) % 1000000 < path.loss_ppm;
    if (!passes || lost) {
        hold(net, link, index);
        wait_to_retry(net, link, now);
        return 0;
    }
    SimTime leaves = now > direction->free_at ? now : direction->free_at;
    if (path.bytes_per_s > 0) leaves += (SimSpan)segment->bytes * SIM_SEC / path.bytes_per_s;
    direction->free_at = leaves;
    SimTime due = leaves + path.latency;
    if (path.jitter > 0) due += draw(connection, link) % (path.jitter + 1);
    if (due < direction->last_due) due = direction->last_due;
    direction->last_due = due;
    direction->retries = 0;
    if ((link & 1) == 0 && !connection->nodelay)
        direction->acked_at = ack_time(net, connection, due);
    acknowledge(net, connection, link, now, due);
    net_post(net, due, NET_EVENT_ARRIVE, index, connection->generation);
    return due;
}

/* Nagle's rule holds small messages of an opener without TCP_NODELAY back while something is
 * unacknowledged. */
static bool must_wait(const Connection *connection, LinkId link, SimTime now)
{
    const Direction *direction = &connection->direction[link & 1];
    if (!connection->established || direction->waiting) return true;
    return (link & 1) == 0 && !connection->nodelay && now < direction->acked_at;
}

SimTime net_stream_flush(Net *net, LinkId link, SimTime now)
{
    Connection *connection = net_connection(net, link);
    Direction *direction = &connection->direction[link & 1];
    SimTime due = 0;
    if (must_wait(connection, link, now)) return 0;
    /* What was held back leaves together: Nagle's rule applies to what comes after it. */
    while (direction->first_held != SEGMENT_NONE && !direction->waiting) {
        uint32_t index = unhold_first(net, direction);
        due = transmit(net, link, index, now);
    }
    return direction->first_held == SEGMENT_NONE ? due : 0;
}

void net_stream_send(Net *net, LinkId link, uint64_t payload, uint32_t bytes, bool is_fin,
                     SimTime now)
{
    uint32_t index = take_segment(net);
    Connection *connection = net_connection(net, link);
    Direction *direction = &connection->direction[link & 1];
    net->segments.items[index] = (Segment){.payload = payload,
                                           .bytes = bytes,
                                           .link = link,
                                           .next = SEGMENT_NONE,
                                           .order = direction->order++,
                                           .is_fin = is_fin};
    direction->unsent += bytes;
    connection->outstanding++;
    bool behind = direction->first_held != SEGMENT_NONE;
    if (!behind && !must_wait(connection, link, now)) {
        transmit(net, link, index, now);
        return;
    }
    hold(net, link, index);
    bool nagle = connection->established && !direction->waiting && !behind;
    if (nagle && direction->acked_at != SIM_TIME_NEVER) {
        net_post(net, direction->acked_at, NET_EVENT_NAGLE, link, connection->generation);
    }
}

static void report_lost(Net *net, const Segment *segment, bool reset)
{
    Connection *connection = net_connection(net, segment->link);
    if (segment->is_fin) return;
    net_happen(net, (NetHappening){.kind = NET_LOST,
                                   .host = connection->host[segment->link & 1],
                                   .link = segment->link,
                                   .payload = segment->payload,
                                   .bytes = segment->bytes,
                                   .reset = reset});
}

void net_stream_drop(Net *net, LinkId link, bool reset)
{
    Direction *direction = &net_connection(net, link)->direction[link & 1];
    if (direction->first_held != SEGMENT_NONE) direction->dropped = true;
    while (direction->first_held != SEGMENT_NONE) {
        uint32_t index = unhold_first(net, direction);
        report_lost(net, &net->segments.items[index], reset);
        give_segment(net, index);
    }
}

/* Data for an end that is closed: it is lost, and its sender is told by a reset. */
static void refuse_data(Net *net, const Segment *segment)
{
    NetProfile back;
    Connection *connection = net_connection(net, segment->link);
    int sender = segment->link & 1;
    report_lost(net, segment, true);
    if (!connection->open[sender]) return;
    if (!net_path(net, connection->host[sender ^ 1], connection->host[sender], &back)) return;
    net_post(net, net->now + back.latency, NET_EVENT_RESET, segment->link, connection->generation);
}

static void deliver(Net *net, const Segment *segment)
{
    Connection *connection = net_connection(net, segment->link);
    LinkId to = segment->link ^ 1;
    if (!connection->open[to & 1]) {
        if (!segment->is_fin) refuse_data(net, segment);
    } else if (segment->is_fin) {
        net_happen(
            net, (NetHappening){.kind = NET_CLOSED, .host = connection->host[to & 1], .link = to});
        net_end_closed(net, to);
    } else {
        net_happen(net, (NetHappening){.kind = NET_ARRIVED,
                                       .host = connection->host[to & 1],
                                       .link = to,
                                       .payload = segment->payload,
                                       .bytes = segment->bytes});
    }
}

/* What must come before it is not there: it was held back and is sent again, or it is lost. */
static void on_early(Net *net, uint32_t index)
{
    Segment segment = net->segments.items[index];
    Connection *connection = net_connection(net, segment.link);
    Direction *direction = &connection->direction[segment.link & 1];
    uint32_t first = direction->first_held;
    if (direction->dropped) {
        report_lost(net, &segment, true);
        give_segment(net, index);
    } else if (first != SEGMENT_NONE && net->segments.items[first].order < segment.order) {
        hold(net, segment.link, index);
        wait_to_retry(net, segment.link, net->now);
    } else { /* the receiver keeps it until the earlier one, which is on the wire, is there */
        net_post(net, direction->last_due, NET_EVENT_ARRIVE, index, connection->generation);
    }
}

void net_stream_on_arrive(Net *net, uint32_t index)
{
    Segment segment = net->segments.items[index];
    Connection *connection = net_connection(net, segment.link);
    int from = segment.link & 1;
    NetProfile path;
    /* A cut that came while it was on the wire: it must be sent again. */
    if (net->rules.count > 0 &&
        !net_path(net, connection->host[from], connection->host[from ^ 1], &path)) {
        hold(net, segment.link, index);
        wait_to_retry(net, segment.link, net->now);
    } else if (segment.order != connection->direction[from].arrived) {
        on_early(net, index);
    } else {
        connection->direction[from].arrived++;
        deliver(net, &segment);
        give_segment(net, index);
    }
    net_maybe_free(net, segment.link >> 1);
}

void net_stream_on_retry(Net *net, LinkId link)
{
    Connection *connection = net_connection(net, link);
    Direction *direction = &connection->direction[link & 1];
    direction->waiting = false;
    if (direction->retries >= RETRIES_MAX) {
        give_up(net, link);
    } else {
        direction->retries++;
        uint8_t retries = direction->retries;
        if (direction->first_held != SEGMENT_NONE)
            transmit(net, link, unhold_first(net, direction), net->now);
        if (direction->waiting) direction->retries = retries;
        else net_stream_flush(net, link, net->now);
    }
    net_maybe_free(net, link >> 1);
}

void net_stream_on_nagle(Net *net, LinkId link)
{
    net_stream_flush(net, link, net->now);
}
