/* verify.h -- after loading: do the keys fit the slots (§2.7, verifyClusterConfigWithData)? */
#ifndef CLUSTER_VERIFY_H
#define CLUSTER_VERIFY_H

#include "sim/cluster/node.h"

typedef struct VerifiedSlot { /* a slot that did not fit */
    uint16_t slot;
    bool is_taken; /* it had no owner; else it is importing from its owner now */
} VerifiedSlot;

typedef ARRAY_OF(VerifiedSlot) VerifiedSlots;

/* A primary with keys (`slot_keys`, SLOT_COUNT of them) in a slot without owner takes the slot; in
 * a slot of another node it marks the slot as importing from there. Replicas are left alone. What
 * changed is appended to *changed, in the order of the slots, and saved with fsync. */
void node_verify_data(Node *self, const uint32_t *slot_keys, VerifiedSlots *changed, NodeEnv *env);

#endif
