/* app.h -- slotscope-view: one run on the screen, live from a script or from a trace file.
 *
 * The picture is scene_frame(model at `time`, ui). Wall time enters in play.c and nowhere else. A
 * live run is carried only as far as the screen needs, so that what is not yet predicted is not yet
 * simulated.
 *
 *   main.c    arguments, the main loop      source.c  a script or a trace file behind the picture
 *   play.c    how time passes               keys.c    what keys and mouse do
 *   fault.c   faults by key and mouse       render.c  pictures without a display */
#ifndef APP_APP_H
#define APP_APP_H

#include "lua/script.h"
#include "viz/model/model.h"
#include "viz/scene/scene.h"
#include "viz/sdl/painter.h"
#include "viz/sdl/window.h"

typedef struct Source {
    Script *script;     /* NULL: a trace file */
    Trace *file;        /* NULL: live */
    const Trace *trace; /* of either */
    ScriptStatus status;
    char name[256];
    char *text; /* the script's source, kept for the Source tab */
} Source;

typedef struct SourceOptions {
    uint64_t seed;
    bool has_level;
    uint8_t level;
    ScriptSetting settings[32];
    uint32_t setting_count;
} SourceOptions;

typedef struct App {
    Source source;
    Model model;
    UiState ui;
    SimTime time;              /* what is shown */
    bool director;             /* J: slow down by itself when something rare happens */
    int64_t slow_permille;     /* the director's speed now; 0: the person's */
    uint64_t predict_done;     /* seq of the last PREDICT that was answered */
    uint64_t slow_seq;         /* last rare message looked at by the director */
    uint32_t next_fault;       /* ids of network faults made here */
    ARRAY_OF(uint32_t) faults; /* those in force */
    DrawList list;
    StagePlan plan;
    bool dirty, quit;
} App;

/* source.c */
bool source_open(Source *source, const char *path, const SourceOptions *options, Error *err);
void source_close(Source *source);
/* Carries a live run up to `time` (a file has it already). False and *err: a mistake in the script.
 */
bool source_run(Source *source, SimTime time, Error *err);
SimTime source_end(const Source *source); /* how far it can be shown now */

/* play.c */
void play_jump(App *app, SimTime time);                    /* to a time that is known */
bool play_advance(App *app, uint64_t wall_ms, Error *err); /* lets wall time pass */
void play_step(App *app, int direction);                   /* one record */
void play_interesting(App *app, int direction);
void play_question(App *app); /* opens the question that now stands, if any */
void play_window(App *app);   /* timeline window around the time */

/* keys.c */
void keys_input(App *app, const Input *input);
void keys_answer(App *app, int choice);

/* fault.c: each submits a Command and says the Lua line that does the same. */
void fault_process(App *app, CommandKind kind, HostId host);
void fault_slow(App *app, HostId host);
void fault_isolate(App *app, HostId host);
void fault_wall(App *app, Point from, Point to, bool oneway);
void fault_heal(App *app);

/* main.c */
void app_message(App *app, const char *format, ...) __attribute__((format(printf, 2, 3)));
void app_frame(App *app, const TextMetrics *metrics);

/* render.c */
typedef struct RenderOptions {
    const char *times;  /* "12.5,14": seconds or durations; "end" */
    const char *output; /* PNG; with several times "-1", "-2" go before the dot */
    int width, height;
} RenderOptions;
int render_pictures(App *app, const RenderOptions *options);

#endif
