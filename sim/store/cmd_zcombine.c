/* cmd_zcombine.c -- unions, intersections and differences of sorted sets and sets
 * (redis-server 7.0: t_zset.c, zunionInterDiffGenericCommand). */
#include "sim/store/cmd_zset.h"

#include "sim/base/assert.h"
#include "sim/store/dict.h"
#include "sim/store/number.h"

#include <math.h>
#include <string.h>

typedef enum Aggregate { AGGREGATE_SUM, AGGREGATE_MIN, AGGREGATE_MAX } Aggregate;

typedef struct Source { /* a sorted set, a set (scores 1), or nothing */
    const Zset *zset;
    const Dict *set;
    double weight;
} Source;

typedef enum CombineForm { COMBINE_REPLY, COMBINE_STORE, COMBINE_COUNT } CombineForm;

typedef struct Combination {
    char operation; /* 'u', 'i', 'd' */
    Aggregate aggregate;
    bool with_scores;
    int64_t limit; /* of ZINTERCARD; 0 none */
    ARRAY_OF(Source) sources;
} Combination;

/* --- reading --- */

static bool read_source(Cmd *cmd, Slice name, Source *source)
{
    cmd->looks_up = true; /* lookupKeyRead, ZUNIONSTORE and its kin included */
    const Key *key = cmd_lookup(cmd, name);
    *source = (Source){.weight = 1};
    if (!key) return true;
    if (key->value.type == VALUE_ZSET) source->zset = key->value.u.zset;
    else if (key->value.type == VALUE_SET) source->set = key->value.u.set;
    else cmd_reply_wrongtype(cmd);
    return source->zset || source->set;
}

static bool read_weights(Cmd *cmd, uint32_t at, Combination *combination)
{
    for (uint32_t i = 0; i < combination->sources.count; i++) {
        if (number_read_double(cmd->argv[at + i], &combination->sources.items[i].weight)) continue;
        reply_error(cmd->reply, "ERR weight value is not a float");
        return false;
    }
    return true;
}

static bool read_aggregate(Slice word, Aggregate *aggregate)
{
    if (slice_is(word, "sum")) *aggregate = AGGREGATE_SUM;
    else if (slice_is(word, "min")) *aggregate = AGGREGATE_MIN;
    else if (slice_is(word, "max")) *aggregate = AGGREGATE_MAX;
    else return false;
    return true;
}

static bool read_limit(Cmd *cmd, uint32_t at, Combination *combination)
{
    if (slice_integer(cmd->argv[at], &combination->limit) && combination->limit >= 0) return true;
    reply_error(cmd->reply, "ERR LIMIT can't be negative");
    return false;
}

static bool read_options(Cmd *cmd, uint32_t i, CombineForm form, Combination *combination)
{
    uint32_t count = combination->sources.count;
    bool weighs = combination->operation != 'd' && form != COMBINE_COUNT;
    while (i < cmd->argc) {
        uint32_t rest = cmd->argc - i - 1;
        if (weighs && slice_is(cmd->argv[i], "weights") && rest >= count) {
            if (!read_weights(cmd, i + 1, combination)) return false;
            i += 1 + count;
        } else if (weighs && slice_is(cmd->argv[i], "aggregate") && rest >= 1 &&
                   read_aggregate(cmd->argv[i + 1], &combination->aggregate)) {
            i += 2;
        } else if (form == COMBINE_COUNT && rest >= 1 && slice_is(cmd->argv[i], "limit")) {
            if (!read_limit(cmd, i + 1, combination)) return false;
            i += 2;
        } else if (form == COMBINE_REPLY && slice_is(cmd->argv[i], "withscores")) {
            combination->with_scores = true;
            i++;
        } else {
            cmd_reply_syntax(cmd);
            return false;
        }
    }
    return true;
}

/* numkeys is argument `at`; false after an error reply. */
static bool read_combination(Cmd *cmd, uint32_t at, CombineForm form, Combination *combination)
{
    int64_t count;
    combination->operation = cmd->row->name[1];
    if (!cmd_integer(cmd, at, &count)) return false;
    if (count < 1) {
        reply_error(cmd->reply, "ERR at least 1 input key is needed for '%s' command",
                    cmd->row->name);
        return false;
    }
    if (count > (int64_t)(cmd->argc - at - 1)) {
        cmd_reply_syntax(cmd);
        return false;
    }
    for (uint32_t i = 0; i < (uint32_t)count; i++) {
        Source source;
        if (!read_source(cmd, cmd->argv[at + 1 + i], &source)) return false;
        array_push(cmd->mem, &combination->sources, source);
    }
    return read_options(cmd, at + 1 + (uint32_t)count, form, combination);
}

/* --- combining --- */

static uint32_t source_count(const Source *source)
{
    return source->zset ? zset_count(source->zset) : source->set ? dict_count(source->set) : 0;
}

static bool source_has(const Source *source, Slice member, double *score)
{
    *score = 1;
    if (source->zset) return zset_score(source->zset, member, score);
    return source->set && dict_find(source->set, member);
}

static ZsetItem source_at(const Source *source, uint32_t index)
{
    if (source->zset) return zset_at(source->zset, index);
    return (ZsetItem){1, blob_slice(dict_at(source->set, index)->field)};
}

/* Infinity times 0 and infinity minus infinity are 0, as in redis-server. */
static double weighted(double score, double weight)
{
    double product = score * weight;
    return isnan(product) ? 0 : product;
}

static double aggregated(Aggregate aggregate, double a, double b)
{
    if (aggregate == AGGREGATE_MIN) return a < b ? a : b;
    if (aggregate == AGGREGATE_MAX) return a > b ? a : b;
    double sum = a + b;
    return isnan(sum) ? 0 : sum;
}

static void add_union(Cmd *cmd, const Combination *combination, Zset *result)
{
    for (uint32_t s = 0; s < combination->sources.count; s++) {
        const Source *source = &combination->sources.items[s];
        for (uint32_t i = 0; i < source_count(source); i++) {
            double old;
            ZsetItem item = source_at(source, i);
            double score = weighted(item.score, source->weight);
            if (zset_score(result, item.member, &old))
                score = aggregated(combination->aggregate, old, score);
            zset_put(result, item.member, score, cmd->mem);
        }
    }
}

/* Intersection or difference: members of the first source, judged by the others. */
static void add_judged(Cmd *cmd, const Combination *combination, Zset *result)
{
    const Source *first = &combination->sources.items[0];
    bool inter = combination->operation == 'i';
    for (uint32_t i = 0; i < source_count(first); i++) {
        ZsetItem item = source_at(first, i);
        double score = inter ? weighted(item.score, first->weight) : item.score;
        bool taken = true;
        for (uint32_t s = 1; s < combination->sources.count && taken; s++) {
            double other;
            const Source *source = &combination->sources.items[s];
            taken = source_has(source, item.member, &other) == inter;
            if (taken && inter) {
                score = aggregated(combination->aggregate, score, weighted(other, source->weight));
            }
        }
        if (taken) zset_put(result, item.member, score, cmd->mem);
    }
}

static Zset *combine(Cmd *cmd, const Combination *combination)
{
    Zset *result = zset_create(cmd->mem);
    if (combination->operation == 'u') add_union(cmd, combination, result);
    else add_judged(cmd, combination, result);
    return result;
}

void cmd_zcombine(Cmd *cmd)
{
    Combination combination = {0};
    if (read_combination(cmd, 1, COMBINE_REPLY, &combination)) {
        Zset *result = combine(cmd, &combination);
        bool scores = combination.with_scores, pairs = scores && cmd->reply->protocol == 3;
        uint32_t count = zset_count(result);
        reply_array(cmd->reply, scores && !pairs ? 2 * count : count);
        for (uint32_t i = 0; i < count; i++) {
            if (pairs) reply_array(cmd->reply, 2);
            reply_bulk(cmd->reply, zset_at(result, i).member);
            if (scores) zset_reply_score(cmd, zset_at(result, i).score);
        }
        zset_destroy(result, cmd->mem);
    }
    array_deinit(cmd->mem, &combination.sources);
}

void cmd_zcombine_store(Cmd *cmd)
{
    Combination combination = {0};
    if (read_combination(cmd, 2, COMBINE_STORE, &combination)) {
        Zset *result = combine(cmd, &combination);
        reply_integer(cmd->reply, zset_count(result));
        cmd_store(cmd, cmd->argv[1], (Value){.type = VALUE_ZSET, .u.zset = result});
    }
    array_deinit(cmd->mem, &combination.sources);
}

void cmd_zintercard(Cmd *cmd)
{
    Combination combination = {0};
    if (read_combination(cmd, 1, COMBINE_COUNT, &combination)) {
        Zset *result = combine(cmd, &combination);
        int64_t count = zset_count(result);
        bool cut = combination.limit > 0 && combination.limit < count;
        reply_integer(cmd->reply, cut ? combination.limit : count);
        zset_destroy(result, cmd->mem);
    }
    array_deinit(cmd->mem, &combination.sources);
}
