/* sha1.h -- SHA-1 (FIPS 180-4): the name of a script in the cache of a server (protocol.md §1.7).
 */
#ifndef BASE_SHA1_H
#define BASE_SHA1_H

#include "sim/base/slice.h"

#define SHA1_HEX_SIZE 40

/* The hash as 40 lower-case digits and a NUL. */
void sha1_hex(Slice bytes, char hex[SHA1_HEX_SIZE + 1]);

#endif
