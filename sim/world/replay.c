/* replay.c -- running a recorded run again, and putting a run back to where it was. */
#include "sim/world/world.h"

#include <string.h>

/* Runs events until `count` of them have run in all, none later than `until`. */
static void run_to_event(Sim *sim, uint64_t count, SimTime until)
{
    while (sim->event_count < count && sim_step(sim, until)) continue;
}

static bool replay_command(Sim *sim, const Trace *recorded, uint32_t index, SimTime until,
                           bool *over, Error *err)
{
    uint32_t size;
    Text texts = {0};
    Command command;
    const uint8_t *bytes = trace_command(recorded, index, &size);
    bool ok = command_decode(bytes, size, &command, &texts, err);
    if (ok && command.time > until) *over = true;
    if (ok && !*over) {
        run_to_event(sim, command.after_event, command.time);
        if (sim->event_count != command.after_event || sim->now > command.time) {
            ok = error_set(err,
                           "command %u was given after event %llu, which this run does not reach",
                           index, (unsigned long long)command.after_event);
        } else {
            sim->now = command.time;
            ok = sim_submit(sim, &command, NULL, err);
        }
    }
    text_deinit(&texts);
    return ok;
}

Sim *sim_replay(const SimConfig *config, const Trace *recorded, SimTime until, Error *err)
{
    Sim *sim = sim_create(config, err);
    bool over = false;
    if (!sim) return NULL;
    for (uint32_t i = 0; i < trace_command_count(recorded) && !over; i++) {
        if (!replay_command(sim, recorded, i, until, &over, err)) {
            sim_destroy(sim);
            return NULL;
        }
    }
    sim_run_until(sim, until);
    return sim;
}

/* --- snapshot: the memory of the Sim, and how long its trace was --- */

struct SimImage {
    MemImage *memory;
    uint64_t records;
    uint32_t keyframes, commands;
    SimTime end;
};

SimImage *sim_save(const Sim *sim)
{
    SimImage *image = mem_alloc(NULL, sizeof(*image));
    image->memory = mem_save(sim->mem);
    image->records = trace_count(sim->trace);
    image->keyframes = trace_keyframe_count(sim->trace);
    image->commands = trace_command_count(sim->trace);
    image->end = trace_end(sim->trace);
    return image;
}

void sim_load(Sim *sim, const SimImage *image)
{
    Trace *trace = sim->trace;
    mem_load(sim->mem, image->memory);
    SIM_ASSERT(sim->trace == trace);
    trace_truncate(trace, image->records, image->keyframes, image->commands, image->end);
}

void sim_image_destroy(SimImage *image)
{
    if (!image) return;
    mem_image_destroy(image->memory);
    mem_free(NULL, image, sizeof(*image));
}
