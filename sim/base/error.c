/* error.c -- one sentence about somebody's bad input. */
#include "sim/base/error.h"

#include <stdio.h>
#include <string.h>

bool error_vset(Error *err, const char *format, va_list args)
{
    if (!err) return false;
    int size = vsnprintf(err->text, sizeof(err->text), format, args);
    if (size >= (int)sizeof(err->text)) memcpy(err->text + sizeof(err->text) - 4, "...", 4);
    return false;
}

bool error_set(Error *err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    error_vset(err, format, args);
    va_end(args);
    return false;
}
