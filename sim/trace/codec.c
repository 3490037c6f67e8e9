/* codec.c -- records as bytes, generated from trace_events.def (docs/trace.md §3).
 *
 * One PUT, GET and BOUND per field kind; the switch over the types is the table. What is read is
 * checked for range here (a BOOL is 0 or 1, a NODE below NODES_MAX, an enum has that value);
 * whether an id is defined is the fold's affair (fold.c). */
#include "sim/trace/codec.h"

#include "sim/base/assert.h"

#include <string.h>

#define RECORD_FIXED_MAX 160 /* four numbers of the head and up to twelve fields of ten bytes */

/* --- numbers --- */

uint64_t codec_get_long_varint(CodecReader *reader)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && reader->at < reader->end; shift += 7) {
        uint8_t byte = *reader->at++;
        if (shift == 63 && byte > 1) break; /* more than 64 bits */
        if (byte == 0 && shift > 0) break;  /* not the shortest form */
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) return value;
    }
    if (!reader->problem) {
        reader->problem = reader->at < reader->end ? "a number is not in its shortest form"
                                                   : "it ends inside a number";
    }
    reader->at = reader->end;
    return 0;
}

static uint64_t get_bounded(CodecReader *reader, uint64_t max, const char *problem)
{
    uint64_t value = codec_get_varint(reader);
    if (value <= max) return value;
    if (!reader->problem) reader->problem = problem;
    return 0;
}

/* Ids are stored plus one, so that "none" (all ones) is 0. */
static uint16_t get_id(CodecReader *reader, uint32_t count, const char *problem)
{
    return (uint16_t)(get_bounded(reader, count, problem) - 1);
}

static uint8_t *put_id(uint8_t *at, uint16_t id, uint32_t count)
{
    SIM_ASSERT(id < count || id == 0xFFFF);
    return codec_put_varint(at, (uint16_t)(id + 1));
}

static uint8_t *put_text(uint8_t *at, TraceText text)
{
    SIM_ASSERT(text.size <= TRACE_TEXT_MAX);
    at = codec_put_varint(at, text.size);
    if (text.size > 0) memcpy(at, text.chars, text.size);
    return at + text.size;
}

static TraceText get_text(CodecReader *reader)
{
    uint64_t size = codec_get_varint(reader);
    if (size > (size_t)(reader->end - reader->at) || size > TRACE_TEXT_MAX) {
        if (!reader->problem) reader->problem = "a text is longer than what follows";
        return (TraceText){"", 0};
    }
    TraceText text = {(const char *)reader->at, (uint32_t)size};
    reader->at += size;
    return text;
}

static uint8_t *put_enum(uint8_t *at, uint32_t value, uint32_t count)
{
    SIM_ASSERT(value < count);
    return codec_put_varint(at, value);
}

static uint64_t zigzag(uint64_t difference)
{
    return (difference << 1) ^ (0 - (difference >> 63));
}

/* A point of time, as its distance from the record's own time in either direction. The codes of "0"
 * and of "now" change places, so that 0 ("nobody knows") takes one byte; the same function reads it
 * back. */
static uint64_t swap_time_codes(uint64_t code, SimTime now)
{
    uint64_t zero = zigzag(0 - now);
    if (code == zero) return 0;
    return code == 0 ? zero : code;
}

static SimTime get_time(CodecReader *reader, SimTime now)
{
    uint64_t code = swap_time_codes(codec_get_varint(reader), now);
    return now + ((code >> 1) ^ (0 - (code & 1)));
}

/* --- one macro a kind --- */

/* clang-format off */
#define PUT_ADDR(v) codec_put_varint(at, v)
#define PUT_HOST(v) put_id(at, v, HOSTS_MAX)
#define PUT_NODE(v) put_id(at, v, NODES_MAX)
#define PUT_SLOTS(v) codec_put_varint(at, v)
#define PUT_BOOL(v) codec_put_varint(at, v)
#define PUT_U8(v) codec_put_varint(at, v)
#define PUT_U16(v) codec_put_varint(at, v)
#define PUT_U32(v) codec_put_varint(at, v)
#define PUT_U64(v) codec_put_varint(at, v)
#define PUT_EPOCH(v) codec_put_varint(at, v)
#define PUT_FLAGS(v) codec_put_varint(at, v)
#define PUT_TIME(v) codec_put_varint(at, swap_time_codes(zigzag((v) - record->time), record->time))
#define PUT_SPAN(v) codec_put_varint(at, v)
#define PUT_TEXT(v) put_text(at, v)
#define PUT_ENUM_EXIT(v) put_enum(at, (uint32_t)(v), EXIT_COUNT)
#define PUT_ENUM_MSG(v) put_enum(at, (uint32_t)(v), MSG_COUNT)
#define PUT_ENUM_LOST(v) put_enum(at, (uint32_t)(v), LOST_COUNT)
#define PUT_ENUM_STATE(v) put_enum(at, (uint32_t)(v), STATE_COUNT)
#define PUT_ENUM_REPL(v) put_enum(at, (uint32_t)(v), REPL_COUNT)
#define PUT_ENUM_LINK(v) put_enum(at, (uint32_t)(v), PLINK_COUNT)
#define PUT_ENUM_CLEAR(v) put_enum(at, (uint32_t)(v), CLEAR_COUNT)
#define PUT_ENUM_ELECT(v) put_enum(at, (uint32_t)(v), ELECT_COUNT)
#define PUT_ENUM_VOTE(v) put_enum(at, (uint32_t)(v), VOTE_COUNT)
#define PUT_ENUM_ROLE(v) put_enum(at, (uint32_t)(v), ROLE_COUNT)
#define PUT_ENUM_HANGUP(v) put_enum(at, (uint32_t)(v), HANGUP_COUNT)
#define PUT_ENUM_WRITE(v) put_enum(at, (uint32_t)(v), WRITE_COUNT)

#define GET(type, max, what) (type) get_bounded(reader, max, what)
#define GET_ADDR GET(AddrId, UINT32_MAX, "an address number is out of range")
#define GET_HOST get_id(reader, HOSTS_MAX, "a host number is out of range")
#define GET_NODE get_id(reader, NODES_MAX, "a node number is out of range")
#define GET_SLOTS GET(SlotsId, UINT32_MAX, "a slot set number is out of range")
#define GET_BOOL GET(bool, 1, "a yes-or-no is neither 0 nor 1")
#define GET_U8 GET(uint8_t, UINT8_MAX, "a number is above 255")
#define GET_U16 GET(uint16_t, UINT16_MAX, "a number is above 65535")
#define GET_U32 GET(uint32_t, UINT32_MAX, "a number is above 4294967295")
#define GET_U64 codec_get_varint(reader)
#define GET_EPOCH codec_get_varint(reader)
#define GET_FLAGS GET(uint16_t, UINT16_MAX, "flags are above 65535")
#define GET_TIME get_time(reader, record->time)
#define GET_SPAN codec_get_varint(reader)
#define GET_TEXT get_text(reader)
#define GET_ENUM(type, count) GET(type, (uint64_t)(count) - 1, "a word is not in its list")
#define GET_ENUM_EXIT GET_ENUM(ExitReason, EXIT_COUNT)
#define GET_ENUM_MSG GET_ENUM(MsgKind, MSG_COUNT)
#define GET_ENUM_LOST GET_ENUM(LostReason, LOST_COUNT)
#define GET_ENUM_STATE GET_ENUM(ClusterState, STATE_COUNT)
#define GET_ENUM_REPL GET_ENUM(ReplState, REPL_COUNT)
#define GET_ENUM_LINK GET_ENUM(PeerLink, PLINK_COUNT)
#define GET_ENUM_CLEAR GET_ENUM(ClearReason, CLEAR_COUNT)
#define GET_ENUM_ELECT GET_ENUM(ElectRefusal, ELECT_COUNT)
#define GET_ENUM_VOTE GET_ENUM(VoteVerdict, VOTE_COUNT)
#define GET_ENUM_ROLE GET_ENUM(RoleReason, ROLE_COUNT)
#define GET_ENUM_HANGUP GET_ENUM(HangupReason, HANGUP_COUNT)
#define GET_ENUM_WRITE GET_ENUM(WriteEnd, WRITE_COUNT)
/* clang-format on */

/* --- records --- */

static size_t size_of_text(TraceText text)
{
    return text.size;
}

static size_t size_of_number(uint64_t number)
{
    (void)number;
    return 0;
}

/* Texts are the only fields without a fixed bound. */
size_t codec_bound(const TraceRecord *record)
{
    size_t bound = RECORD_FIXED_MAX;
    switch ((TraceType)record->type) {
#define F(kind, name)                                                                              \
    bound += _Generic(payload->name, TraceText                                                     \
                      : size_of_text, default                                                      \
                      : size_of_number)(payload->name);
#define TRACE_EVENT(NAME, level, text, fields)                                                     \
    case TRACE_##NAME: {                                                                           \
        const Trace##NAME *payload = &record->u.NAME;                                              \
        (void)payload;                                                                             \
        fields break;                                                                              \
    }
#include "sim/trace/trace_events.def"
#undef TRACE_EVENT
#undef F
    case TRACE_TYPE_COUNT: SIM_ASSERT(false);
    }
    return bound;
}

uint8_t *codec_encode(uint8_t *at, const TraceRecord *record, SimTime before)
{
    SIM_ASSERT(record->cause < record->seq);

    at = codec_put_varint(at, record->type);
    at = put_id(at, record->host, HOSTS_MAX);
    at = codec_put_varint(at, sim_time_since(record->time, before));
    at = codec_put_varint(at, record->cause == 0 ? 0 : record->seq - record->cause);
    switch ((TraceType)record->type) {
#define F(kind, name) at = PUT_##kind(payload->name);
#define TRACE_EVENT(NAME, level, text, fields)                                                     \
    case TRACE_##NAME: {                                                                           \
        const Trace##NAME *payload = &record->u.NAME;                                              \
        (void)payload;                                                                             \
        fields break;                                                                              \
    }
#include "sim/trace/trace_events.def"
#undef TRACE_EVENT
#undef F
    case TRACE_TYPE_COUNT: SIM_ASSERT(false);
    }
    return at;
}

/* Type, host, time and cause. */
static void decode_head(CodecReader *reader, uint64_t seq, SimTime before, TraceRecord *record)
{
    record->type = (uint16_t)get_bounded(reader, TRACE_TYPE_COUNT - 1, "its type is unknown");
    record->host = get_id(reader, HOSTS_MAX, "its host number is out of range");
    record->time = before + get_bounded(reader, SIM_TIME_MAX - before, "its time is too late");
    uint64_t distance = get_bounded(reader, seq - 1, "its cause is not an earlier record");
    record->cause = distance == 0 ? 0 : seq - distance;
    record->seq = seq;
}

bool codec_decode(CodecReader *reader, uint64_t seq, SimTime before, TraceRecord *record)
{
    SIM_ASSERT(seq > 0);
    SIM_ASSERT(before <= SIM_TIME_MAX);

    memset(record, 0, sizeof(*record));
    decode_head(reader, seq, before, record);
    if (reader->problem) return false;
    switch ((TraceType)record->type) {
#define F(kind, name) payload->name = GET_##kind;
#define TRACE_EVENT(NAME, level, text, fields)                                                     \
    case TRACE_##NAME: {                                                                           \
        Trace##NAME *payload = &record->u.NAME;                                                    \
        (void)payload;                                                                             \
        fields break;                                                                              \
    }
#include "sim/trace/trace_events.def"
#undef TRACE_EVENT
#undef F
    case TRACE_TYPE_COUNT: SIM_ASSERT(false);
    }
    return reader->problem == NULL;
}
