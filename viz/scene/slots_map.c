/* slots_map.c -- the cells of the slot map, the borders between owners, row numbers, labels and the
 * frame round the slot under the mouse. */
#include "viz/scene/slots.h"

#include "viz/ui/control.h"
#include "viz/ui/label.h"

#include <stdio.h>

#define HUE_MIX       0.30f /* of a cell towards the panel (view tokens §2) */
#define NEUTRAL_MIX   0.22f
#define GRID_SHADE    0.14f
#define GRID_CELL_MIN 4 /* device px of a cell from which its grid is drawn */
#define BORDER        2
#define OUTLINE       2
#define NUMBERS_EVERY 16 /* rows */
#define LABEL_HEIGHT  34
#define LABEL_SMALL   28
#define LABEL_INSET   16
#define LABEL_PADDING 11
#define LABEL_TINY    20 /* on a small map with many owners */
#define TINY_PADDING  6
#define TINY_ROOM     64 /* px a shard is wide below which labels are tiny */
#define LABELS_MAX    (2 * SLOTS_LABELS_MAX)
#define LABEL_CHIP    12
#define FRAME_SIZE    12

/* ---- cells ---- */

Color slots_cell_color(const SlotView *view, uint32_t slot)
{
    const Theme *theme = view->palette.theme;
    uint16_t shard = view->shard[slot];
    if (view->owner[slot] == HOST_NONE) return theme->stage;
    if (shard == SHARD_NONE || shard >= view->tints.count)
        return color_mix(theme->neutral[1], theme->panel, NEUTRAL_MIX);
    Color hue = view->tints.items[shard], fill, ink;
    bool has_hue = shard_hue(&view->palette, shard, &fill, &ink);
    if (view->mark[slot] == MARK_CONTESTED) /* the half of the lower epoch; see slots_mark.c */
        return color_mix(hue, theme->black, theme->name == THEME_LIGHT ? 0.72f : 0.62f);
    return color_mix(hue, theme->panel, has_hue ? HUE_MIX : NEUTRAL_MIX);
}

static void draw_cells_of(const SlotView *view)
{
    Color colors[SLOT_COUNT];
    Color color = COLOR_NONE;
    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) {
        bool is_same = slot > 0 && view->owner[slot] == view->owner[slot - 1] &&
                       view->mark[slot] == view->mark[slot - 1];
        if (!is_same) color = slots_cell_color(view, slot);
        MapCell cell = slots_cell(view->is_hilbert, slot);
        colors[cell.row * MAP_SIDE + cell.column] = color;
    }
    float device = view->cell * view->state->scale;
    draw_cells(view->ui.list, view->map, MAP_SIDE, MAP_SIDE, view->cell, colors,
               device >= GRID_CELL_MIN ? GRID_SHADE : 0, view->palette.theme->panel);
}

/* ---- borders ---- */

typedef struct Pencil {
    const SlotView *view;
    float thickness;
    Color color;
    uint16_t only; /* just the outline of this shard; SHARD_NONE: between all owners */
} Pencil;

static uint32_t slot_of(const SlotView *view, uint32_t column, uint32_t row)
{
    return slots_at(view->is_hilbert, (MapCell){(uint8_t)column, (uint8_t)row});
}

static bool is_border(const Pencil *pencil, uint32_t a, uint32_t b)
{
    const SlotView *view = pencil->view;
    if (pencil->only == SHARD_NONE) return view->owner[a] != view->owner[b];
    return (view->shard[a] == pencil->only) != (view->shard[b] == pencil->only);
}

/* A straight piece of border between two columns or rows, `from` to `to` in cells. */
static void draw_piece(const Pencil *pencil, bool is_vertical, uint32_t at, uint32_t from,
                       uint32_t to)
{
    const SlotView *view = pencil->view;
    float t = pencil->thickness, cell = view->cell;
    float across = (float)at * cell - t / 2;
    float along = (float)from * cell - t / 2, length = (float)(to - from) * cell + t;
    Rect rect = {view->map.x + (is_vertical ? across : along),
                 view->map.y + (is_vertical ? along : across), is_vertical ? t : length,
                 is_vertical ? length : t};
    draw_rect(view->ui.list, rect, 0, pencil->color, STROKE_NONE);
}

/* All borders of one direction, straight pieces joined. `line` runs over the gaps between columns
 * (or rows), and over both edges of the map for an outline. */
static void draw_borders(const Pencil *pencil, bool is_vertical)
{
    const SlotView *view = pencil->view;
    uint32_t before[MAP_SIDE];
    for (uint32_t line = 0; line < MAP_SIDE; line++) {
        uint32_t start = MAP_SIDE;
        for (uint32_t i = 0; i < MAP_SIDE; i++) {
            uint32_t slot = is_vertical ? slot_of(view, line, i) : slot_of(view, i, line);
            bool border = line > 0 && is_border(pencil, before[i], slot);
            before[i] = slot;
            if (border && start == MAP_SIDE) start = i;
            if (!border && start != MAP_SIDE) {
                draw_piece(pencil, is_vertical, line, start, i);
                start = MAP_SIDE;
            }
        }
        if (start != MAP_SIDE) draw_piece(pencil, is_vertical, line, start, MAP_SIDE);
    }
}

/* Rects in the map that lie on its edge have no neighbour there; an outline closes them. */
static void close_outline(const Pencil *pencil)
{
    const SlotView *view = pencil->view;
    for (uint32_t i = 0; i < MAP_SIDE; i++) {
        if (view->shard[slot_of(view, 0, i)] == pencil->only) draw_piece(pencil, true, 0, i, i + 1);
        if (view->shard[slot_of(view, MAP_SIDE - 1, i)] == pencil->only)
            draw_piece(pencil, true, MAP_SIDE, i, i + 1);
        if (view->shard[slot_of(view, i, 0)] == pencil->only)
            draw_piece(pencil, false, 0, i, i + 1);
        if (view->shard[slot_of(view, i, MAP_SIDE - 1)] == pencil->only)
            draw_piece(pencil, false, MAP_SIDE, i, i + 1);
    }
}

static void draw_numbers(const SlotView *view)
{
    const Theme *theme = view->palette.theme;
    TypeStyle style = type_style(TYPE_AXIS, view->ui.projector);
    for (uint32_t row = 0; row < MAP_SIDE; row += NUMBERS_EVERY) {
        float y = view->map.y + (float)row * view->cell;
        float baseline = row == 0 ? y + style.size * 0.8f : y + type_cap_middle(style.size);
        draw_textf(view->ui.list, (Point){view->map.x - 8, baseline}, ALIGN_RIGHT, style.face,
                   style.size, theme->text3, "%u", row * MAP_SIDE);
    }
}

void slots_draw_map(const SlotView *view)
{
    const Theme *theme = view->palette.theme;
    float side = view->cell * MAP_SIDE;
    bool is_crowded = view->owners.count > SLOTS_LABELS_MAX;
    Pencil pencil = {view, is_crowded ? 1 / view->state->scale : BORDER, theme->panel, SHARD_NONE};
    if (view->layout->full && !view->is_hilbert) draw_numbers(view);
    draw_cells_of(view);
    slots_draw_marks(view);
    draw_borders(&pencil, true);
    draw_borders(&pencil, false);
    for (uint32_t i = 0; is_crowded && i < view->palette.pin_count; i++) {
        Pencil pen = {view, OUTLINE, theme->text, view->palette.pins[i]};
        draw_borders(&pen, true);
        draw_borders(&pen, false);
        close_outline(&pen);
    }
    slots_draw_open(view);
    Rect frame = {view->map.x - 0.5f, view->map.y - 0.5f, side + 1, side + 1};
    draw_rect(view->ui.list, frame, 0, COLOR_NONE, stroke_solid(theme->line2, 1));
}

/* ---- labels ---- */

typedef struct MapLabel {
    char name[SHARD_NAME_SIZE];
    char words[40]; /* mono behind the name, "" none */
    bool is_danger; /* the words */
    bool has_chip;
    Color chip;
} MapLabel;

/* How labels look on this map. */
typedef struct LabelForm {
    float height, padding, size; /* size of the name */
    TypeRole words;
} LabelForm;

static LabelForm label_form(const SlotView *view)
{
    float size = type_style(TYPE_VALUE, view->ui.projector).size;
    float side = view->cell * MAP_SIDE;
    uint32_t owners = view->owners.count > 0 ? view->owners.count : 1;
    bool is_tiny = view->is_hilbert && owners <= SLOTS_LABELS_MAX &&
                   side * side / (float)owners < TINY_ROOM * TINY_ROOM;
    if (is_tiny) {
        TypeStyle style = type_style(TYPE_LABEL, view->ui.projector);
        return (LabelForm){LABEL_TINY, TINY_PADDING, style.size, TYPE_AXIS};
    }
    bool is_high = view->layout->full && !view->is_hilbert;
    return (LabelForm){is_high ? LABEL_HEIGHT : LABEL_SMALL, LABEL_PADDING, size, TYPE_TABLE};
}

static float label_size(const SlotView *view, const MapLabel *label)
{
    const Ui *ui = &view->ui;
    LabelForm form = label_form(view);
    float width =
        2 * form.padding + text_width(ui->metrics, FONT_SANS_BOLD, form.size, label->name);
    if (label->has_chip) width += LABEL_CHIP + 8;
    if (label->words[0] != '\0') width += label_width(ui, form.words, label->words);
    if (label->words[0] != '\0' && label->name[0] != '\0') width += form.padding - 1;
    return width;
}

static void draw_label(const SlotView *view, Point at, const MapLabel *label)
{
    const Ui *ui = &view->ui;
    const Theme *theme = view->palette.theme;
    LabelForm form = label_form(view);
    Rect rect = {at.x, at.y, label_size(view, label), form.height};
    draw_rect(ui->list, rect, 7, color_alpha(theme->panel, 0.96f), STROKE_NONE);
    float x = at.x + form.padding;
    if (label->has_chip) {
        Rect chip = {x, at.y + (rect.h - LABEL_CHIP) / 2, LABEL_CHIP, LABEL_CHIP};
        control_chip(ui, chip, label->chip);
        x += LABEL_CHIP + 8;
    }
    bool is_bad = label->is_danger && label->words[0] == '\0';
    float baseline = at.y + rect.h / 2 + type_cap_middle(form.size);
    draw_text(ui->list, (Point){x, baseline}, ALIGN_LEFT, FONT_SANS_BOLD, form.size,
              is_bad ? theme->danger_text : theme->text, label->name);
    if (label->name[0] != '\0')
        x += text_width(ui->metrics, FONT_SANS_BOLD, form.size, label->name) + form.padding - 1;
    label_draw(ui, (Point){x, label_middle(ui, rect, form.words)}, ALIGN_LEFT, form.words,
               label->is_danger ? theme->danger_text : theme->text2, label->words);
}

/* In one word what is wrong with the owner; "" for nothing. */
static const char *trouble_word(const SlotView *view, const SlotRun *run)
{
    if (run->mark == MARK_FAIL) return " FAIL";
    if (run->mark != MARK_SUSPECT) return "";
    ProcessStatus status = view->model->state.hosts.items[run->owner].status;
    if (view->is_belief || status == PROCESS_RUNNING) return " P?";
    return status == PROCESS_IS_FROZEN ? " frozen" : " down";
}

/* What stands behind the letter: the range where there is a list with the names beside the map,
 * else the name; what is wrong with it in any case. */
static void label_words(const SlotView *view, const SlotRun *run, MapLabel *label)
{
    const char *host = panel_host(view->model, run->owner);
    size_t size = sizeof(label->words);
    if (run->mark == MARK_CONTESTED) {
        HostId rival = slots_rival(view, run->owner, run->first, run->last);
        snprintf(label->words, size, view->is_hilbert ? "%s | %s" : "contested %s | %s", host,
                 panel_host(view->model, rival));
        return;
    }
    label->is_danger = run->mark == MARK_FAIL;
    if (view->layout->full && !view->is_hilbert) {
        snprintf(label->words, size, "%u–%u", run->first, run->last);
        label->is_danger = false;
    } else if (view->is_hilbert) {
        const char *flag = run->mark == MARK_FAIL ? "F!" : run->mark == MARK_SUSPECT ? "P?" : "";
        snprintf(label->words, size, "%s", flag);
    } else {
        snprintf(label->words, size, "%s%s", host, trouble_word(view, run));
    }
}

static MapLabel label_of(const SlotView *view, const SlotRun *run)
{
    MapLabel label = {.has_chip = view->palette.all_have_hues};
    Color ink;
    if (run->owner == HOST_NONE) {
        label.has_chip = false;
        label.is_danger = true;
        snprintf(label.words, sizeof(label.words), "nobody's %u–%u", run->first, run->last);
        return label;
    }
    shard_name(&view->palette, run->shard, label.name);
    bool has_hue = shard_hue(&view->palette, run->shard, &label.chip, &ink);
    if (view->owners.count > SLOTS_LABELS_MAX) label.has_chip = has_hue;
    label_words(view, run, &label);
    return label;
}

/* The middle of a run's largest square on the curve, and the side of it in px. */
static Point largest_square(const SlotView *view, const SlotRun *run, float *side)
{
    Rect rects[SLOTS_RECTS_MAX];
    uint32_t count = slots_rects(true, run->first, run->last, rects);
    uint32_t best = 0;
    for (uint32_t i = 1; i < count; i++) {
        if (rects[i].w > rects[best].w) best = i;
    }
    Rect px = slots_px(view, rects[best]);
    *side = px.w;
    return rect_center(px);
}

/* The centre of a run's cells if it lies inside, else the middle of its largest square. */
static Point middle_of(const SlotView *view, const SlotRun *run, float *side)
{
    Point fallback = largest_square(view, run, side);
    uint32_t columns = 0, rows = 0, count = run->last - run->first + 1u;
    for (uint32_t slot = run->first; slot <= run->last; slot++) {
        MapCell cell = slots_cell(true, slot);
        columns += cell.column;
        rows += cell.row;
    }
    MapCell center = {(uint8_t)(columns / count), (uint8_t)(rows / count)};
    uint32_t slot = slots_at(true, center);
    if (slot < run->first || slot > run->last) return fallback;
    return (Point){view->map.x + ((float)center.column + 0.5f) * view->cell,
                   view->map.y + ((float)center.row + 0.5f) * view->cell};
}

/* The right edge of a run's cells. */
static float right_of(const SlotView *view, const SlotRun *run)
{
    Rect rects[SLOTS_RECTS_MAX];
    uint32_t count = slots_rects(view->is_hilbert, run->first, run->last, rects);
    float right = 0;
    for (uint32_t i = 0; i < count; i++) {
        float edge = rect_right(slots_px(view, rects[i]));
        if (edge > right) right = edge;
    }
    return right;
}

static Point keep_on_map(const SlotView *view, Point at, float width, float height)
{
    float side = view->cell * MAP_SIDE;
    if (at.x + width > view->map.x + side - 4) at.x = view->map.x + side - 4 - width;
    if (at.y + height > view->map.y + side - 4) at.y = view->map.y + side - 4 - height;
    if (at.x < view->map.x + 4) at.x = view->map.x + 4;
    if (at.y < view->map.y + 4) at.y = view->map.y + 4;
    return at;
}

static bool label_place(const SlotView *view, const SlotRun *run, float width, Point *at)
{
    float height = label_form(view).height;
    bool is_crowded = view->owners.count > SLOTS_LABELS_MAX;
    if (!view->is_hilbert) {
        float top = (float)(run->first / MAP_SIDE), bottom = (float)(run->last / MAP_SIDE + 1);
        if ((bottom - top) * view->cell < height + 6 || run->last - run->first < (int)MAP_SIDE)
            return false;
        float middle = view->map.y + (top + bottom) / 2 * view->cell;
        *at = (Point){view->map.x + LABEL_INSET, middle - height / 2};
        return width + 2 * LABEL_INSET <= view->cell * MAP_SIDE;
    }
    float side;
    Point middle = middle_of(view, run, &side);
    if (is_crowded) { /* beside the shard, which is smaller than its label */
        Point beside = {right_of(view, run) + 6, middle.y - height / 2};
        *at = keep_on_map(view, beside, width, height);
        return true;
    }
    if (side * 2 < width) return false;
    *at = keep_on_map(view, (Point){middle.x - width / 2, middle.y - height / 2}, width, height);
    return true;
}

static bool is_labelled(const SlotView *view, const SlotRun *run)
{
    if (run->owner == HOST_NONE) /* small holes have a frame instead (slots_open.c) */
        return view->owners.count > 0 && run->last - run->first >= (int)MAP_SIDE / 2;
    if (run->shard == SHARD_NONE) return false;
    if (view->owners.count <= SLOTS_LABELS_MAX) return true;
    for (uint32_t i = 0; i < view->palette.pin_count; i++) {
        if (view->palette.pins[i] == run->shard) return true;
    }
    return false;
}

static bool overlaps(Rect a, Rect b)
{
    return a.x < rect_right(b) && b.x < rect_right(a) && a.y < rect_bottom(b) &&
           b.y < rect_bottom(a);
}

/* A place where the label fits and covers no other one. */
static bool label_free(const SlotView *view, const SlotRun *run, const MapLabel *label,
                       const Rect *taken, uint32_t count, Rect *rect)
{
    Point at;
    float width = label_size(view, label);
    if (!label_place(view, run, width, &at)) return false;
    *rect = (Rect){at.x, at.y, width, label_form(view).height};
    for (uint32_t i = 0; i < count; i++) {
        if (overlaps(*rect, taken[i])) return false;
    }
    return true;
}

void slots_draw_labels(const SlotView *view)
{
    Rect taken[LABELS_MAX];
    uint32_t count = 0;
    for (uint32_t i = 0; i < view->runs.count && count < LABELS_MAX; i++) {
        const SlotRun *run = &view->runs.items[i];
        if (!is_labelled(view, run)) continue;
        MapLabel label = label_of(view, run);
        if (!label_free(view, run, &label, taken, count, &taken[count])) {
            label.words[0] = '\0'; /* the name alone may still have room */
            if (label.name[0] == '\0' ||
                !label_free(view, run, &label, taken, count, &taken[count]))
                continue;
        }
        draw_label(view, (Point){taken[count].x, taken[count].y}, &label);
        count++;
    }
}

/* ---- the slot under the mouse: lines to find it by; its number stands at the mouse ---- */

void slots_draw_hovered(const SlotView *view)
{
    const Theme *theme = view->palette.theme;
    int slot = view->state->hovered_slot;
    if (slot < 0 || slot >= SLOT_COUNT) return;
    MapCell cell = slots_cell(view->is_hilbert, (uint32_t)slot);
    Point middle = {view->map.x + ((float)cell.column + 0.5f) * view->cell,
                    view->map.y + ((float)cell.row + 0.5f) * view->cell};
    float side = view->cell * MAP_SIDE;
    float half = FRAME_SIZE / 2.0f > view->cell ? FRAME_SIZE / 2.0f : view->cell;
    Color faint = color_alpha(theme->text, 0.35f);
    draw_rect(view->ui.list, (Rect){view->map.x, middle.y, side, 1}, 0, faint, STROKE_NONE);
    draw_rect(view->ui.list, (Rect){middle.x, view->map.y, 1, side}, 0, faint, STROKE_NONE);
    draw_rect(view->ui.list, (Rect){middle.x - half, middle.y - half, 2 * half, 2 * half}, 0,
              view->palette.theme->stage, STROKE_NONE);
    draw_rect(view->ui.list, (Rect){middle.x - half, middle.y - half, 2 * half, 2 * half}, 0,
              slots_cell_color(view, (uint32_t)slot), stroke_solid(theme->text, 2));
}
