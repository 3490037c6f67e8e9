/* card.h -- the inside of the card, for its tests; private to viz/scene. */
#ifndef SCENE_CARD_H
#define SCENE_CARD_H

#include "viz/scene/dock.h"

#define CHOICES_MAX   5u
#define CHOICE_SIZE   96u
#define ACTION_CHOICE 2u

typedef struct CardQuestion {
    char words[400];
    char choices[CHOICES_MAX][CHOICE_SIZE];
    uint32_t count;
    int answer;   /* 1.. */
    bool is_open; /* waits for the person */
    bool is_told; /* the script has gone on to say what happened */
} CardQuestion;

/* The question that belongs on the card now; false when there is none. */
bool card_question(const Model *model, const UiState *ui, CardQuestion *question);
/* The script's words as markup of rich.h, with the names of hosts in bold. */
void card_markup(const Model *model, TraceText text, Text *out);

#endif
