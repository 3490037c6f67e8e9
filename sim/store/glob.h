/* glob.h -- patterns of KEYS, SCAN and PSUBSCRIBE (util.c: stringmatchlen): * ? [a-z] [^a] \x. */
#ifndef STORE_GLOB_H
#define STORE_GLOB_H

#include "sim/base/slice.h"

/* Bounded: a pattern with many stars cannot take for ever. */
bool glob_matches(Slice pattern, Slice text);

#endif
