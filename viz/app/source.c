/* source.c -- a script that is run as far as needed, or a trace file that is complete. */
#include "viz/app/app.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX ((size_t)2 << 30) /* bytes of a trace or script */

static char *read_file(const char *path, size_t *size, Error *err)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        error_set(err, "%s cannot be opened; give a scenario (.lua) or a trace file", path);
        return NULL;
    }
    char *bytes = NULL;
    *size = 0;
    for (;;) {
        char *grown = realloc(bytes, *size + 65536 + 1);
        if (!grown || *size > FILE_MAX) {
            free(grown ? grown : bytes);
            fclose(file);
            error_set(err, "%s is too large; %zu bytes are allowed", path, FILE_MAX);
            return NULL;
        }
        bytes = grown;
        size_t got = fread(bytes + *size, 1, 65536, file);
        *size += got;
        if (got == 0) break;
    }
    bool failed = ferror(file) != 0;
    fclose(file);
    bytes[*size] = '\0';
    if (!failed) return bytes;
    error_set(err, "%s cannot be read; give a scenario (.lua) or a trace file", path);
    free(bytes);
    return NULL;
}

static bool is_script(const char *path)
{
    size_t size = strlen(path);
    return size > 4 && strcmp(path + size - 4, ".lua") == 0;
}

bool source_open(Source *source, const char *path, const SourceOptions *options, Error *err)
{
    size_t size;
    memset(source, 0, sizeof(*source));
    char *bytes = read_file(path, &size, err);
    if (!bytes) return false;
    snprintf(source->name, sizeof(source->name), "%s", path);
    if (is_script(path)) {
        ScriptOptions script = {.seed = options->seed,
                                .has_level = options->has_level,
                                .level = options->level,
                                .settings = options->settings,
                                .setting_count = options->setting_count,
                                .reproduce = source->name};
        source->text = bytes;
        source->script = script_create(path, bytes, size, &script, err);
        if (!source->script) return false;
        source->trace = sim_trace(script_sim(source->script));
        source->status = SCRIPT_RUNNING;
        return true;
    }
    source->file = trace_read((const uint8_t *)bytes, size, err);
    free(bytes);
    source->trace = source->file;
    source->status = SCRIPT_FINISHED;
    return source->file != NULL;
}

void source_close(Source *source)
{
    script_destroy(source->script);
    trace_destroy(source->file);
    free(source->text);
}

bool source_run(Source *source, SimTime time, Error *err)
{
    if (!source->script || time <= sim_now(script_sim(source->script))) return true;
    if (source->status == SCRIPT_FINISHED) {
        sim_run_until(script_sim(source->script), time);
        return true;
    }
    source->status = script_run(source->script, time, err);
    source->trace = sim_trace(script_sim(source->script));
    return source->status != SCRIPT_FAILED;
}

SimTime source_end(const Source *source)
{
    return source->script ? sim_now(script_sim(source->script)) : trace_end(source->trace);
}
