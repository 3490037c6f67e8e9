/* types.c -- what the table says of each type of record: level, name and text. */
#include "sim/base/array.h"
#include "sim/base/assert.h"
#include "sim/trace/trace.h"

#include <string.h>

typedef struct TypeRow {
    const char *name;
    const char *text;
    int level;
} TypeRow;

static const TypeRow rows[] = {
#define TRACE_EVENT(NAME, level, text, fields) {#NAME, text, level},
#include "sim/trace/trace_events.def"
#undef TRACE_EVENT
};

_Static_assert(ARRAY_LENGTH(rows) == TRACE_TYPE_COUNT, "one row for each type");

int trace_type_level(TraceType type)
{
    SIM_ASSERT(type < TRACE_TYPE_COUNT);
    return rows[type].level;
}

const char *trace_type_name(TraceType type)
{
    return (size_t)type < ARRAY_LENGTH(rows) ? rows[type].name : "?";
}

const char *trace_type_text(TraceType type)
{
    return (size_t)type < ARRAY_LENGTH(rows) ? rows[type].text : "?";
}

TraceText trace_text(const char *chars)
{
    size_t size = strlen(chars);
    SIM_ASSERT(size <= TRACE_TEXT_MAX);
    return (TraceText){chars, (uint32_t)size};
}
