/* interesting.c -- the records worth a stop: history.c marks them as it reads. */
#include "sim/base/assert.h"
#include "viz/model/inside.h"

#define READ_AT_ONCE 4096

static uint64_t following(History *history, uint64_t seq)
{
    uint64_t end = trace_count(history->trace);
    for (;;) {
        uint32_t i = seqs_until(history->interesting.items, history->interesting.count, seq);
        if (i < history->interesting.count) return history->interesting.items[i];
        if (history->seq >= end) return 0;
        uint64_t next = history->seq + READ_AT_ONCE;
        history_extend(history, next < end ? next : end);
    }
}

static uint64_t preceding(const History *history, uint64_t seq)
{
    uint32_t count = seqs_until(history->interesting.items, history->interesting.count, seq);
    return count ? history->interesting.items[count - 1] : 0;
}

uint64_t model_interesting(Model *model, uint64_t seq, int direction)
{
    SIM_ASSERT(direction == 1 || direction == -1);
    History *history = &model->cache->history;
    uint64_t end = trace_count(model->trace);
    if (direction > 0) return following(history, seq);
    if (seq == 0) return 0;
    history_extend(history, seq <= end ? seq : end);
    return preceding(history, seq - 1);
}

uint64_t model_last_interesting(const Model *model)
{
    return preceding(&model->cache->history, model->state.seq);
}
