/* client.c -- what a server keeps for each connection of a client. */
#include "sim/server/client.h"

void client_init(Client *client, ClientId id, AddrState addr, uint64_t now_ms, Mem *mem)
{
    *client = (Client){
        .id = id,
        .addr = addr,
        .protocol = 2,
        .created_ms = now_ms,
        .last_ms = now_ms,
        .input = {.mem = mem},
        .next = {.scratch = {.mem = mem}},
        .reply = {.out = {.mem = mem}, .protocol = 2},
    };
}

void queued_init(Queued *queued, const CommandRow *row, const Slice *argv, uint32_t argc, Mem *mem)
{
    *queued = (Queued){.row = row, .chars = {.mem = mem}};
    for (uint32_t i = 0; i < argc; i++) {
        text_append_bytes(&queued->chars, argv[i].size ? argv[i].chars : "", argv[i].size);
    }
    const char *at = text_chars(&queued->chars); /* it grows no more: words can point into it */
    for (uint32_t i = 0; i < argc; i++) {
        array_push(mem, &queued->words, (Slice){at, argv[i].size});
        at += argv[i].size;
    }
}

void queued_deinit(Queued *queued, Mem *mem)
{
    array_deinit(mem, &queued->words);
    text_deinit(&queued->chars);
    *queued = (Queued){0};
}

void client_unwatch(Client *client, Mem *mem)
{
    for (uint32_t i = 0; i < client->watched.count; i++) {
        keyspace_unwatch(client->watched.items[i].keys, client->watched.items[i].watch);
        blob_free(mem, &client->watched.items[i].name);
    }
    array_clear(&client->watched);
}

void client_discard(Client *client, Mem *mem)
{
    for (uint32_t i = 0; i < client->queued.count; i++)
        queued_deinit(&client->queued.items[i], mem);
    array_clear(&client->queued);
    client->in_multi = false;
    client->multi_failed = false;
    client_unwatch(client, mem);
}

static void free_blobs(Blobs *blobs, Mem *mem)
{
    for (uint32_t i = 0; i < blobs->count; i++) blob_free(mem, &blobs->items[i]);
    array_deinit(mem, blobs);
}

void client_deinit(Client *client, Mem *mem)
{
    client_discard(client, mem);
    array_deinit(mem, &client->queued);
    array_deinit(mem, &client->watched);
    free_blobs(&client->channels, mem);
    free_blobs(&client->patterns, mem);
    free_blobs(&client->shard_channels, mem);
    queued_deinit(&client->blocked, mem);
    text_deinit(&client->input);
    array_deinit(mem, &client->next.words);
    text_deinit(&client->next.scratch);
    reply_deinit(&client->reply);
}

bool client_is_subscriber(const Client *client)
{
    return client->channels.count + client->patterns.count + client->shard_channels.count > 0;
}
