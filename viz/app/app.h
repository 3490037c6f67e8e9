/* app.h -- slotscope-view: one run on the screen, live from a script or from a trace file.
 *
 * The picture is scene_frame(model at `time`, ui). A live run is carried only as far as the screen
 * needs, so that what is not yet predicted is not yet simulated. All but main.c and render.c is
 * free of SDL: it is fed Input and wall milliseconds, and tests do the same.
 *
 *   main.c     the main loop: window, painter, wall time   options.c  the command line
 *   app.c      opening, one frame, messages                source.c   script or trace behind it
 *   play.c     how time passes                             keys.c     what keys do
 *   mouse.c    what the mouse does                         fault.c    faults by key and mouse
 *   hand.c     commands by hand, and taking them back      console.c  the redis-cli prompt
 *   render.c   pictures without a display */
#ifndef APP_APP_H
#define APP_APP_H

#include "lua/script.h"
#include "viz/model/model.h"
#include "viz/scene/console.h"
#include "viz/scene/run_index.h"
#include "viz/scene/scene.h"
#include "viz/sdl/input.h"

#include <stdio.h>

/* --- source.c: what the picture is of --- */

#define SETTINGS_MAX 32u

typedef struct SourceOptions {
    uint64_t seed;
    bool has_level;
    uint8_t level;
    ScriptSetting settings[SETTINGS_MAX];
    uint32_t setting_count;
} SourceOptions;

/* A command given by hand, kept so that the run can be done again without the last one. */
typedef struct HandCommand {
    SimTime time;
    Command command; /* its text is `text` */
    uint32_t number; /* of the connection or call it gave */
    char *text;
} HandCommand;

typedef struct Source {
    Script *script;     /* NULL: a trace file */
    Trace *file;        /* NULL: live */
    const Trace *trace; /* of either; another one after source_again */
    ScriptStatus status;
    Error failure; /* of the script, once status is SCRIPT_FAILED; the run goes on without it */
    char name[256];
    char *text; /* the script's source, kept for the Source tab and for source_again */
    size_t text_size;
    SourceOptions options;
    ARRAY_OF(HandCommand) by_hand; /* in the order given */
} Source;

bool source_open(Source *source, const char *path, const SourceOptions *options, Error *err);
/* The same from memory: a script called `name`. Copies the text. */
bool source_open_script(Source *source, const char *name, const char *text, size_t size,
                        const SourceOptions *options, Error *err);
void source_close(Source *source);
/* Carries a live run up to `time` (a file has it already). A mistake in the script ends the
 * script, not the run: source->status and failure tell. */
void source_run(Source *source, SimTime time);
SimTime source_end(const Source *source); /* how far it can be shown now */
/* Submits a command now and remembers it; *number (may be NULL) as sim_submit gives it. */
bool source_submit(Source *source, const Command *command, uint32_t *number, Error *err);
/* Runs the script again from the start up to `time`, with the first `kept` commands by hand. */
bool source_again(Source *source, SimTime time, uint32_t kept, Error *err);

/* --- app.c --- */

typedef struct Answer { /* to the question of that record */
    uint64_t seq;
    int choice;
} Answer;

/* A line said at a prompt. What is asked on one connection is told apart by that. */
typedef struct ConsoleCall {
    uint32_t call, conn;
    HostId host;
    uint32_t hand;      /* index in Source.by_hand */
    bool in_multi;      /* it was typed inside MULTI */
    bool is_second_try; /* of a line whose connection was found closed */
    ConsoleEnd end;
} ConsoleCall;

typedef struct ConsoleHost {
    uint32_t conn; /* 0: none yet, or closed */
    uint32_t hand; /* index in Source.by_hand of what made it */
    EditLine line;
    EditHistory history;
    uint64_t cleared;
} ConsoleHost;

typedef struct Console {
    ARRAY_OF(ConsoleHost *) hosts; /* by HostId; NULL: never looked at */
    ARRAY_OF(ConsoleCall) calls;   /* by number of the call */
    bool focus;
    ConsoleUi ui;
} Console;

typedef struct App {
    Source source;
    Model model;
    UiState ui;
    RunIndex index;
    SimTime time;           /* what is shown */
    SimTime seen_to;        /* and how far this run has been shown */
    bool director;          /* J: slow down by itself when something rare happens */
    int64_t speed_permille; /* the person's; ui.speed_permille is the one in force */
    int64_t slow_pace;      /* the director's virtual ns per wall ms now; 0: the person's speed */
    uint64_t read_seq;      /* the sentence on the card, and for how long it has been there */
    uint64_t read_ms;
    SimSpan span_max; /* at most this much at a time, so that a frame stays a frame */
    ARRAY_OF(Answer) answers;
    bool ended;              /* the end of the script was told */
    FILE *log;               /* where the Lua lines of faults go; NULL: nowhere */
    uint32_t next_fault;     /* ids of network faults made here */
    uint32_t source_steps;   /* steps the script's text names */
    const char *want_select; /* nodes named on the command line, until they exist */
    const char *want_as;
    Console console;
    TextMetrics metrics; /* of the last frame, for the mouse */
    DrawList list;
    Lanes lanes;
    StagePlan plan;
    bool dirty, quit;
} App;

typedef struct AppOptions { /* what the command line says of the first picture */
    SourceOptions source;
    ThemeName theme;
    DockTab tab;
    Lens lens;
    const char *select, *as;
} AppOptions;

/* Opens a file, or takes over a source that is open already (app_start). False and *err. */
bool app_open(App *app, const char *path, const AppOptions *options, Error *err);
void app_start(App *app, const AppOptions *options);
void app_close(App *app);
/* A window or picture of so many device px. */
void app_resize(App *app, int width, int height, float scale);
/* The scale that suits a window of this size on a usual screen: 1, or larger for the small form
 * (view tokens §5: 1280 x 720 is shown at 1.5). */
float app_natural_scale(int width, int height);
/* Fills the draw list. */
void app_frame(App *app, const TextMetrics *metrics);
Layout app_layout(const App *app);
/* A node of the run by its name, HOST_NONE. */
HostId app_find_host(const App *app, const char *name);
void app_message(App *app, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* --- play.c --- */
void play_jump(App *app, SimTime time);        /* to a time that is known */
void play_advance(App *app, uint64_t wall_ms); /* lets wall time pass */
void play_took(App *app, uint64_t wall_ms);    /* how long that took: longer strides or shorter */
void play_step(App *app, int direction);       /* one record */
void play_interesting(App *app, int direction);
void play_next_step(App *app); /* on to the next step of the lesson, or its question */
void play_last_step(App *app);
void play_speed(App *app, int direction);
void play_answer(App *app, int choice);
/* After the time has changed by other means: question, window of the timeline, index. */
void play_settle(App *app);

/* --- keys.c, mouse.c --- */
void app_input(App *app, const Input *input);
void keys_press(App *app, const Input *input);
void mouse_input(App *app, const Input *input);
/* What a button or a row of the menu does: that of its key. */
void keys_click(App *app, uint32_t key);
void keys_show_tab(App *app, DockTab tab, bool over);

/* --- hand.c: commands by hand. Each prints the Lua line that does the same. --- */
/* Makes the shown moment the end of the run: in the past another future begins there. False (and a
 * message) when that cannot be. */
bool hand_stand_here(App *app);
/* Submits the command and tells its Lua line, or why it was refused. */
bool hand_act(App *app, const Command *command, uint32_t *number);
void hand_undo(App *app);

/* --- console.c: the prompt of the Console tab --- */
bool console_is_shown(const App *app);
bool console_has_focus(const App *app); /* keys and typed text go to the prompt */
void console_take_focus(App *app);
void console_drop_focus(App *app);
bool console_key(App *app, const Input *input); /* false: not a key of the prompt */
void console_text(App *app, const char *chars);
void console_click(App *app, Point at);
void console_scroll(App *app, int rows); /* > 0: back */
/* Before a frame: what is shown of it; while a reply is waited for also what follows from it. */
void console_frame(App *app);
void console_new_run(App *app); /* the run was done again, up to a moment */
void console_close(App *app);

/* --- fault.c: each submits a Command --- */
void fault_process(App *app, CommandKind kind, HostId host);
void fault_slow(App *app, HostId host);
void fault_isolate(App *app, HostId host);
void fault_wall(App *app, Point from, Point to, bool oneway);
void fault_heal(App *app);

/* --- options.c --- */
typedef struct RenderOptions {
    const char *times;  /* "12.5,14": seconds or durations; "end" */
    const char *output; /* PNG; with several times "-1", "-2" go before the dot */
} RenderOptions;
typedef struct Options {
    AppOptions app;
    const char *file;
    bool render, help;
    RenderOptions pictures;
    int width, height;
    float scale; /* 0: as the size suggests */
    SimTime from;
    bool has_from;
} Options;
/* False and *err for what cannot be understood. */
bool options_read(int argc, char **argv, Options *options, Error *err);
extern const char options_usage[];

/* --- render.c --- */
int render_pictures(App *app, const Options *options);

#endif
