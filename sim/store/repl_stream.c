/* repl_stream.c -- the contents of the replication stream: what the backlog keeps, what a message
 * carries. Replicas keep the same pieces as their primary, so that any of them can go on with it.
 */
#include "sim/store/repl_state.h"

#include "sim/base/bytes.h"

void stream_add(Repl *repl, uint64_t size, Slice commands, NodeEnv *env)
{
    StreamPiece piece = {.end = repl->offset, .size = size};
    if (commands.size > 0) piece.commands = blob_copy(env->mem, commands);
    array_push(env->mem, &repl->pieces, piece);
}

static void drop_first(Repl *repl, uint32_t count, Mem *mem)
{
    for (uint32_t i = 0; i < count; i++) blob_free(mem, &repl->pieces.items[i].commands);
    for (uint32_t i = count; i < repl->pieces.count; i++) {
        repl->pieces.items[i - count] = repl->pieces.items[i];
    }
    repl->pieces.count -= count;
}

/* Many at once, so that moving the rest costs little. */
void stream_trim(Repl *repl, NodeEnv *env)
{
    uint32_t old = 0;
    while (old < repl->pieces.count && repl->pieces.items[old].end < repl->backlog_start) old++;
    if (old > 64 || old == repl->pieces.count) drop_first(repl, old, env->mem);
}

void stream_clear(Repl *repl, Mem *mem)
{
    drop_first(repl, repl->pieces.count, mem);
}

Blob stream_pack(const Repl *repl, uint64_t from, NodeEnv *env)
{
    ByteWriter out = {.mem = env->mem};
    for (uint32_t i = 0; i < repl->pieces.count; i++) {
        const StreamPiece *piece = &repl->pieces.items[i];
        if (piece->end <= from) continue;
        SIM_ASSERT(piece->end - piece->size >= from); /* replicas stand between pieces */
        bytes_put_varint(&out, piece->size);
        bytes_put_text(&out, piece->commands.chars, piece->commands.size);
    }
    Blob content = blob_copy(env->mem, (Slice){(const char *)out.bytes, (uint32_t)out.size});
    bytes_deinit(&out);
    return content;
}

void stream_unpack(Repl *repl, Blob content, NodeEnv *env)
{
    ByteReader in = {.bytes = (const uint8_t *)content.chars, .size = content.size};
    repl->apply.mem = env->mem;
    while (in.at < in.size) {
        uint32_t size;
        uint64_t length = bytes_get_varint(&in);
        const char *chars = bytes_get_text(&in, &size);
        SIM_ASSERT(!in.failed);
        primary_append(repl, length, (Slice){chars, size}, env);
        text_append_bytes(&repl->apply, chars, size);
    }
}

bool repl_next_apply(Repl *repl, Slice *commands)
{
    Text taken = repl->apply;
    text_clear(&repl->applied);
    if (taken.size == 0) return false;
    repl->apply = repl->applied;
    repl->applied = taken;
    *commands = (Slice){text_chars(&taken), taken.size};
    return true;
}
