/* text.h -- replies as one line of text, from the oracle's JSON and from RESP, without what is
 * random in every run. */
#ifndef REPLAY_TEXT_H
#define REPLAY_TEXT_H

#include "sim/base/resp.h"
#include "tests/replay/replay.h"

/* {"err": ...}, {"array": [...]} of the oracle. */
void replay_wanted_text(const cJSON *reply, Text *out);
/* The first value of `values`. */
void replay_got_text(const RespValues *values, Text *out);
/* Takes out of a reply to `command` what no two runs share; the list with reasons is in text.c. */
void replay_normalise(const char *command, const ReplayNames *names, Text *text);
/* A command of the oracle with the IDs of this run in place of n0..n7 and NNN. */
void replay_command(const char *command, const ReplayNames *names, Text *out);

#endif
