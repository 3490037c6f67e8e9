/* main.c -- compares a virtual node with a real redis-server: `make compare`.
 *
 *     build/compare [--seed N] [--count N] [--wrong PPM] [--show N] GRAMMAR...
 *
 * Requests of each grammar go to both, which have begun empty; every reply that differs is shown.
 * Exit status 1 when there is one, 2 when it cannot be done. */
#include "tests/compare/compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Options {
    uint64_t seed, count, wrong, show;
} Options;

typedef struct Tally {
    uint64_t asked, differ;
    Text real, ours;
} Tally;

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

static bool is_assignment(const Slices *words)
{
    return words->count > 3 && slice_is(words->items[1], "setslot") &&
           slice_is(words->items[3], "node");
}

static bool compare_one(Pair *pair, uint32_t node, const Request *request, Tally *tally,
                        uint64_t show)
{
    Likeness like = request->pattern->like;
    if (!pair_ask(pair, node, &request->words)) {
        print_words(&request->words);
        return false;
    }
    tally->asked++;
    reply_comparable(&pair->real_reply, like, &pair->real_names, &tally->real);
    reply_comparable(&pair->our_reply, like, &pair->our_names, &tally->ours);
    if (is_assignment(&request->words)) pair_wait(pair, 2500); /* until the other knows */
    if (strcmp(text_chars(&tally->real), text_chars(&tally->ours)) == 0) return true;
    if (tally->differ++ < show) {
        printf("%c: ", 'A' + (int)node);
        print_words(&request->words);
        printf("  real  %s\n  ours  %s\n", text_chars(&tally->real), text_chars(&tally->ours));
    }
    return true;
}

/* True when all replies of this grammar are alike. */
static bool compare_grammar(const char *path, const Options *options)
{
    Grammar grammar;
    Pair pair;
    Tally tally = {0};
    Rng rng = rng_derive(options->seed, "compare", 0);
    if (!grammar_read(&grammar, path)) exit(2);
    if (!pair_open(&pair, grammar.nodes)) exit(2);
    printf("== %s: %llu requests to redis-server %s and to ours, seed %llu\n", path,
           (unsigned long long)options->count, real_version(pair.real[0]),
           (unsigned long long)options->seed);
    bool going = true;
    for (uint64_t i = 0; i < options->count && going; i++) {
        Request request = {0};
        uint32_t node = rng_below(&rng, grammar.nodes);
        grammar_request(&grammar, &rng, (uint32_t)options->wrong, &request);
        going = compare_one(&pair, node, &request, &tally, options->show);
        request_free(&request);
    }
    printf("%llu of %llu replies differ\n", (unsigned long long)tally.differ,
           (unsigned long long)tally.asked);
    bool alike = tally.differ == 0 && going;
    pair_close(&pair);
    grammar_free(&grammar);
    text_deinit(&tally.real);
    text_deinit(&tally.ours);
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
