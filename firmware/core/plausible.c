/* What the drive's own behaviour betrays (SR4, SR9): stall, wrong way, motion nobody asked for, a brake that creeps.  Watches only. */
#include "plausible.h"

#include "rate_loop.h"

#define PLAUSIBLE_DRIVEN_CDPS 20       /* below this rate friction makes motion uneven */
#define PLAUSIBLE_STILL_MS 140U        /* moving, then not (fault 76) */
#define PLAUSIBLE_STILL_FIRST_MS 900U  /* breaking away from rest against gear friction with a heavy person */
#define PLAUSIBLE_POT_MOVES_CDEG 25
#define PLAUSIBLE_STALL_MS 100U
#define PLAUSIBLE_WRONG_CDPS 30
#define PLAUSIBLE_WRONG_MS 60U
#define PLAUSIBLE_WRONG_CDEG 40
#define PLAUSIBLE_FAST_CDPS 120        /* over the profile: a change of load gives less (fault 85) */
#define PLAUSIBLE_FAST_MS 40U
#define PLAUSIBLE_DEAF_CDPS 30         /* over the profile for longer: the bridge no longer does as it is told (fault 77) */
#define PLAUSIBLE_DEAF_MS 240U
#define PLAUSIBLE_OVERSPEED_MS 5U
#define PLAUSIBLE_SETTLED_MS 250U      /* after the brake was set */
#define PLAUSIBLE_POT_SETTLED_MS 800U  /* the potentiometer's rate, coarse and slow, still tells of the stop for half a second */
#define PLAUSIBLE_CREEP_CDPS 50        /* fault 80 */
#define PLAUSIBLE_CREEP_MS 120U
#define PLAUSIBLE_LIVE_MA 1500         /* current with both bridge sides off (fault 77) */
#define PLAUSIBLE_LIVE_MS 30U

void plausible_forget(drive_state_t *drive)
{
    drive->moved = false;
    drive->still_ms = 0;
    drive->stall_ms = 0;
    drive->wrong_ms = 0;
    drive->fast_ms = 0;
    drive->deaf_ms = 0;
    drive->wrong_way = false;
    drive->stall = false;
}

/* Nothing moves: neither sensor sees motion though the profile asks for it.  A single dead sensor is SR8's business. */
static void judge_stall(board_t *board, int16_t along_cdps, int16_t profile_cdps)
{
    drive_state_t *drive = &board->drive;
    int16_t pot_cdeg = board->angle.pot_cdeg;
    bool asked = profile_cdps >= PLAUSIBLE_DRIVEN_CDPS;
    bool moves = along_cdps >= BOARD_AT_REST_CDPS;
    bool stands = false;
    if (!asked || moves ||
        (!board_within((int16_t)(pot_cdeg - drive->still_pot_cdeg), PLAUSIBLE_POT_MOVES_CDEG - 1) && !board->angle.pot_out)) {
        drive->still_ms = 0;
        drive->still_pot_cdeg = pot_cdeg;
        if (asked && moves) {
            drive->moved = true;
        }
    } else {
        uint16_t still_ms = board_count(drive->still_ms);
        drive->still_ms = still_ms;
        stands = still_ms >= (drive->moved ? PLAUSIBLE_STILL_MS : PLAUSIBLE_STILL_FIRST_MS);
    }
    drive->stall_ms = count_if(!board_within(board->inputs.current_ma, BOARD_STALL_MA), drive->stall_ms);
    drive->stall = stands || drive->stall_ms >= PLAUSIBLE_STALL_MS;
}

static void judge_direction(board_t *board, int16_t along_cdps, int16_t profile_cdps, int8_t driven)
{
    drive_state_t *drive = &board->drive;
    int16_t angle_cdeg = board->angle.angle_cdeg;
    int16_t back_cdeg = driven > 0 ? (int16_t)(drive->far_cdeg - angle_cdeg) : (int16_t)(angle_cdeg - drive->far_cdeg);
    /* The profile waits for a table that does not follow: swapped leads (fault 78) would keep it under the bound for ever. */
    bool asked = profile_cdps >= PLAUSIBLE_DRIVEN_CDPS ||
                 (driven > 0 ? board->plan.rate_cdps : (int16_t)-board->plan.rate_cdps) >= PLAUSIBLE_DRIVEN_CDPS;
    if (back_cdeg < 0 || !asked) {
        drive->far_cdeg = angle_cdeg;
        back_cdeg = 0;
    }
    drive->wrong_ms = count_if(along_cdps <= -PLAUSIBLE_WRONG_CDPS && asked, drive->wrong_ms);
    drive->wrong_way = drive->wrong_ms >= PLAUSIBLE_WRONG_MS || (back_cdeg >= PLAUSIBLE_WRONG_CDEG && !board->angle.disputed);
    int16_t over_cdps = (int16_t)(along_cdps - profile_cdps);
    drive->fast_ms = count_if(over_cdps > PLAUSIBLE_FAST_CDPS, drive->fast_ms);
    drive->deaf_ms = count_if(over_cdps > PLAUSIBLE_DEAF_CDPS, drive->deaf_ms);
    drive->uncommanded = drive->fast_ms >= PLAUSIBLE_FAST_MS || drive->deaf_ms >= PLAUSIBLE_DEAF_MS;
}

static void judge_standing(board_t *board)
{
    drive_state_t *drive = &board->drive;
    if (drive->state != DRIVE_OFF || board->session.testing || board->angle.declutched) {
        drive->braked_ms = 0;
        drive->creep_ms = 0;
        drive->live_ms = 0;
        return;
    }
    uint16_t braked_ms = board_count(drive->braked_ms);
    drive->braked_ms = braked_ms;
    bool settled = braked_ms >= (board->angle.observes_pot ? PLAUSIBLE_POT_SETTLED_MS : PLAUSIBLE_SETTLED_MS);
    drive->creep_ms = count_if(settled && !board_within(board->angle.rate_cdps, PLAUSIBLE_CREEP_CDPS), drive->creep_ms);
    drive->live_ms = count_if(braked_ms > 10U && drive->duty == 0 && !board_within(board->inputs.current_ma, PLAUSIBLE_LIVE_MA),
                              drive->live_ms);
    if (drive->creep_ms >= PLAUSIBLE_CREEP_MS && drive->live_ms == 0U) {
        drive->brake_slips = true;
    }
}

void plausible_update(board_t *board, int8_t driven)
{
    drive_state_t *drive = &board->drive;
    int16_t rate_cdps = board->angle.rate_cdps;
    drive->over_ms = count_if(!board_within(rate_cdps, BOARD_OVERSPEED_CDPS), drive->over_ms);
    drive->overspeed = drive->over_ms >= PLAUSIBLE_OVERSPEED_MS;
    judge_standing(board);
    if (driven == 0) {
        plausible_forget(drive);
        drive->far_cdeg = board->angle.angle_cdeg;
        drive->still_pot_cdeg = board->angle.pot_cdeg;
        drive->uncommanded = drive->live_ms >= PLAUSIBLE_LIVE_MS;
    } else {
        int16_t along_cdps = driven < 0 ? (int16_t)-rate_cdps : rate_cdps;
        int16_t profile_cdps = board_abs(drive->profile_cdps);
        judge_stall(board, along_cdps, profile_cdps);
        judge_direction(board, along_cdps, profile_cdps, driven);
    }
}
