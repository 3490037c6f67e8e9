/* sandbox.c -- what a script may see of Lua: no files, no clock, no code from text, no addresses,
 * no order by hash.
 *
 * pairs visits keys sorted (numbers, then texts, then handles by their number), because Lua's own
 * order changes with every process. tostring names a table or function without its address. */
#include "lua/host.h"

#include <string.h>

static const char *const removed[] = {
    "dofile", "load",   "loadfile", "loadstring", "require", "collectgarbage", "next",
    "rawset", "rawget", "rawequal", "rawlen",     "warn",    "_VERSION",       "print"};
static const char *const removed_strings[] = {"dump", "pack", "unpack", "packsize"};

static int l_tostring(lua_State *L)
{
    luaL_checkany(L, 1);
    int type = lua_type(L, 1);
    if (luaL_callmeta(L, 1, "__tostring")) return 1;
    if (type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TBOOLEAN || type == LUA_TNIL) {
        luaL_tolstring(L, 1, NULL);
    } else {
        lua_pushstring(L, luaL_typename(L, 1));
    }
    return 1;
}

/* math.random with Lua's own meanings of its arguments, from the run's seed. */
static int l_random(lua_State *L)
{
    Rng *rng = &host_of(L)->rng;
    int count = lua_gettop(L);
    if (count == 0) {
        lua_pushnumber(L, (lua_Number)(rng_next(rng) >> 11) * (1.0 / 9007199254740992.0));
        return 1;
    }
    lua_Integer low = count == 1 ? 1 : luaL_checkinteger(L, 1);
    lua_Integer high = luaL_checkinteger(L, count == 1 ? 1 : 2);
    if (count > 2) return host_error(L, "math.random takes at most two numbers");
    if (low > high)
        return host_error(L, "math.random(%lld, %lld): the interval is empty", (long long)low,
                          (long long)high);
    uint64_t width = (uint64_t)high - (uint64_t)low + 1;
    uint64_t value = width == 0 ? rng_next(rng) : rng_below64(rng, width);
    lua_pushinteger(L, (lua_Integer)((uint64_t)low + value));
    return 1;
}

/* A pattern that is matched against a long text can take for ever without a single Lua step: both
 * are bounded. */
static int guarded(lua_State *L)
{
    size_t text = 0, pattern = 0;
    luaL_checklstring(L, 1, &text);
    luaL_checklstring(L, 2, &pattern);
    if (pattern > 100 || text > 20000) {
        return host_error(
            L, "patterns may have 100 characters and be matched against 20000; here %d and %d",
            (int)pattern, (int)text);
    }
    int arguments = lua_gettop(L);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, arguments, LUA_MULTRET);
    return lua_gettop(L);
}

static int l_rep(lua_State *L)
{
    size_t size = 0;
    luaL_checklstring(L, 1, &size);
    lua_Integer count = luaL_checkinteger(L, 2);
    if (count > 0 && size > 0 && (size_t)count > MEMORY_MAX / 8 / size) {
        return host_error(L, "string.rep would make a text of more than %d MiB",
                          (int)(MEMORY_MAX >> 23));
    }
    int arguments = lua_gettop(L);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, arguments, 1);
    return 1;
}

static void wrap(lua_State *L, const char *name, lua_CFunction function)
{
    lua_getfield(L, -1, name);
    lua_pushcclosure(L, function, 1);
    lua_setfield(L, -2, name);
}

static void open_strings(lua_State *L)
{
    static const char *const patterns[] = {"find", "match", "gmatch", "gsub"};
    luaL_requiref(L, LUA_STRLIBNAME, luaopen_string, 1);
    for (size_t i = 0; i < ARRAY_LENGTH(removed_strings); i++) {
        lua_pushnil(L);
        lua_setfield(L, -2, removed_strings[i]);
    }
    for (size_t i = 0; i < ARRAY_LENGTH(patterns); i++) wrap(L, patterns[i], guarded);
    wrap(L, "rep", l_rep);
    lua_pop(L, 1);
    /* getmetatable("") must not lead to the table that all texts share. */
    lua_pushliteral(L, "");
    lua_getmetatable(L, -1);
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 2);
}

static void open_math(lua_State *L)
{
    luaL_requiref(L, LUA_MATHLIBNAME, luaopen_math, 1);
    lua_pushcfunction(L, l_random);
    lua_setfield(L, -2, "random");
    lua_pushnil(L);
    lua_setfield(L, -2, "randomseed");
    lua_pop(L, 1);
}

void sandbox_open(lua_State *L)
{
    luaL_requiref(L, LUA_GNAME, luaopen_base, 1);
    lua_getfield(L, -1, "next");
    lua_setfield(L, LUA_REGISTRYINDEX, "slotscope.next");
    lua_getfield(L, -1, "rawset");
    lua_setfield(L, LUA_REGISTRYINDEX, "slotscope.rawset");
    for (size_t i = 0; i < ARRAY_LENGTH(removed); i++) {
        lua_pushnil(L);
        lua_setfield(L, -2, removed[i]);
    }
    lua_pushcfunction(L, l_tostring);
    lua_setfield(L, -2, "tostring");
    lua_pop(L, 1);
    luaL_requiref(L, LUA_TABLIBNAME, luaopen_table, 1);
    lua_pop(L, 1);
    luaL_requiref(L, LUA_UTF8LIBNAME, luaopen_utf8, 1);
    lua_pop(L, 1);
    open_strings(L);
    open_math(L);
}
