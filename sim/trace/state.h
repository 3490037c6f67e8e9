/* state.h -- everything a view may know at one moment: the fold of the records up to there.
 *
 * A TraceState is made by three means that must agree: by the simulator from its own truth
 * (sim/world/keyframe.c), by decoding a keyframe, and by folding records onto an earlier state.
 * What the trace's level leaves out (pings, pongs, offsets at level 1) is zero in all three. Rows
 * are by HostId and NodeId; beliefs are a dense matrix host x node. Slot sets are ids into `slots`,
 * a pool owned by the state (ids are those of the trace's SLOTS_DEFINED records, in order). */
#ifndef TRACE_STATE_H
#define TRACE_STATE_H

#include "sim/base/array.h"
#include "sim/base/bitpool.h"
#include "sim/base/ids.h"
#include "sim/trace/trace.h"

/* Bounds of the tables beside HOSTS_MAX and NODES_MAX; the fold and the keyframe reader refuse
 * more. */
#define ADDRS_MAX        ((uint32_t)1 << 20)
#define SLOT_SETS_MAX    ((uint32_t)1 << 18)
#define BELIEF_CELLS_MAX ((uint32_t)1 << 24) /* hosts x nodes: 4096 of each */
#define NET_RULES_MAX    ((uint32_t)1 << 16)
#define FLIGHTS_MAX      ((uint32_t)1 << 22)
#define REPORTS_MAX      ((uint32_t)1 << 18) /* of one host */
#define HANDSHAKES_MAX   ((uint32_t)1 << 16)
#define OPEN_SLOTS_MAX   (2u * SLOT_COUNT)

/* Flags of a node record, protocol.md §2.2. */
#define FLAG_PRIMARY    1
#define FLAG_REPLICA    2
#define FLAG_PFAIL      4
#define FLAG_FAIL       8
#define FLAG_MYSELF     16
#define FLAG_HANDSHAKE  32
#define FLAG_NOADDR     64
#define FLAG_MEET       128
#define FLAG_MIGRATE_TO 256
#define FLAG_NOFAILOVER 512

typedef enum ProcessStatus {
    PROCESS_ABSENT,
    PROCESS_RUNNING,
    PROCESS_IS_FROZEN,
    PROCESS_DEAD,
    PROCESS_NEVER /* a client machine: no redis-server ever runs on it */
} ProcessStatus;

typedef struct AddrState {
    uint32_t ip; /* 10.0.0.1 is 0x0A000001 */
    uint16_t port, bus_port;
} AddrState;

typedef struct NodeState { /* an identity */
    char id[NODE_ID_SIZE];
    HostId host; /* where it was born */
} NodeState;

typedef struct Report {
    NodeId peer;     /* who is said to be failing */
    NodeId reporter; /* by whom */
} Report;

typedef struct HandshakeState {
    uint32_t handshake; /* number, unique within the host's process */
    AddrId addr;
    char id[NODE_ID_SIZE]; /* the temporary one */
} HandshakeState;

typedef struct OpenSlotState { /* a slot that this process migrates to `peer`, or imports from it */
    uint16_t slot;
    NodeId peer;
    bool importing;
    uint32_t keys; /* that this process holds in it */
} OpenSlotState;
typedef ARRAY_OF(OpenSlotState) OpenSlotStates;

/* A host, its process and what that process believes of itself. All but the first group is zero
 * (and repl_primary NODE_NONE) unless status is RUNNING or FROZEN: a dead process believes nothing;
 * its disk is its own affair. A new row (state_need_host) has node NODE_NONE and slow_permille
 * 1000; HOST_ADDED sets `since`; slow_permille outlives the process. */
typedef struct HostState {
    char name[24];
    char zone[24];
    AddrId addr;
    uint32_t node_timeout_ms;
    ProcessStatus status;
    NodeId node; /* identity of the present or last process; NODE_NONE before the first */
    uint32_t slow_permille; /* 1000: normal */
    SimTime since;          /* when status last changed */

    ClusterState state; /* cluster_state */
    uint16_t size;      /* primaries with slots */
    uint64_t current_epoch, last_vote_epoch;
    uint64_t auth_ms; /* election: when it may ask (node clock), 0 = never */
    uint64_t auth_epoch;
    uint16_t votes, rank;
    bool auth_sent;
    ReplState repl;
    NodeId repl_primary;
    uint64_t repl_offset;                /* level 2 */
    ARRAY_OF(Report) reports;            /* sorted by (peer, reporter) */
    ARRAY_OF(HandshakeState) handshakes; /* sorted by number */
    OpenSlotStates open_slots;           /* sorted by slot, migrating before importing */
} HostState;

/* What the process of one host believes of one node. All zero, primary NODE_NONE, when !known. */
typedef struct Belief {
    uint64_t epoch;   /* configEpoch */
    uint64_t ping_ms; /* level 2: unanswered ping since (node clock), 0 none */
    uint64_t pong_ms; /* level 2 */
    uint64_t offset;  /* level 2 */
    SlotsId slots;
    AddrId addr;
    uint16_t flags;
    NodeId primary; /* NODE_NONE */
    bool known;
    bool up;      /* outbound link established */
    uint8_t link; /* level 2: PeerLink */
} Belief;

typedef struct NetRuleState {
    uint32_t rule;
    bool oneway, cut;
    uint32_t loss_ppm;
    SimSpan latency, jitter;
    uint64_t bytes_per_s;
    uint64_t from[BITSET_WORDS_HOSTS], to[BITSET_WORDS_HOSTS];
} NetRuleState;

typedef struct FlightState { /* a message under way */
    uint64_t msg, seq;       /* number, growing from one to the next; record that sent it */
    HostId from, to;
    uint8_t kind; /* MsgKind */
    bool rare;
    uint32_t bytes;
    uint64_t epoch;
    SimTime sent, due; /* due 0: nobody knows (cut or lost) */
} FlightState;

struct TraceState {
    Mem *mem;
    uint64_t seq; /* records folded so far */
    SimTime time; /* of the last one */
    uint64_t title_seq, step_seq, say_seq, predict_seq,
        predicted_seq; /* last record of each, 0 none */
    uint32_t expect_held, expect_failed;
    ARRAY_OF(AddrState) addrs; /* [0] is ADDR_NONE */
    ARRAY_OF(NodeState) nodes;
    ARRAY_OF(HostState) hosts;
    ARRAY_OF(NetRuleState) rules;  /* in the order added */
    ARRAY_OF(FlightState) flights; /* in the order sent */
    BitPool *slots;
    Belief *beliefs; /* host_stride rows of node_stride */
    uint32_t host_stride, node_stride;
};

void state_init(TraceState *state, Mem *mem); /* empty, at seq 0 */
void state_deinit(TraceState *state);
void state_reset(TraceState *state); /* empty again, at seq 0; keeps its memory */
void state_copy(TraceState *to, const TraceState *from); /* `to` is initialised */
/* Equal in everything but spare capacity; when not, *why (may be NULL) names the first difference.
 */
bool state_equal(const TraceState *a, const TraceState *b, Text *why);

/* Folds one record, the one after state->seq. A record that cannot follow (docs/trace.md §4: ids
 * not yet defined, beliefs of a process that does not run, news of a peer not known, ...) is
 * refused: false and *err, and the state is as before. */
bool state_apply(TraceState *state, const TraceRecord *record, Error *err);

/* Builders, for the fold and for keyframes made from the truth. Tables grow as needed; a returned
 * row is valid until the next builder call. A belief that is reset must be blank again:
 * belief_blank(). */
/* Makes the matrix of beliefs large enough for so many, once for all; what is in use keeps its
 * place. */
void state_cover(TraceState *state, uint32_t host_count, uint32_t node_count);
HostState *state_need_host(TraceState *state, HostId host);
NodeState *state_need_node(TraceState *state, NodeId node);
AddrState *state_need_addr(TraceState *state, AddrId addr);
Belief *state_need_belief(TraceState *state, HostId host, NodeId node);

static inline Belief belief_blank(void)
{
    return (Belief){.primary = NODE_NONE};
}

static inline const Belief *state_belief(const TraceState *state, HostId host, NodeId node)
{
    return &state->beliefs[(uint32_t)host * state->node_stride + node];
}

/* Can a packet go from a to b now: no cut of the rules stands between them. */
bool state_reachable(const TraceState *state, HostId a, HostId b);

#endif
