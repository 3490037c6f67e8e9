/* admin_call.h -- one CLUSTER command being executed; shared by the admin_*.c files only. */
#ifndef CLUSTER_ADMIN_CALL_H
#define CLUSTER_ADMIN_CALL_H

#include "sim/cluster/admin.h"

typedef struct AdminCall {
    Node *self;
    uint32_t argc; /* argv[0] is CLUSTER, argv[1] the sub-command */
    const Slice *argv;
    const AdminResolver *resolver;
    const AddrState *addrs;
    Reply *reply;
    NodeEnv *env;
} AdminCall;

/* Replies beyond those of resp.h. An error gets the prefix "ERR". */
void admin_error(AdminCall *call, const char *format, ...) __attribute__((format(printf, 2, 3)));
void admin_ok(AdminCall *call);
void admin_arity(AdminCall *call); /* wrong number of arguments */

/* Arguments. */
bool admin_read_slot(AdminCall *call, Slice argument, uint32_t *slot); /* replies when it is none */
/* The record with this 40-digit ID, or PEER_NONE; handshakes go by their temporary one. */
PeerRef admin_find(const AdminCall *call, Slice id);
/* The same for commands that need a real identity; replies "Unknown node". */
bool admin_find_node(AdminCall *call, Slice id, NodeId *node);

/* The sub-commands, by file. */
void admin_addslots(AdminCall *call);
void admin_delslots(AdminCall *call);
void admin_addslotsrange(AdminCall *call);
void admin_delslotsrange(AdminCall *call);
void admin_flushslots(AdminCall *call);
void admin_setslot(AdminCall *call);
void admin_keyslot(AdminCall *call);

void admin_meet(AdminCall *call);
void admin_forget(AdminCall *call);
void admin_replicate(AdminCall *call);
void admin_reset(AdminCall *call);
void admin_failover(AdminCall *call);
void admin_set_config_epoch(AdminCall *call);
void admin_bumpepoch(AdminCall *call);
void admin_saveconfig(AdminCall *call);

void admin_nodes(AdminCall *call);
void admin_info(AdminCall *call);
void admin_myid(AdminCall *call);
void admin_replicas(AdminCall *call);
void admin_count_failure_reports(AdminCall *call);
void admin_slots(AdminCall *call);
void admin_shards(AdminCall *call);
void admin_links(AdminCall *call);

#endif
