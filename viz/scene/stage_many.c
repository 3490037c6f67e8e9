/* stage_many.c -- places for 13 nodes and more: capsules to 120, tiles above (view tokens §6). */
#include "viz/scene/stage.h"

#include "viz/ui/rect.h"

#include <math.h>

#define LABEL_WIDTH      140.0f /* names of zones, left of the columns */
#define COLUMN_MIN       26.0f
#define LABEL_LOW        84.0f
#define COLUMN_LOW       17.0f
#define COLUMN_MAX       48.0f
#define BLOCK_COLUMNS    40u
#define ROW_MAX          84.0f
#define ROW_MIN          22.0f
#define BAND_PADDING     46.0f /* above and below the rows of a band, together */
#define BAND_GAP         32.0f
#define BAND_GAP_LOW     14.0f
#define BAND_STRAIT_LOW  40.0f
#define BAND_PADDING_LOW 16.0f
#define BAND_STRAIT      72.0f
#define NAMES_HEIGHT     24.0f /* numbers of the columns, above a block */
#define CAPSULE_RADIUS   14.0f
#define TILE_HEAD        46.0f
#define TILE_HEAD_LOW    38.0f
#define TILE_FOOT        14.0f
#define TILE_PADDING     12.0f
#define TILE_COLUMNS     10u
#define ZONES_IN_A_ROW   6u

/* ---- capsules ---- */

typedef struct BandShape {
    uint32_t rows[ZONES_MAX]; /* of each zone: most hosts of one shard in it */
    uint32_t blocks;
    float row, gap, padding, strait;
} BandShape;

/* The how-manieth host of its column in its zone. */
static uint32_t row_in_zone(const StageMap *map, uint32_t host)
{
    uint32_t row = 0;
    for (uint32_t i = 0; i < map->hosts; i++) {
        bool same = map->column[i] == map->column[host] && map->zone_of[i] == map->zone_of[host];
        if (same && map->row[i] < map->row[host]) row++;
    }
    return row;
}

static float label_width_of(const StageMap *map)
{
    if (!map->has_zones) return 24;
    return map->is_low ? LABEL_LOW : LABEL_WIDTH;
}

static void fit_columns(StageMap *map, BandShape *shape)
{
    float room = map->field.w - label_width_of(map) - 24;
    float least = map->is_low ? COLUMN_LOW : COLUMN_MIN;
    uint32_t most = (uint32_t)(room / least);
    if (most > BLOCK_COLUMNS) most = BLOCK_COLUMNS;
    if (most == 0) most = 1;
    shape->blocks = (map->columns + most - 1) / most;
    map->block_width = (map->columns + shape->blocks - 1) / shape->blocks;
    map->pitch = room / (float)map->block_width;
    if (map->pitch > COLUMN_MAX) map->pitch = COLUMN_MAX;
    if (map->pitch < least) map->pitch = least;
}

/* Rows as far apart as the stage is high. */
static void fit_rows(const StageMap *map, BandShape *shape)
{
    float rows = 0, bands = (float)(map->zone_count * shape->blocks);
    for (uint32_t i = 0; i < map->zone_count; i++) {
        shape->rows[i] = 1;
        for (uint32_t j = 0; j < map->hosts; j++) {
            if (map->zone_of[j] != i) continue;
            uint32_t row = row_in_zone(map, j) + 1;
            if (row > shape->rows[i]) shape->rows[i] = row;
        }
        rows += (float)shape->rows[i];
    }
    rows *= (float)shape->blocks;
    bool is_high = map->field.h - rows * ROW_MIN > 280 && shape->blocks == 1;
    shape->gap = is_high ? BAND_GAP : BAND_GAP_LOW;
    shape->padding = is_high ? BAND_PADDING : BAND_PADDING_LOW;
    shape->strait = is_high ? BAND_STRAIT : BAND_STRAIT_LOW;
    if (map->is_low) {
        shape->gap = shape->padding = 10;
        shape->strait = 22;
    }
    float straits = (float)(map->zone_count - 1) * (shape->strait - shape->gap);
    float rest = map->field.h - NAMES_HEIGHT * (float)shape->blocks - shape->gap * (bands - 1) -
                 shape->padding * bands - (shape->blocks == 1 ? straits : 0);
    shape->row = rest / rows;
    if (shape->row > ROW_MAX) shape->row = ROW_MAX;
    if (shape->row < ROW_MIN) shape->row = ROW_MIN;
}

/* Bands of the first block from top to bottom; a strait takes half of its width from either side's
 * margin, so that the middle of the stage stays where it is. */
static void place_bands(StageMap *map, const BandShape *shape)
{
    float y = map->field.y + NAMES_HEIGHT;
    float open = 0;
    for (uint32_t i = 0; i < map->zone_count; i++) {
        float height = shape->padding + shape->row * (float)shape->rows[i];
        if (i > 0) {
            bool strait = map->zones_are_islands && shape->blocks == 1 &&
                          map->zone_island[i - 1] != map->zone_island[i];
            y += shape->gap;
            if (strait) open += (shape->strait - shape->gap) * map->drift;
        }
        map->zones[i] = (Rect){map->field.x, y + open, map->field.w, height};
        y += height;
    }
    map->blocks = shape->blocks;
    map->block_height = y - map->field.y + shape->gap;
    /* Half of what opened goes upwards, as far as there is room above; nobody moves over 40 px. */
    float spare = map->field.h - (y - map->field.y);
    float up = shape->blocks == 1 ? (spare - open) / 2 : 0;
    if (up < 0) up = 0;
    if (up > 24) up = 24;
    for (uint32_t i = 0; i < map->zone_count; i++) map->zones[i].y += up;
}

/* How far down the last block reaches, less what there is. */
static float overflow(const StageMap *map)
{
    Rect last = map->zones[map->zone_count - 1];
    float bottom = rect_bottom(last) + map->block_height * (float)(map->blocks - 1);
    return bottom - rect_bottom(map->field);
}

void stage_place_capsules(StageMap *map, HostPlace *places)
{
    BandShape shape = {.blocks = 1};
    fit_columns(map, &shape);
    fit_rows(map, &shape);
    place_bands(map, &shape);
    if (overflow(map) > LEGEND_HEIGHT / 4) { /* so many columns on so low a stage */
        map->form = FORM_TILES;
        stage_place_tiles(map, places);
        return;
    }
    float left = map->field.x + label_width_of(map);
    float width = map->pitch * (float)map->block_width;
    if (!map->has_zones) left = map->field.x + (map->field.w - width) / 2;
    map->radius = fminf(CAPSULE_RADIUS, fminf(map->pitch / 2 - 2, shape.row / 2 - 3));
    map->row_pitch = shape.row;
    for (uint32_t i = 0; i < map->hosts; i++) {
        uint32_t block = map->column[i] / map->block_width;
        uint32_t column = map->column[i] % map->block_width;
        Rect band = map->zones[map->zone_of[i]];
        float row = (float)row_in_zone(map, i) + 0.5f;
        places[i].at.x = left + map->pitch * ((float)column + 0.5f);
        places[i].at.y =
            band.y + shape.padding / 2 + shape.row * row + map->block_height * (float)block;
    }
}

/* ---- tiles ---- */

typedef struct TileShape {
    uint32_t columns; /* of tiles in a zone */
    uint32_t across;  /* zones side by side */
    uint32_t down;
    float pitch, gap;
} TileShape;

static float head_of(const StageMap *map)
{
    return map->is_low ? TILE_HEAD_LOW : TILE_HEAD;
}

static uint32_t largest_zone(const StageMap *map)
{
    uint32_t counts[ZONES_MAX] = {0}, most = 0;
    for (uint32_t i = 0; i < map->hosts; i++) {
        uint32_t count = ++counts[map->zone_of[i]];
        if (count > most) most = count;
    }
    return most;
}

/* Do tiles of this pitch fit? Ten columns are preferred, more are taken when the stage is low. */
static bool tiles_fit(const StageMap *map, TileShape *shape, uint32_t most)
{
    float gaps = shape->gap * (float)(shape->across - 1);
    float width = (map->field.w - gaps) / (float)shape->across - 2 * TILE_PADDING;
    float height = (map->field.h + (map->is_low ? 0 : LEGEND_HEIGHT / 4)) / (float)shape->down -
                   head_of(map) - TILE_FOOT;
    if (width < shape->pitch || height < shape->pitch) return false;
    uint32_t columns_max = (uint32_t)(width / shape->pitch);
    uint32_t rows_max = (uint32_t)(height / shape->pitch);
    uint32_t wanted = (most + rows_max - 1) / rows_max;
    shape->columns = wanted < TILE_COLUMNS ? TILE_COLUMNS : wanted;
    if (shape->columns > columns_max) shape->columns = columns_max;
    return shape->columns >= wanted;
}

static TileShape fit_tiles(const StageMap *map)
{
    static const float pitches[] = {28, 26, 24, 22, 20, 18, 16, 14, 12, 11, 10, 9, 8};
    uint32_t most = largest_zone(map);
    TileShape shape = {.columns = 1};
    shape.down = (map->zone_count + ZONES_IN_A_ROW - 1) / ZONES_IN_A_ROW;
    shape.across = (map->zone_count + shape.down - 1) / shape.down;
    shape.gap = map->zone_count <= 3 && map->field.w > 900 ? 52 : map->is_low ? 16 : 28;
    for (uint32_t i = map->hosts > 600 ? 2 : 0; i < ARRAY_LENGTH(pitches); i++) {
        shape.pitch = pitches[i];
        if (tiles_fit(map, &shape, most)) return shape;
    }
    shape.pitch = 7; /* so small a window shows them all, if not well */
    tiles_fit(map, &shape, most);
    return shape;
}

void stage_place_tiles(StageMap *map, HostPlace *places)
{
    TileShape shape = fit_tiles(map);
    uint32_t counts[ZONES_MAX] = {0};
    uint32_t most = largest_zone(map);
    uint32_t rows = (most + shape.columns - 1) / shape.columns;
    float width = (float)shape.columns * shape.pitch + 2 * TILE_PADDING;
    float height = head_of(map) + (float)rows * shape.pitch + TILE_FOOT;
    float all = width * (float)shape.across + shape.gap * (float)(shape.across - 1);
    float spread = shape.across > 1 ? (map->field.w - all) / (float)(shape.across - 1) : 0;
    float gap = shape.gap + fminf(fmaxf(spread, 0), 40);
    for (uint32_t i = 0; i < map->zone_count; i++) {
        uint32_t column = i % shape.across, row = i / shape.across;
        map->zones[i] = (Rect){map->field.x + (float)column * (width + gap),
                               map->field.y - 4 + (float)row * (height + 16), width, height};
    }
    for (uint32_t i = 0; i < map->hosts; i++) {
        uint16_t zone = map->zone_of[i];
        uint32_t index = counts[zone]++;
        float column = (float)(index % shape.columns), row = (float)(index / shape.columns);
        places[i].at.x = map->zones[zone].x + TILE_PADDING + shape.pitch * (column + 0.5f);
        places[i].at.y = map->zones[zone].y + head_of(map) + shape.pitch * (row + 0.5f);
    }
    map->pitch = shape.pitch;
    map->radius = shape.pitch * 0.39f;
}
