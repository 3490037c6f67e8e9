/* run_index.h -- where in a trace the steps, calls, reasons and traffic are.
 *
 * Panels that tell of the whole run (Why?, Metrics, Console, the dots of the card) must not read
 * the whole trace in every frame: whoever owns the trace carries the index on as it grows, each
 * record is looked at once. All lists are in the order of the trace, so "up to now" is a prefix. */
#ifndef SCENE_RUN_INDEX_H
#define SCENE_RUN_INDEX_H

#include "sim/base/array.h"
#include "sim/trace/trace.h"

#define TRAFFIC_BIN ((SimSpan)250 * SIM_MS)

typedef struct IndexEntry {
    uint64_t seq;
    SimTime time;
    HostId host; /* HOST_NONE: the run */
    HostId to;   /* whom a client asked; else HOST_NONE */
} IndexEntry;

typedef ARRAY_OF(IndexEntry) IndexEntries;

/* What a client machine got for something it sent. */
typedef enum ClientEnd {
    CLIENT_OK,       /* a value, an acknowledged write */
    CLIENT_REDIRECT, /* MOVED, ASK */
    CLIENT_ERROR,    /* any other error reply */
    CLIENT_LOST      /* no reply: refused, closed, given up */
} ClientEnd;

typedef struct ClientEvent {
    uint64_t seq;
    SimTime time;
    HostId client, to; /* HOST_NONE: nobody answered */
    ClientEnd end;
} ClientEvent;

typedef struct TrafficBin { /* bus messages sent in one TRAFFIC_BIN */
    uint32_t messages;
    uint64_t bytes;
} TrafficBin;

/* How one failure was noticed and answered; 0: not (yet). */
typedef struct FailureStory {
    NodeId node;
    HostId host;      /* where the node was born */
    SimTime down;     /* killed, frozen, or the network changed */
    SimTime suspect;  /* first PFAIL */
    SimTime failed;   /* FAIL at a majority */
    SimTime asked;    /* a replica asks for votes */
    SimTime replaced; /* it has won */
    HostId heir;
} FailureStory;

typedef struct RunIndex {
    uint64_t seq;         /* looked at up to here */
    IndexEntries steps;   /* STEP */
    IndexEntries reasons; /* what Why? explains */
    IndexEntries calls;   /* COMMAND, CALL_SENT, CALL_REPLIED; REQUEST_SENT and _ENDED of clients */
    ARRAY_OF(ClientEvent) clients;
    ARRAY_OF(TrafficBin) traffic;
    ARRAY_OF(FailureStory) failures;
    ARRAY_OF(HostId) node_host;    /* by NodeId: where it was born */
    ARRAY_OF(NodeId) host_primary; /* by HostId: whom it replicates */
    ARRAY_OF(SimTime) host_down;   /* by HostId: killed or frozen last; 0 runs */
    SimTime cut_at;                /* the network was changed last */
} RunIndex;

void run_index_deinit(RunIndex *index);
/* Looks at what is new; begins again when the trace has become shorter. */
void run_index_update(RunIndex *index, const Trace *trace);
/* Forgets everything: after the trace was cut and grown again. */
void run_index_clear(RunIndex *index);

/* How many of the entries lie at or before record `seq`. */
uint32_t run_index_count(const IndexEntries *entries, uint64_t seq);
/* The events of clients in the span that ends at `time` and record `seq`: index of the first, and
 * of the one after the last. */
uint32_t run_index_clients(const RunIndex *index, uint64_t seq, SimTime from, uint32_t *end);
/* The last entry of that host (HOST_NONE: any) up to record `seq`; NULL when there is none. */
const IndexEntry *run_index_last(const IndexEntries *entries, uint64_t seq, HostId host);

#endif
