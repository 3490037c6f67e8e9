/* config.h -- one node's configuration, by the names of redis.conf. */
#ifndef CLUSTER_CONFIG_H
#define CLUSTER_CONFIG_H

#include "sim/base/error.h"

#include <stdbool.h>
#include <stdint.h>

#define CONFIG_TYPE_U32    uint32_t
#define CONFIG_TYPE_U64    uint64_t
#define CONFIG_TYPE_OR_OFF uint64_t

#define CONFIG_OFF        UINT64_MAX /* of a number that "-1" switches off: larger than any other */
#define CONFIG_TYPE_BOOL  bool
#define CONFIG_TYPE_FSYNC uint32_t

/* Values of `appendfsync`. */
enum { FSYNC_NO, FSYNC_ALWAYS, FSYNC_EVERYSEC };

/* `save`: a snapshot is due when so many changes are older than so many seconds. */
#define SAVE_POINTS_MAX 8

typedef struct SavePoint {
    uint32_t seconds, changes;
} SavePoint;

typedef struct SavePoints {
    SavePoint items[SAVE_POINTS_MAX];
    uint32_t count;
} SavePoints;

typedef struct NodeConfig {
#define DIRECTIVE(field, KIND, name, old, value, min, max) CONFIG_TYPE_##KIND field;
#include "sim/cluster/config.def"
#undef DIRECTIVE
    SavePoints save;
} NodeConfig;

#define CONFIG_VALUE_SIZE 256 /* room for the text of any value */

NodeConfig config_default(void);
/* Sets a directive from its redis.conf name and text ("yes"/"no", numbers, "1mb" for sizes); old
 * names are accepted. Directives that a virtual node accepts without effect (port, logfile, ...,
 * see config.c) are checked for form only. False and *err with the nearest name
 * otherwise. */
bool config_set(NodeConfig *config, const char *name, const char *value, Error *err);
bool config_known(const char *name);                      /* obeyed or accepted without effect */
bool config_takes_many(const char *name);                 /* several words: bind, save, user, ... */
bool config_find(const char *name, uint32_t *index);      /* of an obeyed one, by either name */
bool config_read_size(const char *text, uint64_t *value); /* "1048576", "1mb", "64kb" */
/* How many directives there are, their names, and their value as text (for listing and CONFIG GET).
 */
uint32_t config_count(void);
const char *config_name(uint32_t index);
void config_value_text(const NodeConfig *config, uint32_t index, char *out, uint32_t size);
/* The same as CONFIG REWRITE writes it: sizes with a unit. */
void config_file_text(const NodeConfig *config, uint32_t index, char *out, uint32_t size);

#endif
