/* message.c -- the pool of bus messages (protocol.md §3.2, §3.3).
 *
 * A message and its gossip entries are one block that never moves. A freed block goes to the list
 * of its class and is the next one of that class to be handed out, under the number it had before.
 * While a large cluster joins, half a million messages wait for busy nodes; when many more blocks
 * are free than in use, those that are freed go back to the Mem, and their numbers to new blocks.
 */
#include "sim/cluster/message.h"

#include "sim/base/array.h"
#include "sim/base/assert.h"

#include <string.h>

/* Classes hold 0, 8, 16, 32 ... entries, up to more than a message can have. */
#define CLASS_COUNT    12
#define CLASS_SMALLEST 8
#define FREE_KEPT      1024 /* free blocks of a class that are kept beside as many as are in use */

typedef struct Slot {
    Msg msg;
    MsgId next; /* of a free slot: the next in its list */
    uint32_t class;
    GossipEntry entries[];
} Slot;

struct MsgPool {
    Mem *mem;
    ARRAY_OF(Slot *) slots; /* by MsgId; NULL: the number has no block */
    ARRAY_OF(MsgId) vacant; /* numbers without a block */
    MsgId free[CLASS_COUNT];
    uint32_t free_count[CLASS_COUNT];
    uint32_t live;
};

static uint32_t class_entries(uint32_t class)
{
    return class == 0 ? 0 : (uint32_t)CLASS_SMALLEST << (class - 1);
}

static uint32_t class_of(uint32_t entries)
{
    uint32_t class = 0;
    while (class_entries(class) < entries) class ++;
    SIM_ASSERT(class < CLASS_COUNT);
    return class;
}

static size_t slot_size(uint32_t class)
{
    return sizeof(Slot) + class_entries(class) * sizeof(GossipEntry);
}

MsgPool *msgpool_create(Mem *mem)
{
    MsgPool *pool = mem_alloc(mem, sizeof(*pool));
    pool->mem = mem;
    for (uint32_t i = 0; i < CLASS_COUNT; i++) pool->free[i] = MSG_NONE;
    return pool;
}

void msgpool_destroy(MsgPool *pool)
{
    if (!pool) return;
    for (uint32_t i = 0; i < pool->slots.count; i++) {
        Slot *slot = pool->slots.items[i];
        if (!slot) continue;
        mem_free(pool->mem, slot->msg.payload, slot->msg.payload_size);
        mem_free(pool->mem, slot, slot_size(slot->class));
    }
    array_deinit(pool->mem, &pool->slots);
    array_deinit(pool->mem, &pool->vacant);
    mem_free(pool->mem, pool, sizeof(*pool));
}

static MsgId take_slot(MsgPool *pool, uint32_t class)
{
    MsgId id = pool->free[class];
    if (id != MSG_NONE) {
        pool->free[class] = pool->slots.items[id]->next;
        pool->free_count[class]--;
        return id;
    }
    Slot *slot = mem_alloc(pool->mem, slot_size(class));
    slot->class = class;
    if (pool->vacant.count > 0) {
        id = pool->vacant.items[--pool->vacant.count];
        pool->slots.items[id] = slot;
        return id;
    }
    array_push(pool->mem, &pool->slots, slot);
    return pool->slots.count - 1;
}

MsgId msg_new(MsgPool *pool, MsgKind kind, uint16_t gossip_capacity)
{
    MsgId id = take_slot(pool, class_of(gossip_capacity));
    Slot *slot = pool->slots.items[id];
    slot->next = MSG_NONE;
    slot->msg = (Msg){
        .kind = kind,
        .references = 1,
        .gossip_capacity = gossip_capacity,
        .gossip = slot->entries,
    };
    pool->live++;
    return id;
}

static Slot *slot_at(const MsgPool *pool, MsgId id)
{
    SIM_ASSERT(id < pool->slots.count);
    Slot *slot = pool->slots.items[id];
    SIM_ASSERT(slot && slot->msg.references > 0);
    return slot;
}

Msg *msg_at(MsgPool *pool, MsgId id)
{
    return &slot_at(pool, id)->msg;
}

void msg_set_payload(MsgPool *pool, MsgId id, Slice channel, Slice message)
{
    Msg *msg = msg_at(pool, id);
    SIM_ASSERT(msg->kind == MSG_PUBLISH || msg->kind == MSG_PUBLISHSHARD);
    SIM_ASSERT(!msg->payload);
    msg->payload_size = channel.size + message.size;
    msg->channel_size = channel.size;
    msg->payload = mem_alloc(pool->mem, msg->payload_size);
    if (channel.size > 0) memcpy(msg->payload, channel.chars, channel.size);
    if (message.size > 0) memcpy(msg->payload + channel.size, message.chars, message.size);
    msg->bytes = MSG_PUBLISH_BYTES + msg->payload_size;
}

void msg_retain(MsgPool *pool, MsgId id)
{
    slot_at(pool, id)->msg.references++;
}

/* The blocks that are free beyond those kept; two at a time, so that a release gives back more than
 * it brings. */
static void give_back(MsgPool *pool, uint32_t class)
{
    for (int i = 0; i < 2 && pool->free_count[class] > FREE_KEPT + pool->live; i++) {
        MsgId id = pool->free[class];
        Slot *slot = pool->slots.items[id];
        pool->free[class] = slot->next;
        pool->free_count[class]--;
        pool->slots.items[id] = NULL;
        array_push(pool->mem, &pool->vacant, id);
        mem_free(pool->mem, slot, slot_size(class));
    }
}

void msg_release(MsgPool *pool, MsgId id)
{
    Slot *slot = slot_at(pool, id);
    if (--slot->msg.references > 0) return;
    mem_free(pool->mem, slot->msg.payload, slot->msg.payload_size);
    slot->msg.payload = NULL;
    slot->msg.payload_size = 0;
    SIM_ASSERT(pool->live > 0);
    pool->live--;
    uint32_t class = slot->class;
    slot->next = pool->free[class];
    pool->free[class] = id;
    pool->free_count[class]++;
    give_back(pool, class);
}

uint32_t msgpool_live(const MsgPool *pool)
{
    return pool->live;
}
