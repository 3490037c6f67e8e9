/* mask.h -- cached coverage masks: a text or a small shape rasterised once, painted in any colour.
 *
 * A mask is found by its key, a few bytes that say all that went into it. Masks stay until the
 * cache is over its budget; then those not used in this or the last frame go. Pointers die at
 * mask_cache_trim. */
#ifndef SDL_MASK_H
#define SDL_MASK_H

#include <stdint.h>

typedef struct Mask {
    int32_t left, top;     /* of the pixels, relative to the point the mask is painted at */
    int32_t width, height; /* 0: nothing to paint */
    float advance;         /* texts: width in px, fractions kept */
    uint8_t *coverage;     /* width x height, 255 is full */
} Mask;

typedef struct MaskCache MaskCache; /* opaque; mask.c */

MaskCache *mask_cache_create(uint32_t bytes_max);
void mask_cache_destroy(MaskCache *cache); /* NULL is allowed */

/* The mask with that key, or NULL. */
const Mask *mask_cache_find(MaskCache *cache, const void *key, uint32_t key_size);
/* Adds an empty mask; its coverage is filled in by the caller through mask_cache_fill. */
Mask *mask_cache_add(MaskCache *cache, const void *key, uint32_t key_size);
/* Gives `mask` room for width x height coverage bytes, all 0. */
void mask_cache_fill(MaskCache *cache, Mask *mask, int32_t width, int32_t height);

/* A new frame begins. */
void mask_cache_trim(MaskCache *cache);

#endif
