/* tile.c -- renders and keeps the pattern tiles; see tile.h. */
#include "viz/sdl/tile.h"

#include "sim/base/array.h"
#include "sim/base/assert.h"
#include "sim/base/mem.h"
#include "viz/sdl/outline.h"

#include <math.h>

#define TILES_MAX   64u /* a frame has about 10; above this all are made anew */
#define TILE_PX_MAX 160
#define BEND_MAX    0.02 /* of a period */

typedef struct Tile {
    Pattern pattern;
    float period, weight; /* device px */
    Color color;
    cairo_surface_t *surface;
} Tile;

struct TileSet {
    ARRAY_OF(Tile) tiles;
};

TileSet *tile_set_create(void)
{
    return mem_alloc(NULL, sizeof(TileSet));
}

static void tiles_clear(TileSet *tiles)
{
    for (uint32_t i = 0; i < tiles->tiles.count; i++) {
        cairo_surface_destroy(tiles->tiles.items[i].surface);
    }
    array_clear(&tiles->tiles);
}

void tile_set_destroy(TileSet *tiles)
{
    if (tiles == NULL) return;
    tiles_clear(tiles);
    array_deinit(NULL, &tiles->tiles);
    mem_free(NULL, tiles, sizeof(*tiles));
}

/* The smallest number of px that holds a whole number of periods well enough; *count is that
 * number. */
static int tile_size(double period, int *count)
{
    int best = 1;
    double best_bend = 1e9;
    for (int n = 1; n * period <= TILE_PX_MAX || n == 1; n++) {
        double bend = fabs(n * period - round(n * period)) / (n * period);
        if (bend >= best_bend) continue;
        best = n;
        best_bend = bend;
        if (bend <= BEND_MAX / 4) break;
    }
    *count = best;
    int size = (int)round(best * period);
    return size < 1 ? 1 : size;
}

/* Lines at 45 (direction -1) or 135 degrees (+1); `step` is their distance along x. */
static void tile_lines(cairo_t *cairo, int size, double step, double width, int direction)
{
    cairo_set_line_width(cairo, width);
    for (double x = -size - 2 * step; x <= 2 * size + 2 * step; x += step) {
        /* Longer than the tile on both sides, so that corners are covered as in the middle. */
        cairo_move_to(cairo, x + direction * -size, -size);
        cairo_line_to(cairo, x + direction * 2 * size, 2 * size);
    }
    cairo_stroke(cairo);
}

/* Dots in the middle of squares of `step`; every second row shifted by half a step if asked for. */
static void tile_dots(cairo_t *cairo, int size, double step, double radius, bool is_shifted)
{
    int rows = (int)lround(size / step);
    for (int row = 0; row < rows; row++) {
        double shift = is_shifted && row % 2 == 1 ? step / 2 : 0;
        for (int column = -1; column <= rows; column++) {
            cairo_new_sub_path(cairo);
            cairo_arc(cairo, (column + 0.5) * step + shift, (row + 0.5) * step, radius, 0, 2 * PI);
        }
    }
    cairo_fill(cairo);
}

/* An x in the middle of each square, half as wide as it. */
static void tile_crosses(cairo_t *cairo, int size, double step, double width)
{
    int rows = (int)lround(size / step);
    cairo_set_line_width(cairo, width);
    for (int row = 0; row < rows; row++) {
        for (int column = 0; column < rows; column++) {
            double x = (column + 0.5) * step, y = (row + 0.5) * step, arm = step / 4;
            cairo_move_to(cairo, x - arm, y - arm);
            cairo_line_to(cairo, x + arm, y + arm);
            cairo_move_to(cairo, x - arm, y + arm);
            cairo_line_to(cairo, x + arm, y - arm);
        }
    }
    cairo_stroke(cairo);
}

static void tile_render(cairo_t *cairo, const Tile *tile, int size, double step)
{
    double weight = (double)tile->weight;
    switch (tile->pattern) {
    case PATTERN_NONE: break;
    case PATTERN_HATCH: tile_lines(cairo, size, step, weight, -1); break;
    case PATTERN_CROSS_HATCH:
        tile_lines(cairo, size, step, weight, -1);
        tile_lines(cairo, size, step, weight, 1);
        break;
    case PATTERN_DOTS: tile_dots(cairo, size, step, weight, false); break;
    case PATTERN_DOTS_SHIFTED: tile_dots(cairo, size, step, weight, true); break;
    case PATTERN_CROSSES: tile_crosses(cairo, size, step, weight); break;
    }
}

static cairo_surface_t *tile_create(const Tile *tile)
{
    bool has_lines = tile->pattern == PATTERN_HATCH || tile->pattern == PATTERN_CROSS_HATCH;
    /* The period of a hatch is across its lines; along x it is longer. */
    double step = (double)tile->period * (has_lines ? sqrt(2.0) : 1.0);
    int count = 1;
    int size = 0;
    if (tile->pattern ==
        PATTERN_DOTS_SHIFTED) { /* an even number of rows, or the shift does not join */
        size = tile_size(2 * step, &count);
        count *= 2;
    } else {
        size = tile_size(step, &count);
    }

    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, size, size);
    cairo_t *cairo = cairo_create(surface);
    Canvas canvas = {.cairo = cairo, .scale = 1};
    canvas_source(&canvas, tile->color);
    tile_render(cairo, tile, size, (double)size / count);
    cairo_destroy(cairo);
    return surface;
}

static cairo_surface_t *tile_find(TileSet *tiles, const Canvas *canvas, const DrawItem *item)
{
    Tile wanted = {.pattern = item->pattern,
                   .period = item->period * canvas->scale,
                   .weight = item->weight * canvas->scale,
                   .color = item->fill};
    for (uint32_t i = 0; i < tiles->tiles.count; i++) {
        const Tile *tile = &tiles->tiles.items[i];
        bool is_same = tile->pattern == wanted.pattern && tile->period == wanted.period &&
                       tile->weight == wanted.weight && tile->color == wanted.color;
        if (is_same) return tile->surface;
    }
    if (tiles->tiles.count >= TILES_MAX) tiles_clear(tiles);
    wanted.surface = tile_create(&wanted);
    array_push(NULL, &tiles->tiles, wanted);
    return wanted.surface;
}

void tile_paint(Canvas *canvas, TileSet *tiles, const DrawItem *item)
{
    if (item->period * canvas->scale < 1 || (item->fill & 0xFF) == 0) return;
    Box box = canvas_box(canvas, item->rect);
    if (box_is_empty(box_intersect(box, canvas->clip))) return;
    cairo_t *cairo = canvas->cairo;
    cairo_set_source_surface(cairo, tile_find(tiles, canvas, item), 0, 0);
    cairo_pattern_set_extend(cairo_get_source(cairo), CAIRO_EXTEND_REPEAT);
    cairo_pattern_set_filter(cairo_get_source(cairo), CAIRO_FILTER_NEAREST);
    double radius = (double)(item->radius * canvas->scale);
    outline_path(cairo,
                 &(Outline){box.left, box.top, box.right, box.bottom, radius < 0 ? 0 : radius});
    cairo_fill(cairo);
}
