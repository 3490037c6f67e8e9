/* test_jsonl.c -- the JSON lines of a trace: valid JSON whatever the texts hold, names, exact
 * numbers. */
#include "sim/export/jsonl.h"

#include "tests/unit/trace_random.h"

#include <cjson/cJSON.h>
#include <CUnit/CUnit.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void test_jsonl_suite(void);

typedef struct TextSink {
    ExportSink sink;
    Text text;
    uint32_t pieces, pieces_max; /* refuses more than pieces_max; 0: takes all */
} TextSink;

static bool take(ExportSink *sink, const char *chars, size_t size)
{
    TextSink *self = (TextSink *)sink;
    self->pieces++;
    if (self->pieces_max > 0 && self->pieces > self->pieces_max) return false;
    text_append_bytes(&self->text, chars, (uint32_t)size);
    return true;
}

static Text lines_of(const Trace *trace)
{
    TextSink sink = {.sink = {take}};
    CU_ASSERT_TRUE(export_jsonl(trace, &sink.sink, NULL));
    return sink.text;
}

/* The line that begins at `at`, NUL-terminated in place; the start of the next one is returned. */
static char *cut_line(char *at)
{
    char *end = strchr(at, '\n');
    if (!end) return NULL;
    *end = '\0';
    return end + 1;
}

static bool has_text(const cJSON *object, const char *name, const char *want)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    bool same = cJSON_IsString(item) && strcmp(item->valuestring, want) == 0;
    if (!same) fprintf(stderr, "%s is not %s\n", name, want);
    return same;
}

static bool has_number(const cJSON *object, const char *name, double want)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsNumber(item) && item->valuedouble >= want && item->valuedouble <= want;
}

/* Random traces hold texts of random bytes: control characters, quotes, broken UTF-8. */
static void every_line_is_valid_json(void)
{
    Trace *trace = trace_random_make(9, 4000, 0);
    Text text = lines_of(trace);
    uint64_t count = 0;
    for (char *line = text.chars; *line != '\0'; count++) {
        char *next = cut_line(line);
        CU_ASSERT_PTR_NOT_NULL_FATAL(next);
        cJSON *object = cJSON_Parse(line);
        if (!object) fprintf(stderr, "%s\n", line);
        CU_ASSERT_PTR_NOT_NULL_FATAL(object);
        if (count > 0) {
            TraceRecord record;
            trace_get(trace, count, &record);
            CU_ASSERT_TRUE(has_number(object, "seq", (double)count));
            CU_ASSERT_TRUE(has_number(object, "time", (double)record.time));
            CU_ASSERT_TRUE(has_number(object, "cause", (double)record.cause));
            CU_ASSERT_TRUE(has_text(object, "type", trace_type_name((TraceType)record.type)));
        }
        cJSON_Delete(object);
        line = next;
    }
    CU_ASSERT_EQUAL(count, 4001);
    text_deinit(&text);
    trace_destroy(trace);
}

static void append(Trace *trace, HostId host, TraceRecord record)
{
    record.host = host;
    record.time = 12460000000;
    trace_append(trace, &record);
}

static const char hex_id[] = "0123456789abcdef0123456789abcdef01234567";

/* Two hosts; a second node is born on the first. */
static Trace *small_trace(void)
{
    Trace *trace =
        trace_create(NULL, &(TraceHeader){.seed = UINT64_MAX, .level = 1, .profile = "redis-7.0"});
    append(trace, HOST_NONE,
           (TraceRecord){
               .type = TRACE_ADDR_DEFINED,
               .u.ADDR_DEFINED = {.addr = 1, .ip = 0x0A000001, .port = 6379, .bus_port = 16379}});
    append(trace, 0,
           (TraceRecord){.type = TRACE_HOST_ADDED,
                         .u.HOST_ADDED = {.name = trace_text("n1"), .addr = 1}});
    append(trace, 1,
           (TraceRecord){.type = TRACE_HOST_ADDED,
                         .u.HOST_ADDED = {.name = trace_text("n2"), .addr = 1}});
    for (NodeId node = 0; node < 3; node++) {
        append(trace, node == 2 ? 0 : node,
               (TraceRecord){.type = TRACE_NODE_DEFINED,
                             .u.NODE_DEFINED = {.node = node, .id = trace_text(hex_id)}});
    }
    append(trace, HOST_NONE,
           (TraceRecord){.type = TRACE_SLOTS_DEFINED,
                         .u.SLOTS_DEFINED = {.slots = 1, .ranges = trace_text("0-99 500")}});
    return trace;
}

static void names_stand_for_numbers(void)
{
    static const struct {
        TraceRecord record;
        const char *want; /* the line from "host" on */
    } rows[] = {
        {{.type = TRACE_SUSPECTED, .cause = 3, .u.SUSPECTED = {.peer = 1, .silence = UINT64_MAX}},
         "\"cause\":3,\"host\":\"n1\",\"type\":\"SUSPECTED\",\"peer\":\"n2\",\"silence\":"
         "\"18446744073709551615\"}"},
        {{.type = TRACE_PEER_ADDED, .u.PEER_ADDED = {.peer = 2, .addr = 1, .flags = 5}},
         "\"type\":\"PEER_ADDED\",\"peer\":\"n1#2\",\"addr\":\"10.0.0.1:6379@16379\",\"flags\":"
         "\"primary,pfail\"}"},
        {{.type = TRACE_PEER_SLOTS, .u.PEER_SLOTS = {.peer = NODE_NONE, .slots = 1}},
         "\"type\":\"PEER_SLOTS\",\"peer\":null,\"slots\":\"0-99 500\"}"},
        {{.type = TRACE_VOTE_REFUSED,
          .u.VOTE_REFUSED = {.candidate = 0, .epoch = 6, .reason = VOTE_TOO_SOON}},
         "\"candidate\":\"n1\",\"epoch\":\"6\",\"reason\":\"voted about this primary less than 2T "
         "ago\"}"},
        {{.type = TRACE_PEER_UP, .u.PEER_UP = {.peer = 1, .up = true}},
         "\"peer\":\"n2\",\"up\":true}"},
        {{.type = TRACE_MSG_SENT,
          .u.MSG_SENT = {.msg = 7, .to = 1, .kind = MSG_AUTH_REQUEST, .bytes = 2256}},
         "\"msg\":\"7\",\"to\":\"n2\",\"kind\":\"AUTH_REQUEST\",\"rare\":false,\"bytes\":2256,"
         "\"epoch\":\"0\",\"due\":\"0\"}"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Trace *trace = small_trace();
        append(trace, 0, rows[i].record);
        Text text = lines_of(trace);
        CU_ASSERT_PTR_NOT_NULL(strstr(text.chars,
                                      "{\"format\":\"slotscope-trace\",\"version\":1,"
                                      "\"seed\":\"18446744073709551615\",\"level\":1,"));
        bool found = strstr(text.chars, rows[i].want) != NULL;
        if (!found) fprintf(stderr, "not found: %s in\n%s", rows[i].want, text.chars);
        CU_ASSERT_TRUE(found);
        text_deinit(&text);
        trace_destroy(trace);
    }
}

static void texts_are_escaped(void)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"plain", "\"plain\""},
        {"say \"x\" \\ y", "\"say \\\"x\\\" \\\\ y\""},
        {"two\nlines\tand\x01", "\"two\\nlines\\tand\\u0001\""},
        {"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\""},
        {"lone \x80", "\"lone \xEF\xBF\xBD\""},
        {"overlong \xC0\xAF", "\"overlong \xEF\xBF\xBD\xEF\xBF\xBD\""},
        {"surrogate \xED\xA0\x80", "\"surrogate \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
        {"cut short \xE2\x82", "\"cut short \xEF\xBF\xBD\xEF\xBF\xBD\""},
        {"", "\"\""},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Trace *trace = small_trace();
        append(trace, HOST_NONE,
               (TraceRecord){.type = TRACE_SAY, .u.SAY = {.text = trace_text(rows[i].text)}});
        Text text = lines_of(trace), want = {0};
        text_append(&want, "\"host\":null,\"type\":\"SAY\",\"text\":%s}", rows[i].want);
        CU_ASSERT_PTR_NOT_NULL(strstr(text.chars, want.chars));
        text_deinit(&want);
        text_deinit(&text);
        trace_destroy(trace);
    }
}

static void a_sink_that_is_full_ends_the_export(void)
{
    Trace *trace = trace_random_make(2, 5000, 0);
    TextSink sink = {.sink = {take}, .pieces_max = 2};
    Error err = {{0}};
    CU_ASSERT_FALSE(export_jsonl(trace, &sink.sink, &err));
    CU_ASSERT_EQUAL(sink.pieces, 3);
    CU_ASSERT_TRUE(err.text[0] != '\0');
    text_deinit(&sink.text);
    trace_destroy(trace);
}

void test_jsonl_suite(void)
{
    CU_pSuite suite = CU_add_suite("export: JSON lines", NULL, NULL);
    CU_add_test(suite, "every line is valid JSON", every_line_is_valid_json);
    CU_add_test(suite, "names stand for numbers", names_stand_for_numbers);
    CU_add_test(suite, "texts are escaped", texts_are_escaped);
    CU_add_test(suite, "a sink that is full ends the export", a_sink_that_is_full_ends_the_export);
}
