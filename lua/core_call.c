/* core_call.c -- the part of `core` about clients: connections, command lines, replies as Lua
 * values and as redis-cli prints them. */
#include "lua/host.h"

#include "sim/base/resp.h"
#include "sim/check/ledger.h"

#include <stdlib.h>
#include <string.h>

typedef enum ReplyForm { FORM_VALUE, FORM_CLI } ReplyForm;

/* --- replies as Lua values: nil inside an array is false, maps are tables by their keys --- */

static void push_value(lua_State *L, const RespValues *values, uint32_t index);

static void push_elements(lua_State *L, const RespValues *values, uint32_t index)
{
    const RespValue *value = &values->items[index];
    uint32_t child = index + 1;
    lua_createtable(L, (int)value->count, 0);
    luaL_checkstack(L, 4, "a reply is nested too deeply");
    for (uint32_t i = 0; i < value->count; i++) {
        push_value(L, values, child);
        child = values->items[child].next;
        if (value->kind == RESP_MAP) {
            push_value(L, values, child);
            child = values->items[child].next;
            lua_rawset(L, -3);
            continue;
        }
        if (lua_isnil(L, -1)) {
            lua_pop(L, 1);
            lua_pushboolean(L, 0);
        }
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

static void push_value(lua_State *L, const RespValues *values, uint32_t index)
{
    const RespValue *value = &values->items[index];
    switch (value->kind) {
    case RESP_INTEGER: lua_pushinteger(L, value->integer); break;
    case RESP_BOOL: lua_pushboolean(L, value->integer != 0); break;
    case RESP_NULL: lua_pushnil(L); break;
    case RESP_ARRAY:
    case RESP_MAP:
    case RESP_SET:
    case RESP_PUSH: push_elements(L, values, index); break;
    case RESP_STATUS:
    case RESP_ERROR:
    case RESP_BULK:
    case RESP_DOUBLE:
    case RESP_BIGNUM:
        lua_pushlstring(L, value->text.size ? value->text.chars : "", value->text.size);
    }
}

/* Pushes "done" or "error" and the reply; returns how many values. */
static int push_reply(lua_State *L, uint32_t call, ReplyForm form)
{
    RespValues values = {0};
    Text text = {0};
    Error err;
    uint32_t used;
    if (resp_read(sim_call_resp(host_of(L)->sim, call), &values, &used, &err, NULL) != RESP_DONE) {
        lua_pushliteral(L, "lost");
        return 1;
    }
    bool is_error = values.items[0].kind == RESP_ERROR;
    lua_pushstring(L, is_error && form == FORM_VALUE ? "error" : "done");
    if (form == FORM_CLI) {
        resp_cli_reply(lua_tostring(L, 2), &values, &text); /* the arguments of l_call are here */
        lua_pushlstring(L, text_chars(&text), text.size);
    } else {
        push_value(L, &values, 0);
    }
    text_deinit(&text);
    array_deinit(NULL, &values);
    return 2;
}

/* --- calls --- */

static int after_call(lua_State *L, int status, lua_KContext context)
{
    (void)status;
    uint32_t call = (uint32_t)(context >> 1);
    CallStatus result = sim_call_status(host_of(L)->sim, call, NULL);
    if (result == CALL_DONE) return push_reply(L, call, context & 1 ? FORM_CLI : FORM_VALUE);
    if (result == CALL_PENDING) {
        Command command = {.kind = CMD_CALL_CANCEL, .host = HOST_NONE};
        command.u.call = call;
        host_submit(L, &command);
        lua_pushliteral(L, "late");
    } else {
        lua_pushstring(L, result == CALL_REFUSED ? "refused" : "lost");
    }
    return 1;
}

/* core.call(limit, line, host, connection, cli): waits for the reply, at most so long; on a
 * connection of its own when that is nil. Returns "done" and the reply, "error" and its text,
 * "refused", "lost" or "late"; with cli true "done" and what redis-cli prints. */
static int l_call(lua_State *L)
{
    Script *script = host_of(L);
    Command command = {.kind = CMD_CALL, .host = HOST_NONE, .text = luaL_checkstring(L, 2)};
    if (lua_isnoneornil(L, 4)) {
        command.host = host_check_host(L, 3);
    } else {
        command.kind = CMD_CONN_CALL;
        command.u.call = (uint32_t)luaL_checkinteger(L, 4);
    }
    if (!lua_isyieldable(L)) {
        return host_error(L, "waiting is not possible here, inside a function that Lua calls back");
    }
    SimTime limit = host_wake_time(L);
    uint32_t call = host_submit(L, &command);
    Process *process = &script->processes.items[script->current];
    process->wait = WAIT_CALL;
    process->time = limit;
    process->call = call;
    process->order = ++script->orders;
    lua_KContext context = ((lua_KContext)call << 1) | (lua_toboolean(L, 5) ? 1 : 0);
    return lua_yieldk(L, 0, context, after_call);
}

/* core.connect(host, client) -> number of a connection; from the host's own machine when there is
 * no client */
static int l_connect(lua_State *L)
{
    Command command = {.kind = CMD_CONNECT, .host = host_check_host(L, 1)};
    if (!lua_isnoneornil(L, 2)) {
        command.kind = CMD_CLIENT_CONNECT;
        command.u.call = command.host;
        command.host = host_check_host(L, 2);
    }
    lua_pushinteger(L, host_submit(L, &command));
    return 1;
}

/* core.disconnect(connection) */
static int l_disconnect(lua_State *L)
{
    Command command = {.kind = CMD_DISCONNECT, .host = HOST_NONE};
    command.u.call = (uint32_t)luaL_checkinteger(L, 1);
    host_submit(L, &command);
    return 0;
}

/* --- workloads --- */

static uint64_t check_count(lua_State *L, int arg)
{
    lua_Integer value = luaL_checkinteger(L, arg);
    luaL_argcheck(L, value >= 0, arg, "a count cannot be negative");
    return (uint64_t)value;
}

static uint32_t check_small(lua_State *L, int arg)
{
    uint64_t value = check_count(L, arg);
    luaL_argcheck(L, value <= UINT32_MAX, arg, "too large");
    return (uint32_t)value;
}

/* core.workload_add(client, keys, {seeds}, rate, loops, limit, sets, gets, timeout, pause,
 * attempts, in order, refresh) -> its number; nil and a sentence */
static int l_workload_add(lua_State *L)
{
    Error err = {{0}};
    uint32_t number;
    Command command = {.kind = CMD_WORKLOAD_ADD, .host = host_check_host(L, 1)};
    command.text = luaL_checkstring(L, 2);
    command.u.workload = (WorkloadConfig){.rate = check_small(L, 4),
                                          .loops = check_small(L, 5),
                                          .limit = check_count(L, 6),
                                          .sets = check_small(L, 7),
                                          .gets = check_small(L, 8),
                                          .timeout = host_check_span(L, 9),
                                          .pause = host_check_span(L, 10),
                                          .attempts = check_small(L, 11),
                                          .in_order = lua_toboolean(L, 12) != 0,
                                          .refresh = lua_toboolean(L, 13) != 0};
    host_check_group(L, 3, command.u.workload.seeds);
    if (!host_try(L, &command, &number, &err)) {
        lua_pushnil(L);
        lua_pushstring(L, err.text);
        return 2;
    }
    lua_pushinteger(L, number);
    return 1;
}

/* core.workload_go(workload, whether it goes on) */
static int l_workload_go(lua_State *L)
{
    Command command = {.kind = CMD_WORKLOAD_STOP, .host = HOST_NONE};
    command.u.call = check_small(L, 1);
    if (lua_toboolean(L, 2)) command.kind = CMD_WORKLOAD_GO;
    host_submit(L, &command);
    return 0;
}

/* core.workload_counts(workload) -> table by the names of WORKLOAD_COUNTS, and under_way */
static int l_workload_counts(lua_State *L)
{
    const Sim *sim = host_of(L)->sim;
    uint32_t number = check_small(L, 1);
    const WorkloadCounts *counts = sim_workload_counts(sim, number);
    lua_createtable(L, 0, 20);
#define COUNT(name)                                                                                \
    lua_pushinteger(L, (lua_Integer)counts->name);                                                 \
    lua_setfield(L, -2, #name);
    WORKLOAD_COUNTS(COUNT)
#undef COUNT
    lua_pushinteger(L, sim_workload_under_way(sim, number));
    lua_setfield(L, -2, "under_way");
    return 1;
}

/* --- the ledger --- */

/* What the owners of the slots hold now, for every key that was written. */
static void set_finals(const Sim *sim, Ledger *ledger, Text *value)
{
    for (uint32_t i = 0; i < ledger_key_count(ledger); i++) {
        uint16_t slot;
        text_clear(value);
        bool exists = sim_value(sim, ledger_key(ledger, i), &slot, value);
        ledger_set_final(ledger, i, slot, exists, strtoull(text_chars(value), NULL, 10));
    }
}

static void push_lost(lua_State *L, const Ledger *ledger, const LostWrite *lost)
{
    lua_createtable(L, 0, 7);
    lua_pushstring(L, ledger_key(ledger, lost->key));
    lua_setfield(L, -2, "key");
    lua_pushinteger(L, (lua_Integer)lost->value);
    lua_setfield(L, -2, "value");
    lua_pushinteger(L, lost->client);
    lua_setfield(L, -2, "client");
    lua_pushinteger(L, lost->by);
    lua_setfield(L, -2, "by");
    lua_pushinteger(L, (lua_Integer)lost->acked);
    lua_setfield(L, -2, "acked");
    lua_pushinteger(L, lost->window);
    lua_setfield(L, -2, "window");
    lua_pushstring(L, loss_word(lost->window));
    lua_setfield(L, -2, "word");
}

/* core.ledger(margin) -> how many writes were acknowledged, and a list of those that are lost */
static int l_ledger(lua_State *L)
{
    Sim *sim = host_of(L)->sim;
    Text *value = host_scratch(L);
    SimSpan margin = host_check_span(L, 1);
    ledger_destroy(host_of(L)->ledger);
    Ledger *ledger = host_of(L)->ledger = ledger_create(NULL, margin);
    ledger_read(ledger, sim_trace(sim));
    set_finals(sim, ledger, value);
    ledger_judge(ledger, sim_trace(sim));
    lua_pushinteger(L, (lua_Integer)ledger_acked(ledger));
    uint32_t count = ledger_lost_count(ledger);
    lua_createtable(L, (int)count, 0);
    for (uint32_t i = 0; i < count; i++) {
        push_lost(L, ledger, ledger_lost(ledger, i));
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 2;
}

static const luaL_Reg functions[] = {{"ledger", l_ledger},
                                     {"call", l_call},
                                     {"connect", l_connect},
                                     {"disconnect", l_disconnect},
                                     {"workload_add", l_workload_add},
                                     {"workload_go", l_workload_go},
                                     {"workload_counts", l_workload_counts},
                                     {NULL, NULL}};

void core_call_open(lua_State *L)
{
    luaL_setfuncs(L, functions, 0);
}
