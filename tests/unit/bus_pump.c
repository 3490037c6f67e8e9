/* bus_pump.c -- see bus_pump.h. */
#include "tests/unit/bus_pump.h"

#include "sim/base/hash.h"
#include "sim/cluster/election.h"
#include "sim/cluster/failure.h"
#include "sim/cluster/handshake.h"
#include "sim/cluster/link.h"
#include "sim/cluster/peers.h"
#include "sim/cluster/slots.h"

#include <CUnit/CUnit.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { PUMP_CRON, PUMP_DELIVER, PUMP_CONNECT, PUMP_CLOSED };

#define TICK (100 * SIM_MS)
/* The event loop waits in whole ms, rounded up, and re-arms its timer after the work: real ticks
 * are a little longer than 100 ms, and how often nodes ping depends on it when T is small. */
#define TICK_DELAY    (100 * SIM_US)
#define TICK_ROUNDING (1 * SIM_MS)
#define CHECK_TURNS   50 /* all tables of a node are checked each so many turns */
#define RETRY         (200 * SIM_MS)

/* --- events --- */

static bool is_before(const PumpEvent *a, const PumpEvent *b)
{
    return a->time != b->time ? a->time < b->time : a->seq < b->seq;
}

static void swap(PumpEvent *a, PumpEvent *b)
{
    PumpEvent held = *a;
    *a = *b;
    *b = held;
}

static void post(Pump *pump, PumpEvent event)
{
    event.seq = pump->seq++;
    array_push(NULL, &pump->events, event);
    uint32_t i = pump->events.count - 1;
    PumpEvent *items = pump->events.items;
    while (i > 0 && is_before(&items[i], &items[(i - 1) / 2])) {
        swap(&items[i], &items[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
}

static PumpEvent take(Pump *pump)
{
    PumpEvent *items = pump->events.items;
    PumpEvent first = items[0];
    items[0] = items[--pump->events.count];
    uint32_t i = 0;
    for (;;) {
        uint32_t least = i;
        for (uint32_t child = 2 * i + 1; child <= 2 * i + 2; child++) {
            if (child < pump->events.count && is_before(&items[child], &items[least]))
                least = child;
        }
        if (least == i) return first;
        swap(&items[i], &items[least]);
        i = least;
    }
}

static SimTime arrival(Pump *pump)
{
    return pump->now + pump->latency + rng_below64(&pump->rng, pump->jitter + 1);
}

/* --- effects --- */

static void add_hash(Pump *pump, uint64_t value)
{
    pump->hash = hash_u64(pump->hash, value);
}

static LinkId open_link(Pump *pump, HostId from, AddrId addr)
{
    PumpLink link = {.host = {from, (HostId)(addr - 1)}, .open = {true, false}};
    array_push(NULL, &pump->links, link);
    LinkId id = 2 * (pump->links.count - 1);
    PumpEvent event = {.time = arrival(pump), .kind = PUMP_CONNECT, .host = from, .link = id};
    event.process = pump->hosts[from].process;
    post(pump, event);
    return id;
}

static void close_end(Pump *pump, LinkId link)
{
    PumpLink *connection = &pump->links.items[link / 2];
    if (!connection->open[link & 1]) return;
    connection->open[link & 1] = false;
    LinkId other = link ^ 1;
    HostId host = connection->host[other & 1];
    PumpEvent event = {.time = arrival(pump), .kind = PUMP_CLOSED, .host = host, .link = other};
    event.process = pump->hosts[host].process;
    post(pump, event);
}

static void transmit(Pump *pump, LinkId link, MsgId msg)
{
    if (link == LINK_NONE || !pump->links.items[link / 2].open[link & 1]) {
        msg_release(pump->msgs, msg);
        return;
    }
    const Msg *sent = msg_at(pump->msgs, msg);
    pump->sent[sent->kind]++;
    add_hash(pump, sent->kind);
    add_hash(pump, sent->bytes);
    for (uint32_t i = 0; i < sent->gossip_count; i++) {
        const GossipEntry *entry = &sent->gossip[i];
        add_hash(pump, (uint64_t)entry->node << 48 | (uint64_t)entry->flags << 32 | entry->pong_s);
    }
    PumpEvent event = {.time = arrival(pump), .kind = PUMP_DELIVER, .link = link ^ 1, .msg = msg};
    event.host = pump->links.items[link / 2].host[(link ^ 1) & 1];
    event.process = pump->hosts[event.host].process;
    post(pump, event);
}

static void fold(Pump *pump, HostId host, TraceRecord *record)
{
    record->time = pump->now;
    record->host = host;
    record->seq = pump->state.seq + 1;
    for (uint32_t i = bitpool_count(pump->state.slots); i < bitpool_count(pump->slots); i++) {
        bitpool_intern(pump->state.slots, bitpool_words(pump->slots, i));
    }
    pump->records[record->type]++;
    pump->last[record->type] = pump->now;
    if (!pump->refused && !state_apply(&pump->state, record, &pump->error)) pump->refused = true;
}

static void carry_out(Pump *pump, HostId number, const Effect *effect)
{
    PumpHost *host = &pump->hosts[number];
    add_hash(pump, (uint64_t)number << 32 | effect->kind);
    switch (effect->kind) {
    case EFFECT_LINK_OPEN:
        node_link_opened(host->node, effect->ref, open_link(pump, number, effect->addr));
        break;
    case EFFECT_LINK_CLOSE: close_end(pump, effect->link); break;
    case EFFECT_SEND:
        transmit(pump, node_peer(host->node, effect->ref)->link, effect->u.msg);
        break;
    case EFFECT_SEND_LINK: transmit(pump, effect->link, effect->u.msg); break;
    case EFFECT_RECORD: fold(pump, number, &pump->effects.records.items[effect->u.index]); break;
    case EFFECT_PERSIST: node_save(host->node, &host->disk, NULL); break;
    case EFFECT_REPLICATE:
        host->facts.repl_target_set = true;
        host->facts.repl_link_up = true;
        host->facts.repl_last_io_s = NODE_CLOCK_BASE_MS / 1000;
        break;
    case EFFECT_PROMOTED:
    case EFFECT_REPL_STOP: host->facts.repl_target_set = false; break;
    case EFFECT_DROP_KEYS:
    case EFFECT_FLUSH:
    case EFFECT_PAUSE_WRITES: break;
    case EFFECT_KIND_COUNT: SIM_ASSERT(false);
    }
}

void pump_finish_turn(Pump *pump, HostId host)
{
    NodeEnv env = pump_env(pump, host);
    node_before_sleep(pump->hosts[host].node, &env);
    for (uint32_t i = 0; i < pump->effects.items.count; i++) {
        Effect effect = pump->effects.items.items[i];
        carry_out(pump, host, &effect);
    }
    array_clear(&pump->effects.items);
    array_clear(&pump->effects.records);
    if (++pump->turns % CHECK_TURNS == 0) node_check_slow(pump->hosts[host].node, pump->slots);
}

/* --- running --- */

NodeEnv pump_env(Pump *pump, HostId number)
{
    PumpHost *host = &pump->hosts[number];
    NodeMs now_ms = NODE_CLOCK_BASE_MS + (NodeMs)(pump->now / SIM_MS);
    host->facts.repl_last_io_s = now_ms / 1000;
    return (NodeEnv){
        .now = pump->now,
        .now_ms = now_ms,
        .rng = &host->rng,
        .facts = &host->facts,
        .rules = &pump->rules,
        .directory = &pump->directory,
        .msgs = pump->msgs,
        .slots = pump->slots,
        .level = pump->level,
        .out = &pump->effects,
    };
}

static void input(Pump *pump, HostId host, NodeInput in)
{
    NodeEnv env = pump_env(pump, host);
    node_step(pump->hosts[host].node, &in, &env);
    pump_finish_turn(pump, host);
}

static void on_connect(Pump *pump, PumpEvent event)
{
    PumpLink *link = &pump->links.items[event.link / 2];
    if (!link->open[0] || event.process != pump->hosts[event.host].process) return;
    if (pump->cut[link->host[0]][link->host[1]]) {
        event.time = pump->now + RETRY;
        post(pump, event);
        return;
    }
    NodeInput in = {.link = event.link, .from = HOST_NONE, .kind = NODE_INPUT_LINK_UP};
    if (pump->hosts[link->host[1]].node) {
        link->open[1] = true;
        link->established = true;
    } else {
        link->open[0] = false;
        in.kind = NODE_INPUT_LINK_DOWN;
    }
    input(pump, event.host, in);
}

static void on_deliver(Pump *pump, PumpEvent event)
{
    const PumpLink *link = &pump->links.items[event.link / 2];
    bool current = event.process == pump->hosts[event.host].process;
    HostId from = link->host[(event.link ^ 1) & 1];
    bool waits = !link->established || pump->cut[from][event.host];
    if (current && link->open[0] && waits) {
        event.time = pump->now + (link->established ? RETRY : pump->latency);
        post(pump, event);
        return;
    }
    if (current && link->open[event.link & 1]) {
        NodeInput in = {.kind = NODE_INPUT_MSG, .link = event.link, .inbound = event.link & 1};
        in.from = from;
        in.msg = msg_at(pump->msgs, event.msg);
        input(pump, event.host, in);
    }
    msg_release(pump->msgs, event.msg);
}

static void on_closed(Pump *pump, PumpEvent event)
{
    PumpLink *link = &pump->links.items[event.link / 2];
    if (event.process != pump->hosts[event.host].process || !link->open[event.link & 1]) return;
    HostId from = link->host[(event.link ^ 1) & 1];
    if (pump->cut[from][event.host]) {
        event.time = pump->now + RETRY;
        post(pump, event);
        return;
    }
    link->open[event.link & 1] = false;
    input(pump, event.host,
          (NodeInput){.kind = NODE_INPUT_LINK_DOWN, .link = event.link, .inbound = event.link & 1});
}

static void on_event(Pump *pump, PumpEvent event)
{
    switch (event.kind) {
    case PUMP_CRON:
        if (event.process != pump->hosts[event.host].process) return;
        input(pump, event.host, (NodeInput){.kind = NODE_INPUT_CRON, .link = LINK_NONE});
        event.time += TICK + TICK_DELAY + rng_below64(&pump->rng, TICK_ROUNDING);
        post(pump, event);
        break;
    case PUMP_DELIVER: on_deliver(pump, event); break;
    case PUMP_CONNECT: on_connect(pump, event); break;
    case PUMP_CLOSED: on_closed(pump, event); break;
    }
}

void pump_run(Pump *pump, SimSpan span)
{
    SimTime until = pump->now + span;
    while (pump->events.count > 0 && pump->events.items[0].time <= until) {
        PumpEvent event = take(pump);
        pump->now = event.time;
        on_event(pump, event);
    }
    pump->now = until;
}

/* --- life --- */

static NodeId new_identity(Pump *pump, HostId host)
{
    NodeEntry entry = {.host = host, .addr = host + 1u};
    for (uint32_t i = 0; i < NODE_ID_SIZE; i++) {
        entry.id[i] = "0123456789abcdef"[rng_below(&pump->rng, 16)];
    }
    NodeId node = (NodeId)pump->directory.nodes.count;
    array_push(NULL, &pump->directory.nodes, entry);
    NodeState *row = state_need_node(&pump->state, node);
    memcpy(row->id, entry.id, NODE_ID_SIZE);
    row->host = host;
    return node;
}

void pump_start(Pump *pump, HostId number)
{
    PumpHost *host = &pump->hosts[number];
    SIM_ASSERT(!host->node);
    bool fresh = host->disk.self == NODE_NONE;
    NodeId identity = fresh ? new_identity(pump, number) : host->disk.self;
    HostState *row = state_need_host(&pump->state, number);
    row->status = PROCESS_RUNNING;
    row->node = identity;
    host->facts = (NodeFacts){.repl_offset = 0};
    NodeEnv env = pump_env(pump, number);
    host->node = node_create(number, number + 1u, identity, &host->config, &host->disk, &env);
    host->node->examine_all = pump->examine_all;
    pump_finish_turn(pump, number);
    SimTime first = pump->now + rng_below64(&pump->rng, TICK);
    post(pump,
         (PumpEvent){.time = first, .kind = PUMP_CRON, .host = number, .process = host->process});
}

void pump_kill(Pump *pump, HostId number)
{
    PumpHost *host = &pump->hosts[number];
    for (uint32_t i = 0; i < pump->links.count; i++) {
        for (uint32_t end = 0; end < 2; end++) {
            if (pump->links.items[i].host[end] == number) close_end(pump, 2 * i + end);
        }
    }
    node_destroy(host->node, NULL);
    host->node = NULL;
    host->process++;
    TraceRecord record = {.type = TRACE_PROCESS_EXITED};
    record.u.PROCESS_EXITED.reason = EXIT_KILLED;
    fold(pump, number, &record);
}

Pump *pump_create(uint64_t seed, uint32_t count, uint32_t node_timeout_ms)
{
    SIM_ASSERT(count <= PUMP_NODES_MAX);
    Pump *pump = mem_alloc(NULL, sizeof(*pump));
    pump->level = 2;
    pump->latency = 100 * SIM_US;
    pump->jitter = 50 * SIM_US;
    pump->rng = rng_derive(seed, "pump", 0);
    pump->msgs = msgpool_create(NULL);
    pump->slots = bitpool_create(NULL, SLOT_COUNT);
    rules_profile("redis-7.0", &pump->rules, NULL);
    state_init(&pump->state, NULL);
    pump->host_count = count;
    for (uint32_t i = 0; i < count; i++) {
        PumpHost *host = &pump->hosts[i];
        host->config = config_default();
        host->config.node_timeout_ms = node_timeout_ms;
        host->disk.self = NODE_NONE;
        host->rng = rng_derive(seed, "node", i);
        state_need_addr(&pump->state, i + 1);
        state_need_host(&pump->state, (HostId)i);
    }
    for (uint32_t i = 0; i < count; i++) pump_start(pump, (HostId)i);
    return pump;
}

void pump_destroy(Pump *pump)
{
    while (pump->events.count > 0) {
        PumpEvent event = take(pump);
        if (event.kind == PUMP_DELIVER) msg_release(pump->msgs, event.msg);
    }
    SIM_ASSERT(msgpool_live(pump->msgs) == 0);
    for (uint32_t i = 0; i < pump->host_count; i++) {
        node_destroy(pump->hosts[i].node, NULL);
        node_disk_deinit(&pump->hosts[i].disk, NULL);
    }
    state_deinit(&pump->state);
    msgpool_destroy(pump->msgs);
    bitpool_destroy(pump->slots);
    array_deinit(NULL, &pump->effects.items);
    array_deinit(NULL, &pump->effects.records);
    array_deinit(NULL, &pump->effects.stamps);
    array_deinit(NULL, &pump->events);
    array_deinit(NULL, &pump->links);
    array_deinit(NULL, &pump->directory.nodes);
    mem_free(NULL, pump, sizeof(*pump));
}

void pump_cut(Pump *pump, HostId a, HostId b, bool cut)
{
    pump->cut[a][b] = pump->cut[b][a] = cut;
}

/* --- making a cluster --- */

static bool all_know_all(const Pump *pump)
{
    for (uint32_t i = 0; i < pump->host_count; i++) {
        const Node *node = pump->hosts[i].node;
        if (!node) continue;
        if (node->known.count != pump->host_count) return false;
        for (uint32_t k = 0; k < node->known.count; k++) {
            PeerRef ref = node->known.items[k];
            if (ref & PEER_HANDSHAKE) return false;
            if (ref != node->self && node->peers[ref].link_state != PLINK_CONNECTED) return false;
        }
    }
    return true;
}

bool pump_join(Pump *pump, SimSpan limit)
{
    for (uint32_t i = 1; i < pump->host_count; i++) {
        NodeEnv env = pump_env(pump, (HostId)i);
        handshake_start(pump->hosts[i].node, 1, FLAG_HANDSHAKE | FLAG_MEET, &env);
        pump_finish_turn(pump, (HostId)i);
    }
    for (SimSpan waited = 0; waited < limit; waited += TICK) {
        if (all_know_all(pump)) return true;
        pump_run(pump, TICK);
    }
    return all_know_all(pump);
}

void pump_share_slots(Pump *pump, uint32_t primaries)
{
    for (uint32_t i = 0; i < primaries; i++) {
        uint64_t words[BITSET_WORDS(SLOT_COUNT)] = {0};
        for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) {
            if (slot * primaries / SLOT_COUNT == i) bitset_add(words, slot);
        }
        Node *node = pump->hosts[i].node;
        NodeEnv env = pump_env(pump, (HostId)i);
        slots_assign(node, bitpool_intern(pump->slots, words), node->self, &env);
        uint64_t epoch = i + 1;
        if (node->current_epoch < epoch) self_set_epochs(node, epoch, node->last_vote_epoch, &env);
        peer_set_epoch(node, node->self, epoch, &env);
        node->before_sleep |= SLEEP_SAVE | SLEEP_STATE;
        pump_finish_turn(pump, (HostId)i);
    }
}

void pump_follow(Pump *pump, HostId replica, NodeId primary)
{
    NodeEnv env = pump_env(pump, replica);
    election_follow(pump->hosts[replica].node, primary, ROLE_COMMAND, &env);
    pump->hosts[replica].node->before_sleep |= SLEEP_SAVE | SLEEP_STATE;
    pump_finish_turn(pump, replica);
}

/* --- one node by hand --- */

LinkId pump_out_link(NodeId node)
{
    return 100000u + 2u * node;
}

LinkId pump_in_link(NodeId node)
{
    return 200001u + 2u * node;
}

Node *pump_acquaint(Pump *pump, HostId host)
{
    Node *node = pump->hosts[host].node;
    NodeEnv env = pump_env(pump, host);
    for (uint32_t i = 0; i < pump->directory.nodes.count; i++) {
        NodeId peer = (NodeId)i;
        if (peer == node->self) continue;
        peer_add(node, peer, pump->directory.nodes.items[i].addr, FLAG_PRIMARY, &env);
        peer_set_link(node, peer, pump_out_link(peer), PLINK_CONNECTED, &env);
        peer_set_pong(node, peer, env.now_ms, &env);
        node->peers[peer].link_since_ms = env.now_ms;
        node->peers[peer].data_ms = env.now_ms;
    }
    pump_tick(pump, host);
    pump_clear(pump);
    return node;
}

MsgId pump_packet(Pump *pump, HostId sender, MsgKind kind, uint16_t gossip_capacity)
{
    NodeEnv env = pump_env(pump, sender);
    return link_build(pump->hosts[sender].node, kind, gossip_capacity, &env);
}

void pump_receive(Pump *pump, HostId host, LinkId link, bool inbound, MsgId packet)
{
    NodeInput in = {.kind = NODE_INPUT_MSG, .link = link, .inbound = inbound};
    in.msg = msg_at(pump->msgs, packet);
    NodeEnv env = pump_env(pump, host);
    node_step(pump->hosts[host].node, &in, &env);
    node_check_slow(pump->hosts[host].node, pump->slots);
    msg_release(pump->msgs, packet);
}

void pump_tick(Pump *pump, HostId host)
{
    NodeEnv env = pump_env(pump, host);
    node_step(pump->hosts[host].node, &(NodeInput){.kind = NODE_INPUT_CRON}, &env);
    node_check_slow(pump->hosts[host].node, pump->slots);
}

static bool is_sending(const Effect *effect)
{
    return effect->kind == EFFECT_SEND || effect->kind == EFFECT_SEND_LINK;
}

uint32_t pump_wishes(const Pump *pump, EffectKind kind)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < pump->effects.items.count; i++) {
        count += pump->effects.items.items[i].kind == kind;
    }
    return count;
}

uint32_t pump_sendings(const Pump *pump, MsgKind kind)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < pump->effects.items.count; i++) {
        const Effect *effect = &pump->effects.items.items[i];
        count += is_sending(effect) && msg_at(pump->msgs, effect->u.msg)->kind == kind;
    }
    return count;
}

const Msg *pump_sending(const Pump *pump, MsgKind kind, PeerRef *to)
{
    for (uint32_t i = pump->effects.items.count; i-- > 0;) {
        const Effect *effect = &pump->effects.items.items[i];
        if (!is_sending(effect) || msg_at(pump->msgs, effect->u.msg)->kind != kind) continue;
        if (to) *to = effect->kind == EFFECT_SEND ? effect->ref : PEER_NONE;
        return msg_at(pump->msgs, effect->u.msg);
    }
    return NULL;
}

void pump_clear(Pump *pump)
{
    for (uint32_t i = 0; i < pump->effects.items.count; i++) {
        const Effect *effect = &pump->effects.items.items[i];
        if (is_sending(effect)) msg_release(pump->msgs, effect->u.msg);
    }
    array_clear(&pump->effects.items);
    array_clear(&pump->effects.records);
}

void expect_eq(const char *row, const char *what, uint64_t got, uint64_t want)
{
    if (got != want) {
        fprintf(stderr, "  %s: %s is %" PRIu64 ", expected %" PRIu64 "\n", row, what, got, want);
    }
    CU_ASSERT_EQUAL(got, want);
}

/* --- the truth --- */

static bool differs(Error *why, HostId host, NodeId node, const char *field, uint64_t told,
                    uint64_t is)
{
    if (told == is) return false;
    error_set(why, "host %u on node %u: %s is %" PRIu64 " in the trace, %" PRIu64 " in truth", host,
              node, field, told, is);
    return true;
}

static bool belief_is_true(const Pump *pump, HostId host, NodeId number, Error *why)
{
    const Node *node = pump->hosts[host].node;
    const Belief *told = state_belief(&pump->state, host, number);
    bool known = peer_known(node, number);
    if (differs(why, host, number, "known", told->known, known)) return false;
    if (!known) return true;
    const Peer *peer = &node->peers[number];
    if (differs(why, host, number, "flags", told->flags, peer->flags)) return false;
    if (differs(why, host, number, "epoch", told->epoch, peer->epoch)) return false;
    if (differs(why, host, number, "slots", told->slots, peer->slots)) return false;
    if (differs(why, host, number, "addr", told->addr, peer->addr)) return false;
    if (differs(why, host, number, "primary", told->primary, peer->primary)) return false;
    if (differs(why, host, number, "up", told->up, peer->link_state == PLINK_CONNECTED))
        return false;
    if (differs(why, host, number, "link", told->link, peer->link_state)) return false;
    if (differs(why, host, number, "ping", told->ping_ms, peer->ping_sent_ms)) return false;
    if (differs(why, host, number, "pong", told->pong_ms, peer_pong_ms(node, number))) return false;
    return !differs(why, host, number, "offset", told->offset, peer->offset);
}

static bool self_is_true(Pump *pump, HostId host, Error *why)
{
    Node *node = pump->hosts[host].node;
    const HostState *told = &pump->state.hosts.items[host];
    const Election *election = &node->election;
    NodeId me = node->self;
    if (differs(why, host, me, "state", told->state, node->state)) return false;
    if (differs(why, host, me, "size", told->size, node->size)) return false;
    if (differs(why, host, me, "currentEpoch", told->current_epoch, node->current_epoch))
        return false;
    if (differs(why, host, me, "lastVoteEpoch", told->last_vote_epoch, node->last_vote_epoch)) {
        return false;
    }
    if (differs(why, host, me, "auth time", told->auth_ms, election->auth_ms)) return false;
    if (differs(why, host, me, "auth epoch", told->auth_epoch, election->epoch)) return false;
    if (differs(why, host, me, "votes", told->votes, election->votes)) return false;
    if (differs(why, host, me, "rank", told->rank, election->rank)) return false;
    if (differs(why, host, me, "auth sent", told->auth_sent, election->sent)) return false;

    uint32_t reports = node->report_table.count;
    if (differs(why, host, me, "reports", told->reports.count, reports)) return false;
    uint32_t handshakes = 0;
    for (uint32_t i = 0; i < node->handshakes.count; i++)
        handshakes += node->handshakes.items[i].used;
    return !differs(why, host, me, "handshakes", told->handshakes.count, handshakes);
}

static bool report_is_told(const Pump *pump, HostId host, const FailReport *report)
{
    const HostState *told = &pump->state.hosts.items[host];
    for (uint32_t i = 0; i < told->reports.count; i++) {
        const Report *row = &told->reports.items[i];
        if (row->peer == report->peer && row->reporter == report->reporter) return true;
    }
    return false;
}

static bool reports_are_told(const Pump *pump, HostId host, const Node *node, Error *why)
{
    FailReports reports = {0};
    failure_list_reports(node, &reports, NULL);
    bool told = true;
    for (uint32_t i = 0; i < reports.count; i++) {
        told = told && report_is_told(pump, host, &reports.items[i]);
    }
    array_deinit(NULL, &reports);
    return told || error_set(why, "host %u holds a report the trace does not tell of", host);
}

bool pump_trace_is_true(Pump *pump, Error *why)
{
    if (pump->refused) {
        *why = pump->error;
        return false;
    }
    for (uint32_t i = 0; i < pump->host_count; i++) {
        const Node *node = pump->hosts[i].node;
        if (!node) continue;
        if (!self_is_true(pump, (HostId)i, why)) return false;
        for (uint32_t k = 0; k < pump->directory.nodes.count; k++) {
            state_need_belief(&pump->state, (HostId)i, (NodeId)k);
            if (!belief_is_true(pump, (HostId)i, (NodeId)k, why)) return false;
        }
        if (!reports_are_told(pump, (HostId)i, node, why)) return false;
    }
    return true;
}
