/* conns.c -- clients' connections over the network (conns.h). */
#include "sim/world/conns.h"

#include "sim/world/world.h"

#include <string.h>

#define PORT_FIRST 32768 /* Linux: ip_local_port_range */
#define PORT_COUNT 28232

Conn *conns_at(Sim *sim, uint32_t conn)
{
    SIM_ASSERT(conn > 0 && conn < sim->conns.count);
    return &sim->conns.items[conn];
}

/* --- packets --- */

static uint64_t take_packet(Sim *sim, Slice bytes)
{
    uint32_t index = idpool_take(&sim->packet_ids);
    array_reserve(sim->mem, &sim->packets, index + 1);
    if (index >= sim->packets.count) sim->packets.count = index + 1;
    sim->packets.items[index] = (Packet){blob_copy(sim->mem, bytes), sim->cause};
    return PAYLOAD_BYTES | index;
}

static Packet *packet_at(Sim *sim, uint64_t payload)
{
    SIM_ASSERT((payload & PAYLOAD_TAG) == PAYLOAD_BYTES && payload < sim->packets.count);
    return &sim->packets.items[payload];
}

void conns_free_packet(Sim *sim, uint64_t payload)
{
    blob_free(sim->mem, &packet_at(sim, payload)->bytes);
    idpool_give(&sim->packet_ids, (uint32_t)payload, sim->mem);
}

/* --- opening, sending, closing --- */

/* Connections between machines are told; those of a redis-cli on the server's own are not. */
static void note_opened(Sim *sim, uint32_t number)
{
    const Conn *conn = conns_at(sim, number);
    TraceRecord record = {.type = TRACE_CONN_OPENED};
    if (conn->from == conn->to) return;
    record.u.CONN_OPENED.conn = number;
    record.u.CONN_OPENED.to = conn->to;
    world_note(sim, conn->from, &record);
}

static void note_ended(Sim *sim, uint32_t number, HangupReason reason)
{
    const Conn *conn = conns_at(sim, number);
    TraceRecord record = {.type = TRACE_CONN_ENDED};
    if (conn->from == conn->to) return;
    record.u.CONN_ENDED.conn = number;
    record.u.CONN_ENDED.to = conn->to;
    record.u.CONN_ENDED.reason = reason;
    world_note(sim, conn->from, &record);
}

uint32_t conns_open(Sim *sim, HostId from, HostId to, ConnOwner owner)
{
    Conn conn = {.from = from, .to = to, .owner = owner, .far = LINK_NONE, .open = true};
    conn.port = (uint16_t)(PORT_FIRST + world_host(sim, from)->client_ports++ % PORT_COUNT);
    conn.near = effects_open(sim, from, to, LINK_CLIENT);
    conn.input.mem = sim->mem;
    array_push(sim->mem, &sim->conns, conn);
    uint32_t connection = conn.near >> 1;
    array_reserve(sim->mem, &sim->link_conn, connection + 1);
    if (connection >= sim->link_conn.count) sim->link_conn.count = connection + 1;
    sim->link_conn.items[connection] = sim->conns.count - 1;
    note_opened(sim, sim->conns.count - 1);
    return sim->conns.count - 1;
}

static void send_bytes(Sim *sim, LinkId link, Slice bytes, SimTime depart)
{
    if (link == LINK_NONE || !net_is_open(sim->net, link) || bytes.size == 0) return;
    net_send(sim->net, link, take_packet(sim, bytes), bytes.size, depart);
}

static void close_end(Sim *sim, LinkId *link, SimTime depart)
{
    if (*link != LINK_NONE && net_is_open(sim->net, *link)) net_close(sim->net, *link, depart);
    *link = LINK_NONE;
}

void conns_send(Sim *sim, uint32_t conn, Slice bytes, SimTime depart)
{
    send_bytes(sim, conns_at(sim, conn)->near, bytes, depart);
}

void conns_close(Sim *sim, uint32_t conn, SimTime depart)
{
    Conn *on = conns_at(sim, conn);
    if (on->near != LINK_NONE) note_ended(sim, conn, HANGUP_CLIENT);
    close_end(sim, &on->near, depart);
    text_deinit(&on->input);
}

bool conns_next_reply(Sim *sim, uint32_t conn, RespValues *values, Slice *bytes)
{
    Error err = {{0}};
    uint32_t used;
    const Text *input = &conns_at(sim, conn)->input;
    Slice all = {text_chars(input), input->size};
    if (input->size == 0) return false;
    RespStatus status = resp_read(all, values, &used, &err, sim->mem);
    SIM_ASSERT(status != RESP_BAD); /* a server wrote it */
    *bytes = (Slice){all.chars, used};
    return status == RESP_DONE;
}

void conns_drop(Sim *sim, uint32_t conn, uint32_t size)
{
    Text *input = &conns_at(sim, conn)->input;
    SIM_ASSERT(size <= input->size);
    memmove(input->chars, input->chars + size, input->size - size);
    input->size -= size;
    input->chars[input->size] = '\0';
}

/* --- what the network tells --- */

static uint32_t conn_of(const Sim *sim, const NetHappening *happening)
{
    if (sim->link_use.items[happening->link >> 1] != LINK_CLIENT) return 0;
    return sim->link_conn.items[happening->link >> 1];
}

static bool is_openers(const NetHappening *happening)
{
    return (happening->link & 1) == 0;
}

/* The kernel of the server's machine has answered: its process has one more client. */
static void accept(Sim *sim, uint32_t number, LinkId far)
{
    NodeFacts facts;
    Conn *conn = conns_at(sim, number);
    Host *host = world_host(sim, conn->to);
    SIM_ASSERT(host_has_process(host)); /* only then does it listen */
    NodeEnv env = process_env(sim, host, &facts);
    conn->far = far;
    AddrState from = {.ip = world_host(sim, conn->from)->ip, .port = conn->port};
    server_open(host->server, number, from, &env);
}

static ConnNews news_of(NetHappeningKind kind)
{
    switch (kind) {
    case NET_ARRIVED: return CONN_BYTES;
    case NET_CONNECTED: return CONN_UP;
    case NET_REFUSED: return CONN_REFUSED;
    case NET_TIMED_OUT: return CONN_TIMED_OUT;
    case NET_CLOSED: return CONN_CLOSED;
    case NET_LOST: break;
    }
    SIM_ASSERT(kind != NET_LOST);
    return CONN_CLOSED;
}

static HangupReason hangup_of(ConnNews news)
{
    if (news == CONN_REFUSED) return HANGUP_REFUSED;
    return news == CONN_TIMED_OUT ? HANGUP_TIMED_OUT : HANGUP_SERVER;
}

/* What comes for the opener is in its `input` afterwards, an end has gone. False when the opener
 * has hung up meanwhile. */
static bool receive(Sim *sim, uint32_t number, const NetHappening *happening)
{
    Conn *conn = conns_at(sim, number);
    bool wanted = conn->near != LINK_NONE;
    ConnNews news = news_of(happening->kind);
    if (news == CONN_BYTES) {
        const Packet *packet = packet_at(sim, happening->payload);
        if (wanted) text_append_bytes(&conn->input, packet->bytes.chars, packet->bytes.size);
        conns_free_packet(sim, happening->payload);
    } else if (news != CONN_UP && wanted) {
        note_ended(sim, number, hangup_of(news));
        conn->near = LINK_NONE;
    }
    return wanted;
}

bool conns_is_outbound(const Sim *sim, const NetHappening *happening)
{
    uint32_t number = conn_of(sim, happening);
    return number > 0 && is_openers(happening) && sim->conns.items[number].owner == CONN_OF_PROCESS;
}

bool conns_on_happening(Sim *sim, const NetHappening *happening)
{
    uint32_t number = conn_of(sim, happening);
    if (number == 0) return false;
    if (happening->kind == NET_CONNECTED) accept(sim, number, happening->link ^ 1);
    if (!is_openers(happening) || conns_at(sim, number)->owner == CONN_OF_PROCESS) return false;
    bool wanted = receive(sim, number, happening);
    net_taken(sim->net, happening);
    ConnNews news = news_of(happening->kind);
    bool is_script = conns_at(sim, number)->owner == CONN_OF_SCRIPT;
    if (wanted && is_script) calls_on_news(sim, number, news);
    if (wanted && !is_script) workload_on_news(sim, number, news);
    return true;
}

/* --- in a turn of the process --- */

/* Executes what is ready, of all clients in turn, unless a command holds the process. */
bool conns_execute(Host *host, NodeEnv *env)
{
    bool any = false;
    ClientId next;
    while (outbound_held_until(host->server) == 0 &&
           (next = server_next_ready(host->server)) != CLIENT_NONE) {
        host->served += server_execute_next(host->server, next, env);
        any = true;
    }
    return any;
}

static void take_from_client(Sim *sim, Host *host, uint32_t number, const NetHappening *happening,
                             NodeEnv *env)
{
    Conn *conn = conns_at(sim, number);
    bool known = conn->far != LINK_NONE; /* else the server has closed it meanwhile */
    if (happening->kind == NET_CLOSED) {
        if (known) server_close(host->server, number, env);
        conn->far = LINK_NONE;
        return;
    }
    SIM_ASSERT(happening->kind == NET_ARRIVED);
    const Packet *packet = packet_at(sim, happening->payload);
    sim->cause = packet->cause;
    if (known) server_input(host->server, number, blob_slice(packet->bytes), env);
    conns_free_packet(sim, happening->payload);
    if (known) conns_execute(host, env);
}

static OutboundNewsKind outbound_kind(ConnNews news)
{
    switch (news) {
    case CONN_UP: return OUTBOUND_UP;
    case CONN_REFUSED: return OUTBOUND_REFUSED;
    case CONN_TIMED_OUT: return OUTBOUND_TIMED_OUT;
    case CONN_BYTES: return OUTBOUND_BYTES;
    case CONN_CLOSED: return OUTBOUND_CLOSED;
    }
    return OUTBOUND_CLOSED;
}

static void take_own(Sim *sim, Host *host, uint32_t number, const NetHappening *happening,
                     NodeEnv *env)
{
    if (!receive(sim, number, happening)) return;
    Conn *conn = conns_at(sim, number);
    Text input = conn->input; /* the listener may open another connection: `conn` moves then */
    conn->input = (Text){.mem = sim->mem};
    OutboundNews news = {.kind = outbound_kind(news_of(happening->kind)),
                         .id = conn->outbound,
                         .bytes = {text_chars(&input), input.size}};
    outbound_tell(host->server, &news, env);
    text_deinit(&input);
    conns_execute(host, env); /* what waited while the process was held */
}

void conns_take(Sim *sim, HostId number, const NetHappening *happening)
{
    NodeFacts facts;
    Host *host = world_host(sim, number);
    NodeEnv env = process_env(sim, host, &facts);
    server_set_addrs(host->server, sim->addrs.items);
    uint32_t conn = conn_of(sim, happening);
    if (is_openers(happening)) take_own(sim, host, conn, happening, &env);
    else take_from_client(sim, host, conn, happening, &env);
}

void conns_go_on(Sim *sim, HostId number)
{
    NodeFacts facts;
    Host *host = world_host(sim, number);
    NodeEnv env = process_env(sim, host, &facts);
    conns_execute(host, &env);
}

void conns_hold_over(Sim *sim, HostId number)
{
    NodeFacts facts;
    Host *host = world_host(sim, number);
    NodeEnv env = process_env(sim, host, &facts);
    server_set_addrs(host->server, sim->addrs.items);
    outbound_release(host->server);
    outbound_tell(host->server, &(OutboundNews){.kind = OUTBOUND_LATE}, &env);
    conns_execute(host, &env);
}

/* --- at the end of a turn --- */

static void send_outputs(Sim *sim, Host *host, SimTime depart)
{
    ServerOutput output;
    while (server_next_output(host->server, &output)) {
        Conn *conn = conns_at(sim, output.client);
        send_bytes(sim, conn->far, output.bytes, depart);
        if (!output.close) continue;
        NodeFacts facts;
        NodeEnv env = process_env(sim, host, &facts);
        close_end(sim, &conn->far, depart);
        server_close(host->server, output.client, &env);
    }
}

/* Whoever has this address; else somebody on the same machine, whose port it is not. */
HostId conns_host_at(const Sim *sim, uint32_t ip, uint16_t port)
{
    HostId same_ip = HOST_NONE;
    for (uint32_t i = sim->hosts.count; i-- > 0;) {
        if (sim->hosts.items[i].ip != ip) continue;
        same_ip = (HostId)i;
        if (sim->hosts.items[i].port == port) return same_ip;
    }
    return same_ip;
}

static void carry_out_wish(Sim *sim, HostId number, OutboundWish *wish, SimTime depart)
{
    Host *host = world_host(sim, number);
    if (wish->kind == OUTBOUND_OPEN) {
        HostId to = conns_host_at(sim, wish->ip, wish->port);
        uint32_t conn = conns_open(sim, number, to, CONN_OF_PROCESS);
        bool listens = to != HOST_NONE && !sim->hosts.items[to].is_client &&
                       sim->hosts.items[to].port == wish->port;
        if (to != HOST_NONE && !listens) net_to_closed_port(sim->net, conns_at(sim, conn)->near);
        conns_at(sim, conn)->outbound = wish->id;
        SIM_ASSERT(wish->id == host->outbound.count + 1); /* ids count from 1 */
        array_push(sim->mem, &host->outbound, conn);
        return;
    }
    SIM_ASSERT(wish->id > 0 && wish->id <= host->outbound.count);
    uint32_t conn = host->outbound.items[wish->id - 1];
    if (wish->kind == OUTBOUND_CLOSE) conns_close(sim, conn, depart);
    else conns_send(sim, conn, (Slice){text_chars(&wish->bytes), wish->bytes.size}, depart);
    text_deinit(&wish->bytes);
}

void conns_drain(Sim *sim, HostId number, SimTime depart)
{
    OutboundWish wish;
    send_outputs(sim, world_host(sim, number), depart);
    while (outbound_next_wish(world_host(sim, number)->server, &wish))
        carry_out_wish(sim, number, &wish, depart);
}

/* --- death --- */

void conns_host_died(Sim *sim, HostId number)
{
    array_clear(&world_host(sim, number)->outbound);
    for (uint32_t i = 1; i < sim->conns.count; i++) {
        Conn *conn = &sim->conns.items[i];
        bool was_up = conn->far != LINK_NONE;
        if (conn->to == number) conn->far = LINK_NONE;
        if (conn->from != number || conn->near == LINK_NONE) continue;
        conn->near = LINK_NONE;
        if (conn->owner == CONN_OF_PROCESS) text_deinit(&conn->input);
        else calls_on_news(sim, i, was_up ? CONN_CLOSED : CONN_REFUSED); /* redis-cli lives on */
    }
}
