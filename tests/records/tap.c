/* Listens to what a process does to files below one folder, and can make its disk slow, full or read-only.
 *
 * Preloaded into the real process (LD_PRELOAD).  Each call that changes a file or makes it durable goes through unchanged
 * and is then written to TAP_LOG, in the order in which the calls returned: kind, thread, time, file, place, bytes.
 * TAP_FOLDER is the folder.  TAP_TROUBLE names a file of four bytes, mapped: [fsync delay in 10 ms, errno of writes, errno of fsync, 0].
 * SQLite's shared memory (-shm) is left out: it is never read after a power cut.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

enum { MOST_FILES = 1024, NAME_BYTES = 128 };

/* One line of the log; `bytes` of data and `name_bytes` of name follow. */
struct entry {
    uint8_t kind;       /* 'O' open, 'W' write, 'T' truncate, 'S' sync, 'D' sync of the folder, 'U' unlink, 'R' rename, 'L' link */
    uint8_t created;    /* 'O': the file was not there */
    uint16_t name_bytes;
    uint32_t thread;
    int64_t at_ns;
    int64_t place;      /* 'W': where; 'T': new size */
    uint32_t bytes;
    uint32_t process;
};

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static int log_fd = -1;
static const char *folder;
static size_t folder_bytes;
static volatile uint8_t *trouble;
static char names[MOST_FILES][NAME_BYTES]; /* by file descriptor; "" when it is none of ours, "." for the folder itself */

static void begin(void) __attribute__((constructor));

static void begin(void)
{
    folder = getenv("TAP_FOLDER");
    const char *log_path = getenv("TAP_LOG");
    const char *trouble_path = getenv("TAP_TROUBLE");
    folder_bytes = folder ? strlen(folder) : 0;
    if (log_path)
        log_fd = (int)syscall(SYS_openat, AT_FDCWD, log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (trouble_path) {
        int fd = (int)syscall(SYS_openat, AT_FDCWD, trouble_path, O_RDONLY | O_CLOEXEC, 0);
        void *map = fd >= 0 ? mmap(NULL, 4, PROT_READ, MAP_SHARED, fd, 0) : MAP_FAILED;
        if (map != MAP_FAILED)
            trouble = map;
    }
}

/* The name below the folder, "." for the folder, NULL for anything else. */
static const char *ours(const char *path)
{
    if (!folder || !path || strncmp(path, folder, folder_bytes) != 0)
        return NULL;
    path += folder_bytes;
    if (*path == 0)
        return ".";
    if (*path != '/')
        return NULL;
    size_t length = strlen(++path);
    if (length >= NAME_BYTES || (length > 4 && strcmp(path + length - 4, "-shm") == 0))
        return NULL;
    return length ? path : ".";
}

static const char *name_of(int fd)
{
    return fd >= 0 && fd < MOST_FILES && names[fd][0] ? names[fd] : NULL;
}

static void put(const void *data, size_t bytes)
{
    const char *from = data;
    while (bytes) {
        ssize_t done = syscall(SYS_write, log_fd, from, bytes);
        if (done <= 0)
            abort();
        from += done;
        bytes -= (size_t)done;
    }
}

static void tell(uint8_t kind, const char *name, int64_t place, const void *data, size_t bytes, int created)
{
    if (log_fd < 0)
        return;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    struct entry entry = {
        .kind = kind,
        .created = (uint8_t)created,
        .name_bytes = (uint16_t)strlen(name),
        .thread = (uint32_t)syscall(SYS_gettid),
        .at_ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec,
        .place = place,
        .bytes = (uint32_t)bytes,
        .process = (uint32_t)syscall(SYS_getpid),
    };
    put(&entry, sizeof entry);
    put(name, entry.name_bytes);
    if (bytes)
        put(data, bytes);
}

#define REAL(name) ((__typeof__(&name))real(#name))

static void *real(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);
    if (!found)
        abort();
    return found;
}

/* ------------------------------------------------------------ open and close */

static int opened(int fd, const char *path, int created)
{
    const char *name = ours(path);
    if (fd >= 0 && fd < MOST_FILES) {
        names[fd][0] = 0;
        if (name) {
            strcpy(names[fd], name);
            if (strcmp(name, ".") != 0)
                tell('O', name, 0, NULL, 0, created);
        }
    }
    return fd;
}

static int is_new(const char *path)
{
    struct stat found;
    return ours(path) && stat(path, &found) != 0;
}

static int open_with(const char *path, int flags, mode_t mode)
{
    if (ours(path) && trouble && trouble[1] == EROFS && (flags & (O_CREAT | O_WRONLY | O_RDWR)) && (flags & O_ACCMODE) != O_RDONLY) {
        errno = EROFS;
        return -1;
    }
    pthread_mutex_lock(&turn);
    int created = is_new(path);
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    opened(fd, path, created);
    if (fd >= 0 && ours(path) && (flags & O_TRUNC) && !created)
        tell('T', ours(path), 0, NULL, 0, 0);
    int kept = errno;
    pthread_mutex_unlock(&turn);
    errno = kept;
    return fd;
}

#define MODE_OF(flags)                             \
    mode_t mode = 0;                               \
    if ((flags) & (O_CREAT | O_TMPFILE)) {         \
        va_list more;                              \
        va_start(more, flags);                     \
        mode = (mode_t)va_arg(more, int);          \
        va_end(more);                              \
    }

int open(const char *path, int flags, ...)
{
    MODE_OF(flags)
    return open_with(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    MODE_OF(flags)
    return open_with(path, flags | O_LARGEFILE, mode);
}

int close(int fd)
{
    if (fd >= 0 && fd < MOST_FILES)
        names[fd][0] = 0;
    return REAL(close)(fd);
}

/* ------------------------------------------------------------ what changes a file */

static int refused(int fd)
{
    if (name_of(fd) && trouble && trouble[1]) {
        errno = trouble[1];
        return 1;
    }
    return 0;
}

ssize_t pwrite64(int fd, const void *data, size_t bytes, off64_t place)
{
    if (refused(fd))
        return -1;
    pthread_mutex_lock(&turn);
    ssize_t done = syscall(SYS_pwrite64, fd, data, bytes, place);
    int kept = errno;
    if (done > 0 && name_of(fd))
        tell('W', name_of(fd), place, data, (size_t)done, 0);
    pthread_mutex_unlock(&turn);
    errno = kept;
    return done;
}

ssize_t pwrite(int fd, const void *data, size_t bytes, off_t place)
{
    return pwrite64(fd, data, bytes, place);
}

ssize_t write(int fd, const void *data, size_t bytes)
{
    if (!name_of(fd))
        return syscall(SYS_write, fd, data, bytes);
    if (refused(fd))
        return -1;
    pthread_mutex_lock(&turn);
    ssize_t done = syscall(SYS_write, fd, data, bytes);
    int kept = errno;
    if (done > 0)
        tell('W', name_of(fd), lseek(fd, 0, SEEK_CUR) - done, data, (size_t)done, 0);
    pthread_mutex_unlock(&turn);
    errno = kept;
    return done;
}

int ftruncate64(int fd, off64_t size)
{
    pthread_mutex_lock(&turn);
    int result = (int)syscall(SYS_ftruncate, fd, size);
    int kept = errno;
    if (result == 0 && name_of(fd))
        tell('T', name_of(fd), size, NULL, 0, 0);
    pthread_mutex_unlock(&turn);
    errno = kept;
    return result;
}

int ftruncate(int fd, off_t size)
{
    return ftruncate64(fd, size);
}

/* ------------------------------------------------------------ what makes it durable */

static int sync_with(int fd, long call)
{
    const char *name = name_of(fd);
    if (name && trouble && trouble[0]) {
        struct timespec wait = {trouble[0] / 100, (trouble[0] % 100) * 10000000L};
        nanosleep(&wait, NULL);
    }
    if (name && trouble && trouble[2]) {
        errno = trouble[2];
        return -1;
    }
    int result = (int)syscall(call, fd);
    int kept = errno;
    if (result == 0 && name) {
        pthread_mutex_lock(&turn);
        tell(strcmp(name, ".") == 0 ? 'D' : 'S', name, 0, NULL, 0, 0);
        pthread_mutex_unlock(&turn);
    }
    errno = kept;
    return result;
}

int fsync(int fd)
{
    return sync_with(fd, SYS_fsync);
}

int fdatasync(int fd)
{
    return sync_with(fd, SYS_fdatasync);
}

/* ------------------------------------------------------------ names */

static int names_changed(int result, uint8_t kind, const char *from, const char *to)
{
    int kept = errno;
    if (result == 0 && ours(from))
        tell(kind, ours(from), 0, to ? ours(to) : "", to && ours(to) ? strlen(ours(to)) : 0, 0);
    errno = kept;
    return result;
}

int unlink(const char *path)
{
    pthread_mutex_lock(&turn);
    int result = names_changed((int)syscall(SYS_unlinkat, AT_FDCWD, path, 0), 'U', path, NULL);
    pthread_mutex_unlock(&turn);
    return result;
}

int rename(const char *from, const char *to)
{
    pthread_mutex_lock(&turn);
    int result = names_changed((int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0), 'R', from, to);
    pthread_mutex_unlock(&turn);
    return result;
}

int link(const char *from, const char *to)
{
    pthread_mutex_lock(&turn);
    int result = names_changed((int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0), 'L', from, to);
    pthread_mutex_unlock(&turn);
    return result;
}
