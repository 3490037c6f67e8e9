/* command_about.c -- key specifications, tips and ACL categories of commands. */
#include "sim/store/command_about.h"

#include <string.h>

static const KeySpec specs[] = {
#define KEY_SPEC(name, flags, begin, keyword, position, find, a, b, c)                             \
    {name, flags, KEY_BEGIN_##begin, keyword, position, KEY_FIND_##find, a, b, c},
#include "sim/store/key_specs.def"
#undef KEY_SPEC
};

static const struct {
    const char *command, *tips;
} tips[] = {
#define TIPS(name, words) {name, words},
#include "sim/store/tips.def"
#undef TIPS
};

const KeySpec *command_key_spec(const CommandRow *row, uint32_t index)
{
    for (uint32_t i = 0; i < ARRAY_LENGTH(specs); i++) {
        if (strcmp(specs[i].command, row->name) == 0 && index-- == 0) return &specs[i];
    }
    return NULL;
}

const char *command_tips(const CommandRow *row)
{
    for (uint32_t i = 0; i < ARRAY_LENGTH(tips); i++) {
        if (strcmp(tips[i].command, row->name) == 0) return tips[i].tips;
    }
    return "";
}

const char *command_category(uint32_t index)
{
    static const char *const names[] = {
        "keyspace", "read",   "write",       "set",       "sortedset",  "list",        "hash",
        "string",   "bitmap", "hyperloglog", "geo",       "stream",     "pubsub",      "admin",
        "fast",     "slow",   "blocking",    "dangerous", "connection", "transaction", "scripting"};
    return index < ARRAY_LENGTH(names) ? names[index] : NULL;
}

static bool has_word(const char *words, const char *word)
{
    size_t size = strlen(word);
    for (const char *at = words; *at; at += strspn(at, " ")) {
        size_t length = strcspn(at, " ");
        if (length == size && memcmp(at, word, size) == 0) return true;
        at += length;
    }
    return false;
}

bool command_in_category(const CommandRow *row, const char *category)
{
    static const struct {
        const char *category;
        uint32_t flag;
    } implied[] = {{"write", CF_WRITE},   {"admin", CF_ADMIN}, {"dangerous", CF_ADMIN},
                   {"pubsub", CF_PUBSUB}, {"fast", CF_FAST},   {"blocking", CF_BLOCKING}};
    if (has_word(row->categories, category)) return true;
    if (strcmp(category, "slow") == 0) return !(row->flags & CF_FAST);
    if (strcmp(category, "read") == 0)
        return (row->flags & CF_READONLY) && !has_word(row->categories, "scripting");
    for (uint32_t i = 0; i < ARRAY_LENGTH(implied); i++) {
        if (strcmp(implied[i].category, category) == 0 && row->flags & implied[i].flag) return true;
    }
    return false;
}
