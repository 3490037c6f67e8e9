/* narrate_story.c -- what the script says: title, chapters, the narrator, questions, results. */
#include "sim/cli/narrate_inside.h"

#include <inttypes.h>
#include <string.h>

/* The answer to a question is told before the next question, at the end, or when so many chapters
 * have passed: what happens should tell it first. */
#define ANSWER_CHAPTERS 3

static void set_text(Text *out, TraceText text)
{
    text_append_bytes(out, text.chars, text.size);
}

static void tell_title(Narrator *narrator, const TraceTITLE *title)
{
    Text text = {0};
    set_text(&text, title->text);
    narrator_begin(narrator, BLOCK_TITLE);
    printer_title(narrator->printer, text_chars(&text));
    text_deinit(&text);
}

static void tell_step(Narrator *narrator, const TraceSTEP *step, SimTime now)
{
    Text text = {0};
    set_text(&text, step->text);
    narrator->chapters += now > narrator->asked; /* a chapter in which something happened is over */
    if (narrator->chapters >= ANSWER_CHAPTERS) narrator_answer(narrator);
    narrator_begin(narrator, BLOCK_STEP);
    printer_rule(narrator->printer, text_chars(&text));
    text_deinit(&text);
}

static void tell_say(Narrator *narrator, const TraceSAY *say)
{
    Text text = {0};
    set_text(&text, say->text);
    narrator_begin(narrator, BLOCK_SAY);
    printer_prose(narrator->printer, "", STYLE_PLAIN, text_chars(&text), STYLE_PLAIN);
    text_deinit(&text);
}

/* Choice `number` (1..) of a text with one choice a line; all of it when number is 0. */
static TraceText choice_at(TraceText choices, uint32_t number)
{
    for (uint32_t i = 1;; i++) {
        const char *stop = choices.size > 0 ? memchr(choices.chars, '\n', choices.size) : NULL;
        uint32_t size = stop ? (uint32_t)(stop - choices.chars) : choices.size;
        if (i == number) return (TraceText){choices.chars, size};
        if (!stop) return (TraceText){"", 0};
        choices = (TraceText){stop + 1, choices.size - size - 1};
    }
}

static void tell_choice(Narrator *narrator, const char *before, uint32_t number, TraceText choice)
{
    Text text = {0}, first = {0};
    set_text(&text, choice);
    text_append(&first, "%s%c) ", before, (char)('a' + (number - 1) % 26));
    printer_prose(narrator->printer, text_chars(&first), STYLE_PLAIN, text_chars(&text),
                  STYLE_PLAIN);
    text_deinit(&text);
    text_deinit(&first);
}

static void tell_predict(Narrator *narrator, const TraceRecord *record)
{
    const TracePREDICT *predict = &record->u.PREDICT;
    Text question = {0};
    uint32_t count = 1;
    set_text(&question, predict->question);
    narrator_answer(narrator);
    narrator_begin(narrator, BLOCK_ASK);
    printer_prose(narrator->printer, "Predict: ", STYLE_VOTE, text_chars(&question), STYLE_HEADING);
    for (uint32_t i = 0; i < predict->choices.size; i++) count += predict->choices.chars[i] == '\n';
    for (uint32_t i = 1; i <= count; i++)
        tell_choice(narrator, "    ", i, choice_at(predict->choices, i));
    narrator->question = record->seq;
    narrator->asked = record->time;
    narrator->chapters = 0;
    text_deinit(&question);
}

void narrator_answer(Narrator *narrator)
{
    TraceRecord record;
    if (narrator->question == 0) return;
    trace_get(narrator->trace, narrator->question, &record);
    narrator->question = 0;
    const TracePREDICT *predict = &record.u.PREDICT;
    Text question = {0};
    set_text(&question, predict->question);
    narrator_begin(narrator, BLOCK_ASK);
    printer_prose(narrator->printer, "Answer: ", STYLE_VOTE, text_chars(&question), STYLE_PLAIN);
    tell_choice(narrator, "    ", predict->answer ? predict->answer : 1,
                choice_at(predict->choices, predict->answer));
    text_deinit(&question);
}

static void tell_expect(Narrator *narrator, const TraceRecord *record)
{
    Text text = {0};
    text_append(&text, record->u.EXPECT.held ? "held: " : "FAILED: ");
    set_text(&text, record->u.EXPECT.text);
    narrator_timed(narrator, record->time, text_chars(&text),
                   record->u.EXPECT.held ? STYLE_GOOD : STYLE_BAD);
    text_deinit(&text);
}

static void tell_report(Narrator *narrator, const TraceRecord *record)
{
    Text text = {0};
    set_text(&text, record->u.REPORT.name);
    text_append(&text, " = ");
    set_text(&text, record->u.REPORT.value);
    narrator_timed(narrator, record->time, text_chars(&text), STYLE_HEADING);
    text_deinit(&text);
}

bool narrator_story(Narrator *narrator, const TraceRecord *record)
{
    if (record->type < TRACE_TITLE || record->type > TRACE_COMMAND) return false;
    if (record->type == TRACE_COMMAND) return true;
    narrator_flush(narrator);
    if (record->type == TRACE_TITLE) tell_title(narrator, &record->u.TITLE);
    if (record->type == TRACE_STEP) tell_step(narrator, &record->u.STEP, record->time);
    if (record->type == TRACE_SAY) tell_say(narrator, &record->u.SAY);
    if (record->type == TRACE_PREDICT) tell_predict(narrator, record);
    if (record->type == TRACE_EXPECT) tell_expect(narrator, record);
    if (record->type == TRACE_REPORT) tell_report(narrator, record);
    return true;
}
