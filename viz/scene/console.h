/* console.h -- the dock's Console tab: what was asked of a node and what it answered, as redis-cli
 * shows it, and under it the prompt.
 *
 * The transcript comes from the trace (CALL_SENT, CALL_REPLIED). The trace keeps only the beginning
 * of a reply; behind a live run the app knows more (ConsoleReply) and the prompt can be typed at.
 * Who types where is the app's business (viz/app/console.c); here it is drawn. */
#ifndef SCENE_CONSOLE_H
#define SCENE_CONSOLE_H

#include "viz/scene/scene.h"
#include "viz/ui/edit.h"

#define CONSOLE_ROWS_MAX    1000u /* of the transcript, the newest */
#define CONSOLE_REPLY_LINES 100u  /* of one reply; the rest is counted */

typedef enum ConsoleMode {
    CONSOLE_NO_NODE,  /* nobody is selected: the calls of the whole run */
    CONSOLE_RECORDED, /* a trace file: nobody is there to answer */
    CONSOLE_QUESTION, /* a prediction is open: the future is hidden */
    CONSOLE_PAST,     /* the run has gone on from what is shown */
    CONSOLE_WAITING,  /* for the reply to the last line */
    CONSOLE_READY
} ConsoleMode;

typedef enum ConsoleEnd { /* how a call ends on the screen */
                          CONSOLE_END_REPLY,
                          CONSOLE_END_GIVEN_UP,   /* Ctrl-C */
                          CONSOLE_END_SENT_AGAIN, /* its connection was closed: redis-cli connects,
                                                     says it once more and shows only that */
                          CONSOLE_END_SILENT /* SHUTDOWN: that the connection closes is no news */
} ConsoleEnd;

/* What the app knows of one call beside the trace. */
typedef struct ConsoleReply {
    uint32_t call;
    bool in_multi; /* the prompt it was typed at said (TX) */
    ConsoleEnd end;
    bool is_known;       /* `text` is the reply as redis-cli prints it */
    uint32_t more_lines; /* behind `text` */
    Text text;
} ConsoleReply;
typedef ARRAY_OF(ConsoleReply) ConsoleReplies; /* by call, ascending */

typedef struct ConsoleUi {
    ConsoleMode mode;
    bool has_focus;          /* keys go to the prompt */
    char prompt[64];         /* "10.0.0.1:6379(TX)> " */
    const EditLine *line;    /* NULL: empty */
    SimSpan waited;          /* WAITING */
    bool is_frozen, is_dead; /* the selected node's process */
    uint64_t cleared;        /* what was asked up to this record is not shown */
    ConsoleReplies replies;
} ConsoleUi;

typedef enum ConsoleHit {
    CONSOLE_HIT_NONE,
    CONSOLE_HIT_PROMPT,
    CONSOLE_HIT_BRANCH,
    CONSOLE_HIT_END
} ConsoleHit;
/* What lies under a point of the console; anything but a button is the prompt. */
ConsoleHit scene_console_at(const Model *model, const UiState *ui, const Layout *layout,
                            const TextMetrics *metrics, Point at);
/* By how many rows the transcript can be scrolled back, and how many are seen at once. */
typedef struct ConsoleSpan {
    uint32_t scroll_max, room;
} ConsoleSpan;
ConsoleSpan scene_console_span(const Model *model, const UiState *ui, const Layout *layout,
                               const TextMetrics *metrics);

#endif
