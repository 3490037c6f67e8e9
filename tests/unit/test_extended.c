/* test_extended.c -- INCRBYFLOAT's numbers: measured sums, and the machine's own long double where
 * it has 64 bits of mantissa. */
#include "sim/base/array.h"
#include "sim/base/rng.h"
#include "sim/store/number.h"

#include <CUnit/CUnit.h>

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void test_extended_suite(void);

static void expect_sum(const char *a, const char *b, const char *want)
{
    Text sum = {0};
    char told[1400];
    const char *problem = number_add_decimal(slice_of(a), slice_of(b), &sum);
    const char *got = problem ? problem : text_chars(&sum);
    snprintf(told, sizeof(told), "%s + %s: got %s, want %s", a, b, got, want);
    if (strcmp(got, want) != 0) printf("\n    %s", told);
    CU_assertImplementation(strcmp(got, want) == 0, __LINE__, told, __FILE__, "", CU_FALSE);
    text_deinit(&sum);
}

/* Measured on redis-server 7.0.15. */
static void sums_are_those_of_redis_server(void)
{
    static const char *const rows[][3] = {
        {"10.5", "0.1", "10.6"},
        {"10.6", "-1e1", "0.6"},
        {"650000", "3.14159", "650003.14159000000000788"},
        {"-1", "17179869184.000001", "17179869183.00000100024044514"},
        {"5.0e3", "200", "5200"},
        {"-0", "0", "0"},
        {"1", "-1", "0"},
        {"1.5", "x", "value is not a valid float"},
        {"", "1", "value is not a valid float"},
        {" 1", "1", "value is not a valid float"},
        {"1", "inf", "increment would produce NaN or Infinity"},
        {"72999999999999999999166733394903028", "12", "72999999999999999999166733394903040"},
        {"39223372036854775807", "-2", "39223372036854775808"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) expect_sum(rows[i][0], rows[i][1], rows[i][2]);
}

#if LDBL_MANT_DIG == 64
static void put_number(Rng *rng, char *text, size_t size)
{
    int whole = (int)rng_below(rng, 22), places = (int)rng_below(rng, 24);
    size_t at = 0;
    if (rng_below(rng, 2)) text[at++] = '-';
    for (int i = 0; i <= whole; i++) text[at++] = (char)('0' + rng_below(rng, 10));
    if (places > 0) text[at++] = '.';
    for (int i = 0; i < places; i++) text[at++] = (char)('0' + rng_below(rng, 10));
    text[at] = '\0';
    if (rng_below(rng, 4) == 0) snprintf(text + at, size - at, "e%d", (int)rng_below(rng, 60) - 30);
}

/* ld2string in its human form. */
static void print_human(long double value, char *text, size_t size)
{
    snprintf(text, size, "%.17Lf", value);
    size_t end = strlen(text);
    while (text[end - 1] == '0') end--;
    if (text[end - 1] == '.') end--;
    text[end] = '\0';
    if (strcmp(text, "-0") == 0) strcpy(text, "0");
}

static void random_sums_are_those_of_this_machine(void)
{
    Rng rng = rng_derive(1, "extended", 0);
    for (int i = 0; i < 20000; i++) {
        char a[80], b[80], want[200];
        put_number(&rng, a, sizeof(a));
        put_number(&rng, b, sizeof(b));
        print_human(strtold(a, NULL) + strtold(b, NULL), want, sizeof(want));
        expect_sum(a, b, want);
    }
}
#endif

void test_extended_suite(void)
{
    CU_pSuite suite = CU_add_suite("extended", NULL, NULL);
    CU_add_test(suite, "sums are those of redis-server", sums_are_those_of_redis_server);
#if LDBL_MANT_DIG == 64
    CU_add_test(suite, "random sums are those of this machine's long double",
                random_sums_are_those_of_this_machine);
#endif
}
