/* config.c -- directives of redis.conf: names, old names, values, and reading a file of them
 * (§11.8). */
#include "sim/cluster/config.h"

#include "sim/base/array.h"
#include "sim/base/assert.h"
#include "sim/base/text.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define LINE_MAX_SIZE 1024

typedef enum ValueKind { VALUE_U32, VALUE_U64, VALUE_BOOL } ValueKind;

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

/* Directives that real configurations have and that change nothing in a virtual node: it listens at
 * its host's address, is always a cluster node, and keeps nodes.conf as a model. Their values are
 * checked for form. */
typedef enum IgnoredKind {
    IGNORED_TEXT,
    IGNORED_BOOL,
    IGNORED_NUMBER,
    IGNORED_PORT,
    IGNORED_SIZE
} IgnoredKind;

typedef struct Ignored {
    const char *name;
    IgnoredKind kind;
} Ignored;

static const Ignored IGNORED[] = {
    {"port", IGNORED_PORT},
    {"cluster-port", IGNORED_PORT},
    {"tls-port", IGNORED_PORT},
    {"bind", IGNORED_TEXT},
    {"dir", IGNORED_TEXT},
    {"logfile", IGNORED_TEXT},
    {"loglevel", IGNORED_TEXT},
    {"pidfile", IGNORED_TEXT},
    {"dbfilename", IGNORED_TEXT},
    {"save", IGNORED_TEXT},
    {"daemonize", IGNORED_BOOL},
    {"protected-mode", IGNORED_BOOL},
    {"appendonly", IGNORED_BOOL},
    {"appendfilename", IGNORED_TEXT},
    {"appenddirname", IGNORED_TEXT},
    {"appendfsync", IGNORED_TEXT},
    {"databases", IGNORED_NUMBER},
    {"hz", IGNORED_NUMBER},
    {"timeout", IGNORED_NUMBER},
    {"tcp-backlog", IGNORED_NUMBER},
    {"tcp-keepalive", IGNORED_NUMBER},
    {"maxclients", IGNORED_NUMBER},
    {"maxmemory", IGNORED_SIZE},
    {"maxmemory-policy", IGNORED_TEXT},
    {"cluster-enabled", IGNORED_BOOL},
    {"cluster-config-file", IGNORED_TEXT},
    {"cluster-announce-ip", IGNORED_TEXT},
    {"cluster-announce-port", IGNORED_PORT},
    {"cluster-announce-tls-port", IGNORED_PORT},
    {"cluster-announce-bus-port", IGNORED_PORT},
    {"cluster-announce-hostname", IGNORED_TEXT},
    {"cluster-preferred-endpoint-type", IGNORED_TEXT},
    {"repl-diskless-sync", IGNORED_BOOL},
    {"repl-diskless-load", IGNORED_TEXT},
    {"replica-priority", IGNORED_NUMBER},
    {"slave-priority", IGNORED_NUMBER},
    {"replica-read-only", IGNORED_BOOL},
    {"requirepass", IGNORED_TEXT},
    {"masterauth", IGNORED_TEXT},
    {"enable-debug-command", IGNORED_TEXT},
};

#define IGNORED_COUNT ((uint32_t)ARRAY_LENGTH(IGNORED))

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
#define DIRECTIVE(field, KIND, name, old, value, min, max) .field = value,
#include "sim/cluster/config.def"
#undef DIRECTIVE
    };
}

uint32_t config_count(void)
{
    return DIRECTIVE_COUNT;
}

const char *config_name(uint32_t index)
{
    SIM_ASSERT(index < DIRECTIVE_COUNT);
    return DIRECTIVES[index].name;
}

/* --- values --- */

static uint64_t read_value(const NodeConfig *config, const Directive *directive)
{
    const char *at = (const char *)config + directive->offset;
    uint32_t small = 0;
    uint64_t large = 0;
    bool flag = false;
    switch (directive->kind) {
    case VALUE_U32: memcpy(&small, at, sizeof(small)); return small;
    case VALUE_U64: memcpy(&large, at, sizeof(large)); return large;
    case VALUE_BOOL: memcpy(&flag, at, sizeof(flag)); return flag;
    }
    SIM_ASSERT(directive->kind <= VALUE_BOOL);
    return 0;
}

static void write_value(NodeConfig *config, const Directive *directive, uint64_t value)
{
    char *at = (char *)config + directive->offset;
    uint32_t small = (uint32_t)value;
    bool flag = value != 0;
    switch (directive->kind) {
    case VALUE_U32: memcpy(at, &small, sizeof(small)); break;
    case VALUE_U64: memcpy(at, &value, sizeof(value)); break;
    case VALUE_BOOL: memcpy(at, &flag, sizeof(flag)); break;
    }
}

void config_value_text(const NodeConfig *config, uint32_t index, char *out, uint32_t size)
{
    SIM_ASSERT(index < DIRECTIVE_COUNT);
    SIM_ASSERT(size >= 21);
    uint64_t value = read_value(config, &DIRECTIVES[index]);
    if (DIRECTIVES[index].kind == VALUE_BOOL) {
        snprintf(out, size, "%s", value ? "yes" : "no");
    } else {
        snprintf(out, size, "%" PRIu64, value);
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
    case VALUE_U32:
        if (!read_number(text, &value)) {
            return error_set(err, "%s is a number, not '%s'", directive->name, text);
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

static bool check_ignored(const Ignored *ignored, const char *text, Error *err)
{
    uint64_t value;
    switch (ignored->kind) {
    case IGNORED_TEXT: return true;
    case IGNORED_BOOL:
        if (read_bool(text, &value)) return true;
        return error_set(err, "%s is 'yes' or 'no', not '%s'", ignored->name, text);
    case IGNORED_NUMBER:
        if (read_number(text, &value)) return true;
        return error_set(err, "%s is a number, not '%s'", ignored->name, text);
    case IGNORED_PORT:
        if (read_number(text, &value) && value <= 65535) return true;
        return error_set(err, "%s is a port from 0 to 65535, not '%s'", ignored->name, text);
    case IGNORED_SIZE:
        if (read_size(text, &value)) return true;
        return error_set(err, "%s is a size such as 1048576 or 1mb, not '%s'", ignored->name, text);
    }
    SIM_ASSERT(ignored->kind <= IGNORED_SIZE);
    return false;
}

static bool no_such_directive(const char *name, Error *err)
{
    const char *names[2 * ARRAY_LENGTH(DIRECTIVES) + ARRAY_LENGTH(IGNORED)];
    uint32_t count = 0;
    for (uint32_t i = 0; i < DIRECTIVE_COUNT; i++) names[count++] = DIRECTIVES[i].name;
    for (uint32_t i = 0; i < DIRECTIVE_COUNT; i++) {
        if (DIRECTIVES[i].old_name[0]) names[count++] = DIRECTIVES[i].old_name;
    }
    for (uint32_t i = 0; i < IGNORED_COUNT; i++) names[count++] = IGNORED[i].name;
    const char *nearest = text_nearest(name, names, count);
    if (nearest)
        return error_set(err, "there is no directive '%s'; did you mean '%s'?", name, nearest);
    return error_set(err, "there is no directive '%s' that a virtual node knows", name);
}

bool config_set(NodeConfig *config, const char *name, const char *value, Error *err)
{
    for (uint32_t i = 0; i < DIRECTIVE_COUNT; i++) {
        const Directive *directive = &DIRECTIVES[i];
        bool old = directive->old_name[0] && is_name(name, directive->old_name);
        if (old || is_name(name, directive->name))
            return set_directive(config, directive, value, err);
    }
    for (uint32_t i = 0; i < IGNORED_COUNT; i++) {
        if (is_name(name, IGNORED[i].name)) return check_ignored(&IGNORED[i], value, err);
    }
    return no_such_directive(name, err);
}

bool config_known(const char *name)
{
    for (uint32_t i = 0; i < DIRECTIVE_COUNT; i++) {
        if (is_name(name, DIRECTIVES[i].name)) return true;
        if (DIRECTIVES[i].old_name[0] && is_name(name, DIRECTIVES[i].old_name)) return true;
    }
    for (uint32_t i = 0; i < IGNORED_COUNT; i++) {
        if (is_name(name, IGNORED[i].name)) return true;
    }
    return false;
}

/* --- files --- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* The value's text in place: blanks at the end and one pair of quotes go. */
static char *trim_value(char *value)
{
    size_t size = strlen(value);
    while (size > 0 && is_blank(value[size - 1])) value[--size] = '\0';
    bool quoted = size >= 2 && (value[0] == '"' || value[0] == '\'') && value[size - 1] == value[0];
    if (!quoted) return value;
    value[size - 1] = '\0';
    return value + 1;
}

/* One line, NUL-terminated, to be cut up in place. */
static bool read_line(NodeConfig *config, char *line, uint32_t number, Error *err)
{
    while (is_blank(*line)) line++;
    if (*line == '\0' || *line == '#') return true;
    char *end = line;
    while (*end && !is_blank(*end)) end++;
    char *value = end;
    while (is_blank(*value)) value++;
    *end = '\0';
    if (*value == '\0') return error_set(err, "line %" PRIu32 ": %s has no value", number, line);
    Error reason = {{0}};
    if (config_set(config, line, trim_value(value), &reason)) return true;
    return error_set(err, "line %" PRIu32 ": %s", number, reason.text);
}

bool config_read(NodeConfig *config, const char *text, Error *err)
{
    NodeConfig result = *config;
    for (uint32_t number = 1; *text; number++) {
        size_t size = strcspn(text, "\n");
        char line[LINE_MAX_SIZE];
        if (size >= sizeof(line)) {
            return error_set(err, "line %" PRIu32 ": longer than %d characters", number,
                             LINE_MAX_SIZE - 1);
        }
        memcpy(line, text, size);
        line[size] = '\0';
        if (!read_line(&result, line, number, err)) return false;
        text += size;
        if (*text == '\n') text++;
    }
    *config = result;
    return true;
}
