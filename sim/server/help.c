/* help.c -- <container> HELP: a heading, the forms, each with a line about it, a closing
 * (redis-server 7.0: addReplyHelp).
 *
 * Simplified: the lines about a form are ours (docs/fidelity.md, §11). */
#include "sim/server/server_inside.h"

#include <string.h>

static const struct {
    const char *container, *form, *words;
} rows[] = {
#define HELP(container, form, words) {container, form, words},
#include "sim/server/help.def"
#undef HELP
};

static void append_status(Reply *reply, const char *indent, const char *words)
{
    Text line = {.mem = reply->out.mem};
    text_append(&line, "%s%s", indent, words);
    reply_status(reply, text_chars(&line));
    text_deinit(&line);
}

void help_reply(Request *request)
{
    Reply *reply = &request->client->reply;
    Text heading = {.mem = reply->out.mem};
    const char *name = request->row->name;
    uint32_t size = command_container_size(name), mark = reply_mark(reply), count = 3;
    for (uint32_t i = 0; i < size; i++) {
        text_append(&heading, "%c",
                    name[i] >= 'a' && name[i] <= 'z' ? name[i] - 'a' + 'A' : name[i]);
    }
    append_status(reply, text_chars(&heading),
                  " <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
    for (uint32_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        if (strlen(rows[i].container) != size || memcmp(rows[i].container, name, size) != 0)
            continue;
        reply_status(reply, rows[i].form);
        append_status(reply, "    ", rows[i].words);
        count += 2;
    }
    reply_status(reply, "HELP");
    append_status(reply, "    ", "Prints this help.");
    reply_array_at(reply, mark, count);
    text_deinit(&heading);
}
