/* dump.c -- a Model, and lanes, as lines of text. */
#include "viz/model/inside.h"

#include <inttypes.h>

static const char *host_name(const Model *model, HostId host)
{
    return host == HOST_NONE ? "-" : model->state.hosts.items[host].name;
}

static void put_node(const Model *model, NodeId node, Text *out)
{
    if (node == NODE_NONE) text_append(out, "-");
    else trace_node_name(&model->state, node, out);
}

static void put_index(const char *word, uint16_t index, Text *out)
{
    if (index == 0xFFFF) text_append(out, " %s -", word);
    else text_append(out, " %s %u", word, index);
}

static void dump_deadline(const Model *model, const HostModel *host, Text *out)
{
    static const char *const words[] = {"", "pong", "election", "votes", "write stop"};
    if (host->deadline == DEADLINE_NONE) return;
    text_append(out, ", %s ", words[host->deadline]);
    text_append_time(out, host->deadline_from);
    text_append(out, host->deadline_at_latest ? " to at latest " : " to ");
    text_append_time(out, host->deadline_at);
    if (host->deadline_peer == NODE_NONE) return;
    text_append(out, " for ");
    put_node(model, host->deadline_peer, out);
}

static void dump_host(const Model *model, uint32_t index, Text *out)
{
    const HostModel *host = &model->hosts.items[index];
    text_append(out, "host %s: %s", host_name(model, (HostId)index),
                host->is_primary ? "primary" : "replica");
    if (host->primary != NODE_NONE) {
        text_append(out, " of ");
        put_node(model, host->primary, out);
    }
    put_index("shard", host->shard, out);
    put_index("island", host->island, out);
    put_index("faction", host->faction, out);
    text_append(out, " slots %u epoch %" PRIu64, host->slot_count, host->epoch);
    if (host->accepts) text_append(out, " accepts");
    if (host->worst_flag) {
        text_append(out, " %s by %u+%u", host->worst_flag == FLAG_FAIL ? "F!" : "P?",
                    host->suspected_by, host->failed_by);
    }
    if (host->voted) {
        text_append(out, " voted for ");
        put_node(model, host->voted_for, out);
    }
    dump_deadline(model, host, out);
    text_append(out, "\n");
}

static void dump_groups(const Model *model, Text *out)
{
    for (uint32_t i = 0; i < model->shards.count; i++) {
        const Shard *shard = &model->shards.items[i];
        text_append(out, "shard %u: founder ", i);
        put_node(model, shard->founder, out);
        text_append(out, " owner %s slots %u epoch %" PRIu64 "\n", host_name(model, shard->owner),
                    shard->slots, shard->epoch);
    }
    for (uint32_t i = 0; i < model->islands.count; i++) {
        const Island *island = &model->islands.items[i];
        text_append(out, "island %u: hosts %u voters %u of %u %s observer %s", i, island->hosts,
                    island->voters, island->size, island->has_majority ? "majority" : "no majority",
                    host_name(model, island->observer));
        if (island->write_stop) {
            text_append(out, " stops ");
            text_append_time(out, island->write_stop);
        }
        text_append(out, "\n");
    }
    for (uint32_t i = 0; i < model->factions.count; i++) {
        const Faction *faction = &model->factions.items[i];
        text_append(out, "faction %u: %016" PRIx64 " first %s hosts %u voters %u\n", i,
                    faction->hash, host_name(model, faction->first), faction->hosts,
                    faction->voters);
    }
}

static void dump_open_slots(const Model *model, Text *out)
{
    for (uint32_t i = 0; i < model->open_slots.count; i++) {
        const OpenSlotModel *entry = &model->open_slots.items[i];
        text_append(out, "open slot %u: %s to %s", entry->slot, host_name(model, entry->source),
                    host_name(model, entry->target));
        if (entry->migrating) text_append(out, ", migrating with %u keys", entry->source_keys);
        if (entry->importing) text_append(out, ", importing with %u keys", entry->target_keys);
        text_append(out, "\n");
    }
}

static bool same_slot(const Model *model, uint32_t a, uint32_t b)
{
    return model->owner_shard[a] == model->owner_shard[b] &&
           model->holder_host[a] == model->holder_host[b] &&
           model->owner_host[a] == model->owner_host[b] &&
           model->second_host[a] == model->second_host[b];
}

static void dump_slots(const Model *model, Text *out)
{
    for (uint32_t first = 0; first < SLOT_COUNT;) {
        uint32_t last = first;
        while (last + 1 < SLOT_COUNT && same_slot(model, first, last + 1)) last++;
        text_append(out, "slots %u-%u:", first, last);
        put_index("shard", model->owner_shard[first], out);
        text_append(out, " holder %s owner %s second %s\n",
                    host_name(model, model->holder_host[first]),
                    host_name(model, model->owner_host[first]),
                    host_name(model, model->second_host[first]));
        first = last + 1;
    }
}

static void dump_election(const Model *model, Text *out)
{
    const ElectionModel *election = &model->election;
    if (election->active) {
        text_append(out, "election: %s epoch %" PRIu64 " votes %u given %u needed %u asked ",
                    host_name(model, election->candidate), election->epoch, election->votes,
                    election->given, election->needed);
        text_append_time(out, election->asked_at);
        text_append(out, "\n");
    }
    const Contest *contest = &model->contest;
    if (contest->count) {
        text_append(
            out, "contest: slot %u, %u of %u, %s epoch %" PRIu64 " %s epoch %" PRIu64 " since ",
            contest->first_slot, contest->count, contest->total, host_name(model, contest->a),
            contest->epoch_a, host_name(model, contest->b), contest->epoch_b);
        text_append_time(out, contest->since);
        text_append(out, "\n");
    }
}

void model_dump(const Model *model, Text *out)
{
    text_append(out, "at ");
    text_append_time(out, model->time);
    text_append(out,
                " seq %" PRIu64 ": running %u ok %u fail %u epochs %" PRIu64 "-%" PRIu64
                " covered %u\n",
                model->state.seq, model->running, model->states_ok, model->states_fail,
                model->epoch_low, model->epoch_high, model->covered);
    for (uint32_t i = 0; i < model->hosts.count; i++) dump_host(model, i, out);
    dump_groups(model, out);
    dump_slots(model, out);
    dump_open_slots(model, out);
    dump_election(model, out);
}

static void dump_span(const LaneSpan *span, Text *out)
{
    text_append(out, span->mark == LANE_EXPECTED ? " ~" : " ");
    text_append_time(out, span->from);
    if (span->mark == LANE_BAR) {
        text_append(out, "-");
        text_append_time(out, span->to);
    }
    text_append(out, " '%s'%s%s", span->text, span->danger ? "!" : "", span->open ? ">" : "");
    if (span->shard != SHARD_NONE) text_append(out, "(%u)", span->shard);
}

void lanes_dump(const Lanes *lanes, Text *out)
{
    for (uint32_t i = 0; i < lanes->lanes.count; i++) {
        const Lane *lane = &lanes->lanes.items[i];
        text_append(out, "%s:", lane->label);
        for (uint32_t j = 0; j < lane->spans.count; j++) dump_span(&lane->spans.items[j], out);
        text_append(out, "\n");
    }
    for (uint32_t i = 0; i < lanes->density.count; i++) {
        text_append(out, "%s%u", i ? " " : "density: ", lanes->density.items[i]);
    }
    if (lanes->density.count > 0) text_append(out, "\n");
}
