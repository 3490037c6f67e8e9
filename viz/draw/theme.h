/* theme.h -- the palette and type of the view (view tokens §2, §3): dark, light, high contrast. */
#ifndef DRAW_THEME_H
#define DRAW_THEME_H

#include "viz/draw/draw.h"

typedef enum ThemeName { THEME_DARK, THEME_LIGHT, THEME_CONTRAST, THEME_COUNT } ThemeName;

#define SHARD_HUES    6
#define NEUTRAL_TINTS 4

typedef struct Theme {
    ThemeName name;
    Color stage, panel, raised, well, line, line2, ghost;
    Color text, text2, text3;
    Color invert, ink; /* chosen segment, scrub label, P? badge: fill and its text */
    Color danger, danger_ink, danger_text, danger_bg;
    Color hull1, hull2;
    Color shard[SHARD_HUES], shard_ink[SHARD_HUES];
    Color neutral[NEUTRAL_TINTS];
    /* What "towards white/black" mixes with (tokens §2, §7): the end that stands out, the end that
     * recedes. In the light theme they change places: white is #15181C, black #FFFFFF. */
    Color white, black;
} Theme;

const Theme *theme_get(ThemeName name);
/* A thin stroke in a hue: darkened by 30% in the light theme. */
Color theme_stroke(const Theme *theme, Color hue);

#endif
