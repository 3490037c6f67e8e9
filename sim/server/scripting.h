/* scripting.h -- between a server and the engine that runs its scripts (protocol.md §1.7).
 *
 * The simulator knows no Lua. A ScriptEngine (lua/redis_script.c) compiles and runs; the server
 * decides what may run, answers what a script asks with redis.call, and propagates what it did.
 *
 * A script runs in slices of SCRIPT_SLICE steps, so that virtual time goes on while it runs, even
 * if it never ends. Between two slices the world does what redis-server does then: nothing before
 * busy-reply-threshold, the sockets alone after it (§2.9).
 *
 * Snapshots: an engine keeps everything of a ScriptState in the Mem that it was created with; a
 * suspended script, too, is only memory, and is put back in place with the rest of the Sim.
 *
 *   scripting.c  a run: checks, slices, SCRIPT KILL, what redis.call does
 *   eval.c       EVAL, EVALSHA, SCRIPT: the cache of scripts
 *   function.c   FCALL, FUNCTION: the libraries */
#ifndef SERVER_SCRIPTING_H
#define SERVER_SCRIPTING_H

#include "sim/base/resp.h"
#include "sim/base/sha1.h"
#include "sim/base/time.h"

typedef struct Server Server;
typedef struct ScriptState ScriptState; /* an interpreter; the engine's own */

/* redis-server has one interpreter for EVAL and one for functions. */
typedef enum ScriptKind { SCRIPT_EVAL, SCRIPT_FUNCTION, SCRIPT_KIND_COUNT } ScriptKind;

/* Service time: one step is one instruction of the interpreter, or as much work of a library
 * function. Simplified: a real one takes about 10 ns; at 100 ns a script that never ends costs the
 * simulator a tenth of the virtual time, and one that only computes is ten times as slow. */
#define SCRIPT_STEP       ((SimSpan)100)
#define SCRIPT_START      (3 * SIM_US)      /* finding the script, KEYS and ARGV */
#define SCRIPT_SLICE      UINT64_C(100000)  /* luaMaskCountHook looks as often */
#define SCRIPT_LOAD_STEPS UINT64_C(5000000) /* FUNCTION LOAD: 500 ms */

/* Flags of "#!lua flags=..." and of redis.register_function. */
#define SCRIPT_NO_WRITES   0x01
#define SCRIPT_ALLOW_OOM   0x02
#define SCRIPT_ALLOW_STALE 0x04
#define SCRIPT_NO_CLUSTER  0x08
#define SCRIPT_CROSS_SLOT  0x10
#define SCRIPT_COMPAT      0x20 /* EVAL without "#!": the rules of before 7.0 */
/* The flag of this name, any case or as it stands; 0 when there is none. */
uint32_t script_flag(Slice name, bool any_case);

/* What is to run. */
typedef struct ScriptStart {
    Slice name;       /* EVAL: the hash; FCALL: the function's name */
    uint32_t library; /* FCALL */
    const Slice *keys, *args;
    uint32_t key_count, arg_count;
} ScriptStart;

typedef struct ScriptEngine {
    ScriptState *(*create)(Mem *mem, ScriptKind kind, Server *server);
    void (*destroy)(ScriptState *state);
    /* EVAL: compiles and keeps `source` under its hash. False with the message of the compiler. */
    bool (*compile)(ScriptState *state, Slice sha, Slice source, Text *error);
    /* FUNCTION LOAD: compiles and runs the source, at most `steps` (0: without a bound); each
     * redis.register_function comes as script_register. False with Redis's sentence in *error.
     * *used: the steps it took. */
    bool (*load)(ScriptState *state, uint32_t library, Slice source, uint64_t steps, uint64_t *used,
                 Text *error);
    void (*unload)(ScriptState *state, uint32_t library);
    /* Prepares a run of what compile or load has kept. One script runs at a time. */
    void (*start)(ScriptState *state, const ScriptStart *start);
    /* Runs for about `steps`, *used of them; false: it is not at its
     * end yet. Then the reply is in *reply; its errors name the script as `name`. */
    bool (*go_on)(ScriptState *state, Slice name, uint64_t steps, uint64_t *used, Reply *reply);
    /* From now on the script does nothing more but end with an error (SCRIPT KILL). */
    void (*kill)(ScriptState *state);
} ScriptEngine;

/* --- what an engine may ask of the server --- */

/* redis.call and redis.pcall. True: *reply is the reply as RESP, until the next call. False: the
 * call is refused, *reply is the text without a code. *steps: what it took. */
bool script_call(Server *server, const Slice *words, uint32_t count, Slice *reply, uint64_t *steps);
/* The protocol in which redis.call answers: redis.setresp, 2 or 3. */
void script_set_protocol(Server *server, uint8_t protocol);
uint8_t script_protocol(const Server *server);
/* redis.set_repl: what follows goes to replicas (bit 2), to the append-only file (bit 1). */
void script_set_replication(Server *server, uint32_t targets);
bool script_knows_command(Slice name); /* redis.acl_check_cmd: everybody may do everything */
/* redis.register_function while a library is loaded; NULL or Redis's sentence against it. */
typedef struct ScriptFunction {
    Slice name, description;
    bool has_description;
    uint32_t flags;
} ScriptFunction;
const char *script_register(Server *server, const ScriptFunction *function);

#endif
