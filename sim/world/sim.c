/* sim.c -- life of a Sim and the run loop: one event at a time, in the order (time, seq). */
#include "sim/world/sim.h"

#include "sim/world/world.h"

#include <stdio.h>
#include <string.h>

/* Unix time of virtual time 0 minus the node clock's base: 2026-01-01 00:00:00 UTC. */
#define UNIX_BASE_MS (UINT64_C(1767225600000) - NODE_CLOCK_BASE_MS)

SimConfig sim_config_default(void)
{
    SimConfig config = {
        .seed = 1,
        .profile = "redis-7.0",
        .trace_level = 2,
        .net = {.latency = 50 * SIM_US, .jitter = 50 * SIM_US},
        .delayed_ack = 40 * SIM_MS,
        .fsync = 1 * SIM_MS,
        .turn = 10 * SIM_US,
        .cron = 150 * SIM_US,
    };
    bool known = rules_profile(config.profile, &config.rules, NULL);
    SIM_ASSERT(known);
    return config;
}

static Trace *make_trace(const SimConfig *config)
{
    TraceHeader header = {
        .seed = config->seed, .level = config->trace_level, .unix_base_ms = UNIX_BASE_MS};
    memcpy(header.profile, config->profile, sizeof(header.profile) - 1);
    memcpy(header.program, "slotscope 0.1", sizeof("slotscope 0.1"));
    memcpy(header.scenario, config->scenario, sizeof(header.scenario) - 1);
    return trace_create(NULL, &header);
}

static bool check_config(const SimConfig *config, Error *err)
{
    if (config->trace_level > 2) {
        return error_set(err, "trace level %u is not allowed: 0, 1 or 2", config->trace_level);
    }
    if (config->net.loss_ppm > 1000000) {
        return error_set(err, "loss of %u parts per million is more than all packets",
                         config->net.loss_ppm);
    }
    if (config->fsync > 10 * SIM_SEC || config->turn > SIM_SEC) {
        return error_set(err, "an fsync may take at most 10 s and a turn at most 1 s");
    }
    return true;
}

Sim *sim_create(const SimConfig *config, Error *err)
{
    if (!check_config(config, err)) return NULL;

    Mem *mem = mem_create();
    Sim *sim = mem_alloc(mem, sizeof(Sim));
    sim->mem = mem;
    sim->config = *config;
    sim->trace = make_trace(config);
    sim->queue = queue_create(mem);
    NetConfig net = {.seed = config->seed,
                     .profile = config->net,
                     .loopback = config->net.latency,
                     .delayed_ack = config->delayed_ack};
    sim->net = net_create(mem, sim->queue, EVENT_NET, &net);
    sim->msgs = msgpool_create(mem);
    sim->slots = bitpool_create(mem, SLOT_COUNT);
    sim->repl_msgs = replpool_create(mem);
    sim->slots_defined = 1; /* the empty set needs no definition */
    sim->identity_rng = rng_derive(config->seed, "identity", 0);
    sim->effects.mem = mem;
    array_push(mem, &sim->addrs, (AddrState){0}); /* ADDR_NONE */
    array_push(mem, &sim->addr_host, HOST_NONE);
    array_push(mem, &sim->calls, (Call){.status = CALL_UNKNOWN}); /* calls count from 1 */
    array_push(mem, &sim->workloads, NULL);
    array_push(mem, &sim->conns, (Conn){.near = LINK_NONE}); /* and connections */
    sim->resolver = call_resolver(sim);

    sim->assert_context = (AssertContext){
        .now_ns = &sim->now, .event_count = &sim->event_count, .reproduce = config->reproduce};
    assert_set_context(&sim->assert_context);
    return sim;
}

void sim_destroy(Sim *sim)
{
    if (!sim) return;

    assert_set_context(NULL);
    trace_destroy(sim->trace);
    mem_destroy(sim->mem); /* everything else lives in it, the Sim itself too */
}

bool sim_set_level(Sim *sim, uint8_t level)
{
    if (sim->hosts.count > 0 || level > 2) return false;
    sim->config.trace_level = level;
    trace_set_level(sim->trace, level);
    return true;
}

bool sim_set_rules(Sim *sim, const char *profile, const Rules *rules, Error *err)
{
    if (sim->hosts.count > 0)
        return error_set(err, "rules can only be chosen before the first node exists");
    sim->config.rules = *rules;
    snprintf(sim->config.profile, sizeof(sim->config.profile), "%s", profile);
    trace_set_profile(sim->trace, profile);
    return true;
}

void world_drain_net(Sim *sim)
{
    NetHappening happening;
    while (net_next(sim->net, &happening)) process_on_happening(sim, &happening);
}

static void run_event(Sim *sim, const Event *event)
{
    sim->cause = 0;
    switch (event->kind) {
    case EVENT_NET: net_on_event(sim->net, event); break;
    case EVENT_CRON:
    case EVENT_CRON_WAKE:
    case EVENT_WAKE:
    case EVENT_BOOT:
    case EVENT_LOADED:
    case EVENT_EXIT: process_on_event(sim, event); break;
    case EVENT_WORKLOAD: workload_on_event(sim, event); break;
    default: SIM_ASSERT(event->kind <= EVENT_WORKLOAD);
    }
    world_drain_net(sim);
}

/* Runs the next event due by `until`; false when there is none. */
bool sim_step(Sim *sim, SimTime until)
{
    Event event;
    if (!queue_pop(sim->queue, until, &event)) return false;
    SIM_ASSERT(event.time >= sim->now);

    sim->now = event.time;
    sim->event_count++;
    run_event(sim, &event);
    if (trace_wants_keyframe(sim->trace)) sim_add_keyframe(sim);
    return true;
}

void sim_run_until(Sim *sim, SimTime until)
{
    SIM_ASSERT(until >= sim->now && until <= NODE_RUN_MAX);

    while (sim_step(sim, until)) continue;
    sim->now = until;
    trace_set_end(sim->trace, until);
}

bool sim_run_to_notice(Sim *sim, SimTime until)
{
    SIM_ASSERT(until >= sim->now && until <= NODE_RUN_MAX);

    uint64_t before = sim->notice_count;
    while (sim_step(sim, until)) {
        if (sim->notice_count != before) {
            trace_set_end(sim->trace, sim->now);
            return true;
        }
    }
    sim->now = until;
    trace_set_end(sim->trace, until);
    return false;
}

SimTime sim_now(const Sim *sim)
{
    return sim->now;
}

uint64_t sim_event_count(const Sim *sim)
{
    return sim->event_count;
}

const Trace *sim_trace(const Sim *sim)
{
    return sim->trace;
}

uint64_t sim_bus_bytes(const Sim *sim)
{
    return sim->bus_bytes;
}

size_t sim_memory(const Sim *sim)
{
    return mem_used(sim->mem);
}
