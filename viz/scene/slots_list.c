/* slots_list.c -- beside the map: who owns what, how much is covered, what the textures mean; in
 * the small form one meter under it.
 *
 * The rows take the room there is: with a second line, without it, close together; then a line says
 * how many are not shown. Above SLOTS_LIST_MAX owners only pinned shards and sums are listed. */
#include "viz/scene/slots.h"

#include "viz/ui/control.h"
#include "viz/ui/label.h"
#include "viz/ui/meter.h"
#include "viz/ui/rich.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define CHIP        20
#define LETTER_X    32
#define NAME_X      54
#define SLOTS_GAP   14
#define PITCH_HIGH  80
#define PITCH_PLAIN 56
#define PITCH_LOW   34
#define PITCH_LEAST 26
#define COVERED     64 /* label, bar and their padding */
#define KEY_PITCH   27

/* ---- one owner ---- */

/* "n4, n7 copy it": the replicas that run, by their own belief. */
static void replica_words(const SlotView *view, const SlotOwner *owner, char *out, size_t size)
{
    const Model *model = view->model;
    uint32_t count = 0;
    size_t used = 0;
    out[0] = '\0';
    for (uint32_t i = 0; i < model->hosts.count; i++) {
        const HostModel *host = &model->hosts.items[i];
        bool copies = host->shard == owner->shard && !host->is_primary && i != owner->host &&
                      model->state.hosts.items[i].status == PROCESS_RUNNING;
        if (!copies) continue;
        count++;
        if (count > 3) continue;
        int n = snprintf(out + used, size - used, "%s%s", count > 1 ? ", " : "",
                         model->state.hosts.items[i].name);
        used += (size_t)n < size - used ? (size_t)n : 0;
    }
    if (count > 3) snprintf(out, size, "%u nodes copy it", count);
    else if (count > 0) snprintf(out + used, size - used, count == 1 ? " copies it" : " copy it");
    else snprintf(out, size, "no replica");
}

/* What is wrong with the owner, NULL when nothing is. */
static const char *trouble_words(const SlotView *view, const SlotOwner *owner)
{
    ProcessStatus status = view->model->state.hosts.items[owner->host].status;
    bool answers = status == PROCESS_RUNNING;
    switch (owner->mark) {
    case MARK_NONE:
    case MARK_CONTESTED: return NULL;
    case MARK_FAIL:
        if (view->is_belief) return "FAIL: held for failing";
        return answers ? "FAIL, but it still runs" : "FAIL: no owner answers";
    case MARK_SUSPECT:
        if (view->is_belief) return "P?: no answer yet";
        if (status == PROCESS_IS_FROZEN) return "frozen: no owner answers";
        return answers ? "P?: suspected by some" : "down: no owner answers";
    case MARK_UNCOVERED: return "no owner";
    }
    return NULL;
}

static Color chip_color(const SlotView *view, uint16_t shard)
{
    if (shard < view->tints.count) return view->tints.items[shard];
    return view->palette.theme->neutral[1];
}

/* Where the names of a list begin, and what comes behind them: one column for all rows. */
typedef struct Columns {
    float name, slots;
} Columns;

static Columns columns_of(const SlotView *view)
{
    float widest = 0;
    for (uint32_t i = 0; i < view->owners.count; i++) {
        const char *name = panel_host(view->model, view->owners.items[i].host);
        float width = label_width(&view->ui, TYPE_VALUE, name);
        if (width > widest) widest = width;
    }
    float name = view->palette.count > 26 ? NAME_X + 14 : NAME_X;
    return (Columns){name, name + widest + SLOTS_GAP};
}

/* The first line of a row: chip, letter, name, slots, epoch. */
static void draw_owner_line(const SlotView *view, Rect row, float y, const SlotOwner *owner)
{
    const Ui *ui = &view->ui;
    const Theme *theme = view->palette.theme;
    char letter[SHARD_NAME_SIZE], words[48];
    float size = type_style(TYPE_VALUE, ui->projector).size;
    float baseline = y + type_cap_middle(size);
    shard_name(&view->palette, owner->shard, letter);
    slots_swatch(view, (Rect){row.x, y - CHIP / 2.0f, CHIP, CHIP}, chip_color(view, owner->shard),
                 owner->mark);
    draw_text(ui->list, (Point){row.x + LETTER_X, baseline}, ALIGN_LEFT, FONT_SANS_BOLD, size,
              theme->text, letter);
    Columns columns = columns_of(view);
    label_draw(ui, (Point){row.x + columns.name, baseline}, ALIGN_LEFT, TYPE_VALUE, theme->text,
               panel_host(view->model, owner->host));
    snprintf(words, sizeof(words), "%" PRIu64, owner->epoch);
    label_draw(ui, (Point){row.x + row.w, baseline}, ALIGN_RIGHT, TYPE_HEADER_MONO, theme->text,
               words);
    float right = row.x + row.w - label_width(ui, TYPE_HEADER_MONO, words) - 12;
    float left = row.x + columns.slots;
    if (owner->mark == MARK_CONTESTED) snprintf(words, sizeof(words), "higher epoch");
    else snprintf(words, sizeof(words), "%u slots", owner->slots);
    if (right - left >= label_width(ui, TYPE_TABLE, words))
        label_draw(ui, (Point){left, baseline}, ALIGN_LEFT, TYPE_TABLE, theme->text2, words);
}

/* The other one who would accept a write, under the owner. */
static void draw_rival(const SlotView *view, Rect row, float y, const SlotOwner *owner)
{
    const Ui *ui = &view->ui;
    const Theme *theme = view->palette.theme;
    char epoch[24];
    HostId rival = slots_rival(view, owner->host, owner->first, owner->last);
    if (rival == HOST_NONE) return;
    float baseline = y + type_cap_middle(type_style(TYPE_VALUE, ui->projector).size);
    Columns columns = columns_of(view);
    label_draw(ui, (Point){row.x + columns.name, baseline}, ALIGN_LEFT, TYPE_VALUE, theme->text,
               panel_host(view->model, rival));
    label_draw(ui, (Point){row.x + columns.slots, baseline}, ALIGN_LEFT, TYPE_TABLE,
               theme->danger_text, "writable too");
    snprintf(epoch, sizeof(epoch), "%" PRIu64, view->model->hosts.items[rival].epoch);
    label_draw(ui, (Point){row.x + row.w, baseline}, ALIGN_RIGHT, TYPE_HEADER_MONO, theme->text,
               epoch);
}

/* The second line: what is wrong, else who copies it. */
static void draw_second_line(const SlotView *view, Rect row, float y, const SlotOwner *owner)
{
    const Ui *ui = &view->ui;
    const Theme *theme = view->palette.theme;
    const char *trouble = trouble_words(view, owner);
    TypeStyle style = type_style(TYPE_BODY, ui->projector);
    float x = row.x + LETTER_X, baseline = y + type_cap_middle(style.size);
    if (owner->mark == MARK_CONTESTED) {
        draw_rival(view, row, y, owner);
    } else if (trouble != NULL) {
        icon_draw(ui->list, ICON_WARNING, (Point){x + 7, y}, 14, theme->danger_text);
        label_cut(ui, (Point){x + 20, baseline}, row.x + row.w - x - 20, TYPE_BODY_STRONG,
                  theme->danger_text, trouble);
    } else {
        char words[96];
        replica_words(view, owner, words, sizeof(words));
        label_cut(ui, (Point){x, baseline}, row.x + row.w - x, TYPE_BODY, theme->text3, words);
    }
}

/* ---- rows ---- */

static float pitch_for(float room, uint32_t count)
{
    static const float pitches[] = {PITCH_HIGH, PITCH_PLAIN, PITCH_LOW, PITCH_LEAST};
    for (uint32_t i = 0; i < ARRAY_LENGTH(pitches); i++) {
        if (pitches[i] * (float)count <= room) return pitches[i];
    }
    return PITCH_LEAST;
}

/* Draws what fits of all owners; those in trouble keep their place. Returns the y below. */
static float draw_owners(const SlotView *view, Rect rect)
{
    uint32_t count = view->owners.count;
    float pitch = pitch_for(rect.h, count);
    uint32_t fits = (uint32_t)(rect.h / pitch);
    uint32_t shown = count <= fits ? count : fits > 0 ? fits - 1 : 0;
    bool has_second = pitch >= PITCH_PLAIN;
    float y = rect.y;
    for (uint32_t i = 0; i < shown; i++) {
        const SlotOwner *owner = &view->owners.items[i];
        Rect row = {rect.x, y, rect.w, pitch};
        float first = has_second ? y + pitch * 0.34f : y + pitch / 2;
        draw_owner_line(view, row, first, owner);
        if (has_second) draw_second_line(view, row, first + (pitch > PITCH_PLAIN ? 27 : 22), owner);
        y += pitch;
        if (pitch > PITCH_LEAST) ui_divider_h(&view->ui, rect.x, y, rect.w);
    }
    if (shown < count) {
        Rect row = {rect.x, y, rect.w, PITCH_LEAST};
        char words[48];
        snprintf(words, sizeof(words), "and %u more", count - shown);
        label_in(&view->ui, row, ALIGN_LEFT, 0, TYPE_BODY, view->palette.theme->text3, words);
        y += PITCH_LEAST;
    }
    return y;
}

/* One line of sums: a swatch where it stands for a texture, words, a number. */
static float draw_sum(const SlotView *view, Rect rect, float y, SlotMark mark, const char *words,
                      const char *number)
{
    if (y + PITCH_LEAST > rect.y + rect.h) return y;
    Rect row = {rect.x, y, rect.w, PITCH_LEAST};
    if (mark != MARK_NONE)
        slots_swatch(view, (Rect){row.x, row.y + 3, CHIP, CHIP}, view->palette.theme->neutral[2],
                     mark);
    Rect behind = {row.x + (mark != MARK_NONE ? LETTER_X : 0), y, rect.w, PITCH_LEAST};
    label_in(&view->ui, behind, ALIGN_LEFT, 0, TYPE_BODY, view->palette.theme->text2, words);
    label_in(&view->ui, row, ALIGN_RIGHT, 0, TYPE_VALUE_MONO, view->palette.theme->text, number);
    return y + PITCH_LEAST;
}

static bool is_pinned(const SlotView *view, uint16_t shard)
{
    for (uint32_t i = 0; i < view->palette.pin_count; i++) {
        if (view->palette.pins[i] == shard) return true;
    }
    return false;
}

/* Hundreds of owners: the pinned shards with two lines each, then sums. */
static float draw_summary(const SlotView *view, Rect rect)
{
    static const char *const words[] = {[MARK_SUSPECT] = "suspected or down",
                                        [MARK_FAIL] = "held for failing",
                                        [MARK_CONTESTED] = "contested"};
    uint32_t marks[MARK_UNCOVERED + 1] = {0}, least = SLOT_COUNT, most = 0;
    char number[32];
    float y = rect.y;
    for (uint32_t i = 0; i < view->owners.count; i++) {
        const SlotOwner *owner = &view->owners.items[i];
        marks[owner->mark]++;
        if (owner->slots < least) least = owner->slots;
        if (owner->slots > most) most = owner->slots;
        if (!is_pinned(view, owner->shard) || y + PITCH_PLAIN > rect.y + rect.h) continue;
        Rect row = {rect.x, y, rect.w, PITCH_PLAIN};
        draw_owner_line(view, row, y + PITCH_PLAIN * 0.34f, owner);
        draw_second_line(view, row, y + PITCH_PLAIN * 0.34f + 22, owner);
        y += PITCH_PLAIN;
        ui_divider_h(&view->ui, rect.x, y, rect.w);
    }
    y += y > rect.y ? 8 : 0;
    snprintf(number, sizeof(number), "%u", view->owners.count);
    y = draw_sum(view, rect, y, MARK_NONE, "owners", number);
    for (uint32_t mark = MARK_SUSPECT; mark <= MARK_CONTESTED; mark++) {
        if (marks[mark] == 0) continue;
        snprintf(number, sizeof(number), "%u", marks[mark]);
        y = draw_sum(view, rect, y, (SlotMark)mark, words[mark], number);
    }
    if (least == most) snprintf(number, sizeof(number), "%u", most);
    else snprintf(number, sizeof(number), "%u–%u", least, most);
    return draw_sum(view, rect, y, MARK_NONE, "slots of each", number);
}

/* ---- covered ---- */

void slots_covered_words(const SlotView *view, char *out, size_t size)
{
    uint32_t permille = (view->covered * 1000 + SLOT_COUNT / 2) / SLOT_COUNT;
    if (permille == 1000 && view->covered < SLOT_COUNT) permille = 999; /* 100 means all */
    snprintf(out, size, "%u.%u%%", permille / 10, permille % 10);
}

/* Up to so many runs the bar shows each shard; with more only how much. */
#define COVERED_PARTS_MAX 64u

static float draw_covered(const SlotView *view, Rect rect)
{
    const Ui *ui = &view->ui;
    const Theme *theme = view->palette.theme;
    char words[16];
    slots_covered_words(view, words, sizeof(words));
    Rect line = {rect.x, rect.y + 12, rect.w, 24};
    label_in(ui, line, ALIGN_LEFT, 0, TYPE_BODY, theme->text2, "Covered now");
    label_in(ui, line, ALIGN_RIGHT, 0, TYPE_CLOCK, theme->text, words);
    Rect bar = {rect.x, rect.y + 44, rect.w, 7};
    if (view->runs.count > COVERED_PARTS_MAX) {
        meter_bar(ui, bar, (float)view->covered / SLOT_COUNT, theme->text2, -1);
        return rect.y + COVERED;
    }
    MeterPart parts[COVERED_PARTS_MAX];
    for (uint32_t i = 0; i < view->runs.count; i++) {
        const SlotRun *run = &view->runs.items[i];
        bool is_down = run->mark == MARK_FAIL || run->mark == MARK_UNCOVERED ||
                       (run->mark == MARK_SUSPECT && !view->is_belief &&
                        view->model->state.hosts.items[run->owner].status != PROCESS_RUNNING);
        parts[i] = (MeterPart){.weight = (float)(run->last - run->first + 1),
                               .color = is_down ? theme->line2 : chip_color(view, run->shard),
                               .pattern = is_down ? PATTERN_CROSS_HATCH : PATTERN_NONE};
    }
    meter_parts(ui, bar, parts, view->runs.count);
    return rect.y + COVERED;
}

/* Why keys are refused, when they are. */
static float draw_reason(const SlotView *view, Rect rect)
{
    const Model *model = view->model;
    char words[200], name[SHARD_NAME_SIZE];
    if (view->is_belief || model->states_fail == 0 || view->covered == SLOT_COUNT) return rect.y;
    const SlotOwner *missing = NULL;
    for (uint32_t i = 0; i < view->owners.count && missing == NULL; i++) {
        if (view->owners.items[i].mark == MARK_FAIL) missing = &view->owners.items[i];
    }
    if (missing == NULL) return rect.y;
    shard_name(&view->palette, missing->shard, name);
    snprintf(words, sizeof(words),
             "Full coverage is required: %u of %u nodes refuse keys until *%s* has an owner.",
             model->states_fail, model->states_fail + model->states_ok, name);
    RichStyle style = {.role = TYPE_BODY,
                       .color = view->palette.theme->text3,
                       .bold_color = view->palette.theme->text2};
    if (rich_height(&view->ui, rect.w, &style, words) > rect.h) return rect.y;
    return rect.y + rich_draw(&view->ui, rect, &style, words) + 12;
}

/* How many slots nobody owns, in a cluster where others are owned. */
static float draw_nobodys(const SlotView *view, Rect rect)
{
    uint32_t count = 0;
    char words[48];
    for (uint32_t i = 0; i < view->runs.count; i++) {
        const SlotRun *run = &view->runs.items[i];
        if (run->mark == MARK_UNCOVERED) count += run->last - run->first + 1u;
    }
    if (count == 0 || view->owners.count == 0 || rect.h < 26) return rect.y;
    icon_draw(view->ui.list, ICON_WARNING, (Point){rect.x + 7, rect.y + 12}, 14,
              view->palette.theme->danger_text);
    snprintf(words, sizeof(words), count == 1 ? "%u slot has no owner" : "%u slots have no owner",
             count);
    label_in(&view->ui, (Rect){rect.x + 20, rect.y, rect.w - 20, 24}, ALIGN_LEFT, 0,
             TYPE_BODY_STRONG, view->palette.theme->danger_text, words);
    return rect.y + 26;
}

/* ---- key to the textures ---- */

/* The textures of slots that move. */
static void draw_open_key(const SlotView *view, Rect rect, float y)
{
    const OpenSlotModel *shown[2] = {NULL, NULL};
    static const char *const words[] = {"migrating, by its target",
                                        "importing, at the target only"};
    for (uint32_t i = view->open.count; i-- > 0;) {
        const OpenSlotModel *entry = &view->open.items[i];
        shown[entry->migrating ? 0 : 1] = entry;
    }
    for (uint32_t i = 0; i < 2; i++) {
        if (!shown[i] || y + CHIP > rect_bottom(rect)) continue;
        slots_open_swatch(view, (Rect){rect.x, y, CHIP, CHIP}, shown[i]);
        label_in(&view->ui, (Rect){rect.x + 28, y, rect.w - 28, CHIP}, ALIGN_LEFT, 0, TYPE_BODY,
                 view->palette.theme->text2, words[i]);
        y += KEY_PITCH;
    }
}

static void draw_key(const SlotView *view, Rect rect)
{
    static const char *const words[MARK_UNCOVERED + 1] = {
        [MARK_SUSPECT] = "owner P? or silent",
        [MARK_FAIL] = "owner FAIL",
        [MARK_CONTESTED] = "bright: the higher epoch",
        [MARK_UNCOVERED] = "nobody's",
    };
    bool used[MARK_UNCOVERED + 1] = {false};
    Color colors[MARK_UNCOVERED + 1];
    uint32_t count = 0;
    for (uint32_t i = 0; i < view->runs.count; i++) {
        const SlotRun *run = &view->runs.items[i];
        if (run->mark == MARK_NONE || used[run->mark]) continue;
        used[run->mark] = true;
        colors[run->mark] = chip_color(view, run->shard);
        count++;
    }
    count += view->open.count > 0;
    if (count == 0 || rect.h < 24 + KEY_PITCH * (float)count) return;
    label_in(&view->ui, (Rect){rect.x, rect.y, rect.w, 20}, ALIGN_LEFT, 0, TYPE_BODY,
             view->palette.theme->text3, "Key");
    float y = rect.y + 26;
    for (uint32_t mark = 0; mark <= MARK_UNCOVERED; mark++) {
        if (!used[mark] || words[mark] == NULL) continue;
        slots_swatch(view, (Rect){rect.x, y, CHIP, CHIP}, colors[mark], (SlotMark)mark);
        Rect line = {rect.x + 28, y, rect.w - 28, CHIP};
        label_in(&view->ui, line, ALIGN_LEFT, 0, TYPE_BODY, view->palette.theme->text2,
                 words[mark]);
        y += KEY_PITCH;
    }
    draw_open_key(view, rect, y);
}

/* ---- the whole list ---- */

void slots_draw_list(const SlotView *view, Rect rect)
{
    const Ui *ui = &view->ui;
    const Theme *theme = view->palette.theme;
    bool is_many = view->owners.count > SLOTS_LIST_MAX;
    if (view->is_belief && view->open.count == 0 && slots_draw_reports(view, rect)) return;
    float top = slots_draw_open_section(view, rect);
    rect = (Rect){rect.x, top, rect.w, rect_bottom(rect) - top};
    Rect title = rect_take_top(&rect, 48);
    Rect line = {title.x, title.y + 13, title.w, 24};
    bool has_pins = is_many && view->palette.pin_count > 0;
    label_in(ui, line, ALIGN_LEFT, 0, TYPE_TITLE, theme->text,
             has_pins ? "Pinned shards" : "Owners");
    if (view->owners.count > 0 && (has_pins || !is_many))
        label_in(ui, line, ALIGN_RIGHT, 0, TYPE_LABEL, theme->text3, "epoch");
    if (view->owners.count == 0) {
        label_in(ui, rect_take_top(&rect, 30), ALIGN_LEFT, 0, TYPE_BODY, theme->text3,
                 "no slot has an owner yet");
    }
    Rect rows = {rect.x, rect.y, rect.w, rect.h - COVERED};
    float y = is_many ? draw_summary(view, rows) : draw_owners(view, rows);
    y = draw_covered(view, (Rect){rect.x, y, rect.w, COVERED});
    if (is_many) y = slots_draw_votes(view, (Rect){rect.x, y, rect.w, rect_bottom(rect) - y});
    y = draw_reason(view, (Rect){rect.x, y, rect.w, rect_bottom(rect) - y});
    y = draw_nobodys(view, (Rect){rect.x, y, rect.w, rect_bottom(rect) - y});
    draw_key(view, (Rect){rect.x, y + 8, rect.w, rect_bottom(rect) - y - 8});
}
