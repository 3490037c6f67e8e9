/* redis_order.c -- tables in a fixed order: next, pairs, table.sort.
 *
 * Lua 5.4 draws the seed of its hash anew in every process, so that the order of its own `next`
 * differs in every run; its table.sort asks the clock. Here keys come as numbers, then texts by
 * their bytes, then booleans. redis-server's own order is that of the hash of Lua 5.1. */
#include "lua/redis.h"

#include <string.h>

/* --- the order of keys --- */

static int rank_of(lua_State *L, int index)
{
    switch (lua_type(L, index)) {
    case LUA_TNUMBER: return 0;
    case LUA_TSTRING: return 1;
    case LUA_TBOOLEAN: return 2;
    default: return 3;
    }
}

/* Is the key at `a` before that at `b`? Tables and functions as keys have only addresses. */
static bool is_before(lua_State *L, int a, int b)
{
    int rank = rank_of(L, a);
    if (rank != rank_of(L, b)) return rank < rank_of(L, b);
    if (rank == 0) return lua_compare(L, a, b, LUA_OPLT);
    if (rank == 1) {
        size_t size_a, size_b;
        const char *x = lua_tolstring(L, a, &size_a), *y = lua_tolstring(L, b, &size_b);
        return slice_compare((Slice){x, (uint32_t)size_a}, (Slice){y, (uint32_t)size_b}) < 0;
    }
    if (rank == 2) return !lua_toboolean(L, a) && lua_toboolean(L, b);
    luaL_error(L, "a table with several tables or functions as keys has no order here");
    return false;
}

/* --- heap sort of an array, by the order of keys or a comparison --- */

typedef bool Before(lua_State *L, int a, int b);

/* Lets element `root` of the first `count` sink to its place in the heap. */
static void sink(lua_State *L, int array, lua_Integer root, lua_Integer count, Before *before)
{
    for (;;) {
        lua_Integer child = 2 * root;
        if (child > count) return;
        lua_geti(L, array, child);
        if (child < count) {
            lua_geti(L, array, child + 1);
            if (before(L, -2, -1)) {
                lua_remove(L, -2);
                child++;
            } else {
                lua_pop(L, 1);
            }
        }
        lua_geti(L, array, root);
        if (!before(L, -1, -2)) {
            lua_pop(L, 2);
            return;
        }
        lua_seti(L, array, child);
        lua_seti(L, array, root);
        root = child;
    }
}

/* Charged by the size alone: how often keys are compared depends on the order they come in. */
static void sort(lua_State *L, int array, lua_Integer count, Before *before)
{
    uint64_t depth = 1;
    while (count >> depth) depth++;
    redis_charge(L, (uint64_t)count * depth * 2);
    for (lua_Integer root = count / 2; root >= 1; root--) sink(L, array, root, count, before);
    for (lua_Integer last = count; last > 1; last--) {
        lua_geti(L, array, 1);
        lua_geti(L, array, last);
        lua_seti(L, array, 1);
        lua_seti(L, array, last);
        sink(L, array, 1, last - 1, before);
    }
}

int redis_sorted_keys(lua_State *L, int table)
{
    lua_Integer count = 0;
    luaL_checkstack(L, 8, "a table is nested too deeply");
    lua_newtable(L);
    int keys = lua_gettop(L);
    lua_pushnil(L);
    while (lua_next(L, table)) {
        lua_pop(L, 1);
        lua_pushvalue(L, -1);
        lua_rawseti(L, keys, ++count);
    }
    sort(L, keys, count, is_before);
    return (int)count;
}

/* --- table.sort --- */

/* The comparison is at index 2 of the running function; nil: "<". */
static bool by_comparison(lua_State *L, int a, int b)
{
    if (lua_isnil(L, 2)) return lua_compare(L, a, b, LUA_OPLT);
    a = lua_absindex(L, a);
    b = lua_absindex(L, b);
    lua_pushvalue(L, 2);
    lua_pushvalue(L, a);
    lua_pushvalue(L, b);
    lua_call(L, 2, 1);
    bool before = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return before;
}

static int l_sort(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    if (!lua_isnoneornil(L, 2)) luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_settop(L, 2);
    sort(L, 1, (lua_Integer)lua_rawlen(L, 1), by_comparison);
    return 0;
}

/* --- next and pairs --- */

/* The table that a readonly one stands for. */
static void see_through(lua_State *L, int index)
{
    if (redis_push_real(L, index)) lua_replace(L, index);
}

/* next(table, key): the smallest key behind `key`. */
static int l_next(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 2);
    see_through(L, 1);
    bool first = lua_isnil(L, 2);
    if (!first) {
        lua_pushvalue(L, 2);
        if (lua_rawget(L, 1) == LUA_TNIL && rank_of(L, 2) == 3)
            return luaL_error(L, "invalid key to 'next'");
        lua_pop(L, 1);
    }
    lua_pushnil(L); /* 3: the best so far */
    lua_pushnil(L);
    while (lua_next(L, 1)) {
        redis_charge(L, 1);
        lua_pop(L, 1);
        bool behind = first || is_before(L, 2, -1);
        if (behind && (lua_isnil(L, 3) || is_before(L, -1, 3))) {
            lua_pushvalue(L, -1);
            lua_replace(L, 3);
        }
    }
    if (lua_isnil(L, 3)) return 1;
    lua_pushvalue(L, 3);
    lua_pushvalue(L, 3);
    lua_rawget(L, 1);
    return 2;
}

/* The iterator of pairs; upvalues: the table, its keys, the index of the last one. */
static int next_pair(lua_State *L)
{
    lua_Integer at = lua_tointeger(L, lua_upvalueindex(3));
    for (;;) {
        if (lua_rawgeti(L, lua_upvalueindex(2), ++at) == LUA_TNIL) return 1;
        lua_pushvalue(L, -1);
        if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) break;
        lua_pop(L, 2); /* gone meanwhile */
    }
    lua_pushinteger(L, at);
    lua_replace(L, lua_upvalueindex(3));
    return 2;
}

static int l_pairs(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    see_through(L, 1);
    redis_sorted_keys(L, 1);
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, next_pair, 3);
    return 1;
}

void redis_order_open(lua_State *L)
{
    lua_pushcfunction(L, l_next);
    lua_setfield(L, -2, "next");
    lua_pushcfunction(L, l_pairs);
    lua_setfield(L, -2, "pairs");
    lua_getfield(L, -1, "table");
    lua_pushcfunction(L, l_sort);
    lua_setfield(L, -2, "sort");
    lua_pop(L, 1);
}
