/* assert.c -- how the program says that it is wrong, and stops. */
#include "sim/base/assert.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const AssertContext *current; /* the one mutable global, see assert.h */

void assert_set_context(const AssertContext *context)
{
    current = context;
}

_Noreturn void assert_fail(const char *expression, const char *file, int line)
{
    fprintf(stderr, "slotscope: internal error: %s does not hold (%s:%d)\n", expression, file,
            line);
    if (current && current->now_ns && current->event_count) {
        uint64_t now = *current->now_ns;
        fprintf(stderr, "  at virtual time %" PRIu64 ".%09" PRIu64 " s, event %" PRIu64 "\n",
                now / UINT64_C(1000000000), now % UINT64_C(1000000000), *current->event_count);
    }
    if (current && current->reproduce) fprintf(stderr, "  to reproduce: %s\n", current->reproduce);
    abort();
}
