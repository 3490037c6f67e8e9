/* targets.h -- the fuzz targets, one function a parser. Each takes any bytes and must neither crash
 * nor leak nor go on without end; what it returns is 0. */
#ifndef FUZZ_TARGETS_H
#define FUZZ_TARGETS_H

#include <stddef.h>
#include <stdint.h>

/* A trace file: fuzz_trace.c. */
int fuzz_trace(const uint8_t *bytes, size_t size);
/* Bytes of a connection, as requests and as replies: fuzz_resp.c. */
int fuzz_resp(const uint8_t *bytes, size_t size);
/* A payload of RESTORE, and commands on what it makes: fuzz_restore.c. */
int fuzz_restore(const uint8_t *bytes, size_t size);
/* A redis.conf: fuzz_redisconf.c. */
int fuzz_redisconf(const uint8_t *bytes, size_t size);
/* A nodes.conf: fuzz_nodesconf.c. */
int fuzz_nodesconf(const uint8_t *bytes, size_t size);

/* What libFuzzer calls; each target's file defines it weakly, so that several can be linked
 * together. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#endif
