/* command.c -- the table of commands: look-up, arity, and which arguments are keys. */
#include "sim/store/command.h"

#include "sim/base/assert.h"

#include <string.h>

static const CommandRow rows[] = {
#define COMMAND(NAME, name, arity, flags, first, last, step, group, categories)                    \
    {name, arity, flags, first, last, step, group, categories},
#include "sim/store/commands.def"
#undef COMMAND
};

static const CommandRow sub_rows[] = {
#define SUBCOMMAND(name, arity, flags, first, last, step, categories)                              \
    {name, arity, flags, first, last, step, "", categories},
#include "sim/store/subcommands.def"
#undef SUBCOMMAND
};

/* Positions in the table, by name in upper case. */
typedef enum RowId {
#define COMMAND(NAME, name, arity, flags, first, last, step, group, categories) ROW_##NAME,
#include "sim/store/commands.def"
#undef COMMAND
    ROW_COUNT
} RowId;

static const CommandBinding *const bindings[] = {
    cmd_string_bindings, cmd_key_bindings,  cmd_hash_bindings, cmd_list_bindings, cmd_set_bindings,
    cmd_zset_bindings,   cmd_sort_bindings, cmd_bit_bindings,  cmd_lcs_bindings};

uint32_t command_count(void)
{
    return ROW_COUNT;
}

const CommandRow *command_at(uint32_t index)
{
    SIM_ASSERT(index < ROW_COUNT);
    return &rows[index];
}

const CommandRow *command_find(Slice name)
{
    for (uint32_t i = 0; i < ROW_COUNT; i++) {
        if (slice_is(name, rows[i].name)) return &rows[i];
    }
    for (uint32_t i = 0; i < ARRAY_LENGTH(sub_rows); i++) {
        if (slice_is(name, sub_rows[i].name)) return &sub_rows[i];
    }
    return NULL;
}

uint32_t command_container_size(const char *name)
{
    return (uint32_t)strcspn(name, "|");
}

const CommandRow *command_sub(const CommandRow *container, uint32_t index)
{
    size_t size = strlen(container->name);
    for (uint32_t i = 0; i < ARRAY_LENGTH(sub_rows); i++) {
        bool mine = command_container_size(sub_rows[i].name) == size &&
                    memcmp(sub_rows[i].name, container->name, size) == 0;
        if (mine && index-- == 0) return &sub_rows[i];
    }
    return NULL;
}

const CommandRow *command_resolve(const Slice *argv, uint32_t argc)
{
    const CommandRow *row = NULL, *sub;
    for (uint32_t i = 0; i < ROW_COUNT && !row; i++) {
        if (slice_is(argv[0], rows[i].name)) row = &rows[i];
    }
    if (!row || argc == 1 || !command_sub(row, 0)) return row;
    for (uint32_t i = 0; (sub = command_sub(row, i)) != NULL; i++) {
        if (slice_is(argv[1], sub->name + strlen(row->name) + 1)) return sub;
    }
    return NULL;
}

bool command_is_bound(const CommandRow *row, const char *name)
{
    size_t size = strlen(name);
    if (strcmp(row->name, name) == 0) return true;
    return command_container_size(row->name) == size && memcmp(row->name, name, size) == 0;
}

CommandFunction *command_function(const CommandRow *row)
{
    for (uint32_t file = 0; file < ARRAY_LENGTH(bindings); file++) {
        for (const CommandBinding *at = bindings[file]; at->name; at++) {
            if (command_is_bound(row, at->name)) return at->function;
        }
    }
    return NULL;
}

bool command_arity_ok(const CommandRow *row, uint32_t argc)
{
    return row->arity >= 0 ? argc == (uint32_t)row->arity : argc >= (uint32_t)-row->arity;
}

/* --- keys --- */

/* The arguments `first`.. of which there are as many as argument `at` says (numkeys). */
static bool add_counted(const Slice *argv, uint32_t argc, uint32_t at, KeyPositions *out, Mem *mem)
{
    int64_t count;
    if (at >= argc || !slice_integer(argv[at], &count)) return false;
    if (count < 1 || count > (int64_t)argc - at - 1) return false;
    for (uint32_t i = 0; i < (uint32_t)count; i++) array_push(mem, out, at + 1 + i);
    return true;
}

/* SORT key ... [STORE key]: the last STORE counts; words of options that take some are no options
 * (sortGetKeys). */
static void add_sort(const Slice *argv, uint32_t argc, KeyPositions *out, Mem *mem)
{
    uint32_t store = 0;
    array_push(mem, out, 1u);
    for (uint32_t i = 2; i < argc; i++) {
        if (slice_is(argv[i], "limit")) i += 2;
        else if (slice_is(argv[i], "get") || slice_is(argv[i], "by")) i++;
        else if (slice_is(argv[i], "store") && i + 1 < argc) store = i + 1;
    }
    if (store) array_push(mem, out, store);
}

/* The third argument, or those after KEYS when it is empty (migrateGetKeys). */
static void add_migrate(const Slice *argv, uint32_t argc, KeyPositions *out, Mem *mem)
{
    uint32_t first = 3, end = 4;
    for (uint32_t i = 6; i < argc; i++) {
        if (slice_is(argv[i], "auth")) i++;
        else if (slice_is(argv[i], "auth2")) i += 2;
        else if (slice_is(argv[i], "keys")) {
            first = i + 1;
            end = argv[3].size > 0 ? first : argc; /* both: the command refuses them */
            break;
        }
    }
    for (uint32_t i = first; i < end; i++) array_push(mem, out, i);
}

/* GEORADIUS: the source, and what follows STORE or STOREDIST (georadiusGetKeys: the last counts).
 */
static bool add_stored(const Slice *argv, uint32_t argc, uint32_t from, KeyPositions *out, Mem *mem)
{
    uint32_t stored = 0;
    array_push(mem, out, 1u);
    for (uint32_t i = from; i + 1 < argc; i++) {
        if (slice_is(argv[i], "store") || slice_is(argv[i], "storedist")) stored = ++i;
    }
    if (stored > 0) array_push(mem, out, stored);
    return true;
}

/* XREAD: the first half of what follows STREAMS. */
static bool add_streams(const Slice *argv, uint32_t argc, KeyPositions *out, Mem *mem)
{
    uint32_t at = 1;
    while (at < argc && !slice_is(argv[at], "streams")) at++;
    if (at + 1 >= argc || (argc - at - 1) % 2 != 0) return false;
    for (uint32_t i = 0; i < (argc - at - 1) / 2; i++) array_push(mem, out, at + 1 + i);
    return true;
}

static bool add_movable(RowId id, const Slice *argv, uint32_t argc, KeyPositions *out, Mem *mem)
{
    switch ((int)id) {
    case ROW_BLMPOP:
    case ROW_BZMPOP:
    case ROW_EVAL:
    case ROW_EVALSHA:
    case ROW_EVALSHA_RO:
    case ROW_EVAL_RO:
    case ROW_FCALL:
    case ROW_FCALL_RO: return add_counted(argv, argc, 2, out, mem);
    case ROW_LMPOP:
    case ROW_ZMPOP:
    case ROW_SINTERCARD:
    case ROW_ZINTERCARD:
    case ROW_ZDIFF:
    case ROW_ZINTER:
    case ROW_ZUNION: return add_counted(argv, argc, 1, out, mem);
    case ROW_ZDIFFSTORE:
    case ROW_ZINTERSTORE:
    case ROW_ZUNIONSTORE:
        if (!add_counted(argv, argc, 2, out, mem)) return false;
        array_push(mem, out, 1u); /* last: the sources' slots are looked at first */
        return true;
    case ROW_MIGRATE: add_migrate(argv, argc, out, mem); return true;
    case ROW_SORT: add_sort(argv, argc, out, mem); return true;
    case ROW_SORT_RO: array_push(mem, out, 1u); return true;
    case ROW_GEORADIUS: return add_stored(argv, argc, 6, out, mem);
    case ROW_GEORADIUSBYMEMBER: return add_stored(argv, argc, 5, out, mem);
    case ROW_XREAD:
    case ROW_XREADGROUP: return add_streams(argv, argc, out, mem);
    default: break;
    }
    SIM_ASSERT(id == ROW_COUNT); /* a movable row without a case */
    return false;
}

bool command_keys(const CommandRow *row, const Slice *argv, uint32_t argc, KeyPositions *out,
                  Mem *mem)
{
    array_clear(out);
    if (row->flags & CF_MOVABLE) return add_movable((RowId)(row - rows), argv, argc, out, mem);
    if (row->first == 0) return true;
    int last = row->last >= 0 ? row->last : (int)argc + row->last;
    for (int i = row->first; i <= last && i < (int)argc; i += row->step) {
        array_push(mem, out, (uint32_t)i);
    }
    return true;
}

bool command_has_keys(const CommandRow *row)
{
    if (row->flags & CF_SHARDED) return false; /* channels are no keys */
    return row->first > 0 || (row->flags & CF_MOVABLE);
}
