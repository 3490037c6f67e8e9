/* slots_open.c -- slots under migration on the map and beside it (view tokens §7): stripes in the
 * target's hue where the source says MIGRATING, dots where only the target says IMPORTING. One open
 * slot is too small to see: it gets a frame, a leader line and a magnified cell. */
#include "viz/scene/slots.h"

#include "viz/ui/control.h"
#include "viz/ui/label.h"

#include <stdio.h>

#define STRIPE_PERIOD  8
#define STRIPE_WEIGHT  3.2f
#define DOTS_PERIOD    6
#define DOTS_RADIUS    1.4f
#define LARGE_STRIPE   12
#define LARGE_WEIGHT   5
#define LARGE_DOTS     11
#define LARGE_RADIUS   2.4f
#define FRAME          12.0f
#define FRAMES_MAX     64u /* more lie so close that frames would cover the map */
#define LEADER_DROP    34.0f
#define CELL_GAP       12.0f
#define CELL_MAX       112.0f
#define SECTION_TITLE  48.0f
#define DISAGREES_LINE 24.0f

/* A host's hue; text for one whose shard has no slots yet, or is not told by a hue. */
static Color hue_of(const SlotView *view, HostId host)
{
    Color fill, ink;
    uint16_t shard = host < view->model->hosts.count ? view->model->hosts.items[host].shard
                                                     : (uint16_t)SHARD_NONE;
    bool has_slots = shard < view->tints.count && view->model->shards.items[shard].slots > 0;
    if (has_slots && shard_hue(&view->palette, shard, &fill, &ink)) return fill;
    return view->palette.theme->text;
}

static Color dots_of(const SlotView *view, HostId target)
{
    return color_mix(hue_of(view, target), view->palette.theme->white, 0.35f);
}

static bool is_same_move(const OpenSlotModel *a, const OpenSlotModel *b)
{
    return b->slot == a->slot + 1 && a->source == b->source && a->target == b->target &&
           a->migrating == b->migrating && a->importing == b->importing;
}

static void draw_move(const SlotView *view, Rect rect, const OpenSlotModel *entry)
{
    if (entry->migrating)
        draw_pattern(view->ui.list, rect, 0, PATTERN_HATCH, hue_of(view, entry->target),
                     STRIPE_PERIOD, STRIPE_WEIGHT);
    else
        draw_pattern(view->ui.list, rect, 0, PATTERN_DOTS, dots_of(view, entry->target),
                     DOTS_PERIOD, DOTS_RADIUS);
}

/* A square round cells that are too small to see what is in them. */
static void draw_frame(const SlotView *view, Rect px, const OpenSlotModel *entry, Color cell)
{
    const Theme *theme = view->palette.theme;
    Point middle = rect_center(px);
    Rect frame = {middle.x - FRAME / 2, middle.y - FRAME / 2, FRAME, FRAME};
    draw_rect(view->ui.list, frame, 0, cell, STROKE_NONE);
    if (entry->migrating) draw_move(view, frame, entry);
    for (uint32_t i = 0; i < 4 && !entry->migrating; i++) { /* so few must lie well */
        Point dot = {middle.x + (i % 2 ? 2.1f : -2.1f), middle.y + (i / 2 ? 2.1f : -2.1f)};
        draw_disc(view->ui.list, dot, DOTS_RADIUS, dots_of(view, entry->target), STROKE_NONE);
    }
    draw_rect(view->ui.list, frame, 0, COLOR_NONE, stroke_solid(theme->text, 2));
}

/* All slots from `first` on that move together; returns the index after the last. */
static uint32_t run_end(const SlotView *view, uint32_t first)
{
    uint32_t end = first + 1;
    while (end < view->open.count &&
           is_same_move(&view->open.items[end - 1], &view->open.items[end]))
        end++;
    return end;
}

void slots_draw_open(const SlotView *view)
{
    for (uint32_t i = 0; i < view->open.count;) {
        const OpenSlotModel *entry = &view->open.items[i];
        uint32_t end = run_end(view, i), last = view->open.items[end - 1].slot;
        Rect rects[SLOTS_RECTS_MAX];
        uint32_t count = slots_rects(view->is_hilbert, entry->slot, last, rects);
        for (uint32_t k = 0; k < count; k++) draw_move(view, slots_px(view, rects[k]), entry);
        i = end;
    }
}

/* Above the labels: a frame must be found. */
void slots_draw_open_frames(const SlotView *view)
{
    uint32_t frames = 0;
    for (uint32_t i = 0; i < view->open.count && frames < FRAMES_MAX;) {
        const OpenSlotModel *entry = &view->open.items[i];
        uint32_t end = run_end(view, i), last = view->open.items[end - 1].slot;
        Rect rects[SLOTS_RECTS_MAX];
        uint32_t count = slots_rects(view->is_hilbert, entry->slot, last, rects);
        Rect px = slots_px(view, rects[0]);
        i = end;
        if (count > 1 || px.h >= FRAME) continue;
        frames++;
        if (px.w < FRAME) draw_frame(view, px, entry, slots_cell_color(view, entry->slot));
        else
            draw_rect(view->ui.list, rect_inset(px, -2, -2), 0, COLOR_NONE,
                      stroke_solid(view->palette.theme->text, 1.5f));
    }
}

/* Holes of a few slots in a map that is covered otherwise. */
void slots_draw_holes(const SlotView *view)
{
    const Theme *theme = view->palette.theme;
    uint32_t frames = 0;
    if (view->owners.count == 0) return;
    for (uint32_t i = 0; i < view->runs.count && frames < FRAMES_MAX; i++) {
        const SlotRun *run = &view->runs.items[i];
        Rect rects[SLOTS_RECTS_MAX];
        if (run->mark != MARK_UNCOVERED) continue;
        uint32_t count = slots_rects(view->is_hilbert, run->first, run->last, rects);
        Rect px = slots_px(view, rects[0]);
        if (count > 1 || px.w >= 2 * FRAME || px.h >= 2 * FRAME) continue;
        Point c = rect_center(px);
        float w = px.w > FRAME ? px.w + 4 : FRAME, h = px.h > FRAME ? px.h + 4 : FRAME, x = 3;
        Rect frame = {c.x - w / 2, c.y - h / 2, w, h};
        Stroke cross = stroke_solid(theme->text, 1.5f);
        draw_rect(view->ui.list, frame, 0, theme->stage, stroke_solid(theme->danger_text, 2));
        draw_line(view->ui.list, (Point){c.x - x, c.y - x}, (Point){c.x + x, c.y + x}, cross);
        draw_line(view->ui.list, (Point){c.x + x, c.y - x}, (Point){c.x - x, c.y + x}, cross);
        frames++;
    }
}

/* The one that is told beside the map: the hovered one, else the first. */
const OpenSlotModel *slots_open_shown(const SlotView *view)
{
    if (view->open.count == 0) return NULL;
    for (uint32_t i = 0; i < view->open.count; i++) {
        if (view->open.items[i].slot == view->state->hovered_slot) return &view->open.items[i];
    }
    return &view->open.items[0];
}

/* From the frame down, or up near the lower edge, and to the list at the right. */
void slots_draw_leader(const SlotView *view, float right)
{
    const Theme *theme = view->palette.theme;
    const OpenSlotModel *entry = slots_open_shown(view);
    if (entry == NULL || !view->layout->full) return;
    MapCell cell = slots_cell(view->is_hilbert, entry->slot);
    Rect px = slots_px(view, (Rect){cell.column, cell.row, 1, 1});
    Point from = rect_center(px);
    float side = view->cell * MAP_SIDE;
    bool is_low = from.y + LEADER_DROP + 16 > view->map.y + side;
    float sign = is_low ? -1 : 1, y = from.y + sign * LEADER_DROP;
    Stroke line = stroke_solid(theme->text, 1);
    Color over = color_alpha(theme->stage, 0.6f);
    draw_line(view->ui.list, (Point){from.x, from.y + sign * FRAME / 2}, (Point){from.x, y},
              stroke_solid(over, 3));
    draw_line(view->ui.list, (Point){from.x, y}, (Point){right, y}, stroke_solid(over, 3));
    draw_line(view->ui.list, (Point){from.x, from.y + sign * FRAME / 2}, (Point){from.x, y}, line);
    draw_line(view->ui.list, (Point){from.x, y}, (Point){right, y}, line);
    char words[32];
    snprintf(words, sizeof(words), "slot %u", entry->slot);
    float width = control_pill_width(&view->ui, 24, TYPE_BODY_STRONG, words);
    float x = from.x + width / 2 + 24;
    if (x + width / 2 > view->map.x + side - 4) x = view->map.x + side - 4 - width / 2;
    control_pill_at(&view->ui, (Point){x, y}, 24, false, words);
}

/* ---- beside the map ---- */

static void draw_large(const SlotView *view, Rect rect, HostId host, const OpenSlotModel *entry,
                       bool is_source)
{
    const Ui *ui = &view->ui;
    const Theme *theme = view->palette.theme;
    bool is_marked = is_source ? entry->migrating : entry->importing;
    uint32_t keys = is_source ? entry->source_keys : entry->target_keys;
    HostId colored = host != HOST_NONE ? host : entry->source;
    Color ground = color_mix(hue_of(view, colored), theme->panel, is_marked ? 0.30f : 0.75f);
    if (!is_source && hue_of(view, host) == theme->text) ground = theme->raised;
    char words[32];
    draw_rect(ui->list, rect, 7, ground, STROKE_NONE);
    if (is_marked && is_source)
        draw_pattern(ui->list, rect, 7, PATTERN_HATCH, hue_of(view, entry->target), LARGE_STRIPE,
                     LARGE_WEIGHT);
    else if (is_marked)
        draw_pattern(ui->list, rect, 7, PATTERN_DOTS, dots_of(view, entry->target), LARGE_DOTS,
                     LARGE_RADIUS);
    Rect plate = rect_inset(rect, rect.w * 0.14f, rect.h * 0.22f);
    draw_rect(ui->list, plate, 6, color_alpha(theme->panel, 0.96f), STROKE_NONE);
    Rect low = plate, high = rect_take_top(&low, plate.h * 0.56f);
    snprintf(words, sizeof(words), "%u", keys);
    label_in(ui, high, ALIGN_CENTER, 0, TYPE_CLOCK, theme->text, is_marked ? words : "?");
    label_in(ui, (Rect){low.x, low.y - 2, low.w, low.h}, ALIGN_CENTER, 0, TYPE_LABEL, theme->text2,
             !is_marked  ? (view->is_belief ? "not known" : "no mark")
             : is_source ? (keys == 1 ? "key left" : "keys left")
                         : (keys == 1 ? "key here" : "keys here"));
}

static void draw_side(const SlotView *view, Rect column, const OpenSlotModel *entry, bool is_source)
{
    const Ui *ui = &view->ui;
    const Theme *theme = view->palette.theme;
    HostId host = is_source ? entry->source : entry->target;
    bool is_marked = is_source ? entry->migrating : entry->importing;
    Rect cell = {column.x, column.y, column.w, column.h - 26};
    draw_large(view, cell, host, entry, is_source);
    Rect line = {column.x, rect_bottom(cell) + 4, column.w, 20};
    label_in(ui, line, ALIGN_LEFT, 0, TYPE_BODY_STRONG, theme->text, panel_host(view->model, host));
    if (is_marked)
        label_in(ui, line, ALIGN_RIGHT, 0, TYPE_AXIS, theme->text3,
                 is_source ? "MIGRATING" : "IMPORTING");
}

float slots_draw_open_section(const SlotView *view, Rect rect)
{
    const Ui *ui = &view->ui;
    const Theme *theme = view->palette.theme;
    const OpenSlotModel *entry = slots_open_shown(view);
    if (entry == NULL || rect.h < 2 * CELL_MAX) return rect.y;
    char words[64];
    Rect title = rect_take_top(&rect, SECTION_TITLE);
    Rect line = {title.x, title.y + 13, title.w, 24};
    snprintf(words, sizeof(words), "Slot %u, open", entry->slot);
    label_in(ui, line, ALIGN_LEFT, 0, TYPE_TITLE, theme->text, words);
    if (view->open.count > 1) {
        snprintf(words, sizeof(words), "and %u more", view->open.count - 1);
        label_in(ui, line, ALIGN_RIGHT, 0, TYPE_BODY, theme->text3, words);
    }
    float side = (rect.w - CELL_GAP) / 2;
    float high = side < CELL_MAX ? side : CELL_MAX;
    Rect columns = rect_take_top(&rect, high + 26);
    draw_side(view, (Rect){columns.x, columns.y, side, columns.h}, entry, true);
    draw_side(view, (Rect){columns.x + side + CELL_GAP, columns.y, side, columns.h}, entry, false);
    if (view->is_belief || (entry->migrating && entry->importing)) return rect.y;
    icon_draw(ui->list, ICON_WARNING, (Point){rect.x + 7, rect.y + DISAGREES_LINE / 2}, 14,
              theme->danger_text);
    snprintf(words, sizeof(words), "only %s says so",
             panel_host(view->model, entry->migrating ? entry->source : entry->target));
    label_in(ui, (Rect){rect.x + 20, rect.y, rect.w - 20, DISAGREES_LINE}, ALIGN_LEFT, 0,
             TYPE_BODY_STRONG, theme->danger_text, words);
    return rect.y + DISAGREES_LINE;
}

/* A square that looks as such slots do on the map. */
void slots_open_swatch(const SlotView *view, Rect rect, const OpenSlotModel *entry)
{
    draw_rect(view->ui.list, rect, 4, slots_cell_color(view, entry->slot), STROKE_NONE);
    if (entry->migrating)
        draw_pattern(view->ui.list, rect, 4, PATTERN_HATCH, hue_of(view, entry->target),
                     STRIPE_PERIOD, STRIPE_WEIGHT);
    else
        draw_pattern(view->ui.list, rect, 4, PATTERN_DOTS, dots_of(view, entry->target),
                     DOTS_PERIOD, DOTS_RADIUS);
}

void slots_open_words(const Model *model, const OpenSlotModel *entry, Text *out)
{
    const char *source = panel_host(model, entry->source);
    const char *target = panel_host(model, entry->target);
    const char *keys = entry->source_keys == 1 ? "key" : "keys";
    if (entry->migrating && entry->importing) {
        text_append(out, "migrating %s → %s, %u %s left, %u arrived", source, target,
                    entry->source_keys, keys, entry->target_keys);
    } else if (entry->migrating) {
        text_append(out, "migrating %s → %s, %u %s left; %s does not import it", source, target,
                    entry->source_keys, keys, target);
    } else {
        text_append(out, "importing %s ← %s, %u %s here; %s does not migrate it", target, source,
                    entry->target_keys, entry->target_keys == 1 ? "key" : "keys", source);
    }
}
