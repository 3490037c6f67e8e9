/* input.h -- what a person did, without saying through which library: one event a struct.
 *
 * window.h fills them in; nothing of SDL is in here. Positions are logical px. */
#ifndef SDL_INPUT_H
#define SDL_INPUT_H

#include "viz/draw/draw.h"

typedef enum InputKind {
    INPUT_NOTHING, /* the wait timed out */
    INPUT_QUIT,
    INPUT_KEY,        /* pressed or repeated; `key`, `modifiers` */
    INPUT_TEXT,       /* typed text: `text` (UTF-8), only while text input is on */
    INPUT_MOUSE_MOVE, /* `at`, `by`; `buttons` says which are held: a drag if any */
    INPUT_MOUSE_DOWN, /* `button`, `clicks` */
    INPUT_MOUSE_UP,   /* `button`; `is_drag` if it moved more than 4 px since it went down */
    INPUT_WHEEL,      /* `by`: x, y in notches, y > 0 away from the person */
    INPUT_RESIZE,     /* the window has another size or scale */
    INPUT_EXPOSE,     /* shown again: present once more */
    INPUT_LEAVE       /* the mouse left the window */
} InputKind;

/* Keys without a character; those with one are the character they give without Shift ('k', '=', '
 * '): where
 * '+' is Shift and '=', it arrives as '=' with MODIFIER_SHIFT. The number pad gives its characters.
 */
typedef enum InputKey {
    KEY_NONE = 0,
    KEY_RETURN = 13,
    KEY_ESCAPE = 27,
    KEY_FIRST = 0x110000, /* above Unicode */
    KEY_TAB,
    KEY_BACKSPACE,
    KEY_DELETE,
    KEY_LEFT,
    KEY_RIGHT,
    KEY_UP,
    KEY_DOWN,
    KEY_HOME,
    KEY_END,
    KEY_PAGE_UP,
    KEY_PAGE_DOWN,
    KEY_F1,
    KEY_F2,
    KEY_F3,
    KEY_F4,
    KEY_F5,
    KEY_F6,
    KEY_F7,
    KEY_F8,
    KEY_F9,
    KEY_F10,
    KEY_F11,
    KEY_F12
} InputKey;

enum { MODIFIER_SHIFT = 1, MODIFIER_CTRL = 2, MODIFIER_ALT = 4 };
enum { BUTTON_LEFT = 1, BUTTON_MIDDLE = 2, BUTTON_RIGHT = 4 };

typedef struct Input {
    InputKind kind;
    uint32_t key;       /* InputKey or a character */
    uint32_t modifiers; /* MODIFIER_* held, with every kind */
    uint32_t button;    /* BUTTON_* that went down or up */
    uint32_t buttons;   /* BUTTON_* held after it */
    uint32_t clicks;    /* 2: a double click */
    bool is_repeat;     /* the key is held down */
    bool is_drag;
    Point at;      /* the mouse, with every kind */
    Point by;      /* moved by, or wheel notches */
    Point from;    /* where the button held (or just released) went down */
    char text[32]; /* NUL-terminated */
} Input;

#endif
