/* cmd_zset.c -- commands on the members of sorted sets (redis-server 7.0: t_zset.c). */
#include "sim/store/cmd_zset.h"

#include "sim/base/assert.h"
#include "sim/store/glob.h"
#include "sim/store/number.h"
#include "sim/store/scan.h"
#include "sim/store/timeout.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

Key *zset_find_key(Cmd *cmd, Slice name, bool *wrong)
{
    return cmd_lookup_type(cmd, name, VALUE_ZSET, wrong);
}

void zset_reply_score(Cmd *cmd, double score)
{
    Text digits = {.mem = cmd->mem};
    number_append_double(&digits, score);
    reply_double_text(cmd->reply, text_chars(&digits));
    text_deinit(&digits);
}

static bool read_score(Cmd *cmd, Slice text, double *score)
{
    if (number_read_double(text, score)) return true;
    reply_error(cmd->reply, "ERR value is not a valid float");
    return false;
}

/* --- ZADD, ZINCRBY --- */

typedef struct AddOptions {
    bool nx, xx, gt, lt, ch, incr;
    uint32_t first; /* argument of the first score */
} AddOptions;

static bool read_add_options(Cmd *cmd, AddOptions *options)
{
    uint32_t i = 2;
    for (; i < cmd->argc; i++) {
        if (slice_is(cmd->argv[i], "nx")) options->nx = true;
        else if (slice_is(cmd->argv[i], "xx")) options->xx = true;
        else if (slice_is(cmd->argv[i], "gt")) options->gt = true;
        else if (slice_is(cmd->argv[i], "lt")) options->lt = true;
        else if (slice_is(cmd->argv[i], "ch")) options->ch = true;
        else if (slice_is(cmd->argv[i], "incr")) options->incr = true;
        else break;
    }
    options->first = i;
    uint32_t rest = cmd->argc - i;
    if (rest == 0 || rest % 2 == 1) {
        cmd_reply_syntax(cmd);
        return false;
    }
    const char *wrong = NULL;
    if (options->nx && options->xx)
        wrong = "ERR XX and NX options at the same time are not compatible";
    else if ((options->gt && options->lt) || (options->nx && (options->gt || options->lt))) {
        wrong = "ERR GT, LT, and/or NX options at the same time are not compatible";
    } else if (options->incr && rest > 2) {
        wrong = "ERR INCR option supports a single increment-element pair";
    }
    if (wrong) reply_error(cmd->reply, "%s", wrong);
    return wrong == NULL;
}

typedef enum AddResult { ADD_NOTHING, ADD_ADDED, ADD_UPDATED, ADD_NAN } AddResult;

/* zsetAdd: one member under the options; *score becomes the new one. */
static AddResult add_member(Cmd *cmd, Zset *zset, Slice member, const AddOptions *options,
                            double *score)
{
    double old;
    if (!zset_score(zset, member, &old)) {
        if (options->xx) return ADD_NOTHING;
        zset_put(zset, member, *score, cmd->mem);
        return ADD_ADDED;
    }
    if (options->nx) return ADD_NOTHING;
    if (options->incr) *score = old + *score;
    if (isnan(*score)) return ADD_NAN;
    if ((options->lt && *score >= old) || (options->gt && *score <= old)) return ADD_NOTHING;
    if (!(*score < old || *score > old)) return ADD_UPDATED; /* the same: nothing moves */
    zset_put(zset, member, *score, cmd->mem);
    return ADD_UPDATED;
}

static bool check_scores(Cmd *cmd, uint32_t first)
{
    double score;
    for (uint32_t i = first; i < cmd->argc; i += 2) {
        if (!read_score(cmd, cmd->argv[i], &score)) return false;
    }
    return true;
}

static void add_all(Cmd *cmd, const AddOptions *options)
{
    bool wrong;
    int64_t added = 0, updated = 0;
    double score = 0;
    AddResult result = ADD_NOTHING;
    if (!check_scores(cmd, options->first)) return;
    Key *key = zset_find_key(cmd, cmd->argv[1], &wrong);
    if (wrong) return;
    if (!key && options->xx) {
        if (options->incr) reply_null(cmd->reply);
        else reply_integer(cmd->reply, 0);
        return;
    }
    key = cmd_need_type(cmd, cmd->argv[1], VALUE_ZSET);
    for (uint32_t i = options->first; i < cmd->argc; i += 2) {
        double old = 0;
        number_read_double(cmd->argv[i], &score);
        bool had = zset_score(key->value.u.zset, cmd->argv[i + 1], &old);
        result = add_member(cmd, key->value.u.zset, cmd->argv[i + 1], options, &score);
        bool moved = result == ADD_UPDATED && had && (score < old || score > old);
        added += result == ADD_ADDED;
        updated += moved;
        if (result == ADD_ADDED || moved) cmd_changed(cmd, key);
    }
    cmd_drop_if_empty(cmd, key);
    if (result == ADD_NAN) reply_error(cmd->reply, "ERR resulting score is not a number (NaN)");
    else if (options->incr && result == ADD_NOTHING) reply_null(cmd->reply);
    else if (options->incr) zset_reply_score(cmd, score);
    else reply_integer(cmd->reply, options->ch ? added + updated : added);
}

static void cmd_zadd(Cmd *cmd)
{
    AddOptions options = {0};
    if (read_add_options(cmd, &options)) add_all(cmd, &options);
}

static void cmd_zincrby(Cmd *cmd)
{
    AddOptions options = {.incr = true, .first = 2};
    add_all(cmd, &options);
}

/* --- members --- */

static void cmd_zrem(Cmd *cmd)
{
    cmd_remove_members(cmd, VALUE_ZSET);
}

static void cmd_zcard(Cmd *cmd)
{
    bool wrong;
    const Key *key = zset_find_key(cmd, cmd->argv[1], &wrong);
    if (!wrong) reply_integer(cmd->reply, key ? zset_count(key->value.u.zset) : 0);
}

static void reply_score_of(Cmd *cmd, const Key *key, Slice member)
{
    double score;
    if (key && zset_score(key->value.u.zset, member, &score)) zset_reply_score(cmd, score);
    else reply_null(cmd->reply);
}

static void cmd_zscore(Cmd *cmd)
{
    bool wrong;
    const Key *key = zset_find_key(cmd, cmd->argv[1], &wrong);
    if (!wrong) reply_score_of(cmd, key, cmd->argv[2]);
}

static void cmd_zmscore(Cmd *cmd)
{
    bool wrong;
    const Key *key = zset_find_key(cmd, cmd->argv[1], &wrong);
    if (wrong) return;
    reply_array(cmd->reply, cmd->argc - 2);
    for (uint32_t i = 2; i < cmd->argc; i++) reply_score_of(cmd, key, cmd->argv[i]);
}

static void cmd_zrank(Cmd *cmd)
{
    bool wrong, reverse = slice_is(cmd->argv[0], "zrevrank");
    uint32_t rank;
    const Key *key = zset_find_key(cmd, cmd->argv[1], &wrong);
    if (wrong) return;
    if (!key || !zset_rank(key->value.u.zset, cmd->argv[2], &rank)) {
        reply_null(cmd->reply);
        return;
    }
    reply_integer(cmd->reply, reverse ? zset_count(key->value.u.zset) - 1 - rank : rank);
}

/* --- popping --- */

typedef enum PopShape { POP_FLAT, POP_NESTED } PopShape;

/* Takes the lowest or highest out: "member score" flat, or each a pair of its own. */
static void pop_members(Cmd *cmd, Key *key, uint32_t count, bool highest, PopShape shape)
{
    Zset *zset = key->value.u.zset;
    bool nested = shape == POP_NESTED || (cmd->reply->protocol == 3 && cmd->argc > 2);
    reply_array(cmd->reply, nested ? count : 2 * count);
    for (uint32_t i = 0; i < count; i++) {
        ZsetItem item = zset_at(zset, highest ? zset_count(zset) - 1 : 0);
        if (nested) reply_array(cmd->reply, 2);
        reply_bulk(cmd->reply, item.member);
        zset_reply_score(cmd, item.score);
        zset_remove(zset, item.member, cmd->mem);
        cmd_changed(cmd, key);
    }
    cmd_drop_if_empty(cmd, key);
}

static void cmd_zpop(Cmd *cmd)
{
    bool wrong, highest = cmd->row->name[5] == 'a'; /* zpopmax */
    int64_t count = 1;
    if (cmd->argc > 3) {
        cmd_reply_syntax(cmd);
        return;
    }
    if (cmd->argc == 3 && !cmd_read_count(cmd, 2, &count)) return;
    Key *key = zset_find_key(cmd, cmd->argv[1], &wrong);
    if (wrong) return;
    uint32_t size = key ? zset_count(key->value.u.zset) : 0;
    uint32_t taken = count < size ? (uint32_t)count : size;
    if (taken == 0) reply_array(cmd->reply, 0);
    else pop_members(cmd, key, taken, highest, POP_FLAT);
}

static void cmd_bzpop(Cmd *cmd)
{
    uint64_t until_ms;
    bool highest = cmd->row->name[6] == 'a'; /* bzpopmax */
    if (!timeout_read(cmd, cmd->argc - 1, &until_ms)) return;
    for (uint32_t i = 1; i + 1 < cmd->argc; i++) {
        bool wrong;
        Key *key = zset_find_key(cmd, cmd->argv[i], &wrong);
        if (wrong) return;
        if (!key) continue;
        Slice words[] = {slice_of(highest ? "ZPOPMAX" : "ZPOPMIN"), cmd->argv[i]};
        ZsetItem item = zset_at(key->value.u.zset, highest ? zset_count(key->value.u.zset) - 1 : 0);
        cmd_propagate(cmd, words, 2);
        reply_array(cmd->reply, 3);
        reply_bulk(cmd->reply, cmd->argv[i]);
        reply_bulk(cmd->reply, item.member);
        zset_reply_score(cmd, item.score);
        zset_remove(key->value.u.zset, item.member, cmd->mem);
        cmd_changed(cmd, key);
        cmd_drop_if_empty(cmd, key);
        return;
    }
    if (cmd->in_multi) reply_null_array(cmd->reply);
    else cmd_wait(cmd, 1, cmd->argc - 2, until_ms);
}

static void cmd_zmpop(Cmd *cmd)
{
    MultiPop pop;
    uint64_t until_ms = 0;
    bool blocking = cmd->row->name[0] == 'b';
    if (blocking && !timeout_read(cmd, 1, &until_ms)) return;
    if (!cmd_read_multi_pop(cmd, blocking ? 2 : 1, "min", "max", &pop)) return;
    for (uint32_t i = 0; i < pop.keys; i++) {
        bool wrong;
        char digits[24];
        Slice name = cmd->argv[pop.first_key + i];
        Key *key = zset_find_key(cmd, name, &wrong);
        if (wrong) return;
        if (!key) continue;
        uint32_t size = zset_count(key->value.u.zset),
                 taken = pop.count < size ? (uint32_t)pop.count : size;
        snprintf(digits, sizeof(digits), "%" PRIu32, taken);
        Slice words[] = {slice_of(pop.second ? "ZPOPMAX" : "ZPOPMIN"), name, slice_of(digits)};
        cmd_propagate(cmd, words, 3);
        reply_array(cmd->reply, 2);
        reply_bulk(cmd->reply, name);
        pop_members(cmd, key, taken, pop.second, POP_NESTED);
        return;
    }
    if (blocking && !cmd->in_multi) cmd_wait(cmd, pop.first_key, pop.keys, until_ms);
    else reply_null_array(cmd->reply);
}

/* --- chance and walks --- */

static void reply_item(Cmd *cmd, const Zset *zset, uint32_t rank, bool with_scores)
{
    ZsetItem item = zset_at(zset, rank);
    if (with_scores && cmd->reply->protocol == 3) reply_array(cmd->reply, 2);
    reply_bulk(cmd->reply, item.member);
    if (with_scores) zset_reply_score(cmd, item.score);
}

static void random_members(Cmd *cmd, const Zset *zset, int64_t count, bool with_scores)
{
    uint32_t size = zset ? zset_count(zset) : 0;
    uint32_t wanted = count < 0 ? (uint32_t)-count : count < (int64_t)size ? (uint32_t)count : size;
    if (size == 0) wanted = 0;
    reply_array(cmd->reply, with_scores && cmd->reply->protocol == 2 ? 2 * wanted : wanted);
    uint32_t *picked = mem_alloc(cmd->mem, wanted * sizeof(*picked));
    if (count > 0) random_picks(cmd->rng, size, wanted, picked);
    for (uint32_t i = 0; i < wanted; i++) {
        reply_item(cmd, zset, count < 0 ? rng_below(cmd->rng, size) : picked[i], with_scores);
    }
    mem_free(cmd->mem, picked, wanted * sizeof(*picked));
}

static void cmd_zrandmember(Cmd *cmd)
{
    bool wrong;
    int64_t count = 1;
    bool with_scores = cmd->argc == 4 && slice_is(cmd->argv[3], "withscores");
    if (cmd->argc > 4 || (cmd->argc == 4 && !with_scores)) {
        cmd_reply_syntax(cmd);
        return;
    }
    if (cmd->argc > 2 && !cmd_integer(cmd, 2, &count)) return;
    if (!random_count_ok(cmd, count, with_scores)) return;
    const Key *key = zset_find_key(cmd, cmd->argv[1], &wrong);
    if (wrong) return;
    const Zset *zset = key ? key->value.u.zset : NULL;
    if (cmd->argc > 2) random_members(cmd, zset, count, with_scores);
    else if (zset)
        reply_bulk(cmd->reply, zset_at(zset, rng_below(cmd->rng, zset_count(zset))).member);
    else reply_null(cmd->reply);
}

static void cmd_zscan(Cmd *cmd)
{
    bool wrong;
    uint32_t given = 0;
    ScanOptions options;
    if (!scan_read_cursor(cmd, 2, &options)) return;
    const Key *key = zset_find_key(cmd, cmd->argv[1], &wrong);
    if (wrong || (key && !scan_read_options(cmd, 2, &options))) return;
    uint32_t count = key && options.cursor == 0 ? zset_count(key->value.u.zset) : 0;
    reply_array(cmd->reply, 2);
    reply_bulk_text(cmd->reply, "0");
    uint32_t mark = reply_mark(cmd->reply);
    for (uint32_t i = 0; i < count; i++) {
        Text digits = {.mem = cmd->mem};
        ZsetItem item = zset_at(key->value.u.zset, i);
        if (options.has_pattern && !glob_matches(options.pattern, item.member)) continue;
        number_append_double(&digits, item.score);
        reply_bulk(cmd->reply, item.member);
        reply_bulk_text(cmd->reply, text_chars(&digits));
        text_deinit(&digits);
        given += 2;
    }
    reply_array_at(cmd->reply, mark, given);
}

const CommandBinding cmd_zset_bindings[] = {
    {"bzmpop", cmd_zmpop},
    {"bzpopmax", cmd_bzpop},
    {"bzpopmin", cmd_bzpop},
    {"zadd", cmd_zadd},
    {"zcard", cmd_zcard},
    {"zcount", cmd_zcount},
    {"zdiff", cmd_zcombine},
    {"zdiffstore", cmd_zcombine_store},
    {"zincrby", cmd_zincrby},
    {"zinter", cmd_zcombine},
    {"zintercard", cmd_zintercard},
    {"zinterstore", cmd_zcombine_store},
    {"zlexcount", cmd_zcount},
    {"zmpop", cmd_zmpop},
    {"zmscore", cmd_zmscore},
    {"zpopmax", cmd_zpop},
    {"zpopmin", cmd_zpop},
    {"zrandmember", cmd_zrandmember},
    {"zrange", cmd_zrange},
    {"zrangebylex", cmd_zrange},
    {"zrangebyscore", cmd_zrange},
    {"zrangestore", cmd_zrange},
    {"zrank", cmd_zrank},
    {"zrem", cmd_zrem},
    {"zremrangebylex", cmd_zremrange},
    {"zremrangebyrank", cmd_zremrange},
    {"zremrangebyscore", cmd_zremrange},
    {"zrevrange", cmd_zrange},
    {"zrevrangebylex", cmd_zrange},
    {"zrevrangebyscore", cmd_zrange},
    {"zrevrank", cmd_zrank},
    {"zscan", cmd_zscan},
    {"zscore", cmd_zscore},
    {"zunion", cmd_zcombine},
    {"zunionstore", cmd_zcombine_store},
    {NULL, NULL},
};
