/* failure.c -- PFAIL, failure reports, FAIL and their clearing (protocol.md §5.1-5.5).
 *
 * Reports are a table: a row for each reporter, a column for each subject, a time in each cell.
 * Taking one in is a look-up of the column and a store. Expired reports stay until somebody counts;
 * a column knows a time before which none of its reports lies, so that counting seldom has to look
 * at them. */
#include "sim/cluster/failure.h"

#include "sim/cluster/clusterstate.h"
#include "sim/cluster/link.h"
#include "sim/cluster/peers.h"

#include <string.h>

#define REPORT_VALIDITY_MULT 2  /* CLUSTER_FAIL_REPORT_VALIDITY_MULT */
#define FAIL_UNDO_MULT       2  /* CLUSTER_FAIL_UNDO_TIME_MULT */
#define ROW_GROWTH           16 /* rows grow by so many cells */

/* --- the table of reports --- */

static void table_reserve(Node *self, Mem *mem)
{
    ReportTable *table = &self->report_table;
    uint32_t old = table->capacity;
    uint32_t new = self->capacity;
    if (new <= old) return;
    table->rows = mem_resize(mem, table->rows, old * sizeof(ReportRow), new * sizeof(ReportRow));
    table->column_of =
        mem_resize(mem, table->column_of, old * sizeof(uint16_t), new * sizeof(uint16_t));
    for (uint32_t i = old; i < new; i++) table->column_of[i] = REPORT_COLUMN_NONE;
    table->capacity = new;
}

void failure_deinit(Node *self, Mem *mem)
{
    ReportTable *table = &self->report_table;
    for (uint32_t i = 0; i < table->capacity; i++) {
        mem_free(mem, table->rows[i].times, table->rows[i].size * sizeof(NodeMs));
    }
    mem_free(mem, table->rows, table->capacity * sizeof(ReportRow));
    mem_free(mem, table->column_of, table->capacity * sizeof(uint16_t));
    array_deinit(mem, &table->columns);
    table->rows = NULL;
    table->column_of = NULL;
    table->capacity = 0;
}

static uint16_t column_of(const Node *self, NodeId peer)
{
    const ReportTable *table = &self->report_table;
    return peer < table->capacity ? table->column_of[peer] : REPORT_COLUMN_NONE;
}

static uint16_t take_column(Node *self, NodeId peer, NodeMs now_ms, Mem *mem)
{
    ReportTable *table = &self->report_table;
    uint16_t at = 0;
    while (at < table->columns.count && table->columns.items[at].peer != NODE_NONE) at++;
    if (at == table->columns.count) array_push(mem, &table->columns, (ReportColumn){.count = 0});
    table->columns.items[at] = (ReportColumn){.peer = peer, .oldest_ms = now_ms};
    table->column_of[peer] = at;
    return at;
}

/* The cell of a report, or NULL when the row is too short to have it. */
static NodeMs *cell_of(const Node *self, uint16_t column, NodeId reporter)
{
    const ReportRow *row = &self->report_table.rows[reporter];
    return column < row->size ? &row->times[column] : NULL;
}

static NodeMs *need_cell(Node *self, uint16_t column, NodeId reporter, Mem *mem)
{
    ReportRow *row = &self->report_table.rows[reporter];
    if (column >= row->size) {
        uint32_t size = (column / ROW_GROWTH + 1u) * ROW_GROWTH;
        row->times = mem_resize(mem, row->times, row->size * sizeof(NodeMs), size * sizeof(NodeMs));
        row->size = size;
    }
    return &row->times[column];
}

static void note_report(TraceType type, NodeId peer, NodeId reporter, NodeEnv *env)
{
    TraceRecord *record = effect_note(env, type);
    if (type == TRACE_REPORT_ADDED) {
        record->u.REPORT_ADDED.peer = peer;
        record->u.REPORT_ADDED.reporter = reporter;
    } else {
        record->u.REPORT_REMOVED.peer = peer;
        record->u.REPORT_REMOVED.reporter = reporter;
    }
}

/* The number of reports about a peer changed: its gate may close or open. */
static void count_changed(Node *self, uint16_t column)
{
    ReportColumn *entry = &self->report_table.columns.items[column];
    NodeId peer = entry->peer;
    self->peers[peer].report_count = entry->count;
    if (entry->count == 0) {
        self->report_table.column_of[peer] = REPORT_COLUMN_NONE;
        entry->peer = NODE_NONE;
    }
    peer_refresh(self, peer);
}

static void erase(Node *self, uint16_t column, NodeId reporter, NodeMs *cell, NodeEnv *env)
{
    ReportColumn *entry = &self->report_table.columns.items[column];
    SIM_ASSERT(*cell != 0);
    SIM_ASSERT(entry->count > 0);
    *cell = 0;
    entry->count--;
    self->report_table.count--;
    note_report(TRACE_REPORT_REMOVED, entry->peer, reporter, env);
}

bool failure_report_add(Node *self, NodeId peer, NodeId reporter, NodeEnv *env)
{
    SIM_ASSERT(peer_known(self, peer));
    SIM_ASSERT(peer_known(self, reporter));
    table_reserve(self, env->mem);
    uint16_t column = column_of(self, peer);
    if (column == REPORT_COLUMN_NONE) column = take_column(self, peer, env->now_ms, env->mem);
    NodeMs *cell = need_cell(self, column, reporter, env->mem);
    bool is_new = *cell == 0;
    *cell = env->now_ms;
    if (!is_new) return false;
    self->report_table.columns.items[column].count++;
    self->report_table.count++;
    count_changed(self, column);
    note_report(TRACE_REPORT_ADDED, peer, reporter, env);
    return true;
}

/* Drops reports older than 2T (clusterNodeCleanupFailureReports). */
static void clean_up(Node *self, uint16_t column, NodeEnv *env)
{
    ReportTable *table = &self->report_table;
    ReportColumn *entry = &table->columns.items[column];
    NodeMs validity_ms = self->cfg.node_timeout_ms * REPORT_VALIDITY_MULT;
    if (env->now_ms - entry->oldest_ms <= validity_ms) return;

    uint16_t before = entry->count;
    entry->oldest_ms = env->now_ms;
    for (uint32_t i = 0; i < table->capacity; i++) {
        NodeMs *cell = cell_of(self, column, (NodeId)i);
        if (!cell || *cell == 0) continue;
        if (env->now_ms - *cell > validity_ms) erase(self, column, (NodeId)i, cell, env);
        else if (*cell < entry->oldest_ms) entry->oldest_ms = *cell;
    }
    if (entry->count != before) count_changed(self, column);
}

bool failure_report_remove(Node *self, NodeId peer, NodeId reporter, NodeEnv *env)
{
    uint16_t column = column_of(self, peer);
    if (column == REPORT_COLUMN_NONE || reporter >= self->report_table.capacity) return false;
    NodeMs *cell = cell_of(self, column, reporter);
    if (!cell || *cell == 0) return false;
    erase(self, column, reporter, cell, env);
    count_changed(self, column);
    if (column_of(self, peer) != REPORT_COLUMN_NONE) clean_up(self, column, env);
    return true;
}

uint32_t failure_report_count(Node *self, NodeId peer, NodeEnv *env)
{
    uint16_t column = column_of(self, peer);
    if (column == REPORT_COLUMN_NONE) return 0;
    clean_up(self, column, env);
    return self->peers[peer].report_count;
}

void failure_forget(Node *self, NodeId node, NodeEnv *env)
{
    ReportTable *table = &self->report_table;
    uint16_t column = column_of(self, node);
    for (uint32_t i = 0; column != REPORT_COLUMN_NONE && i < table->capacity; i++) {
        NodeMs *cell = cell_of(self, column, (NodeId)i);
        if (cell && *cell != 0) erase(self, column, (NodeId)i, cell, env);
    }
    if (column != REPORT_COLUMN_NONE) count_changed(self, column);
    for (uint32_t i = 0; i < table->columns.count; i++) {
        NodeId peer = table->columns.items[i].peer;
        if (peer != NODE_NONE) failure_report_remove(self, peer, node, env);
    }
    if (node >= table->capacity) return;
    ReportRow *row = &table->rows[node];
    mem_free(env->mem, row->times, row->size * sizeof(NodeMs));
    *row = (ReportRow){.times = NULL};
}

void failure_list_reports(const Node *self, FailReports *list, Mem *mem)
{
    const ReportTable *table = &self->report_table;
    uint32_t before = list->count;
    array_reserve(mem, list, before + table->count);
    for (uint32_t reporter = 0; reporter < table->capacity; reporter++) {
        const ReportRow *row = &table->rows[reporter];
        for (uint32_t column = 0; column < row->size; column++) {
            if (row->times[column] == 0) continue;
            FailReport report = {.peer = table->columns.items[column].peer,
                                 .reporter = (NodeId)reporter,
                                 .time_ms = row->times[column]};
            array_push(mem, list, report);
        }
    }
    SIM_ASSERT(list->count - before == table->count);
}

/* --- PFAIL and FAIL --- */

/* No answer to a ping, and no data, for more than T (§5.1). */
void failure_suspect(Node *self, PeerRef ref, NodeEnv *env)
{
    const Peer *peer = &self->peers[ref];
    SIM_ASSERT(!(peer->flags & (FLAG_PFAIL | FLAG_FAIL | FLAG_MYSELF)));
    NodeMs since_ms = peer->ping_sent_ms > peer->data_ms ? peer->ping_sent_ms : peer->data_ms;
    peer_set_flags(self, ref, peer->flags | FLAG_PFAIL, env);
    TraceRecord *record = effect_note(env, TRACE_SUSPECTED);
    record->u.SUSPECTED.peer = ref;
    record->u.SUSPECTED.silence = (SimSpan)(env->now_ms - since_ms) * SIM_MS;

    bool is_voter = node_is_primary(self) && node_me(self)->slot_count > 0;
    if (rule_on(env->rules, RULE_LONE_PRIMARY_FAILS) && self->size == 1 && is_voter) {
        failure_mark_if_needed(self, ref, env);
    }
}

static void set_failed(Node *self, NodeId peer, NodeEnv *env)
{
    uint16_t flags = self->peers[peer].flags & (uint16_t)~FLAG_PFAIL;
    peer_set_flags(self, peer, flags | FLAG_FAIL, env);
    self->peers[peer].fail_ms = env->now_ms;
    self->before_sleep |= SLEEP_STATE | SLEEP_SAVE;
}

static void tell_everybody(Node *self, NodeId peer, NodeEnv *env)
{
    MsgId id = link_build(self, MSG_FAIL, 0, env);
    msg_at(env->msgs, id)->subject = peer;
    link_broadcast(self, id, env);
}

void failure_mark_if_needed(Node *self, NodeId peer, NodeEnv *env)
{
    uint16_t quorum = clusterstate_quorum(self);
    if (!(self->peers[peer].flags & FLAG_PFAIL)) return; /* I can reach it */
    if (self->peers[peer].flags & FLAG_FAIL) return;

    uint32_t reports = failure_report_count(self, peer, env);
    if (node_is_primary(self)) reports++; /* my own word */
    if (reports < quorum) return;

    set_failed(self, peer, env);
    TraceRecord *record = effect_note(env, TRACE_FAILED);
    record->u.FAILED.peer = peer;
    record->u.FAILED.reports = (uint16_t)reports;
    record->u.FAILED.quorum = quorum;
    tell_everybody(self, peer, env);
}

/* Accepted from any known sender, whatever I think of the node myself (§5.4). */
void failure_on_fail_message(Node *self, const Msg *msg, NodeEnv *env)
{
    NodeId peer = msg->subject;
    if (!peer_known(self, peer)) return;
    if (self->peers[peer].flags & (FLAG_FAIL | FLAG_MYSELF)) return;
    set_failed(self, peer, env);
    TraceRecord *record = effect_note(env, TRACE_FAIL_HEARD);
    record->u.FAIL_HEARD.peer = peer;
    record->u.FAIL_HEARD.from = msg->sender;
}

/* --- clearing (§5.5) --- */

static void clear(Node *self, NodeId peer, uint16_t flag, ClearReason reason, NodeEnv *env)
{
    peer_set_flags(self, peer, self->peers[peer].flags & (uint16_t)~flag, env);
    TraceRecord *record = effect_note(env, TRACE_CLEARED);
    record->u.CLEARED.peer = peer;
    record->u.CLEARED.reason = reason;
    self->before_sleep |= SLEEP_SAVE | SLEEP_STATE;
}

/* clearNodeFailureIfNeeded */
static void clear_fail(Node *self, NodeId node, NodeEnv *env)
{
    const Peer *peer = &self->peers[node];
    NodeMs undo_ms = self->cfg.node_timeout_ms * FAIL_UNDO_MULT;
    if (peer->flags & FLAG_REPLICA) {
        clear(self, node, FLAG_FAIL, CLEAR_REPLICA, env);
    } else if (peer->slot_count == 0) {
        clear(self, node, FLAG_FAIL, CLEAR_NO_SLOTS, env);
    } else if (peer->flags & FLAG_PRIMARY && env->now_ms - peer->fail_ms > undo_ms) {
        clear(self, node, FLAG_FAIL, CLEAR_NOBODY_SERVES, env);
    }
}

void failure_on_pong(Node *self, PeerRef ref, NodeEnv *env)
{
    uint16_t flags = node_peer(self, ref)->flags;
    if (ref & PEER_HANDSHAKE) return;
    if (flags & FLAG_PFAIL) clear(self, ref, FLAG_PFAIL, CLEAR_PFAIL, env);
    else if (flags & FLAG_FAIL) clear_fail(self, ref, env);
}
