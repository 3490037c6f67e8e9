/* icon.h -- the few signs of the view, drawn from shapes, so that they do not depend on a font.
 *
 * Each stands in a square of `size` px around `center`. */
#ifndef UI_ICON_H
#define UI_ICON_H

#include "viz/draw/draw.h"

typedef enum Icon {
    ICON_CHECK,   /* holds */
    ICON_WARNING, /* triangle with ! */
    ICON_CROSS,   /* down, error */
    ICON_PAUSE,
    ICON_PLAY,
    ICON_STEP, /* one event on */
    ICON_STEP_BACK,
    ICON_LOCK,
    ICON_LOCK_OPEN,
    ICON_EYE,         /* as one node believes */
    ICON_ARROW_RIGHT, /* from -> to */
    ICON_COUNT
} Icon;

void icon_draw(DrawList *list, Icon icon, Point center, float size, Color color);

#endif
