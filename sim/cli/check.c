/* check.c -- `slotscope check TRACE`: reads a trace and says what it holds and whether it is sound.
 *
 * Reading folds the records from the first to the last and compares with every keyframe on the way;
 * the checkers of sim/check watch over the rules that a cluster must never break. */
#include "sim/check/check.h"

#include "sim/cli/cli.h"
#include "sim/cli/files.h"

#include <inttypes.h>
#include <stdio.h>

static void print_contents(const Trace *trace)
{
    const TraceHeader *header = trace_header(trace);
    uint64_t held = 0, failed = 0, hosts = 0;
    for (uint64_t seq = 1; seq <= trace_count(trace); seq++) {
        TraceRecord record;
        trace_get(trace, seq, &record);
        hosts += record.type == TRACE_HOST_ADDED;
        held += record.type == TRACE_EXPECT && record.u.EXPECT.held;
        failed += record.type == TRACE_EXPECT && !record.u.EXPECT.held;
    }
    Text end = {0};
    text_append_time(&end, trace_end(trace));
    printf("scenario   %s\n", header->scenario);
    printf("written by %s, rules %s\n", header->program, header->profile);
    printf("seed       %" PRIu64 ", level %u\n", header->seed, header->level);
    printf("length     %s s, %" PRIu64 " hosts\n", text_chars(&end), hosts);
    printf("holds      %" PRIu64 " records, %" PRIu32 " keyframes, %" PRIu32 " commands\n",
           trace_count(trace), trace_keyframe_count(trace), trace_command_count(trace));
    printf("expects    %" PRIu64 " held, %" PRIu64 " failed\n", held, failed);
    printf("hash       %016" PRIx64 "\n", trace_hash(trace));
    text_deinit(&end);
}

static int judge(const Trace *trace)
{
    Check *check = check_create(NULL);
    uint32_t violations = check_trace(check, trace);
    printf("fold       every record follows, every keyframe agrees\n"); /* trace_read saw to it */
    if (violations == 0) printf("rules      none broken\n");
    else printf("rules      broken %" PRIu32 " times:\n%s", violations, check_text(check));
    check_destroy(check);
    return violations == 0 ? EXIT_FINE : EXIT_NOT_HELD;
}

int cmd_check(const CommandLine *line)
{
    ByteWriter bytes = {0};
    Error err = {{0}};
    const char *path = cli_one_operand(line, "a trace");
    if (!path) return EXIT_BAD_INPUT;
    if (!file_read(path, TRACE_SIZE_MAX, &bytes, &err)) {
        bytes_deinit(&bytes);
        return cli_refuse("%s", err.text);
    }
    Trace *trace = trace_read(bytes.bytes, bytes.size, &err);
    bytes_deinit(&bytes);
    if (!trace) return cli_refuse("%s: %s", path, err.text);
    print_contents(trace);
    int status = judge(trace);
    trace_destroy(trace);
    return status;
}
