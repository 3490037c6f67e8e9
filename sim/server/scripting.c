/* scripting.c -- the run of a script: the checks before it, its slices, what redis.call may do, its
 * end (redis-server 7.0: script.c). */
#include "sim/base/assert.h"
#include "sim/cluster/keyslot.h"
#include "sim/server/cost.h"
#include "sim/server/scripting_inside.h"

#include <string.h>

#define STEPS_OF(span) ((uint64_t)((span) / SCRIPT_STEP))
#define TO_FILE        1u
#define TO_REPLICAS    2u

/* --- life --- */

void scripting_create(Server *server)
{
    Scripting *scripting = mem_alloc(server->mem, sizeof(*scripting));
    scripting->client = mem_alloc(server->mem, sizeof(Client));
    client_init(scripting->client, CLIENT_NONE, (AddrState){0}, 0, server->mem);
    scripting->client->in_multi = true; /* nothing blocks */
    scripting->run.stream.mem = scripting->exec.stream.mem = scripting->answer.mem = server->mem;
    server->scripting = scripting;
}

static void clear_run(Server *server)
{
    Run *run = &server->scripting->run;
    queued_deinit(&run->command, server->mem);
    blob_free(server->mem, &run->name);
    text_deinit(&run->stream);
    *run = (Run){.stream = {.mem = server->mem}};
}

void scripting_destroy(Server *server)
{
    Scripting *scripting = server->scripting;
    clear_run(server);
    text_deinit(&scripting->exec.stream);
    text_deinit(&scripting->answer);
    eval_flush(server);
    function_clear(server);
    array_deinit(server->mem, &scripting->cache);
    array_deinit(server->mem, &scripting->libraries);
    client_deinit(scripting->client, server->mem);
    mem_free(server->mem, scripting->client, sizeof(Client));
    mem_free(server->mem, scripting, sizeof(*scripting));
}

ScriptState *scripting_state(Server *server, ScriptKind kind)
{
    ScriptState **state = &server->scripting->states[kind];
    if (!*state) *state = server->parts.scripts->create(server->mem, kind, server);
    return *state;
}

void scripting_drop_state(Server *server, ScriptKind kind)
{
    ScriptState **state = &server->scripting->states[kind];
    if (*state) server->parts.scripts->destroy(*state);
    *state = NULL;
}

bool scripting_refuse_engine(Request *request)
{
    if (request->server->parts.scripts) return false;
    reply_error(&request->client->reply,
                "ERR scripts cannot run here: this program has no interpreter for them");
    return true;
}

/* --- flags --- */

static const struct {
    uint32_t flag;
    const char *name;
} flag_names[] = {
    {SCRIPT_NO_WRITES, "no-writes"},
    {SCRIPT_ALLOW_OOM, "allow-oom"},
    {SCRIPT_ALLOW_STALE, "allow-stale"},
    {SCRIPT_NO_CLUSTER, "no-cluster"},
    {SCRIPT_CROSS_SLOT, "allow-cross-slot-keys"},
};

uint32_t script_flag(Slice name, bool any_case)
{
    for (uint32_t i = 0; i < ARRAY_LENGTH(flag_names); i++) {
        const char *known = flag_names[i].name;
        bool same = any_case ? slice_is(name, known) : slice_equal(name, slice_of(known));
        if (same) return flag_names[i].flag;
    }
    return 0;
}

const char *scripting_flag_name(uint32_t index, uint32_t *flag)
{
    if (index >= ARRAY_LENGTH(flag_names)) return NULL;
    *flag = flag_names[index].flag;
    return flag_names[index].name;
}

static bool is_named(const Request *request, const char *name)
{
    return strcmp(request->row->name, name) == 0;
}

/* getCommandFlags: what a script says of itself counts, not what EVAL might do. */
uint32_t scripting_command_flags(const Request *request)
{
    uint32_t flags = request->row->flags, script = 0;
    bool known;
    if (strcmp(request->row->group, "scripting") != 0) return flags;
    if (strncmp(request->row->name, "eval", 4) == 0) known = eval_flags(request, &script);
    else if (strncmp(request->row->name, "fcall", 5) == 0) known = function_flags(request, &script);
    else return flags;
    if (!known || script & SCRIPT_COMPAT) return flags;
    flags &= ~(uint32_t)(CF_STALE | CF_DENYOOM | CF_WRITE | CF_MAY_REPLICATE);
    if (!(script & (SCRIPT_ALLOW_OOM | SCRIPT_NO_WRITES))) flags |= CF_DENYOOM;
    if (!(script & SCRIPT_NO_WRITES)) flags |= CF_WRITE;
    if (script & SCRIPT_ALLOW_STALE) flags |= CF_STALE;
    return flags;
}

/* --- before the run (scriptPrepareForRun) --- */

static bool is_stale(const Server *server)
{
    return server_is_replica(server) && !server->parts.node->cfg.serve_stale_data &&
           repl_state(server->parts.repl) != REPL_CONNECTED;
}

static bool lacks_replicas(const Server *server, const NodeEnv *env)
{
    uint32_t wanted = server->parts.node->cfg.min_replicas_to_write;
    return wanted > 0 && !server_is_replica(server) &&
           repl_good_replicas(server->parts.repl, env) < wanted;
}

/* The first reason against it; NULL when there is none. */
static const char *reason_against(const Request *request, const RunPlan *plan)
{
    const Server *server = request->server;
    bool from_primary = request->client == server->primary;
    if (plan->flags & SCRIPT_COMPAT) {
        return is_stale(server) ? "MASTERDOWN Link with MASTER is down and "
                                  "replica-serve-stale-data is set to 'no'."
                                : NULL;
    }
    if (plan->flags & SCRIPT_NO_CLUSTER && server_in_cluster(server))
        return "ERR Can not run script on cluster, 'no-cluster' flag is set.";
    if (is_stale(server) && !(plan->flags & SCRIPT_ALLOW_STALE))
        return "MASTERDOWN Link with MASTER is down, replica-serve-stale-data is set to 'no' and "
               "'allow-stale' flag is not set on the script.";
    if (plan->flags & SCRIPT_NO_WRITES) return NULL;
    if (server_is_replica(server) && !from_primary)
        return "READONLY Can not run script with write flag on readonly replica";
    if (plan->read_only) return "ERR Can not execute a script with write flag using *_ro command.";
    if (lacks_replicas(server, request->env))
        return "NOREPLICAS Not enough good replicas to write.";
    return NULL;
}

/* The slot of the declared keys, or of the transaction around; -1 when there are none. */
static int32_t declared_slot(const Request *request)
{
    KeyPositions keys = {0};
    int32_t slot = -1;
    const Client *client = request->client;
    Mem *mem = request->server->mem;
    command_keys(request->row, request->argv, request->argc, &keys, mem);
    if (keys.count > 0) {
        Slice key = request->argv[keys.items[0]];
        slot = keyslot_of(key.size ? key.chars : "", key.size);
    }
    for (uint32_t i = 0; i < client->queued.count && client->in_multi && slot < 0; i++) {
        const Queued *queued = &client->queued.items[i];
        command_keys(queued->row, queued->words.items, queued->words.count, &keys, mem);
        if (keys.count == 0) continue;
        Slice key = queued->words.items[keys.items[0]];
        slot = keyslot_of(key.size ? key.chars : "", key.size);
    }
    array_deinit(mem, &keys);
    return slot;
}

static void begin_run(Request *request, const RunPlan *plan)
{
    Server *server = request->server;
    Scripting *scripting = server->scripting;
    Run *run = &scripting->run;
    SIM_ASSERT(!run->active);
    run->active = true;
    run->kind = plan->kind;
    run->caller = request->client;
    run->name = blob_copy(server->mem, plan->name);
    run->flags = plan->flags;
    run->started = request->env->now;
    run->now_ms = request->now_ms;
    run->asking = request->client->asking;
    run->readonly = request->client->readonly;
    run->read_only =
        plan->read_only || (plan->flags & (SCRIPT_NO_WRITES | SCRIPT_COMPAT)) == SCRIPT_NO_WRITES;
    run->slot = declared_slot(request);
    run->targets = TO_FILE | TO_REPLICAS;
    queued_init(&run->command, request->row, request->argv, request->argc, server->mem);
    scripting->client->protocol = scripting->client->reply.protocol = 2;
}

void scripting_run(Request *request, const RunPlan *plan)
{
    int64_t keys = 0;
    Server *server = request->server;
    Run *run = &server->scripting->run;
    const char *against = reason_against(request, plan);
    if (against) {
        reply_error(&request->client->reply, "%s", against);
        return;
    }
    bool counted = slice_integer(request->argv[2], &keys);
    SIM_ASSERT(counted && keys >= 0 && keys <= (int64_t)request->argc - 3);
    begin_run(request, plan);
    const Slice *words = run->command.words.items;
    ScriptStart start = {.name = plan->name,
                         .library = plan->library,
                         .keys = words + 3,
                         .args = words + 3 + keys,
                         .key_count = (uint32_t)keys,
                         .arg_count = request->argc - 3 - (uint32_t)keys};
    server->parts.scripts->start(scripting_state(server, plan->kind), &start);
    server->extra_cost += SCRIPT_START + scripting_slice(server, request->env);
    if (run->suspended) return;
    text_append_bytes(request->stream, text_chars(&run->stream), run->stream.size);
    *request->streamed += run->streamed;
    clear_run(server);
}

/* --- slices --- */

/* Runs the script for a slice; afterwards it is suspended, or its reply is with its caller. */
SimSpan scripting_slice(Server *server, NodeEnv *env)
{
    Scripting *scripting = server->scripting;
    Run *run = &scripting->run;
    uint64_t used = 0;
    SIM_ASSERT(run->active);
    scripting->env = env;
    bool ended =
        server->parts.scripts->go_on(scripting_state(server, run->kind), blob_slice(run->name),
                                     SCRIPT_SLICE, &used, &run->caller->reply);
    scripting->env = NULL;
    SimSpan span = used * SCRIPT_STEP;
    uint64_t threshold_ms = server->parts.node->cfg.busy_reply_threshold_ms;
    SimSpan elapsed = env->now + span - run->started;
    run->suspended = !ended;
    if (threshold_ms > 0 && elapsed / SIM_MS >= threshold_ms) run->timed_out = true;
    return span;
}

bool server_is_in_script(const Server *server)
{
    return server->scripting->run.suspended;
}

bool server_is_busy(const Server *server)
{
    const Run *run = &server->scripting->run;
    return run->suspended && run->timed_out;
}

bool scripting_is_caller(const Server *server, const Client *client)
{
    const Run *run = &server->scripting->run;
    return run->suspended && run->caller == client;
}

/* What the script did is propagated, on its own or as part of the transaction around it. */
static void end_run(Server *server, NodeEnv *env, SimSpan last_slice, bool failed)
{
    Scripting *scripting = server->scripting;
    Run *run = &scripting->run;
    Client *caller = run->caller;
    Request request = {.server = server,
                       .client = caller,
                       .row = run->command.row,
                       .argv = run->command.words.items,
                       .argc = run->command.words.count,
                       .env = env,
                       .now_ms = server_unix_ms(server->parts.unix_base_ms, env->now)};
    callstats_called(&request, env->now + last_slice - run->started, failed);
    slowlog_note(&request, env->now + last_slice - run->started);
    if (scripting->exec.active) {
        text_append_bytes(&scripting->exec.stream, text_chars(&run->stream), run->stream.size);
        scripting->exec.streamed += run->streamed;
        clear_run(server);
        multi_go_on(server, caller, env);
        if (server_is_in_script(server)) return;
    } else {
        process_propagate(server, &run->stream, run->streamed, true, env);
        caller->write_offset = repl_offset(server->parts.repl);
        clear_run(server);
    }
    server_flush(server, caller, env);
    server_forget_if_gone(server, caller);
}

SimSpan server_continue_script(Server *server, NodeEnv *env)
{
    SIM_ASSERT(server_is_in_script(server));
    const Client *caller = server->scripting->run.caller;
    uint32_t errors = caller->reply.errors;
    server->extra_cost = 0;
    SimSpan span = scripting_slice(server, env);
    if (!server_is_in_script(server)) end_run(server, env, span, caller->reply.errors > errors);
    return span + server->extra_cost;
}

const char *scripting_busy_text(const Server *server)
{
    return server->scripting->run.kind == SCRIPT_EVAL
               ? "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN "
                 "NOSAVE."
               : "BUSY Redis is busy running a script. You can only call FUNCTION KILL or SHUTDOWN "
                 "NOSAVE.";
}

/* SCRIPT KILL, FUNCTION KILL. */
void scripting_kill(Request *request, ScriptKind kind)
{
    Server *server = request->server;
    Run *run = &server->scripting->run;
    Reply *reply = &request->client->reply;
    if (!run->active) {
        reply_error(reply, "NOTBUSY No scripts in execution right now.");
    } else if (run->caller == server->primary) {
        reply_error(reply,
                    "UNKILLABLE The busy script was sent by a master instance in the context "
                    "of replication and cannot be killed.");
    } else if (run->written) {
        reply_error(reply,
                    "UNKILLABLE Sorry the script already executed write commands against the "
                    "dataset. You can either wait the script termination or kill the server "
                    "in a hard way using the SHUTDOWN NOSAVE command.");
    } else if (kind != run->kind) {
        reply_error(reply, "%s", scripting_busy_text(server));
    } else {
        server->parts.scripts->kill(scripting_state(server, run->kind));
        reply_status(reply, "OK");
    }
}

/* --- redis.call (scriptCall) --- */

/* The slot check: as for a client, with the flags of the caller, and keys may not leave the slot of
 * the first one unless the script is of the old kind or says so. */
static const char *refuse_cluster(Request *request)
{
    Server *server = request->server;
    Run *run = &server->scripting->run;
    if (run->caller == server->primary || !server_in_cluster(server)) return NULL;
    RedirectCommand command = {.row = request->row, .argv = request->argv, .argc = request->argc};
    RedirectQuery query = {
        .commands = &command, .count = 1, .asking = run->asking, .readonly = run->readonly};
    RedirectAnswer answer =
        redirect_decide(server->parts.node, server->parts.keys, run->now_ms, &query, server->mem);
    if (answer.what == REDIRECT_DOWN_READS)
        return "Script attempted to execute a write command while the cluster is down and readonly";
    if (answer.what == REDIRECT_DOWN)
        return "Script attempted to execute a command while the cluster is down";
    if (answer.what != REDIRECT_LOCAL)
        return "Script attempted to access a non local key in a cluster node";
    if (run->flags & (SCRIPT_COMPAT | SCRIPT_CROSS_SLOT)) return NULL;
    KeyPositions keys = {0};
    command_keys(request->row, request->argv, request->argc, &keys, server->mem);
    bool any = keys.count > 0;
    array_deinit(server->mem, &keys);
    if (!any) return NULL;
    if (run->slot < 0) run->slot = answer.slot;
    return run->slot == answer.slot
               ? NULL
               : "Script attempted to access keys that do not hash to the same slot";
}

static const char *refuse_write(const Request *request, uint32_t flags)
{
    Server *server = request->server;
    Run *run = &server->scripting->run;
    if (run->read_only && flags & (CF_WRITE | CF_MAY_REPLICATE))
        return "Write commands are not allowed from read-only scripts.";
    if (!(flags & CF_WRITE) || run->written) return NULL;
    if (server_is_replica(server) && run->caller != server->primary)
        return "-READONLY You can't write against a read only replica.";
    if (lacks_replicas(server, request->env))
        return "-NOREPLICAS Not enough good replicas to write.";
    return NULL;
}

/* The first reason against a command of a script. A text that begins with '-' has a code. */
static const char *refuse_call(Request *request)
{
    Server *server = request->server;
    Run *run = &server->scripting->run;
    if (!request->row) return "Unknown Redis command called from script";
    if (!command_arity_ok(request->row, request->argc))
        return "Wrong number of args calling Redis command from script";
    uint32_t flags = scripting_command_flags(request);
    /* Simplified: MIGRATE is refused, too; it would have to stop a script half-way. */
    if (flags & CF_NOSCRIPT || is_named(request, "migrate"))
        return "This Redis command is not allowed from script";
    if (is_stale(server) && !(flags & CF_STALE))
        return "Can not execute the command on a stale replica";
    const char *against = refuse_write(request, flags);
    if (against) return against;
    if (flags & CF_WRITE) run->written = true;
    return refuse_cluster(request);
}

bool script_call(Server *server, const Slice *words, uint32_t count, Slice *reply, uint64_t *steps)
{
    Scripting *scripting = server->scripting;
    Run *run = &scripting->run;
    Client *client = scripting->client;
    SIM_ASSERT(run->active && scripting->env && count > 0);
    Request request = {.server = server,
                       .client = client,
                       .row = command_resolve(words, count),
                       .argv = words,
                       .argc = count,
                       .env = scripting->env,
                       .now_ms = run->now_ms};
    const char *against = refuse_call(&request);
    *steps = STEPS_OF(COST_COMMAND);
    if (against) {
        *reply = slice_of(against);
        return false;
    }
    Text stream = {.mem = server->mem};
    uint32_t streamed = 0;
    client->db = run->caller->db;
    client->asking = run->asking;
    client->readonly = run->readonly;
    text_clear(&client->reply.out);
    SimSpan before = server->extra_cost;
    process_run(&request, &stream, &streamed);
    *steps = STEPS_OF(server->extra_cost - before);
    server->extra_cost = before; /* it comes with the steps */
    if (run->targets & TO_REPLICAS && client->db == 0) {
        text_append_bytes(&run->stream, text_chars(&stream), stream.size);
        run->streamed += streamed;
    }
    text_deinit(&stream);
    text_clear(&scripting->answer);
    text_append_bytes(&scripting->answer, text_chars(&client->reply.out), client->reply.out.size);
    text_clear(&client->reply.out);
    *reply = (Slice){text_chars(&scripting->answer), scripting->answer.size};
    return true;
}

void script_set_protocol(Server *server, uint8_t protocol)
{
    Client *client = server->scripting->client;
    client->protocol = client->reply.protocol = protocol;
}

uint8_t script_protocol(const Server *server)
{
    return server->scripting->client->protocol;
}

void script_set_replication(Server *server, uint32_t targets)
{
    server->scripting->run.targets = targets;
}

bool script_knows_command(Slice name)
{
    return command_find(name) != NULL;
}
