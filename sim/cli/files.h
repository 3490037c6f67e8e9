/* files.h -- reading whole files within bounds, writing them whole or not at all.
 *
 * A file is written beside its place under a temporary name and renamed at the end, so that nobody
 * ever sees half of one. "-" is standard input or standard output. */
#ifndef CLI_FILES_H
#define CLI_FILES_H

#include "sim/base/bytes.h"
#include "sim/base/error.h"
#include "sim/base/text.h"

#include <stdio.h>

#define SCRIPT_SIZE_MAX ((size_t)1 << 20) /* 1 MiB */
#define TRACE_SIZE_MAX  ((size_t)1 << 32) /* 4 GiB */

/* Reads a file of 1 to `max` bytes into `bytes` (all zero before). False and *err for anything
 * else. */
bool file_read(const char *path, size_t max, ByteWriter *bytes, Error *err);
/* Do these bytes begin as a trace file does? */
bool file_is_trace(const ByteWriter *bytes);

typedef struct OutFile {
    FILE *stream;
    Text path, temporary; /* temporary "": written directly (standard output, a pipe, a device) */
    const char *shown;    /* as the user wrote it */
} OutFile;

/* Opens `path` for writing at once, so that a run does not end with a file that cannot be had. */
bool outfile_open(OutFile *file, const char *path, Error *err);
/* Puts the file in its place; false and *err when not every byte could be written. */
bool outfile_finish(OutFile *file, Error *err);
/* Forgets it; what was at its place stays. Nothing happens to one that is not open. */
void outfile_abandon(OutFile *file);

#endif
