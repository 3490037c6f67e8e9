/* test_cron.c -- the tick: pings, suspicion, reconnection, handshakes, and that looking only at
 * what is due is as good as looking at everything (protocol.md §3.6, §5.1). */
#include "tests/unit/bus_pump.h"

#include "sim/cluster/handshake.h"
#include "sim/cluster/peers.h"

#include <CUnit/CUnit.h>

#include <string.h>

void test_cron_suite(void);

#define TIMEOUT_MS 2000

/* A tick `ms` after the start of the pump. */
static void tick_at(Pump *pump, uint32_t ms)
{
    pump_clear(pump);
    pump->now = ms * SIM_MS;
    pump_tick(pump, 0);
}

/* §3.6 step 4c: more than T/2 since the last pong, T/2 rounded down. */
static void cron_pings_what_was_not_heard_of_for_half_the_timeout(void)
{
    static const struct {
        const char *row;
        uint32_t timeout_ms, at_ms;
        PeerLink link;
        bool pinged;
    } rows[] = {
        {"at T/2", 2000, 1000, PLINK_CONNECTED, false},
        {"after T/2", 2000, 1001, PLINK_CONNECTED, true},
        {"odd T, at T/2", 2001, 1000, PLINK_CONNECTED, false},
        {"odd T, after T/2", 2001, 1001, PLINK_CONNECTED, true},
        {"a link still connecting will do", 2000, 1001, PLINK_CONNECTING, true},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Pump *pump = pump_create(1, 2, rows[i].timeout_ms);
        Node *node = pump_acquaint(pump, 0);
        NodeEnv env = pump_env(pump, 0);
        peer_set_link(node, 1, pump_out_link(1), rows[i].link, &env);

        tick_at(pump, rows[i].at_ms);

        EXPECT_EQ(rows[i].row, pump_sendings(pump, MSG_PING), rows[i].pinged);
        uint32_t ping_ms = rows[i].pinged ? NODE_CLOCK_BASE_MS + rows[i].at_ms : 0;
        EXPECT_EQ(rows[i].row, node->peers[1].ping_sent_ms, ping_ms);
        pump_clear(pump);
        pump_destroy(pump);
    }
}

/* §5.1: the first tick after max(ping_sent, data) + T. */
static void cron_suspects_after_the_timeout_and_not_before(void)
{
    static const struct {
        const char *row;
        uint32_t ping_ms, data_ms, at_ms;
        uint16_t flags;
        bool suspected;
    } rows[] = {
        {"at T", 500, 100, 2500, FLAG_PRIMARY, false},
        {"after T", 500, 100, 2501, FLAG_PRIMARY, true},
        {"data came later", 500, 900, 2900, FLAG_PRIMARY, false},
        {"data came later, after T", 500, 900, 2901, FLAG_PRIMARY, true},
        {"no ping is out", 0, 100, 9000, FLAG_PRIMARY, false},
        {"is FAIL already", 500, 100, 9000, FLAG_PRIMARY | FLAG_FAIL, false},
        {"has no address", 500, 100, 9000, FLAG_PRIMARY | FLAG_NOADDR, false},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Pump *pump = pump_create(2, 2, TIMEOUT_MS);
        Node *node = pump_acquaint(pump, 0);
        pump->now = 500 * SIM_MS;
        NodeEnv env = pump_env(pump, 0);
        peer_set_flags(node, 1, rows[i].flags, &env);
        if (rows[i].ping_ms) peer_set_ping(node, 1, NODE_CLOCK_BASE_MS + rows[i].ping_ms, &env);
        node->peers[1].data_ms = NODE_CLOCK_BASE_MS + rows[i].data_ms;

        tick_at(pump, rows[i].at_ms);

        EXPECT_EQ(rows[i].row, (node->peers[1].flags & FLAG_PFAIL) != 0, rows[i].suspected);
        pump_clear(pump);
        pump_destroy(pump);
    }
}

/* §3.6 step 4b: the link is closed when nothing came for T/2, though a ping is out, and the link is
 * older than T; the next tick opens it again, and the ping keeps its time. */
static void cron_reconnects_a_silent_link_once_per_timeout(void)
{
    static const struct {
        const char *row;
        uint32_t link_ms, ping_ms, data_ms, at_ms;
        bool closed;
    } rows[] = {
        {"all limits passed", 0, 1500, 1400, 2501, true},
        {"ping at T/2", 0, 1501, 1400, 2501, false},
        {"data at T/2", 0, 1400, 1501, 2501, false},
        {"link at T", 501, 1400, 1400, 2501, false},
        {"link after T", 500, 1400, 1400, 2501, true},
        {"no ping out", 0, 0, 1400, 2501, false},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Pump *pump = pump_create(3, 2, TIMEOUT_MS);
        Node *node = pump_acquaint(pump, 0);
        pump->now = 1600 * SIM_MS;
        NodeEnv env = pump_env(pump, 0);
        NodeMs ping_ms = rows[i].ping_ms ? NODE_CLOCK_BASE_MS + rows[i].ping_ms : 0;
        peer_set_ping(node, 1, ping_ms, &env);
        peer_set_pong(node, 1, env.now_ms, &env);
        node->peers[1].data_ms = NODE_CLOCK_BASE_MS + rows[i].data_ms;
        node->peers[1].link_since_ms = NODE_CLOCK_BASE_MS + rows[i].link_ms;

        tick_at(pump, rows[i].at_ms);

        EXPECT_EQ(rows[i].row, pump_wishes(pump, EFFECT_LINK_CLOSE), rows[i].closed);
        tick_at(pump, rows[i].at_ms + 50);
        EXPECT_EQ(rows[i].row, pump_wishes(pump, EFFECT_LINK_OPEN), rows[i].closed);
        EXPECT_EQ(rows[i].row, node->peers[1].ping_sent_ms, ping_ms);
        pump_clear(pump);
        pump_destroy(pump);
    }
}

/* §3.6 step 3: each tenth tick, the one heard of longest ago of five drawn; with one peer, that
 * one. */
static void cron_pings_one_random_node_each_second(void)
{
    Pump *pump = pump_create(4, 2, 60000);
    Node *node = pump_acquaint(pump, 0); /* was its first tick */
    uint32_t pings = 0;
    for (uint32_t tick = 2; tick <= 40; tick++) {
        tick_at(pump, tick * 100);
        uint32_t sent = pump_sendings(pump, MSG_PING);
        CU_ASSERT(sent == 0 || tick % 10 == 0);
        pings += sent;
        NodeEnv env = pump_env(pump, 0);
        if (sent) peer_set_ping(node, 1, 0, &env);
    }
    CU_ASSERT(pings >= 3 && pings <= 4); /* five draws of me alone: once in 32 */
    pump_clear(pump);
    pump_destroy(pump);
}

static void cron_prefers_the_stalest_of_those_it_drew(void)
{
    Pump *pump = pump_create(5, 3, 60000);
    Node *node = pump_acquaint(pump, 0);
    NodeEnv env = pump_env(pump, 0);
    peer_set_pong(node, 2, env.now_ms + 50, &env);
    uint32_t to[3] = {0};
    for (uint32_t second = 1; second <= 400; second++) {
        node->cron_count = 9;
        tick_at(pump, second * 10);
        PeerRef ref = PEER_NONE;
        if (pump_sending(pump, MSG_PING, &ref)) to[ref]++;
        env = pump_env(pump, 0);
        if (ref != PEER_NONE) peer_set_ping(node, ref, 0, &env);
    }
    /* Node 2 only if node 1 was in none of the five draws: (2/3)^5 - (1/3)^5 = 13%. */
    CU_ASSERT(to[2] > 25 && to[2] < 85);
    CU_ASSERT(to[1] > 300);
    pump_clear(pump);
    pump_destroy(pump);
}

/* §3.6 steps 1 and 2: max(T, 1000). */
static void cron_gives_up_handshakes_after_the_timeout(void)
{
    static const struct {
        const char *row;
        uint32_t timeout_ms, at_ms;
        bool gone;
    } rows[] = {
        {"at T", 2000, 2000, false},
        {"after T", 2000, 2001, true},
        {"T below a second", 300, 1000, false},
        {"T below a second, after it", 300, 1001, true},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Pump *pump = pump_create(6, 1, rows[i].timeout_ms);
        Node *node = pump_acquaint(pump, 0);
        NodeEnv env = pump_env(pump, 0);
        handshake_start(node, 9, FLAG_HANDSHAKE | FLAG_MEET, &env);
        tick_at(pump, 100);
        EXPECT_EQ(rows[i].row, pump_wishes(pump, EFFECT_LINK_OPEN), 1);
        node_link_opened(node, PEER_HANDSHAKE, 77);

        tick_at(pump, rows[i].at_ms);

        EXPECT_EQ(rows[i].row, node->known.count, rows[i].gone ? 1 : 2);
        EXPECT_EQ(rows[i].row, pump_wishes(pump, EFFECT_LINK_CLOSE), rows[i].gone);
        pump_clear(pump);
        pump_destroy(pump);
    }
}

/* A change of cluster-node-timeout is in force at the next tick. */
static void cron_obeys_a_changed_timeout_at_once(void)
{
    Pump *pump = pump_create(7, 3, 60000);
    Node *node = pump_acquaint(pump, 0);
    tick_at(pump, 1500);
    EXPECT_EQ("long", pump_sendings(pump, MSG_PING), 0);

    node->cfg.node_timeout_ms = 2000;
    tick_at(pump, 1600);

    EXPECT_EQ("short", pump_sendings(pump, MSG_PING), 2);
    pump_clear(pump);
    pump_destroy(pump);
}

/* A process that was stopped for half a minute finds everything due in one tick. */
static void cron_catches_up_after_a_stop(void)
{
    static const uint32_t stops_ms[] = {150, 250, 1100, 5000, 19900, 20100, 25600, 51200, 60000};
    for (size_t i = 0; i < ARRAY_LENGTH(stops_ms); i++) {
        Pump *pump = pump_create(8, 12, TIMEOUT_MS);
        pump_acquaint(pump, 0);

        tick_at(pump, stops_ms[i]); /* node_check_slow and SIM_SLOW_CHECKS look at all records */

        EXPECT_EQ("stop", pump_sendings(pump, MSG_PING), stops_ms[i] > 1000 ? 11 : 0);
        pump_clear(pump);
        pump_destroy(pump);
    }
}

/* --- the due slices --- */

/* A run with every kind of trouble; returns the hash of all that the nodes wished. */
static uint64_t run_of_trouble(uint64_t seed, bool examine_all, uint32_t timeout_ms)
{
    enum { NODES = 9 };
    Pump *pump = pump_create(seed, NODES, timeout_ms);
    pump->examine_all = examine_all;
    for (uint32_t i = 0; i < NODES; i++) pump->hosts[i].node->examine_all = examine_all;
    pump->level = 1;
    pump_join(pump, 20 * SIM_SEC);
    pump_share_slots(pump, 4);
    for (uint32_t i = 4; i < 8; i++) pump_follow(pump, (HostId)i, (NodeId)(i - 4));
    Rng rng = rng_derive(seed, "trouble", 0);
    for (uint32_t round = 0; round < 12; round++) {
        HostId host = (HostId)rng_below(&rng, NODES);
        HostId other = (HostId)rng_below(&rng, NODES);
        uint32_t what = rng_below(&rng, 4);
        if (what == 0 && pump->hosts[host].node) pump_kill(pump, host);
        else if (!pump->hosts[host].node) pump_start(pump, host);
        else if (host != other) pump_cut(pump, host, other, what == 1);
        pump_run(pump, rng_below64(&rng, 3 * (SimSpan)timeout_ms * SIM_MS));
    }
    uint64_t hash = pump->hash;
    pump_destroy(pump);
    return hash;
}

static void cron_that_looks_only_at_what_is_due_does_what_one_that_looks_at_all_does(void)
{
    static const struct {
        uint64_t seed;
        uint32_t timeout_ms;
    } rows[] = {{1, 1000}, {2, 2000}, {3, 501}, {4, 5000}, {5, 15000}, {6, 60000}};
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        uint64_t all = run_of_trouble(rows[i].seed, true, rows[i].timeout_ms);
        uint64_t due = run_of_trouble(rows[i].seed, false, rows[i].timeout_ms);
        EXPECT_EQ("hash of the run", due, all);
    }
    CU_ASSERT_NOT_EQUAL(run_of_trouble(1, false, 1000), run_of_trouble(2, false, 1000));
}

void test_cron_suite(void)
{
    CU_pSuite suite = CU_add_suite("cron", NULL, NULL);
    CU_add_test(suite, "the cron pings what was not heard of for half the timeout",
                cron_pings_what_was_not_heard_of_for_half_the_timeout);
    CU_add_test(suite, "the cron suspects after the timeout and not before",
                cron_suspects_after_the_timeout_and_not_before);
    CU_add_test(suite, "the cron reconnects a silent link once per timeout",
                cron_reconnects_a_silent_link_once_per_timeout);
    CU_add_test(suite, "the cron pings one random node each second",
                cron_pings_one_random_node_each_second);
    CU_add_test(suite, "the cron prefers the stalest of those it drew",
                cron_prefers_the_stalest_of_those_it_drew);
    CU_add_test(suite, "the cron gives up handshakes after the timeout",
                cron_gives_up_handshakes_after_the_timeout);
    CU_add_test(suite, "the cron obeys a changed timeout at once",
                cron_obeys_a_changed_timeout_at_once);
    CU_add_test(suite, "the cron catches up after a stop", cron_catches_up_after_a_stop);
    CU_add_test(suite, "looking at what is due is as good as looking at all",
                cron_that_looks_only_at_what_is_due_does_what_one_that_looks_at_all_does);
}
