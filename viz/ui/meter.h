/* meter.h -- quantities as bars and boxes: quorum, countdown, share, failure reports, sparkline.
 *
 * View tokens §9. What is filled is said a second time in words by the caller. */
#ifndef UI_METER_H
#define UI_METER_H

#include "viz/ui/ui.h"

typedef enum VoterState {
    VOTER_REACHED, /* solid: in reach, or has voted */
    VOTER_ASKED,   /* outline: in reach, has not answered */
    VOTER_STALE,   /* dashed: believed in reach, not heard */
    VOTER_LOST     /* struck through */
} VoterState;

typedef struct Voter {
    const char *name; /* shown when at most 8 voters; may be NULL */
    VoterState state;
} Voter;

/* A box per voting primary and the threshold line behind box floor(count/2)+1 (or `needed`, when
 * not 0). Up to 8 voters: 46 x 22 with names; to 60: 13 x 18; above: a field of 11 px squares, 20 a
 * row, with a stepped line. Returns the size it covers (w, h) at rect (x, y) = top left. */
Rect meter_quorum(const Ui *ui, Point top_left, const Voter *voters, uint32_t count,
                  uint32_t needed);

/* "still accepting writes 0.7 s": lock, words, seconds; `left` 0..1 is the part of the time that is
 * left. 40 high. At 0 the lock is closed. */
void meter_countdown(const Ui *ui, Rect rect, float left, const char *words, const char *seconds);

/* A row of parts in their colours on a well, 2 px apart: "Covered now", factions by count. Parts
 * are weights. A part with a pattern is hatched (view tokens §7 "second faction"). */
typedef struct MeterPart {
    float weight;
    Color color;
    Pattern pattern;   /* PATTERN_NONE: flat */
    const char *chars; /* in the middle, when it fits; may be NULL */
    Color ink;
} MeterPart;
void meter_parts(const Ui *ui, Rect rect, const MeterPart *parts, uint32_t count);

/* A track with a fill and, if 0..1, a tick of the text colour (plan targets). `tick` < 0: none. */
void meter_bar(const Ui *ui, Rect rect, float value, Color color, float tick);

/* Failure reports: `count` bars 7 x 14 of `total`, a line at `needed`; danger from `needed` on.
 * Returns the width. */
float meter_reports(const Ui *ui, Point left_middle, uint32_t count, uint32_t needed,
                    uint32_t total);

/* A line through `values` scaled to low..high, a dot at the end, a base line. Equal low and high:
 * flat. */
void meter_spark(const Ui *ui, Rect rect, const float *values, uint32_t count, float low,
                 float high, Color color);

/* Columns without gaps wider than 1 px: event density, histogram of pong ages. */
void meter_columns(const Ui *ui, Rect rect, const uint32_t *values, uint32_t count, uint32_t high,
                   Color color);

#endif
