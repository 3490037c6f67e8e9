/* core.c -- the functions that prelude.lua is written on: time, story, calls. They check, convert
 * and submit; what a scenario may say and how it is told about mistakes is the prelude's. */
#include "lua/host.h"

#include "sim/cluster/effect.h"
#include "sim/cluster/keyslot.h"
#include "sim/plan/plan.h"

#include <string.h>

SimSpan host_check_span(lua_State *L, int arg)
{
    lua_Integer span = luaL_checkinteger(L, arg);
    luaL_argcheck(L, span >= 0, arg, "a duration cannot be negative");
    return (SimSpan)span;
}

/* core.now() -> ns since the start of the run */
static int l_now(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)sim_now(host_of(L)->sim));
    return 1;
}

/* core.parse(text) -> ns, or nil and a sentence */
static int l_parse(lua_State *L)
{
    SimSpan span;
    Error err = {{0}};
    if (!text_parse_span(luaL_checkstring(L, 1), &span, &err)) {
        lua_pushnil(L);
        lua_pushstring(L, err.text);
        return 2;
    }
    lua_pushinteger(L, (lua_Integer)span);
    return 1;
}

/* core.span_text(ns) -> "1.234 s" */
static int l_span_text(lua_State *L)
{
    Text *text = host_scratch(L);
    text_append_span(text, host_check_span(L, 1));
    lua_pushstring(L, text_chars(text));
    return 1;
}

/* core.slot_of(key) -> slot, the part that is hashed */
static int l_slot_of(lua_State *L)
{
    size_t size;
    const char *key = luaL_checklstring(L, 1, &size);
    luaL_argcheck(L, size <= UINT32_MAX, 1, "the key is too long");
    KeyPart part = keyslot_part(key, (uint32_t)size);
    lua_pushinteger(L, keyslot_of(key, (uint32_t)size));
    lua_pushlstring(L, key + part.start, part.size);
    return 2;
}

/* core.fail(text): an error at the line of the user's script */
static int l_fail(lua_State *L)
{
    return host_error(L, "%s", luaL_checkstring(L, 1));
}

/* core.nearest(word, {names}) -> name or nil */
static int l_nearest(lua_State *L)
{
    const char *names[256];
    uint32_t count = 0;
    const char *word = luaL_checkstring(L, 1);
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_Integer length = luaL_len(L, 2);
    luaL_checkstack(L, 260, NULL);
    for (lua_Integer i = 1; i <= length && count < 256; i++) {
        lua_rawgeti(L, 2, i);
        if (lua_type(L, -1) == LUA_TSTRING) names[count++] = lua_tostring(L, -1);
    }
    const char *nearest = text_nearest(word, names, count);
    if (nearest) lua_pushstring(L, nearest);
    else lua_pushnil(L);
    return 1;
}

/* core.sleep(ns), core.pause(ns): until then; pause also ends when something happens */
SimTime host_wake_time(lua_State *L)
{
    SimTime now = sim_now(host_of(L)->sim);
    SimSpan span = host_check_span(L, 1);
    if (span > NODE_RUN_MAX - now) host_error(L, "the run would become longer than 48 days");
    return now + span;
}

static int l_sleep(lua_State *L)
{
    return host_wait(L, WAIT_TIME, host_wake_time(L), 0);
}

static int l_pause(lua_State *L)
{
    return host_wait(L, WAIT_NOTICE, host_wake_time(L), 0);
}

/* core.spawn(background, fn, ...) */
static int l_spawn(lua_State *L)
{
    TaskKind kind = lua_toboolean(L, 1) ? TASK_BACKGROUND : TASK_SPAWNED;
    luaL_checktype(L, 2, LUA_TFUNCTION);
    if (lua_gettop(L) - 2 > ARGUMENTS_MAX)
        return host_error(L, "spawn takes at most %d values for its function", ARGUMENTS_MAX);
    if (host_spawn(host_of(L), L, lua_gettop(L) - 2, kind, host_line(L))) return 0;
    return host_error(L, "more than %d processes at once", PROCESSES_MAX);
}

/* core.note(type name, number, text, text2) */
static int l_note(lua_State *L)
{
    static const struct {
        const char *name;
        TraceType type;
    } kinds[] = {{"title", TRACE_TITLE},   {"step", TRACE_STEP},
                 {"say", TRACE_SAY},       {"predict", TRACE_PREDICT},
                 {"expect", TRACE_EXPECT}, {"predicted", TRACE_PREDICTED},
                 {"report", TRACE_REPORT}};
    const char *name = luaL_checkstring(L, 1);
    Command command = {.kind = CMD_NOTE, .host = HOST_NONE};
    for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
        if (strcmp(kinds[i].name, name) == 0) command.u.note.type = kinds[i].type;
    }
    command.u.note.number = (uint8_t)luaL_checkinteger(L, 2);
    command.text = luaL_optstring(L, 3, "");
    command.text2 = luaL_optstring(L, 4, "");
    host_submit(L, &command);
    return 0;
}

/* core.setting(name) -> the value of --set name=value, or nil */
static int l_setting(lua_State *L)
{
    Script *script = host_of(L);
    const char *name = luaL_checkstring(L, 1);
    for (uint32_t i = 0; i < script->options.setting_count; i++) {
        if (strcmp(script->options.settings[i].name, name) == 0) {
            if (i < 64) script->settings_used |= UINT64_C(1) << i;
            lua_pushstring(L, script->options.settings[i].value);
            return 1;
        }
    }
    return 0;
}

static int l_seed(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)host_of(L)->options.seed);
    return 1;
}

/* core.rules(profile, {name = bool}): before the first host; nil, or what is wrong */
static int l_rules(lua_State *L)
{
    Script *script = host_of(L);
    Rules rules;
    Error err = {{0}};
    const char *profile = luaL_checkstring(L, 1);
    bool ok = rules_profile(profile, &rules, &err);
    if (ok && lua_istable(L, 2)) {
        lua_pushnil(L);
        while (ok && lua_next(L, 2) != 0) {
            ok = rules_set(&rules, lua_tostring(L, -2), lua_toboolean(L, -1) != 0, &err);
            lua_pop(L, 1);
        }
    }
    if (ok) ok = sim_set_rules(script->sim, profile, &rules, &err);
    if (ok) return 0;
    lua_pushstring(L, err.text);
    return 1;
}

/* core.plan({ips}, replicas) -> list of {primary = index or nil, first, last, epoch}; nil and a
 * sentence */
static int l_plan(lua_State *L)
{
    CreateNode nodes[HOSTS_MAX];
    Error err = {{0}};
    lua_Integer count = luaL_len(L, 1);
    luaL_argcheck(L, count <= HOSTS_MAX, 1, "too many nodes");
    memset(nodes, 0, sizeof(nodes));
    for (lua_Integer i = 0; i < count; i++) {
        lua_rawgeti(L, 1, i + 1);
        nodes[i].ip = (uint32_t)lua_tointeger(L, -1);
        lua_pop(L, 1);
    }
    if (!plan_create(nodes, (uint32_t)count, (uint32_t)luaL_checkinteger(L, 2), &host_of(L)->rng,
                     &err)) {
        lua_pushnil(L);
        lua_pushstring(L, err.text);
        return 2;
    }
    lua_createtable(L, (int)count, 0);
    for (lua_Integer i = 0; i < count; i++) {
        lua_createtable(L, 0, 4);
        if (nodes[i].is_primary) {
            lua_pushinteger(L, nodes[i].first_slot);
            lua_setfield(L, -2, "first");
            lua_pushinteger(L, nodes[i].last_slot);
            lua_setfield(L, -2, "last");
        } else if (nodes[i].primary != PLAN_NONE) {
            lua_pushinteger(L, (lua_Integer)nodes[i].primary + 1);
            lua_setfield(L, -2, "primary");
        }
        lua_pushinteger(L, nodes[i].epoch);
        lua_setfield(L, -2, "epoch");
        lua_rawseti(L, -2, i + 1);
    }
    return 1;
}

/* core.meta(value) -> its metatable, protected or not */
static int l_meta(lua_State *L)
{
    if (!lua_getmetatable(L, 1)) lua_pushnil(L);
    return 1;
}

/* core.places(format) -> how many values it shows */
static int l_places(lua_State *L)
{
    size_t size;
    const char *format = luaL_checklstring(L, 1, &size);
    lua_pushinteger(L, sandbox_count_places(format, size));
    return 1;
}

/* Hashes of what redis-cli --cluster create compares: node ID and slots of a line. */
static uint64_t hash_chars(uint64_t hash, const char *chars, size_t size)
{
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (unsigned char)chars[i]) * UINT64_C(0x100000001b3);
    return hash;
}

/* core.signature(CLUSTER NODES text) -> a number that is equal for equal views, and how many nodes
 * are in it. Whatever is in handshake does not count; the order of the lines does not either. */
static int l_signature(lua_State *L)
{
    uint64_t sum = 0;
    lua_Integer count = 0;
    for (const char *line = luaL_checkstring(L, 1); *line;) {
        size_t size = strcspn(line, "\n"), at = 0, id = strcspn(line, " ");
        const char *flags = line;
        for (int field = 0; field < 8 && at < size; field++) {
            if (field == 2) flags = line + at;
            at += strcspn(line + at, " \n") + 1;
        }
        size_t flags_size = strcspn(flags, " \n");
        bool handshake = false;
        for (size_t i = 0; i + 9 <= flags_size; i++)
            handshake = handshake || memcmp(flags + i, "handshake", 9) == 0;
        if (!handshake && id < size) {
            uint64_t hash = hash_chars(UINT64_C(0xcbf29ce484222325), line, id);
            sum += at < size ? hash_chars(hash, line + at, size - at) : hash;
            count++;
        }
        line += size + (line[size] == '\n');
    }
    lua_pushinteger(L, (lua_Integer)sum);
    lua_pushinteger(L, count);
    return 2;
}

static const luaL_Reg functions[] = {
    {"now", l_now},         {"parse", l_parse},         {"span_text", l_span_text},
    {"slot_of", l_slot_of}, {"fail", l_fail},           {"nearest", l_nearest},
    {"sleep", l_sleep},     {"pause", l_pause},         {"spawn", l_spawn},
    {"note", l_note},       {"setting", l_setting},     {"seed", l_seed},
    {"rules", l_rules},     {"plan", l_plan},           {"meta", l_meta},
    {"places", l_places},   {"signature", l_signature}, {NULL, NULL},
};

void core_open(lua_State *L)
{
    luaL_setfuncs(L, functions, 0);
}
