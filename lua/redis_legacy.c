/* redis_legacy.c -- what Lua 5.1, which redis-server embeds, had and 5.4 has not: unpack,
 * loadstring, setfenv, table.getn and more; coroutines whose script can be suspended from outside;
 * redis-server's own math.random. */
#include "lua/redis.h"

#include <math.h>
#include <string.h>

#define KIBIBYTES_TOLD 64

/* --- code from text: always in the environment of scripts --- */

static int finish_load(lua_State *L, int status)
{
    if (status == LUA_OK) {
        redis_push_environment(L);
        if (!lua_setupvalue(L, -2, 1)) lua_pop(L, 1);
        return 1;
    }
    size_t size;
    const char *text = lua_tolstring(L, -1, &size);
    Text *out = redis_scratch(L);
    redis_translate((Slice){text, (uint32_t)size}, out);
    lua_pushnil(L);
    lua_pushlstring(L, text_chars(out), out->size);
    return 2;
}

static int l_loadstring(lua_State *L)
{
    size_t size;
    const char *source = luaL_checklstring(L, 1, &size);
    const char *name = luaL_optstring(L, 2, source);
    return finish_load(L, luaL_loadbufferx(L, source, size, name, "t"));
}

/* load(function [, name]): the function gives the parts; gathered here, so that it is called by a
 * plain call. */
static int l_load(lua_State *L)
{
    luaL_Buffer all;
    luaL_checktype(L, 1, LUA_TFUNCTION);
    const char *name = luaL_optstring(L, 2, "=(load)");
    luaL_buffinit(L, &all);
    for (;;) {
        lua_pushvalue(L, 1);
        lua_call(L, 0, 1);
        size_t size = 0;
        const char *part = lua_tolstring(L, -1, &size);
        if (!part && !lua_isnil(L, -1))
            return luaL_error(L, "reader function must return a string");
        if (size == 0) break;
        luaL_addvalue(&all);
    }
    lua_pop(L, 1);
    luaL_pushresult(&all);
    size_t size;
    const char *source = lua_tolstring(L, -1, &size);
    return finish_load(L, luaL_loadbufferx(L, source, size, name, "t"));
}

/* --- environments of functions --- */

/* Pushes the function that argument 1 means: itself, or a level of the stack. */
static void push_function(lua_State *L)
{
    lua_Debug where;
    if (lua_isfunction(L, 1)) {
        lua_pushvalue(L, 1);
        return;
    }
    lua_Integer level = luaL_optinteger(L, 1, 1);
    luaL_argcheck(L, level >= 0, 1, "level must be non-negative");
    if (level == 0 || !lua_getstack(L, (int)level, &where)) luaL_argerror(L, 1, "invalid level");
    lua_getinfo(L, "f", &where);
}

static int upvalue_of_environment(lua_State *L, int function)
{
    const char *name;
    for (int i = 1; (name = lua_getupvalue(L, function, i)) != NULL; i++) {
        lua_pop(L, 1);
        if (strcmp(name, "_ENV") == 0) return i;
    }
    return 0;
}

static int l_getfenv(lua_State *L)
{
    push_function(L);
    int i = lua_iscfunction(L, -1) ? 0 : upvalue_of_environment(L, lua_gettop(L));
    if (i) lua_getupvalue(L, -1, i);
    else redis_push_environment(L);
    return 1;
}

/* The function gets an upvalue of its own, so that others of the chunk keep theirs. */
static int l_setfenv(lua_State *L)
{
    luaL_checktype(L, 2, LUA_TTABLE);
    push_function(L);
    int function = lua_gettop(L);
    if (lua_iscfunction(L, function))
        return luaL_error(L, "'setfenv' cannot change environment of given object");
    int i = upvalue_of_environment(L, function);
    if (i) {
        luaL_loadstring(L, "return nil"); /* a fresh function with an upvalue to take */
        lua_pushvalue(L, 2);
        lua_setupvalue(L, -2, 1);
        lua_upvaluejoin(L, function, i, -1, 1);
        lua_pop(L, 1);
    }
    return 1;
}

/* --- coroutines --- */

static int finish_resume(lua_State *L, int status, lua_KContext context);

/* Resumes the coroutine at index 1 with what is above it. If a hook suspends the script inside,
 * this coroutine is suspended along, and goes on inside it later. Returns the number of results,
 * or -1 with the error on top. */
static int resume(lua_State *L, int arguments, lua_KContext context)
{
    int results = 0;
    ScriptState *state = redis_state(L);
    lua_State *inner = lua_tothread(L, 1);
    for (;;) {
        int status = lua_resume(inner, L, arguments, &results);
        if (status == LUA_YIELD && state->suspending) {
            if (lua_isyieldable(L)) return lua_yieldk(L, 0, context, finish_resume);
            state->suspending = false;
            arguments = 0;
            continue;
        }
        if (status != LUA_OK && status != LUA_YIELD) {
            lua_xmove(inner, L, 1);
            return -1;
        }
        luaL_checkstack(L, results + 1, "too many results to resume");
        lua_xmove(inner, L, results);
        return results;
    }
}

/* context 1: coroutine.resume, whose results begin with a boolean; 0: a function of wrap. */
static int give_results(lua_State *L, int results, lua_KContext context)
{
    if (context == 0) {
        if (results >= 0) return results;
        return lua_error(L);
    }
    lua_pushboolean(L, results >= 0);
    int count = results >= 0 ? results : 1;
    lua_insert(L, -(count + 1));
    return count + 1;
}

static int finish_resume(lua_State *L, int status, lua_KContext context)
{
    (void)status;
    redis_state(L)->suspending = false;
    lua_settop(L, 1);
    return give_results(L, resume(L, 0, context), context);
}

static bool check_resumable(lua_State *L, lua_State *inner, int arguments)
{
    const char *against = NULL;
    int status = lua_status(inner);
    bool is_new = status == LUA_OK && lua_gettop(inner) > 0;
    if (inner == L || inner == redis_state(L)->thread) against = "cannot resume running coroutine";
    else if (status == LUA_OK && !is_new) against = "cannot resume dead coroutine";
    else if (status != LUA_OK && status != LUA_YIELD) against = "cannot resume dead coroutine";
    else if (!lua_checkstack(inner, arguments)) against = "too many arguments to resume";
    if (against) lua_pushstring(L, against);
    return !against;
}

static int resume_with(lua_State *L, lua_KContext context)
{
    lua_State *inner = lua_tothread(L, 1);
    int arguments = lua_gettop(L) - 1;
    if (!check_resumable(L, inner, arguments)) return give_results(L, -1, context);
    lua_xmove(L, inner, arguments);
    return give_results(L, resume(L, arguments, context), context);
}

static int l_resume(lua_State *L)
{
    luaL_argexpected(L, lua_isthread(L, 1), 1, "coroutine");
    return resume_with(L, 1);
}

static int call_wrapped(lua_State *L)
{
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    return resume_with(L, 0);
}

static int l_create(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_State *inner = lua_newthread(L);
    lua_pushvalue(L, 1);
    lua_xmove(L, inner, 1);
    return 1;
}

static int l_wrap(lua_State *L)
{
    l_create(L);
    lua_pushcclosure(L, call_wrapped, 1);
    return 1;
}

/* The script itself is no coroutine as far as it can see. */
static int l_yield(lua_State *L)
{
    if (L == redis_state(L)->thread || !lua_isyieldable(L))
        return luaL_error(L, "attempt to yield across metamethod/C-call boundary");
    return lua_yield(L, lua_gettop(L));
}

static int l_running(lua_State *L)
{
    if (L == redis_state(L)->thread || L == redis_state(L)->L) lua_pushnil(L);
    else lua_pushthread(L);
    return 1;
}

/* --- tables --- */

static int l_getn(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_pushinteger(L, (lua_Integer)lua_rawlen(L, 1));
    return 1;
}

static int l_maxn(lua_State *L)
{
    lua_Number most = 0;
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_pushnil(L);
    while (lua_next(L, 1)) {
        lua_pop(L, 1);
        if (lua_type(L, -1) == LUA_TNUMBER && lua_tonumber(L, -1) > most)
            most = lua_tonumber(L, -1);
    }
    redis_push_number(L, most);
    return 1;
}

static int l_foreachi(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    for (lua_Integer i = 1; i <= (lua_Integer)lua_rawlen(L, 1); i++) {
        lua_pushvalue(L, 2);
        lua_pushinteger(L, i);
        lua_rawgeti(L, 1, i);
        lua_call(L, 2, 1);
        if (!lua_isnil(L, -1)) return 1;
        lua_pop(L, 1);
    }
    return 0;
}

static int l_foreach(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_settop(L, 2);
    int count = redis_sorted_keys(L, 1);
    for (int i = 1; i <= count; i++) {
        lua_pushvalue(L, 2);
        lua_rawgeti(L, 3, i);
        lua_pushvalue(L, -1);
        lua_rawget(L, 1);
        lua_call(L, 2, 1);
        if (!lua_isnil(L, -1)) return 1;
        lua_pop(L, 1);
    }
    return 0;
}

/* --- numbers --- */

/* redisLrand48: the generator of drand48, 31 bits of it. Simplified: each of the two interpreters
 * has its own; redis-server's share one. */
static int32_t draw(ScriptState *state)
{
    state->random = (state->random * UINT64_C(0x5DEECE66D) + 0xB) & UINT64_C(0xFFFFFFFFFFFF);
    return (int32_t)(state->random >> 17);
}

static int l_random(lua_State *L)
{
    ScriptState *state = redis_state(L);
    if (!state->thread)
        return luaL_error(L, "math.random can only be called inside a script invocation");
    lua_Number r = (lua_Number)(draw(state) % INT32_MAX) / (lua_Number)INT32_MAX;
    int count = lua_gettop(L);
    if (count == 0) {
        redis_push_number(L, r);
        return 1;
    }
    if (count > 2) return luaL_error(L, "wrong number of arguments");
    int low = count == 1 ? 1 : (int)luaL_checknumber(L, 1);
    int high = (int)luaL_checknumber(L, count);
    luaL_argcheck(L, low <= high, count, "interval is empty");
    redis_push_number(L, floor(r * ((lua_Number)high - low + 1)) + low);
    return 1;
}

static int l_randomseed(lua_State *L)
{
    ScriptState *state = redis_state(L);
    if (!state->thread)
        return luaL_error(L, "math.randomseed can only be called inside a script invocation");
    uint32_t seed = (uint32_t)(int64_t)luaL_checknumber(L, 1);
    state->random = (uint64_t)seed << 16 | 0x330E;
    return 0;
}

/* Functions of one number; the first upvalue says which. */
static int l_math(lua_State *L)
{
    lua_Number x = luaL_checknumber(L, 1);
    switch (lua_tointeger(L, lua_upvalueindex(1))) {
    case 0: x = log10(x); break;
    case 1: x = cosh(x); break;
    case 2: x = sinh(x); break;
    case 3: x = tanh(x); break;
    case 4: x = log(x); break;
    default: x = sqrt(x); break;
    }
    redis_push_number(L, x);
    return 1;
}

static int l_pow(lua_State *L)
{
    redis_push_number(L, pow(luaL_checknumber(L, 1), luaL_checknumber(L, 2)));
    return 1;
}

static int l_fmod(lua_State *L)
{
    redis_push_number(L, fmod(luaL_checknumber(L, 1), luaL_checknumber(L, 2)));
    return 1;
}

static int l_frexp(lua_State *L)
{
    int exponent;
    redis_push_number(L, frexp(luaL_checknumber(L, 1), &exponent));
    lua_pushinteger(L, exponent);
    return 2;
}

static int l_ldexp(lua_State *L)
{
    redis_push_number(L, ldexp(luaL_checknumber(L, 1), (int)luaL_checknumber(L, 2)));
    return 1;
}

static int l_modf(lua_State *L)
{
    lua_Number whole, part = modf(luaL_checknumber(L, 1), &whole);
    redis_push_number(L, whole);
    redis_push_number(L, part);
    return 2;
}

static void open_math(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"pow", l_pow},     {"fmod", l_fmod}, {"mod", l_fmod},      {"frexp", l_frexp},
        {"ldexp", l_ldexp}, {"modf", l_modf}, {"random", l_random}, {"randomseed", l_randomseed},
        {NULL, NULL}};
    static const char *const of_one[] = {"log10", "cosh", "sinh", "tanh", "log", "sqrt"};
    static const char *const gone[] = {"tointeger", "type", "ult", "maxinteger", "mininteger"};
    lua_getfield(L, -1, "math");
    luaL_setfuncs(L, functions, 0);
    for (int i = 0; i < 6; i++) {
        lua_pushinteger(L, i);
        lua_pushcclosure(L, l_math, 1);
        lua_setfield(L, -2, of_one[i]);
    }
    for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++) {
        lua_pushnil(L);
        lua_setfield(L, -2, gone[i]);
    }
    lua_pop(L, 1);
}

/* How much memory there is could differ between runs: always the same. */
static int l_gcinfo(lua_State *L)
{
    lua_pushinteger(L, KIBIBYTES_TOLD);
    return 1;
}

static int l_collectgarbage(lua_State *L)
{
    static const char *const words[] = {"collect", "count",    "step",       "stop",
                                        "restart", "setpause", "setstepmul", NULL};
    int word = luaL_checkoption(L, 1, "collect", words);
    if (word == 0) lua_gc(L, LUA_GCCOLLECT);
    lua_pushinteger(L, word == 1 ? KIBIBYTES_TOLD : 0);
    return 1;
}

/* The globals are on top. */
void redis_legacy_open(lua_State *L)
{
    static const luaL_Reg base[] = {{"loadstring", l_loadstring},
                                    {"load", l_load},
                                    {"getfenv", l_getfenv},
                                    {"setfenv", l_setfenv},
                                    {"gcinfo", l_gcinfo},
                                    {"collectgarbage", l_collectgarbage},
                                    {NULL, NULL}};
    static const luaL_Reg coroutines[] = {{"resume", l_resume},   {"wrap", l_wrap},
                                          {"create", l_create},   {"yield", l_yield},
                                          {"running", l_running}, {NULL, NULL}};
    static const luaL_Reg tables[] = {{"getn", l_getn},
                                      {"maxn", l_maxn},
                                      {"foreach", l_foreach},
                                      {"foreachi", l_foreachi},
                                      {NULL, NULL}};
    luaL_setfuncs(L, base, 0);
    lua_pushliteral(L, "Lua 5.1");
    lua_setfield(L, -2, "_VERSION");
    lua_getfield(L, -1, "coroutine");
    luaL_setfuncs(L, coroutines, 0);
    lua_pushnil(L);
    lua_setfield(L, -2, "close");
    lua_pushnil(L);
    lua_setfield(L, -2, "isyieldable");
    lua_pop(L, 1);
    lua_getfield(L, -1, "string");
    lua_getfield(L, -1, "gmatch");
    lua_setfield(L, -2, "gfind");
    lua_pop(L, 1);
    lua_getfield(L, -1, "table");
    luaL_setfuncs(L, tables, 0);
    lua_getfield(L, -1, "unpack");
    lua_setfield(L, -3, "unpack");
    lua_pushnil(L);
    lua_setfield(L, -2, "unpack");
    lua_pushnil(L);
    lua_setfield(L, -2, "pack");
    lua_pushnil(L);
    lua_setfield(L, -2, "move");
    lua_pop(L, 1);
    open_math(L);
}
