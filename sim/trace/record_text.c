/* record_text.c -- a record as one line for people.
 *
 *     12.460 n2 suspects n1 (silence 5.1 s)
 *
 * A type has a phrase with its fields in braces; one without a phrase gets its text from the table
 * and all its fields. In a phrase {peer}          is the value of the field `peer` {up?up:down} is
 * the first word when the field is not 0, no and none, else the second {primary|none}  is the
 * value, or the word when it is 0, no or none Names come from the state, which may be of any moment
 * near the record. */
#include "sim/trace/state.h"

#include "sim/base/assert.h"
#include "sim/base/bitset.h"

#include <inttypes.h>
#include <string.h>

/* clang-format off */
static const char *const phrases[TRACE_TYPE_COUNT] = {
    [TRACE_HOST_ADDED] = "is added at {addr}{zone? in zone :}{zone|} (node timeout {node_timeout_ms} ms)",
    [TRACE_NODE_DEFINED] = "is node {id}",
    [TRACE_PROCESS_STARTED] = "starts as {node} {fresh?with an empty disk:from its disk}",
    [TRACE_PROCESS_EXITED] = "dies ({reason})",
    [TRACE_PROCESS_FROZEN] = "freezes",
    [TRACE_PROCESS_THAWED] = "thaws",
    [TRACE_PROCESS_SLOWED] = "takes {permille}/1000 of its usual time",
    [TRACE_NET_RULE_REMOVED] = "network rule {rule} ends",
    [TRACE_TITLE] = "title \"{text}\"",
    [TRACE_STEP] = "step \"{text}\"",
    [TRACE_SAY] = "says \"{text}\"",
    [TRACE_PREDICT] = "asks \"{question}\" (choices {choices}; answer {answer})",
    [TRACE_PREDICTED] = "the answer given is {choice}",
    [TRACE_EXPECT] = "expects \"{text}\": {held?held:failed}",
    [TRACE_REPORT] = "reports {name} = {value}",
    [TRACE_COMMAND] = "command \"{line}\"",
    [TRACE_CALL_SENT] = "is asked \"{command}\" (call {call})",
    [TRACE_CALL_REPLIED] = "replies \"{reply}\" (call {call})",
    [TRACE_MSG_SENT] =
        "sends {kind} to {to|a lost address} (message {msg}, {bytes} bytes, epoch {epoch}, due {due|unknown})",
    [TRACE_MSG_RECEIVED] = "receives {kind} from {from} (message {msg})",
    [TRACE_MSG_LOST] = "loses message {msg} ({reason})",
    [TRACE_SELF_EPOCHS] = "is in epoch {current}, last voted in {last_vote|none}",
    [TRACE_SELF_STATE] = "says cluster_state:{state} (size {size})",
    [TRACE_SELF_ELECTION] =
        "may ask for votes at {auth_ms|no} ms of its clock (rank {rank}, {sent?asked:not asked}, {votes} votes, "
        "epoch {epoch})",
    [TRACE_SELF_REPL] = "replicates {primary|nobody} ({link})",
    [TRACE_SELF_OFFSET] = "is at replication offset {offset}",
    [TRACE_PEER_ADDED] = "knows {peer} at {addr} as {flags}",
    [TRACE_PEER_REMOVED] = "forgets {peer}",
    [TRACE_PEER_FLAGS] = "sees {peer} as {flags}",
    [TRACE_PEER_EPOCH] = "sees {peer} at config epoch {epoch}",
    [TRACE_PEER_SLOTS] = "sees {peer} with slots {slots}",
    [TRACE_PEER_PRIMARY] = "sees {peer} with primary {primary|none}",
    [TRACE_PEER_ADDR] = "sees {peer} at {addr}",
    [TRACE_PEER_UP] = "has its link to {peer} {up?up:down}",
    [TRACE_PEER_LINK] = "has a link object to {peer}: {link}",
    [TRACE_PEER_PING] =
        "{ping_ms?waits for a pong of:has none to wait for from} {peer}{ping_ms? since :}{ping_ms|}"
        "{ping_ms? ms of its clock:}",
    [TRACE_PEER_PONG] = "heard of a pong of {peer} at {pong_ms} ms of its clock",
    [TRACE_PEER_OFFSET] = "sees {peer} at replication offset {offset}",
    [TRACE_REPORT_ADDED] = "notes that {reporter} reports {peer} as failing",
    [TRACE_REPORT_REMOVED] = "no longer counts the report of {reporter} on {peer}",
    [TRACE_HANDSHAKE_ADDED] = "begins handshake {handshake} with {addr} (temporary ID {id})",
    [TRACE_HANDSHAKE_REMOVED] = "ends handshake {handshake}",
    [TRACE_SUSPECTED] = "suspects {peer} (silence {silence})",
    [TRACE_FAILED] = "marks {peer} as failing ({reports} reports, {quorum} needed)",
    [TRACE_FAIL_HEARD] = "is told of the failure of {peer} by {from}",
    [TRACE_CLEARED] = "clears {peer} ({reason})",
    [TRACE_ELECTION_DELAYED] = "schedules an election in {delay} (rank {rank}, offset {offset})",
    [TRACE_ELECTION_STARTED] = "asks for votes in epoch {epoch}",
    [TRACE_ELECTION_REFUSED] = "may not be elected ({reason})",
    [TRACE_ELECTION_EXPIRED] = "lost the election of epoch {epoch}",
    [TRACE_ELECTION_WON] = "won the election of epoch {epoch}",
    [TRACE_VOTE_GRANTED] = "votes for {candidate} in epoch {epoch}",
    [TRACE_VOTE_REFUSED] = "denies {candidate} a vote in epoch {epoch} ({reason})",
    [TRACE_VOTE_COUNTED] = "got the vote of {voter} ({votes} of {needed})",
    [TRACE_ROLE_CHANGED] = "becomes {primary?a replica of :a primary}{primary|} ({reason})",
    [TRACE_SLOTS_MOVED] = "rebinds {count} slots to {peer} (epoch {epoch})",
    [TRACE_UPDATE_WANTED] = "corrects {peer} about {subject} (epoch {epoch})",
    [TRACE_EPOCH_COLLISION] = "has the same epoch {epoch} as {peer}",
    [TRACE_EPOCH_BUMPED] = "bumps its epoch to {epoch}",
    [TRACE_REPL_SYNCED] = "is in sync with {primary} ({full?full:partial} synchronisation, offset {offset})",
    [TRACE_SAVED] = "saves nodes.conf{fsync? and waits for the disk:}",
    [TRACE_CLIENT_ADDED] = "is added as a client at {addr}{zone? in zone :}{zone|}",
    [TRACE_CONN_OPENED] = "connects to {to|nobody} (connection {conn})",
    [TRACE_CONN_ENDED] = "has no connection {conn} to {to|nobody} any more ({reason})",
    [TRACE_REQUEST_SENT] = "sends \"{command}\" to {to|nobody} (call {call})",
    [TRACE_REQUEST_ENDED] = "gets \"{reply}\" from {to|nobody} (call {call})",
    [TRACE_WRITE_ENDED] = "wrote {key} = {value} at {to|nobody}: {end} after {took}",
    [TRACE_DATA_DROPPED] = "drops the keys of {count} slots",
    [TRACE_SLOT_OPENED] = "{importing?imports:migrates} slot {slot} {importing?from:to} {peer}",
    [TRACE_SLOT_CLOSED] = "{importing?imports:migrates} slot {slot} no more",
    [TRACE_LOGGED] = "logs {text}",
    [TRACE_IDENTIFIED] = "has a new identity: {node}",
    [TRACE_SLOT_KEYS] = "has {keys} keys in slot {slot}",
};
/* clang-format on */

/* --- values --- */

/* A text on one line: control characters and quotes are escaped. */
static void append_text(Text *out, TraceText text)
{
    for (uint32_t i = 0; i < text.size; i++) {
        char c = text.chars[i];
        if (c == '\n') text_append(out, "\\n");
        else if (c == '"' || c == '\\') text_append(out, "\\%c", c);
        else if ((unsigned char)c < 32 || c == 127) text_append(out, "\\x%02x", (unsigned)c);
        else text_append_bytes(out, &c, 1);
    }
}

static void append_host(Text *out, const TraceState *state, HostId host)
{
    if (host < state->hosts.count) text_append(out, "%s", state->hosts.items[host].name);
    else if (host == HOST_NONE) text_append(out, "nobody");
    else text_append(out, "host %u", host);
}

void trace_node_name(const TraceState *state, NodeId node, Text *out)
{
    if (node >= state->nodes.count) {
        if (node == NODE_NONE) text_append(out, "nobody");
        else text_append(out, "node %u", node);
        return;
    }
    HostId host = state->nodes.items[node].host;
    append_host(out, state, host);
    uint32_t earlier = 0;
    for (uint32_t i = 0; i < node; i++) earlier += state->nodes.items[i].host == host;
    if (earlier > 0) text_append(out, "#%" PRIu32, earlier + 1);
}

static void append_addr(Text *out, const TraceState *state, AddrId addr)
{
    if (addr >= state->addrs.count || addr == ADDR_NONE) {
        text_append(out, addr == ADDR_NONE ? "no address" : "an unknown address");
        return;
    }
    const AddrState *row = &state->addrs.items[addr];
    text_append(out, "%u.%u.%u.%u:%u", row->ip >> 24, row->ip >> 16 & 255, row->ip >> 8 & 255,
                row->ip & 255, row->port);
    if (row->bus_port != row->port + 10000) text_append(out, "@%u", row->bus_port);
}

#define RANGES_SHOWN 60 /* characters */

static void append_slots(Text *out, const TraceState *state, SlotsId slots)
{
    if (slots >= bitpool_count(state->slots)) {
        text_append(out, "set %" PRIu32, slots);
        return;
    }
    if (slots == SLOTS_EMPTY) {
        text_append(out, "none");
        return;
    }
    Text ranges = {0};
    text_append_ranges(&ranges, bitpool_words(state->slots, slots), SLOT_COUNT, ' ');
    uint32_t size = ranges.size;
    if (size > RANGES_SHOWN) {
        size = RANGES_SHOWN;
        while (ranges.chars[size] != ' ') size--;
    }
    text_append_bytes(out, text_chars(&ranges), size);
    if (size < ranges.size) text_append(out, " ...");
    text_append(out, " (%" PRIu32 " slots)", bitpool_members(state->slots, slots));
    text_deinit(&ranges);
}

void trace_flags_text(uint16_t flags, Text *out)
{
    static const char *const words[] = {"primary",    "replica",   "pfail",  "fail",
                                        "myself",     "handshake", "noaddr", "meet",
                                        "migrate_to", "nofailover"};
    bool first = true;
    for (uint32_t bit = 0; bit < 16; bit++) {
        if (!(flags >> bit & 1)) continue;
        if (!first) text_append(out, ",");
        if (bit < ARRAY_LENGTH(words)) text_append(out, "%s", words[bit]);
        else text_append(out, "bit%" PRIu32, bit);
        first = false;
    }
    if (first) text_append(out, "noflags");
}

/* --- one field, generated from the table --- */

/* clang-format off */
#define SHOW_NUMBER(v) text_append(out, "%" PRIu64, (uint64_t)(v))
#define SHOW_ADDR(v) append_addr(out, state, v)
#define SHOW_HOST(v) append_host(out, state, v)
#define SHOW_NODE(v) trace_node_name(state, v, out)
#define SHOW_SLOTS(v) append_slots(out, state, v)
#define SHOW_BOOL(v) text_append(out, "%s", (v) ? "yes" : "no")
#define SHOW_U8(v) SHOW_NUMBER(v)
#define SHOW_U16(v) SHOW_NUMBER(v)
#define SHOW_U32(v) SHOW_NUMBER(v)
#define SHOW_U64(v) SHOW_NUMBER(v)
#define SHOW_EPOCH(v) SHOW_NUMBER(v)
#define SHOW_FLAGS(v) trace_flags_text(v, out)
#define SHOW_TIME(v) text_append_time(out, v)
#define SHOW_SPAN(v) text_append_span(out, v)
#define SHOW_TEXT(v) append_text(out, v)
#define SHOW_ENUM_EXIT(v) text_append(out, "%s", exit_word(v))
#define SHOW_ENUM_MSG(v) text_append(out, "%s", msg_word(v))
#define SHOW_ENUM_LOST(v) text_append(out, "%s", lost_word(v))
#define SHOW_ENUM_STATE(v) text_append(out, "%s", state_word(v))
#define SHOW_ENUM_REPL(v) text_append(out, "%s", repl_word(v))
#define SHOW_ENUM_LINK(v) text_append(out, "%s", plink_word(v))
#define SHOW_ENUM_CLEAR(v) text_append(out, "%s", clear_word(v))
#define SHOW_ENUM_ELECT(v) text_append(out, "%s", elect_word(v))
#define SHOW_ENUM_VOTE(v) text_append(out, "%s", vote_word(v))
#define SHOW_ENUM_ROLE(v) text_append(out, "%s", role_word(v))
#define SHOW_ENUM_HANGUP(v) text_append(out, "%s", hangup_word(v))
#define SHOW_ENUM_WRITE(v) text_append(out, "%s", write_word(v))
/* clang-format on */

/* The field that a phrase names. */
typedef struct FieldName {
    const char *chars; /* not NUL-terminated */
    size_t size;
} FieldName;

static bool is_wanted(FieldName wanted, const char *name)
{
    return strlen(name) == wanted.size && memcmp(name, wanted.chars, wanted.size) == 0;
}

/* Appends the value of the field; false when the type has no such field. */
static bool show_field(const TraceRecord *record, const TraceState *state, FieldName wanted,
                       Text *out)
{
    switch ((TraceType)record->type) {
#define F(kind, name)                                                                              \
    if (is_wanted(wanted, #name)) {                                                                \
        SHOW_##kind(payload->name);                                                                \
        return true;                                                                               \
    }
#define TRACE_EVENT(NAME, level, text, fields)                                                     \
    case TRACE_##NAME: {                                                                           \
        const Trace##NAME *payload = &record->u.NAME;                                              \
        (void)payload;                                                                             \
        fields break;                                                                              \
    }
#include "sim/trace/trace_events.def"
#undef TRACE_EVENT
#undef F
    case TRACE_TYPE_COUNT: SIM_ASSERT(false);
    }
    return false;
}

/* --- phrases --- */

/* The words that stand for "there is none" in the values above. */
static bool is_nothing(const char *value)
{
    static const char *const words[] = {"",       "0",          "no",    "none",
                                        "nobody", "no address", "0.000", "0 us"};
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
        if (strcmp(value, words[i]) == 0) return true;
    }
    return false;
}

/* Fills in one pair of braces; `braces` is what stands between them. */
static void fill_in(const TraceRecord *record, const TraceState *state, FieldName braces, Text *out)
{
    size_t size = 0;
    while (size < braces.size && braces.chars[size] != '?' && braces.chars[size] != '|') size++;
    Text value = {0};
    bool found = show_field(record, state, (FieldName){braces.chars, size}, &value);
    SIM_ASSERT(found);
    bool nothing = is_nothing(text_chars(&value));

    const char *rest = braces.chars + size;
    uint32_t left = (uint32_t)(braces.size - size);
    if (left > 0 && *rest == '?') {
        const char *colon = memchr(rest, ':', left);
        SIM_ASSERT(colon != NULL);
        const char *end = rest + left;
        if (nothing) text_append_bytes(out, colon + 1, (uint32_t)(end - colon - 1));
        else text_append_bytes(out, rest + 1, (uint32_t)(colon - rest - 1));
    } else if (left > 0 && nothing) {
        text_append_bytes(out, rest + 1, left - 1);
    } else {
        text_append_bytes(out, text_chars(&value), value.size);
    }
    text_deinit(&value);
}

static void append_phrase(const TraceRecord *record, const TraceState *state, const char *phrase,
                          Text *out)
{
    while (*phrase != '\0') {
        const char *open = strchr(phrase, '{');
        if (!open) break;
        const char *close = strchr(open, '}');
        SIM_ASSERT(close != NULL);
        text_append_bytes(out, phrase, (uint32_t)(open - phrase));
        fill_in(record, state, (FieldName){open + 1, (size_t)(close - open - 1)}, out);
        phrase = close + 1;
    }
    text_append(out, "%s", phrase);
}

/* For a type without a phrase: the text of the table and every field. */
static void append_generated(const TraceRecord *record, const TraceState *state, Text *out)
{
    static const char *const fields[TRACE_TYPE_COUNT] = {
#define F(kind, name)                          #name "\0"
#define TRACE_EVENT(NAME, level, text, fields) [TRACE_##NAME] = fields "",
#include "sim/trace/trace_events.def"
#undef TRACE_EVENT
#undef F
    };
    text_append(out, "%s", trace_type_text((TraceType)record->type));
    const char *separator = " (";
    for (const char *name = fields[record->type]; *name != '\0'; name += strlen(name) + 1) {
        text_append(out, "%s%s ", separator, name);
        show_field(record, state, (FieldName){name, strlen(name)}, out);
        separator = ", ";
    }
    if (separator[0] == ',') text_append(out, ")");
}

/* --- texts that are more than their fields --- */

/* Definitions say what they define, which the state may not know yet. */
static void append_addr_defined(const TraceRecord *record, Text *out)
{
    const TraceADDR_DEFINED *addr = &record->u.ADDR_DEFINED;
    text_append(out, "address %" PRIu32 " is %u.%u.%u.%u:%u@%u", addr->addr, addr->ip >> 24,
                addr->ip >> 16 & 255, addr->ip >> 8 & 255, addr->ip & 255, addr->port,
                addr->bus_port);
}

static void append_slots_defined(const TraceRecord *record, Text *out)
{
    TraceText ranges = record->u.SLOTS_DEFINED.ranges;
    bool fits = ranges.size <= RANGES_SHOWN;
    text_append(out, "slot set %" PRIu32 " is ", record->u.SLOTS_DEFINED.slots);
    append_text(out, (TraceText){ranges.chars, fits ? ranges.size : RANGES_SHOWN});
    if (!fits) text_append(out, "...");
}

#define HOSTS_SHOWN 6

static void append_hosts(Text *out, const TraceState *state, TraceText ranges)
{
    Text chars = {0};
    uint64_t words[BITSET_WORDS_HOSTS];
    text_append_bytes(&chars, ranges.chars, ranges.size);
    bool read = text_parse_ranges(text_chars(&chars), words, HOSTS_MAX, NULL);
    text_deinit(&chars);
    uint32_t count = read ? bitset_count(words, BITSET_WORDS_HOSTS) : 0;
    if (count == 0 || count > HOSTS_SHOWN) {
        text_append(out, "%" PRIu32 " hosts", count);
        return;
    }
    const char *separator = "";
    uint32_t host = bitset_next(words, HOSTS_MAX, 0);
    for (; host < HOSTS_MAX; host = bitset_next(words, HOSTS_MAX, host + 1)) {
        text_append(out, "%s", separator);
        append_host(out, state, (HostId)host);
        separator = " ";
    }
}

static void append_rule(const TraceRecord *record, const TraceState *state, Text *out)
{
    const TraceNET_RULE_ADDED *rule = &record->u.NET_RULE_ADDED;
    text_append(out, "network rule %" PRIu32 ": ", rule->rule);
    append_hosts(out, state, rule->from);
    text_append(out, rule->oneway ? " -> " : " <-> ");
    append_hosts(out, state, rule->to);
    if (rule->cut) text_append(out, ", cut");
    if (rule->loss_ppm > 0) text_append(out, ", loss %" PRIu32 " ppm", rule->loss_ppm);
    if (rule->latency > 0) {
        text_append(out, ", latency +");
        text_append_span(out, rule->latency);
    }
    if (rule->jitter > 0) {
        text_append(out, ", jitter +");
        text_append_span(out, rule->jitter);
    }
    if (rule->bytes_per_s > 0) text_append(out, ", at most %" PRIu64 " B/s", rule->bytes_per_s);
}

void trace_record_text(const TraceRecord *record, const TraceState *state, Text *out)
{
    SIM_ASSERT(record->type < TRACE_TYPE_COUNT);

    text_append_time(out, record->time);
    text_append(out, " ");
    bool is_new = record->host >= state->hosts.count;
    if (record->type == TRACE_CLIENT_ADDED && is_new) {
        append_text(out, record->u.CLIENT_ADDED.name);
    } else if (record->type == TRACE_HOST_ADDED && is_new) {
        append_text(out, record->u.HOST_ADDED.name); /* the state before it has no name yet */
        text_append(out, " ");
    } else if (record->host != HOST_NONE) {
        append_host(out, state, record->host);
        text_append(out, " ");
    }
    const char *phrase = phrases[record->type];
    if (record->type == TRACE_ADDR_DEFINED) append_addr_defined(record, out);
    else if (record->type == TRACE_SLOTS_DEFINED) append_slots_defined(record, out);
    else if (record->type == TRACE_NET_RULE_ADDED) append_rule(record, state, out);
    else if (phrase) append_phrase(record, state, phrase, out);
    else append_generated(record, state, out);
}
