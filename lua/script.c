/* script.c -- life of a Script: its processes, and the loop that takes turns with the simulator. */
#include "lua/host.h"

#include "sim/base/bitset.h"
#include "sim/cluster/effect.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Script *host_of(lua_State *L)
{
    return *(Script **)lua_getextraspace(L);
}

/* Lua's memory, with a limit: a script that wants more gets "not enough memory". */
static void *allocate(void *state, void *block, size_t old_size, size_t new_size)
{
    Script *script = state;
    size_t old = block ? old_size : 0;
    if (new_size == 0) {
        script->memory -= old;
        mem_free(NULL, block, old);
        return NULL;
    }
    if (script->memory - old + new_size > MEMORY_MAX) return NULL;
    script->memory = script->memory - old + new_size;
    return mem_resize(NULL, block, old, new_size);
}

/* Counts instructions; past the limit every further one raises, so that pcall cannot hide it. */
static void count_steps(lua_State *L, lua_Debug *where)
{
    Script *script = host_of(L);
    (void)where;
    script->steps += 1000;
    if (script->steps <= STEPS_MAX) return;
    lua_sethook(L, count_steps, LUA_MASKCOUNT, 1);
    host_error(
        L, "more than %d million steps without waiting; an endless loop needs a wait(...) in it",
        STEPS_MAX / 1000000);
}

int host_error(lua_State *L, const char *format, ...)
{
    char text[400];
    lua_Debug where;
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    for (int level = 0; lua_getstack(L, level, &where); level++) {
        lua_getinfo(L, "Sl", &where);
        if (where.currentline > 0 && strcmp(where.source, "=prelude") != 0) {
            lua_pushfstring(L, "%s:%d: %s", where.short_src, where.currentline, text);
            return lua_error(L);
        }
    }
    lua_pushstring(L, text);
    return lua_error(L);
}

int host_wait(lua_State *L, WaitKind wait, SimTime time, uint32_t call)
{
    Script *script = host_of(L);
    if (!lua_isyieldable(L))
        return host_error(L,
                          "waiting is not possible here (inside a sort, a pattern or an iterator)");
    Process *process = &script->processes.items[script->current];
    process->wait = wait;
    process->time = time;
    process->call = call;
    process->order = ++script->orders;
    return lua_yield(L, 0);
}

uint32_t host_submit(lua_State *L, const Command *command)
{
    Script *script = host_of(L);
    Error err = {{0}};
    uint32_t number = 0;
    if (!sim_submit(script->sim, command, &number, &err)) host_error(L, "%s", err.text);
    return number;
}

/* A new process: the function and its arguments lie on top of `from`. */
void host_spawn(Script *script, lua_State *from, int arguments)
{
    if (script->processes.count >= PROCESSES_MAX)
        host_error(from, "more than %d processes at once", PROCESSES_MAX);
    lua_State *thread = lua_newthread(script->L);
    Process process = {
        .thread = thread, .wait = WAIT_READY, .order = ++script->orders, .arguments = arguments};
    process.reference = luaL_ref(script->L, LUA_REGISTRYINDEX);
    lua_sethook(thread, count_steps, LUA_MASKCOUNT, 1000);
    lua_xmove(from, thread, arguments + 1);
    array_push(NULL, &script->processes, process);
}

/* "local shop = cluster {": the word before the equals sign, for the lines that gestures print. */
static void find_cluster_name(Script *script, const char *source)
{
    snprintf(script->cluster_name, sizeof(script->cluster_name), "c");
    const char *at = strstr(source, "cluster");
    for (; at; at = strstr(at + 1, "cluster")) {
        const char *left = at;
        while (left > source && left[-1] == ' ') left--;
        if (left == source || left[-1] != '=') continue;
        left--;
        while (left > source && left[-1] == ' ') left--;
        const char *end = left;
        while (left > source && (left[-1] == '_' || (left[-1] | 32) >= 'a'
                                     ? (left[-1] | 32) <= 'z' || left[-1] == '_'
                                     : left[-1] >= '0' && left[-1] <= '9'))
            left--;
        if (end > left && (size_t)(end - left) < sizeof(script->cluster_name)) {
            snprintf(script->cluster_name, sizeof(script->cluster_name), "%.*s", (int)(end - left),
                     left);
        }
        return;
    }
}

static bool load(Script *script, const char *source, size_t size, Error *err)
{
    char chunk[300];
    snprintf(chunk, sizeof(chunk), "@%s", script->name);
    if (luaL_loadbufferx(script->L, source, size, chunk, "t") != LUA_OK) {
        error_set(err, "%s", lua_tostring(script->L, -1));
        return false;
    }
    host_spawn(script, script->L, 0);
    return true;
}

static int panic(lua_State *L)
{
    fprintf(stderr, "slotscope: Lua failed outside a script: %s\n", lua_tostring(L, -1));
    return 0; /* Lua aborts */
}

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
    if (options->has_level) config.trace_level = options->level;
    snprintf(config.scenario, sizeof(config.scenario), "%s", base ? base + 1 : name);
    script->sim = sim_create(&config, err);
    if (!script->sim) {
        mem_free(NULL, script, sizeof(*script));
        return NULL;
    }
    script->rng = rng_derive(options->seed, "script", 0);
    script->L = lua_newstate(allocate, script);
    lua_atpanic(script->L, panic);
    *(Script **)lua_getextraspace(script->L) = script;
    find_cluster_name(script, source);
    sandbox_open(script->L);
    core_open(script->L);
    if (!prelude_run(script->L, err) || !load(script, source, size, err)) {
        script_destroy(script);
        return NULL;
    }
    return script;
}

void script_destroy(Script *script)
{
    if (!script) return;
    lua_close(script->L);
    sim_destroy(script->sim);
    array_deinit(NULL, &script->processes);
    array_deinit(NULL, &script->handlers);
    mem_free(NULL, script, sizeof(*script));
}

Sim *script_sim(Script *script)
{
    return script->sim;
}

int script_line(const Script *script)
{
    lua_Debug where;
    if (script->processes.count == 0) return 0;
    lua_State *thread = script->processes.items[0].thread;
    for (int level = 0; lua_getstack(thread, level, &where); level++) {
        lua_getinfo(thread, "Sl", &where);
        if (where.currentline > 0 && strcmp(where.source, "=prelude") != 0)
            return where.currentline;
    }
    return 0;
}

/* --- the loop --- */

static void end_process(Script *script, uint32_t index)
{
    luaL_unref(script->L, LUA_REGISTRYINDEX, script->processes.items[index].reference);
    array_remove(&script->processes, index);
}

static void fail(Script *script, lua_State *thread)
{
    const char *text = lua_tostring(thread, -1);
    script->failed = true;
    if (text && strstr(text, "not enough memory")) {
        error_set(&script->error, "%s: the script wants more than %zu MiB of memory", script->name,
                  MEMORY_MAX >> 20);
    } else {
        error_set(&script->error, "%s",
                  text ? text : "the script raised an error that is not a text");
    }
}

static void resume(Script *script, uint32_t index)
{
    Process *process = &script->processes.items[index];
    lua_State *thread = process->thread;
    int results, arguments = process->arguments;
    process->arguments = 0;
    process->wait = WAIT_READY;
    script->current = index;
    script->steps = 0;
    int status = lua_resume(thread, NULL, arguments, &results);
    if (status == LUA_YIELD) {
        lua_pop(thread, results);
    } else if (status == LUA_OK) {
        end_process(script, index);
    } else {
        fail(script, thread);
    }
}

static bool is_due(const Script *script, const Process *process, bool noticed)
{
    SimTime now = sim_now(script->sim);
    switch (process->wait) {
    case WAIT_READY: return true;
    case WAIT_TIME: return process->time <= now;
    case WAIT_NOTICE: return noticed || process->time <= now;
    case WAIT_CALL: return sim_call_status(script->sim, process->call, NULL) != CALL_PENDING;
    }
    return false;
}

/* The due process that has waited longest; UINT32_MAX when none is. */
static uint32_t next_due(const Script *script, bool noticed, uint64_t before)
{
    uint32_t best = UINT32_MAX;
    for (uint32_t i = 0; i < script->processes.count; i++) {
        const Process *process = &script->processes.items[i];
        if (process->order > before || !is_due(script, process, noticed)) continue;
        if (best == UINT32_MAX || process->order < script->processes.items[best].order) best = i;
    }
    return best;
}

/* Runs what is due now. Who begins to wait for a notice now waits for the next one. */
static void run_due(Script *script, bool noticed)
{
    uint64_t before = script->orders;
    for (uint32_t turns = 0;; turns++) {
        if (turns > TURNS_MAX) {
            script->failed = true;
            error_set(&script->error,
                      "%s: more than %d waits at one moment; a loop needs a wait that is longer "
                      "than nothing",
                      script->name, TURNS_MAX);
        }
        uint32_t index = next_due(script, noticed, before);
        if (index == UINT32_MAX) {
            noticed = false;
            index = next_due(script, false, UINT64_MAX);
        }
        if (index == UINT32_MAX || script->failed) return;
        resume(script, index);
    }
}

/* Starts a process for each new record that somebody waits for with on(...). */
static void call_handlers(Script *script)
{
    const Trace *trace = sim_trace(script->sim);
    for (; script->records_seen < trace_count(trace); script->records_seen++) {
        TraceRecord record;
        if (script->handlers.count == 0) continue;
        trace_get(trace, script->records_seen + 1, &record);
        for (uint32_t i = 0; i < script->handlers.count; i++) {
            if (script->handlers.items[i].type != record.type) continue;
            lua_rawgeti(script->L, LUA_REGISTRYINDEX, script->handlers.items[i].function);
            lua_pushinteger(script->L, (lua_Integer)record.seq);
            host_spawn(script, script->L, 1);
        }
    }
}

/* The next time at which a process wants to run by itself, and whether one waits for something to
 * happen. */
static SimTime next_time(const Script *script, SimTime until, bool *notices)
{
    *notices = script->handlers.count > 0;
    for (uint32_t i = 0; i < script->processes.count; i++) {
        const Process *process = &script->processes.items[i];
        if (process->wait == WAIT_NOTICE || process->wait == WAIT_CALL) *notices = true;
        if (process->wait != WAIT_CALL && process->time < until) until = process->time;
    }
    SimTime now = sim_now(script->sim);
    return until > now ? until : now;
}

ScriptStatus script_run(Script *script, SimTime until, Error *err)
{
    bool noticed = false;
    if (until > NODE_RUN_MAX) until = NODE_RUN_MAX;
    while (!script->failed) {
        bool notices;
        run_due(script, noticed);
        if (script->failed) break;
        if (script->processes.count == 0) return SCRIPT_FINISHED;
        SimTime target = next_time(script, until, &notices);
        noticed = false;
        if (notices) noticed = sim_run_to_notice(script->sim, target);
        else sim_run_until(script->sim, target);
        call_handlers(script);
        if (!noticed && sim_now(script->sim) >= until &&
            next_due(script, false, UINT64_MAX) == UINT32_MAX)
            return SCRIPT_RUNNING;
    }
    *err = script->error;
    return SCRIPT_FAILED;
}

/* --- the Lua line of a command --- */

static void append_group(const Script *script, const uint64_t *words, Text *out)
{
    text_append(out, "{ ");
    for (uint32_t i = bitset_next(words, HOSTS_MAX, 0), first = 1; i < HOSTS_MAX;
         i = bitset_next(words, HOSTS_MAX, i + 1), first = 0) {
        text_append(out, "%s%s.%s", first ? "" : ", ", script->cluster_name,
                    sim_host_name(script->sim, (HostId)i));
    }
    text_append(out, " }");
}

static void append_method(const Script *script, HostId host, const char *method, Text *out)
{
    text_append(out, "%s.%s:%s()", script->cluster_name, sim_host_name(script->sim, host), method);
}

void script_command_lua(const Script *script, const Command *command, Text *out)
{
    switch (command->kind) {
    case CMD_START: append_method(script, command->host, "restart", out); break;
    case CMD_KILL:
        append_method(script, command->host, command->u.kill.power ? "power_off" : "kill", out);
        break;
    case CMD_WIPE: append_method(script, command->host, "wipe", out); break;
    case CMD_FREEZE: append_method(script, command->host, "freeze", out); break;
    case CMD_THAW: append_method(script, command->host, "thaw", out); break;
    case CMD_SLOW:
        text_append(out, "%s.%s:slow(%u.%03u)", script->cluster_name,
                    sim_host_name(script->sim, command->host), command->u.permille / 1000,
                    command->u.permille % 1000);
        break;
    case CMD_RULE_ADD:
        text_append(out, "local fault%u = %s(", command->u.rule.id,
                    command->u.rule.oneway ? "one_way" : "cut");
        append_group(script, command->u.rule.from, out);
        text_append(out, ", ");
        append_group(script, command->u.rule.to, out);
        text_append(out, ")");
        break;
    case CMD_RULE_REMOVE: text_append(out, "fault%u:heal()", command->u.rule.id); break;
    case CMD_CALL:
        text_append(out, "%s.%s:call(\"%s\")", script->cluster_name,
                    sim_host_name(script->sim, command->host), command->text ? command->text : "");
        break;
    case CMD_FEED:
        text_append(out, "%s.%s:feed(%llu)", script->cluster_name,
                    sim_host_name(script->sim, command->host),
                    (unsigned long long)command->u.bytes);
        break;
    case CMD_HOST_ADD:
    case CMD_NET_PROFILE:
    case CMD_ZONE_PROFILE:
    case CMD_CALL_CANCEL:
    case CMD_NOTE:
    case CMD_KIND_COUNT: break; /* not made by a gesture */
    }
}
