/* The board's end of the wire: messages to data bytes and back, CRC, challenge.  Pure; touches no register.
 * Generated from firmware/protocol.toml by `python -m firmware.generate`; do not edit. */
#ifndef PROTOCOL_H
#define PROTOCOL_H

#include <stdbool.h>
#include <stdint.h>

#define PROTOCOL_SCHEMA_HASH 0x04492B7CUL
#define PROTOCOL_VERSION 1U
#define PROTOCOL_FRAME_BYTES 16U
#define PROTOCOL_CRC_POLYNOMIAL 0x90D9U
#define PROTOCOL_CRC_INITIAL 0xFFFFU
#define PROTOCOL_BAUD 250000UL
#define PROTOCOL_COMMAND_PERIOD_MS 20U
#define PROTOCOL_TELEMETRY_PERIOD_MS 10U

/* request */
#define PROTOCOL_REQUEST_HOLD ((uint8_t)0U)  /* controlled stop, then brake */
#define PROTOCOL_REQUEST_FOLLOW ((uint8_t)1U)  /* move at rate_cdps as the session's programme asks; never above level without return_up */
#define PROTOCOL_REQUEST_RETURN_UP ((uint8_t)2U)  /* controlled return steered by the Pi: up only, rest enforced by the board */
#define PROTOCOL_REQUEST_ASCEND ((uint8_t)3U)  /* the board's own controlled return (Pi's angle not trusted) */
#define PROTOCOL_REQUEST_DIZZY_BACK ((uint8_t)4U)  /* back down to 30 degrees during a return, past the gate, locks good (TP10) */
#define PROTOCOL_REQUEST_TRIP ((uint8_t)5U)  /* emergency-stop reaction, latched as a fault */
#define PROTOCOL_REQUEST_TEST_BRAKE ((uint8_t)6U)  /* push against the set brake for 400 ms, at upright rest only (SR16) */

/* board_mode */
#define PROTOCOL_BOARD_MODE_BRAKED ((uint8_t)0U)  /* brake set, motor off, ready */
#define PROTOCOL_BOARD_MODE_FOLLOW ((uint8_t)1U)  /* the Pi's rate, clamped */
#define PROTOCOL_BOARD_MODE_ASCENT ((uint8_t)2U)  /* its own controlled return */
#define PROTOCOL_BOARD_MODE_RESCUE ((uint8_t)3U)  /* hold-to-run after an emergency stop */
#define PROTOCOL_BOARD_MODE_STOPPED ((uint8_t)4U)  /* emergency stop, latched */
#define PROTOCOL_BOARD_MODE_FAULT ((uint8_t)5U)  /* emergency-stop reaction to a fault, latched */

/* command_flag */
#define PROTOCOL_COMMAND_FLAG_IMU_VALID ((uint8_t)0x01U)  /* imu_angle_cdeg may be used as a witness */
#define PROTOCOL_COMMAND_FLAG_UNASKED ((uint8_t)0x02U)  /* nobody asked for this return: wait at level (SR15) */
#define PROTOCOL_COMMAND_FLAG_HALF_RATE ((uint8_t)0x04U)  /* return at half rate */
#define PROTOCOL_COMMAND_FLAG_SESSION ((uint8_t)0x08U)  /* the Pi obeyed a Start: one half of what it takes to leave upright rest (SR11) */
#define PROTOCOL_COMMAND_FLAG_ALARM ((uint8_t)0x10U)  /* sound the board's buzzer as well */
#define PROTOCOL_COMMAND_FLAG_WARN ((uint8_t)0x20U)  /* motion is about to begin: sound the warning (SR4) */
#define PROTOCOL_COMMAND_FLAG_ALL ((uint8_t)0x3FU)

/* status_flag */
#define PROTOCOL_STATUS_FLAG_BRAKE_SET ((uint16_t)0x0001U)
#define PROTOCOL_STATUS_FLAG_CONTACTOR_CLOSED ((uint16_t)0x0002U)
#define PROTOCOL_STATUS_FLAG_AT_REST ((uint16_t)0x0004U)  /* |rate| under 0.1 deg/s by the board's own angle */
#define PROTOCOL_STATUS_FLAG_AT_UPRIGHT ((uint16_t)0x0008U)  /* within 1 degree of the head-up stop */
#define PROTOCOL_STATUS_FLAG_REST_DONE ((uint16_t)0x0010U)  /* the rest this return needs next has been taken (SR3) */
#define PROTOCOL_STATUS_FLAG_RETURNING ((uint16_t)0x0020U)  /* a return has begun; no descent but dizzy_back until upright */
#define PROTOCOL_STATUS_FLAG_LEVEL_WAIT ((uint16_t)0x0040U)  /* waits at level for OK or RETURN (SR15), latched */
#define PROTOCOL_STATUS_FLAG_LADDER ((uint16_t)0x0080U)  /* help ladder on (SR14) */
#define PROTOCOL_STATUS_FLAG_MAINS ((uint16_t)0x0100U)  /* mains present */
#define PROTOCOL_STATUS_FLAG_HALF_RATE ((uint16_t)0x0200U)  /* degraded: half rate */
#define PROTOCOL_STATUS_FLAG_RETURN_ONLY ((uint16_t)0x0400U)  /* after a reset off upright rest or a session-ending fault: no descent until upright (SR13) */
#define PROTOCOL_STATUS_FLAG_ANGLE_TRUSTED ((uint16_t)0x0800U)  /* at least two witnesses agree */
#define PROTOCOL_STATUS_FLAG_SESSION_OPEN ((uint16_t)0x1000U)  /* left upright rest on a fresh START; open until upright rest is reached again */
#define PROTOCOL_STATUS_FLAG_WARNING ((uint16_t)0x2000U)  /* warning sounding, motion within 2 s */
#define PROTOCOL_STATUS_FLAG_BRAKE_TESTED ((uint16_t)0x4000U)  /* test_brake ran to its end since START */
#define PROTOCOL_STATUS_FLAG_BRAKE_HELD ((uint16_t)0x8000U)  /* ... and the brake held */
#define PROTOCOL_STATUS_FLAG_ALL ((uint16_t)0xFFFFU)

/* contact */
#define PROTOCOL_CONTACT_ESTOP_A ((uint8_t)0x01U)  /* closed = pushed out, healthy */
#define PROTOCOL_CONTACT_ESTOP_B ((uint8_t)0x02U)
#define PROTOCOL_CONTACT_ANKLE_LEFT ((uint8_t)0x04U)  /* secondary switch, closed = locked */
#define PROTOCOL_CONTACT_ANKLE_RIGHT ((uint8_t)0x08U)
#define PROTOCOL_CONTACT_START ((uint8_t)0x10U)  /* pressed */
#define PROTOCOL_CONTACT_RETURN ((uint8_t)0x20U)  /* pressed */
#define PROTOCOL_CONTACT_OK ((uint8_t)0x40U)  /* pressed */
#define PROTOCOL_CONTACT_RELEASE ((uint8_t)0x80U)  /* manual release lever pulled: drive suspended */
#define PROTOCOL_CONTACT_ALL ((uint8_t)0xFFU)

/* reason */
#define PROTOCOL_REASON_ESTOP ((uint32_t)0x00000001UL)  /* emergency stop pressed or its wire open */
#define PROTOCOL_REASON_ESTOP_DISAGREE ((uint32_t)0x00000002UL)  /* the two emergency-stop channels disagree */
#define PROTOCOL_REASON_TIME_UP ((uint32_t)0x00000004UL)  /* inverted time used up */
#define PROTOCOL_REASON_OVERSPEED ((uint32_t)0x00000008UL)  /* moving faster than 5 degrees a second */
#define PROTOCOL_REASON_PAST_LIMIT ((uint32_t)0x00000010UL)  /* past the permitted angle */
#define PROTOCOL_REASON_END_STOP ((uint32_t)0x00000020UL)  /* end-stop reached where none should be, or both */
#define PROTOCOL_REASON_ANKLE_OPEN ((uint32_t)0x00000040UL)  /* ankle lock open */
#define PROTOCOL_REASON_PI_SILENT ((uint32_t)0x00000080UL)  /* no valid command for 100 ms */
#define PROTOCOL_REASON_POT_RANGE ((uint32_t)0x00000100UL)  /* potentiometer out of range */
#define PROTOCOL_REASON_ANGLE_DISAGREE ((uint32_t)0x00000200UL)  /* angle sensors disagree */
#define PROTOCOL_REASON_ANGLE_LOST ((uint32_t)0x00000400UL)  /* no trusted angle */
#define PROTOCOL_REASON_STALL ((uint32_t)0x00000800UL)  /* motor commanded but nothing moves */
#define PROTOCOL_REASON_OVERCURRENT ((uint32_t)0x00001000UL)  /* motor current too high */
#define PROTOCOL_REASON_WRONG_WAY ((uint32_t)0x00002000UL)  /* moves the wrong way */
#define PROTOCOL_REASON_UNCOMMANDED ((uint32_t)0x00004000UL)  /* moves without being asked */
#define PROTOCOL_REASON_BRAKE_SLIP ((uint32_t)0x00008000UL)  /* brake does not hold */
#define PROTOCOL_REASON_MAINS_LOST ((uint32_t)0x00010000UL)  /* mains lost, running on battery */
#define PROTOCOL_REASON_BATTERY_LOW ((uint32_t)0x00020000UL)  /* battery below two full returns */
#define PROTOCOL_REASON_RESET ((uint32_t)0x00040000UL)  /* board was reset away from upright rest */
#define PROTOCOL_REASON_NO_PROGRESS ((uint32_t)0x00080000UL)  /* return makes no progress */
#define PROTOCOL_REASON_ESTOP_WAITING ((uint32_t)0x00100000UL)  /* emergency stop latched away from upright rest for 60 s */
#define PROTOCOL_REASON_UNANSWERED ((uint32_t)0x00200000UL)  /* no answer to Are you all right */
#define PROTOCOL_REASON_PI_TRIP ((uint32_t)0x00400000UL)  /* the Pi asked for the emergency-stop reaction */
#define PROTOCOL_REASON_BUTTON_STUCK ((uint32_t)0x00800000UL)  /* START held since reset or too long */
#define PROTOCOL_REASON_SELF_CHECK ((uint32_t)0x01000000UL)  /* memory, register or calibration check failed */
#define PROTOCOL_REASON_STRANGER ((uint32_t)0x02000000UL)  /* commands come from another protocol version */
#define PROTOCOL_REASON_NOT_STARTED ((uint32_t)0x04000000UL)  /* motion asked without a fresh START at the board */
#define PROTOCOL_REASON_ASKED ((uint32_t)0x08000000UL)  /* RETURN pressed */
#define PROTOCOL_REASON_LOAD ((uint32_t)0x10000000UL)  /* supply over-voltage */
#define PROTOCOL_REASON_OBSTACLE ((uint32_t)0x20000000UL)  /* something is in the way */
#define PROTOCOL_REASON_LOAD_DROP ((uint32_t)0x40000000UL)  /* most of the load has gone */
#define PROTOCOL_REASON_ALL ((uint32_t)0x7FFFFFFFUL)

#define PROTOCOL_ID_COMMAND ((uint8_t)0x10U)
typedef struct {
    uint8_t seq;
    uint8_t request;
    uint8_t flags;
    int16_t rate_cdps;  /* wanted rate, + is descent; used by follow, return_up and dizzy_back */
    int16_t imu_angle_cdeg;  /* the Pi's angle; only breaks a tie between the board's own two (SR8) */
    int16_t permitted_angle_cdeg;  /* this session's ceiling; the board takes the least it has heard in a session, and never over its own (SR5) */
    uint16_t challenge_reply;  /* protocol.challenge_reply() of the newest challenge, computed by the control thread (fault 38) */
    uint16_t schema;  /* low half of the schema hash; a stranger's commands are refused */
    uint16_t tick_ms;  /* the Pi's own millisecond counter; must advance (fault 37), must keep pace (fault 44) */
} protocol_command_t;
void protocol_pack_command(const protocol_command_t *message, uint8_t data[PROTOCOL_FRAME_BYTES]);
/* False, `message` untouched: another message, an unknown enum value, an unknown bit, padding that is not zero. */
bool protocol_unpack_command(const uint8_t data[PROTOCOL_FRAME_BYTES], protocol_command_t *message);

#define PROTOCOL_ID_STATUS ((uint8_t)0x20U)
typedef struct {
    uint8_t seq;
    uint8_t mode;
    uint8_t command_seq;  /* sequence number of the newest command accepted */
    int16_t angle_cdeg;  /* the board's own inversion angle */
    int16_t rate_cdps;  /* the board's own rate, + is descent */
    int16_t current_ma;  /* motor current, mean of the last 20 ms, + drives descent */
    uint16_t flags;
    uint32_t reasons;
} protocol_status_t;
void protocol_pack_status(const protocol_status_t *message, uint8_t data[PROTOCOL_FRAME_BYTES]);
/* False, `message` untouched: another message, an unknown enum value, an unknown bit, padding that is not zero. */
bool protocol_unpack_status(const uint8_t data[PROTOCOL_FRAME_BYTES], protocol_status_t *message);

#define PROTOCOL_ID_DETAIL ((uint8_t)0x21U)
typedef struct {
    uint8_t seq;
    int16_t pot_cdeg;  /* angle by the potentiometer alone */
    int16_t encoder_cdeg;  /* angle by the motor encoder, referred to the potentiometer at upright rest */
    uint16_t battery_mv;
    uint16_t budget_left_ds;  /* inverted time left in this session, tenths of a second (SR2) */
    uint8_t rest_ds;  /* rest counted so far at this place, tenths of a second, stops at 255 (SR3) */
    uint8_t contacts;
    uint16_t challenge;
    uint16_t tick_ms;
} protocol_detail_t;
void protocol_pack_detail(const protocol_detail_t *message, uint8_t data[PROTOCOL_FRAME_BYTES]);
/* False, `message` untouched: another message, an unknown enum value, an unknown bit, padding that is not zero. */
bool protocol_unpack_detail(const uint8_t data[PROTOCOL_FRAME_BYTES], protocol_detail_t *message);

#define PROTOCOL_ID_IDENTITY ((uint8_t)0x22U)
typedef struct {
    uint8_t seq;
    uint32_t schema;
    uint8_t firmware_major;
    uint8_t firmware_minor;
    uint8_t reset_cause;  /* MCUSR bits: 1 power on, 2 external, 4 brown-out, 8 watchdog */
    uint16_t boot_count;
    uint16_t uptime_s;
} protocol_identity_t;
void protocol_pack_identity(const protocol_identity_t *message, uint8_t data[PROTOCOL_FRAME_BYTES]);
/* False, `message` untouched: another message, an unknown enum value, an unknown bit, padding that is not zero. */
bool protocol_unpack_identity(const uint8_t data[PROTOCOL_FRAME_BYTES], protocol_identity_t *message);

/* One more byte into the CRC, most significant bit first.  Begin with PROTOCOL_CRC_INITIAL; data followed by its own CRC gives 0. */
uint16_t protocol_crc_step(uint16_t crc, uint8_t byte);

/* The answer that only whoever heard `challenge` and runs at `tick_ms` gives (fault 38). */
uint16_t protocol_challenge_reply(uint16_t challenge, uint16_t tick_ms);

#endif
