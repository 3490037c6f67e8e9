/* slot.c -- `slotscope slot KEY...`: which slot a key has, and which part of it is hashed. */
#include "sim/cli/cli.h"
#include "sim/cli/files.h"
#include "sim/cluster/keyslot.h"

#include <stdio.h>
#include <string.h>

#define KEY_SIZE_MAX ((size_t)512 << 20) /* of a Redis string */

/* A key on one line: bytes that are not printable as \x.., as redis-cli shows them. */
static void print_bytes(const char *chars, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)chars[i];
        if (c < 32 || c == 127) printf("\\x%02x", c);
        else if (c == '\\') fputs("\\\\", stdout);
        else putchar(c);
    }
}

static void print_slot(const char *key, uint32_t size)
{
    KeyPart part = keyslot_part(key, size);
    printf("%5u  ", keyslot_of(key, size));
    print_bytes(key, size);
    if (part.size != size) {
        fputs("  (hashed: ", stdout);
        print_bytes(key + part.start, part.size);
        fputs(")", stdout);
    }
    putchar('\n');
}

static bool print_input(void)
{
    ByteWriter bytes = {0};
    Error err = {{0}};
    bool read = file_read("-", KEY_SIZE_MAX, &bytes, &err);
    if (read) print_slot((const char *)bytes.bytes, (uint32_t)bytes.size);
    else cli_refuse("%s", err.text);
    bytes_deinit(&bytes);
    return read;
}

int cmd_slot(const CommandLine *line)
{
    if (line->operands.count == 0)
        return cli_refuse("which key? As in: slotscope slot user:1001 '{trip:42}:rider'");
    for (uint32_t i = 0; i < line->operands.count; i++) {
        const char *key = line->operands.items[i];
        if (strcmp(key, "-") != 0) print_slot(key, (uint32_t)strlen(key));
        else if (!print_input()) return EXIT_BAD_INPUT;
    }
    return EXIT_FINE;
}
