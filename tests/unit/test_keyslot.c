/* test_keyslot.c -- from key to slot: every vector of protocol.md §1.3, and the CRC against its
 * definition. */
#include "sim/base/array.h"
#include "sim/cluster/keyslot.h"
#include "tests/unit/desk.h"

#include <CUnit/CUnit.h>
#include <string.h>

void test_keyslot_suite(void);

static const char WHOLE[] = "(whole)";

/* protocol.md §1.3: key, slot, hashed part. The two rows with a NUL byte are in their own test. */
static void key_slot_of_every_vector(void)
{
    static const struct {
        const char *key;
        uint32_t slot;
        const char *part;
    } rows[] = {
        {"", 0, WHOLE},
        {"foo{}{bar}", 8363, WHOLE},
        {"123456789", 12739, WHOLE},
        {"foo{{bar}}zap", 4015, "{bar"},
        {"foo", 12182, WHOLE},
        {"foo{bar}{zap}", 5061, "bar"},
        {"bar", 5061, WHOLE},
        {"{bar", 4015, WHOLE},
        {"hello", 866, WHOLE},
        {"foo{bar", 15278, WHOLE},
        {"a", 15495, WHOLE},
        {"foo}bar{", 11073, WHOLE},
        {"b", 3300, WHOLE},
        {"}{a}", 15495, "a"},
        {"c", 7365, WHOLE},
        {"{a}", 15495, "a"},
        {"x", 16287, WHOLE},
        {"{a}b{c}", 15495, "a"},
        {"{}", 15257, WHOLE},
        {"{}{a}", 13650, WHOLE},
        {"key:1", 6657, WHOLE},
        {"{{a}", 10276, "{a"},
        {"key:{1}", 9842, "1"},
        {"{a}}", 15495, "a"},
        {"somekey", 11058, WHOLE},
        {"a{b}c", 3300, "b"},
        {"abc", 7638, WHOLE},
        {"{user1000}.following", 3443, "user1000"},
        {"key1", 9189, WHOLE},
        {"{user1000}.followers", 3443, "user1000"},
        {"key2", 4998, WHOLE},
        {"user1000", 3443, WHOLE},
        {"key3", 935, WHOLE},
        {"user:{123}:profile", 5970, "123"},
        {"redis", 1151, WHOLE},
        {"foo{ }", 9314, " "},
        {"\xC3\xA9", 10180, WHOLE},
        {"{\xC3\xA9}x", 10180, "\xC3\xA9"},
        {"}foo{bar}", 5061, "bar"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        uint32_t size = (uint32_t)strlen(rows[i].key);
        const char *part = rows[i].part == WHOLE ? rows[i].key : rows[i].part;

        KeyPart got = keyslot_part(rows[i].key, size);

        EXPECT_EQ_IN(rows[i].key, keyslot_of(rows[i].key, size), rows[i].slot);
        EXPECT_EQ_IN(rows[i].key, got.size, strlen(part));
        EXPECT_EQ_IN(rows[i].key, memcmp(rows[i].key + got.start, part, strlen(part)), 0);
    }
}

static void key_slot_counts_nul_bytes_as_bytes(void)
{
    CU_ASSERT_EQUAL(keyslot_of("\0", 1), 0);
    CU_ASSERT_EQUAL(keyslot_of("{\0}", 3), 0);
    CU_ASSERT_EQUAL(keyslot_part("{\0}", 3).size, 1);
    CU_ASSERT_EQUAL(keyslot_of(NULL, 0), 0);
}

static uint16_t bitwise_crc(const uint8_t *bytes, uint32_t size)
{
    uint32_t crc = 0;
    for (uint32_t i = 0; i < size * 8; i++) {
        uint32_t bit = (bytes[i / 8] >> (7 - i % 8)) & 1;
        uint32_t top = (crc >> 15) & 1;
        crc = (crc << 1) & 0xFFFF;
        if (bit ^ top) crc ^= 0x1021;
    }
    return (uint16_t)crc;
}

static void key_slot_crc_is_the_division_by_its_polynomial(void)
{
    uint8_t bytes[64];
    Rng rng = rng_derive(7, "keys", 0);
    CU_ASSERT_EQUAL(keyslot_crc16("123456789", 9), 0x31C3);
    for (uint32_t round = 0; round < 2000; round++) {
        uint32_t size = rng_below(&rng, sizeof(bytes) + 1);
        for (uint32_t i = 0; i < size; i++) bytes[i] = (uint8_t)rng_next(&rng);
        if (keyslot_crc16(bytes, size) != bitwise_crc(bytes, size)) CU_FAIL("the table differs");
    }
}

void test_keyslot_suite(void)
{
    CU_pSuite suite = CU_add_suite("key slots", NULL, NULL);
    CU_add_test(suite, "key slot of every vector of §1.3", key_slot_of_every_vector);
    CU_add_test(suite, "key slot counts NUL bytes as bytes", key_slot_counts_nul_bytes_as_bytes);
    CU_add_test(suite, "CRC is the division by its polynomial",
                key_slot_crc_is_the_division_by_its_polynomial);
}
