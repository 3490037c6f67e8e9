/* list.c -- a list of bytes: a ring that grows at both ends. */
#include "sim/store/list.h"

#include "sim/base/assert.h"

#include <string.h>

struct List {
    Blob *items;
    uint32_t capacity; /* a power of two, or 0 */
    uint32_t head;     /* place of the first */
    uint32_t count;
    uint64_t bytes;
};

static uint32_t place_of(const List *list, uint32_t index)
{
    return (list->head + index) & (list->capacity - 1);
}

List *list_create(Mem *mem)
{
    return mem_alloc(mem, sizeof(List));
}

void list_destroy(List *list, Mem *mem)
{
    if (!list) return;
    for (uint32_t i = 0; i < list->count; i++) blob_free(mem, &list->items[place_of(list, i)]);
    mem_free(mem, list->items, list->capacity * sizeof(Blob));
    mem_free(mem, list, sizeof(*list));
}

uint32_t list_count(const List *list)
{
    return list->count;
}

uint64_t list_bytes(const List *list)
{
    return list->bytes;
}

Slice list_at(const List *list, uint32_t index)
{
    SIM_ASSERT(index < list->count);
    return blob_slice(list->items[place_of(list, index)]);
}

static void grow(List *list, Mem *mem)
{
    uint32_t capacity = list->capacity ? 2 * list->capacity : 8;
    Blob *items = mem_alloc(mem, capacity * sizeof(Blob));
    for (uint32_t i = 0; i < list->count; i++) items[i] = list->items[place_of(list, i)];
    mem_free(mem, list->items, list->capacity * sizeof(Blob));
    list->items = items;
    list->capacity = capacity;
    list->head = 0;
}

void list_push(List *list, ListEnd end, Slice bytes, Mem *mem)
{
    Blob copy = blob_copy(mem, bytes);
    if (list->count == list->capacity) grow(list, mem);
    if (end == LIST_HEAD) list->head = (list->head + list->capacity - 1) & (list->capacity - 1);
    list->items[place_of(list, end == LIST_HEAD ? 0 : list->count)] = copy;
    list->count++;
    list->bytes += bytes.size;
}

Blob list_pop(List *list, ListEnd end)
{
    SIM_ASSERT(list->count > 0);
    Blob blob = list->items[place_of(list, end == LIST_HEAD ? 0 : list->count - 1)];
    if (end == LIST_HEAD) list->head = (list->head + 1) & (list->capacity - 1);
    list->count--;
    list->bytes -= blob.size;
    return blob;
}

void list_set(List *list, uint32_t index, Slice bytes, Mem *mem)
{
    SIM_ASSERT(index < list->count);
    Blob *item = &list->items[place_of(list, index)];
    Blob old = *item;
    list->bytes = list->bytes - old.size + bytes.size;
    *item = blob_copy(mem, bytes); /* first the copy: bytes may lie in the old one */
    blob_free(mem, &old);
}

void list_insert(List *list, uint32_t index, Slice bytes, Mem *mem)
{
    SIM_ASSERT(index <= list->count);
    list_push(list, LIST_TAIL, bytes, mem);
    Blob added = list->items[place_of(list, list->count - 1)];
    for (uint32_t i = list->count - 1; i > index; i--) {
        list->items[place_of(list, i)] = list->items[place_of(list, i - 1)];
    }
    list->items[place_of(list, index)] = added;
}

void list_remove(List *list, uint32_t index, Mem *mem)
{
    SIM_ASSERT(index < list->count);
    Blob removed = list->items[place_of(list, index)];
    for (uint32_t i = index; i + 1 < list->count; i++) {
        list->items[place_of(list, i)] = list->items[place_of(list, i + 1)];
    }
    list->count--;
    list->bytes -= removed.size;
    blob_free(mem, &removed);
}

void list_trim(List *list, uint32_t first, uint32_t count, Mem *mem)
{
    SIM_ASSERT(first <= list->count && count <= list->count - first);
    for (uint32_t i = 0; i < first; i++) {
        Blob blob = list_pop(list, LIST_HEAD);
        blob_free(mem, &blob);
    }
    while (list->count > count) {
        Blob blob = list_pop(list, LIST_TAIL);
        blob_free(mem, &blob);
    }
}
