/* The millisecond, sleep between ticks, the encoder's sampling and the hardware watchdog.  Knows no rule.
 * The encoder is sampled at 4 kHz instead of by its edges: a noisy wire then costs no more time than a quiet one. */
#include "hal.h"
#include "pins.h"

#include <avr/interrupt.h>
#include <avr/sleep.h>
#include <avr/wdt.h>

#define CLOCK_SAMPLES     4U   /* a millisecond */
#define CLOCK_COMPARE     124U /* 16 MHz / 32 / 125 = 4 kHz */
#define CLOCK_BEHIND_MOST (CLOCK_SAMPLES * 4U - 1U) /* three ticks waiting and less than a fourth; more and the board cannot keep time */
#define CLOCK_ENCODER     ((uint8_t)(PIN_MASK(PIN_ENCODER_A) | PIN_MASK(PIN_ENCODER_B)))

static volatile uint8_t due; /* samples since the last tick began */
static volatile int8_t steps;
static volatile uint8_t encoder_last;
static uint8_t behind_most;
static uint8_t cause __attribute__((section(".noinit")));

/* Before main, before the stack is used: why did we start, and the watchdog back to its full time. */
__attribute__((naked, used, section(".init3"))) void clock_take_cause(void);
void clock_take_cause(void)
{
    cause = MCUSR;
    MCUSR = 0;
    wdt_enable(WDTO_15MS);
}

/* Samples the encoder, and tells the Pi a byte: four a tick are enough, and an interrupt for each byte would come fifteen times into one tick.
 * A before B is towards head-down: a step that way leaves the channel that changed as "A is it" says "A and B differ".  Both changed at once:
 * a sample was missed, and which way is not known.  38 cycles where nothing changed and nothing is told, and took 55; nothing comes into
 * another interrupt, so GPIOR1 may hold a register. */
ISR(TIMER2_COMPA_vect, ISR_NAKED)
{
    __asm__ volatile("out %[spare], r24      \n\t"
                     "in r24, %[status]      \n\t"
                     "push r24               \n\t"
                     "push r25               \n\t"
                     "lds r24, %[due]        \n\t"
                     "inc r24                \n\t"
                     "sts %[due], r24        \n\t"
                     "in r24, %[pins]        \n\t"
                     "lds r25, %[last]       \n\t"
                     "eor r25, r24           \n\t"
                     "andi r25, %[both]      \n\t"
                     "breq 1f                \n\t"
                     "sts %[last], r24       \n\t"
                     "cpi r25, %[both]       \n\t"
                     "breq 1f                \n\t"
                     "sbrc r24, %[b]         \n\t"
                     "subi r24, %[a_mask]    \n\t" /* bit A: A and B differ */
                     "sbrc r25, %[a]         \n\t"
                     "subi r24, %[a_mask]    \n\t" /* ... not as the channel that changed says */
                     "lds r25, %[steps]      \n\t"
                     "inc r25                \n\t"
                     "sbrc r24, %[a]         \n\t"
                     "subi r25, 2            \n\t"
                     "sts %[steps], r25      \n\t"
                     "1: lds r24, %[left]    \n\t"
                     "cpi r24, 0             \n\t"
                     "breq 2f                \n\t"
                     "dec r24                \n\t"
                     "sts %[left], r24       \n\t"
                     "push r30               \n\t"
                     "push r31               \n\t"
                     "lds r30, %[next]       \n\t"
                     "lds r31, %[next] + 1   \n\t"
                     "ld r24, Z+             \n\t"
                     "sts %[data], r24       \n\t"
                     "sts %[next], r30       \n\t"
                     "sts %[next] + 1, r31   \n\t"
                     "pop r31                \n\t"
                     "pop r30                \n\t"
                     "2: pop r25             \n\t"
                     "pop r24                \n\t"
                     "out %[status], r24     \n\t"
                     "in r24, %[spare]       \n\t"
                     "reti                   \n\t"
                     :
                     : [spare] "I"(_SFR_IO_ADDR(GPIOR1)), [status] "I"(_SFR_IO_ADDR(SREG)), [pins] "I"(_SFR_IO_ADDR(PIN_IN(PIN_ENCODER_A))),
                       [due] "i"(&due), [last] "i"(&encoder_last), [steps] "i"(&steps), [left] "i"(&serial_left), [next] "i"(&serial_next),
                       [data] "n"(_SFR_MEM_ADDR(UDR0)), [both] "M"((int)CLOCK_ENCODER),
                       [a] "I"(PIN_BIT(PIN_ENCODER_A)), [b] "I"(PIN_BIT(PIN_ENCODER_B)), [a_mask] "M"((int)PIN_MASK(PIN_ENCODER_A)));
}

void clock_start(void)
{
    encoder_last = PIN_IN(PIN_ENCODER_A);
    TCCR2A = _BV(WGM21);
    OCR2A = CLOCK_COMPARE;
    TIMSK2 = _BV(OCIE2A);
    TCCR2B = _BV(CS21) | _BV(CS20);
    SMCR = _BV(SE); /* idle: timers, converter and serial port run on; allowed for good, as nothing but the wait for a tick sleeps */
    sei();
}

/* Ticks that were missed are made up for one by one: every time the core counts is counted in them. */
void clock_wait(void)
{
    cli();
    if (due > behind_most) {
        behind_most = due;
    }
    while (due < CLOCK_SAMPLES) {
        sei(); /* the instruction after sei is always carried out: no wake-up is lost */
        sleep_cpu();
        __asm__ volatile("nop"); /* the interrupt that woke us is served here, if it was not before */
        cli();
    }
    due = (uint8_t)(due - CLOCK_SAMPLES);
    sei();
}

__attribute__((noinline)) void clock_tick_done(void)
{
    wdt_reset();
}

bool clock_keeps_up(void)
{
    return behind_most <= CLOCK_BEHIND_MOST;
}

uint8_t clock_reset_cause(void)
{
    return cause;
}

int8_t clock_encoder_steps(void)
{
    cli();
    int8_t taken = steps;
    steps = 0;
    sei();
    return taken;
}
