/* time.h -- virtual time: nanoseconds since the start of the run (style.md §8). */
#ifndef BASE_TIME_H
#define BASE_TIME_H

#include "sim/base/assert.h"

#include <stdint.h>

typedef uint64_t SimTime; /* a point, ns since the start of the run */
typedef uint64_t SimSpan; /* a distance, ns */

#define SIM_US         ((SimSpan)1000)
#define SIM_MS         ((SimSpan)1000000)
#define SIM_SEC        ((SimSpan)1000000000)
#define SIM_TIME_NEVER UINT64_MAX
/* Longest run: as a JSON number a nanosecond stays exact for 104 days. */
#define SIM_TIME_MAX ((SimTime)104 * 86400 * SIM_SEC)

/* The distance from `earlier` to `now`, which must not lie before it. */
static inline SimSpan sim_time_since(SimTime now, SimTime earlier)
{
    SIM_ASSERT(now >= earlier);
    return now - earlier;
}

#endif
