/* replay.h -- the story of tests/fidelity/oracle/errors.json, played on a simulated cluster: every
 * row is one connection whose replies are compared with those of redis-server 7.0.15.
 *
 * Rows are steps of one story: what a row did is there for the next. The layout is that of the
 * file's "meta": n0..n2 primaries, n3..n5 their replicas, n6 a fresh node, n7 without cluster mode.
 */
#ifndef REPLAY_REPLAY_H
#define REPLAY_REPLAY_H

#include "sim/world/sim.h"

#include <cjson/cJSON.h>

#define REPLAY_HOSTS 8

typedef struct ReplayNames {
    char ids[REPLAY_HOSTS][41]; /* node n<i> has this ID */
} ReplayNames;

typedef struct Replay {
    Sim *sim;
    ReplayNames names;
    Text wanted, got, line; /* of the step in hand */
} Replay;

/* The layout, all of it started, joined and converged. */
Replay replay_open(void);
void replay_close(Replay *replay);
uint32_t replay_connect(Replay *replay, HostId host);
void replay_disconnect(Replay *replay, uint32_t conn);
/* Sends a line on a connection and runs until its reply is there: as text (text.h) into *out,
 * "(lost)" when there is none. */
void replay_ask(Replay *replay, uint32_t conn, const char *line, Text *out);
void replay_wait(Replay *replay, SimSpan span);

/* One reply that is not the wanted one; the texts live until the next row. */
typedef struct ReplayDifference {
    uint32_t row;
    const char *context, *node, *command, *wanted, *got;
} ReplayDifference;

typedef struct ReplayResult {
    uint32_t rows, equal;
} ReplayResult;

/* Plays the whole table; `tell` (may be NULL) hears of every differing row, its first difference.
 */
ReplayResult replay_run(const cJSON *oracle, void (*tell)(const ReplayDifference *difference));

#endif
