/* assert.h -- SIM_ASSERT: our own mistakes stop the program, in every build (style.md §9).
 *
 * The message names the expression, the place, the simulated time, the event and the command line
 * that reproduces the run. The latter three come from the context that whoever drives a run has
 * set; it is the one piece of mutable global state in sim/, because an assert has no other way to
 * reach it. */
#ifndef BASE_ASSERT_H
#define BASE_ASSERT_H

#include <stdint.h>

typedef struct AssertContext {
    const uint64_t *now_ns;      /* simulated time, or NULL */
    const uint64_t *event_count; /* events run so far, or NULL */
    const char *reproduce;       /* command line, or NULL */
} AssertContext;

/* Borrowed until replaced; NULL clears it. */
void assert_set_context(const AssertContext *context);

_Noreturn void assert_fail(const char *expression, const char *file, int line);

#define SIM_ASSERT(condition) ((condition) ? (void)0 : assert_fail(#condition, __FILE__, __LINE__))

#ifdef SIM_SLOW_CHECKS
#define SIM_ASSERT_SLOW(condition) SIM_ASSERT(condition)
#else
#define SIM_ASSERT_SLOW(condition) ((void)0)
#endif

#endif
