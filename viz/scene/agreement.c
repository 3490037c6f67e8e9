/* agreement.c -- the dock's tab about who believes what: factions by count, a small slot map of
 * each, and the matrix of who holds whom for failed (rows look, columns are looked at). */
#include "viz/scene/dock.h"

#include "sim/base/bitset.h"
#include "viz/scene/shard.h"
#include "viz/ui/label.h"
#include "viz/ui/meter.h"
#include "viz/ui/rich.h"

#include <stdio.h>
#include <string.h>

#define THUMB        128.0f
#define THUMB_PITCH  150.0f
#define BARS_WIDTH   236.0f
#define BARS_NARROW  156.0f
#define MATRIX_CELLS 16u /* up to so many hosts each cell has a sign */
#define MATRIX_MAX   64u /* rows of the folded matrix */
#define ISLAND_GAP   8.0f

/* --- tables of factions --- */

/* A process of the faction; HOST_NONE when there is no such faction. */
static HostId member_of(const Model *model, uint32_t faction)
{
    return faction < model->factions.count ? model->factions.items[faction].first : HOST_NONE;
}

/* Who owns each slot as this process believes. */
static void read_table(const Model *model, HostId host, NodeId *owners)
{
    for (uint32_t i = 0; i < SLOT_COUNT; i++) owners[i] = NODE_NONE;
    for (uint32_t node = 0; node < model->state.nodes.count; node++) {
        const Belief *belief = dock_belief(model, host, (NodeId)node);
        if (!belief->known || belief->slots == SLOTS_EMPTY) continue;
        const uint64_t *words = bitpool_words(model->state.slots, belief->slots);
        uint32_t slot = bitset_next(words, SLOT_COUNT, 0);
        while (slot < SLOT_COUNT) {
            uint32_t end = bitset_next_clear(words, SLOT_COUNT, slot);
            for (; slot < end; slot++) owners[slot] = (NodeId)node;
            slot = bitset_next(words, SLOT_COUNT, end);
        }
    }
}

static Color node_color(const Model *model, const ShardPalette *palette, NodeId node)
{
    HostId host = dock_node_host(model, node);
    Color fill, ink;
    if (host >= model->hosts.count) return palette->theme->stage;
    uint16_t shard = model->hosts.items[host].shard;
    if (shard == SHARD_NONE) return palette->theme->ghost;
    /* Neighbours without a hue must still be told apart. */
    if (shard_hue(palette, shard, &fill, &ink)) return fill;
    return palette->theme->neutral[shard % NEUTRAL_TINTS];
}

/* The rows of the map in which the tables differ: first and one past the last. */
static bool differing_rows(const NodeId *a, const NodeId *b, uint32_t *first, uint32_t *end)
{
    bool any = false;
    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) {
        if (a[slot] == b[slot]) continue;
        if (!any) *first = slot / 128;
        *end = slot / 128 + 1;
        any = true;
    }
    return any;
}

static void draw_thumb(const Scene *scene, Point at, const NodeId *owners, const NodeId *common)
{
    const Theme *theme = scene->draw.theme;
    ShardPalette palette = shard_palette(scene->model, scene->ui);
    Color *colors = mem_alloc(NULL, SLOT_COUNT * sizeof(Color));
    for (uint32_t i = 0; i < SLOT_COUNT; i++) {
        Color hue =
            owners[i] == NODE_NONE ? theme->stage : node_color(scene->model, &palette, owners[i]);
        bool differs = owners[i] != common[i];
        colors[i] = differs ? color_mix(hue, theme->black, 0.55f)
                            : color_mix(hue, theme->panel, owners[i] == NODE_NONE ? 0 : 0.30f);
    }
    draw_cells(scene->draw.list, at, 128, 128, THUMB / 128, colors, 0, COLOR_NONE);
    mem_free(NULL, colors, SLOT_COUNT * sizeof(Color));
    uint32_t first = 0, end = 0;
    if (differing_rows(owners, common, &first, &end)) {
        Rect frame = {at.x - 1, at.y + (float)first - 1, THUMB + 2, (float)(end - first) + 2};
        draw_rect(scene->draw.list, frame, 1.5f, COLOR_NONE, stroke_solid(theme->text, 1.75f));
    }
}

/* "n1 e1" over the part of the map that the factions do not agree about. */
static void draw_thumb_label(const Scene *scene, Point at, HostId host, const NodeId *owners,
                             const NodeId *other)
{
    const Theme *theme = scene->draw.theme;
    uint32_t first = 0, end = 0;
    if (!differing_rows(owners, other, &first, &end) || end - first < 14) return;
    uint32_t slot = first * 128;
    while (owners[slot] == other[slot]) slot++;
    Text text = {0};
    if (owners[slot] == NODE_NONE) {
        text_append(&text, "nobody");
    } else {
        dock_node_name(scene->model, owners[slot], &text);
        text_append(&text, " e%llu",
                    (unsigned long long)dock_belief(scene->model, host, owners[slot])->epoch);
    }
    float middle = at.y + (float)(first + end) / 2;
    float width = label_width(&scene->draw, TYPE_TABLE, text_chars(&text)) + 12;
    Rect pill = {at.x + (THUMB - width) / 2, middle - 10, width, 20};
    draw_rect(scene->draw.list, pill, 5, color_alpha(theme->panel, 0.9f), STROKE_NONE);
    label_in(&scene->draw, pill, ALIGN_CENTER, 0, TYPE_TABLE, theme->text, text_chars(&text));
    text_deinit(&text);
}

static void members_text(const Model *model, uint32_t faction, Text *out)
{
    uint32_t shown = 0;
    for (uint32_t i = 0; i < model->hosts.count; i++) {
        if (model->hosts.items[i].faction != faction || !dock_is_running(model, (HostId)i))
            continue;
        if (shown++ < 12)
            text_append(out, "%s%s", shown > 1 ? " " : "", dock_host_name(model, (HostId)i));
    }
    if (shown > 12) {
        text_clear(out);
        text_append(out, "%u nodes", shown);
    }
}

static uint32_t draw_thumbs(const Scene *scene, Rect rect)
{
    const Model *model = scene->model;
    const Theme *theme = scene->draw.theme;
    uint32_t count = model->factions.count, room = (uint32_t)((rect.w + 22) / THUMB_PITCH);
    if (count > 6) count = 6;
    if (count > room) count = room;
    NodeId *tables = mem_alloc(NULL, 3 * SLOT_COUNT * sizeof(NodeId));
    NodeId *common = tables, *other = tables + SLOT_COUNT, *own = tables + 2 * SLOT_COUNT;
    uint32_t differ = 0;
    HostId first = member_of(model, 0);
    if (first != HOST_NONE) read_table(model, first, common);
    HostId second = model->factions.count > 1 ? member_of(model, 1) : HOST_NONE;
    if (second != HOST_NONE) {
        read_table(model, second, other);
        for (uint32_t i = 0; i < SLOT_COUNT; i++) differ += other[i] != common[i];
    }
    for (uint32_t i = 0; i < count; i++) {
        HostId host = member_of(model, i);
        if (host == HOST_NONE) continue;
        Point at = {rect.x + (float)i * THUMB_PITCH, rect.y + 26};
        read_table(model, host, own);
        float x = at.x +
                  label_draw(&scene->draw, (Point){at.x, at.y - 9}, ALIGN_LEFT, TYPE_BODY_STRONG,
                             theme->text, dock_faction_letter(i)) +
                  8;
        Text text = {0};
        members_text(model, i, &text);
        label_cut(&scene->draw, (Point){x, at.y - 9}, at.x + THUMB - x, TYPE_LABEL, theme->text3,
                  text_chars(&text));
        text_deinit(&text);
        draw_thumb(scene, at, own, common);
        if (second != HOST_NONE) draw_thumb_label(scene, at, host, own, i == 0 ? other : common);
    }
    mem_free(NULL, tables, 3 * SLOT_COUNT * sizeof(NodeId));
    return differ;
}

/* --- bars --- */

static void draw_bar(const Scene *scene, Rect rect, bool by_voters)
{
    const Theme *theme = scene->draw.theme;
    MeterPart parts[6];
    char texts[6][24];
    uint32_t count = 0;
    for (uint32_t i = 0; i < scene->model->factions.count && count < 6; i++) {
        const Faction *faction = &scene->model->factions.items[i];
        uint32_t weight = by_voters ? faction->voters : faction->hosts;
        if (weight == 0) continue;
        snprintf(texts[count], sizeof(texts[0]), "%s %u", dock_faction_letter(i), weight);
        parts[count] = (MeterPart){.weight = (float)weight,
                                   .color = i == 0 ? theme->invert : theme->raised,
                                   .pattern = i == 0 ? PATTERN_NONE : PATTERN_HATCH,
                                   .chars = texts[count],
                                   .ink = i == 0 ? theme->ink : theme->text};
        count++;
    }
    if (count > 0) meter_parts(&scene->draw, rect, parts, count);
    else draw_rect(scene->draw.list, rect, 3, theme->well, STROKE_NONE);
}

static void draw_bars(const Scene *scene, Rect rect, uint32_t differ)
{
    const Ui *draw = &scene->draw;
    const Theme *theme = draw->theme;
    uint32_t factions = scene->model->factions.count;
    label_cut(draw, (Point){rect.x, rect.y + 12}, rect.w, TYPE_LABEL, theme->text3,
              "Nodes that believe it");
    draw_bar(scene, (Rect){rect.x, rect.y + 21, rect.w, 22}, false);
    label_cut(draw, (Point){rect.x, rect.y + 64}, rect.w, TYPE_LABEL, theme->text3,
              "Voting primaries");
    draw_bar(scene, (Rect){rect.x, rect.y + 73, rect.w, 22}, true);
    Text words = {0};
    const Contest *contest = &scene->model->contest;
    RichStyle style = {.role = TYPE_BODY, .color = theme->text2, .bold_color = theme->danger_text};
    if (factions == 0) text_append(&words, "No node is running.");
    else if (factions == 1) text_append(&words, "All running nodes agree on every slot.");
    else
        text_append(&words, "%s and %s differ in %u slots.", dock_faction_letter(0),
                    dock_faction_letter(1), differ);
    if (contest->count > 0)
        text_append(&words, "\n*%s and %s both take writes.*",
                    dock_host_name(scene->model, contest->a),
                    dock_host_name(scene->model, contest->b));
    rich_draw(draw, (Rect){rect.x, rect.y + 107, rect.w, rect.h - 107}, &style, text_chars(&words));
    text_deinit(&words);
}

/* --- the matrix --- */

typedef enum Look { LOOK_BLANK, LOOK_SELF, LOOK_OK, LOOK_SUSPECT, LOOK_FAIL } Look;

static Look look_at(const Model *model, HostId observer, HostId subject)
{
    if (!dock_is_running(model, observer)) return LOOK_BLANK;
    if (observer == subject) return LOOK_SELF;
    const Belief *belief = dock_belief(model, observer, model->state.hosts.items[subject].node);
    if (!belief->known) return LOOK_BLANK;
    if (belief->flags & FLAG_FAIL) return LOOK_FAIL;
    return belief->flags & FLAG_PFAIL ? LOOK_SUSPECT : LOOK_OK;
}

/* Hosts by island, so that a clean split is two blocks on the diagonal. */
static uint32_t order_hosts(const Model *model, HostId *order, float *gaps)
{
    uint32_t count = 0;
    float gap = 0;
    for (uint32_t island = 0; island <= model->islands.count; island++) {
        uint32_t before = count;
        for (uint32_t i = 0; i < model->hosts.count; i++) {
            bool in_island = model->hosts.items[i].island == island;
            bool nowhere = model->hosts.items[i].island >= model->islands.count;
            if (model->state.hosts.items[i].status == PROCESS_NEVER) continue; /* has no opinion */
            if (island < model->islands.count ? !in_island : !nowhere) continue;
            gaps[count] = gap;
            order[count++] = (HostId)i;
        }
        if (count > before) gap += ISLAND_GAP;
    }
    return count;
}

static void draw_look(const Scene *scene, Rect cell, Look look)
{
    const Ui *draw = &scene->draw;
    const Theme *theme = draw->theme;
    Rect box = rect_inset(cell, 1, 1);
    float size = cell.h < 18 ? 9 : 12;
    Point middle = rect_center(box);
    switch (look) {
    case LOOK_BLANK: break;
    case LOOK_SELF: draw_rect(draw->list, box, 3, COLOR_NONE, stroke_solid(theme->line, 1)); break;
    case LOOK_OK:
        draw_rect(draw->list, box, 3, theme->raised, STROKE_NONE);
        draw_disc(draw->list, middle, 1.75f, theme->text2, STROKE_NONE);
        break;
    case LOOK_SUSPECT:
        draw_rect(draw->list, box, 3, theme->ghost, STROKE_NONE);
        draw_text(draw->list, (Point){middle.x, middle.y + type_cap_middle(size)}, ALIGN_CENTER,
                  FONT_SANS_BOLD, size, theme->name == THEME_DARK ? theme->text : theme->ink, "?");
        break;
    case LOOK_FAIL:
        draw_rect(draw->list, box, 3, theme->danger, STROKE_NONE);
        draw_text(draw->list, (Point){middle.x, middle.y + type_cap_middle(size)}, ALIGN_CENTER,
                  FONT_SANS_BOLD, size, theme->danger_ink, "!");
        break;
    }
}

static void draw_signs(const Scene *scene, Rect rect, float cell, const HostId *order,
                       const float *gaps, uint32_t count)
{
    const Theme *theme = scene->draw.theme;
    float left = rect.x + 34, top = rect.y + 22;
    for (uint32_t i = 0; i < count; i++) {
        const char *name = dock_host_name(scene->model, order[i]);
        float x = left + (float)i * cell + gaps[i], y = top + (float)i * cell + gaps[i];
        if (cell >= 18)
            label_draw(&scene->draw, (Point){x + cell / 2, top - 8}, ALIGN_CENTER, TYPE_LABEL,
                       theme->text3, name);
        if (cell >= 11)
            label_draw(&scene->draw, (Point){left - 8, y + cell / 2 + 4}, ALIGN_RIGHT, TYPE_LABEL,
                       theme->text3, name);
        for (uint32_t j = 0; j < count; j++) {
            Rect box = {left + (float)j * cell + gaps[j], y, cell, cell};
            draw_look(scene, box, look_at(scene->model, order[i], order[j]));
        }
    }
}

/* Many hosts: a picture whose cells each stand for `fold` x `fold` pairs, the worst of them. */
static void draw_folded(const Scene *scene, Rect rect, const HostId *order, uint32_t count)
{
    const Theme *theme = scene->draw.theme;
    const Color colors[] = {theme->panel, theme->line, theme->raised, theme->ghost, theme->danger};
    uint32_t fold = (count + MATRIX_MAX - 1) / MATRIX_MAX, rows = (count + fold - 1) / fold;
    Look worst[MATRIX_MAX * MATRIX_MAX] = {LOOK_BLANK};
    Color cells[MATRIX_MAX * MATRIX_MAX];
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t j = 0; j < count; j++) {
            Look look = look_at(scene->model, order[i], order[j]);
            Look *cell = &worst[i / fold * rows + j / fold];
            if (look > *cell) *cell = look;
        }
    }
    for (uint32_t i = 0; i < rows * rows; i++) cells[i] = colors[worst[i]];
    float cell = (float)(int)((rect.h - 24) / (float)rows);
    if (cell < 2) cell = 2;
    draw_cells(scene->draw.list, (Point){rect.x, rect.y + 22}, (uint16_t)rows, (uint16_t)rows, cell,
               cells, 0, COLOR_NONE);
    if (fold == 1)
        label_draw(&scene->draw, (Point){rect.x, rect.y + 12}, ALIGN_LEFT, TYPE_LABEL, theme->text3,
                   "who suspects whom");
    else
        label_drawf(&scene->draw, (Point){rect.x, rect.y + 12}, ALIGN_LEFT, TYPE_LABEL,
                    theme->text3, "who suspects whom, %u x %u a cell", fold, fold);
}

void dock_agreement(const Scene *scene, Rect rect)
{
    const Model *model = scene->model;
    HostId *order = mem_alloc(NULL, (model->hosts.count + 1) * sizeof(HostId));
    float *gaps = mem_alloc(NULL, (model->hosts.count + 1) * sizeof(float));
    uint32_t count = order_hosts(model, order, gaps);
    Rect inside = {rect.x + 24, rect.y + 10, rect.w - 48, rect.h - 18};
    bool signs = count <= MATRIX_CELLS;
    float spread = count > 0 ? gaps[count - 1] : 0;
    float cell = count > 0 ? (inside.h - 24 - spread) / (float)count : 23;
    if (cell > 23) cell = 23;
    float width = signs ? 34 + cell * (float)count + spread : inside.h;
    Rect matrix = {rect_right(inside) - width, inside.y, width, inside.h};
    float bars = inside.w < 700 ? BARS_NARROW : BARS_WIDTH;
    Rect thumbs = {inside.x + bars + (bars < BARS_WIDTH ? 20 : 34), inside.y, 0, inside.h};
    thumbs.w = matrix.x - (bars < BARS_WIDTH ? 8 : 28) - thumbs.x;
    uint32_t differ = draw_thumbs(scene, thumbs);
    draw_bars(scene, (Rect){inside.x, inside.y, bars, inside.h}, differ);
    if (signs) draw_signs(scene, matrix, cell, order, gaps, count);
    else draw_folded(scene, matrix, order, count);
    mem_free(NULL, order, (model->hosts.count + 1) * sizeof(HostId));
    mem_free(NULL, gaps, (model->hosts.count + 1) * sizeof(float));
}
