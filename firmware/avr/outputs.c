/* Bridge, brake, contactor and buzzer, and the interrupt that takes them off.  Never switches anything on by itself.
 * At reset every pin is an input and the drivers' pull-downs keep motor, brake coil and contactor off. */
#include "hal.h"
#include "pins.h"

#include <avr/interrupt.h>

#define OUTPUTS_TOP       999U /* 16 kHz; one count is one per mille of duty, so nothing is rounded between core and bridge */
#define OUTPUTS_MODE_A    _BV(WGM11)                             /* mode 14: fast PWM up to ICR1 */
#define OUTPUTS_MODE_B    ((uint8_t)(_BV(WGM13) | _BV(WGM12) | _BV(CS10)))
#define OUTPUTS_WARNING_MS 512U /* half on, half off */
#define OUTPUTS_ALARM_MS   128U

#define OUTPUTS_DRIVE_DOWN ((uint8_t)(OUTPUTS_MODE_A | _BV(COM1A1)))
#define OUTPUTS_DRIVE_UP   ((uint8_t)(OUTPUTS_MODE_A | _BV(COM1B1)))

static uint16_t sound_ms;
static volatile uint8_t sound_now; /* the class of sound on the pin: whole at every moment, for whoever listens from outside */

/* Twelve cycles after the edge has been taken the bridge is off; nothing here touches the status register, so nothing is kept but one register.
 * GPIOR0 bit 0 or 1 keeps what happened until the tick has told the core (contacts.c). */
#define OUTPUTS_CUT(channel)                                                                                    \
    __asm__ volatile("mov r2, r24          \n\t"                                                                \
                     "ldi r24, %[mode]     \n\t"                                                                \
                     "sts %[bridge], r24   \n\t" /* both compare outputs disconnected: the pins are PORT's zeros */ \
                     "cbi %[brake], %[brake_bit] \n\t"                                                          \
                     "cbi %[contactor], %[contactor_bit] \n\t"                                                  \
                     "sbi %[seen], %[bit]  \n\t"                                                                \
                     "mov r24, r2          \n\t"                                                                \
                     "reti                 \n\t"                                                                \
                     :                                                                                          \
                     : [mode] "M"(OUTPUTS_MODE_A), [bridge] "n"(_SFR_MEM_ADDR(TCCR1A)),                         \
                       [brake] "I"(_SFR_IO_ADDR(PIN_OUT(PIN_BRAKE))), [brake_bit] "I"(PIN_BIT(PIN_BRAKE)),      \
                       [contactor] "I"(_SFR_IO_ADDR(PIN_OUT(PIN_CONTACTOR))), [contactor_bit] "I"(PIN_BIT(PIN_CONTACTOR)), \
                       [seen] "I"(_SFR_IO_ADDR(GPIOR0)), [bit] "I"(channel))

ISR(INT0_vect, ISR_NAKED)
{
    OUTPUTS_CUT(0);
}

ISR(INT1_vect, ISR_NAKED)
{
    OUTPUTS_CUT(1);
}

void outputs_start(void)
{
    PORTB = PINS_PULL_B; /* zeros first, then the direction: no output is ever high in between */
    PORTC = PINS_PULL_C;
    PORTD = PINS_PULL_D;
    DDRB = PINS_OUT_B;
    DDRC = PINS_OUT_C;
    DDRD = PINS_OUT_D;
    ICR1 = OUTPUTS_TOP; /* before the mode: until then it would be a free-running top */
    TCCR1A = OUTPUTS_MODE_A;
    TCCR1B = OUTPUTS_MODE_B;
    GPIOR0 = 0;
    EICRA = _BV(ISC01) | _BV(ISC00) | _BV(ISC11) | _BV(ISC10); /* rising edge: a contact to ground that opens */
    EIFR = _BV(INTF0) | _BV(INTF1);
    EIMSK = _BV(INT0) | _BV(INT1);
}

/* Inline: one instruction each way. */
__attribute__((always_inline)) static inline void set_pin(volatile uint8_t *port, uint8_t mask, bool high)
{
    if (high) {
        *port |= mask;
    } else {
        *port &= (uint8_t)~mask;
    }
}

/* Only one side can be connected: the register takes one of three values, in one store. */
static uint8_t bridge_of(int16_t duty)
{
    if (duty > 0) {
        OCR1A = (uint16_t)(duty - 1); /* fast PWM is high for compare + 1 counts */
        return OUTPUTS_DRIVE_DOWN;
    }
    if (duty < 0) {
        OCR1B = (uint16_t)(-duty - 1);
        return OUTPUTS_DRIVE_UP;
    }
    return OUTPUTS_MODE_A; /* a compare value of 0 would still be one count in a thousand */
}

static int16_t within(int16_t duty)
{
    return duty > 1000 ? 1000 : (duty < -1000 ? (int16_t)-1000 : duty);
}

static bool sounding(uint8_t buzzer)
{
    sound_now = buzzer;
    sound_ms = buzzer == 0U ? 0U : (uint16_t)(sound_ms + 1U);
    if (buzzer == 1U) {
        return (sound_ms & (OUTPUTS_WARNING_MS / 2U)) == 0U;
    }
    if (buzzer == 2U) {
        return (sound_ms & (OUTPUTS_ALARM_MS / 2U)) == 0U;
    }
    return buzzer != 0U; /* the help ladder does not pause */
}

void outputs_put(const board_out_t *out)
{
    uint8_t bridge = bridge_of(within(out->duty));
    set_pin(&PIN_OUT(PIN_BUZZER), PIN_MASK(PIN_BUZZER), sounding(out->buzzer));
    cli(); /* between the look at GPIOR0 and the stores no edge may come unseen */
    if (GPIOR0 != 0U) {
        TCCR1A = OUTPUTS_MODE_A;
        set_pin(&PIN_OUT(PIN_BRAKE), PIN_MASK(PIN_BRAKE), false);
        set_pin(&PIN_OUT(PIN_CONTACTOR), PIN_MASK(PIN_CONTACTOR), false);
    } else {
        TCCR1A = bridge;
        set_pin(&PIN_OUT(PIN_BRAKE), PIN_MASK(PIN_BRAKE), out->brake_released);
        set_pin(&PIN_OUT(PIN_CONTACTOR), PIN_MASK(PIN_CONTACTOR), out->contactor_closed);
    }
    sei();
}
