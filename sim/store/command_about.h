/* command_about.h -- what COMMAND INFO tells of a command beyond its row: key specifications, tips.
 */
#ifndef STORE_COMMAND_ABOUT_H
#define STORE_COMMAND_ABOUT_H

#include "sim/store/command.h"

typedef enum KeyBegin { KEY_BEGIN_UNKNOWN, KEY_BEGIN_INDEX, KEY_BEGIN_KEYWORD } KeyBegin;
typedef enum KeyFind { KEY_FIND_UNKNOWN, KEY_FIND_RANGE, KEY_FIND_KEYNUM } KeyFind;

typedef struct KeySpec {
    const char *command, *flags; /* "RO access" */
    KeyBegin begin;
    const char *keyword;
    int position; /* of INDEX; where the search for KEYWORD starts, negative from the end */
    KeyFind find;
    int a, b, c; /* RANGE: last key, step, limit; KEYNUM: index of the count, first key, step */
} KeySpec;

/* The specifications of a command in their order; NULL when there are no more. */
const KeySpec *command_key_spec(const CommandRow *row, uint32_t index);
const char *command_tips(const CommandRow *row); /* parted by blanks; "" none */
/* Does the command belong to an ACL category: by its flags (setImplicitACLCategories) or its row.
 */
bool command_in_category(const CommandRow *row, const char *category);
/* Categories in the order of COMMAND INFO; NULL at the end. */
const char *command_category(uint32_t index);

#endif
