/* stage_map.c -- zones, seats and the form of the stage; places for up to twelve nodes. */
#include "viz/scene/stage.h"

#include "viz/ui/rect.h"

#include <math.h>
#include <string.h>

#define RADIUS        40.0f
#define RADIUS_MIN    14.0f
#define RADIUS_LOW    30.0f /* on a low stage, to leave room for words */
#define NEIGHBOUR_GAP 10.0f
#define DEGREES       0.017453293f
#define ZONE_MARGIN   16.0f
#define ZONE_GAP      16.0f
#define ZONE_HEAD     150.0f
#define ZONE_HEAD_LOW 100.0f /* on a low stage */
#define ZONE_FOOT     28.0f
#define CUT_FLASH_MS  150.0f
#define CUT_DRIFT_MS  400.0f

/* ---- zones ---- */

static uint16_t zone_index(StageMap *map, const char *name)
{
    for (uint32_t i = 0; i < map->zone_count; i++) {
        if (strcmp(map->zone_names[i], name) == 0) return (uint16_t)i;
    }
    if (map->zone_count == ZONES_MAX) return ZONES_MAX;
    map->zone_names[map->zone_count] = name;
    return (uint16_t)map->zone_count++;
}

static void find_zones(StageMap *map, const Model *model)
{
    bool too_many = false;
    for (uint32_t i = 0; i < map->hosts; i++) {
        uint16_t zone = zone_index(map, model->state.hosts.items[i].zone);
        too_many = too_many || zone == ZONES_MAX;
        map->zone_of[i] = zone;
    }
    map->has_zones = map->zone_count > 1 || (map->zone_count == 1 && map->zone_names[0][0] != '\0');
    if (map->has_zones && !too_many) return;
    map->has_zones = false;
    map->zone_count = 1;
    map->zone_names[0] = "";
    memset(map->zone_of, 0, map->hosts * sizeof(map->zone_of[0]));
}

static uint16_t island_of(const Model *model, uint32_t host)
{
    return host < model->hosts.count ? model->hosts.items[host].island : 0;
}

/* Do all zones lie whole on one island each, and neighbours of one island side by side? */
static void match_islands(StageMap *map, const Model *model)
{
    bool seen[ZONES_MAX] = {false};
    map->zones_are_islands = map->has_zones;
    for (uint32_t i = 0; i < map->hosts; i++) {
        uint16_t zone = map->zone_of[i], island = island_of(model, i);
        if (!seen[zone]) map->zone_island[zone] = island;
        else if (map->zone_island[zone] != island) map->zones_are_islands = false;
        seen[zone] = true;
    }
    for (uint32_t a = 0; a < map->zone_count; a++) {
        for (uint32_t b = a + 2; b < map->zone_count; b++) {
            bool parted = map->zone_island[a] == map->zone_island[b] &&
                          map->zone_island[b - 1] != map->zone_island[b];
            if (parted) map->zones_are_islands = false;
        }
    }
}

/* ---- the cut in time ---- */

uint32_t stage_islands_count(const Model *model)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < model->islands.count; i++) count += model->islands.items[i].hosts > 0;
    return count;
}

/* 0 at the cut, 1 when the islands have drifted apart: flash, then out-cubic, in wall time as far
 * as speed tells it. */
static float drift_now(const Model *model, const UiState *ui)
{
    if (stage_islands_count(model) < 2) return 0;
    SimTime since = model_cut_since(model);
    if (since == SIM_TIME_NEVER || since > model->time) return 1;
    float speed = ui->speed_permille > 0 ? (float)ui->speed_permille / 1000.0f : 1;
    float wall_ms = (float)(model->time - since) / 1e6f / speed;
    float part = (wall_ms - CUT_FLASH_MS) / CUT_DRIFT_MS;
    if (part <= 0) return 0;
    if (part >= 1) return 1;
    return 1 - (1 - part) * (1 - part) * (1 - part);
}

/* ---- seats ---- */

static uint16_t shard_of(const Model *model, uint32_t host)
{
    return host < model->hosts.count ? model->hosts.items[host].shard : SHARD_NONE;
}

/* How many primaries so many nodes will probably have, before anybody owns a slot. */
static uint32_t guess_columns(const StageMap *map)
{
    uint32_t hosts = map->hosts, zones = map->zone_count;
    if (zones > 1 && hosts % zones == 0 && hosts / zones >= 3) return hosts / zones;
    if (hosts >= 6 && hosts % 2 == 0) return hosts / 2;
    if (hosts >= 9 && hosts % 3 == 0) return hosts / 3;
    return hosts;
}

static bool is_founder(const Model *model, uint32_t host, uint16_t shard)
{
    NodeId founder = model->shards.items[shard].founder;
    return founder < model->state.nodes.count && model->state.nodes.items[founder].host == host;
}

/* Seats of those whose shard is known: the founder first, the others by number. */
static uint32_t seat_known(StageMap *map, const Model *model, uint16_t *next)
{
    uint32_t known = 0;
    for (uint32_t i = 0; i < map->hosts; i++) {
        uint16_t shard = shard_of(model, i);
        if (shard == SHARD_NONE || shard >= model->shards.count) continue;
        known++;
        map->column[i] = shard;
        map->row[i] = is_founder(model, i, shard) ? 0 : next[shard]++;
    }
    return known;
}

/* The others get the seats that the usual way of creating a cluster would give them (protocol.md
 * §9.11: first the primaries, then the replicas, the first of them behind the last primary), so
 * that nothing moves when they are given their part. */
static void seat_others(StageMap *map, const Model *model, uint16_t *next)
{
    uint32_t columns = map->columns;
    uint32_t depth = (map->hosts - columns + columns - 1) / columns;
    for (uint32_t i = 0; i < map->hosts; i++) {
        uint16_t shard = shard_of(model, i);
        if (shard != SHARD_NONE && shard < model->shards.count) continue;
        if (i < columns && i >= model->shards.count) {
            map->column[i] = (uint16_t)i;
            map->row[i] = 0;
            continue;
        }
        uint32_t all = depth > 0 ? depth * columns : columns;
        uint32_t turn = (i + all * 2 - columns - 1) % all;
        uint32_t column = depth > 0 ? turn / depth : turn;
        map->column[i] = (uint16_t)column;
        map->row[i] = next[column]++;
    }
}

static void find_seats(StageMap *map, const Model *model)
{
    static const uint32_t known_of_four =
        3; /* when so many of four are known, nothing is guessed */
    uint16_t next[HOSTS_MAX];
    for (uint32_t i = 0; i < HOSTS_MAX; i++) next[i] = 1;
    uint32_t known = seat_known(map, model, next);
    map->seats_known = model->shards.count > 0 && known * 4 >= map->hosts * known_of_four;
    uint32_t guess = guess_columns(map);
    map->columns = model->shards.count;
    if (!map->seats_known && guess > map->columns) map->columns = guess;
    if (map->columns > map->hosts) map->columns = map->hosts;
    if (map->columns < model->shards.count) map->columns = model->shards.count;
    if (map->columns == 0) map->columns = 1;
    if (map->hosts >= map->columns) seat_others(map, model, next);
    map->rows = 1;
    for (uint32_t i = 0; i < map->hosts; i++) {
        if (map->row[i] + 1u > map->rows) map->rows = map->row[i] + 1u;
    }
}

/* ---- the ring ---- */

typedef struct RingShape {
    float start; /* degrees of the first primary */
    float turn;  /* from a primary to its first replica */
    float inner_x, inner_y, outer_x, outer_y;
} RingShape;

static float angle_of(const StageMap *map, uint32_t host, const RingShape *shape)
{
    float angle = shape->start + 360.0f * (float)map->column[host] / (float)map->columns;
    return map->row[host] == 0 ? angle : angle + shape->turn + 24 * (float)(map->row[host] - 1);
}

static void place_ring(const StageMap *map, const RingShape *shape, HostPlace *places)
{
    Point center = rect_center(map->field);
    for (uint32_t i = 0; i < map->hosts; i++) {
        float angle = angle_of(map, i, shape);
        bool is_inner = map->row[i] == 0;
        float rx = is_inner ? shape->inner_x : shape->outer_x;
        float ry = is_inner ? shape->inner_y : shape->outer_y;
        places[i].at =
            (Point){center.x + rx * cosf(angle * DEGREES), center.y + ry * sinf(angle * DEGREES)};
    }
}

static float radius_max(const StageMap *map)
{
    return map->is_low ? RADIUS_LOW : RADIUS;
}

/* The largest body with which nobody touches a neighbour's rings. */
static float radius_that_fits(const StageMap *map, const HostPlace *places)
{
    float nearest = 1e9f;
    for (uint32_t a = 0; a < map->hosts; a++) {
        for (uint32_t b = a + 1; b < map->hosts; b++) {
            float dx = places[a].at.x - places[b].at.x, dy = places[a].at.y - places[b].at.y;
            float distance = sqrtf(dx * dx + dy * dy);
            if (distance < nearest) nearest = distance;
        }
    }
    float radius = (nearest - NEIGHBOUR_GAP) / (2 * NODE_REACH);
    if (radius > radius_max(map)) return radius_max(map);
    return radius < RADIUS_MIN ? RADIUS_MIN : radius;
}

/* How far up or down the outermost replica stands, of the ellipse's half height. */
static float steepest(const StageMap *map, const RingShape *shape)
{
    float most = 0.2f;
    for (uint32_t i = 0; i < map->hosts; i++) {
        if (map->row[i] == 0) continue;
        float sine = fabsf(sinf(angle_of(map, i, shape) * DEGREES));
        if (sine > most) most = sine;
    }
    return most;
}

/* Candidates for the ring's proportions; the first ones are those of view tokens §6. */
static const float starts[] = {-90, -60, -120, -150};
static const float turns[] = {30, 0, 15, 20, 45, 60, -30, 90};
static const float inner_heights[] = {0.267f, 0.22f, 0.30f, 0.14f};
static const float inner_widths[] = {0.22f, 0.27f, 0.17f, 0.32f};

static RingShape ring_shape(const StageMap *map, uint32_t index)
{
    Rect field = map->field;
    float reach = radius_max(map) * NODE_REACH + 2;
    float high = field.h / 2 - reach, wide = field.w / 2 - reach - (map->is_low ? 4 : 40);
    RingShape shape = {.start = starts[index / 128 % 4], .turn = turns[index % 8]};
    shape.inner_y = fminf(high, inner_heights[index / 8 % 4] * field.h);
    shape.inner_x = inner_widths[index / 32 % 4] * field.w;
    shape.outer_x = fminf(field.w * 0.38f, wide);
    if (map->is_low) shape.outer_x = wide;
    shape.outer_y = fminf(field.h * 0.41f, high / steepest(map, &shape));
    if (map->rows == 1) { /* nobody outside: the ring may be wider */
        shape.inner_x = shape.outer_x * 0.86f;
        shape.inner_y = high;
    }
    if (map->hosts == 1) shape.inner_x = shape.inner_y = 0;
    return shape;
}

/* Six nodes stand as view tokens §6 say; for more, or on a small stage, other proportions are tried
 * and the one that leaves the most room is taken. */
static void place_on_ring(StageMap *map, HostPlace *places)
{
    RingShape best = ring_shape(map, 0);
    float best_radius = 0;
    for (uint32_t i = 0; i < 8 * 4 * 4 * 4 && best_radius < radius_max(map); i++) {
        RingShape shape = ring_shape(map, i);
        place_ring(map, &shape, places);
        float radius = radius_that_fits(map, places);
        if (radius > best_radius) best_radius = radius, best = shape;
    }
    place_ring(map, &best, places);
    map->radius = best_radius;
}

/* Where the middle of a host's island lies, seen from the centre. */
static Point island_middle(const StageMap *map, const Model *model, const HostPlace *places,
                           uint32_t host)
{
    Point center = rect_center(map->field), sum = {0, 0};
    float count = 0;
    for (uint32_t i = 0; i < map->hosts; i++) {
        if (island_of(model, i) != island_of(model, host)) continue;
        sum.x += places[i].at.x - center.x;
        sum.y += places[i].at.y - center.y;
        count++;
    }
    return (Point){sum.x / count, sum.y / count};
}

/* Islands on the ring drift away from the centre, each as a whole, and stay on the stage. */
static void drift_ring(const StageMap *map, const Model *model, HostPlace *places)
{
    Point shifts[RING_HOSTS_MAX];
    if (map->drift <= 0) return;
    for (uint32_t i = 0; i < map->hosts; i++) {
        Point middle = island_middle(map, model, places, i);
        float length = sqrtf(middle.x * middle.x + middle.y * middle.y);
        float by = length / 4 < DRIFT_MAX * 0.7f ? length / 4 : DRIFT_MAX * 0.7f;
        if (length < 1) length = 1;
        shifts[i] =
            (Point){middle.x / length * by * map->drift, middle.y / length * by * map->drift};
    }
    float keep = map->radius * NODE_REACH;
    for (uint32_t i = 0; i < map->hosts; i++) {
        Point *at = &places[i].at;
        float right = rect_right(map->field) - keep, bottom = rect_bottom(map->field) - keep;
        at->x = fminf(fmaxf(at->x + shifts[i].x, map->field.x + keep), right);
        at->y = fminf(fmaxf(at->y + shifts[i].y, map->field.y + keep), bottom);
    }
}

/* ---- zones side by side ---- */

static uint32_t zone_hosts(const StageMap *map, uint32_t zone)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < map->hosts; i++) count += map->zone_of[i] == zone;
    return count;
}

static uint32_t zone_columns(uint32_t hosts)
{
    return hosts <= 2 ? 1 : hosts <= 6 ? 2 : 3;
}

/* Bands from left to right, as wide as their nodes want; a strait opens between islands. */
static void place_zone_bands(StageMap *map)
{
    float weights[ZONES_MAX], total = 0;
    for (uint32_t i = 0; i < map->zone_count; i++) {
        uint32_t columns = zone_columns(zone_hosts(map, i));
        weights[i] = columns == 1 ? 1.2f : (float)columns;
        total += weights[i];
    }
    float gaps = ZONE_GAP * (float)(map->zone_count - 1);
    float room = map->field.w - gaps, x = map->field.x;
    for (uint32_t i = 0; i < map->zone_count; i++) {
        float width = room * weights[i] / total;
        map->zones[i] = (Rect){x, map->field.y, width, map->field.h};
        x += width + ZONE_GAP;
    }
    if (!map->zones_are_islands) return;
    float apart = (STRAIT_WIDTH - ZONE_GAP) / 2 * map->drift;
    for (uint32_t i = 0; i + 1 < map->zone_count; i++) {
        if (map->zone_island[i] == map->zone_island[i + 1]) continue;
        map->zones[i].w -= apart;
        map->zones[i + 1].x += apart;
        map->zones[i + 1].w -= apart;
    }
}

static void place_in_zone(const StageMap *map, uint32_t zone, HostPlace *places)
{
    Rect band = map->zones[zone];
    uint32_t count = zone_hosts(map, zone), columns = zone_columns(count);
    uint32_t rows = (count + columns - 1) / columns;
    float head = map->field.h > 480 ? ZONE_HEAD : map->is_low ? ZONE_HEAD_LOW / 2 : ZONE_HEAD_LOW;
    Rect area = {band.x, band.y + head, band.w, band.h - head - ZONE_FOOT};
    float pitch = area.h / ((float)rows + (columns > 1 ? 0.5f : 0));
    uint32_t index = 0;
    for (uint32_t i = 0; i < map->hosts; i++) {
        if (map->zone_of[i] != zone) continue;
        uint32_t column = index / rows, row = index % rows;
        bool lower = columns > 1 && column % 2 == 0;
        places[i].at.x = area.x + area.w * ((float)column + 0.5f) / (float)columns;
        places[i].at.y = area.y + pitch * ((float)row + 0.5f + (lower ? 0.5f : 0));
        index++;
    }
}

/* ---- clients ---- */

static uint32_t zone_of_client(const StageMap *map, const Model *model, uint32_t host)
{
    if (!map->has_zones || map->form != FORM_RING) return ZONES_MAX;
    for (uint32_t i = 0; i < map->zone_count; i++) {
        if (strcmp(map->zone_names[i], model->state.hosts.items[host].zone) == 0) return i;
    }
    return ZONES_MAX;
}

/* The first place from `x` on where none of the clients placed so far stands. */
static float free_place(const StageMap *map, const bool *placed, const HostPlace *places, float x,
                        float pitch)
{
    for (uint32_t i = 0; i < map->clients; i++) {
        float left = places[map->hosts + i].at.x - (pitch - CLIENT_GAP) / 2;
        bool is_taken = placed[i] && fabsf(left - x) < pitch;
        if (!is_taken) continue;
        x = left + pitch;
        i = UINT32_MAX; /* once more from the first */
    }
    return x;
}

void stage_place_clients(const StageMap *map, const Model *model, HostPlace *places)
{
    float pitch = map->is_low ? CLIENT_PITCH_LOW : CLIENT_PITCH;
    float row = map->is_low ? CLIENT_ROW_LOW : CLIENT_ROW;
    bool placed[HOSTS_MAX] = {false};
    for (uint32_t turn = 0; turn < 2; turn++) { /* those with a zone first */
        for (uint32_t i = 0; i < map->clients; i++) {
            uint32_t host = map->hosts + i, zone = zone_of_client(map, model, host);
            if ((zone < ZONES_MAX) != (turn == 0)) continue;
            float x = zone < ZONES_MAX ? map->zones[zone].x : map->field.x;
            x = free_place(map, placed, places, x, pitch);
            Point at = {x + (pitch - CLIENT_GAP) / 2, rect_bottom(map->field) + row / 2};
            places[host] = (HostPlace){at, row / 2 - 6};
            placed[i] = true;
        }
    }
}

/* ---- all ---- */

void stage_map(StageMap *map, const Model *model, const UiState *ui, Rect rect)
{
    map->hosts = model->state.hosts.count;
    if (map->hosts > HOSTS_MAX) map->hosts = HOSTS_MAX;
    /* Clients have no seat among the nodes; only one that was there before a node keeps it. */
    map->clients = 0;
    while (map->hosts > 0 && model->state.hosts.items[map->hosts - 1].status == PROCESS_NEVER) {
        map->hosts--;
        map->clients++;
    }
    map->form = map->hosts <= RING_HOSTS_MAX       ? FORM_RING
                : map->hosts <= CAPSULES_HOSTS_MAX ? FORM_CAPSULES
                                                   : FORM_TILES;
    map->zone_count = 0;
    find_zones(map, model);
    match_islands(map, model);
    map->drift = drift_now(model, ui);
    map->columns = map->rows = 1;
    if (map->form != FORM_TILES) find_seats(map, model);
    /* Up to three shards leave the corner of the title free. */
    bool is_free =
        map->form == FORM_RING && !map->has_zones && map->columns <= 3 && map->hosts <= 9;
    map->is_low = rect.h < LOW_STAGE;
    float top = is_free || map->is_low ? 8 : TITLE_HEIGHT;
    float foot =
        map->form == FORM_RING && map->has_zones ? ZONE_MARGIN + LEGEND_HEIGHT - 12 : LEGEND_HEIGHT;
    if (map->is_low) foot = 8;
    if (map->clients > 0) foot += map->is_low ? CLIENT_ROW_LOW : CLIENT_ROW;
    map->field = (Rect){rect.x + 24, rect.y + top, rect.w - 32, rect.h - top - foot};
    if (map->field.w < 1) map->field.w = 1;
    if (map->field.h < 1) map->field.h = 1;
}

void stage_map_places(StageMap *map, const Model *model, HostPlace *places)
{
    if (map->hosts == 0) return;
    map->radius = RADIUS;
    if (map->form == FORM_CAPSULES) {
        stage_place_capsules(map, places);
    } else if (map->form == FORM_TILES) {
        stage_place_tiles(map, places);
    } else if (map->has_zones) {
        place_zone_bands(map);
        for (uint32_t i = 0; i < map->zone_count; i++) place_in_zone(map, i, places);
        map->radius = radius_that_fits(map, places);
    } else {
        place_on_ring(map, places);
        drift_ring(map, model, places);
    }
    for (uint32_t i = 0; i < map->hosts; i++) places[i].radius = map->radius;
}
