/* timeout.h -- the time-outs of blocking commands: seconds, with a fraction. */
#ifndef STORE_TIMEOUT_H
#define STORE_TIMEOUT_H

#include "sim/store/command.h"

/* Argument `at` as the Unix time in ms at which waiting ends; 0 for ever. False after an error
 * reply: "timeout is not a float or out of range", "timeout is negative", "timeout is out of
 * range". */
bool timeout_read(Cmd *cmd, uint32_t at, uint64_t *until_ms);

#endif
