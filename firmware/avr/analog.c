/* The converter: eight conversions a tick, one after another by interrupt, at 125 kHz as the data sheet wants for ten bits.
 * Potentiometer four times, current, battery, loop each tick; supply reference and mains in turn.  Judges nothing but whether it still runs. */
#include "hal.h"
#include "pins.h"

#include <avr/interrupt.h>

#define ANALOG_SUPPLY    _BV(REFS0) /* against the supply: potentiometer and loop are then ratiometric */
#define ANALOG_ON        ((uint8_t)(_BV(ADEN) | _BV(ADIE) | _BV(ADPS2) | _BV(ADPS1) | _BV(ADPS0)))
#define ANALOG_SLOTS     8U
#define ANALOG_FIRST_POT 1U
#define ANALOG_POTS      4U
#define ANALOG_LATE_MOST 3U /* ticks in a row whose conversions were not ready */

static volatile uint16_t result[ANALOG_SLOTS];
static volatile uint8_t slot;
static volatile uint8_t first; /* channel of slot 0 */
static uint8_t late;
static uint16_t loop_counts;

static const uint8_t channel_after[ANALOG_SLOTS - 1U] = {
    CHANNEL_POT, CHANNEL_POT, CHANNEL_POT, CHANNEL_POT, CHANNEL_CURRENT, CHANNEL_BATTERY, CHANNEL_LOOP,
};

static uint8_t other(uint8_t channel)
{
    return channel == CHANNEL_BANDGAP ? (uint8_t)CHANNEL_MAINS : (uint8_t)CHANNEL_BANDGAP;
}

ISR(ADC_vect)
{
    uint8_t done = slot;
    result[done & (ANALOG_SLOTS - 1U)] = ADC; /* first the reading, then the next channel */
    done++;
    slot = done;
    if (done < ANALOG_SLOTS) {
        ADMUX = ANALOG_SUPPLY | channel_after[done - 1U];
        ADCSRA = ANALOG_ON | _BV(ADSC);
    } else {
        ADMUX = ANALOG_SUPPLY | other(first); /* until the next tick begins: the reference is slow to settle */
    }
}

static void begin(void)
{
    slot = 0;
    ADCSRA = ANALOG_ON | _BV(ADSC);
}

void analog_start(void)
{
    DIDR0 = PINS_ANALOGUE;
    first = CHANNEL_BANDGAP;
    ADMUX = ANALOG_SUPPLY | first;
    begin();
}

static void take(board_in_t *in)
{
    uint16_t sum = 0;
    for (uint8_t i = ANALOG_FIRST_POT; i < ANALOG_FIRST_POT + ANALOG_POTS; i++) {
        sum = (uint16_t)(sum + result[i]);
    }
    in->pot_counts = sum;
    if (first == CHANNEL_BANDGAP) {
        in->bandgap_counts = result[0];
    } else {
        in->mains_counts = result[0];
    }
    in->current_counts = result[5];
    in->battery_counts = result[6];
    loop_counts = result[7];
}

/* `in` keeps the older readings where there are no new ones. */
void analog_read(board_in_t *in)
{
    if (slot < ANALOG_SLOTS) {
        late = late < ANALOG_LATE_MOST ? (uint8_t)(late + 1U) : late;
        return;
    }
    late = 0;
    take(in);
    first = other(first);
    begin();
}

/* Every channel once, before the first decision: a supply not measured yet would be a supply lost. */
void analog_settle(board_in_t *in)
{
    for (uint8_t turn = 0; turn < 2U; turn++) {
        while (slot < ANALOG_SLOTS) {
            /* half a watchdog time at most; the interrupt counts */
        }
        analog_read(in);
        clock_tick_done();
    }
}

bool analog_alive(void)
{
    return late < ANALOG_LATE_MOST;
}

uint16_t analog_loop_counts(void)
{
    return loop_counts;
}
