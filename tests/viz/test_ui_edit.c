/* test_ui_edit.c -- the line that is typed: characters, cursor, history. */
#include "viz/ui/edit.h"

#include <CUnit/CUnit.h>

#include <stdio.h>
#include <string.h>

void test_ui_edit_suite(void);

static void every_key_does_what_it_does_in_a_terminal(void)
{
    static const struct {
        const char *row, *before, *after; /* | is the cursor */
        EditOp op;
    } rows[] = {
        {"left", "ab|c", "a|bc", EDIT_LEFT},
        {"left at the start", "|abc", "|abc", EDIT_LEFT},
        {"left over a long character", "a\xC3\xA9|", "a|\xC3\xA9", EDIT_LEFT},
        {"right", "a|bc", "ab|c", EDIT_RIGHT},
        {"right over a long character",
         "|\xE2\x82\xAC"
         "x",
         "\xE2\x82\xAC|x", EDIT_RIGHT},
        {"right at the end", "abc|", "abc|", EDIT_RIGHT},
        {"home", "ab|c", "|abc", EDIT_START},
        {"end", "a|bc", "abc|", EDIT_END},
        {"backspace", "ab|c", "a|c", EDIT_CUT_BEFORE},
        {"backspace at the start", "|abc", "|abc", EDIT_CUT_BEFORE},
        {"backspace of a long character", "\xC3\xA9|", "|", EDIT_CUT_BEFORE},
        {"delete", "a|bc", "a|c", EDIT_CUT_AFTER},
        {"delete at the end", "abc|", "abc|", EDIT_CUT_AFTER},
        {"word", "SET key  |v", "SET |v", EDIT_CUT_WORD},
        {"first word", "SET|", "|", EDIT_CUT_WORD},
        {"to the start", "SET k|ey", "|ey", EDIT_CUT_TO_START},
        {"to the end", "SET k|ey", "SET k|", EDIT_CUT_TO_END},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        EditLine line;
        char got[64];
        const char *bar = strchr(rows[i].before, '|');
        edit_set(&line, "");
        snprintf(got, sizeof(got), "%s", bar + 1);
        edit_insert(&line, got);
        line.cursor = 0;
        snprintf(got, sizeof(got), "%.*s", (int)(bar - rows[i].before), rows[i].before);
        edit_insert(&line, got);

        edit_do(&line, rows[i].op);

        snprintf(got, sizeof(got), "%.*s|%s", (int)line.cursor, line.chars,
                 line.chars + line.cursor);
        if (strcmp(got, rows[i].after) != 0) {
            printf("\n  %s: got %s, want %s", rows[i].row, got, rows[i].after);
            CU_FAIL(rows[i].row);
        }
        CU_ASSERT_EQUAL(line.size, strlen(line.chars));
    }
}

static void full_line_takes_no_half_character(void)
{
    EditLine line;
    edit_clear(&line);
    for (uint32_t i = 0; i < EDIT_SIZE; i++) edit_insert(&line, "\xE2\x82\xAC");
    CU_ASSERT_EQUAL(line.size, (EDIT_SIZE - 1) / 3 * 3);
    CU_ASSERT_EQUAL(line.chars[line.size], '\0');
    edit_insert(&line, "\x1B[A\n");
    CU_ASSERT_EQUAL(line.size,
                    EDIT_SIZE - 1); /* room for one byte was left; no control characters */
}

static void history_remembers_no_line_twice_in_a_row(void)
{
    EditLine line;
    EditHistory history = {0};
    edit_set(&line, "x");
    edit_history_add(&history, "a");
    edit_history_add(&history, "a");
    edit_history_add(&history, "");
    CU_ASSERT_EQUAL(history.lines.count, 1);
    CU_ASSERT_FALSE(edit_history_go(&history, &line, -1));
    CU_ASSERT_TRUE(edit_history_go(&history, &line, 1));
    CU_ASSERT_FALSE(edit_history_go(&history, &line, 1));
    CU_ASSERT_STRING_EQUAL(line.chars, "a");
    CU_ASSERT_TRUE(edit_history_go(&history, &line, -1));
    CU_ASSERT_STRING_EQUAL(line.chars, "x");
    for (int i = 0; i < 300; i++) {
        char words[16];
        snprintf(words, sizeof(words), "%d", i);
        edit_history_add(&history, words);
    }
    CU_ASSERT_EQUAL(history.lines.count, EDIT_HISTORY_MAX);
    CU_ASSERT_STRING_EQUAL(history.lines.items[0], "100");
    edit_history_deinit(&history);
}

void test_ui_edit_suite(void)
{
    CU_pSuite suite = CU_add_suite("ui: edit", NULL, NULL);
    CU_add_test(suite, "keys", every_key_does_what_it_does_in_a_terminal);
    CU_add_test(suite, "full line", full_line_takes_no_half_character);
    CU_add_test(suite, "history", history_remembers_no_line_twice_in_a_row);
}
