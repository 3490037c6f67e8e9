/* main.c -- `make fidelity`: our runs beside what real Redis 7.0.15 did, a verdict each.
 *
 *     build/fidelity [--seeds N] [keyslot create errors kill stop quickack gossip ...]
 *
 * Exit status 0 when every row is as wanted, 1 when one differs, 2 for wrong arguments. */
#include "tests/fidelity/fidelity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

cJSON *fidelity_read(const char *name)
{
    char path[256];
    snprintf(path, sizeof(path), "tests/fidelity/oracle/%s.json", name);
    FILE *file = fopen(path, "rb");
    if (!file) {
        fprintf(stderr, "fidelity: cannot open %s; run it from the top of the checkout\n", path);
        exit(2);
    }
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    char *text = calloc(1, (size_t)size + 1);
    if (!text || fread(text, 1, (size_t)size, file) != (size_t)size) exit(2);
    fclose(file);
    cJSON *json = cJSON_Parse(text);
    free(text);
    if (!json) {
        fprintf(stderr, "fidelity: %s is not JSON\n", path);
        exit(2);
    }
    return json;
}

static bool wanted(int argc, char **argv, int first, const char *name)
{
    if (first >= argc) return true;
    for (int i = first; i < argc; i++) {
        if (strcmp(argv[i], name) == 0) return true;
    }
    return false;
}

int main(int argc, char **argv)
{
    FidelityReport report = {0};
    uint32_t seeds = 200;
    int first = 1;
    if (argc > 2 && strcmp(argv[1], "--seeds") == 0) {
        seeds = (uint32_t)strtoul(argv[2], NULL, 10);
        first = 3;
    }
    if (seeds == 0) {
        fprintf(stderr, "fidelity: --seeds wants a number from 1\n");
        return 2;
    }
    if (wanted(argc, argv, first, "keyslot")) fidelity_keyslot(&report);
    if (wanted(argc, argv, first, "create")) fidelity_create(&report);
    if (wanted(argc, argv, first, "errors")) fidelity_errors(&report);
    if (wanted(argc, argv, first, "kill"))
        fidelity_failover(&report, "failover_kill_3x1_nt2000", seeds);
    if (wanted(argc, argv, first, "quickack")) {
        fidelity_failover(&report, "failover_kill_3x1_nt2000_quickack", seeds);
    }
    if (wanted(argc, argv, first, "stop"))
        fidelity_failover(&report, "failover_stop_3x1_nt2000", seeds);
    if (wanted(argc, argv, first, "gossip")) {
        fidelity_gossip(&report, "gossip_nt5000", seeds, 48);
        fidelity_gossip(&report, "gossip_nt15000", seeds, 48);
        fidelity_gossip(&report, "gossip_nt5000_n96", seeds, 96);
    }
    printf("\n%d rows, %d differ\n", report.rows, report.failed);
    return report.failed > 0;
}
