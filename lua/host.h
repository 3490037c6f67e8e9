/* host.h -- the inside of a Script, shared by the files of lua/ only.
 *
 *   script.c     life of a Script, errors      process.c   processes and the loop
 *   sandbox.c    what a script may see of Lua  pattern.c   text patterns in bounded work
 *   core.c       time, story, calls            core_node.c hosts, faults, beliefs
 *   core_event.c records for on(...)           core_call.c  connections, calls, replies
 *   gesture.c    the Lua line of a command
 *   prelude.c    loads prelude/ *.lua, the language of scenarios, written on the table `core`
 *
 * A process is a coroutine that waits for a time, for something to happen, or for the reply of a
 * call. At one virtual time all events of the simulator come first, then the processes in the order
 * they began to wait. */
#ifndef LUA_HOST_H
#define LUA_HOST_H

#include "lua/script.h"
#include "sim/base/rng.h"
#include "sim/check/ledger.h"

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#define MEMORY_MAX    ((size_t)64 << 20) /* bytes of one script */
#define STEPS_MAX     20000000           /* Lua instructions between two waits */
#define STEPS_EACH    1000               /* how often they are counted */
#define BYTES_A_STEP  32 /* of a large block: allocating it is worth so many steps */
#define SOURCE_MAX    (1 << 20)
#define PROCESSES_MAX 10000
#define TURNS_MAX     100000 /* of processes at one virtual time */
#define ARGUMENTS_MAX 15     /* of a spawned function: a fresh stack has room for them */
#define COMMAND_STEPS 200    /* a command is worth so many steps, and one for each of its letters */

typedef enum WaitKind {
    WAIT_READY,  /* runs as soon as its turn comes */
    WAIT_TIME,   /* until `time` */
    WAIT_NOTICE, /* until something happens, at most until `time` */
    WAIT_CALL    /* until call `call` has its reply */
} WaitKind;

/* Who a process runs for: the script goes on until all but the background ones have ended. */
typedef enum TaskKind { TASK_MAIN, TASK_SPAWNED, TASK_BACKGROUND } TaskKind;

typedef struct Process {
    lua_State *thread;
    int reference; /* keeps the thread alive */
    TaskKind kind;
    WaitKind wait;
    SimTime time;
    uint64_t order; /* when it began to wait */
    uint32_t call;
    int arguments; /* values on its stack for the first resume */
    int line;      /* of the script, where it was made: the place of errors that have none */
} Process;

typedef struct Handler { /* on(event, fn) */
    TraceType type;
    int function;    /* reference */
    uint64_t after;  /* records up to this one are none of its business */
    uint32_t number; /* for stopping it */
    int line;
} Handler;

struct Script {
    lua_State *L;
    Sim *sim;
    Rng rng;
    char name[256];
    char chunk[LUA_IDSIZE]; /* what Lua calls it in messages */
    char cluster_name[32];  /* the script's own word for its first cluster; "" unknown */
    uint32_t cluster_hosts; /* the first cluster's hosts: this many ... */
    HostId cluster_first;   /* ... from this one on */
    ScriptOptions options;
    uint64_t settings_used; /* bit i: options.settings[i] was asked for */
    size_t memory;
    bool is_inside; /* Lua runs the script: its limits hold */
    uint64_t steps;
    uint64_t orders;
    ARRAY_OF(Process) processes;
    ARRAY_OF(Handler) handlers;
    uint32_t handlers_made;
    uint64_t records_seen;
    uint32_t current; /* index of the process that runs */
    bool failed, has_hosts;
    Error error;
    Ledger *ledger; /* the last one made: an error may jump, and this is freed all the same */
    Text scratch;   /* for texts on their way to Lua: an error may jump, and this is freed all the
                       same */
};

Script *host_of(lua_State *L);
/* Raises a Lua error with the place in the user's script. */
int host_error(lua_State *L, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The line of the user's script that now runs on L, innermost first; 0 when there is none. */
int host_line(lua_State *L);
/* Ends the run with a sentence, from outside Lua. */
void host_fail(Script *script, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Work worth so many Lua instructions was done; raises an error past the limit. */
void host_charge(lua_State *L, uint64_t steps);
/* Lets the running process wait; to be returned from a C function. */
int host_wait(lua_State *L, WaitKind wait, SimTime time, uint32_t call);
/* An empty text that may be left behind by a Lua error. */
Text *host_scratch(lua_State *L);
/* Submits a command: true, or false and *err when the simulator refuses. Counts as steps. */
bool host_try(lua_State *L, const Command *command, uint32_t *number, Error *err);
/* Submits a command; a refusal becomes a Lua error. Returns the number given. */
uint32_t host_submit(lua_State *L, const Command *command);

/* process.c: a new process; the function and its arguments lie on top of `from` and go away. False
 * when there are too many. */
bool host_spawn(Script *script, lua_State *from, int arguments, TaskKind kind, int line);

/* core_event.c: is the record one that handlers of its type are told of? */
bool event_concerns(const TraceRecord *record);

/* Each adds to the globals, or to the table `core` on top of the stack. */
void sandbox_open(lua_State *L);
void core_open(lua_State *L);
void core_node_open(lua_State *L);
void core_event_open(lua_State *L);
void core_call_open(lua_State *L);
/* Runs the prelude with the table on top as its argument; pops it. */
bool prelude_run(lua_State *L, Error *err);

int sandbox_count_places(const char *format, size_t size);     /* %s, %d, ... in a format */
SimTime host_wake_time(lua_State *L);                          /* now and argument 1, a span */
SimSpan host_check_span(lua_State *L, int arg);                /* a number of ns */
HostId host_check_host(lua_State *L, int arg);                 /* a host number */
void host_check_group(lua_State *L, int arg, uint64_t *words); /* a list of them, into bits */

#endif
