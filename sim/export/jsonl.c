/* jsonl.c -- a trace as JSON lines.
 *
 * Written by hand rather than by cJSON: one pass, no tree, and 64-bit numbers stay exact. The names
 * are those of the definitions passed on the way; a record names nothing that comes later. */
#include "sim/export/jsonl.h"

#include "sim/base/array.h"
#include "sim/base/assert.h"
#include "sim/trace/state.h"

#include <inttypes.h>
#include <string.h>

#define PIECE_SIZE 65536

/* A node is called as trace_node_name says: its host, and "#2" for the second one born there. */
typedef struct NodeName {
    HostId host;
    uint32_t number; /* 1: the first */
} NodeName;

/* Texts are borrowed from the trace. */
typedef struct Names {
    ARRAY_OF(TraceText) hosts;
    ARRAY_OF(uint32_t) births; /* by host: nodes so far */
    ARRAY_OF(NodeName) nodes;
    ARRAY_OF(AddrState) addrs;
    ARRAY_OF(TraceText) slots;
} Names;

typedef struct Writer {
    Text out;
    Names names;
} Writer;

/* --- JSON --- */

static void put(Text *out, const char *chars)
{
    text_append_bytes(out, chars, (uint32_t)strlen(chars));
}

static void put_number(Text *out, uint64_t number)
{
    char digits[20];
    uint32_t at = sizeof(digits);
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    text_append_bytes(out, digits + at, (uint32_t)sizeof(digits) - at);
}

static void put_quoted_number(Text *out, uint64_t number)
{
    put(out, "\"");
    put_number(out, number);
    put(out, "\"");
}

/* How many bytes the UTF-8 character at `at` has; 0 when it is none (RFC 3629: no overlong forms,
 * no surrogates, nothing above U+10FFFF). */
static uint32_t utf8_size(const unsigned char *at, uint32_t left)
{
    static const struct {
        unsigned char first_min, first_max, second_min, second_max;
        uint32_t size;
    } forms[] = {
        {0x00, 0x7F, 0x00, 0x00, 1}, {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
        {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3},
        {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(forms); i++) {
        if (at[0] < forms[i].first_min || at[0] > forms[i].first_max) continue;
        if (left < forms[i].size) return 0;
        if (forms[i].size == 1) return 1;
        if (at[1] < forms[i].second_min || at[1] > forms[i].second_max) return 0;
        for (uint32_t k = 2; k < forms[i].size; k++) {
            if ((at[k] & 0xC0) != 0x80) return 0;
        }
        return forms[i].size;
    }
    return 0;
}

static void put_escape(Text *out, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    char escape[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
    if (c == '"') put(out, "\\\"");
    else if (c == '\\') put(out, "\\\\");
    else if (c == '\n') put(out, "\\n");
    else if (c == '\r') put(out, "\\r");
    else if (c == '\t') put(out, "\\t");
    else text_append_bytes(out, escape, sizeof(escape));
}

static void put_chars(Text *out, TraceText text)
{
    const unsigned char *chars = (const unsigned char *)text.chars;
    uint32_t at = 0, plain = 0; /* plain: where the bytes begin that can be copied as they are */
    while (at < text.size) {
        uint32_t size = utf8_size(chars + at, text.size - at);
        bool copies = size > 1 || (size == 1 && chars[at] >= 32 && chars[at] != '"' &&
                                   chars[at] != '\\' && chars[at] != 127);
        if (copies) {
            at += size;
            continue;
        }
        text_append_bytes(out, chars + plain, at - plain);
        if (size == 0) put(out, "\xEF\xBF\xBD");
        else put_escape(out, chars[at]);
        plain = ++at;
    }
    text_append_bytes(out, chars + plain, at - plain);
}

static void put_text(Text *out, TraceText text)
{
    put(out, "\"");
    if (text.size > 0) put_chars(out, text);
    put(out, "\"");
}

static void put_word(Text *out, const char *word)
{
    put(out, "\"");
    put(out, word);
    put(out, "\"");
}

/* --- names --- */

static void put_host(Writer *writer, HostId host)
{
    if (host < writer->names.hosts.count) put_text(&writer->out, writer->names.hosts.items[host]);
    else put(&writer->out, "null");
}

static void put_node(Writer *writer, NodeId node)
{
    if (node >= writer->names.nodes.count) {
        put(&writer->out, "null");
        return;
    }
    NodeName name = writer->names.nodes.items[node];
    put(&writer->out, "\"");
    put_chars(&writer->out, writer->names.hosts.items[name.host]);
    if (name.number > 1) {
        put(&writer->out, "#");
        put_number(&writer->out, name.number);
    }
    put(&writer->out, "\"");
}

static void put_addr(Writer *writer, AddrId addr)
{
    if (addr == ADDR_NONE || addr >= writer->names.addrs.count) {
        put(&writer->out, "null");
        return;
    }
    const AddrState *row = &writer->names.addrs.items[addr];
    text_append(&writer->out, "\"%u.%u.%u.%u:%u@%u\"", row->ip >> 24, row->ip >> 16 & 255,
                row->ip >> 8 & 255, row->ip & 255, row->port, row->bus_port);
}

static void put_slots(Writer *writer, SlotsId slots)
{
    if (slots < writer->names.slots.count) put_text(&writer->out, writer->names.slots.items[slots]);
    else put(&writer->out, "null");
}

static void put_flags(Text *out, uint16_t flags)
{
    put(out, "\"");
    trace_flags_text(flags, out);
    put(out, "\"");
}

static void learn_node(Names *names, const TraceRecord *record)
{
    SIM_ASSERT(record->host < names->births.count);
    NodeName name = {record->host, ++names->births.items[record->host]};
    array_push(NULL, &names->nodes, name);
}

/* Remembers what the record defines. */
static void learn(Names *names, const TraceRecord *record)
{
    if (record->type == TRACE_ADDR_DEFINED) {
        const TraceADDR_DEFINED *addr = &record->u.ADDR_DEFINED;
        array_push(NULL, &names->addrs, (AddrState){addr->ip, addr->port, addr->bus_port});
    } else if (record->type == TRACE_HOST_ADDED) {
        array_push(NULL, &names->hosts, record->u.HOST_ADDED.name);
        array_push(NULL, &names->births, 0);
    } else if (record->type == TRACE_CLIENT_ADDED) {
        array_push(NULL, &names->hosts, record->u.CLIENT_ADDED.name);
        array_push(NULL, &names->births, 0);
    } else if (record->type == TRACE_NODE_DEFINED) {
        learn_node(names, record);
    } else if (record->type == TRACE_SLOTS_DEFINED) {
        array_push(NULL, &names->slots, record->u.SLOTS_DEFINED.ranges);
    }
}

static void names_init(Names *names)
{
    *names = (Names){.hosts = {0}};
    array_push(NULL, &names->addrs, (AddrState){0});
    array_push(NULL, &names->slots, (TraceText){"", 0});
}

static void names_deinit(Names *names)
{
    array_deinit(NULL, &names->hosts);
    array_deinit(NULL, &names->births);
    array_deinit(NULL, &names->nodes);
    array_deinit(NULL, &names->addrs);
    array_deinit(NULL, &names->slots);
}

/* --- records, generated from the table --- */

/* clang-format off */
#define JSON_ADDR(v) put_addr(writer, v)
#define JSON_HOST(v) put_host(writer, v)
#define JSON_NODE(v) put_node(writer, v)
#define JSON_SLOTS(v) put_slots(writer, v)
#define JSON_BOOL(v) put(out, (v) ? "true" : "false")
#define JSON_U8(v) put_number(out, v)
#define JSON_U16(v) put_number(out, v)
#define JSON_U32(v) put_number(out, v)
#define JSON_U64(v) put_quoted_number(out, v)
#define JSON_EPOCH(v) put_quoted_number(out, v)
#define JSON_FLAGS(v) put_flags(out, v)
#define JSON_TIME(v) put_quoted_number(out, v)
#define JSON_SPAN(v) put_quoted_number(out, v)
#define JSON_TEXT(v) put_text(out, v)
#define JSON_ENUM_EXIT(v) put_word(out, exit_word(v))
#define JSON_ENUM_MSG(v) put_word(out, msg_word(v))
#define JSON_ENUM_LOST(v) put_word(out, lost_word(v))
#define JSON_ENUM_STATE(v) put_word(out, state_word(v))
#define JSON_ENUM_REPL(v) put_word(out, repl_word(v))
#define JSON_ENUM_LINK(v) put_word(out, plink_word(v))
#define JSON_ENUM_CLEAR(v) put_word(out, clear_word(v))
#define JSON_ENUM_ELECT(v) put_word(out, elect_word(v))
#define JSON_ENUM_VOTE(v) put_word(out, vote_word(v))
#define JSON_ENUM_ROLE(v) put_word(out, role_word(v))
#define JSON_ENUM_HANGUP(v) put_word(out, hangup_word(v))
#define JSON_ENUM_WRITE(v) put_word(out, write_word(v))
/* clang-format on */

/* The fields of PEER_ADDED and the like; none of the table's fields is called as one of the head.
 */
static void put_fields(Writer *writer, const TraceRecord *record)
{
    Text *out = &writer->out;
    switch ((TraceType)record->type) {
#define F(kind, name)                                                                              \
    put(out, ",\"" #name "\":");                                                                   \
    JSON_##kind(payload->name);
#define TRACE_EVENT(NAME, level, text, fields)                                                     \
    case TRACE_##NAME: {                                                                           \
        const Trace##NAME *payload = &record->u.NAME;                                              \
        (void)payload;                                                                             \
        fields break;                                                                              \
    }
#include "sim/trace/trace_events.def"
#undef TRACE_EVENT
#undef F
    case TRACE_TYPE_COUNT: SIM_ASSERT(false);
    }
}

static void put_record(Writer *writer, const TraceRecord *record)
{
    Text *out = &writer->out;
    learn(&writer->names, record); /* first, so that a definition can show what it defines */
    put(out, "{\"seq\":");
    put_number(out, record->seq);
    put(out, ",\"time\":");
    put_number(out, record->time);
    put(out, ",\"cause\":");
    put_number(out, record->cause);
    put(out, ",\"host\":");
    put_host(writer, record->host);
    put(out, ",\"type\":");
    put_word(out, trace_type_name((TraceType)record->type));
    put_fields(writer, record);
    put(out, "}\n");
}

static void put_named_text(Text *out, const char *name, const char *chars)
{
    put(out, ",\"");
    put(out, name);
    put(out, "\":");
    put_text(out, trace_text(chars));
}

static void put_header(Writer *writer, const Trace *trace)
{
    const TraceHeader *header = trace_header(trace);
    Text *out = &writer->out;
    put(out, "{\"format\":\"slotscope-trace\",\"version\":1,\"seed\":");
    put_quoted_number(out, header->seed);
    put(out, ",\"level\":");
    put_number(out, header->level);
    put_named_text(out, "profile", header->profile);
    put_named_text(out, "program", header->program);
    put_named_text(out, "scenario", header->scenario);
    put(out, ",\"unix_base_ms\":");
    put_quoted_number(out, header->unix_base_ms);
    put(out, ",\"end\":");
    put_number(out, trace_end(trace));
    put(out, ",\"records\":");
    put_number(out, trace_count(trace));
    put(out, "}\n");
}

static bool flush(Writer *writer, ExportSink *sink, Error *err)
{
    bool taken = sink->write(sink, text_chars(&writer->out), writer->out.size);
    text_clear(&writer->out);
    return taken || error_set(err, "the JSON lines of the trace could not be written");
}

bool export_jsonl(const Trace *trace, ExportSink *sink, Error *err)
{
    Writer writer = {.out = {0}};
    bool ok = true;
    names_init(&writer.names);
    put_header(&writer, trace);
    for (uint64_t seq = 1; seq <= trace_count(trace) && ok; seq++) {
        TraceRecord record;
        trace_get(trace, seq, &record);
        put_record(&writer, &record);
        if (writer.out.size >= PIECE_SIZE) ok = flush(&writer, sink, err);
    }
    if (ok && writer.out.size > 0) ok = flush(&writer, sink, err);
    names_deinit(&writer.names);
    text_deinit(&writer.out);
    return ok;
}
