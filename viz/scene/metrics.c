/* metrics.c -- the dock's tab of quantities: traffic on the cluster bus over time, what a client
 * sees, and how long each failure took to be noticed and answered. */
#include "viz/scene/dock.h"

#include "viz/ui/label.h"
#include "viz/ui/meter.h"
#include "viz/ui/table.h"

#include <stdio.h>

#define COLUMN_MAX 200.0f
#define BINS       64u
#define RATE_BINS  4u /* the rate shown is that of the last second: 4 x TRAFFIC_BIN */

/* --- traffic --- */

static void rate_text(double rate, char *chars, size_t size, const char **unit)
{
    *unit = "B/s";
    if (rate >= 1e6) {
        snprintf(chars, size, "%.1f", rate / 1e6);
        *unit = "MB/s";
    } else if (rate >= 1e4) {
        snprintf(chars, size, "%.0f", rate / 1e3);
        *unit = "kB/s";
    } else {
        snprintf(chars, size, "%.0f", rate);
    }
}

/* The bins that end at the present one, oldest first; returns how many. */
static uint32_t recent(const Scene *scene, TrafficBin *bins, uint32_t count)
{
    const RunIndex *index = scene->ui->index;
    uint64_t now = scene->model->time / TRAFFIC_BIN; /* the present one is not full yet */
    uint32_t found = 0;
    uint64_t first = now > count ? now - count : 0;
    for (uint64_t i = first; i < now; i++)
        bins[found++] =
            index && i < index->traffic.count ? index->traffic.items[i] : (TrafficBin){0};
    return found;
}

static void draw_traffic(const Scene *scene, Rect rect, float column)
{
    const Ui *draw = &scene->draw;
    const Theme *theme = draw->theme;
    TrafficBin bins[BINS];
    uint32_t count = recent(scene, bins, BINS), high_messages = 1, high_bytes = 1;
    uint32_t messages[BINS] = {0}, bytes[BINS] = {0};
    double message_rate = 0, byte_rate = 0;
    for (uint32_t i = 0; i < count; i++) {
        messages[BINS - count + i] = bins[i].messages;
        bytes[BINS - count + i] =
            (uint32_t)(bins[i].bytes > UINT32_MAX ? UINT32_MAX : bins[i].bytes);
        if (bins[i].messages > high_messages) high_messages = bins[i].messages;
        if (bytes[BINS - count + i] > high_bytes) high_bytes = bytes[BINS - count + i];
        if (count - i <= RATE_BINS) {
            message_rate += bins[i].messages;
            byte_rate += (double)bins[i].bytes;
        }
    }
    char value[24];
    const char *unit;
    float plot = rect.y + 56;
    snprintf(value, sizeof(value), "%.0f", message_rate);
    label_metric(draw, (Point){rect.x, rect.y + 14},
                 column < 180 ? "Cluster bus" : "Cluster bus, last second", value,
                 column < 180 ? "msg/s" : "messages/s");
    meter_columns(draw, (Rect){rect.x, plot, column - 24, 24}, messages, BINS, high_messages,
                  theme->ghost);
    rate_text(byte_rate, value, sizeof(value), &unit);
    label_metric(draw, (Point){rect.x + column, rect.y + 14}, "Bytes sent by all", value, unit);
    meter_columns(draw, (Rect){rect.x + column, plot, column - 24, 24}, bytes, BINS, high_bytes,
                  theme->ghost);
    label_drawf(draw, (Point){rect.x, plot + 38}, ALIGN_LEFT, TYPE_LABEL, theme->text3,
                trace_header(scene->model->trace)->level >= 2
                    ? "the last 16 s"
                    : "only rare messages are in this trace (level %u)",
                trace_header(scene->model->trace)->level);
}

static void draw_client(const Scene *scene, Rect rect, float column)
{
    const Ui *draw = &scene->draw;
    const Theme *theme = draw->theme;
    char value[24];
    const TraceState *state = &scene->model->state;
    snprintf(value, sizeof(value), "%u", state->flights.count);
    label_metric(draw, (Point){rect.x, rect.y + 14}, "Under way now", value, "messages");
    label_draw(draw, (Point){rect.x + column, rect.y + 14}, ALIGN_LEFT, TYPE_LABEL, theme->text3,
               "Client");
    label_draw(draw, (Point){rect.x + column, rect.y + 40}, ALIGN_LEFT, TYPE_BODY, theme->text2,
               column < 180 ? "none in this scenario" : "no client in this scenario");
    if (state->expect_held + state->expect_failed == 0) return;
    label_draw(draw, (Point){rect.x, rect.y + 72}, ALIGN_LEFT, TYPE_LABEL, theme->text3,
               "Expected by the script");
    label_drawf(draw, (Point){rect.x, rect.y + 92}, ALIGN_LEFT, TYPE_BODY_STRONG,
                state->expect_failed ? theme->danger_text : theme->text, "%u held, %u failed",
                state->expect_held, state->expect_failed);
}

/* --- failures --- */

#define FAILURE_COLUMNS 7
#define FAILURES_MAX    32u

typedef struct FailureTable {
    char chars[FAILURES_MAX][FAILURE_COLUMNS][24];
    TableCell cells[FAILURES_MAX * FAILURE_COLUMNS];
    uint32_t rows;
} FailureTable;

/* A moment of the story as the time since the node went away. */
static TableCell moment(const Scene *scene, char *chars, SimTime down, SimTime at)
{
    if (at == 0 || at > scene->model->time || at < down) {
        snprintf(chars, 24, "-");
        return (TableCell){chars, TABLE_FAINT};
    }
    snprintf(chars, 24, "+%.3f s", (double)(at - down) / 1e9);
    return (TableCell){chars, TABLE_PLAIN};
}

static void add_failure(const Scene *scene, FailureTable *table, const FailureStory *story)
{
    char(*chars)[24] = table->chars[table->rows];
    TableCell *cells = &table->cells[table->rows * FAILURE_COLUMNS];
    bool over = story->replaced != 0 && story->replaced <= scene->model->time;
    snprintf(chars[0], 24, "%s", dock_host_name(scene->model, story->host));
    snprintf(chars[1], 24, "%.3f", (double)story->down / 1e9);
    cells[0] = (TableCell){chars[0], TABLE_PLAIN};
    cells[1] = (TableCell){chars[1], TABLE_PLAIN};
    cells[2] = moment(scene, chars[2], story->down, story->suspect);
    cells[3] = moment(scene, chars[3], story->down, story->failed);
    cells[4] = moment(scene, chars[4], story->down, story->asked);
    cells[5] = moment(scene, chars[5], story->down, story->replaced);
    snprintf(chars[6], 24, "%s", over ? dock_host_name(scene->model, story->heir) : "-");
    cells[6] = (TableCell){chars[6], over ? TABLE_PLAIN : TABLE_FAINT};
    table->rows++;
}

static void draw_failures(const Scene *scene, Rect rect)
{
    static const TableColumn all[FAILURE_COLUMNS] = {
        {.title = "node", .width = 70, .is_strong = true},
        {.title = "gone at", .width = 96},
        {.title = "P? first", .width = 112},
        {.title = "F! by majority", .width = 124},
        {.title = "votes asked", .width = 112},
        {.title = "replaced", .width = 112, .is_strong = true},
        {.title = "by"}};
    const RunIndex *index = scene->ui->index;
    TableColumn columns[FAILURE_COLUMNS];
    float part = rect.w < 680 ? rect.w / 680 : 1;
    for (uint32_t i = 0; i < FAILURE_COLUMNS; i++) {
        columns[i] = all[i];
        columns[i].width *= part;
    }
    FailureTable *table = mem_alloc(NULL, sizeof(*table));
    /* First those that a majority confirmed, then mere suspicions; the latest on top. */
    for (int confirmed = 1; confirmed >= 0; confirmed--) {
        uint32_t count = index ? index->failures.count : 0;
        for (uint32_t i = count; i-- > 0 && table->rows < FAILURES_MAX;) {
            const FailureStory *story = &index->failures.items[i];
            bool is_sure = story->failed != 0 && story->failed <= scene->model->time;
            if (story->suspect <= scene->model->time && is_sure == (confirmed == 1))
                add_failure(scene, table, story);
        }
    }
    uint32_t first = scene->ui->dock_first < table->rows ? scene->ui->dock_first : 0;
    if (table->rows == 0) {
        label_draw(&scene->draw, (Point){rect.x, rect.y + 22}, ALIGN_LEFT, TYPE_BODY,
                   scene->draw.theme->text2,
                   "No node has been suspected yet; here stands how long a failure takes to be "
                   "noticed and answered.");
    } else {
        table_draw(&scene->draw, rect,
                   &(Table){.columns = columns,
                            .column_count = FAILURE_COLUMNS,
                            .cells = table->cells,
                            .row_count = table->rows,
                            .first_row = first,
                            .chosen_row = -1});
    }
    mem_free(NULL, table, sizeof(*table));
}

void dock_metrics(const Scene *scene, Rect rect)
{
    Rect inside = rect_inset(rect, 24, 8);
    Rect top = rect_take_top(&inside, 102);
    float column = top.w / 4 < COLUMN_MAX ? top.w / 4 : COLUMN_MAX;
    draw_traffic(scene, top, column);
    draw_client(scene, (Rect){top.x + 2 * column, top.y, top.w - 2 * column, top.h}, column);
    ui_divider_h(&scene->draw, inside.x, inside.y - 1, inside.w);
    draw_failures(scene, (Rect){inside.x, inside.y + 5, inside.w, inside.h - 5});
}
