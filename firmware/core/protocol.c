/* The board's end of the wire: messages to data bytes and back, CRC, challenge.  Pure; touches no register.
 * Generated from firmware/protocol.toml by `python -m firmware.generate`; do not edit. */
#include "protocol.h"

/* What the lower half of a byte does to the check, then what the upper half does: a table for whole bytes takes 450 bytes more of the AVR's
 * flash, and one for halves in turn 30 of its cycles more, which shifts 16 bits one by one. */
#ifdef __AVR__
#include <avr/pgmspace.h>
#define PROTOCOL_IN_FLASH PROGMEM
#define PROTOCOL_CRC_ENTRY(twice) pgm_read_word(&((const uint8_t *)PROTOCOL_CRC_TABLE)[twice]) /* bytes: a place among 64 fits one */
#else
#define PROTOCOL_IN_FLASH
#define PROTOCOL_CRC_ENTRY(twice) PROTOCOL_CRC_TABLE[(twice) / 2U]
#endif

static const uint16_t PROTOCOL_CRC_TABLE[32] PROTOCOL_IN_FLASH = {
    0x0000U, 0x90D9U, 0xB16BU, 0x21B2U, 0xF20FU, 0x62D6U, 0x4364U, 0xD3BDU,
    0x74C7U, 0xE41EU, 0xC5ACU, 0x5575U, 0x86C8U, 0x1611U, 0x37A3U, 0xA77AU,
    0x0000U, 0xE98EU, 0x43C5U, 0xAA4BU, 0x878AU, 0x6E04U, 0xC44FU, 0x2DC1U,
    0x9FCDU, 0x7643U, 0xDC08U, 0x3586U, 0x1847U, 0xF1C9U, 0x5B82U, 0xB20CU,
};

uint16_t protocol_crc_step(uint16_t crc, uint8_t byte)
{
    uint8_t top = (uint8_t)((uint8_t)(crc >> 8) ^ byte);
    uint8_t lower = (uint8_t)((uint8_t)(top << 1) & 0x1EU);
    uint8_t upper = (uint8_t)((uint8_t)(top >> 3) & 0x1EU);
    uint16_t halves = PROTOCOL_CRC_ENTRY(lower) ^ PROTOCOL_CRC_ENTRY(32U + upper);
    uint8_t high = (uint8_t)((uint8_t)crc ^ (uint8_t)(halves >> 8));
    return (uint16_t)((uint16_t)((uint16_t)high << 8) | (uint8_t)halves);
}

uint16_t protocol_challenge_reply(uint16_t challenge, uint16_t tick_ms)
{
    uint16_t mix = (uint16_t)(challenge ^ (uint16_t)(tick_ms << 5) ^ (uint16_t)(tick_ms >> 11));
    mix = (uint16_t)(mix * 0x9E37U + 0x79B9U);
    mix = (uint16_t)(mix ^ (uint16_t)(mix >> 7));
    mix = (uint16_t)(mix * 0x6255U);
    return (uint16_t)(mix ^ (uint16_t)(mix >> 9));
}

static void put_u16(uint8_t *to, uint16_t value)
{
    to[0] = (uint8_t)value;
    to[1] = (uint8_t)(value >> 8);
}

static uint16_t get_u16(const uint8_t *from)
{
    return (uint16_t)((uint16_t)from[0] | (uint16_t)((uint16_t)from[1] << 8));
}

static void put_u32(uint8_t *to, uint32_t value)
{
    put_u16(to, (uint16_t)value);
    put_u16(to + 2, (uint16_t)(value >> 16));
}

static uint32_t get_u32(const uint8_t *from)
{
    return (uint32_t)get_u16(from) | ((uint32_t)get_u16(from + 2) << 16);
}

void protocol_pack_command(const protocol_command_t *message, uint8_t data[PROTOCOL_FRAME_BYTES])
{
    data[0] = PROTOCOL_ID_COMMAND;
    data[1] = message->seq;
    data[2] = message->request;
    data[3] = message->flags;
    put_u16(data + 4, (uint16_t)message->rate_cdps);
    put_u16(data + 6, (uint16_t)message->imu_angle_cdeg);
    put_u16(data + 8, (uint16_t)message->permitted_angle_cdeg);
    put_u16(data + 10, message->challenge_reply);
    put_u16(data + 12, message->schema);
    put_u16(data + 14, message->tick_ms);
}

bool protocol_unpack_command(const uint8_t data[PROTOCOL_FRAME_BYTES], protocol_command_t *message)
{
    if (data[0] != PROTOCOL_ID_COMMAND || data[2] > 6U || (data[3] & (uint8_t)~PROTOCOL_COMMAND_FLAG_ALL) != 0U) {
        return false;
    }
    message->seq = data[1];
    message->request = data[2];
    message->flags = data[3];
    message->rate_cdps = (int16_t)get_u16(data + 4);
    message->imu_angle_cdeg = (int16_t)get_u16(data + 6);
    message->permitted_angle_cdeg = (int16_t)get_u16(data + 8);
    message->challenge_reply = get_u16(data + 10);
    message->schema = get_u16(data + 12);
    message->tick_ms = get_u16(data + 14);
    return true;
}

void protocol_pack_status(const protocol_status_t *message, uint8_t data[PROTOCOL_FRAME_BYTES])
{
    data[0] = PROTOCOL_ID_STATUS;
    data[1] = message->seq;
    data[2] = message->mode;
    data[3] = message->command_seq;
    put_u16(data + 4, (uint16_t)message->angle_cdeg);
    put_u16(data + 6, (uint16_t)message->rate_cdps);
    put_u16(data + 8, (uint16_t)message->current_ma);
    put_u16(data + 10, message->flags);
    put_u32(data + 12, message->reasons);
}

bool protocol_unpack_status(const uint8_t data[PROTOCOL_FRAME_BYTES], protocol_status_t *message)
{
    if (data[0] != PROTOCOL_ID_STATUS || data[2] > 5U || (get_u32(data + 12) & (uint32_t)~PROTOCOL_REASON_ALL) != 0U) {
        return false;
    }
    message->seq = data[1];
    message->mode = data[2];
    message->command_seq = data[3];
    message->angle_cdeg = (int16_t)get_u16(data + 4);
    message->rate_cdps = (int16_t)get_u16(data + 6);
    message->current_ma = (int16_t)get_u16(data + 8);
    message->flags = get_u16(data + 10);
    message->reasons = get_u32(data + 12);
    return true;
}

void protocol_pack_detail(const protocol_detail_t *message, uint8_t data[PROTOCOL_FRAME_BYTES])
{
    data[0] = PROTOCOL_ID_DETAIL;
    data[1] = message->seq;
    put_u16(data + 2, (uint16_t)message->pot_cdeg);
    put_u16(data + 4, (uint16_t)message->encoder_cdeg);
    put_u16(data + 6, message->battery_mv);
    put_u16(data + 8, message->budget_left_ds);
    data[10] = message->rest_ds;
    data[11] = message->contacts;
    put_u16(data + 12, message->challenge);
    put_u16(data + 14, message->tick_ms);
}

bool protocol_unpack_detail(const uint8_t data[PROTOCOL_FRAME_BYTES], protocol_detail_t *message)
{
    if (data[0] != PROTOCOL_ID_DETAIL) {
        return false;
    }
    message->seq = data[1];
    message->pot_cdeg = (int16_t)get_u16(data + 2);
    message->encoder_cdeg = (int16_t)get_u16(data + 4);
    message->battery_mv = get_u16(data + 6);
    message->budget_left_ds = get_u16(data + 8);
    message->rest_ds = data[10];
    message->contacts = data[11];
    message->challenge = get_u16(data + 12);
    message->tick_ms = get_u16(data + 14);
    return true;
}

void protocol_pack_identity(const protocol_identity_t *message, uint8_t data[PROTOCOL_FRAME_BYTES])
{
    data[0] = PROTOCOL_ID_IDENTITY;
    data[1] = message->seq;
    put_u32(data + 2, message->schema);
    data[6] = message->firmware_major;
    data[7] = message->firmware_minor;
    data[8] = message->reset_cause;
    put_u16(data + 9, message->boot_count);
    put_u16(data + 11, message->uptime_s);
    data[13] = 0U;
    data[14] = 0U;
    data[15] = 0U;
}

bool protocol_unpack_identity(const uint8_t data[PROTOCOL_FRAME_BYTES], protocol_identity_t *message)
{
    if (data[0] != PROTOCOL_ID_IDENTITY || data[13] != 0U || data[14] != 0U || data[15] != 0U) {
        return false;
    }
    message->seq = data[1];
    message->schema = get_u32(data + 2);
    message->firmware_major = data[6];
    message->firmware_minor = data[7];
    message->reset_cause = data[8];
    message->boot_count = get_u16(data + 9);
    message->uptime_s = get_u16(data + 11);
    return true;
}
