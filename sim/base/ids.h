/* ids.h -- the small numbers that name things everywhere in the simulator.
 *
 * A *host* is a place where a redis-server process can run: a name (n1), an address, a disk.
 * A *node* is an identity of the protocol: a 40-digit node ID (protocol.md §2.1). A host that
 * restarts with its disk is the same node; a host that restarts without it is a new node at an old
 * address. Both are dense numbers from 0, so that tables are arrays. Everything that the protocol
 * stores about others is by NodeId; everything that happens to a process is by HostId. */
#ifndef BASE_IDS_H
#define BASE_IDS_H

#include <stdint.h>

typedef uint16_t HostId;
typedef uint16_t NodeId;
typedef uint32_t AddrId;  /* an interned address: ip, client port, bus port; 0 is "no address" */
typedef uint32_t LinkId;  /* one end of a connection: 2 * connection + (0 opener | 1 acceptor) */
typedef uint32_t SlotsId; /* an interned set of slots (sim/base/bitpool.h); 0 is the empty set */

#define HOST_NONE   ((HostId)0xFFFF)
#define NODE_NONE   ((NodeId)0xFFFF)
#define ADDR_NONE   ((AddrId)0)
#define LINK_NONE   ((LinkId)0xFFFFFFFF)
#define SLOTS_EMPTY ((SlotsId)0)

#define SLOT_COUNT         16384 /* protocol.md §1.1, CLUSTER_SLOTS */
#define HOSTS_MAX          4096 /* bound of every table by host or node; more than any sensible cluster */
#define NODES_MAX          8192
#define NODE_ID_SIZE       40 /* hex digits of a node ID, without a terminating NUL */
#define BITSET_WORDS_HOSTS (HOSTS_MAX / 64)

#endif
