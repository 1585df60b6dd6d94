/* Runs a fuzzer's entry on every line of hexadecimal digits of the files given, without a fuzzer: any compiler will do.  Judges nothing. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { LINE_MOST = 16384 };

static size_t decode(const char *line, uint8_t *bytes)
{
    size_t size = 0;
    unsigned int value;
    while (sscanf(line + 2U * size, "%2x", &value) == 1) {
        bytes[size++] = (uint8_t)value;
    }
    return size;
}

static int replay(const char *name)
{
    static char line[LINE_MOST];
    static uint8_t bytes[LINE_MOST / 2];
    int lines = 0;
    FILE *file = fopen(name, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        (void)LLVMFuzzerTestOneInput(bytes, decode(line, bytes));
        lines++;
    }
    return file == NULL || fclose(file) != 0 ? -1 : lines;
}

int main(int count, char **names)
{
    for (int i = 1; i < count; i++) {
        int lines = replay(names[i]);
        if (lines <= 0) {
            fprintf(stderr, "%s: no line of hexadecimal digits\n", names[i]);
            return 1;
        }
        printf("%s: %d histories\n", names[i], lines);
    }
    return 0;
}
