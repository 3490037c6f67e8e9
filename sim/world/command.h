/* command.h -- everything that comes into a run from outside: a Lua line, a click, a RESP request.
 *
 * A Command is stamped with virtual time and the number of events run before it, and kept in the
 * trace: config + seed + commands = the run (design.md §1.3). */
#ifndef WORLD_COMMAND_H
#define WORLD_COMMAND_H

#include "sim/base/bytes.h"
#include "sim/cluster/config.h"
#include "sim/net/net.h"
#include "sim/trace/trace.h"
#include "sim/world/workload.h"

typedef enum CommandKind {
    CMD_HOST_ADD,     /* add: a host exists, its process does not run yet */
    CMD_NET_PROFILE,  /* profile: the default path, from now on */
    CMD_ZONE_PROFILE, /* zone: the path between two zones, by name */
    CMD_START,        /* host: start redis-server; from its disk if it has one */
    CMD_KILL,         /* host: kill -9 (power: the machine loses power) */
    CMD_WIPE,         /* host: its disk is emptied (the process must not run) */
    CMD_FREEZE,       /* host: SIGSTOP */
    CMD_THAW,         /* host: SIGCONT */
    CMD_SLOW,         /* host: everything takes permille/1000 as long; 1000 is normal */
    CMD_RULE_ADD,     /* rule: a network fault between two groups */
    CMD_RULE_REMOVE,  /* rule.id */
    CMD_CALL, /* host, text: a command line sent by a client, e.g. "CLUSTER MEET 10.0.0.2 6379" */
    CMD_CALL_CANCEL, /* call: the client hangs up */
    CMD_FEED,      /* host, bytes: the primary's replication stream grows as writes would make it */
    CMD_NOTE,      /* note, text: the script speaks (TRACE_TITLE, STEP, SAY, PREDICT, ...) */
    CMD_CONNECT,   /* host: a client connects; sim_submit gives the connection's number */
    CMD_CONN_CALL, /* u.call: a connection; text: a command line sent on it */
    CMD_DISCONNECT,     /* u.call: the connection ends */
    CMD_CLIENT_ADD,     /* add (name, zone, ip): a client machine exists */
    CMD_CLIENT_CONNECT, /* host: a client machine connects to host u.call; gives a connection */
    CMD_WRITE_NODES,    /* host, text: nodes.conf is replaced (the process must not run) */
    CMD_WRITE_CONF,     /* host, text: redis.conf, the same */
    CMD_WORKLOAD_ADD,   /* host: a client machine; workload, text: its keys; gives a workload */
    CMD_WORKLOAD_STOP,  /* u.call: a workload begins no more operations ... */
    CMD_WORKLOAD_GO,    /* ... and goes on */
    CMD_KIND_COUNT
} CommandKind;

typedef struct Command {
    CommandKind kind;
    SimTime time;         /* filled in by sim_submit */
    uint64_t after_event; /* filled in by sim_submit */
    HostId host;          /* HOST_NONE where there is none */
    union {
        struct {
            char name[24], zone[24]; /* zone "" is a zone of its own name */
            uint32_t ip;
            uint16_t port, bus_port;
            NodeConfig config;
        } add;
        NetProfile profile;
        struct {
            char a[24], b[24];
            NetProfile profile;
        } zone;
        struct {
            bool power;
        } kill;
        uint32_t permille;
        NetRule rule;
        struct {
            TraceType type; /* TRACE_TITLE, STEP, SAY, PREDICT, PREDICTED, EXPECT, REPORT */
            uint8_t number; /* EXPECT: held; PREDICT: answer (1..); PREDICTED: choice */
        } note;
        uint64_t bytes;
        uint32_t call;
        WorkloadConfig workload;
    } u;
    const char
        *text; /* CALL: line; NOTE: text (PREDICT: question; REPORT: name). Borrowed; may be NULL */
    const char *text2; /* PREDICT: choices, one a line; REPORT: value */
} Command;

void command_encode(const Command *command, ByteWriter *out);
/* Bounded; the texts point into `texts`, which must outlive the command. */
bool command_decode(const uint8_t *bytes, size_t size, Command *command, Text *texts, Error *err);

#endif
