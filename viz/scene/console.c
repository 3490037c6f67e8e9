/* console.c -- see console.h: the transcript from the bottom up, the prompt behind its last row as
 * in a terminal, and below what the prompt waits for. */
#include "viz/scene/console.h"

#include "viz/scene/dock.h"
#include "viz/scene/transcript.h"
#include "viz/ui/control.h"
#include "viz/ui/label.h"
#include "viz/ui/rich.h"

#include <stdio.h>
#include <string.h>

#define PADDING_X     24.0f
#define PADDING_Y     10.0f
#define BUTTON_WIDTH  190.0f
#define BUTTON_HEIGHT 28.0f
#define PROMPT_ROWS   8u
#define TIME_WIDTH    76.0f
#define ACTION_BRANCH 11u
#define ACTION_END    12u

typedef struct Terminal {
    const Scene *scene;
    const ConsoleUi *console; /* NULL: a transcript alone */
    Rect inside;
    float line, advance; /* px of a row, of a character */
    uint32_t columns;
    uint32_t prompt_rows;
    float foot;  /* px kept for the words below */
    Text prompt; /* with the line typed behind it */
} Terminal;

static ConsoleMode mode_of(const Terminal *terminal)
{
    if (terminal->console) return terminal->console->mode;
    return terminal->scene->ui->selected == HOST_NONE ? CONSOLE_NO_NODE : CONSOLE_RECORDED;
}

static bool has_prompt(const Terminal *terminal)
{
    return terminal->console && mode_of(terminal) == CONSOLE_READY;
}

/* The height that the words below the transcript take. */
static float foot_of(const Terminal *terminal)
{
    float body = type_style(TYPE_BODY, terminal->scene->draw.projector).line;
    switch (mode_of(terminal)) {
    case CONSOLE_READY: return terminal->console->has_focus ? 0 : body + 4;
    case CONSOLE_PAST: return BUTTON_HEIGHT + 10 + body;
    case CONSOLE_RECORDED:
    case CONSOLE_NO_NODE:
    case CONSOLE_QUESTION:
    case CONSOLE_WAITING: break;
    }
    return body + 6;
}

static uint32_t rows_of(const Terminal *terminal, const Text *text)
{
    uint32_t rows = 0, at = 0;
    do {
        at += transcript_wrap(text_chars(text) + at, text->size - at, terminal->columns);
        rows++;
    } while (at < text->size);
    return rows;
}

static Terminal terminal_of(const Scene *scene, Rect rect)
{
    Terminal terminal = {.scene = scene, .console = scene->ui->console};
    terminal.inside = rect_inset(rect, PADDING_X, PADDING_Y);
    terminal.line = type_style(TYPE_TABLE, scene->draw.projector).line;
    terminal.advance = label_width(&scene->draw, TYPE_TABLE, "0");
    terminal.columns = (uint32_t)(terminal.inside.w / terminal.advance);
    if (terminal.columns < 8) terminal.columns = 8;
    terminal.foot = foot_of(&terminal);
    if (has_prompt(&terminal)) {
        const ConsoleUi *console = terminal.console;
        text_append(&terminal.prompt, "%s%s ", console->prompt,
                    console->line ? console->line->chars : "");
        terminal.prompt_rows = rows_of(&terminal, &terminal.prompt);
        if (terminal.prompt_rows > PROMPT_ROWS) terminal.prompt_rows = PROMPT_ROWS;
    }
    return terminal;
}

static uint32_t room_of(const Terminal *terminal)
{
    float height = terminal->inside.h - terminal->foot;
    uint32_t rows = height > 0 ? (uint32_t)(height / terminal->line) : 0;
    return rows > terminal->prompt_rows ? rows - terminal->prompt_rows : 0;
}

/* --- the transcript --- */

static void draw_row(const Terminal *terminal, float y, const Transcript *transcript,
                     const TranscriptRow *row)
{
    const Ui *draw = &terminal->scene->draw;
    const Theme *theme = draw->theme;
    Rect box = {terminal->inside.x, y, terminal->inside.w, terminal->line};
    float baseline = label_middle(draw, box, TYPE_TABLE), x = box.x;
    const char *chars = text_chars(&transcript->chars) + row->first;
    Color ink = row->ink == ROW_PROMPT  ? theme->text
                : row->ink == ROW_ERROR ? theme->danger_text
                : row->ink == ROW_FAINT ? theme->text3
                                        : theme->text2;
    if (row->prompt > 0 && row->prompt <= row->size) {
        char prompt[96];
        snprintf(prompt, sizeof(prompt), "%.*s", (int)row->prompt, chars);
        x += label_draw(draw, (Point){x, baseline}, ALIGN_LEFT, TYPE_TABLE, theme->text3, prompt);
        chars += row->prompt;
    }
    x += label_draw(draw, (Point){x, baseline}, ALIGN_LEFT, TYPE_TABLE, ink, chars);
    if (row->time != SIM_TIME_NEVER && x < rect_right(box) - TIME_WIDTH)
        label_drawf(draw, (Point){rect_right(box), baseline}, ALIGN_RIGHT, TYPE_TABLE, theme->text3,
                    "%.3f", (double)row->time / 1e9);
}

/* Draws what is seen of it; returns the y below. */
static float draw_transcript(const Terminal *terminal, const Transcript *transcript)
{
    uint32_t room = room_of(terminal), count = transcript->rows.count;
    uint32_t most = count > room ? count - room : 0;
    uint32_t skip = terminal->scene->ui->dock_first < most ? terminal->scene->ui->dock_first : most;
    uint32_t shown = count - skip < room ? count - skip : room;
    float y = terminal->inside.y;
    for (uint32_t i = 0; i < shown; i++, y += terminal->line)
        draw_row(terminal, y, transcript, &transcript->rows.items[skip + shown - 1 - i]);
    if (skip > 0) {
        char words[48];
        snprintf(words, sizeof(words), "%u rows further down", skip);
        control_pill(&terminal->scene->draw,
                     (Point){rect_right(terminal->inside) - 170, y - terminal->line}, 22,
                     terminal->scene->draw.theme->raised, terminal->scene->draw.theme->text2,
                     TYPE_BODY, words);
    }
    return y;
}

/* --- the prompt --- */

static void draw_cursor(const Terminal *terminal, float x, float y, const char *under)
{
    const Ui *draw = &terminal->scene->draw;
    Rect box = {x, y + 1, terminal->advance, terminal->line - 2};
    if (!terminal->console->has_focus) {
        draw_rect(draw->list, box, 1, COLOR_NONE, stroke_solid(draw->theme->text3, 1));
        return;
    }
    draw_rect(draw->list, box, 1, draw->theme->invert, STROKE_NONE);
    char one[8] = {0};
    uint32_t size = transcript_wrap(under, (uint32_t)strlen(under), 1);
    if (size == 0 || size >= sizeof(one)) return;
    memcpy(one, under, size);
    Rect row = {x, y, terminal->advance, terminal->line};
    label_draw(draw, (Point){x, label_middle(draw, row, TYPE_TABLE)}, ALIGN_LEFT, TYPE_TABLE,
               draw->theme->ink, one);
}

/* Rows of prompt and line; when they are more than fit, those round the cursor. */
static float draw_prompt(const Terminal *terminal, float y)
{
    const ConsoleUi *console = terminal->console;
    const Theme *theme = terminal->scene->draw.theme;
    const char *chars = text_chars(&terminal->prompt);
    uint32_t head = (uint32_t)strlen(console->prompt), size = terminal->prompt.size, at = 0;
    uint32_t cursor = head + (console->line ? console->line->cursor : 0);
    uint32_t rows = rows_of(terminal, &terminal->prompt);
    for (uint32_t row = 0; at < size; row++) {
        uint32_t part = transcript_wrap(chars + at, size - at, terminal->columns);
        bool is_shown = row + terminal->prompt_rows >= rows;
        if (is_shown) {
            char line[1200];
            float x = terminal->inside.x;
            Rect box = {x, y, terminal->inside.w, terminal->line};
            float baseline = label_middle(&terminal->scene->draw, box, TYPE_TABLE);
            uint32_t faint = at == 0 ? head : 0;
            snprintf(line, sizeof(line), "%.*s", (int)faint, chars);
            x += label_draw(&terminal->scene->draw, (Point){x, baseline}, ALIGN_LEFT, TYPE_TABLE,
                            theme->text2, line);
            snprintf(line, sizeof(line), "%.*s", (int)(part - faint), chars + at + faint);
            label_draw(&terminal->scene->draw, (Point){x, baseline}, ALIGN_LEFT, TYPE_TABLE,
                       theme->text, line);
            if (cursor >= at && cursor < at + part) {
                snprintf(line, sizeof(line), "%.*s", (int)(cursor - at), chars + at);
                float before = label_width(&terminal->scene->draw, TYPE_TABLE, line);
                draw_cursor(terminal, terminal->inside.x + before, y, chars + cursor);
            }
            y += terminal->line;
        }
        at += part;
    }
    return y;
}

/* --- what stands below --- */

static void foot_words(const Terminal *terminal, Text *out)
{
    const Scene *scene = terminal->scene;
    const ConsoleUi *console = terminal->console;
    switch (mode_of(terminal)) {
    case CONSOLE_NO_NODE:
        if (scene->ui->selected < scene->model->state.hosts.count)
            text_append(out, "What *%s* has asked; nobody listens on the machine of a client.",
                        dock_host_name(scene->model, scene->ui->selected));
        else text_append(out, "Choose a node to talk to it: click it, or press Tab.");
        break;
    case CONSOLE_RECORDED:
        text_append(out, "A recorded run: nobody is there to answer. To type here, open the "
                         "scenario itself.");
        break;
    case CONSOLE_QUESTION:
        text_append(out, "First your prediction: what would be asked now is in the future.");
        break;
    case CONSOLE_PAST:
        text_append(out,
                    "You look at %.3f s, the run has come to %.3f s. A command belongs to its "
                    "present.",
                    (double)scene->model->time / 1e9, (double)scene->ui->known_to / 1e9);
        break;
    case CONSOLE_WAITING:
        text_append(out, "*waiting* for ");
        text_append_span(out, console->waited);
        text_append(out, "%s; `Ctrl-C` gives up%s", console->is_frozen ? ", it is frozen" : "",
                    scene->ui->paused ? ", `Space` lets time pass" : "");
        break;
    case CONSOLE_READY:
        if (!console->has_focus) text_append(out, "`Return` or a click: type here");
        break;
    }
}

static void draw_foot(const Terminal *terminal, float y)
{
    const Ui *draw = &terminal->scene->draw;
    const Theme *theme = draw->theme;
    Text words = {0};
    RichStyle style = {.role = TYPE_BODY, .color = theme->text3, .bold_color = theme->text};
    foot_words(terminal, &words);
    Rect box = {terminal->inside.x, y + 4, terminal->inside.w, terminal->foot};
    rich_draw(draw, box, &style, text_chars(&words));
    text_deinit(&words);
    if (mode_of(terminal) != CONSOLE_PAST) return;
    float top = y + 4 + type_style(TYPE_BODY, draw->projector).line + 4;
    Rect button = {box.x, top, BUTTON_WIDTH, BUTTON_HEIGHT};
    control_button(draw, button, "Return: branch here", CONTROL_NORMAL,
                   (Action){.id = ACTION_BRANCH});
    button.x += BUTTON_WIDTH + 8;
    control_button(draw, button, "End: to the present", CONTROL_NORMAL, (Action){.id = ACTION_END});
}

void dock_console(const Scene *scene, Rect rect)
{
    Transcript transcript = {0};
    Terminal terminal = terminal_of(scene, rect);
    transcript_build(&transcript, scene->model, scene->ui, terminal.columns);
    float y = draw_transcript(&terminal, &transcript);
    if (has_prompt(&terminal)) y = draw_prompt(&terminal, y);
    draw_foot(&terminal, y);
    transcript_deinit(&transcript);
    text_deinit(&terminal.prompt);
}

/* --- for the mouse and the wheel --- */

ConsoleHit scene_console_at(const Model *model, const UiState *ui, const Layout *layout,
                            const TextMetrics *metrics, Point at)
{
    Rect rect = scene_dock_rect(ui, layout);
    DrawList list = {0};
    HitList hits = {0};
    Scene scene = {.draw = dock_ui(&list, &hits, ui, metrics), .model = model, .ui = ui};
    if (rect.w <= 0 || ui->dock != DOCK_CONSOLE || !rect_contains(rect, at))
        return CONSOLE_HIT_NONE;
    rect_take_top(&rect, DOCK_TAB_BAR);
    if (!rect_contains(rect, at)) return CONSOLE_HIT_NONE;
    dock_console(&scene, rect);
    const Hit *hit = hit_at(&hits, at);
    ConsoleHit found = !hit                           ? CONSOLE_HIT_PROMPT
                       : hit->action == ACTION_BRANCH ? CONSOLE_HIT_BRANCH
                       : hit->action == ACTION_END    ? CONSOLE_HIT_END
                                                      : CONSOLE_HIT_PROMPT;
    draw_deinit(&list);
    hit_deinit(&hits);
    return found;
}

ConsoleSpan scene_console_span(const Model *model, const UiState *ui, const Layout *layout,
                               const TextMetrics *metrics)
{
    Rect rect = scene_dock_rect(ui, layout);
    DrawList list = {0};
    Transcript transcript = {0};
    Scene scene = {.draw = dock_ui(&list, NULL, ui, metrics), .model = model, .ui = ui};
    rect_take_top(&rect, DOCK_TAB_BAR);
    Terminal terminal = terminal_of(&scene, rect);
    transcript_build(&transcript, model, ui, terminal.columns);
    ConsoleSpan span = {.room = room_of(&terminal)};
    if (transcript.rows.count > span.room) span.scroll_max = transcript.rows.count - span.room;
    transcript_deinit(&transcript);
    text_deinit(&terminal.prompt);
    draw_deinit(&list);
    return span;
}
