/* ledger.h -- the book of acknowledged writes: which of them are lost in the end, and through which
 * of the windows that the protocol leaves open (protocol.md §10.5).
 *
 *     Ledger *ledger = ledger_create(NULL, 50 * SIM_MS);
 *     ledger_read(ledger, trace);                    every WRITE_ENDED of the run so far
 *     for (i...) ledger_set_final(ledger, i, ...)    what the owners of the slots hold now
 *     ledger_judge(ledger, trace);
 *
 * A write is lost when its key's final value is not its own and was not written later: the write of
 * the final value had ended before this one was sent. (Values are unique.) A lost write is then
 * followed through the records: who holds it for certain, and who owns the slot. The step at which
 * the slot goes to somebody who does not hold it for certain is where it was lost, and how that
 * step came about names the window. A loss that no window explains is a finding: a fault of the
 * simulator or of the protocol. */
#ifndef CHECK_LEDGER_H
#define CHECK_LEDGER_H

#include "sim/trace/state.h"
#include "sim/trace/trace.h"

typedef enum LossWindow {
    LOSS_FINDING,     /* none of them */
    LOSS_ASYNC,       /* 1: the primary died before the bytes had reached the promoted replica */
    LOSS_MINORITY,    /* 2: acknowledged by a primary that was cut off */
    LOSS_OVERLAP,     /* 3: ... when its successor was already there */
    LOSS_RETURN,      /* 4: ... when it had come back and did not know yet */
    LOSS_RESUMED,     /* 5: ... when it had been stopped and resumed */
    LOSS_FORCED,      /* 6: FORCE or TAKEOVER */
    LOSS_TWO_OWNERS,  /* 7: the slot went to another owner by its epoch */
    LOSS_EMPTY_START, /* 8: the primary restarted without its data */
    LOSS_RANK,        /* 9: a replica was promoted that was behind another one */
    LOSS_MIGRATION,   /* 10: the target of a migration died */
    LOSS_WINDOWS
} LossWindow;

const char *loss_word(LossWindow window); /* "minority", "finding" */

typedef struct LostWrite {
    uint32_t key; /* its number in the ledger */
    uint64_t value;
    HostId client, by; /* who wrote, who acknowledged it */
    SimTime sent, acked;
    LossWindow window;
    SimTime step; /* when the slot went to somebody without it ... */
    HostId to;    /* ... and to whom; HOST_NONE: it stayed */
} LostWrite;

typedef struct Ledger Ledger; /* opaque; sim/check/ledger.c */

/* margin: so long after it was acknowledged a write is surely on every replica whose connection to
 * its primary nothing hinders; more than a round trip of the path. */
Ledger *ledger_create(Mem *mem, SimSpan margin);
void ledger_destroy(Ledger *ledger);
/* Takes the writes of all records from where it stands. */
void ledger_read(Ledger *ledger, const Trace *trace);
uint32_t ledger_key_count(const Ledger *ledger);
const char *ledger_key(const Ledger *ledger, uint32_t key);
/* What the owner of the key's slot holds now; `exists` false: nothing, or no owner. */
void ledger_set_final(Ledger *ledger, uint32_t key, uint16_t slot, bool exists, uint64_t value);
void ledger_judge(Ledger *ledger, const Trace *trace);

uint64_t ledger_acked(const Ledger *ledger);
uint32_t ledger_lost_count(const Ledger *ledger);
const LostWrite *ledger_lost(const Ledger *ledger, uint32_t index); /* in the order acknowledged */
uint32_t ledger_count(const Ledger *ledger, LossWindow window);

#endif
