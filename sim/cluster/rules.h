/* rules.h -- which rules are in force: a profile such as redis-7.0 with rows switched on or off. */
#ifndef CLUSTER_RULES_H
#define CLUSTER_RULES_H

#include "sim/base/error.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum Rule {
#define RULE(NAME, name, on, section, what) RULE_##NAME,
#include "sim/cluster/rules.def"
#undef RULE
    RULE_COUNT
} Rule;

typedef struct Rules {
    uint64_t on; /* bit Rule */
} Rules;

static inline bool rule_on(const Rules *rules, Rule rule)
{
    return (rules->on >> rule) & 1;
}

/* The rules of a profile by name ("redis-7.0"); false and *err with the known names otherwise. */
bool rules_profile(const char *name, Rules *rules, Error *err);
/* Switches one rule by its name; false and *err with the nearest name otherwise. */
bool rules_set(Rules *rules, const char *name, bool on, Error *err);
const char *rule_name(Rule rule);
const char *rule_section(Rule rule);
const char *rule_what(Rule rule);

#endif
