/* nodesfile.c -- see nodesfile.h. */
#include "sim/cluster/nodesfile.h"

#include "sim/base/resp.h"

#include <inttypes.h>
#include <string.h>

#define FIELDS_MIN    8
#define FIELD_SLOTS   8
#define BUS_PORT_STEP 10000u

static const char CORRUPTED[] = "Unrecoverable error: corrupted cluster config file.";
static const char UNKNOWN_FLAG[] = "Unknown flag in redis cluster config file";
static const char ASSERTION[] = "=== ASSERTION FAILED ===";

/* Two passes over the lines: the first looks at the form alone, the second fills the disk in. */
typedef struct Reading {
    const NodesNames *names;
    BitPool *slots;
    NodeDisk *disk;
    Mem *mem;
    NodesProblem *problem;
    bool fills, has_self;
    NodeId *owner; /* by slot, second pass */
} Reading;

static bool refuse(Reading *reading, const char *log, const char *what, Slice shown)
{
    reading->problem->log = log;
    return error_set(&reading->problem->reason, "nodes.conf, line %" PRIu32 ": %s, not \"%.*s\"",
                     reading->problem->line, what, shown.size < 60 ? (int)shown.size : 60,
                     shown.size ? shown.chars : "");
}

/* A refusal in the words of whoever was asked. */
static bool refuse_names(Reading *reading, const Error *err)
{
    reading->problem->log = CORRUPTED;
    return error_set(&reading->problem->reason, "nodes.conf, line %" PRIu32 ": %s",
                     reading->problem->line, err->text);
}

/* --- words --- */

/* The part before `mark`, which is taken off *rest; all of it when there is none. */
static Slice cut(Slice *rest, char mark)
{
    if (rest->size == 0) return (Slice){0};
    const char *at = memchr(rest->chars, mark, rest->size);
    Slice part = {rest->chars, at ? (uint32_t)(at - rest->chars) : rest->size};
    uint32_t used = at ? part.size + 1 : rest->size;
    *rest = (Slice){rest->chars + used, rest->size - used};
    return part;
}

static bool has(Slice word, char mark)
{
    return word.size > 0 && memchr(word.chars, mark, word.size) != NULL;
}

/* atoi and strtoull: leading digits, 0 without any; a sign makes no slot or epoch. */
static uint64_t leading_digits(Slice word)
{
    uint64_t value = 0;
    for (uint32_t i = 0; i < word.size; i++) {
        if (word.chars[i] < '0' || word.chars[i] > '9') break;
        uint64_t digit = (uint64_t)(word.chars[i] - '0');
        if (value > (UINT64_MAX - digit) / 10) return UINT64_MAX;
        value = value * 10 + digit;
    }
    return value;
}

/* verifyClusterNodeId */
static bool is_id(Slice word)
{
    if (word.size != NODE_ID_SIZE) return false;
    for (uint32_t i = 0; i < word.size; i++) {
        char c = word.chars[i];
        if ((c < 'a' || c > 'z') && (c < '0' || c > '9')) return false;
    }
    return true;
}

static bool read_ip(Slice word, uint32_t *ip)
{
    *ip = 0;
    if (word.size == 0) return true;
    for (int i = 0; i < 4; i++) {
        Slice part = cut(&word, '.');
        uint64_t value = leading_digits(part);
        if (part.size == 0 || part.size > 3 || value > 255) return false;
        for (uint32_t c = 0; c < part.size; c++) {
            if (part.chars[c] < '0' || part.chars[c] > '9') return false;
        }
        *ip = *ip << 8 | (uint32_t)value;
    }
    return word.size == 0;
}

/* ip:port[@cport][,hostname] */
static bool read_addr(Reading *reading, Slice word, AddrState *addr)
{
    Slice rest = word, place = cut(&rest, ',');
    uint32_t colon = place.size;
    while (colon > 0 && place.chars[colon - 1] != ':') colon--;
    if (colon == 0) return refuse(reading, CORRUPTED, "an address is ip:port@bus-port", word);
    Slice ip = {place.chars, colon - 1}, bus = {place.chars + colon, place.size - colon};
    Slice port = cut(&bus, '@');
    uint64_t number = leading_digits(port);
    uint64_t bus_number = has(place, '@') ? leading_digits(bus) : number + BUS_PORT_STEP;
    if (!read_ip(ip, &addr->ip)) {
        return refuse(reading, CORRUPTED, "an address is IPv4 here, as 10.0.0.1:6379@16379", word);
    }
    if (number > UINT16_MAX || bus_number > UINT16_MAX)
        return refuse(reading, CORRUPTED, "a port is at most 65535", word);
    addr->port = (uint16_t)number;
    addr->bus_port = (uint16_t)bus_number;
    return true;
}

static bool read_flags(Reading *reading, Slice word, uint16_t *flags)
{
    static const struct {
        const char *word;
        uint16_t flag;
    } rows[] = {{"myself", FLAG_MYSELF}, {"master", FLAG_PRIMARY},
                {"slave", FLAG_REPLICA}, {"fail?", FLAG_PFAIL},
                {"fail", FLAG_FAIL},     {"handshake", FLAG_HANDSHAKE},
                {"noaddr", FLAG_NOADDR}, {"nofailover", FLAG_NOFAILOVER},
                {"noflags", 0}};
    Slice rest = word;
    bool more = true;
    *flags = 0;
    while (more) {
        more = has(rest, ',');
        Slice one = cut(&rest, ',');
        uint32_t row = 0;
        while (row < ARRAY_LENGTH(rows) && !slice_is(one, rows[row].word)) row++;
        if (row == ARRAY_LENGTH(rows)) {
            return refuse(reading, UNKNOWN_FLAG,
                          "flags are myself, master, slave, fail?, fail, handshake, noaddr, "
                          "nofailover or noflags",
                          one);
        }
        *flags |= rows[row].flag;
    }
    return true;
}

/* --- slots --- */

static bool read_number(Reading *reading, Slice word, Slice shown, uint32_t *slot)
{
    uint64_t value = leading_digits(word);
    if (value >= SLOT_COUNT)
        return refuse(reading, CORRUPTED, "a slot lies between 0 and 16383", shown);
    *slot = (uint32_t)value;
    return true;
}

/* The node of an ID, in the second pass; false after a refusal. */
static bool find_node(Reading *reading, Slice id, bool is_self, NodeId *node)
{
    Error err = {{0}};
    *node = reading->names->node(reading->names->state, id.chars, is_self, &err);
    return *node != NODE_NONE || refuse_names(reading, &err);
}

/* [slot->-id] or [slot-<-id] */
static bool read_open_slot(Reading *reading, Slice word)
{
    uint32_t slot = 0;
    NodeId node;
    Slice rest = {word.chars + 1, word.size - 1}, number = cut(&rest, '-');
    if (!has(word, '-')) return refuse(reading, ASSERTION, "an open slot is [slot->-id]", word);
    if (!read_number(reading, number, word, &slot)) return false;
    bool importing = rest.size == 0 || rest.chars[0] != '>';
    Slice tail = rest.size > 2 ? (Slice){rest.chars + 2, rest.size - 2} : (Slice){0};
    bool is_closed = has(tail, ']');
    Slice id = cut(&tail, ']');
    if (!is_closed || !is_id(id))
        return refuse(reading, CORRUPTED, "an open slot ends with a node ID and ]", word);
    if (!reading->fills) return true;
    if (!find_node(reading, id, false, &node)) return false;
    OpenSlot open = {(uint16_t)slot, node, importing};
    for (uint32_t i = reading->disk->open_slots.count; i-- > 0;) { /* the last one counts */
        const OpenSlot *old = &reading->disk->open_slots.items[i];
        if (old->slot == open.slot && old->importing == importing)
            array_remove(&reading->disk->open_slots, i);
    }
    array_push(reading->mem, &reading->disk->open_slots, open);
    return true;
}

static bool read_slots(Reading *reading, Slice word, NodeId node)
{
    uint32_t start = 0, stop = 0;
    if (word.size > 0 && word.chars[0] == '[') return read_open_slot(reading, word);
    Slice rest = word, first = cut(&rest, '-');
    if (!read_number(reading, first, word, &start)) return false;
    if (!read_number(reading, has(word, '-') ? rest : first, word, &stop)) return false;
    for (uint32_t slot = start; reading->fills && slot <= stop; slot++) {
        if (reading->owner[slot] == NODE_NONE) reading->owner[slot] = node;
    }
    return true;
}

/* --- lines --- */

static bool read_vars(Reading *reading, const Slices *words)
{
    if (words->count % 2 == 0)
        return refuse(reading, CORRUPTED, "vars come in pairs", words->items[words->count - 1]);
    for (uint32_t i = 1; reading->fills && i < words->count; i += 2) {
        uint64_t value = leading_digits(words->items[i + 1]);
        if (slice_is(words->items[i], "currentepoch")) reading->disk->current_epoch = value;
        if (slice_is(words->items[i], "lastvoteepoch")) reading->disk->last_vote_epoch = value;
    }
    return true;
}

static DiskPeer *need_peer(Reading *reading, NodeId node)
{
    NodeDisk *disk = reading->disk;
    array_reserve(reading->mem, &disk->peers, node + 1u);
    while (disk->peers.count <= node)
        disk->peers.items[disk->peers.count++] = (DiskPeer){.primary = NODE_NONE};
    return &disk->peers.items[node];
}

/* The record of a line whose form is right. */
static bool fill_peer(Reading *reading, const Slices *words, AddrState addr, uint16_t flags,
                      NodeId *node)
{
    Error err = {{0}};
    NodeId primary = NODE_NONE;
    AddrId id;
    bool is_self = (flags & FLAG_MYSELF) != 0;
    if (!find_node(reading, words->items[0], is_self, node)) return false;
    if (words->items[3].chars[0] != '-' && !find_node(reading, words->items[3], false, &primary))
        return false;
    if (!reading->names->addr(reading->names->state, *node, addr, &id, &err))
        return refuse_names(reading, &err);
    DiskPeer *peer = need_peer(reading, *node);
    bool follows = flags & FLAG_REPLICA && primary != NODE_NONE;
    *peer = (DiskPeer){.known = true,
                       .addr = id,
                       .flags = peer->flags | flags,
                       .primary = primary,
                       .pinged = leading_digits(words->items[4]) != 0,
                       .ponged = leading_digits(words->items[5]) != 0,
                       .epoch = follows ? 0 : leading_digits(words->items[6])};
    if (!is_self) return true;
    reading->disk->self = *node;
    reading->disk->knows_ip = addr.ip != 0;
    return true;
}

static bool read_node(Reading *reading, const Slices *words)
{
    AddrState addr = {0};
    uint16_t flags;
    NodeId node = NODE_NONE;
    Slice first = words->items[0];
    if (words->count < FIELDS_MIN)
        return refuse(reading, CORRUPTED, "a node's line has at least 8 fields", first);
    if (!is_id(first))
        return refuse(reading, CORRUPTED, "a node ID has 40 letters and digits", first);
    if (!read_addr(reading, words->items[1], &addr)) return false;
    if (!read_flags(reading, words->items[2], &flags)) return false;
    if (flags & FLAG_MYSELF && !reading->fills) {
        if (reading->has_self)
            return refuse(reading, ASSERTION, "one line only is that of myself", first);
        reading->has_self = true;
    }
    Slice primary = words->items[3];
    if (primary.size == 0 || (primary.chars[0] != '-' && !is_id(primary)))
        return refuse(reading, CORRUPTED, "the primary is - or a node ID", primary);
    if (flags & FLAG_HANDSHAKE) return true;
    if (reading->fills && !fill_peer(reading, words, addr, flags, &node)) return false;
    for (uint32_t i = FIELD_SLOTS; i < words->count; i++) {
        if (!read_slots(reading, words->items[i], node)) return false;
    }
    return true;
}

static bool read_lines(Reading *reading, Slice text)
{
    Slices words = {0};
    Text scratch = {0};
    bool fine = true;
    reading->problem->line = 0;
    while (fine && text.size > 0) {
        Slice line = cut(&text, '\n');
        reading->problem->line++;
        if (line.size == 0 || line.chars[0] == '\0') continue;
        fine = resp_split_line(line, &words, &scratch, NULL) ||
               refuse(reading, CORRUPTED, "quotes must be balanced", line);
        if (fine && words.count == 0)
            fine = refuse(reading, ASSERTION, "a line has words or is empty", line);
        else if (fine && slice_is(words.items[0], "vars")) fine = read_vars(reading, &words);
        else if (fine) fine = read_node(reading, &words);
    }
    array_deinit(NULL, &words);
    text_deinit(&scratch);
    return fine;
}

/* Owners by slot become sets by node. */
static void fill_slots(Reading *reading)
{
    NodeDisk *disk = reading->disk;
    for (uint32_t node = 0; node < disk->peers.count; node++) {
        uint64_t words[BITSET_WORDS(SLOT_COUNT)] = {0};
        if (!disk->peers.items[node].known) continue;
        for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) {
            if (reading->owner[slot] == node) bitset_add(words, slot);
        }
        disk->peers.items[node].slots = bitpool_intern(reading->slots, words);
    }
}

static bool fill(Reading *reading, Slice text)
{
    reading->fills = true;
    reading->owner = mem_alloc(NULL, SLOT_COUNT * sizeof(NodeId));
    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) reading->owner[slot] = NODE_NONE;
    bool fine = read_lines(reading, text);
    if (fine) fill_slots(reading);
    mem_free(NULL, reading->owner, SLOT_COUNT * sizeof(NodeId));
    if (fine) return true;
    node_disk_deinit(reading->disk, reading->mem);
    *reading->disk = (NodeDisk){.self = NODE_NONE};
    return false;
}

bool nodesfile_read(Slice text, const NodesNames *names, BitPool *slots, NodeDisk *disk, Mem *mem,
                    NodesProblem *problem)
{
    Reading reading = {
        .names = names, .slots = slots, .disk = disk, .mem = mem, .problem = problem};
    *problem = (NodesProblem){0};
    if (text.size == 0) return true;
    if (!read_lines(&reading, text)) return false;
    if (!reading.has_self) {
        problem->line = 0;
        problem->log = CORRUPTED;
        return error_set(&problem->reason, "nodes.conf: no line is that of myself");
    }
    return fill(&reading, text);
}
