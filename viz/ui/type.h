/* type.h -- the roles of type: which face, size and line height each kind of text has (view tokens
 * §3).
 *
 * The projector has a scale of its own: its sizes are not the desktop's times 1.5. All are logical
 * px; text in a role is drawn by label.h. */
#ifndef UI_TYPE_H
#define UI_TYPE_H

#include "viz/draw/draw.h"

typedef enum TypeRole {
    TYPE_LABEL,           /* labels, axes, units, legend of tokens: Inter 500 12/16, text3 */
    TYPE_TABLE,           /* tables, code, ids: Mono 400 12.5/18.5 */
    TYPE_BODY,            /* small prose, lists: Inter 400 13/20 */
    TYPE_BODY_STRONG,     /* names in them, tabs, chips: Inter 600 13/20 */
    TYPE_TITLE,           /* panel title, button: Inter 600 14/20 */
    TYPE_VALUE,           /* header values in words: Inter 600 15/22 (beside it Inter 400) */
    TYPE_HEADER_MONO,     /* header values in digits: Mono 500 15/20 */
    TYPE_VALUE_MONO,      /* inspector values in digits: Mono 500 14/20 */
    TYPE_ANNOTATION,      /* beside a node: Inter 600 14/19 */
    TYPE_ANNOTATION_MONO, /* under it: Mono 400 12/19 */
    TYPE_QUESTION,        /* Inter 500 15/22 */
    TYPE_NARRATION,       /* narration: Inter 400 16/25; names in it 600 */
    TYPE_STAGE_TITLE,     /* name of the lesson, heading of the stage: Inter 600 16/25 */
    TYPE_NODE_NAME,       /* Inter 700 18 */
    TYPE_NODE_EPOCH,      /* Mono 500 12 */
    TYPE_CLOCK,           /* Mono 600 20 */
    TYPE_CLOCK_REST,      /* its last three digits: Mono 500 20, text3 */
    TYPE_METRIC,          /* Mono 600 28 */
    TYPE_LEDGER,          /* Mono 600 34 */
    TYPE_TOKEN,           /* the letter in a message or badge: Inter 700 12 */
    TYPE_AXIS,            /* axis of slot map and timeline: Mono 400 11.5/16 */
    TYPE_ROLE_COUNT
} TypeRole;

typedef struct TypeStyle {
    FontFace face;
    float size; /* px of em */
    float line; /* baseline to baseline */
} TypeStyle;

TypeStyle type_style(TypeRole role, bool projector);
/* The same role in bold: Inter 400/500 -> 600, Mono 400/500 -> 600; 600 and 700 stay. */
FontFace type_bold(FontFace face);
/* Where the baseline lies so that capitals stand in the middle of a box: from the box's centre
 * downwards. Both families have capitals of 0.73 em. */
float type_cap_middle(float size);

#endif
