/* redis.h -- the inside of the engine of Redis scripts; for the files lua/redis_*.c only.
 *
 *   redis_script.c  interpreters, runs, slices       redis_api.c      redis.call and the other
 * redis.* redis_value.c   replies to values and back       redis_sandbox.c  what a script sees of
 * Lua redis_legacy.c  what Lua 5.1 had and 5.4 has not redis_order.c    tables in a fixed order
 *   redis_json.c    cjson   redis_msgpack.c cmsgpack redis_struct.c   struct, bit
 *
 * All memory of an interpreter comes from the Mem of its server, so that a snapshot of the
 * simulator holds it, a suspended script included. Nothing here may depend on the order in which
 * Lua keeps the keys of a table: it differs in every run. */
#ifndef LUA_REDIS_H
#define LUA_REDIS_H

#include "sim/base/mem.h"
#include "sim/base/text.h"
#include "sim/server/scripting.h"

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#define REDIS_MEMORY_MAX ((size_t)64 << 20) /* bytes of one interpreter */
#define REDIS_STEPS_EACH 100                /* instructions between two looks at the count */
/* What Lua's own C code calls back (a comparison of sort, a replacement of gsub, __tostring) cannot
 * be suspended. It may run over the end of its slice, so far. */
#define REDIS_STEPS_OVER UINT64_C(50000000)

struct ScriptState {
    lua_State *L;
    lua_State *thread; /* the script that runs or waits; NULL: none */
    int thread_reference;
    int arguments; /* on its stack, for the first resume */
    Mem *mem;
    Server *server;
    ScriptKind kind;
    size_t memory;
    bool is_inside;  /* Lua code runs: its limits hold */
    bool suspending; /* the hook yields, not the script */
    bool killed, late;
    uint32_t library;     /* being loaded, or of the function that runs; 0: none */
    uint64_t steps;       /* of this slice */
    uint64_t steps_end;   /* where it ends */
    uint64_t steps_limit; /* FUNCTION LOAD: an error behind it; 0: none */
    uint64_t random;      /* 48 bits: redisLrand48 */
    RespValues values;    /* of the reply being pushed */
    Text scratch;         /* for bytes under way: an error may jump, and it is freed all the same */
};

ScriptState *redis_state(lua_State *L);
/* Work worth so many instructions was done. */
void redis_charge(lua_State *L, uint64_t steps);
/* An empty text that may be left behind by a Lua error. */
Text *redis_scratch(lua_State *L);
/* Pushes {err = "ERR text"}; "-CODE text" keeps its code (luaPushError). */
void redis_push_error(lua_State *L, Slice text);
int redis_raise(lua_State *L, const char *text); /* the same, raised */

/* redis_value.c */
void redis_push_reply(lua_State *L, Slice resp, uint8_t protocol);
/* The value on top, popped, as a reply to the script's caller. */
void redis_reply_value(lua_State *L, Reply *reply, uint8_t script_protocol);
void redis_reply_error(Reply *reply, Slice text); /* "CODE text", made one line */
/* A number as Redis hands it to a command: "%.17g". */
void redis_number_text(Text *out, lua_Number number);
void redis_push_number(lua_State *L, lua_Number number); /* whole ones become integers */

/* redis_order.c: the keys of a table: numbers, texts by their bytes, booleans; then at most one
 * other: these have no order. */
int redis_sorted_keys(lua_State *L, int table); /* pushes them as an array; returns how many */
void redis_order_open(lua_State *L);            /* next, pairs, table.sort; base table on top */

/* redis_sandbox.c */
void redis_sandbox_open(ScriptState *state);
/* A readonly table, as a proxy of the one on top, which it replaces. */
void redis_protect(lua_State *L);
bool redis_push_real(lua_State *L, int index); /* of a proxy; false: it is none, nothing pushed */
/* The environment of scripts reads from the table on top, popped. */
void redis_set_globals(lua_State *L);
void redis_push_environment(lua_State *L);
/* A message of Lua 5.4 in the words of 5.1. */
void redis_translate(Slice message, Text *out);

/* Each adds to the globals (the table on top). */
void redis_legacy_open(lua_State *L);
void redis_json_open(lua_State *L);
void redis_msgpack_open(lua_State *L);
void redis_struct_open(lua_State *L);
/* The table `redis` for running scripts, and for FUNCTION LOAD; pushes it. */
void redis_api_push(lua_State *L, ScriptKind kind);
void redis_api_push_loading(lua_State *L);

#endif
