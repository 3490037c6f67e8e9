/* operator.h -- what an administrator does where a cluster cannot help itself: a server came back
 * without its disk. The new process has another ID; its old record keeps its slots and can never
 * answer again (protocol.md §2.7, §4.2, §4.6). */
#ifndef SWEEP_OPERATOR_H
#define SWEEP_OPERATOR_H

#include "tests/fixture/fixture.h"

/* Puts `host` back where its identity `lost` was: a replica takes over what slots that had,
 * everybody forgets it, the new process is met and gets a role. All hosts run and reach each other.
 * False when a step does not come about in time. */
bool operator_replace(Fixture *fixture, HostId host, NodeId lost);

#endif
