/* events.h -- SDL events as Input; keeps what every input carries: buttons and the mouse. */
#ifndef SDL_EVENTS_H
#define SDL_EVENTS_H

#include "viz/sdl/input.h"

#include <SDL.h>

typedef struct EventState {
    float scale;      /* px of the desktop per logical px */
    uint32_t buttons; /* held */
    Point at;         /* logical px */
    Point from;       /* where the first button held went down */
    bool is_drag;     /* it has moved since, further than a shaky hand */
} EventState;

/* Fills in *input; false for events that mean nothing to us. */
bool events_translate(EventState *state, const SDL_Event *event, Input *input);

/* Another scale: the mouse stays where it is on the screen. */
void events_set_scale(EventState *state, float scale);

#endif
