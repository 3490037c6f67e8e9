/* gossip.c -- idle clusters: how long a join takes, how much is sent, how large it is. */
#include "tests/fidelity/fidelity.h"
#include "tests/fixture/fixture.h"

#include <stdio.h>
#include <string.h>

/* What the loopback counter adds to a message: Ethernet, IP and TCP headers of its packet (14 + 20
 * + 32). Two messages, a PING and the PONG that acknowledges it, are followed by one bare ACK: 3
 * packets for 2 messages. */
#define PACKET_BYTES        66.0
#define PACKETS_PER_MESSAGE 1.5

/* The servers of a measurement were started one after another; a start takes 10..15 ms
 * (sim/world/world.h). */
#define START_SPACING (12500 * SIM_US)
#define JOIN_LIMIT    (300 * SIM_SEC)

typedef struct Count {
    uint64_t messages, bytes;
} Count;

static Count count_messages(Fixture *fixture)
{
    Count count = {0};
    for (uint32_t i = 0; i < fixture->hosts; i++) {
        Text info = {0};
        sim_info_text(fixture->sim, (HostId)i, &info);
        const char *at = strstr(text_chars(&info), "cluster_stats_messages_sent:");
        unsigned long long sent = 0;
        if (at && sscanf(at, "cluster_stats_messages_sent:%llu", &sent) == 1)
            count.messages += sent;
        text_deinit(&info);
    }
    count.bytes = sim_bus_bytes(fixture->sim);
    return count;
}

/* The measurement asked every server for CLUSTER NODES each 20 ms; large clusters less often. */
static SimSpan poll_interval(uint32_t nodes)
{
    if (nodes >= 96) return 200 * SIM_MS;
    return nodes >= 48 ? 50 * SIM_MS : 20 * SIM_MS;
}

static bool lists_everybody(Fixture *fixture, HostId host)
{
    for (uint32_t i = 0; i < fixture->hosts; i++) {
        Belief belief;
        if (!sim_belief(fixture->sim, host, sim_host_node(fixture->sim, (HostId)i), &belief))
            return false;
    }
    return true;
}

/* MEET from everybody to the first host; the time until all are listed everywhere. */
static SimSpan time_join(Fixture *fixture)
{
    uint16_t port;
    uint32_t ip = sim_host_ip(fixture->sim, 0, &port);
    SimTime start = sim_now(fixture->sim);
    for (uint32_t i = 1; i < fixture->hosts; i++) {
        fixture_call(fixture, (HostId)i, "CLUSTER MEET %u.%u.%u.%u %u", ip >> 24, ip >> 16 & 255,
                     ip >> 8 & 255, ip & 255, port);
    }
    uint32_t done = 0; /* hosts before it list everybody, for good */
    while (done < fixture->hosts && sim_now(fixture->sim) - start < JOIN_LIMIT) {
        if (lists_everybody(fixture, (HostId)done)) done++;
        else fixture_run(fixture, poll_interval(fixture->hosts));
    }
    return sim_now(fixture->sim) - start;
}

typedef struct GossipFigures {
    Samples join, rate, size;
} GossipFigures;

static void run_cluster(GossipFigures *figures, uint32_t nodes, uint32_t timeout_ms, uint32_t seed,
                        SimSpan window)
{
    FixtureConfig config = fixture_config(2000 + seed, nodes, 0, timeout_ms);
    Rng rng = rng_derive(seed, "start", nodes);
    config.start = rng_below64(&rng, SIM_SEC); /* pongs are told in whole seconds */
    config.between = START_SPACING;
    Fixture fixture = fixture_open(&config);
    samples_add(&figures->join, (double)time_join(&fixture) / 1e9);
    fixture_run(&fixture, 2 * (SimSpan)timeout_ms * SIM_MS);
    Count before = count_messages(&fixture);
    fixture_run(&fixture, window);
    Count after = count_messages(&fixture);
    double messages = (double)(after.messages - before.messages);
    samples_add(&figures->rate, messages / ((double)window / 1e9));
    samples_add(&figures->size, (double)(after.bytes - before.bytes) / messages +
                                    PACKET_BYTES * PACKETS_PER_MESSAGE);
    fixture_close(&fixture);
}

static void compare(FidelityReport *report, const cJSON *row, GossipFigures *figures)
{
    char left[64], right[64], what[64];
    int nodes = cJSON_GetObjectItem(row, "n")->valueint;
    double real = cJSON_GetObjectItem(row, "messages_per_s")->valuedouble,
           ours = samples_median(&figures->rate);
    snprintf(what, sizeof(what), "N=%d messages per second", nodes);
    snprintf(left, sizeof(left), "%.1f", real);
    snprintf(right, sizeof(right), "%.1f (n=%u)", ours, figures->rate.values.count);
    report_row(report, what, left, right, ours > 0.9 * real && ours < 1.1 * real, "within 10%");

    real = cJSON_GetObjectItem(row, "bytes_per_message")->valuedouble;
    ours = samples_median(&figures->size);
    snprintf(what, sizeof(what), "N=%d bytes per message", nodes);
    snprintf(left, sizeof(left), "%.0f", real);
    snprintf(right, sizeof(right), "%.0f", ours);
    report_row(report, what, left, right, ours > 0.98 * real && ours < 1.02 * real, "within 2%");
}

static void add_all(Samples *samples, const cJSON *list)
{
    const cJSON *value;
    cJSON_ArrayForEach(value, list) samples_add(samples, value->valuedouble);
}

/* Few joins were measured, and how long one takes is a matter of one second or three: where they
 * were measured again, all count. */
static void compare_join(FidelityReport *report, const cJSON *row, GossipFigures *figures)
{
    Samples joins = {0};
    char left[64], right[64], what[64], key[32];
    int nodes = cJSON_GetObjectItem(row, "n")->valueint;
    snprintf(key, sizeof(key), "join_n%d_nt%d", nodes,
             cJSON_GetObjectItem(row, "node_timeout_ms")->valueint);
    add_all(&joins, cJSON_GetObjectItem(row, "joins_s"));
    double first = samples_median(&joins);
    uint32_t count = joins.values.count;
    cJSON *again = fidelity_read("again");
    add_all(&joins, cJSON_GetObjectItem(again, key));
    cJSON_Delete(again);

    double real = samples_median(&joins), ours = samples_median(&figures->join);
    snprintf(what, sizeof(what), "N=%d full join", nodes);
    if (joins.values.count == count) snprintf(left, sizeof(left), "%.2f s (n=%u)", real, count);
    else
        snprintf(left, sizeof(left), "%.2f s (n=%u), %.2f s (n=%u)", first, count, real,
                 joins.values.count);
    snprintf(right, sizeof(right), "%.2f s p=%.3f", ours, samples_ks(&joins, &figures->join));
    report_row(report, what, left, right, ours > 0.75 * real && ours < 1.25 * real,
               "median within 25%");
    samples_deinit(&joins);
}

void fidelity_gossip(FidelityReport *report, const char *file, uint32_t seeds, uint32_t nodes_max)
{
    cJSON *oracle = fidelity_read(file);
    const cJSON *row;
    report_heading(file);
    cJSON_ArrayForEach(row, cJSON_GetObjectItem(oracle, "results"))
    {
        uint32_t nodes = (uint32_t)cJSON_GetObjectItem(row, "n")->valueint;
        if (nodes > nodes_max) continue;
        uint32_t timeout_ms = (uint32_t)cJSON_GetObjectItem(row, "node_timeout_ms")->valueint;
        GossipFigures figures = {{{0}}, {{0}}, {{0}}};
        for (uint32_t seed = 0; seed < seeds; seed++) {
            run_cluster(&figures, nodes, timeout_ms, seed, 4 * (SimSpan)timeout_ms * SIM_MS);
        }
        compare(report, row, &figures);
        compare_join(report, row, &figures);
        samples_deinit(&figures.join);
        samples_deinit(&figures.rate);
        samples_deinit(&figures.size);
    }
    cJSON_Delete(oracle);
}
