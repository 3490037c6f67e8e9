/* net_internal.h -- the inside of a Net, shared by the files of sim/net only.
 *
 *   net.c         hosts, opening, closing, power, happenings      path.c  profiles, faults,
 * reachability net_stream.c  what is sent: order, loss, retransmission, Nagle
 *
 * A message is a Segment of one direction of a connection. It is either on the wire (an event will
 * bring it in) or held back, in order: while connecting, behind one that must be sent again, or by
 * Nagle's rule. */
#ifndef NET_NET_INTERNAL_H
#define NET_NET_INTERNAL_H

#include "sim/base/array.h"
#include "sim/base/hash.h"
#include "sim/base/idpool.h"
#include "sim/net/net.h"

#define NET_ZONES_MAX   255
#define RTO_MIN         (200 * SIM_MS)  /* Linux TCP_RTO_MIN */
#define RTO_MAX         (120 * SIM_SEC) /* Linux TCP_RTO_MAX */
#define RETRIES_MAX     15              /* Linux tcp_retries2: then the connection is given up */
#define SYN_RETRIES_MAX 6 /* Linux tcp_syn_retries: 1, 3, 7, 15, 31, 63 s; given up after 127 s */
#define SEGMENT_NONE    UINT32_MAX

/* What an event of the network means: in the top byte of b. */
typedef enum NetEventKind {
    NET_EVENT_ARRIVE,  /* a: segment */
    NET_EVENT_CONNECT, /* a: connection: SYN and its answer have had their time */
    NET_EVENT_RETRY,   /* a: direction (link of its sender): retransmission timer */
    NET_EVENT_NAGLE,   /* a: direction: the acknowledgement has come */
    NET_EVENT_RESET    /* a: link that learns of a reset */
} NetEventKind;

typedef struct Segment {
    uint64_t payload;
    uint32_t bytes;
    uint32_t link;  /* the sender's end */
    uint32_t next;  /* in the held list or the free list */
    uint32_t order; /* in its direction */
    bool is_fin;
} Segment;

typedef struct Direction {
    SimTime last_due; /* arrival of the last segment put on the wire */
    SimTime free_at;  /* when the path has taken the last one in (bandwidth) */
    SimTime acked_at; /* when the sender will know that all it sent arrived; NEVER: not as things
                         stand */
    uint32_t first_held, last_held;
    uint32_t draws;   /* random numbers drawn */
    uint32_t order;   /* segments so far */
    uint32_t arrived; /* of them: the receiver takes them in their order */
    uint32_t unsent;  /* bytes sent and not arrived */
    uint8_t retries;
    bool waiting; /* a retransmission timer runs */
    bool dropped; /* what was held is lost: what comes after it will never be taken */
} Direction;

typedef struct Connection {
    HostId host[2]; /* opener, acceptor */
    uint32_t generation;
    uint32_t outstanding; /* segments of either direction */
    uint32_t untaken;     /* happenings that no process has taken note of yet */
    uint64_t key;         /* of its random numbers */
    uint8_t syn_retries;
    bool used, established, nodelay;
    bool closed_port; /* asked for where nobody listens */
    bool open[2];
    Direction direction[2]; /* by the sender's end */
} Connection;

typedef struct NetHost {
    uint8_t zone;
    bool listening, powered;
    uint32_t opened; /* connections opened by it so far */
} NetHost;

struct Net {
    Mem *mem;
    Queue *queue;
    uint32_t event_kind;
    NetConfig config;
    SimTime now;
    ARRAY_OF(NetHost) hosts;
    NetProfile *zones; /* zone_count x zone_count, rows by the lower number */
    bool *zone_set;
    uint32_t zone_count;
    ARRAY_OF(NetRule) rules;
    ARRAY_OF(Connection) connections;
    IdPool ids;
    ARRAY_OF(Segment) segments;
    uint32_t free_segment;
    ARRAY_OF(NetHappening) happenings;
    uint32_t happening_head;
    uint32_t open_count;
};

static inline Connection *net_connection(Net *net, LinkId link)
{
    SIM_ASSERT(link >> 1 < net->connections.count);
    return &net->connections.items[link >> 1];
}

static inline void net_post(Net *net, SimTime time, NetEventKind kind, uint32_t a,
                            uint32_t generation)
{
    Event event = {
        .time = time, .kind = net->event_kind, .a = a, .b = (uint64_t)kind << 56 | generation};
    queue_post(net->queue, event);
}

static inline void net_happen(Net *net, NetHappening happening)
{
    if (happening.kind != NET_LOST) net_connection(net, happening.link)->untaken++;
    array_push(net->mem, &net->happenings, happening);
}

/* path.c: the path from one host to another now; false when packets do not pass. */
bool net_path(const Net *net, HostId from, HostId to, NetProfile *path);

/* net_stream.c */
void net_stream_send(Net *net, LinkId link, uint64_t payload, uint32_t bytes, bool is_fin,
                     SimTime now);
SimTime net_stream_flush(Net *net, LinkId link,
                         SimTime now); /* sends what may go; due of the last, 0 unknown */
void net_stream_drop(Net *net, LinkId link,
                     bool reset); /* everything held in this direction is lost */
void net_stream_on_arrive(Net *net, uint32_t segment);
void net_stream_on_retry(Net *net, LinkId link);
void net_stream_on_nagle(Net *net, LinkId link);

/* net.c: this end is closed now; the connection ends when both are and nothing is under way. */
void net_end_closed(Net *net, LinkId link);
void net_maybe_free(Net *net, uint32_t connection);

#endif
