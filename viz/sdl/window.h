/* window.h -- a window of the desktop: shows the painter's pixels, hands out input.
 *
 * Nothing is drawn by itself: the caller waits for input, paints when something changed and
 * presents. On a machine without a GPU the pixels go to the window directly, not through software
 * OpenGL. */
#ifndef SDL_WINDOW_H
#define SDL_WINDOW_H

#include "sim/base/error.h"
#include "viz/sdl/painter.h"
#include "viz/sdl/input.h"

typedef struct Window Window; /* opaque; viz/sdl/window.c */

/* Opens a resizable window of width x height logical px (made smaller if the screen is). `scale` is
 * the UI scale the person asked for (1, 1.5, 2); a hi-DPI screen multiplies it. NULL and *err if
 * there is no display. */
Window *window_create(const char *title, int width, int height, float scale, Error *err);
void window_destroy(Window *window); /* NULL is allowed */

/* The size to paint: device px and device px per logical px. */
void window_size(const Window *window, int *width, int *height, float *scale);
void window_set_scale(Window *window, float scale); /* F9; a resize event follows */
void window_set_title(Window *window, const char *title);
void window_set_fullscreen(Window *window, bool on);
bool window_is_fullscreen(const Window *window);
/* Whether typed characters arrive as INPUT_TEXT. */
void window_set_text_input(Window *window, bool on);

/* Waits for the next input, at most timeout_ms (0: only looks; negative: for ever). Returns false
 * and INPUT_NOTHING when the time is up. */
bool window_wait(Window *window, int timeout_ms, Input *input);

/* Shows what the painter last painted; its size should be that of window_size, else it is cut. */
void window_present(Window *window, const Painter *painter);

/* Milliseconds of the wall since the window opened, for the main loop. */
uint64_t window_milliseconds(const Window *window);

#endif
