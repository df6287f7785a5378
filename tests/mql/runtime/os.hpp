// What the runtime needs of the system below it, without a header of Windows: those claim names
// that MQL has, too.  Elsewhere posix.hpp does it, on Windows windows.cpp.
#pragma once
#include <cstddef>
#include <cstdint>

namespace mql::os {
struct Woken {
  bool channel = false;  // the other end has said something, or is gone
  bool pipe = false;     // the Agent has: what the DLL tells by a key pressed on the chart
};

int64_t wall_us();
int64_t mono_us();

// The channel to the broker; both return <= 0 when it is gone, receive() waits.
long send(int channel, const char* bytes, size_t count);
long receive(int channel, char* bytes, size_t room);
Woken wait(int channel, int pipe, int64_t most_us);
int64_t chart_window();

int connect(int port);  // Windows: to a broker on this machine; < 0 = there is none
bool make_folder(const char* path);
bool exists(const char* path);
int open_file(const char* path, bool writes);
bool replace_file(const char* from, const char* to);
void flush_file(int fd);
}  // namespace mql::os

#ifndef _WIN32
#include "posix.hpp"
#endif
