/* stage_quorum.c -- who can still decide: the words over islands and bands, their voters, and how
 * long a minority goes on accepting writes. */
#include "viz/scene/stage.h"

#include "viz/ui/control.h"
#include "viz/ui/label.h"
#include "viz/ui/rect.h"

#include <math.h>
#include <stdio.h>

#define HEADING_LINE   25.0f
#define METER_TOP      12.0f
#define METER_HEIGHT   22.0f
#define COUNTDOWN_TOP  16.0f
#define COUNTDOWN      40.0f
#define ZONE_NAME_SIZE 40

static uint16_t island_of(const Stage *stage, HostId host)
{
    return host < stage->model->hosts.count ? stage->model->hosts.items[host].island : 0;
}

/* ---- voters ---- */

static VoterState voter_state(const Stage *stage, HostId observer, HostId voter,
                              const Belief *belief)
{
    if (belief->flags & (FLAG_FAIL | FLAG_PFAIL)) return VOTER_LOST;
    if (voter == observer) return VOTER_REACHED;
    bool reached =
        stage_is_running(stage, voter) && island_of(stage, observer) == island_of(stage, voter);
    return reached ? VOTER_REACHED : VOTER_STALE;
}

uint32_t stage_voters(const Stage *stage, HostId host, Voter voters[VOTERS_MAX])
{
    const TraceState *state = &stage->model->state;
    uint32_t count = 0;
    if (host == HOST_NONE || host >= state->host_stride) return 0;
    for (uint32_t i = 0; i < state->hosts.count && count < VOTERS_MAX; i++) {
        NodeId node = state->hosts.items[i].node;
        if (node == NODE_NONE || node >= state->node_stride) continue;
        const Belief *belief = state_belief(state, host, node);
        if (!belief->known || !(belief->flags & FLAG_PRIMARY) || belief->slots == SLOTS_EMPTY)
            continue;
        voters[count].name = state->hosts.items[i].name;
        voters[count].state = voter_state(stage, host, (HostId)i, belief);
        count++;
    }
    return count;
}

HostId stage_speaker(const Stage *stage, uint16_t island)
{
    HostId any = HOST_NONE;
    for (uint32_t i = 0; i < stage->model->hosts.count; i++) {
        if (stage->model->hosts.items[i].island != island) continue;
        if (!stage_is_running(stage, (HostId)i)) continue;
        const HostModel *host = &stage->model->hosts.items[i];
        if (host->is_primary && host->slot_count > 0) return (HostId)i;
        if (any == HOST_NONE) any = (HostId)i;
    }
    return any;
}

/* Reached first, then those not heard, then the lost: the line then reads as a limit. */
uint32_t stage_sort_voters(Voter *voters, uint32_t count)
{
    Voter sorted[VOTERS_MAX];
    static const VoterState order[] = {VOTER_REACHED, VOTER_ASKED, VOTER_STALE, VOTER_LOST};
    uint32_t at = 0, reached = 0;
    for (uint32_t k = 0; k < ARRAY_LENGTH(order); k++) {
        for (uint32_t i = 0; i < count; i++) {
            if (voters[i].state == order[k]) sorted[at++] = voters[i];
        }
        if (k == 0) reached = at;
    }
    for (uint32_t i = 0; i < count; i++) voters[i] = sorted[i];
    return reached;
}

/* ---- countdown ---- */

typedef struct WriteStop {     /* of the primaries on an island */
    bool has_primary, accepts; /* somebody there still takes writes */
    SimTime at, from;          /* at: when the last one will have noticed; 0 not known */
} WriteStop;

static WriteStop write_stop(const Stage *stage, uint16_t island)
{
    WriteStop stop = {0};
    for (uint32_t i = 0; i < stage->model->hosts.count; i++) {
        const HostModel *host = &stage->model->hosts.items[i];
        if (host->island != island || !stage_is_running(stage, (HostId)i)) continue;
        if (!host->is_primary || host->slot_count == 0) continue;
        stop.has_primary = true;
        if (stage->model->state.hosts.items[i].state != STATE_OK) continue;
        stop.accepts = true;
        if (host->deadline != DEADLINE_WRITE_STOP || host->deadline_at <= stop.at) continue;
        stop.at = host->deadline_at;
        stop.from = host->deadline_from;
    }
    return stop;
}

static void draw_countdown(const Stage *stage, Rect rect, const WriteStop *stop)
{
    SimTime now = stage->model->time;
    const char *accepts = rect.w < 270 ? "accepts writes" : "still accepting writes";
    if (!stop->accepts) {
        meter_countdown(&stage->ui, rect, 0,
                        rect.w < 240 ? "takes no writes" : "no longer accepts writes", "");
        return;
    }
    char seconds[24], words[32];
    if (stop->at <= now) {
        meter_countdown(&stage->ui, rect, 1, accepts, "");
        return;
    }
    stage_seconds(stage, stop->at - now, seconds);
    snprintf(words, sizeof(words), "%s s", seconds);
    float left =
        stop->at > stop->from ? (float)(stop->at - now) / (float)(stop->at - stop->from) : 1;
    meter_countdown(&stage->ui, rect, left, accepts, words);
}

/* ---- headings ---- */

static float draw_voters(const Stage *stage, uint16_t island, Point at, bool measure)
{
    Voter voters[VOTERS_MAX];
    uint32_t count = stage_voters(stage, stage_speaker(stage, island), voters);
    if (count == 0) return 0;
    stage_sort_voters(voters, count);
    if (!measure) meter_quorum(&stage->ui, at, voters, count, 0);
    return count <= 8 ? (float)count * 52 : (float)count * 16;
}

/* Two or three short lines, where there is no room for meters. */
static Rect low_heading(const Stage *stage, uint16_t island, Point at, bool measure)
{
    const Island *row = &stage->model->islands.items[island];
    WriteStop stop = write_stop(stage, island);
    char lines[3][40] = {"", "", ""};
    snprintf(lines[0], sizeof(lines[0]), "Island %u", island + 1u);
    snprintf(lines[1], sizeof(lines[1]), "%s", row->has_majority ? "majority" : "no majority");
    bool tells = !row->has_majority && stop.has_primary;
    if (tells && !stop.accepts) snprintf(lines[2], sizeof(lines[2]), "takes no writes");
    if (tells && stop.accepts && stop.at > stage->model->time) {
        char seconds[24];
        stage_seconds(stage, stop.at - stage->model->time, seconds);
        snprintf(lines[2], sizeof(lines[2]), "writes %s s", seconds);
    }
    Rect used = {at.x, at.y, 0, 0};
    for (uint32_t i = 0; i < 3 && lines[i][0] != '\0'; i++) {
        TypeRole role = i == 0 ? TYPE_ANNOTATION : TYPE_LABEL;
        float high = type_style(role, stage->state->projector).line;
        Rect line = {at.x, at.y + used.h, 0, high};
        Color color = i == 0 ? stage->theme->text : stage->theme->text2;
        if (i == 2 && stop.accepts) color = stage->theme->danger_text;
        float wide = label_width(&stage->ui, role, lines[i]);
        if (!measure)
            label_draw(&stage->ui, (Point){at.x, label_middle(&stage->ui, line, role)}, ALIGN_LEFT,
                       role, color, lines[i]);
        if (wide > used.w) used.w = wide;
        used.h += high;
    }
    return used;
}

Rect stage_island_heading(const Stage *stage, uint16_t island, Point at, float width, bool measure)
{
    if (stage->map.is_low) return low_heading(stage, island, at, measure);
    const Theme *theme = stage->theme;
    const Island *row = &stage->model->islands.items[island];
    WriteStop stop = write_stop(stage, island);
    char title[32], words[64];
    snprintf(title, sizeof(title), "Island %u", island + 1u);
    snprintf(words, sizeof(words), "%s: %u of %u voters",
             row->has_majority ? "majority" : "no majority", row->voters,
             row->size > row->voters ? row->size : row->voters);
    float y = at.y + 18;
    float name = label_width(&stage->ui, TYPE_STAGE_TITLE, title) + 12;
    bool in_one_line = name + label_width(&stage->ui, TYPE_BODY, words) <= width;
    if (!measure)
        label_draw(&stage->ui, (Point){at.x, y}, ALIGN_LEFT, TYPE_STAGE_TITLE, theme->text, title);
    if (!in_one_line) y += 20;
    Point beside = {at.x + (in_one_line ? name : 0), y};
    Color color = row->has_majority || row->voters == 0 ? theme->text2 : theme->text;
    if (!measure) label_draw(&stage->ui, beside, ALIGN_LEFT, TYPE_BODY, color, words);
    float bottom = y + METER_TOP;
    float meter = draw_voters(stage, island, (Point){at.x, bottom}, true);
    if (meter > 0 && meter <= width) {
        draw_voters(stage, island, (Point){at.x, bottom}, measure);
        bottom += METER_HEIGHT;
    }
    if (!row->has_majority && stop.has_primary) {
        bottom += COUNTDOWN_TOP;
        Rect bar = {at.x, bottom, fminf(width, 300), COUNTDOWN};
        if (!measure) draw_countdown(stage, bar, &stop);
        bottom += COUNTDOWN;
    }
    return (Rect){at.x, at.y, width, bottom - at.y};
}

/* ---- words of bands ---- */

static void count_roles(const Stage *stage, uint32_t zone, uint32_t *primaries, uint32_t *replicas)
{
    *primaries = *replicas = 0;
    for (uint32_t i = 0; i < stage->map.hosts; i++) {
        if (stage->map.zone_of[i] != zone) continue;
        HostLook look = stage_look(stage, (HostId)i);
        if (look.is_unknown) continue;
        if (look.is_primary) (*primaries)++;
        else (*replicas)++;
    }
}

/* "zone a"; longer names stand for themselves. */
static void zone_name(const Stage *stage, uint32_t zone, char name[ZONE_NAME_SIZE])
{
    const char *given = stage->map.zone_names[zone];
    if (!stage->map.has_zones) snprintf(name, ZONE_NAME_SIZE, "all nodes");
    else if (given[0] == '\0') snprintf(name, ZONE_NAME_SIZE, "no zone");
    else snprintf(name, ZONE_NAME_SIZE, "%s%s", given[1] == '\0' ? "zone " : "", given);
}

static bool is_plural(uint32_t count)
{
    return count != 1;
}

static void capsule_words(const Stage *stage, uint32_t zone)
{
    const Theme *theme = stage->theme;
    Rect band = stage->map.zones[zone];
    uint32_t primaries, replicas;
    count_roles(stage, zone, &primaries, &replicas);
    for (uint32_t block = 0; block < stage->map.blocks; block++) {
        Point at = {band.x + 20, band.y + (float)block * stage->map.block_height + 30};
        if (band.h < 60) at.y = band.y + (float)block * stage->map.block_height + band.h / 2 - 2;
        char name[ZONE_NAME_SIZE];
        zone_name(stage, zone, name);
        label_cut(&stage->ui, at, stage->map.is_low ? 66 : 112, TYPE_STAGE_TITLE, theme->text,
                  name);
        if (stage->map.is_low) continue;
        at.y += 20;
        label_drawf(&stage->ui, at, ALIGN_LEFT, TYPE_LABEL, theme->text3, "%u primar%s", primaries,
                    is_plural(primaries) ? "ies" : "y");
        at.y += 17;
        if (band.h >= 74)
            label_drawf(&stage->ui, at, ALIGN_LEFT, TYPE_LABEL, theme->text3, "%u replica%s",
                        replicas, is_plural(replicas) ? "s" : "");
        bool says = stage->map.zones_are_islands && stage_is_cut(stage) && band.h >= 110;
        if (!says) continue;
        const Island *island = &stage->model->islands.items[stage->map.zone_island[zone]];
        at.y += 22;
        label_draw(&stage->ui, at, ALIGN_LEFT, TYPE_BODY_STRONG, theme->text,
                   island->has_majority ? "majority" : "no majority");
    }
}

static void tile_words(const Stage *stage, uint32_t zone)
{
    Rect band = stage->map.zones[zone];
    uint32_t primaries, replicas;
    char words[32];
    count_roles(stage, zone, &primaries, &replicas);
    snprintf(words, sizeof(words), "%u primar%s", primaries, is_plural(primaries) ? "ies" : "y");
    float right = label_width(&stage->ui, TYPE_LABEL, words);
    Point at = {band.x + 16, band.y + 28};
    char name[ZONE_NAME_SIZE];
    zone_name(stage, zone, name);
    bool has_room = label_width(&stage->ui, TYPE_TITLE, name) + right + 44 <= band.w;
    label_cut(&stage->ui, at, band.w - (has_room ? right + 44 : 32), TYPE_TITLE, stage->theme->text,
              name);
    if (!has_room) return;
    label_draw(&stage->ui, (Point){band.x + band.w - 16, at.y}, ALIGN_RIGHT, TYPE_LABEL,
               stage->theme->text3, words);
}

/* A zone of the small form, or the first zone of an island: its heading at the top left. */
static void zone_words(const Stage *stage, uint32_t zone)
{
    const StageMap *map = &stage->map;
    Rect band = map->zones[zone];
    bool is_cut = stage_is_cut(stage);
    if (is_cut && map->zones_are_islands) {
        if (zone > 0 && map->zone_island[zone - 1] == map->zone_island[zone]) return;
        float right = band.x + band.w;
        for (uint32_t i = zone + 1; i < map->zone_count; i++) {
            if (map->zone_island[i] == map->zone_island[zone]) right = rect_right(map->zones[i]);
        }
        stage_island_heading(stage, map->zone_island[zone], (Point){band.x + 24, band.y + 14},
                             right - band.x - 44, false);
        return;
    }
    char name[ZONE_NAME_SIZE];
    zone_name(stage, zone, name);
    label_cut(&stage->ui, (Point){band.x + 24, band.y + 32}, band.w - 48, TYPE_STAGE_TITLE,
              stage->theme->text, name);
}

void stage_bands_words(const Stage *stage)
{
    const StageMap *map = &stage->map;
    stage_strait_words(stage);
    for (uint32_t i = 0; i < map->zone_count; i++) {
        if (map->form == FORM_TILES) tile_words(stage, i);
        else if (map->form == FORM_CAPSULES && map->has_zones) capsule_words(stage, i);
        else if (map->form == FORM_RING && map->has_zones) zone_words(stage, i);
    }
}
