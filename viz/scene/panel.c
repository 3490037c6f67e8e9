/* panel.c -- see panel.h. */
#include "viz/scene/panel.h"

#include <inttypes.h>
#include <stdio.h>

#define PROJECTOR_SCALE 1.25f /* from here on the projector's type is large enough */
#define FAR_AWAY        -10000.0f

Ui panel_ui(DrawList *list, const UiState *ui, const TextMetrics *metrics)
{
    bool is_small = ui->projector || ui->width < 1600 || ui->height < 900;
    return (Ui){.list = list,
                .metrics = metrics,
                .theme = theme_get(ui->theme),
                .projector = is_small && ui->scale >= PROJECTOR_SCALE,
                .mouse = {FAR_AWAY, FAR_AWAY}};
}

void panel_time(SimTime time, uint32_t decimals, char *out, size_t size)
{
    uint64_t seconds = time / SIM_SEC;
    uint64_t rest = time % SIM_SEC;
    unsigned ms = (unsigned)(rest / SIM_MS), us = (unsigned)(rest % SIM_MS / SIM_US);
    if (decimals == 0) snprintf(out, size, "%" PRIu64, seconds);
    else if (decimals == 1) snprintf(out, size, "%" PRIu64 ".%u", seconds, ms / 100);
    else if (decimals == 2) snprintf(out, size, "%" PRIu64 ".%02u", seconds, ms / 10);
    else if (decimals == 3) snprintf(out, size, "%" PRIu64 ".%03u", seconds, ms);
    else snprintf(out, size, "%" PRIu64 ".%03u %03u", seconds, ms, us);
}

void panel_speed(int64_t permille, char *out, size_t size)
{
    if (permille >= 1000) snprintf(out, size, "×%" PRId64, permille / 1000);
    else if (permille > 0) snprintf(out, size, "×1/%" PRId64, 1000 / permille);
    else snprintf(out, size, "×0");
}

const char *panel_host(const Model *model, HostId host)
{
    return host < model->state.hosts.count ? model->state.hosts.items[host].name : "?";
}

bool panel_is_belief(const Model *model, const UiState *ui)
{
    return ui->lens == LENS_NODE && ui->selected < model->state.hosts.count &&
           model->state.hosts.items[ui->selected].status !=
               PROCESS_NEVER; /* a client has no table */
}
