/* header.c -- the strip at the top: what runs, when, how fast, as seen by whom, and whether all is
 * well (view tokens §3, §5).
 *
 * Everything stands at a place that does not depend on changing digits, so that nothing jitters
 * while time passes. In the small form what fits is shown, the most important first. */
#include "viz/scene/panel.h"

#include "sim/base/hash.h"
#include "viz/ui/control.h"
#include "viz/ui/label.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LESSONS       20
#define LABEL_Y       22 /* baseline of the labels; values stand LABEL_GAP_HEADER below */
#define SMALL_LABEL_Y 18
#define SMALL_GAP     20
#define MARGIN        24
#define SLOW_PERMILLE 10 /* slower than this shows microseconds */

/* What can be clicked: a key's button, a segment of who looks. */
enum { ACTION_HEADER_KEY = 1, ACTION_HEADER_LENS = 2 };

/* ---- what is said ---- */

/* "Lesson 9 of 20" from "09-anatomy-of-a-failover.lua"; "Drill" and "Scenario" for others. */
static void kind_words(const char *scenario, bool is_short, char *out, size_t size)
{
    char *end;
    unsigned long number = strtoul(scenario, &end, 10);
    bool is_lesson = end != scenario && *end == '-' && number >= 1 && number <= LESSONS;
    if (is_lesson && is_short) snprintf(out, size, "Lesson %lu", number);
    else if (is_lesson) snprintf(out, size, "Lesson %lu of %d", number, LESSONS);
    else if (strncmp(scenario, "drill", 5) == 0) snprintf(out, size, "Drill");
    else snprintf(out, size, "Scenario");
}

/* The script's title; before it has said one, the file's name in words. */
static void title_words(const Model *model, char *out, size_t size)
{
    if (model->state.title_seq != 0) {
        TraceRecord record;
        trace_get(model->trace, model->state.title_seq, &record);
        TraceText text = record.u.TITLE.text;
        snprintf(out, size, "%.*s", (int)text.size, text.chars);
        return;
    }
    const char *name = trace_header(model->trace)->scenario;
    while (*name != '\0' && strchr("0123456789-", *name) != NULL) name++;
    size_t count = strcspn(name, ".");
    if (count > 0) snprintf(out, size, "%.*s", (int)count, name);
    else snprintf(out, size, "Untitled");
    for (char *c = out; *c != '\0'; c++) {
        if (*c == '-' || *c == '_') *c = ' ';
    }
    if (out[0] >= 'a' && out[0] <= 'z') out[0] = (char)(out[0] - 'a' + 'A');
}

/* Names this run among all: seed, a hash of what the run was started with, and the record shown. */
static void run_token(const Model *model, char *out, size_t size)
{
    const TraceHeader *header = trace_header(model->trace);
    uint64_t hash = hash_u64(HASH_START, header->seed);
    hash = hash_bytes(hash, header->profile, strlen(header->profile));
    hash = hash_bytes(hash, header->program, strlen(header->program));
    hash = hash_bytes(hash, header->scenario, strlen(header->scenario));
    snprintf(out, size, "%04x:%" PRIu64, (unsigned)(hash >> 48), model->state.seq);
}

typedef struct StateWords {
    bool is_bad;
    char word[16]; /* "ok", "fail", "split" */
    char rest[48]; /* "seen by 5 of 5" */
} StateWords;

static StateWords state_words(const Model *model, const UiState *ui, bool is_short)
{
    StateWords words = {0};
    unsigned ok = model->states_ok, bad = model->states_fail;
    if (panel_is_belief(model, ui)) {
        const HostState *host = &model->state.hosts.items[ui->selected];
        bool runs = host->status == PROCESS_RUNNING || host->status == PROCESS_IS_FROZEN;
        words.is_bad = !runs || host->state == STATE_FAIL;
        snprintf(words.word, sizeof(words.word), "%s", runs ? state_word(host->state) : "down");
        snprintf(words.rest, sizeof(words.rest), is_short ? "at %s" : "as %s sees it", host->name);
        return words;
    }
    words.is_bad = bad > 0 || model->contest.count > 0;
    if (model->contest.count > 0) {
        snprintf(words.word, sizeof(words.word), "split");
        snprintf(words.rest, sizeof(words.rest), "ok %u · fail %u", ok, bad);
    } else if (bad > 0) {
        snprintf(words.word, sizeof(words.word), "fail");
        snprintf(words.rest, sizeof(words.rest), "%s%u of %u", is_short ? "" : "seen by ", bad,
                 ok + bad);
    } else if (ok > 0) {
        snprintf(words.word, sizeof(words.word), "ok");
        snprintf(words.rest, sizeof(words.rest), is_short ? "%u of %u" : "%u of %u nodes", ok, ok);
    } else {
        snprintf(words.word, sizeof(words.word), "none");
        snprintf(words.rest, sizeof(words.rest), "nothing runs");
    }
    return words;
}

static void epoch_words(const Model *model, const UiState *ui, char *out, size_t size)
{
    uint64_t low = model->epoch_low, high = model->epoch_high;
    if (panel_is_belief(model, ui)) {
        low = high = model->state.hosts.items[ui->selected].current_epoch;
    }
    if (low == high) snprintf(out, size, "%" PRIu64, high);
    else if (model->contest.count > 0) snprintf(out, size, "%" PRIu64 " | %" PRIu64, low, high);
    else snprintf(out, size, "%" PRIu64 " → %" PRIu64, low, high);
}

/* More votes counted in one epoch than there are voters: somebody voted twice. */
static bool votes_are_single(const Model *model)
{
    for (uint32_t i = 0; i < model->state.hosts.count; i++) {
        const HostState *host = &model->state.hosts.items[i];
        uint32_t votes = 0;
        if (!host->auth_sent || host->votes == 0) continue;
        for (uint32_t k = 0; k < model->state.hosts.count; k++) {
            const HostState *other = &model->state.hosts.items[k];
            if (other->auth_sent && other->auth_epoch == host->auth_epoch) votes += other->votes;
        }
        if (votes > host->size) return false;
    }
    return true;
}

/* ---- how it is drawn ---- */

typedef struct Strip {
    Ui ui;
    const Model *model;
    const UiState *state;
    const Layout *layout;
    float label_y, value_y;
} Strip;

/* Four by four squares in the hues of the slot map. */
static void draw_logo(const Strip *strip, Point at)
{
    static const uint8_t hues[16] = {0, 0, 0, 0, 1, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2};
    for (uint32_t i = 0; i < 16; i++) {
        Rect square = {at.x + (float)(i % 4) * 7, at.y + (float)(i / 4) * 7, 5.5f, 5.5f};
        draw_rect(strip->ui.list, square, 1, strip->ui.theme->shard[hues[i]], STROKE_NONE);
    }
}

static void draw_label(const Strip *strip, float x, const char *words)
{
    label_draw(&strip->ui, (Point){x, strip->label_y}, ALIGN_LEFT, TYPE_LABEL,
               strip->ui.theme->text3, words);
}

static void draw_lesson(const Strip *strip, float x, float width)
{
    char kind[32], title[128];
    kind_words(trace_header(strip->model->trace)->scenario, !strip->layout->full, kind,
               sizeof(kind));
    title_words(strip->model, title, sizeof(title));
    draw_label(strip, x, kind);
    label_cut(&strip->ui, (Point){x, strip->value_y}, width, TYPE_STAGE_TITLE,
              strip->ui.theme->text, title);
}

static bool shows_us(const Strip *strip)
{
    return strip->state->paused || strip->state->slow_factor > 0 ||
           strip->state->speed_permille <= SLOW_PERMILLE;
}

static void draw_clock(const Strip *strip, float x)
{
    char digits[40], rest[8] = "";
    panel_time(strip->model->time, 3, digits, sizeof(digits));
    if (shows_us(strip) && strip->layout->full) {
        snprintf(rest, sizeof(rest), "%03u", (unsigned)(strip->model->time % SIM_MS / SIM_US));
    }
    draw_label(strip, x, "Virtual time");
    label_clock(&strip->ui, (Point){x, strip->value_y + 1}, digits, rest);
}

/* The room the clock takes whatever the time. */
static float clock_width(const Strip *strip)
{
    const char *widest = strip->layout->full ? "9999.999999" : "999.999";
    return label_width(&strip->ui, TYPE_CLOCK, widest) + 18;
}

static void draw_speed(const Strip *strip, float x)
{
    char speed[24];
    bool stands = strip->state->paused || strip->state->question_open;
    float side = strip->layout->full ? 32 : 28;
    Rect button = {x, strip->layout->header.h / 2 - side / 2, side, side};
    /* The sign says what is: two bars while time stands. */
    control_icon_button(&strip->ui, button, stands ? ICON_PAUSE : ICON_PLAY, CONTROL_NORMAL,
                        (Action){ACTION_HEADER_KEY, ' ', 0});
    if (strip->state->is_reading) snprintf(speed, sizeof(speed), "reading");
    else if (strip->state->slow_factor > 0)
        snprintf(speed, sizeof(speed), "×1/%" PRIu32, strip->state->slow_factor);
    else panel_speed(strip->state->speed_permille, speed, sizeof(speed));
    draw_label(strip, x + side + 12, "Speed");
    label_draw(&strip->ui, (Point){x + side + 12, strip->value_y}, ALIGN_LEFT, TYPE_HEADER_MONO,
               strip->ui.theme->text, speed);
}

static float speed_width(const Strip *strip)
{
    float side = strip->layout->full ? 32 : 28;
    return side + 12 + label_width(&strip->ui, TYPE_HEADER_MONO, "×1/1000");
}

static const char *node_word(const Strip *strip)
{
    return strip->state->selected < strip->model->state.hosts.count
               ? panel_host(strip->model, strip->state->selected)
               : "Node";
}

static void draw_seen_by(const Strip *strip, float right)
{
    bool is_node = strip->state->lens == LENS_NODE;
    const char *titles[] = {"Truth", is_node ? node_word(strip) : "Node", "Client"};
    float width = control_segments_width(&strip->ui, titles, 3);
    float y = (strip->layout->header.h - CONTROL_SEGMENTS_HEIGHT) / 2;
    control_segments(&strip->ui, (Point){right - width, y}, titles, 3, (uint32_t)strip->state->lens,
                     ACTION_HEADER_LENS);
    Rect before = {0, y, right - width - 12, CONTROL_SEGMENTS_HEIGHT};
    label_in(&strip->ui, before, ALIGN_RIGHT, 0, TYPE_LABEL, strip->ui.theme->text3, "As seen by");
}

/* Sign, word and rest of cluster_state; returns its width. */
static float draw_state(const Strip *strip, float x)
{
    const Ui *ui = &strip->ui;
    StateWords words = state_words(strip->model, strip->state, !strip->layout->full);
    TypeStyle style = type_style(TYPE_VALUE, ui->projector);
    Color color = words.is_bad ? ui->theme->danger_text : ui->theme->text;
    float size = words.is_bad ? style.size : style.size * 0.8f;
    Point middle = {x + size / 2, strip->value_y - type_cap_middle(style.size)};
    draw_label(strip, x, "cluster_state");
    icon_draw(ui->list, words.is_bad ? ICON_WARNING : ICON_CHECK, middle, size, color);
    float at = x + size + 6;
    at += label_draw(ui, (Point){at, strip->value_y}, ALIGN_LEFT, TYPE_VALUE, color, words.word);
    at += 7;
    draw_text(ui->list, (Point){at, strip->value_y}, ALIGN_LEFT, FONT_SANS, style.size,
              ui->theme->text2, words.rest);
    return at + text_width(ui->metrics, FONT_SANS, style.size, words.rest) - x;
}

static void draw_epoch(const Strip *strip, float x, TextAlign align)
{
    char epochs[48];
    epoch_words(strip->model, strip->state, epochs, sizeof(epochs));
    label_draw(&strip->ui, (Point){x, strip->label_y}, align, TYPE_LABEL, strip->ui.theme->text3,
               "currentEpoch");
    label_draw(&strip->ui, (Point){x, strip->value_y}, align, TYPE_HEADER_MONO,
               strip->ui.theme->text, epochs);
}

static float lamp_width(const Strip *strip, bool holds, const char *words)
{
    TypeStyle style = type_style(TYPE_BODY, strip->ui.projector);
    FontFace face = holds ? FONT_SANS_MEDIUM : FONT_SANS_SEMIBOLD;
    return (holds ? 17 : 20) + text_width(strip->ui.metrics, face, style.size, words);
}

/* Both lamps, or in little room the one that is out, or one word for both. */
static void draw_lamps(const Strip *strip, float x, float width)
{
    const bool holds[2] = {strip->model->contest.count == 0, votes_are_single(strip->model)};
    const char *words[2] = {holds[0] ? "one owner per slot" : "two owners of a slot",
                            holds[1] ? "one vote per epoch" : "two votes in one epoch"};
    float first = lamp_width(strip, holds[0], words[0]);
    float both = first + 20 + lamp_width(strip, holds[1], words[1]);
    Point at = {x, strip->value_y};
    if (both <= width) {
        draw_label(strip, x, "Invariants");
        control_lamp(&strip->ui, at, holds[0], words[0]);
        control_lamp(&strip->ui, (Point){x + first + 20, at.y}, holds[1], words[1]);
        return;
    }
    uint32_t which = holds[0] ? 1 : 0;
    const char *word = holds[which] ? "hold" : words[which];
    if (lamp_width(strip, holds[which], word) > width) return;
    draw_label(strip, x, "Invariants");
    control_lamp(&strip->ui, at, holds[which], word);
}

/* Seed above the token at the right edge; returns the width. */
static float draw_seed(const Strip *strip, float right)
{
    const Ui *ui = &strip->ui;
    char seed[40], token[48];
    snprintf(seed, sizeof(seed), "Seed %" PRIu64, trace_header(strip->model->trace)->seed);
    run_token(strip->model, token, sizeof(token));
    label_draw(ui, (Point){right, strip->label_y}, ALIGN_RIGHT, TYPE_LABEL, ui->theme->text3, seed);
    label_draw(ui, (Point){right, strip->value_y}, ALIGN_RIGHT, TYPE_TABLE, ui->theme->text3,
               token);
    float below = label_width(ui, TYPE_TABLE, "ffff:99999999");
    float above = label_width(ui, TYPE_LABEL, seed);
    return above > below ? above : below;
}

/* ---- the two forms ---- */

static void draw_full(const Strip *strip)
{
    const Rect slots = strip->layout->slots;
    /* Places for a left part of 1056 px; a narrower or wider one moves them in proportion. */
    float part = slots.x / 1056;
    if (part > 1.2f) part = 1.2f;
    draw_logo(strip, (Point){MARGIN, 15});
    draw_lesson(strip, 68, 388 * part - 68 - 20);
    draw_clock(strip, 388 * part);
    draw_speed(strip, 388 * part + clock_width(strip) + 56 * part);
    draw_seen_by(strip, slots.x - MARGIN);

    float left = slots.x + MARGIN, right = strip->layout->header.w - MARGIN;
    float seed = draw_seed(strip, right);
    float state = draw_state(strip, left);
    float epoch = left + (state + 24 > 207 ? state + 24 : slots.w < 800 ? state + 24 : 207);
    draw_epoch(strip, epoch, ALIGN_LEFT);
    float lamps = epoch + (slots.w < 800 ? 108 : 128);
    draw_lamps(strip, lamps, right - seed - 24 - lamps);
}

static float small_seen_by(const Strip *strip, float x)
{
    const char *const words[] = {"Truth", node_word(strip), "Client"};
    draw_label(strip, x, "As seen by");
    return label_draw(&strip->ui, (Point){x, strip->value_y}, ALIGN_LEFT, TYPE_VALUE,
                      strip->ui.theme->text, words[strip->state->lens]);
}

static void draw_small(const Strip *strip)
{
    float left = strip->layout->card.x, right = strip->layout->map.x - left;
    float clock = clock_width(strip), speed = speed_width(strip);
    float seen = label_width(&strip->ui, TYPE_LABEL, "As seen by") + 8;
    float title = right - left - clock - speed - seen - 3 * SMALL_GAP;
    bool has_seen = title >= 150;
    if (!has_seen) title += seen + SMALL_GAP;
    if (title > 320) title = 320;
    float gap =
        (right - left - title - clock - speed - (has_seen ? seen : 0)) / (has_seen ? 3.0f : 2.0f);
    draw_lesson(strip, left, title);
    float x = left + title + gap;
    draw_clock(strip, x);
    x += clock + gap;
    draw_speed(strip, x);
    x += speed + gap;
    if (has_seen) small_seen_by(strip, x);

    float state = draw_state(strip, strip->layout->map.x);
    float end = strip->layout->header.w - left;
    float epoch = label_width(&strip->ui, TYPE_LABEL, "currentEpoch");
    if (strip->layout->map.x + state + SMALL_GAP + epoch <= end)
        draw_epoch(strip, end, ALIGN_RIGHT);
}

static void draw_header(const Ui *draw, const Model *model, const UiState *ui, const Layout *layout)
{
    DrawList *list = draw->list;
    Rect rect = layout->header;
    Strip strip = {.ui = *draw, .model = model, .state = ui, .layout = layout};
    strip.label_y = layout->full ? LABEL_Y : SMALL_LABEL_Y;
    strip.value_y = strip.label_y + (layout->full ? LABEL_GAP_HEADER : 19);
    draw_rect(list, rect, 0, strip.ui.theme->panel, STROKE_NONE);
    draw_line(list, (Point){rect.x, rect.h - 0.5f}, (Point){rect.w, rect.h - 0.5f},
              stroke_solid(strip.ui.theme->line, 1));
    if (layout->full) draw_full(&strip);
    else draw_small(&strip);
}

void scene_header(DrawList *list, const Model *model, const UiState *ui, const Layout *layout,
                  const TextMetrics *metrics)
{
    Ui draw = panel_ui(list, ui, metrics);
    draw_header(&draw, model, ui, layout);
}

uint32_t scene_header_key_at(const Model *model, const UiState *ui, const Layout *layout,
                             const TextMetrics *metrics, Point at)
{
    DrawList list = {0};
    HitList hits = {0};
    Ui draw = panel_ui(&list, ui, metrics);
    draw.hits = &hits;
    draw_header(&draw, model, ui, layout);
    const Hit *hit = hit_at(&hits, at);
    uint32_t key = !hit                                ? 0
                   : hit->action == ACTION_HEADER_LENS ? '1' + (uint32_t)hit->argument
                                                       : (uint32_t)hit->argument;
    hit_deinit(&hits);
    draw_deinit(&list);
    return key;
}
