/* test_handshake.c -- MEET, handshake, discovery and links, step by step at one node
 * (protocol.md §3.8, §3.10, §4.1-4.6). The node on trial is 0; it knows everybody but node 1. */
#include "tests/unit/bus_pump.h"

#include "sim/cluster/handshake.h"
#include "sim/cluster/link.h"
#include "sim/cluster/peers.h"

#include <CUnit/CUnit.h>

void test_handshake_suite(void);

#define TIMEOUT_MS 2000
#define NODES      4
#define STRANGER   ((NodeId)1)
#define HANDSHAKE  ((PeerRef)PEER_HANDSHAKE)

/* Node 0 knows nodes 2 and 3, and nothing of node 1. */
static Node *open_pump(Pump **pump)
{
    *pump = pump_create(5, NODES, TIMEOUT_MS);
    Node *node = pump_acquaint(*pump, 0);
    NodeEnv env = pump_env(*pump, 0);
    peer_remove(node, STRANGER, &env);
    pump_clear(*pump);
    return node;
}

static void close_pump(Pump *pump)
{
    pump_clear(pump);
    pump_destroy(pump);
}

/* The record of a handshake with node 1, its link established. */
static void connect_handshake(Pump *pump, uint16_t flags)
{
    Node *node = pump->hosts[0].node;
    NodeEnv env = pump_env(pump, 0);
    handshake_start(node, pump->directory.nodes.items[STRANGER].addr, flags, &env);
    pump_tick(pump, 0);
    node_link_opened(node, HANDSHAKE, pump_out_link(STRANGER));
    NodeInput up = {.kind = NODE_INPUT_LINK_UP, .link = pump_out_link(STRANGER)};
    node_step(node, &up, &env);
}

/* §4.1, §3.10: the first packet on the link is MEET when one was asked for, else PING; only once.
 */
static void first_packet_is_meet_if_one_was_asked_for(void)
{
    static const struct {
        const char *row;
        uint16_t flags;
        MsgKind first;
    } rows[] = {{"after CLUSTER MEET", FLAG_MEET, MSG_MEET},
                {"after a MEET of theirs", 0, MSG_PING}};
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Pump *pump;
        Node *node = open_pump(&pump);
        PeerRef to = PEER_NONE;

        connect_handshake(pump, rows[i].flags);

        CU_ASSERT_PTR_NOT_NULL(pump_sending(pump, rows[i].first, &to));
        EXPECT_EQ(rows[i].row, to, HANDSHAKE);
        EXPECT_EQ(rows[i].row, pump_sendings(pump, MSG_MEET) + pump_sendings(pump, MSG_PING), 1);
        EXPECT_EQ(rows[i].row, node_peer(node, HANDSHAKE)->flags, FLAG_HANDSHAKE);
        close_pump(pump);
    }
}

/* §4.1: a second MEET to an address that is being met makes no second record. */
static void second_meet_to_one_address_is_for_nothing(void)
{
    Pump *pump;
    Node *node = open_pump(&pump);
    NodeEnv env = pump_env(pump, 0);
    CU_ASSERT_TRUE(handshake_start(node, 40, FLAG_MEET, &env));
    CU_ASSERT_FALSE(handshake_start(node, 40, FLAG_MEET, &env));
    CU_ASSERT_TRUE(handshake_start(node, 41, FLAG_MEET, &env));
    EXPECT_EQ("records", node->known.count, 3 + 2);
    close_pump(pump);
}

/* §4.2 step 2, §3.8 step 5: what an unknown sender brings about. It is always answered. */
static void unknown_sender_is_answered_and_only_meet_is_remembered(void)
{
    static const struct {
        const char *row;
        MsgKind kind;
        uint32_t handshakes, pongs;
    } rows[] = {
        {"MEET", MSG_MEET, 1, 1},
        {"PING", MSG_PING, 0, 1},
        {"PONG", MSG_PONG, 0, 0},
        {"FAIL", MSG_FAIL, 0, 0},
        {"AUTH_REQUEST", MSG_AUTH_REQUEST, 0, 0},
        {"AUTH_ACK", MSG_AUTH_ACK, 0, 0},
        {"UPDATE", MSG_UPDATE, 0, 0},
        {"MFSTART", MSG_MFSTART, 0, 0},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Pump *pump;
        Node *node = open_pump(&pump);
        MsgId packet = pump_packet(pump, STRANGER, rows[i].kind, 0);
        msg_at(pump->msgs, packet)->current_epoch = 99;
        msg_at(pump->msgs, packet)->config_epoch = 99;
        msg_at(pump->msgs, packet)->subject = 2;
        uint32_t known = node->known.count;
        PeerRef to = 7;

        pump_receive(pump, 0, pump_in_link(STRANGER), true, packet);

        EXPECT_EQ(rows[i].row, node->known.count - known, rows[i].handshakes);
        EXPECT_EQ(rows[i].row, pump_sendings(pump, MSG_PONG), rows[i].pongs);
        if (pump_sending(pump, MSG_PONG, &to)) EXPECT_EQ(rows[i].row, to, PEER_NONE);
        EXPECT_EQ(rows[i].row, node->current_epoch, 0); /* its header is not taken */
        EXPECT_EQ(rows[i].row, node->peers[2].flags, FLAG_PRIMARY);
        EXPECT_EQ(rows[i].row, pump_sendings(pump, MSG_AUTH_ACK), 0);
        if (rows[i].handshakes) {
            EXPECT_EQ(rows[i].row, node_peer(node, HANDSHAKE)->flags, FLAG_HANDSHAKE);
            EXPECT_EQ(rows[i].row, node_peer(node, HANDSHAKE)->addr,
                      pump->directory.nodes.items[STRANGER].addr);
        }
        close_pump(pump);
    }
}

/* §4.2 step 3: the PONG gives the record its real ID and role; slots and epoch come with the next.
 */
static void pong_completes_a_handshake(void)
{
    static const struct {
        const char *row;
        uint16_t role;
    } rows[] = {{"a primary", FLAG_PRIMARY}, {"a replica", FLAG_REPLICA}};
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Pump *pump;
        Node *node = open_pump(&pump);
        connect_handshake(pump, FLAG_MEET);
        MsgId packet = pump_packet(pump, STRANGER, MSG_PONG, 0);
        msg_at(pump->msgs, packet)->flags = rows[i].role | FLAG_MYSELF;
        msg_at(pump->msgs, packet)->config_epoch = 9;
        pump->now += 3 * SIM_MS;
        node->before_sleep = 0;

        pump_receive(pump, 0, pump_out_link(STRANGER), false, packet);

        EXPECT_EQ(rows[i].row, peer_known(node, STRANGER), true);
        const Peer *peer = &node->peers[STRANGER];
        EXPECT_EQ(rows[i].row, peer->flags, rows[i].role);
        EXPECT_EQ(rows[i].row, peer->link, pump_out_link(STRANGER));
        EXPECT_EQ(rows[i].row, peer->epoch, 0);
        EXPECT_EQ(rows[i].row, peer->ping_sent_ms, 0);
        EXPECT_EQ(rows[i].row, peer_pong_ms(node, STRANGER), NODE_CLOCK_BASE_MS + 3);
        EXPECT_EQ(rows[i].row, node->before_sleep & SLEEP_SAVE, SLEEP_SAVE);
        EXPECT_EQ(rows[i].row, node->handshakes.items[0].used, false);

        packet = pump_packet(pump, STRANGER, MSG_PONG, 0);
        msg_at(pump->msgs, packet)->config_epoch = 9;
        pump_receive(pump, 0, pump_out_link(STRANGER), false, packet);
        EXPECT_EQ(rows[i].row, node->peers[STRANGER].epoch, 9);
        close_pump(pump);
    }
}

/* §4.2 step 3: whoever became known meanwhile keeps its record; the temporary one goes with its
 * link. */
static void handshake_with_somebody_known_is_dropped(void)
{
    Pump *pump;
    Node *node = open_pump(&pump);
    connect_handshake(pump, FLAG_MEET);
    pump_clear(pump);

    pump_receive(pump, 0, pump_out_link(STRANGER), false, pump_packet(pump, 2, MSG_PONG, 0));

    EXPECT_EQ("record", node->handshakes.items[0].used, false);
    EXPECT_EQ("known", node->known.count, 3);
    EXPECT_EQ("closed", pump_wishes(pump, EFFECT_LINK_CLOSE), 1);
    EXPECT_EQ("flags", node->peers[2].flags, FLAG_PRIMARY);
    close_pump(pump);
}

/* §4.2: another node answers at the address of a record. */
static void wrong_id_on_a_link_costs_the_record_its_address(void)
{
    static const struct {
        const char *row;
        NodeId sender;
        bool lost;
    } rows[] = {{"the right one", 2, false},
                {"another known one", 3, true},
                {"an unknown one", STRANGER, true}};
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Pump *pump;
        Node *node = open_pump(&pump);

        pump_receive(pump, 0, pump_out_link(2), false,
                     pump_packet(pump, rows[i].sender, MSG_PONG, 0));

        const Peer *peer = &node->peers[2];
        EXPECT_EQ(rows[i].row, (peer->flags & FLAG_NOADDR) != 0, rows[i].lost);
        EXPECT_EQ(rows[i].row, peer->addr == ADDR_NONE, rows[i].lost);
        EXPECT_EQ(rows[i].row, peer->link == LINK_NONE, rows[i].lost);
        EXPECT_EQ(rows[i].row, pump_wishes(pump, EFFECT_LINK_CLOSE), rows[i].lost);
        close_pump(pump);
    }
}

/* §3.1: the first packet of a known sender binds an inbound link; a second link replaces the first.
 */
static void newer_inbound_link_replaces_the_older(void)
{
    Pump *pump;
    Node *node = open_pump(&pump);
    pump_receive(pump, 0, pump_in_link(2), true, pump_packet(pump, 2, MSG_PING, 0));
    EXPECT_EQ("bound", node->peers[2].inbound, pump_in_link(2));
    EXPECT_EQ("closed", pump_wishes(pump, EFFECT_LINK_CLOSE), 0);

    LinkId second = pump_in_link(2) + 1000;
    pump_receive(pump, 0, second, true, pump_packet(pump, 2, MSG_PING, 0));
    EXPECT_EQ("bound", node->peers[2].inbound, second);
    EXPECT_EQ("closed", pump_wishes(pump, EFFECT_LINK_CLOSE), 1);
    close_pump(pump);
}

/* §3.10: a lost link sets no flag and leaves the clock of failure detection alone; the next tick
 * opens it again, and the ping of the new connection keeps the time of the old one. */
static void reconnecting_does_not_reset_the_clock(void)
{
    Pump *pump;
    Node *node = open_pump(&pump);
    NodeEnv env = pump_env(pump, 0);
    NodeMs ping_ms = env.now_ms;
    peer_set_ping(node, 2, ping_ms, &env);
    NodeInput down = {.kind = NODE_INPUT_LINK_DOWN, .link = pump_out_link(2)};

    node_step(node, &down, &env);
    EXPECT_EQ("flags", node->peers[2].flags, FLAG_PRIMARY);
    EXPECT_EQ("link", node->peers[2].link_state, PLINK_NONE);
    EXPECT_EQ("ping", node->peers[2].ping_sent_ms, ping_ms);

    pump->now += 150 * SIM_MS;
    pump_tick(pump, 0);
    EXPECT_EQ("opened", pump_wishes(pump, EFFECT_LINK_OPEN), 1);
    LinkId link = pump_out_link(2) + 1000;
    node_link_opened(node, 2, link);
    env = pump_env(pump, 0);
    node_step(node, &(NodeInput){.kind = NODE_INPUT_LINK_UP, .link = link}, &env);
    EXPECT_EQ("pinged", pump_sendings(pump, MSG_PING), 1);
    EXPECT_EQ("ping", node->peers[2].ping_sent_ms, ping_ms);
    close_pump(pump);
}

/* §3.1: only a PONG on my own outbound link says that I reach somebody; any packet says that it
 * lives. */
static void only_a_pong_on_my_own_link_is_an_answer(void)
{
    static const struct {
        const char *row;
        MsgKind kind;
        bool inbound, answered;
    } rows[] = {
        {"PONG on my link", MSG_PONG, false, true},
        {"PONG on theirs", MSG_PONG, true, false},
        {"PING on theirs", MSG_PING, true, false},
        {"FAIL on theirs", MSG_FAIL, true, false},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Pump *pump;
        Node *node = open_pump(&pump);
        NodeEnv env = pump_env(pump, 0);
        peer_set_ping(node, 2, env.now_ms, &env);
        peer_set_flags(node, 2, FLAG_PRIMARY | FLAG_PFAIL, &env);
        pump->now += 40 * SIM_MS;
        MsgId packet = pump_packet(pump, 2, rows[i].kind, 0);
        msg_at(pump->msgs, packet)->subject = 0;

        pump_receive(pump, 0, rows[i].inbound ? pump_in_link(2) : pump_out_link(2), rows[i].inbound,
                     packet);

        EXPECT_EQ(rows[i].row, node->peers[2].ping_sent_ms == 0, rows[i].answered);
        EXPECT_EQ(rows[i].row, (node->peers[2].flags & FLAG_PFAIL) == 0, rows[i].answered);
        EXPECT_EQ(rows[i].row, node->peers[2].data_ms, NODE_CLOCK_BASE_MS + 40);
        close_pump(pump);
    }
}

/* §4.6: FORGET keeps gossip from bringing a node back for 60 whole seconds. */
static void forgotten_node_stays_away_for_a_minute(void)
{
    static const struct {
        const char *row;
        uint32_t after_ms;
        bool listed;
    } rows[] = {{"at once", 0, true},
                {"a minute", 60000, true},
                {"60.9 s", 60999, true},
                {"61 s", 61000, false}};
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Pump *pump;
        Node *node = open_pump(&pump);
        NodeEnv env = pump_env(pump, 0);
        handshake_blacklist(node, STRANGER, &env);
        pump->now += rows[i].after_ms * SIM_MS;
        env = pump_env(pump, 0);
        EXPECT_EQ(rows[i].row, handshake_blacklisted(node, STRANGER, &env), rows[i].listed);
        EXPECT_EQ(rows[i].row, handshake_blacklisted(node, 2, &env), false);
        close_pump(pump);
    }
}

void test_handshake_suite(void)
{
    CU_pSuite suite = CU_add_suite("handshake", NULL, NULL);
    CU_add_test(suite, "the first packet is MEET if one was asked for",
                first_packet_is_meet_if_one_was_asked_for);
    CU_add_test(suite, "a second MEET to one address is for nothing",
                second_meet_to_one_address_is_for_nothing);
    CU_add_test(suite, "an unknown sender is answered and only MEET is remembered",
                unknown_sender_is_answered_and_only_meet_is_remembered);
    CU_add_test(suite, "a PONG completes a handshake", pong_completes_a_handshake);
    CU_add_test(suite, "a handshake with somebody known is dropped",
                handshake_with_somebody_known_is_dropped);
    CU_add_test(suite, "a wrong ID on a link costs the record its address",
                wrong_id_on_a_link_costs_the_record_its_address);
    CU_add_test(suite, "a newer inbound link replaces the older",
                newer_inbound_link_replaces_the_older);
    CU_add_test(suite, "reconnecting does not reset the clock",
                reconnecting_does_not_reset_the_clock);
    CU_add_test(suite, "only a PONG on my own link is an answer",
                only_a_pong_on_my_own_link_is_an_answer);
    CU_add_test(suite, "a forgotten node stays away for a minute",
                forgotten_node_stays_away_for_a_minute);
}
