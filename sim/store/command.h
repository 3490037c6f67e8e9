/* command.h -- the table of commands and what a command may touch while it runs.
 *
 * A command function reads its arguments, changes the keyspace, writes its reply, and says what is
 * to be propagated to replicas; it calls nobody outside the store. Arity, keys, redirection, MULTI,
 * pausing and authentication are settled before, by sim/server (§1.4).
 *
 *   commands.def    one row a command            command.c    look-up, key positions
 *   subcommands.def one row a sub-command        command_about.c what COMMAND INFO tells of them
 *   key_specs.def, tips.def
 *   cmd_string.c    cmd_key.c   cmd_hash.c   cmd_list.c   cmd_set.c   cmd_zset.c
 *   cmd_sort.c      cmd_bit.c   cmd_lcs.c
 *   the server's own (CLUSTER, MULTI, SUBSCRIBE, CONFIG, ...) are rows, too; their functions are
 *   sim/server's (COMMAND_SERVER). */
#ifndef STORE_COMMAND_H
#define STORE_COMMAND_H

#include "sim/base/resp.h"
#include "sim/base/rng.h"
#include "sim/store/keyspace.h"

/* Flags, after server.h of Redis; the words of COMMAND INFO are made from them. */
#define CF_WRITE             0x0001
#define CF_READONLY          0x0002
#define CF_DENYOOM           0x0004
#define CF_ADMIN             0x0008
#define CF_PUBSUB            0x0010
#define CF_NOSCRIPT          0x0020
#define CF_BLOCKING          0x0040
#define CF_LOADING           0x0080
#define CF_STALE             0x0100
#define CF_ASKING            0x0200 /* RESTORE-ASKING */
#define CF_FAST              0x0400
#define CF_NO_MULTI          0x0800
#define CF_MOVABLE           0x1000 /* keys are found by a function of their own */
#define CF_MAY_REPLICATE     0x2000 /* EVAL, PUBLISH: treated as writes by a pause */
#define CF_NO_AUTH           0x4000
#define CF_SHARDED           0x8000 /* sharded pub/sub: channels are hashed like keys */
#define CF_SKIP_MONITOR      0x10000
#define CF_SKIP_SLOWLOG      0x20000
#define CF_ALLOW_BUSY        0x40000
#define CF_PROTECTED         0x80000 /* DEBUG, MODULE */
#define CF_NO_ASYNC_LOADING  0x100000
#define CF_NO_MANDATORY_KEYS 0x200000 /* EVAL with no keys is fine */

typedef struct Cmd Cmd;
typedef struct CommandRow CommandRow;

/* One command being executed. */
struct Cmd {
    const CommandRow *row;
    const Slice *argv; /* argv[0] is the name; borrowed */
    uint32_t argc;
    Reply *reply;
    Keyspace *keys;
    Mem *mem;
    Rng *rng;        /* the server's stream for SPOP, RANDOMKEY, ... */
    uint64_t now_ms; /* Unix ms of virtual time; one value for the whole command, or transaction */
    bool is_replica; /* expired keys are hidden, not deleted */
    bool from_primary; /* the stream of the primary: nothing expires, everything is allowed */
    bool in_multi;     /* inside EXEC or a script: blocking commands do not block */
    bool looks_up; /* a command that writes looks keys up as readers do: hits and misses count */
    void *client;  /* the server's Client; NULL in tests of the store alone */

    /* what it leaves */
    uint64_t dirty; /* changes made: 0 is not propagated */
    bool blocked;   /* the client waits (BLPOP ...): `block` says for what */
    struct {
        uint32_t first_key, key_count; /* arguments */
        uint64_t timeout_ms;           /* Unix ms; 0 for ever */
    } block;
    Text before;           /* DELs of keys found expired: RESP, propagated before the command */
    uint32_t expired;      /* how many */
    uint32_t hits, misses; /* of look-ups for reading, for INFO */
    bool rewritten;        /* `instead` is propagated in place of argv (SPOP -> SREM, ...) */
    Text instead;          /* RESP; empty: nothing is */
    uint32_t instead_count;
};

typedef void CommandFunction(Cmd *cmd);

struct CommandRow {
    const char *name;       /* lower case; of a sub-command "cluster|info" */
    int arity;              /* negative: at least */
    uint32_t flags;         /* CF_* */
    int first, last, step;  /* key positions as COMMAND INFO prints them; last -1: to the end */
    const char *group;      /* "string", "generic", ...: for docs/commands.md */
    const char *categories; /* ACL categories beyond those of the flags, "" none */
};

/* What a file of commands ends with: names and functions; { NULL, NULL } closes it. Names without a
 * function are the server's own. */
typedef struct CommandBinding {
    const char *name;
    CommandFunction *function;
} CommandBinding;

extern const CommandBinding cmd_string_bindings[], cmd_key_bindings[], cmd_hash_bindings[],
    cmd_list_bindings[], cmd_set_bindings[], cmd_zset_bindings[], cmd_sort_bindings[],
    cmd_bit_bindings[], cmd_lcs_bindings[];

/* The function of a row; NULL: sim/server answers it. */
CommandFunction *command_function(const CommandRow *row);

uint32_t command_count(void);
const CommandRow *command_at(uint32_t index);
const CommandRow *command_find(Slice name); /* any case; "get", "cluster|info"; NULL */

/* The row of a request: that of the sub-command for a container ("cluster|info"). NULL: there is no
 * such command or, when command_find knows argv[0], no such sub-command. */
const CommandRow *command_resolve(const Slice *argv, uint32_t argc);
/* Sub-commands of a container in the order of their names; NULL when there are no more. */
const CommandRow *command_sub(const CommandRow *container, uint32_t index);
/* The part of a name before '|'. */
uint32_t command_container_size(const char *name);
/* Does a binding of this name serve the row: by its whole name or that of its container. */
bool command_is_bound(const CommandRow *row, const char *name);

typedef ARRAY_OF(uint32_t) KeyPositions; /* indices into argv */

/* The arguments that are keys (getKeysFromCommand), or channels of sharded pub/sub. False: the
 * arguments make no sense (a wrong numkeys); the reply is the command's own affair. */
bool command_keys(const CommandRow *row, const Slice *argv, uint32_t argc, KeyPositions *out,
                  Mem *mem);
/* The command has key arguments at all. */
bool command_has_keys(const CommandRow *row);
/* The arity fits. */
bool command_arity_ok(const CommandRow *row, uint32_t argc);

/* --- for command functions --- */

/* The key for reading or writing; an expired one is deleted first on a primary (and propagated as
 * DEL) and hidden on a replica. NULL when there is none. */
Key *cmd_lookup(Cmd *cmd, Slice name);
Key *cmd_unless_expired(Cmd *cmd, Key *key); /* the same for a key that was found by a walk */
/* The same with a wanted type: replies WRONGTYPE and sets *wrong if it is another. */
Key *cmd_lookup_type(Cmd *cmd, Slice name, ValueType type, bool *wrong);
void cmd_changed(Cmd *cmd, Key *key); /* dirty += 1, touched */
void cmd_delete(Cmd *cmd, Key *key);  /* dirty += 1 */
bool cmd_integer(Cmd *cmd, uint32_t arg,
                 int64_t *value); /* replies "value is not an integer or out of range" */
/* The key, made without a value if there is none. */
Key *cmd_need(Cmd *cmd, Slice name);
/* The same with a value of this type; NULL after a WRONGTYPE reply. */
Key *cmd_need_type(Cmd *cmd, Slice name, ValueType type);
void cmd_drop_if_empty(Cmd *cmd, Key *key); /* a value without elements is no key */
/* A whole new value under this name in place of what is there; an empty one leaves no key. */
void cmd_store(Cmd *cmd, Slice name, Value value);
/* HDEL, SREM, ZREM: the members from argument 2, and the reply. */
void cmd_remove_members(Cmd *cmd, ValueType type);
/* The count of a popping command: "value is out of range, must be positive". */
bool cmd_read_count(Cmd *cmd, uint32_t arg, int64_t *count);
/* "numkeys key... WORD [COUNT n]" from argument `arg` to the end, as LMPOP and ZMPOP have it. */
typedef struct MultiPop {
    uint32_t first_key, keys;
    int64_t count; /* 1 unless given */
    bool second;   /* the word is `second`, not `first` */
} MultiPop;
bool cmd_read_multi_pop(Cmd *cmd, uint32_t arg, const char *first, const char *second,
                        MultiPop *pop);
/* The client waits for one of `count` keys from argument `first` on; nothing is replied. */
void cmd_wait(Cmd *cmd, uint32_t first, uint32_t count, uint64_t until_ms);
void cmd_expire(Cmd *cmd, Key *key); /* it is found expired: removed, DEL propagated */
/* Propagates these words instead of the command itself; may be called several times. */
void cmd_propagate(Cmd *cmd, const Slice *words, uint32_t count);
void cmd_propagate_nothing(Cmd *cmd);
void cmd_add_words(Cmd *cmd, Text *out, const Slice *words, uint32_t count);
void cmd_reply_wrongtype(Cmd *cmd);
void cmd_reply_syntax(Cmd *cmd);

/* --- for who runs them --- */

/* Appends what goes to replicas after the command ran, and counts the commands in it. */
void cmd_stream(Cmd *cmd, Text *out, uint32_t *commands);
void cmd_deinit(Cmd *cmd);

#endif
