/* list.h -- a list of bytes: a ring that grows at both ends. */
#ifndef STORE_LIST_H
#define STORE_LIST_H

#include "sim/store/value.h"

typedef enum ListEnd { LIST_HEAD, LIST_TAIL } ListEnd;

List *list_create(Mem *mem);
void list_destroy(List *list, Mem *mem);
uint32_t list_count(const List *list);
uint64_t list_bytes(const List *list);
Slice list_at(const List *list, uint32_t index);
void list_push(List *list, ListEnd end, Slice bytes, Mem *mem);
Blob list_pop(List *list, ListEnd end); /* the caller frees it; the list is not empty */
void list_set(List *list, uint32_t index, Slice bytes, Mem *mem);
void list_insert(List *list, uint32_t index, Slice bytes,
                 Mem *mem); /* before index; count: at the end */
void list_remove(List *list, uint32_t index, Mem *mem);
void list_trim(List *list, uint32_t first, uint32_t count, Mem *mem); /* keeps only these */

#endif
