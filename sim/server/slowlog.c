/* slowlog.c -- SLOWLOG and LATENCY: the slow commands of a server (slowlog.h). */
#include "sim/server/slowlog.h"

#include "sim/base/assert.h"
#include "sim/server/server_inside.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const EVENT_NAMES[] = {"command", "fast-command"};

/* --- noting --- */

static void free_entry(SlowEntry *entry, Mem *mem)
{
    for (uint32_t i = 0; i < entry->words.count; i++) blob_free(mem, &entry->words.items[i]);
    array_deinit(mem, &entry->words);
}

static void push_text(SlowEntry *entry, const Text *text, Mem *mem)
{
    array_push(mem, &entry->words, blob_copy(mem, (Slice){text_chars(text), text->size}));
}

/* The words, cut in number and in length. */
static void copy_words(SlowEntry *entry, const Slice *argv, uint32_t argc, Mem *mem)
{
    uint32_t whole = argc > SLOW_ARGUMENTS_MAX ? SLOW_ARGUMENTS_MAX - 1 : argc;
    for (uint32_t i = 0; i < whole; i++) {
        Text text = {.mem = mem};
        uint32_t size = argv[i].size > SLOW_CHARS_MAX ? SLOW_CHARS_MAX : argv[i].size;
        text_append_bytes(&text, size ? argv[i].chars : "", size);
        if (size < argv[i].size)
            text_append(&text, "... (%" PRIu32 " more bytes)", argv[i].size - size);
        push_text(entry, &text, mem);
        text_deinit(&text);
    }
    if (whole == argc) return;
    Text rest = {.mem = mem};
    text_append(&rest, "... (%" PRIu32 " more arguments)", argc - whole);
    push_text(entry, &rest, mem);
    text_deinit(&rest);
}

static void add_entry(const Request *request, uint64_t duration_us)
{
    SlowLog *log = &request->server->slowlog;
    const Client *client = request->client;
    uint64_t end_ms = request->now_ms + duration_us / 1000;
    SlowEntry entry = {.id = log->next_id++, .time_s = end_ms / 1000, .duration_us = duration_us};
    copy_words(&entry, request->argv, request->argc, request->server->mem);
    snprintf(entry.peer, sizeof(entry.peer), "%u.%u.%u.%u:%u", client->addr.ip >> 24,
             (client->addr.ip >> 16) & 255, (client->addr.ip >> 8) & 255, client->addr.ip & 255,
             client->addr.port);
    snprintf(entry.name, sizeof(entry.name), "%s", client->name);
    array_push(request->server->mem, &log->entries, entry);
}

static void trim(SlowLog *log, uint32_t count, Mem *mem)
{
    while (log->entries.count > count) {
        free_entry(&log->entries.items[0], mem);
        array_remove(&log->entries, 0);
    }
}

/* latencyAddSample: one sample a second, its worst. */
static void add_sample(LatencySeries *series, uint64_t time_s, uint32_t latency_ms, Mem *mem)
{
    uint32_t count = series->samples.count;
    if (latency_ms > series->latency_ms_max) series->latency_ms_max = latency_ms;
    if (count > 0 && series->samples.items[count - 1].time_s == time_s) {
        LatencySample *last = &series->samples.items[count - 1];
        if (latency_ms > last->latency_ms) last->latency_ms = latency_ms;
        return;
    }
    if (count == LATENCY_SAMPLES) array_remove(&series->samples, 0);
    array_push(mem, &series->samples, (LatencySample){time_s, latency_ms});
}

void slowlog_note(const Request *request, SimSpan duration)
{
    Server *server = request->server;
    const NodeConfig *cfg = &server->parts.node->cfg;
    uint64_t duration_us = duration / SIM_US, duration_ms = duration / SIM_MS;
    bool fast = request->row->flags & CF_FAST;
    if (cfg->latency_threshold_ms > 0 && duration_ms >= cfg->latency_threshold_ms) {
        add_sample(&server->slowlog.series[fast ? LATENCY_FAST_COMMAND : LATENCY_COMMAND],
                   (request->now_ms + duration_ms) / 1000, (uint32_t)duration_ms, server->mem);
    }
    bool skips = request->row->flags & CF_SKIP_SLOWLOG; /* EXEC: its commands are logged */
    if (!skips && duration_us >= cfg->slowlog_slower_than_us) add_entry(request, duration_us);
    trim(&server->slowlog, cfg->slowlog_max_len, server->mem);
}

void slowlog_deinit(SlowLog *log, Mem *mem)
{
    trim(log, 0, mem);
    array_deinit(mem, &log->entries);
    for (uint32_t i = 0; i < LATENCY_EVENTS; i++) array_deinit(mem, &log->series[i].samples);
}

/* --- SLOWLOG --- */

static void reply_entry(Reply *reply, const SlowEntry *entry)
{
    reply_array(reply, 6);
    reply_integer(reply, (int64_t)entry->id);
    reply_integer(reply, (int64_t)entry->time_s);
    reply_integer(reply, (int64_t)entry->duration_us);
    reply_array(reply, entry->words.count);
    for (uint32_t i = 0; i < entry->words.count; i++)
        reply_bulk(reply, blob_slice(entry->words.items[i]));
    reply_bulk_text(reply, entry->peer);
    reply_bulk_text(reply, entry->name);
}

/* SLOWLOG GET [count]: the newest first; 10 of them, -1 all. */
static void slowlog_get(Request *request)
{
    int64_t wanted = 10;
    Reply *reply = &request->client->reply;
    const SlowLog *log = &request->server->slowlog;
    if (request->argc > 3) {
        reply_wrong_form(request);
        return;
    }
    if ((request->argc == 3 && !slice_integer(request->argv[2], &wanted)) || wanted < -1) {
        reply_error(reply, "ERR count should be greater than or equal to -1");
        return;
    }
    uint32_t count = log->entries.count;
    if (wanted >= 0 && wanted < count) count = (uint32_t)wanted;
    reply_array(reply, count);
    for (uint32_t i = 0; i < count; i++)
        reply_entry(reply, &log->entries.items[log->entries.count - 1 - i]);
}

static void slowlog_len(Request *request)
{
    reply_integer(&request->client->reply, request->server->slowlog.entries.count);
}

static void slowlog_reset(Request *request)
{
    trim(&request->server->slowlog, 0, request->server->mem);
    reply_status(&request->client->reply, "OK");
}

/* --- LATENCY --- */

static void latency_latest(Request *request)
{
    Reply *reply = &request->client->reply;
    uint32_t mark = reply_mark(reply), count = 0;
    for (uint32_t i = 0; i < LATENCY_EVENTS; i++) {
        const LatencySeries *series = &request->server->slowlog.series[i];
        if (series->samples.count == 0) continue;
        const LatencySample *last = &series->samples.items[series->samples.count - 1];
        reply_array(reply, 4);
        reply_bulk_text(reply, EVENT_NAMES[i]);
        reply_integer(reply, (int64_t)last->time_s);
        reply_integer(reply, last->latency_ms);
        reply_integer(reply, series->latency_ms_max);
        count++;
    }
    reply_array_at(reply, mark, count);
}

static LatencySeries *find_series(const Request *request, Slice name)
{
    for (uint32_t i = 0; i < LATENCY_EVENTS; i++) {
        if (slice_equal(name, slice_of(EVENT_NAMES[i]))) return &request->server->slowlog.series[i];
    }
    return NULL;
}

static void latency_history(Request *request)
{
    Reply *reply = &request->client->reply;
    const LatencySeries *series = find_series(request, request->argv[2]);
    uint32_t count = series ? series->samples.count : 0;
    reply_array(reply, count);
    for (uint32_t i = 0; i < count; i++) {
        reply_array(reply, 2);
        reply_integer(reply, (int64_t)series->samples.items[i].time_s);
        reply_integer(reply, series->samples.items[i].latency_ms);
    }
}

/* LATENCY RESET [event...]: how many had samples. */
static void latency_reset(Request *request)
{
    int64_t resets = 0;
    for (uint32_t i = 0; i < LATENCY_EVENTS; i++) {
        LatencySeries *series = &request->server->slowlog.series[i];
        bool wanted = request->argc == 2;
        for (uint32_t w = 2; w < request->argc; w++)
            wanted |= slice_equal(request->argv[w], slice_of(EVENT_NAMES[i]));
        if (!wanted || series->samples.count == 0) continue;
        array_clear(&series->samples);
        series->latency_ms_max = 0;
        resets++;
    }
    reply_integer(&request->client->reply, resets);
}

/* Simplified: the figures alone, in our words; redis-server adds advice. */
static void latency_doctor(Request *request)
{
    Text out = {.mem = request->server->mem};
    bool off = request->server->parts.node->cfg.latency_threshold_ms == 0;
    if (off) text_append(&out, "Nothing is watched: latency-monitor-threshold is 0.\n");
    for (uint32_t i = 0; i < LATENCY_EVENTS; i++) {
        const LatencySeries *series = &request->server->slowlog.series[i];
        uint64_t sum = 0;
        for (uint32_t s = 0; s < series->samples.count; s++)
            sum += series->samples.items[s].latency_ms;
        if (series->samples.count == 0) continue;
        text_append(&out,
                    "%s: %" PRIu32 " latency spikes (average %" PRIu64 " ms), worst %" PRIu32
                    " ms.\n",
                    EVENT_NAMES[i], series->samples.count, sum / series->samples.count,
                    series->latency_ms_max);
    }
    if (!off && out.size == 0) text_append(&out, "No latency spike has been seen.\n");
    reply_verbatim(&request->client->reply, "txt", (Slice){text_chars(&out), out.size});
    text_deinit(&out);
}

/* Simplified: no picture of the samples. */
static void latency_graph(Request *request)
{
    const LatencySeries *series = find_series(request, request->argv[2]);
    Slice name = request->argv[2];
    if (series && series->samples.count > 0) {
        reply_not_modelled(request);
    } else {
        reply_error(&request->client->reply, "ERR No samples available for event '%.*s'",
                    (int)name.size, name.chars);
    }
}

const ServerBinding slowlog_bindings[] = {
    {"latency|doctor", latency_doctor},
    {"latency|graph", latency_graph},
    {"latency|help", help_reply},
    {"latency|history", latency_history},
    {"latency|latest", latency_latest},
    {"latency|reset", latency_reset},
    {"slowlog|get", slowlog_get},
    {"slowlog|help", help_reply},
    {"slowlog|len", slowlog_len},
    {"slowlog|reset", slowlog_reset},
    {NULL, NULL},
};
