/* server.h -- one virtual redis-server: cluster node, keyspace, replication and its clients.
 *
 * Bytes of clients go in, bytes of replies come out; commands run one at a time, each with a
 * service time. The order of processing is that of processCommand (protocol.md §1.4); the table of
 * commands is sim/store/commands.def, redirection is redirect.h.
 *
 *   server.c   clients, their bytes, turns        process.c  the order of checks, calling a command
 *   multi.c    MULTI, EXEC, WATCH                 blocked.c  BLPOP and friends, WAIT, pauses, §9.5
 *   pubsub.c   channels, sharded channels         connection.c HELLO, CLIENT, AUTH, SELECT, PING...
 *   configure.c CONFIG GET and SET                info.c     INFO, ROLE, COMMAND, TIME, MEMORY...
 *   scripting.c EVAL, FCALL (scripting.h)         restore.c  DUMP, RESTORE   migrate.c  MIGRATE
 *   debug.c    DEBUG, refusals of §1.9            cost.c     service times
 *   outbound.c connections to other servers       persist.c  RDB and AOF (persist.h) */
#ifndef SERVER_SERVER_H
#define SERVER_SERVER_H

#include "sim/cluster/admin.h"
#include "sim/cluster/node.h"
#include "sim/server/client.h"
#include "sim/server/outbound.h"
#include "sim/server/scripting.h"
#include "sim/store/disk.h"
#include "sim/store/keyspace.h"
#include "sim/store/repl.h"

/* What a server may use besides itself; borrowed for its life. */
typedef struct ServerParts {
    Node *node;
    Repl *repl;
    Keyspace *keys;
    const AdminResolver *resolver;
    uint64_t unix_base_ms; /* Unix time of virtual time 0 */
    DataDisk *disk;
    SimSpan fsync;               /* what one takes */
    const ScriptEngine *scripts; /* runs EVAL and FCALL; NULL: they are refused */
} ServerParts;

Server *server_create(const ServerParts *parts, NodeEnv *env);
void server_destroy(Server *server, Mem *mem);
/* The tables of addresses move when they grow; told before every call below in a turn. */
void server_set_addrs(Server *server, const AddrState *addrs);

/* A connection of a client at this address; its bytes; its end. Unknown ids are ignored: the end
 * may have crossed. */
void server_open(Server *server, ClientId id, AddrState from, NodeEnv *env);
bool server_has_client(const Server *server, ClientId id);
void server_input(Server *server, ClientId id, Slice bytes, NodeEnv *env);
void server_close(Server *server, ClientId id, NodeEnv *env);

/* The client with a request to execute whose turn it is; CLIENT_NONE when all wait or are blocked.
 * Clients take turns, one request each. */
ClientId server_next_ready(Server *server);
/* Executes one request of it; returns its service time (cost.h). */
SimSpan server_execute_next(Server *server, ClientId id, NodeEnv *env);
/* A script is under way: until it ends, nothing but it runs in this process (§2.9). */
bool server_is_in_script(const Server *server);
/* ... but it runs for longer than busy-reply-threshold: between its slices the process looks at its
 * sockets (processEventsWhileBlocked), runs no timers, and clients get BUSY. */
bool server_is_busy(const Server *server);
/* The next slice of the script; returns its service time. */
SimSpan server_continue_script(Server *server, NodeEnv *env);
/* Each 100 ms, after the node's tick: time-outs of blocked clients, §9.5, the expiry cycle. */
void server_on_cron(Server *server, NodeEnv *env);
/* At the end of each turn: whoever waited for keys, acknowledgements or the end of a pause; the
 * append-only file. Returns the time their commands took, and that of waiting for the disk. */
SimSpan server_before_sleep(Server *server, NodeEnv *env);
/* A message of a channel came by the bus. */
void server_deliver(Server *server, bool sharded, Slice channel, Slice message, NodeEnv *env);
/* EFFECT_PAUSE_WRITES: until_ms on the node clock, 0 ends it (§7). */
void server_pause_writes(Server *server, NodeMs until_ms, NodeEnv *env);
/* Has the end of a pause left clients to be served before the event loop sleeps? */
bool server_is_restless(const Server *server);
/* The node became a replica (EFFECT_REPLICATE): blocked clients are let go, §7. */
void server_on_demotion(Server *server, NodeEnv *env);

/* What is to be sent to clients, in order; false when there is nothing more. */
typedef struct ServerOutput {
    ClientId client;
    Slice bytes; /* until the next call */
    bool close;  /* and then the server closes */
} ServerOutput;
bool server_next_output(Server *server, ServerOutput *output);

typedef enum ServerExit { SERVER_STAYS, SERVER_SHUTS_DOWN, SERVER_CRASHES } ServerExit;
ServerExit server_wants_exit(const Server *server); /* after this turn */
/* Reads what the disk has into the fresh keyspace. The time that takes: 0 when there is nothing.
 * While it lasts the server answers -LOADING; server_load at its end, at once when it is 0. */
SimSpan server_begin_loading(Server *server, NodeEnv *env);
void server_load(Server *server, NodeEnv *env);
bool server_is_loading(const Server *server);
/* Power is lost, or the process is killed: what the kernel and children have finished by then. */
void server_settle(Server *server, SimTime now);
/* The next line of its log that is worth telling; false when there is none. Until the next call. */
bool server_next_log(Server *server, Slice *line);
/* The configuration when CONFIG REWRITE came since the last call; NULL otherwise. */
const NodeConfig *server_take_rewrite(Server *server);

/* The stream of the primary, whole commands in order, applied on a replica. */
void server_apply(Server *server, Slice bytes, NodeEnv *env);

/* Time for users of this server. */
static inline uint64_t server_unix_ms(uint64_t unix_base_ms, SimTime now)
{
    return unix_base_ms + now / SIM_MS;
}

#endif
