/* font.c -- opens faces by SDL_ttf, measures and rasterises texts, keeps both; see font.h. */
#include "viz/sdl/font.h"

#include "sim/base/array.h"
#include "sim/base/assert.h"
#include "sim/base/mem.h"

#include <SDL_ttf.h>

#include <math.h>
#include <string.h>

/* SDL_ttf takes whole points at a whole resolution: one point at n dpi is n/72 px, which is how we
 * get 12.5 px. */
#define DPI_PER_PX    72
#define MEASURE_PX    1000
#define TEXT_SIZE_MAX 1024u /* bytes of one text; more is a paragraph and belongs wrapped */
#define SIZES_MAX     96u   /* open (face, size) pairs; a frame has about 20 */
#define MASK_BYTES    (24u << 20)
#define WIDTH_BYTES   (4u << 20)

static const char *const inter_folder = "/usr/share/fonts/opentype/inter/";
static const char *const mono_folder = "/usr/share/fonts/truetype/jetbrains-mono/";
static const char *const dejavu_folder = "/usr/share/fonts/truetype/dejavu/";

static const struct {
    const char *file, *fallback;
} faces[FONT_FACE_COUNT] = {
    [FONT_SANS] = {"Inter-Regular.otf", "DejaVuSans.ttf"},
    [FONT_SANS_MEDIUM] = {"Inter-Medium.otf", "DejaVuSans.ttf"},
    [FONT_SANS_SEMIBOLD] = {"Inter-SemiBold.otf", "DejaVuSans-Bold.ttf"},
    [FONT_SANS_BOLD] = {"Inter-Bold.otf", "DejaVuSans-Bold.ttf"},
    [FONT_MONO] = {"JetBrainsMono-Regular.ttf", "DejaVuSansMono.ttf"},
    [FONT_MONO_MEDIUM] = {"JetBrainsMono-Medium.ttf", "DejaVuSansMono.ttf"},
    [FONT_MONO_SEMIBOLD] = {"JetBrainsMono-SemiBold.ttf", "DejaVuSansMono-Bold.ttf"},
};

typedef struct SizedFont {
    FontFace face;
    int dpi; /* stands for the size */
    TTF_Font *font;
} SizedFont;

/* A font file in memory: SDL_ttf would read the file anew for every character. */
typedef struct FontFile {
    void *bytes; /* of SDL_LoadFile */
    size_t size;
} FontFile;

struct FontSet {
    FontFile files[FONT_FACE_COUNT];
    TTF_Font *measure[FONT_FACE_COUNT];
    ARRAY_OF(SizedFont) sized;
    MaskCache *masks;
    MaskCache *widths;
};

/* What a mask or a width was made from. */
typedef struct TextKey {
    int32_t face, dpi;
    char chars[TEXT_SIZE_MAX];
} TextKey;

static TTF_Font *open_font(const FontFile *file, int dpi)
{
    SDL_RWops *stream = SDL_RWFromConstMem(file->bytes, (int)file->size);
    TTF_Font *font = TTF_OpenFontDPIRW(stream, 1, 1, (unsigned)dpi, (unsigned)dpi);
    if (font == NULL) return NULL;
    /* Stems keep their place in x, so advances are the same at all sizes; y snaps. */
    TTF_SetFontHinting(font, TTF_HINTING_LIGHT_SUBPIXEL);
    return font;
}

/* Loads a file and opens it for measuring; false if it is not there or no font. */
static bool load_face(FontSet *fonts, FontFace face, const char *folder, const char *name)
{
    char path[128];
    SDL_snprintf(path, sizeof(path), "%s%s", folder, name);
    FontFile *file = &fonts->files[face];
    file->bytes = SDL_LoadFile(path, &file->size);
    if (file->bytes == NULL) return false;
    fonts->measure[face] = open_font(file, MEASURE_PX * DPI_PER_PX);
    if (fonts->measure[face] != NULL) return true;
    SDL_free(file->bytes);
    file->bytes = NULL;
    return false;
}

static bool find_face(FontSet *fonts, FontFace face, Error *err)
{
    const char *folder = face >= FONT_MONO ? mono_folder : inter_folder;
    if (load_face(fonts, face, folder, faces[face].file)) return true;
    if (load_face(fonts, face, dejavu_folder, faces[face].fallback)) return true;
    return error_set(err,
                     "no font: neither %s%s nor %s%s can be opened; install fonts-inter and "
                     "fonts-jetbrains-mono, or fonts-dejavu-core",
                     folder, faces[face].file, dejavu_folder, faces[face].fallback);
}

FontSet *font_set_create(Error *err)
{
    if (TTF_Init() != 0) {
        error_set(err, "SDL_ttf does not start: %s", TTF_GetError());
        return NULL;
    }
    FontSet *fonts = mem_alloc(NULL, sizeof(*fonts));
    fonts->masks = mask_cache_create(MASK_BYTES);
    fonts->widths = mask_cache_create(WIDTH_BYTES);
    for (int face = 0; face < FONT_FACE_COUNT; face++) {
        if (find_face(fonts, (FontFace)face, err)) continue;
        font_set_destroy(fonts);
        return NULL;
    }
    return fonts;
}

static void close_sized(FontSet *fonts)
{
    for (uint32_t i = 0; i < fonts->sized.count; i++) TTF_CloseFont(fonts->sized.items[i].font);
    array_clear(&fonts->sized);
}

void font_set_destroy(FontSet *fonts)
{
    if (fonts == NULL) return;
    close_sized(fonts);
    array_deinit(NULL, &fonts->sized);
    for (int face = 0; face < FONT_FACE_COUNT; face++) {
        if (fonts->measure[face] != NULL) TTF_CloseFont(fonts->measure[face]);
        SDL_free(fonts->files[face].bytes);
    }
    mask_cache_destroy(fonts->masks);
    mask_cache_destroy(fonts->widths);
    mem_free(NULL, fonts, sizeof(*fonts));
    TTF_Quit();
}

void font_set_begin_frame(FontSet *fonts)
{
    mask_cache_trim(fonts->masks);
    mask_cache_trim(fonts->widths);
    if (fonts->sized.count > SIZES_MAX) close_sized(fonts);
}

/* The face at that size; opened when first asked for. */
static TTF_Font *sized_font(FontSet *fonts, FontFace face, int dpi)
{
    for (uint32_t i = 0; i < fonts->sized.count; i++) {
        SizedFont *sized = &fonts->sized.items[i];
        if (sized->face == face && sized->dpi == dpi) return sized->font;
    }
    TTF_Font *font = open_font(&fonts->files[face], dpi);
    SIM_ASSERT(font != NULL); /* the same file could be opened for measuring */
    array_push(NULL, &fonts->sized, (SizedFont){.face = face, .dpi = dpi, .font = font});
    return font;
}

/* Fills in the key; returns its size. Longer texts are cut at a character. */
static uint32_t key_init(TextKey *key, FontFace face, int dpi, const char *chars, uint32_t count)
{
    uint32_t size = count;
    if (size >= TEXT_SIZE_MAX) {
        size = TEXT_SIZE_MAX - 1;
        while (size > 0 && ((unsigned char)chars[size] & 0xC0u) == 0x80u) size--;
    }
    key->face = (int32_t)face;
    key->dpi = dpi;
    memcpy(key->chars, chars, size);
    key->chars[size] = '\0';
    return (uint32_t)offsetof(TextKey, chars) + size + 1;
}

/* How far the first character reaches to the left of the start, in px; 0 or negative. SDL_ttf
 * shifts the picture by it. */
static int overhang(TTF_Font *font, const char *chars)
{
    const char *next = chars;
    uint32_t first = (unsigned char)*next;
    if (first >= 0xC0) { /* UTF-8: 2, 3 or 4 bytes */
        int rest = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
        first &= 0x3Fu >> rest;
        for (int i = 0; i < rest && *++next != '\0'; i++) first = (first << 6) | (*next & 0x3F);
    }
    int left = 0;
    if (TTF_GlyphMetrics32(font, first, &left, NULL, NULL, NULL, NULL) != 0) return 0;
    return left < 0 ? left : 0;
}

float font_width(FontSet *fonts, FontFace face, float size, const char *chars, uint32_t count)
{
    if (count == 0) return 0;
    TextKey key;
    uint32_t key_size = key_init(&key, face, 0, chars, count);
    const Mask *known = mask_cache_find(fonts->widths, &key, key_size);
    if (known != NULL) return known->advance * size;

    int width = 0;
    TTF_Font *font = fonts->measure[face];
    if (TTF_SizeUTF8(font, key.chars, &width, NULL) != 0) width = 0;
    Mask *mask = mask_cache_add(fonts->widths, &key, key_size);
    mask->advance = (float)(width + overhang(font, key.chars)) / MEASURE_PX;
    return mask->advance * size;
}

/* The smallest box that holds all of the surface's ink. */
static SDL_Rect ink_of(const SDL_Surface *surface)
{
    int left = surface->w, top = surface->h, right = 0, bottom = 0;
    for (int y = 0; y < surface->h; y++) {
        const uint32_t *row =
            (const uint32_t *)((const uint8_t *)surface->pixels + (ptrdiff_t)y * surface->pitch);
        for (int x = 0; x < surface->w; x++) {
            if ((row[x] >> 24) == 0) continue;
            if (x < left) left = x;
            if (x >= right) right = x + 1;
            if (y < top) top = y;
            bottom = y + 1;
        }
    }
    return (SDL_Rect){left, top, right - left, bottom - top};
}

static void copy_ink(Mask *mask, const SDL_Surface *surface, SDL_Rect ink)
{
    for (int y = 0; y < ink.h; y++) {
        const uint32_t *row = (const uint32_t *)((const uint8_t *)surface->pixels +
                                                 (ptrdiff_t)(y + ink.y) * surface->pitch);
        uint8_t *coverage = mask->coverage + (ptrdiff_t)y * ink.w;
        for (int x = 0; x < ink.w; x++) coverage[x] = (uint8_t)(row[x + ink.x] >> 24);
    }
}

const Mask *font_mask(FontSet *fonts, FontFace face, float size, const char *chars, uint32_t count)
{
    int dpi = (int)lroundf(size * DPI_PER_PX);
    if (dpi < DPI_PER_PX) dpi = DPI_PER_PX; /* below 1 px there is nothing to see */
    TextKey key;
    uint32_t key_size = key_init(&key, face, dpi, chars, count);
    const Mask *known = mask_cache_find(fonts->masks, &key, key_size);
    if (known != NULL) return known;

    Mask *mask = mask_cache_add(fonts->masks, &key, key_size);
    TTF_Font *font = sized_font(fonts, face, dpi);
    SDL_Color white = {255, 255, 255, 255};
    SDL_Surface *surface = count == 0 ? NULL : TTF_RenderUTF8_Blended(font, key.chars, white);
    if (surface == NULL) return mask; /* nothing but signs without width */
    SDL_Rect ink = ink_of(surface);
    if (ink.w > 0) {
        mask_cache_fill(fonts->masks, mask, ink.w, ink.h);
        copy_ink(mask, surface, ink);
        mask->left = ink.x + overhang(font, key.chars);
        mask->top = ink.y - TTF_FontAscent(font);
    }
    SDL_FreeSurface(surface);
    return mask;
}
