/* test_rules.c -- no row of rules.def is dead: with each one switched over, some cluster lives
 * another life (rules.def, protocol.md as cited there). What exactly changes is tested where the
 * rule is. */
#include "sim/base/hash.h"
#include "sim/cluster/rules.h"
#include "tests/fixture/fixture.h"

#include <CUnit/CUnit.h>

#include <stdio.h>

void test_rules_suite(void);

#define T_MS 1000

static Fixture open_with(const Rules *rules, uint32_t primaries, uint32_t replicas)
{
    FixtureConfig config = fixture_config(23, primaries, replicas, T_MS);
    config.sim.rules = *rules;
    return fixture_open(&config);
}

static uint64_t close_with_hash(Fixture *fixture)
{
    uint64_t hash = trace_hash(sim_trace(fixture->sim));
    fixture_close(fixture);
    return hash;
}

static const char *id_of(Fixture *fixture, HostId host)
{
    return sim_node_id(fixture->sim, sim_host_node(fixture->sim, host));
}

/* Failovers of all kinds: by election among replicas of different age, by hand back and forth,
 * after a partition; a freeze long enough for a link to be opened again. Hosts 0..2 are the
 * primaries, 3 and 6 the replicas of 0. */
static uint64_t life_of_failovers(const Rules *rules)
{
    Fixture fixture = open_with(rules, 3, 2);
    fixture_create(&fixture, 60 * SIM_SEC);
    fixture_run(&fixture, 3 * SIM_SEC);
    uint32_t behind = fixture_fault(&fixture, 1u << 3, 1u << 0, (NetRule){.cut = true});
    Command feed = {.kind = CMD_FEED, .host = 0};
    feed.u.bytes = 5000;
    fixture_submit(&fixture, &feed);
    fixture_run(&fixture, 300 * SIM_MS);
    fixture_kill(&fixture, 0, false);
    fixture_run(&fixture, 6 * SIM_SEC);
    fixture_heal(&fixture, behind);
    fixture_command(&fixture, CMD_START, 0);
    fixture_run(&fixture, 6 * SIM_SEC);
    for (int i = 0; i < 3; i++) {
        fixture_call(&fixture, i == 1 ? 1 : 4, "CLUSTER FAILOVER");
        fixture_run(&fixture, SIM_SEC);
    }
    fixture_run(&fixture, 6 * SIM_SEC);
    uint32_t alone = fixture_fault(&fixture, 1u << 2, 0x1FF & ~(1u << 2), (NetRule){.cut = true});
    fixture_run(&fixture, 5 * SIM_SEC);
    fixture_heal(&fixture, alone);
    fixture_command(&fixture, CMD_FREEZE, 5);
    fixture_run(&fixture, 3 * SIM_SEC);
    fixture_command(&fixture, CMD_THAW, 5);
    fixture_run(&fixture, 5 * SIM_SEC);
    return close_with_hash(&fixture);
}

/* Replica 6 has less data, so 3 asks first, but only voter 1 hears it; when 6 asks, that one has
 * voted about this primary a moment ago. */
static uint64_t life_of_votes(const Rules *rules)
{
    Fixture fixture = open_with(rules, 3, 2);
    fixture_create(&fixture, 60 * SIM_SEC);
    fixture_run(&fixture, 3 * SIM_SEC);
    fixture_fault(&fixture, 1u << 3, 1u << 2, (NetRule){.cut = true});
    fixture_fault(&fixture, 1u << 6, 1u << 0, (NetRule){.cut = true});
    Command feed = {.kind = CMD_FEED, .host = 0};
    feed.u.bytes = 5000;
    fixture_submit(&fixture, &feed);
    fixture_run(&fixture, 300 * SIM_MS);
    fixture_kill(&fixture, 0, false);
    fixture_run(&fixture, 8 * SIM_SEC);
    return close_with_hash(&fixture);
}

/* Slots are given up and claimed by another; all epochs begin at 0, so they collide. */
static uint64_t life_of_slots(const Rules *rules)
{
    Fixture fixture = open_with(rules, 4, 0);
    for (HostId i = 0; i < 3; i++) {
        fixture_call(&fixture, i, "CLUSTER ADDSLOTSRANGE %u %u", i * 5000u, i * 5000u + 4999u);
    }
    fixture_join(&fixture, 60 * SIM_SEC);
    fixture_run(&fixture, 5 * SIM_SEC);
    fixture_call(&fixture, 2, "CLUSTER BUMPEPOCH");
    fixture_call(&fixture, 2, "CLUSTER DELSLOTS 10001");
    fixture_run(&fixture, 3 * SIM_SEC);
    fixture_call(&fixture, 0, "CLUSTER DELSLOTS 10001");
    fixture_call(&fixture, 0, "CLUSTER ADDSLOTS 10001");
    fixture_run(&fixture, 3 * SIM_SEC);
    fixture_kill(&fixture, 2, false); /* host 3, without slots, reports it too */
    fixture_run(&fixture, 5 * SIM_SEC);
    fixture_call(&fixture, 0, "CLUSTER FORGET %s", id_of(&fixture, 2));
    fixture_command(&fixture, CMD_START, 2);
    fixture_run(&fixture, 5 * SIM_SEC);
    return close_with_hash(&fixture);
}

/* One primary with two replicas, one of which dies; then three with two, one of which loses both.
 */
static uint64_t life_of_replicas(const Rules *rules)
{
    Fixture fixture = open_with(rules, 1, 2);
    fixture_create(&fixture, 60 * SIM_SEC);
    fixture_kill(&fixture, 1, false);
    fixture_run(&fixture, 5 * SIM_SEC);
    uint64_t hash = close_with_hash(&fixture);

    fixture = open_with(rules, 3, 2);
    fixture_create(&fixture, 60 * SIM_SEC);
    fixture_run(&fixture, 3 * SIM_SEC);
    fixture_kill(&fixture, 3, false);
    fixture_kill(&fixture, 6, false);
    fixture_run(&fixture, 15 * SIM_SEC);
    return hash_u64(hash, close_with_hash(&fixture));
}

/* A primary whom nobody can replace comes back from a minority. */
static uint64_t life_of_a_return(const Rules *rules)
{
    Fixture fixture = open_with(rules, 3, 0);
    fixture_create(&fixture, 60 * SIM_SEC);
    uint32_t alone = fixture_fault(&fixture, 1u << 2, 3u, (NetRule){.cut = true});
    fixture_run(&fixture, 3 * SIM_SEC);
    fixture_heal(&fixture, alone);
    fixture_run(&fixture, 3 * SIM_SEC);
    return close_with_hash(&fixture);
}

static void every_rule_makes_a_difference(void)
{
    static uint64_t (*const lives[])(const Rules *) = {
        life_of_failovers, life_of_votes, life_of_slots, life_of_replicas, life_of_a_return};
    Rules standard;
    CU_ASSERT_TRUE_FATAL(rules_profile("redis-7.0", &standard, NULL));
    uint64_t hashes[ARRAY_LENGTH(lives)];
    for (size_t i = 0; i < ARRAY_LENGTH(lives); i++) hashes[i] = lives[i](&standard);

    for (Rule rule = 0; rule < RULE_COUNT; rule++) {
        Rules other = {.on = standard.on ^ UINT64_C(1) << rule};
        bool differs = false;
        for (size_t i = 0; i < ARRAY_LENGTH(lives) && !differs; i++)
            differs = lives[i](&other) != hashes[i];
        if (!differs) fprintf(stderr, "\nrule %s changes nothing\n", rule_name(rule));
        CU_ASSERT_TRUE(differs);
    }
}

void test_rules_suite(void)
{
    CU_pSuite suite = CU_add_suite("rules", NULL, NULL);
    CU_add_test(suite, "every rule makes a difference", every_rule_makes_a_difference);
}
