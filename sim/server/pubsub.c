/* pubsub.c -- channels, patterns and sharded channels (protocol.md §1.8; redis-server 7.0:
 * pubsub.c).
 *
 * A message goes to the subscribers of this node and, over the bus, to every node with a link, or
 * for a sharded channel to the nodes of the shard. The reply of PUBLISH counts this node's
 * receivers. */
#include "sim/base/assert.h"
#include "sim/cluster/keyslot.h"
#include "sim/cluster/link.h"
#include "sim/server/server_inside.h"
#include "sim/store/glob.h"

typedef enum ChannelKind { CHANNEL_PLAIN, CHANNEL_PATTERN, CHANNEL_SHARD } ChannelKind;

static Blobs *list_of(Client *client, ChannelKind kind)
{
    return kind == CHANNEL_PLAIN     ? &client->channels
           : kind == CHANNEL_PATTERN ? &client->patterns
                                     : &client->shard_channels;
}

static bool find(const Blobs *list, Slice name, uint32_t *index)
{
    for (*index = 0; *index < list->count; (*index)++) {
        if (slice_equal(blob_slice(list->items[*index]), name)) return true;
    }
    return false;
}

/* "subscribe" channel count: the count of a sharded subscription is apart from the others'. */
static void tell(Client *client, Reply *reply, ChannelKind kind, const char *what,
                 const Slice *name)
{
    uint32_t count = kind == CHANNEL_SHARD ? client->shard_channels.count
                                           : client->channels.count + client->patterns.count;
    reply_push(reply, 3);
    reply_bulk_text(reply, what);
    if (name) reply_bulk(reply, *name);
    else reply_null(reply);
    reply_integer(reply, count);
}

/* --- subscribing --- */

static void subscribe(Request *request, ChannelKind kind, const char *what)
{
    Blobs *list = list_of(request->client, kind);
    for (uint32_t i = 1; i < request->argc; i++) {
        uint32_t index;
        if (!find(list, request->argv[i], &index)) {
            array_push(request->server->mem, list,
                       blob_copy(request->server->mem, request->argv[i]));
        }
        tell(request->client, &request->client->reply, kind, what, &request->argv[i]);
    }
}

static void remove_channel(Blobs *list, uint32_t index, Mem *mem)
{
    blob_free(mem, &list->items[index]);
    array_remove(list, index);
}

static void unsubscribe_all(Request *request, ChannelKind kind, const char *what)
{
    Blobs *list = list_of(request->client, kind);
    if (list->count == 0) tell(request->client, &request->client->reply, kind, what, NULL);
    while (list->count > 0) {
        Blob name = list->items[0];
        array_remove(list, 0);
        Slice slice = blob_slice(name);
        tell(request->client, &request->client->reply, kind, what, &slice);
        blob_free(request->server->mem, &name);
    }
}

static void unsubscribe(Request *request, ChannelKind kind, const char *what)
{
    Blobs *list = list_of(request->client, kind);
    if (request->argc == 1) {
        unsubscribe_all(request, kind, what);
        return;
    }
    for (uint32_t i = 1; i < request->argc; i++) {
        uint32_t index;
        if (find(list, request->argv[i], &index)) remove_channel(list, index, request->server->mem);
        tell(request->client, &request->client->reply, kind, what, &request->argv[i]);
    }
}

static void do_subscribe(Request *request)
{
    subscribe(request, CHANNEL_PLAIN, "subscribe");
}

static void do_psubscribe(Request *request)
{
    subscribe(request, CHANNEL_PATTERN, "psubscribe");
}

static void do_ssubscribe(Request *request)
{
    subscribe(request, CHANNEL_SHARD, "ssubscribe");
}

static void do_unsubscribe(Request *request)
{
    unsubscribe(request, CHANNEL_PLAIN, "unsubscribe");
}

static void do_punsubscribe(Request *request)
{
    unsubscribe(request, CHANNEL_PATTERN, "punsubscribe");
}

static void do_sunsubscribe(Request *request)
{
    unsubscribe(request, CHANNEL_SHARD, "sunsubscribe");
}

void pubsub_leave_all(Server *server, Client *client)
{
    for (int kind = CHANNEL_PLAIN; kind <= CHANNEL_SHARD; kind++) {
        Blobs *list = list_of(client, (ChannelKind)kind);
        while (list->count > 0) remove_channel(list, list->count - 1, server->mem);
    }
}

/* --- publishing --- */

static void push_message(Server *server, Client *client, const char *what, const Slice *pattern,
                         Slice channel, Slice message, NodeEnv *env)
{
    Reply push = {.out = {.mem = server->mem}, .protocol = client->protocol};
    reply_push(&push, pattern ? 4 : 3);
    reply_bulk_text(&push, what);
    if (pattern) reply_bulk(&push, *pattern);
    reply_bulk(&push, channel);
    reply_bulk(&push, message);
    server_push(server, client, (Slice){text_chars(&push.out), push.out.size}, env);
    reply_deinit(&push);
}

/* To the subscribers of this node; returns how many got it (a pattern counts once more). */
static uint32_t deliver(Server *server, bool sharded, Slice channel, Slice message, NodeEnv *env)
{
    uint32_t receivers = 0, index;
    for (uint32_t i = 0; i < server->clients.count; i++) {
        Client *client = server->clients.items[i];
        const Blobs *list = sharded ? &client->shard_channels : &client->channels;
        if (find(list, channel, &index)) {
            push_message(server, client, sharded ? "smessage" : "message", NULL, channel, message,
                         env);
            receivers++;
        }
        for (uint32_t p = 0; !sharded && p < client->patterns.count; p++) {
            Slice pattern = blob_slice(client->patterns.items[p]);
            if (!glob_matches(pattern, channel)) continue;
            push_message(server, client, "pmessage", &pattern, channel, message, env);
            receivers++;
        }
    }
    return receivers;
}

void server_deliver(Server *server, bool sharded, Slice channel, Slice message, NodeEnv *env)
{
    deliver(server, sharded, channel, message, env);
}

static void publish(Request *request, bool sharded)
{
    Slice channel = request->argv[1], message = request->argv[2];
    uint32_t receivers = deliver(request->server, sharded, channel, message, request->env);
    link_publish(request->server->parts.node, sharded ? MSG_PUBLISHSHARD : MSG_PUBLISH, channel,
                 message, request->env);
    reply_integer(&request->client->reply, receivers);
}

static void do_publish(Request *request)
{
    publish(request, false);
}

static void do_spublish(Request *request)
{
    publish(request, true);
}

/* --- slots that move away --- */

/* removeChannelsInSlot: subscribers of a sharded channel whose slot is lost are told so. */
void pubsub_check_slots(Server *server, NodeEnv *env)
{
    const Node *node = server->parts.node;
    NodeId mine = node_is_primary(node) ? node->self : node->peers[node->self].primary;
    for (uint32_t i = 0; i < server->clients.count; i++) {
        Client *client = server->clients.items[i];
        for (uint32_t c = client->shard_channels.count; c-- > 0;) {
            Slice name = blob_slice(client->shard_channels.items[c]);
            if (node->owner[keyslot_of(name.size ? name.chars : "", name.size)] == mine) continue;
            Blob gone = client->shard_channels.items[c];
            array_remove(&client->shard_channels, c);
            Reply push = {.out = {.mem = server->mem}, .protocol = client->protocol};
            tell(client, &push, CHANNEL_SHARD, "sunsubscribe", &name);
            server_push(server, client, (Slice){text_chars(&push.out), push.out.size}, env);
            reply_deinit(&push);
            blob_free(server->mem, &gone);
        }
    }
}

/* --- PUBSUB --- */

static bool is_listed(const Blobs *names, Slice name)
{
    uint32_t index;
    return find(names, name, &index);
}

/* Each channel that somebody here subscribes to, once, in the order of the clients. */
static void list_channels(Request *request, bool sharded)
{
    Blobs seen = {0};
    Reply *reply = &request->client->reply;
    uint32_t mark = reply_mark(reply);
    for (uint32_t i = 0; i < request->server->clients.count; i++) {
        const Client *client = request->server->clients.items[i];
        const Blobs *list = sharded ? &client->shard_channels : &client->channels;
        for (uint32_t c = 0; c < list->count; c++) {
            Slice name = blob_slice(list->items[c]);
            if (is_listed(&seen, name)) continue;
            if (request->argc > 2 && !glob_matches(request->argv[2], name)) continue;
            array_push(request->server->mem, &seen, list->items[c]); /* borrowed */
            reply_bulk(reply, name);
        }
    }
    reply_array_at(reply, mark, seen.count);
    array_deinit(request->server->mem, &seen);
}

static uint32_t count_subscribers(const Server *server, bool sharded, Slice name)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < server->clients.count; i++) {
        const Client *client = server->clients.items[i];
        count += is_listed(sharded ? &client->shard_channels : &client->channels, name);
    }
    return count;
}

static void count_each(Request *request, bool sharded)
{
    Reply *reply = &request->client->reply;
    reply_array(reply, 2 * (request->argc - 2));
    for (uint32_t i = 2; i < request->argc; i++) {
        reply_bulk(reply, request->argv[i]);
        reply_integer(reply, count_subscribers(request->server, sharded, request->argv[i]));
    }
}

static void pubsub_channels(Request *request)
{
    if (request->argc > 3) reply_wrong_form(request);
    else list_channels(request, false);
}

static void pubsub_shardchannels(Request *request)
{
    if (request->argc > 3) reply_wrong_form(request);
    else list_channels(request, true);
}

static void pubsub_numsub(Request *request)
{
    count_each(request, false);
}

static void pubsub_shardnumsub(Request *request)
{
    count_each(request, true);
}

/* Patterns, each once, whoever subscribes to it. */
static void pubsub_numpat(Request *request)
{
    Blobs seen = {0};
    for (uint32_t i = 0; i < request->server->clients.count; i++) {
        const Blobs *list = &request->server->clients.items[i]->patterns;
        for (uint32_t p = 0; p < list->count; p++) {
            if (!is_listed(&seen, blob_slice(list->items[p])))
                array_push(request->server->mem, &seen, list->items[p]); /* borrowed */
        }
    }
    reply_integer(&request->client->reply, seen.count);
    array_deinit(request->server->mem, &seen);
}

const ServerBinding pubsub_bindings[] = {
    {"psubscribe", do_psubscribe},
    {"publish", do_publish},
    {"pubsub|channels", pubsub_channels},
    {"pubsub|help", help_reply},
    {"pubsub|numpat", pubsub_numpat},
    {"pubsub|numsub", pubsub_numsub},
    {"pubsub|shardchannels", pubsub_shardchannels},
    {"pubsub|shardnumsub", pubsub_shardnumsub},
    {"punsubscribe", do_punsubscribe},
    {"spublish", do_spublish},
    {"ssubscribe", do_ssubscribe},
    {"subscribe", do_subscribe},
    {"sunsubscribe", do_sunsubscribe},
    {"unsubscribe", do_unsubscribe},
    {NULL, NULL},
};
