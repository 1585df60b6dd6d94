/* Bytes of a record and their check.  Pure: touches no EEPROM. */
#include "records.h"

#include <util/crc16.h>

uint16_t records_u16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] | ((uint16_t)bytes[1] << 8));
}

uint32_t records_u32(const uint8_t *bytes)
{
    return (uint32_t)records_u16(bytes) | ((uint32_t)records_u16(bytes + 2) << 16);
}

void records_put_u16(uint8_t *bytes, uint16_t value)
{
    bytes[0] = (uint8_t)value;
    bytes[1] = (uint8_t)(value >> 8);
}

void records_put_u32(uint8_t *bytes, uint32_t value)
{
    records_put_u16(bytes, (uint16_t)value);
    records_put_u16(bytes + 2, (uint16_t)(value >> 16));
}

static uint16_t sum(const uint8_t *record, uint8_t size)
{
    uint16_t crc = 0xFFFFU; /* so that neither all zeros nor all ones is a record */
    for (uint8_t i = 0; i < (uint8_t)(size - 2U); i++) {
        crc = _crc_ccitt_update(crc, record[i]);
    }
    return crc;
}

void records_seal(uint8_t *record, uint8_t size)
{
    records_put_u16(record + size - 2U, sum(record, size));
}

bool records_whole(const uint8_t *record, uint8_t size)
{
    return records_u16(record + size - 2U) == sum(record, size);
}
