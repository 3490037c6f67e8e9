/* config.h -- one node's configuration, by the names of redis.conf. */
#ifndef CLUSTER_CONFIG_H
#define CLUSTER_CONFIG_H

#include "sim/base/error.h"

#include <stdbool.h>
#include <stdint.h>

#define CONFIG_TYPE_U32  uint32_t
#define CONFIG_TYPE_U64  uint64_t
#define CONFIG_TYPE_BOOL bool
typedef struct NodeConfig {
#define DIRECTIVE(field, KIND, name, old, value, min, max) CONFIG_TYPE_##KIND field;
#include "sim/cluster/config.def"
#undef DIRECTIVE
} NodeConfig;

NodeConfig config_default(void);
/* Sets a directive from its redis.conf name and text ("yes"/"no", numbers, "1mb" for sizes); old
 * names are accepted. Directives that a virtual node accepts without effect (port, appendonly,
 * save, ..., see config.c) are checked for form only. False and *err with the nearest name
 * otherwise. */
bool config_set(NodeConfig *config, const char *name, const char *value, Error *err);
bool config_known(const char *name); /* obeyed or accepted without effect */
/* Reads a redis.conf: lines "name value", # comments; *err names the line. */
bool config_read(NodeConfig *config, const char *text, Error *err);
/* How many directives there are, their names, and their value as text (for listing and CONFIG GET).
 */
uint32_t config_count(void);
const char *config_name(uint32_t index);
void config_value_text(const NodeConfig *config, uint32_t index, char *out, uint32_t size);

#endif
