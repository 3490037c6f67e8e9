/* mem.c -- size classes over chunks; a snapshot copies the chunks, a restore writes them back in
 * place.
 *
 * Blocks up to BLOCK_MAX come from chunks, cut front to back; a freed block goes to the list of its
 * class and is the next to be handed out. Larger blocks are chunks of their own; a freed one is
 * kept in a list and used again for the same class of size. Chunks are never returned to the heap
 * before mem_destroy, so that an image can always be loaded: chunks made after the save become free
 * space again.
 *
 * A simulator of a thousand nodes touches hundreds of megabytes in no order at all, and would spend
 * much of its time on translating addresses: what lies beyond the first megabytes asks the kernel
 * for huge pages. */
#if defined(__linux__)
#define _DEFAULT_SOURCE /* madvise */
#include <sys/mman.h>
#endif

#include "sim/base/mem.h"

#include "sim/base/assert.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_SIZE  ((size_t)1 << 20)
#define CHUNK_LARGE ((size_t)1 << 23) /* once there is more than LARGE_FROM */
#define LARGE_FROM  ((size_t)1 << 24)
#define HUGE_PAGE   ((size_t)1 << 21)
#define BLOCK_MAX   ((size_t)1 << 18)
#define CLASS_COUNT 200

typedef struct FreeBlock {
    struct FreeBlock *next;
} FreeBlock;

typedef struct Chunk {
    struct Chunk *next; /* in order of creation */
    size_t size;        /* of bytes */
    size_t used;        /* bytes ever cut off: what a snapshot must copy */
    bool shared;        /* small blocks are cut from it */
    unsigned char padding[64 - 2 * sizeof(size_t) - sizeof(void *) - sizeof(bool)];
    max_align_t bytes[]; /* in a huge page they begin with a cache line */
} Chunk;

/* What must go back with the contents. */
typedef struct MemBook {
    size_t used;
    Chunk *current; /* where small blocks are cut from */
    FreeBlock *free[CLASS_COUNT];
} MemBook;

struct Mem {
    Chunk *first, *last;
    size_t size; /* of all chunks */
    MemBook book;
};

typedef struct ImagePart {
    Chunk *chunk;
    size_t used;
    unsigned char *copy;
} ImagePart;

struct MemImage {
    MemBook book;
    Chunk *last;
    size_t count;
    ImagePart *parts;
};

static _Noreturn void out_of_memory(size_t size)
{
    fprintf(stderr, "slotscope: out of memory: %zu bytes could not be had\n", size);
    exit(2);
}

static void *heap(size_t size)
{
    void *block = calloc(1, size);
    if (!block) out_of_memory(size);
    return block;
}

/* Four classes to each power of two, from 16 bytes on: at most a quarter is wasted. */
static uint32_t class_of(size_t size)
{
    uint32_t class = 0;
    size_t limit = 16;
    while (size > limit) {
        size_t quarter = limit / 4;
        for (uint32_t part = 1; part <= 4; part++) {
            class ++;
            if (size <= limit + part * quarter) return class;
        }
        limit *= 2;
    }
    return class;
}

static size_t class_size(uint32_t class)
{
    if (class == 0) return 16;
    size_t limit = (size_t)16 << ((class - 1) / 4);
    size_t size = limit + ((class - 1) % 4 + 1) * (limit / 4);
    return (size + 15) & ~(size_t)15;
}

Mem *mem_create(void)
{
    return heap(sizeof(Mem));
}

void mem_destroy(Mem *mem)
{
    if (!mem) return;
    for (Chunk *chunk = mem->first; chunk;) {
        Chunk *next = chunk->next;
        free(chunk);
        chunk = next;
    }
    free(mem);
}

/* As heap, in huge pages if the kernel has some. */
static void *huge_heap(size_t size)
{
    size = (size + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1);
    void *block = aligned_alloc(HUGE_PAGE, size);
    if (!block) out_of_memory(size);
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    (void)madvise(block, size, MADV_HUGEPAGE); /* refused: then in ordinary pages */
#endif
    return memset(block, 0, size);
}

static Chunk *add_chunk(Mem *mem, size_t size, bool shared)
{
    if (shared && mem->size >= LARGE_FROM) size = CHUNK_LARGE - sizeof(Chunk);
    size_t whole = sizeof(Chunk) + size;
    Chunk *chunk = whole >= HUGE_PAGE ? huge_heap(whole) : heap(whole);
    chunk->size = size;
    chunk->shared = shared;
    mem->size += size;
    if (mem->last) mem->last->next = chunk;
    else mem->first = chunk;
    mem->last = chunk;
    return chunk;
}

/* Cuts a small block off the current chunk, moving on to the next empty or a new one when it is
 * full. */
static void *cut(Mem *mem, size_t size)
{
    Chunk *chunk = mem->book.current;
    while (chunk && (!chunk->shared || chunk->used + size > chunk->size)) chunk = chunk->next;
    if (!chunk) chunk = add_chunk(mem, CHUNK_SIZE, true);
    mem->book.current = chunk;
    void *block = (unsigned char *)chunk->bytes + chunk->used;
    chunk->used += size;
    return block;
}

/* A chunk of its own for a large block; one left over from before a restore is taken first. */
static void *take_large(Mem *mem, size_t size)
{
    for (Chunk *chunk = mem->first; chunk; chunk = chunk->next) {
        if (!chunk->shared && chunk->used == 0 && chunk->size == size) {
            chunk->used = size;
            return chunk->bytes;
        }
    }
    Chunk *chunk = add_chunk(mem, size, false);
    chunk->used = size;
    return chunk->bytes;
}

void *mem_alloc(Mem *mem, size_t size)
{
    if (size == 0) return NULL;
    if (!mem) return heap(size);

    uint32_t class = class_of(size);
    SIM_ASSERT(class < CLASS_COUNT);
    size_t rounded = class_size(class);
    SIM_ASSERT(rounded >= size);
    mem->book.used += size;
    FreeBlock *block = mem->book.free[class];
    if (block) {
        mem->book.free[class] = block->next;
        return memset(block, 0, size);
    }
    void *fresh = rounded <= BLOCK_MAX ? cut(mem, rounded) : take_large(mem, rounded);
    return memset(fresh, 0, size);
}

void mem_free(Mem *mem, void *block, size_t size)
{
    if (!block) return;
    if (!mem) {
        free(block);
        return;
    }
    uint32_t class = class_of(size);
    SIM_ASSERT(mem->book.used >= size);
    mem->book.used -= size;
    FreeBlock *entry = block;
    entry->next = mem->book.free[class];
    mem->book.free[class] = entry;
}

void *mem_resize(Mem *mem, void *block, size_t old_size, size_t new_size)
{
    if (mem && block && new_size > 0 && class_of(old_size) == class_of(new_size)) {
        mem->book.used += new_size;
        mem->book.used -= old_size;
        if (new_size > old_size) memset((char *)block + old_size, 0, new_size - old_size);
        return block;
    }
    void *moved = mem_alloc(mem, new_size);
    if (block && moved) memcpy(moved, block, old_size < new_size ? old_size : new_size);
    mem_free(mem, block, old_size);
    return moved;
}

size_t mem_used(const Mem *mem)
{
    return mem ? mem->book.used : 0;
}

MemImage *mem_save(const Mem *mem)
{
    MemImage *image = heap(sizeof(MemImage));
    image->book = mem->book;
    image->last = mem->last;
    for (const Chunk *chunk = mem->first; chunk; chunk = chunk->next) image->count++;
    image->parts = heap((image->count + 1) * sizeof(ImagePart));
    size_t i = 0;
    for (Chunk *chunk = mem->first; chunk; chunk = chunk->next, i++) {
        image->parts[i] = (ImagePart){.chunk = chunk, .used = chunk->used};
        if (chunk->used == 0) continue;
        image->parts[i].copy = heap(chunk->used);
        memcpy(image->parts[i].copy, chunk->bytes, chunk->used);
    }
    return image;
}

void mem_load(Mem *mem, const MemImage *image)
{
    for (size_t i = 0; i < image->count; i++) {
        const ImagePart *part = &image->parts[i];
        part->chunk->used = part->used;
        if (part->used) memcpy(part->chunk->bytes, part->copy, part->used);
    }
    for (Chunk *chunk = image->last ? image->last->next : mem->first; chunk; chunk = chunk->next) {
        chunk->used = 0; /* made since: free space again */
    }
    mem->book = image->book;
    if (!mem->book.current) mem->book.current = mem->first;
}

void mem_image_destroy(MemImage *image)
{
    if (!image) return;
    for (size_t i = 0; i < image->count; i++) free(image->parts[i].copy);
    free(image->parts);
    free(image);
}
