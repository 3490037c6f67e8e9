/* absent.c -- commands of redis-server 7.0 that are known (arity, keys, redirection, COMMAND INFO)
 * and not modelled: they are refused with a sentence of our own (docs/fidelity.md lists them). */
#include "sim/server/server_inside.h"

#include <string.h>

static bool has_option(const Request *request, const char *option)
{
    for (uint32_t i = 2; i < request->argc; i++) {
        if (slice_is(request->argv[i], option)) return true;
    }
    return false;
}

/* Other databases and keys named by patterns: cluster mode refuses them. */
bool absent_without_cluster(const Request *request)
{
    static const char *const names[] = {"failover", "move", "replicaof", "slaveof", "swapdb"};
    const char *name = request->row->name;
    for (uint32_t i = 0; i < ARRAY_LENGTH(names); i++) {
        if (strcmp(name, names[i]) == 0) return true;
    }
    if (strcmp(name, "copy") == 0) return has_option(request, "db");
    if (strcmp(name, "sort") != 0 && strcmp(name, "sort_ro") != 0) return false;
    return has_option(request, "by") || has_option(request, "get");
}

const ServerBinding absent_bindings[] = {
    {"acl", reply_not_modelled},
    {"geoadd", reply_not_modelled},
    {"geodist", reply_not_modelled},
    {"geohash", reply_not_modelled},
    {"geopos", reply_not_modelled},
    {"georadius", reply_not_modelled},
    {"georadius_ro", reply_not_modelled},
    {"georadiusbymember", reply_not_modelled},
    {"georadiusbymember_ro", reply_not_modelled},
    {"geosearch", reply_not_modelled},
    {"geosearchstore", reply_not_modelled},
    {"lolwut", reply_not_modelled},
    {"module", reply_not_modelled},
    {"monitor", reply_not_modelled},
    {"pfadd", reply_not_modelled},
    {"pfcount", reply_not_modelled},
    {"pfdebug", reply_not_modelled},
    {"pfmerge", reply_not_modelled},
    {"pfselftest", reply_not_modelled},
    {"psync", reply_not_modelled},
    {"sync", reply_not_modelled},
    {"xack", reply_not_modelled},
    {"xadd", reply_not_modelled},
    {"xautoclaim", reply_not_modelled},
    {"xclaim", reply_not_modelled},
    {"xdel", reply_not_modelled},
    {"xgroup", reply_not_modelled},
    {"xinfo", reply_not_modelled},
    {"xlen", reply_not_modelled},
    {"xpending", reply_not_modelled},
    {"xrange", reply_not_modelled},
    {"xread", reply_not_modelled},
    {"xreadgroup", reply_not_modelled},
    {"xrevrange", reply_not_modelled},
    {"xsetid", reply_not_modelled},
    {"xtrim", reply_not_modelled},
    {NULL, NULL},
};
