/* metrics.c -- how wide a text would be, without any font: close to Inter and JetBrains Mono, so
 * that layout in tests and in the headless library behaves like the real one. */
#include "viz/draw/draw.h"

#include <stddef.h>
#include <string.h>

/* Advance in thousandths of an em. JetBrains Mono is 600 everywhere. */
#define MONO_ADVANCE   600u
#define WIDER_PER_BOLD 15u /* each step of weight above 400 */

typedef struct WidthClass {
    const char *chars;
    uint32_t advance;
} WidthClass;

static const WidthClass classes[] = {
    {"ijl|'.,:;!I ", 270},
    {"frt()[]{}/\\\"-1*`", 385},
    {"mwMW@%", 880},
    {"ABCDEFGHKLNOPQRSTUVXYZ&+<>=~_#$0", 665},
};

#define ADVANCE_OTHER 590u /* most lower case letters and digits */

static bool is_mono(FontFace face)
{
    return face >= FONT_MONO;
}

static uint32_t sans_advance(char c)
{
    for (size_t i = 0; i < ARRAY_LENGTH(classes); i++) {
        if (c != '\0' && strchr(classes[i].chars, c) != NULL) return classes[i].advance;
    }
    return ADVANCE_OTHER;
}

static float plain_width(void *state, FontFace face, float size, const char *chars, uint32_t count)
{
    (void)state;
    uint32_t thousandths = 0;
    uint32_t bold = is_mono(face) ? 0 : (uint32_t)face * WIDER_PER_BOLD;
    for (uint32_t i = 0; i < count; i++) {
        bool is_continuation =
            ((unsigned char)chars[i] & 0xC0u) == 0x80u; /* of a UTF-8 character */
        if (is_continuation) continue;
        thousandths += is_mono(face) ? MONO_ADVANCE : sans_advance(chars[i]) + bold;
    }
    return (float)thousandths * size / 1000;
}

TextMetrics draw_metrics_plain(void)
{
    return (TextMetrics){.state = NULL, .width = plain_width};
}

float text_width(const TextMetrics *metrics, FontFace face, float size, const char *chars)
{
    return metrics->width(metrics->state, face, size, chars, (uint32_t)strlen(chars));
}
