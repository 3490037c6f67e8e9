/* desk.h -- one node on a desk: its records are set by hand, its wishes are read, nothing else
 * exists.
 *
 * Identity i has the ID "00ii000...", so that IDs are ordered like numbers; the node on the desk is
 * DESK_SELF, in the middle, with time DESK_START. Everything is level 2, links are connected unless
 * a test closes them. */
#ifndef UNIT_DESK_H
#define UNIT_DESK_H

#include "sim/cluster/admin.h"
#include "sim/cluster/node.h"

#define DESK_NODES    16
#define DESK_SELF     5
#define DESK_START_MS (NODE_CLOCK_BASE_MS + 1000000u)

typedef struct Desk {
    Directory directory;
    MsgPool *msgs;
    BitPool *slots;
    EffectList out;
    Rng rng;
    Rules rules;
    NodeFacts facts;
    AddrState addrs[DESK_NODES + 8];
    uint32_t addr_count;
    NodeConfig config; /* as created with: T = 2000 */
    NodeEnv env;
    Node *node;
    Text reply;
    uint32_t slot_keys[SLOT_COUNT];
} Desk;

Desk *desk_create(void);
void desk_destroy(Desk *desk);

void desk_wait(Desk *desk, uint32_t ms);
/* Records of others. Slots as ranges, "" for none. */
void desk_primary(Desk *desk, NodeId node, uint64_t epoch, const char *ranges);
void desk_replica(Desk *desk, NodeId node, NodeId primary, uint64_t offset);
void desk_flag(Desk *desk, NodeId node, uint16_t flags, bool on);
/* What the node on the desk is itself. */
void desk_be_primary(Desk *desk, uint64_t epoch, const char *ranges);
void desk_be_replica(Desk *desk, NodeId primary);
void desk_epochs(Desk *desk, uint64_t current, uint64_t last_vote);

SlotsId desk_slots(Desk *desk, const char *ranges);
/* The slots of a record as ranges; "" for none. Valid until the next call. */
const char *desk_ranges(Desk *desk, NodeId node);
/* A header as `sender` would write it, by its record here; the message belongs to the caller. */
Msg desk_msg(Desk *desk, MsgKind kind, NodeId sender);

/* What was wished and noted since desk_clear. */
void desk_clear(Desk *desk);
uint32_t desk_effects(const Desk *desk, EffectKind kind);
const Effect *desk_effect(const Desk *desk, EffectKind kind); /* the last one; NULL */
uint32_t desk_notes(const Desk *desk, TraceType type);
const TraceRecord *desk_note(const Desk *desk, TraceType type); /* the last one; NULL */
uint32_t desk_sent(const Desk *desk, MsgKind kind);
const Msg *desk_message(const Desk *desk, MsgKind kind); /* the last one sent; NULL */
bool desk_sent_to(const Desk *desk, MsgKind kind, NodeId node);

/* Executes a CLUSTER command, words parted by single blanks; "#5" stands for the ID of node 5.
 * Returns the reply. */
const char *desk_command(Desk *desk, const char *line);

/* Do owner array, records and counts agree. */
bool desk_is_consistent(const Desk *desk);

/* CU_ASSERT that prints row, got and want. */
#define EXPECT_EQ_IN(row, got, want)                                                               \
    expect_equal((row), #got, (uint64_t)(got), (uint64_t)(want), __FILE__, __LINE__)
#define EXPECT_TEXT_IN(row, got, want) expect_text((row), (got), (want), __FILE__, __LINE__)
void expect_equal(const char *row, const char *what, uint64_t got, uint64_t want, const char *file,
                  int line);
void expect_text(const char *row, const char *got, const char *want, const char *file, int line);

#endif
