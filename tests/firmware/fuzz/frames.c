/* Any bytes at all into the decoder: what comes out was framed whole and encodes to the same bytes again.  Fuzzer entry; replay.c is the other. */
#include "frame.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void must(int holds, const char *sentence)
{
    if (!holds) {
        fprintf(stderr, "broken: %s\n", sentence);
        abort();
    }
}

/* Everything a frame may say survives being unpacked and packed again. */
static void judge_messages(const uint8_t data[PROTOCOL_FRAME_BYTES])
{
    uint8_t again[PROTOCOL_FRAME_BYTES];
    protocol_command_t command;
    protocol_status_t status;
    protocol_detail_t detail;
    protocol_identity_t identity;
    memcpy(again, data, sizeof again); /* bytes a message does not use stay as they were */
    if (protocol_unpack_command(data, &command)) {
        protocol_pack_command(&command, again);
    } else if (protocol_unpack_status(data, &status)) {
        protocol_pack_status(&status, again);
    } else if (protocol_unpack_detail(data, &detail)) {
        protocol_pack_detail(&detail, again);
    } else if (protocol_unpack_identity(data, &identity)) {
        protocol_pack_identity(&identity, again);
    }
    must(memcmp(again, data, sizeof again) == 0, "what was unpacked packs to the same bytes");
}

static void judge_frame(const uint8_t *wire, const uint8_t data[PROTOCOL_FRAME_BYTES])
{
    uint8_t again[FRAME_WIRE_BYTES];
    must(frame_encode(data, again) == FRAME_WIRE_BYTES, "a frame is twenty bytes");
    must(memcmp(again, wire, FRAME_WIRE_BYTES) == 0, "a decoded frame encodes to the bytes that came");
    judge_messages(data);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    frame_decoder_t decoder = {.bad = UINT16_MAX - 2U};
    uint8_t data[PROTOCOL_FRAME_BYTES] = {0};
    uint8_t wire[FRAME_WIRE_BYTES];
    if (size >= PROTOCOL_FRAME_BYTES) { /* the bytes as data: out and in again */
        frame_decoder_t other = {0};
        bool whole = false;
        (void)frame_encode(bytes, wire);
        for (size_t i = 0; i < sizeof wire; i++) {
            whole = frame_feed(&other, wire[i], data);
        }
        must(whole && memcmp(data, bytes, sizeof data) == 0, "what was encoded decodes to itself");
        judge_frame(wire, data);
    }
    for (size_t i = 0; i < size; i++) { /* the bytes as a wire */
        if (frame_feed(&decoder, bytes[i], data)) {
            must(i + 1U >= FRAME_WIRE_BYTES, "a whole frame is twenty bytes");
            judge_frame(bytes + i + 1U - FRAME_WIRE_BYTES, data);
        }
        must(decoder.coded <= FRAME_CODED_BYTES + 1U, "the decoder keeps its place inside its buffer");
    }
    return 0;
}
