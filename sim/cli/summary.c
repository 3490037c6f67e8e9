/* summary.c -- see summary.h. */
#include "sim/cli/summary.h"

#include <inttypes.h>
#include <string.h>

static bool same_text(TraceText a, TraceText b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.chars, b.chars, a.size) == 0);
}

static void take_report(Summary *summary, const TraceRecord *record)
{
    for (uint32_t i = 0; i < summary->reports.count; i++) {
        TraceRecord *known = &summary->reports.items[i];
        if (!same_text(known->u.REPORT.name, record->u.REPORT.name)) continue;
        *known = *record;
        return;
    }
    array_push(NULL, &summary->reports, *record);
}

void summary_read(Summary *summary, const Trace *trace)
{
    *summary = (Summary){.end = trace_end(trace), .seed = trace_header(trace)->seed};
    for (uint64_t seq = 1; seq <= trace_count(trace); seq++) {
        TraceRecord record;
        trace_get(trace, seq, &record);
        if (record.type == TRACE_REPORT) take_report(summary, &record);
        if (record.type != TRACE_EXPECT) continue;
        summary->held += record.u.EXPECT.held;
        summary->failed += !record.u.EXPECT.held;
        if (!record.u.EXPECT.held) array_push(NULL, &summary->failures, record);
    }
}

void summary_deinit(Summary *summary)
{
    array_deinit(NULL, &summary->failures);
    array_deinit(NULL, &summary->reports);
}

void summary_failures(const Summary *summary, Printer *printer)
{
    for (uint32_t i = 0; i < summary->failures.count; i++) {
        const TraceRecord *record = &summary->failures.items[i];
        Text text = {0};
        text_append(&text, "at ");
        text_append_time(&text, record->time);
        text_append(&text, " s: ");
        text_append_bytes(&text, record->u.EXPECT.text.chars, record->u.EXPECT.text.size);
        printer_wrap(printer, "  FAILED  ", STYLE_BAD, text_chars(&text), STYLE_PLAIN);
        text_deinit(&text);
    }
}

static void print_reports(const Summary *summary, Printer *printer)
{
    for (uint32_t i = 0; i < summary->reports.count; i++) {
        const TraceREPORT *report = &summary->reports.items[i].u.REPORT;
        Text text = {0};
        text_append_bytes(&text, report->name.chars, report->name.size);
        text_append(&text, " = ");
        text_append_bytes(&text, report->value.chars, report->value.size);
        printer_wrap(printer, "  report  ", STYLE_FAINT, text_chars(&text), STYLE_PLAIN);
        text_deinit(&text);
    }
}

/* 1234567 -> "1 234 567" */
static void append_grouped(Text *out, uint64_t number)
{
    uint64_t unit = 1;
    while (number / unit >= 1000) unit *= 1000;
    text_append(out, "%" PRIu64, number / unit);
    while (unit > 1) {
        unit /= 1000;
        text_append(out, " %03" PRIu64, number / unit % 1000);
    }
}

void summary_print(const Summary *summary, Printer *printer)
{
    Text text = {0};
    uint32_t all = summary->held + summary->failed;
    text_append(&printer->out, "\n");
    printer_rule(printer, summary->interrupted ? "stopped" : "the end");
    text_append(&text, "%" PRIu32 " of %" PRIu32 " expects held", summary->held, all);
    if (all == 0) {
        text_clear(&text);
        text_append(&text, "this scenario expects nothing");
    }
    printer_wrap(printer, "  ", STYLE_PLAIN, text_chars(&text),
                 summary->failed > 0 ? STYLE_BAD : STYLE_GOOD);
    summary_failures(summary, printer);
    print_reports(summary, printer);
    text_clear(&text);
    text_append_time(&text, summary->end);
    text_append(&text, " s of virtual time, seed %" PRIu64 ", ", summary->seed);
    append_grouped(&text, summary->events);
    text_append(&text, " events, ");
    append_grouped(&text, (summary->bus_bytes + 500) / 1000);
    text_append(&text, " kB on the bus");
    printer_wrap(printer, "  ", STYLE_PLAIN, text_chars(&text), STYLE_FAINT);
    text_deinit(&text);
}
