/* cluster.c -- CLUSTER: the node's own sub-commands (sim/cluster/admin.h), and those that look at
 * keys (§9.1, §11.1). */
#include "sim/base/assert.h"
#include "sim/cluster/keyslot.h"
#include "sim/server/server_inside.h"

static void key_slot(Request *request)
{
    Slice key = request->argv[2];
    reply_integer(&request->client->reply, keyslot_of(key.size ? key.chars : "", key.size));
}

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

static const struct {
    const char *name;
    uint32_t argc;
    ServerFunction *function;
} key_subcommands[] = {
    {"keyslot", 3, key_slot}, {"countkeysinslot", 3, count_keys}, {"getkeysinslot", 4, get_keys}};

/* The node takes texts; what is not about keys has no NUL in it. */
static void ask_node(Request *request)
{
    Server *server = request->server;
    Text chars = {.mem = server->mem};
    size_t size = request->argc * sizeof(char *);
    const char **words = mem_alloc(server->mem, size);
    for (uint32_t i = 0; i < request->argc; i++) {
        text_append_bytes(&chars, request->argv[i].size ? request->argv[i].chars : "",
                          request->argv[i].size);
        text_append_bytes(&chars, "", 1);
    }
    const char *at = text_chars(&chars);
    for (uint32_t i = 0; i < request->argc; i++) {
        words[i] = at;
        at += request->argv[i].size + 1;
    }
    admin_cluster_command(server->parts.node, (int)request->argc, words, server->parts.resolver,
                          server->addrs, &request->client->reply, request->env);
    mem_free(server->mem, words, size);
    text_deinit(&chars);
}

static void do_cluster(Request *request)
{
    for (uint32_t i = 0; i < ARRAY_LENGTH(key_subcommands); i++) {
        bool this_one = slice_is(request->argv[1], key_subcommands[i].name);
        if (!this_one || request->argc != key_subcommands[i].argc) continue;
        key_subcommands[i].function(request);
        return;
    }
    ask_node(request);
}

const ServerBinding cluster_bindings[] = {{"cluster", do_cluster}, {NULL, NULL}};
