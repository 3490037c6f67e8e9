/* view.c -- `slotscope view` and `slotscope render`: hand over to slotscope-view, the program
 * beside this one. */
#include "sim/cli/cli.h"
#include "sim/cli/files.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef ARRAY_OF(char *) Words;

static void push(Words *words, const char *word)
{
    size_t size = strlen(word) + 1;
    char *copy = mem_alloc(NULL, size);
    memcpy(copy, word, size);
    array_push(NULL, words, copy);
}

static void push_options(Words *words, const char *command, const CommandLine *line)
{
    uint32_t count;
    const Option *options = cli_options(command, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (!line->values[i].given) continue;
        push(words, options[i].name);
        push(words, line->values[i].text);
    }
    for (uint32_t i = 0; i < line->settings.count; i++) {
        Text text = {0};
        text_append(&text, "%s=%s", line->settings.items[i].name, line->settings.items[i].value);
        push(words, "--set");
        push(words, text_chars(&text));
        text_deinit(&text);
    }
}

/* Replaces this process; returns only when that is not possible. */
static int hand_over(Words *words)
{
    Text program = {0};
    if (cli_own_folder(&program)) text_append(&program, "/");
    text_append(&program, "slotscope-view");
    array_push(NULL, words, NULL);
    execv(text_chars(&program), words->items);
    int status =
        errno == ENOENT
            ? cli_refuse("there is no %s; `make` builds it (the view needs SDL2), and `slotscope "
                         "run` tells the same in text",
                         text_chars(&program))
            : cli_refuse("%s cannot be started: %s", text_chars(&program), strerror(errno));
    text_deinit(&program);
    for (uint32_t i = 0; i + 1 < words->count; i++)
        mem_free(NULL, words->items[i], strlen(words->items[i]) + 1);
    array_deinit(NULL, words);
    return status;
}

int cmd_view(const CommandLine *line)
{
    Words words = {0};
    const char *file = cli_one_operand(line, "a scenario (.lua) or a trace");
    if (!file) return EXIT_BAD_INPUT;
    push(&words, "slotscope-view");
    push_options(&words, "view", line);
    push(&words, file);
    return hand_over(&words);
}

int cmd_render(const CommandLine *line)
{
    Words words = {0};
    const char *file = cli_one_operand(line, "a scenario (.lua) or a trace");
    if (!file) return EXIT_BAD_INPUT;
    if (!line->values[0].given || !line->values[1].given)
        return cli_refuse(
            "render wants --at T[,T...] and -o PNG, as in --at 12.5,end -o picture.png");
    push(&words, "slotscope-view");
    push(&words, "--render");
    push_options(&words, "render", line);
    push(&words, file);
    return hand_over(&words);
}
