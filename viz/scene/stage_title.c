/* stage_title.c -- the lines at the top left: what is going on, in the order of how much it
 * matters; and the banner of a split brain. */
#include "viz/scene/stage.h"

#include "viz/ui/control.h"
#include "viz/ui/icon.h"
#include "viz/ui/label.h"
#include "viz/ui/meter.h"
#include "viz/ui/rect.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>

#define LEFT          24.0f
#define TITLE_BASE    34.0f
#define LINE          22.0f
#define METER_GAP     14.0f
#define BANNER_HEIGHT 48.0f
#define NODE_GAP      14.0f

typedef struct Title {
    Text head, under;
    const char *meter; /* label of the quorum meter; NULL: none */
    Voter voters[VOTERS_MAX];
    uint32_t count, needed;
    char words[48]; /* behind the meter */
    bool warns, has_eye;
} Title;

/* "Six", at the beginning of a sentence. */
static void append_count(Text *text, uint32_t count)
{
    char room[16], first[2] = {0};
    const char *word = stage_count_word(count, room);
    first[0] = (char)toupper((unsigned char)word[0]);
    text_append(text, "%s%s", first, word + 1);
}

/* ---- an election ---- */

static void title_election(const Stage *stage, Title *title)
{
    const ElectionModel *election = &stage->model->election;
    const TraceState *state = &stage->model->state;
    HostId candidate = election->candidate;
    text_append(&title->head, "Epoch %llu election", (unsigned long long)election->epoch);
    const char *name = stage_host_name(stage, candidate);
    HostId primary = candidate < state->hosts.count
                         ? stage_host_of(stage, state->hosts.items[candidate].repl_primary)
                         : HOST_NONE;
    if (primary != HOST_NONE && primary != candidate) {
        text_append(&title->under, "%s asks for votes to replace %s", name,
                    stage_host_name(stage, primary));
    } else {
        text_append(&title->under, "%s asks for votes", name);
    }
    title->count = stage_voters(stage, candidate, title->voters);
    for (uint32_t i = 0; i < title->count; i++) {
        Voter *voter = &title->voters[i];
        HostId host = HOST_NONE;
        for (uint32_t j = 0; j < state->hosts.count; j++) {
            if (state->hosts.items[j].name == voter->name) host = (HostId)j;
        }
        bool voted = host < stage->model->hosts.count && stage->model->hosts.items[host].voted;
        if (voter->state != VOTER_LOST) voter->state = voted ? VOTER_REACHED : VOTER_ASKED;
    }
    stage_sort_voters(title->voters, title->count);
    if (title->count > 0) title->meter = "Votes";
    title->needed = election->needed;
    snprintf(title->words, sizeof(title->words), "%u given, %u needed", election->given,
             election->needed);
}

/* ---- a cut ---- */

static void title_cut(const Stage *stage, Title *title)
{
    uint32_t islands = stage->model->islands.count, able = 0;
    uint32_t shown = stage_islands_count(stage->model);
    char room[16], seconds[24];
    for (uint32_t i = 0; i < islands; i++)
        able += stage->model->islands.items[i].has_majority ? 1 : 0;
    text_append(&title->head, "The network is cut into %s islands", stage_count_word(shown, room));
    SimTime since = model_cut_since(stage->model);
    if (since != SIM_TIME_NEVER && since <= stage->model->time) {
        stage_seconds(stage, stage->model->time - since, seconds);
        text_append(&title->under, "for %s s; ", seconds);
    }
    if (able == 0) text_append(&title->under, "none of them has a majority");
    else if (stage->map.form == FORM_RING)
        text_append(&title->under, "one has the majority of voters");
    else {
        for (uint32_t i = 0; i < islands; i++) {
            const Island *island = &stage->model->islands.items[i];
            if (!island->has_majority) continue;
            text_append(&title->under, "the one with %u nodes has the majority", island->hosts);
        }
    }
    title->warns = able == 0;
    if (stage->map.form == FORM_RING) return;
    /* Bands have no room for a meter: the largest island's stands here. */
    uint16_t best = 0;
    for (uint32_t i = 0; i < islands; i++) {
        if (stage->model->islands.items[i].voters > stage->model->islands.items[best].voters)
            best = (uint16_t)i;
    }
    title->count = stage_voters(stage, stage_speaker(stage, best), title->voters);
    if (title->count == 0 || title->count > 60) return;
    title->meter = "In reach of it";
    uint32_t reached = 0;
    for (uint32_t i = 0; i < title->count; i++) reached += title->voters[i].state == VOTER_REACHED;
    snprintf(title->words, sizeof(title->words), "%u of %u voters, needs %u", reached, title->count,
             title->count / 2 + 1);
}

/* One way, or between some pairs only: everybody still reaches everybody, over others. */
static void title_partial_cut(const Stage *stage, Title *title)
{
    char seconds[24];
    SimTime since = model_cut_since(stage->model);
    stage_seconds(stage, stage->model->time > since ? stage->model->time - since : 0, seconds);
    text_append(&title->head, "Not everybody reaches everybody");
    text_append(&title->under, "for %s s; no side is cut off from all others", seconds);
}

/* ---- nodes in trouble ---- */

static bool is_down(const Stage *stage, uint32_t host)
{
    ProcessStatus status = stage->model->state.hosts.items[host].status;
    return status == PROCESS_DEAD || status == PROCESS_IS_FROZEN;
}

/* The last one to go, as it is the news. */
static HostId newest_down(const Stage *stage, uint32_t *count)
{
    HostId newest = HOST_NONE;
    *count = 0;
    for (uint32_t i = 0; i < stage->map.hosts && i < stage->model->hosts.count; i++) {
        if (!is_down(stage, i)) continue;
        (*count)++;
        const HostState *state = &stage->model->state.hosts.items[i];
        if (newest == HOST_NONE || state->since >= stage->model->state.hosts.items[newest].since)
            newest = (HostId)i;
    }
    return newest;
}

static bool is_replaced(const Stage *stage, HostId host)
{
    const HostModel *model = &stage->model->hosts.items[host];
    if (!model->is_primary || model->shard >= stage->model->shards.count) return true;
    HostId owner = stage->model->shards.items[model->shard].owner;
    return owner != host && stage_is_running(stage, owner);
}

static void under_down(const Stage *stage, Title *title, HostId host)
{
    const HostModel *model = &stage->model->hosts.items[host];
    if (model->failed_by > 0) {
        text_append(&title->under, "%u nodes hold it for failed", model->failed_by);
        for (uint32_t i = 0; i < stage->model->hosts.count; i++) {
            const HostModel *other = &stage->model->hosts.items[i];
            if (other->deadline != DEADLINE_ELECTION || other->deadline_at <= stage->model->time)
                continue;
            text_append(&title->under, "; %s gets ready to ask for votes",
                        stage_host_name(stage, (HostId)i));
            break;
        }
    } else if (model->suspected_by > 0) {
        text_append(&title->under, "%u suspect it; FAIL needs a majority of the voters",
                    model->suspected_by);
    } else {
        text_append(&title->under, "nobody has noticed");
    }
}

static void title_down(const Stage *stage, Title *title, HostId host, uint32_t count)
{
    const HostState *state = &stage->model->state.hosts.items[host];
    const HostModel *model = &stage->model->hosts.items[host];
    char seconds[24];
    stage_seconds(stage, stage->model->time - state->since, seconds);
    const char *name = stage_host_name(stage, host);
    bool had_slots = model->shard < stage->model->shards.count;
    if (is_replaced(stage, host) && model->is_primary && had_slots) {
        HostId owner = stage->model->shards.items[model->shard].owner;
        text_append(&title->head, "%s serves the slots of %s", stage_host_name(stage, owner), name);
        text_append(&title->under, "%s is down %s s", name, seconds);
    } else {
        text_append(&title->head, "%s is %s %s s", name,
                    state->status == PROCESS_DEAD ? "silent" : "frozen", seconds);
        under_down(stage, title, host);
    }
    if (count > 1) text_append(&title->under, "; %u nodes are down", count);
}

/* ---- quiet states ---- */

/* How many acquaintances the running processes have made, themselves included; of a large cluster
 * the first one's only, times their number. */
static uint32_t count_known(const Stage *stage, uint32_t *running, uint32_t *shaking)
{
    const TraceState *state = &stage->model->state;
    uint32_t known = 0;
    *running = *shaking = 0;
    for (uint32_t i = 0; i < state->hosts.count && i < state->host_stride; i++) {
        if (!stage_is_running(stage, (HostId)i)) continue;
        (*running)++;
        *shaking += state->hosts.items[i].handshakes.count;
        if (state->hosts.count > CAPSULES_HOSTS_MAX && *running > 1) continue;
        for (uint32_t j = 0; j < state->nodes.count && j < state->node_stride; j++) {
            const Belief *belief = state_belief(state, (HostId)i, (NodeId)j);
            known += belief->known && !(belief->flags & FLAG_HANDSHAKE);
        }
    }
    return state->hosts.count > CAPSULES_HOSTS_MAX ? known * *running : known;
}

/* Before everybody knows everybody, and before there are slots. False: the cluster is past that. */
static bool title_birth(const Stage *stage, Title *title)
{
    uint32_t running, shaking, known = count_known(stage, &running, &shaking);
    bool all_met = known >= running * running;
    if (all_met && stage->model->shards.count > 0) return false;
    if (running == 0) {
        text_append(&title->head, "Nothing runs yet");
    } else if (known <= running && shaking == 0) {
        append_count(&title->head, running);
        text_append(&title->head, running == 1 ? " lonely node" : " lonely nodes");
        text_append(&title->under, "each knows only itself");
    } else if (!all_met) {
        append_count(&title->head, running);
        text_append(&title->head, " nodes meet");
        text_append(&title->under, "%u of %u acquaintances made", known - running,
                    running * (running - 1));
    } else {
        append_count(&title->head, running);
        text_append(&title->head, " nodes know each other");
        text_append(&title->under, "no slot is served yet");
    }
    return true;
}

/* Slots under migration; a mark that has no counterpart is what interrupted moves leave behind. */
static void title_moves(const Stage *stage, Title *title)
{
    const Model *model = stage->model;
    const OpenSlotModel *first = &model->open_slots.items[0];
    uint32_t count = model->open_slots.count, halves = 0, keys = 0;
    for (uint32_t i = 0; i < count; i++) {
        const OpenSlotModel *entry = &model->open_slots.items[i];
        halves += !(entry->migrating && entry->importing);
        keys += entry->source_keys;
    }
    if (count == 1)
        text_append(&title->head, "Slot %u moves from %s to %s", first->slot,
                    stage_host_name(stage, first->source), stage_host_name(stage, first->target));
    else text_append(&title->head, "%u slots are on the move", count);
    text_append(&title->under, "%u key%s left at the source", keys, keys == 1 ? "" : "s");
    if (halves > 0) text_append(&title->under, "; %u marked at one end only", halves);
}

static void title_quiet(const Stage *stage, Title *title)
{
    const Model *model = stage->model;
    uint32_t covered = model->covered, primaries = 0, running = 0;
    for (uint32_t i = 0; i < model->hosts.count; i++) {
        if (!stage_is_running(stage, (HostId)i)) continue;
        running++;
        primaries += model->hosts.items[i].is_primary;
    }
    if (covered < SLOT_COUNT) {
        text_append(&title->head, "%u of %u slots are served", covered, SLOT_COUNT);
        text_append(&title->under, "cluster_state: ok at %u, fail at %u", model->states_ok,
                    model->states_fail);
        return;
    }
    if (model->open_slots.count > 0) {
        title_moves(stage, title);
        return;
    }
    if (model->factions.count > 1) {
        char room[16];
        append_count(&title->head, model->factions.count);
        text_append(&title->head, " opinions on who serves what");
        text_append(&title->under, "the largest is held by %s of %u nodes",
                    stage_count_word(model->factions.items[0].hosts, room), running);
    } else {
        char room[16];
        if (running == 1) text_append(&title->head, "One node serves alone");
        else text_append(&title->head, "All %s agree", stage_count_word(running, room));
        text_append(&title->under, "%u primar%s and %u replica%s, every slot is served", primaries,
                    primaries == 1 ? "y" : "ies", running - primaries,
                    running - primaries == 1 ? "" : "s");
    }
    if (model->states_fail == 0) return;
    text_append(&title->under, "; %u still say%s fail", model->states_fail,
                model->states_fail == 1 ? "s" : "");
}

static void title_truth(const Stage *stage, Title *title)
{
    uint32_t down;
    HostId newest = newest_down(stage, &down);
    if (stage->model->election.active) title_election(stage, title);
    else if (stage_is_cut(stage)) title_cut(stage, title);
    else if (newest != HOST_NONE) title_down(stage, title, newest, down);
    else if (title_birth(stage, title)) return;
    else if (model_cut_since(stage->model) != SIM_TIME_NEVER) title_partial_cut(stage, title);
    else title_quiet(stage, title);
}

/* ---- as one node believes ---- */

static void title_belief(const Stage *stage, Title *title)
{
    const char *name = stage_host_name(stage, stage->observer);
    uint32_t suspected = 0, failed = 0, known = 0;
    for (uint32_t i = 0; i < stage->map.hosts; i++) {
        HostLook look = stage_look(stage, (HostId)i);
        known += !look.is_unknown;
        suspected += look.flag == FLAG_PFAIL;
        failed += look.flag == FLAG_FAIL;
    }
    title->has_eye = true;
    text_append(&title->head, "What %s believes", name);
    if (suspected + failed == 0) {
        text_append(&title->under, "it knows %u nodes and thinks well of all", known);
    } else {
        text_append(&title->under, "it knows %u nodes: %u P?, %u F!", known, suspected, failed);
    }
    title->count = stage_voters(stage, stage->observer, title->voters);
    uint32_t reached = 0;
    for (uint32_t i = 0; i < title->count; i++) {
        bool lost = title->voters[i].state == VOTER_LOST;
        if (!lost) title->voters[i].state = VOTER_REACHED; /* it cannot know better */
        reached += !lost;
    }
    if (title->count == 0 || title->count > 60) return;
    title->meter = "Voters it reaches";
    snprintf(title->words, sizeof(title->words), "%u of %u, needs %u", reached, title->count,
             title->count / 2 + 1);
}

/* ---- drawing ---- */

/* How wide the lines may be before they touch a node below `bottom`. */
static float room_for_title(const Stage *stage, float bottom)
{
    float right = stage->rect.x + stage->rect.w - 16;
    if (stage->map.form != FORM_RING || stage->map.has_zones) return right - stage->rect.x - LEFT;
    for (uint32_t i = 0; i < stage->map.hosts; i++) {
        const HostPlace *place = &stage->plan->places.items[i];
        float reach = place->radius * NODE_REACH + NODE_GAP;
        if (place->at.y - reach < bottom && place->at.x - reach < right)
            right = place->at.x - reach;
    }
    return fmaxf(120, right - stage->rect.x - LEFT);
}

/* The meter with its label and words; in the second line of a wide title, under it otherwise. */
static float draw_meter(const Stage *stage, const Title *title, Point at, float room)
{
    const Theme *theme = stage->theme;
    bool has_names = title->count <= 8;
    float height = has_names ? 22 : 18;
    Rect line = {at.x, at.y, room, height};
    float x = at.x +
              label_draw(&stage->ui, (Point){at.x, label_middle(&stage->ui, line, TYPE_BODY)},
                         ALIGN_LEFT, TYPE_BODY, theme->text2, title->meter) +
              METER_GAP;
    float width = (float)title->count * (has_names ? 52 : 16);
    if (x + width > at.x + room) return 0; /* the words under the title must do */
    Rect used =
        meter_quorum(&stage->ui, (Point){x, at.y}, title->voters, title->count, title->needed);
    x += used.w + METER_GAP + 2;
    float words = label_width(&stage->ui, TYPE_BODY_STRONG, title->words);
    if (x + words <= at.x + room) {
        label_draw(&stage->ui, (Point){x, label_middle(&stage->ui, line, TYPE_BODY_STRONG)},
                   ALIGN_LEFT, TYPE_BODY_STRONG, theme->text, title->words);
        return x + words - at.x;
    }
    return x - at.x;
}

/* Lines over a hull need ground under them. */
static void draw_ground(const Stage *stage, const Title *title, float x, float y)
{
    bool has_hulls = stage->map.form == FORM_RING && !stage->map.has_zones && stage_is_cut(stage);
    if (!has_hulls) return;
    float head = label_width(&stage->ui, TYPE_STAGE_TITLE, text_chars(&title->head));
    float under = label_width(&stage->ui, TYPE_BODY, text_chars(&title->under));
    Rect plate = {x - 8, y - 24, fmaxf(head, under) + 20, 24 + LINE + 12};
    draw_rect(stage->list, plate, 8, color_alpha(stage->theme->stage, 0.9f), STROKE_NONE);
}

static void draw_title(Stage *stage, const Title *title)
{
    const Theme *theme = stage->theme;
    bool has_field = title->meter != NULL && title->count > 60;
    bool has_meter = title->meter != NULL && !has_field;
    Point at = {stage->rect.x + LEFT, stage->rect.y + TITLE_BASE};
    bool beside = has_meter && (stage->map.form != FORM_RING || stage->map.has_zones);
    float bottom = at.y + LINE + (has_meter && !beside ? 44 : 8);
    float room = room_for_title(stage, bottom);
    float x = at.x, wide = 0;
    draw_ground(stage, title, at.x, at.y);
    if (title->has_eye) {
        icon_draw(stage->list, ICON_EYE, (Point){x + 10, at.y - 5}, 20, theme->text);
        x += 30;
    } else if (title->warns) {
        icon_draw(stage->list, ICON_WARNING, (Point){x + 9, at.y - 6}, 17, theme->danger_text);
        x += 27;
    }
    float left = beside ? room * 0.45f : room;
    wide = x - at.x +
           label_cut(&stage->ui, (Point){x, at.y}, left - (x - at.x), TYPE_STAGE_TITLE, theme->text,
                     text_chars(&title->head));
    float under = label_cut(&stage->ui, (Point){at.x, at.y + LINE}, left, TYPE_BODY, theme->text3,
                            text_chars(&title->under));
    if (under > wide) wide = under;
    if (beside) {
        float start = fmaxf(wide + 40, 0);
        draw_meter(stage, title, (Point){at.x + start, at.y - 8}, room - start);
        wide = room;
    } else if (has_meter) {
        float meter = draw_meter(stage, title, (Point){at.x, at.y + LINE + 18}, room);
        if (meter > wide) wide = meter;
    } else if (has_field) {
        label_draw(&stage->ui, (Point){at.x + room, at.y}, ALIGN_RIGHT, TYPE_BODY_STRONG,
                   theme->text, title->words);
        wide = room;
    }
    stage->title = (Rect){at.x, stage->rect.y + 8, wide, bottom - stage->rect.y - 8};
}

static void draw_banner(Stage *stage)
{
    const Theme *theme = stage->theme;
    const Contest *contest = &stage->model->contest;
    Rect banner = {stage->rect.x + LEFT, stage->rect.y + 16, stage->rect.w - LEFT - 8,
                   BANNER_HEIGHT};
    char words[160], seconds[24], age[32];
    draw_rect(stage->list, banner, 8, theme->danger, STROKE_NONE);
    icon_draw(stage->list, ICON_WARNING, (Point){banner.x + 27, banner.y + 23}, 20,
              theme->danger_ink);
    float x = banner.x + 50, y = label_middle(&stage->ui, banner, TYPE_STAGE_TITLE);
    x += label_draw(&stage->ui, (Point){x, y}, ALIGN_LEFT, TYPE_STAGE_TITLE, theme->danger_ink,
                    "Split-brain") +
         10;
    stage_seconds(stage,
                  stage->model->time > contest->since ? stage->model->time - contest->since : 0,
                  seconds);
    snprintf(age, sizeof(age), "%s s", seconds);
    int size = snprintf(words, sizeof(words), "slot %u", contest->first_slot);
    if (contest->count > 1)
        size += snprintf(words + size, sizeof(words) - (size_t)size, " and %u more",
                         contest->count - 1);
    snprintf(words + size, sizeof(words) - (size_t)size,
             ": %s (epoch %llu) and %s (epoch %llu) both writable",
             stage_host_name(stage, contest->b), (unsigned long long)contest->epoch_b,
             stage_host_name(stage, contest->a), (unsigned long long)contest->epoch_a);
    float right = rect_right(banner) - 18;
    float age_width = label_width(&stage->ui, TYPE_CLOCK, age);
    label_cut(&stage->ui, (Point){x, y}, right - age_width - 20 - x, TYPE_NARRATION,
              theme->danger_ink, words);
    label_draw(&stage->ui, (Point){right, label_middle(&stage->ui, banner, TYPE_CLOCK)},
               ALIGN_RIGHT, TYPE_CLOCK, theme->danger_ink, age);
    stage->title = banner;
}

void stage_title(Stage *stage)
{
    if (stage->model->contest.count > 0 && stage->observer == HOST_NONE) {
        draw_banner(stage);
        return;
    }
    if (stage->map.is_low) return;
    Title title = {0};
    if (stage->observer != HOST_NONE) title_belief(stage, &title);
    else title_truth(stage, &title);
    draw_title(stage, &title);
    text_deinit(&title.head);
    text_deinit(&title.under);
}
