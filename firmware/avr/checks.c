/* Is the machine that computes still the one that was started?  Stack, RAM and registers, and what other files find of themselves; a no is
 * the core's to act on (SR13). */
#include "hal.h"
#include "pins.h"

#include <avr/pgmspace.h>
#include <stddef.h>

#define CHECKS_PAINT   0xC5U
#define CHECKS_CANARY  4U

extern uint8_t _end;                    /* linker: first byte of free RAM */

/* Every byte between the variables and the stack, so that the deepest stack can be read afterwards. */
__attribute__((naked, used, section(".init3"))) void checks_paint(void);
void checks_paint(void)
{
    __asm__ volatile("ldi r30, lo8(_end)   \n\t"
                     "ldi r31, hi8(_end)   \n\t"
                     "ldi r24, %0          \n\t"
                     "ldi r25, hi8(%1 + 1) \n\t"
                     "1: st Z+, r24        \n\t"
                     "cpi r30, lo8(%1 + 1) \n\t"
                     "cpc r31, r25         \n\t"
                     "brne 1b              \n\t"
                     :
                     : "M"(CHECKS_PAINT), "i"(RAMEND));
}

/* What each register must read from boot to reset: nobody but a fault changes it. */
typedef struct {
    uint8_t address, mask, value;
} register_row_t;

#define CHECKS_REGISTER(name, mask, value) {(uint8_t)_SFR_MEM_ADDR(name), (uint8_t)(mask), (uint8_t)(value)}

static const register_row_t registers[] PROGMEM = {
    CHECKS_REGISTER(DDRB, 0xFF, PINS_OUT_B),
    CHECKS_REGISTER(DDRC, 0x3F, PINS_OUT_C),
    CHECKS_REGISTER(DDRD, 0xFF, PINS_OUT_D),
    CHECKS_REGISTER(PORTB, PINS_PULL_B | PIN_MASK(PIN_BRIDGE_DOWN) | PIN_MASK(PIN_BRIDGE_UP), PINS_PULL_B),
    CHECKS_REGISTER(PORTC, 0x3F, PINS_PULL_C),
    CHECKS_REGISTER(PORTD, PINS_PULL_D, PINS_PULL_D),
    CHECKS_REGISTER(TCCR1A, 0x0F, _BV(WGM11)),
    CHECKS_REGISTER(TCCR1B, 0xFF, _BV(WGM13) | _BV(WGM12) | _BV(CS10)),
    CHECKS_REGISTER(ICR1L, 0xFF, 999U & 0xFFU),
    CHECKS_REGISTER(ICR1H, 0xFF, 999U >> 8),
    CHECKS_REGISTER(TCCR2A, 0xFF, _BV(WGM21)),
    CHECKS_REGISTER(TCCR2B, 0xFF, _BV(CS21) | _BV(CS20)),
    CHECKS_REGISTER(OCR2A, 0xFF, 124U),
    CHECKS_REGISTER(TIMSK2, 0xFF, _BV(OCIE2A)),
    CHECKS_REGISTER(EICRA, 0xFF, _BV(ISC01) | _BV(ISC00) | _BV(ISC11) | _BV(ISC10)),
    CHECKS_REGISTER(EIMSK, 0xFF, _BV(INT0) | _BV(INT1)),
    CHECKS_REGISTER(ADCSRA, 0xAF, _BV(ADEN) | _BV(ADIE) | _BV(ADPS2) | _BV(ADPS1) | _BV(ADPS0)),
    CHECKS_REGISTER(UBRR0L, 0xFF, 3U),
    CHECKS_REGISTER(UCSR0B, 0xD8, _BV(RXEN0) | _BV(TXEN0) | _BV(RXCIE0)),
    CHECKS_REGISTER(WDTCSR, 0x6F, _BV(WDE)),
};

#define CHECKS_REGISTERS ((uint8_t)(sizeof registers / sizeof registers[0]))

/* What a flipped bit could loosen, kept a second time with every bit inverted. */
typedef struct {
    uint8_t memory[sizeof(board_memory_t)];
    uint32_t latched;
    uint16_t permitted_cdeg;
    uint8_t mode, session;
} vital_t;

#define CHECKS_CHANGING ((uint8_t)offsetof(board_memory_t, boot_count)) /* bytes of it that a tick may change: the first ones */

static vital_t complement;
static bool broken;
static const register_row_t *next_row = registers; /* in flash */

static uint8_t session_bits(const board_t *board)
{
    const session_t *session = &board->session;
    uint8_t bits = session->session_open ? 1U : 0U;
    if (session->returning) {
        bits |= 2U;
    }
    if (session->return_only) {
        bits |= 4U;
    }
    if (board->rest.done) {
        bits |= 8U;
    }
    return bits;
}

static void invert(uint8_t *to, const uint8_t *from, uint8_t bytes)
{
    for (; bytes > 0U; bytes--) {
        *to++ = (uint8_t)~*from++;
    }
}

/* What board_start() sets for good: boots and calibration. */
BOARD_CALLED void checks_start(const board_t *board)
{
    invert(complement.memory, (const uint8_t *)&board->memory, (uint8_t)sizeof complement.memory);
    checks_keep(board);
}

BOARD_ONE_COPY void checks_keep(const board_t *board)
{
    uint32_t latched = board->guard.latched;
    invert(complement.memory, (const uint8_t *)&board->memory, CHECKS_CHANGING);
    complement.latched = ~latched;
    complement.permitted_cdeg = (uint16_t)~(uint16_t)board->plan.permitted_cdeg;
    complement.mode = (uint8_t)~board->session.mode;
    complement.session = (uint8_t)~session_bits(board);
}

/* Nothing differs from its complement: each exclusive or is all ones. */
static bool memory_intact(const board_t *board)
{
    const uint8_t *byte = (const uint8_t *)&board->memory;
    const uint8_t *copy = complement.memory;
    uint8_t alike = (uint8_t)(board->session.mode ^ complement.mode) & (uint8_t)(session_bits(board) ^ complement.session);
    for (uint8_t i = (uint8_t)sizeof complement.memory; i > 0U; i--) {
        alike &= (uint8_t)(*byte++ ^ *copy++);
    }
    return alike == 0xFFU && (board->guard.latched ^ complement.latched) == 0xFFFFFFFFU &&
           ((uint16_t)board->plan.permitted_cdeg ^ complement.permitted_cdeg) == 0xFFFFU;
}

static bool stack_intact(void)
{
    const uint8_t *canary = &_end;
    uint8_t differ = 0;
    for (uint8_t i = CHECKS_CANARY; i > 0U; i--) {
        differ |= (uint8_t)(*canary++ ^ CHECKS_PAINT);
    }
    return differ == 0U;
}

/* One a tick: all of them every 20 ms. */
static bool register_holds(void)
{
    const register_row_t *row = next_row;
    uint8_t address = pgm_read_byte(&row->address);
    uint8_t mask = pgm_read_byte(&row->mask);
    uint8_t value = pgm_read_byte(&row->value);
    row++;
    next_row = row != registers + CHECKS_REGISTERS ? row : registers;
    return (*(volatile uint8_t *)(uintptr_t)address & mask) == value;
}

/* Stays false once it was: a machine that has been wrong is not believed again before a reset. */
bool checks_pass(const board_t *board)
{
    if (!memory_intact(board) || !stack_intact() || !register_holds() || !contacts_edges_agree() || !clock_keeps_up()) {
        broken = true;
    }
    return !broken && flash_scan_good() && analog_alive() && store_sound();
}
