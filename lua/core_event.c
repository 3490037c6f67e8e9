/* core_event.c -- the part of `core` about events: records of the trace, for on(...). */
#include "lua/host.h"

#include <string.h>

/* Records of level 2 come thousands of times a second and say nothing that a script could not read;
 * of messages the rare ones are worth waiting for (event_concerns). */
static bool is_offered(TraceType type)
{
    return trace_type_level(type) < 2 || type == TRACE_MSG_SENT || type == TRACE_MSG_RECEIVED;
}

bool event_concerns(const TraceRecord *record)
{
    if (record->type == TRACE_MSG_SENT) return record->u.MSG_SENT.rare;
    if (record->type != TRACE_MSG_RECEIVED) return true;
    MsgKind kind = record->u.MSG_RECEIVED.kind;
    return kind != MSG_PING && kind != MSG_PONG && kind != MSG_REPL;
}

/* core.types() -> list of the names of the record types that on() takes */
static int l_types(lua_State *L)
{
    lua_Integer count = 0;
    lua_newtable(L);
    for (int type = 0; type < TRACE_TYPE_COUNT; type++) {
        if (!is_offered((TraceType)type)) continue;
        lua_pushstring(L, trace_type_name((TraceType)type));
        lua_rawseti(L, -2, ++count);
    }
    return 1;
}

/* core.on(type name, fn) -> number for core.off; nil when there is no such type. fn(seq) runs as a
 * process for each record of that type that is written from now on. */
static int l_on(lua_State *L)
{
    Script *script = host_of(L);
    const char *name = luaL_checkstring(L, 1);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    for (int type = 0; type < TRACE_TYPE_COUNT; type++) {
        if (!is_offered((TraceType)type) || strcmp(trace_type_name((TraceType)type), name) != 0)
            continue;
        if (script->options.has_level && script->options.level == 0 &&
            trace_type_level((TraceType)type) > 0)
            return host_error(L, "on: a run of trace level 0 does not record this event");
        lua_settop(L, 2);
        Handler handler = {.type = (TraceType)type,
                           .function = luaL_ref(L, LUA_REGISTRYINDEX),
                           .after = trace_count(sim_trace(script->sim)),
                           .number = ++script->handlers_made,
                           .line = host_line(L)};
        array_push(NULL, &script->handlers, handler);
        lua_pushinteger(L, handler.number);
        return 1;
    }
    return 0;
}

/* core.off(number): that handler is called no more */
static int l_off(lua_State *L)
{
    Script *script = host_of(L);
    lua_Integer number = luaL_checkinteger(L, 1);
    for (uint32_t i = 0; i < script->handlers.count; i++) {
        if (script->handlers.items[i].number != number) continue;
        luaL_unref(L, LUA_REGISTRYINDEX, script->handlers.items[i].function);
        array_remove(&script->handlers, i);
        break;
    }
    return 0;
}

/* --- a record as a table: one function for each kind of field --- */

static void set_integer(lua_State *L, const char *name, uint64_t value)
{
    lua_pushinteger(L, (lua_Integer)value);
    lua_setfield(L, -2, name);
}

static void set_word(lua_State *L, const char *name, const char *word)
{
    lua_pushstring(L, word);
    lua_setfield(L, -2, name);
}

/* Hosts and durations go into tables of their own, {name = number}, which the prelude turns into
 * nodes and durations. */
static void set_in(lua_State *L, const char *table, const char *name, uint64_t value)
{
    if (lua_getfield(L, -1, table) != LUA_TTABLE) {
        lua_pop(L, 1);
        lua_newtable(L);
        lua_pushvalue(L, -1);
        lua_setfield(L, -3, table);
    }
    set_integer(L, name, value);
    lua_pop(L, 1);
}

static void set_host(lua_State *L, const char *name, HostId host)
{
    if (host != HOST_NONE) set_in(L, "hosts", name, host);
}

static void set_node(lua_State *L, const char *name, NodeId node)
{
    if (node != NODE_NONE) set_host(L, name, sim_node_host(host_of(L)->sim, node));
}

static void set_flags(lua_State *L, const char *name, uint16_t flags)
{
    Text *text = host_scratch(L);
    trace_flags_text(flags, text);
    set_word(L, name, text_chars(text));
}

static void set_text(lua_State *L, const char *name, TraceText text)
{
    lua_pushlstring(L, text.chars, text.size);
    lua_setfield(L, -2, name);
}

#define SET_ADDR(L, name, value)        set_integer(L, name, value)
#define SET_HOST(L, name, value)        set_host(L, name, value)
#define SET_NODE(L, name, value)        set_node(L, name, value)
#define SET_SLOTS(L, name, value)       set_integer(L, name, sim_slot_count(host_of(L)->sim, value))
#define SET_BOOL(L, name, value)        (lua_pushboolean(L, value), lua_setfield(L, -2, name))
#define SET_U8(L, name, value)          set_integer(L, name, value)
#define SET_U16(L, name, value)         set_integer(L, name, value)
#define SET_U32(L, name, value)         set_integer(L, name, value)
#define SET_U64(L, name, value)         set_integer(L, name, value)
#define SET_EPOCH(L, name, value)       set_integer(L, name, value)
#define SET_FLAGS(L, name, value)       set_flags(L, name, value)
#define SET_TIME(L, name, value)        set_in(L, "spans", name, value)
#define SET_SPAN(L, name, value)        set_in(L, "spans", name, value)
#define SET_TEXT(L, name, value)        set_text(L, name, value)
#define SET_ENUM_EXIT(L, name, value)   set_word(L, name, exit_word(value))
#define SET_ENUM_MSG(L, name, value)    set_word(L, name, msg_word(value))
#define SET_ENUM_LOST(L, name, value)   set_word(L, name, lost_word(value))
#define SET_ENUM_STATE(L, name, value)  set_word(L, name, state_word(value))
#define SET_ENUM_REPL(L, name, value)   set_word(L, name, repl_word(value))
#define SET_ENUM_LINK(L, name, value)   set_word(L, name, plink_word(value))
#define SET_ENUM_CLEAR(L, name, value)  set_word(L, name, clear_word(value))
#define SET_ENUM_ELECT(L, name, value)  set_word(L, name, elect_word(value))
#define SET_ENUM_VOTE(L, name, value)   set_word(L, name, vote_word(value))
#define SET_ENUM_ROLE(L, name, value)   set_word(L, name, role_word(value))
#define SET_ENUM_HANGUP(L, name, value) set_word(L, name, hangup_word(value))
#define SET_ENUM_WRITE(L, name, value)  set_word(L, name, write_word(value))

/* One function per row of the table: its fields into the Lua table on top. */
#define F(kind, name) SET_##kind(L, #name, payload->name);
#define TRACE_EVENT(NAME, level, text, fields)                                                     \
    static void set_##NAME(lua_State *L, const Trace##NAME *payload)                               \
    {                                                                                              \
        (void)L;                                                                                   \
        (void)payload;                                                                             \
        fields                                                                                     \
    }
/* clang-format off */
#include "sim/trace/trace_events.def"
/* clang-format on */
#undef TRACE_EVENT
#undef F

static void set_fields(lua_State *L, const TraceRecord *record)
{
    switch ((TraceType)record->type) {
#define TRACE_EVENT(NAME, level, text, fields)                                                     \
    case TRACE_##NAME:                                                                             \
        set_##NAME(L, &record->u.NAME);                                                            \
        break;
#include "sim/trace/trace_events.def"
#undef TRACE_EVENT
    case TRACE_TYPE_COUNT: break;
    }
}

/* core.record(seq) -> {type, text, host, hosts = {peer = 3, ...}, spans = {time = ns, ...}, and the
 * other fields by their names in docs/trace.md} */
static int l_record(lua_State *L)
{
    TraceRecord record;
    const Trace *trace = sim_trace(host_of(L)->sim);
    lua_Integer seq = luaL_checkinteger(L, 1);
    luaL_argcheck(L, seq >= 1 && seq <= (lua_Integer)trace_count(trace), 1, "no such record");
    trace_get(trace, (uint64_t)seq, &record);
    lua_createtable(L, 0, 8);
    set_fields(L, &record);
    set_in(L, "spans", "time", record.time);
    set_word(L, "type", trace_type_name((TraceType)record.type));
    if (record.host != HOST_NONE) set_integer(L, "host", record.host);
    return 1;
}

void core_event_open(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"types", l_types}, {"on", l_on}, {"off", l_off}, {"record", l_record}, {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
