/* rich.c -- reads the markup, fills words into lines, draws each line as few runs; see rich.h.
 *
 * Three layers: a reader that gives one character at a time with its face, a word, a line. Widths
 * are added up word by word, drawing measures whole runs, so that kerning inside a run is the
 * font's. */
#include "viz/ui/rich.h"

#include "sim/base/assert.h"
#include "viz/ui/label.h"

#include <string.h>

typedef enum RichFace { RICH_PLAIN, RICH_BOLD, RICH_MONO } RichFace;

#define CHARS_MAX     512u /* bytes of one line; a longer one is broken there */
#define RUNS_MAX      48u
#define PARAGRAPH_GAP 0.45f /* of a line, between paragraphs */

typedef struct Run {
    RichFace face;
    uint32_t first, count; /* bytes of Line.chars */
} Run;

/* A stretch of text with its faces: a line, or a word on its way into one. */
typedef struct Line {
    char chars[CHARS_MAX];
    uint32_t size;
    Run runs[RUNS_MAX];
    uint32_t run_count;
    float width;
} Line;

typedef struct Rich {
    const Ui *ui;
    const RichStyle *style;
    TypeStyle type;
    float line_height;
    Rect rect;
    bool is_drawn;
    const char *next; /* rest of the markup */
    RichFace face;    /* in force there */
    uint32_t line_count;
    bool is_cut; /* lines_max reached with words left */
    float height, width_max;
    Line line, word;
} Rich;

/* ---- reader ---- */

static RichFace mark_face(char c)
{
    return c == '*' ? RICH_BOLD : c == '`' ? RICH_MONO : RICH_PLAIN;
}

/* Is there a partner for the mark before the paragraph ends? It must not follow a space. */
static bool has_partner(const char *rest, char mark)
{
    for (const char *at = rest; *at != '\0'; at++) {
        if (at[0] == '\n' && at[1] == '\n') return false;
        if (at[0] == '\\' && at[1] != '\0') {
            at++;
            continue;
        }
        if (*at == mark && at > rest && at[-1] != ' ' && at[-1] != '\n') return true;
    }
    return false;
}

/* Skips marks at the reading point and changes the face; stops before a character that counts. */
static void skip_marks(Rich *rich)
{
    for (;;) {
        char c = *rich->next;
        RichFace face = mark_face(c);
        if (face == RICH_PLAIN) return;
        if (rich->face == face) {
            if (rich->next[-1] == ' ' || rich->next[-1] == '\n') return; /* stands for itself */
            rich->face = RICH_PLAIN;
        } else {
            char after = rich->next[1];
            bool opens = rich->face == RICH_PLAIN && after != ' ' && after != '\n' &&
                         after != '\0' && has_partner(rich->next + 1, c);
            if (!opens) return;
            rich->face = face;
        }
        rich->next++;
    }
}

static uint32_t character_size(const char *chars)
{
    uint32_t size = 1;
    while (((unsigned char)chars[size] & 0xC0u) == 0x80u) size++; /* UTF-8 continuation bytes */
    return size;
}

/* ---- runs ---- */

static FontFace run_face(const Rich *rich, RichFace face)
{
    switch (face) {
    case RICH_PLAIN: return rich->type.face;
    case RICH_BOLD: return type_bold(rich->type.face);
    case RICH_MONO: return FONT_MONO;
    }
    SIM_ASSERT(false);
    return rich->type.face;
}

/* Mono letters look larger than Inter's at the same size. */
static float run_size(const Rich *rich, RichFace face)
{
    return face == RICH_MONO ? rich->type.size * 0.94f : rich->type.size;
}

static float chars_width(const Rich *rich, RichFace face, const char *chars, uint32_t count)
{
    const TextMetrics *metrics = rich->ui->metrics;
    return metrics->width(metrics->state, run_face(rich, face), run_size(rich, face), chars, count);
}

static bool has_room(const Line *line, uint32_t bytes)
{
    return line->size + bytes < CHARS_MAX && line->run_count < RUNS_MAX;
}

/* Appends bytes in a face; joins them to the last run if that has the same face. */
static void line_add(Line *line, RichFace face, const char *chars, uint32_t count)
{
    SIM_ASSERT(line->size + count < CHARS_MAX);
    memcpy(line->chars + line->size, chars, count);
    bool joins = line->run_count > 0 && line->runs[line->run_count - 1].face == face;
    if (joins) {
        line->runs[line->run_count - 1].count += count;
    } else {
        SIM_ASSERT(line->run_count < RUNS_MAX);
        line->runs[line->run_count++] = (Run){.face = face, .first = line->size, .count = count};
    }
    line->size += count;
    line->chars[line->size] = '\0';
}

static void line_clear(Line *line)
{
    line->size = 0;
    line->run_count = 0;
    line->width = 0;
}

static float runs_width(const Rich *rich, const Line *line)
{
    float width = 0;
    for (uint32_t i = 0; i < line->run_count; i++) {
        const Run *run = &line->runs[i];
        width += chars_width(rich, run->face, line->chars + run->first, run->count);
    }
    return width;
}

/* ---- lines ---- */

static Color run_color(const Rich *rich, RichFace face)
{
    return face == RICH_BOLD ? rich->style->bold_color : rich->style->color;
}

static void draw_runs(const Rich *rich, Point at, const Line *line)
{
    float x = at.x;
    for (uint32_t i = 0; i < line->run_count; i++) {
        const Run *run = &line->runs[i];
        char chars[CHARS_MAX];
        memcpy(chars, line->chars + run->first, run->count);
        chars[run->count] = '\0';
        draw_text(rich->ui->list, (Point){x, at.y}, ALIGN_LEFT, run_face(rich, run->face),
                  run_size(rich, run->face), run_color(rich, run->face), chars);
        x += chars_width(rich, run->face, chars, run->count);
    }
}

/* Makes room for an ellipsis at the end of the line and puts it there. */
static void line_cut(const Rich *rich, Line *line)
{
    static const char ellipsis[] = "\xE2\x80\xA6";
    const uint32_t bytes = (uint32_t)sizeof(ellipsis) - 1;
    while (line->run_count > 0) {
        Run *run = &line->runs[line->run_count - 1];
        float rest = chars_width(rich, RICH_PLAIN, ellipsis, bytes);
        bool fits = runs_width(rich, line) + rest <= rich->rect.w && has_room(line, bytes);
        if (fits && strchr(" .,:;", line->chars[line->size - 1]) == NULL) {
            line_add(line, RICH_PLAIN, ellipsis, bytes);
            return;
        }
        uint32_t size = 1;
        while (size < run->count &&
               ((unsigned char)line->chars[line->size - size] & 0xC0u) == 0x80u) {
            size++;
        }
        run->count -= size;
        line->size -= size;
        if (run->count == 0) line->run_count--;
    }
}

/* Ends the line; `has_more` says whether anything follows it in the text. */
static void line_end(Rich *rich, bool has_more)
{
    if (rich->is_cut) return;
    uint32_t lines_max = rich->style->lines_max;
    bool is_last = lines_max != 0 && rich->line_count + 1 == lines_max;
    if (is_last && has_more) {
        line_cut(rich, &rich->line);
        rich->is_cut = true;
    }
    float width = runs_width(rich, &rich->line);
    if (width > rich->width_max) rich->width_max = width;
    /* The first baseline lies where it would in a box of one line. */
    float baseline =
        rich->rect.y + rich->height + rich->line_height / 2 + type_cap_middle(rich->type.size);
    if (rich->is_drawn) draw_runs(rich, (Point){rich->rect.x, baseline}, &rich->line);
    rich->height += rich->line_height;
    rich->line_count++;
    line_clear(&rich->line);
}

/* ---- words ---- */

/* The space before a word belongs to plain text where one of its neighbours is, so that bold stays
 * with the name. */
static RichFace space_face(const Line *line, const Line *word)
{
    RichFace before = line->runs[line->run_count - 1].face;
    RichFace after = word->runs[0].face;
    return before == RICH_PLAIN ? before : after;
}

static void append_word(Rich *rich)
{
    Line *line = &rich->line;
    const Line *word = &rich->word;
    for (uint32_t i = 0; i < word->run_count; i++) {
        const Run *run = &word->runs[i];
        line_add(line, run->face, word->chars + run->first, run->count);
    }
    line->width += word->width;
}

/* A word wider than a whole line: as many characters a line as fit. */
static void break_word(Rich *rich)
{
    const Line *word = &rich->word;
    for (uint32_t i = 0; i < word->run_count; i++) {
        const Run *run = &word->runs[i];
        for (uint32_t at = 0; at < run->count && !rich->is_cut;) {
            const char *chars = word->chars + run->first + at;
            uint32_t size = character_size(chars);
            if (at + size > run->count) size = run->count - at;
            float width = chars_width(rich, run->face, chars, size);
            bool is_full = rich->line.width + width > rich->rect.w || !has_room(&rich->line, size);
            if (is_full && rich->line.size > 0) line_end(rich, true);
            if (rich->is_cut) return;
            line_add(&rich->line, run->face, chars, size);
            rich->line.width += width;
            at += size;
        }
    }
}

static void place_word(Rich *rich)
{
    Line *line = &rich->line;
    Line *word = &rich->word;
    if (word->size == 0 || rich->is_cut) return;
    word->width = runs_width(rich, word);
    if (line->size > 0) {
        RichFace face = space_face(line, word);
        float space = chars_width(rich, face, " ", 1);
        bool fits = line->width + space + word->width <= rich->rect.w &&
                    has_room(line, word->size + 1) &&
                    line->run_count + word->run_count + 1 < RUNS_MAX;
        if (fits) {
            line_add(line, face, " ", 1);
            line->width += space;
        } else {
            line_end(rich, true);
        }
    }
    if (rich->is_cut) return;
    if (word->width <= rich->rect.w) append_word(rich);
    else break_word(rich);
}

/* Collects characters up to the next space or line end. Simplified: beyond CHARS_MAX bytes a word
 * goes on as another one. */
static void read_word(Rich *rich)
{
    line_clear(&rich->word);
    for (;;) {
        skip_marks(rich);
        char c = *rich->next;
        if (c == '\0' || c == ' ' || c == '\n') return;
        if (c == '\\' && rich->next[1] != '\0' && rich->next[1] != '\n') rich->next++;
        uint32_t size = character_size(rich->next);
        if (!has_room(&rich->word, size)) return;
        line_add(&rich->word, rich->face, rich->next, size);
        rich->next += size;
    }
}

static bool has_more_text(const char *rest)
{
    while (*rest == ' ' || *rest == '\n') rest++;
    return *rest != '\0';
}

/* At a line break: one ends the line, two or more begin a paragraph. */
static void break_line(Rich *rich)
{
    uint32_t breaks = 0;
    while (*rich->next == '\n' || *rich->next == ' ') {
        if (*rich->next == '\n') breaks++;
        rich->next++;
    }
    bool has_more = has_more_text(rich->next);
    line_end(rich, has_more);
    if (breaks < 2 || !has_more) return;
    rich->height += rich->line_height * PARAGRAPH_GAP;
    rich->face = RICH_PLAIN;
}

static void rich_run(Rich *rich)
{
    while (*rich->next != '\0' && !rich->is_cut) {
        if (*rich->next == ' ') rich->next++;
        else if (*rich->next == '\n') break_line(rich);
        else {
            read_word(rich);
            place_word(rich);
        }
    }
    if (rich->line.size > 0) line_end(rich, false);
}

static void rich_init(Rich *rich, const Ui *ui, Rect rect, const RichStyle *style,
                      const char *chars)
{
    rich->ui = ui;
    rich->style = style;
    rich->type = type_style(style->role, ui->projector);
    rich->line_height = style->line > 0 ? style->line : rich->type.line;
    rich->rect = rect;
    rich->is_drawn = false;
    rich->next = chars;
    rich->face = RICH_PLAIN;
    rich->line_count = 0;
    rich->is_cut = false;
    rich->height = 0;
    rich->width_max = 0;
    line_clear(&rich->line);
    line_clear(&rich->word);
}

float rich_draw(const Ui *ui, Rect rect, const RichStyle *style, const char *chars)
{
    Rich rich;
    rich_init(&rich, ui, rect, style, chars);
    rich.is_drawn = true;
    rich_run(&rich);
    return rich.height;
}

float rich_height(const Ui *ui, float width, const RichStyle *style, const char *chars)
{
    Rich rich;
    rich_init(&rich, ui, (Rect){0, 0, width, 0}, style, chars);
    rich_run(&rich);
    return rich.height;
}

float rich_width(const Ui *ui, float width, const RichStyle *style, const char *chars)
{
    Rich rich;
    rich_init(&rich, ui, (Rect){0, 0, width, 0}, style, chars);
    rich_run(&rich);
    return rich.width_max;
}

float rich_line(const Ui *ui, Point at, const RichStyle *style, const char *chars)
{
    Rich rich;
    rich_init(&rich, ui, (Rect){at.x, at.y, 0, 0}, style, chars);
    while (*rich.next != '\0') {
        skip_marks(&rich);
        if (*rich.next == '\0') break;
        if (*rich.next == '\\' && rich.next[1] != '\0') rich.next++;
        uint32_t size = character_size(rich.next);
        if (!has_room(&rich.line, size)) break; /* longer than any line on the screen */
        const char *shown = *rich.next == '\n' ? " " : rich.next; /* a break is a space here */
        line_add(&rich.line, rich.face, shown, size);
        rich.next += size;
    }
    draw_runs(&rich, at, &rich.line);
    return runs_width(&rich, &rich.line);
}
