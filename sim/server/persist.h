/* persist.h -- what a server does for its data to be on a disk: snapshots (RDB) and the append-only
 * file (redis-server 7.0: rdb.c, aof.c, server.c serverCron; protocol.md §2.8).
 *
 *   persist.c       writing: the append-only file, children that save and rewrite, the cron
 *   persist_load.c  reading at the start, and whether the keys fit the slots (§2.7)
 *   shutdown.c      SHUTDOWN, which waits for replicas and saves
 *   persist_cmd.c   SAVE, BGSAVE, BGREWRITEAOF, LASTSAVE, INFO persistence
 *
 * Simplified: fork() takes no time, and a child that saves dies with its server. */
#ifndef SERVER_PERSIST_H
#define SERVER_PERSIST_H

#include "sim/base/resp.h"
#include "sim/cluster/node.h"
#include "sim/store/disk.h"

typedef struct Server Server;

/* How long reading and writing take; docs/fidelity.md. One core of an ordinary machine reads or
 * writes some 100 MB of an RDB a second and executes some 40 MB of an append-only file. */
#define PERSIST_BYTE      ((SimSpan)10) /* a byte of an RDB, written or read */
#define PERSIST_KEY       (1 * SIM_US)  /* and each key of it */
#define PERSIST_TAIL_BYTE ((SimSpan)25) /* a byte of commands, read and executed */

typedef enum AofState { AOF_OFF, AOF_ON, AOF_WAIT_REWRITE } AofState;
typedef enum ChildKind { CHILD_NONE, CHILD_RDB, CHILD_AOF } ChildKind;

/* The child process that writes a snapshot: the data as of the fork. */
typedef struct Child {
    ChildKind kind;
    SimTime done; /* its file is complete then; the server notices at its next tick */
    uint64_t started_ms;
    DiskRdb snapshot; /* `exists` until it has become a file */
    uint64_t dirty;   /* RDB: changes before the fork */
    uint32_t tail;    /* AOF: bytes of commands before the fork */
} Child;

typedef struct Persist {
    uint64_t dirty;        /* changes since the last snapshot */
    uint64_t last_save_ms; /* Unix ms */
    Child child;
    bool save_scheduled, rewrite_scheduled;
    AofState aof;
    Text buffer; /* commands executed and not yet written */
    Text first;  /* WAIT_REWRITE: written commands that no file has yet */
    uint64_t last_fsync_s, postponed_s;
    SimTime fsync_done;    /* a background fsync runs until then */
    uint32_t fsync_target; /* and makes so many bytes of the tail safe */
    uint64_t fsync_data;
    uint64_t base_size;       /* of the whole append-only file after the last rewrite or start */
    uint64_t write_back_ms;   /* when the kernel last wrote old pages back ... */
    uint32_t write_back_size; /* ... and what it will have written next time */
    bool is_loading;
    SimTime load_begin;
    SimSpan load_span;
    SimSpan waits;        /* for the disk, before the end of this turn */
    uint64_t shutdown_ms; /* SHUTDOWN waits for replicas until then (Unix ms); 0 none */
    uint32_t shutdown_flags;
    /* for INFO */
    uint64_t saves, rewrites, delayed_fsyncs, keys_loaded, keys_expired, load_bytes;
    int64_t last_save_s, last_rewrite_s; /* how long they took; -1 none */
} Persist;

void persist_init(Server *server, NodeEnv *env);
void persist_deinit(Server *server);

/* Commands as they are propagated. */
void persist_feed(Server *server, Slice commands);
void persist_cron(Server *server, NodeEnv *env);
/* Before the event loop sleeps, and so before replies leave: writes the append-only file. Returns
 * how long the process waits for the disk (appendfsync always). */
SimSpan persist_before_sleep(Server *server, NodeEnv *env);
/* What the kernel and children have done by now: told before a kill, and before anything else. */
void persist_settle(Server *server, SimTime now);
void persist_on_config(Server *server, NodeEnv *env); /* appendonly may have changed */
void persist_on_flushall(Server *server, NodeEnv *env);

/* Children and saving in the foreground; the snapshot is of now. */
void persist_start_save(Server *server, NodeEnv *env);
void persist_start_rewrite(Server *server, NodeEnv *env);
void persist_stop_child(Server *server);
SimSpan persist_save(Server *server, NodeEnv *env);   /* returns how long it takes */
void persist_flush_all(Server *server, NodeEnv *env); /* append-only file: written and safe */

/* Starting: how long it takes to read what the disk has, 0 when there is nothing; then reading it.
 */
SimSpan persist_load_span(const Server *server);
uint64_t persist_load_bytes(const Server *server);
void persist_load(Server *server, NodeEnv *env);
/* DEBUG RELOAD and LOADAOF: the data set is read again; what that takes. */
SimSpan persist_rdb_span(const Server *server);
SimSpan persist_aof_span(const Server *server);
void persist_read_rdb(Server *server, NodeEnv *env);
void persist_read_aof(Server *server, NodeEnv *env);

/* Each tick: SHUTDOWN goes on when its replicas have everything, or its time is over. */
void shutdown_cron(Server *server, NodeEnv *env);
bool shutdown_is_waiting(const Server *server);

void persist_info(const Server *server, uint64_t now_ms, SimTime now, Text *out);

#endif
