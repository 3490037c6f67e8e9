/* configure.c -- CONFIG GET, SET, RESETSTAT, REWRITE (protocol.md §11.8; redis-server 7.0:
 * config.c).
 *
 * A virtual node obeys the directives of sim/cluster/config.def, changed while it runs. All others
 * of settings.def are checked, kept and told again, and have no effect. */
#include "sim/base/assert.h"
#include "sim/cluster/settings.h"
#include "sim/server/server_inside.h"
#include "sim/store/glob.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define WORD_MAX_SIZE 256

/* --- values --- */

/* The row of sim/cluster/config.def; false: it is only kept. */
static bool obeyed(const char *name, uint32_t *index)
{
    for (*index = 0; *index < config_count(); ++*index) {
        if (strcmp(config_name(*index), name) == 0) return true;
    }
    return false;
}

static void append_value(const Request *request, uint32_t setting, Text *out)
{
    const Server *server = request->server;
    uint32_t index;
    char value[CONFIG_VALUE_SIZE];
    if (obeyed(setting_at(setting)->name, &index)) {
        config_value_text(&server->parts.node->cfg, index, value, sizeof(value));
        text_append(out, "%s", value);
    } else if (strcmp(setting_at(setting)->name, "port") == 0) {
        text_append(out, "%u", server->addrs[server->parts.node->addr].port);
    } else if (setting < server->settings.count && server->settings.items[setting].chars) {
        Slice kept = blob_slice(server->settings.items[setting]);
        text_append_bytes(out, kept.chars + 1, kept.size - 1);
    } else {
        text_append(out, "%s", setting_at(setting)->value);
    }
}

/* --- GET --- */

static bool has_pattern(Slice word)
{
    for (uint32_t i = 0; i < word.size; i++) {
        if (strchr("[*?", word.chars[i])) return true;
    }
    return false;
}

static bool matches(Slice word, const char *name)
{
    char lower[WORD_MAX_SIZE];
    if (!has_pattern(word)) return slice_is(word, name);
    if (word.size >= sizeof(lower)) return false;
    for (uint32_t i = 0; i < word.size; i++) {
        char c = word.chars[i];
        lower[i] = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
    }
    return glob_matches((Slice){lower, word.size}, slice_of(name));
}

/* The argument that asks for it first, or argc. */
static uint32_t asked_by(const Request *request, const char *name)
{
    for (uint32_t i = 2; i < request->argc; i++) {
        if (matches(request->argv[i], name)) return i;
    }
    return request->argc;
}

/* A name is told as it was asked for; a pattern finds old names, too. */
static uint32_t tell(Request *request, uint32_t setting, const char *name)
{
    Reply *reply = &request->client->reply;
    Text value = {.mem = request->server->mem};
    uint32_t by = *name ? asked_by(request, name) : request->argc;
    if (by == request->argc) return 0;
    append_value(request, setting, &value);
    if (has_pattern(request->argv[by])) reply_bulk_text(reply, name);
    else reply_bulk(reply, request->argv[by]);
    reply_bulk(reply, (Slice){text_chars(&value), value.size});
    text_deinit(&value);
    return 1;
}

static void config_get(Request *request)
{
    Reply *reply = &request->client->reply;
    uint32_t mark = reply_mark(reply), count = 0;
    for (uint32_t i = 0; i < setting_count(); i++) {
        count += tell(request, i, setting_at(i)->name);
        count += tell(request, i, setting_at(i)->old_name);
    }
    reply_map_at(reply, mark, count);
}

/* --- SET --- */

static bool copy_word(Slice word, char *out, size_t size)
{
    if (word.size >= size || (word.size > 0 && memchr(word.chars, '\0', word.size))) return false;
    memcpy(out, word.size ? word.chars : "", word.size);
    out[word.size] = '\0';
    return true;
}

/* setting_count() when there is none of that name. */
static uint32_t find_setting(Slice name)
{
    uint32_t index;
    return setting_find(name, &index) ? index : setting_count();
}

static bool failed(Request *request, Slice name, const char *reason)
{
    reply_error(&request->client->reply,
                "ERR CONFIG SET failed (possibly related to argument '%.*s') - %s", (int)name.size,
                name.chars, reason);
    return false;
}

/* All names are known, may be set, and stand once. */
static bool check_names(Request *request)
{
    for (uint32_t i = 2; i < request->argc; i += 2) {
        Slice name = request->argv[i];
        if (find_setting(name) < setting_count()) continue;
        reply_error(&request->client->reply,
                    "ERR Unknown option or number of arguments for CONFIG SET - '%.*s'",
                    (int)name.size, name.chars);
        return false;
    }
    for (uint32_t i = 2; i < request->argc; i += 2) {
        Slice name = request->argv[i];
        uint32_t setting = find_setting(name);
        if (setting_at(setting)->flags & SETTING_IMMUTABLE)
            return failed(request, name, "can't set immutable config");
        if (setting_at(setting)->flags & SETTING_PROTECTED)
            return failed(request, name, "can't set protected config");
        for (uint32_t before = 2; before < i; before += 2) {
            if (find_setting(request->argv[before]) == setting)
                return failed(request, name, "duplicate parameter");
        }
    }
    return true;
}

/* Checks one value and, if the directive is obeyed, sets it in *config. */
static bool take_value(Request *request, uint32_t setting, uint32_t at, NodeConfig *config)
{
    uint32_t index;
    Slice word = request->argv[at + 1];
    bool old = slice_is(request->argv[at], setting_at(setting)->old_name);
    char value[WORD_MAX_SIZE];
    Error err = {{0}};
    Slice name = slice_of(old ? setting_at(setting)->old_name : setting_at(setting)->name);
    if (!copy_word(word, value, sizeof(value))) return failed(request, name, "value too long");
    if (!setting_check(setting_at(setting), value, &err)) return failed(request, name, err.text);
    if (obeyed(setting_at(setting)->name, &index) &&
        !config_set(config, setting_at(setting)->name, value, &err))
        return failed(request, name,
                      strcmp(setting_at(setting)->name, "save") == 0 ? "Invalid save parameters"
                                                                     : err.text);
    return true;
}

/* The value as CONFIG GET tells it: sizes in bytes, words in lower case. */
static void append_told(const Setting *setting, Slice word, Text *out)
{
    char value[WORD_MAX_SIZE];
    uint64_t size;
    copy_word(word, value, sizeof(value));
    if (setting->kind == SETTING_MEMORY && config_read_size(value, &size)) {
        text_append(out, "%" PRIu64, size);
        return;
    }
    for (char *at = value; (setting->kind == SETTING_BOOL || setting->kind == SETTING_ENUM) && *at;
         at++) {
        if (*at >= 'A' && *at <= 'Z') *at = (char)(*at + ('a' - 'A'));
    }
    text_append(out, "%s", value);
}

/* Behind a mark, so that an empty value is not none. */
static void keep_value(Server *server, uint32_t setting, Slice word)
{
    Text marked = {.mem = server->mem};
    text_append(&marked, "=");
    append_told(setting_at(setting), word, &marked);
    while (server->settings.count < setting_count())
        array_push(server->mem, &server->settings, (Blob){0});
    blob_free(server->mem, &server->settings.items[setting]);
    server->settings.items[setting] =
        blob_copy(server->mem, (Slice){text_chars(&marked), marked.size});
    text_deinit(&marked);
}

/* All or nothing: a wrong value changes no directive. */
static void config_set_all(Request *request)
{
    Server *server = request->server;
    NodeConfig config = server->parts.node->cfg;
    if (request->argc % 2 == 1) {
        reply_error(&request->client->reply, "ERR syntax error");
        return;
    }
    if (!check_names(request)) return;
    for (uint32_t i = 2; i < request->argc; i += 2) {
        uint32_t setting = find_setting(request->argv[i]);
        if (!take_value(request, setting, i, &config)) return;
    }
    for (uint32_t i = 2; i < request->argc; i += 2)
        keep_value(server, find_setting(request->argv[i]), request->argv[i + 1]);
    node_set_config(server->parts.node, &config, request->env);
    repl_set_config(server->parts.repl, &config);
    persist_on_config(server, request->env);
    reply_status(&request->client->reply, "OK");
}

/* --- RESETSTAT, REWRITE --- */

static void config_resetstat(Request *request)
{
    Server *server = request->server;
    server->commands = server->connections = server->expired = 0;
    server->hits = server->misses = 0;
    array_clear(&server->callstats);
    reply_status(&request->client->reply, "OK");
}

static void config_rewrite(Request *request)
{
    request->server->wants_rewrite = true;
    reply_status(&request->client->reply, "OK");
}

const ServerBinding configure_bindings[] = {
    {"config|get", config_get},
    {"config|help", help_reply},
    {"config|resetstat", config_resetstat},
    {"config|rewrite", config_rewrite},
    {"config|set", config_set_all},
    {NULL, NULL},
};
