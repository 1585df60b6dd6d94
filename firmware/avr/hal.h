/* The registers' side of the board, one file per device.  Decides nothing: board_tick() does.  Never included by firmware/core. */
#ifndef HAL_H
#define HAL_H

#include "../core/board.h"
#include "../core/board_state.h"
#include "../core/frame.h"

/* r2 to r5 are the interrupts', and no compiled code uses them (avr.mk).  What an interrupt needs of other registers it keeps in r2, r3 and
 * r4 instead of on the stack: nothing comes into another interrupt.  r5 counts samples (clock.c).  Of the processor's three general I/O
 * registers GPIOR0 says which stop contact opened (outputs.c), GPIOR1 where the next byte of the line goes (serial.c), GPIOR2 which
 * conversion runs (analog.c). */

/* The lower byte of a place's address, as one instruction: the compiler's own way takes both bytes and compares both. */
#define HAL_LOW(name, place)                                          \
    static inline __attribute__((always_inline)) uint8_t name(void)   \
    {                                                                 \
        uint8_t low;                                                  \
        __asm__("ldi %0, lo8(%1)" : "=d"(low) : "i"(place));          \
        return low;                                                   \
    }

/* outputs.c: bridge, brake, contactor, buzzer.  The emergency stop's interrupt lives here, because it is an output being taken off. */
void outputs_start(void);
void outputs_put(const board_out_t *out);

/* contacts.c: switches, buttons, encoder. */
void contacts_start(void);
void contacts_read(board_in_t *in);
bool contacts_edges_agree(void);

/* clock.c: the millisecond, sleep, the hardware watchdog. */
void clock_start(void);
void clock_wait(void);
void clock_tick_done(void);
bool clock_keeps_up(void);
uint8_t clock_reset_cause(void);
int8_t clock_encoder_steps(void);

/* analog.c: eight conversions a tick. */
void analog_start(void);
void analog_settle(board_in_t *in);
void analog_read(board_in_t *in);
bool analog_alive(void);
uint16_t analog_loop_counts(void);

/* serial.c */
void serial_start(void);
void serial_receive(board_in_t *in);
bool serial_hears(void);
void serial_send(const uint8_t *data);
void serial_make(void);
extern frame_encoder_t serial_frame;
extern volatile uint8_t serial_at;

/* store.c, records.c: EEPROM. */
bool store_load(board_memory_t *memory);
bool store_save(const board_memory_t *memory);
bool store_note(const board_t *board, uint8_t reset_cause);
bool store_step(void);
bool store_sound(void);

/* flash_scan.c */
void flash_scan_start(void);
void flash_scan_step(void);
bool flash_scan_good(void);

/* checks.c */
void checks_start(const board_t *board);
void checks_keep(const board_t *board);
bool checks_pass(const board_t *board);

#endif
