// Clock, journal, files: what the platforms have in common.
#pragma once
#include <sys/stat.h>
#include "terminal.hpp"
#ifdef _WIN32
#include "pipe_dll.hpp"
#else
#include "pipe_socket.hpp"
#endif

enum ENUM_INIT_RETCODE { INIT_SUCCEEDED = 0, INIT_FAILED = 1, INIT_PARAMETERS_INCORRECT = 32767 };
enum { CHARTEVENT_KEYDOWN = 0, CHARTEVENT_CHART_CHANGE = 9 };
enum ENUM_CHART_PROPERTY_INTEGER { CHART_WINDOW_HANDLE };
enum { FILE_READ = 1, FILE_WRITE = 2, FILE_BIN = 4, FILE_SHARE_READ = 128, FILE_REWRITE = 512 };
enum ENUM_FILE_POSITION { SEEK_SET_ = 0, SEEK_CUR_ = 1, SEEK_END_ = 2 };
#undef SEEK_SET
#undef SEEK_END
#define SEEK_SET SEEK_SET_
#define SEEK_END SEEK_END_
inline constexpr color clrNONE{-1};

inline int GetLastError() {
  int e = mql::T().last_error;
#ifdef __MQL4__
  mql::T().last_error = 0;  // MQL4 clears on reading, MQL5 does not
#endif
  return e;
}
inline void ResetLastError() { mql::T().last_error = 0; }
inline mql_uint GetTickCount() { return (mql_uint)(mql::mono_us() / 1000); }
inline datetime TimeCurrent() { return mql::T().server_ms / 1000; }
inline bool EventSetMillisecondTimer(int ms) {
  mql::T().timer_ms = ms;
  return ms > 0;
}
inline void EventKillTimer() { mql::T().timer_ms = 0; }
inline int64_t ChartGetInteger(int64_t, ENUM_CHART_PROPERTY_INTEGER) { return mql::os::chart_window(); }
template <class... A>
void Print(const A&... a) {
  std::string out;
  ((out += mql::shown(mql::arg(a))), ...);
  mql::tell({"l", std::to_string(mql::wall_us()), out});
}
template <class... A>
void Alert(const A&... a) {
  std::string out;
  ((out += mql::shown(mql::arg(a))), ...);
  mql::tell({"n", out});
}
inline void Comment(const string& text) { mql::tell({"p", text.u8()}); }

// ---- files: one folder, as every terminal has its own
namespace mql {
struct File {
  int fd = -1;
  std::string name, unflushed;
};
inline std::map<int, File>& files() {
  static auto* f = new std::map<int, File>;
  return *f;
}
inline std::string file_path(const string& name) {
  std::string n = name.u8();
  std::replace(n.begin(), n.end(), '\\', '/');
  const char* folder = getenv("ECHO_FILES");
  return std::string(folder ? folder : ".") + "/" + n;
}
}  // namespace mql
inline bool FolderCreate(const string& name, int = 0) {
  return mql::os::make_folder(mql::file_path(name).c_str());
}
inline bool FileIsExist(const string& name, int = 0) { return mql::os::exists(mql::file_path(name).c_str()); }
inline int FileOpen(const string& name, int flags) {
  static int next = 0;
  if ((flags & FILE_WRITE) && mql::T().fail_writes) return INVALID_HANDLE;
  int fd = mql::os::open_file(mql::file_path(name).c_str(), (flags & FILE_WRITE) != 0);
  if (fd < 0) return INVALID_HANDLE;
  mql::files()[++next] = {fd, mql::file_path(name), ""};
  return next;
}
inline void FileClose(int h) {
  close(mql::files()[h].fd);
  mql::files().erase(h);
}
inline mql_ulong FileSize(int h) {
  struct stat s;
  fstat(mql::files()[h].fd, &s);
  return (mql_ulong)s.st_size;
}
inline mql_ulong FileTell(int h) { return (mql_ulong)lseek(mql::files()[h].fd, 0, SEEK_CUR); }
inline bool FileSeek(int h, int64_t at, ENUM_FILE_POSITION from) {
  return lseek(mql::files()[h].fd, at, (int)from) >= 0;
}
inline mql_uint FileReadArray(int h, Array<mql_uchar>& a, int from, int count) {
  ssize_t n = read(mql::files()[h].fd, a.v.data() + from, (size_t)count);
  return n < 0 ? 0 : (mql_uint)n;
}
inline mql_uint FileWriteArray(int h, const Array<mql_uchar>& a, int from, int count) {
  auto& file = mql::files()[h];
  if (mql::T().fail_writes) return 0;
  ssize_t n = write(file.fd, a.v.data() + from, (size_t)count);
  if (n > 0) file.unflushed.append((const char*)a.v.data() + from, (size_t)n);
  return n < 0 ? 0 : (mql_uint)n;
}
inline void FileFlush(int h) {
  auto& file = mql::files()[h];
  if (mql::T().live) mql::os::flush_file(file.fd);
  else if (file.name.find(".new") == std::string::npos) mql::tell({"a", file.unflushed});
  file.unflushed.clear();
}
inline bool FileDelete(const string& name, int = 0) { return unlink(mql::file_path(name).c_str()) == 0; }
inline bool FileMove(const string& from, int, const string& to, int) {
  bool good = mql::os::replace_file(mql::file_path(from).c_str(), mql::file_path(to).c_str());
  if (good && !mql::T().live) mql::tell({"m", to.u8()});
  return good;
}
