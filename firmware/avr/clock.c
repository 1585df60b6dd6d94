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

/* Samples the encoder, and tells the Pi a byte: four a tick are enough, and an interrupt for each byte would come fifteen times into one
 * tick.  A before B is towards head-down: a step that way leaves the channel that changed as "A is it" says "A and B differ".  Both changed
 * at once: a sample was missed, and which way is not known.  28 cycles where nothing changed and nothing is told, and took 55. */
ISR(TIMER2_COMPA_vect, ISR_NAKED)
{
    __asm__ volatile("in r4, %[status]       \n\t"
                     "mov r2, r24            \n\t"
                     "inc r5                 \n\t"
                     "in r24, %[pins]        \n\t"
                     "lds r3, %[last]        \n\t"
                     "eor r24, r3            \n\t"
                     "andi r24, %[both]      \n\t"
                     "breq 1f                \n\t"
                     "eor r3, r24            \n\t"
                     "sts %[last], r3        \n\t"
                     "cpi r24, %[both]       \n\t"
                     "breq 1f                \n\t"
                     "sbrc r3, %[b]          \n\t"
                     "com r3                 \n\t" /* bit A: A and B differ */
                     "sbrc r24, %[a]         \n\t"
                     "com r3                 \n\t" /* ... not as the channel that changed says */
                     "lds r24, %[steps]      \n\t"
                     "inc r24                \n\t"
                     "sbrc r3, %[a]          \n\t"
                     "subi r24, 2            \n\t"
                     "sts %[steps], r24      \n\t"
                     "1: lds r24, %[at]      \n\t"
                     "cpi r24, lo8(%[end])   \n\t"
                     "breq 2f                \n\t"
                     "push r30               \n\t"
                     "mov r3, r31            \n\t"
                     "mov r30, r24           \n\t"
                     "ldi r31, hi8(%[end])   \n\t"
                     "ld r24, Z+             \n\t"
                     "sts %[data], r24       \n\t"
                     "sts %[at], r30         \n\t"
                     "mov r31, r3            \n\t"
                     "pop r30                \n\t"
                     "2: mov r24, r2         \n\t"
                     "out %[status], r4      \n\t"
                     "reti                   \n\t"
                     :
                     : [status] "I"(_SFR_IO_ADDR(SREG)), [pins] "I"(_SFR_IO_ADDR(PIN_IN(PIN_ENCODER_A))), [last] "i"(&encoder_last),
                       [steps] "i"(&steps), [at] "i"(&serial_at), [end] "i"(serial_frame.wire + FRAME_WIRE_BYTES),
                       [data] "n"(_SFR_MEM_ADDR(UDR0)), [both] "M"((int)CLOCK_ENCODER),
                       [a] "I"(PIN_BIT(PIN_ENCODER_A)), [b] "I"(PIN_BIT(PIN_ENCODER_B)));
}

/* Samples since the last tick began: in r5, where only the interrupt and these two touch it. */
static inline uint8_t due(void)
{
    uint8_t samples;
    __asm__ volatile("mov %0, r5" : "=r"(samples));
    return samples;
}

static inline void set_due(uint8_t samples)
{
    __asm__ volatile("mov r5, %0" : : "r"(samples));
}

void clock_start(void)
{
    encoder_last = PIN_IN(PIN_ENCODER_A);
    set_due(0);
    TCCR2A = _BV(WGM21);
    OCR2A = CLOCK_COMPARE;
    TIMSK2 = _BV(OCIE2A);
    TCCR2B = _BV(CS21) | _BV(CS20);
    SMCR = _BV(SE); /* idle: timers, converter and serial port run on; allowed for good, as nothing but the wait for a tick sleeps */
    sei();
}

/* Until the fourth sample, from before it, with interrupts off.  By hand, for every interrupt comes by here: 7 cycles, and took 9.  The
 * instruction after sei is always carried out, so no wake-up is lost; at nop whatever woke us is served, if it was not before; and in so
 * short a turn there comes no more than one sample. */
static inline void sleep_on(void)
{
    __asm__ volatile("1: sei              \n\t"
                     "sleep               \n\t"
                     "nop                 \n\t"
                     "cli                 \n\t"
                     "sbrs r5, %[fourth]  \n\t"
                     "rjmp 1b             \n\t"
                     :
                     : [fourth] "I"(2)
                     : "memory");
}

_Static_assert(CLOCK_SAMPLES == 1U << 2, "the bit that sleep_on() waits for");

/* Ticks that were missed are made up for one by one: every time the core counts is counted in them. */
void clock_wait(void)
{
    cli();
    uint8_t waiting = due();
    if (waiting > behind_most) {
        behind_most = waiting;
    }
    if (waiting < CLOCK_SAMPLES) {
        sleep_on();
    }
    set_due((uint8_t)(due() - CLOCK_SAMPLES));
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
