/* facts.c -- what must be equal, not alike: the slot of every key, and what `create` decides. */
#include "sim/cluster/keyslot.h"
#include "sim/plan/plan.h"
#include "tests/fidelity/fidelity.h"
#include "tests/fixture/fixture.h"

#include <stdio.h>
#include <string.h>

#define KEY_MAX 600000

static int hex(char c)
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

void fidelity_keyslot(FidelityReport *report)
{
    static char key[KEY_MAX];
    cJSON *oracle = fidelity_read("keyslot");
    const cJSON *row;
    int rows = 0, equal = 0;
    report_heading("keyslot");
    cJSON_ArrayForEach(row, cJSON_GetObjectItem(oracle, "vectors"))
    {
        const char *text = cJSON_GetArrayItem(row, 0)->valuestring;
        size_t size = strlen(text) / 2;
        if (size > KEY_MAX) continue;
        for (size_t i = 0; i < size; i++)
            key[i] = (char)(hex(text[2 * i]) * 16 + hex(text[2 * i + 1]));
        rows++;
        if (keyslot_of(key, (uint32_t)size) == cJSON_GetArrayItem(row, 1)->valueint) equal++;
    }
    char real[32], ours[32];
    snprintf(real, sizeof(real), "%d keys",
             cJSON_GetArraySize(cJSON_GetObjectItem(oracle, "vectors")));
    snprintf(ours, sizeof(ours), "%d of %d equal", equal, rows);
    report_row(report, "CLUSTER KEYSLOT", real, ours,
               equal == cJSON_GetArraySize(cJSON_GetObjectItem(oracle, "vectors")),
               "every key equal");
    cJSON_Delete(oracle);
}

/* The last part of 127.0.0.x of each node: the host it stands on. */
static uint32_t ip_of(const cJSON *node)
{
    unsigned last = 1;
    sscanf(cJSON_GetObjectItem(node, "addr")->valuestring, "127.0.0.%u:", &last);
    return 0x7F000000u + last;
}

/* Compares a plan with the nodes measured: roles, slot ranges, and anti-affinity (the placement is
 * random). */
static bool same_plan(const cJSON *config, const CreateNode *plan, uint32_t count)
{
    uint32_t real_together = 0, our_together = 0;
    const cJSON *nodes = cJSON_GetObjectItem(config, "nodes");
    for (uint32_t i = 0; i < count; i++) {
        const cJSON *node = cJSON_GetArrayItem(nodes, (int)i);
        bool primary = strcmp(cJSON_GetObjectItem(node, "role")->valuestring, "master") == 0;
        if (primary != plan[i].is_primary) return false;
        if (!primary) {
            unsigned of = 0;
            sscanf(cJSON_GetObjectItem(node, "replica_of")->valuestring, "n%u", &of);
            real_together += ip_of(cJSON_GetArrayItem(nodes, (int)of)) == ip_of(node);
            our_together += plan[plan[i].primary].ip == plan[i].ip;
            continue;
        }
        const cJSON *range = cJSON_GetArrayItem(cJSON_GetObjectItem(node, "slots"), 0);
        if (cJSON_GetArrayItem(range, 0)->valueint != plan[i].first_slot) return false;
        if (cJSON_GetArrayItem(range, 1)->valueint != plan[i].last_slot) return false;
        if (cJSON_GetObjectItem(node, "config_epoch")->valueint != (int)plan[i].epoch) return false;
    }
    return real_together == our_together;
}

static void compare_plan(FidelityReport *report, const cJSON *config)
{
    CreateNode plan[64];
    char what[64];
    Rng rng = rng_derive(1, "create", 0);
    uint32_t count = (uint32_t)cJSON_GetArraySize(cJSON_GetObjectItem(config, "nodes"));
    uint32_t replicas = (uint32_t)cJSON_GetObjectItem(config, "replicas_per_master")->valueint;
    memset(plan, 0, sizeof(plan));
    for (uint32_t i = 0; i < count; i++)
        plan[i].ip = ip_of(cJSON_GetArrayItem(cJSON_GetObjectItem(config, "nodes"), (int)i));
    bool ok = plan_create(plan, count, replicas, &rng, NULL) && same_plan(config, plan, count);
    const cJSON *hosts = cJSON_GetObjectItem(config, "hosts");
    snprintf(what, sizeof(what), "%d x %u, %s", cJSON_GetObjectItem(config, "masters")->valueint,
             replicas, cJSON_IsString(hosts) ? "one host" : "several hosts");
    report_row(report, what, "roles, slots, epochs", ok ? "equal" : "different", ok, "equal");
}

/* Every node's epochs after a create of our own, against what was measured on the same shape. */
static void compare_epochs(FidelityReport *report, const cJSON *config)
{
    uint32_t primaries = (uint32_t)cJSON_GetObjectItem(config, "masters")->valueint;
    uint32_t replicas = (uint32_t)cJSON_GetObjectItem(config, "replicas_per_master")->valueint;
    FixtureConfig fixture_settings = fixture_config(5, primaries, replicas, 2000);
    Fixture fixture = fixture_open(&fixture_settings);
    bool ok = fixture_create(&fixture, 60 * SIM_SEC);
    const cJSON *views = cJSON_GetObjectItem(config, "views");
    for (uint32_t i = 0; i < fixture.hosts && ok; i++) {
        char name[16];
        snprintf(name, sizeof(name), "n%u", i);
        const cJSON *view = cJSON_GetObjectItem(views, name);
        const HostState *self = sim_self(fixture.sim, (HostId)i);
        ok = (int)self->current_epoch == cJSON_GetObjectItem(view, "current_epoch")->valueint &&
             self->size == cJSON_GetObjectItem(view, "size")->valueint;
        Belief own;
        sim_belief(fixture.sim, (HostId)i, sim_host_node(fixture.sim, (HostId)i), &own);
        if (ok && i < primaries)
            ok = (int)own.epoch == cJSON_GetObjectItem(view, "my_epoch")->valueint;
    }
    char what[64];
    snprintf(what, sizeof(what), "%u x %u: every node's epochs and size", primaries, replicas);
    report_row(report, what, "currentEpoch = nodes", ok ? "equal" : "different", ok, "equal");
    fixture_close(&fixture);
}

void fidelity_create(FidelityReport *report)
{
    cJSON *oracle = fidelity_read("create");
    const cJSON *config;
    report_heading("create");
    cJSON_ArrayForEach(config, cJSON_GetObjectItem(oracle, "configs")) compare_plan(report, config);
    cJSON_ArrayForEach(config, cJSON_GetObjectItem(oracle, "configs"))
    {
        if (cJSON_IsString(cJSON_GetObjectItem(config, "hosts"))) compare_epochs(report, config);
    }
    cJSON_Delete(oracle);
}
