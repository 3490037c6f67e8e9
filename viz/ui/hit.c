/* hit.c -- see hit.h. */
#include "viz/ui/hit.h"

#include "sim/base/assert.h"
#include "viz/ui/rect.h"

#include <stddef.h>

void hit_clear(HitList *list)
{
    array_clear(&list->items);
}

void hit_deinit(HitList *list)
{
    array_deinit(NULL, &list->items);
}

void hit_add(HitList *list, Rect rect, uint32_t action, int64_t argument)
{
    hit_add_key(list, rect, action, argument, 0);
}

void hit_add_key(HitList *list, Rect rect, uint32_t action, int64_t argument, uint32_t key)
{
    SIM_ASSERT(action != HIT_NONE);
    array_push(NULL, &list->items,
               (Hit){.rect = rect, .action = action, .argument = argument, .key = key});
}

const Hit *hit_at(const HitList *list, Point at)
{
    for (uint32_t i = list->items.count; i-- > 0;) {
        if (rect_contains(list->items.items[i].rect, at)) return &list->items.items[i];
    }
    return NULL;
}

const Hit *hit_by_key(const HitList *list, uint32_t key)
{
    if (key == 0) return NULL;
    for (uint32_t i = list->items.count; i-- > 0;) {
        if (list->items.items[i].key == key) return &list->items.items[i];
    }
    return NULL;
}

const Hit *hit_find(const HitList *list, uint32_t action, int64_t argument)
{
    for (uint32_t i = list->items.count; i-- > 0;) {
        const Hit *hit = &list->items.items[i];
        if (hit->action == action && hit->argument == argument) return hit;
    }
    return NULL;
}

const Hit *hit_next(const HitList *list, const Hit *current, int direction)
{
    SIM_ASSERT(direction == 1 || direction == -1);
    uint32_t count = list->items.count;
    if (count == 0) return NULL;
    if (current == NULL) return &list->items.items[direction > 0 ? 0 : count - 1];
    uint32_t index = (uint32_t)(current - list->items.items);
    SIM_ASSERT(index < count);
    return &list->items.items[(index + (direction > 0 ? 1 : count - 1)) % count];
}
