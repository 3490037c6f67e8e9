/* scripting_inside.h -- scripts, libraries and the run of a server; for eval.c, function.c,
 * scripting.c only. */
#ifndef SERVER_SCRIPTING_INSIDE_H
#define SERVER_SCRIPTING_INSIDE_H

#include "sim/base/bytes.h"
#include "sim/server/scripting.h"
#include "sim/server/server_inside.h"

typedef struct CachedScript {
    char sha[SHA1_HEX_SIZE + 1];
    uint32_t flags;
} CachedScript;

typedef struct Function {
    Blob name, description;
    bool has_description;
    uint32_t flags;
} Function;

typedef struct Library { /* its source is the keyspace's, at the same index */
    Blob name;
    uint32_t number; /* what the engine calls it; never given again */
    ARRAY_OF(Function) functions;
} Library;

/* The script that runs now, from its first slice until its reply. */
typedef struct Run {
    bool active, suspended;
    ScriptKind kind;
    Client *caller;
    Queued command; /* its own copy: the caller's bytes are gone by the next slice */
    Blob name;
    uint32_t flags; /* SCRIPT_* */
    SimTime started;
    uint64_t now_ms; /* keys do not expire while a script runs */
    bool read_only, written, timed_out;
    bool asking, readonly; /* of the caller, when it began */
    int32_t slot;          /* -1: no key so far */
    uint32_t targets;      /* redis.set_repl */
    Text stream;           /* what is propagated at its end */
    uint32_t streamed;
} Run;

/* EXEC whose script has not ended yet: where it goes on. */
typedef struct PausedExec {
    bool active;
    uint32_t next; /* command of the queue */
    Text stream;
    uint32_t streamed;
} PausedExec;

typedef struct Scripting {
    ScriptState *states[SCRIPT_KIND_COUNT]; /* NULL until one is needed */
    ARRAY_OF(CachedScript) cache;
    ARRAY_OF(Library) libraries;
    uint64_t libraries_version; /* of the keyspace when `libraries` was made */
    uint32_t libraries_made;
    Library *loading; /* where script_register adds to */
    Client *client;   /* on whose behalf commands of scripts run */
    NodeEnv *env;     /* during a slice */
    Run run;
    PausedExec exec;
    Text answer; /* of script_call */
} Scripting;

/* The interpreter, made at its first use. */
ScriptState *scripting_state(Server *server, ScriptKind kind);
void scripting_drop_state(Server *server, ScriptKind kind);
/* True after an error reply: this program was linked without an engine. */
bool scripting_refuse_engine(Request *request);

typedef struct RunPlan {
    ScriptKind kind;
    Slice name;
    uint32_t library, flags;
    bool read_only;
} RunPlan;
/* The keys and arguments from word 2 on; checks that come before the run; the first slice. */
void scripting_run(Request *request, const RunPlan *plan);
SimSpan scripting_slice(Server *server, NodeEnv *env);
void scripting_kill(Request *request, ScriptKind kind);
/* The flag at this index of the table and its name; NULL behind the last. */
const char *scripting_flag_name(uint32_t index, uint32_t *flag);
/* numkeys, word 2, fits the number of words; false after an error reply. */
bool scripting_read_numkeys(Request *request, const char *not_a_number);

/* eval.c: the cached script whose hash the request names or makes; NULL. Its flags or those of the
 * source in the request; false: there is neither. */
bool eval_flags(const Request *request, uint32_t *flags);
void eval_flush(Server *server);
/* function.c */
bool function_flags(const Request *request, uint32_t *flags);
void function_clear(Server *server);
void function_refresh(Server *server); /* what the keyspace has, the engine knows */
bool function_ready(Request *request); /* false after an error reply */

/* function_tell.c */
void function_list(Request *request);
void function_stats(Request *request);
void function_kill(Request *request);
void function_payload_write(const Keyspace *keys, ByteWriter *out);
bool function_payload_check(Slice payload); /* version and checksum */
/* Takes the next source off the front; false at the end, or with *fine false and Redis's sentence.
 */
bool function_payload_next(Slice *left, Slice *source, bool *fine, Text *error);

#endif
