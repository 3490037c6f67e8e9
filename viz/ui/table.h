/* table.h -- a mono table with a label row: CLUSTER NODES, lists of messages, the log.
 *
 * Cells are texts the caller keeps alive for the call. A column is as wide as asked, or takes what
 * is left (`width` 0); what does not fit ends in an ellipsis. */
#ifndef UI_TABLE_H
#define UI_TABLE_H

#include "viz/ui/ui.h"

#define TABLE_COLUMNS_MAX 16u

typedef struct TableColumn {
    const char *title; /* NULL in all columns: no label row */
    float width;       /* px with its gap; 0: the rest, shared */
    TextAlign align;
    bool is_strong; /* text instead of text2 */
} TableColumn;

typedef enum TableTone { TABLE_PLAIN, TABLE_DANGER, TABLE_FAINT } TableTone;

typedef struct TableCell {
    const char *chars; /* NULL: empty */
    TableTone tone;
} TableCell;

typedef struct Table {
    const TableColumn *columns;
    uint32_t column_count;
    const TableCell *cells; /* row_count x column_count */
    uint32_t row_count;
    uint32_t first_row; /* scrolled by */
    int64_t chosen_row; /* lies on a raised bar; -1: none */
    uint32_t action;    /* row clicked: argument is the row; HIT_NONE: none */
} Table;

/* Draws as many rows as fit; returns the y below the last one. Columns start at rect.x. */
float table_draw(const Ui *ui, Rect rect, const Table *table);
/* How many rows fit under the label row. */
uint32_t table_rows_visible(const Ui *ui, Rect rect, const Table *table);

#endif
