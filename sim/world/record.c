/* record.c -- how the world writes the trace: time, level, cause, and definitions before use. */
#include "sim/world/world.h"

#include <string.h>

bool world_wants(const Sim *sim, int level)
{
    return level <= sim->config.trace_level;
}

/* Slot sets are defined in the order of their ids, before the first record that names them. */
static void define_slots(Sim *sim)
{
    uint32_t count = bitpool_count(sim->slots);
    sim->last_record = sim->now;
    for (; sim->slots_defined < count; sim->slots_defined++) {
        Text ranges = {0};
        text_append_ranges(&ranges, bitpool_words(sim->slots, sim->slots_defined), SLOT_COUNT, ' ');
        TraceRecord record = {.time = sim->now, .host = HOST_NONE, .type = TRACE_SLOTS_DEFINED};
        record.u.SLOTS_DEFINED.slots = sim->slots_defined;
        record.u.SLOTS_DEFINED.ranges = trace_text(text_chars(&ranges));
        trace_append(sim->trace, &record);
        text_deinit(&ranges);
    }
}

void world_define_addr(Sim *sim, AddrId addr)
{
    const AddrState *state = &sim->addrs.items[addr];
    TraceRecord record = {.host = HOST_NONE, .type = TRACE_ADDR_DEFINED};
    record.u.ADDR_DEFINED.addr = addr;
    record.u.ADDR_DEFINED.ip = state->ip;
    record.u.ADDR_DEFINED.port = state->port;
    record.u.ADDR_DEFINED.bus_port = state->bus_port;
    world_record(sim, &record, 0);
}

uint64_t world_record(Sim *sim, TraceRecord *record, int level)
{
    if (level < 2)
        sim->notice_count++; /* at every trace level: whoever waits for a notice gets it */
    if (!world_wants(sim, level)) return 0;
    if (record->type == TRACE_PEER_SLOTS && record->u.PEER_SLOTS.slots >= sim->slots_defined) {
        define_slots(sim);
    }
    record->time = sim->now;
    sim->last_record = sim->now;
    return trace_append(sim->trace, record);
}

uint64_t world_note(Sim *sim, HostId host, TraceRecord *record)
{
    record->host = host;
    record->cause = sim->cause;
    return world_record(sim, record, trace_type_level((TraceType)record->type));
}
