/* The simulated ATmega328P as Python sees it: plain values and functions, read by cffi as well as by the C compiler.
 * Time is cycles at 16 MHz.  Only declarations without preprocessor in them. */
#ifndef SIM_AVR_API_H
#define SIM_AVR_API_H
#include <stdint.h>

typedef struct avr_board avr_board_t;

/* One thing that happened at a pin, bridge or reset.  kind: 1 output pin, 2 bridge duty, 3 reset, 4 edge put on an input,
 * 5 a write to the EEPROM begins. */
typedef struct {
    uint64_t cycle;
    uint8_t kind, index;   /* pin: port (0 B, 1 C, 2 D) * 8 + bit; duty: 0 OC1A, 1 OC1B; reset: its MCUSR bit; write: the byte */
    uint16_t value;        /* level; duty in 1/65534, 65535 not a PWM mode; reset: their number; write: the address */
} avr_event_t;

typedef struct {
    uint64_t sleep_cycles, isr_count[32];
    uint64_t plain_cycles; /* of instructions that the shim ran itself */
    uint32_t resets, rx_overrun, rx_disabled, tx_lost, events_lost, torn;
    uint16_t stack_least;  /* least stack pointer seen at an interrupt */
    uint8_t cause;         /* of the newest reset */
    uint8_t dead;          /* 0 runs, 1 slept with interrupts off, 2 crashed */
} avr_stats_t;

/* NULL if the file is not an AVR program. */
avr_board_t *avr_board_new(const char *elf);
void avr_board_free(avr_board_t *b);
/* Ends exactly there when asleep, else at the first instruction boundary after it.  Non-zero: dead (avr_stats_t). */
int avr_run_to(avr_board_t *b, uint64_t cycle);
/* From now on awake cycles are added up by the flash word of their instruction (16 384 of them); NULL ends it.  Same trace, slower. */
void avr_profile(avr_board_t *b, uint32_t *cycles_of_word);
/* The program as C, for the compiler; not 0: the file cannot be written.  Then the stretches that came of it, from now on: same trace, faster. */
int avr_translate(const avr_board_t *b, const char *path);
void avr_use(avr_board_t *b, const void *stretches);
uint64_t avr_cycle(const avr_board_t *b);
uint32_t avr_pc(const avr_board_t *b);
void avr_reset_by(avr_board_t *b, uint8_t cause, uint8_t lose_memory);
int avr_resume(avr_board_t *b);
void avr_pin_set(avr_board_t *b, uint8_t port, uint8_t bit, uint8_t level);
int avr_pin_later(avr_board_t *b, uint64_t cycle, uint8_t port, uint8_t bit, uint8_t level);
uint8_t avr_pin_get(const avr_board_t *b, uint8_t port, uint8_t bit);
void avr_adc_counts(avr_board_t *b, uint8_t channel, uint16_t counts);
void avr_adc_sum_of_four(avr_board_t *b, uint16_t counts); /* channel 0: what four conversions one after another add up to */
void avr_bandgap_counts(avr_board_t *b, uint16_t counts);
double avr_duty(const avr_board_t *b, uint8_t side);
double avr_drive_mean(avr_board_t *b);   /* mean of OC1A's duty less OC1B's since the last call */
uint8_t avr_both_sides(const avr_board_t *b); /* ever on at once */
uint32_t avr_baud(const avr_board_t *b);
void avr_far_baud(avr_board_t *b, double baud);
uint32_t avr_serial_put(avr_board_t *b, const uint8_t *data, uint32_t size);
uint32_t avr_serial_get(avr_board_t *b, uint8_t *data, uint64_t *end_cycle, uint32_t room);
uint32_t avr_events(avr_board_t *b, avr_event_t *out, uint32_t room);
void avr_events_of(avr_board_t *b, uint8_t port, uint8_t mask);
void avr_stats(const avr_board_t *b, avr_stats_t *out);
void avr_eeprom_read(avr_board_t *b, uint8_t *out, uint16_t at, uint16_t size);
void avr_eeprom_write(avr_board_t *b, const uint8_t *data, uint16_t at, uint16_t size);
void avr_memory_read(const avr_board_t *b, uint8_t *out, uint16_t at, uint16_t size);
void avr_memory_write(avr_board_t *b, const uint8_t *data, uint16_t at, uint16_t size);
uint16_t avr_flash_word(avr_board_t *b, uint32_t at, int32_t replace); /* the old one; replace < 0 only reads */
/* For tests of this shim alone: the status register; the next instruction and status; simavr as it comes.  1 pins, 2 byte time, 4 interrupt entry, 8 inputs after reset, 16 EEPROM time,
 * 32 exact stops, 64 bridge duty, 128 interrupt by level,
 * 256 flags of edges, 512 its own run of plain instructions (simavr's interpreter alone), 1024 skips over ADIW. */
uint8_t avr_status(const avr_board_t *b);
void avr_go_from(avr_board_t *b, uint32_t pc, uint8_t status);
void avr_raw(avr_board_t *b, uint32_t cures_left_out);

/* Lock step with a world whose board was taken out (sim/native/world_external.h).
 * `n_ms` milliseconds of world and board.  `begin`, `end`: addresses of world_external_begin and world_external_end. */
int avr_couple(avr_board_t *b, void *world, uintptr_t begin, uintptr_t end, uint32_t n_ms, uint16_t buzzer_at, uint16_t hang_at);
#endif
