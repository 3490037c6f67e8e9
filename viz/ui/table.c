/* table.c -- see table.h. */
#include "viz/ui/table.h"

#include "sim/base/assert.h"
#include "viz/ui/label.h"

#include <stddef.h>

#define COLUMN_GAP 10 /* kept free at the right of every column */
#define BAR_OUTSET 10 /* how far the bar of the chosen row reaches beyond the text */

static float row_height(const Ui *ui)
{
    return type_style(TYPE_TABLE, ui->projector).line;
}

static bool has_titles(const Table *table)
{
    for (uint32_t i = 0; i < table->column_count; i++) {
        if (table->columns[i].title != NULL) return true;
    }
    return false;
}

static float titles_height(const Ui *ui, const Table *table)
{
    return has_titles(table) ? type_style(TYPE_LABEL, ui->projector).line + 3 : 0;
}

/* What is left for each column without a width. */
static float shared_width(const Table *table, float width)
{
    float rest = width;
    uint32_t sharing = 0;
    for (uint32_t i = 0; i < table->column_count; i++) {
        rest -= table->columns[i].width;
        if (table->columns[i].width <= 0) sharing++;
    }
    if (sharing == 0 || rest <= 0) return 0;
    return rest / (float)sharing;
}

static Color tone_color(const Theme *theme, TableTone tone, bool is_strong)
{
    switch (tone) {
    case TABLE_PLAIN: return is_strong ? theme->text : theme->text2;
    case TABLE_DANGER: return theme->danger_text;
    case TABLE_FAINT: return theme->text3;
    }
    SIM_ASSERT(false);
    return theme->text;
}

/* One text in its column; the last column may use its whole width. */
static void draw_cell(const Ui *ui, Rect rect, const Table *table, uint32_t column, TypeRole role,
                      Color color, const char *chars)
{
    if (chars == NULL || chars[0] == '\0') return;
    Rect inside = rect;
    if (column + 1 < table->column_count) inside.w -= COLUMN_GAP;
    if (inside.w <= 0) return;
    label_in(ui, inside, table->columns[column].align, 0, role, color, chars);
}

static void draw_titles(const Ui *ui, Rect rect, const Table *table, float shared)
{
    Rect rest = rect;
    for (uint32_t i = 0; i < table->column_count; i++) {
        const TableColumn *column = &table->columns[i];
        Rect cell = rect_take_left(&rest, column->width > 0 ? column->width : shared);
        draw_cell(ui, cell, table, i, TYPE_LABEL, ui->theme->text3, column->title);
    }
}

static void draw_row(const Ui *ui, Rect rect, const Table *table, uint32_t row, float shared)
{
    const TableCell *cells = table->cells + (size_t)row * table->column_count;
    Action action = {.id = table->action, .argument = row};
    Rect bar = {rect.x - BAR_OUTSET, rect.y, rect.w + 2 * BAR_OUTSET, rect.h};
    bool is_hovered = table->action != HIT_NONE && ui_is_hovered(ui, bar);
    if (table->chosen_row == (int64_t)row || is_hovered) {
        draw_rect(ui->list, bar, 3, ui->theme->raised, STROKE_NONE);
    }
    if (ui_is_focused(ui, action)) {
        draw_rect(ui->list, bar, 3, COLOR_NONE, stroke_solid(ui->theme->text, 1.5f));
    }
    ui_hit(ui, bar, action);
    Rect rest = rect;
    for (uint32_t i = 0; i < table->column_count; i++) {
        const TableColumn *column = &table->columns[i];
        Rect cell = rect_take_left(&rest, column->width > 0 ? column->width : shared);
        Color color = tone_color(ui->theme, cells[i].tone, column->is_strong);
        draw_cell(ui, cell, table, i, TYPE_TABLE, color, cells[i].chars);
    }
}

uint32_t table_rows_visible(const Ui *ui, Rect rect, const Table *table)
{
    float room = rect.h - titles_height(ui, table);
    /* A hundredth of a row is rounding, not a missing row. */
    return room <= 0 ? 0 : (uint32_t)(room / row_height(ui) + 0.01f);
}

float table_draw(const Ui *ui, Rect rect, const Table *table)
{
    SIM_ASSERT(table->column_count <= TABLE_COLUMNS_MAX);
    float shared = shared_width(table, rect.w);
    float y = rect.y + titles_height(ui, table);
    if (has_titles(table)) {
        Rect titles = {rect.x, rect.y, rect.w, type_style(TYPE_LABEL, ui->projector).line};
        draw_titles(ui, titles, table, shared);
    }
    uint32_t visible = table_rows_visible(ui, rect, table);
    for (uint32_t i = 0; i < visible && table->first_row + i < table->row_count; i++) {
        draw_row(ui, (Rect){rect.x, y, rect.w, row_height(ui)}, table, table->first_row + i,
                 shared);
        y += row_height(ui);
    }
    return y;
}
