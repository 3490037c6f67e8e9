/* definitions.c -- what all keyframes of a trace share: addresses, nodes and slot sets, in order.
 */
#include "sim/trace/keyframe.h"

#include "sim/base/assert.h"
#include "sim/base/bitset.h"

#include <string.h>

void definitions_init(Definitions *definitions, Mem *mem)
{
    *definitions = (Definitions){.mem = mem, .slot_bytes = {.mem = mem}};
    array_push(mem, &definitions->addrs, (AddrState){0}); /* ADDR_NONE */
    array_push(mem, &definitions->slots, 0);              /* SLOTS_EMPTY */
    bytes_put_varint(&definitions->slot_bytes, 0);        /* which has no runs */
}

void definitions_deinit(Definitions *definitions)
{
    array_deinit(definitions->mem, &definitions->addrs);
    array_deinit(definitions->mem, &definitions->nodes);
    array_deinit(definitions->mem, &definitions->slots);
    bytes_deinit(&definitions->slot_bytes);
}

DefinitionCounts definitions_counts(const Definitions *definitions)
{
    return (DefinitionCounts){definitions->addrs.count, definitions->nodes.count,
                              definitions->slots.count};
}

void definitions_add(Definitions *definitions, const TraceState *state)
{
    SIM_ASSERT(state->addrs.count >= definitions->addrs.count);
    SIM_ASSERT(state->nodes.count >= definitions->nodes.count);
    SIM_ASSERT(bitpool_count(state->slots) >= definitions->slots.count);

    for (uint32_t i = definitions->addrs.count; i < state->addrs.count; i++) {
        array_push(definitions->mem, &definitions->addrs, state->addrs.items[i]);
    }
    for (uint32_t i = definitions->nodes.count; i < state->nodes.count; i++) {
        array_push(definitions->mem, &definitions->nodes, state->nodes.items[i]);
    }
    for (uint32_t i = definitions->slots.count; i < bitpool_count(state->slots); i++) {
        SIM_ASSERT(definitions->slot_bytes.size <= UINT32_MAX);
        array_push(definitions->mem, &definitions->slots, (uint32_t)definitions->slot_bytes.size);
        keyframe_put_set(&definitions->slot_bytes, bitpool_words(state->slots, i), SLOT_COUNT);
    }
}

void definitions_cut(Definitions *definitions, DefinitionCounts counts)
{
    SIM_ASSERT(counts.addrs <= definitions->addrs.count);
    SIM_ASSERT(counts.nodes <= definitions->nodes.count);
    SIM_ASSERT(counts.slots <= definitions->slots.count);

    if (counts.slots < definitions->slots.count) {
        definitions->slot_bytes.size = definitions->slots.items[counts.slots];
    }
    definitions->addrs.count = counts.addrs;
    definitions->nodes.count = counts.nodes;
    definitions->slots.count = counts.slots;
}

static bool same_addr(const AddrState *a, const AddrState *b)
{
    return a->ip == b->ip && a->port == b->port && a->bus_port == b->bus_port;
}

bool definitions_match(const Definitions *definitions, const TraceState *state)
{
    if (definitions->addrs.count > state->addrs.count) return false;
    if (definitions->nodes.count > state->nodes.count) return false;
    if (definitions->slots.count > bitpool_count(state->slots)) return false;
    for (uint32_t i = 0; i < definitions->addrs.count; i++) {
        if (!same_addr(&definitions->addrs.items[i], &state->addrs.items[i])) return false;
    }
    for (uint32_t i = 0; i < definitions->nodes.count; i++) {
        const NodeState *a = &definitions->nodes.items[i], *b = &state->nodes.items[i];
        if (a->host != b->host || memcmp(a->id, b->id, NODE_ID_SIZE) != 0) return false;
    }
    uint64_t words[BITSET_WORDS(SLOT_COUNT)];
    ByteReader reader = {.bytes = definitions->slot_bytes.bytes,
                         .size = definitions->slot_bytes.size};
    for (uint32_t i = 0; i < definitions->slots.count; i++) {
        if (!keyframe_get_set(&reader, words, SLOT_COUNT)) return false;
        if (memcmp(words, bitpool_words(state->slots, i), sizeof(words)) != 0) return false;
    }
    return true;
}

void definitions_write(const Definitions *definitions, ByteWriter *out)
{
    bytes_put_varint(out, definitions->addrs.count);
    for (uint32_t i = 1; i < definitions->addrs.count; i++) {
        const AddrState *addr = &definitions->addrs.items[i];
        bytes_put_varint(out, addr->ip);
        bytes_put_varint(out, addr->port);
        bytes_put_varint(out, addr->bus_port);
    }
    bytes_put_varint(out, definitions->nodes.count);
    for (uint32_t i = 0; i < definitions->nodes.count; i++) {
        bytes_put_raw(out, definitions->nodes.items[i].id, NODE_ID_SIZE);
        bytes_put_varint(out, (uint16_t)(definitions->nodes.items[i].host + 1));
    }
    bytes_put_varint(out, definitions->slots.count);
    bytes_put_raw(out, definitions->slot_bytes.bytes, definitions->slot_bytes.size);
}

static bool read_addrs(Definitions *definitions, ByteReader *reader, Error *err)
{
    uint64_t count = bytes_get_varint(reader);
    if (count < 1 || count > ADDRS_MAX) return error_set(err, "its count of addresses is wrong");
    for (uint64_t i = 1; i < count && !reader->failed; i++) {
        uint64_t ip = bytes_get_varint(reader);
        uint64_t port = bytes_get_varint(reader);
        uint64_t bus_port = bytes_get_varint(reader);
        if (ip > UINT32_MAX || port > UINT16_MAX || bus_port > UINT16_MAX) {
            return error_set(err, "an address is out of range");
        }
        AddrState addr = {(uint32_t)ip, (uint16_t)port, (uint16_t)bus_port};
        array_push(definitions->mem, &definitions->addrs, addr);
    }
    return !reader->failed || error_set(err, "it ends among the addresses");
}

static bool read_nodes(Definitions *definitions, ByteReader *reader, Error *err)
{
    uint64_t count = bytes_get_varint(reader);
    if (count > NODES_MAX) return error_set(err, "its count of nodes is wrong");
    for (uint64_t i = 0; i < count; i++) {
        if (reader->failed || reader->size - reader->at < NODE_ID_SIZE) {
            return error_set(err, "it ends among the nodes");
        }
        NodeState node = {.host = HOST_NONE};
        memcpy(node.id, reader->bytes + reader->at, NODE_ID_SIZE);
        reader->at += NODE_ID_SIZE;
        uint64_t host = bytes_get_varint(reader);
        if (host > HOSTS_MAX) return error_set(err, "the host of a node is out of range");
        node.host = (HostId)(host - 1);
        array_push(definitions->mem, &definitions->nodes, node);
    }
    return !reader->failed || error_set(err, "it ends among the nodes");
}

static bool read_slots(Definitions *definitions, ByteReader *reader, Error *err)
{
    uint64_t words[BITSET_WORDS(SLOT_COUNT)];
    uint64_t count = bytes_get_varint(reader);
    if (count < 1 || count > SLOT_SETS_MAX)
        return error_set(err, "its count of slot sets is wrong");
    if (bytes_get_varint(reader) != 0) return error_set(err, "slot set 0 is not empty");
    for (uint64_t i = 1; i < count; i++) {
        size_t start = reader->at;
        if (!keyframe_get_set(reader, words, SLOT_COUNT)) {
            return error_set(err, "slot set %u is malformed", (unsigned)i);
        }
        SIM_ASSERT(definitions->slot_bytes.size <= UINT32_MAX);
        array_push(definitions->mem, &definitions->slots, (uint32_t)definitions->slot_bytes.size);
        bytes_put_raw(&definitions->slot_bytes, reader->bytes + start, reader->at - start);
    }
    return true;
}

bool definitions_read(Definitions *definitions, ByteReader *reader, Error *err)
{
    SIM_ASSERT(definitions->addrs.count == 1 && definitions->nodes.count == 0);
    return read_addrs(definitions, reader, err) && read_nodes(definitions, reader, err) &&
           read_slots(definitions, reader, err);
}
