/* cmd_sort.c -- SORT and SORT_RO (redis-server 7.0: sort.c). In cluster mode weights and results
 * cannot come from other keys: BY with a pattern and every GET are refused (protocol.md §1.9), so
 * what is left is sorting elements by themselves, or not at all (BY with a constant).
 *
 * Simplified: texts are ordered by their bytes, as in the "C" locale. */
#include "sim/store/command.h"
#include "sim/store/dict.h"
#include "sim/store/list.h"
#include "sim/store/number.h"
#include "sim/store/zset.h"

#include <stdlib.h>
#include <string.h>

typedef struct SortOptions {
    bool descending, alpha, unsorted;
    int64_t start, count; /* LIMIT; count -1: all */
    const Slice *store;
} SortOptions;

typedef struct SortItem {
    Slice text; /* lies in the value */
    double score;
} SortItem;

typedef ARRAY_OF(SortItem) SortItems;

/* --- arguments --- */

static bool read_by(Cmd *cmd, Slice pattern, SortOptions *options)
{
    if (pattern.size > 0 && memchr(pattern.chars, '*', pattern.size)) {
        reply_error(cmd->reply, "ERR BY option of SORT denied in Cluster mode.");
        return false;
    }
    options->unsorted = true; /* a constant: nothing to sort by */
    return true;
}

static bool read_options(Cmd *cmd, SortOptions *options)
{
    bool may_store = cmd->row->flags & CF_WRITE; /* SORT_RO has no STORE */
    *options = (SortOptions){.count = -1};
    for (uint32_t i = 2; i < cmd->argc; i++) {
        Slice word = cmd->argv[i];
        uint32_t more = cmd->argc - i - 1;
        if (slice_is(word, "asc")) options->descending = false;
        else if (slice_is(word, "desc")) options->descending = true;
        else if (slice_is(word, "alpha")) options->alpha = true;
        else if (slice_is(word, "limit") && more >= 2) {
            if (!cmd_integer(cmd, i + 1, &options->start)) return false;
            if (!cmd_integer(cmd, i + 2, &options->count)) return false;
            i += 2;
        } else if (may_store && slice_is(word, "store") && more >= 1) {
            options->store = &cmd->argv[++i];
        } else if (slice_is(word, "by") && more >= 1) {
            if (!read_by(cmd, cmd->argv[++i], options)) return false;
        } else if (slice_is(word, "get") && more >= 1) {
            reply_error(cmd->reply, "ERR GET option of SORT denied in Cluster mode.");
            return false;
        } else {
            cmd_reply_syntax(cmd);
            return false;
        }
    }
    return true;
}

/* --- elements --- */

static void collect(const Value *value, SortItems *items, Mem *mem)
{
    uint32_t at = 0;
    uint32_t count = value->type == VALUE_SET ? 0 : value_count(value);
    for (uint32_t i = 0; i < count; i++) {
        SortItem item = {.text = value->type == VALUE_LIST ? list_at(value->u.list, i)
                                                           : zset_at(value->u.zset, i).member};
        array_push(mem, items, item);
    }
    if (value->type != VALUE_SET) return;
    for (const DictEntry *entry; (entry = dict_next(value->u.set, &at));) {
        array_push(mem, items, (SortItem){.text = blob_slice(entry->field)});
    }
}

/* As strtod reads it: blanks before it and nothing at all (0) are allowed. */
static bool read_score(SortItem *item)
{
    Slice text = item->text;
    while (text.size > 0 && (*text.chars == ' ' || (*text.chars >= '\t' && *text.chars <= '\r')))
        text = (Slice){text.chars + 1, text.size - 1};
    if (item->text.size == 0) return true;
    return number_read_double(text, &item->score);
}

static int compare_text(const void *a, const void *b)
{
    return slice_compare(((const SortItem *)a)->text, ((const SortItem *)b)->text);
}

/* Equal scores are told apart by their bytes: the order is never left open. */
static int compare_score(const void *a, const void *b)
{
    const SortItem *left = a, *right = b;
    if (left->score > right->score) return 1;
    if (left->score < right->score) return -1;
    return compare_text(a, b);
}

static void reverse(SortItems *items)
{
    for (uint32_t i = 0; i < items->count / 2; i++) {
        SortItem other = items->items[i];
        items->items[i] = items->items[items->count - 1 - i];
        items->items[items->count - 1 - i] = other;
    }
}

static bool sort_items(Cmd *cmd, const SortOptions *options, SortItems *items)
{
    for (uint32_t i = 0; i < items->count && !options->alpha; i++) {
        if (read_score(&items->items[i])) continue;
        reply_error(cmd->reply, "ERR One or more scores can't be converted into double");
        return false;
    }
    if (items->count > 1) {
        qsort(items->items, items->count, sizeof(items->items[0]),
              options->alpha ? compare_text : compare_score);
    }
    if (options->descending) reverse(items);
    return true;
}

/* --- result --- */

/* LIMIT cut to what there is. */
static void cut(const SortOptions *options, uint32_t size, uint32_t *first, uint32_t *count)
{
    int64_t start = options->start < 0 ? 0 : options->start;
    if (start > size) start = size;
    *first = (uint32_t)start;
    *count = size - *first;
    if (options->count >= 0 && options->count < *count) *count = (uint32_t)options->count;
}

static void answer(Cmd *cmd, const SortOptions *options, const SortItems *items)
{
    uint32_t first, count;
    cut(options, items->count, &first, &count);
    if (!options->store) {
        reply_array(cmd->reply, count);
        for (uint32_t i = 0; i < count; i++) reply_bulk(cmd->reply, items->items[first + i].text);
        return;
    }
    Value result = value_create(cmd->mem, VALUE_LIST);
    for (uint32_t i = 0; i < count; i++)
        list_push(result.u.list, LIST_TAIL, items->items[first + i].text, cmd->mem);
    cmd_store(cmd, *options->store, result); /* the source may be the same key: it is read */
    reply_integer(cmd->reply, count);
}

static void cmd_sort(Cmd *cmd)
{
    SortOptions options;
    SortItems items = {0};
    if (!read_options(cmd, &options)) return;
    cmd->looks_up = true;
    const Key *key = cmd_lookup(cmd, cmd->argv[1]);
    ValueType type = key ? key->value.type : VALUE_LIST;
    if (type == VALUE_STRING || type == VALUE_HASH) {
        cmd_reply_wrongtype(cmd);
        return;
    }
    /* A set has no order of its own: what is stored must be the same everywhere. */
    if (options.unsorted && type == VALUE_SET && options.store) {
        options.unsorted = false;
        options.alpha = true;
    }
    if (key) collect(&key->value, &items, cmd->mem);
    if (options.unsorted && options.descending && type == VALUE_ZSET) reverse(&items);
    if (options.unsorted || sort_items(cmd, &options, &items)) answer(cmd, &options, &items);
    array_deinit(cmd->mem, &items);
}

const CommandBinding cmd_sort_bindings[] = {
    {"sort", cmd_sort}, {"sort_ro", cmd_sort}, {NULL, NULL}};
