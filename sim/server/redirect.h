/* redirect.h -- who answers a command: this node, another one, or nobody now (protocol.md §9.4;
 * Redis: getNodeByQuery). A pure function of the node's own table, the keys present, the command
 * and the client's flags. */
#ifndef SERVER_REDIRECT_H
#define SERVER_REDIRECT_H

#include "sim/cluster/node.h"
#include "sim/store/command.h"

typedef enum Redirect {
    REDIRECT_LOCAL,
    REDIRECT_NOT_SERVED, /* CLUSTERDOWN Hash slot not served */
    REDIRECT_CROSSSLOT,
    REDIRECT_DOWN,       /* CLUSTERDOWN The cluster is down */
    REDIRECT_DOWN_READS, /* ... and only accepts read commands */
    REDIRECT_TRYAGAIN,
    REDIRECT_ASK,  /* slot, node */
    REDIRECT_MOVED /* slot, node */
} Redirect;

/* One command (or, for EXEC, each of the queued ones). */
typedef struct RedirectCommand {
    const CommandRow *row;
    const Slice *argv;
    uint32_t argc;
    uint32_t also; /* flags beyond those of the row: a script that says it writes */
} RedirectCommand;

typedef struct RedirectQuery {
    const RedirectCommand *commands;
    uint32_t count;
    bool exec;     /* the commands are those of a transaction being executed */
    bool asking;   /* the client sent ASKING before */
    bool readonly; /* the client sent READONLY */
} RedirectQuery;

typedef struct RedirectAnswer {
    Redirect what;
    uint16_t slot;
    NodeId node; /* ASK, MOVED */
} RedirectAnswer;

RedirectAnswer redirect_decide(const Node *self, const Keyspace *keys, uint64_t now_ms,
                               const RedirectQuery *query, Mem *mem);
bool redirect_is_importing(const Node *self, uint16_t slot);
/* Writes the error reply; nothing for REDIRECT_LOCAL. `endpoint` is "10.0.0.2:6379". */
void redirect_reply(const RedirectAnswer *answer, const char *endpoint, Reply *reply);

#endif
