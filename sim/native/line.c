/* The serial line in both directions: pacing, delay, damage.  Knows bytes, not frames; never touches the board. */
#include "line.h"

static void put_byte(line_t *line, const cable_t *cable, rng_t *rng, uint8_t byte)
{
    const uint32_t next = (line->head + 1U) % LINE_RING;
    line->busy_until_us += cable->byte_us;
    if (cable->cut != 0 || next == line->tail || (cable->drop > 0.0 && rng_uniform(rng) < cable->drop)) {
        return; /* lost on the wire, or the receiver's buffer is full */
    }
    if (cable->flip > 0.0 && rng_uniform(rng) < cable->flip) {
        byte = (uint8_t)(byte ^ (1U << (rng_next(rng) & 7U)));
    }
    line->byte[line->head] = byte;
    line->due_us[line->head] = line->busy_until_us + cable->delay_us;
    line->head = next;
}

void line_put(line_t *line, const cable_t *cable, rng_t *rng, uint32_t now_us, const uint8_t *data, uint32_t size)
{
    if ((int32_t)(line->busy_until_us - now_us) < 0) {
        line->busy_until_us = now_us;
    }
    for (uint32_t i = 0; i < size; i++) {
        put_byte(line, cable, rng, data[i]);
    }
}

uint32_t line_take(line_t *line, uint32_t now_us, uint8_t *out, uint32_t size)
{
    uint32_t taken = 0;
    while (taken < size && line->tail != line->head && (int32_t)(line->due_us[line->tail] - now_us) <= 0) {
        out[taken++] = line->byte[line->tail];
        line->tail = (line->tail + 1U) % LINE_RING;
    }
    return taken;
}
