/* script_run.h -- scripts for the tests of lua/: from a text or a file, run to their end. */
#ifndef UNIT_SCRIPT_RUN_H
#define UNIT_SCRIPT_RUN_H

#include "lua/script.h"

typedef struct ScriptRun {
    Script *script; /* NULL when it did not compile */
    ScriptStatus status;
    Error err;
} ScriptRun;

/* The whole file, NUL-terminated, from the plain heap; NULL when it cannot be read. */
char *script_read_file(const char *path, size_t *size);

ScriptRun script_run_bytes(const char *name, const char *bytes, size_t size, uint64_t seed);
ScriptRun script_run_text(const char *source, uint64_t seed); /* called "test.lua" */
void script_run_close(ScriptRun *run);

/* How many expects held and failed; each failed one is printed. */
uint32_t script_expects(const ScriptRun *run, bool held);
/* The record of this type, the `number`-th of the trace (1..); false when there are not so many. */
bool script_find_record(const ScriptRun *run, TraceType type, uint32_t number, TraceRecord *record);
uint64_t script_hash(const ScriptRun *run);

/* Calls `visit` with each *.lua of a folder, sorted by name; returns how many. */
uint32_t script_each_file(const char *folder, void (*visit)(const char *path, void *state),
                          void *state);

#endif
