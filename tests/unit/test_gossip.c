/* test_gossip.c -- who is gossiped about, and what a node makes of gossip (protocol.md §3.5, §3.9,
 * §4.4). */
#include "tests/unit/bus_pump.h"

#include "sim/cluster/failure.h"
#include "sim/cluster/gossip.h"
#include "sim/cluster/handshake.h"
#include "sim/cluster/link.h"
#include "sim/cluster/peers.h"
#include "sim/cluster/sample.h"
#include "sim/cluster/slots.h"

#include <CUnit/CUnit.h>

#include <string.h>

void test_gossip_suite(void);

#define TIMEOUT_MS 2000

/* One section of node 0; counts in `seen` whom it names. Returns its length. */
static uint32_t fill(Pump *pump, uint32_t *seen)
{
    NodeEnv env = pump_env(pump, 0);
    Node *node = pump->hosts[0].node;
    MsgId id = msg_new(pump->msgs, MSG_PING, gossip_capacity(node, &env));
    Msg *msg = msg_at(pump->msgs, id);
    gossip_fill(node, msg, NODE_NONE, &env);
    uint32_t count = msg->gossip_count;
    for (uint32_t i = 0; i < count; i++) {
        seen[msg->gossip[i].node]++;
        for (uint32_t k = 0; k < i; k++)
            CU_ASSERT_NOT_EQUAL(msg->gossip[i].node, msg->gossip[k].node);
    }
    msg_release(pump->msgs, id);
    return count;
}

/* --- out --- */

/* §3.5 step 1: a tenth, at least 3, at most N - 2. */
static void gossip_wants_a_tenth_but_at_least_three_of_the_others(void)
{
    static const struct {
        const char *row;
        uint32_t nodes, wanted;
    } rows[] = {
        {"alone", 1, 0}, {"two", 2, 0},          {"three", 3, 1},  {"four", 4, 2},   {"five", 5, 3},
        {"six", 6, 3},   {"thirty-nine", 39, 3}, {"forty", 40, 4}, {"sixty", 60, 6},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Pump *pump = pump_create(1, rows[i].nodes, TIMEOUT_MS);
        pump_acquaint(pump, 0);
        uint32_t seen[PUMP_NODES_MAX] = {0}, most = 0;

        for (uint32_t k = 0; k < 200; k++) {
            uint32_t count = fill(pump, seen);
            if (count > most) most = count;
        }

        EXPECT_EQ(rows[i].row, most, rows[i].wanted);
        EXPECT_EQ(rows[i].row, seen[0], 0); /* never about the sender */
        pump_destroy(pump);
    }
}

/* §3.5 step 2: who is eligible. Node 1 is changed in some way; is it ever drawn? */
static void gossip_names_only_eligible_records(void)
{
    static const struct {
        const char *row;
        uint16_t flags;
        bool has_link, has_slots, drawn;
    } rows[] = {
        {"healthy", FLAG_PRIMARY, true, false, true},
        {"replica", FLAG_REPLICA, true, false, true},
        {"FAIL", FLAG_PRIMARY | FLAG_FAIL, true, false, true},
        {"PFAIL, not yet counted", FLAG_PRIMARY | FLAG_PFAIL, true, true, false},
        {"NOADDR", FLAG_PRIMARY | FLAG_NOADDR, true, true, false},
        {"no link, no slots", FLAG_PRIMARY, false, false, false},
        {"no link, slots", FLAG_PRIMARY, false, true, true},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Pump *pump = pump_create(2, 8, TIMEOUT_MS);
        Node *node = pump_acquaint(pump, 0);
        NodeEnv env = pump_env(pump, 0);
        peer_set_flags(node, 1, rows[i].flags, &env);
        if (!rows[i].has_link) peer_set_link(node, 1, LINK_NONE, PLINK_NONE, &env);
        uint64_t words[BITSET_WORDS(SLOT_COUNT)] = {1};
        if (rows[i].has_slots) slots_assign(node, bitpool_intern(pump->slots, words), 1, &env);
        uint32_t seen[PUMP_NODES_MAX] = {0};

        for (uint32_t k = 0; k < 200; k++) fill(pump, seen);

        EXPECT_EQ(rows[i].row, seen[1] > 0, rows[i].drawn);
        EXPECT_EQ(rows[i].row, seen[2] > 0, true);
        pump_destroy(pump);
    }
}

/* Gives the hash table a seed that leaves every record alone in its bucket: draws are fair. */
static void spread_out(Node *node)
{
    uint32_t shared = 1;
    for (uint64_t seed = 1; shared > 0; seed++) {
        node->bucket_seed = seed;
        sample_rebuild(node);
        shared = 0;
        for (uint32_t i = 0; i < node->known.count; i++) shared += node->chain[i] != SAMPLE_NONE;
    }
}

/* §3.5 step 2: an ineligible record that is drawn costs one of the fresh ones, each time it is
 * drawn. With four records, two of them without address, one healthy one is left, and sometimes not
 * even that is found. */
static void gossip_pays_for_ineligible_draws(void)
{
    Pump *pump = pump_create(3, 4, TIMEOUT_MS);
    Node *node = pump_acquaint(pump, 0);
    NodeEnv env = pump_env(pump, 0);
    peer_set_flags(node, 2, FLAG_PRIMARY | FLAG_NOADDR, &env);
    peer_set_flags(node, 3, FLAG_PRIMARY | FLAG_NOADDR, &env);
    spread_out(node);
    uint32_t seen[PUMP_NODES_MAX] = {0}, empty = 0;

    for (uint32_t k = 0; k < 1000; k++) empty += fill(pump, seen) == 0;

    /* Draws until two ineligible ones (fresh 2 -> 0): the healthy one is missed when both come
     * first: of each draw that matters 2/3 are ineligible, so 4/9 of the sections are empty but for
     * the bound of 6 draws. */
    CU_ASSERT(empty > 380 && empty < 510);
    EXPECT_EQ("the rest name it", seen[1], 1000 - empty);
    pump_destroy(pump);
}

/* §3.5 step 2: a handshake is drawn like any record, and never named. */
static void gossip_never_names_a_handshake(void)
{
    Pump *pump = pump_create(3, 3, TIMEOUT_MS);
    Node *node = pump_acquaint(pump, 0);
    NodeEnv env = pump_env(pump, 0);
    handshake_start(node, 40, FLAG_HANDSHAKE | FLAG_MEET, &env);
    uint32_t seen[PUMP_NODES_MAX] = {0};

    for (uint32_t k = 0; k < 100; k++) CU_ASSERT(fill(pump, seen) <= 2);

    CU_ASSERT(seen[1] > 0 && seen[2] > 0);
    pump_clear(pump);
    pump_destroy(pump);
}

/* §3.5 step 3: a new PFAIL is announced only after a cron has counted it, then always. */
static void gossip_announces_pfail_once_the_cron_has_counted_it(void)
{
    Pump *pump = pump_create(4, 30, TIMEOUT_MS);
    Node *node = pump_acquaint(pump, 0);
    NodeEnv env = pump_env(pump, 0);
    uint32_t seen[PUMP_NODES_MAX] = {0};
    peer_set_flags(node, 7, FLAG_PRIMARY | FLAG_PFAIL, &env);
    peer_set_flags(node, 5, FLAG_PRIMARY | FLAG_PFAIL, &env);

    for (uint32_t k = 0; k < 100; k++) fill(pump, seen);
    EXPECT_EQ("before the tick", seen[5] + seen[7], 0);

    node->pfail_count = 1; /* the bound is the count, not the list: the first in order wins */
    for (uint32_t k = 0; k < 100; k++) fill(pump, seen);
    EXPECT_EQ("one counted", seen[5], 100);
    EXPECT_EQ("one counted", seen[7], 0);

    pump_tick(pump, 0);
    EXPECT_EQ("after the tick", node->pfail_count, 2);
    for (uint32_t k = 0; k < 100; k++) fill(pump, seen);
    EXPECT_EQ("after the tick", seen[5], 200);
    EXPECT_EQ("after the tick", seen[7], 100);
    pump_clear(pump);
    pump_destroy(pump);
}

static void gossip_tells_whole_seconds_and_raw_flags(void)
{
    Pump *pump = pump_create(6, 3, TIMEOUT_MS);
    pump->now = 1999 * SIM_MS;
    Node *node = pump_acquaint(pump, 0);
    NodeEnv env = pump_env(pump, 0);
    peer_set_flags(node, 1, FLAG_REPLICA | FLAG_NOFAILOVER, &env);
    peer_set_flags(node, 2, FLAG_PRIMARY | FLAG_NOADDR, &env);
    MsgId id = msg_new(pump->msgs, MSG_PING, 3);
    Msg *msg = msg_at(pump->msgs, id);

    while (msg->gossip_count == 0) gossip_fill(node, msg, NODE_NONE, &env);

    EXPECT_EQ("entry", msg->gossip[0].node, 1);
    EXPECT_EQ("entry", msg->gossip[0].flags, FLAG_REPLICA | FLAG_NOFAILOVER);
    EXPECT_EQ("entry", msg->gossip[0].pong_s, NODE_CLOCK_BASE_MS / 1000 + 1);
    msg_release(pump->msgs, id);
    pump_destroy(pump);
}

/* --- in --- */

/* Node 0 is told one thing about node 1 by node 2. */
static void tell(Pump *pump, NodeId sender, NodeId about, uint16_t flags, uint32_t pong_s)
{
    NodeEnv env = pump_env(pump, 0);
    MsgId id = msg_new(pump->msgs, MSG_PING, 1);
    Msg *msg = msg_at(pump->msgs, id);
    msg->sender = sender;
    msg->gossip_count = 1;
    msg->gossip[0] = (GossipEntry){.node = about, .flags = flags, .pong_s = pong_s};
    gossip_process(pump->hosts[0].node, msg, sender, &env);
    node_check_slow(pump->hosts[0].node, pump->slots);
    msg_release(pump->msgs, id);
}

/* §3.9: when an entry moves pong_received, and when it makes a report. */
static void gossip_entry_counts_as_the_rules_say(void)
{
    enum { NOTHING, PINGED, REPORTED, SUSPECTED, FAILED };
    static const struct {
        const char *row;
        int mine; /* what node 0 thinks of node 1 */
        bool from_replica;
        uint16_t flags;
        int seconds; /* of the entry, relative to what is known */
        bool moved;
        uint32_t reports;
    } rows[] = {
        {"newer", NOTHING, false, FLAG_PRIMARY, 2, true, 0},
        {"newer, from a replica", NOTHING, true, FLAG_PRIMARY, 2, true, 0},
        {"equal", NOTHING, false, FLAG_PRIMARY, 0, false, 0},
        {"older", NOTHING, false, FLAG_PRIMARY, -3, false, 0},
        {"half a second ahead", NOTHING, false, FLAG_PRIMARY, 4, true, 0},
        {"further ahead", NOTHING, false, FLAG_PRIMARY, 5, false, 0},
        {"a ping is out", PINGED, false, FLAG_PRIMARY, 2, false, 0},
        {"says PFAIL", NOTHING, false, FLAG_PRIMARY | FLAG_PFAIL, 2, false, 1},
        {"says FAIL", NOTHING, false, FLAG_PRIMARY | FLAG_FAIL, 2, false, 1},
        {"a replica says PFAIL", NOTHING, true, FLAG_PRIMARY | FLAG_PFAIL, 2, false, 0},
        {"takes its report back", REPORTED, false, FLAG_PRIMARY, 2, true, 0},
        {"a replica takes nothing back", REPORTED, true, FLAG_PRIMARY, 2, false, 1},
        {"suspected, no ping out", SUSPECTED, false, FLAG_PRIMARY, 2, true, 0},
        {"failed, no ping out", FAILED, false, FLAG_PRIMARY, 2, true, 0},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Pump *pump = pump_create(7, 12, TIMEOUT_MS);
        Node *node = pump_acquaint(pump, 0);
        pump->now = 3500 * SIM_MS; /* so that 4 s after the start is 500 ms ahead */
        NodeEnv env = pump_env(pump, 0);
        node->size = 9; /* one report is far from a quorum */
        if (rows[i].from_replica) peer_set_flags(node, 2, FLAG_REPLICA, &env);
        if (rows[i].mine == PINGED) peer_set_ping(node, 1, env.now_ms, &env);
        if (rows[i].mine == REPORTED) failure_report_add(node, 1, 2, &env);
        if (rows[i].mine == SUSPECTED) peer_set_flags(node, 1, FLAG_PRIMARY | FLAG_PFAIL, &env);
        if (rows[i].mine == FAILED) peer_set_flags(node, 1, FLAG_PRIMARY | FLAG_FAIL, &env);
        uint32_t before = peer_pong_ms(node, 1);
        uint32_t told_s = (uint32_t)((int)(before / 1000) + rows[i].seconds);

        tell(pump, 2, 1, rows[i].flags, told_s);

        EXPECT_EQ(rows[i].row, peer_pong_ms(node, 1), rows[i].moved ? told_s * 1000 : before);
        EXPECT_EQ(rows[i].row, node->peers[1].report_count, rows[i].reports);
        pump_clear(pump);
        pump_destroy(pump);
    }
}

/* §4.4: who may be added by gossip, and how. */
static void gossip_adds_unknown_nodes_with_their_flags(void)
{
    static const struct {
        const char *row;
        bool knows_sender, blacklisted;
        uint16_t flags;
        bool added;
    } rows[] = {
        {"a primary", true, false, FLAG_PRIMARY, true},
        {"a failed replica", true, false, FLAG_REPLICA | FLAG_FAIL, true},
        {"a suspected primary", true, false, FLAG_PRIMARY | FLAG_PFAIL, true},
        {"without address", true, false, FLAG_PRIMARY | FLAG_NOADDR, false},
        {"forgotten lately", true, true, FLAG_PRIMARY, false},
        {"from an unknown sender", false, false, FLAG_PRIMARY, false},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Pump *pump = pump_create(8, 3, TIMEOUT_MS);
        Node *node = pump_acquaint(pump, 0);
        NodeEnv env = pump_env(pump, 0);
        peer_remove(node, 1, &env);
        if (rows[i].blacklisted) handshake_blacklist(node, 1, &env);

        tell(pump, rows[i].knows_sender ? 2 : NODE_NONE, 1, rows[i].flags, 5);

        EXPECT_EQ(rows[i].row, peer_known(node, 1), rows[i].added);
        if (rows[i].added) {
            EXPECT_EQ(rows[i].row, node->peers[1].flags, rows[i].flags);
            EXPECT_EQ(rows[i].row, node->peers[1].addr, pump->directory.nodes.items[1].addr);
            EXPECT_EQ(rows[i].row, peer_pong_ms(node, 1), 0);
            EXPECT_EQ(rows[i].row, node->known.items[2], 1); /* the last in order */
        }
        pump_clear(pump);
        pump_destroy(pump);
    }
}

/* §3.9, last rule: an unreachable node that somebody else reaches elsewhere gets that address. */
static void gossip_corrects_the_address_of_an_unreachable_node(void)
{
    Pump *pump = pump_create(9, 3, TIMEOUT_MS);
    Node *node = pump_acquaint(pump, 0);
    NodeEnv env = pump_env(pump, 0);
    AddrId right = node->peers[1].addr;

    peer_set_addr(node, 1, 33, &env);
    tell(pump, 2, 1, FLAG_PRIMARY, 5);
    EXPECT_EQ("healthy", node->peers[1].addr, 33);

    peer_set_flags(node, 1, FLAG_PRIMARY | FLAG_FAIL | FLAG_NOADDR, &env);
    tell(pump, 2, 1, FLAG_PRIMARY, 5);
    EXPECT_EQ("failed", node->peers[1].addr, right);
    EXPECT_EQ("failed", node->peers[1].flags, FLAG_PRIMARY | FLAG_FAIL);
    EXPECT_EQ("failed", node->peers[1].link_state, PLINK_NONE);
    EXPECT_EQ("failed", pump_wishes(pump, EFFECT_LINK_CLOSE), 1);
    pump_clear(pump);
    pump_destroy(pump);
}

/* --- the fast path against the rules written down once more, plainly --- */

typedef struct Model {
    NodeMs ping, pong;
    NodeMs report[PUMP_NODES_MAX]; /* by reporter; 0 none */
} Model;

static uint32_t model_reports(Model *model, NodeMs now_ms)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < PUMP_NODES_MAX; i++) {
        if (model->report[i] && now_ms - model->report[i] > 2 * TIMEOUT_MS) model->report[i] = 0;
        count += model->report[i] != 0;
    }
    return count;
}

static void model_tell(Model *model, NodeId sender, const GossipEntry *entry, NodeMs now_ms)
{
    bool failing = (entry->flags & (FLAG_FAIL | FLAG_PFAIL)) != 0;
    if (failing) {
        model->report[sender] = now_ms;
        return;
    }
    if (model->report[sender]) {
        model->report[sender] = 0;
        model_reports(model, now_ms);
    }
    NodeMs pong_ms = entry->pong_s * 1000;
    if (model->ping == 0 && model_reports(model, now_ms) == 0 && pong_ms <= now_ms + 500 &&
        pong_ms > model->pong) {
        model->pong = pong_ms;
    }
}

static GossipEntry random_entry(Rng *rng, uint32_t nodes, NodeMs now_ms)
{
    GossipEntry entry = {.node = (NodeId)(1 + rng_below(rng, nodes - 1)), .flags = FLAG_PRIMARY};
    if (rng_below(rng, 20) == 0) entry.flags |= rng_below(rng, 2) ? FLAG_PFAIL : FLAG_FAIL;
    entry.pong_s = now_ms / 1000 + 2 - rng_below(rng, 6);
    return entry;
}

static void gossip_fast_path_gives_what_the_full_rules_give(void)
{
    Pump *pump = pump_create(10, 20, TIMEOUT_MS);
    Node *node = pump_acquaint(pump, 0);
    node->size = 50; /* nobody is marked FAIL */
    Model models[20];
    memset(models, 0, sizeof(models));
    for (uint32_t i = 1; i < 20; i++) models[i].pong = peer_pong_ms(node, (PeerRef)i);
    Rng rng = rng_derive(10, "test", 0);
    uint32_t wrong = 0, moved = 0;

    for (uint32_t round = 0; round < 5000; round++) {
        pump->now += rng_below(&rng, 400) * SIM_MS;
        NodeEnv env = pump_env(pump, 0);
        NodeId pinged = (NodeId)(1 + rng_below(&rng, 19));
        NodeMs ping_ms = rng_below(&rng, 3) ? 0 : env.now_ms;
        peer_set_ping(node, pinged, ping_ms, &env);
        models[pinged].ping = ping_ms;

        NodeId sender = (NodeId)(1 + rng_below(&rng, 19));
        GossipEntry entry = random_entry(&rng, 20, env.now_ms);
        NodeMs before = models[entry.node].pong;
        tell(pump, sender, entry.node, entry.flags, entry.pong_s);
        model_tell(&models[entry.node], sender, &entry, env.now_ms);
        moved += models[entry.node].pong != before;
        wrong += peer_pong_ms(node, entry.node) != models[entry.node].pong;
        uint32_t held = failure_report_count(node, entry.node, &env);
        wrong += held != model_reports(&models[entry.node], env.now_ms);
        pump_clear(pump);
    }
    EXPECT_EQ("differences", wrong, 0);
    CU_ASSERT(moved > 500);
    pump_destroy(pump);
}

void test_gossip_suite(void)
{
    CU_pSuite suite = CU_add_suite("gossip", NULL, NULL);
    CU_add_test(suite, "gossip wants a tenth but at least three of the others",
                gossip_wants_a_tenth_but_at_least_three_of_the_others);
    CU_add_test(suite, "gossip names only eligible records", gossip_names_only_eligible_records);
    CU_add_test(suite, "gossip pays for ineligible draws", gossip_pays_for_ineligible_draws);
    CU_add_test(suite, "gossip never names a handshake", gossip_never_names_a_handshake);
    CU_add_test(suite, "gossip announces PFAIL once the cron has counted it",
                gossip_announces_pfail_once_the_cron_has_counted_it);
    CU_add_test(suite, "gossip tells whole seconds and raw flags",
                gossip_tells_whole_seconds_and_raw_flags);
    CU_add_test(suite, "a gossip entry counts as the rules say",
                gossip_entry_counts_as_the_rules_say);
    CU_add_test(suite, "gossip adds unknown nodes with their flags",
                gossip_adds_unknown_nodes_with_their_flags);
    CU_add_test(suite, "gossip corrects the address of an unreachable node",
                gossip_corrects_the_address_of_an_unreachable_node);
    CU_add_test(suite, "the fast path gives what the full rules give",
                gossip_fast_path_gives_what_the_full_rules_give);
}
