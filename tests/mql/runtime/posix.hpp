// The system below the runtime where it is not Windows.
#pragma once
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace mql::os {
inline int64_t clock_us(clockid_t id) {
  timespec t;
  clock_gettime(id, &t);
  return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}
inline int64_t wall_us() { return clock_us(CLOCK_REALTIME); }
inline int64_t mono_us() { return clock_us(CLOCK_BOOTTIME); }

inline long send(int channel, const char* bytes, size_t count) {
  return ::send(channel, bytes, count, MSG_NOSIGNAL);
}
inline long receive(int channel, char* bytes, size_t room) { return ::recv(channel, bytes, room, 0); }
inline Woken wait(int channel, int pipe, int64_t most_us) {
  pollfd fds[2] = {{channel, POLLIN, 0}, {pipe, POLLIN, 0}};
  timespec most = {0, (long)(most_us > 0 ? std::min<int64_t>(most_us, 999999) * 1000 : 0)};
  ppoll(fds, pipe >= 0 ? 2 : 1, &most, nullptr);
  return {fds[0].revents != 0, pipe >= 0 && fds[1].revents != 0};
}
inline int64_t chart_window() { return 1; }

inline bool make_folder(const char* path) { return mkdir(path, 0700) == 0 || errno == EEXIST; }
inline bool exists(const char* path) { return access(path, F_OK) == 0; }
inline int open_file(const char* path, bool writes) {
  return open(path, (writes ? O_RDWR | O_CREAT : O_RDONLY) | O_CLOEXEC, 0600);
}
inline bool replace_file(const char* from, const char* to) { return rename(from, to) == 0; }
inline void flush_file(int fd) { fdatasync(fd); }
}  // namespace mql::os
