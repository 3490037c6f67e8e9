/* hit.h -- what can be clicked or reached by key: rect -> action with an argument.
 *
 * Widgets add a hit for each thing they draw that does something; the caller asks which one lies
 * under the mouse or belongs to a key. Later hits lie on top, as in the draw list. What an action
 * number means is the caller's business; 0 is "nothing". */
#ifndef UI_HIT_H
#define UI_HIT_H

#include "sim/base/array.h"
#include "viz/draw/draw.h"

#define HIT_NONE 0u

typedef struct Hit {
    Rect rect;
    uint32_t action;  /* never HIT_NONE */
    int64_t argument; /* which one: choice 2, host 5, slot 866 */
    uint32_t key; /* shortcut as an InputKey or a lower case character (viz/sdl/input.h); 0: none */
} Hit;

typedef struct HitList {
    ARRAY_OF(Hit) items;
} HitList;

void hit_clear(HitList *list); /* keeps the capacity */
void hit_deinit(HitList *list);

void hit_add(HitList *list, Rect rect, uint32_t action, int64_t argument);
void hit_add_key(HitList *list, Rect rect, uint32_t action, int64_t argument, uint32_t key);

/* The topmost hit under the point, NULL when there is none. Borrowed until the next change. */
const Hit *hit_at(const HitList *list, Point at);
/* The topmost hit with that shortcut, NULL when there is none. */
const Hit *hit_by_key(const HitList *list, uint32_t key);
/* The hit of that action and argument, NULL when it is not on the screen. */
const Hit *hit_find(const HitList *list, uint32_t action, int64_t argument);
/* The hit after (direction +1) or before (-1) `current` in drawing order, around the ends; from
 * NULL the first or last one. NULL only when the list is empty. */
const Hit *hit_next(const HitList *list, const Hit *current, int direction);

#endif
