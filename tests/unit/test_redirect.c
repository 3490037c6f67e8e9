/* test_redirect.c -- the decision table of protocol.md §9.4 over the whole product of slot state,
 * role, command and flags. What is wanted is computed here, by rules written after the rows of §9.4
 * in their order; they share nothing with sim/server/redirect.c, not even how keys are found: each
 * command below says itself what its keys are. */
#include "sim/cluster/slots.h"
#include "sim/server/redirect.h"
#include "tests/unit/desk.h"

#include <CUnit/CUnit.h>

#include <stdio.h>
#include <string.h>

/* All keys of the table are in slot 5061, but for `foo`, which is in 12182. */
#define SLOT      5061
#define SOMEBODY  ((NodeId)3)  /* the other owner */
#define STRANGER  ((NodeId)4)  /* a primary that owns something else */
#define TARGET    ((NodeId)9)  /* of MIGRATING */
#define SOURCE    ((NodeId)10) /* of IMPORTING */
#define NOW_MS    1000
#define LINES_MAX 2

/* --- the four axes of the product --- */

typedef enum Owner { NOBODY, MINE, OTHERS } Owner;

typedef struct SlotCase {
    const char *name;
    Owner owner;
    bool migrating, importing; /* the marks that stand, whether they mean anything or not */
    bool to_self;              /* MIGRATING to the node itself, which SETSLOT allows */
} SlotCase;

static const SlotCase SLOT_CASES[] = {
    {"unassigned", NOBODY, false, false, false},
    {"unassigned, importing", NOBODY, false, true, false},
    {"mine", MINE, false, false, false},
    {"mine, migrating", MINE, true, false, false},
    {"mine, migrating to myself", MINE, true, false, true},
    {"mine, importing", MINE, false, true, false},
    {"mine, migrating and importing", MINE, true, true, false},
    {"other's", OTHERS, false, false, false},
    {"other's, migrating", OTHERS, true, false, false},
    {"other's, importing", OTHERS, false, true, false},
    {"other's, migrating and importing", OTHERS, true, true, false},
};

typedef enum Role { PRIMARY, REPLICA_OF_OWNER, REPLICA_OF_STRANGER } Role;
static const char *const ROLE_NAMES[] = {"primary", "replica of the owner", "replica of another"};

/* {bar}1 and {bar}2 are here, {bar}3 and {bar}4 are not, {bar}5 is here and has expired. */
typedef struct CommandCase {
    const char *name;
    const char *lines[LINES_MAX]; /* one command, or for EXEC the queued ones */
    bool exec;
    uint32_t keys; /* 0: none; channels count */
    bool several;  /* distinct keys */
    bool crossing;
    uint32_t present, missing; /* as §9.4 counts them */
    bool write, queued_write;  /* the command itself; one of those queued */
    bool sharded, asking, migrate;
    bool declares_write; /* a script whose flags do not say no-writes */
} CommandCase;

static const CommandCase COMMAND_CASES[] = {
    {.name = "no key", .lines = {"PING"}},
    {.name = "no key, write", .lines = {"FLUSHALL"}, .write = true},
    {.name = "read, present", .lines = {"GET {bar}1"}, .keys = 1, .present = 1},
    {.name = "read, missing", .lines = {"GET {bar}3"}, .keys = 1, .missing = 1},
    {.name = "read, expired", .lines = {"GET {bar}5"}, .keys = 1, .missing = 1},
    {.name = "write, present", .lines = {"SET {bar}1 x"}, .keys = 1, .present = 1, .write = true},
    {.name = "write, missing", .lines = {"SET {bar}3 x"}, .keys = 1, .missing = 1, .write = true},
    {.name = "write, expired", .lines = {"SET {bar}5 x"}, .keys = 1, .missing = 1, .write = true},
    {.name = "reads, all present",
     .lines = {"MGET {bar}1 {bar}2"},
     .keys = 2,
     .several = true,
     .present = 2},
    {.name = "reads, some present",
     .lines = {"MGET {bar}1 {bar}3"},
     .keys = 2,
     .several = true,
     .present = 1,
     .missing = 1},
    {.name = "reads, none present",
     .lines = {"MGET {bar}3 {bar}4"},
     .keys = 2,
     .several = true,
     .missing = 2},
    {.name = "reads, one expired",
     .lines = {"MGET {bar}5 {bar}2"},
     .keys = 2,
     .several = true,
     .present = 1,
     .missing = 1},
    {.name = "reads, the same key twice", .lines = {"MGET {bar}3 {bar}3"}, .keys = 2, .missing = 2},
    {.name = "reads, across slots",
     .lines = {"MGET {bar}1 foo"},
     .keys = 2,
     .several = true,
     .crossing = true,
     .present = 1},
    {.name = "writes, all present",
     .lines = {"DEL {bar}1 {bar}2"},
     .keys = 2,
     .several = true,
     .present = 2,
     .write = true},
    {.name = "writes, some present",
     .lines = {"MSET {bar}1 a {bar}3 b"},
     .keys = 2,
     .several = true,
     .present = 1,
     .missing = 1,
     .write = true},
    {.name = "writes, none present",
     .lines = {"MSET {bar}3 a {bar}4 b"},
     .keys = 2,
     .several = true,
     .missing = 2,
     .write = true},
    {.name = "writes, across slots",
     .lines = {"RENAME {bar}3 foo"},
     .keys = 2,
     .several = true,
     .crossing = true,
     .missing = 1,
     .write = true},
    {.name = "sharded publish", .lines = {"SPUBLISH {bar}3 x"}, .keys = 1, .sharded = true},
    {.name = "sharded subscribe",
     .lines = {"SSUBSCRIBE {bar}3 {bar}4"},
     .keys = 2,
     .several = true,
     .sharded = true},
    {.name = "sharded unsubscribe", .lines = {"SUNSUBSCRIBE {bar}3"}, .keys = 1, .sharded = true},
    {.name = "sharded subscribe, across slots",
     .lines = {"SSUBSCRIBE {bar}3 foo"},
     .keys = 2,
     .several = true,
     .crossing = true,
     .sharded = true},
    {.name = "script, key present", .lines = {"EVAL x 1 {bar}1"}, .keys = 1, .present = 1},
    {.name = "script that declares writes, key present",
     .lines = {"EVAL x 1 {bar}1"},
     .keys = 1,
     .present = 1,
     .write = true,
     .declares_write = true},
    {.name = "script that declares writes, key missing",
     .lines = {"EVAL x 1 {bar}3"},
     .keys = 1,
     .missing = 1,
     .write = true,
     .declares_write = true},
    {.name = "script, some keys present",
     .lines = {"EVAL x 2 {bar}1 {bar}3"},
     .keys = 2,
     .several = true,
     .present = 1,
     .missing = 1},
    {.name = "script, no key present",
     .lines = {"EVAL x 2 {bar}3 {bar}4"},
     .keys = 2,
     .several = true,
     .missing = 2},
    {.name = "RESTORE-ASKING",
     .lines = {"RESTORE-ASKING {bar}3 0 x"},
     .keys = 1,
     .missing = 1,
     .write = true,
     .asking = true},
    {.name = "MIGRATE, key present",
     .lines = {"MIGRATE h 1 {bar}1 0 9"},
     .keys = 1,
     .present = 1,
     .write = true,
     .migrate = true},
    {.name = "MIGRATE, key missing",
     .lines = {"MIGRATE h 1 {bar}3 0 9"},
     .keys = 1,
     .missing = 1,
     .write = true,
     .migrate = true},
    {.name = "MIGRATE, some keys present",
     .lines = {"MIGRATE h 1 '' 0 9 COPY KEYS {bar}1 {bar}3"},
     .keys = 2,
     .several = true,
     .present = 1,
     .missing = 1,
     .write = true,
     .migrate = true},
    {.name = "MIGRATE, across slots",
     .lines = {"MIGRATE h 1 '' 0 9 KEYS {bar}1 foo"},
     .keys = 2,
     .several = true,
     .crossing = true,
     .present = 1,
     .write = true,
     .migrate = true},
    {.name = "EXEC without keys", .lines = {"PING"}, .exec = true},
    {.name = "EXEC of reads, all present",
     .lines = {"GET {bar}1", "GET {bar}2"},
     .exec = true,
     .keys = 2,
     .several = true,
     .present = 2},
    {.name = "EXEC of reads, some present",
     .lines = {"GET {bar}3", "GET {bar}1"},
     .exec = true,
     .keys = 2,
     .several = true,
     .present = 1,
     .missing = 1},
    {.name = "EXEC of reads, none present",
     .lines = {"GET {bar}3", "GET {bar}4"},
     .exec = true,
     .keys = 2,
     .several = true,
     .missing = 2},
    {.name = "EXEC of a read and a write",
     .lines = {"GET {bar}1", "SET {bar}1 x"},
     .exec = true,
     .keys = 2,
     .present = 2,
     .queued_write = true},
    {.name = "EXEC of a write, missing",
     .lines = {"PING", "SET {bar}3 x"},
     .exec = true,
     .keys = 1,
     .missing = 1,
     .queued_write = true},
    {.name = "EXEC across slots",
     .lines = {"GET {bar}1", "GET foo"},
     .exec = true,
     .keys = 2,
     .several = true,
     .crossing = true,
     .present = 1},
    {.name = "EXEC of a sharded publish", /* EXEC itself is none: the channel counts as a key */
     .lines = {"SPUBLISH {bar}3 x"},
     .exec = true,
     .keys = 1,
     .missing = 1},
    {.name = "EXEC of MIGRATE", /* EXEC is not MIGRATE: row 8 is not for it */
     .lines = {"MIGRATE h 1 {bar}3 0 9"},
     .exec = true,
     .keys = 1,
     .missing = 1,
     .queued_write = true},
};

typedef struct Flags {
    bool asking, readonly; /* of the client */
    bool down, reads_when_down, pubsub_when_down;
} Flags;

#define FLAG_SETS 32

static Flags flags_of(uint32_t number)
{
    return (Flags){.asking = number & 1,
                   .readonly = number & 2,
                   .down = number & 4,
                   .reads_when_down = number & 8,
                   .pubsub_when_down = number & 16};
}

/* --- the rules: protocol.md §9.4, "First match wins, in this order" --- */

typedef struct Situation {
    const SlotCase *slot;
    Role role;
    const CommandCase *command;
    Flags flags;
} Situation;

/* "Migrating" = I own the slot and have the mark. */
static bool is_migrating(const Situation *at)
{
    return at->slot->owner == MINE && at->slot->migrating;
}

/* "Importing" = not (owner and migrating) and the importing mark is set. */
static bool is_importing(const Situation *at)
{
    return !is_migrating(at) && at->slot->importing;
}

static bool client_or_command_asks(const Situation *at)
{
    return at->flags.asking || at->command->asking;
}

static bool row_2(const Situation *at)
{
    return at->command->keys > 0 && at->slot->owner == NOBODY;
}

static bool row_3(const Situation *at)
{
    return at->command->crossing;
}

static bool row_4(const Situation *at)
{
    return at->command->keys == 0;
}

static bool row_5(const Situation *at)
{
    return at->flags.down && at->command->sharded && !at->flags.pubsub_when_down;
}

static bool row_6(const Situation *at)
{
    return at->flags.down && !at->command->sharded && !at->flags.reads_when_down;
}

static bool row_7(const Situation *at)
{
    return at->flags.down && !at->command->sharded && at->command->write;
}

static bool row_8(const Situation *at)
{
    return (is_migrating(at) || is_importing(at)) && at->command->migrate;
}

static bool row_9(const Situation *at)
{
    return is_migrating(at) && at->command->missing >= 1 && at->command->present >= 1;
}

static bool row_10(const Situation *at)
{
    return is_migrating(at) && at->command->missing >= 1 && at->command->present == 0;
}

/* ... unless that is myself: processCommand looks at the node first, and goes on. */
static bool row_10_to_self(const Situation *at)
{
    return row_10(at) && at->slot->to_self;
}

static bool row_11(const Situation *at)
{
    return is_importing(at) && client_or_command_asks(at) && at->command->several &&
           at->command->missing >= 1;
}

static bool row_12(const Situation *at)
{
    return is_importing(at) && client_or_command_asks(at);
}

static bool row_13(const Situation *at)
{
    bool writes = at->command->write || at->command->queued_write;
    return at->role == REPLICA_OF_OWNER && at->slot->owner == OTHERS && !writes &&
           (at->flags.readonly || at->command->sharded);
}

static bool row_14(const Situation *at)
{
    return at->slot->owner == MINE;
}

static bool row_15(const Situation *at)
{
    return at->slot->owner == OTHERS;
}

static const struct TableRow {
    const char *row;
    bool (*applies)(const Situation *at);
    Redirect result;
    NodeId node; /* ASK, MOVED */
} RULES[] = {
    {"row 2: first key's slot has no owner", row_2, REDIRECT_NOT_SERVED, NODE_NONE},
    {"row 3: a later key in another slot", row_3, REDIRECT_CROSSSLOT, NODE_NONE},
    {"row 4: no keys at all", row_4, REDIRECT_LOCAL, NODE_NONE},
    {"row 5: FAIL, sharded, not allowed", row_5, REDIRECT_DOWN, NODE_NONE},
    {"row 6: FAIL, reads not allowed", row_6, REDIRECT_DOWN, NODE_NONE},
    {"row 7: FAIL, reads allowed, a write", row_7, REDIRECT_DOWN_READS, NODE_NONE},
    {"row 8: slot open here, MIGRATE", row_8, REDIRECT_LOCAL, NODE_NONE},
    {"row 9: migrating, some missing", row_9, REDIRECT_TRYAGAIN, NODE_NONE},
    {"row 10: migrating to myself, none present", row_10_to_self, REDIRECT_LOCAL, NODE_NONE},
    {"row 10: migrating, none present", row_10, REDIRECT_ASK, TARGET},
    {"row 11: importing, asking, several, >= 1 missing", row_11, REDIRECT_TRYAGAIN, NODE_NONE},
    {"row 12: importing, asking", row_12, REDIRECT_LOCAL, NODE_NONE},
    {"row 13: READONLY at a replica of the owner", row_13, REDIRECT_LOCAL, NODE_NONE},
    {"row 14: owner is me", row_14, REDIRECT_LOCAL, NODE_NONE},
    {"row 15: else MOVED", row_15, REDIRECT_MOVED, SOMEBODY},
};

static const struct TableRow *rule_for(const Situation *at, uint32_t *hits)
{
    for (size_t i = 0; i < ARRAY_LENGTH(RULES); i++) {
        if (!RULES[i].applies(at)) continue;
        hits[i]++;
        return &RULES[i];
    }
    SIM_ASSERT(false); /* the rows leave nothing open */
    return NULL;
}

/* --- the node, its keys, the question --- */

static Desk *desk_for(const SlotCase *slot, Role role)
{
    static const NodeId followed[] = {
        [REPLICA_OF_OWNER] = SOMEBODY, [REPLICA_OF_STRANGER] = STRANGER};
    Desk *desk = desk_create();
    desk_primary(desk, SOMEBODY, 3, "12182");
    desk_primary(desk, STRANGER, 4, "100");
    desk_primary(desk, TARGET, 5, "");
    desk_primary(desk, SOURCE, 6, "");
    if (role == PRIMARY) desk_be_primary(desk, 1, "200");
    else desk_be_replica(desk, followed[role]);
    if (slot->owner != NOBODY) {
        NodeId owner = slot->owner == MINE ? DESK_SELF : SOMEBODY;
        slots_assign(desk->node, desk_slots(desk, "5061"), owner, &desk->env);
    }
    OpenSlot migrating = {.slot = SLOT, .node = slot->to_self ? DESK_SELF : TARGET},
             importing = {.slot = SLOT, .node = SOURCE, .importing = true};
    if (slot->migrating) array_push(NULL, &desk->node->open_slots, migrating);
    if (slot->importing) array_push(NULL, &desk->node->open_slots, importing);
    desk_clear(desk);
    return desk;
}

static Keyspace *make_keys(void)
{
    static const char *const names[] = {"{bar}1", "{bar}2", "{bar}5"};
    Keyspace *keys = keyspace_create(NULL);
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        Key *key = keyspace_add(keys, slice_of(names[i]));
        key->value = (Value){.type = VALUE_STRING, .u.string = blob_copy(NULL, slice_of("x"))};
    }
    keyspace_set_expiry(keys, keyspace_find(keys, slice_of("{bar}5")), NOW_MS);
    return keys;
}

static RedirectAnswer ask(const Desk *desk, const Keyspace *keys, const Situation *at)
{
    Slices words[LINES_MAX] = {0};
    Text scratch[LINES_MAX] = {0};
    RedirectCommand commands[LINES_MAX];
    uint32_t count = 0;
    for (; count < LINES_MAX && at->command->lines[count]; count++) {
        resp_split_line(slice_of(at->command->lines[count]), &words[count], &scratch[count], NULL);
        const Slices *line = &words[count];
        commands[count] = (RedirectCommand){.row = command_find(line->items[0]),
                                            .argv = line->items,
                                            .argc = line->count,
                                            .also = at->command->declares_write ? CF_WRITE : 0};
        SIM_ASSERT(commands[count].row);
    }
    RedirectQuery query = {.commands = commands,
                           .count = count,
                           .exec = at->command->exec,
                           .asking = at->flags.asking,
                           .readonly = at->flags.readonly};
    RedirectAnswer answer = redirect_decide(desk->node, keys, NOW_MS, &query, NULL);
    for (uint32_t i = 0; i < count; i++) {
        array_deinit(NULL, &words[i]);
        text_deinit(&scratch[i]);
    }
    return answer;
}

static void expect_rule(const Situation *at, const struct TableRow *rule, RedirectAnswer got)
{
    static const char *const words[] = {"local",           "not served", "CROSSSLOT", "down",
                                        "down for writes", "TRYAGAIN",   "ASK",       "MOVED"};
    char text[400];
    bool redirects = rule->result == REDIRECT_ASK || rule->result == REDIRECT_MOVED;
    bool same = got.what == rule->result;
    if (same && redirects) same = got.slot == SLOT && got.node == rule->node;
    if (same) return;
    snprintf(text, sizeof(text), "%s; %s; %s%s%s%s%s%s: got %s %u, want %s %u by §9.4 %s",
             at->slot->name, ROLE_NAMES[at->role], at->command->name,
             at->flags.asking ? ", ASKING" : "", at->flags.readonly ? ", READONLY" : "",
             at->flags.down ? ", FAIL" : "", at->flags.reads_when_down ? ", reads when down" : "",
             at->flags.pubsub_when_down ? ", pubsub when down" : "", words[got.what], got.node,
             words[rule->result], rule->node, rule->row);
    printf("\n    %s", text);
    CU_assertImplementation(CU_FALSE, __LINE__, text, __FILE__, "", CU_FALSE);
}

/* All commands under all flags, of one node. */
static void ask_everything(const SlotCase *slot, Role role, const Keyspace *keys, uint32_t *hits)
{
    Desk *desk = desk_for(slot, role);
    for (size_t c = 0; c < ARRAY_LENGTH(COMMAND_CASES); c++) {
        for (uint32_t f = 0; f < FLAG_SETS; f++) {
            Situation at = {slot, role, &COMMAND_CASES[c], flags_of(f)};
            desk->node->state = at.flags.down ? STATE_FAIL : STATE_OK;
            desk->node->cfg.allow_reads_when_down = at.flags.reads_when_down;
            desk->node->cfg.allow_pubsubshard_when_down = at.flags.pubsub_when_down;
            expect_rule(&at, rule_for(&at, hits), ask(desk, keys, &at));
        }
    }
    desk_destroy(desk);
}

/* §9.4, every row: the product of the four axes. */
static void every_situation_follows_its_row(void)
{
    uint32_t hits[ARRAY_LENGTH(RULES)] = {0};
    Keyspace *keys = make_keys();
    for (size_t s = 0; s < ARRAY_LENGTH(SLOT_CASES); s++) {
        for (Role role = PRIMARY; role <= REPLICA_OF_STRANGER; role++) {
            /* nobody is a replica of itself */
            if (role == REPLICA_OF_OWNER && SLOT_CASES[s].owner == MINE) continue;
            ask_everything(&SLOT_CASES[s], role, keys, hits);
        }
    }
    for (size_t i = 0; i < ARRAY_LENGTH(RULES); i++) {
        if (hits[i] == 0) printf("\n    §9.4 %s is met by no situation", RULES[i].row);
        CU_ASSERT_NOT_EQUAL(hits[i], 0);
    }
    keyspace_destroy(keys);
}

/* §9.3: the texts. */
static void answers_have_redis_texts(void)
{
    static const struct {
        RedirectAnswer answer;
        const char *text;
    } rows[] = {
        {{REDIRECT_LOCAL, SLOT, DESK_SELF}, ""},
        {{REDIRECT_NOT_SERVED, SLOT, 0}, "-CLUSTERDOWN Hash slot not served\r\n"},
        {{REDIRECT_CROSSSLOT, SLOT, 0},
         "-CROSSSLOT Keys in request don't hash to the same slot\r\n"},
        {{REDIRECT_DOWN, SLOT, 0}, "-CLUSTERDOWN The cluster is down\r\n"},
        {{REDIRECT_DOWN_READS, SLOT, 0},
         "-CLUSTERDOWN The cluster is down and only accepts read commands\r\n"},
        {{REDIRECT_TRYAGAIN, SLOT, 0},
         "-TRYAGAIN Multiple keys request during rehashing of slot\r\n"},
        {{REDIRECT_ASK, SLOT, TARGET}, "-ASK 5061 10.0.0.9:7000\r\n"},
        {{REDIRECT_MOVED, SLOT, SOMEBODY}, "-MOVED 5061 10.0.0.9:7000\r\n"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Reply reply = {.protocol = 2};
        redirect_reply(&rows[i].answer, "10.0.0.9:7000", &reply);
        EXPECT_TEXT_IN("§9.3", text_chars(&reply.out), rows[i].text);
        reply_deinit(&reply);
    }
}

void test_redirect_suite(void);
void test_redirect_suite(void)
{
    CU_pSuite suite = CU_add_suite("redirect", NULL, NULL);
    CU_add_test(suite, "every situation follows its row of §9.4", every_situation_follows_its_row);
    CU_add_test(suite, "answers have Redis's texts", answers_have_redis_texts);
}
