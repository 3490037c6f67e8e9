/* host.h -- the inside of a Script, shared by the files of lua/ only.
 *
 *   script.c   life of a Script, processes and the loop     sandbox.c  what a script may see of Lua
 * itself core.c     time, story, calls                           core_node.c  hosts, faults,
 * beliefs prelude.c  prelude.lua: the language of scenarios, written on the functions of core
 *
 * A process is a coroutine that waits for a time, for something to happen, or for the reply of a
 * call. At one virtual time all events of the simulator come first, then the processes in the order
 * they began to wait. */
#ifndef LUA_HOST_H
#define LUA_HOST_H

#include "lua/script.h"
#include "sim/base/rng.h"

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#define MEMORY_MAX    ((size_t)64 << 20) /* bytes of one script */
#define STEPS_MAX     20000000           /* Lua instructions between two waits */
#define PROCESSES_MAX 10000
#define TURNS_MAX     100000 /* of processes at one virtual time */

typedef enum WaitKind {
    WAIT_READY,  /* runs as soon as its turn comes */
    WAIT_TIME,   /* until `time` */
    WAIT_NOTICE, /* until something happens, at most until `time` */
    WAIT_CALL    /* until call `call` has its reply */
} WaitKind;

typedef struct Process {
    lua_State *thread;
    int reference; /* keeps the thread alive */
    WaitKind wait;
    SimTime time;
    uint64_t order; /* when it began to wait */
    uint32_t call;
    int arguments; /* values on its stack for the first resume */
} Process;

typedef struct Handler { /* on(event, fn) */
    TraceType type;
    int function; /* reference */
} Handler;

struct Script {
    lua_State *L;
    Sim *sim;
    Rng rng;
    char name[256];
    char cluster_name[32]; /* the script's own word for its cluster */
    ScriptOptions options;
    size_t memory;
    uint64_t steps;
    uint64_t orders;
    ARRAY_OF(Process) processes;
    ARRAY_OF(Handler) handlers;
    uint64_t records_seen;
    uint32_t current; /* index of the process that runs */
    bool failed, has_hosts;
    Error error;
};

Script *host_of(lua_State *L);
/* Raises a Lua error with the place in the user's script. */
int host_error(lua_State *L, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Lets the running process wait; to be returned from a C function. */
int host_wait(lua_State *L, WaitKind wait, SimTime time, uint32_t call);
/* Submits a command; a refusal becomes a Lua error. Returns the number given. */
uint32_t host_submit(lua_State *L, const Command *command);
void host_spawn(Script *script, lua_State *from, int arguments);

void sandbox_open(lua_State *L);   /* leaves the globals a script may see */
void core_open(lua_State *L);      /* pushes the table `core` */
void core_node_open(lua_State *L); /* adds hosts and faults to the table on top */
bool prelude_run(lua_State *L,
                 Error *err); /* runs prelude.lua with the table on top as argument; pops it */

SimSpan host_check_span(lua_State *L, int arg); /* a number of ns */
HostId host_check_host(lua_State *L, int arg);  /* a host number */

#endif
