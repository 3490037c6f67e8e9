/* timeline.c -- the strip at the bottom: axis, density of events, lanes, the handle, and the veil
 * over what lies ahead (view tokens §5).
 *
 * What is right of the handle is not shown, whether it is known or not: while a question is open
 * the veil says so. Timers that are already set may stand there, for they are state and no peek. */
#include "viz/scene/timeline.h"

#include "viz/ui/label.h"
#include "viz/ui/meter.h"

#include <stdio.h>

#define LABEL_LEFT       24
#define PLOT_LEFT        160
#define MARGIN_RIGHT     24
#define SMALL_LABELS     92 /* px for the names of the lanes */
#define SMALL_MARGIN     24 /* device px */
#define AXIS             36
#define SMALL_AXIS       24
#define ROW              24
#define SMALL_ROW        20
#define TICK_PX          84
#define DENSITY_HIGH_MIN 6
#define VEIL             0.72f
#define SECONDS_LABEL    " s"

/* ---- geometry ---- */

void scene_timeline_span(const Layout *layout, const UiState *ui, float *left, float *right)
{
    float margin = SMALL_MARGIN / (ui->scale > 1 ? ui->scale : 1);
    *left = layout->full ? PLOT_LEFT : margin + SMALL_LABELS;
    *right = layout->timeline.w - (layout->full ? MARGIN_RIGHT : margin);
}

float plot_x(const Plot *plot, SimTime time)
{
    if (time <= plot->from) return plot->left;
    if (time >= plot->to) return plot->right;
    double part = (double)(time - plot->from) / (double)(plot->to - plot->from);
    return plot->left + (float)(part * (double)(plot->right - plot->left));
}

Rect plot_row(const Plot *plot, uint32_t row)
{
    return (Rect){plot->left, plot->top + (float)row * plot->pitch, plot->right - plot->left,
                  plot->pitch};
}

SimSpan plot_tick(const Plot *plot, float least_px, uint32_t *decimals)
{
    static const uint32_t minutes[] = {1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1440};
    double per_px = (double)(plot->to - plot->from) / (double)(plot->right - plot->left);
    SimSpan least = (SimSpan)(per_px * (double)least_px);
    *decimals = 0;
    for (SimSpan unit = SIM_US; unit <= 10 * SIM_SEC; unit *= 10) {
        for (uint32_t i = 0; i < 3; i++) {
            SimSpan step = unit * (i == 0 ? 1 : i == 1 ? 2 : 5);
            if (step < least || step > 30 * SIM_SEC) continue;
            if (unit < SIM_SEC)
                *decimals = unit < SIM_MS         ? 6
                            : unit < 10 * SIM_MS  ? 3
                            : unit < 100 * SIM_MS ? 2
                                                  : 1;
            return step;
        }
    }
    for (uint32_t i = 0; i < ARRAY_LENGTH(minutes); i++) {
        if (minutes[i] * 60 * SIM_SEC >= least) return minutes[i] * 60 * SIM_SEC;
    }
    return (least / (86400 * SIM_SEC) + 1) * 86400 * SIM_SEC;
}

static Plot plot_of(const Ui *ui, const Model *model, const UiState *state, const Layout *layout,
                    const Lanes *lanes)
{
    Plot plot = {.ui = *ui, .model = model, .state = state, .panel = layout->timeline};
    scene_timeline_span(layout, state, &plot.left, &plot.right);
    plot.label_left = layout->full ? LABEL_LEFT : plot.left - SMALL_LABELS;
    plot.from = state->view_from;
    plot.to = state->view_to > state->view_from ? state->view_to : state->view_from + SIM_SEC;
    plot.top = layout->timeline.y + (layout->full ? AXIS : SMALL_AXIS);
    plot.pitch = layout->full ? ROW : SMALL_ROW;
    plot.rows = layout->lanes;
    /* In the small form lanes come first; events have a row when one is left over. */
    plot.has_density = plot.rows > 0 && (layout->full || lanes->lanes.count < plot.rows);
    plot.now_x = plot_x(&plot, model->time);
    return plot;
}

/* ---- axis ---- */

static void draw_axis(const Plot *plot, Rect handle)
{
    const Theme *theme = plot->ui.theme;
    TypeStyle style = type_style(TYPE_AXIS, plot->ui.projector);
    uint32_t decimals;
    SimSpan step = plot_tick(plot, TICK_PX, &decimals);
    float bottom = plot->top + plot->pitch * (float)plot->rows;
    float middle = plot->panel.y + (plot->top - plot->panel.y) / 2;
    SimTime first = (plot->from + step - 1) / step * step;
    float covered = -1;
    for (SimTime time = first; time <= plot->to; time += step) {
        char words[48];
        float x = plot_x(plot, time);
        draw_line(plot->ui.list, (Point){x, plot->top - 2}, (Point){x, bottom},
                  stroke_solid(color_alpha(theme->line, 0.7f), 1));
        panel_time(time, decimals, words, sizeof(words));
        float width = text_width(plot->ui.metrics, style.face, style.size, words);
        bool is_first = time == first;
        if (x - width / 2 < handle.x + handle.w + 6 && x + width / 2 > handle.x - 6) continue;
        if (x - width / 2 < covered || x + width / 2 > plot->panel.w - 2) continue;
        Point at = {x, middle + type_cap_middle(style.size)};
        draw_text(plot->ui.list, at, ALIGN_CENTER, style.face, style.size, theme->text3, words);
        covered = x + width / 2 + 6;
        if (is_first && covered + width < handle.x) {
            at.x = x + width / 2;
            draw_text(plot->ui.list, at, ALIGN_LEFT, style.face, style.size, theme->text3,
                      SECONDS_LABEL);
        }
    }
    for (uint32_t i = 0; i <= plot->rows; i++) {
        float y = plot->top + plot->pitch * (float)i;
        draw_line(plot->ui.list, (Point){plot->left, y}, (Point){plot->right, y},
                  stroke_solid(color_alpha(theme->line, 0.4f), 1));
    }
}

/* The line under the axis that says how far the run has been simulated. */
static void draw_known(const Plot *plot)
{
    if (plot->state->question_open || plot->state->known_to <= plot->from) return;
    Rect known = {plot->left, plot->top - 3, plot_x(plot, plot->state->known_to) - plot->left, 2};
    draw_rect(plot->ui.list, known, 1, plot->ui.theme->line2, STROKE_NONE);
}

static void draw_density(const Plot *plot, const Lanes *lanes)
{
    uint32_t high = DENSITY_HIGH_MIN;
    for (uint32_t i = 0; i < lanes->density.count; i++) {
        if (lanes->density.items[i] > high) high = lanes->density.items[i];
    }
    Rect row = plot_row(plot, 0);
    Rect words = {plot->label_left, row.y, plot->left - plot->label_left - 8, row.h};
    label_in(&plot->ui, words, ALIGN_LEFT, 0, TYPE_LABEL, plot->ui.theme->text2, "Events");
    Rect columns = {row.x, row.y + 3, row.w, row.h - 4};
    draw_clip(plot->ui.list, (Rect){row.x, row.y, plot->now_x - row.x, row.h});
    meter_columns(&plot->ui, columns, lanes->density.items, lanes->density.count, high,
                  plot->ui.theme->ghost);
    draw_unclip(plot->ui.list);
}

/* ---- what lies ahead ---- */

static bool row_is_clear(const Plot *plot, const Lanes *lanes, uint32_t row)
{
    uint32_t first = plot->has_density ? 1 : 0;
    if (row < first || row - first >= lanes->lanes.count) return true;
    return plot_lane_is_clear(plot, &lanes->lanes.items[row - first]);
}

/* The clear row nearest to the middle; plot->rows when there is none. */
static uint32_t clear_row(const Plot *plot, const Lanes *lanes)
{
    uint32_t middle = plot->rows / 2;
    for (uint32_t away = 0; away < plot->rows; away++) {
        if (middle + away < plot->rows && row_is_clear(plot, lanes, middle + away))
            return middle + away;
        if (middle >= away && row_is_clear(plot, lanes, middle - away)) return middle - away;
    }
    return plot->rows;
}

/* Why nothing is to be seen: on a row where no timer stands. */
static void veil_words(const Plot *plot, const Lanes *lanes, Rect veil)
{
    static const char *const sentences[] = {"hidden until you predict", "hidden"};
    const Theme *theme = plot->ui.theme;
    uint32_t row = clear_row(plot, lanes);
    if (row >= plot->rows) return;
    Rect line = plot_row(plot, row);
    for (uint32_t i = 0; i < ARRAY_LENGTH(sentences); i++) {
        float width = label_width(&plot->ui, TYPE_LABEL, sentences[i]);
        if (width + 24 > veil.w) continue;
        Rect plate = {veil.x + (veil.w - width) / 2 - 8, line.y + 1, width + 16, line.h - 2};
        draw_rect(plot->ui.list, plate, 3, theme->panel, STROKE_NONE);
        label_in(&plot->ui, plate, ALIGN_CENTER, 0, TYPE_LABEL, theme->text2, sentences[i]);
        return;
    }
}

static void draw_veil(const Plot *plot, const Lanes *lanes)
{
    const Theme *theme = plot->ui.theme;
    float start = plot->now_x;
    if (!plot->state->question_open) {
        float known = plot_x(plot, plot->state->known_to);
        if (known > start) start = known;
    }
    Rect veil = {start, plot->top, plot->right - start, plot->pitch * (float)plot->rows};
    if (veil.w <= 0 || veil.h <= 0) return;
    draw_rect(plot->ui.list, veil, 0, color_alpha(theme->panel, VEIL), STROKE_NONE);
    draw_pattern(plot->ui.list, veil, 0, PATTERN_HATCH, theme->line, 10, 1);
    if (plot->state->question_open) veil_words(plot, lanes, veil);
}

/* ---- handle ---- */

/* Slow motion needs microseconds; else they would only flicker. */
static void handle_words(const Plot *plot, char *out, size_t size)
{
    bool is_fine =
        plot->state->speed_permille <= 10 || plot->state->slow_factor >= 100 || plot->state->paused;
    panel_time(plot->model->time, is_fine ? 6 : 3, out, size);
}

static Rect handle_rect(const Plot *plot)
{
    char words[48];
    TypeStyle style = type_style(TYPE_TABLE, plot->ui.projector);
    handle_words(plot, words, sizeof(words));
    float width = text_width(plot->ui.metrics, FONT_MONO_MEDIUM, style.size, words) + 14;
    float height = plot->pitch - 2 < 22 ? plot->pitch - 2 : 22;
    float middle = plot->panel.y + (plot->top - plot->panel.y) / 2;
    float x = plot->now_x - width / 2;
    if (x + width > plot->panel.w - 4) x = plot->panel.w - 4 - width;
    if (x < 4) x = 4;
    return (Rect){x, middle - height / 2, width, height};
}

static void draw_handle(const Plot *plot, Rect rect)
{
    const Theme *theme = plot->ui.theme;
    TypeStyle style = type_style(TYPE_TABLE, plot->ui.projector);
    char words[48];
    handle_words(plot, words, sizeof(words));
    float bottom = plot->top + plot->pitch * (float)plot->rows;
    draw_line(plot->ui.list, (Point){plot->now_x, rect.y + rect.h}, (Point){plot->now_x, bottom},
              stroke_solid(theme->invert, 1.75f));
    draw_rect(plot->ui.list, rect, 4, theme->invert, STROKE_NONE);
    Point at = {rect.x + rect.w / 2, rect.y + rect.h / 2 + type_cap_middle(style.size)};
    draw_text(plot->ui.list, at, ALIGN_CENTER, FONT_MONO_MEDIUM, style.size, theme->ink, words);
}

/* The time under the mouse, unless the handle's own label is there. */
static void draw_hover(const Plot *plot, Rect handle)
{
    const Theme *theme = plot->ui.theme;
    Point mouse = plot->state->mouse;
    bool is_inside = !plot->state->mouse_gone && mouse.x >= plot->left && mouse.x <= plot->right &&
                     mouse.y >= plot->panel.y && mouse.y < plot->panel.y + plot->panel.h;
    if (!is_inside) return;
    double part = (double)(mouse.x - plot->left) / (double)(plot->right - plot->left);
    SimTime time = plot->from + (SimTime)(part * (double)(plot->to - plot->from));
    char words[48];
    panel_time(time, 3, words, sizeof(words));
    float width = label_width(&plot->ui, TYPE_TABLE, words) + 12;
    Rect plate = {mouse.x - width / 2, handle.y + 1, width, handle.h - 2};
    if (plate.x + plate.w > plot->panel.w - 4) plate.x = plot->panel.w - 4 - plate.w;
    float bottom = plot->top + plot->pitch * (float)plot->rows;
    draw_line(plot->ui.list, (Point){mouse.x, plot->top}, (Point){mouse.x, bottom},
              stroke_solid(theme->text3, 1));
    if (plate.x < handle.x + handle.w + 4 && plate.x + plate.w > handle.x - 4) return;
    draw_rect(plot->ui.list, plate, 4, theme->raised, stroke_solid(theme->line2, 1));
    label_in(&plot->ui, plate, ALIGN_CENTER, 0, TYPE_TABLE, theme->text, words);
}

void scene_timeline(DrawList *list, const Model *model, const Lanes *lanes, const UiState *state,
                    const Layout *layout, const TextMetrics *metrics)
{
    Ui ui = panel_ui(list, state, metrics);
    Plot plot = plot_of(&ui, model, state, layout, lanes);
    Rect panel = layout->timeline;
    Rect handle = handle_rect(&plot);
    draw_rect(list, panel, 0, ui.theme->panel, STROKE_NONE);
    draw_line(list, (Point){0, panel.y + 0.5f}, (Point){panel.w, panel.y + 0.5f},
              stroke_solid(ui.theme->line, 1));
    draw_axis(&plot, handle);
    draw_known(&plot);
    uint32_t first = plot.has_density ? 1 : 0;
    if (plot.has_density) draw_density(&plot, lanes);
    for (uint32_t i = 0; i < lanes->lanes.count && first + i < plot.rows; i++)
        plot_lane(&plot, &lanes->lanes.items[i], first + i);
    draw_veil(&plot, lanes);
    for (uint32_t i = 0; i < lanes->lanes.count && first + i < plot.rows; i++)
        plot_lane_expected(&plot, &lanes->lanes.items[i], first + i);
    bool is_visible = model->time >= plot.from && model->time <= plot.to;
    if (is_visible) draw_handle(&plot, handle);
    draw_hover(&plot, handle);
}
