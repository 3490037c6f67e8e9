/* script_run.c -- see script_run.h. */
#include "tests/unit/script_run.h"

#include <CUnit/CUnit.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *script_read_file(const char *path, size_t *size)
{
    enum { FILE_MAX_SIZE = 1 << 22 };
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    char *bytes = calloc(1, FILE_MAX_SIZE);
    if (bytes) *size = fread(bytes, 1, FILE_MAX_SIZE - 1, file);
    fclose(file);
    return bytes;
}

ScriptRun script_run_bytes(const char *name, const char *bytes, size_t size, uint64_t seed)
{
    ScriptRun run = {.status = SCRIPT_FAILED};
    ScriptOptions options = {.seed = seed, .reproduce = name};
    run.script = script_create(name, bytes, size, &options, &run.err);
    if (run.script) run.status = script_run(run.script, SIM_TIME_MAX, &run.err);
    return run;
}

ScriptRun script_run_text(const char *source, uint64_t seed)
{
    return script_run_bytes("test.lua", source, strlen(source), seed);
}

void script_run_close(ScriptRun *run)
{
    script_destroy(run->script);
    run->script = NULL;
}

bool script_find_record(const ScriptRun *run, TraceType type, uint32_t number, TraceRecord *record)
{
    const Trace *trace = sim_trace(script_sim(run->script));
    for (uint64_t seq = 1; seq <= trace_count(trace); seq++) {
        trace_get(trace, seq, record);
        if (record->type == type && --number == 0) return true;
    }
    return false;
}

uint32_t script_expects(const ScriptRun *run, bool held)
{
    uint32_t count = 0;
    const Trace *trace = sim_trace(script_sim(run->script));
    for (uint64_t seq = 1; seq <= trace_count(trace); seq++) {
        TraceRecord record;
        trace_get(trace, seq, &record);
        if (record.type != TRACE_EXPECT || record.u.EXPECT.held != held) continue;
        count++;
        if (!held) {
            fprintf(stderr, "expect failed at %.3f s: %.*s\n", (double)record.time / 1e9,
                    (int)record.u.EXPECT.text.size, record.u.EXPECT.text.chars);
        }
    }
    return count;
}

uint64_t script_hash(const ScriptRun *run)
{
    return trace_hash(sim_trace(script_sim(run->script)));
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

uint32_t script_each_file(const char *folder, void (*visit)(const char *path, void *state),
                          void *state)
{
    enum { FILES_MAX = 1000 };
    char *names[FILES_MAX];
    uint32_t count = 0;
    DIR *listing = opendir(folder);
    if (!listing) return 0;
    for (struct dirent *entry; (entry = readdir(listing)) && count < FILES_MAX;) {
        size_t size = strlen(entry->d_name);
        if (size > 4 && strcmp(entry->d_name + size - 4, ".lua") == 0)
            names[count++] = strdup(entry->d_name);
    }
    closedir(listing);
    qsort(names, count, sizeof(names[0]), compare_names);
    for (uint32_t i = 0; i < count; i++) {
        char path[512];
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        visit(path, state);
        free(names[i]);
    }
    return count;
}
