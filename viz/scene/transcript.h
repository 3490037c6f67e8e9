/* transcript.h -- what was asked of a node and answered, as rows of a terminal; private to the
 * console. */
#ifndef SCENE_TRANSCRIPT_H
#define SCENE_TRANSCRIPT_H

#include "sim/base/resp.h"
#include "viz/scene/console.h"

typedef enum RowInk { ROW_PROMPT, ROW_REPLY, ROW_ERROR, ROW_FAINT } RowInk;

typedef struct TranscriptRow {
    uint32_t first, size; /* in chars */
    uint32_t prompt;      /* so many bytes of it are the prompt */
    RowInk ink;
    SimTime time; /* when it was asked; SIM_TIME_NEVER: not the first row of a call */
} TranscriptRow;

typedef struct Transcript {
    Text chars;
    ARRAY_OF(TranscriptRow) rows; /* newest first */
} Transcript;

/* Up to the model's moment, of the selected node or of all, in rows of `columns` characters. */
void transcript_build(Transcript *transcript, const Model *model, const UiState *ui,
                      uint32_t columns);
void transcript_deinit(Transcript *transcript);

/* The values of a reply from the form that a trace keeps (resp_plain_text), which may be cut off at
 * its end: an array has the elements that are there. Texts point into `reply`, which is not empty.
 */
void transcript_read_plain(TraceText reply, RespValues *values);
/* The address of a host as redis-cli's prompt has it: "10.0.0.1:6379". */
void transcript_address(const Model *model, HostId host, Text *out);
/* How many bytes of `chars` make the next row of so many characters, at least one. */
uint32_t transcript_wrap(const char *chars, uint32_t size, uint32_t columns);

#endif
