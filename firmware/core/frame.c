/* Frames on the wire: data bytes + CRC, COBS encoded, ended by one zero byte.  Pure; never touches a register or a clock. */
#include "frame.h"

#include <string.h>

uint8_t frame_encode(const uint8_t data[PROTOCOL_FRAME_BYTES], uint8_t out[FRAME_WIRE_BYTES])
{
    uint8_t plain[PROTOCOL_FRAME_BYTES + FRAME_CRC_BYTES];
    uint16_t crc = PROTOCOL_CRC_INITIAL;
    uint8_t code_at = 0U;

    for (uint8_t i = 0U; i < PROTOCOL_FRAME_BYTES; i++) {
        plain[i] = data[i];
        crc = protocol_crc_step(crc, data[i]);
    }
    /* High byte first: only so is the whole a code word, and only for those is the distance proven. */
    plain[PROTOCOL_FRAME_BYTES] = (uint8_t)(crc >> 8);
    plain[PROTOCOL_FRAME_BYTES + 1U] = (uint8_t)crc;

    for (uint8_t i = 0U; i < PROTOCOL_FRAME_BYTES + FRAME_CRC_BYTES; i++) {
        const uint8_t place = (uint8_t)(i + 1U);
        out[place] = plain[i];
        if (plain[i] == 0U) {
            out[code_at] = (uint8_t)(place - code_at);
            code_at = place;
        }
    }
    out[code_at] = (uint8_t)(FRAME_CODED_BYTES - code_at);
    out[FRAME_CODED_BYTES] = 0U;
    return FRAME_WIRE_BYTES;
}

/* One byte of data or CRC, in order. */
static void take_plain(frame_decoder_t *decoder, uint8_t index, uint8_t byte)
{
    decoder->crc = protocol_crc_step(decoder->crc, byte);
    if (index < PROTOCOL_FRAME_BYTES) {
        decoder->data[index] = byte;
    }
}

/* A byte that is not the end of a frame. */
static void take_coded(frame_decoder_t *decoder, uint8_t byte)
{
    if (decoder->coded > FRAME_CODED_BYTES) {
        return;
    }
    if (decoder->coded == 0U) {
        decoder->crc = PROTOCOL_CRC_INITIAL;
        decoder->left = (uint8_t)(byte - 1U);
    } else if (decoder->left == 0U) {
        take_plain(decoder, (uint8_t)(decoder->coded - 1U), 0U);
        decoder->left = (uint8_t)(byte - 1U);
    } else {
        take_plain(decoder, (uint8_t)(decoder->coded - 1U), byte);
        decoder->left--;
    }
    decoder->coded++;
}

bool frame_feed(frame_decoder_t *decoder, uint8_t byte, uint8_t data[PROTOCOL_FRAME_BYTES])
{
    if (byte != 0U) {
        take_coded(decoder, byte);
        return false;
    }
    const uint8_t coded = decoder->coded;
    const bool good = coded == FRAME_CODED_BYTES && decoder->left == 0U && decoder->crc == 0U;
    decoder->coded = 0U;
    if (good) {
        memcpy(data, decoder->data, PROTOCOL_FRAME_BYTES);
    } else if (coded != 0U && decoder->bad != UINT16_MAX) {
        decoder->bad++;
    }
    return good;
}
