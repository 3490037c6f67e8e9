/* test_resp_cli.c -- what redis-cli prints for a reply: formatted on a terminal, and as it is for
 * the few commands whose reply is a text to read. */
#include "sim/base/resp.h"

#include <CUnit/CUnit.h>

#include <stdio.h>
#include <string.h>

void test_resp_cli_suite(void);

static void replies_are_printed_by_kind_and_by_command(void)
{
    static const struct {
        const char *line, *resp, *want;
    } rows[] = {
        {"SET a b", "+OK\r\n", "OK\n"},
        {"GET a", "$5\r\na\"\n\x01z\r\n", "\"a\\\"\\n\\x01z\"\n"},
        {"GET a", "$-1\r\n", "(nil)\n"},
        {"GET a", "-MOVED 1 10.0.0.1:6379\r\n", "(error) MOVED 1 10.0.0.1:6379\n"},
        {"INCR a", ":7\r\n", "(integer) 7\n"},
        {"LRANGE a 0 -1", "*0\r\n", "(empty array)\n"},
        {"MGET a b", "*2\r\n$1\r\nx\r\n$-1\r\n", "1) \"x\"\n2) (nil)\n"},
        {"XX", "*2\r\n*1\r\n:1\r\n:2\r\n", "1) 1) (integer) 1\n2) (integer) 2\n"},
        /* texts to read, in any case of letters, errors too */
        {"CLUSTER NODES", "$4\r\na\nb\n\r\n", "a\nb\n\n"},
        {"cluster info", "$3\r\na:1\r\n", "a:1\n"},
        {"INFO", "$3\r\na:1\r\n", "a:1\n"},
        {"info server memory", "$3\r\na:1\r\n", "a:1\n"},
        {"CLIENT LIST TYPE normal", "$2\r\nid\r\n", "id\n"},
        {"INFO", "-NOAUTH no\r\n", "NOAUTH no\n"},
        {"LOLWUT 5", "*2\r\n$1\r\na\r\n:2\r\n", "a\n2\n"},
        /* and what only looks like them */
        {"CLUSTER NODES x", "$1\r\na\r\n", "\"a\"\n"},
        {"CLUSTER", "$1\r\na\r\n", "\"a\"\n"},
        {"CLUSTER MYID", "$1\r\na\r\n", "\"a\"\n"},
        {"INFORM", "$1\r\na\r\n", "\"a\"\n"},
        {"\"INFO", "$1\r\na\r\n", "\"a\"\n"}, /* no words: the quote is open */
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        RespValues values = {0};
        Text got = {0};
        Error err;
        uint32_t used;
        Slice bytes = {rows[i].resp, (uint32_t)strlen(rows[i].resp)};
        CU_ASSERT_EQUAL_FATAL(resp_read(bytes, &values, &used, &err, NULL), RESP_DONE);

        resp_cli_reply(rows[i].line, &values, &got);

        if (strcmp(text_chars(&got), rows[i].want) != 0) {
            printf("\n  %s: got %s, want %s", rows[i].line, text_chars(&got), rows[i].want);
            CU_FAIL(rows[i].line);
        }
        text_deinit(&got);
        array_deinit(NULL, &values);
    }
}

void test_resp_cli_suite(void)
{
    CU_pSuite suite = CU_add_suite("resp: redis-cli", NULL, NULL);
    CU_add_test(suite, "by kind and by command", replies_are_printed_by_kind_and_by_command);
}
