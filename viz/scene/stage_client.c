/* stage_client.c -- machines of clients: a box with a lamp for each, and to whom they talked in the
 * last second.
 *
 * What is answered is common: one line to a node, and a number. Errors and redirections are rare:
 * the last of them on each line is told by shape and word (view tokens §8). Both come from what the
 * clients got (REQUEST_ENDED, WRITE_ENDED), so nothing is shown before the client knows it. */
#include "viz/scene/stage.h"

#include "viz/ui/control.h"
#include "viz/ui/icon.h"
#include "viz/ui/label.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define WINDOW      SIM_SEC
#define TALLIES_MAX 64u /* pairs of client and node that are drawn */
#define WORDS_MAX   12u /* of errors and redirections, at once */
#define TOKEN       8.0f
#define BOX_RADIUS  7.0f

typedef struct Tally { /* of one client, in the last second; with one node or with all */
    HostId client, to;
    uint32_t ok, redirects, errors;
    uint64_t rare; /* the last record that was none of the first kind; 0 none */
    ClientEnd rare_end;
} Tally;

typedef struct Tallies {
    uint32_t count;
    Tally items[TALLIES_MAX];
} Tallies;

static void count_event(Tally *tally, const ClientEvent *event)
{
    if (event->end == CLIENT_OK) tally->ok++;
    else if (event->end == CLIENT_REDIRECT) tally->redirects++;
    else tally->errors++;
    if (event->end == CLIENT_OK) return;
    tally->rare = event->seq;
    tally->rare_end = event->end;
}

/* The events of the last second; index of the first, and of the one after the last. */
static uint32_t window(const Stage *stage, uint32_t *end)
{
    const RunIndex *index = stage->state->index;
    SimTime now = stage->model->time;
    *end = 0;
    if (!index) return 0;
    return run_index_clients(index, stage->model->state.seq, now > WINDOW ? now - WINDOW : 0, end);
}

static Tally tally_of(const Stage *stage, HostId client)
{
    Tally tally = {.client = client, .to = HOST_NONE};
    uint32_t end;
    for (uint32_t i = window(stage, &end); i < end; i++) {
        const ClientEvent *event = &stage->state->index->clients.items[i];
        if (event->client == client) count_event(&tally, event);
    }
    return tally;
}

/* By client and node, as many as are drawn: common talk only where there are few nodes. */
static void collect(const Stage *stage, Tallies *tallies)
{
    uint32_t end, places = stage->map.hosts + stage->map.clients;
    tallies->count = 0;
    if (stage->observer != HOST_NONE) return; /* a node knows nothing of it */
    for (uint32_t i = window(stage, &end); i < end; i++) {
        const ClientEvent *event = &stage->state->index->clients.items[i];
        uint32_t at = 0;
        if (event->to >= stage->map.hosts || event->client >= places) continue;
        if (event->end == CLIENT_OK && stage->map.form != FORM_RING) continue;
        while (at < tallies->count &&
               (tallies->items[at].client != event->client || tallies->items[at].to != event->to))
            at++;
        if (at == TALLIES_MAX) continue;
        if (at == tallies->count)
            tallies->items[tallies->count++] = (Tally){.client = event->client, .to = event->to};
        count_event(&tallies->items[at], event);
    }
}

static bool is_client(const Stage *stage, uint32_t host)
{
    return stage->model->state.hosts.items[host].status == PROCESS_NEVER;
}

/* The next client from `host` on; one that was there before the nodes has a seat among them. */
static uint32_t next_client(const Stage *stage, uint32_t host)
{
    uint32_t end = stage->map.hosts + stage->map.clients;
    while (host < end && !is_client(stage, host)) host++;
    return host;
}

Rect stage_client_box(const Stage *stage, HostId client)
{
    const HostPlace *place = &stage->plan->places.items[client];
    float width = (stage->map.is_low ? CLIENT_PITCH_LOW : CLIENT_PITCH) - CLIENT_GAP;
    float height = stage->map.is_low ? CLIENT_ROW_LOW - 6 : CLIENT_ROW - 10;
    return (Rect){place->at.x - width / 2, place->at.y - height / 2, width, height};
}

/* ---- lines ---- */

typedef struct ClientLine {
    Point a, b; /* outside the box and the node */
} ClientLine;

static ClientLine line_to(const Stage *stage, HostId client, HostId to)
{
    const HostPlace *place = &stage->plan->places.items[to];
    Rect box = stage_client_box(stage, client);
    Point a = rect_center(box), b = place->at;
    float dx = b.x - a.x, dy = b.y - a.y, length = sqrtf(dx * dx + dy * dy) + 0.001f;
    float reach = place->radius * (stage->map.form == FORM_RING ? NODE_REACH : 1.2f);
    float across = box.w / 2 / fmaxf(fabsf(dx), 0.001f), up = box.h / 2 / fmaxf(fabsf(dy), 0.001f);
    float start = fminf(across, up), end = 1 - reach / length;
    return (ClientLine){{a.x + dx * start, a.y + dy * start}, {a.x + dx * end, a.y + dy * end}};
}

static void draw_line_to(const Stage *stage, const Tally *tally)
{
    const Theme *theme = stage->theme;
    ClientLine line = line_to(stage, tally->client, tally->to);
    Stroke stroke = stroke_solid(theme->text3, 1.5f);
    if (tally->rare && tally->rare_end != CLIENT_REDIRECT)
        stroke = stroke_dashed(theme->danger_text, 1.75f, 7, 5);
    else if (tally->rare) stroke = stroke_dashed(theme->text2, 1.75f, 8, 6);
    draw_line(stage->list, line.a, line.b, stroke);
}

void stage_client_lines(const Stage *stage)
{
    Tallies tallies;
    collect(stage, &tallies);
    for (uint32_t i = 0; i < tallies.count; i++) draw_line_to(stage, &tallies.items[i]);
}

/* ---- what went wrong ---- */

/* "MOVED 1649: from now on", "ASK 324: only this once", the first word of an error. */
static void rare_words(const Stage *stage, uint64_t seq, char *out, size_t size)
{
    TraceRecord record;
    trace_get(stage->model->trace, seq, &record);
    if (record.type == TRACE_WRITE_ENDED) {
        snprintf(out, size, "write %s", write_word(record.u.WRITE_ENDED.end));
        return;
    }
    TraceText reply = record.u.REQUEST_ENDED.reply;
    bool is_error = reply.size > 0 && reply.chars[0] == '-';
    char words[80];
    snprintf(words, sizeof(words), "%.*s", (int)reply.size - is_error, reply.chars + is_error);
    bool is_moved = strncmp(words, "MOVED ", 6) == 0, is_ask = strncmp(words, "ASK ", 4) == 0;
    char *cut = is_error ? strchr(words, ' ') : NULL; /* after the word, or the slot */
    if (cut && (is_moved || is_ask)) cut = strchr(cut + 1, ' ');
    if (cut) *cut = '\0';
    snprintf(out, size, "%s%s", words,
             is_moved ? ": from now on"
             : is_ask ? ": only this once"
                      : "");
}

/* What must not be covered: bodies of nodes, words that stand already. */
typedef struct Covered {
    Rect words[WORDS_MAX];
    uint32_t count;
} Covered;

static bool meet(Rect a, Rect b)
{
    return a.x < rect_right(b) && b.x < rect_right(a) && a.y < rect_bottom(b) &&
           b.y < rect_bottom(a);
}

static bool is_free(const Stage *stage, const Covered *covered, Rect rect)
{
    bool inside = rect.x >= stage->rect.x + 4 && rect_right(rect) <= rect_right(stage->rect) - 4;
    for (uint32_t i = 0; i < covered->count; i++) {
        if (meet(covered->words[i], rect)) return false;
    }
    for (uint32_t i = 0; i < stage->map.hosts; i++) {
        const HostPlace *place = &stage->plan->places.items[i];
        float reach = place->radius * 1.05f;
        Rect body = {place->at.x - reach, place->at.y - reach, 2 * reach, 2 * reach};
        if (meet(body, rect)) return false;
    }
    return inside;
}

/* A rect of that size on the line, as near to its middle as there is room; the token of an error
 * stands `lead` px from its left edge, or (*is_left) from its right one. */
static bool find_room(const Stage *stage, const Covered *covered, const ClientLine *line, float w,
                      float h, float lead, Rect *rect, bool *is_left)
{
    static const float parts[] = {0.5f, 0.4f, 0.6f, 0.32f, 0.7f, 0.24f, 0.16f, 0.8f};
    for (uint32_t i = 0; i < 2 * ARRAY_LENGTH(parts); i++) {
        float t = parts[i / 2];
        Point at = {line->a.x + (line->b.x - line->a.x) * t,
                    line->a.y + (line->b.y - line->a.y) * t};
        *is_left = i % 2 == 1;
        *rect = (Rect){*is_left ? at.x - w + lead : at.x - lead, at.y - h / 2, w, h};
        if (is_free(stage, covered, *rect)) return true;
    }
    return false;
}

static void draw_error(const Stage *stage, Rect rect, bool is_left, const char *words)
{
    const Theme *theme = stage->theme;
    float y = rect.y + rect.h / 2, lead = TOKEN + 2;
    Point at = {is_left ? rect_right(rect) - lead : rect.x + lead, y};
    Rect box = {is_left ? rect.x : rect.x + 2 * lead + 4, rect.y, rect.w - 2 * lead - 4, rect.h};
    draw_disc(stage->list, at, TOKEN + 2, theme->stage, STROKE_NONE);
    draw_disc(stage->list, at, TOKEN, theme->danger, STROKE_NONE);
    icon_draw(stage->list, ICON_CROSS, at, TOKEN, theme->danger_ink);
    draw_rect(stage->list, rect_inset(box, -3, 0), 4, color_alpha(theme->stage, 0.82f),
              STROKE_NONE);
    label_draw(&stage->ui, (Point){box.x, label_middle(&stage->ui, box, TYPE_TABLE)}, ALIGN_LEFT,
               TYPE_TABLE, theme->danger_text, words);
}

/* Where there is no room for the words the look of the line and the lamp tell it. */
static void draw_rare(const Stage *stage, const Tally *tally, Covered *covered)
{
    char words[100];
    Rect rect;
    bool is_left, is_redirect = tally->rare_end == CLIENT_REDIRECT;
    ClientLine line = line_to(stage, tally->client, tally->to);
    rare_words(stage, tally->rare, words, sizeof(words));
    float pill = control_pill_width(&stage->ui, 22, TYPE_BODY_STRONG, words);
    float width = label_width(&stage->ui, TYPE_TABLE, words) + 2 * TOKEN + 8;
    bool fits = is_redirect
                    ? find_room(stage, covered, &line, pill, 22, pill / 2, &rect, &is_left)
                    : find_room(stage, covered, &line, width, 20, TOKEN + 2, &rect, &is_left);
    if (!fits || covered->count == WORDS_MAX) return;
    covered->words[covered->count++] = rect;
    if (is_redirect)
        control_pill_at(&stage->ui, rect_center(rect), 22, strncmp(words, "ASK", 3) == 0, words);
    else draw_error(stage, rect, is_left, words);
}

/* ---- boxes ---- */

/* A check, a ring or a cross: what the last second was like. */
static void draw_lamp(const Stage *stage, Point at, const Tally *tally)
{
    const Theme *theme = stage->theme;
    if (tally->errors > 0) {
        draw_disc(stage->list, at, 7, theme->danger, STROKE_NONE);
        icon_draw(stage->list, ICON_CROSS, at, 7, theme->danger_ink);
    } else if (tally->redirects > 0) {
        draw_disc(stage->list, at, 6, COLOR_NONE, stroke_dashed(theme->text, 1.75f, 3, 2));
    } else if (tally->ok > 0) {
        icon_draw(stage->list, ICON_CHECK, at, 12, theme->text);
    } else {
        draw_disc(stage->list, at, 3, theme->ghost, STROKE_NONE);
    }
}

static void draw_box(const Stage *stage, HostId client)
{
    const Ui *ui = &stage->ui;
    const Theme *theme = stage->theme;
    Rect box = stage_client_box(stage, client);
    Tally tally = tally_of(stage, client);
    bool is_chosen = stage->state->selected == client;
    bool is_hovered = stage->state->hovered == client;
    Color edge = is_chosen ? theme->text : is_hovered ? theme->text3 : theme->line2;
    char words[32] = "";
    draw_rect(stage->list, box, BOX_RADIUS, theme->raised,
              stroke_solid(edge, is_chosen ? 1.5f : 1));
    draw_lamp(stage, (Point){box.x + 16, box.y + box.h / 2}, &tally);
    if (tally.errors > 0)
        snprintf(words, sizeof(words), "%u error%s", tally.errors, tally.errors == 1 ? "" : "s");
    else if (tally.redirects > 0) snprintf(words, sizeof(words), "%u sent on", tally.redirects);
    else if (tally.ok > 0) snprintf(words, sizeof(words), "%u/s", tally.ok);
    if (stage->map.is_low && tally.rare) words[strcspn(words, " ")] = '\0'; /* the lamp says what */
    Rect inside = {box.x + 30, box.y, box.w - 40, box.h};
    label_in(ui, inside, ALIGN_RIGHT, 0, TYPE_TABLE,
             tally.errors > 0 ? theme->danger_text : theme->text2, words);
    inside.w -= label_width(ui, TYPE_TABLE, words) + 8;
    label_in(ui, inside, ALIGN_LEFT, 0, TYPE_BODY_STRONG, theme->text,
             stage_host_name(stage, client));
}

void stage_clients(const Stage *stage)
{
    Tallies tallies;
    Covered covered = {.count = 0};
    uint32_t end = stage->map.hosts + stage->map.clients;
    collect(stage, &tallies);
    for (uint32_t i = 0; i < tallies.count; i++) {
        if (tallies.items[i].rare) draw_rare(stage, &tallies.items[i], &covered);
    }
    for (uint32_t i = next_client(stage, 0); i < end; i = next_client(stage, i + 1)) {
        Rect box = stage_client_box(stage, (HostId)i);
        if (rect_right(box) < rect_right(stage->rect)) draw_box(stage, (HostId)i);
    }
}
