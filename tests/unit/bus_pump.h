/* bus_pump.h -- a tiny world for tests of sim/cluster: nodes, connections of fixed latency, cuts,
 * crashes.
 *
 * Far simpler than sim/world: a turn takes no time, data is not replicated, a cut holds packets
 * back and delivers them when it ends. Every record is folded, so that a test can ask whether the
 * trace tells the truth. */
#ifndef UNIT_BUS_PUMP_H
#define UNIT_BUS_PUMP_H

#include "sim/cluster/node.h"

#define PUMP_NODES_MAX 64

typedef struct PumpEvent {
    SimTime time;
    uint64_t seq;
    int kind; /* enum in bus_pump.c */
    HostId host;
    uint32_t process; /* of that host; another one ignores the event */
    LinkId link;
    MsgId msg;
} PumpEvent;

typedef struct PumpLink { /* a connection */
    HostId host[2];       /* opener, acceptor */
    bool open[2];
    bool established;
} PumpLink;

typedef struct PumpHost {
    Node *node; /* NULL: dead */
    NodeDisk disk;
    NodeConfig config;
    Rng rng;
    NodeFacts facts;
    uint32_t process;
} PumpHost;

typedef struct Pump {
    SimTime now;
    uint64_t seq, turns;
    uint8_t level;
    Rules rules;
    Rng rng;
    Directory directory;
    MsgPool *msgs;
    BitPool *slots;
    EffectList effects;
    PumpHost hosts[PUMP_NODES_MAX];
    uint32_t host_count;
    bool cut[PUMP_NODES_MAX][PUMP_NODES_MAX]; /* from, to */
    SimSpan latency, jitter;
    bool examine_all;           /* every cron looks at every record */
    ARRAY_OF(PumpEvent) events; /* a heap by (time, seq) */
    ARRAY_OF(PumpLink) links;
    TraceState state; /* the fold of all records */
    uint64_t hash;    /* of everything carried out */
    uint64_t sent[MSG_COUNT];
    uint32_t records[TRACE_TYPE_COUNT];
    SimTime last[TRACE_TYPE_COUNT]; /* when the last record of that type was made */
    bool refused;                   /* the fold refused a record; why: */
    Error error;
} Pump;

/* `count` fresh nodes, started, each with its own phase of the tick; nothing known to anybody. */
Pump *pump_create(uint64_t seed, uint32_t count, uint32_t node_timeout_ms);
void pump_destroy(Pump *pump);

NodeEnv pump_env(Pump *pump, HostId host);
/* The work before sleep and the effects of what a test did to a node by hand. */
void pump_finish_turn(Pump *pump, HostId host);
void pump_run(Pump *pump, SimSpan span);
/* Everybody meets node 0; runs until all know all, at most `limit`. */
bool pump_join(Pump *pump, SimSpan limit);
/* Gives node i of 0..primaries-1 its share of the slots, and an epoch. */
void pump_share_slots(Pump *pump, uint32_t primaries);
void pump_follow(Pump *pump, HostId replica, NodeId primary);
void pump_kill(Pump *pump, HostId host);
void pump_start(Pump *pump, HostId host);
void pump_cut(Pump *pump, HostId a, HostId b, bool cut); /* both ways */

/* --- one node by hand: steps are taken without the pump running, and wishes stay in pump->effects
 * --- */

/* The node of `host` knows every other identity, as a primary without slots, by an established
 * link, heard of now, with nothing outstanding. Its own first tick is over. */
Node *pump_acquaint(Pump *pump, HostId host);
LinkId pump_out_link(NodeId node); /* the outbound link that pump_acquaint made up */
LinkId pump_in_link(NodeId node);  /* an inbound link one may make up */
/* A blank packet of `sender`, as that node would fill in the header now. */
MsgId pump_packet(Pump *pump, HostId sender, MsgKind kind, uint16_t gossip_capacity);
/* The node receives the packet on `link`, which is released. */
void pump_receive(Pump *pump, HostId host, LinkId link, bool inbound, MsgId packet);
void pump_tick(Pump *pump, HostId host);
/* How many wishes of this kind are in the list, and how many messages of this kind. */
uint32_t pump_wishes(const Pump *pump, EffectKind kind);
uint32_t pump_sendings(const Pump *pump, MsgKind kind);
/* The last message of that kind in the list, and where it goes (PEER_NONE: an answer); NULL if
 * none. */
const Msg *pump_sending(const Pump *pump, MsgKind kind, PeerRef *to);
/* Forgets the wishes. */
void pump_clear(Pump *pump);

/* A number that a row of a table, or a test, expects; says which when it is another. */
void expect_eq(const char *row, const char *what, uint64_t got, uint64_t want);
#define EXPECT_EQ(row, got, want) expect_eq((row), #got, (uint64_t)(got), (uint64_t)(want))

/* Does the fold of the records equal what the nodes hold? *why names the first difference. */
bool pump_trace_is_true(Pump *pump, Error *why);

#endif
