/* fold_flight.c -- folding of MSG_*: which messages are under way.
 *
 * Message numbers grow in the order of sending, so the list is sorted by them. A message leaves it
 * when it is received or lost, in any order. */
#include "sim/trace/fold.h"

#include "sim/base/assert.h"

#include <inttypes.h>

/* The flight of `msg`, or flights.count. */
static uint32_t find_flight(const TraceState *state, uint64_t msg)
{
    uint32_t low = 0, high = state->flights.count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (state->flights.items[middle].msg < msg) low = middle + 1;
        else high = middle;
    }
    bool found = low < state->flights.count && state->flights.items[low].msg == msg;
    return found ? low : state->flights.count;
}

static bool fold_sent(TraceState *state, const TraceRecord *record, Error *err)
{
    const TraceMSG_SENT *payload = &record->u.MSG_SENT;
    uint32_t count = state->flights.count;
    if (count > 0 && state->flights.items[count - 1].msg >= payload->msg) {
        return fold_refuse(err, record, "message %" PRIu64 " is not above the last one, %" PRIu64,
                           payload->msg, state->flights.items[count - 1].msg);
    }
    if (count >= FLIGHTS_MAX) {
        return fold_refuse(err, record, "more than %" PRIu32 " messages are under way",
                           FLIGHTS_MAX);
    }
    FlightState flight = {
        .msg = payload->msg,
        .seq = record->seq,
        .from = record->host,
        .to = payload->to,
        .kind = (uint8_t)payload->kind,
        .rare = payload->rare,
        .bytes = payload->bytes,
        .epoch = payload->epoch,
        .sent = record->time,
        .due = payload->due,
    };
    array_push(state->mem, &state->flights, flight);
    return true;
}

static bool fold_received(TraceState *state, const TraceRecord *record, Error *err)
{
    const TraceMSG_RECEIVED *payload = &record->u.MSG_RECEIVED;
    uint32_t i = find_flight(state, payload->msg);
    if (i == state->flights.count) {
        return fold_refuse(err, record, "message %" PRIu64 " is not under way", payload->msg);
    }
    const FlightState *flight = &state->flights.items[i];
    if (flight->to != record->host || flight->from != payload->from ||
        flight->kind != payload->kind) {
        return fold_refuse(err, record, "message %" PRIu64 " was another one when it was sent",
                           payload->msg);
    }
    array_remove(&state->flights, i);
    return true;
}

static bool fold_lost(TraceState *state, const TraceRecord *record, Error *err)
{
    uint32_t i = find_flight(state, record->u.MSG_LOST.msg);
    if (i == state->flights.count) {
        return fold_refuse(err, record, "message %" PRIu64 " is not under way",
                           record->u.MSG_LOST.msg);
    }
    array_remove(&state->flights, i);
    return true;
}

bool fold_flight(TraceState *state, const TraceRecord *record, Error *err)
{
    switch ((int)record->type) {
    case TRACE_MSG_SENT: return fold_sent(state, record, err);
    case TRACE_MSG_RECEIVED: return fold_received(state, record, err);
    case TRACE_MSG_LOST: return fold_lost(state, record, err);
    }
    SIM_ASSERT(false);
    return false;
}
