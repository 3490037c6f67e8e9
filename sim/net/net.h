/* net.h -- the simulated network: hosts, connections that behave as TCP does, faults.
 *
 * Knows bytes and times, not Redis. A connection has two ends: LinkId 2c is the opener's, 2c+1 the
 * acceptor's. What is sent is ordered per direction, takes latency + jitter + size / bandwidth, is
 * held back in a partition and delivered afterwards by the next retransmission if the connection
 * still lives, and is lost when an end is closed or reset. The network schedules its own events in
 * the world's queue and reports what happens as NetHappening, one at a time, in order.
 *
 * TCP as far as it shows (docs/fidelity.md):
 *   connect     SYN, SYN-ACK: one round trip. Nobody listens on a live host: refused after one
 * round trip. Host without power or packets cut: SYN again after 1, 3, 7, 15, 31, 63 s, timeout
 *               after 127 s.
 *   data        in order; a lost or cut packet is sent again after an RTO of 200 ms, doubling up to
 * 120 s; what follows waits for it (head of line). Nagle       an end without TCP_NODELAY holds a
 * small message back while an earlier one is unacknowledged; the peer acknowledges with its next
 * data on the connection, or after the delayed-ACK time (40 ms), protocol.md §3.10. close orderly:
 * what was sent before still arrives, then the other end learns it. A killed process closes all its
 * ends (kernel sends FIN/RST): the other side learns it after the latency. Power loss: nobody is
 * told; the next packet sent to a host that has come back is answered by a reset. Each connection
 * direction draws from its own random stream. */
#ifndef NET_NET_H
#define NET_NET_H

#include "sim/base/ids.h"
#include "sim/base/mem.h"
#include "sim/base/rng.h"
#include "sim/base/time.h"
#include "sim/engine/queue.h"

#include <stdbool.h>
#include <stdint.h>

/* Qualities of a path, one way. */
typedef struct NetProfile {
    SimSpan latency;      /* fixed part, default 50 us (same host, protocol.md §17.6) */
    SimSpan jitter;       /* uniform 0..jitter on top, default 50 us */
    uint64_t bytes_per_s; /* 0: unlimited */
    uint32_t loss_ppm;    /* of packets; shows as retransmission delay */
} NetProfile;

typedef struct NetConfig {
    uint64_t seed;
    NetProfile profile;  /* when no zone pair says otherwise */
    SimSpan loopback;    /* latency from a host to itself, which no fault touches */
    SimSpan delayed_ack; /* 40 ms; 0 switches the delayed-ACK effect off (quick ACK) */
} NetConfig;

/* One fault between two groups of hosts, in force until removed. Faults stack: any cut cuts;
 * latency and jitter add to the path's; loss adds up (to at most 1); the smallest bandwidth wins.
 */
typedef struct NetRule {
    uint32_t id; /* chosen by the caller, unique */
    bool oneway; /* only from -> to; otherwise both ways */
    bool cut;
    uint32_t loss_ppm;
    SimSpan latency, jitter;
    uint64_t bytes_per_s; /* 0: no limit from this rule */
    uint64_t from[BITSET_WORDS_HOSTS], to[BITSET_WORDS_HOSTS];
} NetRule;

typedef enum NetHappeningKind {
    NET_ARRIVED,   /* a message reached `host` on `link`: payload, bytes */
    NET_CONNECTED, /* the opener's end `link` is established */
    NET_REFUSED,   /* ... or refused (nobody listens), the end is closed */
    NET_TIMED_OUT, /* ... or given up, the end is closed */
    NET_CLOSED, /* the peer closed or reset; everything it sent before has arrived; end is closed */
    NET_LOST /* a message will never arrive: payload; why in `lost_dead`/closed; no end involved */
} NetHappeningKind;

typedef struct NetHappening {
    NetHappeningKind kind;
    HostId host; /* whose end it is (NET_LOST: the sender's) */
    LinkId link;
    uint64_t payload; /* what was given to net_send */
    uint32_t bytes;
    bool reset; /* NET_CLOSED: by reset; NET_LOST: by reset (else receiver dead or closed) */
} NetHappening;

typedef struct Net Net; /* opaque; sim/net/net.c */

/* event_kind: the kind of the events it posts to `queue`; a and b are its own. */
Net *net_create(Mem *mem, Queue *queue, uint32_t event_kind, const NetConfig *config);
void net_destroy(Net *net);

/* A host exists: its zone number (0..254). Hosts are added in order 0, 1, 2... Power is on. */
void net_add_host(Net *net, HostId host, uint8_t zone);
/* The path between hosts whose zones have no profile of their own, from now on. */
void net_set_profile(Net *net, const NetProfile *profile);
void net_set_zone_profile(Net *net, uint8_t zone_a, uint8_t zone_b, const NetProfile *profile);
/* Whether a process listens at this host now (a connect is refused otherwise). */
void net_set_listening(Net *net, HostId host, bool listening);
/* Power: off makes the host silent (packets vanish, its ends are forgotten without notice). */
void net_set_power(Net *net, HostId host, bool on);

void net_add_rule(Net *net, const NetRule *rule, SimTime now);
bool net_remove_rule(Net *net, uint32_t id, SimTime now); /* false: no such rule */
/* Can a packet pass from a to b now. */
bool net_reachable(const Net *net, HostId from, HostId to);

/* Opens a connection and returns the opener's end at once; NET_CONNECTED, REFUSED or TIMED_OUT
 * follows. nodelay is the opener's TCP_NODELAY (the acceptor's is always set in Redis 7.0, §3.10).
 * The destination host may be HOST_NONE (no such address): then it behaves like a host without
 * power. */
LinkId net_open(Net *net, HostId from, HostId to, bool nodelay, SimTime now);
/* The connection just opened asks for a port where nobody listens, whoever listens at the host's
 * own: it will be refused. */
void net_to_closed_port(Net *net, LinkId link);
/* Closes one end; everything sent before still arrives. Nothing more is reported on this end. */
void net_close(Net *net, LinkId link, SimTime now);
/* The process of this host is gone: all its ends are closed by the kernel, unread data is lost. */
void net_kill_host(Net *net, HostId host, SimTime now);

/* Sends `payload` (the caller's number of a message) of `bytes` bytes. Allowed while connecting: it
 * leaves once established. Returns when it will arrive as things stand, 0 if nobody knows (cut,
 * lost, connecting, held back). Each payload is reported back exactly once: NET_ARRIVED or
 * NET_LOST. */
SimTime net_send(Net *net, LinkId link, uint64_t payload, uint32_t bytes, SimTime now);

/* Bytes sent on this end and not yet arrived (the send buffer, cluster-link-sendbuf-limit). */
uint64_t net_unsent(const Net *net, LinkId link);
HostId net_peer(const Net *net, LinkId link); /* the other end's host */
HostId net_owner(const Net *net, LinkId link);
bool net_is_open(const Net *net, LinkId link); /* this end: not closed, not reused */
uint32_t net_link_count(const Net *net);       /* open connections */

/* Handles one event of `event_kind`; what comes of it is queued and taken with net_next. */
void net_on_event(Net *net, const Event *event);
/* The next happening, false when there is none. Call until false after every net_on_event,
 * net_close, net_kill_host, net_set_power, net_add_rule and net_remove_rule. */
bool net_next(Net *net, NetHappening *happening);
/* The process has taken note of it. Until then the connection's number is not used again, so that a
 * link number in a process's inbox or tables always means what it meant. Not for NET_LOST. */
void net_taken(Net *net, const NetHappening *happening);

#endif
