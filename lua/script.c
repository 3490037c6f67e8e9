/* script.c -- life of a Script: its memory, its source, and how mistakes become sentences. */
#include "lua/host.h"
#include "lua/redis_script.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Script *host_of(lua_State *L)
{
    return *(Script **)lua_getextraspace(L);
}

/* Lua's memory, with a limit that holds while the script runs (outside it Lua must not fail: nobody
 * would catch it). Large blocks count as steps too, so that a loop which only copies texts ends. */
static void *allocate(void *state, void *block, size_t old_size, size_t new_size)
{
    Script *script = state;
    size_t old = block ? old_size : 0;
    if (new_size == 0) {
        script->memory -= old;
        mem_free(NULL, block, old);
        return NULL;
    }
    if (script->is_inside && new_size > old && script->memory - old + new_size > MEMORY_MAX)
        return NULL;
    if (new_size > 1024) script->steps += new_size / BYTES_A_STEP;
    script->memory = script->memory - old + new_size;
    return mem_resize(NULL, block, old, new_size);
}

/* --- mistakes --- */

int host_line(lua_State *L)
{
    lua_Debug where;
    for (int level = 0; lua_getstack(L, level, &where); level++) {
        lua_getinfo(L, "Sl", &where);
        if (where.currentline > 0 && strcmp(where.source, "=prelude") != 0)
            return where.currentline;
    }
    return 0;
}

int host_error(lua_State *L, const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    int line = host_line(L);
    if (line > 0) lua_pushfstring(L, "%s:%d: %s", host_of(L)->chunk, line, text);
    else lua_pushstring(L, text);
    return lua_error(L);
}

void host_fail(Script *script, int line, const char *format, ...)
{
    char text[sizeof(script->error.text)];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    for (char *at = text; *at; at++) {
        if ((unsigned char)*at < ' ') *at = ' '; /* one sentence, one line */
    }
    script->failed = true;
    if (line > 0) error_set(&script->error, "%s:%d: %s", script->name, line, text);
    else error_set(&script->error, "%s: %s", script->name, text);
}

Text *host_scratch(lua_State *L)
{
    Text *scratch = &host_of(L)->scratch;
    text_clear(scratch);
    return scratch;
}

bool host_try(lua_State *L, const Command *command, uint32_t *number, Error *err)
{
    uint64_t letters = command->text ? strlen(command->text) : 0;
    host_charge(L, COMMAND_STEPS + letters);
    return sim_submit(host_of(L)->sim, command, number, err);
}

uint32_t host_submit(lua_State *L, const Command *command)
{
    Error err = {{0}};
    uint32_t number = 0;
    if (!host_try(L, command, &number, &err)) host_error(L, "%s", err.text);
    return number;
}

/* Lua aborts after this; it can only happen by a mistake of ours. */
static int panic(lua_State *L)
{
    fprintf(stderr, "slotscope: Lua failed outside a script: %s\n", lua_tostring(L, -1));
    return 0;
}

/* --- the source --- */

static bool is_name_letter(char c)
{
    return c == '_' || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

/* The name in a line "local shop = cluster {", or "shop = cluster{"; false for any other line. */
static bool read_cluster_name(const char *line, const char *end, char *name, size_t capacity)
{
    while (line < end && (*line == ' ' || *line == '\t')) line++;
    if (end - line > 6 && memcmp(line, "local ", 6) == 0) line += 6;
    while (line < end && *line == ' ') line++;
    const char *start = line;
    while (line < end && is_name_letter(*line)) line++;
    size_t size = (size_t)(line - start);
    while (line < end && *line == ' ') line++;
    if (size == 0 || size >= capacity || line == end || *line++ != '=') return false;
    while (line < end && *line == ' ') line++;
    if (end - line < 8 || memcmp(line, "cluster", 7) != 0 || is_name_letter(line[7])) return false;
    memcpy(name, start, size);
    name[size] = '\0';
    return true;
}

/* The script's own word for its first cluster, for the lines that gestures print. */
static void find_cluster_name(Script *script, const char *source, const char *end)
{
    while (source < end) {
        const char *stop = memchr(source, '\n', (size_t)(end - source));
        if (!stop) stop = end;
        if (read_cluster_name(source, stop, script->cluster_name, sizeof(script->cluster_name)))
            return;
        source = stop + 1;
    }
}

/* Compiles the source into the main process. A byte order mark and a first line "#!..." are passed
 * over. */
static void load(Script *script, const char *source, size_t size)
{
    char chunk[sizeof(script->name) + 1];
    const char *base = strrchr(script->name, '/'), *end = source + size;
    snprintf(chunk, sizeof(chunk), "@%s", base ? base + 1 : script->name);
    if (size > SOURCE_MAX) {
        host_fail(script, 0, "a scenario may have %d MiB; this has %zu bytes", SOURCE_MAX >> 20,
                  size);
        return;
    }
    if (size >= 3 && memcmp(source, "\xEF\xBB\xBF", 3) == 0) source += 3;
    if (source < end && *source == '#') {
        while (source < end && *source != '\n') source++;
    }
    find_cluster_name(script, source, end);
    script->is_inside = true;
    int status = luaL_loadbufferx(script->L, source, (size_t)(end - source), chunk, "t");
    script->is_inside = false;
    if (status == LUA_OK) {
        lua_Debug where;
        lua_pushvalue(script->L, -1);
        lua_getinfo(script->L, ">S", &where);
        memcpy(script->chunk, where.short_src, sizeof(script->chunk));
        host_spawn(script, script->L, 0, TASK_MAIN, 0);
        return;
    }
    /* "x.lua:3: '=' expected near 'foo'"; the place comes first, whatever the name looks like */
    const char *text = lua_tostring(script->L, -1);
    const char *place = strstr(text, ".lua:");
    place = place ? place + 5 : strchr(text, ':') ? strchr(text, ':') + 1 : text;
    int line = atoi(place);
    const char *sentence = line > 0 ? strchr(place, ':') : NULL;
    if (status == LUA_ERRMEM) host_fail(script, 0, "the script wants too much memory");
    else if (sentence) host_fail(script, line, "%s", sentence + 2);
    else if (strstr(text, "binary chunk"))
        host_fail(script, 0, "this is a compiled chunk; a scenario is a text");
    else host_fail(script, 0, "an expression or a block is nested too deeply");
}

/* --- life --- */

Script *script_create(const char *name, const char *source, size_t size,
                      const ScriptOptions *options, Error *err)
{
    SimConfig config = sim_config_default();
    const char *base = strrchr(name, '/');
    Script *script = mem_alloc(NULL, sizeof(*script));
    snprintf(script->name, sizeof(script->name), "%s", name);
    script->options = *options;
    config.seed = options->seed;
    config.reproduce = options->reproduce;
    config.scripts = redis_script_engine();
    if (options->has_level) config.trace_level = options->level;
    snprintf(config.scenario, sizeof(config.scenario), "%s", base ? base + 1 : name);
    script->sim = sim_create(&config, err);
    if (!script->sim) {
        mem_free(NULL, script, sizeof(*script));
        return NULL;
    }
    script->rng = rng_derive(options->seed, "script", 0);
    script->L = lua_newstate(allocate, script);
    SIM_ASSERT(script->L != NULL);
    lua_atpanic(script->L, panic);
    *(Script **)lua_getextraspace(script->L) = script;
    lua_newtable(script->L);
    sandbox_open(script->L);
    core_open(script->L);
    core_node_open(script->L);
    core_event_open(script->L);
    core_call_open(script->L);
    if (prelude_run(script->L, &script->error)) load(script, source, size);
    else script->failed = true;
    if (!script->failed) return script;
    *err = script->error;
    script_destroy(script);
    return NULL;
}

void script_destroy(Script *script)
{
    if (!script) return;
    lua_close(script->L);
    sim_destroy(script->sim);
    text_deinit(&script->scratch);
    ledger_destroy(script->ledger);
    array_deinit(NULL, &script->processes);
    array_deinit(NULL, &script->handlers);
    mem_free(NULL, script, sizeof(*script));
}

Sim *script_sim(Script *script)
{
    return script->sim;
}

const char *script_unused_setting(const Script *script)
{
    uint32_t count = script->options.setting_count;
    for (uint32_t i = 0; i < count && i < 64; i++) {
        if (!(script->settings_used >> i & 1)) return script->options.settings[i].name;
    }
    return NULL;
}
