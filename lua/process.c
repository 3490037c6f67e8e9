/* process.c -- the script's processes, and the loop that takes turns with the simulator. */
#include "lua/host.h"

#include "sim/cluster/effect.h"

#include <string.h>

/* Counts instructions in a process; set again to every single one when the limit is passed, so that
 * pcall cannot hide it. */
static void count_steps(lua_State *L, lua_Debug *where)
{
    (void)where;
    host_charge(L, STEPS_EACH);
}

void host_charge(lua_State *L, uint64_t steps)
{
    Script *script = host_of(L);
    script->steps += steps;
    if (script->steps <= STEPS_MAX || !script->is_inside) return;
    lua_sethook(L, count_steps, LUA_MASKCOUNT, 1);
    host_error(L, "more than %d million steps without waiting; an endless loop needs a wait in it",
               STEPS_MAX / 1000000);
}

int host_wait(lua_State *L, WaitKind wait, SimTime time, uint32_t call)
{
    Script *script = host_of(L);
    if (!lua_isyieldable(L))
        return host_error(L, "waiting is not possible here, inside a function that Lua calls back");
    Process *process = &script->processes.items[script->current];
    process->wait = wait;
    process->time = time;
    process->call = call;
    process->order = ++script->orders;
    return lua_yield(L, 0);
}

bool host_spawn(Script *script, lua_State *from, int arguments, TaskKind kind, int line)
{
    SIM_ASSERT(arguments <= ARGUMENTS_MAX);
    if (script->processes.count >= PROCESSES_MAX) return false;
    lua_State *thread = lua_newthread(from);
    int reference = luaL_ref(from, LUA_REGISTRYINDEX);
    lua_sethook(thread, count_steps, LUA_MASKCOUNT, STEPS_EACH);
    lua_xmove(from, thread, arguments + 1);
    Process process = {.thread = thread,
                       .reference = reference,
                       .kind = kind,
                       .wait = WAIT_READY,
                       .order = ++script->orders,
                       .arguments = arguments,
                       .line = line};
    array_push(NULL, &script->processes, process);
    return true;
}

int script_line(const Script *script)
{
    for (uint32_t i = 0; i < script->processes.count; i++) {
        const Process *process = &script->processes.items[i];
        if (process->kind == TASK_MAIN) return host_line(process->thread);
    }
    return 0;
}

/* --- one turn --- */

#define DEEP 10000 /* calls inside each other that no script means */

static void end_process(Script *script, uint32_t index)
{
    luaL_unref(script->L, LUA_REGISTRYINDEX, script->processes.items[index].reference);
    array_remove(&script->processes, index);
}

/* "x.lua:3: " at the start of a message: its length and line; 0 when it is not there. */
static size_t place_of(const Script *script, const char *text, int *line)
{
    size_t size = strlen(script->chunk), at = size + 1;
    if (strncmp(text, script->chunk, size) != 0 || text[size] != ':') return 0;
    int number = 0;
    for (; text[at] >= '0' && text[at] <= '9' && at < size + 9; at++)
        number = number * 10 + (text[at] - '0');
    if (at == size + 1 || text[at] != ':' || text[at + 1] != ' ') return 0;
    *line = number;
    return at + 2;
}

/* Whatever ended the process becomes one sentence with file and line. */
static void fail(Script *script, const Process *process, int status)
{
    lua_State *thread = process->thread;
    int line = host_line(thread);
    lua_Debug where;
    if (line == 0) line = process->line;
    if (lua_getstack(thread, DEEP, &where)) { /* it ran out of stack or, on the way, of memory */
        host_fail(script, line, "functions call each other without end");
        return;
    }
    if (status == LUA_ERRMEM) {
        host_fail(script, line, "the script wants more than %zu MiB of memory", MEMORY_MAX >> 20);
        return;
    }
    if (!lua_isstring(thread, -1)) {
        host_fail(script, line, "error was called with a %s; it wants a text",
                  luaL_typename(thread, -1));
        return;
    }
    /* A message raised again has several places: the last one is where it began. */
    const char *text = lua_tostring(thread, -1);
    for (size_t size = 1; size > 0; text += size) size = place_of(script, text, &line);
    if (strncmp(text, "prelude:", 8) == 0) {
        const char *rest = strstr(text, ": ");
        if (rest) text = rest + 2;
    }
    host_fail(script, line, "%s", text[0] ? text : "error was called with an empty text");
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
    script->is_inside = true;
    int status = lua_resume(thread, NULL, arguments, &results);
    script->is_inside = false;
    if (status == LUA_YIELD) {
        lua_pop(thread, results);
    } else if (status == LUA_OK) {
        end_process(script, index);
    } else {
        fail(script, &script->processes.items[index], status);
    }
}

/* --- who is next --- */

static bool is_due(const Script *script, const Process *process, bool noticed)
{
    SimTime now = sim_now(script->sim);
    switch (process->wait) {
    case WAIT_READY: return true;
    case WAIT_TIME: return process->time <= now;
    case WAIT_NOTICE: return noticed || process->time <= now;
    case WAIT_CALL:
        return process->time <= now ||
               sim_call_status(script->sim, process->call, NULL) != CALL_PENDING;
    }
    return false;
}

/* The due process that has waited longest, of those that began before `before`; UINT32_MAX when
 * none is. */
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

/* Starts a process for each new record that somebody waits for with on(...). */
static void call_handlers(Script *script)
{
    const Trace *trace = sim_trace(script->sim);
    if (script->handlers.count == 0) script->records_seen = trace_count(trace);
    for (; script->records_seen < trace_count(trace); script->records_seen++) {
        TraceRecord record;
        trace_get(trace, script->records_seen + 1, &record);
        for (uint32_t i = 0; i < script->handlers.count; i++) {
            const Handler *handler = &script->handlers.items[i];
            if (handler->type != record.type || record.seq <= handler->after) continue;
            if (!event_concerns(&record)) continue;
            lua_rawgeti(script->L, LUA_REGISTRYINDEX, handler->function);
            lua_pushinteger(script->L, (lua_Integer)record.seq);
            if (host_spawn(script, script->L, 1, TASK_SPAWNED, handler->line)) continue;
            host_fail(script, handler->line, "more than %d processes at once", PROCESSES_MAX);
            return;
        }
    }
}

/* Runs what is due now. Who begins to wait for a notice now waits for the next one. */
static void run_due(Script *script, bool noticed)
{
    uint64_t before = script->orders;
    call_handlers(script);
    for (uint32_t turns = 0; !script->failed; turns++) {
        uint32_t index = next_due(script, noticed, before);
        if (index == UINT32_MAX) {
            noticed = false;
            index = next_due(script, false, UINT64_MAX);
        }
        if (index == UINT32_MAX) return;
        if (turns >= TURNS_MAX) {
            const Process *process = &script->processes.items[index];
            int line = host_line(process->thread);
            host_fail(script, line ? line : process->line,
                      "more than %d turns at one moment; a loop needs a wait that is longer than "
                      "nothing",
                      TURNS_MAX);
            return;
        }
        resume(script, index);
        if (!script->failed) call_handlers(script);
    }
}

/* --- the loop --- */

/* Only processes of `every` are left: nobody waits for them. */
static bool is_finished(Script *script)
{
    for (uint32_t i = 0; i < script->processes.count; i++) {
        if (script->processes.items[i].kind != TASK_BACKGROUND) return false;
    }
    while (script->processes.count > 0) end_process(script, script->processes.count - 1);
    return true;
}

/* The next time at which a process wants to run by itself, and whether one waits for something to
 * happen. */
static SimTime next_time(const Script *script, SimTime until, bool *notices)
{
    *notices = script->handlers.count > 0;
    for (uint32_t i = 0; i < script->processes.count; i++) {
        const Process *process = &script->processes.items[i];
        if (process->wait == WAIT_NOTICE || process->wait == WAIT_CALL) *notices = true;
        if (process->time < until) until = process->time;
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
        if (is_finished(script)) return SCRIPT_FINISHED;
        if (!noticed && sim_now(script->sim) >= until) return SCRIPT_RUNNING;
        SimTime target = next_time(script, until, &notices);
        if (notices) noticed = sim_run_to_notice(script->sim, target);
        else sim_run_until(script->sim, target);
        if (!notices) noticed = false;
    }
    *err = script->error;
    return SCRIPT_FAILED;
}
