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

static bool start_script(Source *source, Error *err)
{
    ScriptOptions options = {.seed = source->options.seed,
                             .has_level = source->options.has_level,
                             .level = source->options.level,
                             .settings = source->options.settings,
                             .setting_count = source->options.setting_count,
                             .reproduce = source->name};
    Script *script = script_create(source->name, source->text, source->text_size, &options, err);
    if (!script) return false;
    script_destroy(source->script);
    source->script = script;
    source->trace = sim_trace(script_sim(script));
    source->status = SCRIPT_RUNNING;
    return true;
}

/* The text must be on the heap; it belongs to the source from here on. */
static bool take_script(Source *source, const char *name, char *text, size_t size,
                        const SourceOptions *options, Error *err)
{
    source->text = text;
    source->text_size = size;
    source->options = *options;
    snprintf(source->name, sizeof(source->name), "%s", name);
    return start_script(source, err);
}

bool source_open_script(Source *source, const char *name, const char *text, size_t size,
                        const SourceOptions *options, Error *err)
{
    memset(source, 0, sizeof(*source));
    char *copy = malloc(size + 1);
    if (!copy) {
        error_set(err, "%s is too large for this machine's memory", name);
        return false;
    }
    memcpy(copy, text, size);
    copy[size] = '\0';
    return take_script(source, name, copy, size, options, err);
}

bool source_open(Source *source, const char *path, const SourceOptions *options, Error *err)
{
    size_t size;
    Error inside = {{0}};
    memset(source, 0, sizeof(*source));
    char *bytes = read_file(path, &size, err);
    if (!bytes) return false;
    if (is_script(path)) return take_script(source, path, bytes, size, options, err);
    snprintf(source->name, sizeof(source->name), "%s", path);
    source->file = trace_read((const uint8_t *)bytes, size, &inside);
    free(bytes);
    source->trace = source->file;
    source->status = SCRIPT_FINISHED;
    if (!source->file) error_set(err, "%s: %s", path, inside.text);
    return source->file != NULL;
}

static void forget_last(Source *source)
{
    free(source->by_hand.items[--source->by_hand.count].text);
}

void source_close(Source *source)
{
    script_destroy(source->script);
    trace_destroy(source->file);
    free(source->text);
    while (source->by_hand.count > 0) forget_last(source);
    array_deinit(NULL, &source->by_hand);
    memset(source, 0, sizeof(*source));
}

void source_run(Source *source, SimTime time)
{
    if (!source->script || time <= source_end(source)) return;
    if (source->status == SCRIPT_RUNNING)
        source->status = script_run(source->script, time, &source->failure);
    /* Without its script the cluster goes on by itself. */
    Sim *sim = script_sim(source->script);
    if (source->status != SCRIPT_RUNNING && sim_now(sim) < time) sim_run_until(sim, time);
}

SimTime source_end(const Source *source)
{
    return source->script ? sim_now(script_sim(source->script)) : trace_end(source->trace);
}

/* Its text is copied: the run may be done again long after. */
static bool keep_text(HandCommand *hand, Error *err)
{
    if (!hand->command.text) return true;
    size_t size = strlen(hand->command.text) + 1;
    hand->text = malloc(size);
    if (!hand->text) return error_set(err, "a line of %zu bytes is too large", size);
    memcpy(hand->text, hand->command.text, size);
    hand->command.text = hand->text;
    return true;
}

bool source_submit(Source *source, const Command *command, uint32_t *number, Error *err)
{
    Sim *sim = script_sim(source->script);
    HandCommand hand = {.time = sim_now(sim), .command = *command};
    if (!keep_text(&hand, err)) return false;
    if (!sim_submit(sim, &hand.command, &hand.number, err)) {
        free(hand.text);
        return false;
    }
    if (number) *number = hand.number;
    array_push(NULL, &source->by_hand, hand);
    return true;
}

bool source_again(Source *source, SimTime time, uint32_t kept, Error *err)
{
    Error ignored = {{0}};
    if (!start_script(source, err)) return false;
    for (uint32_t i = 0; i < kept; i++) {
        const HandCommand *hand = &source->by_hand.items[i];
        source_run(source, hand->time);
        /* It was accepted once, and the run up to it is the same. */
        sim_submit(script_sim(source->script), &hand->command, NULL, &ignored);
    }
    while (source->by_hand.count > kept) forget_last(source);
    source_run(source, time);
    return true;
}
