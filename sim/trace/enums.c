/* enums.c -- the words of the small enumerations (enums.h), each from its one list. */
#include "sim/trace/enums.h"

#include "sim/base/array.h"

#include <stddef.h>

/* The function `function` that gives the words of `TYPE`, from the list VALUES. */
#define WORDS(function, TYPE, VALUES, COUNT)                                                       \
    const char *function(TYPE value)                                                               \
    {                                                                                              \
        static const char *const words[] = {VALUES(ENUM_WORD)};                                    \
        _Static_assert(ARRAY_LENGTH(words) == COUNT, "one word for each value of " #TYPE);         \
        return (size_t)value < ARRAY_LENGTH(words) ? words[value] : "?";                           \
    }

/* clang-format off */
WORDS(msg_word,   MsgKind,      MSG_VALUES,   MSG_COUNT)
WORDS(state_word, ClusterState, STATE_VALUES, STATE_COUNT)
WORDS(exit_word,  ExitReason,   EXIT_VALUES,  EXIT_COUNT)
WORDS(lost_word,  LostReason,   LOST_VALUES,  LOST_COUNT)
WORDS(repl_word,  ReplState,    REPL_VALUES,  REPL_COUNT)
WORDS(plink_word, PeerLink,     PLINK_VALUES, PLINK_COUNT)
WORDS(clear_word, ClearReason,  CLEAR_VALUES, CLEAR_COUNT)
WORDS(vote_word,  VoteVerdict,  VOTE_VALUES,  VOTE_COUNT)
WORDS(elect_word, ElectRefusal, ELECT_VALUES, ELECT_COUNT)
WORDS(role_word,  RoleReason,   ROLE_VALUES,  ROLE_COUNT)
WORDS(hangup_word, HangupReason, HANGUP_VALUES, HANGUP_COUNT)
WORDS(write_word, WriteEnd,     WRITE_VALUES,  WRITE_COUNT)
/* clang-format on */
