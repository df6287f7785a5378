/* echo_pipe: how an expert reaches its Agent on Windows.
 *
 * An expert never sees a handle: a handle has 64 bits, an int of MQL4 has 32.  It gets the number of
 * a slot, 1 or higher.  Texts are UTF-16, as the terminal has them, and UTF-8 on the pipe.
 */
#ifndef ECHO_PIPE_H
#define ECHO_PIPE_H
#include <windows.h>

#define ECHO_PIPE_VERSION 2
#define ECHO_SLOTS 32
#define ECHO_LINE_BYTES_MAX (256 * 1024) /* of UTF-8, without the line feed */
#define ECHO_WRITE_MS 250                /* longer, and the peer does not read */
#define ECHO_LEGACY_CONNECT_MS 2000

#define ECHO_E_SLOT (-1000)     /* no such slot */
#define ECHO_E_SMALL (-1001)    /* the buffer is too small; the line is kept */
#define ECHO_E_LONG (-1002)     /* the line is too long */
#define ECHO_E_ENCODING (-1003) /* no Unicode; what is read is dropped, what is written not sent */
#define ECHO_E_CLOSED (-1004)   /* the pipe is gone: see EchoLastError */
#define ECHO_E_FULL (-1005)     /* the peer does not read: the pipe is broken off, not a line torn */

int __stdcall EchoPipeVersion(void);
int __stdcall EchoOpen(const wchar_t *name);
int __stdcall EchoWrite(int slot, const wchar_t *line);
int __stdcall EchoRead(int slot, wchar_t *buffer, int chars);
int __stdcall EchoClose(int slot);
int __stdcall EchoFlush(int slot, int on);
int __stdcall EchoLastError(int slot);
int __stdcall EchoWake(int slot, long long window, int key);
long long __stdcall EchoNowMs(void);
long long __stdcall EchoMonotonicMs(void);
int __stdcall EchoSha256(const wchar_t *text, unsigned char *digest);
int __stdcall EchoTimerResolution(int period_ms);

/* For experts of earlier releases, with the signatures that they import. */
INT_PTR __stdcall ConnectPipe(const wchar_t *name);
int __stdcall WritePipeW(INT_PTR handle, const wchar_t *text);
int __stdcall WritePipe(INT_PTR handle, const char *utf8);
int __stdcall ReadPipeLine(INT_PTR handle, char *buffer, int size);
void __stdcall ClosePipe(INT_PTR handle);
DWORD __stdcall GetPipeLastError(void);
#endif
