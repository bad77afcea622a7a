/* Makes the disk below a folder fail for one program: what it asks the system's library for is answered here.
 *
 * FAILING_BELOW names the folder, FAILING_HOW a file with one line: what fails, of the letters r(ead),
 * w(rite) and s(ync), and which calls of these, such as "ws 3" for every third. An empty file is a disk that is well. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_ulong calls;

static int fails(int fd, char what) {
    const char *below = getenv("FAILING_BELOW"), *faults = getenv("FAILING_HOW");
    int saved = errno, fault = 0;
    if (!below || !faults || fd < 3) return 0;
    char link[64], path[PATH_MAX], line[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length > 0) {
        path[length] = 0;
        if (strncmp(path, below, strlen(below)) == 0) {
            long file = syscall(SYS_openat, AT_FDCWD, faults, O_RDONLY | O_CLOEXEC);
            if (file >= 0) {
                long got = syscall(SYS_read, file, line, sizeof line - 1);
                syscall(SYS_close, file);
                line[got > 0 ? got : 0] = 0;
                char *each = strchr(line, ' ');
                unsigned long every = each ? strtoul(each, NULL, 10) : 1;
                if (each) *each = 0;
                if (strchr(line, what) && (atomic_fetch_add(&calls, 1) + 1) % (every ? every : 1) == 0) fault = 1;
            }
        }
    }
    errno = fault ? EIO : saved;
    return fault;
}

#define INSTEAD(type, name, what, declared, given)                          \
    type name declared {                                                    \
        static type (*real) declared;                                       \
        if (!real) real = (type (*) declared) dlsym(RTLD_NEXT, #name);      \
        return fails(fd, what) ? -1 : real given;                           \
    }

INSTEAD(ssize_t, read, 'r', (int fd, void *to, size_t many), (fd, to, many))
INSTEAD(ssize_t, readv, 'r', (int fd, const struct iovec *to, int many), (fd, to, many))
INSTEAD(ssize_t, pread, 'r', (int fd, void *to, size_t many, off_t at), (fd, to, many, at))
INSTEAD(ssize_t, pread64, 'r', (int fd, void *to, size_t many, off64_t at), (fd, to, many, at))
INSTEAD(ssize_t, write, 'w', (int fd, const void *from, size_t many), (fd, from, many))
INSTEAD(ssize_t, writev, 'w', (int fd, const struct iovec *from, int many), (fd, from, many))
INSTEAD(ssize_t, pwrite, 'w', (int fd, const void *from, size_t many, off_t at), (fd, from, many, at))
INSTEAD(ssize_t, pwrite64, 'w', (int fd, const void *from, size_t many, off64_t at), (fd, from, many, at))
INSTEAD(int, fsync, 's', (int fd), (fd))
INSTEAD(int, fdatasync, 's', (int fd), (fd))
INSTEAD(int, sync_file_range, 's', (int fd, off64_t from, off64_t many, unsigned flags), (fd, from, many, flags))
