/* source.c -- the dock's tab with the script: the line now executing lies on a bar. */
#include "viz/scene/dock.h"

#include "viz/ui/label.h"

#include <stdio.h>
#include <string.h>

#define LINE_SIZE 400

/* Start of line `number` (1..), NULL when the text is shorter. */
static const char *find_line(const char *text, uint32_t number)
{
    for (uint32_t i = 1; i < number; i++) {
        text = strchr(text, '\n');
        if (!text) return NULL;
        text++;
    }
    return *text ? text : NULL;
}

static uint32_t count_lines(const char *text)
{
    uint32_t lines = 1;
    for (; *text; text++) lines += text[0] == '\n' && text[1] != '\0';
    return lines;
}

/* Tabs become two spaces: the fonts have no glyph for them. */
static void copy_line(const char *from, char *out)
{
    size_t at = 0;
    for (; *from && *from != '\n' && *from != '\r' && at + 3 < LINE_SIZE; from++) {
        if (*from == '\t') out[at++] = ' ';
        out[at++] = *from == '\t' ? ' ' : *from;
    }
    out[at] = '\0';
}

static bool is_comment(const char *line)
{
    while (*line == ' ') line++;
    return line[0] == '-' && line[1] == '-';
}

static void draw_code_line(const Scene *scene, Rect row, uint32_t number, const char *chars,
                           bool now)
{
    const Ui *draw = &scene->draw;
    const Theme *theme = draw->theme;
    float y = label_middle(draw, row, TYPE_TABLE);
    char line[LINE_SIZE];
    copy_line(chars, line);
    if (now) {
        draw_rect(draw->list, (Rect){row.x - 8, row.y, row.w + 16, row.h}, 3, theme->raised,
                  STROKE_NONE);
        Point arrow[] = {{row.x - 4, row.y + row.h / 2 - 4},
                         {row.x + 2, row.y + row.h / 2},
                         {row.x - 4, row.y + row.h / 2 + 4}};
        draw_polygon(draw->list, arrow, 3, theme->text, STROKE_NONE);
    }
    label_drawf(draw, (Point){row.x + 36, y}, ALIGN_RIGHT, TYPE_TABLE,
                now ? theme->text : theme->text3, "%u", number);
    Color ink = now ? theme->text : is_comment(line) ? theme->text3 : theme->text2;
    label_cut(draw, (Point){row.x + 52, y}, row.w - 52, TYPE_TABLE, ink, line);
}

void dock_source(const Scene *scene, Rect rect)
{
    const UiState *ui = scene->ui;
    if (!ui->source_text) {
        dock_sentence(scene, rect,
                      "A trace file holds what happened, not the script that made it happen. Open "
                      "the scenario itself to read its lines while they run.");
        return;
    }
    Rect inside = rect_inset(rect, 24, 10);
    float height = type_style(TYPE_TABLE, scene->draw.projector).line;
    uint32_t room = (uint32_t)(inside.h / height), total = count_lines(ui->source_text);
    uint32_t first = 1;
    if (ui->dock_first > 0) first = ui->dock_first;
    else if (ui->source_line > room / 2) first = ui->source_line - room / 2;
    if (total > room && first > total - room + 1) first = total - room + 1;
    if (total <= room) first = 1;
    const char *line = find_line(ui->source_text, first);
    for (uint32_t i = 0; i < room && line; i++) {
        Rect row = {inside.x, inside.y + (float)i * height, inside.w, height};
        draw_code_line(scene, row, first + i, line, first + i == ui->source_line);
        line = find_line(line, 2);
    }
}
