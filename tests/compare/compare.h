/* compare.h -- the same requests to real redis-servers and to virtual nodes, replies compared.
 *
 *   main.c     the run: requests from a grammar, to both, and what differs
 *   real.c     a redis-server process of our own on loopback, and a connection to it
 *   ours.c     virtual nodes, and a connection to each
 *   pair.c     a real and a virtual cluster of the same shape, asked the same
 *   grammar.c  requests from lines of *.grammar
 *   replies.c  replies made comparable: order, identities, what is random */
#ifndef COMPARE_COMPARE_H
#define COMPARE_COMPARE_H

#include "sim/base/resp.h"
#include "sim/base/rng.h"

#define PAIR_NODES   2
#define ADDRESS_SIZE 16

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
    uint32_t nodes; /* 1, or 2 with a line "nodes 2" */
    char *source;
} Grammar;

/* Reads a file of patterns: a line each, empty ones and those that begin with '#' are skipped.
 *   [a|b c]  nothing, or one of these      (a|b)  one of these      {a}  one to three times
 *   @k @s @l @h @S @z  a key: any, or mostly one that holds a string, list, hash, set, sorted set
 *   @0 an empty word  @F the key of a float  @y a key of a sorted set whose scores are all 0
 *   @v value  @m member  @i integer  @I small integer  @f float  @d short decimal  @p pattern  @b
 * score bound
 *   @x lexicographic bound  @t seconds far away  @T milliseconds far away  @n slot
 *   @A @B the ID of that node  @u an unknown ID  @C @D "ip port" of the nodes
 *   @a a key of slot 3300 (node A's)  @c a key of slot 7365 (node A's), @e of slot 12182 (B's) */
bool grammar_read(Grammar *grammar, const char *path);
void grammar_free(Grammar *grammar);

typedef struct Request {
    const Pattern *pattern;
    Slices words;
    Text bytes; /* what the words point into */
} Request;

/* A request of some pattern; `wrong` of a million are damaged. */
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
uint16_t real_port(const Real *real); /* on 127.0.0.1 */
uint16_t real_bus(const Real *real);
const char *real_version(const Real *real);

/* --- ours.c --- */

typedef struct Ours Ours;
Ours *ours_start(uint32_t nodes);
void ours_stop(Ours *ours);
bool ours_ask(Ours *ours, uint32_t node, const Slices *words, Text *reply);
void ours_address(const Ours *ours, uint32_t node, char *ip, uint16_t *port);
/* Virtual time goes on, so that it is no later than the real server's. */
void ours_wait(Ours *ours, uint32_t ms);

/* --- replies.c --- */

/* What the same thing is called on one side. */
typedef struct Names {
    uint32_t nodes;
    char ids[PAIR_NODES][64], ips[PAIR_NODES][ADDRESS_SIZE];
    char ports[PAIR_NODES][8], buses[PAIR_NODES][8];
} Names;

/* The reply as a text in which the same meaning is the same text: IDs and addresses by letters. */
void reply_comparable(const Text *bytes, Likeness like, const Names *names, Text *out);

/* --- pair.c --- */

typedef struct Pair {
    uint32_t nodes;
    Real *real[PAIR_NODES];
    Ours *ours;
    Names real_names, our_names;
    Text real_reply, our_reply;
} Pair;

/* Starts both and lets them come up: all slots to one node, or halves to two. False with a sentence
 * on stderr. */
bool pair_open(Pair *pair, uint32_t nodes);
void pair_close(Pair *pair);
/* Asks node `node` of both; false when one gave no reply. */
bool pair_ask(Pair *pair, uint32_t node, const Slices *words);
/* Time for gossip, on both sides. */
void pair_wait(Pair *pair, uint32_t ms);

#endif
