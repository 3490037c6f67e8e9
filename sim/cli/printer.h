/* printer.h -- text for a terminal: wrapped, coloured if wanted, gathered in a Text.
 *
 * Whatever a script or a trace says is made harmless first: control characters become "?". Columns
 * are counted in characters, not bytes. */
#ifndef CLI_PRINTER_H
#define CLI_PRINTER_H

#include "sim/base/text.h"

#define PRINTER_WIDTH 80 /* when nothing is known of the terminal */

typedef enum Style {
    STYLE_PLAIN,
    STYLE_FAINT,
    STYLE_HEADING,
    STYLE_GOOD,
    STYLE_BAD,
    STYLE_DOUBT,
    STYLE_VOTE,
    STYLE_COUNT
} Style;

typedef struct Printer {
    Text out;       /* what is to be written; the owner takes it from time to time */
    uint32_t width; /* columns, at least 40 */
    bool colour;
} Printer;

/* A text wrapped at the width. `first` stands before its first line, every further line is indented
 * by the same number of columns. Line feeds in the text begin a new line. */
void printer_wrap(Printer *printer, const char *first, Style first_style, const char *text,
                  Style style);
/* The same for what a script says: *bold* and `code` are marked as the view marks them. Without
 * colour the stars are left out and the backticks stay. A star or backtick that has no partner, or
 * that stands before a space, is itself; a backslash takes the next character as it is. */
void printer_prose(Printer *printer, const char *first, Style first_style, const char *text,
                   Style style);
/* "--- text ---------" across the width. */
void printer_rule(Printer *printer, const char *text);
/* The text underlined. */
void printer_title(Printer *printer, const char *text);

#endif
