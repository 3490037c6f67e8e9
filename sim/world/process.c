/* process.c -- the life of a redis-server process and its turns (protocol.md §17.4, §2.8, §2.9). */
#include "sim/cluster/conffile.h"
#include "sim/world/world.h"

#include <string.h>

static bool is_current(const Host *host, const Event *event)
{
    return host->process == event->b;
}

static NodeMs node_clock(SimTime now)
{
    return NODE_CLOCK_BASE_MS + (NodeMs)(now / SIM_MS);
}

NodeEnv process_env(Sim *sim, Host *host, NodeFacts *facts)
{
    memset(facts, 0, sizeof(*facts));
    if (host->repl) repl_facts(host->repl, facts);
    return (NodeEnv){
        .now = sim->now,
        .now_ms = node_clock(sim->now),
        .rng = &host->rng,
        .facts = facts,
        .rules = &sim->config.rules,
        .directory = &sim->directory,
        .msgs = sim->msgs,
        .slots = sim->slots,
        .level = sim->config.trace_level,
        .out = &sim->effects,
        .mem = sim->mem,
    };
}

/* --- birth --- */

static void post_cron(Sim *sim, HostId number, SimTime time)
{
    Host *host = world_host(sim, number);
    host->next_cron = time;
    queue_post(sim->queue,
               (Event){.time = time, .kind = EVENT_CRON, .a = number, .b = host->process});
}

/* Lines of its log that are worth telling. */
static void note_logs(Sim *sim, HostId number)
{
    Slice line;
    while (server_next_log(world_host(sim, number)->server, &line)) {
        TraceRecord record = {.type = TRACE_LOGGED};
        record.u.LOGGED.text = (TraceText){line.chars, line.size};
        world_note(sim, number, &record);
    }
}

/* Returns how long its data takes to load. */
static SimSpan make_parts(Sim *sim, Host *host, HostId number, NodeEnv *env)
{
    if (!host->data) host->data = mem_alloc(sim->mem, sizeof(*host->data));
    host->keys = keyspace_create(sim->mem);
    host->repl = repl_create(&host->config, number, host->addr, host->keys, env);
    repl_set_disk(host->repl, host->data);
    host->node = node_create(number, host->addr, host->identity, &host->config, &host->disk, env);
    ServerParts parts = {.node = host->node,
                         .repl = host->repl,
                         .keys = host->keys,
                         .disk = host->data,
                         .fsync = sim->config.fsync,
                         .resolver = &sim->resolver,
                         .unix_base_ms = trace_header(sim->trace)->unix_base_ms,
                         .scripts = sim->config.scripts};
    host->server = server_create(&parts, env);
    return server_begin_loading(host->server, env);
}

/* The data is read, the event loop begins and with it the timers. */
static void load(Sim *sim, HostId number, bool fresh)
{
    Host *host = world_host(sim, number);
    NodeFacts facts;
    NodeEnv env = process_env(sim, host, &facts);
    host->loading = host->loaded_late = false;
    server_set_addrs(host->server, sim->addrs.items);
    server_load(host->server, &env);
    node_before_sleep(host->node, &env);
    effects_carry_out(sim, number);
    open_slots_note(sim, number);
    note_logs(sim, number);

    /* A server's first timer fires 1 ms after its start. Servers that are set up together are never
     * started in the same instant: the phase of their ticks is uniform (§17.1). */
    SimSpan first = fresh ? rng_below64(&host->rng, CRON_PERIOD) : FIRST_CRON;
    post_cron(sim, number, sim->now + first);
}

/* The process exists from now on: it listens and believes what its disk says. */
static void come_up(Sim *sim, HostId number)
{
    if (!files_read(sim, number)) return;
    Host *host = world_host(sim, number);
    bool fresh = host->disk.self == NODE_NONE;
    if (fresh) host->identity = world_new_identity(sim, number);
    host = world_host(sim, number);
    host->booting = false;
    host->status = PROCESS_RUNNING;
    host->since = sim->now;
    host->busy_until = sim->now;
    host->cron_due = false;
    host->turns_again = false;
    host->wake_at = 0;

    TraceRecord record = {.type = TRACE_PROCESS_STARTED};
    record.u.PROCESS_STARTED.node = host->identity;
    record.u.PROCESS_STARTED.fresh = fresh;
    world_note(sim, number, &record);
    sim->cause = trace_count(sim->trace);

    NodeFacts facts;
    NodeEnv env = process_env(sim, host, &facts);
    SimSpan loading = make_parts(sim, host, number, &env);
    host->loading = true;
    effects_carry_out(sim, number);
    open_slots_note(sim, number);
    net_set_listening(sim->net, number, true);
    if (loading == 0) load(sim, number, fresh);
    else
        queue_post(sim->queue, (Event){.time = sim->now + loading * host->slow_permille / 1000,
                                       .kind = EVENT_LOADED,
                                       .a = number,
                                       .b = host->process});
}

void process_start(Sim *sim, HostId number)
{
    Host *host = world_host(sim, number);
    SIM_ASSERT(!host_has_process(host) && !host->booting);

    host->process++;
    if (!host->powered) {
        host->powered = true;
        net_set_power(sim->net, number, true);
    }
    if (host->disk.self == NODE_NONE && !host->nodes_is_new && !host->conf_is_new) {
        come_up(sim, number);
        return;
    }
    host->booting = true;
    SimTime ready = sim->now + BOOT_TIME + rng_below64(&host->rng, BOOT_JITTER);
    queue_post(sim->queue,
               (Event){.time = ready, .kind = EVENT_BOOT, .a = number, .b = host->process});
}

/* --- death --- */

/* Nobody is there to take it. */
static void lose_happening(Sim *sim, const NetHappening *happening)
{
    if (happening->kind == NET_ARRIVED) effects_lose_payload(sim, happening->payload, LOST_DEAD);
    net_taken(sim->net, happening);
}

static void drop_inbox(Sim *sim, Host *host)
{
    for (uint32_t i = host->inbox_head; i < host->inbox.count; i++) {
        lose_happening(sim, &host->inbox.items[i]);
    }
    array_clear(&host->inbox);
    host->inbox_head = 0;
}

static void kill(Sim *sim, HostId number, ExitReason reason)
{
    Host *host = world_host(sim, number);
    bool was_alive = host_has_process(host), power = reason == EXIT_POWER;
    host->process++; /* whatever is scheduled for it is stale */
    host->booting = host->loading = host->loaded_late = host->exiting = false;
    if (was_alive) server_settle(host->server, sim->now);
    if (power && host->data) disk_lose_power(host->data);
    if (was_alive) { /* one that was still loading had never begun, as far as others could see */
        host->status = PROCESS_DEAD;
        host->since = sim->now;
        TraceRecord record = {.type = TRACE_PROCESS_EXITED};
        record.u.PROCESS_EXITED.reason = reason;
        world_note(sim, number, &record);
        sim->cause = trace_count(sim->trace);
    }

    net_set_listening(sim->net, number, false);
    if (power) {
        host->powered = false;
        net_set_power(sim->net, number, false);
    } else {
        net_kill_host(sim->net, number, sim->now);
    }
    drop_inbox(sim, host);
    conns_host_died(sim, number);
    if (!was_alive) return;
    server_destroy(host->server, sim->mem);
    node_destroy(host->node, sim->mem);
    repl_destroy(host->repl, sim->mem);
    keyspace_destroy(host->keys);
    array_clear(&host->open_shown);
    host->server = NULL;
    host->node = NULL;
    host->repl = NULL;
    host->keys = NULL;
}

void process_kill(Sim *sim, HostId number, bool power)
{
    kill(sim, number, power ? EXIT_POWER : EXIT_KILLED);
}

void process_freeze(Sim *sim, HostId number)
{
    Host *host = world_host(sim, number);
    SIM_ASSERT(host->status == PROCESS_RUNNING);
    host->status = PROCESS_IS_FROZEN;
    host->since = sim->now;
    TraceRecord record = {.type = TRACE_PROCESS_FROZEN};
    world_note(sim, number, &record);
}

/* --- turns --- */

/* The record that an arriving packet leaves, as the cause of what follows. */
static void note_arrival(Sim *sim, HostId number, uint64_t payload)
{
    const Flight *flight = effects_flight(sim, payload);
    if (!flight) return;
    TraceRecord record = {.type = TRACE_MSG_RECEIVED, .host = number, .cause = flight->seq};
    record.u.MSG_RECEIVED.msg = flight->number;
    record.u.MSG_RECEIVED.from = flight->from;
    record.u.MSG_RECEIVED.kind = (MsgKind)flight->kind;
    uint64_t seq = world_record(sim, &record, flight->rare ? 1 : 2);
    if (seq) sim->cause = seq;
}

static NodeInputKind input_kind(NetHappeningKind kind)
{
    switch (kind) {
    case NET_ARRIVED: return NODE_INPUT_MSG;
    case NET_CONNECTED: return NODE_INPUT_LINK_UP;
    case NET_REFUSED:
    case NET_TIMED_OUT:
    case NET_CLOSED: return NODE_INPUT_LINK_DOWN;
    case NET_LOST: break;
    }
    SIM_ASSERT(kind != NET_LOST);
    return NODE_INPUT_COUNT;
}

/* A message of a channel came by the bus. */
static void deliver(Host *host, const Msg *msg, NodeEnv *env)
{
    Slice channel = {msg->payload, msg->channel_size};
    Slice message = {msg->payload + msg->channel_size, msg->payload_size - msg->channel_size};
    server_deliver(host->server, msg->kind == MSG_PUBLISHSHARD, channel, message, env);
}

static void take_bus_input(Sim *sim, Host *host, const NetHappening *happening, NodeEnv *env)
{
    NodeInput input = {
        .kind = input_kind(happening->kind),
        .link = happening->link,
        .inbound = happening->link & 1,
        .from = HOST_NONE,
    };
    if (happening->kind == NET_ARRIVED) {
        uint32_t repl;
        MsgId msg = effects_msg(sim, happening->payload, &repl);
        input.from = net_peer(sim->net, happening->link);
        input.msg = msg_at(sim->msgs, msg);
    }
    node_step(host->node, &input, env);
    bool published =
        input.msg && (input.msg->kind == MSG_PUBLISH || input.msg->kind == MSG_PUBLISHSHARD);
    if (published && node_knows_sender(host->node, input.msg)) deliver(host, input.msg, env);
}

/* What came with the stream is executed as commands (§10.1). */
static void apply_stream(Sim *sim, Host *host, NodeEnv *env)
{
    Slice commands;
    while (repl_next_apply(host->repl, &commands)) {
        server_set_addrs(host->server, sim->addrs.items);
        server_apply(host->server, commands, env);
    }
}

static void take_repl_input(Sim *sim, Host *host, const NetHappening *happening, NodeEnv *env)
{
    if (happening->kind == NET_ARRIVED) {
        uint32_t repl;
        effects_msg(sim, happening->payload, &repl);
        repl_on_message(host->repl, happening->link, replmsg_at(sim->repl_msgs, repl), env);
        apply_stream(sim, host, env);
    } else if (happening->kind == NET_CONNECTED) {
        repl_on_link_up(host->repl, happening->link, env);
    } else {
        repl_on_link_down(host->repl, happening->link, env);
    }
}

/* One happening becomes one input. An end that the process has closed meanwhile says nothing more.
 */
static void take_happening(Sim *sim, HostId number, const NetHappening *happening)
{
    Host *host = world_host(sim, number);
    NodeFacts facts;
    LinkUse use = (LinkUse)sim->link_use.items[happening->link >> 1];
    if (use == LINK_CLIENT) {
        conns_take(sim, number, happening);
        net_taken(sim->net, happening);
        return;
    }
    if (happening->kind == NET_ARRIVED) note_arrival(sim, number, happening->payload);
    NodeEnv env = process_env(sim, host, &facts);
    bool stale = happening->kind == NET_ARRIVED && !net_is_open(sim->net, happening->link);
    if (!stale && use == LINK_BUS) take_bus_input(sim, host, happening, &env);
    if (!stale && use == LINK_REPL) take_repl_input(sim, host, happening, &env);
    if (happening->kind == NET_ARRIVED) effects_finish_payload(sim, happening->payload);
    net_taken(sim->net, happening);
}

static void take_cron(Sim *sim, HostId number)
{
    Host *host = world_host(sim, number);
    NodeFacts facts;
    sim->cause = 0;
    host->cron_due = false;
    host->turn_is_cron = true;
    NodeEnv env = process_env(sim, host, &facts);
    NodeInput input = {.kind = NODE_INPUT_CRON, .link = LINK_NONE, .from = HOST_NONE};
    node_step(host->node, &input, &env);
    repl_on_cron(host->repl, &env);
    server_set_addrs(host->server, sim->addrs.items);
    server_on_cron(host->server, &env);
}

/* A command holds the process until something comes on a connection of its own (outbound.h). */
static bool is_held(const Host *host)
{
    return outbound_held_until(host->server) > 0;
}

/* The event loop does not come to its sleep, its timers and its bus: it is held, in a script, or
 * loading. While it loads, redis-server looks at its clients now and then
 * (processEventsWhileBlocked), and at bus connections not at all (clusterAcceptHandler); §2.7. */
static bool is_away(const Host *host)
{
    return host->loading || is_held(host) || server_is_in_script(host->server);
}

/* CONFIG REWRITE: the next start reads what is in force now. */
static void rewrite_conf(Sim *sim, Host *host)
{
    const NodeConfig *config = server_take_rewrite(host->server);
    Text text = {.mem = sim->mem};
    if (!config) return;
    conf_rewrite((Slice){text_chars(&host->conf), host->conf.size}, config, &text);
    text_deinit(&host->conf);
    host->conf = text;
    host->config = *config;
}

/* Has the turn queued packets for the bus? Their write handlers make the event loop turn once more
 * at once, whatever else happens. (Replies and the stream leave before it sleeps.) */
static bool has_written(const Sim *sim)
{
    for (uint32_t i = 0; i < sim->effects.items.count; i++) {
        EffectKind kind = sim->effects.items.items[i].kind;
        if (kind == EFFECT_SEND || kind == EFFECT_SEND_LINK) return true;
    }
    return false;
}

static void post_wake(Sim *sim, HostId number);

/* The work before the event loop sleeps, then the effects; the process is busy until they are out.
 * What that work has left undone waits for the next turn (§3.7, §6.3 step 1). */
static void end_turn(Sim *sim, HostId number)
{
    Host *host = world_host(sim, number);
    NodeFacts facts;
    NodeEnv env = process_env(sim, host, &facts);
    server_set_addrs(host->server, sim->addrs.items);
    if (!is_away(host)) {
        do host->served += server_before_sleep(host->server, &env);
        while (conns_execute(host, &env)); /* what came behind a request that was blocked */
        node_before_sleep(host->node, &env);
    }
    host->turns_again = has_written(sim) && node_is_restless(host->node);
    SimTime done = effects_carry_out(sim, number);
    host = world_host(sim, number);
    host->busy_until = done;
    host->served = 0;
    open_slots_note(sim, number);
    conns_drain(sim, number, done);
    note_logs(sim, number);
    rewrite_conf(sim, host);
    if (server_wants_exit(host->server) != SERVER_STAYS) {
        host->exiting = true;
        queue_post(sim->queue,
                   (Event){.time = done, .kind = EVENT_EXIT, .a = number, .b = host->process});
        return;
    }
    host->turns_again |= server_is_restless(host->server);
    if (host->turns_again) post_wake(sim, number);
    if (!host->turn_is_cron) return;
    host->turn_is_cron = false;
    post_cron(sim, number, done + CRON_PERIOD);
}

static bool can_run(const Sim *sim, const Host *host)
{
    return host->status == PROCESS_RUNNING && host->busy_until <= sim->now && !host->exiting;
}

static bool hold_is_over(const Sim *sim, const Host *host)
{
    return is_held(host) && outbound_held_until(host->server) <= sim->now;
}

static bool takes(const Sim *sim, const Host *host, const NetHappening *happening)
{
    if (is_held(host)) return conns_is_outbound(sim, happening);
    return !host->loading || sim->link_use.items[happening->link >> 1] == LINK_CLIENT;
}

/* What it will look at next in its inbox: the first, or when it is held the first of its own
 * connections, or while it loads the first of a client; the count when there is none. */
static uint32_t next_in_inbox(const Sim *sim, const Host *host)
{
    uint32_t next = host->inbox_head;
    while (next < host->inbox.count && !takes(sim, host, &host->inbox.items[next])) next++;
    return next;
}

static bool has_work(const Sim *sim, const Host *host)
{
    if (server_is_in_script(host->server)) return true;
    if (next_in_inbox(sim, host) < host->inbox.count) return true;
    if (is_held(host)) return hold_is_over(sim, host);
    return !host->loading && (host->cron_due || host->turns_again);
}

/* When an event loop that went to sleep at `slept` wakes for a timer due at `due`. */
static SimTime wake_for(SimTime slept, SimTime due)
{
    SimSpan sleep = due > slept ? due - slept : 0;
    return slept + (sleep + SIM_MS - 1) / SIM_MS * SIM_MS + TIMER_SLACK;
}

static void post_wake(Sim *sim, HostId number)
{
    Host *host = world_host(sim, number);
    if (host->status != PROCESS_RUNNING || host->exiting) return;
    SimTime time = host->busy_until > sim->now ? host->busy_until : sim->now;
    if (!has_work(sim, host)) {
        if (!is_held(host)) return;
        time = outbound_held_until(host->server);
    }
    if (host->wake_at > 0 && host->wake_at <= time) return;
    host->wake_at = time;
    queue_post(sim->queue,
               (Event){.time = time, .kind = EVENT_WAKE, .a = number, .b = host->process});
}

static NetHappening take_out(Host *host, uint32_t index)
{
    NetHappening happening = host->inbox.items[index];
    if (index == host->inbox_head) host->inbox_head++;
    else array_remove(&host->inbox, index);
    if (host->inbox_head == host->inbox.count) {
        array_clear(&host->inbox);
        host->inbox_head = 0;
    }
    return happening;
}

/* What redis-server looks at between two slices of a busy script: its clients and the bus. The
 * stream of replication waits: from a primary it must, and nobody asks for acknowledgements now. */
static bool is_read_while_busy(const Sim *sim, const NetHappening *happening)
{
    LinkUse use = (LinkUse)sim->link_use.items[happening->link >> 1];
    return use == LINK_BUS || use == LINK_CLIENT;
}

/* One more slice of the script. When it has ended, the clients who waited for it are served, and
 * the event loop goes on (§2.9). */
static void run_script(Sim *sim, HostId number)
{
    Host *host = world_host(sim, number);
    NodeFacts facts;
    NodeEnv env = process_env(sim, host, &facts);
    server_set_addrs(host->server, sim->addrs.items);
    host->served += server_continue_script(host->server, &env);
    uint32_t next = host->inbox_head;
    while (server_is_busy(host->server) && next < host->inbox.count) {
        if (!is_read_while_busy(sim, &host->inbox.items[next])) {
            next++;
            continue;
        }
        NetHappening happening = take_out(host, next);
        if (next < host->inbox_head) next = host->inbox_head;
        take_happening(sim, number, &happening);
        host = world_host(sim, number);
    }
    conns_go_on(sim, number);
    end_turn(sim, number);
    post_wake(sim, number);
}

/* What has waited for a busy process: one packet a turn, in the order of arrival; then a tick; then
 * a turn in which nothing comes. */
static void run_backlog(Sim *sim, HostId number)
{
    Host *host = world_host(sim, number);
    if (!can_run(sim, host) || !has_work(sim, host)) return;
    if (server_is_in_script(host->server)) {
        run_script(sim, number);
        return;
    }
    uint32_t next = next_in_inbox(sim, host);
    if (next < host->inbox.count) {
        NetHappening happening = take_out(host, next);
        take_happening(sim, number, &happening);
    } else if (is_held(host)) {
        conns_hold_over(sim, number);
    } else if (host->cron_due) {
        take_cron(sim, number);
    }
    end_turn(sim, number);
    post_wake(sim, number);
}

static void end_by_itself(Sim *sim, HostId number)
{
    bool asked = server_wants_exit(world_host(sim, number)->server) == SERVER_SHUTS_DOWN;
    kill(sim, number, asked ? EXIT_SHUTDOWN : EXIT_KILLED);
}

/* A resumed process reads its sockets first, then runs one tick (§17.4). */
void process_thaw(Sim *sim, HostId number)
{
    Host *host = world_host(sim, number);
    SIM_ASSERT(host->status == PROCESS_IS_FROZEN);
    host->status = PROCESS_RUNNING;
    host->since = sim->now;
    TraceRecord record = {.type = TRACE_PROCESS_THAWED};
    world_note(sim, number, &record);
    if (host->loaded_late) load(sim, number, false);
    if (host->exiting && host->busy_until <= sim->now) end_by_itself(sim, number);
    else post_wake(sim, number);
}

void process_on_happening(Sim *sim, const NetHappening *happening)
{
    Host *host = world_host(sim, happening->host);
    if (happening->kind == NET_LOST) {
        effects_lose_payload(sim, happening->payload, happening->reset ? LOST_RESET : LOST_CLOSED);
        return;
    }
    if (conns_on_happening(sim, happening)) return;
    if (!host_has_process(host)) {
        lose_happening(sim, happening);
        return;
    }
    bool waits = host->inbox_head < host->inbox.count || is_away(host);
    if (!can_run(sim, host) || waits) {
        array_push(sim->mem, &host->inbox, *happening);
        post_wake(sim, happening->host);
        return;
    }
    /* Timers that are due run at the end of the same round of the event loop. */
    take_happening(sim, happening->host, happening);
    if (host->cron_due && !is_away(host)) take_cron(sim, happening->host);
    end_turn(sim, happening->host);
    if (host_has_process(host) && is_away(host)) post_wake(sim, happening->host);
}

/* The tick is due; a process that sleeps wakes for it at its next whole millisecond. */
static void on_cron(Sim *sim, HostId number)
{
    Host *host = world_host(sim, number);
    host->cron_due = true;
    if (host->status != PROCESS_RUNNING) return;
    if (!can_run(sim, host) || server_is_in_script(host->server)) {
        post_wake(sim, number);
        return;
    }
    SimTime wakes = wake_for(host->busy_until, host->next_cron);
    if (wakes < sim->now) wakes = sim->now;
    queue_post(sim->queue,
               (Event){.time = wakes, .kind = EVENT_CRON_WAKE, .a = number, .b = host->process});
}

static void on_cron_wake(Sim *sim, HostId number)
{
    if (!world_host(sim, number)->cron_due) return; /* done at the end of a turn meanwhile */
    run_backlog(sim, number);
    post_wake(sim, number);
}

/* A frozen process does not notice that what it read has come. */
static void on_loaded(Sim *sim, HostId number)
{
    Host *host = world_host(sim, number);
    if (host->status != PROCESS_RUNNING) {
        host->loaded_late = true;
        return;
    }
    load(sim, number, false);
    post_wake(sim, number);
}

void process_on_event(Sim *sim, const Event *event)
{
    HostId number = (HostId)event->a;
    Host *host = world_host(sim, number);
    if (!is_current(host, event)) return;
    if (event->kind == EVENT_BOOT) {
        come_up(sim, number);
    } else if (event->kind == EVENT_LOADED) {
        on_loaded(sim, number);
    } else if (event->kind == EVENT_EXIT) {
        if (host->status == PROCESS_RUNNING) end_by_itself(sim, number);
    } else if (event->kind == EVENT_CRON) {
        on_cron(sim, number);
    } else if (event->kind == EVENT_CRON_WAKE) {
        on_cron_wake(sim, number);
    } else {
        if (host->wake_at == event->time) host->wake_at = 0;
        run_backlog(sim, number);
        post_wake(sim, number);
    }
}

void process_feed(Sim *sim, HostId number, uint64_t bytes)
{
    Host *host = world_host(sim, number);
    NodeFacts facts;
    NodeEnv env = process_env(sim, host, &facts);
    repl_feed(host->repl, bytes, &env);
    effects_carry_out(sim, number);
}
