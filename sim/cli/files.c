/* files.c -- see files.h. */
#define _XOPEN_SOURCE 700 /* realpath */
#include "sim/cli/files.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *shown(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard input" : path;
}

static bool refuse_size(const char *path, size_t max, Error *err)
{
    bool in_gib = max >= (size_t)1 << 30;
    return error_set(err, "%s is larger than %zu %s, the most that is read", shown(path),
                     in_gib ? max >> 30 : max >> 20, in_gib ? "GiB" : "MiB");
}

static bool read_stream(FILE *stream, const char *path, size_t max, ByteWriter *bytes, Error *err)
{
    static const size_t piece = 65536;
    uint8_t *buffer = mem_alloc(NULL, piece);
    bool fits = true;
    for (;;) {
        size_t size = fread(buffer, 1, piece, stream);
        fits = bytes->size + size <= max;
        if (size == 0 || !fits) break;
        bytes_put_raw(bytes, buffer, size);
    }
    mem_free(NULL, buffer, piece);
    if (!fits) return refuse_size(path, max, err);
    if (ferror(stream))
        return error_set(err, "%s cannot be read: %s", shown(path), strerror(errno));
    if (bytes->size == 0) return error_set(err, "%s is empty", shown(path));
    return true;
}

bool file_read(const char *path, size_t max, ByteWriter *bytes, Error *err)
{
    struct stat about;
    if (strcmp(path, "-") == 0) return read_stream(stdin, path, max, bytes, err);
    if (stat(path, &about) != 0)
        return error_set(err, "%s cannot be read: %s", path, strerror(errno));
    if (S_ISDIR(about.st_mode)) return error_set(err, "%s is a folder; a file is wanted", path);
    if (!S_ISREG(about.st_mode) && !S_ISFIFO(about.st_mode))
        return error_set(err, "%s is a device; a file is wanted", path);
    if (S_ISREG(about.st_mode) && (uint64_t)about.st_size > max) return refuse_size(path, max, err);
    FILE *stream = fopen(path, "rb");
    if (!stream) return error_set(err, "%s cannot be read: %s", path, strerror(errno));
    bool read = read_stream(stream, path, max, bytes, err);
    fclose(stream);
    return read;
}

bool file_is_trace(const ByteWriter *bytes)
{
    static const char magic[8] = "SLSCOPE"; /* docs/trace.md §6 */
    return bytes->size >= sizeof(magic) && memcmp(bytes->bytes, magic, sizeof(magic)) == 0;
}

/* --- writing --- */

/* Where the file really lies: through symbolic links, if it exists. */
static void resolve(const char *path, Text *out)
{
    char *real = realpath(path, NULL);
    text_append(out, "%s", real ? real : path);
    free(real);
}

bool outfile_open(OutFile *file, const char *path, Error *err)
{
    struct stat about;
    *file = (OutFile){.shown = strcmp(path, "-") == 0 ? "standard output" : path};
    if (strcmp(path, "-") == 0) {
        file->stream = stdout;
        return true;
    }
    bool exists = stat(path, &about) == 0;
    if (exists && S_ISDIR(about.st_mode))
        return error_set(err, "%s is a folder; it cannot be written as a file", path);
    resolve(path, &file->path);
    if (exists && !S_ISREG(about.st_mode)) { /* a device or a pipe cannot be replaced */
        file->stream = fopen(path, "wb");
    } else {
        text_append(&file->temporary, "%s.%ld.part", text_chars(&file->path), (long)getpid());
        file->stream = fopen(text_chars(&file->temporary), "wb");
    }
    if (file->stream) return true;
    error_set(err, "%s cannot be written: %s", path, strerror(errno));
    outfile_abandon(file);
    return false;
}

bool outfile_finish(OutFile *file, Error *err)
{
    SIM_ASSERT(file->stream != NULL);
    const char *temporary = text_chars(&file->temporary);
    errno = 0;
    bool written = fflush(file->stream) == 0 && !ferror(file->stream);
    int why = errno;
    if (file->stream != stdout && fclose(file->stream) != 0) {
        why = written ? errno : why;
        written = false;
    }
    file->stream = NULL;
    if (written && *temporary != '\0' && rename(temporary, text_chars(&file->path)) != 0) {
        why = errno;
        written = false;
    }
    if (!written) {
        error_set(err, "%s cannot be written: %s", file->shown, strerror(why ? why : EIO));
        if (*temporary != '\0') unlink(temporary);
    }
    text_deinit(&file->path);
    text_deinit(&file->temporary);
    return written;
}

void outfile_abandon(OutFile *file)
{
    if (file->stream && file->stream != stdout) fclose(file->stream);
    if (file->stream && file->temporary.size > 0) unlink(text_chars(&file->temporary));
    file->stream = NULL;
    text_deinit(&file->path);
    text_deinit(&file->temporary);
}
