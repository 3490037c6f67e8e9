/* scan.c -- what the scanning and random commands share. */
#include "sim/store/scan.h"

#include "sim/base/assert.h"
#include "sim/store/glob.h"

#include <inttypes.h>
#include <string.h>

#define RANDOM_MAX                                                                                 \
    1000000 /* elements in one reply, when they may repeat; simplified: no limit there */

static void read_type(Slice word, ScanOptions *options)
{
    static const ValueType types[] = {VALUE_STRING, VALUE_LIST, VALUE_SET, VALUE_ZSET, VALUE_HASH};
    options->type_is_unknown = true;
    for (uint32_t i = 0; i < ARRAY_LENGTH(types); i++) {
        if (!slice_is(word, value_type_word(types[i]))) continue;
        options->type = value_type_word(types[i]);
        options->type_is_unknown = false;
    }
}

/* parseScanCursorOrReply reads with strtoul: it takes a sign and turns "-1" around. */
bool scan_read_cursor(Cmd *cmd, uint32_t at, ScanOptions *options)
{
    Slice text = cmd->argv[at];
    uint64_t cursor = 0;
    bool negative = text.size > 0 && text.chars[0] == '-';
    uint32_t start = text.size > 0 && (negative || text.chars[0] == '+') ? 1 : 0;
    bool valid = start < text.size || text.size == 0; /* nothing at all is 0 */
    for (uint32_t i = start; i < text.size && valid; i++) {
        uint64_t digit = (uint64_t)(text.chars[i] - '0');
        valid = digit <= 9 && cursor <= (UINT64_MAX - digit) / 10;
        cursor = cursor * 10 + digit;
    }
    *options = (ScanOptions){.count = 10, .cursor = negative ? 0 - cursor : cursor};
    if (!valid) reply_error(cmd->reply, "ERR invalid cursor");
    return valid;
}

bool scan_read_options(Cmd *cmd, uint32_t at, ScanOptions *options)
{
    for (uint32_t i = at + 1; i < cmd->argc; i += 2) {
        bool has_value = i + 1 < cmd->argc;
        if (has_value && slice_is(cmd->argv[i], "count")) {
            if (!cmd_integer(cmd, i + 1, &options->count)) return false;
            if (options->count < 1) {
                cmd_reply_syntax(cmd);
                return false;
            }
        } else if (has_value && slice_is(cmd->argv[i], "match")) {
            options->has_pattern = true;
            options->pattern = cmd->argv[i + 1];
        } else if (has_value && slice_is(cmd->argv[i], "type") && slice_is(cmd->argv[0], "scan")) {
            read_type(cmd->argv[i + 1], options);
        } else {
            cmd_reply_syntax(cmd);
            return false;
        }
    }
    return true;
}

/* A compact encoding is given whole, whatever the cursor. */
static bool is_whole(const Value *value, const ScanOptions *options)
{
    const char *encoding = value_encoding(value);
    return options->cursor == 0 || strcmp(encoding, "listpack") == 0 ||
           strcmp(encoding, "intset") == 0;
}

void scan_value(Cmd *cmd, const Value *value, const ScanOptions *options)
{
    uint32_t at = 0, given = 0;
    bool pairs = value && value->type == VALUE_HASH;
    const Dict *dict = !value ? NULL : pairs ? value->u.hash : value->u.set;
    if (value && !is_whole(value, options)) dict = NULL;
    reply_array(cmd->reply, 2);
    reply_bulk_text(cmd->reply, "0");
    uint32_t mark = reply_mark(cmd->reply);
    for (const DictEntry *entry; dict && (entry = dict_next(dict, &at));) {
        if (options->has_pattern && !glob_matches(options->pattern, blob_slice(entry->field)))
            continue;
        reply_bulk(cmd->reply, blob_slice(entry->field));
        if (pairs) reply_bulk(cmd->reply, blob_slice(entry->value));
        given += pairs ? 2 : 1;
    }
    reply_array_at(cmd->reply, mark, given);
}

/* --- random elements --- */

void random_picks(Rng *rng, uint32_t bound, uint32_t count, uint32_t *picked)
{
    uint32_t taken = 0;
    SIM_ASSERT(count <= bound);
    for (uint32_t i = 0; taken < count; i++) { /* each is taken with the chance that is right now */
        if (rng_below(rng, bound - i) < count - taken) picked[taken++] = i;
    }
}

static void reply_entry(Cmd *cmd, const DictEntry *entry, bool with_values)
{
    if (with_values && cmd->reply->protocol == 3) reply_array(cmd->reply, 2);
    reply_bulk(cmd->reply, blob_slice(entry->field));
    if (with_values) reply_bulk(cmd->reply, blob_slice(entry->value));
}

static void reply_head(Cmd *cmd, uint32_t count, bool with_values)
{
    reply_array(cmd->reply, with_values && cmd->reply->protocol == 2 ? 2 * count : count);
}

bool random_count_ok(Cmd *cmd, int64_t count, bool doubled)
{
    if (count < -INT64_MAX) {
        reply_error(cmd->reply,
                    "ERR value is out of range, value must between %" PRId64 " and %" PRId64,
                    -INT64_MAX, INT64_MAX);
        return false;
    }
    bool fits = !doubled || (count >= -INT64_MAX / 2 && count <= INT64_MAX / 2);
    if (fits && count >= -RANDOM_MAX) return true;
    reply_error(cmd->reply, "ERR value is out of range");
    return false;
}

void random_elements(Cmd *cmd, const Dict *dict, int64_t count, bool with_values)
{
    uint32_t size = dict ? dict_count(dict) : 0;
    if (!random_count_ok(cmd, count, with_values)) return;
    if (size == 0 || count == 0) {
        reply_array(cmd->reply, 0);
    } else if (count < 0) {
        reply_head(cmd, (uint32_t)-count, with_values);
        for (int64_t i = count; i < 0; i++)
            reply_entry(cmd, dict_at(dict, rng_below(cmd->rng, size)), with_values);
    } else {
        uint32_t wanted = count < size ? (uint32_t)count : size;
        uint32_t *picked = mem_alloc(cmd->mem, wanted * sizeof(*picked));
        random_picks(cmd->rng, size, wanted, picked);
        reply_head(cmd, wanted, with_values);
        for (uint32_t i = 0; i < wanted; i++)
            reply_entry(cmd, dict_at(dict, picked[i]), with_values);
        mem_free(cmd->mem, picked, wanted * sizeof(*picked));
    }
}
