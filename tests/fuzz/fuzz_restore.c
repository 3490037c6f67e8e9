/* fuzz_restore.c -- any bytes as a payload of RESTORE, then commands on the value it makes.
 *
 * A random change nearly always breaks the checksum, so the payload is tried as it is and with a
 * right trailer put behind it. What is accepted must give the same value when it is dumped and
 * restored again. Then the first bytes of the input choose commands of the table; after each of
 * them every key must be sound: a type, not empty, and the same after DUMP and RESTORE. */
#include "tests/fuzz/targets.h"

#include "sim/base/assert.h"
#include "sim/base/hash.h"
#include "sim/store/command.h"
#include "sim/store/rdb.h"

#define COMMANDS_MAX 8 /* in one input */
#define ARGS_MAX     12
#define NOW_MS       UINT64_C(1700000000000)

/* The words commands are made of: keys, numbers at their limits, ranges, options. */
static const char *const vocabulary[] = {"k",
                                         "other",
                                         "0",
                                         "1",
                                         "2",
                                         "-1",
                                         "-2",
                                         "100",
                                         "9223372036854775807",
                                         "-9223372036854775808",
                                         "9223372036854775808",
                                         "536870912",
                                         "3.5",
                                         "-0",
                                         "1e308",
                                         "inf",
                                         "-inf",
                                         "nan",
                                         "+",
                                         "-",
                                         "[a",
                                         "(b",
                                         "(1",
                                         "",
                                         "a",
                                         "b",
                                         "*",
                                         "left",
                                         "right",
                                         "withscores",
                                         "withvalues",
                                         "limit",
                                         "count",
                                         "match",
                                         "nx",
                                         "xx",
                                         "gt",
                                         "lt",
                                         "ch",
                                         "incr",
                                         "ex",
                                         "px",
                                         "keepttl",
                                         "get",
                                         "byscore",
                                         "bylex",
                                         "rev",
                                         "store",
                                         "weights",
                                         "aggregate",
                                         "min",
                                         "max",
                                         "before",
                                         "after",
                                         "rank",
                                         "maxlen",
                                         "replace",
                                         "absttl",
                                         "idletime",
                                         "encoding",
                                         "freq",
                                         "refcount"};

/* --- payloads --- */

/* The body with the version and checksum that RESTORE wants. */
static Slice with_trailer(Slice body, ByteWriter *out)
{
    bytes_put_raw(out, body.chars, body.size);
    bytes_put_u8(out, RDB_VERSION);
    bytes_put_u8(out, 0);
    bytes_put_u64(out, hash_bytes(HASH_START, out->bytes, out->size));
    return (Slice){(const char *)out->bytes, (uint32_t)out->size};
}

static void check_value(const Value *value)
{
    ByteWriter dumped = {0};
    Value again;
    SIM_ASSERT(value->type != VALUE_NONE);
    rdb_dump(value, &dumped);
    Slice payload = {(const char *)dumped.bytes, (uint32_t)dumped.size};
    bool restored = rdb_restore(payload, &again, NULL);
    SIM_ASSERT(restored && value_equal(value, &again));
    SIM_ASSERT(value_bytes(value) == value_bytes(&again));
    value_free(NULL, &again);
    bytes_deinit(&dumped);
}

/* --- commands --- */

/* Bytes that choose; 0 for ever when there are no more. */
typedef struct Choices {
    const uint8_t *bytes;
    size_t size, at;
} Choices;

static uint8_t choose(Choices *choices)
{
    return choices->at < choices->size ? choices->bytes[choices->at++] : 0;
}

static uint32_t make_words(const CommandRow *row, Choices *choices, Slice *argv)
{
    uint32_t count = (uint32_t)(row->arity < 0 ? -row->arity : row->arity);
    if (row->arity < 0) count += choose(choices) % 6;
    SIM_ASSERT(count <= ARGS_MAX);
    argv[0] = slice_of(row->name);
    for (uint32_t i = 1; i < count; i++) {
        uint32_t word = choose(choices) % (uint32_t)ARRAY_LENGTH(vocabulary);
        bool is_key = (int)i == row->first && word < ARRAY_LENGTH(vocabulary) / 2;
        argv[i] = slice_of(is_key ? "k" : vocabulary[word]);
    }
    return count;
}

/* What the command says must be one whole reply, whatever was asked. */
static void check_reply(const Reply *reply)
{
    RespValues values = {0};
    Error err = {{0}};
    uint32_t used;
    Slice bytes = {text_chars(&reply->out), reply->out.size};
    RespStatus status = resp_read(bytes, &values, &used, &err, NULL);
    SIM_ASSERT(status == RESP_DONE && used == bytes.size);
    array_deinit(NULL, &values);
}

static void run_command(const CommandRow *row, Choices *choices, Keyspace *keys, Rng *rng)
{
    Slice argv[ARGS_MAX];
    Text stream = {0};
    uint32_t commands = 0;
    Reply reply = {.protocol = (uint8_t)(2 + choose(choices) % 2)};
    Cmd cmd = {.row = row,
               .argv = argv,
               .argc = make_words(row, choices, argv),
               .reply = &reply,
               .keys = keys,
               .rng = rng,
               .now_ms = NOW_MS,
               .in_multi = true};
    command_function(row)(&cmd);
    if (!cmd.blocked) check_reply(&reply);
    cmd_stream(&cmd, &stream, &commands);
    cmd_deinit(&cmd);
    text_deinit(&stream);
    reply_deinit(&reply);
}

static void run_commands(Choices *choices, Keyspace *keys)
{
    Rng rng = rng_derive(1, "fuzz", 0);
    uint32_t count = choose(choices) % (COMMANDS_MAX + 1);
    for (uint32_t i = 0; i < count; i++) {
        const CommandRow *row = command_at(choose(choices) % command_count());
        if (!command_function(row)) continue;
        run_command(row, choices, keys, &rng);
        for (const Key *key = keyspace_next(keys, NULL); key; key = keyspace_next(keys, key)) {
            check_value(&key->value);
        }
    }
}

static void try_payload(Slice payload, Choices choices)
{
    Value value;
    if (!rdb_restore(payload, &value, NULL)) {
        SIM_ASSERT(value.type == VALUE_NONE);
        return;
    }
    check_value(&value);
    Keyspace *keys = keyspace_create(NULL);
    keyspace_add(keys, slice_of("k"))->value = value;
    run_commands(&choices, keys);
    keyspace_destroy(keys);
}

/* The last byte says how many bytes before it choose commands; the rest is the payload. */
int fuzz_restore(const uint8_t *bytes, size_t size)
{
    ByteWriter mended = {0};
    if (size == 0 || size > UINT32_MAX) return 0;
    size_t left = size - 1, wanted = bytes[size - 1];
    Choices choices = {.size = wanted < left ? wanted : left};
    choices.bytes = bytes + left - choices.size;
    Slice payload = {(const char *)bytes, (uint32_t)(left - choices.size)};
    try_payload(payload, choices);
    if (payload.size > 0) try_payload(with_trailer(payload, &mended), choices);
    bytes_deinit(&mended);
    return 0;
}

__attribute__((weak)) int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    return fuzz_restore(bytes, size);
}
