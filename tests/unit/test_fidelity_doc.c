/* test_fidelity_doc.c -- docs/fidelity.md says what is so: it has a row for every section of
 * docs/protocol.md and for every rule, and names exactly the commands of redis-server 7.0.15 that
 * are not modelled. */
#include "sim/base/array.h"
#include "sim/base/text.h"
#include "sim/cluster/rules.h"
#include "sim/server/server_inside.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#define FILE_MAX  (256 * 1024)
#define NAMES_MAX 256
#define NAME_SIZE 64

void test_fidelity_doc_suite(void);

/* The commands of redis-server 7.0.15: its src/commands. */
static const char *const redis_commands =
    "acl append asking auth bgrewriteaof bgsave bitcount bitfield bitfield_ro bitop bitpos "
    "blmove blmpop blpop brpop brpoplpush bzmpop bzpopmax bzpopmin client cluster command "
    "config copy dbsize debug decr decrby del discard dump echo eval eval_ro evalsha "
    "evalsha_ro exec exists expire expireat expiretime failover fcall fcall_ro flushall "
    "flushdb function geoadd geodist geohash geopos georadius georadius_ro georadiusbymember "
    "georadiusbymember_ro geosearch geosearchstore get getbit getdel getex getrange getset "
    "hdel hello hexists hget hgetall hincrby hincrbyfloat hkeys hlen hmget hmset hrandfield "
    "hscan hset hsetnx hstrlen hvals incr incrby incrbyfloat info keys lastsave latency lcs "
    "lindex linsert llen lmove lmpop lolwut lpop lpos lpush lpushx lrange lrem lset ltrim "
    "memory mget migrate module monitor move mset msetnx multi object persist pexpire "
    "pexpireat pexpiretime pfadd pfcount pfdebug pfmerge pfselftest ping psetex psubscribe "
    "psync pttl publish pubsub punsubscribe quit randomkey readonly readwrite rename "
    "renamenx replconf replicaof reset restore restore-asking role rpop rpoplpush rpush "
    "rpushx sadd save scan scard script sdiff sdiffstore select sentinel set setbit setex "
    "setnx setrange shutdown sinter sintercard sinterstore sismember slaveof slowlog "
    "smembers smismember smove sort sort_ro spop spublish srandmember srem sscan ssubscribe "
    "strlen subscribe substr sunion sunionstore sunsubscribe swapdb sync time touch ttl type "
    "unlink unsubscribe unwatch wait watch xack xadd xautoclaim xclaim xdel xgroup xinfo "
    "xlen xpending xrange xread xreadgroup xrevrange xsetid xtrim zadd zcard zcount zdiff "
    "zdiffstore zincrby zinter zintercard zinterstore zlexcount zmpop zmscore zpopmax "
    "zpopmin zrandmember zrange zrangebylex zrangebyscore zrangestore zrank zrem "
    "zremrangebylex zremrangebyrank zremrangebyscore zrevrange zrevrangebylex "
    "zrevrangebyscore zrevrank zscan zscore zunion zunionstore ";

typedef struct Names {
    char items[NAMES_MAX][NAME_SIZE];
    uint32_t count;
} Names;

static void add_name(Names *names, const char *chars, size_t size)
{
    if (names->count == NAMES_MAX || size >= NAME_SIZE) {
        CU_FAIL("more or longer names than the test has room for");
        return;
    }
    snprintf(names->items[names->count++], NAME_SIZE, "%.*s", (int)size, chars);
}

static bool has_name(const Names *names, const char *name)
{
    for (uint32_t i = 0; i < names->count; i++) {
        if (strcmp(names->items[i], name) == 0) return true;
    }
    return false;
}

static void expect(bool ok, const char *name, const char *what)
{
    if (!ok) printf("\n    %s: %s", name, what);
    CU_ASSERT(ok);
}

static const char *read_doc(const char *path, char *text)
{
    FILE *file = fopen(path, "rb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    size_t size = fread(text, 1, FILE_MAX - 1, file);
    CU_ASSERT_FATAL(size > 0 && size < FILE_MAX - 1);
    text[size] = '\0';
    fclose(file);
    return text;
}

static const char *fidelity(void)
{
    static char text[FILE_MAX];
    return read_doc("docs/fidelity.md", text);
}

/* --- sections --- */

/* "## 7. Manual failover", "### 5.10 Measured": the number. */
static size_t heading_number(const char *line)
{
    const char *at = line + strspn(line, "#");
    if (at == line || *at != ' ') return 0;
    return strspn(at + 1, "0123456789.");
}

/* Sections of the protocol sheet; a chapter counts when it has no sections of its own. */
static void read_sections(Names *names)
{
    static char text[FILE_MAX];
    for (const char *line = read_doc("docs/protocol.md", text); *line;) {
        size_t size = heading_number(line), length = strcspn(line, "\n");
        const char *number = line + strspn(line, "#") + 1;
        while (size > 0 && number[size - 1] == '.') size--;
        bool section = size > 0 && memchr(number, '.', size);
        if (section && names->count > 0) { /* its chapter is none any more */
            const char *last = names->items[names->count - 1];
            size_t chapter = strlen(last);
            if (!strchr(last, '.') && strncmp(last, number, chapter) == 0 && number[chapter] == '.')
                names->count--;
        }
        if (size > 0) add_name(names, number, size);
        line += length + (line[length] == '\n');
    }
}

typedef struct DocRow {
    char section[NAME_SIZE], state[NAME_SIZE];
    bool says_something;
} DocRow;

/* "| §1.1 | topic | state | what |" */
static bool read_row(const char *line, DocRow *row)
{
    static const char start[] = "| \xc2\xa7";
    const char *end = line + strcspn(line, "\n"), *at = line, *cells[5];
    if (strncmp(line, start, sizeof(start) - 1) != 0) return false;
    for (int i = 0; i < 5; i++) {
        cells[i] = at = memchr(at, '|', (size_t)(end - at));
        if (!at) return false;
        at++;
    }
    snprintf(row->section, NAME_SIZE, "%.*s", (int)strspn(line + 4, "0123456789."), line + 4);
    snprintf(row->state, NAME_SIZE, "%.*s", (int)(cells[3] - cells[2] - 3), cells[2] + 2);
    row->says_something = cells[4] - cells[3] > 3;
    return true;
}

static bool is_state(const char *word)
{
    static const char *const words[] = {"modelled", "simplified", "absent", "figures"};
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
        if (strcmp(word, words[i]) == 0) return true;
    }
    return false;
}

static void every_section_has_one_row(void)
{
    static Names sections, rows;
    sections.count = rows.count = 0;
    read_sections(&sections);
    CU_ASSERT(sections.count > 90);
    for (const char *line = fidelity(); *line;) {
        DocRow row;
        if (read_row(line, &row)) {
            expect(has_name(&sections, row.section), row.section,
                   "protocol.md has no such section");
            expect(!has_name(&rows, row.section), row.section, "has two rows");
            expect(is_state(row.state), row.section, "is modelled, simplified, absent or figures");
            expect(strcmp(row.state, "simplified") != 0 || row.says_something, row.section,
                   "is simplified, and the row does not say how");
            add_name(&rows, row.section, strlen(row.section));
        }
        line += strcspn(line, "\n");
        line += *line == '\n';
    }
    for (uint32_t i = 0; i < sections.count; i++) {
        bool introduction = strcmp(sections.items[i], "0") == 0; /* how to read the sheet */
        expect(introduction || has_name(&rows, sections.items[i]), sections.items[i], "has no row");
    }
}

/* --- rules --- */

static void every_rule_has_its_row(void)
{
    static Names sections;
    const char *text = fidelity();
    uint32_t rows = 0;
    sections.count = 0;
    read_sections(&sections);
    for (int rule = 0; rule < RULE_COUNT; rule++) {
        Rules real;
        Error err;
        char row[200];
        CU_ASSERT_TRUE(rules_profile("redis-7.0", &real, &err));
        snprintf(row, sizeof(row), "\n| `%s` | %s | %s | %s |\n", rule_name((Rule)rule),
                 rule_section((Rule)rule), rule_on(&real, (Rule)rule) ? "on" : "off",
                 rule_what((Rule)rule));
        expect(strstr(text, row) != NULL, rule_name((Rule)rule), "has no row as rules.def has it");
        const char *section = rule_section((Rule)rule) + strlen("\xc2\xa7");
        bool chapter = strcmp(section, "8") == 0; /* replica migration as a whole */
        expect(chapter || has_name(&sections, section), section, "a rule cites it, and it is none");
    }
    for (const char *at = strstr(text, "## Rules"); (at = strstr(at, "\n| `")) != NULL; at++)
        rows++;
    CU_ASSERT_EQUAL(rows, RULE_COUNT);
}

/* --- commands --- */

/* The names in backquotes of the lists between two texts. */
static void read_list(const char *from, const char *to, Names *names)
{
    const char *at = strstr(fidelity(), from);
    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    const char *end = strstr(at, to);
    CU_ASSERT_PTR_NOT_NULL_FATAL(end);
    for (at = strstr(at, "\n- "); at && at < end; at = strstr(at, "\n- ")) {
        const char *stop = at + 1 + strcspn(at + 1, "\n");
        while ((at = memchr(at, '`', (size_t)(stop - at))) != NULL) {
            size_t size = strcspn(at + 1, "`");
            add_name(names, at + 1, size);
            at += size + 2;
        }
        at = stop;
    }
}

/* Of a container: is any of its sub-commands. */
static bool is_modelled(const CommandRow *row)
{
    const CommandRow *sub;
    ServerFunction *own = process_function(row);
    for (uint32_t i = 0; (sub = command_sub(row, i)) != NULL; i++) {
        if (is_modelled(sub)) return true;
    }
    return command_function(row) || (own && own != reply_not_modelled);
}

static void check_command(const char *name, const Names *refused, const Names *unknown)
{
    const CommandRow *row = command_find(slice_of(name)), *sub;
    expect((row == NULL) == has_name(unknown, name), name,
           row ? "is known, and named as unknown" : "is unknown, and not named");
    if (!row) return;
    expect(is_modelled(row) != has_name(refused, name), name,
           is_modelled(row) ? "is modelled, and named as not" : "is not modelled, and not named");
    for (uint32_t i = 0; is_modelled(row) && (sub = command_sub(row, i)) != NULL; i++) {
        expect(is_modelled(sub) != has_name(refused, sub->name), sub->name,
               is_modelled(sub) ? "is modelled, and named as not" : "is not modelled, not named");
    }
}

static void commands_that_are_not_modelled_are_named(void)
{
    static Names real, refused, unknown;
    real.count = refused.count = unknown.count = 0;
    read_list("These are known and not modelled", "These are unknown commands", &refused);
    read_list("These are unknown commands", "\n## ", &unknown);
    for (const char *at = redis_commands; *at; at += strspn(at, " ")) {
        size_t size = strcspn(at, " ");
        add_name(&real, at, size);
        at += size;
    }
    CU_ASSERT_EQUAL(real.count, 241);
    for (uint32_t i = 0; i < real.count; i++) check_command(real.items[i], &refused, &unknown);
    for (uint32_t i = 0; i < command_count(); i++)
        expect(has_name(&real, command_at(i)->name), command_at(i)->name, "is no command of 7.0");
    for (uint32_t i = 0; i < refused.count; i++)
        expect(command_find(slice_of(refused.items[i])) != NULL, refused.items[i], "is no command");
    for (uint32_t i = 0; i < unknown.count; i++)
        expect(has_name(&real, unknown.items[i]), unknown.items[i], "is no command of 7.0");
}

void test_fidelity_doc_suite(void)
{
    CU_pSuite suite = CU_add_suite("docs/fidelity.md", NULL, NULL);
    CU_add_test(suite, "every section has one row", every_section_has_one_row);
    CU_add_test(suite, "every rule has its row", every_rule_has_its_row);
    CU_add_test(suite, "commands that are not modelled are named",
                commands_that_are_not_modelled_are_named);
}
