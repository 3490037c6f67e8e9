/* workload.h -- clients that work: a stream of SETs and GETs from a client machine, sent by a
 * client library that follows the cluster (protocol.md §12.1).
 *
 * The library keeps a map from slots to nodes, made from CLUSTER SLOTS of any node it knows. MOVED
 * sends this request on and asks for a new map; ASK sends this one request on; TRYAGAIN,
 * CLUSTERDOWN and their kin make it try again after a pause. A request without an answer closes its
 * connection after the time-out, and all that waited on it are tried again elsewhere: a write that
 * is sent twice may be executed twice, with the same value. Requests to one node share one
 * connection, one behind the other.
 *
 * Every write has a value of its own, so that what became of it can be judged afterwards
 * (sim/check/ledger.h): each ends in one record WRITE_ENDED. */
#ifndef WORLD_WORKLOAD_H
#define WORLD_WORKLOAD_H

#include "sim/base/ids.h"
#include "sim/base/time.h"

#include <stdbool.h>
#include <stdint.h>

#define WORKLOAD_RATE_MAX  1000000
#define WORKLOAD_LOOPS_MAX 10000
#define WORKLOAD_OPS_MAX   100000 /* under way at once */
#define WORKLOAD_REDIRECTS 16     /* of one operation, as most libraries do */
#define WORKLOAD_KEY_SIZE  64

typedef struct WorkloadConfig {
    uint32_t rate;       /* operations begun a second; 0: one begins when another ends */
    uint32_t loops;      /* so many under way at once when the rate is 0 */
    uint64_t limit;      /* no more than so many operations; 0 no limit */
    uint32_t sets, gets; /* weights */
    bool in_order;       /* keys one after the other; else drawn */
    bool refresh;        /* asks for a new map on MOVED and in trouble; else learns slot by slot */
    SimSpan timeout;     /* of one attempt */
    SimSpan pause;       /* before another attempt, and between two questions for the map */
    uint32_t attempts;   /* of one operation at most; redirections do not count */
    uint64_t seeds[BITSET_WORDS_HOSTS]; /* nodes it knows from the start */
} WorkloadConfig;

WorkloadConfig workload_config_default(void); /* 100 a second, time-out 1 s, pause 100 ms */

/* What it counts. */
/* clang-format off */
#define WORKLOAD_COUNTS(V) \
    V(begun)       /* operations */ \
    V(acked)       /* writes acknowledged */ \
    V(answered)    /* reads answered */ \
    V(failed)      /* operations given up or refused */ \
    V(unknown)     /* of them writes that may have been executed */ \
    V(moved) V(asked) V(refreshes) \
    V(errors)      /* attempts that ended in trouble: the sum of those below */ \
    V(timeouts) V(refused) V(closed) V(clusterdown) V(tryagain) V(other_errors) \
    V(took_us)     /* of all that ended well together */ \
    V(slowest_us)
/* clang-format on */
typedef struct WorkloadCounts {
#define COUNT(name) uint64_t name;
    WORKLOAD_COUNTS(COUNT)
#undef COUNT
} WorkloadCounts;

#endif
