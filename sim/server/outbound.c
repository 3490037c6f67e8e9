/* outbound.c -- a server's own connections to other servers: what it wishes, and whom it tells. */
#include "sim/server/server_inside.h"

static void wish(Server *server, OutboundWish next)
{
    array_push(server->mem, &server->outbound.wishes, next);
}

OutboundId outbound_open(Server *server, uint32_t ip, uint16_t port, OutboundListener *listener)
{
    OutboundId id = ++server->outbound.last_id;
    server->outbound.listener = listener;
    wish(server, (OutboundWish){.kind = OUTBOUND_OPEN, .id = id, .ip = ip, .port = port});
    return id;
}

void outbound_send(Server *server, OutboundId id, Slice bytes)
{
    OutboundWish next = {.kind = OUTBOUND_SEND, .id = id, .bytes = {.mem = server->mem}};
    text_append_bytes(&next.bytes, bytes.size ? bytes.chars : "", bytes.size);
    wish(server, next);
}

void outbound_close(Server *server, OutboundId id)
{
    wish(server, (OutboundWish){.kind = OUTBOUND_CLOSE, .id = id});
}

void outbound_hold(Server *server, SimTime until)
{
    SIM_ASSERT(until > 0);
    server->outbound.held_until = until;
}

void outbound_release(Server *server)
{
    server->outbound.held_until = 0;
}

void outbound_tell(Server *server, const OutboundNews *news, NodeEnv *env)
{
    SIM_ASSERT(server->outbound.listener);
    server->outbound.listener(server, news, env);
}

bool outbound_next_wish(Server *server, OutboundWish *next)
{
    Outbound *outbound = &server->outbound;
    if (outbound->wish_head == outbound->wishes.count) {
        array_clear(&outbound->wishes);
        outbound->wish_head = 0;
        return false;
    }
    *next = outbound->wishes.items[outbound->wish_head++];
    return true;
}

SimTime outbound_held_until(const Server *server)
{
    return server->outbound.held_until;
}

void outbound_deinit(Server *server)
{
    Outbound *outbound = &server->outbound;
    for (uint32_t i = outbound->wish_head; i < outbound->wishes.count; i++)
        text_deinit(&outbound->wishes.items[i].bytes);
    array_deinit(server->mem, &outbound->wishes);
}
