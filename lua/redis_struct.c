/* redis_struct.c -- struct and bit for Redis scripts: binary layouts, and operations on 32 bits,
 * with the results and messages of Lua struct and BitOp (redis-server 7.0: deps/lua/src). */
#include "lua/redis.h"

#include <math.h>
#include <string.h>

#define INTEGER_BYTES_MAX 32
#define ALIGNMENT         8 /* of a double, which '!' alone means */

/* --- struct --- */

typedef struct Layout {
    lua_State *L;
    const char *format; /* the rest of it */
    bool big_endian;
    size_t align;
} Layout;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t take_count(Layout *layout, size_t otherwise)
{
    if (!is_digit(*layout->format)) return otherwise;
    size_t count = 0;
    for (; is_digit(*layout->format); layout->format++) {
        if (count > (2147483647 - 9) / 10) luaL_error(layout->L, "integral size overflow");
        count = count * 10 + (size_t)(*layout->format - '0');
    }
    return count;
}

static size_t size_of(Layout *layout, char option)
{
    switch (option) {
    case 'B':
    case 'b':
    case 'x': return 1;
    case 'H':
    case 'h': return 2;
    case 'f': return 4;
    case 'L':
    case 'l':
    case 'T':
    case 'd': return 8;
    case 'c': return take_count(layout, 1);
    case 'i':
    case 'I': {
        size_t size = take_count(layout, 4);
        if (size > INTEGER_BYTES_MAX)
            luaL_error(layout->L, "integral size %d is larger than limit of %d", (int)size,
                       INTEGER_BYTES_MAX);
        return size;
    }
    default: return 0;
    }
}

static size_t padding(const Layout *layout, size_t at, char option, size_t size)
{
    if (size == 0 || option == 'c') return 0;
    if (size > layout->align) size = layout->align;
    return (size - (at & (size - 1))) & (size - 1);
}

static void take_control(Layout *layout, char option)
{
    if (option == ' ') return;
    if (option == '>' || option == '<') {
        layout->big_endian = option == '>';
    } else if (option == '!') {
        size_t align = take_count(layout, ALIGNMENT);
        if (align == 0 || (align & (align - 1)))
            luaL_error(layout->L, "alignment %d is not a power of 2", (int)align);
        layout->align = align;
    } else {
        luaL_argerror(layout->L, 1,
                      lua_pushfstring(layout->L, "invalid format option '%c'", option));
    }
}

static bool is_integer(char option)
{
    return option && strchr("bBhHlLTiI", option);
}

/* As C casts of a double on x86-64: what does not fit is 2^63. */
static uint64_t bits_of(lua_Number number)
{
    if (number < 0)
        return number >= -9223372036854775808.0 ? (uint64_t)(int64_t)number : UINT64_C(1) << 63;
    return number < 18446744073709551616.0 ? (uint64_t)number : UINT64_C(1) << 63;
}

static void put_bytes(const Layout *layout, Text *out, uint64_t value, size_t size)
{
    char bytes[INTEGER_BYTES_MAX];
    for (size_t i = 0; i < size; i++) {
        bytes[layout->big_endian ? size - 1 - i : i] = (char)(i < 8 ? value >> (8 * i) : 0);
    }
    text_append_bytes(out, bytes, (uint32_t)size);
}

static void pack_real(const Layout *layout, Text *out, lua_Number number, size_t size)
{
    uint64_t bits = 0;
    if (size == 4) {
        float narrow = (float)number;
        uint32_t half;
        memcpy(&half, &narrow, sizeof(half));
        bits = half;
    } else {
        memcpy(&bits, &number, sizeof(bits));
    }
    put_bytes(layout, out, bits, size);
}

/* Returns how many bytes the text takes. */
static size_t pack_text(lua_State *L, Text *out, char option, size_t size, int arg)
{
    size_t have;
    const char *text = luaL_checklstring(L, arg, &have);
    if (size == 0) size = have;
    luaL_argcheck(L, have >= size, arg + 1, "string too short");
    text_append_bytes(out, text, (uint32_t)size);
    if (option != 's') return size;
    text_append_bytes(out, "", 1);
    return size + 1;
}

static int l_pack(lua_State *L)
{
    Layout layout = {.L = L, .format = luaL_checkstring(L, 1), .align = 1};
    Text *out = redis_scratch(L);
    int arg = 2;
    while (*layout.format) {
        char option = *layout.format++;
        size_t size = size_of(&layout, option);
        for (size_t pad = padding(&layout, out->size, option, size); pad > 0; pad--)
            text_append_bytes(out, "", 1);
        redis_charge(L, 1);
        if (is_integer(option)) put_bytes(&layout, out, bits_of(luaL_checknumber(L, arg++)), size);
        else if (option == 'x') text_append_bytes(out, "", 1);
        else if (option == 'f' || option == 'd')
            pack_real(&layout, out, luaL_checknumber(L, arg++), size);
        else if (option == 'c' || option == 's') pack_text(L, out, option, size, arg++);
        else take_control(&layout, option);
    }
    lua_pushlstring(L, text_chars(out), out->size);
    return 1;
}

static uint64_t get_bytes(const Layout *layout, const char *at, size_t size)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | (unsigned char)at[layout->big_endian ? i : size - 1 - i];
    return value;
}

static lua_Number integer_of(uint64_t value, bool is_signed, size_t size)
{
    if (!is_signed) return (lua_Number)value;
    if (size > 0 && size < 8) {
        uint64_t sign = UINT64_C(1) << (8 * size - 1);
        value = (value ^ sign) - sign;
    }
    return (lua_Number)(int64_t)value;
}

static void push_real(lua_State *L, uint64_t bits, size_t size)
{
    lua_Number number;
    float narrow;
    uint32_t half = (uint32_t)bits;
    memcpy(&narrow, &half, sizeof(narrow));
    memcpy(&number, &bits, sizeof(number));
    redis_push_number(L, size == 4 ? (lua_Number)narrow : number);
}

/* A text of `size` bytes, of as many as the value before says ("c0"), or up to a NUL ("s"). Returns
 * how many bytes it took. */
static size_t unpack_text(lua_State *L, char option, size_t size, Slice left, int *results)
{
    const char *end = option == 's' && left.size ? memchr(left.chars, '\0', left.size) : NULL;
    if (option == 's') {
        if (!end) luaL_error(L, "unfinished string in data");
        lua_pushlstring(L, left.chars, (size_t)(end - left.chars));
        ++*results;
        return (size_t)(end - left.chars) + 1;
    }
    if (size == 0) {
        if (*results == 0 || !lua_isnumber(L, -1))
            luaL_error(L, "format 'c0' needs a previous size");
        lua_Number wanted = lua_tonumber(L, -1);
        luaL_argcheck(L, wanted >= 0 && wanted <= left.size, 2, "data string too short");
        size = (size_t)wanted;
        lua_pop(L, 1);
        --*results;
    }
    lua_pushlstring(L, left.chars, size);
    ++*results;
    return size;
}

static int l_unpack(lua_State *L)
{
    size_t have;
    int results = 0;
    Layout layout = {.L = L, .format = luaL_checkstring(L, 1), .align = 1};
    const char *data = luaL_checklstring(L, 2, &have);
    lua_Integer offset = luaL_optinteger(L, 3, 1);
    luaL_argcheck(L, offset > 0, 3, "offset must be 1 or greater");
    size_t at = (size_t)offset - 1;
    while (*layout.format) {
        char option = *layout.format++;
        size_t size = size_of(&layout, option);
        at += padding(&layout, at, option, size);
        luaL_argcheck(L, size <= have && at <= have - size, 2, "data string too short");
        luaL_checkstack(L, 2, "too many results");
        redis_charge(L, 1);
        if (is_integer(option)) {
            bool is_signed = option >= 'a';
            redis_push_number(L, integer_of(get_bytes(&layout, data + at, size), is_signed, size));
            results++;
        } else if (option == 'f' || option == 'd') {
            push_real(L, get_bytes(&layout, data + at, size), size);
            results++;
        } else if (option == 'c' || option == 's') {
            size =
                unpack_text(L, option, size, (Slice){data + at, (uint32_t)(have - at)}, &results);
        } else if (option != 'x') {
            take_control(&layout, option);
        }
        at += size;
    }
    lua_pushinteger(L, (lua_Integer)at + 1);
    return results + 1;
}

static int l_size(lua_State *L)
{
    size_t at = 0;
    Layout layout = {.L = L, .format = luaL_checkstring(L, 1), .align = 1};
    while (*layout.format) {
        char option = *layout.format++;
        size_t size = size_of(&layout, option);
        at += padding(&layout, at, option, size);
        if (option == 's') luaL_argerror(L, 1, "option 's' has no fixed size");
        if (option == 'c' && size == 0) luaL_argerror(L, 1, "option 'c0' has no fixed size");
        bool letter = ((option | 32) >= 'a' && (option | 32) <= 'z') || is_digit(option);
        if (!letter) take_control(&layout, option);
        at += size;
    }
    lua_pushinteger(L, (lua_Integer)at);
    return 1;
}

/* --- bit --- */

/* The number modulo 2^32, rounded to the nearest. */
static uint32_t check_bits(lua_State *L, int arg)
{
    lua_Number number = luaL_checknumber(L, arg);
    if (!isfinite(number)) return 0;
    number = fmod(nearbyint(number), 4294967296.0);
    return (uint32_t)(int64_t)number;
}

static int push_bits(lua_State *L, uint32_t bits)
{
    lua_pushinteger(L, (int32_t)bits);
    return 1;
}

static int l_tobit(lua_State *L)
{
    return push_bits(L, check_bits(L, 1));
}

static int l_bnot(lua_State *L)
{
    return push_bits(L, ~check_bits(L, 1));
}

static int l_band(lua_State *L)
{
    uint32_t bits = check_bits(L, 1);
    for (int i = 2; i <= lua_gettop(L); i++) bits &= check_bits(L, i);
    return push_bits(L, bits);
}

static int l_bor(lua_State *L)
{
    uint32_t bits = check_bits(L, 1);
    for (int i = 2; i <= lua_gettop(L); i++) bits |= check_bits(L, i);
    return push_bits(L, bits);
}

static int l_bxor(lua_State *L)
{
    uint32_t bits = check_bits(L, 1);
    for (int i = 2; i <= lua_gettop(L); i++) bits ^= check_bits(L, i);
    return push_bits(L, bits);
}

static int l_lshift(lua_State *L)
{
    return push_bits(L, check_bits(L, 1) << (check_bits(L, 2) & 31));
}

static int l_rshift(lua_State *L)
{
    return push_bits(L, check_bits(L, 1) >> (check_bits(L, 2) & 31));
}

static uint32_t rotated(uint32_t bits, unsigned by)
{
    return by == 0 ? bits : bits << by | bits >> (32 - by);
}

static int l_arshift(lua_State *L)
{
    uint32_t bits = check_bits(L, 1), by = check_bits(L, 2) & 31;
    uint32_t sign = bits >> 31 && by > 0 ? ~UINT32_C(0) << (32 - by) : 0;
    return push_bits(L, bits >> by | sign);
}

static int l_rol(lua_State *L)
{
    return push_bits(L, rotated(check_bits(L, 1), check_bits(L, 2) & 31));
}

static int l_ror(lua_State *L)
{
    return push_bits(L, rotated(check_bits(L, 1), (32 - (check_bits(L, 2) & 31)) & 31));
}

static int l_bswap(lua_State *L)
{
    uint32_t bits = check_bits(L, 1);
    return push_bits(L, bits >> 24 | (bits >> 8 & 0xFF00) | (bits & 0xFF00) << 8 | bits << 24);
}

static int l_tohex(lua_State *L)
{
    uint32_t bits = check_bits(L, 1);
    int32_t count = lua_isnone(L, 2) ? 8 : (int32_t)check_bits(L, 2);
    const char *digits = count < 0 ? "0123456789ABCDEF" : "0123456789abcdef";
    char text[8];
    uint32_t size = count < 0 ? 0 - (uint32_t)count : (uint32_t)count;
    if (size > 8) size = 8;
    for (uint32_t i = size; i-- > 0; bits >>= 4) text[i] = digits[bits & 15];
    lua_pushlstring(L, text, size);
    return 1;
}

void redis_struct_open(lua_State *L)
{
    static const luaL_Reg layouts[] = {
        {"pack", l_pack}, {"unpack", l_unpack}, {"size", l_size}, {NULL, NULL}};
    static const luaL_Reg bits[] = {
        {"tobit", l_tobit}, {"bnot", l_bnot},     {"band", l_band},     {"bor", l_bor},
        {"bxor", l_bxor},   {"lshift", l_lshift}, {"rshift", l_rshift}, {"arshift", l_arshift},
        {"rol", l_rol},     {"ror", l_ror},       {"bswap", l_bswap},   {"tohex", l_tohex},
        {NULL, NULL}};
    lua_newtable(L);
    luaL_setfuncs(L, layouts, 0);
    lua_setfield(L, -2, "struct");
    lua_newtable(L);
    luaL_setfuncs(L, bits, 0);
    lua_setfield(L, -2, "bit");
}
