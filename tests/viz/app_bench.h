/* app_bench.h -- the view as a person uses it, without a window: keys and mouse go in as Input,
 * what is looked at is the state of the screen and the Lua lines printed. */
#ifndef TESTS_APP_BENCH_H
#define TESTS_APP_BENCH_H

#include "viz/app/app.h"

typedef struct Bench {
    App app;
    FILE *log;
    char said[4096];
} Bench;

void bench_open(Bench *bench, const char *source); /* 1920x1080, seed 3 */
void bench_close(Bench *bench);
void frame(Bench *bench);
/* Goes to a time that may not have been simulated yet. */
void go(Bench *bench, SimTime time);
void press(Bench *bench, uint32_t key);
void press_with(Bench *bench, uint32_t key, uint32_t modifiers);
void type(Bench *bench, const char *chars); /* as text events, a character each */
void click(Bench *bench, Point at, uint32_t button);
Point place(const Bench *bench, HostId host); /* on the stage */
const char *said(Bench *bench);               /* all that was printed so far */
ProcessStatus status(const Bench *bench, HostId host);

#endif
