/* test_sha1.c -- SHA-1 against the vectors of FIPS 180 and lengths around the end of a block. */
#include "sim/base/sha1.h"
#include "tests/unit/desk.h"

#include <CUnit/CUnit.h>

#include <string.h>

static void hashes_of_known_texts(void)
{
    static const struct {
        const char *text, *hex;
    } rows[] = {
        {"", "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
        {"abc", "a9993e364706816aba3e25717850c26c9cd0d89d"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "84983e441c3bd26ebaae4aa1f95129e5e54670f1"},
        {"return redis.call(\"get\",\"foo\")", "1106bf594190875a9bcabec59b89216bf7377e84"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        char hex[SHA1_HEX_SIZE + 1];
        sha1_hex(slice_of(rows[i].text), hex);
        EXPECT_TEXT_IN(rows[i].text, hex, rows[i].hex);
    }
}

/* A length of 55 fits into one block with its end, 56 needs a second, 64 is a whole one. */
static void lengths_around_a_block(void)
{
    static const struct {
        uint32_t size;
        const char *hex;
    } rows[] = {
        {55, "c1c8bbdc22796e28c0e15163d20899b65621d65a"},
        {56, "c2db330f6083854c99d4b5bfb6e8f29f201be699"},
        {63, "03f09f5b158a7a8cdad920bddc29b81c18a551f5"},
        {64, "0098ba824b5c16427bd7a1122a5a442a25ec644d"},
        {65, "11655326c708d70319be2610e8a57d9a5b959d3b"},
    };
    char text[65], hex[SHA1_HEX_SIZE + 1];
    memset(text, 'a', sizeof(text));
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        sha1_hex((Slice){text, rows[i].size}, hex);
        EXPECT_TEXT_IN("letters a", hex, rows[i].hex);
    }
}

void test_sha1_suite(void);
void test_sha1_suite(void)
{
    CU_pSuite suite = CU_add_suite("sha1", NULL, NULL);
    CU_add_test(suite, "hashes of known texts", hashes_of_known_texts);
    CU_add_test(suite, "lengths around a block", lengths_around_a_block);
}
