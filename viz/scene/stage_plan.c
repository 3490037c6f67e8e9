/* stage_plan.c -- where every host stands, for drawing and for the mouse. */
#include "viz/scene/stage.h"

#define REACH 4.0f /* px round a node that still belong to it */

void stage_plan(StagePlan *plan, const Model *model, const UiState *ui, Rect stage)
{
    StageMap map;
    stage_map(&map, model, ui, stage);
    array_reserve(NULL, &plan->places, map.hosts + map.clients);
    plan->places.count = map.hosts + map.clients;
    if (map.hosts > 0) stage_map_places(&map, model, plan->places.items);
    if (map.clients > 0) stage_place_clients(&map, model, plan->places.items);
    plan->form = (int)map.form;
}

void stage_plan_deinit(StagePlan *plan)
{
    array_deinit(NULL, &plan->places);
}

HostId stage_host_at(const StagePlan *plan, Point at)
{
    HostId nearest = HOST_NONE;
    float nearest_square = 0;
    for (uint32_t i = 0; i < plan->places.count; i++) {
        const HostPlace *place = &plan->places.items[i];
        float dx = at.x - place->at.x, dy = at.y - place->at.y;
        float reach = place->radius + REACH;
        float square = dx * dx + dy * dy;
        if (square > reach * reach) continue;
        if (nearest != HOST_NONE && square >= nearest_square) continue;
        nearest = (HostId)i;
        nearest_square = square;
    }
    return nearest;
}
