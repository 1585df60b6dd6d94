# The drive board's own binary, for the ATmega328P at 16 MHz.  Included by ../Makefile; writes only under $(BUILD).
#   make -C firmware avr      build/avr/firmware.elf and .hex, sealed with their check word
#   make -C firmware size     flash and memory used, and an error over 60 % of flash or half the memory
#   make -C firmware flash    by an ISP programmer (PROGRAMMER=usbasp, PORT= where it needs one): program, and with CALIBRATION=file the
#                             EEPROM; everything written is read back and compared
#   make -C firmware fuses    once per chip; what each bit is for: firmware/README.md, "Fuses"
#   make -C firmware eeprom POT_ZERO=2046 POT_SPAN=1925 ENCODER_SPAN=222     build/avr/firmware.eep.bin
AVR_CC ?= avr-gcc
AVR_OUT = $(BUILD)/avr
AVR_SOURCES = $(SOURCES) $(sort $(wildcard avr/*.c))
AVR_HEADERS = $(HEADERS) $(sort $(wildcard avr/*.h)) Makefile avr/avr.mk
AVR_OBJECTS = $(AVR_SOURCES:%.c=$(AVR_OUT)/%.o)
# The interrupts' own registers (avr/hal.h): nothing else uses them, tests/avr/test_registers.py looks at every instruction.
AVR_RESERVED = -ffixed-r2 -ffixed-r3 -ffixed-r4 -ffixed-r5
# -fno-tree-sink and -fno-tree-copy-prop: 60 bytes less (decision 0041).
AVR_FLAGS = -mmcu=atmega328p -DF_CPU=16000000UL $(STANDARD) $(WARNINGS) -Os -fno-tree-sink -fno-tree-copy-prop -flto -mrelax -ffunction-sections -fdata-sections -g $(AVR_RESERVED)
PROGRAMMER ?= usbasp
AVRDUDE ?= avrdude
PORT ?=
AVRDUDE_TO = $(AVRDUDE) -p m328p -c $(PROGRAMMER) $(if $(PORT),-P $(PORT))
PYTHON ?= python3

# Each bit's reason stands in firmware/README.md, "Fuses"; tests/avr/test_flashing.py adds the bits up and compares.
FUSES = -U lfuse:w:0xF7:m -U hfuse:w:0xC7:m -U efuse:w:0xFC:m

# $(call program,what for avrdude to do): a clear line where the tool or the programmer is missing, its own words otherwise.
define program
@command -v $(firstword $(AVRDUDE)) >/dev/null || { \
  echo "firmware: $(firstword $(AVRDUDE)) is not installed; for example: apt-get install avrdude" >&2; exit 2; }
$(AVRDUDE_TO) $(1) || { \
  echo "firmware: nothing written, or not verified: is the programmer '$(PROGRAMMER)'$(if $(PORT), on $(PORT)) plugged in, the board powered, the panel's contacts let go?" >&2; exit 3; }
endef

.PHONY: avr size flash fuses eeprom
avr: $(AVR_OUT)/firmware.hex

$(AVR_OUT)/%.o: %.c $(AVR_HEADERS)
	@mkdir -p $(@D)
	$(AVR_CC) $(AVR_FLAGS) -c -o $@ $<

$(AVR_OUT)/firmware.elf: $(AVR_OBJECTS) avr/image.py
	$(AVR_CC) $(AVR_FLAGS) -Wl,--gc-sections -Wl,--sort-section=alignment -Wl,-u,checks_flash_word -o $@.part $(AVR_OBJECTS)
	$(PYTHON) avr/image.py $@.part
	mv $@.part $@

$(AVR_OUT)/firmware.hex: $(AVR_OUT)/firmware.elf
	avr-objcopy -O ihex -R .eeprom $< $@

size: $(AVR_OUT)/firmware.elf
	@avr-size $< | awk 'NR == 2 { flash = $$1 + $$2; ram = $$2 + $$3; \
	  printf "flash %d of 32768 bytes (%.1f %%), memory %d of 2048 bytes (%.1f %%) before the stack\n", flash, flash / 327.68, ram, ram / 20.48; \
	  exit flash > 0.6 * 32768 || ram > 0.5 * 2048 }'

flash: $(AVR_OUT)/firmware.hex
	$(call program,-U flash:w:$<:i $(if $(CALIBRATION),-U eeprom:w:$(CALIBRATION):r))
	@$(PYTHON) avr/version.py

fuses:
	$(call program,$(FUSES))

eeprom:
	@mkdir -p $(AVR_OUT)
	$(PYTHON) avr/eeprom_image.py --pot-zero $(POT_ZERO) --pot-span $(POT_SPAN) --encoder-span $(ENCODER_SPAN) $(AVR_OUT)/firmware.eep.bin
