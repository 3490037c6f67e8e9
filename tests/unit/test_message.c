/* test_message.c -- the pool of bus messages: numbers are reused last in, first out; blocks never
 * move. */
#include "tests/unit/bus_pump.h"

#include <CUnit/CUnit.h>

void test_message_suite(void);

static void message_is_blank_when_its_block_is_used_again(void)
{
    MsgPool *pool = msgpool_create(NULL);
    MsgId first = msg_new(pool, MSG_PING, 20);
    Msg *msg = msg_at(pool, first);
    msg->gossip_count = 20;
    msg->current_epoch = 7;
    msg->mflags = MFLAG_PAUSED;
    msg->gossip[19].node = 5;
    msg_release(pool, first);

    MsgId second = msg_new(pool, MSG_FAIL, 17);

    EXPECT_EQ("the same block", second, first);
    msg = msg_at(pool, second);
    EXPECT_EQ("again", msg->kind, MSG_FAIL);
    EXPECT_EQ("again", msg->gossip_capacity, 17);
    EXPECT_EQ("again", msg->gossip_count, 0);
    EXPECT_EQ("again", msg->current_epoch, 0);
    EXPECT_EQ("again", msg->mflags, 0);
    EXPECT_EQ("again", msg->references, 1);
    msg_release(pool, second);
    msgpool_destroy(pool);
}

static void message_lives_until_its_last_reference_is_released(void)
{
    MsgPool *pool = msgpool_create(NULL);
    MsgId id = msg_new(pool, MSG_FAIL, 0);
    msg_retain(pool, id);
    msg_retain(pool, id);

    msg_release(pool, id);
    msg_release(pool, id);

    EXPECT_EQ("one left", msgpool_live(pool), 1);
    EXPECT_EQ("one left", msg_at(pool, id)->kind, MSG_FAIL);
    msg_release(pool, id);
    EXPECT_EQ("none left", msgpool_live(pool), 0);
    msgpool_destroy(pool);
}

static void messages_do_not_move_when_others_are_made(void)
{
    MsgPool *pool = msgpool_create(NULL);
    MsgId ids[500];
    ids[0] = msg_new(pool, MSG_PING, 100);
    const Msg *first = msg_at(pool, ids[0]);
    for (uint32_t i = 1; i < ARRAY_LENGTH(ids); i++) {
        ids[i] = msg_new(pool, MSG_PONG, (uint16_t)i);
        Msg *msg = msg_at(pool, ids[i]);
        for (uint32_t k = 0; k < i; k++) msg->gossip[k] = (GossipEntry){.node = (NodeId)i};
    }

    CU_ASSERT_PTR_EQUAL(msg_at(pool, ids[0]), first);
    for (uint32_t i = 1; i < ARRAY_LENGTH(ids); i++) {
        const Msg *msg = msg_at(pool, ids[i]);
        for (uint32_t k = 0; k < i; k++) CU_ASSERT_EQUAL(msg->gossip[k].node, i);
    }
    for (uint32_t i = 0; i < ARRAY_LENGTH(ids); i++) msg_release(pool, ids[i]);
    EXPECT_EQ("all given back", msgpool_live(pool), 0);
    msgpool_destroy(pool);
}

/* What a rush has left behind goes back, and the numbers without a block are used again. */
static void blocks_of_a_rush_go_back(void)
{
    enum { RUSH = 20000 };
    static MsgId ids[RUSH];
    Mem *mem = mem_create();
    MsgPool *pool = msgpool_create(mem);
    for (uint32_t round = 0; round < 3; round++) {
        for (uint32_t i = 0; i < RUSH; i++) {
            ids[i] = msg_new(pool, MSG_PING, 100);
            CU_ASSERT_FATAL(ids[i] < RUSH);
            msg_at(pool, ids[i])->offset = i;
        }
        size_t most = mem_used(mem);
        for (uint32_t i = 0; i < RUSH; i++) {
            CU_ASSERT_FATAL(msg_at(pool, ids[i])->offset == i);
            msg_release(pool, ids[i]);
        }
        CU_ASSERT_TRUE(mem_used(mem) < most / 8);
    }
    msgpool_destroy(pool);
    mem_destroy(mem);
}

void test_message_suite(void)
{
    CU_pSuite suite = CU_add_suite("message", NULL, NULL);
    CU_add_test(suite, "a message is blank when its block is used again",
                message_is_blank_when_its_block_is_used_again);
    CU_add_test(suite, "a message lives until its last reference is released",
                message_lives_until_its_last_reference_is_released);
    CU_add_test(suite, "blocks of a rush go back", blocks_of_a_rush_go_back);
    CU_add_test(suite, "messages do not move when others are made",
                messages_do_not_move_when_others_are_made);
}
