/* Which command is in force: whole, in sequence, from our own protocol, answering our challenge, at our pace (SR7).  Obeys nothing.
 * A command that is whole but wrong ends the one in force: whoever sends such things is not steering (faults 35, 38). */
#include "link.h"

#include <string.h>

#define LINK_CHALLENGES 4U          /* one every 20 ms: an answer may be 80 ms old */
#define LINK_COMMAND_BYTES (PROTOCOL_FRAME_BYTES - 1U) /* all of a frame but the byte that says what it is */
#define LINK_LATE_MOST 3U           /* older frames a second (fault 29) */
#define LINK_SECOND_MS 1000U
#define LINK_PACE_BLOCK_MS 90U      /* five commands at the Pi's pace, were our clock a tenth slow */
#define LINK_PACE_RUN 8U            /* blocks in a row: 2 % shows in each of them, and within 1 s altogether (fault 44) */
#define LINK_PACE_WAIT 10U          /* blocks without a sign of it before the clocks count as one again */

void link_start(link_t *link, uint16_t seed)
{
    BOARD_BY_REGISTER(link);
    link->age_ms = BOARD_COMMAND_EXPIRES_MS;
    link->challenge[0] = seed;
    link->late_frames = 0;
}

void link_new_challenge(link_t *link)
{
    for (uint8_t index = LINK_CHALLENGES - 1U; index > 0U; index--) {
        link->challenge[index] = link->challenge[index - 1U];
    }
    link->challenge[0] = (uint16_t)((uint32_t)link->challenge[0] * UINT32_C(25173) + UINT32_C(13849));
}

/* The one before the newest is asked first: by the time an answer is judged it is most often to that one. */
static bool answers(const link_t *link, const protocol_command_t *command)
{
    BOARD_BY_REGISTER(command);
    for (uint8_t index = 0; index < LINK_CHALLENGES; index++) {
        if (protocol_challenge_reply(link->challenge[index ^ 1U], command->tick_ms) == command->challenge_reply) {
            return true;
        }
    }
    return false;
}

static bool in_range(const protocol_command_t *command)
{
    return command->rate_cdps <= BOARD_MAX_RATE_CDPS && command->rate_cdps >= -BOARD_MAX_RATE_CDPS &&
           command->permitted_angle_cdeg <= BOARD_CEILING_CDEG && command->permitted_angle_cdeg >= -BOARD_CEILING_CDEG &&
           command->imu_angle_cdeg <= 18000 && command->imu_angle_cdeg >= -18000;
}

/* A block is over.  Delays jump and come back; clocks that drift apart move every block the same way. */
static void judge_pace(link_t *link)
{
    bool later = link->pace_least_ms > 0;
    uint8_t run = later == link->pace_later ? link->pace_run : (uint8_t)0U;
    link->pace_run = link->pace_least_ms == 0 ? (uint8_t)0U : board_count8(run);
    link->pace_later = later;
    if (link->pace_run >= LINK_PACE_RUN) {
        link->pace_wait = LINK_PACE_WAIT;
    } else if (link->pace_wait > 0U) {
        link->pace_wait--;
    }
}

/* The Pi's clock and ours must agree to 2 %: every time either side counts rests on it.  The Pi stamps a command as it sends it, so the
 * quickest command of a block shows the clocks and next to nothing of the line.  Differences of a block fit the lower byte. */
BOARD_ONE_COPY static void keep_pace(link_t *link, uint8_t pi_ms, uint8_t own_ms)
{
    BOARD_BY_REGISTER(link);
    uint8_t place_ms = (uint8_t)(own_ms - pi_ms);
    if (!link->pace_running) {
        link->pace_least_ms = 0;
        link->pace_place_ms = place_ms;
    } else if ((uint8_t)(own_ms - link->pace_start_ms) < LINK_PACE_BLOCK_MS) {
        int8_t moved_ms = (int8_t)(uint8_t)(place_ms - link->pace_place_ms);
        link->pace_least_ms = moved_ms < link->pace_least_ms ? moved_ms : link->pace_least_ms;
        return;
    }
    judge_pace(link);
    link->pace_place_ms = (uint8_t)(link->pace_place_ms + (uint8_t)link->pace_least_ms);
    link->pace_least_ms = (int8_t)(uint8_t)(place_ms - link->pace_place_ms);
    link->pace_running = true;
    link->pace_start_ms = own_ms;
}

/* Older than the newest one: a repeat counts for nothing, several old ones mean that the order cannot be relied on. */
static bool in_sequence(link_t *link, const protocol_command_t *command)
{
    BOARD_BY_REGISTER(link);
    uint8_t ahead = (uint8_t)(command->seq - link->command.seq);
    if (!link->fresh) {
        return true;
    }
    if (ahead > 127U) {
        link->late_frames = board_count8(link->late_frames);
        if (link->late_frames > LINK_LATE_MOST) {
            link->fresh = false;
        }
    }
    return ahead >= 1U && ahead <= 127U && (uint16_t)(command->tick_ms - link->command.tick_ms - 1U) < 0x7FFFU;
}

BOARD_ONE_COPY static void take(link_t *link, const protocol_command_t *command, uint16_t tick_ms)
{
    link->stranger = command->schema != (uint16_t)(PROTOCOL_SCHEMA_HASH & 0xFFFFUL);
    if (link->stranger || !in_range(command) || !answers(link, command)) {
        link->fresh = false;
        return;
    }
    if (!in_sequence(link, command)) {
        return;
    }
    keep_pace(link, (uint8_t)command->tick_ms, (uint8_t)tick_ms);
    link->command = *command;
    link->age_ms = 0;
    link->fresh = link->pace_wait == 0U;
    link->heard = link->fresh;
}

/* Zeroed only where there is something between its members, as on a PC: that is copied with them, and one history twice is to end in the
 * same bytes. */
static void hear(link_t *link, const uint8_t data[PROTOCOL_FRAME_BYTES], uint16_t tick_ms)
{
    protocol_command_t command;
    BOARD_BY_REGISTER(data);
    if (sizeof command != LINK_COMMAND_BYTES) {
        memset(&command, 0, sizeof command);
    }
    if (protocol_unpack_command(data, &command)) {
        take(link, &command, tick_ms);
    }
}

void link_update(link_t *link, const board_in_t *in, uint16_t tick_ms)
{
    link->heard = false;
    link->age_ms = board_count(link->age_ms);
    link->late_window_ms = board_count(link->late_window_ms);
    if (link->late_window_ms >= LINK_SECOND_MS) {
        link->late_window_ms = 0;
        link->late_frames = 0;
    }
    uint8_t count = in->rx_count < (uint8_t)BOARD_RX_MAX ? in->rx_count : (uint8_t)BOARD_RX_MAX;
    uint8_t index = 0;
    while (index < count) {
        if (in->rx[index] != 0U) {
            index = frame_take(&link->decoder, in->rx, index, count);
        } else {
            index++;
            if (frame_end(&link->decoder)) {
                hear(link, link->decoder.data, tick_ms);
            }
        }
    }
    if (link->age_ms >= BOARD_COMMAND_EXPIRES_MS || !link->fresh) {
        link->fresh = false;
        link->pace_running = link->pace_running && link->pace_wait > 0U;
    }
    link->silent_ms = link->fresh ? (uint16_t)0U : board_count(link->silent_ms);
}
