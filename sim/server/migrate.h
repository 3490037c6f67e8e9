/* migrate.h -- MIGRATE: keys go to another server, over a connection of this server's own
 * (protocol.md §9.6; redis-server 7.0: cluster.c, migrateCommand).
 *
 * redis-server connects, writes and reads inside the command: nothing else runs meanwhile. Here the
 * server is held (outbound.h) and the command goes on with each piece of news:
 *
 *   connecting --up--> reading --last reply--> over: +OK, or the first error of the target
 *       |                 |
 *       | late            | late, closed: what was acknowledged is gone from here, the rest stays
 *       v                 v
 *   IOERR connecting   IOERR reading; refused: IOERR writing. One retry if nothing was answered and
 * it was no time-out: a kept connection may have ended meanwhile.
 *
 * A key is deleted when its own positive answer comes; the deletions are propagated as one DEL at
 * the end. Simplified: the kernel takes all bytes at once, so that writing never blocks. */
#ifndef SERVER_MIGRATE_H
#define SERVER_MIGRATE_H

#include "sim/server/client.h"
#include "sim/server/outbound.h"

#define MIGRATE_SOCKETS_MAX   64 /* MIGRATE_SOCKET_CACHE_ITEMS */
#define MIGRATE_SOCKET_IDLE_S 10 /* MIGRATE_SOCKET_CACHE_TTL */
#define MIGRATE_TIMEOUT_MS    1000

/* A connection, kept for the next MIGRATE to the same place. */
typedef struct MigrateSocket {
    Blob place; /* "host:port" as the command had it */
    OutboundId id;
    int64_t last_db; /* that SELECT chose; -1: it must be sent */
    uint64_t used_s; /* Unix time of the last use */
    bool is_closed;  /* by the other side, which the next write will find out */
} MigrateSocket;

typedef enum MigrateStep { MIGRATE_NONE, MIGRATE_CONNECTING, MIGRATE_READING } MigrateStep;

/* The command under way; part of a Server. */
typedef struct Migrate {
    MigrateStep step;
    ClientId client;
    Keyspace *from; /* of the client's database */
    Queued command; /* its words; the slices below point into them */
    bool copy, replace, may_retry;
    bool in_call;         /* the command itself still runs: nothing has been waited for */
    Slice user, password; /* AUTH, AUTH2; password.chars NULL: none */
    int64_t db;
    SimSpan timeout; /* of each step */
    SimTime started;
    Slices keys;                   /* that are here and were sent */
    Slices deleted;                /* "DEL" and the keys that went */
    uint32_t answered;             /* replies to RESTORE read */
    bool wants_auth, wants_select; /* replies that come before those */
    Text refusal;                  /* of AUTH or SELECT: holds for every key */
    Text error;                    /* what the target said first */
    Text input;                    /* bytes that belong to no whole line yet */
    OutboundId socket;
    ARRAY_OF(MigrateSocket) sockets;
} Migrate;

void migrate_init(Server *server);
bool migrate_is_running(const Server *server);
/* Connections not used for a while are closed (migrateCloseTimedoutSockets). */
void migrate_on_cron(Server *server, NodeEnv *env);
void migrate_deinit(Server *server);

#endif
