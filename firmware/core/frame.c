/* Frames on the wire: data bytes + CRC, COBS encoded, ended by one zero byte.  Pure; never touches a register or a clock. */
#include "board_state.h"

#include <string.h>

void frame_begin(frame_encoder_t *encoder, const uint8_t data[PROTOCOL_FRAME_BYTES])
{
    memcpy(encoder->wire + 1, data, PROTOCOL_FRAME_BYTES); /* each byte's place, behind the first code byte */
    encoder->crc = PROTOCOL_CRC_INITIAL;
    encoder->place = 1U;
    encoder->code_at = 0U;
}

/* The last data byte is behind: the check follows, high byte first.  Only so is the whole a code word, and only for those is the distance
 * proven. */
static void put_check(frame_encoder_t *encoder)
{
    encoder->wire[PROTOCOL_FRAME_BYTES + 1U] = (uint8_t)(encoder->crc >> 8);
    encoder->wire[PROTOCOL_FRAME_BYTES + 2U] = (uint8_t)encoder->crc;
}

bool frame_go_on(frame_encoder_t *encoder, uint8_t bytes)
{
    uint8_t place = encoder->place;
    uint8_t end = (uint8_t)(place + bytes);
    end = end < FRAME_CODED_BYTES ? end : (uint8_t)FRAME_CODED_BYTES;
    for (; place < end; place++) {
        const uint8_t byte = encoder->wire[place];
        if (byte == 0U) {
            encoder->wire[encoder->code_at] = (uint8_t)(place - encoder->code_at);
            encoder->code_at = place;
        }
        if (place <= PROTOCOL_FRAME_BYTES) {
            encoder->crc = protocol_crc_step(encoder->crc, byte);
        }
        if (place == PROTOCOL_FRAME_BYTES) {
            put_check(encoder);
        }
    }
    encoder->place = place;
    if (place < FRAME_CODED_BYTES) {
        return false;
    }
    encoder->wire[encoder->code_at] = (uint8_t)(FRAME_CODED_BYTES - encoder->code_at);
    encoder->wire[FRAME_CODED_BYTES] = 0U;
    return true;
}

uint8_t frame_encode(const uint8_t data[PROTOCOL_FRAME_BYTES], uint8_t out[FRAME_WIRE_BYTES])
{
    frame_encoder_t encoder = {0};
    frame_begin(&encoder, data);
    (void)frame_go_on(&encoder, FRAME_WIRE_BYTES);
    memcpy(out, encoder.wire, FRAME_WIRE_BYTES);
    return FRAME_WIRE_BYTES;
}

/* A byte is a code byte, which stands for a zero unless it is the first, or a plain one. */
uint8_t frame_take(frame_decoder_t *decoder, const uint8_t *bytes, uint8_t from, uint8_t count)
{
    uint16_t crc = decoder->crc;
    uint8_t coded = decoder->coded;
    uint8_t left = decoder->left;
    uint8_t place = from;
    for (; place < count && bytes[place] != 0U; place++) {
        uint8_t plain = bytes[place];
        if (coded == 0U) {
            left = plain;
            crc = PROTOCOL_CRC_INITIAL;
        } else if (coded <= FRAME_CODED_BYTES) {
            if (left == 0U) {
                left = plain;
                plain = 0U;
            }
            crc = protocol_crc_step(crc, plain);
            if (coded <= PROTOCOL_FRAME_BYTES) {
                decoder->data[coded - 1U] = plain;
            }
        } else {
            continue;
        }
        left--;
        coded++;
    }
    decoder->crc = crc;
    decoder->coded = coded;
    decoder->left = left;
    return place;
}

bool frame_end(frame_decoder_t *decoder)
{
    const uint8_t coded = decoder->coded;
    const bool good = coded == FRAME_CODED_BYTES && decoder->left == 0U && decoder->crc == 0U;
    decoder->coded = 0U;
    if (!good && coded != 0U && decoder->bad != UINT16_MAX) {
        decoder->bad++;
    }
    return good;
}

bool frame_feed(frame_decoder_t *decoder, uint8_t byte, uint8_t data[PROTOCOL_FRAME_BYTES])
{
    if (frame_take(decoder, &byte, 0U, 1U) == 1U || !frame_end(decoder)) {
        return false;
    }
    memcpy(data, decoder->data, PROTOCOL_FRAME_BYTES);
    return true;
}
