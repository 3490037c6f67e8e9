/* function.c -- FCALL and FUNCTION: libraries of functions (redis-server 7.0: functions.c).
 *
 * Their sources belong to the keyspace: they are replicated, and part of a full synchronisation.
 * What the engine made of them belongs to the process and is made anew when the keyspace has
 * other libraries than those it was made of. */
#include "sim/base/assert.h"
#include "sim/server/scripting_inside.h"
#include "sim/store/glob.h"

#include <inttypes.h>
#include <string.h>

#define NAME_RULE                                                                                  \
    "Library names can only contain letters, numbers, or underscores(_) and must be at least one " \
    "character long"

/* --- libraries --- */

static void free_library(Library *library, Mem *mem)
{
    for (uint32_t i = 0; i < library->functions.count; i++) {
        blob_free(mem, &library->functions.items[i].name);
        blob_free(mem, &library->functions.items[i].description);
    }
    array_deinit(mem, &library->functions);
    blob_free(mem, &library->name);
}

void function_clear(Server *server)
{
    Scripting *scripting = server->scripting;
    for (uint32_t i = 0; i < scripting->libraries.count; i++)
        free_library(&scripting->libraries.items[i], server->mem);
    array_clear(&scripting->libraries);
    scripting_drop_state(server, SCRIPT_FUNCTION);
}

static bool is_name(Slice name)
{
    for (uint32_t i = 0; i < name.size; i++) {
        char c = name.chars[i], lower = (char)(c | 32);
        bool fine = (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '_';
        if (!fine) return false;
    }
    return name.size > 0;
}

static bool same_in_any_case(Slice a, Slice b)
{
    if (a.size != b.size) return false;
    for (uint32_t i = 0; i < a.size; i++) {
        char x = a.chars[i], y = b.chars[i];
        if (x >= 'A' && x <= 'Z') x = (char)(x + ('a' - 'A'));
        if (y >= 'A' && y <= 'Z') y = (char)(y + ('a' - 'A'));
        if (x != y) return false;
    }
    return true;
}

const char *script_register(Server *server, const ScriptFunction *function)
{
    Library *library = server->scripting->loading;
    SIM_ASSERT(library);
    if (!is_name(function->name)) return NAME_RULE;
    for (uint32_t i = 0; i < library->functions.count; i++) {
        if (slice_equal(blob_slice(library->functions.items[i].name), function->name))
            return "Function already exists in the library";
    }
    Function added = {.name = blob_copy(server->mem, function->name),
                      .description = blob_copy(server->mem, function->description),
                      .has_description = function->has_description,
                      .flags = function->flags};
    array_push(server->mem, &library->functions, added);
    return NULL;
}

/* --- "#!lua name=mylib" --- */

static Slice without(Slice text, uint32_t count)
{
    return (Slice){text.chars + count, text.size - count};
}

static bool has_start(Slice text, const char *lower)
{
    uint32_t size = (uint32_t)strlen(lower);
    return text.size >= size && slice_is((Slice){text.chars, size}, lower);
}

/* The name among the parts of the first line; false with Redis's sentence. */
static bool read_parts(const Slices *parts, Slice *name, Text *error)
{
    bool named = false;
    for (uint32_t i = 1; i < parts->count; i++) {
        Slice part = parts->items[i];
        if (!has_start(part, "name=")) {
            text_append(error, "Invalid metadata value given: %.*s", (int)part.size, part.chars);
            return false;
        }
        if (named) {
            text_append(error, "Invalid metadata value, name argument was given multiple times");
            return false;
        }
        *name = without(part, 5);
        named = true;
    }
    if (!named) {
        text_append(error, "Library name was not given");
        return false;
    }
    Slice engine = parts->items[0].size > 2 ? without(parts->items[0], 2) : (Slice){"", 0};
    if (!is_name(*name)) text_append(error, NAME_RULE);
    else if (!slice_is(engine, "lua"))
        text_append(error, "Engine '%.*s' not found", (int)engine.size, engine.chars);
    else return true;
    return false;
}

/* *name is a copy; *skip the size of the line, whose line feed stays. */
static bool read_metadata(Slice source, Blob *name, uint32_t *skip, Text *error, Mem *mem)
{
    Slices parts = {0};
    Text scratch = {.mem = mem};
    Slice found = {0};
    *name = (Blob){0};
    if (source.size < 2 || memcmp(source.chars, "#!", 2) != 0) {
        text_append(error, "Missing library metadata");
        return false;
    }
    const char *end = memchr(source.chars, '\n', source.size);
    *skip = end ? (uint32_t)(end - source.chars) : 0;
    bool fine = end && resp_split_line((Slice){source.chars, *skip}, &parts, &scratch, mem);
    if (!fine || parts.count == 0) {
        text_append(error, "Invalid library metadata");
        fine = false;
    } else {
        fine = read_parts(&parts, &found, error);
    }
    if (fine) *name = blob_copy(mem, found);
    array_deinit(mem, &parts);
    text_deinit(&scratch);
    return fine;
}

/* --- loading --- */

static uint32_t find_library(const Scripting *scripting, Slice name)
{
    uint32_t i = 0;
    while (i < scripting->libraries.count &&
           !slice_equal(blob_slice(scripting->libraries.items[i].name), name))
        i++;
    return i;
}

/* Runs the source; its functions are in *library. False with Redis's sentence. */
static bool load_code(Server *server, Slice source, uint32_t skip, uint64_t steps, Library *library,
                      Text *error)
{
    uint64_t used = 0;
    Scripting *scripting = server->scripting;
    ScriptState *state = scripting_state(server, SCRIPT_FUNCTION);
    library->number = ++scripting->libraries_made;
    scripting->loading = library;
    bool fine = server->parts.scripts->load(state, library->number, without(source, skip), steps,
                                            &used, error);
    scripting->loading = NULL;
    server->extra_cost += used * SCRIPT_STEP;
    if (fine && library->functions.count == 0) {
        text_append(error, "No functions registered");
        fine = false;
    }
    return fine;
}

static void unload(Server *server, Library *library)
{
    if (server->scripting->states[SCRIPT_FUNCTION])
        server->parts.scripts->unload(server->scripting->states[SCRIPT_FUNCTION], library->number);
    free_library(library, server->mem);
}

/* What the engine knows is made of what the keyspace has: another primary's libraries came with a
 * full synchronisation, or all were dropped. */
void function_refresh(Server *server)
{
    Scripting *scripting = server->scripting;
    const Keyspace *keys = server->parts.keys;
    if (scripting->libraries_version == keyspace_libraries_version(keys)) return;
    function_clear(server);
    for (uint32_t i = 0; i < keyspace_library_count(keys); i++) {
        Library library = {0};
        Text error = {.mem = server->mem};
        uint32_t skip;
        Slice source = keyspace_library(keys, i);
        bool fine = read_metadata(source, &library.name, &skip, &error, server->mem) &&
                    load_code(server, source, skip, 0, &library, &error);
        SIM_ASSERT(fine); /* it was loaded before, on this node or another */
        array_push(server->mem, &scripting->libraries, library);
        text_deinit(&error);
    }
    scripting->libraries_version = keyspace_libraries_version(keys);
}

static void add_library(Server *server, Slice source, Library *library)
{
    keyspace_add_library(server->parts.keys, source);
    array_push(server->mem, &server->scripting->libraries, *library);
    server->scripting->libraries_version = keyspace_libraries_version(server->parts.keys);
}

static void remove_library(Server *server, uint32_t index)
{
    Scripting *scripting = server->scripting;
    unload(server, &scripting->libraries.items[index]);
    array_remove(&scripting->libraries, index);
    keyspace_remove_library(server->parts.keys, index);
    scripting->libraries_version = keyspace_libraries_version(server->parts.keys);
}

static const Function *find_function(const Scripting *scripting, Slice name,
                                     const Library **library)
{
    for (uint32_t i = 0; i < scripting->libraries.count; i++) {
        const Library *at = &scripting->libraries.items[i];
        for (uint32_t f = 0; f < at->functions.count; f++) {
            if (!same_in_any_case(blob_slice(at->functions.items[f].name), name)) continue;
            *library = at;
            return &at->functions.items[f];
        }
    }
    return NULL;
}

/* A function of `library` that another library has already; the one to be replaced does not count.
 */
static bool collides(const Scripting *scripting, const Library *library, const Library *replaced,
                     Text *error)
{
    const Library *other;
    for (uint32_t i = 0; i < library->functions.count; i++) {
        Slice name = blob_slice(library->functions.items[i].name);
        if (!find_function(scripting, name, &other) || other == replaced) continue;
        text_append(error, "Function %.*s already exists", (int)name.size, name.chars);
        return true;
    }
    return false;
}

/* What every sub-command that looks at libraries begins with; false after an error reply. */
bool function_ready(Request *request)
{
    if (scripting_refuse_engine(request)) return false;
    if (!request->server->scripting->run.suspended) function_refresh(request->server);
    return true;
}

static void load_into(Request *request, Slice source, bool replace)
{
    Server *server = request->server;
    Scripting *scripting = server->scripting;
    Library library = {0};
    Text error = {.mem = server->mem};
    uint32_t skip, old = scripting->libraries.count;
    uint64_t steps = request->client == server->primary ? 0 : SCRIPT_LOAD_STEPS;
    bool fine = read_metadata(source, &library.name, &skip, &error, server->mem);
    if (fine) old = find_library(scripting, blob_slice(library.name));
    bool exists = old < scripting->libraries.count;
    if (fine && exists && !replace) {
        text_append(&error, "Library '%.*s' already exists", (int)library.name.size,
                    library.name.chars);
        fine = false;
    }
    fine = fine && load_code(server, source, skip, steps, &library, &error) &&
           !collides(scripting, &library, exists ? &scripting->libraries.items[old] : NULL, &error);
    if (fine) {
        if (exists) remove_library(server, old);
        add_library(server, source, &library);
        process_also(request, request->argv, request->argc);
        reply_bulk(&request->client->reply, blob_slice(library.name));
    } else {
        unload(server, &library);
        reply_error(&request->client->reply, "ERR %s", text_chars(&error));
    }
    text_deinit(&error);
}

/* FUNCTION LOAD [REPLACE] source */
static void function_load(Request *request)
{
    if (!function_ready(request)) return;
    bool replace = false;
    for (uint32_t i = 2; i + 1 < request->argc; i++) {
        Slice word = request->argv[i];
        if (!slice_is(word, "replace")) {
            reply_error(&request->client->reply, "ERR Unknown option given: %.*s", (int)word.size,
                        word.chars);
            return;
        }
        replace = true;
    }
    load_into(request, request->argv[request->argc - 1], replace);
}

static void done(Request *request)
{
    process_also(request, request->argv, request->argc);
    reply_status(&request->client->reply, "OK");
}

static void function_delete(Request *request)
{
    if (!function_ready(request)) return;
    Scripting *scripting = request->server->scripting;
    uint32_t index = find_library(scripting, request->argv[2]);
    if (index == scripting->libraries.count) {
        reply_error(&request->client->reply, "ERR Library not found");
        return;
    }
    remove_library(request->server, index);
    done(request);
}

static void drop_all(Server *server)
{
    function_clear(server);
    keyspace_clear_libraries(server->parts.keys);
    server->scripting->libraries_version = keyspace_libraries_version(server->parts.keys);
}

static void function_flush(Request *request)
{
    if (!function_ready(request)) return;
    Reply *reply = &request->client->reply;
    if (request->argc > 3) {
        reply_error(reply,
                    "ERR unknown subcommand or wrong number of arguments for '%.*s'. Try FUNCTION "
                    "HELP.",
                    (int)request->argv[1].size, request->argv[1].chars);
        return;
    }
    bool known = request->argc == 2 || slice_is(request->argv[2], "sync") ||
                 slice_is(request->argv[2], "async");
    if (!known) {
        reply_error(reply, "ERR FUNCTION FLUSH only supports SYNC|ASYNC option");
        return;
    }
    drop_all(request->server);
    done(request);
}

/* --- DUMP and RESTORE: in function_payload.c the bytes, here what becomes of them --- */

static void function_dump(Request *request)
{
    if (!function_ready(request)) return;
    ByteWriter out = {.mem = request->server->mem};
    function_payload_write(request->server->parts.keys, &out);
    reply_bulk(&request->client->reply, (Slice){(const char *)out.bytes, (uint32_t)out.size});
    bytes_deinit(&out);
}

typedef struct Restored { /* libraries of a payload, not yet among the others */
    Scripting scripting;  /* its `libraries` alone */
    Slices sources;
} Restored;

static bool restore_one(Server *server, Slice source, Restored *restored, Text *error)
{
    Library library = {0};
    uint32_t skip;
    bool fine = read_metadata(source, &library.name, &skip, error, server->mem);
    if (fine && find_library(&restored->scripting, blob_slice(library.name)) <
                    restored->scripting.libraries.count) {
        text_append(error, "Library '%.*s' already exists", (int)library.name.size,
                    library.name.chars);
        fine = false;
    }
    fine = fine && load_code(server, source, skip, 0, &library, error) &&
           !collides(&restored->scripting, &library, NULL, error);
    if (!fine) {
        unload(server, &library);
        return false;
    }
    array_push(server->mem, &restored->scripting.libraries, library);
    array_push(server->mem, &restored->sources, source);
    return true;
}

/* libraryJoin: nothing changes unless all of them fit. */
static bool may_join(const Scripting *now, const Restored *restored, bool replace, Text *error)
{
    const Scripting *from = &restored->scripting;
    for (uint32_t i = 0; i < from->libraries.count && !replace; i++) {
        Slice name = blob_slice(from->libraries.items[i].name);
        if (find_library(now, name) == now->libraries.count) continue;
        text_append(error, "Library %.*s already exists", (int)name.size, name.chars);
        return false;
    }
    for (uint32_t i = 0; i < from->libraries.count; i++) {
        for (uint32_t f = 0; f < from->libraries.items[i].functions.count; f++) {
            const Library *other;
            Slice name = blob_slice(from->libraries.items[i].functions.items[f].name);
            if (!find_function(now, name, &other)) continue;
            bool goes = find_library(from, blob_slice(other->name)) < from->libraries.count;
            if (goes) continue;
            text_append(error, "Function %.*s already exists", (int)name.size, name.chars);
            return false;
        }
    }
    return true;
}

static void join(Server *server, Restored *restored)
{
    for (uint32_t i = 0; i < restored->scripting.libraries.count; i++) {
        Library *library = &restored->scripting.libraries.items[i];
        uint32_t old = find_library(server->scripting, blob_slice(library->name));
        if (old < server->scripting->libraries.count) remove_library(server, old);
        add_library(server, restored->sources.items[i], library);
    }
    array_clear(&restored->scripting.libraries);
}

/* FLUSH: the old ones go. Their interpreter stays, since the new ones are in it. */
static void flush_then_join(Server *server, Restored *restored)
{
    while (server->scripting->libraries.count > 0) remove_library(server, 0);
    join(server, restored);
}

static void restore_payload(Request *request, bool flush, bool replace)
{
    Server *server = request->server;
    Restored restored = {0};
    Text error = {.mem = server->mem};
    Slice left = request->argv[2], source;
    bool fine = function_payload_check(left);
    if (!fine) text_append(&error, "DUMP payload version or checksum are wrong");
    while (fine && function_payload_next(&left, &source, &fine, &error))
        fine = restore_one(server, source, &restored, &error);
    fine = fine && (flush || may_join(server->scripting, &restored, replace, &error));
    if (fine && flush) flush_then_join(server, &restored);
    else if (fine) join(server, &restored);
    for (uint32_t i = 0; i < restored.scripting.libraries.count; i++)
        unload(server, &restored.scripting.libraries.items[i]);
    array_deinit(server->mem, &restored.scripting.libraries);
    array_deinit(server->mem, &restored.sources);
    if (fine) done(request);
    else reply_error(&request->client->reply, "ERR %s", text_chars(&error));
    text_deinit(&error);
}

static void function_restore(Request *request)
{
    if (!function_ready(request)) return;
    Reply *reply = &request->client->reply;
    if (request->argc > 4) {
        reply_error(reply,
                    "ERR unknown subcommand or wrong number of arguments for '%.*s'. Try FUNCTION "
                    "HELP.",
                    (int)request->argv[1].size, request->argv[1].chars);
        return;
    }
    Slice policy = request->argc == 4 ? request->argv[3] : slice_of("append");
    bool flush = slice_is(policy, "flush"), replace = slice_is(policy, "replace");
    if (!flush && !replace && !slice_is(policy, "append")) {
        reply_error(reply,
                    "ERR Wrong restore policy given, value should be either FLUSH, APPEND or "
                    "REPLACE.");
        return;
    }
    restore_payload(request, flush, replace);
}

/* --- FCALL --- */

bool function_flags(const Request *request, uint32_t *flags)
{
    const Library *library;
    if (request->argc < 2 || !request->server->parts.scripts) return false;
    function_refresh(request->server);
    const Function *function =
        find_function(request->server->scripting, request->argv[1], &library);
    if (function) *flags = function->flags;
    return function != NULL;
}

static void do_fcall(Request *request)
{
    const Library *library;
    if (scripting_refuse_engine(request)) return;
    function_refresh(request->server);
    const Function *function =
        find_function(request->server->scripting, request->argv[1], &library);
    if (!function) {
        reply_error(&request->client->reply, "ERR Function not found");
        return;
    }
    if (!scripting_read_numkeys(request, "ERR Bad number of keys provided")) return;
    RunPlan plan = {.kind = SCRIPT_FUNCTION,
                    .name = blob_slice(function->name),
                    .library = library->number,
                    .flags = function->flags,
                    .read_only = strcmp(request->row->name, "fcall_ro") == 0};
    scripting_run(request, &plan);
}

const ServerBinding function_bindings[] = {
    {"fcall", do_fcall},
    {"fcall_ro", do_fcall},
    {"function|delete", function_delete},
    {"function|dump", function_dump},
    {"function|flush", function_flush},
    {"function|help", help_reply},
    {"function|kill", function_kill},
    {"function|list", function_list},
    {"function|load", function_load},
    {"function|restore", function_restore},
    {"function|stats", function_stats},
    {"function", help_reply}, /* alone: refused before, by its arity */
    {NULL, NULL},
};
