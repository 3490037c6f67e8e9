/* main.c -- compares a virtual node with a real redis-server: `make compare`.
 *
 *     build/compare [--seed N] [--count N] [--wrong PPM] [--show N] GRAMMAR...
 *
 * Requests of each grammar go to both, which have begun empty; every reply that differs is shown.
 * Exit status 1 when there is one, 2 when it cannot be done. */
#include "tests/compare/compare.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Options {
    uint64_t seed, count, wrong, show;
} Options;

typedef struct Pair {
    Real *real;
    Ours *ours;
    char real_self[64], our_self[64];
    Text real_reply, our_reply, real_text, our_text;
    uint64_t asked, differ;
} Pair;

/* Words with "@self" in place of the ID of whoever is asked. */
static void with_self(const Slices *words, const char *self, Slices *out)
{
    array_clear(out);
    for (uint32_t i = 0; i < words->count; i++) {
        Slice word = words->items[i];
        bool own = word.size == 5 && memcmp(word.chars, "@self", 5) == 0;
        array_push(NULL, out, own ? slice_of(self) : word);
    }
}

static bool ask_both(Pair *pair, const Slices *words)
{
    Slices mine = {0};
    with_self(words, pair->real_self, &mine);
    bool real = real_ask(pair->real, &mine, &pair->real_reply);
    with_self(words, pair->our_self, &mine);
    bool ours = ours_ask(pair->ours, &mine, &pair->our_reply);
    array_deinit(NULL, &mine);
    if (!real) printf("the real server closed the connection\n");
    if (!ours) printf("ours gave no reply\n");
    return real && ours;
}

static bool ask_line(Pair *pair, const char *line)
{
    Slices words = {0};
    Text scratch = {0};
    bool split = resp_split_line(slice_of(line), &words, &scratch, NULL);
    bool asked = split && ask_both(pair, &words);
    array_deinit(NULL, &words);
    text_deinit(&scratch);
    return asked;
}

static void read_self(const Text *reply, char *self)
{
    sscanf(text_chars(reply), "$40\r\n%40s", self);
}

static bool open_pair(Pair *pair)
{
    *pair = (Pair){.real = real_start()};
    if (!pair->real) return false;
    pair->ours = ours_start();
    if (!ask_line(pair, "CLUSTER MYID")) return false;
    read_self(&pair->real_reply, pair->real_self);
    read_self(&pair->our_reply, pair->our_self);
    if (!ask_line(pair, "CLUSTER ADDSLOTSRANGE 0 16383")) return false;
    for (int i = 0; i < 100; i++) { /* until both serve */
        ours_wait(pair->ours, 100);
        poll(NULL, 0, 100);
        if (!ask_line(pair, "SET {t}s0 1")) return false;
        if (pair->real_reply.chars[0] == '+' && pair->our_reply.chars[0] == '+') return true;
    }
    fprintf(stderr, "compare: the nodes do not come up\n");
    return false;
}

static void close_pair(Pair *pair)
{
    real_stop(pair->real);
    if (pair->ours) ours_stop(pair->ours);
    text_deinit(&pair->real_reply);
    text_deinit(&pair->our_reply);
    text_deinit(&pair->real_text);
    text_deinit(&pair->our_text);
}

static void print_words(const Slices *words)
{
    for (uint32_t i = 0; i < words->count; i++) {
        Slice word = words->items[i];
        bool plain = word.size > 0;
        for (uint32_t j = 0; j < word.size; j++)
            plain &= word.chars[j] > ' ' && word.chars[j] < 127;
        printf("%s", i ? " " : "");
        if (plain) printf("%.*s", (int)word.size, word.chars);
        else printf("\"%.*s\"", (int)word.size, word.size ? word.chars : "");
    }
    printf("\n");
}

static bool compare_one(Pair *pair, const Request *request, uint64_t show)
{
    Likeness like = request->pattern->like;
    if (!ask_both(pair, &request->words)) {
        print_words(&request->words);
        return false;
    }
    pair->asked++;
    reply_comparable(&pair->real_reply, like, pair->real_self, &pair->real_text);
    reply_comparable(&pair->our_reply, like, pair->our_self, &pair->our_text);
    if (strcmp(text_chars(&pair->real_text), text_chars(&pair->our_text)) == 0) return true;
    if (pair->differ++ < show) {
        print_words(&request->words);
        printf("  real  %s\n  ours  %s\n", text_chars(&pair->real_text),
               text_chars(&pair->our_text));
    }
    return true;
}

/* True when all replies of this grammar are alike. */
static bool compare_grammar(const char *path, const Options *options)
{
    Grammar grammar;
    Pair pair;
    Rng rng = rng_derive(options->seed, "compare", 0);
    if (!grammar_read(&grammar, path)) exit(2);
    if (!open_pair(&pair)) exit(2);
    printf("== %s: %llu requests to redis-server %s and to ours, seed %llu\n", path,
           (unsigned long long)options->count, real_version(pair.real),
           (unsigned long long)options->seed);
    bool going = true;
    for (uint64_t i = 0; i < options->count && going; i++) {
        Request request = {0};
        grammar_request(&grammar, &rng, (uint32_t)options->wrong, &request);
        going = compare_one(&pair, &request, options->show);
        request_free(&request);
    }
    printf("%llu of %llu replies differ\n", (unsigned long long)pair.differ,
           (unsigned long long)pair.asked);
    bool alike = pair.differ == 0 && going;
    close_pair(&pair);
    grammar_free(&grammar);
    return alike;
}

static bool read_option(const char *name, const char *value, Options *options)
{
    uint64_t *to = strcmp(name, "--seed") == 0    ? &options->seed
                   : strcmp(name, "--count") == 0 ? &options->count
                   : strcmp(name, "--wrong") == 0 ? &options->wrong
                   : strcmp(name, "--show") == 0  ? &options->show
                                                  : NULL;
    char *end = NULL;
    if (!to || !value) return false;
    *to = strtoull(value, &end, 10);
    return *value != '\0' && *end == '\0';
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    Options options = {.seed = 1, .count = 20000, .wrong = 60000, .show = 40};
    int files = 0, differing = 0;
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--", 2) == 0) {
            if (!read_option(argv[i], argv[i + 1], &options)) {
                fprintf(stderr,
                        "compare: options are --seed N, --count N, --wrong PPM, --show N\n");
                return 2;
            }
            i++;
            continue;
        }
        files++;
        differing += !compare_grammar(argv[i], &options);
    }
    if (files == 0)
        fprintf(stderr, "compare: give it files of patterns (tests/compare/*.grammar)\n");
    return files == 0 ? 2 : differing > 0;
}
