/* callstats.c -- counts and durations of commands (callstats.h). */
#include "sim/server/callstats.h"

#include "sim/server/server_inside.h"

#include <inttypes.h>

static CallStat *find(const CallStats *stats, const CommandRow *row)
{
    for (uint32_t i = 0; i < stats->count; i++) {
        if (stats->items[i].row == row) return &stats->items[i];
    }
    return NULL;
}

static CallStat *need(Request *request)
{
    CallStats *stats = &request->server->callstats;
    CallStat *stat = find(stats, request->row);
    if (stat) return stat;
    array_push(request->server->mem, stats, (CallStat){.row = request->row});
    return &stats->items[stats->count - 1];
}

/* The longest duration of a bucket: 1024 ns, twice that, ..., with the width of the steps in which
 * redis-server's histogram counts (two significant digits). */
static SimSpan bucket_end(uint32_t bucket)
{
    SimSpan start = (SimSpan)1024 << bucket;
    return start + start / 128 - 1;
}

void callstats_called(Request *request, SimSpan duration, bool failed)
{
    CallStat *stat = need(request);
    uint32_t bucket = 0;
    while (bucket + 1 < CALL_BUCKETS && bucket_end(bucket) < duration) bucket++;
    stat->calls++;
    stat->total += duration;
    stat->failed += failed;
    stat->buckets[bucket]++;
}

void callstats_rejected(Request *request)
{
    if (request->row) need(request)->rejected++;
}

void callstats_append(const CallStats *stats, Text *out)
{
    for (uint32_t i = 0; i < stats->count; i++) {
        const CallStat *stat = &stats->items[i];
        uint64_t us = stat->total / SIM_US;
        uint64_t hundredths = stat->calls ? us * 100 / stat->calls : 0; /* rounded down */
        text_append(out,
                    "cmdstat_%s:calls=%" PRIu64 ",usec=%" PRIu64 ",usec_per_call=%" PRIu64
                    ".%02" PRIu64 ",rejected_calls=%" PRIu64 ",failed_calls=%" PRIu64 "\r\n",
                    stat->row->name, stat->calls, us, hundredths / 100, hundredths % 100,
                    stat->rejected, stat->failed);
    }
}

/* --- LATENCY HISTOGRAM [command...] --- */

static void reply_histogram(Reply *reply, const CallStat *stat)
{
    uint64_t seen = 0;
    uint32_t pairs = 0;
    reply_bulk_text(reply, stat->row->name);
    reply_map(reply, 2);
    reply_bulk_text(reply, "calls");
    reply_integer(reply, (int64_t)stat->calls);
    reply_bulk_text(reply, "histogram_usec");
    uint32_t mark = reply_mark(reply);
    for (uint32_t i = 0; i < CALL_BUCKETS; i++) {
        if (stat->buckets[i] == 0) continue;
        seen += stat->buckets[i];
        reply_integer(reply, (int64_t)(bucket_end(i) / SIM_US));
        reply_integer(reply, (int64_t)seen);
        pairs++;
    }
    reply_map_at(reply, mark, pairs);
}

static bool is_wanted(const Request *request, const CommandRow *row)
{
    for (uint32_t i = 2; i < request->argc; i++) {
        if (slice_is(request->argv[i], row->name)) return true;
    }
    return request->argc == 2;
}

static void latency_histogram(Request *request)
{
    Reply *reply = &request->client->reply;
    const CallStats *stats = &request->server->callstats;
    uint32_t mark = reply_mark(reply), count = 0;
    for (uint32_t i = 0; i < stats->count; i++) {
        if (stats->items[i].calls == 0 || !is_wanted(request, stats->items[i].row)) continue;
        reply_histogram(reply, &stats->items[i]);
        count++;
    }
    reply_map_at(reply, mark, count);
}

const ServerBinding callstats_bindings[] = {{"latency|histogram", latency_histogram}, {NULL, NULL}};
