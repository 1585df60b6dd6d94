/* The EEPROM of the simulated processor: a write takes its time, and a cut in the middle of one costs the cell. */
#include "avr_board.h"

#define WRITE_US 3400U
#define WRITING 0x02

static avr_cycle_count_t on_written(avr_t *avr, avr_cycle_count_t when, void *param)
{
    avr_board_t *b = param;
    (void)when;
    b->eeprom_busy = false;
    avr->data[R_EECR] &= (uint8_t)~WRITING;
    return 0;
}

/* simavr has written the cell at once and cleared the bit; a program that does not wait would never be found out. */
static void on_control(struct avr_irq_t *irq, uint32_t value, void *param)
{
    avr_board_t *b = param;
    avr_t *avr = b->avr;
    (void)irq;
    if ((b->raw & RAW_EEPROM) != 0) {
        return;
    }
    if (!b->eeprom_busy && (value & WRITING) != 0) {
        b->eeprom_busy = true;
        b->eeprom_cell = (uint16_t)((avr->data[R_EEARL] | (avr->data[R_EEARH] << 8)) & 1023);
        event_put(b, EVENT_CELL, avr->data[R_EEDR], b->eeprom_cell);
        avr_cycle_timer_register_usec(avr, WRITE_US, on_written, b);
    }
    if (b->eeprom_busy) {
        avr->data[R_EECR] |= WRITING;
    }
}

void avr_eeprom_read(avr_board_t *b, uint8_t *out, uint16_t at, uint16_t size)
{
    avr_eeprom_desc_t part = {.ee = out, .offset = at, .size = size};
    avr_ioctl(b->avr, AVR_IOCTL_EEPROM_GET, &part);
}

void avr_eeprom_write(avr_board_t *b, const uint8_t *data, uint16_t at, uint16_t size)
{
    avr_eeprom_desc_t part = {.ee = (uint8_t *)(uintptr_t)data, .offset = at, .size = size};
    avr_ioctl(b->avr, AVR_IOCTL_EEPROM_SET, &part);
}

/* Supply lost while a cell was being written: it is left erased.  The charge pump finishes through any other reset. */
void eeprom_after_reset(avr_board_t *b, uint8_t cause)
{
    static const uint8_t erased = 0xFF;
    if (b->eeprom_busy && (cause & (CAUSE_POWER | CAUSE_BROWN_OUT)) != 0) {
        avr_eeprom_write(b, &erased, b->eeprom_cell, 1);
        b->stats.torn++;
    }
    b->eeprom_busy = false;
}

void eeprom_begin(avr_board_t *b)
{
    avr_irq_register_notify(avr_iomem_getirq(b->avr, R_EECR, NULL, AVR_IOMEM_IRQ_ALL), on_control, b);
}
