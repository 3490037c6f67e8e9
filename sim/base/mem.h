/* mem.h -- all allocation of the library; never returns NULL.
 *
 * A Mem is the memory of one simulator. Everything a Sim owns comes from its Mem, so that a
 * snapshot is a copy of the Mem's blocks and a restore writes them back *in place*: every pointer
 * stays valid and nothing can be forgotten. mem == NULL means the plain heap (views, tools, tests),
 * without snapshots. Blocks are handed out in size classes with LIFO free lists: deterministic,
 * though no simulation state may depend on an address. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

typedef struct Mem Mem;           /* opaque; sim/base/mem.c */
typedef struct MemImage MemImage; /* a saved copy of a Mem's contents */

Mem *mem_create(void);
void mem_destroy(Mem *mem); /* frees every block; NULL is allowed */

/* Zeroed memory, aligned for any type. size 0 gives NULL. Out of memory ends the program with a
 * sentence. */
void *mem_alloc(Mem *mem, size_t size);
/* size must be what was asked for; NULL is allowed. */
void mem_free(Mem *mem, void *block, size_t size);
/* Grows or shrinks; a grown tail is zeroed. Returns the possibly moved block. */
void *mem_resize(Mem *mem, void *block, size_t old_size, size_t new_size);

size_t mem_used(const Mem *mem); /* bytes handed out and not freed; 0 for NULL */

/* Copies everything the Mem holds now. The image belongs to the caller (plain heap). */
MemImage *mem_save(const Mem *mem);
/* Puts the contents back as they were at mem_save; blocks allocated since are gone. */
void mem_load(Mem *mem, const MemImage *image);
void mem_image_destroy(MemImage *image);

#endif
