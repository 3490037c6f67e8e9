/* command.c -- the binary form of commands, as a trace file keeps them. */
#include "sim/world/command.h"

#include <string.h>

static void put_chars(ByteWriter *out, const char *chars)
{
    bytes_put_text(out, chars ? chars : "", chars ? (uint32_t)strlen(chars) : 0);
}

static void put_profile(ByteWriter *out, const NetProfile *profile)
{
    bytes_put_varint(out, profile->latency);
    bytes_put_varint(out, profile->jitter);
    bytes_put_varint(out, profile->bytes_per_s);
    bytes_put_varint(out, profile->loss_ppm);
}

/* A group of hosts: how many words are in use, then the words. */
static void put_group(ByteWriter *out, const uint64_t *words)
{
    uint32_t used = BITSET_WORDS_HOSTS;
    while (used > 0 && words[used - 1] == 0) used--;
    bytes_put_varint(out, used);
    for (uint32_t i = 0; i < used; i++) bytes_put_u64(out, words[i]);
}

static void put_config(ByteWriter *out, const NodeConfig *config)
{
#define DIRECTIVE(field, KIND, name, old, value, min, max) bytes_put_varint(out, config->field);
#include "sim/cluster/config.def"
#undef DIRECTIVE
    bytes_put_varint(out, config->save.count);
    for (uint32_t i = 0; i < config->save.count; i++) {
        bytes_put_varint(out, config->save.items[i].seconds);
        bytes_put_varint(out, config->save.items[i].changes);
    }
}

static void put_rule(ByteWriter *out, const NetRule *rule)
{
    bytes_put_varint(out, rule->id);
    bytes_put_u8(out, (uint8_t)(rule->oneway | rule->cut << 1));
    bytes_put_varint(out, rule->loss_ppm);
    bytes_put_varint(out, rule->latency);
    bytes_put_varint(out, rule->jitter);
    bytes_put_varint(out, rule->bytes_per_s);
    put_group(out, rule->from);
    put_group(out, rule->to);
}

static void put_workload(ByteWriter *out, const WorkloadConfig *config)
{
    bytes_put_varint(out, config->rate);
    bytes_put_varint(out, config->loops);
    bytes_put_varint(out, config->limit);
    bytes_put_varint(out, config->sets);
    bytes_put_varint(out, config->gets);
    bytes_put_u8(out, (uint8_t)(config->in_order | config->refresh << 1));
    bytes_put_varint(out, config->timeout);
    bytes_put_varint(out, config->pause);
    bytes_put_varint(out, config->attempts);
    put_group(out, config->seeds);
}

void command_encode(const Command *command, ByteWriter *out)
{
    bytes_put_u8(out, (uint8_t)command->kind);
    bytes_put_varint(out, command->time);
    bytes_put_varint(out, command->after_event);
    bytes_put_varint(out, command->host);
    put_chars(out, command->text);
    put_chars(out, command->text2);
    switch (command->kind) {
    case CMD_HOST_ADD:
        put_chars(out, command->u.add.name);
        put_chars(out, command->u.add.zone);
        bytes_put_u32(out, command->u.add.ip);
        bytes_put_varint(out, command->u.add.port);
        bytes_put_varint(out, command->u.add.bus_port);
        put_config(out, &command->u.add.config);
        break;
    case CMD_CLIENT_ADD:
        put_chars(out, command->u.add.name);
        put_chars(out, command->u.add.zone);
        bytes_put_u32(out, command->u.add.ip);
        break;
    case CMD_NET_PROFILE: put_profile(out, &command->u.profile); break;
    case CMD_ZONE_PROFILE:
        put_chars(out, command->u.zone.a);
        put_chars(out, command->u.zone.b);
        put_profile(out, &command->u.zone.profile);
        break;
    case CMD_KILL: bytes_put_u8(out, command->u.kill.power); break;
    case CMD_SLOW: bytes_put_varint(out, command->u.permille); break;
    case CMD_RULE_ADD:
    case CMD_RULE_REMOVE: put_rule(out, &command->u.rule); break;
    case CMD_WORKLOAD_ADD: put_workload(out, &command->u.workload); break;
    case CMD_WORKLOAD_STOP:
    case CMD_WORKLOAD_GO:
    case CMD_CALL_CANCEL:
    case CMD_CONN_CALL:
    case CMD_CLIENT_CONNECT:
    case CMD_DISCONNECT: bytes_put_varint(out, command->u.call); break;
    case CMD_FEED: bytes_put_varint(out, command->u.bytes); break;
    case CMD_NOTE:
        bytes_put_varint(out, command->u.note.type);
        bytes_put_u8(out, command->u.note.number);
        break;
    case CMD_START:
    case CMD_WIPE:
    case CMD_WRITE_NODES:
    case CMD_WRITE_CONF:
    case CMD_FREEZE:
    case CMD_THAW:
    case CMD_CALL:
    case CMD_CONNECT:
    case CMD_KIND_COUNT: break;
    }
}

/* Copies a counted text into a fixed field; false when it does not fit. */
static bool get_name(ByteReader *in, char *name, uint32_t capacity)
{
    uint32_t size;
    const char *chars = bytes_get_text(in, &size);
    if (size >= capacity) return false;
    memset(name, 0, capacity);
    memcpy(name, chars, size);
    return true;
}

static void get_profile(ByteReader *in, NetProfile *profile)
{
    profile->latency = bytes_get_varint(in);
    profile->jitter = bytes_get_varint(in);
    profile->bytes_per_s = bytes_get_varint(in);
    profile->loss_ppm = (uint32_t)bytes_get_varint(in);
}

static bool get_group(ByteReader *in, uint64_t *words)
{
    uint64_t used = bytes_get_varint(in);
    if (used > BITSET_WORDS_HOSTS) return false;
    for (uint64_t i = 0; i < used; i++) words[i] = bytes_get_u64(in);
    return true;
}

/* One directive's value, inside its range. */
static bool get_directive(ByteReader *in, uint64_t min, uint64_t max, uint64_t *value)
{
    *value = bytes_get_varint(in);
    return *value >= min && *value <= max;
}

static bool get_save(ByteReader *in, SavePoints *save)
{
    uint64_t count = bytes_get_varint(in);
    if (count > SAVE_POINTS_MAX) return false;
    for (save->count = 0; save->count < count; save->count++) {
        uint64_t seconds = bytes_get_varint(in), changes = bytes_get_varint(in);
        if (seconds == 0 || seconds > UINT32_MAX || changes > UINT32_MAX) return false;
        save->items[save->count] = (SavePoint){(uint32_t)seconds, (uint32_t)changes};
    }
    return true;
}

static bool get_config(ByteReader *in, NodeConfig *config)
{
    uint64_t value;
#define DIRECTIVE(field, KIND, name, old, standard, min, max)                                      \
    if (!get_directive(in, min, max, &value)) return false;                                        \
    config->field = (CONFIG_TYPE_##KIND)value;
#include "sim/cluster/config.def"
#undef DIRECTIVE
    return get_save(in, &config->save);
}

static bool get_rule(ByteReader *in, NetRule *rule)
{
    rule->id = (uint32_t)bytes_get_varint(in);
    uint8_t bits = bytes_get_u8(in);
    rule->oneway = bits & 1;
    rule->cut = (bits >> 1) & 1;
    rule->loss_ppm = (uint32_t)bytes_get_varint(in);
    rule->latency = bytes_get_varint(in);
    rule->jitter = bytes_get_varint(in);
    rule->bytes_per_s = bytes_get_varint(in);
    return bits < 4 && get_group(in, rule->from) && get_group(in, rule->to);
}

static bool get_add(ByteReader *in, Command *command)
{
    if (!get_name(in, command->u.add.name, sizeof(command->u.add.name))) return false;
    if (!get_name(in, command->u.add.zone, sizeof(command->u.add.zone))) return false;
    command->u.add.ip = bytes_get_u32(in);
    command->u.add.port = (uint16_t)bytes_get_varint(in);
    command->u.add.bus_port = (uint16_t)bytes_get_varint(in);
    return get_config(in, &command->u.add.config);
}

static bool get_workload(ByteReader *in, WorkloadConfig *config)
{
    config->rate = (uint32_t)bytes_get_varint(in);
    config->loops = (uint32_t)bytes_get_varint(in);
    config->limit = bytes_get_varint(in);
    config->sets = (uint32_t)bytes_get_varint(in);
    config->gets = (uint32_t)bytes_get_varint(in);
    uint8_t bits = bytes_get_u8(in);
    config->in_order = bits & 1;
    config->refresh = (bits >> 1) & 1;
    config->timeout = bytes_get_varint(in);
    config->pause = bytes_get_varint(in);
    config->attempts = (uint32_t)bytes_get_varint(in);
    return bits < 4 && get_group(in, config->seeds);
}

static bool get_client(ByteReader *in, Command *command)
{
    if (!get_name(in, command->u.add.name, sizeof(command->u.add.name))) return false;
    if (!get_name(in, command->u.add.zone, sizeof(command->u.add.zone))) return false;
    command->u.add.ip = bytes_get_u32(in);
    return true;
}

static bool get_zone(ByteReader *in, Command *command)
{
    if (!get_name(in, command->u.zone.a, sizeof(command->u.zone.a))) return false;
    if (!get_name(in, command->u.zone.b, sizeof(command->u.zone.b))) return false;
    get_profile(in, &command->u.zone.profile);
    return true;
}

/* The part that depends on the kind; false when a value is out of its range. */
static bool get_payload(ByteReader *in, Command *command)
{
    switch (command->kind) {
    case CMD_HOST_ADD: return get_add(in, command);
    case CMD_CLIENT_ADD: return get_client(in, command);
    case CMD_NET_PROFILE: get_profile(in, &command->u.profile); return true;
    case CMD_ZONE_PROFILE: return get_zone(in, command);
    case CMD_KILL: command->u.kill.power = bytes_get_u8(in) != 0; return true;
    case CMD_SLOW: command->u.permille = (uint32_t)bytes_get_varint(in); return true;
    case CMD_RULE_ADD:
    case CMD_RULE_REMOVE: return get_rule(in, &command->u.rule);
    case CMD_WORKLOAD_ADD: return get_workload(in, &command->u.workload);
    case CMD_WORKLOAD_STOP:
    case CMD_WORKLOAD_GO:
    case CMD_CALL_CANCEL:
    case CMD_CONN_CALL:
    case CMD_CLIENT_CONNECT:
    case CMD_DISCONNECT: command->u.call = (uint32_t)bytes_get_varint(in); return true;
    case CMD_FEED: command->u.bytes = bytes_get_varint(in); return true;
    case CMD_NOTE:
        command->u.note.type = (TraceType)bytes_get_varint(in);
        command->u.note.number = bytes_get_u8(in);
        return command->u.note.type < TRACE_TYPE_COUNT;
    case CMD_START:
    case CMD_WIPE:
    case CMD_WRITE_NODES:
    case CMD_WRITE_CONF:
    case CMD_FREEZE:
    case CMD_THAW:
    case CMD_CONNECT:
    case CMD_CALL: return true;
    case CMD_KIND_COUNT: break;
    }
    return false;
}

bool command_decode(const uint8_t *bytes, size_t size, Command *command, Text *texts, Error *err)
{
    ByteReader in = {.bytes = bytes, .size = size};
    uint32_t text_size, text2_size;

    memset(command, 0, sizeof(*command));
    uint8_t kind = bytes_get_u8(&in);
    if (in.failed || kind >= CMD_KIND_COUNT) {
        return error_set(err, "command of kind %u; known kinds are 0 to %d", kind,
                         CMD_KIND_COUNT - 1);
    }
    command->kind = (CommandKind)kind;
    command->time = bytes_get_varint(&in);
    command->after_event = bytes_get_varint(&in);
    command->host = (HostId)bytes_get_varint(&in);
    const char *text = bytes_get_text(&in, &text_size);
    const char *text2 = bytes_get_text(&in, &text2_size);

    /* Both texts in one growing buffer: take the addresses only when it has stopped growing. */
    uint32_t first = texts->size;
    text_append_bytes(texts, text, text_size);
    text_append_bytes(texts, "", 1);
    text_append_bytes(texts, text2, text2_size);
    text_append_bytes(texts, "", 1);
    command->text = texts->chars + first;
    command->text2 = texts->chars + first + text_size + 1;
    if (!get_payload(&in, command) || in.failed || in.at != in.size) {
        return error_set(err, "command of kind %u with %zu bytes is malformed at byte %zu", kind,
                         size, in.at);
    }
    return true;
}
