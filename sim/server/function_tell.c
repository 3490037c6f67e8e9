/* function_tell.c -- what FUNCTION tells: LIST and STATS, and KILL; and the payload of DUMP. */
#include "sim/base/assert.h"
#include "sim/base/crc64.h"
#include "sim/server/scripting_inside.h"
#include "sim/store/glob.h"
#include "sim/store/rdb.h"

/* --- LIST --- */

static void reply_function(Reply *reply, const Function *function)
{
    uint32_t count = 0, flag;
    reply_map(reply, 3);
    reply_bulk_text(reply, "name");
    reply_bulk(reply, blob_slice(function->name));
    reply_bulk_text(reply, "description");
    if (function->has_description) reply_bulk(reply, blob_slice(function->description));
    else reply_null(reply);
    reply_bulk_text(reply, "flags");
    for (uint32_t i = 0; scripting_flag_name(i, &flag); i++) count += (function->flags & flag) != 0;
    reply_set(reply, count);
    for (uint32_t i = 0; scripting_flag_name(i, &flag); i++) {
        if (function->flags & flag) reply_status(reply, scripting_flag_name(i, &flag));
    }
}

static void reply_library(Request *request, uint32_t index, bool with_code)
{
    Reply *reply = &request->client->reply;
    const Library *library = &request->server->scripting->libraries.items[index];
    reply_map(reply, with_code ? 4 : 3);
    reply_bulk_text(reply, "library_name");
    reply_bulk(reply, blob_slice(library->name));
    reply_bulk_text(reply, "engine");
    reply_bulk_text(reply, "LUA");
    reply_bulk_text(reply, "functions");
    reply_array(reply, library->functions.count);
    for (uint32_t i = 0; i < library->functions.count; i++)
        reply_function(reply, &library->functions.items[i]);
    if (!with_code) return;
    reply_bulk_text(reply, "library_code");
    reply_bulk(reply, keyspace_library(request->server->parts.keys, index));
}

static void append_lower(Text *out, Slice text)
{
    for (uint32_t i = 0; i < text.size; i++) {
        char c = text.chars[i];
        if (c >= 'A' && c <= 'Z') c = (char)(c + ('a' - 'A'));
        text_append_bytes(out, &c, 1);
    }
}

static bool matches_any_case(Slice pattern, Slice name, Mem *mem)
{
    Text texts[2] = {{.mem = mem}, {.mem = mem}};
    append_lower(&texts[0], pattern);
    append_lower(&texts[1], name);
    bool same = glob_matches((Slice){text_chars(&texts[0]), texts[0].size},
                             (Slice){text_chars(&texts[1]), texts[1].size});
    text_deinit(&texts[0]);
    text_deinit(&texts[1]);
    return same;
}

/* In the order they were loaded; redis-server's order is that of its hash table. */
void function_list(Request *request)
{
    if (!function_ready(request)) return;
    bool with_code = false, has_pattern = false;
    Slice pattern = {0};
    Reply *reply = &request->client->reply;
    for (uint32_t i = 2; i < request->argc; i++) {
        Slice word = request->argv[i];
        if (!with_code && slice_is(word, "withcode")) {
            with_code = true;
        } else if (!has_pattern && slice_is(word, "libraryname")) {
            if (i + 1 == request->argc) {
                reply_error(reply, "ERR library name argument was not given");
                return;
            }
            pattern = request->argv[++i];
            has_pattern = true;
        } else {
            reply_error(reply, "ERR Unknown argument %.*s", (int)word.size, word.chars);
            return;
        }
    }
    const Scripting *scripting = request->server->scripting;
    uint32_t mark = reply_mark(reply), count = 0;
    for (uint32_t i = 0; i < scripting->libraries.count; i++) {
        Slice name = blob_slice(scripting->libraries.items[i].name);
        if (has_pattern && !matches_any_case(pattern, name, request->server->mem)) continue;
        reply_library(request, i, with_code);
        count++;
    }
    reply_array_at(reply, mark, count);
}

/* --- STATS, KILL --- */

static void reply_run(Request *request)
{
    Reply *reply = &request->client->reply;
    const Run *run = &request->server->scripting->run;
    reply_map(reply, 3);
    reply_bulk_text(reply, "name");
    reply_bulk(reply, blob_slice(run->name));
    reply_bulk_text(reply, "command");
    reply_array(reply, run->command.words.count);
    for (uint32_t i = 0; i < run->command.words.count; i++)
        reply_bulk(reply, run->command.words.items[i]);
    reply_bulk_text(reply, "duration_ms");
    reply_integer(reply, (int64_t)((request->env->now - run->started) / SIM_MS));
}

void function_stats(Request *request)
{
    if (!function_ready(request)) return;
    Reply *reply = &request->client->reply;
    const Scripting *scripting = request->server->scripting;
    uint32_t functions = 0;
    if (scripting->run.active && scripting->run.kind == SCRIPT_EVAL) {
        reply_error(reply, "%s", scripting_busy_text(request->server));
        return;
    }
    for (uint32_t i = 0; i < scripting->libraries.count; i++)
        functions += scripting->libraries.items[i].functions.count;
    reply_map(reply, 2);
    reply_bulk_text(reply, "running_script");
    if (scripting->run.active) reply_run(request);
    else reply_null(reply);
    reply_bulk_text(reply, "engines");
    reply_map(reply, 1);
    reply_bulk_text(reply, "LUA");
    reply_map(reply, 2);
    reply_bulk_text(reply, "libraries_count");
    reply_integer(reply, scripting->libraries.count);
    reply_bulk_text(reply, "functions_count");
    reply_integer(reply, functions);
}

void function_kill(Request *request)
{
    scripting_kill(request, SCRIPT_FUNCTION);
}

/* --- the payload of DUMP: as in an RDB, a library is an opcode and its source; then the version
 * and a checksum. Simplified: a source is not compressed (redis-server packs long ones with LZF,
 * and such a payload is refused here). --- */

#define OPCODE_LIBRARY 245
#define TRAILER_BYTES  10

static void put_length(ByteWriter *out, uint32_t size)
{
    if (size < 64) {
        bytes_put_u8(out, (uint8_t)size);
    } else if (size < 16384) {
        bytes_put_u8(out, (uint8_t)(0x40 | size >> 8));
        bytes_put_u8(out, (uint8_t)size);
    } else {
        bytes_put_u8(out, 0x80);
        for (int shift = 24; shift >= 0; shift -= 8) bytes_put_u8(out, (uint8_t)(size >> shift));
    }
}

void function_payload_write(const Keyspace *keys, ByteWriter *out)
{
    for (uint32_t i = 0; i < keyspace_library_count(keys); i++) {
        Slice source = keyspace_library(keys, i);
        bytes_put_u8(out, OPCODE_LIBRARY);
        put_length(out, source.size);
        bytes_put_raw(out, source.chars, source.size);
    }
    bytes_put_u8(out, RDB_VERSION);
    bytes_put_u8(out, 0);
    bytes_put_u64(out, crc64_of(out->bytes, out->size));
}

bool function_payload_check(Slice payload)
{
    if (payload.size < TRAILER_BYTES) return false;
    const uint8_t *bytes = (const uint8_t *)payload.chars;
    size_t size = payload.size - TRAILER_BYTES;
    ByteReader trailer = {.bytes = bytes + size, .size = TRAILER_BYTES};
    uint32_t version = bytes_get_u8(&trailer);
    version |= (uint32_t)bytes_get_u8(&trailer) << 8;
    return version <= RDB_VERSION && bytes_get_u64(&trailer) == crc64_of(bytes, size + 2);
}

static uint32_t get_length(ByteReader *in)
{
    uint32_t first = bytes_get_u8(in);
    if (first < 64) return first;
    if (first < 128) return (first & 63) << 8 | bytes_get_u8(in);
    uint32_t size = 0;
    for (int i = 0; i < 4; i++) size = size << 8 | bytes_get_u8(in);
    if (first != 0x80) in->failed = true; /* an integer, or packed with LZF */
    return size;
}

bool function_payload_next(Slice *left, Slice *source, bool *fine, Text *error)
{
    if (left->size <= TRAILER_BYTES) return false;
    ByteReader in = {.bytes = (const uint8_t *)left->chars, .size = left->size - TRAILER_BYTES};
    if (bytes_get_u8(&in) != OPCODE_LIBRARY) {
        text_append(error, "given type is not a function");
        *fine = false;
        return false;
    }
    uint32_t size = get_length(&in);
    if (in.failed || size > in.size - in.at) {
        text_append(error, "failed loading the given functions payload");
        *fine = false;
        return false;
    }
    *source = (Slice){left->chars + in.at, size};
    *left = (Slice){left->chars + in.at + size, left->size - (uint32_t)in.at - size};
    return true;
}
