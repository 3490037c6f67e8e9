/* eval.c -- EVAL, EVALSHA and their read-only kin, SCRIPT: the cache of scripts (redis-server 7.0:
 * eval.c).
 *
 * The cache belongs to the process and is neither replicated nor kept: after a restart EVALSHA
 * answers NOSCRIPT. */
#include "sim/base/assert.h"
#include "sim/server/scripting_inside.h"

#include <string.h>

/* --- "#!lua flags=no-writes,allow-stale" in the first line --- */

static bool starts_with(Slice text, const char *start)
{
    uint32_t size = (uint32_t)strlen(start);
    return text.size >= size && memcmp(text.chars, start, size) == 0;
}

static Slice without(Slice text, uint32_t count)
{
    return (Slice){text.chars + count, text.size - count};
}

/* "a,b": all of them known, or *unknown is the first that is not. */
static bool read_flags(Slice list, uint32_t *flags, Slice *unknown)
{
    for (;;) {
        const char *comma = list.size ? memchr(list.chars, ',', list.size) : NULL;
        Slice one = {list.chars, comma ? (uint32_t)(comma - list.chars) : list.size};
        uint32_t flag = script_flag(one, false);
        if (flag == 0 && list.size > 0) {
            *unknown = one;
            return false;
        }
        *flags |= flag;
        if (!comma) return true;
        list = without(list, one.size + 1);
    }
}

static bool read_options(const Slices *parts, uint32_t *flags, Text *error)
{
    for (uint32_t i = 1; i < parts->count; i++) {
        Slice part = parts->items[i], unknown;
        if (!starts_with(part, "flags=")) {
            text_append(error, "Unknown lua shebang option: %.*s", (int)part.size, part.chars);
            return false;
        }
        if (read_flags(without(part, 6), flags, &unknown)) continue;
        text_append(error, "Unexpected flag in script shebang: %.*s", (int)unknown.size,
                    unknown.chars);
        return false;
    }
    return true;
}

/* evalExtractShebangFlags: *skip is the size of the line, whose line feed stays so that lines keep
 * their numbers. False with Redis's sentence. */
static bool read_shebang(Slice source, uint32_t *flags, uint32_t *skip, Text *error, Mem *mem)
{
    Slices parts = {0};
    Text scratch = {.mem = mem};
    *flags = SCRIPT_COMPAT;
    *skip = 0;
    if (!starts_with(source, "#!")) return true;
    const char *end = memchr(source.chars, '\n', source.size);
    if (!end) {
        text_append(error, "Invalid script shebang");
        return false;
    }
    *skip = (uint32_t)(end - source.chars);
    *flags = 0;
    bool fine = resp_split_line((Slice){source.chars, *skip}, &parts, &scratch, mem);
    if (!fine || parts.count == 0) {
        text_append(error, "Invalid engine in script shebang");
        fine = false;
    } else if (!slice_equal(parts.items[0], slice_of("#!lua"))) {
        text_append(error, "Unexpected engine in script shebang: %.*s", (int)parts.items[0].size,
                    parts.items[0].chars);
        fine = false;
    } else {
        fine = read_options(&parts, flags, error);
    }
    array_deinit(mem, &parts);
    text_deinit(&scratch);
    return fine;
}

/* --- the cache --- */

static const CachedScript *find_script(const Server *server, const char *sha)
{
    const Scripting *scripting = server->scripting;
    for (uint32_t i = 0; i < scripting->cache.count; i++) {
        if (strcmp(scripting->cache.items[i].sha, sha) == 0) return &scripting->cache.items[i];
    }
    return NULL;
}

/* The 40 digits in lower case; false for a word of another size, which no script has. */
static bool read_sha(Slice word, char sha[SHA1_HEX_SIZE + 1])
{
    if (word.size != SHA1_HEX_SIZE) return false;
    for (uint32_t i = 0; i < SHA1_HEX_SIZE; i++) {
        char c = word.chars[i];
        sha[i] = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
    }
    sha[SHA1_HEX_SIZE] = '\0';
    return true;
}

static bool names_sha(const Request *request)
{
    return strncmp(request->row->name, "evalsha", 7) == 0;
}

bool eval_flags(const Request *request, uint32_t *flags)
{
    char sha[SHA1_HEX_SIZE + 1];
    uint32_t skip;
    Mem *mem = request->server->mem;
    if (request->argc < 2) return false;
    if (!names_sha(request)) sha1_hex(request->argv[1], sha);
    else if (!read_sha(request->argv[1], sha)) return false;
    const CachedScript *cached = find_script(request->server, sha);
    if (cached) {
        *flags = cached->flags;
        return true;
    }
    if (names_sha(request)) return false;
    Text error = {.mem = mem};
    bool fine = read_shebang(request->argv[1], flags, &skip, &error, mem);
    text_deinit(&error);
    return fine;
}

/* luaCreateFunction: in the cache afterwards; false after an error reply. */
static bool add_script(Request *request, Slice source, CachedScript *script)
{
    Server *server = request->server;
    Text error = {.mem = server->mem};
    uint32_t skip;
    sha1_hex(source, script->sha);
    const CachedScript *cached = find_script(server, script->sha);
    if (cached) {
        *script = *cached;
        return true;
    }
    bool fine = read_shebang(source, &script->flags, &skip, &error, server->mem);
    if (!fine) {
        reply_error(&request->client->reply, "ERR %s", text_chars(&error));
    } else {
        ScriptState *state = scripting_state(server, SCRIPT_EVAL);
        fine = server->parts.scripts->compile(state, slice_of(script->sha), without(source, skip),
                                              &error);
        if (fine) array_push(server->mem, &server->scripting->cache, *script);
        else
            reply_error(&request->client->reply, "ERR Error compiling script (new function): %s",
                        text_chars(&error));
    }
    text_deinit(&error);
    return fine;
}

void eval_flush(Server *server)
{
    scripting_drop_state(server, SCRIPT_EVAL);
    array_clear(&server->scripting->cache);
}

/* --- EVAL and kin --- */

bool scripting_read_numkeys(Request *request, const char *not_a_number)
{
    int64_t keys;
    Reply *reply = &request->client->reply;
    if (!slice_integer(request->argv[2], &keys)) {
        reply_error(reply, "%s", not_a_number);
    } else if (keys > (int64_t)request->argc - 3) {
        reply_error(reply, "ERR Number of keys can't be greater than number of args");
    } else if (keys < 0) {
        reply_error(reply, "ERR Number of keys can't be negative");
    } else {
        return true;
    }
    return false;
}

static void do_eval(Request *request)
{
    CachedScript script = {{0}, 0};
    const CachedScript *cached = NULL;
    const char *name = request->row->name;
    if (scripting_refuse_engine(request)) return;
    if (names_sha(request) && request->argv[1].size != SHA1_HEX_SIZE) {
        reply_error(&request->client->reply, "NOSCRIPT No matching script. Please use EVAL.");
        return;
    }
    if (!scripting_read_numkeys(request, "ERR value is not an integer or out of range")) return;
    if (!names_sha(request)) {
        if (!add_script(request, request->argv[1], &script)) return;
    } else {
        read_sha(request->argv[1], script.sha);
        cached = find_script(request->server, script.sha);
        if (!cached) {
            reply_error(&request->client->reply, "NOSCRIPT No matching script. Please use EVAL.");
            return;
        }
        script = *cached;
    }
    RunPlan plan = {.kind = SCRIPT_EVAL,
                    .name = slice_of(script.sha),
                    .flags = script.flags,
                    .read_only = strcmp(name, "eval_ro") == 0 || strcmp(name, "evalsha_ro") == 0};
    scripting_run(request, &plan);
}

/* --- SCRIPT --- */

static void script_load(Request *request)
{
    CachedScript script = {{0}, 0};
    if (scripting_refuse_engine(request) || !add_script(request, request->argv[2], &script)) return;
    reply_bulk_text(&request->client->reply, script.sha);
}

static void script_exists(Request *request)
{
    reply_array(&request->client->reply, request->argc - 2);
    for (uint32_t i = 2; i < request->argc; i++) {
        char sha[SHA1_HEX_SIZE + 1];
        bool found = read_sha(request->argv[i], sha) && find_script(request->server, sha);
        reply_integer(&request->client->reply, found);
    }
}

static void script_flush(Request *request)
{
    bool known = request->argc == 2;
    if (request->argc == 3)
        known = slice_is(request->argv[2], "sync") || slice_is(request->argv[2], "async");
    if (!known) {
        reply_error(&request->client->reply, "ERR SCRIPT FLUSH only support SYNC|ASYNC option");
        return;
    }
    eval_flush(request->server);
    reply_status(&request->client->reply, "OK");
}

static void script_kill(Request *request)
{
    scripting_kill(request, SCRIPT_EVAL);
}

/* Simplified: there is no debugger; a script runs as it does without one. */
static void script_debug(Request *request)
{
    Slice mode = request->argv[2];
    bool known = slice_is(mode, "no") || slice_is(mode, "yes") || slice_is(mode, "sync");
    if (known) reply_status(&request->client->reply, "OK");
    else reply_error(&request->client->reply, "ERR Use SCRIPT DEBUG YES/SYNC/NO");
}

const ServerBinding eval_bindings[] = {
    {"eval", do_eval},
    {"eval_ro", do_eval},
    {"evalsha", do_eval},
    {"evalsha_ro", do_eval},
    {"script|debug", script_debug},
    {"script|exists", script_exists},
    {"script|flush", script_flush},
    {"script|help", help_reply},
    {"script|kill", script_kill},
    {"script|load", script_load},
    {"script", help_reply}, /* alone: refused before, by its arity */
    {NULL, NULL},
};
