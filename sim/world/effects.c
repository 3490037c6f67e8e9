/* effects.c -- carrying out what a turn wished for, in order: links, messages, records, disk. */
#include "sim/world/world.h"

#include <string.h>

/* --- payloads --- */

Flight *effects_flight(Sim *sim, uint64_t payload)
{
    if ((payload & PAYLOAD_TAG) != PAYLOAD_FLIGHT) return NULL;
    return &sim->flights.items[payload & ~PAYLOAD_TAG];
}

MsgId effects_msg(Sim *sim, uint64_t payload, uint32_t *repl)
{
    const Flight *flight = effects_flight(sim, payload);
    uint32_t number = (uint32_t)(payload & UINT32_MAX);
    bool is_repl = flight ? flight->msg == MSG_NONE : (payload & PAYLOAD_TAG) == PAYLOAD_REPL;
    if (is_repl) {
        *repl = flight ? flight->repl : number;
        return MSG_NONE;
    }
    return flight ? flight->msg : number;
}

void effects_finish_payload(Sim *sim, uint64_t payload)
{
    uint32_t repl;
    MsgId msg = effects_msg(sim, payload, &repl);
    if (msg == MSG_NONE) replmsg_free(sim->repl_msgs, repl);
    else msg_release(sim->msgs, msg);
    Flight *flight = effects_flight(sim, payload);
    if (!flight) return;
    flight->number = 0;
    idpool_give(&sim->flight_ids, (uint32_t)(payload & UINT32_MAX), sim->mem);
}

void effects_lose_payload(Sim *sim, uint64_t payload, LostReason reason)
{
    if ((payload & PAYLOAD_TAG) == PAYLOAD_BYTES) {
        conns_free_packet(sim, payload);
        return;
    }
    const Flight *flight = effects_flight(sim, payload);
    if (flight) {
        TraceRecord record = {.type = TRACE_MSG_LOST, .host = flight->from, .cause = flight->seq};
        record.u.MSG_LOST.msg = flight->number;
        record.u.MSG_LOST.reason = reason;
        world_record(sim, &record, flight->rare ? 1 : 2);
    }
    effects_finish_payload(sim, payload);
}

/* A place for a message that the trace shows; returns its payload. */
static uint64_t take_flight(Sim *sim, const Flight *flight)
{
    uint32_t index = idpool_take(&sim->flight_ids);
    array_reserve(sim->mem, &sim->flights, index + 1);
    if (index >= sim->flights.count) sim->flights.count = index + 1;
    sim->flights.items[index] = *flight;
    return PAYLOAD_FLIGHT | index;
}

/* --- sending --- */

static void note_sent(Sim *sim, Flight *flight)
{
    TraceRecord record = {.type = TRACE_MSG_SENT, .host = flight->from, .cause = sim->cause};
    record.u.MSG_SENT.msg = flight->number;
    record.u.MSG_SENT.to = flight->to;
    record.u.MSG_SENT.kind = (MsgKind)flight->kind;
    record.u.MSG_SENT.rare = flight->rare;
    record.u.MSG_SENT.bytes = flight->bytes;
    record.u.MSG_SENT.epoch = flight->epoch;
    record.u.MSG_SENT.due = flight->due;
    flight->seq = world_record(sim, &record, flight->rare ? 1 : 2);
}

/* Gives a message to the network; `message` says which, to and from are filled in here. */
static void transmit(Sim *sim, HostId from, LinkId link, Flight message, SimTime depart)
{
    bool shown = world_wants(sim, message.rare ? 1 : 2);
    uint64_t payload =
        message.msg == MSG_NONE ? PAYLOAD_REPL | message.repl : PAYLOAD_MSG | message.msg;
    if (shown) {
        message.number = ++sim->msg_count;
        message.from = from;
        message.to = net_peer(sim->net, link);
        message.sent = sim->now;
        shown = message.to != HOST_NONE;
    }
    if (shown) payload = take_flight(sim, &message);
    SimTime due = net_send(sim->net, link, payload, message.bytes, depart);
    if (!shown) return;
    Flight *flight = &sim->flights.items[payload & ~PAYLOAD_TAG];
    flight->due = due;
    note_sent(sim, flight);
}

/* Only a PONG that answers nothing is news: it announces a promotion, an import or an election. */
static bool is_rare(MsgKind kind, bool answer)
{
    if (kind == MSG_PING || kind == MSG_REPL) return false;
    return kind != MSG_PONG || !answer;
}

static void send_msg(Sim *sim, HostId from, LinkId link, MsgId id, bool answer, SimTime depart)
{
    if (link == LINK_NONE || !net_is_open(sim->net, link)) {
        msg_release(sim->msgs, id);
        return;
    }
    const Msg *msg = msg_at(sim->msgs, id);
    sim->bus_bytes += msg->bytes;
    Flight message = {.msg = id,
                      .kind = (uint8_t)msg->kind,
                      .rare = is_rare(msg->kind, answer),
                      .bytes = msg->bytes,
                      .epoch = msg->current_epoch};
    transmit(sim, from, link, message, depart);
}

void effects_send_repl(Sim *sim, HostId from, LinkId link, uint32_t repl, uint32_t bytes,
                       SimTime depart)
{
    if (link == LINK_NONE || !net_is_open(sim->net, link)) {
        replmsg_free(sim->repl_msgs, repl);
        return;
    }
    Flight message = {.msg = MSG_NONE, .repl = repl, .kind = MSG_REPL, .bytes = bytes};
    transmit(sim, from, link, message, depart);
}

/* --- links --- */

HostId effects_host_at(const Sim *sim, AddrId addr)
{
    return addr < sim->addr_host.count ? sim->addr_host.items[addr] : HOST_NONE;
}

LinkId effects_open(Sim *sim, HostId from, HostId to, LinkUse use)
{
    bool nodelay = use != LINK_BUS || rule_on(&sim->config.rules, RULE_CONNECT_NODELAY);
    LinkId link = net_open(sim->net, from, to, nodelay, sim->now);
    uint32_t connection = link >> 1;
    array_reserve(sim->mem, &sim->link_use, connection + 1);
    if (connection >= sim->link_use.count) sim->link_use.count = connection + 1;
    sim->link_use.items[connection] = (uint8_t)use;
    /* Without cluster mode a server listens for clients only. */
    bool no_bus =
        use == LINK_BUS && to != HOST_NONE && !world_host(sim, to)->config.cluster_enabled;
    if (no_bus) net_to_closed_port(sim->net, link);
    return link;
}

/* --- records --- */

/* A decision becomes the cause of what follows in its turn; an election remembers what led to it.
 */
static void note_record(Sim *sim, HostId number, TraceRecord *record)
{
    Host *host = world_host(sim, number);
    TraceType type = (TraceType)record->type;
    record->host = number;
    record->cause = sim->cause;
    if (type == TRACE_ELECTION_DELAYED && host->cause_failed) record->cause = host->cause_failed;
    if (type == TRACE_ELECTION_STARTED && host->cause_delayed) record->cause = host->cause_delayed;
    uint64_t seq = world_record(sim, record, trace_type_level(type));
    if (!seq || type < TRACE_SUSPECTED || type == TRACE_SAVED) return;
    sim->cause = seq;
    if (type == TRACE_FAILED || type == TRACE_FAIL_HEARD) host->cause_failed = seq;
    if (type == TRACE_ELECTION_DELAYED) host->cause_delayed = seq;
}

/* --- the list --- */

/* What the turn costs before anything leaves: CPU time, and the disk when something must be
 * durable. */
static SimSpan turn_cost(Sim *sim, const Host *host)
{
    SimSpan cost = host->turn_is_cron ? sim->config.cron : sim->config.turn;
    for (uint32_t i = 0; i < sim->effects.items.count; i++) {
        const Effect *effect = &sim->effects.items.items[i];
        if (effect->kind == EFFECT_PERSIST && effect->u.fsync) cost += sim->config.fsync;
    }
    return (cost + host->served) * host->slow_permille / 1000;
}

static void persist(Sim *sim, HostId number, bool fsync)
{
    Host *host = world_host(sim, number);
    node_save(host->node, &host->disk, sim->mem);
    TraceRecord record = {.type = TRACE_SAVED, .host = number, .cause = sim->cause};
    record.u.SAVED.fsync = fsync;
    world_record(sim, &record, 2);
}

static void carry_out(Sim *sim, HostId number, const Effect *effect, SimTime depart)
{
    Host *host = world_host(sim, number);
    switch (effect->kind) {
    case EFFECT_LINK_OPEN:
        node_link_opened(host->node, effect->ref,
                         effects_open(sim, number, effects_host_at(sim, effect->addr), LINK_BUS));
        break;
    case EFFECT_LINK_CLOSE:
        if (net_is_open(sim->net, effect->link)) net_close(sim->net, effect->link, depart);
        break;
    case EFFECT_SEND:
        send_msg(sim, number, node_peer(host->node, effect->ref)->link, effect->u.msg, false,
                 depart);
        break;
    case EFFECT_SEND_LINK: send_msg(sim, number, effect->link, effect->u.msg, true, depart); break;
    case EFFECT_RECORD:
        note_record(sim, number, &sim->effects.records.items[effect->u.index]);
        break;
    case EFFECT_PERSIST: persist(sim, number, effect->u.fsync != 0); break;
    case EFFECT_REPLICATE:
    case EFFECT_PROMOTED:
    case EFFECT_REPL_STOP:
    case EFFECT_DROP_KEYS:
    case EFFECT_FLUSH:
    case EFFECT_PAUSE_WRITES: effects_for_data(sim, number, effect); break;
    case EFFECT_KIND_COUNT: SIM_ASSERT(effect->kind < EFFECT_KIND_COUNT);
    }
}

SimTime effects_carry_out(Sim *sim, HostId number)
{
    SimTime depart = sim->now + turn_cost(sim, world_host(sim, number));
    /* Data effects may append to the list; they are carried out in the same pass. */
    for (uint32_t i = 0; i < sim->effects.items.count; i++) {
        Effect effect = sim->effects.items.items[i];
        carry_out(sim, number, &effect, depart);
    }
    array_clear(&sim->effects.items);
    array_clear(&sim->effects.records);
    data_drain(sim, number, depart);
    return depart;
}
