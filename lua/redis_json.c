/* redis_json.c -- cjson for Redis scripts: encode, decode and their settings, with the results and
 * messages of lua-cjson 2.1 (redis-server 7.0: deps/lua/src/lua_cjson.c).
 *
 * Objects are written in the order of redis_sorted_keys. */
#include "lua/redis.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 1000

typedef enum InvalidNumbers { INVALID_ERROR, INVALID_AS_IS, INVALID_NULL } InvalidNumbers;

typedef struct Settings { /* in a userdata, the upvalue of all functions */
    bool sparse_convert;
    int sparse_ratio, sparse_safe;
    int encode_depth, decode_depth;
    int precision;
    InvalidNumbers encode_invalid;
    bool decode_invalid, keep_buffer;
} Settings;

static Settings *settings_of(lua_State *L)
{
    return lua_touserdata(L, lua_upvalueindex(1));
}

/* --- encoding --- */

static void encode_value(lua_State *L, const Settings *settings, int depth, Text *out);

static int refuse(lua_State *L, int index, const char *reason)
{
    return luaL_error(L, "Cannot serialise %s: %s", luaL_typename(L, index), reason);
}

static void encode_text(lua_State *L, int index, Text *out)
{
    static const char letters[] = "btn.fr"; /* of codes 8 to 13; 11 has none */
    size_t size;
    const char *at = lua_tolstring(L, index, &size), *end = at + size;
    redis_charge(L, size / 8);
    text_append_bytes(out, "\"", 1);
    for (; at < end; at++) {
        unsigned char c = (unsigned char)*at;
        if (c == '"' || c == '\\' || c == '/') text_append(out, "\\%c", c);
        else if (c >= 8 && c <= 13 && c != 11) text_append(out, "\\%c", letters[c - 8]);
        else if (c < 32 || c == 127) text_append(out, "\\u%04x", c);
        else text_append_bytes(out, at, 1);
    }
    text_append_bytes(out, "\"", 1);
}

static void encode_number(lua_State *L, const Settings *settings, int index, Text *out)
{
    lua_Number number = lua_tonumber(L, index);
    bool invalid = isinf(number) || isnan(number);
    if (invalid && settings->encode_invalid == INVALID_ERROR)
        refuse(L, index, "must not be NaN or Inf");
    if (invalid && settings->encode_invalid == INVALID_NULL) text_append(out, "null");
    else if (isnan(number)) text_append(out, "nan");
    else text_append(out, "%.*g", settings->precision, number);
}

/* How many elements the array at the top has; -1: it is an object. An empty table is one. */
static lua_Integer array_size(lua_State *L, const Settings *settings)
{
    lua_Integer most = 0, count = 0;
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        lua_pop(L, 1);
        lua_Number key = lua_type(L, -1) == LUA_TNUMBER ? lua_tonumber(L, -1) : 0;
        if (!(key >= 1 && key == floor(key) && key < 2147483648.0)) {
            lua_pop(L, 1);
            return -1;
        }
        if ((lua_Integer)key > most) most = (lua_Integer)key;
        count++;
    }
    bool sparse = settings->sparse_ratio > 0 && most > count * settings->sparse_ratio &&
                  most > settings->sparse_safe;
    if (sparse && !settings->sparse_convert) refuse(L, -1, "excessively sparse array");
    return sparse ? -1 : most;
}

static void encode_array(lua_State *L, const Settings *settings, int depth, lua_Integer count,
                         Text *out)
{
    text_append_bytes(out, "[", 1);
    for (lua_Integer i = 1; i <= count; i++) {
        if (i > 1) text_append_bytes(out, ",", 1);
        lua_rawgeti(L, -1, i);
        encode_value(L, settings, depth, out);
        lua_pop(L, 1);
    }
    text_append_bytes(out, "]", 1);
}

static void encode_object(lua_State *L, const Settings *settings, int depth, Text *out)
{
    int table = lua_gettop(L), count = redis_sorted_keys(L, table);
    text_append_bytes(out, "{", 1);
    for (int i = 1; i <= count; i++) {
        if (i > 1) text_append_bytes(out, ",", 1);
        lua_rawgeti(L, table + 1, i);
        if (lua_type(L, -1) == LUA_TNUMBER) {
            text_append_bytes(out, "\"", 1);
            encode_number(L, settings, -1, out);
            text_append_bytes(out, "\"", 1);
        } else if (lua_type(L, -1) == LUA_TSTRING) {
            encode_text(L, -1, out);
        } else {
            refuse(L, -1, "table key must be a number or string");
        }
        text_append_bytes(out, ":", 1);
        lua_rawget(L, table);
        encode_value(L, settings, depth, out);
        lua_pop(L, 1);
    }
    lua_settop(L, table);
    text_append_bytes(out, "}", 1);
}

/* The value on top, which stays. */
static void encode_value(lua_State *L, const Settings *settings, int depth, Text *out)
{
    redis_charge(L, 1);
    switch (lua_type(L, -1)) {
    case LUA_TSTRING: encode_text(L, -1, out); return;
    case LUA_TNUMBER: encode_number(L, settings, -1, out); return;
    case LUA_TBOOLEAN: text_append(out, lua_toboolean(L, -1) ? "true" : "false"); return;
    case LUA_TNIL: text_append(out, "null"); return;
    case LUA_TLIGHTUSERDATA: text_append(out, "null"); return; /* cjson.null, the only one */
    case LUA_TTABLE: break;
    default: refuse(L, -1, "type not supported");
    }
    if (++depth > settings->encode_depth || !lua_checkstack(L, 8))
        luaL_error(L, "Cannot serialise, excessive nesting (%d)", depth);
    lua_Integer count = array_size(L, settings);
    if (count > 0) encode_array(L, settings, depth, count, out);
    else encode_object(L, settings, depth, out);
}

static int l_encode(lua_State *L)
{
    luaL_argcheck(L, lua_gettop(L) == 1, 1, "expected 1 argument");
    Text *out = redis_scratch(L);
    encode_value(L, settings_of(L), 0, out);
    lua_pushlstring(L, text_chars(out), out->size);
    return 1;
}

/* --- decoding --- */

typedef struct Parser {
    lua_State *L;
    const Settings *settings;
    const char *start, *at; /* Lua's texts end with a NUL, which ends every token */
    int depth;
    Text *text; /* of the token */
    lua_Number number;
    size_t token; /* where it begins */
    const char *error;
} Parser;

/* A token is its first character; 'n', 't', 'f' for the words, '0' for a number, '"' for a text,
 * '\0' for the end, '?' for a wrong one. */
static char wrong(Parser *parser, const char *error)
{
    parser->error = error;
    parser->token = (size_t)(parser->at - parser->start);
    return '?';
}

static int hex_digits(const char *at)
{
    int value = 0;
    for (int i = 0; i < 4; i++) {
        char c = at[i], lower = (char)(c | 32);
        if (c >= '0' && c <= '9') value = value * 16 + c - '0';
        else if (lower >= 'a' && lower <= 'f') value = value * 16 + lower - 'a' + 10;
        else return -1;
    }
    return value;
}

static void append_utf8(Text *out, int code)
{
    char bytes[4];
    uint32_t count = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const int heads[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (uint32_t i = count; i-- > 1; code >>= 6) bytes[i] = (char)(0x80 | (code & 0x3F));
    bytes[0] = (char)(heads[count] | code);
    text_append_bytes(out, bytes, count);
}

/* "\u00e9", or a pair of surrogates, at the backslash. */
static bool take_unicode(Parser *parser)
{
    int code = hex_digits(parser->at + 2);
    if (code < 0) return false;
    parser->at += 6;
    if ((code & 0xF800) == 0xD800) {
        if (code & 0x400 || parser->at[0] != '\\' || parser->at[1] != 'u') return false;
        int low = hex_digits(parser->at + 2);
        if (low < 0 || (low & 0xFC00) != 0xDC00) return false;
        parser->at += 6;
        code = ((code & 0x3FF) << 10 | (low & 0x3FF)) + 0x10000;
    }
    append_utf8(parser->text, code);
    return true;
}

static char take_text(Parser *parser)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    text_clear(parser->text);
    for (parser->at++; *parser->at != '"';) {
        if (*parser->at == '\0') return wrong(parser, "unexpected end of string");
        if (*parser->at != '\\') {
            text_append_bytes(parser->text, parser->at++, 1);
            continue;
        }
        char escape = parser->at[1];
        if (escape == 'u') {
            const char *begin = parser->at;
            if (take_unicode(parser)) continue;
            parser->at = begin;
            return wrong(parser, "invalid unicode escape code");
        }
        const char *known = escape ? strchr(from, escape) : NULL;
        if (!known) return wrong(parser, "invalid escape code");
        text_append_bytes(parser->text, &to[known - from], 1);
        parser->at += 2;
    }
    parser->at++;
    return '"';
}

/* What strtod takes and JSON does not. */
static bool is_invalid_number(const char *at)
{
    if (*at == '+') return true;
    if (*at == '-') at++;
    if (*at == '0') return (at[1] | 32) == 'x' || (at[1] >= '0' && at[1] <= '9');
    if (*at <= '9') return false;
    char word[4] = {(char)(at[0] | 32), (char)(at[0] ? at[1] | 32 : 0),
                    (char)(at[0] && at[1] ? at[2] | 32 : 0), 0};
    return strcmp(word, "inf") == 0 || strcmp(word, "nan") == 0;
}

static char take_number(Parser *parser)
{
    char *end;
    parser->number = strtod(parser->at, &end);
    if (end == parser->at) return wrong(parser, "invalid number");
    parser->at = end;
    return '0';
}

static bool take_word(Parser *parser, const char *word)
{
    size_t size = strlen(word);
    if (strncmp(parser->at, word, size) != 0) return false;
    parser->at += size;
    return true;
}

static char next_token(Parser *parser)
{
    while (*parser->at && strchr(" \t\n\r", *parser->at)) parser->at++;
    char c = *parser->at;
    parser->token = (size_t)(parser->at - parser->start);
    redis_charge(parser->L, 1);
    if (c == '\0') return c;
    if (strchr("{}[]:,", c)) {
        parser->at++;
        return c;
    }
    if (c == '"') return take_text(parser);
    if (c == '-' || (c >= '0' && c <= '9')) {
        if (!parser->settings->decode_invalid && is_invalid_number(parser->at))
            return wrong(parser, "invalid number");
        return take_number(parser);
    }
    if (take_word(parser, "true")) return 't';
    if (take_word(parser, "false")) return 'f';
    if (take_word(parser, "null")) return 'n';
    bool number = strchr("iInN+", c) && parser->settings->decode_invalid;
    if (number && is_invalid_number(parser->at)) return take_number(parser);
    return wrong(parser, "invalid token");
}

static int unexpected(const Parser *parser, const char *wanted, char token)
{
    static const struct {
        char token;
        const char *name;
    } names[] = {{'{', "T_OBJ_BEGIN"}, {'}', "T_OBJ_END"}, {'[', "T_ARR_BEGIN"}, {']', "T_ARR_END"},
                 {'"', "T_STRING"},    {'0', "T_NUMBER"},  {'t', "T_BOOLEAN"},   {'f', "T_BOOLEAN"},
                 {'n', "T_NULL"},      {':', "T_COLON"},   {',', "T_COMMA"},     {'\0', "T_END"}};
    const char *found = parser->error;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && token != '?'; i++) {
        if (names[i].token == token) found = names[i].name;
    }
    return luaL_error(parser->L, "Expected %s but found %s at character %d", wanted, found,
                      (int)parser->token + 1);
}

static void push_value(Parser *parser, char token);

static void descend(Parser *parser)
{
    parser->depth++;
    if (parser->depth <= parser->settings->decode_depth && lua_checkstack(parser->L, 8)) return;
    luaL_error(parser->L, "Found too many nested data structures (%d) at character %d",
               parser->depth, (int)(parser->at - parser->start));
}

static void push_object(Parser *parser)
{
    descend(parser);
    lua_newtable(parser->L);
    char token = next_token(parser);
    while (token != '}') {
        if (token != '"') unexpected(parser, "object key string", token);
        lua_pushlstring(parser->L, text_chars(parser->text), parser->text->size);
        token = next_token(parser);
        if (token != ':') unexpected(parser, "colon", token);
        push_value(parser, next_token(parser));
        lua_rawset(parser->L, -3);
        token = next_token(parser);
        if (token == '}') break;
        if (token != ',') unexpected(parser, "comma or object end", token);
        token = next_token(parser);
        if (token == '}') unexpected(parser, "object key string", token);
    }
    parser->depth--;
}

static void push_array(Parser *parser)
{
    descend(parser);
    lua_newtable(parser->L);
    char token = next_token(parser);
    for (lua_Integer i = 1; token != ']' || i > 1; i++) {
        push_value(parser, token);
        lua_rawseti(parser->L, -2, i);
        token = next_token(parser);
        if (token == ']') break;
        if (token != ',') unexpected(parser, "comma or array end", token);
        token = next_token(parser);
    }
    parser->depth--;
}

static void push_value(Parser *parser, char token)
{
    switch (token) {
    case '"': lua_pushlstring(parser->L, text_chars(parser->text), parser->text->size); break;
    case '0': redis_push_number(parser->L, parser->number); break;
    case 't': lua_pushboolean(parser->L, 1); break;
    case 'f': lua_pushboolean(parser->L, 0); break;
    case 'n': lua_pushlightuserdata(parser->L, NULL); break;
    case '{': push_object(parser); break;
    case '[': push_array(parser); break;
    default: unexpected(parser, "value", token);
    }
}

static int l_decode(lua_State *L)
{
    size_t size;
    luaL_argcheck(L, lua_gettop(L) == 1, 1, "expected 1 argument");
    const char *json = luaL_checklstring(L, 1, &size);
    Parser parser = {
        .L = L, .settings = settings_of(L), .start = json, .at = json, .text = redis_scratch(L)};
    if (size >= 2 && (!json[0] || !json[1]))
        return luaL_error(L, "JSON parser does not support UTF-16 or UTF-32");
    push_value(&parser, next_token(&parser));
    char token = next_token(&parser);
    if (token != '\0') return unexpected(&parser, "the end", token);
    return 1;
}

/* --- settings: each sets what is given and returns what holds --- */

static void check_count(lua_State *L, int most)
{
    luaL_argcheck(L, lua_gettop(L) <= most, most + 1, "found too many arguments");
    lua_settop(L, most);
}

static void set_integer(lua_State *L, int arg, int *setting, int low, int high)
{
    if (!lua_isnil(L, arg)) {
        lua_Number value = luaL_checknumber(L, arg);
        if (!(value >= low && value <= high))
            luaL_argerror(L, 1,
                          lua_pushfstring(L, "expected integer between %d and %d", low, high));
        *setting = (int)value;
    }
    lua_pushinteger(L, *setting);
}

static void set_bool(lua_State *L, int arg, bool *setting)
{
    static const char *const words[] = {"off", "on", NULL};
    if (lua_isboolean(L, arg)) *setting = lua_toboolean(L, arg);
    else if (!lua_isnil(L, arg)) *setting = luaL_checkoption(L, arg, NULL, words) == 1;
    lua_pushboolean(L, *setting);
}

static int l_encode_sparse_array(lua_State *L)
{
    Settings *settings = settings_of(L);
    check_count(L, 3);
    set_bool(L, 1, &settings->sparse_convert);
    set_integer(L, 2, &settings->sparse_ratio, 0, INT32_MAX);
    set_integer(L, 3, &settings->sparse_safe, 0, INT32_MAX);
    return 3;
}

/* Deeper than DEPTH_MAX nothing goes: the C stack is finite. */
static int l_encode_max_depth(lua_State *L)
{
    check_count(L, 1);
    set_integer(L, 1, &settings_of(L)->encode_depth, 1, INT32_MAX);
    if (settings_of(L)->encode_depth > DEPTH_MAX) settings_of(L)->encode_depth = DEPTH_MAX;
    return 1;
}

static int l_decode_max_depth(lua_State *L)
{
    check_count(L, 1);
    set_integer(L, 1, &settings_of(L)->decode_depth, 1, INT32_MAX);
    if (settings_of(L)->decode_depth > DEPTH_MAX) settings_of(L)->decode_depth = DEPTH_MAX;
    return 1;
}

static int l_encode_number_precision(lua_State *L)
{
    check_count(L, 1);
    set_integer(L, 1, &settings_of(L)->precision, 1, 14);
    return 1;
}

static int l_encode_keep_buffer(lua_State *L)
{
    check_count(L, 1);
    set_bool(L, 1, &settings_of(L)->keep_buffer);
    return 1;
}

static int l_encode_invalid_numbers(lua_State *L)
{
    static const char *const words[] = {"off", "on", "null", NULL};
    Settings *settings = settings_of(L);
    check_count(L, 1);
    if (lua_isboolean(L, 1))
        settings->encode_invalid = lua_toboolean(L, 1) ? INVALID_AS_IS : INVALID_ERROR;
    else if (!lua_isnil(L, 1))
        settings->encode_invalid = (InvalidNumbers)luaL_checkoption(L, 1, NULL, words);
    if (settings->encode_invalid == INVALID_NULL) lua_pushliteral(L, "null");
    else lua_pushboolean(L, settings->encode_invalid == INVALID_AS_IS);
    return 1;
}

static int l_decode_invalid_numbers(lua_State *L)
{
    check_count(L, 1);
    set_bool(L, 1, &settings_of(L)->decode_invalid);
    return 1;
}

/* A new module with settings of its own. */
static int l_new(lua_State *L)
{
    static const luaL_Reg functions[] = {{"encode", l_encode},
                                         {"decode", l_decode},
                                         {"encode_sparse_array", l_encode_sparse_array},
                                         {"encode_max_depth", l_encode_max_depth},
                                         {"decode_max_depth", l_decode_max_depth},
                                         {"encode_number_precision", l_encode_number_precision},
                                         {"encode_keep_buffer", l_encode_keep_buffer},
                                         {"encode_invalid_numbers", l_encode_invalid_numbers},
                                         {"decode_invalid_numbers", l_decode_invalid_numbers},
                                         {"new", l_new},
                                         {NULL, NULL}};
    lua_newtable(L);
    Settings *settings = lua_newuserdatauv(L, sizeof(*settings), 0);
    *settings = (Settings){.sparse_ratio = 2,
                           .sparse_safe = 10,
                           .encode_depth = DEPTH_MAX,
                           .decode_depth = DEPTH_MAX,
                           .precision = 14,
                           .decode_invalid = true,
                           .keep_buffer = true};
    luaL_setfuncs(L, functions, 1);
    lua_pushlightuserdata(L, NULL);
    lua_setfield(L, -2, "null");
    lua_pushliteral(L, "cjson");
    lua_setfield(L, -2, "_NAME");
    lua_pushliteral(L, "2.1.0");
    lua_setfield(L, -2, "_VERSION");
    return 1;
}

void redis_json_open(lua_State *L)
{
    l_new(L);
    lua_setfield(L, -2, "cjson");
}
