/* test_epoch.c -- config epochs without a vote: protocol.md §4.9, §4.10. */
#include "sim/base/array.h"
#include "sim/cluster/epoch.h"
#include "tests/unit/desk.h"

#include <CUnit/CUnit.h>

void test_epoch_suite(void);

/* §4.9: of two primaries with one epoch the smaller ID moves; the node on the desk has ID 5. */
static void epoch_collision_moves_the_smaller_id(void)
{
    static const struct {
        const char *row;
        NodeId sender;
        uint64_t sender_epoch, my_epoch;
        bool i_am_primary, sender_is_primary, rule;
        bool moves;
    } rows[] = {
        {"I am smaller", 6, 4, 4, true, true, true, true},
        {"I am larger", 4, 4, 4, true, true, true, false},
        {"epochs differ", 6, 3, 4, true, true, true, false},
        {"both zero", 6, 0, 0, true, true, true, true},
        {"sender is a replica", 6, 4, 4, true, false, true, false},
        {"I am a replica", 6, 4, 4, false, true, true, false},
        {"the rule is off", 6, 4, 4, true, true, false, false},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Desk *desk = desk_create();
        Error err;
        rules_set(&desk->rules, "epoch-collision", rows[i].rule, &err);
        desk_be_primary(desk, rows[i].my_epoch, "");
        desk_primary(desk, 7, 1, "0-10");
        desk_primary(desk, rows[i].sender, rows[i].sender_epoch, "");
        if (!rows[i].i_am_primary) desk_be_replica(desk, 7);
        if (!rows[i].sender_is_primary) desk_replica(desk, rows[i].sender, 7, 0);
        desk_epochs(desk, 9, 2);

        epoch_on_collision(desk->node, rows[i].sender, rows[i].sender_epoch, &desk->env);

        uint64_t moved = rows[i].moves;
        EXPECT_EQ_IN(rows[i].row, desk->node->current_epoch, 9 + moved);
        EXPECT_EQ_IN(rows[i].row, node_me(desk->node)->epoch, moved ? 10 : rows[i].my_epoch);
        EXPECT_EQ_IN(rows[i].row, desk->node->last_vote_epoch, 2);
        EXPECT_EQ_IN(rows[i].row, desk_notes(desk, TRACE_EPOCH_COLLISION), moved);
        EXPECT_EQ_IN(rows[i].row, desk_effects(desk, EFFECT_PERSIST), moved);
        if (moved) EXPECT_EQ_IN(rows[i].row, desk_effect(desk, EFFECT_PERSIST)->u.fsync, 1);
        desk_destroy(desk);
    }
}

/* §4.10: only a node that is not alone at the top moves. */
static void epoch_bump_needs_a_reason(void)
{
    static const struct {
        const char *row;
        uint64_t mine, other, current;
        bool bumps;
    } rows[] = {
        {"epoch 0", 0, 0, 0, true},
        {"another is greater", 3, 7, 7, true},
        {"currentEpoch is greater", 7, 3, 8, true},
        {"greatest", 7, 3, 7, false},
        {"as great as another", 7, 7, 7, false},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Desk *desk = desk_create();
        desk_be_primary(desk, rows[i].mine, "");
        desk_primary(desk, 6, rows[i].other, "");
        desk_epochs(desk, rows[i].current, 0);

        bool bumped = epoch_bump(desk->node, &desk->env);

        EXPECT_EQ_IN(rows[i].row, bumped, rows[i].bumps);
        EXPECT_EQ_IN(rows[i].row, desk->node->current_epoch, rows[i].current + rows[i].bumps);
        EXPECT_EQ_IN(rows[i].row, node_me(desk->node)->epoch,
                     bumped ? rows[i].current + 1 : rows[i].mine);
        EXPECT_EQ_IN(rows[i].row, desk->node->before_sleep, bumped ? SLEEP_SAVE | SLEEP_FSYNC : 0);
        desk_destroy(desk);
    }
}

void test_epoch_suite(void)
{
    CU_pSuite suite = CU_add_suite("epochs", NULL, NULL);
    CU_add_test(suite, "epoch collision moves the smaller ID",
                epoch_collision_moves_the_smaller_id);
    CU_add_test(suite, "epoch bump needs a reason", epoch_bump_needs_a_reason);
}
