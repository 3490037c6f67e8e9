/* compare.h -- the same requests to a real redis-server and to a virtual node, replies compared.
 *
 *   main.c     the run: requests from a grammar, to both, and what differs
 *   real.c     a redis-server process of our own on loopback, and a connection to it
 *   ours.c     a virtual node, and a connection to it
 *   grammar.c  requests from lines of *.grammar
 *   replies.c  replies made comparable: order, identities, what is random */
#ifndef COMPARE_COMPARE_H
#define COMPARE_COMPARE_H

#include "sim/base/resp.h"
#include "sim/base/rng.h"

/* --- grammar.c --- */

/* How the replies of a line are compared. */
typedef enum Likeness {
    LIKE_EXACT,
    LIKE_UNORDERED, /* '~': an array whose elements come in any order */
    LIKE_PAIRS,     /* '%': pairs in any order */
    LIKE_SCAN,      /* '=': a cursor and an array in any order */
    LIKE_KIND       /* '?': only the kind of the reply, or the whole error */
} Likeness;

typedef struct Pattern {
    Likeness like;
    bool steady; /* '!': never made wrong on purpose */
    char *text;
} Pattern;

typedef struct Grammar {
    ARRAY_OF(Pattern) patterns;
    char *source;
} Grammar;

/* Reads a file of patterns: a line each, empty ones and those that begin with '#' are skipped.
 *   [a|b c]  nothing, or one of these      (a|b)  one of these      {a}  one to three times
 *   @k @s @l @h @S @z  a key: any, or mostly one that holds a string, list, hash, set, sorted set
 *   @F the key of a float  @y a key of a sorted set whose scores are all 0
 *   @v value  @m member  @i integer  @I small integer  @f float  @d short decimal  @p pattern  @b
 * score bound
 *   @x lexicographic bound  @t seconds far away  @T milliseconds far away  @n slot  @o own ID
 *   @u an unknown ID */
bool grammar_read(Grammar *grammar, const char *path);
void grammar_free(Grammar *grammar);

typedef struct Request {
    const Pattern *pattern;
    Slices words;
    Text bytes; /* what the words point into */
} Request;

/* A request of some pattern; `wrong` of a million are damaged. Who the ID of @o is: `self`. */
void grammar_request(const Grammar *grammar, Rng *rng, uint32_t wrong, Request *request);
void request_free(Request *request);

/* --- real.c --- */

typedef struct Real Real;
/* Starts redis-server with cluster-enabled yes in a new directory; NULL with a sentence on stderr.
 */
Real *real_start(void);
void real_stop(Real *real);
/* Sends one request and waits for one reply, whose bytes are `reply`. False: the connection ended.
 */
bool real_ask(Real *real, const Slices *words, Text *reply);
const char *real_version(const Real *real);

/* --- ours.c --- */

typedef struct Ours Ours;
Ours *ours_start(void);
void ours_stop(Ours *ours);
bool ours_ask(Ours *ours, const Slices *words, Text *reply);
/* Virtual time goes on, so that it is no later than the real server's. */
void ours_wait(Ours *ours, uint32_t ms);

/* --- replies.c --- */

/* The reply as a text in which the same meaning is the same text; `self` is the node's own ID. */
void reply_comparable(const Text *bytes, Likeness like, const char *self, Text *out);

#endif
