/* runner.c -- the one test program: every suite of tests/, or those named on the command line.
 *
 *     build/tests                 all suites
 *     build/tests test_rng ...    these suites
 *     build/tests --list          their names
 *
 * Ends with CUnit's summary; exit status 0 only if nothing failed. */
#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>

#include <stdio.h>
#include <string.h>

#define SUITE(name) void name##_suite(void);
#include "suites.inc"
#undef SUITE

static const struct {
    const char *name;
    void (*add)(void);
} suites[] = {
#define SUITE(name) {#name, name##_suite},
#include "suites.inc"
#undef SUITE
};

static const size_t suite_count = sizeof(suites) / sizeof(suites[0]);

static int list(void)
{
    for (size_t i = 0; i < suite_count; i++) puts(suites[i].name);
    return 0;
}

/* Adds the suite called `name`; returns 0, or 1 if there is none. */
static int add_named(const char *name)
{
    for (size_t i = 0; i < suite_count; i++) {
        if (strcmp(suites[i].name, name) == 0) {
            suites[i].add();
            return 0;
        }
    }
    fprintf(stderr, "tests: no suite \"%s\"; --list shows them all\n", name);
    return 1;
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--list") == 0) return list();
    if (CU_initialize_registry() != CUE_SUCCESS) return 2;

    int unknown = 0;
    if (argc == 1) {
        for (size_t i = 0; i < suite_count; i++) suites[i].add();
    }
    for (int i = 1; i < argc; i++) unknown += add_named(argv[i]);
    if (unknown > 0) return 2;

    CU_basic_set_mode(CU_BRM_NORMAL);
    CU_basic_run_tests();
    int failed = CU_get_number_of_failures() > 0;
    CU_cleanup_registry();
    return failed;
}
