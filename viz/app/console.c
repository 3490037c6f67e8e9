/* console.c -- the redis-cli prompt: one for every node, with a connection, a line and a history of
 * its own. What is typed goes in by the one door, at the present of the live run.
 *
 * As redis-cli does: a connection that turns out to be closed is made again and the line said once
 * more; MULTI shows in the prompt; Ctrl-C gives up a command that blocks (and the connection with
 * it). Simplified: redis-cli's own commands are quit, exit and clear; after SUBSCRIBE only the
 * first reply is shown, since a call ends with its reply. */
#include "viz/app/app.h"

#include "sim/base/resp.h"

#include <stdio.h>
#include <string.h>

#define REPLY_STRIDE  (100 * SIM_US) /* how a run that is paused is carried on to the reply */
#define REPLY_STRIDES 1000u          /* and how far: 100 ms */

static Sim *sim_of(const App *app)
{
    return script_sim(app->source.script);
}

/* --- what is known of a node's prompt --- */

static ConsoleHost *console_host(App *app, HostId host)
{
    if (host >= app->model.state.hosts.count) return NULL;
    Console *console = &app->console;
    while (console->hosts.count <= host) array_push(NULL, &console->hosts, NULL);
    if (!console->hosts.items[host])
        console->hosts.items[host] = mem_alloc(NULL, sizeof(ConsoleHost));
    return console->hosts.items[host];
}

static ConsoleHost *present_host(App *app)
{
    return console_host(app, app->ui.selected);
}

static const char *line_of(const App *app, const ConsoleCall *call)
{
    return app->source.by_hand.items[call->hand].text;
}

static bool is_first_word(const char *line, const char *word)
{
    while (*line == ' ') line++;
    for (; *word; word++, line++) {
        if ((*line >= 'A' && *line <= 'Z' ? *line - 'A' + 'a' : *line) != *word) return false;
    }
    return *line == '\0' || *line == ' ';
}

/* Is a MULTI open on the connection, after what was answered on it? */
static bool in_multi(const App *app, uint32_t conn)
{
    bool open = false;
    for (uint32_t i = 0; i < app->console.calls.count; i++) {
        const char *reply;
        const ConsoleCall *call = &app->console.calls.items[i];
        if (call->conn != conn) continue;
        if (sim_call_status(sim_of(app), call->call, &reply) != CALL_DONE) continue;
        const char *line = line_of(app, call);
        bool is_error = reply[0] == '-';
        if (is_first_word(line, "multi") && !is_error) open = true;
        else if (is_first_word(line, "exec") || is_first_word(line, "reset")) open = false;
        else if (is_first_word(line, "discard") && !is_error) open = false;
    }
    return open;
}

/* The node's last line that was not resent, NULL when none was typed. */
static ConsoleCall *last_call(const App *app, HostId host)
{
    for (uint32_t i = app->console.calls.count; i-- > 0;) {
        if (app->console.calls.items[i].host == host) return &app->console.calls.items[i];
    }
    return NULL;
}

/* Has the reply come, in what is shown? */
static bool reply_is_seen(const App *app, uint32_t call)
{
    const IndexEntries *calls = &app->index.calls;
    for (uint32_t i = run_index_count(calls, app->model.state.seq); i-- > 0;) {
        TraceRecord record;
        if (calls->items[i].host != app->ui.selected) continue;
        trace_get(app->source.trace, calls->items[i].seq, &record);
        if (record.type == TRACE_CALL_REPLIED && record.u.CALL_REPLIED.call == call) return true;
        if (record.type == TRACE_CALL_SENT && record.u.CALL_SENT.call == call) break;
    }
    return false;
}

/* The call of the selected node that is waited for, NULL. */
static ConsoleCall *waiting_call(const App *app)
{
    ConsoleCall *call = last_call(app, app->ui.selected);
    if (!call || call->end != CONSOLE_END_REPLY || reply_is_seen(app, call->call)) return NULL;
    return call;
}

static ConsoleMode mode_now(const App *app)
{
    if (app->ui.selected >= app->model.state.hosts.count) return CONSOLE_NO_NODE;
    if (app->model.state.hosts.items[app->ui.selected].status == PROCESS_NEVER)
        return CONSOLE_NO_NODE; /* nobody listens on a client's machine */
    if (!app->source.script) return CONSOLE_RECORDED;
    if (app->ui.question_open) return CONSOLE_QUESTION;
    if (app->time < app->seen_to) return CONSOLE_PAST;
    return waiting_call(app) ? CONSOLE_WAITING : CONSOLE_READY;
}

/* --- focus --- */

bool console_is_shown(const App *app)
{
    Layout layout = app_layout(app);
    return app->ui.dock == DOCK_CONSOLE && scene_dock_rect(&app->ui, &layout).w > 0;
}

bool console_has_focus(const App *app)
{
    return app->console.focus && console_is_shown(app);
}

void console_take_focus(App *app)
{
    ConsoleMode mode = mode_now(app);
    app->console.focus = mode != CONSOLE_NO_NODE && mode != CONSOLE_RECORDED;
    app->dirty = true;
}

void console_drop_focus(App *app)
{
    app->console.focus = false;
    app->dirty = true;
}

/* --- saying a line --- */

static bool connect(App *app, HostId host)
{
    uint32_t number;
    Command command = {.kind = CMD_CONNECT, .host = host};
    if (!hand_act(app, &command, &number)) return false;
    ConsoleHost *console = console_host(app, host);
    console->conn = number;
    console->hand = app->source.by_hand.count - 1;
    return true;
}

static bool say_on(App *app, HostId host, const char *line, bool is_second_try)
{
    ConsoleHost *console = console_host(app, host);
    ConsoleCall call = {.conn = console->conn, .host = host, .is_second_try = is_second_try};
    call.in_multi = in_multi(app, console->conn);
    Command command = {.kind = CMD_CONN_CALL, .host = HOST_NONE, .text = line};
    command.u.call = console->conn;
    if (!hand_act(app, &command, &call.call)) return false;
    call.hand = app->source.by_hand.count - 1;
    if (is_first_word(line, "shutdown")) call.end = CONSOLE_END_SILENT;
    array_push(NULL, &app->console.calls, call);
    return true;
}

/* On the node's connection; on a new one when there is none or the old one was closed. */
static void say(App *app, HostId host, const char *line, bool is_second_try)
{
    bool is_said = false;
    if (console_host(app, host)->conn != 0) is_said = say_on(app, host, line, is_second_try);
    if (!is_said && !(connect(app, host) && say_on(app, host, line, is_second_try))) return;
    app->ui.message[0] = '\0'; /* the console shows it */
}

static void hang_up(App *app, ConsoleHost *host)
{
    if (host->conn == 0) return;
    Command command = {.kind = CMD_DISCONNECT, .host = HOST_NONE};
    command.u.call = host->conn;
    hand_act(app, &command, NULL);
    host->conn = 0;
    app->ui.message[0] = '\0';
}

/* A line whose connection was closed without an answer is said once more on a new one, as redis-cli
 * does; what becomes of that is shown. */
static bool say_again(App *app)
{
    for (uint32_t i = 0; i < app->console.calls.count; i++) {
        ConsoleCall *call = &app->console.calls.items[i];
        if (call->end != CONSOLE_END_REPLY && call->end != CONSOLE_END_SILENT) continue;
        CallStatus status = sim_call_status(sim_of(app), call->call, NULL);
        ConsoleHost *host = console_host(app, call->host);
        bool is_over = status == CALL_LOST || status == CALL_REFUSED;
        if (is_over && host->conn == call->conn) host->conn = 0;
        if (status != CALL_LOST || call->is_second_try || call->end == CONSOLE_END_SILENT) continue;
        char line[EDIT_SIZE];
        snprintf(line, sizeof(line), "%s", line_of(app, call));
        call->end = CONSOLE_END_SENT_AGAIN;
        say(app, call->host, line, true);
        return true;
    }
    return false;
}

static bool is_pending(const App *app)
{
    const ConsoleCall *call = last_call(app, app->ui.selected);
    return call && sim_call_status(sim_of(app), call->call, NULL) == CALL_PENDING;
}

/* Time that stands still is carried on until the reply is there, or for as long as no answer that
 * is only under way takes. */
static void await_reply(App *app)
{
    if (!app->ui.paused) return;
    for (uint32_t i = 0; i < REPLY_STRIDES; i++) {
        if (!is_pending(app) && !say_again(app)) break;
        source_run(&app->source, source_end(&app->source) + REPLY_STRIDE);
    }
    play_jump(app, source_end(&app->source));
}

static bool is_split(const char *line)
{
    Slices words = {0};
    Text scratch = {0};
    bool ok = resp_split_line((Slice){line, (uint32_t)strlen(line)}, &words, &scratch, NULL);
    array_deinit(NULL, &words);
    text_deinit(&scratch);
    return ok;
}

static void give_line(App *app)
{
    char line[EDIT_SIZE];
    ConsoleHost *host = present_host(app);
    snprintf(line, sizeof(line), "%s", host->line.chars);
    edit_history_add(&host->history, line);
    edit_clear(&host->line);
    app->ui.dock_first = 0;
    if (line[strspn(line, " ")] == '\0') return;
    if (is_first_word(line, "quit") || is_first_word(line, "exit")) {
        if (hand_stand_here(app)) hang_up(app, present_host(app));
        console_drop_focus(app);
    } else if (is_first_word(line, "clear")) {
        host->cleared = app->model.state.seq;
    } else if (!is_split(line)) {
        app_message(app, "Invalid argument(s): a quote is not closed.");
    } else if (hand_stand_here(app)) {
        say(app, app->ui.selected, line, false);
        await_reply(app);
    }
}

static void give_up(App *app, ConsoleCall *call)
{
    uint32_t number = call->call, conn = call->conn;
    Command command = {.kind = CMD_CALL_CANCEL, .host = HOST_NONE};
    if (!hand_stand_here(app)) return;
    command.u.call = number;
    if (!hand_act(app, &command, NULL)) return;
    app->ui.message[0] = '\0';
    call = last_call(app, app->ui.selected); /* the run may have been done again */
    if (call && call->call == number) call->end = CONSOLE_END_GIVEN_UP;
    ConsoleHost *host = present_host(app);
    if (host->conn == conn) host->conn = 0;
}

static void branch_here(App *app)
{
    if (hand_stand_here(app)) app_message(app, "Another future begins here.");
}

/* --- keys --- */

static bool edit_op(const Input *input, EditOp *op)
{
    static const struct {
        uint32_t key, modifiers;
        EditOp op;
    } rows[] = {
        {KEY_LEFT, 0, EDIT_LEFT},
        {KEY_RIGHT, 0, EDIT_RIGHT},
        {KEY_HOME, 0, EDIT_START},
        {KEY_END, 0, EDIT_END},
        {KEY_BACKSPACE, 0, EDIT_CUT_BEFORE},
        {KEY_DELETE, 0, EDIT_CUT_AFTER},
        {'b', MODIFIER_CTRL, EDIT_LEFT},
        {'f', MODIFIER_CTRL, EDIT_RIGHT},
        {'a', MODIFIER_CTRL, EDIT_START},
        {'e', MODIFIER_CTRL, EDIT_END},
        {'h', MODIFIER_CTRL, EDIT_CUT_BEFORE},
        {'d', MODIFIER_CTRL, EDIT_CUT_AFTER},
        {'w', MODIFIER_CTRL, EDIT_CUT_WORD},
        {'u', MODIFIER_CTRL, EDIT_CUT_TO_START},
        {'k', MODIFIER_CTRL, EDIT_CUT_TO_END},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        if (rows[i].key != input->key) continue;
        if (rows[i].modifiers != (input->modifiers & MODIFIER_CTRL)) continue;
        *op = rows[i].op;
        return true;
    }
    return false;
}

static void ready_key(App *app, const Input *input)
{
    EditOp op;
    ConsoleHost *host = present_host(app);
    bool ctrl = (input->modifiers & MODIFIER_CTRL) != 0;
    if (input->key == KEY_RETURN) give_line(app);
    else if (input->key == KEY_UP || (ctrl && input->key == 'p'))
        edit_history_go(&host->history, &host->line, 1);
    else if (input->key == KEY_DOWN || (ctrl && input->key == 'n'))
        edit_history_go(&host->history, &host->line, -1);
    else if (ctrl && input->key == 'c') edit_clear(&host->line);
    else if (ctrl && input->key == 'l') host->cleared = app->model.state.seq;
    else if (ctrl && input->key == 'd' && host->line.size == 0) console_drop_focus(app);
    else if (edit_op(input, &op)) edit_do(&host->line, op);
}

/* While a reply is waited for Space is no letter: time may have to pass for it. */
static void waiting_key(App *app, const Input *input)
{
    bool ctrl = (input->modifiers & MODIFIER_CTRL) != 0;
    if (ctrl && input->key == 'c') give_up(app, waiting_call(app));
    else if (input->key == ' ') app->ui.paused = !app->ui.paused;
}

static void past_key(App *app, const Input *input)
{
    if (input->key == KEY_RETURN) branch_here(app);
    else if (input->key == KEY_END) play_jump(app, app->seen_to);
}

bool console_key(App *app, const Input *input)
{
    ConsoleMode mode = mode_now(app);
    bool is_free = input->key >= KEY_F1; /* function keys work everywhere */
    bool is_undo = (input->modifiers & MODIFIER_CTRL) && input->key == 'z';
    if (!console_has_focus(app) || is_free || is_undo || app->ui.show_keys) return false;
    if (mode == CONSOLE_NO_NODE || mode == CONSOLE_RECORDED || mode == CONSOLE_QUESTION) {
        console_drop_focus(app);
        return false;
    }
    Layout layout = app_layout(app);
    ConsoleSpan span = scene_console_span(&app->model, &app->ui, &layout, &app->metrics);
    if (input->key == KEY_TAB || input->key == KEY_ESCAPE) console_drop_focus(app);
    else if (input->key == KEY_PAGE_UP) console_scroll(app, (int)span.room - 1);
    else if (input->key == KEY_PAGE_DOWN) console_scroll(app, 1 - (int)span.room);
    else if (mode == CONSOLE_PAST) past_key(app, input);
    else if (mode == CONSOLE_WAITING) waiting_key(app, input);
    else ready_key(app, input);
    return true;
}

void console_text(App *app, const char *chars)
{
    if (!console_has_focus(app) || mode_now(app) != CONSOLE_READY) return;
    edit_insert(&present_host(app)->line, chars);
    app->ui.message[0] = '\0';
    app->ui.dock_first = 0;
    app->dirty = true;
}

/* --- mouse --- */

void console_click(App *app, Point at)
{
    Layout layout = app_layout(app);
    switch (scene_console_at(&app->model, &app->ui, &layout, &app->metrics, at)) {
    case CONSOLE_HIT_NONE: break;
    case CONSOLE_HIT_PROMPT: console_take_focus(app); break;
    case CONSOLE_HIT_BRANCH:
        branch_here(app);
        console_take_focus(app);
        break;
    case CONSOLE_HIT_END:
        play_jump(app, app->seen_to);
        console_take_focus(app);
        break;
    }
}

void console_scroll(App *app, int rows)
{
    Layout layout = app_layout(app);
    ConsoleSpan span = scene_console_span(&app->model, &app->ui, &layout, &app->metrics);
    int64_t first = (int64_t)app->ui.dock_first + rows;
    if (first < 0) first = 0;
    if (first > span.scroll_max) first = span.scroll_max;
    app->ui.dock_first = (uint32_t)first;
    app->dirty = true;
}

/* --- what is shown --- */

/* The place of a call among the replies; a new one is made where it belongs. */
static ConsoleReply *reply_of(ConsoleReplies *replies, uint32_t call)
{
    uint32_t at = replies->count;
    while (at > 0 && replies->items[at - 1].call > call) at--;
    if (at > 0 && replies->items[at - 1].call == call) return &replies->items[at - 1];
    array_push(NULL, replies, (ConsoleReply){0});
    memmove(&replies->items[at + 1], &replies->items[at],
            (replies->count - 1 - at) * sizeof(ConsoleReply));
    replies->items[at] = (ConsoleReply){.call = call};
    return &replies->items[at];
}

/* Keeps the first lines of a text and counts the others. */
static uint32_t cut_lines(Text *text)
{
    uint32_t lines = 0, kept = 0;
    for (uint32_t i = 0; i < text->size; i++) {
        if (text->chars[i] != '\n') continue;
        if (++lines == CONSOLE_REPLY_LINES) kept = i + 1;
    }
    if (lines <= CONSOLE_REPLY_LINES) return 0;
    text->size = kept;
    text->chars[kept] = '\0';
    return lines - CONSOLE_REPLY_LINES;
}

static void read_reply(const App *app, const TraceRecord *record, ConsoleReply *reply)
{
    RespValues values = {0};
    Text line = {0};
    Error err;
    bool is_request = record->type == TRACE_REQUEST_SENT;
    uint32_t used, call = reply->call;
    TraceText command = is_request ? record->u.REQUEST_SENT.command : record->u.CALL_SENT.command;
    if (sim_call_status(sim_of(app), call, NULL) != CALL_DONE) return;
    text_append_bytes(&line, command.chars, command.size);
    reply->is_known =
        resp_read(sim_call_resp(sim_of(app), call), &values, &used, &err, NULL) == RESP_DONE;
    if (reply->is_known) {
        resp_cli_reply(text_chars(&line), &values, &reply->text);
        reply->more_lines = cut_lines(&reply->text);
    }
    text_deinit(&line);
    array_deinit(NULL, &values);
}

/* The whole replies of what is shown; the trace has only their beginnings. */
static void read_replies(App *app)
{
    const IndexEntries *calls = &app->index.calls;
    HostId host = app->ui.selected;
    uint32_t found = 0;
    for (uint32_t i = run_index_count(calls, app->model.state.seq);
         i-- > 0 && found < CONSOLE_ROWS_MAX;) {
        TraceRecord record;
        const IndexEntry *entry = &calls->items[i];
        if (host != HOST_NONE && entry->host != host && entry->to != host) continue;
        trace_get(app->source.trace, entry->seq, &record);
        bool is_request = record.type == TRACE_REQUEST_SENT;
        if (record.type != TRACE_CALL_SENT && !is_request) continue;
        found++;
        uint32_t call = is_request ? record.u.REQUEST_SENT.call : record.u.CALL_SENT.call;
        ConsoleReply *reply = reply_of(&app->console.ui.replies, call);
        if (!reply->is_known) read_reply(app, &record, reply);
    }
    for (uint32_t i = 0; i < app->console.calls.count; i++) {
        const ConsoleCall *call = &app->console.calls.items[i];
        ConsoleReply *reply = reply_of(&app->console.ui.replies, call->call);
        reply->in_multi = call->in_multi;
        reply->end = call->end;
    }
}

static void write_prompt(App *app, const ConsoleHost *host)
{
    ConsoleUi *ui = &app->console.ui;
    const TraceState *state = &app->model.state;
    const HostState *row = &state->hosts.items[app->ui.selected];
    ui->is_frozen = row->status == PROCESS_IS_FROZEN;
    bool runs = row->status == PROCESS_RUNNING || ui->is_frozen;
    if (!runs || row->addr >= state->addrs.count) {
        snprintf(ui->prompt, sizeof(ui->prompt), "not connected> ");
        return;
    }
    const AddrState *addr = &state->addrs.items[row->addr];
    bool open = host->conn != 0 && in_multi(app, host->conn);
    snprintf(ui->prompt, sizeof(ui->prompt), "%u.%u.%u.%u:%u%s> ", addr->ip >> 24,
             addr->ip >> 16 & 255, addr->ip >> 8 & 255, addr->ip & 255, addr->port,
             open ? "(TX)" : "");
}

void console_frame(App *app)
{
    ConsoleUi *ui = &app->console.ui;
    bool is_live = app->source.script != NULL;
    app->ui.console = ui;
    if (!console_is_shown(app)) app->console.focus = false;
    if (is_live && app->console.calls.count > 0 && app->time >= source_end(&app->source) &&
        !app->ui.question_open) {
        if (say_again(app)) await_reply(app);
    }
    ui->mode = mode_now(app);
    ui->has_focus = app->console.focus;
    ui->line = NULL;
    ui->cleared = 0;
    if (!console_is_shown(app)) return;
    if (is_live) read_replies(app);
    ConsoleHost *host = ui->mode == CONSOLE_NO_NODE ? NULL : present_host(app);
    if (!host || !is_live) return;
    ui->line = &host->line;
    ui->cleared = host->cleared;
    const ConsoleCall *waiting = ui->mode == CONSOLE_WAITING ? waiting_call(app) : NULL;
    SimTime since = waiting ? app->source.by_hand.items[waiting->hand].time : app->time;
    ui->waited = app->time > since ? app->time - since : 0;
    write_prompt(app, host);
}

/* --- endings --- */

static void forget_replies(App *app)
{
    ConsoleReplies *replies = &app->console.ui.replies;
    for (uint32_t i = 0; i < replies->count; i++) text_deinit(&replies->items[i].text);
    array_clear(replies);
}

/* Does what ended a call by hand still belong to the run? */
static bool is_ended(const App *app, uint32_t i)
{
    const ConsoleCall *call = &app->console.calls.items[i];
    for (uint32_t k = i + 1; k < app->console.calls.count; k++) {
        const ConsoleCall *other = &app->console.calls.items[k];
        if (other->is_second_try && other->host == call->host)
            return call->end == CONSOLE_END_SENT_AGAIN;
    }
    for (uint32_t k = call->hand + 1; k < app->source.by_hand.count; k++) {
        const Command *command = &app->source.by_hand.items[k].command;
        if (command->kind == CMD_CALL_CANCEL && command->u.call == call->call) return true;
    }
    return false;
}

void console_new_run(App *app)
{
    uint32_t kept = app->source.by_hand.count;
    Console *console = &app->console;
    while (console->calls.count > 0 && console->calls.items[console->calls.count - 1].hand >= kept)
        console->calls.count--;
    for (uint32_t i = 0; i < console->calls.count; i++) {
        ConsoleCall *call = &console->calls.items[i];
        if (call->end != CONSOLE_END_SILENT && !is_ended(app, i)) call->end = CONSOLE_END_REPLY;
    }
    for (uint32_t i = 0; i < console->hosts.count; i++) {
        ConsoleHost *host = console->hosts.items[i];
        if (!host) continue;
        if (host->conn != 0 && host->hand >= kept) host->conn = 0;
        host->cleared = 0;
    }
    forget_replies(app);
}

void console_close(App *app)
{
    for (uint32_t i = 0; i < app->console.hosts.count; i++) {
        ConsoleHost *host = app->console.hosts.items[i];
        if (host) edit_history_deinit(&host->history);
        mem_free(NULL, host, sizeof(*host));
    }
    forget_replies(app);
    array_deinit(NULL, &app->console.ui.replies);
    array_deinit(NULL, &app->console.calls);
    array_deinit(NULL, &app->console.hosts);
}
