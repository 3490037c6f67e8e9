/* test_trace_docs.c -- docs/trace.md lists every row of the table with its number, level and
 * fields. */
#include "sim/base/array.h"
#include "sim/trace/trace.h"

#include <CUnit/CUnit.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void test_trace_docs_suite(void);

/* The fields of each row as the page writes them, or a dash. */
static const char *const fields_of[] = {
#define F(kind, name)                          "`" #name "`:" #kind " "
#define TRACE_EVENT(NAME, level, text, fields) fields "",
#include "sim/trace/trace_events.def"
#undef TRACE_EVENT
#undef F
};

static char *read_page(void)
{
    FILE *file = fopen("docs/trace.md", "rb");
    if (!file) return NULL;
    enum { PAGE_MAX = 200000 };
    char *page = calloc(1, PAGE_MAX);
    if (page) page[fread(page, 1, PAGE_MAX - 1, file)] = '\0';
    fclose(file);
    return page;
}

/* "| 3 | `SLOTS_DEFINED`* | 0 | `slots`:SLOTS `ranges`:TEXT |" with or without the star. */
static bool page_has_row(const char *page, TraceType type)
{
    bool found = false;
    for (int star = 0; star < 2; star++) {
        Text row = {0};
        const char *fields = fields_of[type];
        text_append(&row, "\n| %u | `%s`%s | %d | %s", (unsigned)type, trace_type_name(type),
                    star ? "*" : "", trace_type_level(type),
                    fields[0] != '\0' ? fields : "\xE2\x80\x93 ");
        text_append(&row, "|");
        if (strstr(page, text_chars(&row)) != NULL) found = true;
        text_deinit(&row);
    }
    return found;
}

static void every_row_of_the_table_is_documented(void)
{
    char *page = read_page();
    CU_ASSERT_PTR_NOT_NULL_FATAL(page);
    for (uint32_t type = 0; type < TRACE_TYPE_COUNT; type++) {
        bool found = page_has_row(page, (TraceType)type);
        if (!found) {
            fprintf(stderr, "docs/trace.md has no row \"| %u | `%s` | %d | %s|\"\n", (unsigned)type,
                    trace_type_name((TraceType)type), trace_type_level((TraceType)type),
                    fields_of[type]);
        }
        CU_ASSERT_TRUE(found);
    }
    free(page);
}

void test_trace_docs_suite(void)
{
    CU_pSuite suite = CU_add_suite("trace: its page", NULL, NULL);
    CU_add_test(suite, "every row of the table is documented",
                every_row_of_the_table_is_documented);
}
