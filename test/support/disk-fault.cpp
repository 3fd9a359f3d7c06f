// Disk faults on demand, for tests: preloaded (LD_PRELOAD) into a process, it makes system calls on
// chosen files fail while a control file says so.
//
//   DISK_FAULT_CONTROL  path of the control file: "CALL ERRNO", or empty, or not there
//   DISK_FAULT_PATH     only files whose path contains this
//
// CALL is `sync` (fsync, fdatasync), `root` (a write to a file opened with O_DSYNC, as LMDB writes its
// root pages), or `write` (any other write).
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

namespace {

template <typename Function> Function original(const char *name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

bool isChosen(int fd) {
  const char *part = getenv("DISK_FAULT_PATH");
  if (part == nullptr) return false;
  char link[64];
  char path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return false;
  path[length] = '\0';
  return strstr(path, part) != nullptr;
}

/** True, with errno set, when this call is to fail. */
bool fails(int fd, const char *call) {
  const int before = errno;
  const char *control = getenv("DISK_FAULT_CONTROL");
  bool isFailing = false;
  int code = 0;
  if (control != nullptr && isChosen(fd)) {
    if (FILE *file = fopen(control, "re")) {
      char wanted[16] = "";
      isFailing = fscanf(file, "%15s %d", wanted, &code) == 2 && strcmp(wanted, call) == 0;
      fclose(file);
    }
  }
  errno = isFailing ? code : before;
  return isFailing;
}

const char *kindOfWrite(int fd) {
  const int flags = fcntl(fd, F_GETFL);
  return flags >= 0 && (flags & O_DSYNC) != 0 ? "root" : "write";
}

} // namespace

extern "C" {

int fdatasync(int fd) {
  if (fails(fd, "sync")) return -1;
  return original<int (*)(int)>("fdatasync")(fd);
}

int fsync(int fd) {
  if (fails(fd, "sync")) return -1;
  return original<int (*)(int)>("fsync")(fd);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) {
  if (fails(fd, kindOfWrite(fd))) return -1;
  using Write = ssize_t (*)(int, const void *, size_t, off_t);
  return original<Write>("pwrite")(fd, bytes, count, offset);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
  if (fails(fd, kindOfWrite(fd))) return -1;
  using Write = ssize_t (*)(int, const void *, size_t, off64_t);
  return original<Write>("pwrite64")(fd, bytes, count, offset);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  if (fails(fd, kindOfWrite(fd))) return -1;
  return original<ssize_t (*)(int, const struct iovec *, int)>("writev")(fd, parts, count);
}

} // extern "C"
