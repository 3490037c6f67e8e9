/* world.h -- the inside of a Sim, shared by the files of sim/world only.
 *
 *   sim.c       life of a Sim, the run loop            submit.c   carrying out commands
 *   process.c   turns: inputs in, steps, effects out   effects.c  carrying out effects
 *   calls.c     what scripts send to servers           record.c   writing the trace
 *   conns.c     clients' connections (conns.h)         workload.c clients that work (workload.h)
 *   keyframe.c  the truth as a TraceState              query.c    reading the truth
 *   replay.c    replay and snapshot               files.c    redis.conf, nodes.conf by hand
 * open_slots.c  slots under migration
 *
 * A turn (protocol.md §17.4): a process that is neither busy, frozen nor dead takes its inputs
 * (packets in the order they came, then a due cron), does the work before sleep, and its effects
 * are carried out. A turn costs CPU time and perhaps an fsync; what it sends leaves, and the next
 * turn begins, when that time is over. Inputs that arrive meanwhile wait in the inbox. */
#ifndef WORLD_WORLD_H
#define WORLD_WORLD_H

#include "sim/base/idpool.h"
#include "sim/cluster/admin.h"
#include "sim/cluster/node.h"
#include "sim/engine/queue.h"
#include "sim/net/net.h"
#include "sim/server/server.h"
#include "sim/store/repl.h"
#include "sim/world/conns.h"
#include "sim/world/sim.h"

/* Events of the world's queue. */
enum {
    EVENT_NET,       /* the network's own */
    EVENT_CRON,      /* a: host, b: process number: a tick is due */
    EVENT_CRON_WAKE, /* the same: the event loop wakes for it */
    EVENT_WAKE,      /* a: host, b: process number: a busy process looks at its inbox */
    EVENT_BOOT,      /* a: host, b: process number: a restarted process reads its files */
    EVENT_LOADED,    /* the same: it has loaded its data */
    EVENT_EXIT,      /* the same: it ends by itself; what it had to write is written */
    EVENT_WORKLOAD   /* a: workload, b: its own */
};

/* The tick (protocol.md §3.6) comes 100 ms after the last one *ended*, and no sooner than the event
 * loop wakes: it sleeps in whole milliseconds, counted from the end of its last turn and rounded up
 * (ae.c: aeProcessEvents), plus the kernel's timer slack. So ticks drift by some tenths of a
 * millisecond, which matters: with exact ticks a silence of T/2 would be noticed one tick later. */
#define CRON_PERIOD (100 * SIM_MS)
#define TIMER_SLACK (50 * SIM_US)
#define BOOT_TIME   (10 * SIM_MS) /* exec, nodes.conf, empty data set; measured 11..18 ms */
#define BOOT_JITTER (5 * SIM_MS)
#define FIRST_CRON  (1 * SIM_MS) /* the first timer of a started server */
#define CALLS_MAX   1000000
#define ZONES_MAX   250

typedef struct ZoneName {
    char chars[24];
} ZoneName;

/* What a link carries: chosen by the opener, known to both ends. */
typedef enum LinkUse { LINK_FREE, LINK_BUS, LINK_REPL, LINK_CLIENT } LinkUse;

/* A message under way whose flight the trace shows. */
typedef struct Flight {
    uint64_t number; /* TraceRecord msg; 0: unused */
    uint64_t seq;    /* record that sent it */
    MsgId msg;       /* MSG_NONE: a replication message */
    uint32_t repl;   /* ReplMsgId */
    HostId from, to;
    uint8_t kind;
    bool rare;
    uint32_t bytes;
    uint64_t epoch;
    SimTime sent, due;
} Flight;

/* Payloads of the network: a tag in the top bits and a number. */
#define PAYLOAD_BYTES  UINT64_C(0)         /* bytes of a client's connection: index of a Packet */
#define PAYLOAD_MSG    (UINT64_C(1) << 62) /* a bus message without a flight: MsgId */
#define PAYLOAD_FLIGHT (UINT64_C(2) << 62) /* index of a Flight */
#define PAYLOAD_REPL   (UINT64_C(3) << 62) /* a replication message without a flight */
#define PAYLOAD_TAG    (UINT64_C(3) << 62)

/* Where the script stands: seq of the last record of each kind, and the expects so far. */
typedef struct Story {
    uint64_t title, step, say, predict, predicted;
    uint32_t held, failed;
} Story;

typedef struct Host {
    char name[24], zone[24];
    bool is_client; /* a client machine: no redis-server ever runs on it */
    uint8_t zone_number;
    uint32_t ip;
    uint16_t port, bus_port;
    uint16_t client_ports;       /* connections opened from here so far */
    ARRAY_OF(uint32_t) outbound; /* the process's own connections, by OutboundId - 1 */
    AddrId addr;
    NodeConfig config;
    ProcessStatus status;
    SimTime since;
    uint32_t process; /* number of the present or last process on this host */
    uint32_t slow_permille;
    bool booting, powered;
    bool loading;     /* the process runs, but its data is not read yet */
    bool loaded_late; /* it was, while the process was frozen */
    bool exiting;     /* EVENT_EXIT is posted */
    NodeId identity;
    NodeDisk disk;                  /* nodes.conf */
    DataDisk *data;                 /* dump.rdb, the append-only file */
    Text conf;                      /* redis.conf */
    Text written_nodes;             /* a nodes.conf that somebody has written */
    bool conf_is_new, nodes_is_new; /* written, and not yet read by a start */
    Rng rng;
    Node *node; /* NULL unless RUNNING or FROZEN */
    Repl *repl;
    Keyspace *keys;
    Server *server;
    SimSpan served; /* service time of the commands executed in the turn under way */
    SimTime busy_until;
    SimTime next_cron; /* when the next tick is or was due */
    bool cron_due;     /* it is, and the process has not got to it */
    bool turn_is_cron; /* the turn under way runs the tick */
    bool turns_again;  /* the event loop will not sleep before it has turned once more */
    SimTime wake_at;   /* an EVENT_WAKE is posted for then; 0 none */
    ARRAY_OF(NetHappening) inbox;
    uint32_t inbox_head;
    uint64_t cause_failed, cause_delayed; /* records that lead to an election */
    NetHappening input;                   /* the happening being handled */
    OpenSlotStates open_shown;            /* slots under migration, as the trace knows */
} Host;

/* One command line on its way, and its reply. */
typedef struct Call {
    HostId host; /* of the server */
    uint32_t conn;
    CallStatus status;
    uint64_t cause;
    char *line;
    uint32_t line_size; /* allocated */
    Text reply;         /* as resp_plain_text; what the trace and CALL_DONE show */
    Text resp;          /* the reply's own bytes */
} Call;

typedef struct Workload Workload; /* workload_inside.h */

struct Sim {
    Mem *mem;
    SimConfig config;
    Queue *queue;
    Net *net;
    MsgPool *msgs;
    BitPool *slots;
    ReplPool *repl_msgs;
    Trace *trace; /* on the plain heap: it is cut back on restore, not copied */
    SimTime now;
    uint64_t event_count;
    uint64_t notice_count; /* records of level 0 and 1 so far */
    uint64_t msg_count;    /* trace numbers of messages given out */
    uint64_t bus_bytes;    /* of bus messages sent */
    uint64_t cause;        /* record that led to what happens now */
    SimTime last_record;   /* time of the last record */
    Story story;
    uint32_t slots_defined, addrs_defined;
    Directory directory;
    ARRAY_OF(Host) hosts;
    ARRAY_OF(AddrState) addrs;
    ARRAY_OF(HostId) addr_host; /* by AddrId: who listens there; HOST_NONE */
    ARRAY_OF(NetRule) rules;
    ARRAY_OF(uint8_t) link_use;   /* LinkUse by connection of the network */
    ARRAY_OF(uint32_t) link_conn; /* LINK_CLIENT: number of its Conn */
    ARRAY_OF(Flight) flights;
    IdPool flight_ids;
    ARRAY_OF(Call) calls;
    ARRAY_OF(Conn) conns;
    ARRAY_OF(Packet) packets;
    IdPool packet_ids;
    ARRAY_OF(Workload *) workloads; /* numbers count from 1 */
    AdminResolver resolver;
    ARRAY_OF(ZoneName) zone_names; /* by zone number */
    EffectList effects;
    Rng identity_rng;
    HostState self_scratch;            /* what sim_self returns */
    char id_scratch[NODE_ID_SIZE + 1]; /* what sim_node_id returns */
    AssertContext assert_context;
};

/* record.c */
bool world_wants(const Sim *sim, int level);
/* Appends with time, and host/cause as given in the record; defines slot sets it names. Returns seq
 * (0 when the level leaves it out). */
uint64_t world_record(Sim *sim, TraceRecord *record, int level);
uint64_t world_note(Sim *sim, HostId host,
                    TraceRecord *record); /* level of its type, cause sim->cause */
void world_define_addr(Sim *sim, AddrId addr);

/* process.c */
void process_start(Sim *sim,
                   HostId host); /* boots: now for a fresh host, after BOOT_TIME with a disk */
void process_kill(Sim *sim, HostId host, bool power);
void process_freeze(Sim *sim, HostId host);
void process_thaw(Sim *sim, HostId host);
void process_on_event(Sim *sim, const Event *event);
void process_on_happening(Sim *sim, const NetHappening *happening);
void process_feed(Sim *sim, HostId host, uint64_t bytes);
NodeEnv process_env(Sim *sim, Host *host, NodeFacts *facts);
bool conns_execute(Host *host, NodeEnv *env); /* conns.c; false: nothing was ready */

/* effects.c: carries out sim->effects of `host`; returns when its turn is over. */
SimTime effects_carry_out(Sim *sim, HostId host);
/* A payload is done: it arrived, or it is lost (which the trace says); frees the message. */
void effects_finish_payload(Sim *sim, uint64_t payload);
void effects_lose_payload(Sim *sim, uint64_t payload, LostReason reason);
/* Sends a replication message on a link; opens a link. For the data side (data.c). */
void effects_send_repl(Sim *sim, HostId from, LinkId link, uint32_t repl, uint32_t bytes,
                       SimTime depart);
LinkId effects_open(Sim *sim, HostId from, HostId to, LinkUse use);
HostId effects_host_at(const Sim *sim, AddrId addr); /* who lives there; HOST_NONE */
/* The effects that concern the data side: start, stop and promote replication, drop keys. */
void effects_for_data(Sim *sim, HostId host, const Effect *effect);
/* Carries out what the data side wishes of the network, at the end of a turn. */
void data_drain(Sim *sim, HostId host, SimTime depart);
Flight *effects_flight(Sim *sim, uint64_t payload);            /* NULL when it has none */
MsgId effects_msg(Sim *sim, uint64_t payload, uint32_t *repl); /* MSG_NONE: a replication message */

/* calls.c: command lines sent by scripts, tests and people. */
uint32_t call_start(Sim *sim, HostId host, const char *line); /* on a connection of its own */
/* From a client machine, or with HOST_NONE from the server's own machine. */
uint32_t call_connect(Sim *sim, HostId from, HostId host);
uint32_t call_send(Sim *sim, uint32_t conn, const char *line);
void call_disconnect(Sim *sim, uint32_t conn);
bool call_conn_is_open(const Sim *sim, uint32_t conn); /* its opener has not closed it */
void call_cancel(Sim *sim, uint32_t call);
void calls_on_news(Sim *sim, uint32_t conn, ConnNews news);
AdminResolver call_resolver(Sim *sim);

/* open_slots.c: tells the trace what has changed; the marks as they are, sorted. */
void open_slots_note(Sim *sim, HostId host);
void open_slots_list(const Host *host, Mem *mem, OpenSlotStates *out);

/* files.c: somebody writes nodes.conf or redis.conf; a start reads them. False when it must not go
 * on: it is over then. */
void files_write(Sim *sim, HostId host, bool nodes, const char *text);
bool files_read(Sim *sim, HostId host);

/* workload.c */
bool workload_check(Sim *sim, const Command *command, Error *err);
uint32_t workload_add(Sim *sim, const Command *command);
void workload_go(Sim *sim, uint32_t workload, bool go);
void workload_on_news(Sim *sim, uint32_t conn, ConnNews news);
void workload_on_event(Sim *sim, const Event *event);

/* submit.c */
AddrId world_addr(Sim *sim, uint32_t ip, uint16_t port, uint16_t bus_port);
NodeId world_new_identity(Sim *sim, HostId host);
NodeId world_name_identity(Sim *sim, HostId host, const char *id); /* of NODE_ID_SIZE digits */

/* Runs the next event due by `until`; false when there is none. */
bool sim_step(Sim *sim, SimTime until);
/* Takes all happenings the network has ready to their processes. */
void world_drain_net(Sim *sim);

static inline Host *world_host(Sim *sim, HostId host)
{
    SIM_ASSERT(host < sim->hosts.count);
    return &sim->hosts.items[host];
}

static inline bool host_has_process(const Host *host)
{
    return host->status == PROCESS_RUNNING || host->status == PROCESS_IS_FROZEN;
}

#endif
