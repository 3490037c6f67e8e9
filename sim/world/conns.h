/* conns.h -- clients' connections: streams of bytes over links of the network, with its latency,
 * bandwidth, cuts, losses and resets. Shared by the files of sim/world only.
 *
 * A connection is opened by a host: a client machine, a redis-cli on a server's own machine, or a
 * server process that is a client of another one (sim/server/outbound.h). The other side is a
 * redis-server, which knows the connection by its number (ClientId).
 *
 *   opened by      bytes that come are taken              opener's end is closed by
 *   a script       at once, by calls.c                    conns_close
 *   a workload     at once, by workload.c                 conns_close
 *   a process      in its turns, by its server            its server, its death
 *
 * The server's side takes everything in turns: bytes and ends wait in the inbox of a busy or frozen
 * process. Only accept() is done at once: a kernel does it for a process that is busy. Connections
 * to and from a process end with it; a client learns that after the latency, or never when the
 * machine lost its power and the client does not send. */
#ifndef WORLD_CONNS_H
#define WORLD_CONNS_H

#include "sim/base/slice.h"
#include "sim/net/net.h"
#include "sim/server/server.h"
#include "sim/world/sim.h"

typedef enum ConnOwner { CONN_OF_SCRIPT, CONN_OF_WORKLOAD, CONN_OF_PROCESS } ConnOwner;

/* What the opener learns of its connection. */
typedef enum ConnNews {
    CONN_UP,
    CONN_REFUSED,
    CONN_TIMED_OUT,
    CONN_BYTES, /* more bytes are in `input` */
    CONN_CLOSED /* by the server, its death or a reset */
} ConnNews;

/* Numbers count from 1 and are never given again. */
typedef struct Conn {
    HostId from, to; /* to: HOST_NONE when nobody has the address */
    ConnOwner owner;
    OutboundId outbound; /* CONN_OF_PROCESS: the server's own number of it */
    uint32_t workload;   /* CONN_OF_WORKLOAD: its number */
    uint16_t port;       /* the opener's */
    LinkId near, far;    /* opener's and server's end while that side has it; LINK_NONE */
    Text input;          /* bytes that came for the opener and belong to no whole reply yet */
    ARRAY_OF(uint32_t) waiting; /* requests without a reply, oldest first: calls, or operations */
    /* Of a script: */
    bool open, one_shot; /* the script has not closed it; it ends with its call */
    CallStatus fate;     /* of a call on it when its link is gone */
} Conn;

/* Bytes under way. */
typedef struct Packet {
    Blob bytes;
    uint64_t cause; /* record that sent it */
} Packet;

/* Opens a connection; CONN_UP, CONN_REFUSED or CONN_TIMED_OUT follows. */
uint32_t conns_open(Sim *sim, HostId from, HostId to, ConnOwner owner);
Conn *conns_at(Sim *sim, uint32_t conn);
/* The opener sends; nothing happens when its end is gone. */
void conns_send(Sim *sim, uint32_t conn, Slice bytes, SimTime depart);
void conns_close(Sim *sim, uint32_t conn, SimTime depart);
/* Reads the next whole reply of `input`: false when there is none yet. *bytes points into `input`;
 * conns_drop takes it away. */
bool conns_next_reply(Sim *sim, uint32_t conn, RespValues *values, Slice *bytes);
void conns_drop(Sim *sim, uint32_t conn, uint32_t size);

/* The network tells something of a client's connection: what a client or accept() takes is taken at
 * once (true); the rest is for the host's process. */
bool conns_on_happening(Sim *sim, const NetHappening *happening);
/* The process takes it, in its turn. */
void conns_take(Sim *sim, HostId host, const NetHappening *happening);
/* The time of a process that was held is over: its server is told, in a turn. */
void conns_hold_over(Sim *sim, HostId host);
/* Executes what waited while a script ran, or what is answered while it runs. */
void conns_go_on(Sim *sim, HostId host);
/* What the server has for its clients, and what it wishes of connections of its own, at the end of
 * a turn; it leaves at `depart`. */
void conns_drain(Sim *sim, HostId host, SimTime depart);
/* The process of this host is gone; the network knows it already. */
void conns_host_died(Sim *sim, HostId host);
/* Is it about a connection that the host's process opened itself? */
bool conns_is_outbound(const Sim *sim, const NetHappening *happening);
/* The node with this address; HOST_NONE. */
HostId conns_host_at(const Sim *sim, uint32_t ip, uint16_t port);
void conns_free_packet(Sim *sim, uint64_t payload);

#endif
