/* jsonl.h -- a trace as JSON lines: a header, then one object a record (docs/trace.md §8).
 *
 *     {"format":"slotscope-trace","version":1,"seed":"7","level":2,...}
 *     {"seq":812,"time":12460000000,"cause":790,"host":"n2","type":"SUSPECTED","peer":"n1","silence":"5100000000"}
 *
 * Names stand for numbers of hosts, nodes, addresses and slot sets. seq, cause and the record's
 * time are numbers, since they stay below 2^53; every other 64-bit value is a string, because most
 * JSON readers keep numbers as doubles. Bytes that are not UTF-8 become U+FFFD. */
#ifndef EXPORT_JSONL_H
#define EXPORT_JSONL_H

#include "sim/trace/trace.h"

/* Where the lines go. Embed it at the start of a struct of your own. */
typedef struct ExportSink ExportSink;
struct ExportSink {
    /* Takes some whole lines; false ends the export. */
    bool (*write)(ExportSink *sink, const char *chars, size_t size);
};

/* Writes every record in order, in pieces of about 64 kB. False and *err when the sink refused a
 * piece. */
bool export_jsonl(const Trace *trace, ExportSink *sink, Error *err);

#endif
