/* fold_define.c -- folding of definitions: each kind of id is defined in order, 0 (or 1) first. */
#include "sim/trace/fold.h"

#include "sim/base/assert.h"
#include "sim/base/bitset.h"

#include <inttypes.h>
#include <string.h>

bool fold_is_node_id(TraceText text)
{
    if (text.size != NODE_ID_SIZE) return false;
    for (uint32_t i = 0; i < text.size; i++) {
        char c = text.chars[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
    }
    return true;
}

static bool fold_addr(TraceState *state, const TraceRecord *record, Error *err)
{
    const TraceADDR_DEFINED *payload = &record->u.ADDR_DEFINED;
    if (payload->addr != state->addrs.count || payload->addr >= ADDRS_MAX) {
        return fold_refuse(err, record, "address %" PRIu32 " is not the next, %" PRIu32,
                           payload->addr, state->addrs.count);
    }
    *state_need_addr(state, payload->addr) =
        (AddrState){payload->ip, payload->port, payload->bus_port};
    return true;
}

/* Copies a name into a field of `size` bytes, NUL included. */
static bool read_name(const TraceRecord *record, TraceText text, char *name, size_t size,
                      Error *err)
{
    if (text.size == 0) return true; /* its chars may be NULL */
    if (text.size >= size || memchr(text.chars, '\0', text.size) != NULL) {
        return fold_refuse(err, record, "a name of %" PRIu32 " bytes is too long or holds a NUL",
                           text.size);
    }
    memcpy(name, text.chars, text.size);
    return true;
}

/* Would one more host or node make the matrix of beliefs too large? */
static bool matrix_fits(const TraceRecord *record, uint64_t hosts, uint64_t nodes, Error *err)
{
    if (hosts * nodes <= BELIEF_CELLS_MAX) return true;
    return fold_refuse(err, record, "%" PRIu64 " hosts and %" PRIu64 " nodes are too many", hosts,
                       nodes);
}

/* A host or a client machine: what both have. */
static HostState *add_host(TraceState *state, const TraceRecord *record, TraceText name_text,
                           TraceText zone_text, AddrId addr, Error *err)
{
    if (record->host != state->hosts.count || record->host >= HOSTS_MAX) {
        fold_refuse(err, record, "host %u is not the next, %" PRIu32, record->host,
                    state->hosts.count);
        return NULL;
    }
    if (addr >= state->addrs.count) {
        fold_refuse(err, record, "address %" PRIu32 " is not defined", addr);
        return NULL;
    }
    char name[sizeof(((HostState *)NULL)->name)] = {0};
    char zone[sizeof(((HostState *)NULL)->zone)] = {0};
    if (!read_name(record, name_text, name, sizeof(name), err)) return NULL;
    if (!read_name(record, zone_text, zone, sizeof(zone), err)) return NULL;
    if (!matrix_fits(record, (uint64_t)record->host + 1, state->nodes.count, err)) return NULL;

    HostState *host = state_need_host(state, record->host);
    memcpy(host->name, name, sizeof(host->name));
    memcpy(host->zone, zone, sizeof(host->zone));
    host->addr = addr;
    host->since = record->time;
    return host;
}

static bool fold_host(TraceState *state, const TraceRecord *record, Error *err)
{
    const TraceHOST_ADDED *payload = &record->u.HOST_ADDED;
    HostState *host = add_host(state, record, payload->name, payload->zone, payload->addr, err);
    if (!host) return false;
    host->node_timeout_ms = payload->node_timeout_ms;
    return true;
}

static bool fold_client(TraceState *state, const TraceRecord *record, Error *err)
{
    const TraceCLIENT_ADDED *payload = &record->u.CLIENT_ADDED;
    HostState *host = add_host(state, record, payload->name, payload->zone, payload->addr, err);
    if (!host) return false;
    host->status = PROCESS_NEVER;
    return true;
}

static bool fold_node(TraceState *state, const TraceRecord *record, Error *err)
{
    const TraceNODE_DEFINED *payload = &record->u.NODE_DEFINED;
    if (payload->node != state->nodes.count || payload->node >= NODES_MAX) {
        return fold_refuse(err, record, "node %u is not the next, %" PRIu32, payload->node,
                           state->nodes.count);
    }
    if (record->host >= state->hosts.count) {
        return fold_refuse(err, record, "host %u is not defined", record->host);
    }
    if (!fold_is_node_id(payload->id)) {
        return fold_refuse(err, record, "a node ID has 40 lower-case hex digits");
    }
    if (!matrix_fits(record, state->hosts.count, (uint64_t)payload->node + 1, err)) return false;

    NodeState *node = state_need_node(state, payload->node);
    memcpy(node->id, payload->id.chars, NODE_ID_SIZE);
    node->host = record->host;
    return true;
}

static bool fold_slots(TraceState *state, const TraceRecord *record, Error *err)
{
    const TraceSLOTS_DEFINED *payload = &record->u.SLOTS_DEFINED;
    uint32_t count = bitpool_count(state->slots);
    if (payload->slots != count || count >= SLOT_SETS_MAX) {
        return fold_refuse(err, record, "slot set %" PRIu32 " is not the next, %" PRIu32,
                           payload->slots, count);
    }
    Text chars = {0};
    Error reason = {{0}};
    uint64_t words[BITSET_WORDS(SLOT_COUNT)];
    text_append_bytes(&chars, payload->ranges.chars, payload->ranges.size);
    bool read = strlen(text_chars(&chars)) == payload->ranges.size &&
                text_parse_ranges(text_chars(&chars), words, SLOT_COUNT, &reason);
    text_deinit(&chars);
    if (!read) return fold_refuse(err, record, "its slots are not ranges: %s", reason.text);
    if (bitpool_intern(state->slots, words) != count) {
        return fold_refuse(err, record, "an earlier slot set holds the same slots");
    }
    return true;
}

bool fold_definition(TraceState *state, const TraceRecord *record, Error *err)
{
    switch ((int)record->type) {
    case TRACE_ADDR_DEFINED: return fold_addr(state, record, err);
    case TRACE_HOST_ADDED: return fold_host(state, record, err);
    case TRACE_CLIENT_ADDED: return fold_client(state, record, err);
    case TRACE_NODE_DEFINED: return fold_node(state, record, err);
    case TRACE_SLOTS_DEFINED: return fold_slots(state, record, err);
    }
    SIM_ASSERT(false);
    return false;
}
