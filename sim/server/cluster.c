/* cluster.c -- CLUSTER: the node's own sub-commands (sim/cluster/admin.h), and those that look at
 * keys (§9.1, §11.1). */
#include "sim/server/server_inside.h"

static bool read_slot(Slice word, int64_t *slot, Reply *reply)
{
    if (slice_integer(word, slot)) return true;
    reply_error(reply, "ERR value is not an integer or out of range");
    return false;
}

static void count_keys(Request *request)
{
    int64_t slot;
    Reply *reply = &request->client->reply;
    if (!read_slot(request->argv[2], &slot, reply)) return;
    if (slot < 0 || slot >= SLOT_COUNT) reply_error(reply, "ERR Invalid slot");
    else reply_integer(reply, keyspace_slot_counts(request->server->parts.keys)[slot]);
}

static void get_keys(Request *request)
{
    int64_t slot, most;
    Reply *reply = &request->client->reply;
    const Keyspace *keys = request->server->parts.keys;
    if (!read_slot(request->argv[2], &slot, reply) || !read_slot(request->argv[3], &most, reply))
        return;
    if (slot < 0 || slot >= SLOT_COUNT || most < 0) {
        reply_error(reply, "ERR Invalid slot or number of keys");
        return;
    }
    uint32_t count = keyspace_slot_counts(keys)[slot];
    if (most < count) count = (uint32_t)most;
    reply_array(reply, count);
    const Key *key = keyspace_first_of_slot(keys, (uint16_t)slot);
    for (uint32_t i = 0; i < count; i++, key = key->slot_next)
        reply_bulk(reply, (Slice){key->name, key->size});
}

static void do_cluster(Request *request)
{
    Server *server = request->server;
    if (!server_in_cluster(server)) {
        reply_cluster_disabled(request);
        return;
    }
    bool done = admin_cluster_command(server->parts.node, request->argc, request->argv,
                                      server->parts.resolver, server->addrs,
                                      &request->client->reply, request->env);
    if (done) return;
    if (slice_is(request->argv[1], "countkeysinslot")) count_keys(request);
    else if (slice_is(request->argv[1], "getkeysinslot")) get_keys(request);
    else help_reply(request);
}

void reply_cluster_disabled(Request *request)
{
    reply_error(&request->client->reply, "ERR This instance has cluster support disabled");
}

static void set_readonly(Request *request, bool readonly)
{
    if (!server_in_cluster(request->server)) {
        reply_cluster_disabled(request);
        return;
    }
    request->client->readonly = readonly;
    reply_status(&request->client->reply, "OK");
}

static void do_readonly(Request *request)
{
    set_readonly(request, true);
}

static void do_readwrite(Request *request)
{
    set_readonly(request, false);
}

static void do_asking(Request *request)
{
    if (!server_in_cluster(request->server)) {
        reply_cluster_disabled(request);
        return;
    }
    request->client->asking = true;
    reply_status(&request->client->reply, "OK");
}

const ServerBinding cluster_bindings[] = {
    {"asking", do_asking},
    {"cluster", do_cluster},
    {"readonly", do_readonly},
    {"readwrite", do_readwrite},
    {NULL, NULL},
};
