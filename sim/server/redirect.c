/* redirect.c -- the decision table of protocol.md §9.4; rows are cited by number. */
#include "sim/server/redirect.h"

#include "sim/base/assert.h"
#include "sim/cluster/keyslot.h"

#include <string.h>

/* What a look at all keys says. */
typedef struct Keys {
    bool any, crossing, several; /* several: distinct ones */
    uint16_t slot;
    Slice first;
    NodeId owner;
    NodeId migrating_to, importing_from; /* NODE_NONE */
    uint32_t missing, present;
} Keys;

static NodeId open_mark(const Node *self, uint16_t slot, bool importing)
{
    for (uint32_t i = 0; i < self->open_slots.count; i++) {
        const OpenSlot *open = &self->open_slots.items[i];
        if (open->slot == slot && open->importing == importing) return open->node;
    }
    return NODE_NONE;
}

bool redirect_is_importing(const Node *self, uint16_t slot)
{
    return open_mark(self, slot, true) != NODE_NONE;
}

static void take_first(const Node *self, Slice key, Keys *found)
{
    found->any = true;
    found->first = key;
    found->slot = keyslot_of(key.size ? key.chars : "", key.size);
    found->owner = self->owner[found->slot];
    found->migrating_to = NODE_NONE;
    found->importing_from = NODE_NONE;
    if (found->owner == self->self) found->migrating_to = open_mark(self, found->slot, false);
    if (found->migrating_to == NODE_NONE)
        found->importing_from = open_mark(self, found->slot, true);
}

/* Presence is tested without touching or expiring: a logically expired key counts as missing. */
static void count_presence(const Keyspace *keys, uint64_t now_ms, Slice name, Keys *found)
{
    const Key *key = keys ? keyspace_find(keys, name) : NULL;
    if (key && !key_is_expired(key, now_ms)) found->present++;
    else found->missing++;
}

/* Looks at the keys of one command; `sharded`: they are channels, whose presence nobody counts.
 * False: the first key's slot has no owner, or keys cross slots. */
static bool scan_command(const Node *self, const Keyspace *keys, uint64_t now_ms,
                         const RedirectCommand *command, bool sharded, Keys *found, Mem *mem)
{
    KeyPositions at = {0};
    bool fine = true;
    command_keys(command->row, command->argv, command->argc, &at, mem);
    for (uint32_t i = 0; i < at.count && fine; i++) {
        Slice key = command->argv[at.items[i]];
        if (!found->any) {
            take_first(self, key, found);
            fine = found->owner != NODE_NONE;
        } else if (!slice_equal(key, found->first)) {
            found->crossing = keyslot_of(key.size ? key.chars : "", key.size) != found->slot;
            found->several = true;
            fine = !found->crossing;
        }
        bool is_open =
            fine && (found->migrating_to != NODE_NONE || found->importing_from != NODE_NONE);
        if (is_open && !sharded) count_presence(keys, now_ms, key, found);
    }
    array_deinit(mem, &at);
    return fine;
}

static RedirectAnswer answer(Redirect what, const Keys *found, NodeId node)
{
    return (RedirectAnswer){.what = what, .slot = found->slot, .node = node};
}

/* Rows 5 to 7: what the state of the cluster forbids. */
static Redirect state_forbids(const Node *self, uint32_t flags)
{
    if (self->state == STATE_OK) return REDIRECT_LOCAL;
    if (flags & CF_SHARDED) {
        return self->cfg.allow_pubsubshard_when_down ? REDIRECT_LOCAL : REDIRECT_DOWN;
    }
    if (!self->cfg.allow_reads_when_down) return REDIRECT_DOWN;
    return flags & CF_WRITE ? REDIRECT_DOWN_READS : REDIRECT_LOCAL;
}

static bool is_migrate(const RedirectQuery *query)
{
    return !query->exec && strcmp(query->commands[0].row->name, "migrate") == 0;
}

/* Rows 8 to 15: the slot has an owner, all keys are in it, the state allows it. */
static RedirectAnswer decide_slot(const Node *self, const RedirectQuery *query, const Keys *found,
                                  uint32_t flags, bool writes)
{
    bool migrating = found->migrating_to != NODE_NONE,
         importing = found->importing_from != NODE_NONE;
    if ((migrating || importing) && is_migrate(query)) { /* keys move freely in an open slot */
        return answer(REDIRECT_LOCAL, found, self->self);
    }
    if (migrating && found->missing > 0) {
        if (found->present > 0) return answer(REDIRECT_TRYAGAIN, found, self->self);
        /* A mark that names ourselves redirects nobody: processCommand looks at the node first. */
        bool to_self = found->migrating_to == self->self;
        return answer(to_self ? REDIRECT_LOCAL : REDIRECT_ASK, found, found->migrating_to);
    }
    if (importing && (query->asking || flags & CF_ASKING)) {
        bool split = found->several && found->missing > 0;
        return answer(split ? REDIRECT_TRYAGAIN : REDIRECT_LOCAL, found, self->self);
    }
    const Peer *me = &self->peers[self->self];
    bool may_read = query->readonly || flags & CF_SHARDED;
    if (me->flags & FLAG_REPLICA && !writes && may_read && me->primary == found->owner) {
        return answer(REDIRECT_LOCAL, found, self->self);
    }
    if (found->owner == self->self) return answer(REDIRECT_LOCAL, found, self->self);
    return answer(REDIRECT_MOVED, found, found->owner);
}

RedirectAnswer redirect_decide(const Node *self, const Keyspace *keys, uint64_t now_ms,
                               const RedirectQuery *query, Mem *mem)
{
    Keys found = {.owner = NODE_NONE, .migrating_to = NODE_NONE, .importing_from = NODE_NONE};
    uint32_t flags = 0;
    bool writes = false;
    for (uint32_t i = 0; i < query->count; i++) {
        const RedirectCommand *command = &query->commands[i];
        writes |= ((command->row->flags | command->also) & CF_WRITE) != 0;
        /* EXEC's own flags say nothing; channels in it count as keys (getNodeByQuery). */
        if (!query->exec) flags = command->row->flags | command->also;
        bool sharded = flags & CF_SHARDED;
        if (scan_command(self, keys, now_ms, command, sharded, &found, mem)) continue;
        return answer(found.crossing ? REDIRECT_CROSSSLOT : REDIRECT_NOT_SERVED, &found, NODE_NONE);
    }
    if (!found.any) return answer(REDIRECT_LOCAL, &found, self->self); /* row 4 */
    Redirect forbidden = state_forbids(self, flags);
    if (forbidden != REDIRECT_LOCAL) return answer(forbidden, &found, NODE_NONE);
    return decide_slot(self, query, &found, flags, writes);
}

void redirect_reply(const RedirectAnswer *given, const char *endpoint, Reply *reply)
{
    switch (given->what) {
    case REDIRECT_LOCAL: break;
    case REDIRECT_NOT_SERVED: reply_error(reply, "CLUSTERDOWN Hash slot not served"); break;
    case REDIRECT_CROSSSLOT:
        reply_error(reply, "CROSSSLOT Keys in request don't hash to the same slot");
        break;
    case REDIRECT_DOWN: reply_error(reply, "CLUSTERDOWN The cluster is down"); break;
    case REDIRECT_DOWN_READS:
        reply_error(reply, "CLUSTERDOWN The cluster is down and only accepts read commands");
        break;
    case REDIRECT_TRYAGAIN:
        reply_error(reply, "TRYAGAIN Multiple keys request during rehashing of slot");
        break;
    case REDIRECT_ASK: reply_error(reply, "ASK %u %s", given->slot, endpoint); break;
    case REDIRECT_MOVED: reply_error(reply, "MOVED %u %s", given->slot, endpoint); break;
    }
}
