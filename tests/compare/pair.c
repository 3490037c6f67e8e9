/* pair.c -- a real and a virtual cluster of the same shape, asked the same. */
#include "tests/compare/compare.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "@idA", "@ipB", "@portA", "@busB" as this side calls it; other words as they are. */
static Slice by_name(Slice word, const Names *names)
{
    if (word.size < 4 || word.chars[0] != '@') return word;
    uint32_t node = (uint32_t)(word.chars[word.size - 1] - 'A');
    if (node >= names->nodes) return word;
    if (memcmp(word.chars, "@id", 3) == 0) return slice_of(names->ids[node]);
    if (memcmp(word.chars, "@ip", 3) == 0) return slice_of(names->ips[node]);
    if (memcmp(word.chars, "@bu", 3) == 0) return slice_of(names->buses[node]);
    if (memcmp(word.chars, "@po", 3) == 0) return slice_of(names->ports[node]);
    return word;
}

static void translate(const Slices *words, const Names *names, Slices *out)
{
    array_clear(out);
    for (uint32_t i = 0; i < words->count; i++) {
        Slice word = by_name(words->items[i], names);
        array_push(NULL, out, word);
    }
}

bool pair_ask(Pair *pair, uint32_t node, const Slices *words)
{
    Slices own = {0};
    translate(words, &pair->real_names, &own);
    bool real = real_ask(pair->real[node], &own, &pair->real_reply);
    translate(words, &pair->our_names, &own);
    bool ours = ours_ask(pair->ours, node, &own, &pair->our_reply);
    array_deinit(NULL, &own);
    if (!real) printf("the real server closed the connection\n");
    if (!ours) printf("ours gave no reply\n");
    return real && ours;
}

void pair_wait(Pair *pair, uint32_t ms)
{
    ours_wait(pair->ours, ms);
    poll(NULL, 0, (int)ms);
}

static bool ask_line(Pair *pair, uint32_t node, const char *line)
{
    Slices words = {0};
    Text scratch = {0};
    bool split = resp_split_line(slice_of(line), &words, &scratch, NULL);
    bool asked = split && pair_ask(pair, node, &words);
    array_deinit(NULL, &words);
    text_deinit(&scratch);
    return asked;
}

static bool both_say(const Pair *pair, const char *what)
{
    return strstr(text_chars(&pair->real_reply), what) &&
           strstr(text_chars(&pair->our_reply), what);
}

static bool learn_names(Pair *pair, uint32_t node)
{
    uint16_t port;
    if (!ask_line(pair, node, "CLUSTER MYID")) return false;
    sscanf(text_chars(&pair->real_reply), "$40\r\n%40s", pair->real_names.ids[node]);
    sscanf(text_chars(&pair->our_reply), "$40\r\n%40s", pair->our_names.ids[node]);
    snprintf(pair->real_names.ips[node], ADDRESS_SIZE, "127.0.0.1");
    snprintf(pair->real_names.ports[node], sizeof(pair->real_names.ports[node]), "%u",
             real_port(pair->real[node]));
    snprintf(pair->real_names.buses[node], sizeof(pair->real_names.buses[node]), "%u",
             real_bus(pair->real[node]));
    ours_address(pair->ours, node, pair->our_names.ips[node], &port);
    snprintf(pair->our_names.ports[node], sizeof(pair->our_names.ports[node]), "%u", port);
    snprintf(pair->our_names.buses[node], sizeof(pair->our_names.buses[node]), "%u", port + 10000u);
    return true;
}

static bool wait_until_ok(Pair *pair)
{
    for (int i = 0; i < 200; i++) {
        bool fine = true;
        for (uint32_t node = 0; node < pair->nodes; node++) {
            if (!ask_line(pair, node, "CLUSTER INFO")) return false;
            fine &= both_say(pair, "cluster_state:ok");
        }
        if (fine) return true;
        pair_wait(pair, 100);
    }
    fprintf(stderr, "compare: the nodes do not come up\n");
    return false;
}

bool pair_open(Pair *pair, uint32_t nodes)
{
    *pair = (Pair){.nodes = nodes, .real_names.nodes = nodes, .our_names.nodes = nodes};
    for (uint32_t i = 0; i < nodes; i++) {
        pair->real[i] = real_start();
        if (!pair->real[i]) return false;
    }
    pair->ours = ours_start(nodes);
    for (uint32_t i = 0; i < nodes; i++) {
        char line[64];
        uint32_t first = 16384 * i / nodes, last = 16384 * (i + 1) / nodes - 1;
        snprintf(line, sizeof(line), "CLUSTER ADDSLOTSRANGE %u %u", first, last);
        if (!learn_names(pair, i) || !ask_line(pair, i, line)) return false;
        snprintf(line, sizeof(line), "CLUSTER SET-CONFIG-EPOCH %u", i + 1);
        if (nodes > 1 && !ask_line(pair, i, line)) return false;
    }
    if (nodes > 1 && !ask_line(pair, 0, "CLUSTER MEET @ipB @portB @busB")) return false;
    return wait_until_ok(pair);
}

void pair_close(Pair *pair)
{
    for (uint32_t i = 0; i < pair->nodes; i++) real_stop(pair->real[i]);
    if (pair->ours) ours_stop(pair->ours);
    text_deinit(&pair->real_reply);
    text_deinit(&pair->our_reply);
}
