/* stage.h -- the stage of the view, inside: how it is divided, and what its layers share.
 *
 *   stage_map.c    zones, seats, form; where everybody stands (tokens §6)    stage_plan.c  the
 * public stage_many.c   the same for 13 nodes and more                             side of it
 *   stage_look.c   what is shown of one node, as seen by truth or by a node
 *   stage_path.c   the curve between two nodes             stage_link.c    mesh, replication, walls
 *   stage_node.c   one node with its rings and badges      stage_small.c   capsules and tiles
 *   stage_flight.c messages under way                      stage_island.c  hulls, straits, quorum
 *   stage_note.c   words beside nodes and where they fit   stage_title.c   what is going on
 *   stage_client.c machines of clients, below the nodes
 *
 * All of it is pure: positions follow from hosts, zones and shards, never from time alone, so that
 * a node stays where it is while things happen to it. */
#ifndef SCENE_STAGE_H
#define SCENE_STAGE_H

#include "viz/scene/scene.h"
#include "viz/scene/shard.h"
#include "viz/ui/meter.h"
#include "viz/ui/ui.h"

typedef enum StageForm { FORM_RING, FORM_CAPSULES, FORM_TILES } StageForm;

#define RING_HOSTS_MAX     12u
#define CAPSULES_HOSTS_MAX 120u
#define ZONES_MAX          12u /* more zones are shown as one */
#define STRAIT_WIDTH       96.0f
#define DRIFT_MAX          40.0f
#define TITLE_HEIGHT       84.0f /* of the lines at the top left, the banner included */
#define LEGEND_HEIGHT      44.0f
#define LOW_STAGE          340.0f /* below: no title, no legend (a projector shows them elsewhere) */
#define CLIENT_ROW         44.0f  /* height of the row of clients */
#define CLIENT_ROW_LOW     30.0f
#define CLIENT_PITCH       168.0f
#define CLIENT_PITCH_LOW   124.0f
#define CLIENT_GAP         12.0f
#define NODE_REACH         1.425f /* rings and halo of a node of the ring form, of its radius */

/* How the stage is divided. Depends on the hosts, their zones, the shards and the rect; `drift`
 * alone depends on the cut. */
typedef struct StageMap {
    StageForm form;
    uint32_t hosts;
    uint32_t clients; /* machines of clients, whose numbers follow those of the hosts */
    bool has_zones;   /* the scenario names zones */
    uint32_t zone_count;
    const char *zone_names[ZONES_MAX];
    uint16_t zone_of[HOSTS_MAX];
    Rect zones[ZONES_MAX]; /* bands, drift included */
    /* Seats: a shard has a column, its founder row 0 of it, the others the rows after. */
    uint32_t columns, rows;
    uint16_t column[HOSTS_MAX], row[HOSTS_MAX];
    bool seats_known; /* false: guessed, nobody has slots yet */
    bool is_low;
    Rect field; /* where nodes may stand */
    float radius;
    float pitch;          /* capsules: between columns; tiles: between tiles */
    uint32_t block_width; /* capsules: columns side by side, in so many blocks one below another */
    uint32_t blocks;
    float block_height;
    float row_pitch; /* capsules: between rows of a band */
    /* Islands that consist of whole neighbouring zones are drawn as bands with a strait between. */
    bool zones_are_islands;
    uint16_t zone_island[ZONES_MAX];
    float drift; /* 0 together, 1 apart */
} StageMap;

void stage_map(StageMap *map, const Model *model, const UiState *ui, Rect rect);
/* Fills places (map->hosts of them). For 13 and more hosts in stage_many.c. */
void stage_map_places(StageMap *map, const Model *model, HostPlace *places);
/* Clients stand in a row below, each under its zone: places[map->hosts ...]. */
void stage_place_clients(const StageMap *map, const Model *model, HostPlace *places);
void stage_place_capsules(StageMap *map, HostPlace *places);
void stage_place_tiles(StageMap *map, HostPlace *places);

/* What is shown of one host: in truth, or as the observer believes. */
typedef struct HostLook {
    bool is_shown;   /* false: no process was ever there */
    bool is_unknown; /* the observer has never heard of it */
    bool is_down;    /* dead; in a belief: held for failing */
    bool is_frozen;
    bool is_primary, has_slots;
    bool says_fail;         /* its own cluster_state */
    uint16_t shard, flag;   /* FLAG_FAIL, FLAG_PFAIL or 0 */
    bool migrates, imports; /* has slots open towards or from another, as far as is shown */
    uint64_t epoch;
    float share;     /* of all slots */
    float freshness; /* 1 new .. 0 older than the node timeout */
    bool has_hue;
    Color fill, ink, line;
} HostLook;

typedef struct Stage {
    Ui ui;
    DrawList *list;
    const Theme *theme;
    const Model *model;
    const UiState *state;
    const StagePlan *plan;
    const TextMetrics *metrics;
    Rect rect;
    StageMap map;
    ShardPalette palette;
    HostId observer;                     /* HOST_NONE: truth */
    Rect title;                          /* what the lines at the top left cover */
    uint16_t hull_links[RING_HOSTS_MAX]; /* soft hulls: which nodes are joined, a bit each */
    /* Of the messages under way, counted by stage_trails: */
    uint32_t rare_of_kind[MSG_COUNT];
    uint32_t rare_total, common, common_shown, waiting, flashes;
    bool is_crowded; /* so many rare ones that letters would hide each other */
} Stage;

/* The colour a node stands on: the stage, or its island. */
Color stage_ground(const Stage *stage, HostId host);
/* A faction's Greek letter; "+" from the seventh on. */
const char *stage_faction_letter(uint16_t faction);
HostLook stage_look(const Stage *stage, HostId host);
/* Name of a host; of a shard's owner; "n?" never happens: an unnamed host is its number. */
const char *stage_host_name(const Stage *stage, HostId host);
/* "M", "I" or "MI": slots open at the node; NULL none. */
const char *stage_move_letters(const HostLook *look);
HostId stage_host_of(const Stage *stage, NodeId node);
bool stage_is_running(const Stage *stage, HostId host); /* neither dead nor frozen */
/* "0.7", "12.5", "7.461": seconds for reading; three decimals when paused or slow. */
void stage_seconds(const Stage *stage, SimSpan span, char out[24]);
/* "six", or "13". */
const char *stage_count_word(uint32_t count, char out[16]);
/* Islands on which somebody runs, and whether the picture shows a cut (a believer sees none). */
uint32_t stage_islands_count(const Model *model);
bool stage_is_cut(const Stage *stage);

/* ---- islands ---- */

Color stage_hull_color(const Stage *stage, uint16_t island);
/* Ring without zones: draws the hulls and keeps their geometry; and asks it. */
void stage_soft_hulls(Stage *stage);
bool stage_is_in_hull(const Stage *stage, uint16_t island, Point at);

/* Voting primaries as one host believes: in reach, not heard, lost. Returns how many. */
#define VOTERS_MAX 512u
uint32_t stage_voters(const Stage *stage, HostId host, Voter voters[VOTERS_MAX]);
/* Reached first, then asked, not heard, lost: the line then reads as a limit. Returns the reached.
 */
uint32_t stage_sort_voters(Voter *voters, uint32_t count);
/* Whose table speaks for an island: its first running primary with slots, else its first running
 * host; HOST_NONE. */
HostId stage_speaker(const Stage *stage, uint16_t island);
/* Heading, quorum and countdown of an island, from `at` (top left) on; at most `width` wide.
 * Returns what they cover. Draws nothing when `measure`. */
Rect stage_island_heading(const Stage *stage, uint16_t island, Point at, float width, bool measure);

/* ---- paths ---- */

typedef struct StagePath {
    Point a, control, b; /* the whole curve, centre to centre */
    float from, to;      /* the part outside both nodes, 0..1 */
} StagePath;

StagePath stage_path(const Stage *stage, HostId a, HostId b, bool is_replication);
Point path_at(const StagePath *path, float t);
/* Draws the part between two values of t. */
void path_draw(const Stage *stage, const StagePath *path, float from, float to, Stroke stroke);
/* Where the path leaves a's island and enters b's: *out and *in. */
void path_walls(const Stage *stage, const StagePath *path, HostId a, HostId b, float *out,
                float *in);
void path_wall(const Stage *stage, const StagePath *path, float t);

typedef enum LinkKind {
    LINK_ABSENT,
    LINK_MESH,       /* at least one of the two connections is up */
    LINK_SHAKING,    /* a handshake is under way */
    LINK_CUT,        /* they know each other, and no packet passes, at least one way */
    LINK_COPY,       /* replication, in order */
    LINK_COPY_CUT,   /* replication across a cut */
    LINK_COPY_BROKEN /* replication that does not work for another reason */
} LinkKind;

LinkKind stage_link_kind(const Stage *stage, HostId a, HostId b);

/* ---- layers, bottom to top; each draws itself completely ---- */

void stage_islands(Stage *stage);            /* bands, hulls, straits */
void stage_strait_words(const Stage *stage); /* how long it has been cut */
void stage_bands_words(const Stage *stage);  /* names of zones or islands, quorum, countdown */
void stage_links(const Stage *stage);        /* mesh, replication, walls */
void stage_tints(const Stage *stage);        /* islands that are not whole zones, many nodes */
void stage_trails(Stage *stage);             /* behind the nodes; counts what is under way */
void stage_nodes(const Stage *stage);        /* form ring */
void stage_capsules(const Stage *stage);     /* outlines and columns' names, below the nodes */
void stage_small_nodes(const Stage *stage);
void stage_client_lines(const Stage *stage); /* to whom they talked in the last second */
void stage_clients(const Stage *stage);      /* their boxes; words of what went wrong */
Rect stage_client_box(const Stage *stage, HostId client);
void stage_pills(const Stage *stage); /* names of tiles that matter, above the tokens */
void stage_tokens(const Stage *stage);
void stage_title(Stage *stage);
void stage_notes(const Stage *stage);
void stage_legend(const Stage *stage);

/* One token with its letter (none below 0.7 of the size in the ring form). */
void stage_token(const Stage *stage, MsgKind kind, Point at, float scale);

#endif
