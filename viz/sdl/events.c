/* events.c -- see events.h. */
#include "viz/sdl/events.h"

#include "sim/base/array.h"

#include <math.h>

#define DRAG_PX 4.0f

typedef struct KeyRow {
    SDL_Keycode code;
    uint32_t key;
} KeyRow;

static const KeyRow key_rows[] = {
    {SDLK_RETURN, KEY_RETURN},
    {SDLK_KP_ENTER, KEY_RETURN},
    {SDLK_ESCAPE, KEY_ESCAPE},
    {SDLK_TAB, KEY_TAB},
    {SDLK_BACKSPACE, KEY_BACKSPACE},
    {SDLK_DELETE, KEY_DELETE},
    {SDLK_LEFT, KEY_LEFT},
    {SDLK_RIGHT, KEY_RIGHT},
    {SDLK_UP, KEY_UP},
    {SDLK_DOWN, KEY_DOWN},
    {SDLK_HOME, KEY_HOME},
    {SDLK_END, KEY_END},
    {SDLK_PAGEUP, KEY_PAGE_UP},
    {SDLK_PAGEDOWN, KEY_PAGE_DOWN},
    {SDLK_F1, KEY_F1},
    {SDLK_F2, KEY_F2},
    {SDLK_F3, KEY_F3},
    {SDLK_F4, KEY_F4},
    {SDLK_F5, KEY_F5},
    {SDLK_F6, KEY_F6},
    {SDLK_F7, KEY_F7},
    {SDLK_F8, KEY_F8},
    {SDLK_F9, KEY_F9},
    {SDLK_F10, KEY_F10},
    {SDLK_F11, KEY_F11},
    {SDLK_F12, KEY_F12},
    {SDLK_KP_PLUS, '+'},
    {SDLK_KP_MINUS, '-'},
    {SDLK_KP_PERIOD, '.'},
    {SDLK_KP_0, '0'},
    {SDLK_KP_1, '1'},
    {SDLK_KP_2, '2'},
    {SDLK_KP_3, '3'},
    {SDLK_KP_4, '4'},
    {SDLK_KP_5, '5'},
    {SDLK_KP_6, '6'},
    {SDLK_KP_7, '7'},
    {SDLK_KP_8, '8'},
    {SDLK_KP_9, '9'},
};

static uint32_t key_of(SDL_Keycode code)
{
    for (size_t i = 0; i < ARRAY_LENGTH(key_rows); i++) {
        if (key_rows[i].code == code) return key_rows[i].key;
    }
    bool is_character = code >= ' ' && (code & SDLK_SCANCODE_MASK) == 0;
    return is_character ? (uint32_t)code : KEY_NONE;
}

static uint32_t modifiers_now(void)
{
    SDL_Keymod held = SDL_GetModState();
    return ((held & KMOD_SHIFT) != 0 ? MODIFIER_SHIFT : 0u) |
           ((held & KMOD_CTRL) != 0 ? MODIFIER_CTRL : 0u) |
           ((held & KMOD_ALT) != 0 ? MODIFIER_ALT : 0u);
}

static uint32_t button_of(uint8_t sdl_button)
{
    if (sdl_button == SDL_BUTTON_LEFT) return BUTTON_LEFT;
    if (sdl_button == SDL_BUTTON_MIDDLE) return BUTTON_MIDDLE;
    return sdl_button == SDL_BUTTON_RIGHT ? BUTTON_RIGHT : 0;
}

static Point logical(const EventState *state, float x, float y)
{
    return (Point){x / state->scale, y / state->scale};
}

/* ---- one kind of event each; all return whether it means something ---- */

static bool on_window(EventState *state, const SDL_WindowEvent *event, Input *input)
{
    switch (event->event) {
    case SDL_WINDOWEVENT_SIZE_CHANGED: input->kind = INPUT_RESIZE; return true;
    case SDL_WINDOWEVENT_EXPOSED: input->kind = INPUT_EXPOSE; return true;
    case SDL_WINDOWEVENT_FOCUS_LOST:
        state->buttons = 0;
        return false; /* the release goes elsewhere */
    case SDL_WINDOWEVENT_LEAVE:
        if (state->buttons != 0) return false; /* a drag outside is still a drag */
        state->at = (Point){-1, -1};
        input->kind = INPUT_LEAVE;
        return true;
    default: return false; /* SDL's enum, not ours: most of it is no concern */
    }
}

static bool on_motion(EventState *state, const SDL_MouseMotionEvent *event, Input *input)
{
    Point at = logical(state, (float)event->x, (float)event->y);
    input->kind = INPUT_MOUSE_MOVE;
    bool was_outside = state->at.x < 0 && state->buttons == 0;
    if (!was_outside) input->by = (Point){at.x - state->at.x, at.y - state->at.y};
    state->at = at;
    float far_x = fabsf(at.x - state->from.x);
    float far_y = fabsf(at.y - state->from.y);
    if (state->buttons != 0 && (far_x > DRAG_PX || far_y > DRAG_PX)) state->is_drag = true;
    return true;
}

static bool on_button(EventState *state, const SDL_MouseButtonEvent *event, Input *input)
{
    uint32_t button = button_of(event->button);
    if (button == 0) return false;
    state->at = logical(state, (float)event->x, (float)event->y);
    input->button = button;
    input->clicks = event->clicks;
    if (event->type == SDL_MOUSEBUTTONDOWN) {
        input->kind = INPUT_MOUSE_DOWN;
        if (state->buttons == 0) {
            state->from = state->at;
            state->is_drag = false;
        }
        state->buttons |= button;
        return true;
    }
    input->kind = INPUT_MOUSE_UP;
    state->buttons &= ~button;
    return true;
}

static bool on_wheel(const SDL_MouseWheelEvent *event, Input *input)
{
    float sign = event->direction == SDL_MOUSEWHEEL_FLIPPED ? -1 : 1;
    input->kind = INPUT_WHEEL;
    input->by = (Point){event->preciseX * sign, event->preciseY * sign};
    return true;
}

static bool on_key(const SDL_KeyboardEvent *event, Input *input)
{
    input->kind = INPUT_KEY;
    input->key = key_of(event->keysym.sym);
    input->is_repeat = event->repeat != 0;
    return input->key != KEY_NONE;
}

static bool on_text(const SDL_TextInputEvent *event, Input *input)
{
    _Static_assert(sizeof(input->text) >= sizeof(event->text), "a text event fits into an Input");
    input->kind = INPUT_TEXT;
    SDL_strlcpy(input->text, event->text, sizeof(input->text));
    return input->text[0] != '\0';
}

static bool translate(EventState *state, const SDL_Event *event, Input *input)
{
    switch (event->type) {
    case SDL_QUIT: input->kind = INPUT_QUIT; return true;
    case SDL_WINDOWEVENT: return on_window(state, &event->window, input);
    case SDL_MOUSEMOTION: return on_motion(state, &event->motion, input);
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP: return on_button(state, &event->button, input);
    case SDL_MOUSEWHEEL: return on_wheel(&event->wheel, input);
    case SDL_KEYDOWN: return on_key(&event->key, input);
    case SDL_TEXTINPUT: return on_text(&event->text, input);
    default: return false;
    }
}

static Point rescaled(Point at, float factor)
{
    return (Point){at.x * factor, at.y * factor};
}

void events_set_scale(EventState *state, float scale)
{
    state->at = rescaled(state->at, state->scale / scale);
    state->from = rescaled(state->from, state->scale / scale);
    state->scale = scale;
}

bool events_translate(EventState *state, const SDL_Event *event, Input *input)
{
    *input = (Input){.kind = INPUT_NOTHING};
    bool means_something = translate(state, event, input);
    input->modifiers = modifiers_now();
    input->buttons = state->buttons;
    input->at = state->at;
    input->from = state->from;
    input->is_drag = state->is_drag;
    if (state->buttons == 0) state->is_drag = false; /* told once, with the release */
    if (!means_something) input->kind = INPUT_NOTHING;
    return means_something;
}
