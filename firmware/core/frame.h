/* Frames on the wire: data bytes + CRC, COBS encoded, ended by one zero byte.  Pure; never touches a register or a clock.
 * The decoder does the same small work for every byte, so that a flood costs no tick more than its bytes (fault 34). */
#ifndef FRAME_H
#define FRAME_H

#include "protocol.h"

#define FRAME_CRC_BYTES 2U
#define FRAME_CODED_BYTES (PROTOCOL_FRAME_BYTES + FRAME_CRC_BYTES + 1U)  /* COBS adds one byte to anything this short */
#define FRAME_WIRE_BYTES (FRAME_CODED_BYTES + 1U)                       /* and the zero that ends it */

/* Hamming distance 6 ends at 135 bits with this polynomial: longer data would silently get a weaker check. */
_Static_assert(PROTOCOL_FRAME_BYTES * 8U + FRAME_CRC_BYTES * 8U <= 16U * 8U + 16U, "the CRC is proven for 16 data bytes");

/* Zeroed is the state before the first byte. */
typedef struct {
    uint8_t data[PROTOCOL_FRAME_BYTES];
    uint16_t crc;
    uint8_t coded;      /* coded bytes taken of this frame; stays at FRAME_CODED_BYTES + 1 when there were too many */
    uint8_t left;       /* bytes until the next COBS code byte */
    uint16_t bad;       /* frames refused since the start; stops at its greatest value */
} frame_decoder_t;

/* A frame on its way: a board has no tick to spare for a whole one, and makes it a few bytes at a time. */
typedef struct {
    uint8_t wire[FRAME_WIRE_BYTES];
    uint16_t crc;
    uint8_t place;      /* of the next byte in `wire` */
    uint8_t code_at;    /* of the code byte that is not known yet */
} frame_encoder_t;

void frame_begin(frame_encoder_t *encoder, const uint8_t data[PROTOCOL_FRAME_BYTES]);

/* So many bytes more.  True when the last is among them: the whole frame then stands in `wire`. */
bool frame_go_on(frame_encoder_t *encoder, uint8_t bytes);

/* All of it at once.  Writes FRAME_WIRE_BYTES bytes and returns their number. */
uint8_t frame_encode(const uint8_t data[PROTOCOL_FRAME_BYTES], uint8_t out[FRAME_WIRE_BYTES]);

/* Takes bytes off the wire, from this place on, up to the zero that ends a frame.  Returns its place, or `count` where there is none. */
uint8_t frame_take(frame_decoder_t *decoder, const uint8_t *bytes, uint8_t from, uint8_t count);

/* Takes the zero.  True when it ended a whole, undamaged frame, whose data bytes stand in `decoder->data` until the next byte. */
bool frame_end(frame_decoder_t *decoder);

/* Takes one byte, whichever it is.  True as frame_end(), and the data bytes are copied to `data`, which is not touched otherwise. */
bool frame_feed(frame_decoder_t *decoder, uint8_t byte, uint8_t data[PROTOCOL_FRAME_BYTES]);

#endif
