/* stage_bench.c -- see stage_bench.h. */
#include "tests/viz/stage_bench.h"

#include "sim/base/bitset.h"

#include <stdio.h>
#include <string.h>

void stage_bench_init(StageBench *bench, uint32_t hosts, uint32_t zones, Rect rect)
{
    *bench = (StageBench){.rect = rect, .metrics = draw_metrics_plain()};
    bench->ui = (UiState){.width = rect.x + rect.w,
                          .height = rect.y + rect.h,
                          .scale = 1,
                          .selected = HOST_NONE,
                          .hovered = HOST_NONE,
                          .hovered_slot = -1,
                          .speed_permille = 1000};
    Model *model = &bench->model;
    state_init(&model->state, NULL);
    model->time = 10 * SIM_SEC;
    for (uint32_t i = 0; i < hosts; i++) {
        HostState *host = state_need_host(&model->state, (HostId)i);
        snprintf(host->name, sizeof(host->name), "n%u", i + 1);
        if (zones > 0) snprintf(host->zone, sizeof(host->zone), "z%u", i % zones + 1);
        host->status = PROCESS_RUNNING;
        host->state = STATE_OK;
        host->node = (NodeId)i;
        host->node_timeout_ms = 5000;
        host->repl_primary = NODE_NONE;
        state_need_node(&model->state, (NodeId)i)->host = (HostId)i;
        HostModel row = {.shard = SHARD_NONE, .is_primary = true, .primary = NODE_NONE};
        array_push(NULL, &model->hosts, row);
    }
    array_push(NULL, &model->islands,
               (Island){.hosts = (uint16_t)hosts, .has_majority = true, .observer = 0});
    array_push(NULL, &model->factions, (Faction){.hosts = (uint16_t)hosts});
    for (uint32_t i = 0; i < SLOT_COUNT; i++) {
        model->owner_shard[i] = SHARD_NONE;
        model->owner_host[i] = model->holder_host[i] = model->second_host[i] = HOST_NONE;
    }
    model->running = (uint16_t)hosts;
    model->states_ok = (uint16_t)hosts;
}

void stage_bench_deinit(StageBench *bench)
{
    Model *model = &bench->model;
    array_deinit(NULL, &model->shards);
    array_deinit(NULL, &model->islands);
    array_deinit(NULL, &model->factions);
    array_deinit(NULL, &model->hosts);
    state_deinit(&model->state);
    stage_plan_deinit(&bench->plan);
    draw_deinit(&bench->list);
}

void stage_bench_create(StageBench *bench, uint32_t shards)
{
    Model *model = &bench->model;
    uint32_t replicas = model->hosts.count - shards;
    uint32_t depth = (replicas + shards - 1) / shards;
    for (uint32_t i = 0; i < shards; i++) {
        Shard shard = {.founder = (NodeId)i, .owner = (HostId)i, .epoch = i + 1};
        shard.slots = SLOT_COUNT / shards;
        array_push(NULL, &model->shards, shard);
        HostModel *host = &model->hosts.items[i];
        host->shard = (uint16_t)i;
        host->slot_count = (uint16_t)shard.slots;
        host->epoch = i + 1;
    }
    for (uint32_t i = 0; i < replicas; i++) {
        uint32_t turn = (i + replicas - 1) % replicas;
        uint16_t shard = (uint16_t)(turn / depth);
        HostModel *host = &model->hosts.items[shards + i];
        *host = (HostModel){.shard = shard, .primary = shard, .epoch = shard + 1u};
        model->state.hosts.items[shards + i].repl = REPL_CONNECTED;
        model->state.hosts.items[shards + i].repl_primary = shard;
    }
    model->covered = SLOT_COUNT;
}

void stage_bench_meet(StageBench *bench)
{
    TraceState *state = &bench->model.state;
    for (uint32_t a = 0; a < state->hosts.count; a++) {
        for (uint32_t b = 0; b < state->hosts.count; b++) {
            Belief *belief = state_need_belief(state, (HostId)a, (NodeId)b);
            *belief = belief_blank();
            belief->known = belief->up = true;
            belief->flags = bench->model.hosts.items[b].is_primary ? FLAG_PRIMARY : FLAG_REPLICA;
        }
    }
}

void stage_bench_cut(StageBench *bench, const HostId *hosts, uint32_t count)
{
    Model *model = &bench->model;
    NetRuleState rule = {.rule = 1, .cut = true};
    for (uint32_t i = 0; i < model->hosts.count; i++) bitset_add(rule.to, i);
    for (uint32_t i = 0; i < count; i++) {
        bitset_add(rule.from, hosts[i]);
        bitset_remove(rule.to, hosts[i]);
        model->hosts.items[hosts[i]].island = 1;
    }
    array_push(NULL, &model->state.rules, rule);
    model->islands.items[0].hosts = (uint16_t)(model->islands.items[0].hosts - count);
    array_push(NULL, &model->islands,
               (Island){.number = 1, .hosts = (uint16_t)count, .observer = hosts[0]});
}

void stage_bench_kill(StageBench *bench, HostId host)
{
    bench->model.state.hosts.items[host].status = PROCESS_DEAD;
    bench->model.state.hosts.items[host].since = bench->model.time - 2 * SIM_SEC;
}

void stage_bench_plan(StageBench *bench)
{
    stage_plan(&bench->plan, &bench->model, &bench->ui, bench->rect);
}

void stage_bench_draw(StageBench *bench)
{
    stage_bench_plan(bench);
    draw_clear(&bench->list);
    scene_stage(&bench->list, &bench->model, &bench->ui, &bench->plan, bench->rect,
                &bench->metrics);
}
