/* story.h -- traces written by hand, record by record, for tests of the model; and any trace on a
 * screen, for tests of the panels.
 *
 * Hosts n1, n2, ... with an identity each (node i lives on host i), whose processes run, are
 * primaries without slots and know each other. Times are in ms. */
#ifndef VIZ_STORY_H
#define VIZ_STORY_H

#include "sim/trace/state.h"
#include "sim/trace/trace.h"
#include "viz/scene/scene.h"

#define STORY_SETS_MAX 32

typedef struct Story {
    Trace *trace;
    uint32_t hosts, clients, requests;
    SimTime now;
    const char *sets[STORY_SETS_MAX]; /* ranges of slots by SlotsId */
    uint32_t set_count;
} Story;

Story story_open(uint32_t hosts, uint32_t node_timeout_ms);       /* at level 2 */
Story story_open_plain(uint32_t hosts, uint32_t node_timeout_ms); /* at level 1: no pings */
void story_close(Story *story);
/* What follows happens at this time. */
void story_at(Story *story, uint64_t ms);
/* Any record; returns its seq. */
uint64_t story_record(Story *story, TraceType type, HostId host, TraceRecord record);

/* What one process believes of a node. */
void story_flags(Story *story, HostId host, NodeId peer, uint16_t flags);
void story_slots(Story *story, HostId host, NodeId peer, const char *ranges); /* "" none */
void story_epoch(Story *story, HostId host, NodeId peer, uint64_t epoch);
void story_follows(Story *story, HostId host, NodeId peer, NodeId primary);
void story_ping(Story *story, HostId host, NodeId peer, uint64_t ms); /* unanswered since */
void story_pong(Story *story, HostId host, NodeId peer, uint64_t ms);
/* All that run believe that the node owns these slots with this epoch. */
void story_owner(Story *story, NodeId node, const char *ranges, uint64_t epoch);
/* All that run believe that it is a replica of `primary`. */
void story_replica(Story *story, NodeId node, NodeId primary);

void story_state(Story *story, HostId host, ClusterState state);
void story_states(Story *story, ClusterState state); /* of all that run */
void story_exit(Story *story, HostId host);
void story_start(Story *story, HostId host); /* believes what it knows of peers anew */
void story_freeze(Story *story, HostId host);
void story_thaw(Story *story, HostId host);
void story_cut(Story *story, uint32_t rule, const char *from, const char *to, bool oneway);
void story_heal(Story *story, uint32_t rule);
uint64_t story_suspected(Story *story, HostId host, NodeId peer); /* flag and reason */
uint64_t story_failed(Story *story, HostId host, NodeId peer);
void story_promoted(Story *story, HostId host, const char *ranges, uint64_t epoch);

/* A process marks a slot as open with another node, holds so many keys in it, closes it. */
void story_opens(Story *story, HostId host, uint16_t slot, NodeId peer, bool importing);
void story_keys(Story *story, HostId host, uint16_t slot, uint32_t keys);
void story_closes(Story *story, HostId host, uint16_t slot, bool importing);

/* A machine of clients, after all nodes; what it asks and gets ("" none yet; "+OK", "-ERR ...",
 * "connection closed"). */
HostId story_client(Story *story, const char *name, const char *zone);
void story_request(Story *story, HostId client, HostId to, const char *command, const char *reply);

/* The script speaks: TITLE, STEP, SAY. */
void story_note(Story *story, TraceType type, const char *text);
void story_asks(Story *story, const char *question, const char *choices, uint8_t answer);

/* A trace as a panel sees it: where the model stands, the screen, what was drawn. */
typedef struct StoryView {
    const Trace *trace;
    Model model;
    UiState ui; /* nothing selected, no mouse */
    RunIndex index;
    TextMetrics metrics;
    Layout layout;
    DrawList list;
} StoryView;

void story_view_open(StoryView *view, const Trace *trace, float width, float height);
/* Moves to a time, with an empty list and the layout that the screen has now. */
void story_view_seek(StoryView *view, SimTime time);
void story_view_close(StoryView *view);

#endif
