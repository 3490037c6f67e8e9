/* cmd_zset.h -- shared by the files of commands on sorted sets: cmd_zset.c (members), cmd_zrange.c
 * (ranges by rank, score, bytes), cmd_zcombine.c (several sorted sets). */
#ifndef STORE_CMD_ZSET_H
#define STORE_CMD_ZSET_H

#include "sim/store/command.h"
#include "sim/store/zset.h"

Key *zset_find_key(Cmd *cmd, Slice name, bool *wrong);
void zset_reply_score(Cmd *cmd, double score);

/* cmd_zrange.c */
void cmd_zrange(Cmd *cmd);    /* ZRANGE and its older forms, ZRANGESTORE */
void cmd_zremrange(Cmd *cmd); /* ZREMRANGEBYRANK, BYSCORE, BYLEX */
void cmd_zcount(Cmd *cmd);    /* ZCOUNT, ZLEXCOUNT */
/* cmd_zcombine.c */
void cmd_zcombine(Cmd *cmd);       /* ZUNION, ZINTER, ZDIFF */
void cmd_zcombine_store(Cmd *cmd); /* the same into a key */
void cmd_zintercard(Cmd *cmd);

#endif
