/* ours.c -- virtual nodes, and a client of each. */
#include "tests/compare/compare.h"
#include "tests/fixture/fixture.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct Ours {
    Fixture fixture;
    uint32_t connections[PAIR_NODES]; /* by host */
};

Ours *ours_start(uint32_t nodes)
{
    Ours *ours = calloc(1, sizeof(*ours));
    FixtureConfig config = fixture_config(1, nodes, 0, 15000);
    if (!ours) abort();
    config.sim.trace_level = 0;
    ours->fixture = fixture_open(&config);
    for (uint32_t i = 0; i < nodes; i++) {
        Command connect = {.kind = CMD_CONNECT, .host = (HostId)i};
        ours->connections[i] = fixture_submit(&ours->fixture, &connect);
    }
    return ours;
}

void ours_stop(Ours *ours)
{
    fixture_close(&ours->fixture);
    free(ours);
}

void ours_wait(Ours *ours, uint32_t ms)
{
    fixture_run(&ours->fixture, ms * SIM_MS);
}

static void quote(Slice word, Text *line)
{
    text_append(line, "%s\"", line->size ? " " : "");
    for (uint32_t i = 0; i < word.size; i++) {
        unsigned char byte = (unsigned char)word.chars[i];
        if (isalnum(byte) || strchr("{}*?.:-_ ", byte)) text_append(line, "%c", byte);
        else text_append(line, "\\x%02x", byte);
    }
    text_append(line, "\"");
}

void ours_address(const Ours *ours, uint32_t node, char *ip, uint16_t *port)
{
    uint32_t number = sim_host_ip(ours->fixture.sim, (HostId)node, port);
    snprintf(ip, ADDRESS_SIZE, "%u.%u.%u.%u", number >> 24, number >> 16 & 255, number >> 8 & 255,
             number & 255);
}

bool ours_ask(Ours *ours, uint32_t node, const Slices *words, Text *reply)
{
    Text line = {0};
    Sim *sim = ours->fixture.sim;
    text_clear(reply);
    for (uint32_t i = 0; i < words->count; i++) quote(words->items[i], &line);
    Command command = {.kind = CMD_CONN_CALL, .host = HOST_NONE, .text = text_chars(&line)};
    command.u.call = ours->connections[node];
    uint32_t call = fixture_submit(&ours->fixture, &command);
    text_deinit(&line);
    SimTime limit = sim_now(sim) + 10 * SIM_SEC;
    while (sim_call_status(sim, call, NULL) == CALL_PENDING && sim_now(sim) < limit)
        sim_run_until(sim, sim_now(sim) + 100 * SIM_US);
    if (sim_call_status(sim, call, NULL) != CALL_DONE) return false;
    Slice bytes = sim_call_resp(sim, call);
    text_append_bytes(reply, bytes.chars, bytes.size);
    return true;
}
