/* cmd_zrange.c -- ranges of sorted sets, by rank, by score, by the members' bytes
 * (redis-server 7.0: t_zset.c, zrangeGenericCommand and around). Every range becomes a span of
 * ranks. */
#include "sim/store/cmd_zset.h"

#include "sim/base/assert.h"
#include "sim/store/number.h"

#include <string.h>

typedef enum RangeBy { BY_RANK, BY_SCORE, BY_LEX } RangeBy;

typedef struct ScoreBound {
    double score;
    bool exclusive;
} ScoreBound;

typedef struct LexBound {
    Slice bytes;
    bool exclusive;
    int infinite; /* -1, +1: before, after everything */
} LexBound;

typedef struct Span { /* ranks first.. of which there are count, lowest first */
    uint32_t first, count;
} Span;

/* --- bounds --- */

/* zslParseRange: strtod as it is, so that nothing at all is 0. */
static bool read_score_bound(Cmd *cmd, Slice text, ScoreBound *bound)
{
    bound->exclusive = text.size > 0 && text.chars[0] == '(';
    if (bound->exclusive) text = (Slice){text.chars + 1, text.size - 1};
    bound->score = 0;
    if (text.size == 0 || number_read_double(text, &bound->score)) return true;
    reply_error(cmd->reply, "ERR min or max is not a float");
    return false;
}

static bool read_lex_bound(Cmd *cmd, Slice text, LexBound *bound)
{
    *bound = (LexBound){0};
    char head = text.size > 0 ? text.chars[0] : '\0';
    if ((head == '-' || head == '+') && text.size == 1) bound->infinite = head == '-' ? -1 : 1;
    else if (head == '(' || head == '[') {
        bound->exclusive = head == '(';
        bound->bytes = (Slice){text.chars + 1, text.size - 1};
    } else {
        reply_error(cmd->reply, "ERR min or max not valid string range item");
        return false;
    }
    return true;
}

/* How many items stand before the bound; after == true: before what follows it. */
static uint32_t lex_place(const Zset *zset, const LexBound *bound, bool after)
{
    uint32_t low = 0, high = zset_count(zset);
    if (bound->infinite != 0) return bound->infinite < 0 ? 0 : high;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = slice_compare(zset_at(zset, middle).member, bound->bytes);
        if (order < 0 || (after && order == 0)) low = middle + 1;
        else high = middle;
    }
    return low;
}

static Span make_span(uint32_t first, uint32_t end)
{
    return (Span){first, end > first ? end - first : 0};
}

static Span score_span(const Zset *zset, const ScoreBound *min, const ScoreBound *max)
{
    return make_span(zset_lower(zset, min->score, !min->exclusive),
                     zset_lower(zset, max->score, max->exclusive));
}

static Span lex_span(const Zset *zset, const LexBound *min, const LexBound *max)
{
    return make_span(lex_place(zset, min, min->exclusive), lex_place(zset, max, !max->exclusive));
}

/* Positions counted from the end when negative; of the reversed order when `reverse`. */
static Span rank_span(const Zset *zset, int64_t start, int64_t stop, bool reverse)
{
    int64_t size = zset_count(zset);
    if (start < 0) start += size;
    if (stop < 0) stop += size;
    if (start < 0) start = 0;
    if (stop >= size) stop = size - 1;
    if (start > stop || start >= size) return (Span){0, 0};
    uint32_t count = (uint32_t)(stop - start + 1);
    return (Span){reverse ? (uint32_t)(size - 1 - stop) : (uint32_t)start, count};
}

/* The span of two arguments of this kind; min_at is the lower bound's. Empty when zset is NULL.
 * False after an error reply. */
static bool read_span(Cmd *cmd, const Zset *zset, RangeBy by, uint32_t min_at, uint32_t max_at,
                      bool reverse, Span *span)
{
    *span = (Span){0, 0};
    if (by == BY_RANK) {
        int64_t start, stop;
        if (!cmd_integer(cmd, min_at, &start) || !cmd_integer(cmd, max_at, &stop)) return false;
        if (zset) *span = rank_span(zset, start, stop, reverse);
    } else if (by == BY_SCORE) {
        ScoreBound min, max;
        if (!read_score_bound(cmd, cmd->argv[min_at], &min)) return false;
        if (!read_score_bound(cmd, cmd->argv[max_at], &max)) return false;
        if (zset) *span = score_span(zset, &min, &max);
    } else {
        LexBound min, max;
        if (!read_lex_bound(cmd, cmd->argv[min_at], &min)) return false;
        if (!read_lex_bound(cmd, cmd->argv[max_at], &max)) return false;
        if (zset) *span = lex_span(zset, &min, &max);
    }
    return true;
}

/* --- ZRANGE and its older forms --- */

typedef struct RangeOptions {
    RangeBy by;
    bool reverse, with_scores, store;
    bool has_limit;
    int64_t offset, limit;
    uint32_t key, min, max; /* arguments */
} RangeOptions;

/* What the name alone says. */
static RangeOptions options_of_name(const Cmd *cmd)
{
    const char *name = cmd->row->name;
    RangeOptions options = {.limit = -1, .key = 1, .min = 2, .max = 3};
    if (strstr(name, "byscore")) options.by = BY_SCORE;
    if (strstr(name, "bylex")) options.by = BY_LEX;
    options.reverse = strncmp(name, "zrev", 4) == 0;
    options.store = strcmp(name, "zrangestore") == 0;
    if (options.store)
        options = (RangeOptions){.limit = -1, .store = true, .key = 2, .min = 3, .max = 4};
    return options;
}

static bool read_limit(Cmd *cmd, uint32_t at, RangeOptions *options)
{
    options->has_limit = true;
    return cmd_integer(cmd, at + 1, &options->offset) && cmd_integer(cmd, at + 2, &options->limit);
}

static bool read_range_options(Cmd *cmd, RangeOptions *options)
{
    bool general = strcmp(cmd->row->name, "zrange") == 0 || options->store;
    for (uint32_t i = options->max + 1; i < cmd->argc; i++) {
        Slice word = cmd->argv[i];
        if (slice_is(word, "withscores") && !options->store) options->with_scores = true;
        else if (slice_is(word, "limit") && i + 2 < cmd->argc) {
            if (!read_limit(cmd, i, options)) return false;
            i += 2;
        } else if (general && slice_is(word, "rev")) options->reverse = true;
        else if (general && slice_is(word, "byscore") && options->by == BY_RANK)
            options->by = BY_SCORE;
        else if (general && slice_is(word, "bylex") && options->by == BY_RANK) options->by = BY_LEX;
        else {
            cmd_reply_syntax(cmd);
            return false;
        }
    }
    if (options->has_limit && options->by == BY_RANK && options->limit != -1) {
        reply_error(cmd->reply, "ERR syntax error, LIMIT is only supported in combination with "
                                "either BYSCORE or BYLEX");
        return false;
    }
    if (options->with_scores && options->by == BY_LEX) {
        reply_error(cmd->reply,
                    "ERR syntax error, WITHSCORES not supported in combination with BYLEX");
        return false;
    }
    return true;
}

/* LIMIT, seen from the end at which the reply begins. */
static Span apply_limit(Span span, const RangeOptions *options)
{
    if (!options->has_limit || options->by == BY_RANK) return span;
    if (options->offset < 0 || options->offset >= span.count) return (Span){0, 0};
    uint32_t rest = span.count - (uint32_t)options->offset;
    uint32_t count = options->limit < 0 || options->limit > rest ? rest : (uint32_t)options->limit;
    uint32_t skip = options->reverse ? rest - count : (uint32_t)options->offset;
    return (Span){span.first + skip, count};
}

static uint32_t rank_at(Span span, uint32_t i, bool reverse)
{
    return reverse ? span.first + span.count - 1 - i : span.first + i;
}

static void reply_span(Cmd *cmd, const Zset *zset, Span span, const RangeOptions *options)
{
    bool pairs = options->with_scores && cmd->reply->protocol == 3;
    reply_array(cmd->reply, options->with_scores && !pairs ? 2 * span.count : span.count);
    for (uint32_t i = 0; i < span.count; i++) {
        ZsetItem item = zset_at(zset, rank_at(span, i, options->reverse));
        if (pairs) reply_array(cmd->reply, 2);
        reply_bulk(cmd->reply, item.member);
        if (options->with_scores) zset_reply_score(cmd, item.score);
    }
}

static void store_span(Cmd *cmd, const Zset *zset, Span span)
{
    Zset *copy = zset_create(cmd->mem);
    for (uint32_t i = 0; i < span.count; i++) {
        ZsetItem item = zset_at(zset, span.first + i);
        zset_put(copy, item.member, item.score, cmd->mem);
    }
    reply_integer(cmd->reply, span.count);
    cmd_store(cmd, cmd->argv[1], (Value){.type = VALUE_ZSET, .u.zset = copy});
}

void cmd_zrange(Cmd *cmd)
{
    bool wrong;
    Span span;
    RangeOptions options = options_of_name(cmd);
    if (!read_range_options(cmd, &options)) return;
    const Key *key = keyspace_find(cmd->keys, cmd->argv[options.key]);
    bool swapped = options.reverse && options.by != BY_RANK; /* the upper bound comes first */
    const Zset *zset = key && key->value.type == VALUE_ZSET ? key->value.u.zset : NULL;
    if (!read_span(cmd, zset, options.by, swapped ? options.max : options.min,
                   swapped ? options.min : options.max, options.reverse, &span)) {
        return;
    }
    key = zset_find_key(cmd, cmd->argv[options.key], &wrong);
    if (wrong) return;
    if (!key) span.count = 0;
    span = apply_limit(span, &options);
    if (options.store) store_span(cmd, zset, span);
    else reply_span(cmd, zset, span, &options);
}

/* --- counting and removing --- */

void cmd_zcount(Cmd *cmd)
{
    bool wrong;
    Span span;
    const Key *key = keyspace_find(cmd->keys, cmd->argv[1]);
    const Zset *zset = key && key->value.type == VALUE_ZSET ? key->value.u.zset : NULL;
    RangeBy by = slice_is(cmd->argv[0], "zcount") ? BY_SCORE : BY_LEX;
    if (!read_span(cmd, zset, by, 2, 3, false, &span)) return;
    key = zset_find_key(cmd, cmd->argv[1], &wrong);
    if (!wrong) reply_integer(cmd->reply, key ? span.count : 0);
}

void cmd_zremrange(Cmd *cmd)
{
    bool wrong;
    Span span;
    const char *name = cmd->row->name;
    RangeBy by = strstr(name, "byscore") ? BY_SCORE : strstr(name, "bylex") ? BY_LEX : BY_RANK;
    const Key *found = keyspace_find(cmd->keys, cmd->argv[1]);
    const Zset *zset = found && found->value.type == VALUE_ZSET ? found->value.u.zset : NULL;
    if (!read_span(cmd, zset, by, 2, 3, false, &span)) return;
    Key *key = zset_find_key(cmd, cmd->argv[1], &wrong);
    if (wrong) return;
    if (!key) span.count = 0;
    for (uint32_t i = 0; i < span.count; i++) {
        zset_remove(key->value.u.zset, zset_at(key->value.u.zset, span.first).member, cmd->mem);
        cmd_changed(cmd, key);
    }
    if (key) cmd_drop_if_empty(cmd, key);
    reply_integer(cmd->reply, span.count);
}
