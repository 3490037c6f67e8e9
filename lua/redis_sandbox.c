/* redis_sandbox.c -- what a Redis script sees of Lua: the libraries that redis-server offers, all
 * of them readonly; globals that do not exist are errors.
 *
 * A readonly table is a proxy: empty, its metatable reads from the real one and refuses to write.
 * The real tables are found through REAL, a table in the registry. The environment of every chunk
 * is such a proxy, too; FUNCTION LOAD reads another real table through it than a running function.
 *
 * What is replaced: tostring and string.format would show addresses; find, match, gmatch and gsub
 * could search for ever (pattern.c); next, pairs and table.sort depend on the process
 * (redis_order.c); pcall hands on the text of Redis's errors, and must let a script be suspended
 * inside; setmetatable takes no finalizer, which would run at the collector's pleasure. */
#include "lua/pattern.h"
#include "lua/redis.h"
#include "sim/base/assert.h"

#include <stdio.h>
#include <string.h>

#define REAL        "redis.real"
#define ENVIRONMENT "redis.environment"
#define GLOBALS     "redis.globals"
#define LOADING     "redis.loading"

/* --- readonly tables --- */

static int l_readonly(lua_State *L)
{
    return luaL_error(L, "Attempt to modify a readonly table");
}

void redis_protect(lua_State *L)
{
    int real = lua_gettop(L);
    lua_newtable(L);
    lua_newtable(L);
    lua_pushvalue(L, real);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, l_readonly);
    lua_setfield(L, -2, "__newindex");
    lua_setmetatable(L, -2);
    lua_getfield(L, LUA_REGISTRYINDEX, REAL);
    lua_pushvalue(L, -2);
    lua_pushvalue(L, real);
    lua_rawset(L, -3);
    lua_pop(L, 1);
    lua_replace(L, real);
}

bool redis_push_real(lua_State *L, int index)
{
    index = lua_absindex(L, index);
    lua_getfield(L, LUA_REGISTRYINDEX, REAL);
    lua_pushvalue(L, index);
    lua_rawget(L, -2);
    lua_remove(L, -2);
    if (lua_istable(L, -1)) return true;
    lua_pop(L, 1);
    return false;
}

static void refuse_readonly(lua_State *L, int index)
{
    if (!redis_push_real(L, index)) return;
    lua_pushliteral(L, "Attempt to modify a readonly table"); /* C code has no place */
    lua_error(L);
}

void redis_push_environment(lua_State *L)
{
    lua_getfield(L, LUA_REGISTRYINDEX, ENVIRONMENT);
}

void redis_set_globals(lua_State *L)
{
    redis_push_environment(L);
    lua_getmetatable(L, -1);
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    lua_getfield(L, LUA_REGISTRYINDEX, REAL);
    lua_insert(L, -2);
    lua_pushvalue(L, -3);
    lua_rawset(L, -3);
    lua_pop(L, 2);
}

static int l_missing(lua_State *L)
{
    if (lua_gettop(L) != 2 || !lua_isstring(L, 2))
        return luaL_error(L,
                          "Second argument to luaProtectedTableError must be a string or number");
    return luaL_error(L, "Script attempted to access nonexistent global variable '%s'",
                      lua_tostring(L, 2));
}

/* Reading what is not in the table on top is an error. */
static void refuse_missing(lua_State *L)
{
    lua_newtable(L);
    lua_pushcfunction(L, l_missing);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
}

/* --- the base library --- */

static int l_tostring(lua_State *L)
{
    luaL_checkany(L, 1);
    if (lua_type(L, 1) == LUA_TNUMBER) {
        char digits[64];
        snprintf(digits, sizeof(digits), "%.14g", lua_tonumber(L, 1));
        lua_pushstring(L, digits);
    } else if (lua_type(L, 1) >= LUA_TTABLE && !luaL_getmetafield(L, 1, "__tostring")) {
        lua_pushfstring(L, "%s: 0x000000000000", luaL_typename(L, 1)); /* addresses differ */
    } else {
        lua_settop(L, 1);
        luaL_tolstring(L, 1, NULL);
    }
    return 1;
}

static int l_tonumber(lua_State *L)
{
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, 1);
    if (lua_type(L, -1) == LUA_TNUMBER) redis_push_number(L, lua_tonumber(L, -1));
    return 1;
}

static int l_rawget(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checkany(L, 2);
    lua_settop(L, 2);
    if (redis_push_real(L, 1)) lua_replace(L, 1);
    lua_rawget(L, 1);
    return 1;
}

static int l_rawset(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checkany(L, 3);
    lua_settop(L, 3);
    refuse_readonly(L, 1);
    lua_rawset(L, 1);
    return 1;
}

/* A finalizer is left out while Lua looks at the metatable; the field itself stays. */
static int l_setmetatable(lua_State *L)
{
    int type = lua_type(L, 2);
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_argexpected(L, type == LUA_TNIL || type == LUA_TTABLE, 2, "nil or table");
    refuse_readonly(L, 1);
    if (luaL_getmetafield(L, 1, "__metatable"))
        return luaL_error(L, "cannot change a protected metatable");
    lua_settop(L, 2);
    if (type == LUA_TTABLE) {
        lua_pushliteral(L, "__gc");
        lua_rawget(L, 2); /* 3 */
        lua_pushliteral(L, "__gc");
        lua_pushnil(L);
        lua_rawset(L, 2);
    }
    lua_pushvalue(L, 2);
    lua_setmetatable(L, 1);
    if (type == LUA_TTABLE) {
        lua_pushliteral(L, "__gc");
        lua_pushvalue(L, 3);
        lua_rawset(L, 2);
    }
    lua_settop(L, 1);
    return 1;
}

/* The metatable of a readonly table, and that of texts, are readonly themselves. */
static int l_getmetatable(lua_State *L)
{
    luaL_checkany(L, 1);
    bool readonly = lua_type(L, 1) == LUA_TSTRING;
    if (redis_push_real(L, 1)) {
        readonly = true;
        lua_pop(L, 1);
    }
    if (!lua_getmetatable(L, 1)) {
        lua_pushnil(L);
        return 1;
    }
    if (readonly) redis_protect(L);
    else luaL_getmetafield(L, 1, "__metatable");
    return 1;
}

/* luaRedisPcall: an error of Redis's, a table, is caught as its text. */
static int finish_pcall(lua_State *L, int status, lua_KContext context)
{
    (void)context;
    if (status == LUA_OK || status == LUA_YIELD) {
        lua_pushboolean(L, 1);
        lua_replace(L, 1);
        return lua_gettop(L);
    }
    if (lua_istable(L, -1)) {
        lua_getfield(L, -1, "err");
        if (!lua_isstring(L, -1)) lua_pop(L, 1);
    } else if (lua_type(L, -1) == LUA_TSTRING) {
        size_t size;
        const char *text = lua_tolstring(L, -1, &size);
        Text *out = redis_scratch(L);
        redis_translate((Slice){text, (uint32_t)size}, out);
        lua_pushlstring(L, text_chars(out), out->size);
    }
    lua_pushboolean(L, 0);
    lua_insert(L, -2);
    return 2;
}

static int l_pcall(lua_State *L)
{
    luaL_checkany(L, 1);
    lua_pushboolean(L, 1); /* the place of the result */
    lua_insert(L, 1);
    return finish_pcall(L, lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 0, 0, finish_pcall), 0);
}

/* --- strings --- */

static void charge(lua_State *L, uint64_t steps)
{
    redis_charge(L, steps);
    ScriptState *state = redis_state(L);
    bool endless = state->steps_end > 0 && state->steps > state->steps_end + REDIS_STEPS_OVER;
    if (endless) luaL_error(L, "pattern too complex");
}

static int fail(lua_State *L, const char *text)
{
    return luaL_error(L, "%s", text);
}

static int l_rep(lua_State *L)
{
    size_t size;
    luaL_checklstring(L, 1, &size);
    lua_Number wanted = luaL_checknumber(L, 2);
    lua_Integer count = wanted >= 1 ? wanted < 1e9 ? (lua_Integer)wanted : 1000000000 : 0;
    if (size > 0 && (size_t)count > REDIS_MEMORY_MAX / size)
        return luaL_error(L, "resulting string too large");
    redis_charge(L, (uint64_t)size * (uint64_t)count / 64);
    lua_settop(L, 1);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_pushinteger(L, count);
    lua_call(L, 2, 1);
    return 1;
}

/* One conversion of a format, from '%' to its letter. Lua 5.1 cuts numbers for %d and prints whole
 * ones for %s without ".0"; it knows %u, and has no %s for tables. */
static void prepare_argument(lua_State *L, char letter, int arg)
{
    if (strchr("cdiouxX", letter)) {
        lua_Number number = luaL_checknumber(L, arg);
        bool fits = number >= -9223372036854775808.0 && number < 9223372036854775808.0;
        lua_pushinteger(L, fits ? (lua_Integer)number : LUA_MININTEGER);
        lua_replace(L, arg);
    } else if (letter == 's' || letter == 'q') {
        if (lua_type(L, arg) != LUA_TNUMBER) {
            luaL_checkstring(L, arg);
            return;
        }
        lua_pushcfunction(L, l_tostring);
        lua_pushvalue(L, arg);
        lua_call(L, 1, 1);
        lua_replace(L, arg);
    }
}

static int l_format(lua_State *L)
{
    size_t size;
    const char *at = luaL_checklstring(L, 1, &size), *end = at + size;
    luaL_Buffer out;
    int arg = 1, top = lua_gettop(L);
    for (const char *p = at; p < end; p++) { /* first the arguments: the buffer needs the stack */
        if (*p != '%' || ++p >= end || *p == '%') continue;
        while (p < end && strchr("-+ #0123456789.", *p)) p++;
        if (p >= end) break;
        if (*p == 'p' || *p == 'a' || *p == 'A')
            return luaL_error(L, "invalid option '%%%c' to 'format'", *p);
        if (++arg > top) return luaL_argerror(L, arg, "no value");
        prepare_argument(L, *p, arg);
    }
    luaL_buffinit(L, &out);
    for (bool in_option = false; at < end; at++) {
        if (*at == '%') in_option = !in_option;
        else if (in_option && !strchr("-+ #0123456789.", *at)) {
            in_option = false;
            luaL_addchar(&out, *at == 'u' ? 'd' : *at);
            continue;
        }
        luaL_addchar(&out, *at);
    }
    luaL_pushresult(&out);
    lua_replace(L, 1);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, 1);
    return 1;
}

/* --- putting it together --- */

/* Replaces field `name` of the table on top by a function that knows the old one. */
static void wrap(lua_State *L, const char *name, lua_CFunction function)
{
    lua_getfield(L, -1, name);
    lua_pushcclosure(L, function, 1);
    lua_setfield(L, -2, name);
}

static void remove_all(lua_State *L, const char *const *names)
{
    for (; *names; names++) {
        lua_pushnil(L);
        lua_setfield(L, -2, *names);
    }
}

static void open_libraries(lua_State *L)
{
    static const luaL_Reg libraries[] = {
        {LUA_GNAME, luaopen_base},          {LUA_TABLIBNAME, luaopen_table},
        {LUA_STRLIBNAME, luaopen_string},   {LUA_MATHLIBNAME, luaopen_math},
        {LUA_COLIBNAME, luaopen_coroutine}, {NULL, NULL}};
    for (const luaL_Reg *at = libraries; at->name; at++) {
        luaL_requiref(L, at->name, at->func, 1);
        lua_pop(L, 1);
    }
}

/* The globals are on top. */
static void replace_base(lua_State *L)
{
    static const luaL_Reg base[] = {{"tostring", l_tostring},
                                    {"rawget", l_rawget},
                                    {"rawset", l_rawset},
                                    {"setmetatable", l_setmetatable},
                                    {"getmetatable", l_getmetatable},
                                    {"pcall", l_pcall},
                                    {NULL, NULL}};
    static const char *const gone[] = {"dofile", "loadfile", "print", "warn", "rawlen", NULL};
    static const char *const gone_strings[] = {"dump", "pack", "unpack", "packsize", NULL};
    static const PatternHost patterns = {charge, fail};
    luaL_setfuncs(L, base, 0);
    wrap(L, "tonumber", l_tonumber);
    remove_all(L, gone);
    lua_getfield(L, -1, "string");
    pattern_open(L, &patterns);
    wrap(L, "rep", l_rep);
    wrap(L, "format", l_format);
    remove_all(L, gone_strings);
    lua_pop(L, 1);
}

/* Every table among the globals on top becomes readonly; methods of texts come from the real one.
 */
static void protect_libraries(lua_State *L)
{
    static const char *const names[] = {"string", "table",    "math",   "coroutine", "redis",
                                        "cjson",  "cmsgpack", "struct", "bit"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        lua_getfield(L, -1, names[i]);
        SIM_ASSERT(lua_istable(L, -1));
        redis_protect(L);
        lua_setfield(L, -2, names[i]);
    }
}

/* What FUNCTION LOAD sees: the table `redis` and nothing else. */
static void make_loading(lua_State *L)
{
    lua_newtable(L);
    redis_api_push_loading(L);
    refuse_missing(L);
    redis_protect(L);
    lua_setfield(L, -2, "redis");
    refuse_missing(L);
    lua_setfield(L, LUA_REGISTRYINDEX, LOADING);
}

void redis_sandbox_open(ScriptState *state)
{
    lua_State *L = state->L;
    lua_newtable(L);
    lua_newtable(L);
    lua_pushliteral(L, "k"); /* proxies nobody has any more are forgotten */
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lua_setfield(L, LUA_REGISTRYINDEX, REAL);
    open_libraries(L);
    lua_pushglobaltable(L);
    replace_base(L);
    redis_order_open(L);
    redis_legacy_open(L);
    redis_json_open(L);
    redis_msgpack_open(L);
    redis_struct_open(L);
    redis_api_push(L, state->kind);
    lua_setfield(L, -2, "redis");
    protect_libraries(L);
    lua_pushvalue(L, -1);
    lua_setfield(L, LUA_REGISTRYINDEX, GLOBALS);
    lua_pushvalue(L, -1);
    redis_protect(L); /* the environment */
    lua_pushvalue(L, -1);
    lua_setfield(L, LUA_REGISTRYINDEX, ENVIRONMENT);
    lua_setfield(L, -2, "_G");
    refuse_missing(L);
    lua_pop(L, 1);
    if (state->kind == SCRIPT_FUNCTION) make_loading(L);
}

/* --- messages --- */

static const char *last_of(Slice text, const char *word)
{
    size_t size = strlen(word);
    for (uint32_t at = text.size; at >= size; at--) {
        if (memcmp(text.chars + at - size, word, size) == 0) return text.chars + at - size;
    }
    return NULL;
}

/* "attempt to call a nil value (field 'x')" is "attempt to call field 'x' (a nil value)" in 5.1. */
static bool turn_around(Slice text, Text *out)
{
    static const char *const kinds[] = {"(global '",  "(local '",  "(field '",
                                        "(upvalue '", "(method '", "(constant '"};
    const char *attempt = last_of(text, "attempt to "), *end = text.chars + text.size;
    const char *value = attempt ? last_of(text, " value (") : NULL;
    if (!value || value < attempt || text.chars[text.size - 1] != ')') return false;
    const char *kind = value + strlen(" value "), *article = NULL;
    bool known = false;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        known |= strncmp(kind, kinds[i], strlen(kinds[i])) == 0;
    for (const char *at = attempt; at + 3 < value; at++) {
        if (memcmp(at, " a ", 3) == 0) article = at + 1;
    }
    if (!known || !article) return false;
    text_append_bytes(out, text.chars, (uint32_t)(article - text.chars));
    text_append_bytes(out, kind + 1, (uint32_t)(end - kind - 2));
    text_append(out, " (%.*s value)", (int)(value - article), article);
    return true;
}

void redis_translate(Slice message, Text *out)
{
    static const char eof[] = "near <eof>";
    if (message.size == 0 || turn_around(message, out)) return;
    const char *at = last_of(message, eof);
    if (at && at + sizeof(eof) - 1 == message.chars + message.size) {
        text_append_bytes(out, message.chars, (uint32_t)(at - message.chars));
        text_append(out, "near '<eof>'");
    } else {
        text_append_bytes(out, message.chars, message.size);
    }
}
