/* layout.c -- where the panels are (view tokens §5): the full form, and the one for a projector or
 * a small window.
 *
 * The slot map decides: its cells are whole device pixels, everything else takes what is left. All
 * rects have a size of at least zero and lie inside the window down to 960x600. */
#include "viz/scene/scene.h"

#include "viz/ui/rect.h"

#include <math.h>

#define FULL_WIDTH_MIN  1600
#define FULL_HEIGHT_MIN 900
#define MAP_SIDE        128 /* cells */

/* ---- full ---- */

#define HEADER        56
#define MARGIN        24
#define GAP           8
#define CARD          152
#define LANES_MAX     6u
#define BESIDE_MAP    344 /* row numbers, the list of owners, and the padding round them */
#define UNDER_HEADER  336 /* what the slot panel and the least dock need besides the cells */
#define CELL_MIN      2.0f
#define CELL_MAX      8.0f
#define SLOTS_PADDING 64 /* title above the map and room below */

static float lesser(float a, float b)
{
    return a < b ? a : b;
}

static float greater(float a, float b)
{
    return a > b ? a : b;
}

/* The largest cell of which 128 fit into `room` logical px: whole device pixels, or halves while it
 * is so small that no grid is drawn. */
static float cell_for(float room, float scale)
{
    float device = room * scale / MAP_SIDE + 0.001f;
    return (device < 4 ? floorf(device * 2) / 2 : floorf(device)) / scale;
}

/* Room is kept for lanes that may come, so that nothing moves when one does. */
static uint32_t lanes_between(uint32_t count, uint32_t least, uint32_t most)
{
    if (count < least) return least;
    return count > most ? most : count;
}

static Layout layout_full(const UiState *ui, uint32_t lane_count)
{
    Layout layout = {.full = true};
    float w = ui->width, h = ui->height;
    layout.lanes = 1 + lanes_between(lane_count, SCENE_LANES, LANES_MAX - 1);
    float timeline = 36 + 24 * (float)layout.lanes + 20;
    layout.header = (Rect){0, 0, w, HEADER};
    layout.timeline = (Rect){0, h - timeline, w, timeline};

    float by_height = cell_for(h - HEADER - timeline - UNDER_HEADER, ui->scale);
    float by_width = cell_for(w * 0.5f - BESIDE_MAP, ui->scale);
    layout.cell = greater(CELL_MIN, lesser(lesser(by_height, by_width), CELL_MAX));
    float map = layout.cell * MAP_SIDE;
    float right = map + BESIDE_MAP;
    layout.slots = (Rect){w - GAP - right, HEADER + GAP, right, map + SLOTS_PADDING};
    layout.map = (Point){layout.slots.x + MARGIN, layout.slots.y + 48};

    float dock = rect_bottom(layout.slots) + GAP;
    float dock_height = layout.timeline.y - 2 * GAP - dock;
    layout.dock = (Rect){layout.slots.x, dock, right, greater(0, dock_height)};
    layout.card =
        (Rect){MARGIN, layout.timeline.y - 2 * GAP - CARD, layout.slots.x - MARGIN - 2 * GAP, CARD};
    layout.stage = (Rect){0, HEADER, layout.slots.x - GAP, layout.card.y - HEADER};
    return layout;
}

/* ---- projector or small ---- */

#define SMALL_HEADER      48
#define SMALL_CARD        92
#define SMALL_CARD_ABOVE  103 /* from the card's top to the timeline */
#define SMALL_MAP_TITLE   35
#define SMALL_AROUND_MAP  107 /* title above it and one meter below */
#define SMALL_LANES_MAX   3u
#define SMALL_HEIGHT_LOW  560 /* below this two lanes are enough */
#define SMALL_MAP_PART    0.45f
#define SMALL_MARGIN      24 /* device px */
#define SMALL_STAGE_WIDTH 400

static Layout layout_small(const UiState *ui, uint32_t lane_count)
{
    Layout layout = {.full = false};
    float w = ui->width, h = ui->height;
    float margin = SMALL_MARGIN / greater(ui->scale, 1);
    uint32_t lanes_max = h < SMALL_HEIGHT_LOW ? SMALL_LANES_MAX - 1 : SMALL_LANES_MAX;
    layout.lanes = lanes_between(lane_count, lanes_max, lanes_max);
    float timeline = 24 + 20 * (float)layout.lanes + 5;
    layout.header = (Rect){0, 0, w, SMALL_HEADER};
    layout.timeline = (Rect){0, h - timeline, w, timeline};

    float by_height = cell_for(h - SMALL_HEADER - timeline - SMALL_AROUND_MAP, ui->scale);
    float by_width = cell_for(lesser(w * SMALL_MAP_PART, w - SMALL_STAGE_WIDTH), ui->scale);
    float one = 1 / ui->scale;
    layout.cell = greater(one, lesser(by_height, by_width));
    float map = layout.cell * MAP_SIDE;
    layout.map = (Point){w - margin - map, SMALL_HEADER + SMALL_MAP_TITLE};
    layout.slots = (Rect){layout.map.x, SMALL_HEADER, map, layout.timeline.y - SMALL_HEADER};
    layout.card =
        (Rect){margin, layout.timeline.y - SMALL_CARD_ABOVE, layout.map.x - 2 * margin, SMALL_CARD};
    layout.stage = (Rect){0, SMALL_HEADER, layout.map.x - margin, layout.card.y - SMALL_HEADER};
    layout.dock = (Rect){0};
    return layout;
}

Layout scene_layout(const UiState *ui, uint32_t lane_count)
{
    bool has_room = ui->width >= FULL_WIDTH_MIN && ui->height >= FULL_HEIGHT_MIN;
    return has_room && !ui->projector ? layout_full(ui, lane_count) : layout_small(ui, lane_count);
}
