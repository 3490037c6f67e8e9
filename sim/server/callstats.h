/* callstats.h -- how often commands came and how long they took: INFO commandstats, LATENCY
 * HISTOGRAM (redis-server 7.0: server.c, latency.c). Times are service times (cost.h) without the
 * socket's part. */
#ifndef SERVER_CALLSTATS_H
#define SERVER_CALLSTATS_H

#include "sim/base/array.h"
#include "sim/base/time.h"
#include "sim/store/command.h"

#define CALL_BUCKETS 32 /* of durations, each twice as long as the one before */

typedef struct CallStat {
    const CommandRow *row;
    uint64_t calls, rejected, failed; /* executed; refused before; executed, with an error */
    SimSpan total;
    uint64_t buckets[CALL_BUCKETS];
} CallStat;

typedef ARRAY_OF(CallStat) CallStats; /* in the order in which commands first came */

typedef struct Request Request;

void callstats_called(Request *request, SimSpan duration, bool failed);
void callstats_rejected(Request *request);
void callstats_append(const CallStats *stats, Text *out); /* lines of INFO commandstats */

#endif
