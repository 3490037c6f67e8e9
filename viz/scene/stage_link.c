/* stage_link.c -- the connections of up to twelve nodes: mesh, replication, what a cut does to
 * them. With more nodes there are too many to be drawn; capsules and islands say it instead. */
#include "viz/scene/stage.h"

#include "viz/ui/label.h"

#include "sim/base/bitset.h"

#include <math.h>

#define MESH_WIDTH   1.25f
#define COPY_WIDTH   2.5f
#define BROKEN_WIDTH 1.5f
#define CUTS_DRAWN   8u /* cut links that are no replication; more would hide the strait */
#define ARROW        7.0f

static const Belief *belief_of(const Stage *stage, HostId host, HostId of)
{
    const TraceState *state = &stage->model->state;
    NodeId node = state->hosts.items[of].node;
    if (host >= state->host_stride || node >= state->node_stride) return NULL;
    const Belief *belief = state_belief(state, host, node);
    return belief->known ? belief : NULL;
}

static bool copies_from(const Stage *stage, HostId replica, HostId primary)
{
    const HostState *state = &stage->model->state.hosts.items[replica];
    return stage_is_running(stage, replica) && state->repl_primary != NODE_NONE &&
           state->repl_primary == stage->model->state.hosts.items[primary].node;
}

static bool shakes_hands(const Stage *stage, HostId host, HostId with)
{
    const HostState *state = &stage->model->state.hosts.items[host];
    AddrId addr = stage->model->state.hosts.items[with].addr;
    for (uint32_t i = 0; i < state->handshakes.count; i++) {
        if (state->handshakes.items[i].addr == addr) return true;
    }
    return false;
}

static LinkKind copy_kind(const Stage *stage, HostId replica, HostId primary, bool is_cut)
{
    if (is_cut) return LINK_COPY_CUT;
    bool in_order = stage->model->state.hosts.items[replica].repl == REPL_CONNECTED &&
                    stage_is_running(stage, primary);
    return in_order ? LINK_COPY : LINK_COPY_BROKEN;
}

/* A node knows of no connections but its own, and of no cuts. */
static LinkKind believed_kind(const Stage *stage, HostId a, HostId b)
{
    if (a != stage->observer && b != stage->observer) return LINK_ABSENT;
    HostId other = a == stage->observer ? b : a;
    const Belief *belief = belief_of(stage, stage->observer, other);
    if (belief == NULL) {
        return shakes_hands(stage, stage->observer, other) ? LINK_SHAKING : LINK_ABSENT;
    }
    if (!belief->up) return LINK_COPY_BROKEN;
    return copies_from(stage, a, b) || copies_from(stage, b, a) ? LINK_COPY : LINK_MESH;
}

LinkKind stage_link_kind(const Stage *stage, HostId a, HostId b)
{
    const TraceState *state = &stage->model->state;
    if (stage->observer != HOST_NONE) return believed_kind(stage, a, b);
    bool is_cut = !state_reachable(state, a, b) || !state_reachable(state, b, a);
    if (copies_from(stage, a, b)) return copy_kind(stage, a, b, is_cut);
    if (copies_from(stage, b, a)) return copy_kind(stage, b, a, is_cut);
    const Belief *ab = belief_of(stage, a, b), *ba = belief_of(stage, b, a);
    bool alive = stage_is_running(stage, a) && stage_is_running(stage, b);
    if (is_cut && alive && (ab != NULL || ba != NULL)) return LINK_CUT;
    if ((ab != NULL && ab->up) || (ba != NULL && ba->up)) return LINK_MESH;
    if (shakes_hands(stage, a, b) || shakes_hands(stage, b, a)) return LINK_SHAKING;
    return LINK_ABSENT;
}

/* ---- drawing ---- */

/* An arrow head at t, pointing towards the end of the path. */
static void arrow_head(const Stage *stage, const StagePath *path, float t, float direction,
                       Color color)
{
    Point tip = path_at(path, t), back = path_at(path, t - 0.03f * direction);
    float dx = tip.x - back.x, dy = tip.y - back.y;
    float length = sqrtf(dx * dx + dy * dy) + 0.001f;
    dx *= ARROW / length;
    dy *= ARROW / length;
    Point points[3] = {tip,
                       {tip.x - dx - dy * 0.6f, tip.y - dy + dx * 0.6f},
                       {tip.x - dx + dy * 0.6f, tip.y - dy - dx * 0.6f}};
    draw_polygon(stage->list, points, 3, color, STROKE_NONE);
}

/* Both ways cut: it ends at two walls. One way: one wall where packets stop, an arrow where they
 * still arrive. */
static void draw_cut(const Stage *stage, const StagePath *path, HostId a, HostId b, Color color,
                     float width)
{
    const TraceState *state = &stage->model->state;
    float out, in;
    path_walls(stage, path, a, b, &out, &in);
    Stroke stroke = stroke_dashed(color, width, 6, 5);
    bool ab = state_reachable(state, a, b), ba = state_reachable(state, b, a);
    if (!ab && !ba) {
        path_draw(stage, path, path->from, out, stroke);
        path_draw(stage, path, in, path->to, stroke);
        path_wall(stage, path, out);
        path_wall(stage, path, in);
        return;
    }
    path_draw(stage, path, path->from, path->to, stroke);
    path_wall(stage, path, ab ? in : out);
    arrow_head(stage, path, ab ? path->to : path->from, ab ? 1 : -1, stage->theme->text2);
}

static Color copy_color(const Stage *stage, HostId a, HostId b)
{
    HostId replica = copies_from(stage, a, b) ? a : b;
    HostLook look = stage_look(stage, replica);
    return look.has_hue ? look.line : stage->theme->text2;
}

static bool is_copy(LinkKind kind)
{
    return kind == LINK_COPY || kind == LINK_COPY_CUT || kind == LINK_COPY_BROKEN;
}

static void draw_mesh_link(const Stage *stage, HostId a, HostId b, LinkKind kind, uint32_t *cuts)
{
    const Theme *theme = stage->theme;
    StagePath path = stage_path(stage, a, b, false);
    bool is_chosen = stage->state->selected == a || stage->state->selected == b;
    if (kind == LINK_MESH) {
        path_draw(stage, &path, path.from, path.to, stroke_solid(theme->line, MESH_WIDTH));
    } else if (kind == LINK_SHAKING) {
        path_draw(stage, &path, path.from, path.to, stroke_dashed(theme->ghost, MESH_WIDTH, 3, 4));
    } else if (kind == LINK_CUT && (is_chosen || *cuts < CUTS_DRAWN)) {
        draw_cut(stage, &path, a, b, theme->line2, MESH_WIDTH);
        (*cuts)++;
    }
}

static void draw_copy_link(const Stage *stage, HostId a, HostId b, LinkKind kind)
{
    StagePath path = stage_path(stage, a, b, true);
    if (kind == LINK_COPY) {
        path_draw(stage, &path, path.from, path.to,
                  stroke_solid(copy_color(stage, a, b), COPY_WIDTH));
    } else if (kind == LINK_COPY_CUT) {
        draw_cut(stage, &path, a, b, copy_color(stage, a, b), BROKEN_WIDTH);
    } else {
        path_draw(stage, &path, path.from, path.to,
                  stroke_dashed(stage->theme->text3, BROKEN_WIDTH, 2, 6));
    }
}

/* "12% lost", "+80 ms" in the middle of the first link that a rule touches. */
static void draw_rule_label(const Stage *stage, const NetRuleState *rule)
{
    uint32_t from = bitset_next(rule->from, HOSTS_MAX, 0);
    uint32_t to = bitset_next(rule->to, HOSTS_MAX, 0);
    if (to == from) to = bitset_next(rule->to, HOSTS_MAX, from + 1);
    if (from >= stage->map.hosts || to >= stage->map.hosts) return;
    StagePath path = stage_path(stage, (HostId)from, (HostId)to, false);
    Point at = path_at(&path, 0.5f);
    Text words = {0};
    if (rule->loss_ppm > 0) text_append(&words, "%u%% lost", (rule->loss_ppm + 5000) / 10000);
    if (rule->latency > 0) {
        text_append(&words, "%s+%llu ms", rule->loss_ppm > 0 ? ", " : "",
                    (unsigned long long)(rule->latency / SIM_MS));
    }
    float width = label_width(&stage->ui, TYPE_LABEL, text_chars(&words)) + 12;
    Rect pill = {at.x - width / 2, at.y - 10, width, 20};
    path_draw(stage, &path, path.from, path.to, stroke_dashed(stage->theme->text3, 1.5f, 4, 4));
    draw_rect(stage->list, pill, 10, stage->theme->stage, stroke_solid(stage->theme->line2, 1));
    label_in(&stage->ui, pill, ALIGN_CENTER, 0, TYPE_LABEL, stage->theme->text2,
             text_chars(&words));
    text_deinit(&words);
}

void stage_links(const Stage *stage)
{
    if (stage->map.form != FORM_RING) return;
    uint32_t cuts = 0;
    for (int pass = 0; pass < 2; pass++) { /* replication above the mesh */
        for (uint32_t a = 0; a < stage->map.hosts; a++) {
            for (uint32_t b = a + 1; b < stage->map.hosts; b++) {
                LinkKind kind = stage_link_kind(stage, (HostId)a, (HostId)b);
                if (pass == 0 && !is_copy(kind))
                    draw_mesh_link(stage, (HostId)a, (HostId)b, kind, &cuts);
                if (pass == 1 && is_copy(kind)) draw_copy_link(stage, (HostId)a, (HostId)b, kind);
            }
        }
    }
    for (uint32_t i = 0; i < stage->model->state.rules.count; i++) {
        const NetRuleState *rule = &stage->model->state.rules.items[i];
        bool shows = !rule->cut && (rule->loss_ppm > 0 || rule->latency > 0);
        if (shows && stage->observer == HOST_NONE) draw_rule_label(stage, rule);
    }
}
