/* samples.h -- samples of a measured figure and how two of them compare. Floating point is allowed
 * here: this is a report about runs, not a run. */
#ifndef FIDELITY_SAMPLES_H
#define FIDELITY_SAMPLES_H

#include "sim/base/array.h"

#include <stdbool.h>

typedef struct Samples {
    ARRAY_OF(double) values;
} Samples;

void samples_add(Samples *samples, double value);
void samples_deinit(Samples *samples);
double samples_median(Samples *samples); /* 0 when empty; sorts */
/* Two-sample Kolmogorov-Smirnov test: the probability of a distance at least as large when both
 * come from one distribution (asymptotic formula with the small-sample correction of Stephens). */
double samples_ks(Samples *a, Samples *b);

/* The report: one row for each figure, counted. */
typedef struct FidelityReport {
    int rows, failed;
} FidelityReport;
void report_heading(const char *text);
void report_row(FidelityReport *report, const char *what, const char *real, const char *ours,
                bool ok, const char *rule);

#endif
