//+------------------------------------------------------------------+
//| Pipe.mqh - what the DLL offers                                   |
//+------------------------------------------------------------------+
#ifndef ECHO_PIPE_MQH
#define ECHO_PIPE_MQH

#import "echo_pipe.dll"
int EchoPipeVersion();
int EchoOpen(string name);
int EchoWrite(int slot, string line);
int EchoRead(int slot, ushort &buffer[], int chars);
int EchoClose(int slot);
int EchoFlush(int slot, int on);
int EchoLastError(int slot);
int EchoWake(int slot, long window, int key);
long EchoNowMs();
long EchoMonotonicMs();
int EchoSha256(string text, uchar &digest[]);
int EchoTimerResolution(int period_ms);
#import

#define ECHO_PIPE_VERSION 2
#define ECHO_E_ENCODING -1003
#define ECHO_LINE_CHARS 65540
#define ECHO_LINE_BYTES_MAX 65536
// A key that no keyboard has: the DLL presses it on the chart when a line arrives.
#define ECHO_WAKE_KEY 0xE8
#endif
