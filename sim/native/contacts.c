/* Switches and buttons: what is pressed, what bounces, what is stuck.  Knows no meaning of any of them. */
#include "contacts.h"

void contact_set(contact_t *contact, bool closed, uint16_t bounce_ms)
{
    if (closed != contact->closed) {
        contact->closed = closed;
        contact->bounce_ms = bounce_ms;
        contact->fresh = true;
        contact->seen = contact->stuck == STUCK_NOT ? closed : contact->stuck == STUCK_CLOSED; /* the first edge is there at once */
    }
}

void contacts_step(contact_t contacts[CONTACT_COUNT], rng_t *rng)
{
    for (uint32_t i = 0; i < CONTACT_COUNT; i++) {
        contact_t *c = &contacts[i];
        if (c->bounce_ms > 0) {
            c->bounce_ms--;
        }
        if (c->stuck != STUCK_NOT) {
            c->seen = c->stuck == STUCK_CLOSED;
        } else {
            c->seen = c->bounce_ms > 0 && !c->fresh ? (rng_next(rng) & 1U) != 0 : c->closed;
        }
        c->fresh = false;
    }
}
