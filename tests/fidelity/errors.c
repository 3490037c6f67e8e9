/* errors.c -- every reply of errors.json beside ours (tests/replay). */
#include "tests/fidelity/fidelity.h"
#include "tests/replay/replay.h"

#include <stdio.h>

/* Separators of elements and line ends are shown as such. */
static void print_text(const char *what, const char *text)
{
    printf("      %s ", what);
    for (; *text; text++) {
        if (*text == '\x1f') printf(", ");
        else if (*text == '\r') printf("\\r");
        else if (*text == '\n') printf("\\n");
        else putchar(*text);
    }
    putchar('\n');
}

static void print_difference(const ReplayDifference *difference)
{
    printf("    row %u, %s, \"%s\": %s\n", difference->row, difference->node, difference->context,
           difference->command);
    print_text("wanted", difference->wanted);
    print_text("got   ", difference->got);
}

void fidelity_errors(FidelityReport *report)
{
    cJSON *oracle = fidelity_read("errors");
    char real[32], ours[64];
    report_heading("errors");
    ReplayResult result = replay_run(oracle, print_difference);
    snprintf(real, sizeof(real), "%u rows", result.rows);
    snprintf(ours, sizeof(ours), "%u of %u equal", result.equal, result.rows);
    report_row(report, "errors.json: replies", real, ours, result.equal == result.rows,
               "every row equal");
    cJSON_Delete(oracle);
}
