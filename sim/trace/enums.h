/* enums.h -- the small enumerations that trace records carry, with their words.
 *
 * One list each; the enum, its text and the JSON come from it. Append only: the numbers are in
 * files. */
#ifndef TRACE_ENUMS_H
#define TRACE_ENUMS_H

#define ENUM_NAME(name, word) name,
#define ENUM_WORD(name, word) word,

/* clang-format off */
/* kinds of message, protocol.md §3.3 for the first eleven; then replication and client traffic */
#define MSG_VALUES(V) \
    V(MSG_PING, "PING") \
    V(MSG_PONG, "PONG") \
    V(MSG_MEET, "MEET") \
    V(MSG_FAIL, "FAIL") \
    V(MSG_PUBLISH, "PUBLISH") \
    V(MSG_AUTH_REQUEST, "AUTH_REQUEST") \
    V(MSG_AUTH_ACK, "AUTH_ACK") \
    V(MSG_UPDATE, "UPDATE") \
    V(MSG_MFSTART, "MFSTART") \
    V(MSG_MODULE, "MODULE") \
    V(MSG_PUBLISHSHARD, "PUBLISHSHARD") \
    V(MSG_REPL, "REPL") \
    V(MSG_CALL, "CALL") \
    V(MSG_REPLY, "REPLY")
typedef enum MsgKind { MSG_VALUES(ENUM_NAME) MSG_COUNT } MsgKind;

/* cluster_state of one node, §5.6 */
#define STATE_VALUES(V) \
    V(STATE_FAIL, "fail") \
    V(STATE_OK, "ok")
typedef enum ClusterState { STATE_VALUES(ENUM_NAME) STATE_COUNT } ClusterState;

/* why a process ended */
#define EXIT_VALUES(V) \
    V(EXIT_KILLED, "killed") \
    V(EXIT_POWER, "power lost") \
    V(EXIT_SHUTDOWN, "shut down") \
    V(EXIT_REFUSED, "refuses to start")
typedef enum ExitReason { EXIT_VALUES(ENUM_NAME) EXIT_COUNT } ExitReason;

/* why a sent message never arrived */
#define LOST_VALUES(V) \
    V(LOST_RESET, "connection reset") \
    V(LOST_DEAD, "receiver dead") \
    V(LOST_CLOSED, "connection closed")
typedef enum LostReason { LOST_VALUES(ENUM_NAME) LOST_COUNT } LostReason;

/* replication link of a replica to its primary, §10 */
#define REPL_VALUES(V) \
    V(REPL_NONE, "none") \
    V(REPL_CONNECT, "connect") \
    V(REPL_CONNECTING, "connecting") \
    V(REPL_SYNC, "sync") \
    V(REPL_CONNECTED, "connected")
typedef enum ReplState { REPL_VALUES(ENUM_NAME) REPL_COUNT } ReplState;

/* outbound link object, §3.10 */
#define PLINK_VALUES(V) \
    V(PLINK_NONE, "none") \
    V(PLINK_CONNECTING, "connecting") \
    V(PLINK_CONNECTED, "connected")
typedef enum PeerLink { PLINK_VALUES(ENUM_NAME) PLINK_COUNT } PeerLink;

/* why a failure flag was cleared, §5.5 */
#define CLEAR_VALUES(V) \
    V(CLEAR_PFAIL, "reachable again") \
    V(CLEAR_REPLICA, "replica is reachable again") \
    V(CLEAR_NO_SLOTS, "primary without slots is reachable again") \
    V(CLEAR_NOBODY_SERVES, "reachable again and nobody is serving its slots")
typedef enum ClearReason { CLEAR_VALUES(ENUM_NAME) CLEAR_COUNT } ClearReason;

/* answer to a vote request, in the order of §6.6 */
#define VOTE_VALUES(V) \
    V(VOTE_GRANTED, "granted") \
    V(VOTE_NOT_A_VOTER, "not a voter") \
    V(VOTE_EPOCH_TOO_OLD, "its epoch is older than mine") \
    V(VOTE_ALREADY_CAST, "already voted in this epoch") \
    V(VOTE_IS_PRIMARY, "it is a primary") \
    V(VOTE_PRIMARY_UNKNOWN, "its primary is unknown") \
    V(VOTE_PRIMARY_UP, "its primary is up") \
    V(VOTE_TOO_SOON, "voted about this primary less than 2T ago") \
    V(VOTE_SLOT_EPOCH, "a slot has a newer owner")
typedef enum VoteVerdict { VOTE_VALUES(ENUM_NAME) VOTE_COUNT } VoteVerdict;

/* why a replica does not fail over now, §6.1-6.3 */
#define ELECT_VALUES(V) \
    V(ELECT_NONE, "none") \
    V(ELECT_DATA_AGE, "its data is too old") \
    V(ELECT_WAITING_DELAY, "waiting for the delay") \
    V(ELECT_EXPIRED, "the attempt expired") \
    V(ELECT_WAITING_VOTES, "waiting for votes") \
    V(ELECT_NO_FAILOVER, "failover is switched off")
typedef enum ElectRefusal { ELECT_VALUES(ENUM_NAME) ELECT_COUNT } ElectRefusal;

/* why a node changed its own role or primary */
#define ROLE_VALUES(V) \
    V(ROLE_PROMOTED, "promoted") \
    V(ROLE_LOST_SLOTS, "lost its last slot") \
    V(ROLE_COMMAND, "told by command") \
    V(ROLE_CHAIN, "its primary is a replica") \
    V(ROLE_RESET, "reset") \
    V(ROLE_MIGRATION, "it helps a primary without replicas")
typedef enum RoleReason { ROLE_VALUES(ENUM_NAME) ROLE_COUNT } RoleReason;

/* how a connection of a client ended */
#define HANGUP_VALUES(V) \
    V(HANGUP_CLIENT, "closed by the client") \
    V(HANGUP_SERVER, "closed by the server") \
    V(HANGUP_REFUSED, "refused") \
    V(HANGUP_TIMED_OUT, "no answer")
typedef enum HangupReason { HANGUP_VALUES(ENUM_NAME) HANGUP_COUNT } HangupReason;

/* what a client knows of a write of its workload in the end */
#define WRITE_VALUES(V) \
    V(WRITE_ACKED, "acknowledged") \
    V(WRITE_UNKNOWN, "unknown") \
    V(WRITE_REFUSED, "refused") \
    V(WRITE_REPEATED, "acknowledged, sent more than once")
typedef enum WriteEnd { WRITE_VALUES(ENUM_NAME) WRITE_COUNT } WriteEnd;

/* clang-format on */

const char *msg_word(MsgKind value);        /* "?" for a value out of range */
const char *state_word(ClusterState value); /* "?" for a value out of range */
const char *exit_word(ExitReason value);    /* "?" for a value out of range */
const char *lost_word(LostReason value);    /* "?" for a value out of range */
const char *repl_word(ReplState value);     /* "?" for a value out of range */
const char *plink_word(PeerLink value);     /* "?" for a value out of range */
const char *clear_word(ClearReason value);  /* "?" for a value out of range */
const char *vote_word(VoteVerdict value);   /* "?" for a value out of range */
const char *elect_word(ElectRefusal value); /* "?" for a value out of range */
const char *role_word(RoleReason value);    /* "?" for a value out of range */
const char *hangup_word(HangupReason value);
const char *write_word(WriteEnd value);

#endif
