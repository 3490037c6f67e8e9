/* stage_token.c -- the shapes of messages (view tokens §8): hollow asks, solid answers or states.
 */
#include "viz/scene/stage.h"

#include "viz/ui/icon.h"
#include "viz/ui/label.h"

#include <math.h>

#define LETTER_FROM 0.7f
#define SIDES_MAX   8u

typedef enum TokenShape {
    SHAPE_DISC,
    SHAPE_DIAMOND,
    SHAPE_HEXAGON,
    SHAPE_OCTAGON,
    SHAPE_SQUARE,
    SHAPE_TRIANGLE,
    SHAPE_CHEVRON
} TokenShape;

typedef struct TokenStyle {
    TokenShape shape;
    float radius;
    bool is_solid, is_danger;
    const char *letter;
    const char *meaning; /* in the legend */
} TokenStyle;

static const TokenStyle styles[MSG_COUNT] = {
    [MSG_PING] = {SHAPE_DISC, 4, false, false, "", "PING"},
    [MSG_PONG] = {SHAPE_DISC, 4, true, false, "", "PONG"},
    [MSG_MEET] = {SHAPE_HEXAGON, 13, false, false, "M", "MEET introduces"},
    [MSG_FAIL] = {SHAPE_OCTAGON, 12.5f, true, true, "F", "FAIL: it is down"},
    [MSG_PUBLISH] = {SHAPE_TRIANGLE, 12, true, false, "P", "PUBLISH"},
    [MSG_AUTH_REQUEST] = {SHAPE_DIAMOND, 14, false, false, "R", "AUTH_REQUEST asks"},
    [MSG_AUTH_ACK] = {SHAPE_DIAMOND, 14, true, false, "V", "AUTH_ACK votes"},
    [MSG_UPDATE] = {SHAPE_SQUARE, 14, true, false, "U", "UPDATE corrects"},
    [MSG_MFSTART] = {SHAPE_SQUARE, 14, false, false, "S", "MFSTART"},
    [MSG_MODULE] = {SHAPE_TRIANGLE, 12, false, false, "X", "MODULE"},
    [MSG_PUBLISHSHARD] = {SHAPE_TRIANGLE, 12, true, false, "P", "PUBLISHSHARD"},
    [MSG_REPL] = {SHAPE_CHEVRON, 6, true, false, "", "REPL"},
    [MSG_CALL] = {SHAPE_DISC, 5, false, false, "", "CALL"},
    [MSG_REPLY] = {SHAPE_DISC, 5, true, false, "", "REPLY"},
};

static void draw_sides(const Stage *stage, Point at, float radius, uint32_t sides, float turn,
                       Color fill, Stroke edge)
{
    Point points[SIDES_MAX];
    for (uint32_t i = 0; i < sides; i++) {
        float angle = (turn + 360.0f * (float)i / (float)sides) * 0.017453293f;
        points[i] = (Point){at.x + radius * sinf(angle), at.y - radius * cosf(angle)};
    }
    draw_polygon(stage->list, points, sides, fill, edge);
}

void stage_token(const Stage *stage, MsgKind kind, Point at, float scale)
{
    SIM_ASSERT((unsigned)kind < MSG_COUNT);
    const Theme *theme = stage->theme;
    const TokenStyle *style = &styles[kind];
    float radius = style->radius * scale;
    Color color = style->is_danger ? theme->danger : theme->invert;
    if (style->letter[0] == '\0') color = theme->text2;
    Color fill = style->is_solid ? color : theme->stage;
    Stroke edge = style->is_solid ? stroke_solid(theme->stage, 1) : stroke_solid(color, 1.75f);
    switch (style->shape) {
    case SHAPE_DISC:
    case SHAPE_CHEVRON: draw_disc(stage->list, at, radius, fill, edge); break;
    case SHAPE_DIAMOND: draw_sides(stage, at, radius, 4, 0, fill, edge); break;
    case SHAPE_HEXAGON: draw_sides(stage, at, radius, 6, 30, fill, edge); break;
    case SHAPE_OCTAGON: draw_sides(stage, at, radius, 8, 22.5f, fill, edge); break;
    case SHAPE_SQUARE: draw_sides(stage, at, radius, 4, 45, fill, edge); break;
    case SHAPE_TRIANGLE: draw_sides(stage, at, radius, 3, 0, fill, edge); break;
    }
    if (scale < LETTER_FROM || style->letter[0] == '\0') return;
    Color ink = style->is_danger ? theme->danger_ink : style->is_solid ? theme->ink : theme->text;
    TypeStyle type = type_style(TYPE_TOKEN, false);
    draw_text(stage->list, (Point){at.x, at.y + type_cap_middle(type.size)}, ALIGN_CENTER,
              type.face, type.size, ink, style->letter);
}

/* ---- legend ---- */

static float legend_message(const Stage *stage, float x, float y, MsgKind kind)
{
    stage_token(stage, kind, (Point){x + 11, y}, 0.8f);
    Point at = {x + 30, y + type_cap_middle(12)};
    return 30 +
           label_draw(&stage->ui, at, ALIGN_LEFT, TYPE_LABEL, stage->theme->text2,
                      styles[kind].meaning) +
           24;
}

static float legend_words(const Stage *stage, float x, float y, const char *words)
{
    Point at = {x, y + type_cap_middle(12)};
    return label_draw(&stage->ui, at, ALIGN_LEFT, TYPE_LABEL, stage->theme->text3, words) + 24;
}

/* What the small shapes mean, while no rare message needs the line. */
static float legend_shapes(const Stage *stage, float x, float y)
{
    const Theme *theme = stage->theme;
    draw_rect(stage->list, (Rect){x, y - 7, 14, 14}, 4, theme->neutral[2], STROKE_NONE);
    x += 22;
    x += legend_words(stage, x, y, "primary");
    draw_disc(stage->list, (Point){x + 7, y}, 6, COLOR_NONE, stroke_solid(theme->neutral[3], 2));
    x += 22;
    x += legend_words(stage, x, y, "replica");
    if (stage->map.form == FORM_CAPSULES) {
        draw_rect(stage->list, (Rect){x, y - 9, 12, 18}, 6, COLOR_NONE,
                  stroke_solid(theme->line2, 1.25f));
        x += 20;
        x += legend_words(stage, x, y, "capsule: one shard");
    }
    return x;
}

/* What is left out is said: an honest count. */
static void legend_counts(const Stage *stage, float left, float right, float y)
{
    Text words = {0};
    if (stage->flashes > 0) text_append(&words, "too fast for tokens: lines flash");
    if (stage->common > stage->common_shown) {
        const char *gap = words.size > 0 ? ", " : "";
        if (stage->common_shown == 0) {
            text_append(&words, "%s%u pings and pongs under way, not drawn", gap, stage->common);
        } else {
            text_append(&words, "%sshowing %u of %u pings and pongs", gap, stage->common_shown,
                        stage->common);
        }
    }
    if (stage->waiting > 0 && stage->observer == HOST_NONE) {
        text_append(&words, "%s%u message%s at the cut", words.size > 0 ? ", " : "", stage->waiting,
                    stage->waiting == 1 ? " waits" : "s wait");
    }
    bool any_rare = stage->rare_of_kind[MSG_AUTH_REQUEST] + stage->rare_of_kind[MSG_AUTH_ACK] > 0;
    if (words.size == 0 && any_rare) text_append(&words, "hollow asks, solid answers");
    float width = label_width(&stage->ui, TYPE_LABEL, text_chars(&words));
    if (width > right - left) width = right - left;
    if (words.size > 0)
        label_cut(&stage->ui, (Point){right - width, y + type_cap_middle(12)}, width + 1,
                  TYPE_LABEL, stage->theme->text3, text_chars(&words));
    text_deinit(&words);
}

void stage_legend(const Stage *stage)
{
    if (stage->map.is_low) return;
    float x = stage->rect.x + 28, y = stage->rect.y + stage->rect.h - LEGEND_HEIGHT / 2 + 2;
    bool any = false;
    for (uint32_t kind = 0; kind < MSG_COUNT; kind++) {
        if (stage->rare_of_kind[kind] == 0 || styles[kind].letter[0] == '\0') continue;
        x += legend_message(stage, x, y, (MsgKind)kind);
        any = true;
    }
    if (!any && stage->map.form != FORM_RING) x = legend_shapes(stage, x, y);
    legend_counts(stage, x, stage->rect.x + stage->rect.w - 8, y);
}
