/* stage_flight.c -- messages under way, where virtual time has brought them (view tokens §8).
 *
 * Rare ones are drawn one by one at any size; pings and pongs as small discs while they can be told
 * apart, and counted otherwise. A message that nobody will deliver waits at the wall. What flew for
 * less than two frames is a line that flashes: a slow token would be a lie. */
#include "viz/scene/stage.h"

#include <math.h>

#define COMMON_MAX     400u  /* pings and pongs drawn */
#define COMMON_HOSTS   60u   /* up to so many nodes */
#define SHOT_MS        32.0f /* two frames */
#define FLASH_MS       90.0f
#define FLASH_RECORDS  600u  /* looked at for flashes */
#define WAITING_HOSTS  6u    /* up to so many nodes what waits at a wall is drawn */
#define CROWD          24u   /* rare ones under way at once */
#define FAN_MAX        150u  /* long lines of rare messages; of more the trails get short */
#define SHORT_TAIL     0.15f /* of the way */
#define WAIT_MS        1.0f  /* virtual: how long a lost message takes to its wall */
#define FLY_DEFAULT_NS 500000u

typedef struct FlightView {
    StagePath path;
    float t;    /* where it is */
    float tail; /* where its trail begins */
    bool is_common, is_waiting;
} FlightView;

static bool is_common(const FlightState *flight)
{
    return flight->kind == MSG_PING || flight->kind == MSG_PONG || flight->kind == MSG_REPL ||
           !flight->rare;
}

/* With many nodes the chosen one's messages are shown alone; a believer sees only its own. */
static bool concerns(const Stage *stage, HostId from, HostId to)
{
    if (from >= stage->map.hosts || to >= stage->map.hosts || from == to) return false;
    HostId ego = stage->observer;
    if (ego == HOST_NONE && stage->map.form != FORM_RING) ego = stage->state->selected;
    return ego == HOST_NONE || from == ego || to == ego;
}

static FlightView view_of(const Stage *stage, const FlightState *flight)
{
    FlightView view = {.path = stage_path(stage, flight->from, flight->to, false)};
    view.is_common = is_common(flight);
    SimTime now = stage->model->time;
    float age = now > flight->sent ? (float)(now - flight->sent) : 0;
    float span = flight->due > flight->sent ? (float)(flight->due - flight->sent) : FLY_DEFAULT_NS;
    float part = fminf(1, age / span);
    bool passes = state_reachable(&stage->model->state, flight->from, flight->to);
    view.is_waiting = flight->due == 0 && !passes;
    float to = view.path.to;
    if (view.is_waiting) {
        float out, in;
        path_walls(stage, &view.path, flight->from, flight->to, &out, &in);
        to = fmaxf(view.path.from, out - 0.03f);
        part = fminf(1, age / (WAIT_MS * 1e6f));
    }
    view.t = view.path.from + (to - view.path.from) * part;
    view.tail = view.path.from;
    return view;
}

/* Every so manieth request of a great many has a line: the eye counts none of them anyway. */
static uint32_t fan_stride(const Stage *stage)
{
    return stage->rare_total / FAN_MAX + 1;
}

static void draw_trail(const Stage *stage, const FlightView *view, MsgKind kind)
{
    const Theme *theme = stage->theme;
    bool is_tile = stage->is_crowded;
    if (view->is_waiting) return;
    if (view->is_common) {
        if (stage->map.form == FORM_RING) return;
        path_draw(stage, &view->path, fmaxf(view->tail, view->t - 0.15f), view->t,
                  stroke_solid(color_alpha(theme->text3, 0.7f), 1));
        return;
    }
    if (kind == MSG_AUTH_REQUEST && is_tile) { /* the fan: where all of them go, or some of many */
        if (stage->rare_of_kind[kind] % fan_stride(stage) != 0) return;
        path_draw(stage, &view->path, view->path.from, view->path.to,
                  stroke_solid(color_alpha(theme->text, 0.10f), 0.8f));
        return;
    }
    Stroke stroke = stroke_solid(theme->text, is_tile ? 1.3f : 2.5f);
    if (is_tile) stroke.color = color_alpha(theme->text, 0.75f);
    if (kind == MSG_AUTH_REQUEST) {
        stroke = stroke_dashed(theme->text, 2, 1, 6);
        stroke.round_caps = true;
    }
    if (kind == MSG_FAIL) stroke = stroke_solid(theme->danger_text, is_tile ? 1.3f : 1.75f);
    float tail = view->tail;
    if (stage->rare_total > FAN_MAX) tail = fmaxf(tail, view->t - SHORT_TAIL);
    path_draw(stage, &view->path, tail, view->t, stroke);
}

/* ---- flashes ---- */

static void draw_flash(const Stage *stage, HostId from, HostId to, MsgKind kind, float fresh)
{
    StagePath path = stage_path(stage, from, to, false);
    bool is_rare = kind != MSG_PING && kind != MSG_PONG;
    Color color = kind == MSG_FAIL ? stage->theme->danger_text : stage->theme->text2;
    bool is_ring = stage->map.form == FORM_RING;
    float alpha = (is_rare && is_ring ? 0.9f : 0.55f) * fresh;
    path_draw(stage, &path, path.from, path.to,
              stroke_solid(color_alpha(color, alpha), is_rare && is_ring ? 2.25f : 1.25f));
}

/* One received message: flashes if its flight was too short to be seen at this speed. */
static bool flash_record(const Stage *stage, const TraceRecord *record, float speed)
{
    TraceRecord sent;
    MsgKind kind = record->u.MSG_RECEIVED.kind;
    HostId from = record->u.MSG_RECEIVED.from;
    if (record->type != TRACE_MSG_RECEIVED || (unsigned)kind >= MSG_COUNT) return false;
    if (kind == MSG_REPL || kind == MSG_CALL || kind == MSG_REPLY) return false;
    bool is_rare = kind != MSG_PING && kind != MSG_PONG;
    if (!is_rare && stage->map.hosts > COMMON_HOSTS) return false;
    if (!concerns(stage, from, record->host) || record->cause == 0) return false;
    trace_get(stage->model->trace, record->cause, &sent);
    if ((float)(record->time - sent.time) / 1e6f / speed > SHOT_MS) return false;
    float age_ms = (float)(stage->model->time - record->time) / 1e6f / speed;
    if (age_ms >= FLASH_MS) return false;
    draw_flash(stage, from, record->host, kind, 1 - age_ms / FLASH_MS);
    return true;
}

static void draw_flashes(Stage *stage)
{
    const Model *model = stage->model;
    if (model->trace == NULL || stage->state->paused || stage->state->speed_permille <= 0) return;
    float speed = (float)stage->state->speed_permille / 1000.0f;
    SimSpan window = (SimSpan)(FLASH_MS * 1e6f * speed);
    SimTime since = model->time > window ? model->time - window : 0;
    uint64_t last = model->state.seq;
    uint64_t first = trace_last_at(model->trace, since) + 1;
    if (last > FLASH_RECORDS && first < last - FLASH_RECORDS) first = last - FLASH_RECORDS;
    for (uint64_t seq = first; seq <= last; seq++) {
        TraceRecord record;
        trace_get(model->trace, seq, &record);
        if (flash_record(stage, &record, speed)) stage->flashes++;
    }
}

/* ---- layers ---- */

/* Whether a message gets a token; `common` pings and pongs have one already. */
static bool is_drawn(const Stage *stage, const FlightState *flight, uint32_t common)
{
    if (!concerns(stage, flight->from, flight->to)) return false;
    if (flight->kind >= MSG_COUNT) return false;
    if (flight->kind == MSG_CALL || flight->kind == MSG_REPLY) return false;
    if (!is_common(flight)) return true;
    bool has_ego = stage->observer != HOST_NONE ||
                   (stage->map.form != FORM_RING && stage->state->selected != HOST_NONE);
    if (stage->map.hosts > COMMON_HOSTS && !has_ego) return false;
    return common < COMMON_MAX;
}

/* A believer cannot see what is kept from it; and what piles up at a strait is counted, not
 * drawn, where many nodes send it. */
static bool is_hidden(const Stage *stage, const FlightState *flight, const FlightView *view)
{
    bool has_ego = stage->map.form != FORM_RING && stage->state->selected != HOST_NONE;
    bool is_counted = view->is_common ? stage->map.hosts > WAITING_HOSTS : stage->is_crowded;
    if (view->is_waiting && is_counted && !has_ego) return true;
    return stage->observer != HOST_NONE && view->is_waiting && flight->to == stage->observer;
}

static uint32_t count_rare(const Stage *stage)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < stage->model->state.flights.count; i++)
        count += !is_common(&stage->model->state.flights.items[i]);
    return count;
}

void stage_trails(Stage *stage)
{
    stage->rare_total = count_rare(stage);
    stage->is_crowded = stage->map.form == FORM_TILES || stage->rare_total > CROWD;
    draw_flashes(stage);
    for (uint32_t i = 0; i < stage->model->state.flights.count; i++) {
        const FlightState *flight = &stage->model->state.flights.items[i];
        bool common = is_common(flight);
        if (common && flight->kind != MSG_REPL) stage->common++;
        if (!is_drawn(stage, flight, stage->common_shown)) continue;
        FlightView view = view_of(stage, flight);
        if (view.is_waiting) stage->waiting++;
        if (is_hidden(stage, flight, &view)) continue;
        if (common) stage->common_shown++;
        else stage->rare_of_kind[flight->kind]++;
        draw_trail(stage, &view, (MsgKind)flight->kind);
    }
}

void stage_tokens(const Stage *stage)
{
    uint32_t common = 0;
    float crowd = stage->map.form == FORM_TILES ? 0.4f * fminf(1, stage->map.pitch / 28) : 0.4f;
    float scale = stage->is_crowded              ? crowd
                  : stage->map.form == FORM_RING ? fmaxf(0.7f, stage->map.radius / 40)
                                                 : 0.7f;
    for (uint32_t i = 0; i < stage->model->state.flights.count; i++) {
        const FlightState *flight = &stage->model->state.flights.items[i];
        if (!is_drawn(stage, flight, common)) continue;
        FlightView view = view_of(stage, flight);
        if (is_hidden(stage, flight, &view)) continue;
        if (view.is_common) common++;
        float size = view.is_common ? 1 : scale;
        stage_token(stage, (MsgKind)flight->kind, path_at(&view.path, view.t), size);
    }
}
