/* sim.h -- the simulator as its users see it: a handle, commands in, trace out.
 *
 * A Sim owns everything it creates. Nothing here reads a clock, a file or the environment: same
 * config, seed and commands, same trace, byte for byte (docs/determinism.md). */
#ifndef WORLD_SIM_H
#define WORLD_SIM_H

#include "sim/base/error.h"
#include "sim/base/slice.h"
#include "sim/cluster/rules.h"
#include "sim/trace/state.h"
#include "sim/trace/trace.h"
#include "sim/world/command.h"

typedef struct ScriptEngine ScriptEngine; /* sim/server/scripting.h */

typedef struct SimConfig {
    uint64_t seed;
    Rules rules;
    char profile[24];    /* name of the rules, for the header */
    char scenario[256];  /* name for the header, "" */
    uint8_t trace_level; /* 0..2 */
    NetProfile net;      /* default path */
    SimSpan delayed_ack; /* 40 ms; 0 none (protocol.md §3.10) */
    SimSpan fsync;       /* what one fsync takes, §17.6; default 1 ms */
    SimSpan turn;        /* CPU time of one packet at a node; default 10 us */
    SimSpan
        cron; /* CPU time of one 100 ms tick; 150 us: 1.5 ms a second measured on idle servers */
    const ScriptEngine *scripts; /* runs EVAL and FCALL (lua/redis_script.h); NULL: refused */
    const char
        *reproduce; /* command line printed by a failed assert; borrowed for the life of the Sim */
} SimConfig;

SimConfig sim_config_default(void); /* seed 1, redis-7.0, level 2 */

typedef struct Sim Sim; /* opaque; sim/world/sim.c */

/* A new simulator at time 0 without hosts, or NULL with *err if the config asks for the impossible.
 */
Sim *sim_create(const SimConfig *config, Error *err);
void sim_destroy(Sim *sim); /* NULL is allowed; the trace goes with it */

/* Before the first host is added: another trace level, or other rules. False and *err afterwards.
 */
bool sim_set_level(Sim *sim, uint8_t level);
bool sim_set_rules(Sim *sim, const char *profile, const Rules *rules, Error *err);

/* The only door into a run: carries out `command` now. Refused commands (no such host, host already
 * running...) change nothing and give one sentence. For CMD_CALL *number (may be NULL) is the call,
 * for CMD_HOST_ADD the host. */
bool sim_submit(Sim *sim, const Command *command, uint32_t *number, Error *err);

/* Runs every event due at or before `until` and sets the clock to it. */
void sim_run_until(Sim *sim, SimTime until);
/* The same, but returns true at once after an event that appended a record of level 0 or 1 (the
 * clock stands at that event); false when `until` is reached. */
bool sim_run_to_notice(Sim *sim, SimTime until);

SimTime sim_now(const Sim *sim);
uint64_t sim_event_count(const Sim *sim);
const Trace *sim_trace(const Sim *sim);
/* Bytes of cluster bus messages sent so far (protocol.md §3.3 sizes). */
uint64_t sim_bus_bytes(const Sim *sim);
size_t sim_memory(const Sim *sim); /* bytes the simulator holds, its trace not counted */
/* Writes a keyframe of the present truth (also done by the run itself when it pays). */
void sim_add_keyframe(Sim *sim);
/* The present truth as a TraceState (initialised by the caller); equal to the fold of the whole
 * trace. */
void sim_truth(Sim *sim, TraceState *state);

/* Runs a recorded run again: same config, its commands, up to `until`. */
Sim *sim_replay(const SimConfig *config, const Trace *recorded, SimTime until, Error *err);

/* Snapshot: puts the simulator back to where it was, trace included. Images belong to the caller.
 */
typedef struct SimImage SimImage;
SimImage *sim_save(const Sim *sim);
void sim_load(Sim *sim, const SimImage *image);
void sim_image_destroy(SimImage *image);

/* --- reading the truth and one node's belief; nothing here changes the run --- */

uint32_t sim_host_count(const Sim *sim);
const char *sim_host_name(const Sim *sim, HostId host);
HostId sim_find_host(const Sim *sim, const char *name); /* HOST_NONE */
ProcessStatus sim_host_status(const Sim *sim, HostId host);
/* A client machine: no redis-server ever runs on it. */
bool sim_host_is_client(const Sim *sim, HostId host);
NodeId sim_host_node(const Sim *sim, HostId host); /* identity; NODE_NONE before the first start */
const char *sim_node_id(Sim *sim, NodeId node);    /* 40 digits and a NUL, until the next call */
HostId sim_node_host(const Sim *sim, NodeId node);
uint32_t sim_host_ip(const Sim *sim, HostId host, uint16_t *port);
const NodeConfig *sim_host_config(const Sim *sim, HostId host);

/* Who really serves a slot: the running process that holds itself for its primary owner with the
 * highest config epoch; HOST_NONE when nobody does. */
HostId sim_owner(const Sim *sim, uint16_t slot);
/* Whom this host's process believes to own the slot; NODE_NONE unassigned or not running. */
NodeId sim_owner_seen(const Sim *sim, HostId host, uint16_t slot);
/* What `host` believes of `node`; false (and known == false) when it does not run or does not know
 * it. */
bool sim_belief(const Sim *sim, HostId host, NodeId node, Belief *belief);
/* What a process believes of itself: state, epochs, election, replication; NULL when not running.
 * The arrays in it are empty. Valid until the run goes on. */
const HostState *sim_self(Sim *sim, HostId host);
/* How many slots a set of a belief has. */
uint32_t sim_slot_count(const Sim *sim, SlotsId slots);
/* All running processes know each other, agree on slots, epochs and roles, flag none of the running
 * ones, and say cluster_state:ok. *why (may be NULL) names the first thing that is not so. */
bool sim_converged(const Sim *sim, Text *why);
void sim_nodes_text(Sim *sim, HostId host, Text *out); /* CLUSTER NODES; nothing when not running */
void sim_info_text(Sim *sim, HostId host, Text *out);  /* CLUSTER INFO */
void sim_conf_text(Sim *sim, HostId host, Text *out);  /* nodes.conf on its disk */

typedef enum CallStatus {
    CALL_PENDING,
    CALL_DONE,
    CALL_REFUSED,
    CALL_LOST,
    CALL_UNKNOWN
} CallStatus;
/* The text that the owner of the key's slot holds under it; false when there is none, or no owner.
 */
bool sim_value(const Sim *sim, const char *key, uint16_t *slot, Text *value);
/* What a workload has counted; until the run goes on. */
const WorkloadCounts *sim_workload_counts(const Sim *sim, uint32_t workload);
uint32_t sim_workload_under_way(const Sim *sim, uint32_t workload); /* operations not ended */
/* How a call fares; for CALL_DONE *reply is its text as resp_plain_text writes it ("+OK", "-ERR
 * ...",
 * "$...", ":1"), owned by the sim. */
CallStatus sim_call_status(const Sim *sim, uint32_t call, const char **reply);
/* The reply of a CALL_DONE as RESP bytes; until the run goes on. */
Slice sim_call_resp(const Sim *sim, uint32_t call);

#endif
