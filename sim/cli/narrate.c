/* narrate.c -- reads the records, gathers lines and writes them when nothing can join them any
 * more.
 *
 * A line is open from its first event for the moment that its row says (phrase.c). An event of the
 * same kind and key within that moment joins it. When CROWD lines of one kind are open and their
 * row has a sentence for many, they become one. Lines are written in the order of their first
 * events. */
#include "sim/cli/narrate_inside.h"

#include "sim/base/assert.h"

#include <string.h>

#define CROWD    4  /* so many lines of one kind are too many to be told one by one */
#define TOO_MANY 12 /* so many may become one even if somebody then is among its own peers */

Narrator *narrator_create(const Trace *trace, Printer *printer)
{
    Narrator *narrator = mem_alloc(NULL, sizeof(*narrator));
    narrator->trace = trace;
    narrator->printer = printer;
    state_init(&narrator->state, NULL);
    return narrator;
}

static void free_line(Line *line)
{
    text_deinit(&line->word);
    mem_free(NULL, line, sizeof(*line));
}

void narrator_destroy(Narrator *narrator)
{
    if (!narrator) return;
    for (uint32_t i = 0; i < narrator->lines.count; i++) free_line(narrator->lines.items[i]);
    array_deinit(NULL, &narrator->lines);
    array_deinit(NULL, &narrator->known);
    array_deinit(NULL, &narrator->votes);
    state_deinit(&narrator->state);
    mem_free(NULL, narrator, sizeof(*narrator));
}

/* --- gathering --- */

static bool same_word(const Line *a, const Line *b)
{
    return strcmp(text_chars(&a->word), text_chars(&b->word)) == 0;
}

/* May `line` take in what `other` says, as far as their keys go? */
static bool may_join(const Line *line, const Line *other)
{
    uint8_t key = phrase_row(line->kind)->key;
    if (line->kind != other->kind || key & KEY_WHO) return false;
    if (key & KEY_PEER && line->peer != other->peer) return false;
    if (key & KEY_OTHER && line->other != other->other) return false;
    if (key & KEY_NUMBER && line->number != other->number) return false;
    return !(key & KEY_WORD) || same_word(line, other);
}

/* Takes `other` into `line` and frees it. */
static void join(Line *line, Line *other)
{
    for (uint32_t i = 0; i < BITSET_WORDS_HOSTS; i++) line->who[i] |= other->who[i];
    for (uint32_t i = 0; i < NODES_MAX / 64; i++) line->peers[i] |= other->peers[i];
    if (!(phrase_row(line->kind)->key & KEY_WORD)) text_clear(&line->word); /* it was about one */
    free_line(other);
}

/* Could `other` be told together with `line`: same kind, same topic, begun in its moment? */
static bool is_sibling(const Line *line, const Line *other)
{
    return line->kind == other->kind && line->topic == other->topic &&
           other->time <= line->time + phrase_row(line->kind)->moment_ms * SIM_MS &&
           memcmp(text_chars(&line->word), text_chars(&other->word), line->topic) == 0;
}

static SimTime moment_end(const Line *line)
{
    return line->time + phrase_row(line->kind)->moment_ms * SIM_MS;
}

static bool is_open(const Line *line, SimTime now)
{
    return !line->closed && now <= moment_end(line);
}

/* The line that the first one has to wait for: itself while it is open, or one that could be told
 * together with it; NULL when there is none. */
static const Line *find_open(const Narrator *narrator, SimTime now)
{
    const Line *line = narrator->lines.items[0];
    if (is_open(line, now)) return line;
    for (uint32_t i = 1; phrase_row(line->kind)->many && i < narrator->lines.count; i++) {
        const Line *other = narrator->lines.items[i];
        if (is_open(other, now) && is_sibling(line, other)) return other;
    }
    return NULL;
}

/* If the two became one: would somebody do this to itself? */
static bool would_mix(const Narrator *narrator, const Line *line, const Line *other)
{
    for (uint32_t i = 0; i < narrator->state.nodes.count; i++) {
        HostId host = narrator->state.nodes.items[i].host;
        bool is_peer = bitset_has(line->peers, i) || bitset_has(other->peers, i);
        if (is_peer && (bitset_has(line->who, host) || bitset_has(other->who, host))) return true;
    }
    return false;
}

/* How lines of one kind may become one. */
typedef enum Gathering {
    GATHER_SAME,  /* those of the same hosts */
    GATHER_APART, /* all, unless somebody would then do it to itself */
    GATHER_ALL
} Gathering;

static bool belongs(const Narrator *narrator, const Line *other, Gathering gathering)
{
    const Line *line = narrator->lines.items[0];
    uint8_t key = phrase_row(line->kind)->key;
    if (!is_sibling(line, other)) return false;
    if (gathering == GATHER_SAME)
        return key & KEY_PEER && memcmp(line->who, other->who, sizeof(line->who)) == 0;
    return gathering == GATHER_ALL || !(key & KEY_APART) || !would_mix(narrator, line, other);
}

static uint32_t count_siblings(const Narrator *narrator)
{
    uint32_t count = 0;
    for (uint32_t i = 1; i < narrator->lines.count; i++)
        count += is_sibling(narrator->lines.items[0], narrator->lines.items[i]);
    return count;
}

static void gather(Narrator *narrator, Gathering gathering)
{
    Line *line = narrator->lines.items[0];
    uint32_t kept = 1;
    for (uint32_t i = 1; i < narrator->lines.count; i++) {
        Line *other = narrator->lines.items[i];
        if (!belongs(narrator, other, gathering)) {
            narrator->lines.items[kept++] = other;
            continue;
        }
        if (!line->crowd && line->topic > 0) { /* of commands, only what all of them share */
            line->word.size = line->topic;
            line->word.chars[line->topic] = '\0';
        }
        line->crowd = true;
        join(line, other);
    }
    narrator->lines.count = kept;
}

/* Takes into the first line those that are told together with it. */
static void gather_crowd(Narrator *narrator)
{
    uint32_t siblings = count_siblings(narrator);
    gather(narrator, siblings + 1 < CROWD ? GATHER_SAME : GATHER_APART);
    uint32_t left = count_siblings(narrator);
    if (left >= TOO_MANY && left > siblings * 9 / 10) gather(narrator, GATHER_ALL);
}

/* --- writing --- */

void narrator_begin(Narrator *narrator, BlockKind block)
{
    bool apart = narrator->block != block || block == BLOCK_SAY || block == BLOCK_ASK;
    if (narrator->block != BLOCK_NONE && apart) text_append(&narrator->printer->out, "\n");
    narrator->block = block;
}

void narrator_timed(Narrator *narrator, SimTime time, const char *text, Style style)
{
    Text clock = {0}, first = {0};
    narrator_begin(narrator, BLOCK_EVENTS);
    text_append_time(&clock, time);
    text_append(&first, "%10s  ", text_chars(&clock));
    printer_wrap(narrator->printer, text_chars(&first), STYLE_FAINT, text, style);
    text_deinit(&clock);
    text_deinit(&first);
}

static void write_line(Narrator *narrator, const Line *line)
{
    Text text = {0};
    phrase_text(line, &narrator->state, &text);
    narrator_timed(narrator, line->time, text_chars(&text), (Style)phrase_row(line->kind)->style);
    text_deinit(&text);
}

/* Writes the lines at the front that are complete. */
static void write_complete(Narrator *narrator, SimTime now)
{
    if (now <= narrator->quiet_until) return;
    while (narrator->lines.count > 0) {
        Line *line = narrator->lines.items[0];
        const Line *open = find_open(narrator, now);
        if (open) {
            narrator->quiet_until = moment_end(open); /* unless it is closed before */
            return;
        }
        if (phrase_row(line->kind)->many) gather_crowd(narrator);
        write_line(narrator, line);
        free_line(line);
        array_remove(&narrator->lines, 0);
    }
}

void narrator_close_line(Narrator *narrator, Line *line)
{
    line->closed = true;
    narrator->quiet_until = 0;
}

void narrator_flush(Narrator *narrator)
{
    for (uint32_t i = 0; i < narrator->lines.count; i++)
        narrator_close_line(narrator, narrator->lines.items[i]);
    write_complete(narrator, SIM_TIME_NEVER);
}

void narrator_close(Narrator *narrator, LineKind kind, NodeId peer)
{
    for (uint32_t i = 0; i < narrator->lines.count; i++) {
        Line *line = narrator->lines.items[i];
        if (line->kind == kind && line->peer == peer) narrator_close_line(narrator, line);
    }
}

/* --- joining --- */

void narrator_add(Narrator *narrator, const TraceRecord *record, Line *line)
{
    line->time = record->time;
    if (record->host != HOST_NONE) bitset_add(line->who, record->host);
    if (line->peer != NODE_NONE) bitset_add(line->peers, line->peer);
    for (uint32_t i = 0; i < narrator->lines.count; i++) {
        Line *open = narrator->lines.items[i];
        if (!is_open(open, record->time) || !may_join(open, line)) continue;
        join(open, line);
        return;
    }
    array_push(NULL, &narrator->lines, line);
}

/* --- reading --- */

static void read_record(Narrator *narrator, const TraceRecord *record)
{
    Error err = {{0}};
    write_complete(narrator, record->time);
    if (!narrator_story(narrator, record)) narrator_event(narrator, record);
    bool folded = state_apply(&narrator->state, record, &err);
    SIM_ASSERT(folded); /* the reader of files has checked theirs, the simulator writes no others */
}

void narrator_read(Narrator *narrator)
{
    while (narrator->state.seq < trace_count(narrator->trace)) {
        TraceRecord record;
        trace_get(narrator->trace, narrator->state.seq + 1, &record);
        read_record(narrator, &record);
    }
}

void narrator_finish(Narrator *narrator)
{
    narrator_read(narrator);
    narrator_flush(narrator);
    narrator_answer(narrator);
}
