# The drive board's own binary, for the ATmega328P at 16 MHz.  Included by ../Makefile; writes only under $(BUILD).
#   make -C firmware avr      build/avr/firmware.elf and .hex, sealed with their check word
#   make -C firmware size     flash and memory used, and an error over 60 % of flash or half the memory
#   make -C firmware flash    by an ISP programmer (PROGRAMMER, default usbasp): program, and with CALIBRATION=file the EEPROM
#   make -C firmware fuses    once per chip
#   make -C firmware eeprom POT_ZERO=2046 POT_SPAN=1925 ENCODER_SPAN=222     build/avr/firmware.eep.bin
AVR_CC ?= avr-gcc
AVR_OUT = $(BUILD)/avr
AVR_SOURCES = $(SOURCES) $(sort $(wildcard avr/*.c))
AVR_HEADERS = $(HEADERS) $(sort $(wildcard avr/*.h)) Makefile avr/avr.mk
AVR_OBJECTS = $(AVR_SOURCES:%.c=$(AVR_OUT)/%.o)
AVR_FLAGS = -mmcu=atmega328p -DF_CPU=16000000UL $(STANDARD) $(WARNINGS) -Os -flto -mrelax -ffunction-sections -fdata-sections -g
PROGRAMMER ?= usbasp
AVRDUDE ?= avrdude -p m328p -c $(PROGRAMMER)
PYTHON ?= python3

# Low: full-swing crystal, 65 ms start-up.  High: SPI programming, watchdog always on, EEPROM (calibration, latches) survives a chip
# erase, no boot loader.  Extended: brown-out reset at 4.3 V, the least at which 16 MHz is within the data sheet.
FUSES = -U lfuse:w:0xF7:m -U hfuse:w:0xC7:m -U efuse:w:0xFC:m

.PHONY: avr size flash fuses eeprom
avr: $(AVR_OUT)/firmware.hex

$(AVR_OUT)/%.o: %.c $(AVR_HEADERS)
	@mkdir -p $(@D)
	$(AVR_CC) $(AVR_FLAGS) -c -o $@ $<

$(AVR_OUT)/firmware.elf: $(AVR_OBJECTS) avr/image.py
	$(AVR_CC) $(AVR_FLAGS) -Wl,--gc-sections -Wl,-u,checks_flash_word -o $@.part $(AVR_OBJECTS)
	$(PYTHON) avr/image.py $@.part
	mv $@.part $@

$(AVR_OUT)/firmware.hex: $(AVR_OUT)/firmware.elf
	avr-objcopy -O ihex -R .eeprom $< $@

size: $(AVR_OUT)/firmware.elf
	@avr-size $< | awk 'NR == 2 { flash = $$1 + $$2; ram = $$2 + $$3; \
	  printf "flash %d of 32768 bytes (%.1f %%), memory %d of 2048 bytes (%.1f %%) before the stack\n", flash, flash / 327.68, ram, ram / 20.48; \
	  exit flash > 0.6 * 32768 || ram > 0.5 * 2048 }'

flash: $(AVR_OUT)/firmware.hex
	$(AVRDUDE) -U flash:w:$<:i $(if $(CALIBRATION),-U eeprom:w:$(CALIBRATION):r)

fuses:
	$(AVRDUDE) $(FUSES)

eeprom:
	@mkdir -p $(AVR_OUT)
	$(PYTHON) avr/eeprom_image.py --pot-zero $(POT_ZERO) --pot-span $(POT_SPAN) --encoder-span $(ENCODER_SPAN) $(AVR_OUT)/firmware.eep.bin
