/* server_inside.h -- the inside of a Server, shared by the files of sim/server only. */
#ifndef SERVER_INSIDE_H
#define SERVER_INSIDE_H

#include "sim/server/callstats.h"
#include "sim/server/migrate.h"
#include "sim/server/persist.h"
#include "sim/server/redirect.h"
#include "sim/server/server.h"
#include "sim/server/slowlog.h"

typedef struct Output { /* bytes for a client, waiting to be taken */
    ClientId client;
    Blob bytes;
    bool close;
} Output;

#define SERVER_DATABASES 16

struct Server {
    ServerParts parts;
    Mem *mem;
    const AddrState *addrs;
    ARRAY_OF(Client *) clients; /* in the order they came */
    uint32_t turn;              /* index of the client whose turn is next */
    ARRAY_OF(Output) outputs;
    uint32_t output_head;
    Blob taken;          /* what server_next_output gave last */
    Client *primary;     /* a client of its own for the stream of the primary */
    uint32_t apply_left; /* bytes of the stream in hand, from the command being applied on */
    Keyspace *databases[SERVER_DATABASES]; /* without cluster mode, beside 0; NULL until selected */
    uint64_t block_orders, started_ms;
    uint64_t pause_writes_until_ms; /* Unix ms: manual failover or CLIENT PAUSE WRITE */
    uint64_t pause_all_until_ms;
    bool pause_ended;        /* by a manual failover that is over: whoever waits goes on at once */
    uint16_t expiry_slot;    /* where the expiry cycle goes on */
    bool keys_signalled;     /* a key that somebody may wait for has got a value */
    ARRAY_OF(Blob) settings; /* CONFIG SET of directives without effect, by row of settings.def */
    bool expiry_off;         /* DEBUG SET-ACTIVE-EXPIRE 0 */
    bool wants_rewrite;      /* CONFIG REWRITE: the world writes redis.conf */
    bool wants_acks;         /* a client waits in WAIT: the replicas are asked before sleeping */
    ServerExit exit;         /* the process ends after this turn */
    Persist persist;
    ARRAY_OF(Blob) logs; /* lines that the world has not taken yet */
    uint32_t log_head;
    Blob taken_log;
    struct Scripting *scripting; /* scripting_inside.h */
    Outbound outbound;
    Migrate migrate;
    SlowLog slowlog;
    CallStats callstats;
    SimSpan extra_cost; /* of what the request under way has executed so far (process_run) */
    uint64_t commands, connections, expired, hits, misses; /* for INFO */
};

/* One request being processed. */
struct Request {
    Server *server;
    Client *client;
    const CommandRow *row;
    uint32_t flags; /* the row's, or what a script says of itself */
    const Slice *argv;
    uint32_t argc;
    NodeEnv *env;
    uint64_t now_ms;    /* Unix ms */
    Text *stream;       /* where what is propagated is gathered; set by process_run */
    uint32_t *streamed; /* commands in it */
    bool called;        /* it was executed: neither refused nor queued */
};

typedef void ServerFunction(Request *request);
typedef struct ServerBinding {
    const char *name;
    ServerFunction *function;
} ServerBinding;

/* Each file of the server's own commands ends with its table, closed by { NULL, NULL }. */
extern const ServerBinding multi_bindings[], blocked_bindings[], pubsub_bindings[],
    connection_bindings[], client_bindings[], configure_bindings[], info_bindings[],
    command_bindings[], migrate_bindings[], restore_bindings[], slowlog_bindings[],
    callstats_bindings[], debug_bindings[], cluster_bindings[], absent_bindings[],
    persist_bindings[], shutdown_bindings[], eval_bindings[], function_bindings[];

/* absent.c: is it modelled in cluster mode only (where it is refused)? */
bool absent_without_cluster(const Request *request);

/* server.c */
Client *server_client(const Server *server, ClientId id); /* NULL */
/* Moves what the client's reply holds into the outputs. */
void server_flush(Server *server, Client *client, NodeEnv *env);
void server_push(Server *server, Client *client, Slice resp, NodeEnv *env); /* out of turn */
bool server_is_replica(const Server *server);
bool server_in_cluster(const Server *server); /* cluster-enabled */
/* The keys that a client has selected: those of the node, or of another database without cluster
 * mode. */
Keyspace *server_keys(Server *server, const Client *client);
void server_flush_databases(Server *server); /* FLUSHALL, beside database 0 */
void server_log(Server *server, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* "10.0.0.2:6379" of a node as its record says (§9.3). */
void server_endpoint(const Server *server, NodeId node, Text *out);

/* A client that ended while its script ran goes now. */
void server_forget_if_gone(Server *server, Client *client);

/* scripting.c */
void scripting_create(Server *server);
void scripting_destroy(Server *server);
uint32_t scripting_command_flags(const Request *request);
bool scripting_is_caller(const Server *server, const Client *client);
const char *scripting_busy_text(const Server *server);

/* process.c */
void process_request(Request *request);
/* Runs a command whose checks are passed: the function, then propagation, statistics, signals. */
void process_call(Request *request);
/* The checks for a command inside a script or transaction being executed are others: these two
 * are process_call's parts. Appends what is to be propagated to *stream. */
void process_run(Request *request, Text *stream, uint32_t *commands);
void process_propagate(Server *server, const Text *stream, uint32_t commands, bool transaction,
                       NodeEnv *env);
ServerFunction *process_function(const CommandRow *row);
void reply_arity(Reply *reply, const char *name);

/* client_command.c */
bool client_set_name(Client *client, Slice name); /* false after an error reply */

/* connection.c */
void reply_unknown_subcommand(Reply *reply, Slice name, Slice command);
/* addReplySubcommandSyntaxError: a sub-command that exists, with arguments of another form. */
void reply_wrong_form(Request *request);
void reply_not_modelled(Request *request); /* what a virtual server has no figures for */
void reply_cluster_disabled(Request *request);

/* help.c: <container> HELP */
void help_reply(Request *request);

/* pubsub.c */
void pubsub_leave_all(Server *server, Client *client);
void pubsub_check_slots(Server *server, NodeEnv *env); /* channels whose slot went elsewhere */

/* Propagates these words as what the command did: for the server's own commands that write. */
void process_also(Request *request, const Slice *words, uint32_t count);

/* multi.c */
void multi_queue(Request *request);
void multi_fail(Client *client);                      /* flagTransaction */
bool multi_has(const Client *client, uint32_t flags); /* a queued command with one of these */
/* EXEC goes on after a script that took longer than its slice. */
void multi_go_on(Server *server, Client *client, NodeEnv *env);

/* blocked.c */
void blocked_on_keys(Request *request, Cmd *cmd);
void blocked_by_pause(Request *request);
bool blocked_is_paused(const Server *server, const Request *request);
void blocked_on_cron(Server *server, NodeEnv *env); /* whose slot went elsewhere, §9.5 */
void blocked_serve(Server *server, NodeEnv *env);   /* time-outs; whoever waits for what has come */
/* CLIENT UNBLOCK: as if its time were over, or with an error; false when it does not wait. */
bool blocked_end(Server *server, Client *client, bool error, NodeEnv *env);
void blocked_unblock_all(Server *server, const char *error, NodeEnv *env);

#endif
