/* prelude.c -- loads prelude.lua, whose lines the Makefile turns into an array of texts. */
#include "lua/host.h"

#include <string.h>

static const char *const lines[] = {
#include "prelude.inc"
    NULL,
};

static const char *read_line(lua_State *L, void *state, size_t *size)
{
    const char *const **at = state;
    (void)L;
    const char *line = **at;
    if (!line) return NULL;
    (*at)++;
    *size = strlen(line);
    return line;
}

bool prelude_run(lua_State *L, Error *err)
{
    const char *const *at = lines;
    bool ok = lua_load(L, read_line, &at, "=prelude", "t") == LUA_OK;
    if (ok) {
        lua_insert(L, -2);
        ok = lua_pcall(L, 1, 0, 0) == LUA_OK;
    }
    if (!ok) error_set(err, "%s", lua_tostring(L, -1));
    return ok;
}
