/* test_fuzz_trace.c -- the fuzz target of the trace reader over its corpus.
 *
 *     GOLDEN=write build/tests test_fuzz_trace     writes the seeds again
 *
 * The seeds named valid-* must be readable for ever, since rows of the table are only appended;
 * those named damaged-* must be refused. */
#include "tests/fuzz/fuzz_trace.c"
#include "tests/unit/trace_random.h"

#include <CUnit/CUnit.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

void test_fuzz_trace_suite(void);

#define CORPUS "tests/fuzz/corpus/trace"

static const struct {
    const char *name;
    uint64_t seed;
    uint32_t count, spacing;
    int flip; /* which per mille of the file has a bit flipped; -1 none */
    bool mends;
} seeds[] = {
    {"valid-empty", 1, 0, 0, -1, false},         {"valid-few", 2, 12, 0, -1, false},
    {"valid-some", 3, 60, 25, -1, false},        {"valid-many", 4, 400, 90, -1, false},
    {"damaged-checksum", 5, 60, 25, 500, false}, {"damaged-keyframe", 6, 60, 20, 960, true},
    {"damaged-records", 7, 60, 25, 150, true},
};

static void write_seed(size_t i)
{
    char path[256];
    ByteWriter bytes = {0};
    Trace *trace = trace_random_make(seeds[i].seed, seeds[i].count, seeds[i].spacing);
    trace_write(trace, &bytes);
    if (seeds[i].flip >= 0) bytes.bytes[bytes.size * (size_t)seeds[i].flip / 1000] ^= 0x44;
    if (seeds[i].mends) mend(bytes.bytes, bytes.size);
    snprintf(path, sizeof(path), CORPUS "/%s", seeds[i].name);
    FILE *file = fopen(path, "wb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fwrite(bytes.bytes, 1, bytes.size, file);
    fclose(file);
    bytes_deinit(&bytes);
    trace_destroy(trace);
}

static bool is_named(const char *name, const char *start)
{
    return strncmp(name, start, strlen(start)) == 0;
}

static void run_one(const char *name)
{
    enum { INPUT_MAX = 1 << 20 };
    char path[512];
    static uint8_t bytes[INPUT_MAX];
    snprintf(path, sizeof(path), CORPUS "/%s", name);
    FILE *file = fopen(path, "rb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    size_t size = fread(bytes, 1, INPUT_MAX, file);
    fclose(file);

    CU_ASSERT_EQUAL(fuzz_trace(bytes, size), 0);
    Error err = {{0}};
    Trace *trace = trace_read(bytes, size, &err);
    if (is_named(name, "valid-") && !trace) fprintf(stderr, "%s: %s\n", name, err.text);
    if (is_named(name, "valid-")) CU_ASSERT_PTR_NOT_NULL(trace);
    if (is_named(name, "damaged-")) CU_ASSERT_PTR_NULL(trace);
    trace_destroy(trace);
}

static void trace_reader_stands_its_corpus(void)
{
    const char *golden = getenv("GOLDEN");
    for (size_t i = 0; golden && strcmp(golden, "write") == 0 && i < ARRAY_LENGTH(seeds); i++)
        write_seed(i);

    uint32_t count = 0;
    DIR *folder = opendir(CORPUS);
    CU_ASSERT_PTR_NOT_NULL_FATAL(folder);
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        if (entry->d_name[0] == '.') continue;
        run_one(entry->d_name);
        count++;
    }
    closedir(folder);
    CU_ASSERT_TRUE(count >= ARRAY_LENGTH(seeds));
}

void test_fuzz_trace_suite(void)
{
    CU_pSuite suite = CU_add_suite("fuzz: trace files", NULL, NULL);
    CU_add_test(suite, "the trace reader stands its corpus", trace_reader_stands_its_corpus);
}
