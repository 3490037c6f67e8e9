/* configure.c -- CONFIG GET, SET, RESETSTAT, REWRITE: the directives a virtual node obeys
 * (sim/cluster/config.def), changed while it runs (protocol.md §11.8). */
#include "sim/base/assert.h"
#include "sim/server/server_inside.h"
#include "sim/store/glob.h"

#include <stdio.h>
#include <string.h>

#define NAME_MAX_SIZE 64

/* Directives that tools ask for and that are the same in every virtual node. */
static const struct {
    const char *name, *value;
} constants[] = {
    {"cluster-enabled", "yes"},
    {"databases", "16"},
    {"maxclients", "10000"},
    {"maxmemory", "0"},
    {"maxmemory-policy", "noeviction"},
    {"port", "6379"},
    {"proto-max-bulk-len", "536870912"},
    {"repl-diskless-sync", "yes"},
    {"timeout", "0"},
};

static bool wanted(const Request *request, const char *name)
{
    for (uint32_t i = 2; i < request->argc; i++) {
        char lower[NAME_MAX_SIZE];
        Slice pattern = request->argv[i];
        if (pattern.size >= sizeof(lower)) continue;
        for (uint32_t c = 0; c < pattern.size; c++) {
            char letter = pattern.chars[c];
            lower[c] = letter >= 'A' && letter <= 'Z' ? (char)(letter + ('a' - 'A')) : letter;
        }
        if (glob_matches((Slice){lower, pattern.size}, slice_of(name))) return true;
    }
    return false;
}

static void config_get(Request *request)
{
    Reply *reply = &request->client->reply;
    uint32_t mark = reply_mark(reply), count = 0;
    for (uint32_t i = 0; i < config_count(); i++) {
        char value[CONFIG_VALUE_SIZE];
        if (!wanted(request, config_name(i))) continue;
        config_value_text(&request->server->parts.node->cfg, i, value, sizeof(value));
        reply_bulk_text(reply, config_name(i));
        reply_bulk_text(reply, value);
        count++;
    }
    for (uint32_t i = 0; i < ARRAY_LENGTH(constants); i++) {
        if (!wanted(request, constants[i].name)) continue;
        reply_bulk_text(reply, constants[i].name);
        reply_bulk_text(reply, constants[i].value);
        count++;
    }
    reply_map_at(reply, mark, count);
}

static bool copy_word(Slice word, char *out, size_t size)
{
    if (word.size >= size || (word.size > 0 && memchr(word.chars, '\0', word.size))) return false;
    memcpy(out, word.size ? word.chars : "", word.size);
    out[word.size] = '\0';
    return true;
}

/* All or nothing: a wrong value changes no directive. */
static void config_set_all(Request *request)
{
    Server *server = request->server;
    Reply *reply = &request->client->reply;
    NodeConfig config = server->parts.node->cfg;
    if (request->argc % 2 == 1) {
        reply_arity(reply, "config|set");
        return;
    }
    for (uint32_t i = 2; i < request->argc; i += 2) {
        char name[NAME_MAX_SIZE], value[256];
        Error err = {{0}};
        if (!copy_word(request->argv[i], name, sizeof(name)) || !config_known(name)) {
            reply_error(reply, "ERR Unknown option or number of arguments for CONFIG SET - '%.*s'",
                        (int)request->argv[i].size, request->argv[i].chars);
            return;
        }
        if (!copy_word(request->argv[i + 1], value, sizeof(value)) ||
            !config_set(&config, name, value, &err)) {
            reply_error(reply, "ERR CONFIG SET failed (possibly related to argument '%s') - %s",
                        name, err.text);
            return;
        }
    }
    node_set_config(server->parts.node, &config, request->env);
    repl_set_config(server->parts.repl, &config);
    server->config_changed = true;
    reply_status(reply, "OK");
}

static void do_config(Request *request)
{
    Slice what = request->argv[1];
    Reply *reply = &request->client->reply;
    if (slice_is(what, "get") && request->argc >= 3) config_get(request);
    else if (slice_is(what, "get")) reply_arity(reply, "config|get");
    else if (slice_is(what, "set") && request->argc >= 4) config_set_all(request);
    else if (slice_is(what, "set")) reply_arity(reply, "config|set");
    else if (slice_is(what, "resetstat") && request->argc == 2) {
        Server *server = request->server;
        server->commands = server->connections = server->expired = 0;
        reply_status(reply, "OK");
    } else if (slice_is(what, "rewrite") && request->argc == 2) {
        reply_status(reply, "OK"); /* the world keeps the configuration of a host anyway */
    } else {
        reply_unknown_subcommand(reply, what, "CONFIG");
    }
}

const ServerBinding configure_bindings[] = {{"config", do_config}, {NULL, NULL}};
