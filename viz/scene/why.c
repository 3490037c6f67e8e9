/* why.c -- the dock's second tab: the last thing that was decided, and what led to it.
 *
 * Every record names its cause (sim/trace/trace.h); the chain is read backwards from the selected
 * node's last decision, or from the run's. */
#include "viz/scene/dock.h"

#include "viz/ui/label.h"
#include "viz/ui/rich.h"
#include "viz/ui/table.h"

#include <stdio.h>
#include <string.h>

#define LINKS_MAX 24u
#define LINK_SIZE 200

typedef struct Chain {
    char times[LINKS_MAX][24], gaps[LINKS_MAX][24], words[LINKS_MAX][LINK_SIZE];
    uint32_t count;
    bool is_cut; /* there would be more */
} Chain;

/* The record's line without its time; of a message only who, what and to whom. */
static void words_of(const Model *model, const TraceRecord *record, char *words)
{
    if (record->type == TRACE_MSG_SENT) {
        snprintf(words, LINK_SIZE, "%s sends %s to %s", dock_host_name(model, record->host),
                 msg_word(record->u.MSG_SENT.kind), dock_host_name(model, record->u.MSG_SENT.to));
        return;
    }
    Text text = {0};
    trace_record_text(record, &model->state, &text);
    const char *space = strchr(text_chars(&text), ' ');
    snprintf(words, LINK_SIZE, "%s", space ? space + 1 : text_chars(&text));
    text_deinit(&text);
}

/* That a message arrived is clear from what it did; its sending is the next link anyway. */
static bool is_arrival(const Model *model, const TraceRecord *record)
{
    TraceRecord before;
    if (record->type != TRACE_MSG_RECEIVED || record->cause == 0) return false;
    trace_get(model->trace, record->cause, &before);
    return before.type == TRACE_MSG_SENT;
}

static void gap_of(SimSpan span, char *chars)
{
    Text text = {0};
    if (span > 0) text_append_span(&text, span);
    snprintf(chars, 24, "%s", text_chars(&text));
    text_deinit(&text);
}

static void follow(const Model *model, uint64_t seq, Chain *chain)
{
    TraceRecord record;
    SimTime later = 0;
    chain->count = 0;
    while (seq != 0 && seq <= trace_count(model->trace)) {
        if (chain->count == LINKS_MAX) {
            chain->is_cut = true;
            return;
        }
        trace_get(model->trace, seq, &record);
        if (is_arrival(model, &record)) {
            seq = record.cause;
            continue;
        }
        uint32_t at = chain->count++;
        snprintf(chain->times[at], sizeof(chain->times[at]), "%.6f", (double)record.time / 1e9);
        if (at > 0) gap_of(later - record.time, chain->gaps[at - 1]);
        chain->gaps[at][0] = '\0';
        words_of(model, &record, chain->words[at]);
        later = record.time;
        seq = record.cause < record.seq ? record.cause : 0;
    }
}

/* What is explained: the last decision of the selected node, else of anybody. */
static uint64_t subject(const Scene *scene)
{
    const UiState *ui = scene->ui;
    if (!ui->index) return model_last_interesting(scene->model);
    const IndexEntry *entry =
        run_index_last(&ui->index->reasons, scene->model->state.seq, ui->selected);
    return entry ? entry->seq : 0;
}

static void draw_chain(const Scene *scene, Rect rect, const Chain *chain)
{
    static const TableColumn columns[] = {{.title = "time", .width = 96},
                                          {.title = "earlier by", .width = 108},
                                          {.title = "because"}};
    TableCell cells[(LINKS_MAX + 1) * 3];
    uint32_t rows = chain->count - 1;
    for (uint32_t i = 0; i < rows; i++) {
        cells[i * 3] = (TableCell){chain->times[i + 1], TABLE_PLAIN};
        cells[i * 3 + 1] = (TableCell){chain->gaps[i], TABLE_FAINT};
        cells[i * 3 + 2] = (TableCell){chain->words[i + 1], TABLE_PLAIN};
    }
    if (chain->is_cut) {
        cells[rows * 3] = cells[rows * 3 + 1] = (TableCell){NULL, TABLE_FAINT};
        cells[rows * 3 + 2] = (TableCell){"and so on, further back", TABLE_FAINT};
        rows++;
    }
    uint32_t first = scene->ui->dock_first < rows ? scene->ui->dock_first : 0;
    table_draw(&scene->draw, rect,
               &(Table){.columns = columns,
                        .column_count = 3,
                        .cells = cells,
                        .row_count = rows,
                        .first_row = first,
                        .chosen_row = -1});
}

void dock_why(const Scene *scene, Rect rect)
{
    uint64_t seq = subject(scene);
    if (seq == 0) {
        dock_sentence(scene, rect,
                      "Nothing has been decided yet that would need an explanation.\n\nWith a node "
                      "selected, its own last decision is explained here.");
        return;
    }
    const Theme *theme = scene->draw.theme;
    Chain *chain = mem_alloc(NULL, sizeof(*chain));
    follow(scene->model, seq, chain);
    Rect inside = rect_inset(rect, 24, 0);
    float x = inside.x, y = rect.y + 28;
    x += label_draw(&scene->draw, (Point){x, y}, ALIGN_LEFT, TYPE_TABLE, theme->text3,
                    chain->times[0]) +
         16;
    label_cut(&scene->draw, (Point){x, y}, rect_right(inside) - x, TYPE_TITLE, theme->text,
              chain->words[0]);
    Rect below = {inside.x, rect.y + 44, inside.w, rect.h - 44 - 6};
    if (chain->count > 1) {
        draw_chain(scene, below, chain);
    } else {
        label_draw(&scene->draw, (Point){inside.x, rect.y + 60}, ALIGN_LEFT, TYPE_BODY,
                   theme->text2,
                   "It has no cause within the run: it came from outside, or by itself.");
    }
    mem_free(NULL, chain, sizeof(*chain));
}
