/* What Python reads and changes of the machine between two runs: memory, program, status, counts. */
#include "avr_board.h"

void avr_stats(const avr_board_t *b, avr_stats_t *out)
{
    *out = b->stats;
    out->plain_cycles = plain_cycles(b->plain);
}

void avr_memory_read(const avr_board_t *b, uint8_t *out, uint16_t at, uint16_t size)
{
    memcpy(out, b->avr->data + at, size);
}

void avr_memory_write(avr_board_t *b, const uint8_t *data, uint16_t at, uint16_t size)
{
    memcpy(b->avr->data + at, data, size);
    pins_look(b); /* registers may have been among them */
    edges_look(b);
}

uint16_t avr_flash_word(avr_board_t *b, uint32_t at, int32_t replace)
{
    uint8_t *word = b->avr->flash + at;
    const uint16_t old = (uint16_t)(word[0] | (word[1] << 8));
    if (replace >= 0) {
        word[0] = (uint8_t)replace;
        word[1] = (uint8_t)(replace >> 8);
        plain_forget(b->plain, at / 2);
    }
    return old;
}

void avr_raw(avr_board_t *b, uint32_t cures_left_out)
{
    b->raw = cures_left_out;
    plain_raw(b->plain, cures_left_out);
}

uint8_t avr_status(const avr_board_t *b)
{
    uint8_t value = 0;
    for (uint8_t flag = 0; flag < 8; flag++) {
        value = (uint8_t)(value | b->avr->sreg[flag] << flag);
    }
    return value;
}

void avr_go_from(avr_board_t *b, uint32_t pc, uint8_t status)
{
    for (uint8_t flag = 0; flag < 8; flag++) {
        b->avr->sreg[flag] = status >> flag & 1;
    }
    b->avr->interrupt_state = b->avr->sreg[S_I] != 0 && avr_has_pending_interrupts(b->avr);
    b->avr->pc = pc;
    b->avr->run_cycle_count = RUN_LIMIT;
}
