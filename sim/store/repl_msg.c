/* repl_msg.c -- messages of replication under way, by number; their words and sizes on the wire. */
#include "sim/store/repl_state.h"

#include "sim/base/idpool.h"

struct ReplPool {
    Mem *mem;
    ARRAY_OF(ReplMsg) msgs;
    IdPool ids;
    uint32_t live;
};

ReplPool *replpool_create(Mem *mem)
{
    ReplPool *pool = mem_alloc(mem, sizeof(*pool));
    pool->mem = mem;
    return pool;
}

void replpool_destroy(ReplPool *pool)
{
    if (!pool) return;
    Mem *mem = pool->mem;
    for (uint32_t i = 0; i < pool->msgs.count; i++) blob_free(mem, &pool->msgs.items[i].content);
    array_deinit(mem, &pool->msgs);
    idpool_deinit(&pool->ids, mem);
    mem_free(mem, pool, sizeof(*pool));
}

ReplMsgId replmsg_new(ReplPool *pool, const ReplMsg *msg)
{
    ReplMsgId id = idpool_take(&pool->ids);
    array_reserve(pool->mem, &pool->msgs, id + 1);
    if (id >= pool->msgs.count) pool->msgs.count = id + 1;
    pool->msgs.items[id] = *msg;
    pool->live++;
    return id;
}

const ReplMsg *replmsg_at(const ReplPool *pool, ReplMsgId id)
{
    SIM_ASSERT(id < pool->msgs.count);
    SIM_ASSERT(pool->msgs.items[id].kind < REPLMSG_KIND_COUNT);
    return &pool->msgs.items[id];
}

void replmsg_free(ReplPool *pool, ReplMsgId id)
{
    SIM_ASSERT(id < pool->msgs.count);
    SIM_ASSERT(pool->msgs.items[id].kind < REPLMSG_KIND_COUNT); /* not freed before */
    SIM_ASSERT(pool->live > 0);
    pool->msgs.items[id].kind = REPLMSG_KIND_COUNT;
    blob_free(pool->mem, &pool->msgs.items[id].content);
    pool->live--;
    idpool_give(&pool->ids, id, pool->mem);
}

uint32_t replpool_live(const ReplPool *pool)
{
    return pool->live;
}

typedef struct KindRow {
    const char *word;
    uint32_t bytes; /* without an offset's digits; 0: depends on what it carries */
} KindRow;

static const KindRow KINDS[REPLMSG_KIND_COUNT] = {
    [REPLMSG_PING] = {"PING", 14},
    [REPLMSG_PONG] = {"PONG", 7},
    [REPLMSG_CONF] = {"REPLCONF", 112}, /* listening-port, then capa eof psync2 */
    [REPLMSG_CONF_OK] = {"OK", 10},
    [REPLMSG_PSYNC] = {"PSYNC", 70},
    [REPLMSG_CONTINUE] = {"CONTINUE", 52},
    [REPLMSG_FULLRESYNC] = {"FULLRESYNC", 55},
    [REPLMSG_NOLINK] = {"NOMASTERLINK", 62},
    [REPLMSG_NEWLINE] = {"newline", 1},
    [REPLMSG_RDB] = {"RDB", 0},
    [REPLMSG_STREAM] = {"stream", 0},
    [REPLMSG_ACK] = {"ACK", 36},
};

const char *replmsg_word(ReplMsgKind kind)
{
    return kind < REPLMSG_KIND_COUNT ? KINDS[kind].word : "?";
}

uint32_t replmsg_wire_bytes(const ReplMsg *msg)
{
    SIM_ASSERT(msg->kind < REPLMSG_KIND_COUNT);
    SIM_ASSERT(KINDS[msg->kind].bytes > 0);
    bool has_offset =
        msg->kind == REPLMSG_PSYNC || msg->kind == REPLMSG_FULLRESYNC || msg->kind == REPLMSG_ACK;
    uint32_t digits = 0;
    for (uint64_t left = msg->offset; has_offset && (left > 0 || digits == 0); left /= 10) digits++;
    return KINDS[msg->kind].bytes + digits;
}
