/* card.c -- the card under the stage: what the script says, and what it asks.
 *
 * Full form: narration at the left, the question with its numbered choices at the right. Small
 * form: either, never both. Without a script's words its place shows which messages are under way
 * (view tokens §5). */
#include "viz/scene/card.h"

#include "viz/ui/control.h"
#include "viz/ui/label.h"
#include "viz/ui/rich.h"

#include <stdio.h>
#include <string.h>

#define PADDING         24.0f
#define PADDING_SMALL   16.0f
#define NARRATION_PART  0.54f
#define NARRATION_LESS  0.45f /* when the choices have many words */
#define LONG_CHOICE     22u   /* characters */
#define CHOICE_GAP      10.0f
#define CHARACTER_WIDTH 7.9f /* of a choice's title, on average: places must not need a font */

/* --- what is asked --- */

static uint64_t last_before(const Model *model, uint64_t seq, TraceRecord *record)
{
    if (seq == 0 || seq > trace_count(model->trace)) return 0;
    trace_get(model->trace, seq, record);
    return seq;
}

/* How many steps of the lesson began after that record. */
static uint32_t steps_after(const Model *model, const UiState *ui, uint64_t seq)
{
    if (!ui->index) return model->state.step_seq > seq ? 1 : 0;
    return run_index_count(&ui->index->steps, model->state.seq) -
           run_index_count(&ui->index->steps, seq);
}

bool card_question(const Model *model, const UiState *ui, CardQuestion *question)
{
    TraceRecord record;
    const TraceState *state = &model->state;
    memset(question, 0, sizeof(*question));
    if (!last_before(model, state->predict_seq, &record)) return false;
    /* An answered question stays for one step more, in which its answer is seen. */
    if (!ui->question_open && steps_after(model, ui, state->predict_seq) > 1) return false;
    TraceText text = record.u.PREDICT.question;
    snprintf(question->words, sizeof(question->words), "%.*s", (int)text.size, text.chars);
    text = record.u.PREDICT.choices;
    for (uint32_t i = 0; i < text.size && question->count < CHOICES_MAX; question->count++) {
        uint32_t end = i;
        while (end < text.size && text.chars[end] != '\n') end++;
        snprintf(question->choices[question->count], CHOICE_SIZE, "%.*s", (int)(end - i),
                 text.chars + i);
        i = end + 1;
    }
    question->answer = record.u.PREDICT.answer;
    question->is_open = ui->question_open;
    question->is_told = !ui->question_open && state->say_seq > state->predict_seq;
    return question->count > 0;
}

/* --- where the choices stand --- */

static size_t longest_choice(const CardQuestion *question)
{
    size_t longest = 0;
    for (uint32_t i = 0; i < question->count; i++) {
        size_t size = strlen(question->choices[i]);
        if (size > longest) longest = size;
    }
    return longest;
}

/* The narration's part of the full card. */
static float narration_part(const CardQuestion *question)
{
    return longest_choice(question) > LONG_CHOICE ? NARRATION_LESS : NARRATION_PART;
}

/* One row of buttons when their words fit, else two. In the small form there is room for one row
 * only: its words are wrapped. */
static uint32_t choice_rows(const CardQuestion *question, const Layout *layout, float width)
{
    if (!layout->full) return 1;
    float column = (width - CHOICE_GAP * (float)(question->count - 1)) / (float)question->count;
    return (float)longest_choice(question) * CHARACTER_WIDTH + 42 > column && question->count > 2
               ? 2
               : 1;
}

static Rect question_rect(const CardQuestion *question, const Layout *layout)
{
    Rect rect = layout->card;
    if (!layout->full) return rect_inset(rect, PADDING_SMALL, 0);
    float left = rect.x + rect.w * narration_part(question) + PADDING;
    return (Rect){left, rect.y, rect_right(rect) - PADDING - left, rect.h};
}

static Rect choice_rect(const CardQuestion *question, const Layout *layout, uint32_t index)
{
    Rect area = question_rect(question, layout);
    uint32_t rows = choice_rows(question, layout, area.w);
    uint32_t columns = (question->count + rows - 1) / rows;
    float gap = layout->full ? (rows == 1 ? CHOICE_GAP : 6) : 7;
    float height = layout->full ? (rows == 1 ? 36 : 29) : 38;
    float bottom = rect_bottom(area) - (layout->full ? 19 : 8);
    float top = bottom - (float)rows * height - (float)(rows - 1) * gap;
    Rect row = {area.x, top + (float)(index / columns) * (height + gap), area.w, height};
    return rect_column(row, index % columns, columns, gap);
}

int scene_choice_at(const Model *model, const UiState *ui, const Layout *layout, Point at)
{
    CardQuestion question;
    if (!ui->question_open || !card_question(model, ui, &question)) return 0;
    for (uint32_t i = 0; i < question.count; i++) {
        if (rect_contains(choice_rect(&question, layout, i), at)) return (int)i + 1;
    }
    return 0;
}

/* --- the question --- */

/* The verdict on a choice: its sign at the button's right, so that it is not told by colour. */
static void draw_verdict(const Ui *draw, Rect rect, bool right, bool chosen)
{
    const Theme *theme = draw->theme;
    Color ink = chosen ? theme->ink : right ? theme->text : theme->danger_text;
    Point at = {rect_right(rect) - 16, rect.y + rect.h / 2};
    icon_draw(draw->list, right ? ICON_CHECK : ICON_CROSS, at, 11, ink);
}

/* The button of a choice. In the small form words that do not fit stand in two lines. */
static void draw_choice(const Ui *draw, Rect rect, uint32_t number, const char *title,
                        ControlState state, Action action, bool full)
{
    if (full || label_width(draw, TYPE_TITLE, title) < rect.w - 48) {
        control_choice(draw, rect, number, title, state, action);
        return;
    }
    const Theme *theme = draw->theme;
    Color ink = state == CONTROL_CHOSEN     ? theme->ink
                : state == CONTROL_DISABLED ? theme->text3
                                            : theme->text;
    RichStyle style = {.role = TYPE_BODY_STRONG, .color = ink, .bold_color = ink, .lines_max = 2};
    control_choice(draw, rect, number, "", state, action);
    Rect words = {rect.x + 32, rect.y, rect.w - 38, rect.h};
    float height = rich_height(draw, words.w, &style, title);
    words.y += (rect.h - height) / 2;
    rich_draw(draw, words, &style, title);
}

static void draw_choices(const Ui *draw, const CardQuestion *question, const UiState *ui,
                         const Layout *layout)
{
    for (uint32_t i = 0; i < question->count; i++) {
        Rect rect = choice_rect(question, layout, i);
        int number = (int)i + 1;
        bool chosen = !question->is_open && ui->prediction == number;
        bool right = question->answer == number;
        ControlState state = chosen                       ? CONTROL_CHOSEN
                             : question->is_open          ? CONTROL_NORMAL
                             : question->is_told && right ? CONTROL_NORMAL
                                                          : CONTROL_DISABLED;
        Action action = question->is_open ? (Action){ACTION_CHOICE, number, '0' + (uint32_t)number}
                                          : ACTION_NONE;
        draw_choice(draw, rect, i + 1, question->choices[i], state, action, layout->full);
        if (question->is_told && (right || chosen)) draw_verdict(draw, rect, right, chosen);
    }
}

static const char *question_label(const CardQuestion *question, const UiState *ui)
{
    if (question->is_open) return "Predict: press a number or click";
    if (!question->is_told) return ui->prediction ? "Your prediction stands" : "Predict";
    if (!ui->prediction) return "The answer";
    return ui->prediction == question->answer ? "Right: as you said" : "Not so: it went otherwise";
}

static void draw_question(const Ui *draw, const CardQuestion *question, const UiState *ui,
                          const Layout *layout)
{
    const Theme *theme = draw->theme;
    Rect area = question_rect(question, layout);
    uint32_t rows = choice_rows(question, layout, area.w);
    RichStyle style = {.role = TYPE_QUESTION, .color = theme->text, .bold_color = theme->text};
    if (!layout->full) {
        float line = type_style(TYPE_QUESTION, draw->projector).line;
        bool long_words = rich_height(draw, area.w, &style, question->words) > line + 1;
        if (long_words) style.role = TYPE_BODY;
        style.lines_max = 2;
        Rect words = {area.x, area.y + (long_words ? 5 : 13), area.w, 40};
        rich_draw(draw, words, &style, question->words);
    } else {
        bool label = rows == 1 || rich_height(draw, area.w, &style, question->words) < 30;
        float y = area.y + 32;
        style.lines_max = 2;
        if (label)
            label_draw(draw, (Point){area.x, y}, ALIGN_LEFT, TYPE_LABEL, theme->text3,
                       question_label(question, ui));
        Rect words = {area.x, area.y + (label ? 39 : 15), area.w, 48};
        if (label && rows == 2) words.y = area.y + 36;
        rich_draw(draw, words, &style, question->words);
    }
    draw_choices(draw, question, ui, layout);
}

/* --- the narration --- */

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

static bool is_host(const Model *model, const char *chars, uint32_t size)
{
    if (size >= sizeof(model->state.hosts.items[0].name)) return false;
    for (uint32_t i = 0; i < model->state.hosts.count; i++) {
        const char *name = model->state.hosts.items[i].name;
        if (strncmp(name, chars, size) == 0 && name[size] == '\0') return true;
    }
    return false;
}

void card_markup(const Model *model, TraceText text, Text *out)
{
    bool marked = false; /* inside the script's own *bold* or `mono` */
    for (uint32_t i = 0; i < text.size;) {
        uint32_t end = i;
        while (end < text.size && is_word(text.chars[end])) end++;
        if (end == i) {
            char c = text.chars[i++];
            if (c == '*' || c == '`') marked = !marked;
            text_append_bytes(out, &c, 1);
            continue;
        }
        bool bold = !marked && is_host(model, text.chars + i, end - i);
        text_append(out, bold ? "*%.*s*" : "%.*s", (int)(end - i), text.chars + i);
        i = end;
    }
}

/* "Step 5: the vote" */
static void step_title(const Model *model, const UiState *ui, Text *out)
{
    TraceRecord record;
    if (!last_before(model, model->state.step_seq, &record)) return;
    TraceText text = record.u.STEP.text;
    if (ui->index) {
        uint32_t number = run_index_count(&ui->index->steps, record.seq);
        text_append(out, "Step %u: ", number);
    }
    text_append_bytes(out, text.chars, text.size);
}

/* The largest type in which the words fit into `lines` lines of narration. */
static RichStyle fit_style(const Ui *draw, float width, float height, const char *words)
{
    static const TypeRole roles[] = {TYPE_NARRATION, TYPE_QUESTION, TYPE_BODY};
    RichStyle style = {.color = draw->theme->text2, .bold_color = draw->theme->text};
    for (uint32_t i = 0; i < ARRAY_LENGTH(roles); i++) {
        style.role = roles[i];
        float line = type_style(roles[i], draw->projector).line;
        style.lines_max = (uint32_t)(height / line + 0.05f);
        if (rich_height(draw, width, &(RichStyle){.role = roles[i]}, words) <= height + 1) break;
    }
    return style;
}

static void draw_narration(const Ui *draw, const Model *model, const UiState *ui, Rect rect,
                           bool full)
{
    TraceRecord record;
    Text title = {0}, words = {0};
    step_title(model, ui, &title);
    /* A step may begin before its first words: the last ones stay until then. */
    if (last_before(model, model->state.say_seq, &record))
        card_markup(model, record.u.SAY.text, &words);
    float pad = full ? PADDING : PADDING_SMALL;
    float left = rect.x + pad, width = rect.w - 2 * pad;
    float height = full ? 80 : 60;
    RichStyle style = fit_style(draw, width, height, text_chars(&words));
    bool has_title = title.size > 0;
    float y = rect.y + (full ? 32 : 22);
    if (has_title)
        label_cut(draw, (Point){left, y}, width, TYPE_LABEL, draw->theme->text3,
                  text_chars(&title));
    rich_draw(draw, (Rect){left, y + (full ? 9 : 6) - (has_title ? 0 : 14), width, height}, &style,
              text_chars(&words));
    uint32_t done = ui->index ? run_index_count(&ui->index->steps, model->state.seq) : 0;
    if (full && done > 0) {
        uint32_t total = ui->steps_total > done ? ui->steps_total : done;
        control_steps(draw, (Point){left, rect_bottom(rect) - 19}, done, total);
    }
    text_deinit(&title);
    text_deinit(&words);
}

/* --- without words: what is under way --- */

static void draw_filters(const Ui *draw, const Model *model, Rect rect, bool full)
{
    uint32_t counts[MSG_COUNT] = {0};
    float pad = full ? PADDING : PADDING_SMALL;
    float x = rect.x + pad, y = rect.y + (full ? 32 : 24);
    for (uint32_t i = 0; i < model->state.flights.count; i++) {
        if (model->state.flights.items[i].kind < MSG_COUNT)
            counts[model->state.flights.items[i].kind]++;
    }
    label_draw(draw, (Point){x, y}, ALIGN_LEFT, TYPE_LABEL, draw->theme->text3,
               "Messages under way now");
    float row = y + (full ? 32 : 24);
    for (uint32_t kind = 0; kind < MSG_COUNT; kind++) {
        char count[16];
        const char *word = msg_word((MsgKind)kind);
        if (kind == MSG_PUBLISH || kind == MSG_MODULE || kind == MSG_PUBLISHSHARD) continue;
        snprintf(count, sizeof(count), "%u", counts[kind]);
        float width =
            label_width(draw, TYPE_BODY_STRONG, word) + label_width(draw, TYPE_TABLE, count) + 37;
        if (x + width > rect_right(rect) - pad) {
            x = rect.x + pad;
            row += 34;
        }
        if (row > rect_bottom(rect) - 14) return;
        x += control_filter(draw, (Point){x, row}, word, count,
                            counts[kind] ? CONTROL_CHOSEN : CONTROL_NORMAL, ACTION_NONE) +
             8;
    }
}

void scene_card(DrawList *list, const Model *model, const UiState *ui, const Layout *layout,
                const TextMetrics *metrics)
{
    Ui draw = dock_ui(list, NULL, ui, metrics);
    HitList hits = {0};
    CardQuestion question;
    Rect rect = layout->card;
    draw.hits = &hits; /* so that buttons light up under the mouse */
    bool asks = card_question(model, ui, &question);
    bool speaks = model->state.say_seq > 0 || model->state.step_seq > 0;
    ui_card(&draw, rect);
    if (!asks && !speaks) {
        draw_filters(&draw, model, rect, layout->full);
    } else if (!layout->full) {
        if (asks && (question.is_open || model->state.say_seq < model->state.predict_seq))
            draw_question(&draw, &question, ui, layout);
        else draw_narration(&draw, model, ui, rect, false);
    } else {
        Rect left = rect;
        if (asks) left.w = rect.w * narration_part(&question);
        draw_narration(&draw, model, ui, left, true);
        if (asks) {
            ui_divider_v(&draw, rect_right(left), rect.y + 19, rect.h - 38);
            draw_question(&draw, &question, ui, layout);
        }
    }
    hit_deinit(&hits);
}
