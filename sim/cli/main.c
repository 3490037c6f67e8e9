/* main.c -- the program `slotscope`: finds the command, reads its options, runs it.
 *
 * The table of commands is also the help: `slotscope help run` prints what stands here. */
#include "sim/cli/cli.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef struct CommandRow {
    const char *name;
    const char *operands;
    const char *summary; /* one line */
    const char *text;    /* what the help says besides; full lines */
    int (*run)(const CommandLine *line);
    uint32_t option_count;
    Option options[OPTIONS_MAX];
} CommandRow;

/* clang-format off */
#define OPTION_SEED   {"--seed", OPTION_NUMBER, UINT64_MAX, "N", "the run's seed (1); equal seeds give equal runs"}
#define OPTION_SET    {"--set", OPTION_SETTING, 0, "name=value", "a setting that the scenario reads; may be repeated"}
#define OPTION_LEVEL  {"--level", OPTION_NUMBER, 2, "N", "what the trace keeps: 0 faults, 1 decisions, 2 messages"}
#define OPTIONS_VIEW \
    {"--select", OPTION_TEXT, 0, "NODE", "the node that the inspector shows, as if it had been clicked"}, \
    {"--as", OPTION_TEXT, 0, "NODE", "show the cluster as this node believes it to be"}, \
    {"--lens", OPTION_TEXT, 0, "NAME", "truth, node or client"}, \
    {"--tab", OPTION_TEXT, 0, "NAME", "inspector, why, agreement, metrics, console or source"}, \
    {"--size", OPTION_TEXT, 0, "WxH", "size in pixels (1920x1080)"}, \
    {"--scale", OPTION_TEXT, 0, "F", "size of type: 1, 1.5, 2; otherwise the picture's size decides"}, \
    {"--theme", OPTION_TEXT, 0, "NAME", "dark, light or contrast"}

static const CommandRow commands[] = {
    {"run", "FILE", "run a scenario and tell what happens",
     "FILE is a scenario in Lua; - reads it from standard input. The text goes to standard output.\n"
     "Exit status: 0 every expect held, 1 one did not, 2 bad input, 130 stopped by Ctrl-C (the\n"
     "trace and JSON files then hold the run so far).\n",
     cmd_run, RUN_OPTIONS,
     {OPTION_SEED,
      {"--until", OPTION_SPAN, 0, "T", "stop at this virtual time, as in 90s or 2min"},
      OPTION_SET,
      {"--trace", OPTION_TEXT, 0, "FILE", "write the trace, to be viewed, rendered or checked"},
      {"--json", OPTION_TEXT, 0, "FILE", "write the trace as JSON lines"},
      OPTION_LEVEL,
      {"--quiet", OPTION_FLAG, 0, NULL, "print only the expects that failed"}}},
    {"view", "FILE", "show a scenario or a trace in a window",
     "FILE is a scenario in Lua or a trace that `slotscope run --trace` wrote.\n",
     cmd_view, 11,
     {OPTION_SEED, OPTION_SET, OPTION_LEVEL,
      {"--from", OPTION_SPAN, 0, "T", "begin at this virtual time"}, OPTIONS_VIEW}},
    {"render", "FILE", "draw moments of a scenario or a trace as pictures",
     "Needs no display. With several times, the pictures are numbered: out-1.png, out-2.png.\n",
     cmd_render, 12,
     {{"--at", OPTION_TEXT, 0, "T[,T...]", "the moments: 12.5, 14.25s, end"},
      {"-o", OPTION_TEXT, 0, "PNG", "where the picture goes"},
      OPTION_SEED, OPTION_SET, OPTION_LEVEL, OPTIONS_VIEW}},
    {"check", "TRACE", "read a trace and judge it: folds, keyframes, rules of the protocol",
     "Exit status: 0 nothing is wrong, 1 a rule was broken, 2 the file cannot be read.\n",
     cmd_check, 0, {{0}}},
    {"list", "", "list the scenarios, with a line each",
     "Looks in the folder scenarios here, or beside the program.\n", cmd_list, 0, {{0}}},
    {"slot", "KEY...", "the hash slot of each key, and the part of it that is hashed",
     "A key may hold any bytes; - reads one key from standard input, as it is. Behind -- a key may\n"
     "begin with a dash.\n",
     cmd_slot, 0, {{0}}},
};
/* clang-format on */

#define COMMAND_COUNT ARRAY_LENGTH(commands)

static const CommandRow *find_command(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(commands[i].name, name) == 0) return &commands[i];
    }
    return NULL;
}

const Option *cli_options(const char *command, uint32_t *count)
{
    const CommandRow *row = find_command(command);
    SIM_ASSERT(row != NULL);
    *count = row->option_count;
    return row->options;
}

/* --- help --- */

static int print_help(void)
{
    puts("slotscope - a flight simulator for Redis Cluster\n\nUsage:");
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        Text usage = {0};
        text_append(&usage, "%s %s", commands[i].name, commands[i].operands);
        printf("  slotscope %-14s %s\n", text_chars(&usage), commands[i].summary);
        text_deinit(&usage);
    }
    puts("  slotscope help COMMAND   the options of a command\n"
         "  slotscope --version\n\n"
         "  slotscope run scenarios/lessons/09-anatomy-of-a-failover.lua");
    return EXIT_FINE;
}

static int print_command_help(const CommandRow *row)
{
    printf("slotscope %s%s%s%s - %s\n", row->name, row->option_count ? " [options]" : "",
           *row->operands ? " " : "", row->operands, row->summary);
    if (*row->text) printf("\n%s", row->text);
    if (row->option_count > 0) printf("\n");
    for (uint32_t i = 0; i < row->option_count; i++) {
        Text name = {0};
        text_append(&name, "%s%s%s", row->options[i].name, row->options[i].value ? " " : "",
                    row->options[i].value ? row->options[i].value : "");
        printf("  %-18s %s\n", text_chars(&name), row->options[i].help);
        text_deinit(&name);
    }
    return EXIT_FINE;
}

static int refuse_command(const char *name)
{
    const char *names[COMMAND_COUNT + 1];
    for (size_t i = 0; i < COMMAND_COUNT; i++) names[i] = commands[i].name;
    names[COMMAND_COUNT] = "help";
    const char *near = text_nearest(name, names, (uint32_t)COMMAND_COUNT + 1);
    if (near) return cli_refuse("there is no command \"%s\"; did you mean %s?", name, near);
    return cli_refuse("there is no command \"%s\"; `slotscope --help` lists those there are", name);
}

static int help_about(int count, char *const *words)
{
    if (count == 0) return print_help();
    if (count > 1) return cli_refuse("help takes one command, not %d", count);
    const CommandRow *row = find_command(words[0]);
    return row ? print_command_help(row) : refuse_command(words[0]);
}

/* --- dispatch --- */

static bool asks_for_help(int count, char *const *words)
{
    for (int i = 0; i < count && strcmp(words[i], "--") != 0; i++) {
        if (strcmp(words[i], "--help") == 0 || strcmp(words[i], "-h") == 0) return true;
    }
    return false;
}

static int run_command(const CommandRow *row, int count, char *const *words)
{
    CommandLine line = {.operands = {0}};
    Error err = {{0}};
    int status;
    if (asks_for_help(count, words)) return print_command_help(row);
    if (options_read(row->options, row->option_count, count, words, &line, &err))
        status = row->run(&line);
    else status = cli_refuse("%s: %s", row->name, err.text);
    options_deinit(&line);
    return status;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_help();
        return cli_close_output(EXIT_BAD_INPUT);
    }
    const char *name = argv[1];
    int status;
    signal(SIGPIPE, SIG_IGN);
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        status = help_about(argc - 2, argv + 2);
    } else if (strcmp(name, "--version") == 0) {
        status = argc > 2 ? cli_refuse("--version takes nothing else") : EXIT_FINE;
        if (status == EXIT_FINE) puts("slotscope " PROGRAM_VERSION);
    } else if (name[0] == '-') {
        status =
            cli_refuse("option \"%s\" is unknown here; `slotscope --help` says how to begin", name);
    } else {
        const CommandRow *row = find_command(name);
        status = row ? run_command(row, argc - 2, argv + 2) : refuse_command(name);
    }
    return cli_close_output(status);
}
