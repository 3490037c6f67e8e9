/* core_node.c -- the part of `core` about hosts, faults and beliefs. Hosts are numbers here; names
 * are the prelude's. */
#include "lua/host.h"

#include "sim/base/bitset.h"
#include "sim/cluster/conffile.h"

#include <string.h>

HostId host_check_host(lua_State *L, int arg)
{
    lua_Integer host = luaL_checkinteger(L, arg);
    luaL_argcheck(L, host >= 0 && host < (lua_Integer)sim_host_count(host_of(L)->sim), arg,
                  "no such host");
    return (HostId)host;
}

/* Copies a name that must fit; a longer one is the script's mistake. */
static void check_name(lua_State *L, int arg, char *name, size_t capacity, const char *what)
{
    const char *chars = luaL_checkstring(L, arg);
    if (strlen(chars) >= capacity)
        host_error(L, "%s \"%s\" is too long; %d letters are allowed", what, chars,
                   (int)capacity - 1);
    memcpy(name, chars, strlen(chars) + 1);
}

/* core.directive(name, value) -> nil, or what is wrong with it */
static int l_directive(lua_State *L)
{
    Error err = {{0}};
    NodeConfig config = config_default();
    if (config_set(&config, luaL_checkstring(L, 1), luaL_checkstring(L, 2), &err)) return 0;
    lua_pushstring(L, err.text);
    return 1;
}

/* core.directives() -> list of the names of redis.conf directives */
static int l_directives(lua_State *L)
{
    lua_newtable(L);
    for (uint32_t i = 0; i < config_count(); i++) {
        lua_pushstring(L, config_name(i));
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* The trace follows every ping of a small cluster; a large one is recorded at level 1 unless asked
 * otherwise. */
static void choose_level(Script *script, lua_Integer expected)
{
    if (script->has_hosts || script->options.has_level) return;
    sim_set_level(script->sim, expected > 24 ? 1 : 2);
}

/* core.host_add(name, zone, ip, port, conf text, how many hosts are coming) -> host number; nil and
 * a sentence */
static int l_host_add(lua_State *L)
{
    Error err = {{0}};
    Script *script = host_of(L);
    Command command = {.kind = CMD_HOST_ADD, .host = HOST_NONE};
    check_name(L, 1, command.u.add.name, sizeof(command.u.add.name), "the name");
    check_name(L, 2, command.u.add.zone, sizeof(command.u.add.zone), "the zone");
    command.u.add.ip = (uint32_t)luaL_checkinteger(L, 3);
    command.u.add.port = (uint16_t)luaL_checkinteger(L, 4);
    command.u.add.bus_port = (uint16_t)(command.u.add.port + 10000);
    command.u.add.config = config_default();
    command.text = luaL_checkstring(L, 5);
    choose_level(script, luaL_optinteger(L, 6, 1));
    script->has_hosts = true;
    uint32_t number;
    if (!config_read(&command.u.add.config, command.text, &err) ||
        !host_try(L, &command, &number, &err)) {
        lua_pushnil(L);
        lua_pushstring(L, err.text);
        return 2;
    }
    lua_pushinteger(L, number);
    return 1;
}

/* core.client_add(name, zone, ip) -> host number of the machine; nil and a sentence */
static int l_client_add(lua_State *L)
{
    Error err = {{0}};
    uint32_t number;
    Command command = {.kind = CMD_CLIENT_ADD, .host = HOST_NONE};
    check_name(L, 1, command.u.add.name, sizeof(command.u.add.name), "the name");
    check_name(L, 2, command.u.add.zone, sizeof(command.u.add.zone), "the zone");
    command.u.add.ip = (uint32_t)luaL_checkinteger(L, 3);
    if (!host_try(L, &command, &number, &err)) {
        lua_pushnil(L);
        lua_pushstring(L, err.text);
        return 2;
    }
    lua_pushinteger(L, number);
    return 1;
}

/* nil, or why the simulator refused: the prelude decides whose mistake that is. */
static int submit_or_say(lua_State *L, const Command *command)
{
    Error err = {{0}};
    if (host_try(L, command, NULL, &err)) return 0;
    lua_pushstring(L, err.text);
    return 1;
}

/* core.process(what, host) -> nil, or why not: start, kill, power_off, wipe, freeze, thaw */
static int l_process(lua_State *L)
{
    static const char *const words[] = {"start",  "kill", "power_off", "wipe",
                                        "freeze", "thaw", NULL};
    static const CommandKind kinds[] = {CMD_START, CMD_KILL,   CMD_KILL,
                                        CMD_WIPE,  CMD_FREEZE, CMD_THAW};
    int what = luaL_checkoption(L, 1, NULL, words);
    Command command = {.kind = kinds[what], .host = host_check_host(L, 2)};
    command.u.kill.power = what == 2;
    return submit_or_say(L, &command);
}

/* core.write("nodes" | "conf", host, text) -> nil, or why not */
static int l_write(lua_State *L)
{
    static const char *const words[] = {"nodes", "conf", NULL};
    static const CommandKind kinds[] = {CMD_WRITE_NODES, CMD_WRITE_CONF};
    int what = luaL_checkoption(L, 1, NULL, words);
    Command command = {.kind = kinds[what], .host = host_check_host(L, 2)};
    command.text = luaL_checkstring(L, 3);
    return submit_or_say(L, &command);
}

/* core.slow(host, permille) */
static int l_slow(lua_State *L)
{
    Command command = {.kind = CMD_SLOW, .host = host_check_host(L, 1)};
    command.u.permille = (uint32_t)luaL_checkinteger(L, 2);
    host_submit(L, &command);
    return 0;
}

/* core.feed(host, bytes) -> nil, or why not */
static int l_feed(lua_State *L)
{
    Command command = {.kind = CMD_FEED, .host = host_check_host(L, 1)};
    command.u.bytes = (uint64_t)luaL_checkinteger(L, 2);
    return submit_or_say(L, &command);
}

/* --- network --- */

static NetProfile check_profile(lua_State *L, int arg)
{
    return (NetProfile){.latency = host_check_span(L, arg),
                        .jitter = host_check_span(L, arg + 1),
                        .bytes_per_s = (uint64_t)luaL_checkinteger(L, arg + 2),
                        .loss_ppm = (uint32_t)luaL_checkinteger(L, arg + 3)};
}

/* core.net_profile(latency, jitter, bytes per s, loss ppm) */
static int l_net_profile(lua_State *L)
{
    Command command = {.kind = CMD_NET_PROFILE, .host = HOST_NONE};
    command.u.profile = check_profile(L, 1);
    host_submit(L, &command);
    return 0;
}

/* core.zone_profile(zone, zone, latency, jitter, bytes per s, loss ppm) */
static int l_zone_profile(lua_State *L)
{
    Command command = {.kind = CMD_ZONE_PROFILE, .host = HOST_NONE};
    check_name(L, 1, command.u.zone.a, sizeof(command.u.zone.a), "the zone");
    check_name(L, 2, command.u.zone.b, sizeof(command.u.zone.b), "the zone");
    command.u.zone.profile = check_profile(L, 3);
    host_submit(L, &command);
    return 0;
}

void host_check_group(lua_State *L, int arg, uint64_t *words)
{
    luaL_checktype(L, arg, LUA_TTABLE);
    lua_Integer count = luaL_len(L, arg);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(L, arg, i);
        bitset_add(words, host_check_host(L, lua_gettop(L)));
        lua_pop(L, 1);
    }
}

/* core.rule_add(id, {from}, {to}, oneway, cut, latency, jitter, bytes per s, loss ppm) */
static int l_rule_add(lua_State *L)
{
    Command command = {.kind = CMD_RULE_ADD, .host = HOST_NONE};
    NetProfile profile = check_profile(L, 6);
    command.u.rule = (NetRule){.id = (uint32_t)luaL_checkinteger(L, 1),
                               .oneway = lua_toboolean(L, 4) != 0,
                               .cut = lua_toboolean(L, 5) != 0,
                               .latency = profile.latency,
                               .jitter = profile.jitter,
                               .bytes_per_s = profile.bytes_per_s,
                               .loss_ppm = profile.loss_ppm};
    host_check_group(L, 2, command.u.rule.from);
    host_check_group(L, 3, command.u.rule.to);
    host_submit(L, &command);
    return 0;
}

/* core.rule_remove(id) -> nil, or why not */
static int l_rule_remove(lua_State *L)
{
    Command command = {.kind = CMD_RULE_REMOVE, .host = HOST_NONE};
    command.u.rule.id = (uint32_t)luaL_checkinteger(L, 1);
    return submit_or_say(L, &command);
}

/* --- reading --- */

static int l_status(lua_State *L)
{
    static const char *const words[] = {"absent", "running", "frozen", "dead"};
    lua_pushstring(L, words[sim_host_status(host_of(L)->sim, host_check_host(L, 1))]);
    return 1;
}

/* core.ip(host) -> its address as a number */
static int l_ip(lua_State *L)
{
    lua_pushinteger(L, sim_host_ip(host_of(L)->sim, host_check_host(L, 1), NULL));
    return 1;
}

/* core.id(host) -> node ID, or nil before the first start */
static int l_id(lua_State *L)
{
    Sim *sim = host_of(L)->sim;
    NodeId node = sim_host_node(sim, host_check_host(L, 1));
    if (node == NODE_NONE) return 0;
    lua_pushstring(L, sim_node_id(sim, node));
    return 1;
}

static void set_integer(lua_State *L, const char *name, uint64_t value)
{
    lua_pushinteger(L, (lua_Integer)value);
    lua_setfield(L, -2, name);
}

static void set_bool(lua_State *L, const char *name, bool value)
{
    lua_pushboolean(L, value);
    lua_setfield(L, -2, name);
}

static void set_string(lua_State *L, const char *name, const char *value)
{
    lua_pushstring(L, value);
    lua_setfield(L, -2, name);
}

/* core.belief(host, other host) -> table, or nil when it does not run or does not know it */
static int l_belief(lua_State *L)
{
    Belief belief;
    Sim *sim = host_of(L)->sim;
    HostId host = host_check_host(L, 1), other = host_check_host(L, 2);
    if (!sim_belief(sim, host, sim_host_node(sim, other), &belief)) return 0;
    lua_createtable(L, 0, 10);
    set_bool(L, "primary", (belief.flags & FLAG_PRIMARY) != 0);
    set_bool(L, "pfail", (belief.flags & FLAG_PFAIL) != 0);
    set_bool(L, "fail", (belief.flags & FLAG_FAIL) != 0);
    set_bool(L, "connected", belief.up || host == other);
    set_integer(L, "epoch", belief.epoch);
    set_integer(L, "slots", sim_slot_count(sim, belief.slots));
    set_integer(L, "offset", belief.offset);
    if (belief.primary != NODE_NONE) set_integer(L, "follows", sim_node_host(sim, belief.primary));
    return 1;
}

/* core.connected(host, other host): has it a connection of its own to the other? */
static int l_connected(lua_State *L)
{
    Belief belief;
    Sim *sim = host_of(L)->sim;
    HostId host = host_check_host(L, 1), other = host_check_host(L, 2);
    bool known = sim_belief(sim, host, sim_host_node(sim, other), &belief);
    lua_pushboolean(L, known && belief.up);
    return 1;
}

/* core.bus_bytes() -> bytes of all messages of the cluster bus so far */
static int l_bus_bytes(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)sim_bus_bytes(host_of(L)->sim));
    return 1;
}

/* core.self(host) -> table, or nil when it does not run */
static int l_self(lua_State *L)
{
    Sim *sim = host_of(L)->sim;
    const HostState *self = sim_self(sim, host_check_host(L, 1));
    if (!self) return 0;
    lua_createtable(L, 0, 10);
    set_string(L, "state", state_word(self->state));
    set_integer(L, "size", self->size);
    set_integer(L, "current_epoch", self->current_epoch);
    set_integer(L, "last_vote_epoch", self->last_vote_epoch);
    set_integer(L, "offset", self->repl_offset);
    set_string(L, "link", repl_word(self->repl));
    return 1;
}

static uint16_t check_slot(lua_State *L, int arg)
{
    lua_Integer slot = luaL_checkinteger(L, arg);
    luaL_argcheck(L, slot >= 0 && slot < SLOT_COUNT, arg, "slots are numbers from 0 to 16383");
    return (uint16_t)slot;
}

/* core.owner(slot) -> host or nil; core.owner_seen(host, slot) -> host or nil */
static int l_owner(lua_State *L)
{
    HostId owner = sim_owner(host_of(L)->sim, check_slot(L, 1));
    if (owner == HOST_NONE) return 0;
    lua_pushinteger(L, owner);
    return 1;
}

static int l_owner_seen(lua_State *L)
{
    Sim *sim = host_of(L)->sim;
    NodeId node = sim_owner_seen(sim, host_check_host(L, 1), check_slot(L, 2));
    if (node == NODE_NONE) return 0;
    lua_pushinteger(L, sim_node_host(sim, node));
    return 1;
}

/* core.converged() -> true, or false and what is not so */
static int l_converged(lua_State *L)
{
    Text *why = host_scratch(L);
    lua_pushboolean(L, sim_converged(host_of(L)->sim, why));
    lua_pushstring(L, text_chars(why));
    return 2;
}

/* core.text("nodes" | "info" | "conf", host) */
static int l_text(lua_State *L)
{
    static const char *const words[] = {"nodes", "info", "conf", NULL};
    Sim *sim = host_of(L)->sim;
    int what = luaL_checkoption(L, 1, NULL, words);
    HostId host = host_check_host(L, 2);
    Text *text = host_scratch(L);
    if (what == 0) sim_nodes_text(sim, host, text);
    if (what == 1) sim_info_text(sim, host, text);
    if (what == 2) sim_conf_text(sim, host, text);
    lua_pushlstring(L, text_chars(text), text->size);
    return 1;
}

/* core.first_cluster(first host, count): whose nodes gestures call c.n1 */
static int l_first_cluster(lua_State *L)
{
    Script *script = host_of(L);
    script->cluster_first = host_check_host(L, 1);
    script->cluster_hosts = (uint32_t)luaL_checkinteger(L, 2);
    return 0;
}

static const luaL_Reg functions[] = {
    {"directive", l_directive},
    {"directives", l_directives},
    {"host_add", l_host_add},
    {"client_add", l_client_add},
    {"process", l_process},
    {"slow", l_slow},
    {"write", l_write},
    {"feed", l_feed},
    {"net_profile", l_net_profile},
    {"zone_profile", l_zone_profile},
    {"rule_add", l_rule_add},
    {"rule_remove", l_rule_remove},
    {"status", l_status},
    {"ip", l_ip},
    {"id", l_id},
    {"belief", l_belief},
    {"connected", l_connected},
    {"bus_bytes", l_bus_bytes},
    {"self", l_self},
    {"owner", l_owner},
    {"owner_seen", l_owner_seen},
    {"converged", l_converged},
    {"text", l_text},
    {"first_cluster", l_first_cluster},
    {NULL, NULL},
};

void core_node_open(lua_State *L)
{
    luaL_setfuncs(L, functions, 0);
    lua_pushinteger(L, HOSTS_MAX);
    lua_setfield(L, -2, "hosts_max");
}
