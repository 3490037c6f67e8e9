/* narrate_events.c -- what nodes and network do, as lines; one function a group of record types.
 *
 * Called before the record is folded, so that the state says what was so before it. */
#include "sim/cli/narrate_inside.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

static Line *new_line(LineKind kind)
{
    Line *line = mem_alloc(NULL, sizeof(*line));
    line->kind = kind;
    line->peer = line->other = NODE_NONE;
    return line;
}

static void add_peer_line(Narrator *narrator, const TraceRecord *record, LineKind kind, NodeId peer,
                          const char *word)
{
    Line *line = new_line(kind);
    line->peer = peer;
    text_append(&line->word, "%s", word);
    narrator_add(narrator, record, line);
}

static void add_number_line(Narrator *narrator, const TraceRecord *record, LineKind kind,
                            NodeId peer, uint64_t number)
{
    Line *line = new_line(kind);
    line->peer = peer;
    line->number = number;
    narrator_add(narrator, record, line);
}

static const HostState *host_before(const Narrator *narrator, const TraceRecord *record)
{
    static const HostState none = {.node = NODE_NONE};
    return record->host < narrator->state.hosts.count ? &narrator->state.hosts.items[record->host]
                                                      : &none;
}

/* --- processes --- */

/* " (primary of 5461 slots)", " (replica of n1)": what the process that now ends was. */
static void append_role(const Narrator *narrator, const TraceRecord *record, Text *out)
{
    const HostState *host = host_before(narrator, record);
    if (host->node == NODE_NONE || host->node >= narrator->state.nodes.count) return;
    const Belief *self = state_belief(&narrator->state, record->host, host->node);
    if (!self->known) return;
    if (self->flags & FLAG_REPLICA && self->primary != NODE_NONE) {
        text_append(out, " (replica of ");
        phrase_node(&narrator->state, self->primary, out);
        text_append(out, ")");
    } else if (self->slots != SLOTS_EMPTY) {
        text_append(out, " (primary of %" PRIu32 " slots)",
                    bitpool_members(narrator->state.slots, self->slots));
    }
}

/* Faults and repairs stand apart: what was going on before is told first. */
static void add_fault_line(Narrator *narrator, const TraceRecord *record, LineKind kind)
{
    Line *line = new_line(kind);
    for (uint32_t i = 0; i < narrator->lines.count; i++) {
        Line *other = narrator->lines.items[i];
        if (other->kind != kind && other->time < record->time) narrator_close_line(narrator, other);
    }
    if (kind == LINE_KILLED || kind == LINE_POWER || kind == LINE_SHUTDOWN || kind == LINE_FROZEN)
        append_role(narrator, record, &line->word);
    narrator_add(narrator, record, line);
}

static void forget_process(Narrator *narrator, HostId host)
{
    if (narrator->state.hosts.items[host].status != PROCESS_RUNNING &&
        narrator->state.hosts.items[host].status != PROCESS_IS_FROZEN)
        return;
    narrator->running--;
    narrator->known_total -= narrator->known.items[host];
    narrator->known.items[host] = 0;
}

static void tell_start(Narrator *narrator, const TraceRecord *record)
{
    bool first = host_before(narrator, record)->node == NODE_NONE;
    bool fresh = record->u.PROCESS_STARTED.fresh;
    narrator->running++;
    add_fault_line(narrator, record, first ? LINE_STARTED : fresh ? LINE_REBORN : LINE_RESTARTED);
}

/* "needs 2.5" */
static void append_thousandths(Text *out, uint32_t permille)
{
    uint32_t rest = permille % 1000;
    int digits = 3;
    text_append(out, "needs %" PRIu32, permille / 1000);
    if (rest == 0) return;
    for (; rest % 10 == 0; digits--) rest /= 10;
    text_append(out, ".%0*" PRIu32, digits, rest);
}

static void tell_slowed(Narrator *narrator, const TraceRecord *record)
{
    Line *line = new_line(LINE_SLOWED);
    uint32_t permille = record->u.PROCESS_SLOWED.permille;
    if (permille == 1000) {
        text_append(&line->word, "needs no longer than usual again");
    } else {
        append_thousandths(&line->word, permille);
        text_append(&line->word, " times as long as usual for everything");
    }
    narrator_add(narrator, record, line);
}

static bool tell_process(Narrator *narrator, const TraceRecord *record)
{
    static const LineKind ends[EXIT_COUNT] = {LINE_KILLED, LINE_POWER, LINE_SHUTDOWN, LINE_REFUSED};
    if (record->type == TRACE_HOST_ADDED || record->type == TRACE_CLIENT_ADDED) {
        array_push(NULL, &narrator->known, 0);
        array_push(NULL, &narrator->votes, 0);
    } else if (record->type == TRACE_PROCESS_STARTED) {
        tell_start(narrator, record);
    } else if (record->type == TRACE_PROCESS_EXITED) {
        add_fault_line(narrator, record, ends[record->u.PROCESS_EXITED.reason]);
        forget_process(narrator, record->host);
    } else if (record->type == TRACE_PROCESS_FROZEN) {
        add_fault_line(narrator, record, LINE_FROZEN);
    } else if (record->type == TRACE_PROCESS_THAWED) {
        add_fault_line(narrator, record, LINE_THAWED);
    } else if (record->type == TRACE_PROCESS_SLOWED) {
        tell_slowed(narrator, record);
    } else {
        return false;
    }
    return true;
}

/* --- network --- */

static void append_parts(Text *out, uint32_t ppm)
{
    text_append(out, "%" PRIu32, ppm / 10000);
    if (ppm % 10000 > 0) text_append(out, ".%04" PRIu32, ppm % 10000);
    text_append(out, " %%");
}

static void append_quality(const TraceNET_RULE_ADDED *rule, Text *out)
{
    const char *separator = ": ";
    if (rule->latency > 0) {
        text_append(out, "%slatency +", separator);
        text_append_span(out, rule->latency);
        separator = ", ";
    }
    if (rule->jitter > 0) {
        text_append(out, "%sjitter +", separator);
        text_append_span(out, rule->jitter);
        separator = ", ";
    }
    if (rule->loss_ppm > 0) {
        text_append(out, "%sloss ", separator);
        append_parts(out, rule->loss_ppm);
        separator = ", ";
    }
    if (rule->bytes_per_s > 0)
        text_append(out, "%sat most %" PRIu64 " bytes a second", separator, rule->bytes_per_s);
}

/* Reads ranges of host numbers; nobody when they cannot be read. */
static void read_hosts(TraceText ranges, uint64_t *hosts)
{
    Text chars = {0};
    text_append_bytes(&chars, ranges.chars, ranges.size);
    if (!text_parse_ranges(text_chars(&chars), hosts, HOSTS_MAX, NULL))
        memset(hosts, 0, BITSET_WORDS_HOSTS * sizeof(*hosts));
    text_deinit(&chars);
}

/* The hosts on one side of a fault, and what stands before and behind them. */
static void append_side(const Narrator *narrator, const char *before, const uint64_t *hosts,
                        const char *behind, Text *out)
{
    text_append(out, "%s", before);
    phrase_hosts(&narrator->state, hosts, out);
    text_append(out, "%s", behind);
}

static void tell_rule_added(Narrator *narrator, const TraceRecord *record)
{
    const TraceNET_RULE_ADDED *rule = &record->u.NET_RULE_ADDED;
    uint64_t from[BITSET_WORDS_HOSTS], to[BITSET_WORDS_HOSTS];
    Line *line = new_line(LINE_NETWORK);
    read_hosts(rule->from, from);
    read_hosts(rule->to, to);
    narrator_flush(narrator);
    if (rule->cut && !rule->oneway) {
        append_side(narrator, "the network is cut: ", from, " on one side, ", &line->word);
        append_side(narrator, "", to, " on the other", &line->word);
    } else if (rule->cut) {
        append_side(narrator, "nothing that is sent by ", from, " reaches ", &line->word);
        append_side(narrator, "", to, " any more", &line->word);
    } else {
        append_side(narrator, "the path from ", from, rule->oneway ? " to " : " to and from ",
                    &line->word);
        append_side(narrator, "", to, " changes", &line->word);
        append_quality(rule, &line->word);
    }
    narrator_add(narrator, record, line);
}

static void tell_rule_removed(Narrator *narrator, const TraceRecord *record)
{
    narrator_flush(narrator);
    for (uint32_t i = 0; i < narrator->state.rules.count; i++) {
        const NetRuleState *rule = &narrator->state.rules.items[i];
        if (rule->rule != record->u.NET_RULE_REMOVED.rule) continue;
        Line *line = new_line(LINE_NETWORK);
        const char *between = rule->oneway ? " to " : " to and from ";
        if (rule->cut) between = rule->oneway ? " can send to " : " can talk with ";
        append_side(narrator, rule->cut ? "the network heals: " : "the path from ", rule->from,
                    between, &line->word);
        append_side(narrator, "", rule->to, rule->cut ? " again" : " is as before", &line->word);
        narrator_add(narrator, record, line);
    }
}

/* --- commands from outside --- */

/* Does the line begin with these words, whatever their case? */
static bool begins(const Text *line, const char *words)
{
    size_t size = strlen(words);
    const char *chars = text_chars(line);
    return strncasecmp(chars, words, size) == 0 && (chars[size] == '\0' || chars[size] == ' ');
}

static bool only_reads(const Text *line)
{
    static const char *const commands[] = {
        "CLUSTER NODES",
        "CLUSTER INFO",
        "CLUSTER SLOTS",
        "CLUSTER SHARDS",
        "CLUSTER MYID",
        "CLUSTER LINKS",
        "CLUSTER KEYSLOT",
        "CLUSTER COUNTKEYSINSLOT",
        "CLUSTER COUNT-FAILURE-REPORTS",
        "CLUSTER REPLICAS",
        "CLUSTER SLAVES",
        "CLUSTER GETKEYSINSLOT",
        "PING",
        "INFO",
        "ROLE",
    };
    for (size_t i = 0; i < ARRAY_LENGTH(commands); i++) {
        if (begins(line, commands[i])) return true;
    }
    return false;
}

/* Commands whose second word says what they do: with others it is a key. */
static bool has_subcommands(const Text *line)
{
    static const char *const commands[] = {"CLUSTER", "CONFIG", "CLIENT", "COMMAND", "DEBUG",
                                           "SCRIPT",  "ACL",    "MEMORY", "OBJECT",  "FUNCTION",
                                           "LATENCY", "PUBSUB", "SLOWLOG"};
    for (size_t i = 0; i < ARRAY_LENGTH(commands); i++) {
        if (begins(line, commands[i])) return true;
    }
    return false;
}

/* Appends the text with node IDs replaced by the names of their nodes. */
static void append_named(const Narrator *narrator, TraceText text, Text *out)
{
    for (uint32_t i = 0; i < text.size;) {
        uint32_t run = 0;
        while (i + run < text.size && strchr("0123456789abcdef", text.chars[i + run]) && run < 41)
            run++;
        NodeId node = NODE_NONE;
        for (uint32_t k = 0; run == NODE_ID_SIZE && k < narrator->state.nodes.count; k++) {
            if (memcmp(narrator->state.nodes.items[k].id, text.chars + i, NODE_ID_SIZE) == 0)
                node = (NodeId)k;
        }
        uint32_t size = run > 0 ? run : 1;
        if (node != NODE_NONE) phrase_node(&narrator->state, node, out);
        else text_append_bytes(out, text.chars + i, size);
        i += size;
    }
}

static void tell_call(Narrator *narrator, const TraceRecord *record)
{
    Line *line = new_line(LINE_ASKED);
    append_named(narrator, record->u.CALL_SENT.command, &line->word);
    if (only_reads(&line->word)) {
        text_deinit(&line->word);
        mem_free(NULL, line, sizeof(*line));
        return;
    }
    const char *chars = text_chars(&line->word);
    const char *space = strchr(chars, ' ');
    if (space && has_subcommands(&line->word)) space = strchr(space + 1, ' ');
    line->topic = space ? (uint32_t)(space - chars) : line->word.size;
    narrator_add(narrator, record, line);
}

static void tell_reply(Narrator *narrator, const TraceRecord *record)
{
    TraceText reply = record->u.CALL_REPLIED.reply;
    if (reply.size < 2 || reply.chars[0] != '-') return;
    Line *line = new_line(LINE_REPLIED);
    append_named(narrator, (TraceText){reply.chars + 1, reply.size - 1}, &line->word);
    narrator_add(narrator, record, line);
}

/* --- knowing each other, cluster state --- */

static void tell_known(Narrator *narrator, const TraceRecord *record)
{
    narrator->known.items[record->host]++;
    narrator->known_total++;
    uint32_t running = narrator->running;
    if (running < 2 || running <= narrator->announced) return;
    if (narrator->known_total != running * running) return;
    narrator->announced = running;
    Line *line = new_line(LINE_ALL_KNOWN);
    line->number = running;
    narrator_add(narrator, record, line);
}

static void tell_state(Narrator *narrator, const TraceRecord *record)
{
    ClusterState now = record->u.SELF_STATE.state;
    if (host_before(narrator, record)->state == now) return;
    Line *line = new_line(now == STATE_OK ? LINE_STATE_OK : LINE_STATE_FAIL);
    LineKind opposite = now == STATE_OK ? LINE_STATE_FAIL : LINE_STATE_OK;
    for (uint32_t i = 0; i < narrator->lines.count; i++) {
        Line *other = narrator->lines.items[i];
        if (other->kind == opposite && bitset_has(other->who, record->host))
            narrator_close_line(narrator, other);
    }
    narrator_add(narrator, record, line);
}

/* --- failure detection --- */

/* Why a flag is taken away, §5.5. */
static const char *const clear_reasons[CLEAR_COUNT] = {
    [CLEAR_PFAIL] = "it answers",
    [CLEAR_REPLICA] = "it answers, and it is a replica",
    [CLEAR_NO_SLOTS] = "it answers, and it owns no slots",
    [CLEAR_NOBODY_SERVES] = "it answers, and nobody else serves its slots",
};

static bool tell_failure(Narrator *narrator, const TraceRecord *record)
{
    Line *line;
    if (record->type == TRACE_SUSPECTED) {
        line = new_line(LINE_SUSPECTED);
        line->peer = record->u.SUSPECTED.peer;
        line->span = record->u.SUSPECTED.silence;
        narrator_close(narrator, LINE_CLEARED, line->peer);
    } else if (record->type == TRACE_FAILED) {
        line = new_line(LINE_FAILED);
        line->peer = record->u.FAILED.peer;
        line->number = record->u.FAILED.reports;
        line->total = record->u.FAILED.quorum;
        narrator_close(narrator, LINE_SUSPECTED, line->peer);
    } else if (record->type == TRACE_FAIL_HEARD) {
        line = new_line(LINE_FAIL_HEARD);
        line->peer = record->u.FAIL_HEARD.peer;
        line->other = record->u.FAIL_HEARD.from;
    } else if (record->type == TRACE_CLEARED) {
        narrator_close(narrator, LINE_SUSPECTED, record->u.CLEARED.peer);
        narrator_close(narrator, LINE_FAILED, record->u.CLEARED.peer);
        narrator_close(narrator, LINE_FAIL_HEARD, record->u.CLEARED.peer);
        add_peer_line(narrator, record, LINE_CLEARED, record->u.CLEARED.peer,
                      clear_reasons[record->u.CLEARED.reason]);
        return true;
    } else {
        return false;
    }
    narrator_add(narrator, record, line);
    return true;
}

/* --- elections --- */

static void tell_refused(Narrator *narrator, const TraceRecord *record)
{
    ElectRefusal reason = record->u.ELECTION_REFUSED.reason;
    if (reason != ELECT_DATA_AGE && reason != ELECT_NO_FAILOVER) return; /* the others only wait */
    add_peer_line(narrator, record, LINE_BARRED, NODE_NONE, elect_word(reason));
}

static void tell_won(Narrator *narrator, const TraceRecord *record)
{
    Line *line = new_line(LINE_WON);
    uint16_t votes = narrator->votes.items[record->host];
    uint16_t size = host_before(narrator, record)->size;
    line->number = record->u.ELECTION_WON.epoch;
    text_append(&line->word, "%u of %u votes", votes, size);
    for (uint32_t i = 0; i < narrator->lines.count; i++) {
        Line *other = narrator->lines.items[i];
        if (other->kind == LINE_VOTED && other->number == line->number)
            narrator_close_line(narrator, other);
    }
    narrator_add(narrator, record, line);
}

static void tell_denied(Narrator *narrator, const TraceRecord *record)
{
    Line *line = new_line(LINE_DENIED);
    line->peer = record->u.VOTE_REFUSED.candidate;
    line->number = record->u.VOTE_REFUSED.epoch;
    text_append(&line->word, "%s", vote_word(record->u.VOTE_REFUSED.reason));
    narrator_add(narrator, record, line);
}

static void tell_delayed(Narrator *narrator, const TraceRecord *record)
{
    Line *line = new_line(LINE_DELAYED);
    append_role(narrator, record, &line->word);
    if (record->u.ELECTION_DELAYED.delay == 0) {
        text_append(&line->word, ", told to take over, need not wait");
    } else {
        text_append(&line->word, " waits ");
        text_append_span(&line->word, record->u.ELECTION_DELAYED.delay);
        text_append(&line->word, " (rank %u)", record->u.ELECTION_DELAYED.rank);
    }
    narrator_add(narrator, record, line);
}

static bool tell_election(Narrator *narrator, const TraceRecord *record)
{
    if (record->type == TRACE_ELECTION_DELAYED) {
        tell_delayed(narrator, record);
    } else if (record->type == TRACE_ELECTION_STARTED) {
        narrator->votes.items[record->host] = 0;
        add_number_line(narrator, record, LINE_ELECTION, NODE_NONE,
                        record->u.ELECTION_STARTED.epoch);
    } else if (record->type == TRACE_ELECTION_REFUSED) {
        tell_refused(narrator, record);
    } else if (record->type == TRACE_ELECTION_EXPIRED) {
        add_number_line(narrator, record, LINE_EXPIRED, NODE_NONE,
                        record->u.ELECTION_EXPIRED.epoch);
    } else if (record->type == TRACE_ELECTION_WON) {
        tell_won(narrator, record);
    } else if (record->type == TRACE_VOTE_GRANTED) {
        add_number_line(narrator, record, LINE_VOTED, record->u.VOTE_GRANTED.candidate,
                        record->u.VOTE_GRANTED.epoch);
    } else if (record->type == TRACE_VOTE_REFUSED) {
        tell_denied(narrator, record);
    } else if (record->type == TRACE_VOTE_COUNTED) {
        narrator->votes.items[record->host] = record->u.VOTE_COUNTED.votes;
    } else {
        return false;
    }
    return true;
}

/* --- roles, slots, epochs, replication --- */

static void tell_role(Narrator *narrator, const TraceRecord *record)
{
    RoleReason reason = record->u.ROLE_CHANGED.reason;
    if (reason == ROLE_COMMAND) return; /* the command has been told */
    if (reason == ROLE_PROMOTED || record->u.ROLE_CHANGED.primary == NODE_NONE)
        add_peer_line(narrator, record, LINE_PROMOTED, NODE_NONE, "");
    else
        add_peer_line(narrator, record, LINE_DEMOTED, record->u.ROLE_CHANGED.primary,
                      role_word(reason));
}

static void tell_slots(Narrator *narrator, const TraceRecord *record)
{
    Line *line = new_line(LINE_SLOTS);
    line->peer = record->u.SLOTS_MOVED.peer;
    line->number = record->u.SLOTS_MOVED.count;
    line->total = record->u.SLOTS_MOVED.epoch;
    narrator_add(narrator, record, line);
}

static void tell_update(Narrator *narrator, const TraceRecord *record)
{
    Line *line = new_line(LINE_CORRECTED);
    line->peer = record->u.UPDATE_WANTED.peer;
    line->other = record->u.UPDATE_WANTED.subject;
    line->number = record->u.UPDATE_WANTED.epoch;
    narrator_add(narrator, record, line);
}

/* Its first line is enough. */
static void tell_log(Narrator *narrator, const TraceRecord *record)
{
    Line *line = new_line(LINE_LOGGED);
    TraceText text = record->u.LOGGED.text;
    const char *end = text.size ? memchr(text.chars, '\n', text.size) : NULL;
    int size = end ? (int)(end - text.chars) : (int)text.size;
    text_append(&line->word, "%.*s", size, text.chars);
    narrator_add(narrator, record, line);
}

static void tell_configuration(Narrator *narrator, const TraceRecord *record)
{
    if (record->type == TRACE_ROLE_CHANGED) tell_role(narrator, record);
    else if (record->type == TRACE_SLOTS_MOVED) tell_slots(narrator, record);
    else if (record->type == TRACE_UPDATE_WANTED) tell_update(narrator, record);
    else if (record->type == TRACE_EPOCH_COLLISION)
        add_number_line(narrator, record, LINE_COLLISION, record->u.EPOCH_COLLISION.peer,
                        record->u.EPOCH_COLLISION.epoch);
    else if (record->type == TRACE_EPOCH_BUMPED)
        add_number_line(narrator, record, LINE_BUMPED, NODE_NONE, record->u.EPOCH_BUMPED.epoch);
    else if (record->type == TRACE_REPL_SYNCED)
        add_peer_line(narrator, record, LINE_SYNCED, record->u.REPL_SYNCED.primary,
                      record->u.REPL_SYNCED.full ? "full" : "partial");
    else if (record->type == TRACE_DATA_DROPPED)
        add_number_line(narrator, record, LINE_DROPPED, NODE_NONE, record->u.DATA_DROPPED.count);
    else if (record->type == TRACE_LOGGED) tell_log(narrator, record);
    else if (record->type == TRACE_IDENTIFIED)
        narrator_add(narrator, record, new_line(LINE_IDENTIFIED));
}

void narrator_event(Narrator *narrator, const TraceRecord *record)
{
    if (tell_process(narrator, record) || tell_failure(narrator, record) ||
        tell_election(narrator, record))
        return;
    if (record->type == TRACE_NET_RULE_ADDED) tell_rule_added(narrator, record);
    else if (record->type == TRACE_NET_RULE_REMOVED) tell_rule_removed(narrator, record);
    else if (record->type == TRACE_CALL_SENT) tell_call(narrator, record);
    else if (record->type == TRACE_CALL_REPLIED) tell_reply(narrator, record);
    else if (record->type == TRACE_PEER_ADDED) tell_known(narrator, record);
    else if (record->type == TRACE_PEER_REMOVED && narrator->known.items[record->host] > 0) {
        narrator->known.items[record->host]--;
        narrator->known_total--;
    } else if (record->type == TRACE_SELF_STATE) tell_state(narrator, record);
    else tell_configuration(narrator, record);
}
