/* run_index.c -- see run_index.h. */
#include "viz/scene/run_index.h"

#include <string.h>

void run_index_deinit(RunIndex *index)
{
    array_deinit(NULL, &index->steps);
    array_deinit(NULL, &index->reasons);
    array_deinit(NULL, &index->calls);
    array_deinit(NULL, &index->clients);
    array_deinit(NULL, &index->traffic);
    array_deinit(NULL, &index->failures);
    array_deinit(NULL, &index->node_host);
    array_deinit(NULL, &index->host_primary);
    array_deinit(NULL, &index->host_down);
}

void run_index_clear(RunIndex *index)
{
    array_clear(&index->steps);
    array_clear(&index->reasons);
    array_clear(&index->calls);
    array_clear(&index->clients);
    array_clear(&index->traffic);
    array_clear(&index->failures);
    array_clear(&index->node_host);
    array_clear(&index->host_primary);
    array_clear(&index->host_down);
    index->seq = 0;
    index->cut_at = 0;
}

static void add_entry(IndexEntries *entries, const TraceRecord *record)
{
    IndexEntry entry = {record->seq, record->time, record->host, HOST_NONE};
    if (record->type == TRACE_REQUEST_SENT) entry.to = record->u.REQUEST_SENT.to;
    if (record->type == TRACE_REQUEST_ENDED) entry.to = record->u.REQUEST_ENDED.to;
    array_push(NULL, entries, entry);
}

static void add_traffic(RunIndex *index, const TraceRecord *record)
{
    uint64_t bin = record->time / TRAFFIC_BIN;
    if (record->u.MSG_SENT.kind >= MSG_REPL) return; /* not the cluster bus */
    while (index->traffic.count <= bin) array_push(NULL, &index->traffic, (TrafficBin){0});
    index->traffic.items[bin].messages++;
    index->traffic.items[bin].bytes += record->u.MSG_SENT.bytes;
}

/* --- clients --- */

static bool begins(TraceText text, const char *with)
{
    size_t size = strlen(with);
    return text.size >= size && memcmp(text.chars, with, size) == 0;
}

static ClientEnd end_of_reply(TraceText reply)
{
    if (begins(reply, "-MOVED ") || begins(reply, "-ASK ")) return CLIENT_REDIRECT;
    if (begins(reply, "-")) return CLIENT_ERROR;
    return reply.size > 0 && strchr("+:$_*", reply.chars[0]) ? CLIENT_OK : CLIENT_LOST;
}

static ClientEnd end_of_write(WriteEnd end)
{
    return end == WRITE_ACKED ? CLIENT_OK : end == WRITE_REFUSED ? CLIENT_ERROR : CLIENT_LOST;
}

static void add_client(RunIndex *index, const TraceRecord *record)
{
    bool is_write = record->type == TRACE_WRITE_ENDED;
    ClientEvent event = {.seq = record->seq, .time = record->time, .client = record->host};
    event.to = is_write ? record->u.WRITE_ENDED.to : record->u.REQUEST_ENDED.to;
    event.end = is_write ? end_of_write(record->u.WRITE_ENDED.end)
                         : end_of_reply(record->u.REQUEST_ENDED.reply);
    array_push(NULL, &index->clients, event);
}

uint32_t run_index_clients(const RunIndex *index, uint64_t seq, SimTime from, uint32_t *end)
{
    uint32_t low = 0, high = index->clients.count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (index->clients.items[middle].seq <= seq) low = middle + 1;
        else high = middle;
    }
    *end = low;
    while (low > 0 && index->clients.items[low - 1].time >= from) low--;
    return low;
}

/* --- failures --- */

static void need_host(RunIndex *index, HostId host)
{
    while (index->host_primary.count <= host) array_push(NULL, &index->host_primary, NODE_NONE);
    while (index->host_down.count <= host) array_push(NULL, &index->host_down, 0);
}

static void define_node(RunIndex *index, NodeId node, HostId host)
{
    while (index->node_host.count <= node) array_push(NULL, &index->node_host, HOST_NONE);
    index->node_host.items[node] = host;
}

/* The story of the node's last failure; NULL when there is none. */
static FailureStory *story_of(RunIndex *index, NodeId node)
{
    for (uint32_t i = index->failures.count; i-- > 0;) {
        if (index->failures.items[i].node == node) return &index->failures.items[i];
    }
    return NULL;
}

/* A story begins when somebody suspects the node for the first time since it went away. */
static void suspected(RunIndex *index, const TraceRecord *record)
{
    NodeId node = record->u.SUSPECTED.peer;
    HostId host = node < index->node_host.count ? index->node_host.items[node] : HOST_NONE;
    if (host == HOST_NONE) return;
    need_host(index, host);
    SimTime down = index->host_down.items[host];
    if (!down) down = index->cut_at;
    SimSpan silence = record->u.SUSPECTED.silence;
    if (!down) down = record->time > silence ? record->time - silence : 0;
    const FailureStory *open = story_of(index, node);
    if (open && open->down == down) return; /* others suspect it too */
    array_push(
        NULL, &index->failures,
        (FailureStory){
            .node = node, .host = host, .down = down, .suspect = record->time, .heir = HOST_NONE});
}

static void elected(RunIndex *index, const TraceRecord *record, bool won)
{
    need_host(index, record->host);
    FailureStory *story = story_of(index, index->host_primary.items[record->host]);
    if (!story || story->replaced) return;
    if (!story->asked) story->asked = record->time;
    if (won) {
        story->replaced = record->time;
        story->heir = record->host;
    }
}

static void look_at_failures(RunIndex *index, const TraceRecord *record)
{
    FailureStory *story;
    switch (record->type) {
    case TRACE_NODE_DEFINED: define_node(index, record->u.NODE_DEFINED.node, record->host); break;
    case TRACE_PROCESS_STARTED:
    case TRACE_PROCESS_THAWED:
        need_host(index, record->host);
        index->host_down.items[record->host] = 0;
        break;
    case TRACE_PROCESS_EXITED:
    case TRACE_PROCESS_FROZEN:
        need_host(index, record->host);
        index->host_down.items[record->host] = record->time;
        break;
    case TRACE_NET_RULE_ADDED: index->cut_at = record->time; break;
    case TRACE_SELF_REPL:
        need_host(index, record->host);
        if (record->u.SELF_REPL.primary != NODE_NONE)
            index->host_primary.items[record->host] = record->u.SELF_REPL.primary;
        break;
    case TRACE_SUSPECTED: suspected(index, record); break;
    case TRACE_FAILED:
        story = story_of(index, record->u.FAILED.peer);
        if (story && !story->failed) story->failed = record->time;
        break;
    case TRACE_ELECTION_STARTED: elected(index, record, false); break;
    case TRACE_ELECTION_WON: elected(index, record, true); break;
    default: break;
    }
}

/* What people ask "why?" about: decisions, and what happens to processes. */
static bool is_reason(const TraceRecord *record)
{
    switch (record->type) {
    case TRACE_PROCESS_EXITED:
    case TRACE_PROCESS_FROZEN:
    case TRACE_SUSPECTED:
    case TRACE_FAILED:
    case TRACE_FAIL_HEARD:
    case TRACE_CLEARED:
    case TRACE_ELECTION_DELAYED:
    case TRACE_ELECTION_STARTED:
    case TRACE_ELECTION_EXPIRED:
    case TRACE_ELECTION_WON:
    case TRACE_VOTE_GRANTED:
    case TRACE_VOTE_REFUSED:
    case TRACE_ROLE_CHANGED:
    case TRACE_SLOTS_MOVED:
    case TRACE_SELF_STATE:
    case TRACE_UPDATE_WANTED:
    case TRACE_EPOCH_COLLISION:
    case TRACE_EPOCH_BUMPED:
    case TRACE_REPL_SYNCED: return true;
    case TRACE_ELECTION_REFUSED: /* that it waits is no news */
        return record->u.ELECTION_REFUSED.reason == ELECT_DATA_AGE ||
               record->u.ELECTION_REFUSED.reason == ELECT_NO_FAILOVER;
    default: return false;
    }
}

static void look_at(RunIndex *index, const TraceRecord *record)
{
    switch (record->type) {
    case TRACE_STEP: add_entry(&index->steps, record); break;
    case TRACE_COMMAND:
    case TRACE_CALL_SENT:
    case TRACE_CALL_REPLIED: add_entry(&index->calls, record); break;
    case TRACE_REQUEST_SENT: add_entry(&index->calls, record); break;
    case TRACE_REQUEST_ENDED:
        add_entry(&index->calls, record);
        add_client(index, record);
        break;
    case TRACE_WRITE_ENDED: add_client(index, record); break;
    case TRACE_MSG_SENT: add_traffic(index, record); break;
    default: break;
    }
    if (is_reason(record)) add_entry(&index->reasons, record);
    look_at_failures(index, record);
}

void run_index_update(RunIndex *index, const Trace *trace)
{
    TraceRecord record;
    if (trace_count(trace) < index->seq) run_index_clear(index);
    while (index->seq < trace_count(trace)) {
        trace_get(trace, ++index->seq, &record);
        look_at(index, &record);
    }
}

uint32_t run_index_count(const IndexEntries *entries, uint64_t seq)
{
    uint32_t low = 0, high = entries->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (entries->items[middle].seq <= seq) low = middle + 1;
        else high = middle;
    }
    return low;
}

const IndexEntry *run_index_last(const IndexEntries *entries, uint64_t seq, HostId host)
{
    for (uint32_t i = entries->count; i-- > 0;) {
        const IndexEntry *entry = &entries->items[i];
        if (entry->seq <= seq && (host == HOST_NONE || entry->host == host)) return entry;
    }
    return NULL;
}
