// The DLL itself, for experts that run as programs of Windows.
#pragma once
#include "terminal.hpp"

namespace mql::dll {  // windows.cpp
int version();
int open(const char16_t* name);
int write(int slot, const char16_t* line);
int read(int slot, uint16_t* buffer, int chars);
int close(int slot);
int flush(int slot, int on);
int last_error(int slot);
int wake(int slot, int64_t window, int key);
int64_t now_ms();
int64_t monotonic_ms();
int sha256(const char16_t* text, unsigned char* digest);
int timer_resolution(int period_ms);
}  // namespace mql::dll

inline int EchoPipeVersion() { return mql::dll::version(); }
inline int64_t EchoNowMs() { return mql::dll::now_ms(); }
inline int64_t EchoMonotonicMs() { return mql::dll::monotonic_ms(); }
inline int EchoTimerResolution(int period_ms) { return mql::dll::timer_resolution(period_ms); }
inline int EchoFlush(int slot, int on) { return mql::dll::flush(slot, on); }
inline int EchoWake(int slot, int64_t window, int key) { return mql::dll::wake(slot, window, key); }
inline int EchoLastError(int slot) { return mql::dll::last_error(slot); }
inline int EchoOpen(const string& name) { return mql::dll::open(name.s.c_str()); }
inline int EchoClose(int slot) { return mql::dll::close(slot); }
inline int EchoWrite(int slot, const string& line) { return mql::dll::write(slot, line.s.c_str()); }
inline int EchoRead(int slot, Array<mql_ushort>& buffer, int chars) {
  if (chars > (int)buffer.v.size()) mql::fatal("EchoRead: the buffer is smaller than it is said to be");
  return mql::dll::read(slot, buffer.v.data(), chars);
}
inline int EchoSha256(const string& text, Array<mql_uchar>& digest) {
  if (digest.v.size() < 32) return -1;
  return mql::dll::sha256(text.s.c_str(), digest.v.data());
}
