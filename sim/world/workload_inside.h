/* workload_inside.h -- the inside of a workload, shared by workload.c and workload_map.c. */
#ifndef WORLD_WORKLOAD_INSIDE_H
#define WORLD_WORKLOAD_INSIDE_H

#include "sim/world/world.h"

typedef enum OpState { OP_FREE, OP_PAUSED, OP_SENT } OpState;

typedef struct Op {
    OpState state;
    uint32_t serial; /* tells events of an earlier operation in this place */
    bool is_write, ask;
    bool maybe; /* an attempt got no answer: it may have been executed */
    uint16_t slot;
    uint64_t key, value;
    SimTime begun;
    SimTime due;   /* SENT: its time-out; PAUSED: when it is tried again */
    HostId to;     /* where a redirection sent it; HOST_NONE: where the map says */
    uint32_t conn; /* SENT */
    uint32_t attempts, redirects;
} Op;

typedef struct Line { /* its connection to one node */
    HostId to;
    uint32_t conn;
} Line;

struct Workload {
    HostId host; /* the client machine */
    WorkloadConfig config;
    char before[WORKLOAD_KEY_SIZE], after[WORKLOAD_KEY_SIZE]; /* of the number in a key */
    bool has_number;
    uint64_t low, high; /* of that number */
    bool running;
    uint32_t starts; /* how often it was set going */
    Rng rng;
    HostId map[SLOT_COUNT]; /* HOST_NONE: not known */
    ARRAY_OF(Line) lines;
    ARRAY_OF(Op) ops;
    IdPool op_ids;
    uint32_t serials, under_way;
    uint64_t next_key;
    uint32_t question;     /* connection on which CLUSTER SLOTS waits for its answer; 0 none */
    SimTime question_due;  /* and its time-out */
    SimTime questioned_at; /* the last one; 0 never */
    HostId next_seed;
    WorkloadCounts counts;
};

/* In the waiting list of a connection: 0 for the answer to ASKING, this for CLUSTER SLOTS, else the
 * operation's place + 1. */
#define WAITS_FOR_MAP UINT32_MAX

/* workload.c */
uint32_t workload_line(Sim *sim, uint32_t number, HostId to); /* connection to this node */
void workload_send(Sim *sim, uint32_t conn, const Slice *words, uint32_t count, uint32_t waits);
void workload_drop_line(Sim *sim, uint32_t number, uint32_t conn);
void workload_post(Sim *sim, uint32_t number, uint32_t place, uint32_t serial, SimTime time);

/* workload_map.c */
#define PLACE_MAP   0xFFFFFFu /* an event about the map's question, not about an operation */
#define PLACE_NEXT  0xFFFFFEu /* the next operation begins, and another after the interval */
#define PLACE_AGAIN 0xFFFFFDu /* the next operation of a closed loop begins */
void workload_ask_map(Sim *sim, uint32_t number);
void workload_read_map(Sim *sim, uint32_t number, const RespValues *values);
void workload_map_is_late(Sim *sim, uint32_t number);
/* "MOVED 3999 10.0.0.2:6379": the slot and the node; HOST_NONE when that is unknown. */
HostId workload_redirection(const Sim *sim, Slice text, HostId from, uint16_t *slot);

#endif
