/* replay.c -- plays the rows in order, each on a connection of its own. */
#include "tests/replay/replay.h"

#include "lua/redis_script.h"
#include "tests/replay/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LAYOUT_IP    0x7F000001u
#define LAYOUT_PORT  7000
#define NODE_TIMEOUT 2000
#define CALL_LIMIT   (30 * SIM_SEC)
#define N(i)         (1u << (i))

/* What happens between two contexts of the file, beside the rows themselves. */
typedef struct Scene {
    const char *context;
    uint32_t kill;       /* n<i> as bits: kill -9 */
    HostId host;         /* of the command */
    const char *command; /* NULL none */
    SimSpan wait;
} Scene;

static const Scene scenes[] = {
    /* a lone primary waits for the delays of §5.7 */
    {"lone node, all slots but 12182, full coverage not required", 0, 0, NULL, 3 * SIM_SEC},
    {"lone node, state fail, reads allowed when down", 0, 0, NULL, SIM_SEC},
    {"n1 and n4 killed: state fail, full coverage required", N(1) | N(4), 0, NULL, 5 * SIM_SEC},
    {"n1 dead, full coverage not required", 0, 0, NULL, SIM_SEC},
    {"n1 dead, full coverage required again by CONFIG SET: the state stays ok", 0, 0,
     "CONFIG SET cluster-require-full-coverage yes", SIM_SEC},
    {"minority", N(2), 0, NULL, 4 * SIM_SEC},
    {"n1 and n2 dead, n3 took over its live master n0 (no quorum needed)", 0, 0, NULL, SIM_SEC / 2},
    {"after TAKEOVER", 0, 0, NULL, 5 * SIM_SEC},
};

/* Rows that were measured and not given to us have changed the cluster, too: what the rows after
 * them show of that. */
static const struct {
    uint32_t before; /* this row of the table */
    HostId host;
    const char *command;
} unseen[] = {
    {41, 0, "DEL bar"},            /* bar is there in row 21 and gone in row 41 */
    {145, 0, "CLUSTER BUMPEPOCH"}, /* n0 has epoch 1 in row 141 and 6 in row 232 */
    {195, 6, "CLUSTER BUMPEPOCH"}, /* n6 has epoch 1 in row 195 */
};

/* --- the simulator --- */

static uint32_t submit(Replay *replay, const Command *command)
{
    Error err = {{0}};
    uint32_t number = 0;
    if (!sim_submit(replay->sim, command, &number, &err)) {
        fprintf(stderr, "replay: %s\n", err.text);
        abort();
    }
    return number;
}

void replay_ask(Replay *replay, uint32_t conn, const char *line, Text *out)
{
    Command command = {.kind = CMD_CONN_CALL, .host = HOST_NONE, .text = line};
    command.u.call = conn;
    uint32_t call = submit(replay, &command), used;
    SimTime limit = sim_now(replay->sim) + CALL_LIMIT;
    RespValues values = {0};
    Error err = {{0}};
    while (sim_call_status(replay->sim, call, NULL) == CALL_PENDING && sim_now(replay->sim) < limit)
        sim_run_to_notice(replay->sim, limit);
    if (sim_call_status(replay->sim, call, NULL) == CALL_DONE &&
        resp_read(sim_call_resp(replay->sim, call), &values, &used, &err, NULL) == RESP_DONE)
        replay_got_text(&values, out);
    else text_append(out, "(lost)");
    array_deinit(NULL, &values);
}

void replay_disconnect(Replay *replay, uint32_t conn)
{
    Command command = {.kind = CMD_DISCONNECT, .host = HOST_NONE};
    command.u.call = conn;
    submit(replay, &command);
}

uint32_t replay_connect(Replay *replay, HostId host)
{
    return submit(replay, &(Command){.kind = CMD_CONNECT, .host = host});
}

/* A command of the story itself; what it answers is for the rows to show. */
static void tell_node(Replay *replay, HostId host, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void tell_node(Replay *replay, HostId host, const char *format, ...)
{
    char line[256];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    uint32_t conn = replay_connect(replay, host);
    text_clear(&replay->got);
    replay_ask(replay, conn, line, &replay->got);
    replay_disconnect(replay, conn);
}

void replay_wait(Replay *replay, SimSpan span)
{
    sim_run_until(replay->sim, sim_now(replay->sim) + span);
}

/* --- the layout --- */

static void add_host(Replay *replay, HostId host)
{
    Command add = {.kind = CMD_HOST_ADD, .host = HOST_NONE};
    snprintf(add.u.add.name, sizeof(add.u.add.name), "n%u", host);
    add.u.add.ip = LAYOUT_IP;
    add.u.add.port = (uint16_t)(LAYOUT_PORT + host);
    add.u.add.bus_port = (uint16_t)(LAYOUT_PORT + 10000 + host);
    add.u.add.config = config_default();
    add.u.add.config.node_timeout_ms = NODE_TIMEOUT;
    add.u.add.config.repl_diskless_delay_s = 0;
    add.u.add.config.cluster_enabled = host != 7;
    submit(replay, &add);
    submit(replay, &(Command){.kind = CMD_START, .host = host});
    snprintf(replay->names.ids[host], sizeof(replay->names.ids[host]), "%s",
             sim_node_id(replay->sim, sim_host_node(replay->sim, host)));
}

/* Epochs as the measured cluster had them: 1, 2, 3 for the primaries, currentEpoch 5. */
static void build(Replay *replay)
{
    for (HostId i = 0; i < REPLAY_HOSTS; i++) add_host(replay, i);
    for (HostId i = 0; i < 3; i++) {
        tell_node(replay, i, "CLUSTER ADDSLOTSRANGE %u %u", (16384 * i + 1) / 3,
                  i == 2 ? 16383 : (16384 * (i + 1) + 1) / 3 - 1);
    }
    for (HostId i = 0; i < 5; i++) tell_node(replay, i, "CLUSTER SET-CONFIG-EPOCH %u", i + 1);
    for (HostId i = 1; i < 6; i++) tell_node(replay, i, "CLUSTER MEET 127.0.0.1 7000");
    replay_wait(replay, 5 * SIM_SEC);
    for (HostId i = 3; i < 6; i++)
        tell_node(replay, i, "CLUSTER REPLICATE %s", replay->names.ids[i - 3]);
    replay_wait(replay, 10 * SIM_SEC);
}

/* --- rows --- */

static void play_scene(Replay *replay, const char *context)
{
    for (uint32_t i = 0; i < ARRAY_LENGTH(scenes); i++) {
        const Scene *scene = &scenes[i];
        if (strcmp(scene->context, context) != 0) continue;
        for (HostId host = 0; host < REPLAY_HOSTS; host++) {
            if (scene->kill & N(host)) submit(replay, &(Command){.kind = CMD_KILL, .host = host});
        }
        if (scene->command) tell_node(replay, scene->host, "%s", scene->command);
        replay_wait(replay, scene->wait);
    }
}

/* One step of a row: true when the reply is the wanted one. */
static bool play_step(Replay *replay, uint32_t conn, const cJSON *step)
{
    const char *command = cJSON_GetObjectItem(step, "cmd")->valuestring;
    text_clear(&replay->line);
    text_clear(&replay->wanted);
    text_clear(&replay->got);
    replay_command(command, &replay->names, &replay->line);
    replay_ask(replay, conn, text_chars(&replay->line), &replay->got);
    replay_wanted_text(cJSON_GetObjectItem(step, "reply"), &replay->wanted);
    replay_normalise(command, &replay->names, &replay->wanted);
    replay_normalise(command, &replay->names, &replay->got);
    return strcmp(text_chars(&replay->wanted), text_chars(&replay->got)) == 0;
}

static void play_unseen(Replay *replay, uint32_t row)
{
    for (uint32_t i = 0; i < ARRAY_LENGTH(unseen); i++) {
        if (unseen[i].before == row) tell_node(replay, unseen[i].host, "%s", unseen[i].command);
    }
}

/* All steps of a row are carried out, also after one that differs: the next rows count on it. */
static bool play_row(Replay *replay, uint32_t number, const cJSON *row,
                     void (*tell)(const ReplayDifference *difference))
{
    const char *node = cJSON_GetObjectItem(row, "node")->valuestring;
    uint32_t conn = replay_connect(replay, (HostId)(node[1] - '0'));
    bool equal = true;
    const cJSON *step;
    cJSON_ArrayForEach(step, cJSON_GetObjectItem(row, "seq"))
    {
        bool same = play_step(replay, conn, step);
        if (!same && equal && tell) {
            ReplayDifference difference = {
                .row = number,
                .context = cJSON_GetObjectItem(row, "ctx")->valuestring,
                .node = node,
                .command = cJSON_GetObjectItem(step, "cmd")->valuestring,
                .wanted = text_chars(&replay->wanted),
                .got = text_chars(&replay->got),
            };
            tell(&difference);
        }
        equal &= same;
    }
    replay_disconnect(replay, conn);
    return equal;
}

Replay replay_open(void)
{
    Error err = {{0}};
    SimConfig config = sim_config_default();
    config.trace_level = 1;
    config.scripts = redis_script_engine();
    Replay replay = {.sim = sim_create(&config, &err)};
    build(&replay);
    return replay;
}

void replay_close(Replay *replay)
{
    sim_destroy(replay->sim);
    text_deinit(&replay->wanted);
    text_deinit(&replay->got);
    text_deinit(&replay->line);
}

ReplayResult replay_run(const cJSON *oracle, void (*tell)(const ReplayDifference *difference))
{
    Replay replay = replay_open();
    ReplayResult result = {0};
    const cJSON *row;
    const char *context = "";
    cJSON_ArrayForEach(row, cJSON_GetObjectItem(oracle, "table"))
    {
        const char *next = cJSON_GetObjectItem(row, "ctx")->valuestring;
        if (strcmp(next, context) != 0) play_scene(&replay, next);
        context = next;
        play_unseen(&replay, result.rows);
        bool equal = play_row(&replay, result.rows, row, tell);
        result.rows++;
        result.equal += equal;
    }
    replay_close(&replay);
    return result;
}
