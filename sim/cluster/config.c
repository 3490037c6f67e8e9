/* config.c -- directives of redis.conf: names, old names, values (§11.8). */
#include "sim/cluster/config.h"

#include "sim/base/array.h"
#include "sim/base/assert.h"
#include "sim/base/text.h"
#include "sim/cluster/settings.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

typedef enum ValueKind { VALUE_U32, VALUE_U64, VALUE_BOOL, VALUE_FSYNC, VALUE_OR_OFF } ValueKind;

typedef struct Directive {
    const char *name, *old_name;
    size_t offset;
    uint64_t value, min, max;
    ValueKind kind;
} Directive;

static const Directive DIRECTIVES[] = {
#define DIRECTIVE(field, KIND, name, old, value, min, max)                                         \
    {name, old, offsetof(NodeConfig, field), value, min, max, VALUE_##KIND},
#include "sim/cluster/config.def"
#undef DIRECTIVE
};

#define DIRECTIVE_COUNT ((uint32_t)ARRAY_LENGTH(DIRECTIVES))
#define SETTINGS_MAX    256
#define SAVE_INDEX      DIRECTIVE_COUNT /* `save` is listed after those of the table */

static const char *const FSYNC_WORDS[] = {"no", "always", "everysec"};
static const SavePoints SAVE_DEFAULT = {{{3600, 1}, {300, 100}, {60, 10000}}, 3};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* Names and words of redis.conf are compared without regard to case. */
static bool is_name(const char *word, const char *name)
{
    for (; *word && *name; word++, name++) {
        if (lower(*word) != *name) return false;
    }
    return *word == '\0' && *name == '\0';
}

NodeConfig config_default(void)
{
    return (NodeConfig){
        .save = SAVE_DEFAULT,
#define DIRECTIVE(field, KIND, name, old, value, min, max) .field = value,
#include "sim/cluster/config.def"
#undef DIRECTIVE
    };
}

uint32_t config_count(void)
{
    return DIRECTIVE_COUNT + 1;
}

const char *config_name(uint32_t index)
{
    SIM_ASSERT(index <= SAVE_INDEX);
    return index == SAVE_INDEX ? "save" : DIRECTIVES[index].name;
}

/* --- values --- */

static uint64_t read_value(const NodeConfig *config, const Directive *directive)
{
    const char *at = (const char *)config + directive->offset;
    uint32_t small = 0;
    uint64_t large = 0;
    bool flag = false;
    switch (directive->kind) {
    case VALUE_U32:
    case VALUE_FSYNC: memcpy(&small, at, sizeof(small)); return small;
    case VALUE_OR_OFF:
    case VALUE_U64: memcpy(&large, at, sizeof(large)); return large;
    case VALUE_BOOL: memcpy(&flag, at, sizeof(flag)); return flag;
    }
    SIM_ASSERT(directive->kind <= VALUE_OR_OFF);
    return 0;
}

static void write_value(NodeConfig *config, const Directive *directive, uint64_t value)
{
    char *at = (char *)config + directive->offset;
    uint32_t small = (uint32_t)value;
    bool flag = value != 0;
    switch (directive->kind) {
    case VALUE_U32:
    case VALUE_FSYNC: memcpy(at, &small, sizeof(small)); break;
    case VALUE_OR_OFF:
    case VALUE_U64: memcpy(at, &value, sizeof(value)); break;
    case VALUE_BOOL: memcpy(at, &flag, sizeof(flag)); break;
    }
}

static void save_text(const SavePoints *save, char *out, uint32_t size)
{
    uint32_t used = 0;
    out[0] = '\0';
    for (uint32_t i = 0; i < save->count; i++) {
        used +=
            (uint32_t)snprintf(out + used, size - used, "%s%" PRIu32 " %" PRIu32, i > 0 ? " " : "",
                               save->items[i].seconds, save->items[i].changes);
    }
    SIM_ASSERT(used < size);
}

void config_value_text(const NodeConfig *config, uint32_t index, char *out, uint32_t size)
{
    SIM_ASSERT(index <= SAVE_INDEX);
    SIM_ASSERT(size >= CONFIG_VALUE_SIZE);
    if (index == SAVE_INDEX) {
        save_text(&config->save, out, size);
        return;
    }
    uint64_t value = read_value(config, &DIRECTIVES[index]);
    switch (DIRECTIVES[index].kind) {
    case VALUE_BOOL: snprintf(out, size, "%s", value ? "yes" : "no"); break;
    case VALUE_FSYNC: snprintf(out, size, "%s", FSYNC_WORDS[value]); break;
    case VALUE_U32:
    case VALUE_U64: snprintf(out, size, "%" PRIu64, value); break;
    case VALUE_OR_OFF: snprintf(out, size, "%" PRId64, (int64_t)value); break; /* off: -1 */
    }
}

/* rewriteConfigFormatMemory: whole gb, mb or kb are written so. */
void config_file_text(const NodeConfig *config, uint32_t index, char *out, uint32_t size)
{
    static const struct {
        const char *unit;
        uint64_t size;
    } units[] = {{"gb", 1u << 30}, {"mb", 1u << 20}, {"kb", 1u << 10}};
    config_value_text(config, index, out, size);
    if (index == SAVE_INDEX || DIRECTIVES[index].kind != VALUE_U64) return;
    uint64_t bytes = read_value(config, &DIRECTIVES[index]);
    for (uint32_t i = 0; i < ARRAY_LENGTH(units); i++) {
        if (bytes == 0 || bytes % units[i].size != 0) continue;
        snprintf(out, size, "%" PRIu64 "%s", bytes / units[i].size, units[i].unit);
        return;
    }
}

/* Digits; false on anything else or beyond 64 bits. *end is what follows. */
static bool read_digits(const char *text, uint64_t *value, const char **end)
{
    *value = 0;
    if (*text < '0' || *text > '9') return false;
    for (; *text >= '0' && *text <= '9'; text++) {
        uint64_t digit = (uint64_t)(*text - '0');
        if (*value > (UINT64_MAX - digit) / 10) return false;
        *value = *value * 10 + digit;
    }
    *end = text;
    return true;
}

/* Sizes as redis.conf has them: k, m, g are powers of 1000, kb, mb, gb of 1024. */
static bool read_size(const char *text, uint64_t *value)
{
    static const struct {
        const char *unit;
        uint64_t factor;
    } units[] = {{"", 1},           {"b", 1},
                 {"k", 1000},       {"kb", 1024},
                 {"m", 1000000},    {"mb", 1024 * 1024},
                 {"g", 1000000000}, {"gb", 1024 * 1024 * 1024}};
    const char *end;
    if (!read_digits(text, value, &end)) return false;
    for (uint32_t i = 0; i < ARRAY_LENGTH(units); i++) {
        if (!is_name(end, units[i].unit)) continue;
        if (*value > UINT64_MAX / units[i].factor) return false;
        *value *= units[i].factor;
        return true;
    }
    return false;
}

bool config_read_size(const char *text, uint64_t *value)
{
    return read_size(text, value);
}

static bool read_bool(const char *text, uint64_t *value)
{
    *value = is_name(text, "yes");
    return *value || is_name(text, "no");
}

static bool read_number(const char *text, uint64_t *value)
{
    const char *end;
    return read_digits(text, value, &end) && *end == '\0';
}

static bool read_fsync(const char *text, uint64_t *value)
{
    for (*value = 0; *value < ARRAY_LENGTH(FSYNC_WORDS); ++*value) {
        if (is_name(text, FSYNC_WORDS[*value])) return true;
    }
    return false;
}

/* "3600 1 300 100": pairs; nothing at all switches snapshots off (setConfigSaveOption). */
static bool read_save(const char *text, SavePoints *save)
{
    *save = (SavePoints){0};
    while (*text == ' ') text++;
    while (*text) {
        uint64_t seconds, changes;
        if (save->count == SAVE_POINTS_MAX || !read_digits(text, &seconds, &text)) return false;
        if (*text != ' ' || seconds == 0 || seconds > UINT32_MAX) return false;
        while (*text == ' ') text++;
        if (!read_digits(text, &changes, &text) || changes > UINT32_MAX) return false;
        if (*text && *text != ' ') return false;
        while (*text == ' ') text++;
        save->items[save->count++] = (SavePoint){(uint32_t)seconds, (uint32_t)changes};
    }
    return true;
}

static bool set_save(NodeConfig *config, const char *text, Error *err)
{
    SavePoints save;
    if (!read_save(text, &save)) {
        return error_set(err,
                         "save is at most %d pairs of seconds and changes, as in '3600 1 60 "
                         "10000', or '', not '%s'",
                         SAVE_POINTS_MAX, text);
    }
    config->save = save;
    return true;
}

static bool set_directive(NodeConfig *config, const Directive *directive, const char *text,
                          Error *err)
{
    uint64_t value = 0;
    switch (directive->kind) {
    case VALUE_BOOL:
        if (!read_bool(text, &value)) {
            return error_set(err, "%s is 'yes' or 'no', not '%s'", directive->name, text);
        }
        break;
    case VALUE_FSYNC:
        if (!read_fsync(text, &value)) {
            return error_set(err, "%s is 'no', 'always' or 'everysec', not '%s'", directive->name,
                             text);
        }
        break;
    case VALUE_U32:
        if (!read_number(text, &value)) {
            return error_set(err, "%s is a number, not '%s'", directive->name, text);
        }
        break;
    case VALUE_OR_OFF:
        if (strcmp(text, "-1") == 0) {
            value = CONFIG_OFF;
        } else if (!read_number(text, &value) || value > INT64_MAX) {
            return error_set(err, "%s is a number, or -1 for off, not '%s'", directive->name, text);
        }
        break;
    case VALUE_U64:
        if (!read_size(text, &value)) {
            return error_set(err, "%s is a size such as 1048576 or 1mb, not '%s'", directive->name,
                             text);
        }
        break;
    }
    if (value < directive->min || value > directive->max) {
        return error_set(err, "%s lies between %" PRIu64 " and %" PRIu64 ", not %s",
                         directive->name, directive->min, directive->max, text);
    }
    write_value(config, directive, value);
    return true;
}

/* A directive that changes nothing in a virtual node: it listens at its host's address, keeps
 * nodes.conf as a model, has no log, no users, no limits of memory. Its value is checked for form.
 */
static bool check_ignored(const Setting *setting, const char *text, Error *err)
{
    Error reason = {{0}};
    if (setting_check(setting, text, &reason)) return true;
    return error_set(err, "%s: %s, not '%s'", setting->name, reason.text, text);
}

static bool no_such_directive(const char *name, Error *err)
{
    const char *names[2 * ARRAY_LENGTH(DIRECTIVES) + SETTINGS_MAX];
    uint32_t count = 0;
    for (uint32_t i = 0; i < DIRECTIVE_COUNT; i++) names[count++] = DIRECTIVES[i].name;
    for (uint32_t i = 0; i < DIRECTIVE_COUNT; i++) {
        if (DIRECTIVES[i].old_name[0]) names[count++] = DIRECTIVES[i].old_name;
    }
    SIM_ASSERT(setting_count() <= SETTINGS_MAX);
    for (uint32_t i = 0; i < setting_count(); i++) names[count++] = setting_at(i)->name;
    const char *nearest = text_nearest(name, names, count);
    if (nearest)
        return error_set(err, "there is no directive '%s'; did you mean '%s'?", name, nearest);
    return error_set(err, "there is no directive '%s' that a virtual node knows", name);
}

bool config_set(NodeConfig *config, const char *name, const char *value, Error *err)
{
    if (is_name(name, "save")) return set_save(config, value, err);
    for (uint32_t i = 0; i < DIRECTIVE_COUNT; i++) {
        const Directive *directive = &DIRECTIVES[i];
        bool old = directive->old_name[0] && is_name(name, directive->old_name);
        if (old || is_name(name, directive->name))
            return set_directive(config, directive, value, err);
    }
    uint32_t setting;
    if (setting_find(slice_of(name), &setting))
        return check_ignored(setting_at(setting), value, err);
    return no_such_directive(name, err);
}

bool config_find(const char *name, uint32_t *index)
{
    for (*index = 0; *index < DIRECTIVE_COUNT; ++*index) {
        const Directive *directive = &DIRECTIVES[*index];
        if (is_name(name, directive->name)) return true;
        if (directive->old_name[0] && is_name(name, directive->old_name)) return true;
    }
    return is_name(name, "save");
}

bool config_known(const char *name)
{
    uint32_t index;
    return setting_find(slice_of(name), &index);
}

bool config_takes_many(const char *name)
{
    uint32_t index;
    return setting_find(slice_of(name), &index) && (setting_at(index)->flags & SETTING_WORDS);
}
