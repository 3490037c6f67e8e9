/* helper.c -- what tests/e2e/cli.sh cannot do in shell.
 *
 *     e2e-helper json FILE           parses every line; prints how many there are
 *     e2e-helper break TRACE FOLDER  writes broken copies of a good trace, one kind of damage each
 *     e2e-helper unread COMMAND...      runs a command whose standard output nobody reads */
#include "sim/base/bytes.h"
#include "sim/base/hash.h"
#include "sim/base/text.h"

#include <cjson/cJSON.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void read_all(const char *path, ByteWriter *bytes)
{
    uint8_t piece[4096];
    FILE *file = fopen(path, "rb");
    if (!file) exit(2);
    for (size_t size; (size = fread(piece, 1, sizeof(piece), file)) > 0;)
        bytes_put_raw(bytes, piece, size);
    fclose(file);
}

static int parse_lines(const char *path)
{
    ByteWriter bytes = {0};
    int count = 0;
    read_all(path, &bytes);
    bytes_put_u8(&bytes, 0);
    for (char *line = (char *)bytes.bytes; *line != '\0'; count++) {
        char *end = strchr(line, '\n');
        if (end) *end = '\0';
        cJSON *object = cJSON_ParseWithOpts(line, NULL, 1);
        bool good = cJSON_IsObject(object) && end;
        cJSON_Delete(object);
        if (!good) {
            printf("line %d is no JSON object: %.200s\n", count + 1, line);
            return 1;
        }
        line = end + 1;
    }
    bytes_deinit(&bytes);
    printf("%d\n", count);
    return 0;
}

/* --- broken traces --- */

typedef struct Breaker {
    const char *folder;
    const ByteWriter *good;
} Breaker;

static void write_copy(const Breaker *breaker, const char *what, const char *section,
                       const uint8_t *bytes, size_t size)
{
    Text path = {0};
    text_append(&path, "%s/%s-%.3s", breaker->folder, what, section);
    FILE *file = fopen(text_chars(&path), "wb");
    if (!file || fwrite(bytes, 1, size, file) != size || fclose(file) != 0) exit(2);
    text_deinit(&path);
}

static void write_flipped(const Breaker *breaker, const char *what, const char *section, size_t at)
{
    breaker->good->bytes[at] ^= 0x55;
    write_copy(breaker, what, section, breaker->good->bytes, breaker->good->size);
    breaker->good->bytes[at] ^= 0x55;
}

/* A section: tag, length (8 bytes), payload, checksum (8 bytes) of all before it. */
static size_t break_section(const Breaker *breaker, size_t start)
{
    uint8_t *bytes = breaker->good->bytes;
    char tag[4] = {(char)bytes[start], (char)bytes[start + 1], (char)bytes[start + 2]};
    ByteReader reader = {.bytes = bytes, .size = breaker->good->size, .at = start + 4};
    size_t length = bytes_get_u64(&reader);
    size_t middle = reader.at + length / 2, sum = reader.at + length;
    write_copy(breaker, "cut-before", tag, bytes, start);
    write_copy(breaker, "cut-within", tag, bytes, middle);
    write_flipped(breaker, "tag", tag, start);
    write_flipped(breaker, "length", tag, start + 6);
    write_flipped(breaker, "sum", tag, sum);
    if (length == 0) return sum + 8;
    write_flipped(breaker, "payload", tag, middle);

    /* The same with a checksum that fits: what the records say is then judged. */
    uint8_t kept[8];
    ByteWriter mended = {0};
    bytes[middle] ^= 0x55;
    memcpy(kept, bytes + sum, 8);
    bytes_put_u64(&mended, hash_bytes(HASH_START, bytes + start, sum - start));
    memcpy(bytes + sum, mended.bytes, 8);
    write_copy(breaker, "mended", tag, bytes, breaker->good->size);
    memcpy(bytes + sum, kept, 8);
    bytes[middle] ^= 0x55;
    bytes_deinit(&mended);
    return sum + 8;
}

static int break_trace(const char *path, const char *folder)
{
    ByteWriter good = {0};
    Breaker breaker = {folder, &good};
    read_all(path, &good);
    write_flipped(&breaker, "magic", "...", 0);
    write_flipped(&breaker, "version", "...", 8);
    for (size_t at = 12; at + 20 <= good.size;) at = break_section(&breaker, at);
    bytes_put_u8(&good, 'x');
    write_copy(&breaker, "more", "...", good.bytes, good.size);
    bytes_deinit(&good);
    return 0;
}

/* --- a reader that goes away --- */

static int run_unread(char **command)
{
    int ends[2], status;
    if (pipe(ends) != 0) return 2;
    pid_t child = fork();
    if (child == 0) {
        signal(SIGPIPE, SIG_DFL);
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execvp(command[0], command);
        _exit(2);
    }
    close(ends[0]);
    close(ends[1]);
    if (waitpid(child, &status, 0) != child) return 2;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "json") == 0) return parse_lines(argv[2]);
    if (argc == 4 && strcmp(argv[1], "break") == 0) return break_trace(argv[2], argv[3]);
    if (argc > 2 && strcmp(argv[1], "unread") == 0) return run_unread(argv + 2);
    fputs("e2e-helper: see tests/e2e/helper.c\n", stderr);
    return 2;
}
