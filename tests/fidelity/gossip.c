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

typedef struct GossipFigures {
    Samples join, rate, size;
} GossipFigures;

static void run_cluster(GossipFigures *figures, uint32_t nodes, uint32_t timeout_ms, uint32_t seed,
                        SimSpan window)
{
    FixtureConfig config = fixture_config(2000 + seed, nodes, 0, timeout_ms);
    Fixture fixture = fixture_open(&config);
    SimSpan join = fixture_join(&fixture, 300 * SIM_SEC);
    samples_add(&figures->join, (double)join / 1e9);
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

    Samples joins = {0};
    const cJSON *join;
    cJSON_ArrayForEach(join, cJSON_GetObjectItem(row, "joins_s"))
        samples_add(&joins, join->valuedouble);
    real = samples_median(&joins);
    ours = samples_median(&figures->join);
    snprintf(what, sizeof(what), "N=%d full join", nodes);
    snprintf(left, sizeof(left), "%.2f s (n=%u)", real, joins.values.count);
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
        samples_deinit(&figures.join);
        samples_deinit(&figures.rate);
        samples_deinit(&figures.size);
    }
    cJSON_Delete(oracle);
}
