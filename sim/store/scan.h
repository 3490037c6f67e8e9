/* scan.h -- what SCAN, HSCAN, SSCAN, ZSCAN and the commands for random elements share. */
#ifndef STORE_SCAN_H
#define STORE_SCAN_H

#include "sim/store/command.h"
#include "sim/store/dict.h"

typedef struct ScanOptions {
    uint64_t cursor;
    int64_t count; /* COUNT; 10 */
    bool has_pattern;
    Slice pattern;    /* MATCH */
    const char *type; /* TYPE of SCAN; NULL: any */
    bool type_is_unknown;
} ScanOptions;

/* The cursor is argument `at`, options follow it; false after an error reply. Of a key that is not
 * there only the cursor is looked at, as redis-server does. */
bool scan_read_cursor(Cmd *cmd, uint32_t at, ScanOptions *options);
bool scan_read_options(Cmd *cmd, uint32_t at, ScanOptions *options);

/* The reply of HSCAN and SSCAN of this value (NULL: none): everything at once, as redis-server does
 * for values in their compact encoding. Simplified: large ones, too, with cursor 0. */
void scan_value(Cmd *cmd, const Value *value, const ScanOptions *options);

/* HRANDFIELD and SRANDMEMBER with a count: so many different ones, or with repetition when it is
 * negative; dict NULL is empty. */
void random_elements(Cmd *cmd, const Dict *dict, int64_t count, bool with_values);
/* Is this a count of random elements, twice as many values with `doubled`; false after an error
 * reply. */
bool random_count_ok(Cmd *cmd, int64_t count, bool doubled);
/* `count` different numbers below `bound`, ascending, into picked (count <= bound). */
void random_picks(Rng *rng, uint32_t bound, uint32_t count, uint32_t *picked);

#endif
