/* repl_state.h -- the inside of a Repl, shared by the files of sim/store only.
 *
 *   repl.c          life, time, facts, wishes      repl_primary.c  attached replicas, PSYNC, the
 * stream repl_replica.c  following a primary            repl_msg.c      messages        repl_text.c
 * INFO
 *
 * Always holds: a primary has state REPL_NONE, primary NODE_NONE and no link. A replica that is
 * REPL_CONNECTED has processed exactly `offset` bytes of its primary's history. Words of Redis: id
 * = replid, id2 = replid2, id2_end = second_replid_offset, offset = master_repl_offset, cached =
 * cached_master. */
#ifndef STORE_REPL_STATE_H
#define STORE_REPL_STATE_H

#include "sim/store/repl.h"

#define REPL_PING_BYTES 14 /* of stream: *1 $4 PING, §10.1 */

/* How far an inbound replication link has come. */
typedef enum AttachPhase {
    ATTACH_HANDSHAKE,  /* not yet a replica */
    ATTACH_WAIT_START, /* asked for a full sync; the RDB is not begun (WAIT_BGSAVE_START) */
    ATTACH_SENDING,    /* the RDB is on its way; the stream waits for the first ACK */
    ATTACH_ONLINE
} AttachPhase;

typedef struct Attached {
    LinkId link;
    AddrId addr;
    AttachPhase phase;
    uint64_t sent; /* stream offset up to which it was served */
    uint64_t acked;
    uint32_t since_s; /* of the phase; ONLINE: of the last ACK */
} Attached;

/* Steps of REPL_CONNECTING. */
typedef enum FollowStep { FOLLOW_CONNECT, FOLLOW_PONG, FOLLOW_CONF, FOLLOW_PSYNC } FollowStep;

/* A part of the stream that is sent and stored as one: one propagated command or transaction, a
 * PING, or a length without content (repl_feed). */
typedef struct StreamPiece {
    uint64_t end; /* offset after it */
    uint64_t size;
    Blob commands; /* empty: no content */
} StreamPiece;

struct Repl {
    NodeConfig cfg;
    Keyspace *keys;               /* NULL in tests */
    DataDisk *disk;               /* NULL in tests */
    bool is_replaced;             /* repl_take_replaced */
    ARRAY_OF(StreamPiece) pieces; /* of the backlog, oldest first; the first may begin before it */
    Text apply;                   /* commands received and not yet taken by the server */
    Text applied;                 /* what repl_next_apply gave last */
    HostId host;
    AddrId addr;
    ReplHistory id, id2;
    uint64_t id2_end;
    uint64_t offset;
    uint64_t data; /* size of the data set */
    bool has_backlog;
    uint64_t backlog_start; /* offset of its first byte; it ends at `offset` */
    uint32_t no_replicas_since_s;
    uint32_t ticks, cron_loops;
    NodeMs paused_until_ms; /* writes; 0 not paused */
    uint64_t held;          /* fed while paused */
    ARRAY_OF(Attached) attached;

    NodeId primary;
    AddrId primary_addr;
    ReplState state;
    FollowStep step;
    LinkId link; /* to the primary; LINK_NONE also between the wish and repl_link_opened */
    bool cached; /* cached_id, cached_offset: what can be continued */
    ReplHistory cached_id;
    uint64_t cached_offset;
    ReplHistory sync_id; /* of the full sync in progress */
    uint64_t sync_offset;
    uint32_t last_io_s, down_since_s;

    ReplState noted_state;
    NodeId noted_primary;
    uint64_t noted_offset;
    ARRAY_OF(ReplWish) wishes;
    uint32_t wish_head;
};

/* repl.c */
uint32_t repl_now_s(const NodeEnv *env);
ReplHistory repl_draw_id(NodeEnv *env);
bool repl_same_id(const ReplHistory *a, const ReplHistory *b);
bool repl_no_id(const ReplHistory *id);
void repl_wish(Repl *repl, ReplWish item, NodeEnv *env);
void repl_send(Repl *repl, LinkId link, ReplMsg msg,
               NodeEnv *env); /* msg.bytes is filled in here if 0 */
void repl_close(Repl *repl, LinkId link, NodeEnv *env);
/* Notes what has changed since the last time: SELF_REPL, SELF_OFFSET. Every entry point ends with
 * it. */
void repl_note_changes(Repl *repl, NodeEnv *env);

/* repl_primary.c */
uint32_t primary_replica_count(const Repl *repl); /* attached, handshakes not counted */
void primary_create_backlog(Repl *repl, Mem *mem);
void primary_drop_backlog(Repl *repl);
void primary_disconnect_all(Repl *repl, NodeEnv *env); /* disconnectSlaves */
/* The stream grows: backlog, replicas. Does nothing without a backlog (§10.1). */
void primary_append(Repl *repl, uint64_t bytes, Slice commands, NodeEnv *env);
bool primary_on_message(Repl *repl, LinkId link, const ReplMsg *msg, NodeEnv *env);
void primary_on_link_down(Repl *repl, LinkId link, NodeEnv *env);
void primary_cron(Repl *repl, NodeEnv *env);

/* repl_stream.c */
void stream_add(Repl *repl, uint64_t size, Slice commands, NodeEnv *env); /* the offset has grown */
void stream_trim(Repl *repl, NodeEnv *env); /* drops pieces that lie before the backlog */
void stream_clear(Repl *repl, Mem *mem);
/* The pieces after `from`, as the content of a message. */
Blob stream_pack(const Repl *repl, uint64_t from, NodeEnv *env);
/* Takes such content: pieces into the own backlog, commands to be applied. */
void stream_unpack(Repl *repl, Blob content, NodeEnv *env);

/* repl_replica.c */
void follow_connect(Repl *repl, NodeEnv *env); /* connectWithMaster */
void follow_stop(Repl *repl, NodeEnv *env);    /* closes the link; keeps what can be continued */
void follow_on_link_up(Repl *repl, NodeEnv *env);
void follow_on_link_down(Repl *repl, NodeEnv *env);
void follow_on_message(Repl *repl, const ReplMsg *msg, NodeEnv *env);
void follow_cron(Repl *repl, NodeEnv *env);

/* repl_msg.c */
uint32_t replmsg_wire_bytes(const ReplMsg *msg);

#endif
