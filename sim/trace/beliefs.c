/* beliefs.c -- the matrix of beliefs as bytes.
 *
 * A row is written as
 *     reference   0: the blank row, or 1 + the host of an earlier row
 *     count       of exceptions: cells that differ from the reference in more than pong_ms and
 * offset (gap, mask, the fields in the mask) of each exception columns     COLUMN_PONG,
 * COLUMN_OFFSET: which follow (value - reference's) of every known cell, zigzag, for each such
 * column because pong_ms and offset differ in nearly every cell at level 2 and the rest in nearly
 * none.
 *
 * References are few: a row that differs much from all of them becomes one. In a cluster that
 * agrees it is the first row; in one split in two, a row of each side. */
#include "sim/trace/beliefs.h"

#include "sim/base/assert.h"

#include <string.h>

#define REFERENCES_MAX 8

enum {
    FIELD_KNOWN = 1, /* toggles; a cell that is no longer known is blank and has no other field */
    FIELD_UP = 2,    /* toggles */
    FIELD_EPOCH = 4,
    FIELD_SLOTS = 8,
    FIELD_FLAGS = 16,
    FIELD_PRIMARY = 32,
    FIELD_ADDR = 64,
    FIELD_LINK = 128,
    FIELD_PING = 256,
    FIELD_ALL = 511
};

enum { COLUMN_PONG = 1, COLUMN_OFFSET = 2 };

typedef struct References {
    HostId hosts[REFERENCES_MAX];
    uint32_t count, last; /* last: index of the one used last, likely to fit again */
} References;

static uint64_t zigzag(uint64_t difference)
{
    return (difference << 1) ^ (0 - (difference >> 63));
}

static uint64_t unzigzag(uint64_t code)
{
    return (code >> 1) ^ (0 - (code & 1));
}

/* --- encoding --- */

/* The fields in which two cells differ, pong_ms and offset left aside. */
static uint32_t difference(const Belief *a, const Belief *b)
{
    if (!a->known && !b->known) return 0;
    if (!b->known) return FIELD_KNOWN;
    uint32_t mask = 0;
    if (a->known != b->known) mask |= FIELD_KNOWN;
    if (a->up != b->up) mask |= FIELD_UP;
    if (a->epoch != b->epoch) mask |= FIELD_EPOCH;
    if (a->slots != b->slots) mask |= FIELD_SLOTS;
    if (a->flags != b->flags) mask |= FIELD_FLAGS;
    if (a->primary != b->primary) mask |= FIELD_PRIMARY;
    if (a->addr != b->addr) mask |= FIELD_ADDR;
    if (a->link != b->link) mask |= FIELD_LINK;
    if (a->ping_ms != b->ping_ms) mask |= FIELD_PING;
    return mask;
}

static const Belief blank = {.primary = NODE_NONE};

/* A cell of the reference row; HOST_NONE is the blank row. */
static const Belief *reference_cell(const TraceState *state, HostId reference, uint32_t node)
{
    return reference == HOST_NONE ? &blank : state_belief(state, reference, (NodeId)node);
}

/* In how many cells does the row differ from the reference? Stops counting at `limit`. */
static uint32_t distance(const TraceState *state, HostId host, HostId reference, uint32_t limit)
{
    uint32_t count = 0;
    for (uint32_t node = 0; node < state->nodes.count && count < limit; node++) {
        if (difference(reference_cell(state, reference, node),
                       state_belief(state, host, (NodeId)node)) != 0) {
            count++;
        }
    }
    return count;
}

/* The nearest reference; makes the row itself one for later rows when none is near. */
static HostId choose_reference(const TraceState *state, HostId host, References *references)
{
    uint32_t near = 4 + state->nodes.count / 64;
    HostId best = HOST_NONE;
    uint32_t best_distance = distance(state, host, HOST_NONE, UINT32_MAX);
    for (uint32_t i = 0; i < references->count && best_distance > near; i++) {
        uint32_t index = (references->last + i) % references->count;
        uint32_t found = distance(state, host, references->hosts[index], best_distance);
        if (found < best_distance) {
            best = references->hosts[index];
            best_distance = found;
            references->last = index;
        }
    }
    if (best_distance > 4 + state->nodes.count / 8 && references->count < REFERENCES_MAX) {
        references->last = references->count;
        references->hosts[references->count++] = host;
    }
    return best;
}

static void put_exception(ByteWriter *out, uint32_t gap, uint32_t mask, const Belief *cell)
{
    bytes_put_varint(out, gap);
    bytes_put_varint(out, mask);
    if (mask & FIELD_EPOCH) bytes_put_varint(out, cell->epoch);
    if (mask & FIELD_SLOTS) bytes_put_varint(out, cell->slots);
    if (mask & FIELD_FLAGS) bytes_put_varint(out, cell->flags);
    if (mask & FIELD_PRIMARY) bytes_put_varint(out, (uint16_t)(cell->primary + 1));
    if (mask & FIELD_ADDR) bytes_put_varint(out, cell->addr);
    if (mask & FIELD_LINK) bytes_put_varint(out, cell->link);
    if (mask & FIELD_PING) bytes_put_varint(out, cell->ping_ms);
}

static uint64_t *column_of(Belief *cell, uint32_t column)
{
    return column == COLUMN_PONG ? &cell->pong_ms : &cell->offset;
}

static uint64_t column_value(const Belief *cell, uint32_t column)
{
    if (!cell->known) return 0;
    return column == COLUMN_PONG ? cell->pong_ms : cell->offset;
}

static bool column_differs(const TraceState *state, HostId host, HostId reference, uint32_t column)
{
    for (uint32_t node = 0; node < state->nodes.count; node++) {
        const Belief *cell = state_belief(state, host, (NodeId)node);
        const Belief *from = reference_cell(state, reference, node);
        if (cell->known && column_value(cell, column) != column_value(from, column)) return true;
    }
    return false;
}

static void put_column(const TraceState *state, HostId host, HostId reference, uint32_t column,
                       ByteWriter *out)
{
    for (uint32_t node = 0; node < state->nodes.count; node++) {
        const Belief *cell = state_belief(state, host, (NodeId)node);
        if (!cell->known) continue;
        uint64_t from = column_value(reference_cell(state, reference, node), column);
        bytes_put_varint(out, zigzag(column_value(cell, column) - from));
    }
}

static void put_row(const TraceState *state, HostId host, HostId reference, ByteWriter *out)
{
    bytes_put_varint(out, (uint16_t)(reference + 1));
    bytes_put_varint(out, distance(state, host, reference, UINT32_MAX));
    uint32_t next = 0;
    for (uint32_t node = 0; node < state->nodes.count; node++) {
        const Belief *cell = state_belief(state, host, (NodeId)node);
        uint32_t mask = difference(reference_cell(state, reference, node), cell);
        if (mask == 0) continue;
        put_exception(out, node - next, mask, cell);
        next = node + 1;
    }
    bool pong = column_differs(state, host, reference, COLUMN_PONG);
    bool offset = column_differs(state, host, reference, COLUMN_OFFSET);
    bytes_put_varint(out, (pong ? COLUMN_PONG : 0u) | (offset ? COLUMN_OFFSET : 0u));
    if (pong) put_column(state, host, reference, COLUMN_PONG, out);
    if (offset) put_column(state, host, reference, COLUMN_OFFSET, out);
}

void beliefs_encode(const TraceState *state, ByteWriter *out)
{
    References references = {.count = 0};
    if (state->nodes.count == 0) return;
    for (uint32_t host = 0; host < state->hosts.count; host++) {
        HostId reference = choose_reference(state, (HostId)host, &references);
        put_row(state, (HostId)host, reference, out);
    }
}

/* --- decoding --- */

static Belief *row_of(TraceState *state, uint32_t host)
{
    return state->beliefs + (size_t)host * state->node_stride;
}

static uint64_t get_bounded(ByteReader *reader, uint64_t max)
{
    uint64_t value = bytes_get_varint(reader);
    if (value <= max) return value;
    reader->failed = true;
    return 0;
}

static void get_exception(ByteReader *reader, Belief *cell)
{
    uint64_t mask = get_bounded(reader, FIELD_ALL);
    if (mask & FIELD_KNOWN) cell->known = !cell->known;
    if (!cell->known) {
        if (mask != FIELD_KNOWN) reader->failed = true;
        *cell = belief_blank();
        return;
    }
    if (mask & FIELD_UP) cell->up = !cell->up;
    if (mask & FIELD_EPOCH) cell->epoch = bytes_get_varint(reader);
    if (mask & FIELD_SLOTS) cell->slots = (SlotsId)get_bounded(reader, UINT32_MAX);
    if (mask & FIELD_FLAGS) cell->flags = (uint16_t)get_bounded(reader, UINT16_MAX);
    if (mask & FIELD_PRIMARY) cell->primary = (NodeId)(get_bounded(reader, UINT16_MAX) - 1);
    if (mask & FIELD_ADDR) cell->addr = (AddrId)get_bounded(reader, UINT32_MAX);
    if (mask & FIELD_LINK) cell->link = (uint8_t)get_bounded(reader, PLINK_COUNT - 1);
    if (mask & FIELD_PING) cell->ping_ms = bytes_get_varint(reader);
}

static void get_column(ByteReader *reader, Belief *row, uint32_t count, uint32_t column)
{
    for (uint32_t node = 0; node < count && !reader->failed; node++) {
        if (!row[node].known) continue;
        *column_of(&row[node], column) += unzigzag(bytes_get_varint(reader));
    }
}

static void get_row(ByteReader *reader, TraceState *state, uint32_t host)
{
    uint32_t count = state->nodes.count;
    Belief *row = row_of(state, host);
    uint64_t reference = get_bounded(reader, host); /* 1 + an earlier host */
    if (reference == 0) {
        for (uint32_t node = 0; node < count; node++) row[node] = belief_blank();
    } else {
        memcpy(row, row_of(state, (uint32_t)reference - 1), count * sizeof(Belief));
    }
    uint64_t exceptions = get_bounded(reader, count);
    uint64_t node = 0;
    for (uint64_t i = 0; i < exceptions && !reader->failed; i++) {
        node += get_bounded(reader, count);
        if (reader->failed || node >= count) {
            reader->failed = true;
            return;
        }
        get_exception(reader, &row[node]);
        node++;
    }
    uint64_t columns = get_bounded(reader, COLUMN_PONG | COLUMN_OFFSET);
    if (columns & COLUMN_PONG) get_column(reader, row, count, COLUMN_PONG);
    if (columns & COLUMN_OFFSET) get_column(reader, row, count, COLUMN_OFFSET);
}

bool beliefs_decode(ByteReader *reader, TraceState *state)
{
    if (state->nodes.count == 0) return true;
    for (uint32_t host = 0; host < state->hosts.count && !reader->failed; host++) {
        get_row(reader, state, host);
    }
    return !reader->failed;
}
