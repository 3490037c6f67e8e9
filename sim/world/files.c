/* files.c -- files on a host's disk that somebody has written: redis.conf and nodes.conf, read at
 * the next start (§2.7, §11.8). A file that redis-server refuses ends the process: the trace has
 * what it logs, and a sentence of ours that names the line. */
#include "sim/cluster/conffile.h"
#include "sim/cluster/nodesfile.h"
#include "sim/world/world.h"

#include <string.h>

/* --- refusals --- */

static void note_line(Sim *sim, HostId host, const char *line)
{
    TraceRecord record = {.type = TRACE_LOGGED};
    record.u.LOGGED.text = trace_text(line);
    world_note(sim, host, &record);
}

/* It starts, says why it does not go on, and ends. */
static void refuse_start(Sim *sim, HostId number, const char *log, const char *reason)
{
    if (world_host(sim, number)->identity == NODE_NONE) {
        NodeId identity = world_new_identity(sim, number);
        world_host(sim, number)->identity = identity;
    }
    Host *host = world_host(sim, number);
    TraceRecord started = {.type = TRACE_PROCESS_STARTED}, exited = {.type = TRACE_PROCESS_EXITED};
    started.u.PROCESS_STARTED.node = host->identity;
    exited.u.PROCESS_EXITED.reason = EXIT_REFUSED;
    host->booting = false;
    host->status = PROCESS_DEAD;
    host->since = sim->now;
    host->process++;
    world_note(sim, number, &started);
    note_line(sim, number, log);
    if (reason[0] != '\0') note_line(sim, number, reason);
    world_note(sim, number, &exited);
}

/* --- redis.conf --- */

static bool read_conf(Sim *sim, HostId number)
{
    Host *host = world_host(sim, number);
    NodeConfig config = config_default();
    ConfProblem problem;
    Text said = {.mem = sim->mem};
    if (!host->conf_is_new) return true;
    bool fine = conf_read(&config, (Slice){text_chars(&host->conf), host->conf.size}, &problem);
    if (fine) {
        host->config = config;
        host->conf_is_new = false;
    } else {
        conf_fatal_text(&problem, &said);
        refuse_start(sim, number, text_chars(&said), "");
    }
    text_deinit(&said);
    return fine;
}

/* --- nodes.conf --- */

typedef struct Names { /* NodesNames.state */
    Sim *sim;
    HostId host;
    bool is_locked; /* the file is that of another host, whose process runs */
} Names;

static NodeId known_node(const Sim *sim, const char *id)
{
    for (uint32_t i = 0; i < sim->directory.nodes.count; i++) {
        if (memcmp(sim->directory.nodes.items[i].id, id, NODE_ID_SIZE) == 0) return (NodeId)i;
    }
    return NODE_NONE;
}

/* An ID that nobody has had becomes that of this host; of others, only nodes of this run can be
 * spoken of. Simplified: an identity never moves to another host (docs/fidelity.md §2.5). */
static NodeId find_node(void *state, const char *id, bool is_self, Error *err)
{
    Names *names = state;
    Sim *sim = names->sim;
    NodeId node = known_node(sim, id);
    if (node == NODE_NONE && is_self) return world_name_identity(sim, names->host, id);
    if (node == NODE_NONE) {
        error_set(err, "no node of this run has the ID %.40s", id);
        return NODE_NONE;
    }
    HostId owner = sim->directory.nodes.items[node].host;
    if (!is_self || owner == names->host) return node;
    names->is_locked = host_has_process(world_host(sim, owner));
    error_set(err, "myself is the node of %s: a node stays on its host here",
              world_host(sim, owner)->name);
    return NODE_NONE;
}

static bool find_addr(void *state, NodeId node, AddrState given, AddrId *addr, Error *err)
{
    const Sim *sim = ((Names *)state)->sim;
    *addr = sim->directory.nodes.items[node].addr;
    const AddrState *real = &sim->addrs.items[*addr];
    bool is_blank = given.ip == 0;
    if (is_blank || (given.ip == real->ip && given.port == real->port)) return true;
    return error_set(err, "%.40s is at %u.%u.%u.%u:%u in this run",
                     sim->directory.nodes.items[node].id, real->ip >> 24, (real->ip >> 16) & 255,
                     (real->ip >> 8) & 255, real->ip & 255, real->port);
}

static bool read_nodes(Sim *sim, HostId number)
{
    static const char locked[] =
        "Sorry, the cluster configuration file nodes.conf is already used by a different Redis "
        "Cluster node. Please make sure that different nodes use different cluster configuration "
        "files.";
    Host *host = world_host(sim, number);
    Names state = {.sim = sim, .host = number};
    NodesNames names = {&state, find_node, find_addr};
    NodesProblem problem;
    NodeDisk disk = {.self = NODE_NONE};
    if (!host->nodes_is_new) return true;
    Text text = host->written_nodes; /* identities may be made, and hosts stay where they are */
    Slice bytes = {text_chars(&text), text.size};
    if (!nodesfile_read(bytes, &names, sim->slots, &disk, sim->mem, &problem)) {
        refuse_start(sim, number, state.is_locked ? locked : problem.log, problem.reason.text);
        return false;
    }
    host = world_host(sim, number);
    node_disk_deinit(&host->disk, sim->mem);
    host->disk = disk;
    if (disk.self != NODE_NONE) host->identity = disk.self;
    host->nodes_is_new = false;
    text_clear(&host->written_nodes);
    return true;
}

bool files_read(Sim *sim, HostId number)
{
    return read_conf(sim, number) && read_nodes(sim, number);
}

/* --- writing --- */

void files_write(Sim *sim, HostId number, bool nodes, const char *chars)
{
    Host *host = world_host(sim, number);
    Text *text = nodes ? &host->written_nodes : &host->conf;
    text->mem = sim->mem;
    text_clear(text);
    text_append_bytes(text, chars, (uint32_t)strlen(chars));
    if (nodes) host->nodes_is_new = true;
    else host->conf_is_new = true;
}
