/* workload.c -- the operations of a workload: begun, sent, answered, tried again (workload.h). */
#include "sim/world/workload.h"

#include "sim/base/bitset.h"
#include "sim/cluster/keyslot.h"
#include "sim/world/workload_inside.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

WorkloadConfig workload_config_default(void)
{
    return (WorkloadConfig){.rate = 100,
                            .loops = 1,
                            .sets = 1,
                            .refresh = true,
                            .timeout = SIM_SEC,
                            .pause = 100 * SIM_MS,
                            .attempts = 5};
}

static Workload *workload_at(Sim *sim, uint32_t number)
{
    SIM_ASSERT(number > 0 && number < sim->workloads.count);
    return sim->workloads.items[number];
}

void workload_post(Sim *sim, uint32_t number, uint32_t place, uint32_t serial, SimTime time)
{
    Event event = {.time = time, .kind = EVENT_WORKLOAD, .a = number};
    event.b = (uint64_t)place << 32 | serial;
    queue_post(sim->queue, event);
}

/* --- connections --- */

uint32_t workload_line(Sim *sim, uint32_t number, HostId to)
{
    Workload *workload = workload_at(sim, number);
    for (uint32_t i = 0; i < workload->lines.count; i++) {
        if (workload->lines.items[i].to == to) return workload->lines.items[i].conn;
    }
    uint32_t conn = conns_open(sim, workload->host, to, CONN_OF_WORKLOAD);
    conns_at(sim, conn)->workload = number;
    array_push(sim->mem, &workload->lines, ((Line){to, conn}));
    return conn;
}

void workload_send(Sim *sim, uint32_t conn, const Slice *words, uint32_t count, uint32_t waits)
{
    Text request = {.mem = sim->mem};
    resp_request(&request, words, count);
    conns_send(sim, conn, (Slice){text_chars(&request), request.size}, sim->now);
    text_deinit(&request);
    array_push(sim->mem, &conns_at(sim, conn)->waiting, waits);
}

/* --- one operation --- */

static void key_text(const Workload *workload, const Op *op, char *key, size_t size)
{
    if (workload->has_number)
        snprintf(key, size, "%s%" PRIu64 "%s", workload->before, op->key, workload->after);
    else snprintf(key, size, "%s", workload->before);
}

static void note_write(Sim *sim, const Workload *workload, const Op *op, HostId to, WriteEnd end)
{
    char key[2 * WORKLOAD_KEY_SIZE + 24];
    key_text(workload, op, key, sizeof(key));
    TraceRecord record = {.type = TRACE_WRITE_ENDED};
    record.u.WRITE_ENDED.to = to;
    record.u.WRITE_ENDED.end = end;
    record.u.WRITE_ENDED.key = trace_text(key);
    record.u.WRITE_ENDED.value = op->value;
    record.u.WRITE_ENDED.took = sim->now - op->begun;
    world_note(sim, workload->host, &record);
}

static void begin(Sim *sim, uint32_t number);

/* In a closed loop the next one begins: at once, or after trouble when it is over a little. */
static void end_op(Sim *sim, uint32_t number, uint32_t place, SimSpan rest)
{
    Workload *workload = workload_at(sim, number);
    workload->ops.items[place].state = OP_FREE;
    idpool_give(&workload->op_ids, place, sim->mem);
    workload->under_way--;
    if (workload->config.rate > 0) return;
    if (rest == 0) begin(sim, number);
    else workload_post(sim, number, PLACE_AGAIN, 0, sim->now + rest);
}

static void succeed(Sim *sim, uint32_t number, uint32_t place, HostId by)
{
    Workload *workload = workload_at(sim, number);
    const Op *op = &workload->ops.items[place];
    WorkloadCounts *counts = &workload->counts;
    uint64_t took_us = (sim->now - op->begun) / SIM_US;
    counts->took_us += took_us;
    if (took_us > counts->slowest_us) counts->slowest_us = took_us;
    if (op->is_write) counts->acked++;
    else counts->answered++;
    if (op->is_write) note_write(sim, workload, op, by, op->maybe ? WRITE_REPEATED : WRITE_ACKED);
    end_op(sim, number, place, 0);
}

static void give_up(Sim *sim, uint32_t number, uint32_t place)
{
    Workload *workload = workload_at(sim, number);
    const Op *op = &workload->ops.items[place];
    workload->counts.failed++;
    if (op->is_write && op->maybe) workload->counts.unknown++;
    if (op->is_write)
        note_write(sim, workload, op, HOST_NONE, op->maybe ? WRITE_UNKNOWN : WRITE_REFUSED);
    end_op(sim, number, place, workload->config.pause);
}

/* After a pause, where the map says then. */
static void try_later(Sim *sim, uint32_t number, uint32_t place)
{
    Workload *workload = workload_at(sim, number);
    Op *op = &workload->ops.items[place];
    if (op->attempts >= workload->config.attempts) {
        give_up(sim, number, place);
        return;
    }
    op->state = OP_PAUSED;
    op->to = HOST_NONE;
    op->ask = false;
    op->due = sim->now + workload->config.pause;
    workload_post(sim, number, place, op->serial, op->due);
}

static void send_op(Sim *sim, uint32_t number, uint32_t place, HostId to)
{
    static const Slice asking[] = {{"ASKING", 6}};
    char key[2 * WORKLOAD_KEY_SIZE + 24], value[24];
    uint32_t conn = workload_line(sim, number, to);
    Workload *workload = workload_at(sim, number);
    Op *op = &workload->ops.items[place];
    op->state = OP_SENT;
    op->conn = conn;
    op->due = sim->now + workload->config.timeout;
    key_text(workload, op, key, sizeof(key));
    snprintf(value, sizeof(value), "%" PRIu64, op->value);
    Slice words[] = {slice_of(op->is_write ? "SET" : "GET"), slice_of(key), slice_of(value)};
    if (op->ask) workload_send(sim, conn, asking, 1, 0);
    workload_send(sim, conn, words, op->is_write ? 3 : 2, place + 1);
    workload_post(sim, number, place, op->serial, op->due);
}

static void try_op(Sim *sim, uint32_t number, uint32_t place)
{
    Workload *workload = workload_at(sim, number);
    Op *op = &workload->ops.items[place];
    HostId to = op->to != HOST_NONE ? op->to : workload->map[op->slot];
    if (op->to == HOST_NONE) op->attempts++; /* else a redirection */
    if (to != HOST_NONE) {
        send_op(sim, number, place, to);
        return;
    }
    workload_ask_map(sim, number);
    try_later(sim, number, place);
}

/* The next operation, if there is to be one. */
static void begin(Sim *sim, uint32_t number)
{
    char key[2 * WORKLOAD_KEY_SIZE + 24];
    Workload *workload = workload_at(sim, number);
    const WorkloadConfig *config = &workload->config;
    bool is_over = config->limit > 0 && workload->counts.begun >= config->limit;
    if (!workload->running || is_over || workload->under_way >= WORKLOAD_OPS_MAX) return;
    uint32_t place = idpool_take(&workload->op_ids);
    array_reserve(sim->mem, &workload->ops, place + 1);
    if (place >= workload->ops.count) workload->ops.count = place + 1;
    Op *op = &workload->ops.items[place];
    uint64_t keys = workload->high - workload->low + 1;
    *op = (Op){.serial = ++workload->serials, .begun = sim->now, .to = HOST_NONE};
    op->is_write = rng_below(&workload->rng, config->sets + config->gets) < config->sets;
    op->key = workload->low +
              (config->in_order ? workload->next_key++ % keys : rng_below64(&workload->rng, keys));
    op->value = (uint64_t)number << 40 | ++workload->counts.begun;
    workload->under_way++;
    key_text(workload, op, key, sizeof(key));
    op->slot = keyslot_of(key, (uint32_t)strlen(key));
    try_op(sim, number, place);
}

/* --- what comes back --- */

static bool starts(Slice text, const char *word)
{
    size_t size = strlen(word);
    return text.size >= size && memcmp(text.chars, word, size) == 0;
}

/* MOVED and ASK: to another node at once. */
static void follow(Sim *sim, uint32_t number, uint32_t place, Slice text, HostId from)
{
    uint16_t slot = 0;
    Workload *workload = workload_at(sim, number);
    Op *op = &workload->ops.items[place];
    HostId to = workload_redirection(sim, text, from, &slot);
    bool moved = starts(text, "MOVED");
    if (moved) workload->counts.moved++;
    else workload->counts.asked++;
    if (to == HOST_NONE || ++op->redirects > WORKLOAD_REDIRECTS) {
        try_later(sim, number, place);
        return;
    }
    op->to = to;
    op->ask = !moved;
    if (moved) {
        workload->map[slot] = to;
        workload_ask_map(sim, number);
    }
    try_op(sim, number, place);
}

/* An error reply. Those that tell of a state that may pass are worth another attempt. */
static void on_error(Sim *sim, uint32_t number, uint32_t place, Slice text)
{
    static const char *const passing[] = {"LOADING", "READONLY", "MASTERDOWN", "NOREPLICAS"};
    WorkloadCounts *counts = &workload_at(sim, number)->counts;
    counts->errors++;
    if (starts(text, "CLUSTERDOWN")) {
        counts->clusterdown++;
    } else if (starts(text, "TRYAGAIN")) {
        counts->tryagain++;
    } else {
        bool passes = false;
        counts->other_errors++;
        for (uint32_t i = 0; i < ARRAY_LENGTH(passing); i++)
            passes = passes || starts(text, passing[i]);
        if (!passes) {
            give_up(sim, number, place);
            return;
        }
    }
    if (!starts(text, "TRYAGAIN")) workload_ask_map(sim, number);
    try_later(sim, number, place);
}

static void on_reply(Sim *sim, uint32_t number, uint32_t place, const RespValues *values,
                     HostId from)
{
    const RespValue *root = &values->items[0];
    if (root->kind != RESP_ERROR) succeed(sim, number, place, from);
    else if (starts(root->text, "MOVED") || starts(root->text, "ASK "))
        follow(sim, number, place, root->text, from);
    else on_error(sim, number, place, root->text);
}

static void take_replies(Sim *sim, uint32_t number, uint32_t conn)
{
    RespValues values = {0};
    Slice bytes;
    while (conns_at(sim, conn)->near != LINK_NONE && conns_next_reply(sim, conn, &values, &bytes)) {
        Conn *on = conns_at(sim, conn);
        SIM_ASSERT(on->waiting.count > 0); /* nobody sends what was not asked for */
        uint32_t waits = on->waiting.items[0];
        array_remove(&on->waiting, 0);
        if (waits == WAITS_FOR_MAP) workload_read_map(sim, number, &values);
        else if (waits > 0) on_reply(sim, number, waits - 1, &values, on->to);
        conns_drop(sim, conn, bytes.size);
    }
    array_deinit(sim->mem, &values);
}

/* The connection is gone: what waited on it is tried again. */
static void lose_line(Sim *sim, uint32_t number, uint32_t conn, bool executed)
{
    Workload *workload = workload_at(sim, number);
    for (uint32_t i = 0; i < workload->lines.count; i++) {
        if (workload->lines.items[i].conn != conn) continue;
        array_remove(&workload->lines, i);
        break;
    }
    if (workload->question == conn) workload->question = 0;
    for (uint32_t i = 0; i < conns_at(sim, conn)->waiting.count; i++) {
        uint32_t waits = conns_at(sim, conn)->waiting.items[i];
        if (waits == 0 || waits == WAITS_FOR_MAP) continue;
        Op *op = &workload_at(sim, number)->ops.items[waits - 1];
        SIM_ASSERT(op->state == OP_SENT && op->conn == conn);
        op->maybe = op->maybe || executed;
        try_later(sim, number, waits - 1);
    }
    array_deinit(sim->mem, &conns_at(sim, conn)->waiting);
}

void workload_drop_line(Sim *sim, uint32_t number, uint32_t conn)
{
    conns_close(sim, conn, sim->now);
    lose_line(sim, number, conn, true);
}

void workload_on_news(Sim *sim, uint32_t conn, ConnNews news)
{
    uint32_t number = conns_at(sim, conn)->workload;
    WorkloadCounts *counts = &workload_at(sim, number)->counts;
    if (news == CONN_UP) return;
    if (news == CONN_BYTES) {
        take_replies(sim, number, conn);
        return;
    }
    counts->errors++;
    if (news == CONN_REFUSED) counts->refused++;
    else if (news == CONN_TIMED_OUT) counts->timeouts++;
    else counts->closed++;
    lose_line(sim, number, conn, news == CONN_CLOSED);
    workload_ask_map(sim, number);
}

/* --- time --- */

static void on_due(Sim *sim, uint32_t number, uint32_t place, uint32_t serial)
{
    Workload *workload = workload_at(sim, number);
    Op *op = &workload->ops.items[place];
    if (op->serial != serial || op->state == OP_FREE || op->due != sim->now) return;
    if (op->state == OP_PAUSED) {
        try_op(sim, number, place);
        return;
    }
    workload->counts.errors++;
    workload->counts.timeouts++;
    workload_drop_line(sim, number, op->conn);
    workload_ask_map(sim, number);
}

static SimSpan interval(const Workload *workload)
{
    return SIM_SEC / workload->config.rate;
}

void workload_on_event(Sim *sim, const Event *event)
{
    uint32_t number = event->a, place = (uint32_t)(event->b >> 32), serial = (uint32_t)event->b;
    if (place == PLACE_MAP) {
        workload_map_is_late(sim, number);
    } else if (place == PLACE_AGAIN) {
        begin(sim, number);
    } else if (place == PLACE_NEXT) {
        Workload *workload = workload_at(sim, number);
        if (!workload->running || serial != workload->starts) return;
        workload_post(sim, number, PLACE_NEXT, serial, sim->now + interval(workload));
        begin(sim, number);
    } else {
        on_due(sim, number, place, serial);
    }
}

/* --- life --- */

/* The first brace with ".." behind it: others are of hash tags. */
static const char *range_of(const char *pattern)
{
    for (const char *at = strchr(pattern, '{'); at; at = strchr(at + 1, '{')) {
        size_t size = strcspn(at, "}");
        for (size_t i = 1; i + 1 < size; i++) {
            if (at[i] == '.' && at[i + 1] == '.') return at;
        }
    }
    return NULL;
}

/* "order:{1..500}" is a number between two texts; without braces one key. */
static bool read_keys(const char *pattern, Workload *workload, Error *err)
{
    const char *open = range_of(pattern), *close = open ? strchr(open, '}') : NULL;
    unsigned long long low, high;
    int used = 0;
    if (strlen(pattern) == 0 || strlen(pattern) >= WORKLOAD_KEY_SIZE) {
        return error_set(err, "keys \"%s\" must have 1 to %d letters", pattern,
                         WORKLOAD_KEY_SIZE - 1);
    }
    if (!open || !close) {
        snprintf(workload->before, sizeof(workload->before), "%s", pattern);
        return true;
    }
    bool read = sscanf(open, "{%15llu..%15llu}%n", &low, &high, &used) == 2;
    if (!read || open + used != close + 1 || low > high) {
        return error_set(err, "keys \"%s\" must have a range as {1..500}", pattern);
    }
    workload->has_number = true;
    workload->low = low;
    workload->high = high;
    snprintf(workload->before, sizeof(workload->before), "%.*s", (int)(open - pattern), pattern);
    snprintf(workload->after, sizeof(workload->after), "%s", close + 1);
    return true;
}

bool workload_check(Sim *sim, const Command *command, Error *err)
{
    const WorkloadConfig *config = &command->u.workload;
    const Host *host = world_host(sim, command->host);
    Workload scratch = {.host = command->host};
    if (!host->is_client) return error_set(err, "%s is no client", host->name);
    if (config->rate > WORKLOAD_RATE_MAX || config->loops > WORKLOAD_LOOPS_MAX ||
        (config->rate == 0 && config->loops == 0)) {
        return error_set(err, "a workload has at most %d operations a second, or 1 to %d at once",
                         WORKLOAD_RATE_MAX, WORKLOAD_LOOPS_MAX);
    }
    if (config->sets > 1000000 || config->gets > 1000000 || config->sets + config->gets == 0) {
        return error_set(err, "the weights of a workload's commands are 0 to 1000000, not all 0");
    }
    if (config->timeout < SIM_MS || config->pause < SIM_MS || config->attempts == 0) {
        return error_set(err, "a workload's time-out and pause are at least 1 ms, its attempts 1");
    }
    for (uint32_t i = bitset_next(config->seeds, HOSTS_MAX, 0); i < HOSTS_MAX;
         i = bitset_next(config->seeds, HOSTS_MAX, i + 1)) {
        if (i >= sim->hosts.count || sim->hosts.items[i].is_client)
            return error_set(err, "a workload can know nodes only, and host %u is none", i);
    }
    if (bitset_next(config->seeds, HOSTS_MAX, 0) >= HOSTS_MAX)
        return error_set(err, "a workload must know a node to begin with");
    return read_keys(command->text ? command->text : "", &scratch, err);
}

void workload_go(Sim *sim, uint32_t number, bool go)
{
    Workload *workload = workload_at(sim, number);
    if (workload->running == go) return;
    workload->running = go;
    if (!go) return;
    workload->starts++;
    if (workload->config.rate > 0) {
        SimSpan phase = rng_below64(&workload->rng, interval(workload));
        workload_post(sim, number, PLACE_NEXT, workload->starts, sim->now + phase);
        return;
    }
    while (workload_at(sim, number)->under_way < workload_at(sim, number)->config.loops) {
        uint32_t before = workload_at(sim, number)->under_way;
        begin(sim, number);
        if (workload_at(sim, number)->under_way == before) return; /* the limit is reached */
    }
}

uint32_t workload_add(Sim *sim, const Command *command)
{
    uint32_t number = sim->workloads.count;
    Workload *workload = mem_alloc(sim->mem, sizeof(*workload));
    Error err;
    workload->host = command->host;
    workload->config = command->u.workload;
    bool read = read_keys(command->text ? command->text : "", workload, &err);
    SIM_ASSERT(read); /* workload_check has seen it */
    workload->rng = rng_derive(sim->config.seed, "workload", number);
    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) workload->map[slot] = HOST_NONE;
    array_push(sim->mem, &sim->workloads, workload);
    workload_ask_map(sim, number);
    workload_go(sim, number, true);
    return number;
}

const WorkloadCounts *sim_workload_counts(const Sim *sim, uint32_t number)
{
    SIM_ASSERT(number > 0 && number < sim->workloads.count);
    return &sim->workloads.items[number]->counts;
}

uint32_t sim_workload_under_way(const Sim *sim, uint32_t number)
{
    SIM_ASSERT(number > 0 && number < sim->workloads.count);
    return sim->workloads.items[number]->under_way;
}
