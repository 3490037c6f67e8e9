/* sandbox.c -- what a script may see of Lua: no files, no clock, no code from text, no addresses,
 * no order by hash, and nothing that runs for long out of reach of the limit on steps.
 *
 * What is replaced, and why:
 *   tostring, string.format   would show addresses, which differ in every run
 *   math.random               draws from the run's seed
 *   find, match, gmatch, gsub  could search for ever (pattern.c)
 *   setmetatable              refuses __gc, which runs at the collector's pleasure and past all
 *                             limits, and __mode, which makes entries vanish at its pleasure
 *   table.*, pairs            are the prelude's: table.sort of Lua asks the clock, and pairs visits
 *                             keys in an order that differs in every run
 * xpcall is gone because its handler runs where no limit holds; pcall cannot hide a limit. */
#include "lua/host.h"
#include "lua/pattern.h"

#include <string.h>

static const char *const removed[] = {"dofile", "load",   "loadfile", "require", "collectgarbage",
                                      "next",   "rawset", "rawget",   "rawlen",  "rawequal",
                                      "warn",   "print",  "xpcall",   "_VERSION"};
static const char *const removed_strings[] = {"dump", "pack", "unpack", "packsize"};

static int l_tostring(lua_State *L)
{
    luaL_checkany(L, 1);
    int type = lua_type(L, 1);
    if (luaL_callmeta(L, 1, "__tostring")) {
        if (!lua_isstring(L, -1)) return host_error(L, "__tostring must return a text");
        return 1;
    }
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

/* Calls Lua's own function, the first upvalue, with all arguments. It does not know its name when
 * called from C: a message gets name and place here. */
static int call_wrapped(lua_State *L, const char *name)
{
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    if (lua_pcall(L, lua_gettop(L) - 1, 1, 0) == LUA_OK) return 1;
    const char *text = lua_tostring(L, -1);
    if (!text) return lua_error(L);
    luaL_gsub(L, text, "'?'", lua_pushfstring(L, "'%s'", name));
    return host_error(L, "%s", lua_tostring(L, -1));
}

/* string.rep is bounded by the limit on memory, but must not come near it by one call. */
static int l_rep(lua_State *L)
{
    size_t size = 0, between = 0;
    luaL_checklstring(L, 1, &size);
    lua_Integer count = luaL_checkinteger(L, 2);
    luaL_optlstring(L, 3, "", &between);
    if (count > 0 && size + between > 0 && (size_t)count > MEMORY_MAX / 8 / (size + between)) {
        return host_error(L, "string.rep would make a text of more than %d MiB",
                          (int)(MEMORY_MAX >> 23));
    }
    return call_wrapped(L, "rep");
}

/* The letter of the next conversion in a format from `*at` on; 0 when there is none. */
static char next_conversion(const char **at, const char *end)
{
    for (; *at < end; (*at)++) {
        if (**at != '%') continue;
        (*at)++;
        if (*at < end && **at == '%') continue;
        while (*at < end && strchr("-+ #0.123456789", **at)) (*at)++;
        if (*at < end) return *(*at)++;
    }
    return '\0';
}

/* string.format without %p; tables and functions show as their type, never with an address. */
static int l_format(lua_State *L)
{
    size_t size;
    const char *at = luaL_checklstring(L, 1, &size), *end = at + size;
    int arguments = lua_gettop(L);
    for (int arg = 2; arg <= arguments; arg++) {
        char letter = next_conversion(&at, end);
        if (letter == 'p')
            return host_error(L, "string.format knows no %%p: addresses mean nothing");
        if (letter != 's' || lua_type(L, arg) <= LUA_TSTRING) continue;
        lua_pushcfunction(L, l_tostring);
        lua_pushvalue(L, arg);
        lua_call(L, 1, 1);
        lua_replace(L, arg);
    }
    return call_wrapped(L, "format");
}

int sandbox_count_places(const char *format, size_t size)
{
    int count = 0;
    const char *at = format;
    while (next_conversion(&at, format + size)) count++;
    return count;
}

static bool has_raw(lua_State *L, int arg, const char *name)
{
    lua_pushstring(L, name);
    lua_rawget(L, arg);
    bool has = !lua_isnil(L, -1);
    lua_pop(L, 1);
    return has;
}

static int l_setmetatable(lua_State *L)
{
    static const char *const refused[] = {"__gc", "__mode"};
    for (size_t i = 0; lua_istable(L, 2) && i < ARRAY_LENGTH(refused); i++) {
        if (has_raw(L, 2, refused[i])) {
            return host_error(L, "setmetatable: \"%s\" is not possible in a scenario", refused[i]);
        }
    }
    lua_settop(L, 2);
    return call_wrapped(L, "setmetatable");
}

/* Replaces field `name` of the table on top by a function that knows the old one. */
static void wrap(lua_State *L, const char *name, lua_CFunction function)
{
    lua_getfield(L, -1, name);
    lua_pushcclosure(L, function, 1);
    lua_setfield(L, -2, name);
}

static void remove_fields(lua_State *L, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        lua_pushnil(L);
        lua_setfield(L, -2, names[i]);
    }
}

static int fail_pattern(lua_State *L, const char *sentence)
{
    return host_error(L, "%s", sentence);
}

static void open_strings(lua_State *L)
{
    static const PatternHost patterns = {host_charge, fail_pattern};
    luaL_requiref(L, LUA_STRLIBNAME, luaopen_string, 1);
    remove_fields(L, removed_strings, ARRAY_LENGTH(removed_strings));
    pattern_open(L, &patterns);
    wrap(L, "rep", l_rep);
    wrap(L, "format", l_format);
    /* Methods of texts, ("x"):rep(3), come from a copy: whatever a script does to its table
     * `string`, the prelude's own calls stay what they are. */
    lua_pushliteral(L, "");
    lua_getmetatable(L, -1);
    lua_newtable(L);
    lua_pushnil(L);
    while (lua_next(L, -5) != 0) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, -4);
    }
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 3);
}

static void open_math(lua_State *L)
{
    static const char *const seeds[] = {"randomseed"};
    luaL_requiref(L, LUA_MATHLIBNAME, luaopen_math, 1);
    lua_pushcfunction(L, l_random);
    lua_setfield(L, -2, "random");
    remove_fields(L, seeds, ARRAY_LENGTH(seeds));
    lua_pop(L, 1);
}

/* Lua's own next, rawget and rawset go into the table `core` on top, for the prelude alone. */
void sandbox_open(lua_State *L)
{
    static const char *const kept[] = {"next", "rawset", "rawget"};
    luaL_requiref(L, LUA_GNAME, luaopen_base, 1);
    for (size_t i = 0; i < ARRAY_LENGTH(kept); i++) {
        lua_getfield(L, -1, kept[i]);
        lua_setfield(L, -3, kept[i]);
    }
    remove_fields(L, removed, ARRAY_LENGTH(removed));
    lua_pushcfunction(L, l_tostring);
    lua_setfield(L, -2, "tostring");
    wrap(L, "setmetatable", l_setmetatable);
    lua_pop(L, 1);
    luaL_requiref(L, LUA_TABLIBNAME, luaopen_table, 1);
    lua_pop(L, 1);
    luaL_requiref(L, LUA_UTF8LIBNAME, luaopen_utf8, 1);
    lua_pop(L, 1);
    open_strings(L);
    open_math(L);
}
