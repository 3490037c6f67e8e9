/* canvas.c -- our own pixel loops: boxes, masks, cells; and the rounding to device px. */
#include "viz/sdl/canvas.h"

#include "sim/base/assert.h"

#include <math.h>
#include <string.h>

int canvas_snap(const Canvas *canvas, float value)
{
    /* floor(x + 0.5) and not lround: halves must go the same way left and right of zero. */
    return (int)floorf(value * canvas->scale + 0.5f);
}

float canvas_stroke_width(const Canvas *canvas, float width)
{
    if (width == 1.0f) return 1;
    return width * canvas->scale;
}

Box canvas_box(const Canvas *canvas, Rect rect)
{
    return (Box){canvas_snap(canvas, rect.x), canvas_snap(canvas, rect.y),
                 canvas_snap(canvas, rect.x + rect.w), canvas_snap(canvas, rect.y + rect.h)};
}

Box canvas_box_rigid(const Canvas *canvas, Rect rect)
{
    int width = canvas_snap(canvas, rect.w);
    int height = canvas_snap(canvas, rect.h);
    /* Rounded from the centre, so that a square stays centred on its node as well as it can. */
    float center_x = (rect.x + rect.w / 2) * canvas->scale;
    float center_y = (rect.y + rect.h / 2) * canvas->scale;
    int left = (int)floorf(center_x - (float)width / 2 + 0.5f);
    int top = (int)floorf(center_y - (float)height / 2 + 0.5f);
    return (Box){left, top, left + width, top + height};
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

static int most(int a, int b)
{
    return a > b ? a : b;
}

Box box_intersect(Box a, Box b)
{
    return (Box){most(a.left, b.left), most(a.top, b.top), least(a.right, b.right),
                 least(a.bottom, b.bottom)};
}

bool box_is_empty(Box box)
{
    return box.left >= box.right || box.top >= box.bottom;
}

void canvas_source(const Canvas *canvas, Color color)
{
    cairo_set_source_rgba(canvas->cairo, ((color >> 24) & 0xFF) / 255.0,
                          ((color >> 16) & 0xFF) / 255.0, ((color >> 8) & 0xFF) / 255.0,
                          (color & 0xFF) / 255.0);
}

/* ---- blending: red and blue in one word, green in another ---- */

#define RED_BLUE 0x00FF00FFu
#define GREEN    0x0000FF00u

/* source over destination with weight 0..256. */
static uint32_t blend(uint32_t destination, uint32_t source, uint32_t weight)
{
    uint32_t rest = 256 - weight;
    uint32_t red_blue =
        ((source & RED_BLUE) * weight + (destination & RED_BLUE) * rest + 0x00800080u) >> 8;
    uint32_t green = ((source & GREEN) * weight + (destination & GREEN) * rest + 0x00008000u) >> 8;
    return 0xFF000000u | (red_blue & RED_BLUE) | (green & GREEN);
}

/* 0..255 to 0..256, so that full coverage is exact. */
static uint32_t weight_of(uint32_t coverage)
{
    return coverage + (coverage >> 7);
}

static uint32_t rgb_of(Color color)
{
    return 0xFF000000u | (color >> 8);
}

static uint32_t alpha_of(Color color)
{
    return color & 0xFFu;
}

/* One row is written px by px, the others are copies of it. */
static void fill_opaque(Canvas *canvas, Box box, uint32_t rgb)
{
    uint32_t *first = canvas->pixels + (ptrdiff_t)box.top * canvas->stride + box.left;
    size_t size = (size_t)(box.right - box.left) * sizeof(*first);
    for (int x = 0; x < box.right - box.left; x++) first[x] = rgb;
    for (int y = 1; y < box.bottom - box.top; y++) {
        memcpy(first + (ptrdiff_t)y * canvas->stride, first, size);
    }
}

void canvas_fill_box(Canvas *canvas, Box box, Color color)
{
    Box inside = box_intersect(box, canvas->clip);
    if (box_is_empty(inside) || alpha_of(color) == 0) return;
    uint32_t rgb = rgb_of(color);
    uint32_t weight = weight_of(alpha_of(color));
    if (weight == 256) {
        fill_opaque(canvas, inside, rgb);
        return;
    }
    for (int y = inside.top; y < inside.bottom; y++) {
        uint32_t *row = canvas->pixels + (ptrdiff_t)y * canvas->stride;
        for (int x = inside.left; x < inside.right; x++) row[x] = blend(row[x], rgb, weight);
    }
}

void canvas_mask(Canvas *canvas, const Mask *mask, int x, int y, Color color)
{
    int left = x + mask->left;
    int top = y + mask->top;
    Box inside =
        box_intersect((Box){left, top, left + mask->width, top + mask->height}, canvas->clip);
    if (box_is_empty(inside) || alpha_of(color) == 0) return;
    uint32_t rgb = rgb_of(color);
    uint32_t alpha = weight_of(alpha_of(color));
    for (int row = inside.top; row < inside.bottom; row++) {
        const uint8_t *coverage = mask->coverage + (ptrdiff_t)(row - top) * mask->width - left;
        uint32_t *pixels = canvas->pixels + (ptrdiff_t)row * canvas->stride;
        for (int column = inside.left; column < inside.right; column++) {
            uint32_t weight = (weight_of(coverage[column]) * alpha) >> 8;
            if (weight == 0) continue;
            pixels[column] = weight == 256 ? rgb : blend(pixels[column], rgb, weight);
        }
    }
}

/* ---- cells ---- */

/* One row of cells, written once: columns of the cells with their shaded last column. */
static void cells_row(Canvas *canvas, uint32_t *pixels, const DrawItem *item, const Color *colors,
                      bool is_last_line, int shade_px)
{
    uint32_t shade_to = rgb_of(item->fill);
    uint32_t shade = (uint32_t)(item->shade * 256 + 0.5f);
    int left = canvas_snap(canvas, item->rect.x);
    for (uint32_t column = 0; column < item->columns; column++) {
        int right = canvas_snap(canvas, item->rect.x + (float)(column + 1) * item->cell);
        Color color = colors[column];
        int from = most(left, canvas->clip.left);
        int to = least(right, canvas->clip.right);
        uint32_t weight = weight_of(alpha_of(color));
        uint32_t rgb = rgb_of(color);
        uint32_t shaded = shade == 0 ? rgb : blend(rgb, shade_to, shade);
        for (int x = from; x < to; x++) {
            uint32_t source = is_last_line || x >= right - shade_px ? shaded : rgb;
            pixels[x] = weight == 256 ? source : blend(pixels[x], source, weight);
        }
        left = right;
    }
}

void canvas_cells(Canvas *canvas, const DrawItem *item, const Color *colors)
{
    SIM_ASSERT(item->count == (uint32_t)item->columns * item->rows);
    /* The shaded line is as thick as a hairline on the screen the theme was drawn for. */
    int shade_px = item->shade > 0 ? most(1, (int)canvas->scale) : 0;
    int top = canvas_snap(canvas, item->rect.y);
    for (uint32_t row = 0; row < item->rows; row++) {
        int bottom = canvas_snap(canvas, item->rect.y + (float)(row + 1) * item->cell);
        const Color *row_colors = colors + (size_t)row * item->columns;
        for (int y = most(top, canvas->clip.top); y < least(bottom, canvas->clip.bottom); y++) {
            uint32_t *pixels = canvas->pixels + (ptrdiff_t)y * canvas->stride;
            cells_row(canvas, pixels, item, row_colors, y >= bottom - shade_px, shade_px);
        }
        top = bottom;
    }
}
