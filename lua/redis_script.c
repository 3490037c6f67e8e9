/* redis_script.c -- interpreters of a virtual server: made, filled with scripts, run in slices.
 *
 * A script runs as a coroutine. A hook counts its instructions; at the end of a slice it yields
 * from wherever the script is, and the next slice resumes it there. What the simulator sees in
 * between is memory of the server like any other. */
#include "lua/redis_script.h"

#include "lua/redis.h"
#include "sim/base/assert.h"

#include <stdio.h>
#include <string.h>

#define SCRIPTS      "redis.scripts"   /* registry: functions by hash */
#define LIBRARIES    "redis.libraries" /* registry: by number, functions by name */
#define RANDOM_START UINT64_C(0x1234ABCD330E)

ScriptState *redis_state(lua_State *L)
{
    return *(ScriptState **)lua_getextraspace(L);
}

void redis_charge(lua_State *L, uint64_t steps)
{
    redis_state(L)->steps += steps;
}

Text *redis_scratch(lua_State *L)
{
    Text *scratch = &redis_state(L)->scratch;
    text_clear(scratch);
    return scratch;
}

/* The limit holds while a script runs; outside it Lua must not fail: nobody would catch it. */
static void *allocate(void *owner, void *block, size_t old_size, size_t new_size)
{
    ScriptState *state = owner;
    size_t old = block ? old_size : 0;
    if (new_size == 0) {
        state->memory -= old;
        mem_free(state->mem, block, old);
        return NULL;
    }
    bool too_much = new_size > old && state->memory - old + new_size > REDIS_MEMORY_MAX;
    if (state->is_inside && too_much) return NULL;
    /* Texts alone: when a table grows may depend on its hash, which differs in every run. */
    bool is_text = !block && old_size == LUA_TSTRING;
    if (is_text && new_size > 1024) state->steps += new_size / 256;
    state->memory = state->memory - old + new_size;
    return mem_resize(state->mem, block, old, new_size);
}

/* Lua aborts after this; it can only happen by a mistake of ours. */
static int panic(lua_State *L)
{
    fprintf(stderr, "slotscope: Lua failed outside a script: %s\n", lua_tostring(L, -1));
    return 0;
}

/* --- life --- */

static ScriptState *create(Mem *mem, ScriptKind kind, Server *server)
{
    ScriptState *state = mem_alloc(mem, sizeof(*state));
    state->mem = state->scratch.mem = mem;
    state->kind = kind;
    state->server = server;
    state->random = RANDOM_START;
    state->L = lua_newstate(allocate, state);
    SIM_ASSERT(state->L);
    lua_atpanic(state->L, panic);
    *(ScriptState **)lua_getextraspace(state->L) = state;
    lua_newtable(state->L);
    lua_setfield(state->L, LUA_REGISTRYINDEX, kind == SCRIPT_EVAL ? SCRIPTS : LIBRARIES);
    redis_sandbox_open(state);
    return state;
}

static void destroy(ScriptState *state)
{
    Mem *mem = state->mem;
    lua_close(state->L);
    text_deinit(&state->scratch);
    array_deinit(mem, &state->values);
    SIM_ASSERT(state->memory == 0);
    mem_free(mem, state, sizeof(*state));
}

/* --- limits --- */

/* From now on every line and instruction ends in this error: pcall cannot live on. */
static void raise_for_good(lua_State *L, lua_Hook hook, const char *text)
{
    lua_sethook(L, hook, LUA_MASKLINE | LUA_MASKCOUNT, 1);
    redis_raise(L, text);
}

static void on_count(lua_State *L, lua_Debug *where)
{
    ScriptState *state = redis_state(L);
    if (state->killed) raise_for_good(L, on_count, "Script killed by user with SCRIPT KILL...");
    if (state->late) raise_for_good(L, on_count, "FUNCTION LOAD timeout");
    if (where->event != LUA_HOOKCOUNT) return;
    state->steps += REDIS_STEPS_EACH;
    if (state->steps_limit > 0 && state->steps > state->steps_limit) {
        state->late = true;
        raise_for_good(L, on_count, "FUNCTION LOAD timeout");
    }
    if (state->steps_end == 0 || state->steps < state->steps_end) return;
    if (lua_isyieldable(L)) {
        state->suspending = true;
        lua_yield(L, 0);
    } else if (state->steps > state->steps_end + REDIS_STEPS_OVER) {
        state->killed = true;
        raise_for_good(L, on_count,
                       "a function called back from inside a library runs for too "
                       "long: it cannot be suspended");
    }
}

static void begin(ScriptState *state, lua_State *L, uint64_t end, uint64_t limit)
{
    state->steps = 0;
    state->steps_end = end;
    state->steps_limit = limit;
    state->is_inside = true;
    lua_sethook(L, on_count, LUA_MASKCOUNT, REDIS_STEPS_EACH);
}

/* --- compiling --- */

/* False with the compiler's message; else the function is on the stack. */
static bool compile_chunk(ScriptState *state, Slice source, const char *name, Text *error)
{
    lua_State *L = state->L;
    state->is_inside = true;
    int status = luaL_loadbufferx(L, source.size ? source.chars : "", source.size, name, "t");
    state->is_inside = false;
    if (status == LUA_OK) {
        redis_push_environment(L);
        lua_setupvalue(L, -2, 1); /* _ENV */
        return true;
    }
    size_t size;
    const char *text = lua_tolstring(L, -1, &size);
    redis_translate((Slice){text ? text : "", text ? (uint32_t)size : 0}, error);
    lua_pop(L, 1);
    return false;
}

static bool compile(ScriptState *state, Slice sha, Slice source, Text *error)
{
    lua_State *L = state->L;
    if (!compile_chunk(state, source, "@user_script", error)) return false;
    lua_getfield(L, LUA_REGISTRYINDEX, SCRIPTS);
    lua_insert(L, -2);
    lua_pushlstring(L, sha.chars, sha.size);
    lua_insert(L, -2);
    lua_rawset(L, -3);
    lua_pop(L, 1);
    return true;
}

/* --- FUNCTION LOAD --- */

/* The error on top, popped, as Redis tells it: that of a table as it stands, a text with "ERR ". */
static void take_message(lua_State *L, Text *out)
{
    size_t size = 0;
    const char *text = lua_tolstring(L, -1, &size);
    if (text) {
        text_append(out, "ERR ");
        redis_translate((Slice){text, (uint32_t)size}, out);
    } else if (lua_istable(L, -1)) {
        lua_pushliteral(L, "err");
        lua_rawget(L, -2);
        text = lua_tolstring(L, -1, &size);
        text_append_bytes(out, text ? text : "", (uint32_t)(text ? size : 0));
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}

static void set_globals(ScriptState *state, bool loading)
{
    lua_getfield(state->L, LUA_REGISTRYINDEX, loading ? "redis.loading" : "redis.globals");
    redis_set_globals(state->L);
}

static bool load(ScriptState *state, uint32_t library, Slice source, uint64_t steps, uint64_t *used,
                 Text *error)
{
    lua_State *L = state->L;
    Text message = {.mem = state->mem};
    *used = 0;
    if (!compile_chunk(state, source, "@user_function", &message)) {
        text_append(error, "Error compiling function: %s", text_chars(&message));
        text_deinit(&message);
        return false;
    }
    lua_getfield(L, LUA_REGISTRYINDEX, LIBRARIES);
    lua_newtable(L);
    lua_rawseti(L, -2, library);
    lua_pop(L, 1);
    state->library = library;
    set_globals(state, true);
    state->late = state->killed = false;
    begin(state, L, 0, steps);
    int status = lua_pcall(L, 0, 0, 0);
    state->is_inside = false;
    lua_sethook(L, NULL, 0, 0);
    set_globals(state, false);
    state->library = 0;
    state->late = false;
    *used = state->steps;
    if (status != LUA_OK) {
        take_message(L, &message);
        text_append(error, "Error registering functions: %s", text_chars(&message));
    }
    text_deinit(&message);
    return status == LUA_OK;
}

static void unload(ScriptState *state, uint32_t library)
{
    lua_State *L = state->L;
    lua_getfield(L, LUA_REGISTRYINDEX, LIBRARIES);
    lua_pushnil(L);
    lua_rawseti(L, -2, library);
    lua_pop(L, 1);
}

/* --- runs --- */

static void push_texts(lua_State *L, const Slice *words, uint32_t count)
{
    lua_createtable(L, (int)count, 0);
    for (uint32_t i = 0; i < count; i++) {
        lua_pushlstring(L, words[i].size ? words[i].chars : "", words[i].size);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

static void push_function(ScriptState *state, const ScriptStart *start)
{
    lua_State *L = state->L;
    bool eval = state->kind == SCRIPT_EVAL;
    lua_getfield(L, LUA_REGISTRYINDEX, eval ? SCRIPTS : LIBRARIES);
    if (!eval) {
        lua_rawgeti(L, -1, start->library);
        lua_remove(L, -2);
    }
    lua_pushlstring(L, start->name.chars, start->name.size);
    lua_rawget(L, -2);
    lua_remove(L, -2);
    SIM_ASSERT(lua_isfunction(L, -1));
}

/* EVAL finds its keys and arguments in globals, a function gets them. */
static void start(ScriptState *state, const ScriptStart *start)
{
    lua_State *L = state->L;
    SIM_ASSERT(!state->thread);
    state->thread = lua_newthread(L);
    state->thread_reference = luaL_ref(L, LUA_REGISTRYINDEX);
    push_function(state, start);
    if (state->kind == SCRIPT_EVAL) {
        lua_getfield(L, LUA_REGISTRYINDEX, "redis.globals");
        lua_pushliteral(L, "KEYS");
        push_texts(L, start->keys, start->key_count);
        lua_rawset(L, -3);
        lua_pushliteral(L, "ARGV");
        push_texts(L, start->args, start->arg_count);
        lua_rawset(L, -3);
        lua_pop(L, 1);
        state->arguments = 0;
    } else {
        push_texts(L, start->keys, start->key_count);
        push_texts(L, start->args, start->arg_count);
        state->arguments = 2;
    }
    lua_xmove(L, state->thread, state->arguments + 1);
    state->killed = state->late = false;
}

/* Where the script failed: the function that raised the error, or its caller if that is C. The
 * stack of a failed coroutine still stands. */
static bool find_place(lua_State *thread, lua_Debug *where)
{
    for (int level = 0; level < 2; level++) {
        if (!lua_getstack(thread, level, where)) return false;
        lua_getinfo(thread, "Sl", where);
        if (strcmp(where->what, "C") != 0) return true;
    }
    return true;
}

static void reply_failure(ScriptState *state, Reply *reply, Slice name)
{
    lua_State *thread = state->thread;
    Text text = {.mem = state->mem};
    lua_Debug where;
    if (!lua_istable(thread, -1) && !lua_isstring(thread, -1)) {
        const char *shown = lua_isnil(thread, -1) ? "nil"
                            : lua_isboolean(thread, -1)
                                ? lua_toboolean(thread, -1) ? "true" : "false"
                                : luaL_typename(thread, -1);
        lua_pop(thread, 1);
        lua_pushstring(thread, shown);
    }
    bool placed = find_place(thread, &where);
    take_message(thread, &text);
    if (placed)
        text_append(&text, " script: %.*s, on %s:%d.", (int)name.size, name.chars, where.source,
                    where.currentline);
    redis_reply_error(reply, (Slice){text_chars(&text), text.size});
    text_deinit(&text);
}

/* The value of the script becomes its reply; an error inside (too deep, too large) another one. */
static int l_reply(lua_State *L)
{
    Reply *reply = lua_touserdata(L, 1);
    lua_remove(L, 1);
    redis_reply_value(L, reply, script_protocol(redis_state(L)->server));
    return 0;
}

static void reply_success(ScriptState *state, Reply *reply, int results)
{
    lua_State *thread = state->thread, *L = state->L;
    uint32_t mark = reply->out.size;
    lua_pushcfunction(L, l_reply);
    lua_pushlightuserdata(L, reply);
    if (results == 0) lua_pushnil(L);
    else {
        lua_settop(thread, lua_gettop(thread) - results + 1); /* the first one */
        lua_xmove(thread, L, 1);
    }
    if (lua_pcall(L, 2, 0, 0) == LUA_OK) return;
    Text text = {.mem = state->mem};
    take_message(L, &text);
    reply->out.size = mark;
    redis_reply_error(reply, (Slice){text_chars(&text), text.size});
    text_deinit(&text);
}

static void end(ScriptState *state)
{
    luaL_unref(state->L, LUA_REGISTRYINDEX, state->thread_reference);
    state->thread = NULL;
    lua_gc(state->L, LUA_GCSTEP, 0);
}

static bool go_on(ScriptState *state, Slice name, uint64_t steps, uint64_t *used, Reply *reply)
{
    int results = 0;
    begin(state, state->thread, steps, 0);
    if (state->killed) lua_sethook(state->thread, on_count, LUA_MASKLINE | LUA_MASKCOUNT, 1);
    state->suspending = false;
    int status = lua_resume(state->thread, NULL, state->arguments, &results);
    state->is_inside = false;
    state->arguments = 0;
    *used = state->steps;
    if (status == LUA_YIELD) {
        SIM_ASSERT(state->suspending && results == 0);
        return false;
    }
    lua_sethook(state->thread, NULL, 0, 0);
    if (status == LUA_OK) reply_success(state, reply, results);
    else reply_failure(state, reply, name);
    *used = state->steps;
    end(state);
    return true;
}

static void kill_script(ScriptState *state)
{
    state->killed = true;
}

const struct ScriptEngine *redis_script_engine(void)
{
    static const ScriptEngine engine = {.create = create,
                                        .destroy = destroy,
                                        .compile = compile,
                                        .load = load,
                                        .unload = unload,
                                        .start = start,
                                        .go_on = go_on,
                                        .kill = kill_script};
    return &engine;
}
