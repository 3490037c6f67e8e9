/* corpus_main.c -- runs every fuzz target over its corpus without libFuzzer: what `make test` does.
 *
 *     build/fuzz-corpus tests/fuzz/corpus
 *
 * Targets are functions fuzz_<name>(bytes, size); a target's inputs lie in <corpus>/<name>/. */
#include "tests/fuzz/targets.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_MAX ((size_t)16 << 20)

static const struct {
    const char *name;
    int (*run)(const uint8_t *bytes, size_t size);
} targets[] = {
    {"trace", fuzz_trace},         {"resp", fuzz_resp},           {"restore", fuzz_restore},
    {"redisconf", fuzz_redisconf}, {"nodesconf", fuzz_nodesconf},
};

static int run_file(const char *path, int (*run)(const uint8_t *, size_t))
{
    FILE *file = fopen(path, "rb");
    if (!file) return 1;
    uint8_t *bytes = malloc(INPUT_MAX);
    size_t size = bytes ? fread(bytes, 1, INPUT_MAX, file) : 0;
    fclose(file);
    if (bytes) run(bytes, size);
    free(bytes);
    return bytes ? 0 : 1;
}

/* Returns how many inputs were run, -1 when the folder is missing. */
static int run_folder(const char *folder, int (*run)(const uint8_t *, size_t))
{
    char path[1024];
    int count = 0;
    DIR *directory = opendir(folder);
    if (!directory) return -1;
    for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory)) {
        if (entry->d_name[0] == '.') continue;
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        if (run_file(path, run) != 0) fprintf(stderr, "fuzz-corpus: %s cannot be read\n", path);
        count++;
    }
    closedir(directory);
    return count;
}

int main(int argc, char **argv)
{
    const char *corpus = argc > 1 ? argv[1] : "tests/fuzz/corpus";
    int status = 0;
    for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
        char folder[512];
        snprintf(folder, sizeof(folder), "%s/%s", corpus, targets[i].name);
        int count = run_folder(folder, targets[i].run);
        if (count <= 0) status = 1;
        printf("fuzz-corpus: %s: %d inputs, no finding\n", targets[i].name, count < 0 ? 0 : count);
    }
    if (status) fprintf(stderr, "fuzz-corpus: a target without inputs in %s\n", corpus);
    return status;
}
