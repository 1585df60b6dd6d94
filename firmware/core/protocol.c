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
    0x0000U, 0x90D9U, 0xB16BU, 0x21B2U, 0xF20FU, 0x62D6U, 0x4364U, 0xD3BDU,
    0x74C7U, 0xE41EU, 0xC5ACU, 0x5575U, 0x86C8U, 0x1611U, 0x37A3U, 0xA77AU,
    0xE98EU, 0x7957U, 0x58E5U, 0xC83CU, 0x1B81U, 0x8B58U, 0xAAEAU, 0x3A33U,
    0x9D49U, 0x0D90U, 0x2C22U, 0xBCFBU, 0x6F46U, 0xFF9FU, 0xDE2DU, 0x4EF4U,
    0x43C5U, 0xD31CU, 0xF2AEU, 0x6277U, 0xB1CAU, 0x2113U, 0x00A1U, 0x9078U,
    0x3702U, 0xA7DBU, 0x8669U, 0x16B0U, 0xC50DU, 0x55D4U, 0x7466U, 0xE4BFU,
    0xAA4BU, 0x3A92U, 0x1B20U, 0x8BF9U, 0x5844U, 0xC89DU, 0xE92FU, 0x79F6U,
    0xDE8CU, 0x4E55U, 0x6FE7U, 0xFF3EU, 0x2C83U, 0xBC5AU, 0x9DE8U, 0x0D31U,
    0x878AU, 0x1753U, 0x36E1U, 0xA638U, 0x7585U, 0xE55CU, 0xC4EEU, 0x5437U,
    0xF34DU, 0x6394U, 0x4226U, 0xD2FFU, 0x0142U, 0x919BU, 0xB029U, 0x20F0U,
    0x6E04U, 0xFEDDU, 0xDF6FU, 0x4FB6U, 0x9C0BU, 0x0CD2U, 0x2D60U, 0xBDB9U,
    0x1AC3U, 0x8A1AU, 0xABA8U, 0x3B71U, 0xE8CCU, 0x7815U, 0x59A7U, 0xC97EU,
    0xC44FU, 0x5496U, 0x7524U, 0xE5FDU, 0x3640U, 0xA699U, 0x872BU, 0x17F2U,
    0xB088U, 0x2051U, 0x01E3U, 0x913AU, 0x4287U, 0xD25EU, 0xF3ECU, 0x6335U,
    0x2DC1U, 0xBD18U, 0x9CAAU, 0x0C73U, 0xDFCEU, 0x4F17U, 0x6EA5U, 0xFE7CU,
    0x5906U, 0xC9DFU, 0xE86DU, 0x78B4U, 0xAB09U, 0x3BD0U, 0x1A62U, 0x8ABBU,
    0x9FCDU, 0x0F14U, 0x2EA6U, 0xBE7FU, 0x6DC2U, 0xFD1BU, 0xDCA9U, 0x4C70U,
    0xEB0AU, 0x7BD3U, 0x5A61U, 0xCAB8U, 0x1905U, 0x89DCU, 0xA86EU, 0x38B7U,
    0x7643U, 0xE69AU, 0xC728U, 0x57F1U, 0x844CU, 0x1495U, 0x3527U, 0xA5FEU,
    0x0284U, 0x925DU, 0xB3EFU, 0x2336U, 0xF08BU, 0x6052U, 0x41E0U, 0xD139U,
    0xDC08U, 0x4CD1U, 0x6D63U, 0xFDBAU, 0x2E07U, 0xBEDEU, 0x9F6CU, 0x0FB5U,
    0xA8CFU, 0x3816U, 0x19A4U, 0x897DU, 0x5AC0U, 0xCA19U, 0xEBABU, 0x7B72U,
    0x3586U, 0xA55FU, 0x84EDU, 0x1434U, 0xC789U, 0x5750U, 0x76E2U, 0xE63BU,
    0x4141U, 0xD198U, 0xF02AU, 0x60F3U, 0xB34EU, 0x2397U, 0x0225U, 0x92FCU,
    0x1847U, 0x889EU, 0xA92CU, 0x39F5U, 0xEA48U, 0x7A91U, 0x5B23U, 0xCBFAU,
    0x6C80U, 0xFC59U, 0xDDEBU, 0x4D32U, 0x9E8FU, 0x0E56U, 0x2FE4U, 0xBF3DU,
    0xF1C9U, 0x6110U, 0x40A2U, 0xD07BU, 0x03C6U, 0x931FU, 0xB2ADU, 0x2274U,
    0x850EU, 0x15D7U, 0x3465U, 0xA4BCU, 0x7701U, 0xE7D8U, 0xC66AU, 0x56B3U,
    0x5B82U, 0xCB5BU, 0xEAE9U, 0x7A30U, 0xA98DU, 0x3954U, 0x18E6U, 0x883FU,
    0x2F45U, 0xBF9CU, 0x9E2EU, 0x0EF7U, 0xDD4AU, 0x4D93U, 0x6C21U, 0xFCF8U,
    0xB20CU, 0x22D5U, 0x0367U, 0x93BEU, 0x4003U, 0xD0DAU, 0xF168U, 0x61B1U,
    0xC6CBU, 0x5612U, 0x77A0U, 0xE779U, 0x34C4U, 0xA41DU, 0x85AFU, 0x1576U,
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
