/* conffile.h -- a redis.conf as a file: reading it as redis-server does, and CONFIG REWRITE
 * (redis-server 7.0: config.c, loadServerConfigFromString and rewriteConfig).
 *
 * Lines are trimmed; blank ones and those that begin with # say nothing; the others are words,
 * quoted as everywhere in Redis. `include` is not supported: a virtual host has one redis.conf. */
#ifndef CLUSTER_CONFFILE_H
#define CLUSTER_CONFFILE_H

#include "sim/base/slice.h"
#include "sim/base/text.h"
#include "sim/cluster/config.h"

/* What is wrong with a file, and where. */
typedef struct ConfProblem {
    uint32_t line;
    char shown[128]; /* the line, trimmed; cut when it is long */
    Error reason;    /* in redis-server's words as far as it has some */
    Error advice;    /* in ours: what is allowed, the nearest name */
} ConfProblem;

/* Reads `text` into *config, which is left as it was when a line is wrong. */
bool conf_read(NodeConfig *config, Slice text, ConfProblem *problem);
/* What redis-server prints before it exits. */
void conf_fatal_text(const ConfProblem *problem, Text *out);
/* The same for scripts: one sentence, "line 3: ...". */
bool config_read(NodeConfig *config, const char *text, Error *err);

/* The file `old` with the values of `config`: lines of directives are replaced in place, doubles
 * go, comments stay, and what differs from the default and has no line is added at the end. */
void conf_rewrite(Slice old, const NodeConfig *config, Text *out);

#endif
