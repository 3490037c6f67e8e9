/* redis_script.h -- the engine of scripts of virtual servers: EVAL and FCALL run in the Lua that is
 * linked anyway, in a sandbox that looks like redis-server's (protocol.md §1.7). */
#ifndef LUA_REDIS_SCRIPT_H
#define LUA_REDIS_SCRIPT_H

struct ScriptEngine;

/* For SimConfig.scripts. */
const struct ScriptEngine *redis_script_engine(void);

#endif
