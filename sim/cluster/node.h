/* node.h -- one Redis Cluster node as a pure state machine (style.md §6).
 *
 * state + input + environment -> new state + effects. The world calls node_step for each input, and
 * node_before_sleep once when the process has nothing more to do at that instant (protocol.md
 * §3.7); a turn is one or more steps followed by one before-sleep. Effects are carried out
 * afterwards, in order. Every table is the node's own; everything about others is by NodeId or
 * PeerRef.
 *
 *   peers.h     the table of known nodes, its setters (which write the trace), the gate
 *   link.h      outbound and inbound links           gossip.h   gossip sections out and in
 *   sample.h      a random record, as a hash table draws it
 *   packet.h    receiving a packet                   cron.h     the 100 ms tick
 *   handshake.h MEET, handshake, discovery           failure.h  PFAIL, reports, FAIL, clearing
 *   state.h     cluster_state (clusterstate.h)       election.h delay, request, vote, promotion
 *   slots.h     owner table, claims, UPDATE          epoch.h    collision, bump, set-config-epoch
 *   admin.h     what CLUSTER subcommands do          nodestext.h CLUSTER NODES, INFO, SLOTS,
 * nodes.conf
 */
#ifndef CLUSTER_NODE_H
#define CLUSTER_NODE_H

#include "sim/base/bitset.h"
#include "sim/cluster/config.h"
#include "sim/cluster/effect.h"
#include "sim/trace/state.h"

/* A node record (protocol.md §2.3), cold part. The hot part is Node.gate. Written only through
 * peers.h. */
typedef struct Peer {
    uint64_t epoch;       /* configEpoch */
    uint64_t offset;      /* repl_offset of its last header */
    NodeMs ping_sent_ms;  /* unanswered PING since; 0 none */
    NodeMs pong_ms;       /* pong_received; while the gate is open, the gate may know a later one */
    NodeMs data_ms;       /* data_received */
    NodeMs fail_ms;       /* when FAIL was set */
    NodeMs voted_ms;      /* when this node last voted to replace it */
    NodeMs orphaned_ms;   /* §8.3 */
    NodeMs link_since_ms; /* when the outbound link was opened */
    NodeMs created_ms;    /* ctime */
    SlotsId slots;        /* what it owns in this node's table; equal to Node.owner */
    AddrId addr;          /* ADDR_NONE with FLAG_NOADDR */
    LinkId link;          /* outbound; LINK_NONE */
    LinkId inbound;       /* bound inbound link; LINK_NONE */
    uint16_t slot_count;
    uint16_t flags;        /* FLAG_* */
    NodeId primary;        /* of a replica, if known; else NODE_NONE */
    NodeId node;           /* identity; NODE_NONE while a handshake */
    uint16_t order;        /* index in Node.known */
    uint16_t report_count; /* failure reports held about it, expired ones included */
    uint8_t link_state; /* PeerLink; connecting with LINK_NONE: the world has not opened it yet */
    bool used;
    bool dirty; /* differs from what node_save wrote last */
} Peer;

/* The gate (perf: the only thing a healthy gossip entry touches): for subject j the whole second of
 * the pong known of j, counted from Node.gate_base_s, or GATE_CLOSED when an ordinary entry may not
 * simply overwrite it: a ping is outstanding, failure reports exist, j is flagged PFAIL or FAIL, j
 * was never heard of or hours ago, is unknown or is myself. Then the full rules of §3.9 run on the
 * cold part. Gossip carries whole seconds, so nothing is lost: the ms of a pong that came directly
 * are in Peer.pong_ms, and count as long as the gate has no later second. Kept by peers.c. */
#define GATE_CLOSED  UINT16_MAX
#define GATE_BACK_S  0x8000u /* how far the base lies behind, at first */
#define GATE_AHEAD_S 0xF000u /* and at most: then the base moves on */

/* Node.marks: the flags of a record and, in bits that no flag has, what a draw for gossip and a
 * tick of the cron need to know, so that neither touches the cold part. Kept by peers.c. */
#define MARK_FLAGS   0x03FF
#define MARK_SLOTS   0x0800 /* it owns slots */
#define MARK_KNOWN   0x1000 /* the identity is in the table */
#define MARK_SUSPECT 0x2000 /* flagged PFAIL or FAIL, or with failure reports */
#define MARK_BARE    0x4000 /* neither outbound link nor slots: not gossiped about, §3.5 */
#define MARK_NO_LINK 0x8000 /* no outbound link */

typedef struct FailReport { /* §5.2 */
    NodeId peer;
    NodeId reporter;
    NodeMs time_ms;
} FailReport;

typedef ARRAY_OF(FailReport) FailReports;

/* Failure reports by reporter and subject: a row of times for each reporter, a column for each
 * subject (perf: in a partition of 1000 nodes a node holds a quarter of a million). See failure.c.
 */
typedef struct ReportRow {
    NodeMs *times; /* by column; 0: none */
    uint32_t size;
} ReportRow;

typedef struct ReportColumn {
    NodeId peer; /* the subject; NODE_NONE: the column is free */
    uint16_t count;
    NodeMs oldest_ms; /* no report of this column is older */
} ReportColumn;

typedef struct ReportTable {
    ReportRow *rows;     /* by NodeId of the reporter; NULL while there is no report at all */
    uint16_t *column_of; /* by NodeId of the subject; REPORT_COLUMN_NONE */
    uint32_t capacity;   /* of both */
    uint32_t count;      /* reports in all */
    ARRAY_OF(ReportColumn) columns;
} ReportTable;

#define REPORT_COLUMN_NONE ((uint16_t)0xFFFF)

typedef struct HandshakeName { /* of the record in the same place of Node.handshakes */
    uint32_t number;           /* grows with each handshake of the process */
    char *id; /* temporary, NODE_ID_SIZE digits; its own block, so that records may point at it */
} HandshakeName;

typedef struct Blacklisted { /* §4.6 */
    NodeId node;
    uint32_t until_s;
} Blacklisted;

typedef struct OpenSlot { /* §9.2: MIGRATING to or IMPORTING from */
    uint16_t slot;
    NodeId node;
    bool importing;
} OpenSlot;

/* Election and manual failover (§6.3, §7); survive a win, §6.14. */
typedef struct Election {
    NodeMs auth_ms;    /* failover_auth_time */
    uint64_t epoch;    /* failover_auth_epoch */
    uint16_t votes;    /* failover_auth_count */
    uint16_t rank;     /* failover_auth_rank */
    bool sent;         /* failover_auth_sent */
    uint8_t refusal;   /* ElectRefusal last noted, so that it is noted once */
    NodeMs refusal_ms; /* and when (repeated every 300 s) */
    NodeMs mf_end_ms;  /* manual failover in progress until; 0 none */
    NodeId mf_replica; /* primary side: who asked */
    bool mf_can_start;
    bool mf_offset_known;
    uint64_t mf_offset; /* primary's offset to reach */
} Election;

/* What the cluster state is decided from (§5.6), kept as records change instead of counted. */
typedef struct Census {
    uint16_t size;          /* primaries with slots */
    uint16_t reachable;     /* of these, neither PFAIL nor FAIL */
    uint16_t failed_owners; /* records with slots and FAIL, replicas by mistake included */
} Census;

/* Work before the event loop sleeps (§3.7). */
#define SLEEP_FAILOVER 1
#define SLEEP_STATE    2
#define SLEEP_SAVE     4
#define SLEEP_FSYNC    8
#define SLEEP_MANUAL   16

typedef struct Node {
    NodeId self;
    HostId host;
    AddrId addr;   /* where it listens */
    bool knows_ip; /* own IP learned (§4.5); a fresh node prints an empty one */
    NodeConfig cfg;
    uint64_t current_epoch;
    uint64_t last_vote_epoch;
    ClusterState state;
    uint16_t size;         /* primaries with slots, as of the last evaluation */
    uint32_t before_sleep; /* SLEEP_* */
    uint32_t cron_count;
    uint16_t pfail_count;   /* as the last cron counted (stats_pfail_nodes) */
    NodeMs first_update_ms; /* clusterUpdateState: first call in this process; 0 not yet */
    NodeMs minority_ms;     /* among_minority_time */
    Election election;

    Peer *peers;       /* by NodeId, `capacity` of them */
    uint16_t *gate;    /* by NodeId */
    uint16_t *marks;   /* by NodeId: flags and MARK_* */
    LinkId *out_links; /* by NodeId: Peer.link again, close together for looking up a link */
    LinkId *in_links;  /* by NodeId: Peer.inbound again */
    uint32_t capacity; /* of the five arrays above */
    uint32_t gate_base_s;
    ARRAY_OF(Peer) handshakes; /* by PeerRef - PEER_HANDSHAKE; unused ones are free */
    ARRAY_OF(HandshakeName) handshake_names;
    uint32_t handshake_count; /* numbers given to handshakes so far */
    ARRAY_OF(PeerRef) known;  /* every record, myself and handshakes included: N = known.count */
    uint8_t *due;    /* by index in known: time slice (mod 256) at which to look again (cron.c) */
    uint16_t *chain; /* by index in known: the next record in its bucket (sample.h) */
    uint32_t order_capacity;   /* of the two arrays above; a multiple of 8 */
    uint16_t *buckets;         /* the first record of each bucket */
    uint32_t bucket_count;     /* a power of two */
    uint64_t bucket_seed;      /* the hash seed of this process */
    uint32_t last_slice;       /* time slice of the last cron */
    uint32_t armed_timeout_ms; /* node timeout that `due` was computed with */
    int drop_kind;    /* DEBUG DROP-CLUSTER-PACKET-FILTER: kind + 1 of packets ignored; 0 none */
    bool examine_all; /* the cron looks at every record each tick: for tests, to compare with */
    ARRAY_OF(PeerRef) looks;  /* cron: records to look at in this tick */
    ARRAY_OF(PeerRef) pfails; /* records flagged PFAIL, in the order of known */
    ARRAY_OF(NodeId) dirty;   /* what node_save must write */
    ReportTable report_table;
    ARRAY_OF(Blacklisted) blacklist;
    ARRAY_OF(OpenSlot) open_slots;
    uint16_t suspect_count; /* records flagged PFAIL or FAIL, or with reports */
    Census census;

    NodeId owner[SLOT_COUNT];                        /* NODE_NONE: unassigned */
    uint64_t not_claiming[BITSET_WORDS(SLOT_COUNT)]; /* owner_not_claiming_slot, §6.10 */
    uint64_t assigned;                               /* how many slots have an owner */

    uint64_t sent[MSG_COUNT]; /* messages by kind, for CLUSTER INFO */
    uint64_t received[MSG_COUNT];
} Node;

typedef enum NodeInputKind {
    NODE_INPUT_MSG,       /* a packet arrived: link, msg */
    NODE_INPUT_LINK_UP,   /* the outbound link `link` is established */
    NODE_INPUT_LINK_DOWN, /* an end is closed, refused or timed out: link */
    NODE_INPUT_CRON,      /* 100 ms have passed */
    NODE_INPUT_COUNT
} NodeInputKind;

typedef struct NodeInput {
    NodeInputKind kind;
    LinkId link;
    bool inbound;   /* the link was opened by the other side */
    HostId from;    /* host at the other end of the link (its socket address) */
    const Msg *msg; /* borrowed for the call */
} NodeInput;

/* What nodes.conf holds (§2.5): as of the last save. By NodeId. */
typedef struct DiskPeer {
    uint64_t epoch;
    SlotsId slots;
    AddrId addr;
    uint16_t flags;
    NodeId primary;
    bool known;
    bool pinged, ponged; /* ping_sent, pong_received were not zero */
} DiskPeer;

typedef struct NodeDisk {
    NodeId self; /* NODE_NONE: no file yet */
    bool knows_ip;
    uint64_t current_epoch, last_vote_epoch;
    ARRAY_OF(DiskPeer) peers;
    ARRAY_OF(OpenSlot) open_slots;
} NodeDisk;

/* A process starts: fresh (disk->self is NODE_NONE: `identity` is its newly drawn ID) or from its
 * nodes.conf (§2.7). The node's memory comes from env->mem. Notes what it believes. */
Node *node_create(HostId host, AddrId addr, NodeId identity, const NodeConfig *config,
                  const NodeDisk *disk, NodeEnv *env);
void node_destroy(Node *node, Mem *mem);

/* One input. Afterwards the world must call node_before_sleep before it carries anything out. */
void node_step(Node *self, const NodeInput *input, NodeEnv *env);
void node_before_sleep(Node *self, NodeEnv *env);
/* Has node_before_sleep left work for the next turn? */
bool node_is_restless(const Node *self);

/* Does the node know whom this message is from (§3.8 step 7)? */
bool node_ignores(const Node *self, const Msg *msg); /* DEBUG DROP-CLUSTER-PACKET-FILTER */
bool node_knows_sender(const Node *self, const Msg *msg);

/* CLUSTER RESET HARD (§4.7): the process goes on as this node, a primary without slots that knows
 * nobody; the directory knows it already. */
void node_become(Node *self, NodeId identity, NodeEnv *env);
/* The world has opened the outbound link of `ref` (EFFECT_LINK_OPEN). */
void node_link_opened(Node *self, PeerRef ref, LinkId link);

/* Brings *disk up to date with the node: what a save writes. Cheap when little changed. */
void node_save(Node *self, NodeDisk *disk, Mem *mem);
void node_disk_deinit(NodeDisk *disk, Mem *mem);

/* The number and the temporary ID of a handshake record. */
void node_handshake_name(const Node *self, PeerRef ref, uint32_t *number, char id[NODE_ID_SIZE]);
/* CONFIG SET: takes over a changed configuration (clusterUpdateMyselfFlags). */
void node_set_config(Node *self, const NodeConfig *config, NodeEnv *env);

/* Invariants (style.md §4); runs in every build, cheap. node_check_slow: the whole tables. */
void node_check(const Node *self);
void node_check_slow(const Node *self, const BitPool *slots);

static inline Peer *node_peer(Node *self, PeerRef ref)
{
    return ref & PEER_HANDSHAKE ? &self->handshakes.items[ref & 0x7FFF] : &self->peers[ref];
}

static inline Peer *node_me(Node *self)
{
    return &self->peers[self->self];
}

static inline bool node_is_primary(const Node *self)
{
    return (self->peers[self->self].flags & FLAG_PRIMARY) != 0;
}

#endif
