/* real.c -- a redis-server process of our own: started on a free port of loopback in a directory of
 * its own, ended by its process number. */
#include "tests/compare/compare.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

struct Real {
    pid_t pid;
    int socket;
    uint16_t port, bus;
    char directory[64], version[32];
    Text input;
};

static struct sockaddr_in loopback(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static uint16_t free_port(void)
{
    struct sockaddr_in address = loopback(0);
    socklen_t size = sizeof(address);
    int probe = socket(AF_INET, SOCK_STREAM, 0);
    bool bound = probe >= 0 && bind(probe, (struct sockaddr *)&address, size) == 0 &&
                 getsockname(probe, (struct sockaddr *)&address, &size) == 0;
    if (probe >= 0) close(probe);
    return bound ? ntohs(address.sin_port) : 0;
}

static void run_server(const Real *real, uint16_t port, uint16_t bus)
{
    char port_text[8], bus_text[8];
    snprintf(port_text, sizeof(port_text), "%u", port);
    snprintf(bus_text, sizeof(bus_text), "%u", bus);
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* it never outlives us */
    /* One program under two names; Debian's redis-tools has it without the service. */
    execlp("redis-check-rdb", "redis-server", "--port", port_text, "--cluster-port", bus_text,
           "--bind", "127.0.0.1", "--cluster-enabled", "yes", "--save", "", "--appendonly", "no",
           "--dir", real->directory, "--logfile", "log", "--enable-debug-command", "yes",
           (char *)NULL);
    _exit(127);
}

/* A request is answered within five seconds, or never. Tries for five seconds: the server needs
 * some milliseconds to listen. */
static bool connect_to(Real *real, uint16_t port)
{
    struct sockaddr_in address = loopback(port);
    struct timeval patience = {.tv_sec = 5};
    int one = 1;
    for (int i = 0; i < 500; i++) {
        if (waitpid(real->pid, NULL, WNOHANG) == real->pid) break;
        real->socket = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(real->socket, (struct sockaddr *)&address, sizeof(address)) == 0) {
            setsockopt(real->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
            setsockopt(real->socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
            return true;
        }
        close(real->socket);
        poll(NULL, 0, 10);
    }
    fprintf(stderr, "compare: redis-server does not start; is the package redis-server there?\n");
    real->socket = -1;
    return false;
}

static void read_version(Real *real)
{
    Slices words = {0};
    Text reply = {0};
    array_push(NULL, &words, slice_of("INFO"));
    array_push(NULL, &words, slice_of("server"));
    if (real_ask(real, &words, &reply)) {
        const char *at = strstr(text_chars(&reply), "redis_version:");
        if (at) sscanf(at, "redis_version:%31[^\r]", real->version);
    }
    array_deinit(NULL, &words);
    text_deinit(&reply);
}

Real *real_start(void)
{
    Real *real = calloc(1, sizeof(*real));
    uint16_t port = free_port(), bus = free_port();
    if (!real) abort();
    real->port = port;
    real->bus = bus;
    real->socket = -1;
    snprintf(real->directory, sizeof(real->directory), "/tmp/slotscope-compare-XXXXXX");
    if (!mkdtemp(real->directory)) {
        fprintf(stderr, "compare: cannot make %s: %s\n", real->directory, strerror(errno));
        free(real);
        return NULL;
    }
    real->pid = fork();
    if (real->pid == 0) run_server(real, port, bus);
    if (real->pid < 0 || !connect_to(real, port)) {
        real_stop(real);
        return NULL;
    }
    read_version(real);
    return real;
}

void real_stop(Real *real)
{
    char command[128];
    if (!real) return;
    if (real->socket >= 0) close(real->socket);
    if (real->pid > 0) {
        kill(real->pid, SIGKILL);
        waitpid(real->pid, NULL, 0);
    }
    snprintf(command, sizeof(command), "rm -r '%s'", real->directory);
    if (system(command) != 0) fprintf(stderr, "compare: %s stays\n", real->directory);
    text_deinit(&real->input);
    free(real);
}

static bool send_all(int socket, const Text *bytes)
{
    for (uint32_t sent = 0; sent < bytes->size;) {
        ssize_t size = send(socket, bytes->chars + sent, bytes->size - sent, MSG_NOSIGNAL);
        if (size <= 0) return false;
        sent += (uint32_t)size;
    }
    return true;
}

/* One whole reply from what has come; RESP_MORE when it is not all there. */
static RespStatus take_reply(Real *real, Text *reply)
{
    RespValues values = {0};
    Error err;
    uint32_t used;
    Slice bytes = {text_chars(&real->input), real->input.size};
    RespStatus status = resp_read(bytes, &values, &used, &err, NULL);
    array_deinit(NULL, &values);
    if (status != RESP_DONE) return status;
    text_append_bytes(reply, bytes.chars, used);
    memmove(real->input.chars, real->input.chars + used, real->input.size - used);
    real->input.size -= used;
    return RESP_DONE;
}

bool real_ask(Real *real, const Slices *words, Text *reply)
{
    Text request = {0};
    char piece[16384];
    text_clear(reply);
    resp_request(&request, words->items, words->count);
    bool sent = send_all(real->socket, &request);
    text_deinit(&request);
    if (!sent) return false;
    for (;;) {
        if (real->input.size > 0) {
            RespStatus status = take_reply(real, reply);
            if (status == RESP_DONE) return true;
            if (status == RESP_BAD) return false;
        }
        ssize_t size = recv(real->socket, piece, sizeof(piece), 0);
        if (size <= 0) return false;
        text_append_bytes(&real->input, piece, (uint32_t)size);
    }
}

uint16_t real_port(const Real *real)
{
    return real->port;
}

uint16_t real_bus(const Real *real)
{
    return real->bus;
}

const char *real_version(const Real *real)
{
    return real->version;
}
