/* Bytes to and from the Pi: 250 000 baud, 8N1, exact from 16 MHz.  Knows no frame. */
#include "hal.h"
#include "pins.h"

#include "../core/frame.h"

#include <avr/interrupt.h>

#define SERIAL_ROOM     64U /* a power of two; 25 bytes are all that a millisecond can bring */
#define SERIAL_LAST     (SERIAL_ROOM - 1U)
#define SERIAL_DIVIDER  ((uint16_t)(F_CPU / 16UL / PROTOCOL_BAUD - 1UL))
#define SERIAL_ON       ((uint8_t)(_BV(RXEN0) | _BV(TXEN0) | _BV(RXCIE0)))

_Static_assert(F_CPU == (SERIAL_DIVIDER + 1UL) * 16UL * PROTOCOL_BAUD, "the baud rate is exact");

/* Neither buffer's addresses differ in the upper byte: the interrupts count with the lower one, and without touching the status register. */
static volatile uint8_t heard[SERIAL_ROOM] __attribute__((aligned(64)));
static volatile uint8_t told[32] __attribute__((aligned(32)));
static volatile uint8_t heard_in = 0, told_at = 0; /* lower bytes of the addresses of the next byte in and out */
static uint8_t heard_out;

_Static_assert(SERIAL_ROOM == 64U && BOARD_TX_MAX < 32U, "what they are aligned to");

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

/* The next byte of the frame; after its last one no more of these interrupts.  34 cycles and took 56, twenty times a frame. */
ISR(USART_UDRE_vect, ISR_NAKED)
{
    __asm__ volatile("out %[spare], r24      \n\t"
                     "push r30               \n\t"
                     "push r31               \n\t"
                     "lds r30, %[at]         \n\t"
                     "ldi r31, hi8(%[table]) \n\t"
                     "ld r24, Z+             \n\t"
                     "sts %[data], r24       \n\t"
                     "sts %[at], r30         \n\t"
                     "ldi r24, lo8(%[end])   \n\t"
                     "cpse r30, r24          \n\t"
                     "rjmp 1f                \n\t"
                     "ldi r24, %[off]        \n\t"
                     "sts %[control], r24    \n\t"
                     "1: pop r31             \n\t"
                     "pop r30                \n\t"
                     "in r24, %[spare]       \n\t"
                     "reti                   \n\t"
                     :
                     : [spare] "I"(_SFR_IO_ADDR(GPIOR1)), [table] "i"(told), [end] "i"(told + FRAME_WIRE_BYTES), [at] "i"(&told_at),
                       [data] "n"(_SFR_MEM_ADDR(UDR0)), [control] "n"(_SFR_MEM_ADDR(UCSR0B)), [off] "M"((int)SERIAL_ON));
}

void serial_start(void)
{
    heard_in = heard_out = SERIAL_LOW(heard);
    UBRR0 = SERIAL_DIVIDER;
    UCSR0A = 0;
    UCSR0C = _BV(UCSZ01) | _BV(UCSZ00);
    UCSR0B = SERIAL_ON;
}

void serial_receive(board_in_t *in)
{
    uint8_t end = heard_in;
    uint8_t at = heard_out;
    uint8_t *to = in->rx;
    while (at != end && to != in->rx + BOARD_RX_MAX) {
        *to++ = heard[(uint8_t)(at - SERIAL_LOW(heard))];
        at++;
        if (at == SERIAL_LOW(heard + SERIAL_ROOM)) {
            at = SERIAL_LOW(heard);
        }
    }
    heard_out = at;
    in->rx_count = (uint8_t)(to - in->rx);
}

/* A frame every 10 ms takes 0.8 ms: the one before has always gone. */
void serial_send(const uint8_t *data, uint8_t size)
{
    if (size != FRAME_WIRE_BYTES || (UCSR0B & _BV(UDRIE0)) != 0U) {
        return;
    }
    for (uint8_t i = 0; i < FRAME_WIRE_BYTES; i++) {
        told[i] = data[i];
    }
    told_at = SERIAL_LOW(told);
    UCSR0B = SERIAL_ON | _BV(UDRIE0);
}
