/* slots.c -- the panel of the slot map: map at the left, list at the right; in the small form the
 * map with its title and one meter. The parts are in slots_*.c. */
#include "viz/scene/slots.h"

#include "viz/ui/label.h"

#include <stdio.h>

#define TITLE_X     24
#define TITLE_Y     13 /* of the line's box */
#define TITLE_LINE  24
#define LIST_GAP    32
#define LIST_RIGHT  24
#define METER_ABOVE 8

/* What the map shows, behind its title. */
static void caption(const SlotView *view, char *out, size_t size)
{
    const char *host = view->is_belief ? panel_host(view->model, view->state->selected) : "";
    uint32_t owners = view->owners.count;
    if (view->is_belief && !view->is_hilbert) snprintf(out, size, "owners as %s believes", host);
    else if (view->is_belief) snprintf(out, size, "Hilbert layout, owners as %s believes", host);
    else if (view->contested > 0) snprintf(out, size, "truth: who would accept a write now");
    else if (view->is_hilbert && owners > SLOTS_LIST_MAX)
        snprintf(out, size, "Hilbert layout, %u owners, about %u slots each", owners,
                 (SLOT_COUNT + owners / 2) / owners);
    else if (view->is_hilbert) snprintf(out, size, "16384 along Hilbert's curve");
    else snprintf(out, size, "16384 in rows of 128");
}

static void draw_full(const SlotView *view)
{
    const Ui *ui = &view->ui;
    const Theme *theme = view->palette.theme;
    Rect panel = view->layout->slots;
    ui_panel(ui, panel);
    float map_right = view->map.x + view->cell * MAP_SIDE;
    Rect line = {panel.x + TITLE_X, panel.y + TITLE_Y, map_right - panel.x - TITLE_X, TITLE_LINE};
    label_in(ui, line, ALIGN_LEFT, 0, TYPE_TITLE, theme->text, "Slots");
    char words[96];
    caption(view, words, sizeof(words));
    rect_take_left(&line, label_width(ui, TYPE_TITLE, "Slots") + 12);
    label_in(ui, line, ALIGN_LEFT, 0, TYPE_BODY, theme->text3, words);

    slots_draw_map(view);
    slots_draw_labels(view);
    slots_draw_holes(view);
    slots_draw_open_frames(view);
    float left = map_right + LIST_GAP;
    Rect list = {left, panel.y, rect_right(panel) - LIST_RIGHT - left, panel.h - 12};
    slots_draw_leader(view, left - 8);
    slots_draw_list(view, list);
    slots_draw_hovered(view);
}

/* In place of how much is covered: what moves, as far as there is room. */
static void small_words(const SlotView *view, char *out, size_t size)
{
    char covered[16];
    const OpenSlotModel *entry = slots_open_shown(view);
    slots_covered_words(view, covered, sizeof(covered));
    snprintf(out, size, "covered %s", covered);
    if (view->is_belief)
        snprintf(out, size, "as %s believes", panel_host(view->model, view->state->selected));
    else if (entry && view->open.count > 1) snprintf(out, size, "%u slots open", view->open.count);
    else if (entry)
        snprintf(out, size, "slot %u: %s → %s", entry->slot, panel_host(view->model, entry->source),
                 panel_host(view->model, entry->target));
}

static void draw_small(const SlotView *view)
{
    const Ui *ui = &view->ui;
    const Theme *theme = view->palette.theme;
    Rect panel = view->layout->slots;
    float side = view->cell * MAP_SIDE;
    char words[64];
    small_words(view, words, sizeof(words));
    Rect line = {view->map.x, panel.y + 6, side, view->map.y - panel.y - 8};
    label_in(ui, line, ALIGN_LEFT, 0, TYPE_TITLE, theme->text, "Slots");
    label_in(ui, line, ALIGN_RIGHT, 0, TYPE_BODY, theme->text2, words);
    slots_draw_map(view);
    slots_draw_labels(view);
    slots_draw_holes(view);
    slots_draw_open_frames(view);
    float below = view->map.y + side + METER_ABOVE;
    slots_draw_meter(view, (Rect){view->map.x, below, side, rect_bottom(panel) - below - 4});
    slots_draw_hovered(view);
}

void scene_slots(DrawList *list, const Model *model, const UiState *ui, const Layout *layout,
                 const TextMetrics *metrics)
{
    SlotView view;
    slots_view_init(&view, model, ui, layout);
    view.ui = panel_ui(list, ui, metrics);
    if (layout->full) draw_full(&view);
    else draw_small(&view);
    slots_view_deinit(&view);
}
