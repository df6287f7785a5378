// The DLL, as far as an expert can tell: a unix socket in a live terminal, in-band otherwise.
#pragma once
#include <sys/un.h>
#include "terminal.hpp"

inline int EchoPipeVersion() {
  const char* v = getenv("ECHO_PIPE_VERSION_TOLD");
  return v ? atoi(v) : 2;
}
inline int64_t EchoNowMs() { return mql::wall_us() / 1000; }
inline int64_t EchoMonotonicMs() { return mql::mono_us() / 1000; }
inline int EchoTimerResolution(int) { return 1; }
inline int EchoFlush(int, int on) {
  if (!mql::T().live) mql::tell({"f", std::to_string(on)});
  return 1;
}
inline int EchoWake(int, int64_t, int) { return 1; }
inline int EchoLastError(int) { return mql::T().last_error; }
inline int EchoOpen(const string& name) {
  auto& t = mql::T();
  if (!t.live) {
    mql::tell({"u", name.u8()});
    t.last_error = t.pipe_there ? 0 : 2;
    if (!t.pipe_there) return -1;
    t.pipe_open = true, t.pipe_cut = false;
    t.pipe_in.clear();
    return 1;
  }
  const char* folder = getenv("ECHO_PIPES");
  std::string path = std::string(folder ? folder : ".") + "/" + name.u8() + ".sock";
  sockaddr_un a{};
  a.sun_family = AF_UNIX;
  strncpy(a.sun_path, path.c_str(), sizeof a.sun_path - 1);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(fd, (sockaddr*)&a, sizeof a) < 0) {
    t.last_error = errno == EAGAIN ? 231 : 2;
    close(fd);
    return -1;
  }
  fcntl(fd, F_SETFL, O_NONBLOCK);
  t.pipe_fd = fd;
  t.pipe_open = true;
  t.pipe_cut = false;
  t.pipe_in.clear();
  return 1;
}
inline int EchoClose(int) {
  auto& t = mql::T();
  if (t.pipe_fd >= 0) close(t.pipe_fd);
  t.pipe_fd = -1;
  if (t.pipe_open && !t.live) mql::tell({"c"});
  t.pipe_open = false;
  return 1;
}
inline int EchoWrite(int, const string& line) {
  auto& t = mql::T();
  if (!t.pipe_open || (t.pipe_cut && !t.live)) return -1004;
  std::string b = line.u8() + "\n";
  if (!t.live) {
    mql::tell({"w", line.u8()});
    return (int)b.size();
  }
  for (size_t at = 0; at < b.size();) {
    ssize_t n = send(t.pipe_fd, b.data() + at, b.size() - at, MSG_NOSIGNAL);
    if (n > 0) {
      at += (size_t)n;
      continue;
    }
    if (errno != EAGAIN) return -1004;
    pollfd p{t.pipe_fd, POLLOUT, 0};
    if (poll(&p, 1, 250) <= 0) return -1005;
  }
  return (int)b.size();
}
inline int EchoRead(int, Array<mql_ushort>& buffer, int chars) {
  auto& t = mql::T();
  if (!t.pipe_open) return -1004;
  if (chars > ArraySize(buffer)) mql::fatal("EchoRead: the buffer is smaller than it is said to be");
  if (t.live) {
    char b[65536];
    ssize_t n;
    while ((n = recv(t.pipe_fd, b, sizeof b, 0)) > 0) t.pipe_in.append(b, (size_t)n);
    if (n == 0 || errno != EAGAIN) t.pipe_cut = true;
  }
  for (size_t end; (end = t.pipe_in.find('\n')) != std::string::npos;) {
    std::string line = t.pipe_in.substr(0, end);
    while (!line.empty() && line.back() == '\r') line.pop_back();
    std::u16string wide;
    bool good = mql::widen(line, wide);
    if (good && (int)wide.size() + 1 > chars) return -1001;
    t.pipe_in.erase(0, end + 1);
    if (!good) return -1003;
    if (wide.empty()) continue;
    std::copy(wide.begin(), wide.end(), buffer.v.begin());
    buffer.v[wide.size()] = 0;
    return (int)wide.size();
  }
  if (!t.pipe_cut) return 0;
  t.last_error = 109;
  return -1004;
}

// FIPS 180-4.
inline int EchoSha256(const string& text, Array<mql_uchar>& digest) {
  static const uint32_t k[64] = {
      0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
      0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
      0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
      0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
      0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
      0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
      0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
      0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};
  uint32_t h[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                   0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::string m = text.u8();
  uint64_t bits = m.size() * 8;
  m += (char)0x80;
  while (m.size() % 64 != 56) m += (char)0;
  for (int i = 7; i >= 0; i--) m += (char)(bits >> (8 * i) & 255);
  auto turn = [](uint32_t x, int n) { return x >> n | x << (32 - n); };
  for (size_t at = 0; at < m.size(); at += 64) {
    uint32_t w[64], v[8];
    for (size_t i = 0; i < 16; i++)
      w[i] = (uint32_t)(unsigned char)m[at + 4 * i] << 24 | (uint32_t)(unsigned char)m[at + 4 * i + 1] << 16 |
             (uint32_t)(unsigned char)m[at + 4 * i + 2] << 8 | (uint32_t)(unsigned char)m[at + 4 * i + 3];
    for (size_t i = 16; i < 64; i++)
      w[i] = w[i - 16] + (turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ w[i - 15] >> 3) + w[i - 7] +
             (turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ w[i - 2] >> 10);
    std::copy(h, h + 8, v);
    for (size_t i = 0; i < 64; i++) {
      uint32_t a = v[7] + (turn(v[4], 6) ^ turn(v[4], 11) ^ turn(v[4], 25)) + ((v[4] & v[5]) ^ (~v[4] & v[6])) + k[i] + w[i];
      uint32_t b = (turn(v[0], 2) ^ turn(v[0], 13) ^ turn(v[0], 22)) + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
      v[7] = v[6], v[6] = v[5], v[5] = v[4], v[4] = v[3] + a, v[3] = v[2], v[2] = v[1], v[1] = v[0], v[0] = a + b;
    }
    for (size_t i = 0; i < 8; i++) h[i] += v[i];
  }
  if (ArraySize(digest) < 32) return -1;
  for (int i = 0; i < 32; i++) digest[i] = (mql_uchar)(h[i / 4] >> (24 - 8 * (i % 4)));
  return 32;
}
