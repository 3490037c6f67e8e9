/* script.h -- the scenario host: a Lua script drives a simulator (docs/scenarios.md).
 *
 * The script runs as coroutines woken at virtual times; bindings check, convert and submit
 * commands. The host reads no file and prints nothing: sources come in as text, what the script
 * says is in the trace. */
#ifndef LUA_SCRIPT_H
#define LUA_SCRIPT_H

#include "sim/world/sim.h"

typedef struct ScriptSetting { /* --set name=value: what setting("name", default) gives */
    const char *name, *value;
} ScriptSetting;

typedef struct ScriptOptions {
    uint64_t seed;
    bool has_level; /* else: 2 up to 24 hosts, 1 above */
    uint8_t level;
    const ScriptSetting *settings; /* at most 64; borrowed for the life of the Script */
    uint32_t setting_count;
    const char *reproduce; /* command line for asserts */
} ScriptOptions;

typedef struct Script Script; /* opaque; lua/script.c */

typedef enum ScriptStatus {
    SCRIPT_RUNNING,  /* time `until` reached, the script waits */
    SCRIPT_FINISHED, /* every process of the script has ended (those of `every` end with the others)
                      */
    SCRIPT_FAILED    /* a mistake in the script: *err has one sentence with file and line */
} ScriptStatus;

/* Compiles `source` (called `name` in messages). NULL and *err for a syntax error. */
Script *script_create(const char *name, const char *source, size_t size,
                      const ScriptOptions *options, Error *err);
void script_destroy(Script *script);

/* Runs script and simulator up to virtual time `until`. */
ScriptStatus script_run(Script *script, SimTime until, Error *err);

Sim *script_sim(Script *script); /* exists from the start; for the view: trace, commands by mouse */
/* Network faults made by gestures take ids from here on, those of the script are below. */
#define SCRIPT_GESTURE_FAULTS 1000000
/* The Lua line that does the same as this command: "c.n1:kill()". Uses the script's own names for
 * things. Nothing for a command that no gesture makes. Of CMD_CONNECT u.call is the connection's
 * number, as sim_submit gave it. */
void script_command_lua(const Script *script, const Command *command, Text *out);
/* Line of the script's main process now executing or waiting (1..), 0 when ended. */
int script_line(const Script *script);
/* The first setting that the script has not asked for so far: probably misspelt. NULL: none. */
const char *script_unused_setting(const Script *script);
/* How many expects held and failed, and what the script reported, are in the trace (EXPECT,
 * REPORT). */

#endif
