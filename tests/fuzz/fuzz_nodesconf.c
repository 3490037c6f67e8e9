/* fuzz_nodesconf.c -- any bytes as a nodes.conf.
 *
 * A file that is refused must leave no disk and be told with its place. One that is accepted is
 * written as nodes.conf is (nodestext_conf): what comes out must be accepted and written into
 * itself. IDs and addresses are given out as they come. */
#include "tests/fuzz/targets.h"

#include "sim/base/assert.h"
#include "sim/cluster/nodesfile.h"
#include "sim/cluster/nodestext.h"

#include <string.h>

#define NODES_HERE 64

/* A run that knows whoever is named, up to a number. */
typedef struct Town {
    Directory directory;
    ARRAY_OF(AddrState) addrs;
} Town;

static NodeId find_node(void *state, const char *id, bool is_self, Error *err)
{
    Town *town = state;
    (void)is_self;
    for (uint32_t i = 0; i < town->directory.nodes.count; i++) {
        if (memcmp(town->directory.nodes.items[i].id, id, NODE_ID_SIZE) == 0) return (NodeId)i;
    }
    if (town->directory.nodes.count == NODES_HERE) {
        error_set(err, "there are %d nodes at most", NODES_HERE);
        return NODE_NONE;
    }
    NodeEntry entry = {.host = HOST_NONE};
    memcpy(entry.id, id, NODE_ID_SIZE);
    array_push(NULL, &town->directory.nodes, entry);
    return (NodeId)(town->directory.nodes.count - 1);
}

static bool find_addr(void *state, NodeId node, AddrState given, AddrId *addr, Error *err)
{
    Town *town = state;
    (void)err;
    SIM_ASSERT(node < town->directory.nodes.count);
    array_push(NULL, &town->addrs, given);
    *addr = town->addrs.count - 1;
    return true;
}

static void write_text(const NodeDisk *disk, const Town *town, const BitPool *slots, Text *out)
{
    nodestext_conf(disk, &town->directory, town->addrs.items, slots, out);
}

/* What was read, written and read again, is written the same. */
static void check_accepted(const NodeDisk *disk, Town *town, BitPool *slots)
{
    NodesNames names = {town, find_node, find_addr};
    NodesProblem problem;
    NodeDisk again = {.self = NODE_NONE};
    Text once = {0}, twice = {0};
    write_text(disk, town, slots, &once);
    Slice text = {text_chars(&once), once.size};
    bool read = nodesfile_read(text, &names, slots, &again, NULL, &problem);
    SIM_ASSERT(read && again.self == disk->self);
    write_text(&again, town, slots, &twice);
    SIM_ASSERT(slice_equal(text, (Slice){text_chars(&twice), twice.size}));
    node_disk_deinit(&again, NULL);
    text_deinit(&once);
    text_deinit(&twice);
}

int fuzz_nodesconf(const uint8_t *bytes, size_t size)
{
    Town town = {0};
    NodesNames names = {&town, find_node, find_addr};
    NodesProblem problem;
    NodeDisk disk = {.self = NODE_NONE};
    if (size > UINT32_MAX) return 0;
    BitPool *slots = bitpool_create(NULL, SLOT_COUNT);
    Slice text = {(const char *)bytes, (uint32_t)size};
    bool read = nodesfile_read(text, &names, slots, &disk, NULL, &problem);
    if (!read) {
        SIM_ASSERT(problem.log && problem.reason.text[0] != '\0');
        SIM_ASSERT(disk.self == NODE_NONE && disk.peers.count == 0);
    } else if (disk.self != NODE_NONE) {
        check_accepted(&disk, &town, slots);
    }
    node_disk_deinit(&disk, NULL);
    bitpool_destroy(slots);
    array_deinit(NULL, &town.directory.nodes);
    array_deinit(NULL, &town.addrs);
    return 0;
}

__attribute__((weak)) int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    return fuzz_nodesconf(bytes, size);
}
