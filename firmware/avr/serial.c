/* Bytes to and from the Pi: 250 000 baud, 8N1, exact from 16 MHz.  Knows no frame. */
#include "hal.h"
#include "pins.h"

#include "../core/protocol.h"

#include <avr/interrupt.h>

#define SERIAL_ROOM     64U /* a power of two; 25 bytes are all that a millisecond can bring */
#define SERIAL_LAST     (SERIAL_ROOM - 1U)
#define SERIAL_DIVIDER  ((uint16_t)(F_CPU / 16UL / PROTOCOL_BAUD - 1UL))
#define SERIAL_ON       ((uint8_t)(_BV(RXEN0) | _BV(TXEN0) | _BV(RXCIE0)))

_Static_assert(F_CPU == (SERIAL_DIVIDER + 1UL) * 16UL * PROTOCOL_BAUD, "the baud rate is exact");

static volatile uint8_t heard[SERIAL_ROOM];
static volatile uint8_t heard_in;
static uint8_t heard_out;
static uint8_t told[BOARD_TX_MAX];
static volatile uint8_t told_at, told_end;

ISR(USART_RX_vect)
{
    uint8_t at = heard_in;
    uint8_t next = (uint8_t)((at + 1U) & SERIAL_LAST);
    heard[at] = UDR0; /* a damaged byte goes in like any other: the frame's check finds it */
    heard_in = next;
}

ISR(USART_UDRE_vect)
{
    uint8_t at = told_at;
    if (at < told_end) {
        UDR0 = told[at];
        told_at = (uint8_t)(at + 1U);
    } else {
        UCSR0B = SERIAL_ON;
    }
}

void serial_start(void)
{
    UBRR0 = SERIAL_DIVIDER;
    UCSR0A = 0;
    UCSR0C = _BV(UCSZ01) | _BV(UCSZ00);
    UCSR0B = SERIAL_ON;
}

void serial_receive(board_in_t *in)
{
    uint8_t count = 0;
    uint8_t end = heard_in;
    uint8_t at = heard_out;
    while (at != end && count < (uint8_t)BOARD_RX_MAX) {
        in->rx[count] = heard[at];
        at = (uint8_t)((at + 1U) & SERIAL_LAST);
        count++;
    }
    heard_out = at;
    in->rx_count = count;
}

/* One frame every 10 ms takes 0.8 ms: the one before has always gone. */
void serial_send(const uint8_t *data, uint8_t size)
{
    if (size == 0U || told_at < told_end) {
        return;
    }
    for (uint8_t i = 0; i < size && i < (uint8_t)BOARD_TX_MAX; i++) {
        told[i] = data[i];
    }
    told_at = 0;
    told_end = size < (uint8_t)BOARD_TX_MAX ? size : (uint8_t)BOARD_TX_MAX;
    UCSR0B = SERIAL_ON | _BV(UDRIE0);
}
