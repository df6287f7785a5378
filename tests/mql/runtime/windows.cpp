// The system below the runtime on Windows: a socket to the broker, a window that stands in for the
// chart, and echo_pipe.dll, which is loaded as a terminal loads it.
#define WIN32_LEAN_AND_MEAN
#define _WIN32_WINNT 0x0602
#include <winsock2.h>
#include <windows.h>
#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <sys/stat.h>
#include "os.hpp"

namespace mql::os {
static WSAEVENT heard;
static HWND chart;
static bool pressed;

static LRESULT CALLBACK on_chart(HWND window, UINT message, WPARAM key, LPARAM more) {
  if (message == WM_KEYDOWN) pressed = true;
  return DefWindowProcW(window, message, key, more);
}

int connect(int port) {
  WSADATA data;
  WSAStartup(MAKEWORD(2, 2), &data);
  SOCKET s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  sockaddr_in to = {};
  to.sin_family = AF_INET;
  to.sin_port = htons((u_short)port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(s, (sockaddr*)&to, sizeof to)) return -1;
  int at_once = 1;
  setsockopt(s, IPPROTO_TCP, TCP_NODELAY, (const char*)&at_once, sizeof at_once);
  heard = WSACreateEvent();
  WSAEventSelect(s, heard, FD_READ | FD_CLOSE);
  WNDCLASSW kind = {};
  kind.lpfnWndProc = on_chart;
  kind.hInstance = GetModuleHandleW(nullptr);
  kind.lpszClassName = L"chart";
  RegisterClassW(&kind);
  chart = CreateWindowW(L"chart", L"", 0, 0, 0, 0, 0, HWND_MESSAGE, nullptr, kind.hInstance, nullptr);
  return chart ? (int)s : -1;
}

int64_t wall_us() {
  FILETIME now;
  ULARGE_INTEGER ticks;
  GetSystemTimePreciseAsFileTime(&now);
  ticks.LowPart = now.dwLowDateTime;
  ticks.HighPart = now.dwHighDateTime;
  return (int64_t)(ticks.QuadPart / 10) - 11644473600000000LL;
}
int64_t mono_us() {
  LARGE_INTEGER count, frequency;
  QueryPerformanceFrequency(&frequency);
  QueryPerformanceCounter(&count);
  return count.QuadPart / frequency.QuadPart * 1000000 +
         count.QuadPart % frequency.QuadPart * 1000000 / frequency.QuadPart;
}

static bool until(int channel, bool reading) {
  fd_set set;
  FD_ZERO(&set);
  FD_SET((SOCKET)channel, &set);
  return select(0, reading ? &set : nullptr, reading ? nullptr : &set, nullptr, nullptr) > 0;
}
long send(int channel, const char* bytes, size_t count) {
  for (;;) {
    int sent = ::send((SOCKET)channel, bytes, (int)count, 0);
    if (sent > 0 || WSAGetLastError() != WSAEWOULDBLOCK) return sent;
    if (!until(channel, false)) return -1;
  }
}
long receive(int channel, char* bytes, size_t room) {
  for (;;) {
    int got = ::recv((SOCKET)channel, bytes, (int)room, 0);
    if (got >= 0 || WSAGetLastError() != WSAEWOULDBLOCK) return got;
    if (!until(channel, true)) return -1;
  }
}
// As a terminal does: whatever comes first, a message for the chart, the market or the timer.
Woken wait(int channel, int, int64_t most_us) {
  Woken woken;
  DWORD most_ms = most_us > 0 ? (DWORD)((most_us + 999) / 1000) : 0;
  DWORD first = MsgWaitForMultipleObjects(1, &heard, FALSE, most_ms, QS_ALLINPUT);
  if (first == WAIT_OBJECT_0) {
    WSANETWORKEVENTS events;
    WSAEnumNetworkEvents((SOCKET)channel, heard, &events);
    woken.channel = (events.lNetworkEvents & (FD_READ | FD_CLOSE)) != 0;
  }
  MSG message;
  while (PeekMessageW(&message, nullptr, 0, 0, PM_REMOVE)) DispatchMessageW(&message);
  woken.pipe = pressed;
  pressed = false;
  return woken;
}
int64_t chart_window() { return (int64_t)(INT_PTR)chart; }

bool make_folder(const char* path) { return CreateDirectoryA(path, nullptr) || GetLastError() == ERROR_ALREADY_EXISTS; }
bool exists(const char* path) { return GetFileAttributesA(path) != INVALID_FILE_ATTRIBUTES; }
int open_file(const char* path, bool writes) {
  return _open(path, (writes ? _O_RDWR | _O_CREAT : _O_RDONLY) | _O_BINARY | _O_NOINHERIT, _S_IREAD | _S_IWRITE);
}
bool replace_file(const char* from, const char* to) { return MoveFileExA(from, to, MOVEFILE_REPLACE_EXISTING) != 0; }
void flush_file(int fd) { _commit(fd); }
}  // namespace mql::os

namespace mql::dll {
// Of the terminals' own calling convention, and of nothing else: what is missing or differs in one
// of the two widths ends the program here.
template <class F>
static F* taken(const char* name) {
  static HMODULE dll = LoadLibraryW(L"echo_pipe.dll");
  auto* found = dll ? (void*)GetProcAddress(dll, name) : nullptr;
  if (found) return (F*)found;
  fprintf(stderr, "echo_pipe.dll has no %s\n", name);
  ExitProcess(4);
}
#define ECHO_TAKEN(name, result, ...) \
  static auto* call = taken<result __stdcall(__VA_ARGS__)>(name)

int version() {
  ECHO_TAKEN("EchoPipeVersion", int);
  return call();
}
int open(const char16_t* name) {
  ECHO_TAKEN("EchoOpen", int, const char16_t*);
  return call(name);
}
int write(int slot, const char16_t* line) {
  ECHO_TAKEN("EchoWrite", int, int, const char16_t*);
  return call(slot, line);
}
int read(int slot, uint16_t* buffer, int chars) {
  ECHO_TAKEN("EchoRead", int, int, uint16_t*, int);
  return call(slot, buffer, chars);
}
int close(int slot) {
  ECHO_TAKEN("EchoClose", int, int);
  return call(slot);
}
int flush(int slot, int on) {
  ECHO_TAKEN("EchoFlush", int, int, int);
  return call(slot, on);
}
int last_error(int slot) {
  ECHO_TAKEN("EchoLastError", int, int);
  return call(slot);
}
int wake(int slot, int64_t window, int key) {
  ECHO_TAKEN("EchoWake", int, int, int64_t, int);
  return call(slot, window, key);
}
int64_t now_ms() {
  ECHO_TAKEN("EchoNowMs", int64_t);
  return call();
}
int64_t monotonic_ms() {
  ECHO_TAKEN("EchoMonotonicMs", int64_t);
  return call();
}
int sha256(const char16_t* text, unsigned char* digest) {
  ECHO_TAKEN("EchoSha256", int, const char16_t*, unsigned char*);
  return call(text, digest);
}
int timer_resolution(int period_ms) {
  ECHO_TAKEN("EchoTimerResolution", int, int);
  return call(period_ms);
}
}  // namespace mql::dll
