/* stage_bench.h -- models made by hand, of any size, and the stage drawn from them. */
#ifndef TESTS_STAGE_BENCH_H
#define TESTS_STAGE_BENCH_H

#include "viz/scene/scene.h"

typedef struct StageBench {
    Model model; /* without a trace */
    UiState ui;
    StagePlan plan;
    DrawList list;
    Rect rect;
    TextMetrics metrics;
} StageBench;

/* `hosts` running processes n1, n2, ...; in `zones` zones by turns (0: none named). */
void stage_bench_init(StageBench *bench, uint32_t hosts, uint32_t zones, Rect rect);
void stage_bench_deinit(StageBench *bench);
/* The first `shards` hosts are primaries with equal parts of the slots, the others their replicas
 * as the usual way of creating a cluster spreads them (protocol.md §9.11). */
void stage_bench_create(StageBench *bench, uint32_t shards);
/* All know all, and all links are up; up to 64 hosts. */
void stage_bench_meet(StageBench *bench);
/* Cuts these hosts off from the others. */
void stage_bench_cut(StageBench *bench, const HostId *hosts, uint32_t count);
void stage_bench_kill(StageBench *bench, HostId host);

void stage_bench_plan(StageBench *bench);
void stage_bench_draw(StageBench *bench); /* with the plan */

#endif
