/* Pins, converter and bridge of the simulated processor.  Levels go in by absolute cycle; what comes out is logged with its cycle. */
#include "avr_board.h"

#define R_PIN(port) (R_PINB + 3 * (port))
#define R_DDR(port) (R_DDRB + 3 * (port))
#define R_PORT(port) (R_PORTB + 3 * (port))

void event_put(avr_board_t *b, uint8_t kind, uint8_t index, uint16_t value)
{
    const uint32_t next = (b->event_in + 1) % EVENT_RING;
    if (next == b->event_out) {
        b->stats.events_lost++;
        return;
    }
    b->events[b->event_in] = (avr_event_t){.cycle = b->avr->cycle, .kind = kind, .index = index, .value = value};
    b->event_in = next;
}

/* ---------------------------------------------------------------- bridge */

static uint32_t pair(const uint8_t *data, uint32_t low)
{
    return (uint32_t)(data[low] | (data[low + 1] << 8));
}

/* Top of Timer1 in its PWM modes and whether it counts one way only; 0 in any other mode. */
static uint32_t top_of(const uint8_t *data, bool *one_way)
{
    const uint32_t mode = (uint32_t)((data[R_TCCR1A] & 3) | ((data[R_TCCR1B] >> 1) & 0x0C));
    *one_way = (mode >= 5 && mode <= 7) || mode >= 14;
    switch (mode) {
    case 1: case 5: return 0xFF;
    case 2: case 6: return 0x1FF;
    case 3: case 7: return 0x3FF;
    case 8: case 10: case 14: return pair(data, R_ICR1L);
    case 9: case 11: case 15: return pair(data, R_OCR1AL);
    default: return 0;
    }
}

/* Decoded from the registers: simavr's own pin sticks at the duty of configuration time and its PWM signal does not know whether the pin is
 * connected at all.  Not modelled: the compare register's double buffer, up to one period. */
static double duty_of(const avr_board_t *b, uint8_t side)
{
    const uint8_t *data = b->avr->data;
    const uint8_t mask = (uint8_t)(side == 0 ? 1U << 1 : 1U << 2);
    const uint8_t connect = (uint8_t)((data[R_TCCR1A] >> (side == 0 ? 6 : 4)) & 3);
    if ((b->raw & RAW_DUTY) != 0) {
        return b->raw_duty[side];
    }
    if ((data[R_DDRB] & mask) == 0) {
        return 0.0;
    }
    if (connect == 0 || (data[R_TCCR1B] & 7) == 0) {
        return (data[R_PORTB] & mask) != 0 ? 1.0 : 0.0;
    }
    bool one_way;
    const uint32_t top = top_of(data, &one_way);
    uint32_t compare = pair(data, side == 0 ? R_OCR1AL : R_OCR1BL);
    if (top == 0) {
        return -1.0;
    }
    compare = compare > top ? top : compare;
    const double high = one_way ? (compare + 1.0) / (top + 1.0) : (double)compare / top;
    return connect == 3 ? 1.0 - high : high;
}

void bridge_update(avr_board_t *b)
{
    for (uint8_t side = 0; side < 2; side++) {
        const double duty = duty_of(b, side);
        if (duty != b->duty[side]) {
            b->duty[side] = duty;
            event_put(b, EVENT_DUTY, side, (uint16_t)(duty < 0.0 ? 65535.0 : duty * 65534.0));
        }
    }
    b->both_sides = b->both_sides || (b->duty[0] > 0.0 && b->duty[1] > 0.0);
    const double drive = b->duty[0] - b->duty[1];
    if (drive != b->drive) {
        b->drive_area += b->drive * (double)(b->avr->cycle - b->drive_since);
        b->drive_since = b->avr->cycle;
        b->drive = drive;
    }
}

static void on_timer_register(struct avr_irq_t *irq, uint32_t value, void *param)
{
    (void)irq;
    (void)value;
    bridge_update(param);
}

static void on_raw_duty(struct avr_irq_t *irq, uint32_t value, void *param)
{
    const tagged_t *tag = param;
    (void)irq;
    tag->board->raw_duty[tag->number] = (value + 1.0) / (pair(tag->board->avr->data, R_ICR1L) + 1.0);
}

double avr_duty(const avr_board_t *b, uint8_t side)
{
    return (b->raw & RAW_DUTY) != 0 ? b->raw_duty[side & 1] : b->duty[side & 1];
}

double avr_drive_mean(avr_board_t *b)
{
    const uint64_t now = b->avr->cycle;
    const double area = b->drive_area + b->drive * (double)(now - b->drive_since);
    const uint64_t passed = now - b->drive_from;
    b->drive_area = 0.0;
    b->drive_since = b->drive_from = now;
    return passed != 0 ? area / (double)passed : b->drive;
}

uint8_t avr_both_sides(const avr_board_t *b)
{
    return b->both_sides;
}

/* ---------------------------------------------------------------- pins */

static void show(avr_board_t *b, uint8_t port, uint8_t driven)
{
    const uint8_t changed = (uint8_t)((driven ^ b->shown[port]) & b->told[port]);
    b->shown[port] = driven;
    for (uint8_t bit = 0; bit < 8; bit++) {
        if ((changed >> bit & 1) != 0) {
            event_put(b, EVENT_PIN, (uint8_t)(port * 8 + bit), (uint16_t)(driven >> bit & 1));
        }
    }
    bridge_update(b);
}

void pins_look(avr_board_t *b)
{
    for (uint8_t port = 0; port < PORTS; port++) {
        show(b, port, b->avr->data[R_PORT(port)] & b->avr->data[R_DDR(port)]);
    }
}

static void on_port(struct avr_irq_t *irq, uint32_t value, void *param)
{
    const tagged_t *tag = param;
    (void)irq;
    show(tag->board, tag->number, (uint8_t)(value & tag->board->avr->data[R_DDR(tag->number)]));
}

static void on_direction(struct avr_irq_t *irq, uint32_t value, void *param)
{
    const tagged_t *tag = param;
    (void)irq;
    show(tag->board, tag->number, (uint8_t)(value & tag->board->avr->data[R_PORT(tag->number)]));
}

/* simavr raises a pin to its pull-up at every write of the port, whatever holds it from outside: a pressed emergency stop would read healthy. */
void avr_pin_set(avr_board_t *b, uint8_t port, uint8_t bit, uint8_t level)
{
    const uint8_t mask = (uint8_t)(1U << bit);
    b->outside_mask[port] |= mask;
    b->outside[port] = (uint8_t)(level != 0 ? b->outside[port] | mask : b->outside[port] & ~mask);
    avr_ioport_external_t outside = {.name = (unsigned)('B' + port), .mask = b->outside_mask[port], .value = b->outside[port]};
    if ((b->raw & RAW_PINS) == 0) {
        avr_ioctl(b->avr, AVR_IOCTL_IOPORT_SET_EXTERNAL('B' + port), &outside);
    }
    edges_look(b);
    if ((b->avr->data[R_DDR(port)] & mask) == 0) {
        avr_raise_irq(b->pin[port][bit], level != 0);
    }
    edges_look(b);
}

uint8_t avr_pin_get(const avr_board_t *b, uint8_t port, uint8_t bit)
{
    const uint8_t *data = b->avr->data;
    const bool driven = (data[R_DDR(port)] >> bit & 1) != 0;
    return (uint8_t)((driven ? data[R_PORT(port)] : data[R_PIN(port)]) >> bit & 1);
}

static avr_cycle_count_t on_edge(avr_t *avr, avr_cycle_count_t when, void *param)
{
    avr_board_t *b = param;
    (void)when;
    while (b->edge_count != 0 && b->edges[0].cycle <= avr->cycle) {
        const edge_t edge = b->edges[0];
        b->edge_count--;
        memmove(b->edges, b->edges + 1, sizeof(edge_t) * b->edge_count);
        event_put(b, EVENT_EDGE, (uint8_t)(edge.port * 8 + edge.bit), edge.level);
        avr_pin_set(b, edge.port, edge.bit, edge.level);
    }
    return b->edge_count != 0 ? b->edges[0].cycle : 0;
}

static void arm_edges(avr_board_t *b)
{
    if (b->edge_count != 0) {
        const uint64_t now = b->avr->cycle;
        avr_cycle_timer_register(b->avr, b->edges[0].cycle > now ? b->edges[0].cycle - now : 1, on_edge, b);
    }
}

int avr_pin_later(avr_board_t *b, uint64_t cycle, uint8_t port, uint8_t bit, uint8_t level)
{
    if (b->edge_count == EDGES) {
        return -1;
    }
    uint32_t at = b->edge_count++;
    for (; at > 0 && b->edges[at - 1].cycle > cycle; at--) {
        b->edges[at] = b->edges[at - 1];
    }
    b->edges[at] = (edge_t){.cycle = cycle, .port = port, .bit = bit, .level = level};
    arm_edges(b);
    return 0;
}

/* simavr zeroes the input registers at reset and then filters equal levels: a healthy contact would stay open for ever. */
void pins_after_reset(avr_board_t *b)
{
    for (uint8_t port = 0; port < PORTS; port++) {
        if ((b->raw & RAW_RESET) == 0) {
            b->avr->data[R_PIN(port)] = b->outside[port];
        }
        show(b, port, 0);
    }
    arm_edges(b);
}

/* ---------------------------------------------------------------- converter */

/* simavr multiplies by 1023, divides by the reference and truncates: this is the least voltage that gives `counts`. */
void avr_adc_counts(avr_board_t *b, uint8_t channel, uint16_t counts)
{
    const uint16_t kept = counts > 1023 ? 1023 : counts;
    b->adc_counts[channel & 7] = kept;
    avr_raise_irq(b->adc_in[channel & 7], (kept * b->avr->avcc + 1022U) / 1023U);
}

/* Four conversions of n, n + 1, n + 2, n + 3 quarters add up to n: the noise of a real converter does the same. */
static void on_conversion(struct avr_irq_t *irq, uint32_t value, void *param)
{
    avr_board_t *b = param;
    (void)irq;
    (void)value;
    if (b->four && (b->avr->data[R_ADMUX] & 0x0F) == 0) {
        avr_adc_counts(b, 0, (uint16_t)((b->four_counts + b->four_at) / 4));
        b->four_at = (uint8_t)((b->four_at + 1) & 3);
    }
}

void avr_adc_sum_of_four(avr_board_t *b, uint16_t counts)
{
    b->four = true;
    b->four_counts = counts;
}

/* The reference is 1.1 V whatever the supply: its reading is how the supply shows.  The other channels are ratiometric and keep their counts. */
void avr_bandgap_counts(avr_board_t *b, uint16_t counts)
{
    const uint32_t supply_mv = 1100U * 1023U / (counts != 0 ? counts : 1U);
    if (supply_mv != b->avr->avcc) {
        b->avr->avcc = supply_mv;
        for (uint8_t channel = 0; channel < 8; channel++) {
            avr_adc_counts(b, channel, b->adc_counts[channel]);
        }
    }
}

/* ---------------------------------------------------------------- events */

uint32_t avr_events(avr_board_t *b, avr_event_t *out, uint32_t room)
{
    uint32_t count = 0;
    for (; count < room && b->event_out != b->event_in; count++) {
        out[count] = b->events[b->event_out];
        b->event_out = (b->event_out + 1) % EVENT_RING;
    }
    return count;
}

void avr_events_of(avr_board_t *b, uint8_t port, uint8_t mask)
{
    b->told[port] = mask;
}

void pins_start(avr_board_t *b)
{
    static const uint16_t registers[] = {R_TCCR1A, R_TCCR1B, R_ICR1L, R_OCR1AL, R_OCR1BL};
    avr_t *avr = b->avr;
    for (uint8_t channel = 0; channel < 8; channel++) {
        b->adc_in[channel] = avr_io_getirq(avr, AVR_IOCTL_ADC_GETIRQ, channel);
    }
    avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_ADC_GETIRQ, ADC_IRQ_OUT_TRIGGER), on_conversion, b);
    for (uint8_t port = 0; port < PORTS; port++) {
        b->told[port] = 0xFF;
        b->port_tag[port] = (tagged_t){.board = b, .number = port};
        for (uint8_t bit = 0; bit < 8; bit++) {
            b->pin[port][bit] = avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ('B' + port), bit);
        }
        avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ('B' + port), IOPORT_IRQ_REG_PORT), on_port, &b->port_tag[port]);
        avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ('B' + port), IOPORT_IRQ_DIRECTION_ALL), on_direction, &b->port_tag[port]);
    }
    for (size_t i = 0; i < sizeof registers / sizeof *registers; i++) {
        avr_irq_register_notify(avr_iomem_getirq(avr, registers[i], NULL, AVR_IOMEM_IRQ_ALL), on_timer_register, b);
    }
    for (uint8_t side = 0; side < 2; side++) {
        b->side_tag[side] = (tagged_t){.board = b, .number = side};
        avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_TIMER_GETIRQ('1'), TIMER_IRQ_OUT_PWM0 + side), on_raw_duty, &b->side_tag[side]);
    }
}
