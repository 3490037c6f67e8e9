/* common.c -- what all commands share: refusing, the terminal, the program's own place. */
#include "sim/cli/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

int cli_refuse(const char *format, ...)
{
    va_list args;
    Error err = {{0}};
    va_start(args, format);
    error_vset(&err, format, args);
    va_end(args);
    fflush(stdout);
    fputs("slotscope: ", stderr);
    for (const char *at = err.text; *at != '\0'; at++) { /* names of files may hold anything */
        unsigned char c = (unsigned char)*at;
        fputc((c < 32 && c != '\n') || c == 127 ? '?' : *at, stderr);
    }
    fputc('\n', stderr);
    return EXIT_BAD_INPUT;
}

const char *cli_one_operand(const CommandLine *line, const char *what)
{
    if (line->operands.count == 1) return line->operands.items[0];
    if (line->operands.count == 0) cli_refuse("which file? %s is wanted", what);
    else cli_refuse("\"%s\" is one too many; one file at a time", line->operands.items[1]);
    return NULL;
}

bool cli_own_folder(Text *folder)
{
    char path[4096];
    ssize_t size = readlink("/proc/self/exe", path, sizeof(path) - 1);
    if (size <= 0) return false;
    path[size] = '\0';
    char *slash = strrchr(path, '/');
    if (!slash) return false;
    text_append_bytes(folder, path, (uint32_t)(slash - path));
    return true;
}

bool cli_wants_colour(void)
{
    const char *none = getenv("NO_COLOR"), *term = getenv("TERM");
    if (none && *none != '\0') return false;
    if (!term || strcmp(term, "dumb") == 0) return false;
    return isatty(STDOUT_FILENO);
}

uint32_t cli_width(void)
{
    struct winsize size;
    if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return 80;
    return size.ws_col < 40 ? 40 : size.ws_col > 120 ? 120 : size.ws_col;
}

int cli_close_output(int status)
{
    errno = 0;
    bool failed = fflush(stdout) != 0 || ferror(stdout);
    if (failed && errno != EPIPE && errno != 0)
        return cli_refuse("standard output cannot be written: %s", strerror(errno));
    return status;
}
