/* cmd_list.c -- commands on lists, the blocking ones included (redis-server 7.0: t_list.c). A
 * command that has to wait says so in cmd->block; sim/server runs it again when a key has come. */
#include "sim/store/command.h"
#include "sim/store/list.h"
#include "sim/store/timeout.h"

#include "sim/base/array.h"
#include "sim/base/assert.h"

#include <inttypes.h>
#include <stdio.h>

static Key *find_list(Cmd *cmd, Slice name, bool *wrong)
{
    return cmd_lookup_type(cmd, name, VALUE_LIST, wrong);
}

/* --- pushing and popping --- */

static ListEnd end_of_name(const Cmd *cmd)
{
    return (cmd->argv[0].chars[0] | 0x20) == 'l' ? LIST_HEAD : LIST_TAIL;
}

static void cmd_push(Cmd *cmd)
{
    bool wrong, only_existing = cmd->row->name[5] == 'x';
    Key *key = only_existing ? find_list(cmd, cmd->argv[1], &wrong)
                             : cmd_need_type(cmd, cmd->argv[1], VALUE_LIST);
    if (!key) {
        if (only_existing && !wrong) reply_integer(cmd->reply, 0);
        return;
    }
    for (uint32_t i = 2; i < cmd->argc; i++) {
        list_push(key->value.u.list, end_of_name(cmd), cmd->argv[i], cmd->mem);
        cmd_changed(cmd, key);
    }
    reply_integer(cmd->reply, list_count(key->value.u.list));
}

static void pop_many(Cmd *cmd, Key *key, ListEnd end, uint32_t count)
{
    reply_array(cmd->reply, count);
    for (uint32_t i = 0; i < count; i++) {
        Blob blob = list_pop(key->value.u.list, end);
        reply_bulk(cmd->reply, blob_slice(blob));
        blob_free(cmd->mem, &blob);
        cmd_changed(cmd, key);
    }
    cmd_drop_if_empty(cmd, key);
}

static void pop_one(Cmd *cmd, Key *key, ListEnd end)
{
    Blob blob = list_pop(key->value.u.list, end);
    reply_bulk(cmd->reply, blob_slice(blob));
    blob_free(cmd->mem, &blob);
    cmd_changed(cmd, key);
    cmd_drop_if_empty(cmd, key);
}

static void cmd_pop(Cmd *cmd)
{
    bool wrong;
    int64_t count = -1;
    if (cmd->argc > 3) {
        reply_error(cmd->reply, "ERR wrong number of arguments for '%s' command", cmd->row->name);
        return;
    }
    if (cmd->argc == 3 && !cmd_read_count(cmd, 2, &count)) return;
    Key *key = find_list(cmd, cmd->argv[1], &wrong);
    if (wrong) return;
    uint32_t size = key ? list_count(key->value.u.list) : 0;
    if (!key && count < 0) reply_null(cmd->reply);
    else if (!key) reply_null_array(cmd->reply);
    else if (count < 0) pop_one(cmd, key, end_of_name(cmd));
    else if (count == 0) reply_array(cmd->reply, 0);
    else pop_many(cmd, key, end_of_name(cmd), count < size ? (uint32_t)count : size);
}

/* --- looking --- */

static void cmd_llen(Cmd *cmd)
{
    bool wrong;
    const Key *key = find_list(cmd, cmd->argv[1], &wrong);
    if (!wrong) reply_integer(cmd->reply, key ? list_count(key->value.u.list) : 0);
}

static void cmd_lindex(Cmd *cmd)
{
    bool wrong;
    int64_t index;
    const Key *key = find_list(cmd, cmd->argv[1], &wrong);
    if (wrong) return;
    if (!key) {
        reply_null(cmd->reply);
        return;
    }
    if (!cmd_integer(cmd, 2, &index)) return;
    int64_t size = list_count(key->value.u.list);
    if (index < 0) index += size;
    if (index < 0 || index >= size) reply_null(cmd->reply);
    else reply_bulk(cmd->reply, list_at(key->value.u.list, (uint32_t)index));
}

/* Bounds with negative numbers counted from the end, cut to the list; false: nothing. */
static bool cut_range(int64_t size, int64_t *start, int64_t *stop)
{
    if (*start < 0) *start += size;
    if (*stop < 0) *stop += size;
    if (*start < 0) *start = 0;
    if (*stop >= size) *stop = size - 1;
    return *start <= *stop && *start < size;
}

static void cmd_lrange(Cmd *cmd)
{
    bool wrong;
    int64_t start, stop;
    if (!cmd_integer(cmd, 2, &start) || !cmd_integer(cmd, 3, &stop)) return;
    const Key *key = find_list(cmd, cmd->argv[1], &wrong);
    if (wrong) return;
    if (!key || !cut_range(list_count(key->value.u.list), &start, &stop)) {
        reply_array(cmd->reply, 0);
        return;
    }
    reply_array(cmd->reply, (uint32_t)(stop - start + 1));
    for (int64_t i = start; i <= stop; i++)
        reply_bulk(cmd->reply, list_at(key->value.u.list, (uint32_t)i));
}

typedef struct PosOptions {
    int64_t rank, count, maxlen;
    bool has_count;
} PosOptions;

static bool read_pos_options(Cmd *cmd, PosOptions *options)
{
    *options = (PosOptions){.rank = 1};
    for (uint32_t i = 3; i < cmd->argc; i += 2) {
        bool has_value = i + 1 < cmd->argc;
        if (has_value && slice_is(cmd->argv[i], "rank")) {
            if (!cmd_integer(cmd, i + 1, &options->rank)) return false;
            if (options->rank == 0 || options->rank == INT64_MIN) {
                reply_error(
                    cmd->reply,
                    "ERR RANK can't be zero: use 1 to start from the first match, 2 from the "
                    "second ... or use negative to start from the end of the list");
                return false;
            }
        } else if (has_value && slice_is(cmd->argv[i], "count")) {
            if (!slice_integer(cmd->argv[i + 1], &options->count) || options->count < 0) {
                reply_error(cmd->reply, "ERR COUNT can't be negative");
                return false;
            }
            options->has_count = true;
        } else if (has_value && slice_is(cmd->argv[i], "maxlen")) {
            if (!slice_integer(cmd->argv[i + 1], &options->maxlen) || options->maxlen < 0) {
                reply_error(cmd->reply, "ERR MAXLEN can't be negative");
                return false;
            }
        } else {
            cmd_reply_syntax(cmd);
            return false;
        }
    }
    return true;
}

static void cmd_lpos(Cmd *cmd)
{
    bool wrong;
    PosOptions options;
    if (!read_pos_options(cmd, &options)) return;
    const Key *key = find_list(cmd, cmd->argv[1], &wrong);
    if (wrong) return;
    uint32_t size = key ? list_count(key->value.u.list) : 0, mark = reply_mark(cmd->reply),
             found = 0;
    bool backwards = options.rank < 0;
    int64_t skip = (backwards ? -options.rank : options.rank) - 1;
    uint32_t looks = options.maxlen > 0 && options.maxlen < size ? (uint32_t)options.maxlen : size;
    for (uint32_t i = 0; i < looks; i++) {
        uint32_t index = backwards ? size - 1 - i : i;
        if (!slice_equal(list_at(key->value.u.list, index), cmd->argv[2]) || skip-- > 0) continue;
        reply_integer(cmd->reply, index);
        found++;
        if (!options.has_count || (options.count > 0 && found == options.count)) break;
    }
    if (options.has_count) reply_array_at(cmd->reply, mark, found);
    else if (found == 0) reply_null(cmd->reply);
}

/* --- changing in the middle --- */

static void cmd_lset(Cmd *cmd)
{
    bool wrong;
    int64_t index;
    Key *key = find_list(cmd, cmd->argv[1], &wrong);
    if (wrong) return;
    if (!key) {
        reply_error(cmd->reply, "ERR no such key");
        return;
    }
    if (!cmd_integer(cmd, 2, &index)) return;
    int64_t size = list_count(key->value.u.list);
    if (index < 0) index += size;
    if (index < 0 || index >= size) {
        reply_error(cmd->reply, "ERR index out of range");
        return;
    }
    list_set(key->value.u.list, (uint32_t)index, cmd->argv[3], cmd->mem);
    cmd_changed(cmd, key);
    reply_status(cmd->reply, "OK");
}

static void cmd_linsert(Cmd *cmd)
{
    bool wrong, before = slice_is(cmd->argv[2], "before");
    if (!before && !slice_is(cmd->argv[2], "after")) {
        cmd_reply_syntax(cmd);
        return;
    }
    Key *key = find_list(cmd, cmd->argv[1], &wrong);
    if (wrong) return;
    if (!key) {
        reply_integer(cmd->reply, 0);
        return;
    }
    for (uint32_t i = 0; i < list_count(key->value.u.list); i++) {
        if (!slice_equal(list_at(key->value.u.list, i), cmd->argv[3])) continue;
        list_insert(key->value.u.list, before ? i : i + 1, cmd->argv[4], cmd->mem);
        cmd_changed(cmd, key);
        reply_integer(cmd->reply, list_count(key->value.u.list));
        return;
    }
    reply_integer(cmd->reply, -1);
}

static void cmd_lrem(Cmd *cmd)
{
    bool wrong;
    int64_t count, removed = 0;
    if (!cmd_integer(cmd, 2, &count)) return;
    Key *key = find_list(cmd, cmd->argv[1], &wrong);
    if (wrong) return;
    List *list = key ? key->value.u.list : NULL;
    uint64_t wanted = count < 0 ? 0 - (uint64_t)count : (uint64_t)count; /* 0: all */
    uint32_t i = count < 0 && list ? list_count(list) : 0;
    while (list && (count < 0 ? i > 0 : i < list_count(list))) {
        uint32_t index = count < 0 ? i - 1 : i;
        if (slice_equal(list_at(list, index), cmd->argv[3])) {
            list_remove(list, index, cmd->mem);
            cmd_changed(cmd, key);
            removed++;
            if (count < 0) i--;
            if (wanted && (uint64_t)removed == wanted) break;
        } else {
            i = count < 0 ? i - 1 : i + 1;
        }
    }
    if (key) cmd_drop_if_empty(cmd, key);
    reply_integer(cmd->reply, removed);
}

static void cmd_ltrim(Cmd *cmd)
{
    bool wrong;
    int64_t start, stop;
    if (!cmd_integer(cmd, 2, &start) || !cmd_integer(cmd, 3, &stop)) return;
    Key *key = find_list(cmd, cmd->argv[1], &wrong);
    if (wrong) return;
    if (key) {
        bool some = cut_range(list_count(key->value.u.list), &start, &stop);
        list_trim(key->value.u.list, some ? (uint32_t)start : 0,
                  some ? (uint32_t)(stop - start + 1) : 0, cmd->mem);
        cmd_changed(cmd, key);
        cmd_drop_if_empty(cmd, key);
    }
    reply_status(cmd->reply, "OK");
}

/* --- from list to list --- */

static bool read_end(Cmd *cmd, Slice word, ListEnd *end)
{
    *end = slice_is(word, "left") ? LIST_HEAD : LIST_TAIL;
    if (slice_is(word, "left") || slice_is(word, "right")) return true;
    cmd_reply_syntax(cmd);
    return false;
}

/* Moves one element and replies it; the source is a list with something in it. */
static void move_element(Cmd *cmd, Key *from, Slice to_name, ListEnd from_end, ListEnd to_end)
{
    Key *to = cmd_need_type(cmd, to_name, VALUE_LIST);
    if (!to) return; /* WRONGTYPE */
    Blob blob = list_pop(from->value.u.list, from_end);
    list_push(to->value.u.list, to_end, blob_slice(blob), cmd->mem);
    reply_bulk(cmd->reply, blob_slice(blob));
    Slice words[] = {slice_of("LMOVE"), cmd->argv[1], to_name,
                     slice_of(from_end == LIST_HEAD ? "LEFT" : "RIGHT"),
                     slice_of(to_end == LIST_HEAD ? "LEFT" : "RIGHT")};
    cmd_propagate(cmd, words, 5);
    blob_free(cmd->mem, &blob);
    cmd_changed(cmd, from);
    cmd_changed(cmd, to);
    cmd_drop_if_empty(cmd, from);
}

/* LMOVE, RPOPLPUSH and their blocking forms. */
static void cmd_lmove(Cmd *cmd)
{
    ListEnd from_end = LIST_TAIL, to_end = LIST_HEAD;
    uint64_t until_ms = 0;
    bool wrong, blocking = cmd->row->name[0] == 'b', named = cmd->row->arity > 4;
    if (named && (!read_end(cmd, cmd->argv[3], &from_end) || !read_end(cmd, cmd->argv[4], &to_end)))
        return;
    if (blocking && !timeout_read(cmd, cmd->argc - 1, &until_ms)) return;
    Key *from = find_list(cmd, cmd->argv[1], &wrong);
    if (wrong) return;
    if (from) move_element(cmd, from, cmd->argv[2], from_end, to_end);
    else if (blocking && !cmd->in_multi) cmd_wait(cmd, 1, 1, until_ms);
    else reply_null(cmd->reply);
}

/* BLPOP, BRPOP: the first list that has something. */
static void cmd_bpop(Cmd *cmd)
{
    uint64_t until_ms;
    ListEnd end = cmd->row->name[1] == 'l' ? LIST_HEAD : LIST_TAIL;
    if (!timeout_read(cmd, cmd->argc - 1, &until_ms)) return;
    for (uint32_t i = 1; i + 1 < cmd->argc; i++) {
        bool wrong;
        Key *key = find_list(cmd, cmd->argv[i], &wrong);
        if (wrong) return;
        if (!key) continue;
        Slice words[] = {slice_of(end == LIST_HEAD ? "LPOP" : "RPOP"), cmd->argv[i]};
        cmd_propagate(cmd, words, 2);
        reply_array(cmd->reply, 2);
        reply_bulk(cmd->reply, cmd->argv[i]);
        pop_one(cmd, key, end);
        return;
    }
    if (cmd->in_multi) reply_null_array(cmd->reply);
    else cmd_wait(cmd, 1, cmd->argc - 2, until_ms);
}

/* --- LMPOP, BLMPOP --- */

static void mpop_from(Cmd *cmd, Key *key, Slice name, ListEnd end, int64_t count)
{
    char digits[24];
    uint32_t size = list_count(key->value.u.list), taken = count < size ? (uint32_t)count : size;
    snprintf(digits, sizeof(digits), "%" PRIu32, taken);
    Slice words[] = {slice_of(end == LIST_HEAD ? "LPOP" : "RPOP"), name, slice_of(digits)};
    cmd_propagate(cmd, words, 3);
    reply_array(cmd->reply, 2);
    reply_bulk(cmd->reply, name);
    pop_many(cmd, key, end, taken);
}

static void cmd_lmpop(Cmd *cmd)
{
    MultiPop pop;
    uint64_t until_ms = 0;
    bool blocking = cmd->row->name[0] == 'b';
    if (blocking && !timeout_read(cmd, 1, &until_ms)) return;
    if (!cmd_read_multi_pop(cmd, blocking ? 2 : 1, "left", "right", &pop)) return;
    for (uint32_t i = 0; i < pop.keys; i++) {
        bool wrong;
        Slice name = cmd->argv[pop.first_key + i];
        Key *key = find_list(cmd, name, &wrong);
        if (wrong) return;
        if (!key) continue;
        mpop_from(cmd, key, name, pop.second ? LIST_TAIL : LIST_HEAD, pop.count);
        return;
    }
    if (blocking && !cmd->in_multi) cmd_wait(cmd, pop.first_key, pop.keys, until_ms);
    else reply_null_array(cmd->reply);
}

const CommandBinding cmd_list_bindings[] = {
    {"blmove", cmd_lmove},
    {"blmpop", cmd_lmpop},
    {"blpop", cmd_bpop},
    {"brpop", cmd_bpop},
    {"brpoplpush", cmd_lmove},
    {"lindex", cmd_lindex},
    {"linsert", cmd_linsert},
    {"llen", cmd_llen},
    {"lmove", cmd_lmove},
    {"lmpop", cmd_lmpop},
    {"lpop", cmd_pop},
    {"lpos", cmd_lpos},
    {"lpush", cmd_push},
    {"lpushx", cmd_push},
    {"lrange", cmd_lrange},
    {"lrem", cmd_lrem},
    {"lset", cmd_lset},
    {"ltrim", cmd_ltrim},
    {"rpop", cmd_pop},
    {"rpoplpush", cmd_lmove},
    {"rpush", cmd_push},
    {"rpushx", cmd_push},
    {NULL, NULL},
};
