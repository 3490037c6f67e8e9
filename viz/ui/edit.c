/* edit.c -- see edit.h. */
#include "viz/ui/edit.h"

#include "sim/base/mem.h"

#include <string.h>

static bool is_middle(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80; /* of a character of several bytes */
}

static uint32_t before(const EditLine *line, uint32_t at)
{
    if (at > 0) at--;
    while (at > 0 && is_middle(line->chars[at])) at--;
    return at;
}

static uint32_t after(const EditLine *line, uint32_t at)
{
    if (at < line->size) at++;
    while (at < line->size && is_middle(line->chars[at])) at++;
    return at;
}

/* Takes the bytes from..to out; the cursor stands where they were. */
static void cut(EditLine *line, uint32_t from, uint32_t to)
{
    memmove(line->chars + from, line->chars + to, line->size - to + 1);
    line->size -= to - from;
    line->cursor = from;
}

void edit_clear(EditLine *line)
{
    line->chars[0] = '\0';
    line->size = line->cursor = 0;
}

void edit_set(EditLine *line, const char *chars)
{
    edit_clear(line);
    edit_insert(line, chars);
}

/* The bytes of the first character of a text. */
static uint32_t character(const char *chars)
{
    uint32_t size = 1;
    while (is_middle(chars[size])) size++;
    return size;
}

void edit_insert(EditLine *line, const char *chars)
{
    while (*chars != '\0') {
        uint32_t size = character(chars);
        bool is_control = (unsigned char)*chars < ' ' || *chars == 127;
        if (!is_control) {
            if (line->size + size >= EDIT_SIZE) return;
            char *at = line->chars + line->cursor;
            memmove(at + size, at, line->size - line->cursor + 1);
            memcpy(at, chars, size);
            line->size += size;
            line->cursor += size;
        }
        chars += size;
    }
}

static void cut_word(EditLine *line)
{
    uint32_t from = line->cursor;
    while (from > 0 && line->chars[from - 1] == ' ') from--;
    while (from > 0 && line->chars[from - 1] != ' ') from--;
    cut(line, from, line->cursor);
}

void edit_do(EditLine *line, EditOp op)
{
    switch (op) {
    case EDIT_LEFT: line->cursor = before(line, line->cursor); break;
    case EDIT_RIGHT: line->cursor = after(line, line->cursor); break;
    case EDIT_START: line->cursor = 0; break;
    case EDIT_END: line->cursor = line->size; break;
    case EDIT_CUT_BEFORE: cut(line, before(line, line->cursor), line->cursor); break;
    case EDIT_CUT_AFTER: cut(line, line->cursor, after(line, line->cursor)); break;
    case EDIT_CUT_WORD: cut_word(line); break;
    case EDIT_CUT_TO_START: cut(line, 0, line->cursor); break;
    case EDIT_CUT_TO_END: cut(line, line->cursor, line->size); break;
    case EDIT_OP_COUNT: break;
    }
}

/* --- history --- */

static void forget(EditHistory *history, uint32_t i)
{
    char *line = history->lines.items[i];
    mem_free(NULL, line, strlen(line) + 1);
    array_remove(&history->lines, i);
}

void edit_history_deinit(EditHistory *history)
{
    while (history->lines.count > 0) forget(history, history->lines.count - 1);
    array_deinit(NULL, &history->lines);
}

void edit_history_add(EditHistory *history, const char *chars)
{
    uint32_t count = history->lines.count;
    history->back = 0;
    if (chars[0] == '\0') return;
    if (count > 0 && strcmp(history->lines.items[count - 1], chars) == 0) return;
    if (count == EDIT_HISTORY_MAX) forget(history, 0);
    size_t size = strlen(chars) + 1;
    char *copy = mem_alloc(NULL, size);
    memcpy(copy, chars, size);
    array_push(NULL, &history->lines, copy);
}

bool edit_history_go(EditHistory *history, EditLine *line, int direction)
{
    uint32_t count = history->lines.count;
    if (direction > 0 ? history->back >= count : history->back == 0) return false;
    if (history->back == 0) memcpy(history->draft, line->chars, line->size + 1);
    history->back = direction > 0 ? history->back + 1 : history->back - 1;
    edit_set(line,
             history->back == 0 ? history->draft : history->lines.items[count - history->back]);
    return true;
}
