// Runs the expert that stands before it: `--serve SOCKET` gives each connection a terminal of its
// own, whose clock and events the other end decides; `--live FD` runs by the real clock, on Windows
// `--live PORT` of a broker on this machine.
#ifndef _WIN32
#include <csignal>
#include <sys/prctl.h>
#include <sys/wait.h>
#endif

namespace mql {
inline void event(const std::string& name) {
  if (name == "init") {
    tell({"i", std::to_string((int)OnInit())});
  } else if (name == "timer") {
    if (T().timer_ms > 0) OnTimer();
  } else if (name == "tick") {
    OnTick();
  } else if (name == "wake") {
    OnChartEvent(CHARTEVENT_KEYDOWN, ECHO_WAKE_KEY, 0.0, string());
  } else if (name == "chart") {
    OnChartEvent(CHARTEVENT_CHART_CHANGE, 0, 0.0, string());
  } else if (name == "trade") {
#ifdef __MQL5__
    MqlTradeTransaction transaction;
    MqlTradeRequest request;
    MqlTradeResult result;
    OnTradeTransaction(transaction, request, result);
#else
    OnTimer();
#endif
  } else if (name == "deinit") {
    OnDeinit(1);
    T().stopping = true;
  } else {
    fatal("unknown event " + name);
  }
}

// Takes all lines that are there; in a live terminal prices and trades become events themselves.
inline void take_all() {
  Fields f;
  bool ticked = false, traded = false;
  while (!T().stopping && next_line(f)) {
    ticked = ticked || f[0] == "P";
    traded = traded || f[0] == "O";
    if (take(f)) continue;
    event(f[1]);
    if (!T().live) {
      tell({"."});
      flush();
    }
  }
  if (!T().live || T().stopping || T().timer_ms == 0) return;
#ifdef __MQL5__
  if (traded) event("trade");
#endif
  if (ticked) event("tick");
}

inline void run_live() {
  auto& t = T();
  int64_t next_us = 0;
  while (!t.stopping) {
    int64_t left_us = t.timer_ms > 0 ? next_us - mono_us() : 1000000;
    os::Woken woken = os::wait(t.channel, t.pipe_fd, left_us);
    t.turn_us = os::mono_us();
    t.orders_before = t.orders_sent;
    if (woken.channel) {
      receive();
      take_all();
    }
    if (woken.pipe && !t.stopping) event("wake");
    if (t.timer_ms > 0 && mono_us() >= next_us && !t.stopping) {
      next_us = mono_us() + t.timer_ms * 1000;
      event("timer");
    }
  }
}

inline int run() {
  try {
    if (T().live) {
      run_live();
    } else {
      while (!T().stopping) {
        take_all();
        if (!T().stopping) receive();
      }
    }
  } catch (const Fatal& e) {
    tell({"!", e.what()});
    flush();
    return 3;
  }
  return 0;
}

#ifndef _WIN32
inline int serve(const char* path) {
  int door = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un a{};
  a.sun_family = AF_UNIX;
  strncpy(a.sun_path, path, sizeof a.sun_path - 1);
  if (bind(door, (sockaddr*)&a, sizeof a) < 0 || listen(door, 64) < 0) return 2;
  signal(SIGCHLD, SIG_IGN);
  prctl(PR_SET_PDEATHSIG, SIGTERM);  // whoever asked for terminals may be gone
  for (;;) {
    int fd = accept(door, nullptr, nullptr);
    if (fd < 0) return 0;
    pid_t child = fork();
    if (child == 0) {
      signal(SIGCHLD, SIG_DFL);
      close(door);
      T().channel = fd;
      // The first line names the folder of the terminal's files.
      Fields f;
      while (!next_line(f) && !T().stopping) receive();
      if (!T().stopping) setenv("ECHO_FILES", f[1].c_str(), 1);
      for (size_t i = 2; i + 1 < f.size(); i += 2) setenv(f[i].c_str(), f[i + 1].c_str(), 1);
      exit(run());
    }
    close(fd);
  }
}
inline int channel(const char* number) { return atoi(number); }
#else
inline int serve(const char*) { return 2; }
inline int channel(const char* port) { return os::connect(atoi(port)); }
#endif
}  // namespace mql

int main(int argc, char** argv) {
  if (argc == 3 && std::string(argv[1]) == "--serve") return mql::serve(argv[2]);
  if (argc == 3 && std::string(argv[1]) == "--live") {
    mql::T().live = true;
    mql::T().channel = mql::channel(argv[2]);
    if (mql::T().channel < 0) return 2;
    return mql::run();
  }
  fprintf(stderr, "usage: %s --serve SOCKET | --live FD\n", argv[0]);
  return 2;
}
