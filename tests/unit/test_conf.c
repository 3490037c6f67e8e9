/* test_conf.c -- redis.conf as a file: Redis's quoting, its refusals, and what CONFIG REWRITE
 * leaves. */
#include "sim/base/array.h"
#include "sim/cluster/conffile.h"
#include "tests/unit/desk.h"

#include <CUnit/CUnit.h>
#include <string.h>

void test_conf_suite(void);

static bool reads(NodeConfig *config, const char *text, ConfProblem *problem)
{
    *config = config_default();
    return conf_read(config, slice_of(text), problem);
}

static void conf_splits_lines_into_words_as_redis_does(void)
{
    static const struct {
        const char *row, *text;
        uint32_t timeout_ms;
    } rows[] = {
        {"plain", "cluster-node-timeout 3000", 3000},
        {"blanks around", "\t cluster-node-timeout \t 3001 \r\n", 3001},
        {"double quotes", "cluster-node-timeout \"3002\"\n", 3002},
        {"single quotes", "'cluster-node-timeout' '3003'\n", 3003},
        {"an escape", "cluster-node-timeout \"\\x33004\"\n", 3004},
        {"any case", "CLUSTER-Node-Timeout 3005\n", 3005},
        {"the last line wins", "cluster-node-timeout 1\ncluster-node-timeout 3006\n", 3006},
        {"comments and blank lines", "# a\n\n   # b\ncluster-node-timeout 3007\n#", 3007},
        {"several words where they belong", "bind 10.0.0.1 -::1\ncluster-node-timeout 3008", 3008},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        NodeConfig config;
        ConfProblem problem;

        EXPECT_EQ_IN(rows[i].row, reads(&config, rows[i].text, &problem), true);

        EXPECT_EQ_IN(rows[i].row, config.node_timeout_ms, rows[i].timeout_ms);
    }
}

/* The texts are those of redis-server 7.0 (loadServerConfigFromString). */
static void conf_refuses_with_the_text_of_redis(void)
{
    static const struct {
        const char *row, *text, *want;
    } rows[] = {
        {"no such directive", "port 7000\nxyz 1\n",
         "at line 2\n>>> 'xyz 1'\nBad directive or wrong number of arguments"},
        {"a name alone that nobody knows", "xyz",
         "at line 1\n>>> 'xyz'\nBad directive or wrong number of arguments"},
        {"no value", "\n\n  appendonly \n",
         "at line 3\n>>> 'appendonly'\nwrong number of arguments"},
        {"two values", "appendonly yes no",
         "at line 1\n>>> 'appendonly yes no'\nwrong number of "
         "arguments"},
        {"quotes", "logfile \"/var",
         "at line 1\n>>> 'logfile \"/var'\nUnbalanced quotes in "
         "configuration line"},
        {"half a save", "save 900", "at line 1\n>>> 'save 900'\nInvalid save parameters"},
        {"save with a word", "save a 1", "at line 1\n>>> 'save a 1'\nInvalid save parameters"},
        {"save in no time", "save 0 1", "at line 1\n>>> 'save 0 1'\nInvalid save parameters"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        NodeConfig config;
        ConfProblem problem;
        Text said = {0}, want = {0};

        EXPECT_EQ_IN(rows[i].row, reads(&config, rows[i].text, &problem), false);

        conf_fatal_text(&problem, &said);
        text_append(&want,
                    "*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***\nReading the configuration "
                    "file, %s",
                    rows[i].want);
        EXPECT_TEXT_IN(rows[i].row, text_chars(&said), text_chars(&want));
        NodeConfig standard = config_default();
        EXPECT_EQ_IN(rows[i].row, config.save.count, standard.save.count); /* nothing half-done */
        text_deinit(&said);
        text_deinit(&want);
    }
}

static void conf_adds_save_lines_up(void)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"port 7000\n", "3600 1 300 100 60 10000"},    {"save 900 1\n", "900 1"},
        {"save 900 1\nsave 300 10\n", "900 1 300 10"}, {"save 900 1 300 10\n", "900 1 300 10"},
        {"save \"900 1 300 10\"\n", "900 1 300 10"},   {"save \"\"\n", ""},
        {"save 900 1\nsave \"\"\nsave 5 1\n", "5 1"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        NodeConfig config;
        ConfProblem problem;
        uint32_t index;
        char value[CONFIG_VALUE_SIZE];

        EXPECT_EQ_IN(rows[i].text, reads(&config, rows[i].text, &problem), true);

        CU_ASSERT_TRUE(config_find("save", &index));
        config_value_text(&config, index, value, sizeof(value));
        EXPECT_TEXT_IN(rows[i].text, value, rows[i].want);
    }
}

static void conf_rewrite_keeps_what_it_does_not_know(void)
{
    NodeConfig config, again;
    ConfProblem problem;
    Text written = {0}, twice = {0};
    const char *old = "# my node\nport 7000\ncluster-slave-validity-factor 3\nsave 900 1\n"
                      "save 300 10\n\nappendonly no\ncluster-node-timeout 2000\n"
                      "cluster-node-timeout 3000";
    CU_ASSERT_TRUE(reads(&config, old, &problem));
    config.appendonly = true;
    config.save.count = 0;
    config.repl_backlog_size = 2u << 20;

    conf_rewrite(slice_of(old), &config, &written);

    CU_ASSERT_STRING_EQUAL(text_chars(&written),
                           "# my node\nport 7000\ncluster-replica-validity-factor 3\nsave \"\"\n\n"
                           "appendonly yes\ncluster-node-timeout 3000\n"
                           "# Generated by CONFIG REWRITE\nrepl-backlog-size 2mb\n");
    CU_ASSERT_TRUE(reads(&again, text_chars(&written), &problem));
    conf_rewrite((Slice){text_chars(&written), written.size}, &again, &twice);
    CU_ASSERT_STRING_EQUAL(text_chars(&written), text_chars(&twice));
    text_deinit(&written);
    text_deinit(&twice);
}

void test_conf_suite(void)
{
    CU_pSuite suite = CU_add_suite("redis.conf", NULL, NULL);
    CU_add_test(suite, "conf splits lines into words as redis does",
                conf_splits_lines_into_words_as_redis_does);
    CU_add_test(suite, "conf refuses with the text of redis", conf_refuses_with_the_text_of_redis);
    CU_add_test(suite, "conf adds save lines up", conf_adds_save_lines_up);
    CU_add_test(suite, "conf rewrite keeps what it does not know",
                conf_rewrite_keeps_what_it_does_not_know);
}
