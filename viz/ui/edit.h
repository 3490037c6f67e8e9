/* edit.h -- one line of text that is typed: characters, a cursor, and the keys that move in it, as
 * in a terminal (readline, linenoise).
 *
 * Text is UTF-8; the cursor always stands between two characters. A line that is full takes no
 * more. Lines given before are in an EditHistory: one of it may be edited and given anew, the old
 * one stays as it was. */
#ifndef UI_EDIT_H
#define UI_EDIT_H

#include "sim/base/array.h"

#include <stdbool.h>
#include <stdint.h>

#define EDIT_SIZE        1024u /* bytes of a line, its NUL included */
#define EDIT_HISTORY_MAX 200u  /* lines that are remembered */

typedef struct EditLine {
    char chars[EDIT_SIZE]; /* NUL-terminated */
    uint32_t size, cursor; /* bytes */
} EditLine;

void edit_clear(EditLine *line);
void edit_set(EditLine *line, const char *chars); /* cursor at the end */
/* What was typed; control characters are left out. */
void edit_insert(EditLine *line, const char *chars);
typedef enum EditOp {
    EDIT_LEFT,
    EDIT_RIGHT,
    EDIT_START,        /* Home, Ctrl-A */
    EDIT_END,          /* End, Ctrl-E */
    EDIT_CUT_BEFORE,   /* one character: Backspace */
    EDIT_CUT_AFTER,    /* Delete */
    EDIT_CUT_WORD,     /* the word before: Ctrl-W */
    EDIT_CUT_TO_START, /* Ctrl-U */
    EDIT_CUT_TO_END,   /* Ctrl-K */
    EDIT_OP_COUNT
} EditOp;
void edit_do(EditLine *line, EditOp op);

typedef struct EditHistory {
    ARRAY_OF(char *) lines; /* oldest first */
    uint32_t back;          /* 0: the line being typed; 1: the newest of the history ... */
    char draft[EDIT_SIZE];  /* that line, while an older one is shown */
} EditHistory;

void edit_history_deinit(EditHistory *history);
/* Remembers a line that was given, unless it is empty or the same as the last one. */
void edit_history_add(EditHistory *history, const char *chars);
/* Up (+1: older) and down (-1); false at either end. */
bool edit_history_go(EditHistory *history, EditLine *line, int direction);

#endif
