/* options.c -- the command line of slotscope-view. Everything it cannot understand is one sentence.
 */
#include "viz/app/app.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char options_usage[] =
    "usage: slotscope-view FILE [options]      a scenario (.lua) or a trace file, in a window\n"
    "       slotscope-view --render FILE --at T[,T...] -o PNG [options]   pictures, no window\n"
    "options:\n"
    "  --seed N             another run of the scenario (default 1)\n"
    "  --level 0|1|2        how much is recorded: 2 shows pings and pongs\n"
    "  --set NAME=VALUE     a setting of the scenario\n"
    "  --from T             start at this moment\n"
    "  --size WxH           pixels, 1920x1080 unless said\n"
    "  --scale S            1, 1.5, 2: size of type; the size of the picture decides unless said\n"
    "  --theme dark|light|contrast\n"
    "  --select NODE        as if it had been clicked\n"
    "  --as NODE            the cluster as this node believes it to be\n"
    "  --lens truth|node|client\n"
    "  --tab inspector|why|agreement|metrics|console|source\n"
    "  -o PNG, --at T,...   T is 12.5, 12.5s, 800ms or end; several pictures get -1, -2, ...\n"
    "F1 in the window shows all keys.\n";

static bool read_size(const char *chars, int *width, int *height)
{
    char rest;
    return sscanf(chars, "%dx%d%c", width, height, &rest) == 2 && *width >= 320 && *width <= 7680 &&
           *height >= 240 && *height <= 4320;
}

static bool read_word(const char *chars, const char *const *words, uint32_t count, uint32_t *at)
{
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(chars, words[i]) != 0) continue;
        *at = i;
        return true;
    }
    return false;
}

static bool read_setting(SourceOptions *source, char *chars)
{
    char *equals = strchr(chars, '=');
    if (!equals || equals == chars || source->setting_count >= SETTINGS_MAX) return false;
    *equals = '\0';
    source->settings[source->setting_count++] = (ScriptSetting){chars, equals + 1};
    return true;
}

static bool read_number(const char *chars, uint64_t max, uint64_t *number)
{
    char *end;
    *number = strtoull(chars, &end, 10);
    return *end == '\0' && end != chars && chars[0] >= '0' && chars[0] <= '9' && *number <= max;
}

static bool read_scale(const char *chars, float *scale)
{
    char *end;
    *scale = strtof(chars, &end);
    return *end == '\0' && end != chars && *scale >= 0.5f && *scale <= 4;
}

/* How the run is made; NULL when it is fine, "" when the option is another, else what is wanted. */
static const char *read_run_option(Options *o, const char *name, char *value)
{
    uint64_t number;
    Error err = {{0}};
    SourceOptions *source = &o->app.source;
    if (strcmp(name, "--seed") == 0) {
        if (!read_number(value, UINT64_MAX, &source->seed)) return "a whole number from 0";
    } else if (strcmp(name, "--level") == 0) {
        if (!read_number(value, 2, &number)) return "0, 1 or 2";
        source->has_level = true;
        source->level = (uint8_t)number;
    } else if (strcmp(name, "--set") == 0) {
        if (!read_setting(source, value)) return "NAME=VALUE";
    } else if (strcmp(name, "--from") == 0) {
        if (!text_parse_span(value, &o->from, &err)) return "a duration such as 12.5s";
        o->has_from = true;
    } else {
        return "";
    }
    return NULL;
}

/* The same for how it is shown. */
static const char *read_view_option(Options *o, const char *name, const char *value)
{
    static const char *const themes[] = {"dark", "light", "contrast"};
    static const char *const lenses[] = {"truth", "node", "client"};
    static const char *const tabs[] = {"inspector", "why",     "agreement",
                                       "metrics",   "console", "source"};
    uint32_t at = 0;
    if (strcmp(name, "--at") == 0) o->pictures.times = value;
    else if (strcmp(name, "-o") == 0) o->pictures.output = value;
    else if (strcmp(name, "--select") == 0) o->app.select = value;
    else if (strcmp(name, "--as") == 0) o->app.as = value;
    else if (strcmp(name, "--size") == 0) {
        if (!read_size(value, &o->width, &o->height))
            return "WIDTHxHEIGHT from 320x240 to 7680x4320";
    } else if (strcmp(name, "--scale") == 0) {
        if (!read_scale(value, &o->scale)) return "a number from 0.5 to 4";
    } else if (strcmp(name, "--theme") == 0) {
        if (!read_word(value, themes, THEME_COUNT, &at)) return "dark, light or contrast";
        o->app.theme = (ThemeName)at;
    } else if (strcmp(name, "--lens") == 0) {
        if (!read_word(value, lenses, 3, &at)) return "truth, node or client";
        o->app.lens = (Lens)at;
    } else if (strcmp(name, "--tab") == 0) {
        if (!read_word(value, tabs, DOCK_COUNT, &at))
            return "inspector, why, agreement, metrics, console or source";
        o->app.tab = (DockTab)at;
    } else {
        return "";
    }
    return NULL;
}

static bool read_option(Options *o, const char *name, char *value, Error *err)
{
    const char *wanted = value ? read_run_option(o, name, value) : "a value";
    if (value && wanted && *wanted == '\0') wanted = read_view_option(o, name, value);
    if (!wanted) return true;
    if (*wanted == '\0') error_set(err, "option \"%s\" is unknown; --help lists them all", name);
    else error_set(err, "option %s wants %s", name, wanted);
    return false;
}

bool options_read(int argc, char **argv, Options *o, Error *err)
{
    *o = (Options){.width = 1920, .height = 1080, .app.source.seed = 1};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            o->help = true;
            return true;
        }
        if (strcmp(argv[i], "--render") == 0) {
            o->render = true;
        } else if (argv[i][0] != '-') {
            if (o->file) {
                error_set(err, "\"%s\" is a second file; one is shown at a time", argv[i]);
                return false;
            }
            o->file = argv[i];
        } else {
            if (!read_option(o, argv[i], i + 1 < argc ? argv[i + 1] : NULL, err)) return false;
            i++;
        }
    }
    if (!o->file) {
        error_set(err, "which file? Give a scenario (.lua) or a trace file; --help says more");
        return false;
    }
    if (o->app.lens == LENS_CLIENT) {
        error_set(err, "there is no client to look through yet; --lens takes truth or node");
        return false;
    }
    if (o->render && (!o->pictures.times || !o->pictures.output)) {
        error_set(err, "--render wants --at T[,T...] and -o PNG");
        return false;
    }
    return true;
}
