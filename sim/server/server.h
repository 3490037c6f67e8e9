/* server.h -- one virtual redis-server: takes a command line of a client, answers as redis-server
 * does.
 *
 * Joins the cluster node and the data side (replication). Command lines are split as redis-cli
 * splits them. */
#ifndef SERVER_SERVER_H
#define SERVER_SERVER_H

#include "sim/cluster/admin.h"
#include "sim/cluster/node.h"
#include "sim/store/repl.h"

#define SERVER_ARGS_MAX 16500 /* ADDSLOTS with every slot and some room */

typedef struct Server { /* borrowed parts of one process */
    Node *node;
    Repl *repl;
    const AddrState *addrs; /* by AddrId */
    const AdminResolver *resolver;
    uint64_t unix_base_ms;
} Server;

/* Executes `line` and appends the reply in the forms of admin.h: "+OK", "-ERR ...", ":1", "$text",
 * "*". */
void server_execute(Server *server, const char *line, Text *reply, NodeEnv *env);

/* Splits a line into words: quotes "..." with \n \r \t \\ \" \xHH and '...' as redis-cli does.
 * Words point into `buffer` (at least size of line + 1). Returns the count, or -1 for unbalanced
 * quotes, -2 for too many. */
int server_split(const char *line, char *buffer, char **words, int words_max);

#endif
