/* effect.h -- what a node wishes: carried out by the world, in order, after the step (style.md §6).
 *
 * Also the environment a step runs in. Nothing of a node's step happens anywhere else. */
#ifndef CLUSTER_EFFECT_H
#define CLUSTER_EFFECT_H

#include "sim/base/array.h"
#include "sim/base/bitpool.h"
#include "sim/base/ids.h"
#include "sim/base/rng.h"
#include "sim/base/time.h"
#include "sim/cluster/message.h"
#include "sim/cluster/rules.h"
#include "sim/trace/trace.h"

/* The node clock: ms, as redis-server's mstime(). It starts well above 0, so that "never" (0) is
 * longer ago than any timeout, as with Unix time. 32 bits last 48 days of run (NODE_RUN_MAX). */
typedef uint32_t NodeMs;
#define NODE_CLOCK_BASE_MS 100000000u
#define NODE_RUN_MAX       ((SimTime)48 * 86400 * SIM_SEC)

/* A record in a node's peer table: a known node by its NodeId, or a handshake in progress. */
typedef uint16_t PeerRef;
#define PEER_HANDSHAKE                                                                             \
    ((PeerRef)0x8000) /* PEER_HANDSHAKE + slot; below it the ref is the NodeId                     \
                       */
#define PEER_NONE ((PeerRef)0xFFFF)

typedef enum EffectKind {
    EFFECT_LINK_OPEN,  /* ref, addr: open the outbound link of that record (world: node_link_opened)
                        */
    EFFECT_LINK_CLOSE, /* link */
    EFFECT_SEND,       /* msg on the outbound link of `ref`; takes over one reference of msg */
    EFFECT_SEND_LINK,  /* msg on `link` (an answer on the link the question came in on) */
    EFFECT_RECORD,     /* index into records */
    EFFECT_PERSIST, /* write nodes.conf before anything later in this turn; fsync: and wait for disk
                     */
    EFFECT_REPLICATE, /* node: start replicating from this primary (addr is its address) */
    EFFECT_PROMOTED,  /* stop replicating: new replication ID, the old becomes ID2, §6.7 step 2 */
    EFFECT_REPL_STOP, /* stop replicating without promotion (RESET) */
    EFFECT_DROP_KEYS, /* slots: delete the keys of these slots, §6.10 rule 3 */
    EFFECT_FLUSH,     /* drop all keys (RESET of a replica) */
    EFFECT_PAUSE_WRITES, /* until_ms; 0 ends the pause (manual failover) */
    EFFECT_KIND_COUNT
} EffectKind;

typedef struct Effect {
    EffectKind kind;
    PeerRef ref;
    NodeId node;
    AddrId addr;
    LinkId link;
    union {
        MsgId msg;
        uint32_t index;
        SlotsId slots;
        uint32_t fsync; /* 0 or 1 */
        NodeMs until_ms;
    } u;
} Effect;

typedef struct EffectList {
    ARRAY_OF(Effect) items;
    ARRAY_OF(TraceRecord) records; /* time, host and cause are filled in by the world */
    TraceRecord scratch;           /* where notes go that the level leaves out */
    ARRAY_OF(uint8_t) stamps;      /* gossip.c: by index in known, the section it went into last */
    uint8_t stamp; /* of the present section; here because all nodes may share them */
    Mem *mem;
} EffectList;

/* What the data side of the server knows this instant (protocol.md §6.2, §10). */
typedef struct NodeFacts {
    uint64_t repl_offset;       /* own offset: primary's stream or processed by the replica */
    bool repl_link_up;          /* replica: in sync with its primary */
    bool repl_target_set;       /* replica: replication was started (EFFECT_REPLICATE) */
    uint32_t repl_last_io_s;    /* node clock in whole seconds: last interaction with the primary */
    uint32_t repl_down_since_s; /* 0: never connected in this process life */
    bool has_keys;
    const uint32_t *slot_keys; /* keys by slot; NULL: there is no keyspace, nobody knows */
} NodeFacts;

/* Identities of the run: fixed facts that a packet would carry along (ID text, address). */
typedef struct NodeEntry {
    char id[NODE_ID_SIZE];
    HostId host;
    AddrId addr;
} NodeEntry;

typedef struct Directory {
    ARRAY_OF(NodeEntry) nodes; /* by NodeId */
} Directory;

/* Everything a node may consult besides its own state. */
typedef struct NodeEnv {
    SimTime now;
    NodeMs now_ms; /* NODE_CLOCK_BASE_MS + now in ms, truncated */
    Rng *rng;      /* this node's own stream */
    const NodeFacts *facts;
    const Rules *rules;
    const Directory *directory;
    MsgPool *msgs;
    BitPool *slots;
    uint8_t level; /* trace level: records above it need not be made */
    EffectList *out;
    Mem *mem;
} NodeEnv;

/* Starts an EFFECT_RECORD and returns it to be filled in: note(env,
 * TRACE_SUSPECTED)->u.SUSPECTED... The pointer is valid until the next note. Returns a scratch
 * record when the level leaves it out. */
TraceRecord *effect_note(NodeEnv *env, TraceType type);
void effect_send(NodeEnv *env, PeerRef ref, MsgId msg);   /* outbound link of ref */
void effect_answer(NodeEnv *env, LinkId link, MsgId msg); /* the given link */
void effect_link_open(NodeEnv *env, PeerRef ref, AddrId addr);
void effect_link_close(NodeEnv *env, LinkId link);
void effect_push(NodeEnv *env, Effect effect); /* the rest */

#endif
