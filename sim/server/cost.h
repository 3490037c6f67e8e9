/* cost.h -- how long a command keeps its server busy: a fixed part, a part per key, a part per
 * byte.
 *
 * Measured on one core of an ordinary machine, redis-server 7.0 answers 100,000 to 150,000 small
 * GETs and SETs a second without pipelining and about 500,000 with it: a command itself takes some
 * 2 us, reading the socket and writing the reply about 5 us. docs/fidelity.md says what one sees.
 */
#ifndef SERVER_COST_H
#define SERVER_COST_H

#include "sim/server/server_inside.h"

#define COST_COMMAND (2 * SIM_US)   /* look-up, checks, call */
#define COST_SOCKET  (5 * SIM_US)   /* one read and one write; pipelined requests share it */
#define COST_KEY     ((SimSpan)300) /* per key argument */
#define COST_KIB     ((SimSpan)250) /* per KiB of arguments and reply, begun ones counted */
#define COST_WALK    ((SimSpan)100) /* per element of a walk: KEYS, SCAN, HGETALL, ... */

/* The command itself, without the socket, and without what it has put into Server.extra_cost. */
SimSpan cost_of(const Request *request, uint32_t reply_bytes);

#endif
