/* draw_expect.h -- what the tests of draw and ui share: comparing a draw list with its text form,
 * and a Ui that needs no font. */
#ifndef TESTS_DRAW_EXPECT_H
#define TESTS_DRAW_EXPECT_H

#include "viz/ui/ui.h"

/* True if the list's text form is `want`; else prints both, named by `row`. */
bool draw_is(const char *row, const DrawList *list, const char *want);
/* How many lines of the text form begin with `start`, and how often `part` occurs in it. */
uint32_t draw_lines(const DrawList *list, const char *start);
uint32_t draw_occurs(const DrawList *list, const char *part);

/* A Ui with lists of its own, plain metrics and the dark theme; the mouse is far away. */
typedef struct UiBench {
    DrawList list;
    HitList hits;
    TextMetrics metrics;
    Ui ui;
} UiBench;
void bench_init(UiBench *bench);
void bench_deinit(UiBench *bench);

#endif
