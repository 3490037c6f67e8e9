/* cost.c -- service times. */
#include "sim/server/cost.h"

SimSpan cost_of(const Request *request, uint32_t reply_bytes)
{
    uint64_t bytes = reply_bytes;
    for (uint32_t i = 0; i < request->argc; i++) bytes += request->argv[i].size;
    SimSpan cost = COST_COMMAND + COST_KIB * ((bytes + 1023) / 1024);
    if (!request->row) return cost;
    KeyPositions keys = {0};
    command_keys(request->row, request->argv, request->argc, &keys, request->server->mem);
    cost += COST_KEY * keys.count;
    array_deinit(request->server->mem, &keys);
    /* Walks over everything a server holds take longer the more there is. */
    bool walks = slice_is(request->argv[0], "keys") || slice_is(request->argv[0], "flushall");
    if (walks) cost += COST_WALK * keyspace_count(request->server->parts.keys);
    return cost;
}
