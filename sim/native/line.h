/* The serial line in both directions: pacing, delay, damage.  Knows bytes, not frames; never touches the board. */
#ifndef SIM_LINE_H
#define SIM_LINE_H

#include <stdint.h>

#include "rng.h"
#include "world_api.h"

enum { LINE_RING = 4096 };

typedef struct {
    uint8_t byte[LINE_RING];
    uint32_t due_us[LINE_RING];  /* wraps after 71 minutes; compared as a difference */
    uint32_t head, tail;
    uint32_t busy_until_us;
} line_t;

/* What the cable does to bytes: read out of the faults once a millisecond. */
typedef struct {
    uint32_t byte_us, delay_us;
    double flip, drop;
    uint8_t cut;
} cable_t;

void line_put(line_t *line, const cable_t *cable, rng_t *rng, uint32_t now_us, const uint8_t *data, uint32_t size);
/* Bytes that have arrived by `now_us`, at most `size`. */
uint32_t line_take(line_t *line, uint32_t now_us, uint8_t *out, uint32_t size);

#endif
