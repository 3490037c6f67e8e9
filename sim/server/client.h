/* client.h -- what a server keeps for each connection of a client: its state, what it has sent and
 * not yet got.
 *
 * A connection belongs to one process and dies with it: READONLY, ASKING, MULTI, WATCH,
 * subscriptions, everything (protocol.md §2.8). */
#ifndef SERVER_CLIENT_H
#define SERVER_CLIENT_H

#include "sim/base/resp.h"
#include "sim/store/command.h"
#include "sim/trace/state.h"

/* Numbers of connections, given by the world; unique in a run. */
typedef uint32_t ClientId;
#define CLIENT_NONE 0

typedef struct Queued { /* a command between MULTI and EXEC, with its own copy of the words */
    const CommandRow *row;
    uint32_t flags; /* the row's, or what a script says of itself */
    Slices words;
    Text chars;
} Queued;

typedef ARRAY_OF(Blob) Blobs;

typedef struct Watched {
    Blob name;
    Keyspace *keys;   /* where it is watched */
    uint32_t watch;   /* keyspace_watch */
    bool was_expired; /* at WATCH: its deletion is no change then */
} Watched;

typedef enum BlockKind {
    BLOCK_NONE,
    BLOCK_KEYS,  /* BLPOP and friends */
    BLOCK_WAIT,  /* WAIT: until so many replicas acknowledged */
    BLOCK_PAUSE, /* a write during a pause (manual failover, CLIENT PAUSE): it runs again */
    BLOCK_SHUTDOWN
} BlockKind;

/* The request at the front of the bytes, read once; its words point into them, so that it is
 * forgotten whenever they move. */
typedef struct NextRequest {
    bool is_read;
    RespStatus status;
    Slices words;
    Text scratch;
    uint32_t used;
    Error err;
} NextRequest;

typedef enum ReplySkip { SKIP_NONE, SKIP_NEXT, SKIP_THIS } ReplySkip; /* CLIENT REPLY SKIP */

typedef struct Client {
    ClientId id;
    AddrState addr;   /* where it comes from, for CLIENT LIST */
    uint8_t protocol; /* 2 or 3, HELLO */
    bool asking;      /* for one command (§9.4); kept through MULTI ... EXEC */
    bool readonly;
    bool in_multi, multi_failed; /* an error while queueing: EXEC answers EXECABORT */
    bool close_after_reply;
    bool replies_off; /* CLIENT REPLY OFF */
    ReplySkip reply_skip;
    bool no_evict;          /* CLIENT NO-EVICT: shown in CLIENT LIST */
    uint8_t db;             /* SELECT; 0 in cluster mode */
    const CommandRow *last; /* its last command; NULL */
    char name[64];
    ARRAY_OF(Queued) queued;
    ARRAY_OF(Watched) watched;
    Blobs channels, patterns, shard_channels;
    BlockKind block;
    uint64_t block_until_ms;          /* Unix ms; 0 for ever */
    uint64_t block_order;             /* when it began, among all of the server */
    uint32_t block_first, block_keys; /* KEYS: arguments of the command */
    uint64_t block_offset;            /* WAIT: offset to be acknowledged */
    uint32_t block_count;             /* WAIT: by how many */
    Queued blocked;                   /* KEYS, PAUSE: the command that waits */
    uint64_t write_offset;            /* replication offset after its last command, for WAIT */
    uint64_t created_ms, last_ms;     /* Unix ms; CLIENT LIST */
    Text input;                       /* bytes that came and are not yet executed */
    NextRequest next;
    Reply reply; /* what it has not been sent yet */
} Client;

void client_init(Client *client, ClientId id, AddrState addr, uint64_t now_ms, Mem *mem);
void client_deinit(Client *client, Mem *mem);
/* discardTransaction: queue, flags and watches. */
void client_discard(Client *client, Mem *mem);
void client_unwatch(Client *client, Mem *mem);
/* A copy of a command's words. */
void queued_init(Queued *queued, const CommandRow *row, const Slice *argv, uint32_t argc, Mem *mem);
void queued_deinit(Queued *queued, Mem *mem);
bool client_is_subscriber(const Client *client);

#endif
