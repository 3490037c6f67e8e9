/* type.c -- the table of view tokens §3. */
#include "viz/ui/type.h"

#include "sim/base/assert.h"

typedef struct TypeRow {
    FontFace face;
    float size, line;
    float projector_size; /* device px at scale 1.5, as the tokens list them */
} TypeRow;

#define PROJECTOR_SCALE 1.5f

static const TypeRow rows[TYPE_ROLE_COUNT] = {
    [TYPE_LABEL] = {FONT_SANS_MEDIUM, 12, 16, 16},
    [TYPE_TABLE] = {FONT_MONO, 12.5f, 18.5f, 18},
    [TYPE_BODY] = {FONT_SANS, 13, 20, 18},
    [TYPE_BODY_STRONG] = {FONT_SANS_SEMIBOLD, 13, 20, 18},
    [TYPE_TITLE] = {FONT_SANS_SEMIBOLD, 14, 20, 21},
    [TYPE_VALUE] = {FONT_SANS_SEMIBOLD, 15, 22, 22},
    [TYPE_HEADER_MONO] = {FONT_MONO_MEDIUM, 15, 20, 22},
    [TYPE_VALUE_MONO] = {FONT_MONO_MEDIUM, 14, 20, 20},
    [TYPE_ANNOTATION] = {FONT_SANS_SEMIBOLD, 14, 19, 20},
    [TYPE_ANNOTATION_MONO] = {FONT_MONO, 12, 19, 18},
    [TYPE_QUESTION] = {FONT_SANS_MEDIUM, 15, 22, 23},
    [TYPE_NARRATION] = {FONT_SANS, 16, 25, 24},
    [TYPE_STAGE_TITLE] = {FONT_SANS_SEMIBOLD, 16, 25, 24},
    [TYPE_NODE_NAME] = {FONT_SANS_BOLD, 18, 22, 24},
    [TYPE_NODE_EPOCH] = {FONT_MONO_MEDIUM, 12, 16, 16},
    [TYPE_CLOCK] = {FONT_MONO_SEMIBOLD, 20, 24, 26},
    [TYPE_CLOCK_REST] = {FONT_MONO_MEDIUM, 20, 24, 26},
    [TYPE_METRIC] = {FONT_MONO_SEMIBOLD, 28, 34, 36},
    [TYPE_LEDGER] = {FONT_MONO_SEMIBOLD, 34, 42, 44},
    [TYPE_TOKEN] = {FONT_SANS_BOLD, 12, 16, 17},
    [TYPE_AXIS] = {FONT_MONO, 11.5f, 16, 16},
};

TypeStyle type_style(TypeRole role, bool projector)
{
    SIM_ASSERT((unsigned)role < TYPE_ROLE_COUNT);
    const TypeRow *row = &rows[role];
    if (!projector) return (TypeStyle){row->face, row->size, row->line};
    float size = row->projector_size / PROJECTOR_SCALE;
    return (TypeStyle){row->face, size, row->line * size / row->size};
}

FontFace type_bold(FontFace face)
{
    switch (face) {
    case FONT_SANS:
    case FONT_SANS_MEDIUM:
    case FONT_SANS_SEMIBOLD: return FONT_SANS_SEMIBOLD;
    case FONT_SANS_BOLD: return FONT_SANS_BOLD;
    case FONT_MONO:
    case FONT_MONO_MEDIUM:
    case FONT_MONO_SEMIBOLD: return FONT_MONO_SEMIBOLD;
    case FONT_FACE_COUNT: break;
    }
    SIM_ASSERT(false);
    return face;
}

float type_cap_middle(float size)
{
    return 0.365f * size;
}
