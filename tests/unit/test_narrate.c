/* test_narrate.c -- how a trace is told: gathering, wrapping, colour, and no dependence on pieces.
 */
#include "sim/cli/narrate.h"

#include "sim/cli/phrase.h"

#include <CUnit/CUnit.h>

#include <stdio.h>
#include <string.h>

void test_narrate_suite(void);

static void append(Trace *trace, SimTime time, HostId host, TraceRecord record)
{
    record.time = time;
    record.host = host;
    trace_append(trace, &record);
}

/* A trace of `count` hosts n1.., all started, who all know each other as primaries. */
static Trace *trace_of_hosts(uint32_t count)
{
    TraceHeader header = {.seed = 1, .level = 1};
    Trace *trace = trace_create(NULL, &header);
    for (uint32_t i = 0; i < count; i++) {
        char name[24], id[NODE_ID_SIZE + 1];
        HostId host = (HostId)i;
        AddrId addr = i + 1;
        snprintf(name, sizeof(name), "n%u", i + 1);
        snprintf(id, sizeof(id), "%040x", i + 1);
        append(trace, 0, HOST_NONE,
               (TraceRecord){.type = TRACE_ADDR_DEFINED,
                             .u.ADDR_DEFINED = {addr, 0x0A000001 + i, 6379, 16379, 0}});
        append(trace, 0, host,
               (TraceRecord){.type = TRACE_HOST_ADDED,
                             .u.HOST_ADDED = {trace_text(name), trace_text(""), addr, 5000, 0}});
        append(trace, 0, host,
               (TraceRecord){.type = TRACE_NODE_DEFINED,
                             .u.NODE_DEFINED = {(NodeId)i, trace_text(id), 0}});
        append(trace, 0, host,
               (TraceRecord){.type = TRACE_PROCESS_STARTED,
                             .u.PROCESS_STARTED = {(NodeId)i, true, 0}});
    }
    for (uint32_t i = 0; i < count * count; i++) {
        append(
            trace, SIM_MS, (HostId)(i / count),
            (TraceRecord){.type = TRACE_PEER_ADDED,
                          .u.PEER_ADDED = {(NodeId)(i % count), i % count + 1, FLAG_PRIMARY, 0}});
    }
    return trace;
}

static void suspect(Trace *trace, SimTime time, HostId who, NodeId peer)
{
    append(trace, time, who,
           (TraceRecord){.type = TRACE_SUSPECTED, .u.SUSPECTED = {peer, 5 * SIM_SEC, 0}});
}

/* The last lines of what is told: from where `from` stands. */
static const char *told(const Trace *trace, Printer *printer, const char *from)
{
    Narrator *narrator = narrator_create(trace, printer);
    narrator_finish(narrator);
    narrator_destroy(narrator);
    const char *found = strstr(text_chars(&printer->out), from);
    return found ? found : text_chars(&printer->out);
}

static void expect_told(Trace *trace, const char *want)
{
    Printer printer = {.width = PRINTER_WIDTH};
    const char *got = told(trace, &printer, "    10.");
    if (strcmp(got, want) != 0) printf("\n    got:\n%s    want:\n%s", got, want);
    CU_ASSERT_STRING_EQUAL(got, want);
    text_deinit(&printer.out);
    trace_destroy(trace);
}

static void same_event_at_several_hosts_is_one_line(void)
{
    Trace *trace = trace_of_hosts(6);
    suspect(trace, 10 * SIM_SEC, 3, 0);
    suspect(trace, 10 * SIM_SEC + 300 * SIM_MS, 1, 0);
    suspect(trace, 10 * SIM_SEC + 400 * SIM_MS, 2, 0);
    suspect(trace, 12 * SIM_SEC, 5, 0);

    expect_told(trace, "    10.000  n2-n4 suspect n1 (PFAIL): no answer for 5 s\n"
                       "    12.000  n6 suspects n1 (PFAIL): no answer for 5 s\n");
}

/* Two sides that suspect each other: nobody suspects itself in what is told. */
static void factions_stay_apart(void)
{
    Trace *trace = trace_of_hosts(6);
    for (HostId a = 0; a < 2; a++) {
        for (HostId b = 2; b < 6; b++) {
            suspect(trace, 10 * SIM_SEC, a, b);
            suspect(trace, 10 * SIM_SEC, b, a);
        }
    }

    expect_told(trace, "    10.000  n1 and n2 suspect n3-n6 (PFAIL)\n"
                       "    10.000  n3-n6 suspect n1 and n2 (PFAIL)\n");
}

static void many_are_counted(void)
{
    Trace *trace = trace_of_hosts(60);
    for (HostId who = 1; who < 60; who += 2) {
        for (NodeId peer = 0; peer < 60; peer += 2) suspect(trace, 10 * SIM_SEC, who, peer);
    }

    expect_told(trace, "    10.000  30 nodes suspect 30 nodes (PFAIL)\n");
}

static void what_the_script_says_stands_in_its_place(void)
{
    Trace *trace = trace_of_hosts(3);
    TraceRecord say = {.type = TRACE_SAY, .u.SAY = {trace_text("Now."), 0}};
    suspect(trace, 10 * SIM_SEC, 1, 0);
    append(trace, 10 * SIM_SEC + SIM_MS, HOST_NONE, say);
    suspect(trace, 10 * SIM_SEC + 2 * SIM_MS, 2, 0);

    expect_told(trace, "    10.000  n2 suspects n1 (PFAIL): no answer for 5 s\n"
                       "\nNow.\n\n"
                       "    10.002  n3 suspects n1 (PFAIL): no answer for 5 s\n");
}

/* Read record by record or at once: the same words. */
static void pieces_make_no_difference(void)
{
    Trace *trace = trace_of_hosts(9), *growing = trace_of_hosts(0);
    Printer whole = {.width = PRINTER_WIDTH}, pieces = {.width = PRINTER_WIDTH};
    for (uint32_t i = 0; i < 300; i++) {
        HostId who = (HostId)(i * 7 % 9);
        NodeId peer = (NodeId)(i * 5 % 8);
        if (who != peer) suspect(trace, 10 * SIM_SEC + i * 37 * SIM_MS, who, peer);
    }
    Narrator *narrator = narrator_create(growing, &pieces);
    for (uint64_t seq = 1; seq <= trace_count(trace); seq++) {
        TraceRecord record;
        trace_get(trace, seq, &record);
        trace_append(growing, &record);
        narrator_read(narrator);
    }
    narrator_finish(narrator);

    told(trace, &whole, "");

    CU_ASSERT_STRING_EQUAL(text_chars(&whole.out), text_chars(&pieces.out));
    narrator_destroy(narrator);
    text_deinit(&whole.out);
    text_deinit(&pieces.out);
    trace_destroy(trace);
    trace_destroy(growing);
}

/* --- printer --- */

static void printer_wraps_at_the_width(void)
{
    Printer printer = {.width = 44};
    printer_wrap(&printer, "    10.000  ", STYLE_FAINT,
                 "one two three four five six seven eight n\xC3\xBC n\xC3\xBC n\xC3\xBC ten",
                 STYLE_PLAIN);
    CU_ASSERT_STRING_EQUAL(text_chars(&printer.out),
                           "    10.000  one two three four five six\n"
                           "            seven eight n\xC3\xBC n\xC3\xBC n\xC3\xBC ten\n");
    text_deinit(&printer.out);
}

static void printer_marks_words_only_in_colour(void)
{
    static const struct {
        bool colour;
        const char *text, *want;
    } rows[] = {
        {false, "*n1* says `PING` and 2 * 3", "n1 says `PING` and 2 * 3\n"},
        {false, "\\*n1\\* and a lone ` stay", "*n1* and a lone ` stay\n"},
        {false, "bell \a and escape \033[1m", "bell ? and escape ?[1m\n"},
        {true, "*n1* says `PING`", "\033[1mn1\033[0m says \033[36mPING\033[0m\n"},
        {true, "", "\n"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Printer printer = {.width = PRINTER_WIDTH, .colour = rows[i].colour};
        printer_prose(&printer, "", STYLE_PLAIN, rows[i].text, STYLE_PLAIN);
        if (strcmp(text_chars(&printer.out), rows[i].want) != 0)
            printf("\n    row %zu: got %s", i, text_chars(&printer.out));
        CU_ASSERT_STRING_EQUAL(text_chars(&printer.out), rows[i].want);
        text_deinit(&printer.out);
    }
}

/* Every sentence can be filled in, for one and for several, as a crowd and not. */
static void every_phrase_can_be_filled_in(void)
{
    TraceState state;
    state_init(&state, NULL);
    for (HostId host = 0; host < 4; host++) {
        snprintf(state_need_host(&state, host)->name, 24, "n%u", host + 1u);
        state_need_node(&state, host)->host = host;
        state.hosts.items[host].node = host;
    }
    for (LineKind kind = 0; kind < LINE_KIND_COUNT; kind++) {
        for (uint32_t form = 0; form < 4; form++) {
            Line line = {.kind = kind, .peer = 2, .other = 3, .number = 7, .total = 9};
            Text text = {0};
            line.who[0] = form & 1 ? 3 : 1;
            line.peers[0] = form & 1 ? 12 : 4;
            line.crowd = form & 2 && phrase_row(kind)->many;
            text_append(&line.word, "because");
            phrase_text(&line, &state, &text);
            text_deinit(&line.word);
            CU_ASSERT_TRUE(text.size > 0);
            CU_ASSERT_PTR_NULL(strpbrk(text_chars(&text), "{}|#"));
            text_deinit(&text);
        }
    }
    state_deinit(&state);
}

void test_narrate_suite(void)
{
    CU_pSuite suite = CU_add_suite("narrate", NULL, NULL);
    CU_ADD_TEST(suite, same_event_at_several_hosts_is_one_line);
    CU_ADD_TEST(suite, factions_stay_apart);
    CU_ADD_TEST(suite, many_are_counted);
    CU_ADD_TEST(suite, what_the_script_says_stands_in_its_place);
    CU_ADD_TEST(suite, pieces_make_no_difference);
    CU_ADD_TEST(suite, printer_wraps_at_the_width);
    CU_ADD_TEST(suite, printer_marks_words_only_in_colour);
    CU_ADD_TEST(suite, every_phrase_can_be_filled_in);
}
