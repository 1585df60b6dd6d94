/* Bytes to and from the Pi: 250 000 baud, 8N1, exact from 16 MHz.  Knows no frame. */
#include "hal.h"
#include "pins.h"

#include "../core/frame.h"

#include <avr/interrupt.h>
#include <stddef.h>

#define SERIAL_ROOM     64U /* a power of two; 25 bytes are all that a millisecond can bring */
#define SERIAL_TAKEN    12U /* bytes a tick that the core is handed: a command takes two ticks, and noise at line rate no more of a tick */
#define SERIAL_MADE     4U  /* bytes of a frame in a tick */
#define SERIAL_DIVIDER  ((uint16_t)(F_CPU / 16UL / PROTOCOL_BAUD - 1UL))
#define SERIAL_ON       ((uint8_t)(_BV(RXEN0) | _BV(TXEN0) | _BV(RXCIE0)))

_Static_assert(SERIAL_TAKEN <= (unsigned)BOARD_RX_MAX, "the core has room for them");
_Static_assert(F_CPU == (SERIAL_DIVIDER + 1UL) * 16UL * PROTOCOL_BAUD, "the baud rate is exact");

/* Its addresses do not differ in the upper byte: the interrupt counts with the lower one, and without touching the status register. */
static volatile uint8_t heard[SERIAL_ROOM] __attribute__((aligned(SERIAL_ROOM)));
static volatile uint8_t heard_in; /* the lower byte of the next byte's address, in and out */
static uint8_t heard_out;
static const uint8_t *message; /* to become a frame */
static frame_encoder_t frame;
static bool making;
volatile uint8_t serial_left;           /* of its bytes, to be told */
const volatile uint8_t *serial_next;    /* of them */

#define SERIAL_LOW(place) ((uint8_t)(uintptr_t)(place))

/* A damaged byte goes in like any other: the frame's check finds it.  34 cycles and took 58. */
ISR(USART_RX_vect, ISR_NAKED)
{
    __asm__ volatile("out %[spare], r24      \n\t"
                     "push r30               \n\t"
                     "push r31               \n\t"
                     "lds r30, %[at]         \n\t"
                     "ldi r31, hi8(%[table]) \n\t"
                     "lds r24, %[data]       \n\t"
                     "st Z+, r24             \n\t"
                     "ldi r24, lo8(%[end])   \n\t"
                     "cpse r30, r24          \n\t"
                     "rjmp 1f                \n\t"
                     "ldi r30, lo8(%[table]) \n\t"
                     "1: sts %[at], r30      \n\t"
                     "pop r31                \n\t"
                     "pop r30                \n\t"
                     "in r24, %[spare]       \n\t"
                     "reti                   \n\t"
                     :
                     : [spare] "I"(_SFR_IO_ADDR(GPIOR1)), [table] "i"(heard), [end] "i"(heard + SERIAL_ROOM), [at] "i"(&heard_in),
                       [data] "n"(_SFR_MEM_ADDR(UDR0)));
}

void serial_start(void)
{
    heard_in = heard_out = SERIAL_LOW(heard);
    UBRR0 = SERIAL_DIVIDER;
    UCSR0A = 0;
    UCSR0C = _BV(UCSZ01) | _BV(UCSZ00);
    UCSR0B = SERIAL_ON;
}

/* What does not fit any more writes over the oldest: after a flood of noise the order comes again by itself, within six ticks. */
void serial_receive(board_in_t *in)
{
    uint8_t end = heard_in;
    uint8_t at = heard_out;
    uint8_t count = 0;
    while (at != end && count < SERIAL_TAKEN) {
        in->rx[count] = heard[(uint8_t)(at - SERIAL_LOW(heard))];
        count++;
        at++;
        if (at == SERIAL_LOW(heard + SERIAL_ROOM)) {
            at = SERIAL_LOW(heard);
        }
    }
    heard_out = at;
    in->rx_count = count;
}

/* Nothing is lost if it stays until the frame has gone: a message comes up every 10 ms, and its frame has gone after 10. */
void serial_send(const uint8_t *data)
{
    message = data;
}

/* A message becomes a frame in five ticks: its bytes into place and two of them, then four a tick.  All in one took 1 400 cycles. */
void serial_make(void)
{
    uint8_t bytes = SERIAL_MADE;
    if (message != NULL && serial_left == 0U) {
        frame_begin(&frame, message);
        message = NULL;
        making = true;
        bytes = SERIAL_MADE / 2U;
    }
    if (making && frame_go_on(&frame, bytes)) {
        making = false;
        serial_next = frame.wire;
        serial_left = FRAME_WIRE_BYTES; /* last: from here on the interrupt takes them */
    }
}
