/* server.c -- dispatch of a client's command line to the cluster node or the data side. */
#include "sim/server/server.h"

#include <string.h>

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* One escape after a backslash between quote signs; *at moves behind it. */
static char unescape(const char *line, size_t *at)
{
    char c = line[*at];
    (*at)++;
    if (c == 'x' && hex_digit(line[*at]) >= 0 && hex_digit(line[*at + 1]) >= 0) {
        int value = hex_digit(line[*at]) * 16 + hex_digit(line[*at + 1]);
        *at += 2;
        return (char)value;
    }
    if (c == 'n') return '\n';
    if (c == 'r') return '\r';
    if (c == 't') return '\t';
    return c;
}

/* Copies one word to *out; false when a quote is not closed or not followed by a space. */
static bool take_word(const char *line, size_t *at, char **out)
{
    char quote = '\0';
    while (line[*at] != '\0') {
        char c = line[(*at)++];
        if (quote == '\0' && is_space(c)) return true;
        if (quote == '\0' && (c == '"' || c == '\'')) {
            quote = c;
        } else if (quote != '\0' && c == quote) {
            return line[*at] == '\0' || is_space(line[*at]);
        } else if (quote == '"' && c == '\\' && line[*at] != '\0') {
            *(*out)++ = unescape(line, at);
        } else {
            *(*out)++ = c;
        }
    }
    return quote == '\0';
}

int server_split(const char *line, char *buffer, char **words, int words_max)
{
    size_t at = 0;
    int count = 0;
    char *out = buffer;
    for (;;) {
        while (is_space(line[at])) at++;
        if (line[at] == '\0') return count;
        if (count == words_max) return -2;
        words[count++] = out;
        if (!take_word(line, &at, &out)) return -1;
        *out++ = '\0';
    }
}

static bool is_word(const char *word, const char *name)
{
    for (; *word != '\0' && *name != '\0'; word++, name++) {
        char c = *word >= 'a' && *word <= 'z' ? (char)(*word - 32) : *word;
        if (c != *name) return false;
    }
    return *word == *name;
}

static void reply_wrong_count(const char *name, Text *reply)
{
    text_append(reply, "-ERR wrong number of arguments for '%s' command", name);
}

static void reply_ping(int argc, char **argv, Text *reply)
{
    if (argc > 2) reply_wrong_count("ping", reply);
    else if (argc == 2) text_append(reply, "$%s", argv[1]);
    else text_append(reply, "+PONG");
}

static void reply_unknown(int argc, char **argv, Text *reply)
{
    text_append(reply, "-ERR unknown command '%.128s', with args beginning with: ", argv[0]);
    for (int i = 1; i < argc && i < 20; i++) text_append(reply, "'%.128s' ", argv[i]);
}

static void dispatch(Server *server, int argc, char **argv, Text *reply, NodeEnv *env)
{
    if (is_word(argv[0], "CLUSTER")) {
        admin_cluster_command(server->node, argc, (const char *const *)argv, server->resolver,
                              server->addrs, reply, env);
    } else if (is_word(argv[0], "PING")) {
        reply_ping(argc, argv, reply);
    } else if (is_word(argv[0], "INFO")) {
        text_append(reply, "$");
        repl_info_text(server->repl, server->addrs, env, reply);
    } else {
        reply_unknown(argc, argv, reply);
    }
}

void server_execute(Server *server, const char *line, Text *reply, NodeEnv *env)
{
    size_t buffer_size = strlen(line) * 2 + 2;
    size_t words_size = SERVER_ARGS_MAX * sizeof(char *);
    char *buffer = mem_alloc(env->mem, buffer_size);
    char **words = mem_alloc(env->mem, words_size);
    int argc = server_split(line, buffer, words, SERVER_ARGS_MAX);
    if (argc == -1) text_append(reply, "-ERR Protocol error: unbalanced quotes in request");
    else if (argc == -2) text_append(reply, "-ERR Protocol error: invalid multibulk length");
    else if (argc > 0) dispatch(server, argc, words, reply, env);
    mem_free(env->mem, words, words_size);
    mem_free(env->mem, buffer, buffer_size);
}
