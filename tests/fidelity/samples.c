/* samples.c -- medians, the Kolmogorov-Smirnov test, and the rows of the report. */
#include "tests/fidelity/samples.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

void samples_add(Samples *samples, double value)
{
    array_push(NULL, &samples->values, value);
}

void samples_deinit(Samples *samples)
{
    array_deinit(NULL, &samples->values);
}

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return left < right ? -1 : left > right;
}

static void sort(Samples *samples)
{
    if (samples->values.count)
        qsort(samples->values.items, samples->values.count, sizeof(double), compare);
}

double samples_median(Samples *samples)
{
    uint32_t count = samples->values.count;
    if (count == 0) return 0;
    sort(samples);
    const double *v = samples->values.items;
    return count % 2 ? v[count / 2] : (v[count / 2 - 1] + v[count / 2]) / 2;
}

/* The largest distance between the two empirical distribution functions. */
static double largest_distance(const Samples *a, const Samples *b)
{
    uint32_t i = 0, j = 0;
    double largest = 0;
    while (i < a->values.count && j < b->values.count) {
        double x = a->values.items[i], y = b->values.items[j];
        double at = x < y ? x : y;
        while (i < a->values.count && a->values.items[i] <= at) i++;
        while (j < b->values.count && b->values.items[j] <= at) j++;
        double distance = fabs((double)i / a->values.count - (double)j / b->values.count);
        if (distance > largest) largest = distance;
    }
    return largest;
}

double samples_ks(Samples *a, Samples *b)
{
    if (a->values.count == 0 || b->values.count == 0) return 0;
    sort(a);
    sort(b);
    double n =
        (double)a->values.count * b->values.count / ((double)a->values.count + b->values.count);
    double lambda = (sqrt(n) + 0.12 + 0.11 / sqrt(n)) * largest_distance(a, b);
    double sum = 0;
    for (int k = 1; k <= 100; k++) {
        double term = exp(-2.0 * k * k * lambda * lambda);
        sum += k % 2 ? term : -term;
    }
    double p = 2 * sum;
    return lambda < 0.2 || p > 1 ? 1 : p < 0 ? 0 : p;
}

void report_heading(const char *text)
{
    printf("\n%s\n  %-34s %-34s %-26s %-6s %s\n", text, "figure", "real Redis 7.0.15", "Slotscope",
           "", "wanted");
}

void report_row(FidelityReport *report, const char *what, const char *real, const char *ours,
                bool ok, const char *rule)
{
    report->rows++;
    if (!ok) report->failed++;
    printf("  %-34s %-34s %-26s %-6s %s\n", what, real, ours, ok ? "ok" : "DIFFERS", rule);
    fflush(stdout);
}
