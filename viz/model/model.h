/* model.h -- the trace at one moment, with what a person wants to know of it.
 *
 * A Model is a pure function of (trace, time): state, islands, factions, contested slots, elections
 * under way, deadlines. It keeps the last state as a cache, so that playing forward folds only what
 * is new; jumping back gives the same as a straight run (tests/viz/test_scrub.c). Reads the trace
 * only, which may grow meanwhile, but not be cut: after trace_truncate make a new Model.
 *
 * "Truth" about a process that does not run is what the largest faction believes of it. */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include "sim/base/array.h"
#include "sim/trace/state.h"
#include "sim/trace/trace.h"

#define SHARD_NONE   0xFFFF
#define FACTION_NONE 0xFFFF

/* A shard for people: a letter (index 0 is A) for a set of slots, fixed at its first owner and
 * inherited by whoever is promoted. */
typedef struct Shard {
    NodeId founder;
    HostId owner; /* who holds its slots with the highest epoch, dead or alive; HOST_NONE nobody */
    uint32_t slots; /* how many it covers in truth (owner_shard) */
    uint64_t epoch; /* of the owner */
} Shard;

typedef struct Island { /* hosts that reach each other both ways */
    uint16_t number;    /* 0.. in order of first host */
    uint16_t hosts;     /* running */
    uint16_t voters;    /* primaries with slots that run in here, as this island believes */
    uint16_t size;      /* primaries with slots, wherever they are, as this island believes */
    bool has_majority;  /* voters >= size / 2 + 1 */
    HostId observer;    /* whose belief that is; HOST_NONE when nobody runs in here */
    SimTime write_stop; /* when the last of its primaries will stop itself; 0: none will, or not
                           known */
} Island;

typedef struct Faction { /* processes with the same normalised slot table */
    uint64_t hash;
    HostId first; /* the first of them, to look its table up */
    uint16_t hosts, voters;
} Faction;

typedef enum DeadlineKind {
    DEADLINE_NONE,
    DEADLINE_PONG,      /* an answer is overdue: P? then (level 2, up to 128 hosts) */
    DEADLINE_ELECTION,  /* will ask for votes */
    DEADLINE_VOTES,     /* the attempt runs out of time */
    DEADLINE_WRITE_STOP /* a primary without majority stops itself: the last P? it needs (level 2)
                         */
} DeadlineKind;

typedef struct HostModel {
    uint16_t shard;   /* index, SHARD_NONE; a replica's is that of its primary */
    uint16_t island;  /* index */
    uint16_t faction; /* index; by its own table; FACTION_NONE unless running or frozen */
    bool is_primary;  /* by its own belief; for dead ones what the largest faction believes */
    NodeId primary;   /* whom it follows, by the same; NODE_NONE for primaries */
    SlotsId slots;    /* its own, by the same; SLOTS_EMPTY for replicas */
    uint16_t slot_count;
    uint64_t epoch;      /* own configEpoch (replica: its primary's) */
    uint16_t worst_flag; /* FLAG_FAIL, FLAG_PFAIL or 0: the worst that running others believe */
    uint16_t suspected_by, failed_by; /* how many running others */
    bool accepts;                     /* would accept a write for its slots now */
    DeadlineKind deadline;            /* next meaningful timer */
    SimTime deadline_at, deadline_from;
    bool deadline_at_latest; /* a bound, since the trace does not tell the pings (WRITE_STOP) */
    NodeId deadline_peer;    /* PONG, WRITE_STOP: whose answer it waits for; NODE_NONE */
    bool voted;              /* gave its vote in the election now under way */
    NodeId voted_for;
} HostModel;

typedef struct ElectionModel { /* the one under way, if any (the highest epoch) */
    bool active;
    HostId candidate;
    uint64_t epoch;
    uint16_t votes;  /* counted by the candidate */
    uint16_t given;  /* granted so far, those still under way included */
    uint16_t needed; /* quorum, as the candidate counts */
    SimTime asked_at;
} ElectionModel;

typedef struct Contest { /* slots that two processes would both accept a write for */
    HostId a, b;         /* a has the higher epoch; of the first contested slot */
    uint64_t epoch_a, epoch_b;
    uint16_t first_slot;
    uint32_t count; /* slots contested by these two */
    uint32_t total; /* by any two */
    SimTime since;  /* without interruption */
} Contest;

/* A slot on its way from one process to another, as the two mark it (protocol.md §9.2). */
typedef struct OpenSlotModel {
    uint16_t slot;
    HostId source, target;             /* HOST_NONE: a node that nobody knows any more */
    bool migrating, importing;         /* the source says so; the target does */
    uint32_t source_keys, target_keys; /* in the slot, where the mark is */
} OpenSlotModel;

typedef struct ModelCache ModelCache; /* viz/model/inside.h */

typedef struct Model {
    const Trace *trace;
    SimTime time;
    TraceState state;
    ARRAY_OF(Shard) shards;
    ARRAY_OF(Island) islands;           /* empty islands (no running host) included */
    ARRAY_OF(Faction) factions;         /* largest first */
    ARRAY_OF(HostModel) hosts;          /* by HostId */
    ARRAY_OF(OpenSlotModel) open_slots; /* by slot, source, target: the union of all marks */
    uint16_t owner_shard[SLOT_COUNT];   /* shard of holder_host; SHARD_NONE uncovered */
    HostId holder_host[SLOT_COUNT]; /* claims it with the highest epoch, dead or alive; HOST_NONE */
    HostId owner_host[SLOT_COUNT];  /* would accept a write now; HOST_NONE */
    HostId second_host[SLOT_COUNT]; /* another one that would (contested), HOST_NONE */
    uint32_t covered;               /* slots whose holder runs */
    ElectionModel election;
    Contest contest;                 /* count 0: none */
    uint16_t running;                /* processes, frozen ones not counted */
    uint16_t states_ok, states_fail; /* running processes by their cluster_state */
    uint64_t epoch_low, epoch_high;  /* currentEpoch of the running ones; 0 0 when none runs */
    uint64_t derived_seq;            /* state.seq the derived parts belong to */
    ModelCache *cache;
} Model;

void model_init(Model *model, const Trace *trace);
void model_deinit(Model *model);
/* Moves to `time` (at most trace_end) and derives everything. */
void model_seek(Model *model, SimTime time);
/* Seeks by record: the state right after `seq` (0: before the first). */
void model_seek_record(Model *model, uint64_t seq);
/* Reachable in the sense of truth between two hosts: both ways, no cut between them. */
bool model_reachable(const Model *model, HostId a, HostId b);
/* When the oldest cut now in force was made; SIM_TIME_NEVER when nothing is cut. */
SimTime model_cut_since(const Model *model);
/* Does the observer have a mark of this (HOST_NONE: anybody)? Nobody else knows of it. */
static inline bool model_open_slot_seen(const OpenSlotModel *entry, HostId observer)
{
    return observer == HOST_NONE || (entry->migrating && entry->source == observer) ||
           (entry->importing && entry->target == observer);
}
/* The first such entry of a slot. */
bool model_slot_is_open(const Model *model, uint16_t slot, HostId observer, OpenSlotModel *found);
/* The next or previous *interesting* record (faults, P?, FAIL, elections, promotions, state
 * changes, steps, questions) after or before `seq`; 0 when none. direction is +1 or -1. */
uint64_t model_interesting(Model *model, uint64_t seq, int direction);
/* The last one at or before the model's moment; 0 when none. */
uint64_t model_last_interesting(const Model *model);

/* Equal in state and everything derived; when not, *why (may be NULL) names the first difference.
 */
bool model_equal(const Model *a, const Model *b, Text *why);
/* All that is derived, as lines of text; for tests and for looking. */
void model_dump(const Model *model, Text *out);

/* --- the timeline --- */

typedef enum LaneMark {
    LANE_BAR,
    LANE_TICK,
    LANE_EXPECTED /* a moment that a timer already set points to; may lie after now */
} LaneMark;

typedef struct LaneSpan {
    LaneMark mark;
    SimTime from, to; /* equal but for bars */
    char text[96];
    bool danger;
    bool open;      /* a bar that ends only because now is there */
    uint16_t shard; /* SHARD_NONE: neutral */
} LaneSpan;

typedef struct Lane {
    char label[24];           /* "" continues the lane above */
    ARRAY_OF(LaneSpan) spans; /* by time of `from` */
} Lane;

typedef struct LaneOptions {
    SimTime from, to;   /* the window */
    uint32_t bins;      /* of density; 0 none */
    int slot;           /* a lane "Owners of slot X"; -1 none */
    uint32_t max_lanes; /* the least important ones are left out */
} LaneOptions;

typedef struct LanesCache LanesCache;

/* Lanes of the timeline: faults, beliefs on the nodes in trouble, roles, cluster_state (one lane
 * per island while there is a cut); and the density of records in `bins` bins. All zero is empty.
 * Only what lies at or before model->time, but for LANE_EXPECTED. */
typedef struct Lanes {
    ARRAY_OF(Lane) lanes; /* beyond count: kept for their memory */
    ARRAY_OF(uint32_t) density;
    LanesCache *cache;
} Lanes;
/* Cheap when little has changed since the last call with these lanes. Lanes remember the run: begin
 * with empty ones (lanes_deinit) for another. */
void lanes_build(Lanes *lanes, const Model *model, const LaneOptions *options);
void lanes_deinit(Lanes *lanes);
/* A line a lane, times in seconds; danger is marked by !, bars that end now by >, what is expected
 * by ~; then the density. */
void lanes_dump(const Lanes *lanes, Text *out);

#endif
