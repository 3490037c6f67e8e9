/* frame.c -- the whole frame: all panels in the order of view tokens §11, bottom to top.
 *
 * The stage comes first, since what it draws may reach under the panels; then slots, dock, card,
 * header and timeline, which do not overlap; then what lies over everything. */
#include "viz/scene/scene.h"

#define BIN_PX 9.0f /* width of a column of the timeline's event density */

static void build_lanes(Lanes *lanes, const Model *model, const UiState *ui, const Layout *layout)
{
    float left, right;
    scene_timeline_span(layout, ui, &left, &right);
    LaneOptions options = {.from = ui->view_from,
                           .to = ui->view_to > ui->view_from ? ui->view_to : ui->view_from + 1,
                           .bins = (uint32_t)((right - left) / BIN_PX) + 1,
                           .slot = -1,
                           .max_lanes = SCENE_LANES};
    if (model->contest.count > 0) options.slot = model->contest.first_slot;
    lanes_build(lanes, model, &options);
}

void scene_frame(DrawList *list, const Model *model, const UiState *ui, StagePlan *plan,
                 Lanes *lanes, const TextMetrics *metrics)
{
    Layout layout = scene_layout(ui, SCENE_LANES);
    stage_plan(plan, model, ui, layout.stage);
    build_lanes(lanes, model, ui, &layout);
    draw_clip(list, layout.stage);
    scene_stage(list, model, ui, plan, layout.stage, metrics);
    draw_unclip(list);
    scene_slots(list, model, ui, &layout, metrics);
    scene_dock(list, model, ui, &layout, metrics);
    scene_card(list, model, ui, &layout, metrics);
    scene_header(list, model, ui, &layout, metrics);
    scene_timeline(list, model, lanes, ui, &layout, metrics);
    scene_overlay(list, model, ui, &layout, metrics);
}
