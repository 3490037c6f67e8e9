/* admin_call.h -- one CLUSTER command being executed; shared by the admin_*.c files only. */
#ifndef CLUSTER_ADMIN_CALL_H
#define CLUSTER_ADMIN_CALL_H

#include "sim/cluster/admin.h"

typedef struct AdminCall {
    Node *self;
    int argc; /* argv[0] is CLUSTER, argv[1] the sub-command */
    const char *const *argv;
    const AdminResolver *resolver;
    const AddrState *addrs;
    Reply *reply;
    NodeEnv *env;
} AdminCall;

/* Replies. An error gets the prefix "ERR"; the functions return so that one can write `return
 * reply_error(...)`. */
void admin_error(AdminCall *call, const char *format, ...) __attribute__((format(printf, 2, 3)));
void admin_ok(AdminCall *call);
void admin_arity(AdminCall *call); /* wrong number of arguments */
/* An array or map: its head with the count, then its elements by the functions below. */
void admin_array(AdminCall *call, uint32_t count);
void admin_map(AdminCall *call, uint32_t pairs);
void admin_integer(AdminCall *call, uint64_t value);
void admin_bulk(AdminCall *call, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Arguments. Integers as redis-server reads them: no sign but '-', no leading zeros, no blanks. */
bool admin_is_word(const char *argument, const char *word); /* `word` in lower case */
bool admin_read_integer(const char *argument, int64_t *value);
bool admin_read_slot(AdminCall *call, const char *argument,
                     uint32_t *slot); /* replies when it is none */
/* The record with this 40-digit ID, or PEER_NONE; handshakes go by their temporary one. */
PeerRef admin_find(const AdminCall *call, const char *id);
/* The same for commands that need a real identity; replies "Unknown node". */
bool admin_find_node(AdminCall *call, const char *id, NodeId *node);

/* The sub-commands, by file. */
void admin_addslots(AdminCall *call);
void admin_delslots(AdminCall *call);
void admin_addslotsrange(AdminCall *call);
void admin_delslotsrange(AdminCall *call);
void admin_flushslots(AdminCall *call);
void admin_setslot(AdminCall *call);
void admin_countkeysinslot(AdminCall *call);
void admin_getkeysinslot(AdminCall *call);
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
