/* console.c -- the dock's tab that looks like a terminal: which commands the run gave, and what
 * was answered. With a node selected, only its own. */
#include "viz/scene/dock.h"

#include "viz/ui/label.h"

#include <stdio.h>
#include <string.h>

#define LINES_MAX 64u
#define LINE_SIZE 400

static void oneline(TraceText text, char *out, size_t size)
{
    size_t at = 0;
    for (uint32_t i = 0; i < text.size && at + 1 < size; i++) {
        char c = text.chars[i];
        if (c == '\r') continue;
        if (c == '\n') {
            /* A reply of many lines is shown by its first; the rest is counted. */
            uint32_t lines = 0;
            for (uint32_t j = i + 1; j < text.size; j++) lines += text.chars[j] == '\n';
            out[at] = '\0';
            if (lines > 0) snprintf(out + at, size - at, "  (and %u lines more)", lines);
            return;
        }
        out[at++] = c;
    }
    out[at] = '\0';
}

typedef struct Line {
    char prompt[64], words[LINE_SIZE];
    bool is_reply, is_error;
    SimTime time;
} Line;

static void read_line(const Model *model, uint64_t seq, Line *line)
{
    TraceRecord record;
    trace_get(model->trace, seq, &record);
    memset(line, 0, sizeof(*line));
    line->time = record.time;
    if (record.type == TRACE_CALL_SENT) {
        snprintf(line->prompt, sizeof(line->prompt), "%s> ", dock_host_name(model, record.host));
        oneline(record.u.CALL_SENT.command, line->words, LINE_SIZE);
    } else if (record.type == TRACE_CALL_REPLIED) {
        line->is_reply = true;
        TraceText reply = record.u.CALL_REPLIED.reply;
        line->is_error = reply.size > 0 && reply.chars[0] == '-';
        bool marked = reply.size > 0 && strchr("+-$:", reply.chars[0]) != NULL;
        if (marked) reply = (TraceText){reply.chars + 1, reply.size - 1};
        oneline(reply, line->words, LINE_SIZE);
    } else {
        snprintf(line->prompt, sizeof(line->prompt), "-- ");
        oneline(record.u.COMMAND.line, line->words, LINE_SIZE);
    }
}

static void draw_line_at(const Scene *scene, Rect row, const Line *line)
{
    const Ui *draw = &scene->draw;
    const Theme *theme = draw->theme;
    float y = label_middle(draw, row, TYPE_TABLE), x = row.x;
    label_drawf(draw, (Point){x + 76, y}, ALIGN_RIGHT, TYPE_TABLE, theme->text3, "%.3f",
                (double)line->time / 1e9);
    x += 92;
    Color ink = line->is_error ? theme->danger_text : line->is_reply ? theme->text2 : theme->text;
    x += label_draw(draw, (Point){x, y}, ALIGN_LEFT, TYPE_TABLE, theme->text3, line->prompt);
    label_cut(draw, (Point){x, y}, rect_right(row) - x, TYPE_TABLE, ink, line->words);
}

void dock_console(const Scene *scene, Rect rect)
{
    const RunIndex *index = scene->ui->index;
    HostId host = scene->ui->selected;
    Rect inside = rect_inset(rect, 24, 12);
    float height = type_style(TYPE_TABLE, scene->draw.projector).line;
    uint32_t room = (uint32_t)(inside.h / height), found = 0, skip = scene->ui->dock_first;
    uint64_t seqs[LINES_MAX];
    if (room > LINES_MAX) room = LINES_MAX;
    for (uint32_t i = index ? run_index_count(&index->calls, scene->model->state.seq) : 0;
         i-- > 0 && found < room;) {
        const IndexEntry *entry = &index->calls.items[i];
        bool fits = host == HOST_NONE || entry->host == host || entry->host == HOST_NONE;
        if (!fits || (skip > 0 && skip--)) continue;
        seqs[found++] = entry->seq;
    }
    if (found == 0) {
        dock_sentence(
            scene, rect,
            host == HOST_NONE
                ? "No command has been given yet. What the script and you say to the nodes "
                  "will stand here, as in `redis-cli`."
                : "This node has not been asked anything yet. With no node selected (Esc), "
                  "the commands of the whole run stand here.");
        return;
    }
    for (uint32_t i = 0; i < found; i++) {
        Line line;
        read_line(scene->model, seqs[found - 1 - i], &line);
        draw_line_at(scene, (Rect){inside.x, inside.y + (float)i * height, inside.w, height},
                     &line);
    }
}
