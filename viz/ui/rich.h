/* rich.h -- paragraphs: words wrapped to a width, with names in bold.
 *
 * Markup: *bold*, `mono`, a blank line between paragraphs, "\n" breaks a line, a backslash takes
 * the next character as it is. A star or backtick opens only before a character that is no space
 * and closes only if there is a partner before the paragraph ends; otherwise it stands for itself,
 * so "2 * 3" is safe. Words longer than the line are broken between characters. */
#ifndef UI_RICH_H
#define UI_RICH_H

#include "viz/ui/ui.h"

typedef struct RichStyle {
    TypeRole role;
    Color color;        /* prose */
    Color bold_color;   /* names in it */
    float line;         /* 0: the role's */
    uint32_t lines_max; /* 0: as many as there are; else the last one ends in an ellipsis */
} RichStyle;

/* Draws into `rect` (its height is not a limit, lines_max is); returns the height used. */
float rich_draw(const Ui *ui, Rect rect, const RichStyle *style, const char *chars);
/* The same without drawing. */
float rich_height(const Ui *ui, float width, const RichStyle *style, const char *chars);
/* The width of the widest line when wrapped to `width`. */
float rich_width(const Ui *ui, float width, const RichStyle *style, const char *chars);
/* One line with markup, not wrapped, from a point on the baseline; returns its width. */
float rich_line(const Ui *ui, Point at, const RichStyle *style, const char *chars);

#endif
