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

/* Marks inside a text that is ready to be wrapped; other control characters are not in it. */
enum { MARK_BOLD = 1, MARK_CODE, MARK_CODE_END, MARK_END };

/* Characters, not bytes: what continues a UTF-8 sequence does not count, nor do marks. */
static uint32_t columns(const char *chars, size_t size)
{
    uint32_t count = 0;
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)chars[i];
        count += (c & 0xC0) != 0x80 && (c > MARK_END || c == '\n');
    }
    return count;
}

static void put(Printer *printer, const char *chars, size_t size, Style style)
{
    for (size_t i = 0; i < size; i++) {
        char c = chars[i];
        if (c > MARK_END || c < 0) text_append_bytes(&printer->out, &c, 1);
        else if (!printer->colour) continue;
        else if (c == MARK_BOLD) text_append(&printer->out, "\033[1m");
        else if (c == MARK_CODE) text_append(&printer->out, "\033[36m");
        else text_append(&printer->out, "\033[0m%s", escapes[style]);
    }
}

/* Appends a character of somebody's text; control characters become "?". */
static void append_harmless(Text *out, char c)
{
    bool is_control = ((unsigned char)c < 32 && c != '\n') || c == 127;
    text_append_bytes(out, is_control ? "?" : &c, 1);
}

static void put_spaces(Printer *printer, uint32_t count)
{
    text_append(&printer->out, "%*s", (int)count, "");
}

/* The words of one line of the text, up to `end`. */
static void wrap_line(Printer *printer, uint32_t indent, const char *at, const char *stop,
                      Style style)
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
        put(printer, word, (size_t)(tail - word), style);
        column += wide;
        first = false;
        at = tail;
    }
}

static void wrap(Printer *printer, const char *first, Style first_style, const char *text,
                 Style style)
{
    uint32_t indent = columns(first, strlen(first));
    begin(printer, first_style);
    text_append(&printer->out, "%s", first);
    end(printer, first_style);
    begin(printer, style);
    for (;;) {
        const char *stop = strchr(text, '\n');
        wrap_line(printer, indent, text, stop ? stop : text + strlen(text), style);
        if (!stop) break;
        text_append(&printer->out, "\n");
        text = stop + 1;
        if (*text != '\0' && *text != '\n') put_spaces(printer, indent);
    }
    end(printer, style);
    text_append(&printer->out, "\n");
}

void printer_wrap(Printer *printer, const char *first, Style first_style, const char *text,
                  Style style)
{
    Text ready = {0};
    for (; *text != '\0'; text++) append_harmless(&ready, *text);
    wrap(printer, first, first_style, text_chars(&ready), style);
    text_deinit(&ready);
}

/* The partner of the star or backtick at `open` in the same paragraph; NULL when it has none. */
static const char *partner(const char *open)
{
    if (open[1] == '\0' || open[1] == ' ' || open[1] == '\n' || open[1] == *open) return NULL;
    for (const char *at = open + 1; *at != '\0'; at++) {
        if (at[0] == '\n' && at[1] == '\n') return NULL;
        if (*at == '\\' && at[1] != '\0') at++;
        else if (*at == *open) return at;
    }
    return NULL;
}

void printer_prose(Printer *printer, const char *first, Style first_style, const char *text,
                   Style style)
{
    static const char bold[] = {MARK_BOLD}, end[] = {MARK_END};
    static const char code[] = {MARK_CODE, '`'}, code_end[] = {'`', MARK_CODE_END};
    Text ready = {0};
    const char *close = NULL;
    for (const char *at = text; *at != '\0'; at++) {
        bool is_mark = *at == '*' || *at == '`';
        uint32_t size = *at == '`' && !printer->colour ? 2 : 1;
        if (*at == '\\' && at[1] != '\0') {
            append_harmless(&ready, *++at);
        } else if (close && at == close) {
            text_append_bytes(&ready, *at == '*' ? end : code_end + 2 - size, size);
            close = NULL;
        } else if (is_mark && !close && (close = partner(at))) {
            text_append_bytes(&ready, *at == '*' ? bold : code, size);
        } else {
            append_harmless(&ready, *at);
        }
    }
    wrap(printer, first, first_style, text_chars(&ready), style);
    text_deinit(&ready);
}

void printer_rule(Printer *printer, const char *text)
{
    uint32_t used = 5 + columns(text, strlen(text));
    begin(printer, STYLE_HEADING);
    text_append(&printer->out, "--- ");
    for (; *text != '\0'; text++) append_harmless(&printer->out, *text == '\n' ? ' ' : *text);
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
