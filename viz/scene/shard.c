/* shard.c -- see shard.h. */
#include "viz/scene/shard.h"

#include <stdio.h>

#define LETTERS 26u

static void pin(ShardPalette *palette, uint16_t shard)
{
    if (shard == SHARD_NONE || palette->pin_count >= SHARD_PINS_MAX) return;
    for (uint32_t i = 0; i < palette->pin_count; i++) {
        if (palette->pins[i] == shard) return;
    }
    palette->pins[palette->pin_count++] = shard;
}

static uint16_t shard_of(const Model *model, HostId host)
{
    return host < model->hosts.count ? model->hosts.items[host].shard : SHARD_NONE;
}

/* A shard is in trouble when a process that should serve it is dead, frozen or held for failing. */
static void pin_troubled(ShardPalette *palette, const Model *model)
{
    for (uint32_t i = 0; i < model->hosts.count; i++) {
        const HostModel *host = &model->hosts.items[i];
        ProcessStatus status = model->state.hosts.items[i].status;
        bool is_down = status == PROCESS_DEAD || status == PROCESS_IS_FROZEN;
        if (host->is_primary && (is_down || host->worst_flag == FLAG_FAIL)) {
            pin(palette, host->shard);
        }
    }
}

ShardPalette shard_palette(const Model *model, const UiState *ui)
{
    ShardPalette palette = {.theme = theme_get(ui->theme), .count = model->shards.count};
    palette.all_have_hues = palette.count <= SHARD_HUES;
    if (palette.all_have_hues) return palette;
    if (model->contest.count > 0) pin(&palette, shard_of(model, model->contest.a));
    if (model->election.active) pin(&palette, shard_of(model, model->election.candidate));
    pin_troubled(&palette, model);
    pin(&palette, shard_of(model, ui->selected));
    return palette;
}

bool shard_hue(const ShardPalette *palette, uint16_t shard, Color *fill, Color *ink)
{
    const Theme *theme = palette->theme;
    uint32_t hue = SHARD_HUES;
    if (shard != SHARD_NONE && palette->all_have_hues) hue = shard;
    for (uint32_t i = 0; i < palette->pin_count; i++) {
        if (palette->pins[i] == shard) hue = i;
    }
    if (hue < SHARD_HUES) {
        *fill = theme->shard[hue];
        *ink = theme->shard_ink[hue];
        return true;
    }
    *fill = theme->neutral[2];
    *ink = theme->name == THEME_LIGHT ? theme->text : theme->white;
    return false;
}

void shard_name(const ShardPalette *palette, uint16_t shard, char out[SHARD_NAME_SIZE])
{
    if (shard == SHARD_NONE) snprintf(out, SHARD_NAME_SIZE, "-");
    else if (palette->count <= LETTERS) snprintf(out, SHARD_NAME_SIZE, "%c", 'A' + shard);
    else snprintf(out, SHARD_NAME_SIZE, "%u", shard + 1u);
}
