/* printer.c -- see printer.h. */
#include "sim/cli/printer.h"

#include <string.h>

static const char *const escapes[STYLE_COUNT] = {
    [STYLE_PLAIN] = "",        [STYLE_FAINT] = "\033[2m",  [STYLE_HEADING] = "\033[1m",
    [STYLE_GOOD] = "\033[32m", [STYLE_BAD] = "\033[1;31m", [STYLE_DOUBT] = "\033[33m",
    [STYLE_VOTE] = "\033[36m",
};

static void begin(Printer *printer, Style style)
{
    if (printer->colour) text_append(&printer->out, "%s", escapes[style]);
}

static void end(Printer *printer, Style style)
{
    if (printer->colour && style != STYLE_PLAIN) text_append(&printer->out, "\033[0m");
}

/* Characters, not bytes: what continues a UTF-8 sequence does not count. */
static uint32_t columns(const char *chars, size_t size)
{
    uint32_t count = 0;
    for (size_t i = 0; i < size; i++) count += ((unsigned char)chars[i] & 0xC0) != 0x80;
    return count;
}

static void put(Printer *printer, const char *chars, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)chars[i];
        text_append_bytes(&printer->out, c < 32 || c == 127 ? "?" : &chars[i], 1);
    }
}

static void put_spaces(Printer *printer, uint32_t count)
{
    text_append(&printer->out, "%*s", (int)count, "");
}

/* The words of one line of the text, up to `end`. */
static void wrap_line(Printer *printer, uint32_t indent, const char *at, const char *stop)
{
    uint32_t column = indent, room = printer->width > indent + 20 ? printer->width : indent + 20;
    bool first = true;
    while (at < stop) {
        const char *word = at;
        while (word < stop && *word == ' ') word++;
        const char *tail = word;
        while (tail < stop && *tail != ' ') tail++;
        size_t spaces = (size_t)(word - at);
        uint32_t wide = columns(word, (size_t)(tail - word));
        if (!first && column + spaces + wide > room) {
            text_append(&printer->out, "\n");
            put_spaces(printer, indent);
            column = indent;
        } else if (tail > word) {
            put_spaces(printer, (uint32_t)spaces);
            column += (uint32_t)spaces;
        }
        put(printer, word, (size_t)(tail - word));
        column += wide;
        first = false;
        at = tail;
    }
}

void printer_wrap(Printer *printer, const char *first, Style first_style, const char *text,
                  Style style)
{
    uint32_t indent = columns(first, strlen(first));
    begin(printer, first_style);
    text_append(&printer->out, "%s", first);
    end(printer, first_style);
    begin(printer, style);
    for (;;) {
        const char *stop = strchr(text, '\n');
        wrap_line(printer, indent, text, stop ? stop : text + strlen(text));
        if (!stop) break;
        text_append(&printer->out, "\n");
        text = stop + 1;
        if (*text != '\0' && *text != '\n') put_spaces(printer, indent);
    }
    end(printer, style);
    text_append(&printer->out, "\n");
}

void printer_rule(Printer *printer, const char *text)
{
    uint32_t used = 5 + columns(text, strlen(text));
    begin(printer, STYLE_HEADING);
    text_append(&printer->out, "--- ");
    put(printer, text, strlen(text));
    text_append(&printer->out, " ");
    for (; used < printer->width; used++) text_append(&printer->out, "-");
    end(printer, STYLE_HEADING);
    text_append(&printer->out, "\n");
}

void printer_title(Printer *printer, const char *text)
{
    uint32_t wide = columns(text, strlen(text));
    if (wide > printer->width) wide = printer->width;
    printer_wrap(printer, "", STYLE_PLAIN, text, STYLE_HEADING);
    begin(printer, STYLE_HEADING);
    for (uint32_t i = 0; i < wide; i++) text_append(&printer->out, "=");
    end(printer, STYLE_HEADING);
    text_append(&printer->out, "\n");
}
