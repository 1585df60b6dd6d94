"""Every instruction of the ATmega328P, as the instruction set manual writes its bits, and random ones of them."""

from __future__ import annotations

import random

PLAIN = {
    "add": "0000 11rd dddd rrrr",
    "adc": "0001 11rd dddd rrrr",
    "adiw": "1001 0110 KKdd KKKK",
    "sub": "0001 10rd dddd rrrr",
    "subi": "0101 KKKK dddd KKKK",
    "sbc": "0000 10rd dddd rrrr",
    "sbci": "0100 KKKK dddd KKKK",
    "sbiw": "1001 0111 KKdd KKKK",
    "and": "0010 00rd dddd rrrr",
    "andi": "0111 KKKK dddd KKKK",
    "or": "0010 10rd dddd rrrr",
    "ori": "0110 KKKK dddd KKKK",
    "eor": "0010 01rd dddd rrrr",
    "com": "1001 010d dddd 0000",
    "neg": "1001 010d dddd 0001",
    "inc": "1001 010d dddd 0011",
    "dec": "1001 010d dddd 1010",
    "mul": "1001 11rd dddd rrrr",
    "muls": "0000 0010 dddd rrrr",
    "mulsu": "0000 0011 0ddd 0rrr",
    "rjmp": "1100 kkkk kkkk kkkk",
    "ijmp": "1001 0100 0000 1001",
    "jmp": "1001 0100 0000 1100",
    "rcall": "1101 kkkk kkkk kkkk",
    "icall": "1001 0101 0000 1001",
    "call": "1001 0100 0000 1110",
    "ret": "1001 0101 0000 1000",
    "cpse": "0001 00rd dddd rrrr",
    "cp": "0001 01rd dddd rrrr",
    "cpc": "0000 01rd dddd rrrr",
    "cpi": "0011 KKKK dddd KKKK",
    "sbrc": "1111 110r rrrr 0bbb",
    "sbrs": "1111 111r rrrr 0bbb",
    "brbs": "1111 00kk kkkk ksss",
    "brbc": "1111 01kk kkkk ksss",
    "mov": "0010 11rd dddd rrrr",
    "movw": "0000 0001 dddd rrrr",
    "ldi": "1110 KKKK dddd KKKK",
    "lds": "1001 000d dddd 0000",
    "ld x": "1001 000d dddd 1100",
    "ld x+": "1001 000d dddd 1101",
    "ld -x": "1001 000d dddd 1110",
    "ld y+": "1001 000d dddd 1001",
    "ld -y": "1001 000d dddd 1010",
    "ldd y": "10q0 qq0d dddd 1qqq",
    "ld z+": "1001 000d dddd 0001",
    "ld -z": "1001 000d dddd 0010",
    "ldd z": "10q0 qq0d dddd 0qqq",
    "sts": "1001 001d dddd 0000",
    "st x": "1001 001d dddd 1100",
    "st x+": "1001 001d dddd 1101",
    "st -x": "1001 001d dddd 1110",
    "st y+": "1001 001d dddd 1001",
    "st -y": "1001 001d dddd 1010",
    "std y": "10q0 qq1d dddd 1qqq",
    "st z+": "1001 001d dddd 0001",
    "st -z": "1001 001d dddd 0010",
    "std z": "10q0 qq1d dddd 0qqq",
    "lpm": "1001 0101 1100 1000",
    "lpm z": "1001 000d dddd 0100",
    "lpm z+": "1001 000d dddd 0101",
    "in stack": "1011 011d dddd 111p",
    "out stack": "1011 111d dddd 111p",
    "in status": "1011 011d dddd 1111",
    "out status": "1011 111d dddd 1111",
    "push": "1001 001d dddd 1111",
    "pop": "1001 000d dddd 1111",
    "lsr": "1001 010d dddd 0110",
    "ror": "1001 010d dddd 0111",
    "asr": "1001 010d dddd 0101",
    "swap": "1001 010d dddd 0010",
    "sec": "1001 0100 0000 1000",
    "sez": "1001 0100 0001 1000",
    "seh": "1001 0100 0101 1000",
    "set": "1001 0100 0110 1000",
    "sei": "1001 0100 0111 1000",
    "clc": "1001 0100 1000 1000",
    "clz": "1001 0100 1001 1000",
    "clh": "1001 0100 1101 1000",
    "clt": "1001 0100 1110 1000",
    "cli": "1001 0100 1111 1000",
    "bst": "1111 101d dddd 0bbb",
    "bld": "1111 100d dddd 0bbb",
    "nop": "0000 0000 0000 0000",
}
"""Those that the shim runs itself."""

OTHERS = {
    "fmul": "0000 0011 0ddd 1rrr",
    "fmuls": "0000 0011 1ddd 0rrr",
    "fmulsu": "0000 0011 1ddd 1rrr",
    "reti": "1001 0101 0001 1000",
    "sbic": "1001 1001 AAAA Abbb",
    "sbis": "1001 1011 AAAA Abbb",
    "sbi": "1001 1010 AAAA Abbb",
    "cbi": "1001 1000 AAAA Abbb",
    "in": "1011 0AAd dddd AAAA",
    "out": "1011 1AAr rrrr AAAA",
    "bset": "1001 0100 0sss 1000",
    "bclr": "1001 0100 1sss 1000",
    "wdr": "1001 0101 1010 1000",
    "break": "1001 0101 1001 1000",
    "spm": "1001 0101 1110 1000",
    "none": "1111 1xxx xxxx 1xxx",
}
"""Those that it leaves to simavr, or that the chip does not have.  Without ELPM, EIJMP and EICALL: on a chip
that has none simavr reads behind its own memory."""

NO_ORACLE = ((0xFE0E, 0x9006), (0xFFFF, 0x95D8), (0xFEFF, 0x9419))
"""(mask, bits) of those three."""

BREAK = 0x9598


def anything(dice: random.Random) -> int:
    """Sixteen bits that simavr can be asked about."""
    found = dice.randrange(0x10000)
    return BREAK if any(found & mask == bits for mask, bits in NO_ORACLE) else found


def word(pattern: str, dice: random.Random) -> int:
    """One with random operands."""
    bits = pattern.replace(" ", "")
    return int("".join(bit if bit in "01" else dice.choice("01") for bit in bits), 2)
