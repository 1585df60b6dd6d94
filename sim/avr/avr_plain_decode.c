/* From a flash word to its plain instruction and operands: the rows of the instruction set manual, those that are handled.
 * Whatever is in no row, or has an operand outside flash, RAM and quiet registers, is simavr's. */
#include "avr_plain.h"

/* How the operands lie in the word. */
typedef enum { NO_OPERAND, D5_R5, D5, D4_K8, PAIRS, D4_R4, D3_R3, PAIR_K6, D5_BIT, D5_IO, D5_Q6, D5_WORD, BACK, JUMP7, JUMP12, JUMP22, SKIP_R5, SKIP_BIT } form_t;

typedef struct {
    uint16_t mask, bits;
    uint8_t op, form;
} row_t;

static const row_t rows[] = {
    {0xFFFF, 0x0000, OP_nop, NO_OPERAND}, {0xFF00, 0x0100, OP_movw, PAIRS}, {0xFF00, 0x0200, OP_muls, D4_R4}, {0xFF88, 0x0300, OP_mulsu, D3_R3},
    {0xFC00, 0x0400, OP_cpc, D5_R5}, {0xFC00, 0x0800, OP_sbc, D5_R5}, {0xFC00, 0x0C00, OP_add, D5_R5}, {0xFC00, 0x1000, OP_cpse, SKIP_R5},
    {0xFC00, 0x1400, OP_cp, D5_R5}, {0xFC00, 0x1800, OP_sub, D5_R5}, {0xFC00, 0x1C00, OP_adc, D5_R5}, {0xFC00, 0x2000, OP_and, D5_R5},
    {0xFC00, 0x2400, OP_eor, D5_R5}, {0xFC00, 0x2800, OP_or, D5_R5}, {0xFC00, 0x2C00, OP_mov, D5_R5}, {0xF000, 0x3000, OP_cpi, D4_K8},
    {0xF000, 0x4000, OP_sbci, D4_K8}, {0xF000, 0x5000, OP_subi, D4_K8}, {0xF000, 0x6000, OP_ori, D4_K8}, {0xF000, 0x7000, OP_andi, D4_K8},
    {0xD208, 0x8000, OP_ldd_z, D5_Q6}, {0xD208, 0x8008, OP_ldd_y, D5_Q6}, {0xD208, 0x8200, OP_std_z, D5_Q6}, {0xD208, 0x8208, OP_std_y, D5_Q6},
    {0xFE0F, 0x9000, OP_lds, D5_WORD}, {0xFE0F, 0x9001, OP_ld_z_up, D5}, {0xFE0F, 0x9002, OP_ld_down_z, D5}, {0xFE0F, 0x9004, OP_lpm, D5},
    {0xFE0F, 0x9005, OP_lpm_up, D5}, {0xFE0F, 0x9009, OP_ld_y_up, D5}, {0xFE0F, 0x900A, OP_ld_down_y, D5}, {0xFE0F, 0x900C, OP_ld_x, D5},
    {0xFE0F, 0x900D, OP_ld_x_up, D5}, {0xFE0F, 0x900E, OP_ld_down_x, D5}, {0xFE0F, 0x900F, OP_pop, D5}, {0xFE0F, 0x9200, OP_sts, D5_WORD},
    {0xFE0F, 0x9201, OP_st_z_up, D5}, {0xFE0F, 0x9202, OP_st_down_z, D5}, {0xFE0F, 0x9209, OP_st_y_up, D5}, {0xFE0F, 0x920A, OP_st_down_y, D5},
    {0xFE0F, 0x920C, OP_st_x, D5}, {0xFE0F, 0x920D, OP_st_x_up, D5}, {0xFE0F, 0x920E, OP_st_down_x, D5}, {0xFE0F, 0x920F, OP_push, D5},
    {0xFE0F, 0x9400, OP_com, D5}, {0xFE0F, 0x9401, OP_neg, D5}, {0xFE0F, 0x9402, OP_swap, D5}, {0xFE0F, 0x9403, OP_inc, D5},
    {0xFE0F, 0x9405, OP_asr, D5}, {0xFE0F, 0x9406, OP_lsr, D5}, {0xFE0F, 0x9407, OP_ror, D5}, {0xFE0F, 0x940A, OP_dec, D5},
    {0xFFFF, 0x9408, OP_sec, NO_OPERAND}, {0xFFFF, 0x9418, OP_sez, NO_OPERAND}, {0xFFFF, 0x9458, OP_seh, NO_OPERAND}, {0xFFFF, 0x9468, OP_set, NO_OPERAND},
    {0xFFFF, 0x9478, OP_sei, NO_OPERAND}, {0xFFFF, 0x9488, OP_clc, NO_OPERAND}, {0xFFFF, 0x9498, OP_clz, NO_OPERAND}, {0xFFFF, 0x94D8, OP_clh, NO_OPERAND},
    {0xFFFF, 0x94E8, OP_clt, NO_OPERAND}, {0xFFFF, 0x94F8, OP_cli, NO_OPERAND}, {0xFFFF, 0x9409, OP_ijmp, BACK}, {0xFFFF, 0x9509, OP_icall, BACK},
    {0xFFFF, 0x9508, OP_ret, BACK}, {0xFFFF, 0x95C8, OP_lpm, NO_OPERAND}, {0xFE0E, 0x940C, OP_jmp, JUMP22}, {0xFE0E, 0x940E, OP_call, JUMP22},
    {0xFF00, 0x9600, OP_adiw, PAIR_K6}, {0xFF00, 0x9700, OP_sbiw, PAIR_K6}, {0xFC00, 0x9C00, OP_mul, D5_R5}, {0xF800, 0xB000, OP_in, D5_IO},
    {0xF800, 0xB800, OP_out, D5_IO}, {0xF000, 0xC000, OP_rjmp, JUMP12}, {0xF000, 0xD000, OP_rcall, JUMP12}, {0xF000, 0xE000, OP_ldi, D4_K8},
    {0xFC00, 0xF000, OP_if_c, JUMP7}, {0xFC00, 0xF400, OP_if_not_c, JUMP7}, {0xFE08, 0xF800, OP_bld, D5_BIT}, {0xFE08, 0xFA00, OP_bst, D5_BIT},
    {0xFE08, 0xFC00, OP_sbrc, SKIP_BIT}, {0xFE08, 0xFE00, OP_sbrs, SKIP_BIT},
};

static bool two_words(uint16_t bits)
{
    return (bits & 0xFC0F) == 0x9000 || (bits & 0xFE0C) == 0x940C;
}

/* A register of the I/O space that is memory and nothing more: nobody is told of reads and writes.  Such are the stack pointer and SMCR. */
static bool quiet(const avr_t *avr, uint8_t address)
{
    const uint32_t io = AVR_DATA_TO_IO(address);
    return avr->io[io].irq == NULL && avr->io[io].r.c == NULL && avr->io[io].w.c == NULL;
}

static void put_io(const avr_t *avr, plain_op_t *op)
{
    const bool status = op->r == R_SREG;
    if (!quiet(avr, op->r)) {
        op->op = OP_simavr;
    } else if (status) {
        op->op = op->op == OP_in ? OP_in_sreg : OP_out_sreg;
    }
}

/* A jump whose target is not in the flash is simavr's. */
static void put_jump(plain_op_t *op, uint32_t word, int32_t jump, uint32_t words)
{
    const int32_t to = (int32_t)word + jump;
    op->jump = (int16_t)jump;
    op->word = (uint16_t)(word + words); /* the way back of a call */
    if (to < 0 || to >= FLASH_WORDS) {
        op->op = OP_simavr;
    }
}

/* As simavr has it, a relative jump goes round the end of the flash; a branch does not. */
static int32_t round_the_end(uint32_t word, int32_t jump)
{
    return (int32_t)(((int32_t)word + jump) & (FLASH_WORDS - 1)) - (int32_t)word;
}

static void put_address(plain_op_t *op, uint16_t address)
{
    op->word = address;
    if (address < RAM_FIRST || address > RAM_LAST) {
        op->op = OP_simavr;
    }
}

/* The operands that need more than this word or more than bits of it. */
static void put_far(const plain_t *m, plain_op_t *op, form_t form, uint32_t word)
{
    const avr_t *avr = m->avr;
    const uint16_t bits = plain_word(avr, word);
    const uint16_t next = word + 1 < FLASH_WORDS ? plain_word(avr, word + 1) : 0;
    switch (form) {
    case D5_IO: put_io(avr, op); break;
    case D5_WORD: put_address(op, next); break;
    case BACK: op->word = (uint16_t)word; break;
    case JUMP7:
        op->op = (uint8_t)(op->op + (bits & 7));
        put_jump(op, word, 1 + ((int16_t)(uint16_t)(bits << 6) >> 9), 0);
        break;
    case JUMP12: put_jump(op, word, round_the_end(word, 1 + ((int16_t)(uint16_t)(bits << 4) >> 4)), 1); break;
    case JUMP22: put_jump(op, word, (bits & 0x01F1) != 0 ? -FLASH_WORDS : (int32_t)next - (int32_t)word, 2); break;
    case SKIP_R5:
    case SKIP_BIT: put_jump(op, word, two_words(next) || (m->skips_as_simavr && plain_misjudged(next)) ? 3 : 2, 0); break;
    default: break;
    }
    if (two_words(bits) && word + 1 >= FLASH_WORDS) {
        op->op = OP_simavr;
    }
}

static void put_near(plain_op_t *op, form_t form, uint16_t bits)
{
    op->d = bits >> 4 & 0x1F;
    op->r = (uint8_t)((bits >> 5 & 0x10) | (bits & 0x0F));
    switch (form) {
    case NO_OPERAND: op->d = 0; break; /* LPM without operands loads r0 */
    case D4_K8:
        op->d = 16 | (bits >> 4 & 0x0F);
        op->k = (uint8_t)((bits >> 4 & 0xF0) | (bits & 0x0F));
        break;
    case PAIRS:
        op->d = (bits >> 4 & 0x0F) * 2;
        op->r = (bits & 0x0F) * 2;
        break;
    case D4_R4:
    case D3_R3:
        op->d = (uint8_t)(16 | (bits >> 4 & (form == D4_R4 ? 0x0F : 0x07)));
        op->r = (uint8_t)(16 | (bits & (form == D4_R4 ? 0x0F : 0x07)));
        break;
    case PAIR_K6:
        op->d = (uint8_t)(24 + (bits >> 3 & 6));
        op->k = (uint8_t)((bits >> 2 & 0x30) | (bits & 0x0F));
        break;
    case D5_BIT:
    case SKIP_BIT: op->k = (uint8_t)(1U << (bits & 7)); break;
    case D5_IO: op->r = (uint8_t)AVR_IO_TO_DATA((bits >> 5 & 0x30) | (bits & 0x0F)); break;
    case D5_Q6: op->k = (uint8_t)((bits >> 8 & 0x20) | (bits >> 7 & 0x18) | (bits & 7)); break;
    default: break;
    }
}

static plain_op_t decode(const plain_t *m, uint32_t word)
{
    const uint16_t bits = plain_word(m->avr, word);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if ((bits & rows[i].mask) == rows[i].bits) {
            plain_op_t op = {.op = rows[i].op};
            put_near(&op, rows[i].form, bits);
            put_far(m, &op, rows[i].form, word);
            return op;
        }
    }
    return (plain_op_t){.op = OP_simavr};
}

plain_op_t plain_decode(const plain_t *m, uint32_t word)
{
    plain_op_t op = decode(m, word);
    op.run = plain_kinds[op.op].run;
    return op;
}
