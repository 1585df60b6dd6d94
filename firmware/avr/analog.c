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

/* One conversion of a tick: what it read, and then the channel that is next and whether it begins at once. */
typedef struct {
    uint16_t counts;
    uint8_t next_channel, next_control;
} conversion_t;

#define ANALOG_TO(channel) {0U, (uint8_t)(ANALOG_SUPPLY | (channel)), (uint8_t)(ANALOG_ON | _BV(ADSC))}

/* Nowhere do its addresses differ in the upper byte: the interrupt counts with the lower one. */
static volatile conversion_t conversion[ANALOG_SLOTS] __attribute__((aligned(32))) = {
    ANALOG_TO(CHANNEL_POT), ANALOG_TO(CHANNEL_POT),     ANALOG_TO(CHANNEL_POT),  ANALOG_TO(CHANNEL_POT), ANALOG_TO(CHANNEL_CURRENT),
    ANALOG_TO(CHANNEL_BATTERY), ANALOG_TO(CHANNEL_LOOP), {0U, 0U, ANALOG_ON},
};
static uint8_t first; /* channel of slot 0 */
static uint8_t late;
static uint16_t loop_counts;

_Static_assert(sizeof conversion == 32U, "as many bytes as it is aligned to");

HAL_LOW(low_of_first, conversion)
HAL_LOW(low_of_end, conversion + ANALOG_SLOTS)

static uint8_t other(uint8_t channel)
{
    return channel == CHANNEL_BANDGAP ? (uint8_t)CHANNEL_MAINS : (uint8_t)CHANNEL_BANDGAP;
}

/* Takes the reading, then turns to the next channel.  GPIOR2 is the lower byte of the place in `conversion`.  32 cycles and took 80, eight
 * times a tick: nothing here touches the status register. */
ISR(ADC_vect, ISR_NAKED)
{
    __asm__ volatile("movw r2, r30           \n\t"
                     "in r30, %[place]       \n\t"
                     "ldi r31, hi8(%[table]) \n\t"
                     "lds r4, %[low]         \n\t"
                     "st Z+, r4              \n\t"
                     "lds r4, %[high]        \n\t"
                     "st Z+, r4              \n\t"
                     "ld r4, Z+              \n\t"
                     "sts %[channel], r4     \n\t"
                     "ld r4, Z+              \n\t"
                     "sts %[control], r4     \n\t"
                     "out %[place], r30      \n\t"
                     "movw r30, r2           \n\t"
                     "reti                   \n\t"
                     :
                     : [place] "I"(_SFR_IO_ADDR(GPIOR2)), [table] "i"(conversion), [low] "n"(_SFR_MEM_ADDR(ADCL)),
                       [high] "n"(_SFR_MEM_ADDR(ADCH)), [channel] "n"(_SFR_MEM_ADDR(ADMUX)), [control] "n"(_SFR_MEM_ADDR(ADCSRA)));
}

/* After the last one the channel of the next tick's first waits: the reference is slow to settle. */
static void begin(void)
{
    conversion[ANALOG_SLOTS - 1U].next_channel = ANALOG_SUPPLY | other(first);
    GPIOR2 = low_of_first();
    ADCSRA = ANALOG_ON | _BV(ADSC);
}

static bool ready(void)
{
    return GPIOR2 == low_of_end();
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
    BOARD_BY_REGISTER(in);
    uint16_t sum = 0;
    for (uint8_t i = ANALOG_FIRST_POT; i < ANALOG_FIRST_POT + ANALOG_POTS; i++) {
        sum = (uint16_t)(sum + conversion[i].counts);
    }
    in->pot_counts = sum;
    if (first == CHANNEL_BANDGAP) {
        in->bandgap_counts = conversion[0].counts;
    } else {
        in->mains_counts = conversion[0].counts;
    }
    in->current_counts = conversion[5].counts;
    in->battery_counts = conversion[6].counts;
    loop_counts = conversion[7].counts;
}

/* `in` keeps the older readings where there are no new ones. */
void analog_read(board_in_t *in)
{
    if (!ready()) {
        late = late < ANALOG_LATE_MOST ? (uint8_t)(late + 1U) : late;
        return;
    }
    late = 0;
    take(in);
    first = other(first);
    begin();
}

/* Every channel once, before the first decision: a supply not measured yet would be a supply lost. */
BOARD_CALLED void analog_settle(board_in_t *in)
{
    for (uint8_t turn = 0; turn < 2U; turn++) {
        while (!ready()) {
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
