/* Which pin of the ATmega328P is which: the one table, compared with hardware/wiring.md by tests/avr/test_pins.py.
 * Only names; reads and writes nothing.  Why each pin is where it is: docs/decisions, "the drive board's 22 pins". */
#ifndef PINS_H
#define PINS_H

#include <avr/io.h>

/* name           port, bit */
#define PIN_SERIAL_RX    D, 0
#define PIN_SERIAL_TX    D, 1
#define PIN_ESTOP_A      D, 2 /* INT0; closed to ground is healthy, so an open wire is a stop */
#define PIN_ESTOP_B      D, 3 /* INT1 */
#define PIN_ENCODER_A    D, 4
#define PIN_ENCODER_B    D, 5
#define PIN_CONTACTOR    D, 6
#define PIN_OVERCURRENT  D, 7 /* high is latched, so an open wire is a latched one */
#define PIN_BRAKE        B, 0 /* high energises the coil and releases */
#define PIN_BRIDGE_DOWN  B, 1 /* OC1A, towards head-down */
#define PIN_BRIDGE_UP    B, 2 /* OC1B, towards head-up */
#define PIN_START        B, 3 /* MOSI: contacts with 1 kohm in series do not mind being programmed */
#define PIN_RETURN       B, 4 /* MISO */
#define PIN_BUZZER       B, 5 /* SCK; the Nano's own lamp hangs here, so it cannot be an input */
#define PIN_POT          C, 0
#define PIN_CURRENT      C, 1
#define PIN_BATTERY      C, 2
#define PIN_ANKLE_LEFT   C, 3
#define PIN_ANKLE_RIGHT  C, 4
#define PIN_OK           C, 5

/* Converter channels; 6 and 7 have no digital half. */
#define CHANNEL_POT      0U
#define CHANNEL_CURRENT  1U
#define CHANNEL_BATTERY  2U
#define CHANNEL_MAINS    6U
#define CHANNEL_LOOP     7U /* end stops and release lever: one supervised loop, contacts.c */
#define CHANNEL_BANDGAP  14U

#define PIN_MASK_OF(port, bit) ((uint8_t)(1U << (bit)))
#define PIN_MASK(pin)          PIN_MASK_OF(pin)
#define PIN_BIT_OF(port, bit)  bit
#define PIN_BIT(pin)           PIN_BIT_OF(pin)
#define PIN_IN_OF(port, bit)   PIN##port
#define PIN_IN(pin)            PIN_IN_OF(pin)
#define PIN_OUT_OF(port, bit)  PORT##port
#define PIN_OUT(pin)           PIN_OUT_OF(pin)
#define PIN_HIGH_OF(port, bit) ((PIN##port & PIN_MASK_OF(port, bit)) != 0U)
#define PIN_HIGH(pin)          PIN_HIGH_OF(pin)

/* What the direction and pull-up registers hold from boot to the next reset; checks.c reads them back. */
#define PINS_OUT_B (PIN_MASK(PIN_BRAKE) | PIN_MASK(PIN_BRIDGE_DOWN) | PIN_MASK(PIN_BRIDGE_UP) | PIN_MASK(PIN_BUZZER))
#define PINS_OUT_C 0U
#define PINS_OUT_D (PIN_MASK(PIN_SERIAL_TX) | PIN_MASK(PIN_CONTACTOR))
#define PINS_PULL_B (PIN_MASK(PIN_START) | PIN_MASK(PIN_RETURN))
#define PINS_PULL_C (PIN_MASK(PIN_ANKLE_LEFT) | PIN_MASK(PIN_ANKLE_RIGHT) | PIN_MASK(PIN_OK))
#define PINS_PULL_D \
    (PIN_MASK(PIN_SERIAL_RX) | PIN_MASK(PIN_ESTOP_A) | PIN_MASK(PIN_ESTOP_B) | PIN_MASK(PIN_ENCODER_A) | PIN_MASK(PIN_ENCODER_B) | \
     PIN_MASK(PIN_OVERCURRENT))
#define PINS_ANALOGUE (PIN_MASK(PIN_POT) | PIN_MASK(PIN_CURRENT) | PIN_MASK(PIN_BATTERY))

#endif
