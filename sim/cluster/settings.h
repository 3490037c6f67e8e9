/* settings.h -- every directive that a redis-server 7.0.15 knows: name, form and limits
 * (settings.def). A node obeys those of config.def; the others are checked and change nothing. */
#ifndef CLUSTER_SETTINGS_H
#define CLUSTER_SETTINGS_H

#include "sim/base/error.h"
#include "sim/base/slice.h"

#include <stdbool.h>
#include <stdint.h>

#define SETTING_IMMUTABLE 1 /* not by CONFIG SET */
#define SETTING_PROTECTED 2 /* not by CONFIG SET without enable-protected-configs */
#define SETTING_WORDS     4 /* several words in redis.conf: bind, save, ... */

typedef enum SettingKind {
    SETTING_BOOL,
    SETTING_NUMBER,
    SETTING_MEMORY,
    SETTING_OCTAL,
    SETTING_ENUM,
    SETTING_TEXT
} SettingKind;

typedef struct Setting {
    const char *name, *old_name; /* old_name "" when there is none */
    SettingKind kind;
    uint8_t flags;
    int64_t min;
    uint64_t max;
    const char *words; /* of an ENUM: "ip, hostname, unknown-endpoint" */
    const char *value; /* default */
} Setting;

uint32_t setting_count(void);
const Setting *setting_at(uint32_t index);
/* By either name, in any case; false when there is none. */
bool setting_find(Slice name, uint32_t *index);
/* Has the text the form and lies it within the limits; *err in the words of redis-server. */
bool setting_check(const Setting *setting, const char *text, Error *err);

#endif
