/* The millisecond, sleep between ticks, the encoder's sampling and the hardware watchdog.  Knows no rule.
 * The encoder is sampled at 4 kHz instead of by its edges: a noisy wire then costs no more time than a quiet one. */
#include "hal.h"
#include "pins.h"

#include <avr/interrupt.h>
#include <avr/sleep.h>
#include <avr/wdt.h>

#define CLOCK_SAMPLES     4U   /* a millisecond */
#define CLOCK_COMPARE     124U /* 16 MHz / 32 / 125 = 4 kHz */
#define CLOCK_BEHIND_MOST 3U   /* ticks waiting; more and the board cannot keep time */
#define CLOCK_ENCODER     ((uint8_t)(PIN_MASK(PIN_ENCODER_A) | PIN_MASK(PIN_ENCODER_B)))

static volatile uint8_t due;
static volatile int8_t steps;
static uint8_t samples;
static uint8_t encoder_last;
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

/* A before B is towards head-down.  Both changed at once: a sample was missed, and which way is not known. */
ISR(TIMER2_COMPA_vect)
{
    uint8_t now = PIN_IN(PIN_ENCODER_A) & CLOCK_ENCODER;
    uint8_t changed = now ^ encoder_last;
    if (changed != 0U && changed != CLOCK_ENCODER) {
        bool a_is_high = (now & PIN_MASK(PIN_ENCODER_A)) != 0U;
        bool b_is_high = (now & PIN_MASK(PIN_ENCODER_B)) != 0U;
        bool a_changed = (changed & PIN_MASK(PIN_ENCODER_A)) != 0U;
        steps = (int8_t)((a_changed == (a_is_high != b_is_high)) ? steps + 1 : steps - 1);
    }
    encoder_last = now;
    samples--;
    if (samples == 0U) {
        samples = CLOCK_SAMPLES;
        due++;
    }
}

void clock_start(void)
{
    samples = CLOCK_SAMPLES;
    encoder_last = PIN_IN(PIN_ENCODER_A) & CLOCK_ENCODER;
    TCCR2A = _BV(WGM21);
    OCR2A = CLOCK_COMPARE;
    TIMSK2 = _BV(OCIE2A);
    TCCR2B = _BV(CS21) | _BV(CS20);
    SMCR = 0; /* idle: timers, converter and serial port run on */
    sei();
}

/* Ticks that were missed are made up for one by one: every time the core counts is counted in them. */
void clock_wait(void)
{
    cli();
    if (due > behind_most) {
        behind_most = due;
    }
    while (due == 0U) {
        sleep_enable();
        sei(); /* the instruction after sei is always carried out: no wake-up is lost */
        sleep_cpu();
        sleep_disable();
        cli();
    }
    due--;
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
