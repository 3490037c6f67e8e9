/* repl_text.c -- the section Replication of INFO, as redis-server 7.0 prints it (§11.2). */
#include "sim/store/repl_state.h"

#include <inttypes.h>

static void append_ip(const AddrState *addrs, AddrId addr, Text *out)
{
    uint32_t ip = addrs[addr].ip;
    text_append(out, "%" PRIu32 ".%" PRIu32 ".%" PRIu32 ".%" PRIu32, ip >> 24, (ip >> 16) & 255,
                (ip >> 8) & 255, ip & 255);
}

static void append_id(const char *name, const ReplHistory *id, Text *out)
{
    text_append(out, "%s:", name);
    for (uint32_t i = 0; i < ARRAY_LENGTH(id->words); i++)
        text_append(out, "%08" PRIx32, id->words[i]);
    text_append(out, "\r\n");
}

static void append_replica_side(const Repl *repl, const AddrState *addrs, const NodeEnv *env,
                                Text *out)
{
    bool is_up = repl->state == REPL_CONNECTED;
    text_append(out, "role:slave\r\nmaster_host:");
    append_ip(addrs, repl->primary_addr, out);
    text_append(out, "\r\nmaster_port:%u\r\n", addrs[repl->primary_addr].port);
    text_append(out, "master_link_status:%s\r\n", is_up ? "up" : "down");
    if (is_up) {
        text_append(out, "master_last_io_seconds_ago:%" PRIu32 "\r\n",
                    repl_now_s(env) - repl->last_io_s);
    } else {
        text_append(out, "master_last_io_seconds_ago:-1\r\n");
    }
    text_append(out, "master_sync_in_progress:%d\r\n", repl->state == REPL_SYNC);
    text_append(out, "slave_read_repl_offset:%" PRIu64 "\r\nslave_repl_offset:%" PRIu64 "\r\n",
                repl_offset(repl), repl_offset(repl));
    if (!is_up) {
        int64_t down_s = repl->down_since_s ? (int64_t)(repl_now_s(env) - repl->down_since_s) : -1;
        text_append(out, "master_link_down_since_seconds:%" PRId64 "\r\n", down_s);
    }
    text_append(out, "slave_priority:100\r\nslave_read_only:1\r\nreplica_announced:1\r\n");
}

static const char *phase_word(AttachPhase phase)
{
    switch (phase) {
    case ATTACH_HANDSHAKE:
    case ATTACH_WAIT_START: return "wait_bgsave";
    case ATTACH_SENDING: return "send_bulk";
    case ATTACH_ONLINE: return "online";
    }
    SIM_ASSERT(phase <= ATTACH_ONLINE);
    return "";
}

static void append_replicas(const Repl *repl, const AddrState *addrs, const NodeEnv *env, Text *out)
{
    text_append(out, "connected_slaves:%" PRIu32 "\r\n", primary_replica_count(repl));
    if (repl->cfg.min_replicas_to_write && repl->cfg.min_replicas_max_lag_s) {
        text_append(out, "min_slaves_good_slaves:%" PRIu32 "\r\n", repl_good_replicas(repl, env));
    }
    uint32_t number = 0;
    for (uint32_t i = 0; i < repl->attached.count; i++) {
        const Attached *attached = &repl->attached.items[i];
        if (attached->phase == ATTACH_HANDSHAKE) continue;
        uint32_t lag_s = attached->phase == ATTACH_ONLINE ? repl_now_s(env) - attached->since_s : 0;
        text_append(out, "slave%" PRIu32 ":ip=", number++);
        append_ip(addrs, attached->addr, out);
        text_append(out, ",port=%u,state=%s,offset=%" PRIu64 ",lag=%" PRIu32 "\r\n",
                    addrs[attached->addr].port, phase_word(attached->phase), attached->acked,
                    lag_s);
    }
}

void repl_info_text(const Repl *repl, const AddrState *addrs, const NodeEnv *env, Text *out)
{
    text_append(out, "# Replication\r\n");
    if (repl->primary == NODE_NONE) text_append(out, "role:master\r\n");
    else append_replica_side(repl, addrs, env, out);
    append_replicas(repl, addrs, env, out);
    text_append(out, "master_failover_state:no-failover\r\n");
    append_id("master_replid", &repl->id, out);
    append_id("master_replid2", &repl->id2, out);
    text_append(out, "master_repl_offset:%" PRIu64 "\r\n", repl->offset);
    if (repl_no_id(&repl->id2)) text_append(out, "second_repl_offset:-1\r\n");
    else text_append(out, "second_repl_offset:%" PRIu64 "\r\n", repl->id2_end);
    uint64_t length = repl->has_backlog ? repl->offset + 1 - repl->backlog_start : 0;
    text_append(out, "repl_backlog_active:%d\r\n", repl->has_backlog);
    text_append(out, "repl_backlog_size:%" PRIu64 "\r\n", repl->cfg.repl_backlog_size);
    text_append(out, "repl_backlog_first_byte_offset:%" PRIu64 "\r\n",
                repl->has_backlog ? repl->backlog_start : 0);
    text_append(out, "repl_backlog_histlen:%" PRIu64 "\r\n", length);
}
