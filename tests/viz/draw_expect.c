/* draw_expect.c -- see draw_expect.h. */
#include "tests/viz/draw_expect.h"

#include <stdio.h>
#include <string.h>

bool draw_is(const char *row, const DrawList *list, const char *want)
{
    Text got = {0};
    draw_dump(list, &got);
    bool is_same = strcmp(text_chars(&got), want) == 0;
    if (!is_same) printf("\n  %s:\n  got:\n%s  want:\n%s", row, text_chars(&got), want);
    text_deinit(&got);
    return is_same;
}

uint32_t draw_lines(const DrawList *list, const char *start)
{
    Text text = {0};
    draw_dump(list, &text);
    uint32_t count = 0;
    for (const char *line = text_chars(&text); *line != '\0';) {
        if (strncmp(line, start, strlen(start)) == 0) count++;
        const char *end = strchr(line, '\n');
        if (end == NULL) break;
        line = end + 1;
    }
    text_deinit(&text);
    return count;
}

uint32_t draw_occurs(const DrawList *list, const char *part)
{
    Text text = {0};
    draw_dump(list, &text);
    uint32_t count = 0;
    const char *at = strstr(text_chars(&text), part);
    for (; at != NULL; at = strstr(at + 1, part)) count++;
    text_deinit(&text);
    return count;
}

void bench_init(UiBench *bench)
{
    *bench = (UiBench){.metrics = draw_metrics_plain()};
    bench->ui = (Ui){.list = &bench->list,
                     .hits = &bench->hits,
                     .metrics = &bench->metrics,
                     .theme = theme_get(THEME_DARK),
                     .mouse = {-1000, -1000}};
}

void bench_deinit(UiBench *bench)
{
    draw_deinit(&bench->list);
    hit_deinit(&bench->hits);
}
