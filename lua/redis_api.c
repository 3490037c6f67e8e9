/* redis_api.c -- the table `redis` of scripts: redis.call, redis.pcall, replies, log, and
 * redis.register_function while a library is loaded (redis-server 7.0: script_lua.c,
 * function_lua.c). */
#include "lua/redis.h"
#include "sim/base/assert.h"

#include <string.h>

#define LOG_LEVELS 4

/* --- redis.call --- */

/* The arguments as words in a userdata of Lua's; *words is NULL after pushing an error. Numbers
 * become texts in the stack, so that all of them stay where they are. */
static Slice *take_words(lua_State *L, int count)
{
    if (count == 0) {
        redis_push_error(L,
                         slice_of("Please specify at least one argument for this redis lib call"));
        return NULL;
    }
    for (int i = 1; i <= count; i++) {
        if (lua_type(L, i) == LUA_TNUMBER) {
            Text *digits = redis_scratch(L);
            redis_number_text(digits, lua_tonumber(L, i));
            lua_pushlstring(L, text_chars(digits), digits->size);
            lua_replace(L, i);
        } else if (lua_type(L, i) != LUA_TSTRING) {
            redis_push_error(L, slice_of("Lua redis lib command arguments must be strings or "
                                         "integers"));
            return NULL;
        }
    }
    Slice *words = lua_newuserdatauv(L, (size_t)count * sizeof(Slice), 0);
    for (int i = 0; i < count; i++) {
        size_t size;
        const char *chars = lua_tolstring(L, i + 1, &size);
        words[i] = (Slice){chars, (uint32_t)size};
    }
    return words;
}

static int call(lua_State *L, bool raise)
{
    ScriptState *state = redis_state(L);
    uint64_t steps = 0;
    Slice reply;
    if (!state->thread)
        return redis_raise(L, "redis.call/pcall can only be called inside a script invocation");
    int count = lua_gettop(L);
    Slice *words = take_words(L, count);
    if (!words) return raise ? lua_error(L) : 1;
    bool answered = script_call(state->server, words, (uint32_t)count, &reply, &steps);
    redis_charge(L, steps);
    lua_settop(L, 0);
    if (!answered) {
        redis_push_error(L, reply);
        return raise ? lua_error(L) : 1;
    }
    bool is_error = reply.size > 0 && reply.chars[0] == '-';
    redis_push_reply(L, reply, script_protocol(state->server));
    return raise && is_error ? lua_error(L) : 1;
}

static int l_call(lua_State *L)
{
    return call(L, true);
}

static int l_pcall(lua_State *L)
{
    return call(L, false);
}

/* --- replies --- */

static bool has_one_text(lua_State *L)
{
    if (lua_gettop(L) == 1 && lua_type(L, 1) == LUA_TSTRING) return true;
    redis_push_error(L, slice_of("wrong number or type of arguments"));
    return false;
}

static int l_error_reply(lua_State *L)
{
    if (!has_one_text(L)) return 1;
    const char *text = lua_tostring(L, 1);
    if (*text != '-') text = lua_pushfstring(L, "-%s", text);
    redis_push_error(L, slice_of(text));
    return 1;
}

static int l_status_reply(lua_State *L)
{
    if (!has_one_text(L)) return 1;
    lua_newtable(L);
    lua_pushvalue(L, 1);
    lua_setfield(L, -2, "ok");
    return 1;
}

static int l_sha1hex(lua_State *L)
{
    char hex[SHA1_HEX_SIZE + 1];
    size_t size = 0;
    if (lua_gettop(L) != 1) return redis_raise(L, "wrong number of arguments");
    const char *bytes = lua_tolstring(L, 1, &size);
    redis_charge(L, size / 8);
    sha1_hex((Slice){bytes ? bytes : "", (uint32_t)size}, hex);
    lua_pushstring(L, hex);
    return 1;
}

/* --- the rest --- */

/* Simplified: a virtual server has no log file; the arguments are checked and the text is gone. */
static int l_log(lua_State *L)
{
    if (lua_gettop(L) < 2) return redis_raise(L, "redis.log() requires two arguments or more.");
    if (!lua_isnumber(L, 1)) return redis_raise(L, "First argument must be a number (log level).");
    lua_Number level = lua_tonumber(L, 1);
    if (level <= -1 || level >= LOG_LEVELS) return redis_raise(L, "Invalid debug level.");
    return 0;
}

static int l_setresp(lua_State *L)
{
    ScriptState *state = redis_state(L);
    if (!state->thread)
        return redis_raise(L, "redis.setresp can only be called inside a script invocation");
    if (lua_gettop(L) != 1) return redis_raise(L, "redis.setresp() requires one argument.");
    lua_Number protocol = lua_tonumber(L, 1);
    if (!(protocol >= 2 && protocol < 4)) return redis_raise(L, "RESP version must be 2 or 3.");
    script_set_protocol(state->server, (uint8_t)protocol);
    return 0;
}

static int l_set_repl(lua_State *L)
{
    ScriptState *state = redis_state(L);
    if (!state->thread)
        return redis_raise(L, "redis.set_repl can only be called inside a script invocation");
    if (lua_gettop(L) != 1) return redis_raise(L, "redis.set_repl() requires two arguments.");
    lua_Number flags = lua_tonumber(L, 1);
    if (!(flags >= 0 && flags < 4))
        return redis_raise(L, "Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or "
                              "REPL_NONE.");
    script_set_replication(state->server, (uint32_t)flags);
    return 0;
}

static int l_acl_check_cmd(lua_State *L)
{
    if (!redis_state(L)->thread)
        return redis_raise(L, "redis.acl_check_cmd can only be called inside a script invocation");
    Slice *words = take_words(L, lua_gettop(L));
    if (!words) return lua_error(L);
    if (!script_knows_command(words[0]))
        return redis_raise(L, "Invalid command passed to redis.acl_check_cmd()");
    lua_pushboolean(L, 1);
    return 1;
}

static int l_true(lua_State *L)
{
    lua_pushboolean(L, 1);
    return 1;
}

/* No debugger is at work. */
static int l_breakpoint(lua_State *L)
{
    lua_pushboolean(L, 0);
    return 1;
}

static int l_debug(lua_State *L)
{
    (void)L;
    return 0;
}

static void set_numbers(lua_State *L, bool replication)
{
    static const struct {
        const char *name;
        lua_Integer value;
    } numbers[] = {
        {"LOG_DEBUG", 0},    {"LOG_VERBOSE", 1}, {"LOG_NOTICE", 2},
        {"LOG_WARNING", 3},  {"REPL_NONE", 0},   {"REPL_AOF", 1},
        {"REPL_REPLICA", 2}, {"REPL_SLAVE", 2},  {"REPL_ALL", 3},
    };
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        if (!replication && i >= LOG_LEVELS) continue;
        lua_pushinteger(L, numbers[i].value);
        lua_setfield(L, -2, numbers[i].name);
    }
    lua_pushinteger(L, 0x0007000f);
    lua_setfield(L, -2, "REDIS_VERSION_NUM");
    lua_pushliteral(L, "7.0.15");
    lua_setfield(L, -2, "REDIS_VERSION");
}

void redis_api_push(lua_State *L, ScriptKind kind)
{
    static const luaL_Reg all[] = {{"call", l_call},
                                   {"pcall", l_pcall},
                                   {"log", l_log},
                                   {"setresp", l_setresp},
                                   {"sha1hex", l_sha1hex},
                                   {"error_reply", l_error_reply},
                                   {"status_reply", l_status_reply},
                                   {"set_repl", l_set_repl},
                                   {"acl_check_cmd", l_acl_check_cmd},
                                   {NULL, NULL}};
    static const luaL_Reg eval[] = {{"breakpoint", l_breakpoint},
                                    {"debug", l_debug},
                                    {"replicate_commands", l_true},
                                    {NULL, NULL}};
    lua_newtable(L);
    luaL_setfuncs(L, all, 0);
    if (kind == SCRIPT_EVAL) luaL_setfuncs(L, eval, 0);
    set_numbers(L, true);
}

/* --- redis.register_function --- */

/* What the call says; texts point into values on the stack. */
typedef struct Registration {
    ScriptFunction function;
    bool has_name, has_callback;
} Registration;

static bool take_text(lua_State *L, int index, Slice *text)
{
    size_t size;
    if (!lua_isstring(L, index)) return false;
    lua_pushvalue(L, index);
    lua_tolstring(L, -1, NULL); /* a number becomes a text, which must not happen in a table */
    const char *chars = lua_tolstring(L, -1, &size);
    *text = (Slice){chars, (uint32_t)size};
    return true; /* the copy stays on the stack */
}

static bool take_flags(lua_State *L, int index, uint32_t *flags)
{
    for (lua_Integer i = 1;; i++) {
        size_t size;
        if (lua_geti(L, index, i) == LUA_TNIL) break;
        if (!lua_isstring(L, -1)) return false;
        const char *name = lua_tolstring(L, -1, &size);
        uint32_t flag = script_flag((Slice){name, (uint32_t)size}, true);
        if (flag == 0) return false;
        *flags |= flag;
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    return true;
}

static const char *take_named(lua_State *L, Slice key, int value, Registration *to)
{
    if (slice_is(key, "function_name")) {
        to->has_name = take_text(L, value, &to->function.name);
        return to->has_name
                   ? NULL
                   : "function_name argument given to redis.register_function must be a string";
    }
    if (slice_is(key, "description")) {
        to->function.has_description = take_text(L, value, &to->function.description);
        return to->function.has_description
                   ? NULL
                   : "description argument given to redis.register_function must be a string";
    }
    if (slice_is(key, "callback")) {
        if (!lua_isfunction(L, value))
            return "callback argument given to redis.register_function must be a function";
        lua_pushvalue(L, value);
        lua_replace(L, 2);
        to->has_callback = true;
        return NULL;
    }
    if (slice_is(key, "flags")) {
        if (!lua_istable(L, value))
            return "flags argument to redis.register_function must be a table representing "
                   "function flags";
        return take_flags(L, value, &to->function.flags) ? NULL : "unknown flag given";
    }
    return "unknown argument given to redis.register_function";
}

/* Named arguments: index 2 receives the callback. The keys are visited in our order. */
static const char *take_table(lua_State *L, Registration *to)
{
    if (!lua_istable(L, 1))
        return "calling redis.register_function with a single argument is only applicable to Lua "
               "table (representing named arguments).";
    lua_pushnil(L); /* 2 */
    int count = redis_sorted_keys(L, 1), keys = lua_gettop(L);
    for (int i = 1; i <= count; i++) {
        size_t size;
        luaL_checkstack(L, 8, "too many named arguments");
        lua_rawgeti(L, keys, i);
        if (!lua_isstring(L, -1))
            return "named argument key given to redis.register_function is not a string";
        lua_pushvalue(L, -1);
        lua_rawget(L, 1);
        const char *key = lua_tolstring(L, -2, &size);
        const char *against = take_named(L, (Slice){key, (uint32_t)size}, lua_gettop(L), to);
        if (against) return against;
    }
    if (!to->has_name) return "redis.register_function must get a function name argument";
    if (!to->has_callback) return "redis.register_function must get a callback argument";
    return NULL;
}

static const char *take_positions(lua_State *L, Registration *to)
{
    if (!take_text(L, 1, &to->function.name))
        return "first argument to redis.register_function must be a string";
    if (!lua_isfunction(L, 2))
        return "second argument to redis.register_function must be a function";
    return NULL;
}

static int l_register(lua_State *L)
{
    Registration registration = {.has_name = false};
    ScriptState *state = redis_state(L);
    int count = lua_gettop(L);
    const char *against = NULL;
    if (state->library == 0)
        return redis_raise(L,
                           "redis.register_function can only be called on FUNCTION LOAD command");
    if (count < 1 || count > 2) against = "wrong number of arguments to redis.register_function";
    else against = count == 1 ? take_table(L, &registration) : take_positions(L, &registration);
    if (!against) against = script_register(state->server, &registration.function);
    if (against) return redis_raise(L, against);
    lua_getfield(L, LUA_REGISTRYINDEX, "redis.libraries");
    lua_rawgeti(L, -1, state->library);
    lua_pushlstring(L, registration.function.name.chars, registration.function.name.size);
    lua_pushvalue(L, 2);
    lua_rawset(L, -3);
    return 0;
}

void redis_api_push_loading(lua_State *L)
{
    lua_newtable(L);
    lua_pushcfunction(L, l_register);
    lua_setfield(L, -2, "register_function");
    lua_pushcfunction(L, l_log);
    lua_setfield(L, -2, "log");
    set_numbers(L, false);
}
