/* repl.h -- replication as far as elections need it: who follows whom, how far, since when
 * (§10.1-10.3).
 *
 * A Repl is the data side of one process, a pure state machine like Node: input -> new state +
 * wishes. Records go to env->out (effect_note) in order; links and messages are wishes of its own,
 * to be taken with repl_next at the end of the turn and carried out then. The stream has offsets
 * and sizes; commands of clients are carried as they are, what is only fed (repl_feed) is a length.
 *
 * Caller's duties:
 *   1. one Repl per process, created with it and destroyed with it;
 *   2. repl_on_cron each 100 ms tick, after node_step;
 *   3. after any other call in a turn: repl_next until false; for REPL_WISH_OPEN call
 * repl_link_opened at once;
 *   4. a link of ours that is established, refused, timed out or closed by the other side:
 * repl_on_link_up/down; an inbound link needs no announcement, its first message makes it known. */
#ifndef STORE_REPL_H
#define STORE_REPL_H

#include "sim/cluster/config.h"
#include "sim/base/slice.h"
#include "sim/cluster/effect.h"
#include "sim/store/keyspace.h"
#include "sim/trace/state.h"

/* A replication ID: 160 random bits, printed as 40 hex digits; all zero is "none". */
typedef struct ReplHistory {
    uint32_t words[5];
} ReplHistory;

/* A moment of a history: what an RDB keeps of it (rdbPopulateSaveInfo). */
typedef struct ReplPoint {
    bool is_known;
    ReplHistory history;
    uint64_t offset;
} ReplPoint;

typedef enum ReplMsgKind {
    REPLMSG_PING,     /* replica -> primary: first word of the handshake */
    REPLMSG_PONG,     /* primary -> replica */
    REPLMSG_CONF,     /* replica -> primary: listening port and capabilities (addr) */
    REPLMSG_CONF_OK,  /* primary -> replica */
    REPLMSG_PSYNC,    /* replica -> primary: history, offset = next byte wanted; no history: full */
    REPLMSG_CONTINUE, /* primary -> replica: history; the missing stream follows */
    REPLMSG_FULLRESYNC, /* primary -> replica: history, offset; the RDB follows */
    REPLMSG_NOLINK,     /* -NOMASTERLINK: it is itself a replica without a primary */
    REPLMSG_NEWLINE,    /* primary -> replica: patience, the RDB is not ready */
    REPLMSG_RDB,    /* primary -> replica: a piece of the data set; `stream` more pieces follow */
    REPLMSG_STREAM, /* primary -> replica: stream bytes, `offset` is the offset after them */
    REPLMSG_ACK,    /* replica -> primary: offset processed */
    REPLMSG_KIND_COUNT
} ReplMsgKind;

typedef struct ReplMsg {
    ReplMsgKind kind;
    uint32_t bytes; /* on the wire */
    ReplHistory history;
    uint64_t offset;
    uint64_t stream; /* STREAM: how many bytes of stream; RDB: pieces still to come */
    uint64_t data;   /* RDB, STREAM: size of the data set then */
    AddrId addr;     /* CONF: where the replica listens */
    Blob content;    /* STREAM: pieces, repl_stream.c; last RDB: the keyspace, rdb.h */
} ReplMsg;

/* Messages under way, by number (LIFO reuse). Each is delivered to one receiver and then freed. */
typedef uint32_t ReplMsgId;
typedef struct ReplPool ReplPool; /* opaque; sim/store/repl_msg.c */

ReplPool *replpool_create(Mem *mem);
void replpool_destroy(ReplPool *pool);
ReplMsgId replmsg_new(ReplPool *pool, const ReplMsg *msg); /* takes over msg->content */
const ReplMsg *replmsg_at(const ReplPool *pool,
                          ReplMsgId id); /* valid until the next replmsg_new */
void replmsg_free(ReplPool *pool, ReplMsgId id);
uint32_t replpool_live(const ReplPool *pool);
const char *replmsg_word(ReplMsgKind kind); /* "PSYNC" */

typedef enum ReplWishKind {
    REPL_WISH_OPEN,  /* open a connection to addr, then repl_link_opened */
    REPL_WISH_CLOSE, /* close `link` */
    REPL_WISH_SEND   /* send msg (replmsg_new, msg.bytes) on `link` */
} ReplWishKind;

typedef struct ReplWish {
    ReplWishKind kind;
    AddrId addr;
    LinkId link;
    ReplMsg msg;
} ReplWish;

typedef struct DataDisk DataDisk; /* disk.h */
typedef struct Repl Repl;         /* opaque; sim/store/repl.c */

/* The data side of a new process: a primary without data, without replicas, with a new replication
 * ID (drawn from env->rng). */
/* `keys` is borrowed for the life of the Repl; NULL: only offsets and sizes matter (tests). */
Repl *repl_create(const NodeConfig *config, HostId host, AddrId addr, Keyspace *keys, NodeEnv *env);
void repl_destroy(Repl *repl, Mem *mem);
/* What an RDB written now says; nothing in a server that is in no chain of replication. */
ReplPoint repl_point(const Repl *repl);
/* The process has loaded its RDB (loadDataFromDisk): a replica may go on from that moment; to a
 * primary its history is the one before the present one (ID2). */
void repl_restore(Repl *repl, const ReplPoint *point, uint64_t data, bool is_primary, NodeEnv *env);
/* The disk that a full synchronisation writes to; borrowed for the life of the Repl. */
void repl_set_disk(Repl *repl, DataDisk *disk);
/* True once after a full synchronisation has replaced the data. */
bool repl_take_replaced(Repl *repl);
void repl_set_config(Repl *repl, const NodeConfig *config);

/* EFFECT_REPLICATE: follow this primary (replicationSetMaster): the old link is closed, a primary
 * remembers its own history to try a partial resync, and a connection is opened at once. */
void repl_follow(Repl *repl, NodeId primary, AddrId addr, NodeEnv *env);
/* EFFECT_PROMOTED and EFFECT_REPL_STOP: follow nobody (replicationUnsetMaster): new ID, the old one
 * becomes ID2 valid up to the present offset, replicas are disconnected. Nothing happens to a
 * primary. */
/* DEBUG CHANGE-REPL-ID: nobody can continue from here. */
void repl_change_id(Repl *repl, NodeEnv *env);
void repl_promote(Repl *repl, NodeEnv *env);
/* EFFECT_FLUSH: all keys are dropped; EFFECT_DROP_KEYS: those of `dropped` of `owned` slots, in
 * proportion. Simplified: keys are not kept by slot, so the data set shrinks evenly. */
void repl_flush(Repl *repl);
void repl_drop_keys(Repl *repl, uint32_t dropped, uint32_t owned);
/* EFFECT_PAUSE_WRITES: until_ms on the node clock, 0 ends it. Meanwhile what is fed waits, and no
 * stream PING is sent, so that the offset stands still (§7). */
void repl_pause_writes(Repl *repl, NodeMs until_ms, NodeEnv *env);
/* Clients' writes that make `bytes` of stream and as much data. Ignored by a replica; held back
 * while paused. */
void repl_feed(Repl *repl, uint64_t bytes, NodeEnv *env);

/* Commands that a primary propagates: the stream grows by these bytes (replicationFeedSlaves).
 * Nothing happens without a backlog, and on a replica. */
void repl_append(Repl *repl, Slice commands, NodeEnv *env);
/* What a replica has received and its server must apply, in order: whole commands. False when there
 * is nothing more. The bytes are good until the next call of any of these functions. */
bool repl_next_apply(Repl *repl, Slice *commands);
/* WAIT: how many replicas acknowledged this offset; asks all of them to acknowledge now
 * (REPLCONF GETACK). */
uint32_t repl_acked_by(const Repl *repl, uint64_t offset);
/* Every attached replica has acknowledged all of the stream (isReadyToShutdown). */
bool repl_all_acked(const Repl *repl);
void repl_want_acks(Repl *repl, NodeEnv *env);
/* REPLCONF GETACK came with the stream and is applied: acknowledges all but the `left` bytes that
 * were received with it and are not applied yet. */
void repl_ack_now(Repl *repl, uint64_t left, NodeEnv *env);

void repl_link_opened(Repl *repl, LinkId link); /* the REPL_WISH_OPEN just taken got this link */
void repl_on_link_up(Repl *repl, LinkId link, NodeEnv *env);
void repl_on_link_down(Repl *repl, LinkId link,
                       NodeEnv *env); /* closed, refused or timed out; either role */
void repl_on_message(Repl *repl, LinkId link, const ReplMsg *msg, NodeEnv *env);
void repl_on_cron(Repl *repl, NodeEnv *env); /* each 100 ms; every tenth is replicationCron */
/* The next wish, in order; false when there is none. */
bool repl_next(Repl *repl, ReplWish *wish);

void repl_facts(const Repl *repl, NodeFacts *facts);
ReplState repl_state(const Repl *repl); /* what SELF_REPL says; REPL_NONE for a primary */
NodeId repl_primary(const Repl *repl);  /* NODE_NONE for a primary */
uint64_t repl_offset(const Repl *repl); /* what SELF_OFFSET says */
uint64_t repl_data_size(const Repl *repl);

/* An attached replica, as INFO replication and ROLE show it. */
typedef struct ReplReplica {
    AddrId addr;
    LinkId link;
    uint64_t acked; /* offset it last acknowledged */
    uint32_t ack_s; /* when, node clock in seconds */
    bool online;
} ReplReplica;
uint32_t repl_replica_count(const Repl *repl);
ReplReplica repl_replica(const Repl *repl, uint32_t index);
/* How many online replicas acknowledged within min-replicas-max-lag (§10.4). */
uint32_t repl_good_replicas(const Repl *repl, const NodeEnv *env);
/* The section "# Replication" of INFO, lines end CRLF. */
void repl_info_text(const Repl *repl, const AddrState *addrs, const NodeEnv *env, Text *out);

#endif
