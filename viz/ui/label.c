/* label.c -- see label.h. */
#include "viz/ui/label.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LINE_SIZE_MAX 512u /* bytes of one line; longer ones are cut with an ellipsis anyway */

static const char ellipsis[] = "\xE2\x80\xA6";

static float width_of(const Ui *ui, TypeStyle style, const char *chars)
{
    return text_width(ui->metrics, style.face, style.size, chars);
}

float label_width(const Ui *ui, TypeRole role, const char *chars)
{
    return width_of(ui, type_style(role, ui->projector), chars);
}

float label_draw(const Ui *ui, Point at, TextAlign align, TypeRole role, Color color,
                 const char *chars)
{
    TypeStyle style = type_style(role, ui->projector);
    draw_text(ui->list, at, align, style.face, style.size, color, chars);
    return width_of(ui, style, chars);
}

float label_drawf(const Ui *ui, Point at, TextAlign align, TypeRole role, Color color,
                  const char *format, ...)
{
    char line[LINE_SIZE_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    return label_draw(ui, at, align, role, color, line);
}

/* ---- cutting ---- */

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xC0u) == 0x80u; /* of a UTF-8 character */
}

/* Copies `size` bytes of chars (less where that would split a character), without spaces and stops
 * at the end, and an ellipsis. */
static void copy_cut(char *out, uint32_t out_size, const char *chars, uint32_t size)
{
    uint32_t room = out_size - (uint32_t)sizeof(ellipsis);
    uint32_t kept = size > room ? room : size;
    while (kept > 0 && is_continuation(chars[kept])) kept--;
    while (kept > 0 && strchr(" .,:;", chars[kept - 1]) != NULL) kept--;
    memcpy(out, chars, kept);
    memcpy(out + kept, ellipsis, sizeof(ellipsis));
}

bool label_fit(const TextMetrics *metrics, FontFace face, float size, const char *chars,
               float width, char *out, uint32_t out_size)
{
    uint32_t bytes = (uint32_t)strlen(chars);
    if (bytes < out_size && metrics->width(metrics->state, face, size, chars, bytes) <= width) {
        memcpy(out, chars, bytes + 1);
        return true;
    }
    /* The longest prefix that fits together with the ellipsis, by halving. */
    uint32_t fits = 0;
    uint32_t too_long = bytes > out_size ? out_size : bytes;
    while (too_long - fits > 1) {
        uint32_t middle = fits + (too_long - fits) / 2;
        copy_cut(out, out_size, chars, middle);
        if (text_width(metrics, face, size, out) <= width) fits = middle;
        else too_long = middle;
    }
    copy_cut(out, out_size, chars, fits);
    /* Where not even the ellipsis has room, nothing is better than a sign across the neighbour. */
    if (fits == 0 && text_width(metrics, face, size, out) > width) out[0] = '\0';
    return false;
}

float label_cut(const Ui *ui, Point at, float width, TypeRole role, Color color, const char *chars)
{
    TypeStyle style = type_style(role, ui->projector);
    char line[LINE_SIZE_MAX];
    label_fit(ui->metrics, style.face, style.size, chars, width, line, sizeof(line));
    draw_text(ui->list, at, ALIGN_LEFT, style.face, style.size, color, line);
    return width_of(ui, style, line);
}

/* ---- digits ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Bytes up to the next digit, or 1 if this is one. */
static uint32_t digit_run(const char *chars)
{
    if (is_digit(chars[0])) return 1;
    uint32_t size = 0;
    while (chars[size] != '\0' && !is_digit(chars[size])) size++;
    return size;
}

/* Walks the runs; draws them from `at` on if asked to. Returns the width. */
static float digits_walk(const Ui *ui, const Point *at, TypeStyle style, Color color,
                         const char *chars)
{
    float box = width_of(ui, style, "0");
    float width = 0;
    while (*chars != '\0') {
        char run[LINE_SIZE_MAX];
        uint32_t size = digit_run(chars);
        if (size >= sizeof(run)) size = (uint32_t)sizeof(run) - 1;
        memcpy(run, chars, size);
        run[size] = '\0';
        bool digit = is_digit(chars[0]);
        if (at != NULL) {
            Point start = {at->x + width + (digit ? box / 2 : 0), at->y};
            draw_text(ui->list, start, digit ? ALIGN_CENTER : ALIGN_LEFT, style.face, style.size,
                      color, run);
        }
        width += digit ? box : width_of(ui, style, run);
        chars += size;
    }
    return width;
}

float label_digits_width(const Ui *ui, TypeRole role, const char *chars)
{
    return digits_walk(ui, NULL, type_style(role, ui->projector), COLOR_NONE, chars);
}

float label_digits(const Ui *ui, Point at, TextAlign align, TypeRole role, Color color,
                   const char *chars)
{
    TypeStyle style = type_style(role, ui->projector);
    float width = digits_walk(ui, NULL, style, color, chars);
    float shift = align == ALIGN_LEFT ? 0 : align == ALIGN_CENTER ? width / 2 : width;
    Point start = {at.x - shift, at.y};
    digits_walk(ui, &start, style, color, chars);
    return width;
}

/* ---- boxes and pairs ---- */

float label_middle(const Ui *ui, Rect rect, TypeRole role)
{
    return rect.y + rect.h / 2 + type_cap_middle(type_style(role, ui->projector).size);
}

void label_in(const Ui *ui, Rect rect, TextAlign align, float padding, TypeRole role, Color color,
              const char *chars)
{
    TypeStyle style = type_style(role, ui->projector);
    char line[LINE_SIZE_MAX];
    label_fit(ui->metrics, style.face, style.size, chars, rect.w - 2 * padding, line, sizeof(line));
    float x = rect.x + padding;
    if (align == ALIGN_CENTER) x = rect.x + rect.w / 2;
    if (align == ALIGN_RIGHT) x = rect.x + rect.w - padding;
    draw_text(ui->list, (Point){x, label_middle(ui, rect, role)}, align, style.face, style.size,
              color, line);
}

static float wider(float a, float b)
{
    return a > b ? a : b;
}

float label_pair(const Ui *ui, Point at, float gap, const char *label, TypeRole role, Color color,
                 const char *value)
{
    float above = label_draw(ui, at, ALIGN_LEFT, TYPE_LABEL, ui->theme->text3, label);
    float below = label_draw(ui, (Point){at.x, at.y + gap}, ALIGN_LEFT, role, color, value);
    return wider(above, below);
}

float label_metric(const Ui *ui, Point at, const char *label, const char *value, const char *unit)
{
    float above = label_draw(ui, at, ALIGN_LEFT, TYPE_LABEL, ui->theme->text3, label);
    Point under = {at.x, at.y + LABEL_GAP_METRIC};
    float number = label_draw(ui, under, ALIGN_LEFT, TYPE_METRIC, ui->theme->text, value);
    under.x += number + 6;
    float rest = label_draw(ui, under, ALIGN_LEFT, TYPE_BODY, ui->theme->text2, unit);
    return wider(above, number + 6 + rest);
}

float label_clock(const Ui *ui, Point at, const char *seconds, const char *rest)
{
    const Theme *theme = ui->theme;
    float x = at.x + label_draw(ui, at, ALIGN_LEFT, TYPE_CLOCK, theme->text, seconds);
    x += label_draw(ui, (Point){x, at.y}, ALIGN_LEFT, TYPE_CLOCK_REST, theme->text3, rest);
    x += 7;
    x += label_draw(ui, (Point){x, at.y}, ALIGN_LEFT, TYPE_TABLE, theme->text3, "s");
    return x - at.x;
}
