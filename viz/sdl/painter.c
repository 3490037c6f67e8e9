/* painter.c -- from a draw list to pixels: owns the surface, walks the items, keeps the clip.
 *
 * Always holds: canvas.pixels are the surface's; the clip lies inside the surface; cairo's clip and
 * canvas.clip are the same box. */
#include "viz/sdl/painter.h"

#include "sim/base/assert.h"
#include "sim/base/mem.h"
#include "viz/sdl/canvas.h"
#include "viz/sdl/font.h"
#include "viz/sdl/shape.h"
#include "viz/sdl/tile.h"

#include <SDL.h>

#define CLIP_DEPTH_MAX 32u
#define FRAME_PX_MAX   16384 /* a side; cairo's limit is 32767 */

struct Painter {
    SDL_Surface *surface; /* XRGB8888 */
    cairo_surface_t *target;
    Canvas canvas;
    FontSet *fonts;
    ShapeCache *shapes;
    TileSet *tiles;
    Box clips[CLIP_DEPTH_MAX];
    uint32_t clip_count;
};

static void surface_open(Painter *painter, int width, int height, float scale)
{
    SIM_ASSERT(width > 0);
    SIM_ASSERT(height > 0);
    SIM_ASSERT(width <= FRAME_PX_MAX);
    SIM_ASSERT(height <= FRAME_PX_MAX);
    SIM_ASSERT(scale > 0);
    painter->surface = SDL_CreateRGBSurfaceWithFormat(0, width, height, 32, SDL_PIXELFORMAT_RGB888);
    SIM_ASSERT(painter->surface != NULL); /* out of memory */
    SDL_Surface *surface = painter->surface;
    painter->target = cairo_image_surface_create_for_data(surface->pixels, CAIRO_FORMAT_RGB24,
                                                          width, height, surface->pitch);
    painter->canvas = (Canvas){.pixels = surface->pixels,
                               .width = width,
                               .height = height,
                               .stride = surface->pitch / (int)sizeof(uint32_t),
                               .scale = scale,
                               .clip = {0, 0, width, height},
                               .cairo = cairo_create(painter->target)};
    SIM_ASSERT(cairo_status(painter->canvas.cairo) == CAIRO_STATUS_SUCCESS);
}

static void surface_close(Painter *painter)
{
    if (painter->surface == NULL) return;
    cairo_destroy(painter->canvas.cairo);
    cairo_surface_destroy(painter->target);
    SDL_FreeSurface(painter->surface);
    painter->surface = NULL;
}

Painter *painter_create(int width, int height, float scale, Error *err)
{
    FontSet *fonts = font_set_create(err);
    if (fonts == NULL) return NULL;
    Painter *painter = mem_alloc(NULL, sizeof(*painter));
    painter->fonts = fonts;
    painter->shapes = shape_cache_create();
    painter->tiles = tile_set_create();
    surface_open(painter, width, height, scale);
    return painter;
}

void painter_destroy(Painter *painter)
{
    if (painter == NULL) return;
    surface_close(painter);
    tile_set_destroy(painter->tiles);
    shape_cache_destroy(painter->shapes);
    font_set_destroy(painter->fonts);
    mem_free(NULL, painter, sizeof(*painter));
}

void painter_resize(Painter *painter, int width, int height, float scale)
{
    const Canvas *canvas = &painter->canvas;
    if (canvas->width == width && canvas->height == height && canvas->scale == scale) return;
    surface_close(painter);
    surface_open(painter, width, height, scale);
}

static float measure(void *state, FontFace face, float size, const char *chars, uint32_t count)
{
    return font_width(state, face, size, chars, count);
}

TextMetrics painter_metrics(Painter *painter)
{
    return (TextMetrics){.state = painter->fonts, .width = measure};
}

/* ---- painting ---- */

static void set_clip(Painter *painter, Box box)
{
    Canvas *canvas = &painter->canvas;
    if (box_is_empty(box)) box = (Box){0, 0, 0, 0};
    canvas->clip = box;
    cairo_reset_clip(canvas->cairo);
    cairo_new_path(canvas->cairo);
    cairo_rectangle(canvas->cairo, box.left, box.top, box.right - box.left, box.bottom - box.top);
    cairo_clip(canvas->cairo);
}

static void push_clip(Painter *painter, Rect rect)
{
    SIM_ASSERT(painter->clip_count < CLIP_DEPTH_MAX);
    painter->clips[painter->clip_count++] = painter->canvas.clip;
    set_clip(painter, box_intersect(painter->canvas.clip, canvas_box(&painter->canvas, rect)));
}

static void pop_clip(Painter *painter)
{
    SIM_ASSERT(painter->clip_count > 0);
    set_clip(painter, painter->clips[--painter->clip_count]);
}

static void paint_text(Painter *painter, const DrawItem *item, const char *chars)
{
    Canvas *canvas = &painter->canvas;
    if (item->count == 0 || (item->fill & 0xFF) == 0) return;
    float x = item->rect.x;
    if (item->align != ALIGN_LEFT) {
        float width = font_width(painter->fonts, item->face, item->size, chars, item->count);
        x -= item->align == ALIGN_CENTER ? width / 2 : width;
    }
    const Mask *mask =
        font_mask(painter->fonts, item->face, item->size * canvas->scale, chars, item->count);
    canvas_mask(canvas, mask, canvas_snap(canvas, x), canvas_snap(canvas, item->rect.y),
                item->fill);
}

static void paint_item(Painter *painter, const DrawList *list, const DrawItem *item)
{
    Canvas *canvas = &painter->canvas;
    const Point *points = list->points.items + item->first;
    switch (item->kind) {
    case DRAW_RECT: shape_rect(canvas, painter->shapes, item); break;
    case DRAW_DISC: shape_disc(canvas, painter->shapes, item); break;
    case DRAW_PIE: shape_pie(canvas, item); break;
    case DRAW_ARC: shape_arc(canvas, painter->shapes, item); break;
    case DRAW_LINE: shape_line(canvas, painter->shapes, item, points); break;
    case DRAW_CURVE: shape_curve(canvas, painter->shapes, item, points); break;
    case DRAW_POLYGON: shape_polygon(canvas, item, points); break;
    case DRAW_TEXT: paint_text(painter, item, list->chars.items + item->first); break;
    case DRAW_PATTERN: tile_paint(canvas, painter->tiles, item); break;
    case DRAW_CELLS: canvas_cells(canvas, item, list->colors.items + item->first); break;
    case DRAW_CLIP: push_clip(painter, item->rect); break;
    case DRAW_UNCLIP: pop_clip(painter); break;
    }
}

void painter_paint(Painter *painter, const DrawList *list, Color background)
{
    Canvas *canvas = &painter->canvas;
    Box all = {0, 0, canvas->width, canvas->height};
    font_set_begin_frame(painter->fonts);
    shape_cache_begin_frame(painter->shapes);
    set_clip(painter, all);
    cairo_surface_flush(painter->target);
    canvas_fill_box(canvas, all, background | 0xFF);
    for (uint32_t i = 0; i < list->items.count; i++)
        paint_item(painter, list, &list->items.items[i]);
    SIM_ASSERT(painter->clip_count == 0); /* every draw_clip has its draw_unclip */
    cairo_surface_flush(painter->target);
}

const uint32_t *painter_pixels(const Painter *painter, int *width, int *height, int *pitch)
{
    *width = painter->canvas.width;
    *height = painter->canvas.height;
    *pitch = painter->surface->pitch;
    return painter->canvas.pixels;
}

bool painter_save_png(const Painter *painter, const char *path, Error *err)
{
    cairo_surface_mark_dirty(painter->target);
    cairo_status_t status = cairo_surface_write_to_png(painter->target, path);
    if (status == CAIRO_STATUS_SUCCESS) return true;
    return error_set(err, "cannot write the picture %s: %s", path, cairo_status_to_string(status));
}
