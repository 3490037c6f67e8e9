/* message.h -- a message of the cluster bus: every header field, gossip entries, computed wire
 * size.
 *
 * Messages live in a pool (LIFO reuse); a MsgId is what travels through the network. A message is
 * written once, then shared read-only by all its receivers, and freed when the last is done. */
#ifndef CLUSTER_MESSAGE_H
#define CLUSTER_MESSAGE_H

#include "sim/base/ids.h"
#include "sim/base/mem.h"
#include "sim/base/slice.h"
#include "sim/trace/enums.h"

#include <stdint.h>

#define MSG_HEADER_BYTES  2256 /* CLUSTERMSG_MIN_LEN, protocol.md §3.2 */
#define MSG_GOSSIP_BYTES  104
#define MSG_FAIL_BYTES    2296
#define MSG_UPDATE_BYTES  4352
#define MSG_PUBLISH_BYTES 2264 /* and the channel and the message */

#define MFLAG_PAUSED   1
#define MFLAG_FORCEACK 2

typedef uint32_t MsgId;
#define MSG_NONE ((MsgId)0xFFFFFFFF)

/* One gossip entry. The address is the one at which the identity was born.
 * Simplified: an identity never moves to another address, so the entry's ip and ports are left out.
 */
typedef struct GossipEntry {
    NodeId node;
    uint16_t flags;  /* FLAG_* of the sender's record, raw */
    uint32_t pong_s; /* pong_received in whole seconds of the node clock */
} GossipEntry;

typedef struct Msg {
    MsgKind kind;
    uint32_t bytes; /* totlen, protocol.md §3.3 */
    uint32_t references;
    NodeId sender;     /* header's sender ID */
    NodeId replica_of; /* header's slaveof; NODE_NONE for a primary */
    uint64_t current_epoch;
    uint64_t config_epoch; /* a replica announces its primary's */
    uint64_t offset;
    SlotsId slots; /* a replica announces its primary's */
    AddrId addr;   /* announced ports, and the socket's ip */
    uint16_t flags;
    uint8_t state;  /* ClusterState of the sender */
    uint8_t mflags; /* MFLAG_* */
    uint16_t gossip_count;
    uint16_t gossip_capacity;
    NodeId subject;         /* FAIL, UPDATE: the node concerned */
    SlotsId subject_slots;  /* UPDATE */
    uint64_t subject_epoch; /* UPDATE */
    GossipEntry *gossip;    /* gossip_capacity entries, owned by the pool */
    char *payload;          /* PUBLISH, PUBLISHSHARD: the channel, then the message; the pool's */
    uint32_t payload_size, channel_size;
} Msg;

typedef struct MsgPool MsgPool; /* opaque; sim/cluster/message.c */

MsgPool *msgpool_create(Mem *mem);
void msgpool_destroy(MsgPool *pool);
/* A new message with room for `gossip_capacity` entries and one reference; other fields are zero.
 */
MsgId msg_new(MsgPool *pool, MsgKind kind, uint16_t gossip_capacity);
Msg *msg_at(MsgPool *pool, MsgId id); /* stable until the message is freed */
/* Gives a PUBLISH its channel and its message. */
void msg_set_payload(MsgPool *pool, MsgId id, Slice channel, Slice message);
void msg_retain(MsgPool *pool, MsgId id);
void msg_release(MsgPool *pool, MsgId id); /* the last release frees it */
uint32_t msgpool_live(const MsgPool *pool);

#endif
