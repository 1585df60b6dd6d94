/* The board's end of the wire: messages to data bytes and back, CRC, challenge.  Pure; touches no register.
 * Generated from firmware/protocol.toml by `python -m firmware.generate`; do not edit. */
#include "protocol.h"

/* 512 bytes that would otherwise be copied to the AVR's RAM. */
#ifdef __AVR__
#include <avr/pgmspace.h>
#define PROTOCOL_IN_FLASH PROGMEM
#define PROTOCOL_CRC_ENTRY(index) pgm_read_word(&PROTOCOL_CRC_TABLE[index])
#else
#define PROTOCOL_IN_FLASH
#define PROTOCOL_CRC_ENTRY(index) PROTOCOL_CRC_TABLE[index]
#endif

static const uint16_t PROTOCOL_CRC_TABLE[256] PROTOCOL_IN_FLASH = {
    0x0000U, 0x21B3U, 0x4366U, 0x62D5U, 0x86CCU, 0xA77FU, 0xC5AAU, 0xE419U,
    0x2C2BU, 0x0D98U, 0x6F4DU, 0x4EFEU, 0xAAE7U, 0x8B54U, 0xE981U, 0xC832U,
    0x5856U, 0x79E5U, 0x1B30U, 0x3A83U, 0xDE9AU, 0xFF29U, 0x9DFCU, 0xBC4FU,
    0x747DU, 0x55CEU, 0x371BU, 0x16A8U, 0xF2B1U, 0xD302U, 0xB1D7U, 0x9064U,
    0xB0ACU, 0x911FU, 0xF3CAU, 0xD279U, 0x3660U, 0x17D3U, 0x7506U, 0x54B5U,
    0x9C87U, 0xBD34U, 0xDFE1U, 0xFE52U, 0x1A4BU, 0x3BF8U, 0x592DU, 0x789EU,
    0xE8FAU, 0xC949U, 0xAB9CU, 0x8A2FU, 0x6E36U, 0x4F85U, 0x2D50U, 0x0CE3U,
    0xC4D1U, 0xE562U, 0x87B7U, 0xA604U, 0x421DU, 0x63AEU, 0x017BU, 0x20C8U,
    0x40EBU, 0x6158U, 0x038DU, 0x223EU, 0xC627U, 0xE794U, 0x8541U, 0xA4F2U,
    0x6CC0U, 0x4D73U, 0x2FA6U, 0x0E15U, 0xEA0CU, 0xCBBFU, 0xA96AU, 0x88D9U,
    0x18BDU, 0x390EU, 0x5BDBU, 0x7A68U, 0x9E71U, 0xBFC2U, 0xDD17U, 0xFCA4U,
    0x3496U, 0x1525U, 0x77F0U, 0x5643U, 0xB25AU, 0x93E9U, 0xF13CU, 0xD08FU,
    0xF047U, 0xD1F4U, 0xB321U, 0x9292U, 0x768BU, 0x5738U, 0x35EDU, 0x145EU,
    0xDC6CU, 0xFDDFU, 0x9F0AU, 0xBEB9U, 0x5AA0U, 0x7B13U, 0x19C6U, 0x3875U,
    0xA811U, 0x89A2U, 0xEB77U, 0xCAC4U, 0x2EDDU, 0x0F6EU, 0x6DBBU, 0x4C08U,
    0x843AU, 0xA589U, 0xC75CU, 0xE6EFU, 0x02F6U, 0x2345U, 0x4190U, 0x6023U,
    0x81D6U, 0xA065U, 0xC2B0U, 0xE303U, 0x071AU, 0x26A9U, 0x447CU, 0x65CFU,
    0xADFDU, 0x8C4EU, 0xEE9BU, 0xCF28U, 0x2B31U, 0x0A82U, 0x6857U, 0x49E4U,
    0xD980U, 0xF833U, 0x9AE6U, 0xBB55U, 0x5F4CU, 0x7EFFU, 0x1C2AU, 0x3D99U,
    0xF5ABU, 0xD418U, 0xB6CDU, 0x977EU, 0x7367U, 0x52D4U, 0x3001U, 0x11B2U,
    0x317AU, 0x10C9U, 0x721CU, 0x53AFU, 0xB7B6U, 0x9605U, 0xF4D0U, 0xD563U,
    0x1D51U, 0x3CE2U, 0x5E37U, 0x7F84U, 0x9B9DU, 0xBA2EU, 0xD8FBU, 0xF948U,
    0x692CU, 0x489FU, 0x2A4AU, 0x0BF9U, 0xEFE0U, 0xCE53U, 0xAC86U, 0x8D35U,
    0x4507U, 0x64B4U, 0x0661U, 0x27D2U, 0xC3CBU, 0xE278U, 0x80ADU, 0xA11EU,
    0xC13DU, 0xE08EU, 0x825BU, 0xA3E8U, 0x47F1U, 0x6642U, 0x0497U, 0x2524U,
    0xED16U, 0xCCA5U, 0xAE70U, 0x8FC3U, 0x6BDAU, 0x4A69U, 0x28BCU, 0x090FU,
    0x996BU, 0xB8D8U, 0xDA0DU, 0xFBBEU, 0x1FA7U, 0x3E14U, 0x5CC1U, 0x7D72U,
    0xB540U, 0x94F3U, 0xF626U, 0xD795U, 0x338CU, 0x123FU, 0x70EAU, 0x5159U,
    0x7191U, 0x5022U, 0x32F7U, 0x1344U, 0xF75DU, 0xD6EEU, 0xB43BU, 0x9588U,
    0x5DBAU, 0x7C09U, 0x1EDCU, 0x3F6FU, 0xDB76U, 0xFAC5U, 0x9810U, 0xB9A3U,
    0x29C7U, 0x0874U, 0x6AA1U, 0x4B12U, 0xAF0BU, 0x8EB8U, 0xEC6DU, 0xCDDEU,
    0x05ECU, 0x245FU, 0x468AU, 0x6739U, 0x8320U, 0xA293U, 0xC046U, 0xE1F5U,
};

uint16_t protocol_crc_step(uint16_t crc, uint8_t byte)
{
    return (uint16_t)((uint16_t)(crc << 8) ^ PROTOCOL_CRC_ENTRY((uint8_t)(crc >> 8) ^ byte));
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
