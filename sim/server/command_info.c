/* command_info.c -- COMMAND: what a server tells of its commands (redis-server 7.0: server.c).
 *
 * Simplified: no notes of key specifications; COMMAND DOCS tells group and sub-commands only. */
#include "sim/base/assert.h"
#include "sim/server/server_inside.h"
#include "sim/store/command_about.h"
#include "sim/store/glob.h"

#include <string.h>

/* --- one command --- */

static const struct {
    uint32_t flag;
    const char *word;
} flag_words[] = {
    {CF_WRITE, "write"},
    {CF_READONLY, "readonly"},
    {CF_DENYOOM, "denyoom"},
    {CF_ADMIN, "admin"},
    {CF_PUBSUB, "pubsub"},
    {CF_NOSCRIPT, "noscript"},
    {CF_BLOCKING, "blocking"},
    {CF_LOADING, "loading"},
    {CF_STALE, "stale"},
    {CF_SKIP_MONITOR, "skip_monitor"},
    {CF_SKIP_SLOWLOG, "skip_slowlog"},
    {CF_ASKING, "asking"},
    {CF_FAST, "fast"},
    {CF_NO_AUTH, "no_auth"},
    {CF_NO_MANDATORY_KEYS, "no_mandatory_keys"},
    {CF_NO_ASYNC_LOADING, "no_async_loading"},
    {CF_NO_MULTI, "no_multi"},
    {CF_MOVABLE, "movablekeys"},
    {CF_ALLOW_BUSY, "allow_busy"},
};

static void reply_flags(Reply *reply, uint32_t flags)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < ARRAY_LENGTH(flag_words); i++)
        count += (flags & flag_words[i].flag) != 0;
    reply_set(reply, count);
    for (uint32_t i = 0; i < ARRAY_LENGTH(flag_words); i++) {
        if (flags & flag_words[i].flag) reply_status(reply, flag_words[i].word);
    }
}

typedef enum WordKind { AS_STATUS, AS_BULK } WordKind;

/* Words parted by blanks, as a set. */
static void reply_words(Reply *reply, const char *words, WordKind kind)
{
    uint32_t count = 0;
    for (const char *at = words; *at; at += strspn(at, " ")) {
        at += strcspn(at, " ");
        count++;
    }
    reply_set(reply, count);
    for (const char *at = words; *at; at += strspn(at, " ")) {
        Text word = {.mem = reply->out.mem};
        uint32_t size = (uint32_t)strcspn(at, " ");
        text_append_bytes(&word, at, size);
        if (kind == AS_STATUS) reply_status(reply, text_chars(&word));
        else reply_bulk_text(reply, text_chars(&word));
        text_deinit(&word);
        at += size;
    }
}

static void reply_categories(Reply *reply, const CommandRow *row)
{
    const char *category;
    uint32_t count = 0;
    for (uint32_t i = 0; (category = command_category(i)) != NULL; i++)
        count += command_in_category(row, category);
    reply_set(reply, count);
    for (uint32_t i = 0; (category = command_category(i)) != NULL; i++) {
        Text word = {.mem = reply->out.mem};
        text_append(&word, "@%s", category);
        if (command_in_category(row, category)) reply_status(reply, text_chars(&word));
        text_deinit(&word);
    }
}

static void reply_pair(Reply *reply, const char *name, int value)
{
    reply_bulk_text(reply, name);
    reply_integer(reply, value);
}

/* "type" and the head of "spec", whose pairs follow. */
static void reply_type(Reply *reply, const char *part, const char *type, uint32_t pairs)
{
    reply_bulk_text(reply, part);
    reply_map(reply, 2);
    reply_bulk_text(reply, "type");
    reply_bulk_text(reply, type);
    reply_bulk_text(reply, "spec");
    reply_map(reply, pairs);
}

static void reply_begin(Reply *reply, const KeySpec *spec)
{
    switch (spec->begin) {
    case KEY_BEGIN_UNKNOWN: reply_type(reply, "begin_search", "unknown", 0); break;
    case KEY_BEGIN_INDEX:
        reply_type(reply, "begin_search", "index", 1);
        reply_pair(reply, "index", spec->position);
        break;
    case KEY_BEGIN_KEYWORD:
        reply_type(reply, "begin_search", "keyword", 2);
        reply_bulk_text(reply, "keyword");
        reply_bulk_text(reply, spec->keyword);
        reply_pair(reply, "startfrom", spec->position);
        break;
    }
}

static void reply_find(Reply *reply, const KeySpec *spec)
{
    switch (spec->find) {
    case KEY_FIND_UNKNOWN: reply_type(reply, "find_keys", "unknown", 0); break;
    case KEY_FIND_RANGE:
        reply_type(reply, "find_keys", "range", 3);
        reply_pair(reply, "lastkey", spec->a);
        reply_pair(reply, "keystep", spec->b);
        reply_pair(reply, "limit", spec->c);
        break;
    case KEY_FIND_KEYNUM:
        reply_type(reply, "find_keys", "keynum", 3);
        reply_pair(reply, "keynumidx", spec->a);
        reply_pair(reply, "firstkey", spec->b);
        reply_pair(reply, "keystep", spec->c);
        break;
    }
}

static void reply_key_specs(Reply *reply, const CommandRow *row)
{
    const KeySpec *spec;
    uint32_t count = 0;
    while (command_key_spec(row, count)) count++;
    reply_set(reply, count);
    for (uint32_t i = 0; (spec = command_key_spec(row, i)) != NULL; i++) {
        reply_map(reply, 3);
        reply_bulk_text(reply, "flags");
        reply_words(reply, spec->flags, AS_STATUS);
        reply_begin(reply, spec);
        reply_find(reply, spec);
    }
}

static uint32_t count_subs(const CommandRow *row)
{
    uint32_t count = 0;
    while (command_sub(row, count)) count++;
    return count;
}

/* Name, arity, flags, first key, last key, step, categories, tips, key specifications, and the same
 * of its sub-commands. */
static void reply_command(Reply *reply, const CommandRow *row)
{
    uint32_t subs = count_subs(row);
    reply_array(reply, 10);
    reply_bulk_text(reply, row->name);
    reply_integer(reply, row->arity);
    reply_flags(reply, row->flags);
    reply_integer(reply, row->first);
    reply_integer(reply, row->last);
    reply_integer(reply, row->step);
    reply_categories(reply, row);
    reply_words(reply, command_tips(row), AS_BULK);
    reply_key_specs(reply, row);
    if (subs == 0) reply_set(reply, 0);
    else reply_array(reply, subs);
    for (uint32_t i = 0; i < subs; i++) reply_command(reply, command_sub(row, i));
}

/* --- COMMAND, COUNT, INFO, LIST --- */

static void command_all(Request *request)
{
    Reply *reply = &request->client->reply;
    reply_array(reply, command_count());
    for (uint32_t i = 0; i < command_count(); i++) reply_command(reply, command_at(i));
}

static void command_number(Request *request)
{
    reply_integer(&request->client->reply, command_count());
}

static void command_info(Request *request)
{
    Reply *reply = &request->client->reply;
    if (request->argc == 2) {
        command_all(request);
        return;
    }
    reply_array(reply, request->argc - 2);
    for (uint32_t i = 2; i < request->argc; i++) {
        const CommandRow *row = command_find(request->argv[i]);
        if (row) reply_command(reply, row);
        else reply_null(reply);
    }
}

typedef enum ListFilter { FILTER_NONE, FILTER_MODULE, FILTER_CATEGORY, FILTER_PATTERN } ListFilter;

static bool is_in_list(const CommandRow *row, ListFilter filter, Slice word)
{
    const char *category;
    switch (filter) {
    case FILTER_NONE: return true;
    case FILTER_MODULE: return false; /* there are none */
    case FILTER_PATTERN: return glob_matches(word, slice_of(row->name));
    case FILTER_CATEGORY:
        for (uint32_t i = 0; (category = command_category(i)) != NULL; i++) {
            if (slice_is(word, category)) return command_in_category(row, category);
        }
        return false;
    }
    return false;
}

static uint32_t list_row(Reply *reply, const CommandRow *row, ListFilter filter, Slice word)
{
    uint32_t count = 0;
    const CommandRow *sub;
    if (is_in_list(row, filter, word)) {
        reply_bulk_text(reply, row->name);
        count++;
    }
    for (uint32_t i = 0; (sub = command_sub(row, i)) != NULL; i++)
        count += list_row(reply, sub, filter, word);
    return count;
}

/* COMMAND LIST [FILTERBY MODULE|ACLCAT|PATTERN word]; sub-commands stand behind their container. */
static void command_list(Request *request)
{
    Reply *reply = &request->client->reply;
    ListFilter filter = FILTER_NONE;
    Slice word = {0};
    bool filtered = request->argc == 5 && slice_is(request->argv[2], "filterby");
    if (filtered) {
        word = request->argv[4];
        if (slice_is(request->argv[3], "module")) filter = FILTER_MODULE;
        else if (slice_is(request->argv[3], "aclcat")) filter = FILTER_CATEGORY;
        else if (slice_is(request->argv[3], "pattern")) filter = FILTER_PATTERN;
    }
    if (request->argc > 2 && filter == FILTER_NONE) {
        reply_error(reply, "ERR syntax error");
        return;
    }
    uint32_t mark = reply_mark(reply), count = 0;
    for (uint32_t i = 0; i < command_count(); i++)
        count += list_row(reply, command_at(i), filter, word);
    reply_array_at(reply, mark, count);
}

/* --- GETKEYS --- */

static bool any_word_is(const Slice *argv, uint32_t argc, uint32_t from, const char *word)
{
    for (uint32_t i = from; i < argc; i++) {
        if (slice_is(argv[i], word)) return true;
    }
    return false;
}

/* What variable_flags stands for: SET reads with GET only, BITFIELD writes with SET or INCRBY only
 * (setGetKeys, bitfieldGetKeys). NULL: the specifications say it. */
static const char *variable_flags(const CommandRow *row, const Slice *argv, uint32_t argc,
                                  uint32_t position)
{
    if (strcmp(row->name, "sort") == 0 && position > 1) return "OW update"; /* STORE */
    if (strcmp(row->name, "set") == 0)
        return any_word_is(argv, argc, 3, "get") ? "RW access update" : "OW update";
    if (strcmp(row->name, "bitfield") != 0) return NULL;
    bool writes = any_word_is(argv, argc, 2, "set") || any_word_is(argv, argc, 2, "incrby");
    return writes ? "RW access update" : "RO access";
}

/* How the command uses a key: the flags of the specification that finds it first. */
static const char *flags_of_key(const CommandRow *row, const Slice *argv, uint32_t argc,
                                uint32_t position)
{
    const KeySpec *spec = command_key_spec(row, 0), *next;
    const char *variable = variable_flags(row, argv, argc, position);
    if (variable) return variable;
    for (uint32_t i = 1; (next = command_key_spec(row, i)) != NULL; i++) {
        bool begins = next->begin == KEY_BEGIN_INDEX && (uint32_t)next->position <= position;
        if (begins || (next->begin == KEY_BEGIN_KEYWORD && position > 1)) spec = next;
    }
    return spec ? spec->flags : "";
}

/* The specifications find keys from left to right, whatever the order in which a redirection looks
 * at them. */
static void sort_positions(KeyPositions *keys)
{
    for (uint32_t i = 1; i < keys->count; i++) {
        for (uint32_t k = i; k > 0 && keys->items[k - 1] > keys->items[k]; k--) {
            uint32_t swap = keys->items[k];
            keys->items[k] = keys->items[k - 1];
            keys->items[k - 1] = swap;
        }
    }
}

static void getkeys(Request *request, bool with_flags)
{
    KeyPositions keys = {0};
    Mem *mem = request->server->mem;
    Reply *reply = &request->client->reply;
    const Slice *argv = request->argv + 2;
    uint32_t argc = request->argc - 2;
    const CommandRow *row = command_resolve(argv, argc);
    if (!row) reply_error(reply, "ERR Invalid command specified");
    else if (!command_has_keys(row)) reply_error(reply, "ERR The command has no key arguments");
    else if (!command_arity_ok(row, argc))
        reply_error(reply, "ERR Invalid number of arguments specified for command");
    else if ((!command_keys(row, argv, argc, &keys, mem) || keys.count == 0) &&
             !(row->flags & CF_NO_MANDATORY_KEYS))
        reply_error(reply, "ERR Invalid arguments specified for command");
    else {
        sort_positions(&keys);
        reply_array(reply, keys.count);
        for (uint32_t i = 0; i < keys.count; i++) {
            if (with_flags) reply_array(reply, 2);
            reply_bulk(reply, argv[keys.items[i]]);
            if (with_flags)
                reply_words(reply, flags_of_key(row, argv, argc, keys.items[i]), AS_STATUS);
        }
    }
    array_deinit(mem, &keys);
}

static void command_getkeys(Request *request)
{
    getkeys(request, false);
}

static void command_getkeysandflags(Request *request)
{
    getkeys(request, true);
}

/* --- DOCS --- */

static void reply_docs(Reply *reply, const CommandRow *row, const char *group)
{
    uint32_t subs = count_subs(row);
    reply_bulk_text(reply, row->name);
    reply_map(reply, subs > 0 ? 2 : 1);
    reply_bulk_text(reply, "group");
    reply_bulk_text(reply, group);
    if (subs == 0) return;
    reply_bulk_text(reply, "subcommands");
    reply_map(reply, subs);
    for (uint32_t i = 0; i < subs; i++) reply_docs(reply, command_sub(row, i), group);
}

/* A sub-command's group is its container's. */
static const char *group_of(const CommandRow *row)
{
    Slice container = {row->name, command_container_size(row->name)};
    return command_find(container)->group;
}

static void command_docs(Request *request)
{
    Reply *reply = &request->client->reply;
    uint32_t mark = reply_mark(reply), count = 0;
    for (uint32_t i = 0; request->argc == 2 && i < command_count(); i++, count++)
        reply_docs(reply, command_at(i), command_at(i)->group);
    for (uint32_t i = 2; i < request->argc; i++) {
        const CommandRow *row = command_find(request->argv[i]);
        if (!row) continue;
        reply_docs(reply, row, group_of(row));
        count++;
    }
    reply_map_at(reply, mark, count);
}

const ServerBinding command_bindings[] = {
    {"command|count", command_number},
    {"command|docs", command_docs},
    {"command|getkeys", command_getkeys},
    {"command|getkeysandflags", command_getkeysandflags},
    {"command|help", help_reply},
    {"command|info", command_info},
    {"command|list", command_list},
    {"command", command_all},
    {NULL, NULL},
};
