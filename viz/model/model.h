/* model.h -- the trace at one moment, with what a person wants to know of it.
 *
 * A Model is a pure function of (trace, time): state, islands, factions, contested slots, elections
 * under way, deadlines, the cards of the script. It keeps the last state as a cache, so that
 * playing forward folds only what is new; jumping back gives the same as a straight run
 * (tests/viz/test_scrub.c). Reads the trace only. */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include "sim/base/array.h"
#include "sim/trace/state.h"
#include "sim/trace/trace.h"

#define SHARD_NONE 0xFFFF

/* A shard for people: a letter and hue for a set of slots, fixed at its first owner and inherited
 * by whoever is promoted. */
typedef struct Shard {
    NodeId founder;
    HostId owner;   /* in truth now; HOST_NONE: nobody */
    uint32_t slots; /* how many it covers in truth */
    uint64_t epoch;
} Shard;

typedef struct Island {     /* hosts that reach each other both ways */
    uint16_t number;        /* 0.. in order of first host */
    uint16_t hosts, voters; /* running hosts; primaries with slots among them (by majority truth) */
    bool has_majority;
} Island;

typedef struct Faction { /* processes with the same normalised slot table */
    uint64_t hash;
    uint16_t hosts, voters;
} Faction;

typedef enum DeadlineKind {
    DEADLINE_NONE,
    DEADLINE_PONG,
    DEADLINE_ELECTION,
    DEADLINE_VOTES,
    DEADLINE_WRITE_STOP
} DeadlineKind;

typedef struct HostModel {
    uint16_t shard;   /* index, SHARD_NONE */
    uint16_t island;  /* index */
    uint16_t faction; /* index; by its own table */
    bool is_primary;  /* by its own belief; for dead ones the last known (majority's belief) */
    uint16_t slot_count;
    uint64_t epoch;      /* own configEpoch (replica: its primary's) */
    uint16_t worst_flag; /* FLAG_FAIL, FLAG_PFAIL or 0: the worst that running others believe */
    uint16_t suspected_by, failed_by; /* how many running others */
    DeadlineKind deadline;            /* next meaningful timer */
    SimTime deadline_at, deadline_from;
    bool voted; /* gave its vote in the election now under way */
    NodeId voted_for;
} HostModel;

typedef struct ElectionModel { /* the one under way, if any */
    bool active;
    HostId candidate;
    uint64_t epoch;
    uint16_t votes, needed;
    SimTime asked_at;
} ElectionModel;

typedef struct Contest { /* slots that two processes would both accept a write for */
    HostId a, b;         /* a has the higher epoch */
    uint64_t epoch_a, epoch_b;
    uint16_t first_slot;
    uint32_t count;
    SimTime since;
} Contest;

typedef struct Model {
    const Trace *trace;
    SimTime time;
    TraceState state;
    ARRAY_OF(Shard) shards;
    ARRAY_OF(Island) islands;
    ARRAY_OF(Faction) factions;       /* largest first */
    ARRAY_OF(HostModel) hosts;        /* by HostId */
    uint16_t owner_shard[SLOT_COUNT]; /* truth; SHARD_NONE uncovered */
    HostId owner_host[SLOT_COUNT];    /* truth: would accept a write; HOST_NONE */
    ElectionModel election;
    Contest contest;                 /* count 0: none */
    uint16_t states_ok, states_fail; /* running processes by their cluster_state */
    uint64_t epoch_low, epoch_high;  /* currentEpoch of the running ones */
    uint64_t derived_seq;            /* state.seq the derived parts belong to */
} Model;

void model_init(Model *model, const Trace *trace);
void model_deinit(Model *model);
/* Moves to `time` (at most trace_end) and derives everything. */
void model_seek(Model *model, SimTime time);
/* Seeks by record: the state right after `seq`. */
void model_seek_record(Model *model, uint64_t seq);
/* Reachable in the sense of truth between two hosts (cuts). */
bool model_reachable(const Model *model, HostId a, HostId b);

/* One bar or tick on a timeline lane. */
typedef struct LaneSpan {
    SimTime from, to; /* equal: a tick */
    char text[48];
    bool danger;
    uint16_t shard; /* SHARD_NONE: neutral */
} LaneSpan;
typedef struct Lane {
    char label[24];
    ARRAY_OF(LaneSpan) spans;
} Lane;
/* Lanes of the timeline between two times: faults, beliefs on the nodes in trouble, roles,
 * cluster_state per island; and the density of events in `bins` bins. Only what lies at or before
 * `now`. */
typedef struct Lanes {
    ARRAY_OF(Lane) lanes;
    ARRAY_OF(uint32_t) density;
} Lanes;
void lanes_build(Lanes *lanes, const Trace *trace, SimTime from, SimTime to, SimTime now,
                 uint32_t bins);
void lanes_deinit(Lanes *lanes);
/* The next or previous *interesting* record (faults, FAIL, elections, promotions, state changes,
 * steps) from `seq`; 0 when none. direction is +1 or -1. */
uint64_t model_interesting(const Trace *trace, uint64_t seq, int direction);

#endif
