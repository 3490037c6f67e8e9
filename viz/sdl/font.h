/* font.h -- the fonts: how wide a text is and what it looks like at a size.
 *
 * Faces are the static Inter and JetBrains Mono of Debian (fonts-inter, fonts-jetbrains-mono); a
 * face whose file is missing is replaced by the nearest of DejaVu. Sizes are px of em, fractions
 * allowed. Simplified: no fallback per character; a sign that the face lacks is shown as a box. */
#ifndef SDL_FONT_H
#define SDL_FONT_H

#include "sim/base/error.h"
#include "viz/draw/draw.h"
#include "viz/sdl/mask.h"

typedef struct FontSet FontSet; /* opaque; font.c */

/* NULL and *err when neither the fonts nor their replacements are there. */
FontSet *font_set_create(Error *err);
void font_set_destroy(FontSet *fonts); /* NULL is allowed */
void font_set_begin_frame(FontSet *fonts);

/* Width in the unit of `size`, from an unhinted measurement at 1,000 px: proportional to size at
 * every scale, so that a layout is the same on every screen. */
float font_width(FontSet *fonts, FontFace face, float size, const char *chars, uint32_t count);
/* Coverage of the text at `size` device px; its baseline is painted from a whole px on. */
const Mask *font_mask(FontSet *fonts, FontFace face, float size, const char *chars, uint32_t count);

#endif
