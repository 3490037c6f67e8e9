/* cmd_lcs.c -- the longest common subsequence of two strings (redis-server 7.0: t_string.c,
 * lcsCommand). */
#include "sim/store/command.h"

#include "sim/base/array.h"

#define CELLS_MAX (16u * 1024 * 1024) /* simplified: redis-server allows 512 MB of them */

typedef struct Lcs {
    Slice a, b;
    bool length, indexes, with_length;
    int64_t shortest; /* match that is told */
    uint32_t *cells;  /* (a.size + 1) * (b.size + 1) */
} Lcs;

static uint32_t cell(const Lcs *lcs, uint32_t i, uint32_t j)
{
    return lcs->cells[(uint64_t)i * (lcs->b.size + 1) + j];
}

static bool read_strings(Cmd *cmd, Lcs *lcs)
{
    const Key *a = cmd_lookup(cmd, cmd->argv[1]), *b = cmd_lookup(cmd, cmd->argv[2]);
    bool wrong = (a && a->value.type != VALUE_STRING) || (b && b->value.type != VALUE_STRING);
    if (wrong) {
        reply_error(cmd->reply, "ERR The specified keys must contain string values");
        return false;
    }
    if (a) lcs->a = blob_slice(a->value.u.string);
    if (b) lcs->b = blob_slice(b->value.u.string);
    return true;
}

static bool read_options(Cmd *cmd, Lcs *lcs)
{
    for (uint32_t i = 3; i < cmd->argc; i++) {
        Slice word = cmd->argv[i];
        if (slice_is(word, "idx")) lcs->indexes = true;
        else if (slice_is(word, "len")) lcs->length = true;
        else if (slice_is(word, "withmatchlen")) lcs->with_length = true;
        else if (slice_is(word, "minmatchlen") && i + 1 < cmd->argc) {
            if (!cmd_integer(cmd, ++i, &lcs->shortest)) return false;
            if (lcs->shortest < 0) lcs->shortest = 0;
        } else {
            cmd_reply_syntax(cmd);
            return false;
        }
    }
    if (!lcs->indexes || !lcs->length) return true;
    reply_error(cmd->reply, "ERR If you want both the length and indexes, please just use IDX.");
    return false;
}

static void fill_cells(Lcs *lcs)
{
    uint64_t row = lcs->b.size + 1;
    for (uint32_t i = 1; i <= lcs->a.size; i++) {
        for (uint32_t j = 1; j <= lcs->b.size; j++) {
            uint32_t up = cell(lcs, i - 1, j), left = cell(lcs, i, j - 1);
            bool same = lcs->a.chars[i - 1] == lcs->b.chars[j - 1];
            lcs->cells[i * row + j] = same ? cell(lcs, i - 1, j - 1) + 1 : up > left ? up : left;
        }
    }
}

typedef struct Match { /* of a and b, from..to */
    uint32_t a_from, a_to, b_from, b_to;
    bool open;
} Match;

static void reply_range(Reply *reply, uint32_t from, uint32_t to)
{
    reply_array(reply, 2);
    reply_integer(reply, from);
    reply_integer(reply, to);
}

static void tell_match(Cmd *cmd, const Lcs *lcs, const Match *match, uint32_t *told)
{
    int64_t length = (int64_t)match->a_to - match->a_from + 1;
    if (!lcs->indexes || length < lcs->shortest) return;
    reply_array(cmd->reply, lcs->with_length ? 3 : 2);
    reply_range(cmd->reply, match->a_from, match->a_to);
    reply_range(cmd->reply, match->b_from, match->b_to);
    if (lcs->with_length) reply_integer(cmd->reply, length);
    ++*told;
}

/* From the end back along the cells; matches are told on the way, bytes are put into `result`. */
static uint32_t walk_back(Cmd *cmd, const Lcs *lcs, char *result)
{
    uint32_t i = lcs->a.size, j = lcs->b.size, at = cell(lcs, i, j), told = 0;
    Match match = {0};
    while (i > 0 && j > 0) {
        bool ends = false;
        if (lcs->a.chars[i - 1] == lcs->b.chars[j - 1]) {
            result[--at] = lcs->a.chars[i - 1];
            i--;
            j--;
            bool goes_on = match.open && match.a_from == i + 1 && match.b_from == j + 1;
            if (!match.open) match = (Match){.a_to = i, .b_to = j, .open = true};
            if (goes_on || match.a_to == i) {
                match.a_from = i;
                match.b_from = j;
            } else {
                ends = true;
            }
            ends |= match.a_from == 0 || match.b_from == 0;
        } else {
            if (cell(lcs, i - 1, j) > cell(lcs, i, j - 1)) i--;
            else j--;
            ends = match.open;
        }
        if (!ends) continue;
        tell_match(cmd, lcs, &match, &told);
        match.open = false;
    }
    return told;
}

static void reply_lcs(Cmd *cmd, const Lcs *lcs)
{
    uint32_t length = cell(lcs, lcs->a.size, lcs->b.size);
    char *result = mem_alloc(cmd->mem, length + 1);
    if (lcs->length) {
        reply_integer(cmd->reply, length);
    } else if (lcs->indexes) {
        reply_map(cmd->reply, 2);
        reply_bulk_text(cmd->reply, "matches");
        uint32_t mark = reply_mark(cmd->reply), told = walk_back(cmd, lcs, result);
        reply_array_at(cmd->reply, mark, told);
        reply_bulk_text(cmd->reply, "len");
        reply_integer(cmd->reply, length);
    } else {
        walk_back(cmd, lcs, result);
        reply_bulk(cmd->reply, (Slice){result, length});
    }
    mem_free(cmd->mem, result, length + 1);
}

static void cmd_lcs(Cmd *cmd)
{
    Lcs lcs = {0};
    if (!read_strings(cmd, &lcs) || !read_options(cmd, &lcs)) return;
    uint64_t cells = (uint64_t)(lcs.a.size + 1) * (lcs.b.size + 1);
    if (cells > CELLS_MAX) {
        reply_error(cmd->reply, "ERR Insufficient memory, transient memory for LCS exceeds "
                                "proto-max-bulk-len");
        return;
    }
    lcs.cells = mem_alloc(cmd->mem, cells * sizeof(*lcs.cells));
    fill_cells(&lcs);
    reply_lcs(cmd, &lcs);
    mem_free(cmd->mem, lcs.cells, cells * sizeof(*lcs.cells));
}

const CommandBinding cmd_lcs_bindings[] = {{"lcs", cmd_lcs}, {NULL, NULL}};
