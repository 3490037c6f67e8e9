/* persist_cmd.c -- SAVE, BGSAVE, BGREWRITEAOF, LASTSAVE, and the section Persistence of INFO
 * (persist.h; redis-server 7.0: rdb.c, aof.c, server.c). */
#include "sim/base/assert.h"
#include "sim/server/persist.h"
#include "sim/server/server_inside.h"

#include <inttypes.h>

static void do_save(Request *request)
{
    Server *server = request->server;
    if (server->persist.child.kind == CHILD_RDB) {
        reply_error(&request->client->reply, "ERR Background save already in progress");
        return;
    }
    server->persist.saves++;
    server->extra_cost += persist_save(server, request->env);
    reply_status(&request->client->reply, "OK");
}

static void do_bgsave(Request *request)
{
    Server *server = request->server;
    Persist *persist = &server->persist;
    Reply *reply = &request->client->reply;
    bool schedule = request->argc == 2 && slice_is(request->argv[1], "schedule");
    bool in_exec = request->client->in_multi;
    if (request->argc > 1 && !schedule) {
        reply_error(reply, "ERR syntax error");
    } else if (persist->child.kind == CHILD_RDB) {
        reply_error(reply, "ERR Background save already in progress");
    } else if (persist->child.kind == CHILD_NONE && !in_exec) {
        persist_start_save(server, request->env);
        reply_status(reply, "Background saving started");
    } else if (schedule || in_exec) {
        persist->save_scheduled = true;
        reply_status(reply, "Background saving scheduled");
    } else {
        reply_error(reply, "ERR Another child process is active (AOF?): can't BGSAVE right now. "
                           "Use BGSAVE SCHEDULE in order to schedule a BGSAVE whenever possible.");
    }
}

static void do_bgrewriteaof(Request *request)
{
    Server *server = request->server;
    Persist *persist = &server->persist;
    Reply *reply = &request->client->reply;
    if (persist->child.kind == CHILD_AOF) {
        reply_error(reply, "ERR Background append only file rewriting already in progress");
    } else if (persist->child.kind != CHILD_NONE || request->client->in_multi) {
        persist->rewrite_scheduled = true;
        reply_status(reply, "Background append only file rewriting scheduled");
    } else {
        persist_start_rewrite(server, request->env);
        reply_status(reply, "Background append only file rewriting started");
    }
}

static void do_lastsave(Request *request)
{
    uint64_t seconds = request->server->persist.last_save_ms / 1000;
    reply_integer(&request->client->reply, (int64_t)seconds);
}

const ServerBinding persist_bindings[] = {
    {"bgrewriteaof", do_bgrewriteaof},
    {"bgsave", do_bgsave},
    {"lastsave", do_lastsave},
    {"save", do_save},
    {NULL, NULL},
};

/* --- INFO persistence, fields in the order of 7.0; what a simulation has no use for is left out:
 * copy-on-write sizes and the progress of children --- */

/* Seconds that a child of this kind has run, -1 when there is none. */
static int64_t running_s(const Persist *persist, ChildKind kind, uint64_t now_ms)
{
    if (persist->child.kind != kind) return -1;
    return (int64_t)(now_ms / 1000 - persist->child.started_ms / 1000);
}

static void append_rdb(const Persist *persist, uint64_t now_ms, Text *out)
{
    text_append(out,
                "rdb_changes_since_last_save:%" PRIu64 "\r\nrdb_bgsave_in_progress:%d\r\n"
                "rdb_last_save_time:%" PRIu64 "\r\nrdb_last_bgsave_status:ok\r\n"
                "rdb_last_bgsave_time_sec:%" PRId64 "\r\nrdb_current_bgsave_time_sec:%" PRId64
                "\r\nrdb_saves:%" PRIu64 "\r\n",
                persist->dirty, persist->child.kind == CHILD_RDB, persist->last_save_ms / 1000,
                persist->last_save_s, running_s(persist, CHILD_RDB, now_ms), persist->saves);
    text_append(
        out, "rdb_last_load_keys_expired:%" PRIu64 "\r\nrdb_last_load_keys_loaded:%" PRIu64 "\r\n",
        persist->keys_expired, persist->keys_loaded);
}

static void append_aof(const Persist *persist, uint64_t now_ms, Text *out)
{
    text_append(out,
                "aof_enabled:%d\r\naof_rewrite_in_progress:%d\r\naof_rewrite_scheduled:%d\r\n"
                "aof_last_rewrite_time_sec:%" PRId64 "\r\naof_current_rewrite_time_sec:%" PRId64
                "\r\naof_last_bgrewrite_status:ok\r\naof_rewrites:%" PRIu64
                "\r\naof_rewrites_consecutive_failures:0\r\naof_last_write_status:ok\r\n",
                persist->aof != AOF_OFF, persist->child.kind == CHILD_AOF,
                persist->rewrite_scheduled, persist->last_rewrite_s,
                running_s(persist, CHILD_AOF, now_ms), persist->rewrites);
}

static void append_aof_sizes(const Server *server, Text *out)
{
    const Persist *persist = &server->persist;
    text_append(out,
                "aof_current_size:%" PRIu64 "\r\naof_base_size:%" PRIu64
                "\r\naof_pending_rewrite:%d\r\naof_buffer_length:%" PRIu32
                "\r\naof_pending_bio_fsync:%d\r\naof_delayed_fsync:%" PRIu64 "\r\n",
                disk_aof_size(&server->parts.disk->aof), persist->base_size,
                persist->rewrite_scheduled, persist->buffer.size, persist->fsync_done > 0,
                persist->delayed_fsyncs);
}

static void append_loading(const Server *server, SimTime now, Text *out)
{
    const Persist *persist = &server->persist;
    SimSpan spent = now - persist->load_begin;
    SimSpan span = persist->load_span ? persist->load_span : 1;
    uint64_t loaded = persist->load_bytes * (spent / SIM_US) / (span / SIM_US + 1);
    uint64_t hundredths = spent * 10000 / span, left_s = (span - spent) / SIM_SEC;
    text_append(
        out,
        "loading_start_time:%" PRIu64 "\r\nloading_total_bytes:%" PRIu64
        "\r\nloading_rdb_used_mem:0\r\nloading_loaded_bytes:%" PRIu64
        "\r\nloading_loaded_perc:%" PRIu64 ".%02" PRIu64 "\r\nloading_eta_seconds:%" PRIu64 "\r\n",
        server_unix_ms(server->parts.unix_base_ms, persist->load_begin) / 1000, persist->load_bytes,
        loaded, hundredths / 100, hundredths % 100, left_s ? left_s : 1);
}

void persist_info(const Server *server, uint64_t now_ms, SimTime now, Text *out)
{
    const Persist *persist = &server->persist;
    text_append(out, "# Persistence\r\nloading:%d\r\nasync_loading:0\r\n", persist->is_loading);
    append_rdb(persist, now_ms, out);
    append_aof(persist, now_ms, out);
    if (persist->aof != AOF_OFF) append_aof_sizes(server, out);
    if (persist->is_loading) append_loading(server, now, out);
}
