/* admin.c -- CLUSTER <sub-command>: the table of sub-commands with their arity, arguments and
 * replies (§11.1). */
#include "sim/cluster/admin.h"

#include "sim/cluster/admin_call.h"
#include "sim/cluster/peers.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void admin_help(AdminCall *call);

typedef struct SubCommand {
    const char *name;  /* lower case */
    int arity;         /* with CLUSTER and the name; negative: at least */
    uint32_t argc_max; /* 0: any; more is refused in other words than a wrong arity */
    void (*execute)(AdminCall *call); /* NULL: whoever has the keys answers */
    const char *help;
} SubCommand;

/* In the order of protocol.md §11.1. */
static const SubCommand SUBCOMMANDS[] = {
    {"addslots", -3, 0, admin_addslots, "ADDSLOTS slot [slot ...]"},
    {"addslotsrange", -4, 0, admin_addslotsrange, "ADDSLOTSRANGE start end [start end ...]"},
    {"bumpepoch", 2, 0, admin_bumpepoch, "BUMPEPOCH"},
    {"count-failure-reports", 3, 0, admin_count_failure_reports, "COUNT-FAILURE-REPORTS node-id"},
    {"countkeysinslot", 3, 0, NULL, "COUNTKEYSINSLOT slot"},
    {"delslots", -3, 0, admin_delslots, "DELSLOTS slot [slot ...]"},
    {"delslotsrange", -4, 0, admin_delslotsrange, "DELSLOTSRANGE start end [start end ...]"},
    {"failover", -2, 3, admin_failover, "FAILOVER [FORCE|TAKEOVER]"},
    {"flushslots", 2, 0, admin_flushslots, "FLUSHSLOTS"},
    {"forget", 3, 0, admin_forget, "FORGET node-id"},
    {"getkeysinslot", 4, 0, NULL, "GETKEYSINSLOT slot count"},
    {"help", 2, 0, admin_help, "HELP"},
    {"info", 2, 0, admin_info, "INFO"},
    {"keyslot", 3, 0, admin_keyslot, "KEYSLOT key"},
    {"links", 2, 0, admin_links, "LINKS"},
    {"meet", -4, 5, admin_meet, "MEET ip port [bus-port]"},
    {"myid", 2, 0, admin_myid, "MYID"},
    {"nodes", 2, 0, admin_nodes, "NODES"},
    {"replicas", 3, 0, admin_replicas, "REPLICAS node-id"},
    {"replicate", 3, 0, admin_replicate, "REPLICATE node-id"},
    {"reset", -2, 3, admin_reset, "RESET [HARD|SOFT]"},
    {"saveconfig", 2, 0, admin_saveconfig, "SAVECONFIG"},
    {"set-config-epoch", 3, 0, admin_set_config_epoch, "SET-CONFIG-EPOCH epoch"},
    {"setslot", -4, 0, admin_setslot,
     "SETSLOT slot MIGRATING|IMPORTING|NODE node-id, or SETSLOT slot STABLE"},
    {"shards", 2, 0, admin_shards, "SHARDS"},
    {"slaves", 3, 0, admin_replicas, "SLAVES node-id (old name of REPLICAS)"},
    {"slots", 2, 0, admin_slots, "SLOTS"},
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

/* Simplified: a list of the forms, in our words. */
static void admin_help(AdminCall *call)
{
    reply_array(call->reply, ARRAY_LENGTH(SUBCOMMANDS) + 1);
    reply_bulk_text(call->reply, "CLUSTER knows these sub-commands:");
    for (uint32_t i = 0; i < ARRAY_LENGTH(SUBCOMMANDS); i++)
        reply_bulk_text(call->reply, SUBCOMMANDS[i].help);
}

bool admin_cluster_command(Node *self, uint32_t argc, const Slice *argv,
                           const AdminResolver *resolver, const AddrState *addrs, Reply *reply,
                           NodeEnv *env)
{
    SIM_ASSERT(argc >= 1);
    AdminCall call = {.self = self,
                      .argc = argc,
                      .argv = argv,
                      .resolver = resolver,
                      .addrs = addrs,
                      .reply = reply,
                      .env = env};
    if (argc == 1) {
        admin_error(&call, "wrong number of arguments for 'cluster' command");
        return true;
    }
    const SubCommand *subcommand = find_subcommand(argv[1]);
    int size = argv[1].size < 128 ? (int)argv[1].size : 128, arity;
    if (!subcommand) {
        admin_error(&call, "unknown subcommand '%.*s'. Try CLUSTER HELP.", size, argv[1].chars);
        return true;
    }
    arity = subcommand->arity;
    if (arity >= 0 ? argc != (uint32_t)arity : argc < (uint32_t)-arity) {
        admin_arity(&call);
        return true;
    }
    if (subcommand->argc_max > 0 && argc > subcommand->argc_max) {
        admin_error(&call,
                    "unknown subcommand or wrong number of arguments for '%.*s'. Try CLUSTER HELP.",
                    size, argv[1].chars);
        return true;
    }
    if (!subcommand->execute) return false;
    subcommand->execute(&call);
    return true;
}
