/* gesture.c -- the Lua line that does the same as a command, for what people do by mouse. */
#include "lua/host.h"

#include "sim/base/bitset.h"

#include <inttypes.h>

/* "c.n1" for a host of the script's first cluster, else find("n7"). */
static void append_host(const Script *script, HostId host, Text *out)
{
    const char *name = sim_host_name(script->sim, host);
    bool is_in_cluster = host >= script->cluster_first &&
                         (uint32_t)(host - script->cluster_first) < script->cluster_hosts;
    if (script->cluster_name[0] && is_in_cluster)
        text_append(out, "%s.%s", script->cluster_name, name);
    else text_append(out, "find(\"%s\")", name);
}

static void append_group(const Script *script, const uint64_t *words, Text *out)
{
    const char *separator = "{ ";
    for (uint32_t i = bitset_next(words, HOSTS_MAX, 0); i < sim_host_count(script->sim);
         i = bitset_next(words, HOSTS_MAX, i + 1)) {
        text_append(out, "%s", separator);
        append_host(script, (HostId)i, out);
        separator = ", ";
    }
    text_append(out, " }");
}

static void append_method(const Script *script, HostId host, const char *method, Text *out)
{
    append_host(script, host, out);
    text_append(out, ":%s()", method);
}

/* "local fault1 = " for the first that a gesture made. */
static void append_fault_name(uint32_t id, Text *out)
{
    if (id >= SCRIPT_GESTURE_FAULTS) text_append(out, "fault%u", id - SCRIPT_GESTURE_FAULTS + 1);
    else text_append(out, "fault(%u)", id);
}

static void append_quality(const NetRule *rule, Text *out)
{
    text_append(out, ", { latency = \"%" PRIu64 "ns\", jitter = \"%" PRIu64 "ns\"", rule->latency,
                rule->jitter);
    if (rule->bytes_per_s > 0) text_append(out, ", bandwidth = %" PRIu64, rule->bytes_per_s);
    if (rule->loss_ppm > 0)
        text_append(out, ", loss = \"%u.%04u%%\"", rule->loss_ppm / 10000, rule->loss_ppm % 10000);
    if (rule->oneway) text_append(out, ", one_way = true");
    text_append(out, " }");
}

static void append_fault(const Script *script, const NetRule *rule, Text *out)
{
    if (rule->id >= SCRIPT_GESTURE_FAULTS) {
        text_append(out, "local ");
        append_fault_name(rule->id, out);
        text_append(out, " = ");
    }
    text_append(out, "%s(", !rule->cut ? "link" : rule->oneway ? "one_way" : "cut");
    append_group(script, rule->from, out);
    text_append(out, ", ");
    append_group(script, rule->to, out);
    if (!rule->cut) append_quality(rule, out);
    text_append(out, ")");
}

/* A text as Lua writes it. */
static void append_quoted(const char *chars, Text *out)
{
    text_append(out, "\"");
    for (const char *at = chars; *at; at++) {
        unsigned char c = (unsigned char)*at;
        if (c == '"' || c == '\\') text_append(out, "\\%c", c);
        else if (c < ' ' || c == 127) text_append(out, "\\%03u", c);
        else text_append(out, "%c", c);
    }
    text_append(out, "\"");
}

/* "2", "0.5": thousandths without the zeros that say nothing. */
static void append_factor(uint32_t permille, Text *out)
{
    uint32_t rest = permille % 1000;
    int digits = 3;
    text_append(out, "%u", permille / 1000);
    if (rest == 0) return;
    for (; rest % 10 == 0; rest /= 10) digits--;
    text_append(out, ".%0*u", digits, rest);
}

void script_command_lua(const Script *script, const Command *command, Text *out)
{
    switch (command->kind) {
    case CMD_START: append_method(script, command->host, "restart", out); break;
    case CMD_KILL:
        append_method(script, command->host, command->u.kill.power ? "power_off" : "kill", out);
        break;
    case CMD_WIPE: append_method(script, command->host, "wipe", out); break;
    case CMD_WRITE_NODES:
    case CMD_WRITE_CONF:
        append_host(script, command->host, out);
        text_append(out, command->kind == CMD_WRITE_NODES ? ":write_nodes(" : ":write_conf(");
        append_quoted(command->text ? command->text : "", out);
        text_append(out, ")");
        break;
    case CMD_FREEZE: append_method(script, command->host, "freeze", out); break;
    case CMD_THAW: append_method(script, command->host, "thaw", out); break;
    case CMD_SLOW:
        append_host(script, command->host, out);
        text_append(out, ":slow(");
        append_factor(command->u.permille, out);
        text_append(out, ")");
        break;
    case CMD_RULE_ADD: append_fault(script, &command->u.rule, out); break;
    case CMD_RULE_REMOVE:
        append_fault_name(command->u.rule.id, out);
        text_append(out, ":heal()");
        break;
    case CMD_CALL:
        append_host(script, command->host, out);
        text_append(out, ":call(");
        append_quoted(command->text ? command->text : "", out);
        text_append(out, ")");
        break;
    case CMD_FEED:
        append_host(script, command->host, out);
        text_append(out, ":feed(%" PRIu64 ")", command->u.bytes);
        break;
    case CMD_CONNECT:
        text_append(out, "local conn%u = ", command->u.call);
        append_method(script, command->host, "connect", out);
        break;
    case CMD_CONN_CALL:
        text_append(out, "conn%u:call(", command->u.call);
        append_quoted(command->text ? command->text : "", out);
        text_append(out, ")");
        break;
    case CMD_DISCONNECT: text_append(out, "conn%u:close()", command->u.call); break;
    case CMD_CALL_CANCEL:
        text_append(out, "-- call %u is given up, with its connection", command->u.call);
        break;
    case CMD_HOST_ADD:
    case CMD_NET_PROFILE:
    case CMD_ZONE_PROFILE:
    case CMD_CLIENT_ADD:
    case CMD_CLIENT_CONNECT:
    case CMD_WORKLOAD_ADD:
    case CMD_WORKLOAD_STOP:
    case CMD_WORKLOAD_GO:
    case CMD_NOTE:
    case CMD_KIND_COUNT: break; /* not made by a gesture */
    }
}
