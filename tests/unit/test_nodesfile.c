/* test_nodesfile.c -- nodes.conf read as redis-server reads it (protocol.md §2.5, §2.7). */
#include "tests/fixture/fixture.h"
#include "tests/fuzz/fuzz_nodesconf.c"
#include "tests/unit/desk.h"

#include <CUnit/CUnit.h>

void test_nodesfile_suite(void);

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

/* Reads a text in a town of its own; what it is written as goes to *again. */
static bool read_text(const char *chars, Text *again, NodesProblem *problem)
{
    Town town = {0};
    NodesNames names = {&town, find_node, find_addr};
    NodeDisk disk = {.self = NODE_NONE};
    BitPool *slots = bitpool_create(NULL, SLOT_COUNT);
    bool read = nodesfile_read(slice_of(chars), &names, slots, &disk, NULL, problem);
    if (read && disk.self != NODE_NONE) write_text(&disk, &town, slots, again);
    node_disk_deinit(&disk, NULL);
    bitpool_destroy(slots);
    array_deinit(NULL, &town.directory.nodes);
    array_deinit(NULL, &town.addrs);
    return read;
}

static void nodesfile_lets_pass_what_redis_lets_pass(void)
{
    static const struct {
        const char *row, *text, *again;
    } rows[] = {
        {"a brand-new node",
         A " :0@0 myself,master - 0 0 0 connected\nvars currentEpoch 0 "
           "lastVoteEpoch 0\n",
         A " :0@0 myself,master - 0 0 0 connected\nvars currentEpoch 0 lastVoteEpoch 0\n"},
        {"blank lines, an old address, a host name, an unknown variable",
         "\n\n" A " 10.0.0.1:7000,host myself,master - 0 5 3 connected 1 2 3\n\n"
         "vars currentEpoch 4 other 1 lastVoteEpoch 2\n\n\n",
         A " 10.0.0.1:7000@17000 myself,master - 0 1 3 connected 1-3\n"
           "vars currentEpoch 4 lastVoteEpoch 2\n"},
        {"a slot twice: the first claim counts",
         A " 10.0.0.1:1@2 myself,master - 0 0 1 connected 5\n" B
           " 10.0.0.2:1@2 master - 0 0 2 connected 4-6\n",
         A " 10.0.0.1:1@2 myself,master - 0 0 1 connected 5\n" B
           " 10.0.0.2:1@2 master - 0 0 2 connected 4 6\n"
           "vars currentEpoch 0 lastVoteEpoch 0\n"},
        {"nothing at all", "", ""},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        NodesProblem problem;
        Text again = {0};

        EXPECT_EQ_IN(rows[i].row, read_text(rows[i].text, &again, &problem), true);

        EXPECT_TEXT_IN(rows[i].row, text_chars(&again), rows[i].again);
        text_deinit(&again);
    }
}

static void nodesfile_refuses_with_the_text_of_redis_and_the_line(void)
{
    static const char corrupted[] = "Unrecoverable error: corrupted cluster config file.";
    static const struct {
        const char *row, *text, *log;
        uint32_t line;
    } rows[] = {
        {"seven fields", A " :0@0 myself,master - 0 0 0\n", corrupted, 1},
        {"no ID", "\nxyz :0@0 myself,master - 0 0 0 connected\n", corrupted, 2},
        {"no port", A " 10.0.0.1 myself,master - 0 0 0 connected\n", corrupted, 1},
        {"a primary that is none", A " :0@0 myself,slave xyz 0 0 0 connected\n", corrupted, 1},
        {"a flag", A " :0@0 myself,chief - 0 0 0 connected\n",
         "Unknown flag in redis cluster config file", 1},
        {"a slot beyond", A " :0@0 myself,master - 0 0 0 connected 16384\n", corrupted, 1},
        {"a range beyond", A " :0@0 myself,master - 0 0 0 connected 1-16384\n", corrupted, 1},
        {"an open slot", A " :0@0 myself,master - 0 0 0 connected [1->-xyz]\n", corrupted, 1},
        {"half a pair", A " :0@0 myself,master - 0 0 0 connected\nvars currentEpoch\n", corrupted,
         2},
        {"quotes", "\"" A " :0@0 myself,master - 0 0 0 connected\n", corrupted, 1},
        {"nobody is myself", A " :0@0 master - 0 0 0 connected\n", corrupted, 0},
        {"two are", A " :0@0 myself - 0 0 0 connected\n" B " :0@0 myself - 0 0 0 connected\n",
         "=== ASSERTION FAILED ===", 2},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        NodesProblem problem;
        Text again = {0};

        EXPECT_EQ_IN(rows[i].row, read_text(rows[i].text, &again, &problem), false);

        EXPECT_TEXT_IN(rows[i].row, problem.log, rows[i].log);
        EXPECT_EQ_IN(rows[i].row, problem.line, rows[i].line);
        text_deinit(&again);
    }
}

static void expect_round_trip(Fixture *fixture, uint64_t seed)
{
    for (uint32_t host = 0; host < fixture->hosts; host++) {
        Text written = {0}, again = {0};
        NodesProblem problem;
        sim_conf_text(fixture->sim, (HostId)host, &written);

        bool read = read_text(text_chars(&written), &again, &problem);

        CU_ASSERT_TRUE(read);
        if (!read) fprintf(stderr, "seed %d: %s\n", (int)seed, problem.reason.text);
        CU_ASSERT_STRING_EQUAL(text_chars(&again), text_chars(&written));
        text_deinit(&written);
        text_deinit(&again);
    }
}

/* What a node writes it reads back, line by line, in all its states: open slots, FAIL, replicas of
 * a promoted replica. */
static void nodesfile_reads_what_nodes_write(void)
{
    for (uint64_t seed = 1; seed <= 5; seed++) {
        FixtureConfig config = fixture_config(seed, 3, 1, 1000);
        Fixture fixture = fixture_open(&config);
        CU_ASSERT_TRUE(fixture_create(&fixture, 60 * SIM_SEC));
        fixture_call(&fixture, 0, "CLUSTER SETSLOT 7 MIGRATING %s",
                     sim_node_id(fixture.sim, sim_host_node(fixture.sim, 1)));
        fixture_call(&fixture, 0, "CLUSTER SETSLOT 9000 IMPORTING %s",
                     sim_node_id(fixture.sim, sim_host_node(fixture.sim, 1)));
        expect_round_trip(&fixture, seed);
        fixture_kill(&fixture, 2, false);
        fixture_run(&fixture, (1000 + 700 * seed) * SIM_MS);
        expect_round_trip(&fixture, seed);
        fixture_close(&fixture);
    }
}

void test_nodesfile_suite(void)
{
    CU_pSuite suite = CU_add_suite("nodes.conf", NULL, NULL);
    CU_add_test(suite, "nodesfile lets pass what redis lets pass",
                nodesfile_lets_pass_what_redis_lets_pass);
    CU_add_test(suite, "nodesfile refuses with the text of redis and the line",
                nodesfile_refuses_with_the_text_of_redis_and_the_line);
    CU_add_test(suite, "nodesfile reads what nodes write", nodesfile_reads_what_nodes_write);
}
