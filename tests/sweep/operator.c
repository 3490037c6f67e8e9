/* operator.c -- replacing a server that lost its disk (operator.h). */
#include "tests/sweep/operator.h"

#include <stdio.h>
#include <string.h>

#define STEP_LIMIT (60 * SIM_SEC)

/* Does any process but `host` hold `lost` for the owner of slots? */
static bool holds_slots(Fixture *fixture, HostId host, NodeId lost)
{
    for (uint32_t i = 0; i < fixture->hosts; i++) {
        Belief belief;
        if (i == host || !sim_belief(fixture->sim, (HostId)i, lost, &belief)) continue;
        if (belief.slots != SLOTS_EMPTY) return true;
    }
    return false;
}

/* A process that holds itself for a replica of `lost`; HOST_NONE when there is none. */
static HostId replica_of(Fixture *fixture, HostId host, NodeId lost)
{
    for (uint32_t i = 0; i < fixture->hosts; i++) {
        Belief self;
        NodeId node = sim_host_node(fixture->sim, (HostId)i);
        if (i == host || !sim_belief(fixture->sim, (HostId)i, node, &self)) continue;
        if (self.flags & FLAG_REPLICA && self.primary == lost) return (HostId)i;
    }
    return HOST_NONE;
}

/* Nobody fails over for a record without address: it is never suspected (§3.6). One replica is told
 * to take over; the others follow when they see their primary's slots go. */
static bool take_over(Fixture *fixture, HostId host, NodeId lost)
{
    SimTime end = sim_now(fixture->sim) + STEP_LIMIT;
    for (;;) {
        HostId replica = replica_of(fixture, host, lost);
        if (replica == HOST_NONE) return true;
        if (sim_now(fixture->sim) >= end) return false;
        fixture_call(fixture, replica, "CLUSTER FAILOVER TAKEOVER");
        fixture_run(fixture, 2 * SIM_SEC);
    }
}

static bool someone_knows(Fixture *fixture, HostId host, NodeId lost)
{
    for (uint32_t i = 0; i < fixture->hosts; i++) {
        Belief belief;
        if (i != host && sim_belief(fixture->sim, (HostId)i, lost, &belief)) return true;
    }
    return false;
}

/* All within a minute, or gossip brings the record back (§4.6). */
static bool forget(Fixture *fixture, HostId host, NodeId lost)
{
    SimTime end = sim_now(fixture->sim) + STEP_LIMIT;
    while (someone_knows(fixture, host, lost)) {
        if (sim_now(fixture->sim) >= end) return false;
        for (uint32_t i = 0; i < fixture->hosts; i++) {
            if (i == host) continue;
            fixture_call(fixture, (HostId)i, "CLUSTER FORGET %s", sim_node_id(fixture->sim, lost));
        }
        fixture_run(fixture, 100 * SIM_MS);
    }
    return true;
}

static bool knows_both_ways(Fixture *fixture, HostId host)
{
    for (uint32_t i = 0; i < fixture->hosts; i++) {
        Belief there, back;
        NodeId other = sim_host_node(fixture->sim, (HostId)i);
        NodeId node = sim_host_node(fixture->sim, host);
        if (!sim_belief(fixture->sim, host, other, &there)) return false;
        if (!sim_belief(fixture->sim, (HostId)i, node, &back)) return false;
    }
    return true;
}

static bool meet(Fixture *fixture, HostId host)
{
    SimTime end = sim_now(fixture->sim) + STEP_LIMIT;
    uint16_t port;
    uint32_t ip = sim_host_ip(fixture->sim, host ? 0 : 1, &port);
    while (!knows_both_ways(fixture, host)) {
        if (sim_now(fixture->sim) >= end) return false;
        fixture_call(fixture, host, "CLUSTER MEET %u.%u.%u.%u %u", ip >> 24, ip >> 16 & 255,
                     ip >> 8 & 255, ip & 255, port);
        fixture_run(fixture, 5 * SIM_SEC);
    }
    return true;
}

/* The slots that nobody serves any more go to the new process. Returns how many ranges there were.
 */
static uint32_t add_slots(Fixture *fixture, HostId host)
{
    uint32_t ranges = 0;
    for (uint32_t first = 0; first < SLOT_COUNT; first++) {
        if (sim_owner(fixture->sim, (uint16_t)first) != HOST_NONE) continue;
        uint32_t last = first;
        while (last + 1 < SLOT_COUNT &&
               sim_owner(fixture->sim, (uint16_t)(last + 1)) == HOST_NONE) {
            last++;
        }
        fixture_call(fixture, host, "CLUSTER ADDSLOTSRANGE %u %u", first, last);
        ranges++;
        first = last;
    }
    return ranges;
}

/* Without slots of its own it becomes a replica of the owner of slot 0. */
static bool replicate(Fixture *fixture, HostId host)
{
    SimTime end = sim_now(fixture->sim) + STEP_LIMIT;
    while (sim_now(fixture->sim) < end) {
        HostId owner = sim_owner(fixture->sim, 0);
        if (owner != HOST_NONE) {
            const char *id = sim_node_id(fixture->sim, sim_host_node(fixture->sim, owner));
            if (strcmp(fixture_call(fixture, host, "CLUSTER REPLICATE %s", id), "+OK") == 0)
                return true;
        }
        fixture_run(fixture, SIM_SEC);
    }
    return false;
}

bool operator_replace(Fixture *fixture, HostId host, NodeId lost)
{
    if (holds_slots(fixture, host, lost) && !take_over(fixture, host, lost)) return false;
    if (!forget(fixture, host, lost)) return false;
    if (!meet(fixture, host)) return false;
    return add_slots(fixture, host) > 0 || replicate(fixture, host);
}
