/* run.c -- `slotscope run`: a scenario, told as it happens.
 *
 * The run goes in slices of virtual time, so that text and progress appear while it lasts; a slice
 * is invisible in the trace. Standard output depends on file, settings and seed alone; what depends
 * on the clock on the wall goes to standard error, and only to a terminal. */
#include "sim/cli/cli.h"
#include "sim/cli/files.h"
#include "sim/cli/narrate.h"
#include "sim/cli/summary.h"
#include "sim/export/jsonl.h"

#include "lua/script.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SLICE (100 * SIM_MS)

static volatile sig_atomic_t interrupted; /* the signal that asked to stop; 0 none */

static void on_signal(int number)
{
    interrupted = number;
    signal(number, SIG_DFL); /* a second one ends the program at once */
}

typedef struct Run {
    const char *path;
    Text reproduce;             /* the command line that a failed assert prints */
    ScriptSetting settings[64]; /* the script borrows them */
    Script *script;
    Printer printer;
    Narrator *narrator;
    OutFile trace, json;
    bool quiet, is_terminal, told; /* told: text went out since the progress line was drawn */
    bool progress;                 /* a progress line stands on the terminal */
    double begun, drawn;           /* seconds of the wall */
    SimTime until;
} Run;

static double wall_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* --- text and progress --- */

static void erase_progress(Run *run)
{
    if (run->progress) fputs("\r\033[K", stderr);
    run->progress = false;
}

static void write_text(Run *run)
{
    if (run->printer.out.size == 0) return;
    erase_progress(run);
    fwrite(text_chars(&run->printer.out), 1, run->printer.out.size, stdout);
    text_clear(&run->printer.out);
    if (isatty(STDOUT_FILENO)) fflush(stdout);
    run->drawn = wall_seconds();
}

/* After a second without anything new to read: how far the run has come. */
static void draw_progress(Run *run)
{
    double now = wall_seconds();
    if (!run->is_terminal || now - run->drawn < (run->progress ? 0.2 : 1.0)) return;
    const Sim *sim = script_sim(run->script);
    double virtual_seconds = (double)sim_now(sim) / 1e9;
    fprintf(stderr, "\r\033[K%.1f s simulated, %" PRIu64 " events, %.1f times as fast as the clock",
            virtual_seconds, sim_event_count(sim), virtual_seconds / (now - run->begun));
    fflush(stderr);
    run->progress = true;
    run->drawn = now;
}

/* --- the run --- */

static bool start(Run *run, const CommandLine *line, Error *err)
{
    ByteWriter source = {0};
    const OptionValue *values = line->values;
    ScriptOptions options = {.seed = values[RUN_SEED].given ? values[RUN_SEED].number : 1,
                             .has_level = values[RUN_LEVEL].given,
                             .level = (uint8_t)values[RUN_LEVEL].number,
                             .settings = run->settings,
                             .setting_count = line->settings.count};
    text_append(&run->reproduce, "slotscope run %s --seed %" PRIu64, run->path, options.seed);
    for (uint32_t i = 0; i < line->settings.count; i++)
        text_append(&run->reproduce, " --set %s=%s", line->settings.items[i].name,
                    line->settings.items[i].value);
    options.reproduce = text_chars(&run->reproduce);
    if (line->settings.count > ARRAY_LENGTH(run->settings))
        return error_set(err, "--set is given %u times; 64 are allowed", line->settings.count);
    for (uint32_t i = 0; i < line->settings.count; i++)
        run->settings[i] =
            (ScriptSetting){line->settings.items[i].name, line->settings.items[i].value};
    if (!file_read(run->path, SCRIPT_SIZE_MAX, &source, err)) {
        bytes_deinit(&source);
        return false;
    }
    if (file_is_trace(&source)) {
        error_set(err,
                  "%s is a trace, not a scenario; `slotscope view` shows it and `slotscope "
                  "check` judges it",
                  run->path);
    } else {
        const char *name = strcmp(run->path, "-") == 0 ? "stdin" : run->path;
        bytes_put_u8(&source, 0);
        run->script =
            script_create(name, (const char *)source.bytes, source.size - 1, &options, err);
    }
    bytes_deinit(&source);
    return run->script != NULL;
}

static ScriptStatus run_script(Run *run, Error *err)
{
    Sim *sim = script_sim(run->script);
    for (;;) {
        SimTime now = sim_now(sim);
        SimTime target = run->until - now > SLICE ? now + SLICE : run->until;
        ScriptStatus status = script_run(run->script, target, err);
        if (!run->quiet) {
            narrator_read(run->narrator);
            write_text(run);
        }
        /* Nobody reads the text any more: go on only if a file is wanted. */
        if (ferror(stdout) && !run->trace.stream && !run->json.stream) interrupted = SIGPIPE;
        if (status != SCRIPT_RUNNING || interrupted || sim_now(sim) >= run->until) return status;
        draw_progress(run);
    }
}

static bool write_json(FILE *stream, const Trace *trace, Error *err);

static bool write_files(Run *run, Error *err)
{
    const Trace *trace = sim_trace(script_sim(run->script));
    if (run->trace.stream) {
        ByteWriter bytes = {0};
        trace_write(trace, &bytes);
        fwrite(bytes.bytes, 1, bytes.size, run->trace.stream);
        bytes_deinit(&bytes);
        if (!outfile_finish(&run->trace, err)) return false;
    }
    if (run->json.stream) {
        if (!write_json(run->json.stream, trace, err)) return false;
        if (!outfile_finish(&run->json, err)) return false;
    }
    return true;
}

typedef struct FileSink {
    ExportSink sink;
    FILE *stream;
} FileSink;

static bool sink_write(ExportSink *sink, const char *chars, size_t size)
{
    FILE *stream = ((FileSink *)sink)->stream;
    return fwrite(chars, 1, size, stream) == size;
}

static bool write_json(FILE *stream, const Trace *trace, Error *err)
{
    FileSink sink = {.sink = {.write = sink_write}, .stream = stream};
    return export_jsonl(trace, &sink.sink, err);
}

/* `ended`: the script has come to its end. */
static int finish(Run *run, bool ended, Error *err)
{
    Summary summary;
    const Sim *sim = script_sim(run->script);
    summary_read(&summary, sim_trace(sim));
    summary.events = sim_event_count(sim);
    summary.bus_bytes = sim_bus_bytes(sim);
    summary.interrupted = interrupted != 0;
    if (run->quiet) {
        summary_failures(&summary, &run->printer);
    } else {
        narrator_finish(run->narrator);
        summary_print(&summary, &run->printer);
    }
    write_text(run);
    int status = summary.failed > 0 ? EXIT_NOT_HELD : EXIT_FINE;
    if (interrupted) status = 128 + interrupted;
    summary_deinit(&summary);
    if (!write_files(run, err)) return cli_refuse("%s", err->text);
    const char *unused = script_unused_setting(run->script);
    if (unused && ended) return cli_refuse("--set %s: the scenario has no such setting", unused);
    if (run->is_terminal && !run->quiet)
        fprintf(stderr, "(%.2f s on the wall)\n", wall_seconds() - run->begun);
    return status;
}

static bool open_files(Run *run, const CommandLine *line, Error *err)
{
    const OptionValue *trace = &line->values[RUN_TRACE], *json = &line->values[RUN_JSON];
    if (trace->given && json->given && strcmp(trace->text, json->text) == 0)
        return error_set(err, "--trace and --json name the same file, %s", trace->text);
    bool to_output = (trace->given && strcmp(trace->text, "-") == 0) ||
                     (json->given && strcmp(json->text, "-") == 0);
    if (to_output) run->quiet = true; /* the text would be in the way */
    if (trace->given && !outfile_open(&run->trace, trace->text, err)) return false;
    return !json->given || outfile_open(&run->json, json->text, err);
}

static int run_opened(Run *run, const CommandLine *line, Error *err)
{
    if (!start(run, line, err)) return cli_refuse("%s", err->text);
    run->narrator = narrator_create(sim_trace(script_sim(run->script)), &run->printer);
    signal(SIGINT, on_signal);
    signal(SIGTERM, on_signal);
    ScriptStatus status = run_script(run, err);
    erase_progress(run);
    if (status != SCRIPT_FAILED) return finish(run, status == SCRIPT_FINISHED, err);
    if (!run->quiet) narrator_finish(run->narrator);
    write_text(run);
    return cli_refuse("%s", err->text);
}

int cmd_run(const CommandLine *line)
{
    Error err = {{0}};
    Run run = {.path = cli_one_operand(line, "a scenario (.lua)"),
               .printer = {.width = cli_width(), .colour = cli_wants_colour()},
               .quiet = line->values[RUN_QUIET].given,
               .is_terminal = isatty(STDERR_FILENO),
               .until = SIM_TIME_MAX};
    if (!run.path) return EXIT_BAD_INPUT;
    if (line->values[RUN_UNTIL].given) run.until = line->values[RUN_UNTIL].number;
    run.begun = run.drawn = wall_seconds();
    int status = EXIT_BAD_INPUT;
    if (open_files(&run, line, &err)) status = run_opened(&run, line, &err);
    else cli_refuse("%s", err.text);
    outfile_abandon(&run.trace);
    outfile_abandon(&run.json);
    narrator_destroy(run.narrator);
    script_destroy(run.script);
    text_deinit(&run.reproduce);
    text_deinit(&run.printer.out);
    return status;
}
