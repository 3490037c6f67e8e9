/* absent.c -- commands of redis-server 7.0 that are known (arity, keys, redirection, COMMAND INFO)
 * and not modelled: they are refused with a sentence of our own (docs/fidelity.md lists them). */
#include "sim/server/server_inside.h"

#include <string.h>

static void refuse(Request *request)
{
    reply_error(&request->client->reply, "ERR Slotscope does not model the command '%s'",
                request->row->name);
}

bool absent_without_cluster(const CommandRow *row)
{
    static const char *const names[] = {"failover", "move", "replicaof", "slaveof", "swapdb"};
    for (uint32_t i = 0; i < ARRAY_LENGTH(names); i++) {
        if (strcmp(row->name, names[i]) == 0) return true;
    }
    return false;
}

const ServerBinding absent_bindings[] = {
    {"acl", refuse},
    {"bitcount", refuse},
    {"bitfield", refuse},
    {"bitfield_ro", refuse},
    {"bitop", refuse},
    {"bitpos", refuse},
    {"geoadd", refuse},
    {"geodist", refuse},
    {"geohash", refuse},
    {"geopos", refuse},
    {"georadius", refuse},
    {"georadius_ro", refuse},
    {"georadiusbymember", refuse},
    {"georadiusbymember_ro", refuse},
    {"geosearch", refuse},
    {"geosearchstore", refuse},
    {"getbit", refuse},
    {"lcs", refuse},
    {"lolwut", refuse},
    {"module", refuse},
    {"monitor", refuse},
    {"pfadd", refuse},
    {"pfcount", refuse},
    {"pfdebug", refuse},
    {"pfmerge", refuse},
    {"pfselftest", refuse},
    {"psync", refuse},
    {"setbit", refuse},
    {"sync", refuse},
    {"xack", refuse},
    {"xadd", refuse},
    {"xautoclaim", refuse},
    {"xclaim", refuse},
    {"xdel", refuse},
    {"xgroup", refuse},
    {"xinfo", refuse},
    {"xlen", refuse},
    {"xpending", refuse},
    {"xrange", refuse},
    {"xread", refuse},
    {"xreadgroup", refuse},
    {"xrevrange", refuse},
    {"xsetid", refuse},
    {"xtrim", refuse},
    {"zintercard", refuse},
    {NULL, NULL},
};
