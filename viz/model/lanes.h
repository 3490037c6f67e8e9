/* lanes.h -- what the files that fill the timeline's lanes share. */
#ifndef MODEL_LANES_H
#define MODEL_LANES_H

#include "viz/model/inside.h"

/* One build of the lanes: what is read, and where the lanes go. */
typedef struct LaneWork {
    Lanes *lanes;
    const Model *model;
    const History *history;
    const LaneOptions *options;
    uint64_t seq;           /* nothing after it is told */
    SimTime from, now;      /* the visible part of the window */
    uint32_t used;          /* lanes so far */
    char name[32], due[32]; /* of lane_node, lane_due */
} LaneWork;

/* A new lane; the pointer is good until the next one. */
Lane *lane_add(LaneWork *work, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Appends a span; text as of printf, cut when too long. Bars outside of the window are left out and
 * NULL is returned. `to` SIM_TIME_NEVER: open. */
LaneSpan *lane_bar(LaneWork *work, Lane *lane, SimTime from, SimTime to, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
LaneSpan *lane_tick(LaneWork *work, Lane *lane, SimTime at, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* A moment still to come, or past; only within the window. */
LaneSpan *lane_expect(LaneWork *work, Lane *lane, SimTime at, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* "27.35"; good until the next one. */
const char *lane_due(LaneWork *work, SimTime time);
const char *lane_host(const LaneWork *work, HostId host);
/* As trace_node_name: the host where it was born, "n1#2" for the second; good until the next one.
 */
const char *lane_node(LaneWork *work, NodeId node);

/* The marks of a kind inside the visible part of the window. */
typedef struct MarkSlice {
    const Mark *items;
    uint32_t count;
} MarkSlice;
MarkSlice lane_marks(const LaneWork *work, MarkKind kind);
/* All up to now, those before the window included. */
MarkSlice lane_marks_all(const LaneWork *work, MarkKind kind);

/* The islands of the last cut that the visible part of the window shows. */
typedef struct Split {
    uint32_t count; /* islands; 1: no cut */
    bool in_force;  /* still, now */
    SimTime since;
    uint16_t island_of[HOSTS_MAX];
} Split;
void lanes_split(const LaneWork *work, Split *split);

void lanes_faults(LaneWork *work);
void lanes_beliefs(LaneWork *work, uint32_t most);
void lanes_states(LaneWork *work, const Split *split);
void lanes_roles(LaneWork *work);
void lanes_owners(LaneWork *work);

#endif
