/* Bytes to and from the Pi: 250 000 baud, 8N1, exact from 16 MHz.  Knows no frame. */
#include "hal.h"
#include "pins.h"

#include <avr/interrupt.h>
#include <stddef.h>

#define SERIAL_ROOM_BIT 6
#define SERIAL_ROOM     (1U << SERIAL_ROOM_BIT) /* 25 bytes are all that a millisecond can bring */
#define SERIAL_TAKEN    5U  /* bytes a tick that the core is handed: a command takes four ticks and its end one more */
#define SERIAL_TAKEN_TOO 3U /* ... in one that makes a frame besides */
#define SERIAL_BUSY     8U  /* bytes come in, in a tick, from which on it hands on none: twenty-five interrupts may be in it */
#define SERIAL_MADE     4U  /* bytes of a frame in a tick */
#define SERIAL_DIVIDER  ((uint16_t)(F_CPU / 16UL / PROTOCOL_BAUD - 1UL))
#define SERIAL_ON       ((uint8_t)(_BV(RXEN0) | _BV(TXEN0) | _BV(RXCIE0)))

_Static_assert(SERIAL_TAKEN <= (unsigned)BOARD_RX_MAX, "the core has room for them");
_Static_assert(F_CPU == (SERIAL_DIVIDER + 1UL) * 16UL * PROTOCOL_BAUD, "the baud rate is exact");

/* Its addresses do not differ in the upper byte, and behind its last one SERIAL_ROOM's bit is set in the lower: with that the interrupt
 * counts, and never touches the status register.  GPIOR1 is the lower byte of the next byte's address. */
static volatile uint8_t heard[SERIAL_ROOM] __attribute__((aligned(2U * SERIAL_ROOM)));
static uint8_t heard_out, heard_end; /* places in it: of the next byte for the core, and where the last tick found the end */
static const uint8_t *message; /* to become a frame */
static bool making;
frame_encoder_t serial_frame __attribute__((aligned(32))); /* its addresses do not differ in the upper byte either */
volatile uint8_t serial_at; /* the lower byte of the address of the next byte to be told */

_Static_assert(offsetof(frame_encoder_t, wire) == 0U && FRAME_WIRE_BYTES < 32U, "the frame's bytes and its end have one upper byte");

HAL_LOW(low_of_heard, heard)
HAL_LOW(low_of_frame, serial_frame.wire)
HAL_LOW(low_of_told, serial_frame.wire + FRAME_WIRE_BYTES)

/* A damaged byte goes in like any other: the frame's check finds it.  22 cycles and took 58. */
ISR(USART_RX_vect, ISR_NAKED)
{
    __asm__ volatile("movw r2, r30           \n\t"
                     "in r30, %[at]          \n\t"
                     "ldi r31, hi8(%[table]) \n\t"
                     "lds r4, %[data]        \n\t"
                     "st Z+, r4              \n\t"
                     "sbrc r30, %[wrapped]   \n\t"
                     "ldi r30, lo8(%[table]) \n\t"
                     "out %[at], r30         \n\t"
                     "movw r30, r2           \n\t"
                     "reti                   \n\t"
                     :
                     : [at] "I"(_SFR_IO_ADDR(GPIOR1)), [table] "i"(heard), [wrapped] "I"(SERIAL_ROOM_BIT), [data] "n"(_SFR_MEM_ADDR(UDR0)));
}

void serial_start(void)
{
    GPIOR1 = low_of_heard();
    serial_at = low_of_told();
    UBRR0 = SERIAL_DIVIDER;
    UCSR0A = 0;
    UCSR0C = _BV(UCSZ01) | _BV(UCSZ00);
    UCSR0B = SERIAL_ON;
}

/* Whatever ends a frame comes alone: the tick in which a command is judged has no others of its bytes to take in.  Zeros in a row go
 * together, or a line held low for a while would be looked at for many ticks more.  What does not fit any more writes over the oldest: after
 * a flood of noise the order comes again by itself when what waits has been looked at, in 14 ticks, or 64 if every other byte was a zero. */
void serial_receive(board_in_t *in)
{
    const uint8_t end = GPIOR1 % SERIAL_ROOM;
    uint8_t most = making || message != NULL ? SERIAL_TAKEN_TOO : SERIAL_TAKEN;
    if ((uint8_t)(end - heard_end) % SERIAL_ROOM >= SERIAL_BUSY) {
        most = 0U;
    }
    uint8_t at = heard_out;
    uint8_t count = 0;
    const bool zeros = heard[at] == 0U;
    while (at != end && count < most && (heard[at] == 0U) == zeros) {
        in->rx[count] = heard[at];
        count++;
        at = (uint8_t)(at + 1U) % SERIAL_ROOM;
    }
    heard_end = end;
    heard_out = at;
    in->rx_count = count;
}

/* Bytes have come in since serial_receive(). */
bool serial_hears(void)
{
    return GPIOR1 % SERIAL_ROOM != heard_end;
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
    if (message != NULL && serial_at == low_of_told()) {
        frame_begin(&serial_frame, message);
        message = NULL;
        making = true;
        bytes = SERIAL_MADE / 2U;
    }
    if (making && frame_go_on(&serial_frame, bytes)) {
        making = false;
        serial_at = low_of_frame(); /* from here on the interrupt takes them */
    }
}
