/* summary.h -- how a run ended: expects, reports, figures. */
#ifndef CLI_SUMMARY_H
#define CLI_SUMMARY_H

#include "sim/base/array.h"
#include "sim/cli/printer.h"
#include "sim/trace/trace.h"

typedef struct Summary {
    SimTime end;
    uint64_t seed, events, bus_bytes; /* the last two are filled in by the caller */
    uint32_t held, failed;
    bool interrupted;
    ARRAY_OF(TraceRecord) failures; /* EXPECT records; their texts belong to the trace */
    ARRAY_OF(TraceRecord) reports;  /* REPORT records, the last of each name */
} Summary;

void summary_read(Summary *summary, const Trace *trace);
void summary_deinit(Summary *summary);
void summary_print(const Summary *summary, Printer *printer);
/* Only the expects that failed. */
void summary_failures(const Summary *summary, Printer *printer);

#endif
