/* test_config.c -- directives of redis.conf, and the rules table. */
#include "sim/base/array.h"
#include "sim/cluster/conffile.h"
#include "sim/cluster/rules.h"
#include "sim/cluster/settings.h"
#include "tests/unit/desk.h"

#include <CUnit/CUnit.h>
#include <string.h>

void test_config_suite(void);

/* protocol.md §11.8. */
static void config_has_the_defaults_of_redis(void)
{
    NodeConfig config = config_default();
    CU_ASSERT_EQUAL(config.node_timeout_ms, 15000);
    CU_ASSERT_EQUAL(config.replica_validity_factor, 10);
    CU_ASSERT_EQUAL(config.migration_barrier, 1);
    CU_ASSERT_TRUE(config.allow_replica_migration);
    CU_ASSERT_TRUE(config.require_full_coverage);
    CU_ASSERT_FALSE(config.replica_no_failover);
    CU_ASSERT_EQUAL(config.repl_ping_period_s, 10);
    CU_ASSERT_EQUAL(config.repl_diskless_delay_s, 5);
    CU_ASSERT_EQUAL(config.repl_backlog_size, 1048576);
    CU_ASSERT_FALSE(config.appendonly);
    CU_ASSERT_EQUAL(config.appendfsync, FSYNC_EVERYSEC);
    CU_ASSERT_EQUAL(config.save.count, 3);
    CU_ASSERT_EQUAL(config.save.items[2].changes, 10000);
}

static void config_takes_names_old_names_and_any_case(void)
{
    static const struct {
        const char *name, *value;
        uint32_t index_name_of; /* which directive, by its index */
        const char *want;
    } rows[] = {
        {"cluster-node-timeout", "2000", 0, "2000"},
        {"CLUSTER-NODE-TIMEOUT", "2500", 0, "2500"},
        {"cluster-slave-validity-factor", "0", 1, "0"},
        {"cluster-replica-no-failover", "YES", 2, "yes"},
        {"cluster-slave-no-failover", "no", 2, "no"},
        {"repl-ping-slave-period", "1", 9, "1"},
        {"repl-backlog-size", "1mb", 12, "1048576"},
        {"repl-backlog-size", "1M", 12, "1000000"},
        {"repl-backlog-size", "64kb", 12, "65536"},
        {"repl-backlog-size", "5", 12, "5"},
        {"min-slaves-max-lag", "3", 15, "3"},
    };
    NodeConfig config = config_default();
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Error err = {{0}};
        char text[CONFIG_VALUE_SIZE];

        EXPECT_EQ_IN(rows[i].name, config_set(&config, rows[i].name, rows[i].value, &err), true);

        config_value_text(&config, rows[i].index_name_of, text, sizeof(text));
        EXPECT_TEXT_IN(rows[i].name, text, rows[i].want);
        EXPECT_TEXT_IN(rows[i].name, err.text, "");
    }
}

/* What a node obeys is in the table of all directives, under the same names. */
static void config_obeys_directives_that_exist(void)
{
    for (uint32_t i = 0; i < config_count(); i++) {
        uint32_t setting;
        bool found = setting_find(slice_of(config_name(i)), &setting);
        EXPECT_EQ_IN(config_name(i), found, true);
        if (found) EXPECT_TEXT_IN(config_name(i), setting_at(setting)->name, config_name(i));
    }
    for (uint32_t i = 0; i < setting_count(); i++) {
        NodeConfig config = config_default();
        Error err = {{0}};
        const Setting *setting = setting_at(i);
        uint32_t at;
        EXPECT_EQ_IN(setting->name, setting_check(setting, setting->value, &err), true);
        EXPECT_EQ_IN(setting->name, config_set(&config, setting->name, setting->value, &err), true);
        if (setting->old_name[0])
            EXPECT_EQ_IN(setting->old_name, setting_find(slice_of(setting->old_name), &at), true);
    }
}

static void config_refuses_in_one_sentence(void)
{
    static const struct {
        const char *name, *value, *want;
    } rows[] = {
        {"cluster-node-timeout", "2s", "cluster-node-timeout is a number, not '2s'"},
        {"cluster-node-timeout", "-1", "cluster-node-timeout is a number, not '-1'"},
        {"cluster-node-timeout", "", "cluster-node-timeout is a number, not ''"},
        {"cluster-node-timeout", "0", "cluster-node-timeout lies between 1 and 3600000, not 0"},
        {"cluster-node-timeout", "99999999999999999999",
         "cluster-node-timeout is a number, not '99999999999999999999'"},
        {"cluster-require-full-coverage", "1",
         "cluster-require-full-coverage is 'yes' or 'no', not '1'"},
        {"repl-backlog-size", "1tb",
         "repl-backlog-size is a size such as 1048576 or 1mb, not '1tb'"},
        {"repl-backlog-size", "0", "repl-backlog-size lies between 1 and 1099511627776, not 0"},
        {"cluster-node-timeuot", "1",
         "there is no directive 'cluster-node-timeuot'; did you mean 'cluster-node-timeout'?"},
        {"xyzzy", "1", "there is no directive 'xyzzy' that a virtual node knows"},
        {"port", "70000", "port: argument must be between 0 and 65535 inclusive, not '70000'"},
        {"appendonly", "maybe", "appendonly is 'yes' or 'no', not 'maybe'"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        NodeConfig config = config_default(), before = config;
        Error err = {{0}};

        EXPECT_EQ_IN(rows[i].name, config_set(&config, rows[i].name, rows[i].value, &err), false);

        EXPECT_TEXT_IN(rows[i].name, err.text, rows[i].want);
        EXPECT_EQ_IN(rows[i].name, config.node_timeout_ms, before.node_timeout_ms);
    }
}

static void config_reads_a_file_and_names_the_line(void)
{
    NodeConfig config = config_default();
    Error err = {{0}};
    const char *good =
        "# a node\nport 7000\n  cluster-enabled yes\r\n\ncluster-node-timeout 3000  \n"
        "save \"\"\nappendonly no\ndir /var/lib/redis\nrepl-backlog-size \"2mb\"";

    CU_ASSERT_TRUE(config_read(&config, good, &err));
    CU_ASSERT_EQUAL(config.node_timeout_ms, 3000);
    CU_ASSERT_EQUAL(config.repl_backlog_size, 2097152);

    CU_ASSERT_FALSE(
        config_read(&config, "cluster-node-timeout 4000\n\nclusternode-timeout 1\n", &err));
    CU_ASSERT_STRING_EQUAL(err.text, "line 3: there is no directive 'clusternode-timeout'; did you "
                                     "mean 'cluster-node-timeout'?");
    CU_ASSERT_EQUAL(config.node_timeout_ms, 3000); /* nothing half-done */
    CU_ASSERT_FALSE(config_read(&config, "port", &err));
    CU_ASSERT_STRING_EQUAL(err.text, "line 1: port has no value");
}

static void rules_know_their_profile_and_their_names(void)
{
    Rules rules;
    Error err = {{0}};

    CU_ASSERT_TRUE(rules_profile("redis-7.0", &rules, &err));
    CU_ASSERT_TRUE(rule_on(&rules, RULE_VOTE_SPACING));
    CU_ASSERT_FALSE(rule_on(&rules, RULE_CONNECT_NODELAY));
    CU_ASSERT_FALSE(rules_profile("redis-9", &rules, &err));
    CU_ASSERT_STRING_EQUAL(err.text, "there is no profile 'redis-9'; known: redis-7.0");

    CU_ASSERT_TRUE(rules_set(&rules, "vote-spacing", false, &err));
    CU_ASSERT_FALSE(rule_on(&rules, RULE_VOTE_SPACING));
    CU_ASSERT_TRUE(rules_set(&rules, "vote-spacing", true, &err));
    CU_ASSERT_TRUE(rule_on(&rules, RULE_VOTE_SPACING));
    CU_ASSERT_FALSE(rules_set(&rules, "vote-spaceing", true, &err));
    CU_ASSERT_STRING_EQUAL(err.text,
                           "there is no rule 'vote-spaceing'; did you mean 'vote-spacing'?");
    CU_ASSERT_STRING_EQUAL(rule_name(RULE_REJOIN_DELAY), "rejoin-delay");
    CU_ASSERT_STRING_EQUAL(rule_section(RULE_REJOIN_DELAY), "§5.7");
}

void test_config_suite(void)
{
    CU_pSuite suite = CU_add_suite("configuration and rules", NULL, NULL);
    CU_add_test(suite, "config obeys directives that exist", config_obeys_directives_that_exist);
    CU_add_test(suite, "config has the defaults of redis", config_has_the_defaults_of_redis);
    CU_add_test(suite, "config takes names, old names and any case",
                config_takes_names_old_names_and_any_case);
    CU_add_test(suite, "config refuses in one sentence", config_refuses_in_one_sentence);
    CU_add_test(suite, "config reads a file and names the line",
                config_reads_a_file_and_names_the_line);
    CU_add_test(suite, "rules know their profile and their names",
                rules_know_their_profile_and_their_names);
}
