/* submit.c -- the door: commands are checked, kept, and carried out at once. */
#include "sim/world/world.h"

#include <string.h>

AddrId world_addr(Sim *sim, uint32_t ip, uint16_t port, uint16_t bus_port)
{
    for (uint32_t i = 1; i < sim->addrs.count; i++) {
        const AddrState *addr = &sim->addrs.items[i];
        if (addr->ip == ip && addr->port == port && addr->bus_port == bus_port) return i;
    }
    array_push(sim->mem, &sim->addrs, (AddrState){.ip = ip, .port = port, .bus_port = bus_port});
    array_push(sim->mem, &sim->addr_host, HOST_NONE);
    world_define_addr(sim, sim->addrs.count - 1);
    return sim->addrs.count - 1;
}

/* 160 random bits as 40 hexadecimal digits (protocol.md §2.1), never one that exists. */
NodeId world_new_identity(Sim *sim, HostId host)
{
    static const char digits[] = "0123456789abcdef";
    SIM_ASSERT(sim->directory.nodes.count < NODES_MAX);

    char id[NODE_ID_SIZE];
    for (int i = 0; i < NODE_ID_SIZE; i++) id[i] = digits[rng_below(&sim->identity_rng, 16)];
    return world_name_identity(sim, host, id);
}

NodeId world_name_identity(Sim *sim, HostId host, const char *id)
{
    NodeEntry entry = {.host = host, .addr = world_host(sim, host)->addr};
    SIM_ASSERT(sim->directory.nodes.count < NODES_MAX);
    memcpy(entry.id, id, NODE_ID_SIZE);
    array_push(sim->mem, &sim->directory.nodes, entry);
    NodeId node = (NodeId)(sim->directory.nodes.count - 1);

    TraceRecord record = {.type = TRACE_NODE_DEFINED};
    record.u.NODE_DEFINED.node = node;
    record.u.NODE_DEFINED.id = (TraceText){entry.id, NODE_ID_SIZE};
    world_note(sim, host, &record);
    return node;
}

/* The number of a zone, defining it when it is new. */
static uint8_t zone_number(Sim *sim, const char *name)
{
    for (uint32_t i = 0; i < sim->zone_names.count; i++) {
        if (strcmp(sim->zone_names.items[i].chars, name) == 0) return (uint8_t)i;
    }
    SIM_ASSERT(sim->zone_names.count < ZONES_MAX);
    ZoneName zone = {{0}};
    memcpy(zone.chars, name, strlen(name));
    array_push(sim->mem, &sim->zone_names, zone);
    return (uint8_t)(sim->zone_names.count - 1);
}

static bool zone_fits(const Sim *sim, const char *name)
{
    for (uint32_t i = 0; i < sim->zone_names.count; i++) {
        if (strcmp(sim->zone_names.items[i].chars, name) == 0) return true;
    }
    return sim->zone_names.count < ZONES_MAX;
}

/* --- adding a host --- */

static bool check_add(Sim *sim, const Command *command, Error *err)
{
    if (sim->hosts.count >= HOSTS_MAX) {
        return error_set(err, "host \"%s\" would be number %d; at most %d hosts are allowed",
                         command->u.add.name, HOSTS_MAX + 1, HOSTS_MAX);
    }
    if (command->u.add.name[0] == '\0') return error_set(err, "a host needs a name");
    if (sim_find_host(sim, command->u.add.name) != HOST_NONE) {
        return error_set(err, "a host called \"%s\" exists already", command->u.add.name);
    }
    if (!zone_fits(sim, command->u.add.zone)) {
        return error_set(err, "zone \"%s\" is one too many: at most %d zones", command->u.add.zone,
                         ZONES_MAX);
    }
    for (uint32_t i = 0; i < sim->hosts.count; i++) {
        const Host *other = &sim->hosts.items[i];
        bool is_node = !other->is_client && command->kind == CMD_HOST_ADD;
        bool same_port = !is_node || other->port == command->u.add.port;
        if (other->ip == command->u.add.ip && same_port) {
            return error_set(err, "host \"%s\" has the address of \"%s\"", command->u.add.name,
                             other->name);
        }
    }
    return true;
}

/* What a node's host and a client machine have in common. */
static HostId push_host(Sim *sim, const Command *command, Host host)
{
    HostId number = (HostId)sim->hosts.count;
    memcpy(host.name, command->u.add.name, sizeof(host.name));
    memcpy(host.zone, command->u.add.zone, sizeof(host.zone));
    host.zone_number = zone_number(sim, command->u.add.zone);
    host.ip = command->u.add.ip;
    host.slow_permille = 1000;
    host.powered = true;
    host.since = sim->now;
    host.identity = NODE_NONE;
    host.disk.self = NODE_NONE;
    host.addr = world_addr(sim, host.ip, host.port, host.bus_port);
    host.conf.mem = host.written_nodes.mem = sim->mem;
    if (command->text) text_append(&host.conf, "%s", command->text);
    array_push(sim->mem, &sim->hosts, host);
    net_add_host(sim->net, number, host.zone_number);
    return number;
}

static HostId add_client(Sim *sim, const Command *command)
{
    HostId number = push_host(sim, command, (Host){.is_client = true, .status = PROCESS_NEVER});
    const Host *host = world_host(sim, number);
    TraceRecord record = {.type = TRACE_CLIENT_ADDED};
    record.u.CLIENT_ADDED.name = trace_text(host->name);
    record.u.CLIENT_ADDED.zone = trace_text(host->zone);
    record.u.CLIENT_ADDED.addr = host->addr;
    world_note(sim, number, &record);
    return number;
}

static HostId add_host(Sim *sim, const Command *command)
{
    HostId next = (HostId)sim->hosts.count;
    Host fresh = {.port = command->u.add.port,
                  .bus_port = command->u.add.bus_port,
                  .config = command->u.add.config,
                  .rng = rng_derive(sim->config.seed, "node", next)};
    HostId number = push_host(sim, command, fresh);
    const Host *host = world_host(sim, number);
    sim->addr_host.items[host->addr] = number;

    TraceRecord record = {.type = TRACE_HOST_ADDED};
    record.u.HOST_ADDED.name = trace_text(host->name);
    record.u.HOST_ADDED.zone = trace_text(host->zone);
    record.u.HOST_ADDED.addr = host->addr;
    record.u.HOST_ADDED.node_timeout_ms = host->config.node_timeout_ms;
    world_note(sim, number, &record);
    return number;
}

/* --- network faults --- */

static bool rule_exists(const Sim *sim, uint32_t id)
{
    for (uint32_t i = 0; i < sim->rules.count; i++) {
        if (sim->rules.items[i].id == id) return true;
    }
    return false;
}

static bool check_rule(const Sim *sim, const Command *command, Error *err)
{
    const NetRule *rule = &command->u.rule;
    if (command->kind == CMD_RULE_REMOVE) {
        return rule_exists(sim, rule->id) ||
               error_set(err, "network fault %u is not in force", rule->id);
    }
    if (rule_exists(sim, rule->id))
        return error_set(err, "network fault %u is in force already", rule->id);
    if (rule->loss_ppm > 1000000) {
        return error_set(err, "loss of %u parts per million is more than all packets",
                         rule->loss_ppm);
    }
    if (bitset_next(rule->from, HOSTS_MAX, 0) >= sim->hosts.count ||
        bitset_next(rule->to, HOSTS_MAX, 0) >= sim->hosts.count) {
        return error_set(err, "a network fault needs at least one host on either side");
    }
    return true;
}

static void add_rule(Sim *sim, const NetRule *rule)
{
    Text from = {.mem = sim->mem}, to = {.mem = sim->mem};
    text_append_ranges(&from, rule->from, HOSTS_MAX, ',');
    text_append_ranges(&to, rule->to, HOSTS_MAX, ',');

    TraceRecord record = {.type = TRACE_NET_RULE_ADDED};
    record.u.NET_RULE_ADDED.rule = rule->id;
    record.u.NET_RULE_ADDED.from = trace_text(text_chars(&from));
    record.u.NET_RULE_ADDED.to = trace_text(text_chars(&to));
    record.u.NET_RULE_ADDED.oneway = rule->oneway;
    record.u.NET_RULE_ADDED.cut = rule->cut;
    record.u.NET_RULE_ADDED.loss_ppm = rule->loss_ppm;
    record.u.NET_RULE_ADDED.latency = rule->latency;
    record.u.NET_RULE_ADDED.jitter = rule->jitter;
    record.u.NET_RULE_ADDED.bytes_per_s = rule->bytes_per_s;
    world_note(sim, HOST_NONE, &record);
    text_deinit(&from);
    text_deinit(&to);
    array_push(sim->mem, &sim->rules, *rule);
    net_add_rule(sim->net, rule, sim->now);
}

static void remove_rule(Sim *sim, uint32_t id)
{
    for (uint32_t i = 0; i < sim->rules.count; i++) {
        if (sim->rules.items[i].id == id) {
            array_remove(&sim->rules, i);
            break;
        }
    }
    TraceRecord record = {.type = TRACE_NET_RULE_REMOVED};
    record.u.NET_RULE_REMOVED.rule = id;
    world_note(sim, HOST_NONE, &record);
    net_remove_rule(sim->net, id, sim->now);
}

/* --- the script speaks --- */

static bool check_note(const Command *command, Error *err)
{
    TraceType type = command->u.note.type;
    if (type >= TRACE_TITLE && type <= TRACE_REPORT) return true;
    return error_set(err, "record type %d is not one that a script can write", (int)type);
}

static void remember(Story *story, const TraceRecord *record, uint64_t seq)
{
    if (record->type == TRACE_TITLE) story->title = seq;
    if (record->type == TRACE_STEP) story->step = seq;
    if (record->type == TRACE_SAY) story->say = seq;
    if (record->type == TRACE_PREDICT) story->predict = seq;
    if (record->type == TRACE_PREDICTED) story->predicted = seq;
    if (record->type == TRACE_EXPECT && record->u.EXPECT.held) story->held++;
    if (record->type == TRACE_EXPECT && !record->u.EXPECT.held) story->failed++;
}

static void speak(Sim *sim, const Command *command)
{
    TraceText text = trace_text(command->text ? command->text : "");
    TraceText text2 = trace_text(command->text2 ? command->text2 : "");
    TraceRecord record = {.type = (uint16_t)command->u.note.type};
    uint8_t number = command->u.note.number;
    if (record.type == TRACE_TITLE) record.u.TITLE.text = text;
    if (record.type == TRACE_STEP) record.u.STEP.text = text;
    if (record.type == TRACE_SAY) record.u.SAY.text = text;
    if (record.type == TRACE_PREDICTED) record.u.PREDICTED.choice = number;
    if (record.type == TRACE_PREDICT) {
        record.u.PREDICT.question = text;
        record.u.PREDICT.choices = text2;
        record.u.PREDICT.answer = number;
    }
    if (record.type == TRACE_EXPECT) {
        record.u.EXPECT.text = text;
        record.u.EXPECT.held = number != 0;
    }
    if (record.type == TRACE_REPORT) {
        record.u.REPORT.name = text;
        record.u.REPORT.value = text2;
    }
    world_note(sim, HOST_NONE, &record);
    remember(&sim->story, &record, trace_count(sim->trace));
}

/* --- checks and dispatch --- */

static const char *status_word(ProcessStatus status)
{
    switch (status) {
    case PROCESS_ABSENT: return "was never started";
    case PROCESS_RUNNING: return "is running";
    case PROCESS_IS_FROZEN: return "is frozen";
    case PROCESS_DEAD: return "is dead";
    case PROCESS_NEVER: return "is a client";
    }
    return "?";
}

/* Does the command suit the state of its host's process? */
static bool check_process(const Host *host, CommandKind kind, Error *err)
{
    const char *is = host->booting ? "is starting" : status_word(host->status);
    bool alive = host_has_process(host);
    if (host->is_client && kind != CMD_CLIENT_CONNECT && kind != CMD_WORKLOAD_ADD)
        return error_set(err, "%s is a client: no redis-server runs on it", host->name);
    if (kind == CMD_START && (alive || host->booting)) {
        return error_set(err, "%s cannot be started: it %s", host->name, is);
    }
    if (kind == CMD_KILL && !alive && !host->booting) {
        return error_set(err, "%s cannot be killed: it %s", host->name, is);
    }
    if (kind == CMD_WIPE && (alive || host->booting)) {
        return error_set(err, "the disk of %s cannot be wiped: it %s", host->name, is);
    }
    bool writes = kind == CMD_WRITE_NODES || kind == CMD_WRITE_CONF;
    if (writes && (alive || host->booting)) {
        return error_set(err, "files of %s can be written while its process is down: it %s",
                         host->name, is);
    }
    if (kind == CMD_FREEZE && host->status != PROCESS_RUNNING) {
        return error_set(err, "%s cannot be frozen: it %s", host->name, is);
    }
    if (kind == CMD_THAW && host->status != PROCESS_IS_FROZEN) {
        return error_set(err, "%s cannot be thawed: it %s", host->name, is);
    }
    if (kind == CMD_FEED && !alive) {
        return error_set(err, "%s cannot take writes: it %s", host->name, is);
    }
    return true;
}

static bool needs_host(CommandKind kind)
{
    return (kind >= CMD_START && kind <= CMD_SLOW) || kind == CMD_CALL || kind == CMD_FEED ||
           kind == CMD_CONNECT || kind == CMD_CLIENT_CONNECT || kind == CMD_WRITE_NODES ||
           kind == CMD_WRITE_CONF || kind == CMD_WORKLOAD_ADD;
}

/* Who connects is a client and whom it connects to a node. */
static bool check_client(Sim *sim, const Command *command, Error *err)
{
    const Host *client = world_host(sim, command->host);
    if (!client->is_client) return error_set(err, "%s is no client", client->name);
    if (command->u.call >= sim->hosts.count) {
        return error_set(err, "host number %u does not exist; there are %u", command->u.call,
                         sim->hosts.count);
    }
    const Host *to = world_host(sim, (HostId)command->u.call);
    return !to->is_client || error_set(err, "%s is a client: nobody can connect to it", to->name);
}

static bool check_command(Sim *sim, const Command *command, Error *err)
{
    if (needs_host(command->kind)) {
        if (command->host >= sim->hosts.count) {
            return error_set(err, "host number %u does not exist; there are %u", command->host,
                             sim->hosts.count);
        }
        if (!check_process(world_host(sim, command->host), command->kind, err)) return false;
    }
    switch (command->kind) {
    case CMD_HOST_ADD:
    case CMD_CLIENT_ADD: return check_add(sim, command, err);
    case CMD_CLIENT_CONNECT: return check_client(sim, command, err);
    case CMD_WORKLOAD_ADD: return workload_check(sim, command, err);
    case CMD_WORKLOAD_STOP:
    case CMD_WORKLOAD_GO:
        return (command->u.call > 0 && command->u.call < sim->workloads.count) ||
               error_set(err, "workload %u does not exist", command->u.call);
    case CMD_RULE_ADD:
    case CMD_RULE_REMOVE: return check_rule(sim, command, err);
    case CMD_NOTE: return check_note(command, err);
    case CMD_SLOW:
        return (command->u.permille >= 1 && command->u.permille <= 1000000) ||
               error_set(err, "a slowness of %u/1000 is not between 1/1000 and 1000",
                         command->u.permille);
    case CMD_ZONE_PROFILE:
        return (zone_fits(sim, command->u.zone.a) && zone_fits(sim, command->u.zone.b)) ||
               error_set(err, "at most %d zones are allowed", ZONES_MAX);
    case CMD_CONN_CALL:
        if (!call_conn_is_open(sim, command->u.call)) {
            return error_set(err, "connection %u is not open", command->u.call);
        }
        return sim->calls.count < CALLS_MAX ||
               error_set(err, "more than %d calls in one run", CALLS_MAX);
    case CMD_CALL:
        return sim->calls.count < CALLS_MAX ||
               error_set(err, "more than %d calls in one run", CALLS_MAX);
    case CMD_NET_PROFILE:
    case CMD_START:
    case CMD_KILL:
    case CMD_WIPE:
    case CMD_WRITE_NODES:
    case CMD_WRITE_CONF:
    case CMD_FREEZE:
    case CMD_THAW:
    case CMD_CALL_CANCEL:
    case CMD_CONNECT:
    case CMD_DISCONNECT:
    case CMD_FEED: return true;
    case CMD_KIND_COUNT: break;
    }
    return error_set(err, "command of kind %d is unknown", (int)command->kind);
}

static void set_zone_profile(Sim *sim, const Command *command)
{
    uint8_t a = zone_number(sim, command->u.zone.a);
    uint8_t b = zone_number(sim, command->u.zone.b);
    net_set_zone_profile(sim->net, a, b, &command->u.zone.profile);
}

static void slow_down(Sim *sim, const Command *command)
{
    world_host(sim, command->host)->slow_permille = command->u.permille;
    TraceRecord record = {.type = TRACE_PROCESS_SLOWED};
    record.u.PROCESS_SLOWED.permille = command->u.permille;
    world_note(sim, command->host, &record);
}

static void wipe(Sim *sim, HostId number)
{
    Host *host = world_host(sim, number);
    node_disk_deinit(&host->disk, sim->mem);
    host->disk.self = NODE_NONE;
    text_clear(&host->written_nodes);
    host->nodes_is_new = false;
    if (host->data) disk_deinit(host->data, sim->mem);
}

/* Carries out a checked command; returns the number it gives out, or 0. */
static uint32_t carry_out(Sim *sim, const Command *command)
{
    switch (command->kind) {
    case CMD_HOST_ADD: return add_host(sim, command);
    case CMD_NET_PROFILE: net_set_profile(sim->net, &command->u.profile); break;
    case CMD_ZONE_PROFILE: set_zone_profile(sim, command); break;
    case CMD_START: process_start(sim, command->host); break;
    case CMD_KILL: process_kill(sim, command->host, command->u.kill.power); break;
    case CMD_WIPE: wipe(sim, command->host); break;
    case CMD_WRITE_NODES:
    case CMD_WRITE_CONF:
        files_write(sim, command->host, command->kind == CMD_WRITE_NODES,
                    command->text ? command->text : "");
        break;
    case CMD_FREEZE: process_freeze(sim, command->host); break;
    case CMD_THAW: process_thaw(sim, command->host); break;
    case CMD_SLOW: slow_down(sim, command); break;
    case CMD_RULE_ADD: add_rule(sim, &command->u.rule); break;
    case CMD_RULE_REMOVE: remove_rule(sim, command->u.rule.id); break;
    case CMD_CALL: return call_start(sim, command->host, command->text);
    case CMD_CLIENT_ADD: return add_client(sim, command);
    case CMD_CLIENT_CONNECT: return call_connect(sim, command->host, (HostId)command->u.call);
    case CMD_WORKLOAD_ADD: return workload_add(sim, command);
    case CMD_WORKLOAD_STOP:
    case CMD_WORKLOAD_GO:
        workload_go(sim, command->u.call, command->kind == CMD_WORKLOAD_GO);
        break;
    case CMD_CONNECT: return call_connect(sim, HOST_NONE, command->host);
    case CMD_CONN_CALL: return call_send(sim, command->u.call, command->text);
    case CMD_DISCONNECT: call_disconnect(sim, command->u.call); break;
    case CMD_CALL_CANCEL: call_cancel(sim, command->u.call); break;
    case CMD_FEED: process_feed(sim, command->host, command->u.bytes); break;
    case CMD_NOTE: speak(sim, command); break;
    case CMD_KIND_COUNT: break;
    }
    return 0;
}

static void keep(Sim *sim, const Command *command)
{
    ByteWriter bytes = {.mem = NULL};
    Command stamped = *command;
    stamped.time = sim->now;
    stamped.after_event = sim->event_count;
    command_encode(&stamped, &bytes);
    trace_append_command(sim->trace, bytes.bytes, (uint32_t)bytes.size);
    bytes_deinit(&bytes);
}

bool sim_submit(Sim *sim, const Command *command, uint32_t *number, Error *err)
{
    if (!check_command(sim, command, err)) return false;

    keep(sim, command);
    sim->cause = 0;
    uint32_t given = carry_out(sim, command);
    if (number) *number = given;
    world_drain_net(sim);
    return true;
}
