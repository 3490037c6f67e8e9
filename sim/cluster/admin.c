/* admin.c -- CLUSTER <sub-command>: the table of sub-commands that a node answers, arguments and
 * replies (§11.1). */
#include "sim/cluster/admin.h"

#include "sim/cluster/admin_call.h"
#include "sim/cluster/peers.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef struct SubCommand {
    const char *name;  /* lower case */
    uint32_t argc_max; /* 0: any; more is refused in other words than a wrong arity */
    void (*execute)(AdminCall *call);
} SubCommand;

/* In the order of protocol.md §11.1. Arities are those of sim/store/subcommands.def. */
static const SubCommand SUBCOMMANDS[] = {
    {"addslots", 0, admin_addslots},
    {"addslotsrange", 0, admin_addslotsrange},
    {"bumpepoch", 0, admin_bumpepoch},
    {"count-failure-reports", 0, admin_count_failure_reports},
    {"delslots", 0, admin_delslots},
    {"delslotsrange", 0, admin_delslotsrange},
    {"failover", 3, admin_failover},
    {"flushslots", 0, admin_flushslots},
    {"forget", 0, admin_forget},
    {"info", 0, admin_info},
    {"keyslot", 0, admin_keyslot},
    {"links", 0, admin_links},
    {"meet", 5, admin_meet},
    {"myid", 0, admin_myid},
    {"nodes", 0, admin_nodes},
    {"replicas", 0, admin_replicas},
    {"replicate", 0, admin_replicate},
    {"reset", 3, admin_reset},
    {"saveconfig", 0, admin_saveconfig},
    {"set-config-epoch", 0, admin_set_config_epoch},
    {"setslot", 0, admin_setslot},
    {"shards", 0, admin_shards},
    {"slaves", 0, admin_replicas},
    {"slots", 0, admin_slots},
};

/* --- replies --- */

void admin_error(AdminCall *call, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    reply_error(call->reply, "ERR %s", text);
}

void admin_ok(AdminCall *call)
{
    reply_status(call->reply, "OK");
}

/* --- arguments --- */

bool admin_read_slot(AdminCall *call, Slice argument, uint32_t *slot)
{
    int64_t value;
    if (!slice_integer(argument, &value) || value < 0 || value >= SLOT_COUNT) {
        admin_error(call, "Invalid or out of range slot");
        return false;
    }
    *slot = (uint32_t)value;
    return true;
}

PeerRef admin_find(const AdminCall *call, Slice id)
{
    const Node *self = call->self;
    if (id.size != NODE_ID_SIZE) return PEER_NONE;
    for (uint32_t i = 0; i < self->known.count; i++) {
        PeerRef ref = self->known.items[i];
        char temporary[NODE_ID_SIZE];
        uint32_t number;
        const char *name = temporary;
        if (ref & PEER_HANDSHAKE) node_handshake_name(self, ref, &number, temporary);
        else name = call->env->directory->nodes.items[ref].id;
        if (memcmp(name, id.chars, NODE_ID_SIZE) == 0) return ref;
    }
    return PEER_NONE;
}

bool admin_find_node(AdminCall *call, Slice id, NodeId *node)
{
    PeerRef ref = admin_find(call, id);
    if (ref & PEER_HANDSHAKE) { /* PEER_NONE too */
        admin_error(call, "Unknown node %.*s", (int)id.size, id.chars);
        return false;
    }
    *node = ref;
    return true;
}

/* --- dispatch --- */

static const SubCommand *find_subcommand(Slice name)
{
    for (uint32_t i = 0; i < ARRAY_LENGTH(SUBCOMMANDS); i++) {
        if (slice_is(name, SUBCOMMANDS[i].name)) return &SUBCOMMANDS[i];
    }
    return NULL;
}

void admin_arity(AdminCall *call)
{
    const SubCommand *subcommand = find_subcommand(call->argv[1]);
    SIM_ASSERT(subcommand);
    admin_error(call, "wrong number of arguments for 'cluster|%s' command", subcommand->name);
}

bool admin_cluster_command(Node *self, uint32_t argc, const Slice *argv,
                           const AdminResolver *resolver, const AddrState *addrs, Reply *reply,
                           NodeEnv *env)
{
    SIM_ASSERT(argc >= 2);
    AdminCall call = {.self = self,
                      .argc = argc,
                      .argv = argv,
                      .resolver = resolver,
                      .addrs = addrs,
                      .reply = reply,
                      .env = env};
    const SubCommand *subcommand = find_subcommand(argv[1]);
    if (!subcommand) return false;
    if (subcommand->argc_max > 0 && argc > subcommand->argc_max) {
        int size = argv[1].size < 128 ? (int)argv[1].size : 128;
        admin_error(&call,
                    "unknown subcommand or wrong number of arguments for '%.*s'. Try CLUSTER HELP.",
                    size, argv[1].chars);
        return true;
    }
    subcommand->execute(&call);
    return true;
}
