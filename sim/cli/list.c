/* list.c -- `slotscope list`: the scenarios there are, each with its title. */
#include "sim/cli/cli.h"
#include "sim/cli/files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct Entry {
    Text path, title;
} Entry;

typedef ARRAY_OF(Entry) Entries;

static bool ends_with(const char *chars, const char *end)
{
    size_t size = strlen(chars), end_size = strlen(end);
    return size > end_size && strcmp(chars + size - end_size, end) == 0;
}

/* What stands between the first quotes behind `title`, else the first comment line. */
static void read_title(const char *source, Text *title)
{
    for (const char *line = source; line; line = strchr(line, '\n')) {
        if (*line == '\n') line++;
        if (strncmp(line, "title", 5) != 0) continue;
        size_t size = strcspn(line, "\n");
        const char *open = memchr(line, '"', size);
        const char *close = open ? memchr(open + 1, '"', size - (size_t)(open + 1 - line)) : NULL;
        if (close) text_append_bytes(title, open + 1, (uint32_t)(close - open - 1));
        if (close) return;
    }
    if (strncmp(source, "--", 2) != 0) return;
    source += strspn(source, "- ");
    text_append_bytes(title, source, (uint32_t)strcspn(source, "\n"));
}

static void add_file(Entries *entries, const char *path)
{
    ByteWriter bytes = {0};
    Error err = {{0}};
    Entry entry = {.path = {0}};
    text_append(&entry.path, "%s", path);
    if (file_read(path, SCRIPT_SIZE_MAX, &bytes, &err)) {
        bytes_put_u8(&bytes, 0);
        read_title((const char *)bytes.bytes, &entry.title);
    } else {
        text_append(&entry.title, "(%s)", err.text);
    }
    bytes_deinit(&bytes);
    array_push(NULL, entries, entry);
}

#define DEPTH_MAX 4

/* Adds the scenarios of the folder and of those in it; false when it cannot be read. */
static bool add_folder(Entries *entries, const char *folder, int depth)
{
    DIR *directory = opendir(folder);
    if (!directory) return false;
    for (struct dirent *each = readdir(directory); each; each = readdir(directory)) {
        struct stat about;
        Text path = {0};
        text_append(&path, "%s/%s", folder, each->d_name);
        bool seen = each->d_name[0] != '.' && stat(text_chars(&path), &about) == 0;
        if (seen && S_ISDIR(about.st_mode) && depth < DEPTH_MAX)
            add_folder(entries, text_chars(&path), depth + 1);
        else if (seen && S_ISREG(about.st_mode) && ends_with(each->d_name, ".lua"))
            add_file(entries, text_chars(&path));
        text_deinit(&path);
    }
    closedir(directory);
    return true;
}

static int compare(const void *a, const void *b)
{
    return strcmp(text_chars(&((const Entry *)a)->path), text_chars(&((const Entry *)b)->path));
}

static void print_entries(Entries *entries)
{
    uint32_t width = 0;
    for (uint32_t i = 0; i < entries->count; i++)
        width = entries->items[i].path.size > width ? entries->items[i].path.size : width;
    for (uint32_t i = 0; i < entries->count; i++) {
        Entry *entry = &entries->items[i];
        printf("%-*s  %s\n", (int)width, text_chars(&entry->path), text_chars(&entry->title));
        text_deinit(&entry->path);
        text_deinit(&entry->title);
    }
}

int cmd_list(const CommandLine *line)
{
    Entries entries = {0};
    Text folder = {0};
    if (line->operands.count > 0)
        return cli_refuse("list takes no file, and \"%s\" is one", line->operands.items[0]);
    text_append(&folder, "scenarios");
    bool found = add_folder(&entries, text_chars(&folder), 0);
    if (!found) { /* not in the source folder: beside the program's folder then */
        text_clear(&folder);
        found = cli_own_folder(&folder);
        text_append(&folder, "/../scenarios");
        found = found && add_folder(&entries, text_chars(&folder), 0);
    }
    text_deinit(&folder);
    if (entries.count > 1) qsort(entries.items, entries.count, sizeof(Entry), compare);
    print_entries(&entries);
    array_deinit(NULL, &entries);
    return found ? EXIT_FINE
                 : cli_refuse("there is no folder scenarios here or beside the program");
}
