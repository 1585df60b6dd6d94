/* Damages frames by the million against the board's real codec and counts what gets through; test tool only, never part of the firmware. */
#include "frame.h"

#include <string.h>

typedef struct {
    uint32_t frames, damaged, delivered, forged, forged_messages;
} campaign_t;

void campaign_flips(uint64_t seed, uint32_t frames, uint32_t flips, campaign_t *result);
void campaign_noise(uint64_t seed, uint32_t frames, uint32_t flip_ppm, uint32_t drop_ppm, uint32_t twice_ppm, campaign_t *result);
uint64_t campaign_undetected(const uint16_t *syndromes, uint32_t bits, uint32_t weight);
uint32_t campaign_through_decoder(const uint8_t data[PROTOCOL_FRAME_BYTES], uint32_t weight);

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state * 0x2545F4914F6CDD1DULL >> 16;
}

/* Commands as they look in a session: sequence counts, small numbers, many zero bytes, so that COBS has work to do. */
static void make_data(uint64_t *random, uint32_t number, uint8_t data[PROTOCOL_FRAME_BYTES])
{
    const uint64_t r = next_random(random);
    protocol_command_t command = {0};
    command.seq = (uint8_t)number;
    command.request = (uint8_t)(r % 7U);
    command.flags = (uint8_t)(r >> 8 & 0x3FU);
    command.rate_cdps = (int16_t)((int32_t)(r >> 16 & 0x1FFU) - 256);
    command.imu_angle_cdeg = (int16_t)((int32_t)(r >> 24 & 0x3FFFU) - 7500);
    command.permitted_angle_cdeg = 3000;
    command.challenge_reply = (uint16_t)next_random(random);
    command.schema = (uint16_t)PROTOCOL_SCHEMA_HASH;
    command.tick_ms = (uint16_t)(number * 20U);
    protocol_pack_command(&command, data);
}

static bool any_message(const uint8_t data[PROTOCOL_FRAME_BYTES])
{
    protocol_command_t command;
    protocol_status_t status;
    protocol_detail_t detail;
    protocol_identity_t identity;
    const bool stranger = protocol_unpack_command(data, &command) && command.schema != (uint16_t)PROTOCOL_SCHEMA_HASH;
    return (protocol_unpack_command(data, &command) && !stranger) || protocol_unpack_status(data, &status) ||
           protocol_unpack_detail(data, &detail) || protocol_unpack_identity(data, &identity);
}

/* `sent` is this frame's data; `before` the one's before it, which comes through late when its closing zero was lost and the next
 * byte damaged to one. */
static void feed(frame_decoder_t *decoder, const uint8_t *bytes, uint32_t count, const uint8_t *sent, const uint8_t *before,
                 campaign_t *result)
{
    uint8_t got[PROTOCOL_FRAME_BYTES];
    for (uint32_t i = 0; i < count; i++) {
        if (!frame_feed(decoder, bytes[i], got)) {
            continue;
        }
        if (memcmp(got, sent, sizeof got) == 0 || memcmp(got, before, sizeof got) == 0) {
            result->delivered++;
        } else {
            result->forged++;
            result->forged_messages += any_message(got) ? 1U : 0U;
        }
    }
}

/* Exactly `flips` different bits of the 20 bytes on the wire, closing zero included; an undamaged frame follows, both must not mix. */
void campaign_flips(uint64_t seed, uint32_t frames, uint32_t flips, campaign_t *result)
{
    uint64_t random = seed;
    memset(result, 0, sizeof *result);
    for (uint32_t n = 0; n < frames; n++) {
        uint8_t data[PROTOCOL_FRAME_BYTES], wire[FRAME_WIRE_BYTES], mask[FRAME_WIRE_BYTES] = {0};
        frame_decoder_t decoder = {0};
        make_data(&random, n, data);
        frame_encode(data, wire);
        for (uint32_t done = 0; done < flips;) {
            const uint32_t bit = (uint32_t)(next_random(&random) % (FRAME_WIRE_BYTES * 8U));
            const uint8_t one = (uint8_t)(1U << bit % 8U);
            done += (mask[bit / 8U] & one) == 0U ? 1U : 0U;
            mask[bit / 8U] |= one;
        }
        for (uint32_t i = 0; i < FRAME_WIRE_BYTES; i++) {
            wire[i] ^= mask[i];
        }
        result->frames++;
        result->damaged++;
        feed(&decoder, wire, FRAME_WIRE_BYTES, data, data, result);
        wire[0] = 0U;
        feed(&decoder, wire, 1U, data, data, result);
    }
}

static bool happens(uint64_t *random, uint32_t ppm)
{
    return next_random(random) % 1000000U < ppm;
}

/* A bad line as a stream: bits flipped, bytes lost, bytes doubled; frames run into each other as they will. */
void campaign_noise(uint64_t seed, uint32_t frames, uint32_t flip_ppm, uint32_t drop_ppm, uint32_t twice_ppm, campaign_t *result)
{
    uint64_t random = seed;
    frame_decoder_t decoder = {0};
    uint8_t before[PROTOCOL_FRAME_BYTES] = {0};
    memset(result, 0, sizeof *result);
    for (uint32_t n = 0; n < frames; n++) {
        uint8_t data[PROTOCOL_FRAME_BYTES], wire[FRAME_WIRE_BYTES], line[2U * FRAME_WIRE_BYTES];
        uint32_t count = 0;
        bool damaged = false;
        make_data(&random, n, data);
        frame_encode(data, wire);
        for (uint32_t i = 0; i < FRAME_WIRE_BYTES; i++) {
            const bool flip = happens(&random, flip_ppm), drop = happens(&random, drop_ppm), twice = happens(&random, twice_ppm);
            const uint8_t byte = flip ? (uint8_t)(wire[i] ^ (1U << next_random(&random) % 8U)) : wire[i];
            damaged = damaged || flip || drop || twice;
            if (!drop) {
                line[count++] = byte;
            }
            if (twice) {
                line[count++] = byte;
            }
        }
        result->frames++;
        result->damaged += damaged ? 1U : 0U;
        feed(&decoder, line, count, data, before, result);
        memcpy(before, data, sizeof before);
    }
}

/* How many ways there are to flip exactly `weight` of `bits` bits unseen: every single one is tried. */
static uint64_t undetected(const uint16_t *syndromes, uint32_t bits, uint32_t weight, uint32_t from, uint16_t sum)
{
    uint64_t count = 0;
    if (weight == 1U) {
        for (uint32_t i = from; i < bits; i++) {
            count += syndromes[i] == sum ? 1U : 0U;
        }
        return count;
    }
    for (uint32_t i = from; i < bits; i++) {
        count += undetected(syndromes, bits, weight - 1U, i + 1U, (uint16_t)(sum ^ syndromes[i]));
    }
    return count;
}

uint64_t campaign_undetected(const uint16_t *syndromes, uint32_t bits, uint32_t weight)
{
    return undetected(syndromes, bits, weight, 0U, 0U);
}

static void encode_plain(const uint8_t plain[18], uint8_t wire[FRAME_WIRE_BYTES])
{
    uint32_t code_at = 0;
    for (uint32_t i = 0; i < 18U; i++) {
        wire[i + 1U] = plain[i];
        if (plain[i] == 0U) {
            wire[code_at] = (uint8_t)(i + 1U - code_at);
            code_at = i + 1U;
        }
    }
    wire[code_at] = (uint8_t)(19U - code_at);
    wire[19] = 0U;
}

/* The same through the real decoder, damage put in before COBS: every way to flip 1, 2 or 3 of the 144 bits; returns how many passed. */
uint32_t campaign_through_decoder(const uint8_t data[PROTOCOL_FRAME_BYTES], uint32_t weight)
{
    uint8_t plain[18];
    campaign_t result = {0};
    uint16_t crc = PROTOCOL_CRC_INITIAL;
    for (uint32_t i = 0; i < 16U; i++) {
        crc = protocol_crc_step(crc, data[i]);
    }
    memcpy(plain, data, 16U);
    plain[16] = (uint8_t)(crc >> 8);
    plain[17] = (uint8_t)crc;
    for (uint32_t a = 0; a < 144U; a++) {
        for (uint32_t b = weight > 1U ? a + 1U : 143U; b < 144U; b++) {
            for (uint32_t c = weight > 2U ? b + 1U : 143U; c < 144U; c++) {
                uint8_t damaged[18], wire[FRAME_WIRE_BYTES];
                frame_decoder_t decoder = {0};
                memcpy(damaged, plain, sizeof damaged);
                damaged[a / 8U] ^= (uint8_t)(1U << a % 8U);
                damaged[b / 8U] ^= (uint8_t)(weight > 1U ? 1U << b % 8U : 0U);
                damaged[c / 8U] ^= (uint8_t)(weight > 2U ? 1U << c % 8U : 0U);
                encode_plain(damaged, wire);
                feed(&decoder, wire, FRAME_WIRE_BYTES, data, data, &result);
            }
        }
    }
    return result.delivered + result.forged;
}
