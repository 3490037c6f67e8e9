/* pattern.h -- find, match, gmatch and gsub in bounded work, for whoever embeds Lua here. */
#ifndef LUA_PATTERN_H
#define LUA_PATTERN_H

#include <lua.h>
#include <stdint.h>

typedef struct PatternHost {
    void (*charge)(lua_State *L, uint64_t steps);    /* may raise a Lua error */
    int (*fail)(lua_State *L, const char *sentence); /* raises one */
} PatternHost;

/* Adds the functions to the table `string` on top. */
void pattern_open(lua_State *L, const PatternHost *host);

#endif
