/* ledger_inside.h -- the inside of a Ledger, shared by ledger.c and ledger_judge.c. */
#ifndef CHECK_LEDGER_INSIDE_H
#define CHECK_LEDGER_INSIDE_H

#include "sim/check/ledger.h"

typedef struct LedgerKey {
    Text name;
    uint16_t slot;
    bool exists;
    uint64_t value;
} LedgerKey;

typedef struct LedgerWrite {
    uint32_t key;
    WriteEnd end;
    HostId client, by;
    uint64_t value, seq;
    SimTime sent, ended;
} LedgerWrite;

typedef struct Lost {
    LostWrite write;
    uint64_t seq; /* of the record that tells of its acknowledgement */
} Lost;

struct Ledger {
    Mem *mem;
    SimSpan margin;
    uint64_t next; /* record to read next */
    uint64_t acked;
    ARRAY_OF(LedgerKey) keys;
    uint32_t *table; /* by hash of the name: key + 1, 0 free; for finding only */
    uint32_t table_size;
    ARRAY_OF(LedgerWrite) writes;
    ARRAY_OF(Lost) lost;
};

/* ledger_judge.c: names the window of each lost write. */
void ledger_classify(Ledger *ledger, const Trace *trace);

#endif
