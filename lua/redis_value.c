/* redis_value.c -- replies of commands as Lua values, and the value of a script as its reply
 * (redis-server 7.0: script_lua.c). */
#include "lua/redis.h"
#include "sim/base/assert.h"
#include "sim/store/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define WHOLE_MAX 9007199254740992.0 /* 2^53: up to here every whole number is a double */

/* --- numbers --- */

/* Lua 5.1 knows doubles alone and prints whole ones without ".0"; in 5.4 integers do. */
void redis_push_number(lua_State *L, lua_Number number)
{
    bool whole = number == floor(number) && fabs(number) <= WHOLE_MAX;
    if (whole) lua_pushinteger(L, (lua_Integer)number);
    else lua_pushnumber(L, number);
}

void redis_number_text(Text *out, lua_Number number)
{
    text_append(out, "%.17g", number);
}

/* As a C cast on x86-64: what does not fit is the smallest. */
static int64_t truncated(lua_Number number)
{
    if (number >= -9223372036854775808.0 && number < 9223372036854775808.0) return (int64_t)number;
    return INT64_MIN;
}

/* --- replies of commands --- */

static void push_value(lua_State *L, const RespValues *values, uint32_t index, uint8_t protocol);

static void push_field(lua_State *L, const char *name, Slice text)
{
    lua_pushstring(L, name);
    lua_pushlstring(L, text.size ? text.chars : "", text.size);
    lua_rawset(L, -3);
}

static void push_elements(lua_State *L, const RespValues *values, uint32_t index, uint8_t protocol)
{
    const RespValue *value = &values->items[index];
    uint32_t child = index + 1;
    bool is_array = value->kind == RESP_ARRAY || value->kind == RESP_PUSH;
    luaL_checkstack(L, 6, "a reply is nested too deeply");
    lua_newtable(L);
    if (!is_array) {
        lua_pushstring(L, value->kind == RESP_MAP ? "map" : "set");
        lua_newtable(L);
    }
    for (uint32_t i = 0; i < value->count; i++) {
        push_value(L, values, child, protocol);
        child = values->items[child].next;
        if (is_array) {
            lua_rawseti(L, -2, (lua_Integer)i + 1);
            continue;
        }
        if (value->kind == RESP_MAP) {
            push_value(L, values, child, protocol);
            child = values->items[child].next;
        } else {
            lua_pushboolean(L, 1);
        }
        lua_rawset(L, -3);
    }
    if (!is_array) lua_rawset(L, -3);
}

/* "=8\r\ntxt:text\r\n": the reader has left the kind out; it stands before the text. */
static bool is_verbatim(const RespValue *value, Slice *kind)
{
    const char *at = value->text.chars;
    if (value->kind != RESP_BULK || !at || at[-1] != ':') return false;
    *kind = (Slice){at - 4, 3};
    return true;
}

static void push_verbatim(lua_State *L, Slice kind, Slice text)
{
    lua_newtable(L);
    lua_pushliteral(L, "verbatim_string");
    lua_newtable(L);
    push_field(L, "format", kind);
    push_field(L, "string", text);
    lua_rawset(L, -3);
}

static void push_value(lua_State *L, const RespValues *values, uint32_t index, uint8_t protocol)
{
    double number = 0;
    Slice kind;
    const RespValue *value = &values->items[index];
    switch (value->kind) {
    case RESP_INTEGER: redis_push_number(L, (lua_Number)value->integer); break;
    case RESP_BOOL: lua_pushboolean(L, value->integer != 0); break;
    case RESP_NULL:
        if (protocol == 3) lua_pushnil(L);
        else lua_pushboolean(L, 0);
        break;
    case RESP_ARRAY:
    case RESP_MAP:
    case RESP_SET:
    case RESP_PUSH: push_elements(L, values, index, protocol); break;
    case RESP_STATUS:
        lua_newtable(L);
        push_field(L, "ok", value->text);
        break;
    case RESP_ERROR:
        lua_newtable(L);
        push_field(L, "err", value->text);
        lua_pushboolean(L, 1);
        lua_setfield(L, -2, "ignore_error_stats_update");
        break;
    case RESP_DOUBLE:
        number_read_double(value->text, &number);
        lua_newtable(L);
        redis_push_number(L, number);
        lua_setfield(L, -2, "double");
        break;
    case RESP_BIGNUM:
        lua_newtable(L);
        push_field(L, "big_number", value->text);
        break;
    case RESP_BULK:
        if (protocol == 3 && is_verbatim(value, &kind)) push_verbatim(L, kind, value->text);
        else lua_pushlstring(L, value->text.size ? value->text.chars : "", value->text.size);
        break;
    }
}

void redis_push_reply(lua_State *L, Slice resp, uint8_t protocol)
{
    ScriptState *state = redis_state(L);
    Error err;
    uint32_t used;
    RespStatus status = resp_read(resp, &state->values, &used, &err, state->mem);
    SIM_ASSERT(status == RESP_DONE); /* the server wrote it; what has no reply is no script's */
    redis_charge(L, state->values.count);
    push_value(L, &state->values, 0, protocol);
}

/* --- errors --- */

void redis_push_error(lua_State *L, Slice text)
{
    Text *out = redis_scratch(L);
    const char *blank = text.size ? memchr(text.chars, ' ', text.size) : NULL;
    bool has_code = text.size > 0 && text.chars[0] == '-';
    if (!has_code || !blank) text_append(out, "ERR ");
    if (has_code) text_append_bytes(out, text.chars + 1, text.size - 1);
    else text_append_bytes(out, text.size ? text.chars : "", text.size);
    while (out->size > 0 && strchr("\r\n", out->chars[out->size - 1])) out->size--;
    lua_newtable(L);
    push_field(L, "err", (Slice){text_chars(out), out->size});
}

int redis_raise(lua_State *L, const char *text)
{
    redis_push_error(L, slice_of(text));
    return lua_error(L);
}

/* One line: line ends at its end are cut, those inside become blanks. */
void redis_reply_error(Reply *reply, Slice text)
{
    while (text.size > 0 && strchr("\r\n", text.chars[text.size - 1])) text.size--;
    text_append_bytes(&reply->out, "-", 1);
    for (uint32_t i = 0; i < text.size; i++) {
        bool ends = text.chars[i] == '\r' || text.chars[i] == '\n';
        text_append_bytes(&reply->out, ends ? " " : &text.chars[i], 1);
    }
    text_append_bytes(&reply->out, "\r\n", 2);
    reply->errors++;
}

/* --- values of scripts --- */

/* Pushes the field of the table on top if it is of this type. */
static bool has_field(lua_State *L, const char *name, int type)
{
    lua_pushstring(L, name);
    lua_rawget(L, -2);
    if (lua_type(L, -1) == type) return true;
    lua_pop(L, 1);
    return false;
}

static void append_one_line(Text *out, const char *chars, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        bool ends = chars[i] == '\r' || chars[i] == '\n';
        text_append_bytes(out, ends ? " " : &chars[i], 1);
    }
    text_append_bytes(out, "\r\n", 2);
}

/* Maps and sets in the order of redis_sorted_keys; redis-server's is that of its Lua. */
static void reply_pairs(lua_State *L, Reply *reply, uint8_t script_protocol, bool is_map)
{
    int table = lua_gettop(L);
    int count = redis_sorted_keys(L, table);
    if (is_map) reply_map(reply, (uint32_t)count);
    else reply_set(reply, (uint32_t)count);
    for (int i = 1; i <= count; i++) {
        lua_rawgeti(L, table + 1, i);
        if (is_map) {
            lua_pushvalue(L, -1);
            lua_rawget(L, table);
            lua_insert(L, -2);
        }
        redis_reply_value(L, reply, script_protocol); /* the key, then what is below it */
        if (is_map) redis_reply_value(L, reply, script_protocol);
    }
    lua_settop(L, table);
}

static void reply_array_of(lua_State *L, Reply *reply, uint8_t script_protocol)
{
    uint32_t mark = reply_mark(reply), count = 0;
    for (lua_Integer i = 1;; i++) {
        lua_rawgeti(L, -1, i);
        if (lua_isnil(L, -1)) break;
        redis_reply_value(L, reply, script_protocol);
        count++;
    }
    lua_pop(L, 1);
    reply_array_at(reply, mark, count);
}

static bool reply_verbatim_of(lua_State *L, Reply *reply)
{
    size_t size;
    int top = lua_gettop(L);
    bool fine = has_field(L, "format", LUA_TSTRING);
    if (fine) {
        lua_insert(L, -2);
        fine = has_field(L, "string", LUA_TSTRING);
    }
    if (fine) {
        const char *text = lua_tolstring(L, -1, &size);
        char kind[4] = "txt";
        snprintf(kind, sizeof(kind), "%s", lua_tostring(L, top));
        reply_verbatim(reply, kind, (Slice){text, (uint32_t)size});
    }
    lua_settop(L, top);
    return fine;
}

/* The fields that make a table something else than an array; the first that fits. */
static bool reply_special(lua_State *L, Reply *reply, uint8_t script_protocol)
{
    size_t size;
    Text digits = {0};
    int table = lua_gettop(L);
    bool done = true;
    if (has_field(L, "err", LUA_TSTRING)) {
        const char *text = lua_tolstring(L, -1, &size);
        redis_reply_error(reply, (Slice){text, (uint32_t)size});
    } else if (has_field(L, "ok", LUA_TSTRING)) {
        const char *text = lua_tolstring(L, -1, &size);
        text_append_bytes(&reply->out, "+", 1);
        append_one_line(&reply->out, text, strlen(text));
    } else if (has_field(L, "double", LUA_TNUMBER)) {
        number_append_double(&digits, lua_tonumber(L, -1));
        reply_double_text(reply, text_chars(&digits));
        text_deinit(&digits);
    } else if (has_field(L, "big_number", LUA_TSTRING)) {
        const char *text = lua_tolstring(L, -1, &size);
        if (reply->protocol == 3) {
            text_append_bytes(&reply->out, "(", 1);
            append_one_line(&reply->out, text, size);
        } else {
            reply_bulk(reply, (Slice){text, (uint32_t)size});
        }
    } else if (has_field(L, "verbatim_string", LUA_TTABLE) && reply_verbatim_of(L, reply)) {
        done = true;
    } else {
        lua_settop(L, table);
        done = has_field(L, "map", LUA_TTABLE);
        if (done) reply_pairs(L, reply, script_protocol, true);
        else if ((done = has_field(L, "set", LUA_TTABLE)))
            reply_pairs(L, reply, script_protocol, false);
    }
    lua_settop(L, table);
    return done;
}

void redis_reply_value(lua_State *L, Reply *reply, uint8_t script_protocol)
{
    size_t size;
    if (!lua_checkstack(L, 8)) {
        redis_reply_error(reply, slice_of("ERR reached lua stack limit"));
        lua_pop(L, 1);
        return;
    }
    redis_charge(L, 1);
    switch (lua_type(L, -1)) {
    case LUA_TSTRING: {
        const char *text = lua_tolstring(L, -1, &size);
        reply_bulk(reply, (Slice){text, (uint32_t)size});
        break;
    }
    case LUA_TBOOLEAN:
        if (script_protocol == 3) reply_bool(reply, lua_toboolean(L, -1));
        else if (lua_toboolean(L, -1)) reply_integer(reply, 1);
        else reply_null(reply);
        break;
    case LUA_TNUMBER: reply_integer(reply, truncated(lua_tonumber(L, -1))); break;
    case LUA_TTABLE:
        if (!reply_special(L, reply, script_protocol)) reply_array_of(L, reply, script_protocol);
        break;
    default: reply_null(reply);
    }
    lua_pop(L, 1);
}
