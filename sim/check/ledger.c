/* ledger.c -- the book: writes, keys, and which acknowledged writes are lost (ledger.h). */
#include "sim/check/ledger.h"

#include "sim/base/array.h"
#include "sim/base/assert.h"
#include "sim/base/hash.h"
#include "sim/check/ledger_inside.h"

#include <stdlib.h>
#include <string.h>

const char *loss_word(LossWindow window)
{
    static const char *const words[LOSS_WINDOWS] = {
        "finding", "asynchronous", "minority",    "overlap", "return",   "resumed",
        "forced",  "two owners",   "empty start", "rank",    "migration"};
    return window < LOSS_WINDOWS ? words[window] : "?";
}

Ledger *ledger_create(Mem *mem, SimSpan margin)
{
    Ledger *ledger = mem_alloc(mem, sizeof(*ledger));
    ledger->mem = mem;
    ledger->margin = margin;
    ledger->next = 1;
    return ledger;
}

void ledger_destroy(Ledger *ledger)
{
    if (!ledger) return;
    Mem *mem = ledger->mem;
    for (uint32_t i = 0; i < ledger->keys.count; i++) text_deinit(&ledger->keys.items[i].name);
    array_deinit(mem, &ledger->keys);
    array_deinit(mem, &ledger->writes);
    array_deinit(mem, &ledger->lost);
    mem_free(mem, ledger->table, ledger->table_size * sizeof(*ledger->table));
    mem_free(mem, ledger, sizeof(*ledger));
}

/* --- keys --- */

static uint32_t place_of(const Ledger *ledger, const char *chars, uint32_t size)
{
    uint32_t place = (uint32_t)hash_bytes(HASH_START, chars, size) & (ledger->table_size - 1);
    for (; ledger->table[place] != 0; place = (place + 1) & (ledger->table_size - 1)) {
        const Text *name = &ledger->keys.items[ledger->table[place] - 1].name;
        if (name->size == size && memcmp(text_chars(name), chars, size) == 0) break;
    }
    return place;
}

/* At most half full. */
static void grow_table(Ledger *ledger)
{
    if (ledger->table_size > 2 * ledger->keys.count) return;
    uint32_t size = ledger->table_size ? 2 * ledger->table_size : 1024;
    mem_free(ledger->mem, ledger->table, ledger->table_size * sizeof(*ledger->table));
    ledger->table = mem_alloc(ledger->mem, size * sizeof(*ledger->table));
    ledger->table_size = size;
    for (uint32_t i = 0; i < ledger->keys.count; i++) {
        const Text *name = &ledger->keys.items[i].name;
        ledger->table[place_of(ledger, text_chars(name), name->size)] = i + 1;
    }
}

static uint32_t key_of(Ledger *ledger, TraceText name)
{
    grow_table(ledger);
    uint32_t place = place_of(ledger, name.chars, name.size);
    if (ledger->table[place] == 0) {
        LedgerKey key = {.name = {.mem = ledger->mem}};
        text_append_bytes(&key.name, name.chars, name.size);
        array_push(ledger->mem, &ledger->keys, key);
        ledger->table[place] = ledger->keys.count;
    }
    return ledger->table[place] - 1;
}

uint32_t ledger_key_count(const Ledger *ledger)
{
    return ledger->keys.count;
}

const char *ledger_key(const Ledger *ledger, uint32_t key)
{
    SIM_ASSERT(key < ledger->keys.count);
    return text_chars(&ledger->keys.items[key].name);
}

void ledger_set_final(Ledger *ledger, uint32_t key, uint16_t slot, bool exists, uint64_t value)
{
    SIM_ASSERT(key < ledger->keys.count && slot < SLOT_COUNT);
    ledger->keys.items[key].slot = slot;
    ledger->keys.items[key].exists = exists;
    ledger->keys.items[key].value = value;
}

/* --- writes --- */

static bool is_acked(WriteEnd end)
{
    return end == WRITE_ACKED || end == WRITE_REPEATED;
}

void ledger_read(Ledger *ledger, const Trace *trace)
{
    for (; ledger->next <= trace_count(trace); ledger->next++) {
        TraceRecord record;
        trace_get(trace, ledger->next, &record);
        if (record.type != TRACE_WRITE_ENDED) continue;
        const TraceWRITE_ENDED *payload = &record.u.WRITE_ENDED;
        LedgerWrite write = {.key = key_of(ledger, payload->key),
                             .end = payload->end,
                             .client = record.host,
                             .by = payload->to,
                             .value = payload->value,
                             .seq = record.seq,
                             .sent = record.time - payload->took,
                             .ended = record.time};
        ledger->acked += is_acked(write.end);
        array_push(ledger->mem, &ledger->writes, write);
    }
}

/* By key, in the order in which they ended. */
static int compare_writes(const void *a, const void *b)
{
    const LedgerWrite *left = a, *right = b;
    if (left->key != right->key) return left->key < right->key ? -1 : 1;
    return left->seq < right->seq ? -1 : left->seq > right->seq;
}

static int compare_lost(const void *a, const void *b)
{
    const Lost *left = a, *right = b;
    return left->seq < right->seq ? -1 : left->seq > right->seq;
}

/* The write whose value is the key's final one; NULL: nothing is there, or a write that has not
 * ended, which may be later than all. */
static const LedgerWrite *last_word(const LedgerWrite *writes, uint32_t count, uint64_t value)
{
    for (uint32_t i = 0; i < count; i++) {
        if (writes[i].value == value) return &writes[i];
    }
    return NULL;
}

/* All writes of one key. */
static void find_lost(Ledger *ledger, const LedgerWrite *writes, uint32_t count)
{
    const LedgerKey *key = &ledger->keys.items[writes->key];
    const LedgerWrite *last = key->exists ? last_word(writes, count, key->value) : NULL;
    /* One that got no answer, or was sent again, may have been executed later than all others. */
    if (key->exists && (!last || last->end != WRITE_ACKED)) return;
    for (uint32_t i = 0; i < count; i++) {
        const LedgerWrite *write = &writes[i];
        bool survives = last && last->ended >= write->sent;
        if (!is_acked(write->end) || survives) continue;
        Lost lost = {.seq = write->seq,
                     .write = {.key = write->key,
                               .value = write->value,
                               .client = write->client,
                               .by = write->by,
                               .sent = write->sent,
                               .acked = write->ended}};
        array_push(ledger->mem, &ledger->lost, lost);
    }
}

void ledger_judge(Ledger *ledger, const Trace *trace)
{
    array_clear(&ledger->lost);
    uint32_t count = ledger->writes.count;
    if (count == 0) return;
    qsort(ledger->writes.items, count, sizeof(LedgerWrite), compare_writes);
    for (uint32_t first = 0, end; first < count; first = end) {
        const LedgerWrite *writes = &ledger->writes.items[first];
        for (end = first + 1; end < count && ledger->writes.items[end].key == writes->key;) end++;
        find_lost(ledger, writes, end - first);
    }
    if (ledger->lost.count == 0) return;
    qsort(ledger->lost.items, ledger->lost.count, sizeof(Lost), compare_lost);
    ledger_classify(ledger, trace);
}

/* --- results --- */

uint64_t ledger_acked(const Ledger *ledger)
{
    return ledger->acked;
}

uint32_t ledger_lost_count(const Ledger *ledger)
{
    return ledger->lost.count;
}

const LostWrite *ledger_lost(const Ledger *ledger, uint32_t index)
{
    SIM_ASSERT(index < ledger->lost.count);
    return &ledger->lost.items[index].write;
}

uint32_t ledger_count(const Ledger *ledger, LossWindow window)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < ledger->lost.count; i++)
        count += ledger->lost.items[i].write.window == window;
    return count;
}
