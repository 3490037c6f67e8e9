/* cli.h -- the commands of `slotscope`, one file each; main.c has the table of their names and
 * options.
 *
 * A command gets what was said on its command line and returns the exit status. The order of its
 * options in main.c is the order of the enumerations here. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "sim/base/text.h"
#include "sim/cli/options.h"

#define PROGRAM_VERSION "0.1"

/* Exit statuses. */
enum { EXIT_FINE = 0, EXIT_NOT_HELD = 1, EXIT_BAD_INPUT = 2, EXIT_INTERRUPTED = 130 };

enum { RUN_SEED, RUN_UNTIL, RUN_SET, RUN_TRACE, RUN_JSON, RUN_LEVEL, RUN_QUIET, RUN_OPTIONS };

int cmd_run(const CommandLine *line);
int cmd_view(const CommandLine *line);
int cmd_render(const CommandLine *line);
int cmd_check(const CommandLine *line);
int cmd_list(const CommandLine *line);
int cmd_slot(const CommandLine *line);

/* The options of a command by its name: for view.c, which hands them on. */
const Option *cli_options(const char *command, uint32_t *count);
/* Prints "slotscope: ..." to standard error; returns EXIT_BAD_INPUT. */
int cli_refuse(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The only operand, or NULL after telling that `what` is wanted. */
const char *cli_one_operand(const CommandLine *line, const char *what);
/* Folder of this program's own file, without the last slash. */
bool cli_own_folder(Text *folder);

/* Colour is for terminals only, and not with NO_COLOR or TERM=dumb. */
bool cli_wants_colour(void);
/* Columns of the terminal on standard output, from 40 to 120; 80 when it is none. */
uint32_t cli_width(void);
/* Ends the output on standard output: EXIT_BAD_INPUT and a sentence if not all could be written
 * (a reader that has gone away is no mistake), else `status`. */
int cli_close_output(int status);

#endif
