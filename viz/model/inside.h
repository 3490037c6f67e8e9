/* inside.h -- what the files of viz/model share: the history of a trace and the caches of a Model.
 *
 * Some of what a person asks is not in the state of one moment: whose letter a shard got, since
 * when slots are contested, who has voted. A History reads the records once, in order, and keeps
 * journals of such moments; questions about an earlier moment are answered by searching them. It
 * may have read further than the Model's moment. */
#ifndef MODEL_INSIDE_H
#define MODEL_INSIDE_H

#include "viz/model/model.h"

/* The node clock of virtual time 0, in ms (sim/trace/state.h: auth_ms, ping_ms). */
#define MODEL_CLOCK_BASE_MS UINT64_C(100000000)

typedef enum MarkKind {
    MARK_STARTED,
    MARK_EXITED,
    MARK_FROZEN,
    MARK_THAWED,
    MARK_SLOWED,    /* value: permille */
    MARK_RULE,      /* value: index of History.rules; added */
    MARK_RULE_ENDS, /* value: the same */
    MARK_SUSPECTED, /* other: peer; the first few observers only */
    MARK_FAILED,    /* other: peer */
    MARK_CLEARED,   /* other: peer; the first few observers only */
    MARK_DELAYED,   /* value: delay */
    MARK_ASKED,     /* value: epoch */
    MARK_WON,       /* value: epoch */
    MARK_EXPIRED,   /* value: epoch */
    MARK_VOTE,      /* other: candidate, value: epoch */
    MARK_ROLE,      /* other: primary, value: RoleReason */
    MARK_STATE,     /* value: ClusterState */
    MARK_CLAIM,     /* value: SlotsId for which it accepts writes from now on */
    MARK_CARRIES,   /* other: node, value: shard that the node carries from now on */
    MARK_FOUNDED,   /* the same; it is the first to carry it, or the first after all were wiped */
    MARK_CONTESTED, /* a contest begins */
    MARK_SETTLED,   /* and ends */
    MARK_KIND_COUNT
} MarkKind;

typedef struct Mark {
    uint64_t seq;
    SimTime time;
    uint64_t value;
    HostId host;
    NodeId other;
} Mark;

typedef ARRAY_OF(Mark) Marks;

typedef struct HostTrack { /* what the history itself must remember of a host while it reads */
    char name[24];
    ProcessStatus status;
    NodeId node;
    NodeId primary; /* own belief */
    uint16_t flags; /* own belief */
    SlotsId slots;  /* own belief */
    ClusterState state;
    SlotsId accepts;
} HostTrack;

typedef struct NodeTrack {
    HostId host;
    uint16_t shard;   /* carried; SHARD_NONE */
    uint16_t ordinal; /* 1: the first node born on its host */
    uint32_t doubted; /* SUSPECTED less CLEARED, about */
    uint32_t cleared; /* CLEARED since the last SUSPECTED */
} NodeTrack;

typedef struct RuleTrack {
    NetRuleState rule;
    uint64_t seq, end_seq; /* end_seq 0: in force */
    SimTime time, end;
} RuleTrack;

typedef struct History {
    const Trace *trace;
    uint64_t seq; /* records read */
    ARRAY_OF(HostTrack) hosts;
    ARRAY_OF(NodeTrack) nodes;
    ARRAY_OF(RuleTrack) rules;      /* all that ever were */
    ARRAY_OF(uint64_t) interesting; /* seqs */
    ARRAY_OF(uint64_t) changes;     /* seqs at which a mark was made; a seq may be there twice */
    Marks marks[MARK_KIND_COUNT];
    BitPool *slots;
    uint16_t writers[SLOT_COUNT]; /* how many accept writes for it */
    uint32_t contested;           /* slots with two or more */
    uint16_t shards;              /* founded */
    Text scratch;
} History;

void history_init(History *history, const Trace *trace);
void history_deinit(History *history);
/* Reads on, up to record `seq`. */
void history_extend(History *history, uint64_t seq);
/* How many of the marks lie at or before `seq`. */
uint32_t marks_until(const Marks *marks, uint64_t seq);
/* The index of the first mark at or after `time`, among the first `count`. */
uint32_t marks_from(const Marks *marks, SimTime time, uint32_t count);
uint32_t seqs_until(const uint64_t *seqs, uint32_t count, uint64_t seq);

/* history_claims.c: who accepts writes for what, and which shard a node carries. */
void history_claim(History *history, HostId host, const TraceRecord *record);
void history_carry(History *history, NodeId node, uint16_t shard, const TraceRecord *record);
void history_mark(History *history, MarkKind kind, const TraceRecord *record, NodeId other,
                  uint64_t value);

/* What one process believes, summed up. */
typedef struct Flagged {
    NodeId node;
    uint16_t flags;
} Flagged;
typedef struct RowSummary {
    uint64_t hash;             /* of its normalised slot table */
    uint16_t size;             /* primaries with slots */
    ARRAY_OF(Flagged) flagged; /* peers that are PFAIL or FAIL, by node */
    bool stale;
} RowSummary;

struct ModelCache {
    History history;
    ARRAY_OF(RowSummary) rows; /* by HostId */
    uint64_t rules_hash, claims_hash;
    bool fresh; /* nothing derived yet */
};

/* Does a rule of these cut packets from a to b? */
typedef struct RuleList {
    const NetRuleState *items;
    uint32_t count;
} RuleList;
/* Numbers the islands of the first `hosts` hosts in order of their first host; returns how many. */
uint32_t islands_find(RuleList rules, uint32_t hosts, uint16_t *island_of);

/* The steps of deriving, in this order (model.c). */
void model_derive_rows(Model *model);
void model_derive_islands(Model *model);
void model_derive_factions(Model *model);
void model_derive_hosts(Model *model);
void model_derive_slots(Model *model);
void model_derive_shards(Model *model);
void model_derive_majorities(Model *model);
void model_derive_contest(Model *model);
void model_derive_open_slots(Model *model);
void model_derive_election(Model *model);
void model_derive_deadlines(Model *model);

/* What the process of a host believes of a node was `before`, and has been folded. */
void model_touch_belief(Model *model, HostId host, NodeId node, const Belief *before);

/* Virtual time of a moment of the node clock; 0 for moments before the start. */
static inline SimTime model_time_of(uint64_t node_ms)
{
    return node_ms > MODEL_CLOCK_BASE_MS ? (node_ms - MODEL_CLOCK_BASE_MS) * SIM_MS : 0;
}

static inline bool model_is_live(const HostState *host)
{
    return host->status == PROCESS_RUNNING || host->status == PROCESS_IS_FROZEN;
}

#endif
