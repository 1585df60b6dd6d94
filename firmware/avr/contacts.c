/* Switches, buttons and the encoder's count, as levels.  Debouncing and meaning are the core's.
 * Three normally closed switches at the pivot share one supervised loop (docs/decisions): each bridges a resistor, so every combination is a
 * voltage of its own, a broken loop reads as all open and a short to ground as well. */
#include "hal.h"
#include "pins.h"

#include <avr/interrupt.h>

#define CONTACTS_UP      1U
#define CONTACTS_DOWN    2U
#define CONTACTS_LEVER   4U
#define CONTACTS_ALL     7U
#define CONTACTS_SHORTED 33U /* the loop's own 680 ohm alone read 65 */

/* Halfway between the counts of 10 kohm to the supply and 680 ohm + 1.8 kohm (up) + 3.3 kohm (down) + 6.8 kohm (lever):
 * 65, 203, 291, 375, 438, 492, 531, 570; open 1023. */
static const uint16_t loop_bounds[] = {134U, 247U, 333U, 406U, 465U, 511U, 551U};

#define CONTACTS_ESTOPS  3U /* bit 0 and 1, as GPIOR0 and EIFR have them */

_Static_assert(PIN_BIT(PIN_ESTOP_B) == PIN_BIT(PIN_ESTOP_A) + 1, "two pins side by side, of one port");

static uint8_t estops_were_open; /* of the two, as the last tick found them */
static bool edge_missed;

static uint8_t estops_open(void)
{
    return (uint8_t)(PIN_IN(PIN_ESTOP_A) >> PIN_BIT(PIN_ESTOP_A)) & CONTACTS_ESTOPS;
}

void contacts_start(void)
{
    estops_were_open = estops_open();
}

/* The interrupt and the poll look at the same two wires.  An edge counts for one whole tick however short it was;
 * a level that opened without an edge means that the interrupt does not work. */
static void read_estop(board_in_t *in)
{
    cli();
    uint8_t seen = GPIOR0;
    uint8_t open = estops_open();
    if (open == 0U) {
        GPIOR0 = 0;
    }
    uint8_t pending = EIFR;
    sei();
    if ((open & (uint8_t)~(estops_were_open | seen | pending)) != 0U) {
        edge_missed = true;
    }
    estops_were_open = open;
    open |= seen;
    in->estop_a_closed = (open & 1U) == 0U;
    in->estop_b_closed = (open & 2U) == 0U;
}

static uint8_t loop_code(uint16_t counts)
{
    uint8_t code = 0;
    if (counts < CONTACTS_SHORTED) {
        return CONTACTS_ALL;
    }
    while (code < CONTACTS_ALL && counts >= loop_bounds[code]) {
        code++;
    }
    return code;
}

BOARD_ONE_COPY void contacts_read(board_in_t *in)
{
    uint8_t code = loop_code(analog_loop_counts());
    read_estop(in);
    in->end_stop_up_closed = (code & CONTACTS_UP) == 0U;
    in->end_stop_down_closed = (code & CONTACTS_DOWN) == 0U;
    in->release_pulled = (code & CONTACTS_LEVER) != 0U;
    in->ankle_left_closed = !PIN_HIGH(PIN_ANKLE_LEFT);
    in->ankle_right_closed = !PIN_HIGH(PIN_ANKLE_RIGHT);
    in->start_pressed = !PIN_HIGH(PIN_START);
    in->return_pressed = !PIN_HIGH(PIN_RETURN);
    in->ok_pressed = !PIN_HIGH(PIN_OK);
    in->overcurrent_latched = PIN_HIGH(PIN_OVERCURRENT);
    in->encoder_counts += clock_encoder_steps(); /* nobody else writes it */
}

bool contacts_edges_agree(void)
{
    return !edge_missed;
}
