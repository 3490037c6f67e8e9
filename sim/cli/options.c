/* options.c -- see options.h. */
#include "sim/cli/options.h"

#include "sim/base/text.h"

#include <inttypes.h>
#include <string.h>

bool options_number(const char *chars, uint64_t high, uint64_t *number)
{
    uint64_t value = 0;
    if (*chars == '\0') return false;
    for (; *chars != '\0'; chars++) {
        if (*chars < '0' || *chars > '9') return false;
        uint64_t digit = (uint64_t)(*chars - '0');
        if (value > (UINT64_MAX - digit) / 10) return false;
        value = value * 10 + digit;
    }
    *number = value;
    return value <= high;
}

static bool is_called(const Option *option, const char *word, size_t size)
{
    return strlen(option->name) == size && memcmp(option->name, word, size) == 0;
}

/* "--sed" -> "--seed": the nearest name, or the only one that begins so. */
static const char *guess(const Option *options, uint32_t option_count, const char *word)
{
    const char *names[OPTIONS_MAX + 1];
    const char *begins = NULL;
    uint32_t beginning = 0;
    for (uint32_t i = 0; i < option_count; i++) {
        names[i] = options[i].name;
        if (strlen(word) < 3 || strncmp(names[i], word, strlen(word)) != 0) continue;
        begins = names[i];
        beginning++;
    }
    names[option_count] = "--help";
    const char *near = text_nearest(word, names, option_count + 1);
    return beginning == 1 ? begins : near;
}

static bool refuse_unknown(const Option *options, uint32_t option_count, const char *word,
                           size_t size, Error *err)
{
    Text name = {0};
    text_append_bytes(&name, word, (uint32_t)size);
    const char *near = guess(options, option_count, text_chars(&name));
    if (near) {
        error_set(err, "option \"%s\" is unknown; did you mean %s?", text_chars(&name), near);
    } else if (option_count == 0) {
        error_set(err, "option \"%s\" is unknown; there are none here", text_chars(&name));
    } else {
        error_set(err, "option \"%s\" is unknown; --help lists those there are", text_chars(&name));
    }
    text_deinit(&name);
    return false;
}

static bool add_setting(CommandLine *line, const char *value, Error *err)
{
    const char *equals = strchr(value, '=');
    if (!equals || equals == value)
        return error_set(err, "--set %s: name=value is wanted, as in --set replicas=2", value);
    size_t name_size = (size_t)(equals - value), size = strlen(value) + 1;
    for (uint32_t i = 0; i < line->settings.count; i++) {
        const char *name = line->settings.items[i].name;
        if (strlen(name) == name_size && memcmp(name, value, name_size) == 0)
            return error_set(err, "--set %s is given twice", name);
    }
    Setting setting = {.name = mem_alloc(NULL, size), .size = size};
    memcpy(setting.name, value, size);
    setting.name[name_size] = '\0';
    setting.value = setting.name + name_size + 1;
    array_push(NULL, &line->settings, setting);
    return true;
}

static bool take_value(const Option *option, OptionValue *place, const char *value,
                       CommandLine *line, Error *err)
{
    if (option->kind == OPTION_SETTING) return add_setting(line, value, err);
    if (place->given) return error_set(err, "option %s is given twice", option->name);
    place->given = true;
    place->text = value;
    if (option->kind == OPTION_NUMBER && !options_number(value, option->high, &place->number)) {
        return error_set(err, "%s %s: a whole number from 0 to %" PRIu64 " is wanted", option->name,
                         value, option->high);
    }
    if (option->kind == OPTION_SPAN) {
        Error why = {{0}};
        if (!text_parse_span(value, &place->number, &why))
            return error_set(err, "%s: %s", option->name, why.text);
    }
    if (option->kind == OPTION_TEXT && value[0] == '\0')
        return error_set(err, "option %s wants %s, not an empty text", option->name, option->value);
    return true;
}

bool options_read(const Option *options, uint32_t option_count, int count, char *const *words,
                  CommandLine *line, Error *err)
{
    SIM_ASSERT(option_count <= OPTIONS_MAX);
    bool only_operands = false;
    for (int i = 0; i < count; i++) {
        const char *word = words[i];
        if (only_operands || word[0] != '-' || word[1] == '\0') {
            array_push(NULL, &line->operands, word);
            continue;
        }
        if (strcmp(word, "--") == 0) {
            only_operands = true;
            continue;
        }
        const char *equals = word[1] == '-' ? strchr(word, '=') : NULL;
        size_t size = equals ? (size_t)(equals - word) : strlen(word);
        uint32_t at = 0;
        while (at < option_count && !is_called(&options[at], word, size)) at++;
        if (at == option_count) return refuse_unknown(options, option_count, word, size, err);

        const Option *option = &options[at];
        if (option->kind == OPTION_FLAG) {
            if (equals) return error_set(err, "option %s takes no value", option->name);
            line->values[at].given = true;
            continue;
        }
        if (!equals && i + 1 >= count)
            return error_set(err, "option %s wants a value: %s", option->name, option->value);
        const char *value = equals ? equals + 1 : words[++i];
        if (!take_value(option, &line->values[at], value, line, err)) return false;
    }
    return true;
}

void options_deinit(CommandLine *line)
{
    for (uint32_t i = 0; i < line->settings.count; i++)
        mem_free(NULL, line->settings.items[i].name, line->settings.items[i].size);
    array_deinit(NULL, &line->settings);
    array_deinit(NULL, &line->operands);
}
