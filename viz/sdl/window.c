/* window.c -- see window.h.
 *
 * Pixels go to SDL's window surface: memory shared with the X server, or a texture where there is a
 * GPU. */
#include "viz/sdl/window.h"

#include "sim/base/assert.h"
#include "sim/base/mem.h"
#include "viz/sdl/events.h"

#include <SDL.h>

#include <dirent.h>
#include <string.h>

#define WIDTH_MIN  640
#define HEIGHT_MIN 400

struct Window {
    SDL_Window *window;
    float scale;   /* the person's: logical px to px of the desktop */
    float density; /* px of the desktop to device px */
    EventState events;
    bool was_rescaled; /* a resize is still to be reported */
    uint64_t started_ms;
};

/* Is there a GPU to render with? Without one SDL's textures would be OpenGL on the CPU: 20 ms a
 * frame. */
static bool has_gpu(void)
{
    DIR *folder = opendir("/dev/dri");
    if (folder == NULL) return false;
    bool found = false;
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (strncmp(entry->d_name, "renderD", 7) == 0) found = true;
    }
    closedir(folder);
    return found;
}

static void set_hints(void)
{
    /* Only X11 has a window surface without textures; elsewhere the hint would leave us without
     * any. A setting of the environment wins over a hint. */
    const char *driver = SDL_GetCurrentVideoDriver();
    bool is_x11 = driver != NULL && strcmp(driver, "x11") == 0;
    if (is_x11 && !has_gpu()) SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
    SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "1");
}

static void measure_density(Window *window)
{
    int desktop = 0, device = 0;
    SDL_GetWindowSize(window->window, &desktop, NULL);
    SDL_GetWindowSizeInPixels(window->window, &device, NULL);
    if (desktop <= 0 || device <= 0) return; /* minimised: as it was */
    window->density = (float)device / (float)desktop;
}

static SDL_Window *open_window(const char *title, int width, int height)
{
    SDL_Rect usable = {0, 0, width, height};
    if (SDL_GetDisplayUsableBounds(0, &usable) == 0) {
        if (width > usable.w) width = usable.w;
        if (height > usable.h) height = usable.h;
    }
    SDL_Window *window =
        SDL_CreateWindow(title, SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED, width, height,
                         SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
    if (window != NULL) SDL_SetWindowMinimumSize(window, WIDTH_MIN, HEIGHT_MIN);
    return window;
}

/* Without any display SDL falls back to a window in memory that nobody sees: useful only to who
 * asks for it by SDL_VIDEODRIVER. */
static bool is_visible(void)
{
    const char *driver = SDL_GetCurrentVideoDriver();
    bool is_memory = driver != NULL && strcmp(driver, "offscreen") == 0;
    return !is_memory || SDL_getenv("SDL_VIDEODRIVER") != NULL;
}

static Window *no_window(Error *err, const char *reason)
{
    error_set(err, "no window: %s; `slotscope render` makes pictures without a display", reason);
    return NULL;
}

Window *window_create(const char *title, int width, int height, float scale, Error *err)
{
    SIM_ASSERT(scale > 0);
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1"); /* Ctrl+C in the terminal stays the terminal's */
    if (SDL_InitSubSystem(SDL_INIT_VIDEO) != 0) return no_window(err, SDL_GetError());
    if (!is_visible()) {
        SDL_QuitSubSystem(SDL_INIT_VIDEO);
        return no_window(err, "there is no display (is DISPLAY or WAYLAND_DISPLAY set?)");
    }
    set_hints();
    SDL_Window *sdl_window =
        open_window(title, (int)((float)width * scale), (int)((float)height * scale));
    if (sdl_window == NULL) {
        no_window(err, SDL_GetError());
        SDL_QuitSubSystem(SDL_INIT_VIDEO);
        return NULL;
    }
    Window *window = mem_alloc(NULL, sizeof(*window));
    window->window = sdl_window;
    window->scale = scale;
    window->density = 1;
    window->events = (EventState){.scale = scale, .at = {-1, -1}};
    window->started_ms = SDL_GetTicks64();
    measure_density(window);
    SDL_StopTextInput(); /* SDL starts with it on */
    return window;
}

void window_destroy(Window *window)
{
    if (window == NULL) return;
    SDL_DestroyWindow(window->window);
    SDL_QuitSubSystem(SDL_INIT_VIDEO);
    mem_free(NULL, window, sizeof(*window));
}

void window_size(const Window *window, int *width, int *height, float *scale)
{
    SDL_GetWindowSizeInPixels(window->window, width, height);
    if (*width < 1) *width = 1; /* minimised */
    if (*height < 1) *height = 1;
    *scale = window->scale * window->density;
}

void window_set_scale(Window *window, float scale)
{
    SIM_ASSERT(scale > 0);
    if (scale == window->scale) return;
    window->scale = scale;
    events_set_scale(&window->events, scale);
    window->was_rescaled = true;
}

void window_set_title(Window *window, const char *title)
{
    SDL_SetWindowTitle(window->window, title);
}

void window_set_fullscreen(Window *window, bool on)
{
    /* A refusal of the desktop leaves the window as it is; there is nothing to tell. */
    (void)SDL_SetWindowFullscreen(window->window, on ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0);
}

bool window_is_fullscreen(const Window *window)
{
    return (SDL_GetWindowFlags(window->window) & SDL_WINDOW_FULLSCREEN_DESKTOP) != 0;
}

void window_set_text_input(Window *window, bool on)
{
    (void)window; /* SDL keeps one switch for all windows */
    if (on) SDL_StartTextInput();
    else SDL_StopTextInput();
}

/* ---- input ---- */

/* Moves of the mouse that wait in the queue become one: only where it is now matters. */
static void merge_motion(SDL_Event *event)
{
    SDL_Event next;
    SDL_PumpEvents();
    while (SDL_PeepEvents(&next, 1, SDL_PEEKEVENT, SDL_FIRSTEVENT, SDL_LASTEVENT) == 1 &&
           next.type == SDL_MOUSEMOTION) {
        SDL_PeepEvents(event, 1, SDL_GETEVENT, SDL_MOUSEMOTION, SDL_MOUSEMOTION);
    }
}

bool window_wait(Window *window, int timeout_ms, Input *input)
{
    if (window->was_rescaled) {
        window->was_rescaled = false;
        *input = (Input){.kind = INPUT_RESIZE, .at = window->events.at};
        return true;
    }
    uint64_t until = SDL_GetTicks64() + (timeout_ms > 0 ? (uint64_t)timeout_ms : 0);
    SDL_Event event;
    for (;;) {
        uint64_t now = SDL_GetTicks64();
        int left = timeout_ms < 0 ? -1 : until > now ? (int)(until - now) : 0;
        if (SDL_WaitEventTimeout(&event, left) == 0) break;
        if (event.type == SDL_MOUSEMOTION) merge_motion(&event);
        if (!events_translate(&window->events, &event, input)) continue;
        if (input->kind == INPUT_RESIZE) measure_density(window);
        return true;
    }
    *input = (Input){.kind = INPUT_NOTHING, .at = window->events.at};
    return false;
}

/* ---- output ---- */

static int least(int a, int b)
{
    return a < b ? a : b;
}

void window_present(Window *window, const Painter *painter)
{
    SDL_Surface *surface = SDL_GetWindowSurface(window->window);
    if (surface == NULL) return; /* between two sizes; a resize follows */
    int width = 0, height = 0, pitch = 0;
    const uint32_t *pixels = painter_pixels(painter, &width, &height, &pitch);
    bool must_lock = SDL_MUSTLOCK(surface);
    if (must_lock && SDL_LockSurface(surface) != 0) return;
    /* Copies rows when the format is the same, as it nearly always is. */
    SDL_ConvertPixels(least(width, surface->w), least(height, surface->h), SDL_PIXELFORMAT_RGB888,
                      pixels, pitch, surface->format->format, surface->pixels, surface->pitch);
    if (must_lock) SDL_UnlockSurface(surface);
    SDL_UpdateWindowSurface(window->window);
}

uint64_t window_milliseconds(const Window *window)
{
    return SDL_GetTicks64() - window->started_ms;
}
