/* draw.h -- the draw list: what a frame looks like, without saying how it is painted.
 *
 * Scene and UI end here; viz/sdl paints it (on a window or on a surface for PNG), tests read its
 * text form. Coordinates are logical px as floats (the view may use them; the simulation may not),
 * origin top left, y down; the painter multiplies by the UI scale and snaps hairlines. Order is
 * painting order. Colours are 0xRRGGBBAA. Flat fills and alpha only (view tokens: no blur, shadow,
 * gradient). */
#ifndef DRAW_DRAW_H
#define DRAW_DRAW_H

#include "sim/base/array.h"
#include "sim/base/text.h"

#include <stdbool.h>
#include <stdint.h>

typedef uint32_t Color; /* 0xRRGGBBAA; alpha 0 draws nothing */

#define COLOR_NONE ((Color)0)
Color color_mix(Color a, Color b, float k);  /* a(1-k) + b k per sRGB channel, alpha of a */
Color color_alpha(Color color, float alpha); /* the same colour with alpha 0..1 */

typedef struct Point {
    float x, y;
} Point;

typedef struct Rect {
    float x, y, w, h;
} Rect;

typedef enum FontFace {
    FONT_SANS,          /* Inter 400 */
    FONT_SANS_MEDIUM,   /* 500 */
    FONT_SANS_SEMIBOLD, /* 600 */
    FONT_SANS_BOLD,     /* 700 */
    FONT_MONO,          /* JetBrains Mono 400 */
    FONT_MONO_MEDIUM,   /* 500 */
    FONT_MONO_SEMIBOLD, /* 600 */
    FONT_FACE_COUNT
} FontFace;

typedef enum TextAlign { ALIGN_LEFT, ALIGN_CENTER, ALIGN_RIGHT } TextAlign;

/* A dash pattern: on, off in px; {0, 0} is a solid line. `phase` shifts it. */
typedef struct Dash {
    float on, off, phase;
} Dash;

typedef struct Stroke {
    Color color; /* COLOR_NONE: no stroke */
    float width; /* px; 1 is a hairline: exactly one device px */
    Dash dash;
    bool round_caps;
} Stroke;

/* Textures in screen space (view tokens §7). `period` and `weight` in px. */
typedef enum Pattern {
    PATTERN_NONE,
    PATTERN_HATCH,        /* lines at 45 degrees */
    PATTERN_CROSS_HATCH,  /* 45 and 135 degrees */
    PATTERN_DOTS,         /* square grid of dots; weight is the radius */
    PATTERN_DOTS_SHIFTED, /* every second row shifted by half a period */
    PATTERN_CROSSES       /* an x in each square of half its side; weight is its line */
} Pattern;

typedef enum DrawKind {
    DRAW_RECT,    /* rect, radius; fill and stroke */
    DRAW_DISC,    /* ellipse in rect; fill and stroke */
    DRAW_PIE,     /* pie in rect from angle a0 to a1, fill (degrees clockwise from 12 o'clock) */
    DRAW_ARC,     /* the same as a stroke */
    DRAW_LINE,    /* points[0..count-1] as an open polyline */
    DRAW_CURVE,   /* points: p0, control, p1: quadratic */
    DRAW_POLYGON, /* closed; fill and stroke */
    DRAW_TEXT,    /* text at rect.x, rect.y = start, centre or end of its baseline */
    DRAW_PATTERN, /* pattern over rect with radius */
    DRAW_CELLS,   /* a picture of columns x rows colours, cell px each, at rect.x, rect.y */
    DRAW_CLIP,    /* everything until DRAW_UNCLIP only inside rect; nests */
    DRAW_UNCLIP
} DrawKind;

typedef struct DrawItem {
    DrawKind kind;
    Rect rect;
    float radius;
    float a0, a1;
    Color fill;
    Stroke stroke;
    Pattern pattern;
    float period, weight;
    FontFace face;
    float size; /* px of em */
    TextAlign align;
    uint32_t first; /* into points, chars or colors of the list */
    uint32_t count; /* points, bytes of text, or colours */
    uint16_t columns, rows;
    float cell;
    float
        shade; /* DRAW_CELLS: last row and column of each cell this far towards `fill` (0: none) */
} DrawItem;

typedef struct DrawList {
    ARRAY_OF(DrawItem) items;
    ARRAY_OF(Point) points;
    ARRAY_OF(char) chars;
    ARRAY_OF(Color) colors;
} DrawList;

void draw_clear(DrawList *list); /* keeps the capacity */
void draw_deinit(DrawList *list);

/* How wide a text will be. The painter provides it with real fonts; tests and the headless library
 * use draw_metrics_plain, which estimates by character class. */
typedef struct TextMetrics {
    void *state;
    float (*width)(void *state, FontFace face, float size, const char *chars, uint32_t count);
} TextMetrics;

TextMetrics draw_metrics_plain(void);
float text_width(const TextMetrics *metrics, FontFace face, float size, const char *chars);

#define STROKE_NONE ((Stroke){0})
Stroke stroke_solid(Color color, float width);
Stroke stroke_dashed(Color color, float width, float on, float off);

void draw_rect(DrawList *list, Rect rect, float radius, Color fill, Stroke stroke);
void draw_disc(DrawList *list, Point center, float radius, Color fill, Stroke stroke);
void draw_pie(DrawList *list, Point center, float radius, float a0, float a1, Color fill);
void draw_arc(DrawList *list, Point center, float radius, float a0, float a1, Stroke stroke);
void draw_line(DrawList *list, Point a, Point b, Stroke stroke);
void draw_polyline(DrawList *list, const Point *points, uint32_t count, Stroke stroke);
void draw_curve(DrawList *list, Point a, Point control, Point b, Stroke stroke);
void draw_polygon(DrawList *list, const Point *points, uint32_t count, Color fill, Stroke stroke);
void draw_text(DrawList *list, Point at, TextAlign align, FontFace face, float size, Color color,
               const char *chars);
void draw_textf(DrawList *list, Point at, TextAlign align, FontFace face, float size, Color color,
                const char *format, ...) __attribute__((format(printf, 7, 8)));
void draw_pattern(DrawList *list, Rect rect, float radius, Pattern pattern, Color color,
                  float period, float weight);
void draw_cells(DrawList *list, Point at, uint16_t columns, uint16_t rows, float cell,
                const Color *colors, float shade, Color shade_to);
void draw_clip(DrawList *list, Rect rect);
void draw_unclip(DrawList *list);

/* One line per item, numbers rounded to 0.1, for golden tests and for looking at. */
void draw_dump(const DrawList *list, Text *out);

#endif
