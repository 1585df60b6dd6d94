/* The serial port of the simulated processor: bytes in and out at their true times. */
#include "avr_board.h"

static uint32_t next_of(uint32_t at)
{
    return (at + 1) % SERIAL_RING;
}

static uint32_t bit_cycles(const avr_board_t *b)
{
    const uint8_t *data = b->avr->data;
    const uint32_t divider = (uint32_t)(data[R_UBRR0L] | ((data[R_UBRR0H] & 0x0F) << 8));
    return (divider + 1) * ((data[R_UCSR0A] & 2) != 0 ? 8U : 16U);
}

static uint32_t byte_cycles(const avr_board_t *b)
{
    const uint8_t form = b->avr->data[R_UCSR0C];
    const uint32_t bits = 1U + 5U + ((form >> 1) & 3U) + ((form >> 5 & 1) != 0 ? 1U : 0U) + ((form & 8) != 0 ? 2U : 1U);
    return bits * bit_cycles(b);
}

uint32_t avr_baud(const avr_board_t *b)
{
    return CLOCK_HZ / bit_cycles(b);
}

void avr_far_baud(avr_board_t *b, double baud)
{
    b->far_bit_cycles = CLOCK_HZ / baud;
}

/* simavr counts eleven bits for 8N1 and forgets the double speed if it is set after the divider. */
static void on_sent(struct avr_irq_t *irq, uint32_t value, void *param)
{
    avr_board_t *b = param;
    bytes_t *tx = &b->tx;
    const uint64_t now = b->avr->cycle;
    (void)irq;
    const uint64_t cycles = (b->raw & RAW_BYTE_TIME) == 0 ? byte_cycles(b) : b->uart->cycles_per_byte;
    b->uart->cycles_per_byte = cycles;
    tx->free_at = (tx->free_at > now ? tx->free_at : now) + cycles;
    if (next_of(tx->in) == tx->out) {
        b->stats.tx_lost++;
        return;
    }
    tx->byte[tx->in] = (uint8_t)value;
    tx->end[tx->in] = tx->free_at;
    tx->in = next_of(tx->in);
}

/* Two bytes of buffer and the shift register, as on silicon: simavr would keep 64. */
static void deliver(avr_board_t *b, uint8_t byte)
{
    avr_t *avr = b->avr;
    const uint32_t unread = (uint32_t)(b->uart->input.write + 64 - b->uart->input.read) & 63U;
    if ((avr->data[R_UCSR0B] & 0x10) == 0) {
        b->stats.rx_disabled++;
    } else if (unread >= 3) {
        b->stats.rx_overrun++;
        avr->data[R_UCSR0A] |= 0x08;
    } else {
        const avr_cycle_count_t keep = byte_cycles(b);
        b->uart->cycles_per_byte = 1; /* the byte is whole now, not one byte time from now */
        avr_raise_irq(b->uart_in, byte);
        b->uart->cycles_per_byte = keep;
    }
}

static avr_cycle_count_t on_arrival(avr_t *avr, avr_cycle_count_t when, void *param)
{
    avr_board_t *b = param;
    bytes_t *rx = &b->rx;
    (void)when;
    while (rx->out != rx->in && rx->end[rx->out] <= avr->cycle) {
        const uint8_t byte = rx->byte[rx->out];
        rx->out = next_of(rx->out);
        deliver(b, byte);
    }
    if (rx->out == rx->in) {
        return 0;
    }
    return rx->end[rx->out] > avr->cycle ? rx->end[rx->out] : avr->cycle + 1;
}

static void arm(avr_board_t *b)
{
    if (b->rx.out != b->rx.in) {
        const uint64_t due = b->rx.end[b->rx.out];
        avr_cycle_timer_register(b->avr, due > b->avr->cycle ? due - b->avr->cycle : 1, on_arrival, b);
    }
}

uint32_t avr_serial_put(avr_board_t *b, const uint8_t *data, uint32_t size)
{
    bytes_t *rx = &b->rx;
    const uint64_t from = rx->free_at > b->avr->cycle ? rx->free_at : b->avr->cycle;
    uint32_t count = 0;
    for (; count < size && next_of(rx->in) != rx->out; count++) {
        rx->byte[rx->in] = data[count];
        rx->end[rx->in] = from + (uint64_t)(b->far_bit_cycles * 10.0 * (count + 1));
        rx->in = next_of(rx->in);
    }
    rx->free_at = from + (uint64_t)(b->far_bit_cycles * 10.0 * count);
    arm(b);
    return count;
}

uint32_t avr_serial_get(avr_board_t *b, uint8_t *data, uint64_t *end_cycle, uint32_t room)
{
    bytes_t *tx = &b->tx;
    uint32_t count = 0;
    for (; count < room && tx->out != tx->in && tx->end[tx->out] <= b->avr->cycle; count++) {
        data[count] = tx->byte[tx->out];
        if (end_cycle != NULL) {
            end_cycle[count] = tx->end[tx->out];
        }
        tx->out = next_of(tx->out);
    }
    return count;
}

/* A board whose supply or reset line is low: the byte under way never ends, and is not heard when the program runs again. */
void serial_cut_off(avr_board_t *b)
{
    bytes_t *tx = &b->tx;
    while (tx->in != tx->out && tx->end[(tx->in + SERIAL_RING - 1U) % SERIAL_RING] > b->avr->cycle) {
        tx->in = (tx->in + SERIAL_RING - 1U) % SERIAL_RING;
    }
}

void serial_after_reset(avr_board_t *b)
{
    b->uart->tx_cnt = 0;
    b->tx.free_at = b->avr->cycle;
    arm(b);
}

void serial_begin(avr_board_t *b)
{
    uint32_t flags = 0; /* by default it copies to standard output and sleeps a microsecond for each look at its status */
    avr_ioctl(b->avr, AVR_IOCTL_UART_SET_FLAGS('0'), &flags);
    b->uart_in = avr_io_getirq(b->avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_INPUT);
    avr_irq_register_notify(avr_io_getirq(b->avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUTPUT), on_sent, b);
    b->far_bit_cycles = CLOCK_HZ / 250000.0;
}
