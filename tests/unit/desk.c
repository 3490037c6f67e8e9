/* desk.c -- see desk.h. */
#include "tests/unit/desk.h"

#include "sim/cluster/peers.h"
#include "sim/cluster/slots.h"

#include <CUnit/CUnit.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void make_identities(Desk *desk)
{
    for (uint32_t i = 0; i < DESK_NODES; i++) {
        NodeEntry entry = {.host = (HostId)i, .addr = i + 1};
        char id[NODE_ID_SIZE + 1];
        snprintf(id, sizeof(id), "%04" PRIx32 "%036d", i, 0);
        memcpy(entry.id, id, NODE_ID_SIZE);
        array_push(NULL, &desk->directory.nodes, entry);
        desk->addrs[i + 1] = (AddrState){0x0A000000 + i, 7000, 17000};
    }
    desk->addr_count = DESK_NODES + 1;
}

Desk *desk_create(void)
{
    Desk *desk = mem_alloc(NULL, sizeof(*desk));
    Error err = {{0}};
    make_identities(desk);
    desk->msgs = msgpool_create(NULL);
    desk->slots = bitpool_create(NULL, SLOT_COUNT);
    desk->rng = rng_derive(1, "desk", 0);
    rules_profile("redis-7.0", &desk->rules, &err);
    desk->config = config_default();
    desk->config.node_timeout_ms = 2000;
    desk->facts = (NodeFacts){.repl_offset = 100, .repl_link_up = true, .repl_target_set = true};
    desk->facts.repl_last_io_s = DESK_START_MS / 1000;
    desk->env = (NodeEnv){
        .now = (SimTime)(DESK_START_MS - NODE_CLOCK_BASE_MS) * SIM_MS,
        .now_ms = DESK_START_MS,
        .rng = &desk->rng,
        .facts = &desk->facts,
        .rules = &desk->rules,
        .directory = &desk->directory,
        .msgs = desk->msgs,
        .slots = desk->slots,
        .level = 2,
        .out = &desk->out,
    };
    NodeDisk disk = {.self = NODE_NONE};
    desk->node = node_create(DESK_SELF, DESK_SELF + 1, DESK_SELF, &desk->config, &disk, &desk->env);
    desk->node->knows_ip = true;
    desk->node->before_sleep = 0;
    desk_clear(desk);
    return desk;
}

void desk_destroy(Desk *desk)
{
    desk_clear(desk);
    CU_ASSERT_EQUAL(msgpool_live(desk->msgs), 0);
    node_destroy(desk->node, NULL);
    msgpool_destroy(desk->msgs);
    bitpool_destroy(desk->slots);
    array_deinit(NULL, &desk->directory.nodes);
    array_deinit(NULL, &desk->out.items);
    array_deinit(NULL, &desk->out.records);
    array_deinit(NULL, &desk->out.stamps);
    text_deinit(&desk->reply);
    mem_free(NULL, desk, sizeof(*desk));
}

void desk_wait(Desk *desk, uint32_t ms)
{
    desk->env.now_ms += ms;
    desk->env.now += ms * SIM_MS;
}

/* --- records --- */

static void need_record(Desk *desk, NodeId node, uint16_t flags)
{
    if (peer_known(desk->node, node)) return;
    peer_add(desk->node, node, node + 1u, flags, &desk->env);
    peer_set_link(desk->node, node, 2u * node, PLINK_CONNECTED, &desk->env);
}

void desk_primary(Desk *desk, NodeId node, uint64_t epoch, const char *ranges)
{
    need_record(desk, node, FLAG_PRIMARY);
    peer_make_primary(desk->node, node, &desk->env);
    peer_set_epoch(desk->node, node, epoch, &desk->env);
    slots_assign(desk->node, desk_slots(desk, ranges), node, &desk->env);
    desk->node->before_sleep = 0;
    desk_clear(desk);
}

void desk_replica(Desk *desk, NodeId node, NodeId primary, uint64_t offset)
{
    need_record(desk, node, FLAG_REPLICA);
    peer_make_replica(desk->node, node, primary, &desk->env);
    peer_set_offset(desk->node, node, offset, &desk->env);
    desk->node->before_sleep = 0;
    desk_clear(desk);
}

void desk_flag(Desk *desk, NodeId node, uint16_t flags, bool on)
{
    uint16_t now = desk->node->peers[node].flags;
    peer_set_flags(desk->node, node, on ? now | flags : now & (uint16_t)~flags, &desk->env);
    desk_clear(desk);
}

void desk_be_primary(Desk *desk, uint64_t epoch, const char *ranges)
{
    desk_primary(desk, DESK_SELF, epoch, ranges);
}

void desk_be_replica(Desk *desk, NodeId primary)
{
    peer_make_replica(desk->node, DESK_SELF, primary, &desk->env);
    desk->node->before_sleep = 0;
    desk_clear(desk);
}

void desk_epochs(Desk *desk, uint64_t current, uint64_t last_vote)
{
    self_set_epochs(desk->node, current, last_vote, &desk->env);
    desk_clear(desk);
}

/* --- slots and messages --- */

SlotsId desk_slots(Desk *desk, const char *ranges)
{
    uint64_t words[BITSET_WORDS(SLOT_COUNT)];
    Error err = {{0}};
    bool read = text_parse_ranges(ranges, words, SLOT_COUNT, &err);
    SIM_ASSERT(read);
    return bitpool_intern(desk->slots, words);
}

const char *desk_ranges(Desk *desk, NodeId node)
{
    text_clear(&desk->reply);
    text_append_ranges(&desk->reply, bitpool_words(desk->slots, desk->node->peers[node].slots),
                       SLOT_COUNT, ' ');
    return text_chars(&desk->reply);
}

Msg desk_msg(Desk *desk, MsgKind kind, NodeId sender)
{
    const Peer *peer = &desk->node->peers[sender];
    const Peer *spoken_for = peer->primary == NODE_NONE ? peer : &desk->node->peers[peer->primary];
    return (Msg){.kind = kind,
                 .sender = sender,
                 .replica_of = peer->primary,
                 .current_epoch = desk->node->current_epoch,
                 .config_epoch = spoken_for->epoch,
                 .offset = peer->offset,
                 .slots = spoken_for->slots,
                 .addr = peer->addr,
                 .flags = peer->flags,
                 .state = STATE_OK,
                 .subject = NODE_NONE};
}

/* --- wishes and notes --- */

static bool carries_msg(const Effect *effect)
{
    return effect->kind == EFFECT_SEND || effect->kind == EFFECT_SEND_LINK;
}

void desk_clear(Desk *desk)
{
    for (uint32_t i = 0; i < desk->out.items.count; i++) {
        const Effect *effect = &desk->out.items.items[i];
        if (carries_msg(effect)) msg_release(desk->msgs, effect->u.msg);
    }
    array_clear(&desk->out.items);
    array_clear(&desk->out.records);
}

uint32_t desk_effects(const Desk *desk, EffectKind kind)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < desk->out.items.count; i++)
        count += desk->out.items.items[i].kind == kind;
    return count;
}

const Effect *desk_effect(const Desk *desk, EffectKind kind)
{
    for (uint32_t i = desk->out.items.count; i-- > 0;) {
        if (desk->out.items.items[i].kind == kind) return &desk->out.items.items[i];
    }
    return NULL;
}

uint32_t desk_notes(const Desk *desk, TraceType type)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < desk->out.records.count; i++)
        count += desk->out.records.items[i].type == type;
    return count;
}

const TraceRecord *desk_note(const Desk *desk, TraceType type)
{
    for (uint32_t i = desk->out.records.count; i-- > 0;) {
        if (desk->out.records.items[i].type == type) return &desk->out.records.items[i];
    }
    return NULL;
}

static bool is_sent(const Desk *desk, const Effect *effect, MsgKind kind)
{
    return carries_msg(effect) && msg_at(desk->msgs, effect->u.msg)->kind == kind;
}

uint32_t desk_sent(const Desk *desk, MsgKind kind)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < desk->out.items.count; i++) {
        count += is_sent(desk, &desk->out.items.items[i], kind);
    }
    return count;
}

const Msg *desk_message(const Desk *desk, MsgKind kind)
{
    for (uint32_t i = desk->out.items.count; i-- > 0;) {
        const Effect *effect = &desk->out.items.items[i];
        if (is_sent(desk, effect, kind)) return msg_at(desk->msgs, effect->u.msg);
    }
    return NULL;
}

bool desk_sent_to(const Desk *desk, MsgKind kind, NodeId node)
{
    for (uint32_t i = 0; i < desk->out.items.count; i++) {
        const Effect *effect = &desk->out.items.items[i];
        if (effect->kind == EFFECT_SEND && effect->ref == node && is_sent(desk, effect, kind))
            return true;
    }
    return false;
}

/* --- commands --- */

static AddrId resolve(void *state, uint32_t ip, uint16_t port, uint16_t bus_port)
{
    Desk *desk = state;
    for (AddrId i = 1; i < desk->addr_count; i++) {
        const AddrState *addr = &desk->addrs[i];
        if (addr->ip == ip && addr->port == port && addr->bus_port == bus_port) return i;
    }
    SIM_ASSERT(desk->addr_count < ARRAY_LENGTH(desk->addrs));
    desk->addrs[desk->addr_count] = (AddrState){ip, port, bus_port};
    return desk->addr_count++;
}

/* Cuts `line` into words, "#5" replaced by an ID; they point into `chars`. */
static void cut_words(const Desk *desk, const char *line, Text *chars, Slices *words)
{
    Text whole = {0};
    for (const char *at = line; *at; at++) {
        if (*at != '#') {
            text_append(&whole, "%c", *at);
            continue;
        }
        uint32_t node = 0;
        for (; at[1] >= '0' && at[1] <= '9'; at++) node = node * 10 + (uint32_t)(at[1] - '0');
        text_append(&whole, "%.40s", desk->directory.nodes.items[node].id);
    }
    bool balanced = resp_split_line((Slice){text_chars(&whole), whole.size}, words, chars, NULL);
    SIM_ASSERT(balanced);
    text_deinit(&whole);
}

/* A RESET HARD on a desk takes the last identity there is. */
static NodeId identify(void *state, HostId host)
{
    const Desk *desk = state;
    SIM_ASSERT(host == desk->node->host);
    return (NodeId)(desk->directory.nodes.count - 1);
}

const char *desk_command(Desk *desk, const char *line)
{
    AdminResolver resolver = {
        .state = desk, .identify = identify, .resolve = resolve, .unix_base_ms = 1700000000000};
    Slices words = {0};
    Text chars = {0};
    Reply reply = {.protocol = 2};
    RespValues values = {0};
    Error err;
    uint32_t used;
    text_clear(&desk->reply);
    cut_words(desk, line, &chars, &words);
    bool done = admin_cluster_command(desk->node, words.count, words.items, &resolver, desk->addrs,
                                      &reply, &desk->env);
    SIM_ASSERT(done); /* there are no keys on a desk */
    resp_read((Slice){text_chars(&reply.out), reply.out.size}, &values, &used, &err, NULL);
    resp_plain_text(&values, &desk->reply);
    array_deinit(NULL, &values);
    array_deinit(NULL, &words);
    reply_deinit(&reply);
    text_deinit(&chars);
    return text_chars(&desk->reply);
}

/* --- checks --- */

bool desk_is_consistent(const Desk *desk)
{
    const Node *node = desk->node;
    uint64_t assigned = 0;
    for (uint32_t s = 0; s < SLOT_COUNT; s++) {
        NodeId owner = node->owner[s];
        assigned += owner != NODE_NONE;
        for (NodeId i = 0; i < DESK_NODES; i++) {
            if (!peer_known(node, i)) continue;
            bool has = bitset_has(bitpool_words(desk->slots, node->peers[i].slots), s);
            if (has != (owner == i)) return false;
        }
    }
    for (NodeId i = 0; i < DESK_NODES; i++) {
        if (!peer_known(node, i)) continue;
        if (node->peers[i].slot_count != bitpool_members(desk->slots, node->peers[i].slots))
            return false;
    }
    node_check_slow(node, desk->slots);
    return assigned == node->assigned;
}

void expect_equal(const char *row, const char *what, uint64_t got, uint64_t want, const char *file,
                  int line)
{
    char text[256];
    snprintf(text, sizeof(text), "%s: %s is %" PRIu64 ", want %" PRIu64, row, what, got, want);
    CU_assertImplementation(got == want, (unsigned)line, text, file, "", CU_FALSE);
}

void expect_text(const char *row, const char *got, const char *want, const char *file, int line)
{
    char text[1024];
    snprintf(text, sizeof(text), "%.100s: got \"%.400s\", want \"%.400s\"", row, got, want);
    CU_assertImplementation(strcmp(got, want) == 0, (unsigned)line, text, file, "", CU_FALSE);
}
