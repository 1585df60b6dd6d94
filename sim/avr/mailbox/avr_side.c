/* The core alone on the ATmega328P: sleeps until its letters are in memory, runs them, sleeps again.  For sim/avr/differential.py only. */
#include "board.h"
#include "board_state.h"

#include <avr/interrupt.h>
#include <avr/sleep.h>

enum { LETTERS = 8 };

board_t board;
board_memory_t memory;
board_in_t in[LETTERS];
board_out_t out[LETTERS];
volatile uint8_t start;

int main(void)
{
    for (;;) {
        cli();
        sleep_enable();
        sleep_cpu(); /* with interrupts off: the simulator stops here and hands over */
        if (start != 0) {
            board_start(&board, &memory, start);
        } else {
            for (uint8_t i = 0; i < LETTERS; i++) {
                out[i] = (board_out_t){0};
                board_tick(&board, &in[i], &out[i]);
            }
        }
    }
}
