/* fidelity.h -- the parts of the report `make fidelity`: each compares one measured file with our
 * runs. */
#ifndef FIDELITY_FIDELITY_H
#define FIDELITY_FIDELITY_H

#include "tests/fidelity/samples.h"

#include <cjson/cJSON.h>
#include <stdint.h>

/* Reads tests/fidelity/oracle/<name>.json; ends the program with a sentence when it cannot. */
cJSON *fidelity_read(const char *name);

void fidelity_keyslot(FidelityReport *report);
void fidelity_create(FidelityReport *report);
void fidelity_errors(FidelityReport *report);
/* `seeds` clusters, several failovers each. */
void fidelity_failover(FidelityReport *report, const char *file, uint32_t seeds);
void fidelity_gossip(FidelityReport *report, const char *file, uint32_t seeds, uint32_t nodes_max);

#endif
