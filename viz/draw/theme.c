/* theme.c -- the three palettes (view tokens §2), as tables. */
#include "viz/draw/theme.h"

#include "sim/base/assert.h"

#include <stddef.h>

#define OPAQUE(rgb) ((Color)(((Color)(rgb) << 8) | 0xFFu))

/* Okabe-Ito hues, the same in every theme; the first three lie 12 steps of lightness apart. */
#define SHARDS                                                                                     \
    {                                                                                              \
        OPAQUE(0x0072B2), OPAQUE(0xE69F00), OPAQUE(0x009E73), OPAQUE(0xCC79A7), OPAQUE(0xF0E442),  \
            OPAQUE(0x56B4E9)                                                                       \
    }
#define SHARD_INKS                                                                                 \
    {                                                                                              \
        OPAQUE(0xFFFFFF), OPAQUE(0x14100A), OPAQUE(0x14100A), OPAQUE(0x14100A), OPAQUE(0x14100A),  \
            OPAQUE(0x14100A)                                                                       \
    }
#define NEUTRALS_DARK                                                                              \
    {                                                                                              \
        OPAQUE(0x3A424C), OPAQUE(0x4B5561), OPAQUE(0x5E6976), OPAQUE(0x727E8C)                     \
    }
#define NEUTRALS_LIGHT                                                                             \
    {                                                                                              \
        OPAQUE(0xC9CDD2), OPAQUE(0xB4B9C0), OPAQUE(0x9DA4AC), OPAQUE(0x868E97)                     \
    }

static const Theme themes[THEME_COUNT] = {
    [THEME_DARK] =
        {
            .name = THEME_DARK,
            .stage = OPAQUE(0x0D1014),
            .panel = OPAQUE(0x15191F),
            .raised = OPAQUE(0x1E242C),
            .well = OPAQUE(0x0A0D10),
            .line = OPAQUE(0x2A313A),
            .line2 = OPAQUE(0x3B444F),
            .ghost = OPAQUE(0x4A5460),
            .text = OPAQUE(0xECEFF3),
            .text2 = OPAQUE(0xAAB3BF),
            .text3 = OPAQUE(0x7D8794),
            .invert = OPAQUE(0xECEFF3),
            .ink = OPAQUE(0x0A0D10),
            .danger = OPAQUE(0xC84E00),
            .danger_ink = OPAQUE(0xFFFFFF),
            .danger_text = OPAQUE(0xFF8A45),
            .danger_bg = OPAQUE(0x2B1708),
            .hull1 = OPAQUE(0x141A21),
            .hull2 = OPAQUE(0x1B1712),
            .shard = SHARDS,
            .shard_ink = SHARD_INKS,
            .neutral = NEUTRALS_DARK,
            .white = OPAQUE(0xFFFFFF),
            .black = OPAQUE(0x000000),
        },
    [THEME_LIGHT] =
        {
            .name = THEME_LIGHT,
            .stage = OPAQUE(0xFAFAF8),
            .panel = OPAQUE(0xF1F1EE),
            .raised = OPAQUE(0xE4E4E0),
            .well = OPAQUE(0xFFFFFF),
            .line = OPAQUE(0xD4D4CF),
            .line2 = OPAQUE(0xB3B4B0),
            .ghost = OPAQUE(0xA3A8AE),
            .text = OPAQUE(0x15181C),
            .text2 = OPAQUE(0x474D55),
            .text3 = OPAQUE(0x646B74),
            .invert = OPAQUE(0x15181C),
            .ink = OPAQUE(0xFFFFFF),
            .danger = OPAQUE(0xC84E00),
            .danger_ink = OPAQUE(0xFFFFFF),
            .danger_text = OPAQUE(0xA84300),
            .danger_bg = OPAQUE(0xFBE9DC),
            .hull1 = OPAQUE(0xF0F2F4),
            .hull2 = OPAQUE(0xF6F0EA),
            .shard = SHARDS,
            .shard_ink = SHARD_INKS,
            .neutral = NEUTRALS_LIGHT,
            /* What stands out is dark here: the two ends change places. */
            .white = OPAQUE(0x15181C),
            .black = OPAQUE(0xFFFFFF),
        },
    [THEME_CONTRAST] =
        {
            .name = THEME_CONTRAST,
            .stage = OPAQUE(0x000000),
            .panel = OPAQUE(0x000000),
            .raised = OPAQUE(0x1A1A1A),
            .well = OPAQUE(0x000000),
            .line = OPAQUE(0x808080),
            .line2 = OPAQUE(0xC0C0C0),
            .ghost = OPAQUE(0xA0A0A0),
            .text = OPAQUE(0xFFFFFF),
            .text2 = OPAQUE(0xFFFFFF),
            .text3 = OPAQUE(0xD0D0D0),
            .invert = OPAQUE(0xFFFFFF),
            .ink = OPAQUE(0x000000),
            .danger = OPAQUE(0xFF6A00),
            .danger_ink = OPAQUE(0x000000),
            .danger_text = OPAQUE(0xFF9A4D),
            .danger_bg = OPAQUE(0x000000),
            .hull1 = OPAQUE(0x000000),
            .hull2 = OPAQUE(0x000000),
            .shard = SHARDS,
            .shard_ink = SHARD_INKS,
            .neutral = NEUTRALS_DARK,
            .white = OPAQUE(0xFFFFFF),
            .black = OPAQUE(0x000000),
        },
};

const Theme *theme_get(ThemeName name)
{
    SIM_ASSERT((unsigned)name < THEME_COUNT);
    return &themes[name];
}

Color theme_stroke(const Theme *theme, Color hue)
{
    if (theme->name != THEME_LIGHT) return hue;
    return color_mix(hue, OPAQUE(0x000000), 0.30f);
}
