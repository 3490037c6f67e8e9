/* settings.c -- the directives of redis-server: look-up, and what it says of wrong values
 * (redis-server 7.0: config.c, numericParseString and its kin). */
#include "sim/cluster/settings.h"

#include "sim/base/array.h"
#include "sim/base/assert.h"
#include "sim/cluster/config.h"

#include <inttypes.h>
#include <string.h>

static const Setting settings[] = {
#define SETTING(name, old, kind, flags, min, max, words, value)                                    \
    {name, old, SETTING_##kind, flags, min, max, words, value},
#include "sim/cluster/settings.def"
#undef SETTING
};

uint32_t setting_count(void)
{
    return ARRAY_LENGTH(settings);
}

const Setting *setting_at(uint32_t index)
{
    SIM_ASSERT(index < ARRAY_LENGTH(settings));
    return &settings[index];
}

bool setting_find(Slice name, uint32_t *index)
{
    for (*index = 0; *index < ARRAY_LENGTH(settings); ++*index) {
        const Setting *setting = &settings[*index];
        bool old = setting->old_name[0] && slice_is(name, setting->old_name);
        if (old || slice_is(name, setting->name)) return true;
    }
    return false;
}

static bool in_limits(const Setting *setting, bool negative, uint64_t size, Error *err)
{
    bool low = negative ? setting->min >= 0 || size > 0 - (uint64_t)setting->min
                        : setting->min > 0 && size < (uint64_t)setting->min;
    if (!low && (negative || size <= setting->max)) return true;
    return error_set(err, "argument must be between %" PRId64 " and %" PRIu64 " inclusive",
                     setting->min, setting->max);
}

static bool is_one_of(const char *words, Slice word)
{
    for (const char *at = words; *at; at += strspn(at, ", ")) {
        uint32_t size = (uint32_t)strcspn(at, ",");
        bool same = size == word.size;
        for (uint32_t i = 0; same && i < size; i++) {
            char c = word.chars[i];
            same = at[i] == (c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c);
        }
        if (same) return true;
        at += size;
    }
    return false;
}

bool setting_check(const Setting *setting, const char *text, Error *err)
{
    int64_t number = 0;
    uint64_t size = 0;
    switch (setting->kind) {
    case SETTING_BOOL:
        return slice_is(slice_of(text), "yes") || slice_is(slice_of(text), "no") ||
               error_set(err, "argument must be 'yes' or 'no'");
    case SETTING_NUMBER:
        if (!slice_integer(slice_of(text), &number))
            return error_set(err, "argument couldn't be parsed into an integer");
        return in_limits(setting, number < 0, number < 0 ? 0 - (uint64_t)number : (uint64_t)number,
                         err);
    case SETTING_MEMORY:
        if (text[0] && text[strspn(text, "0123456789")] == '\0') {
            if (!config_read_size(text, &size)) size = UINT64_MAX; /* strtoull */
        } else if (!config_read_size(text, &size)) {
            return error_set(err, "argument must be a memory value");
        }
        return in_limits(setting, false, size, err);
    case SETTING_OCTAL:
        return text[strspn(text, "01234567")] == '\0' ||
               error_set(err, "argument couldn't be parsed as an octal number");
    case SETTING_ENUM:
        return is_one_of(setting->words, slice_of(text)) ||
               error_set(err, "argument(s) must be one of the following: %s", setting->words);
    case SETTING_TEXT: return true;
    }
    SIM_ASSERT(setting->kind <= SETTING_TEXT);
    return false;
}
