/* test_slots.c -- claims, the not-claiming bit, UPDATE, losing the last slot (protocol.md §6.10,
 * §6.11, §8.4). */
#include "sim/base/array.h"
#include "sim/cluster/peers.h"
#include "sim/cluster/slots.h"
#include "tests/unit/desk.h"

#include <CUnit/CUnit.h>
#include <string.h>

void test_slots_suite(void);

#define SAVED (SLEEP_SAVE | SLEEP_STATE | SLEEP_FSYNC)

static void claim(Desk *desk, NodeId sender, uint64_t epoch, const char *ranges)
{
    slots_on_claim(desk->node, sender, epoch, desk_slots(desk, ranges), &desk->env);
    CU_ASSERT_TRUE(desk_is_consistent(desk));
}

/* The table of §6.10: slot 100, claimed or not by node 6 with epoch 5. */
static void claim_of_one_slot_follows_the_table(void)
{
    enum { NOBODY = 99 };
    static const struct {
        const char *row;
        NodeId owner;
        uint64_t owner_epoch;
        bool not_claiming, importing, claims;
        NodeId want;
        bool want_bit;
    } rows[] = {
        {"sender claims its own: the bit is cleared", 6, 5, true, false, true, 6, false},
        {"I am importing it: ignored", 7, 1, false, true, true, 7, false},
        {"nobody owns it", NOBODY, 0, false, false, true, 6, false},
        {"owner does not claim it, whatever its epoch", 7, 9, true, false, true, 6, false},
        {"owner is older", 7, 4, false, false, true, 6, false},
        {"owner has the same epoch", 7, 5, false, false, true, 7, false},
        {"owner is newer", 7, 6, false, false, true, 7, false},
        {"sender does not claim its own: bound, with the bit", 6, 5, false, false, false, 6, true},
        {"sender does not claim another's", 7, 1, false, false, false, 7, false},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Desk *desk = desk_create();
        desk_be_primary(desk, 20, "0");
        desk_primary(desk, 6, 5, rows[i].owner == 6 ? "1 100" : "1");
        desk_primary(desk, 7, rows[i].owner_epoch, rows[i].owner == 7 ? "2 100" : "2");
        if (rows[i].not_claiming) bitset_add(desk->node->not_claiming, 100);
        if (rows[i].importing) desk_command(desk, "CLUSTER SETSLOT 100 IMPORTING #7");
        desk->node->before_sleep = 0;

        claim(desk, 6, 5, rows[i].claims ? "1 100" : "1");

        bool rebound = rows[i].want == 6 && rows[i].owner != 6;
        EXPECT_EQ_IN(rows[i].row, desk->node->owner[100], rows[i].want);
        EXPECT_EQ_IN(rows[i].row, bitset_has(desk->node->not_claiming, 100), rows[i].want_bit);
        EXPECT_EQ_IN(rows[i].row, desk->node->before_sleep, rebound ? SAVED : 0);
        EXPECT_EQ_IN(rows[i].row, desk_notes(desk, TRACE_SLOTS_MOVED), rebound);
        desk_destroy(desk);
    }
}

/* A big claim over several owners rebinds what it may and leaves the rest, with one set for each
 * owner. */
static void claim_cuts_several_owners_at_once(void)
{
    Desk *desk = desk_create();
    desk_be_primary(desk, 20, "0");
    desk_primary(desk, 6, 9, "");
    desk_primary(desk, 7, 3, "1000-5999");
    desk_primary(desk, 8, 12, "6000-8999");
    desk_primary(desk, 9, 4, "9000-16000");
    desk_clear(desk);

    claim(desk, 6, 9, "1-14999");

    CU_ASSERT_STRING_EQUAL(desk_ranges(desk, 6), "1-5999 9000-14999");
    CU_ASSERT_STRING_EQUAL(desk_ranges(desk, 7), "");
    CU_ASSERT_STRING_EQUAL(desk_ranges(desk, 8), "6000-8999");
    CU_ASSERT_STRING_EQUAL(desk_ranges(desk, 9), "15000-16000");
    CU_ASSERT_EQUAL(desk_notes(desk, TRACE_PEER_SLOTS), 3);
    CU_ASSERT_EQUAL(desk_note(desk, TRACE_SLOTS_MOVED)->u.SLOTS_MOVED.count, 11999);
    CU_ASSERT_EQUAL(desk->node->assigned, 1 + 5999 + 3000 + 7001);
    desk_destroy(desk);
}

/* 7.0.15 quirk of §6.10: an owner that drops a slot and takes it again leaves the bit set, since
 * its bitmap is the stored one again and the routine is not called; then a lower epoch wins. */
static void claim_bit_stays_when_the_owner_takes_the_slot_back(void)
{
    Desk *desk = desk_create();
    desk_be_primary(desk, 20, "0");
    desk_primary(desk, 6, 9, "100-200");
    desk_primary(desk, 7, 3, "300");
    Msg header = desk_msg(desk, MSG_PING, 6);

    header.slots = desk_slots(desk, "101-200");
    slots_on_header(desk->node, 6, &header, &desk->env);
    CU_ASSERT_TRUE(bitset_has(desk->node->not_claiming, 100));
    header.slots = desk_slots(desk, "100-200");
    slots_on_header(desk->node, 6, &header, &desk->env);
    CU_ASSERT_TRUE(bitset_has(desk->node->not_claiming, 100));

    claim(desk, 7, 3, "100 300");
    CU_ASSERT_EQUAL(desk->node->owner[100], 7);
    CU_ASSERT_FALSE(bitset_has(desk->node->not_claiming, 100));
    desk_destroy(desk);
}

static void claim_without_the_rule_never_sets_the_bit(void)
{
    Desk *desk = desk_create();
    Error err;
    rules_set(&desk->rules, "not-claiming-bit", false, &err);
    desk_primary(desk, 6, 9, "100-200");

    claim(desk, 6, 9, "101-200");

    CU_ASSERT_FALSE(bitset_has(desk->node->not_claiming, 100));
    desk_destroy(desk);
}

/* After the loop: rule 1 of §6.10, for a primary and for a replica of the loser. */
static void claim_of_the_last_slot_demotes(void)
{
    static const struct {
        const char *row;
        bool i_am_replica, allow_migration;
        const char *claimed;
        bool follows;
    } rows[] = {
        {"all of my slots", false, true, "100-200", true},
        {"not quite all", false, true, "100-199", false},
        {"all, and more", false, true, "100-200 500", true},
        {"migration off, exactly mine", false, false, "100-200", true},
        {"migration off, and more", false, false, "100-200 500", false},
        {"my primary lost all", true, true, "100-200", true},
        {"my primary kept one", true, true, "100-199", false},
        {"my primary lost all, migration off, more claimed", true, false, "100-200 500", false},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Desk *desk = desk_create();
        desk->node->cfg.allow_replica_migration = rows[i].allow_migration;
        desk_primary(desk, 6, 9, "");
        if (rows[i].i_am_replica) {
            desk_primary(desk, 7, 3, "100-200");
            desk_be_replica(desk, 7);
        } else {
            desk_be_primary(desk, 3, "100-200");
            desk_command(desk, "CLUSTER SETSLOT 100 MIGRATING #6");
        }
        desk_clear(desk);

        claim(desk, 6, 9, rows[i].claimed);

        const Effect *replicate = desk_effect(desk, EFFECT_REPLICATE);
        EXPECT_EQ_IN(rows[i].row, replicate != NULL, rows[i].follows);
        EXPECT_EQ_IN(rows[i].row, desk_notes(desk, TRACE_ROLE_CHANGED), rows[i].follows);
        EXPECT_EQ_IN(rows[i].row, desk->node->before_sleep, SAVED);
        if (rows[i].follows) {
            EXPECT_EQ_IN(rows[i].row, replicate->node, 6);
            EXPECT_EQ_IN(rows[i].row, replicate->addr, 7);
            EXPECT_EQ_IN(rows[i].row, node_me(desk->node)->primary, 6);
            EXPECT_EQ_IN(rows[i].row, node_is_primary(desk->node), false);
            EXPECT_EQ_IN(rows[i].row, desk->node->open_slots.count, 0);
        }
        desk_destroy(desk);
    }
}

/* Rule 2: no chains, except that nobody follows itself. */
static void claim_repairs_a_chain(void)
{
    static const struct {
        const char *row;
        NodeId above;
        NodeId want;
    } rows[] = {{"the primary of my primary", 8, 8}, {"it is me", DESK_SELF, 7}};
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Desk *desk = desk_create();
        desk_primary(desk, 6, 9, "1");
        desk_primary(desk, 7, 3, "");
        desk_primary(desk, 8, 4, "2");
        desk_be_replica(desk, 7);
        desk_replica(desk, 7, rows[i].above, 0);

        claim(desk, 6, 9, "1 3");

        EXPECT_EQ_IN(rows[i].row, node_me(desk->node)->primary, rows[i].want);
        desk_destroy(desk);
    }
}

/* Rule 3: a primary that keeps some slots drops the keys of those it lost. */
static void claim_of_some_slots_drops_their_keys(void)
{
    static const struct {
        const char *row;
        bool has_keys, knows_slots;
        uint32_t want_count;
    } rows[] = {{"no keys", false, false, 0},
                {"keys somewhere", true, false, 51},
                {"keys in slot 120", true, true, 1}};
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Desk *desk = desk_create();
        desk->facts.has_keys = rows[i].has_keys;
        if (rows[i].knows_slots) desk->facts.slot_keys = desk->slot_keys;
        desk->slot_keys[120] = 3;
        desk_be_primary(desk, 3, "100-200");
        desk_primary(desk, 6, 9, "");

        claim(desk, 6, 9, "100-150");

        const Effect *drop = desk_effect(desk, EFFECT_DROP_KEYS);
        EXPECT_EQ_IN(rows[i].row, drop ? bitpool_members(desk->slots, drop->u.slots) : 0,
                     rows[i].want_count);
        EXPECT_EQ_IN(rows[i].row, node_is_primary(desk->node), true);
        desk_destroy(desk);
    }
}

/* §6.11: one UPDATE for a packet, about the owner of the first stale slot. */
static void header_with_stale_slots_is_answered_with_one_update(void)
{
    Desk *desk = desk_create();
    Error err;
    desk_be_primary(desk, 20, "0");
    desk_primary(desk, 6, 2, "1");
    desk_primary(desk, 7, 5, "100-149 160");
    desk_primary(desk, 8, 9, "150-159");
    desk_epochs(desk, 20, 0);
    bitset_add(desk->node->not_claiming, 160);
    Msg header = desk_msg(desk, MSG_PING, 6);
    header.slots = desk_slots(desk, "1 100-160");

    slots_on_header(desk->node, 6, &header, &desk->env);

    const Msg *update = desk_message(desk, MSG_UPDATE);
    CU_ASSERT_EQUAL(desk_sent(desk, MSG_UPDATE), 1);
    CU_ASSERT_TRUE(desk_sent_to(desk, MSG_UPDATE, 6));
    CU_ASSERT_EQUAL(update->subject, 7);
    CU_ASSERT_EQUAL(update->subject_epoch, 5);
    CU_ASSERT_EQUAL(update->bytes, MSG_UPDATE_BYTES);
    CU_ASSERT_EQUAL(update->subject_slots,
                    desk_slots(desk, "100-149")); /* 160 went to 6, see the bit */
    CU_ASSERT_EQUAL(desk->node->owner[160], 6);
    CU_ASSERT_EQUAL(desk_note(desk, TRACE_UPDATE_WANTED)->u.UPDATE_WANTED.subject, 7);

    desk_clear(desk);
    rules_set(&desk->rules, "update-messages", false, &err);
    slots_on_header(desk->node, 6, &header, &desk->env);
    CU_ASSERT_EQUAL(desk_sent(desk, MSG_UPDATE), 0);
    desk_destroy(desk);
}

/* What the subject stopped claiming is blanked in the UPDATE about it. */
static void update_leaves_out_what_is_not_claimed(void)
{
    Desk *desk = desk_create();
    desk_be_primary(desk, 20, "0");
    desk_primary(desk, 6, 2, "1");
    desk_primary(desk, 7, 5, "100-149");
    bitset_add(desk->node->not_claiming, 149);
    Msg header = desk_msg(desk, MSG_PONG, 6);
    header.slots = desk_slots(desk, "1 100");

    slots_on_header(desk->node, 6, &header, &desk->env);

    CU_ASSERT_EQUAL(desk_message(desk, MSG_UPDATE)->subject_slots, desk_slots(desk, "100-148"));
    desk_destroy(desk);
}

/* A replica's header speaks for its primary: compared with that, corrected, but never a claim. */
static void header_of_a_replica_claims_nothing(void)
{
    Desk *desk = desk_create();
    desk_be_primary(desk, 20, "0");
    desk_primary(desk, 6, 2, "1");
    desk_primary(desk, 7, 5, "100-149");
    desk_replica(desk, 8, 6, 0);
    Msg header = desk_msg(desk, MSG_PING, 8);

    slots_on_header(desk->node, 8, &header, &desk->env);
    CU_ASSERT_EQUAL(desk->out.items.count, 0);
    header.slots = desk_slots(desk, "1 100 200");
    slots_on_header(desk->node, 8, &header, &desk->env);

    CU_ASSERT_EQUAL(desk->node->owner[200], NODE_NONE);
    CU_ASSERT_TRUE(desk_sent_to(desk, MSG_UPDATE, 8));
    desk_destroy(desk);
}

static void header_without_a_link_back_gets_no_update(void)
{
    Desk *desk = desk_create();
    desk_primary(desk, 6, 2, "1");
    desk_primary(desk, 7, 5, "100-149");
    peer_set_link(desk->node, 6, LINK_NONE, PLINK_NONE, &desk->env);
    desk_clear(desk);
    Msg header = desk_msg(desk, MSG_PING, 6);
    header.slots = desk_slots(desk, "1 100");

    slots_on_header(desk->node, 6, &header, &desk->env);

    CU_ASSERT_EQUAL(desk_notes(desk, TRACE_UPDATE_WANTED), 0);
    desk_destroy(desk);
}

/* §6.11, receiving. */
static void update_is_taken_only_if_it_is_newer(void)
{
    static const struct {
        const char *row;
        NodeId subject;
        uint64_t epoch;
        bool taken;
    } rows[] = {
        {"newer", 7, 6, true},
        {"as old", 7, 5, false},
        {"older", 7, 4, false},
        {"unknown subject", 9, 6, false},
        {"a replica becomes a primary", 8, 6, true},
        {"about myself", DESK_SELF, 99, false},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Desk *desk = desk_create();
        desk_be_primary(desk, 1, "0-99");
        desk_primary(desk, 6, 2, "100-149");
        desk_primary(desk, 7, 5, "150");
        desk_replica(desk, 8, 6, 0);
        Msg update = desk_msg(desk, MSG_UPDATE, 6);
        update.subject = rows[i].subject;
        update.subject_epoch = rows[i].epoch;
        update.subject_slots = desk_slots(desk, "100-149");

        slots_on_update(desk->node, &update, &desk->env);

        EXPECT_EQ_IN(rows[i].row, desk->node->owner[100], rows[i].taken ? rows[i].subject : 6);
        EXPECT_EQ_IN(rows[i].row, (desk->node->before_sleep & (SLEEP_SAVE | SLEEP_FSYNC)) != 0,
                     rows[i].taken);
        if (rows[i].taken) {
            EXPECT_EQ_IN(rows[i].row, desk->node->peers[rows[i].subject].epoch, rows[i].epoch);
            EXPECT_EQ_IN(rows[i].row, desk->node->peers[rows[i].subject].flags & FLAG_PRIMARY,
                         FLAG_PRIMARY);
        }
        EXPECT_EQ_IN(rows[i].row, node_me(desk->node)->epoch, 1);
        CU_ASSERT_TRUE(desk_is_consistent(desk));
        desk_destroy(desk);
    }
}

/* §8.2: a primary's first slot makes it a target of migration, if any primary has a replica. */
static void first_slot_marks_a_target_of_migration(void)
{
    Desk *desk = desk_create();
    desk_primary(desk, 6, 2, "");
    desk_primary(desk, 7, 5, "");
    claim(desk, 6, 2, "1");
    CU_ASSERT_EQUAL(desk->node->peers[6].flags & FLAG_MIGRATE_TO, 0);
    desk_primary(desk, 8, 1, "");
    desk_replica(desk, 9, 8, 0);

    claim(desk, 6, 2, "1 2");
    CU_ASSERT_EQUAL(desk->node->peers[6].flags & FLAG_MIGRATE_TO, 0); /* not its first */
    claim(desk, 7, 5, "3");
    CU_ASSERT_EQUAL(desk->node->peers[7].flags & FLAG_MIGRATE_TO, FLAG_MIGRATE_TO);
    desk_destroy(desk);
}

/* Against a model that goes slot by slot, as the source does: many random claims. */
static void claims_agree_with_a_model_slot_by_slot(void)
{
    Desk *desk = desk_create();
    Rng rng = rng_derive(3, "claims", 0);
    static const uint64_t epochs[] = {4, 7, 2};
    NodeId owner[SLOT_COUNT];
    bool bit[SLOT_COUNT] = {false};
    memset(owner, 0xFF, sizeof(owner));
    desk_be_primary(desk, 100, "");
    for (NodeId i = 0; i < 3; i++) desk_primary(desk, (NodeId)(6 + i), epochs[i], "");

    for (uint32_t round = 0; round < 300; round++) {
        uint64_t words[BITSET_WORDS(SLOT_COUNT)] = {0};
        NodeId sender = (NodeId)(6 + rng_below(&rng, 3));
        uint32_t start = rng_below(&rng, 12000), size = rng_below(&rng, 4000);
        for (uint32_t s = start; s < start + size; s += 1 + rng_below(&rng, 3))
            bitset_add(words, s);
        for (uint32_t s = 0; s < SLOT_COUNT; s++) {
            NodeId o = owner[s];
            bool claimed = bitset_has(words, s);
            if (claimed && o == sender) bit[s] = false;
            else if (!claimed && o == sender) bit[s] = true;
            else if (claimed && (o == NODE_NONE || bit[s] || epochs[o - 6] < epochs[sender - 6])) {
                owner[s] = sender;
                bit[s] = false;
            }
        }
        slots_on_claim(desk->node, sender, epochs[sender - 6], bitpool_intern(desk->slots, words),
                       &desk->env);
        desk_clear(desk);

        bool equal = memcmp(owner, desk->node->owner, sizeof(owner)) == 0;
        for (uint32_t s = 0; s < SLOT_COUNT; s++)
            equal = equal && bit[s] == bitset_has(desk->node->not_claiming, s);
        if (!equal) CU_FAIL("the table differs from the model");
    }
    CU_ASSERT_TRUE(desk_is_consistent(desk));
    desk_destroy(desk);
}

void test_slots_suite(void)
{
    CU_pSuite suite = CU_add_suite("slots", NULL, NULL);
    CU_add_test(suite, "claim of one slot follows the table", claim_of_one_slot_follows_the_table);
    CU_add_test(suite, "claim cuts several owners at once", claim_cuts_several_owners_at_once);
    CU_add_test(suite, "claim bit stays when the owner takes the slot back",
                claim_bit_stays_when_the_owner_takes_the_slot_back);
    CU_add_test(suite, "claim without the rule never sets the bit",
                claim_without_the_rule_never_sets_the_bit);
    CU_add_test(suite, "claim of the last slot demotes", claim_of_the_last_slot_demotes);
    CU_add_test(suite, "claim repairs a chain", claim_repairs_a_chain);
    CU_add_test(suite, "claim of some slots drops their keys",
                claim_of_some_slots_drops_their_keys);
    CU_add_test(suite, "header with stale slots is answered with one UPDATE",
                header_with_stale_slots_is_answered_with_one_update);
    CU_add_test(suite, "UPDATE leaves out what is not claimed",
                update_leaves_out_what_is_not_claimed);
    CU_add_test(suite, "header of a replica claims nothing", header_of_a_replica_claims_nothing);
    CU_add_test(suite, "header without a link back gets no UPDATE",
                header_without_a_link_back_gets_no_update);
    CU_add_test(suite, "UPDATE is taken only if it is newer", update_is_taken_only_if_it_is_newer);
    CU_add_test(suite, "first slot marks a target of migration",
                first_slot_marks_a_target_of_migration);
    CU_add_test(suite, "claims agree with a model slot by slot",
                claims_agree_with_a_model_slot_by_slot);
}
