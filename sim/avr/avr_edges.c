/* The external interrupts INT0 and INT1: their flags and their low-level mode.  simavr takes up a pin that is low while the mode bits still read "low level", and then raises the
 * interrupt for ever, whatever the mode or the mask become: a program that sets up its edge with a healthy (low) emergency stop would drown.
 * Here the level is looked at again each cycle, and raises only while mode, mask and pin all say so; as on silicon it leaves no flag behind. */
#include "avr_board.h"

#define R_EIFR 0x3C
#define R_EICRA 0x69
#define R_EIMSK 0x3D
#define PORT_D 2

static bool low_level(const avr_board_t *b, uint8_t number)
{
    const uint8_t *data = b->avr->data;
    const uint8_t mode = (uint8_t)(data[R_EICRA] >> (2 * number) & 3);
    return mode == 0 && (data[R_EIMSK] >> number & 1) != 0 && avr_pin_get(b, PORT_D, (uint8_t)(2 + number)) == 0;
}

static avr_cycle_count_t on_level(avr_t *avr, avr_cycle_count_t when, void *param)
{
    avr_board_t *b = param;
    bool any = false;
    for (uint8_t number = 0; number < 2; number++) {
        avr_int_vector_t *vector = &b->extint->eint[number].vector;
        if (low_level(b, number)) {
            any = true;
            if (avr->sreg[S_I] && !vector->pending) {
                avr_raise_interrupt(avr, vector);
            }
        }
    }
    b->level_looks = any;
    return any ? when + 1 : 0;
}

/* After anything that may have made a level count: pin, mode, mask. */
void edges_look(avr_board_t *b)
{
    for (uint8_t number = 0; number < 2; number++) {
        b->extint->eint[number].strict_lvl_trig = (b->raw & RAW_LEVEL) != 0; /* a reset switches simavr's own looking on again */
    }
    if ((b->raw & RAW_LEVEL) == 0 && !b->level_looks && (low_level(b, 0) || low_level(b, 1))) {
        b->level_looks = true;
        avr_cycle_timer_register(b->avr, 1, on_level, b);
    }
}

void edges_after_reset(avr_board_t *b)
{
    b->level_looks = false;
}

static void on_written(struct avr_irq_t *irq, uint32_t value, void *param)
{
    (void)irq;
    (void)value;
    edges_look(param);
}

/* A one clears the flag.  simavr stores it instead: the flag then stands, and a program that asks whether an edge came is told yes for ever. */
static void on_flags(avr_t *avr, avr_io_addr_t address, uint8_t value, void *param)
{
    avr_board_t *b = param;
    if ((b->raw & RAW_FLAGS) != 0) {
        avr->data[address] = value;
        return;
    }
    for (uint8_t number = 0; number < 2; number++) {
        if ((value >> number & 1) != 0) {
            avr_clear_interrupt(avr, &b->extint->eint[number].vector);
        }
    }
}

void edges_begin(avr_board_t *b)
{
    avr_register_io_write(b->avr, R_EIFR, on_flags, b);
    avr_irq_register_notify(avr_iomem_getirq(b->avr, R_EICRA, NULL, AVR_IOMEM_IRQ_ALL), on_written, b);
    avr_irq_register_notify(avr_iomem_getirq(b->avr, R_EIMSK, NULL, AVR_IOMEM_IRQ_ALL), on_written, b);
}
