/* rules.c -- the table of rules.def as data: profiles, names, sections. */
#include "sim/cluster/rules.h"

#include "sim/base/array.h"
#include "sim/base/assert.h"
#include "sim/base/text.h"

#include <string.h>

typedef struct RuleRow {
    const char *name, *section, *what;
    bool on_in_redis_7_0;
} RuleRow;

static const RuleRow ROWS[] = {
#define RULE(NAME, name, on, section, what) {name, section, what, on},
#include "sim/cluster/rules.def"
#undef RULE
};

_Static_assert(ARRAY_LENGTH(ROWS) == RULE_COUNT, "one row a rule");
_Static_assert(RULE_COUNT <= 64, "Rules has a bit for each");

static const RuleRow *row_of(Rule rule)
{
    SIM_ASSERT(rule < RULE_COUNT);
    return &ROWS[rule];
}

const char *rule_name(Rule rule)
{
    return row_of(rule)->name;
}

const char *rule_section(Rule rule)
{
    return row_of(rule)->section;
}

const char *rule_what(Rule rule)
{
    return row_of(rule)->what;
}

bool rules_profile(const char *name, Rules *rules, Error *err)
{
    if (strcmp(name, "redis-7.0") != 0) {
        return error_set(err, "there is no profile '%s'; known: redis-7.0", name);
    }
    rules->on = 0;
    for (uint32_t i = 0; i < RULE_COUNT; i++) {
        if (ROWS[i].on_in_redis_7_0) rules->on |= UINT64_C(1) << i;
    }
    return true;
}

static bool no_such_rule(const char *name, Error *err)
{
    const char *names[RULE_COUNT];
    for (uint32_t i = 0; i < RULE_COUNT; i++) names[i] = ROWS[i].name;
    const char *nearest = text_nearest(name, names, RULE_COUNT);
    if (nearest) return error_set(err, "there is no rule '%s'; did you mean '%s'?", name, nearest);
    return error_set(err, "there is no rule '%s'; the rules are listed in docs/protocol.md", name);
}

bool rules_set(Rules *rules, const char *name, bool on, Error *err)
{
    for (uint32_t i = 0; i < RULE_COUNT; i++) {
        if (strcmp(ROWS[i].name, name) != 0) continue;
        uint64_t bit = UINT64_C(1) << i;
        rules->on = on ? rules->on | bit : rules->on & ~bit;
        return true;
    }
    return no_such_rule(name, err);
}
