/* stage.c -- the stage of the view: its layers from bottom to top (view tokens §11). */
#include "viz/scene/stage.h"

#include "viz/scene/panel.h"

#include "viz/ui/label.h"
#include "viz/ui/rect.h"

/* The node whose beliefs are shown: the selected one, when the lens is on it. */
static HostId observer_of(const Model *model, const UiState *ui)
{
    return panel_is_belief(model, ui) ? ui->selected : HOST_NONE;
}

/* A wall being drawn: the line, its end caps, and what letting go will do. */
static void draw_drag(const Stage *stage)
{
    const UiState *ui = stage->state;
    if (!ui->dragging_wall) return;
    Stroke stroke = stroke_solid(stage->theme->text, 3.5f);
    stroke.round_caps = true;
    draw_line(stage->list, ui->drag_from, ui->mouse, stroke);
    draw_disc(stage->list, ui->drag_from, 5, stage->theme->text, STROKE_NONE);
    draw_disc(stage->list, ui->mouse, 5, stage->theme->text, STROKE_NONE);
    const char *words = "let go: the two sides are cut off from each other";
    float width = label_width(&stage->ui, TYPE_LABEL, words) + 20;
    Rect plate = {ui->mouse.x + 14, ui->mouse.y + 12, width, 26};
    if (rect_right(plate) > rect_right(stage->rect)) plate.x = ui->mouse.x - 14 - width;
    if (rect_bottom(plate) > rect_bottom(stage->rect)) plate.y = ui->mouse.y - 12 - plate.h;
    draw_rect(stage->list, plate, 6, stage->theme->raised, stroke_solid(stage->theme->line2, 1));
    label_in(&stage->ui, plate, ALIGN_CENTER, 0, TYPE_LABEL, stage->theme->text, words);
}

void scene_stage(DrawList *list, const Model *model, const UiState *ui, const StagePlan *plan,
                 Rect rect, const TextMetrics *metrics)
{
    const Theme *theme = theme_get(ui->theme);
    Stage stage = {.list = list,
                   .theme = theme,
                   .model = model,
                   .state = ui,
                   .plan = plan,
                   .metrics = metrics,
                   .rect = rect,
                   .palette = shard_palette(model, ui),
                   .observer = observer_of(model, ui)};
    stage.ui = (Ui){.list = list,
                    .metrics = metrics,
                    .theme = theme,
                    .projector = ui->projector,
                    .mouse = ui->mouse};
    stage_map(&stage.map, model, ui, rect);
    /* The plan may be of the frame before, when a host was just added. */
    if (stage.map.hosts > plan->places.count) stage.map.hosts = plan->places.count;
    if (stage.map.hosts + stage.map.clients > plan->places.count)
        stage.map.clients = plan->places.count - stage.map.hosts;
    HostPlace places[HOSTS_MAX];
    stage_map_places(&stage.map, model, places); /* for the bands; nodes stand as planned */
    draw_rect(list, rect, 0, theme->stage, STROKE_NONE);
    draw_clip(list, rect);
    stage_islands(&stage);
    stage_capsules(&stage);
    stage_tints(&stage);
    stage_links(&stage);
    stage_client_lines(&stage);
    if (stage.map.form == FORM_TILES) {
        stage_small_nodes(&stage);
        stage_trails(&stage);
    } else {
        stage_trails(&stage);
        if (stage.map.form == FORM_RING) stage_nodes(&stage);
        else stage_small_nodes(&stage);
    }
    stage_tokens(&stage);
    stage_clients(&stage);
    stage_pills(&stage);
    stage_bands_words(&stage);
    stage_title(&stage);
    stage_notes(&stage);
    stage_legend(&stage);
    draw_drag(&stage);
    draw_unclip(list);
}
