/* fuzz_resp.c -- any bytes as what a client sends, and as what a server answers.
 *
 * Requests are taken one after the other, as from a connection. What was taken must lie inside the
 * bytes and must be taken again from its own RESP form. Bytes arrive in pieces: a reader that is
 * given only the first part may ask for more, but must not say something else than about the whole.
 */
#include "tests/fuzz/targets.h"

#include "sim/base/assert.h"
#include "sim/base/resp.h"

#include <string.h>

#define REQUESTS_MAX 64 /* of one input */

/* --- requests --- */

static void check_words(Slice bytes, const Slices *words, const Text *scratch)
{
    for (uint32_t i = 0; i < words->count; i++) {
        Slice word = words->items[i];
        if (word.size == 0) continue;
        bool in_bytes =
            word.chars >= bytes.chars && word.chars + word.size <= bytes.chars + bytes.size;
        bool in_scratch = scratch->size > 0 && word.chars >= scratch->chars &&
                          word.chars + word.size <= scratch->chars + scratch->size;
        SIM_ASSERT(in_bytes || in_scratch);
    }
}

/* The words as an array of bulk strings are the same words. */
static void check_written(const Slices *words)
{
    Text written = {0}, scratch = {0};
    Slices again = {0};
    Error err;
    uint32_t used;
    if (words->count == 0) return;
    resp_request(&written, words->items, words->count);
    Slice bytes = {text_chars(&written), written.size};
    RespStatus status = resp_take_request(bytes, &again, &scratch, &used, &err, NULL);
    SIM_ASSERT(status == RESP_DONE && used == written.size && again.count == words->count);
    for (uint32_t i = 0; i < again.count; i++) {
        SIM_ASSERT(slice_equal(again.items[i], words->items[i]));
    }
    array_deinit(NULL, &again);
    text_deinit(&scratch);
    text_deinit(&written);
}

/* What is said of the first `size` bytes must agree with what is said of all. */
static void check_part(Slice bytes, uint32_t size, RespStatus whole, uint32_t whole_used)
{
    Text scratch = {0};
    Slices words = {0};
    Error err;
    uint32_t used;
    RespStatus part =
        resp_take_request((Slice){bytes.chars, size}, &words, &scratch, &used, &err, NULL);
    if (part == RESP_DONE) SIM_ASSERT(whole == RESP_DONE && used == whole_used);
    if (part == RESP_BAD) SIM_ASSERT(whole == RESP_BAD);
    array_deinit(NULL, &words);
    text_deinit(&scratch);
}

/* Returns the bytes taken, 0 when no request is there. */
static uint32_t take_one(Slice bytes)
{
    Text scratch = {0};
    Slices words = {0};
    Error err = {{0}};
    uint32_t used = 0;
    RespStatus status = resp_take_request(bytes, &words, &scratch, &used, &err, NULL);
    if (status == RESP_BAD) SIM_ASSERT(err.text[0] != '\0');
    if (status == RESP_DONE) {
        SIM_ASSERT(used > 0 && used <= bytes.size);
        check_words(bytes, &words, &scratch);
        check_written(&words);
    }
    uint32_t parts[] = {bytes.size / 2, bytes.size - 1, used ? used - 1 : 0};
    for (uint32_t i = 0; i < ARRAY_LENGTH(parts); i++) check_part(bytes, parts[i], status, used);
    array_deinit(NULL, &words);
    text_deinit(&scratch);
    return status == RESP_DONE ? used : 0;
}

/* --- replies --- */

/* Children follow their parent, and their ends fit into each other. */
static uint32_t check_tree(const RespValues *values, uint32_t index, uint32_t depth)
{
    SIM_ASSERT(index < values->count && depth < RESP_DEPTH_MAX);
    const RespValue *value = &values->items[index];
    uint32_t children = value->kind == RESP_MAP ? 2 * value->count : value->count;
    uint32_t at = index + 1;
    for (uint32_t i = 0; i < children; i++) at = check_tree(values, at, depth + 1);
    SIM_ASSERT(value->next == at);
    return at;
}

static void check_reply(Slice bytes, const RespValues *values, uint32_t used)
{
    Text cli = {0}, plain = {0};
    RespValues part = {0};
    Error err;
    uint32_t part_used;
    SIM_ASSERT(used > 0 && used <= bytes.size);
    SIM_ASSERT(check_tree(values, 0, 0) == values->count);
    resp_cli_text(values, &cli);
    resp_plain_text(values, &plain);
    SIM_ASSERT(cli.size > 0 && cli.chars[cli.size - 1] == '\n');
    RespStatus status = resp_read((Slice){bytes.chars, used - 1}, &part, &part_used, &err, NULL);
    SIM_ASSERT(status == RESP_MORE);
    array_deinit(NULL, &part);
    text_deinit(&plain);
    text_deinit(&cli);
}

static uint32_t read_one(Slice bytes)
{
    RespValues values = {0};
    Error err = {{0}};
    uint32_t used = 0;
    RespStatus status = resp_read(bytes, &values, &used, &err, NULL);
    if (status == RESP_BAD) SIM_ASSERT(err.text[0] != '\0');
    if (status == RESP_DONE) check_reply(bytes, &values, used);
    array_deinit(NULL, &values);
    return status == RESP_DONE ? used : 0;
}

/* One after the other until there is none. */
static void run(Slice bytes, uint32_t (*take)(Slice bytes))
{
    for (uint32_t i = 0; i < REQUESTS_MAX && bytes.size > 0; i++) {
        uint32_t used = take(bytes);
        if (used == 0) return;
        bytes = (Slice){bytes.chars + used, bytes.size - used};
    }
}

int fuzz_resp(const uint8_t *bytes, size_t size)
{
    if (size == 0 || size > UINT32_MAX) return 0;
    Slice input = {(const char *)bytes, (uint32_t)size};
    run(input, take_one);
    run(input, read_one);
    return 0;
}

__attribute__((weak)) int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    return fuzz_resp(bytes, size);
}
