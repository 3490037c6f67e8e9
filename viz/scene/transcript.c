/* transcript.c -- see transcript.h.
 *
 * Calls overlap: a script may ask while a client of its waits. Each reply is shown under its
 * question, so that the transcript reads as one terminal. */
#include "viz/scene/transcript.h"

#include "viz/scene/dock.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define KEPT_BYTES  400u  /* of a reply in the trace (sim/world/calls.c) */
#define PENDING_MAX 4096u /* replies read whose questions come further up */

typedef struct Pending {
    uint32_t call;
    uint64_t seq;
} Pending;

typedef struct Builder {
    Transcript *transcript;
    const Model *model;
    const UiState *ui;
    uint32_t columns;
    ARRAY_OF(TranscriptRow) block; /* of one call, in reading order */
    ARRAY_OF(Pending) pending;
} Builder;

void transcript_address(const Model *model, HostId host, Text *out)
{
    const TraceState *state = &model->state;
    AddrId addr = host < state->hosts.count ? state->hosts.items[host].addr : ADDR_NONE;
    if (addr == ADDR_NONE || addr >= state->addrs.count) return;
    const AddrState *row = &state->addrs.items[addr];
    text_append(out, "%u.%u.%u.%u:%u", row->ip >> 24, row->ip >> 16 & 255, row->ip >> 8 & 255,
                row->ip & 255, row->port);
}

uint32_t transcript_wrap(const char *chars, uint32_t size, uint32_t columns)
{
    uint32_t at = 0, count = 0;
    for (; at < size; at++) {
        bool is_start = ((unsigned char)chars[at] & 0xC0) != 0x80;
        if (is_start && ++count > columns) break;
    }
    return at > 0 ? at : size;
}

/* --- rows --- */

/* One line, wrapped into as many rows as it needs. Bytes that no terminal shows become dots. */
static void add_line(Builder *builder, RowInk ink, SimTime time, uint32_t prompt, const char *chars,
                     uint32_t size)
{
    Text *text = &builder->transcript->chars;
    uint32_t at = 0;
    do {
        uint32_t part = transcript_wrap(chars + at, size - at, builder->columns);
        TranscriptRow row = {.first = text->size, .size = part, .ink = ink, .time = time};
        row.prompt = at == 0 ? prompt : 0;
        for (uint32_t i = 0; i < part; i++) {
            char c = chars[at + i];
            text_append_bytes(text, (unsigned char)c < ' ' || c == 127 ? "." : &c, 1);
        }
        text_append_bytes(text, "", 1); /* rows are NUL-terminated */
        array_push(NULL, &builder->block, row);
        time = SIM_TIME_NEVER;
        at += part;
    } while (at < size);
}

static void add_lines(Builder *builder, RowInk ink, const char *chars, uint32_t size)
{
    uint32_t at = 0, lines = 0;
    while (at < size) {
        const char *end = memchr(chars + at, '\n', size - at);
        uint32_t part = end ? (uint32_t)(end - chars) - at : size - at;
        uint32_t shown = part > 0 && chars[at + part - 1] == '\r' ? part - 1 : part;
        if (lines++ < CONSOLE_REPLY_LINES)
            add_line(builder, ink, SIM_TIME_NEVER, 0, chars + at, shown);
        at += part + 1;
    }
}

static void add_sentence(Builder *builder, RowInk ink, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void add_sentence(Builder *builder, RowInk ink, const char *format, ...)
{
    char line[160];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    add_line(builder, ink, SIM_TIME_NEVER, 0, line, (uint32_t)strlen(line));
}

/* The block becomes the upper end of the transcript, which is kept newest first. */
static void take_block(Builder *builder)
{
    while (builder->block.count > 0)
        array_push(NULL, &builder->transcript->rows, builder->block.items[--builder->block.count]);
}

/* --- replies --- */

/* What a trace has of a reply, as redis-cli would print it. */
static void add_recorded(Builder *builder, TraceText command, TraceText reply)
{
    RespValues values = {0};
    Text line = {0}, text = {0};
    text_append_bytes(&line, command.chars, command.size);
    transcript_read_plain(reply, &values);
    resp_cli_reply(text_chars(&line), &values, &text);
    add_lines(builder, reply.chars[0] == '-' ? ROW_ERROR : ROW_REPLY, text_chars(&text), text.size);
    if (reply.size >= KEPT_BYTES)
        add_sentence(builder, ROW_FAINT, "(a trace keeps %u bytes of a reply)", KEPT_BYTES);
    array_deinit(NULL, &values);
    text_deinit(&line);
    text_deinit(&text);
}

static bool is_text(TraceText text, const char *wanted)
{
    return text.size == strlen(wanted) && memcmp(text.chars, wanted, text.size) == 0;
}

/* A connection that failed leaves a sentence in place of a reply. */
static bool add_failure(Builder *builder, TraceText reply, HostId host)
{
    Text address = {0};
    bool is_refused = is_text(reply, "connection refused");
    if (!is_refused && !is_text(reply, "connection closed")) return false;
    transcript_address(builder->model, host, &address);
    if (is_refused)
        add_sentence(builder, ROW_ERROR, "Could not connect to Redis at %s: Connection refused",
                     text_chars(&address));
    else add_sentence(builder, ROW_ERROR, "Error: Server closed the connection");
    text_deinit(&address);
    return true;
}

static const ConsoleReply *known_reply(const UiState *ui, uint32_t call)
{
    if (!ui->console) return NULL;
    const ConsoleReplies *replies = &ui->console->replies;
    uint32_t low = 0, high = replies->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (replies->items[middle].call < call) low = middle + 1;
        else high = middle;
    }
    bool found = low < replies->count && replies->items[low].call == call;
    return found ? &replies->items[low] : NULL;
}

static void add_reply(Builder *builder, TraceText command, uint64_t seq, const ConsoleReply *known)
{
    TraceRecord record;
    trace_get(builder->model->trace, seq, &record);
    bool is_request = record.type == TRACE_REQUEST_ENDED;
    TraceText reply = is_request ? record.u.REQUEST_ENDED.reply : record.u.CALL_REPLIED.reply;
    HostId host = is_request ? record.u.REQUEST_ENDED.to : record.host;
    if (known && known->end == CONSOLE_END_GIVEN_UP) {
        add_sentence(builder, ROW_FAINT, "^C");
    } else if (known && known->end == CONSOLE_END_SILENT) {
        return;
    } else if (add_failure(builder, reply, host)) {
        return;
    } else if (known && known->is_known) {
        bool is_error = known->text.size > 7 && memcmp(known->text.chars, "(error)", 7) == 0;
        add_lines(builder, is_error ? ROW_ERROR : ROW_REPLY, text_chars(&known->text),
                  known->text.size);
        if (known->more_lines > 0)
            add_sentence(builder, ROW_FAINT, "... and %" PRIu32 " more lines", known->more_lines);
    } else if (reply.size > 0) {
        add_recorded(builder, command, reply);
    }
}

/* --- calls --- */

/* Finds and forgets the reply to a call among those read so far; 0 none. */
static uint64_t take_pending(Builder *builder, uint32_t call)
{
    for (uint32_t i = builder->pending.count; i-- > 0;) {
        if (builder->pending.items[i].call != call) continue;
        uint64_t seq = builder->pending.items[i].seq;
        array_remove(&builder->pending, i);
        return seq;
    }
    return 0;
}

static void add_call(Builder *builder, const TraceRecord *record)
{
    Text line = {0};
    bool is_request = record->type == TRACE_REQUEST_SENT; /* of a client machine */
    uint32_t call = is_request ? record->u.REQUEST_SENT.call : record->u.CALL_SENT.call;
    HostId host = is_request ? record->u.REQUEST_SENT.to : record->host;
    TraceText command = is_request ? record->u.REQUEST_SENT.command : record->u.CALL_SENT.command;
    uint64_t replied = take_pending(builder, call);
    const ConsoleReply *known = known_reply(builder->ui, call);
    if (known && known->end == CONSOLE_END_SENT_AGAIN) return;
    HostId selected = builder->ui->selected;
    if (is_request && selected != record->host)
        text_append(&line, "%s at ", dock_host_name(builder->model, record->host));
    if (selected != host) text_append(&line, "%s ", dock_host_name(builder->model, host));
    transcript_address(builder->model, host, &line);
    text_append(&line, known && known->in_multi ? "(TX)> " : "> ");
    uint32_t prompt = line.size;
    text_append_bytes(&line, command.chars, command.size);
    add_line(builder, ROW_PROMPT, record->time, prompt, text_chars(&line), line.size);
    if (replied) add_reply(builder, command, replied, known);
    text_deinit(&line);
    take_block(builder);
}

static void add_entry(Builder *builder, const IndexEntry *entry)
{
    TraceRecord record;
    trace_get(builder->model->trace, entry->seq, &record);
    if (record.type == TRACE_CALL_SENT || record.type == TRACE_REQUEST_SENT) {
        add_call(builder, &record);
    } else if (record.type == TRACE_CALL_REPLIED || record.type == TRACE_REQUEST_ENDED) {
        bool is_request = record.type == TRACE_REQUEST_ENDED;
        Pending pending = {is_request ? record.u.REQUEST_ENDED.call : record.u.CALL_REPLIED.call,
                           entry->seq};
        if (builder->pending.count == PENDING_MAX) array_remove(&builder->pending, 0);
        array_push(NULL, &builder->pending, pending);
    } else if (record.type == TRACE_COMMAND) {
        TraceText command = record.u.COMMAND.line;
        add_line(builder, ROW_FAINT, record.time, 0, command.chars, command.size);
        take_block(builder);
    }
}

void transcript_build(Transcript *transcript, const Model *model, const UiState *ui,
                      uint32_t columns)
{
    Builder builder = {.transcript = transcript, .model = model, .ui = ui};
    builder.columns = columns > 8 ? columns : 8;
    const RunIndex *index = ui->index;
    uint64_t cleared = ui->console ? ui->console->cleared : 0;
    uint32_t i = index ? run_index_count(&index->calls, model->state.seq) : 0;
    while (i-- > 0 && transcript->rows.count < CONSOLE_ROWS_MAX) {
        const IndexEntry *entry = &index->calls.items[i];
        if (entry->seq <= cleared) break;
        bool fits =
            ui->selected == HOST_NONE || entry->host == ui->selected || entry->to == ui->selected;
        if (fits) add_entry(&builder, entry);
    }
    array_deinit(NULL, &builder.block);
    array_deinit(NULL, &builder.pending);
}

void transcript_deinit(Transcript *transcript)
{
    text_deinit(&transcript->chars);
    array_deinit(NULL, &transcript->rows);
}
