/* timeout.c -- the time-outs of blocking commands, in decimal: "0.1" is 100 ms exactly (rounded up
 * to whole ms, as redis-server does). */
#include "sim/store/timeout.h"

#include "sim/store/number.h"

#include <string.h>

/* Milliseconds of a decimal number in its plain form "12.3456"; false if it is too large. */
static bool to_ms(Slice text, uint64_t *ms)
{
    uint64_t sum = 0;
    uint32_t places = 0;
    bool point = false, more = false;
    for (uint32_t i = 0; i < text.size; i++) {
        char c = text.chars[i];
        if (c == '.') {
            point = true;
            continue;
        }
        if (point && places == 3) {
            more |= c != '0';
            continue;
        }
        if (sum > INT64_MAX / 10000) return false;
        sum = sum * 10 + (uint64_t)(c - '0');
        places += point;
    }
    for (; places < 3; places++) sum *= 10;
    *ms = sum + more;
    return *ms < INT64_MAX / 2;
}

bool timeout_read(Cmd *cmd, uint32_t at, uint64_t *until_ms)
{
    Text plain = {.mem = cmd->mem};
    uint64_t ms = 0;
    const char *problem = number_add_decimal(cmd->argv[at], slice_of("0"), &plain);
    const char *wrong = NULL;
    if (problem) wrong = "ERR timeout is not a float or out of range";
    else if (text_chars(&plain)[0] == '-') wrong = "ERR timeout is negative";
    else if (!to_ms((Slice){text_chars(&plain), plain.size}, &ms))
        wrong = "ERR timeout is negative"; /* 7.0: the number of ms overflows */
    text_deinit(&plain);
    if (wrong) {
        reply_error(cmd->reply, "%s", wrong);
        return false;
    }
    *until_ms = ms == 0 ? 0 : cmd->now_ms + ms;
    return true;
}
