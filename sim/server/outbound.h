/* outbound.h -- connections that a server opens itself, as a client of another one: MIGRATE.
 *
 * A server wishes (open, send, close); the world carries that out at the end of the turn and tells,
 * in later turns, what came of it. The command that waits for such an answer blocks the whole
 * process, as redis-server does: outbound_hold stops everything but these connections until
 * outbound_release or the given time, when OUTBOUND_LATE is told. */
#ifndef SERVER_OUTBOUND_H
#define SERVER_OUTBOUND_H

#include "sim/base/array.h"
#include "sim/base/slice.h"
#include "sim/base/text.h"
#include "sim/cluster/node.h"

typedef struct Server Server;

/* Counts from 1 in the life of a server. */
typedef uint32_t OutboundId;

typedef enum OutboundWishKind { OUTBOUND_OPEN, OUTBOUND_SEND, OUTBOUND_CLOSE } OutboundWishKind;

typedef struct OutboundWish {
    OutboundWishKind kind;
    OutboundId id;
    uint32_t ip;   /* OPEN */
    uint16_t port; /* OPEN */
    Text bytes;    /* SEND; belongs to whoever takes the wish */
} OutboundWish;

typedef enum OutboundNewsKind {
    OUTBOUND_UP,
    OUTBOUND_REFUSED,
    OUTBOUND_TIMED_OUT, /* no answer to connect for two minutes */
    OUTBOUND_BYTES,
    OUTBOUND_CLOSED, /* by the other side; the id is over */
    OUTBOUND_LATE    /* the hold is over by time; id 0 */
} OutboundNewsKind;

typedef struct OutboundNews {
    OutboundNewsKind kind;
    OutboundId id;
    Slice bytes; /* BYTES, until the call returns */
} OutboundNews;

/* The command that uses the connections; it may wish and release in turn. */
typedef void OutboundListener(Server *server, const OutboundNews *news, NodeEnv *env);

/* Part of a Server. */
typedef struct Outbound {
    OutboundListener *listener;
    ARRAY_OF(OutboundWish) wishes;
    uint32_t wish_head;
    OutboundId last_id;
    SimTime held_until; /* 0: not held */
} Outbound;

/* For the server's commands. One listener hears of all connections: the last one given. */
OutboundId outbound_open(Server *server, uint32_t ip, uint16_t port, OutboundListener *listener);
void outbound_send(Server *server, OutboundId id, Slice bytes);
void outbound_close(Server *server, OutboundId id);
void outbound_hold(Server *server, SimTime until);
void outbound_release(Server *server);

/* For the world. */
void outbound_tell(Server *server, const OutboundNews *news, NodeEnv *env);
bool outbound_next_wish(Server *server, OutboundWish *wish); /* in order; false: no more */
SimTime outbound_held_until(const Server *server);           /* 0: not held */
void outbound_deinit(Server *server);

#endif
