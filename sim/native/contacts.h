/* Switches and buttons: what is pressed, what bounces, what is stuck.  Knows no meaning of any of them. */
#ifndef SIM_CONTACTS_H
#define SIM_CONTACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "rng.h"

/* Order known to sim/world.py (CONTACTS); a test compares. */
enum {
    CONTACT_START, CONTACT_RETURN, CONTACT_DIZZY, CONTACT_OK, CONTACT_SELECT_MINUS, CONTACT_SELECT_PLUS, CONTACT_SPOTTER,
    CONTACT_ANKLE_LEFT_PRIMARY, CONTACT_ANKLE_RIGHT_PRIMARY, CONTACT_ESTOP_AUX, CONTACT_ANKLE_LEFT_SECONDARY,
    CONTACT_ANKLE_RIGHT_SECONDARY, CONTACT_ESTOP_A, CONTACT_ESTOP_B, CONTACT_RELEASE, CONTACT_COUNT
};

enum { STUCK_NOT, STUCK_OPEN, STUCK_CLOSED };

typedef struct {
    bool closed;       /* what the mechanism does */
    bool seen;         /* what the wire says */
    uint8_t stuck;
    bool fresh;        /* changed since the last millisecond: that one shows the new level, whatever bounces after it */
    uint16_t bounce_ms;
} contact_t;

/* A finger on the switch: the wire takes the new level after bouncing at random for `bounce_ms`. */
void contact_set(contact_t *contact, bool closed, uint16_t bounce_ms);
void contacts_step(contact_t contacts[CONTACT_COUNT], rng_t *rng);

#endif
