/* options.h -- a command line read against a table: strict, with a hint at the nearest name.
 *
 * `--seed 7`, `--seed=7` and `-o FILE` are understood; `--` ends the options; `-` is an operand.
 * Each mistake is one sentence (style.md §9.2). */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "sim/base/array.h"
#include "sim/base/error.h"
#include "sim/base/time.h"

#define OPTIONS_MAX 16 /* of one command */

typedef enum OptionKind {
    OPTION_FLAG,
    OPTION_TEXT,
    OPTION_NUMBER,  /* from 0 to `high` */
    OPTION_SPAN,    /* a duration, "90s" */
    OPTION_SETTING, /* name=value; may be given many times */
} OptionKind;

typedef struct Option {
    const char *name; /* "--seed" or "-o" */
    OptionKind kind;
    uint64_t high;
    const char *value; /* what its value is called in the help: "N" */
    const char *help;  /* one line */
} Option;

typedef struct OptionValue {
    bool given;
    const char *text;
    uint64_t number; /* NUMBER, SPAN */
} OptionValue;

typedef struct Setting {
    char *name; /* own copy; the value stands behind its NUL */
    const char *value;
    size_t size; /* of the copy */
} Setting;

/* What was said: values by the index of their option, and what is no option. */
typedef struct CommandLine {
    OptionValue values[OPTIONS_MAX];
    ARRAY_OF(Setting) settings;
    ARRAY_OF(const char *) operands;
} CommandLine;

/* Reads `count` words. False and *err, which names the word and what is allowed. */
bool options_read(const Option *options, uint32_t option_count, int count, char *const *words,
                  CommandLine *line, Error *err);
void options_deinit(CommandLine *line);

/* A whole number in decimal digits, from 0 to `high`, and nothing else. */
bool options_number(const char *chars, uint64_t high, uint64_t *number);

#endif
