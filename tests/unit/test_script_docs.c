/* test_script_docs.c -- docs/scenarios.md: every example runs, and every function that a script can
 * call has a heading there, and the other way round. */
#include "tests/unit/script_run.h"

#include "sim/base/array.h"

#include <CUnit/CUnit.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void test_script_docs_suite(void);

#define PAGE "docs/scenarios.md"

/* What the page says `c` is where an example does not make it. */
static const char setup[] =
    "local c = cluster { primaries = 3, replicas = 1, node_timeout = '2s' } c:create() wait '10s' ";

static char *read_text(const char *path)
{
    size_t size = 0;
    char *text = script_read_file(path, &size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    return text;
}

/* --- examples --- */

static bool makes_c(const char *source)
{
    return strstr(source, "local c = ") || !strstr(source, "c");
}

/* Does the example name `c` as a word: "c.", "c:", "(c)", "#c"? */
static bool uses_c(const char *source)
{
    for (const char *at = strchr(source, 'c'); at; at = strchr(at + 1, 'c')) {
        char before = at > source ? at[-1] : ' ';
        bool word =
            !(before == '_' || before == '.' || before == '"' || (before >= '0' && before <= '9') ||
              ((before | 32) >= 'a' && (before | 32) <= 'z'));
        if (word && (at[1] == '.' || at[1] == ':' || at[1] == ',' || at[1] == ')')) return true;
    }
    return false;
}

static void run_example(const char *source, int line)
{
    Text whole = {0};
    char name[64];
    if (uses_c(source) && !makes_c(source)) text_append(&whole, "%s", setup);
    text_append(&whole, "%s", source);
    snprintf(name, sizeof(name), PAGE "@%d", line);

    ScriptRun run = script_run_bytes(name, text_chars(&whole), whole.size, 1);

    bool good = run.script && run.status == SCRIPT_FINISHED && script_expects(&run, false) == 0;
    if (!good) fprintf(stderr, "%s: example: status %d, %s\n", name, (int)run.status, run.err.text);
    CU_ASSERT_TRUE(good);
    script_run_close(&run);
    text_deinit(&whole);
}

static int line_of(const char *page, const char *at)
{
    int line = 1;
    for (const char *each = page; each < at; each++) line += *each == '\n';
    return line;
}

static void every_example_runs(void)
{
    int count = 0;
    char *page = read_text(PAGE);
    char *at = page;
    while ((at = strstr(at, "\n```lua\n")) != NULL) {
        char *start = at + strlen("\n```lua\n"), *end = strstr(start, "\n```");
        CU_ASSERT_PTR_NOT_NULL_FATAL(end);
        int line = line_of(page, start);
        *end = '\0';
        run_example(start, line);
        *end = '\n';
        at = end + 1;
        count++;
    }
    CU_ASSERT(count > 50);
    free(page);
}

/* --- names --- */

/* Texts of the plain heap. */
typedef ARRAY_OF(char *) Names;

static void add_name(Names *names, const char *prefix, const char *name, size_t size)
{
    Text text = {0};
    text_append(&text, "%s%.*s", prefix, (int)size, name);
    char *copy = strdup(text_chars(&text));
    text_deinit(&text);
    array_push(NULL, names, copy);
}

static bool has_name(const Names *names, const char *name)
{
    for (uint32_t i = 0; i < names->count; i++) {
        if (strcmp(names->items[i], name) == 0) return true;
    }
    return false;
}

static void free_names(Names *names)
{
    for (uint32_t i = 0; i < names->count; i++) free(names->items[i]);
    array_deinit(NULL, names);
}

static size_t word_size(const char *word)
{
    return strspn(word, "abcdefghijklmnopqrstuvwxyz_");
}

/* "function wait(", "function node_methods.kill(": the prelude's way to define what scripts see. */
static void add_prelude_names(const char *path, void *state)
{
    Names *names = state;
    static const struct {
        const char *start, *prefix;
    } kinds[] = {
        {"\nfunction node_methods.", "node:"},     {"\nfunction cluster_methods.", "cluster:"},
        {"\nfunction client_methods.", "client:"}, {"\nfunction fault_methods.", "fault:"},
        {"\nfunction Span:", "duration:"},         {"\nfunction ", ""}};
    char *text = read_text(path);
    for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
        for (char *at = text; (at = strstr(at, kinds[i].start)) != NULL; at++) {
            const char *name = at + strlen(kinds[i].start);
            if (name[word_size(name)] == '(')
                add_name(names, kinds[i].prefix, name, word_size(name));
        }
    }
    free(text);
}

/* The words in backticks of all "### " headings, up to their bracket. */
static Names page_names(void)
{
    Names names = {0};
    char *page = read_text(PAGE);
    for (char *at = page; (at = strstr(at, "\n### ")) != NULL; at++) {
        const char *end = strchr(at + 1, '\n');
        for (const char *tick = strchr(at, '`'); tick && tick < end; tick = strchr(tick + 1, '`')) {
            size_t owner = word_size(tick + 1);
            size_t size = tick[1 + owner] == ':' ? owner + 1 + word_size(tick + 2 + owner) : owner;
            if (size > 0 && tick[-1] == ' ') add_name(&names, "", tick + 1, size);
        }
    }
    free(page);
    return names;
}

static void every_function_has_a_heading(void)
{
    Names prelude_names = {0};
    CU_ASSERT(script_each_file("lua/prelude", add_prelude_names, &prelude_names) >= 8);
    add_name(&prelude_names, "", "seed", 4);
    add_name(&prelude_names, "", "task:stop", 9);
    Names documented = page_names();
    for (uint32_t i = 0; i < prelude_names.count; i++) {
        const char *name = prelude_names.items[i];
        bool found = strcmp(name, "pairs") == 0 || has_name(&documented, name);
        if (!found) fprintf(stderr, PAGE " has no heading for %s\n", name);
        CU_ASSERT_TRUE(found);
    }
    for (uint32_t i = 0; i < documented.count; i++) {
        bool found = has_name(&prelude_names, documented.items[i]);
        if (!found) fprintf(stderr, PAGE " explains %s, which is not there\n", documented.items[i]);
        CU_ASSERT_TRUE(found);
    }
    CU_ASSERT(documented.count > 60);
    free_names(&documented);
    free_names(&prelude_names);
}

/* The events in the page's table are events. */
static void every_event_of_the_page_exists(void)
{
    char *page = read_text(PAGE);
    char *at = strstr(page, "| Event |"), *end = at ? strstr(at, "\n\n") : NULL;
    int count = 0;
    CU_ASSERT_PTR_NOT_NULL_FATAL(end);
    if (!at || !end) return;
    *end = '\0';
    while ((at = strstr(at, "\n| `")) != NULL) {
        const char *stop = strchr(at + 3, '|');
        for (const char *tick = strchr(at, '`'); tick && tick < stop;
             tick = strchr(tick + 1, '`')) {
            size_t size = word_size(tick + 1);
            if (size < 3) continue;
            char source[120];
            snprintf(source, sizeof(source), "on('%.*s', function() end)", (int)size, tick + 1);
            ScriptRun run = script_run_text(source, 1);
            if (run.status != SCRIPT_FINISHED) fprintf(stderr, "%s\n", run.err.text);
            CU_ASSERT_EQUAL(run.status, SCRIPT_FINISHED);
            script_run_close(&run);
            count++;
        }
        at++;
    }
    CU_ASSERT(count > 30);
    free(page);
}

void test_script_docs_suite(void)
{
    CU_pSuite suite = CU_add_suite("script: its page", NULL, NULL);
    CU_add_test(suite, "every example runs", every_example_runs);
    CU_add_test(suite, "every function has a heading", every_function_has_a_heading);
    CU_add_test(suite, "every event of the page exists", every_event_of_the_page_exists);
}
