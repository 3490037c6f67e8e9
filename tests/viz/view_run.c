/* view_run.c -- see view_run.h. */
#include "tests/viz/view_run.h"

#include "viz/ui/rect.h"

#include <stdio.h>
#include <string.h>

#define NODE_TIMEOUT_MS 2000

void view_run_resize(ViewRun *run, float width, float height, float scale)
{
    UiState *ui = &run->ui;
    ui->width = width / scale;
    ui->height = height / scale;
    ui->scale = scale;
    ui->projector = ui->width < 1600 || ui->height < 900;
}

void view_run_open(ViewRun *run, uint32_t primaries, uint32_t replicas)
{
    memset(run, 0, sizeof(*run));
    FixtureConfig config = fixture_config(7, primaries, replicas, NODE_TIMEOUT_MS);
    run->fixture = fixture_open(&config);
    fixture_create(&run->fixture, 60 * SIM_SEC);
    fixture_run(&run->fixture, 2 * SIM_SEC);
    run->killed = sim_now(run->fixture.sim);
    fixture_kill(&run->fixture, 0, false);
    fixture_run(&run->fixture, 8 * SIM_SEC);

    const Trace *trace = sim_trace(run->fixture.sim);
    model_init(&run->model, trace);
    model_seek(&run->model, trace_end(trace));
    run->metrics = draw_metrics_plain();
    run->ui = (UiState){.selected = HOST_NONE,
                        .hovered = HOST_NONE,
                        .hovered_slot = -1,
                        .speed_permille = 1000,
                        .mouse_gone = true,
                        .known_to = trace_end(trace),
                        .view_from = run->killed - SIM_SEC,
                        .view_to = trace_end(trace) + 2 * SIM_SEC};
    view_run_resize(run, 1920, 1080, 1);
}

void view_run_close(ViewRun *run)
{
    lanes_deinit(&run->lanes);
    model_deinit(&run->model);
    draw_deinit(&run->list);
    fixture_close(&run->fixture);
}

/* Where the ink of a text is: capitals stand 0.73 em above the baseline. */
static Rect ink_of(const DrawList *list, const TextMetrics *metrics, const DrawItem *item)
{
    const char *chars = list->chars.items + item->first;
    float width = metrics->width(metrics->state, item->face, item->size, chars, item->count);
    float left = item->rect.x;
    if (item->align == ALIGN_CENTER) left -= width / 2;
    if (item->align == ALIGN_RIGHT) left -= width;
    return (Rect){left, item->rect.y - 0.73f * item->size, width, 0.73f * item->size};
}

static bool is_text(const DrawList *list, const DrawItem *item)
{
    if (item->kind != DRAW_TEXT || item->count == 0) return false;
    const char *chars = list->chars.items + item->first;
    return strspn(chars, " ") < item->count;
}

uint32_t texts_overlapping(const DrawList *list, const TextMetrics *metrics, const char *row)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < list->items.count; i++) {
        const DrawItem *item = &list->items.items[i];
        if (!is_text(list, item)) continue;
        Rect a = ink_of(list, metrics, item);
        for (uint32_t k = i + 1; k < list->items.count; k++) {
            const DrawItem *other = &list->items.items[k];
            if (!is_text(list, other)) continue;
            Rect b = ink_of(list, metrics, other);
            bool apart = rect_right(a) <= b.x + 0.5f || rect_right(b) <= a.x + 0.5f ||
                         rect_bottom(a) <= b.y + 0.5f || rect_bottom(b) <= a.y + 0.5f;
            if (apart) continue;
            if (count++ == 0)
                printf("\n  %s: \"%s\" lies on \"%s\" at %.0f, %.0f\n", row,
                       list->chars.items + item->first, list->chars.items + other->first,
                       (double)a.x, (double)a.y);
        }
    }
    return count;
}

uint32_t texts_outside(const DrawList *list, const TextMetrics *metrics, Rect rect, const char *row)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < list->items.count; i++) {
        const DrawItem *item = &list->items.items[i];
        if (!is_text(list, item)) continue;
        Rect ink = ink_of(list, metrics, item);
        bool inside = ink.x >= rect.x && ink.y >= rect.y && rect_right(ink) <= rect_right(rect) &&
                      rect_bottom(ink) <= rect_bottom(rect);
        if (inside) continue;
        if (count++ == 0)
            printf("\n  %s: \"%s\" reaches out at %.0f, %.0f\n", row,
                   list->chars.items + item->first, (double)ink.x, (double)ink.y);
    }
    return count;
}
