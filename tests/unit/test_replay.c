/* test_replay.c -- the replies that real redis-server 7.0.15 gave
 * (tests/fidelity/oracle/errors.json) are ours, row by row: the story of tests/replay, which `make
 * fidelity` prints. */
#include "tests/replay/replay.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>

void test_replay_suite(void);

static cJSON *read_oracle(void)
{
    static char text[1 << 20];
    FILE *file = fopen("tests/fidelity/oracle/errors.json", "rb");
    if (!file) return NULL;
    size_t size = fread(text, 1, sizeof(text) - 1, file);
    text[size] = '\0';
    fclose(file);
    return cJSON_Parse(text);
}

static void say(const ReplayDifference *difference)
{
    printf("\n    row %u, %s: %s\n      wanted %s\n      got    %s", difference->row,
           difference->node, difference->command, difference->wanted, difference->got);
}

static void every_measured_reply_is_ours(void)
{
    cJSON *oracle = read_oracle();
    CU_ASSERT_PTR_NOT_NULL_FATAL(oracle);
    ReplayResult result = replay_run(oracle, NULL);
    CU_ASSERT_EQUAL(result.rows, 247);
    CU_ASSERT_EQUAL(result.equal, result.rows);
    if (result.equal != result.rows) replay_run(oracle, say);
    cJSON_Delete(oracle);
}

void test_replay_suite(void)
{
    CU_pSuite suite = CU_add_suite("replay of measured replies", NULL, NULL);
    CU_add_test(suite, "every_measured_reply_is_ours", every_measured_reply_is_ours);
}
