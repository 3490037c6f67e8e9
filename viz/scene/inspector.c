/* inspector.c -- the dock's first tab: what the selected node knows of itself, and its CLUSTER
 * NODES text (protocol.md §11.4) as a table. */
#include "viz/scene/dock.h"

#include "sim/base/bitset.h"
#include "sim/cluster/nodestext.h"
#include "viz/ui/label.h"
#include "viz/ui/table.h"

#include <stdio.h>

#define PADDING   24.0f
#define COLUMNS   9
#define CELL_SIZE 40
#define ROWS_MAX  256
#define HIDDEN    0.01f /* width of a column for which there is no room */

typedef struct NodesTable {
    char chars[ROWS_MAX][COLUMNS][CELL_SIZE];
    TableCell cells[ROWS_MAX * COLUMNS];
    uint32_t rows;
    int64_t own_row;
} NodesTable;

/* --- the values above the table --- */

/* Seconds from the node clock (NODE_CLOCK_BASE_MS at the start of the run). */
static double clock_seconds(uint64_t node_ms)
{
    if (node_ms <= NODE_CLOCK_BASE_MS) return 0;
    return (double)(node_ms - NODE_CLOCK_BASE_MS) / 1000.0;
}

static void role_text(const Scene *scene, HostId host, Text *out)
{
    const HostState *state = &scene->model->state.hosts.items[host];
    const Belief *own = dock_belief(scene->model, host, state->node);
    if (own->flags & FLAG_REPLICA) {
        text_append(out, "replica of ");
        dock_node_name(scene->model, own->primary, out);
    } else if (bitpool_members(scene->model->state.slots, own->slots) > 0) {
        text_append(out, "primary");
    } else {
        text_append(out, "primary, no slots");
    }
}

static void span_text(SimSpan span, Text *out)
{
    if (span < 10 * SIM_MS) text_append(out, "%.1f ms", (double)span / 1e6);
    else if (span < SIM_SEC) text_append(out, "%.0f ms", (double)span / 1e6);
    else text_append(out, "%.1f s", (double)span / 1e9);
}

/* "0.7 ms ago" once votes were asked for, "in 612 ms" before. */
static void asked_text(const Scene *scene, const HostState *state, Text *out)
{
    double at = clock_seconds(state->auth_ms);
    double now = (double)scene->model->time / 1e9;
    const ElectionModel *election = &scene->model->election;
    if (election->active && election->asked_at && election->asked_at <= scene->model->time &&
        election->candidate == scene->ui->selected) {
        span_text(scene->model->time - election->asked_at, out);
        text_append(out, " ago");
    } else if (state->auth_sent) {
        text_append(out, "yes");
    } else if (at > now) {
        text_append(out, "in ");
        span_text((SimSpan)((at - now) * 1e9), out);
    } else {
        text_append(out, "not yet");
    }
}

static float pair(const Scene *scene, float x, float y, const char *label, TypeRole role,
                  Color color, const char *value)
{
    float width =
        label_pair(&scene->draw, (Point){x, y}, LABEL_GAP_INSPECTOR, label, role, color, value);
    return x + (width > 88 ? width : 88) + 28;
}

static float pair_number(const Scene *scene, float x, float y, const char *label, uint64_t value)
{
    char chars[24];
    snprintf(chars, sizeof(chars), "%llu", (unsigned long long)value);
    return pair(scene, x, y, label, TYPE_VALUE_MONO, scene->draw.theme->text, chars);
}

static float election_pairs(const Scene *scene, const HostState *state, float x, float y)
{
    const Theme *theme = scene->draw.theme;
    char votes[24];
    Text asked = {0};
    x = pair_number(scene, x, y, "auth_epoch", state->auth_epoch);
    snprintf(votes, sizeof(votes), "%u of %u", state->votes, state->size / 2u + 1);
    x = pair(scene, x, y, "votes in", TYPE_VALUE_MONO, theme->text, votes);
    asked_text(scene, state, &asked);
    x = pair(scene, x, y, "asked", TYPE_VALUE_MONO, theme->text, text_chars(&asked));
    text_deinit(&asked);
    return x;
}

/* "324 → n7 and 2 more": what the node itself marks as open. */
static float open_pairs(const Scene *scene, HostId host, float x, float y)
{
    const Theme *theme = scene->draw.theme;
    const OpenSlotStates *marks = &scene->model->state.hosts.items[host].open_slots;
    for (uint32_t importing = 0; importing < 2; importing++) {
        uint32_t count = 0;
        Text words = {0};
        for (uint32_t i = 0; i < marks->count; i++) {
            const OpenSlotState *mark = &marks->items[i];
            if (mark->importing != (importing == 1) || count++ > 0) continue;
            text_append(&words, "%u %s ", mark->slot, importing ? "←" : "→");
            dock_node_name(scene->model, mark->peer, &words);
        }
        if (count > 1) text_append(&words, " and %u more", count - 1);
        if (count > 0)
            x = pair(scene, x, y, importing ? "importing" : "migrating", TYPE_VALUE_MONO,
                     theme->text, text_chars(&words));
        text_deinit(&words);
    }
    return x;
}

/* role, cluster_state, epochs, election, offset: as many as there is room for. */
static void draw_pairs(const Scene *scene, Rect rect, HostId host)
{
    const Theme *theme = scene->draw.theme;
    const HostState *state = &scene->model->state.hosts.items[host];
    float x = rect.x, y = rect.y;
    Text text = {0};
    bool fails = state->state == STATE_FAIL;
    bool frozen = state->status == PROCESS_IS_FROZEN;
    role_text(scene, host, &text);
    x = pair(scene, x, y, "role", TYPE_BODY_STRONG, theme->text, text_chars(&text));
    text_deinit(&text);
    if (frozen) x = pair(scene, x, y, "process", TYPE_BODY_STRONG, theme->danger_text, "frozen");
    x = pair(scene, x, y, "cluster_state", TYPE_BODY_STRONG,
             fails ? theme->danger_text : theme->text, fails ? "fail" : "ok");
    x = pair_number(scene, x, y, "currentEpoch", state->current_epoch);
    x = pair_number(scene, x, y, "lastVoteEpoch", state->last_vote_epoch);
    x = open_pairs(scene, host, x, y);
    if (state->auth_ms != 0) x = election_pairs(scene, state, x, y);
    if (x < rect_right(rect) - 90 && trace_header(scene->model->trace)->level >= 2)
        pair_number(scene, x, y, "offset", state->repl_offset);
}

/* --- the table --- */

static void fill(NodesTable *table, uint32_t column, TableTone tone, const char *chars)
{
    char *cell = table->chars[table->rows][column];
    snprintf(cell, CELL_SIZE, "%s", chars);
    table->cells[table->rows * COLUMNS + column] = (TableCell){cell, tone};
}

static void fill_time(NodesTable *table, uint32_t column, uint64_t node_ms, bool recorded)
{
    char chars[24];
    snprintf(chars, sizeof(chars), "%.3f", clock_seconds(node_ms));
    if (!recorded) fill(table, column, TABLE_FAINT, "not kept");
    else fill(table, column, TABLE_PLAIN, node_ms == 0 ? "0" : chars);
}

static void fill_slots(const Scene *scene, NodesTable *table, const Belief *belief)
{
    Text text = {0};
    text_append_ranges(&text, bitpool_words(scene->model->state.slots, belief->slots), SLOT_COUNT,
                       ' ');
    fill(table, 8, TABLE_PLAIN, text_chars(&text));
    text_deinit(&text);
}

/* A replica's line shows its primary's epoch, as CLUSTER NODES does (protocol.md §11.4). */
static uint64_t shown_epoch(const TraceState *state, HostId host, const Belief *belief)
{
    bool has_primary = belief->flags & FLAG_REPLICA && belief->primary < state->nodes.count;
    if (!has_primary) return belief->epoch;
    const Belief *primary = state_belief(state, host, belief->primary);
    return primary->known ? primary->epoch : belief->epoch;
}

static void add_row(const Scene *scene, NodesTable *table, HostId host, NodeId node,
                    const Belief *belief)
{
    const TraceState *state = &scene->model->state;
    bool recorded = trace_header(scene->model->trace)->level >= 2;
    bool myself = (belief->flags & FLAG_MYSELF) != 0;
    bool danger = (belief->flags & (FLAG_PFAIL | FLAG_FAIL)) != 0;
    char chars[CELL_SIZE];
    Text text = {0};
    snprintf(chars, sizeof(chars), "%.8s", state->nodes.items[node].id);
    fill(table, 0, TABLE_PLAIN, chars);
    if (belief->addr < state->addrs.count && belief->addr != ADDR_NONE) {
        const AddrState *addr = &state->addrs.items[belief->addr];
        nodestext_ip(addr->ip, &text);
        text_append(&text, ":%u", addr->port);
    }
    fill(table, 1, TABLE_PLAIN, text_chars(&text));
    text_clear(&text);
    nodestext_flags(belief->flags, &text);
    fill(table, 2, danger ? TABLE_DANGER : TABLE_PLAIN, text_chars(&text));
    if (belief->primary < state->nodes.count)
        snprintf(chars, sizeof(chars), "%.8s", state->nodes.items[belief->primary].id);
    else snprintf(chars, sizeof(chars), "-");
    fill(table, 3, TABLE_PLAIN, chars);
    fill_time(table, 4, belief->ping_ms, recorded);
    fill_time(table, 5, belief->pong_ms, recorded);
    snprintf(chars, sizeof(chars), "%llu", (unsigned long long)shown_epoch(state, host, belief));
    fill(table, 6, TABLE_PLAIN, chars);
    bool up = belief->up || myself;
    fill(table, 7, up ? TABLE_PLAIN : TABLE_DANGER, up ? "connected" : "disconnected");
    fill_slots(scene, table, belief);
    if (myself) table->own_row = table->rows;
    table->rows++;
    text_deinit(&text);
}

static void draw_nodes(const Scene *scene, Rect rect, HostId host)
{
    static const float widths[COLUMNS] = {78, 118, 112, 76, 84, 84, 50, 110, 0};
    static const float narrow[COLUMNS] = {72, HIDDEN, 126, 72, HIDDEN, HIDDEN, 54, 112, 0};
    bool is_narrow = rect.w < 700; /* three columns less, and no gaps */
    static const char *const names[COLUMNS] = {
        "id", "address", "flags", "primary", "ping-sent", "pong-recv", "epoch", "link", "slots"};
    TableColumn columns[COLUMNS] = {0};
    float spread = rect.w / 808 < 1 ? 1 : rect.w / 808;
    if (spread > 1.3f) spread = 1.3f;
    for (uint32_t i = 0; i < COLUMNS; i++) {
        columns[i] = (TableColumn){.title = names[i],
                                   .width = is_narrow ? narrow[i] : widths[i] * spread,
                                   .is_strong = i == 2 || i == 8};
    }
    NodesTable *table = mem_alloc(NULL, sizeof(*table));
    uint32_t skip = scene->ui->dock_first;
    table->own_row = -1;
    for (uint32_t i = 0; i < scene->model->state.nodes.count && table->rows < ROWS_MAX; i++) {
        const Belief *belief = dock_belief(scene->model, host, (NodeId)i);
        if (!belief->known || (skip > 0 && skip--)) continue;
        add_row(scene, table, host, (NodeId)i, belief);
    }
    table_draw(&scene->draw, rect,
               &(Table){.columns = columns,
                        .column_count = COLUMNS,
                        .cells = table->cells,
                        .row_count = table->rows,
                        .chosen_row = table->own_row});
    mem_free(NULL, table, sizeof(*table));
}

/* --- a node without a process --- */

static void draw_dead(const Scene *scene, Rect rect, HostId host)
{
    const HostState *state = &scene->model->state.hosts.items[host];
    Text text = {0};
    if (state->status == PROCESS_NEVER) {
        text_append(&text, "*%s* is a client: it believes what nodes tell it.", state->name);
    } else if (state->status == PROCESS_ABSENT) {
        text_append(&text, "*%s* has not been started: there is a machine and an empty disk.",
                    state->name);
    } else {
        text_append(&text,
                    "*%s* is dead since `%.3f s`. A dead process believes nothing; its "
                    "nodes.conf is on its disk, and it will read it when it starts again.",
                    state->name, (double)state->since / 1e9);
        const HostModel *derived =
            host < scene->model->hosts.count ? &scene->model->hosts.items[host] : NULL;
        if (derived)
            text_append(&text, "\n\n*%u* of the others suspect it, *%u* hold it for failed.",
                        derived->suspected_by, derived->failed_by);
    }
    dock_sentence(scene, rect, text_chars(&text));
    text_deinit(&text);
}

void dock_inspector(const Scene *scene, Rect rect)
{
    HostId host = scene->ui->selected;
    if (host >= scene->model->state.hosts.count) {
        dock_sentence(
            scene, rect,
            "Click a node, or press Tab: here stands what it knows of itself, and its own "
            "`CLUSTER NODES`.\n\nEvery node has a table of its own. No node knows the "
            "truth.");
        return;
    }
    if (!dock_is_running(scene->model, host)) {
        draw_dead(scene, rect, host);
        return;
    }
    Rect inside = rect_inset(rect, PADDING, 0);
    draw_pairs(scene, (Rect){inside.x, rect.y + 23, inside.w, 40}, host);
    ui_divider_h(&scene->draw, inside.x, rect.y + 57, inside.w);
    Rect below = {inside.x, rect.y + 63, inside.w, rect.h - 63 - 6};
    draw_nodes(scene, below, host);
}
