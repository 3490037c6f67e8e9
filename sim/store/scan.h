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

/* The cursor is argument `at`, options follow it; false after an error reply. */
bool scan_read(Cmd *cmd, uint32_t at, ScanOptions *options);

typedef enum ScanShape { SCAN_FIELDS, SCAN_PAIRS } ScanShape;

/* The reply of HSCAN and SSCAN: everything at once with cursor 0, as redis-server does for values
 * in their compact encoding. Simplified: large ones, too. */
void scan_dict(Cmd *cmd, const Dict *dict, const ScanOptions *options, ScanShape shape);

/* HRANDFIELD and SRANDMEMBER with a count: so many different ones, or with repetition when it is
 * negative; dict NULL is empty. */
void random_elements(Cmd *cmd, const Dict *dict, int64_t count, bool with_values);
/* `count` different numbers below `bound`, ascending, into picked (count <= bound). */
void random_picks(Rng *rng, uint32_t bound, uint32_t count, uint32_t *picked);

#endif
