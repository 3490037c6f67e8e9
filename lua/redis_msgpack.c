/* redis_msgpack.c -- cmsgpack for Redis scripts: values as MessagePack and back, with the results
 * and messages of lua-cmsgpack 0.4 (redis-server 7.0: deps/lua/src/lua_cmsgpack.c).
 *
 * Maps are written in the order of redis_sorted_keys. */
#include "lua/redis.h"

#include <math.h>
#include <string.h>

#define NESTING_MAX 16
#define DEPTH_MAX   1000

/* --- packing --- */

static void put_big_endian(Text *out, uint64_t value, int bytes)
{
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
        char byte = (char)(value >> shift);
        text_append_bytes(out, &byte, 1);
    }
}

static void put_head(Text *out, unsigned code, uint64_t value, int bytes)
{
    put_big_endian(out, code, 1);
    if (bytes > 0) put_big_endian(out, value, bytes);
}

static void pack_text(lua_State *L, Text *out)
{
    size_t size;
    const char *text = lua_tolstring(L, -1, &size);
    if (size < 32) put_head(out, 0xA0 | (unsigned)size, 0, 0);
    else if (size <= 0xFF) put_head(out, 0xD9, size, 1);
    else if (size <= 0xFFFF) put_head(out, 0xDA, size, 2);
    else put_head(out, 0xDB, size, 4);
    redis_charge(L, size / 16);
    text_append_bytes(out, text, (uint32_t)size);
}

static void pack_integer(Text *out, int64_t n)
{
    uint64_t bits = (uint64_t)n;
    if (n >= 0) {
        if (n <= 127) put_head(out, (unsigned)n, 0, 0);
        else if (n <= 0xFF) put_head(out, 0xCC, bits, 1);
        else if (n <= 0xFFFF) put_head(out, 0xCD, bits, 2);
        else if (n <= 0xFFFFFFFFLL) put_head(out, 0xCE, bits, 4);
        else put_head(out, 0xCF, bits, 8);
    } else {
        if (n >= -32) put_head(out, (unsigned)n & 0xFF, 0, 0);
        else if (n >= -128) put_head(out, 0xD0, bits, 1);
        else if (n >= -32768) put_head(out, 0xD1, bits, 2);
        else if (n >= -2147483648LL) put_head(out, 0xD2, bits, 4);
        else put_head(out, 0xD3, bits, 8);
    }
}

/* Whole numbers as integers; others with four bytes if these hold them. */
static void pack_number(lua_State *L, Text *out)
{
    lua_Number number = lua_tonumber(L, -1);
    bool fits = number >= -9223372036854775808.0 && number < 9223372036854775808.0;
    if (fits && number == floor(number)) {
        pack_integer(out, (int64_t)number);
        return;
    }
    float narrow = (float)number;
    uint64_t bits = 0;
    if ((lua_Number)narrow == number) {
        uint32_t half;
        memcpy(&half, &narrow, sizeof(half));
        put_head(out, 0xCA, half, 4);
    } else {
        memcpy(&bits, &number, sizeof(bits));
        put_head(out, 0xCB, bits, 8);
    }
}

/* Keys are 1 to n without a hole; an empty table is an array, too. */
static bool is_array(lua_State *L)
{
    lua_Integer most = 0, count = 0;
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        lua_pop(L, 1);
        int whole = 0;
        lua_Integer key = lua_type(L, -1) == LUA_TNUMBER ? lua_tointegerx(L, -1, &whole) : 0;
        if (!whole || key <= 0) {
            lua_pop(L, 1);
            return false;
        }
        if (key > most) most = key;
        count++;
    }
    return most == count;
}

static void pack_value(lua_State *L, Text *out, int level);

static void pack_table(lua_State *L, Text *out, int level)
{
    int table = lua_gettop(L);
    luaL_checkstack(L, 8, "in function mp_encode_lua_table_as_array");
    if (is_array(L)) {
        uint64_t count = lua_rawlen(L, table);
        if (count <= 15) put_head(out, 0x90 | (unsigned)count, 0, 0);
        else if (count <= 0xFFFF) put_head(out, 0xDC, count, 2);
        else put_head(out, 0xDD, count, 4);
        for (uint64_t i = 1; i <= count; i++) {
            lua_rawgeti(L, table, (lua_Integer)i);
            pack_value(L, out, level + 1);
        }
        return;
    }
    int count = redis_sorted_keys(L, table);
    if (count <= 15) put_head(out, 0x80 | (unsigned)count, 0, 0);
    else if (count <= 0xFFFF) put_head(out, 0xDE, (uint64_t)count, 2);
    else put_head(out, 0xDF, (uint64_t)count, 4);
    for (int i = 1; i <= count; i++) {
        lua_rawgeti(L, table + 1, i);
        lua_pushvalue(L, -1);
        pack_value(L, out, level + 1);
        lua_rawget(L, table);
        pack_value(L, out, level + 1);
    }
    lua_settop(L, table);
}

/* Takes the value off the stack. Deeper than NESTING_MAX tables are nil. */
static void pack_value(lua_State *L, Text *out, int level)
{
    int type = lua_type(L, -1);
    if (type == LUA_TTABLE && level == NESTING_MAX) type = LUA_TNIL;
    redis_charge(L, 1);
    if (type == LUA_TSTRING) pack_text(L, out);
    else if (type == LUA_TBOOLEAN) put_head(out, lua_toboolean(L, -1) ? 0xC3 : 0xC2, 0, 0);
    else if (type == LUA_TNUMBER) pack_number(L, out);
    else if (type == LUA_TTABLE) pack_table(L, out, level);
    else put_head(out, 0xC0, 0, 0);
    lua_pop(L, 1);
}

static int l_pack(lua_State *L)
{
    int count = lua_gettop(L);
    if (count == 0) return luaL_argerror(L, 0, "MessagePack pack needs input.");
    Text *out = redis_scratch(L);
    for (int i = 1; i <= count; i++) {
        luaL_checkstack(L, 1, "in function mp_check");
        lua_pushvalue(L, i);
        pack_value(L, out, 0);
    }
    lua_pushlstring(L, text_chars(out), out->size);
    return 1;
}

/* --- unpacking --- */

typedef struct Reader {
    lua_State *L;
    const unsigned char *at, *end;
    int depth;
} Reader;

static void need(const Reader *reader, uint64_t bytes)
{
    if ((uint64_t)(reader->end - reader->at) < bytes)
        luaL_error(reader->L, "Missing bytes in input.");
}

static uint64_t take(Reader *reader, unsigned bytes)
{
    uint64_t value = 0;
    need(reader, bytes);
    for (unsigned i = 0; i < bytes; i++) value = value << 8 | *reader->at++;
    return value;
}

static void unpack_text(Reader *reader, uint64_t size)
{
    need(reader, size);
    lua_pushlstring(reader->L, (const char *)reader->at, (size_t)size);
    reader->at += size;
}

static void unpack_value(Reader *reader);

static void unpack_table(Reader *reader, uint64_t count, bool map)
{
    lua_State *L = reader->L;
    if (++reader->depth > DEPTH_MAX) luaL_error(L, "Bad data format in input.");
    luaL_checkstack(L, 8, "in function mp_decode_to_lua_array");
    lua_newtable(L);
    for (uint64_t i = 1; i <= count; i++) {
        unpack_value(reader);
        if (map) {
            unpack_value(reader);
            lua_settable(L, -3);
        } else {
            lua_rawseti(L, -2, (lua_Integer)i);
        }
    }
    reader->depth--;
}

static void push_float(lua_State *L, uint32_t bits)
{
    float number;
    memcpy(&number, &bits, sizeof(number));
    redis_push_number(L, (lua_Number)number);
}

static void push_double(lua_State *L, uint64_t bits)
{
    lua_Number number;
    memcpy(&number, &bits, sizeof(number));
    redis_push_number(L, number);
}

/* Signed numbers of 1, 2, 4 or 8 bytes. */
static int64_t take_signed(Reader *reader, unsigned bytes)
{
    uint64_t value = take(reader, bytes), sign = UINT64_C(1) << (8 * bytes - 1);
    return (int64_t)((value ^ sign) - sign);
}

static void unpack_coded(Reader *reader, unsigned code)
{
    lua_State *L = reader->L;
    switch (code) {
    case 0xC0: lua_pushnil(L); break;
    case 0xC2: lua_pushboolean(L, 0); break;
    case 0xC3: lua_pushboolean(L, 1); break;
    case 0xCA: push_float(L, (uint32_t)take(reader, 4)); break;
    case 0xCB: push_double(L, take(reader, 8)); break;
    case 0xCC:
    case 0xCD:
    case 0xCE:
    case 0xCF: redis_push_number(L, (lua_Number)take(reader, 1u << (code - 0xCC))); break;
    case 0xD0:
    case 0xD1:
    case 0xD2:
    case 0xD3: redis_push_number(L, (lua_Number)take_signed(reader, 1u << (code - 0xD0))); break;
    case 0xD9: unpack_text(reader, take(reader, 1)); break;
    case 0xDA: unpack_text(reader, take(reader, 2)); break;
    case 0xDB: unpack_text(reader, take(reader, 4)); break;
    case 0xDC: unpack_table(reader, take(reader, 2), false); break;
    case 0xDD: unpack_table(reader, take(reader, 4), false); break;
    case 0xDE: unpack_table(reader, take(reader, 2), true); break;
    case 0xDF: unpack_table(reader, take(reader, 4), true); break;
    default: luaL_error(L, "Bad data format in input.");
    }
}

static void unpack_value(Reader *reader)
{
    unsigned code = (unsigned)take(reader, 1);
    luaL_checkstack(reader->L, 4,
                    "too many return values at once; use unpack_one or unpack_limit instead.");
    redis_charge(reader->L, 1);
    if (code < 0x80) lua_pushinteger(reader->L, code);
    else if (code >= 0xE0) lua_pushinteger(reader->L, (lua_Integer)code - 256);
    else if (code < 0x90) unpack_table(reader, code & 15, true);
    else if (code < 0xA0) unpack_table(reader, code & 15, false);
    else if (code < 0xC0) unpack_text(reader, code & 31);
    else unpack_coded(reader, code);
}

/* `limit` values from `offset` on, with the next offset in front (-1: there is nothing more); all
 * of them when both are 0. The text is at index 1, nothing above it. */
static int unpack(lua_State *L, lua_Integer limit, lua_Integer offset)
{
    size_t size;
    const char *text = luaL_checklstring(L, 1, &size);
    bool all = limit == 0 && offset == 0;
    if (offset < 0 || limit < 0)
        return luaL_error(L, "Invalid request to unpack with offset of %d and limit of %d.",
                          (int)offset, (int)size);
    if ((size_t)offset > size)
        return luaL_error(L, "Start offset %d greater than input length %d.", (int)offset,
                          (int)size);
    const unsigned char *start = (const unsigned char *)text;
    Reader reader = {.L = L, .at = start + offset, .end = start + size};
    int count = 0;
    for (; reader.at < reader.end && (all || count < limit); count++) unpack_value(&reader);
    if (all) return count;
    lua_pushinteger(L, reader.at == reader.end ? -1 : (lua_Integer)(reader.at - start));
    lua_insert(L, 2);
    return count + 1;
}

static int l_unpack(lua_State *L)
{
    lua_settop(L, 1);
    return unpack(L, 0, 0);
}

static int l_unpack_one(lua_State *L)
{
    lua_Integer offset = luaL_optinteger(L, 2, 0);
    lua_settop(L, 1);
    return unpack(L, 1, offset);
}

static int l_unpack_limit(lua_State *L)
{
    lua_Integer limit = luaL_checkinteger(L, 2), offset = luaL_optinteger(L, 3, 0);
    lua_settop(L, 1);
    return unpack(L, limit, offset);
}

void redis_msgpack_open(lua_State *L)
{
    static const luaL_Reg functions[] = {{"pack", l_pack},
                                         {"unpack", l_unpack},
                                         {"unpack_one", l_unpack_one},
                                         {"unpack_limit", l_unpack_limit},
                                         {NULL, NULL}};
    lua_newtable(L);
    luaL_setfuncs(L, functions, 0);
    lua_pushliteral(L, "cmsgpack");
    lua_setfield(L, -2, "_NAME");
    lua_pushliteral(L, "lua-cmsgpack 0.4.0");
    lua_setfield(L, -2, "_VERSION");
    lua_setfield(L, -2, "cmsgpack");
}
