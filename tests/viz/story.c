/* story.c -- see story.h. */
#include "tests/viz/story.h"

#include "sim/base/assert.h"
#include "viz/model/inside.h"

#include <stdio.h>
#include <string.h>

#define EVERY_FLAG (FLAG_PRIMARY | FLAG_MYSELF)

uint64_t story_record(Story *story, TraceType type, HostId host, TraceRecord record)
{
    record.type = (uint16_t)type;
    record.host = host;
    record.time = story->now;
    record.cause = 0;
    uint64_t seq = trace_append(story->trace, &record);
    if (trace_end(story->trace) < story->now) trace_set_end(story->trace, story->now);
    return seq;
}

#define RECORD(story, NAME, host, ...)                                                             \
    story_record((story), TRACE_##NAME, (host), (TraceRecord){.u.NAME = {__VA_ARGS__}})

static SlotsId set_of(Story *story, const char *ranges)
{
    if (ranges[0] == '\0') return SLOTS_EMPTY;
    for (uint32_t i = 1; i < story->set_count; i++) {
        if (strcmp(story->sets[i], ranges) == 0) return i;
    }
    SIM_ASSERT(story->set_count < STORY_SETS_MAX);
    SlotsId id = story->set_count++;
    story->sets[id] = ranges;
    RECORD(story, SLOTS_DEFINED, HOST_NONE, .slots = id, .ranges = trace_text(ranges));
    return id;
}

static void add_host(Story *story, HostId host, uint32_t node_timeout_ms)
{
    char name[24], id[NODE_ID_SIZE + 1];
    snprintf(name, sizeof(name), "n%u", host + 1u);
    snprintf(id, sizeof(id), "%040u", host + 1u);
    RECORD(story, ADDR_DEFINED, HOST_NONE, .addr = host + 1u, .ip = 0x0A000001u + host,
           .port = 6379, .bus_port = 16379);
    RECORD(story, HOST_ADDED, host, .name = trace_text(name), .zone = trace_text(""),
           .addr = host + 1u, .node_timeout_ms = node_timeout_ms);
    RECORD(story, NODE_DEFINED, host, .node = host, .id = trace_text(id));
}

static void meet_all(Story *story, HostId host)
{
    for (uint32_t peer = 0; peer < story->hosts; peer++) {
        RECORD(story, PEER_ADDED, host, .peer = (NodeId)peer, .addr = peer + 1,
               .flags = peer == host ? EVERY_FLAG : FLAG_PRIMARY);
    }
}

static Story open_at(uint8_t level, uint32_t hosts, uint32_t node_timeout_ms)
{
    TraceHeader header = {.seed = 1, .level = level};
    Story story = {.trace = trace_create(NULL, &header), .hosts = hosts, .set_count = 1};
    for (uint32_t i = 0; i < hosts; i++) add_host(&story, (HostId)i, node_timeout_ms);
    for (uint32_t i = 0; i < hosts; i++) story_start(&story, (HostId)i);
    return story;
}

Story story_open(uint32_t hosts, uint32_t node_timeout_ms)
{
    return open_at(2, hosts, node_timeout_ms);
}

Story story_open_plain(uint32_t hosts, uint32_t node_timeout_ms)
{
    return open_at(1, hosts, node_timeout_ms);
}

void story_close(Story *story)
{
    trace_destroy(story->trace);
    *story = (Story){0};
}

void story_at(Story *story, uint64_t ms)
{
    SIM_ASSERT(ms * SIM_MS >= story->now);
    story->now = ms * SIM_MS;
    trace_set_end(story->trace, story->now);
}

/* --- beliefs --- */

void story_flags(Story *story, HostId host, NodeId peer, uint16_t flags)
{
    RECORD(story, PEER_FLAGS, host, .peer = peer, .flags = flags);
}

void story_slots(Story *story, HostId host, NodeId peer, const char *ranges)
{
    SlotsId id = set_of(story, ranges);
    RECORD(story, PEER_SLOTS, host, .peer = peer, .slots = id);
}

void story_epoch(Story *story, HostId host, NodeId peer, uint64_t epoch)
{
    RECORD(story, PEER_EPOCH, host, .peer = peer, .epoch = epoch);
}

void story_follows(Story *story, HostId host, NodeId peer, NodeId primary)
{
    RECORD(story, PEER_PRIMARY, host, .peer = peer, .primary = primary);
}

void story_ping(Story *story, HostId host, NodeId peer, uint64_t ms)
{
    RECORD(story, PEER_PING, host, .peer = peer, .ping_ms = MODEL_CLOCK_BASE_MS + ms);
}

void story_pong(Story *story, HostId host, NodeId peer, uint64_t ms)
{
    RECORD(story, PEER_PONG, host, .peer = peer, .pong_ms = MODEL_CLOCK_BASE_MS + ms);
}

/* Does a process run there now? */
static bool runs(const Story *story, HostId host)
{
    TraceState state;
    state_init(&state, NULL);
    trace_state_at(story->trace, trace_count(story->trace), &state);
    bool running = model_is_live(&state.hosts.items[host]);
    state_deinit(&state);
    return running;
}

void story_owner(Story *story, NodeId node, const char *ranges, uint64_t epoch)
{
    for (uint32_t host = 0; host < story->hosts; host++) {
        if (!runs(story, (HostId)host)) continue;
        story_epoch(story, (HostId)host, node, epoch);
        story_slots(story, (HostId)host, node, ranges);
    }
}

void story_replica(Story *story, NodeId node, NodeId primary)
{
    for (uint32_t host = 0; host < story->hosts; host++) {
        if (!runs(story, (HostId)host)) continue;
        uint16_t myself = host == node ? FLAG_MYSELF : 0;
        story_flags(story, (HostId)host, node, FLAG_REPLICA | myself);
        story_follows(story, (HostId)host, node, primary);
    }
}

/* --- processes --- */

void story_state(Story *story, HostId host, ClusterState state)
{
    RECORD(story, SELF_STATE, host, .state = state, .size = 3);
}

void story_states(Story *story, ClusterState state)
{
    for (uint32_t host = 0; host < story->hosts; host++) {
        if (runs(story, (HostId)host)) story_state(story, (HostId)host, state);
    }
}

void story_exit(Story *story, HostId host)
{
    RECORD(story, PROCESS_EXITED, host, .reason = EXIT_KILLED);
}

void story_start(Story *story, HostId host)
{
    RECORD(story, PROCESS_STARTED, host, .node = host);
    meet_all(story, host);
}

void story_freeze(Story *story, HostId host)
{
    story_record(story, TRACE_PROCESS_FROZEN, host, (TraceRecord){0});
}

void story_thaw(Story *story, HostId host)
{
    story_record(story, TRACE_PROCESS_THAWED, host, (TraceRecord){0});
}

/* --- network --- */

void story_cut(Story *story, uint32_t rule, const char *from, const char *to, bool oneway)
{
    RECORD(story, NET_RULE_ADDED, HOST_NONE, .rule = rule, .from = trace_text(from),
           .to = trace_text(to), .oneway = oneway, .cut = true);
}

void story_heal(Story *story, uint32_t rule)
{
    RECORD(story, NET_RULE_REMOVED, HOST_NONE, .rule = rule);
}

/* --- decisions --- */

uint64_t story_suspected(Story *story, HostId host, NodeId peer)
{
    story_flags(story, host, peer, FLAG_PRIMARY | FLAG_PFAIL);
    return RECORD(story, SUSPECTED, host, .peer = peer, .silence = SIM_SEC);
}

uint64_t story_failed(Story *story, HostId host, NodeId peer)
{
    story_flags(story, host, peer, FLAG_PRIMARY | FLAG_FAIL);
    return RECORD(story, FAILED, host, .peer = peer, .reports = 2, .quorum = 2);
}

/* As election_promote does it: the reason first, then role, then slots. */
void story_promoted(Story *story, HostId host, const char *ranges, uint64_t epoch)
{
    story_epoch(story, host, host, epoch);
    RECORD(story, ROLE_CHANGED, host, .primary = NODE_NONE, .reason = ROLE_PROMOTED);
    story_flags(story, host, host, EVERY_FLAG);
    story_follows(story, host, host, NODE_NONE);
    story_slots(story, host, host, ranges);
}

/* --- slots under migration --- */

void story_opens(Story *story, HostId host, uint16_t slot, NodeId peer, bool importing)
{
    RECORD(story, SLOT_OPENED, host, .slot = slot, .peer = peer, .importing = importing);
}

void story_keys(Story *story, HostId host, uint16_t slot, uint32_t keys)
{
    RECORD(story, SLOT_KEYS, host, .slot = slot, .keys = keys);
}

void story_closes(Story *story, HostId host, uint16_t slot, bool importing)
{
    RECORD(story, SLOT_CLOSED, host, .slot = slot, .importing = importing);
}

/* --- clients --- */

HostId story_client(Story *story, const char *name, const char *zone)
{
    HostId client = (HostId)(story->hosts + story->clients++);
    RECORD(story, ADDR_DEFINED, HOST_NONE, .addr = client + 1u, .ip = 0x0A010000u + client);
    RECORD(story, CLIENT_ADDED, client, .name = trace_text(name), .zone = trace_text(zone),
           .addr = client + 1u);
    return client;
}

void story_request(Story *story, HostId client, HostId to, const char *command, const char *reply)
{
    uint32_t call = ++story->requests;
    RECORD(story, REQUEST_SENT, client, .call = call, .to = to, .command = trace_text(command));
    if (reply[0] == '\0') return;
    RECORD(story, REQUEST_ENDED, client, .call = call, .to = to, .reply = trace_text(reply));
}

/* --- the script --- */

void story_note(Story *story, TraceType type, const char *text)
{
    TraceRecord record = {0};
    SIM_ASSERT(type == TRACE_TITLE || type == TRACE_STEP || type == TRACE_SAY);
    record.u.SAY.text = trace_text(text); /* all three have this field alone */
    story_record(story, type, HOST_NONE, record);
}

void story_asks(Story *story, const char *question, const char *choices, uint8_t answer)
{
    RECORD(story, PREDICT, HOST_NONE, .question = trace_text(question),
           .choices = trace_text(choices), .answer = answer);
}

/* --- on a screen --- */

void story_view_open(StoryView *view, const Trace *trace, float width, float height)
{
    memset(view, 0, sizeof(*view));
    view->trace = trace;
    view->metrics = draw_metrics_plain();
    view->ui = (UiState){.width = width,
                         .height = height,
                         .scale = 1,
                         .projector = width < 1600,
                         .selected = HOST_NONE,
                         .hovered = HOST_NONE,
                         .menu_host = HOST_NONE,
                         .hovered_slot = -1,
                         .mouse_gone = true};
    model_init(&view->model, trace);
}

void story_view_seek(StoryView *view, SimTime time)
{
    run_index_update(&view->index, view->trace);
    view->ui.index = &view->index;
    view->layout = scene_layout(&view->ui, SCENE_LANES);
    model_seek(&view->model, time);
    draw_clear(&view->list);
}

void story_view_close(StoryView *view)
{
    model_deinit(&view->model);
    run_index_deinit(&view->index);
    draw_deinit(&view->list);
}
