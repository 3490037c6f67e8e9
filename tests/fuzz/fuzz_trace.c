/* fuzz_trace.c -- any bytes as a trace file.
 *
 * A random change nearly always breaks a checksum first, so the input is read twice: as it is, and
 * with its checksums made right, so that what stands behind them is reached. What is accepted must
 * be usable to the last record and keyframe and must give the same bytes when it is written again.
 */
#include "tests/fuzz/targets.h"

#include "sim/base/assert.h"
#include "sim/base/hash.h"
#include "sim/trace/state.h"
#include "sim/trace/trace.h"

#include <string.h>

#define FRAME_SIZE      20 /* tag 4, length 8, checksum 8 */
#define TRACE_FILE_HEAD 12

/* Makes the checksum of every section right. */
static void mend(uint8_t *bytes, size_t size)
{
    size_t at = TRACE_FILE_HEAD;
    while (size >= at + FRAME_SIZE) {
        ByteReader reader = {.bytes = bytes, .size = size, .at = at + 4};
        uint64_t length = bytes_get_u64(&reader);
        if (length > size - at - FRAME_SIZE) return;
        size_t end = at + 12 + (size_t)length;
        uint64_t sum = hash_bytes(HASH_START, bytes + at, end - at);
        for (uint32_t i = 0; i < 8; i++) bytes[end + i] = (uint8_t)(sum >> (8 * i));
        at = end + 8;
    }
}

static void use_records(const Trace *trace, TraceState *state)
{
    for (uint64_t seq = 1; seq <= trace_count(trace); seq++) {
        TraceRecord record;
        Text text = {0};
        trace_get(trace, seq, &record);
        bool applied = state_apply(state, &record, NULL);
        SIM_ASSERT(applied);
        if (seq < 200) trace_record_text(&record, state, &text);
        text_deinit(&text);
    }
}

static void use(const Trace *trace)
{
    TraceState folded, state;
    state_init(&folded, NULL);
    state_init(&state, NULL);
    use_records(trace, &folded);
    trace_state_at(trace, trace_count(trace), &state);
    SIM_ASSERT(state_equal(&folded, &state, NULL));
    trace_state_at(trace, trace_count(trace) / 2, &state);
    SIM_ASSERT(trace_last_at(trace, SIM_TIME_NEVER) == trace_count(trace));
    for (uint32_t i = 0; i < trace_command_count(trace); i++) {
        uint32_t size;
        trace_command(trace, i, &size);
    }
    state_deinit(&state);
    state_deinit(&folded);
}

static void read_and_use(const uint8_t *bytes, size_t size)
{
    Error err = {{0}};
    Trace *trace = trace_read(bytes, size, &err);
    if (!trace) {
        SIM_ASSERT(strncmp(err.text, "trace file, section \"", 21) == 0);
        return;
    }
    ByteWriter again = {0};
    use(trace);
    trace_write(trace, &again);
    SIM_ASSERT(again.size == size && memcmp(again.bytes, bytes, size) == 0);
    bytes_deinit(&again);
    trace_destroy(trace);
}

int fuzz_trace(const uint8_t *bytes, size_t size)
{
    read_and_use(bytes, size);
    if (size < TRACE_FILE_HEAD) return 0;
    uint8_t *copy = mem_alloc(NULL, size);
    memcpy(copy, bytes, size);
    mend(copy, size);
    read_and_use(copy, size);
    mem_free(NULL, copy, size);
    return 0;
}

__attribute__((weak)) int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    return fuzz_trace(bytes, size);
}
