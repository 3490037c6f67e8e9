/* shard.h -- how a shard is called and coloured, the same on the stage, the slot map and in lists.
 *
 * View tokens §2: up to six shards have a hue each; with more all are neutral, but for three pinned
 * ones: those in trouble, and the one that is selected. Letters up to 26 shards, numbers above. */
#ifndef SCENE_SHARD_H
#define SCENE_SHARD_H

#include "viz/scene/scene.h"

#include <stddef.h>

#define SHARD_PINS_MAX  3u
#define SHARD_NAME_SIZE 8u

typedef struct ShardPalette {
    const Theme *theme;
    uint32_t count; /* shards there are */
    bool all_have_hues;
    uint16_t pins[SHARD_PINS_MAX]; /* only when not all have hues */
    uint32_t pin_count;
} ShardPalette;

ShardPalette shard_palette(const Model *model, const UiState *ui);

/* The hue and the ink on it; false (and the middle neutral) when the shard has none. */
bool shard_hue(const ShardPalette *palette, uint16_t shard, Color *fill, Color *ink);
/* "A", or "27" above 26 shards; "-" for SHARD_NONE. */
void shard_name(const ShardPalette *palette, uint16_t shard, char out[SHARD_NAME_SIZE]);

#endif
