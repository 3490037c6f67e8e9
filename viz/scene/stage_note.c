/* stage_note.c -- words beside a node: what it is doing now, where they cover nothing.
 *
 * Only what is unusual is said, the most important first; a note that finds no room is left out, as
 * the Inspector says the same. */
#include "viz/scene/stage_place.h"

#include "viz/ui/label.h"
#include "viz/ui/rect.h"

#include <stdarg.h>
#include <stdio.h>

#define MINOR     50 /* weight of what a low stage leaves out */
#define MAJOR     90 /* and of what keeps its second line there */
#define NOTES_MAX 8u
#define HULL_GRID 20.0f

typedef struct NoteLine {
    TypeRole role;
    char words[56];
} NoteLine;

typedef struct Note {
    int weight; /* higher: placed first */
    HostId host;
    uint32_t count;
    NoteLine lines[3];
} Note;

static void say(Note *note, TypeRole role, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void say(Note *note, TypeRole role, const char *format, ...)
{
    if (note->count == ARRAY_LENGTH(note->lines)) return;
    NoteLine *line = &note->lines[note->count++];
    va_list args;
    va_start(args, format);
    vsnprintf(line->words, sizeof(line->words), format, args);
    va_end(args);
    line->role = role;
}

/* ---- what there is to say ---- */

static uint32_t running_others(const Stage *stage, HostId host)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < stage->map.hosts; i++) {
        count += i != host && stage_is_running(stage, (HostId)i);
    }
    return count;
}

/* "F! at all 5 others", "P? at 2 of 5 others", "nobody has noticed". */
static void say_flags(const Stage *stage, Note *note)
{
    const HostModel *host = &stage->model->hosts.items[note->host];
    uint32_t others = running_others(stage, note->host);
    uint32_t flagged = host->failed_by > 0 ? host->failed_by : host->suspected_by;
    const char *flag = host->failed_by > 0 ? "F!" : "P?";
    if (flagged == 0) say(note, TYPE_BODY, "nobody has noticed");
    else if (flagged >= others) say(note, TYPE_BODY, "%s at all %u others", flag, others);
    else say(note, TYPE_BODY, "%s at %u of %u others", flag, flagged, others);
}

static void note_down(const Stage *stage, Note *note, const char *word)
{
    const HostState *state = &stage->model->state.hosts.items[note->host];
    char seconds[24];
    SimTime now = stage->model->time;
    stage_seconds(stage, now > state->since ? now - state->since : 0, seconds);
    note->weight = 90;
    say(note, TYPE_ANNOTATION, "%s %s s", word, seconds);
    say_flags(stage, note);
}

static void note_candidate(const Stage *stage, Note *note)
{
    const HostModel *host = &stage->model->hosts.items[note->host];
    note->weight = 100;
    if (stage->map.is_low) { /* there is no title that says it */
        say(note, TYPE_ANNOTATION, "asks for votes");
        say(note, TYPE_ANNOTATION_MONO, "epoch %llu",
            (unsigned long long)stage->model->election.epoch);
        return;
    }
    say(note, TYPE_ANNOTATION, "candidate");
    say(note, TYPE_ANNOTATION_MONO, "currentEpoch %llu",
        (unsigned long long)stage->model->election.epoch);
    if (host->deadline != DEADLINE_VOTES || host->deadline_at <= stage->model->time) return;
    char seconds[24];
    stage_seconds(stage, host->deadline_at - stage->model->time, seconds);
    say(note, TYPE_LABEL, "%s s left to win", seconds);
}

static void note_waiting(const Stage *stage, Note *note)
{
    const HostModel *host = &stage->model->hosts.items[note->host];
    const HostState *state = &stage->model->state.hosts.items[note->host];
    char seconds[24];
    stage_seconds(stage, host->deadline_at - stage->model->time, seconds);
    note->weight = 95;
    say(note, TYPE_ANNOTATION, "asks for votes in %s s", seconds);
    say(note, TYPE_BODY, "rank %u among the replicas", state->rank);
}

static void note_voter(const Stage *stage, Note *note)
{
    const HostModel *host = &stage->model->hosts.items[note->host];
    const HostState *state = &stage->model->state.hosts.items[note->host];
    const ElectionModel *election = &stage->model->election;
    if (!host->is_primary) {
        HostId primary = stage_host_of(stage, state->repl_primary);
        note->weight = 20;
        if (primary != HOST_NONE)
            say(note, TYPE_LABEL, "replica of %s: no vote", stage_host_name(stage, primary));
    } else if (host->slot_count == 0) {
        note->weight = 20;
        say(note, TYPE_LABEL, "no slots: no vote");
    } else if (host->voted) {
        note->weight = 80;
        HostId chosen = stage_host_of(stage, host->voted_for);
        if (chosen == HOST_NONE) chosen = election->candidate;
        say(note, TYPE_ANNOTATION, "voted for %s", stage_host_name(stage, chosen));
        say(note, TYPE_ANNOTATION_MONO, "lastVoteEpoch %llu",
            (unsigned long long)state->last_vote_epoch);
    } else {
        note->weight = 75;
        say(note, TYPE_ANNOTATION, "has not voted");
        say(note, TYPE_ANNOTATION_MONO, "currentEpoch %llu",
            (unsigned long long)state->current_epoch);
    }
}

/* "slot 324 to n7, 13 keys left", "3 slots from n1". False: it moves none. */
static bool note_moves(const Stage *stage, Note *note, bool imports)
{
    uint32_t count = 0;
    const OpenSlotModel *first = NULL;
    for (uint32_t i = 0; i < stage->model->open_slots.count; i++) {
        const OpenSlotModel *entry = &stage->model->open_slots.items[i];
        bool is_its = imports ? entry->importing && entry->target == note->host
                              : entry->migrating && entry->source == note->host;
        if (is_its && count++ == 0) first = entry;
    }
    if (count == 0) return false;
    const char *other = stage_host_name(stage, imports ? first->source : first->target);
    uint32_t keys = imports ? first->target_keys : first->source_keys;
    note->weight = 72;
    say(note, TYPE_ANNOTATION, "%s", imports ? "target" : "source");
    if (count > 1)
        say(note, TYPE_ANNOTATION_MONO, "%u slots %s others", count, imports ? "from" : "to");
    else
        say(note, TYPE_ANNOTATION_MONO, "slot %u %s %s", first->slot, imports ? "from" : "to",
            other);
    if (count == 1)
        say(note, TYPE_LABEL, "%u key%s %s", keys, keys == 1 ? "" : "s", imports ? "here" : "left");
    return true;
}

/* Before there are slots: who has heard of how many. */
static void note_stranger(const Stage *stage, Note *note)
{
    const TraceState *state = &stage->model->state;
    uint32_t known = 0;
    if (note->host >= state->host_stride) return;
    for (uint32_t i = 0; i < state->nodes.count && i < state->node_stride; i++) {
        const Belief *belief = state_belief(state, note->host, (NodeId)i);
        known += belief->known && !(belief->flags & FLAG_HANDSHAKE);
    }
    uint32_t shaking = state->hosts.items[note->host].handshakes.count;
    if (known >= stage->map.hosts) return;
    note->weight = 30;
    if (shaking > 0) say(note, TYPE_LABEL, "knows %u, shaking hands with %u", known, shaking);
    else if (known <= 1) say(note, TYPE_LABEL, "knows only itself");
    else say(note, TYPE_LABEL, "knows %u of %u", known, stage->map.hosts);
}

static bool took_over(const Stage *stage, HostId host)
{
    const HostModel *model = &stage->model->hosts.items[host];
    if (!model->is_primary || model->slot_count == 0) return false;
    if (model->shard == SHARD_NONE || model->shard >= stage->model->shards.count) return false;
    HostId founder = stage_host_of(stage, stage->model->shards.items[model->shard].founder);
    if (founder == host || founder >= stage->model->hosts.count) return false;
    const HostModel *before = &stage->model->hosts.items[founder];
    bool settled = stage_is_running(stage, founder) && !before->is_primary &&
                   stage->model->factions.count <= 1;
    return !settled;
}

static void note_in_truth(const Stage *stage, Note *note)
{
    const Model *model = stage->model;
    const HostModel *host = &model->hosts.items[note->host];
    const HostState *state = &model->state.hosts.items[note->host];
    if (state->status == PROCESS_DEAD) note_down(stage, note, "dead");
    else if (state->status == PROCESS_IS_FROZEN) note_down(stage, note, "frozen");
    else if (state->status != PROCESS_RUNNING) return;
    else if (model->election.active && model->election.candidate == note->host)
        note_candidate(stage, note);
    else if (host->deadline == DEADLINE_ELECTION && host->deadline_at > model->time)
        note_waiting(stage, note);
    else if (model->election.active) note_voter(stage, note);
    else if (note_moves(stage, note, false) || note_moves(stage, note, true)) return;
    else if (took_over(stage, note->host)) {
        note->weight = 70;
        say(note, TYPE_ANNOTATION, "has taken over");
        say(note, TYPE_ANNOTATION_MONO, "configEpoch %llu", (unsigned long long)host->epoch);
    } else if (host->worst_flag != 0 && model->islands.count <= 1) {
        note->weight = 60;
        say(note, TYPE_ANNOTATION, "alive");
        say_flags(stage, note);
    } else if (state->slow_permille != 1000 && state->slow_permille != 0) {
        note->weight = 50;
        say(note, TYPE_LABEL, "%u times slower", state->slow_permille / 1000);
    } else if (model->shards.count == 0) {
        note_stranger(stage, note);
    }
}

static void note_in_belief(const Stage *stage, Note *note)
{
    HostLook look = stage_look(stage, note->host);
    const char *name = stage_host_name(stage, stage->observer);
    note->weight = 50;
    bool is_self = note->host == stage->observer;
    if (is_self && (note_moves(stage, note, false) || note_moves(stage, note, true))) return;
    if (look.is_unknown) say(note, TYPE_LABEL, "%s has never heard of it", name);
    else if (look.flag == FLAG_FAIL) say(note, TYPE_LABEL, "failing, as %s was told", name);
    else if (look.flag == FLAG_PFAIL) say(note, TYPE_LABEL, "silent to %s", name);
}

/* A low stage has room for the news only. */
static void shorten(Note *note)
{
    if (note->weight < MINOR) note->count = 0;
    if (note->count > 1 && note->weight < MAJOR) note->count = 1;
}

/* ---- placing ---- */

static Rect bounds_of(const Stage *stage)
{
    return (Rect){stage->rect.x + 24, stage->rect.y + 8, stage->rect.w - 32,
                  stage->rect.h - (stage->map.is_low ? 4 : LEGEND_HEIGHT) - 8};
}

static void add_obstacles(const Stage *stage, Placer *placer)
{
    Rect title = stage->title;
    placer_add_rect(placer, (Rect){title.x, title.y, title.w + 8, title.h + 10});
    for (uint32_t i = 0; i < stage->map.hosts; i++) {
        const HostPlace *place = &stage->plan->places.items[i];
        float reach = place->radius * NODE_REACH - 1;
        placer_add_rect(placer,
                        (Rect){place->at.x - reach, place->at.y - reach, 2 * reach, 2 * reach});
    }
    for (uint32_t i = 0; i < stage->map.clients; i++)
        placer_add_rect(placer, stage_client_box(stage, (HostId)(stage->map.hosts + i)));
    for (uint32_t a = 0; a < stage->map.hosts; a++) {
        for (uint32_t b = a + 1; b < stage->map.hosts; b++) {
            LinkKind kind = stage_link_kind(stage, (HostId)a, (HostId)b);
            if (kind == LINK_ABSENT) continue;
            StagePath path = stage_path(stage, (HostId)a, (HostId)b, kind >= LINK_COPY);
            placer_add_path(placer, &path);
        }
    }
    /* Rare messages have letters; words do not hide them. */
    for (uint32_t i = 0; i < stage->model->state.flights.count; i++) {
        const FlightState *flight = &stage->model->state.flights.items[i];
        if (!flight->rare || flight->from >= stage->map.hosts || flight->to >= stage->map.hosts)
            continue;
        StagePath path = stage_path(stage, flight->from, flight->to, false);
        placer_add_path(placer, &path);
    }
}

/* Headings would rather stand outside the islands than over them. */
static void add_hulls(const Stage *stage, Placer *placer)
{
    Rect rect = placer->bounds;
    for (uint32_t i = 0; i < stage->model->islands.count; i++) {
        for (float y = rect.y; y < rect_bottom(rect); y += HULL_GRID) {
            for (float x = rect.x; x < rect_right(rect); x += HULL_GRID) {
                Point at = {x, y};
                if (stage_is_in_hull(stage, (uint16_t)i, at)) placer_add_point(placer, at);
            }
        }
    }
}

/* Words over bands are at fixed places; those of soft hulls look for room. */
static void place_headings(const Stage *stage, Placer *placer)
{
    const StageMap *map = &stage->map;
    bool is_cut = stage_is_cut(stage);
    if (map->has_zones) {
        for (uint32_t i = 0; i < map->zone_count; i++) {
            Rect band = map->zones[i];
            float height = is_cut ? 140 : 44;
            placer_add_rect(placer, (Rect){band.x, band.y, band.w, height});
            if (i + 1 < map->zone_count)
                placer_add_rect(placer, (Rect){rect_right(band), band.y,
                                               map->zones[i + 1].x - rect_right(band), band.h});
        }
        return;
    }
    if (!is_cut) return;
    static const float widths[] = {250, 190}; /* in one line, or in two */
    uint32_t lines = placer->point_count;
    add_hulls(stage, placer);
    for (uint32_t i = 0; i < stage->model->islands.count; i++) {
        Point sum = {0, 0};
        float count = 0;
        for (uint32_t j = 0; j < map->hosts; j++) {
            if (stage->model->hosts.items[j].island != i) continue;
            sum.x += stage->plan->places.items[j].at.x;
            sum.y += stage->plan->places.items[j].at.y;
            count++;
        }
        if (count == 0 || stage->model->islands.items[i].hosts == 0) continue;
        Point middle = {sum.x / count, sum.y / count};
        Placed place = {0};
        for (uint32_t k = 0; k < ARRAY_LENGTH(widths); k++) {
            Rect size = stage_island_heading(stage, (uint16_t)i, (Point){0, 0}, widths[k], true);
            Placed found = placer_near(placer, middle, size.w, size.h + 6);
            if (found.found && (!place.found || found.cost < place.cost)) place = found;
        }
        if (!place.found) continue;
        Rect plate = {place.rect.x - 10, place.rect.y - 4, place.rect.w + 20, place.rect.h + 8};
        if (place.crosses)
            draw_rect(stage->list, plate, 10, color_alpha(stage->theme->stage, 0.88f), STROKE_NONE);
        stage_island_heading(stage, (uint16_t)i, (Point){place.rect.x, place.rect.y}, place.rect.w,
                             false);
        placer_add_rect(placer, plate);
    }
    placer->point_count = lines; /* notes beside nodes may stand on the hull */
}

static Color line_color(const Theme *theme, TypeRole role)
{
    if (role == TYPE_ANNOTATION) return theme->text;
    return role == TYPE_LABEL ? theme->text3 : theme->text2;
}

static void draw_note(const Stage *stage, Placer *placer, const Note *note)
{
    const HostPlace *node = &stage->plan->places.items[note->host];
    float width = 0, height = 0;
    for (uint32_t i = 0; i < note->count; i++) {
        float line = label_width(&stage->ui, note->lines[i].role, note->lines[i].words);
        if (line > width) width = line;
        height += type_style(note->lines[i].role, stage->state->projector).line;
    }
    float hull = stage_is_cut(stage) && !stage->map.has_zones ? 8 : 0;
    Placed place = placer_beside(placer, node->at, node->radius * NODE_REACH + hull, width, height,
                                 rect_center(stage->map.field));
    if (!place.found) return;
    placer_add_rect(placer, place.rect);
    if (place.crosses) {
        draw_rect(stage->list, rect_inset(place.rect, -4, 0), 4,
                  color_alpha(stage_ground(stage, note->host), 0.82f), STROKE_NONE);
    }
    float x = place.rect.x;
    if (place.align == ALIGN_RIGHT) x = rect_right(place.rect);
    if (place.align == ALIGN_CENTER) x = place.rect.x + place.rect.w / 2;
    Rect rest = place.rect;
    for (uint32_t i = 0; i < note->count; i++) {
        TypeRole role = note->lines[i].role;
        Rect line = rect_take_top(&rest, type_style(role, stage->state->projector).line);
        label_draw(&stage->ui, (Point){x, label_middle(&stage->ui, line, role)}, place.align, role,
                   line_color(stage->theme, role), note->lines[i].words);
    }
}

void stage_notes(const Stage *stage)
{
    if (stage->map.form != FORM_RING || stage->model->hosts.count < stage->map.hosts) return;
    Placer placer;
    placer_init(&placer, bounds_of(stage));
    add_obstacles(stage, &placer);
    place_headings(stage, &placer);
    Note notes[RING_HOSTS_MAX];
    for (uint32_t i = 0; i < stage->map.hosts; i++) {
        notes[i] = (Note){.host = (HostId)i};
        if (stage->observer == HOST_NONE) note_in_truth(stage, &notes[i]);
        else note_in_belief(stage, &notes[i]);
        if (stage->map.is_low) shorten(&notes[i]);
    }
    for (uint32_t n = 0; n < NOTES_MAX; n++) {
        Note *next = NULL;
        for (uint32_t i = 0; i < stage->map.hosts; i++) {
            bool better = notes[i].count > 0 && (next == NULL || notes[i].weight > next->weight);
            if (better) next = &notes[i];
        }
        if (next == NULL) return;
        draw_note(stage, &placer, next);
        next->count = 0;
    }
}
