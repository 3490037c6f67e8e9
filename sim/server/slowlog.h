/* slowlog.h -- what a server remembers of slow commands: SLOWLOG, and LATENCY's samples
 * (redis-server 7.0: slowlog.c, latency.c). Times are service times (cost.h), without the socket's
 * part, as redis-server measures the call alone. */
#ifndef SERVER_SLOWLOG_H
#define SERVER_SLOWLOG_H

#include "sim/base/resp.h"
#include "sim/base/time.h"
#include "sim/store/value.h"

#define SLOW_ARGUMENTS_MAX 32  /* of an entry; the last one says how many more there are */
#define SLOW_CHARS_MAX     128 /* of an argument, then how many bytes more */
#define LATENCY_SAMPLES    160 /* of an event, one a second at the most */

typedef struct SlowEntry {
    uint64_t id;
    uint64_t time_s; /* Unix time of the end */
    uint64_t duration_us;
    ARRAY_OF(Blob) words;
    char peer[24], name[64];
} SlowEntry;

typedef struct LatencySample {
    uint64_t time_s;
    uint32_t latency_ms;
} LatencySample;

typedef enum LatencyEvent { LATENCY_COMMAND, LATENCY_FAST_COMMAND, LATENCY_EVENTS } LatencyEvent;

typedef struct LatencySeries {
    ARRAY_OF(LatencySample) samples; /* oldest first */
    uint32_t latency_ms_max;         /* of all times, until RESET */
} LatencySeries;

/* Part of a Server. */
typedef struct SlowLog {
    ARRAY_OF(SlowEntry) entries; /* oldest first */
    uint64_t next_id;
    LatencySeries series[LATENCY_EVENTS];
} SlowLog;

typedef struct Request Request;

/* A command has been executed; it took so long. */
void slowlog_note(const Request *request, SimSpan duration);
void slowlog_deinit(SlowLog *log, Mem *mem);

#endif
