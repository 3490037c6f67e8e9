/* ours.c -- a virtual node that stands for itself, and a client of it. */
#include "tests/compare/compare.h"
#include "tests/fixture/fixture.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct Ours {
    Fixture fixture;
    uint32_t connection;
};

Ours *ours_start(void)
{
    Ours *ours = calloc(1, sizeof(*ours));
    FixtureConfig config = fixture_config(1, 1, 0, 15000);
    if (!ours) abort();
    config.sim.trace_level = 0;
    ours->fixture = fixture_open(&config);
    ours->connection = fixture_submit(&ours->fixture, &(Command){.kind = CMD_CONNECT, .host = 0});
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

bool ours_ask(Ours *ours, const Slices *words, Text *reply)
{
    Text line = {0};
    Sim *sim = ours->fixture.sim;
    text_clear(reply);
    for (uint32_t i = 0; i < words->count; i++) quote(words->items[i], &line);
    Command command = {.kind = CMD_CONN_CALL, .host = HOST_NONE, .text = text_chars(&line)};
    command.u.call = ours->connection;
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
