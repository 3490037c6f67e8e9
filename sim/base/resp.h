/* resp.h -- RESP, the protocol between clients and servers: replies written, requests and replies
 * read.
 *
 * Three parts: a Reply is written by whoever answers a command; a request reader takes commands out
 * of the bytes of a connection (both forms: an array of bulk strings, and a plain line); a value
 * reader makes a table of a reply's bytes for scripts, redis-cli's formatting and tests. Everything
 * read is bounded: no input can make it run or allocate without limit. */
#ifndef BASE_RESP_H
#define BASE_RESP_H

#include "sim/base/array.h"
#include "sim/base/error.h"
#include "sim/base/slice.h"
#include "sim/base/text.h"

/* --- replies, written --- */

/* `out` holds RESP bytes. In protocol 2 maps, sets and pushes become flat arrays, doubles and
 * verbatim texts become bulk strings, booleans 0 and 1, as redis-server does. */
typedef struct Reply {
    Text out;
    uint8_t protocol; /* 2 or 3 */
    uint32_t errors;  /* error replies written so far */
} Reply;

void reply_status(Reply *reply, const char *chars);     /* "+OK" */
void reply_error(Reply *reply, const char *format, ...) /* "ERR ...", "MOVED ...": one line */
    __attribute__((format(printf, 2, 3)));
void reply_integer(Reply *reply, int64_t value);
void reply_bulk(Reply *reply, Slice bytes);
void reply_bulk_text(Reply *reply, const char *chars);
void reply_bulk_format(Reply *reply, const char *format, ...) __attribute__((format(printf, 2, 3)));
void reply_null(Reply *reply);                  /* "$-1", "_" */
void reply_null_array(Reply *reply);            /* "*-1", "_" */
void reply_array(Reply *reply, uint32_t count); /* followed by so many elements */
void reply_map(Reply *reply, uint32_t pairs);
void reply_set(Reply *reply, uint32_t count);
void reply_push(Reply *reply, uint32_t count);
void reply_double_text(Reply *reply,
                       const char *digits); /* a number already printed as Redis does */
void reply_bool(Reply *reply, bool value);
void reply_verbatim(Reply *reply, const char *kind, Slice text); /* kind "txt" */
/* For counts that are known only afterwards: where the head will stand, and its insertion there. */
uint32_t reply_mark(const Reply *reply);
void reply_array_at(Reply *reply, uint32_t mark, uint32_t count);
void reply_map_at(Reply *reply, uint32_t mark, uint32_t pairs);
void reply_raw(Reply *reply, Slice bytes); /* bytes that are RESP already */
void reply_deinit(Reply *reply);

/* A request as bytes: "*2\r\n$3\r\nGET\r\n$1\r\na\r\n". */
void resp_request(Text *out, const Slice *words, uint32_t count);

/* --- requests, read (networking.c: processMultibulkBuffer, processInlineBuffer) --- */

#define RESP_WORDS_MAX  (1024 * 1024)
#define RESP_WORD_MAX   (512u * 1024 * 1024)
#define RESP_INLINE_MAX (64 * 1024)

typedef enum RespStatus { RESP_MORE, RESP_DONE, RESP_BAD } RespStatus;

typedef ARRAY_OF(Slice) Slices;

/* Takes one request from the front of `bytes`: RESP_DONE with its words (pointing into `bytes`, or
 * for a quoted line into `scratch`) and *used bytes consumed; an empty line is RESP_DONE with no
 * words. RESP_MORE: not all there yet. RESP_BAD: *err is the text after "ERR Protocol error: ",
 * and the connection is to be closed. */
RespStatus resp_take_request(Slice bytes, Slices *words, Text *scratch, uint32_t *used, Error *err,
                             Mem *mem);
/* Splits a line as redis-cli does: quotes "..." with \n \r \t \b \a \\ \" \xHH, and '...'. False
 * when quotes are not balanced. */
bool resp_split_line(Slice line, Slices *words, Text *scratch, Mem *mem);

/* --- replies, read --- */

typedef enum RespKind {
    RESP_STATUS,
    RESP_ERROR,
    RESP_INTEGER,
    RESP_BULK, /* a verbatim text, too */
    RESP_NULL,
    RESP_ARRAY,
    RESP_MAP, /* count is pairs; children are 2 * count */
    RESP_SET,
    RESP_PUSH,
    RESP_DOUBLE,
    RESP_BOOL,
    RESP_BIGNUM
} RespKind;

typedef struct RespValue {
    RespKind kind;
    Slice text;      /* STATUS, ERROR, BULK, DOUBLE, BIGNUM */
    int64_t integer; /* INTEGER, BOOL */
    uint32_t count;  /* ARRAY, MAP, SET, PUSH */
    uint32_t next;   /* index of the value after this one and all its children */
} RespValue;

typedef ARRAY_OF(RespValue) RespValues; /* in reading order: an element's children follow it */

#define RESP_DEPTH_MAX 32

/* Reads one whole reply; items [0] is its root. */
RespStatus resp_read(Slice bytes, RespValues *values, uint32_t *used, Error *err, Mem *mem);
/* What redis-cli prints on a terminal: OK, (error) ..., (integer) 1, "a", (nil), 1) "a", 1# "k" =>
 * ... Ends with a newline. */
void resp_cli_text(const RespValues *values, Text *out);
/* The same for the reply to a command line: of INFO, CLUSTER NODES and the like redis-cli prints
 * the text as it is. */
void resp_cli_reply(const char *line, const RespValues *values, Text *out);
/* One line where possible, with its kind in front: "+OK", "-ERR ...", ":1", "$text", "_" for nil;
 * an array is "*2" and its elements below it, indented by two spaces. For traces and tests. */
void resp_plain_text(const RespValues *values, Text *out);

#endif
